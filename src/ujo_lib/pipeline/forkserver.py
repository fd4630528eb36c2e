"""The process that has the libraries loaded and forks kernels; see `kernels` for the protocol."""

import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn


class Preload(NamedTuple):
    """What kernels find loaded.

    Attributes:
        inputs: the inputs.yaml whose files they read.
        kinds: the kinds of input that they read.
        codebooks: the codebooks that they apply.
        modules: what their notebooks import; names that are no module are passed over.
    """

    inputs: str
    kinds: Sequence[str] = ()
    codebooks: Sequence[str] = ()
    modules: Sequence[str] = ()


def serve(preload: Preload, folder: str) -> None:
    """Load what the kernels need, then fork one for every connection file named on standard input.

    The folder of these files goes when the runner closes its end: one that was killed cannot clear it away itself.

    Parsed inputs and compiled codebooks are cached in the process by what is in the file, so a fork finds them; a file
    that changes in between is read again. Whatever is wrong with one is for the notebooks to say.
    """
    gc.disable()  # nothing that is loaded here is ever dropped
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # nobody debugs these kernels: each would import it
    for name in preload.modules:
        with contextlib.suppress(Exception):  # not a module, or a broken one: for the notebook to say
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        importlib.import_module("ujo_lib.intake").check(preload.inputs, preload.kinds)
    for file in preload.codebooks:
        with contextlib.suppress(Exception):  # no notebook imports it, perhaps
            sys.modules["ujo_lib.tagging"].load_codebook(file)
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
    shutil.rmtree(folder, ignore_errors=True)


def _become_kernel(connection_file: str) -> NoReturn:
    """Run a kernel in this fork until it is told to shut down."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    # A user's own, what IPython is to do at every start for one, is no input of a page.
    os.environ["IPYTHONDIR"] = str(Path(connection_file).parent)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    gc.enable()
    # A notebook makes much and drops little: looking for what can be dropped costs a seventh of its time.
    gc.set_threshold(100_000, 50, 100)
    from ipykernel.kernelapp import IPKernelApp

    # What ran is in the notebook; a history would be written to the user's home after every cell.
    IPKernelApp.launch_instance(argv=["-f", connection_file, "--HistoryManager.enabled=False"])
    os._exit(0)


if __name__ == "__main__":
    serve(Preload(**json.loads(sys.argv[1])), sys.argv[2])
