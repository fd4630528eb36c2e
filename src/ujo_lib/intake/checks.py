"""What single cells cannot tell: rules between the columns of a row, between the rows of a kind, and between kinds.

Every check is a plain function on :class:`Loaded` frames that notes what it finds with file and row. A disagreement
between files is an error, because a count that depends on which file is asked must not reach a report.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from ujo_lib.intake.cells import age_range, tidy
from ujo_lib.intake.headers import Header
from ujo_lib.intake.problems import MAX_ROWS_LISTED, Notes, Severity
from ujo_lib.intake.schemas import DTYPES, NUMERIC, SCHEMAS, Schema

MIN_STAMPS = 480
"""Contacts needed before the daily rhythm is judged: 20 per hour on average."""

_TELLING = {"commissioners": 1, "cases": 1}
"""Place, in the key, of the column a person would look at when it is not the first."""

_ROUNDING = 0.5

QUIET_SHARE = 0.7
"""The quietest hours count as quiet below this share of an average hour; a flat day says nothing about clocks."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows of one kind from all its files.

    Attributes:
        frame: canonical columns.
        files: name of the file per row.
        rows: row number per row as Excel shows it.
    """

    frame: pd.DataFrame
    files: np.ndarray
    rows: np.ndarray

    def place(self, position: int) -> str:
        """「file 12行目」."""
        return f"{self.files[position]} {self.rows[position]}行目"

    def note(
        self,
        position: np.signedinteger[Any],
        notes_of: Mapping[str, Notes],
        expected: str,
        remedy: str,
        column: str,
        value: object,
        severity: Severity = "error",
    ) -> None:
        """Note that a row disagrees with other rows or another file."""
        notes_of[self.files[position]].problem(
            expected,
            remedy,
            "照合",
            row=int(self.rows[position]),
            column=column,
            value=value,
            severity=severity,
        )


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A rule inside a row: where it is broken, which column shows it, what to do."""

    broken: pd.Series
    column: str
    expected: str
    remedy: str
    severity: Severity = "error"


def check_schema(frame: pd.DataFrame, rows: np.ndarray, header: Header, schema: Schema, notes: Notes) -> None:
    """Close the reading with pandera: types, filled cells, bounds; failures become problems with their rows."""
    model = _pandera_schema(schema, frozenset(frame.columns))
    refused = {(p.row, p.column) for p in notes.problems}
    try:
        model.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        for failure in errors.failure_cases.itertuples(index=False):
            name = str(failure.column)
            row = None if pd.isna(failure.index) else int(rows[int(failure.index)])
            heading = header.heading(name)
            if (row, heading) in refused:
                continue  # a cell that could not be read is blank now; it has been reported as what it is
            blank = str(failure.check) == "not_nullable"
            if blank and name not in header.columns:
                continue  # the whole column is not there, which has been said
            notes.problem(
                "空欄でないこと" if blank else str(failure.check),
                "合計の行なら、埋めずに行を消してください(2重に数えます)。そうでなければ値を書き入れてください。"
                if blank
                else "値を確かめて直してください。",
                "定義",
                row=row,
                column=heading,
                value="" if blank else failure.failure_case,
            )


def _pandera_schema(schema: Schema, present: frozenset[str]) -> pa.DataFrameSchema:
    """Types, bounds and filled cells of the columns that are present."""
    columns = {}
    for column in schema.columns:
        if column.name not in present:
            continue
        checks = []
        if column.minimum is not None:
            checks.append(pa.Check.ge(column.minimum, error=f"{column.minimum:g} 以上"))
        if column.maximum is not None:
            checks.append(pa.Check.le(column.maximum, error=f"{column.maximum:g} 以下"))
        columns[column.name] = pa.Column(
            DTYPES.get(column.type), checks=checks, nullable=not column.filled, required=True
        )
    for item in schema.multiples:
        for option in item.options:
            if item.column(option) in present:
                columns[item.column(option)] = pa.Column("boolean", nullable=True)
    return pa.DataFrameSchema(columns, strict=False)


def check_rows(frame: pd.DataFrame, rows: np.ndarray, header: Header, schema: Schema, notes: Notes) -> None:
    """Rules between the columns of a row, by kind; a cell that could not be read has been reported as what it is."""
    refused = {(p.row, p.column) for p in notes.problems}
    for check in _ROW_CHECKS[schema.kind](frame) if schema.kind in _ROW_CHECKS else ():
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
            "照合",
            column=heading,
            severity=check.severity,
        )


def _commissioners(frame: pd.DataFrame) -> list[RowCheck]:
    responded, knows, n = frame["responded"], frame["knows_case"], frame["n_cases_reported"]
    checks = [
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
    if {"distributed_on", "returned_on"} <= set(frame):
        late = frame["returned_on"] < frame["distributed_on"]
        checks.append(RowCheck(late, "returned_on", "配布日より後の日", "どちらかの日付を直してください。"))
    return checks


_WAVE_AGES = tuple(column.name for column in SCHEMAS["waves"].columns if column.name.startswith("age_"))


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
    return checks


def _campaigns(frame: pd.DataFrame) -> list[RowCheck]:
    checks = [
        RowCheck(
            frame["end"] < frame["start"], "end", "開始日以後の日", "開始か終了の日付を直してください。"
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
    for fewer in ("clicks_all", "link_clicks", "reach"):
        if fewer in frame:
            over = frame[fewer] > frame["impressions"]
            checks.append(
                RowCheck(over, fewer, "表示回数以下", "列の対応(見出し)を確かめてください。", "warning")
            )
    return checks


def _residents(frame: pd.DataFrame) -> list[RowCheck]:
    """Nothing came back from those who did not answer."""
    if "responded" not in frame or frame["responded"].isna().all():
        return []  # everybody listed answered
    drawn = {column.name for column in SCHEMAS["residents"].columns} - {"wave", "mode"}
    given = frame[frame.columns.difference(list(drawn))].notna().any(axis=1)
    remedy = "回答があったなら回答の列を1に、なかったなら答え・回収の段階・回答方法を空欄にしてください。"
    return [RowCheck(given & ~frame["responded"].fillna(value=False), "responded", "答えのある人は1", remedy)]


_ROW_CHECKS = {
    "commissioners": _commissioners,
    "waves": _waves,
    "campaigns": _campaigns,
    "ads": _ads,
    "residents": _residents,
}


def check_clock(frame: pd.DataFrame, header: Header, timezone: str | None, notes: Notes) -> None:
    """Warn when the quietest hours fall after noon: the sign of a nine-hour shift (UTC against JST)."""
    if "received_at" in frame:
        name, hours = "received_at", frame["received_at"].dropna().dt.hour
        counts = np.bincount(hours.to_numpy(), minlength=24).astype(float)
    elif {"hour", "n"} <= set(frame):
        name, known = "hour", frame[["hour", "n"]].dropna().astype(int)
        counts = np.bincount(known["hour"], weights=known["n"], minlength=24)[:24]
    else:
        return
    if counts.sum() < MIN_STAMPS:
        return
    smooth = counts + np.roll(counts, 1) + np.roll(counts, -1)
    quiet = int(np.argmin(smooth))
    if 12 <= quiet <= 21 and smooth[quiet] < QUIET_SHARE * smooth.mean():
        notes.problem(
            "相談が最も少ないのは明け方",
            f"最も少ないのが{quiet}時台です。時刻が9時間ずれている疑いがあります。"
            f"inputs.yaml の timezone(いま {timezone or '未宣言'})を確かめてください。",
            "10",
            column=header.heading(name),
            severity="warning",
        )


def splitting_columns(frame: pd.DataFrame, unread: Mapping[str, np.ndarray], schema: Schema) -> list[str]:
    """Say which columns of words that nobody reads tell rows of one key apart: a breakdown, not a double entry.

    Args:
        frame: the rows of one file.
        unread: heading → a code per row of the columns that are left out.
        schema: their kind; only where counts are added up over a key of several columns can there be a breakdown.
    """
    key = [name for name in schema.key if name in frame]
    if len(key) < 2 or not any(c.additive and c.type in NUMERIC and c.name in frame for c in schema.columns):
        return []
    doubled = frame.loc[frame.duplicated(key, keep=False), key]
    return [
        heading
        for heading, codes in unread.items()
        if doubled.assign(_unread=codes[doubled.index]).duplicated().sum() < doubled.duplicated().sum()
    ]


def check_doubles(
    loaded: Loaded, schema: Schema, splits: Mapping[str, Sequence[str]], notes_of: Mapping[str, Notes]
) -> None:
    """Report every row whose key an earlier row of the kind already has, in the same file or another.

    Where columns that nobody reads (``splits``, by file) divide the rows, to delete one would lessen every count: that
    is said once, with what to do instead.
    """
    key = [name for name in schema.key if name in loaded.frame]
    complete = loaded.frame[[n for n in key if schema.column(n).filled]].notna().all(axis=1)
    doubled = loaded.frame.duplicated(key, keep="first") & complete
    if not doubled.any():
        return
    again = loaded.frame.duplicated(key, keep=False) & complete
    everyone = loaded.frame.loc[again, key].assign(_at=np.flatnonzero(again))
    first = everyone.groupby(key, dropna=False, observed=True)["_at"].transform("min")
    later = everyone["_at"] != first
    doubles = pd.DataFrame({"at": everyone["_at"][later], "origin": first[later]})
    doubles["file"] = loaded.files[doubles["at"].to_numpy()]
    headings = [schema.column(name).heading for name in key]
    for file, mine in doubles.groupby("file", sort=False):
        if columns := splits[str(file)]:
            named = "".join(f"「{column}」" for column in columns)
            notes_of[str(file)].problem(
                f"{'・'.join(headings)}ごとに1行",
                f"読んでいない列{named}で行が分かれています。行は消さず(消すと数が減ります)、この列を外して書き出し直すか、"
                "分かれた行を足し上げてください。",
                "25",
                row=int(loaded.rows[mine["at"].iloc[0]]),
                column=columns[0],
                value=f"{len(mine):,}行",
            )
            continue
        told = "書き出しの重なりか二重入力です。どちらかを消してください。"
        if (rest := len(mine) - MAX_ROWS_LISTED) > 0:
            told = "書き出しの期間の重なりを確かめ、片方のファイルを除いてください。"
        expected, column = f"{'・'.join(headings)}の重なりがないこと", headings[_TELLING.get(schema.kind, 0)]
        for at, origin in zip(mine["at"].head(MAX_ROWS_LISTED), mine["origin"], strict=False):
            notes_of[str(file)].problem(
                expected,
                remedy := f"{loaded.place(int(origin))}と同じです。{told}",
                "25",
                row=int(loaded.rows[at]),
                column=column,
                value=_key_shown(loaded.frame.iloc[int(at)], key),
            )
        if rest > 0:
            notes_of[str(file)].rest(rest, expected, remedy, "25", column=column)


def check_twins(loaded: Loaded, schema: Schema, notes_of: Mapping[str, Notes], *, numbered: bool) -> None:
    """Warn of records that another file has as well, the same in every column but their number.

    Only where records carry a moment; people who gave the same few answers are no doubles. Numbers that the files
    themselves give (``numbered``) are believed, unless a person or a text is the same, too: one export wrote ``S2``,
    the next ``S02``.
    """
    others = [name for name in loaded.frame if name not in schema.key]
    of_moments = any(column.type == "datetime" and column.name in others for column in schema.columns)
    if not of_moments or (loaded.files == loaded.files[:1]).all():
        return
    same = pd.util.hash_pandas_object(loaded.frame[others], index=False)
    files = pd.Series(loaded.files, same.index)
    own = [
        column.name for column in schema.columns if column.type in ("id", "text") and column.name in others
    ]
    believed = loaded.frame[own].isna().all(axis=1) & numbered
    doubled = loaded.frame.duplicated(list(schema.key), keep=False)  # `check_doubles` tells of them
    elsewhere = files != files.groupby(same).transform("first")
    twin = np.flatnonzero((elsewhere & ~believed & ~doubled).to_numpy())
    for file in dict.fromkeys(loaded.files[twin]):
        mine = twin[loaded.files[twin] == file]
        notes_of[file].problem_rows(
            loaded.rows[mine],
            [""] * len(mine),
            "ほかのファイルにない記録",
            f"{'番号だけが違う' if numbered else '番号のない'}記録が、ほかのファイルの行とすべての列で同じです。"
            "書き出しの期間の重なりなら、片方の行を除いてください。",
            "25",
            column="(行全体)",
            severity="warning",
        )


def _key_shown(row: pd.Series, key: list[str]) -> str:
    shown = [row[name] for name in key if not pd.isna(row[name])]
    return " / ".join(str(value.date()) if isinstance(value, pd.Timestamp) else str(value) for value in shown)


def check_between(kinds: Mapping[str, Loaded], notes_of: Mapping[str, Notes]) -> None:
    """Rules between kinds, for the kinds that were loaded."""
    for wanted, rule, title in _BETWEEN:
        if not (set(wanted) <= set(kinds) and len(kinds[wanted[0]].files)):
            continue
        with notes_of[kinds[wanted[0]].files[0]].bounded(title):
            rule(*(kinds[kind] for kind in wanted), notes_of)


def _cases_against_commissioners(commissioners: Loaded, cases: Loaded, notes_of: Mapping[str, Notes]) -> None:
    key = ["survey_id", "commissioner_id"]
    asked = pd.MultiIndex.from_frame(commissioners.frame[key].astype(object))
    named = pd.MultiIndex.from_frame(cases.frame[key].astype(object))
    for at in np.flatnonzero(~named.isin(asked)):
        told = (
            "回答票にある委員番号",
            "民生委員の回答票にない委員です。委員番号の写し違いか、先頭の0が落ちていないか確かめてください。",
        )
        cases.note(at, notes_of, *told, "委員番号", cases.frame["commissioner_id"].iloc[at])
    counted = pd.Series(1, index=named).groupby(level=[0, 1]).sum()
    actual = counted.reindex(asked).fillna(0).to_numpy()
    stated = commissioners.frame["n_cases_reported"].fillna(0).to_numpy(dtype=float)
    for at in np.flatnonzero(actual != stated):
        remedy = "回答票の該当者数と該当者票の枚数が違います。入力漏れか数え違いを調査票で確かめてください。"
        expected = f"該当者票の枚数 {int(actual[at])}"
        commissioners.note(at, notes_of, expected, remedy, "該当者数", int(stated[at]))


def _one_survey(forms: Loaded, notes_of: Mapping[str, Notes]) -> None:
    """All forms are of one survey: those of an earlier one would be counted as this one's."""
    wanted: tuple[tuple[str, str, Severity], ...] = (
        ("survey_id", "調査ID", "error"),
        ("target_group", "調査対象区分", "warning"),
    )
    for name, heading, severity in wanted:
        column = forms.frame[name].astype(object) if name in forms.frame else pd.Series(dtype=object)
        numbers = column.value_counts()
        for other in numbers.index[1:]:
            at = np.flatnonzero((column == other).to_numpy())[0]
            remedy = (
                f"{numbers[other]}行あります。どの行もこの年度の同じ調査として数えるので、ほかの調査の行やファイルは除いて"
                "ください(過去の調査は、人数だけを「過去調査の集計表」に書きます)。書き間違いなら、そろえてください。"
            )
            expected = f"ほかの行と同じ「{numbers.index[0]}」"
            forms.note(at, notes_of, expected, remedy, heading, other, severity)


def _doubles_point_to_cases(cases: Loaded, notes_of: Mapping[str, Notes]) -> None:
    if "duplicate_of" not in cases.frame:
        return
    points = cases.frame["duplicate_of"]
    wrong = points.notna() & (~points.isin(cases.frame["case_id"]) | (points == cases.frame["case_id"]))
    for at in np.flatnonzero(wrong.fillna(False).to_numpy(dtype=bool)):
        remedy = "重複先に書かれた該当者番号がありません。番号を直してください。"
        cases.note(at, notes_of, "ほかの該当者番号", remedy, "重複先", points.iloc[at])


def _contacts_while_open(contacts: Loaded, desks: Loaded, notes_of: Mapping[str, Notes]) -> None:
    desk = contacts.frame["channel"].astype(object)
    day = contacts.frame["received_at"].dt.tz_localize(None).dt.normalize()
    bounds = desks.frame.set_index(desks.frame["channel"].astype(object))
    for column, name, side, outside in (
        ("opened_on", "開設日", "以後", day.lt),
        ("closed_on", "廃止日", "以前", day.gt),
    ):
        if column not in bounds:
            continue
        wrong = outside(pd.to_datetime(desk.map(bounds[column].dropna().to_dict()))).to_numpy(dtype=bool)
        for file in np.unique(contacts.files[wrong]):
            here = wrong & (contacts.files == file)
            notes_of[str(file)].problem_rows(
                contacts.rows[here],
                desk[here].astype(str).tolist(),
                f"窓口の{name}{side}の相談",
                f"窓口の{name}(channels)か相談の日時を確かめてください。",
                "照合",
                column="窓口",
                severity="warning",
            )


def _days_of_prefectures_and_hours(daily: Loaded, hourly: Loaded, notes_of: Mapping[str, Notes]) -> None:
    """A day has as many contacts by prefecture as by hour, however many prefectures the file holds."""
    known = [_known_days(one.frame) for one in (daily, hourly)]
    both = pd.concat(known, axis=1, keys=["prefectures", "hours"], join="inner")
    remedy = (
        "県別と時台別で、この日の合計が違います。どちらのファイルも全国のすべての都道府県・窓口・時台を含むか、"
        f"書き出しの期間と締めた日が同じか確かめてください(県別にあるのは{daily.frame['pref'].nunique()}都道府県)。"
    )
    for day, totals in both[both["prefectures"] != both["hours"]].iterrows():
        at = np.flatnonzero((hourly.frame["date"] == day).to_numpy())[0]
        expected = f"県別の合計と同じ{int(totals['prefectures']):,}件({day:%Y-%m-%d})"
        hourly.note(at, notes_of, expected, remedy, "件数", int(totals["hours"]))


def _known_days(frame: pd.DataFrame) -> "pd.Series[int]":
    """Sums of the days on which no count is suppressed or unknown."""
    of_day = frame.groupby("date")["n"].agg(["sum", "count", "size"])
    return of_day.loc[of_day["count"] == of_day["size"], "sum"]


def _periods_of_answers(told: str, answers: Loaded, contacts: Loaded, notes_of: Mapping[str, Notes]) -> None:
    """Everybody in the nation has one answer to each item, or 無回答; without rows of 無回答 there may be fewer."""
    by = ["period_start", "period_end", "variable"]
    if any(name not in answers.frame for name in by):
        return
    nation = answers.frame[answers.frame["scope"] == "全国"]
    of_day = _known_days(contacts.frame)
    for (start, end, _), mine in nation.groupby(by, observed=True):
        days = of_day[(of_day.index >= start) & (of_day.index <= end)]
        if len(days) <= (end - start).days or mine["n"].isna().any():
            continue
        stated, counted = mine["n"].sum(), days.sum()
        if stated == counted or (stated < counted and not mine["value"].eq("無回答").any()):
            continue
        expected = f"{told}の合計と同じ{int(counted):,}件({start:%Y-%m-%d}〜{end:%Y-%m-%d})"
        remedy = f"属性別と{told}で、この期間の合計が違います。書き出しの期間・窓口・締めた日が同じか確かめてください。"
        answers.note(mine.index[0], notes_of, expected, remedy, "件数", int(stated))


_DIVIDED = {
    "population": (("area_code", "as_of", "source"), ("sex", "age_band")),
    "ads": (("date",), ("platform", "campaign", "adset", "ad")),
}
"""Kinds with counts by parts: what rows must share to be parts of one whole, and what divides them besides."""

_AD_PARTS = ("creative_format", "age_band", "sex", "device", "region")


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
    together, names = _DIVIDED[schema.kind]
    by = [name for name in (*names, *(_AD_PARTS if schema.kind == "ads" else ())) if name in frame]
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


def _one_division(ads: Loaded, notes_of: Mapping[str, Notes]) -> None:
    """What one advertisement showed in a day is divided in one way: a second division counts it twice."""
    named = ["date", *(name for name in _DIVIDED["ads"][1] if name in ads.frame)]
    parts = [name for name in _AD_PARTS if name in ads.frame]
    if not parts:
        return
    ways = ads.frame[parts].notna().to_numpy() @ (1 << np.arange(len(parts)))
    shown = ads.frame[named].astype(object).assign(way=ways, n=ads.frame["impressions"], at=range(len(ways)))
    sums = shown.groupby([*named, "way"], dropna=False).agg(n=("n", "sum"), at=("at", "min"))
    sums = sums.reset_index().sort_values("at")
    twice = sums[(sums["n"] > 0) & sums.duplicated([*named, "n"])]
    for file, mine in twice.groupby(ads.files[twice["at"].to_numpy(dtype=int)], sort=False):
        at = int(mine["at"].iloc[0])
        remedy = (
            "同じ日の同じ広告が、別の分け方でもう一度あります(表示回数の合計が同じです)。足すと2重に数えるので、"
            "どちらか一方の分け方の書き出しだけにしてください。"
        )
        notes_of[str(file)].problem(
            "1つの広告の1日は1通りの分け方",
            remedy,
            "13",
            row=int(ads.rows[at]),
            value=f"{len(mine):,}件の広告と日",
        )


def _people_add_up(population: Loaded, notes_of: Mapping[str, Notes]) -> None:
    """All people of an area, of one sex or of one age stand beside the rows that they are divided into: their sum."""
    frame = population.frame
    by = [name for name in ("sex", "age_band") if name in frame]
    if not by:
        return
    of_area = [frame[name].astype(object) for name in ("area_code", "as_of", "source")]
    area = frame.groupby(of_area, dropna=False).ngroup()
    people = pd.DataFrame({"area": area, "n": frame["n"].astype("Float64")})
    whole, partly = pd.DataFrame(index=frame.index), pd.Series(False, frame.index)
    for name in by:
        everybody = frame[name].isna() | frame[name].astype(object).eq("総数")
        divides = ~everybody.groupby(area).transform("all")
        people[name] = np.where(divides, pd.factorize(frame[name].astype(object))[0], -1)
        whole[name] = everybody & divides
        partly |= divides & ~everybody
    parts = people[~whole.any(axis=1)]
    for undivided, alike in whole[whole.any(axis=1)].groupby(by):
        totals = alike.index
        on = ["area", *(name for name, every in zip(by, undivided, strict=True) if not every)]
        sums = parts.groupby(on)["n"].agg(["sum", "count", "size"]).reset_index()
        held = people.loc[totals].merge(sums, how="left", on=on)
        known = held["n"].notna() & held["count"].eq(held["size"])
        for line in held[known & held["n"].ne(held["sum"])].itertuples():
            remedy = (
                "男女・年齢の内訳を足した数と、合計の行が違います。どちらかの写し違いか、内訳の不足です。"
            )
            open_ = partly[totals[line.Index]] and line.n > line.sum
            if open_:
                remedy += "不詳や、この表にない年齢を含む合計なら、このままで構いません。"
            told = f"内訳の合計と同じ{int(line.sum):,}人"
            severity: Severity = "warning" if open_ else "error"
            population.note(totals[line.Index], notes_of, told, remedy, "人口", int(line.n), severity)


def _ages_part_people(population: Loaded, notes_of: Mapping[str, Notes]) -> None:
    """The ages of one sex of an area do not overlap: a group within another (再掲) counts its people twice."""
    frame = population.frame
    if "age_band" not in frame:
        return
    by = [frame[name].astype(object) for name in ("area_code", "as_of", "source", "sex") if name in frame]
    for rows in frame.groupby(by, dropna=False).groups.values():
        seen: list[tuple[int, int, int]] = []
        for at in rows:
            ages = age_range(_AGAIN.sub("", tidy(str(frame["age_band"][at]))))
            if ages is None:
                continue
            over = [row for low, high, row in seen if ages[0] <= high and low <= ages[1]]
            if over:
                remedy = "同じ人を2回数えます。再掲や大きな区分の行を消し、重ならない区分だけにしてください。"
                told = f"{population.place(over[0])}の「{frame['age_band'][over[0]]}」と重ならない年齢"
                population.note(np.int64(at), notes_of, told, remedy, "年齢階級", frame["age_band"][at])
                break
            seen.append((*ages, at))


_AGAIN = re.compile(r"^\W*(?:再掲|うち)\W*|\W*再掲\W*$")


_BETWEEN: tuple[tuple[tuple[str, ...], Callable[..., None], str], ...] = (
    (("commissioners", "cases"), _cases_against_commissioners, "回答票と該当者票の照合"),
    (("commissioners",), _one_survey, "調査の照合"),
    (("cases",), _one_survey, "調査の照合"),
    (("cases",), _doubles_point_to_cases, "重複先の照合"),
    (("consultations", "channels"), _contacts_while_open, "開設日と廃止日の照合"),
    (("national_daily", "national_hourly"), _days_of_prefectures_and_hours, "県別と時台別の照合"),
    (
        ("national_attributes", "national_hourly"),
        partial(_periods_of_answers, "時台別"),
        "属性別と時台別の照合",
    ),
    (("national_attributes", "national_daily"), partial(_periods_of_answers, "県別"), "属性別と県別の照合"),
    (("ads",), _one_division, "広告の分け方の照合"),
    (("population",), _people_add_up, "人口の内訳の照合"),
    (("population",), _ages_part_people, "年齢の区分の照合"),
)
"""Kinds, the rule between them, and what the check is called."""
