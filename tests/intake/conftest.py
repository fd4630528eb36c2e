"""Tiny good files, so that each test can break exactly one thing."""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
import yaml

from ujo_lib import intake
from ujo_lib.intake.schemas import SCHEMAS, Schema
from ujo_lib.params import project_root
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.yamlfile import read_yaml

GOOD: dict[str, list[dict[str, str]]] = {
    "commissioners": [
        {
            "調査ID": "R5",
            "調査対象区分": "ひきこもり",
            "委員番号": f"00{i}",
            "区分": "主任児童委員",
            "地区(圏域)": "東",
            "担当世帯数": "120",
            "配布日": "2023-09-01",
            "回収日": "2023-10-02",
            "対象": "1",
            "回答": "1",
            "該当者の有無": "いる" if n else "いない",
            "該当者数": str(n),
            "ご意見(自由記述)": "",
        }
        for i, n in ((1, 2), (2, 0), (3, 1))
    ],
    "cases": [
        {
            "調査ID": "R5",
            "該当者番号": f"C{i}",
            "委員番号": f"00{c}",
            "性別": "男性",
            "年代": "40歳代",
            "家族構成": "家族と同居",
            "同居家族(複数)": "",
            "該当者の状態(外出状況)": "",
            "ひきこもりの期間": "10年以上",
            "その他の内容": "",
            "支援の状況": "",
            "必要な支援(複数)": "",
            "自由記述": "",
            "経緯(複数回答)": "1,3",
        }
        for i, c in ((1, 1), (2, 1), (3, 3))
    ],
    "consultations": [
        {
            "相談ID": f"S{i}",
            "相談受付日時": f"2023-08-0{i} 22:15",
            "窓口": "全国窓口",
            "都道府県": "熊本県",
            "年代": "10代",
            "発言数": "12",
            "相談本文": "学校に行けません。",
        }
        for i in (1, 2, 3)
    ],
    "national_daily": [
        {"日付": f"2023-08-0{i}", "都道府県": "熊本県", "件数": str(10 * i)} for i in (1, 2, 3)
    ],
    "campaigns": [
        {
            "施策ID": f"K{i}",
            "施策名": f"施策{i}",
            "媒体": "TV",
            "開始": "2024-02-28",
            "終了": "2024-03-08",
            "放送時間帯": "20:00~26:00",
            "費用(円)": "790000",
        }
        for i in (1, 2, 3)
    ],
    "waves": [
        {
            "調査回": f"R{i}",
            "年度": str(2018 + i),
            "調査名": "ひきこもり実態調査",
            "対象数": "139",
            "回答数": "97",
            "該当者数": "32",
            "男性": "20",
            "女性": "12",
            "比較可能性": "要注意",
            "出典": "報告書",
        }
        for i in (1, 2, 5)
    ],
}
DECLARED: dict[str, dict[str, object]] = {
    "commissioners": {"missing": {"…": "unknown"}},
    "cases": {
        "multiple_answers": {"household_members": "listed", "trigger": "listed", "support_needed": "listed"}
    },
    "consultations": {"timezone": "Asia/Tokyo"},
    "national_daily": {"missing": {"-": "none", "…": "unknown", "x": "suppressed"}},
    "campaigns": {},
    "waves": {"missing": {"…": "unknown"}},
}
ITEMS = project_root(Path(__file__).parent) / "params" / "survey_items.yaml"
FORMS = tuple(read_yaml(Questionnaire, file) for file in (ITEMS, ITEMS.with_name("resident_items.yaml")))
LABELS = {"district": ["東", "西"], "channel": ["全国窓口", "市専用"]}


def asked(kind: str) -> Schema:
    """A kind with the questions of the questionnaire."""
    return SCHEMAS[kind].with_questions(item for form in FORMS for item in form.on(kind))


@dataclass
class Desk:
    """A clerk's desk: files in a folder and the declaration that names them."""

    folder: Path
    declared: dict[str, dict[str, object]] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=lambda: dict(LABELS))

    def __post_init__(self) -> None:
        (self.folder / "params").mkdir(exist_ok=True)
        for file in (ITEMS, ITEMS.with_name("resident_items.yaml")):
            shutil.copy(file, self.folder / "params")

    def ask(self, more: str, **instead: str) -> None:
        """Write questions below those of the questionnaire, and other words in the place of some of its own."""
        file = self.folder / "params" / ITEMS.name
        text = file.read_text(encoding="utf-8").rstrip() + more
        for old, new in instead.items():
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")

    def put(self, kind: str, name: str, content: bytes, **said: object) -> Path:
        """Lay a file on the desk and declare it."""
        path = self.folder / name
        path.write_bytes(content)
        entry = self.declared.setdefault(kind, {"files": [], **DECLARED.get(kind, {})})
        entry["files"] = [*entry["files"], name]
        entry |= said
        return path

    def check(self, *kinds: str) -> intake.Intake:
        """Run the check over the declared kinds."""
        return intake.check(self._inputs(), kinds or tuple(self.declared))

    def load(self, *kinds: str) -> intake.Intake:
        """Run the load over the declared kinds."""
        return intake.load(self._inputs(), kinds or tuple(self.declared))

    def _inputs(self) -> Path:
        path = self.folder / "inputs.yaml"
        text = yaml.safe_dump({"data_dir": ".", "labels": self.labels, **self.declared}, allow_unicode=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def table(kind: str, changes: Mapping[tuple[int, str], str] | None = None) -> list[list[str]]:
    """Headings and rows of a good file; ``changes`` sets cells by (data row from 1, heading)."""
    rows = [dict(row) for row in GOOD[kind]]
    for (row, heading), value in (changes or {}).items():
        for other in rows:
            other.setdefault(heading, "")
        rows[row - 1][heading] = value
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def as_csv(rows: Sequence[Sequence[object]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """Bytes of a delimited file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[object]], merge: Sequence[str] = (), title: str = "表") -> bytes:
    """Bytes of a workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append([None if cell == "" else cell for cell in row])
    for area in merge:
        sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
