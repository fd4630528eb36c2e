"""What a further contact cost: the money of the bundle over the interval of extra contacts.

The campaigns ran together, so their money is taken together. Where the interval of extra contacts reaches zero, no
finite price can be ruled in: the upper bound is infinite, and a single price, which would be quoted without its bound,
is not printed.
"""

from collections.abc import Sequence
from math import inf
from typing import Any

import pandas as pd

from ujo_lib.columns import Column, Count, Money, Share, Text, interval
from ujo_lib.outreach.hygiene import of_window
from ujo_lib.outreach.verdict import Effect
from ujo_lib.stats import Interval, round_half_up
from ujo_lib.typed import Typed

_NEITHER = "どちらも不明: "
_COLUMNS = {
    "basis": Text(heading="費用の見方", free=True),
    "spend": Money(),
    "note": Text(heading="注記"),
}


def per_extra_contact(effect: Effect, yen: float) -> Interval | None:
    """Cost per extra contact, without an upper limit where the number of extra contacts may be zero or less.

    Args:
        effect: the effect of the bundle.
        yen: what the bundle cost.

    Returns:
        Whole yen, with the limits that come from the upper and the lower one of extra contacts: no single price where
        there may have been none. None when the effect is not estimable, or its whole interval has no extra contact.
    """
    if effect.extra is None or effect.extra[2] <= 0:
        return None
    estimate, fewest, most = effect.extra
    return Interval(
        _price(yen, estimate) if fewest > 0 else None, low=_price(yen, most), high=_price(yen, fewest)
    )


def bundle(campaigns: pd.DataFrame) -> Typed:
    """Money of the campaigns by what is known of it: basis, spend, note.

    実績 takes the actual cost and, where none is known, nothing; 上限 takes the ceiling and, where none is
    set, the actual cost. Both are bounds, and the truth lies between when every campaign has one of the two. NA where
    nothing is known of any.
    """
    actual = campaigns["cost_yen"].astype("Float64")
    ceiling = campaigns["cost_cap_yen"].astype("Float64")
    unknown = campaigns.loc[actual.isna(), "name"].astype(str)
    neither = campaigns.loc[actual.isna() & ceiling.isna(), "name"].astype(str)
    rows = [
        ("実績(分かる分だけ)", actual.sum(min_count=1), _note("実績が不明: ", unknown)),
        ("実績がなければ上限", actual.fillna(ceiling).sum(min_count=1), _note(_NEITHER, neither)),
        ("上限がなければ実績", ceiling.fillna(actual).sum(min_count=1), _note(_NEITHER, neither)),
    ]
    frame = pd.DataFrame(rows, columns=["basis", "spend", "note"]).astype({"spend": "Int64"})
    return Typed.of(frame, _COLUMNS | {"spend": Money(heading="合計")})


def headline(effect: Effect, campaigns: pd.DataFrame) -> Typed:
    """The price of an extra contact in one row, ceilings standing in for unknown costs.

    Returns:
        basis, n (contacts in the window, of which the price is a function), spend, estimate (NA where `high` is
        infinite), low, high (infinite where neither cost nor ceiling of a campaign is known), role.
    """
    money = bundle(campaigns).frame.iloc[1]
    numbers = _printed(effect, money["spend"], 1.0, whole=not money["note"])
    row = (money["basis"], effect.n, money["spend"], *numbers)
    frame = pd.DataFrame([row], columns=["basis", "n", "spend", "estimate", "low", "high"])
    frame = frame.astype(
        {"n": "Int64", "spend": "Int64"} | dict.fromkeys(["estimate", "low", "high"], "Float64")
    )
    note = (
        "「以上」とだけある区間は、増えた相談が0回の可能性を除けないことを示します。"
        "そのときは、1回あたりの値を出しません。"
        if numbers[2] == inf
        else ""
    )
    if effect.extra and effect.extra[2] <= 0:
        note = "区間のどこをとっても相談は増えていないため、増えた1回あたりの費用はありません。"
    elif money["note"]:
        unknown = money["note"].removeprefix(_NEITHER)
        note += f"費用の実績も上限も分からない施策({unknown})があるため、上限はありません。"
    columns = _COLUMNS | {"n": Count(heading="相談", unit="回")} | _price_columns(effect)
    return of_window(Typed.of(frame, columns, note=note))


def sensitivity(effect: Effect, campaigns: pd.DataFrame, media_shares: Sequence[float]) -> Typed:
    """Price of an extra contact under different ideas of what counts as cost.

    Args:
        effect: the effect of the bundle.
        campaigns: name, cost_yen, cost_cap_yen.
        media_shares: shares of the money that count as media cost (1: all of it, production included).

    Returns:
        basis, media_share, spend, estimate, low, high (yen per extra contact; infinite bounds stay infinite),
        note. Without an estimable effect the prices are NA, and the estimate is where its upper bound is infinite.
    """
    rows = []
    for money in bundle(campaigns).frame.itertuples():
        whole = not str(money.note).startswith(_NEITHER)
        for share in media_shares:
            spend = pd.NA if pd.isna(money.spend) else int(round_half_up(float(money.spend) * share, 0))
            numbers = _printed(effect, money.spend, share, whole=whole)
            rows.append((money.basis, share, spend, *numbers, money.note))
    columns = ["basis", "media_share", "spend", "estimate", "low", "high", "note"]
    numeric = dict.fromkeys(["estimate", "low", "high"], "Float64") | {"spend": "Int64"}
    frame = pd.DataFrame(rows, columns=columns).astype(numeric)
    media_share = {"media_share": Share(heading="媒体費とみなす割合", of="施策の費用")}
    return Typed.of(frame, _COLUMNS | media_share | _price_columns(effect))


def _price_columns(effect: Effect) -> dict[str, Column]:
    return {"estimate": Money(heading="増えた1回あたり"), **interval("estimate", effect.level)}


def _printed(
    effect: Effect, yen: Any, share: float, *, whole: bool
) -> tuple[float | None, float | None, float | None]:
    """Price and bounds of a share of the money; only the lower one where some of the money is not known."""
    if pd.isna(yen) or not (price := per_extra_contact(effect, float(yen) * share)):
        return (None, None, None)
    return (price.estimate, price.low, price.high) if whole else (None, price.low, inf)


def _price(yen: float, contacts: float) -> float:
    return round_half_up(yen / contacts, 0) if contacts > 0 else inf


def _note(lead: str, names: pd.Series) -> str:
    return lead + "、".join(names) if len(names) else ""
