"""What can be known of a year without running it: whether anything forbids its release, in less than a second."""

import re

from ujo_lib.params.marks import marks_in
from ujo_lib.params.notebooks import with_role
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.refusal import ReleaseRefusedError

_CHECKED_ON = re.compile(r"contacts_checked_on\s*:")


def undecided(place: SiteYear) -> list[str]:
    """What a person has still to decide before a release, with file and line.

    Raises:
        ParameterError: the parameters of the summary cannot be read.
    """
    found = [
        f"{mark.file.relative_to(place.root).as_posix()} の {mark.line} 行目: {mark}"
        for mark in marks_in(place.params)
    ]
    settings = place.settings(with_role(place.notebooks, "summary"))
    if not settings.synthetic and not settings.contacts_checked_on:
        common = place.params / "common.yaml"
        lines = enumerate(common.read_text(encoding="utf-8").splitlines(), 1)
        line = next((f" の {number} 行目" for number, text in lines if _CHECKED_ON.match(text)), "")
        found.append(
            f"{common.relative_to(place.root).as_posix()}{line}: 相談窓口の連絡先が未確認"
            "(番号と受付時間を実際に確かめ、contacts_checked_on に日付を書く)"
        )
    return found


def require_decided(place: SiteYear) -> None:
    """Refuse a release of which something is still to be decided.

    Raises:
        ReleaseRefusedError: with every file and line.
    """
    if found := undecided(place):
        raise ReleaseRefusedError("公表の前に、人が決めることが残っています。", found)
