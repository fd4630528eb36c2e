"""The whole city: draw everything, write everything beside the old folder, then swap by rename."""

import os
import shutil
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.files import left_behind, replace_folder
from ujo_lib.sample import (
    ads,
    coders,
    contacts,
    counts,
    files,
    marks,
    people,
    places,
    planting,
    relabel,
    residents,
    texts,
    truth,
)

DEFAULT_SEED: Final = 2023
FISCAL_YEARS: Final = (2021, 2022, 2023)
MEAN_CHARS: Final = 500


def write_city(
    root: Path, seed: int = DEFAULT_SEED, site: str = "sample", place: relabel.Place | None = None
) -> None:
    """Write the synthetic city to ``root/data/<site>``, replacing what was there.

    Args:
        root: the project's folder.
        seed: everything random follows from it; equal seeds give equal bytes on one platform and lock.
        site: name of the folder.
        place: names of another place to be given to the city.

    The folder is complete or untouched: files are written beside it and promoted by rename.
    """
    target = Path(root) / "data" / site
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in left_behind(target.parent, f".{site}-new-*"):
        shutil.rmtree(left, ignore_errors=True)
    fresh = target.with_name(f".{site}-new-{os.getpid()}")
    try:
        _write(fresh, seed)
        if place:
            relabel.relabel(fresh, place)
        replace_folder(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write(folder: Path, seed: int) -> None:
    national = counts.national_counts(seed)
    city = counts.city_counts(seed)
    records = contacts.all_contacts(seed, national, city)
    weights, speakers = planting.theme_weights(records.frame), planting.speakers(records.frame)
    composed = texts.texts_of(weights, speakers, seed, MEAN_CHARS)
    records.frame["text"] = [one.text for one in composed]
    survey = people.survey(seed)
    _write_site(folder / "site", survey)
    attributes = contacts.national_attributes(seed, national)
    for year in FISCAL_YEARS:
        _write_year(folder / f"fy{year}", year, national, records.frame, attributes)
        coders.write_hand_codes(folder / f"fy{year}" / "coding", year, seed, records.frame, composed)
    _write_survey_and_ads(folder / "fy2023", seed, survey)
    truth.write_truth(folder / "truth", seed, records, composed, survey)
    residents.write_residents(folder, seed)
    (folder / "README.txt").write_text(
        marks.README_JA.format(seed=seed), encoding="utf-8-sig", newline="\r\n"
    )


def _write_site(folder: Path, survey: people.Survey) -> None:
    files.write_csv(folder / "campaigns.csv", files.table(places.campaigns()), "cp932", "\r\n")
    for made in (places.population, places.channels, places.events, places.media_use):
        files.write_csv(folder / f"{made.__name__}.csv", files.table(made()))
    files.write_csv(folder / "survey_waves.csv", files.table(places.survey_waves(people.wave_r5(survey))))


def _write_year(
    folder: Path, year: int, national: counts.NationalCounts, records: pd.DataFrame, attributes: pd.DataFrame
) -> None:
    start, end = pd.Timestamp(year, 4, 1), pd.Timestamp(year + 1, 4, 1)
    days = np.asarray((national.index >= start) & (national.index < end))
    index = national.index[days]
    files.national_daily(folder / "national_daily.csv", index, national.places, national.daily[days])
    files.national_hourly(folder / "national_hourly.csv", index, national.hourly[days])
    begun = pd.to_datetime(attributes["期間開始"])
    quarters = attributes[(begun >= start) & (begun < end)].assign(出典=marks.SYNTHETIC)
    files.write_csv(folder / "national_attributes.csv", files.table(quarters))
    received = records["received_at"]
    own = records[(received >= start) & (received < end)]
    files.consultations(folder / "consultations.csv", own, old_form=year == FISCAL_YEARS[0])


def _write_survey_and_ads(folder: Path, seed: int, survey: people.Survey) -> None:
    files.commissioners(folder / "commissioners.xlsx", survey.commissioners)
    files.cases(folder / "cases.xlsx", survey.cases)
    cells = ads.cells(seed)
    files.ads_meta(folder / "ads_meta_ja.csv", cells[cells["platform"].isin(["Instagram", "Facebook"])])
    files.ads_tiktok(folder / "ads_tiktok.csv", cells[cells["platform"] == "TikTok"])
    files.ads_google(folder / "ads_google.tsv", cells[cells["platform"] == "ディスプレイ"])
