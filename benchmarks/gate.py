"""What the gate finds, what it does not raise an alarm about, and how long a national year takes.

Planted: pieces of invented texts, 8 to 60 characters long, in every carrier of the tests, and every spelling of every
kind of fact in a dozen of them; no piece is a committed phrase with other numbers. Clean: fifty releases made of
committed wording, codebook words, numbers, code tables and whatever else looks like a fact (pages, CSV, xlsx,
pictures; more than 10 MB together), held against a synthetic national year of 337,943 texts with some 325 million
characters that were written with the same everyday words, and against record numbers of every kind; a run scans one
release, whose time is given beside that of the fifty. The peer is a plain search, in the bytes of the file, for the
planted piece or for the fact as the data have it.
"""

import argparse
import io
import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.disclosure.carriers import CARRIERS, LEAST, png_with  # noqa: E402  # after the path is set
from tests.disclosure.facts import FACTS, LOOKALIKES, NAMES, NUMBERS  # noqa: E402
from ujo_lib.disclosure.gate import Confidential, Finding, Gate  # noqa: E402
from ujo_lib.text import strip_for_match  # noqa: E402

NATIONAL = 337_943
LENGTHS = (8, 9, 10, 12, 16, 20, 24, 32, 40, 48, 54, 60)
K = 5
FACT_CARRIERS = (
    "html", "html entities", "alt attribute", "json \\u escapes in script", "percent-encoding", "base64 text",
    "base64 gzip", "svg text", "png iTXt", "png eXIf, utf-16-le", "csv", "csv utf-16", "json", "xlsx cell", "zip",
)  # fmt: skip

WHO = [
    "母が",
    "父が",
    "先生が",
    "友だちが",
    "上司が",
    "同僚が",
    "妹が",
    "兄が",
    "となりの人が",
    "担任が",
    "店長が",
]
WHEN = [
    "朝になると",
    "夜中に",
    "放課後に",
    "日曜の夕方",
    "このごろ",
    "去年の春から",
    "毎日のように",
    "雨の日は",
]
WHAT = [
    "学校のこと",
    "仕事のこと",
    "家のお金",
    "進路の話",
    "洗い物",
    "部活の練習",
    "引っ越し",
    "返信",
    "面接の予定",
]
HOW = ["を話そうとすると黙ってしまう", "で頭がいっぱいになる", "を笑われた気がした", "について相談したい"]
AND = [
    "。それから",
    "。だけど",
    "、だから",
    "。正直に言うと",
    "、けれど",
    "。ずっと",
    "。なんとなく",
    "。たぶん",
]
WORDING = (
    "{year}年の相談は{n}件で、前の年より{d}件{dir}。",
    "相談が最も多い月は{month}である。",
    "{a}は{share}%で、{b}の{ratio}倍である。",
    "相談内容は{a}、{b}、{c}の順に多い。",
    "曜日では{a}が最も多く、週末に向かって少なくなる。",
    "家族への支援が必要との声が多かった。",
    "四捨五入のため、内訳の合計が総数や100%に一致しないことがある。",
    "人数が少ない欄は x と表す。",
    "22時台と23時台が最も多く、午前中の約{ratio}倍である。",
    "有効回答は{n}人、無回答は{d}人である。",
)


def clauses(rng: np.random.Generator) -> list[str]:
    """Everyday half-sentences."""
    pick = [rng.choice(words, 6000) for words in (WHEN, WHO, WHAT, HOW, AND)]
    return ["".join(parts) for parts in zip(*pick, strict=True)]


def national_year(count: int, seed: int) -> Iterator[Confidential]:
    """Texts as they stream in: about 960 characters each, two thirds of the clients write more than once."""
    rng = np.random.default_rng(seed)
    said = clauses(rng)
    words = vocabulary_words()
    for number in range(count):
        picks = rng.integers(0, len(said), 38)
        own = words[int(picks[0]) % len(words)]
        text = f"{own}のことで{number}回目に書きます。" + "".join([said[i] for i in picks])
        yield Confidential(f"client-{number * 2 // 3:06d}", text, f"K{number:07d}")


def vocabulary_words() -> list[str]:
    """Words of the committed codebook and questionnaire."""
    text = "".join(
        (ROOT / "params" / name).read_text(encoding="utf-8")
        for name in ("codebook.yaml", "survey_items.yaml")
    )
    found = {
        word.strip(" -\"'[]{}:#,")
        for word in text.replace("[", ",").replace("]", ",").replace("\n", ",").split(",")
    }
    return sorted(word for word in found if 2 <= len(word) <= 20 and not word.isascii())


def vocabulary() -> str:
    """Everything a clean release may say."""
    return "\n".join([*WORDING, *vocabulary_words()])


def clean_release(folder: Path, rng: np.random.Generator) -> None:
    """One report: a page, tables as CSV and xlsx, a picture."""
    folder.mkdir(parents=True)
    words = vocabulary_words()
    sentences = "".join(f"<p>{_spoken(rng, words)}</p>\n" for _ in range(300))
    rows = [
        [str(rng.choice(words)), int(rng.integers(5, 3000)), f"{rng.random() * 100:.1f}"] for _ in range(1500)
    ]
    table = "".join(f"<tr><th>{a}</th><td>{n:,}</td><td>{s}</td></tr>\n" for a, n, s in rows)
    marks = "".join(
        f'<rect x="{i}" y="{n}" width="3" height="{n}"><title>{a} {n}</title></rect>'
        for i, (a, n, _) in enumerate(rows[:400])
    )
    body = f"{sentences}<table>{table}</table><svg>{marks}</svg>"
    page = f'<!doctype html><html lang="ja"><head><title>報告</title></head><body>{body}</body></html>'
    (folder / "page.html").write_text(page, encoding="utf-8")
    (folder / "table.csv").write_text("\n".join(f"{a},{n},{s}" for a, n, s in rows), encoding="utf-8-sig")
    book = openpyxl.Workbook()
    for row in rows[:300]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    (folder / "table.xlsx").write_bytes(out.getvalue())
    codes = [f"{int(n):02d}|{int(n) + 20}|{int(n):04d}" for n in rng.integers(0, 99, 60)] + list(LOOKALIKES)
    (folder / "codes.csv").write_text("\n".join(codes), encoding="cp932", errors="replace")
    cells = "".join(f"<tr><td>{code.replace('|', '</td><td>')}</td></tr>" for code in codes)
    (folder / "codes.html").write_text(f"<table>{cells}</table>", encoding="utf-8")
    (folder / "figure.png").write_bytes(png_with(b"tEXt", b"Title\0report"))


def _spoken(rng: np.random.Generator, words: list[str]) -> str:
    a, b, c = (str(word) for word in rng.choice(words, 3))
    n, d = int(rng.integers(100, 4000)), int(rng.integers(1, 90))
    return str(rng.choice(WORDING)).format(
        year=int(rng.integers(2019, 2025)), n=f"{n:,}", d=d, dir=rng.choice(["多い", "少ない"]), a=a, b=b, c=c,
        month=f"{int(rng.integers(1, 13))}月", share=f"{rng.random() * 100:.1f}", ratio=f"{1 + rng.random() * 2:.1f}",
    )  # fmt: skip


Tally = dict[str, list[int]]
"""Carrier or kind of fact → [planted, found by the gate, found by plain search]."""


def planted(folder: Path, repeats: int) -> Tally:
    """Plant pieces of texts, scan, count."""
    texts = list(national_year(2000, seed=7))
    rng = np.random.default_rng(11)
    tally = {}
    for name, carry in CARRIERS.items():
        tally[name] = [0, 0, 0]
        for length in LENGTHS * repeats:
            owner = texts[int(rng.integers(len(texts)))]
            piece = _own_words(owner.text, max(length, LEAST.get(name, 0)), rng)
            file, content = carry(piece)
            found = scanned(Gate([owner], vocabulary(), K), folder / file, content)
            hit = any(f.kind == "text" and f.severity == "error" and f.record == owner.record for f in found)
            count(tally[name], hit, piece.encode() in content)
    return tally


def _own_words(text: str, length: int, rng: np.random.Generator) -> str:
    """A piece that says more than committed words with other numbers, of which the gate warns (docs/disclosure.md)."""
    body, committed = strip_for_match(text), strip_for_match(vocabulary())
    while True:
        start = int(rng.integers(0, len(body) - 60))
        piece = body[start : start + length]
        if any(part not in committed for part in re.split(r"\d+回?", piece)):
            return piece


def planted_facts(folder: Path) -> Tally:
    """Plant every spelling of every kind of fact; a plain search knows the fact as the data have it."""
    tally = {}
    for kind, spellings in FACTS.items():
        tally[kind] = [0, 0, 0]
        listed = {"user": NAMES, "id": NUMBERS}.get(kind, spellings[:1])
        for spelling in spellings:
            for carrier in FACT_CARRIERS:
                file, content = CARRIERS[carrier](f"これは、{spelling} です。")
                found = scanned(Gate([], vocabulary(), K, NUMBERS, NAMES), folder / file, content)
                hit = any(f.kind == kind and f.severity == "error" for f in found)
                count(tally[kind], hit, any(fact.encode() in content for fact in listed))
    return tally


def scanned(gate: Gate, file: Path, content: bytes) -> list[Finding]:
    """What the gate finds in one file."""
    file.write_bytes(content)
    found = gate.scan([file])
    file.unlink()
    return found


def count(row: list[int], gate: bool, plain: bool) -> None:
    """Add one plant."""
    row[:] = [a + b for a, b in zip(row, (1, gate, plain), strict=True)]


def written(place: Path, texts: int) -> tuple[Path, int]:
    """The national year on disk, one text a line, and how many characters it has."""
    file, characters = place / "national.tsv", 0
    with file.open("w", encoding="utf-8") as out:
        for text in national_year(texts, seed=1):
            out.write(f"{text.client}\t{text.record}\t{text.text}\n")
            characters += len(text.text)
    return file, characters


def streamed(file: Path) -> Iterator[Confidential]:
    """The texts as a reader meets them."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            client, record, text = line.rstrip("\n").split("\t")
            yield Confidential(client, text, record)


@dataclass(frozen=True)
class Clean:
    """Fifty clean releases against the national year."""

    alarms: list[str]
    seconds: float
    cpu_seconds: float
    characters: int
    size: int


def clean(folder: Path, releases: int, texts: int) -> Clean:
    """Scan clean releases against the national year, which lies on disk."""
    file, characters = written(folder, texts)
    for number in range(releases):
        clean_release(folder / "out" / f"release{number:02d}", np.random.default_rng([5, number]))
    size = sum(path.stat().st_size for path in (folder / "out").rglob("*") if path.is_file())
    start, cpu = time.perf_counter(), time.process_time()
    numbers = [*NUMBERS, *map(str, range(1, 10_000)), *(f"2023-{n:04d}" for n in range(2_100))]
    gate = Gate(streamed(file), vocabulary(), K, numbers, NAMES)
    alarms = [str(found) for found in gate.scan(sorted((folder / "out").iterdir()))]
    return Clean(alarms, time.perf_counter() - start, time.process_time() - cpu, characters, size)


def main() -> None:
    """Measure, print, and with --json end in one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the national year, one plant per length"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    texts = NATIONAL // 10 if options.quick else NATIONAL
    with tempfile.TemporaryDirectory() as place:
        tally = planted(Path(place), 1 if options.quick else 2)
        facts = planted_facts(Path(place))
    with tempfile.TemporaryDirectory() as place:
        year = clean(Path(place), 50, texts)
    with tempfile.TemporaryDirectory() as place:
        one = clean(Path(place), 1, texts)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{'carrier':34} planted  gate  plain search")
    for name, (total, hit, plain) in (tally | facts).items():
        print(f"{name:34} {total:7} {hit:5} {plain:13}")
    print(f"{len(tally)} carriers, {len(facts)} kinds of fact")
    print(f"50 clean releases, {year.size / 1e6:.1f} MB, alarms: {len(year.alarms)}")
    print(
        f"{texts:,} texts, {year.characters / 1e6:.0f} M chars: one release {one.seconds:.1f} s"
        f" ({one.cpu_seconds:.1f} s CPU), fifty at once {year.seconds:.1f} s ({year.cpu_seconds:.1f} s CPU)"
    )
    print(f"peak memory {memory:.2f} GB")
    for alarm in year.alarms[:10]:
        print(" ", alarm)
    if options.json:
        result = {
            "planted": sum(t[0] for t in (tally | facts).values()),
            "found": sum(t[1] for t in (tally | facts).values()),
            "found_by_plain_search": sum(t[2] for t in (tally | facts).values()),
            "planted_facts": sum(t[0] for t in facts.values()),
            "carriers": len(tally),
            "false_alarms": len(year.alarms),
            "national_scan_s": round(one.seconds, 1),
            "national_scan_cpu_s": round(one.cpu_seconds, 1),
            "fifty_releases_s": round(year.seconds, 1),
            "fifty_releases_cpu_s": round(year.cpu_seconds, 1),
            "national_texts": texts,
            "national_characters": year.characters,
            "release_mb": round(year.size / 1e6, 1),
            "peak_memory_gb": round(memory, 2),
        }
        print(json.dumps(result))


if __name__ == "__main__":
    main()
