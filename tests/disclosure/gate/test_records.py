"""Record numbers are found by the look of the data's own; which of them speak alone is a matter of single signs."""

import pytest

from ujo_lib.disclosure.gate.records import Shapes, _reads_as_date, bare, originals


def seen(number: str, text: str) -> set[tuple[str, bool]]:
    return Shapes([number]).seen(text)


def test_a_look_of_four_characters_is_looked_for_and_one_of_three_is_not() -> None:
    assert seen("AB-12", "AB-34") == {("ab34", True)}
    assert seen("A-12", "A-34") == set()
    assert seen("AB-CD", "AB-CD") == set()


@pytest.mark.parametrize(
    ("number", "text", "speaks"),
    [
        ("AB-12", "AB34", True),
        ("AB-12", "AB34件", False),  # a count after letters
        ("AB-12", "AB 34", False),
        ("AB-12", "AB 04", False),
        ("AB-123", "AB 034", True),  # three digits with a zero before
        ("AB-123", "AB034件", True),
        ("AB-123", "AB-334件", True),
    ],
)
def test_a_number_with_letters_speaks_by_its_dash_a_leading_zero_or_where_nothing_is_counted(
    number: str, text: str, speaks: bool
) -> None:
    assert {alone for _, alone in seen(number, text)} == {speaks}


@pytest.mark.parametrize(
    ("number", "text", "speaks"),
    [
        ("1234567", "7654321", True),
        ("123-456", "654-321", False),
        ("123-456", "054-321", True),
        ("123-456", "054321", True),
        ("123-45", "054-32", True),
        ("123-45", "05432", False),
        ("12-345", "05-432", False),  # two digits with a zero are a month or a day
    ],
)
def test_bare_digits_speak_from_seven_on_shorter_ones_by_zero_and_dash(
    number: str, text: str, speaks: bool
) -> None:
    assert (text.replace("-", ""), speaks) in seen(number, text)


@pytest.mark.parametrize(
    ("number", "text", "date"),
    [
        ("12345678", "19000101", True),
        ("12345678", "18991231", False),
        ("12345678", "20991231", True),
        ("12345678", "21000101", False),
        ("12345678", "20230431", False),
        ("1234-56-78", "2023-04-30", True),
        ("1234-56-78", "2023-04-31", False),
        ("12-345678", "20-230401", False),
        ("1234-5678", "1900-2099", True),
        ("1234-5678", "1899-2000", False),
        ("1234-5678", "2023-2100", False),
        ("123-45678", "202-30401", False),
    ],
)
def test_a_day_or_a_span_of_years_is_no_record_number(number: str, text: str, date: bool) -> None:
    assert seen(number, text) == {(text.replace("-", ""), not date)}
    assert _reads_as_date(text.split("-")) is date


def test_small_numbers_speak_after_a_label_or_with_six_digits_and_a_zero_before() -> None:
    found = seen("012345", "012345 と 123456 と 01234、番号 4321")
    assert found == {("012345", True), ("123456", False), ("01234", False), ("4321", False), ("4321", True)}


def test_words_without_a_common_look_are_found_by_their_length() -> None:
    assert seen("a1b2", "x9y8 と x9-y8 と xyzw と 9y8") == {("x9y8", True)}
    assert seen("a1b2", "1234 と 1234567 と 123456789 と 1234567890") == {
        ("1234", False),
        ("1234567", True),
        ("123456789", True),
    }
    assert seen("a1b", "x9y と x9yz") == set()


@pytest.mark.parametrize(
    ("number", "text", "found"),
    [
        ("第012号", "第034号の記録", {("第034号", True)}),
        ("第12345号", "第34567号5頁", {("第34567号", False)}),  # no letter of ours goes on after 号
        ("R5相012件目", "R6相034件目", {("r6相034件目", True)}),
        ("R5相012", "R6相034の記録", {("r6相034", True)}),
        ("2023松橋01", "2024松橋02", {("2024松橋02", True)}),
        ("R5相012", "R6相0345", set()),
        ("12-相談", "34-相談2", {("34相談", True)}),
        ("AB-12", "AB-123", set()),
        ("AB-12", "AB-12c", set()),
        ("1234567", "76543212", set()),
        ("1234567", "7654321-2", set()),
        ("a1b2-相", "第034号", set()),
        ("a1b2-相", "c3d4-相", set()),
        ("12a相34", "56a相78の記録", {("56a相78", True)}),
        ("12a相34", "56b相78", set()),
        ("令5b-12", "令6b-34", {("令6b34", True)}),
        ("a1ーb2", "c3-d4", set()),
    ],
)
def test_a_number_that_ends_in_a_word_is_found_and_one_that_goes_on_is_another(
    number: str, text: str, found: set[tuple[str, bool]]
) -> None:
    """Record numbers such as 第012号 were in no look, and stood on a page unnoticed."""
    assert seen(number, text) == found


def _four_digits(many: int) -> Shapes:
    return Shapes(str(number) for number in range(5000, 5000 + many))


def _numbers(many: int) -> set[str]:
    return {str(number) for number in range(3000, 3000 + many)}


@pytest.mark.parametrize(("looked", "crowd"), [(19, True), (20, False)])
def test_three_known_numbers_are_a_crowd_where_chance_gives_less_than_one_in_a_million(
    looked: int, crowd: bool
) -> None:
    # 9 of 9,000 numbers are records: C(19, 3) · 0.001³ = 0.97e-6, C(20, 3) · 0.001³ = 1.14e-6
    known = _numbers(3)
    assert _four_digits(9).crowd(_numbers(looked), known) == (known if crowd else set())


def test_two_known_numbers_are_no_crowd_however_rare_they_are() -> None:
    assert _four_digits(1).crowd(_numbers(2), _numbers(2)) == set()
    assert _four_digits(1).crowd(_numbers(3), _numbers(3)) == _numbers(3)


@pytest.mark.parametrize(("records", "crowd"), [(90, True), (91, False)])
def test_where_more_than_one_number_of_a_hundred_is_a_record_no_crowd_tells(
    records: int, crowd: bool
) -> None:
    assert bool(_four_digits(records).crowd(_numbers(4), _numbers(4))) == crowd


def test_years_with_months_are_no_part_of_a_crowd() -> None:
    shapes = Shapes(["512345"])
    assert shapes.crowd({"202304", "202305", "300001"}, {"202304", "202305", "300001"}) == set()


def test_a_found_number_is_told_as_the_data_write_it_the_first_of_two_that_differ_in_signs_alone() -> None:
    assert bare("ＳＹＮ-００１") == "syn001"
    assert originals(["SYN001", "SYN-001", "SYN-002"], {"syn001"}) == {"syn001": "SYN-001"}


@pytest.mark.parametrize(("records", "looked_for"), [(89, True), (90, True), (91, False)])
def test_small_numbers_are_looked_for_where_at_most_one_of_a_hundred_is_a_record(
    records: int, looked_for: bool
) -> None:
    assert (("3333", False) in _four_digits(records).seen("計 3333 件")) is looked_for


def test_numbers_of_seven_digits_tell_by_themselves_and_need_no_crowd() -> None:
    many = [str(1_234_567 + at) for at in range(9)]
    assert Shapes(many).crowd(set(many), set(many)) == set()
    assert Shapes([number[1:] for number in many]).crowd({n[1:] for n in many}, {n[1:] for n in many[:4]})


def test_a_dot_stands_between_digits_only_where_the_data_write_one() -> None:
    assert seen("AB-12.34", "AB-56.78") == {("ab5678", True)}
    assert seen("AB-12-34", "AB-56.78") == set()
