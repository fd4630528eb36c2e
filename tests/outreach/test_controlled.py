from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as distributions
from statsmodels.tsa.stattools import acf

from tests.outreach.conftest import TWO_YEARS, WINDOW
from ujo_lib.fiscal import Period
from ujo_lib.glm import fit_negative_binomial
from ujo_lib.outreach import controlled, did, exact, hygiene, pretest, synthetic
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Baseline, Comparison
from ujo_lib.outreach.study import PREFECTURE_METHODS
from ujo_lib.outreach.verdict import Refusal

RULES = Baseline(TWO_YEARS.start, washout_days=14)


def prefecture(seed: int = 1, ratio: float = 1.0, per_day: float = 7.0) -> Comparison:
    """A prefecture whose counts follow the control and the weekday, with a ratio planted in the window."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(TWO_YEARS.start, TWO_YEARS.end)
    season = np.exp(0.2 * np.sin(2 * np.pi * days.day_of_year / 365.25) + 0.1 * (days.day_of_week < 5))
    inside = (days >= pd.Timestamp(WINDOW.start)) & (days <= pd.Timestamp(WINDOW.end))
    control = pd.Series(rng.poisson(920 * season).astype(float), days)
    local = pd.Series(rng.poisson(per_day * season * np.where(inside, ratio, 1.0)), days)
    found = hygiene.compare("熊本県", local, control, WINDOW, RULES, TWO_YEARS.end)
    assert isinstance(found, Comparison)
    return found


def test_a_day_without_control_contacts_does_not_stop_the_estimate():
    comparison = prefecture(1)
    lost = changed(comparison, comparison.frame.index[10], control=0.0)
    for estimator in (controlled.block_t, controlled.model):
        whole = estimator(comparison, "熊本県").estimate
        assert estimator(lost, "熊本県").estimate == pytest.approx(whole, rel=0.03)
    assert controlled.residual_autocorrelation(lost).frame["estimate"].notna().all()


def test_a_block_without_control_contacts_has_no_share_whatever_it_counts(recwarn):
    comparison = prefecture(1)
    first = controlled.block_days(comparison)[3]
    frame = comparison.frame.copy()
    frame.iloc[first, frame.columns.get_loc("control")] = 0.0
    found = controlled.blocks(Comparison("熊本県", frame))
    assert (found.loc[3, "expected"], found.loc[3, "n"] > 0) == (0, True)
    assert found["share"].isna().tolist() == [at == 3 for at in range(len(found))]
    assert not recwarn.list


def test_blocks_are_as_long_as_the_window_and_end_where_it_begins():
    found = controlled.blocks(prefecture())
    assert ((found["end"] - found["start"]).dt.days == 23).all()
    assert (found["role"] == IN_WINDOW).sum() == 1
    baseline = found[found["role"] == BASELINE]
    apart = (found["start"] - pd.Timestamp(WINDOW.start)).dt.days / controlled.DAYS_A_YEAR
    assert found["years"].tolist() == pytest.approx(apart.tolist())
    assert len(baseline) == 28
    assert baseline["end"].max() == pd.Timestamp("2024-02-19")
    assert baseline["share"].mean() == pytest.approx(1.0, abs=0.05)


def test_the_first_block_after_the_window_begins_the_day_after_the_washout():
    days = pd.date_range(TWO_YEARS.start, TWO_YEARS.end)
    window = Period(date(2023, 6, 1), date(2023, 6, 10), "実施期間")
    found = hygiene.compare("県", pd.Series(7, days), pd.Series(70, days), window, RULES, TWO_YEARS.end)
    assert isinstance(found, Comparison)
    starts = controlled.blocks(found)["start"]
    assert starts[starts > pd.Timestamp(window.end)].min() == pd.Timestamp(2023, 6, 25)
    assert starts[starts < pd.Timestamp(window.start)].max() == pd.Timestamp(2023, 5, 22)


def test_a_block_of_each_earlier_year_holds_the_windows_own_dates():
    found = controlled.blocks(prefecture())
    assert (
        found.loc[found["season"], "start"].tolist()
        == [pd.Timestamp(WINDOW.start), pd.Timestamp("2023-02-20")][::-1]
    )
    assert found["start"].is_monotonic_increasing
    assert not (found["start"].iloc[1:].to_numpy() <= found["end"].iloc[:-1].to_numpy()).any()
    assert found.loc[found["season"], "years"].tolist() == pytest.approx([-1.0, 0.0])


@pytest.mark.parametrize(("first", "blocks"), [("2023-02-19", 1), ("2023-02-20", 1), ("2023-02-21", 0)])
def test_a_record_that_misses_a_day_of_the_earlier_window_has_no_season_to_compare_with(first, blocks):
    comparison = prefecture()
    later = Comparison("熊本県", comparison.frame.loc[first:])
    assert len(controlled.earlier_windows(later)) == blocks
    effect = controlled.block_t(later, "熊本県")
    assert (effect.reason_code == "no_earlier_season") == (blocks == 0)
    assert (effect.estimate is None) == (blocks == 0)


def test_the_block_interval_reaches_over_the_prediction_intervals_of_both_designs():
    """Oracle: statsmodels' least squares for the long design, the last two blocks by hand for the short one."""
    comparison = prefecture(4, 1.2)
    found = controlled.blocks(comparison)
    baseline, window = found[found["role"] == BASELINE], found[found["role"] == IN_WINDOW]
    logs, own = np.log(baseline["share"].to_numpy()), float(np.log(window["share"].item()))
    days = (baseline["start"] - pd.Timestamp(WINDOW.start)).dt.days
    X = np.column_stack([np.ones(28), days / 365, baseline["start"] == pd.Timestamp("2023-02-20")]).astype(
        float
    )
    fitted = sm.OLS(logs, X).fit()
    ahead = fitted.get_prediction([1.0, 0.0, 1.0]).summary_frame(alpha=0.05)
    long = own - ahead[["mean", "obs_ci_upper", "obs_ci_lower"]].to_numpy()[0]
    short = own - logs[-2:].mean()
    reach = 2.0595386 * np.sqrt(fitted.mse_resid * 1.5)
    effect = controlled.block_t(comparison, "熊本県")
    assert effect.estimate == pytest.approx(np.exp(long[0]))
    assert effect.low == pytest.approx(np.exp(min(long[1], short - reach)))
    assert effect.high == pytest.approx(np.exp(max(long[2], short + reach)))
    assert (effect.code == "detected") == (effect.p_value < 0.05) == (effect.low > 1 or effect.high < 1)
    assert effect.expected == pytest.approx(effect.n / effect.estimate)
    drawn = controlled.counterfactual(comparison, effect).frame
    assert np.log(drawn["expected"] / found["expected"])[found["role"] == BASELINE].tolist() == pytest.approx(
        fitted.fittedvalues.tolist()
    )
    statistics = (
        long[0] / fitted.get_prediction([1.0, 0.0, 1.0]).se_obs.item(),
        short / np.sqrt(fitted.mse_resid * 1.5),
    )
    p_values = 2 * distributions.t.sf(np.abs(statistics), 25)
    assert np.sign(statistics).tolist() == [1.0, 1.0]
    assert effect.p_value == pytest.approx(float(np.max(p_values)))
    assert np.max(p_values) > 1.1 * np.min(p_values)


@pytest.mark.parametrize("own", ["growth", "march", "january"])
def test_what_the_prefecture_does_by_itself_is_no_effect(own):
    comparison = prefecture(7, per_day=70.0)
    days = comparison.frame.index
    since = (days - pd.Timestamp(WINDOW.start)).days / 365
    factor = {
        "growth": 1.4**since,
        "march": np.where((days.month == 3) | ((days.month == 2) & (days.day >= 20)), 1.3, 1.0),
        "january": np.where(days >= "2024-01-01", 1.3, 1.0),
    }[own]
    moved = Comparison("熊本県", comparison.frame.assign(local=(comparison.frame["local"] * factor).round()))
    effect = controlled.block_t(moved, "熊本県")
    assert effect.code == "not_detected"
    assert effect.low < 1 < effect.high


def test_two_designs_on_opposite_sides_are_no_detection():
    comparison = prefecture(7, per_day=70.0)
    days = comparison.frame.index
    fell = np.where(days >= "2024-01-01", 2.0, 1.0) * np.where(comparison.having(IN_WINDOW), 0.7, 1.0)
    effect = controlled.block_t(
        Comparison("熊本県", comparison.frame.assign(local=(comparison.frame["local"] * fell).round())),
        "熊本県",
    )
    assert (effect.code, effect.p_value) == ("not_detected", 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_rise_of_half_is_found_and_its_absence_is_not(seed):
    assert controlled.block_t(prefecture(seed, 1.5), "熊本県").code == "detected"
    effect = controlled.block_t(prefecture(seed + 20, 1.0), "熊本県")
    assert effect.low < 1 < effect.high


@given(st.floats(0.001, 1000))
@settings(deadline=None, max_examples=10)
def test_the_unit_of_the_control_does_not_matter(factor):
    comparison = prefecture(5, 1.3)
    scaled = Comparison("熊本県", comparison.frame.assign(control=comparison.frame["control"] * factor))
    for estimator in (controlled.block_t, controlled.model):
        first, second = estimator(comparison, "熊本県"), estimator(scaled, "熊本県")
        assert (first.estimate, first.low, first.p_value) == pytest.approx(
            (second.estimate, second.low, second.p_value), rel=1e-4
        )


def test_too_few_or_too_empty_blocks_are_refused_with_the_reason():
    short = Baseline(pd.Timestamp("2023-09-15").date(), washout_days=14)
    days = pd.date_range(TWO_YEARS.start, TWO_YEARS.end)
    control = pd.Series(920.0, days)
    for per_day, rules, reason in ((7, short, "個しかなく"), (0.15, RULES, "5件に満たない")):
        local = pd.Series(np.random.default_rng(1).poisson(per_day, len(days)), days)
        found = hygiene.compare("熊本県", local, control, WINDOW, rules, TWO_YEARS.end)
        effect = controlled.block_t(found, "熊本県")
        assert effect.code == "not_estimable"
        assert reason in effect.reason
        assert effect.estimate is None


ESTIMATORS = (controlled.block_t, controlled.model, did.effect)


def changed(comparison: Comparison, days, **columns: float) -> Comparison:
    """The comparison with other counts on some days."""
    frame = comparison.frame.copy()
    for name, value in columns.items():
        frame.loc[days, name] = value
    return Comparison(comparison.area, frame)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_empty_window_has_no_log_ratio_and_says_so(estimator):
    comparison = prefecture(1)
    inside = comparison.frame.index[comparison.having(IN_WINDOW)]
    effect = estimator(changed(comparison, inside, local=0), "熊本県")
    assert (effect.code, effect.reason_code, effect.estimate) == ("not_estimable", "empty_block", None)
    assert "0件" in effect.reason
    one = changed(changed(comparison, inside, local=0), inside[:1], local=1)
    assert estimator(one, "熊本県").estimate is not None


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("series", ["local", "control"])
@pytest.mark.parametrize("left", [0, 1])
def test_a_weekday_without_contacts_in_the_baseline_is_named_and_one_contact_is_enough(
    estimator, series, left
):
    comparison = prefecture(1)
    sundays = comparison.frame.index[comparison.having(BASELINE) & (comparison.frame.index.day_of_week == 6)]
    told = changed(comparison, sundays[left:], **{series: 0})
    told = changed(told, sundays[:left], local=1)
    effect = estimator(told, "熊本県")
    assert (effect.reason_code == "empty_weekday") == (left == 0)
    assert ("比較期間の日曜に" in effect.reason) == (left == 0)
    assert (effect.estimate is None) == (left == 0)
    assert controlled.residual_autocorrelation(told).frame.empty == (left == 0)


@pytest.mark.parametrize("left", [0, 1])
def test_a_block_without_control_contacts_is_named_by_its_first_day(left):
    comparison = prefecture(1)
    block = controlled.blocks(comparison).iloc[2]
    days = pd.date_range(block["start"], block["end"])
    for estimator in (controlled.block_t, did.effect):
        effect = estimator(changed(comparison, days[left:], control=0), "熊本県")
        assert (effect.reason_code == "zero_control") == (left == 0)
        assert (f"{block['start'].date()}から" in effect.reason) == (left == 0)


@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")
@pytest.mark.parametrize("more", [0, 1])
def test_blocks_that_all_follow_the_control_claim_no_certainty(more):
    """The same contacts every day: a spread of nothing would give an interval of nothing, or divide by it."""
    comparison = prefecture(1)
    flat = Comparison(comparison.area, comparison.frame.assign(local=10.0, control=920.0))
    block = controlled.blocks(flat).iloc[2]
    told = changed(flat, [block["start"]], local=10.0 + more)
    controls = pd.DataFrame({f"{place}県": told.frame["control"] / 12 for place in range(12)})
    effects = [estimator(told, "熊本県") for estimator in (controlled.block_t, did.effect)]
    effects += [synthetic.effect(told, controls, "熊本県", method) for method in synthetic.METHODS]
    assert [effect.reason_code for effect in effects] == ["" if more else "no_spread"] * len(effects)
    assert isinstance(pretest.passed(told, controls), Refusal) == (not more)
    assert controlled.residual_autocorrelation(told).frame.empty == (not more)


@pytest.mark.parametrize("left", [0, 1])
def test_a_campaign_on_days_without_control_contacts_has_no_effect_of_its_own(left):
    comparison = prefecture(1)
    own = comparison.frame.index[comparison.having(hygiene.IN_WINDOW)][:5]
    heard = changed(changed(comparison, own, control=0), own[:left], control=1)
    alone = hygiene.restricted(heard, own)
    effect = exact.conditional(alone, "チラシ")
    assert (effect.reason_code, effect.estimate is None) == (("", False) if left else ("zero_control", True))


@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")  # what others left to the collector
@pytest.mark.parametrize("a_year", [54, 250, 400, 800])
def test_small_records_end_in_a_ratio_or_a_reason(a_year):
    small_records_end_in_a_ratio_or_a_reason(a_year, 40)


@pytest.mark.full
@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")  # what others left to the collector
@pytest.mark.parametrize("a_year", [250, 400, 800])
def test_two_hundred_small_records_end_in_a_ratio_or_a_reason(a_year):
    small_records_end_in_a_ratio_or_a_reason(a_year, 200)


def small_records_end_in_a_ratio_or_a_reason(a_year, records):
    """What notebook 04 makes of two small years without an effect."""
    for seed in range(records):
        comparison = prefecture(seed, per_day=a_year / 366)
        for estimator in ESTIMATORS:
            effect = estimator(comparison, "熊本県")
            assert (effect.estimate is None) == bool(effect.reason)
            assert effect.estimate is None or 0 < effect.low < effect.estimate < effect.high < np.inf
        controlled.residual_autocorrelation(comparison)


def test_the_daily_model_expects_what_its_ratio_is_of():
    effect = controlled.model(prefecture(1, 1.3), "熊本県")
    assert effect.expected * effect.estimate == pytest.approx(effect.n)


def test_interval_and_p_value_of_the_daily_model_rest_on_one_standard_error():
    effect = controlled.model(prefecture(1, 1.3), "熊本県", 0.9)
    up, down = np.log(effect.high / effect.estimate), np.log(effect.estimate / effect.low)
    assert up == pytest.approx(down)
    p_value = 2 * distributions.norm.sf(np.log(effect.estimate) / (up / distributions.norm.ppf(0.95)))
    assert effect.p_value == pytest.approx(p_value)


def test_autocorrelation_of_independent_days_stays_within_its_bounds():
    table = controlled.residual_autocorrelation(prefecture(8)).frame
    assert table["lag"].tolist() == list(range(1, 8))
    assert (table["estimate"].between(table["low"], table["high"])).mean() >= 0.8
    days = prefecture(8).having(BASELINE).sum()
    assert table["high"].tolist() == pytest.approx([1.959964 / np.sqrt(days)] * 7, rel=1e-6)
    assert (table["low"] == -table["high"]).all()


def test_the_autocorrelation_is_that_of_the_days_against_their_weekdays_mean():
    """Against a flat control a day's expectation is the mean of its weekday; Pearson's residuals by `statsmodels`."""
    comparison = changed(prefecture(8), slice(None), control=920.0)
    baseline = comparison.frame[comparison.having(BASELINE)]
    mean = baseline.groupby(baseline.index.day_of_week)["local"].transform("mean")
    expected = acf((baseline["local"] - mean) / np.sqrt(mean), nlags=7, fft=False)[1:]
    found = controlled.residual_autocorrelation(comparison).frame["estimate"]
    assert found.tolist() == pytest.approx(expected.tolist(), abs=1e-6)
    blocks = controlled.blocks(comparison)
    first = mean[blocks["start"][0] : blocks["end"][0]]
    assert (len(first), blocks["expected"][0]) == (24, pytest.approx(first.sum()))


def test_the_daily_model_is_a_regression_on_window_and_weekday():
    """Oracle: statsmodels' GLM with the dispersion that was found; all days that are not left out."""
    comparison = prefecture(1, 1.3)
    used = comparison.frame[comparison.frame["role"] != hygiene.LEFT_OUT]
    weekdays = np.eye(7)[used.index.day_of_week][:, 1:]
    X = np.column_stack([np.ones(len(used)), used["role"] == IN_WINDOW, weekdays]).astype(float)
    local, offset = used["local"].to_numpy(float), np.log(used["control"].to_numpy(float))
    alpha = float(fit_negative_binomial(local, X, offset).alpha[0])
    fitted = sm.GLM(local, X, sm.families.NegativeBinomial(alpha=alpha), offset=offset).fit()
    effect = controlled.model(comparison, "熊本県")
    assert np.log([effect.estimate, effect.low, effect.high]) == pytest.approx(
        [fitted.params[1], *fitted.conf_int()[1]], rel=1e-4
    )


@pytest.mark.parametrize(("window", "back"), [(364, [365]), (365, [365]), (366, [730])])
def test_the_dates_of_an_earlier_year_may_end_on_the_eve_of_the_window(window, back):
    days = pd.date_range("2016-01-01", periods=1500)
    role = np.where(np.arange(1500) < 1100, BASELINE, hygiene.LEFT_OUT).astype(object)
    role[1100 : 1100 + window] = IN_WINDOW
    comparison = Comparison("県", pd.DataFrame({"local": 1.0, "control": 9.0, "role": role}, index=days))
    assert [1100 - at for at in controlled.earlier_windows(comparison)][: len(back)] == back


def test_the_latest_blocks_are_those_before_the_window_whatever_follows_it():
    days = pd.date_range(TWO_YEARS.start, TWO_YEARS.end)
    window = Period(date(2023, 6, 1), date(2023, 6, 10), "実施期間")
    found = hygiene.compare("県", pd.Series(7, days), pd.Series(70, days), window, RULES, TWO_YEARS.end)
    blocks = controlled.blocks(found)
    baseline = blocks[blocks["role"] == BASELINE]
    recent = baseline["start"][controlled.design(blocks).weights[1] > 0]
    assert recent.tolist() == [pd.Timestamp(2023, 5, 12), pd.Timestamp(2023, 5, 22)]


@pytest.mark.parametrize("estimator", PREFECTURE_METHODS.values())
def test_the_band_of_the_window_holds_the_count_exactly_when_nothing_was_detected(estimator):
    for seed, ratio in ((1, 1.0), (2, 1.5), (3, 1.1), (0, 1.35), (1, 1.25), (2, 0.75)):
        comparison = prefecture(seed, ratio)
        effect = estimator(comparison, "熊本県", 0.9)
        window = controlled.counterfactual(comparison, effect).frame.query(
            "role == @IN_WINDOW", local_dict={"IN_WINDOW": IN_WINDOW}
        )
        inside = bool((window["low"] <= window["n"]).item() and (window["n"] <= window["high"]).item())
        assert inside == (effect.code == "not_detected")
        assert window["expected"].item() == pytest.approx(effect.expected)


def test_after_a_refusal_there_is_nothing_to_draw():
    refusal = Refusal("empty_window", "データがない")
    effect = controlled.block_t(refusal, "熊本県")
    assert controlled.counterfactual(refusal, effect).frame.empty
    assert controlled.residual_autocorrelation(refusal).frame.empty


@pytest.mark.parametrize(
    ("ratio", "words"), [(1.0, "のなかにあります"), (1.8, "を上回っています"), (0.5, "を下回っています")]
)
def test_the_figure_says_on_which_side_of_the_band_the_window_lies(ratio, words):
    comparison = prefecture(3, ratio)
    effect = controlled.block_t(comparison, "熊本県")
    assert words in controlled.reading(effect)
    window = controlled.counterfactual(comparison, effect).frame.set_index("role").loc[IN_WINDOW]
    assert (window["low"] <= window["n"] <= window["high"]) == (ratio == 1.0)


@pytest.mark.parametrize(
    ("blocks", "least", "code"),
    [(7, 5, "few_blocks"), (8, 5, None), (9, 5, None), (8, 4, "sparse_blocks"), (8, 6, None)],
)
def test_eight_blocks_of_five_contacts_are_enough_and_one_less_of_either_is_not(blocks, least, code):
    refusal = controlled.too_sparse(np.array([least, *[20] * (blocks - 1)]), 24)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("read", "share", "true"),
    [
        (1.2, 0.0, 1.2),
        (1.0, 0.3, 1.0),
        (1.8, 0.3, 1.8 * 0.7 / 0.46),
        (0.5, 0.3, 0.35 / 0.85),
        (10 / 3, 0.3, np.inf),
    ],
)
def test_a_spilled_effect_is_larger_than_it_reads_and_can_be_worked_back(read, share, true):
    assert controlled.spilled(read, share) == pytest.approx(true)
    if np.isfinite(true):
        assert true / (1 - share + share * true) == pytest.approx(read)


def test_the_bound_for_spill_moves_only_the_limits_away_from_one():
    effect = controlled.block_t(prefecture(3, 1.8), "熊本県")
    table = controlled.if_spilled(effect).frame
    assert table["share"].tolist() == [0.1, 0.3]
    assert table["low"].tolist() == [effect.low] * 2
    assert table["high"].tolist() == pytest.approx([controlled.spilled(effect.high, x) for x in (0.1, 0.3)])
    none = controlled.block_t(prefecture(3, 1.0), "熊本県")
    assert (controlled.if_spilled(none).frame["low"] < none.low).all()
    assert controlled.if_spilled(controlled.block_t(Refusal("x", "ない"), "熊本県")).frame.empty


def test_a_window_of_more_than_a_year_holds_no_day_of_an_earlier_one_twice():
    """Five years of days, the last 400 the window: one year before overlaps it, three years before the second."""
    days = pd.date_range("2019-01-01", periods=1826)
    role = np.where(np.arange(1826) >= 1426, IN_WINDOW, BASELINE)
    comparison = Comparison("県", pd.DataFrame({"local": 1.0, "control": 9.0, "role": role}, index=days))
    first = days[1426] - pd.DateOffset(years=2)
    assert [days[at] for at in controlled.earlier_windows(comparison)] == [first]
