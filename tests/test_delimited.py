"""One stray quotation mark must not swallow a record unseen, and no honest text may be suspected of it."""

import csv
import io
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib import delimited
from ujo_lib.delimited import (
    EncodingError,
    Scan,
    _Likeness,
    countable,
    find_encoding,
    read_table,
    scan,
    scan_as,
)

HEADING = "相談ID,日時,県,本文\n"


def record(number: int, text: str = "眠れない。") -> str:
    return f"S{number},2023-08-{number:02d} 22:15,熊本県,{text}\n"


def scanned(text: str, delimiter: str = ",") -> Scan:
    return scan(text.encode(), delimiter)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "not-ended"])
def test_records_lines_and_cells_are_counted_whatever_the_line_ends(end: str, last: bool) -> None:
    text = ('a,b\n1,"x,y\nz"\n\n2,w,"q""q"\n' + ("" if last else "3")).replace("\n", end)
    found = scanned(text)
    assert found.cells.tolist() == [2, 2, 0, 3, *([] if last else [1])]
    assert found.lines.tolist() == [1, 2, 4, 5, *([] if last else [6])]
    assert found.n_lines == (5 if last else 6)
    assert found.faults == ()


@pytest.mark.parametrize(
    ("text", "cells", "faults"),
    [
        ("", [], []),
        ('"a",b', [2], []),
        ('b,"a"', [2], []),
        ('""', [1], []),
        ('""""', [1], []),
        ('"""a"', [1], []),
        ('"a"\n"b"', [1, 1], []),
        ('x"y",b', [2], []),
        ('"', [1], [(1, 1, 0, True)]),
        ('b,"', [2], [(1, 1, 1, True)]),
        ('"""', [1], [(1, 1, 0, True)]),
        ('"a""', [1], [(1, 1, 0, True)]),
        ('b"', [1], [(1, 1, 0, False)]),
        ('a,b\n"a"b,c', [2, 2], [(2, 2, 0, False)]),
        ('a,b\n\n"1,2",x"', [2, 0, 2], [(3, 3, 1, False)]),
        ('a,b\nc,"d\ne"f\n', [2, 2], [(2, 2, 1, True)]),
        ('"a"\n"b"\n"c', [1, 1, 1], [(3, 3, 0, True)]),
    ],
)
def test_a_mark_opens_and_closes_at_the_ends_of_a_cell_and_two_within_are_a_letter(
    text: str, cells: list[int], faults: list[tuple[int, int, int, bool]]
) -> None:
    found = scanned(text)
    assert found.cells.tolist() == cells
    assert [(fault.record, fault.line, fault.cell, fault.fatal) for fault in found.faults] == faults
    assert found.n_lines == len(text.splitlines())


@pytest.mark.parametrize(
    ("cells", "width"),
    [([], 0), ([0, 0], 0), ([1], 1), ([0, 0, 1], 1), ([1, 1, 2], 1), ([2, 2, 3], 2), ([2, 3], 3), ([4, 3, 3, 4, 9], 4)],
)  # fmt: skip
def test_a_file_is_as_wide_as_most_records_that_hold_anything(cells: list[int], width: int) -> None:
    nothing = np.empty(0, np.int64)
    assert Scan(",", nothing, nothing, np.array(cells, np.int64), 0, ()).width == width


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1 << 24])
def test_blocks_of_any_size_give_the_same_count_and_table(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    text = HEADING + "".join(record(n, f'"学校,に\r\n""行けない""{n}"') for n in range(1, 8))
    whole = scanned(text)
    table = read_table(text.encode(), whole)
    monkeypatch.setattr(delimited, "_BLOCK", block)
    again = scanned(text)
    assert [again.cells.tolist(), again.lines.tolist()] == [whole.cells.tolist(), whole.lines.tolist()]
    assert read_table(text.encode(), again).to_pydict() == table.to_pydict()
    assert "".join(delimited.pieces(text.encode("cp932"), "cp932")) == text


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(
        st.lists(st.text('あa",\n\r 1', max_size=5), min_size=1, max_size=4), min_size=1, max_size=12
    ).filter(lambda rows: any("".join(row) for row in rows)),
    codec=st.sampled_from(["utf-8", "cp932"]),
    data=st.data(),
)
def test_a_file_read_in_parts_is_the_file_read_whole_wherever_a_part_ends(
    rows: list[list[str]], codec: str, data: st.DataObject
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    content = out.getvalue().encode(codec)
    whole = scan(content, ",", codec)
    table = read_table(content, whole, codec)
    # A part ends with a record: just before, at and just behind each of them, quoted line ends among them.
    at = data.draw(st.sampled_from(whole.starts[1:].tolist()))
    for block in (max(1, at - 1), at, at + 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delimited, "_BLOCK", block)
            parts = scan(content, ",", codec)
            assert (parts.cells.tolist(), parts.faults) == (whole.cells.tolist(), whole.faults)
            assert read_table(content, parts, codec).to_pydict() == table.to_pydict()


def test_every_file_that_python_writes_is_counted_and_read_as_it_was_written() -> None:
    chance = random.Random(19)
    letters = ["あ", '"', ",", "\n", "\r\n", "a", " ", "\t", "1", "、"]
    for trial in range(200):
        rows = [
            [
                "".join(chance.choices(letters, k=chance.randint(0, 6)))
                for _ in range(chance.choice([2, 3, 3, 3]))
            ]
            for _ in range(chance.randint(1, 12))
        ]
        out = io.StringIO()
        csv.writer(out, quoting=chance.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])).writerows(rows)
        content = out.getvalue().encode()
        found = scan(content, ",")
        assert found.cells.tolist() == [len(row) for row in rows], trial
        assert [f for f in found.faults if "片方" in f.remedy or "閉じ" in f.remedy] == []
        read = [list(row.values()) for row in read_table(content, found).to_pylist()]
        widest = max(map(len, rows))
        assert read == [row + [""] * (widest - len(row)) for row in rows], trial


def test_an_open_quote_is_an_error_at_the_line_where_it_opens() -> None:
    found = scanned(HEADING + record(1, '"前\n後"') + record(2, '"眠れない。') + record(3) + record(4))
    [fault] = found.faults
    assert (fault.record, fault.line, fault.cell, fault.fatal) == (3, 4, 3, True)
    assert "閉じ忘れ" in fault.remedy


def test_a_quote_that_steals_the_opening_of_a_later_cell_is_an_error() -> None:
    rows = [record(n) for n in range(1, 8)]
    rows[1], rows[4] = record(2, '"眠れない。'), record(5, '"眠れない。"')
    fault = scanned(HEADING + "".join(rows)).faults[0]
    assert (fault.record, fault.line, fault.cell, fault.fatal) == (3, 3, 3, True)
    assert "6行目で閉じています" in fault.remedy


@pytest.mark.parametrize("closing", [3, 4, 7])
def test_two_stray_quotes_that_make_one_cell_of_several_records_are_an_error(closing: int) -> None:
    rows = [record(n) for n in range(1, 8)]
    rows[1] = record(2, '"眠れない。')
    rows[closing - 1] = record(closing, '眠れない。"')
    [fault] = scanned(HEADING + "".join(rows)).faults
    assert (fault.record, fault.line, fault.cell, fault.fatal) == (3, 3, 3, True)
    assert f"4行目から記録そのものに見える行を{closing - 2}行含んで" in fault.remedy


def test_two_stray_quotes_far_down_a_file_are_an_error_all_the_same() -> None:
    rows = [f"S{n},2023-08-{n % 28 + 1:02d} 22:15,熊本県,眠れない。\n" for n in range(1, 400)]
    rows[300] = rows[300].replace("眠れない。", '"眠れない。')
    rows[302] = rows[302].replace("眠れない。", '眠れない。"')
    [fault] = scanned(HEADING + "".join(rows)).faults
    assert (fault.record, fault.cell, fault.fatal) == (302, 3, True)


@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("closing", [6, 9])
def test_two_columns_are_enough_when_the_numbers_go_on(closing: int, delimiter: str) -> None:
    rows = [f"{n},眠れない{'あいう'[n % 3]}\n" for n in range(1, 30)]
    rows[4] = '5,"眠れない\n'
    rows[closing - 1] = f'{closing},眠れない"\n'
    text = ("id,text\n" + "".join(rows)).replace(",", delimiter)
    [fault] = scanned(text, delimiter).faults
    assert (fault.record, fault.fatal) == (6, True)


@pytest.mark.parametrize(
    "text",
    [
        "つらい\n1,起きる\n2,食べる\n100,000円",
        "S3,のつづき、\nです",
        "10,20,30\n眠れない,食べられない,動けない",
        "「はい」\n\n- a, b\n",
        "2023-08-01,雨,です\nS9,x",
    ],
)
def test_a_text_over_several_lines_with_commas_is_not_suspected(text: str) -> None:
    quoted = '"' + text.replace('"', '""') + '"'
    two = "id,text\n" + "".join(f"{n},{quoted if n % 3 == 0 else '眠れない'}\n" for n in range(1, 30))
    assert scanned(two).faults == ()
    four = HEADING + "".join(record(n, quoted if n % 3 == 0 else "眠れない") for n in range(1, 30))
    assert scanned(four).faults == ()


@pytest.mark.parametrize(
    ("suffix", "separator"), [(".csv", "\t"), (".tsv", ","), (".txt", ","), (".csv", ",")]
)
def test_the_separator_on_which_the_records_agree_wins_over_marks_in_the_texts(
    suffix: str, separator: str
) -> None:
    other = "," if separator == "\t" else "\t"
    rows = [[f"S{n}", f"眠れ{other}ない", f"あ{other}い{other}う" if n % 2 else "x"] for n in range(20)]
    content = "".join(separator.join(row) + "\n" for row in rows).encode()
    assert (scan_as(content, suffix).delimiter, scan_as(content, suffix).width) == (separator, 3)


@pytest.mark.parametrize(
    ("suffix", "text", "separator"),
    [
        (".csv", "a\tb\n1\t2\n", "\t"),
        (".csv", "a;b\n1;2\n", ";"),
        (".tsv", "a,b\n1,2\n", ","),
        (".csv", "a\tb,c\n1\t2,3\n", ","),  # where two agree alike, what the name promises
        (".txt", "a\tb,c\n1\t2,3\n", "\t"),
        (".csv", "a\n1\n", ","),
        (".tsv", 'a\t"x, y\nz"\n' * 9, "\t"),  # lines of a text are no records, however many there are
        (".csv", "".join("x" + "\t" * n + "\n" for n in range(1, 13)), "\t"),
        (".csv", "a\tb\n" * 1000 + "a,b\n" * 2000, "\t"),
        (".csv", "a\tb\n" * 499 + "a,b\n" * 501, ","),
    ],
)
def test_a_separator_that_splits_nothing_never_wins(suffix: str, text: str, separator: str) -> None:
    assert scan_as(text.encode(), suffix).delimiter == separator


def test_a_text_that_names_another_record_is_not_suspected() -> None:
    rows = [f"S{n},眠れない{'よ' * n}\n" for n in range(1, 30)]
    rows[9] = 'S10,"S3,のつづきです\nS3,のつづきです"\n'
    assert scanned("id,text\n" + "".join(rows)).faults == ()


def test_a_single_mark_inside_a_text_is_told_and_loses_nothing() -> None:
    text = HEADING + record(1, '5" の画面') + record(2, '彼は"死"と') + record(3, '"急に"と言う')
    found = scanned(text)
    assert [(f.record, f.cell, f.fatal) for f in found.faults] == [(4, 3, False), (2, 3, False)]
    assert read_table(text.encode(), found)["c3"].to_pylist()[1:] == ['5" の画面', '彼は"死"と', "急にと言う"]


def test_records_of_other_widths_are_read_in_their_place() -> None:
    text = "a,b\n1,2\n3\n\n4,5,6\n7,8\n"
    table = read_table(text.encode(), scanned(text))
    assert [list(row.values()) for row in table.to_pylist()] == [
        ["a", "b", ""], ["1", "2", ""], ["3", "", ""], ["", "", ""], ["4", "5", "6"], ["7", "8", ""],
    ]  # fmt: skip


def test_a_cell_of_a_million_letters_is_read() -> None:
    text = "a,b\n1," + "あ" * 1_000_000 + "\n"
    assert len(read_table(text.encode(), scanned(text))["c1"][1].as_py()) == 1_000_000


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_the_encoding_is_found_and_the_count_does_not_depend_on_it(codec: str) -> None:
    text = HEADING + "".join(record(n, '"髙①\nソ表"') for n in range(1, 5))
    content = text.encode(codec)
    assert find_encoding(content) == codec
    utf8_or_cp932, lies_in = countable(content, codec)
    assert bytes(utf8_or_cp932).decode(lies_in) == text
    if codec == "cp932":
        assert np.array_equal(scan(content, ",", codec).cells, scanned(text).cells)


@pytest.mark.parametrize("above", [0, 4093, 4094, 4095])
def test_letters_of_jis_are_no_ascii_where_their_escapes_stand_in_the_first_4096_bytes(above: int) -> None:
    """An escape is three bytes long, ESC $ B; two tell it from all that UTF-8 or cp932 begin a table with."""
    content = b"x" * above + "件数\n".encode("iso2022_jp")
    assert find_encoding(content) == ("iso2022_jp" if above + 2 <= 4096 else "utf-8")


@pytest.mark.parametrize("at", [0, 1, 5])
def test_a_byte_that_fits_no_encoding_is_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 3)
    with pytest.raises(EncodingError) as raised:
        find_encoding("あいう\n".encode() * at + b"a\x81\xff\n")
    assert raised.value.line == at + 1


@pytest.mark.parametrize("block", [1, 2, 3, 1 << 24])
@pytest.mark.parametrize(
    ("content", "codec"),
    [
        ("あ".encode() + b"\xff", "utf-8"),
        (b"\nab\xe3\x81c", "utf-8"),
        ("アa".encode("cp932") + b"\x81\xff", "cp932"),
        (b"ab\xe3\x81", "utf-8"),  # cut off
    ],
)
def test_the_byte_that_does_not_fit_is_the_same_in_blocks_of_any_size(
    monkeypatch: pytest.MonkeyPatch, content: bytes, codec: str, block: int
) -> None:
    """Oracle: the content decoded in one go."""
    monkeypatch.setattr(delimited, "_BLOCK", block)
    with pytest.raises(UnicodeDecodeError) as whole:
        content.decode(codec)
    with pytest.raises(UnicodeDecodeError) as told:
        list(delimited.pieces(content, codec))
    assert told.value.start == whole.value.start


def test_a_first_letter_that_is_no_utf_8_is_noticed() -> None:
    assert find_encoding(b"\xb1,a\n") == "cp932"


def test_an_encoding_that_nobody_knows_is_no_traceback() -> None:
    with pytest.raises(EncodingError, match="klingon"):
        find_encoding(b"a", "klingon")


@pytest.mark.parametrize(
    ("key", "own", "after", "cells", "begins"),
    [
        ("S5", (9,), None, 3, False),  # not in order
        ("S5", (9,), None, 4, True),  # a code before many cells needs none
        ("S10", (9,), None, 3, True),
        ("S9", (9,), None, 3, False),
        ("S10", (9,), (11,), 3, True),
        ("S11", (9,), (11,), 3, False),
        ("S10", (), None, 3, False),
        ("5000", (4999,), None, 9, True),  # a short number must be the very next
        ("5001", (4999,), None, 9, False),
        ("5000", (4999,), (5000,), 9, False),
        ("50001", (4999,), None, 3, True),  # five digits are a number of a record
        ("50001", (50001,), None, 3, False),
        ("S-5", (4,), None, 9, False),  # another form
    ],
)
def test_a_line_begins_like_the_next_record_by_the_order_of_its_key(
    key: str, own: tuple[int, ...], after: tuple[int, ...] | None, cells: int, begins: bool
) -> None:
    likeness = _Likeness({0: (True, frozenset({"A9", "9"}))}, np.frombuffer(b"S5", np.uint8))
    assert likeness.continues([key, *["x"] * (cells - 1)], own, after) == begins


@pytest.mark.parametrize(
    ("rows", "records"),
    [
        (["S1,a", "S2,b", 'S3,"c', 'S4,d"', "S5,e"], [4]),
        (["S1,a", "S2,b", 'S3,"c', 'S4,d"'], [4]),  # nothing stands below
        (["S1,a", "S2,b", 'S3,"c', 'S9,d"', "S5,e"], []),  # not between its own and the next
        (["S1,a", "S2,b", 'S3,"c', 'S2,d"', "S5,e"], []),
        (["S1,a", "S2,b", 'S3,"c', 'S4,d"', "注"], [4]),  # a note says nothing of the order
        (["あ,S1,a", "い,S2,b", 'う,S3,"c', 'え,S4,d"', "注"], [4]),
        (["県,あ", "県,い", '市,"う', '県,え"', "県,お", "市,か"], []),  # words alone have no order
        (["S1", "S2", '"S3', 'S4"', "S5"], []),  # of a single column lines are no cells
        (["S1,a", "S2,b", 'S3,"c', "S4,d", "S5,e"], [4]),  # never closed
    ],
)
def test_a_line_within_a_cell_is_a_record_where_its_code_comes_between_two(
    rows: list[str], records: list[int]
) -> None:
    faults = scanned("".join(f"{row}\n" for row in ["k" + ",k" * rows[0].count(","), *rows])).faults
    assert [fault.record for fault in faults if fault.fatal] == records


@pytest.mark.parametrize(("last", "more"), [("D.4,z", {"A.9"}), ('D.4,"r\ns"', set())])
@pytest.mark.parametrize("end", ["", "\n"])
def test_what_records_look_like_is_learned_from_those_on_one_line(
    last: str, more: set[str], end: str
) -> None:
    text = f'k,t\nA1,x\n5,"p\nq"\nC-3,y\n{last}{end}'
    likeness = _Likeness.of(np.frombuffer(text.encode(), np.uint8), scanned(text), "utf-8")
    assert likeness.rules[0] == (True, {"A9", "A-9"} | more)


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        (["A1", "1", "A-1", "1-1", "1.1"], (True, {"A9", "9", "A-9", "9-9", "9.9"})),
        (["A1", "1", "A-1", "1-1", "1.1", "A.1"], None),  # more than five forms are no form
        (["県", "市", "市", "県"], (False, {"県", "市"})),
        (["県", "市", "市", "町"], None),  # of words that hardly repeat nothing is known
        (["", "", ""], None),
    ],
)
def test_a_column_is_known_by_few_forms_or_by_words_that_repeat(
    column: list[str], rule: tuple[bool, set[str]] | None
) -> None:
    text = "k,t\n" + "".join(f"{cell},{'あ' * n}\n" for n, cell in enumerate(column))
    likeness = _Likeness.of(np.frombuffer(text.encode(), np.uint8), scanned(text), "utf-8")
    assert likeness.rules == ({} if rule is None else {0: rule})


@pytest.mark.parametrize(
    ("rules", "cells", "fits"),
    [
        (4, ["A1", "A1", "A1", "x-"], True),
        (4, ["A1", "A1", "A1", ""], True),
        (4, ["A1", "A1", "x-", "x-"], False),
        (2, ["A1", "A1"], True),
        (2, ["A1", "x-"], False),
        (1, ["A1"], False),
    ],
)
def test_a_line_is_like_a_record_where_three_of_four_cells_are_and_more_than_one(
    rules: int, cells: list[str], fits: bool
) -> None:
    known = {cell: (True, frozenset({"A9"})) for cell in range(rules)}
    assert _Likeness(known, np.empty(0, np.uint8)).fits(cells) == fits


@pytest.mark.parametrize("block", [1, 1 << 24])
@pytest.mark.parametrize(("below", "left"), [(0, ["a", "b", "c"]), (1, ["b", "c"]), (3, ["c"]), (4, [])])
def test_columns_below_the_headings_leave_blank_lines_out(
    monkeypatch: pytest.MonkeyPatch, block: int, below: int, left: list[str]
) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", block)
    content = b"a\nb\n\nc\n"
    parts = delimited.read_columns(content, scan(content, ","), "utf-8", [0], below)
    assert [cell for part in parts for cell in part["c0"].to_pylist()] == left


@pytest.mark.parametrize(("size", "told"), [(4095, True), (4096, True), (4097, False)])
def test_lines_of_up_to_four_thousand_bytes_are_looked_at_for_records(size: int, told: bool) -> None:
    def line(number: int, before: str = "", after: str = "") -> str:
        begun = f"S{number},2023-08-{number:02d} 22:15,熊本県,{before}"
        return begun + "x" * (size - len((begun + after).encode())) + after + "\n"

    rows = [line(1), line(2, before='"'), line(3), line(4, after='"'), *map(line, range(5, 9))]
    assert bool(scanned(HEADING + "".join(rows)).faults) == told
