"""Codebooks from YAML, each term with the line it stands in, and KH Coder's rules. An edge module: it reads files."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from ujo_lib.delimited import EncodingError, find_encoding
from ujo_lib.tagging.codebook import (
    MAIN,
    ROLES,
    Book,
    CancelSource,
    CodebookError,
    CodebookProblem,
    CodebookSource,
    TermSource,
    ThemeSource,
    kept_codebook,
)
from ujo_lib.tagging.engine import Engine, default_engine
from ujo_lib.tagging.khcoder import parse_rules

# What nothing here reads (since, changed_by, note, npa_cause, label of a group) is for whoever keeps the codebook.
_BOOK = {"version", "since", "changed_by", "note", "cancel", "exclude", "stops", "themes"}
_THEME = {
    "id", "label", "role", "mhlw_sns_category", "npa_cause", "cancel", "terms", "exclude", "examples", "main",
}  # fmt: skip
_GROUP = {"id", "label", "within", "terms", "unless"}
_TERM = {"term", "cancel", "within"}


def load_codebook(path: str | Path, engine: Engine | None = None) -> Book:
    """Read and compile a codebook, or a rule file of KH Coder (`.cod`).

    Raises:
        CodebookError: the file cannot be read as such; every problem with its line, in Japanese.
    """
    file = Path(path)
    try:
        text = _text(file)
        if file.suffix.lower() == ".cod":
            return parse_rules(text, file.name, engine)
        return kept_codebook(parse_codebook(text), engine or default_engine())
    except CodebookError as error:
        raise CodebookError(error.problems, file.name) from None
    except RecursionError:
        problem = CodebookProblem(1, "入れ子", "括弧か not が深く重なりすぎている。浅く書き直す")
        raise CodebookError([problem], file.name) from None


def _text(file: Path) -> str:
    """The text of a file in UTF-8 or, as KH Coder and editors on Windows write it, CP932 or marked UTF-16."""
    try:
        content = file.read_bytes()
    except OSError as error:
        told = f"開けない({error.strerror or type(error).__name__})"
        raise CodebookError([CodebookProblem(1, "ファイル", told)]) from None
    try:
        return content.decode(find_encoding(content)).lstrip("\ufeff")
    except EncodingError:
        raise CodebookError([CodebookProblem(1, "文字コード", "UTF-8 でも CP932 でも読めない")]) from None


def parse_codebook(text: str) -> CodebookSource:
    """Read the YAML text of a codebook.

    Raises:
        CodebookError: no YAML, unknown or missing keys, wrong types.
    """
    try:
        root = _nodes(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = CodebookProblem(line, "YAML", "YAML として読めない。字下げ・コロン・引用符を確かめる")
        raise CodebookError([problem]) from None
    except yaml.YAMLError:
        raise CodebookError([CodebookProblem(1, "YAML", "使えない文字がある。UTF-8 で保存し直す")]) from None
    reader = _Reader()
    source = reader.book(root)
    if reader.problems:
        raise CodebookError(reader.problems)
    return source


def _nodes(text: str) -> yaml.Node | None:
    """The tree of nodes: by the fast libyaml where it is there; what it rejects, the other reader explains."""
    if fast := getattr(yaml, "CSafeLoader", None):
        with suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=fast)
    return yaml.compose(text, Loader=yaml.SafeLoader)


class _Reader:
    """Walks the tree of YAML nodes, which know their lines, and collects problems."""

    def __init__(self) -> None:
        self.problems: list[CodebookProblem] = []

    def book(self, root: yaml.Node | None) -> CodebookSource:
        fields = self._mapping(root, _BOOK, {"version", "themes"}, "コードブック")
        return CodebookSource(
            version=self._text(fields.get("version")),
            cancels=self._each(fields.get("cancel"), self._group),
            exclude=self._each(fields.get("exclude"), self._term),
            stops=self._each(fields.get("stops"), self._term),
            themes=self._each(fields.get("themes"), self._theme),
        )

    def _theme(self, node: yaml.Node) -> ThemeSource:
        fields = self._mapping(node, _THEME, {"id", "label", "role", "terms"}, "テーマ")
        role = self._text(fields.get("role"))
        if "role" in fields and role not in ROLES:
            self._problem(fields["role"], "役割", f"role「{role}」は {'・'.join(ROLES)} のどれでもない")
        main = self._number(fields.get("main"))
        if main == 0:
            self._problem(fields["main"], "書式", "main は1以上の整数で書く(中心の悩みとみる語の数)")
        return ThemeSource(
            id=self._text(fields.get("id")),
            label=self._text(fields.get("label")),
            role=role,  # type: ignore[arg-type]  # checked two lines above; a wrong one is reported
            topic=self._text(fields.get("mhlw_sns_category")),
            cancel=self._each(fields.get("cancel"), self._text),
            terms=self._each(fields.get("terms"), self._term),
            exclude=self._each(fields.get("exclude"), self._term),
            examples=self._each(fields.get("examples"), self._text),
            main=main or MAIN,
            line=node.start_mark.line + 1,
        )

    def _group(self, node: yaml.Node) -> CancelSource:
        fields = self._mapping(node, _GROUP, {"id", "label", "terms"}, "取り消しの組")
        return CancelSource(
            id=self._text(fields.get("id")),
            within=self._number(fields.get("within")) or 0,
            terms=self._each(fields.get("terms"), self._term),
            unless=self._each(fields.get("unless"), self._term),
        )

    def _term(self, node: yaml.Node) -> TermSource:
        line = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return TermSource(self._text(node), line)
        fields = self._mapping(node, _TERM, {"term"}, "語")
        cancel = self._each(fields["cancel"], self._text) if "cancel" in fields else None
        return TermSource(self._text(fields.get("term")), line, cancel, self._number(fields.get("within")))

    def _mapping(
        self, node: yaml.Node | None, known: set[str], needed: set[str], what: str
    ) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._problem(node, "書式", f"{what}は「名前: 値」の並びで書く")
            return {}
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self._text(key)
            if name not in known:
                self._problem(
                    key,
                    "項目名",
                    f"{what}に「{name}」という項目はない(使えるもの: {'、'.join(sorted(known))})",
                )
            elif name in fields:
                self._problem(key, "重複", f"項目「{name}」が二度ある")
            fields[name] = value
        for name in sorted(needed - fields.keys()):
            self._problem(node, "不足", f"{what}に「{name}」がない")
        return fields

    def _each(self, node: yaml.Node | None, read: Callable[[yaml.Node], Any]) -> tuple[Any, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self._problem(node, "書式", "ここは「- 」で始まる並びで書く")
            return ()
        return tuple(read(item) for item in node.value)

    def _text(self, node: yaml.Node | None) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self._problem(node, "書式", "ここは文字列で書く")
            return ""
        if node.tag.endswith(":null"):
            self._problem(node, "空", "値が空")
            return ""
        return str(node.value)

    def _number(self, node: yaml.Node | None) -> int | None:
        if node is None:
            return None
        text = self._text(node)
        if not text.isdecimal() or len(text) > 9:
            self._problem(node, "書式", f"「{text[:12]}」は0以上、9桁までの整数ではない")
            return None
        return int(text)

    def _problem(self, node: yaml.Node | None, cause: str, message: str) -> None:
        line = node.start_mark.line + 1 if node else 1
        self.problems.append(CodebookProblem(line, cause, message))
