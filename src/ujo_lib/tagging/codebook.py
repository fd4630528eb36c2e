"""The codebook: which words speak of which theme, compiled once into the arrays the kernels read.

A term is written the way an analyst thinks of it: `学校` (whatever words that is), `死ぬ+たい` (base forms in a
row), `s:眠れな` (characters anywhere), `near(学校-怖い)[5]` (close together, in either order). Compiling answers the
question no word list answers: can this term ever be found? What cannot, what stands twice, what contradicts itself and
what would hit nearly every sentence is an error with its line.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product
from math import prod
from typing import Literal

import numpy as np

from ujo_lib.columns import TOTAL_LABELS
from ujo_lib.errors import InputError
from ujo_lib.tagging.compiled import compiled_once
from ujo_lib.tagging.engine import Engine, default_engine, words_of
from ujo_lib.tagging.judging import judged_hits
from ujo_lib.tagging.matching import (
    ANY_THEME,
    CANCEL,
    EXCLUDE,
    NEAR,
    STATUS,
    STOP,
    SUBSTRING,
    TERM,
    THEME,
    UNCONFIRMED,
    UNLESS,
    VALID,
    WORDS,
    Rules,
    build_automaton,
    pack_words,
)
from ujo_lib.tagging.normalise import corpus, normalise

Role = Literal["factor", "state", "contact", "need"]
ROLES: tuple[Role, ...] = ("factor", "state", "contact", "need")
MOST_THEMES = 63
NEAR_WORDS = 10
NO_THEME = "なし"
"""Label of the texts without any theme."""
MAIN = 3
"""A theme is a main concern of a text from so many places on: where nothing else is said, the number at which tags of
real chats agreed best with their main topic."""
_MOST_PATTERNS = 300
_NEAR = re.compile(r"near\((?P<first>[^()-]+)-(?P<second>[^()-]+)\)(?:\[(?P<reach>\d{1,9})\])?")
_KH_CODER = re.compile(r"^seq\(|^near\(.*\)\[[bd]|^no\.$|^'|[|&<>]|==")
_FUNCTION_WORDS = ("助詞", "助動詞", "記号", "接続詞", "フィラー")


@dataclass(frozen=True)
class CodebookProblem:
    """One mistake in a codebook: its line, a short name of the cause, and what to do, in Japanese."""

    line: int
    cause: str
    message: str

    def __str__(self) -> str:
        return f"{self.line}行目 [{self.cause}] {self.message}"


class CodebookError(InputError):
    """A codebook that cannot be used; all its problems at once."""

    def __init__(self, problems: Sequence[CodebookProblem], name: str = "コードブック") -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__(f"{name} を直してください。\n" + "\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class TermSource:
    """A term as written.

    Attributes:
        text: the term in the notation of this module.
        line: its line in the file.
        cancel: cancel groups that undo it, if other than its theme's.
        within: reach of a cancel term in characters, if other than its group's.
    """

    text: str
    line: int
    cancel: tuple[str, ...] | None = None
    within: int | None = None


@dataclass(frozen=True)
class ThemeSource:
    """A theme as written.

    `topic` is the category of the national statistics it corresponds to; from `main` places on it is a main concern of
    a text (see `depth`).
    """

    id: str
    label: str
    role: Role
    terms: tuple[TermSource, ...]
    exclude: tuple[TermSource, ...] = ()
    cancel: tuple[str, ...] = ()
    topic: str = ""
    examples: tuple[str, ...] = ()
    main: int = MAIN
    line: int = field(kw_only=True)


@dataclass(frozen=True)
class CancelSource:
    """A way of undoing what was said: negation, or a reassuring word. `unless` lists what only looks like it."""

    id: str
    terms: tuple[TermSource, ...]
    unless: tuple[TermSource, ...] = ()
    within: int = 0


@dataclass(frozen=True)
class CodebookSource:
    """A codebook as written."""

    version: str
    themes: tuple[ThemeSource, ...]
    cancels: tuple[CancelSource, ...] = ()
    exclude: tuple[TermSource, ...] = ()
    stops: tuple[TermSource, ...] = ()


@dataclass(frozen=True)
class Term:
    """A compiled term.

    Attributes:
        source: as written.
        kind: `SUBSTRING`, `WORDS` or `NEAR`.
        role: `THEME`, `EXCLUDE`, `CANCEL`, `UNLESS` or `STOP`.
        owner: number of the theme or cancel group, `ANY_THEME` for an exclusion from all.
        substring: the characters of a `SUBSTRING`.
        words: the base forms: one sequence, for `NEAR` two.
        cancels: bits of the cancel groups.
        within: reach, in characters (cancel) or words (near).
    """

    source: TermSource
    kind: int
    role: int
    owner: int
    substring: str
    words: tuple[tuple[str, ...], ...]
    cancels: int
    within: int


def wrong_label(label: str, line: int) -> Iterator[CodebookProblem]:
    """Names by which no row of a table and no sentence could tell a theme."""
    others = (*TOTAL_LABELS, NO_THEME)
    if not label.strip() or label.strip() in others or {*label} & {*"{}\n"}:
        told = f"テーマの表示名「{label}」は、空か、ほかの行の名前({'・'.join(others)})か、波括弧や改行を含む"
        yield CodebookProblem(line, "表示名", told)


@dataclass(frozen=True)
class Book:
    """What gives texts their themes, ready for use, together with the engine it was compiled for."""

    source: CodebookSource
    engine: Engine

    @property
    def themes(self) -> tuple[ThemeSource, ...]:
        """The themes in the order of their bits."""
        return self.source.themes

    @property
    def ids(self) -> tuple[str, ...]:
        """Theme ids in the order of their bits."""
        return tuple(theme.id for theme in self.source.themes)

    @property
    def labels(self) -> dict[str, str]:
        """Label of each theme id."""
        return {theme.id: theme.label for theme in self.source.themes}

    def labels_of(self, *roles: Role) -> dict[str, str]:
        """Label of each theme id with one of the roles."""
        return {theme.id: theme.label for theme in self.source.themes if theme.role in roles}

    @property
    def digests(self) -> dict[str, str]:
        """Of each theme id a digest of what gives it to a text, whatever its name and its place in the file."""
        return {
            theme.id: hashlib.sha256(repr(self._rules_of(theme)).encode()).hexdigest()[:8]
            for theme in self.source.themes
        }

    def _rules_of(self, theme: ThemeSource) -> object:
        of_all = (*self.source.exclude, *self.source.stops)
        cancels = [
            (one.id, one.within, _written(one.terms), _written(one.unless)) for one in self.source.cancels
        ]
        return _written(theme.terms), _written(theme.exclude), theme.cancel, cancels, _written(of_all)

    @property
    def variables(self) -> tuple[str, ...]:
        """What it asks of a record beside the text."""
        return ()


def _written(terms: Sequence[TermSource]) -> list[tuple[object, ...]]:
    """Terms without their lines, in an order that no file gives."""
    return sorted((term.text, str(term.cancel), str(term.within)) for term in terms)


@dataclass(frozen=True)
class Codebook(Book):
    """A codebook of terms."""

    terms: tuple[Term, ...]
    rules: Rules

    def __reduce__(self) -> tuple[object, ...]:
        # What travels to another process is the text of the codebook; the arrays are made again there, once.
        return kept_codebook, (self.source, self.engine)

    @property
    def all_themes(self) -> np.uint64:
        """The bits of all themes."""
        return np.uint64((1 << len(self.source.themes)) - 1)


def compile_codebook(source: CodebookSource, engine: Engine | None = None) -> Codebook:
    """Compile a codebook for an engine.

    Raises:
        CodebookError: see the head of this module; all problems at once.
    """
    with compiled_once("codebook"):
        compiler = _Compiler(source, engine or default_engine())
        compiler.read()
        if compiler.problems:
            raise CodebookError(compiler.problems)
        rules = _rules(compiler.terms, compiler.engine)
        codebook = Codebook(source, compiler.engine, tuple(compiler.terms), rules)
        problems = list(_beyond_reach(codebook))
    if problems:
        raise CodebookError(problems)
    return codebook


@lru_cache(maxsize=8)
def kept_codebook(source: CodebookSource, engine: Engine) -> Codebook:
    """`compile_codebook`, once in a process: kernels are forks of one that has done so, parts of a file go to few."""
    return compile_codebook(source, engine)


class _Compiler:
    """Reads the written terms one by one and collects problems instead of stopping at the first."""

    def __init__(self, source: CodebookSource, engine: Engine) -> None:
        self.source = source
        self.engine = engine
        self.terms: list[Term] = []
        self.problems: list[CodebookProblem] = []
        self._groups = {cancel.id: number for number, cancel in enumerate(source.cancels)}
        self._read: dict[tuple[object, ...], Term] = {}

    def read(self) -> None:
        """Read everything."""
        self._check_ids()
        for number, theme in enumerate(self.source.themes):
            for term in theme.terms:
                self._add(term, THEME, number, self._bits(term, theme.cancel))
            for term in theme.exclude:
                self._add(term, EXCLUDE, number, 0)
        for number, group in enumerate(self.source.cancels):
            for term in group.terms:
                self._add(term, CANCEL, number, 0, group.within)
            for term in group.unless:
                self._add(term, UNLESS, number, 0)
        for term in self.source.exclude:
            self._add(term, EXCLUDE, ANY_THEME, 0)
        for term in self.source.stops:
            self._add(term, STOP, ANY_THEME, 0)

    def _problem(self, line: int, cause: str, message: str) -> None:
        self.problems.append(CodebookProblem(line, cause, message))

    def _check_ids(self) -> None:
        seen: dict[str, int] = {}
        for theme in self.source.themes:
            for named in (f"テーマ「{theme.id}」", f"テーマの表示名「{theme.label}」"):
                if named in seen:
                    self._problem(theme.line, "重複", f"{named}は{seen[named]}行目にもある")
                seen[named] = theme.line
            self.problems.extend(wrong_label(theme.label, theme.line))
            if not theme.terms:
                self._problem(theme.line, "語なし", f"テーマ「{theme.id}」に語が一つもない")
        if not self.source.themes:
            self._problem(1, "テーマなし", "テーマを一つ以上書く")
        if len(self.source.themes) > MOST_THEMES:
            self._problem(self.source.themes[MOST_THEMES].line, "多すぎ", f"テーマは{MOST_THEMES}個まで")

    def _bits(self, term: TermSource, usual: tuple[str, ...]) -> int:
        names = usual if term.cancel is None else term.cancel
        unknown = [name for name in names if name not in self._groups]
        if unknown:
            known = "、".join(self._groups) or "なし"
            self._problem(
                term.line, "未定義", f"取り消しの組「{unknown[0]}」は定義されていない(定義済み: {known})"
            )
        return sum(1 << self._groups[name] for name in names if name in self._groups)

    def _add(self, source: TermSource, role: int, owner: int, cancels: int, within: int = 0) -> None:
        term = self._parsed(source, role, owner, cancels, within)
        if term is None:
            return
        key = (role, owner, term.kind, term.substring, term.words)
        if key in self._read:
            self._problem(
                source.line, "重複", f"「{source.text}」は{self._read[key].source.line}行目にもある"
            )
            return
        opposite = {THEME: EXCLUDE, EXCLUDE: THEME, CANCEL: UNLESS, UNLESS: CANCEL}.get(role)
        if clash := self._read.get((opposite, *key[1:])):
            told = f"「{source.text}」は{clash.source.line}行目では反対の役目になっている"
            self._problem(source.line, "矛盾", told)
            return
        self._read[key] = term
        self.terms.append(term)

    def _parsed(self, source: TermSource, role: int, owner: int, cancels: int, within: int) -> Term | None:
        reach = within if source.within is None else source.within
        text = source.text.strip()
        if not text:
            self._problem(source.line, "空", "語が空")
            return None
        if text.startswith("s:"):
            substring = self._sentence(source, text.removeprefix("s:"))
            if substring is None or self._too_common(source, substring):
                return None
            return Term(source, SUBSTRING, role, owner, substring, (), cancels, reach)
        if _KH_CODER.search(normalise(text)):
            message = f"「{text}」は KH Coder の書き方。コードブックでは使えないので、.cod のファイルに書く"
            self._problem(source.line, "書式", message)
            return None
        near = _NEAR.fullmatch(text)
        if near is None and text.startswith("near("):
            self._problem(source.line, "書式", f"「{text}」は near(語-語)[語数] の形になっていない")
            return None
        parts = [near["first"], near["second"]] if near else [text]
        words = tuple(self._words(source, part, role) for part in parts)
        if any(not sequence for sequence in words):
            return None
        if near:
            reach = int(near["reach"] or NEAR_WORDS)
        return Term(source, NEAR if near else WORDS, role, owner, "", words, cancels, reach)

    def _sentence(self, source: TermSource, text: str) -> str | None:
        """Normalise the characters of a term; a term that is not within one sentence can never be found."""
        cleaned = normalise(text)
        if not cleaned or "\n" in cleaned:
            self._problem(
                source.line, "到達不能", f"「{source.text}」は正規化すると1文に収まらず、当たることがない"
            )
            return None
        return cleaned

    def _too_common(self, source: TermSource, substring: str) -> bool:
        kanji = any("\u4e00" <= letter <= "\u9fff" or letter == "々" for letter in substring)
        mark = all(not letter.isalnum() for letter in substring)
        if (len(substring) == 1 and not kanji and not mark) or substring.isspace():
            self._problem(source.line, "広すぎ", f"「{source.text}」は1文字で、ほとんどの文に当たる")
            return True
        return False

    def _words(self, source: TermSource, text: str, role: int) -> tuple[str, ...]:
        """Turn one sequence as written into base forms; empty after a problem."""
        if "+" in text:
            bases = tuple(self._base_form(source, part) for part in text.split("+"))
            return () if "" in bases else bases
        cleaned = self._sentence(source, text)
        if cleaned is None:
            return ()
        if {*cleaned} & {*"*?"}:
            message = f"「{source.text}」: * や ? はどの字の代わりにもならない。文字の並びは s: で書く"
            self._problem(source.line, "到達不能", message)
            return ()
        tokens = words_of(self.engine, cleaned)
        if role == THEME and all(token.part_of_speech.startswith(_FUNCTION_WORDS) for token in tokens):
            self._problem(
                source.line, "広すぎ", f"「{source.text}」は助詞・助動詞・記号だけで、ほとんどの文に当たる"
            )
            return ()
        return tuple(token.base_form for token in tokens)

    def _base_form(self, source: TermSource, part: str) -> str:
        cleaned = self._sentence(source, part)
        if cleaned is None:
            return ""
        tokens = words_of(self.engine, cleaned)
        alone = len(tokens) == 1 and tokens[0].base_form == cleaned
        if not alone and cleaned not in self.engine.dictionary.base_ids:
            found = "+".join(token.base_form for token in tokens)
            self._problem(
                source.line, "到達不能", f"「{part}」という基本形は辞書にない。「{found}」と書くか s: を使う"
            )
            return ""
        return cleaned


def _rules(terms: Sequence[Term], engine: Engine) -> Rules:
    """Lay the terms out as arrays, with one automaton pattern per surface form."""
    dictionary = engine.dictionary
    automaton = build_automaton(
        (pattern, number) for number, term in enumerate(terms) for pattern in _patterns(term, engine)
    )
    table = np.array([(t.kind, t.role, t.owner, t.cancels, t.within) for t in terms], np.int32).reshape(-1, 5)
    sequences = [sequence for term in terms for sequence in (*term.words, (), ())[:2]]
    words = [word for sequence in sequences for word in sequence]
    word_text_at, word_text = pack_words(words)
    return Rules(
        *automaton,
        themes_at=_themes_at(automaton.output_at, automaton.outputs, terms),
        terms=table,
        words_at=np.cumsum([0, *map(len, sequences)], dtype=np.int32),
        word_base=np.array([dictionary.base_ids.get(word, -1) for word in words], np.int32),
        word_text_at=word_text_at,
        word_text=word_text,
    )


def _themes_at(output_at: np.ndarray, outputs: np.ndarray, terms: Sequence[Term]) -> np.ndarray:
    bits = np.zeros(len(output_at) - 1, np.uint64)
    for state in range(len(bits)):
        for owner, _ in outputs[output_at[state] : output_at[state + 1]]:
            if terms[owner].role == THEME:
                bits[state] |= np.uint64(1 << terms[owner].owner)
    return bits


def _patterns(term: Term, engine: Engine) -> list[str]:
    """Every spelling with which a term can begin: of its first words as many as give a bearable number of spellings.

    The rest of a sequence is left to the comparison of tokens, so the number kept here changes speed and nothing else.
    """
    if term.kind == SUBSTRING:
        return [term.substring]
    surfaces = [sorted(engine.dictionary.surfaces_of(word)) for word in term.words[0]]
    kept = 1
    while kept < len(surfaces) and prod(len(s) for s in surfaces[: kept + 1]) <= _MOST_PATTERNS:
        kept += 1
    return ["".join(spelling) for spelling in product(*surfaces[:kept])]


def _beyond_reach(codebook: Codebook) -> Iterator[CodebookProblem]:
    """Try every term on its own spellings; one found in none, or always excluded, would silently never count."""
    samples = [list(_samples(term, codebook.engine)) for term in codebook.terms]
    texts = [text for group in samples for text in group]
    owners = [number for number, group in enumerate(samples) for _ in group]
    outcomes: list[set[int]] = [{UNCONFIRMED} for _ in codebook.terms]
    cleaned = corpus(texts)
    for text, hits in zip(
        cleaned.text_of, judged_hits(cleaned, codebook.rules, codebook.engine), strict=True
    ):
        own = hits[hits[:, TERM] == owners[text]]
        outcomes[owners[text]].update(own[:, STATUS].tolist())
    for term, outcome in zip(codebook.terms, outcomes, strict=True):
        if outcome == {UNCONFIRMED}:
            message = "この語の並びは解析結果に現れない。分かち書きを確かめるか s: を使う"
            yield CodebookProblem(term.source.line, "到達不能", f"「{term.source.text}」: {message}")
        elif term.role == THEME and VALID not in outcome:
            yield CodebookProblem(term.source.line, "矛盾", f"「{term.source.text}」は必ず除外語に覆われる")


def _samples(term: Term, engine: Engine) -> Iterator[str]:
    """Texts that should contain the term."""
    if term.kind == SUBSTRING:
        yield term.substring
        return
    spellings = [list(islice(_spelled(sequence, engine), _MOST_PATTERNS)) for sequence in term.words]
    if term.kind == WORDS:
        yield from ("".join(text) for text in spellings[0])
        return
    for glue in ("", "、", "が"):
        yield from (first + glue + second for first, second in zip(spellings[0], spellings[1], strict=False))


def _spelled(sequence: Sequence[str], engine: Engine) -> Iterator[str]:
    yield "".join(sequence)
    surfaces = [sorted(engine.dictionary.surfaces_of(word)) for word in sequence]
    yield from ("".join(parts) for parts in product(*surfaces))
