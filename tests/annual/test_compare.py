"""Two years side by side say what may be said, and refuse to compare what was counted differently."""

import csv

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from tests.annual.entries import Indicator, Place
from ujo_lib.annual import compare
from ujo_lib.annual.released import Released, read_released, read_years
from ujo_lib.columns import DIGEST, METHOD, Count, Dimension
from ujo_lib.fiscal import FiscalYear
from ujo_lib.params import ParameterError, project_root
from ujo_lib.report.door.publish import NotPublishedError, NotRunError, Subject, TableRecord, TableSpec
from ujo_lib.report.sheets.exports import LIST, POOLED, Table, list_of_tables
from ujo_lib.stats import Interval
from ujo_lib.typed import Schema

CONTACTS = Indicator("相談", "count", "件", Place("02_totals", "件数", {"範囲": "県"}))
LONELY = Indicator("孤独", "share", "%", Place("02_lonely", "割合"), low="下限", high="上限")
CASES = Indicator(
    "把握された人", "count", "人", Place("01_waves", "把握された人数"),
    history="年度", base="回答した委員", comparable="比較", caution="注意",
)  # fmt: skip


def year(number: int, *, n="100", share="50.0", unit="件", period="年(暦年)", area="県") -> Released:
    about = {"単位": unit, "集計対象": "相談", "対象地域": area, "対象期間": f"{number}{period}"}
    tables = {
        "02_totals": [{"範囲": "県", "件数": n}, {"範囲": "市", "件数": "7"}],
        "02_lonely": [{"割合": share, "下限": "45.0", "上限": "55.0"}],
    }
    return Released(FiscalYear(number), tables, dict.fromkeys(tables, about))


def row(indicator, before: Released, now: Released) -> dict:
    return compare.compare([indicator], before, now).frame.iloc[0].to_dict()


def test_a_clear_rise_says_so_with_difference_ratio_and_interval():
    told = row(CONTACTS, year(2022, n="100"), year(2023, n="150"))
    assert (told["before"], told["now"], told["difference"], told["verdict"]) == (100, 150, 50, compare.MORE)
    exact = binomtest(150, 250).proportion_ci(0.95, method="exact")  # given the total, as odds
    assert told["low"] == pytest.approx(exact.low / (1 - exact.low))
    assert told["high"] == pytest.approx(exact.high / (1 - exact.high))


@pytest.mark.parametrize(("before", "now"), [(0, 10), (10, 0), (0, 1), (1, 0), (0, 0)])
def test_a_year_without_any_contact_is_one_of_none(before, now):
    """Given the total, the later share is binomial: Clopper and Pearson's limits, as odds."""
    told = row(CONTACTS, year(2022, n=str(before)), year(2023, n=str(now)))
    assert told["difference"] == now - before
    if before + now:
        exact = binomtest(now, before + now).proportion_ci(0.95, method="exact")
        assert told["low"] == pytest.approx(exact.low / (1 - exact.low))
        assert told["high"] == pytest.approx(np.inf if exact.high == 1 else exact.high / (1 - exact.high))
    assert told["verdict"] == {10: compare.MORE, -10: compare.LESS}.get(now - before, compare.UNCLEAR)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.0, 2.0, compare.UNCLEAR),
        (1.004, 2.0, compare.UNCLEAR),  # printed 1.00
        (1.005, 2.0, compare.MORE),
        (0.5, 1.0, compare.UNCLEAR),
        (0.5, 0.994, compare.LESS),
        (0.5, 0.995, compare.UNCLEAR),  # printed 1.00
        (1.01, np.inf, compare.MORE),
        (np.nan, np.nan, compare.UNCLEAR),
    ],
)
def test_a_ratio_whose_interval_touches_one_is_unclear(low, high, verdict):
    assert compare._verdict(Interval(1.0, low, high)) == verdict


def test_contacts_that_come_in_bunches_give_a_wider_interval_and_no_rash_verdict():
    bunched = Indicator("相談", "count", "件", CONTACTS.place, dispersion=Place("02_lonely", "割合"))
    told = row(bunched, year(2022, n="100", share="4.0"), year(2023, n="150", share="4.0"))
    assert told["low"] < 1 < told["high"]
    assert told["verdict"] == compare.UNCLEAR


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (Place("02_totals", "件数", {"範囲": "国"}), "公表用の表に「国」の行がない"),
        (Place("02_totals", "件数", {}), "公表用の表の、どの行か決まらない"),
        (
            Place("03_themes", "件数", {"主題": "国"}),
            "表「03_themes」は、どの年度にもない",
        ),  # misspelt, perhaps
    ],
)
def test_a_renamed_theme_is_told_as_that_and_not_as_a_table_that_nobody_published(place, why):
    told = row(Indicator("相談", "count", "件", place), year(2022), year(2023))
    assert told["verdict"] == compare.NOT_COMPARABLE
    assert told["reason"] == f"令和4(2022)年度: {why}、令和5(2023)年度: {why}"


def test_a_share_is_one_of_a_whole_beside_its_interval():
    told = row(LONELY, year(2022, share="50.0"), year(2023, share="52.5"))
    assert (told["before"], told["now"]) == (0.5, 0.525)
    followed = compare.course([LONELY], [year(2022, share="50.0")]).frame.iloc[0]
    assert (followed["value"], followed["low"], followed["high"]) == (0.5, 0.45, 0.55)


@pytest.mark.parametrize(
    ("indicators", "heading"),
    [
        ([CONTACTS], "差"),
        ([LONELY], "差(ポイント)"),
        ([CONTACTS, LONELY], "差(割合はポイント)"),
        ([], "差"),
    ],
)
def test_the_difference_of_two_percentages_is_told_in_points_and_not_in_percent(indicators, heading):
    compared = compare.compare(indicators, year(2022), year(2023))
    assert compared.schema["difference"].title == heading
    assert compare.as_text(compared)[0][3] == heading


def test_counts_and_shares_are_told_apart_and_keep_the_order_of_their_file():
    last, first = (LONELY.model_copy(update={"label": label}) for label in ("ん", "あ"))
    mixed = [last, CONTACTS, first]
    assert compare.of_kind(mixed, "share") == [last, first]
    assert compare.of_kind(mixed, "count") == [CONTACTS]
    followed = compare.course([last, first], [year(2022), year(2023)]).frame
    assert compare.told_over_time(followed) == ["ん", "あ"]


def test_the_heading_of_limits_is_theirs_alone():
    compared = compare.compare([CONTACTS], year(2022), year(2023))
    columns = compared.schema.columns
    heading = compare.as_text(compared)[0]
    assert heading.count(columns["low"].both) == 1
    assert heading[-3:] == [columns["low"].both, columns["verdict"].name, columns["reason"].name]


def test_a_value_whose_column_a_release_does_not_hold_is_told_as_hidden_or_not_asked_for():
    told = row(
        CONTACTS.model_copy(update={"place": Place("02_totals", "人数", {"範囲": "県"})}),
        year(2022),
        year(2023),
    )
    why = "公表用の表に「人数」の列がない(伏せたか、求めていない)"
    assert told["reason"] == f"令和4(2022)年度: {why}、令和5(2023)年度: {why}"


def test_counts_over_the_years_say_what_they_count():
    followed = compare.course([CONTACTS, CASES], [year(2023)])
    assert list(followed.frame["unit"]) == [CONTACTS.unit, "人"]


@pytest.mark.parametrize(("changed", "comparable"), [(2021, True), (2022, True), (2023, False), (2024, True)])
def test_a_change_counts_between_the_year_after_the_earlier_one_and_the_later_one(changed, comparable):
    indicator = Indicator("相談", "count", "件", CONTACTS.place, changed={changed: "窓口を開いた"})
    told = row(indicator, year(2022), year(2023, n="150"))
    assert (told["verdict"] == compare.MORE) == comparable
    assert told["reason"] == ("" if comparable else "窓口を開いた")


def test_the_spread_of_a_table_that_a_year_lacks_is_not_told():
    bunched = Indicator("相談", "count", "件", CONTACTS.place, dispersion=Place("02_lonely", "割合"))
    before = year(2022)
    del before.tables["02_lonely"]
    assert row(bunched, before, year(2023, share="4.0"))["verdict"] == compare.UNCLEAR
    now = year(2023)
    del now.tables["02_lonely"]
    assert row(bunched, before, now)["verdict"] == compare.NOT_COMPARABLE


def test_a_spread_that_neither_year_has_is_told_with_the_place_where_it_was_sought():
    place = Place("02_lonely", "割合", {"回": "R3"})
    told = row(CONTACTS.model_copy(update={"dispersion": place}), year(2022), year(2023))
    assert "表「02_lonely」、「R3」の行" in told["reason"]


def test_a_changed_definition_is_not_compared_however_large_the_difference():
    changed = Indicator("相談", "count", "件", CONTACTS.place, changed={2023: "窓口を開いた"})
    told = row(changed, year(2022), year(2023, n="900"))
    assert (told["verdict"], told["reason"]) == (compare.NOT_COMPARABLE, "窓口を開いた")
    assert pd.isna(told["difference"])
    assert pd.isna(told["estimate"])
    assert (told["before"], told["now"]) == (100, 900)


@pytest.mark.parametrize(
    "other", [{"unit": "人"}, {"period": "年度"}], ids=["another unit", "fiscal against calendar year"]
)
def test_tables_about_different_things_are_not_compared(other):
    told = row(CONTACTS, year(2022, **other), year(2023))
    assert told["verdict"] == compare.NOT_COMPARABLE
    assert told["reason"] in {
        "単位が違う(「人」と「件」)",
        "集計期間のとり方が違う(「2022年度」と「2023年(暦年)」)",
    }


@pytest.mark.parametrize(
    ("areas", "comparable"),
    [
        (("県・市", "全国・県"), True),
        (("全国・県・市", "県"), True),
        (("全国・市", "全国・県"), False),
        (("全国・県", "全国・市"), False),
        (("全国・沖縄県", "全国・県"), False),
    ],
)
def test_the_row_of_an_area_that_both_tables_hold_is_compared_whatever_others_they_hold(areas, comparable):
    """A year without national tables, or with too few contacts of the city's desk, lacks those rows."""
    told = row(CONTACTS, *(year(number, area=area) for number, area in zip((2022, 2023), areas, strict=True)))
    assert (told["verdict"] != compare.NOT_COMPARABLE) == comparable
    assert ("対象地域が違う" in told["reason"]) != comparable


@pytest.mark.parametrize(
    ("names", "former", "today", "comparable"),
    [
        ({}, "港市", "新港市", False),
        ({"港市": "新港市"}, "港市", "新港市", True),
        ({"港市": "新港市"}, "港市・県", "新港市・県", True),
        (
            {"港市": "新港市"},
            "新港市",
            "新港市",
            True,
        ),  # a year under the new name, which holds the former one
        ({"港市": "新港市"}, "浜市", "新港市", False),
        ({"浜市": "新港市", "港市": "新港市"}, "浜市", "新港市", True),
    ],
)
def test_a_city_that_was_only_renamed_is_compared_and_the_row_says_so(names, former, today, comparable):
    place = Indicator("相談", "count", "件", Place("02_totals", "件数", {"範囲": today.split("・")[0]}))
    before, now = (
        Released(one.year, {"02_totals": [{"範囲": name.split("・")[0], "件数": "9"}]}, one.about)
        for one, name in ((year(2022, area=former), former), (year(2023, area=today), today))
    )
    told = row(place, before.renamed(names), now)
    assert (told["verdict"] != compare.NOT_COMPARABLE) == comparable
    said = f"対象地域の名前が違う(「{former}」と「{today}」)" if comparable and former != today else ""
    assert not comparable or told["reason"] == said
    assert list(compare.course([place], [before.renamed(names), now]).frame["remark"] == "") == [
        comparable,
        True,
    ]


@pytest.mark.parametrize(
    ("before", "now", "comparable"),
    [
        ("2022年4月1日〜2023年3月31日", "2023年4月1日〜2024年3月31日", True),
        ("2022年4月1日〜2023年3月31日", "2023年4月1日〜2023年9月30日", False),
        ("2022年4月1日〜2022年9月30日", "2023年10月1日〜2024年3月31日", False),
        ("2021年4月1日〜2023年3月31日", "2023年4月1日〜2024年3月31日", False),
        ("2022年2月1日〜2月28日", "2024年2月1日〜2月29日", True),
        ("2022年(暦年)のうち記録のある300日", "2023年(暦年)のうち記録のある364日", False),
        ("令和元(2019)年度上半期(4〜9月)", "令和2(2020)年度上半期(4〜9月)", True),
        ("令和4年度", "令和5年度", True),
    ],
)
def test_counts_of_other_days_of_the_year_or_of_more_of_them_are_not_compared(before, now, comparable):
    years = year(2022), year(2023, n="150")
    for one, period in zip(years, (before, now), strict=True):
        one.about["02_totals"] = one.about["02_totals"] | {"対象期間": period}
    told = row(CONTACTS, *years)
    assert (told["verdict"] == compare.MORE) == comparable
    assert ("集計期間" in told["reason"]) != comparable


def test_a_share_of_the_first_year_of_an_era_is_compared_with_the_next():
    before, now = year(2019), year(2020)
    for one, period in ((before, "令和元(2019)年度"), (now, "令和2(2020)年度")):
        one.about["02_lonely"] = one.about["02_lonely"] | {"対象期間": period}
    told = row(LONELY, before, now)
    assert (told["verdict"], told["reason"]) == (compare.UNCLEAR, "")


def test_shares_of_other_days_of_the_year_are_compared_with_a_word_of_caution():
    years = year(2022), year(2023)
    for one, period in zip(
        years, ("2022年4月1日〜2023年3月31日", "2023年4月1日〜2023年9月30日"), strict=True
    ):
        one.about["02_lonely"] = one.about["02_lonely"] | {"対象期間": period}
    told = row(LONELY, *years)
    assert told["verdict"] == compare.UNCLEAR
    assert told["reason"].startswith("割合をとった期間が違う(「2022年4月1日")


def test_contacts_whose_spread_nobody_told_are_not_taken_for_single_ones():
    bunched = Indicator("相談", "count", "件", CONTACTS.place, dispersion=Place("02_lonely", "割合"))
    untold = row(bunched, year(2022, n="100", share="…"), year(2023, n="150", share="…"))
    assert (untold["verdict"], "ばらつき" in untold["reason"]) == (compare.NOT_COMPARABLE, True)
    assert (untold["before"], untold["now"]) == (100, 150)
    both = row(bunched, year(2022, share="4.0"), year(2023, n="150", share="4.0"))
    for then, now in (("4.0", "…"), ("…", "4.0"), ("4.0", "2.0"), ("2.0", "4.0")):
        told = row(bunched, year(2022, share=then), year(2023, n="150", share=now))
        assert (told["verdict"], told["low"]) == (compare.UNCLEAR, both["low"])


@pytest.mark.parametrize(("spread", "least"), [("0.5", 6), ("1.0", 6), ("3.0", 17), ("5.0", 27)])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_after_a_year_of_none_those_who_come_in_bunches_are_more_only_from_as_many_bunches_on(
    spread, least, more
):
    """By hand: k of k, each by a half, are k / spread halves; below 0.025 from 5.32 bunches on; 16 / 3 prints 1.00."""
    bunched = Indicator("相談", "count", "件", CONTACTS.place, dispersion=Place("02_lonely", "割合"))
    for then, now, verdict in ((0, least + more, compare.MORE), (least + more, 0, compare.LESS)):
        told = row(bunched, year(2022, n=str(then), share=spread), year(2023, n=str(now), share=spread))
        assert told["verdict"] == (verdict if more >= 0 else compare.UNCLEAR)


@pytest.mark.parametrize("end", ["下限", "上限"])
def test_a_share_without_its_interval_is_no_certain_one(end):
    before, now = year(2022, share="50.0"), year(2023, share="54.0")
    now.tables["02_lonely"][0][end] = "…"
    told = row(LONELY, before, now)
    assert (told["verdict"], told["reason"]) == (
        compare.NOT_COMPARABLE,
        "信頼区間がないため、比の幅を計算できない",
    )


@pytest.mark.parametrize("named", [{}, {"low": "下限"}, {"high": "上限"}])
def test_a_share_whose_indicator_names_no_interval_is_no_certain_one(named):
    """One of 23 persons more would have been told as a rise."""
    told = row(Indicator("孤独", "share", "%", LONELY.place, **named), year(2022), year(2023, share="54.0"))
    assert (told["verdict"], pd.isna(told["estimate"])) == (compare.NOT_COMPARABLE, True)
    assert "low と high" in told["reason"]
    assert (told["before"], told["now"]) == (0.5, 0.54)


def test_a_question_that_the_year_does_not_ask_is_no_reason_to_stop_and_a_notebook_that_has_not_run_is():
    def recall(error):
        def raise_it(notebook, table):
            raise error(f"{notebook}/{table}")

        return raise_it

    now = compare.this_year([CONTACTS], recall(NotPublishedError), FiscalYear(2023))
    assert now.tables == {}
    with pytest.raises(NotRunError):
        compare.this_year([CONTACTS], recall(NotRunError), FiscalYear(2023))


@pytest.mark.parametrize(
    ("below", "above", "comparable"),
    [("95%", "95%", True), ("90%", "90%", False), ("90%", "95%", False), ("95%", "90%", False)],
)
def test_limits_of_another_level_are_not_told_as_those_of_the_heading(below, above, comparable):
    names = [f"{level}信頼区間の{end}(%)" for level, end in ((below, "下限"), (above, "上限"))]
    limited = Indicator("孤独", "share", "%", LONELY.place, *names)
    years = [year(2022, share="50.0"), year(2023, share="70.0")]
    for one in years:
        one.tables["02_lonely"][0].update(zip(names, ("49.0", "71.0"), strict=True))
    told = row(limited, *years)
    assert pd.notna(told["estimate"]) == comparable
    assert told["reason"] == ("" if comparable else "95%信頼区間ではないため、比の幅を計算できない")
    assert compare.course([limited], years).frame[["low", "high"]].notna().all().all() == comparable


def test_a_hidden_value_stays_hidden_in_the_comparison():
    told = row(CONTACTS, year(2022, n="x"), year(2023))
    assert pd.isna(told["before"])
    assert "秘匿" in told["reason"]


def test_days_without_a_record_are_no_fall_in_contacts():
    gaps = Indicator("相談", "count", "件", CONTACTS.place, gaps="記録のない日数")
    before, now = year(2022), year(2023)
    for one, days in ((before, "90"), (now, "0")):
        one.tables["02_totals"][0]["記録のない日数"] = days
    assert "90日" in row(gaps, before, now)["reason"]


def wave(number: str, n: str, base: str, comparable: str = "可", caution: str = "…") -> dict[str, str]:
    return {"年度": number, "把握された人数": n, "回答した委員": base, "比較": comparable, "注意": caution}


def of_waves(*waves: dict[str, str], before: int = 2019) -> dict:
    now = year(2023)
    now.tables["01_waves"] = waves
    return row(CASES, Released(FiscalYear(before), {}, {}), now)


def test_missing_waves_are_dots_and_a_wave_without_denominators_says_so():
    waves = [
        wave("2019", "32", "…", "要注意", "件数のみ"),
        wave("2020", "…", "…", "不可", "集計値が残っていない"),
        wave("2023", "25", "97", caution="今回"),
    ]
    told = of_waves(*waves)
    assert (told["before"], told["now"], told["verdict"]) == (32, 25, compare.NOT_COMPARABLE)
    assert told["reason"] == "令和元(2019)年度: 件数のみ"
    now = year(2023)
    now.tables["01_waves"] = waves
    lost = compare.compare([CASES], Released(FiscalYear(2020), {}, {}), now)
    text = compare.as_text(lost)[1]
    assert text[1] == "…"
    assert text[-2:] == [compare.NOT_COMPARABLE, "令和2(2020)年度: 集計値が残っていない"]


def test_fewer_people_known_to_fewer_commissioners_are_no_fall():
    """25 known to 97 and 8 known to 42: as the page of the survey has it, 0.74 times as many for each."""
    told = of_waves(wave("2019", "25", "97"), wave("2023", "8", "42"))
    assert (told["before"], told["now"], told["difference"]) == (25, 8, -17)
    assert told["estimate"] == pytest.approx((8 / 42) / (25 / 97))
    assert told["verdict"] == compare.UNCLEAR
    assert told["reason"] == "比は、回答した委員(前は97人、今は42人)1人あたりの数による"
    assert of_waves(wave("2019", "25", "97"), wave("2023", "8", "97"))["verdict"] == compare.LESS
    now = year(2023)
    now.tables["01_waves"] = [wave("2023", "8", "42")]
    (followed,) = compare.course([CASES], [now]).frame.itertuples()
    assert (followed.value, followed.remark) == (8, "回答した委員は42人")


@pytest.mark.parametrize(
    ("spread", "verdict"),
    [
        ("0.60", compare.LESS),
        ("1.00", compare.LESS),
        ("2.72", compare.UNCLEAR),
        ("…", compare.NOT_COMPARABLE),
    ],
)
def test_waves_are_told_apart_as_far_as_cases_bunch_on_few_commissioners(spread, verdict):
    """20 after 40 of 97 each, on the log scale by hand: 1.96 · √(1/20 + 1/40) = 0.537 < log 2 < 0.885 of 2.72."""
    told = Place("01_wave_changes", "ばらつき", {"過去の回": "R1"})
    now = year(2023)
    now.tables["01_waves"] = [wave("2019", "40", "97"), wave("2023", "20", "97")]
    now.tables["01_wave_changes"] = [{"過去の回": "R1", "ばらつき": spread}]
    spread_out = CASES.model_copy(update={"dispersion": told})
    assert row(spread_out, Released(FiscalYear(2019), {}, {}), now)["verdict"] == verdict


def test_of_an_early_wave_the_latest_release_is_believed():
    before, now = year(2019), year(2023)
    before.tables["01_waves"] = [wave("2019", "99", "97")]
    now.tables["01_waves"] = [wave("2019", "25", "97"), wave("2023", "8", "97")]
    assert row(CASES, before, now)["before"] == 25


@pytest.mark.parametrize("careful", [0, 1])
def test_what_is_to_be_borne_in_mind_of_either_wave_is_told(careful):
    waves = [wave("2019", "25", "97"), wave("2023", "8", "97")]
    waves[careful] |= {"比較": "要注意", "注意": "様式が違う"}
    told = of_waves(*waves)
    assert (told["verdict"], told["reason"]) == (compare.LESS, "様式が違う")


@pytest.mark.parametrize(
    ("base", "reason"),
    [("0", "回答した委員が分からない"), ("…", "回答した委員が分からない"), ("x", "秘匿された値")],
)
def test_people_known_to_nobody_knows_how_many_are_not_compared(base, reason):
    told = of_waves(wave("2019", "25", base), wave("2023", "8", "1"))
    assert (told["verdict"], told["reason"]) == (compare.NOT_COMPARABLE, f"令和元(2019)年度: {reason}")
    assert of_waves(wave("2019", "25", "1"), wave("2023", "8", "1"))["verdict"] == compare.LESS


def test_a_count_of_waves_that_does_not_name_who_was_asked_is_not_compared():
    unnamed = CASES.model_copy(update={"base": ""})
    now = year(2023)
    now.tables["01_waves"] = [wave("2019", "25", "97"), wave("2023", "8", "97")]
    told = row(unnamed, Released(FiscalYear(2019), {}, {}), now)
    assert told["verdict"] == compare.NOT_COMPARABLE
    assert "尋ねた人数が分からない" in told["reason"]


def test_a_year_that_released_nothing_compares_with_nothing(tmp_path):
    before = read_released(tmp_path / "tables", FiscalYear(2022))
    assert not before
    told = row(CONTACTS, before, year(2023))
    assert (told["verdict"], told["reason"]) == (
        compare.NOT_COMPARABLE,
        "令和4(2022)年度: 公表用の表がない",
    )
    assert compare.latest([before], FiscalYear(2023)).year == FiscalYear(2022)


def test_a_release_is_read_back_as_it_was_written(tmp_path):
    schema = Schema({"scope": Dimension(heading="範囲"), "n": Count(unit="件")})
    spec = TableSpec("totals", "件数", Subject(base="相談", source="記録"), schema)
    record = TableRecord.of(
        "02_consultation_seasonality", spec, pd.DataFrame({"scope": ["県", "市"], "n": [2536, 66]})
    )
    tables = tmp_path / "release/tables"
    tables.mkdir(parents=True)
    (tables / "02_totals.csv").write_bytes(Table.of(record).csv())
    (tables / LIST).write_bytes(list_of_tables([Table.of(record)]))
    (read,) = read_years({FiscalYear(2023): tmp_path})
    assert read.find("02_totals", {"範囲": "県"}) == {"範囲": "県", "件数(件)": "2536", "件数": "2536"}
    assert read.about["02_totals"]["単位"] == "件"
    with (tables / "02_totals.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == ["範囲", "件数(件)"]


def test_the_course_over_years_marks_the_year_in_which_the_counting_changed():
    changed = Indicator("孤独", "share", "%", LONELY.place, "下限", "上限", changed={2023: "様式が変わった"})
    followed = compare.course([changed], [year(2023), year(2022)])
    assert list(followed.frame["year"]) == ["令和4(2022)年度", "令和5(2023)年度"]
    assert list(followed.frame["remark"]) == ["", "様式が変わった"]
    assert compare.told_over_time(followed.frame) == ["孤独"]


@pytest.mark.parametrize(("many", "told"), [(3, False), (4, False), (5, True)])
def test_a_figure_that_leaves_indicators_out_says_that_it_does(many, told):
    """The fifth course vanished without a word; bands were told where intervals stood as lines."""
    place, ends = Place("02_lonely", "割合"), {"low": "下限", "high": "上限"}
    several = [Indicator(f"指標{at}", "share", "%", place, **ends) for at in range(many)]
    once = Indicator("表のない指標", "share", "%", Place("02_other", "割合"), **ends)
    followed = compare.course([*several, once], [year(2022), year(2023)])
    drawn = compare.told_over_time(followed.frame)
    assert drawn == [one.label for one in several][:4]
    said = compare.said_over_time(followed.frame)
    assert ("はじめの4つです。" in said) is told
    assert "帯" not in said


@pytest.mark.parametrize(
    ("changed", "marked"), [(2020, False), (2021, False), (2022, True), (2023, True), (2024, False)]
)
@pytest.mark.parametrize("between", [[], [year(2022, share="x")]], ids=["no release", "a hidden value"])
def test_a_change_in_a_year_without_a_value_parts_the_years_around_it(changed, marked, between):
    indicator = Indicator(
        "孤独", "share", "%", LONELY.place, "下限", "上限", changed={changed: "様式が変わった"}
    )
    followed = compare.course([indicator], [year(2021), *between, year(2023)])
    assert (followed.frame["remark"].iloc[-1] == "様式が変わった") is marked
    drawn = compare.since_last_change(followed).frame.dropna(subset=["value"])
    assert len(drawn) == (1 if marked else 2)


def test_a_wrong_indicator_file_names_its_entry(tmp_path):
    file = tmp_path / "indicators.yaml"
    file.write_text(
        "indicators:\n  - {label: 相談, kind: 数, unit: 件, place: {table: a, value: b}}\n", encoding="utf-8"
    )
    with pytest.raises(ParameterError, match="count"):
        compare.read_indicators(file)


@pytest.mark.parametrize("number", [2021, 2022, 2023])
def test_the_indicators_of_the_sample_are_valid(number):
    root = project_root()
    assert compare.read_indicators(root / f"params/sample/fy{number}/indicators.yaml")


def test_a_figure_of_the_course_leaves_out_what_was_counted_otherwise():
    changed = Indicator("孤独", "share", "%", LONELY.place, "下限", "上限", changed={2023: "様式が変わった"})
    followed = compare.course([changed, CONTACTS], [year(2022), year(2023)])
    drawn = compare.since_last_change(followed)
    assert drawn.frame.groupby("label")["year"].count().to_dict() == {"孤独": 1, "相談": 2}


def test_the_latest_of_several_years_that_released_anything_is_the_one_to_compare_with():
    nothing = compare.Released(FiscalYear(2022), {}, {})
    years = [year(2019), year(2020), year(2021), nothing]
    assert compare.latest(years, FiscalYear(2023)).year == FiscalYear(2021)
    assert compare.latest(years[1:3], FiscalYear(2023)).year == FiscalYear(2021)
    assert compare.latest(years[:1], FiscalYear(2023)).year == FiscalYear(2019)
    assert compare.latest([], FiscalYear(2023)).year == FiscalYear(2022)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("語の有無で層別", "語の有無で層別", ""),
        (
            "語の有無で層別",
            "学習した判定で補正",
            "補正の方法が違う(「語の有無で層別」と「学習した判定で補正」)",
        ),
        (None, "学習した判定で補正", "補正の方法が違う(「なし」と「学習した判定で補正」)"),
        (None, None, ""),
    ],
)
def test_shares_that_were_corrected_in_unlike_ways_are_not_compared_without_a_word(before, now, told):
    years = [year(2022), year(2023)]
    for one, method in zip(years, (before, now), strict=True):
        if method:
            one.tables["02_lonely"][0][METHOD.title] = method
    found = row(LONELY, *years)
    assert (found["verdict"], found["reason"]) == (compare.UNCLEAR, told)
    assert len(compare.since_last_change(compare.course([LONELY], years)).frame) == (1 if told else 2)


@pytest.mark.parametrize(("before", "now", "told"), [
    ("0a1b2c3d", "0a1b2c3d", ""), ("0a1b2c3d", "0a1b2c3e", "主題とみなす語(照合値)が違う(「0a1b2c3d」と「0a1b2c3e」)"),
    (None, "0a1b2c3d", "主題とみなす語(照合値)が違う(「なし」と「0a1b2c3d」)"),
])  # fmt: skip
def test_a_theme_found_by_other_words_under_the_same_name_is_not_compared_without_a_word(before, now, told):
    years = [year(2022), year(2023)]
    for one, digest in zip(years, (before, now), strict=True):
        if digest:
            one.tables["02_lonely"][0][DIGEST.title] = digest
    found = row(LONELY, *years)
    assert (found["verdict"], found["reason"]) == (compare.UNCLEAR, told)
    assert len(compare.since_last_change(compare.course([LONELY], years)).frame) == (1 if told else 2)


def test_unlike_days_and_unlike_corrections_are_both_told():
    years = [year(2022, period="年4月~2023年3月"), year(2023, period="年4月~2023年5月")]
    years[1].tables["02_lonely"][0][METHOD.title] = "学習した判定で補正"
    told = row(LONELY, *years)["reason"]
    assert "割合をとった期間が違う" in told
    assert "補正の方法が違う" in told


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("外出の状況", "外出の状況", ""),
        ("外出の状況", "ふだんの外出", "表題が違う(「外出の状況」と「ふだんの外出」)"),
        ("令和4(2022)年度の外出", "令和5(2023)年度の外出", ""),
        ("", "外出の状況", ""),
    ],
)
@pytest.mark.parametrize("indicator", [LONELY, CONTACTS])
def test_a_question_that_was_named_anew_is_not_compared_without_a_word(indicator, before, now, told):
    """Tables that somebody wrote from a report on paper may have no title."""
    years = []
    for number, title in ((2022, before), (2023, now)):
        one = year(number)
        about = {name: {**of_table, "表題": title} for name, of_table in one.about.items()}
        years.append(Released(one.year, one.tables, about))
    assert row(indicator, *years)["reason"] == told


@pytest.mark.parametrize(
    ("before", "now", "differing"),
    [
        ("孤独=常に・時々", "孤独=常に・時々", None),
        ("孤独=常に・時々", "孤独=常に", ("孤独=常に・時々", "孤独=常に")),
        ("孤独=常に、答え=常に・時々", "孤独=時々、答え=常に・時々", ("孤独=常に", "孤独=時々")),
        ("", "孤独=常に", ("なし", "孤独=常に")),
        ("", "", None),
        (None, "孤独=常に", None),  # a release of an older version does not tell
    ],
)
@pytest.mark.parametrize("indicator", [LONELY, CONTACTS])
def test_answers_that_were_pooled_otherwise_under_one_name_are_not_compared(
    indicator, before, now, differing
):
    years = []
    for number, pooled in ((2022, before), (2023, now)):
        one = year(number)
        told = {} if pooled is None else {POOLED: pooled}
        years.append(Released(one.year, one.tables, {name: {**x, **told} for name, x in one.about.items()}))

    found = row(indicator, *years)
    assert (found["verdict"] == compare.NOT_COMPARABLE) is bool(differing)
    told = "回答や区分のまとめ方が違う(「{}」と「{}」)"
    assert found["reason"] == (told.format(*differing) if differing else "")
    remarks = compare.course([indicator], years).frame["remark"]
    assert list(remarks) == ["", found["reason"]]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (["総数", "訪問", "居場所"], ["居場所", "訪問", "総数"], ""),
        (["訪問", "居場所"], ["訪問", "居場所", "医療"], ("なし", "医療")),
        (["訪問", "居場所", "医療"], ["訪問", "居場所"], ("医療", "なし")),
        (["訪問", "居場所"], ["面会", "居場所"], ("訪問", "面会")),
    ],
)
def test_an_answer_that_others_were_offered_beside_is_not_compared_without_a_word(before, now, told):
    """Who has another answer to choose from chooses this one less often; of a whole or a theme that is not so."""
    share = Indicator(
        "居場所", "share", "%", Place("06_need", "割合", {"支援": "居場所"}), low="下限", high="上限"
    )

    def released(number, labels, **more):
        rows = [{"支援": label, "割合": "50.0", "下限": "45.0", "上限": "55.0"} | more for label in labels]
        about = year(number).about["02_lonely"]
        return Released(FiscalYear(number), {"06_need": rows}, {"06_need": about})

    said = f"片方の年度だけにある「支援」の選択肢や区分が違う(「{told[0]}」と「{told[1]}」)" if told else ""
    found = row(share, released(2022, before), released(2023, now))
    assert (found["verdict"], found["reason"]) == (compare.UNCLEAR, said)
    theme = {DIGEST.title: "0a1b2c3d"}
    assert not row(share, released(2022, before, **theme), released(2023, now, **theme))["reason"]
    whole = Indicator(
        "全体", "share", "%", Place("06_need", "割合", {"支援": "全体"}), low="下限", high="上限"
    )
    assert not row(whole, released(2022, ["全体", *before]), released(2023, ["全体", *now]))["reason"]


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(None, None, (2.0, 2.0)), (1.5, 3.0, (1.5, 3.0)), (1.5, None, (1.5, 2.0)), (None, 3.0, (2.0, 3.0))],
)
def test_a_figure_whose_width_is_not_printed_is_taken_as_it_stands(low, high, ends):
    found = compare._interval(compare.Reading(2.0, low=low, high=high))
    assert (found.estimate, found.low, found.high) == (2.0, *ends)


@pytest.mark.parametrize(("sex", "told"), [("男性", ""), ("女性", "医療")])
def test_answers_that_others_than_these_were_offered_are_no_matter(sex, told):
    share = Indicator(
        "居場所",
        "share",
        "%",
        Place("06_need", "割合", {"支援": "居場所", "性別": "女性"}),
        low="下限",
        high="上限",
    )
    rows = [
        {"支援": label, "性別": each, "割合": "50.0", "下限": "45.0", "上限": "55.0"}
        for label, each in (("訪問", "女性"), ("居場所", "女性"), ("居場所", "男性"))
    ]
    about = {"06_need": year(2022).about["02_lonely"]}
    years = [
        Released(FiscalYear(2022), {"06_need": rows}, about),
        Released(FiscalYear(2023), {"06_need": [*rows, rows[0] | {"支援": "医療", "性別": sex}]}, about),
    ]
    reason = row(share, *years)["reason"]
    assert (told in reason) if told else reason == ""
