"""What was planted, for tests to find again. Analyses never read it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from ujo_lib.sample import calendar, contacts, counts, people, texts
from ujo_lib.sample.files import write_csv
from ujo_lib.sample.marks import SYNTHETIC


def write_truth(
    folder: Path,
    seed: int,
    records: contacts.Contacts,
    composed: Sequence[texts.Composed],
    survey: people.Survey,
) -> None:
    """Write truth.json, themes.csv and distractors.csv."""
    ids = records.frame["consult_id"].tolist()
    mentions = [
        (i, theme, mention) for i, one in zip(ids, composed, strict=True) for theme, mention in one.themes
    ]
    write_csv(folder / "themes.csv", [("consult_id", "theme", "mention"), *mentions])
    distracted = [(i, theme) for i, one in zip(ids, composed, strict=True) for theme in one.distractors]
    write_csv(folder / "distractors.csv", [("consult_id", "theme"), *distracted])
    truth = {
        "mark": SYNTHETIC,
        "seed": seed,
        "seasonality": _seasonality(),
        "campaign": _campaign(records),
        "survey": people.wave_r5(survey) | {"opinion_themes": survey.opinion_themes},
        "personal": {i: list(one.personal) for i, one in zip(ids, composed, strict=True) if one.personal},
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _seasonality() -> dict[str, Any]:
    return {
        "nation": asdict(calendar.NATION),
        "prefecture": asdict(calendar.PREFECTURE),
        "weekday_order": "Sunday..Saturday",
        "hour_unit": "mean of 6-11 o'clock = 1",
        "latent_autocorrelation": counts.AUTOCORRELATION,
        "latent_log_sd": {"nation": counts.NATION_LOG_SD, "prefecture": counts.PREFECTURE_LOG_SD},
        "dispersion": {"nation": counts.NATION_DISPERSION, "prefecture": counts.PREFECTURE_DISPERSION},
    }


def _campaign(records: contacts.Contacts) -> dict[str, Any]:
    city = records.frame[records.frame["desk"] == contacts.CITY_DESK]
    window = calendar.in_window(pd.DatetimeIndex(city["received_at"].dt.normalize()))
    return {
        "city_opened_on": calendar.CITY_OPENED_ON.isoformat(),
        "city_ramp_days": calendar.CITY_RAMP_DAYS,
        "joint_window": [day.isoformat() for day in calendar.JOINT_WINDOW],
        "city_rate_ratio": calendar.CITY_RATE_RATIO,
        "prefecture_rate_ratio": calendar.PREFECTURE_RATE_RATIO,
        "city_contacts_in_window": int(window.sum()),
        "city_clients_in_window": int(city.loc[window, "client_id"].nunique()),
        # Without these contacts the city series has no effect: tests of "not detected" drop them.
        "campaign_consult_ids": list(records.campaign_extra),
    }
