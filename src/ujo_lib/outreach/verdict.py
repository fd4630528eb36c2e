"""What may be said about an effect: detected, not detected, or not estimable, and nothing between.

Every estimator of this room ends in an `Effect`. A refusal is an `Effect` too, with a reason and without a
number, so that a page cannot show an estimate where none was possible. "Not detected" always carries its
interval.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ujo_lib.columns import Column, Count, Difference, PValue, Rate, Ratio, Text, interval
from ujo_lib.stats import side_of, significant
from ujo_lib.typed import Typed

Code = Literal["detected", "not_detected", "not_estimable"]

LABELS: dict[Code, str] = {
    "detected": "検出された",
    "not_detected": "検出されなかった",
    "not_estimable": "推定できません",
}

# Reasons that say how many contacts there were.
_TELLING = (
    "zero_baseline", "zero_control", "empty_block", "empty_weekday", "no_fit", "sparse_blocks", "silent_local",
    "no_spread",
)  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """Why no number is given: a stable code for programs and a plain sentence for readers."""

    code: str
    reason: str


@dataclass(frozen=True)
class Effect:
    """An effect as the ratio of what was counted to what the control leads one to expect.

    Attributes:
        area: whose contacts were counted.
        method: the estimator, in Japanese.
        code: detected, not_detected or not_estimable.
        level: confidence level of the interval.
        n: contacts in the window.
        expected: contacts expected in the window from the baseline and the control.
        estimate, low, high: the ratio and its interval; `high` may be infinite.
        p_value: two-sided, from the same inversion as the interval.
        reason: filled when the effect is not estimable.
        reason_code: the stable code of that reason.
        extra_limits: of the contacts beyond the expected ones, where the interval reaches over several expectations.
    """

    area: str
    method: str
    code: Code
    level: float
    n: int | None = None
    expected: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    reason: str = ""
    reason_code: str = ""
    extra_limits: tuple[float, float] | None = None

    @property
    def label(self) -> str:
        """The verdict in Japanese."""
        return LABELS[self.code]

    @property
    def extra(self) -> tuple[float, float, float] | None:
        """Contacts beyond the expected ones: estimate, low, high.

        The ratio's interval times the expected count; the expected count itself is taken as it stands, and of several
        each with its own interval.
        """
        if self.expected is None or self.estimate is None or self.low is None or self.high is None:
            return None
        estimate, low, high = ((end - 1) * self.expected for end in (self.estimate, self.low, self.high))
        return estimate, *(self.extra_limits or (low, high))


def judged(
    area: str,
    method: str,
    level: float,
    *,
    n: int,
    expected: float,
    ratio: tuple[float, float, float],
    p_value: float,
    extra_limits: tuple[float, float] | None = None,
) -> Effect:
    """Turn an estimated ratio (estimate, low, high) into an effect; the verdict is read off the limits as printed.

    A limit that prints as 1.00 or as 0.0 further contacts, or a p that prints as 0.050, is no change: the interval
    holds that, and p is no smaller than an interval allows that does.
    """
    estimate, low, high = ratio
    fewest, most = extra_limits or ((low - 1) * expected, (high - 1) * expected)
    changed = side_of(1, low, high) and side_of(0, fewest, most, 1) and significant(p_value, 1 - level)
    if not changed:
        low, high, fewest, most = min(low, 1.0), max(high, 1.0), min(fewest, 0.0), max(most, 0.0)
        p_value = max(p_value, 1 - level)
    code: Code = "detected" if changed else "not_detected"
    numbers = (n, expected, estimate, low, high, p_value)
    return Effect(area, method, code, level, *numbers, extra_limits=extra_limits and (fewest, most))


def judged_by_error(
    area: str, method: str, level: float, *, n: int, estimate: float, error: float, of: Any
) -> Effect:
    """`judged` of a log ratio and its standard error, whose quotient has the distribution `of` without an effect."""
    reach = float(of.ppf((1 + level) / 2)) * error
    middle, low, high = (float(np.exp(end)) for end in (estimate, estimate - reach, estimate + reach))
    p_value = float(2 * of.sf(abs(estimate) / error))
    return judged(area, method, level, n=n, expected=n / middle, ratio=(middle, low, high), p_value=p_value)


def refused(area: str, method: str, level: float, refusal: Refusal) -> Effect:
    """An effect that cannot be estimated: the reason and no number."""
    return Effect(area, method, "not_estimable", level, reason=refusal.reason, reason_code=refusal.code)


def table(*effects: Effect, unit: str, of: str = "対象") -> Typed:
    """One row an effect: area, method, code, label, n, expected, estimate, low, high, p_value, extra*, finding.

    Args:
        effects: at least one, all at the same level.
        unit: what is counted, 件 or 回.
        of: heading of what each is the effect of.

    Raises:
        ValueError: no effect, or effects at several levels.
    """
    (level,) = {effect.level for effect in effects}
    frame = pd.DataFrame([asdict(effect) for effect in effects]).assign(
        label=[effect.label for effect in effects], finding=[finding(effect) for effect in effects]
    )
    frame[["extra", "extra_low", "extra_high"]] = [effect.extra or [None] * 3 for effect in effects]
    free = all(map(tells_no_count, effects))
    columns: dict[str, Column] = {
        "area": Text(heading=of, free=True),
        "method": Text(heading="方法", free=True),
        "code": Text(heading="判定の符号", free=free),
        "label": Text(heading="判定", free=free),
        "n": Count(heading="期間中の相談", unit=unit),
        "expected": Rate(heading="見込み", unit=unit),
        "estimate": Ratio(to="見込み", n="n", base="expected"),
        **interval("estimate", level),
        "p_value": PValue(),
        "extra": Difference(heading="増えた数", unit=unit, n="n", base="expected", like="rate", decimals=1),
        **interval("extra", level, low="extra_low", high="extra_high", remark="増えた数"),
        "finding": Text(heading="言えること", free=free),
    }
    return Typed.of_rows(frame, columns)


def statement(effect: Effect, table: str) -> str:
    """What a page says of an effect, as a template: its places are cells of `table`, and vanish with them.

    Args:
        effect: the effect; a refusal has a reason to tell and no numbers.
        table: id under which the effect's row (of `table`) was published.
    """
    if effect.code == "not_estimable":
        return f"{{{table}.finding}}。"
    counted = f"相談は比較地域の動きから見込まれる数の{{{table}.estimate}}倍({{{table}.estimate|ci}})"
    open_ = "で、この区間に入る大きさの変化は、あったともなかったとも言えません。"
    return f"{{{table}.finding}}。{counted}{open_ if effect.code == 'not_detected' else 'でした。'}"


def finding(effect: Effect) -> str:
    """The verdict in Japanese, without numbers and final stop; not detected is never worded as absent."""
    if effect.code == "not_estimable":
        return f"効果は推定できません。理由: {effect.reason}"
    if effect.code == "not_detected":
        return "増減は検出されませんでした"
    change = "増加" if effect.estimate is not None and effect.estimate > 1 else "減少"
    return f"実施期間の{change}が検出されました"


def tells_no_count(effect: Effect) -> bool:
    """Whether the verdict may stand although the counts are hidden: a refusal that rests on dates or regions."""
    return effect.code == "not_estimable" and effect.reason_code not in _TELLING
