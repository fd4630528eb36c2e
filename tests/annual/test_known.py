"""What was said in public before is where an outsider starts; what was said wrongly tells him nothing."""

import pandas as pd
import pytest

from tests.annual.entries import Cell, Claim
from ujo_lib.annual.known import _together, public_figures
from ujo_lib.columns import Base, Count, Dimension, Share
from ujo_lib.report.door.masks import counted
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec
from ujo_lib.typed import Schema

ABOUT = Subject(base="当事者", source="合成", population="cases")
SEX = TableSpec("sex", "性別", ABOUT, Schema({"sex": Dimension(), "n": Count(unit="人")}))
GROUPS = {"5年以上": ("5〜9年", "10年以上"), "5年未満": ("5年未満",)}
BANDS = {
    "band": Dimension(variable="duration", groups=GROUPS),
    "n": Count(unit="人"),
    "base": Base(unit="人", over=("band",)),
    "share": Share(n="n", base="base"),
}
DURATION = TableSpec("duration", "期間", ABOUT, Schema(BANDS))


@pytest.fixture
def tables():
    sex = pd.DataFrame({"sex": ["男性", "女性", "総数"], "n": [17, 8, 25]})
    duration = pd.DataFrame(
        {"band": ["5年以上", "5年未満"], "n": [21, 4], "base": [25, 25], "share": [0.84, 0.16]}
    )
    return counted([TableRecord.of("01", SEX, sex), TableRecord.of("01", DURATION, duration)])


def _claim(name: str, published: object, rule: str, cell: Cell) -> Claim:
    return Claim(name, "…", published, "人", rule, cell)


EVERYBODY = _claim("S04", 25, "equal", Cell("01", "sex", where={"sex": "総数"}))
MEN = _claim("S06", 17, "equal", Cell("01", "sex", where={"sex": "男性"}))
LONG = _claim("S10", "8割強", "words", Cell("01", "duration", "share", {"band": "5年以上"}))


def test_17_of_25_and_rather_more_than_80_percent_are_counts_that_every_reader_has(tables):
    everybody, men, long, base = public_figures([EVERYBODY, MEN, LONG], tables)
    assert (everybody.region, everybody.low, everybody.high) == ((), 25, 25)
    assert (men.region, men.low, men.high) == ((("sex", frozenset({"男性"})),), 17, 17)
    assert long.region == (("duration", frozenset({"5〜9年", "10年以上"})),)
    assert (long.low, long.high) == (21, 21)  # 20/25 is 8割, 22/25 is 9割弱
    assert (base.region, base.low, base.high) == ((), 25, 25)


@pytest.mark.parametrize("notebook", ["01_survey", "01", "1", "01_sur"])
@pytest.mark.parametrize(
    ("column", "where"), [("n", "sex"), ("人数(人)", "sex"), ("n", "性別"), ("人数(人)", "性別")]
)
def test_a_claim_that_names_notebook_and_columns_as_the_page_shows_them_is_known_all_the_same(
    notebook, column, where
):
    """Page 05 looked such a cell up; the plan did not know that its count was public."""
    kinds = {"sex": Dimension(heading="性別"), "n": Count(unit="人")}
    sex = TableSpec("sex", "性別", ABOUT, Schema(kinds))
    frame = pd.DataFrame({"sex": ["男性", "女性"], "n": [17, 8]})
    tables = counted([TableRecord.of(name, sex, frame) for name in ("01_survey", "011_other")])
    (men,) = public_figures(
        [_claim("S06", 17, "equal", Cell(notebook, "sex", column, {where: "男性"}))], tables
    )
    assert (men.region, men.low) == ((("sex", frozenset({"男性"})),), 17)


def test_a_share_of_nobody_knows_how_many_tells_no_count(tables):
    assert [figure.source[:3] for figure in public_figures([MEN, LONG], tables)] == ["S06"]


def test_a_percentage_tells_every_count_that_rounds_to_it(tables):
    roughly = _claim("S03", 84, "percent", Cell("01", "duration", "share", {"band": "5年以上"}))
    figure = public_figures([EVERYBODY, roughly], tables)[1]
    assert (figure.low, figure.high) == (21, 21)


def test_97_people_where_there_are_25_is_no_knowledge(tables):
    mistaken = _claim("S18", 97, "equal", Cell("01", "sex", where={"sex": "総数"}))
    assert public_figures([mistaken], tables) == []


def test_several_rows_added_up_are_one_group_of_people(tables):
    both = _claim("X01", 25, "equal", Cell("01", "sex", where={"sex": ["男性", "女性"]}))
    assert public_figures([both], tables)[0].region == (("sex", frozenset({"男性", "女性"})),)


def test_the_share_of_several_rows_is_one_of_the_base_that_they_have_in_common(tables):
    cell = Cell("01", "duration", "share", {"band": ["5年以上", "5年未満"]})
    whole = public_figures([EVERYBODY, _claim("X02", 100, "percent", cell)], tables)[1]
    assert (whole.source[:3], whole.low, whole.high) == ("X02", 25, 25)


def test_april_of_one_year_is_not_april_of_another():
    def months(days):
        about = Subject(population="contacts", dated=True, days=days)
        spec = TableSpec("months", "月", about, Schema({"month": Dimension(), "n": Count(unit="件")}))
        frame = pd.DataFrame({"month": ["1月", "4月"], "n": [3, 9]})
        return [
            dict(counted([TableRecord.of("02", spec, frame)])[0].table.region(i))["month"] for i in (0, 1)
        ]

    assert months(("2022-04-01", "2023-03-31")) == [frozenset({"2023年1月"}), frozenset({"2022年4月"})]
    assert months(("2023-01-01", "2023-12-31")) == [frozenset({"2023年1月"}), frozenset({"2023年4月"})]


@pytest.mark.parametrize(("women", "told"), [(0, [17]), (8, []), (None, [])])
def test_a_sum_is_known_where_each_of_its_counts_is(women, told):
    """17 of both sexes together is true where there are no women, and nothing where nobody knows how many there are."""
    frame = pd.DataFrame({"sex": ["男性", "女性"], "n": pd.array([17, women], dtype="Int64")})
    both = _claim("X01", 17, "equal", Cell("01", "sex", where={"sex": ["男性", "女性"]}))
    found = public_figures([both], counted([TableRecord.of("01", SEX, frame)]))
    assert [figure.low for figure in found] == told


@pytest.mark.parametrize("base", [0, None])
def test_a_share_of_nobody_or_of_nobody_knows_whom_tells_no_count(base):
    frame = pd.DataFrame(
        {"band": ["5年以上"], "n": [0], "base": pd.array([base], dtype="Int64"), "share": [None]}
    )
    sex = pd.DataFrame({"sex": ["男性"], "n": [0]})
    records = [TableRecord.of("01", SEX, sex), TableRecord.of("01", DURATION, frame)]
    nobody = _claim("X02", 0, "equal", Cell("01", "sex", where={"sex": "男性"}))
    share = _claim("X03", 0, "percent", Cell("01", "duration", "share", {"band": "5年以上"}))
    assert [figure.source[:3] for figure in public_figures([nobody, share], counted(records))] == ["X02"]


@pytest.mark.parametrize(
    ("regions", "together"),
    [
        ([{"a": "x", "b": "1"}], {"a": "x", "b": "1"}),
        ([{"a": "x", "b": "1"}, {"a": "x", "b": "1"}], {"a": "x", "b": "1"}),
        ([{"a": "x", "b": "1"}, {"a": "y", "b": "1"}], {"a": "xy", "b": "1"}),
        ([{"a": "x", "b": "1"}, {"a": "y", "b": "2"}], None),
        ([{"a": "x"}, {"a": "x", "b": "1"}], None),
    ],
)
def test_groups_are_one_where_a_single_variable_tells_them_apart(regions, together):
    def spelt(region):
        return tuple((variable, frozenset(atoms)) for variable, atoms in region.items())

    assert _together([spelt(region) for region in regions]) == (together and spelt(together))
