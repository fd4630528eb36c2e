"""How often is a theme written about, when a machine has labelled all texts and people have read some of them?

A sampling interval around a machine's label is false precision: the label is wrong far more often than the sample is
unlucky. Here the truth is what people found in a random sample; the machine's label, known for all texts, only makes
the estimate steadier. The target is the finite set of texts of the year, so reading all of them leaves no doubt at all.
Functions on plain arrays; leading axes run over themes, groups or draws.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, norm

from ujo_lib.stats import LEVEL

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Shares(NamedTuple):
    """Estimates with their limits, arrays of one shape; 0–1."""

    share: Floats
    low: Floats
    high: Floats


def wilson_finite(found: npt.ArrayLike, read: npt.ArrayLike, size: npt.ArrayLike, z: float) -> Shares:
    """Wilson's (1927) limits for a share of `size` texts of which `read` were drawn at random and read.

    Drawing without replacement is worth a larger sample: n (N − 1) / (N − n) instead of n (Cochran 1977, ch. 2–3).
    Nothing read says nothing: 0 to 1. All read leaves no doubt.
    """
    x, n, N = (np.asarray(values, np.float64) for values in (found, read, size))
    share = np.divide(x, n, out=np.full(np.broadcast_shapes(x.shape, n.shape), 0.5), where=n > 0)
    z2 = z * z * _per_reading(n, N)
    middle = (share + z2 / 2) / (1 + z2)
    half = np.sqrt(share * (1 - share) * z2 + z2 * z2 / 4) / (1 + z2)
    low, high = np.minimum(middle - half, share), np.maximum(middle + half, share)
    return Shares(share, np.where(n > 0, np.maximum(low, 0), 0.0), np.where(n > 0, np.minimum(high, 1), 1.0))


def _per_reading(read: Floats, size: Floats) -> Floats:
    """1 / n for the larger sample that n readings of N texts are worth; 0 where all or none are read."""
    left, several = np.maximum(1 - read / np.maximum(size, 1), 0), read * (1 - 1 / np.maximum(size, 2))
    return np.divide(
        left, several, out=np.zeros(np.broadcast_shapes(left.shape, several.shape)), where=read > 0
    )


def wilson_of_few(found: npt.ArrayLike, read: npt.ArrayLike, size: npt.ArrayLike, z: float) -> Shares:
    """`wilson_finite`, whose limits of a few finds, or of a few texts without, are moved out to where they hold.

    Of a trait so rare that one find is luck, Wilson's lower limit is above the truth in up to 16 % of samples (Brown,
    Cai & DasGupta 2001, Statistical Science 16, 101–133, who replace it likewise by a one-sided one). No limit lies
    further in than Clopper & Pearson's one-sided at the whole level; from about 12 finds on none is moved.
    """
    limits = wilson_finite(found, read, size, z)
    per = _per_reading(np.asarray(read, np.float64), np.asarray(size, np.float64))
    worth = np.divide(1, per, out=np.ones_like(per), where=per > 0)

    def lowered(share: Floats, low: Floats) -> Floats:
        few = (per > 0) & (share > 0)
        finds = np.where(few, share * worth, 1)
        exact = beta.ppf(2 * norm.sf(z), finds, np.maximum(worth - finds, 0) + 1)
        return np.where(few, np.minimum(low, exact), low)

    low = lowered(limits.share, limits.low)
    return Shares(limits.share, low, 1 - lowered(1 - limits.share, 1 - limits.high))


def exact_endless(found: npt.ArrayLike, read: npt.ArrayLike, z: float) -> Shares:
    """Clopper & Pearson's (1934) limits for a share of endless texts of which `read` were read.

    For levels so high that many intervals hold together: there Wilson's limits of few readings are too narrow, and more
    so with what a finite number of texts takes off them.
    """
    x, n = np.broadcast_arrays(*(np.asarray(values, np.float64) for values in (found, read)))
    share, tail = np.divide(x, n, out=np.full(x.shape, 0.5), where=n > 0), norm.sf(z)
    low = np.where(x > 0, beta.ppf(tail, np.maximum(x, 1), n - x + 1), 0.0)
    high = np.where(x < n, beta.isf(tail, x + 1, np.maximum(n - x, 1)), 1.0)
    return Shares(share, low, high)


def post_stratified(
    size: npt.ArrayLike,
    read: npt.ArrayLike,
    found: npt.ArrayLike,
    level: float = LEVEL,
    *,
    far_out: bool = False,
) -> Shares:
    """Share of all texts, from what was read in each cell of sampling stratum × machine's label.

    The cells' sizes are known, so only what lies inside has to be estimated. A cell's share is (x + p) / (n + 1), where
    p is the share ((x + ½) / (n + 1) again) in all strata under the same label: a cell of few readings leans on the
    others. Where all texts have one label there is nothing to lean on but other strata, and x / n stays what it is.
    The limits are Wilson's in each cell (`wilson_of_few`; Newcombe 1998), put together by MOVER (Zou & Donner 2008,
    Statistics in Medicine 27, 1693–1702): each cell adds its own distance to its limit, in squares, from x / n. From
    the share that leans, several cells without a find would add up to more than the limit of one.

    Args:
        size: texts in each cell, (…, strata, labels).
        read: how many of them were read.
        found: in how many of those the theme was found.
        level: of the limits.
        far_out: whether it is one of many that have to hold together: then each cell has exact limits, which no finite
            number of texts narrows.

    Returns:
        Arrays of the shape without the last two axes; NaN for a group without texts.
    """
    N, n, x = (np.asarray(values, np.float64) for values in (size, read, found))
    z = norm.isf((1 - level) / 2)
    parts = exact_endless(x, n, z) if far_out else wilson_of_few(x, n, N, z)
    pooled = (x.sum(axis=-2, keepdims=True) + 0.5) / (n.sum(axis=-2, keepdims=True) + 1)
    several = ((N.sum(axis=-2) > 0).sum(axis=-1) > 1)[..., None, None]
    leans = (n < N) & (several | (n == 0))
    leaning = np.where(leans, (x + pooled) / (n + 1), parts.share)  # whatever the level
    total = N.sum(axis=(-2, -1), keepdims=True)
    weight = np.divide(N, total, out=np.full_like(N, np.nan), where=total > 0)
    share = (weight * leaning).sum(axis=(-2, -1))
    seen = np.where(n > 0, parts.share, leaning)
    middle = (weight * seen).sum(axis=(-2, -1))
    low = np.minimum(share, middle - np.sqrt(((weight * (seen - parts.low)) ** 2).sum(axis=(-2, -1))))
    high = np.maximum(share, middle + np.sqrt(((weight * (parts.high - seen)) ** 2).sum(axis=(-2, -1))))
    # Where nobody found the theme there may be none, and where all did there may be no text without.
    low = np.where(x.sum(axis=(-2, -1)) == 0, 0.0 * share, np.maximum(low, 0))
    high = np.where((x == n).all(axis=(-2, -1)), 0.0 * share + 1, np.minimum(high, 1))
    return Shares(share, low, high)


def prediction_powered(
    chance: Floats, stratum: Ints, read: Ints, truth: Bools, level: float = LEVEL
) -> Shares:
    """Share of all texts from chances that a learned coder gives every text and truths that people read in some.

    Prediction-powered inference (Angelopoulos, Bates, Fannjiang, Jordan & Zrnic 2023, Science 382) with the power tuned
    to the data (PPI++: Angelopoulos, Duchi & Zrnic 2023), within sampling strata: the mean chance of all texts, scaled
    by λ, plus the mean of what it left over in those that were read. Limits are Wilson's at the number of simple random
    readings that would have left the same variance (as Korn & Graubard 1998 do for surveys).

    Args:
        chance: of each text; of a text that was read, from a coder that has not seen it (cross-fitted).
        stratum: sampling stratum of each text, 0, 1, …
        read: places of the texts that were read; at least two in each stratum.
        truth: what was found in them.
        level: of the limits.
    """
    parts = [read[stratum[read] == one] for one in range(int(stratum.max()) + 1)]
    sizes = np.bincount(stratum).astype(np.float64)
    truths = [truth[np.isin(read, part)].astype(np.float64) for part in parts]
    scales = [
        (N / sizes.sum()) ** 2 * (1 - len(part) / N) / len(part) for N, part in zip(sizes, parts, strict=True)
    ]
    spread = sum(k * np.var(chance[part], ddof=1) for k, part in zip(scales, parts, strict=True))
    common = sum(k * np.cov(y, chance[part])[0, 1] for k, y, part in zip(scales, truths, parts, strict=True))
    power = float(np.clip(common / spread, 0, 1)) if spread > 0 else 0.0
    share = variance = 0.0
    for number, (k, y, part) in enumerate(zip(scales, truths, parts, strict=True)):
        left = y - power * chance[part]
        everywhere = power * float(chance[stratum == number].mean()) + float(left.mean())
        share += sizes[number] / sizes.sum() * everywhere
        variance += k * float(np.var(left, ddof=1))
    return _at_effective_size(share, variance, len(read), norm.isf((1 - level) / 2))


def _at_effective_size(share: float, variance: float, read: int, z: float) -> Shares:
    """Wilson's limits at the sample size that gives a share this variance, at most four times what was read."""
    inside = float(np.clip(share, 0.5 / read, 1 - 0.5 / read))
    effective = min(inside * (1 - inside) / max(variance, 1e-12), 4.0 * read)
    limits = wilson_finite(inside * effective, effective, np.inf, z)
    told = np.clip(np.array(share), 0, 1)  # the limits of none and of all reach it
    return Shares(told, np.minimum(limits.low, told), np.maximum(limits.high, told))


def difference(one: Shares, other: Shares, correlation: npt.ArrayLike = 0.0) -> Shares:
    """One share less another, from nothing but their own limits (MOVER; Zou 2008 for correlated ones).

    Args:
        one: the share from which is taken.
        other: the one that is taken away, with limits of the same level.
        correlation: between the two estimates; 0 for shares of different texts.
    """
    r = np.asarray(correlation, np.float64)
    down, up = one.share - one.low, one.high - one.share
    down_other, up_other = other.share - other.low, other.high - other.share
    middle = one.share - other.share
    low = middle - np.sqrt(np.maximum(down**2 + up_other**2 - 2 * r * down * up_other, 0))
    high = middle + np.sqrt(np.maximum(up**2 + down_other**2 - 2 * r * up * down_other, 0))
    return Shares(middle, low, high)


def maybe_first(shares: Shares, correlation: Floats) -> Bools:
    """Which of several shares may be the largest: the true first is among them with the level of the limits.

    A theme is ruled out when another one is surely larger. The true first can only be ruled out by one of the m − 1
    others, so limits at `first_level(m)` keep it in (subset selection: Gupta 1965; rank confidence sets: Mogstad,
    Romano, Shaikh & Wilhelm 2024, Review of Economic Studies 91(1), with Bonferroni's bound for their critical value).

    Args:
        shares: of m themes, with limits at `first_level(m)`.
        correlation: m × m, between the estimates.
    """
    column, row = (
        Shares(*(part[at] for part in shares)) for at in ((slice(None), None), (None, slice(None)))
    )
    surely_less = difference(column, row, correlation).low > 0
    return np.asarray(~surely_less.any(axis=0), np.bool_)


def first_level(m: int, level: float = LEVEL) -> float:
    """Level of each of m limits so that `maybe_first` holds the true first at `level`: m − 1 one-sided comparisons."""
    return 1 - 2 * (1 - level) / max(m - 1, 1)


def simultaneous_level(m: int, level: float = LEVEL) -> float:
    """Level of each of m intervals so that all hold together at `level` (Bonferroni)."""
    return 1 - (1 - level) / max(m, 1)


def to_read(size: int, read: int, width: float, wanted: float) -> int:
    """How many texts to read in all for an interval of the wanted width, given how wide it is now.

    The width goes with √((N − n) / n); solved for n.

    Args:
        size: texts there are.
        read: texts that were read.
        width: of the interval that they gave.
        wanted: the width wanted, above 0.
    """
    if width <= wanted or read >= size:
        return read
    ratio = (size - read) / read * (wanted / width) ** 2
    return int(min(np.ceil(size / (1 + ratio)), size))


def counted(stratum: Ints, tag: Bools, kept: Ints | None = None, truth: Bools | None = None) -> Floats:
    """Texts in each cell of sampling stratum × label, (strata, 2): all, those at `kept`, or the true ones of these."""
    cell = 2 * stratum + tag
    cells = 2 * (int(stratum.max(initial=0)) + 1)
    chosen = cell if kept is None else cell[kept]
    return np.bincount(chosen, truth, cells).astype(np.float64).reshape(-1, 2)
