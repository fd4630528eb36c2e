"""The workbooks for hand coding, written and read back, and the codes as a file. An edge module.

A workbook holds masked texts of real consultations: it belongs in the city's protected folders, never in a release.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import xlsxwriter
from openpyxl import load_workbook

from ujo_lib.delimited import find_encoding
from ujo_lib.files import csv_bytes, write_atomically
from ujo_lib.tagging.analysis import Labels
from ujo_lib.tagging.quality import EXTRA, RANDOM, Codes, CodesError, read_mark
from ujo_lib.text import mask_personal, may_be_formula

CELL_LIMIT: Final = 32_767
"""Characters (UTF-16) that a cell of Excel holds."""
_SHEET, _GUIDE = "コーディング", "説明"
_NUMBER, _ID, _TEXT, _READ, _AGAIN = "番号", "相談ID", "本文(伏せ字済み)", "読んだ", "番号(控え)"
_HEADINGS = (_NUMBER, "部分", _ID, _TEXT, _READ)
_PLAN = (_ID, "層", "部分", "重み")
_CODER = "コーダー"
_TEXT_WIDTH, _LINE, _TALLEST = 70, 16, 400
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
_LONG_AGO = datetime(1980, 1, 1)


def write_coding_book(
    path: Path, plan: pd.DataFrame, texts: "pd.Series[str]", labels: Labels, names: Sequence[str] = ()
) -> None:
    """Write the workbook of one coder; the same plan gives the same bytes.

    Args:
        path: .xlsx to write.
        plan: from `coding_plan`; its index holds the ids.
        texts: original texts by id; they are masked here.
        labels: theme id → label; one column each, with 1 to choose.
        names: names to mask besides the usual patterns.

    Raises:
        CodesError: a theme is called as another column of the sheet.
    """
    if taken := {*labels.values()} & {*_HEADINGS, _AGAIN}:
        raise CodesError(
            [f"主題「{min(taken)}」は、読む表のほかの列と同じ名前。コードブックの表示名を変える"]
        )
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"title": "相談の主題のコーディング", "created": _LONG_AGO})
        _write_guide(book)
        _write_sheet(book, plan, texts, labels, names)
    write_atomically(path, stream.getvalue())


def _write_guide(book: Any) -> None:
    guide = book.add_worksheet(_GUIDE)
    guide.set_column(0, 0, 110)
    for row, line in enumerate(
        (
            f"シート「{_SHEET}」を上から順に読み、本文に書かれている主題の欄で 1 を選んでください(いくつでも)。",
            f"書かれていない主題は空欄のままにします。読み終えたら、主題がなくても「{_READ}」で 1 を選びます。",
            "途中でやめてもかまいません。上から順であれば、そこまでの結果を使えます。",
            "二人で読むときは、互いの結果を見ずに付けてください。語の有無ではなく、意味で判断します。",
            f"「{EXTRA}」は、まれな主題を見るための相談です。割合の補正には「{RANDOM}」だけを使います。",
            "本文には相談の内容が含まれます。庁内の決められた場所の外に持ち出さないでください。",
        )
    ):
        guide.write_string(row, 0, line)


def _write_sheet(
    book: Any, plan: pd.DataFrame, texts: "pd.Series[str]", labels: Labels, names: Sequence[str]
) -> None:
    sheet = book.add_worksheet(_SHEET)
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    marked = book.add_format({"valign": "top", "locked": False})
    first, last = len(_HEADINGS) - 1, len(_HEADINGS) + len(labels) - 1
    # Excel shows a text that begins like a formula, and keeps it a text when the cell is edited.
    defused = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    for column, title in enumerate((*_HEADINGS, *labels.values(), _AGAIN)):
        sheet.write_string(0, column, title, heading)
    for row, (text_id, part) in enumerate(plan["part"].items(), start=1):
        shown = cell_text(mask_personal(str(texts[text_id]), names))
        # At both ends: marks that stay behind when only the columns before them are sorted can be told.
        for column in (0, last + 1):
            sheet.write_number(row, column, row, plain)
        for column in range(first, last + 1):
            sheet.write_blank(row, column, None, marked)
        sheet.write_string(row, 1, part, plain)
        sheet.write_string(row, 2, str(text_id), plain)
        sheet.write_string(row, 3, shown, defused if may_be_formula(shown) else plain)
        lines = sum(1 + 2 * len(line) // _TEXT_WIDTH for line in shown.split("\n"))
        sheet.set_row(row, min(max(lines, 2) * _LINE, _TALLEST))
    marks = {
        "validate": "list",
        "source": ["1"],
        "error_title": "1 か空欄",
        "error_message": "書かれていれば 1 を選び、書かれていなければ空欄にします。",
    }
    sheet.data_validation(1, first, max(len(plan), 1), last, marks)
    # Marks that were sorted or moved alone would be those of other texts, and nobody could tell.
    sheet.protect("", {"format_rows": True, "format_columns": True})
    sheet.set_column(2, 2, 14)
    sheet.set_column(3, 3, _TEXT_WIDTH)
    sheet.freeze_panes(1, len(_HEADINGS))
    sheet.activate()


def cell_text(text: str) -> str:
    """A text as a cell can hold it: without control characters, cut visibly where it is too long."""
    clean = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    units = clean.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return clean
    kept = units[: 2 * (CELL_LIMIT - 60)].decode("utf-16-le", "ignore")
    return f"{kept}\n〔以下{len(clean) - len(kept):,}字は、表に入りきらないため省きました〕"


def read_coding_book(path: Path, plan: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Read a filled workbook back.

    Returns:
        Boolean, one row per text marked as read (index: ids as text), one column per theme id.

    Raises:
        CodesError: a sheet or columns missing, a second sheet of marks, marks in a column that is no theme, merged or
            struck-through cells, ids not in the plan or stand twice, marks that are neither yes nor no, themes marked
            in a text that is not marked as read, only some of the columns sorted.
    """
    place = f"{path.name} シート「{_SHEET}」"
    known = set(plan.index.astype(str))
    problems: list[str] = []
    found: dict[str, list[bool]] = {}
    numbered: dict[int, tuple[str, list[str]]] = {}
    for number, row in enumerate(_read_sheet(path, place, (_ID, _READ, *labels.values())), start=2):
        text_id = _spelled(row.pop(_ID))
        numbered[number] = text_id, [_spelled(row.pop(title, None)) for title in (_NUMBER, _AGAIN)]
        marks = {title: read_mark(cell) for title, cell in row.items()}
        if not text_id and not any(marks.values()):
            continue
        problems += [
            f"{place} {number}行目「{title}」: 「{row[title]}」は読めない。1 か空欄にする"
            for title, mark in marks.items()
            if mark is None
        ]
        if text_id not in known:
            told = f"{text_id} は標本にない" if text_id else "空欄"
            problems.append(f"{place} {number}行目「{_ID}」: {told}。書き換えずに使う")
        elif text_id in found:
            problems.append(f"{place} {number}行目「{_ID}」: {text_id} が二度ある。一方の行を消す")
        elif marks[_READ]:
            found[text_id] = [bool(marks[label]) for label in labels.values()]
        elif any(marks[label] for label in labels.values()):
            problems.append(f"{place} {number}行目「{_READ}」: 主題に 1 があるのに空欄。読んだなら 1 にする")
    if not problems and (apart := _sorted_apart(numbered, plan)):
        problems.append(
            f"{place} {apart[0]}行目など{len(apart)}行: 「{_NUMBER}」と「{_ID}」の組が、配ったときと違う。"
            "一部の列だけを並べ替えると、印が別の相談に付く。並べ替える前の控えに戻して使う"
        )
    if problems:
        raise CodesError(problems)
    return pd.DataFrame.from_dict(found, orient="index", columns=list(labels), dtype=bool)


def _sorted_apart(numbered: Mapping[int, tuple[str, list[str]]], plan: pd.DataFrame) -> list[int]:
    """Rows of which a number is not that of its text; a workbook's numbers follow the order of the plan."""
    at = {one: place for place, one in enumerate(plan.index.astype(str))}
    ahead = {
        (row, which): at[text_id] - int(cell) if cell.isdecimal() else None
        for row, (text_id, cells) in numbered.items()
        for which, cell in enumerate(cells)
        if text_id in at
    }
    usual = {
        which: Counter(ahead[one] for one in ahead if one[1] == which).most_common(1) for which in (0, 1)
    }
    return sorted({row for (row, which), places in ahead.items() if places != usual[which][0][0]})


def _read_sheet(path: Path, place: str, wanted: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The cells of the wanted columns and of the numbers that are there, row by row below the headings."""
    try:
        book = load_workbook(path, data_only=True)  # read_only would believe the size that a sheet declares
    except Exception as error:  # openpyxl has no error of its own for what is no workbook
        told = f"Excel のファイルとして読めない({type(error).__name__})。パスワードを外し、xlsx で保存し直す"
        raise CodesError([f"{path.name}: {told}"]) from error
    with closing(book):
        if _SHEET not in book.sheetnames:
            raise CodesError([f"{path.name}: シート「{_SHEET}」がない"])
        cells = (cell for row in book[_SHEET].iter_rows() for cell in row if cell.value is not None)
        odd = [str(area) for area in book[_SHEET].merged_cells.ranges]
        odd += [cell.coordinate for cell in cells if cell.font.strike]
        sheets = {one.title: [*one.iter_rows(values_only=True)] or [()] for one in book.worksheets}
    if odd:
        told = "は結合セルか取り消し線の値。結合を解いて相談ごとに書き、取り消した値は消す"
        raise CodesError([f"{place}: {'、'.join(odd[:5])} {told}"])
    if copies := [title for title, rows in sheets.items() if title != _SHEET and _ID in rows[0]]:
        told = f"シート「{copies[0]}」にも「{_ID}」の列があるが、読むのは「{_SHEET}」だけ。印をそこに集め、ほかは消す"
        raise CodesError([f"{path.name}: {told}"])
    top, *rows = sheets[_SHEET]
    heading = ["見出しなし" if cell is None else str(cell) for cell in top]
    if absent := [title for title in wanted if heading.count(title) != 1]:
        raise CodesError([f"{place}: 列「{title}」がないか、二つある" for title in absent])
    other = [at for at, title in enumerate(heading) if title not in {*wanted, *_HEADINGS, _AGAIN}]
    if own := [at for at in other if any(read_mark(row[at]) for row in rows)]:
        told = f"{own[0] + 1}列目({heading[own[0]]})にも 1 があるが、読むのはコードブックの主題だけ"
        raise CodesError([f"{place}: {told}。主題ならコードブックに加え、そうでなければ列を消す"])
    numbers = [title for title in (_NUMBER, _AGAIN) if title in heading]
    at = {title: heading.index(title) for title in (*wanted, *numbers)}
    for row in rows:
        yield {title: row[column] for title, column in at.items()}


def read_coding_books(paths: Sequence[Path], plan: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Read all workbooks of one coder: of the sample, then of texts chosen later.

    Raises:
        CodesError: as for each, a text that has been read in two of them, or texts of the random part that were passed
            over: whoever chooses what to read has drawn another sample.
    """
    frames = [read_coding_book(path, plan, labels) for path in paths]
    found = pd.concat(frames)
    names = "、".join(path.name for path in paths)
    if len(twice := found.index[found.index.duplicated()]):
        raise CodesError(
            [f"{names}: 相談ID {twice[0]} を二つの表で読んでいる。一方の「{_READ}」を空欄にする"]
        )
    drawn = plan.index[plan["part"] == RANDOM].astype(str)
    read = drawn.isin(found.index)
    if not read[: read.sum()].all():
        raise CodesError(
            [
                f"{names}: 相談ID {drawn[read.argmin()]} を読まずに、番号がそれより後の相談を読んでいる。番号の順に読む"
            ]
        )
    return found


def _spelled(cell: object) -> str:
    """An id as text, also where the spreadsheet program has made a number of it."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def write_plan(path: Path, plan: pd.DataFrame) -> None:
    """Write which texts were drawn, from which stratum, for how many each stands."""
    rows = [(str(one), *row) for one, *row in plan[["stratum", "part", "weight"]].itertuples()]
    _write_csv(path, _PLAN, rows)


def read_plan(path: Path) -> pd.DataFrame:
    """Read back what `write_plan` wrote.

    Raises:
        CodesError: no such file, or another's.
    """
    return _plan(path, _read_csv(path, _PLAN, "ujo code sample"))


def write_codes(path: Path, codes: Codes, labels: Labels) -> None:
    """Write plan and codes without any text: one row per coder and text, one without a coder per text not read yet.

    The heading of a theme says under which label it was read, as far as `labels` knows.
    """
    coders = {"A": codes.first} | ({} if codes.second is None else {"B": codes.second})
    rows = [
        (str(one), *codes.plan.loc[one, ["stratum", "part", "weight"]], coder, *map(int, found))
        for coder, frame in coders.items()
        for one, *found in frame.itertuples()
    ]
    unread = codes.plan[~codes.plan.index.isin(pd.concat(list(coders.values())).index)]
    blank = [""] * (1 + codes.first.shape[1])
    rows += [(str(one), *row, *blank) for one, *row in unread[["stratum", "part", "weight"]].itertuples()]
    themes = [_headed(theme, labels[theme]) if theme in labels else theme for theme in codes.first.columns]
    _write_csv(path, (*_PLAN, _CODER, *themes), rows)


def _headed(theme: str, label: str) -> str:
    return f"{theme}:{label}"


def read_codes(path: Path, labels: Labels) -> Codes:
    """Read the codes that `write_codes` wrote.

    Raises:
        CodesError: no such file, columns are missing (that of a theme which the codebook has got since, say) or were
            read under another label, a code is neither 0 nor 1, a coder has a text twice, or there are more than two
            coders.
    """
    drawn = _read_csv(path, (*_PLAN, _CODER), "ujo code read")
    drawn = drawn.rename(columns={_headed(theme, label): theme for theme, label in labels.items()})
    table = drawn[drawn.drop(columns=list(_PLAN)).notna().any(axis=1)]
    if unknown := [theme for theme in labels if theme not in table]:
        raise CodesError([f"{path.name}: {_missing(theme, labels[theme], table)}" for theme in unknown])
    wrong = ~table[list(labels)].isin(["0", "1"])
    if wrong.to_numpy().any():
        raise CodesError(
            [
                f"{path.name} {row + 2}行目「{theme}」: 「{table.at[row, theme]}」は 0 でも 1 でもない"
                for theme in labels
                for row in table.index[wrong[theme]]
            ]
        )
    twice = table[table.duplicated([_CODER, _ID])]
    problems = [
        f"{path.name} {row + 2}行目: コーダー{coder}の相談ID {one} が二度ある。一方の行を消す"
        "(二人の結果なら、「コーダー」を A と B に分ける)"
        for row, coder, one in twice[[_CODER, _ID]].itertuples()
    ]
    if not 1 <= (coders := table[_CODER].nunique(dropna=False)) <= 2:
        problems.append(f"{path.name}: コーダーが{coders}人いる。一人か二人の結果にする")
    if table[_CODER].isna().any():
        problems.append(
            f"{path.name} {table.index[table[_CODER].isna()][0] + 2}行目「{_CODER}」: 空欄。書き戻す"
        )
    if problems:
        raise CodesError(problems)
    parts = {
        coder: rows.set_index(_ID)[list(labels)].eq("1").rename_axis(None)
        for coder, rows in table.groupby(_CODER)
    }
    plan = _plan(path, drawn.drop_duplicates(list(_PLAN)))
    first, *others = (parts[coder] for coder in sorted(parts))
    return Codes(plan, first, others[0] if others else None)


def _missing(theme: str, label: str, table: pd.DataFrame) -> str:
    """Why a theme has no codes: nobody looked for it, or they looked for what was called otherwise then."""
    if other := [title for title in table if title.startswith(_headed(theme, ""))]:
        return (
            f"列「{other[0]}」の主題({theme})は、コードブックではいま「{label}」という。人が読んだのは前の名前の主題なので、"
            f"意味が同じなら見出しを「{_headed(theme, label)}」に書き換え、違うなら読み直す"
        )
    return f"主題「{label}」({theme})の列がない。この主題も読んで付ける"


def _plan(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    plan = table[list(_PLAN)].set_axis(["id", "stratum", "part", "weight"], axis=1).set_index("id")
    plan = plan.rename_axis(None)
    weight = pd.to_numeric(plan["weight"], errors="coerce")
    if (wrong := plan.index[weight.isna() & plan["weight"].notna()]).size:
        told = f"相談ID {wrong[0]} の「重み」({plan.at[wrong[0], 'weight']})が数ではない。控えに戻す"
        raise CodesError([f"{path.name}: {told}"])
    # Each drawn text of a stratum stands for as many as the others; those chosen besides stand for none.
    drawn, usual = plan["part"] == RANDOM, weight.groupby(plan["stratum"]).transform("first")
    fits = np.where(drawn, weight == usual, (plan["part"] == EXTRA) & weight.isna())
    if (odd := plan.index[~fits | plan.index.isna() | plan.index.duplicated()]).size:
        told = (
            f"相談ID {odd[0]} の「層」「部分」「重み」が、選んだときと違う。控えに戻すか、表の外の行なら消す"
        )
        raise CodesError([f"{path.name}: {told}"])
    return plan.assign(weight=weight)


def _read_csv(path: Path, columns: Sequence[str], command: str) -> pd.DataFrame:
    if not path.exists():
        raise CodesError([f"{path} がない。先に `{command}` を実行する"])
    try:
        content = path.read_bytes()
        encoding = find_encoding(content)
        table = pd.read_csv(io.BytesIO(content), dtype=str, encoding=encoding, index_col=False)
    except ValueError as error:  # empty, of another encoding, or ragged
        raise CodesError([f"{path.name}: 表として読めない。`{command}` で作り直す"]) from error
    if absent := [title for title in columns if title not in table]:
        raise CodesError([f"{path.name}: 列「{title}」がない。`{command}` で作り直す" for title in absent])
    return table


def _write_csv(path: Path, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    filled = (["" if cell != cell else cell for cell in row] for row in rows)
    write_atomically(path, csv_bytes([heading, *filled]))
