"""Coding rules of KH Coder: the text of a `.cod` file read into a book that tags as a codebook does.

A rule file is a list of codes, each with a condition that KH Coder hands to SQL. The same words, operators and
precedence are understood here; what is not understood is an error with its line instead of a silent 0.
What differs is told in docs/tagging.md; `documents` evaluates the conditions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Literal

from ujo_lib.tagging.codebook import (
    MOST_THEMES,
    NEAR_WORDS,
    Book,
    CodebookError,
    CodebookProblem,
    CodebookSource,
    TermSource,
    ThemeSource,
    wrong_label,
)
from ujo_lib.tagging.engine import Engine, default_engine, words_of
from ujo_lib.tagging.matching import Automaton, build_automaton
from ujo_lib.tagging.normalise import normalise

UNKNOWN = "未知語"

_BLANKS = " \u3000\t"
_TOKEN = re.compile(rf"(['\"]).*?\1|[^{_BLANKS}'\"][^{_BLANKS}]*|['\"]")
COMPARISONS = (">", ">=", "<", "<=", "==")
_LEVELS = (("or",), ("and",), COMPARISONS, ("+", "-"), ("*", "/"))
"""Operators with two operands, from those that bind least to those that bind most; `not` stands before the third."""
_OPERATORS = {"and", "or", "not", "&", "|", "!", "&!", "|!", "(", ")", "+", "-", "*", "/", *COMPARISONS}
_SPELT = {"&": ("and",), "|": ("or",), "!": ("not",), "&!": ("and", "not"), "|!": ("or", "not")}
_CLOSE = re.compile(
    r"(?P<order>near|seq)\((?P<words>[^()]+)\)(?:\[(?=[^]])(?P<scope>[bd]?)(?P<reach>\d{0,9})\])?"
)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_WORD = re.compile(
    r"(?P<base>[^<>=\s]*?)(?:-->(?P<speech>[^<>=\s]+?))?(?:->(?P<inflection>[^<>=\s]+))?(?:=>(?P<surface>[^<>=\s]+))?"
)


_PARTS = (
    ("地名", "名詞,固有名詞,地域", ""),
    ("人名", "名詞,固有名詞,人名", ""),
    ("組織名", "名詞,固有名詞,組織", ""),
    ("固有名詞", "名詞,固有名詞", ""),
    ("サ変名詞", "名詞,サ変接続", ""),
    ("形容動詞", "名詞,形容動詞語幹", ""),
    ("ナイ形容", "名詞,ナイ形容詞語幹", ""),
    ("名詞B", "名詞,一般", "hiragana"),
    ("名詞C", "名詞,一般", "single"),
    ("否定助動詞", "助動詞", "negation"),
    ("代名詞", "名詞,代名詞", ""),
    ("名詞", "名詞,一般", ""),
    ("副詞可能", "名詞,副詞可能", ""),
    ("感動詞", "感動詞", ""),
    ("感動詞", "フィラー", ""),
    ("動詞B", "動詞,自立", "hiragana"),
    ("動詞", "動詞,自立", ""),
    ("形容詞（非自立）", "形容詞,非自立", ""),
    ("形容詞B", "形容詞", "hiragana"),
    ("形容詞", "形容詞", ""),
    ("副詞B", "副詞", "hiragana"),
    ("副詞", "副詞", ""),
)
"""KH Coder's parts of speech over those of IPADIC, first match first (its own table for ChaSen and MeCab)."""

_HIRAGANA = re.compile(r"[ぁ-ゖー]+")
_NEGATIONS = ("ない", "まい", "ぬ", "ん")
OTHER = "その他"
KH_PARTS = frozenset({UNKNOWN, OTHER, *(name for name, _, _ in _PARTS)})

Pieces = tuple[str, ...]
"""A word as base forms: one, or several where the dictionary cuts what KH Coder's users extract by force (不登校)."""


def kh_part(base: str, speech: str) -> str:
    """KH Coder's part of speech of a word of the dictionary, from its base form and IPADIC's "part,part,part,part"."""
    fits = {
        "": True,
        "hiragana": _HIRAGANA.fullmatch(base) is not None,
        "single": len(base) == 1,
        "negation": base in _NEGATIONS,
    }
    return next(
        (name for name, ipadic, only in _PARTS if f"{speech},".startswith(f"{ipadic},") and fits[only]), OTHER
    )


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class DocumentNumber:
    """The number of the document, from 1 (`No.`)."""


@dataclass(frozen=True)
class Word:
    """A word: base forms (none for any), part of speech, inflection form, surface; or several words in a row.

    Value: occurrences.
    """

    base: Pieces
    speech: str = ""
    inflection: str = ""
    surface: str = ""


@dataclass(frozen=True)
class Close:
    """Base forms near each other, in any order or in this one.

    Value: occurrences of the first word that take part. Words that follow each other are at most `reach` apart
    (neighbours are 1 apart), anywhere where it is 0. `scope` b or d: all in one sentence or paragraph.
    """

    words: tuple[Pieces, ...]
    ordered: bool
    reach: int
    scope: str


@dataclass(frozen=True)
class Substring:
    """Characters. Value: number of sentences that contain them."""

    text: str


@dataclass(frozen=True)
class CodeReference:
    """Another code. Value: 1 or 0."""

    name: str


@dataclass(frozen=True)
class Attribute:
    """An attribute of the record. Value: 1 if it has the value, else 0."""

    variable: str
    value: str
    line: int = field(repr=False)


@dataclass(frozen=True)
class Length:
    """Length of the document in words (`lw`) or characters (`lc`)."""

    of: Literal["lw", "lc"]


@dataclass(frozen=True)
class Operation:
    """An operator with one operand (not, -) or two."""

    operator: str
    operands: tuple["Condition", ...]


Condition = (
    Number | DocumentNumber | Word | Close | Substring | CodeReference | Attribute | Length | Operation
)


@dataclass(frozen=True)
class Code:
    """A code: its name and its condition."""

    name: str
    condition: Condition


@dataclass(frozen=True)
class RuleBook(Book):
    """A rule file ready for use. KH Coder knows no kinds of codes: all of them are factors."""

    codes: tuple[Code, ...]

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (self.source, self.engine, self.codes)

    def _rules_of(self, theme: ThemeSource) -> object:  # noqa: ARG002  # a condition may name any other code
        return self.codes

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the record that conditions ask for."""
        found = (atom.variable for atom in _atoms(self.codes) if isinstance(atom, Attribute))
        return tuple(dict.fromkeys(found))

    @cached_property
    def substrings(self) -> dict[str, int]:
        """The substrings of all conditions, numbered."""
        found = (atom.text for atom in _atoms(self.codes) if isinstance(atom, Substring))
        return {text: number for number, text in enumerate(dict.fromkeys(found))}

    @cached_property
    def automaton(self) -> Automaton:
        """Finds the substrings in one pass."""
        return build_automaton(self.substrings.items())


@cache
def _rebuilt(source: CodebookSource, engine: Engine, codes: tuple[Code, ...]) -> RuleBook:
    return RuleBook(source, engine, codes)


def _atoms(codes: tuple[Code, ...]) -> Iterator[Condition]:
    stack = [code.condition for code in reversed(codes)]
    while stack:
        condition = stack.pop()
        if isinstance(condition, Operation):
            stack.extend(reversed(condition.operands))
        else:
            yield condition


def parse_rules(text: str, version: str = "コーディングルール", engine: Engine | None = None) -> RuleBook:
    """Read the text of a rule file.

    Args:
        text: the rules.
        version: how pages call it.
        engine: tells whether a word can be found as it is written.

    Raises:
        CodebookError: all mistakes with their lines.
    """
    vocabulary = _Vocabulary(engine or default_engine())
    problems: list[CodebookProblem] = []
    codes: list[Code] = []
    themes: list[ThemeSource] = []
    known: dict[str, int] = {}
    for name, line, tokens in _blocks(text, problems):
        if name in known:
            problems.append(CodebookProblem(line, "重複", f"コード「{name}」は{known[name]}行目にもある"))
            continue
        problems.extend(wrong_label(name, line) if name else ())  # that there is no name has been told
        parser = _Parser(tokens, line, known, vocabulary)
        try:
            codes.append(Code(name, parser.condition()))
        except CodebookError as error:
            problems.extend(error.problems)
        themes.append(ThemeSource(name, name, "factor", tuple(parser.terms), line=line))
        known[name] = line
    if not known and not problems:
        problems.append(CodebookProblem(1, "コードなし", "「＊名前」で始まるコードが一つもない"))
    if len(themes) > MOST_THEMES:
        problems.append(CodebookProblem(themes[MOST_THEMES].line, "多すぎ", f"コードは{MOST_THEMES}個まで"))
    if problems:
        raise CodebookError(problems)
    return RuleBook(CodebookSource(version, tuple(themes)), vocabulary.engine, tuple(codes))


class _Vocabulary:
    """What can be found at all."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        speeches = [speech.split(",") for speech in engine.dictionary.speeches]
        self.inflections = {parts[-1] for parts in speeches}
        self.parts = {part for parts in speeches for part in parts[:4]}
        self.paths = {",".join(parts[:depth]) for parts in speeches for depth in range(2, 5)}

    def pieces(self, word: str) -> Pieces:
        """The base forms as which a word is found; another single one if it is written inflected."""
        if word in self.engine.dictionary.base_ids:
            return (word,)
        return tuple(token.base_form for token in words_of(self.engine, word))


def _blocks(text: str, problems: list[CodebookProblem]) -> Iterator[tuple[str, int, list[tuple[str, int]]]]:
    """Yield name, line and tokens of each code."""
    name, start = "", 0
    tokens: list[tuple[str, int]] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        stripped = line.strip(_BLANKS)
        if not stripped or stripped.startswith("#"):
            continue
        if stripped[0] in "＊*" and not (stripped[0] == "*" and stripped[1:2] in {"", " "}):
            if start:
                yield name, start, tokens
            name, start, tokens = stripped[1:].strip(_BLANKS), number, []
            if not name:
                problems.append(CodebookProblem(number, "名前なし", "「＊」のあとにコード名がない"))
        elif not start:
            problems.append(CodebookProblem(number, "名前なし", "コード名(＊で始まる行)より前に条件がある"))
        else:
            try:
                tokens.extend((token, number) for token in _tokens(stripped, number))
            except CodebookError as error:
                problems.extend(error.problems)
    if start:
        yield name, start, tokens


def _tokens(line: str, number: int) -> Iterator[str]:
    """Split at blanks; quotes protect them."""
    for found in _TOKEN.finditer(line):
        if found[0] in "'\"":
            raise CodebookError([CodebookProblem(number, "引用符", "引用符が閉じていない")])
        yield found[0]


class _Parser:
    """Recursive descent with SQL's precedence: arithmetic, comparison, not, and, or."""

    def __init__(
        self, tokens: list[tuple[str, int]], line: int, known: Mapping[str, int], vocabulary: _Vocabulary
    ) -> None:
        self.terms: list[TermSource] = []
        self._tokens = [(part, at) for token, at in tokens for part in _SPELT.get(token.lower(), (token,))]
        self._at = 0
        self._line = line
        self._known = known
        self._vocabulary = vocabulary

    def condition(self) -> Condition:
        if not self._tokens:
            raise self._error("条件なし", "条件が書かれていない")
        result = self._level()
        if self._at < len(self._tokens):
            raise self._error("演算子", f"「{self._tokens[self._at][0]}」の前に演算子(and・or など)がない")
        return result

    def _error(self, cause: str, message: str) -> CodebookError:
        place = min(self._at, len(self._tokens) - 1)
        line = self._tokens[place][1] if self._tokens else self._line
        return CodebookError([CodebookProblem(line, cause, message)])

    def _peek(self) -> str:
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at][0]
        return token.lower() if token.lower() in _OPERATORS else token

    def _level(self, level: int = 0) -> Condition:
        """Operators of one level of precedence from left to right, those of tighter levels within."""
        if level == len(_LEVELS):
            return self._operand()
        if _LEVELS[level] == COMPARISONS and self._peek() == "not":
            self._at += 1
            return Operation("not", (self._level(level),))
        left = self._level(level + 1)
        while self._peek() in _LEVELS[level]:
            operator = self._peek()
            self._at += 1
            left = Operation(operator, (left, self._level(level + 1)))
        return left

    def _operand(self) -> Condition:
        part = self._peek()
        if part == "":
            raise self._error("途中まで", "条件が途中で終わっている")
        if part == "(":
            self._at += 1
            inside = self._level()
            if self._peek() != ")":
                raise self._error("括弧", "括弧「(」が閉じていない。括弧の前後には空白を置く")
            self._at += 1
            return inside
        if part == ")":
            raise self._error("括弧", "対応する「(」のない「)」がある")
        if part in _OPERATORS:
            raise self._error("演算子", f"演算子「{part}」の前か後に語がない")
        written, line = self._tokens[self._at]
        atom = self._atom(written)
        if not isinstance(atom, Number):
            self.terms.append(TermSource(written, line))
        self._at += 1
        return atom

    def _atom(self, token: str) -> Condition:
        if _NUMBER.fullmatch(token):
            return Number(float(token))
        match token:
            case "No.":
                return DocumentNumber()
            case "lw" | "lc":
                return Length(token)
        if token[0] in "'\"":
            return self._substring(token[1:-1])
        if token.startswith("<>"):
            variable, arrow, value = token[2:].partition("-->")
            if not (variable and arrow and value):
                raise self._error("属性", f"「{token}」は <>変数-->値 の形になっていない")
            return Attribute(variable, value, self._tokens[self._at][1])
        if token.startswith("<"):
            return self._reference(token)
        if token.startswith(("near(", "seq(")):
            return self._close(token)
        if any(mark in token for mark in "()|&!'\""):
            raise self._error("空白", f"「{token}」: 括弧・演算子・引用符の前後には空白を置く")
        if "+" in token:
            return Word(tuple(piece for word in token.split("+") for piece in self._pieces(word, token)))
        return self._word(token)

    def _substring(self, text: str) -> Substring:
        cleaned = normalise(text)
        if not cleaned or "\n" in cleaned:
            raise self._error("到達不能", f"「'{text}'」は空か、1文に収まらない")
        return Substring(cleaned)

    def _reference(self, token: str) -> CodeReference:
        if not token.startswith(("<＊", "<*")) or not token.endswith(">"):
            raise self._error("未対応", f"「{token}」という書き方は分からない")
        name = token[2:-1]
        if name not in self._known:
            raise self._error("参照", f"コード「{name}」はここより前に定義されていない")
        return CodeReference(name)

    def _close(self, token: str) -> Close:
        match = _CLOSE.fullmatch(token)
        if match is None:
            raise self._error("書式", f"「{token}」は near(語-語)[語数] の形になっていない")
        words = tuple(self._pieces(word, token) for word in match["words"].split("-"))
        if len(words) < 2:
            raise self._error("書式", f"「{token}」には語が二つ以上いる")
        reach = int(match["reach"]) if match["reach"] else NEAR_WORDS
        return Close(words, match["order"] == "seq", reach, match["scope"] or "")

    def _word(self, token: str) -> Word:
        match = _WORD.fullmatch(token)
        if match is None:
            raise self._error("未対応", f"「{token}」という書き方は分からない")
        speech, inflection = (match["speech"] or "").replace("-", ","), match["inflection"] or ""
        surface = normalise(match["surface"] or "")
        known = self._vocabulary
        if speech and speech not in KH_PARTS | known.parts | known.paths:
            parts = "、".join(sorted(KH_PARTS))
            raise self._error("品詞", f"品詞「{match['speech']}」はない(KH Coder の品詞: {parts})")
        if inflection and inflection not in known.inflections:
            raise self._error("活用", f"活用「{inflection}」は辞書にない(基本形・連用形・未然形 など)")
        if not (match["base"] or speech or inflection or surface):
            raise self._error("空", "語が空")
        base = self._pieces(match["base"], token) if match["base"] else ()
        if len(base) > 1 and (speech or inflection or surface):
            raise self._error(
                "到達不能", f"「{match['base']}」は「{'+'.join(base)}」に分かれ、品詞などは指定できない"
            )
        return Word(base, speech, inflection, surface)

    def _pieces(self, word: str, token: str) -> Pieces:
        cleaned = normalise(word)
        if not cleaned:
            raise self._error("空", f"「{token}」に空の語がある")
        pieces = self._vocabulary.pieces(cleaned)
        if len(pieces) == 1 and pieces != (cleaned,):
            raise self._error("到達不能", f"「{word}」は基本形ではない。「{pieces[0]}」と書く")
        if len(pieces) > 1 and not all(any(map(str.isalnum, piece)) for piece in pieces):
            raise self._error(
                "到達不能", f"「{word}」は記号を含み、語ではない。演算子は半角で、文字列は引用符で書く"
            )
        return pieces
