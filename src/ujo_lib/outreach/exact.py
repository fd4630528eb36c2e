"""City level: the exact conditional test, for counts too small for any model.

Given all contacts of window and baseline together, the number that fell into the window is binomial; its
share under "no effect" is the control region's share. Verdict, interval and p-value invert the same central
test, so they cannot contradict each other. The mid-p version is less conservative and stands beside it as a
sensitivity.
"""

from scipy import optimize, special

from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Comparison
from ujo_lib.outreach.verdict import Effect, Refusal, judged, refused
from ujo_lib.stats import LEVEL, rate_ratio

METHOD = "正確な条件付き二項検定"
METHOD_MID_P = "条件付き二項検定(mid-p)"


def conditional(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """Exact conditional estimate of the rate ratio against the control (central inversion).

    Args:
        comparison: the comparison, or the refusal that stands in its place.
        area: whose contacts are counted.
        level: confidence level.
    """
    if isinstance(comparison, Refusal):
        return refused(area, METHOD, level, comparison)
    window, baseline = comparison.totals(IN_WINDOW), comparison.totals(BASELINE)
    found = rate_ratio(window.n, window.control, baseline.n, baseline.control, level)
    ratio = (found.estimate or 0.0, found.low, found.high)
    return judged(
        area, METHOD, level, n=window.n, expected=comparison.expected, ratio=ratio, p_value=found.p_value
    )


def mid_p(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """The same with half the probability of the observed count (Lancaster 1961; Berry & Armitage 1995)."""
    if isinstance(comparison, Refusal):
        return refused(area, METHOD_MID_P, level, comparison)
    window, baseline = comparison.totals(IN_WINDOW), comparison.totals(BASELINE)
    low, high, p_value = mid_p_ratio(window.n, window.control, baseline.n, baseline.control, level)
    ratio = (window.n / comparison.expected, low, high)
    return judged(
        area, METHOD_MID_P, level, n=window.n, expected=comparison.expected, ratio=ratio, p_value=p_value
    )


def mid_p_ratio(k1: int, e1: float, k0: int, e0: float, level: float = LEVEL) -> tuple[float, float, float]:
    """Mid-p interval and p-value of a rate ratio: low, high, p.

    Args:
        k1: count in the window.
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
    return low / (1 - low) * to_ratio, high / (1 - high) * to_ratio if high < 1 else float("inf"), p_value
