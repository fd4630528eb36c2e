"""What is said of waves, totals and modes claims no more than their verdict does."""

import re

import pandas as pd
import pytest

from tests.survey.conftest import waves
from ujo_lib import stats, survey
from ujo_lib.survey.waves import Basis, Change, Code


def test_a_rate_that_fell_is_not_told_as_a_number_that_fell():
    """30 cases of 90 commissioners after 25 of 20: more people, fewer by each."""
    frame = waves(n_cases=[30, 25, None], n_responded=[90, 20, None])
    finding = survey.change_finding(survey.compare_waves(frame, "R1", "R5"))
    assert "の回答した民生委員1人あたりの人数は令和元(2019)年度より減少しました" in finding
    assert "の人数の比は" not in finding.replace("1人あたりの人数の比は", "")


@pytest.mark.parametrize(
    ("denominators", "kind"), [([97, 110, None], "detected"), ([97, None, None], "note")]
)
def test_a_verdict_needs_p_below_five_percent_a_limit_beside_one_and_denominators(denominators, kind):
    """51 after 32 has a p of 4.8 %, and 1.00〜2.56 is printed beside it."""
    for now in range(60):
        frame = waves(n_cases=[now, 32, None], n_responded=denominators)
        change = survey.compare_waves(frame, "R1", "R5")
        assert change.ratio is not None
        printed = f"{change.ratio.low:.2f}", f"{change.ratio.high:.2f}"
        told = change.ratio.p_value < 0.05 and "1.00" not in printed
        assert (change.code in ("decreased", "increased")) == told
        assert (survey.change_verdict(change) == kind) == told
        says_changed = re.search("より(減少|増加)しました", survey.change_sentence(change))
        assert bool(says_changed) == (kind == "detected" and told)


def test_the_same_number_twice_is_not_called_no_change():
    change = survey.compare_waves(waves(n_cases=[32, 32, None]), "R1", "R5")
    assert "と同じ値ですが、増減がないとは言い切れません" in survey.change_sentence(change)


def change(code: Code, basis: Basis, *, ratio: bool = True, unknown: tuple[str, ...] = ()) -> Change:
    found = stats.RateRatio(0.8, 0.5, 1.3, 0.4) if ratio else None
    return Change(code, basis, "前回", "今回", 32, 25, found, unknown)


@pytest.mark.parametrize(
    ("code", "basis", "said"),
    [
        ("decreased", "rate", "前回より減少しました。"),
        ("increased", "rate", "前回より増加しました。"),
        ("no_clear_decrease", "rate", "減少したとは言い切れません。"),
        ("no_clear_increase", "rate", "増加したとは言い切れません。"),
        ("equal", "rate", "増減がないとは言い切れません。"),
        ("none", "rate", "増減は判断できません。"),
        ("decreased", "count", "次の仮定のもとでは偶然の差とは考えにくい値です。"),
        ("increased", "count", "次の仮定のもとでは偶然の差とは考えにくい値です。"),
        ("no_clear_decrease", "count", "減少したとは言い切れません。"),
        ("no_clear_increase", "count", "増加したとは言い切れません。"),
        ("equal", "count", "増減がないとは言い切れません。"),
    ],
)
def test_that_something_changed_is_said_of_rates_alone(code: Code, basis: Basis, said: str) -> None:
    sentence = survey.change_sentence(change(code, basis, unknown=("前回",)))
    assert said in sentence
    assert ("より減少しました" in sentence, "より増加しました" in sentence) == (
        (code, basis) == ("decreased", "rate"),
        (code, basis) == ("increased", "rate"),
    )
    assert sentence.startswith(
        f"今回の{'回答した民生委員1人あたりの人数' if basis == 'rate' else '人数'}は前回"
    )
    assert ("前回の回答者数が分からないため" in sentence) is (basis == "count")


def test_both_waves_without_denominators_are_named() -> None:
    both = change("equal", "count", unknown=("前回", "今回"))
    assert "前回と今回の回答者数が分からないため" in survey.change_sentence(both)


@pytest.mark.parametrize(
    "code", ["decreased", "increased", "no_clear_decrease", "no_clear_increase", "equal", "none"]
)
@pytest.mark.parametrize("basis", ["rate", "count"])
def test_only_a_clear_change_of_rates_counts_as_detected(code: Code, basis: Basis) -> None:
    clear = code in ("decreased", "increased")
    assert survey.change_verdict(change(code, basis)) == (
        "not_detected" if not clear else "detected" if basis == "rate" else "note"
    )


@pytest.mark.parametrize("code", ["not_comparable", "first"])
def test_what_was_not_compared_is_not_said_to_show_no_change(code: Code) -> None:
    nothing = change(code, "none", ratio=False)
    assert survey.change_verdict(nothing) == "not_estimable"
    assert "の比は" not in survey.change_finding(nothing)


def test_a_ratio_is_told_with_its_interval_and_of_what_was_compared() -> None:
    assert survey.change_finding(change("no_clear_decrease", "rate")).endswith(
        "。回答した民生委員1人あたりの人数の比は{estimate}({estimate|ci})です。"
    )
    assert survey.change_finding(change("no_clear_decrease", "count")).endswith(
        "。人数の比は{estimate}({estimate|ci})です。"
    )


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (None, "年代のうち最も多い区分は、伏せた数があるため示せません。"),
        ((), "年代の回答はありませんでした。"),
        (("40代",), "年代では40代が最も多くなっています。"),
        (("40代", "50代"), "年代では40代と50代が同数で最も多くなっています。"),
        (("40代", "50代", "60代"), "年代では40代と50代と60代が同数で最も多くなっています。"),
    ],
)
def test_no_answer_is_called_the_most_frequent_while_another_is_as_frequent(labels, said: str) -> None:
    assert survey.mode_sentence(labels, "年代") == said


NOBODY = "報告された人がいないため"
TOO_FEW = "回答が少ないか、委員の間に差がないため"
ALL = "全員が回答したので"
ESTIMATED = "程度({estimate[単純]|ci})が把握されていたと推計されます"


@pytest.mark.parametrize(
    ("responded", "estimate", "low", "n", "said"),
    [
        (0, None, None, 0, "回答した委員がいないため、推計できません。"),
        (1, 0.0, None, 0, NOBODY),
        (1, 10.0, None, 1, TOO_FEW),
        (9, 11.1, 10.0, 10, ESTIMATED),
        (9, 0.0, None, 0, NOBODY),
        (10, 10.0, 10.0, 10, ALL),
        (10, 0.0, None, 0, ALL),
        (None, None, None, None, "{estimate[単純]}。"),
    ],
)
def test_the_total_of_the_city_is_estimated_only_where_somebody_did_not_answer(
    responded, estimate, low, n, said: str
) -> None:
    """Ten commissioners were asked."""
    row = {"method": "単純", "responded": responded, "base": 10, "estimate": estimate, "low": low, "n": n}
    sentence = survey.total_sentence(pd.DataFrame([row, {"method": "圏域別"}]))
    assert said in sentence
    assert [other in sentence for other in (NOBODY, TOO_FEW, ALL, ESTIMATED)].count(True) <= 1
    assert ("推計されます" in sentence) is (said == ESTIMATED)
