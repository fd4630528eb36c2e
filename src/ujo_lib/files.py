"""Writing files so that a reader never meets half of one, and nobody else on the machine meets what is private."""

import csv
import glob
import hashlib
import io
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_ONLY_OWNER = 0o077
_DAY = 24 * 60 * 60 * 10**9

_DISK = {
    ("Errno 28", "Errno 122", "WinError 39", "WinError 112"): (
        "ディスクの空きが足りず、書き込めませんでした。\n要らないファイルを消すか、`ujo prune 自治体 年度` で"
        "過去の途中結果を消して空きを作り、もう一度実行してください。"
    ),
    ("Errno 30", "WinError 19"): (
        "書き込みが禁じられた場所(読み取り専用)です。\n書き込める場所にプロジェクトを置くか、情報システムの担当に"
        "書き込みを許してもらい、もう一度実行してください。"
    ),
    ("Errno 1", "Errno 13", "WinError 5", "WinError 32", "WinError 33"): (
        "読み書きできません。\nExcel などで開いていたら閉じて、もう一度実行してください。"
        "閉じても同じときは、読み書きの権限を確かめてください。"
    ),
    ("Errno 27", "WinError 223"): (
        "置き場所のディスクか利用者に許された大きさを超えるファイルで、書き込めませんでした。\n大きなファイルを置ける場所に"
        "プロジェクトを移すか、情報システムの担当に上限を上げてもらい、もう一度実行してください。"
    ),
    ("Errno 37", "Errno 95"): (
        "ここのディスク(共有フォルダーなど)では、二つの実行がぶつからないようにする錠を掛けられません。\n"
        "パソコンの中のディスクにプロジェクトを移して、もう一度実行してください。"
    ),
    ("Errno 5", "Errno 107", "Errno 116", "WinError 53", "WinError 59", "WinError 64"): (
        "共有フォルダーか外付けのディスクにつながりません。\nつながることを確かめて、もう一度実行してください。"
    ),
    ("Errno 36", "WinError 206"): (
        "フォルダーとファイルの名前が、合わせて長すぎます。\nプロジェクトを、ドライブのすぐ下のような短い名前の"
        "場所へ移して、もう一度実行してください。"
    ),
}
"""Numbers of an operating system's errors → what they mean for a clerk."""


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write beside the target and rename, creating the folder when needed; who may read it is up to the umask.

    What somebody who was killed between the two left beside it goes, a day later: nobody writes for so long.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    for left in left_behind(path.parent, f".{glob.escape(path.name)}.{'[0-9a-f]' * 16}"):
        with suppress(OSError):
            left.unlink()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def left_behind(folder: Path, form: str) -> list[Path]:
    """What killed processes left half-written: of a name of this form (a glob) and older than a day."""
    return [left for left in folder.glob(form) if 0 < (written_at(left) or (0,))[0] < time.time_ns() - _DAY]


def csv_bytes(
    rows: Iterable[Iterable[object]],
    encoding: str = "utf-8-sig",
    newline: str = "\r\n",
    delimiter: str = ",",
) -> bytes:
    """Rows, the headings first, as a CSV file; a character that the encoding lacks is an error, never replaced."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return text.getvalue().encode(encoding)


def disk_trouble(error: str) -> str:
    """What to do about a disk that did not take a file.

    Args:
        error: an `OSError` in words, also one that a notebook printed.

    Returns:
        What happened, with the file where it is known, and on a second line the remedy; empty when the disk is not
        to blame.
    """
    found = re.search(r"\[((?:Errno|WinError) \d+)\][^:]*(?:: '(.*?)')?", error)
    for numbers, told in _DISK.items():
        if found and found[1] in numbers:
            before = f"{found[2]}: " if found[2] else ""
            return f"{before}{told}すでにある報告書は、そのまま残っています。"
    return ""


def aside_of(folder: Path) -> Path:
    """Where a folder stands while another takes its place."""
    return folder.with_name(f".{folder.name}.old")


def clear_away(folder: Path) -> None:
    """Delete a folder if there is one, because another is to stand there.

    Raises:
        OSError: a file of it is open on Windows or may not be deleted, so that the place is not free.
    """
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:  # it names the file by its last part alone
        raise OSError(error.errno, error.strerror, str(folder)) from error


def replace_folder(new: Path, target: Path, keep_old_as: Path | None = None) -> None:
    """Put a finished folder in the place of another by renaming.

    The old folder is moved aside first, to `keep_old_as` when that is given and free, and is deleted otherwise only
    after the new one stands. A run killed in between leaves the old files complete under the other name, and the
    next run, finding the place empty, fills it again; where the new one cannot be moved, the old one comes back.
    """
    aside = None
    if target.exists():
        aside = keep_old_as if keep_old_as and not keep_old_as.exists() else aside_of(target)
        if aside != keep_old_as:
            clear_away(aside)
        aside.parent.mkdir(parents=True, exist_ok=True)
        target.rename(aside)
    try:
        new.rename(target)
    except OSError:  # on Windows somebody may have a file of it open
        if aside is not None:
            aside.rename(target)
        raise
    if aside is not None and aside != keep_old_as:
        shutil.rmtree(aside, ignore_errors=True)


def is_trace(file: Path) -> bool:
    """Whether a file or its folder is hidden, or Excel has it open: nobody's own file, JupyterLab's copy for one."""
    return file.name.startswith(("~", ".")) or file.parent.name.startswith(".")


@contextmanager
def private_files() -> Iterator[None]:
    """Whatever this process and those it starts create is for their own user alone (0600, 0700).

    On Windows the folder's own access list decides instead.
    """
    before = os.umask(_ONLY_OWNER)
    try:
        yield
    finally:
        os.umask(before)


def open_to_readers(folder: Path) -> None:
    """Let everybody read a folder that was made in private and has been cleared to leave."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def digest(text: str) -> str:
    """SHA-256 of a text as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of a file as hexadecimal digits; read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def written_at(file: Path) -> tuple[int, ...]:
    """What is another once a file was written anew, found without reading it; empty when there is none."""
    try:
        told = file.stat()
    except FileNotFoundError:
        return ()
    return told.st_mtime_ns, told.st_size


@cache
def package_digest(room: str = "") -> str:
    """SHA-256 over every source and data file of the installed library, or of one room of it."""
    folder = Path(__file__).parent / room
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            total.update(file.relative_to(folder).as_posix().encode())
            total.update(file.read_bytes())
    return total.hexdigest()
