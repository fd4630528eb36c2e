"""data/README.md, the data dictionary for people, written from schemas and questionnaire so that they cannot disagree.

Refresh it with ``python -m ujo_lib.intake.dictionary > data/README.md``; a test fails when it is stale.
"""

import sys

from ujo_lib.intake.schemas import SCHEMAS, Column, ColumnType, Multiple, Option, Schema
from ujo_lib.params.inputs import QUESTIONNAIRES
from ujo_lib.params.paths import project_root
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.yamlfile import read_yaml

_INTRODUCTION = """\
# Data dictionary

Generated from `ujo_lib.intake.schemas`, `params/survey_items.yaml` and `params/resident_items.yaml` by
`python -m ujo_lib.intake.dictionary`; do not edit by hand. A site with questionnaires of its own (`survey_items`,
`resident_items` in `inputs.yaml`) has its questions instead of those listed under `commissioners`, `cases`,
`residents` and `voices`.

`sample/` holds the synthetic city (made by `ujo sample`: totals as published, records, breakdowns and texts
invented). Real files belong in a folder of their site (`ujo new-site` and `ujo new-year` make it, with empty
forms); git ignores everything here but this page. Which file is which, and how it is to be read,
is declared per site and year in `inputs.yaml`.

- Files: `.xlsx`, `.csv` (UTF-8 or cp932), `.tsv` (also UTF-16). One table per sheet; notes above and below are fine.
  `.xls`, `.xlsb` and `.ods` are read with a warning: what was struck through or how a number was shown is not seen.
  `files: 相談_*.csv` stands for all files of that form, `sheets: [4月, 5月]` for sheets with the same headings.
- Headings: the Japanese heading below, one of its other spellings, or the canonical name; others with
  `columns: {heading: canonical name}`. What a file lacks may be declared: `constants: {channel: 全国窓口}`, or
  `constants: {consult_id: "{file}/{row}"}` (also `{sheet}`) where records have no number.
- Other shapes: `join: {received_at: [受付日, 受付時刻]}` or `{date: [年, 月, 日]}` makes one value of several cells,
  and `melt: {n: "{age_band}の{sex}"}` one column of the many that hold a number. `ujo check` proposes such lines.
- `layout:` names an export that many have: `open_data_population` (自治体標準オープンデータセット), `juki_population`
  (住民基本台帳), `estat_population`, `google_forms`, `microsoft_forms`, `kintone`; of advertising those of
  `params/ad_headings.yaml`.
- Blank means not answered (無回答) and becomes NA. 「不明」 is an answer. Signs such as 「-」「…」「x」 mean what
  `missing` in `inputs.yaml` says: `none` becomes 0, `unknown` NA plus `<column>_unknown`, `suppressed` NA plus
  `<column>_suppressed`. `missing_in: {age_band: {"99": unknown}}` says it of one column.
- A category is written as its label or its code; a city's own codes stand in `labels`. Free text (`text`) is masked
  while it is read and never reaches an output.
- Multiple answers become one true/false column per option, named `<item>_<label>`; all missing means not answered.
"""

_TYPES: dict[ColumnType, str] = {
    "id": "text, leading zeros kept",
    "str": "short text",
    "text": "free text, masked",
    "cat": "category",
    "age": "age band",
    "int": "whole number",
    "number": "number",
    "share": "share, 0 to 1 or with %",
    "flag": "1/0",
    "date": "date (wareki and Excel dates too)",
    "datetime": "date and time",
    "hour": "hour, 0 to 23",
    "zone": "clock range, 20:00~26:00",
    "year": "fiscal year",
}
_LISTED = 15


def markdown(*forms: Questionnaire) -> str:
    """The whole dictionary as Markdown: English text, Japanese headings and labels, one table per kind."""
    parts = [_INTRODUCTION, "## Kinds of file\n", _overview()]
    for kind, schema in SCHEMAS.items():
        parts.append(_section(schema.with_questions(item for form in forms for item in form.on(kind))))
    return "\n".join(parts)


def _overview() -> str:
    lines = ["| kind | 名称 | one row is | key |", "|---|---|---|---|"]
    lines += [
        f"| [{s.kind}](#{s.kind}) | {s.title} | {s.row} | {', '.join(s.key)} |" for s in SCHEMAS.values()
    ]
    return "\n".join(lines) + "\n"


def _section(schema: Schema) -> str:
    lines = [f"## {schema.kind}\n", f"{schema.title}: one row is {schema.row}. Key: {', '.join(schema.key)}."]
    if schema.note:
        lines.append(schema.note)
    lines += ["", "| name | 見出し | type | must | values | note |", "|---|---|---|---|---|---|"]
    lines += [_line(column) for column in schema.columns]
    lines += [_item_line(item) for item in schema.multiples]
    return "\n".join(lines) + "\n"


def _line(column: Column) -> str:
    must = "filled" if column.filled else "column" if column.required else ""
    headings = " / ".join((column.heading, *column.aliases))
    notes = [f"unit {column.unit}" if column.unit else "", column.note]
    return _row(
        f"`{column.name}`",
        headings,
        _TYPES[column.type],
        must,
        _values(column),
        "; ".join(n for n in notes if n),
    )


def _item_line(item: Multiple) -> str:
    must = "column" if item.required else ""
    headings = " / ".join((item.heading, *item.aliases))
    return _row(f"`{item.name}_*`", headings, "multiple answer", must, _options(item.options), item.note)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _values(column: Column) -> str:
    if column.from_labels:
        return "declared in `labels` of inputs.yaml"
    if column.options:
        return _options(column.options)
    bounds = [f"≥ {column.minimum:g}" if column.minimum is not None else ""]
    bounds.append(f"≤ {column.maximum:g}" if column.maximum is not None else "")
    return ", ".join(bound for bound in bounds if bound)


def _options(options: tuple[Option, ...]) -> str:
    shown = [f"{option.code} {option.label}".strip() for option in options]
    if len(shown) > _LISTED:
        shown = [*shown[:3], "…", *shown[-3:]]
    return "/".join(shown)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # a real stdout here, not a replacement
    folder = project_root() / "params"
    print(markdown(*(read_yaml(Questionnaire, folder / f"{name}.yaml") for name in QUESTIONNAIRES)), end="")
