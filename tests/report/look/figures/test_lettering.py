"""Words break where Japanese may break, within their width."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.report.look.figures.lettering import text_width, wrapped


@pytest.mark.parametrize(("words", "em", "lines"), [
    ("パート・アルバイト", 6, ["パート・", "アルバイト"]),
    ("医療・受診・支援につながらない(n=267)", 10, ["医療・受診・", "支援につながらない", "(n=267)"]),
    ("自室からは出るが家からは出ない", 8, ["自室からは出るが", "家からは出ない"]),
    ("10代未満", 5, ["10代未満"]),
    ("線は95%信頼区間 ●区間が1を含まない", 10, ["線は95%信頼区間 ", "●区間が1を含まない"]),
    ("Facebook広告", 5, ["Facebook", "広告"]),
])  # fmt: skip
def test_a_label_breaks_between_words_and_never_inside_one_that_fits_a_line(words, em, lines) -> None:
    assert wrapped(words, 14, 14 * em).split("\n") == lines


def test_japanese_text_is_broken_within_its_width_and_not_before_closing_marks() -> None:
    lines = wrapped("自室からは出るが、家からは出ない(n=1,234)", 14, 90).split("\n")
    assert all(text_width(line, 14) <= 90 + 14 for line in lines)
    assert not any(line[0] in "、。)" for line in lines)
    assert any("1,234" in line for line in lines)


def test_a_text_that_just_fits_stays_on_one_line() -> None:
    words = "医療・受診"
    width = text_width(words, 14)
    assert wrapped(words, 14, width) == words
    assert wrapped(words, 14, width - 0.01) == "医療・\n受診"


@given(
    words=st.text("学校家族からのは、。・/()「」95%n=アーabc~ ", min_size=1, max_size=30),
    em=st.integers(1, 12),
)
@settings(deadline=None)
def test_a_broken_label_loses_no_letter_and_no_line_is_wider_than_it_may(words: str, em: int) -> None:
    lines = wrapped(words, 14, 14 * em).split("\n")
    assert "".join(lines).replace(" ", "") == words.replace(" ", "").replace("~", "〜")
    assert all(text_width(line, 14) <= 14 * em or len(line) == 1 for line in lines)
