"""People and places: prefectures, population by sex and age, channels, events, media use.

Prefecture totals are those of the 2020 census as published; every breakdown below them is invented and marked
「合成」 in its source column.
"""

from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from ujo_lib.sample.marks import SYNTHETIC

PREFECTURES: Final[dict[str, int]] = {
    "北海道": 5_224_614, "青森県": 1_237_984, "岩手県": 1_210_534, "宮城県": 2_301_996, "秋田県": 959_502,
    "山形県": 1_068_027, "福島県": 1_833_152, "茨城県": 2_867_009, "栃木県": 1_933_146, "群馬県": 1_939_110,
    "埼玉県": 7_344_765, "千葉県": 6_284_480, "東京都": 14_047_594, "神奈川県": 9_237_337, "新潟県": 2_201_272,
    "富山県": 1_034_814, "石川県": 1_132_526, "福井県": 766_863, "山梨県": 809_974, "長野県": 2_048_011,
    "岐阜県": 1_978_742, "静岡県": 3_633_202, "愛知県": 7_542_415, "三重県": 1_770_254, "滋賀県": 1_413_610,
    "京都府": 2_578_087, "大阪府": 8_837_685, "兵庫県": 5_465_002, "奈良県": 1_324_473, "和歌山県": 922_584,
    "鳥取県": 553_407, "島根県": 671_126, "岡山県": 1_888_432, "広島県": 2_799_702, "山口県": 1_342_059,
    "徳島県": 719_559, "香川県": 950_244, "愛媛県": 1_334_841, "高知県": 691_527, "福岡県": 5_135_214,
    "佐賀県": 811_442, "長崎県": 1_312_317, "熊本県": 1_738_301, "大分県": 1_123_852, "宮崎県": 1_069_576,
    "鹿児島県": 1_588_256, "沖縄県": 1_467_480,
}  # fmt: skip

# Invented: the service is better known where its schools' cards were handed out.
USE_PROPENSITY: Final = {"東京都": 1.35, "神奈川県": 1.15, "大阪府": 1.1, "沖縄県": 1.2, "北海道": 0.9}

AGE_CLASSES: Final = (
    "0~9歳", "10~14歳", "15~19歳", "20~29歳", "30~39歳", "40~49歳", "50~59歳", "60~64歳", "65~69歳", "70歳以上",
)  # fmt: skip


def population() -> pd.DataFrame:
    """Census 2020 by area, sex and age class: totals as published, composition and sex ratio invented."""
    nation = (7.7, 4.3, 4.5, 10.0, 11.3, 14.3, 13.1, 5.9, 6.5, 22.4)
    prefecture = (8.4, 4.7, 4.7, 8.7, 10.8, 12.5, 12.1, 6.4, 7.5, 24.2)
    city = (7.8, 4.6, 4.5, 7.9, 10.0, 11.9, 11.6, 6.8, 8.2, 26.7)
    areas = (
        ("43213", "宇城市", 57_001, 23_193, city, 0.475),
        ("43000", "熊本県", 1_738_301, 719_154, prefecture, 0.473),
        ("00000", "全国", 126_146_099, 55_830_154, nation, 0.486),
    )
    rows = []
    for code, name, total, households, ages, male in areas:
        share = np.array(ages) / sum(ages)
        tilt = np.linspace(0.035, -0.055, len(ages))  # more boys are born, more women grow old
        by_cell = np.concatenate([share * (male + tilt), share * (1 - male - tilt)])
        said = (code, name, "令和2年10月1日", f"国勢調査(総数は公表値、内訳は{SYNTHETIC})")
        cells = zip(product(("男性", "女性"), AGE_CLASSES), rounded_to(by_cell, total), strict=True)
        rows += [(*said, *cell, n, households) for cell, n in cells]
    columns = ["地域コード", "地域名", "時点", "資料", "性別", "年齢階級", "人口", "世帯数"]
    return pd.DataFrame(rows, columns=columns)


def rounded_to(weights: np.ndarray, total: int) -> list[int]:
    """Whole numbers proportional to ``weights`` that sum to ``total`` (largest remainders)."""
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(int)
    whole[np.argsort(-(exact - whole), kind="stable")[: total - whole.sum()]] += 1
    return [int(n) for n in whole]


def channels() -> pd.DataFrame:
    """The two desks and the day each opened."""
    rows = [
        ("全国窓口", "2020-03-01", f"24時間・年齢を問わないチャット相談({SYNTHETIC})"),
        ("宇城市専用", "R5.5.1", f"市のページから入る専用チャット({SYNTHETIC})"),
    ]
    return pd.DataFrame(rows, columns=["窓口", "開設日", "備考"])


def events() -> pd.DataFrame:
    """Meetings, survey and voices: a qualitative timeline (voices are invented paraphrases)."""
    rows = [
        ("R5.9.1", "ひきこもり実態調査(配布)", "調査", "民生委員・児童委員へ調査票を配布した。"),
        ("令和5年12月8日(金)", "第1回連携会議(準備会合)", "会議", "13:30~14:30 関係機関の役割と相談の現状を共有した。"),
        ("令和6年3月4日(月)", "第2回連携会議(意見交換会)", "会議",
         "13:30~14:30 調査と相談の集計を見ながら次年度の進め方を話し合った。"),
        ("R6.3.1", "チラシの全戸配布", "広報", "相談先をまとめたチラシを市内の全世帯へ配布した。"),
        ("R6.3.5", "窓口に寄せられた声(1)", "声", "何でも話せる場所が市にあると知って、少し安心したという声があった。"),
        ("R6.3.8", "窓口に寄せられた声(2)", "声", "夜のテレビで見て、家族に勧めてみたいと話す方がいた。"),
        ("R6.3.12", "窓口に寄せられた声(3)", "声", "電話は苦手なので、文字で相談できるのは助かるという声があった。"),
        ("R6.3.13", "窓口に寄せられた声(4)", "声", "チラシの字が小さく、高齢の親には読みにくいという指摘があった。"),
    ]  # fmt: skip
    marked = [(*row[:3], f"{row[3]}({SYNTHETIC})") for row in rows]
    return pd.DataFrame(marked, columns=["日付", "名称", "種別", "内容"])


def media_use() -> pd.DataFrame:
    """Share of each age that uses a medium: invented round figures."""
    ages = ("10代", "20代", "30代", "40代", "50代", "60代", "70代以上")
    shares = {
        "Instagram": (0.72, 0.76, 0.64, 0.52, 0.43, 0.26, 0.12),
        "Facebook": (0.12, 0.28, 0.42, 0.40, 0.33, 0.22, 0.11),
        "TikTok": (0.66, 0.48, 0.30, 0.25, 0.22, 0.14, 0.07),
        "ディスプレイ": (0.81, 0.90, 0.91, 0.89, 0.84, 0.68, 0.41),
        "テレビ": (0.56, 0.53, 0.63, 0.74, 0.83, 0.91, 0.94),
        "チラシ": (0.14, 0.19, 0.31, 0.42, 0.54, 0.66, 0.72),
    }
    rows = [
        (age, medium, share, f"{SYNTHETIC}(実在の調査の値ではない)")
        for medium, by_age in shares.items()
        for age, share in zip(ages, by_age, strict=True)
    ]
    return pd.DataFrame(rows, columns=["年代", "媒体", "利用率", "出典"])


def campaigns() -> pd.DataFrame:
    """The three campaigns of February and March 2024, written as an office writes them."""
    source = f"配布数の報告({SYNTHETIC})"
    rows = [
        ("K1", "相談先のお知らせ SNS広告", "SNS", "県", "R6.1.9", "R6.2.19", "R6.2.20", "R6.2.29", "", "", "", "",
         "990,000", "…", "39歳以下", f"Instagram・Facebook・TikTok({SYNTHETIC})"),
        ("K2", "相談先のお知らせ チラシ", "チラシ", "市", "R6.1.15", "R6.2.28", "令和6年3月1日(金)",
         "令和6年3月1日(金)", "", "23,193", "戸", source, "…", "160,000", "全年齢", f"市内全世帯へ配布({SYNTHETIC})"),
        ("K3", "相談先のお知らせ テレビ", "TV", "県", "R6.2.1", "R6.2.27", "令和6年2月28日(水)", "R6.3.8",
         "20:00～26:00", "", "", "", "…", "790,000", "全年齢", f"県内の民放1局({SYNTHETIC})"),
    ]  # fmt: skip
    columns = ["施策ID", "施策名", "媒体", "地域", "準備開始", "準備終了", "開始", "終了", "放送時間帯", "到達数",
               "到達単位", "到達数の出典", "費用(円)", "費用上限(円)", "対象年齢", "備考"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def survey_waves(r5: dict[str, int]) -> pd.DataFrame:
    """The waves as the office keeps them: R1 without denominators, R2 unknown, R5 from this year's files."""
    unknown = "…"
    counted = list(r5)
    r1 = [unknown] * len(counted)
    r1[counted.index("該当者数")] = "32"
    notes = (
        ("可", "今回の調査(合成データ)"),
        ("要注意", "件数のみ。対象数・回答数が残っておらず、率の比較はできない"),
        ("不可", "集計値が残っていない"),
    )
    rows = [
        ("R1", 2019, "ひきこもり実態調査(令和元年度)", "民生委員への調査票", *r1, *notes[1], SYNTHETIC),
        ("R2", 2020, "ひきこもり実態調査(令和2年度)", "民生委員への調査票", *[unknown] * len(counted), *notes[2],
         SYNTHETIC),
        ("R5", 2023, "ひきこもり実態調査(令和5年度)", "民生委員への調査票", *[str(n) for n in r5.values()], *notes[0],
         SYNTHETIC),
    ]  # fmt: skip
    columns = ["調査回", "年度", "調査名", "方法", *counted, "比較可能性", "比較上の注意", "出典"]
    return pd.DataFrame(rows, columns=columns)
