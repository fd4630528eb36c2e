"""What a forked kernel finds loaded, and what it is spared."""

from pathlib import Path

import pytest

from tests.pipeline.test_execute import written
from tests.pipeline.warm import WarmServer
from ujo_lib.pipeline import kernels
from ujo_lib.pipeline.execute import execute
from ujo_lib.pipeline.forkserver import Preload
from ujo_lib.pipeline.kernels import ForkServer, can_fork, forked_manager

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux alone"),
]
CODEBOOK = "version: '1'\nthemes:\n  - id: school\n    label: 学校\n    role: factor\n    terms: [学校]\n"
ANSWER = """\
import sys
from ujo_lib.tagging.codebook import kept_codebook
print(kept_codebook.cache_info().currsize, sys.modules["debugpy"], get_ipython().history_manager.enabled)"""


def answered(folder: Path, preload: Preload, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(kernels, "_start_server", WarmServer)
    with ForkServer(preload) as server:
        executed = execute(*written(folder, ANSWER), forked_manager(server), lambda done, total: None)
    return str(executed.cells[-1].outputs[0].text).split()


def test_a_kernel_finds_codebooks_compiled_has_no_debugger_and_writes_no_history(tmp_path, monkeypatch):
    book = tmp_path / "codebook.yaml"
    book.write_text(CODEBOOK, encoding="utf-8")
    preload = Preload("none.yaml", codebooks=[str(book)], modules=["ujo_lib.tagging"])
    assert answered(tmp_path, preload, monkeypatch) == ["1", "None", "False"]


def test_what_is_wrong_with_a_codebook_or_a_module_is_left_for_the_notebooks_to_say(tmp_path, monkeypatch):
    (tmp_path / "broken.yaml").write_text("themes: [", encoding="utf-8")
    books = [str(tmp_path / name) for name in ("absent.yaml", "broken.yaml")]
    preload = Preload("none.yaml", ["cases"], books, ["ujo_lib.no_such_room"])
    assert answered(tmp_path, preload, monkeypatch) == ["0", "None", "False"]


def test_a_runner_that_was_killed_leaves_no_folder_of_sockets(monkeypatch):
    monkeypatch.setattr(kernels, "_start_server", WarmServer)
    server = ForkServer(Preload("none.yaml"))
    folder = Path(server.sockets()).parent
    (folder / "k1.json").touch()
    server._process.stdin.close()  # so the end of a process is heard, however it came
    server._process.wait(timeout=5)
    assert not folder.exists()
    with server:
        pass  # who lives clears away what is gone without a word
