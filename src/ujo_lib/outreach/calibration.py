"""What the simulation of this room's verdicts found, told to readers of the page: where they hold, where they
break.

The cells are measured by `benchmarks/outreach_calibration.py --table`; this module only groups and words
them.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ujo_lib.columns import Count, Share, Text
from ujo_lib.outreach import controlled, exact
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed

CITY, PREFECTURE = "市の窓口", "県"
_LEVELS = {"city": CITY, "prefecture": PREFECTURE}
_PREFECTURE_SIZE = 2536.0
PROMISED = "判定を出す条件のすべて"
_FEWEST = 100
"""Verdicts of a cell below which its rates are too uncertain to be the worst of all."""
WITHIN = "比較地域に施策が届いておらず、自己相関が0.6以下"
_MEASURED = (exact.METHOD, controlled.METHOD)
_OWN = {
    "growth": "相談の割合が年に{0:.0%}ずつ伸びている",
    "march": "この県だけ毎年3月が{0:g}倍になる",
    "january": "この県だけ1月から{0:g}倍になったまま",
    "falls": "比較地域の4割を占める県が施策の初日から{0:.0%}減る",
    "all_fall": "比較地域がそろって施策の初日から{0:.0%}減る",
    "silent": "比較地域の{0:.0f}県の行が施策の初日から欠ける",
}
"""Conditions of the place's own, by the simulation's column; none where it has the value of an ordinary record."""
_PLAIN = {"march": 1.0, "january": 1.0}

_COLUMNS = {
    "level": Text(heading="対象"),
    "size": Text(heading="1年の相談"),
    "condition": Text(heading="条件"),
    "cells": Count(heading="試した条件", unit="通り"),
    "false_alarm": Share(heading="誤った検出", of="効果のない模擬データ"),
    "coverage": Share(heading="区間の的中", of="模擬データ"),
    "withheld": Share(heading="推定できませんとした割合", of="模擬データ"),
    "replicates": Count(heading="1条件の繰り返し", unit="回"),
}


def summary(cells: pd.DataFrame) -> Typed:
    """Worst false alarm and worst coverage by level and condition, as measured.

    Args:
        cells: one row a cell: level, rate_ratio, in_scope, contaminated (share of the control), bump (ratio), phi,
            years (on record), detected, coverage, n (verdicts given), refused (verdicts withheld), per_year (contacts
            a year at the city's desk), together (clients who write at once), and what the prefecture or a control did
            by itself: growth, march, january, falls, all_fall, silent.

    Returns:
        level, size, condition, cells, false_alarm (NA when the condition has no cell without an effect, or no
        verdict), coverage (of the verdicts given), withheld (the largest), replicates (the fewest); for each level
        first the worst of all conditions in scope (`PROMISED`), then in each size the promised conditions first.
    """
    size = cells["per_year"].where(cells["level"] == "city", _PREFECTURE_SIZE)
    labelled = cells.assign(
        size=size,
        condition=[_condition(row) for row in cells.to_dict("records")],
        alarm=cells["detected"].where(cells["rate_ratio"] == 1),
        withheld=cells["refused"] / (cells["n"] + cells["refused"]),
        drawn=cells["n"] + cells["refused"],
    ).sort_values(["size", "in_scope"], ascending=[True, False], kind="stable")
    labelled["size"] = labelled["size"].map("約{:,.0f}件".format)
    kept = labelled[labelled["in_scope"] & (labelled["n"] >= _FEWEST)].assign(
        size="すべての大きさ", condition=PROMISED
    )
    found = pd.concat([kept, labelled]).assign(level=lambda rows: rows["level"].map(_LEVELS))
    frame = (
        found.sort_values("level", key=lambda level: level == PREFECTURE, kind="stable")
        .groupby(["level", "size", "condition"], sort=False)
        .agg(
            cells=("n", "size"),
            false_alarm=("alarm", "max"),
            coverage=("coverage", "min"),
            withheld=("withheld", "max"),
            replicates=("drawn", "min"),
        )
        .reset_index()
        .astype(dict.fromkeys(["false_alarm", "coverage"], "Float64"))
    )
    note = (
        f"信頼水準{LEVEL:.0%}の判定で測りました。条件に書いていない限り、相談は一人ずつ届く場合です。"
        f"判定を出したのが{_FEWEST}回に満たない条件は、「{PROMISED}」に含めません。"
    )
    return Typed.of(frame, _COLUMNS, note=note)


def beside(level: float, method: str) -> str:
    """What stands beside a verdict: its error rates, as a template over its row `PROMISED` of `summary`, or that there
    are none.

    Args:
        level: confidence level of the verdict.
        method: the verdict's.
    """
    if level != LEVEL or method not in _MEASURED:
        measured = "か".join(f"「{name}」" for name in _MEASURED)
        return (
            "この方法と信頼水準による判定の誤りの割合は測っていません。"
            f"測ったのは、信頼水準{LEVEL:.0%}で、{measured}による判定です。"
        )
    return (
        "この方法による判定を、試した{cells}通りの模擬データで確かめると、効果がないのに検出と誤ったのは最も悪い条件で"
        "{false_alarm}、区間が本当の値を含んだのは最も悪い条件で{coverage}でした。"
    )


def _condition(cell: Mapping[str, Any]) -> str:
    own = [text.format(cell[name]) for name, text in _OWN.items() if cell[name] != _PLAIN.get(name, 0.0)]
    if own:
        return "、".join(own)
    if cell["level"] == "prefecture" and cell["years"] == 1:
        return "前の年の記録がない"
    if cell["together"] > 1:
        return f"相談が{cell['together']}人ずつまとまって届く(学級など)"
    if cell["in_scope"]:
        return WITHIN
    if cell["contaminated"] > 0:
        return f"比較地域の{cell['contaminated']:.0%}にも施策が届いていた"
    if cell["bump"] > 1:
        return f"施策と関係なく、この地域だけで相談が{cell['bump']:g}倍に増えた"
    return f"自己相関が{cell['phi']:g}"
