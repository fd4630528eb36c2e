"""What weighted shares of few answers tell, against every way in which the answers could be divided."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

from tests.residents.conftest import AGES, SEXES, categorical
from tests.residents.test_release import released
from tests.residents.test_tables import _form as asking
from ujo_lib.residents import tables
from ujo_lib.residents.exposure import SOUGHT, Told, _alike, _Few, _moved, _moved_alike, _Question
from ujo_lib.residents.weighting import Sample, open_sample
from ujo_lib.typed import Typed

ANSWERS = ["利用したい", "利用したくない"]
LEVEL = 0.95


def survey(sizes: list[int], given: list[int], persons: list[int], threshold: int = 5) -> Sample:
    """Answers by class: young men, old men, young women, old women; `given` of each would not use the service."""
    return open_sample(*_asked(sizes, given, persons), least=1, threshold=threshold)


def _asked(
    sizes: list[int], given: list[int], persons: list[int], place: str = "町"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Who was drawn in a district, and its register."""
    cells = list(product(SEXES, AGES))
    rows = [
        (*cell, ANSWERS[at < no])
        for cell, size, no in zip(cells, sizes, given, strict=True)
        for at in range(size)
    ]
    drawn = pd.DataFrame(rows, columns=["sex", "age_band", "would_use"])
    register = pd.DataFrame(cells, columns=["sex", "age_band"]).assign(n=persons, district=place)
    for frame in (drawn, register):
        frame["sex"] = categorical(list(frame["sex"]), SEXES)
        frame["age_band"] = categorical(list(frame["age_band"]), AGES)
    drawn["would_use"] = categorical(list(drawn["would_use"]), ANSWERS)
    drawn = drawn.assign(responded=pd.array([True] * len(drawn), "boolean"), district=place)
    # Some kept silent, so that there is a width.
    silent = drawn.iloc[::5].copy()
    silent["would_use"], silent["responded"] = categorical([None] * len(silent), ANSWERS), False
    return pd.concat([drawn, silent], ignore_index=True), register


def truly_left(sample: Sample, sizes: list[int], given: list[int]) -> int:
    """By trying every division: the fewest values of a small number of answers in one class."""
    order = sample.answers.groupby(["sex", "age_band"], observed=True)["would_use"].cumcount()
    cell = sample.answers.groupby(["sex", "age_band"], observed=True).ngroup()

    def printed(world: tuple[int, ...]) -> list[str]:
        trait = (order < cell.map(dict(enumerate(world)))).to_numpy(float)
        row = tables.share_of(sample, trait, LEVEL)
        return [f"{100 * row[name]:.1f}" for name in ("share", "low", "high")]

    told = printed(tuple(given))
    worlds = product(*(range(min(size, sum(given)) + 1) for size in sizes))
    values = np.array([one for one in worlds if sum(one) == sum(given) and printed(one) == told])
    both = [(values[:, at], no) for at, no in enumerate(given)]
    both += [(values[:, at], size - no) for at, (size, no) in enumerate(zip(sizes, given, strict=True))]
    return min(len(np.unique(one)) for one, true in both if 1 <= true < 5)


def left(sample: Sample) -> int | None:
    return tables.shares(sample, "would_use", "利用の意向", LEVEL).left()


def test_of_91_residents_the_share_of_15_leaves_one_way_to_divide_them_and_is_not_printed():
    sizes, given, persons = [20, 24, 18, 29], [4, 4, 3, 4], [900, 500, 750, 610]
    sample = survey(sizes, given, persons)
    assert truly_left(sample, sizes, given) == 1
    assert left(sample) == 1
    shown = released({"would_use": tables.shares(sample, "would_use", "利用の意向", LEVEL)})["would_use"]
    assert shown.frame["n"].tolist() == [76, 15]
    assert shown.hidden[["share", "low", "high"]].to_numpy().all()
    assert "重み付きの割合" in shown.spec.schema.note


@pytest.mark.parametrize("seed", range(6))
def test_never_more_values_are_found_than_there_are(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(6, 12, 4).tolist()
    given = [int(rng.integers(1, 5)) for _ in sizes]
    persons = rng.choice([400, 500, 510, 800], 4).tolist()
    sample = survey(sizes, given, persons)
    found = left(sample)
    assert found is not None
    assert found <= min(SOUGHT, truly_left(sample, sizes, given))


def test_groups_that_weigh_the_same_are_not_told_apart_and_keep_their_shares():
    sample = survey([20, 20, 20, 20], [4, 6, 6, 8], [500, 500, 500, 500])
    assert left(sample) == SOUGHT
    shown = released({"would_use": tables.shares(sample, "would_use", "利用の意向", LEVEL)})["would_use"]
    assert not shown.hidden.to_numpy().any()


@pytest.mark.parametrize(("threshold", "found"), [(4, None), (5, 1)])
def test_a_number_from_the_threshold_on_may_be_told(threshold, found):
    """Each class has four or more of either answer."""
    assert left(survey([20, 24, 18, 29], [4, 4, 5, 4], [900, 500, 750, 610], threshold)) == found


@pytest.mark.parametrize(
    ("east", "is_small"),
    [([0, 0, 0, 0], False), ([1, 0, 0, 0], True), ([1, 1, 1, 1], True), ([2, 1, 1, 1], False)],
)
def test_one_to_four_people_of_one_of_two_districts_are_few(east, is_small):
    """Each class has five or more of either answer in both districts together."""
    both = [
        _asked([10] * 4, east, [200] * 4, "東"),
        _asked([10] * 4, [5, 5, 5, 5], [200] * 4, "西"),
    ]
    sample = open_sample(
        *(pd.concat(parts, ignore_index=True) for parts in zip(*both, strict=True)), least=1, threshold=5
    )
    sample.answers["days"] = (sample.answers["would_use"] == ANSWERS[1]).astype(float)
    assert (left(sample) is not None) == (mean_of(sample).left() is not None) == is_small


@pytest.mark.parametrize(("width", "gone"), [(3, False), (4, True)])
def test_a_site_that_asks_for_more_values_than_were_found_prints_no_share(width, gone):
    sample = survey([20, 20, 20, 20], [4, 6, 6, 8], [500, 500, 500, 500])
    assert left(sample) == 4
    shown = released({"would_use": tables.shares(sample, "would_use", "利用の意向", LEVEL)}, width)
    assert shown["would_use"].hidden["share"].all() == gone


def test_what_printed_numbers_of_people_give_by_themselves_is_left_to_the_plan():
    """Two of young women: the table by sex and age counts them, and hides them."""
    sample = survey([20, 24, 18, 29], [6, 7, 2, 9], [900, 500, 750, 610])
    of_all = tables.across(sample, "would_use", "いいえ", [ANSWERS[1]], [()])
    by_group = tables.across(sample, "would_use", "いいえ", [ANSWERS[1]], [("sex", "age_band")])
    assert of_all.left() == 1
    assert by_group.left() is None


def test_a_share_that_tells_takes_those_of_the_same_question_with_it_and_no_others():
    sample = survey([20, 24, 18, 29], [4, 4, 3, 4], [900, 500, 750, 610])
    sample.answers["other"] = pd.Categorical(["はい"] * 91, ["はい", "いいえ"])
    same = tables.shares(sample, "would_use", "利用の意向", LEVEL)
    shown = released(
        {
            "would_use": same,
            "again": Typed.of(same.frame, same.schema.columns, where=same.schema.where),
            "other": tables.shares(sample, "other", "ほか", LEVEL),
        }
    )
    assert shown["again"].hidden["share"].all()
    assert not shown["other"].hidden["share"].any()


def test_a_group_in_which_nobody_answered_costs_the_others_no_share():
    """The young men left the question blank: they have no row, and no share that would have to stay the same."""
    sample = survey([20, 20, 20, 20], [4, 6, 6, 8], [500, 500, 500, 500])
    young_men = (sample.answers["sex"] == SEXES[0]) & (sample.answers["age_band"] == AGES[0])
    sample.answers.loc[young_men, "would_use"] = None
    by_group = tables.across(sample, "would_use", "いいえ", [ANSWERS[1]], [(), ("sex", "age_band")])
    assert len(by_group.frame) == 4
    assert by_group.left() is None


def test_a_question_that_nobody_answered_tells_nothing():
    sample = survey([20, 20, 20, 20], [4, 6, 6, 8], [500, 500, 500, 500])
    sample.answers["would_use"] = categorical([None] * 80, ANSWERS)
    assert left(sample) is None


def outings(numbers: list[float], sizes: list[int], threshold: int = 5) -> Sample:
    """How many days each of some residents went out in a week."""
    sample = survey(sizes, [0, 0, 0, 0], [900, 500, 750, 610], threshold)
    sample.answers["days"] = numbers
    return sample


def mean_of(sample: Sample, *by: tuple[str, ...], scale: tuple[int, int] = (0, 7)) -> Typed:
    return tables.means(sample, "days", "外出した日数", scale, by or [()], LEVEL, "日")


def ways_to_answer(sample: Sample, scale: tuple[int, int] = (0, 7)) -> int:
    """By trying every answer of everybody: the fewest ways in which a few who said the same may have answered."""
    true = sample.answers["days"].to_numpy(float)
    group = sample.answers.groupby(["sex", "age_band"], observed=True).ngroup().to_numpy()

    @cache
    def told_of(days: tuple[float, ...]) -> list[object]:
        of = tables.means(replace(sample, answers=sample.answers.assign(days=days)), "days", "", scale, [()])
        return of.frame.loc[0, ["mean", "low", "high"]].astype("Float64").round(1).fillna(-1).tolist()

    def told(days: np.ndarray) -> list[object]:
        own = np.empty_like(days)
        own[np.argsort(group, kind="stable")] = days[np.lexsort((days, group))]
        return told_of(tuple(own))  # who weigh the same may exchange their answers

    print_ = told(true)
    weights = sample.design.weights / sample.design.weights.sum()
    every = np.array(list(product(range(scale[0], scale[1] + 1), repeat=len(true))), dtype=float)
    near = every[np.abs(every @ weights - true @ weights) < 0.11]
    worlds = np.array([one for one in near if told(one) == print_])
    found = []
    for inside in (np.ones(len(true), bool), *(group == one for one in np.unique(group))):
        ordered, own = np.sort(worlds[:, inside], axis=1), np.sort(true[inside])
        for number in np.unique(own):
            if (own == number).sum() < sample.threshold:
                counts = (ordered == number).sum(axis=1, keepdims=True)
                found.append(len(np.unique(np.hstack([counts, ordered[:, own == number]]), axis=0)))
    return min(found)


def test_the_mean_of_six_numbers_leaves_one_way_to_answer_and_is_not_printed():
    """Printed as 0.6 (0.0 to 1.7): one of six went out, on five days."""
    sample = outings([0, 0, 0, 0, 0, 5], [2, 1, 1, 2])
    assert ways_to_answer(sample) == 1
    assert mean_of(sample).left() == 1
    shown = released({"days": mean_of(sample)})["days"]
    assert shown.frame["n"].tolist() == [6]
    assert shown.hidden[["mean", "low", "high"]].to_numpy().all()
    assert "外出した日数" in shown.spec.schema.note


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(more, marks=pytest.mark.full) for more in (2, 3))])
def test_never_more_ways_to_answer_are_found_than_there_are(seed):
    rng = np.random.default_rng(seed)
    sample = outings(rng.integers(0, 4, 6).astype(float).tolist(), [2, 1, 1, 2])
    found = mean_of(sample, scale=(0, 3)).left()
    assert found is not None
    assert found <= min(SOUGHT, ways_to_answer(sample, (0, 3)))


def test_answers_with_the_same_mean_and_other_limits_are_no_way_to_answer():
    """Three at either end of the scale, who weigh the same: all else is less spread."""
    sample = survey([2, 1, 1, 2], [0] * 4, [400, 200, 200, 400])
    sample.answers["days"] = [0.0, 3.0, 0.0, 3.0, 0.0, 3.0]
    assert mean_of(sample, scale=(0, 3)).left() == 1


@pytest.mark.parametrize(("alike", "found"), [(4, 1), (5, None), (6, None)])
def test_what_as_many_as_the_threshold_gave_alike_may_be_told(alike, found):
    """Nobody went out: the mean says so, as a share of everybody would."""
    assert mean_of(outings([0] * 4 * alike, [alike] * 4)).left() == found


@pytest.mark.parametrize(("width", "gone"), [(3, False), (4, True)])
def test_a_site_that_asks_for_more_ways_than_were_found_prints_no_mean(width, gone):
    sample = outings([1, 2, 3, 4, 5, 6, 7, 0, 3, 4] * 8, [20] * 4)
    assert mean_of(sample).left() == mean_of(sample, (), ("sex",)).left() == SOUGHT
    assert released({"days": mean_of(sample)}, width)["days"].hidden["mean"].all() == gone


def test_a_mean_that_tells_takes_no_share_of_the_question_with_it():
    sample = outings([0, 0, 0, 0, 0, 5] * 8, [12, 12, 12, 12])
    band = pd.Categorical(["0~4日"] * 48, ["0~4日", "5日以上"])
    sample.answers[tables.BAND], sample.answers[tables.UCLA] = band, sample.answers["days"]
    told = tables.means(sample, tables.UCLA, "平均点", (0, 7), [()], LEVEL)
    made = {"bands": tables.shares(sample, tables.BAND, "点数", LEVEL), "mean": replace(told, left=lambda: 1)}
    shown = released(made)
    assert shown["mean"].hidden["mean"].all()
    assert not shown["bands"].hidden["share"].any()


@pytest.mark.parametrize(
    ("scale", "farthest"),
    [((0, 7), 3), ((0, 6), 3), ((-1, 6), 3), ((1, 7), 2), ((0, 5), 2), ((2, 4), 1), ((3, 9), 0)],
)
def test_other_numbers_are_whole_on_the_scale_at_most_three_apart_and_of_the_same_sum(scale, farthest):
    """Six people gave a three each."""
    three, rng = np.full(6, 3.0), np.random.default_rng(0)
    everybody = _Few(np.arange(6), 3.0, slice(0, 6))
    for worlds in (
        _moved_alike(three, [everybody], np.zeros(6, int), scale, rng),
        _moved(three, np.arange(6), scale, rng),
    ):
        assert set(np.abs(worlds - three).ravel()) == set(range(farthest + 1))
        assert (worlds.sum(axis=1) == 18).all()


@pytest.mark.parametrize(("n", "moved"), [(1, {0}), (2, {2}), (3, {2}), (6, {2, 4, 6}), (7, {2, 4, 6})])
def test_pairs_of_any_number_move_and_one_of_the_few_is_always_among_them(n, moved):
    world = 10.0 * np.arange(n) + 1
    worlds = _moved(world, np.array([0]), (-100, 100), np.random.default_rng(0))
    assert (np.isin(worlds, world) | (np.abs(worlds - world) <= 3)).all()  # exchanged, or moved a little
    changes = worlds != world
    assert set((worlds - world)[:, 0]) >= ({-3, -2, -1, 1, 2, 3} if n > 1 else set())
    assert set(changes.sum(axis=1)) == moved
    assert changes[:, 0].all() == (n > 1)


def test_one_of_the_few_moves_up_to_three_up_or_down():
    some = _moved_alike(
        np.full(6, 3.0),
        [_Few(np.arange(6), 3.0, slice(0, 1))],
        np.zeros(6, int),
        (0, 7),
        np.random.default_rng(0),
    )
    assert set(some[:, 0]) == set(range(7))


def test_partners_weigh_the_same_in_every_row():
    world, cells = np.array([1.0, 2, 3, 4, 5, 6]), np.array([0, 0, 1, 1, 2, 2])
    some = [_Few(np.arange(6), number, slice(at, at + 1)) for at, number in enumerate(world)]
    worlds = _moved_alike(world, some, cells, (0, 7), np.random.default_rng(0))
    assert (worlds.reshape(-1, 3, 2).sum(axis=2) == [3, 7, 11]).all()
    assert ((worlds != world).any(axis=0)).all()


def test_other_divisions_have_as_many_people_and_answers_and_another_number_of_the_few():
    sample = survey([6, 7, 8, 9], [1, 2, 3, 4], [400, 410, 420, 430])
    question = _Question(sample, sample.answers["would_use"], tables.each_answer(sample.answers["would_use"]))
    true = question.true
    who = question.trait(true, 1)
    assert np.bincount(question.cell, who).tolist() == true[:, 1].tolist()
    others = _alike(true, question, np.array([0, 1]), np.random.default_rng(0))
    assert 1 < len(np.unique(others, axis=0)) == len(others) <= 100
    assert others.min() >= 0
    assert (others.sum(axis=1) == true.sum(axis=0)).all()
    assert (others.sum(axis=2) == true.sum(axis=1)).all()
    assert (question.counts(others)[:, 0, 1] != question.counts(true[None])[0, 0, 1]).all()
    weighted = np.abs((others - true)[:, :, 1] @ question.weights)
    assert weighted.max() <= question.weights @ true.sum(axis=1) / 1000


@pytest.mark.parametrize(("width", "gone"), [(2, False), (3, True)])
def test_an_option_tells_as_much_as_the_answers_that_those_gave_who_did_not_tick_it(width, gone):
    """172 people who ticked one option each: the same as one answer each. By itself C leaves four values."""
    ticked = [[16, 19, 5], [20, 17, 4], [17, 21, 6], [20, 26, 1]]
    sample = survey([40, 41, 44, 47], [0] * 4, [740, 460, 640, 700])
    given = [label for counts in ticked for label, n in zip("ABC", counts, strict=True) for _ in range(n)]
    item = {"id": "needs", "title": "要るもの", "wording": "何が要るか", "kind": "multiple"}
    form = asking([item | {"options": {"1": "A", "2": "B", "3": "C"}}])
    sample.answers["one"] = categorical(given, list("ABC"))
    for label in "ABC":
        sample.answers[f"needs_{label}"] = pd.array([own == label for own in given], "boolean")
    table = tables.ticks(sample, form.items[0], form, LEVEL)
    assert table.left() == tables.shares(sample, "one", "要るもの", LEVEL).left() == 3
    assert released({"needs": table}, width)["needs"].hidden["share"].all() == gone


@pytest.mark.parametrize(("more", "moves"), [(3_999, True), (4_000, True), (4_001, False)])
def test_one_exchange_may_move_the_share_of_everybody_by_a_thousandth(more, moves):
    """Ten of each class, of whom the last weigh more / 10 more: a thousandth of everybody is 396 + more / 1,000."""
    sample = survey([10] * 4, [5] * 4, [99_000] * 3 + [99_000 + more])
    question = _Question(sample, sample.answers["would_use"], tables.each_answer(sample.answers["would_use"]))
    others = _alike(question.true, question, np.array([3, 1]), np.random.default_rng(0))
    assert (len(others) > 0) == moves


def test_nobody_has_less_than_no_answer_left_to_exchange():
    sample = survey([2] * 4, [1] * 4, [500] * 4)
    question = _Question(sample, sample.answers["would_use"], tables.each_answer(sample.answers["would_use"]))
    others = _alike(question.true, question, np.array([0, 1]), np.random.default_rng(0))
    assert others.min(axis=(0, 1)).tolist() == [0, 0]


@pytest.mark.parametrize(("places", "rows"), [(["東", "東"], 3), (["東", "西"], 2)])
def test_shares_of_a_group_are_held_where_there_is_one_district(places, rows):
    both = [_asked([5] * 4, [2] * 4, [200] * 4, place) for place in places]
    answers, register = (pd.concat(parts, ignore_index=True) for parts in zip(*both, strict=True))
    register = register.groupby(["sex", "age_band", "district"], observed=True, as_index=False).sum()
    sample = open_sample(answers, register, least=1, threshold=5)
    men = Told([ANSWERS[1]], (sample.answers["sex"] == SEXES[0]).to_numpy())
    told = [*tables.each_answer(sample.answers["would_use"]), men]
    assert len(_Question(sample, sample.answers["would_use"], told).sets) == rows


def test_numbers_of_people_and_shares_are_held_as_a_table_prints_them():
    sample = survey([6, 7, 8, 9], [1, 2, 3, 4], [400, 410, 420, 430])
    men = (sample.answers["sex"] == SEXES[0]).to_numpy()
    told = [*tables.each_answer(sample.answers["would_use"]), Told([ANSWERS[1]], men)]
    question = _Question(sample, sample.answers["would_use"], told)
    weights, no = sample.design.weights, (sample.answers["would_use"] == ANSWERS[1]).to_numpy()
    shares = [weights[~no].sum() / weights.sum(), weights[no].sum() / weights.sum()]
    shares.append(weights[no & men].sum() / weights[men].sum())
    [found] = question.rough(question.true[None])
    assert found.tolist() == [20, 10, 3, *(round(100 * share, 1) for share in shares)]
