"""Notebook cell, settings model and YAML say the same: the same names, the same values, the same meaning."""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from papermill.inspection import _infer_parameters
from papermill.iorw import load_notebook_node

from ujo_lib.params import NotebookSettings, notebooks_of, project_root, read_settings, settings_model
from ujo_lib.setup.notebooks import cell_of

ROOT = project_root(Path(__file__).parent)
PARAMS = ROOT / "params" / "sample" / "fy2023"
NO_CLAIM = (ast.Lambda, ast.FunctionDef, ast.ClassDef, ast.For, ast.While)
"""What a cell of a notebook, which makes one claim, does without."""


@pytest.fixture(params=notebooks_of(ROOT, "sample"), ids=lambda notebook: notebook.name)
def notebook(request):
    return request.param


def _cell_parameters(notebook):
    return _infer_parameters(load_notebook_node(str(notebook.file)))


def test_a_notebook_holds_no_function_loop_or_trailing_conditional(notebook):
    for cell in (one for one in notebook.cells if one.kind == "code"):
        tree = ast.parse(cell.source)
        assert not [node for node in ast.walk(tree) if isinstance(node, NO_CLAIM)], cell.source
        last = tree.body[-1:]
        assert not any(isinstance(node, ast.Expr) and isinstance(node.value, ast.IfExp) for node in last)


def test_what_counts_no_contacts_says_its_own_period(notebook):
    """Where nothing is said a table is headed by the period of the contacts, which is not that of surveys or files."""
    for cell in (one for one in notebook.cells if one.kind == "code"):
        for call in (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)):
            if not ast.unparse(call.func).endswith("Subject"):
                continue
            of_contacts = "相談" in ast.unparse(call) or any(word.arg is None for word in call.keywords)
            assert of_contacts or "period" in {word.arg for word in call.keywords}, ast.unparse(call)


def test_no_cell_takes_the_name_of_a_parameter_which_the_first_ones_read_when_they_are_run_again(notebook):
    parameters, *cells = [ast.parse(cell.source) for cell in notebook.cells if cell.kind == "code"]
    named = {node.target.id for node in parameters.body if isinstance(node, ast.AnnAssign)}
    stored = {
        node.id
        for cell in cells
        for node in ast.walk(cell)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert "fiscal_year" in named
    assert not named & stored


def _code(notebook):
    """The syntax of all cells but that of the parameters."""
    _, *cells = [cell.source for cell in notebook.cells if cell.kind == "code"]
    return [node for source in cells for node in ast.walk(ast.parse(source))]


def test_every_parameter_of_a_notebook_is_read_by_it(notebook):
    """One that is not has lost its place to a neighbour: the answers of one question stand in for those of another."""
    model, common = settings_model(notebook), NotebookSettings.model_fields
    asked = {
        node.attr
        for node in _code(notebook)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "settings"
    }
    asked |= {node.value for node in _code(notebook) if isinstance(node, ast.Constant)}
    behind = [inspect.getattr_static(model, str(name), None) for name in asked]
    told = [one.fget if isinstance(one, property) else one for one in behind]
    read = "\n".join(inspect.getsource(one) for one in told if inspect.isfunction(one))
    assert [
        name for name in model.model_fields.keys() - common if name not in asked and name not in read
    ] == []


def test_every_name_that_a_cell_gives_is_read_by_a_cell(notebook):
    """One that is not has lost its place to a neighbour: a page shows one table twice and another never."""
    names = [node for node in _code(notebook) if isinstance(node, ast.Name)]
    given, read = (
        {node.id for node in names if isinstance(node.ctx, context)} for context in (ast.Store, ast.Load)
    )
    assert given - read == set()


def test_every_table_that_a_notebook_publishes_is_shown(notebook):
    """One that stands in a finding alone has lost its place to a neighbour, which is shown twice."""
    said = [ast.unparse(node) for node in _code(notebook) if isinstance(node, ast.Assign)]
    published = {match[1] for one in said if (match := re.match(r"(\w+) = page\.publish\(", one))}
    parts = {
        match[1]: match[2] for one in said if (match := re.match(r"(\w+) = \[?(\w+)(?:\.where\(|\]$)", one))
    }
    shown = set()
    for call in (node for node in _code(notebook) if isinstance(node, ast.Call)):
        if re.match(r"page\.(?!publish)|report\.", ast.unparse(call)):
            given = map(ast.unparse, (*call.args, *(word.value for word in call.keywords)))
            shown |= {match[1] for one in given if (match := re.match(r"\*?(\w+)(?:\.where\(|$)", one))}
    assert published - shown - {parts.get(name) for name in shown} == set()


OF_MORE = {
    "population": "intake.of_source",
    "campaigns": "outreach.campaigns.of_year",
    "commissioners": "survey.asked_commissioners",
}
"""Frames that hold more than a page speaks of (other sources, years, people), and what takes its part of them."""


def test_a_frame_that_holds_more_than_the_page_speaks_of_is_handed_to_what_takes_its_part(notebook):
    """In a year with one source and no earlier campaign the whole is the part, and no page shows the difference."""
    code = _code(notebook)
    taken = {
        (id(call.args[0]), ast.unparse(call.func))
        for call in code
        if isinstance(call, ast.Call) and call.args
    }
    for node in (one for one in code if isinstance(one, ast.Subscript)):
        taker = OF_MORE.get(getattr(node.slice, "value", None))
        assert taker is None or (id(node), taker) in taken, ast.unparse(node)


def test_what_was_made_for_one_question_is_not_handed_over_with_another(notebook):
    """`combined(local, "suicidal_ideation", answers, national_wish)` compares with the nation's death wishes."""
    calls = [
        node
        for node in _code(notebook)
        if isinstance(node, ast.Call) and not ast.unparse(node).startswith(("page.", "report."))
    ]
    asked = [[one.value for one in call.args if isinstance(one, ast.Constant)] for call in calls]
    often = {name for name, times in Counter(str(one) for some in asked for one in some).items() if times > 1}
    made: dict[str, set[str]] = {}
    for node in (one for one in _code(notebook) if isinstance(one, ast.Assign)):
        if isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            told = {str(one.value) for one in node.value.args if isinstance(one, ast.Constant)} & often
            made.setdefault(node.targets[0].id, set()).update(told)
    for call, own in zip(calls, asked, strict=True):
        for one in (arg for arg in call.args if isinstance(arg, ast.Name) and made.get(arg.id)):
            assert not {*own} & often or {*own} & made[one.id], ast.unparse(call)


def test_every_call_that_takes_a_level_gets_that_of_the_notebook(notebook):
    if "level" not in settings_model(notebook).model_fields:
        return
    imported: dict[str, object] = {}
    imports = [node for node in _code(notebook) if isinstance(node, ast.Import | ast.ImportFrom)]
    exec("\n".join(map(ast.unparse, imports)), imported)
    taking = 0
    for call in (node for node in _code(notebook) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        if name.partition(".")[0] not in imported or "(" in name:
            continue
        if "level" in inspect.signature(eval(name, imported)).parameters:
            given = [ast.unparse(one) for one in (*call.args, *(word.value for word in call.keywords))]
            assert "settings.level" in given, ast.unparse(call)
            taking += 1
    assert taking


def test_a_number_in_a_sentence_follows_the_label_of_its_row(notebook):
    """「男性は{n[男性]}人、女性は{n[女性]}人」, and not the other way round."""
    for node in _code(notebook):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        rows = [
            (slot.start(), slot[1]) for slot in re.finditer(r"\{[^{}\[]*\[([^\]=]+)\][^{}]*\}", node.value)
        ]
        said = re.sub(r"\{[^{}]*\}", lambda slot: " " * len(slot[0]), node.value)
        labels = sorted({label for _, label in rows if label in said}, key=len, reverse=True)
        for at, label in rows:
            before = list(re.finditer("|".join(map(re.escape, labels)), said[:at])) if label in labels else []
            assert not before or before[-1][0] == label, node.value


def test_the_parameters_cell_is_the_one_that_sync_would_write(notebook):
    assert notebook.parameters == cell_of(notebook), "run `ujo notebook sync`"


def test_papermill_help_explains_every_parameter(notebook):
    told = {parameter.name: parameter.help for parameter in _cell_parameters(notebook)}
    model = settings_model(notebook)
    assert told == {name: field.description for name, field in model.model_fields.items()}


def test_the_parameters_cell_holds_the_defaults_of_the_model(notebook):
    namespace: dict[str, object] = {}
    exec(notebook.parameters, namespace)
    for name, field in settings_model(notebook).model_fields.items():
        assert namespace[name] == field.get_default(call_default_factory=True), name


def test_every_parameter_has_a_type_that_papermill_shows(notebook):
    for parameter in _cell_parameters(notebook):
        assert parameter.inferred_type_name.split("[")[0] in {
            "str",
            "int",
            "float",
            "bool",
            "list",
            "dict",
        }, parameter


def test_the_yaml_of_the_sample_names_every_parameter_once_and_is_valid(notebook):
    common = yaml.safe_load((PARAMS / "common.yaml").read_text(encoding="utf-8"))
    own = yaml.safe_load((PARAMS / f"{notebook.name}.yaml").read_text(encoding="utf-8"))
    model = settings_model(notebook)
    assert set(common) == set(NotebookSettings.model_fields)
    assert set(own) == set(model.model_fields) - set(NotebookSettings.model_fields)
    read_settings(notebook, PARAMS)


def test_the_yaml_of_the_sample_is_flat(notebook):
    for name in ("common", notebook.name):
        for key, value in yaml.safe_load((PARAMS / f"{name}.yaml").read_text(encoding="utf-8")).items():
            plain = (
                value
                if isinstance(value, list)
                else list(value.values())
                if isinstance(value, dict)
                else [value]
            )
            assert all(isinstance(item, str | int | float | bool) for item in plain), key


ANALYSTS_TALK = (
    "庁内用", "`docs/", ".yaml", ".py`", ".md`", "manifest", "ハッシュ", "パラメーター", "ノートブック",
    "ポアソン", "レイリー", "VIF", "cp932", "UTF-8", "(I0",
)  # fmt: skip
"""What the prose of a release page does without; cells for the inside may say it."""
RELEASED = notebooks_of(ROOT, "sample")


@pytest.mark.parametrize("released", RELEASED, ids=[one.name for one in RELEASED])
def test_prose_of_a_release_speaks_to_the_reader_and_not_to_the_analyst(released):
    prose = [
        cell.source for cell in released.cells if cell.kind == "markdown" and "internal" not in cell.tags
    ]
    assert prose
    assert not [(word, text) for text in prose for word in ANALYSTS_TALK if word in text]


@pytest.mark.parametrize("released", RELEASED, ids=[one.name for one in RELEASED])
def test_prose_sends_nobody_to_what_a_release_keeps_on_another_page(released):
    """What is tagged for the appendix stands there alone in a release, and the rest of its page does not."""
    there = [cell.source for cell in released.cells if "appendix" in cell.tags]
    prose = [cell for cell in released.cells if cell.kind == "markdown" and "internal" not in cell.tags]
    titles = set(
        re.findall(r'"([^"\n]*)"', "\n".join(there)) + re.findall(r"(?m)^#+ (.+)$", "\n".join(there))
    )
    for line in (line for cell in prose if "appendix" not in cell.tags for line in cell.source.splitlines()):
        sent = titles & {*re.findall("「([^」]+)」", line)}
        assert "技術付録" in line or not (sent or "このページの終わり" in line), (sent, line)
    for text in (cell.source for cell in prose if "appendix" in cell.tags):
        assert not re.search("上の「|(?<!」の)「結論」", text), text


SHOWN = {"contacts", "show_extra", "hand_codes"}
"""Parameters of which the sample shows the use, while a new place begins without."""


def test_the_sample_has_the_defaults_of_every_parameter_but_those_of_which_it_shows_the_use(notebook):
    settings = read_settings(notebook, PARAMS)
    for name, field in type(settings).model_fields.items():
        default = field.get_default(call_default_factory=True)
        assert name in SHOWN or getattr(settings, name) == default, name
