"""Cells: what is written comes back as it was meant, whatever the clerk's way of writing."""

from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.conftest import asked
from ujo_lib import fiscal
from ujo_lib.intake import values
from ujo_lib.intake.schemas import SCHEMAS, Column
from ujo_lib.intake.values import ValueRefused

FULL_WIDTH = str.maketrans("0123456789,.-", "".join(chr(ord(c) + 0xFEE0) for c in "0123456789,.-"))
COLUMNS = [column for schema in map(asked, SCHEMAS) for column in schema.columns]


@settings(deadline=None, max_examples=200)
@given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
def test_a_day_survives_the_way_through_its_era(day):
    weekday = fiscal.WEEKDAYS_JA[fiscal.sunday_weekday(day)]
    written = f"{fiscal.format_wareki(day)}({weekday})"
    assert values.parse_day(written).value == day
    assert values.parse_day(written.translate(FULL_WIDTH)).value == day


@settings(deadline=None, max_examples=200)
@given(st.integers(-(10**9), 10**9), st.sampled_from(["", "件", "人", "円", "世帯"]), st.booleans())
def test_a_whole_number_survives_commas_units_and_full_width(number, unit, wide):
    written = f"{number:,}{unit}"
    if number < 0:
        written = written.replace("-", "▲")
    assert values.parse_int(written.translate(FULL_WIDTH) if wide else written).value == number


@settings(deadline=None, max_examples=100)
@given(st.decimals(0, 1, places=3))
def test_a_share_may_be_a_percentage(share):
    assert values.parse_share(f"{share * 100:.1f}%").value == pytest.approx(float(share))


@settings(deadline=None, max_examples=200)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.booleans())
def test_a_moment_survives_extended_clocks_and_offsets(moment, extended):
    moment = moment.replace(second=0, microsecond=0)
    expected = moment.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    day, hour = moment.date(), moment.hour
    if extended and hour <= 5 and day > date(1990, 1, 1):
        day, hour = date.fromordinal(day.toordinal() - 1), hour + 24
    assert values.parse_stamp(f"{day} {hour}:{moment.minute:02d}", "Asia/Tokyo").value == expected
    utc = expected.astimezone(ZoneInfo("UTC"))
    assert values.parse_stamp(f"{utc:%Y-%m-%dT%H:%M:%S}Z", None).value == expected


@pytest.mark.parametrize(
    "column", [c for c in COLUMNS if c.options], ids=lambda c: f"{c.name}-{len(c.options)}"
)
def test_every_label_and_code_of_the_dictionary_is_read_as_itself(column: Column):
    read = values.parse_age if column.type == "age" else values.parse_category
    for option in column.options:
        for written in (option.label, option.code, *option.aliases, f"{option.code} {option.label}"):
            if written.strip():
                assert read(written, column.options).value == option.label


def test_no_two_options_share_a_spelling():
    for column in COLUMNS:
        spelled = [values.tidy(s) for o in column.options for s in {o.label, o.code, *o.aliases} if s]
        assert len(spelled) == len(set(spelled)), column.name


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=15))
def test_no_text_makes_a_parser_fail_in_another_way(text):
    options = asked("cases").column("age_band").options
    parsers = (
        values.parse_number,
        values.parse_int,
        values.parse_share,
        values.parse_hour,
        values.parse_year,
        values.parse_flag,
        values.parse_day,
        values.parse_broadcast_zone,
        lambda t: values.parse_stamp(t, "Asia/Tokyo"),
        lambda t: values.parse_age(t, options),
        lambda t: values.parse_category(t, options),
    )
    for parse in parsers:
        with suppress(ValueRefused):
            parse(text)


@pytest.mark.parametrize(
    ("sign", "folded"),
    [
        ("\uff0d", "-"),
        ("\u2014", "-"),
        ("\u30fc", "-"),
        ("--", "-"),
        ("…", "…"),
        ("・・・", "…"),
        ("...", "…"),
        ("X", "x"),
        ("\uff38", "x"),
        ("***", "*"),
        ("\uff0a", "*"),
        ("n/a", "n/a"),
    ],
)
def test_spellings_of_a_missing_sign_meet(sign, folded):
    assert values.fold_sign(sign) == folded
