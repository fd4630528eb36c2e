"""Do the verdicts of the consultation notebook keep their promise when there is nothing to find?

Simulates years of contacts at three sizes (a city, a prefecture, the nation) with a latent daily log-AR(1)
and negative-binomial noise, lets every verdict judge years in which exactly its own effect is absent, and
every interval cover a known truth. Chi-square and Rayleigh, which the same years are shown to, are the peers.

Usage: seasonality_calibration.py [--quick] [--years N] [--json]
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats
from scipy.signal import lfilter

from ujo_lib.seasonality import circular, contrast, profiles, usage
from ujo_lib.seasonality.dispersion import Array, deflated_share, small_sample
from ujo_lib.seasonality.verdicts import ALPHA, YEAR, PatternTests

DAYS = 365
WEEKDAY = np.arange(DAYS) % 7  # 2023 begins on a Sunday and has 53 of them
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
MONTH = np.repeat(np.arange(12), MONTH_DAYS)
WEEKDAY_EFFECT = np.array([0.12, 0.08, 0.05, 0.02, 0.0, -0.08, -0.14])
MONTH_EFFECT = np.array([0, -0.05, 0, 0.05, 0.02, 0.03, 0.05, 0.15, 0.08, 0, -0.02, -0.1])
HOUR_SHARE = np.array(
    [
        5.2,
        4.8,
        3.2,
        2.4,
        2.0,
        1.9,
        2.2,
        2.7,
        3.1,
        3.5,
        3.7,
        3.8,
        4.0,
        4.1,
        4.1,
        4.2,
        4.4,
        4.6,
        4.8,
        5.2,
        5.6,
        6.0,
        6.5,
        6.4,
    ]
)
NIGHT, MORNING = [22, 23], [6, 7, 8, 9, 10, 11]
ROUND = 100
"""Years simulated at a time, so that hours of the national size fit in little memory."""


@dataclass(frozen=True)
class Size:
    """One size of service: contacts a year, marginal SD of the latent process, negative-binomial dispersion."""

    name: str
    contacts: float
    sd: float
    dispersion: float


SIZES = (
    Size("city", 54, 0.15, 0.10),
    Size("prefecture", 2536, 0.10, 0.05),
    Size("nation", 337943, 0.06, 0.003),
)
DAILY_MEMORY = (0.0, 0.3, 0.6)


def latent(rng: np.random.Generator, years: int, sd: float, memory: float, weekly: bool) -> Array:
    """Stationary log-AR(1) with marginal SD `sd`, one value a day or one a week; mean of its exponential 1."""
    steps = 53 if weekly else DAYS
    shocks = rng.normal(0, sd * np.sqrt(1 - memory**2), (years, steps + 100))
    path = lfilter([1.0], [1.0, -memory], shocks, axis=1)[:, 100:]
    return (path[:, np.arange(DAYS) // 7] if weekly else path) - sd**2 / 2


def simulate(
    rng: np.random.Generator,
    years: int,
    size: Size,
    memory: float,
    effect: Array,
    hour_share: Array = HOUR_SHARE,
    weekly: bool = False,
) -> NDArray[np.int64]:
    """Draw years of hourly counts, shape (years, days, 24).

    Each day also tilts its own hours at random (as much as the days' levels vary), so that contacts of one
    day are no independent draws from the hour profile either.
    """
    level = expected(size, effect) * np.exp(latent(rng, years, size.sd, memory, weekly))
    noise = rng.gamma(1 / size.dispersion, size.dispersion, level.shape)
    hours = tilted(hour_share, rng.normal(0, size.sd, (years, DAYS, 1)))
    return rng.poisson((level * noise)[..., None] * hours)


def expected(size: Size, effect: Array) -> Array:
    """Expected contacts of each day."""
    return np.exp(effect) / np.exp(effect).sum() * size.contacts


def tilted(hour_share: Array, tilt: Array) -> Array:
    """Share of each hour on days that lean towards the night by `tilt`."""
    share = hour_share * np.exp(tilt * np.cos((np.arange(24) - 22) * 2 * np.pi / 24))
    return share / share.sum(axis=-1, keepdims=True)


def mean_share(hour_share: Array, sd: float) -> Array:
    """Expected share of each hour over the days' tilts (Gauss–Hermite quadrature)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    return weights @ tilted(hour_share, sd * nodes[:, None]) / weights.sum()


def night_like_morning(sd: float) -> Array:
    """An hour profile whose expected night equals its expected morning, per hour; all other hours as ever."""
    share = HOUR_SHARE / HOUR_SHARE.sum()
    for _ in range(20):
        mean = mean_share(share, sd)
        share[NIGHT] *= mean[MORNING].mean() / mean[NIGHT].mean()
    return share


def month_wave(height: float) -> Array:
    """A smooth yearly wave of ±`height`, highest in August."""
    return np.log1p(height * np.cos(2 * np.pi * (np.arange(DAYS) - 225) / DAYS))


CALENDAR = PatternTests(WEEKDAY, MONTH, np.ones(DAYS, dtype=bool), np.ones(DAYS))
WEEK = WEEKDAY_EFFECT[WEEKDAY]
ALL = WEEK + MONTH_EFFECT[MONTH]

Setting = tuple[np.random.Generator, int, Size, float, bool]


def without_months(setting: Setting) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Years with weekday and hour patterns and no month pattern: which verdicts raise a false alarm?"""
    rng, years, size, memory, weekly = setting
    daily = simulate(rng, years, size, memory, WEEK, weekly=weekly).sum(axis=2)
    yield "months", CALENDAR.months(daily).p_value < ALPHA
    yield "yearly wave", CALENDAR.yearly_wave(daily).p_value < ALPHA
    n = daily @ np.eye(12)[MONTH]
    share = MONTH_DAYS / DAYS
    yield "peer: chi-square months", scipy_stats.chisquare(n.T, n.sum(axis=1) * share[:, None]).pvalue < ALPHA
    angle = 2 * np.pi * np.arange(DAYS) / YEAR
    z = ((daily @ np.cos(angle)) ** 2 + (daily @ np.sin(angle)) ** 2) / daily.sum(axis=1)
    yield "peer: Rayleigh year", np.exp(-z) < ALPHA


def without_weekdays(setting: Setting) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Years with month and hour patterns and no weekday pattern."""
    rng, years, size, memory, weekly = setting
    daily = simulate(rng, years, size, memory, MONTH_EFFECT[MONTH], weekly=weekly).sum(axis=2)
    yield "weekdays", CALENDAR.weekdays(daily).p_value < ALPHA
    yield "slope through the week", CALENDAR.week_slope(daily).p_value < ALPHA
    n = daily @ np.eye(7)[WEEKDAY]
    share = np.bincount(WEEKDAY) / DAYS
    yield (
        "peer: chi-square weekdays",
        scipy_stats.chisquare(n.T, n.sum(axis=1) * share[:, None]).pvalue < ALPHA,
    )


def without_hours(setting: Setting) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Years whose night equals the morning, and years with every hour alike."""
    rng, years, size, memory, weekly = setting
    hourly = simulate(rng, years, size, memory, ALL, night_like_morning(size.sd), weekly)
    night, morning = hourly[..., NIGHT].sum(axis=2), hourly[..., MORNING].sum(axis=2)
    effect = contrast.day_effect(night, morning)
    p = contrast.ratio_p(night.sum(axis=1), morning.sum(axis=1), len(NIGHT) / len(MORNING), effect)
    yield "night v morning", p < ALPHA
    flat = simulate(rng, years, size, memory, ALL, np.ones(24), weekly)
    yield "hours", circular.uniformity_p(circular.day_vectors(flat)) < ALPHA
    n = flat.sum(axis=1)
    yield "peer: chi-square hours", scipy_stats.chisquare(n.T).pvalue < ALPHA


def without_difference(setting: Setting) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """A place and the nation with the same pattern and their own noise: do their months or weekdays seem to differ?"""
    rng, years, size, memory, weekly = setting
    place = simulate(rng, years, size, memory, ALL, weekly=weekly).sum(axis=2)
    nation = simulate(rng, years, SIZES[-1], memory, ALL, weekly=weekly).sum(axis=2)
    compared = [PatternTests(WEEKDAY, MONTH, CALENDAR.observed, row, row) for row in nation.astype(float)]
    months = [tests.months(row).p_value[0] for tests, row in zip(compared[:10], place, strict=False)]
    yield "months v nation", np.array(months) < ALPHA


def with_everything(setting: Setting, weights: Array) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Years with all patterns: does each interval cover the truth it was made for?"""
    rng, years, size, memory, weekly = setting
    hourly = simulate(rng, years, size, memory, ALL, weekly=weekly)
    daily = hourly.sum(axis=2)
    truth = expected(size, ALL)
    for name, test, group, days in (
        ("month ratio", CALENDAR.months, MONTH, MONTH_DAYS),
        ("weekday ratio", CALENDAR.weekdays, WEEKDAY, np.bincount(WEEKDAY)),
    ):
        member = np.eye(len(days))[group]
        scale = test(daily)
        spread = (scale.dispersion * scale.inflation)[:, None]
        _, low, high = profiles.ratio_to_mean(daily @ member, days, spread, scale.df2[:, None])
        yield name, covers(low, high, (truth @ member) / truth.sum() / (days / DAYS))
    share = mean_share(HOUR_SHARE, size.sd)
    n = hourly.sum(axis=1)
    effect = np.maximum(profiles.share_effect(hourly), 1.0)
    yield "hour share", covers(*deflated_share(n, n.sum(axis=1, keepdims=True), effect), share)
    night, morning = hourly[..., NIGHT].sum(axis=2), hourly[..., MORNING].sum(axis=2)
    exposure = len(NIGHT) / len(MORNING)
    day_effect = contrast.day_effect(night, morning)
    limits = contrast.ratio_interval(night.sum(axis=1), morning.sum(axis=1), exposure, day_effect)
    yield "night v morning ratio", covers(*limits, share[NIGHT].mean() / share[MORNING].mean())
    mean = circular.summarise(np.arange(24) + 0.5, share * 1e9).mean
    low, high = circular.bootstrap_mean(circular.day_vectors(hourly), weights)
    off = np.mod(mean - low, 24)
    yield "circular mean", off <= high - low


def covers(low: Array, high: Array, truth: Array | float) -> NDArray[np.bool_]:
    """Whether the interval holds the truth."""
    return (low <= truth) & (truth <= high)
