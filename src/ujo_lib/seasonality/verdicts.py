"""Is there a pattern over the months or the week, or would such a profile come about anyway?

`PatternTests` holds the tests for one calendar and takes any number of series at once, so the calibration run
and the notebook use the same code; `judge` turns them into `Verdict`s for one scope. One year of counts
cannot tell a season from a campaign, so the verdict about months speaks of the months of this year only.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from ujo_lib.columns import Count, PValue, Statistic, Text
from ujo_lib.seasonality import surface
from ujo_lib.seasonality.calendar import YEAR
from ujo_lib.seasonality.counts import Counts
from ujo_lib.seasonality.dispersion import BlockDesign, ScaledTest, Weeks, ratio_or_zero, weeks_of
from ujo_lib.seasonality.thinned import lost_rows
from ujo_lib.stats import holm, significant
from ujo_lib.typed import Typed
from ujo_lib.variance import NOBODY, Array, People, effective_df, persons_effect

MIN_EVENTS = 30
"""Below this number of contacts no pattern is judged: a month would hold two or three of them."""

ALPHA = 0.05
WEEKS_MARGIN: Final = 0.1
"""Of the weeks' autocorrelation: 52 of them leave an error of 0.14, and what is not seen of it makes false alarms."""
FEWEST_DF: Final = 20
"""Degrees of freedom of a variance; fewer widen its intervals by themselves."""
LARGER: Final = 10
"""Times as many contacts that a record must have beside another to lend it the memory of its weeks."""
_DETECTABLE: Final = {
    "months": "最も多い時期が中ほどの時期の",
    "wave": "最も多い時期が中ほどの時期の",
    "weekdays": "2つの曜日がほかの",
    "slope": "土曜が水曜の",
}
_WEEKDAYS: Final = "曜日による違い"
_SHAPE: Final = "。{what}による違いがあるかは「{rule}」だけで決め、これはその形を見る補足です"
"""Two tests of one question would be wrong twice as often: one decides, the other is told as what it is."""
_NO_SPREAD: Final = 1e-9
"""Dispersion up to which there is none but the rounding of the machine: no yardstick, and no p that means anything."""
_NUMBERS = ("p_value", "statistic", "df1", "df2", "dispersion", "autocorrelation")


@dataclass(frozen=True)
class Verdict:
    """One judged pattern.

    Attributes:
        pattern: what was judged, in Japanese.
        detected: True, False, or None when it is not judged.
        finding: 「検出」「検出せず」「判定しない」.
        p_value: of the scaled F test, raised or lowered for months so that 5 % of the records without a pattern fall
            below 0.05 under the worst plausible memory (`surface`); None when not judged.
        statistic, df1, df2: of that test.
        dispersion: Pearson dispersion of the blocks, 1 for independent contacts; None when not judged.
        autocorrelation: lag-one correlation of the blocks; None when not judged.
        n: contacts judged.
        remark: in Japanese, why it is not judged or how the words are to be read.
    """

    pattern: str
    detected: bool | None
    finding: str
    p_value: float | None
    statistic: float | None
    df1: float | None
    df2: float | None
    dispersion: float | None
    autocorrelation: float | None
    n: int
    remark: str

    @property
    def kind(self) -> str:
        """The verdict in the vocabulary of the page's callouts."""
        return {True: "detected", False: "not_detected", None: "not_estimable"}[self.detected]

    @property
    def sentence(self) -> str:
        """The verdict as a template of the page, its p-value a slot on the table of `table`."""
        if self.detected is None:
            return f"{self.pattern}: {self.remark}。"
        # A sentence of its own: where it is kept back, the reader still learns what the verdict is about.
        p = f"検定の結果は{{p_value[{self.pattern}]}}です。"
        if self.detected:
            return f"{self.pattern}は、検出されました。{p}{self.remark}。"
        return f"{self.pattern}は、検出されませんでした。{p}違いがないことを示すものではありません。{self.remark}。"

    def finding_of(self, extremes: str) -> str:
        """What a figure of this pattern may say in its heading: the extremes only where the pattern was detected."""
        if self.detected is None:
            return f"{self.pattern}は、判定していません。"
        return extremes if self.detected else f"{self.pattern}は、明らかではありません。"


@dataclass(frozen=True)
class PatternTests:
    """The tests for one calendar: which days there are and which of them were observed.

    Attributes:
        weekday: weekday of each day, Sunday 0, shape (days,).
        month: calendar month of each day, that of the first day 0, shape (days,).
        observed: shape (days,).
        size: expected size of each day relative to the mean day when months do not differ, shape (days,):
            what a week with missing days would have lost.
        baseline: another series against which the pattern is judged, shape (days,), or None for "every day
            alike".
    """

    weekday: NDArray[np.int64]
    month: NDArray[np.int64]
    observed: NDArray[np.bool_]
    size: Array
    baseline: Array | None = None

    @classmethod
    def of(cls, counts: Counts, against: Counts | None = None) -> "PatternTests":
        """Prepare the tests for the calendar of `counts`.

        Args:
            counts: one scope; its weekday profile is the expected size of a day.
            against: another scope over the same period; the tests then ask whether the two patterns differ.
        """
        month = counts.month_index % 12
        if against is not None:
            baseline = against.daily.astype(float)
            observed = counts.observed & against.observed & (baseline > 0)
            return cls(counts.weekday, month, observed, baseline, baseline)
        days = np.bincount(counts.weekday, weights=counts.observed, minlength=7)
        n = np.bincount(counts.weekday, weights=counts.daily, minlength=7)
        mean = counts.n / max(counts.days, 1)
        weights = np.divide(n, days * mean, out=np.ones(7), where=n > 0)
        return cls(counts.weekday, month, counts.observed, weights[counts.weekday])

    @property
    def compares_weekdays(self) -> bool:
        """Whether enough weeks were observed on several days: days are compared within them."""
        return bool(self._weekday_design.df1 > 0 and self._weekday_design.df2 > 0)

    @cached_property
    def weeks(self) -> Weeks:
        """The weekly blocks."""
        return weeks_of(self.weekday, self.observed, self.size)

    def months(
        self, daily: NDArray[np.int64], people: People = NOBODY, memory: Array | float | None = None
    ) -> ScaledTest:
        """Do months differ per day? Weekly blocks, each week shared among its months by days.

        Args:
            daily: counts, shape (days,) or (series, days).
            people: those behind the contacts of the one series; how much they come back is measured for this pattern.
            memory: autocorrelation of the weeks of a far larger record; None: of these.
        """
        pattern = np.eye(12)[people.at.astype("datetime64[M]").astype(np.int64) % 12]
        return _judge(self._month_design, self.weekly_residuals(daily), people, pattern, memory)

    def yearly_wave(
        self, daily: NDArray[np.int64], people: People = NOBODY, memory: Array | float | None = None
    ) -> ScaledTest:
        """Is there one smooth wave a year (cosinor)? Weekly blocks; arguments as in `months`."""
        angle = 2 * np.pi * people.day / YEAR
        pattern = np.column_stack([np.cos(angle), np.sin(angle)])
        return _judge(self._wave_design, self.weekly_residuals(daily), people, pattern, memory)

    def weekdays(self, daily: NDArray[np.int64], people: People = NOBODY) -> ScaledTest:
        """Do weekdays differ? Days compared within their weeks; arguments as in `months`."""
        return _judge(
            self._weekday_design, self._daily_residuals(daily), people, np.eye(7)[_sunday_first(people)]
        )

    def week_slope(self, daily: NDArray[np.int64], people: People = NOBODY) -> ScaledTest:
        """Do counts rise or fall steadily from Sunday to Saturday? Two-sided; arguments as in `months`."""
        pattern = _sunday_first(people)[:, None].astype(float)
        return _judge(self._slope_design, self._daily_residuals(daily), people, pattern)

    @cached_property
    def _month_design(self) -> BlockDesign:
        shares = self.weeks.indicator.T @ np.eye(12)[self.month]
        return self._weekly(shares / shares.sum(axis=1, keepdims=True))

    @cached_property
    def _wave_design(self) -> BlockDesign:
        day = np.arange(len(self.weekday), dtype=float)
        middle = (self.weeks.indicator.T @ day) / self.weeks.indicator.sum(axis=0)
        angle = 2 * np.pi * middle / YEAR
        return self._weekly(np.column_stack([np.cos(angle), np.sin(angle)]))

    @cached_property
    def _weekday_design(self) -> BlockDesign:
        return self._within_weeks(np.eye(7)[self.weekday])

    @cached_property
    def _slope_design(self) -> BlockDesign:
        return self._within_weeks(self.weekday[:, None].astype(float))

    def _weekly(self, tested: Array) -> BlockDesign:
        level = np.ones(self.weeks.count)
        return BlockDesign(level[:, None], tested, self.weeks.exposure, self.weeks.position, WEEKS_MARGIN)

    def _within_weeks(self, tested: Array) -> BlockDesign:
        seen = np.flatnonzero(self.observed)
        return BlockDesign(self.weeks.indicator[seen], tested[seen], self._day_exposure, seen)

    @cached_property
    def _day_exposure(self) -> Array:
        if self.baseline is None:
            return np.ones(int(self.observed.sum()))
        return np.asarray(self.baseline[self.observed] / self.baseline[self.observed].mean())

    def weekly_residuals(self, daily: NDArray[np.int64]) -> Array:
        """Standardised residuals of the weeks, shape (series, blocks); `daily` as in `months`."""
        return _residuals(self.weeks.add_up(np.atleast_2d(daily)), self.weeks.exposure)

    def _daily_residuals(self, daily: NDArray[np.int64]) -> Array:
        # One common scale, so that quiet weeks do not weigh more than busy ones; the weeks' own levels are
        # removed by the design.
        return _residuals(np.atleast_2d(daily)[:, self.observed].astype(float), self._day_exposure)


def judge(counts: Counts, people: People = NOBODY, beside: Counts | None = None) -> tuple[Verdict, ...]:
    """Judge the months, the yearly wave, the weekdays and the slope through the week of one scope.

    Args:
        counts: one scope.
        people: those behind its contacts, where they can be told apart.
        beside: the largest and longest record of such contacts, which shows how long busy spells last; the scope itself
            where there is none.
    """
    tests = PatternTests.of(counts)
    few = f"相談が{MIN_EVENTS}件に満たないため、判定しません" if counts.n < MIN_EVENTS else ""
    few = "元の資料で伏せられた欄があり、件数が分からないため、判定しません" if counts.suppressed else few
    short = too_short(counts) or lost_rows(counts, people, beside)
    brief = too_brief(tests)
    pattern, months = _months_told(counts)
    week = "同じ週の中で曜日を比べます"
    seen = None if few or short else memory_for(counts, beside)
    lent = seen.loan if seen else None
    plan = (
        (
            pattern,
            partial(tests.months, memory=lent),
            few or short,
            months,
            "months",
            seen,
        ),
        (
            "1年を周期とするなだらかな波",
            partial(tests.yearly_wave, memory=lent),
            few or short,
            months + _SHAPE.format(what="月", rule=pattern),
            "wave",
            seen,
        ),
        (_WEEKDAYS, tests.weekdays, few or brief, week, "weekdays", None),
        (
            "日曜から土曜に向かう一方向の増減",
            tests.week_slope,
            few or brief,
            week + _SHAPE.format(what="曜日", rule=_WEEKDAYS),
            "slope",
            None,
        ),
    )
    return tuple(
        settled(name, counts, partial(test, counts.daily, people), reason, remark, pattern, memory)
        for name, test, reason, remark, pattern, memory in plan
    )


def settled(
    name: str,
    counts: Counts,
    test: Callable[[], ScaledTest],
    reason: str,
    remark: str,
    pattern: str,
    seen: surface.Memory | None = None,
) -> Verdict:
    """One verdict with its error beside it, or none and why.

    Args:
        name: what is judged, in Japanese.
        counts: the scope judged.
        test: makes the test.
        reason: why it is not judged, in Japanese; empty where it may be.
        remark: how the words are to be read, in Japanese.
        pattern: as in `surface.false_alarm`.
        seen: of the record that shows how long busy spells last; None for weekdays, which are compared within weeks.
    """
    rates = None if reason else surface.rates(pattern, *_size(counts, 1.0 if seen else 0.1), seen)
    reason = reason or _untrusted(
        rates, "多い・少ないの波が何週間も続くと" if seen else "この件数と記録の長さでは"
    )
    if rates is None or reason:
        return Verdict(name, None, "判定しない", n=counts.n, remark=reason, **dict.fromkeys(_NUMBERS))
    found = test()
    if not float(found.dispersion[0]) > _NO_SPREAD:
        remark = "調べた偏りのほかに揺れがなく、偶然の大きさが分からないため、判定しません"
        return Verdict(name, None, "判定しない", n=counts.n, remark=remark, **dict.fromkeys(_NUMBERS))
    numbers = {number: float(getattr(found, number)[0]) for number in _NUMBERS}
    numbers["p_value"] = float(calibrated(found.p_value, rates.level)[0])
    detected = bool(significant(numbers["p_value"], ALPHA))
    remark += (
        f"。偏りのない記録を誤って検出する割合は、このような記録では{_up(100 * rates.false_alarm)}%以下です"
    )
    if not detected:
        remark += f"。{_DETECTABLE[pattern]}{_least(rates.detectable)}"
    return Verdict(name, detected, "検出" if detected else "検出せず", n=counts.n, remark=remark, **numbers)


def calibrated(p_value: Array, level: Array | float) -> Array:
    """The p-values on a scale on which `level` is 0.05 (as if they were a power of a uniform number)."""
    return np.asarray(p_value ** (np.log(ALPHA) / np.log(level)))


def _untrusted(rates: surface.Rates | None, where: str) -> str:
    """Why a verdict with such an error is not told, in Japanese; empty where it is."""
    if rates is None:
        return "件数、記録の長さ、波の続き方が試していない条件で、誤りの割合が分からないため、判定しません"
    if rates.false_alarm > surface.MOST_FALSE:
        return f"{where}、偏りのない記録の{_up(100 * rates.false_alarm)}%を誤って検出するため、判定しません"
    return ""


def _least(detectable: float) -> str:
    """What follows "a pattern of", in Japanese."""
    if np.isnan(detectable):
        return "3倍でも、5回に4回までは見つかりません"
    return f"{_up(detectable)}倍あれば、一人が一度ずつ相談した記録の5回に4回で見つかります"


def _up(value: float) -> str:
    """One decimal, rounded up, so that no more is promised than was found."""
    return f"{np.ceil(10 * value - 1e-9) / 10:.1f}"


def spread_of_months(counts: Counts, people: People = NOBODY, beside: Counts | None = None) -> ScaledTest:
    """The test of the months of a scope, with the variance that intervals of its months are made with.

    Args:
        counts: one scope.
        people: those behind its contacts.
        beside: as in `judge`; less than a year of it lends nothing.
    """
    seen = memory_for(counts, beside if beside is not None and beside.whole_year else None)
    found = PatternTests.of(counts).months(counts.daily, people, seen.loan)
    rates = None if seen.lent or not counts.whole_year else surface.rates("months", *_size(counts, 1.0), seen)
    return replace(found, variance=as_wary(found, rates.level)) if rates else found


def as_wary(found: ScaledTest, level: Array | float) -> Array:
    """The variance that makes an interval as wary as the verdict of a record that nobody lends a memory.

    Such a record shows too little of how long its weeks remember, and its verdict allows for the worst memory that it
    leaves possible by a stricter level than 5 %. The variance is raised as the critical value of F is; it is never
    lowered.

    Args:
        found: tests whose memory is their own.
        level: from `surface.rates`, of each or of all; NaN where nothing was tried, which raises nothing.
    """
    df2 = np.maximum(found.df2, FEWEST_DF)
    stricter = scipy_stats.f.isf(level, found.df1, df2) / scipy_stats.f.isf(ALPHA, found.df1, df2)
    return np.asarray(found.variance * np.fmax(stricter, 1.0))


def memory_for(counts: Counts, beside: Counts | None) -> surface.Memory:
    """How long busy spells last by the largest and longest record at hand, and whether it lends that to `counts`."""
    seen = memory_seen(beside or counts)
    return replace(seen, lent=seen.contacts >= max(surface.LENDS, LARGER * _size(counts, 1.0)[0]))


def memory_seen(counts: Counts) -> surface.Memory:
    """How long busy spells last in a record."""
    wave = PatternTests.of(counts).yearly_wave(counts.daily)
    return surface.Memory(*_size(counts, 1.0), float(wave.autocorrelation[0]))


def _size(counts: Counts, shortest: float) -> tuple[float, float]:
    """Contacts a year, and years of the record to a tenth; twelve months with a few days missing are a year."""
    years = max(round(counts.days / YEAR, 1), shortest)
    return counts.n / years, years


def too_short(counts: Counts) -> str:
    """Why nothing is said about months and seasons, in Japanese; empty when twelve months were observed."""
    if counts.whole_year:
        return ""
    if counts.period.days < 360:
        months = counts.months_observed
        length = {6: "半年分", 0: "1か月未満"}.get(months, f"{months}か月分")
        return f"{length}の記録のため、季節性(月による偏り)は判定しません"
    return "12か月分の記録がそろっていないため、月による偏りは判定しません"


def too_brief(tests: PatternTests) -> str:
    """Why nothing is said about weekdays, in Japanese; empty when four weeks were observed, on several days each."""
    if tests.weeks.count < 4:
        return "4週間分の記録がないため、判定しません"
    return (
        ""
        if tests.compares_weekdays
        else "同じ週に記録のある日が少なく、曜日を比べられないため、判定しません"
    )


def _months_told(counts: Counts) -> tuple[str, str]:
    """What differences between months are called, and what a record of this length says of them, in Japanese."""
    if counts.days >= 2 * 365:
        return "月別の偏り", "複数年の記録によります"
    remark = "1年分の記録では、毎年くり返す変動か、この年だけの出来事(広報など)かは区別できません"
    return ("この年の月別の偏り" if counts.whole_year else "月別の偏り"), remark


def verdict_table(verdicts: Iterable[Verdict]) -> Typed:
    """One row per verdict: pattern, finding, p_value, statistic, df1, df2, dispersion, autocorrelation, remark."""
    columns = {
        "pattern": Text(heading="偏り"),
        "finding": Text(heading="判定"),
        "p_value": PValue(),
        "statistic": Statistic(heading="F値"),
        "df1": Statistic(heading="自由度1"),
        "df2": Statistic(heading="自由度2"),
        "dispersion": Statistic(heading="ばらつき(偶然だけなら1)"),
        "autocorrelation": Statistic(heading="隣の週・日との相関"),
        "remark": Text(heading="備考"),
    }
    frame = pd.DataFrame([asdict(verdict) for verdict in verdicts])[list(columns)]
    note = (
        "月と波のp値は、偏りのない記録の5%が0.05を下回るように、"
        "波の続き方として考えられるうちの最も厳しいもので直した値です。"
    )
    return Typed.of(frame.astype(dict.fromkeys(_NUMBERS, float)), columns, note=note)


def descriptive_tests(counts: Counts) -> Typed:
    """Chi-square of months (by days) and weekdays, and Rayleigh of the day of the year: description only.

    These take every contact for an independent draw; they find a pattern in most years without one as soon as
    the counts are large. Columns: test, statistic, df (NA for Rayleigh), p_value, remark; no row without contacts,
    with a single month or weekday to compare, or, for Rayleigh's, of days that are no whole year: those gather in it.
    """
    columns = {
        "test": Text(heading="検定"),
        "statistic": Statistic(),
        "df": Count(heading="自由度", members=False),
        "p_value": PValue(),
        "remark": Text(heading="備考"),
    }
    rows = list(_textbook_tests(counts)) if counts.n else []
    frame = pd.DataFrame(rows, columns=["test", "statistic", "df", "p_value"])
    remark = "参考:相談どうしが無関係という前提が成り立たず、判定には使いません"
    return Typed.of(frame.assign(remark=remark), columns)


def _textbook_tests(counts: Counts) -> Iterator[tuple[str, float, object, float]]:
    """Name, statistic, degrees of freedom and p-value of each."""
    seen = counts.observed
    for name, group in (
        ("月別のカイ二乗検定(日数で調整)", counts.month_index),
        ("曜日別のカイ二乗検定", counts.weekday),
    ):
        n = np.bincount(group[seen], weights=counts.daily[seen])
        days = np.bincount(group[seen], minlength=len(n))
        n, days = n[days > 0], days[days > 0]
        if len(n) > 1:
            result = scipy_stats.chisquare(n, counts.n * days / days.sum())
            yield name, float(result.statistic), len(n) - 1, float(result.pvalue)
    if not counts.whole_year:
        return
    angle = 2 * np.pi * np.arange(len(counts.daily)) / YEAR
    strength = float(np.hypot(counts.daily @ np.cos(angle), counts.daily @ np.sin(angle)) ** 2 / counts.n)
    yield "レイリー検定(1年周期)", strength, pd.NA, float(np.exp(-strength))


def _judge(
    design: BlockDesign,
    residuals: Array,
    people: People,
    pattern: Array,
    memory: Array | float | None = None,
) -> ScaledTest:
    effect = persons_effect(pattern, people.person)
    of_people = float(effective_df(people.person, np.array(effect))) if effect > 1.0 else np.inf
    return design.test(residuals, effect, of_people, memory)


def _sunday_first(people: People) -> NDArray[np.int64]:
    """Weekday of each contact, Sunday 0; 1970 began on a Thursday."""
    return (people.day + 4) % 7


def _residuals(counts: Array, exposure: Array) -> Array:
    """Standardised residuals of "as much as the exposure", shape (series, blocks)."""
    expected = counts.sum(axis=1, keepdims=True) * exposure / exposure.sum()
    return ratio_or_zero(counts - expected, np.sqrt(expected))


def strongest(ratios: pd.DataFrame, by: str, text: str, alpha: float = ALPHA) -> str:
    """What a figure of several ratios may say in its heading: the farthest from 1 that stands out, or that none does.

    Ratios that are kept back or have no number are no finding of none.

    Args:
        ratios: as the reader sees them; columns `by`, estimate and p_value of the ratio against 1, to be adjusted by
            Holm's method here.
        by: column with the name of each ratio.
        text: template that names the ratio by 「{name}」 where the label goes, in slots, too; 「{など}」 where others
            that stand out as well are hinted at.
        alpha: level of the tests together.
    """
    estimate, p_value = (ratios[name].to_numpy(dtype=float) for name in ("estimate", "p_value"))
    known = ~np.isnan(estimate) & ~np.isnan(p_value)
    if not known.any():
        return "比を示せないため、1と違うかどうかは言えません。"
    clear = np.flatnonzero(known & significant(holm(p_value), alpha))
    if not len(clear):
        among = "1と違うと言える比は" if known.all() else "示した比のなかに、1と違うと言えるものは"
        return f"ホルム法で補正すると、{among}見られません。"
    with np.errstate(divide="ignore"):
        distance = np.abs(np.log(estimate[clear]))  # nothing is farther from 1 than nought
    text = text.replace("{など}", "など" if len(clear) > 1 else "")
    return text.replace("{name}", str(ratios[by].iloc[clear[distance.argmax()]]))
