"""Ten days of advertising on four platforms, as cells that add up to the published totals.

Impressions and clicks are multinomial over noisy cell weights; spend is rounded to whole yen. Reach is drawn per
cell and, as in life, must not be added up.
"""

from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.sample.counts import draw_until
from ujo_lib.sample.places import rounded_to

IMPRESSIONS: Final = 2_361_423
LINK_CLICKS: Final = 8_812
SPEND_YEN: Final = 990_000
DAYS: Final = pd.date_range("2024-02-20", "2024-02-29", freq="D")

PLATFORMS: Final = ("Instagram", "Facebook", "TikTok", "ディスプレイ")
PLATFORM_SHARE: Final = dict(zip(PLATFORMS, (0.30, 0.15, 0.27, 0.28), strict=True))
CLICK_RATE: Final = dict(zip(PLATFORMS, (0.0031, 0.0035, 0.0028, 0.0056), strict=True))
YEN_PER_MILLE: Final = dict(zip(PLATFORMS, (520.0, 470.0, 430.0, 270.0), strict=True))
FORMATS: Final = {
    "Instagram": ("カルーセル", "1:1"),
    "Facebook": ("カルーセル", "1:1"),
    "TikTok": ("カルーセル", "1:1", "動画"),
    "ディスプレイ": ("レスポンシブ", "1:1"),
}
AGES: Final = {"13-17": (0.16, 0.9), "18-24": (0.34, 1.0), "25-34": (0.32, 1.05), "35-44": (0.18, 1.15)}
SEXES: Final = {"女性": (0.60, 1.15), "男性": (0.37, 0.8), "不明": (0.03, 0.9)}
DEVICES: Final = {"スマートフォン": (0.93, 1.02), "タブレット": (0.04, 0.9), "PC": (0.03, 0.7)}


def cells(seed: int) -> pd.DataFrame:
    """One row per day, platform, format, age, sex and device with impressions, clicks, reach and spend.

    Columns: date, platform, format, age, sex, device, impressions, reach, clicks_all, link_clicks, landing, video,
    spend.
    """
    return draw_until(seed, "ads", _draw)


def _draw(rng: np.random.Generator) -> pd.DataFrame | None:
    keys = [
        (day, platform, form, age, sex, device)
        for platform in PLATFORMS
        for day, form, age, sex, device in product(DAYS, FORMATS[platform], AGES, SEXES, DEVICES)
        if _offered(platform, age, device)
    ]
    frame = pd.DataFrame(keys, columns=["date", "platform", "format", "age", "sex", "device"])
    share = frame["platform"].map(PLATFORM_SHARE).to_numpy()
    rate = frame["platform"].map(CLICK_RATE).to_numpy()
    for column, table in (("age", AGES), ("sex", SEXES), ("device", DEVICES)):
        share = share * frame[column].map(lambda value, table=table: table[value][0]).to_numpy()
        rate = rate * frame[column].map(lambda value, table=table: table[value][1]).to_numpy()
    share = share / frame["platform"].map(frame["platform"].value_counts()).to_numpy()
    share = share * _by(rng, frame, ["date", "platform"], 0.15) * _by(rng, frame, ["platform", "format"], 0.2)
    rate = rate * _by(rng, frame, ["date", "platform"], 0.10) * _by(rng, frame, ["platform", "format"], 0.08)
    share, rate = share * rng.gamma(20, 0.05, len(frame)), rate * rng.gamma(20, 0.05, len(frame))

    frame["impressions"] = rng.multinomial(IMPRESSIONS, share / share.sum())
    clicks = frame["impressions"].to_numpy() * rate
    frame["link_clicks"] = rng.multinomial(LINK_CLICKS, clicks / clicks.sum())
    frame["clicks_all"] = frame["link_clicks"] + rng.poisson(0.0015 * frame["impressions"])
    frame["reach"] = np.ceil(frame["impressions"] / rng.uniform(1.05, 1.9, len(frame))).astype(int)
    frame["landing"] = rng.binomial(frame["link_clicks"], 0.76)
    frame["video"] = np.where(frame["format"] == "動画", rng.binomial(frame["impressions"], 0.34), 0)
    yen = frame["impressions"] * frame["platform"].map(YEN_PER_MILLE) * rng.gamma(60, 1 / 60, len(frame))
    frame["spend"] = rounded_to(yen.to_numpy(), SPEND_YEN)
    frame = frame[frame["impressions"] > 0].reset_index(drop=True)
    return frame if _orders_hold(frame) else None


def _offered(platform: str, age: str, device: str) -> bool:
    """TikTok reports no desktop; the display network does not target minors."""
    return not (platform == "TikTok" and device == "PC") and not (
        platform == "ディスプレイ" and age == "13-17"
    )


def _by(rng: np.random.Generator, frame: pd.DataFrame, columns: list[str], sd: float) -> np.ndarray:
    """A log-normal factor shared by the rows of each group."""
    group = frame.groupby(columns, sort=False).ngroup().to_numpy()
    return np.asarray(np.exp(rng.normal(0, sd, group.max() + 1))[group])


def _orders_hold(frame: pd.DataFrame) -> bool:
    """Display has the highest click rate; women and smartphones are the majority of views and of clicks."""
    sums = frame.groupby("platform")[["impressions", "link_clicks"]].sum()
    best = (sums["link_clicks"] / sums["impressions"]).idxmax()
    columns = ["impressions", "link_clicks"]
    major = all(
        frame.loc[frame[by] == value, c].sum() > 0.5 * frame[c].sum()
        for by, value in (("sex", "女性"), ("device", "スマートフォン"))
        for c in columns
    )
    possible = bool((frame["link_clicks"] <= frame["impressions"]).all() and (frame["impressions"] > 0).all())
    return best == "ディスプレイ" and major and possible and int(frame["spend"].sum()) == SPEND_YEN
