"""Kernels that start at once because they are forked from a process that has the libraries loaded.

Starting a kernel and importing what a notebook imports costs three to four seconds, twelve times in a run of six
notebooks for two audiences. A fork server imports it once; each kernel is then a fork of it, a fresh process with a
fresh namespace. Where the operating system cannot fork (Windows), ordinary kernels are started.

The protocol between runner and server is one line each way: the path of a connection file, the process id of the
kernel. The server ends, and its kernels with it, when the runner closes the pipe or dies.
"""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import AbstractContextManager, suppress
from multiprocessing import get_context
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from ujo_lib.pipeline.forkserver import Preload, serve

_SERVER = "ujo_lib.pipeline.forkserver"
_LONGEST = 107 - len("/ujo-12345678/k1000-5")
"""Bytes of the path of the temporary folder, so that those of the sockets below it stay within what a system takes."""
_dedicated = False


def dedicate_this_process() -> None:
    """Say that this process was forked with the libraries loaded, for one run and nothing else.

    The server of its kernels is then a fork of it: nothing has to be imported again.
    """
    global _dedicated  # a property of the process, known to nobody else
    _dedicated = can_fork()


def kernel_environment() -> dict[str, str]:
    """Environment of a kernel: one thread per library, a fixed hash seed, UTF-8 everywhere, nothing of a user's own."""
    fixed = {
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONSTARTUP": "",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "TZ": "Asia/Tokyo",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    return {**os.environ, **fixed}


class ForkServer(AbstractContextManager["ForkServer"]):
    """A process with the libraries loaded that forks a kernel for every connection file it is told."""

    def __init__(self, preload: Preload) -> None:
        """Start the server, which loads what is wanted once for all kernels."""
        self._folder = tempfile.TemporaryDirectory(prefix="ujo-")
        self._process = (_ForkedServer if _dedicated else _start_server)(preload, self._folder.name)
        self._talk = threading.Lock()
        self._kernels = itertools.count(1)

    def sockets(self) -> str:
        """A path for the sockets and the connection file of one more kernel.

        Local sockets instead of ports: what runs over them are case records, and two kernels can never meet.
        """
        return f"{self._folder.name}/k{next(self._kernels)}"

    def fork(self, connection_file: str) -> int:
        """Fork a kernel that listens on the ports of `connection_file`; return its process id.

        Raises:
            RuntimeError: the server has died.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the fork server has no pipes")
        with self._talk:
            try:
                self._process.stdin.write(connection_file + "\n")
                self._process.stdin.flush()
                answer = self._process.stdout.readline()
            except BrokenPipeError:
                answer = ""
        if not answer:
            raise RuntimeError("カーネルを用意するプロセスが止まりました。もう一度実行してください。")
        return int(answer)

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._folder.cleanup()


def _start_server(preload: Preload, folder: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", _SERVER, json.dumps(preload._asdict()), folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=kernel_environment(),
        text=True,
        bufsize=1,
    )


class _ForkedServer:
    """The server as a fork of this process, with the face of a `subprocess.Popen`."""

    def __init__(self, preload: Preload, folder: str) -> None:
        asked, ask = os.pipe()
        answered, answer = os.pipe()
        self._process = get_context("fork").Process(
            target=_serve_here, args=(preload, folder, (asked, answer), (ask, answered))
        )
        self._process.start()
        os.close(asked)
        os.close(answer)
        self.stdin = os.fdopen(ask, "w", buffering=1)
        self.stdout = os.fdopen(answered)

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it has not come in time.
        """
        self._process.join(timeout)
        if self._process.is_alive():
            raise subprocess.TimeoutExpired(_SERVER, timeout or 0)

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()


def _serve_here(preload: Preload, folder: str, own: tuple[int, int], others: tuple[int, int]) -> None:
    """Serve on standard input and output, where a kernel closes them, and let go of the runner's ends."""
    for descriptor in others:
        os.close(descriptor)
    for descriptor, standard in zip(own, (0, 1), strict=True):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    serve(preload, folder)


class ReadyClient(AsyncKernelClient):  # type: ignore[misc]
    """A client that is ready once its kernel has answered and is heard.

    The stock client then waits a fifth of a second for what else the kernel might say; who executes a notebook passes
    over all that answers no cell of it.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask for signs of life until there are some.

        Raises:
            RuntimeError: the kernel has died, or has said nothing within so many seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while True:
                    self.kernel_info()
                    with suppress(Empty):
                        await self.get_shell_msg(timeout=1)
                        await self.get_iopub_msg(timeout=0.2)
                        return
                    if not await self.is_alive():
                        raise RuntimeError("the kernel died before it had answered")
        except TimeoutError:
            raise RuntimeError(f"the kernel has not answered within {timeout} seconds") from None


class ForkProvisioner(KernelProvisionerBase):  # type: ignore[misc]  # jupyter_client is followed untyped
    """Life and death of a forked kernel, as jupyter_client wants it told."""

    server: ForkServer
    pid: int | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel has been forked and not been cleaned up."""
        return self.pid is not None

    async def poll(self) -> int | None:
        """Return None while the kernel lives; the server reaps its children, so a dead one has no process id."""
        if self.pid is None:
            return 0
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 1
        return None

    async def wait(self) -> int | None:
        """Wait until the kernel is gone."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        self.pid = None
        return 0

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel, if it lives; but no interrupt, which comes before every end."""
        if self.pid is not None and signum != signal.SIGINT:
            try:
                os.kill(self.pid, signum)
            except ProcessLookupError:
                self.pid = None

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002  # signature of the base class
        """Kill the kernel and see it gone: the manager would look for it no sooner than a tenth of a second later."""
        await self.send_signal(signal.SIGKILL)
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.wait()

    async def terminate(self, restart: bool = False) -> None:  # noqa: ARG002
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:  # noqa: ARG002
        """Fork a kernel on the ports of the manager's connection file."""
        manager = self.parent
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        self.pid = self.server.fork(manager.connection_file)
        return dict(self.connection_info)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing to look up: there is no command."""
        return dict(await super().pre_launch(cmd=[], **kwargs))

    async def cleanup(self, restart: bool = False) -> None:
        """Nothing to clean but the memory of the process."""


def can_fork() -> bool:
    """Whether this system can fork a process that has numerical libraries loaded, and the paths to it are short."""
    return sys.platform.startswith("linux") and len(os.fsencode(tempfile.gettempdir())) <= _LONGEST


def forked_manager(server: ForkServer) -> AsyncKernelManager:
    """Make a kernel manager whose kernel will be forked from the server."""
    sockets = server.sockets()
    manager = AsyncKernelManager(
        transport="ipc", ip=sockets, connection_file=f"{sockets}.json", client_factory=ReadyClient
    )
    spec = KernelSpec(argv=[], display_name="Python 3", language="python")
    provisioner = ForkProvisioner(parent=manager, kernel_spec=spec)
    provisioner.server = server
    manager.provisioner = provisioner
    return manager


def started_manager() -> AsyncKernelManager:
    """Make a kernel manager that starts an ordinary kernel of this very environment.

    Kernels that other programs have set up for the user are not looked for, and what goes over the port, texts of
    consultations among it, is encrypted: others on the machine could listen.
    """
    return AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        transport_encryption="required",
        client_factory=ReadyClient,
    )
