"""Of several censuses one."""

import pandas as pd
import pytest

from ujo_lib import intake
from ujo_lib.errors import InputError

PEOPLE = pd.DataFrame(
    {
        "area_code": ["33000", "33000", "33000", "00000"],
        "as_of": pd.to_datetime(["2015-10-01", "2020-10-01", "2021-01-01", "2015-10-01"]),
        "source": ["国勢調査(2015年)", "国勢調査(2020年)", "住民基本台帳", "国勢調査(2015年)"],
        "n": [1, 2, 4, 8],
    }
)


def test_an_earlier_census_is_never_added_to_the_latest_of_an_area():
    assert intake.of_source(PEOPLE, "国勢調査")["n"].tolist() == [2, 8]
    assert intake.of_source(PEOPLE, "国勢調査(2015年)")["n"].tolist() == [1, 8]
    parts = pd.concat([PEOPLE, PEOPLE.assign(n=16)])  # two rows of one source and date, women and men say
    assert intake.of_source(parts, "国勢調査")["n"].tolist() == [2, 8, 16, 16]


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (["33000"], "国勢調査(2020年10月1日)"),
        (["33000", "33100"], "国勢調査(2020年10月1日)"),
        (["33000", "33100", "00000"], "国勢調査(全国 2015年10月1日、県・市 2020年10月1日)"),
    ],
)
def test_a_rate_says_of_which_day_its_people_are_and_of_which_area_where_the_days_differ(codes, told):
    people = PEOPLE.assign(area_name=["県", "県", "県", "全国"])
    people = pd.concat([people, people.iloc[[1]].assign(area_code="33100", area_name="市")])
    latest = intake.of_source(people, "国勢調査")
    assert intake.dated(latest[latest["area_code"].isin(codes)], "国勢調査") == told


def test_two_sources_of_one_day_are_told_apart_by_a_person():
    twins = pd.concat([PEOPLE, PEOPLE.iloc[[1]].assign(source="国勢調査(速報)")])
    with pytest.raises(
        InputError, match=r"33000.*二つ以上.*国勢調査\(2020年\)、国勢調査\(速報\).*population_source"
    ):
        intake.of_source(twins, "国勢調査")
    assert intake.of_source(twins, "国勢調査(2")["n"].tolist() == [2, 8]


def test_a_source_of_another_name_is_told_with_those_there_are_and_where_to_write_it():
    with pytest.raises(
        InputError, match=r"「令和2年」で始まる行がありません.*住民基本台帳.*population_source"
    ):
        intake.of_source(PEOPLE, "令和2年")


@pytest.mark.parametrize(
    ("parts", "heading"),
    [
        ({"sex": ["男性"]}, "性別"),
        ({"sex": ["男性", "女性"]}, ""),
        ({"sex": ["総数"]}, ""),
        ({"sex": [None]}, ""),
        ({"age_band": ["65歳以上"]}, "年齢階級"),
        ({"age_band": ["0~64歳", "65歳以上"]}, ""),
        ({"age_band": ["0~14歳", "15~64歳", "65歳以上"]}, ""),
        ({"age_band": ["総数", "65歳以上"]}, ""),
        ({"sex": ["男性", "男性"], "age_band": ["0~64歳", "65歳以上"]}, "性別"),
        ({"sex": ["総数", "男性"], "age_band": ["65歳以上", "65歳以上"]}, "年齢階級"),
    ],
)
def test_one_sex_or_one_age_alone_is_not_taken_for_the_people_of_an_area(parts, heading):
    rows = len(next(iter(parts.values())))
    people = pd.DataFrame(
        {"area_code": "43213", "as_of": "2020", "source": "住基", "n": [10] * rows, **parts}
    )
    if heading:
        with pytest.raises(InputError, match=f"43213 の人口の表に、{heading}が"):
            intake.of_source(people, "住基")
    else:
        assert len(intake.of_source(people, "住基")) == rows


@pytest.mark.parametrize(
    ("ages", "youngest"),
    [
        (["15~64歳", "65歳以上"], 15),
        (["65歳以上", "1~64歳", "不詳"], 1),
        (["0歳", "1~64歳", "65歳以上"], None),
        (["15歳未満", "15歳以上"], None),
        (["総数", "15~64歳", "65歳以上"], None),
        ([None, "15~64歳", "65歳以上"], None),
        (["若い人", "ほかの人"], None),
    ],
)
def test_a_table_without_its_children_is_not_taken_for_the_people_of_an_area(ages, youngest):
    """Contacts per head were told of those over 15 alone, without a word."""
    people = pd.DataFrame(
        {"area_code": "43213", "as_of": "2020", "source": "住基", "n": 10, "age_band": ages}
    )
    if youngest:
        with pytest.raises(InputError, match=f"43213 の人口の表に、{youngest}歳より若い人の行がありません"):
            intake.of_source(people, "住基")
    else:
        assert len(intake.of_source(people, "住基")) == len(ages)
