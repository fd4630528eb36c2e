"""Results kept by content: what was made once is found again by the other audience, a rerun, an analyst's own session.

An entry is named by all that it was made from: the source of this library, the versions of what computes, the name of
the function and what it was given. So an entry can be missing but never out of date, and nothing has to be thrown away
when something changes. Entries are JSON, never code, and as private as the outputs they lie beside: they hold true
counts, no text that anybody wrote and no record number.
"""

import functools
import importlib.metadata
import json
import os
import shutil
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from ujo_lib.files import digest, package_digest, private_files, write_atomically

Made = TypeVar("Made")

_COMPUTING: Final = ("matplotlib", "matplotlib-fontja", "numpy", "pandas", "scipy", "seaborn", "statsmodels")
"""What an entry depends on besides this library."""
_ROOM: Final = 256 * 2**20
"""Bytes that the entries of one year may take; those of one run of a city take about 2 MB."""


class Store:
    """The folder of kept results of one site and year; it need not be there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def kept(self, name: str, given: Any, make: Callable[[], Made]) -> Made:
        """Find what was made of these values before, or make it and keep it.

        Args:
            name: what makes it, and in which form.
            given: all it is made from, as JSON values.
            make: makes it; the result as JSON values, with lists for tuples.
        """
        told = json.dumps([_program(), name, given], sort_keys=True)
        file = self._folder / f"{digest(told)}.json.z"
        try:
            made: Made = json.loads(zlib.decompress(file.read_bytes()))
            os.utime(file)
        # Not there, or hurt by whatever else writes on disks.
        except (FileNotFoundError, zlib.error, ValueError):
            made = make()
            try:
                with private_files():
                    write_atomically(file, zlib.compress(json.dumps(made).encode(), 1))
            except PermissionError:
                # If it is there it was made meanwhile and is being read: a hindrance on Windows.
                if not file.exists():
                    raise
        return made

    def bound(self, room: int = _ROOM) -> None:
        """Delete what was not asked for the longest, until the rest fits."""
        found = []
        for file in self._folder.glob("*"):
            with suppress(FileNotFoundError):  # another run deletes as well
                found.append((file.stat(), file))
        for told, file in sorted(found, key=lambda one: one[0].st_mtime, reverse=True):
            room -= told.st_size
            if room < 0:
                with suppress(PermissionError):  # on Windows: another run is reading it
                    file.unlink(missing_ok=True)

    def forget(self) -> None:
        """Delete everything."""
        shutil.rmtree(self._folder, ignore_errors=True)


@functools.cache
def _program() -> str:
    return " ".join([package_digest(), *(importlib.metadata.version(name) for name in _COMPUTING)])
