"""A codebook as a table for the reader of a report."""

import pandas as pd

from ujo_lib.tagging.codebook import Codebook

_ROLES = {"factor": "要因", "state": "状態", "contact": "関わり", "need": "支援"}


def describe(codebook: Codebook) -> pd.DataFrame:
    """List the themes: `theme`, `role` (in Japanese), `topic`, `terms` and `exclude` (numbers of terms)."""
    rows = [
        (theme.label, _ROLES[theme.role], theme.topic, len(theme.terms), len(theme.exclude))
        for theme in codebook.themes
    ]
    return pd.DataFrame(rows, columns=["theme", "role", "topic", "terms", "exclude"])
