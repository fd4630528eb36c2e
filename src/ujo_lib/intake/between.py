"""What single files cannot tell: rules between the rows of all files of a kind, and between kinds.

Every check is a plain function on :class:`Loaded` frames that notes what it finds with file and row. A disagreement
between files is an error, because a count that depends on which file is asked must not reach a report.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd

from ujo_lib.intake.cells import once, tidy
from ujo_lib.intake.checks import AD_PARTS, DIVIDED
from ujo_lib.intake.problems import MAX_ROWS_LISTED, Notes, Severity
from ujo_lib.intake.schemas import NUMERIC, PREFECTURES, Schema
from ujo_lib.text import age_range, fold_key

_PREFECTURES = {option.label for option in PREFECTURES if option.code}
_TELLING = {"commissioners": 1, "cases": 1}
"""Place, in the key, of the column a person would look at when it is not the first."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows of one kind from all its files.

    Attributes:
        frame: canonical columns.
        files: name of the file per row.
        rows: row number per row as Excel shows it.
        notes: what is noted of each file.
    """

    frame: pd.DataFrame
    files: np.ndarray
    rows: np.ndarray
    notes: Mapping[str, Notes]

    def place(self, position: int) -> str:
        """「file 12行目」."""
        return f"{self.files[position]} {self.rows[position]}行目"

    def note(
        self,
        position: np.signedinteger[Any],
        expected: str,
        remedy: str,
        column: str,
        value: object,
        severity: Severity = "error",
    ) -> None:
        """Note that a row disagrees with other rows or another file."""
        self.notes[self.files[position]].problem(
            expected,
            remedy,
            "照合",
            row=int(self.rows[position]),
            column=column,
            value=value,
            severity=severity,
        )

    def warn(
        self,
        at: np.ndarray,
        expected: str,
        remedy: str,
        rule: str,
        *,
        column: str = "(行全体)",
        shown: pd.Series | None = None,
    ) -> None:
        """Warn of rows, each among the notes of its file, with what they show in a column."""
        for file in dict.fromkeys(self.files[at]):
            here = at[self.files[at] == file]
            values = "" if shown is None else [_spelt(value) for value in shown.iloc[here]]
            self.notes[file].warning_rows(self.rows[here], values, expected, remedy, rule, column=column)


def check_doubles(loaded: Loaded, schema: Schema, splits: Mapping[str, Sequence[str]]) -> None:
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
    divisible = schema.column(schema.key[-1]).type != "id" and any(
        c.additive and c.type in NUMERIC and c.name in loaded.frame and c.name not in key
        for c in schema.columns
    )
    for file, mine in doubles.groupby("file", sort=False):
        if columns := splits[str(file)]:
            named = "".join(f"「{column}」" for column in columns)
            loaded.notes[str(file)].problem(
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
        if divisible:
            told = (
                "書き出しの重なりか二重入力なら、どちらかを消してください。読んでいない番号の列などで分けた行なら、"
                "消さずに足し上げてください。"
            )
        if (rest := len(mine) - MAX_ROWS_LISTED) > 0:
            told = "書き出しの期間の重なりを確かめ、片方のファイルを除いてください。"
        expected, column = f"{'・'.join(headings)}の重なりがないこと", headings[_TELLING.get(schema.kind, 0)]
        for at, origin in zip(mine["at"].head(MAX_ROWS_LISTED), mine["origin"], strict=False):
            loaded.notes[str(file)].problem(
                expected,
                remedy := f"{loaded.place(int(origin))}と同じです。{told}",
                "25",
                row=int(loaded.rows[at]),
                column=column,
                value=_key_shown(loaded.frame.iloc[int(at)], key),
            )
        if rest > 0:
            loaded.notes[str(file)].rest(rest, expected, remedy, "25", column=column)


_BLOCK = 3
"""So many records on end, each there before in the same file, are no chance."""


def check_twins(loaded: Loaded, schema: Schema, *, numbered: bool) -> None:
    """Warn of records that are there again, the same in every column but their number.

    Only where records carry a moment; people who gave the same few answers are no doubles. Where no person and no text
    is the same, too, numbers that the files themselves give (``numbered``) are believed: one export wrote ``S2``, the
    next ``S02``. Within a file one record may stand twice, and `_BLOCK` of them on end were pasted twice.
    """
    others = [name for name in loaded.frame if name not in schema.key]
    moments = [
        column.name for column in schema.columns if column.type == "datetime" and column.name in others
    ]
    if not moments:
        return
    same = pd.util.hash_pandas_object(loaded.frame[others], index=False)
    files = pd.Series(loaded.files, same.index)
    own = [
        column.name for column in schema.columns if column.type in ("id", "text") and column.name in others
    ]
    known = loaded.frame[own].notna().any(axis=1)
    doubled = loaded.frame.duplicated(list(schema.key), keep=False)  # `check_doubles` tells of them
    elsewhere = files != files.groupby(same).transform("first")
    known &= loaded.frame[moments].notna().all(axis=1)  # a moment that could not be read is that of nobody
    again = known & same.duplicated() & ~elsewhere
    block = again.groupby([(~again).cumsum(), loaded.files]).transform("sum") >= _BLOCK
    alike = (again & block) | (elsewhere & (known | (not numbered)))
    twin = np.flatnonzero((alike & ~doubled).to_numpy())
    loaded.warn(
        twin,
        "ほかの行にない記録",
        f"{'番号だけが違う' if numbered else '番号のない'}記録が、ほかの行とすべての列で同じです。"
        "書き出しの期間の重なりや二重の貼り付けなら、片方の行を除いてください。",
        "25",
    )


def check_spellings(loaded: Loaded, schema: Schema) -> None:
    """Warn of numbers of records or clients that differ in zeros in front, small letters, dashes, marks: A-01 and a1※.

    Numbers that point to other rows are held against those.
    """
    for column in schema.columns:
        numbers = column.type == "id" and column.name in (schema.key[-1], "client_id")
        if not numbers or column.name not in loaded.frame:
            continue
        ids = loaded.frame[column.name].drop_duplicates().dropna()
        bare = ids.str.lower().str.replace(
            r"^\W*(?:(?:no|id)\W*(\d))?|番?\W*(?:注\d*\W*)?$", r"\1", regex=True
        )
        bare = bare.str.replace(r"\s*[-_ー\s]\s*", "-", regex=True)
        bare = bare.str.replace(r"([^\d-])-(\d)", r"\1\2", regex=True)  # 1-11 and 11-1 are two
        bare = bare.str.replace(r"^(\D*)0+(\d)", r"\1\2", regex=True)
        loaded.warn(
            ids.index[bare.duplicated()].to_numpy(),
            "どこでも同じ書き方の番号",
            "先頭の0、大文字・小文字、ハイフンや空白、No. や注の印だけが違う番号が、ほかの行にあります。"
            "別のものとして数えます。同じものなら、書き方をそろえてください。",
            "17",
            column=column.heading,
        )


def _key_shown(row: pd.Series, key: list[str]) -> str:
    return " / ".join(_spelt(row[name]) for name in key if not pd.isna(row[name]))


def _spelt(value: object) -> str:
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)


def check_between(kinds: Mapping[str, Loaded]) -> None:
    """Rules between kinds, for the kinds that were loaded."""
    for wanted, rule, title in _BETWEEN:
        if not (set(wanted) <= set(kinds) and len(kinds[wanted[0]].files)):
            continue
        first, *others = (kinds[kind] for kind in wanted)
        with first.notes[first.files[0]].bounded(title):
            rule(first, *others)


def _cases_against_commissioners(commissioners: Loaded, cases: Loaded) -> None:
    key = ["survey_id", "commissioner_id"]
    asked = pd.MultiIndex.from_frame(commissioners.frame[key].astype(object))
    named = pd.MultiIndex.from_frame(cases.frame[key].astype(object))
    for at in np.flatnonzero(~named.isin(asked)):
        told = (
            "回答票にある委員番号",
            "民生委員の回答票にない委員です。委員番号の写し違いか、先頭の0が落ちていないか確かめてください。",
        )
        cases.note(at, *told, "委員番号", cases.frame["commissioner_id"].iloc[at])
    counted = pd.Series(1, index=named).groupby(level=[0, 1]).sum()
    actual = counted.reindex(asked).fillna(0).to_numpy()
    stated = commissioners.frame["n_cases_reported"].fillna(0).to_numpy(dtype=float)
    for at in np.flatnonzero(actual != stated):
        remedy = "回答票の該当者数と該当者票の枚数が違います。入力漏れか数え違いを調査票で確かめてください。"
        expected = f"該当者票の枚数 {int(actual[at])}"
        commissioners.note(at, expected, remedy, "該当者数", int(stated[at]))


def _one_survey(forms: Loaded) -> None:
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
            forms.note(at, expected, remedy, heading, other, severity)


def _doubles_point_to_cases(cases: Loaded) -> None:
    if "duplicate_of" not in cases.frame:
        return
    points, ids = cases.frame["duplicate_of"], cases.frame["case_id"]
    named = points.notna().to_numpy()
    wrong = named & ~points.isin(ids).to_numpy() | (points == ids).fillna(False).to_numpy(dtype=bool)
    for at in np.flatnonzero(wrong):
        remedy = "重複先に書かれた該当者番号がありません。番号を直してください。"
        cases.note(at, "ほかの該当者番号", remedy, "重複先", points.iloc[at])
    first = ~named | wrong
    while (further := points.isin(ids[first]).to_numpy() & ~first).any():
        first |= further
    for at in np.flatnonzero(~first):
        remedy = (
            "重複先をたどると元の票に戻り、その人が一人も数えられません。最初の票の重複先を空にしてください。"
        )
        cases.note(at, "重複先の空いた票に行き着く該当者番号", remedy, "重複先", points.iloc[at])


def _contacts_while_open(contacts: Loaded, desks: Loaded) -> None:
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
        contacts.warn(
            np.flatnonzero(wrong),
            f"窓口の{name}{side}の相談",
            f"窓口の{name}(channels)か相談の日時を確かめてください。",
            "照合",
            column="窓口",
            shown=desk,
        )


def _days_of_prefectures_and_hours(daily: Loaded, hourly: Loaded) -> None:
    """A day has as many contacts by prefecture as by hour; those of some prefectures are no nation."""
    known = [_known_sums(one.frame, ["date"]) for one in (daily, hourly)]
    both = pd.concat(known, axis=1, keys=["prefectures", "hours"], join="inner")
    remedy = (
        "県別と時台別で、この日の合計が違います。どちらのファイルも全国のすべての都道府県・窓口・時台を含むか、"
        f"書き出しの期間と締めた日が同じか確かめてください(県別にあるのは{daily.frame['pref'].nunique()}都道府県)。"
    )
    for day, totals in both[both["prefectures"] != both["hours"]].iterrows():
        at = np.flatnonzero((hourly.frame["date"] == day).to_numpy())[0]
        expected = f"県別の合計と同じ{int(totals['prefectures']):,}件({day:%Y-%m-%d})"
        hourly.note(at, expected, remedy, "件数", int(totals["hours"]))
    held = len(_PREFECTURES & {*daily.frame["pref"].unique()})
    if len(both) and held < len(_PREFECTURES):
        told = (
            "時台別の件数は全国の件数として載りますが、県別にない都道府県は入っていません。"
            "全国のファイルを受け取るか、inputs.yaml の not_supplied に書いてください。"
        )
        expected, value = f"全国の{len(_PREFECTURES)}都道府県", f"{held}都道府県"
        daily.note(np.int64(0), expected, told, "都道府県", value, "warning")


def _known_sums(frame: pd.DataFrame, by: list[str]) -> "pd.Series[int]":
    """Sums of the counts of which none is suppressed or unknown, of days say."""
    of_each = frame.groupby(by, observed=True)["n"].agg(["sum", "count", "size"])
    return of_each.loc[of_each["count"] == of_each["size"], "sum"]


def _periods_of_answers(told: str, answers: Loaded, contacts: Loaded) -> None:
    """Everybody in the nation has one answer to each item, or 無回答; without rows of 無回答 there may be fewer."""
    by = ["period_start", "period_end", "variable"]
    if any(name not in answers.frame for name in by):
        return
    nation = answers.frame[answers.frame["scope"] == "全国"]
    of_day = _known_sums(contacts.frame, ["date"])
    for (start, end, _), mine in nation.groupby(by, observed=True):
        days = of_day[(of_day.index >= start) & (of_day.index <= end)]
        if len(days) <= (end - start).days or mine["n"].isna().any():
            continue
        stated, counted = mine["n"].sum(), days.sum()
        if stated == counted or (stated < counted and not mine["value"].eq("無回答").any()):
            continue
        expected = f"{told}の合計と同じ{int(counted):,}件({start:%Y-%m-%d}〜{end:%Y-%m-%d})"
        remedy = f"属性別と{told}で、この期間の合計が違います。書き出しの期間・窓口・締めた日が同じか確かめてください。"
        answers.note(mine.index[0], expected, remedy, "件数", int(stated))


def _one_division(ads: Loaded) -> None:
    """What one advertisement showed in a day is divided in one way: a second division counts it twice."""
    named = ["date", *(name for name in DIVIDED["ads"][1] if name in ads.frame)]
    parts = [name for name in AD_PARTS if name in ads.frame]
    if not parts:
        return
    ways = ads.frame[parts].notna().to_numpy() @ (1 << np.arange(len(parts)))
    shown = ads.frame[named].astype(object).assign(way=ways, n=ads.frame["impressions"], at=range(len(ways)))
    sums = shown.groupby([*named, "way"], dropna=False).agg(n=("n", "sum"), at=("at", "min"))
    sums = sums.reset_index().sort_values("at", kind="stable")
    twice = sums[(sums["n"] > 0) & sums.duplicated([*named, "n"])]
    for file, mine in twice.groupby(ads.files[twice["at"].to_numpy(dtype=int)], sort=False):
        at = int(mine["at"].iloc[0])
        remedy = (
            "同じ日の同じ広告が、別の分け方でもう一度あります(表示回数の合計が同じです)。足すと2重に数えるので、"
            "どちらか一方の分け方の書き出しだけにしてください。"
        )
        ads.notes[str(file)].problem(
            "1つの広告の1日は1通りの分け方",
            remedy,
            "13",
            row=int(ads.rows[at]),
            value=f"{len(mine):,}件の広告と日",
        )


def _hours_divided_once(contacts: Loaded) -> None:
    """The contacts of an hour stand in one way of dividing them: a total, or a second way, counts them twice.

    Blank is also what was not answered: two ways are the same contacts only where both stand in every hour and agree;
    where hours have a single contact they may do so by chance.
    """
    frame = contacts.frame
    parts = [name for name in ("age_band", "occupation", "topic") if name in frame]
    hour = ["date", "hour", "pref", "channel"]
    ways = frame[parts].notna().to_numpy(dtype=int) @ (1 << np.arange(len(parts)))
    counts = frame[hour].assign(way=ways, n=frame["n"])
    known = _known_sums(counts, [*hour, "way"]).unstack("way")
    there = counts.groupby([*hour, "way"], observed=True).size().unstack("way").notna()
    for fewer, more in combinations(sorted(known, key=int.bit_count), 2):
        both = known[[fewer, more]].dropna()
        both = both[both.sum(axis=1) > 0]
        alone = (there[fewer] != there[more]).any()
        if both.empty or alone or (both[fewer] != both[more]).any():
            continue
        severity: Severity = "error" if (both[more] > 1).sum() >= _HOURS_ALIKE else "warning"
        remedy = (
            "年代・職業・相談内容の空欄のしかたが違う行が、同じ日時・窓口で同じ件数です。合計や別の分け方の行なら、一方だけに"
            "してください(2重に数えます)。"
        )
        at = np.flatnonzero(ways == fewer)[0]
        told = f"{len(both):,}の日時で同じ件数"
        contacts.note(at, "1つの相談は1つの行だけに", remedy, "件数", told, severity)


_HOURS_ALIKE = 5


def _people_add_up(population: Loaded) -> None:
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
        held = people.loc[totals].merge(_known_sums(parts, on), how="left", on=on)
        known = held["n"].notna() & held["sum"].notna()
        for line in held[known & held["n"].ne(held["sum"])].itertuples():
            remedy = (
                "男女・年齢の内訳を足した数と、合計の行が違います。どちらかの写し違いか、内訳の不足です。"
            )
            open_ = partly[totals[line.Index]] and line.n > line.sum
            if open_:
                remedy += "不詳や、この表にない年齢を含む合計なら、このままで構いません。"
            elif line.n > line.sum:
                remedy += (
                    "不詳や、この表にない年齢の人は、その行を(年齢階級に「不詳」などと書いて)加えてください。"
                )
            told = f"内訳の合計と同じ{int(line.sum):,}人"
            severity: Severity = "warning" if open_ else "error"
            population.note(totals[line.Index], told, remedy, "人口", int(line.n), severity)


def _ages_part_people(population: Loaded) -> None:
    """The ages of one sex of an area follow one another: a group within another (再掲) counts its people twice.

    A word that names no ages cannot be held against the others, and years that end below 60 are rather the numbers of
    bands: nowhere in Japan is nobody older.
    """
    frame = population.frame
    if "age_band" not in frame:
        return
    by = [frame[name].astype(object) for name in ("area_code", "as_of", "source", "sex") if name in frame]
    for rows in frame.groupby(by, dropna=False).groups.values():
        seen: list[tuple[int, int, int]] = []
        given = frame["age_band"][rows].dropna()
        if len(given) > 1 and given.str.isdecimal().all() and given.astype(int).max() < _OLDEST_AT_LEAST:
            remedy = "年齢でなく区分の番号なら、0~4歳 のように直してください。1歳ごとの年齢ならこのままで構いません。"
            at = given.index[0]
            population.note(at, "60歳以上の人", remedy, "年齢階級", given[at], "warning")
        for at in given.index:
            ages = age_range(once(tidy(given[at])))
            if ages is None and not _NO_PART.search(given[at]):
                remedy = (
                    "年齢として読めません。65歳以上 のように書き、再掲の行なら消してください(2重に数えます)。"
                )
                population.note(at, "年齢の区分", remedy, "年齢階級", given[at])
            if ages is None:
                continue
            over = [row for low, high, row in seen if ages[0] <= high and low <= ages[1]]
            if over:
                remedy = "同じ人を2回数えます。再掲や大きな区分の行を消し、重ならない区分だけにしてください。"
                told = f"{population.place(over[0])}の「{frame['age_band'][over[0]]}」と重ならない年齢"
                population.note(np.int64(at), told, remedy, "年齢階級", frame["age_band"][at])
                break
            seen.append((*ages, at))
        else:
            for (_, high, _), (low, _, at) in pairwise(sorted(seen)):
                if low > high + 1:
                    remedy = (
                        f"{high + 1}歳から{low - 1}歳の人の行がありません。抜けていれば加え、"
                        "この年齢を初めから載せていない表ならこのままで構いません。"
                    )
                    told = f"{high}歳に続く年齢の行"
                    population.note(np.int64(at), told, remedy, "年齢階級", frame["age_band"][at], "warning")


_OLDEST_AT_LEAST = 60
_NO_PART = re.compile("^総数$|不詳|不明")


def _one_area_a_code(population: Loaded) -> None:
    """A code has one name; with its prefecture before it, it is the same."""
    named = population.frame[["area_code", "area_name"]].dropna().drop_duplicates()
    first = named.groupby("area_code")["area_name"].transform("first")
    for at, (name, known) in enumerate(zip(named["area_name"], first, strict=True)):
        mine, other = fold_key(name), fold_key(known)
        if not (mine.endswith(other) or other.endswith(mine)):
            remedy = (
                "同じ地域コードに違う地域名があります。コードの写し違いでないか確かめてください"
                "(名前が変わっただけなら、このままで構いません)。"
            )
            told = f"「{known}」の地域コード"
            population.note(named.index[at], told, remedy, "地域名", name, "warning")


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
    (("consultations_hourly",), _hours_divided_once, "相談の分け方の照合"),
    (("ads",), _one_division, "広告の分け方の照合"),
    (("population",), _people_add_up, "人口の内訳の照合"),
    (("population",), _ages_part_people, "年齢の区分の照合"),
    (("population",), _one_area_a_code, "地域コードの照合"),
)
"""Kinds, the rule between them, and what the check is called."""
