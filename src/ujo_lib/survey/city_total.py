"""From the cases the respondents know to the cases all commissioners together would know.

This is a statement about what commissioners know, not about how many people live withdrawn. It treats those
who answered as a random part of all commissioners (within districts when stratified), which the scenarios of
`response` put to the test.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import fft
from scipy import stats as scipy_stats

from ujo_lib import stats
from ujo_lib.columns import Base, Count, Estimate, PValue, Statistic, Text, interval
from ujo_lib.stats import LEVEL
from ujo_lib.survey.response import IN_SCOPE, KNOWN, RESPONDED, asked_commissioners, pooled, strata
from ujo_lib.typed import Typed

Floats = NDArray[np.float64]

EXPANDED: Final = "回答者を単純に拡大"
BY_DISTRICT: Final = "地区ごとに拡大"
"""Beside the first it says how many cases are known in each of two or three districts, so it stays inside the city."""


@dataclass(frozen=True)
class Total:
    """An estimated population total; `se`, `low` and `high` are None when the data cannot give them."""

    estimate: float
    se: float | None
    low: float | None
    high: float | None


def counts_per_commissioner(commissioners: pd.DataFrame, cases: pd.DataFrame) -> "pd.Series[int]":
    """How many (distinct) cases each commissioner handed in, on the index of `commissioners`."""
    sheets = distinct(cases)["commissioner_id"].value_counts()
    found: pd.Series[int] = (
        commissioners["commissioner_id"].map(sheets).astype("Int64").fillna(0).astype("int64")
    )
    return found


def distinct(cases: pd.DataFrame) -> pd.DataFrame:
    """Cases without the sheets marked as duplicates of another one."""
    if "duplicate_of" not in cases:
        return cases
    return cases[cases["duplicate_of"].isna()]


def srs_total(counts: ArrayLike, population: int, level: float = LEVEL) -> Total:
    """Total of a finite population from a simple random part of it, t interval with fpc (Cochran 1977, ch.
    2).

    The limits stay within what is possible: no fewer than were counted.

    Args:
        counts: cases per respondent, n ≥ 1 of them.
        population: commissioners asked, N ≥ n.
        level: confidence level in (0, 1).

    Returns:
        Limits are None when they cannot be estimated: fewer than two respondents, or all counts equal while
        somebody kept silent (a spread of zero would claim certainty).

    Raises:
        ValueError: no respondent, or more respondents than commissioners.
    """
    values = np.asarray(counts, dtype=float)
    n = len(values)
    if not 1 <= n <= population:
        raise ValueError(f"between 1 and {population} respondents are needed, not {n}")
    estimate, known = population * float(values.mean()), float(values.sum())
    if n == population:
        return Total(known, 0.0, known, known)
    if n < 2 or values.var() == 0:
        return Total(estimate, None, None, None)
    se = population * math.sqrt((1 - n / population) * float(values.var(ddof=1)) / n)
    t = float(scipy_stats.t.isf((1 - level) / 2, n - 1))
    return Total(estimate, se, max(known, estimate - t * se), estimate + t * se)


def stratified_mean(
    values: ArrayLike, groups: Sequence[Any], sizes: dict[Any, int], level: float = LEVEL
) -> Total:
    """Mean of a finite population from a stratified random sample, with fpc (Cochran 1977, ch. 5).

    Args:
        values: one number per respondent.
        groups: stratum of each respondent.
        sizes: stratum → size in the population, for every stratum of the population.
        level: confidence level in (0, 1); t with n − strata degrees of freedom, as R's survey package.

    Returns:
        Estimate, standard error and limits on the scale of the mean; SE and limits None when a stratum has a
        single respondent and is not complete.

    Raises:
        ValueError: a stratum without any respondent: pool it first (`response.pooled`).
    """
    data = pd.DataFrame({"value": np.asarray(values, dtype=float), "group": list(groups)})
    size = pd.Series(sizes, dtype=float)
    means, n = data.groupby("group")["value"].mean(), data.groupby("group")["value"].count()
    if silent := [str(name) for name in size.index if name not in n.index]:
        raise ValueError(f"strata without respondents: {', '.join(silent)}")
    share = size / size.sum()
    estimate = float((share * means).sum())
    spread = data.groupby("group")["value"].var(ddof=1).where(n != size, 0.0)
    if spread.isna().any():
        return Total(estimate, None, None, None)
    se = math.sqrt(float((share**2 * (1 - n / size) * spread / n).sum()))
    if se == 0:  # known exactly where every stratum answered whole; elsewhere it would claim certainty
        return Total(estimate, *((None, None, None) if (n < size).any() else (se, estimate, estimate)))
    t = float(scipy_stats.t.isf((1 - level) / 2, len(data) - len(size)))
    return Total(estimate, se, estimate - t * se, estimate + t * se)


def city_total(commissioners: pd.DataFrame, cases: pd.DataFrame, level: float = LEVEL) -> Typed:
    """Cases all commissioners together would know, without and with weighting by district.

    Args:
        commissioners: columns commissioner_id, in_scope, responded and district.
        cases: columns commissioner_id and, where sheets were compared, duplicate_of.
        level: level of the intervals.

    Returns:
        Rows `EXPANDED` and `BY_DISTRICT`; columns method, n (cases), responded, base, estimate, se, low, high.
        NA where the data cannot give a number (nobody answered, no spread).
    """
    asked = asked_commissioners(commissioners)
    answered = asked["responded"].to_numpy(dtype=bool)
    counts = counts_per_commissioner(asked, cases).to_numpy()
    known = int(counts[answered].sum())
    simple = weighted = Total(math.nan, None, None, None)
    if answered.any():
        simple = srs_total(counts[answered], len(asked), level)
        district = pd.DataFrame(pooled(strata(asked), answered)).idxmax(axis=1)
        sizes = district.value_counts().sort_index().to_dict()
        mean = stratified_mean(counts[answered], list(district[answered]), sizes, level)
        weighted = _scaled(mean, len(asked), known)
    bounds = interval("estimate", level)
    return Typed.of_rows(
        [
            (method, known, answered.sum(), len(asked), *astuple(total))
            for method, total in ((EXPANDED, simple), (BY_DISTRICT, weighted))
        ],
        {
            "method": Text(heading="方法"),
            "n": KNOWN,
            "responded": RESPONDED,
            "base": IN_SCOPE,
            "estimate": Estimate(heading="推計", unit="人"),
            "se": Estimate(heading="標準誤差", unit="人"),
            **bounds,
        },
        note=f"幅は有限母集団修正とt分布による{bounds['low'].both}です。下限は把握された人数を下回りません。",
    )


def commissioners_with_cases(commissioners: pd.DataFrame, cases: pd.DataFrame, level: float = LEVEL) -> Typed:
    """How many of all commissioners know at least one case: exact, also when nobody reported any.

    Args:
        commissioners: as for `city_total`.
        cases: column commissioner_id; all sheets: who reported a person again knows them, too.
        level: level of the interval.

    Returns:
        One row; columns n (know one), responded, population (asked), estimate, low, high: numbers of
        commissioners among all asked, hypergeometric.
    """
    asked = asked_commissioners(commissioners)
    answered = asked["responded"].to_numpy(dtype=bool)
    n = int(asked["commissioner_id"].isin(cases["commissioner_id"]).to_numpy()[answered].sum())
    inside = stats.hypergeometric_interval(n, int(answered.sum()), len(asked), level)
    bounds = interval("estimate", level, like="n")
    return Typed.of_rows(
        [(n, answered.sum(), len(asked), *astuple(inside))],
        {
            "n": Count(unit="人", heading="把握している委員"),
            "responded": RESPONDED,
            "population": IN_SCOPE,
            "estimate": Estimate(heading="全員の推計", unit="人"),
            **bounds,
        },
        note=f"超幾何分布による正確な{bounds['low'].both}です。"
        "該当者が一人も報告されなかった場合も、上限を計算できます。",
    )


def dispersion_index(counts: ArrayLike) -> float:
    """Variance over mean of cases per respondent, 1 for Poisson; NaN of fewer than two cases or respondents."""
    values = np.asarray(counts, dtype=int)
    return float(values.var(ddof=1) / values.mean()) if min(len(values), values.sum()) > 1 else math.nan


def overdispersion(counts: ArrayLike) -> Typed:
    """Whether cases bunch on few commissioners more than chance would.

    The index is variance over mean (1 for Poisson). Its p-value is exact: given the total, chance deals the
    cases to the respondents like balls to urns, and p is the chance of a sum of squares at least as large
    (Fisher 1950 in exact form).

    Args:
        counts: cases per respondent.

    Returns:
        One row; columns base (respondents), n (cases), estimate (index), p_value; NA when fewer than two
        cases or respondents leave nothing to bunch.
    """
    values = np.asarray(counts, dtype=int)
    n, total, index = len(values), int(values.sum()), dispersion_index(values)
    return Typed.of_rows(
        [(n, total, index, math.nan if math.isnan(index) else _bunching_p(values))],
        {
            "base": Base(unit="人", heading=RESPONDED.heading, free=True),  # commissioners, no cases
            "n": KNOWN,
            "estimate": Statistic(
                heading="分散と平均の比",
                note="委員ごとの人数の分散を平均で割った値です。偶然に散らばるだけなら1に近くなります。",
            ),
            "p_value": PValue(),
        },
    )


def duplicates_bound(commissioners: pd.DataFrame, cases: pd.DataFrame) -> Typed:
    """Bound how many people the sheets can be about, when neighbours may have reported the same person.

    Two sheets can be about one person when different commissioners of one district sent them and they agree
    in sex and age band, where a blank agrees only with a blank; one commissioner does not report a person twice.

    Args:
        commissioners: columns commissioner_id and district.
        cases: columns commissioner_id, duplicate_of, sex and age_band.

    Returns:
        One row; columns sheets (all), marked (as duplicates), n (distinct as counted), least (people if every
        possible pair is one person).
    """
    kept = distinct(cases)
    district = kept["commissioner_id"].map(commissioners.set_index("commissioner_id")["district"])
    alike = kept[["sex", "age_band"]].assign(district=district).astype("string").fillna("")
    each = alike.assign(sent_by=kept["commissioner_id"]).value_counts()
    least = each.groupby(level=[*alike.columns]).max().sum() if len(each) else 0
    row = (len(cases), len(cases) - len(kept), len(kept), least)
    headings = {
        "sheets": "該当者票",
        "marked": "重複と確認",
        "n": "実人数",
        "least": "重複が最も多い場合の人数",
    }
    kinds = {
        name: Count(unit="枚" if name in ("sheets", "marked") else "人", heading=heading)
        for name, heading in headings.items()
    }
    return Typed.of_rows([row], kinds)


def _bunching_p(values: NDArray[np.int_]) -> float:
    """Chance of Σ count² at least as large when `sum(values)` cases fall on `len(values)` people at random.

    Independent Poisson counts given their sum are dealt exactly so; their mean is free, and the observed one
    keeps the weights inside floating point. A large city has a thousand people: two halves are added by Fourier's
    transform, not people one by one.
    """
    total, pairs = int(values.sum()), int((values * (values - 1) // 2).sum())
    if not pairs:
        return 1.0
    # Σ count² is the total and twice the pairs of cases that one person has; only fewer pairs than observed are kept.
    counts = np.arange(math.isqrt(2 * pairs) + 2)
    counts = counts[counts * (counts - 1) // 2 < pairs]
    one = np.zeros((total + 1, pairs))
    one[counts, counts * (counts - 1) // 2] = scipy_stats.poisson.pmf(counts, total / len(values))
    below = float(_dealt(one, len(values))[total].sum() / scipy_stats.poisson.pmf(total, total))
    return min(1.0, max(0.0, 1 - below))


def _dealt(one: Floats, people: int) -> Floats:
    """chance[cases, pairs] of that many people together, from that of one; what the grid does not hold is left out."""
    if people == 1:
        return one
    half = _dealt(one, people // 2)
    both = _added(half, half)
    return _added(both, one) if people % 2 else both


def _added(left: Floats, right: Floats) -> Floats:
    rows, columns = left.shape
    shape = [fft.next_fast_len(2 * size, real=True) for size in left.shape]
    product = fft.rfft2(left, shape) * fft.rfft2(right, shape)
    return np.asarray(fft.irfft2(product, shape)[:rows, :columns])


def _scaled(mean: Total, size: int, known: int) -> Total:
    if mean.se is None or mean.low is None or mean.high is None:
        return Total(mean.estimate * size, None, None, None)
    return Total(mean.estimate * size, mean.se * size, max(float(known), mean.low * size), mean.high * size)
