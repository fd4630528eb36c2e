"""Commands about one report: `export`, `check`, `doctor`, `params`, `prune`."""

import argparse
import sys
from typing import TYPE_CHECKING

from ujo_lib.cli.common import (
    DATA_PROBLEMS,
    DONE,
    REFUSED,
    WRONG_PARAMETERS,
    AddCommand,
    explain,
    place_of,
    positive,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ujo_lib.intake import Intake
    from ujo_lib.pipeline.layout import SiteYear

_KEPT_SIGNED = "承認済み。削除するときは --signed"
_KEPT = "審査済みの公表用ページが承認を待っていて、承認のときの審査に使う"


def add_commands(command: AddCommand) -> None:
    """Tell the parser about them."""
    export = command("export", _export, "図をWordやPowerPointに貼れるファイル(SVGと300dpiのPNG)にする")
    export.add_argument("--jobs", type=positive, default=None, help="同時に描く数(既定はCPUの数)")
    check = command("check", _check, "入力ファイルを検査し、問題をすべて一度に示す")
    check.add_argument("--json", action="store_true", help="結果をJSONで出す")
    command("doctor", _doctor, "公表までに残っていることを、する順に示す(何も実行せず、何も変えない)")
    params = command("params", _params, "パラメーターの値・既定値・意味を示す")
    params.add_argument("--notebook", nargs="+", default=[], metavar="NN", help="このノートブックだけ(例 02)")
    prune = command("prune", _prune, "過去の公表用ページと、途中の結果・審査の記録を削除する")
    prune.add_argument("--signed", action="store_true", help="承認済みの過去のものと、そのZIPも削除する")


def _export(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.export import export_figures

    for written in export_figures(place_of(options), options.jobs):
        print(f"{written.folder}  図 {written.figures} 枚(SVGとPNG)")
    return DONE


def _check(options: argparse.Namespace) -> int:
    from ujo_lib.intake.account import told
    from ujo_lib.intake.problems import as_text
    from ujo_lib.pipeline import readiness
    from ujo_lib.tagging.quality import CodesError

    place = place_of(options)
    found = _read(place)
    print(found.json() if options.json else "\n".join([*told(found.sources), "", as_text(found.faults)]))
    if (beside := readiness.unread(place)) and not options.json:
        print("\ninputs.yaml に書かれていないため、読まないファイル:", *beside, sep="\n- ")
    readiness.require_known_answers(place, found)
    if wrong := readiness.unreadable(place):
        return explain("\n".join(wrong), WRONG_PARAMETERS)
    if (doubts := readiness.contradicted(place, found)) and not options.json:
        print("\n食い違い:", *doubts, sep="\n- ")
    if found.ok and (unfit := [*readiness.unusable(place, found), *readiness.unweighable(place, found)]):
        return explain("\n".join(unfit), DATA_PROBLEMS)
    try:
        readiness.require_fitting_codes(place, found)
    except CodesError as error:
        return explain(error, DATA_PROBLEMS)
    if (left := readiness.undecided(place)) and not options.json:
        print(f"\n公表(ujo release)の前に、人が決めること: {len(left)} 件", *left, sep="\n- ")
    return DONE if found.ok else DATA_PROBLEMS


def _read(place: "SiteYear", *, texts: bool = True) -> "Intake":
    from ujo_lib import intake
    from ujo_lib.intake.patience import telling
    from ujo_lib.pipeline.keys import all_settings

    settings = [*all_settings(place).values()]
    kinds = dict.fromkeys(kind for one in settings for kind in one.kinds)
    with telling(sys.stderr):
        return intake.check(settings[0].inputs_file, [*kinds], period=settings[0].counted, texts=texts)


def _doctor(options: argparse.Namespace) -> int:
    place = place_of(options)
    left, wishes = _obstacles(place)
    if wishes:
        print(
            "公表の妨げにはなりませんが、人がまだ読んでいない相談があります:", *wishes, sep="\n- ", end="\n\n"
        )
    if not left:
        print("公表までに残っていることはありません。")
        return DONE
    print(f"公表までに残っていること: {sum(map(len, left.values()))} 件(する順)")
    for number, (work, points) in enumerate(left.items(), 1):
        print(f"\n{number}. {work}: {len(points)} 件", *points, sep="\n- ")
    return REFUSED


def _obstacles(place: "SiteYear") -> "tuple[dict[str, Sequence[str]], list[str]]":
    """What keeps a year from its release, by kind of work in the order of work; and what a release does without."""
    from ujo_lib.intake.problems import by_cause
    from ujo_lib.params import ParameterError
    from ujo_lib.pipeline import readiness
    from ujo_lib.setup.checklist import missing_inputs, wrong_parameters
    from ujo_lib.tagging import CodebookError
    from ujo_lib.tagging.quality import CodesError

    here = (place.root, place.site, place.year)
    parameters = [f"{point.where}: {point.what}" for point in wrong_parameters(*here)]
    forms = [f"{point.where}: {point.what}" for point in missing_inputs(*here)]
    left: dict[str, Sequence[str]] = {"パラメーターを直す": parameters, "入力ファイルをそろえる": forms}
    if parameters:
        return _present({**left, "人が確かめて決める": readiness.marked(place)}), []
    found = None if forms else _read(place, texts=False)
    if found:
        left[f"入力ファイルの中身を直す(直し方は `ujo check {place.site} {place.year}`)"] = [
            str(cause) for cause in by_cause(found.faults) if cause.severity == "error"
        ] or [*readiness.unusable(place, found), *readiness.unweighable(place, found)]
    contents, wishes = readiness.unreadable(place), []
    try:
        readiness.require_known_answers(place, found)
        if found:
            readiness.require_fitting_codes(place, found)
            wishes = readiness.uncoded(place)
    except ParameterError as error:
        contents += map(str, error.problems)
    except (CodesError, CodebookError) as error:
        contents.append(str(error))
    left["パラメーターのファイルの中身を直す"] = contents
    left["人が確かめて決める"] = readiness.undecided(place)
    if not _present(left):
        from ujo_lib.pipeline.signing import unreleased

        left["審査して署名する"] = unreleased(place)
    return _present(left), wishes


def _present(left: "dict[str, Sequence[str]]") -> "dict[str, Sequence[str]]":
    return {work: points for work, points in left.items() if points}


def _params(options: argparse.Namespace) -> int:
    from ujo_lib.params.notebooks import chosen

    place = place_of(options)
    for notebook in chosen(place.notebooks, options.notebook):
        settings = place.settings(notebook)
        print(f"# {notebook.name}")
        for key, field in type(settings).model_fields.items():
            print(f"{key}: {getattr(settings, key)!r}  (既定 {field.default!r})  {field.description}")
    return DONE


def _prune(options: argparse.Namespace) -> int:
    from ujo_lib.pipeline.pruning import prune

    deleted, kept = prune(place_of(options), signed=options.signed)
    for path in kept:
        explain(f"残しました: {path}({_KEPT if path.name == '.steps' else _KEPT_SIGNED})", DONE)
    for path in deleted:
        print(f"削除しました: {path}")
    return DONE
