"""A workbook is unfolded only as far as a sheet can reasonably go."""

import io
import zipfile

import pytest

from ujo_lib.intake.grid import RefusedError
from ujo_lib.intake.workbooks import as_text, refuse_bombs

MB = 1 << 20


@pytest.mark.parametrize(
    ("size", "packed", "refused"),
    [
        (256 * MB, 20 * MB, False),
        (256 * MB + 1, 20 * MB, True),
        (16 * MB, 1, False),  # small enough to be whatever it likes
        (16 * MB + 1, 1, True),
        (100 * MB, 1 * MB, False),
        (100 * MB + 1, 1 * MB, True),
    ],
)
def test_a_part_is_refused_that_is_too_large_or_was_packed_too_tightly(size, packed, refused):
    part = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
    part.file_size, part.compress_size = size, packed
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        archive.filelist.append(part)
        if refused:
            with pytest.raises(RefusedError, match="256MBまで"):
                refuse_bombs(archive)
        else:
            refuse_bombs(archive)
        archive.filelist.clear()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3.0, "3"),
        (-3.0, "-3"),
        (9.999999999999998, "10"),
        (0.1 + 0.2, "0.3"),
        (999_999_999_999_999.0, "999999999999999"),
        (1e15, "1e+15"),  # sixteen digits are more than Excel shows
        (-1e15, "-1e+15"),
        (True, "TRUE"),
        (None, ""),
    ],
)
def test_a_number_is_read_as_excel_shows_it(value, shown):
    assert as_text(value, "General") == shown
