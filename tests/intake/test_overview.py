"""What notebook 00 tells of the files adds up what the check has kept, the worst first."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from tests.conftest import REPOSITORY
from ujo_lib.intake import overview
from ujo_lib.intake.problems import RULES


def kept(**tables: list[dict[str, object]]) -> SimpleNamespace:
    return SimpleNamespace(**{name: pd.DataFrame(rows) for name, rows in tables.items()})


def test_columns_with_gaps_stand_in_the_order_of_their_shares_and_those_without_not_at_all() -> None:
    gaps = {"a": (1, 10), "b": (0, 10), "c": (9, 10), "d": (5, 50), "e": (10, 10)}
    data = kept(
        missing=[
            {"kind": "ads", "heading": name, "n_missing": n, "base": base, "share": n / base}
            for name, (n, base) in gaps.items()
        ]
    )
    found = overview.missing(data).frame
    assert found["heading"].tolist() == ["e", "c", "a", "d"]
    assert list(found.index) == [0, 1, 2, 3]
    assert not overview.missing(data).schema["n_missing"].members  # cells are no people


def test_files_of_one_item_are_counted_by_verdict_and_those_that_want_mending_named() -> None:
    verdicts = [("a.csv", "適合"), ("b.csv", "要改善"), ("c.xlsx", "要改善"), ("d.csv", "対象外")]
    rules = [{"file": file, "rule": "1-2", "title": "t", "verdict": verdict} for file, verdict in verdicts]
    rules.append({"file": "a.csv", "rule": "1-1", "title": "s", "verdict": "適合"})
    found = overview.rules_by_item(kept(rules=rules)).frame
    assert found[["rule", "met", "wanting", "where"]].to_numpy().tolist() == [
        ["1-2", 1, 2, "b.csv、c.xlsx"],
        ["1-1", 1, 0, ""],
    ]


def test_sheets_are_no_files_and_one_that_wants_mending_makes_its_file_do_so() -> None:
    """A workbook of twelve months counted as twelve files, and was named twelve times."""
    verdicts = [
        ("a.xlsx", "4月", "適合"), ("a.xlsx", "5月", "要改善"), ("a.xlsx", "6月", "要改善"),
        ("b.xlsx", "4月", "適合"), ("b.xlsx", "5月", "適合"), ("c.xlsx", "4月", "対象外"),
    ]  # fmt: skip
    rules = [
        {"file": file, "sheet": sheet, "rule": "1-2", "title": "t", "verdict": verdict}
        for file, sheet, verdict in verdicts
    ]
    found = overview.rules_by_item(kept(rules=rules)).frame
    assert found[["met", "wanting", "where"]].to_numpy().tolist() == [[1, 1, "a.xlsx"]]


def test_two_sheets_of_one_workbook_are_one_file() -> None:
    """「3個のファイルから」 was said of two."""
    read = [
        {"file": file, "sheet": sheet}
        for file, sheet in (("a.xlsx", "4月"), ("a.xlsx", "5月"), ("b.csv", ""))
    ]
    data = SimpleNamespace(sources=pd.DataFrame(read), problems=pd.DataFrame({"severity": []}))
    assert overview.totals(data).frame.to_dict("records") == [{"files": 2, "errors": 0, "warnings": 0}]


def test_what_leaves_the_city_has_no_row_to_subtract_and_no_day_of_a_single_contact() -> None:
    """Twelve rows in the file and nine contacts of the prefecture left three at the desk, which is hidden elsewhere."""
    told = {"kind": "consultations", "file": "a.csv", "sheet": "", "encoding": "utf-8", "rows_kept": 12}
    read = kept(sources=[told | {"first_day": "2023-04-02", "last_day": "2024-02-18"}])
    assert overview.files(read).frame.to_numpy().tolist() == [["相談記録", "a.csv", "utf-8"]]
    book = json.loads((REPOSITORY / "notebooks/00_data_quality.ipynb").read_text(encoding="utf-8"))
    counted = ("overview.account", "overview.repairs_by_rule", "overview.missing")
    cells = [cell for cell in book["cells"] if any(one in "".join(cell["source"]) for one in counted)]
    assert [cell["metadata"].get("tags") for cell in cells] == [["internal"]] * 3


def test_repairs_are_added_up_by_file_and_rule_and_a_rule_without_a_name_keeps_its_key() -> None:
    key = next(iter(RULES))
    mended = [("b.csv", key, 2), ("a.csv", key, 1), ("b.csv", key, 3), ("b.csv", "そのほか", 4)]
    data = kept(repairs=[{"file": file, "rule": rule, "count": n} for file, rule, n in mended])
    assert overview.repairs_by_rule(data).frame.to_numpy().tolist() == [
        ["b.csv", RULES[key], 5],
        ["a.csv", RULES[key], 1],
        ["b.csv", "そのほか", 4],
    ]


@pytest.mark.parametrize("at_most", [1, 2, 3])
def test_of_problems_and_repairs_the_first_few_are_shown(at_most: int) -> None:
    key = next(iter(RULES))
    shared = {"file": "a.csv", "sheet": "", "column": "件数", "rule": key, "count": 1}
    faults = [
        shared
        | {"row": n, "rows": str(n), "severity": "error", "value": "", "expected": "", "remedy": f"直す{n}"}
        for n in (2, 3)
    ]
    repairs = [shared | {"row": n, "before": "1 0", "after": "10"} for n in (2, 3)]
    data = kept(problems=faults, repairs=repairs)
    told, mended = overview.problems(data, at_most), overview.repairs(data, at_most)
    assert told.frame["remedy"].tolist() == ["直す2", "直す3"][:at_most]
    assert (told.frame["rule"] == RULES[key]).all()
    assert mended.frame["row"].tolist() == [2, 3][:at_most]


def test_a_sheet_is_named_behind_its_file_and_a_file_that_lacks_nothing_is_not_named_as_lacking() -> None:
    sources = [
        {"file": "a.xlsx", "sheet": "4月", "columns_absent": ""},
        {"file": "b.csv", "sheet": "", "columns_absent": "性別"},
        {"file": "a.xlsx", "sheet": "5月", "columns_absent": "性別、年代"},
    ]
    assert overview.columns_absent(kept(sources=sources)).frame.to_numpy().tolist() == [
        ["b.csv", "性別"],
        ["a.xlsx「5月」", "性別、年代"],
    ]
