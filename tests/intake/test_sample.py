"""The synthetic city comes in every mess it is meant to come in, and all of it is read without one error."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from ujo_lib import intake

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
INPUTS = PROJECT / "params" / "sample" / "fy2023" / "inputs.yaml"


@pytest.fixture(scope="module")
def city(sample_data, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("city")
    shutil.copytree(sample_data, root / "data" / "sample")
    (root / "params").mkdir()
    for name in ("ad_headings.yaml", "survey_items.yaml", "resident_items.yaml"):
        shutil.copy(PROJECT / "params" / name, root / "params")
    return root


@pytest.fixture(scope="module")
def taken(city) -> intake.Intake:
    declared = yaml.safe_load(INPUTS.read_text(encoding="utf-8"))
    return intake.load(INPUTS, [kind for kind in intake.SCHEMAS if kind in declared], city)


def test_every_declared_file_is_read_and_no_row_is_lost(taken):
    declared = yaml.safe_load(INPUTS.read_text(encoding="utf-8"))
    assert set(taken.sources["file"]) == {
        f for said in declared.values() if isinstance(said, dict) for f in said.get("files", ())
    }
    assert (taken.sources["rows_read"] == taken.sources["rows_kept"] + taken.sources["rows_dropped"]).all()


def test_the_totals_of_the_survey_survive_titles_totals_and_codes(taken):
    asked, cases = taken["commissioners"], taken["cases"]
    assert (asked["in_scope"].sum(), asked["responded"].sum(), len(cases)) == (139, 97, 25)
    assert cases["sex"].value_counts().loc[["男性", "女性"]].tolist() == [17, 8]
    assert cases["outing"].notna().sum() == 23


def test_the_totals_of_the_advertising_survive_three_platforms(taken):
    ads = taken["ads"]
    assert ads["impressions"].sum() == 2_361_423
    assert ads["link_clicks"].sum() == 8_812
    assert {"Instagram", "Facebook", "TikTok", "ディスプレイ"} == set(ads["platform"])


def test_the_three_years_have_one_shape(city, taken):
    declared = yaml.safe_load(INPUTS.read_text(encoding="utf-8"))
    for kind in ("consultations", "national_daily", "national_hourly", "national_attributes"):
        declared[kind]["files"] = [f"fy{year}/{kind}.csv" for year in (2021, 2022, 2023)]
    inputs = city / "inputs.yaml"
    inputs.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    data = intake.load(inputs, ["consultations", "national_daily"], city)
    days = data["national_daily"]["date"]
    assert (days.min().year, days.max().year, days.nunique()) == (2021, 2024, 3 * 365 + 1)
    assert data["consultations"]["consult_id"].is_unique
    assert data["consultations"]["received_at"].dt.year.isin([2021, 2022, 2023, 2024]).all()


@pytest.fixture(scope="module")
def personal(city) -> dict[str, list[str]]:
    """What was planted that could name a person, by consultation."""
    return json.loads((city / "data" / "sample" / "truth" / "truth.json").read_text(encoding="utf-8"))[
        "personal"
    ]


def test_planted_personal_data_do_not_get_past_the_door(personal, taken):
    texts = taken["consultations"].set_index("consult_id")["text"]
    planted = {key: data for key, data in personal.items() if key in texts.index}
    assert len(planted) > 20
    assert [key for key, data in planted.items() if any(secret in texts[key] for secret in data)] == []


def test_masking_leaves_nearly_all_other_texts_alone(personal, taken):
    consultations = taken["consultations"]
    others = consultations["text"][~consultations["consult_id"].isin(list(personal))]
    assert others.str.contains("〔").mean() < 0.01


@pytest.mark.parametrize("kind", ["ads", "events", "media_use", "waves"])
def test_a_frame_without_a_file_has_the_columns_and_types_of_one_with_a_file(taken, tmp_path, kind):
    file = tmp_path / "inputs.yaml"
    file.write_text(f"not_supplied: {{{kind}: なし}}", encoding="utf-8")
    blank = intake.load(file, [kind], dispensable=[kind])[kind]
    real = taken[kind].iloc[:0]
    # A flag stands beside a number only where some file has a sign for it.
    expected = [name for name in real if name in blank or not name.endswith(("_unknown", "_suppressed"))]
    assert [blank[name].dtype.kind for name in expected] == [real[name].dtype.kind for name in expected]
