"""numba runs the machine code that lies in the cache: nobody else may be able to put any there."""

import os
import sys
from pathlib import Path

import pytest

from ujo_lib.errors import InputError
from ujo_lib.pipeline import fleet
from ujo_lib.tagging import cache

posix = pytest.mark.skipif(os.name != "posix", reason="on Windows access lists decide, not modes")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UJO_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@posix
def test_a_new_cache_is_for_its_user_alone(folder: Path) -> None:
    assert cache.cache_folder() == folder
    assert folder.stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize(
    ("mode", "accepted"), [(0o755, True), (0o775, False), (0o757, False), (0o777, False)]
)
def test_a_cache_into_which_others_can_write_is_refused(folder: Path, mode: int, accepted: bool) -> None:
    folder.mkdir()
    folder.chmod(mode)
    if accepted:
        assert cache.cache_folder() == folder
    else:
        with pytest.raises(OSError, match="ほかの人も書き込めます"):
            cache.cache_folder()


@posix
def test_a_cache_of_another_user_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(OSError, match="ほかの人も書き込めます"):
        cache.cache_folder()


def test_without_a_writable_place_the_shared_temporary_folder_is_not_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(OSError, match="UJO_CACHE_DIR") as raised:
        cache.cache_folder()
    assert raised.type.__name__ in fleet._TO_BLAME["parameters"], (
        "a log that is read without a screen says it, too"
    )
    assert isinstance(raised.value, InputError)


def test_on_windows_the_cache_lies_in_the_profile_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "me")
    assert cache._belongs_to_this_user_alone(tmp_path / "me" / "AppData")
    assert not cache._belongs_to_this_user_alone(tmp_path / "everybody")
