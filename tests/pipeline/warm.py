"""Kernels without a wait for imports: their server is a fork, as the processes of a fleet are."""

import os
from multiprocessing.connection import Connection

from ujo_lib.pipeline import kernels
from ujo_lib.pipeline.executors import _warm_context
from ujo_lib.pipeline.forkserver import Preload

LIBRARIES = ("ipykernel.kernelapp", "matplotlib_inline.backend_inline", "ujo_lib.intake", "ujo_lib.report")
"""All that the cells of the miniature notebooks and their kernels import."""


class WarmServer(kernels._ForkedServer):
    """Stands in for the process that a run starts, which would import everything anew in every test."""

    def __init__(self, preload: Preload, folder: str) -> None:
        context = _warm_context(LIBRARIES)
        asked, ask = context.Pipe(duplex=False)
        answered, answer = context.Pipe(duplex=False)
        self._process = context.Process(target=_serve, args=(preload, folder, asked, answer, _umask()))
        self._process.start()
        self.stdin = os.fdopen(os.dup(ask.fileno()), "w", buffering=1)
        self.stdout = os.fdopen(os.dup(answered.fileno()))
        for end in (asked, ask, answered, answer):
            end.close()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _serve(preload: Preload, folder: str, asked: Connection, answer: Connection, mask: int) -> None:
    os.umask(mask)  # that of the run, not of whoever needed a warm process first
    kernels._serve_here(preload, folder, (asked.fileno(), answer.fileno()), ())
