"""Coding rules of KH Coder: read, evaluated over our tokens, and written back. Pure; `khcoder_file` reads the files.

A rule file is a list of codes, each with a condition that KH Coder hands to SQL. The same words, operators and
precedence are understood here; what is not understood is an error with its line instead of a silent 0.
What differs is told in docs/tagging.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ujo_lib.tagging.codebook import Codebook
from ujo_lib.tagging.engine import Engine
from ujo_lib.tagging.matching import EXCLUDE, NEAR, SUBSTRING, THEME
from ujo_lib.tagging.normalise import Int64, corpus, normalise

Unit = Literal["sentence", "paragraph", "document"]
NEAR_WORDS = 10

Floats = npt.NDArray[np.float64]

_BLANKS = " \u3000\t"
_COMPARISONS: Mapping[str, Callable[[Floats, Floats], npt.NDArray[np.bool_]]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
}
_OPERATORS = {"and", "or", "not", "&", "|", "!", "&!", "|!", "(", ")", "+", "-", "*", "/", *_COMPARISONS}
_SPELT = {"&": ("and",), "|": ("or",), "!": ("not",), "&!": ("and", "not"), "|!": ("or", "not")}
_CLOSE = re.compile(r"(?P<order>near|seq)\((?P<words>[^()]+)\)(?:\[(?P<scope>[bd]?)(?P<reach>\d+)\])?")
_WORD = re.compile(
    r"(?P<base>[^<>=\s]*?)(?:-->(?P<speech>[^<>=\s]+?))?(?:->(?P<inflection>[^<>=\s]+))?(?:=>(?P<surface>[^<>=\s]+))?"
)


@dataclass(frozen=True)
class RuleProblem:
    """One mistake in a rule file: its line, a short name of the cause, what is wrong, in Japanese."""

    line: int
    cause: str
    message: str

    def __str__(self) -> str:
        return f"{self.line}行目 [{self.cause}] {self.message}"


class RuleError(Exception):
    """A rule file that cannot be used; all its problems at once."""

    def __init__(self, problems: Sequence[RuleProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("コーディングルールを直してください。\n" + "\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Number:
    """A whole number."""

    value: int


@dataclass(frozen=True)
class Word:
    """A word: base form ("" for any), part of speech, inflection form, surface. Value: occurrences in the unit."""

    base: str
    speech: str = ""
    inflection: str = ""
    surface: str = ""


@dataclass(frozen=True)
class Adjacent:
    """Adjacent base forms. Value: occurrences."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Close:
    """Base forms near each other, in any order or in this one.

    Value: occurrences of the first word that take part. Words that follow each other are at most `reach` apart
    (neighbours are 1 apart). `scope` b or d: all in one sentence or paragraph.
    """

    words: tuple[str, ...]
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


@dataclass(frozen=True)
class Length:
    """Length of the unit in words (`lw`) or characters (`lc`)."""

    of: Literal["lw", "lc"]


@dataclass(frozen=True)
class Operation:
    """An operator with one operand (not, -) or two."""

    operator: str
    operands: tuple["Condition", ...]


Condition = Number | Word | Adjacent | Close | Substring | CodeReference | Attribute | Length | Operation


@dataclass(frozen=True)
class Code:
    """A code: its name, its condition, its line."""

    name: str
    condition: Condition
    line: int


def parse_rules(text: str) -> tuple[Code, ...]:
    """Read the text of a rule file.

    Raises:
        RuleError: all mistakes with their lines.
    """
    problems: list[RuleProblem] = []
    codes: list[Code] = []
    known: dict[str, int] = {}
    for name, line, tokens in _blocks(text, problems):
        if name in known:
            problems.append(RuleProblem(line, "重複", f"コード「{name}」は{known[name]}行目にもある"))
            continue
        try:
            condition = _Parser(tokens, line, known).condition()
        except RuleError as error:
            problems.extend(error.problems)
        else:
            codes.append(Code(name, condition, line))
        known[name] = line
    if not known and not problems:
        problems.append(RuleProblem(1, "コードなし", "「＊名前」で始まるコードが一つもない"))
    if problems:
        raise RuleError(problems)
    return tuple(codes)


def _blocks(text: str, problems: list[RuleProblem]) -> Iterator[tuple[str, int, list[tuple[str, int]]]]:
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
                problems.append(RuleProblem(number, "名前なし", "「＊」のあとにコード名がない"))
        elif not start:
            problems.append(RuleProblem(number, "名前なし", "コード名(＊で始まる行)より前に条件がある"))
        else:
            try:
                tokens.extend((token, number) for token in _tokens(stripped, number))
            except RuleError as error:
                problems.extend(error.problems)
    if start:
        yield name, start, tokens


def _tokens(line: str, number: int) -> Iterator[str]:
    """Split at blanks; quotes protect them."""
    at = 0
    while at < len(line):
        if line[at] in _BLANKS:
            at += 1
            continue
        if line[at] in "'\"":
            end = line.find(line[at], at + 1)
            if end < 0:
                raise RuleError([RuleProblem(number, "引用符", "引用符が閉じていない")])
            yield line[at : end + 1]
            at = end + 1
            continue
        end = at
        while end < len(line) and line[end] not in _BLANKS:
            end += 1
        yield line[at:end]
        at = end


class _Parser:
    """Recursive descent with SQL's precedence: arithmetic, comparison, not, and, or."""

    def __init__(self, tokens: list[tuple[str, int]], line: int, known: Mapping[str, int]) -> None:
        self._tokens = [(part, at) for token, at in tokens for part in _SPELT.get(token.lower(), (token,))]
        self._at = 0
        self._line = line
        self._known = known

    def condition(self) -> Condition:
        if not self._tokens:
            raise self._error("条件なし", "条件が書かれていない")
        result = self._or()
        if self._at < len(self._tokens):
            raise self._error("演算子", f"「{self._tokens[self._at][0]}」の前に演算子(and・or など)がない")
        return result

    def _error(self, cause: str, message: str) -> RuleError:
        place = min(self._at, len(self._tokens) - 1)
        line = self._tokens[place][1] if self._tokens else self._line
        return RuleError([RuleProblem(line, cause, message)])

    def _peek(self) -> str:
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at][0]
        return token.lower() if token.lower() in _OPERATORS else token

    def _chain(self, operators: set[str], operand: Callable[[], Condition]) -> Condition:
        left = operand()
        while self._peek() in operators:
            operator = self._peek()
            self._at += 1
            left = Operation(operator, (left, operand()))
        return left

    def _or(self) -> Condition:
        return self._chain({"or"}, self._and)

    def _and(self) -> Condition:
        return self._chain({"and"}, self._not)

    def _not(self) -> Condition:
        if self._peek() == "not":
            self._at += 1
            return Operation("not", (self._not(),))
        return self._chain(set(_COMPARISONS), self._sum)

    def _sum(self) -> Condition:
        return self._chain({"+", "-"}, self._product)

    def _product(self) -> Condition:
        return self._chain({"*", "/"}, self._operand)

    def _operand(self) -> Condition:
        part = self._peek()
        if part == "":
            raise self._error("途中まで", "条件が途中で終わっている")
        if part == "(":
            self._at += 1
            inside = self._or()
            if self._peek() != ")":
                raise self._error("括弧", "括弧「(」が閉じていない。括弧の前後には空白を置く")
            self._at += 1
            return inside
        if part == ")":
            raise self._error("括弧", "対応する「(」のない「)」がある")
        if part in _OPERATORS:
            raise self._error("演算子", f"演算子「{part}」の前か後に語がない")
        atom = self._atom(self._tokens[self._at][0])
        self._at += 1
        return atom

    def _atom(self, token: str) -> Condition:
        if token.isdecimal():
            return Number(int(token))
        if token[0] in "'\"":
            return self._substring(token[1:-1])
        if token in ("lw", "lc"):
            return Length(token)  # type: ignore[arg-type]  # the two literals
        if token.startswith("<>"):
            variable, arrow, value = token[2:].partition("-->")
            if not (variable and arrow and value):
                raise self._error("属性", f"「{token}」は <>変数-->値 の形になっていない")
            return Attribute(variable, value)
        if token.startswith("<"):
            return self._reference(token)
        if token.startswith(("near(", "seq(")):
            return self._close(token)
        if "(" in token or ")" in token:
            raise self._error("括弧", f"「{token}」: 括弧の前後には空白を置く")
        if "+" in token:
            words = tuple(self._base(word, token) for word in token.split("+"))
            return Adjacent(words)
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
        words = tuple(self._base(word, token) for word in match["words"].split("-"))
        if len(words) < 2:
            raise self._error("書式", f"「{token}」には語が二つ以上いる")
        reach = int(match["reach"]) if match["reach"] else NEAR_WORDS
        return Close(words, match["order"] == "seq", reach, match["scope"] or "")

    def _word(self, token: str) -> Word:
        match = _WORD.fullmatch(token)
        if match is None:
            raise self._error("未対応", f"「{token}」という書き方は分からない")
        parts = {
            name: normalise(part or "") if name in ("base", "surface") else part or ""
            for name, part in match.groupdict().items()
        }
        if not any(parts.values()):
            raise self._error("空", "語が空")
        return Word(**parts)

    def _base(self, word: str, token: str) -> str:
        cleaned = normalise(word)
        if not cleaned:
            raise self._error("空", f"「{token}」に空の語がある")
        return cleaned


@dataclass(frozen=True)
class Coding:
    """Codes of units.

    Attributes:
        frame: one boolean column per code; the index counts units.
        text: the text each unit belongs to.
    """

    frame: pd.DataFrame
    text: Int64


def code_texts(
    texts: Sequence[str],
    codes: Sequence[Code],
    engine: Engine,
    unit: Unit = "document",
    attributes: pd.DataFrame | None = None,
) -> Coding:
    """Evaluate codes over texts.

    Args:
        texts: original texts.
        codes: from `parse_rules`.
        engine: tokeniser.
        unit: what a condition is about: each sentence, each paragraph (line) or each whole text.
        attributes: one row per text, for `<>変数-->値`.

    Raises:
        RuleError: a code asks for an attribute that is not there.
    """
    units = _Units(texts, engine, unit, attributes)
    values: dict[str, npt.NDArray[np.bool_]] = {}
    for code in codes:
        values[code.name] = units.evaluate(code.condition, values, code.line) != 0
    return Coding(pd.DataFrame(values, index=range(units.n)), units.text)


class _Units:
    """Tokens of all texts as arrays, and the value of each kind of atom for every unit."""

    def __init__(
        self, texts: Sequence[str], engine: Engine, unit: Unit, attributes: pd.DataFrame | None
    ) -> None:
        lines = [(number, line) for number, text in enumerate(texts) for line in _paragraphs(text)]
        cleaned = corpus([line for _, line in lines])
        tokens = engine.tokenise(cleaned.codepoints, cleaned.sentences)
        text_of_line = np.array([number for number, _ in lines], np.int64)
        paragraph = cleaned.text_of.astype(np.int64)
        sentence = np.arange(len(cleaned.sentences))
        unit_of = {"sentence": sentence, "paragraph": paragraph, "document": text_of_line[paragraph]}[unit]
        self.n = {"sentence": len(sentence), "paragraph": len(lines), "document": len(texts)}[unit]
        self.text = {
            "sentence": text_of_line[paragraph],
            "paragraph": text_of_line,
            "document": np.arange(len(texts)),
        }[unit]
        per_sentence = np.diff(tokens.pointer)
        self._sentence_texts = [cleaned.sentence(i) for i in range(len(sentence))]
        self._unit_of_sentence = unit_of
        self._unit = np.repeat(unit_of, per_sentence)
        self._scopes = {
            "": self._unit,
            "b": np.repeat(sentence, per_sentence),
            "d": _finer(np.repeat(paragraph, per_sentence), self._unit),
        }
        words = [token for found in tokens.sentences() for token in found]
        self._base = np.array([word.base_form for word in words], dtype=object)
        self._surface = np.array([word.surface for word in words], dtype=object)
        self._speech = np.array([word.part_of_speech for word in words], dtype=object)
        self._inflection = np.array([word.infl_form for word in words], dtype=object)
        self._attributes = attributes

    def evaluate(self, condition: Condition, codes: Mapping[str, npt.NDArray[np.bool_]], line: int) -> Floats:
        """Value of a condition for every unit; comparisons and logic give 0 and 1."""
        match condition:
            case Number(value):
                return np.full(self.n, float(value))
            case Word():
                return self._count(self._is_word(condition))
            case Adjacent(words):
                return self._count(self._starts_sequence(words))
            case Close():
                return self._count(self._starts_close(condition))
            case Substring(text):
                found = np.array([text in sentence for sentence in self._sentence_texts], np.bool_)
                return np.bincount(self._unit_of_sentence[found], minlength=self.n).astype(float)
            case CodeReference(name):
                return codes[name].astype(float)
            case Attribute(variable, value):
                return self._attribute(variable, value, line)
            case Length("lw"):
                return np.bincount(self._unit, minlength=self.n).astype(float)
            case Length():
                lengths = [float(len(sentence)) for sentence in self._sentence_texts]
                return np.bincount(self._unit_of_sentence, weights=lengths, minlength=self.n).astype(float)
            case Operation(operator, operands):
                return _operate(operator, [self.evaluate(operand, codes, line) for operand in operands])

    def _count(self, found: npt.NDArray[np.bool_]) -> Floats:
        return np.bincount(self._unit[found], minlength=self.n).astype(float)

    def _is_word(self, word: Word) -> npt.NDArray[np.bool_]:
        found = np.ones(len(self._base), np.bool_)
        if word.base:
            found &= self._base == word.base
        if word.surface:
            found &= self._surface == word.surface
        if word.inflection:
            found &= self._inflection == word.inflection
        if word.speech:
            parts = [word.speech in speech.split(",") or speech == word.speech for speech in self._speech]
            found &= np.array(parts, np.bool_)
        return found

    def _starts_sequence(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        scope = self._scopes["b"]
        found = np.ones(len(self._base), np.bool_)
        for shift, word in enumerate(words):
            here = np.zeros(len(self._base), np.bool_)
            last = len(self._base) - shift
            if last > 0:
                here[:last] = (self._base[shift:] == word) & (scope[shift:] == scope[:last])
            found &= here
        return found

    def _starts_close(self, close: Close) -> npt.NDArray[np.bool_]:
        """Mark the occurrences of the first word that are part of a chain of all words."""
        scope = self._scopes[close.scope]
        places = [np.flatnonzero(self._base == word) for word in close.words]
        found = np.zeros(len(self._base), np.bool_)
        for first in places[0]:
            found[first] = _chained(int(first), places, close, scope)
        return found

    def _attribute(self, variable: str, value: str, line: int) -> Floats:
        if self._attributes is None or variable not in self._attributes:
            raise RuleError([RuleProblem(line, "属性", f"属性「{variable}」がデータにない")])
        has: Floats = (self._attributes[variable].astype(str) == value).to_numpy(float)
        of_units: Floats = has[self.text]
        return of_units


def _finer(first: Int64, second: Int64) -> Int64:
    """Number the stretches within which neither of two ascending numberings changes."""
    changes = (np.diff(first) != 0) | (np.diff(second) != 0)
    return np.concatenate([[0], np.cumsum(changes)]) if len(first) else first


def _paragraphs(text: str) -> list[str]:
    return text.splitlines() or [""]


def _chained(first: int, places: Sequence[Int64], close: Close, scope: npt.NDArray[np.int64]) -> bool:
    """Tell whether the words can be lined up, in the given or any order, each at most `reach` from the one before it.

    The chain has to hold the occurrence `first` of the first word; for `seq` it begins there.
    """
    limit = scope[first]

    def reachable(at: int, word: int) -> list[int]:
        near = places[word]
        low, high = np.searchsorted(near, [at + 1, at + close.reach + 1])
        return [int(place) for place in near[low:high] if scope[place] == limit]

    if close.ordered:
        ends = {first}
        for word in range(1, len(places)):
            ends = {place for end in ends for place in reachable(end, word)}
        return bool(ends)
    return _any_order(first, places, close, scope)


def _any_order(first: int, places: Sequence[Int64], close: Close, scope: npt.NDArray[np.int64]) -> bool:
    """Depth-first search over chains that grow to the left or right of the words taken so far."""
    limit = scope[first]
    stack = [(first, first, frozenset(range(1, len(places))))]
    seen = set(stack)
    while stack:
        low, high, missing = stack.pop()
        if not missing:
            return True
        for word in missing:
            for place in places[word]:
                if scope[place] != limit or not (
                    low - close.reach <= place < low or high < place <= high + close.reach
                ):
                    continue
                state = (min(low, int(place)), max(high, int(place)), missing - {word})
                if state not in seen:
                    seen.add(state)
                    stack.append(state)
    return False


def _operate(operator: str, values: Sequence[Floats]) -> Floats:
    """SQL's operators; a division by zero is, as NULL would be, not true."""
    left, right = values[0], values[-1]
    result: Floats
    if operator == "not":
        result = (left == 0).astype(float)
    elif operator == "and":
        result = ((left != 0) & (right != 0)).astype(float)
    elif operator == "or":
        result = ((left != 0) | (right != 0)).astype(float)
    elif operator in _COMPARISONS:
        result = _COMPARISONS[operator](left, right).astype(float)
    elif operator == "/":
        result = np.divide(left, right, out=np.zeros(len(left)), where=right != 0)
    else:
        result = {"+": np.add, "-": np.subtract, "*": np.multiply}[operator](left, right)
    return result


def never_matching(codes: Sequence[Code], engine: Engine) -> list[RuleProblem]:
    """Name the words of rules that our tokeniser cuts into pieces, so that they can never be found as one word."""
    notes = []
    for code in codes:
        for word in dict.fromkeys(_words_of(code.condition)):
            if word in engine.dictionary.base_ids:
                continue
            cleaned = corpus([word])
            pieces = [
                t.base_form
                for s in engine.tokenise(cleaned.codepoints, cleaned.sentences).sentences()
                for t in s
            ]
            if pieces != [word]:
                message = f"「{word}」は解析で「{'+'.join(pieces)}」に分かれ、1語としては当たらない"
                notes.append(RuleProblem(code.line, "到達不能", message))
    return notes


def _words_of(condition: Condition) -> Iterator[str]:
    match condition:
        case Word(base) if base:
            yield base
        case Adjacent(words) | Close(words):
            yield from words
        case Operation(_, operands):
            for operand in operands:
                yield from _words_of(operand)


@dataclass
class WrittenRules:
    """A codebook as a rule file, and what of it the format cannot say."""

    text: str
    left_out: list[str] = field(default_factory=list)


def write_rules(codebook: Codebook) -> WrittenRules:
    """Write a codebook as a KH Coder rule file.

    Words, sequences, substrings and near pairs of single words have their counterpart there. Exclusions and cancel
    groups have none (KH Coder cannot say "this occurrence does not count"): they are listed in `left_out`.
    """
    result = WrittenRules("")
    lines = [f"# コードブック {codebook.source.version} から作成。除外語と打ち消しは含まれない。"]
    for number, theme in enumerate(codebook.themes):
        atoms = []
        for term in codebook.terms:
            if term.owner != number or term.role not in (THEME, EXCLUDE):
                continue
            if term.role == EXCLUDE:
                result.left_out.append(f"{theme.label}: 除外語「{term.source.text}」")
            elif term.kind == SUBSTRING and "'" not in term.substring:
                atoms.append(f"'{term.substring}'")
            elif term.kind == NEAR and all(len(words) == 1 for words in term.words):
                atoms.append(f"near({term.words[0][0]}-{term.words[1][0]})[b{term.within}]")
            elif term.kind not in (NEAR, SUBSTRING):
                atoms.append("+".join(term.words[0]))
            else:
                result.left_out.append(f"{theme.label}: 語「{term.source.text}」")
        if theme.cancel:
            result.left_out.append(f"{theme.label}: 取り消し「{'、'.join(theme.cancel)}」")
        lines += ["", f"＊{theme.label}", "\n or ".join(atoms)]
    result.text = "\n".join(lines) + "\n"
    return result
