"""Consultation records: who wrote when, about what, and how they felt.

One row is one contact. Age, sex and occupation belong to the client and stay the same over repeated contacts;
loneliness, death wish and suicidal ideation belong to the contact and share a latent severity, so that they agree
with each other as they do in life. No text is made here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from ujo_lib.sample import calendar
from ujo_lib.sample.calendar import Bools, Floats, Ints
from ujo_lib.sample.counts import CityCounts, NationalCounts, generator

NO_ANSWER: Final = "無回答"
NATIONAL_DESK: Final = "全国窓口"
CITY_DESK: Final = "宇城市専用"
TEENS_STRONG_2023: Final = 309
CITY_CLIENTS: Final = 54

AGES: Final = ("10代未満", "10代", "20代", "30代", "40代", "50代", "60代", "70代以上", NO_ANSWER)
AGE_WEIGHTS: Final = (0.006, 0.315, 0.265, 0.155, 0.115, 0.060, 0.017, 0.005, 0.062)
SEXES: Final = ("男性", "女性", "その他", NO_ANSWER)
SEX_WEIGHTS: Final = (0.27, 0.62, 0.03, 0.08)
OCCUPATIONS: Final = (
    "児童・学生", "会社員・公務員", "自営業", "パート・アルバイト", "主婦・主夫", "無職", "その他", NO_ANSWER,
)  # fmt: skip
OCCUPATION_BY_AGE: Final = np.array([
    (0.92, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.08),
    (0.86, 0.03, 0.00, 0.04, 0.00, 0.03, 0.01, 0.03),
    (0.22, 0.36, 0.02, 0.14, 0.04, 0.15, 0.02, 0.05),
    (0.01, 0.40, 0.04, 0.14, 0.15, 0.19, 0.02, 0.05),
    (0.00, 0.38, 0.06, 0.14, 0.14, 0.21, 0.02, 0.05),
    (0.00, 0.34, 0.08, 0.15, 0.12, 0.24, 0.02, 0.05),
    (0.00, 0.12, 0.08, 0.14, 0.24, 0.33, 0.03, 0.06),
    (0.00, 0.01, 0.05, 0.03, 0.25, 0.55, 0.05, 0.06),
    (0.10, 0.15, 0.02, 0.05, 0.05, 0.08, 0.03, 0.52),
])  # fmt: skip
TOPICS: Final = ("メンタル不調", "家族", "学校", "勤務", "健康", "男女", "経済・生活", "自殺念慮", "その他")
TOPIC_BY_OCCUPATION: Final = np.array([
    (0.22, 0.16, 0.27, 0.01, 0.04, 0.08, 0.01, 0.13, 0.08),
    (0.27, 0.13, 0.00, 0.27, 0.05, 0.10, 0.04, 0.07, 0.07),
    (0.24, 0.16, 0.00, 0.14, 0.06, 0.08, 0.16, 0.07, 0.09),
    (0.27, 0.19, 0.01, 0.17, 0.06, 0.09, 0.08, 0.07, 0.06),
    (0.22, 0.42, 0.01, 0.01, 0.08, 0.11, 0.05, 0.05, 0.05),
    (0.30, 0.14, 0.01, 0.04, 0.08, 0.05, 0.20, 0.10, 0.08),
    (0.28, 0.16, 0.03, 0.08, 0.08, 0.09, 0.08, 0.08, 0.12),
    (0.27, 0.18, 0.06, 0.08, 0.07, 0.08, 0.07, 0.09, 0.10),
])  # fmt: skip
LONELINESS: Final = ("常に", "時々", "ほとんどない", "全くない")
LONELINESS_WEIGHTS: Final = (0.43, 0.355, 0.145, 0.07)
WISHES: Final = ("強く", "少し", "ない")
DEATH_WISH_WEIGHTS: Final = (0.47, 0.375, 0.155)
IDEATION_WEIGHTS: Final = (0.33, 0.325, 0.345)
UNANSWERED: Final = 0.08
NO_CLIENT_ID: Final = 0.05
NEW_CLIENT: Final = 1 / 1.3
REFERRALS: Final = ("行政", "医療", "学校", "児相", "警察", "社協", "なし")
REFERRAL_BY_TOPIC: Final[Mapping[str, Sequence[float]]] = {
    "メンタル不調": (0.03, 0.17, 0.01, 0.00, 0.00, 0.01, 0.78),
    "家族": (0.08, 0.02, 0.03, 0.05, 0.02, 0.02, 0.78),
    "学校": (0.01, 0.02, 0.15, 0.02, 0.00, 0.00, 0.80),
    "勤務": (0.06, 0.04, 0.00, 0.00, 0.00, 0.01, 0.89),
    "健康": (0.03, 0.20, 0.01, 0.00, 0.00, 0.01, 0.75),
    "男女": (0.03, 0.03, 0.01, 0.01, 0.03, 0.00, 0.89),
    "経済・生活": (0.17, 0.01, 0.01, 0.00, 0.00, 0.14, 0.67),
    "自殺念慮": (0.04, 0.16, 0.03, 0.03, 0.04, 0.00, 0.70),
    "その他": (0.03, 0.02, 0.01, 0.00, 0.00, 0.02, 0.92),
}


@dataclass(frozen=True)
class Contacts:
    """All contacts in order of time, and what of them was planted.

    Attributes:
        frame: one row a contact, Japanese headings, ``received_at`` a naive local timestamp, without texts.
        campaign_extra: ids of the city contacts that the campaign added.
    """

    frame: pd.DataFrame
    campaign_extra: tuple[str, ...]


def all_contacts(seed: int, national: NationalCounts, city: CityCounts) -> Contacts:
    """Records of the national desk from 熊本県 and of the city channel, with ids unique over all years."""
    stamps = pd.concat([_national_stamps(seed, national), _city_stamps(seed, city)])
    stamps = stamps.sort_values(["received_at", "desk"], kind="stable").reset_index(drop=True)
    stamps["consult_id"] = [f"SYN-{i + 1:07d}" for i in range(len(stamps))]
    parts = [_desk(seed, desk, rows) for desk, rows in stamps.groupby("desk", sort=True)]
    frame = pd.concat(parts).sort_index()
    extra = tuple(frame.loc[frame["extra"], "consult_id"])
    return Contacts(frame.drop(columns="extra"), extra)


def _national_stamps(seed: int, national: NationalCounts) -> pd.DataFrame:
    rng = generator(seed, "national-stamps")
    day, hour = np.nonzero(national.kumamoto_hourly)
    repeat = national.kumamoto_hourly[day, hour]
    return _stamps(rng, national.index, np.repeat(day, repeat), np.repeat(hour, repeat), NATIONAL_DESK, False)


def _city_stamps(seed: int, city: CityCounts) -> pd.DataFrame:
    rng = generator(seed, "city-stamps")
    curve = np.array(calendar.NATION.hour)
    parts = []
    for counts, extra in ((city.base, False), (city.extra, True)):
        day = np.repeat(np.arange(len(city.index)), counts)
        hour = rng.choice(24, len(day), p=curve / curve.sum())
        parts.append(_stamps(rng, city.index, day, hour, CITY_DESK, extra))
    return pd.concat(parts)


def _stamps(
    rng: np.random.Generator, index: pd.DatetimeIndex, day: Ints, hour: Ints, desk: str, extra: bool
) -> pd.DataFrame:
    minutes = hour * 60 + rng.integers(0, 60, len(day))
    received = index[day] + pd.to_timedelta(minutes, unit="min")
    return pd.DataFrame({"received_at": received, "desk": desk, "extra": extra})


def _desk(seed: int, desk: str, stamps: pd.DataFrame) -> pd.DataFrame:
    """Clients, attributes and outcomes of one desk's contacts (rows in order of time)."""
    rng = generator(seed, f"clients-{desk}")
    city = desk == CITY_DESK
    n = len(stamps)
    client = _city_clients(rng, stamps) if city else _linked_clients(rng, n)
    people = client.max() + 1
    age = rng.choice(len(AGES), people, p=AGE_WEIGHTS)
    sex = rng.choice(len(SEXES), people, p=SEX_WEIGHTS)
    occupation = _pick_rows(rng, OCCUPATION_BY_AGE[age])
    severity = rng.normal(0, 1, people) + np.where(age == 1, 0.1, 0.0)
    frame = stamps.assign(
        pref="熊本県",
        city="宇城市" if city else "",
        client_id=_client_names(rng, client, "U" if city else "K"),
        age=_named(AGES, age[client]),
        sex=_named(SEXES, sex[client]),
        occupation=_named(OCCUPATIONS, occupation[client]),
        topic=_named(TOPICS, _pick_rows(rng, TOPIC_BY_OCCUPATION[occupation[client]])),
    )
    if not city:
        frame.loc[rng.random(n) < NO_CLIENT_ID, "client_id"] = ""
    _feelings(rng, frame, severity[client], conditioned=not city)
    _outcomes(rng, frame, city)
    return frame


def _linked_clients(rng: np.random.Generator, n: int) -> Ints:
    """Client numbers in order of first contact; a repeat follows one of the last few dozen contacts."""
    new = rng.random(n) < NEW_CLIENT
    new[0] = True
    back = rng.geometric(0.04, n)
    client = np.empty(n, dtype=np.int64)
    people = 0
    for i in range(n):
        if new[i] or back[i] > i:
            client[i], people = people, people + 1
        else:
            client[i] = client[i - back[i]]
    return client


def _city_clients(rng: np.random.Generator, stamps: pd.DataFrame) -> Ints:
    """Exactly 54 clients; who returns does so mostly within weeks, so some are seen in and out of the window."""
    n = len(stamps)
    day = (stamps["received_at"] - stamps["received_at"].iloc[0]).dt.days.to_numpy()
    first = np.zeros(n, dtype=bool)
    first[0] = True
    first[1 + rng.choice(n - 1, CITY_CLIENTS - 1, replace=False)] = True
    client = np.empty(n, dtype=np.int64)
    for i in range(n):
        if first[i]:
            client[i] = first[:i].sum()
        else:
            recency = np.exp(-(day[i] - day[:i]) / 30.0)
            client[i] = client[rng.choice(i, p=recency / recency.sum())]
    return client


def _client_names(rng: np.random.Generator, client: Ints, letter: str) -> list[str]:
    """Pseudonyms without order: ten hexadecimal digits, distinct by construction."""
    people = int(client.max()) + 1
    names = [f"{letter}{i:05x}{r:05x}" for i, r in enumerate(rng.integers(0, 16**5, people))]
    shuffled = rng.permutation(people)
    return [names[shuffled[c]] for c in client]


def _pick_rows(rng: np.random.Generator, weights: Floats) -> Ints:
    """One category per row of ``weights`` (rows sum to one)."""
    return np.asarray(
        (rng.random((len(weights), 1)) > weights.cumsum(axis=1)).sum(axis=1).clip(0, weights.shape[1] - 1)
    )


def _feelings(rng: np.random.Generator, frame: pd.DataFrame, severity: Floats, *, conditioned: bool) -> None:
    n = len(frame)
    sd = float(np.hypot(0.8, 0.6))
    score = {name: (0.8 * severity + rng.normal(0, 0.6, n)) / sd for name in ("lonely", "wish")}
    ideation = (0.75 * score["wish"] + rng.normal(0, 0.66, n)) / float(np.hypot(0.75, 0.66))
    answered = {name: rng.random(n) >= UNANSWERED for name in ("lonely", "wish", "ideation")}
    frame["loneliness"] = _graded(score["lonely"], answered["lonely"], LONELINESS, LONELINESS_WEIGHTS)
    frame["death_wish"] = _graded(score["wish"], answered["wish"], WISHES, DEATH_WISH_WEIGHTS)
    frame["ideation"] = _graded(ideation, answered["ideation"], WISHES, IDEATION_WEIGHTS)
    if conditioned:
        _condition_teens(frame, ideation, answered["ideation"])


def _named(labels: Sequence[str], numbers: Ints) -> npt.NDArray[np.object_]:
    return np.array(labels, dtype=object)[numbers]


def _graded(
    score: Floats, answered: Bools, labels: Sequence[str], weights: Sequence[float]
) -> npt.NDArray[np.object_]:
    """Labels from a standard normal score, strongest first, at the given expected shares."""
    cuts = norm.isf(np.cumsum(weights)[:-1])
    grade = (score[:, None] <= cuts).sum(axis=1)
    return np.where(answered, _named(labels, grade), NO_ANSWER)


def _condition_teens(frame: pd.DataFrame, score: Floats, answered: Bools) -> None:
    """Set the teenagers' threshold of 「強く」 where exactly 309 contacts of calendar 2023 exceed it."""
    teens = (frame["age"] == "10代").to_numpy() & answered
    year = (frame["received_at"].dt.year == calendar.CONDITIONED_YEAR).to_numpy()
    ranked = np.sort(score[teens & year])[::-1]
    if len(ranked) <= TEENS_STRONG_2023:
        raise RuntimeError(
            f"sample: only {len(ranked)} teenagers answered in 2023, need more than {TEENS_STRONG_2023}"
        )
    strong = teens & (score >= ranked[TEENS_STRONG_2023 - 1])
    none_cut = norm.isf(IDEATION_WEIGHTS[0] + IDEATION_WEIGHTS[1])
    frame.loc[teens, "ideation"] = np.where(score[teens] > none_cut, "少し", "ない")
    frame.loc[strong, "ideation"] = "強く"


def _outcomes(rng: np.random.Generator, frame: pd.DataFrame, city: bool) -> None:
    n = len(frame)

    def drawn(shares: Mapping[str, float]) -> npt.NDArray[np.object_]:
        return rng.choice(np.array(list(shares), dtype=object), n, p=list(shares.values()))

    frame["status"] = drawn({"完了": 0.72, "中断": 0.18, "応答なし": 0.10})
    weights = np.array([REFERRAL_BY_TOPIC[t] for t in frame["topic"]])
    referral = _named(REFERRALS, _pick_rows(rng, weights))
    silent = frame["status"] == "応答なし"
    frame["referral"] = np.where(silent, "なし", referral)
    messages = rng.negative_binomial(2.2, 0.09, n) + 1
    frame["messages"] = np.where(silent, np.minimum(messages, 2), messages)
    frame["minutes"] = np.maximum(1, np.round(frame["messages"] * rng.gamma(4, 0.55, n))).astype(int)
    sources = ("検索", "SNS", "市ホームページ", "学校", "紹介", "")
    # The channel never learnt which campaign sent whom: referrers are coarse and a third is blank.
    known = (0.18, 0.14, 0.22, 0.08, 0.05, 0.33) if city else (0.34, 0.21, 0.01, 0.09, 0.05, 0.30)
    frame["source"] = drawn(dict(zip(sources, known, strict=True)))
    frame["device"] = drawn({"スマートフォン": 0.84, "PC": 0.08, "タブレット": 0.04, "": 0.04})


def national_attributes(seed: int, national: NationalCounts) -> pd.DataFrame:
    """The nation's answers by quarter: shares near the prefecture's, small deviations, no-answer rows included."""
    rng = generator(seed, "national-attributes")
    quarters = pd.Series(national.daily.sum(axis=1), index=national.index).resample("QS").sum()
    occupation = np.array(AGE_WEIGHTS) @ OCCUPATION_BY_AGE
    parts: list[pd.DataFrame] = []
    for start, total in quarters.items():
        end = start + pd.offsets.QuarterEnd(0)
        rows: list[tuple[str, str, str, int]] = []
        for item, labels, weights in (
            ("孤独感", LONELINESS, (0.415, 0.365, 0.145, 0.075)),
            ("希死念慮", WISHES, (0.46, 0.38, 0.16)),
            ("自殺念慮", WISHES, (0.35, 0.30, 0.35)),
        ):
            shares = np.append(np.array(weights) * (1 - UNANSWERED), UNANSWERED)
            n = rng.multinomial(total, shares / shares.sum()).tolist()
            rows += [(item, "", label, k) for label, k in zip((*labels, NO_ANSWER), n, strict=True)]
        cells = rng.multinomial(total, (occupation[:, None] * TOPIC_BY_OCCUPATION).ravel() / occupation.sum())
        by_topic = cells.reshape(len(OCCUPATIONS), len(TOPICS)).sum(axis=0).tolist()
        rows += [("相談内容(主)", "", topic, k) for topic, k in zip(TOPICS, by_topic, strict=True)]
        crossed = zip(product(OCCUPATIONS, TOPICS), cells.tolist(), strict=True)
        rows += [("職業×相談内容", *both, k) for both, k in crossed]
        part = pd.DataFrame(rows, columns=["項目", "職業", "値", "件数"])
        part.insert(0, "期間終了", f"{end:%Y-%m-%d}")
        part.insert(0, "期間開始", f"{start:%Y-%m-%d}")
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "範囲", "全国")
    return frame
