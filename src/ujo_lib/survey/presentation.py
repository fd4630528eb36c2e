"""How the room's tables are headed: title, Japanese headings, number formats and reading notes, as plain data.

The room knows no page; whoever publishes a table hands this on. Tables of questionnaire items take their words from
the questionnaire instead (`Questionnaire.about`).
"""

from collections.abc import Mapping
from typing import Any

_KNOWN = "把握された人数"
_ANSWERED = "回答した委員"
_IN_SCOPE = "対象の委員"

_TABLES: Mapping[str, Mapping[str, Any]] = {
    "overview": {"title": "調査の概要"},
    "contents": {
        "title": "調査票の項目",
        "unit": "",
        "base": "",
        "labels": {
            "form": "様式",
            "item": "項目",
            "title": "見出し",
            "wording": "質問文",
            "kind": "種類",
            "options": "選択肢",
            "asked_if": "回答する人",
        },
    },
    "crosswalk": {
        "title": "過去の調査との選択肢の対応",
        "unit": "",
        "base": "",
        "labels": {"title": "項目", "wave": "調査回", "old": "当時の選択肢", "new": "今の選択肢"},
    },
    "skips": {
        "title": "回答しないはずの設問への記入",
        "unit": "",
        "base": "該当者票",
        "labels": {
            "row": "行",
            "column": "項目",
            "value": "記入",
            "expected": "正しい記入",
            "remedy": "直し方",
        },
    },
    "response": {
        "title": "地区別の回答率",
        "labels": {
            "district": "地区",
            "n": f"{_ANSWERED}(人)",
            "base": f"{_IN_SCOPE}(人)",
            "share": "回答率(%)",
        },
    },
    "tests": {
        "title": "項目どうしの関連の検定",
        "base": "両方の項目に回答のあった当事者",
        "note": "フィッシャー・フリーマン・ハルトンの正確検定によります。補正はホルム法です。",
        "labels": {
            "rows": "項目1",
            "columns": "項目2",
            "n": "人数",
            "p_holm": "補正後のp値",
            "reason": "検定しない理由",
        },
        "formats": {"p_holm": "p"},
    },
    "city_total": {
        "title": "全員が回答した場合に把握される人数",
        "note": "幅は有限母集団修正とt分布による95%信頼区間です。下限は把握された人数を下回りません。",
        "labels": {
            "method": "方法",
            "n": _KNOWN,
            "responded": _ANSWERED,
            "base": _IN_SCOPE,
            "estimate": "推計(人)",
            "se": "標準誤差",
        },
        "formats": {"estimate": "rate"},
    },
    "weights": {
        "title": "地区ごとの重みと、その影響",
        "note": "回答者が2人に満たない地区は、次に少ない地区とまとめました。",
        "labels": {
            "district": "地区",
            "n": _KNOWN,
            "responded": _ANSWERED,
            "base": _IN_SCOPE,
            "weight": "重み",
            "rate": "委員1人あたり(人)",
            "estimate": "重みを付けた推計(人)",
            "unweighted": "付けない推計(人)",
        },
        "formats": {"weight": "ratio", "rate": "ratio", "estimate": "rate", "unweighted": "rate"},
    },
    "scenarios": {
        "title": "回答しなかった委員が把握する人数の仮定と、合計",
        "labels": {
            "multiple": "回答した委員の平均の何倍か",
            "n": _KNOWN,
            "silent": "回答しなかった委員",
            "added": "加わる人数",
            "estimate": "合計(人)",
        },
        "formats": {"multiple": "rate", "added": "rate", "estimate": "rate"},
    },
    "bunching": {
        "title": "特定の委員への集中",
        "base": "回答した民生委員",
        "note": "委員ごとの人数の分散を平均で割った値です。偶然に散らばるだけなら1に近くなります。",
        "labels": {"base": _ANSWERED, "n": _KNOWN, "estimate": "分散と平均の比"},
    },
    "knowing": {
        "title": "該当者を把握している委員の数",
        "note": "超幾何分布による正確な95%信頼区間です。該当者が一人も報告されなかった場合も、上限を計算できます。",
        "labels": {
            "n": "把握している委員",
            "responded": _ANSWERED,
            "population": _IN_SCOPE,
            "estimate": "全員の推計",
        },
        "formats": {"estimate": "rate", "low": "n", "high": "n"},
    },
    "duplicates": {
        "title": "同じ人が重ねて報告された場合の下限",
        "base": "該当者票",
        "labels": {
            "sheets": "該当者票",
            "marked": "重複と確認",
            "n": "実人数",
            "least": "重複が最も多い場合の人数",
        },
    },
    "waves": {
        "title": "調査回ごとの人数",
        "labels": {
            "wave": "調査回",
            "fiscal_year": "年度",
            "n": _KNOWN,
            "responded": _ANSWERED,
            "in_scope": _IN_SCOPE,
            "share": "回答率(%)",
            "estimate": "委員1人あたり(人)",
            "low": "95%信頼区間(人)",
            "comparable": "比較",
            "note": "注意",
        },
        "formats": {"fiscal_year": "text", "low": "ratio", "high": "ratio"},
    },
    "wave_changes": {
        "title": "過去の調査からの変化",
        "labels": {
            "earlier": "過去の回",
            "later": "今回",
            "n": "今回(人)",
            "n_earlier": "過去(人)",
            "difference": "差(人)",
            "estimate": "比",
            "basis": "比べたもの",
        },
    },
    "coverage": {
        "title": "把握率",
        "note": "全国の割合は{prevalence}です。幅は把握された人数の揺れ(ポアソン分布、正確な計算)だけを表します。",
        "labels": {
            "age_group": "年齢",
            "n": _KNOWN,
            "population": "市の人口(人)",
            "expected": "見込まれる人数",
            "share": "把握率(%)",
        },
        "formats": {"population": "n", "expected": "rate"},
    },
    "blanks": {
        "title": "設問ごとの無回答",
        "base": "把握された当事者",
        "labels": {"title": "設問", "n": "無回答(人)", "base": "総数(人)"},
    },
    "themes": {
        "title": "民生委員の意見の主題",
        "base": "意見を書いた民生委員",
        "note": "一つの意見が二つ以上の主題に触れることがあります。文章は載せません。",
        "labels": {"theme": "主題", "share": "意見を書いた委員に占める割合(%)"},
    },
    "contexts": {
        "title": "意見の中の語と前後の文脈",
        "unit": "",
        "base": "意見を書いた民生委員",
        "labels": {"left": "前", "keyword": "語", "right": "後"},
    },
    "extra": {"labels": {"heading": "項目", "kind": "種類", "answer": "回答"}},
}


def presentation(table: str, **words: str) -> dict[str, Any]:
    """Title, labels, formats and note of one of the room's tables, and unit and base where they are its own.

    Args:
        table: overview, contents, crosswalk, skips, response, tests, city_total, weights, scenarios, bunching,
            knowing, duplicates, waves, wave_changes, coverage, blanks, themes, contexts or extra.
        words: fillings of the note, where it has gaps.
    """
    told = dict(_TABLES[table])
    if "note" in told:
        told["note"] = told["note"].format(**words)
    return told
