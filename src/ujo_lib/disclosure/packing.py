"""A release as one ZIP of fixed bytes, and the way back that takes nothing but what was packed."""

import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ujo_lib.disclosure.signature import SIGN_OFF, SIGNATURES, SUMS, SealError, sealed_files

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = stat.S_IFREG | 0o644
_UNIX = 3
_END, _HEADERS = 22, 30 + 46
"""Bytes of the end of an archive, and of the two headers of a member without its name, which stands in both."""


def pack(folder: Path) -> bytes:
    """Pack a release; equal folders give equal bytes."""
    sealed = (SUMS, SIGN_OFF, *SIGNATURES)
    names = sorted([*sealed_files(folder), *(n for n in sealed if (folder / n).is_file())])
    return archive((f"{folder.name}/{name}", (folder / name).read_bytes()) for name in names)


def archive(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Put files into a ZIP by name and content; equal files in equal order give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in members:
            member = zipfile.ZipInfo(name, _EPOCH)
            member.external_attr = _FILE_MODE << 16
            member.create_system = _UNIX
            member.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(member, content, compresslevel=9)
    return packed.getvalue()


@contextmanager
def unpacked(file: Path) -> Iterator[Path]:
    """Offer the folder of a packed release, for as long as it is looked at.

    Raises:
        SealError: the file is no archive, is damaged, or is not laid out as `pack` does: more than one folder, a name
            twice, a comment, bytes before, between or after the members.
    """
    with tempfile.TemporaryDirectory() as place:
        try:
            with zipfile.ZipFile(file) as archive:
                if not _is_plain(archive, file.stat().st_size):
                    raise SealError(
                        "承認のときのZIPのままではない(詰め直したか、公表したファイル以外のものが入っている)。"
                        "承認した側から、もう一度ZIPを受け取ってください。"
                    )
                archive.extractall(place)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError):
            raise SealError("ZIPが壊れているか、ZIPではない。") from None
        (folder,) = Path(place).iterdir()
        yield folder


def _is_plain(archive: zipfile.ZipFile, size: int) -> bool:
    """Whether an archive holds the files of one folder, each once, and not a byte more."""
    members = archive.infolist()
    names = [member.filename for member in members]
    told = sum(_HEADERS + 2 * len(name.encode()) for name in names) + sum(m.compress_size for m in members)
    return (
        names == sorted(set(names))
        and len({name.partition("/")[0] for name in names}) == 1
        and all("/" in name and ".." not in name.split("/") for name in names)
        and not archive.comment
        and size == told + _END
        and {(m.date_time, m.external_attr, m.compress_type) for m in members}
        == {(_EPOCH, _FILE_MODE << 16, zipfile.ZIP_DEFLATED)}
    )
