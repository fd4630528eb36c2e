"""Prefecture level: a negative-binomial model with the control as offset, and a t-test on blocks of days.

The model takes the control's contacts as exposure and a factor for the weekday. Its own standard error
believes that days are independent, which days are not. The verdict therefore rests on blocks as long as the
window: within a block autocorrelation adds up by itself, between blocks little of it is left, and the spread
of the earlier blocks is what the window's block is measured against (a t-interval, no normal approximation).
A prefecture may also grow faster than its control, have a March of its own, or have changed in January: the
window is measured by two designs, each blind to what the other sees, and a change is told only if both find it.
The plain model stays as a sensitivity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as distributions

from ujo_lib.columns import Count, Rate, Ratio, Share, Statistic, Text, interval
from ujo_lib.fiscal import WEEKDAYS_JA
from ujo_lib.glm import fit_negative_binomial
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Comparison
from ujo_lib.outreach.verdict import Effect, Refusal, judged, judged_by_error, refused
from ujo_lib.stats import LEVEL
from ujo_lib.typed import Typed

METHOD = "負の二項回帰+ブロックt区間"
METHOD_MODEL = "負の二項回帰(日を独立とみなす)"

MIN_BLOCKS = 8
MIN_PER_BLOCK = 5
RECENT = 2
"""Blocks just before the window that the short design rests on."""

Floats = NDArray[np.float64]

DAYS_A_YEAR = 365
NO_ERROR = 1e-9

_EMPTY_WINDOW = Refusal("empty_block", "実施期間の相談が0件で、比をこの方法では扱えない")
NO_EARLIER_SEASON = Refusal(
    "no_earlier_season",
    "前の年の同じ時期の件数がないか、その時期にも施策があり、この県の例年の動きと施策の効果を区別できない。"
    "同じ時期に施策のない前の年度の日別件数から比べれば計算できる",
)
NO_SPREAD = Refusal(
    "no_spread",
    "比較期間のどの区切りでも相談が比較地域と同じ割合で、偶然の揺れの大きさが分からない",
)
_NO_FIT = Refusal("no_fit", "曜日と実施期間の回帰モデルが収束しない")


def model(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """Rate ratio from the model with control offset and weekday, days taken as independent."""
    if isinstance(comparison, Refusal):
        return refused(area, METHOD_MODEL, level, comparison)
    used = comparison.frame[comparison.frame["role"].isin([IN_WINDOW, BASELINE]) & _exposed(comparison)]
    inside = (used["role"] == IN_WINDOW).to_numpy(float)
    n = int(used.loc[inside > 0, "local"].sum())
    if problem := empty_weekday(comparison) or (_EMPTY_WINDOW if n == 0 else None):
        return refused(area, METHOD_MODEL, level, problem)
    X = np.column_stack([np.ones(len(used)), inside, _weekdays(used.index)])
    fit = fit_negative_binomial(used["local"].to_numpy(float), X, np.log(used["control"].to_numpy(float)))
    if not fit.converged[0]:
        return refused(area, METHOD_MODEL, level, _NO_FIT)
    estimate, error = float(fit.coefficients[0, 1]), float(np.sqrt(fit.bread[0, 1, 1]))
    return judged_by_error(
        area, METHOD_MODEL, level, n=n, estimate=estimate, error=error, of=distributions.norm
    )


def blocks(comparison: Comparison) -> pd.DataFrame:
    """The window and the whole baseline blocks of its length: role, start, end, n, control, expected, share
    (n/expected), years (from the window's block to this one), season (the window's dates, in the window or earlier).

    `expected` follows the control and the weekday, fitted on the baseline alone.
    """
    frame, days = comparison.frame, block_days(comparison)
    first = comparison.having(IN_WINDOW).argmax()
    local, control = (frame[name].to_numpy(float)[days].sum(axis=1) for name in ("local", "control"))
    expected = _expected_by_day(comparison).to_numpy()[days].sum(axis=1)
    return pd.DataFrame(
        {
            "role": np.where(days[:, 0] == first, IN_WINDOW, BASELINE),
            "start": frame.index[days[:, 0]],
            "end": frame.index[days[:, -1]],
            "n": local.astype(int),
            "control": control,
            "expected": expected,
            "share": np.divide(local, expected, out=np.full(len(local), np.nan), where=expected > 0),
            "years": (days[:, 0] - first) / DAYS_A_YEAR,
            "season": np.isin(days[:, 0], np.array([first, *earlier_windows(comparison)])),
        }
    )


def block_days(comparison: Comparison) -> NDArray[np.int64]:
    """Positions of the days of the window and of whole baseline blocks of its length, shape (blocks, days).

    Blocks are laid backwards from the window, and from its dates in each earlier year, so that one block of every
    year holds the window's season; and forwards from the end of the washout. Days left over form no block.
    """
    inside, baseline = (np.flatnonzero(comparison.having(role)) for role in (IN_WINDOW, BASELINE))
    length = len(inside)
    after = baseline[baseline > inside[0]]
    parts, until = [inside, after[: len(after) // length * length]], inside[0]
    for first in (*earlier_windows(comparison), None):
        between = baseline[(baseline < until) & (baseline >= (first + length if first is not None else 0))]
        parts.insert(0, between[len(between) % length :])
        if first is not None:
            parts.insert(0, np.arange(first, first + length))
            until = first
    return np.concatenate(parts).reshape(-1, length)


def earlier_windows(comparison: Comparison) -> list[int]:
    """Positions of the window's first date in each earlier year whose whole window is baseline, the latest first."""
    days, inside = comparison.frame.index, np.flatnonzero(comparison.having(IN_WINDOW))
    baseline, found = comparison.having(BASELINE), []
    until = int(inside[0])
    for year in range(1, len(days) // DAYS_A_YEAR + 1):
        first = int((days[inside[0]] - pd.DateOffset(years=year) - days[0]).days)
        if first >= 0 and first + len(inside) <= until and baseline[first : first + len(inside)].all():
            found.append(first)
            until = first
    return found


def usable_blocks(comparison: Comparison) -> pd.DataFrame | Refusal:
    """`blocks`, or the refusal when a logarithm of theirs, or their spread, does not exist."""
    if problem := empty_weekday(comparison):
        return problem
    found = blocks(comparison)
    inside = (found["role"] == IN_WINDOW).to_numpy()
    if problem := too_sparse(found.loc[~inside, "n"].to_numpy(), comparison.totals(IN_WINDOW).days):
        return problem
    if not found.loc[inside, "n"].item():
        return _EMPTY_WINDOW
    if not found.loc[~inside, "season"].any():
        return NO_EARLIER_SEASON
    silent = found.loc[found["control"] == 0, "start"]
    if silent.empty:
        # A spread of nothing, or of the rounding of the machine, would claim certainty.
        spread = design(found).spread(np.log(found.loc[~inside, "share"].to_numpy(float)))
        return found if spread > NO_ERROR else NO_SPREAD
    return Refusal(
        "zero_control",
        f"比較地域の相談が0件の区切りがあり({silent.iloc[0].date()}から)、見込みの件数を決められない",
    )


@dataclass(frozen=True)
class Design:
    """Two ways to expect the window's log share, as weights of the baseline blocks.

    Attributes:
        hat: projection on the long design's columns, shape (blocks, blocks).
        weights: of the blocks in either expectation, shape (2, blocks): the long design first.
        degrees: of freedom of the long design's residual.
    """

    hat: Floats
    weights: Floats
    degrees: int

    @property
    def covariance(self) -> Floats:
        """Covariance of the two estimates in units of the blocks' variance, shape (2, 2)."""
        return np.asarray(1.0 + self.weights @ self.weights.T, dtype=float)

    def spread(self, logs: Floats) -> Floats:
        """Standard deviation of a block around the long design, of logs with shape (…, blocks)."""
        left = logs - logs @ self.hat
        return np.asarray(np.sqrt((left**2).sum(axis=-1) / self.degrees), dtype=float)


def designs(years: Floats, season: NDArray[np.bool_], recent: NDArray[np.int64]) -> Design:
    """The long and the short design of baseline blocks.

    The long one takes a steady growth of the share and what the window's dates showed in earlier years as the
    prefecture's own: log share = level + growth · years + season. The short one is the mean of the latest blocks: it
    sees a change that came before them and stayed.

    Args:
        years: from the window to each block, shape (blocks,); negative before it.
        season: which blocks hold the window's dates.
        recent: positions of the latest blocks before the window.
    """
    X = regressors(years, season)
    solved = np.linalg.pinv(X)
    short = np.zeros(len(years))
    short[recent] = 1 / len(recent)
    return Design(X @ solved, np.vstack([np.array([1.0, 0.0, 1.0]) @ solved, short]), len(years) - X.shape[1])


def regressors(years: Floats, season: NDArray[np.bool_]) -> Floats:
    """Level, growth a year and season of the long design, shape (blocks, 3)."""
    return np.column_stack([np.ones(len(years)), years, season]).astype(float)


def design(found: pd.DataFrame) -> Design:
    """The designs of the baseline of `blocks`."""
    baseline = found[found["role"] == BASELINE]
    years = baseline["years"].to_numpy(float)
    recent = np.flatnonzero(years < 0)[-RECENT:]
    return designs(years, baseline["season"].to_numpy(bool), recent)


def block_t(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """Rate ratio of the window against baseline blocks of the same length, by two designs at once.

    Each design's expectation of the window's log share is a weighted mean of baseline blocks, and misses it by a
    t-distributed multiple of s·√(1 + sum of squared weights): the prediction interval of one more block. The
    estimate is the long design's, the interval reaches over both, and p is the larger of the two: as long as either
    design is right, so is the interval, and "detected" is false no more often than its level says.
    """
    found = comparison if isinstance(comparison, Refusal) else usable_blocks(comparison)
    if isinstance(found, Refusal):
        return refused(area, METHOD, level, found)
    earlier, n = found["role"].to_numpy() == BASELINE, int(found.loc[found["role"] == IN_WINDOW, "n"].item())
    shares, of = np.log(found["share"].to_numpy(float)), design(found)
    logs = shares[earlier]
    estimates = shares[~earlier] - of.weights @ logs
    errors = of.spread(logs) * np.sqrt(np.diag(of.covariance))
    reach = float(distributions.t.ppf((1 + level) / 2, of.degrees)) * errors
    ends = (estimates[0], (estimates - reach).min(), (estimates + reach).max())
    middle, low, high = (float(np.exp(end)) for end in ends)
    one_sided = distributions.t.sf(abs(estimates) / errors, of.degrees)
    p_value = float(2 * one_sided.max()) if abs(np.sign(estimates).sum()) == len(estimates) else 1.0
    return judged(area, METHOD, level, n=n, expected=n / middle, ratio=(middle, low, high), p_value=p_value)


def residual_autocorrelation(comparison: Comparison | Refusal, level: float = LEVEL, lags: int = 7) -> Typed:
    """Autocorrelation of the baseline's daily Pearson residuals: lag, estimate, low, high; empty after a
    refusal.

    `low` and `high` bound what independent days would give (±z/√days, z for `level`); the verdict does not rest
    on them.
    """
    columns = {
        "lag": Text(heading="何日前と"),
        "estimate": Statistic(heading="相関"),
        **interval("estimate", level, "acceptance"),
    }
    note = "範囲は、日どうしが独立なときに収まる範囲です。判定は区切りの揺れによります。"
    if isinstance(comparison, Refusal) or empty_weekday(comparison):
        return Typed.of([], columns, note=note)
    frame = comparison.frame.assign(expected=_expected_by_day(comparison))
    baseline = frame[(frame["role"] == BASELINE) & _exposed(comparison)]
    residual = ((baseline["local"] - baseline["expected"]) / np.sqrt(baseline["expected"])).to_numpy(float)
    residual = residual - residual.mean()
    if np.abs(residual).max() <= NO_ERROR:
        return Typed.of([], columns, note=note)
    found = [float(residual[lag:] @ residual[:-lag] / (residual @ residual)) for lag in range(1, lags + 1)]
    bound = distributions.norm.ppf((1 + level) / 2) / np.sqrt(len(residual))
    table = pd.DataFrame({"lag": range(1, lags + 1), "estimate": found, "low": -bound, "high": bound})
    return Typed.of(table, columns, note=note)


def counterfactual(comparison: Comparison | Refusal, effect: Effect) -> Typed:
    """Observed and expected contacts by block: start, end, role, n, expected, low, high; empty after a
    refusal.

    The band of a block is what it would have shown without an effect, read off the interval of the verdict:
    the window's count lies outside its band exactly when an effect was detected. Other methods than `block_t` expect no
    growth and no season of the area's own, so theirs is one share of the control in all blocks.
    """
    columns = {
        "start": Text(heading="区切りの初日"),
        "end": Text(heading="区切りの末日"),
        "role": Text(heading="期間"),
        "n": Count(heading="相談", unit="件"),
        "expected": Rate(heading="見込み", unit="件"),
        **interval("expected", effect.level, "acceptance"),
    }
    if (
        isinstance(comparison, Refusal)
        or effect.n is None
        or effect.estimate is None
        or effect.low is None
        or effect.high is None
    ):
        return Typed.of([], columns)
    found = blocks(comparison)
    earlier = found["role"].to_numpy() == BASELINE
    fitted = np.full(len(found), np.log(effect.n / effect.estimate / found.loc[~earlier, "expected"].item()))
    if effect.method == METHOD:
        fitted[earlier] = np.log(found.loc[earlier, "share"].to_numpy(float)) @ design(found).hat
    expected = found["expected"] * np.exp(fitted)
    low, high = expected * effect.estimate / effect.high, expected * effect.estimate / effect.low
    return Typed.of(found.assign(expected=expected, low=low, high=high)[list(columns)], columns)


def spilled(ratio: float, share: float) -> float:
    """The rate ratio that reads as `ratio` when this share of the control's contacts had the same effect.

    Both grow: what is read is r / (1 − share + share · r). Infinite from the reading 1 / share on.
    """
    return ratio * (1 - share) / (1 - share * ratio) if share * ratio < 1 else float("inf")


def if_spilled(effect: Effect, shares: Sequence[float] = (0.1, 0.3)) -> Typed:
    """What the interval would have to reach over if the campaigns had also reached part of the control: share, low,
    high; empty after a refusal.

    No record tells how far a wave or a feed went; a limit on the side of the effect moves outwards, the other stays.
    """
    columns = {
        "share": Share(heading="施策が届いていた割合", of="比較地域の相談"),
        "low": Ratio(heading="区間の下限", to="見込み"),
        "high": Ratio(heading="区間の上限", to="見込み"),
    }
    rows = []
    if effect.low is not None and effect.high is not None:
        for share in shares:
            low, high = (
                min(effect.low, spilled(effect.low, share)),
                max(effect.high, spilled(effect.high, share)),
            )
            rows.append((share, low, high))
    note = "比較地域の一部にも同じ効果があったとしたときの区間で、検出されたかどうかは変わりません。"
    return Typed.of(rows, columns, note=note)


def reading(effect: Effect) -> str:
    """Where the window's count lies in the band of `counterfactual`, as a template over that table's cells."""
    where = "のなかにあります"
    if effect.code == "detected":
        where = "を上回っています" if (effect.estimate or 0) > 1 else "を下回っています"
    count, low, high = (f"{{{column}[role={IN_WINDOW}]}}" for column in ("n", "low", "high"))
    return f"実施期間の相談は{count}件で、周知がなくても見込まれる{low}〜{high}件の幅(帯){where}。"


def too_sparse(baseline: NDArray[np.int64], length: int) -> Refusal | None:
    """The refusal when baseline blocks are too few or too empty for a spread on the log scale, else None.

    Args:
        baseline: contacts of each baseline block.
        length: days of a block.
    """
    if len(baseline) < MIN_BLOCKS:
        return Refusal(
            "few_blocks",
            f"実施期間と同じ長さ({length}日)の比較の区切りが{len(baseline)}個しかなく、必要な{MIN_BLOCKS}個に足りない",
        )
    if (baseline < MIN_PER_BLOCK).any():
        return Refusal(
            "sparse_blocks", f"相談が{MIN_PER_BLOCK}件に満たない区切りがあり、この方法には少なすぎる"
        )
    return None


def empty_weekday(comparison: Comparison) -> Refusal | None:
    """The refusal when a weekday of the baseline saw no contact, or its control none, else None.

    Such a weekday has no expectation: any contact on it in the window would be infinitely many times as many.
    """
    used = comparison.having(BASELINE) & _exposed(comparison)
    local, weekday = comparison.frame["local"].to_numpy(float), (comparison.frame.index.day_of_week + 1) % 7
    heard = np.bincount(weekday[used], local[used], minlength=7) > 0
    if heard.all():
        return None
    named = "・".join(f"{name}曜" for name, some in zip(WEEKDAYS_JA, heard, strict=True) if not some)
    return Refusal(
        "empty_weekday", f"比較期間の{named}に、相談か比較地域の相談が1件もなく、見込みの件数を決められない"
    )


def _expected_by_day(comparison: Comparison) -> pd.Series:
    """Expected contacts of every day from its control contacts and weekday, fitted on the baseline."""
    frame = comparison.frame
    used = comparison.having(BASELINE) & _exposed(comparison)
    local, control = frame["local"].to_numpy(float), frame["control"].to_numpy(float)
    X = np.column_stack([np.ones(len(frame)), _weekdays(frame.index)])
    fit = fit_negative_binomial(local[used], X[used], np.log(control[used]))
    return pd.Series(control * np.exp(X @ fit.coefficients[0]), index=frame.index)


def _exposed(comparison: Comparison) -> NDArray[np.bool_]:
    """Days with contacts in the control: without exposure a day says nothing about the rate."""
    return np.asarray(comparison.frame["control"] > 0)


def _weekdays(days: pd.Index) -> Floats:
    """Six indicator columns, Monday the reference."""
    return np.asarray(np.eye(7)[pd.DatetimeIndex(days).day_of_week][:, 1:], dtype=float)
