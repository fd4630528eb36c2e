"""A column says the same of itself wherever it is asked, and nothing else can be said of it."""

import math
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ujo_lib.columns import (
    DIGEST,
    FORMATS,
    KINDS,
    METHOD,
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
    Share,
    Statistic,
    Text,
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
        (Share(heading="割合(市民は重み付き)"), "割合(市民は重み付き、%)", "share", 1),
        (Count(heading="暦年(1~12月)", unit="件"), "暦年(1~12月)", "n", 0),
        (Rate(per="1日", unit="件"), "1日あたり件数(件)", "rate", 1),
        (Rate(unit="件", decimals=2), "平均の件数(件)", "ratio", 2),
        (Ratio(to="平均的な日"), "平均的な日との比(倍)", "ratio", 2),
        (Difference(like="share", to="全国", unit="%"), "全国との差(%)", "share", None),
        (Estimate(unit="人"), "推定値(人)", "rate", 1),
        (PValue(), "p値", "p", 3),
        (PValue(adjusted="ホルム法"), "補正後のp値(ホルム法)", "p", 3),
        (Residual(), "調整済み残差", "ratio", 2),
        (Statistic(), "統計量", "ratio", 2),
        (Money(), "費用", "yen", 0),
        (Dimension(variable="sex"), "性別", "text", None),
        (Text(heading="備考"), "備考", "text", None),
    ],
)
def test_heading_unit_and_formats_follow_from_the_kind(column, title, written, decimals):
    assert (column.title, column.format, column.decimals) == (title, written, decimals)


def test_words_are_for_readers_unless_a_program_alone_compares_them():
    assert (Text().aside, METHOD.aside, DIGEST.aside) == (False, False, True)


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
    with pytest.raises(ColumnError, match="0と1の間"):
        Bound(of="n", side="low", level=level)


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
        with pytest.raises(ColumnError, match="計算できません"):
            column.value({"n": 1.0})


def test_a_new_kind_that_does_not_say_what_it_gives_away_cannot_be_made():
    with pytest.raises(TypeError, match="rests"):
        type("Gini", (Column,), {})
    with pytest.raises(TypeError, match="rests"):
        type("Skewness", (Statistic,), {})


@pytest.mark.parametrize("kind", [Share, Rate, Ratio, Difference])
def test_what_is_divided_or_taken_away_needs_both_of_its_columns(kind):
    assert kind(n="n").sources == kind(base="base").sources == ()
    assert kind(n="n", base="base").sources == ("n", "base")


def test_a_quotient_is_as_large_as_its_two_numbers_make_it_unless_told_otherwise():
    assert Share(n="n", base="base").value({"n": 1.0, "base": 4.0}) == 0.25
    assert Rate(n="n", base="base", scale=1000.0).value({"n": 1.0, "base": 4.0}) == 250.0


@pytest.mark.parametrize("decimals", [0, 1, 2, 3])
def test_a_share_has_decimals_that_are_written_in_percent_or_is_refused(decimals: int) -> None:
    """With three, 40 % were printed as 0.4 under a heading in percent."""
    if decimals < 3:
        assert Share(decimals=decimals).format in FORMATS
        return
    with pytest.raises(ColumnError, match="書式「percent3」はありません"):
        Share(decimals=decimals)


def test_an_unknown_format_side_or_kind_of_interval_is_refused_with_those_that_there_are() -> None:
    """The lower end of an interval with side "lower" was called its upper one."""
    with pytest.raises(ColumnError, match=r"書式「foo」はありません.*rate"):
        Difference(like="foo")
    with pytest.raises(ColumnError, match=r"side が「lower」.*low、high"):
        Bound(of="share", side=cast(Any, "lower"), level=0.95)
    with pytest.raises(ColumnError, match=r"interval が「credible」.*confidence"):
        Bound(of="share", side="low", level=0.95, interval=cast(Any, "credible"))
