"""Two years of the survey: by how much a share has changed, and how sure that is.

Both years are one design, in which somebody asked twice is one cluster: what the two answers have in common then falls
out of their difference (R's `survey` does the same with `svydesign(id = ~person)` on stacked years). Whether equal
numbers mean the same person is declared, never guessed: two samples are often numbered alike.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import linalg

from ujo_lib.columns import Count, Estimate, Share, Text, interval
from ujo_lib.fiscal import FiscalYear
from ujo_lib.residents.linearised import Design, mean, share_difference, worded
from ujo_lib.residents.weighting import CLASS, Sample, SampleError
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed


def by_year(residents: pd.DataFrame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The survey of a fiscal year, and the last one before it.

    Args:
        residents: columns of the kind `residents`; without `fiscal_year` all rows are of this year.
        year: the fiscal year.

    Returns:
        Rows of this year and of the latest earlier one; the second is empty where there is none.

    Raises:
        SampleError: no row is of this year, or some rows have no year.
    """
    if "fiscal_year" not in residents or residents["fiscal_year"].isna().all():
        return residents, residents.iloc[:0]
    years = residents["fiscal_year"].astype("Int64")
    if blank := int(years.isna().sum()):
        raise SampleError(
            f"市民調査の調査年度が空欄の人が{blank}人います。全員に書くか、列ごと空にしてください(空なら今年度とします)。"
        )
    if not (years == year).any():
        raise SampleError(f"市民調査に{year}年度の回答がありません。調査年度の列を確かめてください。")
    earlier = years[years < year]
    return residents[years == year], residents[years == earlier.max()] if len(earlier) else residents.iloc[:0]


def change(
    now: Sample,
    before: Sample | None,
    item: str,
    label: str,
    answers: Sequence[str],
    same_people: bool,
    level: float = LEVEL,
) -> Typed:
    """By how many points a share has changed since the earlier survey.

    Args:
        now: the weighted answers of this year.
        before: those of the earlier one; None where there is none. The table then has no row, nor where nobody
            answered the item in one of the years.
        item: a categorical column of both.
        label: what the answers are together.
        answers: the answers.
        same_people: a number (`resident_id`) means the same person in both years; else the samples are independent.
        level: level of the interval.

    Returns:
        One row; columns `label`, both (people who answered twice, NA where numbers do not tell), fewest (who gave one
        of the answers in the earlier year, in the sex and age with the fewest of them), share (this year), earlier,
        estimate (points), low, high, reading.

    Raises:
        SampleError: `same_people`, but no number is in both years.
    """
    rows = []
    if before is not None:
        # Somebody may be in two samples, too: nobody knows how many.
        both = _in_both(now, before) if same_people else pd.NA
        design = stacked(now, before, same_people)
        given = pd.concat([now.answers[item].astype(object), before.answers[item].astype(object)])
        new = np.arange(len(given)) < len(now.answers)
        trait, known = given.isin(list(answers)).to_numpy(float), given.notna().to_numpy()
        sizes = int((known & new).sum()), int((known & ~new).sum())
        if all(sizes):
            one, other = (mean(design, trait, known & year) for year in (new, ~new))
            found = share_difference(design, one, other, sizes, level)
            points = [round(100 * value, 9) for value in (one.value - other.value, found.low, found.high)]
            sign = worded(points[1], points[2], "増えた", "減った", "変わったとは言えない")
            # No table of this year counts the answers of the earlier one, which its share would tell.
            groups = [before.answers[name] for name in CLASS]
            heard = pd.Series(trait[~new], before.answers.index).groupby(groups, observed=True).sum()
            fewest = int(heard[heard > 0].min()) if heard.any() else 0
            rows.append((label, both, fewest, one.value, other.value, *points, sign))
    told = (
        "両年に答えた人の答えの似かたを、差の幅に入れました。"
        if same_people
        else "同じ人を結ぶ番号がないため、二つの年の標本を独立とみなしました。"
    )
    this, last = _asked_in(now, "今回"), _asked_in(before, "前回")
    met = f"{last}の重みも、{this}の母集団の表に合わせました。"
    return Typed.of_rows(
        rows,
        {
            "label": Text(heading="回答"),
            "both": Count(unit="人", heading="両年に答えた人"),
            "fewest": Count(unit="人", heading=f"{last}にそう答えた人(最も少ない性別・年齢)"),
            "share": Share(heading=f"{this}の割合(重み付き)"),
            "earlier": Share(heading=f"{last}の割合(重み付き)"),
            "estimate": Estimate(heading=f"{last}との差", unit="ポイント"),
            **interval("estimate", level),
            "reading": Text(heading="読み方"),
        },
        note=told + met * bool(now.design.margins.any()),
    )


def _asked_in(sample: Sample | None, unknown: str) -> str:
    """The year of a survey in words, as its answers have it; `unknown` where they have none."""
    if sample is None or "fiscal_year" not in sample.answers:
        return unknown
    years = sample.answers["fiscal_year"].dropna()
    return FiscalYear(int(years.max())).label if len(years) else unknown


def _in_both(now: Sample, before: Sample) -> int:
    """How many answered in both years."""
    both = int(now.answers["resident_id"].isin(before.answers["resident_id"]).sum())
    if not both:
        raise SampleError(
            "両年に答えた人がいません。前回と同じ人を調べたなら対象者番号をそろえ、"
            "別の人なら same_people を false にしてください。"
        )
    return both


def stacked(now: Sample, before: Sample, same_people: bool) -> Design:
    """Both years as one design of persons, drawn with replacement; each year has met its own margins.

    Persons of two years can be one cluster only within one stratum; independent samples have strata of their own.
    """
    samples = (now, before)
    districts = all(len(np.unique(sample.design.strata)) > 1 for sample in samples)
    strata, people = [], []
    for year, sample in enumerate(samples):
        own = "" if same_people else f"{year} "
        within = sample.answers["district"].astype(str) if districts else pd.Series("", sample.answers.index)
        strata.append(own + within)
        people.append(own + sample.answers["resident_id"].astype(str))
    base = np.concatenate([sample.design.base for sample in samples])
    whole = Design.of(base, pd.concat(strata), clusters=pd.concat(people))
    weights = np.concatenate([sample.design.weights for sample in samples])
    return replace(
        whole, weights=weights, margins=linalg.block_diag(now.design.margins, before.design.margins)
    )
