"""A new notebook that works at once, and the parameters cells of all notebooks kept as their models say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from ujo_lib.files import write_atomically
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.params import (
    PATTERN_SITE,
    NotebookSettings,
    SeasonalitySettings,
    notebooks_of,
    read_flat_yaml,
    settings_model,
)
from ujo_lib.params.cell import COMMON, written_cell, yaml_line
from ujo_lib.params.notebooks import PARAMETERS_TAG, Notebook, is_name
from ujo_lib.setup.copying import SetupError

_OWN_CELL: Final = 'split_by: str = "{column}"  # 表を分ける列({title}の列の名前)\n'
_DESK_CELL: Final = 'desk: str = "{desk}"  # 数える窓口(「相談の時期」のページと同じもの)\n'
_IMPORTS: Final = """\
from ujo_lib import intake, report{room}
from ujo_lib.columns import Count, Dimension
from ujo_lib.params import settings_of
from ujo_lib.typed import ANSWERED, Typed"""
_LOAD: Final = """\
settings = settings_of("{name}", globals())
page = report.open_page(settings)
data = intake.load(settings.inputs_file, settings.kinds)
{members}
subject = report.Subject("{title}", "{title}", population="{population}", {when})"""
_TABLE: Final = """\
counts = members[settings.split_by].value_counts(sort=False).rename_axis("group").reset_index(name="n")
kinds = {{"group": Dimension(variable=settings.split_by), "n": Count(unit="件")}}
counted = Typed.of(counts, kinds, where={{settings.split_by: (ANSWERED,)}})
by_group = page.publish(counted, "by_group", "{title}の件数", subject)
page.table(by_group, empty="記録がありません。")"""
_ALIKE: Final = {
    "cases": ("survey", 'members = survey.distinct(data["cases"])'),
    "commissioners": (
        "survey",
        'asked = survey.asked_commissioners(data["commissioners"])\nmembers = asked[asked["responded"]]',
    ),
    "consultations": (
        "seasonality",
        'of_desk = {"channel": [settings.desk], "pref": [settings.prefecture]}\n'
        'members = seasonality.within(seasonality.select(data["consultations"], of_desk), settings.period)',
    ),
    "residents": (
        "residents",
        'drawn, _ = residents.by_year(data["residents"], settings.year.year)\n'
        "members = drawn[residents.answered_among(drawn)]",
    ),
}
"""Kinds whose people other notebooks count: room and lines that choose the same ones.

A population of its own would be planned by itself: one release hid two of seven in one table and told them in another.
"""
_ALL_DAYS: Final = '"資料の全期間"'
_TEXTS: Final = (
    "# {heading}\n\n**問い: 要確認: 見出しと、このノートブックが答える問いを書く。**",
    "## {title}の件数\n\n要確認: 主張を一文で書き、その下に表か図を一つ置く。"
    "同じ人や相談を数える表は、population に同じ言葉を書くと、ほかのノートブックの表とあわせて秘匿される。"
    "違う言葉を書くと別々に秘匿され、二つの表から伏せた数が分かることがある。",
    "## この結果から言えないこと\n\n記録されたものだけを数えている。記録のない人については何も言えない。",
)


def new_notebook_for(
    root: Path, name: str, site: str, year: int, kind: str, *, own: bool = False
) -> list[Path]:
    """Write a notebook with one example table, and its parameters for one year.

    Args:
        root: the project folder.
        name: two digits that no other notebook has, `_` and a name.
        site: whose parameters to write.
        year: for which fiscal year.
        kind: the kind of input that it reads first.
        own: keep it among the site's own notebooks.

    Returns:
        The files written.

    Raises:
        SetupError: the name cannot be used, there is no such kind of input, or no such year.
    """
    folder = root / "params" / site / f"fy{year}"
    taken = [one.name for one in notebooks_of(root, site) if one.name[:2] == name[:2]]
    if not is_name(name) or taken:
        used = f"番号 {name[:2]} は {taken[0]} が使っています。" if taken else "07_housing のように付けます。"
        raise SetupError(f"「{name}」という名前は使えません。{used}")
    if kind not in SCHEMAS:
        raise SetupError(f"入力の種類「{kind}」はありません。あるのは {'、'.join(SCHEMAS)} です。")
    if not folder.is_dir():
        raise SetupError(
            f"params/{site}/fy{year}/ がありません。先に `ujo new-year {site} {year}` で作ります。"
        )
    schema = SCHEMAS[kind]
    of_desk = kind == "consultations"
    chosen_by = {"channel", "pref"} if of_desk else set()
    answers = (one for one in schema.columns if one.type in ("cat", "age") and one.name not in chosen_by)
    column = next(answers, schema.columns[0])
    room, members = _ALIKE.get(kind, ("", f'members = data["{kind}"]'))
    told = {
        "name": name,
        "title": schema.title,
        "column": column.name,
        "heading": name[3:],
        "room": f", {room}" if room else "",
        "members": members,
        "population": kind if room else name,
        # Other rows than contacts are not chosen by the days that a page speaks of.
        "when": "dated=True" if of_desk else f"period={'settings.year.label' if room else _ALL_DAYS}",
        "desk": _desk(folder),
    }
    own_cell = (_OWN_CELL + _DESK_CELL * of_desk).format(**told)
    question, claim, limits = (new_markdown_cell(text.format(**told)) for text in _TEXTS)
    code = [new_code_cell(text.format(**told)) for text in (_IMPORTS, _LOAD, _TABLE)]
    parameters = own_cell + written_cell(NotebookSettings)
    cell = new_code_cell(parameters, metadata={"tags": [PARAMETERS_TAG]})
    made = new_notebook(cells=[question, cell, *code[:2], claim, code[2], limits])
    made.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        ujo={"role": "analysis", "inputs": [kind]},
    )
    for number, one in enumerate(made.cells, 1):
        one.id = f"cell-{number:02d}"
    file = (root / "params" / site / "notebooks" if own else root / "notebooks") / f"{name}.ipynb"
    written = folder / f"{name}.yaml"
    # The notebook last: the same command, given again, finishes what stopped between the two.
    write_atomically(written, own_cell.replace(": str =", ":"))
    write_atomically(file, writes(made) + "\n")
    return [file, written]


def _desk(folder: Path) -> str:
    """The desk whose contacts the page of consultations counts in a year."""
    file = folder / "02_consultation_seasonality.yaml"
    said = read_flat_yaml(file).get("desk") if file.is_file() else None
    return str(said or SeasonalitySettings.model_fields["desk"].default)


def synchronise(root: Path) -> list[Path]:
    """Write the parameters cells anew from their models, and parameters that the sample's YAML lacks at their default.

    Of a notebook without a model of its own only the common parameters are written anew.

    Returns:
        The files that were changed.

    Raises:
        ParameterError: notebooks that cannot be read.
    """
    sites = sorted(folder.parent.name for folder in root.glob("params/*/notebooks"))
    notebooks = {one.file: one for site in (PATTERN_SITE, *sites) for one in notebooks_of(root, site)}
    wanted = {file: _with_cell(one) for file, one in notebooks.items()}
    for folder in root.glob(f"params/{PATTERN_SITE}/fy*"):
        wanted |= dict(_completed(folder, list(notebooks.values())))
    changed = [file for file, text in wanted.items() if file.read_text(encoding="utf-8") != text]
    for file in changed:
        write_atomically(file, wanted[file])
    return changed


def cell_of(notebook: Notebook) -> str:
    """What the parameters cell of a notebook has to say."""
    if notebook.says.settings:
        return written_cell(settings_model(notebook))
    own = notebook.parameters.partition(COMMON)[0].rstrip("\n")
    return f"{own}\n{written_cell(NotebookSettings)}".lstrip("\n")


def _with_cell(notebook: Notebook) -> str:
    """The file of a notebook with the parameters cell that it should have, otherwise as it was."""
    content: dict[str, Any] = json.loads(notebook.file.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if PARAMETERS_TAG in cell["metadata"].get("tags", ()):
            cell["source"] = cell_of(notebook).splitlines(keepends=True)
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _completed(folder: Path, notebooks: list[Notebook]) -> Iterator[tuple[Path, str]]:
    """Parameter files of a year that lack a parameter, with what they lack at their ends."""
    common = NotebookSettings.model_fields
    own = {
        one.name: {k: v for k, v in settings_model(one).model_fields.items() if k not in common}
        for one in notebooks
    }
    for name, fields in {"common": common, **own}.items():
        file = folder / f"{name}.yaml"
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            lacking = [field for field in fields if f"\n{field}:" not in f"\n{text}"]
            yield file, text + "".join(f"{yaml_line(field, fields[field])}\n" for field in lacking)
