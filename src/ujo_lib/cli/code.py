"""The command `code`: draw texts for people to read, read back what they found, say how far it can be trusted."""

import argparse
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ujo_lib.cli.common import (
    DATA_PROBLEMS,
    DONE,
    WRONG_PARAMETERS,
    YEAR,
    AddCommand,
    explain,
    place_of,
    positive,
)
from ujo_lib.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from ujo_lib.params.tagging import TaggingSettings
    from ujo_lib.tagging.engine import Engine
    from ujo_lib.tagging.quality import Codes

NOTEBOOK = "03_content_tagging"
CODERS = ("A", "B")


def add_commands(command: AddCommand) -> None:
    """Tell the parser about it."""
    code = command(
        "code",
        _code,
        "人が読んで主題を付ける: sample(標本と表を作る)、read(表を読み込む)、report(一致と確かさ)、"
        "next(機械が迷う相談を次に読む)",
        of_a_year=False,
    )
    code.add_argument("action", choices=list(_ACTIONS), help="することの名前")
    code.add_argument("site", help="自治体のフォルダー名(params/ の下)")
    code.add_argument("year", help=YEAR)
    code.add_argument("--size", type=positive, default=200, help="sample、next: 選ぶ相談の件数(既定は 200)")
    code.add_argument("--extra", type=positive, default=0, help="sample: まれな主題を見るために加える件数")
    code.add_argument(
        "--coders", type=int, choices=(1, 2), default=2, help="sample、next: 読む人の数(既定は 2)"
    )
    code.add_argument(
        "--width", type=_between_0_and_1, default=0.06, help="report: ほしい幅(割合で。既定は 0.06=6ポイント)"
    )


def _between_0_and_1(text: str) -> float:
    """An argument that is a width of an interval of a share."""
    try:
        width = float(text)
    except ValueError:
        width = 0.0
    if not 0 < width < 1:
        raise argparse.ArgumentTypeError(f"0と1の間の小数ではありません: {text}")
    return width


class _Job(NamedTuple):
    """The consultations of a year and where their coding lies."""

    settings: "TaggingSettings"
    folder: Path
    records: "pd.DataFrame"
    tags: "pd.DataFrame"
    focus: "pd.Series[bool]"
    labels: dict[str, str]
    engine: "Engine"
    names: tuple[str, ...]

    def book(self, coder: str, number: int) -> Path:
        """The workbook of a coder: the first is of the sample, later ones of further texts."""
        return self.folder / (f"coding_{coder}.xlsx" if number == 1 else f"coding_{coder}_{number}.xlsx")

    def books(self, coder: str) -> list[Path]:
        """The workbooks of a coder that are there, up to the newest of anybody."""
        return [file for number in range(1, self.fresh) if (file := self.book(coder, number)).exists()]

    @property
    def strays(self) -> list[str]:
        """Files that look like what a coder gave back, and are called as none that is read."""
        from ujo_lib.intake.reading import BOOK_SUFFIXES

        read = {file for coder in CODERS for file in self.books(coder)}
        # What Excel keeps beside a workbook that is open is none.
        there = [one for one in self.folder.glob("*") if not one.name.startswith(("~$", "."))]
        alike = (
            one for one in there if one.suffix.lower() in BOOK_SUFFIXES or one.name.startswith("coding_")
        )
        return sorted(one.name for one in alike if one not in read)

    @property
    def fresh(self) -> int:
        """The first number under which no coder has a workbook."""
        return next(
            number
            for number in itertools.count(1)
            if not any(self.book(coder, number).exists() for coder in CODERS)
        )


def _code(options: argparse.Namespace) -> int:
    from ujo_lib.files import private_files
    from ujo_lib.intake import DataProblems
    from ujo_lib.tagging.quality import CodesError

    try:
        with private_files():
            return _ACTIONS[options.action](options, _job(options))
    except (CodesError, DataProblems, FileNotFoundError) as error:
        return explain(error, DATA_PROBLEMS)


def _job(options: argparse.Namespace) -> _Job:
    from ujo_lib import intake, tagging
    from ujo_lib.params.inputs import Inputs
    from ujo_lib.params.tagging import TaggingSettings
    from ujo_lib.tagging import analysis
    from ujo_lib.yamlfile import read_yaml

    place = place_of(options)
    # The sample, its folder and page 03 are of the year: what was read of a half would be read in vain.
    if place.half:
        told = f"`ujo code {options.action} {place.site} {place.year}` と書いてください。"
        raise InputError(f"読む相談は、年度の全体から選びます。{told}")
    notebook = next(one for one in place.notebooks if one.name == NOTEBOOK)
    settings = place.settings(notebook)
    assert isinstance(settings, TaggingSettings)  # the notebook names its model
    data = intake.load(settings.inputs_file, ("consultations",))
    at_desk = {"channel": [settings.desk], "pref": [settings.prefecture]}
    records = analysis.within(data["consultations"], settings.period, at_desk)
    records = records.set_index(records["consult_id"].astype(str))
    codebook = tagging.load_codebook(settings.path("codebook"))
    tags = tagging.tag(records["text"].fillna("").tolist(), codebook, attributes=records).frame(records.index)
    inputs = read_yaml(Inputs, settings.inputs_file)
    folder = inputs.folder(settings.root) / f"fy{place.year}" / "coding"
    focus = analysis.chosen(records, settings.focus_values)
    return _Job(
        settings, folder, records, tags, focus, dict(codebook.labels), codebook.engine, inputs.names_to_mask
    )


def _sample(options: argparse.Namespace, job: _Job) -> int:
    from ujo_lib.tagging.quality import coding_plan
    from ujo_lib.tagging.quality_file import write_plan

    files = [job.book(coder, 1) for coder in CODERS[: options.coders]]
    if there := [file.name for file in (*files, job.folder / "plan.csv") if file.exists()]:
        return explain(
            f"{job.folder} に {'、'.join(there)} があります。上書きしません。別の場所に移してから実行してください。",
            WRONG_PARAMETERS,
        )
    plan = coding_plan(job.tags, job.focus, options.size, job.settings.seed, options.extra)
    write_plan(job.folder / "plan.csv", plan)
    return _hand_out(options, job, plan, 1)


def _next(options: argparse.Namespace, job: _Job) -> int:
    import pandas as pd

    from ujo_lib.tagging import learning, quality, words
    from ujo_lib.tagging.quality_file import read_plan, write_plan

    plan = read_plan(job.folder / "plan.csv")
    index = words.index_words(job.records["text"].fillna("").tolist(), job.engine)
    seen = learning.features(index, job.records.reindex(columns=learning.RECORD))
    reading = learning.taught(quality.reading_of(_codes(job), job.tags, job.focus), seen, job.settings.seed)
    more = quality.next_texts(reading, job.tags.index, plan, options.size)
    if not len(more):
        return explain("語の有無と学習した判定が食い違う相談は、もう残っていません。", DATA_PROBLEMS)
    # First the plan: workbooks of texts that it does not know could not be read back.
    write_plan(job.folder / "plan.csv", pd.concat([plan, more]))
    return _hand_out(options, job, more, job.fresh)


def _hand_out(options: argparse.Namespace, job: _Job, plan: "pd.DataFrame", number: int) -> int:
    """Write these texts for each coder, and say what comes next."""
    from ujo_lib.tagging.quality_file import write_coding_book

    for coder in CODERS[: options.coders]:
        file = job.book(coder, number)
        write_coding_book(file, plan, job.records["text"].fillna(""), job.labels, job.names)
        print(file)
    counts = "、".join(f"{name}{n}件" for name, n in plan["stratum"].value_counts().items())
    print(
        f"{len(job.tags):,}件から{len(plan)}件を選びました({counts})。読み終えたら "
        f"`ujo code read {options.site} {options.year}` を実行します。",
        file=sys.stderr,
    )
    return DONE


def _codes(job: _Job) -> "Codes":
    """The codes that the parameters name."""
    from ujo_lib.tagging.quality_file import read_codes

    if not job.settings.hand_codes:
        raise FileNotFoundError(
            f"{NOTEBOOK}.yaml の hand_codes が空です。先に `ujo code sample` と `ujo code read` を実行してください。"
        )
    return read_codes(job.settings.path("hand_codes"), job.labels)


def _read(options: argparse.Namespace, job: _Job) -> int:
    from ujo_lib.tagging.quality import RANDOM, Codes, CodesError, reading_of
    from ujo_lib.tagging.quality_file import read_coding_book, read_coding_books, read_plan, write_codes

    plan = read_plan(job.folder / "plan.csv")
    found: list[pd.DataFrame] = []
    problems = [
        f"{job.folder / name} は読まない。coding_A.xlsx、2回目からは coding_A_2.xlsx の形の名前のブックにするか、"
        "ほかの場所に移す"
        for name in job.strays
    ]
    for files in filter(None, map(job.books, CODERS)):
        try:
            found.append(read_coding_books(files, plan, job.labels))
        except CodesError as error:
            problems += error.problems
    for number in range(1, job.fresh if not problems else 0):
        one, other = (job.book(coder, number) for coder in CODERS)
        alike = one.exists() and other.exists() and one.read_bytes() == other.read_bytes()
        # As they were handed out both are the same; what was read once would agree with itself in everything.
        if alike and len(read_coding_book(other, plan, job.labels)):
            told = f"{other} は {one.name} を写したもので、二人の結果でない。読んだ人のブックに戻すか、消す"
            problems.append(told)
    if problems or not found:
        raise CodesError(problems or [f"{job.folder} に coding_A.xlsx がない"])
    # A coder who has not begun is none.
    first, *others = [one for one in found if len(one)] or found[:1]
    codes = Codes(plan, first, others[0] if others else None)
    reading = reading_of(codes, job.tags, job.focus)
    target = job.folder / "codes.csv"
    write_codes(target, codes, job.labels)
    print(target)
    named = target.relative_to(job.settings.root).as_posix()
    drawn, both = int((plan["part"] == RANDOM).sum()), "二人とも" * (codes.second is not None)
    told = f"無作為に選んだ{drawn}件のうち、{len(reading.read)}件を{both}読み終えています。"
    if job.settings.hand_codes != named:
        parameters = f"params/{options.site}/fy{job.settings.year.year}/{NOTEBOOK}.yaml"
        told += f'{parameters} に hand_codes: "{named}" と書きます。'
    print(told, file=sys.stderr)
    return DONE


def _report(options: argparse.Namespace, job: _Job) -> int:
    from ujo_lib.columns import WHOLE
    from ujo_lib.tagging import quality, shares

    codes = _codes(job)
    reading = quality.reading_of(codes, job.tags, job.focus)
    table = quality.agreement(job.tags, codes, job.labels, job.settings.seed).set_index("theme")
    found = quality.found_by(codes)
    print(f"主題\t{found}\tκ(95%信頼区間)\tα(95%信頼区間)\t適合率\t再現率\t割合の幅\t読む件数の目安")
    for theme, label in job.labels.items():
        row, share = table.loc[label], reading.best(list(job.tags.columns).index(theme), 0.95)
        width = float(share.high - share.low)
        needed = shares.to_read(len(job.tags), len(reading.read), width, options.width)
        print("\t".join((label, str(row["n"]), *_measures(row), f"{100 * width:.1f}ポイント", f"{needed:,}")))
    print("\t".join((WHOLE, str(table.loc[WHOLE, "n"]), *_measures(table.loc[WHOLE]), "", "")))
    differ = quality.disagreements(codes, job.labels)
    if len(differ):
        file = job.settings.path("hand_codes").with_name("disagreements.csv")
        differ.set_axis(["相談ID", "主題", "コーダーA", "コーダーB"], axis=1).to_csv(
            file, index=False, encoding="utf-8-sig"
        )
        print(f"二人の判断が分かれた{len(differ)}か所: {file}", file=sys.stderr)
    return DONE


def _measures(row: "pd.Series") -> list[str]:
    """Agreement with its interval, then precision and recall of the tags; – where there is none."""
    shown = [
        f"{row[name]:.2f}({row[f'{name}_low']:.2f}〜{row[f'{name}_high']:.2f})" for name in ("kappa", "alpha")
    ] + [f"{row[name]:.2f}" for name in ("precision", "recall")]
    return ["–" if "nan" in text else text for text in shown]


_ACTIONS: dict[str, Callable[[argparse.Namespace, _Job], int]] = {
    "sample": _sample,
    "read": _read,
    "report": _report,
    "next": _next,
}
