"""Commands about what leaves the house refuse what would prove nothing, and say what they have proven."""

import json
from pathlib import Path

import pytest

from tests.disclosure.people_with_keys import pairs
from ujo_lib.cli import main
from ujo_lib.cli.common import DONE, REFUSED, WRONG_PARAMETERS


@pytest.mark.slow
def test_a_passphrase_is_asked_for_twice_and_two_different_ones_make_no_key(tmp_path, monkeypatch, capsys):
    typed = iter(["屋根の上の猫が鳴く", "屋根の下の猫が鳴く", "屋根の上の猫が鳴く", "屋根の上の猫が鳴く"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    monkeypatch.chdir(tmp_path)
    command = ["key", "new", "花子", "--folder", str(tmp_path / "keys")]
    assert main(command) == 2
    assert not (tmp_path / "keys").exists()
    assert main(command) == 0
    assert capsys.readouterr().out.split() == [
        str(tmp_path / "keys" / name) for name in ("花子.key", "花子.pub")
    ]


def test_a_passphrase_that_nobody_can_type_is_asked_for_in_a_file(tmp_path, monkeypatch, capsys):
    def nobody(_):
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    for command in (["key", "new", "花子", "--folder", str(tmp_path)], ["key", "new", "花子"]):
        assert main(command) == 2
        assert "--passphrase-file" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


def test_a_release_that_is_not_there_is_named(tmp_path: Path, capsys) -> None:
    assert main(["verify", str(tmp_path / "公表.zip")]) == WRONG_PARAMETERS
    assert f"フォルダーもZIPもありません: {tmp_path / '公表.zip'}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ([], REFUSED),  # an empty folder is no release
        (["a"], WRONG_PARAMETERS),
        (["a", "a"], WRONG_PARAMETERS),
        (["a", "copy"], WRONG_PARAMETERS),
        (["a", "b"], REFUSED),
        (["a", "b", "c"], WRONG_PARAMETERS),
    ],
)
def test_one_person_with_two_files_is_not_two_people_who_approved(
    tmp_path: Path, capsys, named: list[str], code: int
) -> None:
    for name, pair in zip("abc", pairs(), strict=True):
        (tmp_path / f"{name}.pub").write_bytes(bytes(pair.public_key))
    (tmp_path / "copy.pub").write_bytes((tmp_path / "a.pub").read_bytes())
    (tmp_path / "release").mkdir()
    keys = [part for name in named for part in ("--key", str(tmp_path / f"{name}.pub"))]
    assert main(["verify", str(tmp_path / "release"), *keys]) == code
    told = capsys.readouterr()
    assert ("2人の別々の公開鍵" in told.err) is (code == WRONG_PARAMETERS)
    assert ("配布できる状態ではありません。" in told.err) is (code == REFUSED)
    assert "承認のときのまま" not in told.out


@pytest.mark.parametrize("keys", [1, 3])
def test_a_release_is_signed_with_a_key_of_each_of_two_people_or_none(capsys, keys: int) -> None:
    given = [part for at in range(keys) for part in ("--key", f"{at}.key")]
    assert main(["sign", "sample", "2023", "若葉花子", "緑太郎", *given]) == WRONG_PARAMETERS
    assert "--key は2つ、氏名の順に" in capsys.readouterr().err


@pytest.mark.slow
def test_the_gate_ends_in_refusal_as_soon_as_one_finding_is_a_leak(tmp_path: Path, capsys) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "texts.txt").write_text("毎晩ひとりで泣いていて眠れない。朝まで。\n", encoding="utf-8")
    command = ["gate", str(tmp_path / "out"), "--confidential", str(tmp_path / "texts.txt"), "--json"]
    assert main(command) == WRONG_PARAMETERS  # nothing to look at is no clean release
    for page, code, severities in (
        ("集計", DONE, []),
        ("毎晩ひとりで泣いていて眠れない", REFUSED, ["error"]),
    ):
        (tmp_path / "out" / "page.html").write_text(f"<p>{page}</p>", encoding="utf-8")
        capsys.readouterr()
        assert main(command) == code
        assert [finding["severity"] for finding in json.loads(capsys.readouterr().out)] == severities


def test_texts_that_are_not_there_are_no_reason_to_let_a_page_go(tmp_path: Path, capsys) -> None:
    (tmp_path / "page.html").write_text("<p>集計</p>", encoding="utf-8")
    missing = tmp_path / "texts.csv"
    assert main(["gate", str(tmp_path / "page.html"), "--confidential", str(missing)]) == WRONG_PARAMETERS
    assert str(missing) in capsys.readouterr().err


@pytest.mark.parametrize(("clients", "ended"), [(4, REFUSED), (5, DONE)])
def test_words_are_nobodys_at_the_gate_from_five_people_on(tmp_path: Path, clients: int, ended: int) -> None:
    """As in a release, whose threshold is five where the year says nothing else."""
    words = "夜になると眠れないのです"
    (tmp_path / "page.html").write_text(f"<p>{words}</p>", encoding="utf-8")
    (tmp_path / "texts.txt").write_text(f"{words}\n" * clients, encoding="utf-8")
    command = ["gate", str(tmp_path / "page.html"), "--confidential", str(tmp_path / "texts.txt")]
    assert main(command) == ended
