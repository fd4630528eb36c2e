"""Key pairs of the people who let releases go, in the file formats of minisign.

A signature is Ed25519 over the BLAKE2b hash of a file, with a comment that is signed as well. So a recipient needs
nothing of ours: the public program `minisign` checks it. A secret key is encrypted under its owner's passphrase, lies
outside of any project, and only its owner may read it.
"""

import base64
import os
import re
import stat
import sys
from pathlib import Path

import minisign

from ujo_lib.disclosure.signature import KeyFileError
from ujo_lib.files import private_files, write_atomically
from ujo_lib.params import project_root

SHORTEST_PASSPHRASE = 8
"""Characters; NIST SP 800-63B asks for as many."""

_OPSLIMIT, _MEMLIMIT = 1 << 22, 1 << 27
"""scrypt with N = 2^17, r = 8, p = 1: 128 MB and under a second (OWASP Password Storage Cheat Sheet)."""

_NAME = re.compile(r"\w+([ \-]\w+)*")


def keys_folder() -> Path:
    """Where this user's keys lie: the platform's place for what a program keeps for one user."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "ujo" / "keys"


def key_file(named: Path) -> Path:
    """The file that a person means: a bare name is one of this user's keys, unless such a file lies here."""
    return named if named.parent != Path() or named.exists() else keys_folder() / named


def new_pair(name: str, passphrase: str, folder: Path) -> tuple[Path, Path]:
    """Make a key pair.

    Args:
        name: of the person, for the names of the files.
        passphrase: encrypts the secret key.
        folder: where to; made for the user alone if it is not there.

    Returns:
        The files with the secret key and the public one.

    Raises:
        KeyFileError: a name that makes no file name, a short passphrase, a folder inside a project, or a key of that
            name that is there already.
    """
    if not _NAME.fullmatch(name):
        raise KeyFileError(f"鍵の名前に使えるのは、文字・数字・_ と、その間の空白・- だけです: {name}")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise KeyFileError(f"パスフレーズは {SHORTEST_PASSPHRASE} 文字以上にしてください。")
    _require_outside_projects(folder)
    secret, public = folder / f"{name}.key", folder / f"{name}.pub"
    if existing := [file for file in (secret, public) if file.exists()]:
        raise KeyFileError(f"同じ名前の鍵がすでにあります(上書きしません): {existing[0]}")
    pair = minisign.KeyPair.generate()
    pair.secret_key.encrypt(passphrase, opslimit=_OPSLIMIT, memlimit=_MEMLIMIT)
    pair.public_key.untrusted_comment = f"minisign public key {key_id(pair.public_key)}"
    with private_files():
        write_atomically(secret, bytes(pair.secret_key) + b"\n")
        write_atomically(public, bytes(pair.public_key) + b"\n")
    return secret, public


def open_secret(file: Path, passphrase: str) -> minisign.SecretKey:
    """Decrypt a secret key.

    Raises:
        KeyFileError: no key, a key without a passphrase, another passphrase, or a file that others could read.
    """
    _require_outside_projects(file.parent)
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise KeyFileError(f"秘密鍵をほかの人も読めます。`chmod 600` で本人だけにしてください: {file}")
        secret = minisign.SecretKey.from_file(file)
        if not secret.is_encrypted():
            raise KeyFileError(
                f"パスフレーズのない秘密鍵は使えません。`ujo key new` で作ってください: {file}"
            )
        secret.decrypt(passphrase)
    except OSError:
        raise KeyFileError(f"秘密鍵を読めません: {file}") from None
    except minisign.Error:
        raise KeyFileError(f"パスフレーズが違うか、秘密鍵のファイルではありません: {file}") from None
    return secret


def read_public(file: Path) -> minisign.PublicKey:
    """Read a public key, made by us or by minisign.

    Raises:
        KeyFileError: there is none in the file.
    """
    try:
        return minisign.PublicKey.from_file(file)
    except (OSError, minisign.Error):
        raise KeyFileError(f"公開鍵を読めません: {file}") from None


def key_id(public: minisign.PublicKey) -> str:
    """Name of a key, as minisign prints it."""
    return _name(base64.b64decode(public.to_base64()))


def material(public: minisign.PublicKey) -> bytes:
    """The key itself, without its name: the same key under another name is the same person's."""
    return base64.b64decode(public.to_base64())[10:]


def signing_id(signature: bytes) -> str:
    """Name of the key that a signature file says it was made with; empty when it is none."""
    try:
        return _name(base64.b64decode(signature.split(b"\n")[1], validate=True))
    except (IndexError, ValueError):
        return ""


def _name(key: bytes) -> str:
    """Bytes 2 to 9 as one number, the last one first, in hexadecimal digits without noughts before it."""
    return key[9:1:-1].hex().upper().lstrip("0")


def sign(secret: minisign.SecretKey, content: bytes, comment: str) -> bytes:
    """Content of a signature file over content and comment; the same input gives the same bytes."""
    made = secret.sign(content, trusted_comment=comment, untrusted_comment="ujo release, see minisign")
    return bytes(made) + b"\n"


def signed_comment(public: minisign.PublicKey, content: bytes, signature: bytes) -> str | None:
    """The comment of a signature that holds for the content; None when the signature does not hold."""
    try:
        read = minisign.Signature.from_bytes(signature)
        public.verify(content, read)
    except ValueError:
        return None
    return str(read.trusted_comment)


def _require_outside_projects(folder: Path) -> None:
    """Refuse a place from which a key would be committed, copied or handed on with the pages."""
    try:
        root = project_root(folder)
    except FileNotFoundError:
        return
    if folder.resolve().is_relative_to(root):
        raise KeyFileError(f"鍵はプロジェクトの外に置いてください: {folder.resolve()}(プロジェクト: {root})")
