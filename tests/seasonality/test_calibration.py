"""The promise in small: fixed seeds, one size and memory each, bounds three Monte-Carlo errors wide."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

YEARS = 100


@pytest.mark.parametrize(("size", "regime"), [(0, "days 0.3"), (3, "days 0.6"), (4, "weeks 0.8")])
def test_verdicts_rarely_see_a_pattern_where_there_is_none(calibration, size, regime):
    setting = calibration.Setting(
        np.random.default_rng(11), YEARS, calibration.SIZES[size], calibration.REGIMES[regime]
    )
    for scenario in (calibration.without_months, calibration.without_weekdays, calibration.without_hours):
        for name, alarms in scenario(setting):
            if calibration.is_verdict(name):
                assert alarms.mean() <= 0.07 + 3 * np.sqrt(0.07 * 0.93 / YEARS), name


@pytest.mark.parametrize(("size", "regime"), [(0, "days 0.3"), (3, "days 0.6"), (4, "days 0.6")])
def test_intervals_cover_what_they_are_about(calibration, size, regime):
    setting = calibration.Setting(
        np.random.default_rng(12), YEARS, calibration.SIZES[size], calibration.REGIMES[regime]
    )
    for scenario in (calibration.with_everything, calibration.with_a_model):
        for name, covered in scenario(setting):
            if "cover" in name:
                assert covered.mean() >= 0.92 - 3 * np.sqrt(0.92 * 0.08 / YEARS), name


@pytest.mark.parametrize("regime", ["none", "days 0.6", "weeks 0.5"])
def test_a_yearly_wave_of_15_percent_is_found_nearly_as_often_as_by_who_knows_the_memory(calibration, regime):
    setting = calibration.Setting(
        np.random.default_rng(13), YEARS, calibration.PREFECTURE, calibration.REGIMES[regime]
    )
    found = {name: outcome.mean() for name, outcome in calibration.with_a_yearly_wave(setting)}
    error = 3 * np.sqrt(0.2 * 0.8 / YEARS)
    assert found["power: wave (3 national)"] >= 0.8 * found["oracle power: wave"] - error
    assert found["power: wave (3 national)"] <= found["oracle power: wave"] + error


def test_where_no_level_wanders_months_are_hardly_ever_withheld(calibration):
    setting = calibration.Setting(
        np.random.default_rng(16), YEARS, calibration.PREFECTURE, calibration.REGIMES["none"]
    )
    withheld = [
        out.mean() for name, out in calibration.without_months(setting) if name.startswith("withheld")
    ]
    assert len(withheld) == 4
    assert max(withheld) <= 0.1


def test_chi_square_would_call_most_quiet_national_years_seasonal(calibration):
    setting = calibration.Setting(
        np.random.default_rng(14), YEARS, calibration.NATION, calibration.REGIMES["days 0.3"]
    )
    assert dict(calibration.without_months(setting))["peer: chi-square months"].mean() > 0.9


def test_unrelated_answers_of_returning_clients_rarely_look_related(calibration):
    setting = calibration.Setting(
        np.random.default_rng(15), 1, calibration.PREFECTURE, calibration.REGIMES["none"]
    )
    alarms = dict(calibration.with_returning_clients(setting))["occupation × topic, any cell"]
    assert alarms.mean() <= 0.07 + 3 * np.sqrt(0.07 * 0.93 / len(alarms))
