"""Sentences of the report: numbers in prose come from published tables, and from nowhere else.

A sentence is written as a template whose slots name cells. When the door kept a cell back, the whole sentence that
would have used it says so instead: a sentence with a gap would still tell which side of a comparison was hidden.
"""

import html
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import numpy as np

from ujo_lib.columns import TOTAL_LABELS, Withheld
from ujo_lib.report.door import publish
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look.notation import NUMERIC_FORMATS, PERCENTAGES, in_prose, interval_text


class WordingError(ValueError):
    """A template asks for a cell, a format or a word that is not there."""


@dataclass(frozen=True)
class Share:
    """One rule for a share said in words.

    Attributes:
        words: pattern of the phrase; 「{d}」 stands for the number of tenths.
        low, high: bounds in percentage points above (negative: below) ten times the tenths; infinite without one.
        closed: whether the lower and the upper bound belong to it.
    """

    words: str
    low: float
    high: float
    closed: tuple[bool, bool]

    def holds(self, percentage: Decimal, tenths: int) -> bool:
        """Whether a percentage may be called by these words."""
        low, high = tenths * 10 + Decimal(str(self.low)), tenths * 10 + Decimal(str(self.high))
        above = percentage >= low if self.closed[0] else percentage > low
        return above and (percentage <= high if self.closed[1] else percentage < high)


SHARE_RULES: Final[tuple[Share, ...]] = (
    Share("{d}割強", 0, 5, (False, False)),
    Share("{d}割弱", -5, 0, (False, False)),
    Share("約{d}割", -2.5, 2.5, (True, True)),
    Share("{d}割以上", 0, math.inf, (True, True)),
    Share("{d}割未満", -math.inf, 0, (True, False)),
    Share("{d}割超", 0, math.inf, (False, True)),
    Share("{d}割以下", -math.inf, 0, (True, True)),
    Share("{d}割", 0, 0, (True, True)),
)
"""What the city's words for shares mean, 7割強 say: more than 70 % and less than 75 %."""

_SLOT = re.compile(r"\{([^{}]+)\}")
_CELL = re.compile(
    r"(?:(?P<table>[a-z][a-z0-9_]*)\.)?(?P<column>[^\[\]|.]+)(?:\[(?P<pick>[^\]]+)\])?(?:\|(?P<format>[a-z]+))?"
)
_FORMATS = (None, "about", "ci", "text", *NUMERIC_FORMATS)
_SENTENCE_END = re.compile(r"(?<=[。?!])(?![^()]*\))")
"""Not within brackets: of a remark in them the half behind a hidden number said nothing."""
_LARGEST: Final = "max "
_EXTREME = re.compile(r"(?P<which>max|min) (?P<column>\S+)(?: of (?P<among>\S+)=(?P<label>\S+))?")

KEPT_BACK: Final = "「{title}」のうち、この記述に使う数値は秘匿のため示せません。"
_NAMED: Final = 5
"""So many names are listed; a sentence of fifteen days is not read."""
_ROWS_TOLD: Final = 8
_AMONG_SHOWN: Final = "伏せた欄を除くと、"
_WITHHELD: Final = "One figure is withheld or was not recorded."
_MISSING: Final = "「{title}」のうち、この記述に使う数値は算出できません。"

_NONE: Final = "「{title}」には、該当するものがありません。"

_CUT: Final = 'fill="none" stroke="#fff" stroke-width="2"'
_INK: Final = 'fill="none" stroke="currentColor" stroke-width="2"'
_VERDICTS: Final[Mapping[str, tuple[str, str]]] = {
    "detected": ("検出", f'<circle cx="10" cy="10" r="9"/><path {_CUT} d="M5.6 10.4l3 3 5.8-6.6"/>'),
    "not_detected": ("検出されず", f'<circle {_INK} cx="10" cy="10" r="8"/><path {_INK} d="M6 10h8"/>'),
    "not_estimable": (
        "推定できません",
        f'<path d="M10 1l9.5 17.5h-19z"/><path {_CUT} d="M10 6.8v5.4m0 2.2v2"/>',
    ),
    "note": ("留意点", f'<circle cx="10" cy="10" r="9"/><path {_CUT} d="M10 8.8v6m0-9.6v2"/>'),
}
"""Word and sign of each verdict; the sign carries its own colours, so that it also shows where there is no style."""

GLOSSARY: Final[Mapping[str, str]] = {
    "自殺念慮": "自殺したいと思うこと。",
    "希死念慮": "死にたい、消えてしまいたいと思うこと。具体的な行動を考えているとは限らない。",
    "信頼区間": "同じ調べ方を何度も繰り返したとき、決めた割合(95%など)で真の値を含むように作った範囲。広いほど不確か。",
    "参考値": "対象が30に満たず、割合がわずかな増減で大きく動くため、目安として示す値。",
    "複数回答": "一人がいくつでも選べる設問。割合の合計は100%を超えることがある。",
    "秘匿": "個人が推測されるおそれのある小さな数値を伏せること。引き算で分からないよう、ほかの値も伏せることがある。",
    "p値": "差や偏りが本当はないときに、観測された以上の差や偏りが偶然に現れる確率。小さいほど偶然とは考えにくい。",
    "率比": "二つの率を割り算した値。1なら同じ、2なら2倍。",
    "調整済み残差": "表の各欄が、行と列が無関係な場合からどれだけ離れているかを示す値。絶対値が2を超えると偏りの目安。",
    "検出力": "本当に差があるときに、その差を見つけられる確率。",
    "標準化残差": "表の各欄の件数が、行と列が無関係な場合からどれだけ離れているかを、偶然の揺れの大きさで割った値。",
    "ホルム法": "多くの欄をまとめて調べるとき、偶然の偏りを一つでも誤って拾う確率を抑えるためのp値の直し方。",
    "検定": "見えた差や偏りが、偶然だけでも起こる大きさかどうかを、確率で確かめること。",
    "二項検定": "件数が二つの期間にどう分かれたかが、偶然だけで起こる範囲かを確かめる検定。",
    "超幾何分布": "限られた人数の一部に尋ねたとき、あてはまる人が何人含まれるかを表す確率の分布。",
    "有限母集団修正": "全員のうち多くに尋ねたときほど、推定の揺れを小さく見積もる直し方。",
    "t分布": "少ない数の値から求めた平均の揺れを表す確率の分布。",
    "分散": "値の散らばりの大きさ。",
    "相関係数": "二つの値がどのくらい一緒に動くかを示す数。1か△1に近いほど強く、0なら関係が見えない。",
    "自由度": "検定の目盛りを決める数。独立に動ける値がいくつあるかを表す。",
    "F値": "グループの間の違いを、偶然の揺れの大きさと比べた値。",
    "層別": "似たものどうしの組に分けてから数えること。",
    "信頼水準": "同じ調べ方を繰り返したとき、信頼区間が真の値を含むはずの割合。",
    "標準誤差": "推定した値が、偶然によってどのくらい揺れるかの目安。",
    "負の二項": "件数のばらつきが、偶然だけの場合より大きいことを許す確率の分布。",
    "回帰": "いくつかの条件が件数などにどう関わるかを、ほかの条件をそろえて調べる方法。",
    "予測区間": "これから観測される値が入ると見込まれる範囲。推定の幅に、その日ごとの揺れも加える。",
    "中央値": "小さい順に並べたとき、ちょうど真ん中にくる値。",
    "自己相関": "ある日の値が、前の日や前の週の値とどのくらい似た動きをするかを示す値。",
    "差の差": "お知らせのあった地域の前後の変化から、なかった地域の前後の変化を引いて、効果をみる方法。",
    "プラセボ": "効果のないはずの時期や地域に同じ計算をして、方法が誤って効果を示さないかを確かめること。",
    "再標本化": "手元の記録からくり返し引き直して計算し、推定がどのくらい揺れるかを調べる方法。",
    "MASE": "見込みの外れ方を、前年同月の値をそのまま使った場合と比べた値。1より小さければ、それより当たる。",
    "円周平均": "23時と1時の真ん中が0時になるように、時刻を円の上に並べて求めた平均。",
    "UCLA": "「孤独」という言葉を使わずに孤独感を尋ねる、世界で使われている質問の組。",
    "重み": "回答した一人が、市民の何人を代表するかを表す数。答えた人の偏りを直すために使う。",
    "同時信頼区間": "すべての欄を合わせて、見出しの割合(95%など)で真の値を含むように広げた範囲。",
    "クリック率": "広告の表示1,000回あたり、または100回あたり、何回リンクが押されたか。",
    "コードブック": "文章にどの言葉があればどの主題とみなすかを決めた一覧。",
    "インプレッション": "広告が画面に表示された回数。見た人の数ではない。",
    "流入": "広告のリンクが押された回数。窓口のページが開かれた回数でも、相談の件数でもない。",
    "カルーセル": "何枚かの画像を横に並べ、指で送って見る形の広告。",
    "レスポンシブ": "表示される場所に合わせて、大きさや組み合わせの変わる広告。",
    "学習した判定": "人が読んで付けた主題から機械が学び、ほかの相談にその主題がある見込みを計算したもの。",
}
"""Terms of the report in plain words."""


def tenths(share: float) -> str:
    """Say a share of 0–1 in tenths by the rules: 0.72 → 「7割強」, 0.78 → 「8割弱」, 0.70 → 「7割」.

    Below 5 % and above 95 % tenths would mislead; there the words are 「5%未満」 and 「ほぼすべて」.
    """
    percentage = Decimal(repr(float(share))) * 100
    if percentage in {0, 100}:
        return "すべて" if percentage else "なし"
    if percentage < 5 or percentage > 95:
        return "ほぼすべて" if percentage > 50 else "5%未満"
    half = percentage % 10 == 5
    if half:
        return f"{percentage // 10}割5分" if percentage > 10 else "5分"
    nearest = int((percentage + 5) // 10)
    rules = [rule for rule in SHARE_RULES if rule.words in {"{d}割", "{d}割強", "{d}割弱"}]
    return next(rule.words.format(d=nearest) for rule in rules if rule.holds(percentage, nearest))


def agrees(phrase: str, share: float) -> bool:
    """Whether a phrase such as 「7割強」, 「約7割」, 「7割以上」 may be said of a share of 0–1.

    Raises:
        WordingError: the phrase follows no rule.
    """
    digit = re.search(r"\d+", phrase)
    words = phrase.replace(digit.group(), "{d}", 1) if digit else phrase
    for rule in SHARE_RULES:
        if digit and rule.words == words:
            return rule.holds(Decimal(repr(float(share))) * 100, int(digit.group()))
    there = "、".join(rule.words for rule in SHARE_RULES)
    raise WordingError(f"「{phrase}」という言い方の決まりはありません。使えるのは {there} です。")


def interval_phrase(name: str, low: float, high: float, number_format: str = "share") -> str:
    """Say an interval: 「95%信頼区間 61.7〜76.8%」, 「95%信頼区間 1.20〜3.40」, 「95%信頼区間 1.20以上、上限なし」."""
    text = interval_text(low, high, number_format)
    sign = "%" if number_format in PERCENTAGES else ""
    if math.isinf(high):
        return f"{name} {text.removesuffix('以上')}{sign}以上、上限なし"
    return f"{name} {text}{sign}"


@dataclass(frozen=True)
class Quoted:
    """A value as a sentence says it, and the cell of a published table that it was read from.

    Attributes:
        text: the value as it is said, 「69.8%」 say.
        table: key of the published table.
        column: its column.
        row: its row in the table as it was published, counted from 0.
    """

    text: str
    table: str
    column: str
    row: int


@dataclass(frozen=True)
class Said:
    """A sentence and the values it says.

    Attributes:
        text: the sentence, or a part of one.
        values: the values in it.
        among_shown: a largest value was chosen among shown cells only, because others are hidden.
    """

    text: str
    values: tuple[Quoted, ...] = ()
    among_shown: bool = False


@dataclass(frozen=True)
class Line:
    """One sentence: a template for `sentence`, the tables its figure comes from, and a template of what it rests on.

    Attributes:
        template: the sentence.
        tables: the tables that its slots name.
        about: period, and who or what was counted.
    """

    template: str
    tables: tuple[Published, ...] = ()
    about: str = ""

    def said(self) -> tuple[Said, ...]:
        """The sentence with its figure."""
        return say(self.template, *self.tables)

    def rests_on(self) -> tuple[Said, ...]:
        """Period and base; only what the first table is about where a cell of theirs is hidden or missing."""
        told = say(self.about, *self.tables)
        if "{" not in self.about or all(part.values for part in told):
            return told
        subject = self.tables[0].spec.subject
        return (Said(f"{subject.period}の、{subject.base}"),)


@dataclass(frozen=True)
class _Kept:
    """Why a slot cannot be filled: the sentence to say instead."""

    instead: str


def sentence(template: str, *published: Published, **plain: Any) -> str:
    """Fill a template with cells of published tables, as text; see `say`."""
    return text_of(say(template, *published, **plain))


def text_of(said: Sequence[Said]) -> str:
    """Sentences as one text."""
    return "".join(part.text for part in said)


def say(template: str, *published: Published, **plain: Any) -> tuple[Said, ...]:
    """Fill a template with cells of published tables.

    Slots: ``{share[男性]}`` is the share in the row of 男性; ``{share[sex=男性, age=40代]}`` names several
    dimensions; ``{n}`` suffices for a table of one row; ``{age[max n]}`` is the age with the largest n (totals left
    out, ties joined), ``{age[max n of sex=男性]}`` that of the men; ``{cases.n[男性]}`` names the table where several
    are given; ``{share[男性]|about}`` asks for another format (``count percent about rate ratio p yen text ci``).
    ``{word}`` is a keyword argument.

    Args:
        template: Japanese text; each sentence ends in 「。」.
        published: the tables.
        plain: words that are no data: a place, a period.

    Returns:
        The sentences. One with a hidden or missing cell is replaced by one that says so. One that names the largest of
        several cells of which some are hidden says that it speaks of the others: 「伏せた欄を除くと、」.

    Raises:
        WordingError: a slot that fits no cell, or a keyword argument that is no text.
    """
    said: list[Said] = []
    for part in filter(None, _SENTENCE_END.split(template)):
        filled = _filled(part, published, plain)
        if not said or said[-1].text != filled.text:
            said.append(filled)
    return tuple(said)


def _filled(template: str, published: Sequence[Published], plain: Mapping[str, Any]) -> Said:
    pieces: list[Said] = []
    for match in _SLOT.finditer(template):
        piece = _slot(match.group(1).strip(), published, plain)
        if isinstance(piece, _Kept):
            return Said(piece.instead)
        pieces.append(piece)
    if stray := re.search(r"[{}]", _SLOT.sub("", template)):
        raise WordingError(f"文「{template}」の {stray.group()} に、対になる括弧がありません。")
    filled = iter(pieces)
    text = _SLOT.sub(lambda slot: _as_quoted(next(filled), slot), template)
    if partial := any(piece.among_shown for piece in pieces):
        text = _AMONG_SHOWN + text
    return Said(text, tuple(value for piece in pieces for value in piece.values), partial)


def _as_quoted(piece: Said, slot: re.Match[str]) -> str:
    """The text of a slot; of several names within 「」 each has its own, so that they are not read as one."""
    quoted = slot.string[: slot.start()].endswith("「") and slot.string.startswith("」", slot.end())
    names = _names(piece.values)
    return "」「".join(names) if quoted and piece.text == "、".join(names) else piece.text


def _slot(slot: str, published: Sequence[Published], plain: Mapping[str, Any]) -> Said | _Kept:
    if slot in plain:
        if not isinstance(plain[slot], str):
            raise WordingError(
                f"文の {{{slot}}} に {type(plain[slot]).__name__} は渡せません。数は、publish の返した表のセルで書く。"
            )
        return Said(plain[slot])
    match = _CELL.fullmatch(slot)
    if match is None:
        raise WordingError(
            f"文の {{{slot}}} は読めません。{{列}}、{{列[行の名前]}}、{{表.列[行の名前]|書式}} のどれかで書く。"
        )
    if match["format"] not in _FORMATS:
        there = "、".join(filter(None, _FORMATS))
        raise WordingError(
            f"文の {{{slot}}} の書式「{match['format']}」はありません。あるのは {there} です。"
        )
    table = _table(match["table"], match["column"], published)
    if table.frame.empty:
        nobody = table.rows is None and str(match["pick"]).startswith(_LARGEST)
        return _Kept((_NONE if nobody else _MISSING).format(title=table.spec.quoted))
    rows, (candidates, deciding) = _rows(table, match["pick"])
    partial = bool(table.hidden[deciding].iloc[candidates].to_numpy().any())
    if table.hidden[match["column"]].iloc[rows].any() or (partial and not rows):
        return _Kept(KEPT_BACK.format(title=table.spec.quoted))
    if rows and _is_largest_of_nothing(table, match["pick"], deciding, rows):
        return _Kept(_NONE.format(title=table.spec.quoted))
    if match["format"] == "ci":
        return _interval(table, match["column"], rows, partial)
    values = table.frame[match["column"]].iloc[rows].dropna().drop_duplicates()
    if not len(values):
        return _Kept(_MISSING.format(title=table.spec.quoted))
    write = _writer(match["format"] or table.spec.schema[match["column"]].format)
    try:
        quoted = tuple(
            Quoted(write(value), table.key, match["column"], table.place(int(row)))
            for row, value in values.items()
        )
    except (TypeError, ValueError):
        raise WordingError(
            f"文の {{{slot}}} の列「{match['column']}」は数の列でないので、この書式では書けません。"
        ) from None
    return Said("、".join(_names(quoted)), quoted, partial)


def _names(values: Sequence[Quoted]) -> list[str]:
    """The names of those that are largest together; of many a few, and how many more there are."""
    names = [value.text for value in values]
    return names if len(names) <= _NAMED else [*names[:_NAMED], f"ほか{len(names) - _NAMED}"]


def _table(name: str | None, column: str, published: Sequence[Published]) -> Published:
    having = [item for item in published if column in item.frame.columns and name in (None, item.spec.id)]
    if len(having) != 1:
        there = "、".join(f"{item.spec.id}({', '.join(item.frame.columns)})" for item in published) or "なし"
        remedy = "どれのことかを {表.列} と書く。" if having else "表と列の名前を確かめる。"
        wanted = f"{name}.{column}" if name else column
        raise WordingError(f"「{wanted}」のある表が{len(having)}個あります。渡された表: {there}。{remedy}")
    return having[0]


def _rows(table: Published, pick: str | None) -> tuple[list[int], tuple[list[int], list[str]]]:
    """Rows that a selector means, and the rows and columns that it chose among."""
    nothing: tuple[list[int], list[str]] = ([], [])
    if pick is None:
        found = list(range(len(table.frame)))
    elif extreme := _EXTREME.fullmatch(pick):
        return _extreme(table, **extreme.groupdict())
    else:
        found, columns = _named_rows(table, pick)
        if not found and table.hidden[columns].to_numpy().any():
            # The row may be among those whose label is kept back.
            return [], (list(range(len(table.frame))), columns)
    if len(found) != 1:
        labels = table.frame[_label_columns(table)].astype(str).agg("・".join, axis=1).tolist()
        there = f"{'、'.join(labels[:_ROWS_TOLD])}{'など' if labels[_ROWS_TOLD:] else ''}"
        raise WordingError(
            f"表「{table.spec.id}」に [{pick or ''}] の行が{len(found)}行あります。[行の名前] で1行を指す。"
            f"ある行: {there}"
        )
    return found, nothing


def _is_largest_of_nothing(
    table: Published, pick: str | None, deciding: Sequence[str], rows: Sequence[int]
) -> bool:
    """Whether the largest of some counts or shares is 0: then none of them stands out, and nobody is meant."""
    return str(pick).startswith(_LARGEST) and bool(
        (table.frame[list(deciding)].iloc[list(rows)] == 0).to_numpy().all()
    )


def _named_rows(table: Published, pick: str) -> tuple[list[int], list[str]]:
    """Rows with these labels, and the columns in which the labels were looked for."""
    columns = _label_columns(table)
    named = (table.frame[columns].astype(str) == pick).any(axis=1)
    if "=" not in pick or named.any():  # a label may hold the sign itself
        return np.flatnonzero(named).tolist(), columns
    wanted = {
        column.strip(): label.strip() for column, _, label in (p.partition("=") for p in pick.split(","))
    }
    _require_columns(table, wanted)
    named = (table.frame[list(wanted)].astype(str) == list(wanted.values())).all(axis=1)
    return np.flatnonzero(named).tolist(), list(wanted)


def _require_columns(table: Published, wanted: Iterable[str]) -> None:
    for name in wanted:
        if name not in table.frame:
            there = "、".join(table.frame.columns)
            raise WordingError(f"表「{table.spec.id}」に列「{name}」はありません。あるのは {there} です。")


def _label_columns(table: Published) -> list[str]:
    """Columns in which a bare label is looked for: the dimensions, or else all that hold text."""
    return list(table.spec.schema.dimensions) or [
        name for name in table.frame.columns if table.frame[name].dtype.kind == "O"
    ]


def _extreme(
    table: Published, which: str, column: str, among: str | None, label: str | None
) -> tuple[list[int], tuple[list[int], list[str]]]:
    _require_columns(table, filter(None, (column, among)))
    parts = ~table.frame[_label_columns(table)].astype(str).isin(TOTAL_LABELS).any(axis=1)
    candidates = np.flatnonzero(parts if among is None else parts & (table.frame[among] == label)).tolist()
    values = table.frame[column].mask(table.hidden[column]).iloc[candidates].astype(float).to_numpy()
    # A row whose label is kept back may be one of those that are meant.
    asked = candidates + ([] if among is None else np.flatnonzero(parts & table.hidden[among]).tolist())
    if not len(values) or np.isnan(values).all():
        return [], (asked, [column])
    best = np.nanmax(values) if which == "max" else np.nanmin(values)
    if table.hidden[column].iloc[asked].any() and (which == "min" or best <= 0):
        # Small counts are what is hidden: the smallest of the others, or a zero as their largest, tells nothing.
        return [], (asked, [column])
    return [candidates[at] for at in np.flatnonzero(values == best)], (asked, [column])


def ends_of(table: Published, column: str, low: str | None = None) -> tuple[str, str] | None:
    """Both ends of the interval around a column; None where a release keeps them back as a whole.

    Args:
        table: in which the column is.
        column: the value.
        low: the lower end of the interval that is meant, where the value has several.

    Raises:
        WordingError: the column has no interval.
    """
    schema = table.spec.schema
    ends = schema.ends(low) if low else schema.around(column)
    if ends is None and not schema.of_kind(Withheld):
        raise WordingError(f"表「{table.spec.id}」の列「{column}」には、区間の列がありません。")
    return ends


def _interval(table: Published, column: str, rows: Sequence[int], among_shown: bool) -> Said | _Kept:
    schema, ends = table.spec.schema, ends_of(table, column)
    if ends is None or table.hidden[list(ends)].iloc[list(rows)].to_numpy().any():
        return _Kept(KEPT_BACK.format(title=table.spec.quoted))
    bounds = table.frame[list(ends)].iloc[list(rows)]
    if bounds.isna().to_numpy().any():
        return _Kept(_MISSING.format(title=table.spec.quoted))
    lower, _ = ends
    low, high = map(float, bounds.iloc[0])
    phrase = interval_phrase(schema[lower].both, low, high, schema[lower].format)
    place = table.place(rows[0])
    quoted = tuple(Quoted(phrase, table.key, column, place) for column in ends)
    return Said(phrase, quoted, among_shown)


def _writer(number_format: str) -> Callable[[Any], str]:
    if number_format == "about":
        return tenths
    return lambda value: in_prose(value, number_format)


def english(line: Line) -> tuple[Said, ...]:
    """A line in English as said; where a cell is hidden or missing, that its figure is withheld."""
    said = line.said()
    if line.tables and not all(part.values for part in said):
        return (Said(_WITHHELD),)
    return tuple(replace(part, text=_singular(part.text)) for part in said)


_PLURAL = re.compile(r"(?<![\d.,])1 (?P<what>people|answers|contacts|times)\b|there were 1(?!\d|[.,]\d)")
_OF_ONE: Final = {"people": "person", "answers": "answer", "contacts": "contact", "times": "time"}


def _singular(text: str) -> str:
    """A sentence in English with the singular behind a count of one; 「1.00 times」 is no count."""
    return _PLURAL.sub(lambda one: f"1 {_OF_ONE[one['what']]}" if one["what"] else "there was 1", text)


def paragraph(text: str, language: str = "") -> str:
    """A paragraph of the page, in another language than Japanese where one is named."""
    named = f' lang="{language}"' if language else ""
    return f'<p class="say"{named}>{html.escape(text, quote=False)}</p>'


def numbered(texts: Sequence[tuple[str, str]]) -> str:
    """Sentences as a numbered list, each with the line on what it rests on, where there is one."""
    items = "".join(f"<li><div>{paragraph(text)}{_rests_on(about)}</div></li>" for text, about in texts)
    return f'<ol class="five">{items}</ol>'


def _rests_on(about: str) -> str:
    return f'<p class="circumstances">{html.escape(about)}</p>' if about else ""


def points(items: Sequence[tuple[str, str, str]]) -> str:
    """A list of points: what it is about in bold, what there is to say, and what is to be done, where that is known."""
    lines = "".join(
        f"<li><strong>{html.escape(about)}</strong><span>{html.escape(said)}</span>{_next(following)}</li>"
        for about, said, following in items
    )
    return f'<ul class="points">{lines}</ul>'


def _next(following: str) -> str:
    return f"<span><b>次にすること</b> {html.escape(following)}</span>" if following else ""


def callout(verdict: str, text: str) -> str:
    """A verdict with its sentence, told by word and sign as well as by colour.

    Args:
        verdict: detected, not_detected, not_estimable or note.
        text: the sentence.

    Raises:
        WordingError: an unknown verdict.
    """
    if verdict not in _VERDICTS:
        raise WordingError(f"判定「{verdict}」はありません。あるのは {'、'.join(_VERDICTS)} です。")
    word, drawing = _VERDICTS[verdict]
    size = 'viewBox="0 0 20 20" width="20" height="20"'
    icon = f'<svg class="icon" {size} fill="currentColor" aria-hidden="true">{drawing}</svg>'
    return (
        f'<div class="callout callout-{verdict.replace("_", "-")}">'
        f'<p class="verdict">{icon}<strong>{word}</strong></p><p>{html.escape(text, quote=False)}</p></div>'
    )


def not_supplied(reasons: Mapping[str, str]) -> str:
    """The whole of a page for which the year has no inputs, or half a year no place: what is missing, and why.

    Args:
        reasons: Japanese name of what is missing → why there is none.
    """
    lines = "".join(
        f"<li><strong>{html.escape(kind)}</strong>: {html.escape(reason)}</li>"
        for kind, reason in reasons.items()
    )
    return (
        '<div class="answer absent"><p class="say">このページの集計はありません。</p>'
        f"</div><h2>ないものと、その理由</h2><ul>{lines}</ul>"
    )


def section_not_supplied(reasons: Mapping[str, str]) -> str:
    """What a section of a page goes without, and why."""
    return f"次のものがないため、これを使う集計はありません: {publish.not_supplied(reasons)}。"


def anchor_of(term: str) -> str:
    """Where a term of the glossary is explained on its page."""
    return f"term-{[*GLOSSARY].index(term) + 1}"


def glossary(*terms: str) -> str:
    """A list of terms with their plain meaning, in the order given.

    Raises:
        WordingError: a term that the glossary does not explain.
    """
    if unknown := [term for term in terms if term not in GLOSSARY]:
        raise WordingError(f"{'、'.join(unknown)} の説明はありません。あるのは {'、'.join(GLOSSARY)} です。")
    entries = "".join(
        f'<dt id="{anchor_of(term)}">{html.escape(term)}</dt><dd>{html.escape(GLOSSARY[term])}</dd>'
        for term in terms
    )
    return f'<dl class="glossary">{entries}</dl>'
