"""Tables of weighted answers: their counts by hand, their shares as the estimator's, their words."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.residents.conftest import AGES, SEXES, categorical
from ujo_lib.columns import Estimate
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.residents import tables
from ujo_lib.residents.linearised import mean, share_interval
from ujo_lib.residents.weighting import Sample, SampleError, open_sample
from ujo_lib.stats import round_half_up
from ujo_lib.typed import ANSWERED


@pytest.fixture
def sample(drawn, register) -> Sample:
    return open_sample(drawn, register)


def test_shares_count_those_who_answered_and_weight_what_they_stand_for(sample):
    table = tables.shares(sample, "lonely", "孤独感")
    answers = sample.answers
    assert table.frame.columns.tolist() == ["lonely", "n", "base", "share", "low", "high"]
    assert table.frame["n"].tolist() == [
        int((answers["lonely"] == label).sum()) for label in ("はい", "いいえ")
    ]
    assert table.frame["base"].tolist() == [len(answers)] * 2
    weights = sample.design.weights
    assert table.frame["share"][0] == pytest.approx(
        weights[answers["lonely"] == "はい"].sum() / weights.sum()
    )
    assert table.frame["share"].sum() == pytest.approx(1)
    assert table.schema.where == {"lonely": (ANSWERED,)}
    assert "share" in table.schema.of_table  # no equation that the audit knows gives it


@pytest.mark.parametrize("ask", [tables.across, tables.sensitivity])
def test_an_answer_that_the_question_no_longer_offers_is_refused_and_not_counted_as_nobody(sample, ask):
    """「時々ある」 was split in two, and the headline counted 「しばしばある」 alone."""
    with pytest.raises(
        SampleError, match=r"「たまに」は、質問「lonely」の選択肢\(はい、いいえ\)にありません"
    ):
        ask(sample, "lonely", "孤独", ["はい", "たまに"])


def test_a_blank_answer_is_in_no_base(drawn, register):
    heard = drawn.index[drawn["responded"]]
    drawn.loc[heard[:3], "lonely"] = None
    sample = open_sample(drawn, register)
    assert tables.shares(sample, "lonely", "孤独感").frame["base"].tolist() == [len(sample.answers) - 3] * 2


def test_an_answer_that_nobody_gave_keeps_its_row_and_its_upper_bound(drawn, register):
    drawn["lonely"] = drawn["lonely"].cat.add_categories("わからない")
    row = tables.shares(open_sample(drawn, register), "lonely", "孤独感").frame.iloc[-1]
    assert row[["n", "share", "low"]].tolist() == [0, 0, 0]
    assert 0 < row["high"] < 0.1


def test_across_has_everybody_each_side_and_each_cell(sample):
    table = tables.across(sample, "lonely", "孤独", ["はい"])
    keys = list(zip(table.frame["sex"], table.frame["age_band"], strict=True))
    assert keys[0] == ("全体", "全体")
    assert len(keys) == len(set(keys)) == 1 + 2 + 2 + 4
    young = table.frame[(table.frame["sex"] == "全体") & (table.frame["age_band"] == AGES[0])].iloc[0]
    inside = (sample.answers["age_band"] == AGES[0]).to_numpy()
    trait = (sample.answers["lonely"] == "はい").to_numpy()
    assert young[["n", "base"]].tolist() == [int((inside & trait).sum()), int(inside.sum())]
    expected = share_interval(mean(sample.design, trait, inside), int(inside.sum()))
    assert young[["share", "low", "high"]].tolist() == pytest.approx(
        [expected.estimate, expected.low, expected.high]
    )
    assert table.schema.recode == {"lonely": {"孤独": ("はい",)}}


def test_means_leave_out_those_without_a_value(drawn, register):
    drawn["points"] = pd.Series(np.arange(len(drawn)) % 10, dtype="Int64").mask(~drawn["responded"])
    heard = drawn.index[drawn["responded"]]
    drawn.loc[heard[:2], "points"] = pd.NA
    sample = open_sample(drawn, register)
    table = tables.means(sample, "points", "平均", (0, 100))
    row, values = table.frame.iloc[0], sample.answers["points"].astype(float)
    known = values.notna()
    weights = sample.design.weights
    assert row["n"] == len(sample.answers) - 2
    assert row["mean"] == pytest.approx((weights * values)[known].sum() / weights[known].sum())
    assert row["low"] < row["mean"] < row["high"]


def test_differences_are_told_only_beyond_the_width_of_all_of_them(sample):
    table = tables.differences(sample, "lonely", ["はい"]).frame
    assert table["group"].tolist() == ["男性とほかの人", "16~39歳とほかの人"]
    assert table["reading"].tolist() == ["差があるとは言えない", "高い"]
    one = mean(sample.design, sample.answers["lonely"] == "はい", sample.answers["age_band"] == AGES[0])
    assert table["estimate"][1] == pytest.approx(100 * one.value)  # nobody of the old says so
    men = replace(
        sample, answers=sample.answers.assign(sex=categorical(["男性"] * len(sample.answers), SEXES))
    )
    assert tables.differences(men, "lonely", ["はい"], ["sex"]).frame.empty  # there is nobody else
    alone = tables.differences(sample, "lonely", ["はい"], ["age_band"]).frame
    assert alone["high"][0] - alone["low"][0] < table["high"][1] - table["low"][1]


@pytest.mark.parametrize(("error", "wider"), [(0.0, False), (0.05, True)])
def test_persons_are_the_share_of_the_register_and_as_wide_as_both_uncertainties(sample, error, wider):
    row = tables.persons(sample, {"孤独": ("lonely", ["はい"])}, error).frame.iloc[0]
    share = tables.shares(sample, "lonely", "").frame.iloc[0][["share", "low", "high"]].astype(float).round(3)
    assert row["estimate"] == round(1000 * share["share"])
    below = math.hypot(share["share"] - share["low"], 1.959964 * error * share["share"])
    assert row["low"] == math.floor(1000 * (share["share"] - below))
    assert bool(row["high"] > math.ceil(1000 * share["high"])) is wider


@pytest.mark.parametrize("low", [0.143, 0.144, 0.166, 0.167, 0.168])
def test_whole_persons_of_a_printed_limit_are_not_rounded_outwards_by_the_last_bit(sample, monkeypatch, low):
    told = {"n": 1, "base": 72, "share": 0.26, "low": low, "high": low + 0.2}
    monkeypatch.setattr(tables, "share_of", lambda *_: dict(told))
    row = tables.persons(sample, {"孤独": ("lonely", ["はい"])}, 0.0).frame.iloc[0]
    assert (row["low"], row["high"]) == (round(1000 * low), round(1000 * (low + 0.2)))


@pytest.mark.parametrize(("rows", "said"), [
    ([("男性", 1.1, "差があるとは言えない"), ("16~29歳", 6.4, "高い"), ("70歳以上", -9.3, "低い")],
     "割合がほかの人と違うと言えるのは、16~29歳(高い)・70歳以上(低い)です。"),
    ([("男性", 1.1, "差があるとは言えない")], "割合がほかの人と違うと言える区分はありません。"),
    ([("男性", None, None), ("70歳以上", -9.3, "低い")],
     "伏せた欄を除くと、割合がほかの人と違うと言えるのは、70歳以上(低い)です。"),
    ([("男性", None, None)], "伏せた欄を除くと、割合がほかの人と違うと言える区分はありません。"),
    ([], "割合がほかの人と違うと言える区分はありません。"),
])  # fmt: skip
def test_the_groups_that_differ_are_named_each_with_its_side(rows, said):
    gaps = pd.DataFrame(
        [(f"{group}とほかの人", points, points, points, word) for group, points, word in rows],
        columns=["group", "estimate", "low", "high", "reading"],
    )
    assert tables.said_apart(gaps) == said


def test_two_questions_below_each_other_are_not_told_as_several_answers_to_one(sample):
    """「複数回答」 and 「割合の合計は100%になるとは限りません」 would stand there: nobody adds up two questions."""
    schema = tables.persons(sample, {"孤独": ("lonely", ["はい"])}, 0.01).schema
    assert not schema.multiple
    assert schema["estimate"] == Estimate(heading="市全体の推計", unit="人", decimals=0)
    assert "(標準誤差1%)" in schema.note


def test_no_fewer_persons_than_gave_the_answer(drawn, register):
    few = drawn[drawn["responded"]].assign(weight=1.0)
    sample = open_sample(few, register.iloc[:0])
    row = tables.persons(sample, {"孤独": ("lonely", ["はい"])}, 0.0).frame.iloc[0]
    assert row["low"] == row["n"]


def test_without_a_population_there_is_a_share_and_no_number_of_persons(drawn, register):
    table = tables.persons(open_sample(drawn, register.iloc[:0]), {"孤独": ("lonely", ["はい"])}, 0.01)
    assert "推計できません" in table.schema.note
    assert "幅には" not in table.schema.note  # there is none
    row = table.frame.iloc[0]
    assert row["share"] > 0
    assert row[["estimate", "low", "high"]].isna().all()


def test_silence_of_the_lonely_moves_the_share_as_the_equation_says():
    # Of 1,000 people 300 are lonely; 40 % of them and 50 % of the others answer: 120 of 470.
    assert tables.unseen(120 / 470, 0.47, 0.10) == pytest.approx(0.30)
    assert tables.unseen(0.2, 0.4, 0.0) == pytest.approx(0.2)
    assert tables.unseen(0.0, 0.4, 0.1) == 0
    assert tables.unseen(1.0, 0.4, 0.1) == 1


def test_sensitivity_goes_up_with_the_gap_and_needs_a_response_rate(sample, drawn, register):
    table = tables.sensitivity(sample, "lonely", "孤独", ["はい"]).frame
    assert table["share"].is_monotonic_increasing
    assert table["gap"].tolist()[0] == "差がない場合(上の割合)"
    assert table["gap"].tolist()[1:] == [f"{points}ポイント低い場合" for points in (5, 10, 20)]
    listed = open_sample(drawn[drawn["responded"]].drop(columns="responded"), register)
    unknown = tables.sensitivity(listed, "lonely", "孤独", ["はい"])
    assert (len(unknown.frame), unknown.schema.note) == (0, "")  # no rate rules out any assumption


SCALE = ["決してない", "ほとんどない", "時々ある", "常にある"]


@pytest.mark.parametrize(
    ("codes", "score", "band"),
    [
        ((1, 1, 1), 3, "3点"),
        ((2, 1, 1), 4, "4~6点"),
        ((2, 2, 2), 6, "4~6点"),
        ((3, 2, 2), 7, "7~9点"),
        ((3, 3, 3), 9, "7~9点"),
        ((4, 3, 3), 10, "10~12点"),
        ((4, 4, 4), 12, "10~12点"),
    ],
)
def test_three_items_make_the_score_and_the_band_of_the_nation(codes, score, band):
    frame = pd.DataFrame(
        {f"u{i}": pd.Categorical([SCALE[c - 1]], SCALE, ordered=True) for i, c in enumerate(codes)}
    )
    scored = tables.with_score(frame, list(frame.columns))
    assert (scored["ucla"][0], scored["ucla_band"][0]) == (score, band)
    assert scored["ucla_band"].cat.ordered


def test_a_blank_item_leaves_no_score():
    frame = pd.DataFrame(
        {f"u{i}": pd.Categorical([value], SCALE) for i, value in enumerate([None, *SCALE[:2]])}
    )
    scored = tables.with_score(frame, list(frame.columns))
    assert scored[["ucla", "ucla_band"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "scales",
    [
        [SCALE, SCALE, SCALE[::-1]],
        [SCALE] * 2,
        [SCALE] * 4,
        [SCALE, SCALE, [*SCALE, "わからない"]],
        [SCALE, SCALE, [*SCALE[:2], SCALE[3], "わからない"]],
        [["ある", *SCALE[1:]]] * 3,
        [SCALE[1:]] * 3,
        [],
    ],
    ids=[
        "the other way round",
        "two",
        "four",
        "five answers",
        "no scale",
        "not never",
        "three answers",
        "none",
    ],
)
def test_what_is_no_three_item_scale_has_no_score(scales):
    frame = pd.DataFrame({f"u{i}": pd.Categorical([scale[0]], scale) for i, scale in enumerate(scales)})
    with pytest.raises(SampleError, match="ucla_items"):
        tables.with_score(frame, list(frame.columns))


def test_a_score_of_a_question_that_nobody_asked_is_refused_by_name():
    scale = ["決してない", "ほとんどない", "時々ある", "常にある"]
    frame = pd.DataFrame({name: pd.Categorical(scale, scale) for name in ("a", "b", "c")})
    assert tables.with_score(frame, ["a", "b", "c"])["ucla"].tolist() == [3, 6, 9, 12]
    with pytest.raises(SampleError, match="a、b、d"):
        tables.with_score(frame, ["a", "b", "d"])


def test_questions_without_cells_of_their_own_get_a_table(sample):
    answers = {"kind": "single", "options": {"1": "はい", "2": "いいえ"}}
    items = [
        {"id": "lonely", "title": "孤独感", "wording": "孤独か", **answers},
        {"id": "shown", "title": "別", "wording": "別の問い", **answers},
        {"id": "why", "title": "理由", "wording": "なぜか", "kind": "text"},
    ]
    assert [one[:2] for one in tables.other_items(sample, _form(items), ["shown"])] == [("lonely", "孤独感")]


def _form(items: list[dict[str, object]]) -> Questionnaire:
    forms = {"residents": {"key": "resident_id", "items": items}}
    return Questionnaire.model_validate(
        {"survey": "r", "title": "調査", "target_group": "その他", "forms": forms}
    )


def test_a_question_with_several_answers_is_told_option_by_option_of_those_who_ticked_any():
    """Ten residents who weigh the same: three tick both, two A alone, one B alone, four none."""
    ticks = {"A": [True] * 5 + [False] * 5, "B": [True] * 3 + [False] * 2 + [True] + [False] * 4}
    columns = {
        f"needs_{label}": pd.array([one or pd.NA for one in given], dtype="boolean")
        for label, given in ticks.items()
    }
    sample = _of(["はい"] * 10, **columns)
    item = {"id": "needs", "title": "要るもの", "wording": "何が要るか", "kind": "multiple"}
    form = _form([{**item, "options": {"1": "A", "2": "B", "3": "C"}}])
    [(name, title, table)] = tables.other_items(sample, form, [])
    assert (name, title) == ("needs", "要るもの")
    assert table.frame["needs"].tolist() == ["A", "B", "C"]
    assert table.frame["n"].tolist() == [5, 4, 0]
    assert table.frame["base"].tolist() == [6, 6, 6]
    assert table.frame["share"].tolist() == pytest.approx([5 / 6, 4 / 6, 0])
    assert table.schema.multiple == ("needs",)
    assert table.schema.where == {"needs": (ANSWERED,)}
    pair = share_interval(mean(sample.design, [1.0] * 5 + [0.0] + [np.nan] * 4), 6)
    assert table.frame.loc[0, ["low", "high"]].tolist() == pytest.approx([pair.low, pair.high])


@pytest.mark.parametrize(("asked", "base"), [("はい", 6), ("いいえ", 0)])
def test_several_answers_of_those_who_were_not_to_give_any_are_in_no_base(asked, base):
    ticked = pd.array([True] * 6 + [pd.NA] * 4, dtype="boolean")
    sample = _of(["はい"] * 6 + ["いいえ"] * 4, needs_A=ticked)
    items = [
        {
            "id": "lonely",
            "title": "孤独感",
            "wording": "孤独か",
            "kind": "single",
            "options": {"1": "はい", "2": "いいえ"},
        },
        {
            "id": "needs",
            "title": "要るもの",
            "wording": "何が要るか",
            "kind": "multiple",
            "options": {"1": "A"},
        }
        | {"asked_if": {"item": "lonely", "answers": [asked]}},
    ]
    [(_, _, table)] = tables.other_items(sample, _form(items), ["lonely"])
    assert table.frame["base"].tolist() == [base]
    assert table.schema.where == {"lonely": (asked,), "needs": (ANSWERED,)}
    assert f"「孤独感」に「{asked}」と答えた人だけに尋ねました。" in table.schema.note


@pytest.mark.parametrize(("scale", "low"), [([0, 99], 0), (None, -1.328282)])
def test_a_number_is_told_as_its_mean_in_its_own_unit(scale, low):
    """0, 1, 2 and 5 of four of five people: 2 − 3.182446 · √(5/4 · 14/4²)."""
    sample = _of(["はい"] * 5, friends=pd.array([0, 1, 2, 5, pd.NA], dtype="Int64"))
    item = {"id": "friends", "title": "友人", "wording": "何人か", "kind": "number", "unit": "人"}
    form = _form([item | ({"range": scale} if scale else {})])
    [(_, _, table)] = tables.other_items(sample, form, [])
    assert table.frame[["n", "mean"]].to_numpy().tolist() == [[4, 2.0]]
    assert table.frame["low"].item() == pytest.approx(low)
    assert table.schema["mean"] == Estimate(heading="友人の平均", unit="人", decimals=1)
    assert table.schema.where == {"friends": (ANSWERED,)}


@pytest.mark.parametrize(("strays", "base"), [(0, 4), (1, 4), (2, 4)])
def test_a_question_for_some_is_told_of_those_who_were_to_answer_it(strays, base):
    """Five はい of whom four say whom they ask; others who answered nevertheless are in no base."""
    choice = {"kind": "single", "options": {"1": "はい", "2": "いいえ"}}
    items = [
        {"id": "lonely", "title": "孤独感", "wording": "孤独か", **choice},
        {
            **choice,
            "id": "asks",
            "title": "頼る",
            "wording": "頼るか",
            "asked_if": {"item": "lonely", "answers": ["はい"]},
        },
    ]
    forms = {"residents": {"key": "resident_id", "items": items}}
    form = Questionnaire.model_validate(
        {"survey": "r", "title": "調査", "target_group": "その他", "forms": forms}
    )
    asks = ["はい", "はい", "はい", "いいえ", None] + ["いいえ"] * strays + [None] * (20 - strays)
    sample = _of(["はい"] * 5 + ["いいえ"] * 20, asks=pd.Categorical(asks, ["はい", "いいえ"]))
    [(_, _, table)] = tables.other_items(sample, form, ["lonely"])
    assert table.frame[["n", "base", "share"]].to_numpy().tolist() == [[3, base, 0.75], [1, base, 0.25]]
    assert table.schema.where == {"lonely": ("はい",), "asks": (ANSWERED,)}
    assert table.schema.note == "「孤独感」に「はい」と答えた人だけに尋ねました。"


def test_a_number_that_some_were_asked_for_says_whom():
    item = {"id": "friends", "title": "友人", "wording": "何人", "kind": "number", "unit": "人"}
    lonely = {
        "id": "lonely",
        "title": "孤独感",
        "wording": "孤独か",
        "kind": "single",
        "options": {"1": "はい"},
    }
    items = [lonely, item | {"asked_if": {"item": "lonely", "answers": ["はい"]}}]
    forms = {"residents": {"key": "resident_id", "items": items}}
    form = Questionnaire.model_validate(
        {"survey": "r", "title": "調査", "target_group": "その他", "forms": forms}
    )
    sample = _of(["はい"] * 5 + [None] * 5, friends=pd.array([1, 2, 3, 4, 5, 9, 9, 9, 9, 9], "Int64"))
    [(_, _, table)] = tables.other_items(sample, form, ["lonely"])
    assert table.frame[["n", "mean"]].to_numpy().tolist() == [[5, 3.0]]
    assert table.schema.note.startswith("「孤独感」に「はい」と答えた人だけに尋ねました。")


def test_known_cases_are_counted():
    assert tables.known_cases(pd.DataFrame({"case_id": ["1", "2"]})).frame["n"].tolist() == [2]


def test_an_item_that_nobody_answered_has_no_share_and_no_number(drawn, register):
    sample = open_sample(
        drawn.assign(lonely=pd.Categorical([None] * len(drawn), ["はい", "いいえ"])), register
    )
    assert tables.shares(sample, "lonely", "孤独感").frame["share"].isna().all()
    row = tables.persons(sample, {"孤独": ("lonely", ["はい"])}, 0.01).frame.iloc[0]
    assert row[["share", "estimate", "low", "high"]].isna().all()
    assert tables.differences(sample, "lonely", ["はい"]).frame.empty


def test_a_file_without_the_wave_has_everybody_and_no_wave(sample):
    table = tables.across(sample, "lonely", "孤独", ["はい"], [(), ("wave",)])
    assert table.frame["wave"].tolist() == ["全体"]
    assert table.schema["wave"].name == "回収の段階"


def test_answers_whose_wave_is_blank_have_a_row_so_that_the_rows_add_up():
    waves = pd.array([1] * 6 + [2] * 5 + [None] * 3, dtype="Int64")
    sample = _of(["はい", "いいえ"] * 7, wave=waves)
    frame = tables.across(sample, "lonely", "孤独", ["はい"], [(), ("wave",)]).frame
    assert frame["wave"].tolist() == ["全体", "1", "2", "不明"]
    assert frame["base"].tolist() == [14, 6, 5, 3]
    assert frame["n"].tolist() == [7, 3, 3, 1]
    blank = _of(["はい", "いいえ"] * 7, wave=pd.array([None] * 14, dtype="Int64"))
    assert tables.across(blank, "lonely", "孤独", ["はい"], [(), ("wave",)]).frame["wave"].tolist() == [
        "全体"
    ]


def _of(lonely: list[str | None], men: int = 0, **more: object) -> Sample:
    """People of one district who all stand for one person, the first `men` of them men."""
    sex = ["男性"] * men + ["女性"] * (len(lonely) - men)
    drawn = pd.DataFrame(
        {
            "resident_id": [f"r{i}" for i in range(len(lonely))],
            "sex": pd.Categorical(sex, ["男性", "女性"]),
            "age_band": pd.Categorical([AGES[0]] * len(lonely)),
            "lonely": pd.Categorical(lonely, ["はい", "いいえ"]),
            **more,
        }
    )
    return open_sample(drawn, pd.DataFrame({"sex": [], "age_band": [], "n": []}))


@pytest.mark.parametrize("answer", ["はい", "いいえ"])
def test_a_side_where_all_answered_alike_is_not_told_as_certain(answer):
    """Nobody of five: Clopper and Pearson's upper limit is 1 − 0.025^(1/5)."""
    limit = 100 * (1 - 0.025**0.2)
    row = tables.differences(_of([answer] * 10, 5), "lonely", ["はい"], ["sex"]).frame.iloc[0]
    assert row[["estimate", "low", "high"]].tolist() == pytest.approx([0, -limit, limit])


@pytest.mark.parametrize(
    ("low", "high", "reading"),
    [
        (0.04, 9.0, "差があるとは言えない"),  # printed as 0.0
        (0.05, 9.0, "高い"),
        (-9.0, -0.04, "差があるとは言えない"),
        (-9.0, -0.05, "低い"),
    ],
)
def test_a_difference_is_judged_by_the_limits_that_are_printed(monkeypatch, low, high, reading):
    """A word that says on which side of 0.0 a limit lies would be one number more than the table has."""
    monkeypatch.setattr(tables, "_points", lambda *_: [(low + high) / 2, low, high])
    sample = _of(["はい"] * 5 + ["いいえ"] * 5, men=5)
    assert tables.differences(sample, "lonely", ["はい"], ["sex"]).frame["reading"].tolist() == [reading]


@pytest.mark.parametrize(("men", "reading"), [(5, "差があるとは言えない"), (20, "低い")])
def test_nobody_of_a_few_is_no_sure_difference(men, reading):
    """0 of 5 beside 40 of 100 is what chance gives once in 13 (0.6^5), 0 of 20 once in 27,000."""
    sample = _of(["いいえ"] * men + ["はい"] * 40 + ["いいえ"] * 60, men)
    assert tables.differences(sample, "lonely", ["はい"], ["sex"]).frame["reading"].tolist() == [reading]


def test_a_question_that_nobody_answered_keeps_the_row_of_everybody():
    sample = _of([None] * 10, 5, ucla=pd.array([pd.NA] * 10, dtype="Float64"))
    row = tables.across(sample, "lonely", "孤独", ["はい"]).frame.iloc[0]
    assert row[["n", "base"]].tolist() == [0, 0]
    assert pd.isna(row["share"])
    assert tables.means(sample, "ucla", "平均点", tables.SCORES).frame.empty


def test_a_mean_of_equal_values_or_of_one_person_has_no_width():
    table = tables.means(
        _of(["はい"] * 4, 3, ucla=[5.0, 5.0, 5.0, 9.0]), "ucla", "平均点", tables.SCORES, [(), ("sex",)]
    )
    assert table.frame["n"].tolist() == [4, 3, 1]
    assert table.frame["low"].isna().tolist() == table.frame["high"].isna().tolist() == [False, True, True]
    assert "値が全員同じ" in table.schema.note


def test_a_mean_that_the_margins_fix_has_no_width_either(drawn, register):
    """All young say 3 and all old say 9: what is left is the register's ages, and no word of the next answers."""
    young = (drawn["age_band"] == AGES[0]).to_numpy()
    sample = open_sample(drawn.assign(ucla=np.where(young, 3.0, 9.0)), register)
    [row] = tables.means(sample, "ucla", "平均点", tables.SCORES, [()]).frame.itertuples()
    assert pd.isna(row.low)
    assert pd.isna(row.high)
    assert row.mean == pytest.approx(6)


def test_no_mean_may_lie_beyond_the_ends_of_its_scale():
    """Of 3, 3, 3, 12 the t interval is 5.25 ± 3.18 · 2.25 · √(1 − 4/n): it would begin below the least score."""
    of_few = _of(["はい"] * 4, 3, ucla=[3.0, 3.0, 3.0, 12.0])
    [wide] = tables.means(of_few, "ucla", "平均点", (-100, 100), [()]).frame.itertuples()
    [cut] = tables.means(of_few, "ucla", "平均点", tables.SCORES, [()]).frame.itertuples()
    assert wide.low < 3
    assert (cut.low, cut.mean, cut.high) == (3, wide.mean, min(wide.high, 12))


def test_nobody_is_assumed_to_have_answered_more_often_than_always():
    """Nineteen of twenty answered: ten points less often of 10 in 19 would need 100.2 % of the others."""
    heard = [True] * 19 + [False]
    sample = _of(["はい"] * 10 + ["いいえ"] * 9 + [None], responded=heard)
    table = tables.sensitivity(sample, "lonely", "孤独", ["はい"])
    assert table.frame["gap"].tolist() == ["差がない場合(上の割合)", "5ポイント低い場合"]
    assert "起こりえない仮定" in table.schema.note
    for gap in tables.GAPS:
        true = tables.unseen(10 / 19, 0.95, gap)
        others = 0.95 * (9 / 19) / (1 - true)
        assert (others <= 1) == (gap < 0.1)


@pytest.mark.parametrize(
    ("share", "rate", "gap", "expected"),
    [
        (0.1, 0.5, 0.2, 0.151388),  # a = (0.3 + sqrt(0.13)) / 2 answer of those who have it: 0.05 / a
        (0.0, 0.3, 0.4, 0.0),  # nobody has it, however large the gap
        (1.0, 0.3, 0.4, 1.0),
        (0.9, 0.5, 0.2, 0.927051),  # a = (0.3 + sqrt(0.45)) / 2
    ],
)
def test_what_the_silent_may_hide_follows_from_the_equation_at_both_ends(share, rate, gap, expected):
    assert tables.unseen(share, rate, gap) == pytest.approx(expected, abs=1e-6)
    assert tables.unseen(1.0, 0.6, 0.05) == 1  # the equation itself gives the last bit more


@pytest.mark.parametrize(("gap", "rows"), [(0.49, 1), (0.5, 1), (0.51, 0)])
def test_everybody_else_may_have_answered(gap, rows):
    """Half answered and all of them have it: with 0.5 points between the rates nobody of the others kept silent."""
    sample = _of(["はい"] * 10 + [None] * 10, responded=[True] * 10 + [False] * 10)
    assert len(tables.sensitivity(sample, "lonely", "孤独", ["はい"], [gap]).frame) == rows


@pytest.mark.parametrize(("groups", "compared"), [(1, 0), (2, 1), (3, 3), (4, 4)])
def test_of_two_groups_one_is_compared_and_of_more_each(groups, compared):
    wave = pd.array([at % groups for at in range(24)], dtype="Int64")
    table = tables.differences(_of(["はい", "いいえ"] * 12, wave=wave), "lonely", ["はい"], ["wave"])
    assert len(table.frame) == compared


@pytest.mark.parametrize(("men", "women"), [(5, 20), (20, 5)])
def test_where_all_of_a_side_answered_alike_its_own_number_of_people_counts(men, women):
    """None of n on either side: Clopper and Pearson's upper limit is 1 − 0.025^(1/n)."""
    sample = _of(["いいえ"] * (men + women), men)
    row = tables.differences(sample, "lonely", ["はい"], ["sex"]).frame.iloc[0]
    limits = [-100 * (1 - 0.025 ** (1 / women)), 100 * (1 - 0.025 ** (1 / men))]
    assert row[["low", "high"]].tolist() == pytest.approx(limits)


def test_of_a_group_that_is_compared_its_share_and_the_difference_are_held_as_printed(sample, monkeypatch):
    monkeypatch.setattr(tables, "values_left", lambda *asked: asked)
    *_, told, printed = tables.across(sample, "lonely", "孤独", ["はい"]).left()
    trait = (sample.answers["lonely"] == "はい").to_numpy(float)
    found = [printed(trait, row.inside) for row in told]
    assert [len(one) for one in found] == [3] * 3 + [6, 3] * 2 + [
        3
    ] * 4  # men and the young beside the others
    share = tables.shares(sample, "lonely", "").frame.loc[0, ["share", "low", "high"]].astype(float) * 100
    assert list(found[0]) == share.round(1).tolist()
    apart = tables.differences(sample, "lonely", ["はい"]).frame[["estimate", "low", "high"]].astype(float)
    assert [list(found[at][3:]) for at in (3, 5)] == apart.round(1).to_numpy().tolist()


@pytest.mark.parametrize(("points", "wide"), [([5.0], False), ([5.0, 6.0], True), ([5.0, 6.0, 7.5], True)])
def test_a_mean_is_held_as_printed_and_has_a_width_from_two_people_on(monkeypatch, points, wide):
    monkeypatch.setattr(tables, "ways_left", lambda *asked: asked)
    sample = _of(["はい"] * (len(points) + 3), ucla=[*points, *[np.nan] * 3])
    table = tables.means(sample, "ucla", "平均点", tables.SCORES, [()])
    *_, printed = table.left()
    row = table.frame.loc[0, ["mean", "low", "high"]]
    assert row.notna().tolist() == [True, wide, wide]
    numbers = sample.answers["ucla"].to_numpy(float)
    assert printed(numbers, np.ones(len(numbers), bool)) == [
        None if pd.isna(one) else round_half_up(one, 1) for one in row
    ]


def test_a_group_in_which_nobody_was_heard_has_no_row():
    sexes = pd.Categorical(["男性"] * 12, ["男性", "女性"])
    frame = tables.across(
        _of(["はい", "いいえ"] * 6, sex=sexes), "lonely", "孤独", ["はい"], [("sex",), ("sex", "age_band")]
    ).frame
    assert "女性" not in set(frame["sex"])


def test_persons_and_assumptions_tell_no_more_than_the_share_as_it_is_printed(drawn, register, monkeypatch):
    """22.44 % and 22.36 % are both printed as 22.4 %; of 100,000 persons they are 22,440 and 22,360."""
    sample = open_sample(drawn, register)

    made = []
    for share in (0.2244, 0.2236):
        row = {"n": 20, "base": 90, "share": share, "low": share - 0.1, "high": share + 0.1}
        monkeypatch.setattr(tables, "share_of", lambda *_, row=row: dict(row))
        people = tables.persons(sample, {"孤独": ("lonely", ["はい"])}, 0.01).frame.drop(columns="share")
        made.append((people, tables.sensitivity(sample, "lonely", "孤独", ["はい"]).frame))
    (people, unseen), (other, another) = made
    assert people["estimate"].tolist() == [224]
    pd.testing.assert_frame_equal(people, other)
    pd.testing.assert_frame_equal(unseen, another)
