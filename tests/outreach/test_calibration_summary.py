import pandas as pd
import pytest

from ujo_lib.outreach import calibration


def test_the_page_shows_the_worst_cell_of_each_condition_and_where_it_breaks():
    columns = ["level", "rate_ratio", "in_scope", "contaminated", "bump", "phi", "detected", "coverage", "n"]
    rows = [
        ("prefecture", 1.0, False, 0.0, 1.5, 0.6, 0.93, 0.07, 2000),
        ("prefecture", 1.0, True, 0.0, 1.0, 0.6, 0.05, 0.95, 2000),
        ("city", 1.0, True, 0.0, 1.0, 0.0, 0.03, 0.97, 2000),
        ("city", 1.0, True, 0.0, 1.0, 0.6, 0.04, 0.96, 2000),
        ("city", 2.5, True, 0.0, 1.0, 0.6, 0.60, 0.94, 2000),
        ("city", 2.5, False, 0.3, 1.0, 0.6, 0.30, 0.75, 2000),
        ("city", 1.0, False, 0.0, 1.0, 0.8, 0.04, 0.96, 2000),
    ]
    cells = pd.DataFrame(rows, columns=columns).assign(**ORDINARY)
    larger = cells.iloc[[3, 3]].assign(per_year=600.0, together=[1, 5], detected=[0.05, 0.06])
    found = calibration.summary(pd.concat([cells, larger]))
    singly = "条件に書いていない限り、相談は一人ずつ届く場合です。"  # size and bunching stand in each row
    few = "判定を出したのが100回に満たない条件は、「判定を出す条件のすべて」に含めません。"
    assert found.schema.note == f"信頼水準95%の判定で測りました。{singly}{few}"
    table = found.frame.set_index(["level", "size", "condition"])
    city = table.loc[("市の窓口", "約54件", calibration.WITHIN)]
    assert (city["cells"], city["false_alarm"], city["coverage"]) == (3, 0.04, 0.94)
    assert pd.isna(table.loc[("市の窓口", "約54件", "比較地域の30%にも施策が届いていた"), "false_alarm"])
    surge = ("県", "約2,536件", "施策と関係なく、この地域だけで相談が1.5倍に増えた")
    assert table.loc[surge, "false_alarm"] == 0.93
    assert [each for each in table.index if each[0] == "県"][1][2] == calibration.WITHIN
    assert ("市の窓口", "約54件", "自己相関が0.8") in table.index
    assert table.loc[("市の窓口", "約600件", calibration.WITHIN), "false_alarm"] == 0.05
    together = ("市の窓口", "約600件", "相談が5人ずつまとまって届く(学級など)")
    assert table.loc[together, "false_alarm"] == 0.06
    promised = table.loc[("市の窓口", "すべての大きさ", calibration.PROMISED)]
    assert (promised["cells"], promised["false_alarm"], promised["coverage"]) == (5, 0.06, 0.94)
    sizes = dict.fromkeys(size for level, size, _ in table.index if level == "市の窓口")
    assert list(sizes) == ["すべての大きさ", "約54件", "約600件"]


ORDINARY = {
    "per_year": 54.0,
    "together": 1,
    "years": 2,
    "refused": 0,
    "growth": 0.0,
    "march": 1.0,
    "january": 1.0,
    "falls": 0.0,
    "all_fall": 0.0,
    "silent": 0,
}


def test_what_the_prefecture_does_by_itself_and_what_is_withheld_stand_in_words():
    cell = {
        "level": "prefecture",
        "rate_ratio": 1.0,
        "in_scope": True,
        "contaminated": 0.0,
        "bump": 1.0,
        "phi": 0.6,
    }
    rows = [
        {"growth": 0.2, "march": 1.2},
        {"january": 1.15},
        {"falls": 0.25, "n": 400, "refused": 1600},
        {"silent": 3, "n": 0, "refused": 2000, "detected": None, "coverage": None},
        {"years": 1, "n": 0, "refused": 2000, "detected": None, "coverage": None},
        {"all_fall": 0.1, "in_scope": False, "detected": 0.2},
    ]
    found = calibration.summary(
        pd.DataFrame(
            [cell | ORDINARY | {"detected": 0.04, "coverage": 0.96, "n": 2000} | row for row in rows]
        )
    )
    table = found.frame.set_index("condition")
    assert table.index.tolist() == [
        calibration.PROMISED,
        "相談の割合が年に20%ずつ伸びている、この県だけ毎年3月が1.2倍になる",
        "この県だけ1月から1.15倍になったまま",
        "比較地域の4割を占める県が施策の初日から25%減る",
        "比較地域の3県の行が施策の初日から欠ける",
        "前の年の記録がない",
        "比較地域がそろって施策の初日から10%減る",
    ]
    assert table["withheld"].tolist() == pytest.approx([0.8, 0, 0, 0.8, 1, 1, 0])
    assert table.loc[calibration.PROMISED, ["cells", "false_alarm", "replicates"]].tolist() == [3, 0.04, 2000]
    assert table.loc["前の年の記録がない", ["false_alarm", "coverage"]].isna().all()


@pytest.mark.parametrize(("given", "worst"), [(99, 0.04), (100, 0.3), (101, 0.3)])
def test_a_condition_with_a_hundred_verdicts_counts_among_the_worst(given, worst):
    cell = {
        "level": "prefecture",
        "rate_ratio": 1.0,
        "in_scope": True,
        "contaminated": 0.0,
        "bump": 1.0,
        "phi": 0.6,
    }
    rows = [
        {"detected": 0.04, "n": 2000},
        {"detected": 0.3, "n": given, "refused": 2000 - given, "falls": 0.25},
    ]
    found = calibration.summary(
        pd.DataFrame([cell | ORDINARY | {"coverage": 0.95} | row for row in rows])
    ).frame
    assert found.set_index("condition").loc[calibration.PROMISED, "false_alarm"] == worst


@pytest.mark.parametrize(
    ("level", "method", "measured"),
    [
        (0.95, "正確な条件付き二項検定", True),
        (0.95, "負の二項回帰+ブロックt区間", True),
        (0.9, "正確な条件付き二項検定", False),
        (0.95, "条件付き二項検定(mid-p)", False),
        (0.95, "差の差(対数)", False),
    ],
)
def test_error_rates_stand_beside_no_other_verdict_than_the_one_they_were_measured_of(
    level, method, measured
):
    told = calibration.beside(level, method)
    assert ("{false_alarm}" in told) == measured
    assert ("測っていません" in told) != measured
    # It stands beside a refusal, too, which is no verdict.
    assert "この判定" not in told
