"""Counts that are random like real ones and still meet published totals exactly.

Intensities are drawn first (curve x latent AR(1) x gamma noise). Given the intensities, Poisson counts that are
known to sum to N are multinomial: that is how the published year is met without flat quotas. Published orders
(August, Sunday to Saturday, 22 and 23 o'clock) are met by drawing again until they hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from zlib import crc32

import numpy as np
import pandas as pd

from ujo_lib.sample import calendar
from ujo_lib.sample.calendar import Bools, Floats, Ints
from ujo_lib.sample.places import PREFECTURES, USE_PROPENSITY

Drawn = TypeVar("Drawn")

NATIONAL_2023: Final = 337_943
KUMAMOTO_2023: Final = 2_536
ABROAD: Final = "海外"
UNKNOWN_PLACE: Final = "不明・無回答"
ABROAD_SHARE: Final = 0.011
UNKNOWN_SHARE: Final = 0.12
AUTOCORRELATION: Final = 0.3
NATION_LOG_SD: Final = 0.06
PREFECTURE_LOG_SD: Final = 0.10
NATION_DISPERSION: Final = 0.003
PREFECTURE_DISPERSION: Final = 0.05
MORNING: Final = slice(6, 12)
MAX_ATTEMPTS: Final = 4_000


def generator(seed: int, name: str, attempt: int = 0) -> np.random.Generator:
    """A random stream of its own for each named part, so that one part can change without moving the others."""
    return np.random.default_rng([seed, crc32(name.encode()), attempt])


def draw_until(seed: int, name: str, draw: Callable[[np.random.Generator], Drawn | None]) -> Drawn:
    """The first accepted draw (``None`` rejects).

    Raises:
        RuntimeError: no draw was accepted; the planted curve and the condition contradict each other.
    """
    for attempt in range(MAX_ATTEMPTS):
        drawn = draw(generator(seed, name, attempt))
        if drawn is not None:
            return drawn
    raise RuntimeError(f"sample: no draw of {name!r} met its published orders in {MAX_ATTEMPTS} attempts")


def log_ar1(rng: np.random.Generator, n: int, sd: float, phi: float = AUTOCORRELATION) -> Floats:
    """A stationary AR(1) path with marginal standard deviation ``sd``."""
    steps = rng.normal(0.0, sd * np.sqrt(1 - phi**2), n)
    path = np.empty(n)
    value = rng.normal(0.0, sd)
    for i, step in enumerate(steps):
        value = phi * value + step
        path[i] = value
    return path


def gamma_noise(rng: np.random.Generator, dispersion: float, size: int | tuple[int, ...]) -> Floats:
    """Multiplicative noise of mean 1 and variance ``dispersion`` (a Poisson count of it is negative binomial)."""
    return rng.gamma(1 / dispersion, dispersion, size)


def conditioned_counts(rng: np.random.Generator, intensity: Floats, exact: Bools, total: int) -> Ints:
    """Counts whose cells marked ``exact`` sum to ``total``; the other cells are Poisson at the same scale."""
    scale = total / intensity[exact].sum()
    counts: Ints = rng.poisson(intensity * scale)
    counts[exact] = rng.multinomial(total, intensity[exact] / intensity[exact].sum())
    return counts


def months_hold(index: pd.DatetimeIndex, daily: Ints) -> bool:
    """August is first, per month and per day."""
    months = np.bincount(np.asarray(index.month) - 1, weights=daily, minlength=12)
    per_day = months / np.bincount(np.asarray(index.month) - 1, minlength=12)
    return all(int(v.argmax()) == 7 and np.partition(v, -2)[-2] < v.max() for v in (months, per_day))


def weekdays_hold(index: pd.DatetimeIndex, daily: Ints) -> bool:
    """Means per occurring weekday fall strictly from Sunday to Saturday."""
    weekday = calendar.sunday_first(index)
    means = np.bincount(weekday, weights=daily) / np.bincount(weekday)
    return bool((np.diff(means) < 0).all())


def hours_hold(hours: Ints | Floats) -> bool:
    """22 and 23 o'clock lead at about twice the morning; 0 and 1 exceed the morning mean, 2 does not."""
    morning = hours[MORNING].mean()
    top_two = (
        set(np.argsort(hours, kind="stable")[-2:].tolist()) == {22, 23}
        and np.sort(hours)[-3] < hours[[22, 23]].min()
    )
    about_twice = 1.92 <= hours[[22, 23]].mean() / morning <= 2.08
    return bool(top_two and about_twice and hours[0] > morning and hours[1] > morning and hours[2] < morning)


@dataclass(frozen=True)
class NationalCounts:
    """Contacts of the national desk.

    Attributes:
        index: the D days of the series.
        places: the 49 places (47 prefectures, abroad, unknown).
        daily: counts, D x 49.
        hourly: counts over all places, D x 24.
        kumamoto_hourly: counts of residents of 熊本県, D x 24 (contained in both).
    """

    index: pd.DatetimeIndex
    places: tuple[str, ...]
    daily: Ints
    hourly: Ints
    kumamoto_hourly: Ints


def national_counts(seed: int) -> NationalCounts:
    """Draw the three years of the national desk; calendar 2023 meets both published totals exactly."""
    index = calendar.days()
    exact = calendar.in_year(index, calendar.CONDITIONED_YEAR)
    shared = log_ar1(generator(seed, "nation-latent"), len(index), NATION_LOG_SD)
    kumamoto = draw_until(seed, "kumamoto-daily", lambda rng: _kumamoto_daily(rng, index, exact, shared))
    others = draw_until(seed, "nation-daily", lambda rng: _other_places(rng, index, exact, shared, kumamoto))
    names = tuple(PREFECTURES)
    at = names.index("熊本県")
    daily = np.insert(others, at, kumamoto, axis=1)
    kumamoto_hourly = draw_until(seed, "kumamoto-hourly", lambda rng: _hourly(rng, kumamoto, exact, 0.05))
    rest_hourly = draw_until(seed, "nation-hourly", lambda rng: _hourly(rng, others.sum(axis=1), exact, 0.01))
    return NationalCounts(
        index, (*names, ABROAD, UNKNOWN_PLACE), daily, rest_hourly + kumamoto_hourly, kumamoto_hourly
    )


def _kumamoto_daily(
    rng: np.random.Generator, index: pd.DatetimeIndex, exact: Bools, shared: Floats
) -> Ints | None:
    own = log_ar1(rng, len(index), np.sqrt(PREFECTURE_LOG_SD**2 - NATION_LOG_SD**2))
    campaign = np.where(calendar.in_window(index), calendar.PREFECTURE_RATE_RATIO, 1.0)
    level = calendar.daily_level(index, calendar.PREFECTURE) * calendar.growth(index) * campaign
    intensity = level * np.exp(shared + own) * gamma_noise(rng, PREFECTURE_DISPERSION, len(index))
    counts = conditioned_counts(rng, intensity, exact, KUMAMOTO_2023)
    year, in_year = index[exact], counts[exact]
    fits = months_hold(year, in_year) and weekdays_hold(year, in_year)
    return counts if fits and _window_holds(index, counts, level * np.exp(shared)) else None


def _window_holds(index: pd.DatetimeIndex, counts: Ints, expected: Floats) -> bool:
    """The realised ratio in the campaign window lies near the planted one.

    The truth file promises next to nothing at prefecture level; a chance bump in just these 24 days would make the
    sample tell another story.
    """
    window = calendar.in_window(index)
    planted = expected / np.where(window, calendar.PREFECTURE_RATE_RATIO, 1.0)
    realised = counts[window].sum() / planted[window].sum() / (counts[~window].sum() / planted[~window].sum())
    return bool(PREFECTURE_REALISED[0] <= realised <= PREFECTURE_REALISED[1])


def _other_places(
    rng: np.random.Generator,
    index: pd.DatetimeIndex,
    exact: Bools,
    shared: Floats,
    kumamoto: Ints,
) -> Ints | None:
    weights = np.array([PREFECTURES[p] * USE_PROPENSITY.get(p, 1.0) for p in PREFECTURES if p != "熊本県"])
    weights = weights * np.exp(rng.normal(0.0, 0.12, len(weights)))
    resident = 1 - ABROAD_SHARE - UNKNOWN_SHARE
    weights = np.append(weights / weights.sum() * resident, [ABROAD_SHARE, UNKNOWN_SHARE])
    n, k = len(index), len(weights)
    level = calendar.daily_level(index, calendar.NATION) * calendar.growth(index) * np.exp(shared)
    own = np.column_stack([log_ar1(rng, n, 0.05) for _ in range(k)])
    day_noise = gamma_noise(rng, NATION_DISPERSION, (n, 1))
    intensity = level[:, None] * day_noise * np.exp(own) * gamma_noise(rng, 0.02, (n, k)) * weights
    counts = conditioned_counts(
        rng, intensity, np.broadcast_to(exact[:, None], (n, k)), NATIONAL_2023 - KUMAMOTO_2023
    )
    year, in_year = index[exact], (counts.sum(axis=1) + kumamoto)[exact]
    return counts if months_hold(year, in_year) and weekdays_hold(year, in_year) else None


def _hourly(rng: np.random.Generator, daily: Ints, exact: Bools, dispersion: float) -> Ints | None:
    weights = np.array(calendar.NATION.hour) * gamma_noise(rng, dispersion, (len(daily), 24))
    hourly = rng.multinomial(daily, weights / weights.sum(axis=1, keepdims=True))
    return hourly if hours_hold(hourly[exact].sum(axis=0)) else None


@dataclass(frozen=True)
class CityCounts:
    """Contacts of the city's own channel over D days: the base rate and what the campaign added."""

    index: pd.DatetimeIndex
    base: Ints
    extra: Ints


PREFECTURE_REALISED: Final = (0.97, 1.09)
CITY_CONTACTS: Final = (88, 104)
CITY_BASE_RATE: Final = 0.262


def city_counts(seed: int) -> CityCounts:
    """Draw the city channel; the realised ratio in the joint window lies near the planted 2.5."""
    index = calendar.days()
    return draw_until(seed, "city-daily", lambda rng: _city_daily(rng, index))


def _city_daily(rng: np.random.Generator, index: pd.DatetimeIndex) -> CityCounts | None:
    window = calendar.in_window(index)
    expected = calendar.city_ramp(index) * calendar.daily_level(index, calendar.PREFECTURE)
    expected = expected / expected[calendar.city_ramp(index) == 1].mean() * CITY_BASE_RATE
    base = rng.poisson(expected * np.exp(log_ar1(rng, len(index), 0.15)))
    extra = rng.poisson(expected * (calendar.CITY_RATE_RATIO - 1) * window)
    outside_rate = base[~window].sum() / expected[~window].sum()
    realised = (base + extra)[window].sum() / expected[window].sum() / outside_rate
    without = base[window].sum() / expected[window].sum() / outside_rate
    total = int((base + extra).sum())
    fits = (
        CITY_CONTACTS[0] <= total <= CITY_CONTACTS[1] and 2.35 <= realised <= 2.65 and 0.8 <= without <= 1.2
    )
    return CityCounts(index, base, extra) if fits else None
