from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from ujo_lib.outreach import exact, specification
from ujo_lib.outreach.specification import Plan
from ujo_lib.outreach.verdict import Effect, Refusal, judged, refused

PLAN = Plan(
    area="宇城市",
    channel="宇城市専用",
    prefecture="熊本県",
    window_start=date(2024, 2, 20),
    window_end=date(2024, 3, 14),
    first_day=date(2022, 4, 1),
    controls=(),
    city_method="正確な条件付き二項検定",
    prefecture_method="負の二項回帰+ブロックt区間",
    settling_days=90,
    washout_days=14,
    min_baseline_days=120,
    episode_gap_days=14,
    level=0.95,
)


def test_the_digest_of_a_plan_is_the_same_everywhere():
    assert PLAN.digest() == replace(PLAN).digest()
    assert PLAN.digest() == "2501cb2ed2cc34af708470be9273d78e598aa8e11d469ab0b472a0c275054cd5"


@pytest.mark.parametrize(
    "change",
    [
        {"window_end": date(2024, 3, 15)},
        {"controls": ("福岡県", "佐賀県")},
        {"washout_days": 0},
        {"level": 0.9},
    ],
)
def test_any_change_of_the_plan_shows(change):
    changed = replace(PLAN, **change)
    assert "登録したものと違います" in specification.registration(changed, PLAN.digest())


def test_an_unregistered_plan_is_called_that():
    assert "あらかじめ登録したものではありません" in specification.registration(PLAN, "")
    assert "一致します" in specification.registration(PLAN, PLAN.digest())
    assert "一致します" in specification.registration(PLAN, PLAN.digest()[:16])
    with pytest.raises(ValueError, match="16桁以上"):
        specification.registration(PLAN, PLAN.digest()[:4])


def test_every_line_of_the_plan_reads_as_it_was_decided():
    assert PLAN.table().frame.set_index("item")["value"].to_dict() == {
        "効果をみる期間": "2024年2月20日〜2024年3月14日(24日間)",
        "比較に使う最初の日": "2022年4月1日",
        "比較地域": "施策が届いていないすべての都道府県",
        "宇城市の数え方": "宇城市専用の相談。同じ人の14日以内の続きの相談は、まとめて1回と数えます",
        "宇城市の方法": "正確な条件付き二項検定",
        "熊本県の方法": "負の二項回帰+ブロックt区間",
        "窓口開設後に除く日数": "90日",
        "期間のあとに除く日数": "14日",
        "比較に必要な日数": "120日以上",
        "信頼水準": "95%",
    }


@pytest.mark.parametrize(("level", "told"), [(0.8, "80%"), (0.95, "95%"), (0.975, "97.5%"), (0.99, "99%")])
def test_a_level_is_told_in_percent_as_it_was_set(level, told):
    table = replace(PLAN, level=level, controls=("福岡県", "佐賀県")).table().frame.set_index("item")["value"]
    assert (table["信頼水準"], table["比較地域"]) == (told, "福岡県、佐賀県")


@pytest.mark.parametrize(
    ("first", "opened", "days"),
    [
        (date(2022, 4, 1), None, 690),
        (date(2022, 4, 1), date(2022, 1, 1), 690),  # settled the day before: 2022-04-01 is day 90
        (date(2022, 4, 1), date(2022, 1, 2), 689),
        (date(2022, 4, 1), date(2023, 11, 21), 1),
        (date(2022, 4, 1), date(2023, 11, 22), 0),
        (date(2022, 4, 1), date(2024, 3, 1), 0),
        (date(2024, 3, 1), None, 0),
    ],
)
def test_the_days_before_the_window_begin_once_the_desk_has_settled(first, opened, days):
    """Counted on a calendar: 2022-04-01 to 2024-02-19 are 690 days, and 90 days behind 2023-11-21 is 2024-02-19."""
    assert replace(PLAN, first_day=first).baseline_days(opened) == days


def test_the_plan_of_a_place_without_a_desk_says_nothing_of_one_and_is_another_plan():
    village = replace(PLAN, channel="")
    ours, theirs = (list(plan.table().frame["item"]) for plan in (PLAN, village))
    assert set(ours) - set(theirs) == {"宇城市の数え方", "宇城市の方法", "窓口開設後に除く日数"}
    assert theirs == [item for item in ours if item in theirs]
    assert village.digest() != PLAN.digest()


@pytest.mark.parametrize(
    ("gap", "told"), [(0, "1回ずつ数えます"), (14, "14日以内の続きの相談は、まとめて1回と")]
)
def test_a_plan_that_joins_no_contacts_says_that_each_is_counted(gap, told):
    plan = replace(PLAN, episode_gap_days=gap)
    assert told in plan.counting
    assert plan.counting in plan.table().frame.set_index("item")["value"]["宇城市の数え方"]


def test_a_new_desk_has_only_the_days_after_it_settled():
    assert PLAN.baseline_days(None) == (date(2024, 2, 20) - date(2022, 4, 1)).days
    assert PLAN.baseline_days(date(2023, 5, 1)) == (date(2024, 2, 20) - date(2023, 7, 30)).days
    assert PLAN.baseline_days(date(2024, 2, 1)) == 0


def test_the_curve_holds_every_combination_and_marks_the_registered_one():
    def estimate(plan: Plan) -> Effect:
        if plan.controls == ("福岡県",):
            return refused("宇城市", exact.METHOD, 0.95, Refusal("one_prefecture", "比べる相手が足りない"))
        ratio = 2.0 if plan.washout_days == 14 else 1.5
        return judged(
            "宇城市", exact.METHOD, 0.95, n=8, expected=8 / ratio, ratio=(ratio, 0.8, 4.0), p_value=0.1
        )

    choices = {
        "余韻": {"14日": {}, "0日": {"washout_days": 0}},
        "比較地域": {"全国": {}, "福岡県": {"controls": ("福岡県",)}},
    }
    table = specification.curve(PLAN, choices, estimate).frame
    assert len(table) == 4
    assert table.loc[table["chosen"], ["余韻", "比較地域", "estimate"]].values.tolist() == [
        ["14日", "全国", 2.0]
    ]
    assert table["estimate"].tolist()[:2] == [1.5, 2.0]
    assert table["estimate"].isna().tolist() == [False, False, True, True]
    assert table["reason"].iloc[-1] == "比べる相手が足りない"
    assert specification.refusal(table) == ""
    reading = specification.reading(table)
    assert reading.startswith("2通りの選び方(ほかの2通りは推定できません)で")
    assert reading.endswith("検出されたのは0通りです。")


@pytest.mark.parametrize(
    ("estimates", "said"),
    [
        ([0.0, 0.0], "推定値はどれも{estimate[min estimate]}倍です。"),
        ([0.0, 0.1], "{estimate[min estimate]}倍から{estimate[max estimate]}倍までです。"),
        ([1.2, None], "どれも"),
        ([None, None], "0通り"),
    ],
)
def test_a_window_without_a_contact_is_nought_by_every_choice(estimates, said):
    """The largest of noughts is nobody's, and the sentence told of nothing found."""
    table = pd.DataFrame({"estimate": pd.array(estimates, "Float64"), "label": "検出されなかった"})
    assert said in specification.reading(table)
