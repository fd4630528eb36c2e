"""What never belongs in a release, whoever wrote it: numbers to call, accounts, places on a disk, code."""

import re
from collections.abc import Iterator

from ujo_lib.disclosure.gate.findings import Kind

_PHONE = re.compile(
    r"(?<![\d.,-])0\d{1,4}[-\s(]{1,2}\d{1,4}[-\s)]{1,2}\d{3,4}(?![\d-])|(?<![\d.,])0[5789]0\d{8}(?!\d)"
)
_MAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PATH = re.compile(
    r"(?:/home|/Users|/root|/mnt|/tmp|/var|/work|/private|/srv|/opt|/data/private)/[\w.~-]+"
    r"|(?<![A-Za-z])[A-Za-z]:\\{1,2}[\w.~ -]+\\|(?<![\w\\])\\\\[\w.-]+\\[\w.$-]+|file://[\w./]+|~/[\w.-]+/"
)
_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"\n]+\", line \d+|ipykernel_\d+|-{3,}> ?\d+ |\x1b\[[0-9;]*m"
    r"|Cell In\[\d+\]|\b[A-Z][A-Za-z]{1,40}(?:Error|Exception): "
)
_CODE = re.compile(
    r"^[ \t]*(?:import [a-z_][\w.]*|from [a-z_][\w.]* import )|\bIn ?\[[\d ]+\]:|\bOut\[\d+\]:"
    r"|^[ \t]*def [a-z_]\w*\(.*\):|\bujo_lib\b|\bpage\.(?:publish|table|say)\(|jp-InputArea-editor|^%{1,2}matplotlib\b",
    re.MULTILINE,
)
_PATTERNS: dict[Kind, re.Pattern[str]] = {
    "phone": _PHONE,
    "mail": _MAIL,
    "path": _PATH,
    "traceback": _TRACEBACK,
    "code": _CODE,
}
_PUBLISHED: frozenset[Kind] = frozenset({"phone", "mail"})
"""What a page may carry when its committed wording does: the contact points stand on every page."""


def forbidden(text: str, wording: str, users: re.Pattern[str] | None) -> Iterator[Kind]:
    """Kinds of forbidden thing in a text, each once.

    Args:
        text: one layer, NFKC-normalised.
        wording: the committed vocabulary as written.
        users: account names, as one pattern.
    """
    for kind, pattern in _PATTERNS.items():
        hits = (match[0] for match in pattern.finditer(text))
        if any(kind not in _PUBLISHED or hit not in wording for hit in hits):
            yield kind
    if users is not None and users.search(text):
        yield "user"
