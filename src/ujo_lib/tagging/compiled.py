"""The one place that decides whether kernels are compiled.

A kernel is an ordinary Python function over numpy arrays. With numba it becomes machine code that releases the
interpreter's lock; on a platform without numba the same functions run as they are, slowly, and Janome does the
tokenising (see `engine.default_engine`).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from ujo_lib.tagging.cache import built_once, kernel_cache_folder

F = TypeVar("F", bound=Callable[..., Any])

if "NUMBA_CACHE_DIR" not in os.environ:
    os.environ["NUMBA_CACHE_DIR"] = str(kernel_cache_folder())

try:
    import numba
except ImportError:
    COMPILED = False
else:
    COMPILED = not numba.config.DISABLE_JIT
    if not numba.config.CACHE_DIR:  # numba was imported, and read the environment, before us
        numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


def kernel(function: F) -> F:
    """Compile a function over arrays, keep the machine code in the user's cache, release the interpreter's lock."""
    if not COMPILED:
        return function
    # Nobody calls a kernel from C; leaving out that entrance saves a fifth of the compiling.
    compiled: F = numba.njit(cache=True, nogil=True, no_cfunc_wrapper=True)(function)
    return compiled


@contextmanager
def compiled_once(name: str) -> Iterator[None]:
    """Let one process at a time through a piece of work in which numba compiles, until it was done once.

    Two notebooks that start on an empty cache would otherwise compile the same kernels side by side.
    """
    if not COMPILED:
        yield
        return
    done = kernel_cache_folder() / f"{name}.compiled"
    with built_once(done):
        yield
        if not done.exists():
            done.touch()
