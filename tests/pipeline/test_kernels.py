"""How forked kernels end."""

import os
import signal

import pytest

from tests.pipeline.test_forkserver import answered
from ujo_lib.pipeline.forkserver import Preload
from ujo_lib.pipeline.kernels import can_fork

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux alone"),
]


def test_a_kernel_is_killed_without_an_interrupt_that_it_would_only_complain_of(tmp_path, monkeypatch):
    sent, kill = [], os.kill
    monkeypatch.setattr(os, "kill", lambda pid, number: (sent.append(number), kill(pid, number)))
    answered(tmp_path, Preload("none.yaml"), monkeypatch)
    assert signal.SIGKILL in sent
    assert signal.SIGINT not in sent
