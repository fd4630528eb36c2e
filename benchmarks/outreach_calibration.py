"""How often does the outreach verdict cry wolf, and how often does its interval hold the truth?

Simulated cities and prefectures go through the product's own functions, beside the two tools that are usually
used
for such counts: segmented regression with Newey-West errors and a CausalImpact-like state-space model. Cells
marked `in_scope` have clean controls and autocorrelation of at most 0.6; there the product is held to false
alarms of at most 7 % and coverage of at least 92 %. The other cells show where it breaks.

    python benchmarks/outreach_calibration.py [--quick] [--json] [--table FILE]
"""

import argparse
import json
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.signal import lfilter
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from ujo_lib.fiscal import Period
from ujo_lib.outreach import controlled, exact, hygiene, series
from ujo_lib.outreach.verdict import Effect

Floats = NDArray[np.float64]

END = date(2024, 3, 31)
WINDOW = Period(date(2024, 2, 20), date(2024, 3, 14), "実施期間")
SNS, TV = (date(2024, 2, 20), date(2024, 2, 29)), (date(2024, 2, 28), date(2024, 3, 8))
LEAFLET = date(2024, 3, 1)
PER_YEAR = {"city": 54.0, "prefecture": 2536.0, "nation": 337_943.0}
WEEKDAY = np.array([0.10, 0.08, 0.05, 0.03, 0.0, -0.12, -0.14])
# Own fluctuation of the log rate (standard deviation) and day-to-day overdispersion, by level.
SPREAD = {
    "low": {"city": (0.10, 0.05), "prefecture": (0.06, 0.02)},
    "high": {"city": (0.20, 0.30), "prefecture": (0.12, 0.10)},
}
SETTLING, WASHOUT, MIN_DAYS, GAP = 90, 14, 120, 30


@dataclass(frozen=True)
class World:
    """One cell of the grid.

    Attributes:
        level: city or prefecture.
        rate_ratio: effect at full strength on the days of a campaign.
        phi: autocorrelation of the level's own fluctuation from day to day.
        dispersion: low or high.
        years: fiscal years on record.
        contacts: mean contacts of one client's episode; 1: nobody writes twice.
        wait: mean days until a client writes again.
        ramp: days in which a desk opened on 1 May 2023 reaches 63 % of its lasting rate; 0: no new desk.
        half_life: days in which the leaflet's effect halves; 0: one flat effect over the joint window.
        interaction: factor by which two campaigns together exceed the product of both.
        contaminated: share of the control region that the campaigns reached too.
        bump: surge of the city or prefecture in the window that no campaign caused.
    """

    level: str
    rate_ratio: float = 1.0
    phi: float = 0.3
    dispersion: str = "low"
    years: int = 1
    contacts: float = 1.0
    wait: float = 4.0
    ramp: float = 0.0
    half_life: float = 0.0
    interaction: float = 1.0
    contaminated: float = 0.0
    bump: float = 1.0

    @property
    def in_scope(self) -> bool:
        """Whether the product promises to be right here."""
        return self.phi <= 0.6 and self.contaminated == 0 and self.bump == 1


@dataclass(frozen=True)
class Draw:
    """One simulated record: daily series and, for a city, contacts with client numbers; the true ratio."""

    days: pd.DatetimeIndex
    local: Floats
    control: Floats
    contacts: pd.DataFrame | None
    truth: float


def draw(world: World, rng: np.random.Generator) -> Draw:
    """Simulate one record of a world."""
    days = pd.date_range(date(2024 - world.years, 4, 1), END, freq="D")
    season = 2 * np.pi * days.day_of_year.to_numpy() / 365.25
    shape = WEEKDAY[days.day_of_week] + 0.12 * np.sin(season - 0.5) + _ar(rng, len(days), 0.6, 0.06)
    shape = shape - np.log(np.mean(np.exp(shape)))
    spread, alpha = SPREAD[world.dispersion][world.level]
    untouched = PER_YEAR[world.level] / 365.25 * np.exp(shape + _ar(rng, len(days), world.phi, spread))
    inside = (days >= pd.Timestamp(WINDOW.start)) & (days <= pd.Timestamp(WINDOW.end))
    untouched = untouched * np.where(inside, world.bump, 1.0) * _opening(world, days)
    effect = _effect(world, days)
    reached = 1 + world.contaminated * (effect - 1)
    control = _counts(rng, PER_YEAR["nation"] / 365.25 * np.exp(shape) * reached, 0.003)
    starts = _counts(rng, untouched * effect, alpha)
    truth = float((untouched * effect)[inside].sum() / untouched[inside].sum())
    if world.level == "prefecture":
        return Draw(days, starts, control, None, truth)
    contacts = _contacts(rng, days, starts, world)
    local = contacts["received_at"].dt.normalize().value_counts().reindex(days, fill_value=0).to_numpy(float)
    return Draw(days, local, control, contacts, truth)


def comparison(world: World, record: Draw, gap: int = GAP) -> hygiene.Comparison | hygiene.Refusal:
    """What the product compares: episodes of a city's clients (`gap` 0: every contact), contacts of a prefecture."""
    local = pd.Series(record.local, index=record.days)
    if record.contacts is not None:
        kept = series.episode_starts(record.contacts, gap)
        local = series.per_day(kept, Period(record.days[0].date(), END, ""))
    opened = date(2023, 5, 1) if world.ramp else None
    settling = SETTLING if world.ramp else 0
    rules = hygiene.Baseline(record.days[0].date(), opened, settling, WASHOUT, MIN_DAYS)
    return hygiene.compare(world.level, local, pd.Series(record.control, record.days), WINDOW, rules, END)


def verdict(world: World, record: Draw, gap: int = GAP) -> Effect:
    """The product's primary verdict for the level."""
    lined_up = comparison(world, record, gap)
    estimator = exact.conditional if world.level == "city" else controlled.block_t
    return estimator(lined_up, world.level)


def newey_west(record: Draw) -> tuple[float, float, float]:
    """Segmented regression of the daily counts with Newey-West(14) errors: estimate, low, high (log ratio)."""
    days, n = record.days, len(record.days)
    inside = ((days >= pd.Timestamp(WINDOW.start)) & (days <= pd.Timestamp(WINDOW.end))).astype(float)
    season = 2 * np.pi * days.day_of_year.to_numpy() / 365.25
    X = np.column_stack(
        [
            np.ones(n),
            inside,
            np.eye(7)[days.day_of_week][:, 1:],
            np.sin(season),
            np.cos(season),
            np.arange(n) / n,
        ]
    )
    fit = sm.OLS(record.local, X).fit(cov_type="HAC", cov_kwds={"maxlags": 14})
    low, high = fit.conf_int()[1]
    return float(fit.params[1]), float(low), float(high)


def state_space(record: Draw) -> tuple[float, float, float]:
    """Local level with the control as regressor, fitted before the window: extra contacts, low, high.

    The forecast variance of the window's sum is summed in closed form: state uncertainty, observation noise,
    and the level's steps, of which step j is felt on the h - j days after it.
    """
    first = int(np.flatnonzero(record.days == pd.Timestamp(WINDOW.start))[0])
    h = WINDOW.days
    x = (record.control - record.control[:first].mean()) / record.control[:first].std()
    X = np.column_stack([x, np.eye(7)[record.days.day_of_week][:, 1:]])
    fitted = sm.tsa.UnobservedComponents(
        record.local[:first], "llevel", exog=X[:first], mle_regression=False
    ).fit(disp=0, method="lbfgs", maxiter=60)
    state, spread = fitted.predicted_state[:, -1], fitted.predicted_state_cov[:, :, -1]
    irregular, level = fitted.params[:2]
    Z = np.column_stack([np.ones(h), X[first : first + h]])
    total = Z.sum(axis=0)
    variance = total @ spread @ total + h * irregular + level * np.sum((h - np.arange(1, h)) ** 2.0)
    extra = record.local[first : first + h].sum() - float((Z @ state).sum())
    reach = 1.96 * float(np.sqrt(variance))
    return extra, extra - reach, extra + reach


def _ar(rng: np.random.Generator, n: int, phi: float, spread: float) -> Floats:
    """Stationary first-order autoregression with the given standard deviation."""
    noise = rng.normal(0, spread * np.sqrt(1 - phi**2), n + 50)
    return np.asarray(lfilter([1.0], [1.0, -phi], noise)[50:])


def _counts(rng: np.random.Generator, mean: Floats, alpha: float) -> Floats:
    """Negative-binomial counts with variance mean + alpha·mean²."""
    return rng.poisson(mean * rng.gamma(1 / alpha, alpha, len(mean))).astype(float)


def _between(days: pd.DatetimeIndex, start: date, end: date) -> Floats:
    return ((days >= pd.Timestamp(start)) & (days <= pd.Timestamp(end))).astype(float)


def _opening(world: World, days: pd.DatetimeIndex) -> Floats:
    """Growth of a desk that opened on 1 May 2023; one where it has always been open."""
    if not world.ramp:
        return np.ones(len(days))
    age = (days - pd.Timestamp(2023, 5, 1)).days.to_numpy(float)
    return np.where(age < 0, 0.0, 1 - np.exp(-(np.maximum(age, 0) + 1) / world.ramp))


def _effect(world: World, days: pd.DatetimeIndex) -> Floats:
    """Multiplier of the rate on each day."""
    if not world.half_life:
        return np.where(_between(days, WINDOW.start, WINDOW.end) > 0, world.rate_ratio, 1.0)
    since = (days - pd.Timestamp(LEAFLET)).days.to_numpy(float)
    leaflet = np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / world.half_life), 0.0)
    sns, tv = _between(days, *SNS), _between(days, *TV)
    both = np.where((sns + tv + (leaflet >= 0.25)) >= 2, np.log(world.interaction), 0.0)
    return np.exp(np.log(world.rate_ratio) * (sns + leaflet + tv) + both)


def _contacts(rng: np.random.Generator, days: pd.DatetimeIndex, starts: Floats, world: World) -> pd.DataFrame:
    """Contacts of clients: each start is a client who may write again, and again after that."""
    first = np.repeat(np.arange(len(days)), starts.astype(int)) + rng.uniform(0, 1, int(starts.sum()))
    more = rng.geometric(1 / world.contacts, len(first)) - 1
    client = np.concatenate([np.arange(len(first)), np.repeat(np.arange(len(first)), more)])
    gaps = rng.exponential(world.wait, int(more.sum()))
    waited = np.cumsum(gaps) - np.repeat(
        np.cumsum(np.concatenate([[0.0], gaps]))[np.cumsum(more) - more], more
    )
    at = np.concatenate([first, np.repeat(first, more) + waited])
    kept = at < len(days)
    received = days[0] + pd.to_timedelta(at[kept], unit="D")
    return pd.DataFrame({"client_id": client[kept], "received_at": received})


def grid(*, quick: bool) -> Iterator[World]:
    """Cells without an effect and with one, at both levels."""
    ratio = {"city": 2.5, "prefecture": 1.25}
    for level in ratio:
        phis = (0.6,) if quick else (0.0, 0.3, 0.6, 0.8)
        for phi, dispersion, years in product(phis, ("high",) if quick else ("low", "high"), (1, 3)):
            world = World(level, phi=phi, dispersion=dispersion, years=years)
            yield from (world, replace(world, rate_ratio=ratio[level]))
        rough = World(level, phi=0.6, dispersion="high")
        for half_life, interaction in product((7.0,) if quick else (3.0, 7.0, 14.0), (1.0, 1.3)):
            yield replace(rough, half_life=half_life, interaction=interaction, rate_ratio=ratio[level] ** 0.5)
        for broken in ({"contaminated": 0.3}, {"bump": 1.15}, {"bump": 1.5}):
            yield replace(rough, **broken, rate_ratio=ratio[level] if "contaminated" in broken else 1.0)
    rough = World("city", phi=0.6, dispersion="high")
    clustered = (
        {"contacts": 2.5},
        {"contacts": 1.6},
        {"contacts": 2.5, "wait": 15.0},
        {"ramp": 30.0},
        {"ramp": 60.0},
    )
    for more in (*clustered, {"contacts": 2.5, "ramp": 45.0}):
        yield from (replace(rough, **more), replace(rough, **more, rate_ratio=2.5))
    for level, ratios in (("city", (1.5, 2.0, 3.0, 5.0)), ("prefecture", (1.1, 1.5, 2.0))):
        yield from (World(level, rate_ratio=each) for each in (() if quick else ratios))


def measure(world: World, replicates: int, gap: int = GAP, seed: int = 20240220) -> dict[str, object]:
    """Share of verdicts "detected", coverage, refusals and median width (log scale) in one cell."""
    detected, covered, widths, refusals = 0, 0, [], 0
    for replicate in range(replicates):
        record = draw(world, np.random.default_rng([seed, replicate]))
        effect = verdict(world, record, gap)
        if effect.estimate is None:
            refusals += 1
            continue
        detected += effect.code == "detected"
        covered += effect.low <= record.truth <= effect.high
        widths.append(np.log(min(effect.high, 100.0) / max(effect.low, 0.01)))
    done = max(replicates - refusals, 1)
    return {
        "world": world,
        "n": done,
        "refused": refusals,
        "detected": detected / done,
        "coverage": covered / done,
        "width": float(np.median(widths)),
    }


def measure_peers(worlds: list[World], replicates: int, slow: int) -> pd.DataFrame:
    """False alarms of the usual tools on the same records (contacts as they come), cell by cell."""
    rows = []
    for world in worlds:
        records = [draw(world, np.random.default_rng([20240220, i])) for i in range(replicates)]
        intervals = {
            "Newey-West ITS": [newey_west(record) for record in records],
            "state space": [state_space(record) for record in records[:slow]],
        }
        for tool, found in intervals.items():
            alarms = np.mean([low > 0 or high < 0 for _, low, high in found])
            rows.append((world.level, world.phi, world.dispersion, world.contacts, tool, len(found), alarms))
    return pd.DataFrame(
        rows, columns=["level", "phi", "dispersion", "contacts", "tool", "replicates", "false_alarm"]
    )


def measure_counting(replicates: int) -> pd.DataFrame:
    """The city's verdict by the silence after which a client's next contact counts again (0: every contact)."""
    rows = []
    for wait, gap, ratio in product((4.0, 15.0), (0, 14, 30), (1.0, 2.5)):
        world = World("city", ratio, 0.6, "high", contacts=2.5, wait=wait)
        cell = measure(world, replicates, gap)
        rows.append((wait, gap, ratio, cell["n"], cell["detected"], cell["coverage"]))
    return pd.DataFrame(rows, columns=["wait", "gap", "rate_ratio", "replicates", "detected", "coverage"])


def described(world: World) -> str:
    """What sets a cell apart from the plain one."""
    plain = World(world.level)
    names = ("phi", "dispersion", "years", "contacts", "wait", "ramp", "half_life", "interaction")
    marks = [f"{name}={getattr(world, name):g}" if name != "dispersion" else world.dispersion for name in names
             if getattr(world, name) != getattr(plain, name) or name in ("phi", "dispersion")]  # fmt: skip
    broken = [f"{name}={getattr(world, name):g}" for name in ("contaminated", "bump")
              if getattr(world, name) != getattr(plain, name)]  # fmt: skip
    return " ".join(marks + broken)


def summary(cells: list[dict[str, object]], peers: pd.DataFrame) -> dict[str, object]:
    """Worst cell of the product within its scope, mean over the same cells for the peers."""
    found: dict[str, object] = {}
    for level in ("city", "prefecture"):
        inside = [cell for cell in cells if cell["world"].level == level and cell["world"].in_scope]
        null = [cell["detected"] for cell in inside if cell["world"].rate_ratio == 1]
        found[f"{level}_false_alarm"] = round(max(null), 4)
        found[f"{level}_coverage"] = round(min(cell["coverage"] for cell in inside), 4)
    for tool, key in (("Newey-West ITS", "newey_west"), ("state space", "state_space")):
        own = peers[peers["tool"] == tool]
        found[f"{key}_false_alarm"] = round(float(own["false_alarm"].mean()), 4)
        for level in ("city", "prefecture"):
            found[f"{key}_false_alarm_{level}"] = round(
                float(own.loc[own["level"] == level, "false_alarm"].mean()), 4
            )
    found["replicates"] = max(cell["n"] for cell in cells)
    found["holds"] = all(holds(cell) for cell in cells)
    return found


def table(cells: list[dict[str, object]]) -> pd.DataFrame:
    """The cells as a flat table: the world's attributes, in_scope and what was measured."""
    rows = [
        asdict(cell["world"])
        | {"in_scope": cell["world"].in_scope}
        | {name: value for name, value in cell.items() if name != "world"}
        for cell in cells
    ]
    return pd.DataFrame(rows).round(4)


def holds(cell: dict[str, object]) -> bool:
    """Whether a cell in scope keeps 7 % and 92 %, two Monte-Carlo standard errors allowed."""
    world, n = cell["world"], cell["n"]
    if not world.in_scope:
        return True
    alarm = world.rate_ratio != 1 or cell["detected"] <= 0.07 + 2 * np.sqrt(0.07 * 0.93 / n)
    return bool(alarm and cell["coverage"] >= 0.92 - 2 * np.sqrt(0.92 * 0.08 / n))


def main() -> int:
    """Run the grid, print a table, and say whether the promise holds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few cells and replicates")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--table", type=Path, help="also write the cells to this CSV file")
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    replicates, peer_replicates, slow = (100, 40, 10) if options.quick else (2000, 300, 100)
    print(f"{'level':10} {'ratio':>5} {'detected':>8} {'coverage':>8} {'width':>6} {'refused':>7}  cell")
    cells = []
    for world in grid(quick=options.quick):
        cell = measure(world, replicates)
        cells.append(cell)
        mark = "" if world.in_scope else "  (out of scope)"
        mark = mark if holds(cell) else "  BROKEN"
        print(
            f"{world.level:10} {world.rate_ratio:5.2f} {cell['detected']:8.3f} {cell['coverage']:8.3f} "
            f"{cell['width']:6.2f} {cell['refused']:7d}  {described(world)}{mark}",
            flush=True,
        )
    if options.table:
        table(cells).to_csv(options.table, index=False, lineterminator="\n")
    # Slow peers see the short records with moderate memory, where they are at their best.
    null = [world for world in grid(quick=options.quick) if world.in_scope and world.rate_ratio == 1]
    short = [world for world in null if world.years == 1 and not world.ramp and 0.3 <= world.phi <= 0.6]
    peers = measure_peers(short, peer_replicates, slow)
    print(peers.to_string(index=False, float_format="{:.3f}".format))
    counting = measure_counting(peer_replicates)
    print(counting.to_string(index=False, float_format="{:.3f}".format))
    result = summary(cells, peers)
    if options.json:
        print(json.dumps(result))
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
