"""The difference between two years: people asked twice, two samples, one year alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.residents.test_sample import R, everybody_drawn, read, same
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec, mask
from ujo_lib.residents.linearised import difference, mean
from ujo_lib.residents.panel import by_year, change, stacked
from ujo_lib.residents.weighting import SampleError, open_sample


def years(drawn: pd.DataFrame, *given: int | None) -> pd.DataFrame:
    return drawn.assign(
        fiscal_year=pd.array([given[i % len(given)] for i in range(len(drawn))], dtype="Int64")
    )


@pytest.fixture
def now(drawn, register):
    return open_sample(drawn, register)


@pytest.mark.parametrize(("same_people", "id"), [(True, "panel change"), (False, "independent change")])
def test_people_asked_twice_and_two_samples_have_the_errors_of_r(sample_data: Path, same_people, id):
    register = read(sample_data / "fy2023/residents_frame.csv")
    one, other = (
        open_sample(
            everybody_drawn(sample_data / name)
            .rename(columns={"対象者番号": "resident_id"})
            .assign(lonely=lambda d: pd.Categorical(d["direct"])),
            register,
        )
        for name in ("fy2023/residents.csv", "truth/residents_lonely_silent.csv")
    )
    design = stacked(one, other, same_people)
    given = pd.concat([one.answers["direct"], other.answers["direct"]])
    new = np.arange(len(given)) < len(one.answers)
    both = [mean(design, given <= 2, given.notna() & year) for year in (new, ~new)]
    same(difference(design, *both), id)
    row = change(one, other, "lonely", "孤独", [1, 2], same_people).frame.iloc[0]
    assert row["estimate"] / 100 == pytest.approx(R[id, "estimate"], rel=1e-8)
    half = stats.t.isf(0.025, min(one.df for one in both)) * R[id, "se"]
    assert (row["high"] - row["estimate"]) / 100 == pytest.approx(half, rel=1e-6)
    twice = set(one.answers["resident_id"]) & set(other.answers["resident_id"])
    # 「両年に答えた人: 該当なし」 was said of samples whose numbers link nobody.
    assert row["both"] == len(twice) if same_people else pd.isna(row["both"])


def test_the_same_answers_of_the_same_people_have_not_changed_and_leave_nothing_to_chance(
    drawn, register, now
):
    row = change(now, now, "lonely", "孤独", ["はい"], same_people=True).frame.iloc[0]
    assert row["both"] == len(now.answers)
    assert [row["estimate"], row["low"], row["high"]] == pytest.approx([0, 0, 0], abs=1e-9)
    assert row["share"] == row["earlier"]
    assert row["reading"] == "変わったとは言えない"  # rounding of the machine is no change
    assert row["low"] == row["high"] == 0
    alone = change(now, now, "lonely", "孤独", ["はい"], same_people=False)
    assert alone.frame["both"].isna().all()
    assert alone.frame["high"][0] > 5
    assert alone.schema.note.endswith("独立とみなしました。前回の重みも、今回の母集団の表に合わせました。")
    unmet = open_sample(drawn, register.iloc[:0])
    told = change(unmet, unmet, "lonely", "孤独", ["はい"], same_people=True).schema.note
    assert told == "両年に答えた人の答えの似かたを、差の幅に入れました。"


def test_what_grew_is_told_as_grown_and_a_panel_without_common_numbers_is_refused(drawn, register, now):
    none = drawn.assign(lonely=drawn["lonely"].where(drawn["lonely"].isna(), "いいえ"))
    none["lonely"] = pd.Categorical(none["lonely"], ["はい", "いいえ"])
    before = open_sample(none.assign(resident_id="X" + none["resident_id"]), register)
    assert change(now, before, "lonely", "孤独", ["はい"], same_people=False).frame["reading"].tolist() == [
        "増えた"
    ]
    assert change(before, now, "lonely", "孤独", ["はい"], same_people=False).frame["reading"].tolist() == [
        "減った"
    ]
    same = change(now, now, "lonely", "孤独", ["はい"], same_people=False).frame["reading"].tolist()
    assert same == ["変わったとは言えない"]
    with pytest.raises(SampleError, match="両年に答えた人がいません"):
        change(now, before, "lonely", "孤独", ["はい"], same_people=True)


def test_one_year_alone_has_no_change(now):
    assert change(now, None, "lonely", "孤独", ["はい"], same_people=False).frame.empty


def test_the_year_of_the_report_and_the_last_one_before_it_are_taken(drawn):
    for frame in (drawn, years(drawn, None)):
        this, before = by_year(frame, 2023)
        assert (len(this), len(before)) == (120, 0)
    this, before = by_year(years(drawn, 2019, 2021, 2022, 2023, 2024), 2023)
    assert set(this["fiscal_year"]) == {2023}
    assert set(before["fiscal_year"]) == {2022}
    assert by_year(years(drawn, 2023, 2024), 2023)[1].empty
    with pytest.raises(SampleError, match="空欄の人が60人"):
        by_year(years(drawn, 2023, None), 2023)
    with pytest.raises(SampleError, match="2023年度の回答がありません"):
        by_year(years(drawn, 2022), 2023)


def test_a_change_names_both_years_that_it_compares(drawn, register):
    """「前回」 is another year wherever a survey was left out."""
    now, before = (open_sample(years(drawn, year), register) for year in (2023, 2019))
    told = change(now, before, "lonely", "孤独", ["はい"], same_people=False).schema
    assert told["share"].name == "令和5(2023)年度の割合(重み付き)"
    assert told["earlier"].name == "令和元(2019)年度の割合(重み付き)"
    assert told["estimate"].name == "令和元(2019)年度との差"
    assert "令和元(2019)年度の重みも、令和5(2023)年度の母集団の表に合わせました。" in told.note
    assert "前回" not in told.note


def test_a_question_that_nobody_answered_before_leaves_no_change(drawn, register, now):
    blank = drawn.assign(lonely=pd.Categorical([None] * len(drawn), ["はい", "いいえ"]))
    assert change(now, open_sample(blank, register), "lonely", "孤独", ["はい"], False).frame.empty
    assert change(open_sample(blank, register), now, "lonely", "孤独", ["はい"], False).frame.empty


def test_an_answer_that_nobody_gives_in_either_year_may_have_changed(drawn, register):
    never = open_sample(
        drawn.assign(lonely=pd.Categorical(["いいえ"] * len(drawn), ["はい", "いいえ"])), register
    )
    row = change(never, never, "lonely", "孤独", ["はい"], False).frame.iloc[0]
    assert (row["estimate"], row["reading"], row["fewest"]) == (0, "変わったとは言えない", 0)
    assert row["low"] == pytest.approx(-row["high"])
    assert row["high"] > 0


@pytest.mark.parametrize(("few", "told"), [(0, True), (1, False), (4, False), (5, True)])
def test_the_share_of_an_earlier_year_tells_no_few_people_of_it(drawn, register, now, few, told):
    """Its release hid them; no table of this year counts them."""
    heard = drawn["responded"] & (drawn["sex"] == "男性") & (drawn["age_band"] == "40歳以上")
    said = drawn["lonely"].where(drawn["lonely"].isna(), "いいえ")
    said[heard.index[heard][:few]] = "はい"
    others = drawn.index[drawn["responded"] & (drawn["sex"] == "女性") & (drawn["age_band"] == "40歳以上")]
    said[others[:6]] = "はい"
    lonely = pd.Categorical(said, ["はい", "いいえ"])
    before = open_sample(drawn.assign(lonely=lonely), register)
    table = change(now, before, "lonely", "孤独", ["はい"], same_people=False)
    assert table.frame["fewest"].tolist() == [few if 0 < few < 6 else 6]
    spec = TableSpec("change", "差", Subject(computed_from=("residents",)), table.schema)
    shown = mask(TableRecord.of("06", spec, table.frame), table.frame, {}, ["residents"], least=5)
    assert shown.frame[["fewest", "share", "earlier", "estimate"]].notna().all(axis=None) == told


@pytest.mark.parametrize(("twice", "told"), [(4, False), (5, True), (6, True)])
def test_a_few_people_who_answered_in_both_years_are_not_counted_in_a_release(
    drawn, register, now, twice, told
):
    others = now.answers["resident_id"].where(now.answers.index < twice, "x" + now.answers["resident_id"])
    before = replace(now, answers=now.answers.assign(resident_id=others))
    table = change(now, before, "lonely", "孤独", ["はい"], same_people=True)
    assert table.frame["both"].tolist() == [twice]
    spec = TableSpec("change", "差", Subject(computed_from=("residents",)), table.schema)
    shown = mask(TableRecord.of("06", spec, table.frame), table.frame, {}, ["residents"], least=5)
    assert shown.frame[["both", "share", "estimate"]].notna().all(axis=None) == told


@pytest.mark.parametrize(
    ("before_in", "same_people", "strata"),
    [(["東", "西"], True, 2), (["東", "西"], False, 4), (["東"], True, 1), (["東"], False, 2), ([], True, 1)],
)
def test_districts_part_both_years_only_where_both_were_drawn_by_them(
    drawn, register, now, before_in, same_people, strata
):
    """Persons asked twice stand in one stratum; two samples have strata of their own."""
    if before_in:
        here, of = (frame[frame["district"].isin(before_in)] for frame in (drawn, register))
    else:
        here, of = (frame.drop(columns="district") for frame in (drawn, register))
        of = of.groupby(["sex", "age_band"], observed=True, as_index=False).sum()
    design = stacked(now, open_sample(here, of), same_people)
    assert len(np.unique(design.strata)) == strata
