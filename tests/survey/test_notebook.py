"""Notebook 01 on the sample and on cities whose answers came out badly: it must still read correctly."""

import ast
import html
import json
import re
import shutil
from collections.abc import Callable

import pandas as pd
import pytest
import yaml

from tests.survey.conftest import ROOT
from ujo_lib.sample.people import Survey, survey

pytestmark = pytest.mark.slow

NOTEBOOK = ROOT / "notebooks" / "01_survey_descriptives.ipynb"
CODES = ["同居家族(複数)", "経緯(複数回答)", "必要な支援(複数)"]
WAVES = [
    ["R1", 2019, "…", "…", 32, "要注意"],
    ["R5", 2023, 139, 97, 25, "可"],
]


class City:
    """A project folder with invented files, and the notebook run on it cell by cell."""

    def __init__(self, root, monkeypatch):
        self.root, self.monkeypatch = root, monkeypatch
        self.waves = [list(row) for row in WAVES]
        self.survey = survey(2023)

    def read(self, change: Callable[["City"], None]) -> str:
        change(self)
        self._write()
        self.monkeypatch.chdir(self.root)
        return _text(_run(NOTEBOOK, {"inputs": "params/inputs.yaml"}))

    def _write(self) -> None:
        data = self.root / "data"
        for folder in ("params", "notebooks"):
            shutil.copytree(ROOT / folder, self.root / folder)
        data.mkdir()
        cases = self.survey.cases.copy()
        cases[CODES] = cases[CODES].map(lambda codes: ",".join(map(str, codes)))
        outing = "該当者の状態(外出状況)"
        cases[outing] = cases[outing].astype("Int64")
        cases.to_csv(data / "cases.csv", index=False)
        self.survey.commissioners.to_csv(data / "commissioners.csv", index=False)
        waves = pd.DataFrame(
            self.waves, columns=["調査回", "年度", "対象数", "回答数", "該当者数", "比較可能性"]
        )
        waves.assign(調査名="ひきこもり実態調査", 比較上の注意="", 出典="合成データ").to_csv(
            data / "waves.csv", index=False
        )
        pd.DataFrame(
            [
                ("43213", "宇城市", "2020-10-01", "国勢調査", sex, band, 4500)
                for sex in ("男性", "女性")
                for band in ("0~14歳", "15~39歳", "40~64歳")
            ],
            columns=["地域コード", "地域名", "時点", "資料", "性別", "年齢階級", "人口"],
        ).to_csv(data / "population.csv", index=False)
        declared = {
            "data_dir": "data",
            "labels": {"district": ["三角", "不知火", "松橋", "小川", "豊野"]},
            "commissioners": {"files": ["commissioners.csv"]},
            "cases": {
                "files": ["cases.csv"],
                "multiple_answers": dict.fromkeys(
                    ["household_members", "trigger", "support_needed"], "listed"
                ),
            },
            "waves": {"files": ["waves.csv"], "missing": {"…": "unknown"}},
            "population": {"files": ["population.csv"]},
        }
        text = yaml.safe_dump(declared, allow_unicode=True, sort_keys=False)
        (self.root / "params" / "inputs.yaml").write_text(text, encoding="utf-8")


def _run(notebook, parameters) -> list[object]:
    """Run the code cells in one namespace; return the value each cell ends with, as Jupyter would show it."""
    shown, namespace = [], {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), "cell", "exec"), namespace)
        if last is not None:
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), namespace))
        if "parameters" in cell["metadata"].get("tags", []):
            namespace |= parameters
    return shown


def _text(shown: list[object]) -> str:
    pages = [item.html for item in shown if item is not None]
    pages = [re.sub(r"<(svg|style).*?</\1>|<img[^>]*>", "", page, flags=re.DOTALL) for page in pages]
    return "\n".join(re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page))) for page in pages)


def no_cases(city: City) -> None:
    """Nobody knows of anybody: the case sheet has headings and no rows."""
    knows = {"いる": "いない"}
    nobody = city.survey.commissioners.assign(
        該当者数=lambda sheet: sheet["該当者数"].where(sheet["該当者数"].isna(), 0)
    )
    nobody["該当者の有無"] = nobody["該当者の有無"].replace(knows)
    city.survey = Survey(nobody, city.survey.cases.iloc[:0], {})
    city.waves[1][4] = 0


def men_of_unknown_age_no_opinions_no_denominators(city: City) -> None:
    silent = city.survey.commissioners.assign(**{"ご意見(自由記述)": ""})
    city.survey = Survey(silent, city.survey.cases.assign(性別="男", 年代="不明"), {})
    city.waves[1][2:4] = ["…", "…"]


def silent_district_and_both_denominators(city: City) -> None:
    commissioners = city.survey.commissioners.copy()
    silent = commissioners["地区(圏域)"] == "豊野"
    commissioners.loc[silent, "回答"] = 0
    commissioners.loc[silent, ["該当者の有無", "ご意見(自由記述)"]] = ""
    commissioners.loc[silent, "該当者数"] = None
    gone = commissioners.loc[silent, "委員番号"]
    cases = city.survey.cases[~city.survey.cases["委員番号"].isin(gone)]
    again = cases.iloc[:1].assign(該当者番号="R5-901", 重複先=cases["該当者番号"].iloc[0])
    commissioners["該当者数"] += (commissioners["委員番号"] == again["委員番号"].iloc[0]).astype(int)
    city.survey = Survey(commissioners, pd.concat([cases, again]), {})
    city.waves[0][2:4] = [150, 110]


OF_23_PEOPLE_ON_24_SHEETS = [
    "把握している当事者は23人です",
    " 0.00 23 50 0.0 23.0 0.50 23 50 ",
    " 24 1 23 19 ",
    "「5年以上」は",
    "「家から出ない」は",
]
"""Of the two sheets on one person only one counts, but where sheets are counted."""


def as_sampled(city: City) -> None:
    """The sample as it is."""


@pytest.mark.parametrize(
    ("change", "said", "not_said"),
    [
        pytest.param(
            as_sampled,
            [
                "民生委員139人を対象に調査し、97人(69.8%)から回答を得ました",
                "把握している当事者は25人です",
                "男性は17人(68.0%)、女性は8人(32.0%)",
                "40歳代が最も多くなっています",
                "7割強(72.0%)",
                "8割強(84.0%)",
                "回答のあった23人のうち、「家から出ない」は7人で、3割強(30.4%)です。無回答は2人",
                "「家族への支援」(13人",
                "減少したとは言い切れません",
                "人数の比は0.78(95%信頼区間 0.39〜1.55)",
                "35.8人程度(95%信頼区間 26.3〜45.3)",
                "show_extra を True にすると",
            ],
            [],
            marks=pytest.mark.full,
        ),
        pytest.param(
            no_cases,
            [
                "把握している当事者は0人です",
                "年代の回答はありませんでした",
                "検定できる組み合わせはありませんでした",
                "次の仮定のもとでは偶然の差とは考えにくい値です",
            ],
            ["最も多い回答は", "程度(95%"],
            marks=pytest.mark.full,
        ),
        (
            men_of_unknown_age_no_opinions_no_denominators,
            [
                "年代では不明が最も多くなっています",
                "50歳以上 - 0.0 不明 25 100.0",
                "男性は25人(100.0%)、女性は0人(0.0%)",
                "比べる相手がない",
                "意見を書いた委員は0人です",
                "令和元(2019)年度の回答者数が分からない",
            ],
            ["委員1人あたりの人数の比", "最も多く触れられた主題は"],
        ),
        (
            silent_district_and_both_denominators,
            ["豊野 † - 13 0.0", "三角+豊野", "委員1人あたりの人数の比", *OF_23_PEOPLE_ON_24_SHEETS],
            ["回答者数が分からない"],
        ),
    ],
)
def test_the_page_reads_correctly_whatever_the_answers(tmp_path, monkeypatch, change, said, not_said):
    text = City(tmp_path, monkeypatch).read(change)
    for phrase in said:
        assert phrase in text, phrase
    for phrase in [*not_said, "nan", "NaN", "<NA>", "None", "inf", "∞", "{", "}", "Error"]:
        assert phrase not in text, text[max(0, text.find(phrase) - 80) : text.find(phrase) + 80]
