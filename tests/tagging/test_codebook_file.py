"""Whatever stands in a codebook or in a file of KH Coder's rules, it ends in a book or in sentences with lines."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ujo_lib.params import project_root
from ujo_lib.tagging import CodebookError
from ujo_lib.tagging.codebook_file import load_codebook

CODEBOOK = (project_root() / "params" / "codebook.yaml").read_text(encoding="utf-8").splitlines()
PIECES = """
    ＊コード *a # 学校 'つらい' "学校" 近い-->動詞 学校-->名詞 near(学校-友達)[3] near(学校-友達)[b] seq(学校-友達)[1]
    near( )[ <*a> <*b> <>見出し1-->熊本 <> --> 連用形==> and or not | & ! + - * / > >= == != ( ) length() lw
    bun dan No. no. 3 0 -1 9999999999999999999 1e400 。 [ ] < > , ' "
    """
"""What rules are made of, and pieces of it."""
RULES = st.lists(st.lists(st.sampled_from(PIECES.split()), max_size=8).map(" ".join), max_size=8).map(
    "\n".join
)
IN_BOOK = st.one_of(
    st.sampled_from(
        ["~", "[]", "{}", "- x", "a: b", "&a *a", "!!int x", "2023-99-99", "within: 0", "\t", "s:", "<<: *a"]
    ),
    st.text("あ学校s:+*~[]{}()&!|>'\"-#,0.。 \t\x00\x85\ufeff", max_size=12),
)


def ends_well(file: Path) -> None:
    error = refused(file)
    assert error is None or error.problems
    for problem in error.problems if error else ():
        assert problem.line >= 1
        assert problem.cause
        assert problem.message


def refused(file: Path) -> CodebookError | None:
    try:
        load_codebook(file)
    except CodebookError as error:
        return error
    return None


fuzzed = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.full
@fuzzed
@given(rules=st.one_of(RULES, st.text(max_size=60)))
@example(rules="＊a\n" + "( " * 5000 + "学校" + " )" * 5000)
@example(rules="＊a\n" + "not " * 5000 + "学校")
@example(rules="＊a\n学校" + " + 1" * 5000 + " > 1")
@example(rules="＊a\n" + "9" * 5000 + " > 学校")
@example(rules="＊a\n学校 / 0 > 1")
@example(rules="＊a\nnear(学校-友達)[" + "9" * 5000 + "]")
def test_any_rules_of_kh_coder_end_in_a_book_or_in_lines_to_mend(tmp_path: Path, rules: str) -> None:
    file = tmp_path / "any.cod"
    file.write_text(rules, encoding="utf-8", errors="ignore")
    ends_well(file)


@pytest.mark.full
@fuzzed
@given(at=st.integers(0, len(CODEBOOK) - 1), put=IN_BOOK, instead=st.booleans())
@example(at=0, put="[" * 5000, instead=True)
@example(at=0, put="a: " + "[" * 5000 + "]" * 5000, instead=True)
@example(at=0, put="version: '" + "9" * 5000 + "'", instead=True)
def test_a_codebook_with_anything_in_any_line_ends_in_a_book_or_in_lines_to_mend(
    tmp_path: Path, at: int, put: str, instead: bool
) -> None:
    indent = re.match(" *", CODEBOOK[at])[0]
    lines = CODEBOOK[max(0, at - 40) : at]
    file = tmp_path / "any.yaml"
    kept = [*lines, indent + put, *CODEBOOK[at + instead : at + 40]]
    file.write_text("\n".join(kept), encoding="utf-8", errors="ignore")
    ends_well(file)


@pytest.mark.full
@pytest.mark.parametrize("suffix", ["cod", "yaml"])
@settings(fuzzed, max_examples=200)
@given(content=st.binary(max_size=80))
def test_any_bytes_end_in_a_book_or_in_lines_to_mend(tmp_path: Path, suffix: str, content: bytes) -> None:
    file = tmp_path / f"any.{suffix}"
    file.write_bytes(content)
    ends_well(file)
