"""City level: the conditional test, exact for the few contacts of a city, by its own spread for many.

Given all contacts of window and baseline together, the number that fell into the window is binomial; its
share under "no effect" is the control region's share. Verdict, interval and p-value invert the same central
test, so they cannot contradict each other. Contacts that come in bunches, or by the hundred, vary more than that:
the same test is then put to effective counts, divided by the variance ratio of the baseline's own blocks
(Rao & Scott 1992). A desk that grows faster than its control would show its growth as an effect: where there are
contacts enough to see it, the window is also held against the baseline's own growth, and a change is told only if both
find it. The mid-p version is less conservative and stands beside it as a sensitivity.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special
from scipy import stats as distributions

from ujo_lib import glm
from ujo_lib.outreach.controlled import DAYS_A_YEAR, MIN_BLOCKS, block_days
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Comparison, Totals
from ujo_lib.outreach.verdict import Effect, Refusal, judged, refused
from ujo_lib.stats import LEVEL, clopper_pearson

METHOD = "正確な条件付き二項検定"
METHOD_MID_P = "条件付き二項検定(mid-p)"

EXACT_BELOW: Final = 10
"""Contacts expected in the window below which only a clear spread between blocks counts: for so few, Poisson's own
chance hides any other, and the error of measuring it would cost more than it saves."""
GROWTH_FROM: Final = 60
"""Contacts of the baseline from which on its own growth is an expectation too. Growth of 60 % a year makes 3 % of false
alarms with 48 of them, which chance hides, and 8 % with 71; of fewer it is hardly known, and power would be lost."""
CLEAR_SPREAD: Final = 0.05
"""Level at which the blocks' chi-square makes the spread clear."""


def variance_ratio(comparison: Comparison, level: float = LEVEL) -> float:
    """By what the counts are divided before they are tested, at least 1; exactly 1: the exact Poisson test.

    Baseline blocks are held against the control, and their growth where it is known: chi-square over its degrees of
    freedom, enlarged by (t / z)² because it is an estimate. It is used from `EXACT_BELOW` expected contacts on, and
    below where the chi-square is significant at `CLEAR_SPREAD`. A baseline of a single day has no spread.
    """
    blocks, grown = _blocks(comparison), _growth(comparison)

    def summed(by_day: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([by_day[days].sum() for days in blocks])

    n, control = (summed(comparison.frame[name].to_numpy(float)) for name in ("local", "control"))
    expected = control * n.sum() / control.sum() if grown is None else summed(grown.expected)
    n, expected = n[control > 0], expected[control > 0]
    degrees = len(n) - (1 if grown is None else 2)
    if degrees < 1 or not n.sum():
        return 1.0
    chi_square = float(np.sum((n - expected) ** 2 / expected))
    clear = distributions.chi2.sf(chi_square, degrees) < CLEAR_SPREAD
    if comparison.expected < EXACT_BELOW and not clear:
        return 1.0
    tail = (1 + level) / 2
    widened = (distributions.t.ppf(tail, degrees) / distributions.norm.ppf(tail)) ** 2
    return max(1.0, chi_square / degrees * float(widened))


def _blocks(comparison: Comparison) -> list[NDArray[np.int64]]:
    """Positions of the days of each block of the baseline: of the window's length, or, where it has fewer than
    `MIN_BLOCKS` of these, as many shorter ones. Two of them would leave no spread around their growth.
    """
    days, baseline = block_days(comparison), comparison.having(BASELINE)
    whole = days[baseline[days[:, 0]]]
    return list(whole) if len(whole) >= MIN_BLOCKS else np.array_split(np.flatnonzero(baseline), MIN_BLOCKS)


def conditional(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """Conditional estimate of the rate ratio against the control (central inversion at effective counts).

    The estimate takes the share as unchanged; interval and p reach over all `expectations`.

    Args:
        comparison: the comparison, or the refusal that stands in its place.
        area: whose contacts are counted.
        level: confidence level.
    """

    def tested(window: Totals, known: Known, divisor: float) -> tuple[float, float, float]:
        k1, k0 = window.n / divisor, known.n / divisor
        null = window.control / (window.control + known.control)
        at_least = special.betainc(k1, k0 + 1, null) if k1 else 1.0
        at_most = special.betainc(k0, k1 + 1, 1 - null) if k0 else 1.0
        return *_limits(window, known, divisor, level), min(1.0, 2 * float(min(at_least, at_most)))

    return _held_against_all(comparison, area, METHOD, level, tested)


class Known(NamedTuple):
    """What the window is held against: so many contacts, and the control's that go with them."""

    n: float
    control: float


def expectations(comparison: Comparison) -> list[Known]:
    """The baseline, and its own growth where it is known."""
    baseline, grown = comparison.totals(BASELINE), _growth(comparison)
    unchanged = Known(baseline.n, baseline.control)
    return [unchanged] if grown is None else [unchanged, grown.known]


@dataclass(frozen=True)
class _Growth:
    """A steady growth of the local share.

    Attributes:
        expected: contacts of each day that it leads one to expect, shape (days,).
        known: the same of the window's middle. A rate from n contacts has the variance 1 / n on the log scale, so
            this one is known as well as from so many contacts as the inverse of its own.
    """

    expected: NDArray[np.float64]
    known: Known


def _growth(comparison: Comparison) -> _Growth | None:
    """Poisson regression of the baseline's days on time, the control as exposure; from `GROWTH_FROM` contacts on.

    None where there is no growth to speak of, as when all came on one day.
    """
    control, used = comparison.frame["control"].to_numpy(float), comparison.having(BASELINE)
    local = comparison.frame["local"].to_numpy(float)
    used = used & (control > 0)
    if local[used].sum() < GROWTH_FROM or used.sum() < 2:
        return None
    days = np.arange(len(used)) - np.flatnonzero(comparison.having(IN_WINDOW)).mean()
    X = np.column_stack([np.ones(len(used)), days / DAYS_A_YEAR])
    fitted = glm.fit(local[used], X[used], np.log(control[used]))
    if not fitted.converged[0]:
        return None
    n, rate = 1 / float(fitted.bread[0, 0, 0]), np.exp(X @ fitted.coefficients[0])
    return _Growth(control * rate, Known(n, n / float(np.exp(fitted.coefficients[0, 0]))))


def _held_against_all(
    comparison: Comparison | Refusal,
    area: str,
    method: str,
    level: float,
    tested: Callable[[Totals, Known, float], tuple[float, float, float]],
) -> Effect:
    """The effect whose interval reaches over those of all expectations, and whose p is the largest of them.

    `tested` gives the limits of the window's ratio to one of them at a variance ratio, and p of none.
    """
    if isinstance(comparison, Refusal):
        return refused(area, method, level, comparison)
    window, against = comparison.totals(IN_WINDOW), expectations(comparison)
    divisor = variance_ratio(comparison, level)
    lows, highs, p_values = zip(*(tested(window, known, divisor) for known in against), strict=True)
    more = {window.n * known.control > window.control * known.n for known in against}
    expected = np.array([known.n / known.control * window.control for known in against])
    return judged(
        area,
        method,
        level,
        n=window.n,
        expected=comparison.expected,
        ratio=(window.n / comparison.expected, min(lows), max(highs)),
        p_value=max(p_values) if len(more) == 1 else 1.0,
        extra_limits=(
            float(((np.array(lows) - 1) * expected).min()),
            float(((np.array(highs) - 1) * expected).max()),
        ),
    )


def _limits(window: Totals, known: Known, divisor: float, level: float) -> tuple[float, float]:
    """Limits of the ratio, each at the spread of so many contacts.

    A rate that varies from week to week varies in proportion to its height: r times as many contacts have the variance
    ratio 1 + r (divisor − 1). The lower limit is the ratio that is just not rejected at its own; the upper one takes
    that of the estimate.
    """
    scale = known.control / window.control

    def of_more(ratio: float) -> tuple[float, float]:
        spread = 1 + max(1.0, ratio) * (divisor - 1)
        k1, k0 = window.n / spread, known.n / spread
        share = clopper_pearson(k1, k1 + k0, level)
        return _odds(share.low) * scale, _odds(share.high) * scale

    low, _ = of_more(1.0)
    if low > 1:
        low = float(optimize.brentq(lambda ratio: of_more(ratio)[0] - ratio, 1.0, low))
    _, high = of_more(window.n / known.n * scale if known.n else 1.0)
    return low, high


def mid_p(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """The same with half the probability of the observed count (Lancaster 1961; Berry & Armitage 1995)."""

    def tested(window: Totals, known: Known, divisor: float) -> tuple[float, float, float]:
        return mid_p_ratio(window.n / divisor, window.control, known.n / divisor, known.control, level)

    return _held_against_all(comparison, area, METHOD_MID_P, level, tested)


def mid_p_ratio(
    k1: float, e1: float, k0: float, e0: float, level: float = LEVEL
) -> tuple[float, float, float]:
    """Mid-p interval and p-value of a rate ratio: low, high, p.

    Args:
        k1: count in the window, whole or effective.
        e1: its exposure.
        k0: count in the baseline.
        e0: its exposure.
        level: confidence level.
    """
    tail, null = (1 - level) / 2, e1 / (e1 + e0)

    def upper(share: float) -> float:
        """Chance of more than k1, and half that of k1: the mean of the binomial tails above and from k1 on."""
        above = special.betainc(k1 + 1, k0, share) if k0 else 0.0
        return float(above + (special.betainc(k1, k0 + 1, share) if k1 else 1.0)) / 2

    low = optimize.brentq(lambda share: upper(share) - tail, 0.0, 1.0, xtol=1e-13) if k1 else 0.0
    high = optimize.brentq(lambda share: 1 - upper(share) - tail, 0.0, 1.0, xtol=1e-13) if k0 else 1.0
    to_ratio = e0 / e1
    p_value = 2 * min(upper(null), 1 - upper(null))
    return _odds(low) * to_ratio, _odds(high) * to_ratio, p_value


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
