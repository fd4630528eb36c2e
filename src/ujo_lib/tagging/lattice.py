"""The lattice: every way to cut a sentence into dictionary words, and the cheapest of them, exactly as Janome finds it.

Janome's rules kept here: a text is cut into chunks at the first punctuation after 500 characters and at 1,024 at the
latest; words longer than 50 characters are not looked up; unknown words come from character classes; of two equally
cheap predecessors the lower dictionary number wins, but only among dictionary words.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ujo_lib.tagging.compiled import kernel
from ujo_lib.tagging.normalise import Int32
from ujo_lib.tagging.trie import BASE, CHECK, COUNT_BITS, MOST_ENTRIES, VALUE

CHUNK, LONGEST_CHUNK, LONGEST_WORD = 500, 1024, 50

IDS, ENTRY_COST = range(2)
"""Columns of the entries: `left id << 16 | right id`, packed so that a word's run fills few cache lines; cost."""

LEFT, RIGHT, COST = range(3)
"""Columns of the unknown-word entries."""

INVOKE, LENGTH, FIRST, AFTER = range(4)
"""Columns of the table of character categories: look beside known words, longest run, rows of unknown-word entries."""

_END, _LEFT, _RIGHT, _COST, _ENTRY, _BACK, _NEXT = range(7)
"""Columns of the table of nodes, words that could stand in the sentence. `_COST` is first a word's own cost and then
that of the cheapest way up to and including it."""

_NODE_COLUMNS = 8
_MOST_AT_ONCE = MOST_ENTRIES + 1  # one surface form's entries and the end mark
_FIRST_NODES = 4096
_HUGE = 2**31 - 1
_FULL = -1


class Lexicon(NamedTuple):
    """A dictionary as arrays.

    Attributes:
        codes, units: the trie over surface forms (see `trie.Trie`); a key's entries are rows of `entries`.
        entries: (n, 2) see the column names.
        numbers: (n,) Janome's number of each entry.
        connection: (left id of a word, right id of the word before it) → cost, so that a search stays in one row.
        char_class: class of every code point.
        class_categories: categories of each class in Janome's order, then -1.
        in_category: (class, category) → whether a character of the class continues a run of the category.
        categories: (n, 4) see the column names.
        unknown: (n, 3) left id, right id, cost of the unknown-word entries.
    """

    codes: npt.NDArray[np.uint16]
    units: Int32
    entries: Int32
    numbers: Int32
    connection: npt.NDArray[np.int16]
    char_class: npt.NDArray[np.uint8]
    class_categories: npt.NDArray[np.int8]
    in_category: npt.NDArray[np.bool_]
    categories: Int32
    unknown: Int32


class Scratch(NamedTuple):
    """Working memory of one thread.

    Attributes:
        first: nodes first[p] … first[p + 1] - 1 start at position p of the chunk.
        reached: whether some node ends at a position.
        head, tail: first and last of the nodes that end at a position, which are linked in the order they came.
        best: lowest cost and best predecessor by left id, good if `stamp` says it was worked out for this position.
        path: the best path, last node first.
    """

    first: Int32
    reached: npt.NDArray[np.bool_]
    head: Int32
    tail: Int32
    best: Int32
    stamp: npt.NDArray[np.int64]
    path: Int32


@kernel
def new_scratch(lexicon: Lexicon) -> Scratch:
    """Allocate working memory; only the counter in the last cell of `stamp` outlives a chunk."""
    room = LONGEST_CHUNK + 3
    n_left_ids = len(lexicon.connection)
    return Scratch(
        np.empty(room, np.int32),
        np.empty(room, np.bool_),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty((n_left_ids, 2), np.int32),
        np.zeros(n_left_ids + 1, np.int64),
        np.empty(room, np.int32),
    )


@kernel
def new_nodes() -> Int32:
    """Allocate the table of nodes of one thread; `tokenise` gives back a larger one when it had to grow."""
    return np.empty((_FIRST_NODES, _NODE_COLUMNS), np.int32)


@kernel
def tokenise(
    codepoints: Int32,
    begin: int,
    end: int,
    lexicon: Lexicon,
    scratch: Scratch,
    nodes: Int32,
    tokens: Int32,
    n: int,
) -> tuple[int, Int32]:
    """Tokenise the characters [begin, end), which have no white space at either end.

    Writes rows (begin, end, entry) from `tokens[n]` on; there must be room for one row per character. `entry` is the
    dictionary number, or -1 - i for the unknown-word entry i.

    Returns:
        The number of rows now used and the table of nodes, perhaps a larger one.
    """
    while begin < end:
        length = _list_words(codepoints, begin, end, lexicon, scratch, nodes)
        if length == _FULL:
            nodes = np.empty((2 * len(nodes), _NODE_COLUMNS), np.int32)
            continue
        last = _find_path(length, lexicon.connection, lexicon.numbers, scratch, nodes)
        n = _write_path(begin, last, lexicon.numbers, scratch.path, nodes, tokens, n)
        begin += length
    return n, nodes


# The next two functions are long because a call that hands over arrays costs more than a step of the lattice does:
# cut into one function per kind of word, the engine is four times slower.


@kernel
def _list_words(
    codepoints: Int32, begin: int, end: int, lexicon: Lexicon, scratch: Scratch, nodes: Int32
) -> int:
    """List every word that could stand in the chunk, by position, where some word before ended.

    Returns:
        The chunk's length; the row of the end mark is scratch.first[length]. `_FULL` if `nodes` has too few rows.
    """
    codes, units, entries, unknown = lexicon.codes, lexicon.units, lexicon.entries, lexicon.unknown
    char_class, class_categories = lexicon.char_class, lexicon.class_categories
    in_category, categories = lexicon.in_category, lexicon.categories
    reached, first = scratch.reached, scratch.first
    room = len(nodes) - _MOST_AT_ONCE
    chunk = min(end - begin, LONGEST_CHUNK)
    reached[: chunk + 1] = False
    used = 1  # row 0 is the beginning of the chunk
    position = 0
    while position < chunk and not (position >= CHUNK and _splits(codepoints, begin + position)):
        first[position] = used
        known = False
        trie_node = 0
        for after in range(position + 1, min(chunk, position + LONGEST_WORD) + 1):
            code = codes[codepoints[begin + after - 1]]
            target = units[trie_node, BASE] + code
            if code == 0 or units[target, CHECK] != trie_node:
                break
            trie_node = target
            value = units[trie_node, VALUE]
            if value == 0:
                continue
            if used > room:
                return _FULL
            reached[after] = known = True
            for i in range(value >> COUNT_BITS, (value >> COUNT_BITS) + (value & MOST_ENTRIES)):
                ids = entries[i, IDS]
                nodes[used, _END] = after
                nodes[used, _LEFT] = ids >> 16
                nodes[used, _RIGHT] = ids & 0xFFFF
                nodes[used, _COST] = entries[i, ENTRY_COST]
                nodes[used, _ENTRY] = i
                used += 1
        here_class = char_class[codepoints[begin + position]]
        for column in range(class_categories.shape[1]):
            category = class_categories[here_class, column]
            if category < 0:
                break
            if known and not categories[category, INVOKE]:
                continue
            after = position + 1
            limit = min(chunk, after + categories[category, LENGTH])
            while after < limit and in_category[char_class[codepoints[begin + after]], category]:
                after += 1
            if used > room:
                return _FULL
            reached[after] = True
            for i in range(categories[category, FIRST], categories[category, AFTER]):
                nodes[used, _END] = after
                nodes[used, _LEFT] = unknown[i, LEFT]
                nodes[used, _RIGHT] = unknown[i, RIGHT]
                nodes[used, _COST] = unknown[i, COST]
                nodes[used, _ENTRY] = -1 - i
                used += 1
        position += 1
        while not reached[position]:
            first[position] = used
            position += 1
    first[position] = used
    return position


@kernel
def _find_path(
    length: int,
    connection: npt.NDArray[np.int16],
    numbers: Int32,
    scratch: Scratch,
    nodes: Int32,
) -> int:
    """Work out the cheapest way to every word, position by position; return the last word of the cheapest path.

    The best predecessor of a word depends on its left id alone, so it is sought once per position and left id. Among
    words that end at a position the first of the cheapest wins, unless it and a later one of the same cost are both in
    the dictionary: then the lower number wins.
    """
    first, head, tail, best, stamp = scratch.first, scratch.head, scratch.tail, scratch.best, scratch.stamp
    head[: length + 1] = -1
    head[0] = tail[0] = 0
    nodes[0, _RIGHT] = nodes[0, _COST] = 0
    nodes[0, _ENTRY] = nodes[0, _NEXT] = -1
    end_mark = first[length]
    nodes[end_mark, _LEFT] = nodes[end_mark, _COST] = 0
    nodes[end_mark, _END] = length + 1
    head[length + 1] = -1
    now = stamp[-1]
    for position in range(length + 1):
        now += 1
        after = first[position + 1] if position < length else end_mark + 1
        for node in range(first[position], after):
            left = nodes[node, _LEFT]
            if stamp[left] != now:
                stamp[left] = now
                cheapest = _HUGE
                before = 0
                other = head[position]
                while other >= 0:
                    cost = nodes[other, _COST] + connection[left, nodes[other, _RIGHT]]
                    if cost < cheapest:
                        cheapest = cost
                        before = other
                    elif (
                        cost == cheapest
                        and min(nodes[other, _ENTRY], nodes[before, _ENTRY]) >= 0
                        and numbers[nodes[other, _ENTRY]] < numbers[nodes[before, _ENTRY]]
                    ):
                        before = other
                    other = nodes[other, _NEXT]
                best[left, 0] = cheapest
                best[left, 1] = before
            nodes[node, _COST] += best[left, 0]
            nodes[node, _BACK] = best[left, 1]
            nodes[node, _NEXT] = -1
            end = nodes[node, _END]
            if head[end] < 0:
                head[end] = node
            else:
                nodes[tail[end], _NEXT] = node
            tail[end] = node
    stamp[-1] = now
    last: int = nodes[end_mark, _BACK]
    return last


@kernel
def _splits(codepoints: Int32, here: int) -> bool:
    """Tell whether a chunk of 500 characters or more may end here: behind punctuation or a blank line."""
    last = codepoints[here - 1]
    if last == 0x3001 or last == 0x3002 or last == 0x2C or last == 0x2E:
        return True
    if last == 0xFF1F or last == 0x3F or last == 0xFF01 or last == 0x21:
        return True
    if last != 0x0A:
        return False
    crlf = codepoints[here - 2] == 0x0D and codepoints[here - 3] == 0x0A and codepoints[here - 4] == 0x0D
    return bool(codepoints[here - 2] == 0x0A or crlf)


@kernel
def _write_path(
    begin: int, last: int, numbers: Int32, path: Int32, nodes: Int32, tokens: Int32, n: int
) -> int:
    """Follow the path back from its last word and write the words in reading order."""
    steps = 0
    while last > 0:
        path[steps] = last
        steps += 1
        last = nodes[last, _BACK]
    start = begin
    for i in range(steps - 1, -1, -1):
        tokens[n, 0] = start
        start = begin + nodes[path[i], _END]
        tokens[n, 1] = start
        entry = nodes[path[i], _ENTRY]
        tokens[n, 2] = numbers[entry] if entry >= 0 else entry
        n += 1
    return n
