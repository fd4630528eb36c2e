"""Dates moved by whole years: what a parameter file of another year must say.

A fiscal boundary stays one, the last day of February stays the last day of February, a weekday in brackets is that of
the new day, and an era year stays an era year.
"""

import calendar
import re
from datetime import date, timedelta

from ujo_lib.fiscal import WEEKDAYS_JA, FiscalYear, format_wareki, is_day_off, parse_date, sunday_weekday

_LETTERS = {"R": "令和", "H": "平成"}
_MOVING = re.compile(
    r"""
    (?P<label>(?:令和|平成)(?:元|\d{1,2})\(\d{4}\)年度)
    |(?P<year>(?:令和|平成|(?<![A-Za-z0-9])[RH])(?:元|\d{1,2})|(?<!\d)(?:19|20)\d\d)
     (?P<one>[年./-])(?P<month>\d{1,2})(?P<two>[月./-])(?P<day>\d{1,2})(?!\d)(?P<end>日?)(?P<weekday>\([日月火水木金土]\))?
    |(?P<era>令和|平成)(?P<number>元|\d{1,2})(?=年)
    |(?P<short>(?<![A-Za-z0-9])(?:R\d{1,2}(?![\dA-Za-z])|H\d{1,2}(?=年)))
    |(?P<western>(?<!\d)(?:19|20)\d\d)(?=年)
    |(?P<folder>\bfy\d{4}\b)
    """,
    re.VERBOSE,
)


def move_day(day: date, years: int) -> date:
    """The same day `years` later; the last day of a month stays the last (28 or 29 February)."""
    year = day.year + years
    last = calendar.monthrange(year, day.month)[1]
    was_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, day.month, last if was_last else day.day)


def move_working_day(day: date, years: int) -> date:
    """The same day `years` later, or the last working day before it: no office signs on a Sunday."""
    moved = move_day(day, years)
    while is_day_off(moved):
        moved -= timedelta(days=1)
    return moved


def move_text(text: str, years: int) -> str:
    """Move every day, year, fiscal year and folder of a year that a text names.

    Example:
        >>> move_text("令和6年3月4日(月)、令和5(2023)年度、fy2023/cases.xlsx", 1)
        '令和7年3月4日(火)、令和6(2024)年度、fy2024/cases.xlsx'

    Raises:
        DateError: a day that does not exist, or whose weekday is wrong, cannot be moved.
    """
    return _MOVING.sub(lambda found: _moved(found, years), text)


def _moved(found: re.Match[str], years: int) -> str:
    if found["label"] or found["short"]:
        fiscal = FiscalYear(FiscalYear.parse(found[0]).year + years)
        return fiscal.label if found["label"] else fiscal.wareki
    if found["day"]:
        return _day_like(found, move_day(parse_date(found[0]), years))
    if found["era"]:
        year = FiscalYear.parse(found["era"] + found["number"]).year + years
        last_of_december = date(year, 12, 31)
        return format_wareki(last_of_december).split("年")[0]
    if found["western"]:
        return str(int(found["western"]) + years)
    return f"fy{int(found['folder'][2:]) + years}"


def _day_like(found: re.Match[str], day: date) -> str:
    """Write a day the way the one found is written."""
    era, number = re.fullmatch(r"(\D+)(元|\d+)", format_wareki(day).split("年")[0]).groups()  # type: ignore[union-attr]  # its own format
    if found["year"].isdecimal():
        year = str(day.year)
    elif found["year"][0] in _LETTERS:
        letter = next(letter for letter, name in _LETTERS.items() if name == era)
        year = f"{letter}{1 if number == '元' else number}"
    else:
        year = f"{era}{number}"
    month, of_month = (
        f"{value:02d}" if found[name].startswith("0") else str(value)
        for name, value in (("month", day.month), ("day", day.day))
    )
    weekday = f"({WEEKDAYS_JA[sunday_weekday(day)]})" if found["weekday"] else ""
    return f"{year}{found['one']}{month}{found['two']}{of_month}{found['end']}{weekday}"
