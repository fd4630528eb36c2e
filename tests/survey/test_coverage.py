import re

import pandas as pd
import pytest
from scipy.stats import gamma

from tests.survey.conftest import categorical
from ujo_lib import stats, survey
from ujo_lib.errors import InputError
from ujo_lib.survey.coverage import age_recode, in_age_groups, prevalence_text

PREVALENCE = {"15~39歳": 0.0205, "40~64歳": 0.0202}
SOURCE = "全国の調査"


def population(bands: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(sex, band, n // 2) for band, n in bands.items() for sex in ("男性", "女性")],
        columns=["sex", "age_band", "n"],
    )


def test_known_cases_are_set_against_the_expected_number(cases):
    people = population({"0~14歳": 7000, "15~39歳": 12000, "40~64歳": 18000, "65歳以上": 20000})
    table = survey.coverage(cases, people, PREVALENCE, SOURCE).frame.set_index("age_group")
    assert table.loc["15~39歳", "n"] == 9
    assert table.loc["15~39歳", "expected"] == pytest.approx(246)
    total = table.loc["対象年齢の計"]
    assert (total["n"], total["expected"]) == (22, pytest.approx(246 + 363.6))
    inside = stats.poisson_interval(22, 609.6)
    assert (total["share"], total["low"], total["high"]) == pytest.approx(
        (inside.estimate, inside.low, inside.high)
    )


@pytest.mark.parametrize(
    ("known", "index", "told"),
    [
        ([0, 0, 4, 0], 4.0, "集中する程度だけ広げてあります"),  # variance 4, mean 1
        ([1, 1, 0, 1, 1, 1, 1, 1], 1.0, "集中する程度だけ広げてあります"),  # 0.125 / 0.875: never narrower
        ([0, 2], 2.0, "集中する程度だけ広げてあります"),
        ([0, 1], 1.0, "集中する程度は分からず、見込みません"),
        ([], 1.0, "集中する程度は分からず、見込みません"),
    ],
)
def test_the_interval_is_as_wide_as_cases_bunch_on_commissioners(cases, known, index, told):
    """The gamma quantiles of Garwood (1936) at n / index cases, of which index are worth one."""
    people = population({"15~39歳": 12000, "40~64歳": 18000})
    table = survey.coverage(cases, people, PREVALENCE, SOURCE, known=known)
    limits = index * gamma.ppf(0.025, 22 / index), index * gamma.isf(0.025, 22 / index + 1)
    assert table.frame.iloc[-1][["low", "high"]].tolist() == pytest.approx([x / 609.6 for x in limits])
    assert told in table.schema.note


def test_no_known_case_still_has_an_upper_limit(cases):
    people = population({"15~39歳": 100, "40~64歳": 100})
    table = survey.coverage(cases.iloc[:0], people, PREVALENCE, SOURCE).frame
    assert (table["share"] == 0).all()
    assert (table["high"] > 0).all()


def test_where_nobodys_age_is_known_nothing_is_said_to_be_known_of_an_age(cases):
    people = population({"15~39歳": 100, "40~64歳": 100})
    unknown = cases.assign(age_band=cases["age_band"].where(cases.index < 0))
    assert survey.coverage(unknown, people, PREVALENCE, SOURCE).frame["share"].isna().all()
    told = cases.assign(age_band=cases["age_band"].where(cases.index == cases.index[0]))
    assert survey.coverage(told, people, PREVALENCE, SOURCE).frame["share"].notna().all()


def test_the_rows_say_which_age_bands_they_add_up(questionnaire):
    bands = questionnaire.item("age_band").labels
    assert age_recode(bands, PREVALENCE) == {
        "15~39歳": ("10歳代(15~19)", "20歳代", "30歳代"),
        "40~64歳": ("40歳代", "50歳代", "60~64歳"),
        "対象年齢の計": ("10歳代(15~19)", "20歳代", "30歳代", "40歳代", "50歳代", "60~64歳"),
    }


def test_the_national_shares_keep_their_two_decimals():
    assert prevalence_text(PREVALENCE) == "15~39歳 2.05%、40~64歳 2.02%"


def test_a_city_is_counted_by_sex_or_together_and_not_twice():
    people = pd.DataFrame({"area_code": ["43213", "43000"], "sex": "男性", "n": [2, 3]})
    assert survey.city_population(people, "43213")["n"].tolist() == [2]
    both = pd.concat([people, people.assign(sex="総数", n=9)])
    assert survey.city_population(both, "43213")["n"].tolist() == [2]
    assert survey.city_population(people.assign(sex="総数"), "43213")["n"].tolist() == [2]
    with pytest.raises(ValueError, match="99999"):
        survey.city_population(people, "99999")


def test_an_empty_population_expects_nobody_and_divides_by_nothing(cases):
    table = survey.coverage(cases, population({}), PREVALENCE, SOURCE).frame
    assert table["share"].isna().all()


@pytest.mark.parametrize("band", ["35~44歳", "10~15歳", "39~40歳", "14~15歳"])
def test_a_band_across_the_edge_is_refused_instead_of_being_split(band):
    with pytest.raises(ValueError, match="境をまたいで"):
        in_age_groups({band: 5}, PREVALENCE)


@pytest.mark.parametrize(("second", "twice"), [("40~64歳", False), ("39~64歳", False), ("30~39歳", True)])
def test_nobody_is_counted_in_the_first_of_two_age_groups_without_a_word(second, twice):
    groups = {"15~39歳": 0.02, second: 0.02}
    if not twice:
        assert in_age_groups({"30~38歳": 5}, groups) == {"15~39歳": 5, second: 0}
        return
    with pytest.raises(InputError, match="両方に入ります"):
        in_age_groups({"30~38歳": 5}, groups)


def test_an_age_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="読めません"):
        in_age_groups({"20歳代": 5}, {"若者": 0.02})


@pytest.mark.parametrize("label", ["20歳代前半", "85+", "10月14日"])
def test_a_band_whose_figures_are_no_ages_is_refused_and_nobody_of_it_left_out_without_a_word(label):
    with pytest.raises(ValueError, match=f"年代「{re.escape(label)}」を読めません"):
        in_age_groups({label: 5}, {"15~39歳": 0.02})


def test_a_decade_and_all_beyond_it_is_no_decade():
    groups = {"60~79歳": 0.02, "80歳以上": 0.01}
    assert in_age_groups({"70代": 5, "80代以上": 3}, groups) == {"60~79歳": 5, "80歳以上": 3}
    with pytest.raises(ValueError, match="境をまたいで"):
        in_age_groups({"70代以上": 5}, groups)


@pytest.mark.parametrize(
    ("share", "text"), [(0.020449, "2.04%"), (0.02045, "2.05%"), (0.0205, "2.05%"), (0.03, "3%")]
)
def test_a_national_share_is_rounded_to_two_decimals_of_a_percentage(share, text):
    assert prevalence_text({"15~39歳": share}) == f"15~39歳 {text}"


@pytest.mark.parametrize(
    ("band", "counted"),
    [
        ("13~14歳", 0),
        ("14~15歳", None),
        ("15~16歳", 5),
        ("38~39歳", 5),
        ("39~40歳", None),
        ("40~41歳", 0),
        ("10~50歳", None),
        ("15~39歳", 5),
        ("不明", 0),
    ],
)
def test_a_band_is_within_the_only_age_group_or_beyond_it_and_never_partly(band, counted):
    """Where no second group lies beside the first, nothing else would notice a band that ends beyond it."""
    only = {"15~39歳": 0.02}
    if counted is None:
        with pytest.raises(ValueError, match="境をまたいで"):
            in_age_groups({band: 5}, only)
    else:
        assert in_age_groups({band: 5}, only) == {"15~39歳": counted}


def test_national_shares_are_printed_with_the_two_decimals_that_they_were_published_with(cases):
    """2.05 % of one survey and 2.02 % of the other would be alike with one."""
    table = survey.coverage(cases, population({"15~39歳": 100, "40~64歳": 100}), PREVALENCE, SOURCE)
    assert table.schema["prevalence"].format == "percent2"
    assert table.schema["share"].format == "share"


@pytest.mark.parametrize(("people", "expected"), [(0, 0.0), (2, 0.041), (48, 0.984), (50, 1.025)])
def test_a_share_of_less_than_one_expected_person_is_one_and_of_none_is_not(cases, people, expected):
    table = survey.coverage(cases, population({"15~39歳": people, "40~64歳": 100}), PREVALENCE, SOURCE)
    row = table.frame.iloc[0]
    assert (row["n"], row["expected"]) == (9, pytest.approx(expected))
    assert pd.isna(row["share"]) if not people else row["share"] == pytest.approx(9 / expected)


@pytest.mark.parametrize(
    ("bands", "group", "lacking"),
    [
        (["15~19歳", "20~24歳"], "15~24歳", None),
        (["15~18歳", "20~24歳"], "15~24歳", 19),
        (["16~24歳"], "15~24歳", 15),
        (["15~23歳"], "15~24歳", 24),
        (["65~79歳", "80歳以上"], "65歳以上", None),
        (["65~79歳", "81歳以上"], "65歳以上", 80),
        (["65~99歳"], "65歳以上", None),
        (["0~14歳"], "15~24歳", 15),
    ],
)
def test_ages_that_the_population_leaves_out_are_not_taken_for_ages_of_nobody(bands, group, lacking):
    """The expected number would be too small, and too much of it known, without a word."""
    people, nobody = population(dict.fromkeys(bands, 100)), pd.DataFrame({"age_band": categorical([], [])})
    if lacking is None:
        assert survey.coverage(nobody, people, {group: 0.02}, SOURCE).frame["expected"].gt(0).all()
        return
    with pytest.raises(InputError, match=f"「{group}」のうち{lacking}歳の人の行がありません"):
        survey.coverage(nobody, people, {group: 0.02}, SOURCE)


@pytest.mark.parametrize(("group", "read"), [("15~15歳", True), ("16~15歳", False)])
def test_an_age_group_that_runs_backwards_is_refused(group, read):
    if read:
        assert in_age_groups({"15歳": 3}, {group: 0.02}) == {group: 3}
    else:
        with pytest.raises(InputError, match="読めません"):
            in_age_groups({"15歳": 3}, {group: 0.02})
