"""Against R's survey package: `tests/reference/residents.R` wrote the numbers, each test names its row."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from ujo_lib.residents.linearised import (
    Design,
    Estimate,
    MarginError,
    difference,
    kish_effect,
    mean,
    rake,
    ratio,
    share_difference,
    share_interval,
    total,
    worded,
)
from ujo_lib.stats import difference_of_estimates

REFERENCE = Path(__file__).parents[1] / "reference"
STRAT = pd.read_csv(REFERENCE / "residents_apistrat.csv")
CLUS = pd.read_csv(REFERENCE / "residents_apiclus1.csv")
R = pd.read_csv(REFERENCE / "residents_r.csv").set_index(["id", "what"])["value"]
TYPES, WIDE = pd.Series({"E": 4421.0, "H": 755.0, "M": 1018.0}), pd.Series({"No": 1072.0, "Yes": 5122.0})


@pytest.fixture(scope="module")
def strat() -> Design:
    n = STRAT.groupby("stype")["stype"].transform("size")
    return Design.of(STRAT["pw"], STRAT["stype"], n / STRAT["fpc"])


@pytest.fixture(scope="module")
def clus() -> Design:
    drawn = CLUS["dnum"].nunique()
    return Design.of(CLUS["pw"], np.zeros(len(CLUS)), drawn / CLUS["fpc"], CLUS["dnum"])


def same(estimate: Estimate, id: str, se: float = 1e-6, value: float = 1e-8) -> None:
    assert estimate.value == pytest.approx(R[id, "estimate"], rel=value)
    assert estimate.se == pytest.approx(R[id, "se"], rel=se)


def test_totals_means_and_ratios_of_a_stratified_sample_are_those_of_r(strat: Design) -> None:
    same(total(strat, STRAT["enroll"]), "strat total enroll")
    same(mean(strat, STRAT["api00"]), "strat mean api00")
    same(ratio(strat, STRAT["api.stu"], STRAT["enroll"]), "strat ratio")


def test_a_domain_has_the_mean_the_total_and_the_freedom_of_r(strat: Design) -> None:
    inside = STRAT["sch.wide"] == "Yes"
    found = mean(strat, STRAT["enroll"], inside)
    same(found, "strat domain mean")
    same(total(strat, STRAT["enroll"] * inside), "strat domain total")
    assert strat.degrees_of_freedom(inside) == R["strat domain mean", "df"] == found.df


def test_a_difference_of_two_domains_knows_that_they_share_the_strata(strat: Design) -> None:
    yes, no = (mean(strat, STRAT["api00"], STRAT["sch.wide"] == side) for side in ("Yes", "No"))
    found = difference(strat, yes, no)
    same(found, "strat difference")
    assert (yes.df, no.df, found.df) == (149, 45, 45)  # no freer than the smaller of the two
    assert found.se != pytest.approx(np.hypot(yes.se, no.se), rel=1e-5)


def test_clusters_widen_the_error_as_in_r(clus: Design) -> None:
    same(mean(clus, CLUS["api00"]), "clus mean api00")
    assert clus.degrees_of_freedom() == CLUS["dnum"].nunique() - 1


def test_post_stratification_and_raking_give_the_published_figures(clus: Design) -> None:
    post = clus.calibrated([(CLUS["stype"], TYPES)])
    same(total(post, CLUS["enroll"]), "post total enroll")
    same(mean(post, CLUS["api00"]), "post mean api00")
    raked = clus.calibrated([(CLUS["stype"], TYPES), (CLUS["sch.wide"], WIDE)])
    same(
        mean(raked, CLUS["api00"]), "raked mean api00", 1e-4, 1e-6
    )  # R stops raking at a distance of one person
    same(total(raked, CLUS["enroll"]), "raked total enroll", 1e-4, 1e-4)
    assert mean(raked, CLUS["api00"]).value == pytest.approx(641.230, abs=5e-4)
    assert total(post, CLUS["enroll"]).value == pytest.approx(3_680_892.9, abs=0.05)


def test_small_shares_have_the_interval_of_korn_and_graubard(strat: Design) -> None:
    low_scores = STRAT["api00"] < 450
    whole = share_interval(mean(strat, low_scores), len(STRAT))
    assert whole.low == pytest.approx(R["strat low scores", "beta_low"], rel=1e-6)
    assert whole.high == pytest.approx(R["strat low scores", "beta_high"], rel=1e-6)
    high_schools = STRAT["stype"] == "H"
    few = mean(strat, low_scores, high_schools)
    same(few, "strat low scores of high schools")
    inside = share_interval(few, int(high_schools.sum()))
    assert inside.low == pytest.approx(R["strat low scores of high schools", "beta_low"], rel=1e-6)
    assert inside.high == pytest.approx(R["strat low scores of high schools", "beta_high"], rel=1e-6)


def test_a_share_of_nobody_and_of_everybody_keeps_an_honest_width(strat: Design) -> None:
    nobody = share_interval(mean(strat, STRAT["api00"] < 0), len(STRAT))
    everybody = share_interval(mean(strat, STRAT["api00"] > 0), len(STRAT))
    # Clopper and Pearson's rule of three for 200 answers, a little wider for the strata's freedom.
    assert (nobody.low, everybody.high) == (0, 1)
    assert nobody.high == pytest.approx(1 - everybody.low) == pytest.approx(0.0183, abs=2e-4)
    assert share_interval(Estimate(0.5, 0.1, 0, np.empty(0)), 1).high == 1


@pytest.mark.parametrize(
    ("worth", "sampled", "counted"),
    [(39, 0.0, 39), (40, 0.0, 40), (41, 0.0, 40), (79, 0.5, 79), (81, 0.5, 80)],
)
def test_answers_are_never_worth_more_than_there_are(worth, sampled, counted):
    """Clopper–Pearson's of so many (closed form); half of all drawn counts each answer twice (n / (1 − f))."""
    share = Estimate(0.1, (0.1 * 0.9 / worth) ** 0.5, 39, np.empty(0), sampled=sampled)
    found = share_interval(share, 40)
    low, high = (
        beta.ppf(tail, 0.1 * counted + more, 0.9 * counted + 1 - more)
        for tail, more in ((0.025, 0), (0.975, 1))
    )
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_a_rare_trait_that_nobody_of_the_heavy_district_happened_to_have_is_not_told_as_rare_for_sure():
    """20 answers stand for 10,000 persons, 50 for 100: R's svyciprop ends at 0.3 %; 0 of 20 leave room for 17 %."""
    design = Design.of([500.0] * 20 + [2.0] * 50, ["big"] * 20 + ["small"] * 50, [0.002] * 20 + [0.5] * 50)
    share = mean(design, [0.0] * 20 + [1.0] * 10 + [0.0] * 40)
    assert share.sampled == pytest.approx(70 / 10_100)
    assert share_interval(share, 70).high > 0.05


def test_a_t_interval_uses_the_freedom_of_the_design() -> None:
    inside = Estimate(10.0, 2.0, 3, np.empty(0)).interval(0.95)
    assert (inside.low, inside.high) == pytest.approx((10 - 2 * 3.182446, 10 + 2 * 3.182446), abs=1e-5)
    assert Estimate(10.0, 2.0, 0, np.empty(0)).interval().high == np.inf


def test_what_the_margins_know_has_no_error_left(strat: Design) -> None:
    high = np.where(STRAT["api00"] > 650, "high", "low")
    raked = strat.calibrated([(high, pd.Series({"high": 3300.0, "low": 2894.0}))])
    known = total(raked, high == "high")
    assert known.value == pytest.approx(3300, rel=1e-10)
    assert known.se == pytest.approx(0, abs=1e-6)
    assert total(strat, high == "high").se > 1


def test_raking_meets_two_margins_at_once() -> None:
    a, b = np.array(list("xxyyxy")), np.array(list("pqpqqq"))
    first, second = pd.Series({"x": 60.0, "y": 40.0}), pd.Series({"p": 30.0, "q": 70.0})
    weights = pd.Series(rake(np.ones(6), [(a, first), (b, second)]))
    assert weights.groupby(a).sum().tolist() == pytest.approx([60, 40], rel=1e-12)
    assert weights.groupby(b).sum().tolist() == pytest.approx([30, 70], rel=1e-12)


@pytest.mark.parametrize(
    ("persons", "named"),
    [
        ({"x": 60.0, "y": 30.0, "z": 10.0}, ("z",)),
        ({"x": 100.0}, ("y",)),
        ({"x": 60.0, "y": 0.0}, ("y",)),
    ],
)
def test_a_margin_that_does_not_fit_names_the_group(
    persons: dict[str, float], named: tuple[str, ...]
) -> None:
    with pytest.raises(MarginError, match="same groups") as found:
        rake(np.ones(3), [(list("xxy"), pd.Series(persons))])
    assert found.value.groups == named


def test_margins_that_contradict_each_other_are_refused() -> None:
    halves, other = pd.Series({"x": 50.0, "y": 50.0}), pd.Series({"x": 40.0, "y": 60.0})
    with pytest.raises(MarginError, match="contradict") as found:
        rake(np.ones(2), [(list("xy"), halves), (list("xy"), other)])
    assert found.value.groups == ()


def test_equal_weights_cost_nothing_and_unequal_ones_what_kish_says() -> None:
    assert kish_effect([2, 2, 2]) == 1
    assert kish_effect([1, 3]) == 1.25


def test_a_ratio_that_never_varies_has_no_error(strat: Design) -> None:
    assert ratio(strat, 3 * STRAT["api00"], STRAT["api00"]).se == pytest.approx(0, abs=1e-9)


def test_nobody_to_estimate_for_and_a_lonely_cluster_are_refused(strat: Design) -> None:
    with pytest.raises(ValueError, match="nobody to estimate for"):
        mean(strat, STRAT["api00"], np.zeros(len(STRAT), bool))
    with pytest.raises(ValueError, match="one cluster"):
        total(Design.of([1, 1, 1], ["a", "a", "b"]), [1, 2, 3])


@pytest.mark.parametrize("margins", [False, True])
def test_an_answer_that_goes_with_the_strata_is_not_known_for_certain(margins: bool) -> None:
    place = np.repeat(["east", "west"], 5)
    design = Design.of(np.full(10, 100.0), np.zeros(10) if margins else place, 0.01)
    if margins:
        design = design.calibrated([(place, pd.Series({"east": 500.0, "west": 500.0}))])
    share = mean(design, place == "east")
    assert share.se == pytest.approx(0, abs=1e-12)
    found = share_interval(share, 10)
    # Clopper and Pearson for 5 of 10: 0.187 to 0.813; the strata's freedom widens it a little.
    assert 0.1 < found.low < 0.19
    assert 0.81 < found.high < 0.9


def test_where_everybody_answered_a_share_has_no_width() -> None:
    design = Design.of(np.ones(4), list("aabb"), 1.0)
    found = share_interval(mean(design, [1, 0, 1, 1]), 4)
    assert (found.low, found.estimate, found.high) == (0.75, 0.75, 0.75)


@pytest.mark.parametrize(("answers", "share"), [([0, 0, 0, 0], 0), ([1, 1, 1, 1], 1)])
def test_where_everybody_answered_alike_there_is_no_chance_either(answers: list[int], share: int) -> None:
    found = share_interval(mean(Design.of(np.ones(4), list("aabb"), 1.0), answers), 4)
    assert (found.low, found.estimate, found.high) == (share, share, share)


def test_who_leaves_the_question_blank_leaves_the_share_of_a_census_open() -> None:
    """All were asked and came, one of five says nothing: Clopper and Pearson's limits for 3 of 4 are 0.19 and 0.99."""
    design = Design.of(np.ones(5), np.zeros(5), 1.0)
    found = share_interval(mean(design, [1, 0, 1, 1, np.nan]), 4)
    assert found.estimate == pytest.approx(0.75)
    assert (found.low, found.high) == (pytest.approx(0.194, abs=1e-3), pytest.approx(0.994, abs=1e-3))
    others = mean(design, [1, 0, 1, 1, np.nan], np.arange(5) < 4)
    assert share_interval(others, 4).low == 0.75  # those four, whom the blank is no part of


def test_no_difference_is_more_than_one_nor_proven_by_an_error_that_nobody_sees() -> None:
    few = Design.of(np.ones(4), np.zeros(4))
    one, other = (mean(few, [1.0, 0, 1, 0], np.array([a, a, not a, not a])) for a in (True, False))
    found = share_difference(few, one, other, (2, 2))  # t of one degree of freedom: ±9 without its bounds
    assert (found.low, found.estimate, found.high) == (-1, 0, 1)
    strata = np.array(list("aabb" * 2))
    design, sex, trait = Design.of(np.ones(8), strata), np.arange(8) < 4, np.array([1.0, 1, 0, 0, 1, 1, 0, 0])
    same = share_difference(design, mean(design, trait, sex), mean(design, trait, ~sex), (4, 4))
    assert same.low < 0 < same.high


@pytest.mark.parametrize(("share", "se", "certain", "newcombe"), [(0.5, 0.1, False, False), (0.5, 0.0, True, False),
    (0.5, 0.0, False, True), (0.0, 0.1, False, True), (1.0, 0.0, True, True)])  # fmt: skip
def test_a_difference_rests_on_errors_that_both_shares_have_or_on_their_limits(
    share, se, certain, newcombe
) -> None:
    one, other = Estimate(share, se, 7, np.zeros(8), certain), Estimate(0.3, 0.1, 7, np.full(8, 0.05))
    found = share_difference(Design.of(np.ones(8), np.zeros(8)), one, other, (9, 9))
    limits = difference_of_estimates(share_interval(one, 9), share_interval(other, 9))
    assert (found == limits) is newcombe


@pytest.mark.parametrize(("df", "known"), [(0, False), (1, True)])
def test_a_share_has_limits_from_one_degree_of_freedom_on(df, known) -> None:
    found = share_interval(Estimate(0.5, 0.01, df, np.zeros(2)), 10_000)
    assert (0 < found.low < found.high < 1) is known


@pytest.mark.parametrize(
    ("value", "se", "seen"),
    [
        (0.0, 1e-9, False),
        (0.5, 1.05e-9, True),
        (1.0, 1e-9, False),
        (-4.0, 3.9e-9, False),
        (4.0, 4.1e-9, True),
        (0.5, 0.0, False),
    ],
)
def test_an_error_that_is_the_rounding_of_the_machine_is_none(value: float, se: float, seen: bool) -> None:
    """A billionth of the estimate, of a share or anything smaller a billionth of the whole."""
    assert Estimate(value, se, 5, np.empty(0)).seen is seen


@pytest.mark.parametrize("groups", [1, 2, 3])
def test_a_total_that_a_margin_gives_has_no_error_however_few_its_groups(strat: Design, groups: int) -> None:
    labels = np.array(list("abc"))[np.arange(len(STRAT)) % groups]
    raked = strat.calibrated([(labels, pd.Series(dict.fromkeys("abc"[:groups], 6194 / groups)))])
    assert raked.margins.sum(axis=1).tolist() == [1] * len(STRAT)
    whole = total(raked, np.ones(len(STRAT)))
    assert (whole.value, whole.se) == pytest.approx((6194, 0), abs=1e-6)


@pytest.mark.parametrize(("low", "high", "word"), [
    (0.0499, 3.0, "?"), (0.05, 3.0, "+"), (-3.0, -0.05, "-"), (-3.0, -0.0499, "?"), (-1.0, 1.0, "?"),
    (math.nan, math.nan, "?"),
])  # fmt: skip
def test_the_word_on_a_difference_follows_its_limits_in_printed_tenths(low, high, word) -> None:
    """Half up by hand: 0.05 points are printed as 0.1, 0.0499 as 0.0."""
    assert worded(low, high, "+", "-", "?") == word


def of_share(value: float, se: float, df: int) -> Estimate:
    return Estimate(value, se, df, np.zeros(2))


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [
        (of_share(0.3, 0.1, 0), 9, 0, 1),
        (of_share(1.0, 0.1, 9), 10, 0.025 ** (1 / 10), 1),  # Clopper and Pearson's
        (of_share(0.0, 0.1, 1), 2, 0, 1 - 0.025 ** (1 / 2)),
        (of_share(0.0, 0.0, 1), 1, 0, 1 - 0.025),
    ],
)
def test_a_share_at_its_ends_or_without_freedom_has_the_limits_of_its_number(share, n, low, high) -> None:
    found = share_interval(share, n)
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize("df", [0, 1])
def test_without_freedom_a_difference_rests_on_the_limits_of_both_shares(df: int) -> None:
    """Of 0.3 and 0.5, each from 0 to 1: -0.2 less √(0.3² + 0.5²), and more by √(0.7² + 0.5²)."""
    design = Design.of([1.0, 1.0], [0, 0])
    found = share_difference(design, of_share(0.3, 0.1, df), of_share(0.5, 0.1, df), (9, 9))
    limits = (-0.2 - math.hypot(0.3, 0.5), -0.2 + math.hypot(0.7, 0.5))
    assert ((found.low, found.high) == pytest.approx(limits)) is (df == 0)


def test_a_side_of_one_person_is_a_margin_and_weights_may_add_up_to_one() -> None:
    weights = rake(np.ones(3), [(["a", "b", "b"], pd.Series({"a": 1.0, "b": 9.0}))])
    assert weights.tolist() == [1, 4.5, 4.5]
    assert mean(Design.of([0.25] * 4, [0] * 4), [1.0, 0, 0, 1.0]).value == 0.5
