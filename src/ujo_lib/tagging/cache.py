"""Where this user's caches live. An edge module: it reads the environment and touches the disk.

Two things are kept between runs: the exported dictionary (about 30 MB) and the machine code numba made of the kernels.
Neither holds anything from the city's data. Machine code is run as it lies there, so the folder must be one into which
nobody else can put a file: never the temporary folder that all users of a machine share.
"""

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ujo_lib.errors import InputError

_KERNEL_SOURCES = ("normalise.py", "trie.py", "lattice.py", "engine.py", "matching.py")


class CacheFolderError(InputError, OSError):
    """There is no folder for caches that this user alone can write to; the message says what to do."""


def cache_folder() -> Path:
    """Return a writable folder for caches that belongs to this user alone, made if need be.

    `UJO_CACHE_DIR` wins over the platform's own place for caches.

    Raises:
        CacheFolderError: the folder cannot be written to, or others could write to it.
    """
    folder = Path(os.environ.get("UJO_CACHE_DIR") or _platform_folder())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        raise CacheFolderError(
            f"キャッシュの置き場所に書き込めません: {folder}。"
            "環境変数 UJO_CACHE_DIR に、自分だけが書き込めるフォルダーを指定してください。"
        ) from None
    if not _belongs_to_this_user_alone(folder):
        raise CacheFolderError(
            f"キャッシュの置き場所に、ほかの人も書き込めます: {folder}。`chmod 700` で自分だけにするか、"
            "環境変数 UJO_CACHE_DIR に、自分だけが書き込めるフォルダーを指定してください。"
        )
    return folder


def _belongs_to_this_user_alone(folder: Path) -> bool:
    """Whether nobody else can put a file into a folder; on Windows, where access lists decide, the user's profile."""
    if sys.platform == "win32":
        return folder.resolve().is_relative_to(Path.home().resolve())
    found = folder.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def kernel_cache_folder() -> Path:
    """Return the folder for numba's machine code, one per state of the kernel sources.

    numba looks only at the file a function stands in; a kernel that calls one from a changed neighbour would be stale.
    """
    digest = hashlib.sha256()
    for name in _KERNEL_SOURCES:
        digest.update((Path(__file__).parent / name).read_bytes())
    return cache_folder() / f"kernels-{digest.hexdigest()[:12]}"


@contextlib.contextmanager
def built_once(target: Path) -> Iterator[None]:
    """Let one process (or thread) at a time in while `target` is not there yet: one builds it, the others wait.

    The system takes the lock back when its holder dies. Where there is no locking (some network folders) several
    build at once, which costs time and nothing else: whoever builds renames a whole file into place.
    """
    if target.exists():
        yield
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        with contextlib.suppress(OSError):
            _wait_for(lock.fileno())
        yield


def _wait_for(descriptor: int) -> None:
    """Wait until no other holds the lock of this file; it is held until the file is closed."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _platform_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "ujo" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ujo"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ujo"
