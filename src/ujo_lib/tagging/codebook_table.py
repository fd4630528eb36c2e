"""A codebook as a table for the reader of a report."""

from typing import TYPE_CHECKING

from ujo_lib.tagging.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd

_ROLES = {"factor": "要因", "state": "状態", "contact": "関わり", "need": "支援"}


def describe(codebook: Codebook) -> "pd.DataFrame":
    """List the themes: `theme`, `role` (in Japanese), `topic`, `terms` and `exclude` (numbers of terms)."""
    import pandas as pd  # as in `tagger`: tagging a file starts without it

    rows = [
        (theme.label, _ROLES[theme.role], theme.topic, len(theme.terms), len(theme.exclude))
        for theme in codebook.themes
    ]
    return pd.DataFrame(rows, columns=["theme", "role", "topic", "terms", "exclude"])
