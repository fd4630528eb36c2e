"""How the room's tables are headed: title, Japanese headings, number formats and reading notes, as plain data.

The room knows no page; whoever publishes a table hands this on.
"""

from collections.abc import Mapping
from typing import Any

_RATE_LABELS = {
    "platform": "媒体",
    "base": "表示回数",
    "n": "クリック",
    "landing": "サイト到達",
    "spend": "費用",
    "ctr": "クリック率(表示1,000回あたり)",
    "dispersion": "日ごとのばらつき(1なら偶然の範囲)",
    "low_day": "下限(日ごとの揺れを考慮)",
    "high_day": "上限(日ごとの揺れを考慮)",
    "landing_share": "到達の割合(%)",
    "cpm": "表示1,000回の費用",
    "cpc": "1クリックの費用",
}
_RATE_FORMATS = (
    dict.fromkeys(("base", "n", "landing"), "n")
    | dict.fromkeys(("ctr", "low_day", "high_day"), "ratio")
    | dict.fromkeys(("spend", "cpm", "cpc"), "yen")
)
_EFFECT_LABELS = {
    "area": "対象",
    "method": "方法",
    "code": "判定の符号",
    "label": "判定",
    "n": "期間中の相談",
    "expected": "見込み",
    "estimate": "見込みの何倍か",
    "extra": "増えた数",
    "extra_low": "増えた数(下限)",
    "extra_high": "増えた数(上限)",
    "finding": "言えること",
}
_EFFECT_FORMATS = {"n": "n", "estimate": "ratio"} | dict.fromkeys(
    ("expected", "extra", "extra_low", "extra_high"), "rate"
)
_CURVE = {
    "labels": {
        "label": "判定",
        "estimate": "効果(倍)",
        "chosen": "登録した選び方",
        "reason": "推定できない理由",
    },
    "formats": {"estimate": "ratio"},
}
_PRICES = dict.fromkeys(("spend", "estimate", "low", "high"), "yen")


def _rates(title: str, dimension: str = "", heading: str = "", note: str = "") -> dict[str, Any]:
    named = {name: label for name, label in _RATE_LABELS.items() if name != "platform"}
    own = {dimension: heading} if dimension else {}
    return {"title": title, "labels": named | own, "formats": _RATE_FORMATS} | (
        {"note": note} if note else {}
    )


_TABLES: Mapping[str, Mapping[str, Any]] = {
    "steps": {
        "title": "広告の表示から相談までの段階",
        "note": "相談の流入元は広告ごとに記録されていないため、広告から始まった相談の件数は分かりません。",
        "labels": {
            "step": "段階",
            "definition": "定義",
            "n": "回数",
            "per_thousand": "前の段階1,000回あたり",
        },
        "formats": {"per_thousand": "ratio"},
    },
    "stated": {
        "title": "公表済みの数値との照合",
        "note": "媒体の管理画面の合計行は、照合したうえで除いて集計しました。",
        "labels": {"measure": "項目", "stated": "公表値", "n": "再集計", "difference": "差"},
        "formats": {"stated": "n", "difference": "n"},
    },
    "by_platform": _rates(
        "媒体別の広告の成績",
        "platform",
        "媒体",
        "リーチ(人数)は足し合わせられないため載せません。",
    ),
    "platform_pairs": {
        "title": "媒体どうしのクリック率の比",
        "note": "p値は、組の数に応じて調整しました(ホルムの方法)。",
        "labels": {
            "category": "媒体",
            "other": "比べる媒体",
            "estimate": "率比",
            "p_value": "p値(単純)",
            "p_day": "p値(日ごとの揺れを考慮)",
        },
        "formats": {"p_day": "p"},
    },
    "by_format": _rates("広告の形別の成績", "creative_format", "広告の形"),
    "by_age": _rates("広告接触者の年齢別の成績", "age_band", "年齢"),
    "by_sex": _rates("広告接触者の性別の成績", "sex", "性別"),
    "by_device": _rates("広告接触者の端末別の成績", "device", "端末"),
    "by_day": _rates("日別の広告の表示とクリック", "date", "日付"),
    "media_use": {
        "title": "年齢別の媒体の利用率と広告のクリック率",
        "labels": {
            "platform": "媒体",
            "age_band": "年齢",
            "use": "媒体の利用率(%)",
            "base": "表示回数",
            "n": "クリック",
            "ctr": _RATE_LABELS["ctr"],
        },
        "formats": {"use": "share", "base": "n", "ctr": "ratio"},
    },
    "frequency": {
        "title": "人口1人あたりの表示回数",
        "note": "回数が大きすぎるときは、配信が地域の外に及んだか、同じ人に繰り返し表示されています。",
        "labels": {"area": "地域", "population": "人口(人)", "n": "表示回数", "ratio": "1人あたりの表示回数"},
        "formats": {"population": "n", "ratio": "rate"},
    },
    "calendar": {
        "title": "施策の日程",
        "note": "放送の時間帯が26:00までの日は、翌日の午前2時に終わります。",
        "labels": {
            "name": "施策",
            "media": "媒体",
            "stage": "段階",
            "start": "開始",
            "end": "終了",
            "zone_end": "最後の放送の終わり",
        },
    },
    "overlaps": {
        "title": "施策どうしの重なり",
        "unit": "日",
        "note": "相関は、年度を通じた日ごとの実施状況の相関係数です。",
        "labels": {
            "name": "施策",
            "other": "重なる施策",
            "n": "重なる日数",
            "start": "重なりの始まり",
            "end": "重なりの終わり",
            "correlation": "相関",
        },
        "formats": {"n": "n", "correlation": "ratio"},
    },
    "separability": {
        "title": "施策を単独で評価できるか",
        "unit": "日",
        "note": "VIF(分散拡大係数)が小さくても安心できません。判断を決めるのは、その施策だけの日数です。",
        "labels": {
            "name": "施策",
            "n": "期間の日数",
            "exclusive": "その施策だけの日数",
            "correlation": "ほかの施策との相関(最大)",
            "vif": "VIF",
            "reason": "単独で評価できない理由",
        },
        "formats": {"n": "n", "exclusive": "n", "correlation": "ratio", "vif": "ratio"},
    },
    "registered_plan": {"title": "登録した分析計画", "labels": {"item": "項目", "value": "内容"}},
    "power": {
        "title": "増加の大きさと、それを見つけられる確率",
        "labels": {"area": "対象", "ratio": "本当の効果(何倍になるか)", "power": "見つけられる確率(%)"},
        "formats": {"power": "share", "ratio": "ratio"},
    },
    "mde": {
        "title": "見つけられる最小の効果",
        "note": "計画した件数から計算しました。",
        "labels": {
            "area": "対象",
            "window": "効果がないときの期間中の見込み(件)",
            "baseline": "比較期間の見込み(件)",
            "mde": "見つけられる最小の効果(倍)",
            "extra": "増える件数に直すと",
        },
        "formats": {"window": "rate", "baseline": "rate", "mde": "ratio", "extra": "rate"},
    },
    "dilution": {
        "title": "市の効果は県の件数ではどう見えるか",
        "note": "県のほかの地域には効果がないとしたときの値です。",
        "labels": {"ratio": "市での効果(倍)", "diluted": "県での見え方(倍)"},
        "formats": {"ratio": "ratio", "diluted": "ratio"},
    },
    "city_counts": {
        "title": "市の窓口の相談(同じ人の続きの相談は1回と数える)",
        "labels": {"role": "期間", "days": "日数", "n": "相談(回)", "control": "比較地域の相談(件)"},
        "formats": {"days": "n", "control": "n"},
    },
    "city_effect": {
        "title": "市の窓口への効果",
        "note": "増えた回数は、見込みの回数を固定して区間を掛けたものです。",
        "labels": _EFFECT_LABELS,
        "formats": _EFFECT_FORMATS,
    },
    "separate_effects": {
        "title": "施策ごとの効果(市の窓口)",
        "labels": _EFFECT_LABELS | {"area": "施策"},
        "formats": _EFFECT_FORMATS,
    },
    "inflow": {
        "title": "市の窓口の流入元",
        "unit": "件",
        "labels": {"utm_source": "流入元", "base": "相談の総数"},
    },
    "prefecture_blocks": {
        "title": "県の相談の件数と、比較地域からの見込み",
        "labels": {
            "start": "区切りの初日",
            "end": "区切りの末日",
            "role": "期間",
            "n": "相談(件)",
            "expected": "見込み(件)",
            "low": "見込みの範囲(下)",
            "high": "見込みの範囲(上)",
        },
        "formats": dict.fromkeys(("expected", "low", "high"), "rate") | {"n": "n"},
    },
    "prefecture_effect": {
        "title": "県の相談への効果(判定は1行目、ほかは感度の確認)",
        "labels": _EFFECT_LABELS,
        "formats": _EFFECT_FORMATS,
    },
    "autocorrelation": {
        "title": "日ごとの残差の自己相関",
        "note": "範囲は、日どうしが独立なときに収まる範囲です。判定は区切りの揺れによります。",
        "labels": {"lag": "何日前と", "estimate": "相関"},
        "formats": {"estimate": "ratio"},
    },
    "placebo_space": {
        "title": "都道府県ごとの見かけの効果",
        "labels": {
            "place": "都道府県",
            "estimate": "見かけの効果(倍)",
            "statistic": "標準化した値",
            "real": "施策のあった県",
        },
        "formats": {"estimate": "ratio", "statistic": "ratio"},
    },
    "placebo": {
        "title": "プラセボ検定のまとめ",
        "labels": {
            "test": "どこで試したか",
            "n": "試した数",
            "p_value": "順位によるp値",
            "smallest_p": "この数で出せる最小のp値",
            "finding": "結果",
        },
        "formats": {"n": "n", "smallest_p": "p"},
    },
    "prefecture_curve": {"title": "選び方を変えた県の推定値", **_CURVE},
    "city_curve": {
        "title": "選び方を変えた市の推定値",
        "note": "「すべての相談」は同じ人の続きの相談も1件と数えるため、偶然でも検出されやすくなります。",
        **_CURVE,
    },
    "calibration": {
        "title": "模擬データによる判定の確かさ(条件ごとに最も悪い値)",
        "labels": {
            "level": "対象",
            "condition": "条件",
            "cells": "試した条件の数",
            "false_alarm": "誤った検出(%)",
            "coverage": "区間の的中(%)",
            "replicates": "1条件の回数",
        },
        "formats": {"cells": "n", "false_alarm": "share", "coverage": "share", "replicates": "n"},
    },
    "bundle": {
        "title": "施策の費用",
        "unit": "円",
        "labels": {"basis": "費用の見方", "spend": "合計", "note": "注記"},
        "formats": {"spend": "yen"},
    },
    "price": {
        "title": "市の窓口で増えた相談1回あたりの費用",
        "unit": "円",
        "note": "「以上」とだけある区間は、増えた相談が0回の可能性を除けないため、上限がないことを示します。",
        "labels": {"basis": "費用の見方", "n": "相談(回)", "spend": "費用", "estimate": "増えた1回あたり"},
        "formats": _PRICES,
    },
    "price_sensitivity": {
        "title": "何を費用とみなすかによる違い",
        "unit": "円",
        "labels": {
            "basis": "費用の見方",
            "media_share": "媒体費とみなす割合(%)",
            "spend": "費用",
            "estimate": "増えた1回あたり",
            "note": "注記",
        },
        "formats": _PRICES | {"media_share": "share"},
    },
    "evidence": {
        "title": "できごとと寄せられた声(質的な記録)",
        "labels": {"date": "日付", "kind": "種別", "name": "名称", "text": "内容"},
    },
}


def presentation(table: str) -> dict[str, Any]:
    """Id, title, headings, formats and notes of one of the room's tables, as keywords of a table description.

    Raises:
        KeyError: the room has no such table.
    """
    return {"id": table, **_TABLES[table]}
