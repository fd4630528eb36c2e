from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from tests.seasonality.conftest import YEAR, calm_nation, counted, counts_of, noisy_year, records_of
from ujo_lib.fiscal import Period
from ujo_lib.report.door.publish import Published, Subject, TableSpec
from ujo_lib.report.look.wording import say
from ujo_lib.seasonality import surface, verdicts
from ujo_lib.seasonality.dispersion import ScaledTest
from ujo_lib.seasonality.profiles import by_weekday
from ujo_lib.seasonality.verdicts import (
    ALPHA,
    PatternTests,
    Verdict,
    _least,
    _months_told,
    as_wary,
    calibrated,
    descriptive_tests,
    judge,
    memory_seen,
    spread_of_months,
    strongest,
    verdict_table,
)
from ujo_lib.variance import People

HALF = Period(date(2024, 4, 1), date(2024, 9, 30), "上半期")


@pytest.mark.parametrize(
    ("detected", "told"), [(True, "検出されました。"), (False, "検出されませんでした。")]
)
def test_a_verdict_whose_p_is_kept_back_still_says_what_was_judged(detected, told):
    """Four boxes 「検出」 stood on a page below each other, none of which said of what."""
    verdict = Verdict("曜日による違い", detected, "", 0.2, *[None] * 5, 60, "曜日を比べます")
    told_of = verdict_table([verdict])
    p_hidden = pd.DataFrame({name: [name == "p_value"] for name in told_of.frame})
    spec = TableSpec("verdicts", "偏りの判定", Subject(base="相談"), told_of.schema)
    first, second, *_ = [
        part.text for part in say(verdict.sentence, Published(spec, told_of.frame, p_hidden))
    ]
    assert first == f"曜日による違いは、{told}"
    assert "秘匿のため示せません" in second


def test_how_much_people_come_back_is_measured_for_what_each_test_asks(monkeypatch):
    """A year of a contact on every sixth day: its month, its angle, its weekday from Sunday on."""
    asked = []
    monkeypatch.setattr(verdicts, "persons_effect", lambda pattern, _: asked.append(pattern) or 1.0)
    days = pd.date_range("2023-01-01", "2023-12-31", freq="6D")
    one = counted(records_of(days + pd.Timedelta(hours=12), client_id=["a"] * len(days)))
    tests, people = (
        PatternTests.of(one),
        People(np.zeros(len(days), dtype=int), days.to_numpy("datetime64[h]")),
    )
    for judge_ in (tests.months, tests.yearly_wave, tests.weekdays, tests.week_slope):
        judge_(one.daily, people)
    since_1970 = (days - pd.Timestamp("1970-01-01")).days.to_numpy() / 365.25 * 2 * np.pi
    sunday_first = days.day_of_week.to_numpy() + 1
    expected = [
        np.eye(12)[days.month - 1],
        np.column_stack([np.cos(since_1970), np.sin(since_1970)]),
        np.eye(7)[sunday_first % 7],
        sunday_first[:, None] % 7,
    ]
    for found, one_of in zip(asked, expected, strict=True):
        assert found == pytest.approx(one_of)


@pytest.mark.parametrize("effect", [1.0, 1.05, 1.5])
def test_people_who_come_back_lend_a_test_their_degrees_of_freedom(effect, monkeypatch):
    """Two persons called twice and two once: alike to the part a, variances 2 + 2a (twice) and 1 (twice)."""

    class Design:
        def test(self, *given):
            return given

    monkeypatch.setattr(verdicts, "persons_effect", lambda *_: effect)
    alike = (effect - 1) * 6 / 4
    df = max((6 + 4 * alike) ** 2 / (2 * (2 + 2 * alike) ** 2 + 2) - 1, 1) if effect > 1 else np.inf
    people = People(np.array([0, 0, 1, 1, 2, 3]), np.zeros(6, dtype="datetime64[h]"))
    found = verdicts._judge(Design(), "residuals", people, np.zeros((6, 1)), "memory")
    assert found == ("residuals", effect, pytest.approx(df), "memory")


def test_residuals_are_those_of_shares_of_the_exposure():
    """Of 4 and of 8 contacts a quarter is expected in the first block; nothing in one that has no exposure."""
    found = verdicts._residuals(np.array([[3, 1, 0], [2, 6, 0]]), np.array([1.0, 3.0, 0.0]))
    assert found == pytest.approx(np.array([[2, -2 / np.sqrt(3), 0], [0, 0, 0]]))


@pytest.mark.parametrize("sundays", [0, 1, 2])
def test_a_weekday_is_as_large_as_its_mean_day_and_one_without_a_contact_as_any(sundays):
    daily = np.where(np.arange(365) % 7 == 0, 0, 2)  # 2023 begins on one of its 53 Sundays
    daily[0] = sundays
    mean = daily.mean()
    size = PatternTests.of(counts_of(daily)).size
    assert size[1:7] == pytest.approx(2 / mean)
    assert size[[0, 7]] == pytest.approx(sundays / 53 / mean if sundays else 1.0)


def test_days_on_which_another_series_has_nobody_are_not_compared_with_it():
    beside = np.arange(365) % 3
    tests = PatternTests.of(counts_of(np.full(365, 2)), counts_of(beside))
    assert tests.observed.tolist() == (beside > 0).tolist()


@pytest.mark.slow
def test_one_year_is_never_called_a_season():
    said = "".join(verdict.pattern + verdict.remark + verdict.sentence for verdict in judge(noisy_year()))
    assert "季節" not in said
    assert "この年の月別の偏り" in said


def test_half_a_year_gives_no_verdict_on_months_and_says_so():
    months, wave, weekdays, slope = judge(noisy_year(period=HALF))
    assert months.detected is wave.detected is None
    assert months.kind == "not_estimable"
    assert months.p_value is None
    assert "半年分の記録のため、季節性(月による偏り)は判定しません" in months.sentence
    assert months.pattern == "月別の偏り"
    assert weekdays.detected is not None
    assert slope.detected is not None


@pytest.mark.slow
def test_a_missing_month_gives_no_verdict_on_months():
    counts = noisy_year().without([(date(2023, 5, 1), date(2023, 5, 31))])
    months = judge(counts)[0]
    assert months.detected is None
    assert "12か月分の記録がそろっていない" in months.sentence


def test_of_two_tests_of_one_question_one_decides_and_the_other_says_so():
    """Any weekday or a slope would be called a difference twice as often as either is wrong."""
    months, wave, weekdays, slope = judge(noisy_year())
    assert f"。月による違いがあるかは「{months.pattern}」だけで決め、" in wave.remark
    assert f"。曜日による違いがあるかは「{weekdays.pattern}」だけで決め、" in slope.remark
    assert "補足" not in months.remark + weekdays.remark


def test_two_dozen_contacts_are_not_judged():
    daily = np.zeros(365)
    daily[:24] = 1
    assert [verdict.detected for verdict in judge(counts_of(daily))] == [None] * 4


def test_a_planted_weekday_pattern_is_found_with_its_direction():
    rng = np.random.default_rng(4)
    weekday = np.arange(365) % 7
    _, _, weekdays, slope = judge(counts_of(rng.poisson(20 * (1.2 - 0.07 * weekday))))
    assert weekdays.detected
    assert slope.detected
    assert slope.kind == "detected"


def test_a_planted_month_is_found():
    daily = np.random.default_rng(5).poisson(
        np.where((np.arange(365) >= 212) & (np.arange(365) < 243), 14, 7)
    )
    months = judge(counts_of(daily), beside=calm_nation())[0]
    assert months.detected
    assert "誤って検出する割合は、このような記録では5.0%以下です" in months.remark


@pytest.mark.parametrize(
    ("rate", "said"), [(0.0499, "5.0%以下"), (0.05, "5.0%以下"), (0.0501, "5.1%以下"), (0.07, "7.0%以下")]
)
def test_an_error_of_at_most_so_many_percent_is_never_larger_than_that(rate, said, monkeypatch):
    monkeypatch.setattr(surface, "rates", lambda *_: surface.Rates(rate, 0.05, 1.3))
    assert said in judge(noisy_year(seed=3))[0].remark


@pytest.mark.parametrize(("step", "detected"), [(-1, False), (0, False), (1, True)])
def test_months_are_held_to_the_level_of_the_worst_memory_and_their_p_value_says_so(
    step, detected, monkeypatch
):
    counts = noisy_year(seed=3)
    p_value = PatternTests.of(counts).months(counts.daily).p_value[0]
    level = p_value ** (np.log(0.05) / np.log(0.0495)) * (1 + step * 1e-9)  # 0.0495 is printed as 0.050
    monkeypatch.setattr(surface, "rates", lambda *_: surface.Rates(0.05, level, 1.3))
    months = judge(counts)[0]
    assert months.detected == detected
    assert months.p_value == pytest.approx(0.0495, abs=1e-6)


@pytest.mark.parametrize(("lower", "higher"), [(0.01, 0.05), (0.05, 0.2)])
def test_a_stricter_level_makes_every_p_value_larger(lower, higher):
    p_values = np.array([0.0, 0.003, 0.05, 0.7, 1.0])
    strict, mild = calibrated(p_values, lower), calibrated(p_values, higher)
    assert (strict >= mild).all()
    assert (strict[[0, -1]], mild[[0, -1]]) == (pytest.approx([0, 1]), pytest.approx([0, 1]))
    assert calibrated(p_values, 0.05) == pytest.approx(p_values)


def _found(variance=2.0, df2=40.0):
    return ScaledTest(*(np.array([value]) for value in (1.0, 11.0, df2, 0.5, 1.5, 0.2, variance)))


@pytest.mark.parametrize("df2", [19.0, 20.0, 21.0, 400.0])
@pytest.mark.parametrize("level", [0.0004, 0.01, 0.049])
def test_an_interval_of_a_record_alone_is_as_wary_as_its_verdict(level, df2):
    """With the raised variance the F statistic that the verdict calls for is that of a plain test at 5 %."""
    raised = as_wary(_found(df2=df2), level)[0]
    counted = max(df2, 20)
    called_for = scipy_stats.f.isf(level, 11, counted)
    assert scipy_stats.f.sf(called_for * 2.0 / raised, 11, counted) == pytest.approx(ALPHA)


@pytest.mark.parametrize("level", [0.05, 0.051, 0.5, np.nan])
def test_no_interval_is_narrowed_and_none_widened_where_nothing_was_tried(level):
    assert as_wary(_found(), level)[0] == pytest.approx(2.0)


def test_the_months_of_a_record_alone_are_as_wary_as_its_verdict_and_beside_a_nation_they_are_not():
    counts, nation = noisy_year(), calm_nation()
    own = PatternTests.of(counts).months(counts.daily)
    rates = surface.rates("months", counts.n, 1.0, memory_seen(counts))
    assert rates.level < ALPHA
    assert spread_of_months(counts).variance == pytest.approx(as_wary(own, rates.level))
    lent = PatternTests.of(counts).months(counts.daily, memory=memory_seen(nation).autocorrelation)
    assert spread_of_months(counts, beside=nation).variance == pytest.approx(lent.variance)
    short = counts.within(Period(date(2023, 1, 1), date(2023, 12, 15), "11か月半"))
    assert spread_of_months(short).variance == PatternTests.of(short).months(short.daily).variance


@pytest.mark.parametrize(
    ("contacts", "times", "lent"),
    [(199_999, 20, False), (200_000, 20, True), (300_000, 9.99, False), (300_000, 10, True)],
)
def test_a_record_lends_its_memory_from_its_size_on_to_one_of_a_tenth(contacts, times, lent, monkeypatch):
    asked = []
    monkeypatch.setattr(surface, "rates", lambda *of: asked.append(of) or surface.Rates(0.05, 0.05, 1.3))
    seen = surface.Memory(contacts, 3, 0.9)
    monkeypatch.setattr(verdicts, "memory_seen", lambda _: seen)
    monkeypatch.setattr(verdicts, "_size", lambda *_: (contacts / times, 1.0))
    rng = np.random.default_rng(6)
    busy = counts_of(rng.poisson(20 * np.repeat(np.exp(rng.normal(0, 0.3, 53)), 7)[:365]))
    found = judge(busy, beside=calm_nation())
    assert [of[3].lent for of in asked[:2]] == [lent, lent]
    monkeypatch.setattr(verdicts, "memory_seen", lambda _: replace(seen, autocorrelation=0.0))
    other = judge(busy, beside=calm_nation())
    assert [a.p_value == b.p_value for a, b in zip(found, other, strict=True)] == [not lent] * 2 + [True] * 2


def test_a_prefecture_alone_is_judged_by_a_stricter_level_than_beside_a_calm_nation():
    counts = noisy_year()
    alone, beside = judge(counts)[0], judge(counts, beside=calm_nation())[0]
    assert alone.p_value > beside.p_value
    assert (alone.detected, beside.detected) == (False, False)


@pytest.mark.slow
def test_waves_that_last_weeks_raise_the_bar():
    rng = np.random.default_rng(6)
    level = np.repeat(np.exp(rng.normal(0, 0.5, 53)), 7)[:365]
    months = judge(counts_of(rng.poisson(20 * level)), beside=calm_nation())[0]
    assert months.dispersion > 10
    assert not months.detected


@pytest.mark.slow
def test_clients_who_come_back_in_one_month_raise_the_bar_of_months_and_not_of_weekdays():
    """Ten clients write in one month each, on a random day, as often as everybody else together."""
    rng = np.random.default_rng(8)
    day = np.concatenate(
        [rng.integers(0, 365, 300), np.repeat(30 * rng.integers(0, 12, 10), 30) + rng.integers(0, 28, 300)]
    )
    times = pd.Timestamp("2023-01-01 12:00") + pd.to_timedelta(day, unit="D")
    records = records_of(
        times, client_id=[*(f"p{i}" for i in range(300)), *np.repeat(list("abcdefghij"), 30)]
    )
    counts = counted(records)
    alone, told = judge(counts, beside=calm_nation()), judge(counts, People.of(records), calm_nation())
    assert told[0].p_value > 2 * alone[0].p_value
    assert told[0].df2 < 15
    assert told[2].p_value == pytest.approx(alone[2].p_value, rel=0.5)


def test_chi_square_is_the_textbook_one_and_is_marked_as_description():
    counts = noisy_year()
    table = descriptive_tests(counts).frame
    n = np.bincount(counts.month_index, weights=counts.daily)
    days = np.bincount(counts.month_index)
    expected = scipy_stats.chisquare(n, n.sum() * days / 365)
    assert table.loc[0, "statistic"] == pytest.approx(expected.statistic)
    assert table.loc[0, "p_value"] == pytest.approx(expected.pvalue)
    assert table["remark"].str.contains("判定には使いません").all()


@pytest.mark.parametrize(("waves", "found"), [(0, False), (0.5, False), (1, True), (1.5, False), (2, False)])
def test_of_all_waves_the_one_a_year_is_a_yearly_one(waves, found):
    day = np.arange(1095)
    mean = 40 * np.exp(0.25 * np.cos(2 * np.pi * waves * day / 365.25 + 1))
    daily = np.random.default_rng(2).poisson(mean)
    tests = verdicts.PatternTests.of(counts_of(daily, Period(date(2021, 1, 1), date(2023, 12, 31), "3年")))
    assert (tests.yearly_wave(daily).p_value[0] < 0.05) == found


@pytest.mark.parametrize("first", [date(2021, 1, 1), date(2021, 4, 1)])
def test_the_same_month_of_several_years_is_one_month(first):
    """A fifth more in each August."""
    period = Period(first, date(2023, 12, 31), "記録")
    days = pd.date_range(first, period.end)
    daily = np.random.default_rng(3).poisson(100 * (1 + 0.2 * (days.month == 8)))
    tests = verdicts.PatternTests.of(counts_of(daily, period))
    assert len(set(zip(tests.month.tolist(), days.month, strict=True))) == 12
    assert tests.months(daily, memory=0.0).p_value[0] < 1e-4


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_month_or_weekday_without_a_recorded_day_is_no_category_of_a_chi_square(lost):
    day = pd.date_range("2023-01-01", periods=365)
    seen = ~(day.month.isin(range(3, 3 + lost)) | (day.day_of_week < lost - 1))
    counts = counts_of(noisy_year().daily, observed=np.asarray(seen))
    table = descriptive_tests(counts).frame
    assert table["df"].tolist() == [11 - lost, 6 - (lost - 1)]  # and no wave of a year with a gap
    for row, part in enumerate((day.month[seen], day.day_of_week[seen])):
        n = pd.Series(counts.daily[seen]).groupby(part).agg(["sum", "size"])
        peer = scipy_stats.chisquare(n["sum"], n["size"] * n["sum"].sum() / n["size"].sum())
        assert table.loc[row, ["statistic", "p_value"]].tolist() == pytest.approx(
            [peer.statistic, peer.pvalue]
        )


def test_a_year_without_a_contact_has_nothing_to_describe_and_no_crash():
    table = descriptive_tests(counts_of(np.zeros(365))).frame
    assert (len(table), list(table)) == (0, ["test", "statistic", "df", "p_value", "remark"])


@pytest.mark.parametrize(
    ("days", "tests"),
    [
        (1, []),
        (7, ["曜日別"]),
        (31, ["曜日別"]),
        (32, ["月別", "曜日別"]),
        (365, ["月別", "曜日別", "レイリー"]),
    ],
)
def test_one_month_is_held_against_no_other_and_days_of_a_part_of_the_year_are_not_said_to_gather_in_it(
    days, tests
):
    period = Period(date(2023, 1, 1), date(2023, 1, 1) + timedelta(days=days - 1), "…")
    table = descriptive_tests(noisy_year(period=period)).frame
    assert [name.split("の")[0].removesuffix("検定(1年周期)") for name in table["test"]] == tests
    assert (table["df"].dropna() > 0).all()
    assert table["p_value"].notna().all()


@pytest.mark.parametrize(("more", "judged"), [(0, False), (1, True)])
def test_a_series_without_any_spread_is_not_said_to_have_been_tested(more, judged):
    """p was no number, 「…」 on the page, and the words beside it 検出せず, and what would have been found."""
    daily = np.full(365, 5)
    daily[100] += more
    found = judge(counts_of(daily), beside=calm_nation())
    assert [verdict.detected for verdict in found] == [False if judged else None] * 4
    assert all((verdict.p_value is not None) == judged for verdict in found)
    assert all(("揺れがなく" in verdict.sentence) != judged for verdict in found)


def test_the_table_holds_one_row_per_verdict_and_no_number_where_nothing_was_judged():
    table = verdict_table(judge(noisy_year(period=HALF))).frame
    assert table["pattern"].tolist()[2] == "曜日による違い"
    assert table.loc[:1, "p_value"].isna().all()
    assert table["finding"].tolist()[:2] == ["判定しない", "判定しない"]


def test_a_heading_of_a_pattern_that_was_not_judged_says_neither_that_it_is_there_nor_that_it_is_unclear():
    months = judge(noisy_year(period=HALF))[0]
    assert months.finding_of("1月が最多です。") == f"{months.pattern}は、判定していません。"


@pytest.mark.slow
def test_a_heading_names_extremes_only_of_a_pattern_that_was_detected():
    years = noisy_year(20), counts_of([60] * 31 + [20] * 334)
    flat, peaked = (judge(year, beside=calm_nation())[0] for year in years)
    assert (flat.detected, peaked.detected) == (False, True)
    assert flat.finding_of("1月が最多です。") == f"{flat.pattern}は、明らかではありません。"
    assert peaked.finding_of("1月が最多です。") == "1月が最多です。"


def test_a_heading_names_the_ratio_that_stands_out_after_holm_and_none_when_none_does():
    text = "{name}の{estimate[{name}]}倍{など}です。"
    ratios = pd.DataFrame(
        {"level": ["a", "b", "c"], "estimate": [1.4, 0.5, 9.0], "p_value": [0.001, 0.016, 0.051]}
    )
    assert strongest(ratios, "level", text) == "bの{estimate[b]}倍などです。"
    # three tests: the second smallest p-value counts twice, so 0.025 is no longer below 0.05
    ratios["p_value"] = [0.001, 0.025, 0.051]
    assert strongest(ratios, "level", text) == "aの{estimate[a]}倍です。"
    ratios["p_value"] = [0.0167, 0.025, 0.051]
    assert strongest(ratios, "level", text) == NONE_STANDS_OUT


NONE_STANDS_OUT = "ホルム法で補正すると、1と違うと言える比は見られません。"
NONE_THAT_IS_SHOWN = "ホルム法で補正すると、示した比のなかに、1と違うと言えるものは見られません。"


@pytest.mark.parametrize(
    ("estimates", "p_values", "said"),
    [
        ([0.0, 2.0], [0.001, 0.001], "aなど"),  # hours in which a desk is closed
        ([0.0, 2.0], [0.001, 0.5], "a"),
        ([0.1, 9.0], [0.001, 0.001], "aなど"),
        ([0.1, 11.0], [0.001, 0.001], "bなど"),
        ([None, 2.0], [0.001, 0.001], "b"),  # beside hours without a contact
        ([None, 2.0], [0.001, 0.5], NONE_THAT_IS_SHOWN),
        ([None, 2.0], [None, 0.5], NONE_THAT_IS_SHOWN),  # kept back
        ([1.1, 2.0], [0.5, 0.5], NONE_STANDS_OUT),
        ([None, None], [0.001, 0.001], "比を示せないため、1と違うかどうかは言えません。"),
        ([None, None], [None, None], "比を示せないため、1と違うかどうかは言えません。"),
    ],
)
@pytest.mark.parametrize("kind", [object, float, "Float64"])
def test_a_heading_takes_no_ratio_that_is_not_shown_for_one_that_does_not_differ(
    estimates, p_values, said, kind
):
    ratios = pd.DataFrame({"level": ["a", "b"], "estimate": estimates, "p_value": p_values})
    typed = ratios.astype({"estimate": kind, "p_value": kind})
    assert strongest(typed, "level", "{name}{など}") == said


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("days", "told"), [(1, False), (2, True), (3, True)])
def test_weekdays_are_compared_within_weeks_of_two_days_at_least_and_without_a_warning(days, told):
    """One day a week leaves nothing to compare it with; a warning would keep the page from its release."""
    weekday = np.arange(YEAR.days) % 7
    counts = counts_of(8 + np.arange(YEAR.days) % 5, observed=weekday < days)
    for verdict in judge(counts)[2:]:
        assert (verdict.detected is not None) == told
        assert ("曜日を比べられないため、判定しません" in verdict.remark) != told
    assert by_weekday(counts).frame["low"].notna().any() == told


@pytest.mark.parametrize(("days", "judged"), [(15, False), (16, True), (28, True)])
def test_weekdays_are_judged_from_four_weeks_of_four_days_on(days, judged):
    observed = np.zeros(YEAR.days, dtype=bool)
    observed[:28] = np.arange(28) % 7 < 4
    if days != 28:
        observed[:28] &= np.cumsum(observed[:28]) <= days
    else:
        observed[:28] = True
    weekdays = judge(counts_of(8 + np.arange(365) % 2, observed=observed))[2]
    assert (weekdays.detected is not None) == judged
    assert ("4週間分の記録がない" in weekdays.remark) != judged


@pytest.mark.slow
def test_a_weekday_verdict_says_how_often_it_is_wrong_and_what_it_would_have_found():
    flat = judge(noisy_year())[2]
    assert flat.remark.startswith("同じ週の中で曜日を比べます。偏りのない記録を誤って検出する割合は、")
    assert "2つの曜日がほかの1.5倍あれば、一人が一度ずつ相談した記録の5回に4回で見つかります" in flat.remark
    weekday = np.arange(365) % 7
    peaked = judge(counts_of(np.random.default_rng(4).poisson(20 * (1.2 - 0.07 * weekday))))[2]
    assert "見つかります" not in peaked.remark


@pytest.mark.slow
def test_a_town_with_a_contact_a_week_is_told_that_not_even_three_times_is_found():
    daily = np.zeros(365)
    daily[::12] = 1
    assert "2つの曜日がほかの3倍でも、5回に4回までは見つかりません" in judge(counts_of(daily))[2].remark


@pytest.mark.slow
@pytest.mark.parametrize(("wrong", "judged"), [(0.069, True), (0.07, True), (0.071, False)])
def test_a_weekday_verdict_that_is_wrong_too_often_is_withheld_and_says_why(monkeypatch, wrong, judged):
    monkeypatch.setattr(surface, "rates", lambda *_: surface.Rates(wrong, 0.05, 1.3))
    weekdays = judge(noisy_year())[2]
    assert (weekdays.detected is not None) == judged
    assert ("この件数と記録の長さでは、偏りのない記録の7.1%を誤って検出するため" in weekdays.remark) != judged


def test_a_record_longer_than_any_that_was_tried_gets_no_verdict_and_says_so():
    decade = Period(date(2014, 1, 1), date(2023, 12, 31), "10年")
    assert all("試していない条件" in verdict.remark for verdict in judge(noisy_year(period=decade)))


def test_a_short_record_is_looked_up_at_the_contacts_of_a_year_like_it(monkeypatch):
    asked = []
    monkeypatch.setattr(surface, "rates", lambda *of: asked.append(of) or surface.Rates(0.05, 0.05, 1.3))
    month = Period(date(2023, 1, 1), date(2023, 2, 5), "36日")
    slope = judge(counts_of(8 + 2 * (np.arange(36) % 2), month))[3]
    assert asked == [("weekdays", 3240.0, 0.1, None), ("slope", 3240.0, 0.1, None)]
    assert "。土曜が水曜の1.3倍あれば、" in slope.remark


@pytest.mark.parametrize(
    ("found", "told"), [(1.8, "1.8倍"), (1.80001, "1.9倍"), (1.75, "1.8倍"), (2.0, "2.0倍")]
)
def test_what_would_have_been_found_is_rounded_up(found, told):
    assert _least(found).startswith(told)


@pytest.mark.parametrize(
    ("days", "name", "remark"),
    [
        (330, "月別の偏り", "1年分の記録では"),
        (365, "この年の月別の偏り", "1年分の記録では"),
        (729, "この年の月別の偏り", "1年分の記録では"),
        (730, "月別の偏り", "複数年の記録"),
    ],
)
def test_months_that_differ_are_a_season_from_two_years_on(days, name, remark):
    period = Period(date(2022, 4, 1), date(2022, 4, 1) + timedelta(days=days - 1), "記録")
    told = _months_told(counts_of(np.ones(days), period))
    assert (told[0], remark in told[1]) == (name, True)


@pytest.mark.parametrize(("days", "years"), [(180, 1.0), (365, 1.0), (410, 1.1), (730, 2.0)])
def test_the_record_that_shows_how_long_waves_last_is_a_year_long_at_least(days, years):
    counts = noisy_year(7, period=Period(date(2021, 1, 1), date(2021, 1, 1) + timedelta(days - 1), ""))
    seen = memory_seen(counts)
    assert (seen.contacts, seen.years) == (pytest.approx(counts.n / years), years)


@pytest.mark.parametrize(("wrong", "withheld"), [(0.069, False), (0.07, False), (0.071, True)])
def test_a_verdict_is_withheld_where_more_than_seven_in_a_hundred_are_wrong(wrong, withheld):
    found = verdicts._untrusted(surface.Rates(wrong, 0.05, 1.3), "この記録では")
    assert found == (
        "この記録では、偏りのない記録の7.1%を誤って検出するため、判定しません" if withheld else ""
    )


def test_the_textbook_tests_have_the_degrees_of_freedom_and_the_angles_of_the_textbook():
    counts = noisy_year(3)
    table = descriptive_tests(counts).frame
    assert table["df"].tolist()[:2] == [11, 6]
    angles = np.repeat(2 * np.pi * np.arange(365) / 365.25, counts.daily)
    strength = len(angles) * np.abs(np.exp(1j * angles).mean()) ** 2
    assert table.loc[2, "statistic"] == pytest.approx(strength)
    assert table.loc[2, "p_value"] == pytest.approx(np.exp(-strength))


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (359, "11か月分の記録のため"),
        (360, "12か月分の記録がそろっていない"),
        (361, "12か月分の記録がそろっていない"),
    ],
)
def test_a_record_of_twelve_months_is_one_of_360_days_and_more(days, reason):
    counts = counts_of(np.ones(days), Period(date(2023, 1, 1), date(2022, 12, 31) + timedelta(days), ""))
    assert verdicts.too_short(counts) == ""
    assert verdicts.too_short(counts.without([(date(2023, 5, 1), date(2023, 5, 31))])).startswith(reason)


@pytest.mark.parametrize(("days", "length"), [(1, "1か月未満"), (31, "1か月分"), (181, "半年分")])
def test_a_short_record_says_how_long_it_is(days, length):
    counts = counts_of(np.ones(days), Period(date(2023, 1, 1), date(2022, 12, 31) + timedelta(days), ""))
    assert verdicts.too_short(counts).startswith(f"{length}の記録のため")


@pytest.mark.parametrize(
    ("detected", "said"),
    [(None, "月は、判定していません。"), (False, "月は、明らかではありません。"), (True, "1月が最多です。")],
)
def test_a_heading_says_what_was_found_and_no_more(detected, said):
    verdict = Verdict("月", detected, "…", None, None, None, None, None, None, 60, "…")
    assert verdict.finding_of("1月が最多です。") == said


@pytest.mark.parametrize(("contacts", "few"), [(29, True), (30, False), (31, False)])
def test_a_record_of_thirty_contacts_is_not_called_one_of_fewer(contacts, few):
    record = counts_of((np.arange(365) < contacts).astype(int))
    assert ["30件に満たないため" in verdict.remark for verdict in judge(record)] == [few] * 4
