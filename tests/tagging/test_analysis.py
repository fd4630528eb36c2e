from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ujo_lib.columns import Bound, PValue
from ujo_lib.errors import InputError
from ujo_lib.fiscal import FiscalYear, period_for
from ujo_lib.tagging import analysis as a

LABELS = {"school": "学校", "family": "家族", "money": "経済"}


def tags_of(*rows: str) -> pd.DataFrame:
    return pd.DataFrame([[letter == "1" for letter in row] for row in rows], columns=list(LABELS), dtype=bool)


TAGS = tags_of("110", "100", "010", "000", "111", "100")
JOB = pd.Series(
    pd.Categorical(["学生", "学生", "無職", None, "無職", "学生"], ["学生", "主婦", "無職"]),
    name="occupation",
)


def test_shares_count_every_theme_of_a_text() -> None:
    table = a.theme_shares(TAGS, LABELS).frame
    assert table["n"].tolist() == [4, 3, 1]
    assert table["base"].tolist() == [6, 6, 6]
    assert table["share"].tolist() == pytest.approx([4 / 6, 3 / 6, 1 / 6])
    assert table["reference"].all()


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (["factor"] * 2, "すべて相談のきっかけや背景を表す「要因」"),
        (["state", "factor"], "「要因」、いまの状態を語る「状態」に分かれます。"),
        (["contact"], "すべて相談のしかたを表す「関わり」"),
    ],
)
def test_a_codebook_is_said_to_have_the_kinds_of_themes_that_it_has(roles, said) -> None:
    """Rules of KH Coder know no kinds of themes; the page parted them into three."""
    book = SimpleNamespace(themes=[SimpleNamespace(role=role) for role in roles])
    assert said in a.said_roles(book)
    assert ("関わり" in a.said_roles(book)) is ("contact" in roles)


def test_an_attribute_without_declared_categories_is_refused() -> None:
    with pytest.raises(TypeError, match="occupation"):
        a.theme_crosstab(TAGS, JOB.astype(object), LABELS)


def test_a_word_s_share_claims_no_precision() -> None:
    """What is uncertain about it is the label: an interval of the sample would be believed."""
    when = pd.Series(pd.date_range("2023-01-01", periods=6, freq="9D", tz="Asia/Tokyo"))
    tables = (
        a.theme_shares(TAGS, LABELS),
        a.theme_crosstab(TAGS, JOB, LABELS),
        a.monthly(TAGS, when, LABELS),
        a.bare_share(TAGS, LABELS),
        a.cooccurrence(TAGS, LABELS, 9),
    )
    for table in tables:
        assert not table.schema.of_kind(Bound)
        assert not table.schema.of_kind(PValue)
    assert tables[0].schema["share"].title == "語が現れた相談の割合(%)"


def test_crosstab_counts_groups_apart_and_leaves_out_who_gave_no_answer() -> None:
    table = a.theme_crosstab(TAGS, JOB, LABELS).frame.set_index(["theme", "occupation"])
    assert table.loc["学校", "n"].tolist() == [3, 0, 1]
    assert table.loc["学校", "base"].tolist() == [3, 0, 2]
    assert pd.isna(table.loc[("学校", "主婦"), "share"])
    assert "無回答" not in table.index.get_level_values(1)


def test_filter_chain_counts_what_each_step_leaves() -> None:
    frame = pd.DataFrame({"age": ["10代", "10代", "20代"], "ideation": ["強く", "ない", "強く"]})
    where = {"age": ["10代"], "ideation": ["強く"]}
    table = a.filter_chain(frame, where).frame
    assert table["step"].tolist() == ["全体", "10代", "強く"]
    assert table["n"].tolist() == [3, 2, 1]
    assert table["ideation"].tolist() == ["全体", "全体", "強く"]
    assert a.chosen(frame, where).tolist() == [True, False, False]


def test_texts_outside_the_period_or_the_desk_are_left_out() -> None:
    when = pd.to_datetime(
        ["2022-12-31 23:59", "2023-01-01 00:00", "2023-12-31 23:59", "2024-01-01 00:00", "2023-05-05 12:00"]
    )
    frame = pd.DataFrame({"received_at": when.tz_localize("Asia/Tokyo"), "channel": ["全"] * 4 + ["市"]})
    kept = a.within(frame, period_for(FiscalYear(2023), "calendar"), {"channel": ["全"]})
    assert kept["received_at"].dt.strftime("%Y-%m-%d").tolist() == ["2023-01-01", "2023-12-31"]


@pytest.mark.parametrize("channel", ["全", "市"])
def test_a_year_without_a_contact_at_the_desk_is_told_with_what_to_do(channel) -> None:
    when = pd.to_datetime(["2022-12-31 23:59", "2023-01-01 00:00"]).tz_localize("Asia/Tokyo")
    frame = pd.DataFrame({"received_at": when, "channel": ["全", "市"]})
    told = pytest.raises(InputError, match=r"、全の相談記録が1件もありません.*not_supplied")
    with told if channel == "全" else nullcontext():
        a.within(frame, period_for(FiscalYear(2023), "calendar"), {"channel": [channel]})


def test_overlaps_say_how_many_of_one_theme_also_have_the_other() -> None:
    table = a.overlaps(TAGS, LABELS).frame.set_index(["theme", "with_theme"])
    assert table.loc[("経済", "学校"), ["n", "base", "share"]].tolist() == [1, 1, 1.0]
    assert table.loc[("学校", "家族"), ["n", "base"]].tolist() == [2, 4]
    assert len(table) == 6


def test_combinations_are_exact_sets() -> None:
    table = a.combinations_of(TAGS, LABELS, 10).frame.set_index("combination")
    assert table["n"].to_dict() == {"学校": 2, "なし": 1, "家族": 1, "学校＋家族": 1, "学校＋家族＋経済": 1}


def test_the_most_frequent_combinations_come_first_and_ties_in_the_order_of_the_codebook() -> None:
    tags = tags_of("010", "010", "000", "000", "100", "110", "110", "110")
    table = a.combinations_of(tags, LABELS, 3).frame
    assert table["combination"].tolist() == ["学校＋家族", "なし", "家族"]
    assert table[["size", "n", "base"]].to_numpy().tolist() == [[2, 3, 8], [0, 2, 8], [1, 2, 8]]
    assert table["share"].tolist() == [3 / 8, 2 / 8, 2 / 8]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=40))
@settings(deadline=None, max_examples=60)
def test_combinations_and_pairs_add_up(rows: list[tuple[bool, bool, bool]]) -> None:
    tags = pd.DataFrame(rows, columns=list(LABELS))
    assert a.combinations_of(tags, LABELS, 8).frame["n"].sum() == len(tags)
    pairs = a.overlaps(tags, LABELS).frame.set_index(["theme", "with_theme"])["n"]
    assert pairs[("学校", "家族")] == (tags["school"] & tags["family"]).sum()


def test_cooccurrence_lists_pairs_beyond_chance_strongest_first() -> None:
    """By hand: 学校 4, 家族 3, 経済 1 of 6; both: 2 (as chance has it), 1 (chance .67), 1 (chance .5)."""
    table = a.cooccurrence(TAGS, LABELS, 9).frame
    assert table[["theme", "with_theme"]].to_numpy().tolist() == [["家族", "経済"], ["学校", "経済"]]
    assert table["expected"].tolist() == pytest.approx([0.5, 4 / 6])
    assert table["estimate"].tolist() == pytest.approx([2.0, 1.5])
    assert table["jaccard"].tolist() == pytest.approx([1 / 3, 1 / 4])
    assert len(a.cooccurrence(TAGS, LABELS, 1).frame) == 1


def test_months_without_texts_are_shown_with_an_empty_base() -> None:
    when = pd.Series(pd.to_datetime(["2023-01-31", "2023-01-01", "2023-03-05"] * 2)).dt.tz_localize(
        "Asia/Tokyo"
    )
    table = a.monthly(TAGS, when, LABELS)
    school = table.rows(table.frame["theme"] == "学校").frame
    assert school["month"].tolist() == ["2023年1月", "2023年2月", "2023年3月"]
    assert table.schema.recode["month"]["2023年2月"] == ("2月",)
    assert school["base"].tolist() == [4, 0, 2]
    assert pd.isna(school["share"].iloc[1])


def test_quarters_are_named_and_in_order() -> None:
    when = pd.Series(
        pd.to_datetime(["2024-03-31 23:59", "2023-04-01 00:00", "2023-12-31 12:00"])
    ).dt.tz_localize("Asia/Tokyo")
    named = a.quarters(when)
    assert named.tolist() == ["2024年1〜3月", "2023年4〜6月", "2023年10〜12月"]
    assert named.cat.ordered
    assert named.cat.categories.tolist() == ["2023年4〜6月", "2023年7〜9月", "2023年10〜12月", "2024年1〜3月"]


SMOKE = pd.DataFrame(
    [[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]],
    index=["SM", "JM", "SE", "JE", "SC"],
    columns=["none", "light", "medium", "heavy"],
)
"""Smoking habits of staff groups: Greenacre (1984), the data set `smoke` of the R package ca."""


def test_map_reproduces_the_textbook_example() -> None:
    """Principal inertias 87.76 % and 11.76 %; coordinates as printed by ca::ca(smoke) (up to the sign)."""
    result = a.correspondence_map(SMOKE, "staff", "smoking")
    assert result.inertia.frame["share"].tolist() == pytest.approx([0.8776, 0.1176], abs=1e-4)
    assert result.inertia.frame["cumulative"].tolist() == pytest.approx([0.8776, 1 - 0.0049], abs=1e-4)
    points = result.points.frame.set_index("label")
    assert abs(points.loc["SE", "x"]) == pytest.approx(0.380595, abs=1e-6)
    assert abs(points.loc["JE", "y"]) == pytest.approx(0.057744, abs=1e-6)
    assert abs(points.loc["SM", "y"]) == pytest.approx(0.193737, abs=1e-5)
    assert points.loc["SE", "x"] * points.loc["none", "x"] > 0


def test_a_point_is_shown_as_far_as_the_map_holds_its_distance_from_the_middle() -> None:
    """That of a profile from the mean, as χ² (Greenacre 2017, ch. 4): the table has four axes, the map two."""
    table = pd.DataFrame(np.random.default_rng(5).integers(1, 40, (6, 5)))
    result = a.correspondence_map(table, "row", "column")
    points = result.points.frame
    for kind, counts in (("row", table), ("column", table.T)):
        own = points[points["kind"] == kind]
        mean = counts.sum() / counts.to_numpy().sum()
        far = ((counts.div(counts.sum(axis=1), axis=0) - mean) ** 2 / mean).sum(axis=1)
        assert own["quality"].tolist() == pytest.approx(
            ((own["x"] ** 2 + own["y"] ** 2).to_numpy() / far).tolist()
        )
    assert points["quality"].max() < 0.9999
    assert result.inertia.frame["cumulative"].iloc[-1] < 0.99


def test_map_leaves_out_the_empty_and_has_no_points_where_there_is_no_plane() -> None:
    result = a.correspondence_map(SMOKE.assign(never=0), "staff", "smoking")
    assert "never" not in result.points.frame["label"].tolist()
    assert len(a.correspondence_map(SMOKE.iloc[:3], "staff", "smoking").points.frame) == 7
    for line in (SMOKE.iloc[:2], SMOKE.iloc[:, :2], SMOKE.iloc[:0]):
        none = a.correspondence_map(line, "staff", "smoking")
        assert none.points.frame.empty
        assert none.inertia.frame.empty


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (
            {"wish": ["強く"]},
            "「wish: 強く」では、相談を絞り込めません。その列に書かれた相談が一件もありません",
        ),
        (
            {"age": ["10代"], "nenrei": ["10代"]},
            "「nenrei: 10代」では、相談を絞り込めません。相談記録に、その名前の列はありません",
        ),
        (
            {"age": ["10代", "10才代"]},
            r"「age: 10代\|10才代」では、相談を絞り込めません。その列の選択肢は 10代、20代 です",
        ),
    ],
)
def test_that_nobody_was_asked_is_not_told_as_nobody(where, told) -> None:
    frame = pd.DataFrame(
        {
            "age": pd.Categorical(["20代", "20代"], ["10代", "20代"]),
            "wish": pd.Categorical([None, None], ["強く", "ない"]),
        }
    )
    for narrowed in (a.chosen, a.filter_chain):
        with pytest.raises(InputError, match=told):
            narrowed(frame, where)
    assert not a.chosen(frame, {"age": ["10代"]}).any()
    one = frame.assign(wish=pd.Categorical([None, "ない"], ["強く", "ない"]))
    assert not a.chosen(one, {"wish": ["強く"]}).any()
    assert a.chosen(frame[:0], {"wish": ["強く"]}).empty
