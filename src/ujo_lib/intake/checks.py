"""What single cells of a file cannot tell: rules between the columns of a row, and between the rows of the file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.fiscal import DateError, FiscalYear
from ujo_lib.intake.cells import TOTAL_WORDS, parser_of, tidy
from ujo_lib.intake.headers import Header
from ujo_lib.intake.problems import Notes, Severity
from ujo_lib.intake.proposals import part_in
from ujo_lib.intake.schemas import NUMERIC, SCHEMAS, Schema
from ujo_lib.text import OLDEST, age_range

MIN_STAMPS = 480
"""Contacts needed before the daily rhythm is judged: 20 per hour on average."""


_ROUNDING = 0.5

_SOME_CHILDREN = 2
"""So many answers of single digits are those of children, whatever the others are."""

QUIET_SHARE = 0.7
"""The quietest hours count as quiet below this share of an average hour; a flat day says nothing about clocks."""


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A rule inside a row: where it is broken, which column shows it, what to do."""

    broken: pd.Series
    column: str
    expected: str
    remedy: str
    severity: Severity = "error"


def check_schema(frame: pd.DataFrame, rows: np.ndarray, header: Header, schema: Schema, notes: Notes) -> None:
    """Close the reading: cells that must be filled, and the bounds of numbers."""
    _note_broken(_limits(frame, header, schema), frame, rows, header, "定義", notes)


def _limits(frame: pd.DataFrame, header: Header, schema: Schema) -> Iterator[RowCheck]:
    for column in schema.columns:
        if column.name not in frame:
            continue
        values = frame[column.name]
        if column.filled and column.name in header.columns:  # that a whole column is lacking has been said
            remedy = (
                "合計の行なら、埋めずに行を消してください(2重に数えます)。"
                "そうでなければ、上の行と同じ値でも、この行に書き入れてください。"
            )
            yield RowCheck(values.isna(), column.name, "空欄でないこと", remedy)
        for limit, beyond, told in ((column.minimum, values.lt, "以上"), (column.maximum, values.gt, "以下")):
            if limit is not None:
                expected = f"{limit:g} {told}"
                yield RowCheck(beyond(limit), column.name, expected, "値を確かめて直してください。")
        young = values < 10 if column.unit == "歳" else pd.Series(data=False, index=frame.index)
        if young.sum() > max(_SOME_CHILDREN, values.notna().sum() / 2):
            remedy = (
                "半数を超える答えが10歳より下です。人数や年数の列と入れ替わっていないか確かめてください"
                "(年齢ならこのままで構いません)。"
            )
            yield RowCheck(young, column.name, "人数や年数でなく年齢", remedy, "warning")


def _note_broken(
    checks: Iterable[RowCheck], frame: pd.DataFrame, rows: np.ndarray, header: Header, rule: str, notes: Notes
) -> None:
    """Note the rows that break a rule; a cell that could not be read has been reported as what it is."""
    refused = {(p.row, p.column) for p in notes.problems}
    for check in checks:
        heading = header.heading(check.column)
        broken = np.flatnonzero(check.broken.fillna(False).to_numpy(dtype=bool))
        positions = [at for at in broken if (rows[at], heading) not in refused]
        if not positions:
            continue
        cells = frame[check.column].iloc[positions]
        values = cells.astype("Int64" if cells.dtype == "boolean" else object)
        notes.problem_rows(
            rows[positions],
            ["" if pd.isna(value) else value for value in values],
            check.expected,
            check.remedy,
            rule,
            column=heading,
            severity=check.severity,
        )


_WORLD_TIME = re.compile(r"UTC|GMT|Z|.*世界標?準?時", re.IGNORECASE)
_OF_SOMETHING = ("cat", "age", "date", "datetime", "hour", "flag")


def check_headings(
    frame: pd.DataFrame, header: Header, schema: Schema, timezone: str | None, notes: Notes
) -> None:
    """A number whose heading names a part, 人口(男性) say, is of that part in every row, or it would pass for all.

    What else stands in brackets may make another thing of a day or a label: 相談受付日時(終了), 性別(家族).
    """
    for column in schema.columns:
        heading = header.heading(column.name)
        if column.type in _OF_SOMETHING and (said := header.narrowed.get(column.name)):
            is_abroad = column.type in ("datetime", "hour") and _WORLD_TIME.fullmatch(said) is not None
            if is_abroad and column.type == "datetime" and timezone == "UTC":
                continue
            told = f"見出しに「{said}」とあるのを、そのまま「{column.heading}」として読みました。"
            if is_abroad:
                told += (
                    "世界時なら9時間ずれます。日本時間に直すか、日時の列なら timezone: UTC と書いてください。"
                )
            else:
                told += (
                    f"そうなら、inputs.yaml に columns: {{{heading}: {column.name}}} と書けば、この注意は出ません。"
                    "別の項目なら ignore に書いてください。"
                )
            severity: Severity = "error" if is_abroad else "warning"
            notes.problem(
                f"「{column.heading}」そのものの列",
                told,
                "10" if is_abroad else "11",
                column=heading,
                severity=severity,
            )
        if column.type not in ("int", "number") or column.name not in header.columns:
            continue
        if (part := part_in(heading, column, schema)) is None:
            said = header.narrowed.get(column.name, "")
            if said and all(p.column != heading for p in notes.problems):
                told = (
                    f"見出しに「{said}」とあるのを、全体の数として読みました。全体の数なら、inputs.yaml に "
                    f"columns: {{{heading}: {column.name}}} と書けば、この注意は出ません。"
                    "そうでなければ ignore に書いて、全体の数の列を加えてください。"
                )
                notes.warning(f"「{column.heading}」そのものの列", told, "6", column=heading)
            continue
        by, text = part
        label = parser_of(by, None)(text).value
        if by.name in frame and frame[by.name].astype(object).eq(label).all():
            continue
        told = f"見出しに「{text}」とあります。全体の数なら見出しを直してください。"
        if by.name in header.columns:
            told += f"列「{header.heading(by.name)}」の値と食い違っています。"
        elif by in schema.columns:
            told += (
                f"「{text}」だけの数なら、inputs.yaml に constants: {{{by.name}: {label}}} と書いてください。"
            )
        else:
            told += f"「{text}」だけの数なら、この列を inputs.yaml の ignore に書いて、全体の数の列を加えてください。"
        notes.problem(f"「{column.heading}」そのものの列", told, "6", column=heading)


def check_rows(frame: pd.DataFrame, rows: np.ndarray, header: Header, schema: Schema, notes: Notes) -> None:
    """Rules between the columns of a row, by kind."""
    checks = [*_days_in_order(frame, schema)]
    if schema.kind in _ROW_CHECKS:
        checks += _ROW_CHECKS[schema.kind](frame)
    _note_broken(checks, frame, rows, header, "照合", notes)


DAYS_IN_ORDER: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "commissioners": [("distributed_on", "returned_on")],
    "national_attributes": [("period_start", "period_end")],
    "campaigns": [("prep_start", "prep_end"), ("prep_start", "start"), ("start", "end")],
    "channels": [("opened_on", "closed_on")],
}
"""Of each kind the columns of days of which the second is no earlier than the first."""


def _days_in_order(frame: pd.DataFrame, schema: Schema) -> Iterator[RowCheck]:
    for first, later in DAYS_IN_ORDER.get(schema.kind, ()):
        if {first, later} <= set(frame):
            told = f"{schema.column(first).heading}以後の日"
            yield RowCheck(frame[later] < frame[first], later, told, "どちらかの日付を直してください。")


def _commissioners(frame: pd.DataFrame) -> list[RowCheck]:
    responded, knows, n = frame["responded"], frame["knows_case"], frame["n_cases_reported"]
    return [
        RowCheck(
            responded & ~frame["in_scope"],
            "in_scope",
            "対象=1 の委員だけが回答=1",
            "対象か回答のどちらかを直してください。",
        ),
        RowCheck(
            (knows == "いる") & ~(n.fillna(0) > 0),
            "n_cases_reported",
            "該当者「いる」なら1以上",
            "該当者数を書いてください。",
        ),
        RowCheck(
            (knows == "いない") & (n.fillna(0) > 0),
            "n_cases_reported",
            "該当者「いない」なら0",
            "有無か人数のどちらかを直してください。",
        ),
        RowCheck(
            ~responded & (n.fillna(0) > 0),
            "n_cases_reported",
            "回答=0 なら空欄",
            "回答の有無か人数を直してください。",
        ),
        RowCheck(
            responded & knows.isna(),
            "knows_case",
            "回答=1 なら有無の記入",
            "調査票を確かめてください(無回答なら空欄のまま)。",
            "warning",
        ),
    ]


_WAVE_AGES = tuple(column.name for column in SCHEMAS["waves"].columns if column.name.startswith("age_"))


_YEAR_NAMED = re.compile(r"(?<![A-Z])(?:[RH]|令和|平成)(?:\d{1,2}|元)|(?<!\d)20\d\d(?!\d)", re.IGNORECASE)


def _years_named(text: str) -> set[int]:
    found = set()
    for name in _YEAR_NAMED.findall(text):
        with suppress(DateError):  # R0
            found.add(FiscalYear.parse(name).year)
    return found


def _waves(frame: pd.DataFrame) -> list[RowCheck]:
    limits = (
        ("n_responded", "n_in_scope"),
        ("male", "n_cases"),
        ("female", "n_cases"),
        ("n_valid_outing", "n_cases"),
    )
    checks = [
        RowCheck(
            frame[part] > frame[whole],
            part,
            f"{SCHEMAS['waves'].column(whole).heading}以下",
            "どちらかの数を直してください。",
        )
        for part, whole in limits
        if {part, whole} <= set(frame)
    ]
    for parts in (("male", "female"), _WAVE_AGES):
        if present := [name for name in parts if name in frame]:
            over = frame[present].sum(axis=1) > frame["n_cases"]
            told = "内訳の合計が該当者数を超えています。どれかの数を直してください。"
            checks.append(RowCheck(over, "n_cases", "内訳の合計以上", told))
    if {"wave", "survey_name", "fiscal_year"} <= set(frame):
        names = frame["wave"].fillna("") + " " + frame["survey_name"].fillna("")
        named = [_years_named(tidy(str(name))) for name in names]
        at = frame["fiscal_year"]
        other = [
            bool(years) and not pd.isna(y) and y not in years for years, y in zip(named, at, strict=True)
        ]
        told = "調査回か調査名にある年と違います。年度を確かめてください(暦の年や回の番号ならこのままで構いません)。"
        broken = pd.Series(other, frame.index, dtype=bool)
        checks.append(RowCheck(broken, "fiscal_year", "名前にある年度", told, "warning"))
    return checks


def _campaigns(frame: pd.DataFrame) -> list[RowCheck]:
    checks = [
        RowCheck(
            frame["end"] - frame["start"] > pd.Timedelta(days=366),
            "end",
            "開始から1年以内の日",
            "年の打ち間違いでないか確かめてください。",
            "warning",
        ),
        RowCheck(
            frame["start"].isna(),
            "start",
            "開始日の記入",
            "実施日が分からない施策は分析に使えません。",
            "warning",
        ),
    ]
    if {"cost_yen", "cost_cap_yen"} <= set(frame):
        over = frame["cost_yen"] > frame["cost_cap_yen"]
        checks.append(RowCheck(over, "cost_yen", "費用上限以下", "費用か上限を確かめてください。", "warning"))
    return checks


def _ads(frame: pd.DataFrame) -> list[RowCheck]:
    checks = [
        RowCheck(
            frame["date"].isna(),
            "date",
            "1行が1日の記録",
            "管理画面で「日別」を選んで書き出し直してください。",
        ),
        RowCheck(
            frame["impressions"].isna(),
            "impressions",
            "表示回数の記入",
            "表示回数を入れて書き出し直してください。",
        ),
    ]
    if "adset" in frame and frame["campaign"].notna().any():
        told = "広告セットのある行です。上の行と同じキャンペーンなら、同じ名前を書いてください。"
        lacking = frame["campaign"].isna() & frame["adset"].notna()
        checks.append(RowCheck(lacking, "campaign", "キャンペーン名の記入", told))
    for fewer in ("clicks_all", "link_clicks", "reach"):
        if fewer in frame:
            over = frame[fewer] > frame["impressions"]
            checks.append(
                RowCheck(over, fewer, "表示回数以下", "列の対応(見出し)を確かめてください。", "warning")
            )
    return checks


def _residents(frame: pd.DataFrame) -> list[RowCheck]:
    """Nothing came back from those who did not answer, and nothing began at an age that is yet to come."""
    checks = []
    if "onset_age" in frame:
        bands = [age_range(label) or (0, OLDEST) for label in frame["age_band"].cat.categories]
        # A birthday may lie between the register and the answer; who has no band stands at the end.
        oldest = np.array([*(high + 1 for _, high in bands), OLDEST])[frame["age_band"].cat.codes]
        told = "年齢より後の年齢です。年齢か、始まった年齢の書き間違いでないか確かめてください。"
        checks.append(RowCheck(frame["onset_age"] > oldest, "onset_age", "いまの年齢まで", told))
    if "responded" not in frame or frame["responded"].isna().all():
        return checks  # everybody listed answered
    drawn = {column.name for column in SCHEMAS["residents"].columns} - {"wave", "mode"}
    given = frame[frame.columns.difference(list(drawn))].notna().any(axis=1)
    remedy = "回答があったなら回答の列を1に、なかったなら答え・回収の段階・回答方法を空欄にしてください。"
    silent = ~frame["responded"].fillna(value=False)
    return [*checks, RowCheck(given & silent, "responded", "答えのある人は1", remedy)]


_NO_ANSWER = "無回答"
_ANSWERS = {
    name: {option.label for option in SCHEMAS["consultations"].column(name).options} | {_NO_ANSWER}
    for name in ("loneliness", "death_wish", "suicidal_ideation", "topic")
}
_ANSWERS["occupation_topic"] = _ANSWERS["topic"]


def _national_attributes(frame: pd.DataFrame) -> list[RowCheck]:
    """Answers are those of their item and of days, and none of them is the sum of the others."""
    value, variable = frame["value"].astype(object), frame["variable"].astype(object)
    known = [
        pd.isna(answer) or item not in _ANSWERS or answer in _ANSWERS[item]
        for answer, item in zip(value, variable, strict=True)
    ]
    total = value.map(lambda answer: isinstance(answer, str) and TOTAL_WORDS.fullmatch(answer) is not None)
    by_occupation = frame["occupation"].notna() if "occupation" in frame else pd.Series(False, frame.index)
    bounds = [frame.get(f"period_{side}", pd.Series(pd.NaT, frame.index)) for side in ("start", "end")]
    days = pd.concat(bounds, axis=1).notna()
    return [
        RowCheck(
            ~days.all(axis=1)
            & days.to_numpy().any(),  # a row of no days would be left out beside those of some
            "period_start",
            "どの行にも期間の両端",
            "上の行と同じ期間でも、期間開始と期間終了をこの行に書き入れてください。",
        ),
        RowCheck(
            by_occupation & (variable != "occupation_topic"),
            "variable",
            "職業ごとの行なら「職業×相談内容」",
            "職業ごとの行なら項目を「職業×相談内容」に直し、全員の件数なら職業を空欄にしてください"
            "(全員の件数に足されて、2重に数えます)。",
        ),
        RowCheck(total, "value", "合計でない値", "合計の行は消してください(2重に数えます)。"),
        RowCheck(
            ~(pd.Series(known, frame.index, dtype=bool) | total),
            "value",
            "項目の選択肢か「無回答」",
            "相談記録と同じ選択肢の名称で書いてください(番号や別の書き方は、その選択肢として数えません)。",
            "warning",
        ),
    ]


def _population(frame: pd.DataFrame) -> list[RowCheck]:
    """Of all people of an area; households are those of the whole area beside some of its people, too."""
    if "households" not in frame:
        return []
    more = frame["households"] > frame["n"]
    for name in {"sex", "age_band"} & set(frame):
        more &= frame[name].isna() | frame[name].astype(object).eq("総数")
    told = "人口と世帯数の見出しが入れ替わっていないか確かめてください。"
    return [RowCheck(more, "households", "人口以下", told)]


_ROW_CHECKS = {
    "national_attributes": _national_attributes,
    "commissioners": _commissioners,
    "waves": _waves,
    "campaigns": _campaigns,
    "ads": _ads,
    "population": _population,
    "residents": _residents,
}


def check_clock(frame: pd.DataFrame, header: Header, timezone: str | None, notes: Notes) -> None:
    """Warn when the quietest hours fall after noon: the sign of a nine-hour shift (UTC against JST)."""
    if "received_at" in frame:
        name, hours = "received_at", frame["received_at"].dropna().dt.hour
        counts = np.bincount(hours.to_numpy(), minlength=24).astype(float)
    elif {"hour", "n"} <= set(frame):
        name, known = "hour", frame[["hour", "n"]].dropna().astype(int)
        counts = np.bincount(known["hour"], weights=known["n"], minlength=24)
    else:
        return
    if counts.sum() < MIN_STAMPS:
        return
    smooth = counts + np.roll(counts, 1) + np.roll(counts, -1)
    quiet = int(np.argmin(smooth))
    if 12 <= quiet <= 21 and smooth[quiet] < QUIET_SHARE * smooth.mean():
        notes.warning(
            "相談が最も少ないのは明け方",
            f"最も少ないのが{quiet}時台です。時刻が9時間ずれている疑いがあります。"
            f"inputs.yaml の timezone(いま {timezone or '未宣言'})を確かめてください。",
            "10",
            column=header.heading(name),
        )


def splitting_columns(frame: pd.DataFrame, unread: Mapping[str, np.ndarray], schema: Schema) -> list[str]:
    """Say which columns of words that nobody reads tell rows of one key apart: a breakdown, not a double entry.

    Args:
        frame: the rows of one file.
        unread: heading → a code per row of the columns that are left out.
        schema: their kind; only counts that are added up, of no single person or record, can have a breakdown.
    """
    key = [name for name in schema.key if name in frame]
    counts = [c for c in schema.columns if c.additive and c.type in NUMERIC and c.name in frame]
    if not counts or schema.column(schema.key[-1]).type == "id":
        return []
    doubled = frame.loc[frame.duplicated(key, keep=False), key]
    return [
        heading
        for heading, codes in unread.items()
        if doubled.assign(_unread=codes[doubled.index]).duplicated().sum() < doubled.duplicated().sum()
    ]


DIVIDED = {
    "population": (("area_code", "as_of", "source"), ("sex", "age_band")),
    "ads": (("date",), ("platform", "campaign", "adset", "ad")),
}
"""Kinds with counts by parts: what rows must share to be parts of one whole, and what divides them besides."""

AD_PARTS = ("creative_format", "age_band", "sex", "device", "region")


def counted_again(frame: pd.DataFrame, schema: Schema) -> tuple[np.ndarray, np.ndarray]:
    """Which rows, blank in what others are divided by, are totals that would count their parts twice.

    A row that says 総数 is left: whoever reads a population expects that word and chooses.

    Args:
        frame: the rows of one file of a kind with parts.
        schema: that kind; every count that may be added up is held against its parts.

    Returns:
        Two masks: rows that are the sum of finer rows, and rows that have finer rows, are not less than they and not
        their sum, so that nobody can tell whether they are totals.
    """
    together, names = DIVIDED[schema.kind]
    by = [name for name in (*names, *(AD_PARTS if schema.kind == "ads" else ())) if name in frame]
    again, unsure = (np.zeros(len(frame), dtype=bool) for _ in range(2))
    if not by:
        return again, unsure  # nothing divides them
    parts = np.column_stack(
        [pd.factorize(frame[n].astype(object).mask(frame[n].astype(object).eq("総数")))[0] for n in by]
    )
    counts = [c.name for c in schema.columns if c.additive and c.type in NUMERIC and c.name in frame]
    numbers = frame[counts].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    blanks = (parts == -1).sum(axis=1)
    wholes = frame[list(together)].astype(object).groupby(list(together), dropna=False).ngroup().to_numpy()
    for rows in pd.Series(range(len(frame))).groupby(wholes).indices.values():
        for at in sorted(rows[blanks[rows] > blanks[rows].min()], key=blanks.__getitem__):
            same = ((parts[rows] == parts[at]) | (parts[at] == -1)).all(axis=1)
            finer = rows[same & (blanks[rows] < blanks[at]) & ~again[rows]]
            stated = ~np.isnan(numbers[at])
            if not len(finer) or not stated.any():
                continue
            over = (numbers[at] - numbers[finer].sum(axis=0))[stated]
            again[at] = bool((np.abs(over) <= _ROUNDING).all())
            unsure[at] = not again[at] and bool((over >= -_ROUNDING).all())
    written = frame[by].isna().any(axis=1).to_numpy()
    return again & written, unsure & written
