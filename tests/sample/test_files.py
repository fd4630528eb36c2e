"""Files are as untidy as a city hall gets them, and untidy in the same way every time."""

from datetime import date

import pytest

from ujo_lib.sample import files


def test_total_rows_of_the_ad_exports_equal_the_sum_of_their_rows(city):
    last = city.read("fy2023/ads_meta_ja.csv").iloc[-1]
    meta = city.ads[city.ads["platform"].isin(["Instagram", "Facebook"])]
    assert int(last["インプレッション"].replace(",", "")) == meta["impressions"].sum()
    last = city.read("fy2023/ads_tiktok.csv", "utf-8").iloc[-1]
    assert int(last["Cost"]) == city.ads.query("platform == 'TikTok'")["spend"].sum()
    last = city.read("fy2023/ads_google.tsv", "utf-16", sep="\t", skiprows=2).iloc[-1]
    assert (
        int(last["クリック数"].replace(",", ""))
        == city.ads.query("platform == 'ディスプレイ'")["link_clicks"].sum()
    )


@pytest.mark.parametrize(
    ("row", "written"), [(6, "R5.9.1"), (7, "令和5年9月1日(金)"), (8, date(2023, 9, 1)), (9, "R5.9.1")]
)
def test_a_date_is_written_in_three_ways_in_turn(row: int, written: object) -> None:
    assert files._as_written(date(2023, 9, 1), row) == written


@pytest.mark.parametrize(
    ("name", "value", "row", "written"),
    [
        ("経緯(複数回答)", (1, 3), 8, "1,3"),
        ("経緯(複数回答)", (1, 3), 9, "１，３"),
        ("経緯(複数回答)", (3,), 9, 3),  # Excel takes a lone tick for a number
        ("経緯(複数回答)", (3,), 10, "3"),
        ("経緯(複数回答)", (), 9, ""),
        ("該当者の状態(外出状況)", 2.0, 4, 2),
        ("該当者の状態(外出状況)", "", 4, ""),
        ("年代", "40歳代", 7, "４０歳代"),
        ("年代", "40歳代", 8, "40代"),
        ("年代", "40歳代", 9, "40歳代"),
        ("年代", "60~64歳", 7, "60~64歳"),
        ("ひきこもりの期間", "1～3年未満", 7, "1〜3年未満"),
        ("ひきこもりの期間", "1～3年未満", 8, "1～3年未満"),
        ("性別", "男", 7, "男"),
    ],
)
def test_the_same_answer_is_keyed_in_as_different_hands_do(name: str, value, row: int, written) -> None:
    found = files._case_value(name, value, row)
    assert (found, type(found)) == (written, type(written))


def test_the_old_form_leaves_no_answers_blank_and_writes_ages_in_full_width(city) -> None:
    old, new = (city.contacts.query(f"fy == {year}") for year in (2021, 2023))
    assert not old.isin(["無回答"]).any(axis=None)
    assert {age for age in old["年代"] if age} <= {
        "１０代未満", "１０代", "２０代", "３０代", "４０代", "５０代", "６０代", "７０代以上",
    }  # fmt: skip
    assert {"10代", "無回答"} <= set(new["年代"])


def test_one_number_in_ninety_seven_was_typed_by_hand(city) -> None:
    messages = city.contacts.query("fy == 2023")["発言数"]
    by_hand = messages.map(lambda text: not text.isascii()).to_numpy().nonzero()[0]
    assert by_hand.tolist() == list(range(41, len(messages), 97))
