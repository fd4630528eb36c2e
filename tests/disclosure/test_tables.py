"""A table that does not say clearly what it counts must be refused before anything is planned on it."""

from datetime import date
from itertools import permutations

import pytest

from tests.disclosure.people import table_of
from ujo_lib.disclosure.tables import (
    PERIOD,
    YES,
    Cell,
    CountTable,
    Exemption,
    PastRelease,
    Policy,
    PublicFigure,
    TableError,
    as_printed,
    cut_periods,
    dump_tables,
    load_past,
    outside_months,
    spoken,
    sums_of,
)
from ujo_lib.typed import ANSWERED

YEAR = (date(2023, 1, 1), date(2023, 12, 31))


def table(*cells: Cell, **extra: object) -> CountTable:
    given = {
        "dimensions": {"性別": "sex", "年代": "age"},
        "counts": ("n", "base"),
        **extra,
    }
    return CountTable("t", "cases", cells=cells, **given)  # type: ignore[arg-type]  # CountTable's own fields


def test_region_says_who_is_counted_in_atoms_whatever_the_page_calls_them() -> None:
    one = table(
        Cell(("女性", "若年"), "n", 4),
        Cell(("女性", "総数"), "base", 9),
        Cell(("総数", "若年"), "n", 11),
        recode={"age": {"若年": ("10代", "20代")}},
        where={"district": ("小川",), "trigger": ("不登校", "退職")},
        multiple=("trigger",),
        period=YEAR,
    )
    frame = {
        "district": frozenset({"小川"}),
        "trigger=不登校": frozenset({YES}),
        "trigger=退職": frozenset({YES}),
        PERIOD: frozenset({"2023-01-01/2023-12-31"}),
    }
    young = frozenset({"10代", "20代"})
    assert dict(one.region(0)) == {**frame, "sex": frozenset({"女性"}), "age": young}
    assert dict(one.region(1)) == {**frame, "sex": frozenset({"女性"})}
    assert dict(one.region(2)) == {**frame, "age": young}
    assert [one.totals_in(i) for i in range(3)] == [0, 1, 1]
    assert one.frame == {"district", PERIOD}


def test_a_label_within_a_subgroup_is_the_subgroup_itself() -> None:
    one = table(Cell(("女性", "総数"), "n", 4), where={"sex": ("女性", "男性")})
    assert dict(one.region(0)) == {"sex": frozenset({"女性"})}


def test_a_month_of_a_dated_table_is_that_month_and_its_total_is_the_year() -> None:
    january = "2023-01-01/2023-01-31"
    cells = (Cell(("1月",), "n", 7), Cell(("総数",), "n", 90))
    recode = {PERIOD: {"1月": (january,)}}
    months = CountTable("m", "cases", {"月": PERIOD}, ("n",), cells, recode=recode, period=YEAR)
    assert dict(months.region(0)) == {PERIOD: {january}}
    assert dict(months.region(1)) == {PERIOD: {"2023-01-01/2023-12-31"}}


@pytest.mark.parametrize(
    ("cells", "extra", "said"),
    [
        ([Cell(("女性",), "n", 4)], {}, "見出しの数"),
        ([Cell(("女性", "10代"), "件数", 4)], {}, "counts"),
        ([Cell(("女性", "10代"), "n", -1)], {}, "負"),
        ([Cell(("女性", "10代"), "n", 4)] * 2, {}, "2つ以上"),
        ([], {"period": YEAR[::-1]}, "初日が末日より後"),
    ],
)
def test_a_table_that_is_not_clear_names_itself(
    cells: list[Cell], extra: dict[str, object], said: str
) -> None:
    with pytest.raises(TableError, match=f"「t」.*{said}"):
        table(*cells, **extra)


def test_years_that_overlap_are_cut_where_they_begin_and_end() -> None:
    calendar, fiscal = "2023-01-01/2023-12-31", "2023-04-01/2024-03-31"
    pieces = cut_periods([calendar, fiscal])
    assert pieces[calendar] & pieces[fiscal] == {"2023-04-01/2023-12-31"}
    assert pieces[calendar] - pieces[fiscal] == {"2023-01-01/2023-03-31"}
    assert pieces[fiscal] - pieces[calendar] == {"2024-01-01/2024-03-31"}


@pytest.mark.parametrize(("then", "now"), [(10, 3), (3, 10), (6, 3), (7, 3), (6, 10), (7, 10)])
def test_what_an_overview_printed_follows_from_the_threshold_then(then: int, now: int) -> None:
    """Four and two are six in all: lowered later, the threshold makes no sum public that the release kept back."""
    one = table(Cell(("女性", "10代"), "n", 4), Cell(("男性", "10代"), "n", 2))
    (left,) = as_printed([one], {one.id: (True, True)}, Policy(threshold=then))
    told = [figure.low for figure in left.sums(Policy(threshold=now))]
    assert told == ([6] if then <= 6 else [])
    unknown = PastRelease(one, (True, True))  # an earlier version of the program did not write it
    assert [f.low for f in unknown.sums(Policy(threshold=now))] == ([6] if now <= 6 else [])


def test_a_release_remembers_its_tables_exactly() -> None:
    one = table(
        Cell(("女性", "若年"), "n", 4),
        Cell(("女性", "若年"), "base", None),
        recode={"age": {"若年": ("10代", "20代")}},
        where={"district": ("小川",)},
        multiple=("trigger",),
        period=YEAR,
    )
    for zeros in (False, True):
        (again,) = load_past(dump_tables([PastRelease(one, (True, False), zeros=zeros, threshold=3)]))
        assert again == PastRelease(one, (True, False), zeros=zeros, threshold=3)
    assert list(again.table.dimensions) == list(one.dimensions)  # labels stand in this order


def test_an_exemption_covers_only_what_it_names() -> None:
    rule = Exemption("consultations", ("weekday", "hour"), 1000, "時刻だけの集計")
    cells = (Cell(("日",), "n", 600), Cell(("月",), "n", 500))

    def of(population: str = "consultations", variable: str = "weekday", **extra: object) -> CountTable:
        return CountTable("w", population, {"x": variable}, ("n",), cells, **extra)  # type: ignore[arg-type]

    assert rule.covers(of())
    assert not rule.covers(of(population="city_contacts"))
    assert not rule.covers(of(variable="age"))
    assert not rule.covers(of(where={"age": ("10代",)}))
    assert not Exemption("consultations", ("weekday",), 1101, "").covers(of())


@pytest.mark.parametrize(
    ("inner", "whole", "total"),
    [
        ((), None, 0),
        ((0, 0), 0, 0),
        ((None, 0), None, 0),  # kept back by its source, and unknown here
        ((None, 5), None, 5),
        ((3, 4), None, 7),
        ((3, 4), 6, 7),
        ((3, 4), 7, 7),
        ((3, 4), 8, 8),  # one of them in no category
    ],
)
def test_a_table_counts_its_largest_number_or_the_sum_of_its_parts(
    inner: tuple[int | None, ...], whole: int | None, total: int
) -> None:
    cells = [Cell((str(at),), "n", value) for at, value in enumerate(inner)]
    assert CountTable("t", "c", {"x": "x"}, ("n",), (*cells, Cell(("総数",), "n", whole))).total == total


@pytest.mark.parametrize(
    ("part", "whole", "free"), [(0, 20, False), (1, 20, True), (10, 20, True), (11, 20, False), (1, 0, False)]
)
def test_what_a_part_of_the_days_leaves_is_printed_in_full_from_the_least_total_on(
    part: int, whole: int, free: bool
) -> None:
    policy = Policy(exemptions=(Exemption("cases", ("曜日",), 10, "時刻だけの集計"),))
    assert policy.rest_in_full(whole, part) == free


def test_rules_that_protect_nobody_are_refused() -> None:
    for wrong in ({"threshold": 0}, {"required_width": 0}):
        with pytest.raises(TableError):
            Policy(**wrong)  # type: ignore[arg-type]


def test_a_public_figure_counts_the_people_it_names() -> None:
    figure = PublicFigure("cases", {"sex": ("男性",)}, 17, 17, "報告", period=YEAR)
    assert dict(figure.region)["sex"] == {"男性"}
    assert PERIOD in dict(figure.region)


@pytest.mark.parametrize(("size", "known"), [(4, []), (5, [5]), (6, [6])])
def test_how_many_a_table_counts_in_all_is_known_from_the_threshold_up(size: int, known: list[int]) -> None:
    table = table_of("t", {"性別": ["女", *["男"] * (size - 1)]}, ["性別"], totals=False)
    found = list(sums_of(table, 5))
    assert [(figure.low, figure.high) for figure in found] == [(n, n) for n in known]
    assert all(figure.region == (("性別", frozenset({"女", "男"})),) for figure in found)


@pytest.mark.parametrize(
    ("period", "where", "known"),
    [(None, {"sex": ("女性",), "answer": (ANSWERED,)}, False), (None, {"sex": ("女性",)}, True),
     (YEAR, {"sex": ("女性",), "answer": (ANSWERED,)}, True)],
)  # fmt: skip
def test_no_overview_tells_how_many_whom_a_skip_rule_sends_to_a_question_answered_it(
    period, where, known
) -> None:
    cells = (Cell(("10代",), "n", 30), Cell(("20代",), "n", 36))
    told = CountTable("t", "cases", {"年代": "age"}, ("n",), cells, period=period, where=where)
    found = list(sums_of(told, 5))
    assert [one.low for one in found] == [66] * known
    assert all(one.own for one in found)


@pytest.mark.parametrize(("size", "known"), [(None, []), (0, []), (1, [1])])
def test_a_group_of_nobody_is_not_told_even_where_one_person_may_be(
    size: int | None, known: list[int]
) -> None:
    cells = (Cell(("市民", "総数"), "n", size),)
    told = CountTable("t", "voices", {"立場": "voice", "年代": "age"}, ("n",), cells, told=("市民",))
    assert [one.low for one in sums_of(told, 1)] == known


@pytest.mark.parametrize(
    ("recode", "atoms"),
    [({}, (f"answer={ANSWERED}", {YES})), ({ANSWERED: ("はい", "いいえ")}, ("answer", {"はい", "いいえ"}))],
)
def test_who_answered_is_a_trait_of_its_own_unless_the_table_says_what_was_answered(recode, atoms) -> None:
    one = table(Cell(("女性", "若年"), "n", 4), where={"answer": (ANSWERED,)}, recode={"answer": recode})
    assert dict(one.region(0))[atoms[0]] == atoms[1]


def test_a_public_figure_was_public_before_unless_it_is_said_to_be_the_release_s_own() -> None:
    assert not PublicFigure("cases", {}, 1, 1, "統計書").own


def test_the_months_of_a_calendar_and_of_a_fiscal_year_have_sums_of_their_own() -> None:
    def sums(*months: str) -> list[tuple[int, set[str]]]:
        cells = tuple(Cell((month,), "n", 10 + i) for i, month in enumerate(months))
        table = CountTable("t", "contacts", {"月": "月"}, ("n",), cells)
        return [(one.low, set(dict(one.region)["月"])) for one in sums_of(table, 5)]

    year = ["2023年3月", "2023年4月", "2023年12月", "2024年1月", "2024年3月", "2024年4月"]
    assert sums(*year) == [
        (75, set(year)),
        (33, set(year[:3])), (42, set(year[3:])),
        (10, set(year[:1])), (50, set(year[1:5])), (15, set(year[5:])),
    ]  # fmt: skip
    assert sums("2023年4月", "2023年5月") == [(21, {"2023年4月", "2023年5月"})]


def test_what_lies_outside_is_protected_whichever_restriction_of_a_table_is_named_first() -> None:
    restrictions = {"answer": (ANSWERED,), "district": ("小川",), "age": ("10代",)}
    for order in permutations(restrictions):
        assert table(where={name: restrictions[name] for name in order}).frame == {"district", "age"}


@pytest.mark.parametrize(("few", "known"), [(0, {60}), (1, set()), (4, set()), (5, {5, 65}), (6, {6, 66})])
def test_how_many_of_a_group_another_table_tells_is_known_with_the_sum_and_neither_where_they_are_few(
    few: int, known: set[int]
) -> None:
    cells = tuple(
        Cell((who, "総数" if column == "base" else "10代"), column, n)
        for who, n in (("市民", few), ("家族", 60))
        for column in ("n", "base")
    )
    dimensions = {"立場": "voice", "年代": "age"}
    told = CountTable("t", "voices", dimensions, ("n", "base"), cells, told=("市民",))
    assert {one.low for one in sums_of(told, 5)} == known
    [past] = load_past(dump_tables([PastRelease(told, (False,) * 4)]))
    assert past.table == told


@pytest.mark.parametrize(("few", "known"), [(0, {66}), (4, {70}), (5, {71, 66, 5})])
def test_a_sum_that_leaves_a_few_by_subtraction_is_printed_nowhere(few: int, known: set[int]) -> None:
    cells = (Cell(("2023年11月",), "n", 30), Cell(("2023年12月",), "n", 36), Cell(("2024年1月",), "n", few))
    table = CountTable("t", "contacts", {"月": "月"}, ("n",), cells)
    assert {one.low for one in sums_of(table, 5)} == known


@pytest.mark.parametrize(
    ("last", "known"), [(0, [66, 66]), (1, [67]), (4, [70]), (5, [71, 66, 5]), (6, [72, 66, 6])]
)
def test_a_year_without_anybody_keeps_no_other_year_back(last: int, known: list[int]) -> None:
    """The whole, then each calendar year from the threshold up; a year of one to four is told by no subtraction."""
    cells = (Cell(("2023年11月",), "n", 30), Cell(("2023年12月",), "n", 36), Cell(("2024年1月",), "n", last))
    table = CountTable("t", "contacts", {"月": "月"}, ("n",), cells)
    assert [one.low for one in sums_of(table, 5)] == known


def test_cells_that_share_people_or_leave_some_out_are_not_added() -> None:
    def cells(*labels: tuple[str, ...]) -> tuple[Cell, ...]:
        return tuple(Cell(label, "n", 9) for label in labels)

    young = {"年代": {"若年": ("10代", "20代")}}
    shared = CountTable("t", "cases", {"a": "年代"}, ("n",), cells(("若年",), ("10代",)), recode=young)
    options = CountTable("t", "cases", {"a": "経緯"}, ("n",), cells(("x",), ("y",)), multiple=("経緯",))
    partly = CountTable("t", "cases", {"a": "a", "b": "b"}, ("n",), cells(("1", "1"), ("1", "2"), ("2", "1")))
    whole = CountTable("t", "cases", {"a": "a", "b": "b"}, ("n",), cells(("1", "1"), ("2", "1")))
    single = CountTable("t", "cases", {"a": "a"}, ("n",), cells(("1",)))
    assert [len(list(sums_of(t, 5))) for t in (shared, options, partly, whole, single)] == [0, 0, 0, 1, 0]


def test_a_past_mask_must_fit_its_table() -> None:
    with pytest.raises(TableError, match="秘匿の印の数"):
        PastRelease(table(Cell(("女性", "10代"), "n", 4)), (True, False))


@pytest.mark.parametrize(
    ("rule", "value", "hidden"),
    [
        *(("show", value, value in (1, 4, None)) for value in (0, 1, 4, 5, 6, None)),
        *(("hide", value, value in (0, 1, 4, None)) for value in (0, 1, 4, 5, 6, None)),
    ],
)
def test_below_five_a_count_is_not_printed(rule, value, hidden):
    assert Policy(threshold=5, zero_rule=rule).is_primary(Cell(("a",), "n", value)) == hidden


@pytest.mark.parametrize(
    ("rule", "own", "least", "crossed"),
    [("show", False, 1, 1), ("hide", False, 0, 0), ("hide", True, 1, 0), ("show", True, 1, 1)],
)
def test_a_reader_knows_that_a_hidden_count_is_none_of_the_printed_zeros_or_counts_himself(
    rule, own, least, crossed
):
    policy = Policy(zero_rule=rule, own_case=own)
    assert (policy.least_hidden, policy.least_crossed(Cell(("a",), "n", 3))) == (least, crossed)
    assert policy.least_crossed(Cell(("a",), "n", 0)) == 0


@pytest.mark.parametrize(("last", "refused"), [(1, True), (2, False), (3, False)])
def test_a_period_may_be_one_day_and_not_less(last, refused):
    days = (date(2023, 4, 2), date(2023, 4, last))
    if refused:
        with pytest.raises(TableError, match="初日が末日より後"):
            table(period=days)
    else:
        assert table(period=days).period == days


@pytest.mark.parametrize(
    ("inner", "outer", "total"),
    [((9, 5), None, 14), ((9, 5), 13, 14), ((9, 5), 15, 15), ((9, None), 9, 9), ((), None, 0)],
)
def test_a_table_counts_its_largest_cell_or_what_its_inner_cells_add_up_to(inner, outer, total):
    cells = [Cell((f"r{i}", "x"), "n", n) for i, n in enumerate(inner)]
    cells += [Cell(("総数", "x"), "n", outer)] if outer is not None else []
    assert table(*cells).total == total


@pytest.mark.parametrize(("least", "covered"), [(13, True), (14, True), (15, False)])
def test_a_table_is_printed_in_full_from_the_least_total_on(least, covered):
    one = CountTable(
        "t", "cases", {"曜日": "weekday"}, ("n",), (Cell(("日",), "n", 9), Cell(("月",), "n", 5))
    )
    policy = Policy(exemptions=(Exemption("cases", ("weekday",), least, "曜日だけの集計"),))
    assert policy.in_full(one) == (14 if covered else 0)
    assert Policy().in_full(one) == 0


@pytest.mark.parametrize(
    ("whole", "part", "free"), [(20, 8, True), (20, 9, True), (20, 10, False), (20, 0, False)]
)
def test_what_is_left_is_held_against_the_strictest_permission(whole, part, free):
    rules = tuple(Exemption("cases", (name,), least, "") for name, least in (("a", 5), ("b", 11), ("c", 7)))
    assert Policy(exemptions=rules).rest_in_full(whole, part) == free


def test_a_cell_is_called_by_its_headings_and_one_without_any_is_the_whole():
    one = table(Cell(("女性", "10代"), "base", 4))
    assert one.label(0) == "性別=女性・年代=10代 (base)"
    assert table(Cell((), "n", 4), dimensions={}).label(0) == "全体 (n)"


@pytest.mark.parametrize("value", [None, 0, 1])
def test_a_count_may_be_none_or_unknown(value):
    one = table(Cell(("女性", "10代"), "n", value))
    assert one.cells[0].value == value


@pytest.mark.parametrize("rule", [{"threshold": 1}, {"required_width": 1}, {}])
def test_the_weakest_rules_are_rules(rule):
    known = {"threshold": 5, "zero_rule": "show", "required_width": 3, "exemptions": (), "own_case": False}
    policy = Policy(**rule)
    assert {name: getattr(policy, name) for name in known} == known | rule


def test_what_an_older_version_remembered_besides_is_no_reason_to_forget_the_rest():
    past = PastRelease(table(Cell(("女性", "10代"), "n", 4)), (False,))
    older = dump_tables([past]).replace('"value": 4', '"value": 4, "largest": null')
    older = older.replace('"told"', '"bases": {}, "area": [], "printed": {"counts": true}, "told"')
    assert load_past(older) == [past]


def test_a_release_that_is_read_again_says_which_it_was():
    past = PastRelease(table(Cell(("女性", "10代"), "n", 4)), (False,))
    assert [one.release for one in load_past(dump_tables([past]), "fy2023/a.json")] == ["fy2023/a.json"]
    assert past.release == ""


def test_runs_of_days_that_touch_share_nothing_and_one_within_another_is_a_piece_of_it():
    first, second, within = "2023-04-01/2023-04-30", "2023-05-01/2023-05-01", "2023-04-30/2023-04-30"
    assert cut_periods([first, second]) == {first: {first}, second: {second}}
    assert cut_periods([first, within]) == {first: {"2023-04-01/2023-04-29", within}, within: {within}}


def test_the_sums_of_a_table_are_its_own_and_so_are_those_of_its_years() -> None:
    """The release itself prints them: nobody knows them from before."""
    months = (Cell(("2023年11月",), "n", 30), Cell(("2024年1月",), "n", 36))
    table = CountTable("t", "contacts", {"月": "月"}, ("n",), months)
    assert [one.own for one in sums_of(table, 5)] == [True] * 3
    dimensions = {"立場": "voice", "年代": "age"}
    cells = tuple(Cell((who, "総数"), "base", 60) for who in ("市民", "家族"))
    told = CountTable("t", "voices", dimensions, ("base",), cells, told=("市民",))
    assert {one.own for one in sums_of(told, 5)} == {True}


def test_a_region_is_named_as_a_person_would() -> None:
    men = ("sex", frozenset({"男性"}))
    assert spoken((("age", frozenset({"20代", "10代"})), men)) == "age=10代/20代・sex=男性"
    assert spoken(()) == "全体"


@pytest.mark.parametrize(
    ("first", "last", "outside"),
    [
        (date(2023, 2, 28), date(2023, 4, 1), {"2023年1月", "2023年5月"}),
        (date(2023, 3, 1), date(2023, 3, 31), {"2023年1月", "2023年2月", "2023年4月", "2023年5月"}),
        (date(2022, 12, 31), date(2023, 5, 1), set()),
    ],
)
def test_a_month_has_nobody_on_days_outside_it(first: date, last: date, outside: set[str]) -> None:
    """A run of days has the months of its first and of its last day, and those between, over New Year, too."""
    months = CountTable(
        "m", "contacts", {"month": "month"}, ("n",),
        tuple(Cell((f"2023年{month}月",), "n", 7) for month in range(1, 6)),
        period=(first, last),
    )  # fmt: skip
    found = list(outside_months([months]))
    assert {month for figure in found for month in figure.where["month"]} == outside
    assert all((figure.low, figure.high, figure.period) == (0, 0, (first, last)) for figure in found)
