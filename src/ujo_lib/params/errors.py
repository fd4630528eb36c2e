"""Parameter mistakes, told in Japanese to the person who edits the YAML."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

_EXPECTED = {
    "string_type": '文字列("…" で囲む)',
    "int_type": "整数",
    "int_from_float": "整数",
    "float_type": "数値",
    "bool_type": "true または false",
    "list_type": "リスト([…])",
    "dict_type": "項目: 値 の組({…})",
}


@dataclass(frozen=True)
class ParameterProblem:
    """One wrong parameter: where it stands, what it holds, what was expected, what to do."""

    file: str
    key: str
    value: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file} の「{self.key}」: 値 {self.value} / 正しい値: {self.expected} / 直し方: {self.remedy}"


class ParameterError(ValueError):
    """All the wrong parameters of one notebook at once.

    Attributes:
        problems: one `ParameterProblem` per mistake, in the order of the keys.
    """

    def __init__(self, problems: Iterable[ParameterProblem]):
        self.problems = tuple(problems)
        lines = [f"パラメーターに {len(self.problems)} 件の誤りがあります。"]
        lines += [f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1)]
        super().__init__("\n".join(lines))

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows: the sentence, without the way through the program that led to it."""
        return [str(self)]


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, or None when nothing is near."""
    matches = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.5)
    return matches[0] if matches else None


def from_validation(
    error: ValidationError, *, valid: Iterable[str], file_of: Mapping[str, str], default_file: str
) -> ParameterError:
    """Turn pydantic's report into a `ParameterError` that names file and key.

    Args:
        error: what pydantic raised.
        valid: the names of all parameters of the model.
        file_of: the file in which each key was written.
        default_file: the file to name for a key that stands in none (a missing one, say).
    """
    names = tuple(valid)
    return ParameterError(
        _problem(dict(item), names, file_of, default_file) for item in error.errors(include_url=False)
    )


def _problem(
    item: Mapping[str, object], valid: tuple[str, ...], file_of: Mapping[str, str], default_file: str
) -> ParameterProblem:
    location = item["loc"]
    key = ".".join(str(part) for part in location) if isinstance(location, tuple) else str(location)
    top = key.split(".")[0]
    file = file_of.get(top, default_file)
    value = repr(item.get("input"))
    kind = str(item["type"])
    if kind == "extra_forbidden":
        guess = nearest(top, valid)
        remedy = f"「{guess}」の書き間違いではありませんか" if guess else "この行を消してください"
        return ParameterProblem(file, key, value, "この名前のパラメーターはありません", remedy)
    if kind == "missing":
        return ParameterProblem(file, key, "(なし)", "必須の項目です", "この項目を書き加えてください")
    expected = _EXPECTED.get(kind) or _constraint(item)
    return ParameterProblem(file, key, value, expected, "値を直してください")


def _constraint(item: Mapping[str, object]) -> str:
    """Word a broken constraint; messages of our own validators are Japanese already."""
    context = item.get("ctx")
    limits = dict(context) if isinstance(context, Mapping) else {}
    match str(item["type"]):
        case "value_error":
            return str(limits.get("error", item["msg"]))
        case "literal_error":
            return f"{limits.get('expected')} のいずれか"
        case "greater_than_equal":
            return f"{limits.get('ge')} 以上"
        case "greater_than":
            return f"{limits.get('gt')} より大きい値"
        case "less_than_equal":
            return f"{limits.get('le')} 以下"
        case "less_than":
            return f"{limits.get('lt')} より小さい値"
        case "string_pattern_mismatch":
            return f"形 {limits.get('pattern')} に合う文字列"
        case _:
            return str(item["msg"])
