"""Masks must protect, tell nobody which cell was small, and be the same bytes on every machine."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.disclosure.people import every_interval, grid, table_of
from ujo_lib.disclosure import programme, suppress, system
from ujo_lib.disclosure.audit import audit, outsider, people
from ujo_lib.disclosure.counts import INNER_WEIGHT, TOTAL_WEIGHT
from ujo_lib.disclosure.plan import Plan, PlanError, plan
from ujo_lib.disclosure.programme import LimitError
from ujo_lib.disclosure.tables import (
    PERIOD,
    Cell,
    CountTable,
    Exemption,
    PastRelease,
    Policy,
    PublicFigure,
    TableError,
    as_printed,
    dump_tables,
    span,
    sums_of,
)
from ujo_lib.typed import ANSWERED

FIVE = Policy(threshold=5, required_width=3)
AGES = {"row": {"若い": ("10代", "20代"), "年長": ("30代", "40代")}}


@pytest.fixture
def by_age() -> CountTable:
    counts = [[14, 4], [28, 30], [15, 14], [26, 25]]
    return grid("by_age", ["10代", "20代", "30代", "40代"], ["男性", "女性"], counts)


@pytest.fixture
def by_broad_age(by_age: CountTable) -> CountTable:
    people: dict[str, list[str]] = {"row": [], "column": []}
    for cell in by_age.cells:
        if "総数" not in cell.labels:
            people["row"] += [cell.labels[0]] * (cell.value or 0)
            people["column"] += [cell.labels[1]] * (cell.value or 0)
    return table_of("by_broad_age", people, ["row", "column"], recode=AGES)


def values_hidden(table: CountTable, made: Plan) -> list[int | None]:
    return [cell.value for cell, gone in zip(table.cells, made.mask(table.id), strict=True) if gone]


def test_a_small_count_is_never_hidden_alone_because_totals_would_give_it_back(by_age: CountTable) -> None:
    made = plan([by_age], FIVE)
    hidden = values_hidden(by_age, made)
    assert 4 in hidden
    assert len(hidden) == 4
    assert audit([by_age], made.hidden, FIVE).ok


def test_a_merged_age_table_beside_it_no_longer_gives_the_hidden_four_back(
    by_age: CountTable, by_broad_age: CountTable
) -> None:
    alone = plan([by_age], FIVE)
    position = by_age.cells.index(Cell(("10代", "女性"), "n", 4))
    before = audit([by_age], alone.hidden, FIVE).frame.set_index("cell").loc[by_age.label(position)]
    assert (before["low"], before["high"]) == (1, 17)

    beside = audit([by_age, by_broad_age], alone.hidden, FIVE)
    leak = beside.leaks.set_index("cell").loc[by_age.label(position)]
    assert (leak["low"], leak["high"]) == (4, 4)

    joint = plan([by_age, by_broad_age], FIVE)
    assert audit([by_age, by_broad_age], joint.hidden, FIVE).ok


def test_totals_are_kept_where_an_inner_cell_will_do(by_age: CountTable) -> None:
    made = plan([by_age], FIVE)
    hidden = [c.labels for c, gone in zip(by_age.cells, made.mask("by_age"), strict=True) if gone]
    assert not any("総数" in labels for labels in hidden)


def test_the_published_17_and_8_are_printed_even_under_a_threshold_of_ten() -> None:
    ten = Policy(threshold=10, required_width=3)
    people = {
        "性別": ["男性"] * 17 + ["女性"] * 8,
        "同居": ["家族"] * 12 + ["一人"] * 5 + ["家族"] * 6 + ["一人"] * 2,
    }
    sex, both = table_of("sex", people, ["性別"]), table_of("both", people, ["性別", "同居"])
    public = [
        PublicFigure("cases", {"性別": ("男性",)}, 17, 17, "実態調査の報告"),
        PublicFigure("cases", {"性別": ("女性",)}, 8, 8, "実態調査の報告"),
    ]
    assert any(plan([sex, both], ten).mask("sex"))
    made = plan([sex, both], ten, public)
    assert not any(made.mask("sex"))
    report = audit([sex, both], made.hidden, ten, public)
    assert report.ok
    assert (report.frame.query("table == 'sex'")["verdict"] == "既公表").all()


def test_a_public_range_that_fixes_a_count_makes_it_public() -> None:
    people = {"期間": ["5年以上"] * 21 + ["5年未満"] * 4}
    table = table_of("duration", people, ["期間"])
    public = [
        PublicFigure("cases", {}, 25, 25, "報告"),
        PublicFigure("cases", {"期間": ("5年以上",)}, 21, 21, "報告 8割強"),
    ]
    assert not any(plan([table], FIVE, public).mask("duration"))


def test_data_that_contradict_a_public_figure_stop_the_plan() -> None:
    table = table_of("sex", {"性別": ["男性"] * 16 + ["女性"] * 9}, ["性別"])
    with pytest.raises(TableError, match="性別=男性"):
        plan([table], FIVE, [PublicFigure("cases", {"性別": ("男性",)}, 17, 17, "報告")])


def test_tables_that_disagree_about_the_same_people_stop_the_plan() -> None:
    one = table_of("a", {"性別": ["男性"] * 9 + ["女性"] * 3}, ["性別"])
    two = table_of("b", {"性別": ["男性"] * 8 + ["女性"] * 3}, ["性別"])
    with pytest.raises(TableError, match="9 と 8"):
        plan([one, two], FIVE)


def test_the_rest_of_a_subgroup_cannot_be_had_by_subtracting_two_tables() -> None:
    rng = np.random.default_rng(3)
    people = {
        "年代": ["10代"] * 60 + ["20代以上"] * 12,
        "相談": [*rng.choice(["学校", "家族", "勤務"], 60), *(["学校"] * 2 + ["家族"] * 4 + ["勤務"] * 6)],
    }
    everyone = table_of("all", people, ["相談"])
    young = table_of("young", people, ["相談"], where={"年代": ("10代",)})
    naive = {t.id: (False,) * len(t.cells) for t in (everyone, young)}
    leaks = audit([everyone, young], naive, FIVE).leaks
    assert set(leaks["low"]) == {2, 4}
    made = plan([everyone, young], FIVE)
    assert audit([everyone, young], made.hidden, FIVE).ok


@pytest.mark.parametrize("rule", ["show", "hide"])
def test_what_several_restrictions_leave_of_a_group_cannot_be_had_by_subtracting_two_tables(
    rule: str,
) -> None:
    """Unanswered contacts of each topic, 2 and 6: contacts less talks, as all 8 that are no talks were unanswered."""
    contacts = {
        "相談": ["学校"] * 12 + ["家族"] * 30,
        "対応": ["応答なし"] * 2 + ["完了"] * 10 + ["応答なし"] * 6 + ["完了"] * 24,
        "時間": ["なし"] * 2 + ["あり"] * 10 + ["なし"] * 6 + ["あり"] * 24,
    }
    tables = [
        table_of("topic", contacts, ["相談"]),
        table_of("status", contacts, ["対応"]),
        table_of("talks", contacts, ["相談"], where={"対応": ("完了",), "時間": ("あり",)}),
    ]
    policy = replace(FIVE, zero_rule=rule)  # type: ignore[arg-type]  # one of its words
    naive = {t.id: (False,) * len(t.cells) for t in tables}
    leaks = audit(tables, naive, policy).leaks
    assert leaks[["low", "high"]].to_numpy().tolist() == [[2, 2]]
    made = plan(tables, policy)
    assert audit(tables, made.hidden, policy).ok
    assert sum(made.hidden["talks"]) + sum(made.hidden["topic"]) == 2


def test_last_years_release_and_this_one_cannot_be_subtracted() -> None:
    fiscal = (date(2022, 4, 1), date(2023, 3, 31))
    calendar = (date(2022, 4, 1), date(2023, 6, 30))

    def topics(name: str, counts: dict[str, int], period: tuple[date, date]) -> CountTable:
        cells = tuple(Cell((topic,), "n", n) for topic, n in {**counts, "総数": sum(counts.values())}.items())
        return CountTable(name, "consultations", {"相談": "相談"}, ("n",), cells, period=period)

    old = topics("fy2022", {"学校": 20, "家族": 30, "勤務": 18}, fiscal)
    new = topics("to_june", {"学校": 22, "家族": 39, "勤務": 21}, calendar)
    past = [PastRelease(old, (False,) * 4)]
    assert set(audit([new], {"to_june": (False,) * 4}, FIVE, previous=past).leaks["low"]) == {2, 3}
    made = plan([new], FIVE, previous=past)
    assert audit([new], made.hidden, FIVE, previous=past).ok
    assert not any(plan([new], FIVE).mask("to_june"))


def test_a_new_table_in_a_second_release_of_the_year_does_not_open_the_first(
    by_age: CountTable, by_broad_age: CountTable
) -> None:
    first = plan([by_age], FIVE)
    past = [PastRelease(by_age, first.mask("by_age"))]
    assert not audit([by_broad_age], {"by_broad_age": (False,) * 9}, FIVE, previous=past).ok
    second = plan([by_broad_age], FIVE, previous=past)
    assert any(second.mask("by_broad_age"))
    assert audit([by_broad_age], second.hidden, FIVE, previous=past).ok


def test_calendar_year_and_fiscal_year_meet_in_the_months_they_share() -> None:
    months = {
        "1〜3月": (5, date(2023, 1, 1), date(2023, 3, 31)),
        "4〜12月": (3, date(2023, 4, 1), date(2023, 12, 31)),
    }
    recode = {PERIOD: {label: (span(a, b),) for label, (_, a, b) in months.items()}}
    cells = tuple(Cell((label,), "n", n) for label, (n, _, _) in months.items())
    quarters = CountTable("quarters", "c", {"期": PERIOD}, ("n",), cells, recode=recode)
    year = CountTable(
        "year", "c", {}, ("n",), (Cell((), "n", 8),), period=(date(2023, 1, 1), date(2023, 12, 31))
    )
    made = plan([quarters, year], FIVE)
    assert made.mask("quarters") == (True, True) or made.mask("year") == (True,)
    assert audit([quarters, year], made.hidden, FIVE).ok


def test_options_of_a_multiple_answer_question_protect_and_betray_nobody_through_totals() -> None:
    cells = [Cell((o,), "n", n) for o, n in {"不登校": 9, "退職": 3, "家庭": 12, "総数": 25}.items()]
    table = CountTable("why", "cases", {"経緯": "経緯"}, ("n",), tuple(cells), multiple=("経緯",))
    made = plan([table], FIVE)
    assert made.mask("why") == (False, True, False, False)
    row = audit([table], made.hidden, FIVE).frame.iloc[0]
    assert (row["low"], row["high"]) == (1, 25)


def test_counts_over_time_alone_are_printed_in_full_when_the_site_says_so() -> None:
    people = {"曜日": ["日"] * 900 + ["月"] * 97 + ["火"] * 3}
    week = table_of("week", people, ["曜日"])
    reason = "時刻だけの集計で、個人の属性を含まない"
    policy = Policy(exemptions=(Exemption("cases", ("曜日",), 500, reason),))
    made = plan([week], policy)
    assert not any(made.mask("week"))
    assert made.exemptions == (("week", reason),)
    assert audit([week], made.hidden, policy).ok
    small = Policy(exemptions=(Exemption("cases", ("曜日",), 5000, reason),))
    assert any(plan([week], small).mask("week"))


YEAR, HALF = (date(2023, 4, 1), date(2024, 3, 31)), (date(2023, 4, 1), date(2023, 9, 30))


def of_days(name: str, days: tuple[date, date], counts: dict[str, int], variable: str = "曜日") -> CountTable:
    cells = tuple(Cell((label,), "n", n) for label, n in counts.items())
    return CountTable(name, "cases", {variable: variable}, ("n",), cells, period=days)


@pytest.mark.parametrize(("least", "free"), [(1099, True), (1100, True), (1101, False)])
@pytest.mark.parametrize("first", ["year", "half"])
def test_what_year_and_half_printed_in_full_leave_over_is_printed_in_full_if_it_is_large_enough(
    least: int, free: bool, first: str
) -> None:
    """1,102 contacts of the other half by subtraction, 2 of them on Mondays."""
    year = of_days("year", YEAR, {"日": 2400, "月": 7})
    half = of_days("half", HALF, {"日": 1300, "月": 5})
    left = 2400 + 7 - 1300 - 5
    rule = Exemption("cases", ("曜日",), least - 1100 + left, "時刻だけの集計")
    policy = Policy(exemptions=(rule,))
    before, now = (year, half) if first == "year" else (half, year)
    previous = [PastRelease(before, (False, False))]
    report = audit([now], {now.id: (False, False)}, policy, previous=previous)
    assert report.ok == free
    if free:
        assert not any(plan([now], policy, previous=previous).mask(now.id))
    else:
        with pytest.raises(PlanError):
            plan([now], policy, previous=previous)


def test_the_rest_of_a_table_that_is_not_printed_in_full_is_protected_beside_one_that_is() -> None:
    rule = Exemption("cases", ("曜日",), 500, "時刻だけの集計")
    policy = Policy(exemptions=(rule,))
    year = of_days("year", YEAR, {"健康": 2400, "勤務": 17}, "内容")
    half = of_days("half", HALF, {"健康": 1300, "勤務": 15}, "内容")
    previous = [PastRelease(year, (False, False))]
    assert not audit([half], {"half": (False, False)}, policy, previous=previous).ok
    assert plan([half], policy, previous=previous).mask("half")[1]


def test_a_count_that_tables_printed_in_full_give_away_is_refused_with_advice() -> None:
    men = CountTable(
        "men", "cases", {"性別": "性別"}, ("n",), (Cell(("男性",), "n", 997), Cell(("総数",), "n", 1000))
    )
    women = CountTable(
        "women", "cases", {"性別": "性別", "年代": "年代"}, ("n",), (Cell(("女性", "総数"), "n", 3),)
    )
    exempt = Policy(exemptions=(Exemption("cases", ("性別",), 500, "試験"),))
    with pytest.raises(PlanError, match=r"性別=女性 の件数は、.*守れない") as refusal:
        plan([men, women], exempt)
    assert refusal.value.tables == ("women",)


def test_a_zero_is_hidden_where_the_site_says_it_tells_that_nobody_has_the_trait() -> None:
    table = grid("t", ["a", "b", "c"], ["x", "y", "z"], [[0, 12, 9], [8, 11, 10], [13, 7, 16]])
    assert not any(plan([table], FIVE).mask("t"))
    strict = Policy(zero_rule="hide")
    assert plan([table], strict).mask("t")[0]
    assert audit([table], plan([table], strict).hidden, strict).ok


@pytest.mark.parametrize(
    ("counts", "zeros_too"),
    [
        ((1, 1, 1, 1, 1, 0, 0), True),  # five x and a sum of five: each would be exactly one
        ((1,) * 12, True),
        ((2, 1, 1, 1, 0), True),
        ((3, 1, 1, 0), True),  # 1 to 3
        ((3, 2, 1, 0), False),  # 1 to 4
        ((4, 1, 0), False),
    ],
)
def test_a_sum_that_the_release_prints_itself_does_not_say_what_few_x_are(
    counts: tuple[int, ...], zeros_too: bool
) -> None:
    """Overviews print how many there were in all: where no x is a zero, that may leave a count hardly any value."""
    table = CountTable(
        "t", "contacts", {"月": "月"}, ("n",), tuple(Cell((f"{i}",), "n", n) for i, n in enumerate(counts))
    )
    sums = list(sums_of(table, 5))
    policy = Policy(threshold=5, required_width=3)
    made = plan([table], policy, sums)
    assert made.zeros == (("contacts",) if zeros_too else ())
    assert made.mask("t") == tuple(n > 0 or zeros_too for n in counts)
    assert Plan.from_json(made.to_json()) == made
    found = audit([table], made.hidden, policy, sums, zeros=made.zeros)
    assert found.ok
    assert found.promise(policy).values == 4
    assert not found.promise(policy).before
    assert found.promise(policy).zeros is zeros_too  # these values are then no values from 1 on
    crossed = {"t": tuple(n > 0 for n in counts)}
    assert audit([table], crossed, policy, sums).ok is not zeros_too


@pytest.mark.parametrize(("first", "again"), [("2023-12-31", True), ("2024-01-01", False)])
def test_zeros_that_a_release_hid_stay_hidden_in_those_that_count_the_same_days(
    first: str, again: bool
) -> None:
    """Five x of a sum of five were 0 to 5 while two of seven were zeros: printed now, they leave one each."""
    cells = tuple(Cell((f"{i}",), "n", n) for i, n in enumerate((1, 1, 1, 1, 1, 0, 0)))
    table = CountTable(
        "t", "contacts", {"月": "月"}, ("n",), cells, period=(date(2023, 1, 1), date(2023, 12, 31))
    )
    new = replace(
        table, period=(date.fromisoformat(first), date(2024, 12, 31)), cells=(Cell(("0",), "n", 0),)
    )
    past = [PastRelease(table, (True,) * 7, zeros=True)]
    assert plan([new], FIVE, (), past).zeros == (("contacts",) if again else ())
    public = [replace(figure, own=False) for figure in sums_of(table, 5)]
    crossed = {"t": tuple(bool(cell.value) for cell in cells)}
    assert not audit([table], crossed, FIVE, public, past).ok
    assert audit([table], {"t": (True,) * 7}, FIVE, public, past, ["contacts"]).ok


@pytest.mark.parametrize("rule", ["show", "hide"])
@pytest.mark.parametrize(("zeros", "most"), [(False, 4), (True, 5)])
def test_an_x_of_an_earlier_release_is_none_or_not_as_that_release_said(
    zeros: bool, most: int, rule: Literal["show", "hide"]
) -> None:
    """1 and 4 of five, crossed where zeros were printed: neither is nobody, even if the new release hides its zeros."""
    old, new = (
        CountTable("t", "contacts", {"a": name}, ("n",), tuple(Cell((c,), "n", n) for c, n in cells.items()))
        for name, cells in (("topic", {"p": 1, "q": 4}), ("sex", {"f": 3, "m": 2}))
    )
    past = [PastRelease(old, (True, True), zeros=zeros)]
    rules = replace(FIVE, zero_rule=rule)
    found = audit(
        [replace(new, id="u")], {"u": (True, True)}, rules, list(sums_of(old, 5)), past, ["contacts"]
    )
    assert found.frame.query("table == 't'")["high"].tolist() == [most, most]


@pytest.mark.parametrize(("days", "again"), [("2023-12-31", True), ("2024-01-01", False)])
def test_a_site_that_begins_to_print_its_zeros_does_not_say_that_the_x_before_were_none(
    days: str, again: bool
) -> None:
    """Five x of a sum of five were 0 to 5 under the rule that hides zeros: as x that are no zeros they are one each."""
    cells = [Cell((f"{i}",), "n", 1) for i in range(5)]
    year = date(2023, 1, 1), date(2023, 12, 31)
    table = CountTable(
        "t", "contacts", {"a": "topic"}, ("n",), (*cells, Cell(("総数",), "n", 5)), period=year
    )
    hide = replace(FIVE, zero_rule="hide")
    (past,) = as_printed([table], plan([table], hide).hidden, hide)
    new = replace(table, period=(date.fromisoformat(days), date(2024, 12, 31)), cells=(Cell(("0",), "n", 0),))
    assert plan([new], FIVE, (), [past]).zeros == (("contacts",) if again else ())
    same = {"t": past.hidden}
    assert audit([table], same, FIVE, (), [past], ["contacts"]).ok
    assert not audit([table], same, FIVE, (), [past]).ok


@pytest.mark.parametrize(
    ("counts", "hidden"), [((1, 1, 1, 2, 2), True), ((1, 1, 2, 2, 2), False), ((1, 2, 2, 2, 2), False)]
)
def test_who_knew_a_sum_before_did_not_know_which_counts_are_none(
    counts: tuple[int, ...], hidden: bool
) -> None:
    """Five x of a known sum of 7, 8 and 9 are 1 to 3, 4 and 5 each, as two zeros are printed: four values are asked."""
    cells = tuple(Cell((f"{i}",), "n", n) for i, n in enumerate((*counts, 0, 0)))
    table = CountTable("t", "contacts", {"a": "topic"}, ("n",), cells)
    known = [replace(figure, own=False) for figure in sums_of(table, 5)]
    crossed = {"t": tuple(bool(cell.value) for cell in cells)}
    assert audit([table], crossed, FIVE, known).ok is not hidden
    made = plan([table], FIVE, known)
    assert made.zeros == (("contacts",) if hidden else ())
    assert audit([table], made.hidden, FIVE, known, zeros=made.zeros).ok


def test_somebody_who_knows_his_own_case_still_learns_nothing_of_the_others() -> None:
    policy = Policy(threshold=5, required_width=3, own_case=True)
    table = grid("t", ["a", "b", "c"], ["x", "y", "z"], [[1, 12, 9], [8, 11, 10], [13, 7, 16]])
    made = plan([table], policy)
    report = audit([table], made.hidden, policy)
    assert report.ok
    assert report.frame.query("public_low == public_low")["low"].min() >= 1


def test_a_count_the_source_suppressed_stays_hidden() -> None:
    table = CountTable(
        "t", "cases", {"性別": "性別"}, ("n",), (Cell(("男性",), "n", None), Cell(("女性",), "n", 9))
    )
    assert plan([table], FIVE).mask("t") == (True, False)


def test_a_table_that_loses_most_of_its_cells_comes_with_advice_to_merge() -> None:
    counts = [[1, 2], [2, 3], [3, 1], [9, 20]]
    table = grid("sparse", ["10代", "20代", "30代", "40代"], ["男性", "女性"], counts)
    made = plan([table], FIVE)
    assert len(made.suggestions) == 1
    assert "まとめる" in made.suggestions[0]


@pytest.mark.parametrize(
    ("where", "left"), [({"相談": (ANSWERED,)}, 0), ({"相談の回答": ("あり",)}, 1), ({"地区": ("北",)}, 1)]
)
def test_who_left_a_question_out_is_no_secret_but_who_is_outside_a_subgroup_is(
    where: dict[str, tuple[str, ...]], left: int
) -> None:
    inside = table_of("consult", {"相談": ["いる"] * 40 + ["いない"] * 32}, ["相談"])
    tables = [replace(inside, where=where), table_of("all", {"相談": ["?"] * 73}, [])]
    made = plan(tables, FIVE)
    assert sum(map(sum, made.hidden.values())) == left
    assert audit(tables, made.hidden, FIVE).ok


def test_a_search_that_hits_its_limit_offers_no_plan(
    by_age: CountTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object) -> None:
        raise LimitError

    monkeypatch.setattr("ujo_lib.disclosure.programme.Programme.fractions", gives_up)
    with pytest.raises(PlanError, match="上限") as failure:
        plan([by_age], FIVE)
    assert failure.value.tables == ("by_age",)
    assert not isinstance(failure.value, LimitError)


def test_a_search_cut_short_protects_as_much_as_one_that_ends_and_is_only_dearer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dearer = 0
    for seed in range(6):
        counts = np.random.default_rng(seed).poisson(6, (5, 4)).tolist()
        table = grid("t", list("abcde"), list("wxyz"), counts)
        monkeypatch.setattr("ujo_lib.disclosure.suppress.WORK", 4_000)
        best = plan([table], FIVE)
        monkeypatch.setattr("ujo_lib.disclosure.suppress.WORK", -1)
        short = plan([table], FIVE)
        assert audit([table], short.hidden, FIVE).ok
        assert plan([table], FIVE) == short
        costs = [
            sum(
                INNER_WEIGHT + TOTAL_WEIGHT * table.totals_in(i)
                for i, gone in enumerate(made.mask("t"))
                if gone
            )
            for made in (best, short)
        ]
        assert costs[0] <= costs[1]
        dearer += costs[0] < costs[1]
    assert dearer


def test_the_plan_is_the_same_bytes_whatever_the_order_of_the_tables(
    by_age: CountTable, by_broad_age: CountTable
) -> None:
    first, second = plan([by_age, by_broad_age], FIVE), plan([by_broad_age, by_age], FIVE)
    assert first.to_json() == second.to_json()
    assert first.digest == second.digest
    assert Plan.from_json(first.to_json()) == first


@pytest.mark.parametrize(("other", "total_hidden"), [(1, True), (3, True), (5, False)])
def test_two_hidden_cells_are_not_given_away_by_their_sum_because_neither_is_a_zero(
    other: int, total_hidden: bool
) -> None:
    """Of a printed 1 + 3 a reader knows that each is 1, 2 or 3: one value fewer than promised."""
    table = grid("t", ["a", "b", "c"], ["x", "y"], [[1, other], [20, 30], [40, 50]])
    made = plan([table], FIVE)
    sum_of_both = table.cells.index(Cell(("a", "総数"), "n", 1 + other))
    assert made.mask("t")[sum_of_both] is total_hidden
    assert audit([table], made.hidden, FIVE).ok
    printed_after_all = tuple(flag and i != sum_of_both for i, flag in enumerate(made.mask("t")))
    assert audit([table], {"t": printed_after_all}, FIVE).ok is not total_hidden


@st.composite
def tiny_people(draw: st.DrawFn) -> dict[str, list[str]]:
    size = draw(st.integers(5, 14))
    pick = {"sex": ["F", "M"], "age": ["1", "2", "3"]}
    return {name: [draw(st.sampled_from(values)) for _ in range(size)] for name, values in pick.items()}


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(people=tiny_people(), threshold=st.sampled_from([3, 5]), zero=st.sampled_from(["show", "hide"]))
def test_no_hidden_count_survives_only_one_way_when_every_population_is_tried(
    people: dict[str, list[str]], threshold: int, zero: str
) -> None:
    policy = Policy(threshold=threshold, required_width=2, zero_rule=zero)  # type: ignore[arg-type]  # drawn above
    domains = {name: sorted(set(values)) for name, values in people.items()}
    cross = table_of("cross", people, ["sex", "age"])
    broad = (
        table_of("broad", people, ["age"], recode={"age": {"12": ("1", "2"), "3": ("3",)}})
        if len(domains["age"]) == 3
        else table_of("broad", people, ["age"])
    )
    tables = [cross, broad]
    try:
        made = plan(tables, policy)
    except PlanError:
        pytest.fail("nothing is fixed, so hiding everything must do")
    report = audit(tables, made.hidden, policy).frame.set_index(["table", "cell"])
    if not made.mask("cross")[-1]:
        found = every_interval(tables, made.hidden, domains, zeros_printed=zero == "show")
        for (name, i), (low, high) in found.items():
            table = next(t for t in tables if t.id == name)
            assert high > low
            small = policy.is_primary(table.cells[i]) and table.cells[i].value > 0
            least = max(low, policy.least_hidden) if small else low
            row = report.loc[(name, table.label(i))]
            assert (row["low"], row["high"]) == (least, high)
            if policy.is_primary(table.cells[i]):
                assert high - least >= policy.required_width


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(people=tiny_people(), threshold=st.sampled_from([3, 5]))
def test_no_two_releases_together_leave_a_count_one_way_when_every_population_is_tried(
    people: dict[str, list[str]], threshold: int
) -> None:
    """The second release prints what the first did not; whoever keeps the first must not gain by it."""
    policy = Policy(threshold=threshold, required_width=2)
    domains = {name: sorted(set(values)) for name, values in people.items()}
    assume(len(domains["age"]) == 3)
    old = table_of("old", people, ["age"], recode={"age": {"12": ("1", "2"), "3": ("3",)}})
    past = [PastRelease(old, plan([old], policy).mask("old"))]
    assume(not past[0].hidden[-1])  # without a total there are infinitely many populations
    new = [
        table_of("cross", people, ["sex", "age"]),
        table_of("broad", people, ["age"], recode={"age": {"1": ("1",), "23": ("2", "3")}}),
    ]
    made = plan(new, policy, previous=past)
    report = audit(new, made.hidden, policy, (), past, made.zeros)
    assert report.ok
    rows = report.frame.set_index(["table", "cell"])
    nothing = {table.id: (True,) * len(table.cells) for table in new} | {"old": past[0].hidden}
    # Which counts are none is news of the second release.
    before = every_interval([*new, old], nothing, domains, veiled=("cross", "broad"))
    veiled = ("cross", "broad") if made.zeros else ()
    for (name, i), (low, high) in every_interval(
        [*new, old], {**made.hidden, "old": past[0].hidden}, domains, veiled=veiled
    ).items():
        table = next((t for t in new if t.id == name), None)
        if table is None:
            continue
        row = rows.loc[(name, table.label(i))]
        least, most = before[name, i]
        if policy.is_primary(table.cells[i]):
            low, least = max(low, policy.least_hidden), max(least, policy.least_hidden)
            assert high - low >= min(policy.required_width, most - least)
        assert (row["low"], row["high"]) == (low, high)


@pytest.mark.slow
def test_the_plan_is_the_same_bytes_in_another_process_with_other_hash_seeds(
    by_age: CountTable, by_broad_age: CountTable, tmp_path: Path
) -> None:
    cells = [
        Cell((o, r), "n", n) for o, r, n in [("不登校", "10代", 3), ("退職", "20代", 9), ("家庭", "10代", 12)]
    ]
    options = CountTable(
        "why", "cases", {"経緯": "why", "年代": "row"}, ("n",), tuple(cells), multiple=("why",)
    )
    released = [PastRelease(one, (False,) * len(one.cells)) for one in (by_age, by_broad_age, options)]
    (tmp_path / "tables.json").write_text(dump_tables(released), encoding="utf-8")
    code = (
        "import sys, pathlib\n"
        "from ujo_lib.disclosure.plan import plan\n"
        "from ujo_lib.disclosure.tables import Policy, load_past\n"
        "tables = [past.table for past in load_past(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8'))]\n"
        "sys.stdout.write(plan(tables, Policy()).digest)\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "tables.json")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert digests == {plan([by_age, by_broad_age, options], FIVE).digest}


def test_the_guide_names_the_limits_that_are_kept() -> None:
    guide = " ".join(
        (Path(__file__).parents[2] / "docs" / "disclosure.md").read_text(encoding="utf-8").split()
    )
    for told in (
        f"exceeds {system.MAX_ATOMS:,} kinds of people ({people._CROSS_LIMIT:,} in the audit)",
        f"Parts with more than {programme.COUNTABLE:,} kinds of people are planned",
        f"and with more than {outsider.COUNTABLE:,} audited, in fractions",
        f"a counted number of questions ({suppress.WORK:,} to search",
    ):
        assert told in guide
