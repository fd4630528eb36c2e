"""inputs.yaml: which files a site has this year, and what their signs, clocks and answers mean.

A file's meaning is declared once, by a person, and never guessed. Reading the declaration reports unknown keys and
impossible values the way every other fault is reported: as problems that name the key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from ujo_lib.intake.multiple import Encoding
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import SCHEMAS, Option
from ujo_lib.intake.values import MissingSign, fold_sign
from ujo_lib.params.paths import PathOutsideProjectError, inside

_TOP_KEYS = ("data_dir", "labels", "names_to_mask", "ad_headings", "not_supplied", "outside_project")
_FILE_KEYS = (
    "files",
    "sheet",
    "header_rows",
    "encoding",
    "timezone",
    "missing",
    "multiple_answers",
    "columns",
    "constants",
    "ignore",
    "layout",
    "per_file",
)


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One file and what is declared about it.

    Attributes:
        kind: kind of file, a key of ``SCHEMAS``.
        name: path as declared, relative to ``data_dir``; shown in every message.
        path: where it is.
        sheet: worksheet to read.
        header_rows: levels of the heading.
        encoding: encoding of a text file when it must not be found out.
        timezone: zone of time stamps without offset.
        missing: meaning of each missing-value sign.
        multiple_answers: encoding of each multiple-answer item.
        columns: further headings, heading → canonical name.
        constants: values of columns the file lacks, canonical name → value.
        ignore: headings that are left out knowingly.
        layout: name of the heading table in ad_headings.yaml.
    """

    kind: str
    name: str
    path: Path
    sheet: str | None = None
    header_rows: int = 1
    encoding: str | None = None
    timezone: str | None = None
    missing: tuple[tuple[str, MissingSign], ...] = ()
    multiple_answers: tuple[tuple[str, Encoding], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    ignore: tuple[str, ...] = ()
    layout: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Headings of one advertising platform's export.

    Attributes:
        columns: canonical name → headings, the first one present is taken.
        ignore: headings that are known and left out (ratios above all).
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...]
    ignore: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything inputs.yaml says about the kinds asked for.

    Attributes:
        files: files in declared order.
        labels: options by ``column`` or ``kind.column``.
        names: personal names to mask in free text.
        layouts: advertising headings by name.
        not_supplied: kinds asked for that this year does not have, each with the reason.
    """

    files: tuple[FileSpec, ...]
    labels: Mapping[str, tuple[Option, ...]]
    names: tuple[str, ...]
    layouts: Mapping[str, Layout]
    not_supplied: Mapping[str, str]


def read_declaration(path: Path, kinds: Iterable[str], root: Path, notes: Notes) -> Declaration:
    """Read inputs.yaml for these kinds.

    Args:
        path: the file.
        kinds: kinds wanted.
        root: folder that ``data_dir`` and ``ad_headings`` are relative to.
        notes: receives what is wrong with the declaration itself.
    """
    data = _read_yaml(path, notes)
    _report_unknown(data, (*_TOP_KEYS, *SCHEMAS), "", notes)
    folder = root / str(data.get("data_dir", "."))
    outside = data.get("outside_project") is True
    files: list[FileSpec] = []
    absent = _not_supplied(data, notes)
    for kind in kinds:
        if kind not in SCHEMAS:
            notes.problem("/".join(SCHEMAS), _nearest(kind, SCHEMAS), "定義", column=kind, value=kind)
        elif kind in absent:
            continue
        elif not isinstance(declared := data.get(kind), dict) or not declared.get("files"):
            notes.problem(
                f"{kind} の files にファイル名",
                f"inputs.yaml の {kind}: に files: [ファイル名] を書いてください。",
                "定義",
                column=kind,
            )
        else:
            files.extend(_file_specs(kind, declared, folder, notes))
    files = [spec for spec in files if outside or _is_inside(root, spec, notes)]
    layouts = _read_layouts(root, data.get("ad_headings"), any(f.layout for f in files), notes)
    names = tuple(str(name) for name in data.get("names_to_mask") or ())
    asked = {kind: absent[kind] for kind in kinds if kind in absent}
    return Declaration(tuple(files), _labels(data.get("labels") or {}, notes), names, layouts, asked)


def _not_supplied(data: Mapping[str, Any], notes: Notes) -> dict[str, str]:
    """Kinds that a person has declared absent this year. A reason is asked for: it will stand in the report."""
    declared = data.get("not_supplied") or {}
    _report_unknown(declared, SCHEMAS, "not_supplied.", notes)
    for kind, reason in declared.items():
        if kind in data:
            notes.problem(
                "not_supplied か files の一方",
                f"{kind} のファイルがあるなら、not_supplied から {kind} の行を消してください。",
                "定義",
                column=f"not_supplied.{kind}",
            )
        elif not reason:
            notes.problem(
                "ない理由",
                f"not_supplied の {kind}: に、報告書に載せる理由を書いてください。",
                "定義",
                column=f"not_supplied.{kind}",
            )
    return {str(kind): str(reason) for kind, reason in declared.items()}


def _read_yaml(path: Path, notes: Notes) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        notes.problem(
            "inputs.yaml があること", f"{path.name} を params/<自治体>/fy<年度>/ に置いてください。", "21"
        )
    except UnicodeDecodeError:
        notes.problem("UTF-8 で書かれていること", f"{path.name} を UTF-8 で保存し直してください。", "1")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        notes.problem(
            "YAML として読めること",
            "字下げ、コロンの後の空白、かぎかっこの閉じ忘れを確かめてください。",
            "定義",
            row=None if mark is None else mark.line + 1,
        )
    else:
        if isinstance(data, dict):
            return data
        notes.problem(
            "種類ごとの項目", "例: commissioners: の下に files: [ファイル名] を書いてください。", "定義"
        )
    return {}


def _report_unknown(data: Mapping[Any, Any], known: Iterable[str], where: str, notes: Notes) -> None:
    for key in data:
        if key not in set(known):
            notes.problem(
                "/".join(known), _nearest(str(key), known), "定義", column=f"{where}{key}", value=key
            )


def _nearest(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.4)
    return f"「{near[0]}」ではありませんか。" if near else "項目の名前を確かめてください。"


def _file_specs(kind: str, declared: dict[str, Any], folder: Path, notes: Notes) -> list[FileSpec]:
    _report_unknown(declared, _FILE_KEYS, f"{kind}.", notes)
    own = declared.get("per_file") or {}
    for name in set(own) - set(declared["files"]):
        notes.problem(
            "/".join(declared["files"]),
            _nearest(str(name), declared["files"]),
            "定義",
            column=f"{kind}.per_file",
            value=name,
        )
    specs = []
    for name in declared["files"]:
        mine = own.get(name) or {}
        _report_unknown(mine, _FILE_KEYS[1:-1], f"{kind}.per_file.{name}.", notes)
        specs.append(_file_spec(kind, str(name), declared | mine, folder, notes))
    return specs


def _is_inside(root: Path, spec: FileSpec, notes: Notes) -> bool:
    """Whether a file lies in the project, links followed; noted when it does not."""
    try:
        inside(root, spec.path)
    except PathOutsideProjectError:
        notes.problem(
            "プロジェクトの中のファイル",
            "data/ の下に置くか、共有フォルダーなどを使うなら outside_project: true と書いてください。",
            "定義",
            column=f"{spec.kind}.files",
            value=spec.name,
        )
        return False
    return True


def _file_spec(kind: str, name: str, said: dict[str, Any], folder: Path, notes: Notes) -> FileSpec:
    schema = SCHEMAS[kind]
    missing = {fold_sign(str(sign)): meaning for sign, meaning in (said.get("missing") or {}).items()}
    answers = said.get("multiple_answers") or {}
    names = [column.name for column in schema.columns]
    further = {str(k): str(v) for k, v in (said.get("columns") or {}).items()}
    constants = {str(k): str(v) for k, v in (said.get("constants") or {}).items()}
    _permit(missing.values(), get_args(MissingSign), f"{kind}.missing", notes)
    _permit(answers.values(), get_args(Encoding), f"{kind}.multiple_answers", notes)
    _permit(answers, [item.name for item in schema.multiples], f"{kind}.multiple_answers", notes)
    _permit(further.values(), [*names, *(item.name for item in schema.multiples)], f"{kind}.columns", notes)
    _permit(constants, names, f"{kind}.constants", notes)
    header_rows = said.get("header_rows", 1)
    if not isinstance(header_rows, int) or not 1 <= header_rows <= 5:
        notes.problem(
            "1から5の整数",
            "見出しの段数を書いてください。",
            "11",
            column=f"{kind}.header_rows",
            value=header_rows,
        )
        header_rows = 1
    return FileSpec(
        kind=kind,
        name=name,
        path=folder / name.replace("\\", "/"),
        sheet=_text(said.get("sheet")),
        header_rows=header_rows,
        encoding=_text(said.get("encoding")),
        timezone=_zone(_text(said.get("timezone")), kind, notes),
        missing=tuple((s, m) for s, m in missing.items() if m in get_args(MissingSign)),
        multiple_answers=tuple((i, e) for i, e in answers.items() if e in get_args(Encoding)),
        columns=tuple(further.items()),
        constants=tuple(constants.items()),
        ignore=tuple(str(heading) for heading in said.get("ignore") or ()),
        layout=_text(said.get("layout")),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _permit(values: Iterable[Any], known: Iterable[str], where: str, notes: Notes) -> None:
    for value in values:
        if value not in set(known):
            notes.problem("/".join(known), _nearest(str(value), known), "定義", column=where, value=value)


def _zone(name: str | None, kind: str, notes: Notes) -> str | None:
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        notes.problem(
            "Asia/Tokyo か UTC",
            "timezone: Asia/Tokyo か timezone: UTC を書いてください。",
            "10",
            column=f"{kind}.timezone",
            value=name,
        )
        return None
    return name


def _labels(declared: Mapping[str, Any], notes: Notes) -> dict[str, tuple[Option, ...]]:
    """Options from a list of labels or from a mapping label → code or spellings."""
    known = {c.name for s in SCHEMAS.values() for c in s.columns} | {
        m.name for s in SCHEMAS.values() for m in s.multiples
    }
    made: dict[str, tuple[Option, ...]] = {}
    for key, value in declared.items():
        kind, _, name = str(key).rpartition(".")
        if name not in known or (kind and kind not in SCHEMAS):
            notes.problem(
                "列の名前(例 district、consultations.channel)",
                _nearest(name, known),
                "定義",
                column=f"labels.{key}",
                value=key,
            )
        elif isinstance(value, dict):
            made[str(key)] = tuple(_option(str(label), spelled) for label, spelled in value.items())
        else:
            made[str(key)] = tuple(Option(str(label)) for label in value)
    return made


def _option(label: str, spelled: Any) -> Option:
    spellings = (
        [str(s) for s in spelled] if isinstance(spelled, list) else [] if spelled is None else [str(spelled)]
    )
    code = next((s for s in spellings if s.isdecimal()), "")
    return Option(label, code, tuple(s for s in spellings if s != code))


def _read_layouts(root: Path, name: Any, needed: bool, notes: Notes) -> dict[str, Layout]:
    if not needed:
        return {}
    if name is None:
        notes.problem(
            "広告の見出し表",
            "ad_headings: params/ad_headings.yaml を書いてください。",
            "定義",
            column="ad_headings",
        )
        return {}
    own = Notes(str(name))
    data = _read_yaml(root / str(name), own)
    notes.problems += own.problems
    names = [column.name for column in SCHEMAS["ads"].columns]
    layouts = {}
    for layout, table in data.items():
        columns = (table or {}).get("columns") or {}
        _permit(columns, names, f"{name}: {layout}", notes)
        layouts[str(layout)] = Layout(
            tuple((str(k), tuple(str(h) for h in v)) for k, v in columns.items() if k in names),
            tuple(str(h) for h in (table or {}).get("ignore") or ()),
        )
    return layouts
