"""A notebook that is done leaves nothing behind in the process that ran it."""

import asyncio
import os
import subprocess
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbformat.v4 import new_code_cell, new_notebook

from ujo_lib.pipeline.execute import NotebookFailedError, execute
from ujo_lib.pipeline.forkserver import Preload
from ujo_lib.pipeline.kernels import ForkServer, can_fork, forked_manager, started_manager

INPUTS = "no-inputs-are-read.yaml"


def written(folder: Path, *cells: str) -> tuple[Path, Path, dict[str, int]]:
    parameters = new_code_cell("wished = 1", metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[parameters, *map(new_code_cell, cells)])
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "one.ipynb")
    return folder / "one.ipynb", folder / "done.ipynb", {"wished": 7}


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True])
def test_no_kernel_thread_or_event_loop_outlives_a_notebook_however_it_ended(
    tmp_path: Path, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    loops, new_loop = [], asyncio.new_event_loop
    monkeypatch.setattr(asyncio, "new_event_loop", lambda: loops.append(new_loop()) or loops[-1])
    before = set(threading.enumerate())
    manager: AsyncKernelManager = started_manager()
    if fails:
        with pytest.raises(NotebookFailedError, match="KeyError"):
            execute(*written(tmp_path, "raise KeyError('x')"), manager, lambda done, total: None)
    else:
        executed = execute(*written(tmp_path, "print(wished)"), manager, lambda done, total: None)
        assert executed.cells[-1].outputs[0].text == "7\n"
    assert not manager.has_kernel
    assert loops
    assert all(loop.is_closed() for loop in loops)
    assert not [thread for thread in set(threading.enumerate()) - before if thread.is_alive()]


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True])
def test_no_notebook_takes_the_process_to_another_folder_not_even_for_a_moment(
    tmp_path: Path, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside it other notebooks run, and what is read meanwhile is looked for in the folder of the process."""
    went: list[str] = []
    monkeypatch.setattr(os, "chdir", went.append)
    with pytest.raises(NotebookFailedError, match="KeyError") if fails else nullcontext():
        paths = written(tmp_path, "raise KeyError('x')" if fails else "print(wished)")
        execute(*paths, started_manager(), lambda done, total: None)
    assert went == []
    assert nbformat.read(tmp_path / "done.ipynb", as_version=4).cells[-1].outputs


@pytest.mark.slow
@pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux alone")
def test_a_forked_kernel_is_gone_when_its_notebook_is_done(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with ForkServer(Preload(INPUTS)) as server:
        managers = [forked_manager(server) for _ in range(2)]
        for manager in managers:
            execute(*written(tmp_path, "import os; print(os.getpid())"), manager, lambda done, total: None)
            assert not manager.has_kernel
        assert not [thread for thread in set(threading.enumerate()) - before if thread.is_alive()]


@pytest.mark.slow
def test_a_started_kernel_has_the_environment_of_a_forked_one(tmp_path: Path, monkeypatch) -> None:
    """Where nothing can be forked results would else depend on the seed of hashes, the time zone and the locale."""
    monkeypatch.setenv("TZ", "Europe/Paris")
    told = "import os, sys; print(os.environ['TZ'], sys.flags.hash_randomization, sys.flags.utf8_mode)"
    executed = execute(*written(tmp_path, told), started_manager(), lambda done, total: None)
    assert executed.cells[-1].outputs[0].text == "Asia/Tokyo 0 1\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "forked", [False, pytest.param(True, marks=pytest.mark.skipif(not can_fork(), reason="Linux"))]
)
def test_what_a_user_has_python_or_ipython_do_at_every_start_is_no_input_of_a_page(
    tmp_path: Path, monkeypatch, forked: bool
) -> None:
    startup = tmp_path / "of-the-user" / "profile_default" / "startup" / "mine.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("mine = 1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "of-the-user"))
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    with ForkServer(Preload(INPUTS)) if forked else nullcontext() as server:
        manager = forked_manager(server) if server else started_manager()
        executed = execute(
            *written(tmp_path, "print('mine' in globals())"), manager, lambda done, total: None
        )
    assert executed.cells[-1].outputs[0].text == "False\n"


@pytest.mark.slow
def test_a_started_kernel_is_of_this_environment_and_nobody_can_listen_to_it(
    tmp_path: Path, monkeypatch
) -> None:
    """Not one that another program has set up under the same name for the user."""
    other = tmp_path / "kernels" / "python3" / "kernel.json"
    other.parent.mkdir(parents=True)
    other.write_text('{"argv": ["of-another-program", "{connection_file}"], "display_name": "Python 3"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert KernelSpecManager().get_kernel_spec("python3").argv[0] == "of-another-program"
    told = "import sys; print(sys.executable); print(bool(get_ipython().kernel.parent.curve_secretkey))"
    executed = execute(*written(tmp_path, told), started_manager(), lambda done, total: None)
    assert executed.cells[-1].outputs[0].text == f"{sys.executable}\nTrue\n"


@pytest.mark.slow
def test_notebooks_are_read_without_the_checker_of_addresses_that_jupyterlab_brings(tmp_path: Path) -> None:
    """Here a checker that ends the process stands for the one that takes three seconds to be imported."""
    (tmp_path / "rfc3987_syntax.py").write_text("raise SystemExit('imported')")
    for first, found in (("ujo_lib.pipeline", ""), ("sys", "imported\n")):
        command = [sys.executable, "-c", f"import {first}, nbformat"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
        assert subprocess.run(command, env=environment, capture_output=True, text=True).stderr == found
