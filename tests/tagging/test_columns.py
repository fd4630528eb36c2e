"""What the room says about the columns of its tables agrees with what the tables hold."""

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from ujo_lib.columns import Base, Bound, Count, Dimension
from ujo_lib.tagging import Codebook, analysis, concordance, reading, shares, words
from ujo_lib.tagging.engine import ArrayEngine
from ujo_lib.typed import Typed

LEVELS = (0.80, 0.90, 0.95, 0.99)
LABELS = {"school": "学校", "family": "家族", "money": "経済"}
WHERE = {"age_band": ["10代", "20代"], "suicidal_ideation": ["強く"]}
TEXTS = ["学校の先生がこわい。学校!!", "猫と猫", "学校に猫が来た", "犬の散歩", "猫の学校"] * 8
N = len(TEXTS)


def texts_of(n: int = N) -> pd.DataFrame:
    """So many texts of chance: their themes, and who wrote them when."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {theme: rng.random(N) < share for theme, share in zip(LABELS, (0.5, 0.3, 0.2), strict=True)}
    )
    job = rng.choice(["学生", "主婦", "無職"], N)
    frame["occupation"] = pd.Categorical(job, ["学生", "主婦", "無職", "その他"])
    frame["received_at"] = pd.date_range("2023-01-05", periods=N, freq="9D", tz="Asia/Tokyo")
    frame["age_band"] = rng.choice(["10代", "20代", "30代"], N)
    frame["suicidal_ideation"] = rng.choice(["強く", "ない"], N)
    return frame.head(n)


def reading_of(n: int = N) -> reading.Reading:
    """All but ten of the texts read, every fourth tag wrong."""
    truth = texts_of(n)[list(LABELS)].to_numpy()
    tags = pd.DataFrame(truth ^ (np.arange(n) % 4 == 0)[:, None], columns=list(LABELS))
    read = np.arange(min(n - 10, 25))
    return reading.Reading(tags, np.zeros(n, np.int64), read, truth[read], truth[read])


def with_intervals(level: float) -> dict[str, Typed]:
    """The tables whose shares have intervals, at a level."""
    half = pd.Series(pd.Categorical(["前"] * N), name="occupation")
    found = replace(
        reading_of(), read=np.arange(20), both=reading_of().both[:20], either=reading_of().either[:20]
    )
    return {
        "corrected_shares": reading.corrected_shares(found, LABELS, level),
        "corrected_crosstab": reading.corrected_crosstab(found, half, LABELS, level),
        "corrected_pairs": reading.corrected_pairs(found, LABELS, level),
    }


def counted(n: int = N) -> dict[str, Typed]:
    """The tables of counted texts, from so many of them."""
    texts = texts_of(n)
    tags = texts[list(LABELS)]
    return {
        "theme_shares": analysis.theme_shares(tags, LABELS),
        "theme_crosstab": analysis.theme_crosstab(tags, texts["occupation"], LABELS),
        "monthly": analysis.monthly(tags, texts["received_at"], LABELS),
        "bare_share": analysis.bare_share(tags, LABELS),
    }


@pytest.fixture(scope="module")
def tables(book: Codebook, arrays: ArrayEngine) -> dict[str, Typed]:
    texts = texts_of()
    tags = texts[list(LABELS)]
    index, group = words.index_words(TEXTS, arrays), texts["age_band"].eq("10代").to_numpy()
    plane = analysis.correspondence_map(pd.crosstab(texts["age_band"], texts["occupation"]), "年代", "職業")
    return {
        **with_intervals(0.95),
        **counted(),
        "groups_apart": reading.groups_apart(reading_of(), texts["occupation"], LABELS),
        "filter_chain": analysis.filter_chain(texts, WHERE),
        "overlaps": analysis.overlaps(tags, LABELS, WHERE),
        "combinations_of": analysis.combinations_of(tags, LABELS, 20),
        "cooccurrence": analysis.cooccurrence(tags, LABELS, 9),
        "points": plane.points,
        "inertia": plane.inertia,
        "describe": analysis.describe(book),
        "distinctive_words": words.distinctive_words(index, group, 20, least_texts=1),
        "frequent_words": words.frequent_words(index, group, 20),
        "frequent_bigrams": words.frequent_bigrams(index, group, 20),
        "tag_changes": concordance.tag_changes(tags, ~tags, LABELS),
        "kwic": concordance.kwic(pd.Series(TEXTS), "学校", arrays),
        "kwic_all": concordance.kwic_all(pd.Series(TEXTS), ["学校", "猫"], arrays),
    }


def test_every_value_that_follows_from_its_row_does(tables: dict[str, Typed]) -> None:
    followed = set()
    for name, table in tables.items():
        for column, kind in table.schema.columns.items():
            if kind.sources:
                held = table.frame[column].to_numpy(float, na_value=math.nan)
                computed = [kind.value(row) for row in table.frame.to_dict("records")]
                assert held == pytest.approx(computed, nan_ok=True), (name, column)
                followed.add(f"{name}.{column}")
    printed = {"theme_shares", "theme_crosstab", "monthly", "bare_share", "overlaps", "combinations_of"}
    assert followed == {f"{name}.share" for name in printed} | {"cooccurrence.estimate"}


def test_categories_have_an_order_wherever_there_are_any(tables: dict[str, Typed]) -> None:
    for name, table in tables.items():
        for column, dtype in table.frame.dtypes.items():
            assert not isinstance(dtype, pd.CategoricalDtype) or dtype.ordered, (name, column)


def test_no_heading_is_a_bare_name_and_none_stands_twice_in_a_table(tables: dict[str, Typed]) -> None:
    for name, table in tables.items():
        titles = [column.title for column in table.schema.columns.values()]
        assert len(set(titles)) == len(titles), name
        assert not [title for title in titles if title.isascii() or title.startswith("区分")], name


@pytest.mark.parametrize("level", LEVELS)
def test_bounds_of_corrected_shares_are_at_the_level_that_their_heading_says(level: float) -> None:
    z = NormalDist().inv_cdf((1 + level) / 2)
    found = replace(
        reading_of(), read=np.arange(20), both=reading_of().both[:20], either=reading_of().either[:20]
    )
    tag = found.tags["school"].to_numpy()
    parts = [
        shares.wilson_of_few(
            found.both[tag[:20] == has, 0].sum(), (tag[:20] == has).sum(), (tag == has).sum(), z
        )
        for has in (False, True)
    ]
    pooled = [
        (found.both[tag[:20] == has, 0].sum() + 0.5) / ((tag[:20] == has).sum() + 1) for has in (False, True)
    ]
    inside = [
        (found.both[tag[:20] == has, 0].sum() + p) / ((tag[:20] == has).sum() + 1)
        for has, p in zip((False, True), pooled, strict=True)
    ]
    weight = [(tag == has).mean() for has in (False, True)]
    share = np.dot(weight, inside)
    seen = np.dot(weight, [float(p.share) for p in parts])
    up = math.hypot(*(w * float(p.high - p.share) for w, p in zip(weight, parts, strict=True)))
    for name, table in with_intervals(level).items():
        assert [table.schema[side].both for side in ("low", "high")] == [f"{100 * level:g}%信頼区間"] * 2
        assert (
            (table.frame["low"] <= table.frame["share"]) & (table.frame["share"] <= table.frame["high"])
        ).all()
        if name != "corrected_pairs":
            assert table.frame.loc[0, ["share", "high"]].tolist() == pytest.approx([share, seen + up])


def test_no_other_interval_is_without_a_level_of_its_own(tables: dict[str, Typed]) -> None:
    """Every bound stands in one of the tables recomputed above."""
    assert {name for name, table in tables.items() if table.schema.of_kind(Bound)} == {
        *with_intervals(0.95),
        "groups_apart",
    }


def test_bases_are_those_of_everybody_over_whom_they_are_summed(tables: dict[str, Typed]) -> None:
    """What the disclosure plan takes them for: each the number of texts whatever the summed column says."""
    for name, table in tables.items():
        for base, over in table.schema.bases.items():
            rest = [column for column in table.schema.dimensions if column not in over]
            groups = table.frame.groupby(rest, observed=True)[base] if rest else table.frame[base]
            assert np.max(groups.nunique()) == 1, name
    with_counts = ("theme_shares", "theme_crosstab", "monthly", "overlaps")
    assert all(tables[name].schema.multiple == ("theme",) for name in (*with_counts, "cooccurrence"))
    assert all(tables[name].schema.counts == ("n", "base") for name in with_counts)
    assert tables["bare_share"].schema.counts == ("n",)
    assert isinstance(tables["bare_share"].schema["base"], Base)


def test_tables_of_chosen_texts_say_which_they_are(tables: dict[str, Typed]) -> None:
    told = {"age_band": ("10代", "20代"), "suicidal_ideation": ("強く",)}
    tags = texts_of()[list(LABELS)]
    assert analysis.theme_shares(tags, LABELS, WHERE).schema.where == told
    assert tables["overlaps"].schema.where == told
    assert tables["theme_shares"].schema.where == {}
    assert tables["bare_share"].schema.where == {"any_theme": ("なし",)}
    steps = {column: {"・".join(values): values} for column, values in told.items()}
    assert tables["filter_chain"].schema.recode == steps


def test_the_chain_shows_what_each_step_was_when_its_count_is_hidden(tables: dict[str, Typed]) -> None:
    assert tables["filter_chain"].schema.free == ("step", *WHERE)


def test_months_are_those_of_other_tables_of_the_year(tables: dict[str, Typed]) -> None:
    month = tables["monthly"].schema["month"]
    assert isinstance(month, Dimension)
    assert month.name == "月"
    assert {name: atoms for name, atoms in month.groups.items() if name in ("2023年1月", "2023年12月")} == {
        "2023年1月": ("1月",),
        "2023年12月": ("12月",),
    }


@pytest.mark.parametrize(("n", "marked"), [(29, True), (30, False), (31, False)])
def test_a_share_of_fewer_than_thirty_is_marked(n: int, marked: bool) -> None:
    table = counted(n)["theme_shares"].frame
    assert table["base"].tolist() == [n] * 3
    assert table["reference"].tolist() == [marked] * 3


def test_words_are_counted_in_occurrences_and_in_texts(tables: dict[str, Typed]) -> None:
    schema = tables["distinctive_words"].schema
    units = {name: column.unit for name, column in schema.columns.items() if isinstance(column, Count)}
    assert units == {"n": "回", "n_other": "回", "texts": "件", "base": "件"}
    assert schema["n"].title == "出現数(回)"


def test_each_share_stands_beside_the_digest_of_its_own_theme(book: Codebook) -> None:
    tags = pd.DataFrame(True, index=range(30), columns=list(book.labels))
    shares = analysis.theme_shares(tags, book.labels)
    told = analysis.with_digests(shares, book)
    assert dict(zip(told.frame["theme"], told.frame["digest"], strict=True)) == {
        label: book.digests[id_] for id_, label in book.labels.items()
    }
    assert told.select(*shares.schema.columns).frame.equals(shares.frame)
