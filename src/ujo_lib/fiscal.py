"""Japanese calendar arithmetic: fiscal years, eras, holidays, school breaks, clocks that run past midnight.

A municipal file writes one day in ten ways (``R5.12.8``, ``2023/12/8(金)``, ``45268``) and means one of them.
What lives here either returns that one day or raises :class:`DateError` with a Japanese sentence a clerk can
act on; it never picks between two readings. This is the ground floor: pandas stays out, and jpholiday is
imported only when somebody asks for a holiday.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Final, Literal
from zoneinfo import ZoneInfo

Half = Literal["h1", "h2"]
Basis = Literal["calendar", "fiscal", Half]

HALVES: dict[str, tuple[str, str]] = {"h1": ("上半期", "4〜9月"), "h2": ("下半期", "10〜3月")}
"""Halves of a fiscal year: their name and months as a page prints them."""

WEEKDAYS_JA = ("日", "月", "火", "水", "木", "金", "土")
"""Weekday names with Sunday first, the order of the reports."""

JAPAN: Final = ZoneInfo("Asia/Tokyo")

EXCEL_EPOCH = date(1899, 12, 30)
"""Day zero of the 1900 date system as Excel counts after its fictitious 29 February 1900."""

# Five digits: 1954-10-03 to 2064-04-07. Shorter and longer numbers are amounts, not days; with a zero in front, 050808,
# they are days of an era that nobody named.
_SERIAL_RANGE = range(20_000, 60_000)


# From the first year of Meiji on; beyond 2200 a year is a slip of the pen.
_YEARS = range(1868, 2201)


class DateError(ValueError):
    """A text that is no date, or that could be two. ``str()`` is Japanese and says what to write instead."""


@dataclass(frozen=True, slots=True)
class _Era:
    letter: str
    name: str
    first: date
    last: date

    def year(self, number: int) -> int:
        return self.first.year + number - 1


_ERAS = (
    _Era("R", "令和", date(2019, 5, 1), date(9999, 12, 31)),
    _Era("H", "平成", date(1989, 1, 8), date(2019, 4, 30)),
    _Era("S", "昭和", date(1926, 12, 25), date(1989, 1, 7)),
    _Era("T", "大正", date(1912, 7, 30), date(1926, 12, 24)),
    _Era("M", "明治", date(1868, 10, 23), date(1912, 7, 29)),
)
_ERA_OF = {key: era for era in _ERAS for key in (era.letter, era.name)}

_ERA = r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])\s*\.?\s*(?P<era_year>元|\d{1,2})"
_YEAR = rf"(?:{_ERA}|(?P<year>\d{{4}}))"
_SEPARATOR = r"\s*[./\-年]\s*"
_WEEKDAY = (
    r"(?:\s*\(\s*(?P<weekday>[日月火水木金土])(?:曜日?)?(?:[・,]?祝)?\s*\)"
    r"|\s*(?P<weekday_bare>[日月火水木金土])曜日?)?"
)
# A midnight appended by Excel or a database is no information; another clock time would be lost: refused.
_MIDNIGHT = r"(?:[T\s]+0{1,2}:00(?::00(?:\.0+)?)?)?"
_FULL_DATE = re.compile(
    rf"{_YEAR}{_SEPARATOR}(?P<month>\d{{1,2}})\s*[./\-月]\s*(?P<day>\d{{1,2}})\s*日?{_WEEKDAY}{_MIDNIGHT}"
)
_COMPACT_DATE = re.compile(rf"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d){_WEEKDAY}")
_MONTH_ONLY = re.compile(rf"{_YEAR}{_SEPARATOR}(?P<month>\d{{1,2}})\s*月?")
_YEAR_ONLY = re.compile(rf"{_YEAR}\s*年?")
_FISCAL_YEAR = re.compile(rf"(?:FY\s*)?{_YEAR}\s*(?:\(\s*(?P<western>\d{{4}})\s*\))?\s*(?:年度?)?")
_BARE_TRIPLE = re.compile(r"\d{1,2}\s*[./\-年]\s*\d{1,2}\s*[./\-月]\s*\d{1,2}\s*日?")
_CLOCK = re.compile(
    r"(?P<next>翌日?)?\s*(?P<half>午前|午後)?\s*(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::00)?|時(?:(?P<minute_ja>\d{1,2})分|(?P<half_past>半))?)"
)
_DASHES = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2013\u2014\u2015", "-") | {"\u301c": "~"})


def _plain(text: str) -> str:
    """Half-width form of ``text`` without what nobody sees (a BOM, say); ㋿ opens up to its two characters."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return seen.translate(_DASHES).strip()


@dataclass(frozen=True, slots=True)
class Period:
    """An inclusive run of days with the label a page prints.

    Example:
        >>> Period(date(2024, 2, 20), date(2024, 2, 29), "配信期間").days
        10
    """

    start: date
    end: date
    label: str

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise DateError(f"期間の終わり({self.end})が始まり({self.start})より前です。")

    @property
    def days(self) -> int:
        """Number of days, both ends counted."""
        return (self.end - self.start).days + 1

    def contains(self, day: date) -> bool:
        """Whether ``day`` lies in the period, ends included."""
        return self.start <= day <= self.end

    def __iter__(self) -> Iterator[date]:
        """Every day in order."""
        return (self.start + timedelta(days=i) for i in range(self.days))


@dataclass(frozen=True, slots=True, order=True)
class FiscalYear:
    """A Japanese fiscal year, 1 April to 31 March, named by the year it begins in.

    Example:
        >>> FiscalYear.parse("令和5年度").label
        '令和5(2023)年度'
    """

    year: int

    def __post_init__(self) -> None:
        if self.year not in _YEARS:
            raise DateError(f"年度「{self.year}」は扱えません。2023、R5、令和5年度 のように書いてください。")

    @classmethod
    def parse(cls, value: "int | str | FiscalYear") -> "FiscalYear":
        """Read ``2023``, ``"2023"``, ``"R5"``, ``"令和5年度"``, ``"令和5(2023)年度"``.

        Raises:
            DateError: when the text is none of these, or era year and western year disagree.
        """
        if isinstance(value, FiscalYear):
            return value
        if isinstance(value, bool):
            raise DateError(f"年度「{value}」は読めません。2023、R5、令和5年度 のように書いてください。")
        match = _FISCAL_YEAR.fullmatch(_plain(str(value)).upper())
        if match is None:
            raise DateError(f"年度「{value}」は読めません。2023、R5、令和5年度 のように書いてください。")
        year = _year_of(match)
        if match["western"] and int(match["western"]) != year:
            raise DateError(f"年度「{value}」の和暦({year}年)と西暦({match['western']}年)が合いません。")
        return cls(year)

    @classmethod
    def containing(cls, day: date) -> "FiscalYear":
        """The fiscal year that ``day`` falls in."""
        return cls(day.year if day.month >= 4 else day.year - 1)

    @property
    def start(self) -> date:
        """1 April."""
        return date(self.year, 4, 1)

    @property
    def end(self) -> date:
        """31 March of the following year."""
        return date(self.year + 1, 3, 31)

    @property
    def wareki(self) -> str:
        """Short era name such as ``R5``; fiscal 2019 is R1, as the government decided for its April too."""
        era, number = self._era()
        return f"{era.letter}{number}"

    @property
    def label(self) -> str:
        """Long name with both calendars, e.g. 「令和5(2023)年度」."""
        era, number = self._era()
        return f"{era.name}{'元' if number == 1 else number}({self.year})年度"

    def _era(self) -> tuple[_Era, int]:
        era = next(era for era in _ERAS if era.first.year <= self.year)
        return era, self.year - era.first.year + 1


def period_for(fy: FiscalYear, basis: Basis) -> Period:
    """The period a report counts over.

    Args:
        fy: the report's fiscal year.
        basis: ``"calendar"`` for 1 January to 31 December of that year, ``"fiscal"`` for April to March, ``"h1"`` for
            April to September, ``"h2"`` for October to March.

    Raises:
        DateError: for any other basis.
    """
    if basis == "calendar":
        return Period(date(fy.year, 1, 1), date(fy.year, 12, 31), f"{fy.year}年(暦年)")
    if basis == "fiscal":
        return Period(fy.start, fy.end, fy.label)
    if basis in HALVES:
        name, months = HALVES[basis]
        turn = date(fy.year, 10, 1)
        ends = (fy.start, turn - timedelta(days=1)) if basis == "h1" else (turn, fy.end)
        return Period(*ends, f"{fy.label}{name}({months})")
    raise DateError(
        f"集計期間の数え方「{basis}」はありません。calendar(暦年)か fiscal(年度)を選んでください。"
    )


def now() -> datetime:
    """The time by the clocks of Japan, wherever the machine stands."""
    return datetime.now(JAPAN)


def parse_date(text: str) -> date:
    """Read one day as municipal files write it; a weekday in brackets must be the right one.

    Accepts ISO and slashed dates, ``20231208``, ``R5.12.8``, ``令和5年12月8日(金)``, full-width, serials.

    Raises:
        DateError: no date; no day or no year; two-digit year without era; outside its era; wrong weekday.
    """
    plain = _plain(text)
    match = _FULL_DATE.fullmatch(plain.upper()) or _COMPACT_DATE.fullmatch(plain)
    if match is None:
        if plain.isdecimal() and not plain.startswith("0") and int(plain) in _SERIAL_RANGE:
            return from_excel_serial(int(plain))
        raise DateError(_why_no_date(text, plain))
    return _checked_day(text, match)


def from_excel_serial(serial: float) -> date:
    """The day of an Excel serial number (1900 date system): 45268 → 2023-12-08; time of day is cut off."""
    return EXCEL_EPOCH + timedelta(days=int(serial))


def spoken(day: date, *, with_year: bool = True) -> str:
    """Write a day as one says it: 「2024年2月20日」, 「2月20日」.

    strftime's way to leave out leading zeros is not the same on Windows.
    """
    return f"{day.year}年{day.month}月{day.day}日" if with_year else f"{day.month}月{day.day}日"


def spoken_span(first: date, last: date) -> str:
    """Write days as one says them: 「2024年2月20日〜2024年3月14日」, one day by itself."""
    return spoken(first) if first == last else f"{spoken(first)}〜{spoken(last)}"


def format_wareki(day: date) -> str:
    """Era form of a day, e.g. 「令和5年12月8日」; the inverse of :func:`parse_date`."""
    era = next(era for era in _ERAS if era.first <= day)
    number = day.year - era.first.year + 1
    return f"{era.name}{'元' if number == 1 else number}年{day.month}月{day.day}日"


def parse_clock(text: str) -> tuple[int, time]:
    """Read a clock that may run past midnight: ``26:00`` is 2 o'clock of the next day.

    Returns:
        ``(day_offset, time)``; the offset is 0 or 1.

    Raises:
        DateError: no clock time, later than 30:00 (broadcasters stop at 29:59), or 午後12時, noon to most and midnight
            by the law (太政官布告第337号, 1872).
    """
    match = _CLOCK.fullmatch(_plain(text))
    if match is None:
        raise DateError(f"「{text}」は時刻として読めません。20:00、26:00、25時30分 のように書いてください。")
    if match["half"] and int(match["hour"]) > 11:
        raise DateError(
            f"「{text}」は時刻が決まりません。午前・午後を付けず、12:00 や 24:00 のように書いてください。"
        )
    hour = int(match["hour"]) + (12 if match["half"] == "午後" else 0)
    minute = 30 if match["half_past"] else int(match["minute"] or match["minute_ja"] or 0)
    total = hour * 60 + minute + (24 * 60 if match["next"] else 0)
    if minute > 59 or total > 30 * 60:
        raise DateError(f"「{text}」は時刻の範囲を外れています。0:00から30:00までで書いてください。")
    return total // 1440, time(total % 1440 // 60, minute)


def parse_zone(text: str) -> tuple[tuple[int, time], tuple[int, time]]:
    """Read a time zone of a broadcast such as ``20:00~26:00`` into its two clocks (see :func:`parse_clock`).

    Raises:
        DateError: not two clocks, or the end is not after the start.
    """
    ends = [part for part in re.split(r"\s*(?:~|-|から)\s*", _plain(text).removesuffix("まで")) if part]
    if len(ends) != 2:
        raise DateError(f"「{text}」は時間帯として読めません。20:00~26:00 のように書いてください。")
    start, end = parse_clock(ends[0]), parse_clock(ends[1])
    if end <= start:
        raise DateError(f"「{text}」の終わりが始まりより前です。翌日の2時は 26:00 と書いてください。")
    return start, end


def sunday_weekday(day: date) -> int:
    """Weekday number with Sunday 0 … Saturday 6, the index into :data:`WEEKDAYS_JA`."""
    return day.isoweekday() % 7


@lru_cache(maxsize=8192)
def holiday_name(day: date) -> str | None:
    """Japanese name of the national holiday on ``day`` (substitute holidays included), or ``None``."""
    import jpholiday

    name = jpholiday.is_holiday_name(day)
    return None if name is None else str(name)


def is_day_off(day: date) -> bool:
    """Saturday, Sunday or national holiday."""
    return sunday_weekday(day) in (0, 6) or holiday_name(day) is not None


def is_bridge_day(day: date) -> bool:
    """A working day with a day off on either side (飛び石連休の谷間), when many people take leave."""
    around = (day - timedelta(days=1), day + timedelta(days=1))
    return not is_day_off(day) and all(is_day_off(other) for other in around)


def unlisted_breaks(breaks: Sequence[Period], period: Period) -> tuple[Period, ...]:
    """School breaks that a list does not reach or leaves out of a period, on about the days of other years.

    A list that ends tells nothing of the breaks after it. One that a name no longer has a year before the list ends,
    or does not have yet a year after it begins, was given up or is new, and is not missed there.
    """
    found, breaks = [], sorted(breaks, key=attrgetter("start"))
    for name in dict.fromkeys(each.label for each in breaks):
        own = [each for each in breaks if each.label == name]
        is_new = own[0].start - breaks[0].start > _A_YEAR
        is_old = breaks[-1].start - own[-1].start > _A_YEAR
        for year in range(period.start.year - 1, period.end.year + 1):
            near = min(own, key=lambda each: abs(each.start.year - year))
            years = year - near.start.year
            there = Period(_moved(near.start, years), _moved(near.end, years), name)
            not_held = (is_new and there.start < own[0].start) or (is_old and there.start > own[-1].start)
            listed = any(abs(each.start - there.start) < _A_SEASON for each in own)
            if there.start <= period.end and period.start <= there.end and not listed and not not_held:
                found.append(there)
    return tuple(sorted(found, key=attrgetter("start")))


_A_YEAR = timedelta(days=366)
_A_SEASON = timedelta(days=90)
"""Two breaks of one name that begin within it are the same one, earlier or later than in other years."""


def _moved(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28) if day.month == 2 else day.day)  # February


def _year_of(match: re.Match[str]) -> int:
    if match["year"]:
        if (year := int(match["year"])) not in _YEARS:
            raise DateError(f"「{match[0]}」の年({year})は扱えません。年を確かめてください。")
        return year
    number = 1 if match["era_year"] == "元" else int(match["era_year"])
    if number == 0:
        raise DateError(f"「{match[0]}」に0年はありません。")
    return _ERA_OF[match["era"]].year(number)


def _checked_day(text: str, match: re.Match[str]) -> date:
    groups = match.groupdict()
    try:
        day = date(_year_of(match), int(match["month"]), int(match["day"]))
    except DateError:
        raise
    except ValueError:
        raise DateError(f"「{text}」という日は暦にありません。月と日を確かめてください。") from None
    era = _ERA_OF.get(groups.get("era") or "")
    if era is not None and not era.first <= day <= era.last:
        raise DateError(
            f"「{text}」は{era.name}の期間({era.first}から{era.last})の外です。"
            f"元号を確かめるか、西暦で {day} と書いてください。"
        )
    weekday = groups["weekday"] or groups["weekday_bare"]
    actual = WEEKDAYS_JA[sunday_weekday(day)]
    if weekday is not None and weekday != actual:
        raise DateError(
            f"「{text}」の曜日が合いません。{day} は{actual}曜日です。日付か曜日を直してください。"
        )
    return day


def _why_no_date(text: str, plain: str) -> str:
    upper = plain.upper()
    if _BARE_TRIPLE.fullmatch(plain):
        return (
            f"「{text}」は元号も西暦4桁もなく、何年か決められません。"
            "R5.12.8 か 2023-12-08 のように書いてください。"
        )
    if _MONTH_ONLY.fullmatch(upper):
        return f"「{text}」には日がありません。2024-01-15 のように日まで書いてください。"
    if _YEAR_ONLY.fullmatch(upper) or _FISCAL_YEAR.fullmatch(upper):
        return f"「{text}」には月と日がありません。2024-01-15 のように書いてください。"
    if re.fullmatch(r"\d{1,2}\s*[/月.-]\s*\d{1,2}\s*日?", plain):
        return f"「{text}」には年がありません。2023-12-08 のように年から書いてください。"
    return f"「{text}」は日付として読めません。2023-12-08、R5.12.8、令和5年12月8日 のように書いてください。"
