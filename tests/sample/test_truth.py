"""The truth that tests look for is the truth of the files that were written."""


def test_the_campaign_of_the_truth_is_that_of_the_desks_records(city) -> None:
    desk, campaign = city.city_desk, city.truth["campaign"]
    day = desk["at"].dt.strftime("%Y-%m-%d")
    window = day.between(*campaign["joint_window"])
    assert campaign["joint_window"] == ["2024-02-20", "2024-03-14"]
    assert campaign["city_contacts_in_window"] == window.sum()
    assert campaign["city_clients_in_window"] == desk.loc[window, "相談者ID"].nunique()
    added = desk["相談ID"].isin(campaign["campaign_consult_ids"])
    assert added.sum() == len(campaign["campaign_consult_ids"]) > 0
    assert window[added].all()
    assert desk["相談者ID"].nunique() == 54


def test_every_person_named_in_a_text_is_listed_with_what_names_them(city) -> None:
    said = city.contacts.set_index("相談ID")["相談本文"]
    assert city.truth["personal"]
    for consult_id, names in city.truth["personal"].items():
        assert names
        assert all(name in said[consult_id] for name in names)
