"""Corrected tables: what is estimated for whom, what is left unsaid, and what two coders who differ do to it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ujo_lib.columns import Bound
from ujo_lib.tagging import reading as r
from ujo_lib.tagging import shares

LABELS = {"mental": "メンタル不調", "school": "学校", "lonely": "孤独"}
N = 1200
NO_TAGS = pd.DataFrame(np.zeros((2, 3), bool), columns=list(LABELS))


def city(read: int = 300, seed: int = 1) -> tuple[r.Reading, pd.DataFrame]:
    """Texts whose truth is known: school is for pupils, and the machine tags 孤独 far too often."""
    rng = np.random.default_rng(seed)
    group = pd.Categorical(rng.choice(["学生", "会社員", "少数"], N, p=[0.4, 0.58, 0.02]))
    pupil = group == "学生"
    truth = np.column_stack(
        (rng.random(N) < 0.5, rng.random(N) < np.where(pupil, 0.6, 0.02), rng.random(N) < 0.1)
    )
    noise = rng.random((N, 3))
    tags = np.where(truth, noise < 0.8, noise < np.array([0.1, 0.1, 0.6]))
    stratum = (rng.random(N) < 0.8).astype(np.int64)
    chosen = rng.choice(N, read, replace=False)
    found = truth[chosen]
    frame = pd.DataFrame(tags, columns=list(LABELS))
    record = pd.DataFrame(truth, columns=list(LABELS)).assign(group=group)
    return r.Reading(frame, stratum, chosen, found, found), record


def test_the_machine_s_order_does_not_survive_reading() -> None:
    reading, record = city()
    assert reading.tags.mean().idxmax() == "lonely"
    table = r.corrected_shares(reading, LABELS).frame.set_index("theme")
    for theme, label in LABELS.items():
        assert table.at[label, "low"] <= record[theme].mean() <= table.at[label, "high"]
    first = "最も多い主題は「{theme[max share]}」で、{share[max share]}({share[max share]|ci})です。"
    assert (r.maybe_first(reading, LABELS), r.said_first(reading, LABELS, NO_TAGS)) == (
        ["メンタル不調"],
        first,
    )


@pytest.mark.parametrize(("read", "enough"), [(1, False), (19, False), (20, True), (21, True)])
@pytest.mark.parametrize("part", [False, True])
def test_of_fewer_than_twenty_readings_no_share_is_printed_and_the_reason_is(
    read: int, enough: bool, part: bool
) -> None:
    reading = replace(city(read=read)[0], part=part)
    for table in (r.corrected_shares(reading, LABELS), r.corrected_pairs(reading, LABELS)):
        shown = table.frame[["share", "low", "high"]].notna()
        assert shown.all(axis=None) if enough else not shown.any(axis=None)
        assert table.schema.note.endswith("補正しました。" if enough else "推定できません。")
    said = r.said_too_few(reading)
    assert said.startswith("" if enough else "このうち、人が" if part else "人が読んだ相談が")
    assert bool(said) is not enough
    assert r.said_of_reading(reading).endswith("推定できません。") is not enough
    named = r.said_first(reading, LABELS, NO_TAGS).startswith("最も多い主題は「{theme[max share]}」")
    assert named is enough


def test_without_readings_nothing_is_withheld() -> None:
    assert not r.said_too_few(None)


def test_more_candidates_than_a_sentence_holds_are_no_candidates() -> None:
    rng = np.random.default_rng(2)
    labels = {f"t{k}": f"主題{k}" for k in range(6)}
    truth = rng.random((400, len(labels))) < 0.3
    tags, read = pd.DataFrame(truth, columns=list(labels)), np.arange(40)
    reading = r.Reading(tags, np.zeros(400, np.int64), read, truth[:40], truth[:40])
    five = dict(list(labels.items())[:5])
    assert "いずれか" in r.said_first(reading, five, NO_TAGS)
    assert "決められません" in r.said_first(reading, labels, NO_TAGS)


@pytest.mark.parametrize(("read", "said"), [(19, False), (20, True), (21, True)])
def test_nothing_is_said_of_a_group_of_which_fewer_than_twenty_were_read(read: int, said: bool) -> None:
    reading, _ = city()
    group = np.zeros(N, bool)
    group[reading.read[:read]] = True
    group[np.setdiff1d(np.arange(N), reading.read)[:60]] = True
    by = pd.Series(pd.Categorical(np.where(group, "ここ", "ほか")), name="place")
    table = r.corrected_crosstab(reading, by, LABELS).frame
    assert ("ここ" in table["place"].tolist()) is said
    if said:
        assert table.loc[table["place"] == "ここ", "read"].unique().tolist() == [read]


@pytest.mark.parametrize(("unread", "said"), [(29, False), (30, True), (31, True)])
def test_nothing_is_said_of_a_group_of_which_more_than_half_was_read(unread: int, said: bool) -> None:
    reading, _ = city()
    group = np.zeros(N, bool)
    group[reading.read[:30]] = True
    group[np.setdiff1d(np.arange(N), reading.read)[:unread]] = True
    by = pd.Series(pd.Categorical(np.where(group, "ここ", "ほか")), name="place")
    table = r.corrected_crosstab(reading, by, LABELS)
    assert ("ここ" in table.frame["place"].tolist()) is said
    assert "20件に満たない区分と、相談の50%より多くを読んだ区分は示しません" in table.schema.note


@pytest.mark.parametrize(("unread", "near"), [(299, True), (300, False), (301, False)])
def test_shares_of_texts_of_which_more_than_half_were_read_are_told_as_counts(
    unread: int, near: bool
) -> None:
    reading, _ = city()
    chosen = np.isin(np.arange(N), reading.read)
    part = reading.within(chosen | np.isin(np.arange(N), np.flatnonzero(~chosen)[:unread]))
    assert part.counts is near
    for table in (r.corrected_shares(part, LABELS), r.corrected_pairs(part, LABELS)):
        assert ("公表しません" in table.schema.note) is near


@pytest.mark.parametrize(("more", "said"), [(0, True), (1, False)])
def test_no_group_is_set_against_others_of_whom_more_than_half_were_read(more: int, said: bool) -> None:
    reading, record = city()
    pupils = (record["group"] == "学生").to_numpy()
    chosen = np.isin(np.arange(N), reading.read)
    few = np.flatnonzero(~pupils & ~chosen)[: int((~pupils & chosen).sum()) - more]
    kept = pupils | (~pupils & chosen) | np.isin(np.arange(N), few)
    by = pd.Series(pd.Categorical(np.where(pupils, "学生", "ほか"))[kept], name="occupation")
    apart = r.groups_apart(reading.within(kept), by, LABELS).frame
    assert ("学生" in apart["occupation"].tolist()) is said


def test_groups_that_differ_are_named_with_intervals_that_hold_together() -> None:
    reading, record = city()
    by = record["group"].rename("occupation")
    apart = r.groups_apart(reading, by, LABELS)
    assert apart.frame[["theme", "occupation"]].to_numpy().tolist() == [["学校", "学生"], ["学校", "会社員"]]
    top = apart.frame.iloc[0]
    truth = record.groupby("group", observed=True)["school"].mean()
    assert top["low"] <= truth["学生"] - record.loc[by != "学生", "school"].mean() <= top["high"]
    assert top["low"] > 0
    low = apart.schema["low"]
    assert isinstance(low, Bound)
    assert low.both == "95%同時信頼区間"


def test_no_group_differs_where_none_does() -> None:
    reading, _ = city()
    by = pd.Series(pd.Categorical(np.where(np.arange(N) % 2, "甲", "乙")), name="occupation")
    assert r.groups_apart(reading, by, LABELS).frame.empty


def test_pairs_are_shares_of_all_texts_and_the_same_either_way() -> None:
    reading, record = city()
    table = r.corrected_pairs(reading, LABELS).frame.set_index(["theme", "with_theme"])
    pair = table.loc[("メンタル不調", "孤独")]
    assert pair.tolist() == table.loc[("孤独", "メンタル不調")].tolist()
    assert pair["low"] <= (record["mental"] & record["lonely"]).mean() <= pair["high"]


def test_where_two_coders_differ_the_limits_hold_either_of_them() -> None:
    one, _ = city()
    other = one.both.copy()
    other[:30, 0] = ~other[:30, 0]
    two = r.Reading(one.tags, one.stratum, one.read, one.both & other, one.both | other, coders=2)
    alone, together = (r.corrected_shares(reading, LABELS).frame.iloc[0] for reading in (one, two))
    assert together["low"] < alone["low"] < alone["high"] < together["high"]
    assert "96.7%の欄で一致" in r.said_of_reading(two)
    assert "幅に含まれていません" in r.said_of_reading(one)


@pytest.mark.parametrize(("read", "learned"), [(299, False), (300, True), (301, True)])
def test_a_learned_coder_corrects_only_what_it_has_been_taught_enough_for(read: int, learned: bool) -> None:
    reading, record = city(read)
    chance = np.where(record[list(LABELS)].to_numpy(bool), 0.9, 0.1)
    taught = r.Reading(
        reading.tags, reading.stratum, reading.read, reading.both, reading.either, chance=chance
    )
    table = r.corrected_shares(taught, LABELS).frame
    assert (table["method"] == "学習した判定で補正").any() is np.bool_(learned)
    assert table.loc[0, "low"] <= record["mental"].mean() <= table.loc[0, "high"]


@pytest.mark.parametrize(("read", "learned"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_learned_coder_needs_two_readings_of_each_stratum_for_a_variance(read: int, learned: bool) -> None:
    reading, _ = city()
    stratum = np.zeros(N, np.int64)
    stratum[np.setdiff1d(np.arange(N), reading.read)[:50]] = 1
    stratum[reading.read[:read]] = 1
    chance = np.full(reading.tags.shape, 0.5)
    taught = r.Reading(reading.tags, stratum, reading.read, reading.both, reading.either, chance=chance)
    assert (taught.learned(0, 0.95) is not None) is learned


@pytest.mark.parametrize(
    ("found", "learned"), [(19, False), (20, True), (21, True), (279, True), (280, True), (281, False)]
)
def test_a_theme_that_few_texts_have_or_lack_is_not_corrected_by_what_was_learned(
    found: int, learned: bool
) -> None:
    """Of 300 that were read."""
    reading, _ = city()
    truth = np.zeros_like(reading.both)
    truth[:found, 0] = True
    chance = np.full(reading.tags.shape, 0.5)
    taught = r.Reading(reading.tags, reading.stratum, reading.read, truth, truth, chance=chance)
    assert (taught.learned(0, 0.95) is not None) is learned


def test_a_focus_group_is_estimated_from_its_own_texts() -> None:
    reading, record = city()
    members = (record["group"] == "学生").to_numpy()
    part = reading.within(members)
    assert len(part.read) == members[reading.read].sum()
    found = part.theme(1, 0.95)
    assert found.low <= record.loc[members, "school"].mean() <= found.high
    assert part.theme(1, 0.95) == pytest.approx(
        tuple(
            map(
                float,
                shares.post_stratified(
                    shares.counted(part.stratum, part.tags["school"].to_numpy()),
                    shares.counted(part.stratum, part.tags["school"].to_numpy(), part.read),
                    shares.counted(part.stratum, part.tags["school"].to_numpy(), part.read, part.both[:, 1]),
                ),
            )
        )
    )


@pytest.mark.parametrize(
    ("found", "corrected"), [(9, False), (10, True), (11, True), (50, True), (51, False)]
)
def test_a_group_s_share_is_corrected_by_the_tags_only_with_ten_finds_and_ten_texts_without(
    found: int, corrected: bool
) -> None:
    members, read = np.arange(400) < 300, np.arange(0, 400, 5)
    stratum = (np.arange(400) % 3 == 0).astype(np.int64)
    truth = np.zeros((len(read), 1), np.bool_)
    truth[:found] = True
    tags = pd.DataFrame({"a": np.arange(400) < 200})
    share = r.Reading(tags, stratum, read, truth, truth).within(members).theme(0, 0.95)
    blind = r.Reading(tags & False, stratum, read, truth, truth).within(members).theme(0, 0.95)
    assert (share != blind) == corrected


def test_the_whole_and_a_group_of_one_stratum_are_corrected_however_few_the_finds() -> None:
    read, tags = np.arange(0, 400, 5), pd.DataFrame({"a": np.arange(400) < 200})
    truth = (np.arange(len(read)) < 3)[:, None]
    stratum = (np.arange(400) < 100).astype(np.int64)
    whole, blind = (r.Reading(t, stratum, read, truth, truth) for t in (tags, tags & False))
    assert whole.theme(0, 0.95) != blind.theme(0, 0.95)
    assert whole.within(stratum == 0).theme(0, 0.95) != blind.within(stratum == 0).theme(0, 0.95)


def test_without_readings_a_page_speaks_of_words_calls_them_no_troubles_and_names_no_group() -> None:
    said = (
        r.said_first(None, LABELS, ~NO_TAGS),
        r.said_apart(None, pd.DataFrame(), "occupation"),
        r.said_together(None),
    )
    for text in said:
        assert text.endswith("(機械が語を見つけた割合で、悩みの割合ではありません)。")
    assert said[0].startswith("語が現れた相談の割合は「{theme[max share]}」の{share[max share]}が最も高く")
    assert not [text for text in said[1:] if "{" in text or "最も" in text]


@pytest.mark.parametrize(
    ("unlike", "share"), [(0, "100.0"), (1, "99.9"), (3, "99.9"), (6, "99.8"), (1500, "50.0"), (3000, "0.0")]
)
def test_coders_who_differ_anywhere_are_never_said_to_agree_on_all(unlike: int, share: str) -> None:
    """Of 3,000 cells; all but one of them would round to 100.0."""
    both = np.zeros((1000, 3), bool)
    either = both.copy()
    either.flat[:unlike] = True
    tags = pd.DataFrame(both, columns=list(LABELS))
    told = r.said_of_reading(
        r.Reading(tags, np.zeros(1000, np.int64), np.arange(1000), both, either, coders=2)
    )
    assert (
        f"人が読んだ1,000件で補正しました(無作為に選び、二人が読んで付けた結果)。二人の判断は{share}%の欄で"
        in told
    )


def test_one_coder_s_own_mistakes_are_said_to_be_in_no_interval() -> None:
    told = r.said_of_reading(replace(city()[0], coders=1))
    assert "一人が読んで" in told
    assert told.endswith("読んだ人の判断の誤りは、幅に含まれていません。")
    assert "まだないため" in r.said_of_reading(None)


def test_a_map_of_pairs_names_the_base_of_its_shares() -> None:
    """Shares of the texts with the row's theme were told as shares of all texts looked at closely."""
    reading, _ = city()
    assert r.said_together(None).startswith("縦の要因の語が現れた相談のうち")
    assert r.said_together(reading).startswith("くわしく見る相談のうち")


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ([], "読んだ120件からは、ほかと違うと言える欄はありません。"),
        ([0.2], "学生では「学校」がほかの相談より多いと言えます。"),
        (
            [-0.2, 0.1],
            "学生では「学校」がほかの相談より少ないと言えます。違うと言える組は、ほかにもあります。",
        ),
        ([None], "違うと言える欄は、伏せた数があるため示せません。"),
        ([None, 0.1], "無職では「家族」がほかの相談より多いと言えます。"),
    ],
)
def test_a_group_is_named_only_with_a_difference_that_is_sure_and_shown(
    differences: list[float | None], said: str
) -> None:
    reading, _ = city(read=120)
    rows = {"theme": ["学校", "家族"], "occupation": ["学生", "無職"]}
    frame = pd.DataFrame({name: labels[: len(differences)] for name, labels in rows.items()})
    frame["difference"] = pd.array(differences, dtype="Float64")
    assert r.said_apart(reading, frame, "occupation") == said


def test_a_first_by_words_is_not_named_where_the_published_share_has_another() -> None:
    """Read alike, A is at 50 % and B at 35 %; the coder, who knows B well, finds it in nearly all unread texts."""
    labels, read = {"a": "A", "b": "B"}, np.arange(400)
    truth = np.column_stack([read % 2 == 0, read % 20 < 7])
    tags = pd.DataFrame(np.zeros((2000, 2), bool), columns=list(labels))
    chance = np.column_stack([np.full(2000, 0.5), np.append(truth[:, 1] * 0.9, np.full(1600, 0.9))])
    plain = r.Reading(tags, np.zeros(2000, np.int64), read, truth, truth)
    assert r.maybe_first(plain, labels) == ["A"]
    learned = r.Reading(tags, np.zeros(2000, np.int64), read, truth, truth, chance=chance)
    shown = r.corrected_shares(learned, labels).frame
    assert shown["theme"][shown["share"].idxmax()] == "B"
    assert r.maybe_first(learned, labels) == ["A", "B"]
    assert r.said_first(learned, labels, NO_TAGS) == "最も多い主題は、「A」、「B」のいずれかです。"


def test_where_all_texts_are_of_one_group_or_none_of_the_part_there_is_nothing_to_tell_apart() -> None:
    reading, record = city(read=120)
    everybody = pd.Series(pd.Categorical(["学生"] * len(record), ["学生", "無職"]), name="occupation")
    assert r.groups_apart(reading, everybody, LABELS).frame.empty
    nobody = reading.within(np.zeros(len(record), bool))
    assert r.corrected_shares(nobody, LABELS).frame["share"].isna().all()
    assert r.said_first(nobody, LABELS, NO_TAGS) == "最も多い主題は、読んだ件数では決められません。"


def test_labels_stand_in_the_order_of_the_codebook_in_every_table() -> None:
    reading, record = city()
    labels, by = dict(reversed(LABELS.items())), record["group"].rename("occupation")
    tables = [
        r.corrected_shares(reading, labels),
        r.corrected_crosstab(reading, by, labels),
        r.corrected_pairs(reading, labels),
    ]
    for name in ("theme", "with_theme", "occupation"):
        for table in tables:
            if name in table.frame:
                known = ["会社員", "学生"] if name == "occupation" else list(labels.values())
                assert table.frame[name].dtype == pd.CategoricalDtype(known, ordered=True)
                assert table.frame[name].drop_duplicates().tolist() == (
                    known[1:] + known[:1] if name == "with_theme" else known
                )
    assert not tables[1].schema["read"].members


def test_differences_hold_together_over_all_themes_and_groups() -> None:
    """Exact limits of a pupil's share and of the others', each at the level of Bonferroni's six: 1 − 0.05 / 6."""
    reading, record = city()
    apart = r.groups_apart(reading, record["group"].rename("occupation"), LABELS).frame.iloc[0]
    pupils = (record["group"] == "学生").to_numpy()
    parts = (reading.within(members) for members in (pupils, ~pupils))
    one, other = (part.theme(1, 1 - 0.05 / 6, far_out=True) for part in parts)
    assert apart[["share", "rest"]].tolist() == pytest.approx([one.share, other.share])
    assert apart["difference"] - apart["low"] == pytest.approx(
        np.hypot(one.share - one.low, other.high - other.share)
    )
    assert apart["high"] - apart["difference"] == pytest.approx(
        np.hypot(one.high - one.share, other.share - other.low)
    )


@pytest.mark.parametrize("finds", [0, 1])
def test_a_theme_that_is_nowhere_is_not_the_most_frequent(finds) -> None:
    found = np.zeros((40, 3), bool)
    found[:finds, 0] = True
    tags = pd.DataFrame(found, columns=list(LABELS))
    reading = r.Reading(tags, np.zeros(40, np.int64), np.arange(20), found[:20], found[:20])
    assert ("いずれか" in r.said_first(reading, LABELS, tags)) is bool(finds)
    assert ("決められません" in r.said_first(reading, LABELS, tags)) is not bool(finds)
    said = "は「{theme[max share]}」の{share" if finds else "は、どの主題でも{share"
    assert said in r.said_first(None, LABELS, tags)


@pytest.mark.parametrize(("nearest", "listed"), [(0.0, 0), (0.0004, 0), (0.0005, 9), (0.0006, 9)])
@pytest.mark.parametrize("sign", [1, -1])
def test_no_difference_is_listed_whose_limit_is_printed_as_none(monkeypatch, nearest, listed, sign) -> None:
    """10代では「夫婦・離婚」が少ないと言えます stood over limits of △17.6〜0.0."""
    ends = sorted((sign * nearest, sign * 0.2))
    monkeypatch.setattr(shares, "difference", lambda *_: shares.Shares(*map(np.array, (sign * 0.1, *ends))))
    reading, record = city()
    by = pd.Series(pd.Categorical(np.resize(["甲", "乙", "丙"], len(record))), name="occupation")
    assert len(r.groups_apart(reading, by, LABELS).frame) == listed


@pytest.mark.full
def test_limits_of_all_differences_hold_together_where_a_quarter_of_the_texts_was_read() -> None:
    """Of 2,500 texts in seven groups 600 are read for twelve themes of 1 to 30 %, no group oftener: 95 %."""
    rng, themes, missed = np.random.default_rng(2), 12, 0
    prevalence = np.geomspace(0.01, 0.3, themes)
    labels = {f"t{number}": f"T{number}" for number in range(themes)}
    for _ in range(100):
        truth = rng.random((2500, themes)) < prevalence
        tags = pd.DataFrame(np.where(truth, rng.random(truth.shape) < 0.6, rng.random(truth.shape) < 0.03))
        read = rng.choice(2500, 600, replace=False)
        group = rng.choice([*"甲乙丙丁戊己庚"], 2500, p=[0.45, 0.2, 0.12, 0.1, 0.06, 0.04, 0.03])
        reading = r.Reading(
            tags.set_axis(list(labels), axis=1), np.zeros(2500, np.int64), read, truth[read], truth[read]
        )
        apart = r.groups_apart(reading, pd.Series(pd.Categorical(group), name="occupation"), labels).frame
        missed += any(
            not row.low
            <= truth[group == row.occupation, at].mean() - truth[group != row.occupation, at].mean()
            <= row.high
            for row, at in zip(apart.itertuples(), apart["theme"].str[1:].astype(int), strict=True)
        )
    assert missed <= 7


def test_estimates_go_together_as_what_their_cells_leave_over_does() -> None:
    """Cell by cell in pandas; a cell with a single reading leaves nothing over, nor does a theme that nobody has."""
    rng = np.random.default_rng(3)
    stratum, read = np.repeat([0, 1, 2], [60, 30, 30]), np.r_[0:20, 60:75, 90]
    both = np.column_stack([rng.random((36, 2)) < 0.4, np.zeros(36, bool)])
    tags = pd.DataFrame(rng.random((120, 3)) < 0.5, columns=list(LABELS))
    reading = r.Reading(tags, stratum, read, both, both)
    weight = np.repeat([60 / 20, 30 / 15, 30 / 1], [20, 15, 1])
    assert reading.weight == pytest.approx(weight)
    left = []
    for place in range(3):
        truth = pd.Series(both[:, place].astype(float))
        cell = [stratum[read], tags.iloc[read, place].to_numpy()]
        left.append(weight * (truth - truth.groupby(cell).transform("mean")))
    expected = np.eye(3)
    expected[0, 1] = expected[1, 0] = left[0] @ left[1] / np.sqrt((left[0] @ left[0]) * (left[1] @ left[1]))
    assert r._correlation(reading, [0, 1, 2]) == pytest.approx(expected)


def test_where_nothing_was_read_nobody_has_differed() -> None:
    none = np.zeros((0, 3), bool)
    reading = r.Reading(city()[0].tags, np.zeros(N, np.int64), np.zeros(0, np.int64), none, none, coders=2)
    assert reading.disagreed == 0
