"""Which numbers of people anybody can know: printed here, printed before, public, or one count less another."""

import pytest

from tests.disclosure.people import grid, table_of
from ujo_lib.disclosure.counts import INNER_WEIGHT, TOTAL_WEIGHT, Count, gather
from ujo_lib.disclosure.system import Row
from ujo_lib.disclosure.tables import (
    CountTable,
    Exemption,
    PastRelease,
    Policy,
    PublicFigure,
    Region,
    TableError,
)

FIVE = Policy(threshold=5, required_width=3)
MEN: Region = (("sex", frozenset({"男性"})),)


def one_way(name: str, counts: dict[str, int], variable: str = "sex", **extra: object) -> CountTable:
    people = {variable: [label for label, n in counts.items() for _ in range(n)]}
    return table_of(name, people, [variable], **extra)  # type: ignore[arg-type]  # CountTable's own fields


def gathered(*tables: CountTable, policy: Policy = FIVE, **known: object) -> dict[Region, Count]:
    counts = gather(
        tables, known.get("exempt", {}), policy, known.get("public", ()), known.get("previous", ())
    )  # type: ignore[arg-type]
    return {count.row.region: count for count in counts if count.row.low == count.row.high}


@pytest.mark.parametrize(("n", "primary"), [(1, True), (4, True), (5, False), (6, False)])
def test_a_count_below_the_threshold_is_protected_and_the_threshold_itself_is_printed(
    n: int, primary: bool
) -> None:
    assert gathered(one_way("t", {"男性": n, "女性": 20}))[MEN].primary == primary


@pytest.mark.parametrize(("rule", "primary"), [("show", False), ("hide", True)])
def test_nobody_is_a_small_count_only_where_zeros_are_hidden(rule: str, primary: bool) -> None:
    table = grid("t", ["a", "b"], ["x", "y"], [[0, 9], [9, 9]])
    empty = (("column", frozenset({"x"})), ("row", frozenset({"a"})))
    policy = Policy(threshold=5, required_width=3, zero_rule=rule)  # type: ignore[arg-type]  # one of its words
    assert gathered(table, policy=policy)[empty].primary == primary


def test_the_same_people_in_two_tables_are_one_count_that_costs_what_both_would_lose() -> None:
    sex = one_way("sex", {"男性": 6, "女性": 9})
    both = table_of("both", {"sex": ["男性"] * 6 + ["女性"] * 9, "home": ["家族"] * 15}, ["sex", "home"])
    men = gathered(sex, both)[MEN]
    assert [name for name, _ in men.cells] == ["sex", "both"]
    assert men.weight == INNER_WEIGHT + (INNER_WEIGHT + TOTAL_WEIGHT)


def test_tables_that_give_the_same_people_two_numbers_are_refused_with_both() -> None:
    with pytest.raises(TableError, match=r"sex=男性.*6 と 7"):
        gathered(one_way("a", {"男性": 6, "女性": 9}), one_way("b", {"男性": 7, "女性": 9}))


@pytest.mark.parametrize(("low", "high", "fits"), [(6, 9, True), (3, 6, True), (7, 9, False), (3, 5, False)])
def test_a_public_range_must_hold_the_count_it_speaks_of(low: int, high: int, fits: bool) -> None:
    public = [PublicFigure("cases", {"sex": ("男性",)}, low, high, "報告")]
    if fits:
        assert MEN in gathered(one_way("t", {"男性": 6, "女性": 9}), public=public)
    else:
        with pytest.raises(TableError, match=f"{low}〜{high}"):
            gathered(one_way("t", {"男性": 6, "女性": 9}), public=public)


def test_an_exempt_small_count_is_shown_and_no_longer_one_to_protect() -> None:
    men = gathered(one_way("t", {"男性": 2, "女性": 9}), exempt={"t": "日々の件数"})[MEN]
    assert men.shown
    assert not men.primary


@pytest.mark.parametrize("hidden", [True, False])
def test_what_an_earlier_release_printed_is_public_and_what_it_hid_costs_half(hidden: bool) -> None:
    table = one_way("t", {"男性": 6, "女性": 9})
    past = PastRelease(table, tuple(hidden and cell.labels == ("男性",) for cell in table.cells))
    men = gathered(table, previous=[past])[MEN]
    assert men.public != hidden
    assert men.weight == (INNER_WEIGHT // 2 if hidden else INNER_WEIGHT)


def test_a_small_count_hidden_before_is_still_to_be_protected_in_a_release_without_it() -> None:
    table = one_way("t", {"男性": 4, "女性": 9})
    past = PastRelease(table, tuple(cell.value == 4 for cell in table.cells))
    men = gathered(one_way("u", {"家族": 7, "一人": 6}, "home"), previous=[past])[MEN]
    assert men.primary
    assert men.floor == 1
    assert not men.cells


@pytest.mark.parametrize(("fewer", "protected"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_difference_of_one_to_four_people_between_two_groups_is_protected_though_no_cell_prints_it(
    fewer: int, protected: bool
) -> None:
    """Everybody and everybody of the two districts: who lives elsewhere is the difference."""
    areas = {
        "area": ["東"] * 20 + ["西"] * 20 + ["外"] * fewer,
        "sex": ["男性", "女性"] * 20 + ["男性"] * fewer,
    }
    everybody = table_of("all", areas, ["sex"])
    inner = table_of("inner", areas, ["sex"], where={"area": ("東", "西")})
    elsewhere = [
        count
        for region, count in gathered(everybody, inner).items()
        if count.primary and not count.cells and dict(region).get("sex") == frozenset({"男性"})
    ]
    assert [count.row.low for count in elsewhere] == ([fewer] if protected else [])


def test_a_difference_made_up_of_counts_of_their_own_is_protected_through_them() -> None:
    areas = {"area": ["東"] * 20 + ["西"] * 3, "sex": ["男性"] * 23}
    tables = [
        table_of("all", areas, ["sex"]),
        table_of("east", areas, ["sex"], where={"area": ("東",)}),
        table_of("west", areas, ["sex"], where={"area": ("西",)}),
    ]
    small = [count for count in gathered(*tables).values() if count.primary]
    assert small
    assert all(count.cells for count in small)


@pytest.mark.parametrize(
    ("silent", "short", "protected"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (2, 2, 4), (4, 1, 0)]
)
def test_what_several_restrictions_of_a_table_leave_together_is_protected(
    silent: int, short: int, protected: int
) -> None:
    """Everybody, and whoever was answered and has a length: the rest were not answered or have none, by hand."""
    talks = {
        "topic": ["学校"] * (20 + silent + short),
        "status": ["完了"] * (20 + short) + ["応答なし"] * silent,
        "length": ["あり"] * 20 + ["なし"] * (short + silent),
    }
    tables = [
        table_of("all", talks, ["topic"], totals=False),
        table_of("talks", talks, ["topic"], totals=False, where={"status": ("完了",), "length": ("あり",)}),
    ]
    whole, part = (table.region(0) for table in tables)
    rests = [count.row for count in gather(tables, {}, FIVE, (), ()) if count.row.less]
    assert rests == ([Row(whole, protected, protected, part)] if protected else [])


def test_people_of_two_districts_less_one_of_them_are_the_other_which_is_printed() -> None:
    areas = {"area": ["東"] * 20 + ["西"] * 3 + ["外"] * 9, "sex": ["男性"] * 32}
    names = {"both": ("東", "西"), "east": ("東",), "west": ("西",)}
    tables = [table_of(name, areas, ["sex"], where={"area": kept}) for name, kept in names.items()]
    counts = gather(tables, {}, FIVE, (), ())
    west = [count for count in counts if dict(count.row.region).get("area") == frozenset({"西"})]
    assert all(count.cells for count in west)


def test_a_count_is_no_difference_from_itself_and_an_empty_rest_none_to_protect() -> None:
    areas = {"area": ["東"] * 20, "sex": ["男性"] * 20}
    tables = [table_of("all", areas, ["sex"]), table_of("east", areas, ["sex"], where={"area": ("東",)})]
    assert not [count for count in gather(tables, {}, FIVE, (), ()) if count.primary]


def test_an_exact_figure_published_elsewhere_is_public_and_half_the_cost_of_a_cell_is_whole() -> None:
    public = [PublicFigure("cases", {"sex": ("男性",)}, 6, 6, "報告")]
    assert gathered(one_way("t", {"男性": 6, "女性": 9}), public=public)[MEN].public
    assert INNER_WEIGHT % 2 == 0


def test_a_large_count_that_was_hidden_only_to_protect_others_needs_no_protection_itself() -> None:
    table = one_way("t", {"男性": 6, "女性": 9})
    hidden = PastRelease(table, tuple(cell.value == 6 for cell in table.cells))
    shown = PastRelease(one_way("u", {"男性": 6, "女性": 9}), (False,) * 3)
    other = one_way("v", {"家族": 8, "一人": 7}, "home")
    assert not gathered(other, previous=[hidden])[MEN].primary
    assert gathered(other, previous=[hidden])[MEN].floor == 1
    assert gathered(other, previous=[shown])[MEN].floor == 0


@pytest.mark.parametrize("own", [True, False])
def test_what_the_release_prints_itself_is_public_and_was_not_so_before(own: bool) -> None:
    figure = PublicFigure("cases", {"sex": ("男性",)}, 6, 6, "統計書", own=own)
    men = gathered(one_way("t", {"男性": 6, "女性": 9}), public=[figure])[MEN]
    assert (men.public, men.before) == (True, not own)


@pytest.mark.parametrize(("total", "hidden", "in_full"), [(29, False, 0), (30, False, 30), (30, True, 0)])
def test_a_count_of_an_earlier_table_in_full_is_so_where_it_was_printed(
    total: int, hidden: bool, in_full: int
) -> None:
    table = one_way("t", {"男性": 20, "女性": total - 20}, totals=False)
    policy = Policy(threshold=5, required_width=3, exemptions=(Exemption("cases", ("sex",), 30, "例"),))
    past = PastRelease(table, tuple(hidden and cell.labels == ("男性",) for cell in table.cells), "fy2022/1")
    assert gathered(policy=policy, previous=[past])[MEN].in_full == in_full
