"""A slip with `git add` must not carry anybody's words into the repository: the real hook in a real repository."""

import shutil
import subprocess
import sys
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


@pytest.mark.parametrize(
    "name", ["data/private/相談.csv", "outputs/a/index.html", "data/x.txt", "logs/ujo.log"]
)
def test_a_forced_add_of_private_paths_is_not_committed(repository: Path, name: str):
    assert not commit(repository, name, b"x")


def test_a_copy_of_the_consultations_beside_a_notebook_is_not_committed(repository: Path):
    row = "相談ID,相談本文\n1,x\n"
    assert not commit(repository, "notebooks/copy.csv", row.encode("cp932"))
    book = openpyxl.Workbook()
    book.active.append(["調査ID", "ご意見(自由記述)"])
    book.save(repository / "copy.xlsx")
    assert not commit(repository, "copy2.xlsx", (repository / "copy.xlsx").read_bytes())


def test_ordinary_files_are_committed(repository: Path):
    assert commit(repository, "data/README.md", "相談本文 の列".encode())
    assert commit(repository, "params/items.csv", "区分,件数\n".encode())


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
