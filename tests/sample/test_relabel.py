"""The synthetic city under another name is the same city, and holds no trace of the first."""

import csv
import io
import shutil

import openpyxl
import pandas as pd
import pytest

from ujo_lib.delimited import find_encoding
from ujo_lib.sample.relabel import Place, relabel

WAKABA = Place("若葉市", "岡山県", "33203", ("中央", "北"))


@pytest.fixture
def folder(city, tmp_path):
    for name in ("site", "fy2023"):
        shutil.copytree(city.folder / name, tmp_path / name)
    relabel(tmp_path, WAKABA)
    return tmp_path


def _rows(file):
    content = file.read_bytes()
    return list(csv.reader(io.StringIO(content.decode(find_encoding(content)))))


@pytest.mark.parametrize("name", ["fy2023/consultations.csv", "fy2023/ads_google.tsv", "site/population.csv"])
def test_every_file_keeps_its_encoding_and_its_rows(city, folder, name):
    old, new = city.folder / name, folder / name
    assert find_encoding(new.read_bytes()) == find_encoding(old.read_bytes())
    assert len(_rows(new)) == len(_rows(old))


def test_prefectures_change_places_and_the_country_stays_whole(city, folder):
    old, new = (_rows(root / "fy2023/national_daily.csv")[1:] for root in (city.folder, folder))
    of = {(row[0], row[1]): row[2] for row in old}
    assert {row[1] for row in new} == {row[1] for row in old}
    assert all(
        row[2] == of[row[0], {"岡山県": "熊本県", "熊本県": "岡山県"}.get(row[1], row[1])] for row in new
    )


def test_codes_and_names_follow_in_the_table_of_population(folder):
    areas = {(row[0], row[1]) for row in _rows(folder / "site/population.csv")[1:]}
    assert areas == {("33203", "若葉市"), ("33000", "岡山県"), ("00000", "全国")}


def test_a_number_that_happens_to_be_the_code_stays_outside_the_table_of_population(tmp_path):
    (tmp_path / "ads.csv").write_text("表示,地域\n43213,宇城市\n", encoding="utf-8")
    relabel(tmp_path, WAKABA)
    assert (tmp_path / "ads.csv").read_text(encoding="utf-8") == "表示,地域\n43213,若葉市\n"


def test_districts_of_the_survey_are_those_of_the_place(folder):
    sheet = openpyxl.load_workbook(folder / "fy2023/commissioners.xlsx")["回答一覧"]
    words = {cell.value for row in sheet.iter_rows(min_row=6) for cell in row}
    assert {"中央", "北"} <= words
    assert not words & {"三角", "不知火", "松橋", "小川", "豊野"}
    for name in ("residents", "residents_frame"):
        words = {cell for row in _rows(folder / f"fy2023/{name}.csv") for cell in row}
        assert {"中央", "北"} <= words
        assert not words & {"三角", "不知火", "松橋", "小川", "豊野"}


def test_districts_that_are_given_one_name_are_one_district_of_the_register(sample_data, tmp_path):
    shutil.copytree(sample_data, tmp_path / "city")
    file = tmp_path / "city/fy2023/residents_frame.csv"
    before = pd.read_csv(file, encoding="utf-8-sig")
    relabel(tmp_path / "city", Place("若葉市", "長野県", "20201", ("中央", "北")))
    after = pd.read_csv(file, encoding="utf-8-sig")
    assert set(after["地区"]) == {"中央", "北"}
    assert not after.duplicated(["性別", "年齢", "地区"]).any()
    ages = ["性別", "年齢"]
    assert after.groupby(ages)["人口"].sum().equals(before.groupby(ages)["人口"].sum())
