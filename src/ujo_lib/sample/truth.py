"""What was planted, for tests to find again. Analyses never read it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ujo_lib.sample import ads, calendar, contacts, counts, people, planting, texts
from ujo_lib.sample.files import write_csv
from ujo_lib.sample.marks import SYNTHETIC


def write_truth(
    folder: Path,
    seed: int,
    national: counts.NationalCounts,
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
        "totals": _totals(national, records.frame),
        "seasonality": _seasonality(),
        "campaign": _campaign(records),
        "attributes": _attributes(),
        "survey": people.wave_r5(survey) | {"opinion_themes": survey.opinion_themes},
        "texts": _texts(composed, mentions),
        "personal": {i: list(one.personal) for i, one in zip(ids, composed, strict=True) if one.personal},
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _totals(national: counts.NationalCounts, frame: pd.DataFrame) -> dict[str, Any]:
    received, desk = frame["received_at"], frame["desk"]
    kumamoto = frame[desk == contacts.NATIONAL_DESK]
    daily = pd.Series(national.daily.sum(axis=1), index=national.index)
    fiscal = np.asarray(national.index.year - (national.index.month < 4))
    kumamoto_fiscal = kumamoto["received_at"].dt.year - (kumamoto["received_at"].dt.month < 4)
    return {
        "calendar_2023": {
            "nation": int(daily[calendar.in_year(national.index, 2023)].sum()),
            "kumamoto": int((kumamoto["received_at"].dt.year == 2023).sum()),
            "teens_strong_ideation": contacts.TEENS_STRONG_2023,
            "place_unknown": int(national.daily[calendar.in_year(national.index, 2023), -1].sum()),
        },
        "nation_by_fiscal_year": {int(y): int(n) for y, n in daily.groupby(fiscal).sum().items()},
        "kumamoto_by_fiscal_year": {
            int(y): int(n) for y, n in kumamoto_fiscal.value_counts(sort=False).items()
        },
        "city_contacts": int((desk == contacts.CITY_DESK).sum()),
        "city_clients": int(frame.loc[desk == contacts.CITY_DESK, "client_id"].nunique()),
        "first_contact": str(received.min()),
        "last_contact": str(received.max()),
        "ads": {"impressions": ads.IMPRESSIONS, "link_clicks": ads.LINK_CLICKS, "spend_yen": ads.SPEND_YEN},
    }


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


def _attributes() -> dict[str, Any]:
    return {
        "loneliness": dict(zip(contacts.LONELINESS, contacts.LONELINESS_WEIGHTS, strict=True)),
        "death_wish": dict(zip(contacts.WISHES, contacts.DEATH_WISH_WEIGHTS, strict=True)),
        "suicidal_ideation": dict(zip(contacts.WISHES, contacts.IDEATION_WEIGHTS, strict=True)),
        "topic_by_occupation": {
            occupation: dict(zip(contacts.TOPICS, row, strict=True))
            for occupation, row in zip(
                contacts.OCCUPATIONS, contacts.TOPIC_BY_OCCUPATION.tolist(), strict=True
            )
        },
        "unanswered": contacts.UNANSWERED,
    }


def _texts(composed: Sequence[texts.Composed], mentions: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    by_theme = Counter((theme, mention) for _, theme, mention in mentions)
    lengths = [len(one.text) for one in composed]
    return {
        "n": len(composed),
        "mean_chars": round(float(np.mean(lengths)), 1),
        "mentions": len(mentions),
        "hard": sum(n for (_, mention), n in by_theme.items() if mention == texts.HARD),
        "by_theme": {
            theme: {kind: by_theme[theme, kind] for kind in (texts.EASY, texts.HARD)}
            for theme in planting.THEMES
        },
    }
