"""A row is named as more or as the largest only where its interval tells it from the others."""

import pandas as pd
import pytest

from tests.report.tables_of import published
from ujo_lib.columns import Base, Count, Dimension, Rate, Ratio, Share, Withheld, interval
from ujo_lib.report.look.standing import apart, foremost
from ujo_lib.report.look.wording import KEPT_BACK

KINDS = {"weekday": Dimension(), "estimate": Ratio(), **interval("estimate", 0.95)}


def ratios(rows, hide=()):
    frame = pd.DataFrame(rows, columns=["weekday", "estimate", "low", "high"])
    return published(frame.to_dict("list"), hide, kinds=KINDS, dimensions={"weekday": "weekday"})


def told(rows, hide=()):
    return apart(ratios(rows, hide), "weekday", "estimate", "平均的な日", "相談が", unit="曜日")


def test_what_stands_out_is_named_on_its_side_and_the_rest_is_not():
    rows = [("日", 1.19, 1.06, 1.32), ("水", 0.99, 0.87, 1.12), ("土", 0.78, 0.68, 0.90)]
    assert told(rows) == "相談が平均的な日より多いと言えるのは日曜日、少ないと言えるのは土曜日です。"
    assert told(rows[:2]) == "相談が平均的な日より多いと言えるのは日曜日です。"
    assert told(rows[1:]) == "相談が平均的な日より少ないと言えるのは土曜日です。"
    assert told(rows[1:2]) == "相談が平均的な日よりはっきり多い区分、少ない区分は見られません。"


def test_a_day_on_which_nobody_is_ever_heard_is_one_of_few():
    """A desk that is closed on Sundays."""
    rows = [("日", 0.0, 0.0, 0.01), ("水", 1.17, 1.10, 1.24), ("土", 1.0, 0.94, 1.06)]
    assert told(rows) == "相談が平均的な日より多いと言えるのは水曜日、少ないと言えるのは日曜日です。"
    assert told(rows[:1]) == "相談が平均的な日より少ないと言えるのは日曜日です。"


@pytest.mark.parametrize(("quiet", "named"), [(5, "0・1・2・3・4・9"), (6, "0〜5・9"), (7, "0〜6・9")])
def test_a_long_run_of_neighbours_is_named_by_its_ends(quiet, named):
    """Of a desk that is open in the evening 23 hours stood one after the other."""
    rows = [(str(at), 0.1 if at in {*range(quiet), 9} else 1.0, 0.05, 0.2) for at in range(10)]
    rows = [(at, ratio, *((0.05, 0.2) if ratio < 1 else (0.9, 1.1))) for at, ratio, *_ in rows]
    assert told(rows) == f"相談が平均的な日より少ないと言えるのは{named}曜日です。"


def test_an_interval_that_leaves_out_one_by_a_hair_is_one_of_seven_and_proves_nothing():
    close = ("日", 1.19, 1.01, 1.40)
    assert "日曜日" in told([close])
    assert told([close, *((day, 1.0, 0.85, 1.18) for day in "月火水木金土")]) == (
        "相談が平均的な日よりはっきり多い区分、少ない区分は見られません。"
    )


@pytest.mark.parametrize(("level", "named"), [(0.95, False), (0.99, True)])
def test_how_far_a_row_stands_out_is_read_at_the_level_of_its_table(level, named):
    """By hand, times seven: z = 1.3 × 1.960, p = 0.011, 0.076 of 0.05; z = 1.3 × 2.576, p = 0.0008, 0.006 of 0.01."""
    rows = [("日", 1.1388, 1.0305, 1.2586), *((day, 1.0, 0.9, 1.11) for day in "月火水木金土")]
    frame = pd.DataFrame(rows, columns=["weekday", "estimate", "low", "high"])
    kinds = {"weekday": Dimension(), "estimate": Ratio(), **interval("estimate", level)}
    table = published(frame.to_dict("list"), kinds=kinds, dimensions={"weekday": "weekday"})
    assert ("日" in apart(table, "weekday", "estimate", "普段", "相談が")) is named


@pytest.mark.parametrize(("low", "named"), [(1.0049, False), (1.005, True)])
def test_a_row_beside_a_limit_that_is_printed_as_one_is_not_named(low, named):
    assert ("日曜日" in told([("日", 1.19, low, 1.40)])) is named


def test_a_hidden_row_keeps_the_whole_comparison_back():
    rows = [("日", 1.19, 1.06, 1.32), ("土", 0.78, 0.68, 0.90)]
    for column in ("estimate", "low", "high"):
        hidden = ratios(rows, [(1, column)])
        kept_back = KEPT_BACK.format(title=hidden.spec.title)
        assert apart(hidden, "weekday", "estimate", "平均的な日", "相談が") == kept_back


def test_a_ratio_that_a_release_does_not_print_is_kept_back_in_words_too():
    columns = {"weekday": ["日", "土"], "estimate": [1.4, 0.7]}
    withheld = {"weekday": Dimension(), "estimate": Withheld()}
    table = published(columns, kinds=withheld, dimensions={"weekday": "weekday"})
    assert "秘匿" in apart(table, "weekday", "estimate", "平均的な日", "相談が")
    assert "秘匿" in foremost(table, "weekday", "estimate", "一つ", "{names}")


@pytest.mark.parametrize("gone", [["low"], ["high"], ["low", "high"], ["estimate", "low", "high"]])
@pytest.mark.parametrize("low", [None, "low"])
def test_an_interval_that_a_release_does_not_print_is_kept_back_in_words_too(gone, low):
    columns = {"weekday": ["日", "土"], "estimate": [1.4, 0.7], "low": [1.2, 0.6], "high": [1.6, 0.8]}
    kinds = {"weekday": Dimension(), "estimate": Ratio(), **interval("estimate", 0.95)}
    table = published(columns, kinds={**kinds, **dict.fromkeys(gone, Withheld())})
    if low is None:
        assert "秘匿" in apart(table, "weekday", "estimate", "平均的な日", "相談が")
    assert "秘匿" in foremost(table, "weekday", "estimate", "一つ", "{names}", low=low)


def first(rows, hide=()):
    return foremost(
        ratios(rows, hide), "weekday", "estimate", "{weekday[max estimate]}です。", "{names}のいずれか。"
    )


@pytest.mark.parametrize(
    ("high", "said"),
    [(1.19, "{weekday[max estimate]}です。"), (1.2, "日、月のいずれか。"), (1.21, "日、月のいずれか。")],
)
def test_the_largest_is_named_only_if_every_other_interval_ends_below_its_own(high, said):
    assert first([("日", 1.4, 1.2, 1.6), ("月", 1.1, 1.0, high), ("火", 0.9, 0.8, 1.0)]) == said


def test_a_value_that_is_not_known_might_be_the_largest():
    rows = [("日", 1.4, 1.2, 1.6), ("月", None, None, None)]
    assert first(rows) == "日、月のいずれか。"
    assert first([*rows, ("火", 0.9, 0.8, 1.0)]) == "日、月のいずれか。"
    assert first([("日", None, None, None), ("月", None, None, None)]) == "日、月のいずれか。"
    assert "秘匿" in first(rows, hide=[(1, "high")])


@pytest.mark.parametrize(
    ("shown", "said"),
    [([0, 500], "区分が二つ以上ないため、比べられません。"), ([1, 500], "甲、乙"), ([500, 500], "甲、乙")],
)
@pytest.mark.parametrize("kind", [Rate, Share])
def test_what_was_shown_to_nobody_has_no_rate_and_is_none_of_the_largest(shown, said, kind):
    """A platform without an impression was named among those that may be clicked most."""
    rate = kind(n="n", base="base", unit="回")
    kinds = {"weekday": Dimension(), "base": Base(unit="回"), "n": Count(unit="回"), "rate": rate}
    columns = {"weekday": ["甲", "乙"], "base": shown, "n": [0, 5], "rate": [None, 0.01]}
    ends = {"low": [None, 0.005], "high": [None, 0.02]}
    table = published(columns | ends, kinds=kinds | interval("rate", 0.95), dimensions={"weekday": "weekday"})
    assert foremost(table, "weekday", "rate", "一つ", "{names}") == said


@pytest.mark.parametrize("rows", [[("日", 1.4, 1.2, 1.6)], []])
def test_one_alone_is_not_the_largest_of_anything(rows):
    assert first(rows) == "区分が二つ以上ないため、比べられません。"


def test_a_value_with_several_intervals_is_compared_by_the_one_that_is_meant():
    wide = interval("estimate", 0.95, low="low_day", high="high_day", remark="日ごとの揺れを考慮")
    columns = {"weekday": ["日", "月"], "estimate": [1.4, 1.1], "low": [1.3, 1.0], "high": [1.5, 1.2]}
    table = published(
        columns | {"low_day": [1.1, 0.9], "high_day": [1.8, 1.4]},
        kinds=KINDS | wide,
        dimensions={"weekday": "weekday"},
    )
    asked = ("weekday", "estimate", "一つ", "{names}")
    assert foremost(table, *asked) == "一つ"
    assert foremost(table, *asked, low="low_day") == "日、月"


def test_a_table_without_an_interval_is_refused():
    table = published({"weekday": ["日"], "n": [3]}, dimensions={"weekday": "weekday"})
    with pytest.raises(ValueError, match="「n」には、区間の列がありません"):
        apart(table, "weekday", "n", "平均的な日", "相談が")
