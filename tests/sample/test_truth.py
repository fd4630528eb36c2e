"""The truth that tests look for is the truth of the files that were written."""


def test_truth_counts_what_the_theme_file_lists(city):
    told = city.truth["texts"]
    assert told["n"] == len(city.contacts)
    assert told["mentions"] == len(city.themes)
    assert told["hard"] == (city.themes["mention"] == "hard").sum()
    assert told["by_theme"]["suicidal"]["easy"] == len(
        city.themes.query("theme == 'suicidal' and mention == 'easy'")
    )


def test_totals_of_the_truth_are_those_of_the_files_year_by_year(city) -> None:
    totals = city.truth["totals"]
    national = city.national_daily
    assert totals["nation_by_fiscal_year"] == {
        str(year): int(n) for year, n in national.groupby("fy")["n"].sum().items()
    }
    records = city.contacts[city.contacts["窓口"] == "全国窓口"]
    assert totals["kumamoto_by_fiscal_year"] == {
        str(year): int(n) for year, n in records["fy"].value_counts().items()
    }
    in_2023 = national[national["at"].dt.year == 2023]
    unknown = in_2023.loc[in_2023["都道府県"] == "不明・無回答", "n"].sum()
    assert totals["calendar_2023"] == {
        "nation": in_2023["n"].sum(),
        "kumamoto": len(city.kumamoto_2023),
        "teens_strong_ideation": 309,
        "place_unknown": unknown,
    }
    received = city.contacts["at"]
    assert (totals["first_contact"], totals["last_contact"]) == (str(received.min()), str(received.max()))


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
    assert city.truth["totals"]["city_contacts"] == len(desk)
    assert city.truth["totals"]["city_clients"] == desk["相談者ID"].nunique() == 54


def test_every_person_named_in_a_text_is_listed_with_what_names_them(city) -> None:
    said = city.contacts.set_index("相談ID")["相談本文"]
    assert city.truth["personal"]
    for consult_id, names in city.truth["personal"].items():
        assert names
        assert all(name in said[consult_id] for name in names)
