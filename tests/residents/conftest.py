"""A register of 1,000 persons and answers small enough to weight by hand."""

import pandas as pd
import pytest

AGES = ["16~39歳", "40歳以上"]
SEXES = ["男性", "女性"]


def categorical(values: list[str], labels: list[str]) -> pd.Categorical:
    return pd.Categorical(values, labels, ordered=True)


@pytest.fixture
def register() -> pd.DataFrame:
    """Two sexes, two ages, two districts: 200 young men in the east and so on."""
    rows = [
        (sex, age, district, n)
        for (sex, age), persons in zip(
            [(sex, age) for sex in SEXES for age in AGES],
            [(200, 50), (150, 100), (180, 70), (130, 120)],
            strict=True,
        )
        for district, n in zip(("東", "西"), persons, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["sex", "age_band", "district", "n"])
    return frame.assign(
        sex=categorical(list(frame["sex"]), SEXES), age_band=categorical(list(frame["age_band"]), AGES)
    )


@pytest.fixture
def drawn() -> pd.DataFrame:
    """120 drawn, 66 of 660 in the east and 54 of 340 in the west; half of the young and two thirds of the old answer.

    Answers: the old say いいえ, every other young respondent says はい.
    """
    rows = []
    for district, of_cell in (("東", (20, 15, 18, 13)), ("西", (8, 16, 11, 19))):
        cells = [(sex, age) for sex in SEXES for age in AGES]
        for (sex, age), size in zip(cells, of_cell, strict=True):
            for i in range(size):
                heard = i % 2 == 0 if age == AGES[0] else i % 3 != 2
                rows.append(
                    (sex, age, district, heard, "はい" if age == AGES[0] and i % 4 == 0 else "いいえ")
                )
    frame = pd.DataFrame(rows, columns=["sex", "age_band", "district", "responded", "lonely"])
    frame["responded"] = frame["responded"].astype("boolean")
    frame["lonely"] = categorical(list(frame["lonely"]), ["はい", "いいえ"])
    frame.loc[~frame["responded"], "lonely"] = None
    return frame.assign(
        resident_id=[f"R{i}" for i in range(len(frame))],
        sex=categorical(list(frame["sex"]), SEXES),
        age_band=categorical(list(frame["age_band"]), AGES),
        district=categorical(list(frame["district"]), ["東", "西"]),
    )
