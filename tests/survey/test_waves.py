import numpy as np
import pandas as pd
import pytest

from tests.survey.conftest import waves
from ujo_lib import stats, survey
from ujo_lib.annual.summary import FOR_REFERENCE
from ujo_lib.errors import InputError
from ujo_lib.survey.waves import _BASIS_JA, _verdict


def test_the_row_of_this_wave_has_what_its_own_forms_count():
    """Else a page says of one year both that nobody knows who responded, and that 90 of 127 did."""
    asked = pd.DataFrame({"responded": [True] * 90 + [False] * 37})
    counted = survey.own_counts(asked, pd.DataFrame(index=range(18)))
    unknown = waves(n_in_scope=[None] * 3, n_responded=[None] * 3)
    told = survey.with_own_counts(unknown, "R5", counted).set_index("wave")
    names = ["n_in_scope", "n_responded", "n_cases"]
    assert told.loc["R5", names].tolist() == [127, 90, 18]
    assert told.loc["R1", "n_cases"] == 32
    assert told.loc[["R1", "R2"], names[:2]].isna().all(axis=None)
    sentence = survey.change_sentence(survey.compare_waves(told.reset_index(), "R1", "R5"))
    assert "令和元(2019)年度の回答者数が分からない" in sentence
    assert "令和5(2023)年度の回答者数" not in sentence


@pytest.mark.parametrize(
    ("wave", "years", "told"),
    [
        ("R2", [2021, 2019, 2020], ["R1", "R2"]),
        ("R2", [2020, 2019, 2020], ["R5", "R1", "R2"]),
        ("R5", [2023, 2019, 2020], ["R5", "R1", "R2"]),
        ("R9", [2023, 2019, 2020], ["R5", "R1", "R2"]),  # a name that the table lacks is told elsewhere
    ],
)
def test_a_year_made_anew_tells_nothing_of_the_surveys_after_it(wave, years, told):
    shown = survey.with_own_counts(waves(fiscal_year=years), wave, {})
    assert shown["wave"].tolist() == told
    assert survey.with_own_counts(waves(fiscal_year=years).iloc[:0], wave, {}).empty


def test_32_to_25_is_no_decline_and_names_its_assumption():
    change = survey.compare_waves(waves(), "R1", "R5")
    assert (change.code, change.basis) == ("no_clear_decrease", "count")
    assert change.ratio is not None
    assert (change.ratio.low, change.ratio.high) == pytest.approx((0.443867, 1.360598), abs=1e-6)
    sentence = survey.change_sentence(change)
    assert "減少したとは言い切れません" in sentence
    assert "調査の手厚さも" in sentence
    assert "委員ごとの人数のばらつきも今回と同じと仮定し" in sentence
    assert "令和元(2019)年度の回答者数が分からない" in sentence
    assert "目安" in sentence


def test_a_wave_without_a_denominator_has_no_rate():
    table = survey.wave_table(waves()).frame.set_index("wave")
    assert table.index.tolist() == ["R1", "R2", "R5"]
    assert table.loc["R1", ["responded", "share", "estimate"]].isna().all()
    assert table.loc["R5", "estimate"] == pytest.approx(25 / 97)


@pytest.mark.parametrize(
    ("responded", "in_scope", "share"),
    [(97, 139, 97 / 139), (0, 139, 0.0), (None, 139, None), (97, None, None), (0, 0, None)],
)
def test_a_response_rate_needs_both_of_its_numbers(responded, in_scope, share):
    table = survey.wave_table(waves(n_responded=[responded, 110, 97], n_in_scope=[in_scope, 139, 139])).frame
    found = table["share"].iloc[-1]
    assert pd.isna(found) if share is None else found == pytest.approx(share)


def test_with_denominators_the_rates_are_compared():
    change = survey.compare_waves(waves(n_responded=[97, 110, None]), "R1", "R5")
    assert change.basis == "rate"
    assert change.ratio is not None
    assert change.ratio.estimate == pytest.approx(0.885953608)
    assert "1人あたり" in survey.change_sentence(change)


@pytest.mark.parametrize("responded", [[0, 50, None], [50, 0, None], [0, None, None]])
def test_a_wave_that_nobody_answered_is_compared_with_none(responded):
    change = survey.compare_waves(waves(n_cases=[0, 50, None], n_responded=responded), "R1", "R5")
    assert (change.code, change.ratio) == ("not_comparable", None)
    assert "分からない" not in survey.change_sentence(change)
    known = survey.compare_waves(waves(n_cases=[0, 50, None], n_responded=[1, 50, None]), "R1", "R5")
    assert known.basis == "rate"


def test_an_unknown_count_or_an_unlike_method_is_not_compared():
    changes = survey.wave_changes(waves(), "R5").frame.set_index("earlier")
    assert changes.loc["R2", "verdict"] == "not_comparable"
    assert changes.loc["R2", ["estimate", "low", "high", "p_value", "difference"]].isna().all()
    for comparable in (["可", "不可", "可"], ["不可", "可", "可"]):
        change = survey.compare_waves(waves(comparable=comparable), "R1", "R5")
        assert change.ratio is None
        assert survey.change_verdict(change) == "not_estimable"
        assert survey.change_sentence(change).startswith(
            "令和5(2023)年度の人数は令和元(2019)年度の人数とは比べられません"
        )
    assert survey.compare_waves(waves(comparable=["可", "可", "不可"]), "R1", "R5").ratio is not None


def test_a_wave_is_compared_with_earlier_years_only_and_its_words_stay_words():
    same_year = waves(fiscal_year=[2023, 2019, 2023])
    changes = survey.wave_changes(same_year, "R5").frame
    assert changes["earlier"].tolist() == ["R1"]
    assert changes.dtypes[["difference", "estimate", "p_value"]].astype(str).tolist() == [
        "Int64" if name == "difference" else "Float64" for name in ("difference", "estimate", "p_value")
    ]


def test_two_waves_without_denominators_still_read_correctly():
    both = waves(n_responded=[None, None, None], n_cases=[25, 32, 25])
    changes = survey.wave_changes(both, "R5").frame.set_index("earlier")
    assert (changes["basis"] == "人数そのものの比(参考)").all()
    assert changes.loc["R2", "verdict"] == "equal"
    assert changes.loc["R1", "difference"] == -7


@pytest.mark.parametrize(
    ("now", "then", "code"),
    [
        (0, 32, "decreased"),
        (0, 0, "none"),
        (5, 0, "no_clear_increase"),
        (9, 0, "increased"),
        (90, 32, "increased"),
        (33, 32, "no_clear_increase"),
        (32, 32, "equal"),
    ],
)
def test_every_pair_of_counts_has_a_true_verdict(now, then, code):
    frame = waves(n_cases=[now, then, None])
    change = survey.compare_waves(frame, "R1", "R5")
    assert change.code == code
    sentence = survey.change_sentence(change)
    assert "nan" not in sentence
    assert "{" not in sentence
    row = survey.wave_changes(frame, "R5").frame.iloc[0]
    assert not any(isinstance(v, float) and v != v for v in row)


@pytest.mark.parametrize(
    ("cases", "answers", "code"),
    [
        ((3, 11), (3, 11), "equal"),  # as floats 0.9999999999999999
        ((3, 17), (3, 17), "equal"),  # as floats 1.0000000000000002
        ((1, 49), (2, 98), "equal"),
        ((2, 49), (2, 50), "no_clear_increase"),
        ((2, 50), (2, 49), "no_clear_decrease"),
    ],
)
def test_people_per_answer_that_are_equal_as_whole_numbers_are_told_as_equal(cases, answers, code):
    """By hand: n1 × e0 against n0 × e1."""
    frame = waves(n_cases=[*cases, None], n_responded=[*answers, None], n_in_scope=[200, 200, None])
    assert survey.compare_waves(frame, "R1", "R5").code == code


def test_a_wave_that_is_not_in_the_table_is_named():
    with pytest.raises(InputError, match="R9"):
        survey.compare_waves(waves(), "R1", "R9")


@pytest.mark.parametrize(("year", "earlier"), [(2022, True), (2023, False), (2024, False)])
def test_a_wave_is_compared_with_none_of_its_own_year_or_after_it(year, earlier):
    table = waves(fiscal_year=[2023, year, 2020])
    if earlier:
        assert survey.compare_waves(table, "R1", "R5").earlier == "令和4(2022)年度"
    else:
        with pytest.raises(InputError, match="「R1」は「R5」より前の年度ではありません"):
            survey.compare_waves(table, "R1", "R5")


@pytest.mark.parametrize(
    ("table", "earlier"), [(waves(), ""), (waves().iloc[:0], "R1"), (waves().iloc[:0], "")]
)
def test_a_first_survey_is_compared_with_nothing_and_says_so(table, earlier):
    change = survey.compare_waves(table, earlier, "R5")
    assert (change.code, change.ratio) == ("first", None)
    assert survey.change_sentence(change) == "比べる過去の調査はありません。"
    assert survey.change_verdict(change) == "not_estimable"
    if table.empty:
        assert survey.wave_table(table).frame.empty
        assert survey.wave_changes(table, "R5").frame.empty


def test_what_is_for_reference_ends_in_the_words_by_which_the_summary_knows_it():
    assert {basis: told.endswith(FOR_REFERENCE) for basis, told in _BASIS_JA.items()} == {
        "rate": False,
        "count": True,
        "none": False,
    }


@pytest.mark.parametrize(
    ("low", "high", "code"),
    [
        (0.5, 0.9949, "decreased"),
        (0.5, 0.995, "no_clear_decrease"),
        (1.0049, 1.9, "no_clear_increase"),
        (1.005, 1.9, "increased"),
    ],
)
def test_an_interval_that_touches_one_as_printed_claims_no_change(low, high, code):
    estimate = 0.8 if "decrease" in code else 1.4
    assert _verdict(stats.RateRatio(estimate, low, high, 0.05)) == code


@pytest.mark.parametrize(("now", "clear"), [(1, True), (2, False), (3, False)])
def test_interval_p_and_verdict_of_a_row_say_the_same_as_printed(now, clear):
    """2 of 97 after 9 of 90: p = 0.0493 and an upper limit of 0.9962, which prints as 1.00 (R's binom.test)."""
    frame = waves(n_cases=[now, 9, None], n_responded=[97, 90, None], n_in_scope=[139, 139, None])
    row = survey.wave_changes(frame, "R5").frame.iloc[0]
    assert row["verdict"] == ("decreased" if clear else "no_clear_decrease")
    assert (row["high"] < 1) == (row["p_value"] < 0.05) == clear
    if now == 2:
        assert (row["high"], row["p_value"]) == (1.0, pytest.approx(0.05))
    else:
        exact = stats.rate_ratio(now, 97, 9, 90)
        assert (row["high"], row["p_value"]) == (exact.high, exact.p_value)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ([1] * 20 + [0] * 77, "decreased"),  # less than by chance: taken as chance
        ([2] * 9 + [1] * 2 + [0] * 86, "decreased"),  # index 1.71
        ([3] * 6 + [2] + [0] * 90, "no_clear_decrease"),  # index 2.72
        ([20] + [0] * 96, "no_clear_decrease"),
        ([], "decreased"),
    ],
)
@pytest.mark.parametrize("responded", [97, None])
def test_cases_that_bunch_on_few_commissioners_tell_less_of_a_change(known, code, responded):
    """20 after 45, of 97 each: as of single cases p = 0.003 (binomial, n = 65, by R), with an index of 2.72 0.09."""
    frame = waves(n_cases=[20, 45, None], n_responded=[responded, responded, None])
    change = survey.compare_waves(frame, "R1", "R5", known=known)
    assert change.code == code
    told = survey.wave_changes(frame, "R5", known=known).frame.iloc[0]
    assert (told["low"], told["high"], told["verdict"]) == (change.ratio.low, change.ratio.high, code)


@pytest.mark.full
@pytest.mark.parametrize("index", [1.5, 2.0, 3.0])
@pytest.mark.parametrize(("mean", "size"), [(0.26, 97), (0.3, 40), (1.0, 300)])
def test_bunches_alone_are_rarely_told_as_a_change(index, mean, size):
    """Negative binomial, no change: single cases would have told one in 8 to 24 % of such pairs of waves."""
    rng, r = np.random.default_rng(5), mean / (index - 1)
    found = []
    for now, then in rng.negative_binomial(r, r / (r + mean), (1000, 2, size)):
        frame = waves(n_cases=[now.sum(), then.sum(), None], n_responded=[size, size, None])
        found.append(survey.compare_waves(frame, "R1", "R5", known=now).code in ("increased", "decreased"))
    assert np.mean(found) < 0.07 + 2 * 0.008  # the error of 1,000 draws
