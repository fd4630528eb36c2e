import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from ujo_lib.seasonality.dispersion import _GRID, BlockDesign, _basis, weeks_of
from ujo_lib.variance import deflated_share, small_sample


def one_way(groups, series):
    """The test of equal groups over blocks that lie far apart, so that there is no memory to estimate."""
    design = BlockDesign(
        np.ones((len(groups), 1)),
        np.eye(groups.max() + 1)[groups],
        np.ones(len(groups)),
        np.arange(len(groups)) * 2,
    )
    mean = series.mean()
    return design.test((series - mean) / np.sqrt(mean))


def test_with_equal_exposures_and_no_memory_it_is_the_analysis_of_variance_of_r(r, data):
    result = one_way(np.repeat(np.arange(10), 10), data["discoveries", "n"].astype(float))
    assert result.statistic[0] == pytest.approx(r["discoveries", "F"], rel=1e-8)
    assert result.p_value[0] == pytest.approx(r["discoveries", "p"], rel=1e-8)


def test_with_unequal_exposures_groups_are_compared_by_what_is_expected_of_them():
    """Between groups Σ (n − e)² / e of their sums, within them what is left of it over all blocks."""
    rng = np.random.default_rng(2)
    groups, exposure = np.repeat(np.arange(4), 13), rng.uniform(1, 5, 52)
    n = rng.poisson(20 * exposure)
    e = n.sum() * exposure / exposure.sum()
    of_groups, expected = np.bincount(groups, n), np.bincount(groups, e)
    between, whole = ((of_groups - expected) ** 2 / expected).sum(), ((n - e) ** 2 / e).sum()
    design = BlockDesign(np.ones((52, 1)), np.eye(4)[groups], exposure, np.arange(52) * 2)
    for scale in (1.0, 1e-3):  # of any spread
        found = design.test(scale * (n - e) / np.sqrt(e))
        assert found.statistic[0] == pytest.approx(between / 3 / ((whole - between) / 48))
        assert (design.df1, found.df2[0]) == (3, pytest.approx(48))


def test_blocks_that_swing_have_no_memory_and_those_that_drift_more_with_a_margin():
    swing = np.where(np.arange(52) % 2, 1.0, -1.0)
    drift = 2 * np.sin(np.arange(52) / 2) + np.random.default_rng(1).normal(0, 2, 52)

    def tested(residuals, margin=0.0, memory=None):
        groups = np.eye(4)[np.arange(52) // 13]
        design = BlockDesign(np.ones((52, 1)), groups, np.ones(52), np.arange(52), margin)
        return design.test(residuals, memory=memory)

    calm = tested(swing)
    assert (calm.variance[0], calm.df2[0]) == (calm.dispersion[0], pytest.approx(48))
    assert tested(drift, 0.1).variance[0] > tested(drift).variance[0] > tested(drift).dispersion[0]
    last = [tested(drift, memory=memory).variance[0] for memory in (_GRID[-2], _GRID[-1], 1.0)]
    assert last[0] < last[1] == last[2]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_basis_spans_what_its_columns_span_whatever_their_unit(scale):
    columns = scale * np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 3.0]])
    basis = _basis(columns)
    assert basis.shape == (3, 2)
    assert basis @ basis.T == pytest.approx(np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]))
    assert _basis(0 * columns).shape == (3, 0)


@pytest.mark.parametrize("first", [0, 3, 6])
def test_weeks_begin_on_sunday_whatever_the_first_day_is(first):
    """By hand: 21 days that begin on this weekday; the days before the first Sunday are added to a whole week."""
    weekday = (np.arange(21) + first) % 7
    weeks = weeks_of(weekday, np.ones(21, dtype=bool), np.ones(21))
    number = (np.arange(21) + first) // 7
    short = [week for week in np.unique(number) if (number == week).sum() < 4]
    whole = [week for week in np.unique(number) if week not in short]
    home = [week if week in whole else min(whole, key=lambda one: abs(one - week)) for week in number]
    assert weeks.block.tolist() == [whole.index(one) for one in home]
    assert weeks.add_up(np.ones(21)).tolist() == [home.count(one) for one in whole]


def test_a_design_effect_larger_than_the_spread_takes_its_place():
    rng = np.random.default_rng(1)
    groups, series = np.repeat(np.arange(4), 13), rng.poisson(50, 52).astype(float)
    design = BlockDesign(np.ones((52, 1)), np.eye(4)[groups], np.ones(52), np.arange(52))
    residuals = (series - series.mean()) / np.sqrt(series.mean())
    plain, wide = design.test(residuals), design.test(residuals, 8.0, 5.0)
    assert wide.statistic[0] == pytest.approx(plain.statistic[0] * plain.variance[0] / 8)
    assert (wide.variance[0], wide.df2[0]) == (8.0, 5.0)
    assert design.test(residuals, 0.1 + plain.variance[0] / 2, 5.0).df2[0] == plain.df2[0]


def test_memory_between_blocks_is_estimated_without_the_bias_of_the_fitted_columns():
    rng = np.random.default_rng(2)
    months = np.repeat(np.arange(12), 5)[:52]
    noise = rng.normal(size=(4000, 152))
    for t in range(1, 152):
        noise[:, t] = 0.5 * noise[:, t - 1] + np.sqrt(0.75) * noise[:, t]
    design = BlockDesign(np.ones((52, 1)), np.eye(12)[months], np.ones(52), np.arange(52))
    assert np.median(design.test(noise[:, 100:]).autocorrelation) == pytest.approx(0.5, abs=0.04)


def test_a_memory_lent_by_a_larger_record_inflates_what_a_lottery_does_not_explain():
    """By hand: variance of the mean difference of two halves, blocks correlated by 0.6^distance in their excess."""
    halves, size = np.repeat([0.0, 1.0], 10), 20
    design = BlockDesign(np.ones((size, 1)), halves[:, None], np.ones(size), np.arange(size))
    z = np.random.default_rng(8).normal(0, 2, size)
    found, plain = design.test(z, memory=0.6), design.test(z, memory=0.0)
    contrast = (halves - 0.5) / np.sqrt(size / 4)
    basis = np.column_stack([np.full(size, size**-0.5), contrast])
    correlation = 0.6 ** np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    left = np.eye(size) - basis @ basis.T
    inflation = contrast @ correlation @ contrast / (np.trace(left @ correlation) / (size - 2))
    carried = 1 - 1 / plain.dispersion[0]
    assert plain.variance[0] == pytest.approx(plain.dispersion[0])
    expected = plain.dispersion[0] * (1 + carried * (inflation - 1))
    assert found.variance[0] == pytest.approx(expected, rel=1e-3)  # the memories lie on a grid
    assert found.autocorrelation[0] == plain.autocorrelation[0] == design.test(z).autocorrelation[0]


@pytest.mark.parametrize(("dispersion", "carries"), [(0.99, False), (1.0, False), (1.01, True)])
def test_blocks_that_vary_no_more_than_a_lottery_carry_no_lent_memory(dispersion, carries):
    design = BlockDesign(np.ones((52, 1)), np.arange(52.0)[:, None], np.ones(52), np.arange(52))
    z = np.random.default_rng(9).normal(size=52)
    z *= np.sqrt(dispersion / design.test(z).dispersion[0])
    found = design.test(z, memory=0.8)
    assert (found.variance[0] > dispersion * (1 + 1e-9)) == carries


def test_each_series_may_be_lent_a_memory_of_its_own():
    design = BlockDesign(np.ones((52, 1)), np.eye(4)[np.arange(52) // 13], np.ones(52), np.arange(52))
    z = np.random.default_rng(10).normal(0, 2, (2, 52))
    together = design.test(z, memory=np.array([0.1, 0.7])).p_value
    assert together == pytest.approx(
        [design.test(row, memory=lent).p_value[0] for row, lent in zip(z, (0.1, 0.7), strict=True)]
    )


def test_memory_is_not_read_across_a_gap():
    position = np.array([0, 1, 2, 3, 30, 31, 32, 33])
    design = BlockDesign(np.ones((8, 1)), np.arange(8.0)[:, None], np.ones(8), position)
    z = np.array([1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0])
    assert design.test(z).autocorrelation[0] == pytest.approx(-0.3, abs=0.01)  # as low as the grid goes


def test_many_series_at_once_give_the_same_as_one_by_one():
    rng = np.random.default_rng(3)
    design = BlockDesign(np.ones((52, 1)), np.eye(4)[np.arange(52) % 4], np.ones(52), np.arange(52))
    z = rng.normal(size=(5, 52))
    together = design.test(z).p_value
    assert together == pytest.approx([design.test(row).p_value[0] for row in z])


def test_53_sundays_make_52_weeks_and_the_last_day_joins_its_neighbour():
    weekday = np.arange(365) % 7
    weeks = weeks_of(weekday, np.ones(365, dtype=bool), np.ones(365))
    assert weeks.count == 52
    assert weeks.exposure[-1] == 8


def test_a_missing_month_leaves_a_hole_in_the_weeks_and_not_a_jump():
    observed = np.ones(365, dtype=bool)
    observed[31:59] = False
    weeks = weeks_of(np.arange(365) % 7, observed, np.ones(365))
    assert weeks.exposure.sum() == observed.sum()
    assert np.diff(weeks.position).max() > 1
    assert (weeks.block[31:59] == -1).all()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 200), st.integers(1, 200), st.floats(0.1, 20))
def test_the_interval_holds_the_share_and_more_spread_never_narrows_it(k, extra, spread):
    n = k + extra
    low, high = deflated_share(np.array(k), np.array(n), np.array(spread))
    wider = deflated_share(np.array(k), np.array(n), np.array(spread + 3))
    assert 0 <= low <= k / n <= high <= 1
    assert wider[1] - wider[0] >= high - low - 1e-9


def test_without_extra_spread_it_is_jeffreys_interval():
    low, high = deflated_share(np.array(3), np.array(10), np.array(1.0))
    assert low == pytest.approx(scipy_stats.beta.ppf(0.025, 3.5, 7.5))
    assert high == pytest.approx(scipy_stats.beta.ppf(0.975, 3.5, 7.5))


def test_a_spread_known_from_few_weeks_widens_the_interval():
    assert small_sample(np.array(2.0), 4) > small_sample(np.array(2.0), 400) > 2.0


@pytest.mark.parametrize(("days", "weeks"), [(3, 2), (4, 3), (5, 3)])
def test_a_week_stands_alone_when_four_of_its_days_were_observed(days, weeks):
    observed = np.ones(21, dtype=bool)
    observed[7 + days : 14] = False
    found = weeks_of(np.arange(21) % 7, observed, np.ones(21))
    assert (found.count, found.exposure.sum()) == (weeks, 14 + days)


def test_a_memory_seen_in_more_pairs_of_weeks_leaves_a_surer_yardstick():
    rng = np.random.default_rng(6)
    noise = rng.normal(size=(2000, 208))
    for t in range(1, 208):
        noise[:, t] += 0.3 * noise[:, t - 1]
    known = []
    for blocks in (52, 208):
        design = BlockDesign(
            np.ones((blocks, 1)), np.eye(4)[np.arange(blocks) % 4], np.ones(blocks), np.arange(blocks)
        )
        found = design.test(noise[:, :blocks])
        known.append(np.median(found.df2[np.abs(found.autocorrelation - 0.3) < 0.05]))
    assert 10 < known[0] < known[1] / 2


@pytest.mark.parametrize(("days", "exposure"), [(3, [13]), (4, [7, 7]), (5, [8, 7])])
def test_a_short_week_joins_the_nearest_week_of_at_least_four_days(days, exposure):
    observed = np.ones(21, dtype=bool)
    observed[3:7] = observed[7 + days : 14] = False
    assert weeks_of(np.arange(21) % 7, observed, np.ones(21)).exposure.tolist() == exposure


@pytest.mark.parametrize(("least", "counts"), [(0.99, False), (1.0, False), (1.01, True), (2.0, True)])
def test_a_design_effect_above_one_is_the_least_spread_to_assume(least, counts):
    groups, z = np.repeat(np.arange(4), 13), np.random.default_rng(4).normal(0, 0.3, 52)
    design = BlockDesign(np.ones((52, 1)), np.eye(4)[groups], np.ones(52), np.arange(52) * 2)
    calm, assumed = design.test(z), design.test(z, least)
    spread = calm.variance[0]
    assert spread < 0.5
    assert assumed.statistic[0] == pytest.approx(calm.statistic[0] * (spread / least if counts else 1))


def test_the_moments_are_those_of_quadratic_forms_of_what_a_fit_leaves_over():
    """Directly: e = M·z with M = 1 − F·F′ and Cov(z) = r^distance, whose matrices are small here."""
    position = np.array([0, 1, 2, 4, 5, 6, 7, 9, 10, 11])
    exposure = np.linspace(0.8, 1.2, 10)
    design = BlockDesign(np.ones((10, 1)), np.eye(3)[np.arange(10) % 3], exposure, position)
    fitted = np.hstack([design._null, design._test])
    over = np.eye(10) - fitted @ fitted.T
    near = np.flatnonzero(np.diff(position) == 1)
    for r, (lag_one, inflation, df1, df2) in zip(_GRID, design._moments.T, strict=True):
        shared = float(r) ** np.abs(np.subtract.outer(position, position))
        left, seen = over @ shared @ over, design._test.T @ shared @ design._test
        assert lag_one == pytest.approx(left[near, near + 1].sum() / np.trace(left))
        assert inflation == pytest.approx(np.trace(seen) / 2 / (np.trace(left) / 7))
        assert df1 == pytest.approx(np.trace(seen) ** 2 / np.trace(seen @ seen))
        assert df2 == pytest.approx(np.trace(left) ** 2 / np.trace(left @ left))


def test_a_memory_that_was_estimated_is_less_sure_than_the_same_one_lent():
    """The delta method: its variance, 1 / pairs, times the square of the slope of the log inflation."""
    design = BlockDesign(np.ones((52, 1)), np.arange(52.0)[:, None], np.ones(52), np.arange(52))
    z = 1e4 * (np.sin(np.arange(52) / 2) + np.random.default_rng(5).normal(size=52))
    found = design.test(z)
    r = found.autocorrelation[0]
    assert 0.2 < r < 0.9
    lent = design.test(z, memory=r)
    inflation = np.interp([r - 0.01, r + 0.01], _GRID, design._moments[1])
    slope = np.diff(np.log(inflation))[0] / 0.02
    assert found.variance[0] == pytest.approx(lent.variance[0], rel=1e-6)
    assert 1 / found.df2[0] - 1 / lent.df2[0] == pytest.approx(slope**2 / 51 / 2, rel=0.1)


def test_where_no_week_has_four_days_each_stands_alone():
    observed = np.isin(np.arange(21), [0, 7, 8, 9, 14])
    assert weeks_of(np.arange(21) % 7, observed, np.ones(21)).exposure.tolist() == [1, 3, 1]
