"""Words break where Japanese may break, within their width."""

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.report.look.figures.lettering import (
    _font_file,
    line_heights,
    longest_run,
    text_width,
    widest,
    wrapped,
)


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


@pytest.mark.parametrize(
    ("names", "run"),
    [
        (["アルバイト・勤務"], "アルバイト"),
        (["30代", "学"], "30代"),  # a number and what it counts
        (["SNS広告"], "広告"),
        (["12:30ごろ"], "12"),
        (["とても"], ""),
        ([], ""),
    ],
)
def test_a_heading_may_break_between_scripts_and_not_within_a_word(names: list[str], run: str) -> None:
    assert longest_run(names) == pytest.approx(text_width(run, 1))


def test_a_text_of_several_lines_is_as_wide_as_the_longest() -> None:
    assert widest(["全全\n全", "全"], 10) == 20
    assert widest([], 10) == 0
    assert text_width("~", 10) == text_width("〜", 10) == 10  # as it is drawn


def test_a_line_is_as_high_as_its_font_says() -> None:
    font = TTFont(_font_file())
    assert line_heights() == (
        font["OS/2"].sTypoAscender / font["head"].unitsPerEm,
        -font["OS/2"].sTypoDescender / font["head"].unitsPerEm,
    )
    assert sum(line_heights()) == pytest.approx(1, abs=0.01)
