"""Entries of the summary's files say what they need, and no more than can be answered."""

import math

import pytest
from pydantic import ValidationError

from ujo_lib.params.annual import Cell, Claim, Claims, Indicator, Indicators, KeyFigure, Limit, Place

CELL = {"notebook": "02", "table": "hours"}


def claim(**changed: object) -> Claim:
    said = {"id": "S1", "statement": "…", "published": 5, "rule": "equal", "cell": CELL} | changed
    return Claim.model_validate({name: value for name, value in said.items() if value != "…none"})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ""),
        ({"rule": "none", "cell": "…none"}, ""),
        ({"rule": "none"}, "rule が none のときだけ cell を省く"),
        ({"cell": "…none"}, "rule が none のときだけ cell を省く"),
        ({"rule": "not_different", "margin": 0.05}, ""),
        ({"rule": "not_different"}, ""),
        ({"margin": 0.05}, "margin は rule が not_different のときだけ"),
        ({"published": "5"}, "equal なら published は数"),
        ({"published": True}, "equal なら published は数"),
        ({"published": 5.5}, ""),
        ({"published": 10**400}, ""),
        ({"rule": "about", "published": [5]}, "about なら published は数"),
        ({"rule": "text", "published": "5"}, ""),
        ({"rule": "top", "published": ["a"], "cell": CELL | {"over": "hour"}}, ""),
        ({"rule": "top", "published": "a", "cell": CELL | {"over": "hour"}}, "top なら published は一覧"),
        ({"rule": "present", "published": ["a"]}, "present なら cell に over"),
        ({"rule": "descending", "published": "…", "cell": CELL}, "descending なら cell に over"),
        ({"rule": "largest", "published": "a", "cell": CELL | {"over": "hour"}}, ""),
    ],
)
def test_a_claim_is_refused_where_its_rule_could_not_answer_it(changed, told):
    if not told:
        assert claim(**changed).id == "S1"
    else:
        with pytest.raises(ValidationError, match=f"S1: .*{told}"):
            claim(**changed)


@pytest.mark.parametrize("published", [math.inf, -math.inf, math.nan, [5, math.nan], {"a": 1}])
def test_what_was_published_is_words_or_numbers_that_there_are(published):
    with pytest.raises(ValidationError, match="文字か数"):
        claim(published=published)


def test_all_that_is_wrong_with_a_claim_is_told_at_once():
    with pytest.raises(ValidationError) as refused:
        claim(rule="top", margin=0.1)
    for told in ("margin は", "published は一覧", "cell に over"):
        assert told in str(refused.value)


@pytest.mark.parametrize(("margin", "good"), [(0.0, False), (-0.1, False), (0.001, True), (math.inf, False)])
def test_a_margin_within_which_two_figures_are_the_same_is_more_than_nothing(margin, good):
    if good:
        assert claim(rule="not_different", margin=margin).margin == margin
    else:
        with pytest.raises(ValidationError, match="margin"):
            claim(rule="not_different", margin=margin)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_two_claims_of_one_number_are_told_by_it(times):
    said = {"claims": [claim(id="S1")] * times + [claim(id="S2")]}
    if times == 1:
        assert len(Claims.model_validate(said).claims) == 2
    else:
        with pytest.raises(ValidationError, match="S1 が重なる"):
            Claims.model_validate(said)


@pytest.mark.parametrize(
    ("where", "read"), [("22時", ("22時",)), (5, (5,)), (["22時", "23時"], ("22時", "23時")), (True, (True,))]
)
def test_one_label_is_a_list_of_one(where, read):
    assert Cell.model_validate(CELL | {"where": {"hour": where}}).where == {"hour": read}


@pytest.mark.parametrize("where", [{"a": 1}, [["22時"]], None, [None]])
def test_a_label_that_holds_others_is_refused(where):
    with pytest.raises(ValidationError, match="文字か数、またはその一覧"):
        Cell.model_validate(CELL | {"where": {"hour": where}})


@pytest.mark.parametrize(
    ("table", "good"),
    [("02_totals", True), ("2_totals", False), ("02_", False), ("totals", False), ("002_t", False)],
)
def test_a_released_table_is_named_with_two_digits_of_its_notebook(table, good):
    if good:
        assert Place(table=table, value="件数").where == {}
    else:
        with pytest.raises(ValidationError, match="table"):
            Place(table=table, value="件数")


@pytest.mark.parametrize("year", ["R5", "2023", "令和5年度"])
def test_the_year_of_a_new_definition_is_read_in_every_spelling(year):
    said = {"label": "a", "kind": "count", "unit": "件", "place": {"table": "02_t", "value": "n"}}
    assert Indicator.model_validate(said | {"changed": {year: "窓口が増えた"}}).changed == {
        2023: "窓口が増えた"
    }
    with pytest.raises(ValidationError):
        Indicator.model_validate(said | {"changed": {"5年": "…"}})
    with pytest.raises(ValidationError, match="年度は一度だけ"):
        Indicator.model_validate(said | {"changed": {"2022": "…", "R5": "…", "2023": "…"}})


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"history": "年度"}, ""),
        ({"history": "年度", "base": "委員", "comparable": "比較", "caution": "注意"}, ""),
        ({"base": "委員"}, "a: base は history を"),
        ({"comparable": "比較", "caution": "注意"}, "a: comparable・caution は history を"),
    ],
)
def test_headings_of_a_table_of_all_years_that_is_not_named_are_refused(said, told):
    indicator = {"label": "a", "kind": "count", "unit": "件", "place": {"table": "02_t", "value": "n"}} | said
    if told:
        with pytest.raises(ValidationError, match=told):
            Indicator.model_validate(indicator)
    else:
        assert Indicator.model_validate(indicator).history == "年度"


@pytest.mark.parametrize(("ends", "good"), [("", True), ("low", False), ("high", False), ("low high", True)])
def test_a_key_figure_names_both_ends_of_its_interval_or_none(ends, good):
    figure = {"label": "a", "cell": CELL} | dict.fromkeys(ends.split(), "x")
    if good:
        assert KeyFigure.model_validate(figure).label == "a"
    else:
        with pytest.raises(ValidationError, match="a: low と high は、両方"):
            KeyFigure.model_validate(figure)


def test_what_would_let_the_next_report_say_it_may_be_unknown():
    assert Limit(about="a", why="b").next == ""
    with pytest.raises(ValidationError, match="why"):
        Limit.model_validate({"about": "a"})


@pytest.mark.parametrize(
    ("names", "told"),
    [({}, ""), ({"港市": "新港市"}, ""), ({"港市": "浜市", "津市": "浜市"}, ""),
     ({"港市": "港市"}, "二度"), ({"津市": "港市", "港市": "浜市"}, "二度"),
     ({"港市": ""}, "今の名前"), ({"": "港市"}, "今の名前")],
)  # fmt: skip
def test_a_place_has_one_name_today(names, told):
    said = {"indicators": [], "renamed": names}
    if not told:
        assert Indicators.model_validate(said).renamed == names
    else:
        with pytest.raises(ValidationError, match=told):
            Indicators.model_validate(said)
