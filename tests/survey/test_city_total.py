import json
from functools import cache
from itertools import product
from math import factorial, prod

import numpy as np
import pandas as pd
import pytest

from tests.survey.conftest import DISTRICTS, REFERENCE, ROOT
from ujo_lib import survey

COUNTS = np.repeat([0, 1, 2, 4], [78, 15, 3, 1])


def test_the_city_total_agrees_with_r(r):  # S12
    total = survey.srs_total(COUNTS, 139)
    assert (total.estimate, total.se) == pytest.approx((35.824742, 4.787338), abs=1e-6)
    assert (total.low, total.high) == pytest.approx((26.321952, 45.327532), abs=1e-6)
    assert total.se == pytest.approx(r("city_total", "se"), rel=1e-9)


def test_the_stratified_mean_agrees_with_r():  # S13
    data = pd.read_csv(REFERENCE / "survey_apistrat.csv")
    sizes = data.groupby("stype")["fpc"].first().to_dict()
    mean = survey.stratified_mean(data["api00"], data["stype"].tolist(), sizes)
    assert (mean.estimate, mean.se) == pytest.approx((662.287363, 9.408941), abs=1e-6)


def test_the_limits_of_the_stratified_mean_agree_with_r(r):
    data = pd.read_csv(REFERENCE / "survey_apistrat.csv")
    mean = survey.stratified_mean(data["api00"], data["stype"].tolist(), {"E": 4421, "H": 755, "M": 1018})
    assert (mean.low, mean.high) == pytest.approx((r("apistrat", "low"), r("apistrat", "high")), rel=1e-9)


def test_the_district_weighted_total_agrees_with_r(r):
    sizes = dict(enumerate([40, 30, 28, 22, 19]))
    frame = pd.DataFrame(
        {
            "district": pd.Categorical([DISTRICTS[h] for h, n in sizes.items() for _ in range(n)], DISTRICTS),
            "in_scope": True,
        }
    )
    frame["commissioner_id"] = [str(i) for i in range(139)]
    respondents = [
        frame.index[frame["district"] == DISTRICTS[h]][i // 5] for i, h in enumerate(np.arange(97) % 5)
    ]
    frame["responded"] = frame.index.isin(respondents)
    cases = pd.DataFrame(
        {"commissioner_id": np.repeat(frame.loc[respondents, "commissioner_id"].to_numpy(), COUNTS)}
    )
    weighted = survey.city_total(frame, cases).frame.iloc[1]
    assert weighted["estimate"] == pytest.approx(r("stratified_total", "estimate"), rel=1e-9)
    assert weighted["se"] == pytest.approx(r("stratified_total", "se"), rel=1e-9)
    assert weighted["low"] == pytest.approx(r("stratified_total", "low"), rel=1e-9)
    assert weighted["high"] == pytest.approx(r("stratified_total", "high"), rel=1e-9)


def test_neither_way_to_expand_goes_below_what_was_counted():
    """Four of six answered and know of four people; the spread would go below none."""
    asked = pd.DataFrame(
        {
            "commissioner_id": list("abcdef"),
            "district": pd.Categorical([*DISTRICTS[:1] * 3, *DISTRICTS[1:2] * 3], DISTRICTS[:2]),
            "in_scope": True,
            "responded": [True, True, False] * 2,
        }
    )
    table = survey.city_total(asked, pd.DataFrame({"commissioner_id": list("bbbe")})).frame
    assert table["estimate"].tolist() == [6.0, 6.0]
    assert table["low"].tolist() == [4.0, 4.0]


def test_zero_cases_do_not_become_a_certain_zero(commissioners, cases):
    table = survey.city_total(commissioners, cases.iloc[:0]).frame
    assert table["estimate"].tolist() == [0.0, 0.0]
    assert table["se"].isna().all()
    assert table["high"].isna().all()
    assert "報告された人がいない" in survey.total_sentence(table)
    exact = survey.commissioners_with_cases(commissioners, cases.iloc[:0]).frame
    assert (exact["low"][0], exact["high"][0]) == (0, 3)


def test_a_complete_survey_has_no_sampling_error(commissioners, cases):
    commissioners["responded"] = True
    table = survey.city_total(commissioners, cases).frame
    assert survey.total_sentence(table).startswith("調査した委員の全員が回答したので、推計はしません。")
    assert "推計されます" not in survey.total_sentence(table)
    assert table["low"].tolist() == table["high"].tolist() == table["estimate"].tolist() == [25.0, 25.0]
    assert table["se"].tolist() == [0.0, 0.0]


def test_numbers_that_are_kept_back_are_no_lack_of_answers(commissioners, cases):
    table = survey.city_total(commissioners, cases).frame
    kept = table.assign(**dict.fromkeys(set(table) - {"method"}, pd.NA))
    assert (
        survey.total_sentence(kept) == "{estimate[回答者を単純に拡大]}。"
    )  # the door says that it is kept back


def test_the_total_is_never_below_what_was_counted():
    assert survey.srs_total([0] * 20 + [9], 30).low == 9


def test_commissioners_who_know_somebody_have_an_exact_interval(commissioners, cases):
    exact = survey.commissioners_with_cases(commissioners, cases).frame.iloc[0]
    assert (exact["n"], exact["responded"], exact["low"], exact["high"]) == (19, 97, 22, 34)


def test_a_commissioner_whose_only_case_was_reported_before_knows_somebody_all_the_same(commissioners, cases):
    """As on their own sheets; the person is counted once, those who know them are not."""
    known = cases["commissioner_id"].value_counts()
    (only, first) = (known.index[known == 1][0], known.index[known == 4][0])
    again = cases["commissioner_id"].eq(only)
    marked = cases.assign(
        duplicate_of=cases["duplicate_of"].mask(
            again, cases["case_id"][cases["commissioner_id"] == first].iloc[0]
        )
    )
    assert survey.commissioners_with_cases(commissioners, marked).frame["n"][0] == 19


@pytest.mark.parametrize("values", [[3, 0, 1, 0], [5, 0, 0, 0, 0], [2, 2, 0], [1, 1, 1]])
def test_bunching_is_tested_exactly(values):
    squares, total = sum(v * v for v in values), sum(values)
    as_bunched = every = 0
    for deal in product(range(total + 1), repeat=len(values)):
        if sum(deal) == total:
            ways = factorial(total) // prod(factorial(x) for x in deal)
            every += ways
            as_bunched += ways if sum(x * x for x in deal) >= squares else 0
    result = survey.overdispersion(values).frame.iloc[0]
    assert result["p_value"] == pytest.approx(as_bunched / every, rel=1e-10)
    assert result["estimate"] == pytest.approx(np.var(values, ddof=1) / np.mean(values))


@cache
def dealt_at_random(more: int) -> tuple[np.ndarray, np.ndarray]:
    """1,400 cases and some more dealt to 1,200 people 4,000 times, and each deal's sum of squares."""
    to = (
        np.random.default_rng(5 + more).integers(1200, size=(4000, 1400 + more))
        + 1200 * np.arange(4000)[:, None]
    )
    dealt = np.bincount(to.ravel(), minlength=4000 * 1200).reshape(4000, 1200)
    return dealt, (dealt**2).sum(axis=1)


@pytest.mark.parametrize("more", [0, 1, 6])
def test_bunching_in_a_city_of_a_thousand_is_what_dealing_cases_at_random_shows(more):
    dealt, squares = dealt_at_random(0)
    values = dealt[np.argsort(squares)[2000]].copy()
    values[0] += more
    _, larger = dealt_at_random(more)
    share = float((larger >= (values**2).sum()).mean())
    p = survey.overdispersion(values).frame["p_value"][0]
    assert p == pytest.approx(share, abs=5 * np.sqrt(0.25 / 4000))


def test_bunching_needs_something_to_bunch():
    for values in ([], [0, 0, 0], [1, 0, 0], [2]):
        assert survey.overdispersion(values).frame["p_value"].isna().all()
    assert 0 <= survey.overdispersion([4] * 60).frame["p_value"][0] <= 1


def test_marked_duplicates_are_counted_once(commissioners, cases):
    cases.loc[3, "duplicate_of"] = "C01"
    bound = survey.duplicates_bound(commissioners, cases).frame.iloc[0]
    assert (bound["sheets"], bound["marked"], bound["n"]) == (25, 1, 24)
    assert len(survey.distinct(cases)) == 24


def test_neighbours_may_have_reported_one_person_but_nobody_reports_twice(commissioners):
    near = commissioners.loc[commissioners["district"] == "松橋", "commissioner_id"].to_list()
    far = commissioners.loc[commissioners["district"] == "三角", "commissioner_id"].to_list()
    sheets = pd.DataFrame(
        {
            "commissioner_id": [near[0], near[1], near[1], far[0]],
            "sex": ["男性"] * 4,
            "age_band": ["40歳代"] * 4,
        }
    )
    bound = survey.duplicates_bound(commissioners, sheets).frame.iloc[0]
    assert (bound["n"], bound["least"]) == (4, 3)
    assert survey.duplicates_bound(commissioners, sheets.iloc[:0]).frame["least"][0] == 0


def test_a_stratum_without_answers_is_refused():
    with pytest.raises(ValueError, match="without respondents: b"):
        survey.stratified_mean([1, 2], ["a", "a"], {"a": 5, "b": 5})
    with pytest.raises(ValueError, match="respondents are needed"):
        survey.srs_total([], 139)


def test_one_answer_has_no_interval():
    assert survey.srs_total([3], 10) == survey.Total(30.0, None, None, None)
    assert survey.stratified_mean([1, 2, 3], ["a", "a", "b"], {"a": 5, "b": 5}).se is None


def test_each_total_stands_beside_the_name_of_its_method(commissioners, cases):
    methods = survey.city_total(commissioners, cases).frame["method"].tolist()
    assert methods == ["回答者を単純に拡大", "地区ごとに拡大"]


def test_a_release_has_no_total_that_tells_how_many_cases_each_of_two_districts_has():
    """Twelve cases; 15 of 30 answered in one district, 30 of 36 in the other: 2·y + 1.2·(12 − y), 0.8 apart."""
    answered = {"上": (30, 15), "下": (36, 30)}
    rows = [(d, i < heard, f"{d}{i}") for d, (size, heard) in answered.items() for i in range(size)]
    asked = pd.DataFrame(rows, columns=["district", "responded", "commissioner_id"]).assign(in_scope=True)
    totals = {}
    for y in range(13):
        senders = [f"上{i}" for i in range(y)] + [f"下{i}" for i in range(12 - y)]
        totals[y] = survey.city_total(asked, pd.DataFrame({"commissioner_id": senders})).frame["estimate"]
    assert totals[2].tolist() == pytest.approx([12 * 66 / 45, 2 * 2 + 1.2 * 10])
    simple, by_district = ({round(total[at], 1) for total in totals.values()} for at in (0, 1))
    assert (len(simple), len(by_district)) == (1, 13)
    notebook = ROOT / "notebooks" / "01_survey_descriptives.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if "city_total(" in (source := "".join(cell["source"])):
            assert 'expanded.rows(expanded.frame["method"] == survey.EXPANDED)' in source
        elif "expanded" in source:
            assert cell["metadata"]["tags"] == ["internal"]


def test_two_cases_of_two_commissioners_are_enough_to_bunch():
    # Of four ways to deal two cases to two people, two give both to one.
    two = survey.overdispersion([2, 0]).frame.iloc[0]
    assert (two["estimate"], two["p_value"]) == (2.0, pytest.approx(0.5))
    three = survey.overdispersion([2, 0, 0]).frame.iloc[0]
    assert (three["estimate"], three["p_value"]) == (pytest.approx(2.0), pytest.approx(1 / 3))


def test_one_commissioner_of_each_district_who_all_answered_leaves_nothing_to_chance():
    whole = survey.stratified_mean([3, 1], ["A", "B"], {"A": 1, "B": 1})
    assert (whole.estimate, whole.se, whole.low, whole.high) == (2, 0, 2, 2)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([2], None, None),
        # Mean 1, variance 2, so SE 10·√(0.8·2/2) = 8.9443, and t with one degree of freedom is 12.7062.
        ([0, 2], 2.0, 10 + 12.7062047 * 8.9442719),
        # Mean 1, variance 1, SE 10·√(0.7/3) = 4.8305, t with two degrees of freedom 4.3027.
        ([0, 1, 2], 3.0, 10 + 4.3026527 * 4.8304589),
        ([1, 1], None, None),
    ],
)
def test_two_answers_that_differ_are_enough_for_an_interval(values, low, high):
    total = survey.srs_total(values, 10)
    assert total.estimate == pytest.approx(10 * sum(values) / len(values))
    assert (total.low, total.high) == (low, high if high is None else pytest.approx(high, rel=1e-6))


@pytest.mark.parametrize(("answered", "interval"), [(1, False), (2, True)])
def test_an_estimate_without_its_width_says_why_it_has_none(commissioners, cases, answered, interval):
    """The first to answer knows nobody, the last of 97 four people."""
    commissioners["responded"] = commissioners.index.isin([96, 0][:answered])
    said = survey.total_sentence(survey.city_total(commissioners, cases).frame)
    lacking = "回答が少ないか、委員の間に差がないため、推計の幅は計算できません。"
    assert (said == lacking) is not interval
    assert ("と推計されます。" in said) is interval


def test_sheets_are_counted_in_sheets_and_those_whom_they_are_about_in_people(commissioners, cases):
    schema = survey.duplicates_bound(commissioners, cases).schema
    assert {name: column.unit for name, column in schema.columns.items()} == {
        "sheets": "枚",
        "marked": "枚",
        "n": "人",
        "least": "人",
    }


@pytest.mark.parametrize("values", [[1, 1], [1, 0, 1], [1] * 9])
def test_cases_of_which_no_two_are_of_one_commissioner_bunch_as_little_as_they_can(values):
    assert survey.overdispersion(values).frame["p_value"][0] == 1.0
