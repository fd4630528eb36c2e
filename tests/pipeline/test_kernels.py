"""How kernels begin, and how forked ones end."""

import asyncio
import os
import signal
import socket
import subprocess
import tempfile
from queue import Empty

import pytest

from tests.pipeline.test_forkserver import answered
from ujo_lib.pipeline.forkserver import Preload
from ujo_lib.pipeline.kernels import ForkProvisioner, ReadyClient, can_fork


class Scripted(ReadyClient):
    """A client without sockets: for every question whether it is answered, heard, and the kernel alive."""

    def __init__(self, *turns: tuple[bool, bool, bool]) -> None:
        super().__init__()
        self.turns, self.asked = list(turns), 0

    def kernel_info(self, reply=False, timeout=None):
        self.asked += 1

    async def get_shell_msg(self, *args, timeout=None, **kwargs):
        await asyncio.sleep(0.01)
        if not self.turns[min(self.asked, len(self.turns)) - 1][0]:
            raise Empty

    async def get_iopub_msg(self, *args, timeout=None, **kwargs):
        if not self.turns[min(self.asked, len(self.turns)) - 1][1]:
            raise Empty

    async def is_alive(self):
        return self.turns[min(self.asked, len(self.turns)) - 1][2]


@pytest.mark.parametrize(
    ("turns", "asked"),
    [
        ([(True, True, True)], 1),
        ([(True, True, False)], 1),
        ([(False, True, True), (True, True, True)], 2),
        ([(True, False, True), (True, True, True)], 2),  # who is not heard yet is asked again
    ],
)
def test_a_kernel_is_ready_once_it_has_answered_and_is_heard(turns, asked):
    client = Scripted(*turns)
    asyncio.run(client.wait_for_ready(timeout=5))
    assert client.asked == asked


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        ((False, True, False), "died"),
        ((True, False, False), "died"),
        ((False, False, True), r"within 0\.05 s"),
    ],
)
def test_a_kernel_that_died_or_says_nothing_is_not_waited_for_any_longer(turn, told):
    with pytest.raises(RuntimeError, match=told):
        asyncio.run(Scripted(turn).wait_for_ready(timeout=0.05))


@pytest.mark.slow
@pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux alone")
@pytest.mark.parametrize(("length", "forked"), [(85, True), (86, True), (87, False)])
def test_kernels_are_started_where_the_path_of_a_socket_would_be_too_long(
    length, forked, tmp_path, monkeypatch
):
    folder = str(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", folder + "x" * (length - len(folder)))
    assert can_fork() == forked
    longest = f"{tempfile.gettempdir()}/ujo-12345678/k1000-5"
    with (
        socket.socket(socket.AF_UNIX) as one,
        pytest.raises(OSError, match="No such file" if forked else "too long"),
    ):
        one.bind(longest)


@pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux alone")
def test_a_kernel_is_killed_without_an_interrupt_that_it_would_only_complain_of(tmp_path, monkeypatch):
    sent, kill = [], os.kill
    monkeypatch.setattr(os, "kill", lambda pid, number: (sent.append(number), kill(pid, number)))
    answered(tmp_path, Preload("none.yaml"), monkeypatch)
    assert signal.SIGKILL in sent
    assert signal.SIGINT not in sent


@pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux alone")
def test_a_kernel_that_was_killed_is_gone_at_once_and_nothing_is_said_to_one_that_is_gone():
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as in the server: the dead leave nothing behind
    try:
        sleeper = subprocess.Popen(["sleep", "60"])
        kernel = ForkProvisioner()
        kernel.pid = sleeper.pid
        asyncio.run(kernel.kill())
        assert not kernel.has_process
        with pytest.raises(ProcessLookupError):
            os.kill(sleeper.pid, 0)
        asyncio.run(kernel.kill())
    finally:
        signal.signal(signal.SIGCHLD, before)
        sleeper.returncode = 0
