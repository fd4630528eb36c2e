"""The claims of the published report, counted on the written files."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ujo_lib.sample import city as city_module
from ujo_lib.sample import write_city


def in_2023(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["at"].dt.year == 2023]


def share(frame: pd.DataFrame, column: str, values: set[str]) -> float:
    valid = frame[~frame[column].isin(["", "無回答"])]
    return valid[column].isin(values).mean()


def national_share(city, item: str, values: set[str]) -> float:
    frame = city.national_attributes
    valid = frame[(frame["項目"] == item) & (frame["値"] != "無回答")]
    year = valid[valid["期間開始"].str.startswith("2023")]
    return year.loc[year["値"].isin(values), "n"].sum() / year["n"].sum()


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


def test_how_many_people_each_commissioner_knows_is_the_published_distribution(city):
    answered = city.commissioners.query("回答 == 1")["該当者数"].astype(int)
    assert answered.value_counts().to_dict() == {0: 78, 1: 15, 2: 3, 4: 1}
    per_case = city.cases["委員番号"].value_counts()
    reported = answered.set_axis(city.commissioners.query("回答 == 1")["委員番号"])
    assert per_case.to_dict() == reported[reported > 0].to_dict()


def test_forty_somethings_are_the_mode_without_a_tie(city):
    ages = city.cases["年代"].str.normalize("NFKC").str.replace("歳代", "代").value_counts()
    assert ages.index[0] == "40代"
    assert ages.iloc[0] > ages.iloc[1]


def test_seven_or_eight_stay_at_home(city):
    assert city.cases["該当者の状態(外出状況)"].isin([3, 4]).sum() in (7, 8)


def test_family_support_is_the_leading_need_and_the_leading_opinion(city):
    needs = city.cases["必要な支援(複数)"].dropna().astype(str).str.normalize("NFKC").str.split(",").explode()
    counts = needs.value_counts()
    assert counts.index[0] == "2"
    assert counts.iloc[0] > counts.iloc[1]
    opinions = pd.Series([t for found in city.truth["survey"]["opinion_themes"].values() for t in found])
    assert opinions.value_counts().idxmax() == "family_support"


def daily(city, scope: str) -> pd.Series:
    if scope == "kumamoto":
        return (
            city.kumamoto_2023["at"]
            .dt.normalize()
            .value_counts()
            .reindex(pd.date_range("2023-01-01", "2023-12-31"), fill_value=0)
        )
    return in_2023(city.national_daily).groupby("at")["n"].sum()


def hourly(city, scope: str) -> np.ndarray:
    if scope == "kumamoto":
        return np.bincount(city.kumamoto_2023["at"].dt.hour, minlength=24)
    return in_2023(city.national_hourly).groupby("hour")["n"].sum().to_numpy()


@pytest.mark.parametrize("scope", ["kumamoto", "nation"])
def test_august_leads_per_month_and_per_day(city, scope):
    counts = daily(city, scope)
    monthly = counts.groupby(counts.index.month)
    assert monthly.sum().idxmax() == 8
    assert monthly.mean().idxmax() == 8


@pytest.mark.parametrize("scope", ["kumamoto", "nation"])
def test_weekday_means_fall_strictly_from_sunday_to_saturday(city, scope):
    counts = daily(city, scope)
    means = counts.groupby((counts.index.day_of_week + 1) % 7).mean()
    assert means.is_monotonic_decreasing
    assert means.is_unique


@pytest.mark.parametrize("scope", ["kumamoto", "nation"])
def test_hours_peak_at_22_and_23_at_twice_the_morning(city, scope):
    hours = hourly(city, scope)
    morning = hours[6:12].mean()
    assert set(np.argsort(hours)[-2:]) == {22, 23}
    assert hours[[22, 23]].mean() / morning == pytest.approx(2, abs=0.1)
    assert hours[0] > morning
    assert hours[1] > morning
    assert hours[2] < morning


def test_national_tables_agree_day_by_day_and_with_the_records(city):
    by_place = city.national_daily.groupby("at")["n"].sum()
    by_hour = city.national_hourly.groupby("at")["n"].sum()
    pd.testing.assert_series_equal(by_place, by_hour)
    records = city.contacts.query("窓口 == '全国窓口'")["at"].dt.normalize().value_counts()
    kumamoto = city.national_daily.query("都道府県 == '熊本県'").set_index("at")["n"]
    assert (kumamoto == records.reindex(kumamoto.index, fill_value=0)).all()


def test_national_places_are_47_prefectures_abroad_and_unknown(city):
    by_place = in_2023(city.national_daily).groupby("都道府県")["n"].sum()
    assert len(by_place) == 49
    assert by_place["不明・無回答"] / by_place.sum() == pytest.approx(0.12, abs=0.01)
    assert by_place["海外"] > 0


@pytest.mark.parametrize(
    ("column", "values", "at_least"),
    [
        ("孤独感", {"常に", "時々"}, 0.70),
        ("希死念慮", {"強く", "少し"}, 0.80),
        ("自殺念慮", {"強く", "少し"}, 0.60),
    ],
)
def test_feelings_exceed_the_published_shares_as_in_the_nation(city, column, values, at_least):
    here = share(city.kumamoto_2023, column, values)
    nation = national_share(city, column, values)
    assert here >= at_least
    assert nation >= at_least
    assert here == pytest.approx(nation, abs=0.04)


@pytest.mark.parametrize(
    ("occupation", "topic"), [("児童・学生", "学校"), ("主婦・主夫", "家族"), ("無職", "経済・生活")]
)
def test_occupations_lean_to_their_topics_here_and_in_the_nation(city, occupation, topic):
    frame = city.kumamoto_2023
    here = frame["職業"] == occupation
    assert (frame.loc[here, "相談内容(主)"] == topic).mean() > 1.5 * (
        frame.loc[~here, "相談内容(主)"] == topic
    ).mean()
    table = city.national_attributes.query("項目 == '職業×相談内容'").pivot_table(
        index="職業", columns="値", values="n", aggfunc="sum"
    )
    rows = table.div(table.sum(axis=1), axis=0)
    assert rows.loc[occupation, topic] > 1.5 * table[topic].sum() / table.to_numpy().sum()


@pytest.mark.parametrize("item", ["孤独感", "希死念慮", "自殺念慮", "相談内容(主)", "職業×相談内容"])
def test_national_attributes_add_up_to_the_nation_in_calendar_2023(city, item):
    frame = city.national_attributes
    year = frame[(frame["項目"] == item) & frame["期間開始"].str.startswith("2023")]
    assert year["n"].sum() == 337_943


def test_display_has_the_highest_click_rate_and_women_and_smartphones_lead(city):
    sums = city.ads.groupby("platform")[["impressions", "link_clicks"]].sum()
    assert (sums["link_clicks"] / sums["impressions"]).idxmax() == "ディスプレイ"
    women = city.ads["sex"].isin(["女性", "Female"])
    phones = city.ads["device"].isin(["スマートフォン", "Mobile", "携帯電話"])
    for column in ("impressions", "link_clicks"):
        assert city.ads.loc[women, column].sum() > city.ads[column].sum() / 2
        assert city.ads.loc[phones, column].sum() > city.ads[column].sum() / 2
    assert sorted(city.ads["date"].unique()) == [f"2024-02-{d}" for d in range(20, 30)]


def test_total_rows_of_the_ad_exports_equal_the_sum_of_their_rows(city):
    last = city.read("fy2023/ads_meta_ja.csv").iloc[-1]
    meta = city.ads[city.ads["platform"].isin(["Instagram", "Facebook"])]
    assert int(last["インプレッション"].replace(",", "")) == meta["impressions"].sum()
    last = city.read("fy2023/ads_tiktok.csv", "utf-8").iloc[-1]
    assert int(last["Cost"]) == city.ads.query("platform == 'TikTok'")["spend"].sum()
    last = city.read("fy2023/ads_google.tsv", "utf-16", sep="\t", skiprows=2).iloc[-1]
    assert (
        int(last["クリック数"].replace(",", ""))
        == city.ads.query("platform == 'ディスプレイ'")["link_clicks"].sum()
    )


def test_campaigns_carry_the_published_dates_households_and_caps(city):
    rows = city.read("site/campaigns.csv", "cp932").set_index("媒体")
    assert rows.loc["SNS", ["開始", "終了", "費用(円)"]].tolist() == ["R6.2.20", "R6.2.29", "990,000"]
    assert rows.loc["チラシ", ["到達数", "費用上限(円)"]].tolist() == ["23,193", "160,000"]
    assert rows.loc["TV", ["開始", "終了", "放送時間帯"]].tolist() == [
        "令和6年2月28日(水)",
        "R6.3.8",
        "20:00～26:00",
    ]


def test_population_adds_up_to_the_census(city):
    frame = city.read("site/population.csv")
    totals = frame.assign(n=number_of(frame["人口"])).groupby("地域名")["n"].sum()
    assert totals.to_dict() == {"宇城市": 57_001, "熊本県": 1_738_301, "全国": 126_146_099}
    assert frame.query("地域名 == '宇城市'")["世帯数"].unique().tolist() == ["23193"]


def number_of(text: pd.Series) -> pd.Series:
    return text.astype(int)


def test_waves_keep_what_is_unknown_unknown(city):
    waves = city.read("site/survey_waves.csv").set_index("調査回")
    counted = waves.loc[:, "対象数":"家から出ない"]
    assert waves.loc["R1", "該当者数"] == "32"
    assert (counted.loc["R1"].drop("該当者数") == "…").all()
    assert (counted.loc["R2"] == "…").all()
    wave = city.truth["survey"]
    assert counted.loc["R5"].astype(int).to_dict() == {k: wave[k] for k in counted.columns}


def test_the_city_channel_is_open_from_may_ramps_up_and_sees_clients_again(city):
    desk = city.city_desk
    assert 75 <= len(desk) <= 110
    assert desk["at"].min() >= pd.Timestamp("2023-05-01")
    assert desk["at"].max() < pd.Timestamp("2024-04-01")
    window = (desk["at"] >= "2024-02-20") & (desk["at"] < "2024-03-15")
    assert set(desk.loc[window, "相談者ID"]) & set(desk.loc[~window, "相談者ID"])


def test_the_city_rate_in_the_window_is_about_the_planted_ratio_and_flat_without_it(city):
    desk = city.city_desk
    control = city.national_daily.query("都道府県 != '熊本県'")
    settled = pd.Timestamp("2023-05-29")

    def ratio(contacts: pd.DataFrame) -> float:
        def rate(start: pd.Timestamp, end: pd.Timestamp, skip=None) -> float:
            def within(at: pd.Series) -> pd.Series:
                inside = (at >= start) & (at < end)
                return inside if skip is None else inside & ~((at >= skip[0]) & (at < skip[1]))

            return within(contacts["at"]).sum() / control.loc[within(control["at"]), "n"].sum()

        window = (pd.Timestamp("2024-02-20"), pd.Timestamp("2024-03-15"))
        return rate(*window) / rate(settled, pd.Timestamp("2024-04-01"), skip=window)

    assert ratio(desk) == pytest.approx(2.5, rel=0.2)
    assert ratio(desk[~desk["相談ID"].isin(city.truth["campaign"]["campaign_consult_ids"])]) == pytest.approx(
        1, abs=0.3
    )


def test_the_prefecture_has_no_chance_bump_in_the_window_that_would_tell_another_story(city):
    counts = city.national_daily
    inside = counts["at"].between("2024-02-20", "2024-03-14")
    ours = counts["都道府県"] == "熊本県"

    def share(rows: pd.Series) -> float:
        return counts.loc[rows & ours, "n"].sum() / counts.loc[rows, "n"].sum()

    assert share(inside) / share(~inside) == pytest.approx(1.03, abs=0.1)


def test_ids_are_unique_over_all_years_and_years_join_without_a_gap(city):
    assert city.contacts["相談ID"].is_unique
    assert city.contacts["at"].is_monotonic_increasing
    fiscal = city.contacts["at"].dt.year - (city.contacts["at"].dt.month < 4)
    assert (fiscal == city.contacts["fy"]).all()
    days = city.national_daily["at"].unique()
    assert len(days) == len(pd.date_range("2021-04-01", "2024-03-31"))
    assert city.contacts["fy"].value_counts().sort_index().is_monotonic_increasing


def test_most_contacts_name_a_client_and_clients_come_back(city):
    named = city.kumamoto_2023["相談者ID"]
    assert (named != "").mean() > 0.9
    repeats = named[named != ""].value_counts()
    assert 1.15 < repeats.mean() < 1.45
    people = city.contacts[city.contacts["相談者ID"] != ""].groupby("相談者ID")
    assert (people["性別"].nunique() == 1).all()


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


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_replaces_the_old_folder(city, tmp_path):
    old = tmp_path / "data" / "sample" / "left-over.txt"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    write_city(tmp_path, seed=2023)
    assert digests(tmp_path / "data" / "sample") == digests(city.folder)
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["sample"]


@pytest.mark.slow
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
