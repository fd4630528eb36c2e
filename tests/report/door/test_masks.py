"""What the plan is told that a table counts: months with their year, bases over those who answered."""

from dataclasses import replace

import pandas as pd
import pytest

from ujo_lib.columns import Base, Count, Dimension
from ujo_lib.disclosure.plan import Plan, plan
from ujo_lib.disclosure.tables import Policy, sums_of
from ujo_lib.report.door.masks import Masks, counted, masks_for
from ujo_lib.report.door.publish import PublishError, Subject, TableRecord, TableSpec
from ujo_lib.typed import ANSWERED, Schema

N = Count(unit="件")


def one(frame: pd.DataFrame, columns, days=()):
    subject = Subject(population="contacts", dated=bool(days), days=days)
    record = TableRecord.of("02", TableSpec("table", "表", subject, Schema(columns)), frame)
    return counted([record])[0].table


@pytest.mark.parametrize(
    ("first", "last", "april"),
    [
        ("2023-04-30", "2024-03-31", ("2023年4月",)),  # one day of it is enough
        ("2023-05-01", "2024-03-31", ()),
        ("2023-05-01", "2024-04-01", ("2024年4月",)),
        ("2023-04-01", "2024-04-30", ("2023年4月", "2024年4月")),
    ],
)
def test_the_april_of_a_table_is_that_of_the_years_it_counts(first, last, april):
    frame = pd.DataFrame({"month": ["4月", "12月"], "n": [40, 50]})
    table = one(frame, {"month": Dimension(), "n": N}, (first, last))
    assert table.recode["month"]["4月"] == april
    assert table.recode["month"]["12月"] == ("2023年12月",)
    assert table.period == (pd.Timestamp(first).date(), pd.Timestamp(last).date())


def test_people_without_dates_have_neither_months_nor_a_period():
    table = one(pd.DataFrame({"month": ["4月"], "n": [40]}), {"month": Dimension(), "n": N})
    assert table.period is None
    assert "month" not in table.recode


@pytest.mark.parametrize(
    ("labels", "multiple", "whom"),
    [
        (["男性", "女性", "無回答"], False, "回答あり"),
        (["男性", "女性"], False, "総数"),
        (["家族", "学校", "無回答"], True, "総数"),
    ],
)
def test_a_base_stands_for_those_who_answered_where_somebody_did_not_and_each_gave_one_answer(
    labels, multiple, whom
):
    frame = pd.DataFrame({"answer": labels, "n": [40] * len(labels), "base": [80] * len(labels)})
    columns = {"answer": Dimension(multiple=multiple), "n": N, "base": Base(over=("answer",))}
    of_base = {cell.labels for cell in one(frame, columns).cells if cell.column == "base"}
    assert of_base == {(ANSWERED,) if whom == "回答あり" else ("総数",)}


def of_cases(name: str, counts: dict[str, int], **more) -> TableRecord:
    frame = pd.DataFrame({"sex": list(counts), "n": list(counts.values())})
    schema = Schema({"sex": Dimension(), "n": Count(unit="人")}, **more)
    return TableRecord.of("01", TableSpec(name, name, Subject(population="cases"), schema), frame)


def test_the_men_who_answered_are_the_men_so_a_table_of_those_who_answered_hides_what_one_of_all_hides():
    everybody = of_cases("all", {"男性": 3, "女性": 40, "その他": 30, "無回答": 9, "総数": 82})
    answered = of_cases(
        "answered", {"男性": 3, "女性": 40, "その他": 30, "総数": 73}, where={"sex": (ANSWERED,)}
    )
    tables = [one.table for one in counted([everybody, answered])]
    of_men = {dict(table.region(0))["sex"] for table in tables}
    assert of_men == {frozenset({"男性"})}
    assert dict(tables[1].region(3)) == {"sex": frozenset({"男性", "女性", "その他"})}
    made = plan(tables, Policy(5, required_width=3))
    hidden = [{cell.labels[0] for cell, x in zip(t.cells, made.mask(t.id), strict=True) if x} for t in tables]
    assert "男性" in hidden[0] & hidden[1]
    assert not (hidden[0] ^ hidden[1]) & {"女性", "その他"}


def test_where_no_table_names_those_who_skipped_a_question_its_answers_add_up_to_those_who_answered():
    schema = {"where": {"sex": (ANSWERED,)}}
    table = counted([of_cases("answered", {"男性": 20, "女性": 40, "総数": 60}, **schema)])[0].table
    who = {("sex=〔有効回答〕", frozenset({"はい"}))}
    assert [set(table.region(i)) - who for i in (0, 2)] == [{("sex", frozenset({"男性"}))}, set()]
    assert all(who <= set(table.region(i)) for i in range(3))
    assert table.frame == frozenset()


@pytest.mark.parametrize(
    ("beside", "known"),
    [([(ANSWERED,)], True), ([], False), ([("女性",)], False), ([("男性", "女性")], False)],
)
def test_men_are_among_those_who_answered_where_a_table_counts_those_and_else_nothing_is_known(beside, known):
    men = of_cases("men", {"10代": 9}, where={"sex": ("男性",)})
    others = [of_cases(f"t{i}", {"10代": 9}, where={"sex": labels}) for i, labels in enumerate(beside)]
    region = {variable for variable, _ in counted([men, *others])[0].table.region(0)}
    assert ("sex=〔有効回答〕" in region) is known


@pytest.mark.parametrize(("none", "hidden"), [(2, True), (4, True), (5, False)])
def test_how_many_answered_a_question_for_some_does_not_tell_how_many_were_not_asked_it(none, hidden):
    """280 say whether there is somebody to turn to; whoever has somebody says who: their base is 280 less the rest."""
    with_somebody = 280 - none
    asked = {"whom": (ANSWERED,), "turn_to": ("いる",)}
    kinds = {"n": Count(unit="人"), "base": Base(unit="人", over=("answer",))}
    records = [
        TableRecord.of(
            "06",
            TableSpec(
                variable,
                variable,
                Subject(population="residents"),
                Schema({"answer": Dimension(variable=variable), **kinds}, where=where),
            ),
            pd.DataFrame({"answer": list(cells), "n": list(cells.values()), "base": sum(cells.values())}),
        )
        for variable, cells, where in (
            ("turn_to", {"いる": with_somebody, "いない": none}, {"turn_to": (ANSWERED,)}),
            ("whom", {"家族": 100, "友人": 90, "専門家": with_somebody - 190}, asked),
        )
    ]
    tables = [one.table for one in counted(records)]
    everybody = {dict(figure.region)["turn_to"] for one in tables for figure in sums_of(one, 5)}
    assert everybody == {frozenset({"いる", "いない"})}  # no overview tells who answered the second
    sums = [figure for one in tables for figure in sums_of(one, 5)]
    made = plan(tables, Policy(5, required_width=3), sums)
    of_whom = zip(tables[1].cells, made.mask("06/whom"), strict=True)
    assert any(x for cell, x in of_whom if cell.column == "base") is hidden


def test_a_base_that_another_table_tells_protects_nobody_by_being_hidden():
    """Five people of five decades: that they are five is told elsewhere, so no x may be known to be one at least."""
    ages = {"10代": 1, "20代": 1, "30代": 1, "40代": 1, "50代": 1, "60代": 0}
    frame = pd.DataFrame(
        [(who, age, n) for who in ("市民", "家族") for age, n in ages.items()], columns=["who", "age", "n"]
    )
    frame.loc[frame["who"] == "家族", "n"] = [20, 30, 40, 10, 9, 0]
    frame["base"] = frame.groupby("who")["n"].transform("sum")
    for told, zeros in ((("市民",), ("voices",)), ((), ())):
        made, table = of_voices(frame, told)
        assert made.zeros == zeros
        hidden = {cell.value for cell, x in zip(table.cells, made.mask("06/t"), strict=True) if x}
        assert (5 in hidden) is not bool(told)


def test_a_few_sheets_of_one_voice_are_not_the_sum_of_all_less_the_others():
    """Page 00 says how many sheets the file has, page 06 how many residents answered."""
    rows = [("市民", 900), ("家族", 3), ("民生委員", 101), ("支援機関", 38)]
    cells = [(who, age, n) for who, of_all in rows for age, n in (("10代", of_all), ("20代", 0))]
    frame = pd.DataFrame(cells, columns=["who", "age", "n"])
    frame["base"] = frame.groupby("who")["n"].transform("sum")
    made, table = of_voices(frame, ("市民",))
    hidden = {
        cell.labels[0]
        for cell, x in zip(table.cells, made.mask("06/t"), strict=True)
        if x and cell.column == "base"
    }
    assert "家族" in hidden
    assert hidden & {"民生委員", "支援機関"}


def of_voices(frame: pd.DataFrame, told: tuple[str, ...]):
    kinds = {"n": Count(unit="人"), "base": Base(unit="人", over=("age",), told=told)}
    schema = Schema({"who": Dimension(), "age": Dimension(), **kinds})
    record = TableRecord.of("06", TableSpec("t", "表", Subject(population="voices"), schema), frame)
    [table] = [one.table for one in counted([record])]
    return plan([table], Policy(5, required_width=3), list(sums_of(table, 5))), table


def test_a_cell_without_a_count_is_no_hidden_one_and_a_plan_says_what_it_prints_in_full():
    kinds = {"男性": 3, "女性": 40, "その他": None, "総数": 80}
    frame = pd.DataFrame({"sex": list(kinds), "n": pd.array(list(kinds.values()), dtype="Int64")})
    schema = Schema({"sex": Dimension(), "n": Count(unit="人")})
    record = TableRecord.of("01", TableSpec("t", "表", Subject(population="cases"), schema), frame)
    tables = counted([record])
    masks = masks_for(plan([one.table for one in tables], Policy(5, required_width=3)), tables)
    flags = masks.cells_of(record)["n"]
    assert (flags[0], flags[2]) == (True, False)
    assert masks.whole == []
    other = replace(record, rows=((*record.rows[0][:1], 4), *record.rows[1:]))
    with pytest.raises(PublishError, match="秘匿の計画を作ったときの表と違います"):
        masks.cells_of(other)


def test_a_plan_is_the_same_text_in_whatever_order_its_tables_were_met():
    tables = counted([of_cases(name, {"男性": 3, "女性": 40, "総数": 43}) for name in ("a", "b")])
    masks = masks_for(plan([one.table for one in tables], Policy(5, required_width=3)), tables)
    turned = replace(masks, flags=dict(reversed(masks.flags.items())))
    assert list(turned.flags) != list(masks.flags)
    assert turned.to_json() == masks.to_json()


def test_a_page_is_made_anew_when_masks_of_its_own_tables_change_and_no_others(tmp_path):
    columns = {"n": [False, True], "base": [False, False]}
    masks = Masks(Plan({}), {"a": "1", "b": "2"}, {"a": columns, "b": columns})
    own = masks.digest_of(["a"])
    for changed, same in (
        ({"flags": {"a": columns, "b": {"n": [True, True]}}}, True),
        ({"flags": {"a": dict(reversed(columns.items()))}}, True),
        ({"flags": {"a": columns | {"n": [True, True]}, "b": columns}}, False),
        ({"whole": ("cases",)}, False),
    ):
        assert (replace(masks, **changed).digest_of(["a"]) == own) is same
    file = tmp_path / "plan.json"
    file.write_text(masks.to_json(), encoding="utf-8")
    assert Masks.read(file).digest_of("ab") == masks.digest_of("ab")
    file.write_text(masks.to_json().replace('"1"', "1"), encoding="utf-8")
    with pytest.raises(ValueError, match="digests"):
        Masks.read(file)
    file.write_text(masks.to_json().replace("false", "0"), encoding="utf-8")
    with pytest.raises(ValueError, match="flags"):
        Masks.read(file)
