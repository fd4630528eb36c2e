"""What the door hides stays hidden, in the cell, in its row, in the record and in whatever is made from it."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.columns import (
    Base,
    Bound,
    ColumnError,
    Count,
    Difference,
    Dimension,
    Estimate,
    Money,
    PValue,
    Rate,
    Ratio,
    Residual,
    Share,
    Statistic,
    Text,
    Various,
)
from ujo_lib.disclosure.plan import Plan
from ujo_lib.report.door.masks import counted, masks_for
from ujo_lib.report.door.publish import (
    NOBODY,
    PublishError,
    Subject,
    TableRecord,
    TableSpec,
    mask,
    not_supplied,
    ranked_by,
    unmasked,
)
from ujo_lib.report.look.figures import read
from ujo_lib.report.look.tables import table_html
from ujo_lib.report.sheets.exports import Table
from ujo_lib.typed import ANSWERED, Schema, Typed

COLUMNS = {
    "sex": Dimension(variable="sex"),
    "n": Count(unit="人"),
    "all": Base(over=("sex",)),
    "share": Share(n="n", base="all"),
    "low": Bound(of="share", side="low", level=0.95),
}
ABOUT = Subject(base="当事者", source="該当者票", population="cases")


def _elsewhere(*names: str) -> Subject:
    return replace(ABOUT, population=None, computed_from=names)


SPEC = TableSpec("cases_by_sex", "性別", ABOUT, Schema(COLUMNS))
FRAME = pd.DataFrame(
    {
        "sex": pd.Categorical(["男性", "女性", "総数"], ["男性", "女性", "総数"]),
        "n": [17, 8, 25],
        "all": [25, 25, 25],
        "share": [0.68, 0.32, 1.0],
        "low": [0.48, 0.17, np.nan],
    }
)


def _masked(hide: list[bool]):
    record = TableRecord.of("01", SPEC, FRAME)
    return mask(record, FRAME, {"n": hide})


def test_a_hidden_count_takes_its_share_and_its_interval_with_it():
    shown = _masked([False, True, False])
    assert [shown.value(column, sex="女性") for column in ("n", "share", "low")] == [None, None, None]
    assert shown.value("share", sex="男性") == pytest.approx(0.68)


def test_a_share_of_nobody_beside_a_hidden_one_leaves_the_others_numbers():
    """In such a column the largest value could not be told, and the page of a small city failed."""
    frame = FRAME.assign(share=pd.array([0.68, 0.32, pd.NA], dtype="Float64"))
    masked = mask(TableRecord.of("01", SPEC, frame), frame, {"n": [True, False, False]})
    assert masked.frame["share"].dtype == float
    assert masked.frame["share"].dropna().tolist() == [0.32]


def test_a_hidden_cell_is_known_to_be_hidden_and_a_missing_one_is_not():
    shown = _masked([False, True, False])
    assert shown.is_hidden("low", sex="女性")
    assert shown.value("low", sex="総数") is None
    assert not shown.is_hidden("low", sex="総数")


def test_the_record_of_a_masked_table_does_not_contain_the_hidden_figures():
    text = _masked([False, True, False]).record("01").to_json()
    assert "0.32" not in text
    assert [row[1] for row in json.loads(text)["rows"]] == [17, None, 25]


def test_a_recalled_table_is_masked_as_its_readers_saw_it():
    again = TableRecord.from_json(_masked([False, True, False]).record("01").to_json()).published()
    assert again.key == "01/cases_by_sex"
    assert again.is_hidden("n", sex="女性")
    assert again.value("n", sex="男性") == 17


def test_a_free_column_stays_when_the_count_of_its_row_is_hidden():
    free = Schema({**COLUMNS, "low": replace(COLUMNS["low"], free=True)})
    spec = replace(SPEC, schema=free)
    shown = mask(TableRecord.of("01", spec, FRAME), FRAME, {"n": [True, False, False]})
    assert shown.value("low", sex="男性") == pytest.approx(0.48)


def test_the_same_table_gives_the_same_bytes_and_the_same_digest():
    records = [TableRecord.of("01", SPEC, FRAME.copy()) for _ in range(2)]
    assert records[0].to_json() == records[1].to_json()
    assert records[0].digest == records[1].digest


def test_the_order_of_dimensions_survives_writing_because_the_first_may_hold_several_answers():
    frame = pd.DataFrame({"theme": ["学校"], "age": ["10代"], "n": [7]})
    schema = Schema({"theme": Dimension(multiple=True), "age": Dimension(), "n": Count(unit="件")})
    again = TableRecord.from_json(TableRecord.of("03", replace(SPEC, schema=schema), frame).to_json())
    assert list(again.spec.schema.dimensions) == ["theme", "age"]
    assert again.spec.schema.multiple == ("theme",)


def test_a_changed_figure_changes_the_digest():
    other = FRAME.assign(n=[16, 9, 25])
    assert TableRecord.of("01", SPEC, FRAME).digest != TableRecord.of("01", SPEC, other).digest


def test_a_table_about_no_population_has_no_counts_to_protect():
    assert SPEC.counts == ("n", "all")
    assert replace(SPEC, subject=replace(ABOUT, population=None)).counts == ()


@pytest.mark.parametrize("name", ["Sex", "1st", "a-b", ""])
def test_an_id_that_is_no_file_name_is_refused(name):
    with pytest.raises(PublishError, match="英小文字・数字・_ だけ"):
        TableSpec(name, "性別")


def test_what_is_said_of_a_table_survives_writing_and_reading():
    schema = Schema(
        {**COLUMNS, "sex": Dimension(groups={"男女": ("男性", "女性")})}, {"wish": ("強く", "少し")}, "読み方"
    )
    spec = TableSpec("a", "題", replace(ABOUT, dated=True, days=("2023-04-01", "2024-03-31")), schema)
    assert TableSpec.from_plain(json.loads(json.dumps(spec.to_plain()))) == spec


def test_a_cell_that_is_not_unique_is_no_cell():
    with pytest.raises(KeyError, match="の行が0個"):
        unmasked(SPEC, FRAME).value("n", sex="不明")
    with pytest.raises(ColumnError, match=r"「sexx」.*sex"):
        unmasked(SPEC, FRAME).value("n", sexx="男性")
    with pytest.raises(ColumnError, match=r"「m」はありません"):
        unmasked(SPEC, FRAME).value("m", sex="男性")


def test_a_panel_of_a_column_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ColumnError, match=r"「sexx」.*sex"):
        unmasked(SPEC, FRAME).where(sexx="男性")


def test_a_panel_keeps_its_part_of_the_mask():
    part = _masked([False, True, False]).where(sex=["女性", "総数"])
    assert list(part.hidden["n"]) == [True, False]
    assert list(part.frame["sex"]) == ["女性", "総数"]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.booleans(), min_size=3, max_size=3))
def test_whatever_is_hidden_no_figure_of_its_row_can_be_read(hide):
    shown = _masked(hide)
    for row, flag in enumerate(hide):
        values = shown.frame[["n", "share", "low"]].iloc[row]
        assert values.isna().all() if flag else values["n"] == FRAME["n"].iloc[row]


KINDS_OF_TABLE = {
    "estimate": Estimate(),
    "p": PValue(),
    "residual": Residual(),
    "statistic": Statistic(),
    "cost": Money(),
    "various": Various(),
    "reference": Share(),
    "mean": Rate(),
    "expected": Ratio(n="n", base="estimate"),
    "beyond": Difference(n="n", base="elsewhere"),
    "around_estimate": Bound(of="estimate", side="low", level=0.95),
    "around_count": Bound(of="n", side="low", level=0.95),
    "of_a_model": Bound(of="share", side="low", level=0.95, interval="prediction"),
    "by_chance": Bound(of="share", side="low", level=0.95, interval="acceptance"),
    "of_a_family": Bound(of="share", side="low", level=0.95, interval="simultaneous"),
    "around_nothing": Bound(of="elsewhere", side="low", level=0.95),
    "sum_of_rows": Base(),
}


def _with(name: str, subject: Subject = ABOUT, hide: tuple[bool, ...] = (), whole=(), **changes):
    noted = replace(KINDS_OF_TABLE[name], note="読み方。") if any(hide) else KINDS_OF_TABLE[name]
    columns = {**COLUMNS, "estimate": Estimate(), name: noted}
    frame = FRAME.assign(**{"estimate": [1.5, 2.5, 3.5], name: [7.25, 8.25, 9.25]})
    spec = replace(SPEC, subject=subject, schema=Schema(columns, **changes))
    cells = {"n": hide} if hide else {}
    return mask(TableRecord.of("01", spec, frame), frame, cells, whole)


@pytest.mark.parametrize("name", KINDS_OF_TABLE)
def test_one_hidden_count_takes_every_column_with_it_that_no_equation_ties_to_its_own_row(name):
    shown = _with(name, hide=(False, True, False))
    assert shown.hidden[name].all()
    assert f"「{KINDS_OF_TABLE[name].name}」" in shown.spec.note
    leaving = Table.of(shown.record("01"))
    assert name not in {column.name for column in leaving.columns}
    for text in (leaving.csv().decode(), table_html(shown), shown.record("01").to_json()):
        assert "7.25" not in text
        assert "9.25" not in text
    assert f"<th>{KINDS_OF_TABLE[name].title}" not in table_html(shown)
    assert "読み方" not in shown.spec.note
    assert shown.value("share", sex="男性") == pytest.approx(0.68)


@pytest.mark.parametrize("name", KINDS_OF_TABLE)
def test_where_nothing_is_hidden_nothing_is_withheld(name):
    shown = _with(name, hide=(False, False, False))
    assert not shown.hidden.to_numpy().any()
    assert shown.spec.note == ""


@pytest.mark.parametrize(
    ("subject", "part", "whole", "gone"),
    [
        (ABOUT, True, [], True),
        (ABOUT, False, [], False),
        (ABOUT, True, ["cases"], False),
        (ABOUT, True, ["consultations"], True),
        (replace(ABOUT, computed_from=("answers",)), False, ["cases"], True),
        (replace(ABOUT, computed_from=("answers",)), False, ["cases", "01/answers"], False),
        (_elsewhere("cases"), False, ["cases"], False),
        (_elsewhere("cases"), False, ["consultations"], True),
        (_elsewhere("cases", "consultations"), False, ["cases"], True),
        (_elsewhere("by_sex"), False, ["01/by_sex"], False),
        (_elsewhere("by_sex"), False, ["02/by_sex"], True),
        (_elsewhere("02/by_sex"), False, ["02/by_sex"], False),
        (_elsewhere("a name that no table has"), False, ["cases"], True),
        (_elsewhere(*NOBODY), False, [], False),
        (_elsewhere(*NOBODY), True, [], False),
    ],
)
def test_a_table_taken_from_another_learns_that_its_parent_hides_counts(subject, part, whole, gone):
    assert _with("p", subject, whole=whole, part=part).hidden["p"].all() == gone


@pytest.mark.parametrize(
    ("where", "whole", "gone"),
    [
        ({"answer": (ANSWERED,)}, ["cases"], True),
        ({"answer": (ANSWERED,)}, ["01/cases_by_sex"], False),
        ({"answer": ("はい",)}, ["cases"], False),
        ({"asked": ("はい",), "answer": (ANSWERED,)}, [], True),
    ],
)
def test_a_weighted_number_goes_where_another_table_hides_a_count_of_its_question(where, whole, gone):
    assert _with("p", whole=whole, where=where).hidden["p"].all() == gone


def test_a_table_that_does_not_say_whom_it_describes_shows_no_number_in_a_release_and_says_why():
    spec = replace(SPEC, subject=replace(ABOUT, population=None))
    shown = mask(TableRecord.of("01", spec, FRAME), FRAME, {}, whole=["cases", "01/by_sex"])
    assert shown.frame["sex"].tolist() == FRAME["sex"].tolist()
    numbers = [name for name in FRAME if name != "sex"]
    assert shown.hidden[numbers].all(axis=None)
    assert shown.frame[numbers].isna().all(axis=None)
    assert "記載がないため" in shown.spec.note


def test_a_table_computed_from_a_hidden_count_keeps_its_counts_back_too():
    spec = replace(SPEC, subject=_elsewhere("cases"))
    shown = mask(TableRecord.of("01", spec, FRAME), FRAME, {}, whole=[])
    assert shown.hidden["n"].all()
    assert "逆算できないよう" in shown.spec.note


@pytest.mark.parametrize(
    ("n", "members", "gone"),
    [(0, True, False), (1, True, True), (4, True, True), (5, True, False), (4, False, False)],
)
def test_a_small_count_made_from_a_population_is_not_printed_by_a_table_that_names_no_population(
    n, members, gone
):
    """The contacts of a window, say, whose months are all printed."""
    frame = pd.DataFrame({"role": ["実施期間", "比較期間"], "n": [n, 80], "ratio": [1.5, None]})
    columns = {"role": Text(), "n": Count(unit="件", members=members), "ratio": Ratio()}
    spec = TableSpec("effect", "効果", _elsewhere("cases"), Schema(columns))
    shown = mask(TableRecord.of("04", spec, frame), frame, {}, ["cases"], least=5)
    assert shown.hidden[["n", "ratio"]].all(axis=None) == shown.hidden[["n", "ratio"]].any(axis=None) == gone
    assert ("小さな数を含むため" in shown.spec.note) == gone
    nobody = replace(spec, subject=_elsewhere(*NOBODY))
    assert not mask(TableRecord.of("04", nobody, frame), frame, {}, [], least=5).hidden.any(axis=None)


def test_a_free_statistic_stays_and_so_does_what_follows_from_it():
    columns = {**COLUMNS, "known": Estimate(free=True), "rate": Rate(n="n", base="known")}
    spec = replace(SPEC, schema=Schema(columns))
    frame = FRAME.assign(known=[100.0, 90.0, 190.0], rate=[0.17, 0.09, 0.13])
    shown = mask(TableRecord.of("01", spec, frame), frame, {"n": [False, True, False]})
    assert not shown.hidden["known"].any()
    assert shown.hidden["rate"].tolist() == [False, True, False]


def test_a_plan_says_of_which_populations_and_tables_it_prints_every_count():
    spec = replace(SPEC, schema=Schema({name: COLUMNS[name] for name in ("sex", "n")}))
    record = TableRecord.of("01", spec, FRAME[["sex", "n"]])
    tables = counted([record])
    for flags, whole in (((False, True, True), []), ((False, False, False), ["01/cases_by_sex", "cases"])):
        made = Plan({record.key: flags})
        assert list(masks_for(made, tables).whole) == whole


def test_a_plan_names_no_table_of_a_question_of_which_another_hides_a_count():
    """26 of 90 know the support, three of them young; what the 91 want is another question."""

    def of(id: str, question: str, by: str, *, asked: bool = True) -> TableRecord:
        schema = Schema(
            {by: Dimension(), "n": Count(unit="人")}, where={question: (ANSWERED,)} if asked else {}
        )
        frame = pd.DataFrame({by: ["あ", "い"], "n": [3, 23]})
        return TableRecord.of("06", TableSpec(id, id, Subject(population="residents"), schema), frame)

    records = [
        of("aware", "aware", "aware"),
        of("aware_groups", "aware", "age"),
        of("wanted", "wanted", "wanted"),
        of("wanted_by_place", "wanted", "wanted", asked=False),
    ]
    tables = counted(records)
    for hiding, whole in (
        ("aware_groups", ["06/wanted", "06/wanted_by_place"]),
        (
            "wanted_by_place",
            ["06/aware", "06/aware_groups"],
        ),  # a crossing that names the question as its rows
    ):
        flags = {record.key: (record.spec.id == hiding,) * 2 for record in records}
        assert list(masks_for(Plan(flags), tables).whole) == whole


def test_inputs_that_are_missing_for_one_reason_are_named_together():
    reasons = {"相談記録": "未着。", "広告の実績": "廃止", "時間別件数": "未着。"}
    assert not_supplied(reasons) == "「相談記録」「時間別件数」(未着)、「広告の実績」(廃止)"
    assert not_supplied({}) == ""


def test_a_panel_of_a_table_counts_its_rows_anew_and_keeps_their_mask():
    part = _masked([True, False, True]).where(sex=["女性", "総数"])
    assert part.frame.index.tolist() == part.hidden.index.tolist() == [0, 1]
    assert list(part.frame) == list(part.hidden) == list(FRAME)
    assert part.hidden["n"].tolist() == [False, True]
    assert part.rows == (1, 2)


def test_a_table_is_shown_with_its_own_columns_whatever_its_rows_were_numbered():
    turned = FRAME.set_axis([7, 5, 6])
    record = TableRecord.of("01", SPEC, turned)
    masked = mask(record, turned, {"n": [False, True, False]}, ())
    for shown in (masked, unmasked(SPEC, turned)):
        assert list(shown.frame) == list(shown.hidden) == list(FRAME)
        assert shown.frame.index.tolist() == shown.hidden.index.tolist() == [0, 1, 2]
    assert not unmasked(SPEC, turned).hidden.to_numpy().any()


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        (pd.Timestamp("2024-02-29"), "2024-02-29T00:00:00"),
        (date(2024, 2, 29), "2024-02-29"),
        (np.float64(0.5), 0.5),
        (np.nan, None),
        (pd.NA, None),
        ("語", "語"),
        (True, True),
    ],
)
def test_a_cell_is_recorded_as_a_plain_value(cell, kept):
    frame = pd.DataFrame({"what": pd.Series([cell], dtype=object)})
    record = TableRecord.of(
        "01", TableSpec("t", "表", Subject(), Schema({"what": Text(heading="何")})), frame
    )
    assert record.rows == ((kept,),)


def test_words_and_what_everybody_knows_stay_where_counts_are_hidden_elsewhere():
    columns = {**COLUMNS, "known": Estimate(free=True), "remark": Text()}
    spec = replace(SPEC, subject=_elsewhere("cases"), schema=Schema(columns))
    frame = FRAME.assign(known=[100.0, 90.0, 190.0], remark=["多い", "少ない", ""])
    shown = mask(TableRecord.of("01", spec, frame), frame, {}, whole=[])
    assert [name for name in columns if not shown.hidden[name].any()] == ["sex", "known", "remark"]
    assert shown.frame[["known", "remark"]].equals(frame[["known", "remark"]])


@pytest.mark.parametrize(
    ("whole", "n", "free", "stays"),
    [
        (["cases", "all"], pd.NA, False, True),
        (["cases"], pd.NA, False, False),
        (["all"], pd.NA, False, False),
        ([], pd.NA, True, True),
        ([], 0, False, True),
    ],
)
def test_why_a_row_has_no_count_is_told_only_where_nothing_of_its_population_is_hidden(whole, n, free, stays):
    columns = {"role": Dimension(variable="role"), "n": Count(), "why": Text(free=free)}
    spec = TableSpec("effect", "効果", replace(ABOUT, among="all"), Schema(columns))
    frame = pd.DataFrame({"role": ["施策"], "n": pd.array([n], "Int64"), "why": ["日曜に1件もない"]})
    shown = mask(TableRecord.of("04", spec, frame), frame, {"n": [False]}, whole)
    assert shown.is_hidden("why", role="施策") != stays
    assert not shown.is_hidden("n", role="施策")


def test_what_a_release_showed_is_read_back_with_its_mask():
    shown = _masked([True, False, True])
    again = TableRecord.from_json(shown.record("01").to_json()).published()
    assert not shown.hidden["sex"].any()
    assert again.hidden.equals(shown.hidden)


@pytest.mark.parametrize(
    ("labels", "n", "ranked"),
    [
        ("持借社", [9, 6, 3], True),
        ("持借社", [3, 6, 9], True),
        ("持借", [9, 3], False),  # one of two is always the first
        ("持借社", [9, 9, 9], False),
        ("持借社", [9, 9, 6], True),
        ("持借社", [9, 3, 6], False),
        ("持借社間他", [9, 6, 5, 3, 40], True),  # その他 stands last, however many
        ("持借社他不", [9, 6, 5, 40, 41], True),
        ("持借社他不無", [9, 6, 5, 40, 41, 42], False),
        ("ABC", [9, 6, 3], False),  # in the order of their letters
        (pd.Categorical(list("持借社"), list("持借社")), [9, 6, 3], False),  # in a declared order
        (pd.Categorical(list("持借社"), list("社借持")), [9, 6, 3], True),  # `value_counts` of a categorical
        (["持家", "総数", "借家", "社宅"], [9, 18, 6, 3], True),
    ],
)
def test_rows_stand_in_the_order_of_a_count_where_no_order_of_their_labels_explains_it(labels, n, ranked):
    frame = pd.DataFrame({"home": labels if isinstance(labels, pd.Categorical) else list(labels), "n": n})
    assert bool(ranked_by(Typed.of(frame, {"home": Dimension(), "n": Count(unit="人")}))) is ranked


@pytest.mark.parametrize(("women", "ranked"), [([8, 5, 2], True), ([8, 2, 5], False)])
def test_rows_may_be_in_the_order_of_a_count_for_each_label_of_a_dimension(women, ranked):
    frame = pd.DataFrame({"sex": ["男"] * 3 + ["女"] * 3, "home": list("持借社") * 2, "n": [9, 6, 3, *women]})
    columns = {"sex": Dimension(), "home": Dimension(), "n": Count(unit="人")}
    assert bool(ranked_by(Typed.of(frame, columns))) is ranked


RATES = {
    "home": Dimension(),
    "n": Count(unit="人"),
    "people": Count(unit="人", members=False, free=True),
    "rate": Rate(per="千人", unit="人", n="n", base="people", scale=1000),
}


@pytest.mark.parametrize(
    ("n", "people", "by"),
    [
        ([8, 3, 12], [1000, 500, 3000], ("rate",)),
        ([12, 3, 8], [3000, 500, 1000], ("rate",)),
        ([8, 3, 12], [1000, 1500, 2000], ()),
        ([9, 6, 3], [1000, 1000, 1000], ("n",)),  # the order of the count explains that of the rate
        ([6, 6, 6], [1000, 2000, 3000], ("rate",)),
        ([6, 3, 9], [3000, 2000, 1000], ()),  # how many live there anybody knows
    ],
)
def test_rows_may_stand_in_the_order_of_a_rate(n, people, by):
    frame = pd.DataFrame({"home": list("持借社"), "n": n, "people": people})
    assert ranked_by(Typed.of(frame.assign(rate=frame["n"] / frame["people"] * 1000), RATES)) == by


def test_a_hidden_rate_does_not_stand_between_the_two_that_tell_its_count():
    """Of 600 people between 9.3 and 5.3 in 1,000: 4 or 5, for four values that were promised."""
    frame = pd.DataFrame(
        {"home": ["持家", "社宅", "借家", "間借り"], "n": [14, 4, 10, 6], "people": [1500, 600, 1900, 2000]}
    )
    typed = Typed.of(frame.assign(rate=frame["n"] / frame["people"] * 1000), RATES)
    spec = TableSpec("homes", "住まい", ABOUT, typed.schema, ranked=ranked_by(typed))
    record = TableRecord.of("07_housing", spec, typed.frame)
    shown = mask(record, typed.frame, {"n": [False, True, False, True]})
    assert shown.frame["home"].tolist() == ["持家", "借家", "社宅", "間借り"]
    assert shown.frame["people"].tolist() == [1500, 1900, 600, 2000]
    assert TableSpec.from_plain(json.loads(json.dumps(spec.to_plain()))) == spec


@pytest.mark.parametrize("kind", [Dimension(), Text(heading="語")])
@pytest.mark.parametrize("whole", [(), ("cases",)])
def test_rows_whose_counts_are_kept_back_do_not_stand_in_their_order(kind, whole):
    """Themes in the order of counts that another table hides one by one: 9, 6, x, 5 there, and here 社 between."""
    typed = Typed.of(
        pd.DataFrame({"home": list("持借社間"), "n": [9, 6, 5, 5]}), {"home": kind, "n": Count(unit="人")}
    )
    about = replace(ABOUT, population=None, computed_from=("cases",))
    spec = TableSpec("homes", "住まい", about, typed.schema, ranked=ranked_by(typed))
    shown = mask(TableRecord.of("07_housing", spec, typed.frame), typed.frame, {}, whole, least=5)
    assert shown.frame["home"].tolist() == list("持借社間") if whole else sorted("持借社間")


def test_a_hidden_count_does_not_stand_between_the_two_that_tell_it():
    """9, 6, 5, x, 5, x of 33: by their order the first x was 5, and the second 3."""
    homes = ["持家", "市営住宅", "民間借家", "社宅", "施設", "間借り", "全体"]
    frame = pd.DataFrame({"home": pd.Categorical(homes, homes), "n": [9, 6, 5, 5, 5, 3, 33]})
    spec = TableSpec(
        "homes", "住まい", ABOUT, Schema({"home": Dimension(), "n": Count(unit="人")}), ranked=("n",)
    )
    record = TableRecord.of("07_housing", spec, frame)
    shown = mask(record, frame, {"n": [False, False, False, True, False, True, False]})
    assert shown.frame["home"].tolist() == [*homes[:3], "施設", "社宅", "間借り", "全体"]
    assert [*shown.frame, *shown.hidden] == ["home", "n"] * 2
    assert shown.hidden["n"].tolist() == [False] * 4 + [True] * 2 + [False]
    assert shown.frame["n"].fillna(0).tolist() == [9, 6, 5, 5, 0, 0, 33]
    assert read.levels(shown, "home") == shown.frame["home"].tolist()  # in figures, too
    nothing = mask(record, frame, {"n": [False] * 7})
    assert nothing.frame["home"].tolist() == homes
