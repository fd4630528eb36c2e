"""What the gate reports: where something leaks and whose it is, never the words themselves."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["text", "id", "phone", "mail", "user", "path", "traceback", "code", "unreadable"]
Severity = Literal["error", "warning"]

_WORDS: dict[str, str] = {
    "text": "相談や自由記述の本文",
    "id": "記録の番号",
    "phone": "電話番号",
    "mail": "メールアドレス",
    "user": "氏名・利用者名",
    "path": "フォルダーの所在",
    "traceback": "エラーの記録",
    "code": "プログラム",
    "unreadable": "中身を確かめられないもの",
}


@dataclass(frozen=True, order=True)
class Finding:
    """One leak.

    Attributes:
        file: the finished file, relative to the path that was scanned.
        carrier: how it is carried, from the file inwards: "html > base64 > gzip > json".
        kind: what leaks.
        severity: an "error" stops the release; a "warning" asks a person to look.
        record: the record it comes from; empty for kinds that have none.
        length: bare characters that leak; 0 for kinds that have no text.
        note: why something could not be read; never a piece of confidential text.
    """

    file: str
    carrier: str
    kind: Kind
    severity: Severity = "error"
    record: str = ""
    length: int = 0
    note: str = ""

    def __str__(self) -> str:
        whose = f"(記録 {self.record})" if self.record else ""
        size = f" {self.length} 文字" if self.length else ""
        note = f": {self.note}" if self.note else ""
        mark = "要確認" if self.severity == "warning" else "漏えい"
        return f"[{mark}] {self.file} の {self.carrier} に{_WORDS[self.kind]}{whose}{size}{note}"


def to_json(findings: Sequence[Finding]) -> str:
    """Findings as JSON text."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1) + "\n"


def to_text(findings: Sequence[Finding]) -> str:
    """Findings for people, one a line."""
    return "\n".join(str(finding) for finding in findings) or "漏えいは見つからない。"
