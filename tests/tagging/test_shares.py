"""Estimators of shares against hand calculations, statsmodels, and draws whose truth is known."""

import numpy as np
import pytest
from scipy.stats import beta, norm
from statsmodels.stats.proportion import proportion_confint

from ujo_lib.tagging import shares

Z = 1.959963984540054


@pytest.mark.parametrize(("found", "read"), [(0, 1), (1, 1), (1, 2), (0, 7), (3, 7), (7, 7), (41, 200)])
def test_of_endless_texts_the_limits_are_wilson_s(found: int, read: int) -> None:
    limits = shares.wilson_finite(found, read, np.inf, Z)
    assert (limits.low, limits.high) == pytest.approx(
        proportion_confint(found, read, method="wilson"), abs=1e-12
    )


@pytest.mark.parametrize(
    ("found", "read", "size", "certain"),
    [(3, 9, 10, False), (3, 10, 10, True), (1, 1, 1, True), (0, 1, 1, True)],
)
def test_only_when_all_are_read_is_there_no_doubt(found: int, read: int, size: int, certain: bool) -> None:
    limits = shares.wilson_finite(found, read, size, Z)
    assert bool(limits.high - limits.low == 0) is certain


def test_no_limit_is_below_none_or_above_all_even_by_rounding() -> None:
    read = np.arange(1, 500)
    assert shares.wilson_finite(0 * read, read, np.inf, Z).low.min() == 0
    assert shares.wilson_finite(read, read, np.inf, Z).high.max() == 1


@pytest.mark.parametrize("found", [0, 1])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_one_of_a_few_texts_is_worth_one_reading_of_endless_ones(found: int, size: int) -> None:
    """n (N − 1) / (N − n) of one reading is 1, whatever there is: Wilson's limits are z² / (1 + z²) away."""
    limits = shares.wilson_finite(found, 1, size, Z)
    assert (limits.low, limits.high) == pytest.approx(
        (found / (1 + Z * Z), (found + Z * Z) / (1 + Z * Z)), abs=1e-12
    )


@pytest.mark.parametrize(("size", "read", "worth"), [(3, 2, 4.0), (5, 3, 6.0), (4, 3, 9.0)])
def test_readings_of_most_texts_are_worth_more_than_their_number(size: int, read: int, worth: float) -> None:
    limits = shares.wilson_finite(1, read, size, Z)
    assert (limits.low, limits.high) == pytest.approx(wilson(1 / read, worth), abs=1e-9)


def test_nothing_read_says_nothing() -> None:
    with np.errstate(all="raise"):
        assert tuple(map(float, shares.wilson_finite(0, 0, 10, Z))) == (0.5, 0.0, 1.0)
    assert tuple(map(float, shares.post_stratified([[10]], [[0]], [[0]]))) == (0.5, 0.0, 1.0)


@pytest.mark.parametrize(("size", "share"), [(0, np.nan), (1, 0.5), (2, 0.5)])
def test_a_group_of_a_single_text_has_a_share_and_one_of_none_has_not(size: int, share: float) -> None:
    assert shares.post_stratified([[size]], [[0]], [[0]]).share == pytest.approx(share, nan_ok=True)


@pytest.mark.parametrize(
    ("found", "read"), [(0, 0), (0, 1), (1, 1), (1, 2), (0, 7), (3, 7), (7, 7), (41, 200)]
)
def test_limits_that_hold_far_out_are_clopper_and_pearson_s_of_endless_texts(found: int, read: int) -> None:
    with np.errstate(all="raise"):
        limits = shares.exact_endless(found, read, 3.5)
    exact = proportion_confint(found, read, 2 * norm.sf(3.5), "beta") if read else (0, 1)
    assert (limits.low, limits.high) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize(("read", "texts"), [(20, 25), (50, 25)])
@pytest.mark.parametrize("lacked", [False, True])
def test_the_limits_hold_a_theme_so_rare_that_one_find_is_luck(read: int, texts: int, lacked: bool) -> None:
    """Of 2,500 texts so many have it (or lack it); the tags, of 25 others, know nothing of it."""
    drawn = np.random.default_rng(8).multivariate_hypergeometric([texts, 2475 - texts, 25], read, 4000)
    cells = np.stack([drawn[:, 0] + drawn[:, 1], drawn[:, 2]], axis=-1)[:, None]
    found = np.stack([drawn[:, 0], 0 * drawn[:, 0]], axis=-1)[:, None]
    limits = shares.post_stratified([[2475, 25]], cells, cells - found if lacked else found)
    truth = 1 - texts / 2500 if lacked else texts / 2500
    assert ((limits.low <= truth) & (truth <= limits.high)).mean() >= 0.92


@pytest.mark.parametrize(("size", "read", "found"), [(8, 7, 0), (8, 7, 7), (10, 9, 0), (10, 9, 9), (9, 3, 1)])
def test_a_share_is_the_same_at_every_level(size: int, read: int, found: int) -> None:
    """By hand; the part that leans lies beyond Wilson's limits where all texts of a cell but one were read."""
    cells = [[size, 20], [90, 20]], [[read, 10], [30, 10]], [[found, 5], [15, 5]]
    pooled, half = (found + 15.5) / (read + 31), 10.5 / 21
    hand = size * (found + pooled) / (read + 1) + 90 * (15 + pooled) / 31 + 40 * (5 + half) / 11
    for level, far_out in ((0.95, False), (0.9999, False), (0.9999, True)):
        assert shares.post_stratified(*cells, level, far_out=far_out).share == pytest.approx(
            hand / (size + 130)
        )


def test_a_corrected_share_is_the_cells_own_shares_by_their_known_sizes() -> None:
    """By hand: 300 tagged (20 of 30 read have it), 700 not (4 of 60), in one stratum."""
    found = shares.post_stratified([[300, 700]], [[30, 60]], [[20, 4]])
    tagged_share, bare_share = (20 + 20.5 / 31) / 31, (4 + 4.5 / 61) / 61
    assert found.share == pytest.approx(0.3 * tagged_share + 0.7 * bare_share)
    tagged, bare = (wilson(x / n, n * (N - 1) / (N - n)) for x, n, N in ((20, 30, 300), (4, 60, 700)))
    # Of four finds the one-sided exact limit lies further out.
    worth = 60 * 699 / 640
    bare = beta.ppf(0.05, worth / 15, worth * 14 / 15 + 1), bare[1]
    down = np.hypot(0.3 * (20 / 30 - tagged[0]), 0.7 * (4 / 60 - bare[0]))
    up = np.hypot(0.3 * (tagged[1] - 20 / 30), 0.7 * (bare[1] - 4 / 60))
    middle = 0.3 * 20 / 30 + 0.7 * 4 / 60
    assert (found.low, found.high) == pytest.approx((middle - down, middle + up))


@pytest.mark.parametrize("known", [0, 1, 2, 3])
def test_the_limits_reach_what_is_there_when_nothing_but_what_was_found_is(known: int) -> None:
    """All texts that the tag names were read and hold the theme, and no other that was read: there may be no more."""
    size, read = [[9, known], [21, 0]], [[4, known], [10, 0]]
    found = shares.post_stratified(size, read, [[0, known], [0, 0]])
    assert found.low == pytest.approx(known / (30 + known))
    others = shares.post_stratified(size, read, [[4, 0], [10, 0]])
    assert others.high == pytest.approx(30 / (30 + known))


def test_where_nothing_was_found_there_may_be_none_and_where_all_was_there_may_be_all() -> None:
    size, read = [[300, 700], [20, 80]], [[30, 60], [4, 10]]
    none, every = (shares.post_stratified(size, read, found) for found in (np.zeros((2, 2)), read))
    assert (none.low, every.high) == (0.0, 1.0)
    assert shares.post_stratified(size, read, [[1, 0], [0, 0]]).low > 0


def test_a_cell_without_readings_leans_on_the_other_strata() -> None:
    found = shares.post_stratified([[0, 10], [0, 10]], [[0, 0], [0, 9]], [[0, 0], [0, 9]])
    pooled = 9.5 / 10
    assert found.share == pytest.approx(0.5 * pooled + 0.5 * 9 / 9)
    assert found.low < 0.5  # the stratum in which nobody read may hold none


def test_a_cell_leans_on_other_strata_under_its_label_but_not_where_all_have_one_label() -> None:
    labelled = shares.post_stratified([[50, 50], [50, 50]], [[4, 9], [9, 9]], [[1, 9], [2, 9]])
    pooled, under = 3.5 / 14, 18.5 / 19
    cells = (1 + pooled) / 5, (2 + pooled) / 10, (9 + under) / 10
    assert labelled.share == pytest.approx((cells[0] + cells[1] + 2 * cells[2]) / 4)
    alone = shares.post_stratified([[50, 0], [50, 0]], [[4, 0], [9, 0]], [[1, 0], [2, 0]])
    assert alone.share == pytest.approx((1 / 4 + 2 / 9) / 2)


def wilson(share: float, n: float) -> tuple[float, float]:
    """Roots of (p − share)² = z² p (1 − p) / n."""
    roots = np.roots([1 + Z * Z / n, -2 * share - Z * Z / n, share * share])
    return float(min(roots)), float(max(roots))


def test_shares_of_several_groups_are_those_of_each_by_itself() -> None:
    """Three groups of two strata and two labels; in one of them all texts have the same label."""
    size = np.array([[[50, 50], [40, 60]], [[9, 0], [12, 0]], [[30, 5], [7, 80]]])
    read = np.array([[[4, 9], [9, 9]], [[3, 0], [12, 0]], [[0, 5], [7, 8]]])
    found = np.array([[[1, 9], [2, 9]], [[1, 0], [5, 0]], [[0, 2], [1, 8]]])
    together = np.array(shares.post_stratified(size, read, found))
    alone = [shares.post_stratified(*each) for each in zip(size, read, found, strict=True)]
    assert together == pytest.approx(np.transpose(alone), abs=1e-12)


def test_a_share_of_texts_that_were_all_read_is_what_was_found() -> None:
    found = shares.post_stratified([[4, 6]], [[4, 6]], [[3, 1]])
    assert tuple(map(float, found)) == pytest.approx((0.4, 0.4, 0.4))


def drawn(rng: np.random.Generator, prevalence: float) -> tuple[np.ndarray, np.ndarray]:
    truth = rng.random(2500) < prevalence
    return truth, np.where(truth, rng.random(2500) < 0.75, rng.random(2500) < 0.08)


@pytest.mark.parametrize("prevalence", [0.03, 0.3])
def test_limits_hold_the_truth_as_often_as_they_say_and_the_machine_s_do_not(prevalence: float) -> None:
    rng = np.random.default_rng(5)
    truth, tag = drawn(rng, prevalence)
    stratum = np.zeros(2500, np.int64)
    size = shares.counted(stratum, tag)
    held = width = plain = 0.0
    draws = 600
    for _ in range(draws):
        read = rng.choice(2500, 200, replace=False)
        count, hits = shares.counted(stratum, tag, read), shares.counted(stratum, tag, read, truth[read])
        found = shares.post_stratified(size, count, hits)
        hand = shares.wilson_finite(truth[read].sum(), 200, 2500, Z)
        held += bool(found.low <= truth.mean() <= found.high)
        width, plain = width + float(found.high - found.low), plain + float(hand.high - hand.low)
    assert held / draws > 0.93
    assert width < plain
    machine = shares.wilson_finite(tag.sum(), 2500, np.inf, Z)
    assert not machine.low <= truth.mean() <= machine.high


def test_readings_never_count_for_more_than_four_times_as_many() -> None:
    """A coder that is never wrong leaves no variance at all; what it cannot know is whether it ever will be."""
    chance = np.tile([1.0, 0.0, 0.0, 0.0], 25)
    read = np.arange(40)
    found = shares.prediction_powered(chance, np.zeros(100, np.int64), read, chance[read] > 0)
    assert (found.low, found.high) == pytest.approx(proportion_confint(40, 160, method="wilson"))


@pytest.mark.parametrize("everywhere", [False, True])
def test_where_readers_found_a_theme_in_no_text_or_in_all_half_a_text_less_is_reckoned_with(
    everywhere: bool,
) -> None:
    """Ten read without any variance count as forty, and the share as one half of a text from the end."""
    chance, read = np.full(100, 0.3), np.arange(10)
    found = shares.prediction_powered(chance, np.zeros(100, np.int64), read, np.full(10, everywhere))
    low, high = wilson(0.95, 40) if everywhere else wilson(0.05, 40)
    assert tuple(map(float, found)) == pytest.approx((1, low, 1) if everywhere else (0, 0, high))


def test_strata_count_by_their_texts_where_the_coder_tells_nothing() -> None:
    """The stratified mean and its variance (Cochran 1977, 5.3 and 5.6): Σ W p and Σ W² (1 − f) s² / n."""
    stratum, read = np.repeat([0, 1], [100, 300]), np.r_[0:10, 100:110]
    truth = np.r_[np.arange(10) < 4, np.arange(10) < 2]
    found = shares.prediction_powered(np.full(400, 0.3), stratum, read, truth)
    share = 0.25 * 0.4 + 0.75 * 0.2
    variance = 0.25**2 * 0.9 * (0.24 / 9) + 0.75**2 * (1 - 10 / 300) * (0.16 / 9)
    assert found.share == pytest.approx(share)
    n = share * (1 - share) / variance
    assert (found.low, found.high) == pytest.approx(proportion_confint(n * share, n, method="wilson"))


def test_a_perfect_coder_leaves_little_doubt_and_a_useless_one_no_less_than_reading_alone() -> None:
    rng = np.random.default_rng(7)
    truth = rng.random(2500) < 0.2
    stratum, read = np.zeros(2500, np.int64), rng.choice(2500, 400, replace=False)
    perfect, useless = (
        shares.prediction_powered(chance, stratum, read, truth[read])
        for chance in (truth.astype(float), rng.random(2500))
    )
    hand = shares.wilson_finite(truth[read].sum(), 400, 2500, Z)
    assert perfect.share == pytest.approx(truth.mean(), abs=0.002)
    assert perfect.high - perfect.low < 0.6 * (hand.high - hand.low)
    assert useless.high - useless.low == pytest.approx(hand.high - hand.low, rel=0.03)
    assert useless.share == pytest.approx(truth[read].mean(), abs=0.01)


def test_a_difference_of_equal_shares_holds_zero_and_correlation_narrows_it() -> None:
    one = shares.Shares(np.float64(0.3), np.float64(0.25), np.float64(0.36))
    apart = shares.difference(one, one)
    assert (apart.low, apart.high) == pytest.approx((-np.hypot(0.05, 0.06), np.hypot(0.06, 0.05)))
    together = shares.difference(one, one, 0.5)
    # Zou 2008: of the squares of both distances, 2·r times their product is taken away.
    half = np.sqrt(0.05**2 + 0.06**2 - 0.05 * 0.06)
    assert (together.low, together.high) == pytest.approx((-half, half))


def test_the_first_is_named_only_when_all_others_are_surely_less() -> None:
    middle = np.array([0.40, 0.30, 0.10])
    narrow, wide = (
        shares.Shares(middle, middle - half, middle + half) for half in (np.full(3, 0.02), np.full(3, 0.08))
    )
    assert shares.maybe_first(narrow, np.eye(3)).tolist() == [True, False, False]
    assert shares.maybe_first(wide, np.eye(3)).tolist() == [True, True, False]


@pytest.mark.parametrize(("m", "level"), [(1, 0.90), (2, 0.90), (3, 0.95), (22, 1 - 0.1 / 21)])
def test_each_comparison_with_the_first_bears_its_part_of_the_error(m: int, level: float) -> None:
    assert shares.first_level(m) == pytest.approx(level)


def test_as_many_as_told_give_the_wanted_width() -> None:
    size, read = 2536, 200
    now = shares.wilson_finite(60, read, size, Z)
    more = shares.to_read(size, read, float(now.high - now.low), 0.08)
    then = shares.wilson_finite(0.3 * more, more, size, Z)
    assert then.high - then.low == pytest.approx(0.08, abs=0.002)
    assert shares.to_read(size, read, 0.08, 0.08) == read
    assert shares.to_read(size, read, 0.08, 1e-9) == size


@pytest.mark.parametrize("all_of_them", [False, True])
def test_a_theme_found_in_none_or_all_that_were_read_may_be_in_none_or_all(all_of_them: bool) -> None:
    chance = np.full(200, float(all_of_them))
    found = shares.prediction_powered(
        chance, np.zeros(200, np.int64), np.arange(20), np.full(20, all_of_them)
    )
    assert found.low <= found.share <= found.high
    assert found.share == float(all_of_them)
    assert found.high - found.low > 0.05


@pytest.mark.parametrize(("m", "level"), [(0, 0.95), (1, 0.95), (2, 0.975), (5, 0.99)])
def test_intervals_that_hold_together_share_the_error_among_them(m: int, level: float) -> None:
    assert shares.simultaneous_level(m, 0.95) == pytest.approx(level)


@pytest.mark.parametrize(
    ("size", "read", "width", "wanted", "all_told"),
    [
        (100, 20, 0.2, 0.1, 50),  # (N − n) / n goes from 4 to a quarter of that: N / 2
        (100, 20, 0.2, 0.2, 20),
        (100, 20, 0.1, 0.2, 20),
        (100, 100, 0.2, 0.1, 100),
        (100, 101, 0.2, 0.1, 101),
        (100, 30, 0.2, 0.1, 64),  # 100 / (1 + 7 / 12) = 63.2
    ],
)
def test_how_many_to_read_follows_from_the_width_that_is_wanted(size, read, width, wanted, all_told) -> None:
    assert shares.to_read(size, read, width, wanted) == all_told


def test_texts_are_counted_by_stratum_and_label() -> None:
    stratum, tag = np.array([0, 0, 1, 1, 1]), np.array([False, True, True, True, False])
    assert shares.counted(stratum, tag).tolist() == [[1, 1], [1, 2]]
    kept = np.array([1, 2, 3])
    assert shares.counted(stratum, tag, kept).tolist() == [[0, 1], [0, 2]]
    assert shares.counted(stratum, tag, kept, np.array([True, False, True])).tolist() == [[0, 1], [0, 1]]
    nobody = np.zeros(0, np.int64)
    assert shares.counted(nobody, nobody.astype(bool)).tolist() == [[0, 0]]
