"""A key that others can read or that lies in a project is nobody's; the public minisign must understand ours."""

import base64
import os
import shutil
import stat
import subprocess
from pathlib import Path

import minisign
import pytest

from ujo_lib.disclosure import keys
from ujo_lib.disclosure.signature import KeyFileError
from ujo_lib.params import project_root

PASSPHRASE = "猫は屋根の上にいる"
needs_minisign = pytest.mark.skipif(
    shutil.which("minisign") is None, reason="minisign is not installed (Debian: apt-get install minisign)"
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return keys.new_pair("若葉 花子", PASSPHRASE, tmp_path_factory.mktemp("keys") / "new")


def run_minisign(*arguments: object, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["minisign", *map(str, arguments)], input=typed, capture_output=True, text=True, check=False
    )


def test_a_signature_holds_for_its_content_and_its_comment_alone(pair: tuple[Path, Path]) -> None:
    secret, public = keys.open_secret(pair[0], PASSPHRASE), keys.read_public(pair[1])
    made = keys.sign(secret, b"list", "day:1")
    assert made == keys.sign(secret, b"list", "day:1")
    assert keys.signed_comment(public, b"list", made) == "day:1"
    assert keys.signed_comment(public, b"lisT", made) is None
    assert keys.signed_comment(public, b"list", made.replace(b"day:1", b"day:2")) is None
    assert keys.signed_comment(minisign.KeyPair.generate().public_key, b"list", made) is None
    assert keys.signed_comment(public, b"list", b"no signature") is None


def test_the_secret_key_is_for_its_owner_alone_and_useless_without_the_passphrase(
    pair: tuple[Path, Path],
) -> None:
    if os.name == "posix":
        assert stat.S_IMODE(pair[0].stat().st_mode) == 0o600
        assert stat.S_IMODE(pair[0].parent.stat().st_mode) == 0o700
    assert minisign.SecretKey.from_file(pair[0]).is_encrypted()
    with pytest.raises(KeyFileError, match="パスフレーズが違う"):
        keys.open_secret(pair[0], PASSPHRASE + "。")


@pytest.mark.skipif(os.name != "posix", reason="on Windows access lists decide, not modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_secret_key_that_others_could_read_is_not_used(
    pair: tuple[Path, Path], tmp_path: Path, mode: int
) -> None:
    copy = Path(shutil.copy(pair[0], tmp_path))
    copy.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        keys.open_secret(copy, PASSPHRASE)


def test_a_key_without_a_passphrase_is_not_used(tmp_path: Path) -> None:
    bare = tmp_path / "bare.key"
    bare.write_bytes(bytes(minisign.KeyPair.generate().secret_key))
    bare.chmod(0o600)
    with pytest.raises(KeyFileError, match="パスフレーズのない"):
        keys.open_secret(bare, "")


def test_a_key_is_never_overwritten(pair: tuple[Path, Path]) -> None:
    before = pair[0].read_bytes()
    with pytest.raises(KeyFileError, match="すでにあります"):
        keys.new_pair("若葉 花子", PASSPHRASE, pair[0].parent)
    assert pair[0].read_bytes() == before


def test_no_key_is_made_or_used_in_a_project(pair: tuple[Path, Path], tmp_path: Path) -> None:
    for folder in ("notebooks", "params/keys"):
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(KeyFileError, match="プロジェクトの外"):
        keys.new_pair("花子", PASSPHRASE, tmp_path / "params" / "keys")
    with pytest.raises(KeyFileError, match="プロジェクトの外"):
        keys.new_pair("花子", PASSPHRASE, tmp_path / "params" / "not" / "there" / "yet")
    shutil.copy(pair[0], tmp_path / "params" / "keys")
    with pytest.raises(KeyFileError, match="プロジェクトの外"):
        keys.open_secret(tmp_path / "params" / "keys" / pair[0].name, PASSPHRASE)
    assert not keys.keys_folder().is_relative_to(project_root(Path(__file__).parent))


@pytest.mark.parametrize(("length", "accepted"), [(7, False), (8, True), (9, True)])
def test_a_short_passphrase_makes_no_key(tmp_path: Path, length: int, accepted: bool) -> None:
    if accepted:
        assert keys.new_pair("a", "x" * length, tmp_path)[0].is_file()
    else:
        with pytest.raises(KeyFileError, match="8 文字以上"):
            keys.new_pair("a", "x" * length, tmp_path)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "../a", "a/b", "a\\b", ".", " a", "a:b", "a\nb"])
def test_a_name_that_makes_no_file_name_makes_no_key(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyFileError, match="鍵の名前"):
        keys.new_pair(name, PASSPHRASE, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"untrusted comment: x\nRWQ\n"])
def test_what_is_no_key_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(KeyFileError):
        keys.read_public(file)
    with pytest.raises(KeyFileError):
        keys.open_secret(file, PASSPHRASE)
    with pytest.raises(KeyFileError, match="読めません"):
        keys.open_secret(tmp_path / "absent", PASSPHRASE)


@needs_minisign
def test_minisign_checks_our_signature_with_our_public_key_and_signs_with_our_secret_key(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (listed := tmp_path / "SHA256SUMS").write_bytes(b"abc\n")
    (ours := tmp_path / "ours.minisig").write_bytes(
        keys.sign(keys.open_secret(pair[0], PASSPHRASE), b"abc\n", "day:1\tsignoff:ab")
    )
    seen = run_minisign("-V", "-m", listed, "-x", ours, "-p", pair[1])
    assert seen.returncode == 0, seen.stderr
    assert "Trusted comment: day:1\tsignoff:ab" in seen.stdout
    listed.write_bytes(b"abd\n")
    assert run_minisign("-V", "-m", listed, "-x", ours, "-p", pair[1]).returncode == 1
    theirs = tmp_path / "theirs.minisig"
    made = run_minisign(
        "-S", "-m", listed, "-x", theirs, "-s", pair[0], "-t", "theirs", typed=f"{PASSPHRASE}\n"
    )
    assert made.returncode == 0, made.stderr
    assert keys.signed_comment(keys.read_public(pair[1]), b"abd\n", theirs.read_bytes()) == "theirs"


@needs_minisign
def test_a_key_is_called_as_minisign_calls_it(pair: tuple[Path, Path], tmp_path: Path) -> None:
    again = tmp_path / "again.pub"
    run_minisign("-R", "-s", pair[0], "-p", again, typed=f"{PASSPHRASE}\n")
    assert again.read_bytes() == pair[1].read_bytes()
    assert keys.key_id(keys.read_public(pair[1])) in again.read_text()


def test_a_bare_name_is_one_of_the_users_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert keys.key_file(Path("花子.key")) == keys.keys_folder() / "花子.key"
    for named in (tmp_path / "花子.key", Path("..") / "花子.key", Path("/花子.key")):
        assert keys.key_file(named) == named
    Path("花子.pub").touch()
    assert keys.key_file(Path("花子.pub")) == Path("花子.pub")


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (bytes(range(1, 9)), "807060504030201"),
        (b"\x01" + bytes(6) + b"\x10", "1000000000000001"),
        (b"\xff" * 8, "F" * 16),
    ],
)
def test_a_key_has_its_name_without_the_noughts_before_it_as_minisign_does(number: bytes, name: str) -> None:
    """One key of sixteen has a shorter name: minisign -G, sixty times, named six with fifteen digits."""
    key = b"Ed" + number + bytes(32)
    lines = b"untrusted comment: x\n" + base64.b64encode(key)
    assert keys.key_id(minisign.PublicKey.from_bytes(lines)) == keys.signing_id(lines) == name
    assert keys.signing_id(b"x\n" + base64.b64encode(b"Ed")) == ""
    assert keys.signing_id(b"x\n!" + base64.b64encode(key)) == ""


@pytest.mark.parametrize(
    ("platform", "told", "folder"),
    [
        ("win32", {"APPDATA": "/a"}, "/a/ujo/keys"),
        ("win32", {"XDG_CONFIG_HOME": "/c"}, "/home/h/AppData/Roaming/ujo/keys"),
        ("linux", {"XDG_CONFIG_HOME": "/c"}, "/c/ujo/keys"),
        ("linux", {"APPDATA": "/a"}, "/home/h/.config/ujo/keys"),
        ("linux", {"XDG_CONFIG_HOME": ""}, "/home/h/.config/ujo/keys"),
    ],
)
def test_keys_lie_where_the_platform_keeps_what_is_one_user_s(platform, told, folder, monkeypatch) -> None:
    for name in ("APPDATA", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(keys.sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/h"))
    assert keys.keys_folder() == Path(folder)
