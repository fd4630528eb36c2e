"""A table knows of all its columns together what none of them knows alone."""

import json
import math

import pandas as pd
import pytest

from tests.test_columns import ONE_OF_EACH
from ujo_lib.columns import (
    Base,
    Bound,
    ColumnError,
    Count,
    Dimension,
    Estimate,
    Flag,
    Mark,
    Money,
    PValue,
    Ratio,
    Share,
    Text,
    Various,
    Withheld,
    interval,
)
from ujo_lib.typed import Schema, Typed


def test_a_bound_is_written_like_what_it_lies_around():
    schema = Schema({"share": Share(decimals=2), **interval("share", 0.9), "p": PValue()})
    assert (schema["low"].format, schema["low"].unit) == ("percent2", "%")
    assert schema.ends("high") == schema.around("share") == ("low", "high")
    assert schema.ends("p") is schema.around("p") is None


def test_in_a_table_of_rows_a_missing_count_is_no_nought_and_leaves_the_others_whole():
    columns = {"name": Text(), "n": Count(), "share": Share(n="n"), "small": Flag()}
    table = Typed.of_rows([("県", 3, 0.5, True), ("市", None, math.nan, None)], columns).frame
    assert [str(table[name].dtype) for name in ("n", "share", "small")] == ["Int64", "Float64", "boolean"]
    assert table.iloc[1].isna().tolist() == [False, True, True, True]
    assert table["n"][0] == 3


@pytest.mark.parametrize("rows", [[("県", 3)], [{"n": 3, "name": "県"}], iter([("県", 3)])])
def test_rows_stand_under_the_columns_that_were_declared_in_their_order(rows):
    columns = {"name": Text(), "n": Count()}
    assert Typed.of(rows, columns).frame.to_dict("list") == {"name": ["県"], "n": [3]}
    assert list(Typed.of([], columns).frame) == ["name", "n"]


def test_of_a_frame_a_table_of_rows_takes_the_columns_that_have_a_kind_in_their_order():
    frame = pd.DataFrame({"left_out": ["a"], "n": [2], "name": ["県"]})
    assert list(Typed.of_rows(frame, {"name": Text(), "n": Count()}).frame) == ["name", "n"]


def test_two_intervals_around_one_column_are_told_apart():
    day = interval("ctr", 0.9, low="low_day", high="high_day", remark="日ごとの揺れを考慮")
    schema = Schema({"ctr": Ratio(), **interval("ctr", 0.9), **day})
    assert schema.ends("low_day") == ("low_day", "high_day")
    assert schema.ends("high") == ("low", "high")
    assert schema["low_day"].both == "90%信頼区間・日ごとの揺れを考慮"


def test_one_end_alone_is_no_interval():
    assert Schema({"n": Count(), "low": Bound(of="n", side="low", level=0.9)}).ends("low") is None


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
        ({"now": Various(), "estimate": Ratio(), "n": Count(unit="件")}, ""),
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
    with pytest.raises(ColumnError, match="0以上の整数でない"):
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


def test_a_kind_that_is_no_count_and_does_not_follow_from_its_row_speaks_of_the_whole_table():
    alone = {name: Schema({name: column}).of_table for name, column in ONE_OF_EACH.items()}
    silent = {name for name, found in alone.items() if not found}
    kinds = {type(ONE_OF_EACH[name]) for name in silent}
    assert kinds == {Text, Dimension, Flag, Count, Base, Mark, Withheld}
    assert {kind.rests for kind in kinds} == {"words", "counts"}


def test_a_bound_that_says_itself_how_it_is_written_keeps_that():
    own = Bound(of="share", side="low", level=0.9, like="ratio", unit="倍")
    told = Schema({"share": Share(), "low": own, "alone": Bound(of="gone", side="low", level=0.9)})
    assert (told["low"].format, told["low"].unit) == ("ratio", "倍")
    assert (told["alone"].format, told["alone"].unit) == ("ratio", "")


def test_the_first_whole_interval_around_a_column_is_taken_and_none_around_another():
    half = Bound(of="n", side="low", level=0.8)
    schema = Schema({"n": Count(), "half": half, "m": Count(), **interval("n", 0.9)})
    assert schema.around("n") == ("low", "high")
    assert schema.around("m") is None


def test_a_share_that_names_no_base_is_of_the_only_one_there_is():
    share, ratio = Share(), Ratio()
    schema = Schema(
        {"n": Count(), "base": Base(), "share": share, "own": Share(n="n", base="n"), "times": ratio}
    )
    assert [schema.base_of(name) for name in ("share", "own", "times", "n")] == ["base", "n", "", ""]
    assert Schema({"base": Base(), "more": Base(), "share": share}).base_of("share") == ""
    assert Schema({"share": share}).base_of("share") == ""


def test_variables_of_wider_groups_and_several_answers_are_named_by_the_population():
    schema = Schema(
        {
            "group": Dimension(variable="age_band", groups={"若年": ("10代", "20代")}),
            "a": Dimension(variable="trigger", multiple=True),
            "b": Dimension(variable="trigger", multiple=True),
            "n": Count(),
        }
    )
    assert schema.recode == {"age_band": {"若年": ("10代", "20代")}}
    assert schema.multiple == ("trigger",)


@pytest.mark.parametrize(
    ("kinds", "unit"),
    [
        ({"n": Count(unit="件"), "base": Base(unit="人")}, "件"),
        ({"base": Base(unit="人"), "ratio": Ratio()}, "人・倍"),
        ({"n": Count(), "ratio": Ratio()}, ""),
    ],
)
def test_a_base_is_no_count_of_its_table(kinds, unit):
    assert Schema(kinds).unit == unit


SHARED = {"n": Count(), "base": Base(over=("a",)), "a": Dimension()}


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"base": Base()}, ("base",)),
        ({"base": Base(free=True)}, ()),
        ({"p": PValue(free=True)}, ()),
        ({"share": Share(n="n", base="base")}, ()),
        ({"share": Share(n="gone", base="base")}, ("share",)),
        ({"base": Base(), "share": Share(n="n", base="base")}, ("base", "share")),
        ({"e": Estimate(), "r": Ratio(n="e", base="n")}, ("e", "r")),
        ({"share": Share(n="n", base="base"), **interval("share", 0.9)}, ()),
        ({"share": Share(n="n", base="base"), **interval("share", None, "assumption")}, ()),
        ({"share": Share(n="n", base="base"), **interval("share", 0.9, "prediction")}, ("low", "high")),
        ({"share": Share(), **interval("share", 0.9)}, ("share", "low", "high")),
        (interval("n", 0.9), ("low", "high")),
        (interval("gone", 0.9), ("low", "high")),
    ],
)
def test_a_column_speaks_of_other_rows_where_no_equation_of_its_own_row_gives_it(columns, told):
    assert Schema(SHARED | columns).of_table == told


def test_no_count_at_all_is_a_count():
    assert len(Typed.of(pd.DataFrame({"n": [0, 0]}), {"n": Count()})) == 2


@pytest.mark.parametrize(("least", "part"), [(0, False), (1, False), (2, True)])
def test_rows_that_are_left_out_make_a_table_a_part_of_one(least, part):
    table = Typed.of(pd.DataFrame({"n": [1, 2]}), {"n": Count()})
    assert not table.schema.part
    left = table.rows(table.frame["n"] >= least)
    assert left.schema.part is part
    assert left.rows(left.frame["n"] > 0).schema.part is part  # nothing more goes
    assert left.frame.index.tolist() == list(range(len(left)))


def test_only_what_differs_from_its_kind_is_written():
    plain = Schema({"n": Count(unit="件"), "a": Dimension(groups={"春": ("3月",)})}, part=True).to_plain()
    assert plain["columns"] == {
        "n": {"kind": "Count", "unit": "件"},
        "a": {"kind": "Dimension", "groups": {"春": ("3月",)}},
    }
    assert plain["part"] is True


def test_pointers_to_columns_that_keep_their_names_stay():
    columns = {"n": Count(), "m": Count(), "share": Share(n="n", base="m"), **interval("share", 0.9)}
    table = Typed.of(pd.DataFrame({name: [1] for name in columns}), columns)
    assert table.rename(n="k").schema["share"].sources == ("k", "m")
    assert table.rename(share="part").schema["low"].of == "part"
    assert table.rename(n="k").schema["low"].of == "share"


# --- what an analyst hands over ---


@pytest.mark.parametrize("values", [[-1, 2], [0.5, 2], [True, False], ["3", "4"], ["3", "x"], [math.inf, 2]])
def test_what_was_not_counted_is_no_count(values):
    with pytest.raises(ColumnError, match="列「n」に、0以上の整数でない"):
        Typed.of(pd.DataFrame({"n": values}), {"n": Count()})


@pytest.mark.parametrize(
    "values",
    [
        [0, 2],
        [1.0, math.nan],
        [None, 3],
        pd.array([None, None], "Int64"),
        pd.array([4, None], "int64[pyarrow]"),
        [],
    ],
)
def test_whole_numbers_missing_ones_and_none_at_all_are_counts(values):
    assert len(Typed.of(pd.DataFrame({"n": values}), {"n": Count()})) == len(values)


def test_what_names_the_rows_is_not_left_in_the_index():
    columns = {"group": Dimension(), "sex": Dimension(), "n": Count()}
    frame = pd.DataFrame({"group": ["甲", "乙"], "sex": ["男性", "女性"], "n": [1, 2]})
    for kept in (["group"], ["group", "sex"]):
        typed = Typed.of(frame.set_index(kept), columns)
        assert typed.frame[list(columns)].to_dict("list") == frame.to_dict("list")
    with pytest.raises(ColumnError, match="種類が書かれていません"):
        Typed.of(frame.set_index("group"), {name: columns[name] for name in ("sex", "n")})


@pytest.mark.parametrize("kind", [Count, "count", None])
def test_a_kind_is_one_and_not_its_name(kind):
    with pytest.raises(ColumnError, match=r"列 \['n'\] の種類は、Count\(unit="):
        Schema({"n": kind})


def test_two_columns_of_one_name_are_told():
    with pytest.raises(ColumnError, match="同じ名前の列が二つ"):
        Typed.of(pd.DataFrame([(1, 2)], columns=["n", "n"]), {"n": Count()})


@pytest.mark.parametrize(
    ("n", "base", "share", "follows"),
    [
        (3, 30, 0.1, True), (3, 30, 10.0, False), (3, 30, 0.1001, False), (36, 30, 1.2, True),
        (0, 0, math.nan, True), (0, 0, 0.0, False), (3, 0, math.inf, False), (None, 30, 0.1, True),
    ],
)  # fmt: skip
def test_a_share_is_what_its_count_and_base_give(n, base, share, follows):
    columns = {"n": Count(), "base": Base(), "share": Share(n="n", base="base")}
    typed = Typed.of_rows([(n, base, share)], columns)
    if follows:
        typed.require_following()
    else:
        with pytest.raises(ColumnError, match=r"列「share」の .* は、n = "):
            typed.require_following()


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (Share(), 40.0, "0から1まで"), (Share(), 1.0, ""), (Share(), 1 + 1e-12, ""), (Share(), 1.001, "0から1まで"),
        (Share(), 0.0, ""), (Share(), -0.001, "0から1まで"), (PValue(), 1.001, "0から1まで"), (PValue(), 0.0, ""),
        (Share(), True, "数でない"), (Share(), "0.4", "数でない"), (Share(), None, ""), (Estimate(), math.inf, ""),
        (Estimate(), pd.Timestamp("2023-04-01"), "数でない"), (Estimate(), pd.Timedelta(minutes=90), "数でない"),
        (Estimate(), 1 + 2j, "数でない"), (Money(), -1, ""), (Text(), True, ""),
    ],
)  # fmt: skip
def test_a_number_that_its_kind_cannot_be_is_not_printed_as_one(kind, value, told):
    """Percentages given for shares were printed as 4,000.0 %, a truth as はい, a day as an estimate."""
    typed = Typed.of([(value,)], {"x": kind})
    if not told:
        typed.require_following()
        return
    with pytest.raises(ColumnError, match=f"列「x」.*{told}"):
        typed.require_following()


def test_an_interval_lies_around_a_column_of_its_table():
    typed = Typed.of_rows([(0.3, 0.2, 0.4)], {"share": Share(), **interval("shaer", 0.9)})
    with pytest.raises(ColumnError, match="列「low」は列「shaer」の区間ですが"):
        typed.require_following()


@pytest.mark.parametrize(("low", "high", "crossed"), [(0.2, 0.3, False), (0.3, 0.3, False), (0.31, 0.3, True),
    (None, 0.3, False), (0.3 + 1e-12, 0.3, False), (0.3 + 1e-9, 0.3, True)])  # fmt: skip
def test_an_interval_whose_lower_end_lies_above_the_upper_is_none(low, high, crossed):
    typed = Typed.of_rows([(0.3, low, high)], {"share": Share(), **interval("share", 0.9)})
    if crossed:
        with pytest.raises(ColumnError, match="列「low」が、上限の列「high」より大きい"):
            typed.require_following()
    else:
        typed.require_following()


@pytest.mark.parametrize(("rows", "columns", "told"), [
    ([("男性", 1.5)], {"g": Dimension(), "n": Count(unit="人")}, "列「n」に、整数でない"),
    ([("男性", "三")], {"g": Dimension(), "n": Count(unit="人")}, "列「n」.*整数でない"),
    ([("男性", "はい")], {"g": Dimension(), "f": Flag()}, r"列「f」に、真偽.*でない"),
    ([("男性", "3.5点")], {"g": Dimension(), "e": Estimate()}, "列「e」.*数でない"),
    ([("男性",)], {"g": Dimension(), "n": Count()}, "の順に一つずつ"),
    (pd.DataFrame({"g": ["男性"]}), {"g": Dimension(), "n": Count()}, r"列 \['n'\] がありません"),
    ([("男性", 3)], {"g": Dimension(), "n": "人"}, "の種類は、Count"),
])  # fmt: skip
def test_rows_of_another_kind_are_told_with_their_column(rows, columns, told: str) -> None:
    """What pandas says to programmers names no column: "cannot safely cast non-equivalent object to int64"."""
    with pytest.raises(ColumnError, match=told):
        Typed.of_rows(rows, columns)


def test_a_name_that_no_column_has_is_refused_by_what_renames_and_joins() -> None:
    table = Typed.of([("男性", 3)], {"g": Dimension(), "n": Count()})
    with pytest.raises(ColumnError, match="列「sex」はありません"):
        table.rename(sex="g")
    with pytest.raises(ColumnError, match="列「sex」はありません"):
        table.join(table, ["sex"])


@pytest.mark.parametrize(
    ("given", "told"), [({"format": "nope"}, "書式 .*nope.* はありません"), ({}, "列「format」はありません")]
)
def test_numbers_of_several_kinds_name_a_format_that_there_is(given: dict[str, str], told: str) -> None:
    row = {"label": "計", "value": 1.0} | given
    kinds = {"label": Text(), "value": Various(), **{name: Text(aside=True) for name in given}}
    with pytest.raises(ColumnError, match=told):
        Typed.of([row], kinds).require_following()
