"""Parameters of notebook 04: what was done to make the desk known, and what may be compared with what."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ujo_lib.params.common import Answers, FileName, NotebookSettings, Once
from ujo_lib.params.days import IsoDay
from ujo_lib.yamlfile import TogetherError, such, written

_NEIGHBOURS = ["福岡県", "佐賀県", "長崎県", "大分県", "宮崎県", "鹿児島県"]

_SHARES = such(lambda some: some and all(0 < share <= 1 for share in some), "0より大きく1以下の割合の並び")


class OutreachSettings(NotebookSettings):
    """Effect of outreach."""

    calibration: FileName = Field(
        "benchmarks/outreach_calibration.csv", description="判定の確かさを模擬データで測った結果のファイル"
    )
    channel: Annotated[str, Answers("channels", "channel", given=True)] = Field(
        "宇城市専用", description="効果をみる市の窓口(channels の名称)"
    )
    first_day: IsoDay = Field(
        "2022-04-01", min_length=1, description="比較に使う最初の日(施策のない前の年度の初日がよい)"
    )
    carry_over_days: Annotated[
        dict[str, int], such(lambda days: all(0 <= n <= 365 for n in days.values()), "0以上365以下の日数")
    ] = Field({"SNS": 0, "TV": 0, "チラシ": 13}, description="媒体ごとに、実施のあとも効果が続くとみなす日数")
    carry_over_shape: Literal["rectangular", "half_life"] = Field(
        "rectangular", description="続き方: rectangular(同じ強さ) / half_life(その日数で半減)"
    )
    controls: Annotated[list[str], Answers("national_daily", "pref"), Once] = Field(
        [], description="比較地域の都道府県。空なら施策が届いていないすべて"
    )
    neighbours: Annotated[list[str], Answers("national_daily", "pref"), Once] = Field(
        _NEIGHBOURS, description="電波や広告が漏れ届くおそれのある近隣県(感度の確認で除く)"
    )
    city_method: Literal["正確な条件付き二項検定", "条件付き二項検定(mid-p)"] = Field(
        "正確な条件付き二項検定", description="市の判定に使う方法"
    )
    prefecture_method: Literal[
        "負の二項回帰+ブロックt区間", "負の二項回帰(日を独立とみなす)", "差の差(対数)"
    ] = Field("負の二項回帰+ブロックt区間", description="県の判定に使う方法")
    episode_gap_days: int = Field(
        30, ge=0, le=365, description="同じ人の相談が続くとき、この日数以内なら1回と数える。0なら毎回数える"
    )
    settling_days: int = Field(
        90, ge=0, le=365, description="窓口の開設後、利用が落ち着くまでとして比較から除く日数"
    )
    washout_days: int = Field(14, ge=0, le=90, description="施策の期間のあと、余韻として比較から除く日数")
    min_baseline_days: int = Field(120, ge=28, le=1000, description="比較に最低限必要な日数")
    min_exclusive_days: int = Field(
        7, ge=1, le=60, description="施策を単独で評価するのに必要な、その施策だけの日数"
    )
    level: float = Field(0.95, ge=0.8, le=0.99, description="信頼水準")
    plan_digest: Annotated[str, written("([0-9a-f]{16,64})?", "照合値(0-9a-f の16〜64桁)か空")] = Field(
        "11055b84ae8d3c3d",
        description="登録済みの計画の照合値(先頭16桁以上)。空なら未登録",
    )
    planned_city_per_year: float = Field(
        54.0, ge=0, description="検出力の計算に使う、市の窓口の年間の見込み件数(決めていなければ 0)"
    )
    planned_prefecture_per_year: float = Field(
        2536.0, ge=0, description="検出力の計算に使う、県の年間の見込み件数(決めていなければ 0)"
    )
    planned_block_spread: float = Field(
        0.05, gt=0, le=1, description="県の見込みからの、期間ごとのぶれの見込み(対数の標準偏差)"
    )
    power_wanted: float = Field(0.8, ge=0.5, le=0.99, description="目標とする検出力")
    stated_impressions: int = Field(2361423, ge=0, description="公表済みの広告の表示回数(視聴数)")
    stated_link_clicks: int = Field(8812, ge=0, description="公表済みの広告からの流入数")
    planned_platforms: Annotated[list[str], Once] = Field(
        ["Instagram", "Facebook", "TikTok"], description="計画書に書かれた広告の媒体"
    )
    media_cost_shares: Annotated[list[float], _SHARES, Once] = Field(
        [1.0, 0.7, 0.5], description="費用のうち媒体費とみなす割合(制作費などを除く)の候補"
    )
    evidence_half: Literal["上期", "下期", "通年"] = Field("下期", description="できごとの一覧に載せる時期")

    @model_validator(mode="after")
    def _city_within_prefecture(self) -> Self:
        if 0 < self.planned_prefecture_per_year < self.planned_city_per_year:
            raise TogetherError(
                "planned_city_per_year は planned_prefecture_per_year 以下の件数",
                planned_city_per_year=self.planned_city_per_year,
                planned_prefecture_per_year=self.planned_prefecture_per_year,
            )
        return self

    @property
    def comparison_start(self) -> date:
        """First day that may be compared with."""
        return date.fromisoformat(self.first_day)
