"""Prefecture level: a negative-binomial model with the control as offset, and a t-test on blocks of days.

The model takes the control's contacts as exposure and a factor for the weekday. Its own standard error
believes that days are independent, which days are not. The verdict therefore rests on blocks as long as the
window: within a block autocorrelation adds up by itself, between blocks little of it is left, and the spread
of the earlier blocks is what the window's block is measured against (a t-interval, no normal approximation).
The plain model stays as a sensitivity.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as distributions

from ujo_lib.columns import Count, Rate, Statistic, Text, Typed, interval
from ujo_lib.fiscal import WEEKDAYS_JA
from ujo_lib.glm import fit_negative_binomial
from ujo_lib.outreach.hygiene import BASELINE, IN_WINDOW, Comparison
from ujo_lib.outreach.verdict import Effect, Refusal, judged, refused
from ujo_lib.stats import LEVEL

METHOD = "負の二項回帰+ブロックt区間"
METHOD_MODEL = "負の二項回帰(日を独立とみなす)"

MIN_BLOCKS = 8
MIN_PER_BLOCK = 5

Floats = NDArray[np.float64]

_EMPTY_WINDOW = Refusal("empty_block", "実施期間の相談が0件で、比をこの方法では扱えない")
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
    z = float(distributions.norm.ppf((1 + level) / 2))
    low, ratio, high = np.exp(estimate + z * error * np.array([-1.0, 0.0, 1.0])).tolist()
    return judged(
        area,
        METHOD_MODEL,
        level,
        n=n,
        expected=n / ratio,
        ratio=(ratio, low, high),
        p_value=float(2 * distributions.norm.sf(abs(estimate / error))),
    )


def blocks(comparison: Comparison) -> pd.DataFrame:
    """The window and the whole baseline blocks of its length: role, start, end, n, control, expected, share
    (n/expected).

    Blocks are counted backwards from the window and forwards from the end of the washout; days left over at
    either end form no block. `expected` follows the control and the weekday, fitted on the baseline alone.
    """
    frame, days = comparison.frame, block_days(comparison)
    first = comparison.having(IN_WINDOW).argmax()
    columns = {name: frame[name].to_numpy(float)[days].sum(axis=1) for name in ("local", "control")}
    expected = _expected_by_day(comparison).to_numpy()[days].sum(axis=1)
    return pd.DataFrame(
        {
            "role": np.where(days[:, 0] == first, IN_WINDOW, BASELINE),
            "start": frame.index[days[:, 0]],
            "end": frame.index[days[:, -1]],
            "n": columns["local"].astype(int),
            "control": columns["control"],
            "expected": expected,
            "share": columns["local"] / expected,
        }
    )


def block_days(comparison: Comparison) -> NDArray[np.int64]:
    """Positions of the days of the window and of whole baseline blocks of its length, shape (blocks, days)."""
    inside, baseline = (np.flatnonzero(comparison.having(role)) for role in (IN_WINDOW, BASELINE))
    length = len(inside)
    before, after = baseline[baseline < inside[0]], baseline[baseline > inside[0]]
    before, after = before[len(before) % length :], after[: len(after) // length * length]
    return np.concatenate([before, inside, after]).reshape(-1, length)


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
    silent = found.loc[found["control"] == 0, "start"]
    if silent.empty:
        return found
    return Refusal(
        "zero_control",
        f"比較地域の相談が0件の区切りがあり({silent.iloc[0].date()}から)、見込みの件数を決められない",
    )


def block_t(comparison: Comparison | Refusal, area: str, level: float = LEVEL) -> Effect:
    """Rate ratio of the window against baseline blocks of the same length, with a t-interval on the log
    scale.

    With B baseline blocks the window's log ratio differs from their mean by a t-distributed multiple, with
    B-1 degrees of freedom, of s·√(1+1/B): the prediction interval of one more block.
    """
    if isinstance(comparison, Refusal):
        return refused(area, METHOD, level, comparison)
    found = usable_blocks(comparison)
    if isinstance(found, Refusal):
        return refused(area, METHOD, level, found)
    earlier, n = found["role"].to_numpy() == BASELINE, int(found.loc[found["role"] == IN_WINDOW, "n"].item())
    shares = np.log(found["share"].to_numpy(float))
    logs = shares[earlier]
    estimate = float(shares[~earlier].item() - logs.mean())
    error = float(logs.std(ddof=1) * np.sqrt(1 + 1 / len(logs)))
    degrees = len(logs) - 1
    reach = float(distributions.t.ppf((1 + level) / 2, degrees)) * error
    ratio = (float(np.exp(estimate)), float(np.exp(estimate - reach)), float(np.exp(estimate + reach)))
    p_value = float(2 * distributions.t.sf(abs(estimate) / error, degrees))
    return judged(area, METHOD, level, n=n, expected=n / ratio[0], ratio=ratio, p_value=p_value)


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
        return Typed.of(pd.DataFrame(columns=list(columns)), columns, note=note)
    frame = comparison.frame.assign(expected=_expected_by_day(comparison))
    baseline = frame[frame["role"] == BASELINE]
    residual = ((baseline["local"] - baseline["expected"]) / np.sqrt(baseline["expected"])).to_numpy(float)
    residual = residual - residual.mean()
    found = [float(residual[lag:] @ residual[:-lag] / (residual @ residual)) for lag in range(1, lags + 1)]
    bound = distributions.norm.ppf((1 + level) / 2) / np.sqrt(len(residual))
    table = pd.DataFrame({"lag": range(1, lags + 1), "estimate": found, "low": -bound, "high": bound})
    return Typed.of(table, columns, note=note)


def counterfactual(comparison: Comparison | Refusal, effect: Effect) -> Typed:
    """Observed and expected contacts by block: start, end, role, n, expected, low, high; empty after a
    refusal.

    The band of a block is what it would have shown without an effect, read off the interval of the verdict:
    the window's count lies outside its band exactly when an effect was detected.
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
        or effect.estimate is None
        or effect.low is None
        or effect.high is None
    ):
        return Typed.of(pd.DataFrame(columns=list(columns)), columns)
    found = blocks(comparison)
    logs = np.log(found.loc[found["role"] == BASELINE, "share"].to_numpy(float))
    expected = found["expected"] * np.exp(logs.mean())
    low, high = expected * effect.estimate / effect.high, expected * effect.estimate / effect.low
    return Typed.of(found.assign(expected=expected, low=low, high=high)[list(columns)], columns)


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
