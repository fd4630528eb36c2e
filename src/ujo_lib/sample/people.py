"""The survey of welfare commissioners: 139 asked, 97 answered, 25 people known.

Margins are exact; which commissioner knows whom, and which person has which traits together, is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from ujo_lib.sample.counts import generator
from ujo_lib.sample.opinions import CASE_NOTES, OPINIONS, TRIGGER_OTHER

SURVEY_ID: Final = "R5_hikikomori"
HOUSEHOLDS: Final = 23_193
# district: (in scope, responded)
DISTRICTS: Final = {"三角": (27, 17), "不知火": (24, 18), "松橋": (47, 34), "小川": (28, 20), "豊野": (13, 8)}
REPORTED: Final = {0: 78, 1: 15, 2: 3, 4: 1}
OUT_OF_SCOPE: Final = 4
UNSURE: Final = 9

SEX: Final = {"男": 17, "女": 8}
AGE: Final = {
    "10歳代(15~19)": 1,
    "20歳代": 4,
    "30歳代": 5,
    "40歳代": 9,
    "50歳代": 4,
    "60~64歳": 1,
    "65歳以上": 1,
}
HOUSEHOLD: Final = {"家族と同居": 18, "一人暮らし": 5, "その他": 1, "不明": 1}
DURATION: Final = {
    "1～3年未満": 1,
    "3～5年未満": 2,
    "5～7年未満": 5,
    "7～10年未満": 5,
    "10年以上": 11,
    "不明": 1,
}
OUTING: Final = {1: 5, 2: 11, 3: 5, 4: 2, None: 2}
SUPPORT_NOW: Final = {"受けている": 4, "過去に受けた": 3, "受けていない": 13, "不明": 5}
# Codes follow the printed form; exclusive answers (不明, 特になし) stand alone.
TRIGGERS: Final = {1: 7, 2: 6, 3: 5, 4: 5, 5: 6, 6: 7, 7: 4, 8: 1, 9: 1, 10: 2, 11: 2}
TRIGGER_UNKNOWN: Final = (12, 2)
NEEDS: Final = {1: 9, 2: 13, 3: 7, 4: 6, 5: 5, 6: 4, 7: 5, 8: 4}
NEEDS_ALONE: Final = {9: 1, 10: 1}
NEEDS_BLANK: Final = 1


@dataclass(frozen=True)
class Survey:
    """Both sheets as frames with Japanese headings, and the opinions' planted themes.

    Attributes:
        commissioners: one row per commissioner (139 in scope, 4 vacant seats); dates as ``datetime.date``.
        cases: one row per person.
        opinion_themes: commissioner number → theme ids of the free answer.
    """

    commissioners: pd.DataFrame
    cases: pd.DataFrame
    opinion_themes: dict[str, tuple[str, ...]]


def survey(seed: int) -> Survey:
    """Draw the survey of fiscal 2023."""
    commissioners, themes = _commissioners(generator(seed, "commissioners"))
    cases = _cases(generator(seed, "cases"), commissioners)
    return Survey(commissioners, cases, themes)


def _commissioners(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    n = sum(asked for asked, _ in DISTRICTS.values())
    district = np.repeat(list(DISTRICTS), [asked for asked, _ in DISTRICTS.values()])
    responded = np.zeros(n, dtype=int)
    for name, (asked, answered) in DISTRICTS.items():
        responded[np.flatnonzero(district == name)[rng.permutation(asked)[:answered]]] = 1
    reported = rng.permutation(np.repeat(list(REPORTED), list(REPORTED.values())))
    known = np.full(n, -1)
    known[responded == 1] = reported
    knows = np.select([known > 0, known == 0], ["いる", "いない"], "").astype(object)
    knows[rng.choice(np.flatnonzero(known == 0), UNSURE, replace=False)] = "わからない"
    returned = [date(2023, 9, 15) + timedelta(days=int(d)) for d in rng.integers(0, 45, n)]
    frame = pd.DataFrame(
        {
            "調査ID": SURVEY_ID,
            "調査対象区分": "ひきこもり",
            "委員番号": [f"{i + 1:03d}" for i in range(n)],
            "区分": np.where(rng.random(n) < 0.08, "主任児童委員", "民生委員・児童委員"),
            "地区(圏域)": district,
            "担当世帯数": rng.multinomial(HOUSEHOLDS, rng.dirichlet(np.full(n, 12.0))),
            "対象": 1,
            "配布日": date(2023, 9, 1),
            "回収日": [day if r else None for day, r in zip(returned, responded, strict=True)],
            "回答": responded,
            "該当者の有無": knows,
            "該当者数": [int(k) if k >= 0 else None for k in known],
        }
    )
    themes = _opinions(rng, frame)
    keyed = rng.choice(np.array(["入力A", "入力B"]), n)
    frame["入力者"] = np.where(responded == 1, keyed, "")
    frame["照合者"] = np.where(responded == 1, np.where(keyed == "入力A", "入力B", "入力A"), "")
    return pd.concat([frame, _vacant_seats(frame)], ignore_index=True), themes


def _opinions(rng: np.random.Generator, frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Spread the written opinions over those who answered; add them to ``frame`` as a column."""
    nothing_to_add = [opinion for opinion in OPINIONS if opinion.themes == ("none",)]
    quiet = rng.choice(np.flatnonzero(frame["該当者数"] == 0), len(nothing_to_add), replace=False)
    rest = rng.permutation(np.setdiff1d(np.flatnonzero(frame["回答"] == 1), quiet))
    told = [opinion for opinion in OPINIONS if opinion not in nothing_to_add]
    column = np.full(len(frame), "", dtype=object)
    themes = {}
    for at, opinion in zip([*quiet, *rest[: len(told)]], [*nothing_to_add, *told], strict=True):
        column[at] = opinion.text
        themes[str(frame["委員番号"].iloc[at])] = opinion.themes
    frame["ご意見(自由記述)"] = column
    return dict(sorted(themes.items()))


def _vacant_seats(frame: pd.DataFrame) -> pd.DataFrame:
    vacant = pd.DataFrame(None, index=range(OUT_OF_SCOPE), columns=frame.columns, dtype=object)
    vacant["調査ID"], vacant["調査対象区分"] = SURVEY_ID, "ひきこもり"
    vacant["委員番号"] = [f"{len(frame) + i + 1:03d}" for i in range(OUT_OF_SCOPE)]
    vacant["区分"], vacant["地区(圏域)"] = "民生委員・児童委員", ["三角", "松橋", "松橋", "豊野"]
    vacant["対象"], vacant["回答"] = 0, 0
    return vacant


def _spread(rng: np.random.Generator, margin: Mapping[Any, int]) -> list[object]:
    """The categories in random order, each as often as its margin says."""
    values = [value for value, n in margin.items() for _ in range(n)]
    return [values[i] for i in rng.permutation(len(values))]


def _cases(rng: np.random.Generator, commissioners: pd.DataFrame) -> pd.DataFrame:
    with_cases = commissioners[commissioners["該当者数"].fillna(0).astype(int) > 0]
    owner = [
        c for c, n in zip(with_cases["委員番号"], with_cases["該当者数"], strict=True) for _ in range(int(n))
    ]
    n = len(owner)
    age, duration = _age_and_duration(rng)
    household = _spread(rng, HOUSEHOLD)
    triggers = _multiple(rng, TRIGGERS, alone=dict([TRIGGER_UNKNOWN]), n=n)
    needs = _multiple(rng, NEEDS, alone=NEEDS_ALONE, n=n, blank=NEEDS_BLANK)
    others = list(rng.permutation(TRIGGER_OTHER))
    notes = np.full(n, "", dtype=object)
    notes[rng.permutation(n)[: len(CASE_NOTES)]] = CASE_NOTES
    return pd.DataFrame(
        {
            "調査ID": SURVEY_ID,
            "該当者番号": [f"R5-{i + 1:03d}" for i in range(n)],
            "委員番号": owner,
            "重複先": "",
            "性別": _spread(rng, SEX),
            "年代": age,
            "家族構成": household,
            "同居家族(複数)": [
                _family(rng, a) if h == "家族と同居" else () for a, h in zip(age, household, strict=True)
            ],
            "該当者の状態(外出状況)": _spread(rng, OUTING),
            "ひきこもりの期間": duration,
            "経緯(複数回答)": triggers,
            "その他の内容": [others.pop() if 11 in chosen else "" for chosen in triggers],
            "支援の状況": _spread(rng, SUPPORT_NOW),
            "必要な支援(複数)": needs,
            "自由記述": notes,
        }
    )


def _age_and_duration(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Older people have mostly been withdrawn for longer: both margins exact, paired by noisy ranks."""
    ages = [value for value, n in AGE.items() for _ in range(n)]
    known = [value for value, n in DURATION.items() if value != "不明" for _ in range(n)]
    years_lived = np.arange(len(ages)) + rng.normal(0, 6, len(ages))
    years_lived[0] = -99  # the teenager cannot have been at home for ten years
    unknown_at = int(rng.integers(1, len(ages)))
    order = [i for i in np.argsort(years_lived, kind="stable") if i != unknown_at]
    duration = ["不明"] * len(ages)
    for rank, i in enumerate(order):
        duration[i] = known[rank]
    shuffled = rng.permutation(len(ages))
    return [ages[i] for i in shuffled], [duration[i] for i in shuffled]


def _family(rng: np.random.Generator, age: str) -> tuple[int, ...]:
    """Codes of the family members at home: parents mostly, of the oldest rather siblings or a spouse."""
    old = age in ("60~64歳", "65歳以上")
    chances = (0.15, 0.3, 0.4, 0.2, 0.5, 0.0, 0.1) if old else (0.6, 0.85, 0.06, 0.06, 0.35, 0.12, 0.04)
    chosen = tuple(i + 1 for i, p in enumerate(chances) if rng.random() < p)
    return chosen or ((5,) if old else (2,))


def _multiple(
    rng: np.random.Generator, margin: dict[int, int], *, alone: dict[int, int], n: int, blank: int = 0
) -> list[tuple[int, ...]]:
    """Multiple answers with exact item totals: everyone has one at least, exclusive answers stand alone.

    ``blank`` persons have no answer at all.
    """
    singles = [(code,) for code, k in alone.items() for _ in range(k)]
    open_to = n - len(singles) - blank
    ticks = [code for code, k in margin.items() for _ in range(k)]
    while True:
        chosen: list[set[int]] = [set() for _ in range(open_to)]
        for i, code in enumerate(rng.permutation(ticks)):
            free = [s for s in (chosen if i >= open_to else [chosen[i]]) if code not in s]
            if not free:
                break
            # A second and third tick goes to anybody who has not got this one.
            free[int(rng.integers(len(free)))].add(int(code))
        else:
            answers = [tuple(sorted(s)) for s in chosen] + singles + [()] * blank
            return [answers[i] for i in rng.permutation(n)]


def wave_r5(survey: Survey) -> dict[str, int]:
    """This wave's row of the waves table, counted from the two sheets."""
    cases, asked = survey.cases, survey.commissioners
    long = cases["ひきこもりの期間"].isin(["5～7年未満", "7～10年未満", "10年以上"])
    outing = cases["該当者の状態(外出状況)"]
    ages = {
        label.split("(")[0].replace("10歳代", "15~19歳"): int((cases["年代"] == label).sum()) for label in AGE
    }
    return {
        "対象数": int(asked["対象"].sum()),
        "回答数": int(asked["回答"].sum()),
        "該当者数": len(cases),
        "男性": int((cases["性別"] == "男").sum()),
        "女性": int((cases["性別"] == "女").sum()),
        **ages,
        "年代不明": 0,
        "家族と同居": int((cases["家族構成"] == "家族と同居").sum()),
        "5年以上": int(long.sum()),
        "外出状況の有効回答": int(outing.notna().sum()),
        "家から出ない": int(outing.isin([3, 4]).sum()),
    }
