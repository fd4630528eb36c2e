"""The command `doctor`: what still stands between a place and its release, in order of work. It runs nothing."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ujo_lib.cli.common import (
    DATA_PROBLEMS,
    DONE,
    REFUSED,
    WRONG_PARAMETERS,
    AddCommand,
    place_of,
)
from ujo_lib.pipeline.layout import SiteYear

if TYPE_CHECKING:
    from ujo_lib.intake import Intake

_SHOWN = 5


@dataclass(frozen=True)
class Stage:
    """One stage on the way to a release.

    Attributes:
        title: what it is about.
        left: what is still to be done, a line each.
        remedy: the command that does it, or lists all of it.
        code: the exit code of the command that would be refused for it; `DONE` where it only has not been done yet.
        told: what there is to know where nothing is left.
    """

    title: str
    left: list[str] = field(default_factory=list)
    remedy: str = ""
    code: int = DONE
    told: str = ""

    def __str__(self) -> str:
        state = f"あと {len(self.left)} 件" if self.left else "済"
        told = f"({self.told})" if self.told and not self.left else ""
        lines = [f"    - {line}" for line in self.left[:_SHOWN]]
        if rest := self.left[_SHOWN:]:
            lines.append(f"    - ほか {len(rest)} 件")
        if self.left and self.remedy:
            lines.append(f"    → {self.remedy}")
        return "\n".join([f"{self.title}: {state}{told}", *lines])


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    command("doctor", _doctor, "公表までに残っていることを、する順に示す(何も実行しない)")


def _doctor(options: argparse.Namespace) -> int:
    place = place_of(options)
    code = DONE
    print(f"{place.site} {place.year}年度の公表までにすること")
    for number, stage in enumerate(stages(place), 1):
        print(f"\n{number}. {stage}")
        code = code or (stage.code if stage.left else DONE)
    if code:
        print("\n残りの段階は、上が済んでから調べます。")
    return code


def stages(place: SiteYear) -> Iterator[Stage]:
    """The stages in order of work, up to the first that bars the next."""
    yield (files := _files(place))
    if files.left:
        return
    found = _checked(place)
    yield (data := _data(place, found))
    if data.left:
        return
    barred = [_names(place, found), _decisions(place)]
    yield from barred
    if not any(stage.left for stage in barred):
        yield _readings(place)
        yield from _pages(place)


def _files(place: SiteYear) -> Stage:
    from ujo_lib.params.marks import marks_in
    from ujo_lib.setup import open_points

    marked = {
        f"{mark.file.relative_to(place.root).as_posix()} の {mark.line} 行目"
        for mark in marks_in(place.params)
    }
    points = open_points(place.root, place.site, place.year)
    left = [f"{point.where}: {point.what}" for point in points if point.where not in marked]
    return Stage("パラメーターと入力ファイル", left, code=WRONG_PARAMETERS)


def _checked(place: SiteYear) -> "Intake":
    from ujo_lib import intake
    from ujo_lib.intake.patience import telling
    from ujo_lib.params.notebooks import with_role

    settings = place.settings(with_role(place.notebooks, "quality"))
    with telling(sys.stderr):
        return intake.check(settings.inputs_file, settings.kinds, period=settings.period)


def _data(place: SiteYear, found: "Intake") -> Stage:
    errors = [str(fault) for fault in found.faults if fault.severity == "error"]
    warned = len(found.faults) - len(errors)
    command = f"ujo check {place.site} {place.year}"
    told = f"確かめたい注意 {warned} 件。`{command}`" if warned else ""
    return Stage("入力データ", errors, f"`{command}` で、すべてを直し方とともに見る", DATA_PROBLEMS, told)


def _names(place: SiteYear, found: "Intake") -> Stage:
    from ujo_lib.params import ParameterError
    from ujo_lib.pipeline.readiness import require_known_answers

    try:
        require_known_answers(place, found)
    except ParameterError as error:
        return Stage(
            "窓口・地域などの名前", [str(problem) for problem in error.problems], code=WRONG_PARAMETERS
        )
    return Stage("窓口・地域などの名前")


def _decisions(place: SiteYear) -> Stage:
    from ujo_lib.pipeline.readiness import undecided

    return Stage("人が決めること", undecided(place), "書き直して、もう一度 `ujo doctor` を実行する", REFUSED)


def _readings(place: SiteYear) -> Stage:
    unread = [
        notebook.name
        for notebook in place.notebooks
        if getattr(place.settings(notebook), "hand_codes", None) == ""
    ]
    told = (
        f"なくても公表できる。主題の割合を推定するには `ujo code sample {place.site} {place.year}`"
        if unread
        else ""
    )
    return Stage("人が読んで付けた主題", told=told)


def _pages(place: SiteYear) -> Iterator[Stage]:
    from ujo_lib.disclosure.signature import is_sealed, is_signed
    from ujo_lib.pipeline.keys import plan_steps
    from ujo_lib.pipeline.manifest import Manifest
    from ujo_lib.pipeline.run import CANDIDATE, CHECKED, is_current

    steps, before = plan_steps(place), Manifest.read(place.manifest)
    named = f"{place.site} {place.year}"
    made, checked = (
        before is not None and is_current(before, steps, (), place, status) for status in (CANDIDATE, CHECKED)
    )
    sealed = checked and is_sealed(place.release)
    yield Stage(
        "報告書", [] if made else ["今の入力とパラメーターでは、まだ作られていない"], f"`ujo run {named}`"
    )
    yield Stage("公表用ページの審査", [] if sealed else ["まだ審査されていない"], f"`ujo release {named}`")
    signed = sealed and is_signed(place.release)
    yield Stage(
        "2人の署名", [] if signed else ["まだ署名されていない"], f"`ujo sign {named} 氏名 氏名 --key …`"
    )
