"""Records, hourly and daily counts of the same contacts stand in for each other; what none of them tells is lacking."""

import pytest
from pydantic import ValidationError

from ujo_lib.params import QualitySettings, SeasonalitySettings, SurveySettings
from ujo_lib.params.inputs import Files, Inputs, path_of

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


def test_what_tells_of_the_data_asks_for_no_kind_that_the_year_does_not_name(tmp_path, monkeypatch):
    file = tmp_path / "inputs.yaml"
    file.write_text(
        f"not_supplied: {{waves: なし}}\ncases: {{files: [c.csv]}}\n{RECORDS}: {{files: [r.csv]}}\n"
    )
    monkeypatch.setattr(QualitySettings, "inputs_file", file)
    monkeypatch.setattr(SeasonalitySettings, "inputs_file", file)
    assert set(QualitySettings(inputs=str(file)).kinds) == {"cases", "waves", RECORDS}
    assert {"channels", "population"} <= set(SeasonalitySettings(inputs=str(file)).kinds)
    assert {"commissioners", "cases"} <= set(SurveySettings(inputs=str(file)).kinds)


@pytest.mark.parametrize(
    ("form", "good"),
    [
        ("{age_band}の{sex}", True),
        ("{hour}時", True),
        ("{a}-{b}", True),
        ("件数", False),
        ("{}", False),
        ("{age_band}{sex}", False),
    ],
)
def test_a_heading_that_stands_for_many_names_columns_and_parts_them(form, good):
    said = {"consultations": {"files": ["x.csv"], "melt": {"n": form}}}
    if good:
        assert Inputs.model_validate(said).kinds["consultations"].melt == {"n": form}
    else:
        with pytest.raises(ValidationError, match="列の名前を含む見出しの形"):
            Inputs.model_validate(said)


@pytest.mark.parametrize(
    ("rules", "good"),
    [
        ({"header_rows": 1}, True),
        ({"header_rows": 5}, True),
        ({"header_rows": 0}, False),
        ({"header_rows": 6}, False),
        ({"join": {"at": ["日", "時"]}}, True),
        ({"join": {"at": ["日"]}}, False),
        ({"melt": {"n": "{a}の", "m": "{b}の"}}, False),
        ({"timezone": "Asia/Tokyo"}, True),
        ({"timezone": "Tokyo"}, False),
        ({"files": []}, False),
    ],
)
def test_what_is_declared_about_a_file_has_its_bounds(rules, good):
    said = {"consultations": {"files": ["x.csv"]} | rules}
    if good:
        Inputs.model_validate(said)
    else:
        with pytest.raises(ValidationError):
            Inputs.model_validate(said)


@pytest.mark.parametrize("zone", ["UTC", None])
def test_a_declared_time_zone_is_the_one_that_the_file_is_read_in(zone):
    files = Inputs.model_validate({"consultations": {"files": ["x.csv"], "timezone": zone}})
    assert files.kinds["consultations"].rules("x.csv")["timezone"] == zone


def test_what_one_file_says_of_itself_holds_for_it_alone_and_for_no_file_that_is_not_there():
    said = {"files": ["a.csv", "b*.csv"], "header_rows": 2, "per_file": {"b1.csv": {"header_rows": 1}}}
    files = Inputs.model_validate({"consultations": said}).kinds["consultations"]
    assert [files.rules(name)["header_rows"] for name in ("a.csv", "b1.csv", "b2.csv")] == [2, 1, 2]
    with pytest.raises(ValidationError, match=r"「c\.csv」はない"):
        Inputs.model_validate({"consultations": said | {"per_file": {"c.csv": {}}}})


@pytest.mark.parametrize(("kind", "reason", "told"), [
    ("wave", "なし", "「wave」は waves では"), ("waves", " ", "報告書に載せる理由"), ("waves", "調査なし", ""),
])  # fmt: skip
def test_a_kind_that_a_year_lacks_is_one_that_there_is_and_has_a_reason(kind, reason, told):
    if not told:
        assert Inputs.model_validate({"not_supplied": {kind: reason}}).lacking(kind) == kind
    else:
        with pytest.raises(ValidationError, match=told):
            Inputs.model_validate({"not_supplied": {kind: reason}})


def test_files_are_named_from_the_folder_that_inputs_yaml_names(tmp_path):
    assert Inputs.model_validate({"data_dir": "data/sample"}).folder(tmp_path) == tmp_path / "data" / "sample"


@pytest.mark.parametrize(
    ("labels", "shared"),
    [
        (["東", "西"], ""), ({"東": 1, "西": 2}, ""), ({"東": ["1", "ひがし"], "西": None}, ""),
        ({"東": 1, "西": 1}, "1"), ({"東": "西", "西": None}, "西"), (["A区", "Ａ 区"], "Ａ 区"),
    ],
)  # fmt: skip
def test_a_way_of_writing_that_stands_for_two_options_is_told_before_a_file_is_read(labels, shared):
    """The later option was read, for both, without a word."""
    if not shared:
        assert Inputs.model_validate({"labels": {"district": labels}}).labels["district"]
        return
    with pytest.raises(ValidationError, match=f"「{shared}」"):
        Inputs.model_validate({"labels": {"district": labels}})


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        (["data*.csv"], ["DATA01.CSV", "data2.csv"]),
        (["data?.csv"], ["data2.csv"]),
        (["*.csv"], ["DATA01.CSV", "data2.csv", "\u304c.csv"]),
        (["none*.csv"], ["none*.csv"]),  # stays, so that it can be reported
        (["absent/*.csv"], ["absent/*.csv"]),
        (["sub\\*.csv"], ["sub/1.csv"]),
        (["b.csv", "sub/?.csv"], ["b.csv", "sub/1.csv"]),
    ],
)
def test_a_form_of_names_stands_for_the_files_that_people_see(tmp_path, declared, found):
    (tmp_path / "sub").mkdir()
    # As a Mac writes it, \u304c is two letters.
    for name in (
        "DATA01.CSV",
        "data2.csv",
        "._data3.csv",
        "~$data4.csv",
        "x.txt",
        "sub/1.csv",
        "\u304b\u3099.csv",
    ):
        (tmp_path / name).touch()
    assert list(Files(files=declared).names(tmp_path)) == found


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("\u304c.csv", "\u304b\u3099.csv"),
        ("sub\\1.csv", "sub/1.csv"),
        ("no.csv", None),
        ("absent/1.csv", None),
    ],
)
def test_a_file_is_found_under_the_name_that_another_system_gives_it(tmp_path, name, there):
    (tmp_path / "sub").mkdir()
    for file in ("\u304b\u3099.csv", "sub/1.csv"):
        (tmp_path / file).touch()
    assert path_of(tmp_path, name) == tmp_path / (there or name)
