"""The nation's printed figures and the city beside them."""

import math
from pathlib import Path

import pandas as pd
import pytest

from ujo_lib.columns import Count, Dimension, Share, Text, interval
from ujo_lib.params.national import read_national
from ujo_lib.residents import nation
from ujo_lib.stats import wilson
from ujo_lib.typed import Typed

FILE = Path(__file__).parents[2] / "params" / "national" / "connections.yaml"
FIGURES = read_national(FILE).frame
CITY = Typed.of(
    pd.DataFrame(
        {
            "item": ["よくある", "ない"],
            "n": [30, 70],
            "base": [100, 100],
            "share": [0.3, 0.7],
            "low": [0.22, 0.6],
            "high": [0.4, 0.78],
        }
    ),
    {
        "item": Text(),
        "n": Count(),
        "base": Count(members=False),
        "share": Share(),
        **interval("share", 0.95),
    },
)
NATION = pd.DataFrame(
    [
        ("R4", "item", "全国", "よくある", 19.8, 1000, "報告書 3頁"),
        ("R4", "item", "全国", "ない", 79.2, 1000, "報告書 3頁"),
        ("R4", "item", "全国", "無回答", 1.0, 1000, "報告書 3頁"),
        ("R3", "item", "全国", "よくある", 20.0, 900, "報告書 9頁"),
        ("R3", "item", "全国", "ない", 80.0, 900, "報告書 9頁"),
    ],
    columns=["survey", "item", "group", "answer", "percent", "n", "source"],
)


def test_the_nation_is_compared_without_its_blanks_and_with_the_width_of_both():
    table = nation.compare(CITY, NATION, "item", "R4", {}).frame
    often = table.iloc[0]
    assert often["nation"] == pytest.approx(0.2)
    country = wilson(198, 990)
    assert often["estimate"] == pytest.approx(10)
    assert often["low"] == pytest.approx(100 * (0.1 - math.hypot(0.08, country.high - 0.2)))
    assert often["high"] == pytest.approx(100 * (0.1 + math.hypot(0.1, 0.2 - country.low)))
    assert table["reading"].tolist() == ["全国より高い", "全国より低い"]


@pytest.mark.parametrize(
    ("high", "points", "reading"),
    [
        (0.196, -0.111, "全国より低い"),
        (0.197, -0.014, "差があるとは言えない"),
        (0.198, 0.083, "差があるとは言えない"),
    ],
)
def test_a_difference_whose_printed_limit_is_nought_is_not_told_as_one(high, points, reading):
    """10 % in the city, 20.0 % of 990 in all (Wilson's from 17.6 %), by hand: √((100·high − 10)² + 2.4²) − 10."""
    city = CITY.frame.iloc[:1].assign(share=0.1, low=0.05, high=high)
    table = nation.compare(Typed.of(city, CITY.schema.columns), NATION, "item", "R4", {}).frame.iloc[0]
    assert (table["high"], table["reading"]) == (pytest.approx(points, abs=5e-4), reading)


def test_a_barrier_or_a_missing_figure_leaves_no_difference():
    barred = nation.compare(CITY, NATION, "item", "R4", {"item": "文言が違う"}).frame
    assert barred["reading"].tolist() == ["比較不可(文言が違う)"] * 2
    assert barred[["estimate", "low", "high"]].isna().all(axis=None)
    unknown = nation.compare(CITY, NATION, "item", "R3", {}).frame  # it did not print how many left it blank
    assert unknown["reading"].tolist() == ["比較不可(全国の値がない)"] * 2
    assert unknown["nation"].isna().all()


@pytest.mark.parametrize(
    ("answers", "alike"),
    [(["よくある", "ない"], True), (["よくある"], False), (["よくある", "ない", "時々ある"], False)],
)
def test_a_question_asked_with_other_answers_is_not_held_against_the_nation(answers, alike):
    """An answer that the city split in two left the others side by side, as if they had been chosen from the same."""
    printed_now = pd.DataFrame(
        [("R4", "item", "全国", one, 99 / len(answers), 1000, "") for one in answers]
        + [("R4", "item", "全国", "無回答", 1.0, 1000, "")],
        columns=NATION.columns,
    )
    found = nation.barriers(CITY, printed_now, "item", "R4", {"other": "文言が違う"})
    assert found == {"other": "文言が違う"} | ({} if alike else {"item": "選択肢が全国の調査と違う"})
    bands = nation.side_by_side(CITY, printed_now, "item", ["R4"]).frame
    assert (bands["who"] != "この市").any() == alike


def test_a_nation_that_printed_nothing_is_no_barrier_and_a_declared_one_keeps_its_words():
    assert nation.barriers(CITY, NATION, "item", "R3", {}) == {}
    assert nation.barriers(CITY, NATION.replace("ない", "時々"), "item", "R4", {"item": "文言"}) == {
        "item": "文言"
    }


def test_a_city_without_an_answer_is_not_told_to_be_like_the_nation():
    blank = CITY.frame.assign(n=0, base=0, **dict.fromkeys(("share", "low", "high"), math.nan))
    table = nation.compare(Typed.of(blank, CITY.schema.columns), NATION, "item", "R4", {}).frame
    assert table["reading"].tolist() == ["比較不可(この市に回答がない)"] * 2
    assert table["nation"].tolist() == pytest.approx([0.2, 0.8])


@pytest.mark.parametrize(("survey", "beside"), [("R4", True), ("R3", False), ("R9", False)])
def test_a_city_without_national_figures_is_not_said_to_stand_beside_them(survey, beside):
    """The city's bar alone was captioned 「この市と全国で並べます」, noted with how the nation's was made."""
    bands = nation.side_by_side(CITY, NATION, "item", [survey])
    compared = nation.compare(CITY, NATION, "item", survey, {})
    assert ("全国で並べます" in nation.said_beside(bands.frame, "回答")) is beside
    assert ("写した公表資料にありません" in nation.said_beside(bands.frame, "回答")) is not beside
    # The nation's shares are weighted by nobody here, and stood under 「重み付きの割合」 of the city's residents.
    assert (bands.schema["share"].name == "割合(この市は重み付き)") is beside
    assert ("対象地域と集計対象は「この市」の行のものです。" in bands.schema.note) is beside
    for table in (bands, compared):
        assert ("無回答を除いて計算し直した" in table.schema.note) is beside


@pytest.mark.parametrize(
    ("percent", "format_"), [([19.8, 80.2], "share"), ([20.0, 80.0], "share"), ([2.05, 97.95], "percent2")]
)
def test_a_printed_percentage_keeps_its_decimals_and_blanks_are_named_only_where_printed(percent, format_):
    """2.05 % stood as 2.1 %, 「公表された値のまま」, 「無回答を含めた割合」 where none had been printed."""
    rows = NATION[NATION["survey"] == "R3"].assign(percent=percent)
    table = nation.published(rows, ["item"])
    assert table.schema["share"].format == format_
    assert "無回答" not in table.schema.note
    with_blanks = nation.published(NATION[NATION["survey"] == "R4"], ["item"])
    assert "無回答を含めた割合" in with_blanks.schema.note


def test_bands_stand_below_each_other_with_the_city_first_and_only_it_counted():
    table = nation.side_by_side(CITY, NATION, "item", ["R4"]).frame
    assert table["who"].tolist() == ["この市"] * 2 + ["全国(R4)"] * 2
    assert table["n"].tolist()[:2] == [30, 70]
    assert table["n"].isna().tolist() == [False, False, True, True]
    assert (
        "who" in nation.side_by_side(CITY, NATION, "item", ["R4"]).schema.free
    )  # a hidden count left it an x
    assert table.groupby("who")["share"].sum().to_dict() == pytest.approx({"この市": 1.0, "全国(R4)": 1.0})


@pytest.mark.parametrize(
    ("survey", "item", "printed", "n"),
    [
        ("令和5(2023)年", "lonely_direct", [4.8, 14.8, 19.7, 41.4, 17.9, 1.5], 11141),
        ("令和4(2022)年", "lonely_direct", [4.9, 15.8, 19.6, 40.6, 18.4, 0.6], 11218),
        ("令和3(2021)年", "lonely_direct", [4.5, 14.5, 17.4, 38.9, 23.7, 0.9], 11867),
        ("令和4(2022)年", "ucla_band", [7.1, 41.6, 37.0, 13.5, 0.9], 11218),
    ],
)
def test_the_national_tables_are_those_of_the_printed_pages(survey, item, printed, n):
    rows = FIGURES[(FIGURES["survey"] == survey) & (FIGURES["item"] == item) & (FIGURES["group"] == "全国")]
    assert rows["percent"].tolist() == printed
    assert set(rows["n"]) == {n}
    shown = nation.published(FIGURES, [item]).frame
    assert shown["share"].max() < 1
    assert shown["source"].str.contains("頁").all()


def groups_of_the_city(shares: list[tuple[str, str, float]]) -> Typed:
    frame = pd.DataFrame(shares, columns=["sex", "age_band", "share"])
    frame = frame.assign(item="多い", n=30, base=100, low=frame["share"] - 0.05, high=frame["share"] + 0.06)
    return Typed.of(
        frame,
        {
            "sex": Dimension(variable="sex"),
            "age_band": Dimension(variable="age_band"),
            "item": Dimension(groups={"多い": ("よくある", "時々")}),
            "n": Count(),
            "base": Count(members=False),
            "share": Share(),
            **interval("share", 0.95),
        },
    )


def printed(group: str, *percent: float) -> list[tuple[object, ...]]:
    answers = ("よくある", "時々", "ない", "無回答")
    return [("R4", "item", group, one, p, 1000, "3頁") for one, p in zip(answers, percent, strict=True)]


def test_a_group_stands_beside_the_same_group_of_the_nation_with_its_answers_added_up():
    rows = (
        printed("全国", 5, 15, 75, 5)
        + printed("女性", 10, 20, 70, 0)
        + printed("男性 16歳以上", 4, 4, 72, 20)
    )
    figures = pd.DataFrame(rows, columns=NATION.columns)
    city = groups_of_the_city(
        [("全体", "全体", 0.2), ("女性", "全体", 0.2), ("男性", "全体", 0.2), ("男性", "16歳以上", 0.2)]
    )
    table = nation.compare_groups(city, figures, "item", ["よくある", "時々"], "R4", {})
    assert table.frame["nation"].tolist() == pytest.approx([20 / 95, 0.3, 0.1])
    assert table.frame["reading"].tolist() == ["差があるとは言えない", "全国より低い", "全国より高い"]
    country = wilson(300, 1000)
    assert table.frame["low"].iloc[1] == pytest.approx(-10 - 100 * math.hypot(0.05, country.high - 0.3))
    assert table.schema.note.endswith("値のない区分は並べていません: 男性。")
    every = nation.compare_groups(city, figures, "item", ["よくある", "時々", "ない"], "R4", {})
    assert every.frame["nation"].tolist() == pytest.approx([1, 1, 1])
    barred = nation.compare_groups(city, figures, "item", ["よくある", "時々"], "R4", {"item": "方法が違う"})
    assert set(barred.frame["reading"]) == {"比較不可(方法が違う)"}


def test_nothing_published_by_sex_and_age_leaves_no_row():
    city = groups_of_the_city([("女性", "全体", 0.2), ("男性", "全体", 0.2)])
    figures = pd.DataFrame(printed("全国", 5, 15, 75, 5), columns=NATION.columns)
    table = nation.compare_groups(city, figures, "item", ["よくある", "時々"], "R4", {})
    assert table.frame.empty
    assert table.schema.note.endswith("並べていません: 女性、男性。")


def test_the_groups_that_the_white_paper_printed_are_those_of_its_page():
    rows = FIGURES[(FIGURES["survey"] == "令和4(2022)年") & (FIGURES["item"] == "ucla_band")]
    told = {group: (rows["n"].iloc[0], *rows["percent"]) for group, rows in rows.groupby("group", sort=False)}
    assert told["男性単身"] == (793, 16.1, 51.1, 23.2, 8.6, 1.0)
    assert told["女性単身"] == (976, 8.1, 41.6, 37.6, 11.2, 1.5)
    assert told["同居人がいる"] == (9428, 6.3, 40.8, 38.1, 14.1, 0.8)


def test_a_city_whose_only_group_is_not_published_keeps_its_columns():
    table = nation.compare_groups(
        Typed.of(CITY.frame.iloc[:1].assign(sex="男性"), {"sex": Text(), **CITY.schema.columns}),
        NATION,
        "item",
        ["よくある"],
        "R9",
        {},
    )
    assert table.frame.empty
    assert "estimate" in table.frame


def test_the_printed_figures_stand_as_they_were_printed_and_name_their_page():
    table = nation.published(NATION[NATION["survey"] == "R3"], ["item", "another"])
    assert table.frame.to_dict("list") == {
        "survey": ["R3", "R3"],
        "group": ["全国", "全国"],
        "answer": ["よくある", "ない"],
        "share": [0.2, 0.8],
        "base": [900, 900],
        "source": ["報告書 9頁"] * 2,
    }
    assert nation.published(NATION, ["another"]).frame.empty


def test_what_the_nation_printed_is_no_secret_of_the_city():
    """A release that hides a count of the city keeps what anybody can look up."""
    assert set(nation.published(NATION, ["item"]).schema.free) >= {"share", "base"}
    compared = nation.compare(CITY, NATION, "item", "R4", {}).schema
    assert [name for name in ("nation", "n", "share", "estimate", "low") if name in compared.free] == [
        "nation"
    ]


@pytest.mark.parametrize(
    ("share", "low", "high", "percent", "reading"),
    [
        # Where nobody or everybody of the nation said so, that end of its own interval is the share itself.
        (0.0, 0.0, 0.0, 0.0, "差があるとは言えない"),  # 0 - 0
        (1.0, 1.0, 1.0, 100.0, "差があるとは言えない"),  # 0 + 0
        (0.004, 0.001, 0.006, 0.0, "差があるとは言えない"),  # up to 0.6 points, down to 0.4 - √(0.3² + 0.4²)
        (0.996, 0.994, 0.999, 100.0, "差があるとは言えない"),
        (0.02, 0.01, 0.04, 0.0, "全国より高い"),  # 2 - √(1² + 0.38²) points
        (0.98, 0.96, 0.99, 100.0, "全国より低い"),
    ],
)
def test_a_difference_that_may_be_nothing_is_neither_higher_nor_lower(share, low, high, percent, reading):
    """Wilson's interval of 0 of 1,000 ends at z² / (1000 + z²) = 0.38 %."""
    city = Typed.of(CITY.frame[:1].assign(share=share, low=low, high=high), CITY.schema.columns)
    printed_now = NATION[NATION["survey"] == "R4"].assign(percent=[percent, 100 - percent, 0.0])
    table = nation.compare(city, printed_now, "item", "R4", {}).frame
    assert table["reading"].tolist() == [reading]
