"""A reader never meets half a file, nobody else what is private, and a release is open to everybody."""

import codecs
import csv
import errno
import io
import os
import re
import stat
import time
from pathlib import Path

import pytest

from ujo_lib.files import (
    clear_away,
    csv_bytes,
    disk_trouble,
    is_trace,
    open_to_readers,
    package_digest,
    private_files,
    replace_folder,
    write_atomically,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows keeps access lists instead of modes")


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_words_and_bytes_replace_what_was_there_in_folders_that_were_not(tmp_path):
    file = tmp_path / "新しい" / "記録.txt"
    write_atomically(file, "あ\r\nい")
    assert file.read_bytes() == "あ\r\nい".encode()
    write_atomically(file, b"\xff")
    assert file.read_bytes() == b"\xff"
    assert [one.name for one in file.parent.iterdir()] == ["記録.txt"]


def test_a_file_that_cannot_be_put_in_place_leaves_the_old_and_no_half(tmp_path):
    target = tmp_path / "folder"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match=r"."):
        write_atomically(target, "x")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]
    assert (target / "inside").is_dir()


@pytest.mark.parametrize(("age", "stays"), [(24 * 3600 - 9, True), (24 * 3600 + 9, False)])
def test_what_a_killed_writer_left_goes_a_day_later_and_nothing_else_does(tmp_path, age, stays):
    target, left = tmp_path / "a[1].yaml", tmp_path / f".a[1].yaml.{'0f' * 8}"
    others = [
        tmp_path / f".b.yaml.{'0f' * 8}",
        tmp_path / ".a[1].yaml.swp",
        tmp_path / f"a[1].yaml.{'0f' * 8}",
    ]
    for file in (left, *others):
        file.touch()
        os.utime(file, (time.time() - age,) * 2)
    write_atomically(target, "x")
    assert left.exists() is stays
    assert all(file.exists() for file in others)


def test_private_files_are_for_their_owner_alone_and_the_rest_as_before(tmp_path):
    before = os.umask(0o022)
    try:
        with private_files():
            (tmp_path / "true counts").mkdir()
            (tmp_path / "true counts" / "plan.json").touch()
        (tmp_path / "page.html").touch()
    finally:
        os.umask(before)
    assert mode(tmp_path / "true counts") == 0o700
    assert mode(tmp_path / "true counts" / "plan.json") == 0o600
    assert mode(tmp_path / "page.html") == 0o644


def test_a_cleared_release_is_read_by_everybody_and_written_by_its_owner(tmp_path):
    with private_files():
        (tmp_path / "release" / "tables").mkdir(parents=True)
        (tmp_path / "release" / "tables" / "01.csv").touch()
    open_to_readers(tmp_path / "release")
    assert mode(tmp_path / "release") == mode(tmp_path / "release" / "tables") == 0o755
    assert mode(tmp_path / "release" / "tables" / "01.csv") == 0o644


def test_a_digest_is_over_names_and_contents_of_sources_and_not_of_what_was_compiled(tmp_path):
    def digest() -> str:
        return package_digest.__wrapped__(str(tmp_path))

    (tmp_path / "a.py").write_text("1")
    first = digest()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("1")
    assert digest() == first
    (tmp_path / "a.py").write_text("2")
    second = digest()
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, digest()}) == 3


def test_a_part_of_the_library_has_another_digest_than_the_whole():
    assert package_digest("intake") != package_digest() == package_digest()
    assert len(package_digest()) == 64


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "ディスクの空きが足りず"),
        (errno.EDQUOT, "ディスクの空きが足りず"),
        (errno.EROFS, "読み取り専用"),
        (errno.EACCES, "Excel などで開いていたら"),
        (errno.EPERM, "Excel などで開いていたら"),
        (errno.EIO, "つながりません"),
        (errno.ESTALE, "つながりません"),
        (errno.ENAMETOOLONG, "長すぎます"),
        (errno.EFBIG, "大きさを超える"),
        (errno.ENOLCK, "錠を掛けられません"),
        (errno.EOPNOTSUPP, "錠を掛けられません"),
    ],
)
def test_a_disk_that_takes_no_file_is_told_with_the_file_and_a_remedy(number, told):
    sentence = disk_trouble(str(OSError(number, os.strerror(number), "/仕事/統計表.xlsx")))
    assert sentence.startswith("/仕事/統計表.xlsx: ")
    assert told in sentence
    assert "残っています" in sentence


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("[WinError 112] ディスクに十分な空き領域がありません。: 'C:\\\\仕事\\\\a.html'", "ディスクの空き"),
        ("[WinError 32] プロセスはファイルにアクセスできません。", "Excel"),
        ("[WinError 59] 予期しないネットワーク エラーが発生しました。: 'Z:\\\\a.html'", "つながりません"),
        ("[WinError 206] ファイル名または拡張子が長すぎます。", "長すぎます"),
        ("OSError: [Errno 28] No space left on device", "ディスクの空き"),
    ],
)
def test_what_windows_and_a_notebook_say_of_the_disk_is_understood(words, told):
    assert told in disk_trouble(words)


@pytest.mark.parametrize("words", ["[Errno 2] No such file or directory: 'x'", "[Errno 128] x", "28", ""])
def test_another_error_is_not_taken_for_one_of_the_disk(words):
    assert disk_trouble(words) == ""


def test_all_folders_on_the_way_to_a_file_are_made(tmp_path):
    write_atomically(tmp_path / "市" / "年度" / "記録.txt", "あ")
    assert (tmp_path / "市" / "年度" / "記録.txt").read_text(encoding="utf-8") == "あ"


def test_a_full_disk_is_told_of_as_full_even_when_nothing_could_be_begun(tmp_path, monkeypatch):
    def full(self, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_atomically(tmp_path / "記録.txt", "あ")
    assert caught.value.errno == errno.ENOSPC


def test_a_csv_file_opens_in_excel_and_reads_back_as_it_was_written():
    rows = [["見出し", "値"], ['改行\nと,"引用"', "1"]]
    written = csv_bytes(rows)
    assert written.startswith(codecs.BOM_UTF8)
    assert list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))) == rows
    assert csv_bytes([["あ", "い"]], "cp932", "\n", "\t") == "あ\tい\n".encode("cp932")


def test_a_character_that_an_encoding_lacks_is_never_replaced():
    with pytest.raises(UnicodeEncodeError):
        csv_bytes([["😀"]], "cp932")


def _folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "index.html").write_text(text, encoding="utf-8")
    return path


def test_a_new_folder_stands_where_the_old_one_stood(tmp_path):
    target = _folder(tmp_path / "release", "old")
    replace_folder(_folder(tmp_path / "new", "new"), target)
    assert (target / "index.html").read_text(encoding="utf-8") == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"]


def test_the_old_folder_can_be_kept_however_deep(tmp_path):
    """The first time nothing of the way is there, the second time all of it."""
    target, kept = _folder(tmp_path / "release", "old"), tmp_path / "kept" / "releases"
    for name, text in (("abc", "old"), ("def", "new")):
        replace_folder(_folder(tmp_path / "new", "new"), target, keep_old_as=kept / name)
        assert (kept / name / "index.html").read_text(encoding="utf-8") == text


def test_a_kept_folder_is_never_overwritten(tmp_path):
    kept = _folder(tmp_path / "releases" / "abc", "older")
    target = _folder(tmp_path / "release", "old")
    replace_folder(_folder(tmp_path / "new", "new"), target, keep_old_as=kept)
    assert (kept / "index.html").read_text(encoding="utf-8") == "older"
    assert (target / "index.html").read_text(encoding="utf-8") == "new"


def test_what_an_interrupted_replacement_left_aside_does_not_stop_the_next_one(tmp_path):
    _folder(tmp_path / ".release.old", "older")
    target = _folder(tmp_path / "release", "old")
    replace_folder(_folder(tmp_path / "new", "new"), target)
    assert (target / "index.html").read_text(encoding="utf-8") == "new"
    assert not (tmp_path / ".release.old").exists()


def test_the_old_folder_comes_back_where_the_new_one_cannot_be_moved(tmp_path):
    target, new = _folder(tmp_path / "release", "old"), _folder(tmp_path / "new", "new")
    with (new / "index.html").open(), pytest.raises(PermissionError):
        replace_folder(new, target)
    assert (target / "index.html").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "release"]


def test_a_folder_of_which_somebody_has_a_file_open_stays_whole(tmp_path):
    target, new = _folder(tmp_path / "release", "old"), _folder(tmp_path / "new", "new")
    with (target / "index.html").open(), pytest.raises(PermissionError):
        replace_folder(new, target, keep_old_as=tmp_path / "releases" / "abc")
    assert (target / "index.html").read_text(encoding="utf-8") == "old"
    assert (new / "index.html").read_text(encoding="utf-8") == "new"


def test_a_place_that_cannot_be_cleared_is_told_of_and_one_that_is_free_is_no_trouble(tmp_path, monkeypatch):
    folder = _folder(tmp_path / "work", "old")
    with monkeypatch.context() as windows:
        windows.setattr("os.unlink", _refused)
        with pytest.raises(PermissionError, match=re.escape(str(folder))):
            clear_away(folder)
    for _ in range(2):
        clear_away(folder)
        assert not folder.exists()


def _refused(path, **_):
    raise PermissionError(errno.EACCES, "in use", path)


@pytest.mark.parametrize(
    ("name", "trace"),
    [
        ("~$cases.xlsx", True),
        (".cases.csv", True),
        ("cases~.csv", False),
        ("cases.csv", False),
        ("a.b.csv", False),
        (".ipynb_checkpoints/common-checkpoint.yaml", True),
        (".hidden/fy2023/common.yaml", False),
    ],
)
def test_what_an_editor_leaves_beside_a_file_is_nobodys_own(name, trace):
    assert is_trace(Path("data.d") / name) is trace
