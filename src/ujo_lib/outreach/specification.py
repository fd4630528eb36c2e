"""Choices made before the outcome is read, and what other defensible choices would have given.

A `Plan` holds every choice that can move the estimate. Its digest is recorded before the contacts are loaded;
a plan changed afterwards has another digest. The specification curve then shows all the other choices at
once, so that nobody has to trust that the chosen one was not the prettiest.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import product
from typing import Any

import pandas as pd

from ujo_lib.columns import Column, Flag, PValue, Ratio, Text, interval
from ujo_lib.errors import InputError
from ujo_lib.fiscal import Period, spoken
from ujo_lib.outreach.hygiene import Baseline
from ujo_lib.outreach.verdict import LABELS, Effect
from ujo_lib.typed import Typed

SHORTEST_DIGEST = 16


Choices = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Plan:
    """The registered design.

    Attributes:
        area, channel, prefecture: city, its desk (empty where it has none of its own), its prefecture.
        window_start, window_end: the joint campaign window, carry-over included.
        first_day: first day that may be compared with.
        controls: prefectures asked for as control; empty: all that the campaigns did not reach.
        city_method, prefecture_method: estimators of the two verdicts.
        settling_days, washout_days, min_baseline_days, episode_gap_days: rules for days and contacts.
        level: confidence level.
    """

    area: str
    channel: str
    prefecture: str
    window_start: date
    window_end: date
    first_day: date
    controls: tuple[str, ...]
    city_method: str
    prefecture_method: str
    settling_days: int
    washout_days: int
    min_baseline_days: int
    episode_gap_days: int
    level: float

    @property
    def window(self) -> Period:
        """The campaign window."""
        return Period(self.window_start, self.window_end, "施策の期間")

    def baseline(
        self, opened: date | None, closed: date | None = None, others: tuple[Period, ...] = ()
    ) -> Baseline:
        """The days to compare with, for a desk opened and closed on these days; `others` as in `Baseline`."""
        days = self.settling_days, self.washout_days, self.min_baseline_days
        return Baseline(self.first_day, opened, *days, closed, others)

    def baseline_days(self, opened: date | None) -> int:
        """Days before the window that may be compared with, for a desk opened on that day (None: long ago)."""
        return max(0, (self.window_start - self.baseline(opened).start).days)

    @property
    def counting(self) -> str:
        """How contacts that follow one another from the same person are counted, in Japanese."""
        if not self.episode_gap_days:
            return "同じ人の続きの相談も、1回ずつ数えます"
        return f"同じ人の{self.episode_gap_days}日以内の続きの相談は、まとめて1回と数えます"

    def digest(self) -> str:
        """SHA-256 of the plan's values, the same on every machine."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def table(self) -> Typed:
        """The plan for a reader: item, value."""
        controls = "、".join(self.controls) or "施策が届いていないすべての都道府県"
        window = f"{spoken(self.window_start)}〜{spoken(self.window_end)}({self.window.days}日間)"
        counted = (f"{self.area}の数え方", f"{self.channel}の相談。{self.counting}")
        method = (f"{self.area}の方法", self.city_method)
        settling = ("窓口開設後に除く日数", f"{self.settling_days}日")
        rows = [
            ("効果をみる期間", window),
            ("比較に使う最初の日", spoken(self.first_day)),
            ("比較地域", controls),
            *([counted, method] if self.channel else []),
            (f"{self.prefecture}の方法", self.prefecture_method),
            *([settling] if self.channel else []),
            ("期間のあとに除く日数", f"{self.washout_days}日"),
            ("比較に必要な日数", f"{self.min_baseline_days}日以上"),
            ("信頼水準", f"{100 * self.level:.10g}%"),
        ]
        columns = {"item": Text(heading="項目"), "value": Text(heading="内容")}
        return Typed.of(rows, columns)


def registration(plan: Plan, registered: str) -> str:
    """Whether the plan is the one registered: a sentence with a slot for its digest.

    Args:
        plan: the plan about to be used.
        registered: the digest recorded earlier, whole or its first 16 digits or more; empty when none was.

    Raises:
        InputError: too few digits to tell plans apart.
    """
    if not registered:
        return "この分析計画は、あらかじめ登録したものではありません(照合値 {digest})。"
    if len(registered) < SHORTEST_DIGEST:
        raise InputError(f"計画の照合値は{SHORTEST_DIGEST}桁以上で登録してください: {registered}")
    alike = plan.digest().startswith(registered)
    found = "一致します" if alike else "違います"
    return f"分析計画は、相談の記録を読み込む前に登録したものと{found}(照合値 {{digest}})。"


def reading(table: pd.DataFrame) -> str:
    """How far the choices of a `curve` move the estimate, as a template over its cells."""
    detected = int((table["label"] == LABELS["detected"]).sum())
    without = int(table["estimate"].isna().sum())
    left_out = f"(ほかの{without}通りは推定できません)" if without else ""
    alike = table["estimate"].nunique() == 1  # nought of every choice, say
    reach = (
        "どれも{estimate[min estimate]}倍"
        if alike
        else "{estimate[min estimate]}倍から{estimate[max estimate]}倍まで"
    )
    return (
        f"{len(table) - without}通りの選び方{left_out}で、推定値は{reach}です。"
        f"増減が検出されたのは{detected}通りです。"
    )


def refusal(table: pd.DataFrame) -> str:
    """Why a `curve` holds no estimate at all: the reason of the registered choice; empty when it holds one."""
    return "" if table["estimate"].notna().any() else str(table.loc[table["chosen"], "reason"].item())


def curve(plan: Plan, choices: Choices, estimate: Callable[[Plan], Effect], note: str = "") -> Typed:
    """All combinations of defensible choices with their estimates.

    Args:
        plan: the registered plan.
        choices: by dimension, label of an option → fields of the plan it changes; the first option of each
            dimension changes nothing and is the registered one.
        estimate: gives the effect under a plan.
        note: what a reader should know of the choices.

    Returns:
        One row a combination, ordered by estimate: the dimensions, label, estimate, low, high, p_value,
        chosen (the registered one), reason. Combinations that cannot be estimated come last.
    """
    rows = []
    for options in product(*choices.values()):
        changes = [dict(choices[name][option]) for name, option in zip(choices, options, strict=True)]
        effect = estimate(
            replace(plan, **{key: value for change in changes for key, value in change.items()})
        )
        numbers = effect.estimate, effect.low, effect.high, effect.p_value
        rows.append((*options, effect.label, *numbers, not any(changes), effect.reason))
    columns: dict[str, Column] = {name: Text(heading=name) for name in choices} | {
        "label": Text(heading="判定"),
        "estimate": Ratio(heading="効果"),
        **interval("estimate", plan.level),
        "p_value": PValue(),
        "chosen": Flag(heading="登録した選び方"),
        "reason": Text(heading="推定できない理由"),
    }
    frame = pd.DataFrame(rows, columns=list(columns)).sort_values(
        "estimate", kind="stable", ignore_index=True
    )
    return Typed.of_rows(frame, columns, note=note)
