"""Invented answers with the margins of the sample survey, and the reference values that R computed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ujo_lib import survey
from ujo_lib.survey import Questionnaire

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "tests" / "reference"
DISTRICTS = ["三角", "不知火", "松橋", "小川", "豊野"]


@pytest.fixture(scope="session")
def questionnaire() -> Questionnaire:
    return survey.read_questionnaire(ROOT / "params" / "survey_items.yaml")


@pytest.fixture(scope="session")
def r() -> Callable[[str, str], float]:
    table = pd.read_csv(REFERENCE / "survey_r.csv").set_index(["id", "what"])["value"]
    return lambda id, what: float(table.loc[(id, what)])


def asking(**items: list[str] | tuple[str, list[str]]) -> Questionnaire:
    """A sheet of single answers, id → options; of multiple ones where the options come with the word "multiple"."""
    asked = [
        {
            "id": id,
            "title": id,
            "wording": id,
            "kind": kind,
            "options": {str(code): label for code, label in enumerate(options)},
        }
        for id, (kind, options) in (
            (id, said if isinstance(said, tuple) else ("single", said)) for id, said in items.items()
        )
    ]
    sheet = {"form": {"key": "id", "items": asked}}
    return Questionnaire.model_validate({"survey": "s", "title": "t", "target_group": "g", "forms": sheet})


def categorical(values: list[str | None], labels: list[str] | tuple[str, ...]) -> pd.Categorical:
    return pd.Categorical(values, categories=list(labels), ordered=True)


@pytest.fixture
def commissioners() -> pd.DataFrame:
    """139 asked, 97 answered; of those 78 know nobody, 15 one person, 3 two, 1 four."""
    known = [0] * 78 + [1] * 15 + [2] * 3 + [4] + [0] * 42
    return pd.DataFrame(
        {
            "commissioner_id": [f"{i:03d}" for i in range(139)],
            "district": categorical([DISTRICTS[i % 5] for i in range(139)], DISTRICTS),
            "in_scope": [True] * 139,
            "responded": [True] * 97 + [False] * 42,
            "n_cases_reported": pd.array(known, dtype="Int64"),
        }
    )


@pytest.fixture
def cases(commissioners: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """25 people: 17 men, 18 living with family, 23 with an answer about going out."""
    sender = np.repeat(
        commissioners["commissioner_id"], commissioners["n_cases_reported"].to_numpy(dtype=int)
    )
    rng = np.random.default_rng(7)

    def choice(item: str, counts: dict[str, int], blank: int = 0) -> pd.Categorical:
        values = [label for label, n in counts.items() for _ in range(n)] + [None] * blank
        return categorical(
            list(rng.permutation(np.array(values, dtype=object))), questionnaire.item(item).labels
        )

    frame = pd.DataFrame(
        {
            "case_id": [f"C{i:02d}" for i in range(25)],
            "commissioner_id": sender.to_numpy(),
            "duplicate_of": pd.array([None] * 25, dtype="string"),
            "sex": choice("sex", {"男性": 17, "女性": 8}),
            "age_band": choice(
                "age_band", {"20歳代": 4, "30歳代": 5, "40歳代": 8, "50歳代": 5, "65歳以上": 2, "不明": 1}
            ),
            "household": choice("household", {"家族と同居": 18, "一人暮らし": 6, "その他": 1}),
            "outing": choice(
                "outing",
                {
                    "趣味に関する用事のときだけ外出": 6,
                    "近所のコンビニなどには出かける": 10,
                    "自室からは出るが家からは出ない": 5,
                    "自室からほとんど出ない": 2,
                },
                blank=2,
            ),
        }
    )
    for label in questionnaire.item("trigger").labels:
        ticks = pd.array(rng.random(25) < 0.2, dtype="boolean")
        ticks[:2] = pd.NA
        frame[f"trigger_{label}"] = ticks
    frame.loc[2, "trigger_不登校"] = True
    return frame


def waves(**changes: object) -> pd.DataFrame:
    """R1 with 32 cases and no denominator, R2 unknown, R5 with 25 cases from 97 of 139."""
    frame = pd.DataFrame(
        {
            "wave": ["R5", "R1", "R2"],
            "fiscal_year": [2023, 2019, 2020],
            "n_in_scope": pd.array([139, None, None], dtype="Int64"),
            "n_responded": pd.array([97, None, None], dtype="Int64"),
            "n_cases": pd.array([25, 32, None], dtype="Int64"),
            "comparable": ["可", "要注意", "要注意"],
            "comparability_note": [None, "回答者数の記録なし", "件数の記録なし"],
        }
    )
    for name, values in changes.items():
        frame[name] = pd.array(values, dtype="Int64") if name.startswith("n_") else values
    return frame
