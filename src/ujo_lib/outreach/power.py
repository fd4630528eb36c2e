"""What this design could have found: power, smallest detectable effect, and how a city's effect thins out.

Everything here is computed from planned rates, not from what was counted in the window, so that it can be
known, and shown, before and without the outcome.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import optimize
from scipy import stats as distributions

from ujo_lib.columns import Estimate, Rate, Ratio, Share, Text
from ujo_lib.errors import InputError
from ujo_lib.outreach import controlled, exact
from ujo_lib.outreach.specification import Plan
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed

LARGEST_RATIO = 100.0

_AREA = Text(heading="対象")

UNPLANNED = "年間の見込みの件数を決めていないため、見つけられる大きさは示せません。"
"""What is said where no contacts were planned with."""

RATIOS = (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)
"""Rate ratios at which power is shown."""


@dataclass(frozen=True)
class Design:
    """A planned comparison.

    Attributes:
        area: whose contacts are counted.
        window, baseline: contacts expected in the window without an effect, and in the baseline.
        power_at: power at a rate ratio.
        assumed: what the power takes for granted, in Japanese.
    """

    area: str
    window: float
    baseline: float
    power_at: Callable[[float], float]
    assumed: str = ""


def exact_power(baseline: float, window: float, ratio: float, level: float = LEVEL) -> float:
    """Power of the exact conditional test (central, two-sided), summed over every possible pair of counts.

    Args:
        baseline: contacts expected in the baseline.
        window: contacts expected in the window without an effect.
        ratio: the true rate ratio.
        level: confidence level of the verdict.
    """
    _positive(baseline, window, ratio)
    null = window / (window + baseline)
    in_window = np.arange(_reach(window * ratio) + 1)
    in_baseline = np.arange(_reach(baseline) + 1)
    total, tail = in_window[:, None] + in_baseline, (1 - level) / 2
    totals = np.arange(total.max() + 1)
    # Of each total, the largest count whose lower tail and the smallest whose upper tail is at most half the level.
    least, most = distributions.binom.ppf([[tail], [1 - tail]], totals, null)
    low = least - (distributions.binom.cdf(least, totals, null) > tail)
    high = most + (distributions.binom.sf(most - 1, totals, null) > tail)
    rejected = (in_window[:, None] <= low[total]) | (in_window[:, None] >= high[total])
    chance_window = distributions.poisson.pmf(in_window, window * ratio)
    chance_baseline = distributions.poisson.pmf(in_baseline, baseline)
    return float(chance_window @ rejected @ chance_baseline)


def block_power(spread: float, of: controlled.Design, ratio: float, level: float = LEVEL) -> float:
    """Power of the verdict of `controlled.block_t`: both designs must find the change, on the same side.

    Args:
        spread: standard deviation of the log ratio from block to block.
        of: the designs of the baseline blocks.
        ratio: the true rate ratio.
        level: confidence level of the verdict.
    """
    _positive(spread, ratio)
    errors = np.sqrt(np.diag(of.covariance))
    both = distributions.multivariate_normal(cov=of.covariance / np.outer(errors, errors))
    shift, bound = np.log(ratio) / (spread * errors), distributions.t.ppf((1 + level) / 2, of.degrees)
    # The two statistics as normals given the estimated spread, averaged over a hundred quantiles of the spread.
    quantiles = (np.arange(100) + 0.5) / 100
    found = (np.sqrt(distributions.chi2.ppf(quantiles, of.degrees) / of.degrees) * bound)[:, None]
    return float((both.cdf(shift - found) + both.cdf(-shift - found)).mean())


def planned_blocks(window_days: int, baseline_days: int) -> controlled.Design | None:
    """The designs of a baseline laid out in blocks of the window's length; None without the window's dates of an
    earlier year, or with fewer blocks than a verdict takes, which leave nothing to judge by.
    """
    years = -np.arange(1, baseline_days // window_days + 1) * window_days / controlled.DAYS_A_YEAR
    seasons = np.arange(1, baseline_days // controlled.DAYS_A_YEAR + 1)
    if not len(seasons) or len(years) < controlled.MIN_BLOCKS:
        return None
    season = np.isin(np.arange(len(years)), [int(np.argmin(np.abs(years + year))) for year in seasons])
    return controlled.designs(years, season, np.arange(controlled.RECENT))


def exact_design(
    area: str, per_year: float, window_days: int, baseline_days: int, level: float = LEVEL
) -> Design:
    """The design of the city's verdict, from the contacts a year that were planned with, coming one by one; without
    days to compare with nothing is found.

    Where the window is also held against the baseline's growth (`exact.expectations`), that is the weaker of the two: a
    line through evenly many contacts, read off as far ahead as the window's middle lies, knows it as well as a part
    of them. Where the blocks' spread is used (`exact.variance_ratio`), its error costs power though contacts that come
    one by one have none.
    """
    window, baseline = per_year * window_days / 365.25, per_year * baseline_days / 365.25
    ahead = 3 * (1 + window_days / baseline_days) ** 2 if baseline else 0.0
    growing = float(distributions.poisson.sf(exact.GROWTH_FROM - 1, baseline))
    blocks = max(controlled.MIN_BLOCKS, baseline_days // window_days)

    def found(ratio: float, of: float, degrees: int) -> float:
        known = window < exact.EXACT_BELOW  # the variance of contacts that come one by one
        return exact_power(of, window, ratio, level if known else _level_of_spread(degrees, level))

    def power_at(ratio: float) -> float:
        either = ((1 - growing, baseline, blocks - 1), (growing, baseline / (1 + ahead), blocks - 2))
        return sum(chance * found(ratio, of, degrees) for chance, of, degrees in either if of and chance)

    assumed = (
        f"{area}の値は、相談が1件ずつ、互いにかかわりなく届くとみなしています。"
        "まとまって届くなど、件数の揺れが大きければ、これより大きな増加でないと見つけられません。"
    )
    return Design(area, window, baseline, power_at, assumed)


def _level_of_spread(degrees: int, level: float) -> float:
    """Level of a test of Poisson counts as strict as that of counts divided by their own variance ratio, on average."""
    quantiles = distributions.chi2.ppf((np.arange(100) + 0.5) / 100, degrees) / degrees
    bound, widened = distributions.norm.ppf((1 + level) / 2), distributions.t.ppf((1 + level) / 2, degrees)
    return float(1 - 2 * distributions.norm.sf(np.maximum(bound, np.sqrt(quantiles) * widened).mean()))


def block_design(
    area: str, per_year: float, window_days: int, baseline_days: int, spread: float, level: float = LEVEL
) -> Design:
    """The design of the block t-test, from the contacts a year that were planned with.

    Args:
        area: whose contacts are counted.
        per_year: contacts a year that were planned with.
        window_days: days of the window.
        baseline_days: days to compare with; without a year of them nothing is found.
        spread: standard deviation of the log ratio between blocks beyond that of Poisson counts.
        level: confidence level of the verdict.
    """
    window, baseline = per_year * window_days / 365.25, per_year * baseline_days / 365.25
    blocks = planned_blocks(window_days, baseline_days)

    def power_at(ratio: float) -> float:
        return block_power(float(np.sqrt(spread**2 + 1 / window)), blocks, ratio, level) if blocks else 0.0

    return Design(area, window, baseline, power_at)


def of_plan(
    plan: Plan, opened: date | None, city: float, prefecture: float, spread: float
) -> tuple[list[Design], str]:
    """The designs of the verdicts of a plan, and a sentence on verdicts by methods of which no power is known.

    Args:
        plan: the registered plan.
        opened: day the city's desk opened, None when it is older than the records.
        city: contacts a year of the city's desk that were planned with.
        prefecture: the same of the prefecture.
        spread: as in `block_design`.
    """
    days = plan.window.days
    known = {
        exact.METHOD: exact_design(plan.area, city, days, plan.baseline_days(opened), plan.level),
        controlled.METHOD: block_design(
            plan.prefecture, prefecture, days, plan.baseline_days(None), spread, plan.level
        ),
    }
    of_city = {plan.area: plan.city_method} if plan.channel else {}
    methods = {**of_city, plan.prefecture: plan.prefecture_method}
    lacking = [
        f"{area}の判定に使う「{method}」で見つけられる大きさは、計算していません。"
        for area, method in methods.items()
        if method not in known
    ]
    return [known[method] for method in methods.values() if method in known], "".join(lacking)


def curves(designs: Sequence[Design], ratios: Sequence[float]) -> Typed:
    """Power over a range of rate ratios: area, ratio, power; of each design that was planned with contacts."""
    planned = filter(_planned, designs)
    rows = [(design.area, ratio, design.power_at(ratio)) for design in planned for ratio in ratios]
    columns = {
        "area": _AREA,
        "ratio": Ratio(heading="本当の効果"),
        "power": Share(heading="見つけられる確率"),
    }
    return Typed.of(rows, columns)


def summary(designs: Sequence[Design], wanted: float = 0.8) -> Typed:
    """Smallest effect each design finds with the wanted power.

    Returns:
        area, window and baseline (contacts expected there), mde (rate ratio, NA when beyond 100), extra
        (contacts); one row per design that was planned with contacts.
    """
    rows, planned = [], [*filter(_planned, designs)]
    for design in planned:
        mde = smallest_detectable(design.power_at, wanted)
        extra = None if mde is None else (mde - 1) * design.window
        rows.append((design.area, design.window, design.baseline, mde, extra))
    columns = {
        "area": _AREA,
        "window": Rate(heading="効果がないときの期間中の見込み", unit="件"),
        "baseline": Rate(heading="比較期間の見込み", unit="件"),
        "mde": Ratio(heading="見つけられる最小の効果"),
        "extra": Estimate(heading="増える数に直すと", unit="件"),
    }
    return Typed.of_rows(
        rows, columns, note="計画した件数から計算しました。" + "".join(design.assumed for design in planned)
    )


def reading(table: pd.DataFrame, wanted: float = 0.8, lacking: str = "") -> str:
    """What `summary` found, in a sentence; `lacking` tells of verdicts without a design, as `of_plan` gives it."""
    if table.empty:
        return lacking or UNPLANNED
    known = table["mde"].notna()
    found = "、".join(f"{row.area}では{row.mde:.2f}倍以上" for row in table[known].itertuples())
    chance = f"{100 * wanted:.10g}%の確率で"
    told = f"この計画で{chance}見つけられる増加は、{found}です。" if found else ""
    if not known.all():
        areas = "と".join(table.loc[~known, "area"])
        told += f"{areas}では、{LARGEST_RATIO:g}倍の増加でも、{chance}は見つけられません。"
    return told + lacking


def smallest_detectable(power_at: Callable[[float], float], wanted: float = 0.8) -> float | None:
    """The smallest rate ratio above 1, in hundredths, that is found with the wanted power; None beyond 100."""
    if power_at(LARGEST_RATIO) < wanted:
        return None
    enough = float(optimize.brentq(lambda ratio: power_at(ratio) - wanted, 1.0, LARGEST_RATIO, xtol=1e-6))
    return math.ceil(100 * enough) / 100


def dilution(city: float, prefecture: float, ratios: Sequence[float]) -> Typed:
    """How a city's effect looks in its prefecture: ratio (in the city), diluted (in the prefecture).

    Args:
        city: contacts a year that were planned with; no row where it is 0.
        prefecture: the same of the prefecture.
        ratios: rate ratios in the city, with no effect in the rest of the prefecture.
    """
    ratios = ratios if city and prefecture else ()
    rows = [(ratio, 1 + city / prefecture * (ratio - 1)) for ratio in ratios]
    columns = {"ratio": Ratio(heading="市での効果"), "diluted": Ratio(heading="県での見え方")}
    return Typed.of(rows, columns, note="県のほかの地域には効果がないとしたときの値です。")


def _planned(design: Design) -> bool:
    return design.window > 0


def _reach(mean: float) -> int:
    return int(distributions.poisson.isf(1e-10, mean))


def _positive(*values: float) -> None:
    if min(values) <= 0:
        raise InputError(f"検出力の計算には正の値が必要です: {values}")
