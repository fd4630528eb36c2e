"""The way of an analyst whose city has asked its residents and nothing else: an empty place, two forms, page 06."""

import csv
import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import copy_project, ujo

pytestmark = pytest.mark.slow

NEW = "new-site mizuho 2024 --site-name みずほ市 --prefecture 岡山県 --area-code 33299 --districts 中央 北 --synthetic"
AGES = ["16~29歳", "30~49歳", "50~69歳", "70歳以上"]
CELLS = [(sex, age, district) for sex in ("男性", "女性") for age in AGES for district in ("中央", "北")]


def fill(form: Path, rows: list[dict[str, object]]) -> None:
    """Put rows under the headings of an empty form, in the place of its example."""
    with form.open(encoding="utf-8-sig", newline="") as file:
        headings = next(csv.reader(file))
    with form.open("w", encoding="utf-8-sig", newline="") as file:
        written = csv.DictWriter(file, headings)
        written.writeheader()
        written.writerows(rows)


def answers() -> list[dict[str, object]]:
    """Twenty drawn of each cell; of the young four in ten answer, of the old seven; codes as on the form."""
    rows: list[dict[str, object]] = []
    for sex, age, district in CELLS:
        for i in range(20):
            heard = i % 10 < 4 + AGES.index(age)
            row: dict[str, object] = {
                "対象者番号": f"{len(rows):04d}",
                "性別": sex,
                "年齢": age,
                "地区": district,
            }
            given = {
                "回収の段階": 1 + i % 3,
                "回答方法": "オンライン" if i % 2 else "郵送",
                "孤独感(直接質問)": 1 + (i + AGES.index(age)) % 5,
                "人とのつきあいがない": 1 + i % 4,
                "取り残されている": 1 + (i + 1) % 4,
                "孤立している": 1 + i % 3,
                "相談相手": 1 + (i % 4 == 0),
                "ひきこもりの状態": 1 + (i % 10 > 0),
                "市の支援の認知": 1 + i % 3,
                "利用の意向": 1 + i % 3,
                "最も必要な支援": 1 + i % 7,
            }
            rows.append({**row, "回答": int(heard), **(given if heard else {})})
    return rows


def declare(file: Path, kept: set[str]) -> None:
    """Say of every other kind that this year does not have it."""
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    kinds = [kind for kind, said in told.items() if isinstance(said, dict) and "files" in said]
    told["not_supplied"] = {kind: "この年度は行っていない" for kind in kinds if kind not in kept}
    file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = copy_project(tmp_path / "みずほ市")
    made = ujo(*NEW.split(), cwd=root)
    assert made.returncode == 0, made.stderr
    return root


def page_06(root: Path) -> str:
    done = ujo("run", "mizuho", "2024", "--only", "06", cwd=root)
    assert done.returncode == 0, done.stderr
    page = (root / "outputs/mizuho/fy2024/internal/06_resident_survey.html").read_text(encoding="utf-8")
    assert not re.search(r">\s*(nan|inf|None|&lt;NA&gt;)\s*<", page)
    return page


@pytest.mark.full
def test_two_filled_forms_lead_to_the_page_of_the_residents(root: Path) -> None:
    data = root / "data/mizuho/fy2024"
    fill(data / "residents.csv", answers())
    register = [
        {"性別": sex, "年齢": age, "地区": district, "人口": 500 + 40 * i}
        for i, (sex, age, district) in enumerate(CELLS)
    ]
    fill(data / "residents_frame.csv", register)
    declare(root / "params/mizuho/fy2024/inputs.yaml", {"residents", "residents_frame"})
    page = page_06(root)
    heard = sum(int(str(row["回答"])) for row in answers())
    assert f"抽出された320人のうち、{heard}人" in page
    assert "民生委員が把握している人は" not in page  # nobody asked the commissioners


@pytest.mark.full
def test_answers_alone_give_shares_and_no_number_of_persons(root: Path) -> None:
    data = root / "data/mizuho/fy2024"
    fill(data / "residents.csv", [{**row, "回答": ""} for row in answers() if row["回答"]])
    declare(root / "params/mizuho/fy2024/inputs.yaml", {"residents"})
    page = page_06(root)
    assert "人口に合わせた後" in page  # among the steps that were left out
    assert "抽出された人数が分からないため" in page


@pytest.mark.full
def test_families_and_an_earlier_year_stand_beside_the_residents_and_who_is_missing_is_said(
    root: Path,
) -> None:
    data = root / "data/mizuho/fy2024"
    shutil.copy(data / "residents.csv", data / "residents_r5.csv")
    fill(data / "residents.csv", [{**row, "調査年度": "R6"} for row in answers()])
    earlier = [{**row, "孤独感(直接質問)": 5 if row["回答"] else ""} for row in answers()]
    fill(data / "residents_r5.csv", [{**row, "調査年度": "R5"} for row in earlier])
    fill(
        data / "voices.csv",
        [
            {
                "回答番号": f"V{i:03d}",
                "立場": "家族",
                "最も必要な支援": 1 + i % 3,
                "始まった年齢": 15 + i % 30,
            }
            for i in range(60)
        ],
    )
    file = root / "params/mizuho/fy2024/inputs.yaml"
    declare(file, {"residents", "voices"})
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    own = told["residents"]["files"][0]
    told["residents"]["files"] = [own, own.replace("residents.csv", "residents_r5.csv")]
    file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    page = page_06(root)
    assert "増えた" in page
    assert "二つの年の標本を独立とみなしました" in page
    assert "この問いへの回答がない立場(尋ねていないものを含む): 民生委員、支援機関。" in page
