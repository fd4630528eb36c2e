"""What never belongs in a release, whoever wrote it: numbers to call, accounts, places on a disk, code.

Every pattern begins with a character that is rare on a page, which keeps a scan of many megabytes short; what has to
stand before that character is looked up behind it.
"""

import re
from collections.abc import Iterator

from ujo_lib.disclosure.gate.findings import Kind
from ujo_lib.facts import AT, MAIL, TELEPHONE, half_width

_AT = re.compile(AT, re.IGNORECASE)
_LOCAL_PART = 65
_DRIVE = r":(?<=[A-Za-z]:)(?<![A-Za-z0-9][A-Za-z]:)"
_PATH = re.compile(
    # C:\a, C:¥a, C:\\a; \n and its like are a line's end unless the path goes on
    rf'{_DRIVE}[\\¥]{{1,2}}(?:(?![nrtbfu"])[\w.~$]|[nrtbfu][\w.~$ -]*[\\¥.]|(?=[\s」）)、。]|$))'
    r"|:(?<=[A-Z]:)(?<![A-Za-z0-9][A-Z]:)/(?!/)\w|:(?<=[a-z]:)(?<![A-Za-z0-9][a-z]:)/(?i:users|windows|program|temp)\b"
    r"|[\\¥](?<![\w\\¥].)[\\¥]{1,3}[\w.-]+[\\¥]{1,2}[\w.$-]+"
    r"|/(?<![A-Za-z0-9_./~-]/)(?:home|Users|root|mnt|tmp|var|work|private|srv|opt|data|etc|usr|Volumes|media|net|nfs|share"
    r"|shared|export|scratch)/[\w.~-]+"
    r"|:(?:(?<=file:)|(?<=smb:)|(?<=nfs:)|(?<=afp:)|(?<=cifs:))//[\w./]+|~/[\w.-]+/"
    r"|%(?:USERPROFILE|HOMEPATH|APPDATA|LOCALAPPDATA|TEMP|TMP|OneDrive)%|\$\{?HOME\b"
)
_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"\n]+\", line \d+|ipykernel_\d+|---+> ?\d+ |\x1b\[[0-9;]*m"
    r"|Cell In\[\d+\]|E(?<=[a-z]E)(?:rror|xception): "
)
_CODE = re.compile(
    r"[\n\x1e][ \t]*(?:import [a-z_][\w.]*|from [a-z_][\w.]* import |def [a-z_]\w*\(.*\):|%{1,2}matplotlib\b)"
    r"|I(?<!\w.)n ?\[[\d ]+\]:|O(?<!\w.)ut\[\d+\]:|u(?<!\w.)jo_lib\b|p(?<!\w.)age\.(?:publish|table|say)\("
    r"|jp-InputArea-editor"
)
_PATTERNS: dict[Kind, re.Pattern[str]] = {"path": _PATH, "traceback": _TRACEBACK, "code": _CODE}


def contacts(text: str) -> dict[Kind, frozenset[str]]:
    """Telephone numbers and addresses of mail in a text, in one form each.

    Args:
        text: NFKC-normalised.
    """
    plain = half_width(text)
    return {
        "phone": frozenset(_digits(match[0]) for match in TELEPHONE.finditer(plain)),
        "mail": frozenset(mail.casefold() for mail in _mails(plain)),
    }


def forbidden(text: str, public: dict[Kind, frozenset[str]], names: re.Pattern[str] | None) -> Iterator[Kind]:
    """Kinds of forbidden thing in a text, each once.

    Args:
        text: one layer, NFKC-normalised.
        public: the contact points that stand in the committed wording, and so may stand on a page.
        names: accounts and names that must not be named, as one pattern.
    """
    for kind, met in contacts(text).items():
        if met - public[kind]:
            yield kind
    begun = f"\n{text}"
    for kind, pattern in _PATTERNS.items():
        if pattern.search(begun):
            yield kind
    if names is not None and names.search(half_width(text)):
        yield "user"


def forbidden_across_lines(text: str, public: dict[Kind, frozenset[str]]) -> Iterator[Kind]:
    """Telephone numbers and mail in a text whose line ends were taken away.

    There the end of one line and the beginning of the next may read as a number: one without marks does not count,
    and neither does a contact point with its neighbours.
    """
    plain = half_width(text)
    numbers = [match[0] for match in TELEPHONE.finditer(plain)]
    if any(sum(not c.isdigit() for c in n) >= 2 and _digits(n) not in public["phone"] for n in numbers):
        yield "phone"
    if any(not any(known in mail.casefold() for known in public["mail"]) for mail in _mails(plain)):
        yield "mail"


def _digits(number: str) -> str:
    """A telephone number as it is dialled inside the country: it begins with 0, or with the country's code."""
    bare = "".join(filter(str.isdigit, number))
    for abroad in ("81", "0081", "01081"):
        if bare.startswith(abroad):
            return "0" + bare.removeprefix(abroad).removeprefix("0")
    return bare


def _mails(text: str) -> Iterator[str]:
    """Addresses, looked for around the few signs that could belong to one, each behind the one before it."""
    after = 0
    for sign in _AT.finditer(text):
        start = max(after, sign.start() - _LOCAL_PART)
        if (found := MAIL.search(text, start, sign.end() + 255)) is not None:
            after = found.end()
            yield found[0]
