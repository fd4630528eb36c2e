"""Ways in which a text can ride in a finished file. Each takes the text and gives a file name and its bytes."""

import base64
import gzip
import html
import io
import json
import quopri
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from urllib.parse import quote

import openpyxl

_PAGE = (
    '<!doctype html><html lang="ja"><head><title>報告</title></head><body><h1>年間報告</h1>{}</body></html>'
)


def _page(inner: str) -> tuple[str, bytes]:
    return "page.html", _PAGE.format(inner).encode()


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def png_with(kind: bytes, data: bytes, tail: bytes = b"") -> bytes:
    """One grey pixel that carries a further chunk."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(kind, data) + body + chunk(b"IEND", b"") + tail


def _itxt(text: str, packed: bool) -> bytes:
    body = zlib.compress(text.encode()) if packed else text.encode()
    return png_with(b"iTXt", b"Description\0" + bytes([packed, 0]) + b"ja\0\0" + body)


def _svg(inner: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{inner}</svg>'


def _notebook(cells: list[dict[str, object]], metadata: dict[str, object] | None = None) -> bytes:
    content = {"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content).encode()


def _markdown(**metadata: object) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": metadata, "source": ["# 報告"]}


def _xlsx(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    fill(book)
    book.save(out)
    return out.getvalue()


def _in_cell(text: str) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        book.active["B2"] = text

    return _xlsx(fill)


def _down_a_sheet(text: str) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        for row, part in enumerate(_chunks(text), 1):
            book.active.append([row, part])

    return _xlsx(fill)


def _in_properties(text: str) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        book.properties.description = text

    return _xlsx(fill)


def _in_comment(text: str) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        book.active["A1"].comment = openpyxl.comments.Comment(text, "係")

    return _xlsx(fill)


def _zip(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _split(text: str) -> str:
    return "".join(f'<span class="c{i % 3}">{c}</span>\n' for i, c in enumerate(text))


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _windows_zip(name: str) -> bytes:
    """As Windows packs it: the name in cp932, and nothing that says so."""
    raw = name.encode("cp932")
    stand_in = "Q" * len(raw)
    return _zip(stand_in, b"x").replace(stand_in.encode(), raw)


def _misread(text: str, written: str, read: str) -> str:
    """Windows-1252 as browsers read it: bytes that have no letter stay control characters."""
    raw = text.encode(written)
    if read == "cp1252":
        return "".join(bytes([byte]).decode(read, "ignore") or chr(byte) for byte in raw)
    return raw.decode(read, "replace")


def _chunks(text: str, size: int = 4) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


def _ruby(text: str) -> str:
    return "".join(f"<ruby>{c}<rp>(</rp><rt>よみ</rt><rp>)</rp></ruby>" for c in text)


def _rows(text: str) -> str:
    return "".join(
        f"<tr><td>{n}</td><td>{part}</td><td>{n * 7} 件</td></tr>\n"
        for n, part in enumerate(_chunks(text), 1)
    )


def _tokens(text: str) -> str:
    tokens = [{"surface": part, "pos": "名詞", "at": n} for n, part in enumerate(_chunks(text, 2))]
    return json.dumps({"tokens": tokens}, ensure_ascii=False)


_LONG_PAGE = "件数は前の年より多い。" * 40

CARRIERS: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "html": lambda t: _page(f"<p>{t}</p>"),
    "html entities": lambda t: _page("<p>" + "".join(f"&#{ord(c)};" for c in t) + "</p>"),
    "html hex entities twice": lambda t: _page(html.escape("".join(f"&#x{ord(c):x};" for c in t))),
    "split by tags": lambda t: _page(_split(t)),
    "spaced out, wide, invisible": lambda t: _page("<p>" + "\u200b \u3000".join(_wide(t)) + "</p>"),
    "html comment": lambda t: _page(f"<!-- {t} -->"),
    "alt attribute": lambda t: _page(f'<img alt="{html.escape(t)}" src="">'),
    "css escapes": lambda t: _page(
        "<style>p::after{content:'" + "".join(f"\\{ord(c):x} " for c in t) + "'}</style>"
    ),
    "json \\u escapes in script": lambda t: _page(
        f"<script type='application/json'>{json.dumps({'a': t})}</script>"
    ),
    "byte escapes": lambda t: _page("<pre>" + "".join(f"\\x{b:02x}" for b in t.encode()) + "</pre>"),
    "percent-encoding": lambda t: _page(f'<a href="?q={quote(t)}">x</a>'),
    "quoted-printable": lambda t: ("mail.txt", quopri.encodestring(t.encode())),
    "base64 text": lambda t: _page(f"<p>{_b64(t.encode())}</p>"),
    "base64 with line ends": lambda t: _page(
        f"<p>{base64.encodebytes(('頁' * 40 + t).encode()).decode()}</p>"
    ),
    "base64 utf-16": lambda t: _page(f"<p>{_b64(t.encode('utf-16'))}</p>"),
    "base64 json": lambda t: _page(f"<i data-x='{_b64(json.dumps([t]).encode())}'></i>"),
    "base64 gzip": lambda t: _page(f"<i data-x='{_b64(gzip.compress(t.encode()))}'></i>"),
    "base64 zlib": lambda t: _page(f"<i data-x='{_b64(zlib.compress(t.encode()))}'></i>"),
    "base64 in base64": lambda t: _page(_b64(_b64(t.encode()).encode())),
    "data uri svg, base64": lambda t: _page(
        f'<img src="data:image/svg+xml;base64,{_b64(_svg(f"<text>{t}</text>").encode())}">'
    ),
    "data uri svg, percent": lambda t: _page(
        f'<img src="data:image/svg+xml,{quote(_svg(f"<text>{t}</text>"))}">'
    ),
    "svg text": lambda t: (
        "f.svg",
        _svg("".join(f"<tspan x='{i}'>{c}</tspan>" for i, c in enumerate(t))).encode(),
    ),
    "svg title": lambda t: ("f.svg", _svg(f"<title>{t}</title>").encode()),
    "svg comment": lambda t: ("f.svg", _svg(f"<!--{t}-->").encode()),
    "svg metadata": lambda t: ("f.svg", _svg(f"<metadata><dc:title>{t}</dc:title></metadata>").encode()),
    "png tEXt": lambda t: ("f.png", png_with(b"tEXt", b"Comment\0" + t.encode())),
    "png zTXt": lambda t: ("f.png", png_with(b"zTXt", b"Comment\0\0" + zlib.compress(t.encode()))),
    "png iTXt": lambda t: ("f.png", _itxt(t, packed=False)),
    "png iTXt, packed": lambda t: ("f.png", _itxt(t, packed=True)),
    "png after the end": lambda t: ("f.png", png_with(b"tEXt", b"a\0b", tail=t.encode())),
    "png in html": lambda t: _page(f'<img src="data:image/png;base64,{_b64(_itxt(t, packed=True))}">'),
    "notebook metadata": lambda t: ("n.ipynb", _notebook([_markdown()], {"note": t})),
    "cell metadata": lambda t: ("n.ipynb", _notebook([_markdown(tags=[t])])),
    "notebook markdown in lines": lambda t: (
        "n.ipynb",
        _notebook([{"cell_type": "markdown", "metadata": {}, "source": [t[:5] + "\n", t[5:]]}]),
    ),
    "widget state": lambda t: (
        "n.ipynb",
        _notebook(
            [], {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"value": t}}}}}
        ),
    ),
    "stderr": lambda t: (
        "n.ipynb",
        _notebook(
            [
                {
                    "cell_type": "code",
                    "metadata": {},
                    "source": [],
                    "execution_count": None,
                    "outputs": [{"output_type": "stream", "name": "stderr", "text": [t]}],
                }
            ]
        ),
    ),
    "csv": lambda t: ("t.csv", f"区分,件数\n{t},3\n".encode("utf-8-sig")),
    "csv cp932": lambda t: ("t.csv", f"区分,件数\n{t},3\n".encode("cp932")),
    "csv utf-16": lambda t: ("t.tsv", f"区分\t件数\n{t}\t3\n".encode("utf-16")),
    "json": lambda t: ("t.json", json.dumps({"rows": [{"a": t}]}).encode()),
    "xlsx cell": lambda t: ("t.xlsx", _in_cell(t)),
    "xlsx properties": lambda t: ("t.xlsx", _in_properties(t)),
    "xlsx comment": lambda t: ("t.xlsx", _in_comment(t)),
    "zip": lambda t: ("t.zip", _zip("a/b.txt", t.encode())),
    "zip member name": lambda t: ("t.zip", _zip(f"{t}.txt", b"x")),
    "zip in zip": lambda t: ("t.zip", _zip("in.zip", _zip("a.html", _page(_split(t))[1]))),
    "file name": lambda t: (f"{t}.txt", b"x"),
    "ruby": lambda t: _page(f"<p>{_ruby(t)}</p>"),
    "ruby without end tags": lambda t: _page("".join(f"<ruby>{c}<rt>よみ</ruby>" for c in t)),
    "readings in brackets": lambda t: _page(re.sub("([一-龯]+)", r"\1(よみ)", t)),
    "numbered lines": lambda t: (
        "t.txt",
        "".join(f"{n}: {part}\n" for n, part in enumerate(_chunks(t), 8)).encode(),
    ),
    "numbered lines of a page": lambda t: _page(
        "".join(f"<tr><td>{n}</td><td>{part}</td></tr>" for n, part in enumerate(_chunks(t), 8))
    ),
    "csv, down a column": lambda t: (
        "t.csv",
        "".join(f"{n},{part},{n * 7} 件,市\n" for n, part in enumerate(_chunks(t), 1)).encode("cp932"),
    ),
    "table, down a column": lambda t: _page(f"<table>{_rows(t)}</table>"),
    "json tokens": lambda t: ("t.json", _tokens(t).encode()),
    "json tokens in a script": lambda t: _page(f"<script>let page = {_tokens(t)};</script>"),
    "soft hyphens": lambda t: _page("&shy;".join(_chunks(t, 2))),
    "word breaks": lambda t: _page("<wbr>".join(t)),
    "lines of one width": lambda t: ("t.txt", "\r\n> ".join(_chunks(t, 7)).encode()),
    "variation selectors": lambda t: _page("\U000e0101".join(t)),
    "zip member name, cp932": lambda t: ("t.zip", _windows_zip(f"{t}.txt")),
    "png tEXt, cp932": lambda t: ("f.png", png_with(b"tEXt", b"Comment\0" + t.encode("cp932"))),
    "png tEXt, utf-16-le": lambda t: ("f.png", png_with(b"tEXt", b"Comment\0" + t.encode("utf-16-le"))),
    "png iTXt, cp932": lambda t: ("f.png", png_with(b"iTXt", b"a\0\0\0ja\0\0" + t.encode("cp932"))),
    "png eXIf, utf-16-le": lambda t: (
        "f.png",
        png_with(b"eXIf", b"II*\0\x08\0\0\0\x01UNICODE\0" + t.encode("utf-16-le")),
    ),
    "png eXIf, cp932": lambda t: ("f.png", png_with(b"eXIf", b"MM\0*JIS\0\0\0\0\0" + t.encode("cp932"))),
    "png private chunk": lambda t: ("f.png", png_with(b"noTe", t.encode())),
    "png private chunk, packed": lambda t: ("f.png", png_with(b"noTe", zlib.compress(t.encode()))),
    "png tEXt, name": lambda t: ("f.png", png_with(b"tEXt", t.encode() + b"\0x")),
    "png tEXt, utf-16-be": lambda t: ("f.png", png_with(b"tEXt", b"Comment\0" + t.encode("utf-16-be"))),
    "png tEXt, euc-jp": lambda t: ("f.png", png_with(b"tEXt", b"Comment\0" + t.encode("euc_jp"))),
    "png zTXt, cp932": lambda t: ("f.png", png_with(b"zTXt", b"C\0\0" + zlib.compress(t.encode("cp932")))),
    "png eXIf, iso-2022-jp": lambda t: (
        "f.png",
        png_with(b"eXIf", b"MM\0*JIS\0\0\0\0\0" + t.encode("iso2022_jp")),
    ),
    "png eXIf, utf-16-be": lambda t: (
        "f.png",
        png_with(b"eXIf", b"MM\0*\0\0\0\x08UNICODE\0" + t.encode("utf-16-be")),
    ),
    "ruby in capitals": lambda t: _page("".join(f'<RUBY class="a">{c}<RT>よみ</RT></RUBY>' for c in t)),
    "ruby with marked readings": lambda t: _page(
        "".join(f"<ruby>{c}<rt><span>よみ</span></rt></ruby>" for c in _chunks(t, 3))
    ),
    "readings as in Aozora": lambda t: _page("".join(f"｜{c}《よみ》" for c in _chunks(t, 3))),
    "circled numbers": lambda t: (
        "t.txt",
        "".join(f"{chr(0x2460 + n % 20)}{part}\n" for n, part in enumerate(_chunks(t, 6))).encode(),
    ),
    "kanji numbers": lambda t: (
        "t.txt",
        "".join(f"{'一二三四五六七八九十'[n % 10]}、{p}\n" for n, p in enumerate(_chunks(t, 6))).encode(),
    ),
    "days and times": lambda t: (
        "t.txt",
        "".join(f"2023-04-01 12:0{n % 10} {p}\n" for n, p in enumerate(_chunks(t, 6))).encode(),
    ),
    "times in brackets": lambda t: (
        "t.txt",
        "".join(f"[12:0{n % 10}] {p}\n" for n, p in enumerate(_chunks(t, 6))).encode(),
    ),
    "csv with semicolons, down a column": lambda t: (
        "t.csv",
        "".join(f"{n};{part};{n * 7} 件\n" for n, part in enumerate(_chunks(t), 1)).encode(),
    ),
    "markdown table, down a column": lambda t: (
        "t.md",
        "".join(f"| {n} | {part} | {n * 3} |\n" for n, part in enumerate(_chunks(t), 1)).encode(),
    ),
    "tagged words": lambda t: ("t.txt", "".join(f"{part}\t名詞,一般\n" for part in _chunks(t, 2)).encode()),
    "json rows": lambda t: (
        "t.json",
        json.dumps({"rows": [[part, "名詞", n] for n, part in enumerate(_chunks(t, 2))]}).encode(),
    ),
    "tokens in single quotes": lambda t: _page(
        f"<script>x = {[{'w': part, 'pos': '名詞'} for part in _chunks(t, 2)]}</script>"
    ),
    "xlsx, down a column": lambda t: ("t.xlsx", _down_a_sheet(t)),
    "zip member name, cp932, in a folder": lambda t: ("t.zip", _windows_zip(f"相談/{t}/a.txt")),
    "utf-8 read as latin-1 twice": lambda t: _page(
        f"<p>{_LONG_PAGE}</p><p>{_misread(_misread(t, 'utf-8', 'latin-1'), 'utf-8', 'latin-1')}</p>"
    ),
} | {
    name: lambda t, of=of: _page(f"<p>{_LONG_PAGE}</p><p>{_misread(t, *of)}</p><p>{_LONG_PAGE}</p>")
    for name, of in {
        "utf-8 read as cp932": ("utf-8", "cp932"),
        "utf-8 read as latin-1": ("utf-8", "latin-1"),
        "utf-8 read as windows-1252": ("utf-8", "cp1252"),
        "cp932 read as latin-1": ("cp932", "latin-1"),
        "utf-8 read as cp437": ("utf-8", "cp437"),
        "cp932 read as cp437": ("cp932", "cp437"),
    }.items()
}

LEAST = {"utf-8 read as cp932": 60}
"""A carrier that destroys one character of twelve, which have no reading in it: so many leave eight in a row."""
