"""The sign-off: two people let a sealed release go, each with a key of their own.

The record names them, the day and the release. Each signature covers the list of hashes and, by its signed comment, the
record: neither a page nor a name nor the day can be changed without a key. Without keys the record proves nothing, and
whoever reads it is told so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256 as hash_of
from pathlib import Path
from typing import Any

import minisign

from ujo_lib.disclosure import keys as key_files
from ujo_lib.disclosure.signature import (
    CHECKS,
    SIGN_OFF,
    SIGNATURES,
    SUMS,
    SealError,
    changes,
    read_record,
)
from ujo_lib.files import digest_file
from ujo_lib.fiscal import JAPAN
from ujo_lib.text import fold_key, normalise_value

NAMES_ONLY = "氏名の記録だけで、署名はありません。誰が承認したかは、この記録では証明されません。"
_SIGNED = (
    "2人がそれぞれの鍵で SHA256SUMS とこの記録に署名しました。鍵が本人のものかどうかは、"
    "公開鍵を別の手段で受け取って確かめてください。"
)


@dataclass(frozen=True)
class Approval:
    """Who lets a release go, and when.

    Attributes:
        names: of two different people, as they are to be read.
        on: the day.
        keys: their secret keys in the same order; empty for a record of names alone.
    """

    names: tuple[str, str]
    on: date
    keys: tuple[minisign.SecretKey, ...] = ()

    def __post_init__(self) -> None:
        if len({fold_key(name) for name in self.names} - {""}) != 2:
            raise SealError("承認には、異なる2人の氏名が要ります(空白や字体だけの違いは同じ人とみなします)。")
        if self.keys and len({key_files.material(key.get_public_key()) for key in self.keys}) != 2:
            raise SealError("承認には、2人がそれぞれ別の鍵を使ってください(--key を2つ、氏名の順に)。")

    def require_day(self, made_on: date, today: date) -> None:
        """Refuse a day before the release was made, and one that has not come yet.

        Raises:
            SealError: the day cannot be.
        """
        if made_on > today:
            raise SealError(
                f"公表用ページの作成日({made_on})が、今日({today})より先です。common.yaml の created_on を直し、"
                "`ujo run` と `ujo release` からやり直してください。"
            )
        if not made_on <= self.on <= today:
            raise SealError(
                f"承認日 {self.on} は、公表用ページができた日({made_on})から今日({today})までの日にしてください。"
            )


@dataclass(frozen=True)
class Verification:
    """Whether a release folder is what was signed.

    Attributes:
        problems: Japanese sentences; empty when every file is as it was.
        signed_by: the two names, empty when the folder has not been signed or the record is void.
        signed_on: the day in the record, empty likewise.
        release: which release it is by the record, empty likewise.
        signed_with: names of the keys that the record tells of; empty when it is one of names alone.
        proven: both signatures were checked with public keys that the caller trusts.
        checks: the recorded results.
    """

    problems: tuple[str, ...]
    signed_by: tuple[str, ...] = ()
    signed_on: str = ""
    release: str = ""
    signed_with: tuple[str, ...] = ()
    proven: bool = False
    checks: Mapping[str, Any] | None = None

    @property
    def ok(self) -> bool:
        """Unchanged, every check passed, and let go by two people, as far as the keys given can tell."""
        return not self.problems and len(self.signed_by) == 2


def sign_off(folder: Path, approval: Approval, release: str) -> dict[str, bytes]:
    """Make the files by which two people let a release go, without writing any.

    Args:
        folder: a sealed release.
        approval: who and when.
        release: name of place and year.

    Returns:
        File name → content. The record comes last: with it, and not before, the release is signed.

    Raises:
        SealError: a failed check, or a folder that changed since it was sealed.
    """
    if problems := changes(folder):
        raise SealError("承認できません。" + "".join(problems))
    record = {
        "signed_by": [normalise_value(name) for name in approval.names],
        "on": approval.on.isoformat(),
        "release": release,
        "keys": [key_files.key_id(key.get_public_key()) for key in approval.keys],
        "sha256sums": digest_file(folder / SUMS),
        "note": _SIGNED if approval.keys else NAMES_ONLY,
    }
    text = (json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    midnight = int(datetime.combine(approval.on, time(), JAPAN).timestamp())
    comment = f"timestamp:{midnight}\tfile:{SUMS}\thashed\t{_bound(text)}"
    listed = (folder / SUMS).read_bytes()
    made = {
        name: key_files.sign(key, listed, comment)
        for name, key in zip(SIGNATURES, approval.keys, strict=False)
    }
    return made | {SIGN_OFF: text}


def verify(folder: Path, keys: Sequence[minisign.PublicKey] = ()) -> Verification:
    """Compare a release folder with its seal and its sign-off.

    Args:
        folder: the release as it was received.
        keys: public keys of the two people, known from elsewhere. Without them a forger who wrote list and record anew
            is not found out.
    """
    problems = list(changes(folder))
    checks = read_record(folder / CHECKS) or {}
    record = read_record(folder / SIGN_OFF)
    if record is None:
        return Verification((*problems, "承認の記録がない。"), checks=checks)
    if not (folder / SUMS).is_file() or record.get("sha256sums") != digest_file(folder / SUMS):
        problems.append("承認の後で内容が変わったため、承認は無効。")
    names = record.get("signed_by")
    if not isinstance(names, list) or len({fold_key(str(name)) for name in names}) != 2:
        problems.append("承認の記録に、異なる2人の氏名がない。")
    told = record.get("keys")
    if [key_files.signing_id(signature) for signature in _signatures(folder)] != (told or []):
        problems.append("署名のファイルが、承認の記録にある鍵のものとそろっていない。")
    problems += _unsigned(folder, keys)
    if problems:
        return Verification(tuple(problems), checks=checks)
    return Verification(
        (),
        tuple(map(str, record["signed_by"])),
        str(record.get("on", "")),
        str(record.get("release", "")),
        tuple(told or ()),
        bool(keys),
        checks,
    )


def _unsigned(folder: Path, keys: Sequence[minisign.PublicKey]) -> Iterator[str]:
    """For each key that did not sign this very list and this very record, a sentence that says so."""
    made = _signatures(folder)
    if not keys or not (folder / SUMS).is_file():
        return
    listed, bound = (folder / SUMS).read_bytes(), _bound((folder / SIGN_OFF).read_bytes())
    for key in keys:
        comments = [key_files.signed_comment(key, listed, signature) for signature in made]
        if not any(comment and bound in comment.split("\t") for comment in comments):
            yield f"鍵 {key_files.key_id(key)} による、この内容と承認の記録への署名がない。"


def _signatures(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in SIGNATURES if (folder / name).is_file()]


def _bound(record: bytes) -> str:
    """What ties a signature to the record: its hash, in the comment that is signed."""
    return f"signoff:{hash_of(record).hexdigest()}"
