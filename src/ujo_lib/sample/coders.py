"""Hand codes of the city: what people who read a random part of each year's consultations would have found.

The reader of `codes.csv` makes no mistakes. The two of `codes_of_two.csv` do, each on their own: what people miss and
what they see without its being there is what a corrected share has to live with.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.sample import contacts, relabel, texts
from ujo_lib.sample.counts import generator
from ujo_lib.sample.planting import THEMES
from ujo_lib.tagging.quality import Codes, coding_plan
from ujo_lib.tagging.quality_file import write_codes

READ: Final = 400
MISSED: Final = 0.10
SEEN_WRONGLY: Final = 0.01
NEVER_PLANTED: Final = ("net_games", "bereavement", "disaster_covid")
"""Themes of the codebook that no text was planted with: the readers find them nowhere."""


def write_hand_codes(
    folder: Path, year: int, seed: int, frame: pd.DataFrame, composed: Sequence[texts.Composed]
) -> None:
    """Write the codes of one year's consultations from the prefecture.

    Args:
        folder: where `codes.csv` and `codes_of_two.csv` go.
        year: of the report: the calendar year, or the fiscal year with which the records begin.
        seed: seed of the city.
        frame: records.
        composed: their texts, with what was planted.
    """
    counted = (
        (frame["desk"] == contacts.NATIONAL_DESK)
        & (frame["pref"] == relabel.PREFECTURE)
        & _counted_in(frame["received_at"], year)
    ).to_numpy()
    ids = pd.Index(frame.loc[counted, "consult_id"])
    ideas = [dict(one.themes) for one, own in zip(composed, counted, strict=True) if own]
    columns = (*THEMES, *NEVER_PLANTED)
    truth = pd.DataFrame([[theme in own for theme in columns] for own in ideas], index=ids, columns=columns)
    focus = pd.Series(
        ((frame["age"] == "10代") & (frame["ideation"] == "強く"))[counted].to_numpy(), index=ids
    )
    plan = coding_plan(truth, focus, READ, seed)
    found = truth.loc[plan.index]
    write_codes(folder / "codes.csv", Codes(plan, found), {})
    rng = generator(seed, "coders", year)
    write_codes(folder / "codes_of_two.csv", Codes(plan, _read(found, rng), _read(found, rng)), {})


def _counted_in(received: "pd.Series[pd.Timestamp]", year: int) -> "pd.Series[bool]":
    """What the report of a year counts; without the first months of a calendar year it is the fiscal year."""
    late = received.min() >= pd.Timestamp(year, 4, 1)
    start = pd.Timestamp(year, 4 if late else 1, 1)
    return (received >= start) & (received < start + pd.DateOffset(years=1))


def _read(truth: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What a person finds who misses one mention in ten and sees one where there is none in a hundred."""
    luck = rng.random(truth.shape)
    return pd.DataFrame(
        np.where(truth, luck >= MISSED, luck < SEEN_WRONGLY), index=truth.index, columns=truth.columns
    )
