from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.seasonality.conftest import records_of
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.clustering import (
    client_codes,
    clients_by_period,
    clustered_variance,
    design_effect,
    hour_effect,
    repeats,
    share,
)


def test_the_clustered_variance_of_a_share_is_that_of_r_survey(r, data):
    answer = (data["apiclus1", "answer"] == "Yes").astype(float)
    clients = client_codes(pd.DataFrame({"client_id": data["apiclus1", "client_id"]}))
    se = np.sqrt(clustered_variance(answer - answer.mean(), clients)) / len(answer)
    assert answer.mean() == pytest.approx(r["apiclus1", "share"], rel=1e-8)
    assert se == pytest.approx(r["apiclus1", "se"], rel=1e-8)


def test_every_contact_made_twice_doubles_the_variance_and_not_the_knowledge():
    months = np.arange(120) % 12
    once = design_effect(months, np.arange(120))
    twice = design_effect(np.repeat(months, 2), np.repeat(np.arange(120), 2))
    assert once == pytest.approx(1, abs=0.02)
    assert twice == pytest.approx(2, abs=0.03)


def test_a_record_without_id_counts_as_its_own_client():
    codes = client_codes(pd.DataFrame({"client_id": ["a", None, "a", None]}))
    assert codes[0] == codes[2]
    assert len(set(codes)) == 3


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
    table = clients_by_period(records, periods).frame
    assert table[["n", "clients"]].to_numpy().tolist() == [[2, 1], [3, 2]]
    assert table["per_client"].tolist() == [2.0, 1.5]
    unknown = clients_by_period(records.drop(columns="client_id"), periods).frame
    assert unknown["per_client"].isna().all()


def test_one_night_owl_does_not_make_the_night_busy():
    times = [f"2023-01-{day:02d} 22:00" for day in range(1, 31)] + [
        f"2023-02-{day:02d} 08:00" for day in range(1, 29)
    ]
    owl = records_of(times, client_id=["owl"] * 30 + [f"p{i}" for i in range(28)])
    many = records_of(times, client_id=[f"p{i}" for i in range(58)])
    assert hour_effect(owl, [22], [8]) > 10
    assert hour_effect(many, [22], [8]) == pytest.approx(1, abs=0.05)
    assert hour_effect(many, [3], [8]) == 1.0


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


def test_nothing_valid_has_no_share():
    assert share(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)).estimate is None


def test_the_effect_on_a_ratio_of_hours_weighs_each_set_by_its_size():
    times = ["2023-01-01 22:00"] * 2 + ["2023-01-01 08:00"] * 4
    records = records_of(times, client_id=["a", "a", "b", "c", "d", "e"])
    # By hand: clustered (1² + 4 · (1/4)²) · 5/4, independent 2 · (1/2)² + 4 · (1/4)².
    assert hour_effect(records, [22], [8]) == pytest.approx(1.25 * 1.25 / 0.75)
