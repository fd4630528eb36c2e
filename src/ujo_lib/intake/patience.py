"""What intake is busy with, for a person who waits at a terminal; a check of a few seconds says nothing.

The room logs what it does under its own name and never writes to a stream of its own accord: a notebook stays as it is.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

LOG = logging.getLogger("ujo_lib.intake")

SECONDS = 3.0
"""Silence before the first line, and from each line to the next."""


class _Line(logging.Handler):
    def __init__(self, stream: TextIO) -> None:
        super().__init__(logging.INFO)
        self._stream, self._last = stream, time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        if (now := time.monotonic()) - self._last >= SECONDS:
            self._last = now
            print(record.getMessage(), file=self._stream, flush=True)


@contextmanager
def telling(stream: TextIO) -> Iterator[None]:
    """Say on the stream, every few seconds, what intake is doing at that moment."""
    line, before = _Line(stream), LOG.level
    LOG.addHandler(line)
    LOG.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOG.setLevel(before)
        LOG.removeHandler(line)
