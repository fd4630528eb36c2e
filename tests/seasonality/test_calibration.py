"""The promise in small: fixed seeds, one size and memory each, bounds three Monte-Carlo errors wide."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

YEARS = 100


@pytest.mark.parametrize(("size", "memory"), [(0, 0.3), (1, 0.6), (2, 0.6)])
def test_verdicts_rarely_see_a_pattern_where_there_is_none(calibration, size, memory):
    setting = calibration.Setting(
        np.random.default_rng(11), YEARS, calibration.SIZES[size], memory, weekly=False
    )
    for scenario in (calibration.without_months, calibration.without_weekdays, calibration.without_hours):
        for name, alarms in scenario(setting):
            if not name.startswith("peer"):
                assert alarms.mean() <= 0.07 + 3 * np.sqrt(0.07 * 0.93 / YEARS), name


@pytest.mark.parametrize(("size", "memory"), [(0, 0.3), (1, 0.6), (2, 0.6)])
def test_intervals_cover_what_they_are_about(calibration, size, memory):
    setting = calibration.Setting(
        np.random.default_rng(12), YEARS, calibration.SIZES[size], memory, weekly=False
    )
    for scenario in (calibration.with_everything, calibration.with_a_model):
        for name, covered in scenario(setting):
            assert covered.mean() >= 0.92 - 3 * np.sqrt(0.92 * 0.08 / YEARS), name


def test_a_yearly_wave_of_15_percent_is_usually_found(calibration):
    setting = calibration.Setting(np.random.default_rng(13), YEARS, calibration.SIZES[1], 0.3, weekly=False)
    found = dict(calibration.with_a_yearly_wave(setting))
    assert found["power: yearly wave"].mean() > 0.85
    assert found["power: months"].mean() > 0.35


def test_chi_square_would_call_most_quiet_national_years_seasonal(calibration):
    setting = calibration.Setting(np.random.default_rng(14), YEARS, calibration.SIZES[2], 0.3, weekly=False)
    assert dict(calibration.without_months(setting))["peer: chi-square months"].mean() > 0.9


def test_unrelated_answers_of_returning_clients_rarely_look_related(calibration):
    setting = calibration.Setting(np.random.default_rng(15), 1, calibration.SIZES[1], 0.0, weekly=False)
    alarms = dict(calibration.with_returning_clients(setting))["occupation × topic, any cell"]
    assert alarms.mean() <= 0.07 + 3 * np.sqrt(0.07 * 0.93 / len(alarms))
