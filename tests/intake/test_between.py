"""Files that tell of the same things tell the same, and nobody is counted twice."""

import pytest

from tests.intake.conftest import Desk, as_csv
from ujo_lib.sample.places import PREFECTURES


def national(desk: Desk, hours: int, prefectures=tuple(PREFECTURES), each="2"):
    daily = [["日付", "都道府県", "件数"], *(["2023-08-01", name, each] for name in prefectures)]
    hourly = [["日付", "時台", "件数"], *(["2023-08-01", f"{h}時台", "0"] for h in range(23))]
    hourly.append(["2023-08-01", "23時台", str(hours)])
    desk.put("national_daily", "d.csv", as_csv(daily))
    desk.put("national_hourly", "h.csv", as_csv(hourly))
    return [fault for fault in desk.check().faults if fault.rule == "照合"]


@pytest.mark.parametrize("hours", [93, 95])
def test_a_day_that_differs_between_prefectures_and_hours_is_an_error_with_both_numbers(desk, hours):
    (fault,) = national(desk, hours)
    assert fault.severity == "error"
    assert "94件(2023-08-01)" in fault.expected
    assert str(fault.value) == str(hours)


def test_days_that_agree_are_no_matter(desk):
    assert national(desk, 94) == []


@pytest.mark.parametrize(("hours", "severity"), [(3, "error"), (4, None), (756, "warning")])
def test_some_prefectures_may_have_fewer_contacts_than_all_hours_but_never_more(desk, hours, severity):
    found = national(desk, hours, list(PREFECTURES)[:2])
    assert [fault.severity for fault in found] == ([severity] if severity else [])


def test_a_day_with_a_suppressed_count_cannot_be_compared(desk):
    assert national(desk, 999, each="x") == []


PARTS = [
    ["地域コード", "地域名", "時点", "資料", "性別", "年齢階級", "人口", "世帯数"],
    ["43213", "若葉市", "2020-10-01", "国勢調査", "男性", "0~64歳", "1000", "900"],
    ["43213", "若葉市", "2020-10-01", "国勢調査", "女性", "0~64歳", "1010", "900"],
]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["43213", "若葉市計", "2020-10-01", "国勢調査", "", "", "2010", "900"], 0),
        (["43213", "若葉市計", "2020-10-01", "国勢調査", "", "", "2011", "900"], 1),
        (["43213", "若葉市", "2020-10-01", "国勢調査", "総数", "総数", "2009", "900"], 1),
        (["43213", "若葉市", "2021-10-01", "国勢調査", "", "", "2011", "900"], 0),  # the only row of its day
        (["00000", "全国", "2020-10-01", "国勢調査", "", "", "126146099", ""], 0),
        (["43213", "若葉市", "2020-10-01", "国勢調査", "男性", "65歳以上", "300", "900"], 0),
    ],
)
def test_all_people_are_the_sum_of_the_rows_they_are_divided_into(desk, row, told):
    desk.put("population", "p.csv", as_csv([*PARTS, row]))
    found = [fault for fault in desk.check().faults if fault.severity == "error"]
    assert len(found) == told
    assert all("2,010人" in fault.expected and fault.row == 4 for fault in found)


def test_a_total_by_sex_alone_is_not_held_against_ages(desk):
    rows = [*PARTS, ["43213", "若葉市", "2020-10-01", "国勢調査", "男性", "総数", "1", "900"]]
    desk.put("population", "p.csv", as_csv(rows))
    assert [fault for fault in desk.check().faults if fault.severity == "error"] == []
