"""Weighted shares, means and differences as tables: the people who gave an answer, and what they stand for."""

import functools
import itertools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from ujo_lib.columns import WHOLE, Base, Column, Count, Dimension, Estimate, Share, Text, interval
from ujo_lib.questionnaire import Item, Questionnaire
from ujo_lib.residents.exposure import Told, values_left, ways_left
from ujo_lib.residents.linearised import Floats, mean, share_difference, share_interval, worded
from ujo_lib.residents.weighting import Sample, SampleError
from ujo_lib.stats import LEVEL, Interval, in_percent, round_half_up
from ujo_lib.typed import ANSWERED, Typed

WEIGHTED: Final = Share(heading="重み付きの割合")
GAPS: Final = (0.0, 0.05, 0.10, 0.20)
"""By how much less often people with a trait may have answered than the others (points of the response rate)."""

_OTHERS: Final = "とほかの人"
_NOT_APART: Final = "差があるとは言えない"
_YES: Final = "はい"
_NO: Final = "いいえ"
_UNKNOWN: Final = "不明"
_HEADINGS: Final = {"wave": "回収の段階"}
"""Headings of columns that only this survey has."""

UCLA: Final = "ucla"
BAND: Final = "ucla_band"
BANDS: Final = {"10~12点": (10, 12), "7~9点": (7, 9), "4~6点": (4, 6), "3点": (3, 3)}
"""Bands of the three-item score as the national survey prints them."""
SCORES: Final = (3, 12)
"""The least and the greatest score."""


def with_score(frame: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """Add the score of the UCLA loneliness scale, three items, 3 to 12, and its band (Igarashi 2019).

    Args:
        frame: one row per resident; each item an ordered categorical, from never (1) to always (4).
        items: the three columns.

    Returns:
        With columns `ucla` (NA where an item is blank) and `ucla_band`.

    Raises:
        SampleError: not three items of the frame with four answers from never to always: their score would be another
            one's.
    """
    scales = [list(map(str, frame[name].cat.categories)) for name in items if name in frame]
    if (
        len(scales) != len(items)
        or len(scales) != 3
        or any(
            len(scale) != 4 or not scale[0].endswith("ない") or scale[-1].endswith("ない") for scale in scales
        )
    ):
        raise SampleError(
            f"UCLA孤独感尺度の点数は、三つの質問に「決してない」から「常にある」の順の四つの答えで尋ねたときだけ計算できます"
            f"(いまは {'、'.join(items) or 'なし'})。ucla_items と、調査票の選択肢の並びを確かめてください。"
        )
    codes = frame[list(items)].apply(_codes)
    score = codes.sum(axis=1, skipna=False)
    bands = pd.Series(pd.NA, index=frame.index, dtype="string")
    for label, (low, high) in BANDS.items():
        bands = bands.mask(score.between(low, high), label)
    return frame.assign(**{UCLA: score, BAND: pd.Categorical(bands, list(BANDS), ordered=True)})


def _codes(column: "pd.Series[Any]") -> "pd.Series[float]":
    codes = column.cat.codes.astype(float)
    return codes.where(codes >= 0) + 1


def shares(
    sample: Sample, item: str, heading: str, level: float = LEVEL, form: Questionnaire | None = None
) -> Typed:
    """All answers to an item.

    Args:
        sample: the weighted answers.
        item: a categorical column.
        heading: its heading.
        level: level of the intervals.
        form: what was asked, where the item may be one that was asked of some only.

    Returns:
        One row per answer; columns `item`, n (gave it), base (were asked the item and answered), share (weighted), low,
        high.
    """
    column = sample.answers[item]
    if form:
        column = column.where(form.asked(sample.answers, item))
    rows = [share_of(sample, _said(column, [label]), level) for label in column.cat.categories]
    frame = pd.DataFrame(rows)
    frame.insert(0, item, list(map(str, column.cat.categories)))
    kinds = {item: Dimension(heading=heading), **_kinds((item,), level)}
    where = {**(form.reached(item) if form else {}), item: (ANSWERED,)}
    note = _asked_note(form, item) if form else ""
    return Typed.of(
        frame, kinds, where=where, note=note, left=left_by(sample, column, each_answer(column), level)
    )


def ticks(sample: Sample, item: Item, form: Questionnaire, level: float = LEVEL) -> Typed:
    """All options of a question to which one may tick several; who ticked none has not answered.

    Args:
        sample: the weighted answers.
        item: the question.
        form: what was asked, and of whom.
        level: level of the intervals.

    Returns:
        As `shares`; the options add up to more than everybody.
    """
    asked = form.asked(sample.answers, item.id)
    options = {label: told.where(asked) for label, told in _by_option(sample.answers, item).items()}
    rows = [
        {item.id: label, **share_of(sample, _said(told, [_YES]), level)} for label, told in options.items()
    ]
    kinds = {item.id: Dimension(heading=item.title, multiple=True), **_kinds((item.id,), level)}
    # An option is no question of its own: who did not tick it ticked another, whose share is printed, too.
    ticked = pd.DataFrame(options) == _YES
    together = ticked.astype(int).astype(str).agg("".join, axis=1).where(ticked.any(axis=1))
    everybody = np.ones(len(ticked), dtype=bool)
    told = [Told([*together[ticked[label]].unique()], everybody) for label in options]
    return Typed.of(
        rows,
        kinds,
        left_by(sample, together.astype("category"), told, level),
        where={**form.reached(item.id), item.id: (ANSWERED,)},
        note=f"あてはまるものをいくつでも選ぶ質問です。{_asked_note(form, item.id)}",
    )


def _asked_note(form: Questionnaire, item: str) -> str:
    """Of whom an item was asked; empty where of everybody."""
    whom = form.asked_of(item)
    return f"{whom}だけに尋ねました。" if whom else ""


def _by_option(frame: pd.DataFrame, item: Item) -> "dict[str, pd.Series[Any]]":
    """A question to which one may tick several, as one question per option: はい, いいえ, NA of who ticked none."""
    ticked = frame.reindex(columns=list(item.columns)).astype("boolean").fillna(False).astype(bool)
    answered = ticked.any(axis=1)
    return {
        label: pd.Series(
            pd.Categorical(ticked[name].map({True: _YES, False: _NO}), [_YES, _NO]), frame.index
        ).where(answered)
        for label, name in zip(item.labels, item.columns, strict=True)
    }


def _dimensions(by: Sequence[Sequence[str]]) -> dict[str, Column]:
    """The columns that a table is split by."""
    names = itertools.chain.from_iterable(by)
    return {name: Dimension(heading=_HEADINGS.get(name, ""), variable=name) for name in names}


def across(
    sample: Sample,
    item: str,
    label: str,
    answers: Sequence[str],
    by: Sequence[Sequence[str]] = ((), ("sex",), ("age_band",), ("sex", "age_band")),
    level: float = LEVEL,
) -> Typed:
    """How many gave one of some answers, in all and in each group.

    Args:
        sample: the weighted answers.
        item: a categorical column.
        label: what the answers are together.
        answers: the answers.
        by: for each split the columns that it crosses; none for everybody.
        level: level of the intervals.

    Returns:
        One row for everybody and per group with an answer; columns of `by` (全体 where a split uses none), `item`
        (the label), n, base, share (weighted), low, high.
    """
    column = sample.answers[item]
    trait = _said(column, answers)
    parts = _parts(sample, by, column.notna().to_numpy())
    rows = [{**group, item: label, **share_of(sample, trait, level, inside)} for group, inside in parts]
    kinds = _dimensions(by) | {item: Dimension(heading="回答", groups={label: tuple(answers)})}
    told = [*each_answer(column), *(Told(answers, inside) for _, inside in parts)]
    compared = _pairs(sample, item, [split[0] for split in by if len(split) == 1])
    left = left_by(sample, column, told, level, [inside for _, inside in compared])
    return Typed.of(rows, {**kinds, **_kinds((item,), level)}, left, where={item: (ANSWERED,)})


def each_answer(column: "pd.Series[Any]") -> list[Told]:
    """One row of everybody per answer."""
    return [Told([label], np.ones(len(column), dtype=bool)) for label in column.cat.categories]


def left_by(
    sample: Sample,
    column: "pd.Series[Any]",
    told: Sequence[Told],
    level: float,
    compared: Sequence[NDArray[np.bool_]] = (),
) -> Callable[[], int | None]:
    """Finds how many values shares of a question leave to a small count, with all that `differences` prints of them."""

    def printed(trait: Floats, inside: NDArray[np.bool_]) -> tuple[float, ...]:
        row = share_of(sample, trait, level, inside)
        numbers = [in_percent(row[name]) for name in ("share", "low", "high")]
        if any(np.array_equal(inside, one) for one in compared):
            numbers += _points(sample, trait, inside, level, len(compared))
        return tuple(round_half_up(number, 1) for number in numbers)

    return functools.cache(lambda: values_left(sample, column, told, printed))


def means(
    sample: Sample,
    value: str,
    heading: str,
    scale: tuple[float, float],
    by: Sequence[Sequence[str]] = ((), ("sex",), ("age_band",)),
    level: float = LEVEL,
    unit: str = "点",
) -> Typed:
    """Mean of a number between the ends of a scale, in all and in each group; other arguments as `across`.

    Returns:
        Columns of `by`, n (people with a value), mean (weighted), low, high (t, cut where the scale ends; NA where the
        values of one person, equal ones, or ones that go with strata and margins, show no spread and some of the group
        were not asked).
    """
    numbers = sample.answers[value].astype("Float64").to_numpy(float, na_value=np.nan)
    known = ~np.isnan(numbers)
    parts = [(group, inside) for group, inside in _parts(sample, by, known) if (inside & known).any()]

    def told(given: Floats, inside: NDArray[np.bool_]) -> dict[str, float | None]:
        found = mean(sample.design, given, inside)
        ends = found.interval(level) if found.certain or (found.df > 0 and found.seen) else None
        low, high = np.clip((ends.low, ends.high), *scale) if ends else (None, None)
        return {"mean": found.value, "low": low, "high": high}

    def printed(given: Floats, inside: NDArray[np.bool_]) -> list[float | None]:
        return [None if one is None else round_half_up(one, 1) for one in told(given, inside).values()]

    rows = [{**group, "n": int((inside & known).sum()), **told(numbers, inside)} for group, inside in parts]
    over = _dimensions(by)
    kinds = over | {"n": Count(unit="人"), "mean": Estimate(heading=heading, unit=unit, decimals=1)}
    frame = pd.DataFrame(rows, columns=[*over, "n", "mean", "low", "high"])
    frame = frame.astype(dict.fromkeys(("mean", "low", "high"), "Float64"))
    note = "幅のない区分は、値のある人が少ないか、値が全員同じか地区・性別・年齢だけで決まるため、幅を計算できません。"
    return Typed.of(
        frame,
        kinds | interval("mean", level),
        functools.cache(lambda: ways_left(sample, numbers, [inside for _, inside in parts], scale, printed)),
        where={BAND if value == UCLA else value: (ANSWERED,)},  # the same people, and their scores
        note=note if frame["low"].isna().any() else "",
    )


def differences(
    sample: Sample,
    item: str,
    answers: Sequence[str],
    by: Sequence[str] = ("sex", "age_band"),
    level: float = LEVEL,
) -> Typed:
    """By how many points each group's share lies above that of everybody else, both answers and variance weighted.

    Args:
        sample: the weighted answers.
        item: a categorical column.
        answers: the answers that are counted.
        by: columns whose groups are compared; of two groups only the first is told.
        level: level of all intervals of the table together (Bonferroni).

    Returns:
        Columns group, estimate (points), low, high, reading.
    """
    trait = _said(sample.answers[item], answers)
    pairs = _pairs(sample, item, by)
    rows = []
    for label, inside in pairs:
        points = _points(sample, trait, inside, level, len(pairs))
        sign = worded(points[1], points[2], "高い", "低い", _NOT_APART)
        rows.append((f"{label}{_OTHERS}", *points, sign))
    return Typed.of(
        rows,
        {
            "group": Text(heading="比べる人"),
            "estimate": Estimate(heading="割合の差", unit="ポイント"),
            **interval("estimate", level, "simultaneous"),
            "reading": Text(heading="読み方"),
        },
    )


def said_apart(gaps: pd.DataFrame) -> str:
    """Which groups `differences` tells from everybody else, in a sentence; of rows kept back it says nothing."""
    seen = gaps.dropna(subset=["estimate", "low", "high"])
    besides = "伏せた欄を除くと、" if len(seen) < len(gaps) else ""
    told = [
        f"{row['group'].removesuffix(_OTHERS)}({row['reading']})"
        for _, row in seen.iterrows()
        if row["reading"] != _NOT_APART
    ]
    if not told:
        return f"{besides}割合がほかの人と違うと言える区分はありません。"
    return f"{besides}割合がほかの人と違うと言えるのは、{'・'.join(told)}です。"


def _pairs(sample: Sample, item: str, by: Sequence[str]) -> list[tuple[str, NDArray[np.bool_]]]:
    """Groups with an answer that are compared with everybody else; of two only the first."""
    known, pairs = sample.answers[item].notna().to_numpy(), []
    for name in by:
        groups = [(label[name], inside) for label, inside in _parts(sample, [(name,)], known)]
        if len(groups) > 1:
            pairs += groups if len(groups) > 2 else groups[:1]
    return pairs


def _points(
    sample: Sample, trait: Floats, inside: NDArray[np.bool_], level: float, comparisons: int
) -> list[float]:
    """A group's share less that of everybody else, with its limits, in points; one of so many comparisons."""
    known = ~np.isnan(trait)
    one, rest = (mean(sample.design, trait, side) for side in (inside, ~inside))
    sizes = int((known & inside).sum()), int((known & ~inside).sum())
    found = share_difference(sample.design, one, rest, sizes, 1 - (1 - level) / comparisons)
    return [100 * value for value in (one.value - rest.value, found.low, found.high)]


def persons(
    sample: Sample, traits: Mapping[str, tuple[str, Sequence[str]]], error: float, level: float = LEVEL
) -> Typed:
    """How many people of the population have a trait.

    The width holds what drawing and silence leave open and what the register itself leaves open; the two are
    independent, and their distances add up as squares (Zou and Donner 2008). No fewer than gave the answer. All is
    worked out from the share and its limits as they are printed, so that persons tell no more of a few answers.

    Args:
        sample: the weighted answers.
        traits: label → item and answers.
        error: standard error of the register's persons, as a share of them.
        level: level of the intervals.

    Returns:
        One row per trait; columns trait, n (gave the answer), base, share (weighted), estimate, low, high (whole
        persons, the width rounded outwards; NA where nothing tells the size of the population).
    """
    z = float(scipy_stats.norm.isf((1 - level) / 2))
    rows = []
    for label, (item, answers) in traits.items():
        told = share_of(sample, _said(sample.answers[item], answers), level)
        p, low, high = (as_printed(told[name]) for name in ("share", "low", "high"))
        del told["low"], told["high"]
        spread = p * z * error
        least, most = p - math.hypot(p - low, spread), p + math.hypot(high - p, spread)
        people = math.nan if sample.persons is None else sample.persons
        # 16.7 % of 1,000 are 167: the last bit of a float rounds no person outwards.
        ends = np.round([np.maximum(people * least, told["n"]), people * most], 6)
        bounds = {"low": np.floor(ends[0]), "high": np.ceil(ends[1])}
        rows.append({"trait": label, **told, "estimate": np.round(people * p), **bounds})
    frame = pd.DataFrame(rows).astype(dict.fromkeys(("estimate", "low", "high"), "Float64"))
    return Typed.of(
        frame,
        {
            "trait": Text(heading="状態"),
            "n": Count(unit="人", heading="そう答えた人"),
            "base": Base(unit="人", heading="設問に答えた人"),
            "share": WEIGHTED,
            "estimate": Estimate(heading="市全体の推計", unit="人", decimals=0),
            **interval("estimate", level),
        },
        note="名簿の人口も、人口に合うウエイトもないため、市全体の人数は推計できません。"
        if sample.persons is None
        else f"幅には、抽出と無回答による揺れと、名簿の人口の誤差(標準誤差{100 * error:g}%)を含めました。",
    )


def sensitivity(
    sample: Sample,
    item: str,
    label: str,
    answers: Sequence[str],
    gaps: Sequence[float] = GAPS,
    level: float = LEVEL,
) -> Typed:
    """What the share would be, had those with the trait answered less often: weighting cannot see that.

    Args:
        sample: the weighted answers, of which the response rate is known.
        item: a categorical column.
        label: what the answers are together.
        answers: the answers.
        gaps: how many points less often (0.1 for ten) people with the trait answered.
        level: level of the intervals.

    Returns:
        One row per gap; columns gap (words), `item` (the label), n, base, share, low, high. No row where the response
        rate is not known, nor for a gap with which more than everybody without the trait would have answered.
    """
    told = share_of(sample, _said(sample.answers[item], answers), level)
    rate = float(sample.response or 0)
    # With a of `unseen`, a + gap ≤ 1.
    beyond = [gap for gap in gaps if (1 - gap) * (1 - rate) < as_printed(told["share"]) * rate * gap]
    rows = []
    for gap in (gap for gap in gaps if sample.response and gap not in beyond):
        moved = {name: unseen(as_printed(told[name]), rate, gap) for name in ("share", "low", "high")}
        words = "差がない場合(上の割合)" if gap == 0 else f"{100 * gap:g}ポイント低い場合"
        rows.append({"gap": words, item: label, **told, **moved})
    kinds: dict[str, Column] = {
        "gap": Text(heading="当てはまる人の回答率がほかの人より"),
        item: Dimension(heading="回答", groups={label: tuple(answers)}),
    }
    note = "回答率が高く、起こりえない仮定は除きました。" if beyond else ""
    return Typed.of(rows, {**kinds, **_kinds((item,), level)}, where={item: (ANSWERED,)}, note=note)


def as_printed(share: float) -> float:
    """A share as a table prints it: what is worked out from this says no more than the table."""
    return round_half_up(in_percent(share), 1) / 100


def unseen(share: float, rate: float, gap: float) -> float:
    """The share among everybody, when `share` of those who answered have a trait and answer `gap` less often.

    With response rates a of those with the trait and a + gap of the others, share·rate / a of everybody have it and the
    parts make up one: a² + (gap − rate)·a − share·rate·gap = 0.

    Args:
        share: weighted share among those who answered, 0 to 1.
        rate: response rate of everybody, above 0.
        gap: difference of the rates, 0 to 1.
    """
    if share in (0.0, 1.0):
        return share
    below = (rate - gap + math.sqrt((rate - gap) ** 2 + 4 * share * rate * gap)) / 2
    return share * rate / below


def share_of(
    sample: Sample, trait: Floats, level: float, inside: NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    """Row of a table: n with the trait, base, weighted share, low, high.

    Args:
        sample: the weighted answers.
        trait: who has it (1), who has not (0), and who left the question blank (NaN).
        level: level of the interval.
        inside: whom it speaks of; everybody when left out.
    """
    own = trait if inside is None else trait[inside]
    n = int((~np.isnan(own)).sum())
    found = (
        share_interval(mean(sample.design, trait, inside), n, level)
        if n
        else Interval(math.nan, math.nan, math.nan)
    )
    return {"n": int(np.nansum(own)), "base": n, **found.named("share")}


def require_options(column: "pd.Series[Any]", answers: Sequence[str]) -> None:
    """Refuse answers that a question does not offer: one that was split in two would count nobody from then on.

    Args:
        column: the answers to the question, a categorical.
        answers: those that are counted.

    Raises:
        SampleError: an answer is none of the categories.
    """
    offered = list(column.cat.categories)
    if strange := [answer for answer in answers if answer not in offered]:
        raise SampleError(
            f"数える回答「{'、'.join(map(str, strange))}」は、質問「{column.name}」の選択肢"
            f"({'、'.join(map(str, offered))})にありません。"
            "06_resident_survey.yaml の lonely_answers・withdrawn_answers・support_answers を、"
            "今年度の選択肢に合わせてください。"
        )


def _said(column: "pd.Series[Any]", answers: Sequence[str]) -> Floats:
    """Who gave one of the answers: 1, else 0, NaN where the question was left blank."""
    require_options(column, answers)
    return np.where(column.notna(), column.isin(list(answers)), np.nan).astype(float)


def _groups(sample: Sample, split: Sequence[str]) -> list[tuple[dict[str, str], NDArray[np.bool_]]]:
    if not split:
        return [({}, np.ones(len(sample.answers), dtype=bool))]
    keys = sample.answers.reindex(columns=list(split))
    if keys.isna().all().any():
        return []  # a file without that column, or with none of it filled in
    found = []
    # Those of whom it is blank are a group, too: by subtraction everybody knows their answers.
    for values, rows in keys.groupby(list(split), observed=True, dropna=False):
        told = {
            name: _UNKNOWN if pd.isna(value) else str(value)
            for name, value in zip(split, values, strict=True)
        }
        found.append((told, keys.index.isin(rows.index)))
    return found


def _parts(
    sample: Sample, by: Sequence[Sequence[str]], known: NDArray[np.bool_]
) -> list[tuple[dict[str, str], NDArray[np.bool_]]]:
    """Everybody, and the groups of each split in which somebody is known; 全体 for what a split does not use."""
    whole = dict.fromkeys(itertools.chain.from_iterable(by), WHOLE)
    return [
        (whole | group, inside)
        for split in by
        for group, inside in _groups(sample, split)
        if not split or (known & inside).any()
    ]


def _kinds(over: tuple[str, ...], level: float) -> dict[str, Column]:
    return {
        "n": Count(unit="人"),
        "base": Base(unit="人", heading="設問に答えた人", over=over),
        "share": WEIGHTED,
        **interval("share", level),
    }


def known_cases(cases: pd.DataFrame) -> Typed:
    """How many persons the commissioners know of: people who were counted, not estimated.

    Returns:
        One row; columns label, n.
    """
    frame = pd.DataFrame({"label": ["民生委員が把握している人"], "n": [len(cases)]})
    return Typed.of(frame, {"label": Text(heading="数えたもの"), "n": Count(unit="人")})


def other_items(
    sample: Sample, form: Questionnaire, shown: Collection[str], level: float = LEVEL
) -> list[tuple[str, str, Typed]]:
    """Tabulate every question that has no cells of its own: id, title, and `shares`, `ticks` or `means` of each.

    Free texts are left out: they are those of one person.
    """

    def number(item: Item) -> Typed:
        scale = item.range or (-math.inf, math.inf)
        given = sample.answers[item.id].where(form.asked(sample.answers, item.id))
        asked = replace(sample, answers=sample.answers.assign(**{item.id: given}))
        table = means(asked, item.id, f"{item.title}の平均", scale, [()], level, item.unit)
        where = {**form.reached(item.id), **table.schema.where}
        note = _asked_note(form, item.id) + table.schema.note
        return replace(table, schema=replace(table.schema, where=where, note=note))

    kinds: dict[str, Callable[[Item], Typed]] = {
        "single": lambda item: shares(sample, item.id, item.title, level, form),
        "multiple": lambda item: ticks(sample, item, form, level),
        "number": number,
    }
    return [
        (item.id, item.title, kinds[item.kind](item))
        for item in form.on("residents")
        if item.kind in kinds and item.id not in shown
    ]
