"""Many runs, and how each of them ended: one that fails stops no other, and all is told in one paragraph at the end."""

import contextlib
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from ujo_lib.errors import InputError
from ujo_lib.files import disk_trouble
from ujo_lib.fiscal import HALVES, DateError, FiscalYear
from ujo_lib.params import ParameterError, PathOutsideProjectError, read_flat_yaml
from ujo_lib.pipeline.keys import MissingInputError
from ujo_lib.pipeline.layout import YEARS, LockedError, SiteYear
from ujo_lib.pipeline.progress import Progress
from ujo_lib.pipeline.refusal import ReleaseRefusedError
from ujo_lib.pipeline.run import NotebooksFailedError, Outcome, run

State = Literal["unchanged", "done", "locked", "parameters", "data", "notebook", "refused", "disk", "fault"]
STATES: dict[State, str] = {
    "unchanged": "変更なし",
    "done": "完了",
    "locked": "別の実行が進行中",
    "parameters": "パラメーターか入力ファイルの不足",
    "data": "入力データの問題",
    "notebook": "ノートブックの失敗",
    "refused": "公表用ページの差し止め",
    "disk": "ファイルを読み書きできない",
    "fault": "プログラムの不具合",
}
"""How a run can end, from good to bad, and what it is called."""


_TO_BLAME: Final[Mapping[State, Set[str]]] = {
    "parameters": frozenset({"ParameterError", "CodebookError", "QuestionnaireError", "CacheFolderError"}),
    "data": frozenset({"InputError", "DataProblems", "SampleError", "CodesError", "InputChangedError"}),
}
"""How a run ends → the errors that end it so, when nothing else stopped a notebook."""


_LINES: Final = 6
"""So many lines of a message go into a paragraph: what it is about, and five mistakes."""


@dataclass(frozen=True)
class Result:
    """How one run ended.

    Attributes:
        site, year: what was run.
        title: the same for a reader: 「若葉市 令和5(2023)年度」.
        state: how it ended.
        message: what went wrong; empty when nothing did.
        run_id: hash of everything that went in.
        executed: number of steps that were executed.
        seconds: wall time until it ended, in whichever way.
        report: path of the cover page.
        half: "h1" or "h2" where it was the report on half of the year.
    """

    site: str
    year: int
    title: str
    state: State
    message: str = ""
    run_id: str = ""
    executed: int = 0
    seconds: float = 0.0
    report: str = ""
    half: str = ""

    @property
    def good(self) -> bool:
        """Whether the report is up to date."""
        return self.state in ("unchanged", "done")

    def __str__(self) -> str:
        return self._said(1)

    @property
    def in_full(self) -> str:
        """How it ended, with file and remedy of wrong parameters. What else stopped a run may quote a record."""
        return self._said(_LINES if self.state == "parameters" else 1)

    def _said(self, most: int) -> str:
        made = f"{self.executed} 件を実行、{self.seconds:.1f} 秒" if self.state == "done" else ""
        lines = [line.strip() for line in self.message.splitlines()] or [made]
        left = f" ほか{len(lines) - most}行" if len(lines) > most > 1 else ""
        reason = " ".join(lines[:most]) + left
        return f"{self.title}: {STATES[self.state]}" + (f"({reason})" if reason else "")


def just_closed(today: date) -> FiscalYear:
    """The fiscal year that ended last: the one a yearly report is due for."""
    return FiscalYear(FiscalYear.containing(today).year - 1)


def site_years(root: Path, year: FiscalYear | None = None) -> list[SiteYear]:
    """Every place and year that has parameters, in order; with `year`, that year of every site, prepared or not.

    After a year stand the halves of it that have a folder in its parameters. Copies under other names are no years.
    """
    found = sorted({file.parent for file in (root / "params").glob(f"*/{YEARS}/*")})
    if year is not None:
        years = [SiteYear(root, site, year.year) for site in dict.fromkeys(one.parent.name for one in found)]
    else:
        years = [SiteYear(root, one.parent.name, int(one.name[2:])) for one in found]
    halves = ("", *HALVES)
    return [
        replace(one, half=half)
        for one in years
        for half in halves
        if (one.params / half).is_dir() or not half
    ]


def attempt(
    place: SiteYear, progress: Progress, *, work: Callable[..., Outcome] = run, **options: Any
) -> Result:
    """Run one place and year and say how it ended; only a fault of the program is raised.

    Args:
        place: which one.
        progress: where to tell what happens.
        work: `run`, or `release`.
        options: its options: `only`, `force`, `jobs` of `run`.
    """
    begun = time.monotonic()

    def result(state: State, message: str = "", **made: Any) -> Result:
        return _result(place, begun, state, message, **made)

    if not place.params.is_dir():
        missing = f"この年度の準備がまだです。`ujo new-year {place.site} {place.year}` で始めます。"
        progress.note(missing)
        return result("parameters", missing)
    state: State
    try:
        outcome = work(place, progress=progress, **options)
    except LockedError as error:
        state, message = "locked", str(error)
    except (InputError, PathOutsideProjectError, MissingInputError, DateError) as error:
        state, message = "parameters", str(error)
    except NotebooksFailedError as error:
        blamed = (one for one, errors in _TO_BLAME.items() if error.errors <= errors)
        state, message = next(blamed, "notebook"), _without_data(error)
        if told := next(filter(None, (disk_trouble(one.reason) for one in error.failures.values())), ""):
            state, message = "disk", told
    except ReleaseRefusedError as error:
        state, message = "refused", str(error)
    except OSError as error:
        state, message = "disk", disk_trouble(str(error))
        if not message:
            raise
    else:
        state = "unchanged" if outcome.unchanged else "done"
        cover = (place.internal if options.get("only") else place.release) / "index.html"
        return result(state, run_id=outcome.run_id, executed=len(outcome.executed), report=str(cover))
    progress.note(message)
    return result(state, message)


def _without_data(error: NotebooksFailedError) -> str:
    """Where and why notebooks stopped; in the error's words only where they are of parameters and names of files.

    Others may quote a record.
    """
    failures = error.failures.items()
    stops = "、".join(f"{name} の {one.cell or '-'} 番目のセル({one.error})" for name, one in failures)
    mistakes = _TO_BLAME["parameters"] | {"InputChangedError"}
    told = [f"止まったノートブック: {stops}。"]
    told += dict.fromkeys(one.told for one in error.failures.values() if one.error in mistakes)
    if not error.errors <= mistakes:
        told[0] += "くわしくは `ujo check` と failed フォルダーで確かめてください。"
    return "\n".join(told)


def imports_of(places: Sequence[SiteYear]) -> list[str]:
    """What the notebooks of these places import; one whose notebooks cannot be read will say so when it is run."""
    found: dict[str, None] = {}
    for place in places:
        with contextlib.suppress(ParameterError):
            found |= dict.fromkeys(name for notebook in place.notebooks for name in notebook.imports)
    return list(found)


def run_all(places: Sequence[SiteYear], executor: Executor, **options: Any) -> Iterator[Result]:
    """Run places and years on an executor; yield each as it ends, whatever became of the others.

    The years of one place run in their order, as a summary reads what the years before it have released.
    """
    waiting: dict[str, list[SiteYear]] = {}
    for place in sorted(places, key=lambda place: place.name, reverse=True):
        waiting.setdefault(place.site, []).append(place)
    running: dict[Future[Result], tuple[SiteYear, float]] = {}

    def start(site: str) -> None:
        if waiting[site]:
            place = waiting[site].pop()
            task = executor.submit(attempt_alone, str(place.root), site, place.name, **options)
            running[task] = place, time.monotonic()

    for site in waiting:
        start(site)
    while running:
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            place, begun = running.pop(future)
            start(place.site)
            try:
                yield future.result()
            except Exception as error:  # a process that died, a worker that was lost
                yield _fallen(place, begun, error)


def attempt_alone(root: str, site: str, name: str, **options: Any) -> Result:
    """`attempt` for a process of its own, with a log and no terminal; a fault is a result, too."""
    os.environ["UJO_ROOT"] = root
    begun = time.monotonic()
    place = SiteYear.named(Path(root), site, name)
    progress = Progress(None, place.log if place.params.is_dir() else None)
    try:
        return attempt(place, progress, **options)
    except Exception as error:
        progress.note(traceback.format_exc())
        return _fallen(place, begun, error)
    finally:
        progress.close()


def _fallen(place: SiteYear, begun: float, error: Exception) -> Result:
    """How a run ended that could not say so itself; its log, too, may be what the disk did not take."""
    if told := disk_trouble(str(error)) if isinstance(error, OSError) else "":
        return _result(place, begun, "disk", told)
    return _result(place, begun, "fault", f"{type(error).__name__}: {error}")


def _result(place: SiteYear, begun: float, state: State, message: str, **made: Any) -> Result:
    seconds = time.monotonic() - begun
    return Result(
        place.site, place.year, _title(place), state, message, seconds=seconds, half=place.half, **made
    )


def worst(results: Sequence[Result]) -> State:
    """The worst way in which any of them ended."""
    order = list(STATES)
    return max((result.state for result in results), key=order.index, default="unchanged")


def paragraph(results: Sequence[Result]) -> str:
    """What happened, in one paragraph that can go into a mail as it is."""
    if len(results) == 1:
        return f"{results[0].in_full}。"
    count = Counter(result.state for result in results)
    good = sum(result.good for result in results)
    text = f"{len(results)} 件の報告書のうち {good} 件がそろいました"
    text += f"(新しく作ったもの {count['done']} 件、変更のないもの {count['unchanged']} 件)。"
    if bad := [result.in_full for result in results if not result.good]:
        text += (
            f"できなかったもの {len(bad)} 件: {'、'.join(bad)}。前の報告書があれば、そのまま残っています。"
        )
    return text


def summary(results: Sequence[Result], exit_code: int, started: str, finished: str) -> dict[str, Any]:
    """Everything about the runs as plain values, for a program that sends mail."""
    return {
        "text": paragraph(results),
        "exit_code": exit_code,
        "state": worst(results),
        "started": started,
        "finished": finished,
        "results": [asdict(result) | {"seconds": round(result.seconds, 1)} for result in results],
    }


def _title(place: SiteYear) -> str:
    label = place.title
    try:
        return f"{read_flat_yaml(place.params / 'common.yaml')['site_name']} {label}"
    except (ParameterError, KeyError):
        return f"{place.site} {label}"
