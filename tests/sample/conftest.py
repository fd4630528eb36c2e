import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest

YEARS = (2021, 2022, 2023)


@dataclass(frozen=True)
class City:
    """The written folder, read plainly: no intake, no knowledge of how it was made."""

    folder: Path

    def read(self, name: str, encoding: str = "utf-8-sig", **options) -> pd.DataFrame:
        path = self.folder / name
        return pd.read_csv(path, encoding=encoding, dtype=str, keep_default_na=False, **options)

    @cached_property
    def contacts(self) -> pd.DataFrame:
        frame = pd.concat([self.read(f"fy{y}/consultations.csv", "cp932").assign(fy=y) for y in YEARS])
        return frame.assign(at=pd.to_datetime(frame["相談受付日時"], format="%Y/%m/%d %H:%M"))

    @cached_property
    def kumamoto_2023(self) -> pd.DataFrame:
        frame = self.contacts
        return frame[(frame["窓口"] == "全国窓口") & (frame["at"].dt.year == 2023)]

    @cached_property
    def city_desk(self) -> pd.DataFrame:
        return self.contacts[self.contacts["窓口"] == "宇城市専用"]

    @cached_property
    def national_daily(self) -> pd.DataFrame:
        frame = pd.concat([self.read(f"fy{y}/national_daily.csv").assign(fy=y) for y in YEARS])
        return frame.assign(n=number(frame["件数"]), at=pd.to_datetime(frame["日付"], format="%Y/%m/%d"))

    @cached_property
    def national_hourly(self) -> pd.DataFrame:
        frame = pd.concat([self.read(f"fy{y}/national_hourly.csv") for y in YEARS])
        return frame.assign(
            n=number(frame["件数"]),
            at=pd.to_datetime(frame["日付"]),
            hour=frame["時台"].str.removesuffix("時台").astype(int),
        )

    @cached_property
    def national_attributes(self) -> pd.DataFrame:
        frame = pd.concat([self.read(f"fy{y}/national_attributes.csv") for y in YEARS])
        return frame.assign(n=number(frame["件数"]))

    @cached_property
    def ads(self) -> pd.DataFrame:
        meta = self.read("fy2023/ads_meta_ja.csv").query("日 != ''")
        tiktok = self.read("fy2023/ads_tiktok.csv", "utf-8").query("Date != 'Total'")
        google = self.read("fy2023/ads_google.tsv", "utf-16", sep="\t", skiprows=2).query("日 != '合計'")
        shared = ["date", "platform", "sex", "device", "impressions", "link_clicks", "spend"]
        columns = [
            "日",
            "プラットフォーム",
            "性別",
            "デバイス",
            "インプレッション",
            "リンクのクリック",
            "消化金額 (JPY)",
        ]
        parts = [meta[columns].set_axis(shared, axis=1)]
        columns = ["Date", "platform", "Gender", "Device", "Impressions", "Clicks (destination)", "Cost"]
        parts.append(tiktok.assign(platform="TikTok")[columns].set_axis(shared, axis=1))
        columns = ["日", "platform", "性別", "デバイス", "表示回数", "クリック数", "費用"]
        parts.append(google.assign(platform="ディスプレイ")[columns].set_axis(shared, axis=1))
        frame = pd.concat(parts, ignore_index=True)
        for column in shared[4:]:
            frame[column] = number(frame[column])
        return frame

    @cached_property
    def commissioners(self) -> pd.DataFrame:
        file = self.folder / "fy2023/commissioners.xlsx"
        frame = pd.read_excel(file, header=4, dtype=object, engine="openpyxl")
        return frame[frame["調査ID"] == "R5_hikikomori"]

    @cached_property
    def cases(self) -> pd.DataFrame:
        file = self.folder / "fy2023/cases.xlsx"
        frame = pd.read_excel(file, header=2, dtype=object, sheet_name="該当者票", engine="openpyxl")
        return frame[frame["調査ID"] == "R5_hikikomori"]

    @cached_property
    def truth(self) -> dict:
        return json.loads((self.folder / "truth/truth.json").read_text(encoding="utf-8"))

    @cached_property
    def themes(self) -> pd.DataFrame:
        return self.read("truth/themes.csv")


def number(text: pd.Series) -> pd.Series:
    plain = text.str.normalize("NFKC").str.replace(",", "").replace({"-": "0", "": "0"})
    return plain.astype(int)


def in_2023(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["at"].dt.year == 2023]


@pytest.fixture(scope="session")
def city(sample_data: Path) -> City:
    return City(sample_data)
