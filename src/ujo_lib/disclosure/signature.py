"""The seal of a release: what was checked, the hash of every file, and who took responsibility.

Everything lies in the release folder itself, so a recipient needs nothing else: `SHA256SUMS` is in the format that
`sha256sum -c` reads. The sign-off is a record of two names against those hashes; it proves that nothing changed since,
not that the two people are who they say.
"""

import hashlib
import json
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKS, SUMS, SIGN_OFF = "checks.json", "SHA256SUMS", "signoff.json"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = stat.S_IFREG | 0o644


class SealError(ValueError):
    """The release cannot be sealed or signed; the message is Japanese and says why."""


@dataclass(frozen=True)
class Verification:
    """Whether a release folder is what was signed.

    Attributes:
        problems: Japanese sentences; empty when every file is as it was.
        signed_by: the two names, empty when the folder has not been signed or the record is void.
        signed_on: the date in the record, empty likewise.
        checks: the recorded results.
    """

    problems: tuple[str, ...]
    signed_by: tuple[str, ...]
    signed_on: str
    checks: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """Unchanged, every check passed, and signed by two people."""
        return not self.problems and len(self.signed_by) == 2


def seal(folder: Path, checks: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the results of the checks and the hash of every file; an earlier sign-off is void from then on.

    Args:
        folder: the finished release.
        checks: name of a check → its result; each has a boolean "ok". No true count and no text belongs in here.

    Returns:
        SHA-256 of the list, by which the release can be named.

    Raises:
        SealError: a result without "ok", an empty folder, or something in it that is not a plain file.
    """
    if not all(isinstance(result.get("ok"), bool) for result in checks.values()):
        raise SealError("検査の結果に ok(true/false)がない")
    (folder / SIGN_OFF).unlink(missing_ok=True)
    text = json.dumps(checks, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / CHECKS).write_text(text + "\n", encoding="utf-8", newline="\n")
    files = _files(folder)
    if files == [CHECKS]:
        raise SealError("公表するファイルがない")
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return _sha256(folder / SUMS)


def sign(folder: Path, names: tuple[str, str], on: str) -> None:
    """Record that two people let the release go.

    Args:
        folder: a sealed release.
        names: of two different people.
        on: the date, as it is to stand in the record.

    Raises:
        SealError: fewer than two people, a failed check, or a folder that changed since it was sealed.
    """
    people = tuple(name.strip() for name in names)
    if len(set(people)) != 2 or not all(people):
        raise SealError("承認には、異なる2人の氏名が要る")
    problems = _changes(folder)
    if problems:
        raise SealError("承認できない: " + " ".join(problems))
    record = {"signed_by": list(people), "on": on, "sha256sums": _sha256(folder / SUMS)}
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / SIGN_OFF).write_text(text + "\n", encoding="utf-8", newline="\n")


def release_id(folder: Path) -> str:
    """Short name of a sealed release, made from the hashes of its files."""
    return _sha256(folder / SUMS)[:8]


def is_sealed(folder: Path) -> bool:
    """Whether a folder was sealed at some time, changed since or not."""
    return (folder / SUMS).is_file()


def is_signed(folder: Path) -> bool:
    """Whether a sign-off lies in a folder, void or not."""
    return (folder / SIGN_OFF).is_file()


def verify(folder: Path) -> Verification:
    """Compare a release folder with its own seal."""
    problems = _changes(folder)
    checks = _read(folder / CHECKS) or {}
    record = _read(folder / SIGN_OFF)
    if record is None:
        return Verification((*problems, "承認の記録がない。"), (), "", checks)
    if not (folder / SUMS).is_file() or record.get("sha256sums") != _sha256(folder / SUMS):
        problems = (*problems, "承認の後で内容が変わったため、承認は無効。")
    if problems:
        return Verification(problems, (), "", checks)
    return Verification((), tuple(record.get("signed_by", ())), str(record.get("on", "")), checks)


def write_zip(folder: Path, target: Path) -> None:
    """Pack a folder; equal folders give equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted([*_files(folder), *(n for n in (SUMS, SIGN_OFF) if (folder / n).is_file())]):
            member = zipfile.ZipInfo(f"{folder.name}/{name}", _EPOCH)
            member.external_attr = _FILE_MODE << 16
            member.create_system = 3
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, (folder / name).read_bytes(), compresslevel=9)


def _changes(folder: Path) -> tuple[str, ...]:
    """What differs from the list of hashes, and which checks failed."""
    if not (folder / SUMS).is_file():
        return ("ハッシュの一覧(SHA256SUMS)がない。",)
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    try:
        present = set(_files(folder))
    except SealError as problem:
        return (str(problem),)
    problems = [f"{name} がない。" for name in sorted(set(listed) - present)]
    problems += [f"{name} は一覧にない。" for name in sorted(present - set(listed))]
    problems += [
        f"{name} が変わっている。"
        for name in sorted(present & set(listed))
        if _sha256(folder / name) != listed[name]
    ]
    checks = _read(folder / CHECKS)
    if checks is None:
        return (*problems, "検査の記録(checks.json)がない。")
    failed = [name for name, r in checks.items() if not (isinstance(r, dict) and r.get("ok") is True)]
    return (*problems, *(f"検査「{name}」に合格していない。" for name in failed))


def _files(folder: Path) -> list[str]:
    """Plain files of a release, without the list of hashes and the sign-off themselves."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise SealError(f"{path.relative_to(folder).as_posix()} は普通のファイルではない。")
        if path.is_file():
            found.append(path.relative_to(folder).as_posix())
    return [name for name in found if name not in (SUMS, SIGN_OFF)]


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read(file: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
