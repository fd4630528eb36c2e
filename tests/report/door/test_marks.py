"""What a release says of a cross table with hidden cells tells nobody more about them than its counts do."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from scipy.stats import norm

from ujo_lib.columns import Base, Count, Dimension, Mark
from ujo_lib.report.door.marks import _residuals, sure_marks
from ujo_lib.report.door.publish import Published, Subject, TableRecord, TableSpec, mask
from ujo_lib.report.sheets.exports import Table
from ujo_lib.seasonality import crosstab
from ujo_lib.typed import Schema, Typed

SUBJECT = Subject(population="consultations")
SAMPLE = [[217, 3, 90, 60], [60, 187, 80, 70], [4, 61, 107, 61], [12, 2, 40, 72]]
SMALL = [(0, 1), (2, 0), (3, 1), (2, 1), (3, 0), (0, 0)]
"""Hidden cells of SAMPLE: the three small ones, and three larger that cover them."""


def records(counts) -> pd.DataFrame:
    """One contact of a client of its own for each member of a cell."""
    rows, columns = (
        [f"{name}{i}" for i in range(size)] for name, size in zip("rc", np.shape(counts), strict=True)
    )
    pairs = [
        (r, c) for (r, c), n in zip(product(rows, columns), np.ravel(counts), strict=True) for _ in range(n)
    ]
    frame = pd.DataFrame(pairs, columns=["occupation", "topic"])
    frame["occupation"] = pd.Categorical(frame["occupation"], rows)
    frame["topic"] = pd.Categorical(frame["topic"], columns)
    return frame.assign(client_id=[f"c{i}" for i in range(len(frame))])


def released(counts, gone) -> Published:
    """The cross table as a release prints it when these cells, (row, column), are hidden."""
    table = crosstab(records(counts), "occupation", "topic")
    spec = TableSpec("cross", "職業別", SUBJECT, table.schema)
    flags = np.zeros(np.shape(counts), dtype=bool)
    flags[tuple(zip(*gone, strict=True))] = True
    cells = {"n": flags.ravel().tolist(), "base": [False] * flags.size}
    return mask(TableRecord.of("02", spec, table.frame), table.frame, cells)


def printed(shown: Published) -> tuple[bytes, str]:
    """What leaves the city: the file of the table, and the words below it."""
    return Table.of(shown.record("02")).csv(), shown.spec.note


def cross(frame: pd.DataFrame, base: Base | None = None, level: float = 0.05) -> Schema:
    kinds = {
        "row": Dimension(),
        "column": Dimension(),
        "n": Count(unit="件"),
        "base": base or Base(over=("column",)),
        "residual": Count(members=False),
        "mark": Mark(n="n", base="base", residual="residual", level=level),
    }
    return Schema({name: kinds[name] for name in [*frame.columns, "mark"]})


def judged(counts, gone, scale: float = 1.0, level: float = 0.05) -> list[str] | None:
    """Marks of a table whose residuals are those of Haberman, times a scale."""
    table = np.asarray(counts, dtype=float)
    total = table.sum()
    rows, columns = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    spread = np.sqrt(rows * columns / total * (1 - rows / total) * (1 - columns / total))
    at = list(product(range(len(table)), range(table.shape[1])))
    frame = pd.DataFrame(
        {
            "row": [f"r{i}" for i, _ in at],
            "column": [f"c{j}" for _, j in at],
            "n": table.ravel(),
            "base": np.repeat(rows.ravel(), table.shape[1]),
            "residual": (scale * (table - rows * columns / total) / spread).ravel(),
        }
    )
    hidden = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    hidden["n"] = [place in gone for place in at]
    return sure_marks(cross(frame, level=level), "mark", frame, hidden)


def other_worlds(counts, gone) -> list[np.ndarray]:
    """Every table with the printed cells and row totals of another: all fills of its hidden cells."""
    table = np.asarray(counts)
    places = [[column for row, column in gone if row == at] for at in range(len(table))]
    fills = []
    for at, columns in enumerate(places):
        left = int(table[at, columns].sum())
        options = product(range(left + 1), repeat=max(len(columns) - 1, 0))
        fills.append(
            [(*some, left - sum(some)) for some in options if sum(some) <= left] if columns else [()]
        )
    worlds = []
    for choice in product(*fills):
        world = table.copy()
        for at, values in enumerate(choice):
            world[at, places[at]] = values
        worlds.append(world)
    return worlds


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.full)])
def test_the_release_of_every_world_that_fits_the_counts_is_the_same_to_the_last_byte(step):
    counts = [[60, 3, 12], [2, 40, 11], [9, 18, 22]]
    gone = [(0, 1), (0, 2), (1, 0), (1, 2)]
    worlds = other_worlds(counts, gone)
    assert len(worlds) == 16 * 14
    seen = {printed(released(world, gone)) for world in (*worlds[::step], worlds[-1])}
    assert len(seen) == 1
    assert "＋" in seen.pop()[0].decode()


@pytest.mark.parametrize("most", [25, pytest.param(400, marks=pytest.mark.full)])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_no_mark_tells_worlds_of_a_random_table_apart(most, data):
    size = data.draw(st.tuples(st.integers(2, 4), st.integers(3, 4)))
    cell = st.one_of(st.integers(0, 9), st.integers(0, 150))
    counts = data.draw(
        st.lists(st.lists(cell, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
    )
    gone = []
    for at, row in enumerate(counts):
        columns = data.draw(st.lists(st.integers(0, size[1] - 1), unique=True, max_size=2))
        gone += [
            (at, column) for column in columns if len(columns) == 2 and sum(row[c] for c in columns) <= 14
        ]
    assume(gone)
    with np.errstate(all="ignore"):
        worlds = other_worlds(counts, gone)
        some = [*worlds[:: len(worlds) // most + 1], worlds[-1]]
        said = {tuple(judged(world, gone)) for world in some}
    assert len(said) == 1


def limits(counts, gone, said) -> dict[tuple[int, int], tuple[int, int]]:
    """What an integer program believes of each hidden cell: printed cells, row totals, and what each mark implies.

    A ＋ says a residual above what any test of 5 % asks; it falls with the column total, so it bounds that total.
    """
    table = np.asarray(counts)
    rows = table.sum(axis=1)
    everybody, size = rows.sum(), len(gone)
    matrix, low, high = [], [], []
    for at in sorted({row for row, _ in gone}):
        matrix.append([float(row == at) for row, _ in gone])
        total = sum(table[place] for place in gone if place[0] == at)
        low.append(total)
        high.append(total)
    for (row, column), sign in said.items():
        totals = np.arange(1, everybody)
        expected = rows[row] * totals / everybody
        spread = np.sqrt(expected * (1 - rows[row] / everybody) * (1 - totals / everybody))
        z = (table[row, column] - expected) / spread
        fits = {"＋": z > norm.isf(0.025), "－": z < -norm.isf(0.025)}.get(sign)
        if fits is None:
            continue
        beside = sum(table[i, column] for i in range(len(table)) if (i, column) not in gone)
        matrix.append([float(place[1] == column) for place in gone])
        low.append(totals[fits].min() - beside)
        high.append(totals[fits].max() - beside)
    ends = {}
    for at, place in enumerate(gone):
        goal = np.eye(size)[at]
        found = [
            milp(sign * goal, constraints=LinearConstraint(matrix, low, high), integrality=np.ones(size)).x
            for sign in (1, -1)
        ]
        ends[place] = tuple(round(float(x @ goal)) for x in found)
    return ends


def test_an_integer_program_learns_nothing_from_the_marks_of_a_table_like_that_of_the_sample():
    shown = released(SAMPLE, SMALL)
    marks = np.array(shown.frame["mark"]).reshape(np.shape(SAMPLE))
    said = {(i, j): marks[i, j] for i, j in product(range(4), range(4)) if (i, j) not in SMALL}
    assert {"＋", "－"} <= set(said.values())
    assert limits(SAMPLE, SMALL, said) == limits(SAMPLE, SMALL, {})
    assert all(high - max(low, 1) >= 3 for low, high in limits(SAMPLE, SMALL, said).values())


def test_marks_are_never_bolder_than_the_test_of_the_true_counts():
    shown, true = released(SAMPLE, SMALL), crosstab(records(SAMPLE), "occupation", "topic").frame["mark"]
    told = shown.frame["mark"].isin(["＋", "－"])
    assert 4 <= told.sum() <= (true != "・").sum()
    assert (shown.frame["mark"][told] == true[told]).all()


def test_a_mark_of_a_hidden_cell_is_hidden():
    shown = released(SAMPLE, SMALL)
    assert shown.hidden["mark"].tolist() == shown.hidden["n"].tolist()
    assert shown.frame["mark"][shown.hidden["n"]].isna().all()


def test_one_case_less_in_the_worst_case_and_the_mark_is_gone():
    # A 2×2 table with one pair of hidden cells: the larger its sum, the less can be told of the row above.
    def sign(beside: int) -> str:
        return judged([[30, 10, 10], [10, beside // 2, beside - beside // 2]], [(1, 1), (1, 2)])[0]

    assert [sign(beside) for beside in (12, 40)] == ["・", "＋"]


@pytest.mark.parametrize("level", [0.999, 1.0])
@pytest.mark.parametrize(("excess", "mark"), [(5, "＋"), (0, "・"), (-5, "－")])
def test_a_mark_has_the_sign_of_its_residual_however_small(excess, mark, level):
    """Below rows that differ clearly: 0.8 of a standard error, told at a level at which anything or nearly all is."""
    counts = [[90, 10], [10, 90], [50 + excess, 50 - excess]]
    assert judged(counts, [], level=level) == [
        "＋",
        "－",
        "－",
        "＋",
        mark,
        {"＋": "－", "－": "＋"}.get(mark, mark),
    ]


@pytest.mark.parametrize(("scale", "mark"), [(1.0, "＋"), (0.995, "＋"), (0.5, "・"), (2.0, "＋")])
def test_clustered_answers_weaken_a_mark_and_never_strengthen_it(scale, mark):
    counts, gone = [[30, 10, 10], [10, 20, 20]], [(1, 1), (1, 2)]
    assert judged(counts, gone, scale)[0] == mark


def test_the_scale_is_rounded_down_to_whole_percents():
    counts, gone = [[26, 10, 10], [10, 20, 20]], [(1, 1), (1, 2)]
    z = (26 - 46 * 36 / 96) / np.sqrt(46 * 36 / 96 * (1 - 46 / 96) * (1 - 36 / 96))
    level = 2 * norm.sf(0.895 * z) * 6 + 0.0005  # as printed
    assert judged(counts, gone, 0.905, level)[0] == "＋"
    assert judged(counts, gone, 0.899, level)[0] == "・"


def test_a_hidden_row_total_takes_the_marks_with_it():
    table = crosstab(records(SAMPLE), "occupation", "topic")
    spec = TableSpec("cross", "職業別", SUBJECT, table.schema)
    hide = {"n": [False] * 16, "base": [True] * 4 + [False] * 12}
    shown = mask(TableRecord.of("02", spec, table.frame), table.frame, hide)
    assert shown.hidden["mark"].all()
    assert "「全体との違い」" in shown.spec.note


def test_marks_of_some_rows_of_a_table_are_withheld_where_the_population_hides_anything():
    cells = crosstab(records(SAMPLE), "occupation", "topic")
    some = cells.rows(cells.frame["mark"] == "＋")
    spec = TableSpec("some", "多い組", SUBJECT, some.schema)
    none = {"n": [False] * len(some), "base": [False] * len(some)}
    record = TableRecord.of("02", spec, some.frame)
    assert mask(record, some.frame, none).hidden["mark"].all()
    assert not mask(record, some.frame, none, ["consultations"]).hidden["mark"].any()


def test_rows_that_are_all_kept_are_the_whole_table():
    cells = crosstab(records(SAMPLE), "occupation", "topic")
    assert not cells.rows(cells.frame["n"] >= 0).schema.part
    assert cells.rows(cells.frame["n"] > 2).rows(lambda frame: frame["n"] > 2).schema.part


def test_a_base_that_is_no_row_total_gives_no_marks():
    frame = pd.DataFrame({"row": ["a"], "column": ["b"], "n": [1], "base": [1], "residual": [0]})
    hidden = pd.DataFrame(False, index=[0], columns=frame.columns)
    for base in (Base(), Base(over=("row", "column"))):
        assert sure_marks(cross(frame, base), "mark", frame, hidden) is None


def test_a_renamed_table_keeps_its_marks_pointed_at_its_columns():
    cells = crosstab(records(SAMPLE), "occupation", "topic").rename(n="contacts", residual="z", base="all")
    mark = cells.schema["mark"]
    assert (mark.n, mark.base, mark.residual) == ("contacts", "all", "z")
    assert isinstance(cells, Typed)


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_a_mark_of_a_release_is_one_that_the_city_sees_too(data):
    """The least favourable total is no better for a mark than the true one: nothing is told that does not hold."""
    rows, columns = data.draw(st.tuples(st.integers(2, 4), st.integers(2, 4)))
    counts = data.draw(
        st.lists(
            st.lists(st.one_of(st.integers(0, 9), st.integers(0, 150)), min_size=columns, max_size=columns),
            min_size=rows,
            max_size=rows,
        )
    )
    assume(min(np.sum(counts, axis=0)) > 0)
    assume(min(np.sum(counts, axis=1)) > 0)
    gone = data.draw(
        st.sets(st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1)), min_size=1, max_size=4)
    )
    here, inside = judged(counts, gone), judged(counts, set())
    assert here is not None
    assert inside is not None
    at = list(product(range(rows), range(columns)))
    for place, outside, known in zip(at, here, inside, strict=True):
        assert outside == "・" or (outside == known and place not in gone)


def test_a_total_that_could_be_larger_takes_a_mark_away():
    """By hand: 30 of 60 against 10 of 60 is beyond chance; with up to 50 more in the column's hidden cell it is not."""
    shown = [[30, 30, 40], [10, 50, 40], [1, 9, 90]]
    assert judged(shown, set())[0] == "＋"
    assert judged(shown, {(2, 0), (2, 1)})[0] == "＋"
    assert judged(shown, {(1, 0), (1, 1), (2, 0), (2, 1)})[0] == "・"


@pytest.mark.parametrize(("nearness", "mark"), [(0.999, "＋"), (1.001, "・")])
def test_the_least_favourable_total_counts_whole_people_in_hidden_cells(nearness, mark):
    """Ten may hide in the first column: a total of 50. Four of the nine cells lie further from chance: Holm's 5."""
    shown, gone = [[30, 30, 40], [10, 50, 40], [1, 9, 90]], {(2, 0), (2, 1)}
    level = 2 * norm.sf(nearness * float(_residuals(30, 100, 50.0, 300))) * 5 + 0.0005  # as printed
    assert judged(shown, gone, level=level)[0] == mark


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_the_residual_of_a_cell_is_the_one_that_its_records_give(both, row_only, column_only, neither):
    """Oracle: products of centred indicators, record by record; the larger of the two standard errors."""
    counts = (both, row_only, column_only, neither)
    total = sum(counts)
    assume(total >= 2)
    of_row = np.repeat([1.0, 1.0, 0.0, 0.0], counts)
    of_column = np.repeat([1.0, 0.0, 1.0, 0.0], counts)
    p, q = of_row.mean(), of_column.mean()
    products = (of_row - p) * (of_column - q)
    variance = max(total * np.var(products, ddof=1), total * p * (1 - p) * q * (1 - q))
    expected = products.sum() / np.sqrt(variance) if variance > 1e-12 else 0.0
    found = _residuals(both, both + row_only, np.array([both + column_only]), total)
    assert found[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("below", "mark"), [(0.0, "＋"), (4e-9, "＋"), (6e-9, "・")])
def test_a_whole_percent_stays_one_up_to_a_millionth_of_it(below, mark):
    counts, gone = [[26, 10, 10], [10, 20, 20]], [(1, 1), (1, 2)]
    z = (26 - 46 * 36 / 96) / np.sqrt(46 * 36 / 96 * (1 - 46 / 96) * (1 - 36 / 96))
    assert judged(counts, gone, 0.9 - below, 2 * norm.sf(0.895 * z) * 6 + 0.0005)[0] == mark


@pytest.mark.parametrize(("nearness", "marks"), [(0.999, ["＋", "－"]), (1.001, ["・", "・"])])
def test_a_mark_below_chance_is_as_sure_as_the_one_above_it_that_mirrors_it(nearness, marks):
    """Of two rows the cells of a column lie equally far from chance, one above and one below."""
    z = (26 - 46 * 36 / 96) / np.sqrt(46 * 36 / 96 * (1 - 46 / 96) * (1 - 36 / 96))
    told = judged([[26, 10, 10], [10, 20, 20]], [], level=2 * norm.sf(nearness * z) * 6 + 0.0005)
    assert [told[0], told[3]] == marks


def test_a_design_effect_that_would_strengthen_a_mark_counts_as_none():
    counts, gone = [[26, 10, 10], [10, 20, 20]], [(1, 1), (1, 2)]
    z = (26 - 46 * 36 / 96) / np.sqrt(46 * 36 / 96 * (1 - 46 / 96) * (1 - 36 / 96))
    signs = [judged(counts, gone, scale, 2 * norm.sf(1.05 * z) * 6 + 0.0005)[0] for scale in (1.0, 1.1, 3.0)]
    assert signs == ["・"] * 3
    assert judged(counts, gone, 3.0, 2 * norm.sf(0.99 * z) * 6 + 0.0005)[0] == "＋"


def test_two_people_who_share_row_and_column_by_half_are_one_root_of_two_away_from_chance() -> None:
    """Excess 1 − 2 · ½ · ½ = ½ over a variance of 2 · (½)⁴ = 1/8; the other standard error is 0."""
    assert _residuals(1, 1, 1, 2) == pytest.approx(math.sqrt(2))
    assert _residuals(0, 1, 1, 2) == pytest.approx(-math.sqrt(2))
    assert (
        _residuals(2, 2, 1, 2) == _residuals(1, 1, 2, 2) == _residuals(0, 0, 1, 2) == 0
    )  # nothing to compare
