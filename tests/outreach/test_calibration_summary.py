import pandas as pd

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
    cells = pd.DataFrame(rows, columns=columns).assign(per_year=54.0, together=1)
    larger = cells.iloc[[3, 3]].assign(per_year=600.0, together=[1, 5], detected=[0.05, 0.06])
    found = calibration.summary(pd.concat([cells, larger]))
    singly = "条件に書いていない限り、相談は一人ずつ届く場合です。"  # size and bunching stand in each row
    assert found.schema.note == f"信頼水準95%の判定で測りました。{singly}"
    table = found.frame.set_index(["level", "condition"])
    city = table.loc[("市の窓口(年約54件)", calibration.WITHIN)]
    assert (city["cells"], city["false_alarm"], city["coverage"]) == (3, 0.04, 0.94)
    assert pd.isna(table.loc[("市の窓口(年約54件)", "比較地域の30%にも施策が届いていた"), "false_alarm"])
    assert table.loc[("県", "施策と関係なく、この地域だけで相談が1.5倍に増えた"), "false_alarm"] == 0.93
    assert next(condition for level, condition in table.index if level == "県") == calibration.WITHIN
    assert ("市の窓口(年約54件)", "自己相関が0.8") in table.index
    assert table.loc[("市の窓口(年約600件)", calibration.WITHIN), "false_alarm"] == 0.05
    together = ("市の窓口(年約600件)", "相談が5人ずつまとまって届く(学級など)")
    assert table.loc[together, "false_alarm"] == 0.06
