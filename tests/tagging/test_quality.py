import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta
from sklearn.metrics import cohen_kappa_score

from ujo_lib.columns import Count
from ujo_lib.tagging import quality as q
from ujo_lib.tagging import reading as r

LABELS = {"school": "学校", "family": "家族"}
IDS = [f"C{i:03d}" for i in range(120)]


def random_tags(seed: int, shares: tuple[float, float] = (0.3, 0.05)) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.random((len(IDS), 2)) < shares, index=IDS, columns=list(LABELS))


def coded(first: pd.DataFrame, second: pd.DataFrame | None = None) -> q.Codes:
    plan = pd.DataFrame({"stratum": q.REST, "part": q.RANDOM, "weight": 1.0}, index=first.index)
    return q.Codes(plan, first, second)


def focus_of(n: int, total: int) -> "tuple[pd.DataFrame, pd.Series[bool]]":
    """So many texts, the first n of them looked at closely."""
    index = pd.Index([f"{i}" for i in range(total)])
    rng = np.random.default_rng(1)
    tags = pd.DataFrame(rng.random((total, 2)) < (0.3, 0.02), index=index, columns=list(LABELS))
    return tags, pd.Series(np.arange(total) < n, index=index)


@pytest.mark.parametrize(
    ("focus", "rest", "size", "quota"),
    [
        (3000, 1000, 400, (300, 100)),  # in proportion
        (300, 3700, 400, (100, 300)),  # 30 would be: at least a hundred
        (300, 3700, 199, (99, 100)),  # but no more than half of what is read
        (198, 3700, 400, (99, 301)),  # nor of the group
        (3000, 100, 400, (387, 13)),
        (4000, 40, 400, (396, 4)),
        (1000, 4, 400, (398, 2)),
        (0, 0, 400, (0, 0)),
    ],
)
def test_texts_to_be_read_are_drawn_in_proportion_but_not_few_of_the_focus(focus, rest, size, quota):
    ids = pd.RangeIndex(focus + rest)
    plan = q.coding_plan(pd.DataFrame(index=ids), pd.Series(ids < focus, ids), size, 1)
    drawn = plan["stratum"].value_counts()
    assert (drawn.get(q.FOCUS, 0), drawn.get(q.REST, 0)) == quota


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=30))
@settings(deadline=None, max_examples=100)
def test_kappa_and_alpha_agree_with_other_implementations(pairs: list[tuple[bool, bool]]) -> None:
    a, b = np.array(pairs).T
    cells = [np.array([float(part.sum())]) for part in (a & b, a & ~b, ~a & b, ~a & ~b)]
    if len({*a, *b}) > 1:
        assert q.cohen_kappa(*cells)[0] == pytest.approx(cohen_kappa_score(a, b))
        expected = krippendorff.alpha(np.array([a, b]).astype(int), level_of_measurement="nominal")
        assert q.krippendorff_alpha(*cells)[0] == pytest.approx(expected)
    else:
        assert np.isnan(q.cohen_kappa(*cells)[0])
        assert np.isnan(q.krippendorff_alpha(*cells)[0])


def test_coders_who_agree_with_the_tags_give_full_marks() -> None:
    tags = random_tags(3)
    table = q.agreement(tags, coded(tags, tags), LABELS, seed=1).set_index("theme")
    assert table.loc["学校", ["precision", "recall", "kappa", "alpha"]].tolist() == pytest.approx([1.0] * 4)
    assert table.loc["家族", "reference"]
    assert not table.loc["学校", "reference"]


def test_where_coders_differ_the_text_says_nothing_of_the_tag() -> None:
    tags = random_tags(4)
    second = tags.copy()
    second.iloc[:10, 0] = ~second.iloc[:10, 0]
    table = q.agreement(tags, coded(tags, second), LABELS, seed=1).set_index("theme")
    assert table.loc["学校", ["base", "disagreed"]].tolist() == [110, 10]
    assert table.loc["学校", "precision"] == 1.0
    assert table.loc["学校", "kappa"] < 1.0
    assert len(q.disagreements(coded(tags, second), LABELS)) == 10


def test_intervals_hold_the_estimate_and_the_seed_repeats_them() -> None:
    tags, coder = random_tags(5), random_tags(6)
    once, again = (q.agreement(tags, coded(coder, coder), LABELS, seed=9) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
    for name in ("precision", "recall", "kappa", "alpha"):
        assert (once[f"{name}_low"] <= once[name]).all()
        assert (once[name] <= once[f"{name}_high"]).all()


@pytest.mark.parametrize(("n", "reference"), [(9, True), (10, False), (11, False)])
def test_a_theme_of_fewer_than_ten_texts_is_marked(n: int, reference: bool) -> None:
    found = pd.DataFrame({"school": np.arange(120) < n, "family": True}, index=IDS)
    table = q.agreement(found, coded(found), LABELS, seed=1)
    assert table[["n", "reference"]].iloc[0].tolist() == [n, reference]


def test_agreement_counts_each_text_for_as_many_as_it_stands_for_theme_by_theme_and_together() -> None:
    """By hand: of 4 tagged texts worth 1, 1, 3, 3 the coders found the first three; of school, and none of family."""
    tags = pd.DataFrame({"school": [1, 1, 1, 1, 0, 0], "family": [0] * 6}, index=IDS[:6], dtype=bool)
    first = pd.DataFrame({"school": [1, 1, 1, 0, 1, 0], "family": [0] * 6}, index=IDS[:6], dtype=bool)
    second = first.copy()
    second.loc[IDS[5], "family"] = True
    plan = pd.DataFrame(
        {"stratum": [q.FOCUS] * 2 + [q.REST] * 4, "part": q.RANDOM, "weight": [1.0, 1, 3, 3, 3, 3]},
        index=IDS[:6],
    )
    codes = q.Codes(plan, first, second)
    table = q.agreement(tags, codes, LABELS, seed=1)
    assert table[["n", "tagged", "base", "disagreed"]].to_numpy().tolist() == [
        [4, 4, 6, 0], [0, 0, 5, 1], [4, 4, 11, 1],
    ]  # fmt: skip
    school, _, together = table.to_dict("records")
    for row in (school, together):
        assert [row[name] for name in ("precision", "recall")] == pytest.approx([5 / 8, 5 / 8])
    both, chance = 25 / 28, (8 / 28) * (11 / 28) + (20 / 28) * (17 / 28)
    assert together["kappa"] == pytest.approx((both - chance) / (1 - chance))
    assert table["theme"].tolist() == [*LABELS.values(), "全体"]
    assert table["theme"].dtype.ordered
    listed = q.disagreements(codes, LABELS)
    assert listed.to_numpy().tolist() == [[IDS[5], "家族", "なし", "あり"]]
    assert not any(
        c.members
        for c in q.agreement_table(codes, tags, LABELS, 1).schema.columns.values()
        if isinstance(c, Count)
    )


def test_limits_of_few_texts_are_never_a_point_and_those_of_many_are_the_binomial_s() -> None:
    """Of n tagged texts x are right: Jeffreys' limits of a binomial share (Brown, Cai & DasGupta 2001), reaching all
    and none; where both strata are of one kind each, no draw of their texts alone could ever move.
    """
    for x, n in ((30, 40), (1, 1), (0, 1), (5, 5), (19, 20)):
        found = pd.DataFrame({"school": np.arange(n) < x}, index=IDS[:n])
        one = q.agreement(found | True, coded(found), {"school": "学校"}, seed=1).iloc[0]
        low, high = beta.ppf([0.025, 0.975], x + 0.5, n - x + 0.5)
        expected = [min(low, x / n), max(high, x / n)]
        assert one[["precision_low", "precision_high"]].tolist() == pytest.approx(
            expected, abs=0.03
        )  # 1,000 draws
    found = pd.DataFrame({"school": np.arange(40) < 30}, index=IDS[:40])
    plan = coded(found).plan.assign(stratum=np.where(found["school"], q.FOCUS, q.REST))
    pure = q.agreement(found | True, q.Codes(plan, found), {"school": "学校"}, seed=1).iloc[0]
    assert pure["precision_low"] < 0.74 < pure["precision"] < 0.76 < pure["precision_high"]


@pytest.mark.parametrize("theme", [0, 1, 2, 3])
def test_two_coders_who_never_differed_in_few_texts_may_differ_in_others(theme: int) -> None:
    """Perfect agreement on some of 20 texts: coders who agree so far in truth, 0.8, are no surprise."""
    found = pd.DataFrame({"school": np.arange(20) < theme}, index=IDS[:20])
    one = q.agreement(found, coded(found, found), {"school": "学校"}, seed=1).iloc[0]
    if not theme:
        assert one[["kappa", "kappa_low", "kappa_high", "recall", "recall_low"]].isna().all()
        return
    for name in ("kappa", "alpha"):
        assert one[f"{name}_low"] < 0.8
        assert one[f"{name}_high"] == one[name] == 1.0


@pytest.mark.parametrize(
    ("both", "neither", "known"),
    [(0, 10, False), (1, 10, True), (10, 0, False), (10, 1, True), (0, 0, False)],
)
def test_agreement_about_a_theme_that_both_saw_nowhere_or_everywhere_is_not_known(
    both: int, neither: int, known: bool
) -> None:
    """Beside four texts of which each coder found two alone."""
    marks = [[1, 1]] * both + [[0, 0]] * neither + [[1, 0]] * 2 + [[0, 1]] * 2
    first, second = (
        pd.DataFrame({"school": np.array(marks, bool)[:, one]}, index=IDS[: len(marks)]) for one in (0, 1)
    )
    row = q.agreement(first, coded(first, second), {"school": "学校"}, seed=1).iloc[0]
    names = [f"{name}{bound}" for name in ("kappa", "alpha") for bound in ("", "_low", "_high")]
    assert row["disagreed"] == 4
    assert row[names].notna().all() if known else row[names].isna().all()


def test_one_coder_has_nobody_to_agree_with() -> None:
    tags = random_tags(5)
    table = q.agreement(tags, coded(tags), LABELS, seed=1)
    assert table[["kappa", "alpha_low", "disagreed"]].isna().all(axis=None)  # not: never disagreed
    alone, both = (
        q.agreement_table(codes, tags, LABELS, seed=1) for codes in (coded(tags), coded(tags, tags))
    )
    assert (alone.schema["n"].name, both.schema["n"].name) == ("人が付けた相談", "二人とも付けた相談")
    assert table["precision"].tolist() == pytest.approx([1.0] * 3)
    assert q.disagreements(coded(tags), LABELS).empty


@pytest.mark.parametrize(
    ("focus", "size", "own"),
    [(309, 200, 100), (309, 199, 99), (309, 201, 100), (99, 200, 49), (1500, 400, 240)],
)
def test_the_focus_group_has_a_hundred_of_its_own_but_not_over_half(focus: int, size: int, own: int) -> None:
    tags, close = focus_of(focus, 2500)
    plan = q.coding_plan(tags, close, size, seed=1)
    assert len(plan) == size
    assert plan.index.is_unique
    assert (plan["stratum"] == q.FOCUS).sum() == own
    assert close[plan.index].to_numpy().tolist() == (plan["stratum"] == q.FOCUS).tolist()
    assert plan.groupby("stratum")["weight"].sum().to_dict() == pytest.approx(
        {q.FOCUS: focus, q.REST: 2500 - focus}
    )


def test_never_more_than_half_is_read_so_that_an_estimate_is_no_count() -> None:
    tags, close = focus_of(30, 120)
    plan = q.coding_plan(tags, close, 1000, seed=1)
    assert plan["stratum"].value_counts().to_dict() == {q.FOCUS: 15, q.REST: 45}


def test_the_extra_part_shows_rare_themes_and_enters_no_share() -> None:
    tags, close = focus_of(30, 1000)
    plan = q.coding_plan(tags, close, 100, seed=1, extra=10)
    extra = plan[plan["part"] == q.EXTRA]
    assert len(extra) == 10
    assert tags.loc[extra.index, "family"].sum() >= 5
    codes = q.Codes(plan, tags.loc[plan.index])
    assert len(q.reading_of(codes, tags, close).read) == 100


def test_only_what_both_have_read_is_held_against_the_tags() -> None:
    tags, close = focus_of(30, 300)
    plan = q.coding_plan(tags, close, 60, seed=1)
    first, second = tags.loc[plan.index], tags.loc[plan.index[:40]]
    reading = q.reading_of(q.Codes(plan, first, second), tags, close)
    assert len(reading.read) == 40
    assert reading.coders == 2
    assert reading.both.tolist() == tags.loc[plan.index[:40]].to_numpy().tolist()
    assert (tags.iloc[reading.read].index == plan.index[:40]).all()


def test_codes_of_other_texts_or_of_another_focus_are_refused() -> None:
    tags, close = focus_of(30, 300)
    plan = q.coding_plan(tags, close, 60, seed=1)
    codes = q.Codes(plan, tags.loc[plan.index])
    gone = plan.index[0]
    with pytest.raises(q.CodesError, match=f"相談ID {gone} など1件.*period_basis.*戻すか"):
        q.reading_of(codes, tags.drop(gone), close.drop(gone))
    with pytest.raises(q.CodesError, match="別の層"):
        q.reading_of(codes, tags, ~close)
    with pytest.raises(q.CodesError, match="読み終えた相談がない"):
        q.reading_of(q.Codes(plan, tags.iloc[:0]), tags, close)


@pytest.mark.parametrize(("more", "refused"), [(-14, True), (-13, False), (13, False), (14, True)])
def test_a_year_that_has_grown_or_shrunk_by_more_than_a_twentieth_needs_a_new_sample(
    more: int, refused: bool
) -> None:
    """270 texts of the other stratum then; 13 more are 4.8 %, 14 are 5.2 %."""
    tags, close = focus_of(30, 300)
    plan = q.coding_plan(tags, close, 60, seed=1)
    later, close_later = focus_of(30, 300 + more)
    read = plan.index[plan.index.isin(later.index)]
    codes = q.Codes(plan, tags.loc[read])
    if refused:
        with pytest.raises(q.CodesError, match="引き直す"):
            q.reading_of(codes, later, close_later)
    else:
        assert len(q.reading_of(codes, later, close_later).read) == len(read)


def test_the_printed_agreement_is_the_measured_one_and_empty_without_codes() -> None:
    tags = random_tags(4)
    second = tags.copy()
    second.iloc[:10, 0] = ~second.iloc[:10, 0]
    codes = coded(tags, second)
    table = q.agreement_table(codes, tags, LABELS, seed=1)
    measured = q.agreement(tags, codes, LABELS, seed=1)
    pd.testing.assert_frame_equal(table.frame, measured[list(table.frame.columns)])
    assert table.schema["kappa_low"].title != table.schema["recall_low"].title
    assert q.agreement_table(None, tags, LABELS, seed=1).frame.empty


def contradicted(chances: list[list[float]], tagged: list[list[int]]) -> r.Reading:
    tags = pd.DataFrame(np.array(tagged, bool), columns=list(LABELS)[:2])
    nothing = np.zeros((0, 2), bool)
    strata = np.array([0, *[1] * (len(tags) - 1)])
    return r.Reading(tags, strata, np.arange(0), nothing, nothing, chance=np.array(chances))


@pytest.mark.parametrize(("size", "chosen"), [(1, "b"), (2, "bd"), (3, "bda"), (4, "bda"), (99, "bda")])
def test_the_next_texts_are_those_where_tag_and_coder_contradict_each_other(size: int, chosen: str) -> None:
    """The second theme has fewer tags and comes first; c agrees, e is undecided, f has been drawn before."""
    reading = contradicted(
        [[0.4, 0.1], [0.9, 0.8], [0.9, 0.2], [0.7, 0.4], [0.5, 0.5], [0.0, 1.0]],
        [[1, 0], [1, 0], [1, 0], [0, 0], [1, 0], [1, 0]],
    )
    plan = pd.DataFrame({"stratum": [q.REST], "part": [q.RANDOM], "weight": [6.0]}, index=["f"])
    more = q.next_texts(reading, pd.Index(list("abcdef")), plan, size)
    assert "".join(more.index) == chosen
    assert set(more["part"]) == {q.EXTRA}
    assert more["weight"].isna().all()
    assert [(q.FOCUS if one == "a" else q.REST) for one in more.index] == more["stratum"].tolist()


def test_texts_chosen_to_teach_enter_the_reading_apart_and_those_that_are_gone_not_at_all() -> None:
    tags, close = focus_of(30, 300)
    plan = q.coding_plan(tags, close, 60, seed=1, extra=4)
    extra = plan.index[plan["part"] == q.EXTRA]
    first = ~tags.loc[plan.index.drop(extra[3])]  # the last has not been read
    second = first.drop(extra[0])
    second.loc[extra[1]] = False
    later, near = tags.drop(extra[2]), close.drop(extra[2])
    places, found = q.reading_of(q.Codes(plan, first, second), later, near).further or ((), ())
    assert later.index[places].tolist() == extra[:2].tolist()
    assert found.tolist() == [(~tags).loc[extra[0]].tolist(), [False] * tags.shape[1]]
