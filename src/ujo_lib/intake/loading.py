"""The room's door: declared files in, validated frames out, or every problem at once.

``load`` and ``check`` walk the same way: bytes, grid, header, body, values, their limits, then the checks between rows
and between files. A file that was parsed once in this process under the same declaration is not parsed again.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ujo_lib.fiscal import Period
from ujo_lib.intake import account, between, checks
from ujo_lib.intake.between import Loaded
from ujo_lib.intake.body import (
    Body,
    check_merged,
    check_serials,
    check_split_numbers,
    check_subtotal_columns,
    check_totals,
    check_unit_columns,
    find_body,
    note_grouped,
)
from ujo_lib.intake.declaration import Declaration, FileSpec, read_declaration
from ujo_lib.intake.frames import settle_flags, typed_frame, whole
from ujo_lib.intake.grid import Grid, UnreadableError
from ujo_lib.intake.headers import Header, find_header
from ujo_lib.intake.patience import LOG
from ujo_lib.intake.problems import DataProblems, Notes
from ujo_lib.intake.reading import read_grid, readable
from ujo_lib.intake.result import Intake
from ujo_lib.intake.rules import judge
from ujo_lib.intake.schemas import SCHEMAS, Column, Schema
from ujo_lib.intake.shapes import Shape, as_it_stands, gathered
from ujo_lib.intake.values import Site
from ujo_lib.params.inputs import Inputs, Layout
from ujo_lib.params.paths import project_root
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.yamlfile import read_yaml

MISSING_COLUMNS = ("kind", "column", "heading", "n_missing", "base", "share")


@dataclass(frozen=True, slots=True)
class _Parsed:
    """One file, read."""

    notes: Notes
    source: Mapping[str, Any]
    frame: pd.DataFrame | None = None
    rows: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))
    rules: pd.DataFrame | None = None
    header: Header | None = None
    splits: Sequence[str] = ()


_parsed: dict[tuple[str, Path, str | None], tuple[str, _Parsed]] = {}
"""The last reading of each file and sheet in this process, with the hash of its content and declaration."""


def load(
    inputs: str | Path,
    kinds: Sequence[str],
    root: str | Path | None = None,
    *,
    dispensable: Collection[str] = (),
) -> Intake:
    """Read and validate the declared files of these kinds.

    Args:
        inputs: path of inputs.yaml.
        kinds: kinds of file wanted, keys of ``SCHEMAS``.
        root: project folder; default: the folder above ``params/`` that holds ``inputs``, else its own folder.
        dispensable: kinds that may be declared `not_supplied`; they come as frames with columns and no row.

    Raises:
        DataProblems: when at least one problem is an error; it carries all of them. A kind that is declared
            `not_supplied` is one here unless it is dispensable: who loads it cannot go on without it.
    """
    taken = check(inputs, kinds, root)
    own = Notes(Path(inputs).name)
    for kind, reason in taken.not_supplied.items():
        if kind in dispensable:
            continue
        remedy = f"この年度には資料がありません({reason})。`ujo run` では、このページは理由だけを載せます。"
        own.problem(f"{SCHEMAS[kind].title}のファイル", remedy, "定義", column=kind)
    if own.problems or not taken.ok:
        raise DataProblems((*own.problems, *taken.faults))
    frames = {**taken.frames, **{kind: pd.DataFrame() for kind in taken.not_supplied}}
    return replace(taken, frames={kind: whole(frame, taken.schemas[kind]) for kind, frame in frames.items()})


def check(
    inputs: str | Path,
    kinds: Sequence[str],
    root: str | Path | None = None,
    *,
    period: Period | None = None,
    texts: bool = True,
) -> Intake:
    """As :func:`load`, but always returns; frames of files with errors hold NA where a cell could not be read.

    With a ``period``, months of it without any record are warned of. Without ``texts``, free texts are left out:
    masking them takes most of the time of a large year, and no error can stand in them.
    """
    path = _locate(Path(inputs), root)
    base = Path(root) if root is not None else _root_of(path)
    own = Notes(path.name)
    declaration = read_declaration(path, kinds, base, own)
    schemas, names = declaration.schemas, declaration.names if texts else None
    seen: dict[str, str] = {}
    parsed = [
        (spec, _read_file(spec, schemas[spec.kind], declaration, names, seen)) for spec in declaration.files
    ]
    notes_of = {spec.label: Notes(spec.name, one.notes.sheet) for spec, one in parsed}
    loaded = {
        kind: together for kind in schemas if (together := _together(kind, parsed, notes_of)) is not None
    }
    for kind, together in loaded.items():
        mine = notes_of[together.files[0]] if len(together.files) else own
        with mine.bounded("重なり"):
            splits = {spec.label: one.splits for spec, one in parsed}
            between.check_doubles(together, schemas[kind], splits)
            keys = [s.constants.get(schemas[kind].key[-1], "") for s, _ in parsed if s.kind == kind]
            between.check_twins(together, schemas[kind], numbered=not any("{row}" in key for key in keys))
        with mine.bounded("番号の書き方"):
            between.check_spellings(together, schemas[kind])
        with mine.bounded("ファイルごとの列"):
            files = [(s, one.header) for s, one in parsed if s.kind == kind and one.header is not None]
            for layout in dict.fromkeys(spec.layout for spec, _ in files):
                alike = [(spec, header) for spec, header in files if spec.layout == layout]
                account.note_lonely_columns(alike, schemas[kind], notes_of)
    between.check_between(loaded)
    with own.bounded("月の抜け"):
        account.note_gaps(loaded, schemas, period, own)
    with own.bounded("日ごとの件数"):
        account.note_not_daily(loaded, schemas)
    with own.bounded("調査の日付"):
        account.note_outdated(loaded, period)
    notes = [own, *(one.notes for _, one in parsed), *notes_of.values()]
    return _intake(loaded, schemas, parsed, notes, declaration.not_supplied)


def answers(file: Path, form: Questionnaire, sheet: str) -> pd.DataFrame:
    """Read the answers to a questionnaire that inputs.yaml does not name, as every other file is read.

    Args:
        file: one row per filled-in sheet, headings as the questionnaire has them, or ids.
        form: what was asked.
        sheet: which of its forms the file holds.

    Returns:
        The column that identifies a sheet, then one column per question, of multiple answers one per option.

    Raises:
        DataProblems: a column or a key is lacking, or cells hold what the questionnaire does not allow.
    """
    key = Column(form.keys[sheet], form.keys[sheet], "id", filled=True)
    whole = Schema("answers", form.title, "one sheet", (key,), (key.name,)).with_questions(form.on(sheet))
    schema = replace(
        whole,
        columns=tuple(replace(column, required=True) for column in whole.columns),
        multiples=tuple(replace(item, required=True) for item in whole.multiples),
    )
    spec = FileSpec.model_validate({"kind": schema.kind, "name": file.name, "path": file})
    one = _read_file(spec, schema, Declaration(), (), {})
    if loaded := _together(schema.kind, [(spec, one)], {spec.label: one.notes}):
        between.check_doubles(loaded, schema, {spec.label: one.splits})
    if loaded is None or any(problem.severity == "error" for problem in one.notes.problems):
        raise DataProblems(one.notes.problems)
    return loaded.frame


def not_supplied(inputs: str | Path, kinds: Sequence[str]) -> dict[str, str]:
    """Say which of these kinds the year is declared not to have: Japanese name, as it was declared → reason."""
    declared = read_yaml(Inputs, _locate(Path(inputs), None))
    named = dict.fromkeys(name for kind in kinds if (name := declared.lacking(kind)))
    return {SCHEMAS[name].title: declared.not_supplied[name] for name in named}


def _locate(inputs: Path, root: str | Path | None) -> Path:
    """The declaration as given, or below the project folder when a notebook runs from its own folder."""
    if inputs.is_absolute() or inputs.exists():
        return inputs
    try:
        return (Path(root) if root is not None else project_root()) / inputs
    except FileNotFoundError:
        return inputs


def _root_of(inputs: Path) -> Path:
    """The folder above ``params/``; the declaration's own folder when it stands elsewhere."""
    full = inputs.resolve()
    return next((p.parent for p in full.parents if p.name == "params"), full.parent)


def _read_file(
    spec: FileSpec,
    schema: Schema,
    declaration: Declaration,
    names: tuple[str, ...] | None,
    seen: dict[str, str],
) -> _Parsed:
    notes = Notes(spec.name)
    LOG.info("%s を読んでいます", spec.name)
    layout = declaration.layouts.get(spec.layout or "")
    place = (spec.kind, spec.path, spec.worksheet)
    known, one = _parsed.get(place, ("", None))
    try:
        with readable(spec.path, notes) as file:
            sha, size = file_digest(file, "sha256").hexdigest(), file.tell()
            key = repr((sha, spec, schema.columns, schema.multiples, layout, names))
            file.seek(0)
            content = b"" if known == key else file.read()
    except UnreadableError:
        return _Parsed(notes, _source(spec.kind, spec.name, 0, ""))
    if (twin := seen.setdefault(f"{spec.kind}:{sha}:{spec.worksheet}", spec.name)) != spec.name:
        notes.problem(
            "ほかと違う内容のファイル",
            f"{twin} と1バイトも違わない同じ内容です。同じ書き出しを写したものなら、一方を files から外すか、"
            "* で指しているなら一方のファイルを消してください。違う書き出しのはずなら、出し直してください。",
            "25",
        )
        return _Parsed(notes, _source(spec.kind, spec.name, size, sha))
    if spec.layout and layout is None:
        remedy = "用意してある名前か、ad_headings.yaml にある名前を書いてください。"
        notes.problem("/".join(declaration.layouts), remedy, "定義", column="layout", value=spec.layout)
    if one is None or known != key:
        mine = Notes(spec.name)
        one = _Parsed(mine, _source(spec.kind, spec.name, size, sha))
        with mine.bounded("ファイル全体"), suppress(UnreadableError):
            grid = read_grid(spec.name, content, spec.worksheet, spec.encoding, mine)
            del content  # a national year must not stand in memory beside its own table any longer
            one = _parse_file(grid, one, spec, schema, layout, names)
        _parsed[place] = (key, one)
    # What was noted on the way to the bytes (an open file, say) belongs to this call, not to the content.
    told = Notes(spec.name, one.notes.sheet, [*notes.problems, *one.notes.problems], one.notes.repairs)
    return replace(one, notes=told)


def _parse_file(
    grid: Grid,
    one: _Parsed,
    spec: FileSpec,
    schema: Schema,
    layout: Layout | None,
    names: tuple[str, ...] | None,
) -> _Parsed:
    """The file with what could be read of it; what is wrong with it is told in its notes."""
    notes = one.notes
    with notes.bounded("見た目"):
        warn_of_workbook(grid, notes)
    shape = as_it_stands(grid, schema, spec, layout, notes)
    grid, spec = shape.grid, shape.spec
    top = find_header(grid.head(), shape.schema, spec, layout, notes)
    source = {
        **one.source,
        "sheet": grid.sheet,
        "encoding": grid.facts.encoding,
        "rows_counted": grid.counted,
    }
    if top is None:
        return replace(one, source=source)
    with notes.bounded("読まないシート"):
        account.note_unread_sheets(grid, top, spec, notes)
    read = body = find_body(grid, top, shape.schema, notes)
    frame, header, rules, splits = None, top, None, list[str]()
    if len(body.rows) or schema.may_be_empty:
        site = Site(spec.missing, spec.missing_in, spec.timezone, names)
        frame, body, header = _values(shape, top, read, schema, site, notes)
        read = read if shape.parts else body
        source |= _told(frame, header, schema, notes)
        with notes.bounded("読まない列"):
            splits = _splits(frame, body, header, schema)
    elif not body.dropped["記入例"]:  # of a form that nobody filled in that is said already
        some = (
            "sheets からこのシート" if grid.sheet and len(spec.worksheets) > 1 else "files からこのファイル"
        )
        remedy = (
            "見出しの下にデータがありません。別のシートやファイルでないか確かめてください。書くことが1件もなければ、"
            f"inputs.yaml の {some}を消します(ほかになければ、not_supplied に理由とともに書きます)。"
        )
        notes.problem("データの行", remedy, "総務省2-1")
    with notes.bounded("機械判読性"):
        rules = judge(grid, top, read, shape.schema, spec.name)
    return _Parsed(notes, source | _counted(grid, top, read), frame, body.rows, rules, header, splits)


def _values(
    shape: Shape, top: Header, read: Body, schema: Schema, site: Site, notes: Notes
) -> tuple[pd.DataFrame, Body, Header]:
    """The frame of a table with rows, checked, and the body and headings that it has in the end."""
    grid, spec, body, header = shape.grid, shape.spec, read, top
    frame = typed_frame(spec, shape.schema, header, body, site, notes)
    if shape.parts:
        _check_values(frame, body, header, shape, schema, notes)
        frame, body, header = gathered(shape, schema, frame, body, header, site, notes)
    if schema.kind in ("population", "ads"):
        with notes.bounded("合計と内訳の重なり"):
            body, frame = _each_once(body, frame, schema, notes)
            read = read if shape.parts else body
    with notes.bounded("外字"):
        account.note_private_letters(grid, body, header, notes)
    with notes.bounded("結合セル"):
        check_merged(grid, read, top, shape.schema, notes)
    with notes.bounded("1904年から数えた日"):
        check_serials(grid, read, top, shape.schema, notes)
    with notes.bounded("コンマで分かれた数"):
        check_split_numbers(grid, read, top, shape.schema, spec.ignore, notes)
    with notes.bounded("上と同じ空欄"):
        note_grouped(read, top, shape.schema, notes)
    with notes.bounded("小計の列"):
        check_subtotal_columns(read, top, notes)
    if not shape.parts:
        _check_values(frame, body, header, shape, schema, notes)
    with notes.bounded("行の中のつじつま"):
        checks.check_rows(frame, body.rows, header, schema, notes)
    with notes.bounded("時刻のずれ"):
        checks.check_clock(frame, header, spec.timezone, notes)
    if schema.kind == "ads" and spec.timezone is None:
        notes.problem(
            "広告アカウントの時間帯",
            "inputs.yaml のこのファイルに timezone: Asia/Tokyo などを書いてください(管理画面の設定で分かります)。",
            "10",
        )
    return frame, body, header


def _check_values(
    frame: pd.DataFrame, body: Body, header: Header, shape: Shape, schema: Schema, notes: Notes
) -> None:
    with notes.bounded("合計の行"):
        check_totals(body, frame, header, shape.schema, notes)
    with notes.bounded("値の範囲"):
        checks.check_schema(frame, body.rows, header, shape.schema, notes)
    with notes.bounded("見出しの区分"):
        checks.check_headings(frame, header, shape.schema, shape.spec.timezone, notes)
    with notes.bounded("単位の列"):
        check_unit_columns(body, header, schema, notes)


def _splits(frame: pd.DataFrame, body: Body, header: Header, schema: Schema) -> list[str]:
    unread = {
        header.headings[place]: body.raw(header, place).codes
        for place in header.ignored
        if header.headings[place] and body.has_words(header, place)
    }
    return checks.splitting_columns(frame, unread, schema) if unread else []


def _each_once(body: Body, frame: pd.DataFrame, schema: Schema, notes: Notes) -> tuple[Body, pd.DataFrame]:
    """Leave out totals whose parts stand in the same file."""
    again, unsure = checks.counted_again(frame, schema)
    if schema.kind == "ads":
        notes.problem_rows(
            body.rows[unsure],
            "",
            "内訳の行だけか、内訳の和と一致する合計",
            "区分が空欄の行が、内訳の行と並んでいます。合計なら行を消し、区分が不明なら「不明」と書いてください"
            "(埋めたままにすると2重に数えます)。",
            "13",
        )
    if not again.any():
        return body, frame
    what = "性別・年齢に分けない人口" if schema.kind == "population" else "区分に分けない広告の合計"
    after = "合計行として除外(内訳の和と一致)"
    notes.repair(what, after, "13", row=int(body.rows[again][0]), count=int(again.sum()))
    return body.without(again), frame[~again].reset_index(drop=True)


def warn_of_workbook(grid: Grid, notes: Notes) -> None:
    """Things in a workbook that the eye reads and a program does not (trap 18)."""
    facts = grid.facts
    told = (
        (facts.stale, "計算結果のない(0 のままの)数式があります。Excelで開いて保存し直してください。"),
        (facts.hidden, "非表示の行や列も読みました。要らなければ削除してください。"),
        (
            facts.hidden_sheets,
            "非表示のシートがあります。inputs.yaml に名前を書いたもののほかは読んでいません。",
        ),
        (facts.struck, "取り消し線の値も読みました。取り消すなら値を消してください。"),
        (facts.noted, "セルのメモ(コメント)は読んでいません。値を打ち消す内容なら、値を直してください。"),
        (facts.partly, "取り消し線や上付きの文字を除いて読みました。残りが正しい値か確かめてください。"),
    )
    for places, remedy in told:
        if places:
            notes.warning("見たままの値", remedy, "18", value="、".join(places[:5]))


def _source(kind: str, name: str, size: int, sha: str) -> dict[str, Any]:
    """What is known of a file before it is read."""
    return {
        "kind": kind,
        "file": name,
        "sheet": "",
        "encoding": "",
        "header_row": None,
        "heading_rows": 0,
        "rows_counted": 0,
        "rows_read": 0,
        "rows_dropped": 0,
        "dropped": "",
        "rows_blank": 0,
        "rows_kept": 0,
        "repaired": 0,
        "first_day": "",
        "last_day": "",
        "columns_absent": "",
        "by_month": "",
        "by_desk": "",
        "by_pref": "",
        "bytes": size,
        "sha256": sha,
    }


SOURCE_COLUMNS = tuple(_source("", "", 0, ""))
"""What :class:`Intake` tells of each file."""


def _counted(grid: Grid, header: Header, body: Body) -> dict[str, Any]:
    """What became of the rows of a file."""
    levels = sum(any(cell.strip() for cell in row) for row in grid.head()[header.top : header.body])
    return {
        "header_row": int(grid.rows[header.top]),
        "heading_rows": levels,
        "rows_read": body.n_read,
        "rows_dropped": sum(body.dropped.values()),
        "dropped": "・".join(f"{what}{n:,}" for what, n in body.dropped.items() if n),
        "rows_blank": grid.counted - levels - body.n_read,
        "rows_kept": len(body.rows),
    }


def _told(frame: pd.DataFrame, header: Header, schema: Schema, notes: Notes) -> dict[str, Any]:
    """What is known of a file once its cells have been read."""
    days = account.day_range(frame, schema)
    first, last = ("", "") if days is None else (str(day.date()) for day in days)
    return {
        "repaired": sum(repair.count for repair in notes.repairs),
        "first_day": first,
        "last_day": last,
        "columns_absent": "、".join(account.absent(header, schema).values()),
        **account.counted_by(frame, schema),
    }


def _together(
    kind: str, parsed: Iterable[tuple[FileSpec, _Parsed]], notes: Mapping[str, Notes]
) -> Loaded | None:
    mine = [(spec, one) for spec, one in parsed if spec.kind == kind and one.frame is not None]
    if not mine:
        return None
    frames = [one.frame for _, one in mine if one.frame is not None]
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0].copy()
    settle_flags(frame)
    counts = [len(f) for f in frames]
    return Loaded(
        frame=frame,
        files=np.repeat(np.array([spec.label for spec, _ in mine], dtype=object), counts),
        rows=np.concatenate([one.rows for _, one in mine]),
        notes=notes,
    )


def _intake(
    loaded: Mapping[str, Loaded],
    schemas: Mapping[str, Schema],
    parsed: Sequence[tuple[FileSpec, _Parsed]],
    notes: list[Notes],
    not_supplied: Mapping[str, str],
) -> Intake:
    frames = {kind: together.frame for kind, together in loaded.items()}
    sources = pd.DataFrame([one.source for _, one in parsed], columns=list(SOURCE_COLUMNS))
    return Intake(
        frames=frames,
        sources=sources.astype({"header_row": "Int64"}),
        missing=_missing(frames, schemas),
        faults=tuple(problem for note in notes for problem in note.problems),
        mended=[repair for note in notes for repair in note.repairs],
        verdicts=[one.rules for _, one in parsed if one.rules is not None],
        schemas=schemas,
        not_supplied=not_supplied,
    )


def _missing(frames: Mapping[str, pd.DataFrame], schemas: Mapping[str, Schema]) -> pd.DataFrame:
    lines = []
    for kind, frame in frames.items():
        columns = {c.name: c.heading for c in schemas[kind].columns if c.name in frame}
        for item in schemas[kind].multiples:
            columns |= {item.column(o): item.heading for o in item.options[:1] if item.column(o) in frame}
        answered = {item.column(item.options[0]): item.name for item in schemas[kind].multiples}
        for name, heading in columns.items():
            n, base = int(frame[name].isna().sum()), len(frame)
            share = n / base if base else math.nan
            lines.append((kind, answered.get(name, name), heading, n, base, share))
    return pd.DataFrame(lines, columns=list(MISSING_COLUMNS))
