"""City level: the conditional test, exact for the few contacts of a city, by its own spread for many.

Given all contacts of window and baseline together, the number that fell into the window is binomial; its
share under "no effect" is the control region's share. Verdict, interval and p-value invert the same central
test, so they cannot contradict each other. Contacts that come in bunches, or by the hundred, vary more than that:
the same test is then put to effective counts, divided by the variance ratio of the baseline's own blocks
(Rao & Scott 1992). The mid-p version is less conservative and stands beside it as a sensitivity.
"""

from typing import Final

import numpy as np
from scipy import optimize, special
from scipy import stats as distributions

from ujo_lib.outreach.controlled import block_days
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Comparison, Totals
from ujo_lib.outreach.verdict import Effect, Refusal, judged, refused
from ujo_lib.stats import LEVEL

METHOD = "正確な条件付き二項検定"
METHOD_MID_P = "条件付き二項検定(mid-p)"

EXACT_BELOW: Final = 10
"""Contacts expected in the window below which only a clear spread between blocks counts: for so few, Poisson's own
chance hides any other, and the error of measuring it would cost more than it saves."""
CLEAR_SPREAD: Final = 0.05
"""Level at which the blocks' chi-square makes the spread clear."""


def variance_ratio(comparison: Comparison, level: float = LEVEL) -> float:
    """By what the counts are divided before they are tested, at least 1; exactly 1: the exact Poisson test.

    Baseline blocks of the window's length are held against the control: chi-square over its degrees of freedom,
    enlarged by (t / z)² because it is an estimate. It is used from `EXACT_BELOW` expected contacts on, and below
    where the chi-square is significant at `CLEAR_SPREAD`. A single block has no spread.
    """
    days = block_days(comparison)
    blocks = days[comparison.having(BASELINE)[days[:, 0]]]
    n, control = (comparison.frame[name].to_numpy(float)[blocks].sum(axis=1) for name in ("local", "control"))
    n, control = n[control > 0], control[control > 0]
    degrees = len(n) - 1
    if degrees < 1 or not n.sum():
        return 1.0
    expected = control * n.sum() / control.sum()
    chi_square = float(np.sum((n - expected) ** 2 / expected))
    clear = distributions.chi2.sf(chi_square, degrees) < CLEAR_SPREAD
    if comparison.expected < EXACT_BELOW and not clear:
        return 1.0
    tail = (1 + level) / 2
    widened = (distributions.t.ppf(tail, degrees) / distributions.norm.ppf(tail)) ** 2
    return max(1.0, chi_square / degrees * float(widened))


def conditional(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """Conditional estimate of the rate ratio against the control (central inversion at effective counts).

    Args:
        comparison: the comparison, or the refusal that stands in its place.
        area: whose contacts are counted.
        level: confidence level.
    """
    if isinstance(comparison, Refusal):
        return refused(area, METHOD, level, comparison)
    window, baseline = comparison.totals(IN_WINDOW), comparison.totals(BASELINE)
    divisor = variance_ratio(comparison, level)
    k1, k0 = window.n / divisor, baseline.n / divisor
    null = window.control / (window.control + baseline.control)
    at_least = special.betainc(k1, k0 + 1, null) if k1 else 1.0
    at_most = special.betainc(k0, k1 + 1, 1 - null) if k0 else 1.0
    return judged(
        area,
        METHOD,
        level,
        n=window.n,
        expected=comparison.expected,
        ratio=(window.n / comparison.expected, *_limits(window, baseline, divisor, level)),
        p_value=min(1.0, 2 * float(min(at_least, at_most))),
    )


def _limits(window: Totals, baseline: Totals, divisor: float, level: float) -> tuple[float, float]:
    """Limits of the ratio, each at the spread of so many contacts.

    A rate that varies from week to week varies in proportion to its height: r times as many contacts have the variance
    ratio 1 + r (divisor − 1). The lower limit is the ratio that is just not rejected at its own; the upper one takes
    that of the estimate.
    """
    tail, scale = (1 - level) / 2, baseline.control / window.control

    def of_more(ratio: float) -> tuple[float, float]:
        spread = 1 + max(1.0, ratio) * (divisor - 1)
        k1, k0 = window.n / spread, baseline.n / spread
        low = float(distributions.beta.ppf(tail, k1, k0 + 1)) if k1 else 0.0
        high = float(distributions.beta.isf(tail, k1 + 1, k0)) if k0 else 1.0
        return _odds(low) * scale, _odds(high) * scale

    low, _ = of_more(1.0)
    if low > 1:
        low = float(optimize.brentq(lambda ratio: of_more(ratio)[0] - ratio, 1.0, low))
    _, high = of_more(window.n / baseline.n * scale if baseline.n else 1.0)
    return low, high


def mid_p(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """The same with half the probability of the observed count (Lancaster 1961; Berry & Armitage 1995)."""
    if isinstance(comparison, Refusal):
        return refused(area, METHOD_MID_P, level, comparison)
    window, baseline = comparison.totals(IN_WINDOW), comparison.totals(BASELINE)
    divisor = variance_ratio(comparison, level)
    k1, k0 = window.n / divisor, baseline.n / divisor
    low, high, p_value = mid_p_ratio(k1, window.control, k0, baseline.control, level)
    ratio = (window.n / comparison.expected, low, high)
    return judged(
        area, METHOD_MID_P, level, n=window.n, expected=comparison.expected, ratio=ratio, p_value=p_value
    )


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
