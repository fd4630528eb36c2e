"""Where this user's caches live. An edge module: it reads the environment and touches the disk.

Two things are kept between runs: the exported dictionary (about 30 MB) and the machine code numba made of the kernels.
Neither holds anything from the city's data.
"""

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_KERNEL_SOURCES = ("normalise.py", "trie.py", "lattice.py", "engine.py", "matching.py")


def cache_folder() -> Path:
    """Return a writable folder for caches, made if need be.

    `UJO_CACHE_DIR` wins; then the platform's own place for caches; then the temporary folder, for machines where a
    user has no writable home (a container with a read-only root).
    """
    tried = [_platform_folder(), Path(tempfile.gettempdir()) / f"ujo-cache-{_user_tag()}"]
    if os.environ.get("UJO_CACHE_DIR"):
        tried.insert(0, Path(os.environ["UJO_CACHE_DIR"]))
    for folder in tried:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    raise OSError(
        "書き込めるキャッシュの置き場所がない。環境変数 UJO_CACHE_DIR に書き込めるフォルダーを指定する"
    )


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


def _user_tag() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
