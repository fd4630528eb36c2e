import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import norm, t

from ujo_lib.errors import InputError
from ujo_lib.fiscal import Period
from ujo_lib.seasonality.attributes import (
    beside_nation,
    combined,
    crosstab,
    distribution,
    national_answers,
    shares_by,
    standing_out,
)
from ujo_lib.stats import adjusted_residuals, holm

JOBS = ["児童・学生", "無職", "主婦・主夫"]
TOPICS = ["学校", "経済・生活", "家族"]


def records(table=((40, 5, 15), (5, 30, 15), (5, 10, 25)), extra=0):
    """One client per contact; rows are jobs, columns topics."""
    pairs = [
        (job, topic)
        for i, job in enumerate(JOBS)
        for j, topic in enumerate(TOPICS)
        for _ in range(table[i][j])
    ]
    frame = pd.DataFrame(pairs + [(None, "学校")] * extra, columns=["occupation", "topic"])
    frame["occupation"] = pd.Categorical(frame["occupation"], JOBS, ordered=True)
    frame["topic"] = pd.Categorical(frame["topic"], TOPICS, ordered=True)
    return frame.assign(client_id=[f"c{i}" for i in range(len(frame))])


def crossed(table):
    """Residuals of a 2×2 table with a client for each contact."""
    made = records([[*table[0], 0], [*table[1], 0], [0, 0, 0]])
    return crosstab(made, "occupation", "topic")


@pytest.mark.parametrize(
    ("table", "residual", "haberman"),
    [
        # Excess 90 − 100·100/400 = 65 over √(400·3/16·3/16) = 3.75 under independence; the influences (¾·¾ in 90 cells,
        # −3/16 in 20, 1/16 in 290) scatter by √(30.3125 − 65²/400 = 19.75 · 400/399) = 4.4497.
        (((90, 10), (10, 290)), 65 / math.sqrt(19.75 * 400 / 399), 65 / 3.75),
        # Halves: the scatter √2.25 is below √6.25 under independence, which stands.
        (((45, 5), (5, 45)), 8.0, 8.0),
    ],
)
def test_a_residual_that_is_not_habermans_is_not_called_so(table, residual, haberman):
    cells = crossed(table)
    found = cells.frame["residual"].to_numpy(dtype=float)[[0, 1, 3, 4]]
    assert found == pytest.approx(residual * np.array([1, -1, -1, 1]), rel=1e-9)
    assert sm.stats.Table(np.array(table), shift_zeros=False).standardized_resids[0, 0] == pytest.approx(
        haberman
    )
    assert adjusted_residuals(table)[0, 0] == pytest.approx(haberman)
    assert cells.schema.columns["residual"].heading == "相談者でまとめた標準化残差"


def test_p_values_are_adjusted_over_all_cells():
    cells = crosstab(records(), "occupation", "topic").frame
    assert cells["p_value"].tolist() == pytest.approx(2 * norm.cdf(-cells["residual"].abs()))
    assert cells["p_holm"].to_numpy() == pytest.approx(holm(cells["p_value"].to_numpy(dtype=float)))


def test_shares_of_a_row_add_up_and_unanswered_contacts_are_left_out():
    cells = crosstab(records(extra=7), "occupation", "topic").frame
    assert cells.groupby("occupation", observed=True)["share"].sum().to_numpy() == pytest.approx(1)
    assert cells["n"].sum() == 150


def test_the_base_of_a_row_is_headed_as_those_who_answered_both_and_not_as_all_of_the_row():
    """Of 60 contacts of the first job seven left the topic blank: the page that counts jobs says 60."""
    rows = records()
    rows.loc[rows.index[:7], "topic"] = None
    cells = crosstab(rows, "occupation", "topic")
    assert cells.frame["base"].iloc[0] == (rows["occupation"] == JOBS[0]).sum() - 7 == 53
    assert cells.schema["base"].name == "その職業の、両方に答えのあった件数"
    assert cells.schema["share"].name == "その職業の答えに占める割合"


def test_a_mark_says_beyond_chance_and_in_which_direction():
    cells = crosstab(records(), "occupation", "topic").frame
    marks = cells.set_index(["occupation", "topic"])["mark"]
    assert (marks["児童・学生", "学校"], marks["無職", "学校"]) == ("＋", "－")
    clear = cells["p_holm"] < 0.05
    assert ((cells["mark"] != "・") == clear).all()
    assert ((cells["mark"] == "＋") == (clear & (cells["residual"] > 0))).all()
    assert standing_out(cells) == ["学校", "経済・生活", "家族"]


def test_topics_that_stand_out_are_those_with_a_plus_only():
    cells = crosstab(records(), "occupation", "topic").frame
    cells.loc[cells["topic"] != "経済・生活", "mark"] = "－"
    assert standing_out(cells) == ["経済・生活"]


def test_one_client_who_writes_often_is_not_a_pattern():
    frame = records(((10, 10, 10), (10, 10, 10), (10, 10, 10)))
    often = pd.DataFrame({"occupation": ["無職"] * 40, "topic": ["家族"] * 40, "client_id": ["often"] * 40})
    together = pd.concat(
        [frame, often.astype(frame.dtypes[["occupation", "topic"]].to_dict())], ignore_index=True
    )
    separate = together.assign(client_id=[f"c{i}" for i in range(len(together))])
    assert (crosstab(separate, "occupation", "topic").frame["mark"] == "＋").any()
    cells = crosstab(together, "occupation", "topic").frame
    assert (cells["mark"] == "・").all()
    assert standing_out(cells) == TOPICS


@pytest.mark.parametrize(
    ("heavy", "each"), [(1, 100), (1, 300), (2, 60), pytest.param(5, 200, marks=pytest.mark.full)]
)
def test_what_a_few_people_always_write_about_is_not_told_of_their_job(heavy, each):
    """Jobs and topics are drawn apart; each of the few has one of either in four of five of all their contacts.

    With one of them of half of all contacts each table had a mark, with five of two in five 18 %.
    """
    rng = np.random.default_rng(7)
    found = []
    for _ in range(100 if heavy == 5 else 40):
        client = np.r_[np.repeat(np.arange(heavy), each), heavy + np.arange(each * heavy)]
        job, topic = (rng.integers(0, 3, client.max() + 1)[client] for _ in range(2))
        topic = np.where(rng.random(len(client)) < 0.8, topic, rng.integers(0, 3, len(client)))
        made = pd.DataFrame(
            {"occupation": pd.Categorical.from_codes(job, JOBS), "client_id": client.astype(str)}
        )
        made["topic"] = pd.Categorical.from_codes(topic, TOPICS)
        found.append((crosstab(made, "occupation", "topic").frame["mark"] != "・").any())
    assert np.mean(found) <= 0.1


def test_a_residual_is_measured_by_what_one_client_alone_makes_of_the_excess_where_that_is_more():
    """24 who wrote once, 6 of each pair, and one who wrote 24 times of the first: the excess is 30 − 36 · 36 / 48 = 3.

    Without that one it would be 6 − 12 · 12 / 24 = 0 of as many contacts: 3 are his, more than the spread of 1.53
    shows. One person leaves one degree of freedom; the four cells share 5 %.
    """
    first, second = np.r_[[True] * 24, [True] * 12, [False] * 12], np.r_[[True] * 24, [True, False] * 12]
    made = pd.DataFrame(
        {
            "occupation": pd.Categorical(np.where(first, *JOBS[:2]), JOBS[:2]),
            "topic": pd.Categorical(np.where(second, *TOPICS[:2]), TOPICS[:2]),
            "client_id": [*["often"] * 24, *map(str, range(24))],
        }
    )
    upper = 1 - 0.05 / 4 / 2
    residual = crosstab(made, "occupation", "topic").frame["residual"].iloc[0]
    assert residual == pytest.approx(3 / (3 * t.ppf(upper, 1) / norm.ppf(upper)))


def test_an_empty_category_keeps_its_row_without_a_test():
    cells = crosstab(records(((40, 5, 15), (0, 0, 0), (5, 10, 25))), "occupation", "topic").frame
    empty = cells.query("occupation == '無職'")
    assert empty["base"].tolist() == [0, 0, 0]
    assert empty[["share", "residual", "p_holm"]].isna().all(axis=None)


def feelings():
    answers = ["常に"] * 30 + ["時々"] * 42 + ["ほとんどない"] * 20 + ["全くない"] * 8
    labels = ["常に", "時々", "ほとんどない", "全くない"]
    column = pd.Categorical([*answers, *[None] * 12], labels, ordered=True)
    return pd.DataFrame({"loneliness": column, "client_id": [f"c{i}" for i in range(112)]})


NATION = pd.DataFrame(
    {"value": ["常に", "時々", "ほとんどない", "全くない", "無回答"], "n": [400, 350, 200, 50, 300]}
)


def test_shares_are_of_valid_answers_and_the_unanswered_are_counted_beside():
    table = distribution(feelings(), "loneliness", NATION).frame.set_index("loneliness")
    assert table.loc["常に", ["n", "share", "reference"]].tolist() == [30, 0.3, 0.4]
    assert table.loc["無回答", "n"] == 12
    assert table.loc["総数", "n"] == 112
    assert table.loc[["無回答", "総数"], "share"].isna().all()


def test_a_band_of_the_nation_stands_below_that_of_the_place_without_numbers_of_people():
    bands = beside_nation(distribution(feelings(), "loneliness", NATION), "loneliness")
    table, told = bands.frame, "対象地域と集計対象は「県内」の行のものです。"
    assert told in bands.schema.note
    assert table["who"].tolist() == ["県内"] * 4 + ["全国"] * 4
    assert table["loneliness"].tolist() == ["常に", "時々", "ほとんどない", "全くない"] * 2
    assert table["share"].tolist() == pytest.approx([0.3, 0.42, 0.2, 0.08, 0.4, 0.35, 0.2, 0.05])
    assert table["n"].tolist()[:4] == [30, 42, 20, 8]
    assert table.loc[table["who"].eq("全国"), ["n", "base"]].isna().all(axis=None)
    assert "who" in bands.schema.free  # 「全国」 stays where another table of the population hides a count


def test_where_the_nation_was_not_asked_there_is_one_band():
    alone = beside_nation(distribution(feelings(), "loneliness"), "loneliness")
    table = alone.frame
    assert not alone.schema.note
    assert set(table["who"]) == {"県内"}
    assert table["share"].sum() == pytest.approx(1)


def test_answers_are_added_up_only_as_the_labels_say():
    one = combined(feelings(), "loneliness", ["常に", "時々"], NATION).frame.iloc[0]
    assert (one["n"], one["base"], one["share"]) == (72, 100, 0.72)
    assert one["reference"] == 0.75
    assert one["difference"] == pytest.approx(-0.03)
    assert one["difference_low"] < one["difference"] < one["difference_high"]


def test_newcombes_published_interval_is_reproduced_for_independent_contacts():
    # Newcombe (1998), table II, case (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339. The share of the place uses
    # Jeffreys' limits here, which differ from Wilson's in the third decimal.
    frame = pd.DataFrame({"x": ["はい"] * 56 + ["いいえ"] * 14})
    nation = pd.DataFrame({"value": ["はい", "いいえ"], "n": [48, 32]})
    one = combined(frame, "x", ["はい"], nation).frame.iloc[0]
    assert (one["difference_low"], one["difference_high"]) == pytest.approx((0.0524, 0.3339), abs=0.01)


def test_without_national_figures_the_place_stands_alone():
    one = combined(feelings(), "loneliness", ["常に", "時々"]).frame.iloc[0]
    assert one["share"] == 0.72
    assert one[["reference", "difference"]].isna().all()


def test_a_label_of_another_scale_is_refused():
    with pytest.raises(ValueError, match="しばしばある"):
        combined(feelings(), "loneliness", ["しばしばある"])


def test_nobody_answered():
    one = combined(feelings().iloc[100:], "loneliness", ["常に"], NATION).frame.iloc[0]
    assert (one["n"], one["base"]) == (0, 0)
    assert one[["share", "low", "high", "difference"]].isna().all()


def test_a_question_that_nobody_answered_has_no_limits_either():
    """0 of 0 is no share between 0 and 100 %."""
    answers = distribution(feelings().iloc[100:], "loneliness", NATION).frame
    assert answers[["share", "low", "high"]].isna().all(axis=None)
    assert [str(kind) for kind in answers.dtypes[["share", "low", "high"]]] == ["float64"] * 3


@pytest.mark.parametrize(
    "counts", [((0, 0, 0),) * 3, ((1, 0, 0), (0, 0, 0), (0, 0, 0)), ((3, 0, 0), (2, 0, 0), (0, 0, 0))]
)
def test_where_all_or_none_gave_one_answer_nothing_is_tested(counts):
    cells = crosstab(records(counts), "occupation", "topic").frame
    assert cells["n"].tolist() == [n for row in counts for n in row]
    assert cells[["residual", "p_value", "p_holm"]].isna().all(axis=None)
    assert (cells["mark"] == "・").all()


@pytest.mark.parametrize(("labels", "n"), [(["中断"], 1), ([], pd.NA)])
def test_what_no_status_stands_for_is_not_said_to_have_happened_to_nobody(labels, n):
    frame = pd.DataFrame({"topic": ["学校", "家族"], "status": ["中断", "完了"]})
    table = shares_by(frame, "topic", "status", labels).frame.head(1)
    assert table["n"].tolist() == [n]
    assert table["base"].tolist() == [2]
    assert table[["share", "low", "high"]].isna().to_numpy().all() == (not labels)


def test_a_status_that_there_is_not_is_refused_and_not_counted_as_nobody():
    frame = pd.DataFrame({"topic": ["学校"], "status": ["中断"]})
    with pytest.raises(InputError, match="「status」に次の回答はありません: 中止"):
        shares_by(frame, "topic", "status", ["中断", "中止"])


def test_shares_by_another_attribute_begin_with_everybody():
    frame = records().assign(status=["中断", "完了", "完了"] * 50)
    table = shares_by(frame, "topic", "status", ["中断"]).frame
    assert table["topic"].tolist() == ["全体", *TOPICS]
    assert table.loc[0, ["n", "base"]].tolist() == [50, 150]
    assert table.loc[1:, "base"].sum() == 150


def test_national_slices_are_added_up_only_when_they_fill_the_period():
    slices = pd.DataFrame(
        {
            "variable": "topic",
            "value": ["家族", "家族"],
            "n": [3, 4],
            "period_start": pd.to_datetime(["2023-01-01", "2023-04-01"]),
            "period_end": pd.to_datetime(["2023-03-31", "2023-06-30"]),
        }
    )
    half = Period(date(2023, 1, 1), date(2023, 6, 30), "上半期")
    assert national_answers(slices, "topic", half)["n"].tolist() == [7]
    assert national_answers(slices, "topic", Period(date(2023, 1, 1), date(2023, 5, 31), "5か月")) is None


def test_a_slice_that_ends_after_the_period_is_no_part_of_it():
    """A source of calendar and of fiscal years serves either."""
    spans = [("2023-01-01", "2023-12-31"), ("2023-04-01", "2024-03-31")]
    first, last = (pd.to_datetime(list(days)) for days in zip(*spans, strict=True))
    source = pd.DataFrame(
        {"variable": "topic", "value": "学校", "n": [7, 9], "period_start": first, "period_end": last}
    )
    calendar = Period(date(2023, 1, 1), date(2023, 12, 31), "年")
    fiscal = Period(date(2023, 4, 1), date(2024, 3, 31), "年度")
    assert [national_answers(source, "topic", one)["n"].tolist() for one in (calendar, fiscal)] == [[7], [9]]


def test_rows_of_a_part_of_the_nation_are_not_added_to_it_and_a_hidden_count_leaves_no_shares():
    year = Period(date(2023, 1, 1), date(2023, 12, 31), "年")
    days = {"period_start": pd.Timestamp(year.start), "period_end": pd.Timestamp(year.end)}
    rows = {
        "scope": ["全国", "熊本県", "全国", None],
        "variable": "topic",
        "value": ["学校", "学校", "家族", "家族"],
    }
    source = pd.DataFrame(rows | {"n": pd.array([7, 100, 3, 50], dtype="Int64")})
    for frame in (source, source.assign(**days)):
        assert national_answers(frame, "topic", year)["n"].tolist() == [7, 3]
        assert national_answers(frame.assign(n=frame["n"].mask(frame["n"] == 3)), "topic", year) is None
        assert national_answers(frame.assign(n=frame["n"].mask(frame["n"] == 50)), "topic", year) is not None
        assert national_answers(frame.iloc[[1]], "topic", year) is None


def test_an_answer_that_nobody_of_the_nation_gave_is_not_counted_as_zero():
    value = pd.Categorical(["女性", "男性", "女性"], ["男性", "女性", "その他"])
    nation = pd.DataFrame({"variable": "sex", "value": value, "n": [3, 2, 4]})
    found = national_answers(nation, "sex", Period(date(2023, 1, 1), date(2023, 12, 31), "年"))
    assert dict(zip(found["value"], found["n"], strict=True)) == {"男性": 2, "女性": 7}


def test_an_adjusted_p_that_is_printed_as_the_level_marks_nothing(monkeypatch):
    allowed = 0.0495  # printed as 0.050, the level of the marks, as their note says
    monkeypatch.setattr(
        "ujo_lib.seasonality.attributes.holm",
        lambda p: np.array([np.nextafter(allowed, 0), allowed, *np.ones(len(p) - 2)]),
    )
    cells = crosstab(records(), "occupation", "topic").frame
    told = cells.loc[cells["residual"].notna(), "mark"].tolist()
    assert told[0] in {"＋", "－"}
    assert set(told[1:]) == {"・"}


@pytest.mark.parametrize(
    "table",
    [((9, 4), (0, 0)), ((0, 0), (4, 9)), ((9, 0), (4, 0)), ((0, 9), (0, 4))],
    ids=["all of one row", "all of the other", "all of one column", "all of the other column"],
)
def test_what_all_or_none_have_is_held_against_nothing(table):
    """With no other row or column there is no chance to compare with: it would have been 0 / 0."""
    with np.errstate(divide="raise", invalid="raise"):
        cells = crossed(table).frame
    assert cells["residual"].isna().all()


def test_a_cell_beside_an_empty_one_keeps_its_residual():
    # 6 of 6 against 0 of 4: excess 6 - 6·6/10 = 2.4 over √(10·0.24·0.24) = 0.759; influences ±0.4·±0.4 = 0.16 (6) and
    # 0.36 (4) scatter by √(6·0.08² + 4·0.12²)·√(10/9) = 0.327, which is less.
    cells = crossed(((6, 0), (0, 4))).frame
    assert cells["residual"].dropna().iloc[0] == pytest.approx(2.4 / math.sqrt(10 * 0.24**2))
