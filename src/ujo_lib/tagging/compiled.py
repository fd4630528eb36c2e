"""The one place that decides whether kernels are compiled.

A kernel is an ordinary Python function over numpy arrays. With numba it becomes machine code that releases the
interpreter's lock; on a platform without numba the same functions run as they are, slowly, and Janome does the
tokenising (see `engine.default_engine`).
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar

from ujo_lib.tagging.cache import kernel_cache_folder

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
    compiled: F = numba.njit(cache=True, nogil=True)(function)
    return compiled
