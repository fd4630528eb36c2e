"""What a page depends on, boiled down to one hash per notebook.

A step is run again exactly when its key changes. The key covers the notebook, its validated parameters, the input
files of the kinds it reads, the shared data files it names, all library code, the lock file, the versions of Python
and of what is installed; for one that reads the tables of others also their keys. Nothing here imports pandas:
comparing keys is all that an unchanged rerun does.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from ujo_lib.disclosure.signature import public_pages
from ujo_lib.files import digest, digest_file, is_trace, package_digest
from ujo_lib.fiscal import HALVES
from ujo_lib.params import (
    Notebook,
    NotebookSettings,
    ParameterError,
    ParameterProblem,
    inside,
    read_yaml,
    written_in,
)
from ujo_lib.params.inputs import KINDS, QUESTIONNAIRES, Inputs
from ujo_lib.params.notebooks import WHOLE_YEAR, notebooks_of, sources_of
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.manifest import versions
from ujo_lib.yamlfile import nearest

DECIDED_BY_THE_RUN = {"audience", "plan", "tables_dir"}
"""Parameters that no YAML file decides."""


@dataclass(frozen=True)
class Step:
    """One notebook of one run.

    Attributes:
        notebook: name of the notebook.
        settings: its validated parameters, for the internal audience.
        key: hash over everything the internal page depends on.
        parts: what went into the key, by name; the manifest keeps them, so that one can say what changed.
        needs: notebooks whose tables must exist before.
        absent: kinds of input that this notebook reads and the year does not have, with the reason.
    """

    notebook: str
    settings: NotebookSettings
    key: str
    parts: Mapping[str, str]
    needs: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> Notebook:
        """The notebook with what it says of itself."""
        return self.settings.about


def plan_steps(place: SiteYear) -> list[Step]:
    """Work out all steps of a year, with their keys, without running anything.

    Raises:
        ParameterError: wrong parameters in any file; all of them at once.
        MissingInputError: files that are named and absent; all of them at once.
    """
    notebooks = place.notebooks
    settings = all_settings(place)
    reads = {one.name: tuple(source.name for source in sources_of(one, notebooks)) for one in notebooks}
    seen: dict[Path, str] = {}
    steps: dict[str, Step] = {}
    for name in _sources_first(reads):
        try:
            parts = _parts(place, settings[name], seen) | _released(place, settings[name])
        except MissingInputError as error:
            missing = dict.fromkeys(told for one in settings.values() for told in _missing(place.root, one))
            raise (MissingInputError(missing) if missing else error) from None
        parts |= {f"step:{source}": steps[source].key for source in reads[name]}
        if settings[name].about.says.role == "summary" and place.rules.is_file():
            parts["disclosure.yaml"] = digest_file(place.rules)  # other rules, another release
        key = digest(json.dumps(parts))
        steps[name] = Step(name, settings[name], key, parts, reads[name], _absent(settings[name]))
    return [steps[one.name] for one in notebooks]


def all_settings(place: SiteYear) -> dict[str, NotebookSettings]:
    """The validated parameters of a year's notebooks, by name.

    Raises:
        ParameterError: all that is wrong in any file, or a file that nothing reads.
    """
    settings: dict[str, NotebookSettings] = {}
    problems = []
    for notebook in place.notebooks:
        try:
            settings[notebook.name] = place.settings(notebook)
        except ParameterError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    for name, one in settings.items():
        asked = getattr(one, "survey_items", "")
        if asked and asked != (declared := read_yaml(Inputs, one.inputs_file).survey_items):
            remedy = "inputs.yaml の survey_items と同じ調査票にする"
            problems.append(ParameterProblem(f"{name}.yaml", "survey_items", asked, declared, remedy))
    if problems := problems or _unread(place, settings.values()):
        raise ParameterError(problems)
    return settings


def _parts(place: SiteYear, settings: NotebookSettings, seen: dict[Path, str]) -> dict[str, str]:
    values = settings.model_dump(exclude=DECIDED_BY_THE_RUN)
    parts = {
        "notebook": digest_file(settings.about.file),
        "parameters": digest(json.dumps([values, written_in(settings, place.params)])),
        "library": package_digest(),
        "lock": _digest_once(place.root / "requirements.lock", seen),
        "versions": digest(json.dumps(versions())),
        "inputs.yaml": _declaration_digest(settings),
    }
    for file in input_files(place.root, settings.inputs_file, settings.kinds):
        parts[f"input:{named(file, place.root)}"] = _digest_once(file, seen)
    for name, file in settings.files.items():
        parts[f"file:{name}"] = _digest_once(file, seen)
    return parts


def _released(place: SiteYear, settings: NotebookSettings) -> dict[str, str]:
    """Hashes of the tables that earlier years have released, where a notebook compares with them."""
    parts = {}
    for year in getattr(settings, "compared_years", ()):
        files = sorted(public_pages(SiteYear(place.root, place.site, int(year)).outputs).glob("tables/*.csv"))
        parts[f"release:fy{year}"] = digest(json.dumps([[one.name, digest_file(one)] for one in files]))
    return parts


def _declaration_digest(settings: NotebookSettings) -> str:
    """Hash what inputs.yaml says about the kinds that this notebook reads, and nothing else of it."""
    declared = read_yaml(Inputs, settings.inputs_file)
    told = declared.model_dump(exclude=set(KINDS) - set(settings.kinds))
    told["not_supplied"] = [_absent(settings), _beside(settings, declared)]
    for name, kinds in (("ad_headings", {"ads"}), *QUESTIONNAIRES.items()):
        if told[name] and kinds & declared.kinds.keys() & set(settings.kinds):
            told[name] = _digest_once(inside(settings.root, told[name]), {})
    return digest(json.dumps(told))


def _beside(settings: NotebookSettings, declared: Inputs) -> dict[str, list[str]]:
    """Why the year lacks kinds that a notebook asks for, and hashes of files of theirs: intake refuses to have both."""
    told = {kind: [declared.not_supplied[kind]] for kind in settings.kinds if kind in declared.not_supplied}
    folder = declared.folder(settings.root)
    for kind in told.keys() & declared.mentioned.keys():
        files = declared.mentioned[kind].paths(folder)
        told[kind] += [digest_file(file) for file in files if file.is_file()]
    return told


def _missing(root: Path, settings: NotebookSettings) -> Iterator[str]:
    """Files that a notebook wants and that are not there, each with the line that names it."""
    declared = read_yaml(Inputs, settings.inputs_file)
    for kind in settings.kinds:
        for file in _files_of(root, declared, kind):
            if not file.is_file():
                yield f"{named(file, root)}({settings.inputs_file.name} の {kind})"
    for name, file in settings.files.items():
        if not file.is_file():
            yield f"{named(file, root)}({settings.about.name}.yaml の {name})"


def _digest_once(file: Path, seen: dict[Path, str]) -> str:
    if not file.is_file():
        raise MissingInputError([file.name])
    if file not in seen:
        seen[file] = digest_file(file)
    return seen[file]


def summary_of(steps: Iterable[Step]) -> Step:
    """The step whose page opens the report."""
    return next(step for step in steps if step.about.says.role == "summary")


def _sources_first(reads: Mapping[str, Iterable[str]]) -> list[str]:
    """The notebooks in an order in which each comes after those that it reads."""
    try:
        return list(TopologicalSorter(reads).static_order())
    except CycleError as error:
        told = "、".join(dict.fromkeys(error.args[1]))
        remedy = "どちらかの metadata の reads から、もう一方を消す"
        problem = ParameterProblem("notebooks", "reads", told, "互いに読まないこと", remedy)
        raise ParameterError([problem]) from None


def run_id(steps: Iterable[Step]) -> str:
    """Name a run by what went into it: the same inputs give the same id."""
    return digest("".join(step.key for step in steps))[:12]


def known_digest(place: SiteYear, identity: str) -> str:
    """SHA-256 over the releases that left before: when it changes, the plan of a run must be made anew.

    That the run's own release has left is no reason to make it again.
    """
    others = [file for file in place.memories() if not file.name.startswith(f"{identity}-")]
    return digest(json.dumps(sorted(digest_file(file) for file in others)))


class MissingInputError(FileNotFoundError):
    """Files that are named and do not exist."""

    def __init__(self, told: Iterable[str]):
        files = tuple(told)
        names = "".join(f"\n  - {file}" for file in files)
        super().__init__(
            f"ファイルが {len(files)} 件見つかりません。{names}\n"
            "ファイルを置くか、かっこの中の行に書いたファイル名を直してください。"
            "合成データを使うときは、先に `ujo sample` を実行してください。"
        )


def input_files(place_root: Path, inputs: Path, kinds: Iterable[str]) -> list[Path]:
    """Files that inputs.yaml names for these kinds, in order.

    Raises:
        MissingInputError: some of them do not exist.
        PathOutsideProjectError: one lies outside the project, and inputs.yaml does not say `outside_project: true`.
    """
    declared = read_yaml(Inputs, inputs)
    files = list(dict.fromkeys(file for kind in kinds for file in _files_of(place_root, declared, kind)))
    if absent := [named(file, place_root) for file in files if not file.is_file()]:
        raise MissingInputError(absent)
    return files


def read_by(settings: NotebookSettings) -> list[Path]:
    """The files that a notebook reads, itself among them.

    Raises:
        MissingInputError, PathOutsideProjectError: as of `input_files`.
    """
    inputs = input_files(settings.root, settings.inputs_file, settings.kinds)
    return [settings.about.file, settings.inputs_file, *settings.files.values(), *inputs]


def _files_of(root: Path, declared: Inputs, kind: str) -> list[Path]:
    folder = declared.folder(root)
    wanted = declared.kinds.get(kind)
    files = wanted.paths(folder) if wanted else []
    for file in files:
        inside(root, file, allow_outside=declared.outside_project)
    return files


def named(file: Path, root: Path) -> str:
    """A file by its place in the project; only by its name when it lies elsewhere."""
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name


def _absent(settings: NotebookSettings) -> dict[str, str]:
    """What a notebook lacks this year, as declared. The notebook on the data runs whatever there is."""
    if settings.about.says.role == "quality":
        return {}
    declared = read_yaml(Inputs, settings.inputs_file)
    lacking = {kind: declared.lacking(kind) for kind in settings.about.kinds}
    absent = {kind: declared.not_supplied[name] for kind, name in lacking.items() if name}
    says = settings.about.says
    yearly = settings.half and WHOLE_YEAR in (*says.inputs, *says.dispensable)
    return absent | ({WHOLE_YEAR: settings.half} if yearly else {})


def gives_way(settings: NotebookSettings) -> bool:
    """Whether a notebook says this year only why it has nothing to say."""
    return any(kind not in settings.about.says.dispensable for kind in _absent(settings))


def _unread(place: SiteYear, settings: Collection[NotebookSettings]) -> list[ParameterProblem]:
    """Files among the parameters that nothing would read: a slip in a name would leave all at its defaults."""
    folder = place.params
    read = {
        folder / name
        for name in ("common.yaml", place.rules.name, *(f"{half}/common.yaml" for half in HALVES))
    }
    read |= {folder / f"{one.name}.yaml" for one in notebooks_of(place.root, place.site)}
    read |= {file for one in settings for file in (one.inputs_file, *one.files.values())}
    for inputs in {one.inputs_file for one in settings}:
        declared = read_yaml(Inputs, inputs)
        shared = (declared.survey_items, declared.resident_items, declared.ad_headings)
        read |= {place.root / name for name in shared if name}
    found = [file for file in sorted(folder.rglob("*.y*ml")) if not is_trace(file)]
    names = {file.stem: file.name for file in sorted(read) if file.is_relative_to(folder)}

    def remedy(file: Path) -> str:
        # The folder of another place or year was copied, whose files name each other by their path.
        if namesakes := sorted(one for one in read if one.name == file.name):
            return (
                f"代わりに {named(namesakes[0], place.root)} が読まれています。このフォルダーのものを読むなら、"
                "そのファイルを挙げている行をこのフォルダーの名前に直し、要らなければほかのフォルダーへ移す"
            )
        near = nearest(file.stem, names)
        return f"「{names[near]}」の書き間違いではありませんか" if near else "ほかのフォルダーへ移す"

    return [
        ParameterProblem(
            file.relative_to(folder).as_posix(),
            "(ファイル名)",
            file.stem,
            "、".join(names.values()),
            remedy(file),
        )
        for file in found
        if file not in read
    ]
