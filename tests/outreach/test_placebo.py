import numpy as np
import pandas as pd
import pytest

from tests.outreach.conftest import WINDOW, YEAR
from ujo_lib.outreach import hygiene, placebo
from ujo_lib.outreach.hygiene import Baseline, Comparison
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


@pytest.mark.parametrize(("ratio", "words"), [(1.6, "最も極端です"), (1.0, "極端な値ではありません")])
def test_the_figure_says_whether_the_reached_prefecture_stands_out(ratio, words):
    wide, comparison = nation(1, ratio)
    said = placebo.reading(placebo.in_space(wide, comparison, NAMES[0], NAMES[1:]))
    assert said.startswith("県00の値は、施策が届いていない46の都道府県")
    assert said.endswith(f"{words}。")
    assert placebo.reading(Refusal("few_placebos", "比べる地域が3しかない")) == "比べる地域が3しかない"
