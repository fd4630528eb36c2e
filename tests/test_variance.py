import numpy as np
import pandas as pd
import pytest
from scipy import stats as distributions

from tests.seasonality.conftest import given_to_r, printed_by_r, records_of
from ujo_lib.variance import (
    NOBODY,
    People,
    client_codes,
    clustered_covariance,
    deflated_share,
    effective_df,
    persons_effect,
    small_sample,
)

r = pytest.fixture(printed_by_r, scope="module", name="r")
data = pytest.fixture(given_to_r, scope="module", name="data")


def people(person, day=None):
    """Contacts of these persons on these days of 1970, at noon."""
    days = np.arange(len(person)) if day is None else np.asarray(day)
    return People(np.asarray(person), (days * 24 + 12).astype("datetime64[h]"))


def test_the_clustered_variance_of_a_share_is_that_of_r_survey(r, data):
    answer = (data["apiclus1", "answer"] == "Yes").astype(float)
    clients = client_codes(pd.DataFrame({"client_id": data["apiclus1", "client_id"]}))
    se = np.sqrt(clustered_covariance((answer - answer.mean())[:, None], clients)[0, 0]) / len(answer)
    assert answer.mean() == pytest.approx(r["apiclus1", "share"], rel=1e-8)
    assert se == pytest.approx(r["apiclus1", "se"], rel=1e-8)


def test_a_record_without_id_counts_as_its_own_client():
    codes = client_codes(pd.DataFrame({"client_id": ["a", None, "a", None]}))
    assert codes[0] == codes[2]
    assert len(set(codes)) == 3
    assert len(set(client_codes(pd.DataFrame({"topic": ["x", "y"]})))) == 2


def test_every_contact_made_twice_doubles_the_variance_and_not_the_knowledge():
    months = np.eye(12)[np.arange(120) % 12]
    assert persons_effect(months, np.arange(120)) == pytest.approx(1, abs=0.02)
    twice = persons_effect(np.repeat(months, 2, axis=0), np.repeat(np.arange(120), 2))
    assert twice == pytest.approx(2, abs=0.03)
    assert persons_effect(0.01 * np.repeat(months, 2, axis=0), np.repeat(np.arange(120), 2)) == pytest.approx(
        twice
    )
    assert persons_effect(np.zeros((0, 12)), NOBODY.person) == 1.0


def test_people_know_their_own_day_and_hour():
    some = People.of(records_of(["2023-06-01 23:59", "2023-06-02 00:00"], client_id=["a", "a"]))
    assert some.hour.tolist() == [23, 0]
    assert np.diff(some.day).tolist() == [1]


def test_two_calls_on_one_day_are_left_to_the_day_and_two_on_different_days_are_added():
    influence = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    assert people([0, 0, 1, 1], [5, 5, 6, 6]).across_days(influence)[0, 0] == pytest.approx(0)
    # By person: sums 2 and -2, C/(C-1) = 2; by visit: four of 1, factor 4/3.
    for days in (
        [5, 6, 7, 8],
        [5, 8, 5, 6],
        [5, 7, 5, 6],
        [6, 5, 6, 5],
    ):  # whoever else called on the same days
        apart = people([0, 0, 1, 1], days).across_days(influence)[0, 0]
        assert apart == pytest.approx(2 * 8 - 4 / 3 * 4)
    assert NOBODY.across_days(np.zeros((0, 2))).tolist() == [[0, 0], [0, 0]]


def test_people_who_contradict_themselves_take_nothing_away_from_the_days():
    balanced = people([0, 0, 1, 1]).across_days(np.array([[1.0], [-1.0], [1.0], [-1.0]]))
    assert balanced[0, 0] == pytest.approx(0)


def test_days_and_people_add_up_and_the_freedom_is_satterthwaites():
    some = people(np.repeat(np.arange(10), np.arange(1, 11)))
    ratio, df = some.with_days(np.array(50.0), 101, np.array(30.0), np.array(40.0))
    of_people = effective_df(some.person, np.array(1.75))
    assert ratio == pytest.approx(2.0)
    assert df == pytest.approx(80**2 / (50**2 / 100 + 30**2 / of_people))
    calm, of_days = some.with_days(np.array(10.0), 101, np.array(0.0), np.array(40.0))
    assert (calm, of_days) == (1.0, 100.0)
    assert NOBODY.with_days(np.array(50.0), 101, np.array(0.0), np.array(40.0))[1] == 100.0


def test_one_person_with_half_the_contacts_leaves_hardly_any_freedom():
    alike = np.repeat(np.arange(10), 4)
    assert effective_df(alike, np.array(4.0)) == pytest.approx(9)
    assert effective_df(np.arange(10), np.array(1.0)) == pytest.approx(9)
    owl = np.concatenate([np.zeros(40, dtype=int), np.arange(1, 41)])
    full = (40**2 + 40) ** 2 / (40**4 + 40) - 1
    assert effective_df(owl, np.array(1 + 40 * 39 / 80)) == pytest.approx(max(full, 1.0))
    assert effective_df(owl, np.array(1.0)) == pytest.approx(80**2 / (40**2 + 40) - 1)
    assert np.all(np.diff(effective_df(owl, np.array([1.0, 1.2, 1.4, 1.6]))) < 0)


def test_few_degrees_of_freedom_widen_as_student_does():
    wide = small_sample(np.array([0.5, 4.0]), 5)
    t = (distributions.t.ppf(0.975, 5) / distributions.norm.ppf(0.975)) ** 2
    assert wide == pytest.approx([t, 4 * t])


def test_half_alike_contacts_of_unequal_people_have_the_freedom_worked_out_by_hand():
    """Sizes 1, 2 and 3: 8 ordered pairs; a ratio of 5/3 makes them half alike, variances 1, 3 and 6."""
    found = effective_df(np.array([0, 1, 1, 2, 2, 2]), np.array(1 + 8 * 0.5 / 6))
    assert found == pytest.approx(10**2 / (1 + 9 + 36) - 1)


@pytest.mark.parametrize(("ratio", "df"), [(0.5, 36 / 10 - 1), (1.0, 36 / 10 - 1), (99.0, 100 / 34 - 1)])
def test_contacts_are_at_least_not_alike_and_at_most_the_same(ratio, df):
    """Two persons called twice and two once: variances 2, 2, 1 and 1, or 4, 4, 1 and 1."""
    assert effective_df(np.array([0, 0, 1, 1, 2, 3]), np.array(ratio)) == pytest.approx(df)


@pytest.mark.parametrize("k", [0, 1, 3])
def test_an_unknown_spread_leaves_neither_end_of_an_interval(k):
    """One day tells no spread: nor do the limits that hold for 0 of n and n of n whatever it is."""
    assert np.isnan(deflated_share(np.array(k), np.array(3), np.array(np.nan))).all()


@pytest.mark.parametrize(
    ("answers", "effect"),
    [
        ([1, -1, 1, -1], 1.0),  # people who balance themselves are taken for independent ones
        ([1, 1, -1, -1], 4.0),  # sums of 2 and -2 where independent ones had four of 1, with C / (C - 1) = 2
        ([6, 6, 4, 4], 4.0),  # whatever the level
        ([5, 5, 5, 5], 1.0),  # nothing differs
    ],
)
def test_two_contacts_each_of_two_people_have_the_effect_worked_out_by_hand(answers, effect):
    assert persons_effect(np.array(answers, dtype=float)[:, None], np.array([0, 0, 1, 1])) == effect


def test_people_who_came_once_add_nothing_to_their_days():
    once = people([0, 1, 2], [1, 1, 0])
    assert once.across_days(np.array([[1.0], [1.0], [-1.0]]))[0, 0] == pytest.approx(0)


def test_nobody_is_no_contact_at_all():
    assert (len(NOBODY.person), len(NOBODY.at)) == (0, 0)


def beta_with_a_one(a: float, b: float, p: float) -> float:
    """Quantile of the beta distribution where one of its parameters is 1: the distribution of 1 − (1 − x)^b or x^a."""
    return 1 - (1 - p) ** (1 / b) if a == 1 else p ** (1 / a)


@pytest.mark.parametrize(
    ("k", "n", "ratio", "a", "b"),
    [
        (1, 2, 2.0, 1, 1),
        (1, 3, 2.0, 1, 1.5),
        (2, 3, 2.0, 1.5, 1),
        (2, 2, 4.0, 1, 0.5),  # all of all: the lower limit is a beta's, the upper one is 1
        (0, 2, 4.0, 0.5, 1),
        (3, 30, 6.0, 1, 5),
        (0.5, 1, 1.0, 1, 1),
        (0.5, 1, 0.5, 1, 1),  # a spread below that of independent draws is taken for theirs
        (0.5, 1.0, -3.0, 1, 1),
    ],
)
def test_a_share_of_counts_that_vary_more_has_jeffreys_limits_for_fewer(k, n, ratio, a, b):
    """Beta(k / r + ½, (n − k) / r + ½), in closed form where one of the two is 1."""
    low, high = deflated_share(np.array(k), np.array(n), np.array(ratio), 0.9)
    assert low == pytest.approx(0.0 if k == 0 else beta_with_a_one(a, b, 0.05))
    assert high == pytest.approx(1.0 if k == n else beta_with_a_one(a, b, 0.95))


@pytest.mark.parametrize(
    ("ratio", "known"), [(0.0, 1.0), (0.999, 1.0), (1.0, 1.0), (1.001, 1.001), (4.0, 4.0)]
)
def test_only_a_spread_beyond_that_of_independent_draws_is_widened_by_itself(ratio, known):
    t = (distributions.t.ppf(0.95, 3) / distributions.norm.ppf(0.95)) ** 2
    assert small_sample(ratio, 3, 0.9) == pytest.approx(known * t)


@pytest.mark.parametrize(("clusters", "factor"), [(1, 1.0), (2, 2.0), (3, 1.5)])
def test_few_clusters_have_the_factor_of_a_small_sample_and_one_has_none(clusters, factor):
    """C / (C − 1) of the squared sums: of one cluster nothing could be told, and nothing is divided by 0."""
    found = clustered_covariance(np.ones((clusters, 1)), np.arange(clusters))
    assert found[0, 0] == pytest.approx(factor * clusters)


def test_one_contact_of_a_person_is_no_repetition():
    """Four persons, one contact each: 4² / 4 − 1 degrees of freedom, whatever the ratio says; never less than one."""
    assert effective_df(np.arange(4), np.array([1.0, 9.0])) == pytest.approx([3.0, 3.0])
    assert effective_df(np.array([7]), np.array(1.0)) == 1.0
    assert effective_df(np.array([7, 8]), np.array(1.0)) == 1.0
