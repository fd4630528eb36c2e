"""What is hidden protects every target, is as cheap as it can be, and ends after a counted amount of work."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, combinations

import numpy as np
import pytest

from tests.disclosure.people import grid
from ujo_lib.disclosure import suppress
from ujo_lib.disclosure.programme import LimitError, Programme
from ujo_lib.disclosure.suppress import ExposedError, Problem, Target, smallest_set
from ujo_lib.disclosure.system import Row, build


def problem_of(counts: Sequence[Sequence[int]]) -> Problem:
    """A table with its totals: counts below five are to be protected, an inner cell costs 2 and a total more."""
    table = grid("t", [f"r{i}" for i in range(len(counts))], [f"c{i}" for i in range(len(counts[0]))], counts)
    rows = [Row(table.region(i), cell.value or 0, cell.value or 0) for i, cell in enumerate(table.cells)]
    return problem(rows, [2 + 4 * table.totals_in(i) for i in range(len(rows))])


def line_of(*counts: int, weights: Sequence[int] = (2, 2, 2)) -> Problem:
    """Categories of one variable and their dear sum."""
    names = [f"c{i}" for i in range(len(counts))]
    rows = [Row((("topic", frozenset({name})),), n, n) for name, n in zip(names, counts, strict=True)]
    whole = Row((("topic", frozenset(names)),), sum(counts), sum(counts))
    return problem([*rows, whole], [*weights[: len(counts)], 50])


def problem(rows: Sequence[Row], weights: Sequence[int]) -> Problem:
    """Counts from one to four are to be protected: at least four values, from one up."""
    n = np.array([row.low for row in rows], float)
    small = np.flatnonzero((n > 0) & (n < 5)).tolist()
    return Problem(
        programme=Programme(build(rows)),
        low=n,
        high=n,
        floor=np.minimum(n, 1),
        weight=np.array(weights),
        open=np.ones(len(n), dtype=bool),
        closed=np.isin(np.arange(len(n)), small),
        targets=[Target(row, 1, 4) for row in small],
    )


def protects(problem: Problem, hidden: np.ndarray) -> bool:
    """Whether every target can be as few and as many as is asked for."""
    programme = problem.programme
    low = np.where(hidden, problem.floor, problem.low)
    high = np.where(hidden, np.inf, problem.high)
    for target in problem.targets:
        for side, wanted in ((-1, target.low), (1, target.high)):
            capped = high.copy()
            capped[target.row] = min(capped[target.row], 1_000)
            x = programme.whole([target.row], side, low, capped)
            if x is None or side * (programme.A[target.row] @ x)[0] < side * wanted:
                return False
    return True


def cost(problem: Problem, hidden: np.ndarray) -> int:
    return int(problem.weight[hidden].sum())


SMALL = [[3, 9], [20, 14]]  # nine rows with their totals: every set can be tried
TIED = [[3, 9, 12], [20, 2, 30], [7, 8, 4]]
MANY = np.random.default_rng(3).poisson(6, (5, 4)).tolist()


def test_no_cheaper_set_protects_every_small_count() -> None:
    problem = problem_of(SMALL)
    found = smallest_set(problem)
    others = np.flatnonzero(~problem.closed)
    every = chain.from_iterable(combinations(others, size) for size in range(len(others) + 1))
    costs = []
    for rows in every:
        hidden = problem.closed.copy()
        hidden[list(rows)] = True
        if protects(problem, hidden):
            costs.append(cost(problem, hidden))
    assert protects(problem, found)
    assert cost(problem, found) == min(costs)


def test_the_cheaper_of_two_that_would_do_is_hidden() -> None:
    for weights, hidden in (((2, 3, 2), [0, 2]), ((2, 2, 3), [0, 1])):
        assert np.flatnonzero(smallest_set(line_of(3, 9, 12, weights=weights))).tolist() == hidden


def test_what_may_not_be_hidden_stays_shown_and_a_count_that_needs_it_is_named() -> None:
    problem = problem_of(SMALL)
    with pytest.raises(ExposedError) as exposed:
        smallest_set(replace(problem, open=np.zeros(len(problem.low), dtype=bool)))
    assert exposed.value.row == problem.targets[0].row


def test_a_count_that_only_rows_of_no_help_may_be_hidden_for_is_named_too() -> None:
    names = {"c0": 3, "c1": 9, "d": 7}
    rows = [Row((("topic", frozenset({name})),), n, n) for name, n in names.items()]
    line = problem([*rows, Row((("topic", frozenset({"c0", "c1"})),), 12, 12)], [2, 2, 2, 50])
    with pytest.raises(ExposedError) as exposed:
        smallest_set(replace(line, open=np.array([False, False, True, False])))
    assert exposed.value.row == 0


def test_what_whole_people_lack_is_looked_for_among_all_rows_that_do_not_help() -> None:
    """Of 3, 9 and their sum, beside 7 that no sum holds: hiding these helps nothing, and any other row would do."""
    names = {"c0": 3, "c1": 9, "d": 7}
    rows = [Row((("topic", frozenset({name})),), n, n) for name, n in names.items()]
    line = problem([*rows, Row((("topic", frozenset({"c0", "c1"})),), 12, 12)], [2, 2, 2, 50])
    for side in (-1, 1):
        stuck = suppress._widest_failure(line, line.closed, line.targets[0], side)
        assert np.flatnonzero(stuck).tolist() == [0, 2]


@pytest.mark.parametrize("counts", [SMALL, TIED, MANY])
def test_of_a_set_cut_short_no_row_can_be_shown_again(
    counts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = problem_of(counts)
    everything = suppress._slim(problem, np.ones(len(problem.low), dtype=bool), suppress._Worlds(problem))
    assert all(everything[problem.closed])
    assert suppress._holds(problem, everything, suppress._Worlds(problem))
    for row in np.flatnonzero(everything & ~problem.closed):
        less = everything.copy()
        less[row] = False
        assert not suppress._holds(problem, less, suppress._Worlds(problem))
    monkeypatch.setattr(suppress, "WORK", -1)
    assert protects(problem, smallest_set(problem))


def test_the_dearest_is_shown_again_first() -> None:
    for weights, hidden in (((2, 3, 2), [0, 2]), ((2, 2, 3), [0, 1])):
        line = line_of(3, 9, 12, weights=weights)
        kept = suppress._slim(line, np.ones(4, dtype=bool), suppress._Worlds(line))
        assert np.flatnonzero(kept).tolist() == hidden


def test_a_search_goes_on_until_more_questions_than_allowed_have_been_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends: list[int] = []
    goes_on: list[int] = []
    completed, best = suppress._completed, suppress._Cuts.best

    def ends_early(problem: Problem, *more: object) -> np.ndarray:
        ends.append(problem.programme.asked)
        return completed(problem, *more)

    def chooses(cuts: suppress._Cuts) -> np.ndarray:
        goes_on.append(cuts._problem.programme.asked)
        return best(cuts)

    monkeypatch.setattr(suppress, "_completed", ends_early)
    monkeypatch.setattr(suppress._Cuts, "best", chooses)
    smallest_set(problem_of(MANY))
    asked = goes_on[0]
    for allowed, at_once in ((asked - 1, True), (asked, False), (asked + 1, False)):
        monkeypatch.setattr(suppress, "WORK", allowed)
        ends.clear()
        smallest_set(problem_of(MANY))
        assert (ends[-1:] == [asked]) == at_once


@pytest.mark.parametrize(("singly", "rounds"), [(0, [3]), (1, [1, 2]), (2, [1, 1, 1]), (3, [1, 1, 1])])
def test_a_set_is_completed_row_by_row_up_to_a_limit_and_then_at_once(
    singly: int, rounds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppress, "SINGLY", singly)
    line = line_of(3, 9, 12, weights=(2, 3, 2))
    cuts = suppress._Cuts(line)
    sizes: list[int] = []

    def never_enough(_line: Problem, hidden: np.ndarray, *_: object) -> bool:
        sizes.append(int(hidden[cuts.last].sum()))
        assert len(sizes) <= 4, "a round that hides nothing would be followed by another for ever"
        return not all(hidden[cuts.last])

    monkeypatch.setattr(suppress, "_refute_whole", never_enough)
    found = suppress._completed(line, line.closed, suppress._Worlds(line), cuts)
    assert found[cuts.last].all()
    assert np.diff(sizes).tolist() == rounds


@pytest.mark.parametrize(("work", "tried"), [(9, False), (10, True), (11, True)])
def test_what_has_not_been_tried_after_twice_the_questions_stays_hidden(
    work: int, tried: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppress, "WORK", work)
    line = line_of(3, 9, 12)
    line.programme.asked = 20
    everything = np.ones(4, dtype=bool)
    kept = suppress._slim(line, everything, suppress._Worlds(line))
    assert (line.programme.asked > 20) == tried
    assert kept[0]


def worlds_of_one(*counts: int) -> tuple[Problem, suppress._Worlds]:
    """A hidden count beside another, and populations in which it has been found."""
    problem = line_of(3, 9)
    hidden = np.ones(len(problem.low), dtype=bool)
    worlds = suppress._Worlds(problem)
    worlds.hide(hidden)
    for n in counts:
        worlds.add(np.array([n, 12 - n], float))
    return problem, worlds


@pytest.mark.parametrize(("later", "remembered"), [(1, True), (2, True), (3, False)])
def test_only_the_newest_populations_are_remembered(
    later: int, remembered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppress, "KEPT", 3)
    problem, worlds = worlds_of_one(4, *[3] * later)
    assert not worlds.open(1)[0]
    worlds.hide(np.ones(len(problem.low), dtype=bool))
    assert worlds.open(1)[0] != remembered


@pytest.mark.parametrize(("n", "below", "above"), [(0, False, True), (1, False, True), (2, True, True),
                                                  (3, True, True), (4, True, False), (5, True, False)])  # fmt: skip
def test_a_population_counts_at_the_limit_that_is_asked_for(n: int, below: bool, above: bool) -> None:
    _, worlds = worlds_of_one(n)
    assert (worlds.open(-1)[0], worlds.open(1)[0]) == (below, above)


def test_a_population_says_nothing_once_a_count_that_it_moves_is_shown() -> None:
    problem, worlds = worlds_of_one(4)
    shown = np.ones(len(problem.low), dtype=bool)
    shown[1] = False  # nine are printed, and in that population there are eight
    worlds.hide(shown)
    assert worlds.open(1)[0]
    worlds.hide(np.ones(len(problem.low), dtype=bool))
    assert not worlds.open(1)[0]


@pytest.mark.parametrize(("shown", "usable"), [(8, False), (9, True), (10, False)])
def test_a_population_with_a_printed_count_as_it_is_printed_may_be_used(shown: int, usable: bool) -> None:
    """Three and nine, of which nine is printed and the sum is not; the target asks for three and no other number."""
    problem = replace(line_of(3, 9), targets=[Target(0, 3, 3)])
    worlds = suppress._Worlds(problem)
    worlds.hide(np.array([True, False, True]))
    worlds.add(np.array([3.0, shown]))
    assert [not worlds.open(side)[0] for side in (-1, 1)] == [usable, usable]


def test_half_a_person_does_for_a_first_answer_and_not_for_the_last() -> None:
    problem = line_of(3, 9)
    worlds = suppress._Worlds(problem)
    everything = np.ones(len(problem.low), dtype=bool)
    worlds.hide(everything)
    worlds.add(np.array([4.5, 7.5]))
    assert not worlds.open(1)[0]
    worlds.hide(everything, whole=True)
    assert worlds.open(1)[0]
    worlds.add(np.array([4.5, 7.5]))
    assert worlds.open(1)[0]
    worlds.add(np.array([4.0, 8.0]))
    assert not worlds.open(1)[0]


@pytest.mark.parametrize(("weights", "hidden"), [((2, 3, 2), [0, 2]), ((2, 2, 3), [0, 1])])
def test_a_set_that_does_not_do_in_whole_people_grows_by_the_cheapest_that_may_help(
    weights: tuple[int, ...], hidden: list[int]
) -> None:
    line = line_of(3, 9, 12, weights=weights)
    grown = suppress._completed(line, line.closed, suppress._Worlds(line), suppress._Cuts(line))
    assert np.flatnonzero(grown).tolist() == hidden
    assert np.flatnonzero(line.closed).tolist() == [0]


def test_a_choice_that_the_solver_gives_up_is_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppress, "milp", lambda *_, **__: type("Found", (), {"x": None}))
    with pytest.raises(LimitError):
        smallest_set(problem_of(TIED))


def test_a_cut_is_rounded_up_to_sixtieths_and_the_noise_of_the_solver_rounds_nothing() -> None:
    cuts = suppress._Cuts(line_of(3, 9, 12))
    coefficients = np.zeros(4)
    coefficients[cuts._free] = (0.5, 0.5 + 1e-9, 0.51)
    cuts.add(coefficients, 0)
    assert cuts._rows[0].tolist() == [30, 30, 31]
    cuts.add(np.array([0, 0.5, 0, 1.0]), 0)
    assert cuts.last.tolist() == [1, 3]  # what helps in no way is not hidden to help


@pytest.mark.parametrize("side", [-1, 1])
def test_a_row_that_would_do_by_itself_counts_as_one_in_a_cut_and_never_as_more(side: int) -> None:
    """Of 3, 9 and 12 with their sum, hiding any one other row lets the first be as few and as many as is asked."""
    line = line_of(3, 9, 12)
    none, cut = suppress._extreme(line, np.arange(4) == 0, line.targets[0], side)
    assert none is None
    assert cut.tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize("side", [-1, 1])
def test_a_row_that_holds_a_count_back_in_no_way_is_in_no_cut(side: int) -> None:
    """Of 3, 9 and their sum, beside a category that no sum holds: hiding that one would help nothing."""
    names = {"c0": 3, "c1": 9, "d": 7}
    rows = [Row((("topic", frozenset({name})),), n, n) for name, n in names.items()]
    line = problem([*rows, Row((("topic", frozenset({"c0", "c1"})),), 12, 12)], [2, 2, 2, 50])
    none, cut = suppress._extreme(line, np.arange(4) == 0, line.targets[0], side)
    assert none is None
    assert cut.tolist() == [0, 1, 0, 1]
    supposed = np.array([True, True, False, False])  # what one cut has named is hidden for the next
    found, empty = suppress._extreme(line, supposed, line.targets[0], side)
    assert found is not None
    assert empty.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("hidden", "cost"), [((1, 1, 0, 0), 7), ((1, 0, 0, 0), 0), ((0, 1, 1, 0), 18), ((1, 1, 1, 1), 68)]
)
def test_what_is_hidden_in_any_case_costs_nothing(hidden: Sequence[int], cost: int) -> None:
    """Three people are to be protected; beside them 8 and 9, and the sum that costs 50."""
    given = line_of(3, 8, 9, weights=(5, 7, 11))
    assert suppress._cost(given, np.array(hidden, bool)) == cost


@pytest.mark.parametrize(
    ("given", "rounds", "asked"),
    [(lambda: line_of(3, 9), 1, 8), (lambda: line_of(3, 9, 12), 1, 11), (lambda: problem_of(SMALL), 1, 17),
     (lambda: problem_of([[3, 9, 9], [9, 3, 9], [9, 9, 9]]), 1, 28), (lambda: problem_of(TIED), 3, 77)],
)  # fmt: skip
def test_a_search_takes_as_many_rounds_and_questions_as_it_did(
    given, rounds: int, asked: int, monkeypatch
) -> None:
    """Questions are counted against a limit: whoever asks more, or fewer, gives other bytes on large tables."""
    best, problem, made = suppress._Cuts.best, given(), []

    def counted(cuts: suppress._Cuts) -> np.ndarray:
        made.append(cuts)
        assert len(made) <= rounds
        return best(cuts)

    monkeypatch.setattr(suppress._Cuts, "best", counted)
    smallest_set(problem)
    assert (len(made), problem.programme.asked) == (rounds, asked)


@pytest.mark.parametrize(("off", "within"), [(0.25, True), (0.5, True), (0.75, False)])
def test_what_the_solver_is_off_by_is_forgiven_up_to_the_tolerance_and_no_further(
    off, within, monkeypatch
) -> None:
    """A tolerance of a half, which a computer holds exactly; nine are printed, three may be from 1 to 4."""
    monkeypatch.setattr(suppress, "_TOL", 0.5)
    for sign in (-1, 1):
        worlds = suppress._Worlds(replace(line_of(3, 9), targets=[Target(0, 3, 3)]))
        worlds.hide(np.array([True, False, True]))
        worlds.add(np.array([3.0, 9.0 + sign * off]))
        assert [not worlds.open(side)[0] for side in (-1, 1)] == [within, within]
        _, worlds = worlds_of_one()
        worlds.add(np.array([1.0, 11.0]) if sign > 0 else np.array([4.0, 8.0]))
        worlds.add(np.array([4 - off, 8 + off]) if sign > 0 else np.array([1 + off, 11 - off]))
        assert worlds.open(sign)[0] != within


@pytest.mark.parametrize(("off", "whole"), [(0.125, True), (0.25, False), (0.375, False)])
def test_people_are_whole_when_they_are_nearer_to_it_than_the_tolerance(off, whole, monkeypatch) -> None:
    monkeypatch.setattr(suppress, "_TOL", 0.25)
    _, worlds = worlds_of_one()
    worlds.hide(np.ones(3, dtype=bool), whole=True)
    worlds.add(np.array([4 + off, 8.0]))
    assert worlds.open(1)[0] != whole


def test_a_cut_that_no_row_can_meet_names_the_count_that_is_exposed() -> None:
    with pytest.raises(ExposedError) as exposed:
        suppress._Cuts(line_of(3, 9, 12)).add(np.zeros(4), 2)
    assert exposed.value.row == 2


@pytest.mark.parametrize(("free", "hidden"), [((), [0]), ((1,), [0, 1]), ((1, 2), [0, 1])])
def test_a_choice_is_made_among_the_rows_that_may_be_hidden_be_they_none_one_or_two(free, hidden) -> None:
    line = line_of(3, 9, 12, weights=(2, 2, 3))
    cuts = suppress._Cuts(replace(line, open=np.isin(np.arange(4), free)))
    if free:
        cuts.add(np.ones(4), 0)
    assert np.flatnonzero(cuts.best()).tolist() == hidden
    assert cuts.least_cost == (2 if free else 0)


def test_a_row_is_hidden_once_so_two_that_help_by_half_are_both_hidden() -> None:
    cuts = suppress._Cuts(
        replace(line_of(3, 9, 12, weights=(2, 2, 3)), open=np.array([True, True, True, False]))
    )
    cuts.add(np.array([0, 0.5, 0.5, 0]), 0)
    assert np.flatnonzero(cuts.best()).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("part", "bound", "chosen", "cost"), [(0.5, 2 + 1e-9, [0], 2), (0.51, 2.01, [0, 1], 3)]
)
def test_what_the_solver_chose_by_more_than_half_is_chosen_at_no_less_than_it_bounds(
    part: float, bound: float, chosen: list[int], cost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = type("Found", (), {"x": np.array([part, 0.0, 0.0]), "mip_dual_bound": bound})
    monkeypatch.setattr(suppress, "milp", lambda *_, **__: found)
    cuts = suppress._Cuts(line_of(3, 9, 12))
    cuts.add(np.ones(4), 0)
    assert (np.flatnonzero(cuts.best()).tolist(), cuts.least_cost) == (chosen, cost)
