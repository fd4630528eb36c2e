"""From those who were drawn to the population: design weights, silence, extreme weights, known margins.

Each step is the next one's start: the register's persons per drawn one within the district; the weights of the silent
carried by those of their sex and age who answered; weights far above the others cut; all raked to the persons of the
register. A step that the files cannot give is left out, and the table of the steps says so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ujo_lib.columns import WHOLE, Base, Count, Dimension, Estimate, Ratio, Share, Statistic, Text, interval
from ujo_lib.errors import InputError
from ujo_lib.residents.linearised import Design, Floats, Margin, MarginError, kish_effect
from ujo_lib.stats import LEVEL, wilson
from ujo_lib.typed import Typed

CLASS: Final = ("sex", "age_band")
"""What non-response is adjusted by, and the margin beside the district."""
LEAST: Final = 10
"""Answers that a class needs; with fewer, or none, it is joined with the next older age of its sex, the oldest with the
one before it."""
TRIM: Final = 5.0
"""Weights above so many times the median are cut to it."""
HIGHEST: Final = 20
"""The highest number of people that a site may hide all lower ones of."""

_STEPS: Final = ("抽出のまま", "無回答を補った後", "大きすぎる重みを抑えた後", "人口に合わせた後")
_DRAWN: Final = Base(unit="人", heading="抽出された人", free=True)


class SampleError(InputError):
    """The answers cannot stand for the population; the message says in Japanese why, and what to do."""


@dataclass(frozen=True)
class Sample:
    """Respondents, what they stand for, and how their weights came about.

    Attributes:
        answers: one row per respondent.
        design: their weights, strata and margins.
        persons: people of the population; None where nothing tells their number, so that only shares can be given.
        steps: name of the step → weights after it; those that were left out are not there.
        classes: class of each respondent, as joined.
        joined: classes of several ages, joined because some had fewer than `least` answers.
        least: answers that a class needs.
        cut: how many weights were cut.
        response: share of the drawn who answered, unweighted; None where only answers were listed.
        threshold: number of people from which on a release prints it.
    """

    answers: pd.DataFrame
    design: Design
    persons: float | None
    steps: dict[str, Floats]
    classes: "pd.Series[str]"
    joined: tuple[str, ...]
    least: int
    cut: int
    response: float | None
    threshold: int

    def values(self, item: str) -> "pd.Series[str]":
        """The answers to an item as text, NA where it was left blank."""
        return self.answers[item].astype("string")


def open_sample(
    drawn: pd.DataFrame,
    register: pd.DataFrame,
    trim: float = TRIM,
    least: int = LEAST,
    threshold: int = HIGHEST,
) -> Sample:
    """Weight the answers.

    Args:
        drawn: one row per drawn resident, columns of the kind `residents`; where those who kept silent are not listed,
            nothing is adjusted by response.
        register: columns sex, age_band, n and, where it has them, district; without rows, the weights meet no margin
            and the number of persons is that of the weights supplied, if any.
        trim: weights above so many times the median are cut.
        least: answers that a class of sex and age needs.
        threshold: number of people from which on a release prints it; the highest that a site may choose when left out.

    Raises:
        SampleError: nobody answered, some weights or districts are missing, the register and the sample differ in their
            sexes, their districts, or in ages that cannot be joined, or no weights meet both margins.
    """
    answered = answered_among(drawn)
    if not answered.any():
        raise SampleError("回答のあった人が一人もいません。回答の列(1・0)を確かめてください。")
    rate = None if _answers_alone(drawn) else float(answered.mean())
    if "weight" in drawn and drawn.loc[answered, "weight"].notna().all() and drawn["weight"].isna().any():
        drawn, answered = drawn[answered], answered[answered]  # their weights stand for the silent, too
    districts = (
        len(register) > 0
        and _given(register, "district", "母集団の表の地区が空欄の行が{n}行")
        and _given(drawn, "district", "市民調査の地区が空欄の人が{n}人")
    )
    strata = _strata(drawn, districts)
    totals = register.groupby(_strata(register, districts))["n"].sum().astype(float)
    weights = _design_weights(drawn, strata, totals)
    answers = drawn[answered].reset_index(drop=True)
    named = _classes(drawn, register, answered, least)
    if len(register):
        _room_for(strata, totals)
        _room_for(_spoken(drawn), register.groupby(_spoken(register))["n"].sum())
    classes = pd.Series([named[key] for key in _cells(drawn)], index=drawn.index)
    steps = {_STEPS[0]: weights[answered]}
    if not answered.all():
        steps[_STEPS[1]] = _carried(weights, classes, answered)
    own = classes[answered].reset_index(drop=True)
    base, cut = _trimmed(list(steps.values())[-1], trim)
    if cut:
        steps[_STEPS[2]] = base
    stratum = strata[answered].to_numpy()
    design = Design.of(base, stratum, _sampled(pd.Series(stratum), totals))
    persons = float(base.sum()) if "weight" in drawn and drawn["weight"].notna().all() else None
    if len(register):
        design = _calibrated(design, list(_margins(register, named, own, stratum, totals)))
        steps[_STEPS[3]], persons = design.weights, float(totals.sum())
    sizes = pd.Series(named).value_counts(sort=False)
    joined = tuple(map(str, sizes.index[sizes > 1]))
    return Sample(answers, design, persons, steps, own, joined, least, cut, rate, threshold)


def answered_among(drawn: pd.DataFrame) -> NDArray[np.bool_]:
    """Who answered: as the column says, everybody where it is not there or says nothing."""
    if _answers_alone(drawn):
        return np.ones(len(drawn), dtype=bool)
    heard: NDArray[np.bool_] = drawn["responded"].fillna(value=False).to_numpy(dtype=bool)
    return heard


def _answers_alone(drawn: pd.DataFrame) -> bool:
    return "responded" not in drawn or bool(drawn["responded"].isna().all())


def _strata(frame: pd.DataFrame, districts: bool) -> "pd.Series[str]":
    """Stratum of each row of the register, or of those drawn from it."""
    return frame["district"].astype(str) if districts else pd.Series(WHOLE, index=frame.index)


def _given(frame: pd.DataFrame, column: str, told: str) -> bool:
    """Whether a column tells something; `told` says of how many rows ({n}) it does not, where only some do.

    Raises:
        SampleError: it is blank in some rows.
    """
    blank = int(frame[column].isna().sum()) if column in frame else len(frame)
    if 0 < blank < len(frame):
        raise SampleError(f"{told.format(n=blank)}あります。すべてに書くか、列ごと空にしてください。")
    return not blank


def _spoken(frame: pd.DataFrame) -> "pd.Series[str]":
    """Sex and age of each row, in words."""
    return pd.Series(list(map(" ".join, _cells(frame))), frame.index, dtype=object)


def _room_for(taken: "pd.Series[str]", persons: "pd.Series[float]") -> None:
    """Refuse a register that has fewer persons of a group than were drawn of it."""
    drawn = taken.value_counts()
    if crowded := sorted(drawn.index[drawn > persons.reindex(drawn.index)]):
        raise SampleError(
            f"抽出された人が名簿の人口より多い区分({'、'.join(crowded)})があります。母集団の表の人口を確かめてください。"
        )


def _design_weights(drawn: pd.DataFrame, strata: "pd.Series[str]", totals: "pd.Series[float]") -> Floats:
    """Persons per drawn one: as supplied, else of the register; 1 where neither tells."""
    if "weight" in drawn and drawn["weight"].notna().any():
        supplied: Floats = drawn["weight"].astype("Float64").to_numpy(float, na_value=0.0)
        if missing := int((supplied <= 0).sum()):
            raise SampleError(
                f"ウエイトが空欄か0の人が{missing}人います。全員に書くか、列ごと空にしてください(空なら計算します)。"
            )
        return supplied
    if not len(totals):
        return np.ones(len(drawn))
    taken = strata.value_counts()
    _same_groups("地区", totals.index, taken.index)
    weights: Floats = strata.map(totals / taken).to_numpy(float)
    return weights


def _cells(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Sex and age of each row."""
    return list(zip(frame["sex"].astype(str), frame["age_band"].astype(str), strict=True))


def _classes(
    drawn: pd.DataFrame, register: pd.DataFrame, answered: NDArray[np.bool_], least: int
) -> dict[tuple[str, str], str]:
    """Class of each sex and age of the register and of those drawn, from the youngest up.

    A class is closed as soon as it has enough answers; what is left over at the oldest joins the class before it.
    """
    counts = Counter(_cells(drawn[answered]))
    ages = list(map(str, drawn["age_band"].cat.categories))
    there, here = set(_cells(drawn)), set(_cells(register))
    if here:
        joinable = {(sex, age) for sex, _ in there for age in ages}
        _same_groups("性別・年齢", map(" ".join, here & there | here - joinable), map(" ".join, there))
    named: dict[tuple[str, str], str] = {}
    for sex in drawn["sex"].astype(str).unique():
        groups: list[list[str]] = [[]]
        for band in ages:
            if (sex, band) in there | here:
                groups[-1].append(band)
            if sum(counts[sex, one] for one in groups[-1]) >= least:
                groups.append([])
        if (rest := groups.pop()) and groups:
            groups[-1] += rest
        elif rest:
            groups = [rest]
        named |= {(sex, band): f"{sex} {'・'.join(group)}" for group in groups for band in group}
    return named


def _carried(weights: Floats, classes: "pd.Series[str]", answered: NDArray[np.bool_]) -> Floats:
    """Weights of those who answered, which carry those of the silent ones of their class."""
    frame = pd.DataFrame({"c": classes.to_numpy(), "all": weights, "heard": np.where(answered, weights, 0.0)})
    sums = frame.groupby("c")[["all", "heard"]].sum()
    if (silent := sums.index[sums["heard"] == 0]).size:
        sexes = "、".join(sorted({name.split(" ")[0] for name in silent}))
        raise SampleError(
            f"{sexes}に回答が一件もありません。代表する人がいないので、その行を標本と母集団の表から外してください。"
        )
    carried: Floats = weights[answered] * classes[answered].map(sums["all"] / sums["heard"]).to_numpy(float)
    return carried


def _trimmed(weights: Floats, trim: float) -> tuple[Floats, int]:
    """Weights of the same sum without those far above the median, and how many these were."""
    ceiling = trim * float(np.median(weights))
    cut = int((weights > ceiling).sum())
    lowered = np.minimum(weights, ceiling)
    return lowered * weights.sum() / lowered.sum() if cut else weights, cut


def _sampled(stratum: "pd.Series[str]", totals: "pd.Series[float]") -> Floats | float:
    """Share of each respondent's stratum that answered; 0 where nobody knows how large it is."""
    heard = stratum.value_counts()
    if lonely := sorted(heard.index[heard == 1]):
        raise SampleError(
            f"回答が1人だけの地区({'、'.join(lonely)})があるため、揺れを計算できません。地区をまとめてください。"
        )
    shares: Floats = stratum.map(heard / totals.reindex(heard.index)).to_numpy(float)
    return shares if len(totals) else 0.0


def _calibrated(design: Design, margins: list[Margin]) -> Design:
    try:
        return design.calibrated(margins)
    except MarginError:
        raise SampleError(
            "重みを、性別・年齢と地区の両方の人口に合わせられません(回答した人が、ある地区のある性別・年齢に偏っています)。"
            "地区か年齢を、広い区分にまとめてください。"
        ) from None


def _margins(
    register: pd.DataFrame,
    named: Mapping[tuple[str, str], str],
    own: "pd.Series[str]",
    stratum: NDArray[np.object_],
    totals: "pd.Series[float]",
) -> Iterator[Margin]:
    of_class = register.groupby([named[key] for key in _cells(register)])["n"].sum().astype(float)
    yield own, of_class
    if len(totals) > 1:
        heard = pd.Index(np.unique(stratum))
        _same_groups("地区", totals.index, heard)
        yield stratum, totals


def _same_groups(what: str, register: Iterable[str], sample: Iterable[str]) -> None:
    here, there = set(register), set(sample)
    if here != there:
        raise SampleError(
            f"{what}の区分が母集団の表と標本で違います。母集団だけ: {'、'.join(sorted(here - there)) or 'なし'}。"
            f"標本だけ: {'、'.join(sorted(there - here)) or 'なし'}。書き方をそろえるか、広い区分にまとめてください"
            "(名称が変わった区分は、前の調査の行も今の名称に直します)。"
        )


def response(drawn: pd.DataFrame, level: float = LEVEL) -> Typed:
    """How many of those who were drawn answered.

    Returns:
        One row; columns n (answered), base (drawn), share, low, high (Wilson). No row where only answers are listed:
        nobody then knows how many were drawn.
    """
    n, base = int(answered_among(drawn).sum()), len(drawn)
    row = {"n": n, "base": base, **wilson(n, base, level).named("share")}
    return Typed.of(
        [] if _answers_alone(drawn) else [row],
        {
            "n": Count(unit="人", heading="回答者"),
            "base": _DRAWN,
            "share": Share(heading="回答率", n="n", base="base"),
            **interval("share", level),
        },
    )


def response_by(drawn: pd.DataFrame, by: Sequence[str] = CLASS, level: float = LEVEL) -> Typed:
    """Who answered of those who were drawn, in whole percent.

    The number of answers is not given: beside the bases of the questions it would tell how many of a small group left
    one question blank.

    Returns:
        One row per group with anybody drawn; columns `by`, base (drawn), share, low, high (Wilson). No row where the
        file lacks one of the columns, or where only answers are listed.
    """
    told = set(by) <= set(drawn) and not _answers_alone(drawn)
    known = drawn if told else drawn.iloc[:0].reindex(columns=list(dict.fromkeys([*drawn, *by])))
    heard = pd.Series(answered_among(known), known.index)
    groups = heard.groupby([known[one] for one in by], observed=True)
    table = groups.agg(["sum", "size"]).reset_index().astype(dict.fromkeys(by, str))
    counts = zip(table["sum"], table["size"], strict=True)
    found = [wilson(int(n), int(base), level).named("share") for n, base in counts]
    shares = pd.DataFrame(found, columns=["share", "low", "high"], dtype=float).round(2)
    return Typed.of(
        table[list(by)].assign(base=table["size"], **shares),
        {
            **{name: Dimension(variable=name) for name in by},
            "base": _DRAWN,
            "share": Share(heading="回答率", decimals=0),
            **interval("share", level),
        },
    )


def said_how(sample: Sample) -> str:
    """How a share came about, before its number; equal weights correct nothing."""
    weights = sample.design.weights
    corrected = not np.allclose(weights, weights[0])
    return "答えた人の偏りを直した推計で" if corrected else "答えた人をそのまま数えた割合で"


def diagnostics(sample: Sample) -> Typed:
    """What each step did to the weights.

    Returns:
        One row per step that was taken; columns step, smallest and largest (times the median), effect (Kish), worth
        (whole answers of equal weight that would tell as much).
    """
    rows = []
    for step, weights in sample.steps.items():
        relative, effect = weights / np.median(weights), kish_effect(weights)
        rows.append((step, relative.min(), relative.max(), effect, np.round(len(weights) / effect)))
    left_out = [step for step in _STEPS if step not in sample.steps and step != _STEPS[2]]
    note = f"資料がないため行わなかった段階: {'、'.join(left_out)}。" if left_out else ""
    own = sample.answers["district"].nunique() if "district" in sample.answers else 0
    if _STEPS[3] in sample.steps and own != 1 and len(np.unique(sample.design.strata)) == 1:
        note += "地区が標本か母集団の表にないため、地区では合わせていません。"
    # Who was joined tells of small bases, so it goes with the numbers where a release keeps these back.
    weights_note = f"重みは中央値の何倍かで示します。抑えた重みは{sample.cut}人分です。"
    if sample.joined:
        weights_note += (
            f"回答が{sample.least}人に満たない(一人もいない場合を含む)年齢は、同じ性別の一つ上の年齢と、"
            f"一番上の年齢は一つ下とまとめて重みを付けました: {'、'.join(sample.joined)}。"
        )
    if sample.persons and sample.response and len(sample.answers) / sample.response > sample.persons - 0.5:
        note += "母集団の全員を調べました。幅に残るのは、答えなかった人による揺れだけです。"
    return Typed.of(
        rows,
        {
            "step": Text(heading="段階"),
            "smallest": Ratio(heading="最小の重み", unit="倍"),
            "largest": Ratio(heading="最大の重み", unit="倍", note=weights_note),
            "effect": Statistic(heading="重みの差による分散の倍率"),
            "worth": Estimate(heading="同じ重みなら何人分か", unit="人", decimals=0),
        },
        note=note,
    )
