"""Where work that is spread out is carried out: one shape, that of `concurrent.futures`, for one machine or a cluster.

On one machine every task gets a process of its own, forked from one that has loaded the libraries: a task that dies
takes nobody with it, and none of them waits for an import. A Dask cluster takes the same tasks; its workers must see
the project folder under the same path.
"""

import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

from ujo_lib.errors import InputError
from ujo_lib.pipeline import kernels

_RUNNER = (
    "ujo_lib.pipeline.fleet",
    "ujo_lib.pipeline.pages",
    "ujo_lib.pipeline.release",
    "ujo_lib.pipeline.steps",
)
"""What a run imports besides what its kernels import."""


class NoClusterError(InputError):
    """A cluster is asked for and cannot be had."""


class ProcessDiedError(RuntimeError):
    """A task's process ended without an answer: killed, or out of memory."""


@contextmanager
def open_executor(workers: int = 1, scheduler: str = "", modules: Iterable[str] = ()) -> Iterator[Executor]:
    """Offer an executor.

    Args:
        workers: tasks carried out at the same time on this machine; a cluster has its own number.
        scheduler: address of a Dask scheduler; this machine when empty.
        modules: what a task on this machine finds imported besides what a run itself imports.

    Raises:
        NoClusterError: the extra `cluster` is not installed, or nobody answers at the address.
    """
    if not scheduler:
        with _Processes(workers, modules) as executor:
            yield executor
        return
    try:
        distributed = importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise NoClusterError(
            "クラスターで実行する部品がありません。プロジェクトのフォルダーで "
            '`pip install -e ".[cluster]"` を実行してください。'
        ) from None
    try:
        client = distributed.Client(scheduler, timeout="20s")
    except (OSError, ValueError) as error:
        raise NoClusterError(f"スケジューラー {scheduler} につながりません({error})。") from None
    with client:
        yield client.get_executor(pure=False)


class _Processes(Executor):
    """Runs every call in a process of its own, a few at a time."""

    def __init__(self, workers: int, modules: Iterable[str]) -> None:
        self._context = _warm_context(modules)
        self._threads = ThreadPoolExecutor(workers)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function of an importable module; arguments and answer are pickled."""
        return self._threads.submit(self._call, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the calls under way end."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)

    def __exit__(self, interrupted: object, *_: object) -> None:
        """Let the calls under way end, and begin those that wait only if nobody has interrupted."""
        self.shutdown(cancel_futures=interrupted is not None)

    def _call(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        receive, send = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_answer, args=(send, fn, args, kwargs))  # type: ignore[attr-defined]
        process.start()
        send.close()  # or the end of the process would not be heard
        try:
            answer, error = receive.recv()
        except EOFError:
            process.join()
            raise ProcessDiedError(
                f"処理のプロセスが途中で終了しました(終了コード {process.exitcode}。メモリー不足や強制終了など)"
            ) from None
        finally:
            receive.close()
        process.join()
        if error is not None:
            raise error
        return answer


def _answer(send: Connection, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    kernels.dedicate_this_process()
    try:
        send.send((fn(*args, **kwargs), None))
    except (Exception, KeyboardInterrupt) as error:  # it is raised again where the answer is awaited
        send.send((None, error))


def _warm_context(modules: Iterable[str]) -> BaseContext:
    """Processes that find the libraries loaded, where the system can fork."""
    if not kernels.can_fork():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([*modules, *_RUNNER])
    before = dict(os.environ)
    os.environ.update(kernels.kernel_environment())  # a hash seed cannot be fixed later
    try:
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)
    return context
