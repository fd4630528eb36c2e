"""What the documents tell people to type exists: every command parses, every make target and file is there."""

import argparse
import ast
import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from ujo_lib import cli
from ujo_lib.cli import common
from ujo_lib.params import project_root
from ujo_lib.report.page import Page

ROOT = project_root(Path(__file__).parent)
DOCUMENTS = ("README.md", "README.ja.md", "CONTRIBUTING.md")
_FENCE = re.compile(r"^ *```(?:sh|bat)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_IN_TABLE = re.compile(r"^\| `(ujo [^`…]+)` \|", re.MULTILINE)
RELEASE = "outputs/sample/fy2023/release"
BLANKS = {
    "SITE YEAR": "sample 2023",
    "SITE BEFORE YEAR": "sample R1 2023",
    "PATHS --confidential PATHS": f"{RELEASE} --confidential data/sample/fy2023/consultations.csv",
    "NAME NAME": "若葉花子 緑太郎",
    "key new NAME": "key new 若葉花子",
    "[--key FILE --key FILE]": "",  # they ask for a passphrase; tests/pipeline/test_signing.py signs with keys
    "[--folder FOLDER]": "",
    "[--on DATE]": "",
    "FOLDER": RELEASE,
    "INPUT OUTPUT": "相談.csv 主題.parquet",
    "[--codebook]": "--codebook params/codebook.yaml",
    "[--encoding]": "--encoding cp932",
    "--jobs N": "--jobs 2",
    "[": "",
    "]": "",
}


def commands() -> list[tuple[str, str]]:
    """(document, command line) of every fenced line; continued lines are joined, comments cut off."""
    found = []
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for block in _FENCE.findall(text):
            joined = block.replace("\\\n", " ")
            found += [(name, line.strip()) for line in joined.splitlines() if line.strip()]
        found += [(name, filled(line)) for line in _IN_TABLE.findall(text)]
    return found


def filled(line: str) -> str:
    """A command of a table with every option it may have, and something real in place of each word in capitals."""
    for blank, words in BLANKS.items():
        line = line.replace(blank, words)
    return line


def words(line: str) -> list[str]:
    return shlex.split(line.replace("\\", "/"), comments=True)


COMMANDS = commands()
UJO = [(name, line) for name, line in COMMANDS if Path(words(line)[0]).name == "ujo"]
MAKE = [(name, line) for name, line in COMMANDS if words(line)[0] == "make"]


def test_the_documents_hold_commands_at_all():
    assert len(UJO) >= 15
    assert len(MAKE) >= 2


@pytest.mark.parametrize(("name", "line"), UJO)
def test_every_ujo_command_of_the_documents_is_understood(name, line):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            options = cli._parser().parse_args(words(line)[1:])
        except SystemExit:
            pytest.fail(f"{name}: {line}: {said.getvalue()}")
    assert callable(options.command)


@pytest.mark.parametrize(("name", "line"), MAKE)
def test_every_make_target_of_the_documents_exists(name, line):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert words(line)[1] in targets, f"{name}: {line}"


@pytest.mark.parametrize(("name", "line"), COMMANDS)
def test_every_file_that_a_command_names_is_there(name, line):
    for word in words(line):
        if word.startswith(("params/", "notebooks/", "requirements", "docs/")) and "wakaba" not in word:
            assert (ROOT / word).exists(), f"{name}: {line}"


def test_every_link_and_picture_of_the_documents_leads_somewhere():
    for name in (*DOCUMENTS, *(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md"))):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / name).parent / target).exists(), f"{name}: {target}"


_PLACE = re.compile(r"`((?:src|tests|docs|params|notebooks|benchmarks)/[\w.\-/]+|[\w\-]+/__init__\.py)`")
MADE_BY_A_COMMAND = re.compile(
    r"wakaba|07_housing|fy2024"
)  # places and years that `ujo new-…` writes in an example


def test_every_path_of_the_project_in_a_document_is_there_as_it_is_written():
    documents = [
        *(ROOT / name for name in DOCUMENTS),
        ROOT / "data/README.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
    named = [
        (file.name, path) for file in documents for path in _PLACE.findall(file.read_text(encoding="utf-8"))
    ]
    assert len(named) > 50
    assert [
        (file, path)
        for file, path in named
        if not MADE_BY_A_COMMAND.search(path) and not (ROOT / path).exists()
    ] == []


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("src/ujo_lib/cli/__init__.py", r"Exit codes: (.+?)\."),
        ("README.md", r"Exit codes: (.+?)\."),
        ("README.ja.md", r"終了コードは、(.+?)です。"),
        ("docs/schedule/README.md", r"\| exit code \|(.+?)\n\n"),
    ],
)
def test_every_list_of_exit_codes_has_all_of_them_and_no_other(name, listed):
    found = re.search(listed, (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    assert found, name
    told = {int(code) for code in re.findall(r"(?:^|\| |[;,、]\s*)(\d+)(?= )", found[1], re.MULTILINE)}
    assert told == {*common.CODES.values(), common.INTERRUPTED}


def test_the_picture_of_the_readme_is_small_enough_to_load_at_once():
    assert (ROOT / "docs/pictures/cover.png").stat().st_size < 300_000


def sentences_of_the_program() -> list[tuple[str, str]]:
    """(file, text) of everything that the library says in Japanese; what is filled in later is a blank."""
    found = []
    for file in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
            if re.search("[ぁ-ん]", text):
                found.append((file.name, text))
    return found


def guides() -> list[tuple[str, str]]:
    """(file, text) of every document that people read."""
    files = [*(ROOT / name for name in DOCUMENTS), *sorted((ROOT / "docs").rglob("*.md"))]
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]


def understood(parser: argparse.ArgumentParser, said: str = "") -> tuple[set[str], set[str]]:
    """All commands of a parser as they are typed ("key new"), and all its options."""
    commands, options = {said}, set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                more = understood(below, f"{said} {name}".strip())
                commands, options = commands | more[0], options | more[1]
    return commands, options


def test_a_remedy_names_only_commands_options_and_calls_that_exist():
    commands, options = understood(cli._parser())
    first = {command.split()[0] for command in commands if command}
    calls = {name for name in dir(Page) if not name.startswith("_")}
    said = sentences_of_the_program()
    assert len(said) > 1000
    texts = said + guides()
    wrong = []
    for pattern, known, among in (
        (r"(?<![\w/.-])ujo ([a-z][a-z-]+)", first, texts),
        (r"\bpage\.([a-z_]+)\b", calls, texts),
        (r"(?<![\w-])--[a-z][a-z-]+", options, said),
    ):
        wrong += [
            (file, name)
            for file, text in among
            for name in re.findall(pattern, text, re.ASCII)
            if name not in known
        ]
    assert wrong == []


def test_a_document_names_only_functions_that_the_room_it_names_has():
    """`survey.tally` stands in a module of that name or of a room of that name; a renamed one would mislead."""
    package = ROOT / "src" / "ujo_lib"
    words_of: dict[str, set[str]] = {}
    for file in package.rglob("*.py"):
        path = file.relative_to(package).with_suffix("").parts
        for room in path:
            words_of.setdefault(room, set()).update(
                path, re.findall(r"\w+", file.read_text(encoding="utf-8"))
            )
    named = [
        (document, room, name)
        for document, text in guides()
        for room, name in re.findall(r"`(?:ujo_lib\.)?([a-z_]+)\.([a-z_]+)[`(]", text)
        if room in words_of and name not in {"py", "yaml", "json", "html"}
    ]
    assert len(named) > 50
    assert [one for one in named if one[2] not in words_of[one[1]]] == []
