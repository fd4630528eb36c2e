"""What each column holds, in the words of a person who fills in or exports a file; contract and handbook made of it.

Columns, answers and codes come from the dictionary of intake; only the Japanese explanations stand here.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2

from ujo_lib.fiscal import FiscalYear, spoken
from ujo_lib.intake.schemas import (
    CONSULTATIONS,
    CONSULTATIONS_HOURLY,
    SCHEMAS,
    Column,
    ColumnType,
    Multiple,
    Schema,
)
from ujo_lib.params.notebooks import Notebook, in_reading_order

if TYPE_CHECKING:
    from ujo_lib.setup.forms import Form

PARTNER_KINDS: Final = (
    "consultations",
    "consultations_hourly",
    "consultations_daily",
    "national_daily",
    "national_hourly",
    "national_attributes",
)
"""Kinds of file that come from the partners, not from the city's own desks."""

TYPES: Final[Mapping[ColumnType, str]] = {
    "id": "番号(文字列。先頭の0を残す)",
    "str": "短い文字列",
    "text": "文章(読み取るときに個人名などを伏せる)",
    "cat": "選択肢",
    "age": "年代",
    "int": "整数",
    "number": "数",
    "share": "割合(0〜1、または%)",
    "flag": "1 か 0",
    "date": "日付",
    "datetime": "日付と時刻",
    "hour": "時台(0〜23)",
    "zone": "時間帯(20:00~26:00)",
    "year": "年度",
}

NOTES: Final[Mapping[tuple[str, str], str]] = {
    ("consultations", "client_id"): "団体の中だけで通じる番号。同じ人かどうか分からない窓口では空欄",
    ("consultations", "received_at"): "日本時間。相談が始まった時刻",
    ("consultations", "city"): "本人が述べたときだけ",
    ("consultations", "utm_source"): "どこから来たか。分かるときだけ",
    ("consultations", "text"): "渡さないときは空欄",
    ("commissioners", "survey_id"): "調査につけた記号。どの行も同じ",
    ("commissioners", "commissioner_id"): "氏名の代わりの番号。001 の 0 も書く",
    ("commissioners", "in_scope"): "調査票を配った人は 1、対象でない人は 0",
    ("commissioners", "responded"): "調査票が戻った人は 1。戻らない人も行を残して 0",
    ("cases", "commissioner_id"): "回答票と同じ番号",
    ("cases", "duplicate_of"): "ほかの委員も挙げた同じ人なら、先に挙げられた該当者番号",
    ("waves", "n_cases"): "残っていない数は …",
    ("population", "age_band"): "分けないときは 総数",
    ("population", "households"): "地域全体の世帯数を、どの行にも書く",
    ("campaigns", "zone"): "26:00 は翌日の2時",
    ("residents", "resident_id"): "氏名も住所も書かない",
    ("residents", "responded"): "答えなかった人も行を残して 0",
    ("residents", "wave"): "督促の前は 1、はじめの督促のあとは 2",
    ("consultations_hourly", "n"): "伏せるときは x",
    ("consultations_daily", "n"): "伏せるときは x",
    ("national_attributes", "occupation"): "項目が「職業×相談内容」のときだけ",
    ("national_attributes", "value"): "項目の選択肢か「無回答」",
}
"""What a person has to know about a column beyond its type and its answers."""


_WORKED = {
    "n_in_scope": "100",
    "n_responded": "80",
    "n_cases": "20",
    "variable": "職業×相談内容",
    "value": "無回答",
}
"""Examples of totals, which must hold their parts, and of an answer that has an occupation beside it."""


def contract_page(site_name: str, year: FiscalYear, threshold: int, made: "Sequence[Form]") -> str:
    """The contract as one HTML page that needs nothing beside it.

    Args:
        site_name: name of the city.
        year: whose data are handed over.
        threshold: smallest count that the city publishes.
        made: forms of the year; they carry the answers that this site has declared.
    """
    hourly = [CONSULTATIONS_HOURLY.column(name) for name in CONSULTATIONS_HOURLY.key]
    return _template("contract").render(
        site_name=site_name,
        year=year.label,
        start=spoken(year.start),
        end=spoken(year.end),
        threshold=threshold,
        records=CONSULTATIONS,
        hourly=CONSULTATIONS_HOURLY,
        daily_title=SCHEMAS["consultations_daily"].title,
        hourly_key="・".join(column.heading for column in hourly),
        hourly_least="・".join(column.heading for column in hourly if column.filled),
        tables=[table for table in _tables(made, year) if table["kind"] in PARTNER_KINDS],
    )


def handbook_page(
    site_name: str, site: str, year: FiscalYear, made: "Sequence[Form]", notebooks: Sequence[Notebook]
) -> str:
    """Every page of the report with its question, every kind of file with every column, as one HTML page.

    Args:
        site_name: name of the city.
        site: folder name of its parameters.
        year: fiscal year of the report.
        made: forms of the year; they carry the answers that this site has declared.
        notebooks: those of the year's report.
    """
    pages = [
        {
            "name": one.name,
            "title": one.title,
            "told": [text.replace("**", "") for text in one.cells[0].source.split("\n\n")[1:]],
            "reads": [SCHEMAS[kind].title for kind in SCHEMAS if kind in one.kinds],
        }
        for one in in_reading_order(notebooks)
    ]
    tables = _tables(made, year)
    for table in tables:
        table["pages"] = [one["title"] for one in pages if table["title"] in one["reads"]]
    return _template("handbook").render(
        site_name=site_name, site=site, year=year.label, number=year.year, notebooks=pages, tables=tables
    )


def _tables(made: "Sequence[Form]", year: FiscalYear) -> list[dict[str, Any]]:
    """Every kind, with the files of the year, if it has any, and what each column holds."""
    schemas = {form.schema.kind: form.schema for form in made}
    found = []
    for kind, general in SCHEMAS.items():
        schema = schemas.get(kind) or _with_answers_of(general, schemas)
        names = [form.name for form in made if form.schema.kind == kind]
        key = [schema.column(name).heading for name in schema.key]
        rows = [
            row | {"example": example(item, year)}
            for row, item in zip(explained(schema), schema.items, strict=True)
        ]
        found.append({"kind": kind, "title": schema.title, "names": names, "key": key, "rows": rows})
    return found


def _with_answers_of(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """A kind that the year has no file of, with the answers that its sister kinds have declared."""
    own = {column.name for column in schema.columns if column.from_labels}
    columns = [column for other in schemas.values() for column in other.columns]
    known = {column.name: column.options for column in columns if column.from_labels and column.name in own}
    return schema.with_labels(known)


def explained(schema: Schema) -> list[dict[str, str]]:
    """What each column of a kind holds: headings, name, type, must, answers and note, in Japanese."""
    return [_row(schema, item) for item in schema.items]


def _row(schema: Schema, item: Column | Multiple) -> dict[str, str]:
    if isinstance(item, Multiple):
        kind, must, bounds = "複数回答(1,3,5)", "", ""
    else:
        kind = TYPES[item.type] + (f"({item.unit})" if item.unit else "")
        must, bounds = "空欄なし" if item.filled else "", _bounds(item)
    return {
        "heading": item.heading,
        "aliases": "、".join(item.aliases),
        "name": item.name,
        "type": kind,
        "must": must or ("列が必要" if item.required else ""),
        "answers": _answers(item) or bounds,
        "note": NOTES.get((schema.kind, item.name), ""),
    }


_READ_AS_MORE: Final = {"area_code": "13101", "age_band": "15~19歳"}
"""Columns of words and numbers that intake reads as areas and ages."""


def example(column: Column | Multiple, year: FiscalYear) -> str:
    """A value of the column's type that intake accepts."""
    if isinstance(column, Multiple):
        return column.options[0].code or column.options[0].label
    if column.name in _WORKED:
        return _WORKED[column.name]
    if column.options:
        return column.options[0].label
    if column.name in _READ_AS_MORE:
        return _READ_AS_MORE[column.name]
    day = year.start.isoformat()
    examples: Mapping[ColumnType, str] = {
        "id": "001" if column.required else "",  # it may refer to another row
        "date": day,
        "datetime": f"{day} 21:30",
        "zone": "20:00~26:00",
        "year": str(year.year),
        "hour": "21",
        "share": "0.5",
        **dict.fromkeys(("int", "number", "flag"), "1"),
    }
    return examples.get(column.type, "例")


def _answers(item: Column | Multiple) -> str:
    return "、".join(f"{option.code} {option.label}".strip() for option in item.options)


def _bounds(column: Column) -> str:
    low = f"{column.minimum:g}以上" if column.minimum is not None else ""
    high = f"{column.maximum:g}以下" if column.maximum is not None else ""
    return low + high


@lru_cache
def _template(name: str) -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    return jinja2.Environment(loader=loader, autoescape=True).get_template(f"{name}.html.j2")
