"""Who wrote when, about what and how they felt: as published, as planted, and the same person every time."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from ujo_lib.sample import contacts


def share(frame: pd.DataFrame, column: str, values: set[str]) -> float:
    valid = frame[~frame[column].isin(["", "無回答"])]
    return valid[column].isin(values).mean()


def national_share(city, item: str, values: set[str]) -> float:
    frame = city.national_attributes
    valid = frame[(frame["項目"] == item) & (frame["値"] != "無回答")]
    year = valid[valid["期間開始"].str.startswith("2023")]
    return year.loc[year["値"].isin(values), "n"].sum() / year["n"].sum()


@pytest.mark.parametrize(
    ("column", "values", "at_least"),
    [
        ("孤独感", {"常に", "時々"}, 0.70),
        ("希死念慮", {"強く", "少し"}, 0.80),
        ("自殺念慮", {"強く", "少し"}, 0.60),
    ],
)
def test_feelings_exceed_the_published_shares_as_in_the_nation(city, column, values, at_least):
    here = share(city.kumamoto_2023, column, values)
    nation = national_share(city, column, values)
    assert here >= at_least
    assert nation >= at_least
    assert here == pytest.approx(nation, abs=0.04)


@pytest.mark.parametrize(
    ("occupation", "topic"), [("児童・学生", "学校"), ("主婦・主夫", "家族"), ("無職", "経済・生活")]
)
def test_occupations_lean_to_their_topics_here_and_in_the_nation(city, occupation, topic):
    frame = city.kumamoto_2023
    here = frame["職業"] == occupation
    assert (frame.loc[here, "相談内容(主)"] == topic).mean() > 1.5 * (
        frame.loc[~here, "相談内容(主)"] == topic
    ).mean()
    table = city.national_attributes.query("項目 == '職業×相談内容'").pivot_table(
        index="職業", columns="値", values="n", aggfunc="sum"
    )
    rows = table.div(table.sum(axis=1), axis=0)
    assert rows.loc[occupation, topic] > 1.5 * table[topic].sum() / table.to_numpy().sum()


def test_the_city_channel_is_open_from_may_ramps_up_and_sees_clients_again(city):
    desk = city.city_desk
    assert 75 <= len(desk) <= 110
    assert desk["at"].min() >= pd.Timestamp("2023-05-01")
    assert desk["at"].max() < pd.Timestamp("2024-04-01")
    window = (desk["at"] >= "2024-02-20") & (desk["at"] < "2024-03-15")
    assert set(desk.loc[window, "相談者ID"]) & set(desk.loc[~window, "相談者ID"])


def test_the_city_rate_in_the_window_is_about_the_planted_ratio_and_flat_without_it(city):
    desk = city.city_desk
    control = city.national_daily.query("都道府県 != '熊本県'")
    settled = pd.Timestamp("2023-05-29")

    def ratio(contacts: pd.DataFrame) -> float:
        def rate(start: pd.Timestamp, end: pd.Timestamp, skip=None) -> float:
            def within(at: pd.Series) -> pd.Series:
                inside = (at >= start) & (at < end)
                return inside if skip is None else inside & ~((at >= skip[0]) & (at < skip[1]))

            return within(contacts["at"]).sum() / control.loc[within(control["at"]), "n"].sum()

        window = (pd.Timestamp("2024-02-20"), pd.Timestamp("2024-03-15"))
        return rate(*window) / rate(settled, pd.Timestamp("2024-04-01"), skip=window)

    assert ratio(desk) == pytest.approx(2.5, rel=0.2)
    assert ratio(desk[~desk["相談ID"].isin(city.truth["campaign"]["campaign_consult_ids"])]) == pytest.approx(
        1, abs=0.3
    )


def test_ids_are_unique_over_all_years_and_years_join_without_a_gap(city):
    assert city.contacts["相談ID"].is_unique
    assert city.contacts["at"].is_monotonic_increasing
    fiscal = city.contacts["at"].dt.year - (city.contacts["at"].dt.month < 4)
    assert (fiscal == city.contacts["fy"]).all()
    days = city.national_daily["at"].unique()
    assert len(days) == len(pd.date_range("2021-04-01", "2024-03-31"))
    assert city.contacts["fy"].value_counts().sort_index().is_monotonic_increasing


def test_most_contacts_name_a_client_and_clients_come_back(city):
    named = city.kumamoto_2023["相談者ID"]
    assert (named != "").mean() > 0.9
    repeats = named[named != ""].value_counts()
    assert 1.15 < repeats.mean() < 1.45
    people = city.contacts[city.contacts["相談者ID"] != ""].groupby("相談者ID")
    assert (people["性別"].nunique() == 1).all()


def test_the_strongest_feelings_are_given_to_the_highest_scores_at_the_expected_shares() -> None:
    score = norm.ppf((np.arange(1000) + 0.5) / 1000)
    graded = contacts._graded(score, np.ones(1000, bool), contacts.WISHES, (0.47, 0.375, 0.155))
    assert [(graded == label).sum() for label in contacts.WISHES] == [470, 375, 155]
    assert (graded[-470:] == "強く").all()
    assert (graded[:155] == "ない").all()
    silent = contacts._graded(score, np.arange(1000) % 2 == 0, contacts.WISHES, (0.47, 0.375, 0.155))
    assert (silent[1::2] == "無回答").all()
    assert (silent[::2] == graded[::2]).all()


def test_clients_are_numbered_as_they_first_come_and_a_repeat_is_somebody_who_came_before() -> None:
    client = contacts._linked_clients(np.random.default_rng(3), 2_000)
    assert client[0] == 0
    newest = np.maximum.accumulate(client)
    assert set(np.diff(newest)) == {0, 1}
    assert len(np.unique(client)) == client.max() + 1
    assert len(client) / (client.max() + 1) == pytest.approx(1.3, abs=0.08)


def test_a_category_is_drawn_by_the_weights_of_its_own_row() -> None:
    weights = np.array([(1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.2, 0.3, 0.5)])
    picked = contacts._pick_rows(np.random.default_rng(0), np.repeat(weights, 5_000, axis=0)).reshape(3, -1)
    assert set(picked[0]) == {0}
    assert set(picked[1]) == {2}
    assert np.bincount(picked[2]) / 5_000 == pytest.approx([0.2, 0.3, 0.5], abs=0.03)


def test_pseudonyms_tell_clients_apart_and_not_who_came_first() -> None:
    client = np.repeat(np.arange(500), 2)
    names = contacts._client_names(np.random.default_rng(0), client, "K")
    assert len(set(names)) == 500
    assert names[::2] == names[1::2]
    assert names[::2] != sorted(names[::2])
