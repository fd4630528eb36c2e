"""What every table of the room says about its columns: equations hold row by row, intervals at the level they name."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from tests.seasonality.conftest import YEAR, noisy_year
from tests.seasonality.test_attributes import NATION, feelings, records
from tests.seasonality.test_comparison import nation_and_place
from tests.seasonality.test_decomposition import TWO_YEARS, three_years
from tests.seasonality.test_scopes import world
from ujo_lib.columns import Bound, Count
from ujo_lib.fiscal import FiscalYear, Period, period_for
from ujo_lib.seasonality import (
    attributes,
    clustering,
    comparison,
    contrast,
    counts,
    profiles,
    surface,
    usage,
    verdicts,
)
from ujo_lib.seasonality.circular import daily_peak
from ujo_lib.seasonality.decomposition import decompose
from ujo_lib.seasonality.forecast import backtest, forecast_months
from ujo_lib.seasonality.model import fit_calendar
from ujo_lib.seasonality.scopes import both_bases
from ujo_lib.seasonality.staffing import short_handed, slots, tried_on_last_year
from ujo_lib.stats import wilson
from ujo_lib.typed import Typed
from ujo_lib.variance import NOBODY

LEVELS = (0.80, 0.90, 0.95, 0.99)
COMING = period_for(FiscalYear(2024), "fiscal")
BREAKS = [Period(pd.Timestamp(2023, 7, 21).date(), pd.Timestamp(2023, 8, 31).date(), "夏休み")]
MORNING = [6, 7, 8, 9, 10, 11]
HISTORY = noisy_year(60, 4, TWO_YEARS)


@cache
def model():
    return fit_calendar(noisy_year(60), BREAKS)


@cache
def at_level(level: float) -> dict[str, Typed]:
    """Every table that has an interval."""
    place, nation = nation_and_place()
    use = usage.use_per_population(place, nation, 40, 17, 1261, level)
    return {
        "months": profiles.by_month(noisy_year(20), NOBODY, level),
        "weekdays": profiles.by_weekday(noisy_year(20), NOBODY, level),
        "hours": profiles.by_hour(noisy_year(20), NOBODY, level),
        "usage": usage.by_area({"全国": (1000, 1261), "県": (9, 17), "市": (None, 1)}, use),
        "usage_bounds": usage.bounds(use),
        "beside": comparison.shares_beside(place, nation, level),
        "night": contrast.compare_hours(noisy_year(20), [22, 23], MORNING, NOBODY, level),
        "late": contrast.hours_against(noisy_year(20), [0, 1], MORNING, NOBODY, level),
        "peak": daily_peak(noisy_year(20), NOBODY, level),
        "ratios": model().ratios(level),
        "weekly": model().weekly_fit(level),
        "forecast": forecast_months(HISTORY, COMING, (), 1, level=level).months,
        "distribution": attributes.distribution(feelings(), "loneliness", NATION, level=level),
        "combined": attributes.combined(feelings(), "loneliness", ["常に", "時々"], NATION, level=level),
        "beside_nation": attributes.beside_nation(
            attributes.distribution(feelings(), "loneliness", NATION, level=level), "loneliness"
        ),
        "shares_by": attributes.shares_by(records(), "topic", "occupation", ["無職"], level=level),
        "crosstab": attributes.crosstab(records(), "occupation", "topic", level=level),
    }


@cache
def without_level() -> dict[str, Typed]:
    """The other tables."""
    judged = verdicts.judge(noisy_year())
    coming = forecast_months(HISTORY, COMING, (), 1)
    staffing = slots(HISTORY, coming, 3, 0.975)
    scopes = world()
    return {
        "totals": counts.totals(scopes.totals()),
        "bases": both_bases(scopes, FiscalYear(2023)),
        "clients": clustering.clients_by_period(
            records().assign(received_at=YEAR.start), [YEAR], noisy_year()
        ),
        "repeats": clustering.repeats(records()),
        "grid": profiles.by_weekday_hour(noisy_year()),
        "calendar": profiles.by_date(noisy_year()),
        "verdicts": verdicts.verdict_table(judged),
        "descriptive": verdicts.descriptive_tests(noisy_year()),
        "checks": model().checks(),
        "decomposition": decompose(three_years()),
        "backtest": backtest(HISTORY, (), 1, level=0.8),
        "slots": staffing,
        "short_handed": short_handed(staffing),
        "tried": tried_on_last_year(HISTORY, 0.975, (), 1),
    }


def test_what_follows_from_its_row_is_what_the_row_says():
    for name, table in (at_level(0.95) | without_level()).items():
        assert len(table) > 0, name
        for column, kind in table.schema.columns.items():
            for row in table.frame.to_dict("records") if kind.sources else []:
                if not pd.isna([row[source] for source in kind.sources]).any():
                    assert row[column] == pytest.approx(kind.value(row), rel=1e-12, nan_ok=True), (
                        name,
                        column,
                    )


def test_no_heading_stands_twice_over_a_table_and_none_is_left_to_the_kind_by_accident():
    for name, table in (at_level(0.95) | without_level()).items():
        titles = [column.title for column in table.schema.columns.values()]
        assert len(set(titles)) == len(titles), name
        assert not {"", "区分", "数"} & set(titles), name


def test_the_rows_of_a_table_are_numbered_from_nought():
    for name, table in (at_level(0.95) | without_level()).items():
        assert list(table.frame.index) == list(range(len(table))), name


def test_categories_have_an_order_wherever_there_are_any():
    for name, table in (at_level(0.95) | without_level()).items():
        for column, dtype in table.frame.dtypes.items():
            assert not isinstance(dtype, pd.CategoricalDtype) or dtype.ordered, (name, column)


def test_people_and_contacts_are_what_a_release_protects_and_days_and_hours_are_not():
    for name, table in (at_level(0.95) | without_level()).items():
        for column, kind in table.schema.columns.items():
            if isinstance(kind, Count) and kind.members:
                assert kind.unit in {"件", "人"}, (name, column)


def test_a_higher_level_gives_a_wider_interval_that_says_its_level():
    for name in at_level(0.95):
        tables = [at_level(level)[name] for level in LEVELS]
        for column in tables[0].schema.of_kind(Bound):
            bounds = [table.schema[column] for table in tables]
            assert [bound.level for bound in bounds] == list(LEVELS), (name, column)
            assert [bound.both.split("%")[0] for bound in bounds] == ["80", "90", "95", "99"], (name, column)
            values = np.array([table.frame[column].to_numpy(dtype=float) for table in tables])
            steps = np.diff(values[:, np.isfinite(values).all(axis=0)], axis=0)
            outwards = steps if bounds[0].side == "high" else -steps
            assert outwards.min() >= 0, (name, column)
            assert outwards.max() > 0, (name, column)


def test_intervals_that_are_none_of_confidence_say_what_they_are():
    assert at_level(0.9)["forecast"].schema["low"].name == "90%予測区間の下限"
    assert at_level(0.9)["weekly"].schema["low"].both == "90%の週が収まる範囲"
    assert at_level(0.9)["weekly"].schema["low"].interval == "acceptance"
    assert without_level()["backtest"].schema["coverage"].title == "80%予測区間に収まった月(%)"
    assert without_level()["slots"].schema["upper"].title == "備える件数(97.5%の時間で足りる)"
    assert without_level()["slots"].schema["over"].title == "1時間に3件を超える割合(%)"
    assert forecast_months(HISTORY, COMING, (), 1).months.schema["low"].level == 0.90


def jeffreys(k, n, scale, level):
    """Jeffreys' interval at counts divided by a design effect (Brown, Cai & DasGupta 2001)."""
    k, rest = k / scale + 0.5, (n - k) / scale + 0.5
    return [scipy_stats.beta.ppf(tail, k, rest) for tail in ((1 - level) / 2, (1 + level) / 2)]


def bounds_of(name, level):
    return at_level(level)[name].frame[["low", "high"]].to_numpy(dtype=float).T


@pytest.mark.parametrize("level", LEVELS)
def test_profiles_are_recomputed_at_every_level(level):
    year = noisy_year(20)
    n = year.hourly.sum(axis=0)
    wider = scipy_stats.t.ppf((1 + level) / 2, 364) / scipy_stats.norm.ppf((1 + level) / 2)
    effect = np.maximum(profiles.share_effect(year.hourly), 1) * wider**2
    assert bounds_of("hours", level) / 24 == pytest.approx(np.array(jeffreys(n, n.sum(), effect, level)))
    test = verdicts.PatternTests.of(year).months(year.daily)
    wider = scipy_stats.t.ppf((1 + level) / 2, test.df2) / scipy_stats.norm.ppf((1 + level) / 2)
    # Nobody lends this year a memory: its intervals are as wary as its verdict.
    strict = surface.rates("months", year.n, 1.0, verdicts.memory_seen(year)).level
    of_verdict, plain = scipy_stats.f.isf([strict, 0.05], test.df1, np.maximum(test.df2, 20))
    effect = np.maximum(test.variance * max(of_verdict / plain, 1), 1) * wider**2
    months, days = np.bincount(year.month_index, year.daily), np.bincount(year.month_index)
    expected = np.array(jeffreys(months, months.sum(), effect, level)) / (days / 365)
    assert bounds_of("months", level) == pytest.approx(expected)


@pytest.mark.parametrize("level", LEVELS)
def test_rate_ratios_and_the_band_of_weeks_are_recomputed_at_every_level(level):
    fitted = model()
    row = at_level(level)["ratios"].frame.set_index("level").loc["祝日"]
    at = fitted.names.index("祝日")
    reach = scipy_stats.t.ppf((1 + level) / 2, 365 - len(fitted.names)) * np.sqrt(fitted.covariance[at, at])
    assert np.log([row["low"], row["high"]]) == pytest.approx(
        [fitted.coefficients[at] - reach, fitted.coefficients[at] + reach]
    )
    expected = at_level(level)["weekly"].frame["expected"].to_numpy()
    variance = expected * fitted.scale_of_sums(7, float(fitted.mean.mean()))
    p = np.minimum(expected / variance, 1 - 1e-9)
    band = [
        scipy_stats.nbinom.ppf(tail, expected * p / (1 - p), p) for tail in ((1 - level) / 2, (1 + level) / 2)
    ]
    assert bounds_of("weekly", level) == pytest.approx(np.array(band), abs=1)


@pytest.mark.parametrize("level", LEVELS)
def test_shares_and_their_difference_from_the_nation_are_recomputed_at_every_level(level):
    one = clustering.share(np.arange(100) < 72, np.arange(100), level)
    row = at_level(level)["combined"].frame.iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((one.low, one.high))
    nation = wilson(750, 1000, level)
    below = np.hypot(0.72 - one.low, nation.high - 0.75)
    above = np.hypot(one.high - 0.72, 0.75 - nation.low)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((-0.03 - below, -0.03 + above))
    cell = at_level(level)["crosstab"].frame.iloc[0]
    one = clustering.share(np.arange(60) < 40, np.arange(60), level)
    assert (cell["low"], cell["high"]) == pytest.approx((one.low, one.high))


PROTECTED = {
    "months": "n", "weekdays": "n", "hours": "n", "weekly": "n", "grid": "n", "calendar": "n", "totals": "n",
    "usage": "n", "beside": "n", "night": "n", "late": "n", "peak": "n", "bases": "n_calendar n_fiscal",
    "distribution": "n base", "combined": "n base", "beside_nation": "n base", "shares_by": "n base",
    "crosstab": "n base", "clients": "n identified clients", "repeats": "contacts identified clients most",
    "decomposition": "n",
}  # fmt: skip
"""Table → the columns in which a release hides small counts: contacts or clients of the place, and nothing else."""


def test_a_release_hides_small_counts_of_contacts_and_clients_of_the_place_and_none_of_anything_else():
    """Contacts of the nation, of the other hours beside a ratio, hours, days and what is foretold are nobody's."""
    for name, table in (at_level(0.95) | without_level()).items():
        assert " ".join(table.schema.counts) == PROTECTED.get(name, ""), name


KNOWN_TO_ALL = {
    "forecast": ("days",),
    **dict.fromkeys(("distribution", "combined"), ("reference",)),
    "usage": ("population", "population_share"),
}
"""Days to come, inhabitants, published figures of the nation; of few contacts recorded days are those with one."""


def test_only_the_calendar_the_inhabitants_and_the_published_nation_are_shown_beside_a_hidden_count():
    for name, table in (at_level(0.95) | without_level()).items():
        numbers = [column for column, kind in table.schema.columns.items() if kind.numeric]
        shown = tuple(column for column in numbers if column in table.schema.free)
        assert shown == KNOWN_TO_ALL.get(name, ()), name
