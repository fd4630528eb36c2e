"""The residents' survey: a whole city of 16 and over with answers for everybody, 3,000 drawn, about 1,200 heard.

Who answers depends on sex and age, at each mailing anew; in the second version lonely people answer less, too, which no
weighting can see. The truth about everybody is written down beside both.
"""

import json
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from ujo_lib.sample import files, places
from ujo_lib.sample.counts import generator
from ujo_lib.sample.marks import SYNTHETIC
from ujo_lib.sample.people import DISTRICTS

DRAWN: Final = 3000
AGES: Final = {
    "16~29歳": {"15~19歳": 0.8, "20~29歳": 1.0},
    "30~49歳": {"30~39歳": 1.0, "40~49歳": 1.0},
    "50~69歳": {"50~59歳": 1.0, "60~64歳": 1.0, "65~69歳": 1.0},
    "70歳以上": {"70歳以上": 1.0},
}
SHARES: Final = dict(zip(DISTRICTS, (0.17, 0.18, 0.33, 0.19, 0.13), strict=True))
# Chance of answering at the first mailing and after each of two reminders, if not yet heard.
HAZARDS: Final = {
    ("男性", "16~29歳"): (0.06, 0.06, 0.04),
    ("男性", "30~49歳"): (0.12, 0.10, 0.07),
    ("男性", "50~69歳"): (0.22, 0.15, 0.09),
    ("男性", "70歳以上"): (0.36, 0.18, 0.10),
    ("女性", "16~29歳"): (0.10, 0.09, 0.06),
    ("女性", "30~49歳"): (0.18, 0.14, 0.09),
    ("女性", "50~69歳"): (0.29, 0.18, 0.11),
    ("女性", "70歳以上"): (0.40, 0.20, 0.10),
}
LONELY_ANSWER_LESS: Final = 0.75
"""In the second version, by what the chance to answer of lonely people is multiplied at each mailing."""
LEVELS: Final = {"16~29歳": 0.25, "30~49歳": 0.20, "50~69歳": 0.0, "70歳以上": -0.25}
NEEDS: Final = (1, 2, 3, 4, 5, 6, 7)
"""Codes of the support that is most needed, as on the form."""
VOICES: Final[dict[str, tuple[int, dict[str, list[float]]]]] = {
    "家族": (64, {
        "most_needed": [0.19, 0.34, 0.14, 0.08, 0.12, 0.08, 0.05],
        "found_by": [0.08, 0.0, 0.68, 0.03, 0.13, 0.08, 0.0],
    }),
    "民生委員": (101, {
        "most_needed": [0.30, 0.26, 0.14, 0.12, 0.05, 0.03, 0.10],
        "found_by": [0.02, 0.22, 0.0, 0.38, 0.03, 0.06, 0.29],
    }),
    "支援機関": (38, {
        "most_needed": [0.18, 0.22, 0.25, 0.14, 0.13, 0.05, 0.03],
        "found_by": [0.18, 0.42, 0.0, 0.05, 0.11, 0.21, 0.03],
    }),
}  # fmt: skip
"""Voice → how many answered, and how often each code of an item."""
_DIRECT: Final = np.array([-0.90, 0.25, 0.85, 1.75])
_UCLA: Final = np.array([-1.0, 0.20, 2.05])
_BLANK: Final = 0.015
_ITEMS: Final = {
    "lonely_direct": "孤独感(直接質問)",
    "ucla_company": "人とのつきあいがない",
    "ucla_left_out": "取り残されている",
    "ucla_isolated": "孤立している",
    "consult": "相談相手",
    "withdrawn": "ひきこもりの状態",
    "onset_age": "始まった年齢",
    "support_known": "市の支援の認知",
    "would_use": "利用の意向",
    "most_needed": "最も必要な支援",
}


def write_residents(folder: Path, seed: int) -> None:
    """Write both versions of the survey, the register that they were drawn from, and what is true of everybody."""
    city = everybody(seed)
    register = city.groupby(["sex", "age_band", "district"], sort=False).size().reset_index(name="n")
    register["source"] = f"住民基本台帳({SYNTHETIC})"
    headings = {"sex": "性別", "age_band": "年齢", "district": "地区", "n": "人口", "source": "資料"}
    files.write_csv(folder / "fy2023/residents_frame.csv", files.table(register.rename(columns=headings)))
    for name, factor in (("fy2023/residents", 1.0), ("truth/residents_lonely_silent", LONELY_ANSWER_LESS)):
        files.write_csv(folder / f"{name}.csv", files.table(_sheet(survey(seed, city, factor))))
    files.write_csv(folder / "fy2023/voices.csv", files.table(other_voices(seed)))
    text = json.dumps(truth(city), ensure_ascii=False, indent=1)
    (folder / "truth/residents.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def everybody(seed: int) -> pd.DataFrame:
    """Everybody of 16 and over with the answers that they would give: codes as on the form, `lonely` beside them."""
    rng = generator(seed, "residents")
    census = places.population().query("地域名 == '宇城市'").set_index(["性別", "年齢階級"])["人口"]
    cells = list(product(("男性", "女性"), AGES))
    sizes = [sum(share * census[sex, band] for band, share in AGES[age].items()) for sex, age in cells]
    parts = []
    for (sex, age), size in zip(cells, sizes, strict=True):
        of_districts = places.rounded_to(np.array(list(SHARES.values())), round(size))
        parts.append(
            pd.DataFrame({"sex": sex, "age_band": age, "district": np.repeat(list(SHARES), of_districts)})
        )
    city = pd.concat(parts, ignore_index=True)
    n = len(city)
    feeling = city["age_band"].map(LEVELS).to_numpy(float) + rng.normal(size=n)
    city["lonely_direct"] = 5 - np.digitize(feeling + rng.normal(0, 0.3, n), _DIRECT)
    for name in ("ucla_company", "ucla_left_out", "ucla_isolated"):
        city[name] = 1 + np.digitize(feeling + rng.normal(0, 0.6, n), _UCLA)
    city["consult"] = np.where(rng.random(n) < 0.05 + 0.08 * (feeling > 1), 2, 1)
    withdrawn = rng.random(n) < np.where(feeling > 1, 0.06, 0.014) * np.where(city["sex"] == "男性", 1.3, 0.8)
    city["withdrawn"] = np.where(withdrawn, 1, 2)
    oldest = city["age_band"].map({"16~29歳": 22, "30~49歳": 38, "50~69歳": 52, "70歳以上": 66})
    city["onset_age"] = (oldest - rng.integers(0, 12, n)).where(withdrawn).astype("Int64")
    known = rng.random(n)
    aware = city["age_band"].map({"16~29歳": 0.17, "30~49歳": 0.25, "50~69歳": 0.33, "70歳以上": 0.38})
    city["support_known"] = np.select([known < 0.03, known < aware], [1, 2], 3)
    city["would_use"] = rng.choice([1, 2, 3], n, p=[0.46, 0.39, 0.15])
    city["most_needed"] = rng.choice(NEEDS, n, p=[0.22, 0.14, 0.17, 0.19, 0.11, 0.08, 0.09])
    city["lonely"] = city["lonely_direct"] <= 2
    return city


def survey(seed: int, city: pd.DataFrame, lonely_answer: float = 1.0) -> pd.DataFrame:
    """Draw 3,000 by district and let them answer.

    Args:
        seed: as of the city.
        city: `everybody`.
        lonely_answer: what the chance of lonely people to answer is multiplied by.

    Returns:
        One row per drawn resident; `wave` is 0 and the answers are missing where nothing came back.
    """
    rng = generator(seed, f"residents-survey-{lonely_answer:g}")
    # The smaller districts are drawn more densely, so that each can be told something.
    wanted = places.rounded_to(np.sqrt(list(SHARES.values())), DRAWN)
    rows = [
        rng.choice(np.flatnonzero(city["district"] == district), size, replace=False)
        for district, size in zip(SHARES, wanted, strict=True)
    ]
    drawn = city.loc[np.sort(np.concatenate(rows))].reset_index(drop=True)
    hazard = np.array([HAZARDS[key] for key in zip(drawn["sex"], drawn["age_band"], strict=True)])
    hazard = hazard * np.where(drawn["lonely"], lonely_answer, 1.0)[:, None]
    comes = rng.random(hazard.shape) < hazard
    drawn["wave"] = np.where(comes.any(axis=1), comes.argmax(axis=1) + 1, 0)
    online = drawn["age_band"].map({"16~29歳": 0.8, "30~49歳": 0.6, "50~69歳": 0.35, "70歳以上": 0.1})
    drawn["mode"] = np.where(rng.random(len(drawn)) < online, "Web", "郵送")
    for name in _ITEMS:
        blank = (drawn["wave"] == 0) | (rng.random(len(drawn)) < _BLANK)
        drawn[name] = drawn[name].astype("Int64").mask(blank)
    drawn["onset_age"] = drawn["onset_age"].mask((drawn["withdrawn"] != 1).fillna(value=True))
    return drawn


def other_voices(seed: int) -> pd.DataFrame:
    """Sheets of families, commissioners and agencies: codes as on the form; only agencies were asked for persons."""
    rng = generator(seed, "voices")
    parts = []
    for voice, (n, weights) in VOICES.items():
        coded = {name: rng.choice(NEEDS, n, p=p) for name, p in weights.items()}
        onset = np.clip(rng.normal(29, 12, n).round(), 10, 70).astype(int)
        parts.append(pd.DataFrame({"voice": voice, **coded, "onset_age": onset}))
    sheets = pd.concat(parts, ignore_index=True)
    blank = rng.random((len(sheets), 3)) < np.array([_BLANK, 4 * _BLANK, 10 * _BLANK])
    answers = sheets[["most_needed", "found_by", "onset_age"]].astype("Int64").mask(blank)
    persons = pd.Series(rng.poisson(1.6, len(sheets)), dtype="Int64").where(sheets["voice"] == "支援機関")
    return pd.DataFrame(
        {
            "回答番号": [f"SYN-V{number:03d}" for number in range(1, len(sheets) + 1)],
            "立場": sheets["voice"],
            "把握している人数": persons,
            **dict(
                zip(("最も必要な支援", "気づいたきっかけ", "始まった年齢"), answers.T.to_numpy(), strict=True)
            ),
        }
    )


def truth(city: pd.DataFrame) -> dict[str, Any]:
    """What an unbiased survey would find, over everybody."""
    score = city[["ucla_company", "ucla_left_out", "ucla_isolated"]].sum(axis=1)
    return {
        "mark": SYNTHETIC,
        "persons": len(city),
        "lonely_often": float((city["lonely_direct"] == 1).mean()),
        "lonely_often_or_sometimes": float(city["lonely"].mean()),
        "ucla_mean": float(score.mean()),
        "ucla_10_12": float((score >= 10).mean()),
        "withdrawn_persons": int((city["withdrawn"] == 1).sum()),
        "support_known": float((city["support_known"] <= 2).mean()),
    }


def _sheet(drawn: pd.DataFrame) -> pd.DataFrame:
    answered = drawn["wave"] > 0
    sheet = pd.DataFrame(
        {
            "対象者番号": [f"SYN-R{number:04d}" for number in range(1, len(drawn) + 1)],
            "性別": drawn["sex"],
            "年齢": drawn["age_band"],
            "地区": drawn["district"],
            "回答": answered.astype(int),
            "回収の段階": drawn["wave"].astype("Int64").where(answered),
            "回答方法": drawn["mode"].where(answered),
        }
    )
    return sheet.assign(**{heading: drawn[name] for name, heading in _ITEMS.items()})
