"""What the CSV files of a release are about, for programs: CSVW and Frictionless, made from the schema of each table.

A table that is taken out of the report keeps its title, place, period, population, unit, licence and the meaning of
its signs. Both files describe the same files in the same order: `csv-metadata.json` is where a reader of CSVW looks
without being told, `datapackage.json` where one of Frictionless does.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from ujo_lib.columns import Count, Flag
from ujo_lib.report.look.notation import HIDDEN, MISSING, UNBOUNDED, in_cell
from ujo_lib.report.sheets.exports import LIST, LIST_HEADINGS, SIGNS, Column, Table, one_line
from ujo_lib.report.sheets.workbook import spelt_out

CSVW: Final = "csv-metadata.json"
PACKAGE: Final = "datapackage.json"

_LEGEND: Final = spelt_out((HIDDEN, MISSING, UNBOUNDED))
_YES, _NO = in_cell(True, "text"), in_cell(False, "text")


def describe(tables: Sequence[Table], title: str, licence: str) -> dict[str, bytes]:
    """Describe the CSV files of a release.

    Args:
        tables: every table, in the order of the pages.
        title: title of the report.
        licence: address of the terms of use; empty where the city has not chosen any.

    Returns:
        File name → content; the same tables give the same bytes.
    """
    about = [_about(table) for table in tables]
    group = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}],
        "dc:title": title,
        "dc:license": {"@id": licence} if licence else None,
        "dialect": {"encoding": "utf-8", "header": True},
        "null": list(SIGNS),
        "tables": [_csvw(one) for one in [*about, _LIST]],
    }
    package = {
        "profile": "tabular-data-package",
        "name": "tables",
        "title": title,
        "licenses": [{"path": licence}] if licence else None,
        "resources": [_resource(one) for one in [*about, _LIST]],
    }
    return {CSVW: _json(group), PACKAGE: _json(package)}


def _about(table: Table) -> dict[str, Any]:
    spec = table.record.spec
    return {
        "file": table.file_name,
        "title": one_line(spec.title),
        "note": one_line(spec.note),
        "area": one_line(spec.subject.area),
        "period": one_line(spec.subject.period),
        "population": one_line(spec.subject.base),
        "source": one_line(spec.subject.source),
        "columns": [
            (
                column.name,
                column.heading,
                _type(column),
                column.unit_by_row or column.unit or column.kind.unit,
            )
            for column in table.columns
        ],
    }


_LIST: Final[Mapping[str, Any]] = {
    "file": LIST,
    "title": "表の一覧",
    "columns": [(f"c{at}", heading, "string", "") for at, heading in enumerate(LIST_HEADINGS, 1)],
}


def _type(column: Column) -> str:
    """The type of the values, in the words that both standards share."""
    said = [value for value in column.values if value not in SIGNS]
    if isinstance(column.kind, Flag):
        return "boolean"
    if said and all(isinstance(value, date) for value in said):
        return "date"
    if column.number_format == "text" or any(isinstance(value, str) for value in said):
        return "string"
    return "integer" if isinstance(column.kind, Count) or column.unit else "number"


def _csvw(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "url": about["file"],
        "dc:title": about["title"],
        "dc:description": about.get("note"),
        "dc:spatial": about.get("area"),
        "dc:temporal": about.get("period"),
        "dc:source": about.get("source"),
        "schema:about": about.get("population"),
        "rdfs:comment": _LEGEND,
        "tableSchema": {
            "columns": [
                {
                    "name": quote(name, safe=""),
                    "titles": heading,
                    "datatype": {"base": kind, "format": f"{_YES}|{_NO}"} if kind == "boolean" else kind,
                    "schema:unitText": unit,
                }
                for name, heading, kind, unit in about["columns"]
            ]
        },
    }


def _resource(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": quote(about["file"].removesuffix(".csv").lower()).replace("%", "-").lower(),
        "path": about["file"],
        "title": about["title"],
        "description": about.get("note"),
        "spatial": about.get("area"),
        "temporal": about.get("period"),
        "population": about.get("population"),
        "sources": [{"title": about["source"]}] if about.get("source") else None,
        "signs": _LEGEND,
        "encoding": "utf-8",
        "mediatype": "text/csv",
        "schema": {
            "fields": [
                {
                    "name": heading,
                    "type": kind,
                    "unit": unit,
                    **({"trueValues": [_YES], "falseValues": [_NO]} if kind == "boolean" else {}),
                }
                for _, heading, kind, unit in about["columns"]
            ],
            "missingValues": list(SIGNS),
        },
    }


def _json(described: Mapping[str, Any]) -> bytes:
    return (json.dumps(_filled(described), ensure_ascii=False, indent=1) + "\n").encode()


def _filled(value: Any) -> Any:
    """The same without what is not known."""
    if isinstance(value, Mapping):
        return {name: _filled(part) for name, part in value.items() if part not in (None, "")}
    return [_filled(part) for part in value] if isinstance(value, list) else value
