"""Writing files so that a reader never meets half of one, and nobody else on the machine meets what is private."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_ONLY_OWNER = 0o077


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write beside the target and rename, creating the folder when needed; who may read it is up to the umask."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


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
