"""What a few people who call again and again do to the verdicts and intervals of the consultation notebook.

Years of records in which some contacts come from habitual callers, each with an hour, a weekday and a season of their
own, drawn so that over all callers no month, no weekday and, where that is judged, no hour is preferred. Every verdict
should then be silent in about 95 of 100 years, and every interval hold the truth as often. The simulator shares no
code with the one of `seasonality_calibration.py` and none with the library.

    python benchmarks/habitual_callers.py [--years N] [--json]
"""

import argparse
import json
import sys
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from ujo_lib import seasonality
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.counts import Counts
from ujo_lib.seasonality.verdicts import ALPHA

PERIOD = Period(date(2023, 1, 1), date(2023, 12, 31), "2023年")
SIZES = (200, 600, 2536)
CALLERS = {"none": (0.0, 1), "many": (0.4, 8), "few": (0.4, 30)}
"""Share of the contacts that come from habitual callers, and contacts that each of them makes on average."""
PROFILE = np.where(np.arange(24) >= 20, 2.0, 1.0) / 28
NIGHT, MORNING = [22, 23], [6, 7, 8, 9, 10, 11]


def year(
    rng: np.random.Generator, contacts: int, habit: tuple[float, int], hours: np.ndarray
) -> pd.DataFrame:
    """One year of records: once from everybody else, many times from habitual callers in a season of 60 days or so."""
    share, each = habit
    callers = rng.poisson(share * contacts / each)
    times = rng.geometric(1 / each, callers)
    once = rng.poisson((1 - share) * contacts)
    person = np.concatenate([np.repeat(np.arange(callers), times), callers + np.arange(once)])
    n = len(person)
    habitual = person < callers
    began, weekday = rng.integers(0, 364, callers), rng.integers(0, 7, callers)
    liked = rng.choice(24, callers, p=hours)
    day = rng.integers(0, 364, n)
    hour = rng.choice(24, n, p=hours)
    who = person[habitual]
    week = (began[who] // 7 + rng.geometric(1 / 8, len(who))) % 52
    same_day = np.where(rng.random(len(who)) < 0.5, weekday[who], rng.integers(0, 7, len(who)))
    day[habitual] = 7 * week + same_day
    hour[habitual] = np.where(rng.random(len(who)) < 0.7, liked[who], hour[habitual])
    at = pd.Timestamp(PERIOD.start) + pd.to_timedelta(day * 24 + hour, unit="h") + pd.Timedelta(minutes=30)
    return pd.DataFrame({"received_at": at.tz_localize("Asia/Tokyo"), "client_id": person.astype(str)})


@cache
def nation() -> Counts:
    """Three years of a nation whose weeks know nothing of one another: what the verdicts are most daring beside."""
    period = Period(date(2021, 1, 1), PERIOD.end, "3年")
    daily = np.random.default_rng(2021).poisson(337_943 / 365, period.days)
    return Counts(period, daily, None, np.ones(period.days, dtype=bool))


def counted(records: pd.DataFrame) -> Counts:
    """Days × hours of the records."""
    at = records["received_at"].dt
    hourly = np.zeros((PERIOD.days, 24), dtype=np.int64)
    np.add.at(hourly, (at.day_of_year.to_numpy() - 1, at.hour.to_numpy()), 1)
    seen = np.ones(PERIOD.days, dtype=bool)
    return Counts(PERIOD, hourly.sum(axis=1), hourly, seen)


def patterned(records: pd.DataFrame, counts: Counts) -> dict[str, object]:
    """Verdicts and intervals of a year whose hours follow `PROFILE` and nothing else."""
    people = seasonality.People.of(records)
    told = seasonality.judge(counts, people, nation())
    found: dict[str, object] = {
        name: verdict.detected is True
        for name, verdict in zip(("months", "wave", "weekdays", "slope"), told, strict=True)
    }
    found["cover month ratio"] = covers(
        seasonality.by_month(counts, people, beside=nation()).frame, np.ones(12)
    )
    found["cover weekday ratio"] = covers(seasonality.by_weekday(counts, people).frame, np.ones(7))
    found["cover hour ratio"] = covers(seasonality.by_hour(counts, people).frame, PROFILE * 24)
    night = seasonality.compare_hours(counts, NIGHT, MORNING, people).frame
    found["cover night v morning"] = covers(night, np.array([2.0]))
    peak = seasonality.daily_peak(counts, people).frame
    angle = np.angle(PROFILE @ np.exp(2j * np.pi * (np.arange(24) + 0.5) / 24)) * 24 / (2 * np.pi)
    off = (angle - float(peak["low"].iloc[0])) % 24
    found["cover circular mean"] = np.array([off <= float(peak["high"].iloc[0] - peak["low"].iloc[0])])
    return found


def covers(table: pd.DataFrame, truth: np.ndarray) -> np.ndarray:
    """Which rows' intervals hold the truth."""
    return ((table["low"] <= truth) & (table["high"] >= truth)).to_numpy(dtype=bool)


def flat(records: pd.DataFrame, counts: Counts) -> dict[str, bool]:
    """The test of "every hour alike" on a year in which it is true."""
    peak = seasonality.daily_peak(counts, seasonality.People.of(records)).frame
    return {"hours": float(peak["p_value"].iloc[0]) < ALPHA}


def measure(contacts: int, habit: tuple[float, int], years: int) -> dict[str, float]:
    """Share of years with a false alarm and, of the worst month, weekday or hour, with a true interval."""
    outcomes: dict[str, list[object]] = {}
    for number in range(years):
        rng = np.random.default_rng([number, contacts, habit[1]])
        for profile, asked in ((PROFILE, patterned), (np.full(24, 1 / 24), flat)):
            records = year(rng, contacts, habit, profile)
            for name, outcome in asked(records, counted(records)).items():
                outcomes.setdefault(name, []).append(outcome)
    return {name: float(np.mean(parts, axis=0).min()) for name, parts in outcomes.items()}


def main() -> int:
    """Print the rates of every cell in percent and, on request, the worst of each as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--years", type=int, default=500, help="years per cell")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    cells = {
        (contacts, name): measure(contacts, habit, options.years)
        for contacts in SIZES
        for name, habit in CALLERS.items()
    }
    table = pd.DataFrame(cells)
    print((100 * table).round(1).to_string())
    covered = table.index.str.startswith("cover")
    alarm, coverage = float(table[~covered].max().max()), float(table[covered].min().min())
    if options.json:
        print(
            json.dumps(
                {
                    "years": options.years,
                    "false_alarm_max": round(alarm, 4),
                    "coverage_min": round(coverage, 4),
                }
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
