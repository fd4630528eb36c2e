"""Everything a finished file says, in every coat it may say it in.

A file is opened by what it is, not by its name alone; each text found in it is decoded again and again (entities,
escapes, percent signs, base64, compression, archives, pictures' text) until nothing changes. What cannot be opened is
reported: the gate has no opinion on a file that it cannot read, except that it stays.
"""

import base64
import binascii
import html
import io
import json
import quopri
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, zip_longest
from urllib.parse import unquote_to_bytes

from ujo_lib.disclosure.signature import SIGNATURES, SUMS

ALLOWED = frozenset({
    ".html", ".htm", ".css", ".svg", ".png", ".csv", ".tsv", ".json", ".txt", ".md", ".ipynb", ".xlsx", ".zip",
})  # fmt: skip
"""Kinds of file a release may contain, beside the list of hashes that seals it."""

FILE_NAME = "ファイル名"
"""Carrier of what a file is called."""

BLOCK = "\x1e"
"""Stands where a block of a page ends (a cell, a paragraph, a label): no letter, so words are read across it."""

_DEPTH = 12
_LONG_RUN = 2000
_MAX_BYTES = 400_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FONTS = (b"wOF2", b"wOFF", b"OTTO", b"\0\1\0\0")
_OTHER_BINARY = {
    b"%PDF": "PDF",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"RIFF": "RIFF",
    b"7z\xbc\xaf": "7z",
    b"\xfd7zXZ": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xd0\xcf\x11\xe0": "OLE(旧形式か、暗号化された Office 文書)",
}

_BASE64 = re.compile(
    r"[A-Za-z0-9+/_-]{16,}(?:(?:\\r|\\n|[\r\n])+[ \t]*[A-Za-z0-9+/_-]{2,})*(?:(?:\\r|\\n|[\r\n])*={1,2})?"
)
_COMMON = re.compile("[\t-~\u3000-ヿ]")
# UTF-8 of four kana or kanji and of what follows: by chance no other bytes read so.
_SPOKEN = re.compile(
    rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){4}(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbe][\x80-\xbf]|[\n -~])*"
)
_LINE_ENDS = re.compile(r"(?:\\r|\\n|\s)+")
_TAG = re.compile(r"<[^<>]*>")
_TAGS = re.compile(r"(?:<[^<>]*>)+")
_INLINE = "a|abbr|b|bdi|code|em|font|i|mark|r|rb|rp|rt|rtc|ruby|s|small|span|strong|sub|sup|t|tspan|u|wbr"
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE}|{_INLINE.upper()})\b[^<>]*>")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_BYTE_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_SPACE_ESCAPE = re.compile(r"\\[nrt]")
_UNICODE_ESCAPE = re.compile(
    r"\\u\{([0-9a-fA-F]{1,6})\}|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|&#92;u([0-9a-fA-F]{4})"
)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{2,6})[ \t\r\n]?")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_QUOTED = re.compile(r"(?:=[0-9A-F]{2}(?:=\r?\n)?){2,}")
_RUBY = re.compile(r"<[rR][tTpP]\b[^>]*>(?:[^<]|<(?!/?[rR]))*(?:</[rR][tTpP]\s*>)?")
_BRACKETED_READING = re.compile(
    r"[(（《](?<=[々一-\u9fff].)(?:[ぁ-ゖァ-ヺー]{1,12}|[A-Za-zĀ-ō]{2,24})[)）》]|《[ぁ-ゖァ-ヺー]{1,12}》|[|｜](?=[^《\n]{1,12}《)"
)
_ROW_END = re.compile(r"</tr\s*>")
_CELL_END = re.compile(r"</t[dh]\s*>")
_EMPTY_LINES = re.compile(r"(?=[\n\x1e]{2})(\x1e?)\x1e*(\n?)[\n\x1e]*")
_LINE_NUMBER = re.compile(
    r"[\n\x1e]+[ \t>]*(?:[①-⑳]"
    r"|[\[(]?(?:\d{4}[-/.]\d\d?[-/.]\d\d?(?:[T ]+\d\d?:\d\d(?::\d\d)?)?|\d\d?:\d\d(?::\d\d)?)[\])]?[ \t,|\x1e]"
    r"|[\[(]?(?:[A-Za-z]?\d{1,6}|[一二三四五六七八九十]{1,3})[\])]?(?:[ \t]*[:.|)、．：\t\x1e>,]|[ \t]{2,}))[ \t\x1e]*"
)
_FOLD = re.compile(r"(?:(?<![ \t])[ \t]+)?\r?\n[ \t>|]*")  # blanks are tried from their first one only
_PAIR = re.compile(
    r""""((?:[^"\\\n]|\\.){1,64})" ?: ?"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.){1,64})' ?: ?'((?:[^'\\\n]|\\.)*)'"""
)
_PAIRED = re.compile(r"""["'] ?: ?["']""")
_CELL_REFERENCE = re.compile(
    rb' (?:r|ref|sqref|activeCell|topLeftCell)="(?:[A-Z]{1,3}[1-9][0-9]{0,6}[: ]?)+"'
)
_HEAD = 4000
_UTF8_NAME = 0x800
_PICTURE = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"bKGD", b"hIST", b"tRNS", b"pHYs", b"tIME",
})  # fmt: skip
# UTF-8 bytes of kana read as cp932 begin with one of three kanji; of kanji, they mix half-width kana with kanji.
_CP932_TRACES = re.compile("[縺繧繝]|[\uff61-\uff9f][一-\u9fff]|[一-\u9fff][\uff61-\uff9f]")
_CP932_TWINS = str.maketrans("〜‖−¢£¬—", "～∥－￠￡￢―")
_C1 = re.compile("[\x80-\x9f]+")
_LATIN_BYTES = {ord(bytes([b]).decode("cp1252", "ignore") or chr(b)): b for b in range(0x80, 0x100)}
_UTF8_IN_LATIN = re.compile("[ã-éÂÃ][\x80-\xbf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]")
_OEM_BYTES = {ord(bytes([b]).decode("cp437")): b for b in range(0x80, 0x100)}
# One of them stands in whatever Latin-1 or cp437 made of Japanese.
_WESTERN = re.compile("[\x80-\u03c6\u2010-\u25a0]")
_UTF8_IN_OEM = re.compile("[πΣσµτΦΘ][^\\x00-\\x7fぁ-鿿]{2}")
_CP932_IN_OEM = re.compile("(?:[üéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒαßΓπΣσµτΦΘΩ][^\\nぁ-鿿]){3}")
_CP932_LEADS = "".join(chr(c) for c, b in _LATIN_BYTES.items() if b < 0xA0 or 0xE0 <= b <= 0xEA)
_CP932_IN_LATIN = re.compile(f"(?:[\x80-\x9f{_CP932_LEADS}][^\\n]){{3}}")
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)


_NOT_WRITTEN = frozenset({"Cc", "Cn", "Co", "Cs"})


@dataclass(frozen=True)
class Layer:
    """One coat of a file.

    Attributes:
        carrier: how it is carried.
        text: what it says.
        words: the part that counts as words, where another layer has the rest.
        facts: whether numbers stand in it as somebody wrote them.
        unfolded: whether its line ends were taken away.
    """

    carrier: str
    text: str
    words: str | None = None
    facts: bool = True
    unfolded: bool = False


@dataclass(frozen=True)
class Unreadable:
    """Something that the gate cannot open."""

    carrier: str
    reason: str
    fatal: bool = True


Found = Iterator[Layer | Unreadable]
View = Callable[[str, str], str | None]
"""Another way to read a text, from its markup or from what is shown; None where nothing reads differently."""


def of_file(name: str, content: bytes) -> Found:
    """Layers of a finished file, its name among them."""
    yield Layer(FILE_NAME, name)
    suffix = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if name.rpartition("/")[2] in (SUMS, *SIGNATURES):
        suffix = ".txt"
    if suffix not in ALLOWED:
        yield Unreadable(suffix or "ファイル", "公表してよい種類のファイルではない")
        return
    yield from _Opener().of_bytes(content, suffix[1:], 0, must_open=True)


class _Opener:
    """One walk through a file; remembers what it has seen, and how much it has unpacked."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._unpacked = 0

    def of_bytes(self, content: bytes, carrier: str, depth: int, must_open: bool = False) -> Found:
        """Layers of bytes of unknown kind; `must_open` says that unknown bytes are a reason to refuse."""
        self._unpacked += len(content)
        if depth > _DEPTH or self._unpacked > _MAX_BYTES:
            yield Unreadable(carrier, "入れ子が深すぎるか、展開後の大きさが上限を超える")
        elif content.startswith(_PNG):
            yield from self._png(content, carrier, depth)
        elif content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield from self._zip(content, carrier, depth)
        elif content.startswith(b"\x1f\x8b"):
            yield from self._gzip(content, f"{carrier} > gzip", depth)
        elif content.startswith(_FONTS) and len(content) > 100:
            yield Unreadable(f"{carrier} > 書体", "書体ファイルの中身は読まない", fatal=False)
        elif kind := next((k for magic, k in _OTHER_BINARY.items() if content.startswith(magic)), None):
            yield Unreadable(carrier, f"{kind} は公表してよい種類ではない")
        elif (text := _decoded(content)) is not None:
            yield from self.of_text(text, carrier, depth)
        elif (inner := _inflate(content, 15)) is not None:
            yield from self.of_bytes(inner, f"{carrier} > zlib", depth + 1)
        elif must_open:
            yield Unreadable(carrier, "文字として読めない")

    def of_text(self, text: str, carrier: str, depth: int) -> Found:
        """A text in each of its coats."""
        if depth > _DEPTH:
            yield Unreadable(carrier, "入れ子が深すぎる")
            return
        if hash(text) in self._seen:
            return
        self._seen.add(hash(text))
        rest, blobs = _take_base64(text)
        yield from self._coats(rest, carrier, depth)
        for blob in blobs:
            yield from self.of_bytes(blob, f"{carrier} > base64", depth + 1)

    def _coats(self, text: str, carrier: str, depth: int) -> Found:
        marked = _COMMENT.sub("", text)
        shown = _between_tags(marked) if "<" in text else text
        yield from _shown(text, carrier, shown)
        for views in (_UNCOVERED, _REARRANGED):
            for name, view in views.items():
                if (seen := view(marked, shown)) is not None:
                    yield Layer(f"{carrier} > {name}", seen, facts=views is _UNCOVERED)
        if "<" in text:
            for comment in _COMMENT.findall(text):
                yield from self.of_text(comment, f"{carrier} > コメント", depth + 1)
        if "\n" in shown:
            yield Layer(f"{carrier} > 折り返し", _FOLD.sub("", shown), words="", unfolded=True)
        if text.lstrip()[:1] in ("{", "[", '"'):
            yield from self._json(text, carrier, depth)
        for name, undo in _MISREADINGS.items():
            if (mended := undo(text)) is not None:
                yield from self.of_text(mended, f"{carrier} > {name}", depth + 1)
        plain, coats = text, {}
        for name, decode in _DECODERS.items():
            if (alone := decode(text)) != text:
                coats[name] = alone
                plain = decode(plain)
        if len(coats) > 1:  # one may have spoilt what another would have brought to light
            for name, alone in coats.items():
                yield from _shown(alone, f"{carrier} > {name}", _between_tags(_COMMENT.sub("", alone)))
        if coats:
            yield from self.of_text(plain, f"{carrier} > {'・'.join(coats)}", depth + 1)

    def _json(self, text: str, carrier: str, depth: int) -> Found:
        try:
            content = json.loads(text)
        except ValueError:
            return
        strings = list(_strings(content))
        if strings and strings != [text]:
            yield from self.of_text("\n".join(strings), f"{carrier} > JSON", depth + 1)
        for columns in _columns(content):
            yield Layer(f"{carrier} > JSON の列", columns, facts=False)

    def _png(self, content: bytes, carrier: str, depth: int) -> Found:
        """Text chunks, unknown chunks and whatever follows the picture; not the pixels."""
        carrier, at = f"{carrier} > PNG", len(_PNG)
        while at + 12 <= len(content):
            size, kind = struct.unpack(">I4s", content[at : at + 8])
            data = content[at + 8 : at + 8 + size]
            at += 12 + size
            if kind in (b"tEXt", b"zTXt", b"iTXt"):
                yield from self._png_text(kind, data, carrier, depth)
            elif kind == b"IEND":
                break
            elif kind not in _PICTURE:
                if (inner := _inflate(data, 15)) is not None:
                    yield from _readings(inner, f"{carrier} > {kind.decode('latin-1')}")
                yield from _readings(data, f"{carrier} > {kind.decode('latin-1')}")
        if content[at:]:
            yield from self.of_bytes(content[at:], f"{carrier} > 末尾", depth + 1, must_open=True)

    def _png_text(self, kind: bytes, data: bytes, carrier: str, depth: int) -> Found:
        carrier = f"{carrier} > {kind.decode()}"
        key, _, rest = data.partition(b"\0")
        packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
        if kind == b"iTXt":
            *head, rest = rest[2:].split(b"\0", 2)
            yield Layer(carrier, " ".join(part.decode("utf-8", "replace") for part in head))
        elif kind == b"zTXt":
            rest = rest[1:]
        body = _inflate(rest, 15) if packed else rest
        if body is None:
            yield Unreadable(carrier, "圧縮を解けない")
            return
        yield from _readings(key, carrier)
        yield from self.of_text(body.decode("utf-8", "replace"), carrier, depth + 1)
        yield from _readings(body, carrier)

    def _zip(self, content: bytes, carrier: str, depth: int) -> Found:
        carrier = f"{carrier} > zip" if not carrier.endswith(("zip", "xlsx")) else carrier
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from _readings(archive.comment, f"{carrier} > コメント")
                for member in archive.infolist():
                    yield Layer(f"{carrier} > 名前", member.filename)
                    if not member.flag_bits & _UTF8_NAME:
                        yield from _readings(
                            member.orig_filename.encode("cp437", "replace"), f"{carrier} > 名前"
                        )
                    yield from _readings(member.comment, f"{carrier} > コメント")
                    if self._unpacked + member.file_size > _MAX_BYTES:
                        yield Unreadable(carrier, "展開後の大きさが上限を超える")
                        return
                    inner = archive.read(member)
                    if member.filename.startswith("xl/worksheets/"):
                        inner = _CELL_REFERENCE.sub(b"", inner)
                    part = f"{carrier} > {_part_name(member.filename)}"
                    yield from self.of_bytes(inner, part, depth + 1, must_open=bool(inner))
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as problem:
            yield Unreadable(carrier, f"開けない({type(problem).__name__})")

    def _gzip(self, content: bytes, carrier: str, depth: int) -> Found:
        inner = _inflate(content, 31)
        if inner is None:
            yield Unreadable(carrier, "圧縮を解けない")
        else:
            yield from self.of_bytes(inner, carrier, depth + 1, must_open=True)


def _part_name(member: str) -> str:
    """Which part of a workbook or archive, without the name somebody gave it."""
    for folder in ("docProps", "xl/worksheets", "xl/sharedStrings", "xl/comments", "xl/media"):
        if folder in member:
            return folder
    return "中身"


def _inflate(content: bytes, window: int) -> bytes | None:
    try:
        unpacker = zlib.decompressobj(window)
        inner = unpacker.decompress(content, _MAX_BYTES)
    except zlib.error:
        return None
    return inner + unpacker.unused_data if unpacker.eof else None  # cut off, or larger than is read


def _decoded(content: bytes) -> str | None:
    """Bytes as text, when they are text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp932" or _mostly_words(text):
            # bytes that are UTF-8 throughout are no accident: there a C1 sign is a letter read in the wrong encoding
            return text if _mostly_words(text if encoding == "cp932" else _C1.sub("", text[:_HEAD])) else None
    if len(content) % 2 == 0:
        for encoding in ("utf-16-le", "utf-16-be"):
            text = content.decode(encoding, "replace")
            # other bytes read so are rare kanji without a kana, a blank or a digit among them
            written = 5 * len(_COMMON.findall(text[:_HEAD])) > len(text[:_HEAD])
            if written and _mostly_words(text) and "\ufffd" not in text:
                return text
    return None


def _mostly_words(text: str) -> bool:
    """Whether decoded bytes look like something written: hardly any control or unassigned characters."""
    sample = "".join(text[:_HEAD].split())
    if sample.isprintable():
        return True
    rare = [c for c in sample if not c.isprintable()]
    odd = sum(unicodedata.category(c) in _NOT_WRITTEN for c in rare)
    return odd <= len(sample) // 50


def _take_base64(text: str) -> tuple[str, list[bytes]]:
    """Open the runs of base64 in a text; long ones that could be opened are taken out of it."""
    blobs: list[bytes] = []

    def decode(run: re.Match[str]) -> str:
        bare = _LINE_ENDS.sub("", run[0]).rstrip("=").translate(_URL_SAFE)
        if len(bare) >= _LONG_RUN:
            blob = _unbase64(bare)
            if blob is not None and _worth_opening(blob):
                blobs.append(blob)
                return " "
            blobs.extend(_within(bare))
            return run[0]
        blobs.extend(_short_blobs(bare))
        return run[0]

    return _BASE64.sub(decode, text), blobs


_URL_SAFE = str.maketrans("-_", "+/")


@lru_cache(maxsize=10_000)
def _short_blobs(run: str) -> tuple[bytes, ...]:
    """What a word says in base64, perhaps behind letters that are no part of it; the same words come again."""
    blobs = (_unbase64(run[skip:]) for skip in range(4))
    opened = next((blob for blob in blobs if blob is not None and _worth_opening(blob)), None)
    return _within(run) if opened is None else (opened,)


def _within(run: str) -> tuple[bytes, ...]:
    """Japanese in a run of which a part is no base64: a path or a name before it reads as other bytes."""
    return tuple(said for skip in range(4) for said in _SPOKEN.findall(_unbase64(run[skip:]) or b""))


def _unbase64(text: str) -> bytes | None:
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None


def _worth_opening(blob: bytes) -> bool:
    if blob.startswith((_PNG, b"PK\x03\x04", b"\x1f\x8b", *_FONTS)):
        return True
    if blob.startswith(tuple(_OTHER_BINARY)) and len(blob) > 100:
        return True
    return _inflate(blob, 15) is not None or _decoded(blob) is not None


def _strings(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(content, list):
        if content and all(isinstance(part, str) for part in content):
            yield "".join(content)  # notebooks keep long texts as lists of lines
        else:
            for value in content:
                yield from _strings(value)


def _columns(content: object) -> Iterator[str]:
    """Lists of lists, read place by place."""
    for value in (
        content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    ):
        yield from _columns(value)
    if isinstance(content, list) and content and all(isinstance(row, list) for row in content):
        places = zip_longest(*content)
        yield "\n".join("\n".join(value for value in place if isinstance(value, str)) for place in places)


def _shown(text: str, carrier: str, shown: str) -> Iterator[Layer]:
    """A text; of a page, what stands in its tags and what stands between them."""
    if "<" not in text:
        yield Layer(carrier, text)
        return
    yield Layer(carrier, text, words="\n".join(_TAG.findall(text)))
    yield Layer(f"{carrier} > タグの間", shown)


def _between_tags(marked: str) -> str:
    return _TAGS.sub(BLOCK, _INLINE_TAG.sub("", marked))


def _readings(content: bytes, carrier: str) -> Found:
    """A few bytes in every encoding that a Japanese machine may have used; UTF-16 may begin at any byte."""
    for encoding in ("utf-8", "cp932", "euc_jp", "iso2022_jp"):
        yield Layer(carrier, content.decode(encoding, "ignore"))
    for encoding in ("utf-16-le", "utf-16-be"):
        for start in (0, 1):
            yield Layer(carrier, content[start:].decode(encoding, "ignore"))


def _without_ruby(marked: str, _shown: str) -> str | None:
    text, found = _RUBY.subn("", marked)
    return _between_tags(text) if found else None


def _without_bracketed_readings(_marked: str, shown: str) -> str | None:
    text, found = _BRACKETED_READING.subn("", shown)
    return text if found else None


def _down_tables(marked: str, _shown: str) -> str | None:
    if "</tr" not in marked:
        return None
    rows = _ROW_END.sub("\n", _CELL_END.sub("\t", marked.replace("\n", " ")))
    return _down(_TAG.sub(BLOCK, rows), "\t")


def _down_lines(_marked: str, shown: str) -> str | None:
    head = shown[:_HEAD]
    lines = head.count("\n")
    found = [_down(shown, mark) for mark in ",\t;|" if lines and head.count(mark) >= lines]
    return "\n".join(found) if found else None


def _down(text: str, delimiter: str) -> str:
    """Lines of cells, read column by column."""
    rows = [line.split(delimiter) for line in text.split("\n")]
    columns: list[list[str]] = [[] for _ in range(max(map(len, rows)))]
    for many, alike in groupby(rows, len):
        for column, cells in zip(columns[:many], zip(*alike, strict=True), strict=True):
            column.extend(cells)
    return "\n".join("\n".join(column) for column in columns)


def _without_line_numbers(_marked: str, shown: str) -> str | None:
    text, found = _LINE_NUMBER.subn(BLOCK, _EMPTY_LINES.sub(r"\1\2", f"\n{shown}"))
    return text if found > 1 else None


def _by_key(marked: str, _shown: str) -> str | None:
    """Values of JSON, those of one key together, as tokens and rows carry them."""
    values: dict[str, list[str]] = {}
    for key, value, *other in _PAIR.findall(marked) if _PAIRED.search(marked) else ():
        values.setdefault(key or other[0], []).append(value or other[1])
    return "\n".join("\n".join(found) for found in values.values()) if values else None


def _utf8_read_as_cp932(text: str) -> str | None:
    if not _CP932_TRACES.search(text):
        return None
    return text.translate(_CP932_TWINS).encode("cp932", "replace").decode("utf-8", "replace")


def _japanese_read_as(
    table: Mapping[int, int], encoding: str, traces: re.Pattern[str]
) -> Callable[[str], str | None]:
    def undo(text: str) -> str | None:
        if not _WESTERN.search(text) or not traces.search(text):
            return None
        return text.translate(table).encode("latin-1", "replace").decode(encoding, "replace")

    return undo


def _escapes(text: str) -> str:
    if "\\" not in text:
        return text
    text = _SPACE_ESCAPE.sub(" ", text)
    text = _BYTE_ESCAPES.sub(
        lambda m: bytes.fromhex(m[0].replace("\\x", "")).decode("utf-8", "replace"), text
    )
    return _UNICODE_ESCAPE.sub(lambda m: _character(next(g for g in m.groups() if g)), text)


def _css_escapes(text: str) -> str:
    return _CSS_ESCAPE.sub(lambda m: _character(m[1]), text) if "\\" in text else text


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else " "


def _percent(text: str) -> str:
    return (
        _PERCENT.sub(lambda m: unquote_to_bytes(m[0]).decode("utf-8", "replace"), text)
        if "%" in text
        else text
    )


def _quoted_printable(text: str) -> str:
    return _QUOTED.sub(lambda m: quopri.decodestring(m[0].encode()).decode("utf-8", "replace"), text)


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", text)


_DECODERS: dict[str, Callable[[str], str]] = {
    "実体参照": html.unescape,
    "\\u 表記": _escapes,
    "CSS 表記": _css_escapes,
    "% 表記": _percent,
    "quoted-printable": _quoted_printable,
    "不可視文字": _visible,
}

_UNCOVERED: dict[str, View] = {"ルビ": _without_ruby, "読み仮名": _without_bracketed_readings}
"""What a page says without the readings above its letters or behind them."""

_REARRANGED: dict[str, View] = {
    "表の列": _down_tables,
    "列": _down_lines,
    "行番号": _without_line_numbers,
    "鍵ごと": _by_key,
}
"""Words put together again. Numbers come apart or meet in them, so no fact is looked for there."""

_MISREADINGS: dict[str, Callable[[str], str | None]] = {
    "文字化け(UTF-8 を cp932 で)": _utf8_read_as_cp932,
    "文字化け(UTF-8 を Latin-1 で)": _japanese_read_as(_LATIN_BYTES, "utf-8", _UTF8_IN_LATIN),
    "文字化け(cp932 を Latin-1 で)": _japanese_read_as(_LATIN_BYTES, "cp932", _CP932_IN_LATIN),
    "文字化け(UTF-8 を cp437 で)": _japanese_read_as(_OEM_BYTES, "utf-8", _UTF8_IN_OEM),
    "文字化け(cp932 を cp437 で)": _japanese_read_as(_OEM_BYTES, "cp932", _CP932_IN_OEM),
}
"""Texts that a program read in the wrong encoding, and wrote down."""
