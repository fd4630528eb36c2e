"""KH Coder rule files from and to disk. An edge module."""

from pathlib import Path

from ujo_lib.tagging.khcoder import Code, RuleError, RuleProblem, parse_rules


def load_rules(path: str | Path) -> tuple[Code, ...]:
    """Read a `.cod` file; KH Coder itself writes CP932 on Windows and UTF-8 elsewhere, so both are tried.

    Raises:
        RuleError: neither encoding, or mistakes in the rules.
    """
    content = Path(path).read_bytes()
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return parse_rules(text)
    raise RuleError([RuleProblem(1, "文字コード", "UTF-8 でも CP932 でも読めない")])
