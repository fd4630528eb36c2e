"""What was made is found again, exactly when everything it was made from is the same; whatever is wrong with an entry,
it is made anew."""

import importlib.metadata
import os
import stat
from pathlib import Path

import pytest

from ujo_lib import store
from ujo_lib.files import package_digest
from ujo_lib.store import Store


class Maker:
    def __init__(self, made=("絵", 1)):
        self.made, self.calls = list(made), 0

    def __call__(self):
        self.calls += 1
        return self.made


@pytest.fixture
def kept(tmp_path):
    return Store(tmp_path / "kept")


def entries(tmp_path):
    return sorted((tmp_path / "kept").iterdir())


def test_what_was_made_once_is_found_by_another_process_of_the_same_program(kept, tmp_path):
    make = Maker()
    assert kept.kept("a", {"n": 3}, make) == ["絵", 1]
    assert Store(tmp_path / "kept").kept("a", {"n": 3}, make) == ["絵", 1]
    assert make.calls == 1


@pytest.mark.parametrize("other", [("b", {"n": 3}), ("a", {"n": 3.0}), ("a", {"n": "3"}), ("a", {"m": 3})])
def test_another_function_or_another_value_is_made_anew(kept, other):
    make = Maker()
    kept.kept("a", {"n": 3}, make)
    kept.kept(*other, make)
    assert make.calls == 2


def test_a_change_of_the_library_or_of_a_package_makes_everything_anew(kept, monkeypatch):
    make = Maker()
    for program in ("library 1 pandas 2", "library 2 pandas 2", "library 2 pandas 3"):
        monkeypatch.setattr(store, "_program", lambda program=program: program)
        kept.kept("a", [], make)
    assert make.calls == 3


@pytest.mark.parametrize("hurt", [b"", b"\x78\x01", b"no archive", "half"])
def test_a_hurt_entry_is_made_anew_and_mended(kept, tmp_path, hurt):
    make = Maker()
    kept.kept("a", [], make)
    (file,) = entries(tmp_path)
    file.write_bytes(file.read_bytes()[:-4] if hurt == "half" else hurt)
    assert kept.kept("a", [], make) == ["絵", 1]
    assert kept.kept("a", [], make) == ["絵", 1]
    assert make.calls == 2


def test_what_fails_leaves_nothing_behind(kept, tmp_path):
    def fail():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        kept.kept("a", [], fail)
    assert not (tmp_path / "kept").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access lists instead")
def test_entries_hold_true_counts_and_are_for_their_owner_alone(kept, tmp_path):
    kept.kept("a", [], Maker())
    (file,) = entries(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(("spare", "left"), [(-1, 2), (0, 3), (1, 3)])
def test_beyond_its_room_it_forgets_what_was_not_asked_for_the_longest(kept, tmp_path, spare, left):
    for at, name in enumerate(("old", "middle", "new")):
        kept.kept(name, [], Maker())
        newest = max(entries(tmp_path), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (at, at)) if name != "new" else None
    make = Maker()
    kept.kept("old", [], make)  # asked for: now the newest
    assert make.calls == 0
    kept.bound(sum(file.stat().st_size for file in entries(tmp_path)) + spare)
    assert len(entries(tmp_path)) == left
    kept.kept("old", [], make)
    assert make.calls == 0
    kept.kept("middle", [], make)
    assert make.calls == (1 if left == 2 else 0)


def test_what_another_run_deletes_meanwhile_is_no_trouble(kept, tmp_path, monkeypatch):
    kept.kept("a", [], Maker())
    (one,) = entries(tmp_path)
    monkeypatch.setattr(Path, "glob", lambda folder, _: [folder / "gone.json.z", one, one])
    kept.bound(-1)
    assert entries(tmp_path) == []


def test_what_the_other_audience_made_meanwhile_and_is_reading_is_left(kept, tmp_path):
    kept.kept("a", [], Maker())
    (file,) = entries(tmp_path)
    with file.open("rb") as reading:
        whole = reading.read()
        kept.bound(-1)
        assert entries(tmp_path) == [file]
        file.write_bytes(b"")  # another writer has only begun
        assert kept.kept("a", [], Maker()) == ["絵", 1]
    assert kept.kept("a", [], Maker()) == ["絵", 1]
    assert file.read_bytes() == whole


def test_a_store_that_may_not_be_written_is_told(kept, tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(store, "write_atomically", refuse)
    with pytest.raises(PermissionError):
        kept.kept("a", [], Maker())


def test_forgetting_leaves_nothing(kept, tmp_path):
    kept.forget()
    kept.kept("a", [], Maker())
    kept.forget()
    assert not (tmp_path / "kept").exists()


def test_the_order_in_which_values_are_named_is_no_other_value(kept):
    make = Maker()
    kept.kept("a", {"n": 3, "名": 4}, make)
    kept.kept("a", {"名": 4, "n": 3}, make)
    assert make.calls == 1


@pytest.mark.parametrize(("more", "left"), [(-1, 1), (0, 1), (1, 0)])
def test_a_year_may_keep_256_megabytes(kept, tmp_path, more, left):
    (tmp_path / "kept").mkdir()
    file = tmp_path / "kept" / "one.json.z"
    file.touch()
    os.truncate(file, 256 * 1024 * 1024 + more)  # takes no room on the disk
    kept.bound()
    assert len(entries(tmp_path)) == left


def test_an_entry_depends_on_the_library_and_on_every_package_that_computes():
    versions = [importlib.metadata.version(name) for name in ("numpy", "pandas", "scipy", "matplotlib")]
    assert set(versions) | {package_digest()} <= set(store._program().split())
