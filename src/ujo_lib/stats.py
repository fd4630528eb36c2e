"""Intervals, exact tests and rounding shared by every analysis.

Counts here are tiny (25 people, 54 clients), so everything exact is done exactly: by inverting the test, not
by a normal approximation. Where a result carries an interval and a p-value, both invert the same central
(equal-tailed) test, so that "p < 0.05" and "the 95 % interval leaves out the null value" cannot disagree.
R's two-sided p orders outcomes by their probability instead, and belongs to no interval.

Nothing here returns NaN for a count. An estimate that has no value (0 of 0) is ``None`` and its interval is
the whole range: no data, no information.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from scipy import stats as scipy_stats

MAX_PATHS = 400_000
"""How many continuations of partial tables `fisher_freeman_halton` may look at before it gives up (seconds)."""

LEVEL: Final = 0.95
"""Confidence level where nobody asks for another."""
SMALL_BASE: Final = 30
"""A share of fewer than this many is marked 参考値."""


class TableTooLargeError(ValueError):
    """A table has too many cells or counts for exact enumeration."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence limits, all in the unit of the estimate.

    `estimate` is None when it has no value (nothing was observed); the limits then span the whole range.
    """

    estimate: float | None
    low: float
    high: float

    def named(self, estimate: str) -> dict[str, float | None]:
        """The estimate under this name, its limits as low and high: what a row of a table holds of it."""
        return {estimate: self.estimate, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class RateRatio(Interval):
    """Ratio of two rates; `low`, `high` and `p_value` come from one central exact test of "ratio = 1".

    `estimate` is None for 0/0, `math.inf` when only the comparison rate is 0; `high` may be `math.inf`.
    """

    p_value: float


def wilson(k: float, n: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval for a share (Wilson 1927; Brown, Cai & DasGupta 2001).

    Args:
        k: number with the trait, 0 ≤ k ≤ n.
        n: number observed, or so many independent ones as tell as much.
        level: confidence level in (0, 1).

    Raises:
        ValueError: counts out of order or a level outside (0, 1).
    """
    _check_counts(k, n, level)
    if n == 0:
        return Interval(None, 0.0, 1.0)
    z = float(scipy_stats.norm.isf((1 - level) / 2))
    share, z2 = k / n, z * z / n
    middle = (share + z2 / 2) / (1 + z2)
    half = math.sqrt(share * (1 - share) * z2 + z2 * z2 / 4) / (1 + z2)
    # At the ends the algebra gives exactly 0 and 1; floating point would leave 1e-17 behind.
    return Interval(share, 0.0 if k == 0 else middle - half, 1.0 if k == n else middle + half)


def clopper_pearson(k: float, n: float, level: float = LEVEL) -> Interval:
    """Exact binomial interval for a share (Clopper & Pearson 1934); arguments as for `wilson`."""
    _check_counts(k, n, level)
    if n == 0:
        return Interval(None, 0.0, 1.0)
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(scipy_stats.beta.ppf(tail, k, n - k + 1))
    high = 1.0 if k == n else float(scipy_stats.beta.isf(tail, k + 1, n - k))
    return Interval(k / n, low, high)


def hypergeometric_interval(k: int, n: int, N: int, level: float = LEVEL) -> Interval:
    """Exact interval for how many of a finite population have a trait, from a simple random part of it.

    Keeps every population count that neither tail of the hypergeometric test rejects at (1 − level)/2
    (Konijn 1973). The n observed are known for certain, so the limits lie between k and N − (n − k).

    Args:
        k: number with the trait among those observed.
        n: number observed.
        N: size of the population.
        level: confidence level in (0, 1).

    Returns:
        Interval in population counts; `estimate` is N·k/n (not rounded), None when n = 0.
    """
    _check_counts(k, n, level)
    if n > N:
        raise ValueError(f"n must not exceed N: {n} > {N}")
    if not n:
        return Interval(None, 0.0, float(N))
    tail = (1 - level) / 2
    possible = np.arange(N + 1)
    at_least_k = scipy_stats.hypergeom.sf(k - 1, N, possible, n)
    at_most_k = scipy_stats.hypergeom.cdf(k, N, possible, n)
    kept = possible[(at_least_k > tail) & (at_most_k > tail)]
    return Interval(N * k / n, float(kept[0]), float(kept[-1]))


def poisson_interval(
    k: int, exposure: float = 1.0, level: float = LEVEL, dispersion: float = 1.0
) -> Interval:
    """Exact interval for a Poisson rate (Garwood 1936), per unit of `exposure`; `dispersion` as for `rate_ratio`."""
    _check_counts(k, k, level)
    if not exposure > 0:
        raise ValueError(f"exposure must be positive: {exposure}")
    tail, worth = (1 - level) / 2, dispersion if dispersion > 1 else 1.0
    unit = exposure / worth
    low = 0.0 if k == 0 else float(scipy_stats.gamma.ppf(tail, k / worth))
    return Interval(k / exposure, low / unit, float(scipy_stats.gamma.isf(tail, k / worth + 1)) / unit)


def rate_ratio(
    k1: int, e1: float, k0: int, e0: float, level: float = LEVEL, dispersion: float = 1.0
) -> RateRatio:
    """Ratio of two Poisson rates, exact given the sum of the counts (Przyborowski & Wilenski 1940).

    Given k1 + k0, k1 is binomial with odds ratio·e1/e0; the Clopper–Pearson limits of that share, turned back
    into ratios, are the interval, and the p-value doubles the smaller tail of the same binomial. Counts that come in
    bunches tell as much as fewer single ones (Rao & Scott 1992); the tails are then read between whole numbers.

    Args:
        k1: count of interest.
        e1: its exposure (people asked, days, …), positive.
        k0: comparison count.
        e0: its exposure, in the unit of e1.
        level: confidence level in (0, 1).
        dispersion: variance over mean of the counts, taken as 1 when smaller.
    """
    if not (e1 > 0 and e0 > 0):
        raise ValueError(f"exposures must be positive: {e1}, {e0}")
    _check_counts(k1, k1 + k0, level)
    total, scale = k1 + k0, e0 / e1
    if total == 0:
        return RateRatio(None, 0.0, math.inf, 1.0)
    null, worth = e1 / (e1 + e0), dispersion if dispersion > 1 else 1.0
    n1, n0 = k1 / worth, k0 / worth
    share = clopper_pearson(n1, n1 + n0, level)
    at_least = special.betainc(n1, n0 + 1, null) if k1 else 1.0
    at_most = special.betaincc(n1 + 1, n0, null) if k0 else 1.0
    return RateRatio(
        estimate=_odds(k1 * e0, k0 * e1),  # of equal rates exactly 1, as 3 of 11 times 11 of 3 is not
        low=_odds(share.low, 1 - share.low) * scale,
        high=_odds(share.high, 1 - share.high) * scale,
        p_value=min(1.0, 2 * float(min(at_least, at_most))),
    )


def ratio_of_estimates(top: Interval, bottom: Interval) -> Interval:
    """Ratio of two independent estimates, from nothing but their own intervals (MOVER-R).

    Whatever made the published intervals wide (few answers, repeat callers) so makes the interval of the ratio wide.
    Donner & Zou (2012), Statistical Methods in Medical Research 21(4), 347–359, equation (9).

    Args:
        top: the estimate above the line, with limits ≥ 0.
        bottom: the one below, with limits of the same level.

    Returns:
        The ratio; without an estimate where the lower estimate is 0 or absent, unbounded where its lower limit is 0.
    """
    if top.estimate is None or bottom.estimate is None:
        return Interval(None, 0.0, math.inf)
    below = _least_ratio(top.estimate, top.low, bottom.estimate, bottom.high)
    turned = _least_ratio(bottom.estimate, bottom.low, top.estimate, top.high)
    estimate = top.estimate / bottom.estimate if bottom.estimate else None
    return Interval(estimate, below, 1 / turned if turned else math.inf)


def _least_ratio(a: float, low: float, b: float, high: float) -> float:
    """MOVER-R's lower limit of a / b, from that of a and the upper one of b; 0 where they say nothing."""
    if low <= 0 or high <= 0:
        return 0.0
    root = math.sqrt(max((a * b) ** 2 - low * high * (2 * a - low) * (2 * b - high), 0.0))
    return low * (2 * a - low) / (a * b + root)


def difference_of_estimates(one: Interval, other: Interval) -> Interval:
    """One of two independent estimates less the other, from nothing but their own intervals (Newcombe 1998, method 10).

    Args:
        one: an estimate.
        other: the one that is taken away, with limits of the same level.

    Raises:
        ValueError: one of them has no estimate.
    """
    if one.estimate is None or other.estimate is None:
        raise ValueError("a difference takes two estimates")
    middle = one.estimate - other.estimate
    below = math.hypot(one.estimate - one.low, other.high - other.estimate)
    above = math.hypot(one.high - one.estimate, other.estimate - other.low)
    return Interval(middle, middle - below, middle + above)


def fisher_freeman_halton(table: ArrayLike, *, extreme: bool = False) -> float:
    """Exact p of an r×c table (Freeman & Halton 1951): all tables with these margins that are no likelier.

    The tables are walked column by column as a network (Mehta & Patel 1983): partial tables with the same
    rows still to fill and the same weight are one path, and a path ends early once all its completions lie on
    one side of the observed table. Weights are whole numbers, so ties are exact and need no tolerance.

    Args:
        table: non-negative whole counts, at least one row and one column; empty rows and columns are ignored.
        extreme: of the least likely table with these margins instead, below which no p of them lies.

    Returns:
        p in (0, 1]; 1.0 when fewer than two rows or columns have counts.

    Raises:
        TableTooLargeError: more than `MAX_PATHS` continuations of partial tables would be needed.
        ValueError: negative or broken counts.
    """
    counts = _count_table(table)
    if min(counts.shape) < 2:
        return 1.0
    counts = min(counts, counts.T, key=len)
    columns = sorted(counts.T.tolist(), key=sum, reverse=True)
    totals = [sum(column) for column in columns]
    rows = tuple(sorted(int(n) for n in counts.sum(axis=1)))
    network = _Network(totals)
    observed = network.bounds(0, rows)[0] if extreme else math.prod(map(_multinomial, columns))
    as_extreme = 0
    paths: dict[tuple[int, ...], dict[int, int]] = {rows: {1: 1}}
    for stage in range(len(totals)):
        following: dict[tuple[int, ...], dict[int, int]] = {}
        for node, pasts in paths.items():
            least, most = network.bounds(stage, node)
            for past, ways in pasts.items():
                if past * most <= observed:
                    as_extreme += past * ways * _multinomial(node)
                elif past * least <= observed:
                    steps = network.steps(stage, node)
                    network.spend(len(steps))
                    for step, rest in steps:
                        onward = following.setdefault(rest, {})
                        onward[past * step] = onward.get(past * step, 0) + ways
        paths = following
    # Paths that outlive the last column are full tables likelier than the observed one: not counted.
    return float(as_extreme / _multinomial(rows))


def adjusted_residuals(
    table: ArrayLike, margins: tuple[ArrayLike, ArrayLike, int] | None = None
) -> NDArray[np.float64]:
    """Haberman's (1973) adjusted residuals of a table of counts: about standard normal under independence.

    Args:
        table: r×c non-negative whole counts.
        margins: members of each row, of each column, and of all, where one member can be in several cells, so that
            these are no sums of the table; each cell is then held against its own two-by-two table.

    Returns:
        r×c floats; NaN where a row or column is empty or holds everything, for there is nothing to compare.
    """
    counts = _count_table(table).astype(np.float64)
    of_rows, of_columns, total = margins or (counts.sum(axis=1), counts.sum(axis=0), counts.sum())
    if total == 0:
        return np.full(counts.shape, np.nan)
    rows, columns = np.asarray(of_rows, dtype=float)[:, None], np.asarray(of_columns, dtype=float)
    expected = rows * columns / total
    variance = expected * (1 - rows / total) * (1 - columns / total)
    residuals = np.full(counts.shape, np.nan)
    np.divide(counts - expected, np.sqrt(variance), out=residuals, where=variance > 0)
    return residuals


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Holm's (1979) step-down adjusted p-values, in the order given; NaN entries stay out of the family."""
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(values[order] * factors))
    return adjusted


def standing_out(
    ratio: ArrayLike, low: ArrayLike, high: ArrayLike, level: float = LEVEL
) -> NDArray[np.int64]:
    """Which of several ratios lie above or below 1, all statements together wrong in at most 1 - `level`.

    The standard error of the logarithm is read off that end of the interval which faces 1; of a ratio of nought, which
    has no logarithm, the exposure is read off the upper end, as of Jeffreys' interval (chi-square with one degree of
    freedom). The p-values are adjusted by Holm's method.

    Args:
        ratio: estimates, shape (k,); NaN entries and those without both ends stand nowhere.
        low: lower ends of their intervals at `level`.
        high: upper ends.
        level: of the intervals, and of the statements together.

    Returns:
        1 above, -1 below, 0 neither; shape (k,).
    """
    estimates, lows, highs = (np.asarray(values, dtype=np.float64) for values in (ratio, low, high))
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.log(estimates)
        room = np.log(np.where(estimates > 1, estimates / lows, highs / estimates))
        z = np.abs(distance) / room * scipy_stats.norm.ppf((1 + level) / 2)
        of_nought = scipy_stats.chi2.sf(scipy_stats.chi2.ppf((1 + level) / 2, 1) / highs, 1)
    nought = estimates == 0
    known = np.isfinite(lows) & np.isfinite(highs) & (np.isfinite(z) | nought)
    p = holm(np.where(known, 2 * np.where(nought, of_nought, scipy_stats.norm.sf(z)), np.nan))
    return np.where((p < 1 - level) & ((lows > 1) | (highs < 1)), np.sign(distance), 0).astype(np.int64)


def round_half_up(x: float, digits: int) -> float:
    """Round as Japanese official statistics do (四捨五入), on the decimal digits that a reader sees."""
    if not math.isfinite(x):
        return x
    return float(Decimal(repr(float(x))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def side_of(reference: float, low: float, high: float, digits: int = 2) -> int:
    """On which side of a reference an interval lies: 1 above, -1 below, 0 where it holds it or is not known.

    Read off its ends as they are printed, with so many digits: nothing has grown beside 1.00〜1.35.
    """
    return int(round_half_up(low, digits) > reference) - int(round_half_up(high, digits) < reference)


def significant(p: ArrayLike, alpha: float = 1 - LEVEL) -> NDArray[np.bool_]:
    """Which p-values lie below `alpha` as they are printed, with three decimals: nothing is found beside p=0.050.

    NaN entries do not.
    """
    return np.asarray(p, dtype=np.float64) < round(alpha - 0.0005, 9)  # 1 - 0.95 is a little more than 0.05


def told_alike(low: float, high: float, p_value: float, level: float) -> tuple[float, float, float]:
    """Limits of a ratio and its p as one row prints them: where one of them finds no change, neither does the other.

    An interval of 0.02〜1.00 beside p=0.049 says two things. Then the limits reach 1, and p is no smaller than that of
    an interval that does. What is not known (NaN) stays so.
    """
    if side_of(1, low, high) and significant(p_value, 1 - level):
        return low, high, p_value
    return min(low, 1.0), max(high, 1.0), max(p_value, 1 - level)


def in_percent(share: float) -> float:
    """A share of 0–1 in percent, in its decimal digits: 0.575 are 57.5, which a float times 100 misses (57.49999…)."""
    return float(Decimal(repr(float(share))) * 100)


def percent(k: int, n: int, digits: int = 1) -> float | None:
    """Share k/n in percent, rounded half up from the exact fraction; None when n = 0."""
    if n == 0:
        return None
    return float(
        (Decimal(int(k)) * 100 / Decimal(int(n))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    )


class _Network:
    """Nodes of the Freeman–Halton network: `stage` columns are filled, `node` is what rows still lack."""

    def __init__(self, totals: Sequence[int]) -> None:
        self._totals = totals
        self._spent = 0
        self._bounds: dict[tuple[int, tuple[int, ...]], tuple[int, int]] = {}
        self._steps: dict[tuple[int, tuple[int, ...]], list[tuple[int, tuple[int, ...]]]] = {}

    def spend(self, paths: int) -> None:
        """Count work done and stop before the machine does."""
        self._spent += paths
        if self._spent > MAX_PATHS:
            raise TableTooLargeError(
                "表が大きすぎるため、正確な検定を計算できません。区分をまとめて小さな表にしてください。"
            )

    def steps(self, stage: int, node: tuple[int, ...]) -> list[tuple[int, tuple[int, ...]]]:
        """Ways to fill the next column: its multinomial weight and the sorted rest of the rows."""
        key = (stage, node)
        if key not in self._steps:
            found = []
            for column in _fillings(node, self._totals[stage]):
                self.spend(1)
                rest = tuple(sorted(row - x for row, x in zip(node, column, strict=True)))
                found.append((_multinomial(column), rest))
            self._steps[key] = found
        return self._steps[key]

    def bounds(self, stage: int, node: tuple[int, ...]) -> tuple[int, int]:
        """Smallest and largest weight of any completion from here."""
        if stage == len(self._totals) - 1:
            weight = _multinomial(node)
            return weight, weight
        key = (stage, node)
        if key not in self._bounds:
            ends = [(step, *self.bounds(stage + 1, rest)) for step, rest in self.steps(stage, node)]
            self._bounds[key] = (
                min(step * low for step, low, _ in ends),
                max(step * high for step, _, high in ends),
            )
        return self._bounds[key]


def silences(daily: ArrayLike, expected: float, days: int = 1) -> list[tuple[int, int]]:
    """Runs of empty days on which the source's own rate would have brought contacts.

    Args:
        daily: contacts per day, shape (days,); NaN where unknown, which is neither empty nor part of the rate.
        expected: least number of contacts that the rate of all other days leads one to expect in the run, and of
            arrivals, by how often the same weekday is empty at other times: classes leave pauses between them. Of
            contacts spread over all days, none falls in the run with a probability below exp(−expected / 2).
        days: least length of a run.

    Returns:
        (first, after) of each run as positions in `daily`, the longest first.
    """
    counts = np.asarray(daily, dtype=float)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], counts == 0, [0]])))
    known, total = int((~np.isnan(counts)).sum()), float(np.nansum(counts))
    found = []
    # Longest first, so that one long gap does not dilute the rate by which the next is judged.
    for first, after in sorted(zip(edges[::2], edges[1::2], strict=True), key=lambda run: run[0] - run[1]):
        length = int(after - first)
        others = known - length
        if length < days or others <= 0 or total * length < expected * others:
            continue
        # The rate of a few contacts in a few days is none: chance may have put them all beside a long run.
        if 2 * total * math.log1p(length / others) >= expected:
            found.append((int(first), int(after)))
            known = others
    # Runs that make up most of the record are how its contacts come, until one is seen to be none of those pauses.
    few = 2 * sum(after - first for first, after in found) < len(counts)
    silent: list[tuple[int, int]] = []
    for run in found:
        if _arrivals(counts, run, found if few else [*silent, run]) >= expected:
            silent.append(run)
    return silent


def _arrivals(counts: NDArray[np.float64], run: tuple[int, int], runs: Sequence[tuple[int, int]]) -> float:
    """Arrivals that a run would have seen, by the share of empty days of the same weekdays outside these runs."""
    among = np.zeros(len(counts), dtype=bool)
    for first, after in runs:
        among[first:after] = True
    weekday = np.arange(len(counts)) % 7
    other = ~among & ~np.isnan(counts)
    empty, seen = (np.bincount(weekday[which], minlength=7) for which in (other & (counts == 0), other))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(seen > 0, -np.log(empty / seen), np.inf)
    return float(rate[weekday[run[0] : run[1]]].sum())


def _fillings(rows: tuple[int, ...], total: int) -> Iterator[tuple[int, ...]]:
    """Every way to spread `total` over cells that hold at most `rows`."""
    if len(rows) == 1:
        yield (total,)
        return
    room = sum(rows[1:])
    for first in range(max(0, total - room), min(rows[0], total) + 1):
        for others in _fillings(rows[1:], total - first):
            yield (first, *others)


def _multinomial(parts: Iterable[int]) -> int:
    """The number of ways to deal Σ parts people into groups of these sizes."""
    sizes = list(parts)
    return math.factorial(sum(sizes)) // math.prod(math.factorial(size) for size in sizes)


def _odds(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else math.inf


def _count_table(table: ArrayLike) -> NDArray[np.int64]:
    counts = np.asarray(table)
    whole = counts.astype(np.int64)
    if counts.ndim != 2 or (whole != counts).any() or (whole < 0).any():
        raise ValueError("a table of non-negative whole counts is needed")
    return whole


def _check_counts(k: float, n: float, level: float) -> None:
    if not 0 <= k <= n:
        raise ValueError(f"0 <= k <= n is needed: k={k}, n={n}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1: {level}")
