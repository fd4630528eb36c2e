"""Counts that are drawn and still meet a total: the conditioning itself, apart from the city."""

import numpy as np
import pytest

from ujo_lib.sample import calendar, counts


def test_conditioned_counts_meet_the_total_exactly_and_leave_other_cells_random():
    rng = np.random.default_rng(1)
    intensity = rng.gamma(5, 1, 400)
    exact = np.arange(400) < 100
    drawn = [counts.conditioned_counts(rng, intensity, exact, 700) for _ in range(50)]
    assert {int(d[exact].sum()) for d in drawn} == {700}
    assert len({int(d[~exact].sum()) for d in drawn}) > 10
    expected = 700 * intensity[~exact].sum() / intensity[exact].sum()
    assert np.mean([d[~exact].sum() for d in drawn]) == pytest.approx(expected, rel=0.02)


def test_daily_counts_are_overdispersed_as_planted_not_flat_quotas():
    index = calendar.days()
    exact = calendar.in_year(index, 2023)
    national = counts.national_counts(2023)
    at = national.places.index("熊本県")
    level = calendar.daily_level(index, calendar.PREFECTURE) * calendar.growth(index)
    fitted = level / level[exact].sum() * counts.KUMAMOTO_2023
    pearson = ((national.daily[:, at] - fitted) ** 2 / fitted).mean()
    assert 1.15 < pearson < 1.9


def test_conditions_that_contradict_the_curve_are_an_error_not_an_endless_loop(monkeypatch):
    monkeypatch.setattr(counts, "MAX_ATTEMPTS", 3)
    with pytest.raises(RuntimeError, match="'never'"):
        counts.draw_until(1, "never", lambda _: None)


def test_the_latent_path_has_the_planted_spread_and_memory():
    path = counts.log_ar1(np.random.default_rng(0), 40_000, sd=0.1, phi=0.3)
    assert path.std() == pytest.approx(0.1, rel=0.03)
    assert np.corrcoef(path[1:], path[:-1])[0, 1] == pytest.approx(0.3, abs=0.02)


def test_the_city_channel_is_silent_before_opening_and_ramps_up_for_four_weeks():
    city = counts.city_counts(2023)
    closed = calendar.city_ramp(city.index) == 0
    assert (city.base + city.extra)[closed].sum() == 0
    assert (calendar.city_ramp(city.index) == 1).sum() == (city.index >= "2023-05-28").sum()
    assert city.extra[~calendar.in_window(city.index)].sum() == 0
