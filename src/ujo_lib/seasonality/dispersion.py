"""How much more than a lottery the counts vary, and tests and intervals that allow for it.

Contacts come in waves: one bad week brings more of them than chance would. A chi-square test takes every
contact for an independent draw and calls most seasonless years seasonal. Here every comparison is made on
blocks (weeks, or days within weeks), the spread of the blocks around the fitted pattern is measured, and both
the spread and the memory from block to block widen the yardstick. The F statistic is the score form of the
quasi-Poisson F test (McCullagh & Nelder 1989, §4.5, §9.2): weighted least squares on the null model's
standardised residuals, so it needs no large counts. Its calibration is measured in
benchmarks/seasonality_calibration.py.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from ujo_lib.variance import Array

_GRID = np.linspace(-0.3, 0.95, 26)


@dataclass(frozen=True)
class ScaledTest:
    """Result of a dispersion-scaled F test; arrays over series, shape (series,).

    Attributes:
        statistic: F after scaling by dispersion and autocorrelation.
        df1, df2: degrees of freedom, reduced for the autocorrelation.
        p_value: upper tail of F(df1, df2).
        dispersion: Pearson dispersion of the blocks (1 = a lottery).
        autocorrelation: lag-one correlation of the blocks, corrected for the fitted parameters.
        variance: of the counts relative to independent contacts: the dispersion, inflated by that autocorrelation as
            the tested pattern is, or what the people who come back make of it where that is more.
    """

    statistic: Array
    df1: Array
    df2: Array
    p_value: Array
    dispersion: Array
    autocorrelation: Array
    variance: Array


class BlockDesign:
    """A tested pattern over blocks, beside a nuisance pattern, prepared once for any number of series.

    Args:
        nuisance: columns of the null model, shape (blocks, p); must span the constant.
        tested: columns whose effect is judged, shape (blocks, q); combinations already in `nuisance` drop
            out.
        exposure: relative expected size of each block under the null, shape (blocks,).
        position: index of each block on its own clock, shape (blocks,); neighbours differ by one, gaps by
            more.
        margin: added to the estimated autocorrelation, for what so few blocks cannot show of it.
    """

    def __init__(
        self,
        nuisance: Array,
        tested: Array,
        exposure: Array,
        position: NDArray[np.int64],
        margin: float = 0.0,
    ):
        root = np.sqrt(exposure)[:, None]
        self._null = _basis(root * nuisance)
        self._test = _basis(root * tested - self._null @ (self._null.T @ (root * tested)))
        self._position = position
        self._margin = margin
        self.df1 = self._test.shape[1]
        self.df2 = len(exposure) - self._null.shape[1] - self.df1

    def test(
        self,
        residuals: Array,
        effect: float = 1.0,
        of_people: float = np.inf,
        memory: Array | float | None = None,
    ) -> ScaledTest:
        """Judge standardised residuals of the null model.

        Args:
            residuals: (count − expected) / √expected, shape (series, blocks).
            effect: smallest variance relative to independent contacts to assume, because the same people come back.
            of_people: its degrees of freedom.
            memory: autocorrelation of the level from block to block, seen in a far larger record; of these blocks'
                variance, what a lottery does not explain carries it. None: it is estimated from these blocks.
        """
        z = np.atleast_2d(residuals)
        found = z @ self._test
        left = z - (z @ self._null) @ self._null.T - found @ self._test.T
        spread = (left**2).sum(axis=1)
        dispersion = spread / self.df2
        own = self._memory(left)
        positive = np.clip(own + self._margin if memory is None else memory, 0.0, _GRID[-1])
        _, inflations, *freedom = self._moments
        inflation = np.maximum(np.interp(positive, _GRID, inflations), 1.0)
        if memory is not None:
            carried = np.maximum(1 - ratio_or_zero(np.ones_like(dispersion), dispersion), 0.0)
            inflation, positive = 1 + carried * (inflation - 1), carried * positive
        total = np.maximum(dispersion * inflation, effect if effect > 1.0 else 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = (found**2).sum(axis=1) / self.df1 / total
        df1, df2 = (np.interp(positive, _GRID, of_grid) for of_grid in freedom)
        if memory is None:
            # The autocorrelation is an estimate too: its error makes the yardstick as uncertain as fewer blocks would.
            slope = np.interp(positive, _GRID, np.gradient(np.log(inflations), _GRID))
            pairs = max(int((np.diff(self._position) == 1).sum()), 1)
            df2 = 1 / (1 / df2 + np.where(positive > 0, slope**2 / pairs / 2, 0.0))
        df2 = np.where(total > dispersion * inflation, np.minimum(df2, of_people), df2)
        p_value = scipy_stats.f.sf(statistic, df1, df2)
        return ScaledTest(statistic, df1, df2, p_value, dispersion, own, total)

    def _memory(self, left: Array) -> Array:
        """Autocorrelation of the blocks that explains the lag-one correlation of their residuals."""
        near = np.flatnonzero(np.diff(self._position) == 1)
        if len(near) == 0:
            return np.zeros(len(left))
        total = (left**2).sum(axis=1)
        product = (left[:, near] * left[:, near + 1]).sum(axis=1)
        return np.interp(ratio_or_zero(product, total), np.maximum.accumulate(self._moments[0]), _GRID)

    @cached_property
    def _moments(self) -> Array:
        """Rows: expected lag-one value, inflation, df1, df2; columns: autocorrelation on the grid.

        Exact expectations of quadratic forms under a first-order autoregression of the blocks; the degrees of
        freedom are Satterthwaite's. Nothing as large as blocks × blocks is made, so that years of days stay affordable.
        """
        near = np.flatnonzero(np.diff(self._position) == 1)
        fitted = np.hstack([self._null, self._test])
        here, there = fitted[near], fitted[near + 1]
        ones = np.ones((len(fitted), 1))
        rows = []
        for r, carried, squares in zip(
            _GRID,
            _correlated(self._position, _GRID, fitted),
            _correlated(self._position, _GRID**2, ones),
            strict=True,
        ):
            inner = fitted.T @ carried
            seen = inner[-self.df1 :, -self.df1 :]
            size = len(fitted) - np.trace(inner)
            square = squares.sum() - 2 * (carried**2).sum() + (inner**2).sum()
            lag_one = len(near) * r - (here * carried[near + 1]).sum() - (carried[near] * there).sum()
            lag_one += ((here @ inner) * there).sum()
            rows.append(
                (
                    lag_one / size,
                    (np.trace(seen) / self.df1) / (size / self.df2),
                    np.trace(seen) ** 2 / (seen**2).sum(),
                    size**2 / square,
                )
            )
        return np.array(rows).T


def _correlated(position: NDArray[np.int64], autocorrelation: Array, columns: Array) -> Array:
    """Columns times the correlation matrix of a first-order autoregression at these positions.

    The weights r^|i − j| are powers, so one pass forwards and one backwards add them up.

    Args:
        position: rising, shape (blocks,).
        autocorrelation: shape (r,).
        columns: shape (blocks, columns).

    Returns:
        For every autocorrelation the product, shape (r, blocks, columns).
    """
    fade = (autocorrelation ** np.diff(position)[:, None])[..., None]
    before = np.repeat(columns[:, None].astype(float), len(autocorrelation), axis=1)
    after = before.copy()
    for i in range(1, len(position)):
        before[i] += fade[i - 1] * before[i - 1]
        after[-1 - i] += fade[-i] * after[-i]
    return np.ascontiguousarray(np.moveaxis(before + after - columns[:, None], 1, 0))


@dataclass(frozen=True)
class Weeks:
    """Sunday-to-Saturday blocks over the observed days of a period.

    A week of which fewer than four days were observed is added to its neighbour.

    Attributes:
        block: block of each day, shape (days,); −1 on days that were not observed.
        exposure: expected size of each block, shape (blocks,).
        position: index of the week on the calendar, shape (blocks,).
    """

    block: NDArray[np.int64]
    exposure: Array
    position: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of blocks."""
        return len(self.exposure)

    def add_up(self, daily: NDArray[np.int64] | Array) -> Array:
        """Sum daily values into blocks; the last axis runs over days."""
        return np.asarray(daily @ self.indicator)

    @cached_property
    def indicator(self) -> Array:
        """Which day belongs to which block, shape (days, blocks)."""
        return np.asarray(self.block[:, None] == np.arange(self.count)[None, :], dtype=float)


def weeks_of(weekday: NDArray[np.int64], observed: NDArray[np.bool_], size: Array) -> Weeks:
    """Cut a period into weeks.

    Args:
        weekday: weekday of each day, Sunday 0, shape (days,).
        observed: whether each day was observed, shape (days,).
        size: expected size of each day, shape (days,).
    """
    week = (np.arange(len(weekday)) + weekday[0]) // 7
    seen = np.bincount(week, weights=observed).astype(int)
    home = np.arange(len(seen))
    enough = np.flatnonzero(seen >= 4)
    if len(enough) == 0:
        enough = np.flatnonzero(seen > 0)
    for each in np.flatnonzero(seen):
        home[each] = enough[np.argmin(np.abs(enough - each))]
    used = np.unique(home[week[observed]])
    block = np.where(observed, np.searchsorted(used, home[week]), -1)
    exposure = np.bincount(block[observed], weights=size[observed], minlength=len(used))
    return Weeks(block, exposure, used.astype(np.int64))


def ratio_or_zero(numerator: Array, denominator: Array) -> Array:
    """Quotient, and 0 where the denominator is not positive."""
    numerator, denominator = np.broadcast_arrays(np.asarray(numerator, dtype=float), denominator)
    return np.asarray(np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator > 0))


def _basis(columns: Array) -> Array:
    """Orthonormal basis of the column space."""
    u, s, _ = np.linalg.svd(columns, full_matrices=False)
    return u[:, s > 1e-9 * max(float(s.max(initial=0.0)), 1e-300)]
