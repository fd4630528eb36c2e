from types import SimpleNamespace

import numpy as np
import pytest
from scipy.signal import lfilter

from ujo_lib import glm
from ujo_lib.seasonality import memory

DAYS = np.arange(365)
X = np.column_stack([np.ones(365), np.cos(DAYS / 58), np.sin(DAYS / 58), np.eye(7)[DAYS % 7][:, 1:]])


def years(persistence, sd, series=60, seed=1):
    rng = np.random.default_rng(seed)
    path = lfilter(
        [1.0], [1.0, -persistence], rng.normal(0, sd * np.sqrt(1 - persistence**2), (series, 465)), axis=1
    )
    return rng.poisson(400 * np.exp(path[:, 100:])).astype(float)


def fitted(y):
    result = glm.fit_negative_binomial(y, X)
    return result, memory.estimate(result, X, DAYS)


@pytest.mark.slow
def test_independent_days_show_no_memory_and_a_persistent_process_shows_its_own():
    _, none = fitted(years(0.0, 0.2))
    _, long = fitted(years(0.7, 0.2))
    assert np.median(none.share * none.persistence) < 0.03
    assert np.median(long.share * long.persistence) == pytest.approx(0.7 * 0.04 / 0.0425, abs=0.06)


def test_memory_widens_slow_patterns_more_than_weekdays():
    fit, found = fitted(years(0.7, 0.2))
    plain = np.einsum("sii->si", fit.bread)
    wide = np.einsum("sii->si", memory.covariance(fit, X, DAYS, found))
    ratio = np.median(wide / plain, axis=0)
    assert ratio[1] > 2.5
    assert ratio[4] < 1.5


def test_correlation_is_one_on_the_diagonal_and_falls_with_distance():
    found = memory.Memory(np.array([0.5]), np.array([0.8]), np.array([1.0]))
    matrix = found.correlation(0, np.abs(np.subtract.outer(np.arange(5), np.arange(5))))
    assert np.diag(matrix).tolist() == [1.0] * 5
    assert matrix[0, 1:] == pytest.approx(0.5 * 0.8 ** np.arange(1, 5))


def test_days_after_a_gap_do_not_count_as_neighbours():
    keep = np.r_[0:150, 250:365]
    fit = glm.fit_negative_binomial(years(0.7, 0.2)[:, keep], X[keep])
    found = memory.estimate(fit, X[keep], DAYS[keep])
    assert np.median(found.share * found.persistence) == pytest.approx(0.66, abs=0.1)


def test_the_scale_explains_the_squares_of_residuals_that_share_columns_and_memory():
    result, found = fitted(years(0.7, 0.2, series=4))
    weight = (result.mean / (1 + result.alpha[:, None] * result.mean)).mean(axis=0)
    Z = np.sqrt(weight)[:, None] * X
    left = np.eye(365) - Z @ np.linalg.solve(Z.T @ Z, Z.T)
    distance = np.abs(np.subtract.outer(DAYS, DAYS))
    for i in range(4):
        # Residuals of errors with variance σ² and correlation R have squares σ² · trace(M R M) on average.
        squares = np.trace(left @ found.correlation(i, distance) @ left)
        assert found.share[i] > 0.3
        assert found.scale[i] == pytest.approx((result.residuals[i] ** 2).sum() / squares, rel=1e-6)


def test_a_record_without_any_spread_is_given_a_hundredth_of_the_models():
    assert fitted(np.full((1, 365), 400.0))[1].scale == [0.01]


@pytest.mark.parametrize(("days", "persistence"), [(3, 0.7), (8, 0.95)])
def test_no_more_than_all_of_the_variance_carries_over(days, persistence):
    """A sine without noise carries over whole; of a slow one the first lags ask for more than there is."""
    found = fitted((400 * np.exp(0.5 * np.sin(DAYS / days))).round()[None])[1]
    assert (found.share[0], found.persistence[0]) == (1.0, persistence)


def test_of_a_record_without_memory_none_is_longer_than_the_shortest():
    """Where nothing carries over all persistences fit alike, and the first that was tried stays."""
    found = fitted(years(0.0, 0.1, series=12))[1]
    nothing = found.share == 0
    assert 2 <= nothing.sum() <= 10
    assert set(found.persistence[nothing]) == {memory.PERSISTENCE[0]}
    assert set(found.persistence[~nothing]) - {memory.PERSISTENCE[0]}


@pytest.mark.parametrize("left", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_half_of_a_spread_that_fades_by_so_much_a_day_is_told_from_a_lottery(left):
    """A shock that fades has products left^k a lag k; as much again on a day of its own, and half of them are left."""
    residuals = 10 * left**DAYS
    residuals[300] = np.sqrt((residuals**2).sum())
    alone = np.eye(365)[:, -1:]  # a model that explains the last day, on which nothing is left
    fit = SimpleNamespace(mean=np.ones((1, 365)), alpha=np.zeros(1), residuals=residuals[None])
    found = memory.estimate(fit, alone, DAYS)
    assert found.persistence == [left]
    assert found.share == pytest.approx([0.5], abs=0.01)
    assert found.scale == pytest.approx((residuals**2).sum() / 364, rel=1e-6)


def test_what_a_regression_absorbs_of_a_correlation_is_that_of_the_whole_matrix():
    """Residuals are (1 − QQ')·errors, so their covariance is (1 − QQ')·R·(1 − QQ'), reckoned here entry by entry."""
    rng = np.random.default_rng(4)
    basis, _ = np.linalg.qr(rng.normal(size=(9, 3)))
    correlation = 0.6 ** np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    left = np.eye(9) - basis @ basis.T
    whole = left @ correlation @ left
    pairs = [(np.arange(9 - lag), np.arange(lag, 9)) for lag in range(3)]
    expected = [np.trace(whole, offset=lag) for lag in range(3)]
    assert memory._absorbed(correlation, basis, pairs) == pytest.approx(expected)
