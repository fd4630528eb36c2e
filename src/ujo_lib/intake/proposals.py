"""The line of inputs.yaml that would read what was seen, where a column of the dictionary was not found.

A line is proposed, never applied: it says what a file means, and that is for a person to say.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from ujo_lib.fiscal import DateError, parse_clock, parse_date
from ujo_lib.intake.cells import TOTAL_WORDS, reads, tidy
from ujo_lib.intake.schemas import SCHEMAS, Column, Schema

_FEW = 20
"""Cells of a column looked at."""

_IN_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]+)[)\]】〕]")
_EVERYWHERE = tuple(SCHEMAS["population"].column(name) for name in ("sex", "age_band"))
"""What divides people in every kind, though only some have a column for it."""


def part_in(heading: str, number: Column, schema: Schema) -> tuple[Column, str] | None:
    """The part that a heading says its numbers are of: 人口(男性), 65歳以上_人口 and 10代件数 count not everybody.

    Args:
        heading: what stands above the numbers, levels joined with ``_``.
        number: the column they were taken for, or could be.
        schema: its kind.

    Returns:
        The column that would hold the part, and the part as it is written; None where the heading names none.
    """
    plain, own = tidy(heading), (number.heading, *number.aliases, number.name)
    if plain in own:
        return None
    bare = _IN_BRACKETS.sub("", plain)
    said = [*_IN_BRACKETS.findall(plain), *bare.split("_")[:-1]]
    said += [bare.removesuffix(word).removeprefix(word).strip("_") for word in own]
    everywhere = {column.name: column for column in _EVERYWHERE} | {c.name: c for c in schema.columns}
    parting = [column for name in schema.key if (column := schema.column(name)).type in ("cat", "age")]
    parting += [column for name in ("sex", "age_band") if (column := everywhere[name]) not in parting]
    for text in said:
        if (
            text
            and not text.isdecimal()
            and not TOTAL_WORDS.fullmatch(text)
            and not any(text in w for w in own)
        ):
            for column in parting:
                if reads(column, text):
                    return column, text
    return None


def melt_line(number: Column, headings: Iterable[str], schema: Schema) -> str:
    """The line that reads columns whose headings are alike but for a value of the key; empty for fewer than two."""
    parts = ((heading, part_in(heading, number, schema)) for heading in headings)
    forms = Counter(
        heading.replace(part[1], f"{{{part[0].name}}}")
        for heading, part in parts
        if part and part[0].name in schema.key
    )
    form, n = max(forms.items(), key=lambda one: one[1], default=("", 0))
    return f'melt: {{{number.name}: "{form}"}}' if n > 1 else ""


def propose(lacking: Column, schema: Schema, unread: Mapping[str, Sequence[str]]) -> str:
    """What to write in inputs.yaml for a column that no heading names; empty where nothing was seen that would fit.

    Args:
        lacking: the column.
        schema: its kind.
        unread: headings that nobody reads, with the first cells below them.
    """
    if lacking.type == "datetime":
        days = [heading for heading, cells in unread.items() if _all_read(parse_date, cells)]
        clocks = [heading for heading, cells in unread.items() if _all_read(parse_clock, cells)]
        if days and clocks:
            return f"日付と時刻が別の列なら、join: {{{lacking.name}: [{days[0]}, {clocks[0]}]}} と書いてください。"
    number = next((c for c in schema.columns if c.required and c.type == "int"), None)
    if number is not None and lacking.name in (number.name, *schema.key):
        named = [h for h in unread if any(word in h for word in (number.heading, *number.aliases))]
        if line := melt_line(number, named, schema):
            return f"{number.heading}が区分ごとの列にあるので、{line} と書いてください。"
        for column in (schema.column(name) for name in schema.key):
            wide = [h for h in unread if column.type in _SPREAD and reads(column, h)]
            if len(wide) > 1:
                line = f'melt: {{{number.name}: "{{{column.name}}}"}}'
                return (
                    f"「{wide[0]}」「{wide[1]}」…の列に{number.heading}があるなら、{line} と書いてください。"
                )
    if lacking.type == "id" and schema.key[-1] == lacking.name:
        return f'番号のない書き出しなら、constants: {{{lacking.name}: "{{file}}/{{row}}"}} と書いてください。'
    if lacking.filled and (
        lacking.type in ("cat", "str") or (lacking.type == "id" and lacking.name in schema.key)
    ):
        return f"どの行も同じなら、constants: {{{lacking.name}: 値}} と書いてください。"
    return ""


_SPREAD = ("cat", "age", "hour", "date")


def _all_read(parse: Callable[[str], object], cells: Sequence[str]) -> bool:
    written = [cell for cell in cells[:_FEW] if cell.strip()]
    try:
        for cell in written:
            parse(cell)
    except DateError:
        return False
    return bool(written)
