"""Which row holds the headings, and which column of the file is which column of the dictionary.

Titles and notes may stand above; headings may have two or more levels with merged cells. Levels are joined with
``_`` and matched from the full name down to the last level, then without a unit in brackets. A heading that fits
nothing is reported, never dropped in silence.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise

from ujo_lib.intake.cells import TOTAL_WORDS, tidy
from ujo_lib.intake.declaration import FileSpec
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.proposals import melt_line, part_in, propose
from ujo_lib.intake.schemas import NUMERIC, Column, Multiple, Schema
from ujo_lib.params.inputs import Layout

_NAMED_EACH = 5
_UNIT = re.compile(r"\([^()]*\)$")
_NUMBERED = re.compile(
    r"^(?:(?:設?問|q|no\.?)\d+(?:[-.]\d+)*[.:、)]?|\(?\d+(?:-\d+)*[.:、)](?!\d))|[*※]$", re.IGNORECASE
)
"""What a form puts before a heading, or behind one that must be filled in, and makes it no other: 問3 性別, 1.性別."""
_SAYS_NO_MORE = re.compile(
    r"(?:単位.*|(?!\d+(?:番|つ)目)[\d①-⑳].*|(?:令和|平成|[RH]\d).*|延べ?.*|のべ.*|実.*|速報.*|確報.*|確定.*|推計.*|概数|暫定.*|"
    r"任意|必須|半角.*|数字.*|数値.*|整数.*|記入.*|回答.*|.*含む|(?:再掲|重複)を?除く|[人件名円戸回枚台通歳分]|世帯|時間|"
    r"JST|日本(?:標準)?時間?|(?:UTC|GMT)\+0?9(?::00)?|西暦|和暦|選択.*|.*選択|単一.*|SA|直接質問)"
)
"""What stands in brackets behind a heading and makes it no other: a unit, a day, how it was counted or asked."""

_ANOTHERS = re.compile(
    r"(?:父|母|[両片]?親|保護者|ご?家族|世帯主|配偶者|夫|妻|兄弟姉妹|きょうだい|同居[者人]|[昨前]年度?|前回)(?:の.*)?"
)
"""What stands above a heading, or before its stroke, and makes it that of somebody else or of another time."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the headings stand and what they mean.

    Attributes:
        top: position of the first heading row in the grid.
        levels: number of heading rows.
        headings: joined heading of every column of the grid.
        columns: canonical name → column position.
        lists: multiple-answer item → position of its ``listed`` column.
        options: multiple-answer item → option label → position.
        subtotals: positions of total columns.
        ignored: positions that are left out.
        narrowed: canonical name → what stands in brackets behind a heading that is known without it, or whose it is.
    """

    top: int
    levels: int
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    lists: Mapping[str, int]
    options: Mapping[str, Mapping[str, int]]
    subtotals: tuple[int, ...]
    ignored: tuple[int, ...]
    narrowed: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> int:
        """Position of the first row below the headings."""
        return self.top + self.levels

    def heading(self, name: str) -> str:
        """Heading of a canonical column as it stands in the file; the name itself when the file lacks it."""
        return self.headings[self.columns[name]] if name in self.columns else name

    def places(self, schema: Schema) -> list[tuple[Column, int]]:
        """The columns of a kind that the file has, in the order of the kind, and where they stand."""
        return [(one, self.columns[one.name]) for one in schema.columns if one.name in self.columns]


@dataclass(frozen=True, slots=True)
class _Target:
    """What a heading stands for: a column (``rank``: place among its spellings), a list, or one option."""

    name: str
    label: str | None = None
    is_list: bool = False
    rank: int = 0


def find_header(
    head: Sequence[Sequence[str]], schema: Schema, spec: FileSpec, layout: Layout | None, notes: Notes
) -> Header | None:
    """Locate and match the headings; ``None`` after noting that no row looks like them."""
    known = _known_headings(schema, spec, layout)
    ignore = {fold(h) for h in (*spec.ignore, *(layout.ignore if layout else ()))} - set(
        map(fold, spec.columns)
    )
    strip_unit = schema.kind != "ads" or layout is None  # 消化金額 (USD) must not pass for 消化金額
    starts = range(max(1, len(head) - spec.header_rows))
    joined = [_join(head[top : top + spec.header_rows]) for top in starts]
    found = [
        [None if _is_in(h, ignore) else _lookup(h, known, strip_unit) for h in headings]
        for headings in joined
    ]
    top = max(starts, key=lambda t: sum(target is not None for target in found[t]))
    if not any(found[top]):
        notes.problem(
            "見出しの行: " + "、".join(c.heading for c in schema.columns if c.required),
            f"見出しの文字と、inputs.yaml の header_rows(いま{spec.header_rows}段)を確かめてください。",
            "11",
        )
        return None
    header = _assign(top, joined[top], found[top], ignore, schema, spec, notes)
    _require(header, schema, spec, head[header.body :], notes)
    said = {name: _narrowing(header.headings[place], known) for name, place in header.columns.items()}
    return replace(header, narrowed={name: text for name, text in said.items() if text})


@lru_cache(maxsize=1 << 14)  # the first rows of a file are looked at many times, one start after another
def fold(heading: str) -> str:
    """One form for the spellings of a heading: no blanks, no wide letters, small letters only."""
    return re.sub(r"\s+", "", tidy(heading)).casefold()


def _is_in(heading: str, headings: set[str]) -> bool:
    """Whether a heading, or its last level, is among these (folded)."""
    return fold(heading) in headings or fold(heading.rpartition("_")[2]) in headings


def _join(levels: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One heading per column: levels joined with ``_``, equal ones once, blank group cells filled from the left."""
    width = max(len(level) for level in levels)
    rows = [
        [re.sub(r"\s+", "", tidy(cell)) for cell in level] + [""] * (width - len(level)) for level in levels
    ]
    for upper, lower in pairwise(rows):
        for i in range(1, width):
            if not upper[i] and lower[i]:
                upper[i] = upper[i - 1]
    joined = []
    for parts in zip(*rows, strict=True):
        kept = [p for i, p in enumerate(parts) if p and (i == 0 or p != parts[i - 1])]
        joined.append("_".join(kept))
    return tuple(joined)


def _known_headings(schema: Schema, spec: FileSpec, layout: Layout | None) -> dict[str, _Target]:
    known: dict[str, _Target] = {}
    for column in schema.columns:
        spellings: Iterable[str] = (column.heading, *column.aliases, column.name)
        if layout is not None:
            own = () if schema.kind == "ads" else spellings
            spellings = (*layout.columns.get(column.name, ()), *own, column.name)
        for rank, heading in enumerate(spellings):
            known.setdefault(fold(heading), _Target(column.name, rank=rank))
    for item in schema.multiples:
        known |= _item_headings(item, spec.multiple_answers.get(item.name))
    items = {item.name for item in schema.multiples}
    for heading, name in spec.columns.items():
        known[fold(heading)] = _Target(name, is_list=name in items, rank=-1)
    return known


def _item_headings(item: Multiple, encoding: str | None) -> dict[str, _Target]:
    spellings = (item.heading, *item.aliases, item.name)
    if encoding in ("dummies", "marks"):
        return {
            fold(form.format(start, end)): _Target(item.name, option.label)
            for option in item.options
            for start in spellings
            for end in (option.label, *option.aliases, option.code)
            if end
            for form in ("{}_{}", "{}[{}]")  # the second is kintone's
        }
    return {fold(heading): _Target(item.name, is_list=True) for heading in spellings}


def _lookup(heading: str, known: Mapping[str, _Target], strip_unit: bool) -> _Target | None:
    parts = heading.split("_")
    for start in range(len(parts)):
        name = "_".join(parts[start:])
        bare = _NUMBERED.sub("", fold(name))
        for spelling in (name, _UNIT.sub("", name), bare, _UNIT.sub("", bare)) if strip_unit else (name,):
            if (target := known.get(fold(spelling))) is not None:
                return target
    return None


def _narrowing(heading: str, known: Mapping[str, _Target]) -> str:
    """What stands in brackets behind a heading that nobody knows with it, unless it can say nothing of how much.

    The same of a level above it that names somebody else: 父_年齢.
    """
    above = next(filter(_ANOTHERS.fullmatch, heading.split("_")[:-1]), "")
    if above and fold(heading) not in known:
        return above
    said = _UNIT.search(tidy(heading))
    if said is None or _lookup(heading, known, strip_unit=False) is not None:
        return ""
    text = said[0].strip("()")
    return "" if _SAYS_NO_MORE.fullmatch(text) or TOTAL_WORDS.fullmatch(text) else text


def _assign(
    top: int,
    headings: tuple[str, ...],
    found: Sequence[_Target | None],
    ignore: set[str],
    schema: Schema,
    spec: FileSpec,
    notes: Notes,
) -> Header:
    columns: dict[str, tuple[int, int]] = {}
    lists: dict[str, int] = {}
    options: dict[str, dict[str, int]] = {}
    subtotals: list[int] = []
    ignored: list[int] = []
    unknown: list[str] = []
    for place, (heading, target) in enumerate(zip(headings, found, strict=True)):
        if target is None:
            known = not heading or _is_in(heading, ignore)
            if not known and _is_total(heading):
                subtotals.append(place)
                continue
            ignored.append(place)
            unknown += [] if known else [heading]
        elif target.label is not None:
            _take_once(options.setdefault(target.name, {}), target.label, place, headings, notes)
        elif target.is_list:
            _take_once(lists, target.name, place, headings, notes)
        elif target.name not in columns:
            columns[target.name] = (target.rank, place)
        elif columns[target.name][0] == target.rank:
            both = headings[columns[target.name][1]], heading
            _note_double(*both, notes, melt_line(schema.column(target.name), both, schema))
        else:  # two spellings of one column in one export: the first of the list is the one meant
            ranked = sorted([columns[target.name], (target.rank, place)])
            columns[target.name] = ranked[0]
            ignored.append(ranked[1][1])
            used, unused = (headings[place] for _, place in ranked)
            notes.repair(unused, f"「{used}」と同じ項目のため読まない", "11", column=unused)
    _note_unknown(unknown, notes)
    return Header(
        top=top,
        levels=spec.header_rows,
        headings=headings,
        columns={name: place for name, (_, place) in columns.items()},
        lists=lists,
        options=options,
        subtotals=tuple(subtotals),
        ignored=tuple(ignored),
    )


def _is_total(heading: str) -> bool:
    return TOTAL_WORDS.fullmatch(heading.rpartition("_")[2]) is not None


def _take_once(taken: dict[str, int], name: str, place: int, headings: Sequence[str], notes: Notes) -> None:
    if name in taken:
        _note_double(headings[taken[name]], headings[place], notes)
    else:
        taken[name] = place


def _note_double(first: str, second: str, notes: Notes, line: str = "") -> None:
    told = f"列「{first}」と「{second}」が同じ項目を指します。"
    if line:
        told += f"同じ数の区分なので、inputs.yaml に {line} と書いてください。"
    elif first == second:  # a heading in `ignore` would leave out both
        told += (
            "どちらかの列を消すか、見出しを変えてください。見出しが2段なら header_rows: 2 と書き、"
            "別の表が横に並んでいるなら、別のシートに移してください。"
        )
    else:
        told += "どちらかを消すか、inputs.yaml の ignore に書いてください。"
    notes.problem("1つの項目に1つの列", told, "11", column=second)


def _named(together: str, headings: Sequence[str]) -> list[tuple[str, str]]:
    """Column and value for a message on each of some columns, or on many of them, as a wide table has, at once."""
    if len(headings) <= _NAMED_EACH:
        return [(heading, "") for heading in headings]
    return [(together, f"{len(headings)}列: {'、'.join(headings[:_NAMED_EACH])}…")]


def _note_unknown(headings: Sequence[str], notes: Notes) -> None:
    for heading, value in _named("(読まない列)", headings):
        notes.warning(
            "データ辞書にある見出し",
            "この列は読みませんでした。必要なら inputs.yaml の columns で対応を、不要なら ignore に書いてください。",
            "11",
            column=heading,
            value=value,
        )


def _require(
    header: Header, schema: Schema, spec: FileSpec, below: Sequence[Sequence[str]], notes: Notes
) -> None:
    lacking = [c for c in schema.columns if c.name not in header.columns and c.name not in spec.constants]
    absent: list[Column | Multiple] = [column for column in lacking if column.required]
    unanswered = [column.heading for column in lacking if column.asked and not column.required]
    for item in schema.multiples:
        present = item.name in header.lists or item.name in header.options
        groups = [f"_{fold(heading)}_" for heading in (item.heading, *item.aliases)]
        unread = [f"_{fold(header.headings[place])}".replace("[", "_") for place in header.ignored]
        if not present and any(group in heading for group in groups for heading in unread):
            remedy = f"inputs.yaml の multiple_answers に {item.name}: dummies か marks を書いてください。"
            notes.problem("multiple_answers の宣言", remedy, "15", column=item.heading)
        elif item.name in header.options:
            _refuse_other_options(groups, header, spec, notes)
        elif not present and (item.required or item.name in spec.multiple_answers):
            absent.append(item)
        elif not present:
            unanswered.append(item.heading)
    for heading, value in _named("(ない列)", unanswered):
        notes.warning(
            "調査票のすべての項目の列" if value else f"調査票の項目「{heading}」の列",
            "この項目は全員が無回答になります。尋ねていたら、見出しを様式どおりに直してください。",
            "11",
            row=header.top + 1,
            column=heading,
            value=value,
        )
    free = {
        header.headings[i]: [row[i] for row in below]
        for i in sorted((*header.ignored, *header.subtotals))
        if header.headings[i]
    }
    for one in absent:
        line = propose(one, schema, free) if isinstance(one, Column) else ""
        if near := get_close_matches(one.heading, list(free), n=1, cutoff=0.3):
            line += _mapped(near[0], one, schema, free) if "melt:" not in line else ""
        hint = f"inputs.yaml のこのファイルに、{line}または、" if line else ""
        remedy = f"{hint}見出しを元の様式どおりに直してください。"
        if isinstance(one, Multiple) and not one.required:
            remedy += f"尋ねていないなら、inputs.yaml の multiple_answers から {one.name} を消してください。"
        notes.problem(f"列「{one.heading}」があること", remedy, "11", row=header.top + 1, column=one.heading)


def _refuse_other_options(groups: Iterable[str], header: Header, spec: FileSpec, notes: Notes) -> None:
    """Who ticked nothing but what nobody reads would have given no answer; what other things there are is a text."""
    ignore = {fold(heading) for heading in spec.ignore}
    for place in header.ignored:
        heading = header.headings[place]
        options = [f"_{fold(heading)}".replace("[", "_").partition(group)[2] for group in groups]
        if not _is_in(heading, ignore) and any(o and not o.startswith("その他") for o in options):
            remedy = (
                "この列だけに印がある人は無回答になります。調査票のファイルに選択肢を加えるか、選択肢でない列なら "
                "inputs.yaml の ignore に書いてください。"
            )
            notes.problem("調査票の選択肢の列", remedy, "15", column=heading)


def _mapped(heading: str, item: Column | Multiple, schema: Schema, free: Iterable[str]) -> str:
    """The line by which a heading stands for an item; of a part of its numbers, with what says so.

    Headings alike but for a number hold one answer of several each: one of them alone would leave out the others.
    """
    alike = [other for other in free if re.sub(r"\d+", "", other) == re.sub(r"\d+", "", heading)]
    if isinstance(item, Multiple) and len(alike) > 1:
        return (
            f"答えが1つずつ別の列にあるなら、join: {{{item.name}: [{', '.join(alike)}]}} と書いてください。"
        )
    part = part_in(heading, item, schema) if isinstance(item, Column) and item.type in NUMERIC else None
    if part and part[0] not in schema.columns:
        return ""
    also = f" と constants: {{{part[0].name}: {part[1]}}}" if part else ""
    return f"「{heading}」がこれなら、columns: {{{heading}: {item.name}}}{also} と書いてください。"
