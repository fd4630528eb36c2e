"""A table that is taken out of the report still says what it is, to every program that reads the two standards."""

import csv
import io
import json
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import csvw
import frictionless
import pytest

from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.columns import Flag, PValue, Text
from ujo_lib.report.door.publish import Published
from ujo_lib.report.sheets.exports import LIST, Table, list_of_tables
from ujo_lib.report.sheets.metadata import CSVW, PACKAGE, describe

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
KINDS = published(
    {
        "label": ["受付", "計"],
        "start": ["2024-03-01T00:00:00", "2024-03-08T00:00:00"],
        "window": ["90日", "120日"],
        "chosen": [True, False],
        "n": [97, 0],
        "p_value": [0.0000123, 0.04567],
        "ratio": [1.5, math.inf],
    },
    kinds={"p_value": PValue(), "chosen": Flag(heading="採否")},
    id="kinds",
    note="x は秘匿",
)
MASKED = by_sex(hide=[(1, "n"), (1, "share")])


def _folder(folder: Path, *tables: Published, licence: str = LICENCE) -> Path:
    made = [Table.of(table.record("01")) for table in tables]
    for table in made:
        (folder / table.file_name).write_bytes(table.csv())
    (folder / LIST).write_bytes(list_of_tables(made))
    for name, content in describe(made, "見本市 年次報告書", licence).items():
        (folder / name).write_bytes(content)
    return folder


def faults(folder: Path) -> list[str]:
    """What both validators find wrong with the tables of a folder and what is said about them."""
    found = frictionless.validate(str(folder / PACKAGE)).flatten(["type", "note"])
    reader = csvw.CSVW(str(folder / CSVW), validate=True)
    told = [] if reader.is_valid else ["csvw"]
    return [*map(str, found), *told, *(str(warning.message) for warning in reader.warnings)]


def _columns(*tables: Published) -> Sequence[dict[str, Any]]:
    made = describe([Table.of(table.record("01")) for table in tables], "報告書", "")[CSVW]
    return json.loads(made)["tables"][0]["tableSchema"]["columns"]


def test_every_table_is_valid_under_both_validators(tmp_path):
    assert faults(_folder(tmp_path, MASKED, by_occupation(), KINDS)) == []


def test_a_table_that_breaks_its_description_is_noticed_by_both(tmp_path):
    folder = _folder(tmp_path, by_sex())
    file = folder / "01_cases_by_sex.csv"
    file.write_bytes(file.read_bytes().replace("男性,17".encode(), "男性,17人".encode()))
    assert not frictionless.validate(str(folder / PACKAGE)).valid
    assert not csvw.CSVW(str(folder / CSVW), validate=True).is_valid


def test_the_two_files_describe_every_csv_file_with_its_own_headings(tmp_path):
    folder = _folder(tmp_path, MASKED, KINDS)
    headings = {
        file.name: next(csv.reader(io.StringIO(file.read_text("utf-8-sig")))) for file in folder.glob("*.csv")
    }
    group, package = (json.loads((folder / name).read_bytes()) for name in (CSVW, PACKAGE))
    assert headings == {
        one["url"]: [column["titles"] for column in one["tableSchema"]["columns"]] for one in group["tables"]
    }
    assert all("人数".encode() in (folder / name).read_bytes() for name in (CSVW, PACKAGE))  # for eyes, too
    assert headings == {
        one["path"]: [field["name"] for field in one["schema"]["fields"]] for one in package["resources"]
    }


def test_a_table_says_title_area_period_population_source_and_its_signs():
    group, package = (
        json.loads(content)
        for content in describe([Table.of(by_sex().record("01"))], "報告書", LICENCE).values()
    )
    assert {name: value for name, value in group["tables"][0].items() if isinstance(value, str)} == {
        "url": "01_cases_by_sex.csv",
        "dc:title": "当事者の性別",
        "dc:spatial": "見本市",
        "dc:temporal": "令和5(2023)年度",
        "dc:source": "該当者票",
        "schema:about": "把握された当事者",
        "rdfs:comment": "x: 秘匿、…: 不詳または計算の対象でないもの、∞: 上限なし",
    }
    resource = package["resources"][0]
    assert (resource["name"], resource["sources"]) == ("01_cases_by_sex", [{"title": "該当者票"}])
    assert [resource[name] for name in ("title", "spatial", "temporal", "population")] == [
        *("当事者の性別", "見本市", "令和5(2023)年度", "把握された当事者"),
    ]
    assert (group["dc:license"], package["licenses"]) == ({"@id": LICENCE}, [{"path": LICENCE}])


def test_a_city_that_has_chosen_no_licence_grants_none():
    group, package = describe([Table.of(by_sex().record("01"))], "報告書", "").values()
    assert b"licen" not in group + package


def test_types_and_units_follow_from_what_a_column_is():
    assert [
        (column["name"], column["datatype"], column.get("schema:unitText")) for column in _columns(KINDS)
    ] == [
        ("label", "string", None),
        ("start", "date", None),
        ("window", "integer", "日"),
        ("chosen", {"base": "boolean", "format": "はい|いいえ"}, None),
        ("n", "integer", "人"),
        ("p_value", "number", None),
        ("ratio", "number", None),
    ]


def test_a_unit_that_differs_by_row_is_said_to_and_by_which_column():
    columns = {"label": ["相談", "割合"], "value": [25.0, 0.5], "format": ["n", "share"], "unit": ["件", "%"]}
    described = {
        column["name"]: column.get("schema:unitText")
        for column in _columns(published(columns, kinds={"unit": Text(heading="単位")}))
    }
    assert described == {"label": None, "value": "行ごとに異なる(「単位」の列)", "unit": None}


def test_what_is_kept_back_reads_as_missing_and_is_in_neither_file(tmp_path):
    folder = _folder(tmp_path, MASKED)
    group = csvw.CSVW(str(folder / CSVW))
    rows = list(group.tables[0].iterdicts(strict=True))
    assert [row["n"] for row in rows] == [17, None, 0]
    assert rows[0]["share"] == pytest.approx(68.0)
    package = frictionless.Package(str(folder / PACKAGE))
    assert [row["人数(人)"] for row in package.resources[0].read_rows()] == [17, None, 0]


def test_days_and_answers_are_read_as_such(tmp_path):
    rows = list(csvw.CSVW(str(_folder(tmp_path, KINDS) / CSVW)).tables[0].iterdicts())
    assert [row["chosen"] for row in rows] == [True, False]
    assert rows[0]["start"] == datetime(2024, 3, 1)
    assert rows[1]["ratio"] is None


def test_a_count_of_which_nothing_is_shown_is_still_a_count():
    assert _columns(by_sex(hide=[(0, "n"), (1, "n"), (2, "n")]))[1]["datatype"] == "integer"


def test_a_word_among_days_makes_the_column_one_of_words():
    assert _columns(published({"start": ["2024-03-01", "その他"]}))[0]["datatype"] == "string"
