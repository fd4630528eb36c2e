"""Bytes of a delimited text file: their encoding, a count of their records of our own, and Arrow tables of strings.

Quotation marks decide where a record ends, so one stray mark can swallow a hundred records without a trace. The
records are therefore counted from the bytes before any library parses them, and every mark that stands where none can
stand is kept as a :class:`Fault` with its record, line and column. The bytes that matter (marks, separators, line
ends) never occur inside a letter of UTF-8 or cp932, so both are counted as they lie on the disk.
"""

import codecs
import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

Part = TypeVar("Part")
Made = TypeVar("Made")
Int64 = npt.NDArray[np.int64]

MAX_CELLS = 16_384
"""Cells of a record, as in Excel; a file with more is no table, and Arrow would take minutes over it."""

_BLOCK = 1 << 23
"""Bytes looked at in one go: few enough that what is made of them never weighs beside the file itself."""

_QUOTE, _LF, _CR = b'"\n\r'
_SAMPLED = 1000
_SHORT = 4096
_FITTING = 0.75
_FEW_FORMS = 5
_LONG_NUMBER = 5
_MANY_CELLS = 4
_SAVE_ANEW = "Excelで開いて確かめ、「CSV UTF-8(コンマ区切り)」で保存し直してください。"


class EncodingError(ValueError):
    """The bytes are no text in any of the encodings tried.

    Attributes:
        tried: codecs, in the order of trial.
        line: line of the first byte that does not fit; ``None`` when the codec itself is unknown.
    """

    def __init__(self, tried: Sequence[str], line: int | None) -> None:
        super().__init__(f"文字コードが {' か '.join(tried)} で読めること")
        self.tried, self.line = tuple(tried), line


@dataclass(frozen=True, slots=True)
class Fault:
    """Evidence that the records are not what was written.

    Attributes:
        record: number of the record, from 1, as Excel numbers its rows.
        line: line of the file, from 1, as a text editor numbers them.
        cell: position of the cell in the record, from 0.
        expected: what would have been right.
        remedy: what a clerk can do about it.
        fatal: whether records may have been lost.
    """

    record: int
    line: int
    cell: int
    expected: str
    remedy: str
    fatal: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """The records of a file, counted from its bytes.

    Attributes:
        delimiter: separator of the cells.
        starts: (records + 1,) offset of each record, and the length of the content.
        lines: (records,) line each record begins in, from 1.
        cells: (records,) cells of each record, 0 for a blank line.
        n_lines: lines of the file.
        faults: see :class:`Fault`, those that lose records first.
    """

    delimiter: str
    starts: Int64
    lines: Int64
    cells: Int64
    n_lines: int
    faults: tuple[Fault, ...]

    @property
    def width(self) -> int:
        """Cells of most records, the larger number where two are as frequent; 0 when all lines are blank."""
        counts = np.bincount(self.cells[self.cells > 0])
        return int(len(counts) - 1 - np.argmax(counts[::-1])) if len(counts) else 0


# --- encoding -------------------------------------------------------------------------------------------------------


def find_encoding(content: "bytes | memoryview", declared: str | None = None) -> str:
    """The codec that reads all of the content: declared, UTF-16 by its mark, JIS by its escapes, UTF-8, or cp932.

    Raises:
        EncodingError: none of them does.
    """
    if bytes(content[:2]) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        tried = ["utf-16"]
    elif declared:
        # shift_jis knows neither ① nor 髙: the code page that Windows really writes is meant.
        name = declared.lower().replace("_", "-")
        tried = [
            {"shift-jis": "cp932", "sjis": "cp932", "utf8": "utf-8", "utf-8-sig": "utf-8"}.get(name, name)
        ]
    elif b"\x1b$" in bytes(content[:4096]):  # what its escapes turn into letters would pass for ASCII
        tried = ["iso2022_jp"]
    else:
        tried = ["utf-8", "cp932"]
    lines = []
    for codec in tried:
        try:
            if codec != "utf-8" or not _is_utf8(content):
                for _ in pieces(content, codec):
                    pass
        except UnicodeDecodeError as error:
            lines.append(bytes(content[: error.start]).count(b"\n") + 1)
        except LookupError:
            continue
        else:
            marked = codec == "utf-8" and bytes(content[:3]) == codecs.BOM_UTF8
            return "utf-8-sig" if marked else codec
    raise EncodingError(tried, max(lines, default=None))  # the encoding that went furthest is the likeliest


def as_value(content: "bytes | memoryview", kind: pa.DataType) -> pa.Array:
    """The content as one Arrow value of a large type; not copied."""
    ends = np.array([0, len(content)], np.int64)
    return pa.Array.from_buffers(kind, 1, [None, pa.py_buffer(ends), pa.py_buffer(content)])


def _is_utf8(content: "bytes | memoryview") -> bool:
    try:
        as_value(content, pa.large_string()).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def pieces(content: "bytes | memoryview", codec: str) -> Iterator[str]:
    """The text piece by piece, so that a national year never stands in memory three times."""
    decoder = codecs.getincrementaldecoder(codec)()
    for start in range(0, len(content), _BLOCK):
        kept, stop = len(decoder.getstate()[0]), start + _BLOCK
        try:
            yield decoder.decode(bytes(content[start:stop]), final=stop >= len(content))
        except UnicodeDecodeError as error:
            error.start += start - kept
            raise


def countable(content: "bytes | memoryview", codec: str) -> tuple[memoryview, str]:
    """The content without a mark in UTF-8 or cp932, and which of them it is; copied only from other encodings."""
    if codec in ("utf-8", "cp932"):
        return memoryview(content), codec
    if codec == "utf-8-sig":
        return memoryview(content)[3:], "utf-8"
    out = io.BytesIO()
    out.writelines(piece.encode() for piece in pieces(content, codec))
    return out.getbuffer(), "utf-8"


# --- counting -------------------------------------------------------------------------------------------------------


def scan(content: "bytes | memoryview", delimiter: str, codec: str = "utf-8") -> Scan:
    """Count the records of a file by its quotation marks and line ends, and collect what cannot be right.

    Args:
        content: bytes without a byte order mark, in UTF-8 or cp932.
        delimiter: separator of the cells.
        codec: how the cells are decoded where they are compared with each other.
    """
    letters = np.frombuffer(content, np.uint8)
    quotes, ends = _positions(letters, _QUOTE), _line_ends(letters)
    marks = _Marks.of(letters, quotes, ord(delimiter))
    inner = _inside(ends, marks)
    starts = np.concatenate([[0], ends[~inner] + 1])
    starts = np.append(starts[starts < len(letters)], len(letters))
    lines = np.searchsorted(ends, starts[:-1]) + 1
    n_lines = len(ends) + int((ends[-1] + 1 if len(ends) else 0) < len(letters))
    bare = Scan(delimiter, starts, lines, _cells(letters, starts, marks, ord(delimiter)), n_lines, ())
    faults: dict[int, Fault] = {}
    for fault in _faults(letters, bare, ends, inner, marks, codec):
        faults.setdefault(fault.record, fault)
    return replace(bare, faults=tuple(faults.values()))


def scan_as(content: "bytes | memoryview", suffix: str, codec: str = "utf-8") -> Scan:
    """Count by the separator that the suffix promises (``.csv``: comma, else tab), or by another one.

    Another one, a semicolon too, is taken where more of the first thousand records agree on a number of cells.
    """
    usual, *others = (",", "\t", ";") if suffix == ".csv" else ("\t", ",", ";")
    found = scan(content, usual, codec)
    head = bytes(content[: found.starts[min(_SAMPLED, len(found.cells))]])
    tried = [scan(head, other, codec) for other in others]
    instead = max(tried, key=lambda one: _agreed(one, len(one.cells)))
    if _agreed(instead, len(instead.cells)) > _agreed(found, len(instead.cells)):
        return scan(content, instead.delimiter, codec)
    return found


def _agreed(found: Scan, records: int) -> float:
    """Share of the first records that have the commonest number of cells, if that is more than one."""
    return float((found.cells[:records] == found.width).mean()) if found.width > 1 else 0.0


def _positions(letters: npt.NDArray[np.uint8], wanted: int) -> Int64:
    blocks = range(0, len(letters), _BLOCK)
    found = [np.flatnonzero(letters[at : at + _BLOCK] == wanted) + at for at in blocks]
    return np.concatenate([np.empty(0, np.int64), *found])


def _line_ends(letters: npt.NDArray[np.uint8]) -> Int64:
    """The last byte of each line end: LF, or a CR without LF behind it, as Excel for old Macs wrote."""
    feeds, returns = _positions(letters, _LF), _positions(letters, _CR)
    alone = returns[letters[np.minimum(returns + 1, len(letters) - 1)] != _LF] if len(returns) else returns
    return np.sort(np.concatenate([feeds, alone])) if len(alone) else feeds


@dataclass(frozen=True, slots=True)
class _Marks:
    """Quotation marks by what they do.

    Attributes:
        opens, closes: where each quoted part begins and ends; an unclosed one ends with the file.
        broken: numbers of the quoted parts that something other than a separator or a line end follows.
        stray: marks inside cells that are not quoted, where they are letters.
        unclosed: whether the last part never ends.
    """

    opens: Int64
    closes: Int64
    broken: Int64
    stray: Int64
    unclosed: bool

    @classmethod
    def of(cls, letters: npt.NDArray[np.uint8], quotes: Int64, separator: int) -> "_Marks":
        """As the parsers do it: a mark opens at the start of a cell only, and two in a quoted part are one letter."""
        edges, last = (separator, _LF, _CR), len(letters) - 1
        may_open = (np.isin(letters[quotes - 1], edges) | (quotes == 0)).tolist()
        may_close = (np.isin(letters[np.minimum(quotes + 1, last)], edges) | (quotes == last)).tolist()
        twin = np.append(np.diff(quotes) == 1, False).tolist()
        opens: list[int] = []
        closes: list[int] = []
        broken: list[int] = []
        stray: list[int] = []
        i, n = 0, len(quotes)
        while i < n:
            if not may_open[i]:
                stray.append(i)
                i += 1
                continue
            j = i + 1
            while j < n and twin[j]:
                j += 2
            opens.append(i)
            if j >= n:
                break
            if not may_close[j]:
                broken.append(len(closes))
            closes.append(j)
            i = j + 1
        unclosed = len(closes) < len(opens)
        ends = quotes[np.array(closes, np.int64)]
        return cls(
            quotes[np.array(opens, np.int64)],
            np.append(ends, len(letters)) if unclosed else ends,
            np.array(broken, np.int64),
            quotes[np.array(stray, np.int64)],
            unclosed,
        )


def _inside(places: Int64, marks: _Marks) -> npt.NDArray[np.bool_]:
    """Whether each place lies within a quoted part."""
    if not len(marks.opens):
        return np.zeros(len(places), bool)
    part = np.searchsorted(marks.opens, places) - 1
    return (part >= 0) & (places < marks.closes[part])


def _cells(letters: npt.NDArray[np.uint8], starts: Int64, marks: _Marks, separator: int) -> Int64:
    cells = np.ones(len(starts) - 1, np.int64)
    for at in range(0, len(letters), _BLOCK):
        found = np.flatnonzero(letters[at : at + _BLOCK] == separator) + at
        found = found[~_inside(found, marks)]
        if len(found):
            record = np.searchsorted(starts, found, "right") - 1
            counts = np.bincount(record - record[0])
            cells[record[0] : record[0] + len(counts)] += counts
    first = letters[starts[:-1]]
    cells[(first == _LF) | (first == _CR)] = 0
    return cells


def split_record(
    record: "bytes | memoryview | npt.NDArray[np.uint8]", delimiter: str, codec: str = "utf-8"
) -> list[str]:
    """The cells of one record; of a long one, those that begin in its first four thousand bytes."""
    text = bytes(record[:_SHORT]).decode(codec, errors="replace").strip("\r\n")
    return next(csv.reader([text.replace("\n", " ").replace("\r", " ")], delimiter=delimiter), [])


# --- evidence -------------------------------------------------------------------------------------------------------


def _faults(
    letters: npt.NDArray[np.uint8],
    found: Scan,
    ends: Int64,
    inner: npt.NDArray[np.bool_],
    marks: _Marks,
    codec: str,
) -> Iterator[Fault]:
    def place(at: int) -> tuple[int, int, int]:
        record = int(np.searchsorted(found.starts, at, "right")) - 1
        before = (
            np.flatnonzero(letters[found.starts[record] : at] == ord(found.delimiter)) + found.starts[record]
        )
        return record + 1, int(np.searchsorted(ends, at)) + 1, int((~_inside(before, marks)).sum())

    if marks.unclosed:
        remedy = "この引用符から後ろがすべて1つのセルに入ります。要らない引用符なら消し、閉じ忘れなら閉じてください。"
        yield Fault(*place(int(marks.opens[-1])), '引用符(")が閉じていること', remedy, fatal=True)
    over_lines = np.searchsorted(ends, marks.closes) > np.searchsorted(ends, marks.opens)
    for part in marks.broken[over_lines[marks.broken]]:
        remedy = (
            "引用符で囲まれたセルが改行をまたぎ、ありえない所で閉じています。続く記録がこのセルに入っているおそれが"
            f"あります。余分な引用符か、閉じ忘れを直してください({int(np.searchsorted(ends, marks.closes[part])) + 1}"
            "行目で閉じています)。"
        )
        yield Fault(
            *place(int(marks.opens[part])), '引用符(")がセルの初めと終わりにだけあること', remedy, fatal=True
        )
    if inner.any():
        yield from _swallowed(letters, found, ends, inner, codec)
    for part in marks.broken[~over_lines[marks.broken]]:
        remedy = f'囲まれたセルの中の引用符は、2つ続けて("")書きます。{_SAVE_ANEW}'
        yield Fault(
            *place(int(marks.opens[part])), '引用符(")がセルの初めと終わりにだけあること', remedy, fatal=False
        )
    owners = np.searchsorted(found.starts, marks.stray, "right") - 1
    for record in np.flatnonzero(np.bincount(owners) % 2) if len(owners) else ():
        at = int(marks.stray[np.searchsorted(owners, record)])
        remedy = f"片方だけの引用符を、本文の文字として読みました。{_SAVE_ANEW}"
        yield Fault(*place(at), '引用符(")が2つで一組であること', remedy, fatal=False)


def _swallowed(
    letters: npt.NDArray[np.uint8], found: Scan, ends: Int64, inner: npt.NDArray[np.bool_], codec: str
) -> Iterator[Fault]:
    """Records that hold lines which are records themselves: two stray marks make one cell of all between them."""
    width = found.width
    if width < 2:
        return
    likeness = _Likeness.of(letters, found, codec)
    if not likeness.rules:
        return
    begins = ends[inner] + 1
    begins = begins[begins < len(letters)]
    begins = begins[np.isin(letters[begins], likeness.first)]
    stops = np.append(ends, len(letters))[np.searchsorted(ends, begins)]
    hits: dict[int, list[int]] = {}
    for begin, stop in zip(begins.tolist(), stops.tolist(), strict=True):
        cells = split_record(letters[begin:stop], found.delimiter, codec)
        if stop - begin > _SHORT or len(cells) != width:
            continue
        record = int(np.searchsorted(found.starts, begin, "right")) - 1
        if likeness.fits(cells) or likeness.continues(
            cells, *_keys(letters, found, record, likeness.key, codec)
        ):
            hits.setdefault(record, []).append(begin)
    for record, lines in hits.items():
        first = int(np.searchsorted(ends, lines[0])) + 1
        remedy = (
            f"引用符で囲まれたセルが改行をまたぎ、{first}行目から記録そのものに見える行を{len(lines)}行含んでいます。"
            "余分な引用符を消してください。"
        )
        start, stop = int(found.starts[record]), lines[0]
        cell = len(split_record(letters[start:stop], found.delimiter, codec)) - 1
        yield Fault(
            record + 1, int(found.lines[record]), cell, "1つのセルに1つの記録の値", remedy, fatal=True
        )


def _form(cell: str) -> str:
    """The shape of a code or a date: S12 and S7 are A9, 2023-08-01 is 9-9-9, 令和5年 is 字9字."""
    for letters, sign in (("[0-9]+", "9"), ("[A-Za-z]+", "A"), (r"[^\W0-9A-Za-z]+", "字")):
        cell = re.sub(letters, sign, cell)
    return cell


def _keys(
    letters: npt.NDArray[np.uint8], found: Scan, record: int, key: int | None, codec: str
) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    """The numbers in a record's key, and in that of the next record, where it has any."""
    numbers = []
    for i in (record, record + 1)[: len(found.cells) - record]:
        cells = split_record(letters[found.starts[i] : found.starts[i + 1]], found.delimiter, codec)
        numbers.append(_numbers(cells[key]) if key is not None and key < len(cells) else ())
    return numbers[0], (numbers[1] or None) if numbers[1:] else None


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What the records of a file look like, learned from those on one line.

    Attributes:
        rules: cell → whether it is known by its form, and its forms (codes, dates) or values (prefectures); cells of
            free text have no rule.
        first: bytes a record may begin with.
    """

    rules: dict[int, tuple[bool, frozenset[str]]]
    first: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, letters: npt.NDArray[np.uint8], found: Scan, codec: str) -> "_Likeness":
        """Learn from up to a thousand records below the first one."""
        over = np.append(found.lines[1:], found.n_lines + 1) - found.lines > 1
        usable = np.flatnonzero(~over & (found.cells == found.width))
        usable = usable[usable > 0]
        chosen = usable[np.linspace(0, len(usable) - 1, min(_SAMPLED, len(usable))).astype(np.int64)]
        spans = [(int(found.starts[i]), int(found.starts[i + 1])) for i in chosen]
        rows = [split_record(letters[a:b], found.delimiter, codec) for a, b in spans]
        rules: dict[int, tuple[bool, frozenset[str]]] = {}
        for cell, column in enumerate(zip(*(row for row in rows if len(row) == found.width), strict=True)):
            filled = [value for value in column if value]
            forms, values = set(map(_form, filled)), set(filled)
            if all(re.search("[9A]", form) for form in forms) and len(forms) <= _FEW_FORMS:
                rules[cell] = (True, frozenset(forms))
            elif len(values) <= len(filled) / 2:
                rules[cell] = (False, frozenset(values))
        begun = letters[found.starts[chosen]]
        digits = np.frombuffer(b"0123456789", np.uint8)
        first = np.union1d(begun, digits) if np.isin(begun, digits).any() else np.unique(begun)
        return cls({cell: rule for cell, rule in rules.items() if rule[1]}, first)

    @property
    def key(self) -> int | None:
        """The first cell that is known by its form."""
        return next((cell for cell, (by_form, _) in self.rules.items() if by_form), None)

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether the cells of a line are, most of them, what their columns hold; one alone proves nothing."""
        fits = [
            (_form(cells[cell]) if by_form else cells[cell].strip('"')) in known
            for cell, (by_form, known) in self.rules.items()
            if cells[cell]
        ]
        return len(fits) > 1 and sum(fits) >= _FITTING * len(self.rules)

    def continues(self, cells: Sequence[str], own: tuple[int, ...], after: tuple[int, ...] | None) -> bool:
        """Whether a line begins like the next record: with a key between that of its own and that of the next one.

        A short plain number may be anything (「20,000円」) and must be the very next; a line with many cells and a key
        of another form needs no order.
        """
        if self.key is None or _form(key := cells[self.key]) not in self.rules[self.key][1]:
            return False
        here = _numbers(key)
        if key.isdecimal() and len(key) < _LONG_NUMBER:
            return len(own) == 1 and here[0] == own[0] + 1 and here != after
        return len(cells) >= _MANY_CELLS or (() < own < here and (after is None or here < after))


def _numbers(cell: str) -> tuple[int, ...]:
    """The numbers of a code or a date, as they are ordered."""
    return tuple(map(int, re.findall("[0-9]{1,18}", cell)))


# --- tables ---------------------------------------------------------------------------------------------------------


def read_table(content: "bytes | memoryview", found: Scan, codec: str = "utf-8") -> pa.Table:
    """All records as string columns ``c0``, ``c1``, … as wide as the widest one, blank where cells are wanting.

    Raises:
        pyarrow.ArrowInvalid: Arrow finds other records than were counted.
    """
    return pa.concat_tables(side_by_side(lambda span: _read(content, found, codec, span), [*_spans(found)]))


def look_at(
    content: "bytes | memoryview", found: Scan, codec: str, look: Callable[["bytes | memoryview"], Made]
) -> list[Made]:
    """What is made of the records in UTF-8, a part of the file at a time."""
    return side_by_side(lambda span: look(_utf8(content, found, codec, span)), [*_spans(found)])


def side_by_side(make: Callable[[Part], Made], parts: Sequence[Part]) -> list[Made]:
    """What is made of each part, in their order, whatever the number of threads; one part alone needs none."""
    if len(parts) == 1:
        return [make(parts[0])]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(make, parts))


def _read(content: "bytes | memoryview", found: Scan, codec: str, span: slice) -> pa.Table:
    """The records of a part, those of another width than most put back where they stood."""
    cells, widest = found.cells[span], int(found.cells.max())
    odd = (cells != found.width) & (cells != 0)
    read = _padded(_parse(_utf8(content, found, codec, span), found.delimiter, found.width), widest)
    if odd.any():
        filled = b"".join(
            _filled_up(content, found, codec, span.start + i, widest) for i in np.flatnonzero(odd)
        )
        read = pa.concat_tables([read, _parse(filled, found.delimiter, widest)])
    if read.num_rows != len(cells):
        raise pa.ArrowInvalid(f"{read.num_rows} of {len(cells)} records")
    return read.take(np.argsort(np.argsort(odd, kind="stable"), kind="stable")) if odd.any() else read


def _filled_up(content: "bytes | memoryview", found: Scan, codec: str, i: int, width: int) -> bytes:
    """A record with separators for the cells that it lacks."""
    record = bytes(_utf8(content, found, codec, slice(i, i + 1))).rstrip(b"\r\n")
    return record + found.delimiter.encode() * (width - int(found.cells[i])) + b"\n"


def read_columns(
    content: "bytes | memoryview", found: Scan, codec: str, places: Sequence[int], below: int
) -> Iterator[pa.Table]:
    """Some columns below the headings, a part of the file at a time; blank lines are left out.

    Args:
        content: bytes without a byte order mark, in UTF-8 or cp932.
        found: its records, all of the same width or blank.
        codec: encoding of the content.
        places: positions of the columns.
        below: records to leave out at the top.
    """
    for span in _spans(found):
        table = _parse(_utf8(content, found, codec, span), found.delimiter, found.width).select(list(places))
        kept = (found.cells[span] > 0) & (np.arange(span.start, span.stop) >= below)
        yield table.filter(pa.array(kept))


def _spans(found: Scan) -> Iterator[slice]:
    """Records that make up about a block each."""
    cuts = np.searchsorted(found.starts, np.arange(0, found.starts[-1] + _BLOCK, _BLOCK))
    for first, last in pairwise(np.unique(np.minimum(cuts, len(found.cells))).tolist()):
        yield slice(first, last)


def _utf8(content: "bytes | memoryview", found: Scan, codec: str, span: slice) -> "bytes | memoryview":
    piece = memoryview(content)[found.starts[span.start] : found.starts[span.stop]]
    return piece if codec == "utf-8" else bytes(piece).decode(codec).encode()


def _parse(content: "bytes | memoryview", delimiter: str, width: int) -> pa.Table:
    names = [f"c{i}" for i in range(width)]
    return pa_csv.read_csv(
        pa.BufferReader(content),
        read_options=pa_csv.ReadOptions(use_threads=False, column_names=names, block_size=len(content)),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=_skip,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )


def _skip(_: Any) -> str:
    return "skip"


def _padded(table: pa.Table, width: int) -> pa.Table:
    blank = pa.array([""] * table.num_rows, pa.string())
    columns = [*table.columns, *[blank] * (width - table.num_columns)]
    return pa.table({f"c{i}": column for i, column in enumerate(columns)})
