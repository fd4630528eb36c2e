import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats as distributions

from tests.outreach.conftest import WINDOW, YEAR, daily
from ujo_lib.outreach import exact, hygiene
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Baseline, Comparison
from ujo_lib.stats import rate_ratio

ORACLES = {
    row["id"]: row
    for row in csv.DictReader(
        (Path(__file__).parents[1] / "reference/outreach_oracles.csv").open(encoding="utf-8")
    )
}


def two_days(k1: int, e1: float, k0: int, e0: float) -> Comparison:
    """A comparison with one day in the window and one outside it."""
    frame = pd.DataFrame(
        {"local": [k0, k1], "control": [e0, e1], "role": [BASELINE, IN_WINDOW]},
        index=pd.to_datetime(["2024-02-19", "2024-02-20"]),
    )
    return Comparison("宇城市", frame)


def test_the_published_case_gives_the_central_p_that_belongs_to_the_interval():
    effect = exact.conditional(two_days(8, 24, 50, 342), "宇城市")
    assert effect.p_value == pytest.approx(float(ORACLES["O5_central"]["value"]), abs=1e-3)
    assert effect.code == "not_detected"
    assert effect.low < 1 < effect.high
    assert effect.estimate == pytest.approx(8 / 24 / (50 / 342))


def test_the_example_of_the_r_manual_is_reproduced():
    found = {row: ORACLES[f"poisson_test_{row}"] for row in ("estimate", "low", "high")}
    effect = exact.conditional(two_days(11, 800, 21, 3011), "宇城市")
    assert effect.estimate == pytest.approx(float(found["estimate"]["value"]), abs=1e-6)
    assert effect.low == pytest.approx(float(found["low"]["value"]), abs=1e-6)
    assert effect.high == pytest.approx(float(found["high"]["value"]), abs=1e-6)


counts = st.integers(0, 60)
exposures = st.floats(1, 1000)


@given(counts, exposures, st.integers(1, 200), exposures, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
@settings(deadline=None, max_examples=150)
def test_verdict_interval_and_p_never_contradict_each_other(k1, e1, k0, e0, level):
    effect = exact.conditional(two_days(k1, e1, k0, e0), "宇城市", level)
    rejected = effect.p_value < 1 - level
    assert (effect.code == "detected") == rejected
    assert (effect.low > 1 or effect.high < 1) == rejected
    assert effect.low <= effect.estimate <= effect.high


@given(st.integers(1, 60), exposures, st.integers(1, 200), exposures)
@settings(deadline=None, max_examples=50)
def test_the_unit_of_the_control_does_not_matter(k1, e1, k0, e0):
    small = exact.conditional(two_days(k1, e1, k0, e0), "宇城市")
    large = exact.conditional(two_days(k1, 1000 * e1, k0, 1000 * e0), "宇城市")
    assert (small.estimate, small.low, small.high) == pytest.approx((large.estimate, large.low, large.high))


@given(st.integers(1, 60), exposures, st.integers(1, 60), exposures)
@settings(deadline=None, max_examples=50)
def test_swapping_window_and_baseline_inverts_everything(k1, e1, k0, e0):
    there = exact.conditional(two_days(k1, e1, k0, e0), "宇城市")
    back = exact.conditional(two_days(k0, e0, k1, e1), "宇城市")
    assert there.estimate == pytest.approx(1 / back.estimate)
    # A limit that prints as no change is none, and what is rounded is not when it is turned round.
    assume(1.0 not in (there.low, there.high, back.low, back.high))
    assert there.low == pytest.approx(1 / back.high)
    assert there.p_value == pytest.approx(back.p_value)


@given(counts, exposures, st.integers(1, 60), exposures)
@settings(deadline=None, max_examples=50)
def test_mid_p_is_narrower_than_exact_and_inverts_its_own_p(k1, e1, k0, e0):
    low, high, p_value = exact.mid_p_ratio(k1, e1, k0, e0)
    wide = rate_ratio(k1, e1, k0, e0)
    assert low >= wide.low - 1e-9
    assert high <= wide.high + 1e-9
    assert (p_value < 0.05) == (low > 1 or high < 1)


def test_mid_p_of_equal_tails_is_the_closed_form():
    low, _, p_value = exact.mid_p_ratio(8, 24.0, 50, 342.0)
    tail = distributions.binom.sf(8, 58, 24 / 366) + distributions.binom.pmf(8, 58, 24 / 366) / 2
    assert p_value == pytest.approx(2 * tail)
    share = low * 24 / (low * 24 + 342)
    at_limit = distributions.binom.sf(8, 58, share) + distributions.binom.pmf(8, 58, share) / 2
    assert at_limit == pytest.approx(0.025, abs=1e-6)


def test_a_planted_effect_is_found_and_its_absence_is_not(control):
    rules = Baseline(YEAR.start, washout_days=14)
    rng = np.random.default_rng(6)
    found = hygiene.compare("宇城市", daily(1, 1) * rng.poisson(0.25, 366), control, WINDOW, rules, YEAR.end)
    assert exact.conditional(found, "宇城市").code == "not_detected"
    strong = hygiene.compare(
        "宇城市", daily(0, 1) + (np.arange(366) % 5 == 0), control, WINDOW, rules, YEAR.end
    )
    effect = exact.conditional(strong, "宇城市")
    assert effect.code == "detected"
    assert effect.estimate > 1


def test_nothing_in_the_window_is_an_estimate_of_zero_not_a_refusal():
    effect = exact.conditional(two_days(0, 24, 50, 342), "宇城市")
    assert (effect.estimate, effect.low) == (0.0, 0.0)
    assert effect.high > 0
    assert exact.mid_p(two_days(0, 24, 50, 342), "宇城市").low == 0.0


def blocks_of(*contacts: int, control: float = 100.0, window: int = 10) -> Comparison:
    """Windows of one day: each baseline block is one day, the last day is the window."""
    days = pd.date_range("2024-01-01", periods=len(contacts) + 1)
    frame = pd.DataFrame(
        {
            "local": [*contacts, window],
            "control": control,
            "role": [BASELINE] * len(contacts) + [IN_WINDOW],
        },
        index=days,
    )
    return Comparison("宇城市", frame)


@pytest.mark.parametrize(("contacts", "corrected"), [((6, 12), False), ((6, 14), True), ((7, 15), True)])
def test_the_spread_counts_from_ten_expected_contacts_on(contacts, corrected):
    """9, 10 and 11 expected; neither spread is clear by itself (chi-square 4.0, 6.4 and 5.8)."""
    comparison = blocks_of(*contacts, *contacts)
    chi_square = sum((n - np.mean(contacts)) ** 2 for n in contacts) * 2 / np.mean(contacts)
    assert distributions.chi2.sf(chi_square, 3) > 0.05
    ratio = exact.variance_ratio(comparison)
    widened = (distributions.t.ppf(0.975, 3) / distributions.norm.ppf(0.975)) ** 2
    assert ratio == pytest.approx(chi_square / 3 * widened if corrected else 1.0)


@pytest.mark.parametrize(("half", "clear"), [(3, False), (4, True)])
def test_few_contacts_are_exact_unless_their_spread_is_clear(half, clear):
    """Four blocks around 5 contacts: chi-square 7.2 with ±3 (p 0.066), 12.8 with ±4 (p 0.005)."""
    found = exact.variance_ratio(blocks_of(5 - half, 5 + half, 5 - half, 5 + half))
    assert (found > 1) == clear


@pytest.mark.parametrize(("contacts", "clear"), [((1, 10, 8, 5), False), ((0, 8, 8, 8), True)])
def test_a_spread_is_clear_at_five_per_cent(contacts, clear):
    """Four blocks around 6 contacts: chi-square 46 / 6 (p 0.053) and 48 / 6 (p 0.046)."""
    assert (exact.variance_ratio(blocks_of(*contacts)) > 1) == clear


def test_two_blocks_are_enough_for_a_spread():
    """Around 20 contacts: chi-square 200 / 20 with one degree of freedom, whose t is 12.7062."""
    found = exact.variance_ratio(blocks_of(10, 30))
    assert found == pytest.approx(10 * (12.7062 / 1.959964) ** 2, rel=1e-5)


def long_window(baseline: np.ndarray, days: int) -> Comparison:
    """A window of so many days, one contact a day, after these contacts of the baseline's days."""
    frame = pd.DataFrame(
        {
            "local": [*baseline, *[1] * days],
            "control": 10.0,
            "role": [BASELINE] * len(baseline) + [IN_WINDOW] * days,
        },
        index=pd.date_range("2023-04-01", periods=len(baseline) + days),
    )
    return Comparison("宇城市", frame)


@pytest.mark.parametrize(("sizes"), [[10] * 4 + [9] * 4, [10] * 8, [10] * 9], ids=["76 days", "80", "90"])
def test_a_baseline_of_fewer_than_eight_windows_is_cut_into_eight_blocks(sizes):
    """Pearson's chi-square by hand. Of 76 days blocks of the window's ten would be seven."""
    contacts = np.where(np.arange(sum(sizes)) % 20 < 10, 1, 0)
    comparison = long_window(contacts, 10)
    n = np.add.reduceat(contacts, np.cumsum([0, *sizes[:-1]]))
    expected = np.array(sizes) * contacts.mean()
    chi_square = float(((n - expected) ** 2 / expected).sum())
    degrees = len(sizes) - 1
    assert distributions.chi2.sf(chi_square, degrees) < 0.05
    widened = (distributions.t.ppf(0.975, degrees) / distributions.norm.ppf(0.975)) ** 2
    assert exact.variance_ratio(comparison) == pytest.approx(chi_square / degrees * widened)


@pytest.mark.parametrize("days", [60, 84, 85, 100, 130, 240])
def test_the_spread_of_classes_is_seen_however_long_the_window_is(days):
    """Classes of five have a variance ratio of 5, more for its error. Around the growth of two blocks none was left,
    and in one of five windows an effect was found that there was not.
    """
    rng = np.random.default_rng(days)
    ratios = [exact.variance_ratio(long_window(5 * rng.poisson(0.3, 254), days)) for _ in range(30)]
    assert 5 < np.mean(ratios) < 12


@pytest.mark.parametrize("k1", [0, 5, 6])
def test_no_p_value_is_above_one(k1):
    """Five are expected; either tail of them holds more than half."""
    for found in (exact.conditional, exact.mid_p):
        p_value = found(two_days(k1, 10, 50, 100), "宇城市").p_value
        assert (p_value < 0.05, p_value <= 1) == (k1 == 0, True)
    assert exact.conditional(two_days(5, 10, 50, 100), "宇城市").p_value == 1


def test_mid_p_of_an_empty_window_is_a_power_of_the_baselines_share():
    """Closed form: none of four lies in the window, which has a quarter of the exposure, with 0.75^4, half of it."""
    low, high, p_value = exact.mid_p_ratio(0, 1.0, 4, 3.0)
    share = 1 - 0.05 ** (1 / 4)
    assert (low, high) == (0, pytest.approx(3 * share / (1 - share)))
    assert p_value == pytest.approx(0.75**4)


def test_even_blocks_and_a_single_block_leave_the_test_exact():
    assert exact.variance_ratio(blocks_of(20, 20, 20)) == 1.0
    assert exact.variance_ratio(blocks_of(20)) == 1.0
    assert exact.variance_ratio(blocks_of(0, 0, 0)) == 1.0


def test_contacts_that_come_as_classes_are_judged_as_so_many_classes():
    comparison = blocks_of(0, 14, 7, 0, 21, 0, 7, 7, window=21)
    ratio = exact.variance_ratio(comparison)
    effect = exact.conditional(comparison, "宇城市")
    k1, k0 = 21 / ratio, 56 / ratio
    assert effect.p_value == pytest.approx(2 * distributions.beta.cdf(1 / 9, k1, k0 + 1))
    assert effect.estimate == pytest.approx(3.0)
    assert effect.code == "not_detected"
    assert rate_ratio(30, 100, 80, 800).p_value < 0.001
    low, high, p_value = exact.mid_p_ratio(k1, 100.0, k0, 800.0)
    found = exact.mid_p(comparison, "宇城市")
    assert (found.low, found.high, found.p_value) == pytest.approx((low, high, p_value))
    assert low < 1


@pytest.mark.parametrize("window", [2, 12, 24, 25, 44, 120])
def test_limits_of_a_spread_that_grows_with_the_rate_agree_with_the_p_value(window):
    comparison = blocks_of(6, 16, 8, 14, window=window)
    ratio = exact.variance_ratio(comparison)
    effect = exact.conditional(comparison, "宇城市")
    assert ratio > 1
    assert (effect.p_value < 0.05) == (effect.low > 1 or effect.high < 1)
    spread = 1 + max(1.0, effect.low) * (ratio - 1)
    k1, k0 = window / spread, 44 / spread
    assert distributions.beta.cdf(effect.low / (effect.low + 4), k1, k0 + 1) == pytest.approx(0.025)
    spread = 1 + max(1.0, effect.estimate) * (ratio - 1)
    k1, k0 = window / spread, 44 / spread
    assert distributions.beta.sf(effect.high / (effect.high + 4), k1 + 1, k0) == pytest.approx(0.025)


@pytest.mark.parametrize(("contacts", "known"), [(59, 1), (60, 2), (61, 2)])
def test_the_window_is_held_against_the_growth_of_sixty_contacts_on(contacts, known):
    assert len(exact.expectations(blocks_of(10, 10, 10, contacts - 30))) == known


@pytest.mark.parametrize("quiet", [0, 1])
def test_what_growth_leads_to_expect_is_the_prediction_of_a_poisson_regression(quiet):
    """statsmodels: prediction of the log rate on the window's day; a rate known from n contacts has variance 1 / n."""
    comparison = blocks_of(30, 35, 20, 44, 50, 47)
    comparison.frame["control"] = [100.0, 90.0, 0.0 if quiet else 80.0, 120.0, 110.0, 100.0, 130.0]
    frame = comparison.frame[comparison.frame["control"] > 0]
    X = np.column_stack([np.ones(len(frame)), (frame.index - frame.index[-1]).days / 365])
    fitted = sm.GLM(
        frame["local"].to_numpy()[:-1],
        X[:-1],
        family=sm.families.Poisson(),
        offset=np.log(frame["control"].to_numpy()[:-1]),
    ).fit()
    unchanged, grown = exact.expectations(comparison)
    assert unchanged == (226, comparison.frame["control"][:-1].sum())
    assert grown.n == pytest.approx(1 / fitted.cov_params()[0, 0])
    assert grown.n / grown.control == pytest.approx(np.exp(fitted.params[0]))


@pytest.mark.parametrize("method", [exact.conditional, exact.mid_p])
def test_a_desk_that_goes_on_growing_or_shrinking_has_no_effect(method):
    growing = [20, 24, 29, 35, 42, 50, 60]
    for contacts, next_one in ((growing, 72), (growing[::-1], 16)):
        found = method(blocks_of(*contacts, window=next_one), "宇城市")
        assert found.code == "not_detected"
        assert found.p_value == 1.0 or found.p_value > 0.05
        steady = rate_ratio(next_one, 1, sum(contacts), len(contacts))
        assert steady.p_value < 0.02
    assert method(blocks_of(*growing, window=150), "宇城市").code == "detected"
    assert method(blocks_of(*growing[::-1], window=1), "宇城市").code == "detected"


@pytest.mark.parametrize("contacts", [(80, 0, 0, 0), (0, 0, 0, 80)])
def test_contacts_of_a_single_day_have_no_growth_and_leave_next_to_nothing_to_know(contacts):
    assert len(exact.expectations(blocks_of(*contacts))) == 1
    effect = exact.conditional(blocks_of(*contacts, window=60), "宇城市")
    assert effect.code == "not_detected"
    assert effect.high / max(effect.low, 1e-3) > 100


def test_the_spread_is_that_around_the_growth():
    """By hand: exactly 10 % more from day to day leave no spread; around their mean they would have had one of 5."""
    contacts = [100, 110, 121, 133, 146, 161, 177, 195, 214]
    assert exact.variance_ratio(blocks_of(*contacts)) == 1.0
    mean = np.mean(contacts)
    assert ((np.array(contacts) - mean) ** 2 / mean).sum() / 8 > 5


def test_where_one_expectation_is_exceeded_and_the_other_missed_nothing_is_found():
    """Steady: 37 a block, and 55 come; by its growth 72 should have come."""
    effect = exact.conditional(blocks_of(20, 24, 29, 35, 42, 50, 60, window=55), "宇城市")
    assert effect.p_value == 1.0
    assert effect.low < 1 < effect.high


@pytest.mark.parametrize("window", [20, 150])
def test_contacts_beyond_the_expected_ones_are_those_of_each_expectation(window):
    """Steady: 37 a block; by its growth 72: each limit times what it is a ratio to, and the widest of them."""
    comparison = blocks_of(20, 24, 29, 35, 42, 50, 60, window=window)
    effect, ends = exact.conditional(comparison, "宇城市"), []
    totals, divisor = comparison.totals(IN_WINDOW), exact.variance_ratio(comparison)
    for known in exact.expectations(comparison):
        expected = known.n / known.control * 100
        ends.append([(end - 1) * expected for end in exact._limits(totals, known, divisor, 0.95)])
    assert effect.extra[0] == pytest.approx(window - 260 / 7)
    assert effect.extra[1:] == pytest.approx((min(ends[0][0], ends[1][0]), max(ends[0][1], ends[1][1])))
    assert effect.extra[1] < (effect.low - 1) * effect.expected or window == 150


@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=8).filter(lambda contacts: sum(contacts) >= 60),
    st.integers(0, 200),
    st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)
@settings(deadline=None, max_examples=60)
def test_interval_and_p_agree_and_hold_the_estimate_whatever_the_baseline_did(contacts, window, level):
    effect = exact.conditional(blocks_of(*contacts, window=window), "宇城市", level)
    assert effect.low <= effect.estimate <= effect.high
    assert (effect.p_value < 1 - level) == (effect.low > 1 or effect.high < 1)


def test_mid_p_estimates_the_same_ratio_as_the_exact_test():
    assert exact.mid_p(two_days(8, 24, 50, 342), "宇城市").estimate == pytest.approx(8 * 342 / (24 * 50))


@pytest.mark.parametrize("k", [1, 5])
def test_mid_p_against_an_empty_baseline_is_a_power_of_the_windows_share(k):
    """Closed form: no more than all k can lie in the window, which has a quarter of the exposure, so P = 4^-k / 2."""
    low, high, p_value = exact.mid_p_ratio(k, 1.0, 0, 3.0)
    share = 0.05 ** (1 / k)
    assert (low, high) == (pytest.approx(3 * share / (1 - share)), np.inf)
    assert p_value == pytest.approx(4.0**-k)


def test_a_block_in_which_the_control_heard_nobody_is_left_out_and_one_with_a_single_contact_counts():
    comparison = blocks_of(5, 25, 5, 25, 40)
    for control, blocks in ((0.0, (5, 25, 5, 25)), (1.0, None)):
        frame = comparison.frame.assign(control=[100.0, 100, 100, 100, control, 100])
        found = exact.variance_ratio(Comparison("宇城市", frame))
        if blocks:
            assert found == pytest.approx(exact.variance_ratio(blocks_of(*blocks)))
        else:
            assert found > exact.variance_ratio(blocks_of(5, 25, 5, 25))
