"""inputs.yaml: which files a site has this year, and what their signs, clocks and answers mean.

A file's meaning is declared once, by a person, and never guessed. This is the only model of that file; whether a
column or an item that it names exists is for intake to say, which knows the schemas.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, RootModel, ValidationInfo, field_validator

from ujo_lib.params.paths import inside
from ujo_lib.text import ambiguous
from ujo_lib.yamlfile import Declared, Many, Word, nearest, such

MissingSign = Literal["none", "unknown", "suppressed"]
Encoding = Literal["listed", "dummies", "marks"]


def _is_zone(name: str) -> bool:
    with suppress(ZoneInfoNotFoundError, OSError):
        return ZoneInfo(name).key == name
    return False


def _options(value: Any) -> Any:
    """Options as label → spellings, from a list of labels or from a mapping label → code, spellings or nothing."""
    if isinstance(value, list):
        value = dict.fromkeys(map(str, value))
    if not isinstance(value, dict):
        return value
    told = {k: v if isinstance(v, list) else () if v is None else (v,) for k, v in value.items()}
    if shared := ambiguous({str(k): map(str, (k, *v)) for k, v in told.items()}):
        raise ValueError(f"二つの選択肢を指す書き方のない並び(「{'」「'.join(shared)}」)")
    return told


def _several(value: Any) -> Any:
    """One name where a list of names may stand is a list of one."""
    return (value,) if isinstance(value, str | int) else value


Names = Annotated[Many[Word], BeforeValidator(_several)]


_Form = Annotated[
    str,
    such(
        lambda form: re.search(r"\{\w+\}", form) and "}{" not in form,
        '{sex}・{age_band} のような列の名前を含む見出しの形("{age_band}の{sex}")',
    ),
]


class FileRules(Declared):
    """What is declared about a file.

    Attributes:
        sheet, sheets: worksheet to read, or several with the same headings: months, say.
        header_rows: levels of the heading.
        encoding: encoding of a text file when it must not be found out.
        timezone: zone of time stamps without offset.
        missing: meaning of each missing-value sign.
        missing_in: the same for single columns, canonical name → sign → meaning.
        multiple_answers: encoding of each multiple-answer item.
        columns: further headings, heading → canonical name.
        constants: values of columns the file lacks, canonical name → value; ``{file}``, ``{sheet}`` and ``{row}`` in
            it stand for where a record was found, which is all the number that some records have.
        join: canonical name → headings whose cells make one value, with a blank between them: a day and a clock, or the
            answers to one question.
        melt: canonical name of a number that stands in many columns → how their headings are made of other
            canonical names: ``{n: "{age_band}の{sex}"}``.
        ignore: headings that are left out knowingly.
        layout: name of a ready layout, or of a heading table in ad_headings.yaml.
    """

    sheet: Word | None = None
    sheets: Names = ()
    header_rows: int = Field(1, ge=1, le=5)
    encoding: str | None = None
    timezone: Annotated[str, such(_is_zone, "Asia/Tokyo か UTC")] | None = None
    missing: dict[str, MissingSign] = Field({})
    missing_in: dict[str, dict[str, MissingSign]] = Field({})
    multiple_answers: dict[str, Encoding] = Field({})
    columns: dict[str, str] = Field({})
    constants: dict[str, Word] = Field({})
    join: dict[str, Annotated[Many[Word], Field(min_length=2)]] = Field({})
    melt: dict[str, _Form] = Field({}, max_length=1)
    ignore: Many[Word] = ()
    layout: str | None = None


def path_of(folder: Path, name: str) -> Path:
    """Where a file of this name is, also one named as on Windows or in the other Unicode form: macOS takes が apart."""
    path = folder / name.replace("\\", "/")
    there = () if path.exists() or not path.parent.is_dir() else path.parent.iterdir()
    wanted = unicodedata.normalize("NFC", path.name)
    return next((one for one in there if unicodedata.normalize("NFC", one.name) == wanted), path)


def _is_of(name: str, form: str) -> bool:
    """Whether a file has a name of this form, in whatever letters: host systems write DATA04.CSV."""
    return fnmatchcase(name.casefold(), form.casefold())


class Files(FileRules):
    """The files of one kind: what holds for all of them, and what for one (`per_file`) instead.

    A name with ``*`` or ``?`` stands for every file of that form, in capitals as well, but those that systems hide.
    """

    files: Names = Field(min_length=1)
    per_file: dict[str, FileRules] = Field({})

    @field_validator("per_file")
    @classmethod
    def _of_a_file(cls, per_file: dict[str, FileRules], info: ValidationInfo) -> dict[str, FileRules]:
        files = info.data.get("files", per_file)
        if strange := [name for name in per_file if not any(_is_of(name, file) for file in files)]:
            raise ValueError(f"files にある名前({'、'.join(files)}。「{'」「'.join(strange)}」はない)")
        return per_file

    def names(self, folder: Path) -> Iterator[str]:
        """Names of the files that are there; a form that no file has stays, so that it can be reported."""
        for declared in self.files:
            form = unicodedata.normalize("NFC", declared.replace("\\", "/"))
            if not {"*", "?"} & set(form):
                yield declared
                continue
            place = (folder / form).parent
            found = place.iterdir() if place.is_dir() else ()
            near = {unicodedata.normalize("NFC", path.relative_to(folder).as_posix()) for path in found}
            # A Mac leaves ._DATA04.CSV beside it, and Excel ~$DATA04.xlsx.
            seen = (one for one in near if not one.rpartition("/")[2].startswith((".", "~$")))
            yield from sorted(one for one in seen if _is_of(one, form)) or (declared,)

    def paths(self, folder: Path) -> list[Path]:
        """The same files by their path, which need not be there."""
        return [path_of(folder, name) for name in self.names(folder)]

    def rules(self, name: str) -> dict[str, Any]:
        """Everything declared about one of the files."""
        own = {key.casefold(): rules for key, rules in self.per_file.items()}.get(name.casefold())
        mine = {field: getattr(own, field) for field in own.model_fields_set} if own else {}
        return {field: getattr(self, field) for field in FileRules.model_fields} | mine


class Inputs(Declared):
    """The whole file; a kind of file that it does not name is not read.

    Attributes:
        data_dir: folder that the files are named from.
        survey_items: questionnaire of the survey; its items are columns of `commissioners` and `cases`.
        resident_items: questionnaire of the residents' survey; its items are columns of `residents` and `voices`.
        ad_headings: headings of the advertising platforms.
        labels: `column` or `kind.column` → options, label → spellings.
        names_to_mask: personal names to mask in free text.
        not_supplied: kinds that this year does not have, each with the reason.
        outside_project: files may lie outside the project, on a shared drive say.
    """

    data_dir: str = "."
    survey_items: str = "params/survey_items.yaml"
    resident_items: str = "params/resident_items.yaml"
    ad_headings: str | None = None
    labels: dict[str, Annotated[dict[str, Many[Word]], BeforeValidator(_options)]] = Field({})
    names_to_mask: Many[Word] = ()
    not_supplied: dict[str, Word] = Field({})
    outside_project: bool = False

    commissioners: Files | None = None
    cases: Files | None = None
    waves: Files | None = None
    consultations: Files | None = None
    consultations_hourly: Files | None = None
    consultations_daily: Files | None = None
    national_daily: Files | None = None
    national_hourly: Files | None = None
    national_attributes: Files | None = None
    ads: Files | None = None
    campaigns: Files | None = None
    population: Files | None = None
    channels: Files | None = None
    events: Files | None = None
    media_use: Files | None = None
    residents: Files | None = None
    residents_frame: Files | None = None
    voices: Files | None = None

    @field_validator("not_supplied")
    @classmethod
    def _with_a_reason(cls, declared: dict[str, str]) -> dict[str, str]:
        for kind, reason in declared.items():
            if kind not in KINDS:
                near = nearest(kind, KINDS)
                raise ValueError(
                    f"{'、'.join(KINDS)} のいずれか" + (f"(「{kind}」は {near} では)" if near else "")
                )
            if not reason.strip():
                raise ValueError(f"{kind}: の後に、報告書に載せる理由")
        return declared

    @property
    def mentioned(self) -> dict[str, Files]:
        """Kinds of file of which anything is declared, those in `not_supplied` among them."""
        named = ((kind, getattr(self, kind)) for kind in KINDS)
        return {kind: files for kind, files in named if files is not None}

    @property
    def kinds(self) -> dict[str, Files]:
        """Kinds of file that the year has, with what is declared about them, in the order of the dictionary.

        A kind in `not_supplied` is not among them, whatever else is said about it: with one line there and its reason
        nothing has to be deleted, and the line deleted next year brings the files back.
        """
        return {kind: files for kind, files in self.mentioned.items() if kind not in self.not_supplied}

    def lacking(self, kind: str) -> str | None:
        """Name under which a kind is declared absent; None when the year has it, or what it can be counted from.

        Who has no records and hourly counts instead lacks the records alone; who has neither says so once.
        """
        richer = CONTACTS[: CONTACTS.index(kind) + 1] if kind in CONTACTS else (kind,)
        if any(one in self.kinds for one in richer):
            return None
        return next((one for one in reversed(richer) if one in self.not_supplied), None)

    def read_for(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Kinds to be read for those wanted: of those that tell of contacts the records alone, or else all counts."""
        asked = [one for one in CONTACTS if one in wanted]
        given = [one for one in CONTACTS if one in self.kinds and (one in asked or CONTACTS[-1] in asked)]
        excused = [one for one in asked if one in self.not_supplied]
        told = given[:1] if CONTACTS[0] in given else [*(excused or asked[:1]), *given]
        at = next((place for place, kind in enumerate(wanted) if kind in CONTACTS), 0)
        others = [[kind for kind in part if kind not in CONTACTS] for part in (wanted[:at], wanted[at:])]
        return (*others[0], *dict.fromkeys(told), *others[1])

    def folder(self, root: Path) -> Path:
        """The folder that the files are named from.

        Raises:
            PathOutsideProjectError: it lies outside the project, and nothing says that it may.
        """
        return inside(root, self.data_dir, allow_outside=self.outside_project)


KINDS = tuple(name for name, field in Inputs.model_fields.items() if field.annotation == Files | None)
"""Kinds of file, in the order of the data dictionary."""

GUIDE: Final = "はじめにお読みください.txt"
"""What a new year lays beside its input files for people to read."""

CONTACTS: Final = ("consultations", "consultations_hourly", "consultations_daily")
"""Kinds that tell of the same contacts; each can be counted from any before it, so who wants it is served by those."""


QUESTIONNAIRES: Mapping[str, frozenset[str]] = {
    "survey_items": frozenset({"commissioners", "cases"}),
    "resident_items": frozenset({"residents", "voices"}),
}
"""Key that names a questionnaire → the kinds whose questions stand there."""


class Layout(Declared):
    """Headings of an export that many sites have; of an advertising platform these alone, else beside those known.

    Attributes:
        columns: canonical name → headings, the first one present is taken.
        ignore: headings that are known and left out (ratios above all).
        melt, constants: as in :class:`FileRules`, where a file says nothing else.
    """

    columns: dict[str, Annotated[Many[Word], Field(min_length=1)]] = Field({})
    ignore: Many[Word] = ()
    melt: dict[str, _Form] = Field({}, max_length=1)
    constants: dict[str, Word] = Field({})


class AdHeadings(RootModel[dict[str, Layout]]):
    """The file of headings: layout → its headings."""
