"""The line of inputs.yaml that would read what was seen, where a column of the dictionary was not found.

A line is proposed, never applied: it says what a file means, and that is for a person to say.
"""

from collections.abc import Callable, Mapping, Sequence

from ujo_lib.fiscal import DateError, parse_clock, parse_date
from ujo_lib.intake.cells import reads
from ujo_lib.intake.schemas import Column, Schema

_FEW = 20
"""Cells of a column looked at."""


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
