"""What inputs.yaml and the questionnaire declare, held against the schemas: the files to be read, and how.

Reading a declaration reports unknown keys and impossible values the way every other fault is reported: as problems
that name the key.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ujo_lib.intake.cells import fold_sign
from ujo_lib.intake.problems import Notes, Problem, shorten
from ujo_lib.intake.reading import has_example
from ujo_lib.intake.schemas import ASKED, SCHEMAS, Option, Schema
from ujo_lib.params.inputs import (
    QUESTIONNAIRES,
    AdHeadings,
    FileRules,
    Files,
    Inputs,
    Layout,
    MissingSign,
    path_of,
)
from ujo_lib.params.paths import PathOutsideProjectError, inside
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.yamlfile import ParameterError, ParameterProblem, nearest, read_yaml


class FileSpec(FileRules):
    """One file and what is declared about it.

    Attributes:
        kind: kind of file, a key of ``SCHEMAS``.
        name: path as declared, relative to ``data_dir``; shown in every message.
        path: where it is.
        worksheet: the sheet that is read of it; ``None`` takes the only visible one.
    """

    kind: str
    name: str
    path: Path
    worksheet: str | None = None

    @property
    def worksheets(self) -> tuple[str, ...]:
        """All sheets of the file that are declared."""
        return (*filter(None, (self.sheet,)), *self.sheets)

    @property
    def label(self) -> str:
        """The name, with the sheet where several are read of one file."""
        return f"{self.name} シート「{self.worksheet}」" if len(self.worksheets) > 1 else self.name


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything that is declared about the kinds asked for.

    Attributes:
        files: files in declared order.
        schemas: kind → its schema, with the items of the questionnaire and the options of this site.
        names: personal names to mask in free text.
        layouts: advertising headings by name.
        not_supplied: kinds asked for that this year does not have, each with the reason.
    """

    files: tuple[FileSpec, ...] = ()
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    not_supplied: Mapping[str, str] = field(default_factory=dict)


def _as_problem(found: ParameterProblem) -> Problem:
    return Problem(
        "error",
        found.file,
        "",
        found.line,
        found.key,
        shorten(found.value),
        found.expected,
        found.remedy,
        "定義",
    )


def read_declaration(path: Path, kinds: Collection[str], root: Path, notes: Notes) -> Declaration:
    """Read inputs.yaml, and the questionnaire and headings that it names, for these kinds.

    Args:
        path: the file.
        kinds: kinds wanted.
        root: folder that ``data_dir``, ``survey_items`` and ``ad_headings`` are relative to.
        notes: receives what is wrong with the declaration itself. While one of the files cannot be understood,
            nothing is declared.
    """
    try:
        inputs = read_yaml(Inputs, path)
        wanted = [kind for kind in kinds if kind in SCHEMAS]
        forms = {
            file: read_yaml(Questionnaire, root / file)
            for named, asked in QUESTIONNAIRES.items()
            if asked & set(wanted)
            for file in [getattr(inputs, named)]
        }
        layouts = _layouts(root, inputs, wanted, notes)
    except ParameterError as error:
        notes.problems += map(_as_problem, error.problems)
        return Declaration()
    for kind in kinds:
        if kind not in SCHEMAS:
            _note_unknown(kind, SCHEMAS, kind, notes)
        elif kind not in inputs.kinds and kind not in inputs.not_supplied:
            remedy = (
                f"inputs.yaml の {kind}: に files: [ファイル名] を、この年度にないなら not_supplied に "
                f"{kind}: 理由 を書いてください。"
            )
            notes.problem(f"{kind} の files にファイル名", remedy, "定義", column=kind)
    labels = _labels(inputs, forms, notes)
    schemas = {kind: SCHEMAS[kind].with_labels(labels) for kind in wanted}
    for file, form in forms.items():
        _check_forms(form, file, notes)
        schemas = {kind: schema.with_questions(form.on(kind)) for kind, schema in schemas.items()}
    specs = [
        spec
        for kind in wanted
        for spec in _specs(kind, inputs, root, layouts, notes)
        if _permitted(spec, schemas, notes)
    ]
    return Declaration(
        tuple(specs),
        schemas,
        inputs.names_to_mask,
        layouts,
        {kind: inputs.not_supplied[kind] for kind in wanted if kind in inputs.not_supplied},
    )


READY = Path(__file__).with_name("layouts.yaml")
"""Layouts of forms and exports that many sites have."""


def _layouts(root: Path, inputs: Inputs, wanted: Collection[str], notes: Notes) -> Mapping[str, Layout]:
    """Layouts for the files of the kinds wanted; none is read where no file names one."""
    named = {
        kind: {files.layout, *(own.layout for own in files.per_file.values())} - {None}
        for kind, files in inputs.kinds.items()
        if kind in wanted
    }
    ready = read_yaml(AdHeadings, READY).root if any(named.values()) else {}
    if not named.get("ads"):
        return ready
    if inputs.ad_headings is None:
        remedy = "ad_headings: params/ad_headings.yaml を書いてください。"
        raise ParameterError.of("inputs.yaml", "ad_headings", "(なし)", "広告の見出し表", remedy)
    headings = read_yaml(AdHeadings, root / inputs.ad_headings).root
    names = [column.name for column in SCHEMAS["ads"].columns]
    for layout, one in headings.items():
        for name in one.columns:
            if name not in names:
                _note_unknown(name, names, f"{inputs.ad_headings}: {layout}", notes)
    return {**ready, **headings}


def _note_unknown(name: str, known: Iterable[str], where: str, notes: Notes) -> None:
    known = list(known)
    guess = nearest(name, known)
    remedy = f"「{guess}」ではありませんか。" if guess else "項目の名前を確かめてください。"
    notes.problem("/".join(known), remedy, "定義", column=where, value=name)


def _labels(
    inputs: Inputs, forms: Mapping[str, Questionnaire], notes: Notes
) -> dict[str, tuple[Option, ...]]:
    """Options of this site; those of a question stand in the questionnaire."""
    asked = {item.id: file for file, form in forms.items() for item in form.items}
    for key in inputs.labels:
        kind, _, name = key.rpartition(".")
        of_kind = [SCHEMAS[kind]] if kind in SCHEMAS else [] if kind else SCHEMAS.values()
        known = [column.name for schema in of_kind for column in schema.columns]
        if name in known:
            continue
        if name in asked:
            remedy = f"調査票の項目です。選択肢は {asked[name]} に書いてください。"
            notes.problem("調査票にない列の名前", remedy, "定義", column=f"labels.{key}", value=key)
        elif known:
            _note_unknown(name, dict.fromkeys(known), f"labels.{key}", notes)
        else:
            _note_unknown(kind, SCHEMAS, f"labels.{key}", notes)
    return {
        key: tuple(_option(label, spellings) for label, spellings in options.items())
        for key, options in inputs.labels.items()
    }


def _option(label: str, spellings: tuple[str, ...]) -> Option:
    code = next((spelling for spelling in spellings if spelling.isdecimal()), "")
    return Option(label, code, tuple(spelling for spelling in spellings if spelling != code))


def _check_forms(form: Questionnaire, file: str, notes: Notes) -> None:
    """Forms and items of the questionnaire that could not become columns of a file."""
    for name in form.forms:
        if name not in ASKED:
            _note_unknown(name, sorted(ASKED), f"{file} の forms.{name}", notes)
            continue
        taken = {spelled for c in SCHEMAS[name].columns for spelled in (c.name, c.heading, *c.aliases)}
        for item in form.on(name):
            for spelled in sorted(taken & {item.id, *item.headings}):
                remedy = f"項目「{item.id}」の id か見出しを変えてください。「{spelled}」は調査票の外の列の名前です。"
                notes.problem("ほかの列にない名前", remedy, "定義", column=item.id, value=spelled)


_YEAR: Final = re.compile(r"fy\d{4}")
"""The folder of a year, as `ujo new-year` makes it."""


def _folded(missing: Mapping[str, MissingSign]) -> dict[str, MissingSign]:
    return {fold_sign(sign): meaning for sign, meaning in missing.items()}


def _specs(
    kind: str, inputs: Inputs, root: Path, layouts: Mapping[str, Layout], notes: Notes
) -> Iterator[FileSpec]:
    """The files of a kind that lie where they may; those of a kind that the year does not have are no files."""
    declared: Files | None = getattr(inputs, kind)
    folder = root / inputs.data_dir
    names = [*declared.names(folder)] if declared else []
    of_year = max((found[0] for name in names if (found := _YEAR.search(name))), default="")
    for name in names:
        path = path_of(folder, name)
        if kind in inputs.not_supplied:
            # A list that reaches back names files of years before, which are there whatever this year lacks.
            own = (found := _YEAR.search(name)) is None or found[0] == of_year
            if own and path.is_file() and not has_example(path):
                remedy = (
                    f"ファイル {name} があります。使うなら not_supplied の {kind} の行を、"
                    f"使わないなら「{kind}:」の行から files などの行まで、項目ごと消してください。"
                )
                notes.problem("not_supplied か files の一方", remedy, "定義", column=f"not_supplied.{kind}")
            continue
        try:
            inside(root, path, allow_outside=inputs.outside_project)
        except PathOutsideProjectError:
            remedy = (
                "data/ の下に置くか、共有フォルダーなどを使うなら outside_project: true と書いてください。"
            )
            notes.problem("プロジェクトの中のファイル", remedy, "定義", column=f"{kind}.files", value=name)
            continue
        rules = declared.rules(name) if declared else {}
        rules["missing"] = _folded(rules["missing"])
        rules["missing_in"] = {name: _folded(signs) for name, signs in rules["missing_in"].items()}
        if layout := layouts.get(rules["layout"] or ""):
            known = {column.name for column in SCHEMAS[kind].columns}
            ready = {name: text for name, text in layout.constants.items() if name in known}
            rules |= {"constants": ready | rules["constants"], "melt": rules["melt"] or layout.melt}
        spec = FileSpec(**rules | {"kind": kind, "name": name, "path": path})
        for worksheet in spec.worksheets or (None,):
            yield spec.model_copy(update={"worksheet": worksheet})


def _permitted(spec: FileSpec, schemas: Mapping[str, Schema], notes: Notes) -> bool:
    """Whether the schema has every column and item that is said something about; noted where it has not."""
    columns = [column.name for column in schemas[spec.kind].columns]
    items = [item.name for item in schemas[spec.kind].multiples]
    said = (
        ("multiple_answers", list(spec.multiple_answers), items),
        ("columns", list(spec.columns.values()), [*columns, *items]),
        ("constants", list(spec.constants), columns),
        ("join", list(spec.join), [*columns, *items]),
        (
            "melt",
            [*spec.melt, *(n for form in spec.melt.values() for n in re.findall(r"\{(\w+)\}", form))],
            columns,
        ),
        ("missing_in", list(spec.missing_in), columns),
    )
    unknown = [(where, name, known) for where, names, known in said for name in names if name not in known]
    for where, name, known in unknown:
        _note_unknown(name, known, f"{spec.kind}.{where}", notes)
    return not unknown
