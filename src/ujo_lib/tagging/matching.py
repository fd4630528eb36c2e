"""From characters to themes: find the words of a codebook in one pass, tokenise only where a word could stand, decide.

The automaton (Aho & Corasick 1975) carries every surface form of every term, so a sentence in which it finds nothing
cannot hold a hit: leaving it out changes no result. `decide` is the only place where a hit is judged; tagging, evidence
and the explanation of a missing tag all go through it.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ujo_lib.tagging.compiled import kernel
from ujo_lib.tagging.lattice import Lexicon, new_nodes, new_scratch, tokenise
from ujo_lib.tagging.normalise import Int32, Int64, encode

UInt64 = npt.NDArray[np.uint64]

SUBSTRING, WORDS, NEAR = range(3)
"""Kinds of terms: characters anywhere; a sequence of base forms; two such sequences close together."""

THEME, EXCLUDE, CANCEL, UNLESS, STOP = range(5)
"""What a term is for: it speaks of a theme; it covers words that do not; it undoes what was said before it; it covers
words that only look like such; it ends the reach of an undoing."""

UNCONFIRMED, VALID, EXCLUDED, CANCELLED = range(4)
"""What became of a hit: other words stand there; it counts; an exclusion covers it; it is undone."""

KIND, ROLE, OWNER, CANCELS, WITHIN = range(5)
"""Columns of `Rules.terms`: kind; role; theme or cancel group; bits of the cancel groups that undo a hit; reach, in
characters for a cancel term and in words for `NEAR`."""

TERM, BEGIN, END, STATUS, BY, FOUND = range(6)
"""Columns of a table of hits: term, span in the normalised characters, what became of it, the hit that caused that, and
where its pattern ended. Hits are found in the order of `FOUND`; what words confirm may end elsewhere."""

ANY_THEME = -1


class Automaton(NamedTuple):
    """Patterns found in one pass, a table look-up per character.

    Attributes:
        codes: column of each code point in `goto`; 0 for characters in no pattern.
        goto: (states, columns) next state.
        output_at: outputs output_at[s] … output_at[s + 1] - 1 end in state s.
        outputs: (n, 2) number of the pattern's owner, length of the pattern.
    """

    codes: npt.NDArray[np.uint16]
    goto: Int32
    output_at: Int32
    outputs: Int32


class Rules(NamedTuple):
    """A compiled codebook as the kernels read it.

    Attributes:
        codes, goto, output_at, outputs: the automaton over all terms.
        themes_at: bits of the themes for which some pattern ends in a state.
        terms: (n, 5) see the column names.
        words_at: the base forms of term t are words_at[2 t] … words_at[2 t + 1] - 1, those of the second sequence of
            `NEAR` go on to words_at[2 t + 2] - 1.
        word_base: number of each base form in the dictionary, -1 if it has none.
        word_text_at, word_text: its characters, for unknown words, whose base form is what is written.
    """

    codes: npt.NDArray[np.uint16]
    goto: Int32
    output_at: Int32
    outputs: Int32
    themes_at: UInt64
    terms: Int32
    words_at: Int32
    word_base: Int32
    word_text_at: Int32
    word_text: Int32


class Words(NamedTuple):
    """One sentence and its words.

    Attributes:
        codepoints: the characters of all sentences.
        begin: where this one begins.
        rows: its tokens; none where no hit needs them.
        row_at: for each of its characters the token that begins there, or -1.
        base_of: base form of each dictionary entry.
    """

    codepoints: Int32
    begin: int
    rows: Int32
    row_at: Int32
    base_of: Int32


def build_automaton(patterns: Iterable[tuple[str, int]]) -> Automaton:
    """Build the automaton of (pattern, owner) pairs; patterns are not empty and may repeat with other owners."""
    pairs = sorted(set(patterns))
    letters = {
        letter: code for code, letter in enumerate(sorted({c for text, _ in pairs for c in text}), start=1)
    }
    children: list[dict[int, int]] = [{}]
    ending: list[list[tuple[int, int]]] = [[]]
    for text, owner in pairs:
        state = 0
        for letter in text:
            code = letters[letter]
            if code not in children[state]:
                children[state][code] = len(children)
                children.append({})
                ending.append([])
            state = children[state][code]
        ending[state].append((owner, len(text)))
    goto = np.zeros((len(children), len(letters) + 1), np.int32)
    _fill_goto(goto, children, ending)
    output_at = np.cumsum([0, *map(len, ending)], dtype=np.int32)
    codes = np.zeros(0x110000, np.uint16)
    codes[[ord(letter) for letter in letters]] = list(letters.values())
    outputs = np.array([output for found in ending for output in found], np.int32).reshape(-1, 2)
    return Automaton(codes, goto, output_at, outputs)


def _fill_goto(goto: Int32, children: Sequence[dict[int, int]], ending: list[list[tuple[int, int]]]) -> None:
    """Complete the table breadth first: where a state has no child, it does what its longest proper suffix does."""
    fallback = [0] * len(children)
    queue = deque([0])
    while queue:
        state = queue.popleft()
        if state:
            goto[state] = goto[fallback[state]]
            ending[state].extend(ending[fallback[state]])
        for code, child in children[state].items():
            fallback[child] = int(goto[state, code])
            goto[state, code] = child
            queue.append(child)


@kernel
def themes_in(
    codepoints: Int32, begin: int, end: int, codes: npt.NDArray[np.uint16], goto: Int32, themes_at: UInt64
) -> np.uint64:
    """Bits of the themes for which a pattern stands somewhere in [begin, end)."""
    state = 0
    found = np.uint64(0)
    for place in range(begin, end):
        state = goto[state, codes[codepoints[place]]]
        found |= themes_at[state]
    return found


@kernel
def find_hits(
    codepoints: Int32, begin: int, end: int, rules: Rules | Automaton, hits: Int32
) -> tuple[int, Int32]:
    """Write every pattern in [begin, end) into `hits`, unjudged; return their number and the table, perhaps larger."""
    state = 0
    n = 0
    for place in range(begin, end):
        state = rules.goto[state, rules.codes[codepoints[place]]]
        for i in range(rules.output_at[state], rules.output_at[state + 1]):
            if n == len(hits):
                hits = _grown(hits)
            hits[n, TERM] = rules.outputs[i, 0]
            hits[n, BEGIN] = place + 1 - rules.outputs[i, 1]
            hits[n, END] = place + 1
            hits[n, STATUS] = UNCONFIRMED
            hits[n, BY] = -1
            hits[n, FOUND] = place + 1
            n += 1
    return n, hits


@kernel
def _grown(table: Int32) -> Int32:
    """Copy a table into one with twice the rows."""
    larger = np.empty((2 * len(table), table.shape[1]), np.int32)
    # A slice would compile numba's report of unequal shapes, five seconds of it.
    for row in range(len(table)):
        for column in range(table.shape[1]):
            larger[row, column] = table[row, column]
    return larger


@kernel
def needs_words(hits: Int32, active: np.uint64, rules: Rules) -> bool:
    """Tell whether judging the hits of the active themes takes tokens."""
    theme_hits = False
    cancels = 0
    for i in range(len(hits)):
        term = hits[i, TERM]
        if rules.terms[term, ROLE] == THEME and (active >> np.uint64(rules.terms[term, OWNER])) & np.uint64(
            1
        ):
            theme_hits = True
            cancels |= rules.terms[term, CANCELS]
            if rules.terms[term, KIND] != SUBSTRING:
                return True
    if not theme_hits:
        return False
    for i in range(len(hits)):
        term = hits[i, TERM]
        role = rules.terms[term, ROLE]
        if rules.terms[term, KIND] == SUBSTRING or role == THEME:
            continue
        if role in (EXCLUDE, STOP) or (cancels >> rules.terms[term, OWNER]) & 1:
            return True
    return False


@kernel
def decide(words: Words, rules: Rules, hits: Int32) -> np.uint64:
    """Judge the hits of one sentence in place, as `find_hits` found them; return the bits of the themes that have a
    valid one.
    """
    for i in range(len(hits)):
        term = hits[i, TERM]
        kind = rules.terms[term, KIND]
        if kind == SUBSTRING:
            hits[i, STATUS] = VALID
            continue
        if len(words.rows) == 0:
            continue
        row = words.row_at[hits[i, BEGIN] - words.begin]
        if row < 0:
            continue
        last = _match(words, row, rules, 2 * term)
        if last < 0:
            continue
        if kind == WORDS:
            hits[i, END] = words.rows[last, 1]
            hits[i, STATUS] = VALID
        else:
            _confirm_near(words, row, last, rules, hits, i)
    spread, reach = _extent(hits, rules)
    themes = np.uint64(0)
    for i in range(len(hits)):
        term = hits[i, TERM]
        if hits[i, STATUS] != VALID or rules.terms[term, ROLE] != THEME:
            continue
        theme = rules.terms[term, OWNER]
        other = _covering(hits, i, EXCLUDE, theme, rules, spread)
        if other >= 0:
            hits[i, STATUS] = EXCLUDED
            hits[i, BY] = other
            continue
        other = _undoing(hits, i, rules, spread, reach)
        if other >= 0:
            hits[i, STATUS] = CANCELLED
            hits[i, BY] = other
            continue
        themes |= np.uint64(1) << np.uint64(theme)
    return themes


@kernel
def _match(words: Words, row: int, rules: Rules, sequence: int) -> int:
    """Compare the tokens from `row` on with a sequence of base forms; return the last token of it, or -1."""
    first, after = rules.words_at[sequence], rules.words_at[sequence + 1]
    if row + after - first > len(words.rows):
        return -1
    for word in range(first, after):
        begin, end, entry = words.rows[row, 0], words.rows[row, 1], words.rows[row, 2]
        if entry >= 0:
            if words.base_of[entry] != rules.word_base[word]:
                return -1
        else:
            text = rules.word_text_at[word]
            if rules.word_text_at[word + 1] - text != end - begin:
                return -1
            for k in range(end - begin):
                if words.codepoints[begin + k] != rules.word_text[text + k]:
                    return -1
        row += 1
    return row - 1


@kernel
def _confirm_near(words: Words, row: int, last: int, rules: Rules, hits: Int32, i: int) -> None:
    """Look for the second sequence of hit i at most its reach (neighbours: 1) from the first, rows row … last."""
    term, rows = hits[i, TERM], words.rows
    reach = rules.terms[term, WITHIN]
    longest_way_back = reach + rules.words_at[2 * term + 2] - rules.words_at[2 * term + 1]
    for other in range(max(0, row - longest_way_back), min(len(rows), last + reach + 1)):
        end = _match(words, other, rules, 2 * term + 1)
        if end < 0:
            continue
        distance = other - last if other > last else row - end
        if 0 < distance <= reach:
            hits[i, BEGIN] = min(rows[row, 0], rows[other, 0])
            hits[i, END] = max(rows[last, 1], rows[end, 1])
            hits[i, STATUS] = VALID
            return


@kernel
def _extent(hits: Int32, rules: Rules) -> tuple[int, int]:
    """How far a confirmed hit reaches from where it was found, and how far a cancel term does.

    They bound where another hit that matters can have been found: a sentence of a million letters, in which every hit
    was held against every other, took minutes.
    """
    spread, reach = int(np.int64(0)), int(np.int64(0))
    for i in range(len(hits)):
        if hits[i, STATUS] == VALID:
            spread = max(spread, hits[i, FOUND] - hits[i, BEGIN], hits[i, END] - hits[i, FOUND])
            spread = max(spread, hits[i, BEGIN] - hits[i, FOUND], hits[i, FOUND] - hits[i, END])
            if rules.terms[hits[i, TERM], ROLE] == CANCEL:
                reach = max(reach, rules.terms[hits[i, TERM], WITHIN])
    return spread, reach


@kernel
def _first_found(hits: Int32, place: int) -> int:
    """The first hit that was found at a place or behind it."""
    low, high = 0, len(hits)
    while low < high:
        middle = (low + high) // 2
        if hits[middle, FOUND] < place:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _covering(hits: Int32, i: int, role: int, owner: int, rules: Rules, spread: int) -> int:
    """Find a confirmed hit of a role and owner whose span holds that of hit i; -1 if there is none."""
    for other in range(_first_found(hits, hits[i, END] - spread), len(hits)):
        if hits[other, FOUND] > hits[i, BEGIN] + spread:
            break
        if (
            hits[other, STATUS] != VALID
            or hits[other, BEGIN] > hits[i, BEGIN]
            or hits[other, END] < hits[i, END]
        ):
            continue
        term = hits[other, TERM]
        if rules.terms[term, ROLE] == role and (
            rules.terms[term, OWNER] == owner or rules.terms[term, OWNER] == ANY_THEME
        ):
            return other
    return -1


@kernel
def _undoing(hits: Int32, i: int, rules: Rules, spread: int, reach: int) -> int:
    """Find a cancel term within its reach behind hit i, with no stop between and not itself covered; -1 if none."""
    groups = rules.terms[hits[i, TERM], CANCELS]
    for other in range(_first_found(hits, hits[i, END] - spread), len(hits)):
        if hits[other, FOUND] > hits[i, END] + reach + spread:
            break
        term = hits[other, TERM]
        if rules.terms[term, ROLE] != CANCEL or hits[other, STATUS] != VALID:
            continue
        group = rules.terms[term, OWNER]
        gap = hits[other, BEGIN] - hits[i, END]
        if not (groups >> group) & 1 or gap < 0 or gap > rules.terms[term, WITHIN]:
            continue
        covered = _covering(hits, other, UNLESS, group, rules, spread) >= 0
        if not covered and not _stopped(hits, i, other, rules, spread):
            return other
    return -1


@kernel
def _stopped(hits: Int32, i: int, cancel: int, rules: Rules, spread: int) -> bool:
    """Tell whether a stop lies between hit i and a cancel hit."""
    for other in range(_first_found(hits, hits[i, END] - spread), len(hits)):
        if hits[other, FOUND] > hits[cancel, BEGIN] + spread:
            break
        if rules.terms[hits[other, TERM], ROLE] != STOP or hits[other, STATUS] != VALID:
            continue
        if hits[i, END] <= hits[other, BEGIN] < hits[cancel, BEGIN]:
            return True
    return False


@kernel
def index_rows(rows: Int32, begin: int, row_at: Int32) -> None:
    """Note for each character of a sentence which token begins there."""
    row_at[:] = -1
    for row in range(len(rows)):
        row_at[rows[row, 0] - begin] = row


@kernel
def longest(sentences: Int64) -> int:
    """Length of the longest sentence."""
    most = 0
    for i in range(len(sentences)):
        most = max(most, sentences[i, 1] - sentences[i, 0])
    return most


@kernel
def tag_texts(
    codepoints: Int32,
    sentences: Int64,
    text_of: Int32,
    n_texts: int,
    rules: Rules,
    lexicon: Lexicon,
    base_of: Int32,
    all_themes: np.uint64,
) -> UInt64:
    """Tag texts with the array engine; return the theme bits of each text.

    A theme found once need not be looked for again in the same text, so most sentences are never tokenised.
    """
    masks = np.zeros(n_texts, np.uint64)
    most = longest(sentences)
    rows = np.empty((most, 3), np.int32)
    row_at = np.empty(most, np.int32)
    hits = np.empty((256, 6), np.int32)
    scratch = new_scratch(lexicon)
    nodes = new_nodes()
    codes, goto, themes_at = rules.codes, rules.goto, rules.themes_at
    # A bare 0 has a type of its own in numba, and everything it is handed to would be compiled again.
    first_row = int(np.int64(0))
    for sentence in range(len(sentences)):
        begin, end = sentences[sentence, 0], sentences[sentence, 1]
        text = text_of[sentence]
        active = all_themes & ~masks[text]
        if not themes_in(codepoints, begin, end, codes, goto, themes_at) & active:
            continue
        n_hits, hits = find_hits(codepoints, begin, end, rules, hits)
        n_rows = first_row
        if needs_words(hits[:n_hits], active, rules):
            n_rows, nodes = tokenise(codepoints, begin, end, lexicon, scratch, nodes, rows, first_row)
            index_rows(rows[:n_rows], begin, row_at[: end - begin])
        words = Words(codepoints, begin, rows[:n_rows], row_at, base_of)
        masks[text] |= decide(words, rules, hits[:n_hits])
    return masks


@kernel
def candidates(codepoints: Int32, sentences: Int64, rules: Rules) -> npt.NDArray[np.bool_]:
    """Mark the sentences in which a term of some theme could stand."""
    found = np.zeros(len(sentences), np.bool_)
    codes, goto, themes_at = rules.codes, rules.goto, rules.themes_at
    for i in range(len(sentences)):
        found[i] = themes_in(codepoints, sentences[i, 0], sentences[i, 1], codes, goto, themes_at) != 0
    return found


@kernel
def judge_sentences(
    codepoints: Int32, sentences: Int64, rows: Int32, pointer: Int64, rules: Rules, base_of: Int32
) -> tuple[Int32, Int64]:
    """Judge every hit in every sentence; return the table of all hits and where each sentence's hits begin."""
    row_at = np.empty(longest(sentences), np.int32)
    hits = np.empty((256, 6), np.int32)
    table = np.empty((1024, 6), np.int32)
    hits_at = np.zeros(len(sentences) + 1, np.int64)
    for i in range(len(sentences)):
        begin, end = sentences[i, 0], sentences[i, 1]
        n_hits, hits = find_hits(codepoints, begin, end, rules, hits)
        words = Words(codepoints, begin, rows[pointer[i] : pointer[i + 1]], row_at, base_of)
        index_rows(words.rows, begin, row_at[: end - begin])
        decide(words, rules, hits[:n_hits])
        while hits_at[i] + n_hits > len(table):
            table = _grown(table)
        for hit in range(n_hits):
            for column in range(6):
                table[hits_at[i] + hit, column] = hits[hit, column]
        hits_at[i + 1] = hits_at[i] + n_hits
    return table[: hits_at[-1]].copy(), hits_at


def pack_words(words: Sequence[str]) -> tuple[Int32, Int32]:
    """Characters of words, and where each begins."""
    return np.cumsum([0, *map(len, words)], dtype=np.int32), encode("".join(words))
