from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2, norm, poisson, t

from tests.outreach.test_specification import PLAN
from ujo_lib.outreach import did, exact, power
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Comparison
from ujo_lib.stats import rate_ratio


@pytest.mark.slow
def test_power_is_the_probability_of_a_verdict_by_brute_force():
    rng = np.random.default_rng(1)
    baseline, window, ratio = 30.0, 4.0, 3.0
    draws = zip(rng.poisson(window * ratio, 3000), rng.poisson(baseline, 3000), strict=True)
    found = np.mean([rate_ratio(int(k1), window, int(k0), baseline).p_value < 0.05 for k1, k0 in draws])
    assert power.exact_power(baseline, window, ratio) == pytest.approx(found, abs=0.03)


@given(st.floats(5, 80), st.floats(0.5, 10), st.sampled_from([0.8, 0.9, 0.95]))
@settings(deadline=None, max_examples=30)
def test_false_alarms_of_the_exact_test_never_exceed_the_level(baseline, window, level):
    assert power.exact_power(baseline, window, 1.0, level) <= 1 - level + 1e-9


@pytest.mark.parametrize("contacts", [30, 59, 60, 61, 90])
def test_power_is_that_against_the_growth_as_often_as_the_verdict_knows_it(contacts):
    """Least squares through evenly many contacts a day, 240 before a window of 24: what they tell of its middle. Sixty
    contacts that growth needs come with Poisson's chance."""
    X = np.column_stack([np.ones(240), np.arange(240) - 239.5 - 12])
    told, chance = contacts / 240 / np.linalg.inv(X.T @ X)[0, 0], 1 - poisson.cdf(59, contacts)
    known, unknown = (power.exact_power(of, contacts / 10, 2.0) for of in (told, contacts))
    found = power.exact_design("宇城市", contacts * 365.25 / 240, 24, 240).power_at(2.0)
    assert found == pytest.approx(chance * known + (1 - chance) * unknown, rel=1e-3)


@pytest.mark.parametrize(("window", "spread"), [(9.99, False), (10.0, True), (10.01, True)])
@pytest.mark.parametrize(("days", "degrees"), [(240, 8), (216, 7), (192, 6), (120, 6)])
def test_power_pays_for_the_error_of_the_spread_where_the_verdict_uses_it(window, spread, days, degrees):
    """The verdict's bound is z times the root of max(1, chi-square / degrees · (t / z)²): its mean by quadrature."""
    baseline = window * days / 24
    told, chance = baseline / (1 + 3 * (1 + 24 / days) ** 2), poisson.sf(59, baseline)

    def powered(of: float, degrees: int) -> float:
        bound, widened = norm.ppf(0.975), t.ppf(0.975, degrees)
        mean = chi2(degrees).expect(lambda x: np.maximum(bound, np.sqrt(x / degrees) * widened))
        return power.exact_power(of, window, 2.0, 1 - 2 * norm.sf(mean) if spread else 0.95)

    found = power.exact_design("宇城市", window * 365.25 / 24 * (1 + 1e-12), 24, days).power_at(2.0)
    expected = chance * powered(told, degrees) + (1 - chance) * powered(baseline, degrees + 1)
    assert found == pytest.approx(expected, rel=3e-3)


@pytest.mark.full
@pytest.mark.parametrize("per_year", [66, 200, 600])
def test_the_smallest_effect_that_a_page_names_is_found_as_often_as_it_says(per_year):
    """The verdict itself, of contacts that come one by one: 400 records each, error of 80 %: 2 points. Of 200 and 600
    contacts 77 and 75 % are found (1,500 records): the bound is taken at its mean.
    """
    rng, days = np.random.default_rng(per_year), pd.date_range("2023-04-01", "2024-03-14")
    role = np.where(np.arange(len(days)) < len(days) - 24, BASELINE, IN_WINDOW)
    ratio = power.smallest_detectable(power.exact_design("宇城市", per_year, 24, len(days) - 24).power_at)
    mean = per_year / 365.25 * np.where(role == IN_WINDOW, ratio, 1.0)
    frames = (
        pd.DataFrame({"local": rng.poisson(mean), "control": 900.0, "role": role}, days) for _ in range(400)
    )
    found = np.mean(
        [exact.conditional(Comparison("宇城市", frame), "宇城市").code == "detected" for frame in frames]
    )
    assert 0.69 < found < 0.86


def test_power_grows_with_the_effect_and_stays_a_probability():
    designs = [power.exact_design("宇城市", 54, 24, 204), power.block_design("熊本県", 2536, 24, 690, 0.05)]
    table = power.curves(designs, [1, 1.1, 1.5, 2, 3, 5, 10]).frame
    for _, one in table.groupby("area"):
        assert one["power"].is_monotonic_increasing
        assert one["power"].between(0, 1).all()


def test_the_summary_names_the_smallest_effect_of_each_design():
    designs = [power.exact_design("宇城市", 54, 24, 204), power.block_design("熊本県", 2536, 24, 690, 0.05)]
    table = power.summary(designs).frame.set_index("area")
    assert table.loc["宇城市", "window"] == pytest.approx(54 * 24 / 365.25)
    assert 3 < table.loc["宇城市", "mde"] < 5
    assert 1.4 < table.loc["熊本県", "mde"] < 1.6
    assert table.loc["熊本県", "extra"] == pytest.approx(
        (table.loc["熊本県", "mde"] - 1) * 2536 * 24 / 365.25
    )
    assert pd.isna(power.summary([power.exact_design("小さな町", 0.1, 24, 204)]).frame["mde"].item())


def test_the_smallest_detectable_ratio_has_the_wanted_power():
    def at(ratio: float) -> float:
        return power.exact_power(33, 3.5, ratio)

    found = power.smallest_detectable(at, 0.8)
    assert found is not None
    # As it is printed, it has that power; rounded to the nearest it had less.
    assert found == round(found, 2)
    assert at(found - 0.01) < 0.8 <= at(found)
    assert 2.5 < found < 5


@pytest.mark.parametrize(
    ("enough", "found"),
    [
        (1.0001, 1.01),
        (1.0052, 1.01),
        (1.0101, 1.02),
        (1.0999, 1.1),
        (1.1001, 1.11),
        (99.995, 100.0),
        (100.0, 100.0),
        (100.01, None),
    ],
)
def test_the_smallest_detectable_ratio_is_rounded_up_from_wherever_it_lies(enough, found):
    """Power that grows evenly from none at a ratio of 1 to the wanted one at `enough`."""
    assert power.smallest_detectable(lambda ratio: 0.8 * (ratio - 1) / (enough - 1), 0.8) == found


def test_a_hopeless_design_has_no_detectable_ratio():
    assert power.smallest_detectable(lambda ratio: power.exact_power(0.2, 0.001, ratio), 0.8) is None


def test_block_power_agrees_with_simulation():
    rng = np.random.default_rng(4)
    of = power.planned_blocks(24, 690)
    logs = rng.normal(0, 0.1, (20_000, 28))
    X = np.column_stack([np.ones(28), -np.arange(1, 29) * 24 / 365, np.arange(28) == 14])
    beta = np.linalg.lstsq(X, logs.T, rcond=None)[0]
    spread = np.sqrt(((logs.T - X @ beta) ** 2).sum(axis=0) / 25)
    leverage = np.array([1, 0, 1]) @ np.linalg.inv(X.T @ X) @ np.array([1, 0, 1])
    for ratio in (1.0, 1.3, 0.7):
        window = rng.normal(np.log(ratio), 0.1, 20_000)
        t = np.array(
            [
                (window - beta[0] - beta[2]) / np.sqrt(1 + leverage),
                (window - logs[:, :2].mean(axis=1)) / np.sqrt(1.5),
            ]
        )
        t = t / spread
        found = (t > 2.0595386).all(axis=0) | (t < -2.0595386).all(axis=0)
        assert power.block_power(0.1, of, ratio) == pytest.approx(found.mean(), abs=0.012)


def test_blocks_spread_by_their_own_and_by_poissons_chance():
    """A log ratio has the variance of the blocks beyond Poisson's and one over the contacts of a block."""
    spread = (0.1**2 + 365.25 / (2536 * 24)) ** 0.5
    expected = power.block_power(spread, power.planned_blocks(24, 690), 1.3)
    assert power.block_design("熊本県", 2536, 24, 690, 0.1).power_at(1.3) == pytest.approx(expected)


@pytest.mark.parametrize(("days", "finds"), [(364, False), (365, True), (366, True)])
def test_without_a_year_before_the_window_nothing_can_be_found(days, finds):
    design = power.block_design("熊本県", 2536, 24, days, 0.05)
    assert (design.power_at(3.0) > 0.9) == finds
    assert design.power_at(3.0) > 0.9 or design.power_at(3.0) == 0


@pytest.mark.parametrize(("window", "finds"), [(91, True), (92, False), (366, False), (731, False)])
def test_a_long_campaign_leaves_too_few_blocks_to_find_anything_and_does_not_stop_the_page(window, finds):
    """One of more than half the record ended the page in an IndexError; a verdict takes eight blocks."""
    design = power.block_design("熊本県", 25360, window, 8 * 91, 0.05)
    assert (design.power_at(3.0) > 0) is finds


@pytest.mark.parametrize(("days", "finds"), [(0, False), (1, True)])
def test_a_desk_that_opened_during_the_campaign_can_find_nothing_and_does_not_stop_the_page(days, finds):
    """The year had no report: 「検出力の計算には正の値が必要です」 named nothing that anybody could mend."""
    design = power.exact_design("宇城市", 5400.0, 24, days)
    assert (design.power_at(10.0) > 0) is finds
    table = power.summary([design])
    assert table.frame["mde"].notna().item() is finds
    assert ("見つけられません" in power.reading(table.frame)) is not finds
    assert len(power.curves([design], power.RATIOS).frame) == len(power.RATIOS)


def test_a_doubling_in_a_city_of_two_per_cent_moves_the_prefecture_by_two_per_cent():
    table = power.dilution(50.0, 2500.0, [1.0, 2.0, 5.0]).frame
    assert table["diluted"].tolist() == pytest.approx([1.0, 1.02, 1.08])


def test_a_plan_without_a_number_of_contacts_promises_no_smallest_effect():
    unplanned = [
        power.exact_design("八重垣市", 0.0, 30, 300),
        power.block_design("島根県", 0.0, 30, 300, 0.05),
    ]
    planned = power.exact_design("八重垣市", 54.0, 30, 300)
    assert power.summary(unplanned).frame.empty
    assert power.curves(unplanned, power.RATIOS).frame.empty
    assert power.reading(power.summary(unplanned).frame) == power.UNPLANNED
    assert power.summary([planned, unplanned[1]]).frame["area"].tolist() == ["八重垣市"]
    for city, prefecture in ((0.0, 2500.0), (50.0, 0.0), (0.0, 0.0)):
        assert power.dilution(city, prefecture, [2.0]).frame.empty


def test_the_desk_is_planned_with_the_days_since_it_settled_and_the_prefecture_with_all():
    """From 2023-07-30 there are 205 days to the window, from 2022-04-01 there are 690."""
    plan = replace(PLAN, first_day=date(2022, 4, 1), window_start=date(2024, 2, 20), settling_days=90)
    city, prefecture = power.of_plan(plan, date(2023, 5, 1), 54.0, 2536.0, 0.05)[0]
    assert city.baseline == pytest.approx(54 * 205 / 365.25)
    assert prefecture.baseline == pytest.approx(2536 * 690 / 365.25)


def test_no_smallest_effect_is_told_of_a_method_whose_power_is_not_known():
    designs, lacking = power.of_plan(PLAN, date(2023, 5, 1), 54.0, 2536.0, 0.05)
    assert ([one.area for one in designs], lacking) == (["宇城市", "熊本県"], "")
    designs, lacking = power.of_plan(replace(PLAN, channel=""), None, 54.0, 2536.0, 0.05)
    assert ([one.area for one in designs], lacking) == (["熊本県"], "")  # a place without a desk of its own
    with_did = replace(PLAN, prefecture_method=did.METHOD)
    designs, lacking = power.of_plan(with_did, date(2023, 5, 1), 54.0, 2536.0, 0.05)
    assert [one.area for one in designs] == ["宇城市"]
    assert lacking == "熊本県の判定に使う「差の差(対数)」で見つけられる大きさは、計算していません。"
    assert power.reading(power.summary(designs).frame, lacking=lacking).endswith(f"以上です。{lacking}")
    designs, lacking = power.of_plan(
        replace(with_did, city_method=exact.METHOD_MID_P), None, 54.0, 2536.0, 0.05
    )
    assert power.reading(power.summary(designs).frame, lacking=lacking) == lacking
    assert lacking.startswith("宇城市の判定に使う「条件付き二項検定(mid-p)」")


def test_impossible_plans_are_answered_in_words():
    with pytest.raises(ValueError, match="正の値"):
        power.exact_power(0, 1, 2)


def test_a_design_that_finds_nothing_says_so_instead_of_a_number():
    table = pd.DataFrame({"area": ["宇城市", "熊本県"], "mde": pd.array([None, 1.31], dtype="Float64")})
    found = "この計画で80%の確率で見つけられる増加は、熊本県では1.31倍以上です。"
    assert power.reading(table, 0.8) == (
        found + "宇城市では、100倍の増加でも、80%の確率では見つけられません。"
    )
    assert power.reading(table[1:], 0.8) == found
    assert power.reading(table[:1].astype({"mde": "Float64"}), 0.8, "判定なし。") == (
        "宇城市では、100倍の増加でも、80%の確率では見つけられません。判定なし。"
    )


@pytest.mark.parametrize(
    ("wanted", "told"), [(0.8, "80%の"), (0.875, "87.5%の"), (0.99, "99%の"), (0.5, "50%の")]
)
def test_no_more_power_is_promised_than_was_wanted(wanted, told):
    """0.875 stood as 88 %."""
    table = pd.DataFrame({"area": ["宇城市", "熊本県"], "mde": pd.array([None, 1.31], dtype="Float64")})
    assert power.reading(table, wanted).count(told) == 2


def test_the_curve_is_drawn_at_ascending_ratios_whose_steps_never_narrow():
    steps = np.diff(power.RATIOS)
    assert (np.diff(steps) > -1e-9).all()
    assert (steps > 0).all()
    assert (power.RATIOS[0], power.RATIOS[-1]) == (1.0, 5.0)


def test_an_effect_of_many_standard_errors_is_found_however_the_spread_was_estimated():
    of = power.planned_blocks(28, 3 * 365)
    assert power.block_power(0.05, of, 1.5) == pytest.approx(1, abs=1e-4)
    assert power.block_power(0.05, of, 1 / 1.5) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(("ratio", "window"), [(1.0, 4.0), (3.0, 4.0), (0.2, 20.0)])
def test_power_of_a_small_plan_is_the_sum_over_all_pairs_of_counts_that_the_test_rejects(ratio, window):
    """Clopper and Pearson's two tails, each at most half the level, pair by pair."""
    baseline, found = 6.0, 0.0
    null = window / (window + baseline)
    for k1 in range(80):
        for k0 in range(60):
            lower = binom.cdf(k1, k1 + k0, null)
            upper = binom.sf(k1 - 1, k1 + k0, null)
            if min(lower, upper) <= 0.025:
                found += poisson.pmf(k1, window * ratio) * poisson.pmf(k0, baseline)
    assert power.exact_power(baseline, window, ratio) == pytest.approx(found, abs=1e-9)
