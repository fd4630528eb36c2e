"""Both sides of the gate: what people said and must not leave, and what the committed files let a page say.

The confidential side comes through intake, so it is what the notebooks had in their hands. The vocabulary is read from
the files as they are committed; the room that invents the sample is left out, for its phrases are the invented texts.
"""

import csv
import getpass
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import nbformat
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq

import ujo_lib
from ujo_lib import intake
from ujo_lib.delimited import EncodingError, find_encoding
from ujo_lib.disclosure.gate import Confidential
from ujo_lib.intake.schemas import SCHEMAS, Column, Schema
from ujo_lib.params import read_yaml
from ujo_lib.params.inputs import QUESTIONNAIRES, Inputs
from ujo_lib.pipeline.keys import Step
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.text import fold_key

PERSONAL = {
    "commissioners": "commissioner_id",
    "cases": "case_id",
    "consultations": "client_id",
    "residents": "resident_id",
    "voices": "answer_id",
}
"""Kinds of input in which people speak or are spoken of, and the column that tells them apart."""

_NOBODY = frozenset({"admin", "jovyan", "root", "runner", "ubuntu", "user", "vagrant"})
"""Accounts that name no person."""

_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class Secrets:
    """What must not leave.

    Attributes:
        texts: every free text, with whose it is and the number of its record.
        ids: numbers of records and persons.
        names: accounts on this machine, and the names that inputs.yaml says to mask.
    """

    texts: tuple[Confidential, ...]
    ids: frozenset[str]
    names: frozenset[str]


def secrets_of(steps: Sequence[Step]) -> Secrets:
    """Everything confidential in the input files of a year, validated by intake.

    Raises:
        DataProblems: the files cannot be read; then nothing can be released either.
    """
    settings = steps[0].settings
    declared = read_yaml(Inputs, settings.inputs_file)
    taken = intake.load(settings.inputs_file, [kind for kind in PERSONAL if kind in declared.kinds])
    frames, schemas = taken.frames, taken.schemas
    texts = [text for kind, frame in frames.items() for text in _texts(schemas[kind], frame)]
    ids = {
        str(value)
        for kind, frame in frames.items()
        for column in schemas[kind].columns
        if column.type == "id" and column.name in frame
        for value in frame[column.name].dropna()
    }
    return Secrets(tuple(texts), frozenset(ids), frozenset(declared.names_to_mask) | account())


def vocabulary(place: SiteYear, steps: Sequence[Step]) -> list[str]:
    """Everything that a page of this report may say, whoever else said it."""
    words = committed_words(place.root)
    for step in steps:
        words += [str(value) for value in step.settings.model_dump().values() if isinstance(value, str)]
        shared = step.settings.files.values()
        words += [file.read_text(encoding="utf-8") for file in shared if file.suffix in _YAML]
    return words


def committed_words(root: Path) -> list[str]:
    """Templates, wording, labels, notebooks, questionnaires and codebooks of a project, each file as one text.

    Of inputs.yaml only the labels count: the names to be masked stand in it, too.
    """
    library = Path(ujo_lib.__file__).parent
    words = [
        file.read_text(encoding="utf-8")
        for file in sorted(library.rglob("*"))
        if file.suffix in (".py", ".j2", ".css", *_YAML) and file.relative_to(library).parts[0] != "sample"
    ]
    for notebook in sorted([*root.glob("notebooks/*.ipynb"), *root.glob("params/*/notebooks/*.ipynb")]):
        words += [str(cell.source) for cell in nbformat.read(notebook, as_version=4).cells]
    for file in sorted(path for path in (root / "params").rglob("*") if path.suffix in _YAML):
        if file.name == "inputs.yaml":
            labels = read_yaml(Inputs, file).labels
            words.append("\n".join(word for options in labels.values() for word in options))
        else:
            words.append(file.read_text(encoding="utf-8"))
    return words


def account() -> frozenset[str]:
    """The name of the account that makes the report, unless it is one that names nobody."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return frozenset()
    return frozenset() if name.lower() in _NOBODY else frozenset({name})


def files_below(path: Path) -> list[Path]:
    """A file, or the files of a folder.

    Raises:
        FileNotFoundError: there is nothing: an empty side of the gate would let everything pass.
    """
    found = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    if not found:
        raise FileNotFoundError(f"ファイルがない: {path}")
    return found


def spoken_headings(root: Path | None) -> frozenset[str]:
    """Headings of free text: of the schemas, and of every questionnaire that the project's sites use."""
    inputs = (
        [read_yaml(Inputs, file) for file in sorted(root.glob("params/*/fy*/inputs.yaml"))] if root else []
    )
    named = {getattr(one, key) for one in inputs for key in QUESTIONNAIRES}
    forms = [read_yaml(Questionnaire, root / name) for name in named if root]
    schemas = [
        SCHEMAS[kind].with_questions(form.on(kind))
        for form in forms
        for kind in form.forms
        if kind in SCHEMAS
    ]
    schemas += [SCHEMAS[kind] for kind in PERSONAL]
    return _headings(column for schema in schemas for column in schema.columns if column.type == "text")


def read_confidential(file: Path, spoken: frozenset[str]) -> Iterator[Confidential]:
    """Texts of a file that nobody has declared, row by row: .csv, .tsv, .xlsx, .parquet, or .txt with one text a line.

    When the file has headings of free text, those columns are the texts; otherwise every cell is one. People are told
    apart by the column with their numbers, and by the row where there is none.

    Args:
        file: the file.
        spoken: headings of free text, as `spoken_headings` gives them.

    Raises:
        UnreadableTextsError: another kind of file, or one that cannot be decoded; nothing is skipped in silence.
    """
    for table in _tables(file):
        yield from _texts_of(table, spoken)


def some_texts(texts: Iterable[Confidential]) -> Iterator[Confidential]:
    """The same texts, if there is one: held against none, every page is found without a leak.

    Raises:
        UnreadableTextsError: after the last one, if all of them were blank.
    """
    found = False
    for text in texts:
        found = found or bool(text.text.strip())
        yield text
    if not found:
        raise UnreadableTextsError("--confidential のファイルに、照らし合わせる本文が一つもありません。")


def _texts_of(table: Iterable[Sequence[str]], spoken: frozenset[str]) -> Iterator[Confidential]:
    rows = enumerate(table, 1)
    head: list[tuple[int, Sequence[str]]] = []
    for number, row in rows:
        head.append((number, row))
        if (found := _Columns.of(row, spoken)) is not None:
            for at, cells in rows:
                yield from found.texts(at, cells)
            return
        if number >= _HEAD_ROWS:
            break
    for number, row in (*head, *rows):
        for cell in row:
            yield Confidential(f"{number}行目", cell, f"{number}行目")


class UnreadableTextsError(ValueError):
    """A file of confidential texts that cannot be read, so that nothing can be held against it."""


@dataclass(frozen=True)
class _Columns:
    """Where in a row the texts stand, and the numbers of person and record."""

    text: tuple[int, ...]
    person: int | None
    record: int | None

    @classmethod
    def of(cls, header: Sequence[str], spoken: frozenset[str]) -> "_Columns | None":
        """The columns that a header names; None when it names no free text."""
        keys = [fold_key(cell) for cell in header]
        text = tuple(at for at, key in enumerate(keys) if key in spoken)
        person = next((at for at, key in enumerate(keys) if key in _PERSON_HEADINGS), None)
        record = next((at for at, key in enumerate(keys) if key in _RECORD_HEADINGS), None)
        return cls(text, person, record) if text else None

    def texts(self, number: int, row: Sequence[str]) -> Iterator[Confidential]:
        whose = f"{number}行目"
        record = self._cell(row, self.record) or whose
        person = self._cell(row, self.person) or record
        for at in self.text:
            if said := self._cell(row, at):
                yield Confidential(person, said, record)

    @staticmethod
    def _cell(row: Sequence[str], at: int | None) -> str:
        return row[at] if at is not None and at < len(row) else ""


def _headings(columns: Iterable[Column]) -> frozenset[str]:
    return frozenset(fold_key(name) for c in columns for name in (c.name, c.heading, *c.aliases))


_OF_PEOPLE = [(kind, column) for kind in PERSONAL for column in SCHEMAS[kind].columns]
_PERSON_HEADINGS = _headings(column for kind, column in _OF_PEOPLE if column.name == PERSONAL[kind])
_RECORD_HEADINGS = _headings(column for kind, column in _OF_PEOPLE if column.name == SCHEMAS[kind].key[-1])
_HEAD_ROWS = 60


def _tables(file: Path) -> Iterator[Iterator[Sequence[str]]]:
    """Rows of a file as text, of a workbook sheet by sheet, without ever holding all of them."""
    suffix = file.suffix.lower()
    if suffix in (".csv", ".tsv"):
        csv.field_size_limit(10**9)
        with file.open(encoding=_encoding(file), newline="") as lines:
            yield csv.reader(lines, delimiter="," if suffix == ".csv" else "\t")
    elif suffix == ".txt":
        with file.open(encoding=_encoding(file)) as lines:
            yield ([line.rstrip("\n")] for line in lines)
    elif suffix == ".xlsx":
        with closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as book:
            for sheet in book:
                sheet.reset_dimensions()  # a sheet may declare that it is smaller than it is
                yield (_spelt(row) for row in sheet.iter_rows(values_only=True))
    elif suffix == ".parquet":
        with pq.ParquetFile(file) as table:
            batches = (
                map(_spelt, zip(*(column.to_pylist() for column in batch.columns), strict=True))
                for batch in table.iter_batches(4000)
            )
            yield chain([table.schema_arrow.names], chain.from_iterable(batches))
    else:
        raise UnreadableTextsError(
            f"{file.name}: 本文のファイルは .csv .tsv .xlsx .parquet .txt のいずれかで渡してください。"
        )


def _spelt(row: Iterable[object]) -> list[str]:
    return ["" if value is None else str(value) for value in row]


def _encoding(file: Path) -> str:
    """The encoding in which the whole file can be read."""
    if not file.stat().st_size:
        return "utf-8"  # nothing can be mapped of it
    try:
        return find_encoding(np.memmap(file, np.uint8, "r").data)
    except EncodingError:
        raise UnreadableTextsError(
            f"{file.name}: 文字コードが UTF-8 でも cp932 でもないため、読めません。"
        ) from None


def _texts(schema: Schema, frame: pd.DataFrame) -> Iterator[Confidential]:
    spoken = [column.name for column in schema.columns if column.type == "text" and column.name in frame]
    record = frame[schema.key[-1]].astype("string")
    person = frame.get(PERSONAL[schema.kind], record).astype("string").fillna(record)
    for column in spoken:
        said = frame[column].notna()
        yield from map(
            Confidential._make,
            zip(person[said], frame.loc[said, column], record[said], strict=True),
        )
