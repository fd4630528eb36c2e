"""Published and recomputed reference values, and what an interval or exact test must obey for any counts."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, gamma

from ujo_lib import stats

counts = st.integers(min_value=0, max_value=60)
tables = st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=2, max_size=3)


@pytest.mark.parametrize(
    ("method", "arguments", "low", "high"),
    [
        (stats.wilson, (97, 139), 0.617029647, 0.768012626),  # S1, R prop.test(correct=FALSE)
        (stats.clopper_pearson, (97, 139), 0.614253639, 0.772782270),  # S2, R binom.test
        (stats.wilson, (17, 25), 0.484102693, 0.827948097),  # S3
        (stats.wilson, (0, 25), 0.0, 0.133192251),  # S4
        (stats.clopper_pearson, (0, 25), 0.0, 0.137185172),  # S4
    ],
)
def test_shares_agree_with_r(method, arguments, low, high):
    interval = method(*arguments)
    assert interval.low == pytest.approx(low, abs=1e-8)
    assert interval.high == pytest.approx(high, abs=1e-8)


@pytest.mark.parametrize(("k", "low", "high"), [(19, 22, 34), (0, 0, 3), (5, 5, 12)])  # S5, S6
def test_the_number_among_all_139_commissioners_agrees_with_enumeration(k, low, high):
    interval = stats.hypergeometric_interval(k, 97, 139)
    assert (interval.low, interval.high) == (low, high)


def test_fisher_agrees_with_r():  # S7, S8
    assert stats.fisher_freeman_halton([[17, 8], [25, 7]]) == pytest.approx(0.545579939, abs=1e-8)


def test_freeman_halton_is_the_exact_value_not_a_simulation():  # S9
    assert stats.fisher_freeman_halton([[3, 4, 6], [1, 5, 1], [2, 2, 1]]) == pytest.approx(
        0.465396868, abs=1e-8
    )


def test_a_count_of_25_has_garwoods_interval():  # S10
    interval = stats.poisson_interval(25)
    assert (interval.low, interval.high) == pytest.approx((16.178682, 36.904932), abs=1e-6)


R = pd.read_csv(Path(__file__).parent / "reference" / "survey_r.csv").groupby("id", sort=False)
SHARES = [name for name in R.groups if name.split()[0] in ("wilson", "clopper_pearson")]


def from_r(name: str) -> dict[str, float]:
    rows = R.get_group(name)
    return dict(zip(rows["what"], rows["value"].astype(float), strict=True))


@pytest.mark.parametrize("name", SHARES)
def test_more_shares_agree_with_r(name):
    method, counts_ = name.split()
    k, n = map(int, counts_.split("/"))
    interval = getattr(stats, method)(k, n)
    expected = from_r(name)
    assert (interval.low, interval.high) == pytest.approx((expected["low"], expected["high"]), rel=1e-9)


def test_another_level_agrees_with_r():
    interval = stats.wilson(18, 25, level=0.90)
    expected = from_r("wilson90 18/25")
    assert (interval.low, interval.high) == pytest.approx((expected["low"], expected["high"]), rel=1e-9)


@pytest.mark.parametrize("k", [0, 3, 54])
def test_more_counts_agree_with_r(k):
    interval = stats.poisson_interval(k)
    expected = from_r(f"poisson {k}")
    assert (interval.low, interval.high) == pytest.approx((expected["low"], expected["high"]), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("rate_ratio 25:1 32:1", (25, 1, 32, 1)),
        ("rate_ratio 8:24 50:342", (8, 24, 50, 342)),
        ("rate_ratio 0:97 6:110", (0, 97, 6, 110)),
    ],
)
def test_more_ratios_agree_with_r(name, arguments):
    result, expected = stats.rate_ratio(*arguments), from_r(name)
    assert (result.estimate, result.low, result.high) == pytest.approx(
        (expected["estimate"], expected["low"], expected["high"]), rel=1e-9
    )
    assert result.p_value == pytest.approx(expected["p_central"], rel=1e-9)


@pytest.mark.parametrize("cells", ["3 1 1 3", "12 5 3 5", "0 8 6 11"])
def test_more_2x2_tables_agree_with_r(cells):
    p = stats.fisher_freeman_halton(np.array(cells.split(), dtype=int).reshape(2, 2))
    assert p == pytest.approx(from_r(f"fisher {cells}")["p_minlike"], rel=1e-9)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        (
            "ffh 7x4",
            [
                [0, 1, 1, 0],
                [2, 1, 0, 0],
                [1, 3, 1, 0],
                [3, 2, 2, 1],
                [1, 1, 2, 0],
                [0, 0, 1, 1],
                [0, 1, 0, 0],
            ],
        ),
        ("ffh 2x5", [[5, 3, 1, 6, 2], [1, 2, 4, 1, 0]]),
        ("ffh 3x3", [[10, 4, 7], [3, 9, 2], [1, 5, 11]]),
    ],
)
def test_larger_tables_agree_with_r(name, table):
    assert stats.fisher_freeman_halton(table) == pytest.approx(from_r(name)["p"], rel=1e-8)


def test_residuals_and_holm_agree_with_r():
    first = stats.adjusted_residuals([[12, 5], [3, 5]])[0, 0]
    assert first == pytest.approx(from_r("adjusted_residuals 12 5 3 5")["first"], rel=1e-9)
    assert stats.holm([0.012, 0.2, 0.003, 0.04, 0.04]).tolist() == pytest.approx(
        list(from_r("holm").values())
    )


def test_the_wave_ratio_agrees_with_r():  # S11; R's p, 0.692, orders outcomes by probability
    result = stats.rate_ratio(25, 97, 32, 110)
    assert result.estimate == pytest.approx(0.885953608, abs=1e-6)
    assert (result.low, result.high) == pytest.approx((0.503354, 1.542947), abs=1e-6)


def test_the_outreach_window_has_the_central_p_value():  # O5
    result = stats.rate_ratio(8, 24, 50, 342)
    assert result.p_value == pytest.approx(0.0697, abs=1e-3)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(tables)
def test_freeman_halton_equals_brute_force_over_all_tables(table):
    assert stats.fisher_freeman_halton(table) == pytest.approx(_brute_force(np.array(table)), rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(tables, st.randoms())
def test_the_exact_p_does_not_depend_on_the_order_of_rows_or_columns(table, random):
    shuffled = np.array(table)
    shuffled = shuffled[random.sample(range(len(shuffled)), len(shuffled))].T
    assert stats.fisher_freeman_halton(shuffled) == stats.fisher_freeman_halton(table)


def test_a_table_of_a_large_city_is_refused_before_it_fills_the_memory():
    """Each of its many partial tables has hundreds of continuations: those count, too, and took 7 GB."""
    with pytest.raises(stats.TableTooLargeError):
        stats.fisher_freeman_halton([[90, 80, 110, 70, 95, 60, 85], [100, 120, 90, 130, 105, 140, 125]])


def test_a_table_beyond_enumeration_is_refused_in_plain_words(monkeypatch):
    monkeypatch.setattr(stats, "MAX_PATHS", 20_000)
    with pytest.raises(stats.TableTooLargeError, match="区分をまとめて"):
        stats.fisher_freeman_halton(np.full((6, 6), 20))


@settings(deadline=None, max_examples=150)
@given(counts, st.integers(1, 400), counts, st.integers(1, 400))
def test_interval_and_p_of_a_rate_ratio_never_disagree(k1, e1, k0, e0):
    result = stats.rate_ratio(k1, e1, k0, e0)
    assert not any(math.isnan(x) for x in (result.low, result.high, result.p_value))
    if abs(result.p_value - 0.05) > 1e-9:
        assert (result.p_value < 0.05) == (not result.low <= 1 <= result.high)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 80), st.integers(0, 80))
def test_share_intervals_mirror_when_yes_and_no_are_swapped(k, others):
    n = k + others
    for method in (stats.wilson, stats.clopper_pearson):
        yes, no = method(k, n), method(others, n)
        assert yes.low == pytest.approx(1 - no.high, abs=1e-12)
        assert yes.high == pytest.approx(1 - no.low, abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 60), st.integers(1, 60))
def test_limits_rise_with_the_count(k, others):
    n = k + others
    for method in (stats.wilson, stats.clopper_pearson):
        assert method(k - 1, n).low <= method(k, n).low
        assert method(k - 1, n).high <= method(k, n).high
    fewer, more = (stats.hypergeometric_interval(x, n, 130) for x in (k - 1, k))
    assert fewer.low <= more.low
    assert fewer.high <= more.high


def test_clopper_pearson_covers_at_least_95_percent_everywhere():
    for n in (5, 25, 97):
        assert _coverage(stats.clopper_pearson, n).min() >= 0.95


def test_the_finite_population_interval_covers_at_least_95_percent_for_every_population():
    for n, size in ((25, 40), (97, 139), (12, 139)):
        intervals = [stats.hypergeometric_interval(k, n, size) for k in range(n + 1)]
        for marked in range(size + 1):
            chances = [_hypergeometric(k, size, marked, n) for k in range(n + 1)]
            covered = sum(c for c, i in zip(chances, intervals, strict=True) if i.low <= marked <= i.high)
            assert covered >= 0.95 - 1e-12


def test_wilson_covers_95_percent_on_average_and_its_dips_are_known():
    # The dips sit next to 0 and 1, where one count more moves the limit past the truth: see docs/survey.md.
    for n, dip in ((25, 0.83), (97, 0.83), (139, 0.83)):
        coverage = _coverage(stats.wilson, n)
        assert 0.94 <= coverage.mean() <= 0.96
        assert coverage.min() >= dip


def test_nothing_observed_says_nothing_instead_of_failing():
    for interval in (stats.wilson(0, 0), stats.clopper_pearson(0, 0)):
        assert interval == stats.Interval(None, 0.0, 1.0)
    for people in (0, 1, 139):
        assert stats.hypergeometric_interval(0, 0, people) == stats.Interval(None, 0.0, people)
    assert stats.rate_ratio(0, 97, 0, 110) == stats.RateRatio(None, 0.0, math.inf, 1.0)
    assert stats.rate_ratio(3, 97, 0, 110).estimate == math.inf
    assert stats.fisher_freeman_halton([[0, 0], [0, 0]]) == 1.0
    assert stats.percent(0, 0) is None


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5)])
def test_impossible_counts_are_refused(k, n):
    for method in (stats.wilson, stats.clopper_pearson):
        with pytest.raises(ValueError, match="0 <= k <= n"):
            method(k, n)


def test_rounding_is_half_up_on_the_digits_a_reader_sees():
    assert [stats.round_half_up(x, 1) for x in (0.25, 0.35, -0.25, 69.75)] == [0.3, 0.4, -0.3, 69.8]
    assert stats.round_half_up(2.675, 2) == 2.68
    assert [stats.in_percent(k / n) for k, n in ((23, 40), (23, 80), (0, 1), (1, 1))] == [57.5, 28.75, 0, 100]
    assert stats.in_percent(-math.inf) == -math.inf
    assert (stats.percent(1, 8, 0), stats.percent(97, 139), stats.percent(97, 139, 0)) == (13.0, 69.8, 70.0)


def test_holm_keeps_the_order_given_and_leaves_untested_entries_out():
    assert stats.holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert stats.holm([0.04, math.nan, 0.02])[[0, 2]].tolist() == pytest.approx([0.04, 0.04])
    assert stats.holm([0.6, 0.4]).tolist() == [0.8, 0.8]
    assert stats.holm([0.6, 0.55]).tolist() == [1.0, 1.0]


def test_a_row_holds_the_estimate_under_its_own_name_and_both_limits():
    assert stats.wilson(0, 25).named("share") == {
        "share": 0.0,
        "low": 0.0,
        "high": pytest.approx(0.133192251),
    }


def test_a_share_of_thirty_is_no_longer_marked():
    assert stats.SMALL_BASE == 30  # docs/survey.md


def test_adjusted_residuals_of_a_2x2_table_are_the_root_of_its_chi_square():
    residuals = stats.adjusted_residuals([[17, 8], [25, 7]])
    n, cross = 57, 17 * 7 - 8 * 25
    expected = cross * math.sqrt(n) / math.sqrt(25 * 32 * 42 * 15)
    assert residuals == pytest.approx(np.array([[expected, -expected], [-expected, expected]]))
    assert np.isnan(stats.adjusted_residuals([[3, 0], [4, 0]])).all()


def _coverage(method, n: int) -> np.ndarray:
    """Chance that the interval holds the true share, on a fine grid of true shares."""
    truths = np.linspace(0.0005, 0.9995, 1999)
    intervals = [method(k, n) for k in range(n + 1)]
    low, high = np.array([i.low for i in intervals]), np.array([i.high for i in intervals])
    chances = binom.pmf(np.arange(n + 1)[:, None], n, truths)
    return (chances * ((low[:, None] <= truths) & (truths <= high[:, None]))).sum(axis=0)


def _hypergeometric(k: int, size: int, marked: int, n: int) -> float:
    return math.comb(marked, k) * math.comb(size - marked, n - k) / math.comb(size, n)


def _brute_force(table: np.ndarray) -> float:
    """Freeman–Halton by listing every table with the same margins (no network, no merging, no bounds)."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)

    def unscaled(cells: np.ndarray) -> float:
        return math.prod(1 / math.factorial(int(x)) for x in cells.ravel())

    observed = unscaled(table)
    extreme = every = 0.0
    free_rows, free_columns = len(rows) - 1, len(columns) - 1
    caps = [int(min(rows[i], columns[j])) for i in range(free_rows) for j in range(free_columns)]
    for cells in product(*[range(cap + 1) for cap in caps]):
        inner = np.array(cells).reshape(free_rows, free_columns)
        full = np.zeros_like(table)
        full[:-1, :-1] = inner
        full[:-1, -1] = rows[:-1] - inner.sum(axis=1)
        full[-1] = columns - full[:-1].sum(axis=0)
        if (full >= 0).all():
            every += unscaled(full)
            extreme += unscaled(full) if unscaled(full) <= observed * (1 + 1e-9) else 0.0
    return extreme / every


def test_a_ratio_of_shares_from_their_own_intervals_agrees_with_the_score_interval_of_the_counts():
    """Koopman's score interval from the counts (statsmodels) against MOVER-R from the Wilson intervals."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    for k1, n1, k0, n0 in ((1858, 2335, 1500, 2000), (20, 50, 8, 60)):
        ratio = stats.ratio_of_estimates(stats.wilson(k1, n1), stats.wilson(k0, n0))
        low, high = confint_proportions_2indep(k1, n1, k0, n0, compare="ratio", method="score")
        assert ratio.low == pytest.approx(low, rel=0.01)
        assert ratio.high == pytest.approx(high, rel=0.02)


def test_a_ratio_of_estimates_covers_the_truth_as_often_as_promised():
    rng = np.random.default_rng(20231)
    pairs = rng.binomial([60, 80], [0.3, 0.2], size=(2000, 2))
    ratios = [stats.ratio_of_estimates(stats.wilson(int(x), 60), stats.wilson(int(y), 80)) for x, y in pairs]
    assert 0.935 <= np.mean([one.low <= 1.5 <= one.high for one in ratios]) <= 0.965


def test_a_difference_of_estimates_is_the_one_that_newcombe_published():
    """56 of 70 less 48 of 80: 0.2, 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    found = stats.difference_of_estimates(stats.wilson(56, 70), stats.wilson(48, 80))
    assert (found.estimate, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    with pytest.raises(ValueError, match="two estimates"):
        stats.difference_of_estimates(stats.wilson(0, 0), stats.wilson(48, 80))


@pytest.mark.parametrize(
    ("top", "bottom", "found"),
    [
        ((0.0, 0.0, 0.5), (0.5, 0.25, 0.75), (0.0, 0.0, 2 / math.sqrt(3))),
        ((0.5, 0.25, 0.75), (0.0, 0.0, 0.5), (None, math.sqrt(3) / 2, math.inf)),
        ((0.0, 0.0, 0.5), (0.0, 0.0, 0.5), (None, 0.0, math.inf)),
        ((0.0, 0.0, 0.5), (0.2, 0.0, 0.5), (0.0, 0.0, math.inf)),
        ((0.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.0, 0.0, math.inf)),
        ((None, 0.0, 0.5), (0.2, 0.1, 0.5), (None, 0.0, math.inf)),
        ((0.2, 0.1, 0.5), (None, 0.0, 0.5), (None, 0.0, math.inf)),
    ],
)
def test_none_of_something_is_a_ratio_of_nothing_with_a_limit_and_what_is_unknown_has_none(
    top, bottom, found
):
    """By hand: with a = l₁ = 0 MOVER-R's upper limit is u₁ / √(l₂ (2b − l₂)), here ½ / √(¼ · ¾); inverted the lower."""
    ratio = stats.ratio_of_estimates(stats.Interval(*top), stats.Interval(*bottom))
    assert (ratio.estimate, ratio.low) == pytest.approx(found[:2])
    assert ratio.high == pytest.approx(found[2])


def test_unknown_days_are_neither_silent_nor_part_of_the_rate():
    daily = np.full(40, 2.0)
    daily[10:20] = 0
    daily[30:] = np.nan
    assert stats.silences(daily, 20) == [(10, 20)]
    assert stats.silences(daily, 20.1) == stats.silences(np.zeros(40), 1) == []


def test_a_long_silence_does_not_hide_a_shorter_one():
    daily = np.ones(100)
    daily[10:30] = daily[40:90] = 0
    assert stats.silences(daily, 20) == [(40, 90), (10, 30)]


@pytest.mark.parametrize(("k", "n"), [(0, 7), (3, 7), (7, 7)])
def test_every_share_says_what_was_observed_itself(k, n):
    assert stats.wilson(k, n).estimate == stats.clopper_pearson(k, n).estimate == k / n
    assert stats.hypergeometric_interval(k, n, 21).estimate == 3 * k
    one, of_four = stats.poisson_interval(k), stats.poisson_interval(k, 4)
    assert (of_four.estimate, of_four.low, of_four.high) == (k / 4, one.low / 4, one.high / 4)


def test_everybody_observed_leaves_nothing_to_estimate_and_more_cannot_be():
    whole = stats.hypergeometric_interval(5, 12, 12)
    assert (whole.estimate, whole.low, whole.high) == (5, 5, 5)
    with pytest.raises(ValueError, match="n must not exceed N"):
        stats.hypergeometric_interval(5, 12, 11)


@pytest.mark.parametrize("level", [0.80, 0.90, 0.99])
def test_exact_shares_are_the_same_limits_at_other_levels(level):
    """Closed forms: with all of n, and with the whole population of which the tail is a power."""
    tail = (1 - level) / 2
    assert stats.clopper_pearson(5, 5, level).low == pytest.approx(tail ** (1 / 5))
    assert stats.clopper_pearson(0, 5, level).high == pytest.approx(1 - tail ** (1 / 5))
    kept = [m for m in range(2, 10) if min(_at_least(2, m), _at_most(2, m)) > tail]
    interval = stats.hypergeometric_interval(2, 4, 11, level)
    assert (interval.low, interval.high) == (kept[0], kept[-1])


def _at_least(k: int, marked: int) -> float:
    return sum(_hypergeometric(x, 11, marked, 4) for x in range(k, 5))


def _at_most(k: int, marked: int) -> float:
    return sum(_hypergeometric(x, 11, marked, 4) for x in range(k + 1))


def test_a_tail_that_is_exactly_the_level_is_rejected():
    """One of four observed, without the trait: with three that have it the chance of that is exactly a quarter."""
    assert stats.hypergeometric_interval(0, 1, 4, level=0.5).high == 2
    assert stats.hypergeometric_interval(0, 1, 4, level=0.51).high == 3
    assert stats.hypergeometric_interval(1, 1, 4, level=0.5).low == 2
    assert stats.hypergeometric_interval(1, 1, 4, level=0.51).low == 1


@pytest.mark.parametrize("exposures", [(0, 5), (5, 0), (-1, 5), (0, 0)])
def test_a_rate_needs_two_exposures(exposures):
    with pytest.raises(ValueError, match="exposures must be positive"):
        stats.rate_ratio(3, exposures[0], 4, exposures[1])
    with pytest.raises(ValueError, match="exposure must be positive"):
        stats.poisson_interval(3, 0)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 1.1])
def test_a_level_lies_between_nothing_and_everything(level):
    with pytest.raises(ValueError, match="level must lie between"):
        stats.wilson(3, 7, level)


def test_paths_all_of_which_are_likelier_than_the_table_are_not_walked(monkeypatch):
    """This table takes 1,778 steps; one that also walked such paths to their end would take 27,929."""
    table = [[10, 0, 0, 0, 0], [0, 10, 0, 0, 0], [0, 0, 5, 5, 5]]
    monkeypatch.setattr(stats, "MAX_PATHS", 1778)
    assert stats.fisher_freeman_halton(table) < 1e-12
    monkeypatch.setattr(stats, "MAX_PATHS", 1777)
    with pytest.raises(stats.TableTooLargeError):
        stats.fisher_freeman_halton(table)


def test_empty_rows_and_columns_of_a_table_do_not_count():
    plain = [[3, 4, 6], [1, 5, 1]]
    padded = [[3, 0, 4, 6], [0, 0, 0, 0], [1, 0, 5, 1]]
    assert stats.fisher_freeman_halton(padded) == stats.fisher_freeman_halton(plain) < 1
    assert stats.fisher_freeman_halton([[3, 4, 6]]) == stats.fisher_freeman_halton([[3], [4]]) == 1.0


@pytest.mark.parametrize("broken", [[[1, -1]], [[1.5, 2]], [1, 2]])
def test_a_table_of_anything_but_counts_is_refused(broken):
    with pytest.raises(ValueError, match="non-negative whole counts"):
        stats.fisher_freeman_halton(broken)


def test_a_cell_that_holds_all_of_its_row_and_column_has_no_residual():
    residuals = stats.adjusted_residuals([[3, 0, 0], [0, 4, 2]])
    assert np.isfinite(residuals).all()
    with np.errstate(all="raise"):  # nothing is divided by nothing
        assert np.isnan(stats.adjusted_residuals([[0, 0], [2, 3]])[0]).all()
    assert np.isnan(stats.adjusted_residuals([[0, 0], [0, 0]])).all()


@pytest.mark.parametrize(("days", "found"), [(9, True), (10, True), (11, False)])
def test_a_silence_is_as_long_as_it_must_be(days, found):
    daily = np.full(40, 2.0)
    daily[10:20] = 0
    assert (stats.silences(daily, 1, days) == [(10, 20)]) is found


@pytest.mark.parametrize(("expected", "found"), [(19.9, True), (20.0, True), (20.1, False)])
def test_a_silence_is_one_where_enough_was_to_be_heard(expected, found):
    daily = np.full(40, 2.0)  # two a day: twenty in ten days
    daily[10:20] = 0
    assert (stats.silences(daily, expected) == [(10, 20)]) is found


def test_one_empty_day_is_a_silence_where_nobody_asks_for_more():
    daily = np.full(10, 5.0)
    daily[3] = 0
    assert stats.silences(daily, 5) == [(3, 4)]


def test_a_record_of_nothing_but_silence_has_no_rate_to_judge_it_by():
    assert stats.silences(np.zeros(30), 0) == []
    daily = np.zeros(30)
    daily[0] = 30.0
    assert stats.silences(daily, 20) == [(1, 30)]


@pytest.mark.parametrize(("days", "found"), [(19, True), (20, False), (21, False)])
def test_runs_of_less_than_half_the_record_are_not_held_against_one_another(days, found):
    """Beside a run of 20 of 80 days; with the other among its own days each would miss 20 × ln 3 = 22 arrivals."""
    daily = np.full(80, 5.0)
    daily[:20] = daily[40 : 40 + days] = 0
    assert len(stats.silences(daily, 30)) == (2 if found else 0)


@pytest.mark.parametrize(("contacts", "found"), [(1, False), (2, False), (3, True)])
def test_the_rate_of_a_few_contacts_in_a_few_days_tells_of_no_lost_ones(contacts, found):
    """All on the last two of 240 days; 2 n ln(240 / 2) is 9.6, 19.1 and 28.7, the rate would give 119 and more."""
    daily = np.zeros(240)
    daily[238:] = contacts / 2
    assert (stats.silences(daily, 20) == [(0, 238)]) is found


def test_ratios_that_stand_out_together_are_found_by_their_own_intervals():
    # Hand count: z = log ratio over the room towards 1, in units of 1.96; Holm over three.
    room = math.log(1.1)
    for times, side in (
        (2.4 / 1.96, 1),
        (2.39 / 1.96, 0),
    ):  # p .0164 and .0169, three times of which .05 lies between
        ratio = math.exp(times * room)
        found = stats.standing_out([ratio, 1.0, 1.0], [ratio / 1.1, 0.9, 0.9], [ratio * 1.5, 1.1, 1.1])
        assert found.tolist() == [side, 0, 0]
        below = stats.standing_out([1 / ratio, 1.0, 1.0], [0.1, 0.9, 0.9], [1.1 / ratio, 1.1, 1.1])
        assert below.tolist() == [-side, 0, 0]


@given(st.lists(st.tuples(st.floats(0.2, 5), st.floats(1.01, 3)), min_size=1, max_size=12))
def test_a_ratio_whose_interval_holds_one_never_stands_out(rows):
    ratio = np.array([value for value, _ in rows])
    room = np.array([factor for _, factor in rows])
    side = stats.standing_out(ratio, ratio / room, ratio * room)
    holds = (ratio / room <= 1) & (ratio * room >= 1)
    assert not side[holds].any()
    assert (np.sign(np.log(ratio))[side != 0] == side[side != 0]).all()
    assert (stats.standing_out(1 / ratio, 1 / (ratio * room), room / ratio) == -side).all()


def test_a_ratio_without_a_finite_interval_stands_nowhere_and_leaves_the_others_their_number():
    unknown = [
        (math.nan, math.nan, math.nan),
        (0.0, 0.0, math.nan),
        (0.0, 0.0, math.inf),
        (2.0, 0.5, math.inf),
        (1.0, 1.0, 1.0),
    ]
    rows = [*unknown, (1.2, 1.19 / 1.0, 1.3), (0.5, 0.4, 0.6)]
    assert stats.standing_out(*np.array(rows).T).tolist() == [0] * len(unknown) + [1, -1]


@pytest.mark.parametrize(("low", "high", "digits", "side"), [
    (1.005, 1.4, 2, 1), (1.0049, 1.4, 2, 0), (0.6, 0.9949, 2, -1), (0.6, 0.995, 2, 0), (1.0049, 1.4, 3, 1),
    (0.9, 1.1, 2, 0), (math.nan, math.nan, 2, 0), (1.01, math.inf, 2, 1), (0.0, math.inf, 2, 0),
])  # fmt: skip
def test_an_interval_lies_beside_a_reference_where_its_printed_ends_do(low, high, digits, side):
    """Half up by hand: 1.005 is printed as 1.01, 1.0049 as 1.00."""
    assert stats.side_of(1, low, high, digits) == side


@pytest.mark.parametrize(("p", "found"), [
    (0.0494999, True), (0.0495, False), (0.0497, False), (0.05, False), (math.nan, False), (0.0, True), (1.0, False),
])  # fmt: skip
def test_nothing_is_found_beside_a_p_that_is_printed_as_a_twentieth(p, found):
    """Half up by hand: 0.0495 is printed as 0.050, 0.0494999 as 0.049."""
    assert stats.significant([p, p]).tolist() == [found, found]


@pytest.mark.parametrize("more", [-1, 1])
@pytest.mark.parametrize("others", [0, 1, 6])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_a_ratio_of_nought_stands_below_where_so_few_would_be_rare(
    level: float, others: int, more: int
) -> None:
    """Jeffreys' posterior of a rate after nothing in `expected`: its tail above 1, once for each ratio compared."""
    law = gamma(0.5)
    expected = law.isf((1 - level) / 2 / (1 + others)) * (1 + more * 1e-6)
    high = law.ppf((1 + level) / 2) / expected
    rows = [(0.0, 0.0, high), *[(1.0, 0.9, 1.1)] * others]
    found = stats.standing_out(*np.array(rows).T, level=level).tolist()
    assert found[1:] == [0] * others
    assert found[0] == (-1 if more > 0 else 0)


def test_an_adjusted_p_of_exactly_the_error_allowed_does_not_stand_out(monkeypatch):
    rows = [1.5, 1.5, 1.5], [1.2, 1.2, 1.2], [1.9, 1.9, 1.9]
    allowed = 1 - 0.95
    monkeypatch.setattr(stats, "holm", lambda p: np.array([np.nextafter(allowed, 0), allowed, 1.0]))
    assert stats.standing_out(*rows, level=0.95).tolist() == [1, 0, 0]


def test_a_ratio_to_what_may_be_nothing_keeps_its_estimate_and_has_no_upper_limit():
    """By hand, with limits of 1 and 3 around 2 over 0 and 1 around ½: MOVER-R's root is √(1 − 1·1·3·0) = 1."""
    ratio = stats.ratio_of_estimates(stats.Interval(2.0, 1.0, 3.0), stats.Interval(0.5, 0.0, 1.0))
    assert (ratio.estimate, ratio.low, ratio.high) == (4.0, 1.5, math.inf)


def test_a_ratio_of_estimates_has_the_limits_worked_out_by_hand():
    """2 (1 to 3) over ½ (¼ to ¾): √(1 − 1·¾·3·¼) = √7/4 below, √(1 − 3·¼·1·¾) = √7/4 above."""
    ratio = stats.ratio_of_estimates(stats.Interval(2.0, 1.0, 3.0), stats.Interval(0.5, 0.25, 0.75))
    root = math.sqrt(7) / 4
    assert ratio.estimate == 4.0
    assert ratio.low == pytest.approx(3 / (1 + root))
    assert ratio.high == pytest.approx((1 + root) / (3 / 16))


@pytest.mark.parametrize("boundless", [math.inf, -math.inf])
def test_what_is_not_finite_has_no_digits_to_round(boundless):
    assert stats.round_half_up(boundless, 1) == boundless
    assert math.isnan(stats.round_half_up(math.nan, 1))


@pytest.mark.parametrize(("days", "found"), [(89, False), (90, True), (91, True)])
def test_a_pause_between_classes_is_no_silence_until_twenty_of_them_are_missed(days, found):
    """Four in five of each weekday are empty: −ln 0.8 arrivals a day, 20 of them in 89.6 days; contacts in 20."""
    daily = np.r_[np.tile([0, 0, 0, 0, 5], 70), np.zeros(days)]
    assert (stats.silences(daily, 20) == [(350, 350 + days)]) is found


def test_a_desk_that_is_open_on_three_days_of_the_week_is_not_silent_on_the_others():
    week = [100, 0, 100, 0, 100, 0, 0]
    daily = np.array(week * 50)
    assert stats.silences(daily, 20) == []
    daily[70:84] = 0
    assert stats.silences(daily, 20) == [(68, 84)]


@pytest.mark.parametrize("counts", [(64, 50), (6, 0), (0, 4), (2, 2)])
@pytest.mark.parametrize("level", [0.80, 0.95, 0.99])
def test_cases_that_come_in_pairs_tell_as_much_as_half_as_many_single_ones(counts, level):
    """The same tails of the same binomial, which R's poisson.test gives for the halves."""
    pairs = stats.rate_ratio(counts[0], 97, counts[1], 110, level, dispersion=2)
    single = stats.rate_ratio(counts[0] // 2, 97, counts[1] // 2, 110, level)
    assert (pairs.estimate, pairs.low, pairs.high) == pytest.approx(
        (single.estimate, single.low, single.high)
    )
    assert pairs.p_value == pytest.approx(single.p_value)
    assert (pairs.p_value < 1 - level) == (not pairs.low <= 1 <= pairs.high)


@pytest.mark.parametrize(("dispersion", "wider"), [(math.nan, 0), (0.5, 0), (1.0, 0), (1.01, 1)])
def test_only_more_than_chance_widens_a_ratio_of_waves(dispersion, wider):
    plain, made = stats.rate_ratio(25, 97, 32, 110), stats.rate_ratio(25, 97, 32, 110, 0.95, dispersion)
    assert (made.low < plain.low) == (made.high > plain.high) == (made.p_value > plain.p_value) == bool(wider)
    assert wider or made == plain


@pytest.mark.parametrize(
    ("low", "high", "p_value", "level", "told"),
    [
        (0.2, 0.9949, 0.0494, 0.95, (0.2, 0.9949, 0.0494)),
        (0.2, 0.995, 0.0494, 0.95, (0.2, 1.0, 0.05)),  # prints as 1.00
        (0.2, 0.9949, 0.0495, 0.95, (0.2, 1.0, 0.05)),  # prints as 0.050
        (1.0049, 3.0, 0.0494, 0.95, (1.0, 3.0, 0.05)),
        (1.005, 3.0, 0.0494, 0.95, (1.005, 3.0, 0.0494)),
        (1.005, 3.0, 0.0994, 0.9, (1.005, 3.0, 0.0994)),
        (1.005, 3.0, 0.0994, 0.95, (1.0, 3.0, 0.0994)),
        (0.9, math.inf, 0.3, 0.95, (0.9, math.inf, 0.3)),
    ],
)
def test_limits_and_p_of_a_row_find_a_change_together_or_not_at_all(low, high, p_value, level, told):
    assert stats.told_alike(low, high, p_value, level) == pytest.approx(told)


def test_limits_and_p_that_are_not_known_stay_so():
    assert np.isnan(stats.told_alike(math.nan, math.nan, math.nan, 0.95)).all()
