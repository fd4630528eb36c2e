"""What every notebook is told: which place, which year, which files, for whom.

One flat pydantic model per notebook is the truth about its parameters. Its parameters cell repeats them for papermill
and for people, written by `ujo notebook sync`; a test keeps model, cell and the sample's YAML equal.
"""

import ast
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from ujo_lib.fiscal import HALVES, Basis, FiscalYear, Period, period_for, spoken_span
from ujo_lib.params.days import IsoDay
from ujo_lib.params.inputs import CONTACTS, Inputs
from ujo_lib.params.notebooks import Notebook, named, notebooks_of
from ujo_lib.params.paths import inside, project_root
from ujo_lib.yamlfile import (
    Document,
    ParameterError,
    ParameterProblem,
    Place,
    TogetherError,
    from_validation,
    read_yaml,
    such,
    written,
)

_CELL = "parameters セル"

S = TypeVar("S", bound="NotebookSettings")


FACTS = (
    "site", "site_name", "prefecture", "area_code", "fiscal_year", "period_basis", "created_on", "synthetic", "inputs",
    "desk", "city_desk", "channel", "first_day", "neighbours", "controls", "wave", "earlier_wave", "hand_codes",
    "plan_digest", "planned_city_per_year", "planned_prefecture_per_year", "planned_platforms",
    "stated_impressions", "stated_link_clicks", "compared_years",
    "published_file", "key_figures_file", "goals_file", "indicators_file", "limits_file",
)  # fmt: skip
"""Parameters that say something of one place and year: their defaults are true of the sample alone."""


class FileMark:
    """Marks a parameter that names a file the notebook reads."""


FileName = Annotated[str, FileMark()]
"""A file of the project that a notebook reads besides its inputs: the page depends on its content."""

AREA_CODE = written("[0-9]{5}", "5桁の数字")


@dataclass(frozen=True)
class Answers:
    """Marks a parameter that repeats answers of the data: its value, its items, or the keys of its mapping.

    Attributes:
        kind, column: where the answers stand.
        given: somebody must have given it, or nothing is counted; otherwise it need only be an answer that there is.
    """

    kind: str
    column: str
    given: bool = False


Once = such(lambda values: len(set(values)) == len(values), "同じ値を二度書かない並び")
"""A list whose values would count, stand or be tested twice."""


class NotebookSettings(BaseModel):
    """Parameters shared by all notebooks; each notebook's model adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    _about: Notebook | None = PrivateAttr(None)
    _root: Path | None = PrivateAttr(None)

    site: Annotated[str, written("[a-z0-9_-]+", "英小文字・数字・_・- だけの名前")] = Field(
        "sample", description="自治体のフォルダー名(params/ の下)"
    )
    site_name: str = Field("宇城市", description="自治体の名称")
    prefecture: Annotated[str, Answers("consultations", "pref", given=True)] = Field(
        "熊本県", description="都道府県の名称"
    )
    area_code: Annotated[str, Answers("population", "area_code"), AREA_CODE] = Field(
        "43213", description="全国地方公共団体コード(5桁)"
    )
    fiscal_year: str = Field("2023", description="年度: 2023、R5、令和5年度 のどれでもよい")
    period_basis: Basis = Field("calendar", description="相談の集計期間: calendar(暦年) か fiscal(年度)")
    period_start: IsoDay = Field(
        "", description="集計期間の初日を直に決めるとき(例 2023-04-01)。空なら period_basis に従う"
    )
    period_end: IsoDay = Field("", description="集計期間の末日を直に決めるとき。空なら period_basis に従う")
    created_on: IsoDay = Field("2024-10-31", description="作成日(報告書に載る日付)")
    synthetic: bool = Field(True, description="合成データなら True。全ページに明示される")
    population_source: str = Field(
        "国勢調査", description="人口の資料(表の「資料」の書き出し)。率だけが変わる"
    )
    contacts: dict[str, str] = Field(
        {}, description="全ページに載せる相談窓口(名称: 連絡のしかた)。空なら全国の窓口"
    )
    contacts_checked_on: IsoDay = Field(
        "", description="連絡先の番号と受付時間を担当者が確かめた日。空なら「未確認」と載せる"
    )
    inputs: str = Field("params/sample/fy2023/inputs.yaml", description="入力ファイルの一覧")
    threshold: int = Field(5, ge=1, le=20, description="この数に満たない人数・件数は公表用ページで伏せる")
    seed: int = Field(2023, ge=0, description="再標本化の乱数の種")
    audience: Literal["internal", "release"] = Field(
        "internal", description="internal(庁内) か release(公表用)"
    )
    plan: str = Field("", description="秘匿計画のファイル。公表用ページにだけ必要")
    tables_dir: str = Field("", description="公表する表の記録先。空なら outputs/ の下の workbench")

    @field_validator("fiscal_year", mode="before")
    @classmethod
    def _fiscal_year(cls, value: object) -> str:
        return str(FiscalYear.parse(value).year)  # type: ignore[arg-type]  # parse reports any other type itself

    @model_validator(mode="after")
    def _whole_period(self) -> Self:
        period = {"period_start": self.period_start, "period_end": self.period_end}
        if bool(self.period_start) != bool(self.period_end):
            raise TogetherError("period_start と period_end は両方書くか、両方空にする", **period)
        if self.period_start and self.period_start > self.period_end:
            raise TogetherError("period_start は period_end より前の日付", **period)
        # Months and days are told by their names, so none may come twice.
        if (
            self.period_start
            and self.period_end >= f"{int(self.period_start[:4]) + 1}{self.period_start[4:]}"
        ):
            raise TogetherError("集計期間(period_start から period_end まで)は1年を超えられない", **period)
        if self.audience == "release" and not self.plan:
            told = "audience が release のときは plan(秘匿計画)が必要。`ujo run` が用意する"
            raise TogetherError(told, audience=self.audience, plan=self.plan)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        # Said as every mistake in a parameter is, and not in pydantic's English.
        if name in type(self).model_fields:
            remedy = f"このセルで「{name} = …」と直し、そこから下のセルをもう一度実行する"
            raise ParameterError.of(_CELL, name, repr(value), "読み込んだときのまま変わらない", remedy)
        super().__setattr__(name, value)

    @property
    def about(self) -> Notebook:
        """The notebook that these are the parameters of.

        Raises:
            ParameterError: settings made by hand of a model that no notebook names, or several.
        """
        self._about = self._about or _user_of(type(self), self.root, self.site)
        return self._about

    def of(self, notebook: Notebook | None, root: Path | None = None) -> Self:
        """Say which notebook these are the parameters of, where several may have this model, and of which project."""
        self._about, self._root = notebook, root
        return self

    @property
    def notebook(self) -> str:
        """Name of the notebook."""
        return self.about.name

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of input that the notebook reads: what it wants, or what that is counted from.

        What tells of the data wants all that the year names; a kind that is missing stops the notebook that needs it.
        """
        wanted, quality = self.about.kinds, self.about.says.role == "quality"
        if not quality and not set(CONTACTS) & set(wanted):
            return wanted
        declared = read_yaml(Inputs, self.inputs_file)
        named = {*CONTACTS, *declared.kinds, *declared.not_supplied} if quality else {*wanted}
        return declared.read_for([kind for kind in wanted if kind in named])

    @property
    def dispensable(self) -> tuple[str, ...]:
        """Kinds without which the page loses a section and not the rest; none once it has no contacts to tell of."""
        says = self.about.says
        vital = set(CONTACTS) & set(says.inputs)
        lost = any(read_yaml(Inputs, self.inputs_file).lacking(kind) for kind in vital)
        return () if lost else says.dispensable

    @classmethod
    def file_names(cls) -> list[str]:
        """The parameters that name files."""
        return [
            name
            for name, field in cls.model_fields.items()
            if any(isinstance(mark, FileMark) for mark in field.metadata)
        ]

    @property
    def files(self) -> dict[str, Path]:
        """Absolute path behind each parameter that names a file, where one is named."""
        return {name: self.path(name) for name in self.file_names() if getattr(self, name)}

    @property
    def year(self) -> FiscalYear:
        """The fiscal year of the report."""
        return FiscalYear.parse(self.fiscal_year)

    @property
    def period(self) -> Period:
        """The days whose consultations are counted, inclusive at both ends."""
        if not self.period_start:
            return period_for(self.year, self.period_basis)
        start, end = date.fromisoformat(self.period_start), date.fromisoformat(self.period_end)
        return Period(start, end, spoken_span(start, end))

    @property
    def half(self) -> str:
        """The half of the fiscal year that the report is about, "h1" or "h2"; empty for the annual report."""
        return self.period_basis if self.period_basis in HALVES and not self.period_start else ""

    @property
    def span(self) -> Period:
        """The fiscal year of the report, or the half of it."""
        return self._span(self.year)

    @property
    def span_before(self) -> Period:
        """The same months a year earlier."""
        return self._span(FiscalYear(self.year.year - 1))

    @property
    def last_day(self) -> date:
        """The last day that the report tells of: of the counted contacts, and of its year or half."""
        return max(self.period.end, self.span.end)

    @property
    def counted(self) -> Period:
        """The days of which the report counts contacts: of its year or half, too, once that is over."""
        if self.is_early:
            return self.period
        return Period(min(self.period.start, self.span.start), self.last_day, self.period.label)

    @property
    def is_early(self) -> bool:
        """Whether the report is dated before its last day; one without a date is not known to be."""
        return bool(self.created_on) and self.created_on < self.last_day.isoformat()

    def _span(self, year: FiscalYear) -> Period:
        return period_for(year, self.period_basis if self.half else "fiscal")

    @property
    def area_name(self) -> str:
        """The place as it stands in titles."""
        return self.site_name

    @property
    def root(self) -> Path:
        """The project folder: that of the files which gave the parameters, or else the one around this process."""
        return self._root or project_root()

    @property
    def inputs_file(self) -> Path:
        """Absolute path of the list of input files."""
        return self.path("inputs")

    def path(self, name: str) -> Path:
        """Absolute path behind the parameter `name`, which must stay inside the project."""
        return inside(self.root, getattr(self, name))

    @property
    def tables_folder(self) -> Path:
        """Folder in which published tables are recorded, one sub-folder per notebook."""
        if self.tables_dir:
            return inside(self.root, self.tables_dir)
        return self._outputs / "workbench" / "tables"

    @property
    def store_folder(self) -> Path:
        """Folder of kept results, the same for runs and for a notebook opened by hand."""
        return self._outputs / ".kept"

    @property
    def _outputs(self) -> Path:
        half = f"-{self.half}" if self.half else ""
        return self.root / "outputs" / self.site / f"fy{self.fiscal_year}{half}"

    def tables_of(self, notebook: str) -> Path:
        """Folder with the recorded tables of a notebook, given by name or number.

        Raises:
            UnknownNotebookError: there is none.
        """
        return self.tables_folder / named(notebook, notebooks_of(self.root, self.site)).name

    def expects(self, notebook: str) -> bool:
        """Whether the year has a notebook, given by name or number: it is required, or there is a YAML for it.

        Raises:
            UnknownNotebookError: there is none.
        """
        one = named(notebook, notebooks_of(self.root, self.site))
        folder = self.root / "params" / self.site / f"fy{self.fiscal_year}"
        return one.says.required or (folder / f"{one.name}.yaml").is_file()

    @classmethod
    def from_cell(cls, namespace: Mapping[str, Any], notebook: Notebook | None = None) -> Self:
        """Validate the parameters of a running notebook; call it as `Settings.from_cell(globals())`.

        A name that papermill injected and the model does not know (a misspelling) is an error here, where papermill
        itself would only warn; so is one that stands in the cell in place of a parameter. Where the cell names
        another place or year than the sample's, what it leaves at the sample's value comes from the YAML files of that
        place and year, and the notebook says so.

        Args:
            namespace: the globals of the notebook.
            notebook: which notebook it is; None for the only one that names this model.

        Raises:
            ParameterError: all wrong parameters at once, in Japanese.
        """
        injected = _injected_names(namespace)
        values = {name: namespace[name] for name in cls.model_fields if name in namespace}
        known = set(cls.model_fields)
        values |= {
            name: namespace.get(name) for name in (injected | _written_names(namespace, known)) - known
        }
        file_of: dict[str, Document] = {}
        if not set(cls.model_fields) <= injected and (folder := _other_place(values)):
            own = notebook or _user_of(cls, project_root(), values["site"])
            defaults = {name: field.default for name, field in cls.model_fields.items()}
            left = {name for name, value in values.items() if value == defaults.get(name, ...)} - injected
            written, file_of = _written(folder / "common.yaml", folder / f"{own.name}.yaml")
            filled = {name: value for name, value in written.items() if name in left or name not in values}
            values |= filled
            print(
                f"{folder.relative_to(project_root()).as_posix()} のパラメーターを使います"
                f"(セルで変えた値が優先): {'、'.join(filled)}"
            )
        return _validated(cls, values, file_of, _CELL).of(notebook)


def load_settings(model: type[S], *files: Path, **decided: str) -> S:
    """Read flat YAML files, the later over the earlier, into a settings model.

    Args:
        model: the notebook's model.
        files: YAML files, usually `common.yaml` and the notebook's own.
        decided: values that stand whatever the files say.

    Raises:
        ParameterError: unreadable files, unknown keys, wrong types, impossible values; all at once.
    """
    values, written_in = _written(*files)
    return _validated(model, values | decided, written_in, files[-1].name if files else _CELL)


def require_own(settings: NotebookSettings, folder: Path) -> None:
    """Refuse a place that would speak with the sample's facts, or under another's name.

    Args:
        settings: parameters of a notebook, as the files of `folder` give them.
        folder: `params/<site>/fy<year>`.

    Raises:
        ParameterError: a fact of the place is not written down; site or year are not those of the folder.
    """
    site = folder.parent.name
    if site == type(settings).model_fields["site"].default:
        return
    lacking = [
        name
        for name in FACTS
        if name in type(settings).model_fields and name not in settings.model_fields_set
    ]
    expected = "この自治体・年度の値(書かないと、合成データの値になってしまう)"
    problems = [_own(settings, name, "(書かれていない)", expected, f"{name}: の行を書く") for name in lacking]
    if "site" not in lacking and settings.site != site:
        told = f"{site}(置いてあるフォルダー params/{site} の名前)"
        problems.append(_own(settings, "site", settings.site, told, "フォルダーに合わせて直す"))
    if "fiscal_year" not in lacking and f"fy{settings.fiscal_year}" != folder.name:
        told = f"{folder.name[2:]}(置いてあるフォルダー params/{site}/{folder.name} の年度)"
        remedy = f"フォルダーに合わせて直す。新しい年度は `ujo new-year {site} 年度` で作る"
        problems.append(_own(settings, "fiscal_year", settings.fiscal_year, told, remedy))
    if problems:
        raise ParameterError(problems)


def _own(settings: NotebookSettings, name: str, value: str, expected: str, remedy: str) -> ParameterProblem:
    shared = name in NotebookSettings.model_fields
    file = "common.yaml" if shared else f"{settings.notebook}.yaml"
    return ParameterProblem(file, name, value, expected, remedy)


def _written(*files: Path) -> tuple[dict[str, Any], dict[str, Document]]:
    """Values of flat files, the later over the earlier, and the file in which each stands."""
    values: dict[str, Any] = {}
    written_in: dict[str, Document] = {}
    for file in files:
        document = _flat(file)
        values |= document.content
        written_in |= dict.fromkeys(document.content, document)
    return values, written_in


def _other_place(values: Mapping[str, Any]) -> Path | None:
    """Folder of the parameters of the place and year that a cell names; None for those of the defaults.

    Raises:
        ParameterError: there is no such folder.
    """
    default = (NotebookSettings.model_fields[name].default for name in ("site", "fiscal_year"))
    try:
        site, year = str(values["site"]), FiscalYear.parse(values["fiscal_year"])
    except (KeyError, ValueError):
        return None  # validation will tell
    if [site, year] == [next(default), FiscalYear.parse(next(default))]:
        return None
    folder = inside(project_root(), f"params/{site}/fy{year.year}")
    if not folder.is_dir():
        known = "、".join(
            sorted(f"{one.parent.name} {one.name[2:]}" for one in project_root().glob("params/*/fy*"))
        )
        make = f"セルの site か fiscal_year を直すか、`ujo new-year {site} {year.year}` で作る"
        raise ParameterError.of(
            _CELL, "site、fiscal_year", f"{site} {year.year}", f"params にあるもの({known})", make
        )
    return folder


def _user_of(model: type[NotebookSettings], root: Path, site: str) -> Notebook:
    """The one notebook that names a model as that of its settings."""
    users = [one for one in notebooks_of(root, site) if model.__name__ in (one.says.settings, one.name)]
    if len(users) == 1:
        return users[0]
    told = "、".join(one.name for one in users) or "(なし)"
    remedy = "ノートブックの名前を settings_of に渡す"
    raise ParameterError.of("notebooks", model.__name__, told, "1冊のノートブック", remedy)


def read_flat_yaml(file: Path) -> dict[str, Any]:
    """Read one parameter file: a mapping of names to plain values; days are text, as papermill hands them on.

    Raises:
        ParameterError: the file is absent, is not YAML, or is not a mapping.
    """
    content: dict[str, Any] = _flat(file).content
    return content


def _flat(file: Path) -> Document:
    document = Document.read(file)
    if not isinstance(document.content, dict):
        told = (
            repr(document.content),
            "「名前: 値」の並び",
            "書き方を見本に合わせる(書くことがなければ {} とする)",
        )
        raise ParameterError.of(file.name, "(ファイル)", *told)
    return document


def _validated(
    model: type[S], values: Mapping[str, Any], written_in: Mapping[str, Document], elsewhere: str
) -> S:
    def stands(place: Place) -> tuple[str, int | None]:
        document = written_in.get(str(place[0])) if place else None
        return (document.file, document.line(place)) if document else (elsewhere, None)

    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise from_validation(error, model, stands) from None


def _written_names(namespace: Mapping[str, Any], known: Set[str]) -> set[str]:
    """Names assigned by the parameters cell as it was run last: the one that assigns several that are known."""
    for source in reversed(namespace.get("In", ())):
        names = set(re.findall(r"^(\w+)\s*(?::[^=\n]+)?=(?!=)", source, re.MULTILINE))
        if len(names & known) > 1 and not source.startswith("# Parameters\n"):
            return names
    return set()


def _injected_names(namespace: Mapping[str, Any]) -> set[str]:
    """Names assigned by the cell that papermill injects; it starts with the comment `# Parameters`."""
    names: set[str] = set()
    for source in namespace.get("In", ()):
        if source.startswith("# Parameters\n"):
            for node in ast.parse(source).body:
                if isinstance(node, ast.Assign):
                    names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names
