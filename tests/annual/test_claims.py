"""The table of agreement says 一致 only where the figure agrees, and keeps what cannot be checked."""

import math
from dataclasses import replace
from typing import get_args

import pandas as pd
import pytest

from tests.annual.entries import Cell, Claim
from ujo_lib.annual.claims import (
    AGREES,
    DIFFERS,
    OUTSIDE,
    RULES,
    UNKNOWN,
    WITHHELD,
    compare,
    count_verdicts,
    period_of,
    read_claims,
)
from ujo_lib.annual.goals import measure
from ujo_lib.annual.summary import key_figures
from ujo_lib.columns import (
    Base,
    Count,
    Difference,
    Dimension,
    Mark,
    Ratio,
    Share,
    Statistic,
    Text,
    Withheld,
    interval,
)
from ujo_lib.params import ParameterError, project_root
from ujo_lib.params.annual import Goal, KeyFigure, Rule
from ujo_lib.report.door.publish import (
    NotPublishedError,
    NotRunError,
    Subject,
    TableRecord,
    TableSpec,
    mask,
    unmasked,
)
from ujo_lib.typed import Schema, Typed

SPEC = TableSpec(
    "hours", "時刻", Subject(base="相談", source="合成", population="contacts"),
    Schema({"hour": Dimension(), "n": Count(unit="件"), "share": Share(n="n", base="n"), "z": Statistic(),
            "mark": Mark(n="n", base="n", residual="z", level=0.05)}),
)  # fmt: skip
FRAME = pd.DataFrame(
    {
        "hour": ["22時", "23時", "6時", "総数"],
        "n": [40, 42, 20, 102],
        "share": [0.392, 0.412, 0.196, 1.0],
        "z": [2.5, 1.0, -3.0, 0.0],
        "mark": ["＋", "・", "－", "・"],
    }
)


def _verdict(rule: str, published, table=None, **cell) -> str:
    claim = Claim("T1", "…", published, "", rule, Cell("02", "hours", **cell))
    frame = compare([claim], lambda *_: table or unmasked(SPEC, FRAME))
    return frame.frame["verdict"].iloc[0]


@pytest.mark.parametrize(("published", "period", "note"), [
    (102, "2023年(暦年)", "元の文"), (101, "2023年(暦年)", "計算値は2023年(暦年)のもの。元の文"), (101, "", "元の文"),
])  # fmt: skip
def test_a_number_that_differs_says_of_which_period_it_is(published, period, note):
    """What was published may speak of a calendar year and the report of a fiscal one."""
    cell = Cell("02", "hours", where={"hour": "総数"})
    table = unmasked(replace(SPEC, subject=replace(SPEC.subject, period=period)), FRAME)
    told = compare([Claim("T1", "…", published, "", "equal", cell, "元の文")], lambda *_: table)
    assert told.frame["note"].tolist() == [note]


@pytest.mark.parametrize(
    ("rule", "published", "cell", "verdict"),
    [
        ("equal", 102, {"where": {"hour": "総数"}}, AGREES),
        ("equal", 101, {"where": {"hour": "総数"}}, DIFFERS),
        ("equal", 82, {"where": {"hour": ["22時", "23時"]}}, AGREES),
        ("percent", 39, {"column": "share", "where": {"hour": "22時"}}, AGREES),
        ("percent", 39.1, {"column": "share", "where": {"hour": "22時"}}, DIFFERS),
        ("words", "約4割", {"column": "share", "where": {"hour": "22時"}}, AGREES),
        ("words", "4割強", {"column": "share", "where": {"hour": "22時"}}, DIFFERS),
        ("largest", "23時", {"over": "hour"}, AGREES),
        ("largest", "22時", {"over": "hour"}, DIFFERS),
        ("top", ["22時", "23時"], {"over": "hour"}, AGREES),
        ("top", ["22時", "6時"], {"over": "hour"}, DIFFERS),
        ("present", ["22時", "6時"], {"over": "hour"}, AGREES),
        ("descending", "…", {"over": "hour"}, DIFFERS),
        ("about", 2, {"column": "z", "where": {"hour": "22時"}}, DIFFERS),
        ("about", 2.4, {"column": "z", "where": {"hour": "22時"}}, AGREES),
        ("above_one", "…", {"column": "z", "where": {"hour": "22時"}}, AGREES),
        ("over_represented", "…", {"column": "mark", "where": {"hour": "22時"}}, AGREES),
        ("over_represented", "…", {"column": "mark", "where": {"hour": "23時"}}, DIFFERS),
        ("over_represented", "…", {"column": "mark", "where": {"hour": "6時"}}, DIFFERS),
        ("rounded", 2.5, {"column": "z", "where": {"hour": "22時"}}, AGREES),
        ("text", "22時", {"column": "hour", "where": {"hour": "22時"}}, AGREES),
    ],
)
def test_each_rule_agrees_where_it_should_and_only_there(rule, published, cell, verdict):
    assert _verdict(rule, published, **cell) == verdict


@pytest.mark.parametrize(
    ("low", "high", "margin", "verdict", "said"),
    [
        (-0.05, 0.05, 0.05, AGREES, "0.0 / -5.0 / 5.0"),
        (-0.051, 0.04, 0.05, UNKNOWN, "±5.0にまたがり"),
        (-0.04, 0.051, 0.05, UNKNOWN, "±5.0にまたがり"),
        (-0.30, 0.30, 0.05, UNKNOWN, "±5.0にまたがり"),  # holds 0, and shows nothing
        (0.01, 0.04, 0.05, AGREES, "1.0 / 4.0"),  # differs beyond chance, by less than matters
        (0.05, 0.09, 0.05, UNKNOWN, "±5.0にまたがり"),
        (0.051, 0.09, 0.05, DIFFERS, "5.1 / 9.0"),
        (-0.09, -0.051, 0.05, DIFFERS, "-9.0 / -5.1"),
        (-0.09, -0.05, 0.05, UNKNOWN, "±5.0にまたがり"),
        (-0.001, 0.001, None, UNKNOWN, "margin"),
        (float("nan"), float("nan"), 0.05, UNKNOWN, "差の区間がない"),
        (float("nan"), 0.01, 0.05, UNKNOWN, "差の区間がない"),
        (0.06, float("nan"), 0.05, UNKNOWN, "差の区間がない"),
    ],
)
def test_the_same_as_the_nation_needs_the_whole_interval_within_the_margin(low, high, margin, verdict, said):
    columns = {"share": Share(), "difference": Difference(to="全国", like="share", unit="ポイント")}
    schema = Schema({**columns, **interval("difference", 0.95, low="difference_low", high="difference_high")})
    frame = pd.DataFrame(
        {"share": [0.4], "difference": [(low + high) / 2], "difference_low": [low], "difference_high": [high]}
    )
    table = unmasked(TableSpec("any", "希死念慮", SPEC.subject, schema), frame)
    claim = Claim("T19", "…", "同様", "", "not_different", Cell("02", "any", "difference"), margin=margin)
    (row,) = compare([claim], lambda *_: table).frame.to_dict("records")
    assert row["verdict"] == verdict
    assert said in row["computed"].replace("△", "-")


@pytest.mark.parametrize(
    "kept_back", [["difference_low"], ["difference_high"], ["difference_low", "difference_high"]]
)
@pytest.mark.parametrize("whole", [False, True])
def test_the_same_as_the_nation_is_not_told_of_an_interval_that_was_kept_back(kept_back, whole):
    ends = interval("difference", 0.95, low="difference_low", high="difference_high")
    kinds = {"difference": Difference(to="全国", like="share", unit="ポイント"), "share": Share(), **ends}
    kinds |= dict.fromkeys(kept_back, Withheld()) if whole else {}
    frame = pd.DataFrame(
        {"share": [0.4], "difference": [0.0], "difference_low": [-0.04], "difference_high": [0.04]}
    )
    table = unmasked(TableSpec("any", "希死念慮", SPEC.subject, Schema(kinds)), frame)
    table = replace(table, hidden=table.hidden.assign(**dict.fromkeys(kept_back, True)))
    claim = Claim("T19", "…", "同様", "", "not_different", Cell("02", "any", "difference"), margin=0.05)
    (row,) = compare([claim], lambda *_: table).frame.to_dict("records")
    assert (row["computed"], row["verdict"]) == ("x", WITHHELD)


@pytest.mark.parametrize(
    ("rule", "margin"), [("text", 0.05), ("not_different", 0.0), ("not_different", -0.05)]
)
def test_a_margin_that_cannot_be_one_is_refused(rule, margin):
    with pytest.raises(ValueError, match="margin"):
        Claim("T1", "…", "同様", "", rule, Cell("02", "any"), margin=margin)


def test_a_cell_may_be_named_by_the_headings_that_people_see():
    by_heading = {"column": "件数(件)", "where": {"区分": "22時"}}
    assert _verdict("equal", 40, **by_heading) == AGREES
    assert _verdict("equal", 41, **by_heading) == DIFFERS
    assert _verdict("largest", "23時", column="件数(件)", over="区分") == AGREES


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ({"column": "人数"}, "列「人数」はない。あるのは 区分、件数(件)"),
        ({"where": {"時": "22時"}}, "列「時」はない。あるのは 区分、件数(件)"),
        ({"where": {"区分": "25時"}}, "区分が 25時 の行がない"),
        (
            {"where": {"区分": ["22時", "25時"]}},
            "区分が 22時・25時 の行がない",
        ),  # 40 alone would have been the sum
    ],
)
def test_a_cell_that_is_not_there_is_told_with_those_that_are(cell, told):
    with pytest.raises(ParameterError) as refused:
        _verdict("equal", 40, **cell)
    assert told in str(refused.value)


def test_a_heading_that_two_columns_share_names_neither():
    twins = Typed.of(
        FRAME[["hour", "n"]].assign(m=1), {"hour": Dimension(), **dict.fromkeys("nm", Count(unit="件"))}
    )
    table = unmasked(TableSpec("hours", "時刻", SPEC.subject, twins.schema), twins.frame)
    with pytest.raises(ParameterError, match=r"列「件数\(件\)」はない。あるのは 区分"):
        _verdict("equal", 40, table, column="件数(件)", where={"hour": "22時"})
    assert _verdict("equal", 40, table, column="n", where={"hour": "22時"}) == AGREES


def test_what_went_with_an_input_is_no_mistake_and_a_misspelt_heading_still_is():
    without = replace(unmasked(SPEC, FRAME), without={"広告": "出していない"})
    assert _verdict("equal", 40, without, column="人数") == UNKNOWN
    assert _verdict("equal", 40, without, where={"hour": "25時"}) == UNKNOWN
    with pytest.raises(ParameterError, match="列「時」はない"):
        _verdict("equal", 40, without, where={"時": "22時"})


@pytest.mark.parametrize("kind", [NotRunError, NotPublishedError])
def test_a_cell_is_not_to_be_mended_where_its_notebook_has_only_to_be_run(kind):
    def recall(notebook, table):
        raise kind("先に 06 を実行してください。")

    with pytest.raises(ParameterError, match="先に 06 を実行") as refused:
        measure([Goal(goal="a", indicator="b", cell=Cell("06", "t", column="v"))], recall)
    assert ("cell を直す" in str(refused.value)) == (kind is NotPublishedError)
    assert ("この項目を消す" in str(refused.value)) == (kind is NotRunError)


def test_a_tie_at_the_top_is_no_single_largest():
    tied = unmasked(SPEC, FRAME.assign(n=[42, 42, 20, 104]))
    assert _verdict("largest", "23時", tied, over="hour") == DIFFERS


def test_a_tie_for_the_last_place_of_the_top_leaves_no_top():
    tied = unmasked(SPEC, FRAME.assign(n=[40, 42, 40, 122]))
    assert _verdict("top", ["23時", "22時"], tied, over="hour") == DIFFERS
    assert _verdict("top", ["23時"], tied, over="hour") == AGREES
    assert _verdict("top", ["6時", "23時", "22時"], tied, over="hour") == AGREES


LACKING = unmasked(
    SPEC,
    FRAME.assign(n=[None, None, 20, None], share=math.nan, z=[math.nan, 2.0, math.nan, 0.0]).astype(
        {"n": "Int64"}
    ),
)


@pytest.mark.parametrize(
    ("rule", "published", "cell", "verdict"),
    [
        ("equal", 0, {"where": {"hour": "22時"}}, UNKNOWN),
        ("equal", 20, {"where": {"hour": ["22時", "6時"]}}, UNKNOWN),
        ("equal", 20, {"where": {"hour": "6時"}}, AGREES),
        ("percent", 0, {"column": "share", "where": {"hour": "22時"}}, UNKNOWN),
        ("words", "5割未満", {"column": "share", "where": {"hour": "22時"}}, UNKNOWN),
        ("rounded", 0, {"column": "z", "where": {"hour": "22時"}}, UNKNOWN),
        ("about", 2, {"column": "z", "where": {"hour": ["22時", "23時"]}}, UNKNOWN),
        ("above_one", "…", {"column": "z", "where": {"hour": ["22時", "23時"]}}, UNKNOWN),
        ("present", ["22時"], {"over": "hour"}, UNKNOWN),
        ("largest", "6時", {"over": "hour"}, AGREES),
        ("largest", "6時", {"column": "share", "over": "hour"}, UNKNOWN),
        ("top", ["6時"], {"column": "share", "over": "hour"}, UNKNOWN),
        ("descending", "…", {"over": "hour"}, UNKNOWN),
        ("descending", "…", {"column": "share", "over": "hour"}, UNKNOWN),
    ],
)
def test_a_figure_that_was_not_computed_is_no_zero_and_confirms_nothing(rule, published, cell, verdict):
    assert _verdict(rule, published, LACKING, **cell) == verdict


@pytest.mark.parametrize(
    ("hours", "told"),
    [("22時", ("2.50", AGREES)), ("23時", ("1.00", DIFFERS)), (["22時", "23時"], ("1.00以上", DIFFERS))],
)
def test_of_several_ratios_the_smallest_is_told_as_the_least(hours, told):
    claim = Claim("T1", "…", "…", "", "above_one", Cell("02", "hours", "z", where={"hour": hours}))
    (row,) = compare([claim], lambda *_: unmasked(SPEC, FRAME)).frame.to_dict("records")
    assert (row["computed"], row["verdict"]) == told


@pytest.mark.parametrize(("z", "told"), [(1.149, "1.14以上"), (1.15, "1.15以上"), (1.156, "1.15以上")])
def test_at_least_so_many_times_is_rounded_down_so_that_it_holds(z, told):
    """1.156 times was told as 1.16 at least."""
    claim = Claim("T1", "…", "…", "", "above_one", Cell("02", "hours", "z", where={"hour": ["22時", "23時"]}))
    table = unmasked(SPEC, FRAME.assign(z=[2.5, z, -3.0, 0.0]))
    assert compare([claim], lambda *_: table).frame["computed"].item() == told


def test_a_strictly_falling_row_is_descending_and_a_flat_one_is_not():
    falling = unmasked(SPEC, FRAME.assign(n=[42, 40, 20, 102]))
    flat = unmasked(SPEC, FRAME.assign(n=[42, 42, 20, 104]))
    assert _verdict("descending", "…", falling, over="hour") == AGREES
    assert _verdict("descending", "…", flat, over="hour") == DIFFERS


def test_a_hidden_cell_is_neither_compared_nor_shown():
    table = mask(TableRecord.of("02", SPEC, FRAME), FRAME, {"n": [True, False, False, False]})
    claim = Claim("T1", "…", 40, "件", "equal", Cell("02", "hours", where={"hour": "22時"}))
    (row,) = compare([claim], lambda *_: table).frame.to_dict("records")
    assert (row["computed"], row["verdict"]) == ("x", WITHHELD)


@pytest.mark.parametrize(("label", "told"), [("宇城市", "x"), ("よその市", "5回")])
def test_a_row_that_lost_its_words_with_its_count_is_withheld_and_no_mistake(label, told):
    """Few contacts in the window take the row's label with them; a row that is shown is found by its own."""
    columns = {"area": Text(), "role": Dimension(), "n": Count(unit="回")}
    frame = pd.DataFrame({"area": ["宇城市", "よその市"], "role": ["a", "b"], "n": [4, 5]})
    spec = TableSpec("effect", "効果", Subject(base="相談", population="contacts"), Schema(columns))
    table = mask(TableRecord.of("04", spec, frame), frame, {"n": [True, False]})
    goal = Goal(goal="…", indicator="…", cell=Cell("04", "effect", where={"area": label}))
    assert measure([goal], lambda *_: table).frame["value"].tolist() == [told]


def test_what_nothing_computes_stays_in_the_table():
    claim = Claim("A1", "…", 200, "万円", "none", None, "支払額の記録がない")
    (row,) = compare([claim], lambda *_: None).frame.to_dict("records")
    assert (row["verdict"], row["note"]) == (UNKNOWN, "支払額の記録がない")


def test_wrong_entries_are_named_together(tmp_path):
    file = tmp_path / "published.yaml"
    file.write_text(
        "claims:\n"
        "- {id: S1, statement: a, published: 1, rule: equals, cell: {notebook: x, table: y}}\n"
        "- {id: S2, statement: a, published: 1, rule: equal}\n"
        "- {id: S3, statement: a, published: 1, rule: none}\n"
        "- {id: S3, statement: a, published: 1, rule: none}\n",
        encoding="utf-8",
    )
    with pytest.raises(ParameterError) as caught:
        read_claims(file)
    found = [(problem.line, problem.key) for problem in caught.value.problems]
    assert found == [(2, "claims.1番目.rule"), (3, "claims.2番目")]
    assert caught.value.problems[0].remedy == "「equal」の書き間違いではありませんか"
    file.write_text(
        "claims:\n" + "- {id: S3, statement: a, published: 1, rule: none}\n" * 2, encoding="utf-8"
    )
    with pytest.raises(ParameterError, match="S3 が重なる"):
        read_claims(file)


@pytest.mark.parametrize(
    ("rule", "published", "cell"),
    [
        ("percent", "7割", {}),
        ("equal", True, {}),
        ("top", "22時", {"over": "hour"}),
        ("largest", "22時", {}),
    ],
)
def test_a_rule_that_its_statement_cannot_answer_is_refused(rule, published, cell):
    with pytest.raises(ValueError, match="T1"):
        _verdict(rule, published, **cell)


def test_every_rule_that_may_be_written_is_one_that_can_be_applied():
    assert {*RULES, "none"} == set(get_args(Rule))


def test_all_cells_that_are_not_there_are_named_at_once_whoever_asks_for_them():
    def recall(*_):
        return unmasked(SPEC, FRAME)

    wrong = [
        Cell("02", "hours", "m"),
        Cell("02", "hours", where={"hour": "5時"}),
        Cell("02", "hours", where={"h": "5時"}),
    ]
    claims = [Claim(f"T{i}", "…", 1, "", "equal", cell) for i, cell in enumerate(wrong)]
    figures = [KeyFigure(label=f"T{i}", cell=cell) for i, cell in enumerate(wrong)]
    goals = [Goal(goal=f"T{i}", indicator="…", cell=cell) for i, cell in enumerate(wrong)]
    for ask, entries in ((compare, claims), (key_figures, figures), (measure, goals)):
        with pytest.raises(ParameterError) as caught:
            ask(entries, recall)
        assert [problem.key for problem in caught.value.problems] == ["T0", "T1", "T2"]


def test_the_claims_of_the_sample_can_be_read():
    path = project_root() / "params" / "sample" / "fy2023" / "published.yaml"
    assert len(read_claims(path)) > 60


@pytest.mark.parametrize(
    ("published", "verdict"),
    [("継続", OUTSIDE), (["声あり", "図"], OUTSIDE), ("3媒体", UNKNOWN), (200, UNKNOWN)],
)
def test_a_statement_without_a_figure_is_no_failed_calculation(published, verdict):
    row = compare([Claim("A01", "記述", published, "", "none", None)], lambda *_: None).frame.iloc[0]
    assert row["verdict"] == verdict


SHARES = Schema(
    {"hour": Dimension(), "n": Count(unit="件"), "base": Count(unit="件"), "share": Share(n="n", base="base"),
     **interval("share", 0.95), "ratio": Ratio(heading="比", unit="倍", free=True)}
)  # fmt: skip
OF_HOURS = pd.DataFrame(
    {"hour": ["22時", "23時", "6時"], "n": [40, 60, None], "base": [200, 200, 200], "share": [0.2, 0.3, None],
     "low": [0.15, 0.24, None], "high": [0.26, 0.37, None], "ratio": [2.0, 3.0, 1.0]}
).astype({"n": "Int64"})  # fmt: skip


def _asked(column, hours, note="", hidden=()):
    shown = unmasked(TableSpec("hours", "時刻", SPEC.subject, SHARES), OF_HOURS)
    shown = replace(shown, hidden=shown.hidden.assign(**dict.fromkeys(hidden, True)))
    cell = Cell("02", "hours", column, where={"hour": hours})
    (goal,) = measure([Goal(goal="a", indicator="b", cell=cell)], lambda *_: shown).frame.to_dict("records")
    entry = KeyFigure(label="a", cell=cell, low="low", high="high", note=note)
    return goal["value"], key_figures([entry], lambda *_: shown).frame.iloc[0]


@pytest.mark.parametrize(
    ("column", "hours", "goal", "value"),
    [
        ("n", ["22時", "23時"], "100件", 100),
        ("share", ["22時", "23時"], "50.0%", 0.5),
        ("n", ["22時", "6時"], "…", None),
        ("share", ["22時", "6時"], "…", None),
    ],
)
def test_several_rows_are_added_up_without_an_interval_and_not_at_all_where_one_is_unknown(
    column, hours, goal, value
):
    told, figure = _asked(column, hours)
    assert told == goal
    assert figure["value"] == value
    assert (figure["low"], figure["high"]) == (None, None)


def test_one_row_keeps_its_interval():
    told, figure = _asked("share", "22時")
    assert told == "20.0%(95%信頼区間 15.0〜26.0%)"
    assert (figure["value"], figure["low"], figure["high"]) == (0.2, 0.15, 0.26)


def test_ratios_of_several_rows_are_no_figure():
    with pytest.raises(ParameterError, match="当てはまる行が2行あり、足せる数ではない"):
        _asked("ratio", ["22時", "23時"])


WHOLES = Schema(
    {"sex": Dimension(), "topic": Dimension(), "tick": Dimension(multiple=True), "n": Count(unit="件"),
     "base": Base(unit="件", over=("topic", "tick")), "share": Share(n="n", base="base"),
     "weighted": Share(), "mark": Mark(n="n", base="base", residual="n", level=0.05),
     "gap": Difference(n="n", base="base"), **interval("gap", 0.95)}
)  # fmt: skip
OF_WHOLES = pd.DataFrame(
    [(*row, row[3] / row[4], row[3] / row[4], "＋", 0.1, 0.0, 0.2) for row in (
        ("男", "a", "x", 8, 25), ("男", "b", "x", 5, 25), ("男", "a", "y", 9, 25),
        ("女", "a", "x", 5, 25), ("女", "c", "x", 5, 20), ("女", "総数", "x", 10, 20),
    )],
    columns=list(WHOLES.columns),
)  # fmt: skip
X = {"tick": "x"}


@pytest.mark.parametrize(
    ("rule", "published", "column", "where", "mistake"),
    [
        ("equal", 13, "n", {"sex": "男", **X}, ""),
        ("percent", 52, "share", {"sex": "男", **X}, ""),  # (8 + 5) / 25
        ("equal", 13, "n", {"topic": "a", **X}, ""),
        (
            "percent",
            52,
            "share",
            {"topic": "a", **X},
            "分母の違う割合",
        ),  # men and women, 25 of each: 13 of 50 are 26 %
        ("percent", 45, "share", {"topic": ["a", "c"], "sex": "女"}, "分母の違う割合"),
        ("percent", 52, "weighted", {"sex": "男", **X}, ""),
        ("percent", 52, "weighted", {"topic": "a", **X}, "分母の違う割合"),
        ("equal", 17, "n", {"sex": "男", "topic": "a"}, "いくつも選べる"),
        ("equal", 15, "n", {"topic": ["c", "総数"], "sex": "女"}, "合計とその内訳"),
        ("equal", 50, "base", {"sex": "男", **X}, "どの行でも同じ人"),
        ("over_represented", "多い", "mark", {"sex": "男"}, "足せる数ではない"),
        ("not_different", "同じ", "gap", {"sex": "男"}, "当てはまる行が3行"),
    ],
)
def test_several_rows_are_one_figure_only_where_they_add_up_to_one(rule, published, column, where, mistake):
    """By hand; whatever is refused here was added up, or its first row taken, and called 一致 or 不一致."""
    table = unmasked(TableSpec("hours", "時刻", SPEC.subject, WHOLES), OF_WHOLES)
    claim = Claim("T1", "…", published, "", rule, Cell("02", "hours", column, where))
    if mistake:
        with pytest.raises(ParameterError, match=mistake):
            compare([claim], lambda *_: table)
    else:
        assert compare([claim], lambda *_: table).frame["verdict"].tolist() == [AGREES]


@pytest.mark.parametrize(
    ("rule", "published"), [("largest", "23時台"), ("top", ["23時", "22時台"]), ("present", ["6時", "5時"])]
)
def test_a_category_that_the_table_does_not_know_is_not_told_as_one_that_nobody_is_in(rule, published):
    claim = Claim("T1", "…", published, "", rule, Cell("02", "hours", over="hour"))
    told = compare([claim], lambda *_: unmasked(SPEC, FRAME)).frame.iloc[0]
    strange = published if rule == "largest" else published[1]
    assert (told["computed"], told["verdict"]) == (f"区分「{strange}」が表にない", UNKNOWN)


@pytest.mark.parametrize(
    ("published", "verdict"), [(57, DIFFERS), (58, AGREES), (57.5, AGREES), (57.4, DIFFERS), (59, DIFFERS)]
)
def test_half_a_percent_is_rounded_up_and_not_what_a_float_makes_of_it(published, verdict):
    """23 of 40 are 57.5 %, though 100 * 0.575 is 57.49999999999999."""
    table = unmasked(SPEC, FRAME.assign(share=23 / 40))
    assert _verdict("percent", published, table, column="share", where={"hour": "22時"}) == verdict


@pytest.mark.parametrize(
    ("k", "published"), [((1, 46), 58.8), ((1, 45), 57.5), ((1, 48), 61.3), ((2, 45), 58.8)]
)
def test_shares_added_up_are_rounded_as_the_share_of_their_sum(k, published):
    """47 of 80 are 58.75 %, though 1/80 + 46/80 is 0.5874999999999999."""
    table = unmasked(SPEC, FRAME.assign(share=[*(one / 80 for one in k), 0.0, 1.0], n=80))
    where = {"hour": ["22時", "23時"]}
    assert _verdict("percent", published, table, column="share", where=where) == AGREES
    (goal,) = measure(
        [Goal(goal="a", indicator="b", cell=Cell("02", "hours", "share", where))], lambda *_: table
    ).frame["value"]
    assert goal == f"{published}%"


@pytest.mark.parametrize(("n", "verdict"), [(0, DIFFERS), (1, AGREES)])
def test_a_category_that_nobody_named_was_not_present(n, verdict):
    table = unmasked(SPEC, FRAME.assign(n=[n, 42, 20, 62]))
    assert _verdict("present", ["22時", "6時"], table, over="hour") == verdict


@pytest.mark.parametrize(("n", "told"), [(40, "200件のうち"), (None, "…件のうち")])
def test_the_base_of_several_answers_is_told_once(n, told):
    cell = Cell("02", "hours", "n", {"sex": "男", **X})
    table = unmasked(
        TableSpec("hours", "時刻", SPEC.subject, WHOLES), OF_WHOLES.assign(base=200 if n else None)
    )
    note = key_figures([KeyFigure(label="a", cell=cell, note="{base}件のうち")], lambda *_: table).frame[
        "note"
    ]
    assert note.tolist() == [told]


@pytest.mark.parametrize(
    ("hours", "hidden", "told"),
    [("22時", (), "200件のうち"), ("22時", ("base",), "x件のうち"), (["22時", "23時"], (), "200件のうち")],
)
def test_a_denominator_in_a_note_that_the_reader_may_not_see_is_marked(hours, hidden, told):
    assert _asked("share", hours, "{base}件のうち", hidden)[1]["note"] == told


def test_a_count_in_a_note_that_there_is_not_is_dots():
    assert _asked("share", "6時", "{n}件")[1]["note"] == "…件。元の表に値がない"


def test_words_where_a_number_is_asked_for_are_a_mistake_told_in_japanese():
    for rule, cell in (("equal", {"where": {"hour": "22時"}}), ("largest", {"over": "hour"})):
        with pytest.raises(ParameterError, match="言葉で、数ではない"):
            _verdict(rule, 1, column="mark", **cell)
    with pytest.raises(ParameterError, match="言葉で、数ではない"):
        key_figures([KeyFigure(label="a", cell=Cell("02", "hours", "hour", where={"hour": "22時"}))],
                    lambda *_: unmasked(SPEC, FRAME))  # fmt: skip
    with pytest.raises(ParameterError, match="この列には信頼区間がない"):
        _verdict("not_different", "同様", column="share", where={"hour": "22時"})
    with pytest.raises(ParameterError, match="列「bas」はない。あるのは hour、n"):
        _asked("share", "22時", "{bas}件")


@pytest.mark.parametrize(
    ("published", "unit", "told"),
    [
        (1234, "件", "1,234件"),
        (2.5, "倍", "2.5倍"),
        ("7割強", "", "7割強"),
        (["声", "図"], "", "声、図"),
        (True, "", "True"),  # YAML takes a bare yes for it: no number of anything
    ],
)
def test_what_was_published_is_told_as_it_was_written(published, unit, told):
    row = compare([Claim("A01", "記述", published, unit, "none", None)], lambda *_: None).frame.iloc[0]
    assert row["published"] == told


@pytest.mark.parametrize(
    ("rule", "published", "n", "verdict"),
    [
        ("top", ["6時"], [None, None, 20, 20], AGREES),
        ("top", ["6時"], [None, None, None, None], UNKNOWN),
        ("largest", "22時", [40, None, None, 40], AGREES),
        ("descending", "…", [None, None, 20, 20], UNKNOWN),  # one figure falls nowhere
        ("descending", "…", [40, None, 20, 60], AGREES),
        ("descending", "…", [20, None, 40, 60], DIFFERS),
        ("present", ["6時"], [1, None, 20, 21], UNKNOWN),
    ],
)
def test_an_order_speaks_of_the_figures_that_there_are_from_as_many_as_it_needs(rule, published, n, verdict):
    """A rise across a category without a figure was told to agree with a fall."""
    table = unmasked(SPEC, FRAME.assign(n=pd.array(n, dtype="Int64")))
    assert _verdict(rule, published, table, over="hour") == verdict


@pytest.mark.parametrize(
    ("computed", "verdict"), [(35, DIFFERS), (36, AGREES), (40, AGREES), (44, AGREES), (45, DIFFERS)]
)
def test_about_forty_is_a_tenth_less_or_more(computed, verdict):
    table = unmasked(SPEC, FRAME.assign(n=[computed, 42, 20, 102]))
    assert _verdict("about", 40, table, where={"hour": "22時"}) == verdict


@pytest.mark.parametrize(
    ("published", "computed", "verdict"),
    [
        *[(2, 1.799, DIFFERS), (2, 1.8, AGREES), (2, 2.2, AGREES), (2, 2.201, DIFFERS)],
        *[(3, 2.7, AGREES), (0.3, 0.33, AGREES), (0.3, 0.331, DIFFERS), (7, 7.7, AGREES)],
    ],
)
def test_a_tenth_is_a_tenth_in_decimal_figures(published, computed, verdict):
    """2.2 differed from "about 2", whose tenth is a little less in binary."""
    table = unmasked(SPEC, FRAME.assign(z=[computed, 1.0, 1.0, 1.0]))
    assert _verdict("about", published, table, column="z", where={"hour": "22時"}) == verdict


@pytest.mark.parametrize(
    ("rule", "published", "cell", "said"),
    [
        ("percent", 39, {"column": "share", "where": {"hour": "22時"}}, "39.2%"),
        ("percent", 39.2, {"column": "share", "where": {"hour": "22時"}}, "39.2%"),
        ("percent", 39.21, {"column": "share", "where": {"hour": "22時"}}, "39.20%"),
        ("rounded", 2, {"column": "z", "where": {"hour": "22時"}}, "2.5"),
        ("rounded", 2.51, {"column": "z", "where": {"hour": "22時"}}, "2.50"),
        ("descending", "…", {"over": "hour"}, "23時 > 22時 > 6時"),
        ("largest", "23時", {"over": "hour"}, "23時"),
        ("top", ["22時", "23時"], {"over": "hour"}, "23時、22時"),
    ],
)
def test_what_was_computed_is_told_with_the_decimals_that_were_published_and_the_largest_first(
    rule, published, cell, said
):
    claim = Claim("T1", "…", published, "", rule, Cell("02", "hours", **cell))
    assert compare([claim], lambda *_: unmasked(SPEC, FRAME)).frame["computed"].item() == said


@pytest.mark.parametrize(
    ("where", "period"),
    [({"year": "2023年"}, "2023年"), ({"hour": "22時"}, "2022年・2023年"), ({}, "2022年・2023年")],
)
def test_a_row_of_one_of_several_years_is_of_that_year(where, period):
    table = unmasked(replace(SPEC, subject=replace(SPEC.subject, period="2022年・2023年")), FRAME)
    assert period_of(table, Cell("02", "hours", where=where)) == period


@pytest.mark.parametrize(
    ("lost", "period"),
    [(0, "2024年度"), (1, "2024年度(記録のない1日を除く)"), (90, "2024年度(記録のない90日を除く)")],
)
def test_a_count_of_a_year_whose_last_months_are_not_there_yet_says_so_on_the_cover(lost, period):
    """1,916 contacts of nine months stood beside the 2,519 of the year before as those of the year."""
    schema = Schema({"scope": Text(), "n": Count(unit="件"), "missing_days": Count(unit="日", members=False)})
    frame = pd.DataFrame({"scope": ["県", "全国"], "n": [1916, 259334], "missing_days": [lost, 365]})
    table = unmasked(TableSpec("totals", "件数", Subject(period="2024年度"), schema), frame)
    assert period_of(table, Cell("02", "totals", column="n", where={"scope": "県"})) == period


def test_a_verdict_that_nobody_got_is_counted_as_none():
    counted = count_verdicts(pd.DataFrame({"verdict": [AGREES, DIFFERS, AGREES]})).frame
    assert dict(zip(counted["verdict"], counted["n"], strict=True)) == {
        AGREES: 2, DIFFERS: 1, UNKNOWN: 0, WITHHELD: 0, OUTSIDE: 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("z", "verdict"),
    [((1.0, 2.0), DIFFERS), ((1.001, 2.0), AGREES), ((1.001, 1.002), AGREES), ((0.9, 3.0), DIFFERS)],
)
def test_every_ratio_must_be_above_one_and_one_itself_is_not(z, verdict):
    table = unmasked(SPEC, FRAME.assign(z=[*z, -3.0, 0.0]))
    assert _verdict("above_one", "…", table, column="z", where={"hour": ["22時", "23時"]}) == verdict


@pytest.mark.parametrize("rule", ["largest", "top"])
@pytest.mark.parametrize(
    ("counts", "verdict", "told"),
    [
        ([0, 0, 0, 0], UNKNOWN, "どれも0"),
        ([0, 1, 0, 1], AGREES, "23時"),
        ([1, 1, 0, 2], DIFFERS, "22時、23時"),
    ],
)
def test_of_nobody_no_category_is_the_largest(rule, counts, verdict, told):
    claim = Claim("T1", "…", ["23時"], "", rule, Cell("02", "hours", over="hour"))
    (row,) = compare([claim], lambda *_: unmasked(SPEC, FRAME.assign(n=counts))).frame.to_dict("records")
    assert (row["computed"], row["verdict"]) == (told, verdict)


def test_a_top_of_more_than_there_are_holds_none_with_nobody():
    rows = unmasked(SPEC, FRAME.assign(n=[3, 0, 0, 3]))
    claim = Claim("T1", "…", ["22時", "23時"], "", "top", Cell("02", "hours", over="hour"))
    assert compare([claim], lambda *_: rows).frame["computed"].item() == "22時"


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([42, 42, 20, 104], "22時 = 23時 > 6時"),
        ([42, 41, 41, 124], "22時 > 23時 = 6時"),
        ([3, 2, 1, 6], "22時 > 23時 > 6時"),
    ],
)
def test_a_tie_in_an_order_is_told_as_a_tie(counts, told):
    claim = Claim("T1", "…", "…", "", "descending", Cell("02", "hours", over="hour"))
    rows = unmasked(SPEC, FRAME.assign(n=counts))
    assert compare([claim], lambda *_: rows).frame["computed"].item() == told
