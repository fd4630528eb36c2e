"""What the review refuses before anything is sealed."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.pipeline.test_knowledge import FIVE, Step, known_by, place, topics  # noqa: F401  # a fixture among them
from ujo_lib.columns import Base, Count, Dimension, Estimate, Share, Text, interval
from ujo_lib.disclosure.signature import SIGN_OFF
from ujo_lib.disclosure.tables import PublicFigure
from ujo_lib.pipeline.refusal import ReleaseRefusedError
from ujo_lib.pipeline.release import Masked, plan_masks
from ujo_lib.pipeline.review import review_masks, review_reprints
from ujo_lib.report import NOBODY
from ujo_lib.report.door.masks import counted
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec
from ujo_lib.report.sheets.exports import LIST, Table, list_of_tables
from ujo_lib.typed import Schema


def people(men: int, women: int) -> TableRecord:
    schema = Schema({"sex": Dimension(variable="sex"), "n": Count(unit="人")})
    spec = TableSpec("by_sex", "性別", Subject("民生委員が知る人", "合成", "cases"), schema)
    return TableRecord.of("01", spec, pd.DataFrame({"sex": ["男性", "女性"], "n": [men, women]}))


def reviewed(place, *records, public=()):  # noqa: F811
    tables = counted(records)
    return review_masks(place, Masked(tables, plan_masks(tables, FIVE), FIVE, public, known_by(place)))


@pytest.mark.parametrize(("men", "women"), [(1, 3), (4, 0), (1, 0)])
def test_a_survey_of_fewer_people_than_the_threshold_is_refused_whatever_is_hidden(place, men, women):  # noqa: F811
    with pytest.raises(ReleaseRefusedError, match="全部で 5 人に満たない") as refused:
        reviewed(place, people(men, women))
    assert "「性別」の表で数えた人" in str(refused.value)
    assert "not_supplied" in str(refused.value)


@pytest.mark.parametrize(("men", "women"), [(5, 0), (6, 0), (0, 0), (7, 8), (3, 4)])
def test_nobody_at_all_and_as_many_as_the_threshold_may_leave(place, men, women):  # noqa: F811
    assert reviewed(place, people(men, women))[0]["audit"]["ok"]


def test_the_checks_that_leave_count_no_small_ones(place):  # noqa: F811
    """Beside the x of the pages the number of counts that were tried tells how many differences are small."""
    known = PublicFigure("cases", {"sex": ("男性",)}, 1, 3, "前の報告書")
    checks, promise = reviewed(place, people(2, 30), public=(known,))
    assert checks["audit"] == {"ok": True, "already_public": 0, "values": 4, "approximate": []}
    assert (promise.before, promise.values) == (True, 4)


def test_few_contacts_of_a_year_may_leave_because_no_page_tells_how_few_they_were(place):  # noqa: F811
    record = topics("topic", {"学校": 1, "家族": 3}, ("2023-04-01", "2024-03-31"), total=False)
    assert reviewed(place, record)[0]["audit"]["ok"]


def voices(residents: int, others: int) -> TableRecord:
    schema = Schema(
        {
            "voice": Dimension(variable="voice"),
            "need": Dimension(variable="need"),
            "n": Count(unit="人"),
            "base": Base(unit="人", over=("need",), told=("市民",)),
        }
    )
    spec = TableSpec("needs", "必要な支援", Subject("答えた人", "合成", "voices"), schema)
    rows = [("市民", residents), ("家族", others)]
    frame = pd.DataFrame(
        [(voice, "居場所", size, size) for voice, size in rows], columns=["voice", "need", "n", "base"]
    )
    return TableRecord.of("06", spec, frame)


@pytest.mark.parametrize(("others", "refused"), [(0, False), (1, True), (4, True), (5, False)])
def test_few_people_beside_those_whose_number_is_told_elsewhere_are_refused_as_few_people(
    place,  # noqa: F811
    others,
    refused,
):
    told = ""
    try:
        reviewed(place, voices(40, others))
    except ReleaseRefusedError as error:
        told = str(error)
    assert ("「必要な支援」の表で数えた人(市民を除く)" in told) is refused
    assert bool(told) is refused


def surveys(now: int, *, period: str = "各回", unit: str = "人") -> TableRecord:
    """The table of all surveys of a year, with that of 2022 in it."""
    schema = Schema({"wave": Text(heading="調査回"), "n": Count(unit=unit, heading="人数")})
    subject = Subject("各回の調査", "合成", period=period, computed_from=NOBODY)
    frame = pd.DataFrame({"wave": ["R1", "R4"], "n": [32, now]})
    return TableRecord.of("01", TableSpec("waves", "調査回", subject, schema), frame)


def printed(place, record: TableRecord):  # noqa: F811
    """The pages of a year with one table."""
    tables = place.release / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    (tables / "01_waves.csv").write_bytes(Table.of(record).csv())
    (tables / LIST).write_bytes(list_of_tables([Table.of(record)]))
    return place.release


def told_again(place, then: TableRecord, now: TableRecord, signed: bool = True) -> None:  # noqa: F811
    pages = printed(replace(place, year=2022), then)
    if signed:
        (pages / SIGN_OFF).write_text("{}", encoding="utf-8")
    review_reprints(place, printed(place, now), {"01": Step(now)}, FIVE.threshold)


@pytest.mark.parametrize("more", [-4, -1, 1, 4])
def test_a_late_case_of_a_signed_survey_does_not_leave_with_the_table_of_the_next_one(place, more):  # noqa: F811
    since = printed(
        replace(place, year=2024), surveys(25 + more)
    )  # a later year that says the same hides nothing
    (since / SIGN_OFF).write_text("{}", encoding="utf-8")
    with pytest.raises(ReleaseRefusedError, match="わずかに違う人数") as refused:
        told_again(place, surveys(25), surveys(25 + more))
    assert "01_waves: R4 の「人数(人)」(令和4(2022)年度の公表と違う)" in str(refused.value)
    assert "R1" not in str(refused.value)


@pytest.mark.parametrize("more", [-5, 0, 5])
def test_a_survey_told_again_as_it_was_signed_or_corrected_by_many_may_leave(place, more):  # noqa: F811
    told_again(place, surveys(25), surveys(25 + more))


def test_what_nobody_has_signed_or_counts_other_days_is_no_earlier_number_of_the_same_people(place):  # noqa: F811
    told_again(place, surveys(25), surveys(26), signed=False)
    told_again(place, surveys(25, period="2022年"), surveys(26, period="2023年"))
    told_again(place, surveys(25, unit="日"), surveys(26, unit="日"))


def blocks(now: int, **changed) -> TableRecord:
    """Contacts of two runs of days, the later one before the year."""
    given = {"end": "2022-06-24", "role": "比較期間", "period": "2023年", "rests": ("02/months",)} | changed
    schema = Schema({name: Text(heading=name) for name in ("start", "end", "role")} | {"n": Count(unit="件")})
    frame = pd.DataFrame(
        [("2022-05-08", "2022-05-31", "比較期間", 131), ("2022-06-01", given["end"], given["role"], now)],
        columns=["start", "end", "role", "n"],
    )
    subject = Subject("県の相談", "合成", period=given["period"], computed_from=given["rests"])
    return TableRecord.of("01", TableSpec("waves", "区切り", subject, schema), frame)


@pytest.mark.parametrize(
    ("more", "changed", "refused"),
    [
        *((more, {}, 0 < abs(more) < 5) for more in (-5, -4, -1, 0, 1, 4, 5)),
        (1, {"role": "実施期間", "period": "2024年"}, True),  # the same days, told in another part and year
        (1, {"end": "2022-06-25"}, False),  # one day more
        (1, {"rests": NOBODY}, False),  # the nation's, which others publish
    ],
)
def test_a_late_contact_of_a_block_before_the_year_does_not_leave(place, more, changed, refused):  # noqa: F811
    told = ""
    try:
        told_again(place, blocks(137), blocks(137 + more, **changed))
    except ReleaseRefusedError as error:
        told = str(error)
    assert ("2022-06-01" in told, "2022-05-08" in told, bool(told)) == (refused, False, refused)


@pytest.mark.parametrize(
    ("more", "refused"), [(-4, True), (-1, True), (0, False), (1, True), (4, True), (5, False)]
)
@pytest.mark.parametrize("kept", ["release", "releases/first", "disclosed/first"])
def test_an_older_survey_changed_by_few_does_not_leave_with_a_new_release_of_the_same_year(
    place,  # noqa: F811
    more,
    refused,
    kept,
):
    """Whichever of the year's signed releases printed it: the first is subtracted, too, once a second has left, and
    once its pages have been pruned."""
    pages = printed(place, surveys(25))
    (pages / SIGN_OFF).write_text("{}", encoding="utf-8")
    (place.outputs / kept).parent.mkdir(parents=True, exist_ok=True)
    pages.rename(place.outputs / kept)
    if kept.startswith(place.disclosed.name):
        (place.outputs / kept / SIGN_OFF).unlink()
    again = surveys(25 + more)
    made = printed(replace(place, year=2024), again)
    told = ""
    try:
        review_reprints(place, made, {"01": Step(again)}, FIVE.threshold)
    except ReleaseRefusedError as error:
        told = str(error)
    assert ("01_waves: R4 の「人数(人)」(令和5(2023)年度の公表と違う)" in told) is refused
    assert bool(told) is refused


def of_two_labels(now: int, remark: str = "督促の前") -> TableRecord:
    """How many were drawn of each sex and age: no first label stands once."""
    schema = Schema({"sex": Text(heading="性別"), "age": Text(heading="年齢層"), "n": Count(unit="人")})
    frame = pd.DataFrame(
        {"sex": ["男性", "男性", "女性"], "age": ["若年", "高齢", remark], "n": [31, now, 32]}
    )
    subject = Subject("抽出された市民", "合成", computed_from=NOBODY)
    return TableRecord.of("01", TableSpec("waves", "抽出された人", subject, schema), frame)


@pytest.mark.parametrize(
    ("more", "refused"), [(-5, False), (-4, True), (-1, True), (0, False), (1, True), (4, True), (5, False)]
)
def test_a_row_is_found_again_by_all_its_labels(place, more, refused):  # noqa: F811
    told = ""
    try:
        told_again(place, of_two_labels(25), of_two_labels(25 + more, "督促の後"))
    except ReleaseRefusedError as error:
        told = str(error)
    assert ("01_waves: 男性・高齢 の「人数(人)」" in told) is refused
    assert bool(told) is refused


def test_a_remark_that_was_worded_anew_does_not_hide_whose_number_has_moved(place):  # noqa: F811
    then, now = of_two_labels(25), of_two_labels(25, "督促の後")
    now = replace(now, rows=(*now.rows[:2], (*now.rows[2][:2], 33)))
    with pytest.raises(ReleaseRefusedError, match="女性・督促の後 の"):
        told_again(place, then, now)


def lonely(
    share: float,
    n: int = 30,
    *,
    low: float = 0.2,
    nation: float = 0.3,
    weighted: bool = True,
    level: float = 0.95,
) -> TableRecord:
    """The weighted share of two answers among a hundred people."""
    schema = Schema(
        {
            "item": Dimension(heading="回答"),
            "n": Count(unit="人"),
            "base": Base(unit="人", over=("item",)),
            "share": Share(heading="重み付きの割合"),
            **interval("share", level),
            "nation": Share(heading="全国の割合", free=True),
            "reading": Text(heading="読み方"),
        }
    )
    frame = pd.DataFrame(
        {
            "item": ["ある", "ない"],
            "n": [n, 100 - n],
            "base": 100,
            "share": [share, 0.5],
            "low": [low, 0.4],
            "high": 0.6,
            "nation": nation,
            "reading": f"{share:.3f}",
        }
    )
    subject = Subject("回答のあった市民", "合成", population="residents")
    return TableRecord.of("01", TableSpec("waves", "孤独感", subject, schema, weighted), frame)


@pytest.mark.parametrize("moved", [-0.001, 0.001])
def test_the_same_answers_with_other_weights_do_not_leave_beside_those_that_were_signed(place, moved):  # noqa: F811
    with pytest.raises(ReleaseRefusedError, match="違う重み") as refused:
        told_again(place, lonely(0.345), lonely(0.345 + moved))
    assert "01_waves: ある の「重み付きの割合(%)」(令和4(2022)年度の公表と違う)" in str(refused.value)
    assert "ない の" not in str(refused.value)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.999])
def test_nor_do_the_limits_of_another_level(place, level):  # noqa: F811
    """Two intervals around one share are two equations for the answers; their headings differ, too."""
    with pytest.raises(ReleaseRefusedError, match=f"ある の「{100 * level:g}%信頼区間の下限"):
        told_again(place, lonely(0.345), lonely(0.345, low=0.21, level=level))


@pytest.mark.parametrize(
    ("now", "signed"),
    [
        (lonely(0.345), True),
        (lonely(0.3454), True),  # printed alike
        (
            lonely(0.346, n=36),
            True,
        ),  # of other people: what the difference tells is for the audit of corrections
        (lonely(0.346), False),
        (lonely(0.346, weighted=False), True),
        (lonely(0.345, nation=0.31), True),  # the nation's, which anybody can look up
    ],
)
def test_weighted_shares_as_they_were_signed_or_of_other_people_may_leave(place, now, signed):  # noqa: F811
    told_again(place, lonely(0.345), now, signed)


def scored(mean: float, n: int = 30) -> TableRecord:
    """The mean score of some people."""
    schema = Schema(
        {"n": Count(unit="人"), "mean": Estimate(heading="平均点", unit="点"), **interval("mean", 0.95)}
    )
    frame = pd.DataFrame({"n": [n], "mean": mean, "low": 5.1, "high": 6.9})
    subject = Subject("回答のあった市民", "合成", population="residents")
    return TableRecord.of("01", TableSpec("waves", "平均点", subject, schema, weighted=True), frame)


@pytest.mark.parametrize("moved", [-0.1, 0.1])
def test_the_corrected_score_of_one_person_does_not_leave_beside_the_mean_that_was_signed(place, moved):  # noqa: F811
    with pytest.raises(ReleaseRefusedError, match="答えを直した平均") as refused:
        told_again(place, scored(6.0), scored(6.0 + moved))
    assert "の「平均点(点)」(令和4(2022)年度の公表と違う)" in str(refused.value)


@pytest.mark.parametrize("now", [scored(6.0), scored(6.04), scored(6.1, n=36)])
def test_a_mean_as_it_was_signed_or_of_other_people_may_leave(place, now):  # noqa: F811
    told_again(place, scored(6.0), now)
