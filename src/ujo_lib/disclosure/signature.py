"""The seal of a release: what was checked, and the hash of every file.

Everything lies in the release folder itself, so a recipient needs nothing else: `SHA256SUMS` is in the format that
`sha256sum -c` reads. A seal finds slips, not forgers: whoever changes a page can write the list anew. What stops a
forger are the signatures over the list (see `signoff`).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ujo_lib.files import digest_file

CHECKS, SUMS, SIGN_OFF = "checks.json", "SHA256SUMS", "signoff.json"
SIGNATURES = (f"{SUMS}.1.minisig", f"{SUMS}.2.minisig")
"""The two signatures over the list of hashes, in the format of minisign."""

_NOT_PROVEN = (
    "SHA256SUMS は、封をした後でファイルが変わっていないかを調べるための一覧です。誰が作り、誰が承認したかは、"
    "この一覧だけでは証明されません(書き換えた人は、一覧も作り直せます)。承認した人を確かめるには、"
    "2人の公開鍵を別の手段で受け取り、SHA256SUMS の署名を `ujo verify` の --key か minisign で確かめてください。"
)


class SealError(ValueError):
    """The release cannot be sealed or signed; the message is Japanese and says why."""


class KeyFileError(ValueError):
    """A key cannot be made or used; the message is Japanese and says why and what to do."""


def seal(folder: Path, checks: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the results of the checks and the hash of every file; an earlier sign-off is void from then on.

    Args:
        folder: the finished release.
        checks: name of a check → its result; each has a boolean "ok". No true count, no text and no hash of either
            belongs in here: whoever can list the few values that a small count may have finds it by its hash.

    Returns:
        SHA-256 of the list, by which the release can be named.

    Raises:
        SealError: a result without "ok", an empty folder, or something in it that is not a plain file.
    """
    if not all(isinstance(result.get("ok"), bool) for result in checks.values()):
        raise SealError("検査の結果に ok(true/false)がない")
    for name in (SIGN_OFF, *SIGNATURES):
        (folder / name).unlink(missing_ok=True)
    told = {**checks, "seal": {"ok": True, "note": _NOT_PROVEN}}
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / CHECKS).write_text(text + "\n", encoding="utf-8", newline="\n")
    files = sealed_files(folder)
    if files == [CHECKS]:
        raise SealError("公表するファイルがない")
    lines = [f"{digest_file(folder / name)}  {name}\n" for name in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return digest_file(folder / SUMS)


def release_id(folder: Path) -> str:
    """Short name of a sealed release, made from the hashes of its files."""
    return digest_file(folder / SUMS)[:8]


def is_sealed(folder: Path) -> bool:
    """Whether a folder was sealed at some time, changed since or not."""
    return (folder / SUMS).is_file()


def is_signed(folder: Path) -> bool:
    """Whether a sign-off lies in a folder, void or not."""
    return (folder / SIGN_OFF).is_file()


def public_pages(outputs: Path) -> Path:
    """The pages that readers have of a year, whatever has been made anew since they were signed.

    A corrected year that is printed beside the next one before it has left tells who was added to it.

    Args:
        outputs: the folder of all that was made of the year.

    Returns:
        The release that was signed last. Of a year of which none has left, the pages in the making; where all that
        left has been deleted, a folder that is not there.
    """
    current, signed = outputs / "release", signed_pages(outputs)
    if current in signed or not (signed or any(outputs.glob("disclosed/*.json"))):
        return current
    return max(signed, key=_signed_at, default=outputs / "releases" / "deleted")


def signed_pages(outputs: Path) -> list[Path]:
    """Every release of a year that has been signed and is still there."""
    folders = [outputs / "release", *sorted((outputs / "releases").glob("*"))]
    return [folder for folder in folders if is_signed(folder)]


def _signed_at(folder: Path) -> tuple[str, float]:
    record = read_record(folder / SIGN_OFF) or {}
    return str(record.get("on", "")), (folder / SIGN_OFF).stat().st_mtime


def changes(folder: Path) -> tuple[str, ...]:
    """What differs from the list of hashes, and which checks failed, in Japanese sentences; empty when nothing."""
    if not (folder / SUMS).is_file():
        return ("ハッシュの一覧(SHA256SUMS)がない。",)
    lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    try:
        present = set(sealed_files(folder))
    except SealError as problem:
        return (str(problem),)
    problems = [f"{name} がない。" for name in sorted(set(listed) - present)]
    problems += [f"{name} は一覧にない。" for name in sorted(present - set(listed))]
    problems += [
        f"{name} が変わっている。"
        for name in sorted(present & set(listed))
        if digest_file(folder / name) != listed[name]
    ]
    checks = read_record(folder / CHECKS)
    if checks is None:
        return (*problems, "検査の記録(checks.json)がない。")
    failed = [name for name, r in checks.items() if not (isinstance(r, dict) and r.get("ok") is True)]
    return (*problems, *(f"検査「{name}」に合格していない。" for name in failed))


def sealed_files(folder: Path) -> list[str]:
    """Plain files of a release by path below it, without the list of hashes and what is signed over it.

    Raises:
        SealError: a link, or anything else that is not a plain file.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise SealError(f"{path.relative_to(folder).as_posix()} は普通のファイルではない。")
        if path.is_file():
            found.append(path.relative_to(folder).as_posix())
    return [name for name in found if name not in (SUMS, SIGN_OFF, *SIGNATURES)]


def read_record(file: Path) -> dict[str, Any] | None:
    """A JSON object, None when there is none."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
