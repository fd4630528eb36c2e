"""The audit must see what an outsider sees, no more and above all no less."""

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disclosure.people import every_interval, grid, table_of
from ujo_lib.disclosure.audit import attack
from ujo_lib.disclosure.audit.attack import COLUMNS, LEAK, PUBLIC, SAFE, AuditReport, Promise, audit
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


def test_a_small_count_left_in_the_open_is_a_leak() -> None:
    table = table_of("sex", {"性別": ["男性"] * 20 + ["女性"] * 3}, ["性別"])
    leaks = audit([table], {"sex": (False,) * 3}, FIVE).leaks
    assert list(leaks["cell"]) == ["性別=女性 (n)"]
    assert (leaks["low"] == 3).all()


def test_last_years_mask_must_still_hold_with_this_years_tables() -> None:
    table = grid("past", ["a", "b"], ["x", "y"], [[3, 9], [8, 12]])
    inner = tuple("総数" not in cell.labels for cell in table.cells)
    past = [PastRelease(table, inner)]
    new = table_of(
        "new",
        {"row": ["a"] * 12 + ["b"] * 20, "column": (["x"] * 3 + ["y"] * 9 + ["x"] * 8 + ["y"] * 12)},
        ["column"],
    )
    assert audit([new], {"new": (False,) * 3}, FIVE, previous=past).ok
    spill = CountTable(
        "spill", "cases", {"row": "row", "column": "column"}, ("n",), (Cell(("b", "x"), "n", 8),)
    )
    leaks = audit([new, spill], {"new": (False,) * 3, "spill": (False,)}, FIVE, previous=past).leaks
    assert "past" in set(leaks["table"])
    of_others = [PastRelease(replace(table, population="others"), inner)]
    assert audit([new, spill], {"new": (False,) * 3, "spill": (False,)}, FIVE, previous=of_others).ok


def test_what_the_outsider_knows_of_himself_counts() -> None:
    table = grid("t", ["a", "b"], ["x", "y"], [[2, 9], [8, 12]])
    inner = tuple("総数" not in cell.labels for cell in table.cells)
    zeros_hidden = replace(FIVE, zero_rule="hide")
    stranger = audit([table], {"t": inner}, zeros_hidden).frame.iloc[0]
    one_of_them = audit([table], {"t": inner}, replace(zeros_hidden, own_case=True)).frame.iloc[0]
    assert (stranger["low"], one_of_them["low"]) == (0, 1)


@pytest.mark.parametrize(("other", "safe"), [(3, False), (4, True), (5, True)])
def test_zero_is_no_alternative_where_zeros_are_printed(other: int, safe: bool) -> None:
    table = grid("t", ["a", "b"], ["x", "y"], [[1, other], [20, 20]])
    inner = tuple("総数" not in cell.labels for cell in table.cells)
    row = audit([table], {"t": inner}, FIVE).frame.set_index("cell").loc[table.label(0)]
    assert (row["low"], row["high"]) == (1, other)  # the cell beside it is none either
    assert (row["verdict"] == SAFE) is safe
    hidden_zeros = audit([table], {"t": inner}, replace(FIVE, zero_rule="hide")).frame.set_index("cell")
    assert hidden_zeros.loc[table.label(0), "low"] == 0


def test_the_report_holds_no_true_count() -> None:
    table = grid("t", ["a", "b"], ["x", "y"], [[2, 9], [8, 12]])
    inner = tuple("総数" not in cell.labels for cell in table.cells)
    frame = audit([table], {"t": inner}, FIVE).frame
    assert tuple(frame.columns) == COLUMNS
    assert isinstance(frame, pd.DataFrame)
    assert not (frame["low"] == frame["high"]).any()


@pytest.mark.parametrize("known_most", [3, 4, 5])
def test_the_promise_leaves_out_a_count_that_was_narrower_before(known_most: int) -> None:
    table = CountTable("t", "cases", {"性別": "性別"}, ("n",), (Cell(("男性",), "n", 2),))
    known = PublicFigure("cases", {"性別": ("男性",)}, 1, known_most, "公表済みの「8割強」")
    report = audit([table], {"t": (True,)}, FIVE, public=[known])
    assert report.ok
    promise = report.promise(FIVE)
    assert (promise.values, promise.before) == (4, True)  # 1 to 4 are four values
    own = audit([table], {"t": (True,)}, FIVE, public=[replace(known, own=True, low=0, high=9)])
    assert not own.promise(FIVE).before


def test_a_promise_does_not_tell_whether_an_x_known_to_be_four_five_or_six_is_a_small_one() -> None:
    told = set()
    for women in (4, 5, 6):
        cells = tuple(Cell((sex,), "n", n) for sex, n in (("男性", 2), ("女性", women), ("不明", 4)))
        table = CountTable("t", "cases", {"性別": "性別"}, ("n",), cells)
        known = PublicFigure("cases", {"性別": ("女性",)}, 4, 6, "公表済みの「2割強」")
        report = audit([table], {"t": (True, True, True)}, FIVE, public=[known])
        assert report.ok
        told.add(report.promise(FIVE))
    assert len(told) == 1


@pytest.mark.parametrize(("width", "values"), [(2.0, 3), (3.0, 4), (4.0, 4), (math.inf, 4)])
def test_the_promise_is_the_least_that_was_found_and_no_more_than_was_asked(
    width: float, values: int
) -> None:
    row = ("t", "c", 1.0, 1 + width, width, 1.0, math.inf, 3.0, SAFE)
    promise = AuditReport(pd.DataFrame([row], columns=list(COLUMNS)), ("主題",)).promise(FIVE)
    assert (promise.values, promise.before, promise.approximate) == (values, False, ("主題",))
    larger = ("t", "d", 9.0, 9.0, 0.0, math.nan, math.nan, 1.0, SAFE)  # hidden for the sake of others
    exact = ("t", "e", 3.0, 3.0, 0.0, 3.0, 3.0, 0.0, PUBLIC)
    more = AuditReport(pd.DataFrame([row, larger, exact], columns=list(COLUMNS))).promise(FIVE)
    assert (more.values, more.before) == (values, False)
    assert Promise(4) == Promise(4, before=False, approximate=(), zeros=False)


def test_a_count_that_nothing_bounds_is_open_above() -> None:
    table = CountTable("t", "cases", {"性別": "性別"}, ("n",), (Cell(("男性",), "n", 2),))
    assert audit([table], {"t": (True,)}, FIVE).frame.iloc[0]["high"] == math.inf


def test_tables_that_cannot_both_be_true_are_an_error_not_a_pass() -> None:
    one = table_of("a", {"性別": ["男性"] * 9}, ["性別"])
    two = table_of("b", {"性別": ["男性"] * 8}, ["性別"])
    with pytest.raises(TableError):
        audit([one, two], {}, FIVE)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(
    counts=st.lists(st.integers(0, 4), min_size=6, max_size=6).filter(lambda c: 0 < sum(c) <= 13),
    flags=st.lists(st.booleans(), min_size=11, max_size=11),
)
def test_intervals_are_those_of_trying_every_population(counts: list[int], flags: list[bool]) -> None:
    rows = [counts[:2], counts[2:4], counts[4:]]
    cells = [Cell((r, c), "n", rows[i][j]) for i, r in enumerate("123") for j, c in enumerate("FM")]
    cells += [Cell((r, "総数"), "n", sum(rows[i])) for i, r in enumerate("123")]
    cells += [Cell(("総数", c), "n", sum(row[j] for row in rows)) for j, c in enumerate("FM")]
    cells += [Cell(("総数", "総数"), "n", sum(counts))]
    table = CountTable("t", "cases", {"row": "row", "column": "column"}, ("n",), tuple(cells))
    hidden = {"t": (*flags, False)}
    frame = audit([table], hidden, FIVE).frame.set_index("cell")
    for (_, i), ends in every_interval(
        [table], hidden, {"row": ["1", "2", "3"], "column": ["F", "M"]}
    ).items():
        row = frame.loc[table.label(i)]
        least = FIVE.least_hidden if FIVE.is_primary(table.cells[i]) else 0
        assert (row["low"], row["high"]) == (max(ends[0], least), ends[1])


def test_thousands_of_people_are_bounded_by_their_totals_as_dozens_are() -> None:
    table = grid("t", ["a", "b"], ["x", "y"], [[300, 900], [800, 1200]])
    inner = tuple("総数" not in cell.labels for cell in table.cells)
    row = audit([table], {"t": inner}, FIVE).frame.iloc[0]
    assert (row["low"], row["high"]) == (1, 1099)  # zeros are printed, so no hidden cell is one


def test_nobody_is_among_those_of_a_hidden_zero() -> None:
    """By hand: 3 are left for 0 and 3 when 20 of 23 are printed, and he who is counted is one of the 3."""
    counts = {"無": 0, "少": 3, "多": 20, "総数": 23}
    table = CountTable(
        "t", "cases", {"v": "v"}, ("n",), tuple(Cell((label,), "n", n) for label, n in counts.items())
    )
    policy = Policy(threshold=5, required_width=2, zero_rule="hide", own_case=True)
    found = audit([table], {"t": (True, True, False, False)}, policy).frame.set_index("cell")
    assert found[["low", "high"]].to_numpy().tolist() == [[0, 3], [1, 3]]


@pytest.mark.parametrize("few", [0, 1, 30])
def test_who_knows_much_of_what_was_public_is_modelled_as_who_knows_little(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: of 2 men it was public that there are 1 to 3, of everybody that there are 20 to 30."""
    monkeypatch.setattr(attack, "_FEW", few)
    table = table_of("t", {"性別": ["男性"] * 2 + ["女性"] * 23}, ["性別"])
    known = [
        PublicFigure("cases", {"性別": ("男性",)}, 1, 3, "公表済み"),
        PublicFigure("cases", {}, 20, 30, "公表済み"),
    ]
    found = audit([table], {"t": (True, True, False)}, FIVE, public=known).frame.set_index("cell")
    row = found.loc["性別=男性 (n)"]
    assert (row["public_low"], row["public_high"], row["required"]) == (1, 3, 2)
    assert (row["low"], row["high"], row["verdict"]) == (1, 3, SAFE)


@pytest.mark.parametrize(
    ("least", "width", "safe"), [(17, 1, False), (16, 2, False), (15, 3, True), (14, 4, True)]
)
def test_a_small_group_between_two_counts_must_stay_as_uncertain_as_a_small_count(
    least: int, width: int, safe: bool
) -> None:
    """Of 20 people 17 are of April, which is hidden and known to be `least` to 18: the other 3 lie between."""
    people = {"月": ["4"] * 17 + ["5"] * 3, "性別": ["男性"] * 20}
    whole = table_of("whole", people, ["性別"])
    part = table_of("part", people, ["性別"], where={"月": ("4",)})
    known = PublicFigure("cases", {"月": ("4",)}, least, 18, "公表済み")
    found = audit([whole, part], {"part": (True, True)}, FIVE, public=[known]).frame
    left = found.set_index(["table", "cell"]).loc[attack.DIFFERENCE, "月=〔その他〕"]
    assert left[["low", "high", "width", "required"]].tolist() == [2, 2 + width, width, 3]
    assert (left["verdict"] == SAFE) is safe


@pytest.mark.parametrize(("others", "suspected"), [(0, False), (1, True), (4, True), (5, False)])
@pytest.mark.parametrize("own_case", [False, True])
def test_a_group_between_two_counts_is_looked_for_from_one_person_on(
    others: int, suspected: bool, own_case: bool
) -> None:
    """It is printed nowhere, not even as an x: only who may be one of them knows that there is one."""
    people = {"月": ["4"] * 17 + ["5"] * others, "性別": ["男性"] * (17 + others)}
    tables = [table_of("whole", people, ["性別"]), table_of("part", people, ["性別"], where={"月": ("4",)})]
    found = audit(tables, {"part": (True, True)}, replace(FIVE, own_case=own_case)).frame
    left = found[found["table"] == attack.DIFFERENCE]
    assert left["low"].tolist() == [own_case] * 2 * suspected  # of men, and of all


YEAR, HALF = (date(2023, 4, 1), date(2024, 3, 31)), (date(2023, 4, 1), date(2023, 9, 30))


@pytest.mark.parametrize(
    ("days", "where", "sundays", "hidden", "suspected"),
    [
        (HALF, {}, 1300, False, False),
        (HALF, {}, 1194, False, True),  # the half counts 1,199, and is not printed in full
        (HALF, {}, 1195, False, False),
        (HALF, {}, 1300, True, True),  # nor is what an earlier release hid
        (YEAR, {"性別": ("男性",)}, 1300, False, True),  # the others are no other days
    ],
)
def test_what_tables_in_full_leave_over_is_looked_for_unless_it_is_such_a_table_of_other_days(
    days: tuple[date, date], where: dict[str, tuple[str, ...]], sundays: int, hidden: bool, suspected: bool
) -> None:
    """Two contacts on Mondays are left between the year's seven and the part's five."""

    def table(name: str, days: tuple[date, date], counts: tuple[int, int]) -> CountTable:
        cells = tuple(Cell((day,), "n", n) for day, n in zip("日月", counts, strict=True))
        return CountTable(name, "cases", {"曜日": "曜日"}, ("n",), cells, period=days)

    policy = replace(FIVE, exemptions=(Exemption("cases", ("曜日", "性別"), 1200, "時刻だけの集計"),))
    past = PastRelease(replace(table("part", days, (sundays, 5)), where=where), (False, hidden))
    year = table("year", YEAR, (2500, 7))
    found = audit([year], {}, policy, previous=[past]).frame
    assert (attack.DIFFERENCE in set(found["table"])) is suspected


@pytest.mark.parametrize(("most", "verdict"), [(9, LEAK), (10, SAFE), (11, SAFE)])
def test_a_larger_count_that_is_hidden_must_leave_two_values(most: int, verdict: str) -> None:
    table = CountTable("t", "cases", {"性別": "性別"}, ("n",), (Cell(("女性",), "n", 9),))
    known = PublicFigure("cases", {"性別": ("女性",)}, 9, most, "公表済み")
    row = audit([table], {"t": (True,)}, FIVE, public=[known]).frame.iloc[0]
    assert (row["width"], row["required"], row["verdict"]) == (most - 9, 1, verdict)


@pytest.mark.parametrize(("own", "public", "verdict"), [(True, (1, math.inf), LEAK), (False, (1, 3), SAFE)])
def test_what_the_release_says_of_its_own_counts_was_not_known_before(own, public, verdict) -> None:
    table = CountTable("t", "cases", {"性別": "性別"}, ("n",), (Cell(("男性",), "n", 2),))
    said = PublicFigure("cases", {"性別": ("男性",)}, 1, 3, "本文", own=own)
    row = audit([table], {"t": (True,)}, FIVE, public=[said]).frame.iloc[0]
    assert (row["low"], row["high"], row["verdict"]) == (1, 3, verdict)
    assert (row["public_low"], row["public_high"]) == public
    with pytest.raises(TableError):
        audit([table], {"t": (True,)}, FIVE, public=[replace(said, low=3)])


def test_of_an_earlier_table_the_small_counts_that_it_hid_are_looked_for_where_no_table_counts_them_now() -> (
    None
):
    """Zeros are hidden, and the outsider may be one of those who are counted."""
    counts = {"無": 0, "少": 3, "印": 4, "多": 9, "今": 2}
    past = CountTable(
        "past", "cases", {"v": "v"}, ("n",), tuple(Cell((label,), "n", n) for label, n in counts.items())
    )
    now = CountTable("now", "cases", {"v": "v"}, ("n",), (Cell(("今",), "n", 2),))
    policy = replace(FIVE, zero_rule="hide", own_case=True)
    earlier = [PastRelease(past, tuple(label != "印" for label in counts), zeros=True)]
    found = audit([now], {"now": (True,)}, policy, previous=earlier).frame
    ends = found[["table", "cell", "low", "public_low", "verdict"]].to_numpy().tolist()
    assert ends == [
        ["now", "v=今 (n)", 1, 1, SAFE],
        ["past", "v=無 (n)", 0, 0, SAFE],
        ["past", "v=少 (n)", 1, 1, SAFE],
    ]


@pytest.mark.parametrize("limit", [26, 27])
def test_kinds_of_people_that_zeros_rule_out_make_room_and_change_nothing_else(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three traits of two names each, told two at a time; nobody is 1 of a and of b, one person 1 of b and of c."""
    them = ["121"] * 6 + ["122"] * 7 + ["211"] + ["212"] * 8 + ["221"] * 9 + ["222"] * 10
    people = {v: [one[at] for one in them] for at, v in enumerate("abc")}
    tables = [table_of("".join(two), people, two) for two in ("ab", "bc", "ca")]
    hidden = {
        "ca": [cell.labels in {("1", "2"), ("1", "1"), ("2", "1"), ("2", "2")} for cell in tables[2].cells]
    }
    whole = audit(tables, hidden, FIVE)
    monkeypatch.setattr("ujo_lib.disclosure.audit.people._CROSS_LIMIT", limit)
    thinned = audit(tables, hidden, FIVE)
    assert not thinned.approximate
    pd.testing.assert_frame_equal(thinned.frame, whole.frame)
