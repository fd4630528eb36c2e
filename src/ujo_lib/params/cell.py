"""The parameters cell: written from a settings model, or, where a notebook has no model in Python, read into one.

papermill overrides, and `--help-notebook` explains, exactly one cell. So the common parameters cannot have a folded
cell of their own: they stand below the notebook's own, behind a line of comment.
"""

import ast
import io
import json
import tokenize
from typing import Any, Final

from pydantic import Field, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from ujo_lib.params.common import FileName, NotebookSettings
from ujo_lib.params.notebooks import Notebook
from ujo_lib.text import cells
from ujo_lib.yamlfile import ParameterError

COMMON: Final = "# ここから下は、どのノートブックにも共通(common.yaml)"
"""Stands between a notebook's own parameters and those of all."""

_WIDTH: Final = 118


def written_cell(model: type[NotebookSettings]) -> str:
    """Source of the parameters cell of a model: its own parameters, then the common ones, each with its meaning."""
    common = NotebookSettings.model_fields
    own = [_line(name, field) for name, field in model.model_fields.items() if name not in common]
    return "\n".join([*own, COMMON, *(_line(name, field) for name, field in common.items())])


def yaml_line(name: str, field: FieldInfo) -> str:
    """A parameter at its default as a line of a YAML file."""
    return f"{name}: {json.dumps(field.default, ensure_ascii=False)}  # {field.description}"


def model_of_cell(notebook: Notebook) -> type[NotebookSettings]:
    """Make the settings model of a notebook whose parameters cell is all that declares them.

    A parameter has the type of its annotation, or else that of its value; the comment behind it is its meaning; one
    whose name ends in `_file` names a file on which the page depends.

    Raises:
        ParameterError: a value that is not written out, or an annotation that is no plain type.
    """
    source = notebook.parameters
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise _problem(notebook, f"{error.lineno}行目", str(error.text).strip(), "Python の代入文") from None
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    fields: dict[str, Any] = {}
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=told, value=ast.expr() as value):
                annotation = ast.unparse(told)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                annotation = ""
            case _:
                raise _problem(notebook, f"{node.lineno}行目", ast.unparse(node), "「名前: 型 = 値」だけ")
        if name in NotebookSettings.model_fields:
            continue
        if hasattr(NotebookSettings, name):
            raise _problem(notebook, name, name, "ほかの名前(この名前は使えない)")
        fields[name] = _field(notebook, name, annotation, value, comments.get(node.end_lineno or 0, ""))
    try:
        model = create_model(notebook.name, __base__=NotebookSettings, **fields)
        model.model_rebuild()
        return model
    except (PydanticUserError, NameError) as error:
        raise _problem(notebook, "(型)", str(error).splitlines()[0], "str・int・list[str] など") from None


def _field(
    notebook: Notebook, name: str, annotation: str, value: ast.expr, meaning: str
) -> tuple[Any, FieldInfo]:
    try:
        default = ast.literal_eval(value)
    except ValueError:
        raise _problem(notebook, name, ast.unparse(value), "書き下した値") from None
    kind = annotation or type(default).__name__
    return FileName if kind == "str" and name.endswith("_file") else kind, Field(default, description=meaning)


def _problem(notebook: Notebook, key: str, value: str, expected: str) -> ParameterError:
    return ParameterError.of(notebook.file.name, key, value, expected, "parameters セルを直す")


def _line(name: str, field: FieldInfo) -> str:
    """A parameter as papermill reads it; a list or mapping that is too long for a line has one entry a line."""
    kind = field.annotation if isinstance(field.annotation, type) else _plain_type(field.annotation)
    head, tail = f"{name}: {getattr(kind, '__name__', kind)} = ", f"  # {field.description}"
    line = f"{head}{_spelt(field.default)}{tail}"
    if cells(line) <= _WIDTH or not isinstance(field.default, list | dict):
        return line
    entries = _spelt(field.default, "\n    ")
    return f"{head}{entries[0]}\n    {entries[1:-1]},\n{entries[-1]}{tail}"


def _plain_type(annotation: Any) -> str:
    """`list[str]` as it is; the type of the values of a `Literal`, which papermill cannot read."""
    text = str(annotation)
    return "str" if text.startswith("typing.Literal") else text


def _spelt(value: Any, gap: str = " ") -> str:
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return f"[{f',{gap}'.join(map(_spelt, value))}]"
        case dict():
            return f"{{{f',{gap}'.join(f'{_spelt(k)}: {_spelt(v)}' for k, v in value.items())}}}"
        case _:
            return repr(value)
