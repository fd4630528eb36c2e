"""Run one notebook with papermill and say truthfully how it ended.

papermill's own output is no evidence: a kernel killed in a cell leaves a notebook in which every cell is
"completed". Here a notebook has succeeded when every code cell was sent, answered and free of errors.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.iorw import LocalHandler, papermill_io, write_ipynb

from ujo_lib.pipeline.kernels import kernel_environment

logging.getLogger("papermill").setLevel(logging.ERROR)
logging.getLogger("traitlets").setLevel(logging.CRITICAL)

PROFILE = "ipython"
"""Folder beside the executed notebook for IPython's settings: what a user has it do at every start is no input."""

OnCell = Callable[[int, int], None]
"""Called with the number of finished cells and the number of all cells."""


class NotebookFailedError(RuntimeError):
    """A notebook did not run to its end.

    Attributes:
        notebook: its name.
        cell: number of the cell, counted from 1 over all cells; None when no cell is to blame.
        reason: what happened, in a line or two; it may quote the data.
    """

    def __init__(self, notebook: str, cell: int | None, reason: str):
        self.notebook, self.cell, self.reason = notebook, cell, reason
        super().__init__(f"{notebook}: {self._where}で止まりました。{reason}")

    @property
    def _where(self) -> str:
        return f"{self.cell} 番目のセル" if self.cell else "セルの外"

    @property
    def error(self) -> str:
        """Name of the error, or what else happened, without a word of the data."""
        return self.reason.partition(":")[0]

    @property
    def told(self) -> str:
        """The words of the error."""
        return self.reason.partition(": ")[2]

    @property
    def kind(self) -> str:
        """Where it stopped and by what kind of error, without a word of the data."""
        return f"{self._where} {self.error}"


_LONGEST = 600
"""Seconds that one cell may take."""


class _KernelEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """papermill's notebook client on a kernel manager of our choice, reporting every finished cell."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,  # noqa: ARG003  # the manager knows its kernel
        *,
        manager: AsyncKernelManager,
        on_cell: OnCell,
        half_run: Path,
        **options: Any,
    ) -> NotebookNode:
        client = _Client(
            nb_man,
            km=manager,
            timeout=options["execution_timeout"],
            startup_timeout=options["start_timeout"],
            shutdown_kernel="immediate",  # all it had to say has been said
        )
        client.on_cell = on_cell
        try:
            # A client leaves a manager that it was handed running: its kernel, its sockets and a thread that asks for
            # signs of life again and again. A process that ran hundreds of notebooks held 1,700 threads.
            return client.execute(
                cleanup_kc=True, env=kernel_environment() | {"IPYTHONDIR": str(half_run.with_name(PROFILE))}
            )
        except Exception:
            write_ipynb(nb_man.nb, str(half_run))
            raise
        finally:
            # The client made itself an event loop in this thread, and nobody else would close it and its sockets.
            asyncio.get_event_loop().close()


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    on_cell: OnCell

    def papermill_execute_cells(self) -> None:
        complete = self.nb_man.cell_complete
        total = len(self.nb.cells)

        def completed(cell: NotebookNode, cell_index: int, **rest: Any) -> None:
            complete(cell, cell_index=cell_index, **rest)
            self.on_cell(cell_index + 1, total)

        self.nb_man.cell_complete = completed
        super().papermill_execute_cells()


papermill_engines.register("ujo", _KernelEngine)


class _Files(LocalHandler):  # type: ignore[misc]
    """Files where they are named, and nothing fetched from elsewhere.

    papermill's own goes to another folder and back for each of them, and takes the whole process along: of notebooks in
    several threads one goes back to where another came from, and the process stays there.
    """

    def cwd(self, new_path: str | None) -> None:
        """Stay."""


papermill_io.reset()
papermill_io.register("local", _Files())


def execute(
    notebook: Path, output: Path, parameters: Mapping[str, Any], manager: AsyncKernelManager, on_cell: OnCell
) -> NotebookNode:
    """Run a notebook on the kernel that `manager` starts.

    Args:
        notebook: stored without outputs.
        output: where the executed notebook is written, half-run when it fails.
        parameters: values for the parameters cell.
        manager: of a kernel that has not been started.
        on_cell: told of every finished cell.

    Returns:
        The executed notebook.

    Raises:
        NotebookFailedError: a cell raised, took too long, or the kernel died.
    """
    name = notebook.stem
    progress = _Progress(on_cell)
    try:
        executed = papermill.execute_notebook(
            notebook,
            output,
            parameters=dict(parameters),
            engine_name="ujo",
            progress_bar=False,
            # Saving after every cell would write megabytes of figures some hundred times a run.
            request_save_on_cell_execute=False,
            manager=manager,
            half_run=output,
            on_cell=progress,
            execution_timeout=_LONGEST,
        )
    except PapermillExecutionError as error:
        raise NotebookFailedError(name, error.cell_index + 1, f"{error.ename}: {error.evalue}") from error
    except DeadKernelError as error:
        raise NotebookFailedError(
            name, progress.done, "カーネルが途中で終了しました(メモリー不足や強制終了など)"
        ) from error
    except CellTimeoutError as error:
        raise NotebookFailedError(name, progress.done, f"{_LONGEST} 秒たっても終わりません") from error
    _require_all_run(name, executed)
    return executed


class _Progress:
    """Counts the cells that were begun (papermill calls a failed cell complete, too) and passes the count on."""

    def __init__(self, on_cell: OnCell):
        self.done = 0
        self._on_cell = on_cell

    def __call__(self, done: int, total: int) -> None:
        self.done = done
        self._on_cell(done, total)


def _require_all_run(name: str, executed: NotebookNode) -> None:
    """Believe the cells, not the metadata: each code cell must have been answered with a number and no error."""
    for number, cell in enumerate(executed.cells, 1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            raise NotebookFailedError(name, number, "このセルは実行されていません")
        if any(output.output_type == "error" for output in cell.outputs):
            raise NotebookFailedError(name, number, "このセルはエラーで終わっています")


def stable_copy(executed: NotebookNode) -> NotebookNode:
    """Return the notebook without clock times, random ids and machine details: same inputs, same bytes.

    The cell of default values goes, too, where another with the values of this run follows it: the defaults are
    those of the sample, and its name has no place in another city's notebook.
    """
    notebook = nbformat.from_dict(executed)
    tags = [cell.metadata.get("tags", ()) for cell in notebook.cells]
    if any("injected-parameters" in of_cell for of_cell in tags):
        notebook.cells = [
            cell for cell, own in zip(notebook.cells, tags, strict=True) if "parameters" not in own
        ]
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number:02d}"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
    return notebook
