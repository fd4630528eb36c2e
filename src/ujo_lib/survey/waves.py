"""Fewer cases than four years ago: fewer people, or less looking?

Two waves can be compared as rates per responding commissioner when both have their denominators. When one
has not, only the bare counts remain; their ratio is shown for reference, under the assumption that is then
needed (equal effort), and no wave that is marked as not comparable is compared at all. Cases bunch on few
commissioners; by how much is known of the wave at hand alone, and taken to be so in the earlier ones.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd
from numpy.typing import ArrayLike

from ujo_lib import stats
from ujo_lib.columns import Count, Difference, PValue, Ratio, Share, Statistic, Text, interval
from ujo_lib.errors import InputError
from ujo_lib.fiscal import FiscalYear
from ujo_lib.stats import LEVEL
from ujo_lib.survey.city_total import dispersion_index
from ujo_lib.survey.response import IN_SCOPE, KNOWN, PER_COMMISSIONER, RESPONDED
from ujo_lib.typed import Typed

Code = Literal[
    "decreased",
    "increased",
    "no_clear_decrease",
    "no_clear_increase",
    "equal",
    "none",
    "not_comparable",
    "first",
]
Basis = Literal["rate", "count", "none"]

NOT_COMPARABLE = "不可"


@dataclass(frozen=True)
class Change:
    """The change from an earlier wave to a later one.

    Attributes:
        code: the verdict, from the same exact test as the interval.
        basis: rate (per responding commissioner), count (bare numbers, for reference) or none.
        earlier, later: fiscal years of the waves as a reader knows them, 「令和5(2023)年度」.
        n0, n1: cases then and now; None where unknown.
        ratio: later over earlier with its limits and p; None when nothing was computed.
        unknown: the waves, named alike, of which nobody knows how many responded.
    """

    code: Code
    basis: Basis
    earlier: str
    later: str
    n0: int | None
    n1: int | None
    ratio: stats.RateRatio | None
    unknown: tuple[str, ...] = ()


def own_counts(asked: pd.DataFrame, cases: pd.DataFrame) -> dict[str, int]:
    """What the forms of a survey count for the row of its wave: n_in_scope, n_responded, n_cases."""
    return {"n_in_scope": len(asked), "n_responded": int(asked["responded"].sum()), "n_cases": len(cases)}


def with_own_counts(waves: pd.DataFrame, wave: str, counted: Mapping[str, int]) -> pd.DataFrame:
    """The table of waves up to one, whose row has the counts of its own forms.

    A year that is made anew tells nothing of the surveys that came after it.

    Args:
        waves: as for `wave_table`.
        wave: name of the wave whose forms are at hand.
        counted: column → count, as by `own_counts`.
    """
    own, years = waves["wave"] == wave, waves["fiscal_year"].astype("Int64")
    later = (years > years[own].max()).fillna(value=False)
    return waves.assign(**{name: waves[name].mask(own, n) for name, n in counted.items()})[~later]


def wave_table(waves: pd.DataFrame) -> Typed:
    """All waves with what is known of each.

    Args:
        waves: columns wave, fiscal_year, n_in_scope, n_responded, n_cases, comparable, comparability_note;
            any count may be missing.

    Returns:
        In order of years: wave, fiscal_year, n (cases), responded, in_scope, share (response rate),
        estimate (cases per responding commissioner), comparable, note. Missing stays NA.
    """
    ordered = waves.sort_values("fiscal_year", kind="stable")
    rows = []
    for wave in ordered.to_dict("records"):
        n, base, asked = (_whole(wave[c]) for c in ("n_cases", "n_responded", "n_in_scope"))
        rate = n / base if n is not None and base else None
        share = base / asked if base is not None and asked else None
        told = _text(wave["comparable"]), _text(wave["comparability_note"])
        rows.append((str(wave["wave"]), _whole(wave["fiscal_year"]), n, base, asked, share, rate, *told))
    return Typed.of_rows(
        rows,
        {
            "wave": Text(heading="調査回"),
            "fiscal_year": Text(heading="年度"),
            "n": KNOWN,
            "responded": RESPONDED,
            "in_scope": Count(unit="人", heading=IN_SCOPE.heading),
            "share": Share(heading="回答率", n="responded", base="in_scope"),
            "estimate": PER_COMMISSIONER,
            "comparable": Text(heading="比較"),
            "note": Text(heading="注意"),
        },
    )


def compare_waves(
    waves: pd.DataFrame, earlier: str, later: str, level: float = LEVEL, *, known: ArrayLike = ()
) -> Change:
    """Compare two waves: rates when both have denominators, else bare counts, else nothing.

    Where nobody responded no case could be reported: that wave is compared with none.

    Args:
        waves: as for `wave_table`; without a row there was no wave before this one.
        earlier: name of the earlier wave; "" when there is none to compare with.
        later: name of the later wave.
        level: level of the interval, which also decides the verdict.
        known: cases per respondent of the later wave: how much they bunch widens the interval. Where fewer than two
            cases do not tell it, chance alone is left.

    Raises:
        InputError: a wave that is not in the table, or is not earlier than the other.
    """
    if not earlier or waves.empty:
        return Change("first", "none", "", "", None, None, None)
    old, new = _wave(waves, earlier), _wave(waves, later)
    if old["fiscal_year"] >= new["fiscal_year"]:
        raise InputError(
            f"調査回「{earlier}」は「{later}」より前の年度ではありません。パラメーター earlier_wave を直してください。"
        )
    earlier, later = (FiscalYear(int(wave["fiscal_year"])).label for wave in (old, new))
    n0, n1 = _whole(old["n_cases"]), _whole(new["n_cases"])
    e0, e1 = _whole(old["n_responded"]), _whole(new["n_responded"])
    unlike = NOT_COMPARABLE in (_text(old["comparable"]), _text(new["comparable"]))
    if n0 is None or n1 is None or unlike or 0 in (e0, e1):
        return Change("not_comparable", "none", earlier, later, n0, n1, None)
    bunched = dispersion_index(known)
    if e0 and e1:
        ratio = _told(stats.rate_ratio(n1, e1, n0, e0, level, bunched), level)
        return Change(_verdict(ratio), "rate", earlier, later, n0, n1, ratio)
    ratio = _told(stats.rate_ratio(n1, 1.0, n0, 1.0, level, bunched), level)
    unknown = tuple(name for name, responded in ((earlier, e0), (later, e1)) if responded is None)
    return Change(_verdict(ratio), "count", earlier, later, n0, n1, ratio, unknown)


def wave_changes(waves: pd.DataFrame, later: str, level: float = LEVEL, *, known: ArrayLike = ()) -> Typed:
    """Compare a wave with every earlier one; arguments as for `compare_waves`.

    Returns:
        One row per earlier wave; columns earlier, later (names of the waves), n (now), n_earlier, difference,
        estimate (ratio), low, high, p_value, dispersion (variance over mean of `known`), basis (Japanese), verdict (the
        code).
    """
    year = _whole(_wave(waves, later)["fiscal_year"]) if len(waves) else None
    before = waves[waves["fiscal_year"].astype("Int64") < year].sort_values("fiscal_year", kind="stable")
    rows = [
        (str(wave), later, *_change_row(compare_waves(waves, str(wave), later, level, known=known), known))
        for wave in before["wave"]
    ]
    numbers = ["n", "n_earlier", "difference", "estimate", "low", "high", "p_value", "dispersion"]
    table = pd.DataFrame(rows, columns=["earlier", "later", *numbers, "basis", "verdict"])
    return Typed.of(
        table.astype(dict.fromkeys(numbers[:3], "Int64") | dict.fromkeys(numbers[3:], "Float64")),
        {
            "earlier": Text(heading="過去の回"),
            "later": Text(heading="今回"),
            "n": Count(heading="今回の人数", unit="人"),
            "n_earlier": Count(heading="過去の人数", unit="人"),
            "difference": Difference(n="n", base="n_earlier", to="過去", unit="人"),
            "estimate": Ratio(to="過去"),
            **interval("estimate", level),
            "p_value": PValue(),
            "dispersion": Statistic(heading="ばらつき(偶然だけなら1)"),
            "basis": Text(heading="比べたもの"),
            "verdict": Text(heading="判定の符号"),
        },
        note="比の幅とp値は、委員ごとの人数が、過去の回でも今回と同じだけばらついたとみなしたものです。",
    )


_BASIS_JA: dict[Basis, str] = {
    "rate": "回答した委員1人あたりの人数の比",
    "count": "人数そのものの比(参考)",
    "none": "比べられない",
}


def _change_row(change: Change, known: ArrayLike) -> tuple[Any, ...]:
    """What `wave_changes` says of a change, from the number of people now on."""
    ratio, n0, n1 = change.ratio, change.n0, change.n1
    difference = None if n0 is None or n1 is None else n1 - n0
    numbers: tuple[float | None, ...] = (None,) * 5
    if ratio:
        told = ratio.estimate, ratio.low, ratio.high, ratio.p_value, dispersion_index(known)
        numbers = tuple(map(_finite, told))
    return n1, n0, difference, *numbers, _BASIS_JA[change.basis], change.code


def _told(ratio: stats.RateRatio, level: float) -> stats.RateRatio:
    low, high, p_value = stats.told_alike(ratio.low, ratio.high, ratio.p_value, level)
    return replace(ratio, low=low, high=high, p_value=p_value)


def _verdict(ratio: stats.RateRatio) -> Code:
    if ratio.estimate is None:
        return "none"
    if side := stats.side_of(1, ratio.low, ratio.high):
        return "increased" if side > 0 else "decreased"
    if ratio.estimate == 1:
        return "equal"
    return "no_clear_decrease" if ratio.estimate < 1 else "no_clear_increase"


def _wave(waves: pd.DataFrame, name: str) -> dict[str, Any]:
    found = waves[waves["wave"].astype("string") == name]
    if len(found) != 1:
        known = "、".join(waves["wave"].astype("string"))
        raise InputError(
            f"過去調査の表(今回の調査まで)に「{name}」の行がちょうど1行必要です({len(found)}行あります。"
            f"あるのは: {known})。パラメーター wave・earlier_wave をその名前にそろえてください。"
            "初めての調査なら earlier_wave は空にします。"
        )
    row: dict[str, Any] = found.iloc[0].to_dict()
    return row


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
