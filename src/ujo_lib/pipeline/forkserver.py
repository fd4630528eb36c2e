"""The process that has the libraries loaded and forks kernels; see `kernels` for the protocol."""

import contextlib
import gc
import importlib
import os
import signal
import sys
from typing import NoReturn


def serve(inputs: str, kinds: list[str], modules: list[str]) -> None:
    """Load what the kernels need, then fork one for every connection file named on standard input.

    Parsed inputs are cached in the process by the hash of each file, so a fork finds them parsed; a file that changes
    in between is read again. Whatever is wrong with the inputs is for the notebooks to say.
    """
    for name in modules:
        with contextlib.suppress(Exception):  # not a module, or a broken one: for the notebook to say
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        importlib.import_module("ujo_lib.intake").check(inputs, kinds)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children: set[int] = set()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become_kernel(line.strip())
        children.add(pid)
        print(pid, flush=True)
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _become_kernel(connection_file: str) -> NoReturn:
    """Run a kernel in this fork until it is told to shut down."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    # A notebook makes much and drops little: looking for what can be dropped costs a seventh of its time.
    gc.set_threshold(100_000, 50, 100)
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=["-f", connection_file])
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2].split(","), sys.argv[3:])
