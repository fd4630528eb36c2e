"""Where work is carried out is told plainly when it cannot be had."""

import importlib
from types import SimpleNamespace

import pytest

from ujo_lib.pipeline.executors import NoClusterError, open_executor


@pytest.fixture
def cluster(monkeypatch):
    """A stand-in for the extra: what its client does is put there by the test."""
    made = SimpleNamespace(asked=[], left=0)

    class Client:
        def __init__(self, address, timeout):
            made.asked.append((address, timeout))
            if made.error:
                raise made.error

        def __enter__(self):
            return self

        def __exit__(self, *_):
            made.left += 1

        def get_executor(self, pure):
            return ("executor", pure)

    made.error = None
    there = importlib.import_module
    stand_in = SimpleNamespace(Client=Client)
    monkeypatch.setattr(
        importlib, "import_module", lambda name: stand_in if name == "distributed" else there(name)
    )
    return made


def test_a_cluster_is_asked_for_tasks_that_are_never_taken_for_the_same(cluster):
    """Two runs of one year are two runs: a scheduler must not answer the second from the first."""
    with open_executor(scheduler="tcp://a:8786") as executor:
        assert executor == ("executor", False)
        assert cluster.left == 0
    assert (cluster.asked, cluster.left) == ([("tcp://a:8786", "20s")], 1)


@pytest.mark.parametrize("error", [OSError("timed out"), ValueError("no address")])
def test_a_scheduler_that_does_not_answer_is_named(cluster, error):
    cluster.error = error
    with (
        pytest.raises(NoClusterError, match=rf"スケジューラー tcp://a につながりません\({error}\)"),
        open_executor(scheduler="tcp://a"),
    ):
        pass


def test_without_the_extra_the_command_that_brings_it_is_told(monkeypatch):
    def lacking(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", lacking)
    with (
        pytest.raises(NoClusterError, match=r'pip install -e "\.\[cluster\]"'),
        open_executor(scheduler="tcp://a"),
    ):
        pass
