"""The claims of the published report, counted on the written files."""

import hashlib
import os
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.sample.conftest import in_2023
from ujo_lib.sample import city as city_module
from ujo_lib.sample import write_city

TOTALS = {
    "S01 commissioners in scope": (139, lambda c: int(c.commissioners["対象"].sum())),
    "S02 responded": (97, lambda c: int(c.commissioners["回答"].sum())),
    "S04 cases": (25, lambda c: len(c.cases)),
    "S04 reported by commissioners": (25, lambda c: int(c.commissioners["該当者数"].fillna(0).sum())),
    "S06 men": (17, lambda c: int((c.cases["性別"] == "男").sum())),
    "S07 women": (8, lambda c: int((c.cases["性別"] == "女").sum())),
    "S09 with family": (18, lambda c: int((c.cases["家族構成"] == "家族と同居").sum())),
    "S10 five years and more": (
        21,
        lambda c: int(c.cases["ひきこもりの期間"].str.contains("^5|^7|10年以上").sum()),
    ),
    "S12 valid outings": (23, lambda c: int(c.cases["該当者の状態(外出状況)"].notna().sum())),
    "T01 contacts from Kumamoto": (2_536, lambda c: len(c.kumamoto_2023)),
    "T01 the same in the national table": (
        2_536,
        lambda c: int(in_2023(c.national_daily).query("都道府県 == '熊本県'")["n"].sum()),
    ),
    "T02 nation by place": (337_943, lambda c: int(in_2023(c.national_daily)["n"].sum())),
    "T02 nation by hour": (337_943, lambda c: int(in_2023(c.national_hourly)["n"].sum())),
    "T05 clients of the city channel": (54, lambda c: c.city_desk["相談者ID"].nunique()),
    "T20 teens with strong ideation": (
        309,
        lambda c: int(((c.kumamoto_2023["年代"] == "10代") & (c.kumamoto_2023["自殺念慮"] == "強く")).sum()),
    ),
    "A31 impressions": (2_361_423, lambda c: int(c.ads["impressions"].sum())),
    "A32 link clicks": (8_812, lambda c: int(c.ads["link_clicks"].sum())),
    "A38 spend": (990_000, lambda c: int(c.ads["spend"].sum())),
}


@pytest.mark.parametrize("claim", TOTALS)
def test_a_published_total_is_met_exactly(city, claim):
    expected, counted = TOTALS[claim]
    assert counted(city) == expected


def test_national_tables_agree_day_by_day_and_with_the_records(city):
    by_place = city.national_daily.groupby("at")["n"].sum()
    by_hour = city.national_hourly.groupby("at")["n"].sum()
    pd.testing.assert_series_equal(by_place, by_hour)
    records = city.contacts.query("窓口 == '全国窓口'")["at"].dt.normalize().value_counts()
    kumamoto = city.national_daily.query("都道府県 == '熊本県'").set_index("at")["n"]
    assert (kumamoto == records.reindex(kumamoto.index, fill_value=0)).all()


@pytest.mark.parametrize("item", ["孤独感", "希死念慮", "自殺念慮", "相談内容(主)", "職業×相談内容"])
def test_national_attributes_add_up_to_the_nation_in_calendar_2023(city, item):
    frame = city.national_attributes
    year = frame[(frame["項目"] == item) & frame["期間開始"].str.startswith("2023")]
    assert year["n"].sum() == 337_943


def test_the_prefecture_has_no_chance_bump_in_the_window_that_would_tell_another_story(city):
    counts = city.national_daily
    inside = counts["at"].between("2024-02-20", "2024-03-14")
    ours = counts["都道府県"] == "熊本県"

    def share(rows: pd.Series) -> float:
        return counts.loc[rows & ours, "n"].sum() / counts.loc[rows, "n"].sum()

    assert share(inside) / share(~inside) == pytest.approx(1.03, abs=0.1)


def test_every_folder_says_synthetic(city):
    assert "合成データ" in (city.folder / "README.txt").read_text(encoding="utf-8-sig")
    for name in ("site/population.csv", "site/media_use.csv", "site/survey_waves.csv", "site/channels.csv"):
        assert "合成" in (city.folder / name).read_text(encoding="utf-8-sig")
    assert "合成データ" in (city.folder / "fy2023/residents_frame.csv").read_text(encoding="utf-8-sig")
    assert city.read("fy2023/residents.csv")["対象者番号"].str.startswith("SYN-").all()
    for year in (2021, 2022, 2023):
        for kind in ("national_daily", "national_hourly", "national_attributes"):
            assert "合成データ" in (city.folder / f"fy{year}/{kind}.csv").read_text(encoding="utf-8-sig")


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.full
def test_the_same_seed_gives_the_same_bytes_and_replaces_the_old_folder(city, tmp_path):
    old = tmp_path / "data" / "sample" / "left-over.txt"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    write_city(tmp_path, seed=2023)
    assert digests(tmp_path / "data" / "sample") == digests(city.folder)
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["sample"]


@pytest.mark.full
def test_another_seed_gives_other_records_with_the_same_totals(tmp_path, city):
    write_city(tmp_path, seed=7)
    other = type(city)(tmp_path / "data" / "sample")
    assert not other.kumamoto_2023["相談本文"].equals(city.kumamoto_2023["相談本文"])
    for expected, counted in TOTALS.values():
        assert counted(other) == expected


@pytest.mark.slow
def test_a_failed_write_leaves_the_old_folder_alone(tmp_path, monkeypatch):
    kept = tmp_path / "data" / "sample" / "README.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("before")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(city_module.ads, "cells", fail)
    with pytest.raises(OSError, match="disk full"):
        write_city(tmp_path)
    assert kept.read_text() == "before"
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["sample"]


@pytest.mark.parametrize(("age", "stays"), [(24 * 3600 - 9, True), (24 * 3600 + 9, False)])
def test_half_a_city_that_a_killed_process_left_goes_a_day_later(tmp_path, monkeypatch, age, stays):
    half = tmp_path / "data/.sample-new-7"
    half.mkdir(parents=True)
    os.utime(half, (time.time() - age,) * 2)
    monkeypatch.setattr(city_module, "_write", lambda folder, seed: folder.mkdir())
    city_module.write_city(tmp_path)
    assert half.exists() is stays
    assert (tmp_path / "data/sample").is_dir()
