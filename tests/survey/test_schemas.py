"""What every table of the room says of its columns: values follow from their row, intervals stand under their level."""

from collections.abc import Callable

import pandas as pd
import pytest
from scipy import stats as scipy_stats

from tests.survey.conftest import categorical
from ujo_lib import survey
from ujo_lib.columns import Bound, Count, Dimension, Flag, Text
from ujo_lib.typed import Typed

LEVELS = (0.80, 0.90, 0.95, 0.99)
WAVES = pd.DataFrame(
    {
        "wave": ["R5", "R1"],
        "fiscal_year": [2023, 2019],
        "n_in_scope": [139, 150],
        "n_responded": [97, 110],
        "n_cases": [25, 32],
        "comparable": ["可", "可"],
        "comparability_note": ["", ""],
    }
)
PEOPLE = pd.DataFrame({"age_band": ["15~39歳", "40~64歳"], "n": [12000, 18000]})
PREVALENCE = {"15~39歳": 0.0205, "40~64歳": 0.0202}

Tables = Callable[[float], dict[str, Typed]]


@pytest.fixture
def tables(commissioners, cases, questionnaire) -> Tables:
    """Every table of the room with numbers in it, at a level."""
    knows = categorical(
        ["いる"] * 19 + ["いない"] * 78 + [None] * 42, questionnaire.item("knows_case").labels
    )
    answered = commissioners.assign(knows_case=knows)[commissioners["responded"]]
    counts = survey.counts_per_commissioner(commissioners, cases)
    flags = pd.DataFrame({"family": [True, True, False], "place": [False, True, False]})

    def at(level: float) -> dict[str, Typed]:
        return {
            "overview": survey.overview(commissioners, cases, level),
            "response": survey.response_rate(commissioners, level=level),
            "knows": survey.among_answered(answered, "knows_case", questionnaire, basis=139, level=level),
            "sampled": survey.tally(cases, "outing", questionnaire, basis="sampled", level=level),
            "triggers": survey.among_answered(cases, "trigger", questionnaire),
            "cross": survey.crosstab(cases, "sex", "outing", questionnaire, basis="sampled", level=level),
            "pyramid": survey.pyramid(cases, questionnaire),
            "blanks": survey.blanks(cases, ["outing", "trigger"], questionnaire),
            "themes": survey.themes(flags, {"family": "家族への支援", "place": "居場所"}),
            "tests": survey.association_family(cases, [("sex", "outing")], questionnaire),
            "city_total": survey.city_total(commissioners, cases, level=level),
            "weights": survey.weights(commissioners, counts),
            "scenarios": survey.scenarios(25, 97, 139),
            "bunching": survey.overdispersion(counts[commissioners["responded"]]),
            "knowing": survey.commissioners_with_cases(commissioners, cases, level),
            "duplicates": survey.duplicates_bound(commissioners, cases),
            "waves": survey.wave_table(WAVES),
            "wave_changes": survey.wave_changes(WAVES, "R5", level),
            "coverage": survey.coverage(cases, PEOPLE, PREVALENCE, "全国の調査", level=level),
        }

    return at


def test_every_share_rate_and_difference_is_that_of_its_own_row(tables):
    for name, table in tables(0.95).items():
        for column, kind in table.schema.columns.items():
            if not kind.sources:
                continue
            known = table.frame.dropna(subset=[column])
            assert len(known), (name, column)
            follows = [kind.value(row) for row in known.to_dict("records")]
            assert known[column].tolist() == pytest.approx(follows), (name, column)


def test_categories_have_an_order_wherever_there_are_any(tables):
    for name, table in tables(0.95).items():
        for column, dtype in table.frame.dtypes.items():
            assert not isinstance(dtype, pd.CategoricalDtype) or dtype.ordered, (name, column)


@pytest.mark.parametrize("level", LEVELS)
def test_every_interval_is_headed_with_the_level_it_was_computed_at(tables, level):
    bounds = [
        (name, bound)
        for name, table in tables(level).items()
        for bound in table.schema.columns.values()
        if isinstance(bound, Bound)
    ]
    assert {name for name, _ in bounds} == {
        *("overview", "response", "knows", "sampled", "cross"),
        *("city_total", "knowing", "wave_changes", "coverage"),
    }
    for name, bound in bounds:
        assert bound.level == level, name
        assert bound.both == f"{level * 100:.0f}%信頼区間", name


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("table", ["city_total", "knowing"])
def test_the_note_names_the_level_of_the_interval(tables, level, table):
    assert f"{level * 100:.0f}%信頼区間です" in tables(level)[table].schema.note


def exact_share(n: int, base: int, population: int, level: float) -> tuple[int, int]:
    """Konijn (1973) by search: the smallest and largest total that neither tail rejects."""
    kept = [
        total
        for total in range(population + 1)
        if scipy_stats.hypergeom.sf(n - 1, population, total, base) > (1 - level) / 2
        and scipy_stats.hypergeom.cdf(n, population, total, base) > (1 - level) / 2
    ]
    return min(kept), max(kept)


def score_interval(n: int, base: int, level: float) -> tuple[float, float]:
    """Wilson's by SciPy."""
    inside = scipy_stats.binomtest(n, base).proportion_ci(level, method="wilson")
    return inside.low, inside.high


def garwood(n: int, exposure: float, level: float) -> tuple[float, float]:
    """The exact Poisson interval by the quantiles of chi-square."""
    tail = (1 - level) / 2
    return (
        scipy_stats.chi2.ppf(tail, 2 * n) / 2 / exposure,
        scipy_stats.chi2.isf(tail, 2 * n + 2) / 2 / exposure,
    )


@pytest.mark.parametrize("level", LEVELS)
def test_the_bounds_at_every_level_are_those_of_an_independent_formula(tables, level):
    made = tables(level)
    expected = {
        "response": score_interval(97, 139, level),
        "overview": score_interval(97, 139, level),
        "knows": tuple(total / 139 for total in exact_share(19, 97, 139, level)),
        "knowing": exact_share(19, 97, 139, level),
        "coverage": garwood(22, 12000 * 0.0205 + 18000 * 0.0202, level),
        "city_total": tuple(
            35.824742268 + sign * 4.787337660 * scipy_stats.t.isf((1 - level) / 2, 96) for sign in (-1, 1)
        ),
    }
    rows = {
        "response": ("district", "全体"),
        "overview": ("label", "回答率"),
        "knows": ("knows_case", "いる"),
        "coverage": ("age_group", "対象年齢の計"),
        "city_total": ("method", "回答者を単純に拡大"),
    }
    for name, limits in expected.items():
        frame = made[name].frame
        column, label = rows.get(name, ("n", 19))
        row = frame[frame[column] == label].iloc[0]
        low = max(25, limits[0]) if name == "city_total" else limits[0]
        assert (row["low"], row["high"]) == pytest.approx((low, limits[1])), name
    ratio = made["wave_changes"].frame.iloc[0]
    share = scipy_stats.binomtest(25, 57).proportion_ci(level, method="exact")
    assert ratio["low"] == pytest.approx(share.low / (1 - share.low) * 110 / 97)
    assert ratio["high"] == pytest.approx(share.high / (1 - share.high) * 110 / 97)


def test_people_are_whole_numbers_and_what_follows_from_them_is_not(tables):
    for name, table in tables(0.95).items():
        for column, kind in table.schema.columns.items():
            if isinstance(kind, Dimension | Text):
                continue
            whole = isinstance(kind, Count) or column == "difference"
            wanted = "boolean" if isinstance(kind, Flag) else "Int64" if whole else "Float64"
            assert str(table.frame[column].dtype) == wanted, (name, column)


COUNTED = {
    "overview": (),
    "tests": ("n",),
    "city_total": ("n", "responded"),
    "weights": ("n", "responded"),
    "scenarios": ("n", "silent"),
    "knowing": ("n", "responded"),
    "duplicates": ("sheets", "marked", "n", "least"),
    "waves": ("n", "responded", "in_scope"),
    "wave_changes": ("n", "n_earlier"),
    "knows": ("n", "base"),
    "triggers": ("n", "base"),
    "themes": ("n", "base"),
}
"""Columns that count people; in the other tables n alone."""

FREE = {
    "response": ("district",),
    "weights": ("district",),
    "knows": ("knows_case",),
    "sampled": ("outing",),
    "triggers": ("trigger",),
    "themes": ("theme",),
    "cross": ("sex", "outing"),
    "pyramid": ("age_band", "sex"),
    "bunching": ("base",),
    "coverage": ("age_group", "population", "prevalence", "expected"),
}
"""Columns that stay where the counts of a row are hidden: who is counted, and figures that come from elsewhere."""


def test_what_is_hidden_with_a_count_and_what_stays_is_as_each_table_says(tables):
    for name, table in tables(0.95).items():
        assert table.schema.counts == COUNTED.get(name, ("n",)), name
        assert table.schema.free == FREE.get(name, ()), name
        bases = {"base": FREE[name]} if "base" in table.schema.counts else {}
        assert table.schema.bases == bases, name
        multiple = [
            c for c, kind in table.schema.columns.items() if isinstance(kind, Dimension) and kind.multiple
        ]
        assert multiple == [c for c in ("trigger", "theme") if c in table.schema.columns], name
