"""A column says the same of itself wherever it is asked, and nothing else can be said of it."""

import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ujo_lib.columns import (
    KINDS,
    Base,
    Bound,
    Column,
    ColumnError,
    Count,
    Difference,
    Dimension,
    Estimate,
    Flag,
    Mark,
    Money,
    PValue,
    Rate,
    Ratio,
    Residual,
    Schema,
    Share,
    Statistic,
    Text,
    Typed,
    Various,
    Withheld,
    interval,
)

LEVELS = (0.80, 0.90, 0.95, 0.99)
ONE_OF_EACH = {
    "month": Dimension(variable="month", groups={"春": ("3月", "4月")}, multiple=True),
    "word": Text(heading="語"),
    "open": Flag(heading="開設"),
    "n": Count(unit="件"),
    "base": Base(unit="件", over=("month",)),
    "share": Share(of="相談", n="n", base="base"),
    "rate": Rate(per="1日", unit="件", n="n", base="base", scale=2.0),
    "ratio": Ratio(to="全国", n="n", base="base"),
    "difference": Difference(n="base", base="n", to="全国"),
    "estimate": Estimate(unit="人"),
    **interval("estimate", 0.9, "prediction"),
    "p": PValue(adjusted="ホルム法"),
    "z": Residual(),
    "mark": Mark(n="n", base="base", residual="z", level=0.05),
    "gone": Withheld(heading="残差"),
    "f": Statistic(heading="F値"),
    "spend": Money(),
    "value": Various(),
}


def test_there_are_at_most_twenty_kinds_and_the_schema_above_uses_each():
    assert {type(column).__name__ for column in ONE_OF_EACH.values()} == set(KINDS)
    assert len(KINDS) <= 20


@pytest.mark.parametrize(
    ("column", "title", "written", "decimals"),
    [
        (Count(unit="件"), "件数(件)", "n", 0),
        (Count(unit="人"), "人数(人)", "n", 0),
        (Count(unit="日"), "数(日)", "n", 0),
        (Count(heading="回答した委員", unit="人"), "回答した委員(人)", "n", 0),
        (Base(unit="人"), "回答者数(n)", "n", 0),
        (Share(), "割合(%)", "share", 1),
        (Share(of="相談", decimals=2), "相談に占める割合(%)", "percent2", 2),
        (Rate(per="1日", unit="件"), "1日あたり件数(件)", "rate", 1),
        (Rate(unit="件", decimals=2), "平均の件数(件)", "ratio", 2),
        (Ratio(to="平均的な日"), "平均的な日との比(倍)", "ratio", 2),
        (Difference(like="share", to="全国", unit="%"), "全国との差(%)", "share", None),
        (Estimate(unit="人"), "推定値(人)", "rate", 1),
        (PValue(), "p値", "p", 3),
        (PValue(adjusted="ホルム法"), "補正後のp値(ホルム法)", "p", 3),
        (Residual(), "調整済み残差", "ratio", 2),
        (Money(), "費用", "yen", 0),
        (Dimension(variable="sex"), "性別", "text", None),
        (Text(heading="備考"), "備考", "text", None),
    ],
)
def test_heading_unit_and_formats_follow_from_the_kind(column, title, written, decimals):
    assert (column.title, column.format, column.decimals) == (title, written, decimals)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("kind", "name"),
    [("confidence", "信頼区間"), ("prediction", "予測区間"), ("simultaneous", "同時信頼区間")],
)
def test_an_interval_is_headed_by_its_own_kind_and_level(level, kind, name):
    low, high = interval("n", level, kind).values()
    assert low.both == high.both == f"{level:.0%}{name}"
    assert (low.name, high.name) == (f"{level:.0%}{name}の下限", f"{level:.0%}{name}の上限")


def test_an_interval_between_assumptions_has_no_level_and_every_other_one_has():
    assert interval("n", None, "assumption")["low"].both == "仮定による幅"
    for wrong in ({"level": None}, {"level": 0.9, "interval": "assumption"}):
        with pytest.raises(ColumnError, match="level"):
            Bound(of="n", side="low", **wrong)


@pytest.mark.parametrize("level", [-0.01, 0.0, 1.0, 1.01])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(ColumnError, match="between 0 and 1"):
        Bound(of="n", side="low", level=level)


def test_a_bound_is_written_like_what_it_lies_around():
    schema = Schema({"share": Share(decimals=2), **interval("share", 0.9), "p": PValue()})
    assert (schema["low"].format, schema["low"].unit) == ("percent2", "%")
    assert schema.ends("high") == schema.around("share") == ("low", "high")
    assert schema.ends("p") is schema.around("p") is None


def test_two_intervals_around_one_column_are_told_apart():
    day = interval("ctr", 0.9, low="low_day", high="high_day", remark="日ごとの揺れを考慮")
    schema = Schema({"ctr": Ratio(), **interval("ctr", 0.9), **day})
    assert schema.ends("low_day") == ("low_day", "high_day")
    assert schema.ends("high") == ("low", "high")
    assert schema["low_day"].both == "90%信頼区間・日ごとの揺れを考慮"


def test_one_end_alone_is_no_interval():
    assert Schema({"n": Count(), "low": Bound(of="n", side="low", level=0.9)}).ends("low") is None


@given(st.integers(0, 60), st.integers(0, 60))
def test_what_follows_from_its_row_is_computed_from_it(n, base):
    row = {"n": float(n), "base": float(base)}
    for name, expected in {
        "share": n / base if base else math.nan,
        "rate": 2 * n / base if base else math.nan,
        "ratio": n / base if base else math.nan,
        "difference": base - n,
    }.items():
        assert ONE_OF_EACH[name].value(row) == pytest.approx(expected, nan_ok=True)


def test_what_does_not_follow_from_its_row_says_so():
    for column in (Share(), Estimate(), Difference(), PValue()):
        assert column.sources == ()
        with pytest.raises(ColumnError, match="does not follow"):
            column.value({"n": 1.0})


def test_a_schema_survives_writing_and_reading():
    schema = Schema(ONE_OF_EACH, {"wish": ("強く", "少し")}, "注")
    assert Schema.from_plain(json.loads(json.dumps(schema.to_plain()))) == schema


def test_a_schema_tells_disclosure_control_what_counts_people():
    schema = Schema(
        {
            "age": Dimension(variable="age_band"),
            "topic": Dimension(groups={"学校": ("学業", "いじめ")}, multiple=True),
            "n": Count(unit="件"),
            "days": Count(unit="日", members=False),
            "base": Base(unit="件", over=("topic",)),
            "size": Base(unit="件"),
            "known": Count(unit="人", members=False, free=True),
        }
    )
    assert schema.dimensions == {"age": "age_band", "topic": "topic"}
    assert schema.counts == ("n", "base")
    assert schema.bases == {"base": ("topic",)}
    assert schema.recode == {"topic": {"学校": ("学業", "いじめ")}}
    assert schema.multiple == ("topic",)
    assert schema.free == ("age", "topic", "known")


@pytest.mark.parametrize(
    ("kinds", "unit"),
    [
        ({"n": Count(unit="件"), "share": Share()}, "件"),
        ({"n": Count(unit="件"), "people": Count(unit="人")}, "件・人"),
        ({"share": Share(), "estimate": Ratio()}, "倍"),
        ({"share": Share()}, ""),
        ({"word": Text()}, ""),
    ],
)
def test_the_unit_of_a_table_is_that_of_its_counts(kinds, unit):
    assert Schema(kinds).unit == unit


def test_a_column_that_nobody_declared_is_no_table():
    frame = pd.DataFrame({"n": [1], "other": [2]})
    with pytest.raises(ColumnError, match="other"):
        Typed.of(frame, {"n": Count()})
    with pytest.raises(ColumnError, match="other"):
        Typed(frame, Schema({"n": Count()}))


@pytest.mark.parametrize("bad", [-1, 0.5, 1.0000001])
def test_a_count_that_is_no_count_is_refused(bad):
    with pytest.raises(ColumnError, match="no count"):
        Typed.of(pd.DataFrame({"n": [3, bad]}), {"n": Count()})


def test_a_count_that_is_missing_is_no_mistake():
    assert len(Typed.of(pd.DataFrame({"n": [3, None]}), {"n": Count()})) == 2


def test_tables_are_taken_apart_and_put_together_with_what_is_known_of_them():
    counts = Typed.of(
        pd.DataFrame({"sex": ["男性", "女性"], "n": [17, 8], "base": [25, 25]}),
        {"sex": Dimension(), "n": Count(unit="人"), "base": Base(unit="人")},
    )
    shares = Typed.of(
        pd.DataFrame({"sex": ["女性", "男性"], "share": [0.32, 0.68], "low": [0.1, 0.4], "high": [0.5, 0.9]}),
        {"sex": Dimension(), "share": Share(n="n", base="base"), **interval("share", 0.9)},
    )
    both = counts.join(shares, on=["sex"])
    assert list(both.frame["share"]) == [0.68, 0.32]
    assert both.schema["low"].both == "90%信頼区間"
    named = both.rename(n="men", share="part")
    assert named.schema["part"].sources == ("men", "base")
    assert named.schema.around("part") == ("low", "high")
    assert list(named.select("part", "sex").frame) == ["part", "sex"]
    assert named.rows(lambda frame: frame["men"] > 8).frame["sex"].tolist() == ["男性"]
    assert counts.change(n=Count(unit="件")).schema["n"].title == "件数(件)"


def test_a_count_that_is_summed_over_a_renamed_column_follows_it():
    table = Typed.of(pd.DataFrame({"a": ["x"], "base": [2]}), {"a": Dimension(), "base": Base(over=("a",))})
    assert table.rename(a="b").schema.bases == {"base": ("b",)}


def test_a_new_kind_that_does_not_say_what_it_gives_away_cannot_be_made():
    with pytest.raises(TypeError, match="rests"):
        type("Gini", (Column,), {})
    with pytest.raises(TypeError, match="rests"):
        type("Skewness", (Statistic,), {})


def test_a_kind_that_is_no_count_and_does_not_follow_from_its_row_speaks_of_the_whole_table():
    alone = {name: Schema({name: column}).of_table for name, column in ONE_OF_EACH.items()}
    silent = {name for name, found in alone.items() if not found}
    kinds = {type(ONE_OF_EACH[name]) for name in silent}
    assert kinds == {Text, Dimension, Flag, Count, Base, Mark, Withheld}
    assert {kind.rests for kind in kinds} == {"words", "counts"}
