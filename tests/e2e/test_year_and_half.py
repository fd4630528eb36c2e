"""Whoever keeps the report of the year and that of its half subtracts: what is left tells of nobody."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.conftest import NAME, Report, ujo
from ujo_lib.disclosure.signoff import verify

pytestmark = pytest.mark.slow

THRESHOLD = 5
IN_FULL = {"02_months.csv", "02_weekdays.csv", "02_hours.csv", "02_weekday_hours.csv"}
"""Tables of the prefecture's contacts by time alone, which the rules of the sample exempt."""
COUNTS = ("件数(件)", "人数(人)")


def counts_in(file: Path) -> dict[tuple[str, ...], str]:
    """Labels of a row → its first count as it is printed; empty where a table counts nobody."""
    heads, *rows = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    first = next((heads.index(name) for name in COUNTS if name in heads), 0)
    return {tuple(row[:first]): row[first] for row in rows} if first else {}


def left_over(year: Path, half: Path) -> Iterator[str]:
    """Counts below the threshold that the difference of two printed cells tells."""
    for file in sorted((year / "tables").glob("*.csv")):
        other = half / "tables" / file.name
        if file.name in IN_FULL or not other.exists():
            continue
        there = counts_in(other)
        for labels, count in counts_in(file).items():
            before = there.get(labels, "")
            if count.isdecimal() and before.isdecimal() and 0 < int(count) - int(before) < THRESHOLD:
                yield f"{file.name} {labels}: {count} - {before}"


@pytest.fixture(scope="module")
def apart(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Year and half, each released without knowing of the other."""
    one = replace(report, root=shutil.copytree(report.root, tmp_path_factory.mktemp("apart") / NAME))
    for name in ("2023", "2023-h1"):
        done = ujo("release", "sample", name, cwd=one.root)
        assert done.returncode == 0, done.stderr
    assert "互いを知らずに審査されました" in done.stderr
    return one


@pytest.mark.full
@pytest.mark.parametrize(
    "order", [("2023", "2023-h1"), ("2023-h1", "2023")], ids=["year first", "half first"]
)
def test_year_and_half_are_signed_side_by_side_and_their_difference_tells_of_nobody(
    apart: Report, order, tmp_path
):
    root = shutil.copytree(apart.root, tmp_path / NAME)

    def tell(*arguments: str, code: int = 0) -> str:
        done = ujo(*arguments, cwd=root)
        assert done.returncode == code, done.stderr
        return done.stderr

    first, second = order
    year, half = (root / f"outputs/sample/fy{name}/release" for name in ("2023", "2023-h1"))
    assert list(left_over(year, half)), "nothing to protect: the test would see no fault"
    assert f"`ujo release sample {second}`" in tell("sign", "sample", first, "若葉花子", "緑太郎")
    assert "ほかの年度か半年の公表に署名された" in tell(
        "sign", "sample", second, "若葉花子", "緑太郎", code=6
    )
    tell("release", "sample", second)
    tell("sign", "sample", second, "若葉花子", "緑太郎")
    assert verify(year).ok
    assert verify(half).ok
    assert list(left_over(year, half)) == []
