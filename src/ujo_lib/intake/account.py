"""What no single cell shows: records, sheets, columns and months that exist and were not read, or were never there.

Every function notes warnings that name what is missing; none of them changes a frame.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ujo_lib.fiscal import FiscalYear, Period
from ujo_lib.intake.between import Loaded
from ujo_lib.intake.body import Body
from ujo_lib.intake.cells import tidy
from ujo_lib.intake.declaration import FileSpec
from ujo_lib.intake.grid import PRIVATE_RE2, PRIVATE_USE, Grid
from ujo_lib.intake.headers import Header
from ujo_lib.intake.problems import MAX_ROWS_LISTED, Notes
from ujo_lib.intake.schemas import Schema

_CONTINUOUS = (
    "consultations",
    "consultations_hourly",
    "consultations_daily",
    "national_daily",
    "national_hourly",
)
"""Kinds that have records in every month of their period; a campaign, say, runs only now and then."""

_FAR_MONTHS = 12
"""Steps from one month with records to the next; beyond them lies a year without any, and the year was mistyped."""
_FAR_MONTHS_OF_SURVEY = 6
"""As above between forms of one survey, which are out for weeks: a year that is off by one leaves months as well."""

_SAME_HEADINGS = 0.8
_COUNTS_SHOWN = 13
"""Months of a year and one that should not be there; of the prefectures those with most."""


def day_range(frame: pd.DataFrame, schema: Schema) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First and last day of the records of a kind whose every row has one."""
    columns = [frame[name].dropna() for name in _day_columns(frame, schema)]
    days = [day for column in columns if len(column) for day in (column.min(), column.max())]
    return (min(days), max(days)) if days else None


def _day_columns(frame: pd.DataFrame, schema: Schema) -> list[str]:
    dated = (
        c for c in schema.columns if c.type in ("date", "datetime") and (c.required or c.name in schema.key)
    )
    return [column.name for column in dated if column.name in frame]


def counted_by(frame: pd.DataFrame, schema: Schema) -> dict[str, str]:
    """Records of contacts, or the contacts that rows count, per month, desk and prefecture: 「2023-04 210、…」.

    Blank where the kind tells of no contacts or has no such column.
    """
    told = dict.fromkeys(("by_month", "by_desk", "by_pref"), "")
    names = _day_columns(frame, schema) if schema.kind in _CONTINUOUS else []
    if not names:
        return told
    contacts = frame["n"].astype("Float64") if "n" in frame else pd.Series(1.0, frame.index)
    month = frame[names[0]].dt.strftime("%Y-%m")
    by = {"by_month": month, "by_desk": frame.get("channel"), "by_pref": frame.get("pref")}
    for name, labels in by.items():
        if labels is not None:
            sums = contacts.groupby(labels.astype(object)).sum()
            ordered = sums if name == "by_month" else sums.sort_values(ascending=False, kind="stable")
            told[name] = "、".join(f"{label} {n:,.0f}" for label, n in ordered.items())
    return told


def note_unread_sheets(grid: Grid, header: Header, spec: FileSpec, notes: Notes) -> None:
    """Warn of visible sheets with the same headings that nobody declared: months, very often."""
    mine = {tidy(cell) for row in grid.head()[header.top : header.body] for cell in row if cell.strip()}
    there = {tidy(name) for name in (grid.sheet, *grid.facts.heads, *grid.facts.hidden_sheets)}
    read = [name for name in spec.worksheets or (grid.sheet,) if tidy(name) in there]
    if not read or tidy(grid.sheet) != tidy(read[0]):
        return  # said once of a workbook
    declared = {tidy(name) for name in read}
    alike = [
        name
        for name, rows in grid.facts.heads.items()
        if tidy(name) not in declared and any(_alike(mine, {tidy(cell) for cell in row}) for row in rows)
    ]
    if alike:
        wanted = ", ".join([*read, *alike])
        notes.warning(
            "同じ見出しのシートをすべて読むこと",
            f"同じ見出しのシートを読んでいません。使うなら inputs.yaml に sheets: [{wanted}] と書いてください。",
            "18",
            column="sheets",
            value="、".join(alike),
        )


def _alike(mine: Collection[str], other: Collection[str]) -> bool:
    return len(set(mine) & set(other)) >= _SAME_HEADINGS * max(len(mine), len(other))


def note_private_letters(grid: Grid, body: Body, header: Header, notes: Notes) -> None:
    """Warn of letters that a city has made for itself (外字): every city has them, and no other computer shows them."""
    for place in range(body.table.num_columns):
        at = np.flatnonzero(grid.odd[place].to_numpy())
        texts = grid.table.column(place).filter(grid.odd[place])
        held = pc.match_substring_regex(texts, PRIVATE_RE2).to_numpy() & np.isin(grid.rows[at], body.rows)
        if held.any():
            notes.warning_rows(
                grid.rows[at[held]],
                [
                    "、".join(f"U+{ord(c):X}" for c in PRIVATE_USE.findall(text))
                    for text in texts.filter(pa.array(held))[:MAX_ROWS_LISTED].to_pylist()
                ],
                "外字でない文字",
                "外字を含みます。そのまま読みましたが、ほかの端末では見えません。使える文字があれば置き換えてください。",
                "3",
                column=header.headings[place],
            )


def note_lonely_columns(
    files: Sequence[tuple[FileSpec, Header]], schema: Schema, notes_of: Mapping[str, Notes]
) -> None:
    """Warn of columns that some files of a kind have and others lack: not asked is not unanswered."""
    absent_in = {spec.label: absent(header, schema) for spec, header in files}
    for name, heading in ((item.name, item.heading) for item in schema.items):
        having = [spec.label for spec, _ in files if name not in absent_in[spec.label]]
        lacking = [spec for spec, _ in files if name in absent_in[spec.label] and name not in spec.constants]
        if having and lacking:
            shown = "、".join(having[:3]) + (f" ほか{len(having) - 3}" if having[3:] else "")
            for spec in lacking:
                notes_of[spec.label].warning(
                    f"同じ種類のほかのファイルと同じ列({shown} にはあります)",
                    "この列がないファイルの行は空欄になります。聞いていないことと無回答は違います。列を足して書き出し直すか、"
                    "この年度の分母からこのファイルを除いて読んでください。",
                    "定義",
                    column=heading,
                )


def note_gaps(
    kinds: Mapping[str, Loaded],
    schemas: Mapping[str, Schema],
    period: Period | None,
    own: Notes,
) -> None:
    """Warn of months without any record between months that have some, and of such months in the period asked for.

    Records that stand alone, a year or more from the bulk, are warned of by their rows and open no gap.
    """
    for kind in _CONTINUOUS:
        names = _day_columns(kinds[kind].frame, schemas[kind]) if kind in kinds else []
        days = kinds[kind].frame[names[0]] if names else pd.Series(dtype=object)
        if not days.notna().any():
            continue
        months = days.dt.tz_localize(None).dt.to_period("M")
        far = _far_from_bulk(months, _FAR_MONTHS)
        heading = schemas[kind].column(names[0]).heading
        alone = "ほかの記録から離れていて、年度の集計に入りません"
        _note_far(kinds[kind], far, days, heading, "1年", alone)
        have = pd.PeriodIndex(months[~far].dropna().unique(), freq="M")
        wanted = pd.period_range(have.min(), have.max(), freq="M")
        if period is not None:
            wanted = wanted.union(pd.period_range(period.start, period.end, freq="M"))
        closed = kinds["channels"].frame if "channels" in kinds else None
        near = days[~far].dt.tz_localize(None)
        note_quiet(kinds[kind].frame[~far], near, schemas[kind], own, closed, period)
        if len(gaps := wanted.difference(have)):
            own.warning(
                f"{schemas[kind].title}がどの月にもあること",
                "1件もない月です。その月のファイルの置き忘れ、別の年度のファイル、書き出しの期間の抜けがないか確かめてください。",
                "照合",
                column=f"{kind}.files",
                value="、".join(_months(gaps)),
            )


def note_outdated(kinds: Mapping[str, Loaded], period: Period | None) -> None:
    """Warn of a survey that was over before the year that is reported began: last year's file, very often.

    It was over when most of its forms had come back: after the last one, a single slip of the pen would silence this.
    Days that stand alone are warned of by their rows. Of half a year the survey may have been in the other half.
    """
    if "commissioners" not in kinds:
        return
    asked = kinds["commissioners"]
    known = {
        heading: days
        for name, heading in (("returned_on", "回収日"), ("distributed_on", "配布日"))
        if name in asked.frame and (days := pd.to_datetime(asked.frame[name])).notna().any()
    }
    for heading, days in known.items():
        far = _far_from_bulk(days.dt.to_period("M"), _FAR_MONTHS_OF_SURVEY)
        _note_far(asked, far, days, heading, "半年", "ほかの行から離れています")
    if period is None or not known:
        return
    first = period.start if period.days > _HALF_YEAR else FiscalYear.containing(period.start).start
    heading, days = next(iter(known.items()))
    before = days < pd.Timestamp(first)
    if before.sum() > days.notna().sum() / 2:
        asked.note(
            np.int64(np.argmax(before & (days == days[before].max()))),
            f"{first}以後に配布・回収した調査",
            f"この日までの{int(before.sum()):,}行の{heading}が、集計する年より前です"
            f"({heading}のある{int(days.notna().sum()):,}行のうち)。前の調査のファイルでないか確かめてください。",
            heading,
            f"{days[before].max():%Y-%m-%d}",
            "warning",
        )


_HALF_YEAR = 184
_QUIET_DAYS = 14
_USUAL = 0.95
_EXPECTED = 20
"""Records that a run of days without any would have had at the rate of the desk: such a run is no chance."""


def note_quiet(
    frame: pd.DataFrame,
    days: pd.Series,
    schema: Schema,
    own: Notes,
    channels: pd.DataFrame | None = None,
    period: Period | None = None,
) -> None:
    """Warn of half a month and more without any record, at one desk or at all: a file that broke off, very often.

    A desk may have fallen silent for good: until the last day of any desk, or the one on which `channels` says that it
    was closed; and all of them in the first or last month of the `period`. Counts have each day a row: of them a single
    day is told, unless such gaps are usual (weekends), where twenty were to be expected or noughts are written.
    """
    until = days.dt.normalize().max()
    closed = pd.Series(dtype="datetime64[ns]")
    if channels is not None and "closed_on" in channels:
        closed = channels.groupby(channels["channel"].astype(object))["closed_on"].max().dropna()
    desks = {"": days}
    if "channel" in frame:
        desks |= {str(desk): mine for desk, mine in days.groupby(frame["channel"].astype(object))}
    said: set[tuple[pd.Timestamp, int]] = set()
    counts = frame["n"].astype("Float64") if "n" in frame else None
    for desk, mine in desks.items():
        known = mine.dt.normalize().dropna().sort_values(kind="stable")
        if known.empty:
            continue
        n = len(known) if counts is None else float(counts[known.index].sum())
        rate, least = n / ((known.iloc[-1] - known.iloc[0]).days + 1), float(_QUIET_DAYS)
        if counts is not None:
            least = known.drop_duplicates().diff().dt.days.quantile(_USUAL)
            rate = math.inf if counts[known.index].eq(0).any() else rate
        if (end := min(until, closed.get(desk, until))) > known.iloc[-1]:
            known = pd.concat([known, pd.Series([end + pd.Timedelta(days=1)])])
        if period is not None and not desk:
            first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
            if first < known.iloc[0] <= first + pd.offsets.MonthEnd():
                known = pd.concat([pd.Series([first - pd.Timedelta(days=1)]), known])
            if last.replace(day=1) <= known.iloc[-1] < last:
                known = pd.concat([known, pd.Series([last + pd.Timedelta(days=1)])])
        steps = known.diff().dt.days
        for at in np.flatnonzero((steps > least) & ((steps - 1) * rate >= _EXPECTED)):
            last, step = known.iloc[at - 1], int(steps.iloc[at])
            if (last, step) in said:
                continue
            said.add((last, step))
            first, end = last + pd.Timedelta(days=1), known.iloc[at] - pd.Timedelta(days=1)
            months = pd.period_range(first, end, freq="M")
            if not desk and any(first <= m.start_time and m.end_time.normalize() <= end for m in months):
                continue  # told as a month without any
            own.warning(
                f"{schema.title}が続いていること" + (f"(窓口「{desk}」)" if desk else ""),
                "この間は1件もありません。書き出しが途中で切れていないか、期間の抜けがないか確かめてください。",
                "照合",
                column=f"{schema.kind}.files",
                value=f"{first:%Y-%m-%d}〜{end:%Y-%m-%d}",
            )


_SAME_DAYS = 5
_RISES = 30
_RISES_PER_FALL = 20


def note_not_daily(kinds: Mapping[str, Loaded], schemas: Mapping[str, Schema]) -> None:
    """Warn of counts by day that are those of a week or a month, or that add up from some day on."""
    for kind in (*_CONTINUOUS, "ads"):
        name = "impressions" if kind == "ads" else "n"
        if kind not in kinds or name not in kinds[kind].frame:
            continue
        of_day = kinds[kind].frame.groupby("date")[name].sum(min_count=1).dropna()
        days = pd.DatetimeIndex(of_day.index)
        same = [len(set(each)) == 1 for each in (days.day_of_week, days.day)] + [
            bool(days.is_month_end.all())
        ]
        step = np.sign(np.diff(of_day.to_numpy(dtype=float)))
        rises, falls = int((step > 0).sum()), int((step < 0).sum())
        told = []
        if len(days) >= _SAME_DAYS and any(same):
            told.append(
                "どれも同じ曜日か、月の同じ日です。週や月の件数なら、日ごとの件数を受け取ってください。"
            )
        if rises >= _RISES and rises >= _RISES_PER_FALL * falls:
            told.append(
                "日を追って増え、ほとんど減りません。年初などからの累計なら、日ごとの件数に直してください。"
            )
        for remedy in told:
            kinds[kind].notes[kinds[kind].files[0]].warning(
                "1行がその日1日の件数",
                f"{remedy}そうでなければこのままで構いません。",
                "照合",
                row=int(kinds[kind].rows[0]),
                column=schemas[kind].column(name).heading,
            )


def _far_from_bulk(months: "pd.Series[pd.Period]", steps: int) -> np.ndarray:
    """Whether each record lies beyond so many months without any, seen from the months that hold most records."""
    counts = months.value_counts().sort_index()
    numbers = counts.index.year * 12 + counts.index.month
    block = np.cumsum(np.diff(numbers, prepend=numbers[:1]) > steps)
    bulk = int(np.argmax(np.bincount(block, weights=counts)))
    far: np.ndarray = months.isin(counts.index[block != bulk]).to_numpy()
    return far


def _note_far(loaded: Loaded, far: np.ndarray, days: pd.Series, heading: str, span: str, alone: str) -> None:
    loaded.warn(
        np.flatnonzero(far),
        f"ほかの記録から{span}以上離れていない日",
        f"この日だけ{alone}。年の打ち間違いでないか確かめてください。",
        "照合",
        column=heading,
        shown=days,
    )


def _months(gaps: pd.PeriodIndex) -> list[str]:
    """Months as a clerk says them, runs of them by their ends."""
    breaks = np.flatnonzero(np.diff(gaps.asi8) > 1)
    ends = zip(gaps[[0, *breaks + 1]], gaps[[*breaks, -1]], strict=True)
    said = [[f"{month.year}年{month.month}月" for month in run] for run in ends]
    return [first if first == last else f"{first}〜{last}" for first, last in said]


def told(sources: pd.DataFrame) -> list[str]:
    """One line per file: what was counted in it, and what became of every row."""
    return [_line(source) for source in sources.to_dict("records")]


def _line(source: Mapping[str, object]) -> str:
    where = f"{source['file']}" + (f" シート「{source['sheet']}」" if source["sheet"] else "")
    if pd.isna(source["header_row"]):
        return f"{where}: 読めませんでした"
    parts = [f"使う{source['rows_kept']:,}", f"見出し{source['heading_rows']}"]
    parts += [f"除いた{source['rows_dropped']:,}({source['dropped']})"] if source["rows_dropped"] else []
    parts += [f"空の行{source['rows_blank']:,}"] if source["rows_blank"] else []
    said = [f"{where}({source['encoding']}): {source['rows_counted']:,}行 = {' + '.join(parts)}"]
    said += [f"読み替え{source['repaired']:,}か所"] if source["repaired"] else []
    said += [f"{source['first_day']}〜{source['last_day']}"] if source["first_day"] else []
    said += [f"ない列: {source['columns_absent']}"] if source["columns_absent"] else []
    said = ["。".join(said)]
    for name, heading in (("by_month", "月ごと"), ("by_desk", "窓口ごと"), ("by_pref", "都道府県ごと")):
        if parts := [part for part in str(source[name]).split("、") if part]:
            more = f"、…(全{len(parts)})" if len(parts) > _COUNTS_SHOWN else ""
            said.append(f"    {heading}: {'、'.join(parts[:_COUNTS_SHOWN])}{more}")
    return "\n".join(said)


def absent(header: Header, schema: Schema) -> dict[str, str]:
    """Columns of the dictionary that a file does not have: canonical name → heading."""
    found = {*header.columns, *header.lists, *header.options}
    return {item.name: item.heading for item in schema.items if item.name not in found}
