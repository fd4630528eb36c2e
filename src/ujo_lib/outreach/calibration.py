"""What the simulation of this room's verdicts found, told to readers of the page: where they hold, where they
break.

The cells are measured by `benchmarks/outreach_calibration.py --table`; this module only groups and words
them.
"""

import pandas as pd

from ujo_lib.columns import Count, Share, Text, Typed
from ujo_lib.stats import LEVEL

LEVELS = {"city": "市の窓口(年約{:.0f}件)", "prefecture": "県"}
WITHIN = "比較地域に施策が届いておらず、自己相関が0.6以下"

_COLUMNS = {
    "level": Text(heading="対象"),
    "condition": Text(heading="条件"),
    "cells": Count(heading="試した条件", unit="通り"),
    "false_alarm": Share(heading="誤った検出", of="効果のない模擬データ"),
    "coverage": Share(heading="区間の的中", of="模擬データ"),
    "replicates": Count(heading="1条件の繰り返し", unit="回"),
}


def summary(cells: pd.DataFrame) -> Typed:
    """Worst false alarm and worst coverage by level and condition, as measured.

    Args:
        cells: one row a cell: level, rate_ratio, in_scope, contaminated (share of the control), bump (ratio),
            phi, detected, coverage, n (replicates), per_year (contacts a year at the city's desk), together (clients
            who write at once).

    Returns:
        level (a city's with its size), condition, cells, false_alarm (NA when the condition has no cell without an
        effect), coverage, replicates; within each level the promised conditions first.
    """
    labelled = cells.assign(
        condition=[
            _condition(*each)
            for each in zip(
                cells["in_scope"],
                cells["contaminated"],
                cells["bump"],
                cells["phi"],
                cells["together"],
                strict=True,
            )
        ],
        alarm=cells["detected"].where(cells["rate_ratio"] == 1),
    )
    found = (
        labelled.sort_values(["level", "per_year", "in_scope"], ascending=[True, True, False], kind="stable")
        .groupby(["level", "per_year", "condition"], sort=False)
        .agg(
            cells=("n", "size"),
            false_alarm=("alarm", "max"),
            coverage=("coverage", "min"),
            replicates=("n", "max"),
        )
        .reset_index()
    )
    named = [
        LEVELS[level].format(size) for level, size in zip(found["level"], found["per_year"], strict=True)
    ]
    frame = found.assign(level=named).drop(columns="per_year").astype({"false_alarm": "Float64"})
    note = f"信頼水準{LEVEL:.0%}の判定で測りました。条件に書いていない限り、相談は一人ずつ届く場合です。"
    return Typed.of(frame, _COLUMNS, note=note)


def _condition(in_scope: bool, contaminated: float, bump: float, phi: float, together: int) -> str:
    if together > 1:
        return f"相談が{together}人ずつまとまって届く(学級など)"
    if in_scope:
        return WITHIN
    if contaminated > 0:
        return f"比較地域の{contaminated:.0%}にも施策が届いていた"
    if bump > 1:
        return f"施策と関係なく、この地域だけで相談が{bump:g}倍に増えた"
    return f"自己相関が{phi:g}"
