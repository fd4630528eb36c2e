"""Long runs of blanks, empty lines and empty cells cost a page nothing, and hide nothing that stood between them."""

import base64
import gzip
import io
import json
import re
import zipfile
import zlib
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.disclosure.carriers import png_with
from ujo_lib.disclosure.gate import Confidential, Gate
from ujo_lib.disclosure.gate.layers import (
    _CP932_IN_LATIN,
    _DEPTH,
    _EMPTY_LINES,
    _FOLD,
    _LONG_RUN,
    BLOCK,
    Layer,
    Unreadable,
    _escapes,
    _inflate,
    _mostly_words,
    _without_line_numbers,
    _worth_opening,
    of_file,
)
from ujo_lib.disclosure.gate.scan import _Place
from ujo_lib.text import strip_for_match

SAID = "夜は猫の動画を見て気をまぎらせています"
PIECES = st.lists(
    st.sampled_from(["\n", BLOCK, "\r\n", " ", "\t", "1", "23:", "[4]", ">", "|", "あ", ","]), max_size=14
)
PLAIN_FOLD = re.compile(r"[ \t]*\r?\n[ \t>|]*")
PLAIN_NUMBER = re.compile(
    r"[\n\x1e]+[ \t>]*[\[(]?[A-Za-z]?\d{1,6}[\])]?(?:[ \t]*[:.|)、．：\t\x1e>,]|[ \t]{2,})[ \t\x1e]*"
)


def lines(text: str) -> list[str]:
    return [line for line in re.split(r"[\n\x1e]+", text) if line]


def layers(folder: Path, page: str) -> dict[str, Layer]:
    (folder / "p.html").write_text(page, encoding="utf-8")
    read = of_file("p.html", (folder / "p.html").read_bytes())
    return {layer.carrier: layer for layer in read if isinstance(layer, Layer)}


@pytest.mark.parametrize("tail", [b"\x85\xff\n", b"\x85\xff\n\n"], ids=["even", "odd"])
def test_a_file_with_a_broken_byte_is_refused_and_not_read_as_rare_kanji(tail: bytes) -> None:
    found = list(of_file("t.csv", "区分,件数\n".encode("cp932") * 20 + tail))
    assert any(isinstance(one, Unreadable) and one.fatal for one in found)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("common", "read"), [(19, False), (20, False), (21, True)])
def test_utf_16_without_a_mark_is_told_by_a_fifth_of_common_letters(
    encoding: str, common: int, read: bool
) -> None:
    content = ("亀" * (100 - common) + "あ" * common).encode(encoding)
    found = list(of_file("t.txt", content))
    assert any(isinstance(one, Layer) and "亀あ" in one.text for one in found) is read


@given(PIECES.map("".join))
@example(f"1:{BLOCK}\n2:{BLOCK}\n3:あ")
@example(f"1{BLOCK}{BLOCK}\n\n2{BLOCK}\n{BLOCK}あ")
def test_line_numbers_go_as_if_no_empty_line_had_been_passed_over(text: str) -> None:
    plain, found = PLAIN_NUMBER.subn(BLOCK, f"\n{text}")
    seen = _without_line_numbers("", text)
    assert (seen is not None) == (found > 1)
    if seen is not None:
        assert lines(seen) == lines(plain)


@given(st.text("\n\x1eあ", max_size=30))
def test_a_line_number_is_looked_for_at_two_places_of_a_gap_however_long_it_is(text: str) -> None:
    passed = _EMPTY_LINES.sub(r"\1\2", text)
    assert max(map(len, re.findall(r"[\n\x1e]+", passed)), default=0) <= 2
    assert lines(passed) == lines(text)


@given(PIECES.map("".join))
@example("090 \n | \n12")
@example("\t \r\n> あ")
def test_lines_are_joined_as_if_each_blank_had_been_tried(text: str) -> None:
    assert _FOLD.sub("", text) == PLAIN_FOLD.sub("", text)


@pytest.mark.parametrize("cells", [1, 2, 3, 5000])
def test_a_row_of_empty_cells_is_one_gap(tmp_path: Path, cells: int) -> None:
    page = f"<table><tr><td>前</td>{'<td></td>' * cells}<td>後</td></tr></table>"
    shown = next(layer for name, layer in layers(tmp_path, page).items() if name.endswith("タグの間"))
    assert shown.text == f"{BLOCK}前{BLOCK}後{BLOCK}"


@pytest.mark.parametrize("gap", ["\n" * 3000, "<td></td>\n" * 3000, "<br>", " " * 3000 + "\n"])
def test_a_text_is_found_behind_line_numbers_across_any_gap(tmp_path: Path, gap: str) -> None:
    page = "<pre>" + "".join(f"\n{n}: {SAID[at : at + 4]}{gap}" for n, at in enumerate(range(0, 20, 4), 1))
    (tmp_path / "p.html").write_text(page, encoding="utf-8")
    found = Gate([Confidential("c1", SAID, "R0001")], "", 5).scan([tmp_path])
    assert {f.record for f in found if f.severity == "error"} == {"R0001"}


def test_a_text_that_runs_down_a_column_of_lines_with_breaks_is_found(tmp_path: Path) -> None:
    rows = "".join(f"項目{n},{SAID[at : at + 4]},{n}<br>\n" for n, at in enumerate(range(0, 20, 4)))
    (tmp_path / "p.html").write_text(f"<p>\n{rows}</p>", encoding="utf-8")
    found = Gate([Confidential("c1", SAID, "R0001")], "", 5).scan([tmp_path])
    assert {f.record for f in found if f.severity == "error"} == {"R0001"}


@given(st.text(f"あｶﾞ①㈱e\u0301A1、,。\t\r\n<>{BLOCK} \0", max_size=30))
@example("")
@example("㈱,か\u3099。①<e\u0301")
def test_cells_end_where_their_letters_end_in_whatever_width(text: str) -> None:
    pieces = re.split(f"[{BLOCK},。\t\r\n<>]", text)
    ends = {0, *accumulate(len(strip_for_match(piece)) for piece in pieces)}
    assert _Place("p.html", Layer("html", text), text, strip_for_match(text)).seams == sorted(ends)


@pytest.mark.parametrize("begins", [b"\xff\xd8\xff\xfe", b"7z\xbc\xaf\xfe"])
@pytest.mark.parametrize(("size", "opened"), [(99, False), (100, False), (101, True)])
def test_a_few_bytes_that_begin_like_a_picture_within_a_text_are_none(
    begins: bytes, size: int, opened: bool
) -> None:
    assert _worth_opening(begins.ljust(size, b"\xfe")) == opened


@pytest.mark.parametrize(("size", "fatal"), [(99, True), (100, True), (101, False)])
def test_a_few_bytes_that_begin_like_a_font_are_none(size: int, fatal: bool) -> None:
    inner = b"\0\1\0\0".ljust(size, b"\xfe")
    found = [one for one in of_file("a.zip", _zipped("f", inner)) if isinstance(one, Unreadable)]
    assert [one.fatal for one in found] == [fatal]


@pytest.mark.parametrize(("size", "odd", "words"), [
    (49, 0, True), (49, 1, False), (50, 1, True), (50, 2, False), (99, 2, False), (100, 2, True), (100, 3, False),
])  # fmt: skip
def test_one_letter_in_fifty_of_what_was_written_may_be_none(size: int, odd: int, words: bool) -> None:
    assert _mostly_words("\x01" * odd + "あ" * (size - odd)) is words


@pytest.mark.parametrize(("more", "read"), [(-1, True), (0, True), (1, False)])
def test_archives_within_archives_are_opened_to_a_depth_and_refused_below_it(more: int, read: bool) -> None:
    content, name = SAID.encode(), "a.txt"
    for _ in range(_DEPTH + more):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, content)
        content, name = packed.getvalue(), "a.zip"
    found = list(of_file("a.zip", content))
    assert any(isinstance(one, Layer) and SAID in one.text for one in found) == read
    assert any(isinstance(one, Unreadable) for one in found) != read


@pytest.mark.parametrize(("more", "read"), [(-1, True), (0, True), (1, False)])
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])
def test_what_was_packed_again_and_again_is_opened_to_the_same_depth(pack, more: int, read: bool) -> None:
    content = SAID.encode()
    for _ in range(_DEPTH - 1 + more):
        content = pack(content)
    found = list(of_file("a.zip", _zipped("a.txt", content)))
    assert any(isinstance(one, Layer) and SAID in one.text for one in found) == read
    assert any(isinstance(one, Unreadable) for one in found) != read


def _zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("file", "content", "carrier"),
    [
        ("a.zip", _zipped("a.txt", SAID.encode()), "zip > 中身"),
        ("a.xlsx", _zipped("a.txt", SAID.encode()), "xlsx > 中身"),
        ("a.zip", _zipped("b.zip", _zipped("a.txt", SAID.encode())), "zip > 中身 > zip > 中身"),
        ("a.txt", base64.b64encode(_zipped("a.txt", SAID.encode())), "txt > base64 > zip > 中身"),
    ],
    ids=["file", "workbook", "nested", "coated"],
)
def test_a_finding_in_an_archive_names_each_archive_once(file: str, content: bytes, carrier: str) -> None:
    where = [one.carrier for one in of_file(file, content) if isinstance(one, Layer) and SAID in one.text]
    assert where == [carrier]


@pytest.mark.parametrize(
    ("escaped", "read"),
    [
        (r"\ud7ff", "\ud7ff"),
        (r"\ud800", " "),
        (r"\udfff", " "),
        (r"\ue000", "\ue000"),
        (r"\U0010ffff", "\U0010ffff"),
        (r"\U00110000", " "),
    ],
)
def test_an_escape_of_half_a_letter_or_of_none_is_a_blank_and_its_neighbours_are_letters(
    escaped: str, read: str
) -> None:
    assert _escapes(escaped) == read


COATS = {
    "none": (0, lambda text: text),
    "comment": (1, lambda text: f"<p>本文</p><!-- {text} -->"),
    "misread": (1, lambda text: f"夜は猫の動画を {text}".encode().decode("latin-1")),
    "percent": (1, lambda text: f"%E5%A4%9C%E3%81%AF {text}"),
    "percent and entity": (2, lambda text: f"%E5%A4%9C%E3%81%AF &amp;#x5b; &#x591c; {text}"),
    "json": (1, lambda text: json.dumps({"a": text})),
    "picture": (1, lambda text: png_with(b"tEXt", b"a\0" + text.encode())),
    "words packed in a picture": (
        1,
        lambda text: png_with(b"iTXt", b"a\0\1\0ja\0\0" + zlib.compress(text.encode(), 0)),
    ),
    "end of a picture": (1, lambda text: png_with(b"tEXt", b"a\0b", tail=text.encode())),
}
"""Coat → how many steps it takes to look below it."""


def coated(coat: str, text: str) -> bytes:
    made = COATS[coat][1](text)
    return made if isinstance(made, bytes) else made.encode()


@pytest.mark.parametrize("coat", COATS)
@pytest.mark.parametrize(("more", "read"), [(0, True), (1, False)])
def test_each_coat_of_a_text_is_one_step_towards_the_depth_at_which_it_is_refused(
    coat: str, more: int, read: bool
) -> None:
    text = SAID
    for _ in range(_DEPTH - COATS[coat][0] + more):
        text = base64.b64encode(text.encode()).decode()
    found = list(of_file("p.html", coated(coat, text)))
    assert any(isinstance(one, Layer) and SAID in one.text for one in found) == read
    assert any(isinstance(one, Unreadable) for one in found) != read


def test_of_two_coats_each_is_also_taken_off_alone_where_the_other_spoils_it() -> None:
    """A digit written as an entity, once it is one, becomes part of the last CSS escape before it."""
    page = "".join(f"\\{ord(letter):x}" for letter in SAID) + "&#51;"
    texts = [one.text for one in of_file("p.txt", page.encode()) if isinstance(one, Layer)]
    assert any(SAID in text for text in texts)
    assert any(SAID[:-1] in text and SAID not in text for text in texts)


@pytest.mark.parametrize(
    ("lead", "japanese"),
    [(0x9F, True), (0xA0, False), (0xDF, False), (0xE0, True), (0xEA, True), (0xEB, False)],
)
def test_a_letter_begins_a_kanji_of_cp932_where_jis_x_0208_has_rows(lead: int, japanese: bool) -> None:
    """Its rows have the lead bytes 0x81 to 0x9F and 0xE0 to 0xEA; those between are half-width kana."""
    said = (bytes([lead]).decode("cp1252") + "x") * 3
    assert bool(_CP932_IN_LATIN.search(said)) is japanese
    assert not _CP932_IN_LATIN.search(said[:-1])


@pytest.mark.parametrize("coat", [coat for coat in COATS if "picture" not in coat])
def test_no_layer_is_looked_through_twice(coat: str) -> None:
    found = [
        (one.carrier, one.text) for one in of_file("p.txt", coated(coat, SAID)) if isinstance(one, Layer)
    ]
    assert len(set(found)) == len(found)


def packed(name: str, content: bytes) -> bytes:
    """An archive that takes no room away."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("more", [-1, 0, 1])
@pytest.mark.parametrize("archives", [0, 1, 2])
def test_all_that_is_unpacked_counts_once_towards_the_size_at_which_a_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, archives: int, more: int
) -> None:
    contents = [SAID.encode()]
    for depth in range(archives):
        contents.append(packed("a.zip" if depth else "a.txt", contents[-1]))
    monkeypatch.setattr("ujo_lib.disclosure.gate.layers._MAX_BYTES", sum(map(len, contents)) + more)
    found = list(of_file("a.zip" if archives else "a.txt", contents[-1]))
    assert any(isinstance(one, Layer) and SAID in one.text for one in found) == (more >= 0)
    assert any(isinstance(one, Unreadable) for one in found) == (more < 0)


@pytest.mark.parametrize("window", range(9, 16))
def test_what_zlib_has_packed_is_opened_whatever_window_it_was_given(window: int) -> None:
    packer = zlib.compressobj(wbits=window)
    content = packer.compress(SAID.encode()) + packer.flush()
    page = f"<p>{base64.b64encode(content).decode()}</p>"
    for read in (of_file("p.html", page.encode()), of_file("a.zip", packed("a", content))):
        assert any(isinstance(one, Layer) and SAID in one.text for one in read)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_what_is_cut_off_or_larger_than_is_read_is_not_taken_for_whole(
    more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zlib.compress(SAID.encode())
    assert _inflate(content + b"more", 15) == SAID.encode() + b"more"
    assert all(_inflate(content[:end], 15) is None for end in range(len(content)))
    monkeypatch.setattr("ujo_lib.disclosure.gate.layers._MAX_BYTES", len(SAID.encode()) + more)
    assert (_inflate(content, 15) is None) == (more < 0)


GLUED = [
    "",
    "abc",
    "abcd",
    "abcdefghijk",
    "/files/abc/",
    "cell-id_",
    "https://example.jp/q/",
    "x" * _LONG_RUN,
]


@pytest.mark.parametrize("before", GLUED)
@pytest.mark.parametrize("after", ["", "/a", "-editor"])
@pytest.mark.parametrize("coded", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_text_in_base64_is_read_whatever_letters_stand_before_it_or_behind(coded, before, after) -> None:
    for at in range(3):  # wherever in three bytes the first letter begins
        page = f"<p>{before}{coded(('9' * at + SAID).encode()).decode()}{after}</p>"
        read = of_file("p.html", page.encode())
        assert any(isinstance(one, Layer) and SAID[:-1] in one.text for one in read), page


@pytest.mark.parametrize("letters", [3, 4, 5])
def test_four_kana_or_kanji_in_a_word_that_is_else_no_base64_are_no_chance(letters: int) -> None:
    page = f"<p>/files/abc/{base64.b64encode(SAID[:letters].encode()).decode()}</p>"
    read = of_file("p.html", page.encode())
    assert any(isinstance(one, Layer) and one.text == SAID[:letters] for one in read) == (letters >= 4)


def test_a_few_bytes_that_begin_like_a_font_are_no_file_that_cannot_be_read() -> None:
    page = f"<p>{base64.b64encode(b'wOF2' + bytes([254]) * 60).decode()}</p>"
    assert not any(isinstance(one, Unreadable) for one in of_file("p.html", page.encode()))


@pytest.mark.parametrize("more", [-1, 0, 1])
@pytest.mark.parametrize(("says", "opened"), [(b"said in words " * 200, True), (b"x\xff\x80" * 1000, False)])
def test_a_run_of_letters_is_taken_out_of_a_text_where_it_is_long_and_says_something(
    says: bytes, opened: bool, more: int
) -> None:
    run = base64.b64encode(says).decode()[: _LONG_RUN + more]
    _, outer, *inner = (one.text for one in of_file("p.txt", run.encode()) if isinstance(one, Layer))
    assert (run in outer) == (not opened or more < 0)
    assert any("said in words" in text for text in inner) == opened


@pytest.mark.parametrize(
    ("member", "part"),
    [
        ("docProps/core.xml", "docProps"),
        ("xl/worksheets/sheet1.xml", "xl/worksheets"),
        ("xl/sharedStrings.xml", "xl/sharedStrings"),
        ("xl/comments1.xml", "xl/comments"),
        ("xl/media/夜の猫.png", "xl/media"),
        ("夜の猫.txt", "中身"),
    ],
)
def test_a_finding_within_an_archive_says_in_which_part_and_repeats_no_name_that_somebody_gave(
    member: str, part: str
) -> None:
    read = [one for one in of_file("a.xlsx", packed(member, SAID.encode())) if isinstance(one, Layer)]
    said = {one.carrier for one in read if SAID in one.text}
    assert said
    assert all(f" > {part}" in carrier for carrier in said)
    assert not any("夜の猫" in one.carrier for one in read)
