"""A slip with `git add` must not carry anybody's words into the repository: the real hook in a real repository."""

import gzip
import io
import json
import pickle
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import yaml

from ujo_lib.params import project_root

REPOSITORY = project_root(Path(__file__).parent)
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "市の 報告書"
    root.mkdir()
    assert git(root, "init", "-q").returncode == 0
    shutil.copy(REPOSITORY / ".gitignore", root)
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    script = REPOSITORY / ".ci/refuse-private"
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{script}'\n", encoding="utf-8")
    hook.chmod(0o755)
    return root


def commit(root: Path, name: str, content: bytes) -> bool:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    assert git(root, "add", "-f", name).returncode == 0
    return git(root, "commit", "-q", "-m", "x").returncode == 0


def workbook(*rows: list[str]) -> bytes:
    book, held = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(held)
    return held.getvalue()


def archive(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr(name, content)
    return held.getvalue()


def notebook(outputs: list[dict]) -> bytes:
    cell = {"cell_type": "code", "source": "x", "metadata": {}, "execution_count": None, "outputs": outputs}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def table(heading: str, cells: list[str], encoding: str = "utf-8") -> bytes:
    return "\r\n".join(f"x,{cell}" for cell in [heading, *cells]).encode(encoding)


@pytest.mark.parametrize(
    "name", ["data/private/相談.csv", "outputs/a/index.html", "data/x.txt", "logs/ujo.log"]
)
def test_a_forced_add_of_private_paths_is_not_committed(repository: Path, name: str):
    assert not commit(repository, name, b"x")


SPOKEN = "きのうの夜に猫が鳴いていて、屋根の上が"
PRIVATE = {
    "consultations in cp932": table("相談本文", ["猫の話"], "cp932"),
    "consultations in UTF-16": table("相談本文", ["猫の話"], "utf-16"),
    "tabs instead of commas": "ID\t本文\n1\t猫\n".encode(),
    "a heading below a title": "令和5年度,\n番号,自由記述欄\n1,猫\n".encode(),
    "pipes instead of commas": "|番号|本文|\n|1|猫|\n|2|犬|\n".encode(),
    "JSON records": json.dumps(
        [{"番号": 1, "本文": "猫"}, {"番号": 2, "本文": "犬"}], ensure_ascii=False
    ).encode(),
    "JSON columns": json.dumps({"番号": {"0": 1}, "ご意見": {"0": "猫", "1": "犬"}}).encode(),
    "JSON within JSON": json.dumps({"data": {"rows": [{"自由記述": "猫"}]}}).encode(),
    "JSON lines": '{"n": 1, "相談内容": "猫"}\n{"n": 2, "相談内容": "犬"}\n'.encode(),
    "record numbers in JSON": json.dumps([{"id": f"K2023-{n:05}"} for n in range(20)]).encode(),
    "a workbook": workbook(["調査ID", "ご意見(自由記述)"], ["1", "猫"]),
    "texts under a harmless heading": table("備考", [f"{SPOKEN}{n}番" for n in range(5)]),
    "numbers of records": table("項目", [f"K2023-{n:05}" for n in range(20)]),
    "plain numbers under a heading that says so": table("相談者ID", [str(n) for n in range(20)]),
    "an executed notebook": notebook([{"output_type": "stream", "name": "stdout", "text": "猫"}]),
    "a finished page": "<!DOCTYPE html>\n<html lang='ja'><body>猫</body></html>".encode(),
    "a page after a comment": "<!-- x -->\n<html><body>猫</body></html>".encode(),
    "a ZIP": archive("a.txt", b"x"),
    "a compressed file": gzip.compress(b"x"),
    "a pickle": pickle.dumps({"a": 1}),
    "Parquet": b"PAR1\x15\x04\x15\x00PAR1",
    "a database": b"SQLite format 3\x00",
    "a broken workbook": workbook(["a"])[:-30],
}


def refused(root: Path, contents: dict[str, bytes]) -> set[str]:
    """Which of these contents the hook refuses when pre-commit hands them on under a harmless name."""
    for number, content in enumerate(contents.values()):
        (root / f"{number}.md").write_bytes(content)
    names = [f"{number}.md" for number in range(len(contents))]
    script = [sys.executable, str(REPOSITORY / ".ci/refuse-private"), *names]
    done = subprocess.run(script, cwd=root, capture_output=True, encoding="utf-8", check=False)
    told = {line.partition(".md: ")[0] for line in done.stderr.splitlines()}
    assert done.returncode == bool(told), done.stderr
    return {kind for number, kind in enumerate(contents) if str(number) in told}


def test_what_people_said_is_refused_under_any_name(tmp_path: Path):
    assert refused(tmp_path, PRIVATE) == set(PRIVATE)


HARMLESS = {
    "a list of four texts": table("備考", [f"{SPOKEN}{n}番" for n in range(4)]),
    "texts of 19 characters": table("備考", [f"{SPOKEN[:17]}{n:02}" for n in range(9)]),
    "19 numbers of records": table("項目", [f"K2023-{n:05}" for n in range(19)]),
    "19 plain numbers of clients": table("相談者ID", [str(n) for n in range(19)]),
    "a table of counts": table("件数", [str(n) for n in range(99)]),
    "a workbook of counts": workbook(["区分", "件数"], ["男", "1"]),
    "a notebook without outputs": notebook([]),
    "a picture": (REPOSITORY / "docs/pictures/cover.png").read_bytes(),
    "a template of a page": b"<!DOCTYPE html><html>{% for x in y %}{{ x }}{% endfor %}</html>",
    "prose about the column": "本文の列は、読み込むときに伏せます。\n\n- 相談本文\n- 自由記述\n".encode(),
    "JSON settings": json.dumps({"件数": [1, 2, 3], "題": "本文の扱い", "id": ["K2023-00001"] * 40}).encode(),
    "19 record numbers in JSON": json.dumps([{"id": f"K2023-{n:05}"} for n in range(19)]).encode(),
    "nothing": b"",
}


def test_ordinary_files_are_not_refused(tmp_path: Path):
    assert refused(tmp_path, HARMLESS) == set()


def test_git_itself_asks_the_hook(repository: Path):
    assert commit(repository, "data/README.md", "相談本文 の列".encode())
    assert not commit(repository, "docs/notes.md", PRIVATE["an executed notebook"])


def test_what_is_committed_is_looked_at_and_not_what_lies_in_the_folder_by_now(repository: Path):
    (repository / "a.csv").write_bytes(PRIVATE["numbers of records"])
    git(repository, "add", "a.csv")
    (repository / "a.csv").write_text("harmless", encoding="utf-8")
    assert git(repository, "commit", "-q", "-m", "x").returncode == 1


def test_private_data_outputs_and_logs_are_ignored_by_git(repository: Path):
    for name in ("data/private/a.csv", "data/sample/a.csv", "outputs/a/b.html", "logs/ujo.log"):
        assert git(repository, "check-ignore", "-q", name).returncode == 0, name
    assert git(repository, "check-ignore", "-q", "data/README.md").returncode == 1


def test_pre_commit_runs_this_very_hook():
    config = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (hook,) = [hook for repo in config["repos"] for hook in repo["hooks"] if hook["id"] == "no-private-data"]
    assert (hook["entry"], hook["language"]) == (".ci/refuse-private", "system")
    assert "files" not in hook
    assert (REPOSITORY / hook["entry"]).stat().st_mode & 0o100


def test_nothing_of_this_repository_would_be_refused():
    listed = git(REPOSITORY, "ls-files", "-z").stdout.decode().split("\0")
    names = [name for name in listed if name]
    script = [sys.executable, ".ci/refuse-private"]
    done = subprocess.run([*script, *names], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_tool_has_left_its_logs_beside_the_sources():
    listed = git(REPOSITORY, "ls-files", "-z").stdout.decode().split("\0")
    kinds = {Path(name).suffix for name in listed if name and "/" not in name and not name.startswith(".")}
    assert kinds == {"", ".md", ".toml", ".yml", ".lock"}
