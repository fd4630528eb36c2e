"""One regression for the whole calendar: how many times as many contacts on a holiday, in a school break, on
Sundays.

Daily counts, log-linear mean, negative-binomial variance, standard errors that know about the memory from day
to day. The rate ratios hold each other constant: the Sunday ratio is that of a Sunday which is no holiday and
in no break.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize
from scipy import stats as scipy_stats
from statsmodels.stats.diagnostic import acorr_ljungbox

from ujo_lib import glm
from ujo_lib.columns import Dimension, PValue, Rate, Ratio, Text, Various, interval
from ujo_lib.fiscal import WEEKDAYS_JA, Period
from ujo_lib.seasonality import memory
from ujo_lib.seasonality.calendar import (
    BREAK_TERM,
    BRIDGE,
    HOLIDAY,
    TREND,
    WAVE_TERM,
    WEEKDAY_TERM,
    YEAR_END,
    Terms,
    weekdays_of,
)
from ujo_lib.seasonality.counts import CONTACTS, Counts
from ujo_lib.seasonality.dispersion import weeks_of
from ujo_lib.seasonality.verdicts import ALPHA
from ujo_lib.stats import LEVEL, significant, told_alike
from ujo_lib.typed import Typed
from ujo_lib.variance import Array

MOST_CLOSED: Final = 5
"""Weekdays: where only one is left there is no week to compare with."""

_FEW: Final = "相談の件数または日数が項目の数に比べて少なく"

CONTACTS_PER_COLUMN = 10
"""Fewer contacts per column make the estimates of a log-linear model unstable (Peduzzi et al. 1996)."""

UNHEARD_SD: Final = 1.5
"""Of the log rate ratio that is expected, around none, of days on which nobody, or everybody, was heard.

The likelihood alone puts such an effect at nothing or at infinity (separation; Heinze & Schemper 2002). This
expectation leaves few such days nearly as the others and takes many of them for nearly empty; no ratio is printed.
"""

OUTLIER = 4.0


@dataclass(frozen=True)
class CountModel:
    """A fitted calendar regression, or the reason why there is none.

    Attributes:
        counts: the counts it was fitted to.
        terms: what the model was told about the calendar.
        names: columns that were fitted.
        coefficients: log rate ratios, shape (columns,).
        covariance: their covariance, shape (columns, columns).
        mean: fitted mean of every day of the period, observed or not, shape (days,).
        residuals: Pearson residuals of the days that were fitted: observed, and of a weekday with contacts.
        alpha: negative-binomial dispersion.
        memory: what carries over from day to day.
        unheard: columns whose ratio has no estimate: on their days, or on those that tell them apart, nobody was heard.
        reason: in Japanese, why nothing was fitted; empty when something was.
    """

    counts: Counts
    terms: Terms
    names: tuple[str, ...]
    coefficients: Array
    covariance: Array
    mean: Array
    residuals: Array
    alpha: float
    memory: memory.Memory
    unheard: tuple[str, ...] = ()
    reason: str = ""

    @property
    def fitted(self) -> bool:
        """Whether there is a model."""
        return not self.reason

    def columns(self, dates: pd.DatetimeIndex) -> Array:
        """Values of the fitted columns for any days, shape (days, columns)."""
        names, X = self.terms.columns(dates)
        return X[:, [names.index(name) for name in self.names]]

    def open_on(self, dates: pd.DatetimeIndex) -> Array:
        """1 for days of weekdays on which contacts come, 0 for those of the others, shape (days,)."""
        return 1.0 - np.isin(weekdays_of(dates), self.terms.closed)

    def ratios(self, level: float = LEVEL) -> Typed:
        """Rate ratios with intervals of this level.

        Returns:
            term, level, estimate, low, high, p_value, reference (what the ratio compares with). Weekdays
            compare with the mean of the week, a wave's row gives its peak relative to its trough. What has no
            estimate has none in its row, and the reason instead of a reference. Empty without a model.
        """
        waves = self._wave_rows(level)
        rows = [*self._weekday_rows(level), *self._single_rows(level), *waves]
        columns = {
            "term": Text(heading="種類"),
            "level": Text(heading="項目"),
            "estimate": Ratio(heading="率比"),
            **interval("estimate", level),
            "p_value": PValue(),
            "reference": Text(heading="比べる相手"),
        }
        note = "1年の波の区間は、山と谷を記録から選んだことを見込んで広げてあります。" if waves else ""
        return Typed.of(rows, columns, note=note)

    def weekly_fit(self, level: float = LEVEL) -> Typed:
        """Observed and fitted counts by week: week (its Sunday), n, expected, low, high (of so many such weeks).

        Only whole weeks that were observed throughout; empty without a model.
        """
        band = f"{100 * level:.10g}%の週が収まる範囲"
        columns = {
            "week": Dimension(variable="week"),
            "n": CONTACTS,
            "expected": Rate(heading="モデルによる件数", unit="件"),
            **interval("expected", level, kind="acceptance", heading=band),
        }
        if not self.fitted:
            return Typed.of([], columns)
        counts = self.counts
        seen = counts.observed
        weeks = weeks_of(counts.weekday, seen, np.ones(len(seen)))
        whole = np.bincount(weeks.block[seen], minlength=weeks.count) == 7
        n, expected = weeks.add_up(counts.daily), weeks.add_up(np.where(seen, self.mean, 0.0))
        variance = expected * self.scale_of_sums(7, float(np.mean(self.mean)))
        low, high = quantiles(expected, variance, ((1 - level) / 2, (1 + level) / 2))
        first = np.array([np.flatnonzero(weeks.block == block)[0] for block in range(weeks.count)])
        frame = pd.DataFrame(
            {
                "week": counts.dates[first],
                "n": np.rint(n).astype("int64"),
                "expected": expected,
                "low": low,
                "high": high,
            }
        )
        return Typed.of(frame.loc[whole].reset_index(drop=True), columns)

    def scale_of_sums(self, days: int, mean: float) -> float:
        """Variance of a sum over consecutive days relative to its mean."""
        lag = np.arange(1, days)
        carried = self.memory.share[0] * self.memory.persistence[0] ** lag
        grouped = 1 + 2 * float((carried * (1 - lag / days)).sum())
        return float(max((1 + self.alpha * mean) * self.memory.scale[0] * grouped, 1.0))

    def checks(self) -> Typed:
        """What the residuals say: check, value, format, finding, sentence (plain Japanese without numbers)."""
        if not self.fitted:
            return _checks([("モデル", np.nan, "ratio", "推定しない", self.reason)])
        used = self.counts.observed & (self.open_on(self.counts.dates) > 0)
        y, mean = self.counts.daily[used], self.mean[used]
        df = len(y) - len(self.names)
        poisson = float(((y - mean) ** 2 / mean).sum() / df)
        portmanteau = 1.0  # where every day is as expected, nothing is carried over
        if np.ptp(self.residuals) > 0:
            portmanteau = float(acorr_ljungbox(self.residuals, lags=[14], model_df=0)["lb_pvalue"].iloc[0])
        carried = float(self.memory.share[0] * self.memory.persistence[0])
        extreme = int((np.abs(self.residuals) > OUTLIER).sum())
        rows = [
            _check("ばらつき(偶然だけなら1)", poisson, "ratio", poisson > 1.2, _SPREAD),
            _check("翌日への持ち越し(0~1)", carried, "ratio", carried > 0.1, _CARRY),
            _check(
                "残差の自己相関の検定(p値)",
                portmanteau,
                "p",
                bool(significant(portmanteau, ALPHA)),
                _PORTMANTEAU,
            ),
            _check("モデルから大きく外れた日数", float(extreme), "n", extreme > 0, _OUTLIERS),
        ]
        return _checks(rows)

    def _weekday_rows(self, level: float) -> list[tuple[object, ...]]:
        index = [i for i, name in enumerate(self.names) if name.startswith(f"{WEEKDAY_TERM}:")]
        if not index:
            return []
        *coded, last = self.terms.open_weekdays
        contrasts = np.zeros((7, len(self.names)))
        contrasts[np.ix_(coded, index)] = np.eye(len(coded))
        contrasts[last, index] = -1.0
        mean = "相談のある曜日の平均" if self.terms.closed else "週の平均"
        return [
            (
                WEEKDAY_TERM,
                f"{name}曜",
                *(_CLOSED if day in self.terms.closed else (*self._ratio(row, level), mean)),
            )
            for day, (name, row) in enumerate(zip(WEEKDAYS_JA, contrasts, strict=True))
        ]

    def _single_rows(self, level: float) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for name, contrast in zip(self.names, np.eye(len(self.names)), strict=True):
            kind, _, item = name.rpartition(":")
            if name in (HOLIDAY, BRIDGE, YEAR_END):
                kind, against = "休日", "それ以外の日"
            elif name == TREND:
                kind, against = "傾向", "1年前"
            elif kind == BREAK_TERM:
                against = "休みでない日"
            else:
                continue
            rows.append(
                (
                    kind,
                    item,
                    *(_UNHEARD if name in self.unheard else (*self._ratio(contrast, level), against)),
                )
            )
        return rows

    def _wave_rows(self, level: float) -> list[tuple[object, ...]]:
        index = [i for i, name in enumerate(self.names) if name.startswith(WAVE_TERM)]
        if not index:
            return []
        b, V = self.coefficients[index], self.covariance[np.ix_(index, index)]
        basis = self.columns(pd.date_range(self.terms.origin, periods=366))[:, index]
        curve = basis @ b
        contrast = basis[curve.argmax()] - basis[curve.argmin()]
        # The highest and the lowest day are chosen from the data: interval and p-value are Scheffé's.
        of = scipy_stats.f(len(index), self._df)
        middle, error = float(contrast @ b), float(np.sqrt(contrast @ V @ contrast))
        reach = error * float(np.sqrt(len(index) * of.ppf(level)))
        p = float(of.sf((middle / error) ** 2 / len(index))) if error else 1.0
        estimate, low, high, p = _told(middle, reach, p, level)
        return [(WAVE_TERM, "1年の波(山÷谷)", estimate, max(low, 1.0), high, p, "谷の時期")]

    def _ratio(self, contrast: Array, level: float) -> tuple[float, float, float, float]:
        middle = float(contrast @ self.coefficients)
        error = float(np.sqrt(contrast @ self.covariance @ contrast))
        reach = error * float(scipy_stats.t.ppf((1 + level) / 2, self._df))
        p = 2 * float(scipy_stats.t.sf(abs(middle) / error, self._df))
        return _told(middle, reach, p, level)

    @property
    def _df(self) -> int:
        return len(self.residuals) - len(self.names)


def _told(middle: float, reach: float, p: float, level: float) -> tuple[float, float, float, float]:
    """A ratio with limits and p as a row prints them, from its logarithm and half the width of its interval."""
    estimate, low, high = (float(np.exp(end)) for end in (middle, middle - reach, middle + reach))
    return estimate, *told_alike(low, high, p, level)


def fit_calendar(
    counts: Counts, breaks: Sequence[Period] = (), harmonics: int = 2, trend: bool | None = None
) -> CountModel:
    """Fit the calendar regression to daily counts.

    Args:
        counts: one scope.
        breaks: school breaks, those of the same name sharing one effect.
        harmonics: smooth yearly waves; left out when fewer than twelve months were observed.
        trend: growth per year; by default fitted when two years or more were observed.

    Returns:
        The model; `CountModel.reason` says why there is none.
    """
    growing = counts.days >= 2 * 365 if trend is None else trend
    waves = harmonics if counts.whole_year else 0
    closed = _silent_weekdays(counts)
    terms = Terms(tuple(breaks), waves, growing, counts.period.start, closed)
    if len(closed) > MOST_CLOSED:
        # On which weekdays a few contacts came would tell of each of them.
        few = counts.n < CONTACTS_PER_COLUMN * len(closed)
        return _no_model(counts, terms, _FEW if few else "相談のある曜日が一つだけのため")
    names, X = terms.columns(counts.dates)
    seen = counts.observed & ~np.isin(counts.weekday, closed)
    varies = np.array(
        [name == names[0] or np.ptp(column[seen]) > 0 for name, column in zip(names, X.T, strict=True)]
    )
    kept = tuple(np.array(names)[varies])
    if counts.n < CONTACTS_PER_COLUMN * len(kept) or counts.days < 4 * len(kept):
        return _no_model(counts, terms, _FEW)
    X = X[:, varies]
    unheard = _unheard(kept, X[seen], counts.daily[seen])
    precision = np.isin(kept, unheard) / UNHEARD_SD**2
    fitted = glm.fit_negative_binomial(counts.daily[seen].astype(float), X[seen], precision=precision)
    if not fitted.converged[0]:
        return _no_model(counts, terms, "計算の値が一つに定まらず")
    day = np.flatnonzero(seen)
    remembered = memory.estimate(fitted, X[seen], day)
    return CountModel(
        counts=counts,
        terms=terms,
        names=kept,
        coefficients=fitted.coefficients[0],
        covariance=memory.covariance(fitted, X[seen], day, remembered)[0],
        mean=np.exp(X @ fitted.coefficients[0]) * ~np.isin(counts.weekday, closed),
        residuals=fitted.residuals[0],
        alpha=float(fitted.alpha[0]),
        memory=remembered,
        unheard=unheard,
    )


def _silent_weekdays(counts: Counts) -> tuple[int, ...]:
    """Weekdays without any contact; where so few come that this is chance, there are too few for a model."""
    heard = np.bincount(counts.weekday, counts.daily, minlength=7) > 0
    return tuple(int(day) for day in np.flatnonzero(~heard))


def _unheard(names: tuple[str, ...], X: Array, daily: Array) -> tuple[str, ...]:
    """Terms that are on or off and that the likelihood sends to nothing or to infinity, alone or together.

    One linear programme finds the direction in which the mean of no day with contacts changes and that of as many
    days without as possible falls (Konis 2007); what the remaining days do not determine has no estimate.
    """
    switches = [
        i
        for i, name in enumerate(names)
        if name in (HOLIDAY, BRIDGE, YEAR_END) or name.startswith(f"{BREAK_TERM}:")
    ]
    if not switches:
        return ()
    on = np.column_stack([np.ones(len(X)), X[:, switches]])
    heard, kinds = np.unique(on[daily > 0], axis=0), np.unique(on, axis=0)
    found = optimize.linprog(
        kinds.sum(axis=0),
        A_ub=np.vstack([kinds, -kinds]),
        b_ub=np.repeat([0.0, 1.0], len(kinds)),
        A_eq=heard,
        b_eq=np.zeros(len(heard)),
        bounds=(None, None),
    )
    left = kinds[kinds @ found.x > -0.5]
    determined = np.diag(np.linalg.pinv(left) @ left)[1:] if len(left) else np.zeros(len(switches))
    return tuple(str(names[i]) for i, share in zip(switches, determined, strict=True) if share < 1 - 1e-6)


def quantiles(mean: Array, variance: Array, levels: Sequence[float]) -> tuple[Array, ...]:
    """Quantiles of counts with this mean and variance: negative binomial, or nearly Poisson."""
    excess = np.maximum(variance - mean, 1e-9 * mean)
    size = mean**2 / excess
    return tuple(scipy_stats.nbinom.ppf(level, size, size / (size + mean)) for level in levels)


_UNHEARD: Final = (None, None, None, None, "推定できません(その日か、比べるほかの日に、相談が1件もない)")
_CLOSED: Final = (None, None, None, None, "推定できません(相談が1件もない曜日)")

_CHECK_COLUMNS: Final = {
    "check": Text(heading="点検"),
    "value": Various(unit_by=""),
    "format": Text(heading="書式"),
    "finding": Text(heading="結果"),
    "sentence": Text(heading="読み方"),
}
_SPREAD = (
    "日々のばらつきは偶然だけの場合より大きいため、区間をその分だけ広げてあります。",
    "日々のばらつきが、偶然だけの場合より大きいとは言えません。",
)
_CARRY = (
    "多い日の翌日も多い、という持ち越しがあるため、区間をその分だけ広げてあります。",
    "多い日の翌日も多い、という持ち越しは、明らかではありません。",
)
_PORTMANTEAU = (
    "モデルで説明しきれない、日をまたぐ動きが残っています。区間の計算には織り込んであります。",
    "日をまたぐ動きで、モデルが説明しきれないものは見当たりません。",
)
_OUTLIERS = (
    "モデルから大きく外れた日があります。その日の出来事や記録の誤りを確かめてください。",
    "モデルから大きく外れた日はありません。",
)


def _check(
    name: str, value: float, written: str, raised: bool, sentences: tuple[str, str]
) -> tuple[object, ...]:
    return name, value, written, "注意" if raised else "問題なし", sentences[0 if raised else 1]


def _checks(rows: list[tuple[object, ...]]) -> Typed:
    return Typed.of(rows, _CHECK_COLUMNS)


def _no_model(counts: Counts, terms: Terms, why: str) -> CountModel:
    nothing = np.zeros(0)
    none = memory.Memory(nothing, nothing, nothing)
    reason = f"{why}、回帰モデルは推定しません"
    gaps = np.full(len(counts.daily), np.nan)
    return CountModel(counts, terms, (), nothing, np.zeros((0, 0)), gaps, nothing, 0.0, none, reason=reason)
