"""YAML files that people write, read into models; what is wrong with them is told in Japanese, all of it at once.

A key is what stands in the file (`01` stays `01`, as a value does), a day is text until a model says otherwise, and the
same key twice is a mistake. Every reading ends in a model or in a `ParameterError` that names file, line, place and
remedy.
"""

import difflib
import re
import reprlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar, get_args

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    ValidationError,
    model_validator,
)

from ujo_lib.errors import InputError

Model = TypeVar("Model", bound=BaseModel)
T = TypeVar("T")

Place = tuple[str | int, ...]
"""Keys and positions that lead to a value, outermost first."""

_SHOWN = 60
"""Characters of a wrong value that a message repeats."""

_SHORT = reprlib.Repr()
"""Writes down no more of a wrong value than a message can repeat, however deep or long it is."""
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 2 * _SHOWN
_SHORT.maxlist = _SHORT.maxdict = _SHOWN // 3  # an item takes three characters at least
_SHORT.maxlevel = 3  # anchors make a million leaves of eleven lines

Many = Annotated[tuple[T, ...], Strict(False)]
"""Several values: a list in the file, a tuple in the model."""


class TogetherError(ValueError):
    """Values of one model that are wrong beside each other, by their names: what a validator of several raises."""

    def __init__(self, told: str, **values: object) -> None:
        super().__init__(told)
        self.values = values


class Declared(BaseModel):
    """What a person declares in a file: no unknown key, no silent conversion, no later change.

    A name with nothing behind its colon says nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _said(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        known = set(_own_names(cls))
        return {name: value for name, value in content.items() if value is not None or name not in known}


def _as_written(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_as_written)]
"""Text; a number without quotes is meant as its digits."""


def such(holds: Callable[[Any], object], expected: str) -> AfterValidator:
    """A condition on a value.

    Args:
        holds: the condition; one that raises a ValueError does not hold.
        expected: what to tell where it does not hold.
    """

    def check(value: Any) -> Any:
        with suppress(ValueError):
            if holds(value):
                return value
        raise ValueError(expected)

    return AfterValidator(check)


def written(pattern: str, told: str) -> AfterValidator:
    """Text of a form; `told` says the form in Japanese, since nobody who writes a file reads patterns."""
    return such(re.compile(pattern).fullmatch, told)


@dataclass(frozen=True)
class ParameterProblem:
    """One wrong parameter: where it stands, what it holds, what was expected, what to do."""

    file: str
    key: str
    value: str
    expected: str
    remedy: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.file} の{f'{self.line}行目' if self.line else ''}「{self.key}」"
        return f"{where}: 値 {self.value} / 正しい値: {self.expected} / 直し方: {self.remedy}"


class ParameterError(InputError):
    """All the wrong parameters of one file or notebook at once.

    Attributes:
        problems: one `ParameterProblem` per mistake, in the order of the keys.
    """

    def __init__(self, problems: Iterable[ParameterProblem]):
        self.problems = tuple(problems)
        lines = [f"パラメーターに {len(self.problems)} 件の誤りがあります。"]
        lines += [f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1)]
        super().__init__("\n".join(lines))

    @classmethod
    def of(cls, file: str, key: str, value: str, expected: str, remedy: str, line: int | None = None) -> Self:
        """One wrong parameter, told as in `ParameterProblem`."""
        return cls([ParameterProblem(file, key, value, expected, remedy, line)])


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, or None when nothing is near."""
    matches = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.5)
    return matches[0] if matches else None


class _RefusedError(yaml.MarkedYAMLError):
    """A key that no file of ours may have; says in Japanese what is expected."""

    def __init__(self, problem: str, node: yaml.Node) -> None:
        super().__init__(problem=problem, problem_mark=node.start_mark)


_DECIMAL: Mapping[str, re.Pattern[str]] = {
    "tag:yaml.org,2002:int": re.compile(r"[-+]?(?:0|[1-9]\d*)$", re.ASCII),
    "tag:yaml.org,2002:float": re.compile(
        r"[-+]?(?:(?:0|[1-9]\d*)\.\d*(?:[eE][-+]\d+)?|\.\d+|\.(?:inf|Inf|INF))$|\.(?:nan|NaN|NAN)$", re.ASCII
    ),
}
"""What is a number to whoever writes a file: to YAML 1.1 the code 01100 is 576 and 20:00 is 1200."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the fast one where it is built
    """Keys as written, each once; days, clocks and numbers that begin with a nought stay text."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as PyYAML declares it
        start: [
            (tag, _DECIMAL.get(tag, pattern))
            for tag, pattern in resolvers
            if tag != "tag:yaml.org,2002:timestamp"
        ]
        for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if (name := self._key(key)) in seen:
                raise _RefusedError(f"「{name}」は一度だけ", key)
            seen.add(name)
        self.flatten_mapping(node)
        return {self._key(key): self.construct_object(value, deep=deep) for key, value in node.value}

    @staticmethod
    def _key(node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise _RefusedError("文字の名前", node)
        return str(node.value)


@dataclass(frozen=True)
class Document:
    """One file as it was written.

    Attributes:
        file: its name.
        content: mappings, lists and plain values.
        root: its nodes, which know their lines.
    """

    file: str
    content: Any
    root: yaml.Node | None = field(repr=False)

    @classmethod
    def read(cls, file: Path) -> "Document":
        """Read a file.

        Raises:
            ParameterError: it is absent, or no YAML in UTF-8.
        """
        remedy, line = "字下げ・コロン・引用符を確かめる", None
        try:
            loader = _Loader(file.read_text(encoding="utf-8-sig"))
            try:
                root = loader.get_single_node()
                return cls(file.name, None if root is None else loader.construct_document(root), root)
            finally:
                loader.dispose()
        except (FileNotFoundError, IsADirectoryError):
            expected, remedy = f"{file} にファイルがあること", "ファイルを用意する"
        except UnicodeDecodeError:
            expected, remedy = "UTF-8 の YAML", "UTF-8 で保存し直す"
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else None
            expected = str(error.problem) if isinstance(error, _RefusedError) else "UTF-8 の YAML"
        except (ValueError, RecursionError):
            expected, remedy = "ふつうの大きさの値", "桁の多すぎる数や深い入れ子をなくす"
        raise ParameterError.of(file.name, "(ファイル)", "(読めない)", expected, remedy, line)

    def line(self, place: Place) -> int | None:
        """The line of a value, or of the innermost thing around it that is there; None for the whole file."""
        node, line = self.root, None
        for step in place:
            match node:
                case yaml.MappingNode():
                    found = [(key, value) for key, value in node.value if key.value == str(step)]
                    if not found:
                        break
                    line, node = found[0][0].start_mark.line + 1, found[0][1]
                case yaml.SequenceNode() if isinstance(step, int) and step < len(node.value):
                    node = node.value[step]
                    line = node.start_mark.line + 1
                case _:
                    break
        return line


def read_yaml(model: type[Model], file: Path) -> Model:
    """Read a file into its model.

    Args:
        model: what the file holds.
        file: YAML in UTF-8.

    Raises:
        ParameterError: every mistake of the file, in Japanese.
    """
    document = Document.read(file)
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        raise from_validation(error, model, lambda place: (document.file, document.line(place))) from None


def from_validation(
    error: ValidationError, model: type[BaseModel], stands: Callable[[Place], tuple[str, int | None]]
) -> ParameterError:
    """Turn pydantic's report into a `ParameterError`.

    Args:
        error: what pydantic raised.
        model: the model that was to be filled.
        stands: file and line of a value.
    """
    return ParameterError(_problem(item, model, stands) for item in error.errors(include_url=False))


def _problem(
    item: Any, model: type[BaseModel], stands: Callable[[Place], tuple[str, int | None]]
) -> ParameterProblem:
    place: Place = tuple(step for step in item["loc"] if step != "[key]")
    wrong = item.get("ctx", {}).get("error")
    together = wrong.values if isinstance(wrong, TogetherError) else {}
    written = (stands((*item["loc"], name)) for name in together)
    file, line = next((found for found in written if found[1]), stands(item["loc"]))
    steps = [f"{step + 1}番目" if isinstance(step, int) else step for step in place]
    key = ".".join([*steps, *filter(None, ["、".join(together)])]) or "(ファイル全体)"
    match item["type"]:
        case "extra_forbidden":
            guess = nearest(str(place[-1]), _names(model, place[:-1]))
            expected, remedy = "この名前のパラメーターはありません", "この行を消してください"
        case "literal_error":
            known = re.findall("'([^']*)'", item["ctx"]["expected"])
            guess = nearest(str(item["input"]), known)
            expected, remedy = f"{'、'.join(known)} のいずれか", "このどれかを書いてください"
        case "missing":
            return ParameterProblem(
                file, key, "(なし)", "必須の項目です", "この項目を書き加えてください", line
            )
        case _:
            empty = item["input"] is None
            remedy = "空です。値を書くか、この行を消してください" if empty else "値を直してください"
            guess, expected = None, _expected(item)
    value = "、".join(map(_SHORT.repr, together.values())) or _SHORT.repr(item["input"])
    shown = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
    return ParameterProblem(
        file, key, shown, expected, f"「{guess}」の書き間違いではありませんか" if guess else remedy, line
    )


def _own_names(model: type[BaseModel]) -> list[str]:
    """Names of a model's fields as they stand in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _names(model: type[BaseModel], place: Place) -> list[str]:
    """Names that may stand at a place of the model's file."""
    for step in place:
        fields = dict(zip(_own_names(model), model.model_fields.values(), strict=True))
        field = fields.get("root") or fields.get(str(step))
        model = (field and _model_in(field.annotation)) or model
    return _own_names(model)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation speaks of: `X`, `X | None`, a list or mapping of `X`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


_EXPECTED: Mapping[str, str] = {
    "string": '文字列("…" で囲む)',
    "int": "整数",
    "float": "数値",
    "finite": "数値",
    "bool": "true または false",
    "list": "リスト([…])",
    "tuple": "リスト([…])",
    "dict": "項目: 値 の組({{…}})",
    "model": "項目: 値 の組({{…}})",
    "date": "実在する日付(例 2023-04-01)",
    "recursion": "自分自身を含まない値",
    "value_error": "{error}",
    "greater_than_equal": "{ge} 以上",
    "greater_than": "{gt} より大きい値",
    "less_than_equal": "{le} 以下",
    "less_than": "{lt} より小さい値",
    "string_too_short": "空でない文字列",
    "too_short": "{min_length} つ以上",
}
"""Pydantic's name of a mistake, or its first word → what was expected; our own validators speak Japanese already."""


def _expected(item: Any) -> str:
    kind = item["type"]
    told = _EXPECTED.get(kind) or _EXPECTED.get(kind.split("_")[0]) or "見本(params/sample)のとおりの値"
    return told.format(**item.get("ctx", {}))
