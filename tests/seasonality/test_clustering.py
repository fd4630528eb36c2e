from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from tests.seasonality.conftest import counts_of, records_of
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.attributes import distribution
from ujo_lib.seasonality.clustering import answers_effect, clients_by_period, repeats, share


def test_a_file_without_ids_is_said_to_be_one():
    def told(**columns):
        return repeats(pd.DataFrame(columns)).frame.iloc[0]

    assert "相談者IDがない" in told(topic=["x", "y"])["remark"]
    assert "1件を1人とみなしました" in told(client_id=["a", None])["remark"]
    whole = told(client_id=["a", "a", "b"])
    assert whole[["contacts", "identified", "clients", "most"]].tolist() == [3, 3, 2, 2]


def test_persons_and_contacts_are_counted_apart_and_by_period():
    records = records_of(
        ["2023-06-01 10:00", "2023-07-01 10:00", "2024-02-01 10:00"], client_id=["a", "a", "b"]
    )
    periods = [
        Period(date(2023, 1, 1), date(2023, 12, 31), "暦年"),
        Period(date(2023, 4, 1), date(2024, 3, 31), "年度"),
    ]
    seen = counts_of(np.zeros(821), Period(date(2022, 1, 1), date(2024, 3, 31), "記録"))
    table = clients_by_period(records, periods, seen).frame
    assert table[["n", "clients"]].to_numpy().tolist() == [[2, 1], [3, 2]]
    assert table["per_client"].tolist() == [2.0, 1.5]
    # one client in the calendar year: none of its numbers
    shown = clients_by_period(records, periods, seen, 2).frame
    assert shown[["n", "identified", "clients"]].iloc[0].isna().all()
    assert shown[["n", "identified", "clients"]].iloc[1].tolist() == [3, 3, 2]
    assert shown["per_client"].isna().tolist() == [True, False]
    # the year has one contact more than the calendar year, which is shown: none of its numbers
    more = records_of(["2023-06-01 10:00", "2023-07-01 10:00", "2024-02-01 10:00"], client_id=["a", "b", "c"])
    assert clients_by_period(more, periods, seen, 1).frame["n"].tolist() == [2, 3]
    assert clients_by_period(more, periods, seen, 2).frame["n"].tolist() == [2, pd.NA]
    assert clients_by_period(more, periods[::-1], seen, 2).frame["n"].tolist() == [3, pd.NA]
    empty = Period(date(2022, 1, 1), date(2022, 12, 31), "前の年")
    assert clients_by_period(records, [empty], seen, 5).frame["n"].tolist() == [0]


@pytest.mark.parametrize(("ids", "clients"), [([None, None], pd.NA), (["a", None], 1), (["a", "b"], 2)])
def test_contacts_of_unknown_people_are_not_contacts_of_nobody(ids, clients):
    year = Period(date(2023, 1, 1), date(2023, 12, 31), "暦年")
    records = records_of(["2023-06-01 10:00", "2023-07-01 10:00"], client_id=pd.array(ids, "string"))
    told = clients_by_period(records, [year], counts_of(np.zeros(365), year)).frame
    assert told[["n", "identified", "clients"]].iloc[0].tolist() == [2, 2 - ids.count(None), clients]


@pytest.mark.parametrize(("days", "n"), [(0, pd.NA), (1, 0)])
def test_a_year_without_a_recorded_day_has_no_clients_rather_than_none(days, n):
    year = Period(date(2023, 1, 1), date(2023, 12, 31), "暦年")
    seen = counts_of(np.zeros(365), year, np.arange(365) < days)
    nobody = records_of(["2022-06-01 10:00"], client_id=["a"])
    told = clients_by_period(nobody, [year], seen).frame
    assert told[["n", "identified", "clients"]].iloc[0].tolist() == [n] * 3


@pytest.mark.parametrize(("contacts", "known", "shown"), [
    (0, 0, True), (1, 1, False), (2, 2, False), (3, 3, True), (4, 1, False), (4, 2, False), (4, 0, True),
])  # fmt: skip
def test_a_row_with_one_or_two_of_anything_is_not_told(contacts, known, shown):
    """Printed from three on; of nobody's contacts in a year of records there are none, not few."""
    year = Period(date(2023, 1, 1), date(2023, 12, 31), "暦年")
    ids = [*map(str, range(known)), *[None] * (contacts - known)]
    records = records_of(["2023-06-01 10:00"] * contacts, client_id=pd.array(ids, "string"))
    told = clients_by_period(records, [year], counts_of(np.zeros(365), year), least=3).frame
    assert told[["n", "identified"]].iloc[0].tolist() == ([contacts, known] if shown else [pd.NA] * 2)


def test_one_client_makes_all_contacts_per_client_and_nobody_none():
    year = Period(date(2023, 1, 1), date(2023, 12, 31), "暦年")
    seen = counts_of(np.zeros(365), year)
    for known, per_client in (([None, None], np.nan), (["a", "a"], 2), (["a", "b"], 1)):
        records = records_of(["2023-06-01 10:00"] * 2, client_id=pd.array(known, "string"))
        told = clients_by_period(records, [year], seen).frame["per_client"].astype(float)
        assert told.tolist() == pytest.approx([per_client], nan_ok=True)


def test_a_share_of_few_clients_is_less_certain_than_of_many():
    trait = np.tile([True, False, True, True], 30)
    many = share(trait, np.arange(120))
    few = share(np.repeat(trait[:24], 5), np.repeat(np.arange(24), 5))
    assert few.high - few.low > 1.5 * (many.high - many.low)
    assert few.design_effect == pytest.approx(5, abs=0.5)


def test_unanimous_clients_leave_no_false_certainty():
    same = share(np.ones(20, dtype=bool), np.repeat(np.arange(4), 5))
    assert same.high == 1.0
    assert same.low < share(np.ones(20, dtype=bool), np.arange(20)).low
    assert same.design_effect == 5


def test_answers_that_differ_within_each_client_count_for_no_more_than_that_many_people():
    """Clients who say yes and no once each have a variance of 0; n people who answer once, n / (n − 1) times theirs."""
    trait = np.tile([True, False], 30)
    assert share(trait, np.repeat(np.arange(30), 2)).design_effect == 1.0
    assert share(trait, np.arange(60)).design_effect == pytest.approx(60 / 59)


def test_contacts_of_a_client_that_are_alike_count_as_one_of_all_answers_together():
    """m contacts of C clients, alike: m · C / (C − 1) by hand; contacts of one client that all differ: none above 1."""
    answers = pd.Series(np.tile(["a", "b", "c"], 8))
    assert answers_effect(answers.repeat(5), np.repeat(np.arange(24), 5)) == round(5 * 24 / 23, 2)
    assert answers_effect(answers, np.repeat(np.arange(8), 3)) == 1.0
    assert answers_effect(pd.Series([], dtype="string"), np.zeros(0, dtype=np.int64)) == 1.0


@pytest.mark.parametrize(
    ("yes", "worth"), [(0, 5.0), (5, 5.0), (9, 5.0), (10, 1.0), (11, 1.0), (110, 1.0), (111, 5.0)]
)
def test_what_fewer_than_two_of_those_who_weigh_can_show_is_as_alike_as_can_be(yes, worth):
    """24 clients of five contacts, one yes (or no) each at most: 24 · yes / 120 weigh; alike they are 24 · 5² / 120."""
    answers = pd.Series(np.where(np.arange(120) < yes, "a", "b"))
    assert answers_effect(answers, np.arange(120) % 24) == worth
    assert answers_effect(answers, np.arange(120)) <= round(120 / 119, 2)


@pytest.mark.parametrize(("at_least", "worth"), [(1.0, 1.0601), (1.06, 1.0601), (1.07, 1.07), (4.0, 4.0)])
def test_a_share_is_no_surer_than_answers_to_its_question_are(at_least, worth):
    """Of 60 who came once each alone: 60 / 59 times the square of 2.001 / 1.960 (Student's t with 59, normal)."""
    found = share(np.tile([True, False], 30), np.arange(60), at_least=at_least)
    ends = beta.ppf([0.025, 0.975], 30 / worth + 0.5, 30 / worth + 0.5)
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=1e-5)


@pytest.mark.full
@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ([60] * 8, (0.03, 0.07, 0.2, 0.3, 0.4)),
        ([40, 40, 40] + [1] * 200, (0.03, 0.07, 0.2, 0.3, 0.4)),
        ([15, 10, 8, 5] + [1] * 60, (0.03, 0.07, 0.2, 0.3, 0.4)),
        ([48] * 5 + [1] * 360, (0.8, 0.2)),
        ([20] * 12 + [1] * 360, (0.95, 0.05)),
    ],
)
def test_shares_of_a_few_who_write_often_hold_what_they_say(sizes, shares):
    """Clients who give their own answer nine times of ten; alone, each share held in 41 to 98 % of 400 records."""
    rng, truth = np.random.default_rng(3), pd.Series(dict(zip("abcde", shares, strict=False)))
    ids = pd.Series(np.repeat(np.arange(len(sizes)), sizes)).astype("string")
    held = np.zeros(len(truth))
    for _ in range(400):
        own = rng.choice(truth.index, len(sizes), p=truth).repeat(sizes)
        said = np.where(rng.random(len(ids)) < 0.9, own, rng.choice(truth.index, len(ids), p=truth))
        records = pd.DataFrame({"topic": pd.Categorical(said, truth.index), "client_id": ids})
        table = distribution(records, "topic").frame.iloc[:-2]
        held += (table["low"] <= truth.to_numpy()) & (truth.to_numpy() <= table["high"])
    assert held.min() / 400 >= 0.92 - 2 * 0.014


def test_nothing_valid_has_no_share():
    nothing = share(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64))
    assert nothing.cells == (0, 0, None, None, None)
    assert nothing.design_effect == 1.0


def test_where_nobody_can_be_told_apart_nobody_is_said_to_have_come_once():
    unknown = repeats(pd.DataFrame({"client_id": pd.Series([None, None], dtype="string")})).frame.iloc[0]
    assert unknown[["contacts", "identified", "clients", "most"]].tolist() == [2, 0, 0, 0]


@pytest.mark.parametrize(("apart", "shown"), [(0, True), (1, False), (2, False), (3, True)])
def test_periods_of_one_length_and_number_are_not_both_told_where_few_are_in_one_alone(apart, shown):
    """Five in both and as many in either alone: the sums are the same, and still tell of those few."""
    times = ["2023-06-01 10:00"] * 5 + ["2023-02-01 10:00"] * apart + ["2024-02-01 10:00"] * apart
    records = records_of(times, client_id=[str(number) for number in range(len(times))])
    calendar = Period(date(2023, 1, 1), date(2023, 12, 31), "暦年")
    fiscal = Period(date(2023, 4, 1), date(2024, 3, 31), "年度")
    seen = counts_of(np.zeros(456), Period(date(2023, 1, 1), date(2024, 3, 31), "記録"))
    table = clients_by_period(records, [calendar, fiscal], seen, least=3).frame
    assert table["n"].tolist() == [5 + apart, 5 + apart if shown else pd.NA]
    assert table["clients"].isna().tolist() == [False, not shown]


@pytest.mark.parametrize(("more", "shown"), [(0, True), (1, False), (2, False), (3, True)])
@pytest.mark.parametrize("earlier", ["calendar", "both"])
def test_few_more_clients_are_not_told_by_many_more_contacts(more, shown, earlier):
    """Five came once; then some came six times each: contacts are far apart, and clients tell of those few."""
    calendar = Period(date(2023, 1, 1), date(2023, 12, 31), "暦年")
    both = Period(date(2023, 1, 1), date(2024, 3, 31), "記録")
    ids = [*map(str, range(5)), *(f"n{number}" for number in range(more) for _ in range(6))]
    times = ["2023-06-01 10:00"] * 5 + ["2024-02-01 10:00"] * 6 * more
    periods = [calendar, both] if earlier == "calendar" else [both, calendar]
    seen = counts_of(np.zeros(456), both)
    table = clients_by_period(records_of(times, client_id=ids), periods, seen, least=3).frame
    assert table["clients"].isna().tolist() == [False, not shown]
