import numpy as np
import pandas as pd
import pytest

from tests.outreach.conftest import WINDOW, YEAR
from ujo_lib.outreach import controlled, hygiene, placebo
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Baseline, Comparison
from ujo_lib.outreach.verdict import Refusal

NAMES = [f"県{i:02d}" for i in range(47)]


def nation(seed: int, ratio: float, years: int = 1) -> tuple[pd.DataFrame, Comparison]:
    rng = np.random.default_rng(seed)
    days = pd.date_range(pd.Timestamp(2024 - years, 4, 1), YEAR.end)
    season = np.exp(0.2 * np.sin(2 * np.pi * days.day_of_year / 365.25))
    inside = ((days >= pd.Timestamp(WINDOW.start)) & (days <= pd.Timestamp(WINDOW.end))).astype(float)
    size = np.r_[7.0, rng.uniform(2, 60, 46)]
    mean = season.to_numpy()[:, None] * size
    mean[:, 0] *= 1 + (ratio - 1) * inside
    wide = pd.DataFrame(rng.poisson(mean).astype(float), index=days, columns=NAMES)
    rules = Baseline(days[0].date(), washout_days=14)
    found = hygiene.compare(NAMES[0], wide[NAMES[0]], wide[NAMES[1:]].sum(axis=1), WINDOW, rules, YEAR.end)
    assert isinstance(found, Comparison)
    return wide, found


def test_the_reached_prefecture_stands_out_when_there_is_an_effect():
    wide, comparison = nation(1, 1.6)
    found = placebo.in_space(wide, comparison, NAMES[0], NAMES[1:])
    assert found.p_value == pytest.approx(1 / 47) == found.smallest_p
    assert found.frame["real"].sum() == 1
    assert found.frame.index.tolist() == list(range(47))
    assert found.frame["estimate"].is_monotonic_increasing
    assert found.frame.loc[found.frame["real"], "estimate"].item() == pytest.approx(1.6, rel=0.2)


def test_without_an_effect_its_rank_is_uniform():
    ranks = [placebo.in_space(*nation(seed, 1.0), NAMES[0], NAMES[1:]).p_value for seed in range(60)]
    assert np.mean(np.array(ranks) <= 0.05) <= 0.12
    assert 0.35 <= np.mean(ranks) <= 0.65


def test_the_p_value_does_not_depend_on_the_order_of_the_prefectures():
    wide, comparison = nation(2, 1.2)
    there = placebo.in_space(wide, comparison, NAMES[0], NAMES[1:])
    back = placebo.in_space(wide[NAMES[::-1]], comparison, NAMES[0], NAMES[:0:-1])
    assert there.p_value == back.p_value


def test_too_few_prefectures_cannot_reach_the_level():
    wide, comparison = nation(1, 3.0)
    found = placebo.in_space(wide, comparison, NAMES[0], NAMES[1:10])
    assert isinstance(found, Refusal)
    assert found.reason == "比べる地域が10しかなく、95%の水準では何も言えない"


def test_one_year_has_too_few_blocks_for_a_placebo_in_time_and_three_years_enough():
    found = placebo.in_time(nation(1, 1.6)[1])
    assert isinstance(found, Refusal)
    assert "13個しかなく" in found.reason
    enough = placebo.in_time(nation(1, 1.6, years=3)[1])
    assert isinstance(enough, placebo.Placebo)
    assert enough.p_value == enough.smallest_p <= 0.05


def test_placebo_blocks_are_compared_with_the_others_only():
    _, comparison = nation(3, 1.0, years=3)
    found = placebo.in_time(comparison)
    assert isinstance(found, placebo.Placebo)
    values = np.log(found.frame.loc[~found.frame["real"], "estimate"])
    # Deviations from the mean of the others sum to zero over the baseline blocks.
    assert values.sum() == pytest.approx(0, abs=1e-9)


def test_the_summary_words_a_refusal_and_keeps_its_numbers_out():
    wide, comparison = nation(1, 1.6)
    space, time = placebo.in_space(wide, comparison, NAMES[0], NAMES[1:]), placebo.in_time(comparison)
    table = placebo.summary(space, time).frame.set_index("test")
    assert table.loc["ほかの都道府県で", "n"] == 46
    assert "最も極端です" in table.loc["ほかの都道府県で", "finding"]
    assert pd.isna(table.loc["ほかの時期で", "p_value"])
    assert "判定できません" in table.loc["ほかの時期で", "finding"]
    assert placebo.distribution(time).frame.empty
    assert (space.reason, bool(time.reason)) == ("", True)
    refusal = Refusal("empty_window", "データがない")
    assert placebo.in_space(wide, refusal, NAMES[0], NAMES[1:]) is refusal
    assert placebo.in_space(wide, comparison, NAMES[0], refusal) is refusal
    assert placebo.in_time(refusal) is refusal


@pytest.mark.parametrize(("ratio", "words"), [(1.6, "最も極端です"), (1.1, "極端さは{}番目です")])
def test_the_figure_says_where_the_reached_prefecture_stands(ratio, words):
    wide, comparison = nation(1, ratio)
    found = placebo.in_space(wide, comparison, NAMES[0], NAMES[1:])
    distance = found.frame["statistic"].abs().sort_values(ascending=False)
    words = words.format([*found.frame["real"].loc[distance.index]].index(True) + 1)
    said = placebo.reading(found)
    assert said.startswith("県00の値は、施策が届いていない46の都道府県")
    assert said.endswith(f"{words}。")
    assert placebo.reading(Refusal("few_placebos", "比べる地域が3しかない")) == "比べる地域が3しかない"


def by_hand(
    wide: pd.DataFrame, comparison: Comparison, place: str, controls: list[str]
) -> tuple[float, float]:
    """Log ratio and statistic of one prefecture against the controls without it, each sum written out."""
    others = [name for name in controls if name != place]
    days = comparison.frame.index
    inside, outside = (wide.loc[days[comparison.having(role)]] for role in (IN_WINDOW, BASELINE))
    own_in, own_out = inside[place].sum() + 0.5, outside[place].sum() + 0.5
    all_in, all_out = inside[others].to_numpy().sum(), outside[others].to_numpy().sum()
    log_ratio = np.log(own_in / own_out) - np.log(all_in / all_out)
    expected = outside[others].sum(axis=1) * own_out / all_out
    spread = max(1.0, ((outside[place] - expected) ** 2 / expected).mean())
    return log_ratio, log_ratio / np.sqrt(spread * (1 / own_in + 1 / own_out))


@pytest.mark.parametrize(("seed", "ratio"), [(4, 1.0), (5, 1.25)])
def test_each_prefecture_is_compared_with_the_controls_but_itself(seed, ratio):
    wide, comparison = nation(seed, ratio)
    found = placebo.in_space(wide, comparison, NAMES[0], NAMES[1:])
    expected = {name: by_hand(wide, comparison, name, NAMES[1:]) for name in NAMES}
    for row in found.frame.itertuples():
        assert np.log(row.estimate) == pytest.approx(expected[row.place][0], abs=1e-12)
        assert row.statistic == pytest.approx(expected[row.place][1], abs=1e-12)
        assert row.real == (row.place == NAMES[0])
    as_extreme = sum(abs(z) >= abs(expected[NAMES[0]][1]) for _, z in expected.values())
    assert found.p_value == as_extreme / 47


@pytest.mark.parametrize(("controls", "told"), [(18, False), (19, True)])
def test_twenty_places_are_enough_for_one_in_twenty(controls, told):
    wide, comparison = nation(1, 1.6)
    found = placebo.in_space(wide, comparison, NAMES[0], NAMES[1 : controls + 1])
    assert isinstance(found, placebo.Placebo) is told


@pytest.mark.parametrize(("blocks", "told"), [(13, True), (14, True), (15, False)])
def test_a_time_is_placed_among_the_others_where_their_number_reaches_the_level(blocks, told):
    """Thirteen blocks before the window: the smallest p-value is one in fourteen."""
    found = placebo.in_time(nation(1, 1.6)[1], 1 - 1 / blocks)
    assert isinstance(found, placebo.Placebo) is told
    assert "13個しかなく、最小のp値が0.071で" in found.reason or told


def test_each_time_is_compared_with_the_baseline_but_itself():
    _, comparison = nation(3, 1.3, years=3)
    blocks = controlled.blocks(comparison)
    log = np.log((blocks["n"] + 0.5) / blocks["expected"])
    baseline = blocks["role"] == BASELINE
    found = placebo.in_time(comparison).frame.set_index("place")
    for at, start in enumerate(blocks["start"]):
        others = baseline & (blocks.index != at)
        row = found.loc[f"{start:%Y-%m-%d}"]
        assert np.log(row["estimate"]) == pytest.approx(log[at] - log[others].mean(), abs=1e-12)
        assert row["real"] == (not baseline[at])
