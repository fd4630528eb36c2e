"""Whoever keeps the earlier release and subtracts it from the corrected one learns nothing of few people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.disclosure.people import TOTAL, grid, table_of
from ujo_lib.disclosure import revision
from ujo_lib.disclosure.audit.outsider import Outsider, Patience
from ujo_lib.disclosure.plan import plan
from ujo_lib.disclosure.programme import LimitError
from ujo_lib.disclosure.revision import (
    SmallChange,
    _beliefs,
    _days,
    _Subtraction,
    same_records,
    small_changes,
)
from ujo_lib.disclosure.tables import (
    Cell,
    CountTable,
    Exemption,
    PastRelease,
    Policy,
    PublicFigure,
    TableError,
)

FIVE = Policy(threshold=5, required_width=3)
SEXES, AGES, TOPICS = ["女性", "男性"], ["10代", "20代", "30代", "40代"], ["学校", "家族", "勤務"]
People = list[tuple[str, str, str]]
EVERYBODY: People = [
    (sex, age, topic)
    for sex in SEXES
    for age in AGES
    for topic in TOPICS
    for _ in range(8 + len(topic + age))
]


def report(people: People) -> list[CountTable]:
    """The tables of an invented report: a cross, one of its margins, another variable."""
    columns = dict(zip(("性別", "年代", "相談"), map(list, zip(*people, strict=True)), strict=True))
    return [
        table_of("cross", columns, ["性別", "年代"]),
        table_of("topic", columns, ["相談"]),
        table_of(
            "broad", columns, ["年代"], recode={"年代": {"若年": ("10代", "20代"), "中年": ("30代", "40代")}}
        ),
    ]


def left(
    tables: Sequence[CountTable], policy: Policy = FIVE, release: str = "fy2023/first", **extra: object
) -> list[PastRelease]:
    """Tables as they left: masked by their plan."""
    hidden = plan(tables, policy, **extra).hidden
    return [PastRelease(table, hidden[table.id], release) for table in tables]


def told(
    then: Sequence[PastRelease], tables: Sequence[CountTable], policy: Policy = FIVE, year: str = "fy2023"
) -> list[SmallChange]:
    """What the two releases tell, the new one masked as `ujo release` masks it."""
    same, corrected = same_records(tables, then, year)
    hidden = plan(tables, policy, previous=same).hidden
    return small_changes(tables, hidden, policy, [], same, corrected)


def late(count: int, person: tuple[str, str, str] = ("女性", "10代", "学校")) -> People:
    return [*EVERYBODY, *[person] * count]


def recoded(person: tuple[str, str, str], other: tuple[str, str, str], count: int = 1) -> People:
    people = [*EVERYBODY, *[other] * count]
    for _ in range(count):
        people.remove(person)
    return people


FIRST = left(report(EVERYBODY))


@pytest.mark.parametrize("empty", [True, False])
def test_a_survey_of_other_people_is_no_correction_of_last_years_though_a_table_of_it_was_empty(empty):
    """Every year with a survey was told that what had been signed of the last one has been corrected."""
    was = [past for past in left(report(EVERYBODY), release="fy2022/first") if past.table.id == "cross"]
    if empty:
        nobody = replace(was[0].table, id="nobody", cells=())
        was = [*was, PastRelease(nobody, (), "fy2022/first")]
    assert same_records(report(late(40)), was, "fy2023") == ([], [])


def test_the_same_records_may_be_released_again():
    same, corrected = same_records(report(EVERYBODY), FIRST, "fy2023")
    assert (same, corrected) == (FIRST, [])
    assert told(FIRST, report(EVERYBODY)) == []


def test_a_release_signed_again_as_it_was_is_subtracted_once():
    again = [replace(past, release="fy2023/second") for past in FIRST]
    assert same_records(report(EVERYBODY), [*FIRST, *again], "fy2023") == (FIRST, [])
    assert same_records(report(late(1)), [*FIRST, *again], "fy2023") == ([], FIRST)
    assert {one.release for one in told([*FIRST, *again], report(late(1)))} == {"fy2023/first"}


def test_a_release_signed_again_with_other_masks_or_one_table_less_tells_something_else():
    flipped = tuple(not hidden for hidden in FIRST[0].hidden)
    masked = [replace(past, release="fy2023/masked") for past in FIRST]
    masked[0] = replace(masked[0], hidden=flipped)
    fewer = [replace(past, release="fy2023/fewer") for past in FIRST[1:]]
    everything = [*FIRST, *masked, *fewer]
    assert same_records(report(EVERYBODY), everything, "fy2023") == (everything, [])
    assert same_records(report(late(1)), everything, "fy2023") == ([], everything)


def test_labels_order_and_further_tables_that_contradict_nothing_are_no_correction():
    renamed = [replace(table, id=f"{table.id}_2") for table in report(EVERYBODY)]
    assert told(FIRST, list(reversed(renamed))) == []
    pairs = [(sex, topic) for sex, _, topic in EVERYBODY]
    columns = dict(zip(("性別", "相談"), map(list, zip(*pairs, strict=True)), strict=True))
    assert told(FIRST, [*report(EVERYBODY), table_of("new", columns, ["性別", "相談"])]) == []
    assert told(FIRST, report(EVERYBODY)[1:]) == []


def test_one_late_case_is_refused_and_every_cell_that_betrays_it_is_named():
    found = told(FIRST, report(late(1)))
    assert {(one.table, one.cell) for one in found} >= {
        ("topic", "相談=学校 (n)"),
        ("broad", "年代=若年 (n)"),
    }
    assert {(one.release, one.low, one.high) for one in found} == {("fy2023/first", 1, 1)}
    assert {one.cell for one in told(FIRST, report(EVERYBODY[1:])) if one.low == -1} >= {"相談=学校 (n)"}


def test_what_a_plain_subtraction_tells_is_named_without_what_only_programmes_find():
    """b and c are hidden, a has nobody more: the totals tell of the late case, and so do b and c together."""
    first, now = (table_of("t", {"相談": ["a"] * 20 + ["b"] * n + ["c"] * 9}, ["相談"]) for n in (3, 4))
    assert told(left([first]), [now]) == [SmallChange("fy2023/first", "t", "相談=総数 (n)", 1, 1)]


@pytest.mark.parametrize(("count", "refused"), [(1, True), (4, True), (5, False), (6, False), (20, False)])
@pytest.mark.parametrize("taken", [False, True])
def test_as_many_as_the_threshold_in_one_single_cell_may_come_or_leave(count, refused, taken):
    more = report(late(count))
    then, now = (left(more), report(EVERYBODY)) if taken else (FIRST, more)
    assert bool(told(then, now)) is refused


def test_six_late_cases_in_six_cells_are_refused_though_the_total_moves_by_six():
    six = [(sex, age, "学校") for sex in SEXES for age in AGES[:3]]
    found = told(FIRST, report([*EVERYBODY, *six]))
    assert found
    assert not any(one.table == "topic" for one in found)


def test_a_recoded_answer_is_refused_though_no_total_moves_and_as_many_as_the_threshold_are_not():
    then, now = ("女性", "10代", "学校"), ("女性", "10代", "家族")
    assert {(one.cell, one.low) for one in told(FIRST, report(recoded(then, now)))} == {
        ("相談=学校 (n)", -1),
        ("相談=家族 (n)", 1),
    }
    assert told(FIRST, report(recoded(then, now, 4)))
    assert not told(FIRST, report(recoded(then, now, 5)))


def test_those_who_come_and_those_who_leave_are_judged_cell_by_cell():
    """Twenty came to one cell and one person left another: the totals move by 19, the cell by one."""
    people = late(20, ("男性", "40代", "勤務"))
    people.remove(("女性", "10代", "学校"))
    assert {(one.cell, one.low) for one in told(FIRST, report(people)) if one.table == "topic"} == {
        ("相談=学校 (n)", -1)
    }


def test_a_late_case_in_a_hidden_cell_is_worked_out_from_the_margins():
    """The hidden pair grows by two, which only the printed rest tells."""
    then = grid("t", ["a", "b", "c"], ["x"], [[3], [9], [40]])
    now = grid("t", ["a", "b", "c"], ["x"], [[5], [9], [60]])
    inner = tuple(cell.labels[0] in "ab" for cell in then.cells)
    same, corrected = same_records([now], [PastRelease(then, inner, "fy2023/1")], "fy2023")
    found = small_changes([now], {"t": inner}, FIVE, [], same, corrected)
    assert {(one.cell, one.low, one.high) for one in found} >= {("row=a・column=x (n)", 0, 2)}


@pytest.mark.parametrize(("width", "refused"), [(2, False), (3, False), (4, True)])
def test_a_hidden_change_keeps_the_width_that_is_required(width, refused):
    then = grid("t", ["a", "b", "c"], ["x"], [[13], [19], [40]])
    now = grid("t", ["a", "b", "c"], ["x"], [[16], [19], [60]])
    inner = tuple(cell.labels[0] in "ab" for cell in then.cells)
    same, corrected = same_records([now], [PastRelease(then, inner, "fy2023/1")], "fy2023")
    policy = Policy(threshold=5, required_width=width)
    assert bool(small_changes([now], {"t": inner}, policy, [], same, corrected)) is refused


@pytest.mark.parametrize(("zeros", "edge"), [("show", 3), ("hide", 5)])
@pytest.mark.parametrize(
    ("then", "now"), [([[3], [2], [40]], [[8], [9], [60]]), ([[8], [9], [60]], [[3], [2], [40]])]
)
def test_a_reader_who_knows_that_no_x_is_a_printed_zero_places_the_change_within_what_is_left(
    then, now, zeros, edge
):
    """Two cells add up to five, hidden in one release: where zeros are printed each is 1 to 4, else 0 to 5."""
    first, second = grid("t", ["a", "b", "c"], ["x"], then), grid("t", ["a", "b", "c"], ["x"], now)
    pair, shown = tuple(cell.labels[0] in "ab" for cell in first.cells), (False,) * len(first.cells)
    was, gone = (pair, shown) if now[0] > then[0] else (shown, pair)
    past = [PastRelease(first, was, "fy2023/1", zeros == "hide")]
    same, corrected = same_records([second], past, "fy2023")
    for width, refused in ((edge - 1, False), (edge, False), (edge + 1, True)):
        policy = Policy(threshold=5, required_width=width, zero_rule=zeros)
        found = small_changes([second], {"t": gone}, policy, [], same, corrected)
        assert any(one.of_change and one.cell == "row=a・column=x (n)" for one in found) is refused, width


def test_a_cell_that_was_hidden_and_now_is_printed_opens_neither_the_old_count_nor_the_change():
    """Total and rest are printed both times; printing the small cell now says what it was."""
    then = grid("t", ["a", "b", "c"], ["x"], [[3], [9], [40]])
    now = grid("t", ["a", "b", "c"], ["x"], [[3], [9], [60]])
    inner = tuple(cell.labels[0] in "ab" for cell in then.cells)
    same, corrected = same_records([now], [PastRelease(then, inner, "fy2023/1")], "fy2023")
    shown = (False,) * len(now.cells)
    found = small_changes([now], {"t": shown}, FIVE, [], same, corrected)
    assert [(one.cell, one.low, one.high) for one in found if not one.of_change] == [
        ("row=a・column=x (n)", 3, 3),
        ("row=a・column=総数 (n)", 3, 3),
    ]


def test_a_subgroup_of_each_release_is_not_told_by_subtraction_twice():
    """Everyone moves by 25, the young by 22: three of the others came, whom no table names."""

    def two(young: int, others: int) -> list[CountTable]:
        people = {
            "年代": ["若年"] * young + ["中年"] * others,
            "性別": (["女性", "男性"] * 99)[: young + others],
        }
        everyone = CountTable("all", "cases", {}, ("n",), (Cell((), "n", young + others),))
        some = CountTable("young", "cases", {}, ("n",), (Cell((), "n", young),), where={"年代": ("若年",)})
        assert len(people["年代"]) == young + others
        return [everyone, some]

    assert [(one.table, one.low, one.high) for one in told(left(two(40, 50)), two(62, 53))] == [
        ("(表の差)", 3, 3)
    ]
    assert told(left(two(40, 50)), two(62, 55)) == []


@pytest.mark.parametrize(("rest", "refused"), [(0, False), (1, True), (4, True), (5, False), (-4, True)])
@pytest.mark.parametrize("zeros", ["show", "hide"])
def test_what_two_restrictions_leave_of_each_release_is_not_told_by_subtraction_twice(rest, refused, zeros):
    """Ten more young people who were answered; of everybody, so many more besides."""

    def two(everybody: int, some: int) -> list[CountTable]:
        where = {"年代": ("若年",), "状態": ("完了",)}
        return [
            CountTable("all", "cases", {}, ("n",), (Cell((), "n", everybody),)),
            CountTable("some", "cases", {}, ("n",), (Cell((), "n", some),), where=where),
        ]

    was = [PastRelease(one, (False,), "fy2023/1") for one in two(90, 40)]
    shown, policy = {"all": (False,), "some": (False,)}, replace(FIVE, zero_rule=zeros)
    found = small_changes(two(100 + rest, 50), shown, policy, [], [], was)
    told = [(one.table, one.low, one.high) for one in found]
    assert told == ([("(表の差)", rest, rest)] if refused else [])


def test_where_zeros_are_hidden_nobody_in_a_changed_table_is_told_either():
    hide = Policy(threshold=5, required_width=3, zero_rule="hide")
    many = report(late(20))
    assert not told(FIRST, many)
    assert {one.low for one in told(left(report(EVERYBODY), hide), many, hide)} == {0}
    assert told(left(report(EVERYBODY), hide), report(EVERYBODY), hide) == []


def dated(name: str, first: date, last: date, **counts: int) -> CountTable:
    cells = tuple(Cell((label,), "n", n) for label, n in {**counts, TOTAL: sum(counts.values())}.items())
    return CountTable(name, "contacts", {"相談": "相談"}, ("n",), cells, period=(first, last))


def test_last_years_figures_printed_again_with_a_late_case_are_refused():
    april, march = date(2022, 4, 1), date(2023, 3, 31)
    then = left([dated("topic", april, march, 学校=30, 家族=40)], release="fy2022/a")
    this_year = dated("topic", date(2023, 4, 1), date(2024, 3, 31), 学校=33, 家族=47)
    for school, refused in ((30, False), (31, True), (34, True), (35, False)):
        both = [this_year, dated("before", april, march, 学校=school, 家族=40)]
        assert bool(told(then, both)) is refused, school
    assert told(then, [this_year]) == []


def test_where_zeros_are_hidden_a_table_in_which_nothing_changed_still_tells_nothing():
    hide = Policy(threshold=5, required_width=3, zero_rule="hide")
    before = dated("before", date(2022, 4, 1), date(2023, 3, 31), 学校=30, 家族=40)
    days = date(2023, 4, 1), date(2024, 3, 31)
    then = left([before, dated("topic", *days, 学校=30, 家族=40)], hide)
    assert told(then, [before, dated("topic", *days, 学校=50, 家族=70)], hide) == []
    assert told(then, [before, dated("topic", *days, 学校=50, 家族=40)], hide)


def test_tables_of_days_that_do_not_meet_say_nothing_of_each_other():
    then = left([dated("topic", date(2022, 4, 1), date(2023, 3, 31), 学校=30, 家族=40)], release="fy2022/a")
    now = [dated("topic", date(2023, 4, 1), date(2024, 3, 31), 学校=31, 家族=40)]
    assert same_records(now, then, "fy2023")[1] == []


def months(name: str, first: date, *counts: int, total: bool = False) -> CountTable:
    """Contacts by month from the first of one, over whole fiscal years."""
    labels = [f"{first.year + (3 + i) // 12}年{(3 + i) % 12 + 1}月" for i in range(len(counts))]
    cells = [Cell((label,), "n", n) for label, n in zip(labels, counts, strict=True)]
    cells += [Cell((TOTAL,), "n", sum(counts))] * total
    last = date(first.year + len(counts) // 12, 3, 31)
    return CountTable(name, "contacts", {"月": "month"}, ("n",), tuple(cells), period=(first, last))


APRIL = date(2022, 4, 1)


@pytest.mark.parametrize(("late", "refused"), [(0, False), (1, True), (4, True), (5, False), (-1, True)])
def test_a_month_of_a_longer_record_is_held_against_the_same_month_of_its_own_year(late, refused):
    """Two years of months in one table: its April 2022 is the one that last year's release printed."""
    year = [30] * 12
    then = left([months("year", APRIL, *year)], release="fy2022/a")
    found = told(then, [months("record", APRIL, 30 + late, *year[1:], *year)])
    assert {(one.cell, one.low) for one in found} == ({("月=2022年4月 (n)", late)} if refused else set())


@pytest.mark.parametrize(("late", "refused"), [(0, False), (1, True), (4, True), (5, False)])
@pytest.mark.parametrize(
    ("variable", "last"), [("week", "2022-09-24"), ("week", "2022-09-18"), ("date", "2022-09-30")]
)
def test_a_week_or_a_day_of_a_year_is_held_against_the_one_that_its_half_printed(
    variable, last, late, refused
):
    """Late contacts in two weeks: no month tells of them, and a table that is printed in full hides no difference."""

    def table(end: date, *counts: int) -> CountTable:
        labels = ["2022-04-03T00:00:00", f"{last}T00:00:00", "2022-10-01T00:00:00"]
        cells = tuple(Cell((label,), "n", n) for label, n in zip(labels, counts, strict=False))
        return CountTable("t", "contacts", {"週": variable}, ("n",), cells, period=(APRIL, end))

    full = replace(FIVE, exemptions=(Exemption("contacts", (variable,), 40, "暦の上の件数"),))
    was = left([table(date(2022, 9, 30), 30, 30)], full, "fy2022-h1/a")
    now = [table(date(2023, 3, 31), 30 + late, 30 + late, 50)]
    same, _ = same_records(now, was, "fy2022")
    assert bool(same) is not bool(late)
    assert bool(told(was, now, full, "fy2022")) is refused


@pytest.mark.parametrize(("late", "refused"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_hidden_month_is_what_other_months_leave_of_its_days_in_either_release(late, refused):
    """By hand: May and June are printed, and so is each of two months; no year parts them."""

    def release(april: int, may: int, hidden: bool) -> list[PastRelease]:
        counts = {"2022年4月": april, "2022年5月": may, "2022年6月": 30, "2022年7月": 40}
        cells = tuple(Cell((label,), "n", n) for label, n in counts.items())
        spring, summer = (date(2022, 4, 1), date(2022, 5, 31)), (date(2022, 6, 1), date(2022, 7, 31))
        month = CountTable("月", "contacts", {"月": "month"}, ("n",), cells, period=(spring[0], summer[1]))
        both = [dated("春", *spring, 学校=april + may), dated("夏", *summer, 学校=70)]
        flags = (hidden, False, False, hidden)
        return [
            PastRelease(month, flags, "fy2022/1"),
            *(PastRelease(one, (False, False), "fy2022/1") for one in both),
        ]

    for first in (True, False):
        was, now = release(20, 20, first), release(20 + late, 30, not first)
        hidden = {past.table.id: past.hidden for past in now}
        found = small_changes([past.table for past in now], hidden, FIVE, [], [], was)
        assert bool(found) is refused
        assert {(one.cell, one.low, one.high) for one in found} <= {("月=2022年4月 (n)", late, late)}


@pytest.mark.parametrize(("women", "width", "refused"), [(9, 3, False), (5, 5, False), (5, 6, True)])
def test_a_release_without_women_is_not_read_as_one_of_women_alone(women, width, refused):
    """Of five people then, none to five were women: of nine now, four to nine came; of five, none to five."""

    def table(name: str, n: int, **where: tuple[str, ...]) -> CountTable:
        return CountTable(name, "cases", {}, ("n",), (Cell((), "n", n),), where=where)

    was = [PastRelease(table("all", 5), (False,), "fy2023/1")]
    now = [table("all", 40), table("women", women, 性別=("女性",))]
    shown = {one.id: (False,) for one in now}
    policy = Policy(threshold=5, required_width=width)
    assert bool(small_changes(now, shown, policy, [], [], was)) is refused


@pytest.mark.parametrize(("others", "refused"), [(3, True), (4, False), (5, False)])
def test_that_nobody_names_a_theme_and_none_holds_of_the_earlier_people_too(others, refused):
    """By hand: of the others then, one to all named none, which an x hid; of fifty now, eight did."""

    def tables(work: int, none: int) -> list[CountTable]:
        cells = (Cell(("仕事",), "n", work), Cell(("なし",), "n", none))
        theme = CountTable("t", "cases", {"主題": "主題"}, ("n",), cells, multiple=("主題",))
        return [theme, CountTable("all", "cases", {}, ("n",), (Cell((), "n", 40 if none < 8 else 50),))]

    nobody = PublicFigure("cases", {"主題": ("仕事", "なし")}, 0, 0, "t", multiple=("主題",), own=True)
    masks = {"t": (False, True), "all": (False,)}
    was = [PastRelease(one, masks[one.id], "fy2023/1") for one in tables(40 - others, 3)]
    shown = {"t": (False, False), "all": (False,)}
    assert bool(small_changes(tables(42, 8), shown, FIVE, [nobody], [], was)) is refused


def test_days_that_no_count_ties_together_are_worked_out_apart_and_others_as_one():
    day, other, third = (frozenset({f"{year}-04-01/{year + 1}-03-31"}) for year in (2022, 2023, 2024))

    def parts(*periods: frozenset[str] | None) -> set[frozenset[str]]:
        own = (("相談", frozenset({"学校"})),)
        return {
            part for part in _days([own if p is None else (("〔期間〕", p), *own) for p in periods]) if part
        }

    assert _days([]) == [frozenset()]
    assert parts(day, other) == {day, other}
    assert parts(day, other, day | other, third) == {day | other, third}
    assert (
        parts(day | other, other | third) == parts(day, other | third, day | other) == {day | other | third}
    )
    assert parts(day, other, None) == {day | other}


@pytest.mark.parametrize(("hidden", "parts"), [(None, 2), (0, 1), (23, 1)])
def test_a_sum_over_two_years_ties_them_only_where_its_table_hides_a_count(hidden, parts):
    record = months("record", APRIL, *[30] * 24)
    flags = tuple(i == hidden for i in range(24))
    years = [dated(f"topic{y}", date(y, 4, 1), date(y + 1, 3, 31), 学校=30, 家族=40) for y in (2022, 2023)]
    now = [PastRelease(record, flags), *(PastRelease(one, (False,) * 3) for one in years)]
    then = [replace(past, release="fy2023/1") for past in now]
    whole = _Subtraction.of(then, now, [], FIVE)
    assert len(list(whole.parts())) == parts
    alone = _Subtraction.of(then[1:2], now, [], FIVE)  # of 2022 alone the earlier release says something
    assert [{past.table.id for past, *_ in part.then.cells} for part in alone.parts()] == [{"topic2022"}]


def test_people_without_dates_are_asked_anew_each_year_but_not_within_one():
    then = left(report(EVERYBODY), release="fy2022/a")
    assert same_records(report(late(1)), then, "fy2023") == ([], [])
    assert told(then, report(late(1)), year="fy2022")
    assert told(left(report(EVERYBODY), release="fy20221/a"), report(late(1)), year="fy2022") == []


@pytest.mark.parametrize(("first", "then"), [("fy2023-h1", "fy2023"), ("fy2023", "fy2023-h2")])
def test_a_late_answer_between_the_reports_on_a_year_and_on_its_half_is_a_correction(first, then):
    earlier = left(report(EVERYBODY), release=f"{first}/a")
    assert told(earlier, report(EVERYBODY), year=then) == []
    assert told(earlier, report(late(1)), year=then)


def test_a_correction_is_found_by_the_sums_when_no_group_is_printed_twice():
    then = table_of("age", {"年代": [age for _, age, _ in EVERYBODY]}, ["年代"], totals=False)
    young = recoded(("女性", "10代", "学校"), ("女性", "30代", "学校"))
    broad = table_of(
        "broad", {"年代": [age for _, age, _ in young]}, ["年代"], totals=False,
        recode={"年代": {"若年": ("10代", "20代"), "中年": ("30代", "40代")}},
    )  # fmt: skip
    found = told(left([then]), [broad])
    assert {(one.cell, one.low, one.high) for one in found} == {
        ("年代=若年 (n)", -1, -1),
        ("年代=中年 (n)", 1, 1),
    }


def test_a_plan_does_not_drop_what_contradicts_it():
    with pytest.raises(TableError, match="件数が、表によって"):
        plan(report(late(1)), FIVE, previous=FIRST)


def test_tables_that_contradict_each_other_are_not_taken_for_silence():
    more = report(late(20))
    wrong = replace(more[1], cells=(*more[1].cells[:-1], replace(more[1].cells[-1], value=7)))
    same, corrected = same_records([more[0], wrong], FIRST, "fy2023")
    nothing = {table.id: (False,) * len(table.cells) for table in more}
    with pytest.raises(TableError, match="両立しない"):
        small_changes([more[0], wrong], nothing, FIVE, [], same, corrected)


@pytest.mark.parametrize(("late", "refused"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_late_case_in_a_hidden_pair_is_told_by_the_sums_in_the_overviews(late, refused):
    """No table prints the sum of its rows; both overviews do, and the rest did not move."""

    def rows(*counts: int) -> CountTable:
        return CountTable("t", "cases", {"相談": "相談"}, ("n",),
                          tuple(Cell((f"x{i}",), "n", n) for i, n in enumerate(counts)))  # fmt: skip

    pair = (True, True, False)
    same, corrected = same_records(
        [rows(3 + late, 9, 40)], [PastRelease(rows(3, 9, 40), pair, "fy2023/1")], "fy2023"
    )
    found = small_changes([rows(3 + late, 9, 40)], {"t": pair}, FIVE, [], same, corrected)
    assert bool(found) is refused
    assert not refused or {(one.table, one.cell, one.low, one.high) for one in found} >= {
        ("t", "合計", late, late)
    }


def test_each_earlier_release_is_subtracted():
    second = left(report(late(20)), release="fy2023/second")
    found = told([*FIRST, *second], report(late(21)))
    assert {one.release for one in found} == {"fy2023/second"}
    assert not told([*FIRST, *second], report(late(25)))


YEAR = APRIL, date(2023, 3, 31)
FIRST_HALF, SECOND_HALF = (APRIL, date(2022, 9, 30)), (date(2022, 10, 1), date(2023, 3, 31))


def signed(days: tuple[date, date], school: int, release: str) -> list[PastRelease]:
    return left([dated("topic", *days, 学校=school, 家族=40)], release=f"{release}/a")


@pytest.mark.parametrize(("late", "refused"), [(0, False), (1, True), (4, True), (5, False), (-1, True)])
def test_a_half_that_a_year_and_the_other_half_leave_is_subtracted_from_that_of_the_new_release(
    late, refused
):
    """Neither earlier release prints it, and year and first half move by the threshold each."""
    then = [*signed(YEAR, 60, "fy2022"), *signed(FIRST_HALF, 30, "fy2022-h1")]
    year = dated("topic", *YEAR, 学校=65 + late, 家族=80)
    now = [year, dated("rest", *SECOND_HALF, 学校=30 + late, 家族=40)]
    assert bool(told(then, now, year="fy2022")) is refused


@pytest.mark.parametrize("late", [0, 1, 4, 5])
@pytest.mark.parametrize("swapped", [False, True])
def test_halves_of_which_each_agrees_with_the_year_and_both_together_do_not_are_corrections(late, swapped):
    """The audit of the year ended in an error: it was told that all three count the same contacts."""
    halves = [*signed(FIRST_HALF, 30, "fy2022-h1"), *signed(SECOND_HALF, 30, "fy2022-h2")]
    then = halves[::-1] if swapped else halves
    year = dated("topic", *YEAR, 学校=60 + late, 家族=80)
    assert len(same_records([year], then, "fy2022")[1]) == bool(late)
    assert bool(told(then, [year], year="fy2022")) is (0 < late < 5)


def test_either_of_two_halves_that_contradict_each_other_may_be_the_one_that_stayed():
    year = [dated("topic", *YEAR, 学校=65, 家族=80)]
    first, second = signed(FIRST_HALF, 30, "fy2022-h1"), signed(SECOND_HALF, 30, "fy2022-h2")
    assert [*_beliefs(year, [second], [first])] == [
        (second, first),
        ([*second, *first], []),
        (first, second),
    ]


@pytest.mark.parametrize(("before", "refused"), [(0, False), (1, True), (4, True), (5, False)])
def test_who_was_in_a_group_that_only_the_new_release_names_is_not_told_by_those_who_came(before, refused):
    """Seven men came about school, as the margins of both releases say: that leaves the other men about school."""
    people = {"性別": ["女性"] * 18 + ["男性"] * (10 + before), "相談": ["学校", "家族"] * 9 + ["家族"] * 10}
    people["相談"] += ["学校"] * before
    first = [table_of("sex", people, ["性別"]), table_of("topic", people, ["相談"])]
    now = {name: [*people[name], *[late] * 7] for name, late in (("性別", "男性"), ("相談", "学校"))}
    found = told(left(first), [table_of("cross", now, ["性別", "相談"])])
    assert [(one.cell, one.low, one.high) for one in found] == [
        ("性別=男性・相談=学校 (n)", before, before)
    ] * refused
    assert not any(one.of_change for one in found)


def test_a_release_is_subtracted_by_itself_and_with_all_that_fit_it():
    """A half as it was may be one of the earlier records, too, and then it is none of the new ones."""
    year, half = signed(YEAR, 60, "fy2022"), signed(FIRST_HALF, 30, "fy2022-h1")
    other = signed(FIRST_HALF, 31, "fy2022-h1")
    now = [dated("topic", *YEAR, 学校=61, 家族=80), dated("half", *FIRST_HALF, 学校=32, 家族=40)]
    assert [*_beliefs(now, [year], [half])] == [(year, half), ([*year, *half], [])]
    assert [*_beliefs(now, [year, half], [])] == [(year, []), ([*year, *half], []), (half, [])]
    assert [*_beliefs(now, [half], [other])] == [(half, other)]


def test_of_earlier_releases_that_contradict_each_other_the_one_like_the_new_is_of_the_same_records():
    """A year was signed, then its half with more contacts; either agrees with what is told of the half again."""
    year, half = signed(YEAR, 90, "fy2022"), signed(FIRST_HALF, 65, "fy2022-h1")
    now = [past.table for past in half] + [dated("rest", *SECOND_HALF, 学校=30, 家族=40)]
    assert same_records(now[1:], year, "fy2022")[0] == year
    assert same_records(now, [*year, *half], "fy2022") == (half, year)


def test_other_populations_are_left_alone():
    other = CountTable("t", "commissioners", {}, ("n",), (Cell((), "n", 30),))
    then = [*FIRST, *left([other])]
    same, corrected = same_records(
        [*report(EVERYBODY), replace(other, cells=(Cell((), "n", 31),))], then, "fy2023"
    )
    assert [past.table.population for past in corrected] == ["commissioners"]
    assert same == FIRST


def test_what_is_public_of_the_new_records_is_held_against_the_earlier_release():
    then = grid("t", ["a", "b", "c"], ["x"], [[13], [19], [40]])
    now = grid("t", ["a", "b", "c"], ["x"], [[16], [29], [60]])
    inner = tuple(cell.labels[0] in "ab" for cell in then.cells)
    past = [PastRelease(then, (*inner[:-1], False), "fy2023/1")]
    shown = [PastRelease(then, (False,) * len(then.cells), "fy2023/1")]
    public = [PublicFigure("cases", {"row": ("a",)}, 16, 16, "市の広報")]
    for earlier, refused in ((past, False), (shown, True)):
        same, corrected = same_records([now], earlier, "fy2023")
        assert bool(small_changes([now], {"t": inner}, FIVE, public, same, corrected)) is refused


def test_that_nobody_is_of_a_group_any_more_is_not_taken_to_hold_of_the_earlier_people():
    """Only of what the release itself rules out, an answer and none say, is there never anybody."""
    then = grid("t", ["a", "b", "c"], ["x"], [[13], [19], [40]])
    now = grid("t", ["a", "b", "c"], ["x"], [[0], [19], [40]])
    nobody = PublicFigure("cases", {"row": ("a",)}, 0, 0, "市の広報")
    earlier, shown = ((False,) * len(table.cells) for table in (then, now))
    past = [PastRelease(then, earlier, "fy2023/1")]
    assert not small_changes([now], {"t": shown}, FIVE, [nobody], [], past)


def test_a_search_that_ends_at_its_limit_refuses(monkeypatch):
    many = report(late(20))
    assert told(FIRST, many) == []
    monkeypatch.setattr(
        Outsider, "ends", lambda _, regions, *__: [(float("nan"), float("nan"))] * len(regions)
    )
    assert told(FIRST, many)


def test_a_search_whose_steps_do_not_do_tells_neither_that_all_is_well_nor_what_it_had_found(monkeypatch):
    """As many as it took before are enough, and one less is not."""
    then = grid("t", ["a", "b", "c"], ["x"], [[13], [19], [40]])
    now = grid("t", ["a", "b", "c"], ["x"], [[16], [19], [60]])
    inner, used = tuple(cell.labels[0] in "ab" for cell in then.cells), []
    same, corrected = same_records([now], [PastRelease(then, inner, "fy2023/1")], "fy2023")
    monkeypatch.setattr(revision, "Patience", lambda steps: used.append(Patience(steps)) or used[-1])
    asked = partial(small_changes, [now], {"t": inner}, FIVE, [], same, corrected)
    assert asked(steps=10_000) == []
    taken = 10_000 - used[0].steps
    assert taken > 0
    assert asked(steps=taken) == []
    with pytest.raises(LimitError):
        asked(steps=taken - 1)


@dataclass(frozen=True)
class Case:
    """A small cross of people, and how many came to and left each of its cells."""

    then: np.ndarray
    came: np.ndarray
    gone: np.ndarray

    @property
    def now(self) -> np.ndarray:
        return self.then + self.came - self.gone


def cases(count: int) -> Iterator[tuple[Case, Policy]]:
    for number in range(count):
        rng = np.random.default_rng([15, number])
        then = rng.integers(0, 14, (3, 2))
        where = rng.random((3, 2)) < rng.choice([0.2, 0.5])
        came = np.where(where, rng.integers(0, 12, (3, 2)), 0)
        gone = np.where(rng.random((3, 2)) < rng.choice([0, 0.3]), np.minimum(then, rng.integers(0, 9)), 0)
        yield Case(then, came, gone), Policy(threshold=int(rng.choice([3, 5])), required_width=2)


def margins() -> dict[tuple[str, str], np.ndarray]:
    """Label pair of a cell of the cross → which of the six kinds of people it counts."""
    rows, columns = ["1", "2", "3", TOTAL], ["F", "M", TOTAL]
    inside = {}
    for row in rows:
        for column in columns:
            flags = np.ones((3, 2), dtype=bool)
            if row != TOTAL:
                flags &= np.arange(3)[:, None] == rows.index(row)
            if column != TOTAL:
                flags &= np.arange(2)[None, :] == columns.index(column)
            inside[row, column] = flags.ravel()
    return inside


def extremes(
    aim: np.ndarray, equations: list[tuple[np.ndarray, float, float]], none_left: bool
) -> tuple[float, float]:
    """Least and greatest value of a sum over (then, came, gone), by an integer programme of its own."""
    rows, low, high = zip(*equations, strict=True)
    stays = np.hstack([np.eye(6), np.zeros((6, 6)), -np.eye(6)])
    rules = [LinearConstraint(np.array(rows), low, high), LinearConstraint(stays, 0, np.inf)]
    top = np.full(18, 500.0)
    top[12:] = 0 if none_left else 500
    ends = []
    for side in (1, -1):
        solved = milp(side * aim, constraints=rules, integrality=np.ones(18), bounds=Bounds(0, top))
        assert solved.success
        ends.append(side * round(solved.fun))
    return ends[0], ends[1]


def equations(
    then: CountTable, was: Sequence[bool], now: CountTable, gone: Sequence[bool]
) -> list[tuple[np.ndarray, float, float]]:
    """What stands on the pages of both releases: the counts, and that no x is a zero, since zeros are printed."""
    inside, found = margins(), []
    for table, flags, factors in ((then, was, (1, 0, 0)), (now, gone, (1, 1, -1))):
        for cell, hidden in zip(table.cells, flags, strict=True):
            sums = np.concatenate([f * inside[cell.labels] for f in factors])
            if not hidden or cell.value:
                found.append((sums, *((1, np.inf) if hidden else (cell.value, cell.value))))
    return found


def whole(counts: np.ndarray) -> CountTable:
    """The cross with every row and column, those of nobody too."""
    cells = tuple(Cell(labels, "n", int(counts.ravel()[flags].sum())) for labels, flags in margins().items())
    return CountTable("cross", "cases", {"row": "row", "column": "column"}, ("n",), cells)


def accepted(
    case: Case, policy: Policy
) -> tuple[CountTable, Sequence[bool], CountTable, Sequence[bool]] | None:
    then, now = whole(case.then), whole(case.now)
    [past] = left([then], policy)
    same, corrected = same_records([now], [past], "fy2023")
    hidden: Mapping[str, Sequence[bool]] = plan([now], policy, previous=same).hidden
    if not corrected or small_changes([now], hidden, policy, [], same, corrected):
        return None
    return then, past.hidden, now, hidden["cross"]


@pytest.mark.parametrize("number", [60, pytest.param(400, marks=pytest.mark.full)])
def test_after_an_accepted_correction_each_small_change_and_count_keeps_its_values_by_another_programme(
    number,
):
    """Over random crosses: with the truth about who left (nobody, where that is so) the reader gets no further."""
    tried = changes = counts = 0
    for case, policy in cases(number):
        if (both := accepted(case, policy)) is None:
            continue
        tried += 1
        known = equations(*both)
        then, was, now, gone = both
        none_left = not case.gone.any()
        for i, (labels, flags) in enumerate(margins().items()):
            zero = np.zeros(6)
            change = (now.cells[i].value or 0) - (then.cells[i].value or 0)
            if 0 < abs(change) < policy.threshold:
                low, high = extremes(np.concatenate([zero, flags, -1.0 * flags]), known, none_left)
                assert high - low >= policy.required_width, (case, labels)
                changes += 1
            for cell, hidden, aim in (
                (then.cells[i], was[i], [flags, zero, zero]),
                (now.cells[i], gone[i], [flags, flags, -1.0 * flags]),
            ):
                if hidden and policy.is_primary(cell):
                    low, high = extremes(np.concatenate(aim).astype(float), known, none_left)
                    assert high - max(low, 1) >= policy.required_width, (case, labels)
                    counts += 1
    assert min(tried, changes, counts) >= number // 30, (tried, changes, counts)


@pytest.mark.parametrize("pair", [(1, 2), (2, 2), (1, 1)])
def test_what_one_release_left_narrow_by_itself_is_not_laid_to_the_other(pair):
    """Two cells that add up to three are 1 or 2, in either release: the other one helps nobody."""
    then = grid("t", ["a", "b", "c"], ["x"], [[pair[0]], [pair[1]], [40]])
    now = grid("t", ["a", "b", "c"], ["x"], [[pair[0]], [pair[1]], [60]])
    inner = tuple(cell.labels[0] in "ab" for cell in then.cells)
    same, corrected = same_records([now], [PastRelease(then, inner, "fy2023/1")], "fy2023")
    found = small_changes([now], {"t": inner}, FIVE, [], same, corrected)
    assert [one for one in found if not one.of_change] == []


@pytest.mark.parametrize(("population", "opened"), [("cases", True), ("others", False)])
def test_what_the_new_records_were_printed_as_before_counts_for_the_reader_and_no_other_population(
    population: str, opened: bool
) -> None:
    """From 13 to 17 is a change of four: the pair is hidden now, but a release between has printed it."""
    then = grid("t", ["a", "b", "c"], ["x"], [[13], [19], [40]])
    now = grid("t", ["a", "b", "c"], ["x"], [[17], [21], [60]])
    inner = tuple(cell.labels[0] in "ab" for cell in then.cells)
    between = PastRelease(replace(now, population=population), (False,) * len(now.cells), "fy2023/2")
    past = [PastRelease(replace(then, population="cases"), (False,) * len(now.cells), "fy2023/1")]
    here = replace(now, population="cases")
    assert small_changes([here], {"t": inner}, FIVE, [], [], past) == []
    assert bool(small_changes([here], {"t": inner}, FIVE, [], [between], past)) is opened


def test_a_table_with_a_count_of_nobody_may_be_released_again() -> None:
    nobody = grid("t", ["a", "b"], ["x", "y"], [[0, 9], [12, 8]])
    past = [PastRelease(nobody, (False,) * len(nobody.cells), "fy2023/first")]
    assert same_records([nobody], past, "fy2023") == (past, [])


@pytest.mark.parametrize("small", [0, 1, 4])
def test_where_zeros_are_hidden_a_hidden_nobody_is_opened_as_a_few_are(small):
    """Nine and forty beside them: the sum is known, and the new release prints all three."""
    then, now = (
        CountTable("t", "cases", {"相談": "相談"}, ("n",),
                   tuple(Cell((f"x{i}",), "n", n) for i, n in enumerate((small, 9, rest))))
        for rest in (40, 60)
    )  # fmt: skip
    same, corrected = same_records([now], [PastRelease(then, (True, True, False), "fy2023/1")], "fy2023")
    hide = replace(FIVE, zero_rule="hide")
    found = small_changes([now], {"t": (False,) * 3}, hide, [], same, corrected)
    assert [(one.cell, one.low, one.high) for one in found if not one.of_change] == [
        ("相談=x0 (n)", small, small)
    ]
