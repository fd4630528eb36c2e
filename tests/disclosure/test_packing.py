"""What is sent is what was signed: the same bytes every time, and nothing between the files."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ujo_lib.disclosure.packing import archive, pack, unpacked
from ujo_lib.disclosure.signature import SealError, seal


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    (folder / "tables").mkdir(parents=True)
    (folder / "report.html").write_text("<p>報告</p>", encoding="utf-8")
    (folder / "tables" / "表1.csv").write_text("区分,件数\n", encoding="utf-8")
    seal(folder, {"gate": {"ok": True}})
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def test_the_same_folder_gives_the_same_zip_and_comes_out_as_it_went_in(
    release: Path, tmp_path: Path
) -> None:
    first = pack(release)
    (release / "report.html").touch()
    assert pack(release) == first
    (tmp_path / "a.zip").write_bytes(first)
    with unpacked(tmp_path / "a.zip") as folder:
        assert folder.name == "release"
        assert files(folder) == files(release)


def rewritten(packed: bytes, change: Callable[[zipfile.ZipFile], None]) -> bytes:
    held = io.BytesIO(packed)
    with zipfile.ZipFile(held, "a") as archive:
        change(archive)
    return held.getvalue()


def set_comment(archive: zipfile.ZipFile) -> None:
    archive.comment = b"x"


ALTERED: dict[str, Callable[[bytes], bytes]] = {
    "bytes after the end": lambda packed: packed + b"x",
    "bytes before the start": lambda packed: b"x" + packed,
    "a comment": lambda packed: rewritten(packed, set_comment),
    "a second folder": lambda packed: rewritten(packed, lambda archive: archive.writestr("z/a", b"")),
    "a file beside the folder": lambda packed: rewritten(packed, lambda archive: archive.writestr("z", b"")),
    "a name that leads out": lambda packed: rewritten(
        packed, lambda archive: archive.writestr("release/../z", b"")
    ),
    "a file that is there twice": lambda packed: rewritten(
        packed, lambda archive: archive.writestr("release/report.html", b"x")
    ),
    "half of it": lambda packed: packed[: len(packed) // 2],
    "no archive": lambda _: b"x",
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ALTERED)
def test_a_zip_with_anything_else_in_it_is_not_opened(release: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.zip").write_bytes(ALTERED[kind](pack(release)))
    with pytest.raises(SealError, match="ZIP"), unpacked(tmp_path / "a.zip"):
        pass


def test_a_member_says_nothing_of_the_machine_that_packed_it() -> None:
    """As a Unix of the first day that a ZIP can tell, a plain file that its owner may change and all may read."""
    with zipfile.ZipFile(io.BytesIO(archive([("a.txt", b"a"), ("b.txt", b"b")]))) as made:
        for member in made.infolist():
            assert (member.date_time, member.create_system) == ((1980, 1, 1, 0, 0, 0), 3)
            assert member.external_attr >> 16 == 0o100644
            assert member.compress_type == zipfile.ZIP_DEFLATED
