"""How fast, how alike, how large: the array engine and the tagger beside Janome, MeCab and Vibrato, in one run.

Every engine works in a process of its own on the same invented chats and the same codebook, so that each has its own
peak memory. Times are CPU seconds of that process, the median of three passes. The peers need `pip install -r
requirements-bench.lock`; one that is not there is named and left out.

- MeCab runs through fugashi with the dictionary of the PyPI package ipadic; only its C call is timed, as if reading its
  output in Python were free, which flatters it.
- Vibrato gets a dictionary compiled from the very IPADIC that Janome ships.

    python benchmarks/tagging.py            # table;  --quick: fewer texts;  --json: one line of JSON at the end
    python benchmarks/tagging.py --start    # also: first call with empty caches, and a later start
    python benchmarks/tagging.py --year     # also: a national year through `ujo tag` (minutes; 1 GB of disk)
"""

import argparse
import csv
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.sample.stream import iter_texts  # noqa: E402
from ujo_lib import tagging  # noqa: E402  # after the path is set
from ujo_lib.tagging.engine import ArrayEngine, JanomeEngine, Tokens, tokenise_texts  # noqa: E402
from ujo_lib.tagging.judging import places_in  # noqa: E402
from ujo_lib.tagging.matching import THEME, candidates  # noqa: E402
from ujo_lib.tagging.normalise import Corpus, corpus, decode  # noqa: E402

CODEBOOK = ROOT / "params" / "codebook.yaml"
ENGINES = {
    "janome_text": "Janome, whole text",
    "janome": "Janome, sentence by sentence",
    "janome_tag": "Janome, all sentences + codebook",
    "arrays": "array engine",
    "tagger": "prefilter + array engine (ours)",
    "mecab": "MeCab + IPADIC",
    "mecab_tag": "prefilter + MeCab",
    "vibrato": "Vibrato + IPADIC",
    "vibrato_tag": "prefilter + Vibrato",
}
PEERS = {"mecab": ("fugashi", "ipadic"), "vibrato": ("vibrato",)}
PASSES = 3
SEED = 5
YEAR_TEXTS = 337_943
YEAR_CHARACTERS = 960


def cpu(run: Callable[[], Any], passes: int = PASSES) -> float:
    """Median CPU seconds of some passes after one that warms up."""
    run()
    times = []
    for _ in range(passes):
        begun = time.process_time()
        run()
        times.append(time.process_time() - begun)
    return statistics.median(times)


def measure(engine: str, texts: Sequence[str], checked: int) -> dict[str, Any]:
    """Time one engine in this process; slow ones see only the first `checked` texts, whose tokens and tags all give."""
    few = texts[:checked]
    seen = few if engine.startswith("janome") else texts
    characters = sum(map(len, seen))
    if engine == "janome_text":
        seconds = cpu(lambda: tokenise_texts(janome, few), 1) if (janome := JanomeEngine()) else 0.0
        return {"characters": characters, "seconds": seconds}
    cleaned, first = corpus(seen), corpus(few)
    if engine == "janome":
        janome = JanomeEngine()
        seconds = cpu(lambda: janome.tokenise(cleaned.codepoints, cleaned.sentences), 1)
        return {"characters": characters, "seconds": seconds, "tokens": spans(janome, first)}
    if engine == "arrays":
        arrays = ArrayEngine()
        seconds = cpu(lambda: arrays.tokenise(cleaned.codepoints, cleaned.sentences))
        return {"characters": characters, "seconds": seconds, "tokens": spans(arrays, first)}
    if engine in PEERS:
        peer = _peer(engine)
        sentences = _sentences(cleaned)
        seconds = cpu(lambda: [peer.parse(sentence) for sentence in sentences])
        return {"characters": characters, "seconds": seconds, "tokens": spans(peer, first)}
    if engine == "tagger":
        book = tagging.load_codebook(CODEBOOK)
        seconds = cpu(lambda: tagging.tag(texts, book))
        terms = sum(term.role == THEME for term in book.terms)
        tags = tagging.tag(few, book).masks.tolist()
        return {"characters": characters, "seconds": seconds, "tags": tags, "terms": terms}
    if engine == "janome_tag":
        book = tagging.load_codebook(CODEBOOK, JanomeEngine())
        seconds = cpu(lambda: _tag_all(few, book), 1)
        return {"characters": characters, "seconds": seconds, "tags": _tag_all(few, book).tolist()}
    peer = _peer(engine.removesuffix("_tag"))
    book = tagging.load_codebook(CODEBOOK)
    tags = _tag_behind_prefilter(few, book, peer).tolist()
    return {
        "characters": characters,
        "seconds": cpu(lambda: _parse_behind_prefilter(texts, book, peer)),
        "tags": tags,
    }


def spans(engine: Any, cleaned: Corpus) -> list[list[int]]:
    """Begin, end and base form number of every token."""
    tokens = engine.tokenise(cleaned.codepoints, cleaned.sentences)
    base = np.where(tokens.rows[:, 2] >= 0, tokens.dictionary.base_of[tokens.rows[:, 2]], -1)
    return np.column_stack((tokens.rows[:, :2], base)).tolist()


def _sentences(cleaned: Corpus) -> list[str]:
    return [cleaned.sentence(index) for index in range(len(cleaned.sentences))]


def _tag_all(texts: Sequence[str], book: tagging.Codebook) -> np.ndarray:
    """The job as it is done without this project: tokenise everything, then look."""
    cleaned = corpus(texts)
    tokens = book.engine.tokenise(cleaned.codepoints, cleaned.sentences)
    return _decided(cleaned, cleaned.sentences, cleaned.text_of, tokens, book)


def _parse_behind_prefilter(texts: Sequence[str], book: tagging.Codebook, peer: Any) -> None:
    cleaned = corpus(texts)
    found = candidates(cleaned.codepoints, cleaned.sentences, book.rules)
    for begin, end in cleaned.sentences[found]:
        peer.parse(decode(cleaned.codepoints[begin:end]))


def _tag_behind_prefilter(texts: Sequence[str], book: tagging.Codebook, peer: Any) -> np.ndarray:
    cleaned = corpus(texts)
    found = candidates(cleaned.codepoints, cleaned.sentences, book.rules)
    sentences = cleaned.sentences[found]
    tokens = peer.tokenise(cleaned.codepoints, sentences)
    return _decided(cleaned, sentences, cleaned.text_of[found], tokens, book)


def _decided(
    cleaned: Corpus, sentences: Any, text_of: Any, tokens: Tokens, book: tagging.Codebook
) -> np.ndarray:
    return places_in(tokens, sentences, text_of, book.rules).masks(cleaned.n_texts)


class Peer:
    """A foreign tokeniser behind our face: entries are any of ours with the same base form, so that bases compare."""

    def __init__(self, parse: Callable[[str], Any], read: Callable[[Any], list[tuple[str, str]]]) -> None:
        self.parse, self._read = parse, read
        self.dictionary = ArrayEngine().dictionary
        bases, entries = np.unique(self.dictionary.base_of, return_index=True)
        self._entry = {
            self.dictionary.base_forms[base]: int(entry) for base, entry in zip(bases, entries, strict=True)
        }

    def tokenise(self, codepoints: Any, bounds: Any) -> Tokens:
        """Tokenise each stretch; blanks, which MeCab drops, become no token."""
        rows, pointer = [], [0]
        for begin, end in bounds:
            sentence, at = decode(codepoints[begin:end]), 0
            for surface, base in self._read(self.parse(sentence)):
                at = sentence.index(surface, at)
                entry = self._entry.get(base, -1) if base not in ("*", "") else -1
                rows.append((begin + at, begin + at + len(surface), entry))
                at += len(surface)
            pointer.append(len(rows))
        return Tokens(codepoints, np.array(rows, np.int32).reshape(-1, 3), np.array(pointer), self.dictionary)


def _peer(name: str) -> Peer:
    if name == "mecab":
        import fugashi
        import ipadic

        def lines(output: str) -> list[tuple[str, str]]:
            rows = [line.split("\t") for line in output.splitlines() if "\t" in line]
            return [(surface, features.split(",")[6]) for surface, features in rows]

        return Peer(fugashi.GenericTagger(ipadic.MECAB_ARGS).parse, lines)
    import vibrato

    tokeniser = vibrato.Vibrato.from_textdict(*_ipadic_sources(), ignore_space=True, max_grouping_len=24)

    def tokens(found: Any) -> list[tuple[str, str]]:
        return [(token.surface(), next(csv.reader([token.feature()]))[6]) for token in found]

    return Peer(tokeniser.tokenize, tokens)


def _ipadic_sources() -> tuple[str, str, str, str]:
    """Write the installed Janome's dictionary as IPADIC sources: words, connections, classes, unknown words."""
    from janome.system_dic import MMapSystemDictionary

    source = MMapSystemDictionary.instance()
    find, extra = type(source)._find_entry.__wrapped__, type(source).lookup_extra.__wrapped__
    lexicon = []
    for number in range(max(end for _, end in source.bucket_ranges)):
        surface, left, right, cost = find(source, number)
        quoted = f'"{surface.replace(chr(34), chr(34) * 2)}"' if set(surface) & set(',"') else surface
        speech, infl_type, infl_form, base, *_ = (part.replace('"', '""') for part in extra(source, number))
        base = f'"{base}"' if "," in base or '"' in base else base
        lexicon.append(f"{quoted},{left},{right},{cost},{speech},{infl_type},{infl_form},{base},*,*")
    costs = source.connections
    matrix = [f"{len(costs)} {len(costs[0])}"]
    matrix += [f"{right} {left} {cost}" for right, row in enumerate(costs) for left, cost in enumerate(row)]
    classes = [
        f"{name} {int(rule['INVOKE'])} {int(rule['GROUP'])} {rule['LENGTH']}"
        for name, rule in source.char_categories.items()
    ]
    for reach in source.char_ranges:
        names = " ".join((reach["cate"], *reach.get("compat_cates", ())))
        first, last = ord(reach["from"]), ord(reach["to"])
        classes.append(f"0x{first:04X}..0x{last:04X} {names}" if first != last else f"0x{first:04X} {names}")
    unknown = [
        f"{name},{left},{right},{cost},{speech},*,*,*"
        for name, entries in source.unknowns.items()
        for left, right, cost, speech in entries
    ]
    return "\n".join(lexicon), "\n".join(matrix), "\n".join(classes), "\n".join(unknown)


def child(engine: str, texts: int, checked: int) -> dict[str, Any]:
    """Measure one engine in a fresh process."""
    command = [sys.executable, __file__, "--engine", engine, "--texts", str(texts), "--checked", str(checked)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1:]}
    return json.loads(done.stdout.splitlines()[-1])


def compared(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The figures the project promises."""
    speed = {name: one["characters"] / one["seconds"] for name, one in found.items() if "seconds" in one}

    def times(one: str, other: str) -> float | None:
        return round(speed[one] / speed[other], 2) if one in speed and other in speed else None

    return {
        "engine_x_janome": times("arrays", "janome"),
        "token_differences": differences(found, "arrays", "janome", "tokens"),
        "tag_x_janome": times("tagger", "janome_tag"),
        "tag_differences": differences(found, "tagger", "janome_tag", "tags"),
        "tag_x_mecab": times("tagger", "mecab_tag"),
        "tag_x_vibrato": times("tagger", "vibrato_tag"),
        "characters": found["tagger"]["characters"],
        "terms": found["tagger"]["terms"],
    }


def differences(found: dict[str, dict[str, Any]], one: str, other: str, what: str) -> int | None:
    """Tokens or texts that differ."""
    if what not in found.get(one, {}) or what not in found.get(other, {}):
        return None
    if what == "tokens":
        return len({*map(tuple, found[one][what])} ^ {*map(tuple, found[other][what])})
    return sum(a != b for a, b in zip(found[one][what], found[other][what], strict=True))


def alike(found: dict[str, dict[str, Any]], name: str) -> str:
    """Share of tokens or tags that are those of Janome by sentence."""
    for what, reference in (("tokens", "janome"), ("tags", "janome_tag")):
        if what in found[name] and what in found.get(reference, {}):
            total = len(found[reference][what])
            if what == "tags":
                return f"{1 - differences(found, name, reference, what) / total:.2%} of texts"
            same = {*map(tuple, found[name][what])} & {*map(tuple, found[reference][what])}
            return f"{len(same) / total:.2%} of tokens"
    return ""


def start() -> dict[str, float]:
    """Seconds of wall clock of the first call with empty caches, and of a later one."""
    code = f"from ujo_lib import tagging as t; t.tag(['学校に行けない'], t.load_codebook({str(CODEBOOK)!r}))"
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"UJO_CACHE_DIR": folder, "PYTHONPATH": str(ROOT / "src")}
        for _ in range(2):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], env=environment, check=True)
            seconds.append(round(time.perf_counter() - begun, 2))
    return {"first_call_seconds": seconds[0], "later_start_seconds": seconds[1]}


def year(texts: int) -> dict[str, float]:
    """A national year through the command line on two threads: seconds and peak memory of the process."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "year.csv"
        characters = 0
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["consult_id", "text"])
            for text_id, text, _ in iter_texts(texts, SEED, YEAR_CHARACTERS):
                writer.writerow([text_id, text])
                characters += len(text)
        code = "import sys; from ujo_lib.cli import main; sys.exit(main())"
        command = [
            sys.executable,
            "-c",
            code,
            "tag",
            str(source),
            str(Path(folder) / "out.parquet"),
            "--jobs",
            "2",
        ]
        begun = time.perf_counter()
        subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, check=True, cwd=ROOT)
        seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "year_texts": texts,
        "year_characters": characters,
        "year_seconds": round(seconds, 1),
        "year_peak_mb": round(peak),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer texts")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--start", action="store_true", help="time the first call and a later start")
    parser.add_argument(
        "--year", nargs="?", type=int, const=YEAR_TEXTS, help="tag a national year, or so many texts"
    )
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--texts", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--checked", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    texts, checked = (
        (options.texts, options.checked) if options.engine else (400, 10) if options.quick else (3000, 60)
    )
    if options.engine:
        chats = [text for _, text, _ in iter_texts(texts, SEED, YEAR_CHARACTERS)]
        result = measure(options.engine, chats, checked)
        result["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        print(json.dumps(result))
        return
    extra = (year(options.year) if options.year else {}) | (start() if options.start else {})
    found = {}
    for name in ENGINES:
        needed = PEERS.get(name.removesuffix("_tag"), ())
        missing = [module for module in needed if importlib.util.find_spec(module) is None]
        if missing:
            print(
                f"not measured: {ENGINES[name]} ({', '.join(missing)} not installed; requirements-bench.lock)"
            )
        else:
            found[name] = child(name, texts, checked)
    print(f"{'engine':36}{'characters/s':>14}{'same as Janome':>22}{'peak MB':>10}")
    for name, one in found.items():
        if "failed" in one:
            print(f"{ENGINES[name]:36} failed: {one['failed']}")
            continue
        print(
            f"{ENGINES[name]:36}{one['characters'] / one['seconds']:14,.0f}{alike(found, name):>22}{one['peak_mb']:>10}"
        )
    figures = compared(found) | extra
    for name, value in figures.items():
        print(f"{name:22} {value}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
