"""Records, hourly and daily counts of the same contacts stand in for each other; what none of them tells is lacking."""

import pytest

from ujo_lib.params import SeasonalitySettings
from ujo_lib.params.inputs import Inputs

RECORDS, HOURLY, DAILY = "consultations", "consultations_hourly", "consultations_daily"
WANTED = ("channels", DAILY, RECORDS, HOURLY)


def year(*supplied, **absent):
    return Inputs.model_validate({"not_supplied": absent} | {kind: {"files": ["x.csv"]} for kind in supplied})


@pytest.mark.parametrize(
    ("declared", "read", "lacking"),
    [
        (year(RECORDS), (RECORDS,), ()),
        (year(RECORDS, HOURLY, DAILY), (RECORDS,), ()),
        (year(HOURLY, consultations="x"), (RECORDS, HOURLY), (RECORDS,)),
        (year(HOURLY, DAILY, consultations="x"), (RECORDS, HOURLY, DAILY), (RECORDS,)),
        (year(DAILY, consultations="x"), (RECORDS, DAILY), (RECORDS, HOURLY)),
        (year(HOURLY), (RECORDS, HOURLY), ()),
        (year(consultations="x"), (RECORDS,), (RECORDS, HOURLY, DAILY)),
        (year(), (RECORDS,), ()),
    ],
    ids=["records", "all", "hourly", "both", "daily", "hourly, unexcused", "none", "nothing said"],
)
def test_the_richest_account_of_the_contacts_is_read_and_what_is_missing_is_known(declared, read, lacking):
    assert declared.read_for(WANTED) == ("channels", *read)
    assert tuple(kind for kind in (RECORDS, HOURLY, DAILY) if declared.lacking(kind)) == lacking
    assert {declared.lacking(kind) for kind in lacking} <= {RECORDS}


def test_hourly_counts_that_the_year_is_said_to_lack_are_named_themselves():
    assert year(DAILY, consultations="x", consultations_hourly="y").lacking(HOURLY) == HOURLY


def test_who_wants_records_alone_is_not_given_counts():
    assert year(HOURLY, consultations="x").read_for(["national_daily", RECORDS]) == (
        "national_daily",
        RECORDS,
    )
    assert year(HOURLY, consultations="x").lacking(RECORDS) == RECORDS


def test_a_kind_that_is_not_of_contacts_has_no_stand_in():
    declared = year(RECORDS, ads="x")
    assert declared.lacking("ads") == "ads"
    assert declared.lacking("waves") is None
    assert declared.read_for(["ads", "waves"]) == ("ads", "waves")


def test_who_wants_daily_counts_alone_is_served_once():
    assert year(DAILY).read_for([DAILY]) == (DAILY,)
    assert year(RECORDS).read_for([DAILY]) == (RECORDS,)


@pytest.mark.parametrize(
    ("said", "loses"),
    [("consultations_hourly: {files: [h.csv]}", True), ("", False)],
    ids=["counts instead", "nothing at all"],
)
def test_without_any_account_of_the_contacts_a_page_that_is_about_them_dispenses_with_nothing(
    tmp_path, monkeypatch, said, loses
):
    file = tmp_path / "inputs.yaml"
    file.write_text(f"not_supplied: {{consultations: なし}}\n{said}\n", encoding="utf-8")
    settings = SeasonalitySettings(inputs=str(file))
    monkeypatch.setattr(SeasonalitySettings, "inputs_file", file)
    assert (RECORDS in settings.dispensable) is loses
    assert settings.kinds[0] == RECORDS
