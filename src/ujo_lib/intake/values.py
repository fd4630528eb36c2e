"""From the texts of a column to its values; each distinct text is read once (`cells`).

:func:`parse_column` notes every refusal with its rows and every change it made, and hands back columns in the frame's
types.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ujo_lib.delimited import side_by_side
from ujo_lib.facts import named
from ujo_lib.intake.cells import (
    ERROR_REMEDY,
    ERROR_VALUE,
    ValueRefused,
    fold_sign,
    is_no_answer,
    parser_of,
    refuse_glued,
    tidy,
)
from ujo_lib.intake.patience import LOG
from ujo_lib.intake.problems import Notes, Severity
from ujo_lib.intake.schemas import DTYPES, NUMERIC, Column
from ujo_lib.params.inputs import MissingSign
from ujo_lib.text import MAY_NAME_RE2, mask_personal

_DISTINCT_LISTED = 5


# No code, label, date or number is longer; what is may be free text that slipped into the wrong column.
_MAX_SHOWN = 30


@dataclass(frozen=True)
class Raw:
    """One column of texts; told apart only where somebody asks, for free texts are too large to stand here twice.

    Attributes:
        heading: as it stands in the file.
        cells: the texts, an Arrow string per row.
        rows: row numbers as Excel shows them.
    """

    heading: str
    cells: pa.ChunkedArray
    rows: np.ndarray

    @cached_property
    def _encoded(self) -> pa.DictionaryArray:
        return self.cells.combine_chunks().dictionary_encode()

    @cached_property
    def codes(self) -> np.ndarray:
        """Position in ``texts`` per row."""
        codes: np.ndarray = self._encoded.indices.to_numpy(zero_copy_only=False)
        return codes

    @cached_property
    def texts(self) -> list[str]:
        """The distinct texts, in the order of their first rows."""
        distinct: list[str] = self._encoded.dictionary.to_pylist()
        return distinct

    def rows_of(self, codes: int | Sequence[int]) -> np.ndarray:
        """Row numbers that hold the text of this code, or one of several."""
        one = isinstance(codes, int)  # of many texts each is looked for by itself
        rows: np.ndarray = self.rows[self.codes == codes if one else np.isin(self.codes, codes)]
        return rows

    def note(
        self,
        codes: int | Sequence[int],
        refused: ValueRefused,
        notes: Notes,
        value: str | None = None,
        severity: Severity = "error",
    ) -> None:
        """Note what is wrong with a text in each of its rows, or with several texts, which are not repeated."""
        if value is None:
            value = self.texts[codes] if isinstance(codes, int) else ""
        told = refused.expected, refused.remedy, refused.rule
        notes.problem_rows(self.rows_of(codes), value, *told, column=self.heading, severity=severity)

    def repair(self, code: int, after: object, rule: str, notes: Notes) -> None:
        """Note what a text was read as, in all of its rows."""
        rows = self.rows_of(code)
        notes.repair(self.texts[code], after, rule, row=int(rows[0]), column=self.heading, count=len(rows))


@dataclass(frozen=True, slots=True)
class Site:
    """What the site declares about a file's values.

    Attributes:
        missing: meaning of missing-value signs, by :func:`fold_sign`.
        missing_in: the same for single columns, by their names.
        timezone: zone of naive time stamps, ``None`` when not declared.
        names: names to mask in free text; None where nobody will look at it, so that it is not read at all.
    """

    missing: Mapping[str, MissingSign]
    missing_in: Mapping[str, Mapping[str, MissingSign]] = field(default_factory=dict)
    timezone: str | None = None
    names: tuple[str, ...] | None = ()


_IN_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_UNIT_IS = re.compile(r"^\s*単位[\s:は]*")
SCALE = r"(?:[十百千万億]++|(?<![\d,])[x×]?1[0,]*000)"
"""Tens, as the unit of a table or a heading has them: 千, 1,000."""
_TENS = rf"{SCALE}(?:人|件|円|世帯|戸|回|枚)?"
_BARE_SCALE = re.compile(rf"{SCALE}(?:人|件|円|世帯|戸|回|枚)$")
_SCALED = re.compile(
    rf"(?:.*[\s:、,・はが/])?{_TENS}(?:単位)?"
    r"|(?:秒|分|時間|h|hours?|時:分|分:秒|日|か月|年|%|パーセント|‰|K|thousands?)",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"[A-Z]{3}|US\$|[$€£₩]|.*(?:ドル|ユーロ|ウォン|元)")
_OTHER_NUMBER = re.compile(
    "(?!.*(?:含む|含まない|除く|でない)$)"
    "(?:対?(?:前[年月日週期回々]|昨[年日]).*|累計.*|累積.*|.*比率?|.*率|.*割合|増減.*|目標.*|(?:再掲|うち|内数|内訳).*)"
)
"""What makes of a count another number than that of its column; what it holds or leaves out does not."""


def _note_heading_unit(column: Column, raw: Raw, notes: Notes) -> None:
    """A heading that tells of another unit than the dictionary, or of another number: it would be read as this one."""
    heading = tidy(raw.heading)
    is_number = column.type in ("int", "number")
    for said in (*_IN_BRACKETS.findall(heading), *_BARE_SCALE.findall(heading), *heading.split("_")[:-1]):
        unit = _UNIT_IS.sub("", said).strip()
        if unit == column.unit or f"({unit})" in column.heading:
            continue
        abroad = column.unit == "円" and unit != "JPY" and _CURRENCY.fullmatch(unit)
        if abroad or _SCALED.fullmatch(unit):
            is_told = is_number or (
                column.type in ("cat", "share")
                and any(tidy(text).replace(".", "", 1).isdecimal() for text in raw.texts)
            )
            right = f"単位が「{column.unit}」の列" if column.unit else "単位のない見出し"
            remedy = f"見出しの単位は「{unit}」です。値を直してから、見出しの単位も直してください。"
        else:
            is_told = is_number and _OTHER_NUMBER.fullmatch(unit) is not None
            right = f"「{column.heading}」そのものの列"
            remedy = (
                f"見出しに「{unit}」とあります。「{column.heading}」の数なら見出しを直し、そうでなければこの列を "
                "inputs.yaml の ignore に書いて、その数の列を加えてください。"
            )
        if is_told:
            notes.problem(right, remedy, "6", column=raw.heading)
            return


_COUNTED = ({"人", "名"}, {"世帯", "戸"}, {"件", "回"})
"""Units of counts, those of one thing together."""


def note_units_beside(number: Column, raw: Raw, notes: Notes) -> None:
    """A column beside the numbers tells of thousands, shares or other things: they would pass for the number itself."""
    other = {unit for units in _COUNTED if number.unit not in units for unit in units}
    for code, text in enumerate(raw.texts):
        unit = tidy(text)
        if unit in other and number.unit:
            _note_others(number, raw, code, unit, notes)
        elif unit and unit != number.unit and _SCALED.fullmatch(unit):
            remedy = f"「{unit}」の数です。値を{number.unit or '1つずつの数'}に直してから、この列も直してください。"
            expected = f"単位が「{number.unit}」の数" if number.unit else "1つずつの数"
            raw.note(code, ValueRefused(expected, remedy, "6"), notes)


def note_items_beside(number: Column, raw: Raw, notes: Notes) -> None:
    """The items of an e-Stat table (表章項目) tell of another number: households, a density, people by day."""
    for code, text in enumerate(raw.texts):
        item = _IN_BRACKETS.sub("", tidy(text))
        if item and (number.heading not in item or _OTHER_ITEM.search(item)):
            _note_others(number, raw, code, item, notes)


_OTHER_ITEM = re.compile("密度|比|率|割合|増減|昼間|差")


def _note_others(number: Column, raw: Raw, code: int, counted: str, notes: Notes) -> None:
    remedy = f"「{counted}」の数です。{number.heading}({number.unit})の行だけを残してください。"
    raw.note(code, ValueRefused(f"{number.heading}の行", remedy, "6"), notes)


_PLAIN_ID = re.compile("[A-Z]{0,3}[0-9]{1,15}")
"""An id in which :func:`parse_short` finds nothing to mend or refuse."""


_ISO_STAMP = re.compile(r"(?:19|20)\d\d([-/])\d{1,2}\1\d{1,2}[T ]\d{1,2}:\d{2}(?::\d{2})?")
_MISSING: Mapping[MissingSign, str] = {"none": "(空欄)", "unknown": "不明(欠測)", "suppressed": "秘匿"}


def parse_column(column: Column, raw: Raw, site: Site, notes: Notes) -> dict[str, pd.Series]:
    """Parse one column.

    Args:
        column: its definition.
        raw: its texts.
        site: missing-value signs, time zone and names declared for the file.
        notes: receives refusals (row by row) and repairs (by distinct text).

    Returns:
        The column, and ``<name>_suppressed`` / ``<name>_unknown`` when such signs occur; all with a default index.
    """
    if column.type == "text":
        return {column.name: _free_text(raw, site, notes)}
    parse = parser_of(column, site.timezone)
    _note_heading_unit(column, raw, notes)
    meanings = {**site.missing, **site.missing_in.get(column.name, {})}
    values: list[Any] = [None] * len(raw.texts)
    signs: dict[str, list[int]] = {"suppressed": [], "unknown": []}
    changed: list[tuple[int, str, str, str]] = []
    stamps = _iso_stamps(raw.texts if column.type == "datetime" else [], site)
    plain = set(stamps.index)
    ages: list[int] = []
    days: list[int] = []
    for code, text in enumerate(raw.texts):
        if code in plain or not text or not (bare := text.strip()):
            continue
        if (
            column.type == "id"
            and column.name != "area_code"
            and _PLAIN_ID.fullmatch(text)
            and text not in meanings
        ):
            values[code] = text
            if not column.filled and set(text) == {"0"} and len(raw.rows_of(code)) > 1:
                _note_perhaps_unknown(column, raw, code, "番号", notes)
            continue
        if (meaning := meanings.get(fold_sign(bare))) is not None:
            values[code] = 0 if meaning == "none" and column.type in NUMERIC else None
            if meaning != "none":
                signs[meaning].append(code)
            changed.append((code, text, "0" if values[code] == 0 else _MISSING[meaning], "14"))
            continue
        if column.type in ("cat", "age") and is_no_answer(bare, column.options):
            changed.append((code, text, "無回答(欠測)", "14"))
            continue
        try:
            if column.type != "str":
                refuse_glued(bare)
            read = parse(bare)
        except ValueRefused as refused:
            if ERROR_VALUE.fullmatch(tidy(bare)):
                refused.remedy = ERROR_REMEDY
            note_refusal(raw, code, refused, notes, free_text=refused.rule == "23")
            continue
        if column.type == "age" and read.rule == "16" and (plainly := tidy(bare)).isdecimal():
            if plainly in _UNKNOWN_AGES:
                _note_perhaps_unknown(column, raw, code, "年齢", notes)
            else:
                ages.append(code)
        values[code] = read.value
        if column.type == "id" and _DAY.fullmatch(read.value):
            days.append(code)
        if (rule := read.rule or ("5" if text != bare else None)) is not None:
            changed.append((code, text, str(read.value), rule))
    if ages and all(int(tidy(raw.texts[code])) < _YOUNGEST_ALONE for code in ages):
        _refuse_perhaps_codes(column, raw, ages, notes)
        changed = [one for one in changed if one[0] not in ages]
    elif ages and any(not tidy(text).isdecimal() for text, one in zip(raw.texts, values, strict=True) if one):
        beside = ValueRefused("年代の区分か、歳の付いた年齢", _BESIDE_BANDS, "16")
        raw.note(ages, beside, notes, severity="warning")
    if column.type == "share":
        _refuse_mixed_shares(raw, values, notes)
    if column.unit == "分":
        _refuse_parts_of_a_day(raw, values, notes)
    if days and len(days) < sum(value is not None for value in values):
        _refuse_days_among_ids(raw, days, values, notes)
    _note_repairs(column, raw, changed, notes)
    made = {column.name: _series(column, raw.codes, values, stamps)}
    if column.type in NUMERIC:
        for sign, codes in signs.items():
            if codes:
                made[f"{column.name}_{sign}"] = pd.Series(np.isin(raw.codes, codes), dtype="boolean")
    return made


def by_part(column: pa.ChunkedArray, look: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> pa.ChunkedArray:
    """What Arrow makes of a column, each processor looking at a part of it; in order."""
    share = max(1, -(-column.num_chunks // (os.cpu_count() or 1)))
    cuts = range(0, max(1, column.num_chunks), share)
    parts = [pa.chunked_array(column.chunks[at : at + share], column.type) for at in cuts]
    made = side_by_side(look, parts)
    return pa.chunked_array([chunk for part in made for chunk in part.chunks], made[0].type)


def mask_column(heading: str, texts: pa.ChunkedArray, names: Iterable[str] = ()) -> pa.ChunkedArray:
    """:func:`mask_personal` for a column of strings; most of them name nobody and never become Python strings."""
    given = tuple(names)
    suspect = by_part(texts, lambda part: pc.match_substring_regex(part, MAY_NAME_RE2)).to_numpy()
    if listed := named(given):
        suspect = suspect | np.array([bool(listed.search(text)) for text in texts.to_pylist()], bool)
    masked: list[pa.Array] = []
    done = 0
    for chunk in texts.chunks:
        masked.append(_mask_texts(chunk, suspect[done : done + len(chunk)], given))
        done += len(chunk)
        LOG.info("%s: %s件中%s件まで、個人情報を伏せました", heading, f"{len(texts):,}", f"{done:,}")
    return pa.chunked_array(masked, pa.string())


def _mask_texts(texts: pa.StringArray, suspect: np.ndarray, names: tuple[str, ...]) -> pa.StringArray:
    at = np.flatnonzero(suspect)
    pairs = zip(at.tolist(), texts.take(pa.array(at)).to_pylist(), strict=True)
    masked = {i: new for i, text in pairs if (new := mask_personal(text, names)) != text}
    if not masked:
        return texts
    source = np.arange(len(texts))
    source[list(masked)] = len(texts) + np.arange(len(masked))
    # Taking from both is ten times as fast as Arrow's replace_with_mask.
    return pa.concat_arrays([texts, pa.array(masked.values(), pa.string())]).take(pa.array(source))


def _free_text(raw: Raw, site: Site, notes: Notes) -> pd.Series:
    """A column of free texts without what could name a person; blank ones are missing."""
    _note_lost(raw, notes)
    if site.names is None:
        return pd.Series(pd.arrays.ArrowStringArray(pa.chunked_array([pa.nulls(len(raw.rows), pa.string())])))
    masked = mask_column(raw.heading, raw.cells, site.names)
    differs = pc.not_equal(raw.cells, masked).to_numpy()
    few = _few_texts(raw.cells, differs)
    for hits in [differs] if few is None else [pc.equal(raw.cells, text).to_numpy() for text in few]:
        rows = raw.rows[hits]
        notes.repair("", "個人情報を伏せた", "23", row=int(rows[0]), column=raw.heading, count=len(rows))
    blank = pc.or_(pc.equal(pc.binary_length(masked), 0), pc.utf8_is_space(masked))
    if pc.any(blank).as_py():
        masked = pc.if_else(blank, None, masked)
    return pd.Series(pd.arrays.ArrowStringArray(masked))


_CUT_AT_LEAST, _CUT_OFTEN = 100, 3
"""Several different texts that all end at one length, which is the greatest, were cut there."""


def _note_lost(raw: Raw, notes: Notes) -> None:
    """Free texts of which a program left an error or the beginning: what was said is in no other cell."""
    at = np.flatnonzero(pc.starts_with(raw.cells, "#").to_numpy())
    texts = raw.cells.take(pa.array(at)).to_pylist()
    errors = [i for i, text in zip(at, texts, strict=True) if ERROR_VALUE.fullmatch(text)]
    told = f"{ERROR_REMEDY}「=」や「-」で始まる文は、列を文字列にしてから開きます。"
    notes.problem_rows(raw.rows[errors], "", "書かれたとおりの文", told, "18", column=raw.heading)
    lengths = pc.utf8_length(raw.cells).to_numpy()
    longest = int(lengths.max(initial=0))
    cut = np.flatnonzero(lengths == longest)
    if longest >= _CUT_AT_LEAST and len(raw.cells.take(pa.array(cut)).unique()) >= _CUT_OFTEN:
        notes.warning_rows(
            raw.rows[cut],
            "",
            "終わりまである文",
            f"いちばん長い文が、どれもちょうど{longest}字です。書き出しで切れていれば、切れない形で書き出し直してください。"
            "記入欄が初めからこの長さなら、このままで構いません。",
            "総務省1-2",
            column=raw.heading,
        )


def _few_texts(cells: pa.ChunkedArray, chosen: np.ndarray) -> list[str] | None:
    """The distinct texts among those chosen; None where there are more than are listed one by one."""
    known = cells.filter(pa.array(chosen)).unique()
    return None if len(known) > _DISTINCT_LISTED else known.to_pylist()


_BESIDE_BANDS = (
    "区分と並んで、数だけのセルがあります。年齢として読みました。番号や、ずれた列の数なら直してください。"
    "年齢ならこのままで構いません(45歳 のように書けば、この注意は出ません)。"
)
_UNKNOWN_AGES = frozenset({"0", "99"})


def _note_perhaps_unknown(column: Column, raw: Raw, code: int, what: str, notes: Notes) -> None:
    line = f'missing_in: {{{column.name}: {{"{tidy(raw.texts[code])}": unknown}}}}'
    remedy = f"不明の符号なら、inputs.yaml に {line} と書いてください。実際の{what}ならこのままで構いません。"
    raw.note(code, ValueRefused(what, remedy, "14"), notes, severity="warning")


_YOUNGEST_ALONE = 10
"""Numbers below it alone are those of the bands, from 1 on, rather than the ages of small children."""


def _refuse_perhaps_codes(column: Column, raw: Raw, ages: Sequence[int], notes: Notes) -> None:
    first, second = (option.label for option in column.options[:2])
    line = f"consultations.{column.name}: {{{first}: 1, {second}: 2, …}}"
    remedy = (
        f"1けたの数ばかりで、年齢か区分の番号か分かりません。番号なら、inputs.yaml の labels に {line} のように"
        "ファイルの種類と番号を書き、年齢なら 8歳 のように書いてください。"
    )
    for code in ages:
        note_refusal(raw, code, ValueRefused("年代の区分か、歳の付いた年齢", remedy, "16"), notes)


def _refuse_mixed_shares(raw: Raw, values: Sequence[Any], notes: Notes) -> None:
    """Beside 94.5% a bare 1 is one per cent or all of them; nothing is nothing either way."""
    signed = ["%" in tidy(text) for text in raw.texts]
    remedy = (
        "% の付いた値と付かない値があります。どの値も % を付けるか、付けない割合(1% は 0.01)にしてください。"
    )
    for code, value in enumerate(values if any(signed) else ()):
        if value and not signed[code]:
            note_refusal(raw, code, ValueRefused("% の付いた割合", remedy, "6"), notes)


def _refuse_parts_of_a_day(raw: Raw, values: Sequence[Any], notes: Notes) -> None:
    """Minutes that are all less than one and have no unit: a sheet keeps 0.0625 where it shows 1:30."""
    some = [code for code, value in enumerate(values) if value]
    if some and all(values[code] < 1 and re.fullmatch(r"[\d.]+", tidy(raw.texts[code])) for code in some):
        remedy = (
            "どれも1分より短い数です。1日を1とした時間(0.0625 は 90分)なら分に直し、"
            "短い応対なら 30秒 のように書いてください。"
        )
        raw.note(some, ValueRefused("分の数", remedy, "6"), notes)


_DAY = re.compile(r"(?:19|20)\d\d(?:([-/])\d{1,2}\1\d{1,2}(?: 0?0:00(?::00)?)?|年\d{1,2}月(?:\d{1,2}日)?)")


def _refuse_days_among_ids(raw: Raw, days: Sequence[int], values: list[Any], notes: Notes) -> None:
    """Where other ids are none, a day was made of 2-3 in some year: one person under two ids, or two under one."""
    remedy = (
        "Excelが 2-3 のような番号を日付に変えています。元の書き出しを、列を文字列にして開き直してください。"
    )
    for code in days:
        values[code] = None
        note_refusal(raw, code, ValueRefused("番号", remedy, "17"), notes)


def shown(text: str) -> str:
    """A text as a table may repeat it: what is too long for a value may be somebody's words."""
    return text if len(text) <= _MAX_SHOWN else f"({len(text)}字の文字列)"


def note_refusal(
    raw: Raw, code: int, refused: ValueRefused, notes: Notes, *, free_text: bool = False
) -> None:
    """Note a refused text for each of its rows; a text that may be somebody's words is not repeated."""
    text = "" if free_text else shown(raw.texts[code])
    if not free_text and text != raw.texts[code]:
        remedy = f"長い文字列です。列がずれていないか確かめ、{refused.expected}に直してください。"
        refused = ValueRefused(refused.expected, remedy, refused.rule)
    raw.note(code, refused, notes, text)


def _note_repairs(
    column: Column, raw: Raw, changed: Sequence[tuple[int, str, str, str]], notes: Notes
) -> None:
    """Equal changes are one line; many different ones in a column are one line with an example."""
    for rule in sorted({rule for *_, rule in changed}):
        mine = [change for change in changed if change[3] == rule]
        groups = [[change] for change in mine] if len(mine) <= _DISTINCT_LISTED else [mine]
        for group in groups:
            codes = [change[0] for change in group]
            hits = np.flatnonzero(np.isin(raw.codes, codes))
            first = int(hits[0])
            _, before, after, _ = next(change for change in group if change[0] == raw.codes[first])
            private = column.type == "id" or len(before) > _MAX_SHOWN
            notes.repair(
                "" if private else before,
                "" if private else after,
                rule,
                row=int(raw.rows[first]),
                column=raw.heading,
                count=len(hits),
            )


def _iso_stamps(texts: list[str], site: Site) -> pd.Series:
    """Stamps in plain ISO or slashed form by code, read in one sweep; the others are left to :func:`parse_stamp`."""
    codes = [code for code, text in enumerate(texts) if _ISO_STAMP.fullmatch(text)]
    if site.timezone is None:
        return pd.Series(dtype=DTYPES["datetime"])
    stamps = pd.to_datetime(pd.Series([texts[c] for c in codes], codes), format="ISO8601", errors="coerce")
    return stamps.dt.as_unit("us").dt.tz_localize(site.timezone).dt.tz_convert("Asia/Tokyo").dropna()


def _series(column: Column, codes: np.ndarray, values: list[Any], stamps: pd.Series) -> pd.Series:
    if column.type in ("cat", "age"):
        labels = [option.label for option in column.options]
        place = {label: i for i, label in enumerate(labels)}
        position = np.array([place.get(value, -1) for value in values], dtype=np.int64)
        dtype = pd.CategoricalDtype(labels, ordered=True)
        return pd.Series(pd.Categorical.from_codes(position[codes], dtype=dtype))
    if column.type == "datetime":
        others = {code: value for code, value in enumerate(values) if value is not None}
        moments = pd.to_datetime(pd.Series(others, dtype=object), utc=True).dt.tz_convert("Asia/Tokyo")
        distinct = pd.concat([stamps, moments.dt.as_unit("us")]).reindex(range(len(values)))
    elif column.type == "date":
        distinct = pd.Series(pd.to_datetime(values)).astype("datetime64[us]")
    else:
        distinct = pd.Series(pd.array(values, dtype=DTYPES[column.type]))
    return distinct.take(codes).reset_index(drop=True)
