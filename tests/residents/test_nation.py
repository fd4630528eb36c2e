"""The nation's printed figures and the city beside them."""

import math
from pathlib import Path

import pandas as pd
import pytest

from ujo_lib.columns import Count, Share, Text, Typed, interval
from ujo_lib.params.national import read_national
from ujo_lib.residents import nation
from ujo_lib.stats import wilson

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


def test_a_barrier_or_a_missing_figure_leaves_no_difference():
    barred = nation.compare(CITY, NATION, "item", "R4", {"item": "文言が違う"}).frame
    assert barred["reading"].tolist() == ["比較不可(文言が違う)"] * 2
    assert barred[["estimate", "low", "high"]].isna().all(axis=None)
    unknown = nation.compare(CITY, NATION, "item", "R3", {}).frame  # it did not print how many left it blank
    assert unknown["reading"].tolist() == ["比較不可(全国の値がない)"] * 2
    assert unknown["nation"].isna().all()


def test_bands_stand_below_each_other_with_the_city_first_and_only_it_counted():
    table = nation.side_by_side(CITY, NATION, "item", ["R4"]).frame
    assert table["who"].tolist() == ["この市"] * 2 + ["全国(R4)"] * 2
    assert table["n"].tolist()[:2] == [30, 70]
    assert table["n"].isna().tolist() == [False, False, True, True]
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
