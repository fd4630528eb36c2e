"""A fact is found in whatever width, case and separators it is written; what only looks like one is not."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disclosure.carriers import CARRIERS
from tests.disclosure.facts import FACTS, LOOKALIKES, NAMES, NUMBERS
from ujo_lib.disclosure.gate import Confidential, Gate
from ujo_lib.disclosure.gate.patterns import contacts, forbidden
from ujo_lib.disclosure.gate.records import MIN_LENGTH, TELLING_DIGITS, Shapes
from ujo_lib.facts import VARIANTS, named
from ujo_lib.text import mask_personal

SPELLED = [(kind, spelling) for kind, spellings in FACTS.items() for spelling in spellings]
NOTHING = contacts("")


def kinds(folder: Path, text: str, carrier: str = "html", wording: str = "") -> set[str]:
    file, content = CARRIERS[carrier](text)
    (folder / file).write_bytes(content)
    found = Gate([], wording, 5, NUMBERS, NAMES).scan([folder])
    return {f.kind for f in found if f.severity == "error"}


def told(text: str, numbers: list[str]) -> set[str]:
    return {bare for bare, loud in Shapes(numbers).seen(text) if loud}


@pytest.mark.parametrize(("kind", "spelling"), SPELLED)
def test_a_fact_is_found_however_it_is_written(tmp_path: Path, kind: str, spelling: str) -> None:
    assert kind in kinds(tmp_path, f"これは、{spelling} です。")


@pytest.mark.parametrize(
    "spelling", [spelling for kind in ("phone", "mail", "user") for spelling in FACTS[kind]]
)
def test_a_fact_is_masked_however_it_is_written(spelling: str) -> None:
    assert spelling not in mask_personal(f"これは、{spelling} です。", NAMES)


@pytest.mark.parametrize(
    "carrier", ["html entities", "alt attribute", "base64 gzip", "svg text", "json", "xlsx cell"]
)
@pytest.mark.parametrize("kind", FACTS)
def test_a_fact_is_found_in_every_coat(tmp_path: Path, kind: str, carrier: str) -> None:
    assert kind in kinds(tmp_path, FACTS[kind][0], carrier)


@pytest.mark.parametrize("spelling", LOOKALIKES)
@pytest.mark.parametrize("carrier", ["html", "csv", "xlsx cell"])
def test_codes_prices_dates_and_shares_are_no_facts(tmp_path: Path, spelling: str, carrier: str) -> None:
    assert kinds(tmp_path, spelling, carrier) == set()


@pytest.mark.parametrize(
    "row", ["<td>01</td><td>2345</td><td>6789</td>", "<td>0964</td>\n<td>32</td><td>1111</td>"]
)
def test_digits_in_neighbouring_cells_are_no_telephone_number(tmp_path: Path, row: str) -> None:
    assert kinds(tmp_path, f"<table><tr>{row}</tr></table>") == set()


@pytest.mark.parametrize(
    "broken", ["090-12\n34-5678", "090-1234-\r\n  5678", "090-\n1234-5678", "taro@exam\nple.jp"]
)
def test_a_contact_that_a_line_end_breaks_is_found(tmp_path: Path, broken: str) -> None:
    assert kinds(tmp_path, broken) & {"phone", "mail"}


def test_lines_of_digits_do_not_add_up_to_a_telephone_number(tmp_path: Path) -> None:
    assert kinds(tmp_path, "区分,0964\n321111,5\n0312\n345678\n", "csv") == set()


@pytest.mark.parametrize(
    "printed", ["0120-000-111", "０１２０（０００）１１１", "0120000111", "soudan@city.example.jp"]
)
def test_the_offices_own_contact_may_stand_on_the_page_in_any_spelling(tmp_path: Path, printed: str) -> None:
    wording = "相談窓口 0120-000-111 SOUDAN@city.example.jp"
    assert kinds(tmp_path, f"窓口 {printed}\n受付", wording=wording) == set()
    assert kinds(tmp_path, f"窓口 {printed} 0120-000-112", wording=wording) == {"phone"}


@pytest.mark.parametrize(("digits", "found"), [(9, False), (10, True), (11, False), (12, False)])
def test_a_bare_telephone_number_has_ten_digits(digits: int, found: bool) -> None:
    assert bool(contacts("x " + "0964321111234"[:digits])["phone"]) is found


@pytest.mark.parametrize(("digits", "found"), [(10, True), (11, True), (12, False)])
def test_a_mobile_number_has_eleven_and_a_land_line_ten(digits: int, found: bool) -> None:
    assert bool(contacts("0901234567890"[:digits])["phone"]) is found


@pytest.mark.parametrize("length", [MIN_LENGTH - 1, MIN_LENGTH, MIN_LENGTH + 1])
def test_a_record_number_is_told_from_four_characters(length: int) -> None:
    number = "K" + "0123456"[: length - 1]
    assert told(f"x {number} y", [number]) == ({number.casefold()} if length >= MIN_LENGTH else set())


@pytest.mark.parametrize("length", [TELLING_DIGITS - 1, TELLING_DIGITS, TELLING_DIGITS + 1])
def test_a_bare_number_is_told_from_seven_digits_and_a_small_one_after_its_label(length: int) -> None:
    number = "94827163"[:length]
    assert told(f"計 {number} 件", [number]) == ({number} if length >= TELLING_DIGITS else set())
    assert told(f"受付番号: {number}", [number]) == {number}


def test_the_smallest_padded_number_that_speaks_has_six_digits() -> None:
    assert [bool(told(f"x {n} y", [n])) for n in ("00482", "000482", "0000482")] == [False, True, True]


@pytest.mark.parametrize(("many", "found"), [(2, False), (3, True), (4, True)])
def test_three_small_numbers_of_records_in_one_place_are_no_chance(
    tmp_path: Path, many: int, found: bool
) -> None:
    numbers = [str(700_001 + 977 * n) for n in range(30)]
    (tmp_path / "t.csv").write_text("欄\n" + "\n".join(numbers[:many]), encoding="utf-8")
    assert bool(Gate([], "", 5, numbers).scan([tmp_path])) is found


def test_counts_are_no_record_numbers_where_every_small_number_is_one(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\n".join(str(1000 + 7 * n) for n in range(300)), encoding="utf-8")
    assert not Gate([], "", 5, map(str, range(1, 7000))).scan([tmp_path])


def test_a_cell_of_a_workbook_is_not_called_like_a_record(tmp_path: Path) -> None:
    file, content = CARRIERS["xlsx cell"]("区分")
    (tmp_path / file).write_bytes(content)
    assert not Gate([Confidential("B2", "別の話", "AB12")], "", 5, ["B2", "AB12", "A1048576"]).scan(
        [tmp_path]
    )


SIGNS = st.sampled_from(
    [*"0123456789０９-－ー−‐–—.．()（） 　@＠あ、髙高崎﨑邦子aｂ", "090", "0964", "example.jp", "+81"]
)


@settings(deadline=None, max_examples=400)
@given(st.lists(SIGNS, max_size=24).map("".join))
def test_what_was_masked_is_clean_and_what_the_gate_finds_would_have_been_masked(text: str) -> None:
    names = named(["髙﨑邦子"])
    found = {"phone", "mail", "user"} & set(forbidden(text, NOTHING, names))
    masked = mask_personal(text, ["髙﨑邦子"])
    assert not {"phone", "mail", "user"} & set(forbidden(masked, NOTHING, names))
    if found:
        assert "〔" in masked


@settings(deadline=None, max_examples=200)
@given(
    before=st.text("あ、。件x ", max_size=6),
    fact=st.sampled_from([spelling for kind, spelling in SPELLED if kind in ("phone", "mail", "user")]),
    after=st.text("い、。件 ", max_size=6),
)
def test_whatever_the_gate_would_find_the_mask_takes_away(before: str, fact: str, after: str) -> None:
    masked = mask_personal(f"{before} {fact} {after}", NAMES)
    assert not {"phone", "mail", "user"} & set(forbidden(masked, NOTHING, named(NAMES)))
    assert fact not in masked


@pytest.mark.parametrize("after", ["", " "])
@pytest.mark.parametrize("before", ["", " "])
@pytest.mark.parametrize(
    "sign",
    [
        "@",
        "＠",
        "(at)",
        "（AT）",
        "[At]",
        "<at>",
        "＜あっと＞",
        "【アット】",
        "{アットマーク}",
        "(@)",
        "☆",
        "★",
        "●",
    ],
)
def test_an_address_is_found_and_masked_with_a_blank_on_either_side_of_its_sign(
    sign: str, before: str, after: str
) -> None:
    text = f"連絡は taro{before}{sign}{after}example.jp へ"
    assert contacts(text)["mail"]
    assert mask_personal(text) == "連絡は 〔メール〕 へ"


SHAPES = [
    ("福田晴朗", "\ufa1b田\ufa12\uf929"),  # as IBM's extension of CP932 has them
    ("塚本神一", "\ufa10本\ufa19一"),
    ("高木", "\u2fbc\u2f4a"),  # radicals, as copied from a PDF file
    ("辻神", "\u8fbb\U000e0101神\ufe00"),
    ("タナカイチロウ", "ﾀﾅｶ ｲﾁﾛｳ"),
    ("宇城ガク", "宇城カ\u3099ク"),
    ("宇城ガク", "宇城ｶﾞｸ"),
    ("髙﨑", "高崎"),
]


@pytest.mark.parametrize(
    "shapes", [*SHAPES, *((b, a) for a, b in SHAPES), *((a, a) for pair in SHAPES for a in pair)]
)
def test_a_listed_name_is_masked_in_each_shape_of_its_letters_whichever_shape_the_list_has(
    shapes: tuple[str, str],
) -> None:
    listed, written = shapes
    assert mask_personal(f"きのう{written}が来た", [listed]) == "きのう〔氏名〕が来た"
    assert "user" in set(forbidden(f"きのう{written}が来た", NOTHING, named([listed])))


@pytest.mark.parametrize(
    ("listed", "written"),
    [
        ("\u2e9f子", "母子"),  # radicals: the first that Unicode makes equal to a letter, and the last
        ("\u2ef3子", "龟子"),
        ("\u2f00子", "一子"),
        ("\u2fd5子", "龠子"),
        ("\uf900子", "豈子"),  # compatibility ideographs and their supplement, first and last
        ("\ufad9子", "龎子"),
        ("\U0002f800子", "丽子"),
        ("\U0002fa1d子", "\U0002a600子"),
    ],
)
def test_names_in_letters_at_the_ends_of_their_blocks_are_the_same_names(listed: str, written: str) -> None:
    """The values are those of the code charts of Unicode 15."""
    for asked, stands in ((listed, written), (written, listed)):
        assert mask_personal(f"きのう{stands}が来た", [asked]) == "きのう〔氏名〕が来た"


@pytest.mark.parametrize(
    ("shape", "common"),
    [
        ("⺟", "母"),
        ("⼀", "一"),
        ("⿕", "龠"),
        ("\uf900", "豈"),
        ("\ufad9", "龎"),
        ("\U0002f800", "丽"),
        ("\U0002fa1d", "𪘀"),
    ],
)
def test_the_first_and_the_last_of_each_block_of_shapes_are_letters_of_names(shape: str, common: str) -> None:
    """Charts of Unicode: CJK Radicals Supplement, Kangxi Radicals, Compatibility Ideographs and their Supplement."""
    assert VARIANTS[ord(shape)] == ord(common)
