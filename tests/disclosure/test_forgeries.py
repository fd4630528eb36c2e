"""A thousand forged releases: whoever has the two public keys finds out every one of them.

The forger has everything but the two secret keys: the signed releases of two years, keys of his own, and a list of
hashes that he writes anew after each change.
"""

import io
import json
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.disclosure.people_with_keys import NAMES, pairs, publics, secrets
from tests.disclosure.test_keys import needs_minisign
from ujo_lib.disclosure.keys import key_id
from ujo_lib.disclosure.packing import pack, unpacked
from ujo_lib.disclosure.signature import (
    CHECKS,
    SIGN_OFF,
    SIGNATURES,
    SUMS,
    SealError,
    seal,
    sealed_files,
)
from ujo_lib.disclosure.signoff import Approval, sign_off, verify
from ujo_lib.files import digest_file

FORGED = 1000
DAY = date(2024, 10, 31)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def a_release(folder: Path, year: int, approval: Approval) -> Path:
    """A signed release of twelve files, as different between years as a report is."""
    pages = {f"0{n}.html": f"<p>{year}年度 {n} 章: {year * (n + 1) % 97}件</p>".encode() for n in range(6)}
    tables = {f"tables/0{n}_表.csv": f"区分,件数\n男性,{year * (n + 1) % 89}\n".encode() for n in range(6)}
    write(folder, pages | tables)
    seal(folder, {"audit": {"ok": True}, "gate": {"ok": True, "year": year}})
    write(folder, sign_off(folder, approval, f"sample_fy{year}"))
    return folder


class Forger:
    """Forges one release at a time; every choice follows from the seed."""

    def __init__(self, folder: Path, other: Path, seed: int):
        self.folder, self.other, self.random = folder, other, random.Random(seed)

    def forge(self) -> str:
        """Forge in one of the ways; its name."""
        way = self.random.choice(WAYS)
        way(self)
        return way.__name__

    def edited(self) -> None:
        file = self._any_file()
        file.write_bytes(self._edited(file.read_bytes()))
        self._list_anew(half_the_time=True)

    def renamed(self) -> None:
        file = self._any_file()
        file.rename(file.with_name(f"x{file.name}"))
        self._list_anew(half_the_time=True)

    def added(self) -> None:
        (self.folder / f"{self.random.randrange(10**6)}.html").write_text("<p>追加</p>", encoding="utf-8")
        self._list_anew(half_the_time=True)

    def removed(self) -> None:
        self._any_file().unlink()
        self._list_anew(half_the_time=True)

    def swapped_between_years(self) -> None:
        """One file, the list, the record, the signatures, or several of them, from the other year's release."""
        names = sealed_files(self.other)
        groups = [[self.random.choice(names)], [SUMS], [SIGN_OFF], [*SIGNATURES], [SUMS, *SIGNATURES], names]
        for name in self.random.choice(groups):
            shutil.copy(self.other / name, self.folder / name)
        self._list_anew(half_the_time=True)

    def checks_invented(self) -> None:
        checks = json.loads((self.folder / CHECKS).read_text(encoding="utf-8"))
        checks["gate"]["bytes"] = self.random.randrange(10**6)
        (self.folder / CHECKS).write_text(json.dumps(checks), encoding="utf-8")
        self._list_anew(half_the_time=True)

    def signers_invented(self) -> None:
        """Other names, another day or no keys in the record; pages as they were or edited."""
        record = json.loads((self.folder / SIGN_OFF).read_text(encoding="utf-8"))
        record |= self.random.choice(
            [{"signed_by": ["偽者一", "偽者二"]}, {"on": "2024-11-01"}, {"keys": []}]
        )
        if self.random.random() < 0.5:
            self.edited()
        record["sha256sums"] = digest_file(self.folder / SUMS)
        (self.folder / SIGN_OFF).write_text(json.dumps(record), encoding="utf-8")

    def signed_by_the_forger(self) -> None:
        """Everything done as it should be, with one key or two of the forger's own."""
        own = pairs()[2].secret_key
        self.edited()
        seal(self.folder, {"audit": {"ok": True}})
        one_of_them = self.random.choice(secrets())  # as if one of the two were in it
        names = self.random.choice([NAMES, ("偽者一", "偽者二")])
        write(self.folder, sign_off(self.folder, Approval(names, DAY, (own, one_of_them)), "sample_fy2023"))

    def key_renamed(self) -> None:
        """Signatures of the forger's key that call themselves by the name of a true one."""
        self.signed_by_the_forger()
        for name, public in zip(SIGNATURES, publics(), strict=True):
            text = (self.folder / name).read_text()
            (self.folder / name).write_text(re.sub("key [0-9A-F]{16}", f"key {key_id(public)}", text + "\n"))

    def signature_touched(self) -> None:
        file = self.folder / self.random.choice(SIGNATURES)
        lines = file.read_bytes().splitlines(keepends=True)
        at = self.random.choice([1, 2, 3])  # all but the first line, which nobody signs
        lines[at] = self._edited(lines[at].rstrip()) + b"\n"
        file.write_bytes(b"".join(lines))

    def signatures_removed(self) -> None:
        for name in self.random.sample(SIGNATURES, self.random.choice([1, 2])):
            (self.folder / name).unlink()

    def signature_copied(self) -> None:
        """One signature in both places."""
        first, second = self.random.sample(SIGNATURES, 2)
        shutil.copy(self.folder / first, self.folder / second)

    def _any_file(self) -> Path:
        return self.folder / self.random.choice(
            [name for name in sealed_files(self.folder) if name != CHECKS]
        )

    def _edited(self, content: bytes) -> bytes:
        """One byte changed, dropped or put in."""
        at = self.random.randrange(len(content))
        byte = bytes([content[at] ^ (1 << self.random.randrange(8))])
        return self.random.choice([content[:at] + byte + content[at + 1 :], content[:at] + content[at + 1 :],
                                   content[:at] + byte + content[at:]])  # fmt: skip

    def _list_anew(self, *, half_the_time: bool) -> None:
        """Write the list of hashes anew, and the record to fit."""
        if half_the_time and self.random.random() < 0.5:
            return
        lines = [f"{digest_file(self.folder / name)}  {name}\n" for name in sealed_files(self.folder)]
        (self.folder / SUMS).write_text("".join(lines), encoding="utf-8")
        record = json.loads((self.folder / SIGN_OFF).read_text(encoding="utf-8"))
        record["sha256sums"] = digest_file(self.folder / SUMS)
        (self.folder / SIGN_OFF).write_text(json.dumps(record), encoding="utf-8")


WAYS: tuple[Callable[[Forger], None], ...] = (
    Forger.edited,
    Forger.renamed,
    Forger.added,
    Forger.removed,
    Forger.swapped_between_years,
    Forger.checks_invented,
    Forger.signers_invented,
    Forger.signed_by_the_forger,
    Forger.key_renamed,
    Forger.signature_touched,
    Forger.signatures_removed,
    Forger.signature_copied,
)
"""Ways to forge a folder; a thirteenth alters the ZIP."""


def altered_zip(packed: bytes, dice: random.Random) -> bytes:
    """A ZIP with a byte of its content changed, or with something beside its members."""
    way = dice.randrange(4)
    if way == 0:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            member = dice.choice(archive.infolist())
        # The last byte of a stream ends in bits that mean nothing: whoever flips one has altered no file.
        inside = dice.randrange(member.compress_size - 1)
        at = member.header_offset + 30 + len(member.filename.encode()) + inside
        return packed[:at] + bytes([packed[at] ^ (1 << dice.randrange(8))]) + packed[at + 1 :]
    if way == 1:
        return packed + dice.randbytes(dice.randrange(1, 99))
    if way == 2:
        return dice.randbytes(dice.randrange(1, 99)) + packed
    held = io.BytesIO(packed)
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr(f"release/{dice.randrange(10**6)}.html", "<p>追加</p>")
    return held.getvalue()


def found_out(received: Path) -> bool:
    """What `ujo verify` with both public keys says of a folder or a ZIP."""
    if received.is_dir():
        return not verify(received, publics()).ok
    try:
        with unpacked(received) as folder:
            return not verify(folder, publics()).ok
    except SealError:
        return True


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    made = tmp_path_factory.mktemp("years")
    approval = Approval(NAMES, DAY, secrets())
    return a_release(made / "2023", 2023, approval), a_release(made / "2022", 2022, approval)


def forgeries(years: tuple[Path, Path], place: Path, number: int) -> Iterator[tuple[str, Path]]:
    """(way, forged folder or ZIP), one after the other in the same place."""
    true, other = years
    packed = pack(true)
    for seed in range(number):
        dice = random.Random(seed)
        if seed % 13 == 12:
            (forged := place / "release.zip").write_bytes(altered_zip(packed, dice))
            yield "altered_zip", forged
        else:
            shutil.rmtree(place / "release", ignore_errors=True)
            forged = Path(shutil.copytree(true, place / "release"))
            yield Forger(forged, other, seed).forge(), forged


@pytest.mark.full
def test_every_one_of_a_thousand_forged_releases_is_found_out(
    years: tuple[Path, Path], tmp_path: Path
) -> None:
    assert not found_out(years[0])
    ways, missed = set(), []
    for number, (way, forged) in enumerate(forgeries(years, tmp_path, FORGED)):
        ways.add(way)
        if not found_out(forged):
            missed.append((number, way))
    assert missed == []
    assert ways == {way.__name__ for way in WAYS} | {"altered_zip"}


def test_a_forged_release_of_every_kind_is_found_out(years: tuple[Path, Path], tmp_path: Path) -> None:
    assert [way for way, forged in forgeries(years, tmp_path, 40) if not found_out(forged)] == []


@pytest.mark.full
@needs_minisign
def test_minisign_finds_out_every_signature_that_was_touched(
    years: tuple[Path, Path], tmp_path: Path
) -> None:
    publics_files = [tmp_path / f"{number}.pub" for number in (1, 2)]
    for file, public in zip(publics_files, publics(), strict=True):
        file.write_bytes(bytes(public) + b"\n")
    for seed in range(200):
        shutil.rmtree(tmp_path / "release", ignore_errors=True)
        forger = Forger(Path(shutil.copytree(years[0], tmp_path / "release")), years[1], seed)
        assert minisign_accepts(forger.folder, publics_files)
        forger.signature_touched()
        assert not minisign_accepts(forger.folder, publics_files), seed


def minisign_accepts(folder: Path, keys: list[Path]) -> bool:
    """Whether the public program takes both signatures of a folder."""
    calls = [
        ["minisign", "-V", "-m", SUMS, "-x", name, "-p", str(key)]
        for name, key in zip(SIGNATURES, keys, strict=True)
    ]
    return all(
        subprocess.run(call, cwd=folder, capture_output=True, check=False).returncode == 0 for call in calls
    )
