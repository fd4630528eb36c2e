"""The page shows what the door lets through, marks it, and refuses a table the plan was not made for."""

import inspect
import json
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
import seaborn as sns

from ujo_lib.annual.claims import compare
from ujo_lib.columns import Base, ColumnError, Count, Dimension, Share, Text, Withheld, interval
from ujo_lib.disclosure.plan import plan
from ujo_lib.disclosure.tables import Policy
from ujo_lib.errors import InputError
from ujo_lib.params import QualitySettings, project_root
from ujo_lib.params.annual import Cell, Claim
from ujo_lib.report.door.masks import Masks, counted, masks_for
from ujo_lib.report.door.publish import (
    ANSWER,
    DOOR,
    NOBODY,
    TILES,
    NotPublishedError,
    NotSuppliedError,
    Published,
    PublishError,
    Subject,
    TableRecord,
    TableSpec,
)
from ujo_lib.report.look import figures, wording
from ujo_lib.report.look.tables import LAB_STYLE
from ujo_lib.report.page import Page, open_page
from ujo_lib.typed import ANSWERED, Schema, Typed

FRAME = pd.DataFrame(
    {"age": ["10代", "20代", "30代", "総数"], "n": [3, 40, 50, 93], "share": [0.03, 0.43, 0.54, 1.0]}
)
COLUMNS = {"age": Dimension(heading="年代"), "n": Count(unit="人"), "share": Share()}
ABOUT = Subject(base="相談者", source="合成", population="contacts", dated=True)


def _published(page, frame=FRAME):
    return page.publish(Typed.of(frame, COLUMNS), "by_age", "年代", ABOUT)


def _spec(id="by_age", columns=COLUMNS, about=ABOUT):
    return TableSpec(id, "年代", about, Schema(columns))


def masks_of(records, policy):
    tables = counted(records)
    return masks_for(plan([one.table for one in tables], policy), tables)


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "params").mkdir()
    shutil.copytree(project_root() / "notebooks", tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _internal():
    return open_page(QualitySettings(tables_dir="tables"))


def _release(project, frame=FRAME, threshold=5):
    shown = _published(_internal(), frame)
    record = TableRecord.of("00_data_quality", shown.spec, frame)
    masks = masks_of([record], Policy(threshold=threshold))
    (project / "plan.json").write_text(masks.to_json(), encoding="utf-8")
    return open_page(QualitySettings(audience="release", plan="plan.json", tables_dir="release"))


def test_inside_the_city_everything_is_shown_and_recorded(project):
    page = _internal()
    assert _published(page).value("n", age="10代") == 3
    assert page.recall("00_data_quality", "by_age").value("n", age="10代") == 3


def test_a_small_count_is_hidden_together_with_a_second_cell_that_would_give_it_away(project):
    shown = _published(_release(project))
    hidden = [age for age in FRAME["age"] if shown.is_hidden("n", age=age)]
    assert "10代" in hidden
    assert len(hidden) >= 2
    assert not shown.is_hidden("n", age="総数")


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (
            lambda page, rows: page.table(rows.frame),
            "DataFrame は渡せません。`page.publish` が返した表を渡します。",
        ),
        (
            lambda page, rows: page.bars(rows.frame, x="n", y="age", finding="示す。"),
            "DataFrame は渡せません",
        ),
        (lambda page, rows: page.say("{n[10代]}人", rows, rows.frame), "DataFrame は渡せません"),
        (lambda page, rows: page.tiles("by_age"), "str は渡せません"),
        (lambda page, rows: page.publish(rows.frame, "b", "題"), r"DataFrame は渡せません.*Typed"),
        (lambda page, rows: page.publish(rows, "b", "題"), r"Published は渡せません.*Typed"),
        (
            lambda page, rows: page.publish(Typed.of(FRAME, COLUMNS), "b", "題", "相談者"),
            r"str は渡せません.*Subject",
        ),
    ],
)
def test_what_is_handed_over_in_place_of_a_table_is_told_with_what_the_page_takes(project, do, told):
    page = _internal()
    with pytest.raises(PublishError, match=told):
        do(page, _published(page))


@pytest.mark.parametrize("asked", [{"columns": ["nn"]}, {"across": "age", "values": "nn"}, {"across": "ag"}])
def test_a_column_that_a_table_does_not_have_is_told_with_those_that_it_has(project, asked):
    page = _internal()
    with pytest.raises(ColumnError, match=r"列「(nn|ag)」はありません.*age、n、share"):
        page.table(_published(page), **asked)


def test_a_release_page_refuses_a_table_that_the_plan_has_not_seen(project):
    page = _release(project)
    with pytest.raises(PublishError, match="秘匿の計画を作ったときの表と違います"):
        _published(page, FRAME.assign(n=[3, 41, 49, 93]))


@pytest.mark.parametrize(("left", "gone"), [(2, True), (3, True), (4, False), (None, False)])
def test_how_many_values_a_number_leaves_is_sought_once_and_the_release_follows_the_plan(project, left, gone):
    """More than three values have to be left (`Policy.required_width`)."""
    asked = []
    many = pd.DataFrame({"age": ["20代", "30代"], "n": [40, 50], "share": [0.44, 0.56]})
    columns = {"age": Dimension(heading="年代"), "n": Count(unit="人"), "share": Share(n="", base="")}
    table = Typed.of(many, columns, lambda: asked.append("once") or left)
    inside = _internal().publish(table, "by_age", "年代", ABOUT)
    masks = masks_of([inside.record("00_data_quality")], Policy(required_width=3))
    (project / "plan.json").write_text(masks.to_json(), encoding="utf-8")
    page = open_page(QualitySettings(audience="release", plan="plan.json", tables_dir="release"))
    shown = page.publish(table, "by_age", "年代", ABOUT)
    assert asked == ["once"]
    assert shown.hidden["share"].tolist() == [gone] * 2
    assert not shown.hidden["n"].any()


def test_of_a_table_without_rows_nothing_is_sought(project):
    nothing = Typed.of(FRAME[:0], COLUMNS, pytest.fail)
    assert len(_internal().publish(nothing, "by_age", "年代", ABOUT).frame) == 0


def _shown(project, share, where, rest=0.6):
    """A share of those who answered a question, or of everybody, as the page of a release has it."""
    frame = pd.DataFrame(
        {
            "lonely": ["ある", "ない"],
            "n": [30, 70],
            "base": 100,
            "share": [share, rest],
            "low": [share - 0.1, 0.5],
            "high": 0.7,
        }
    )
    kinds = {
        "lonely": Dimension(heading="孤独感"),
        "n": Count(unit="人"),
        "base": Base(unit="人", over=("lonely",)),
        "share": Share(heading="重み付きの割合"),
        **interval("share", 0.95),
    }
    given = Typed.of(frame, kinds, where={"lonely": (ANSWERED,)} if where else {}), "lonely", "孤独感"
    about = Subject("回答のあった市民", "合成", "residents")
    inside = _internal().publish(*given, about)
    assert inside.value("share", lonely="ある") == share
    (project / "plan.json").write_text(
        masks_of([inside.record("00_data_quality")], Policy()).to_json(), encoding="utf-8"
    )
    page = open_page(QualitySettings(audience="release", plan="plan.json", tables_dir="release"))
    return page, page.publish(*given, about)


@pytest.mark.parametrize(
    ("share", "alike"), [(0.3444, False), (0.3446, True), (0.3454, True), (0.3456, False)]
)
@pytest.mark.parametrize("where", [True, False], ids=["answers", "counts"])
def test_a_share_of_answers_that_no_table_counts_leaves_as_printed_whatever_is_made_of_it(
    project, share, alike, where
):
    """34.5 %: a tenth of a pixel is a fiftieth of a percent, and would tell which of 34.46 and 34.54 it was."""

    def made(of: float) -> list[object]:
        _, table = _shown(project, of, where)
        claims = [
            Claim(
                id="1",
                statement="孤独",
                published=34.512,
                rule=rule,
                cell=Cell(
                    notebook="00_data_quality", table="lonely", column="share", where={"lonely": ["ある"]}
                ),
            )
            for rule in ("percent", "rounded")
        ]
        drawn = figures.bars(table, x="share", y="lonely", low="low", high="high", finding="示す。")
        return [
            drawn.drawings(),
            wording.sentence("{share[ある]|about}", table),
            compare(claims, lambda *_: table).frame.to_numpy().tolist(),
        ]

    assert (made(share) == made(0.345)) is (alike and where)


@pytest.mark.parametrize(("share", "below"), [(0.0, False), (0.0004, True), (0.0005, False)])
def test_a_share_below_the_unit_is_still_explained_as_no_zero(project, share, below):
    page, shown = _shown(project, share, where=True)
    assert ("単位未満" in page.table(shown).html) is below


@pytest.mark.parametrize(
    ("rest", "rounded"), [(0.6534, False), (0.6536, True), (0.6564, True), (0.6566, False)]
)
def test_parts_of_one_whole_are_told_as_rounded_though_they_arrive_so(project, rest, rounded):
    """34.5 and 65.4 % may be parts of 100 %, two halves of a tenth from the truth; 34.5 and 65.3 % are not."""
    page, shown = _shown(project, 0.3446, where=True, rest=rest)
    assert ("四捨五入のため" in page.table(shown).html) is rounded


def test_a_cell_that_forgets_to_say_what_its_numbers_rest_on_prints_none_of_them_in_a_release(project):
    page = _release(project)
    table = Typed.of(FRAME, COLUMNS)
    forgotten = page.publish(table, "again", "年代別の割合", Subject(base="相談者"))
    assert forgotten.frame[["n", "share"]].isna().all(axis=None)
    assert "記載がないため" in page.table(forgotten).html
    said = page.publish(table, "said", "年代別の割合", Subject(base="相談者", computed_from=("contacts",)))
    assert said.frame[["n", "share"]].isna().all(axis=None)
    free = page.publish(table, "free", "年代別の割合", Subject(base="市民", computed_from=NOBODY))
    assert free.frame["n"].tolist() == [3, 40, 50, 93]


@pytest.mark.parametrize(("n", "told"), [(4, False), (5, True)])
def test_a_small_number_that_was_made_from_counts_is_printed_no_more_than_they(project, n, told):
    """Nothing of the counts is hidden; how many people they are of may still be few."""
    page = _release(project, FRAME.assign(n=[30, 40, 50, 120]))
    people = Typed.of([(n,)], {"clients": Count(unit="人")})
    shown = page.publish(people, "clients", "実人数", Subject(base="相談者", computed_from=("contacts",)))
    assert shown.frame["clients"].notna().all() == told


def test_a_table_of_which_every_column_is_kept_back_is_told_of_with_the_reason(project):
    page = _release(project)
    numbers = Typed.of(FRAME.loc[3:, ["n"]], {"n": COLUMNS["n"]})
    kept = page.publish(numbers, "whole", "全体", Subject(base="相談者", computed_from=("contacts",)))
    shown = page.table(kept).html
    assert "表「全体」は載せません。伏せた数を逆算できないよう、「人数」は示しません。" in shown
    assert "93" not in shown


@pytest.mark.parametrize(("beside", "told"), [({}, True), ({"reading": Text()}, False)])
def test_the_names_of_rows_of_which_all_numbers_are_kept_back_are_told_of_and_no_table(project, beside, told):
    """Two names stood under one heading, numbered and listed as a table of the report."""
    page = _release(project)
    kinds = {"state": Text(), **beside, "n": COLUMNS["n"]}
    rows = Typed.of([("甲", *["低い" for _ in beside], 93)], kinds, note="幅は広めです。")
    kept = page.publish(rows, "states", "状態", Subject(base="相談者", computed_from=("contacts",)))
    shown = page.table(kept).html
    assert ("表「状態」は載せません" in shown) is told
    assert ("<table" in shown) is not told
    assert "幅は" not in shown  # told of no width that is not there, whatever words stand beside


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ({"age": Dimension(), "beside": Text()}, True),
        ({"age": Dimension(), "days": Count(unit="日", members=False)}, True),
        ({"age": Dimension(), "n": Count(unit="人", free=True)}, True),
        ({"age": Dimension(), "base": Base(unit="人", free=True), "n": Count(unit="人")}, False),
    ],
)
def test_a_figure_of_which_no_number_is_left_is_no_table_of_names_and_days(project, left, told):
    """A hundred and sixty-eight hours with 「いいえ」 behind each stood where a release kept their numbers back."""
    page = _release(project)
    kinds = {**left, "share": Withheld(heading="割合")}
    cells = {name: [7 if column.numeric else "甲"] for name, column in left.items()}
    kept = Published(
        TableSpec("hours", "時間帯", ABOUT, Schema(kinds, note="伏せました。")),
        pd.DataFrame({**cells, "share": [None]}),
        pd.DataFrame({name: [name == "share"] for name in kinds}),
    )
    shown = page.bars(kept, x="share", y="age", finding="示す。").html
    assert ("図「時間帯」は載せません。伏せました。" in shown) is told
    assert ("<table" in shown) is not told


def test_a_release_without_a_plan_file_is_an_error(project):
    with pytest.raises(FileNotFoundError, match="秘匿計画"):
        open_page(QualitySettings(audience="release", plan="plan.json"))


def test_what_a_page_notes_while_it_is_made_cannot_be_given_to_it(project):
    with pytest.raises(TypeError, match="positional"):
        Page(_internal().settings, None, {}, {"by_age": {"waves": "初めての調査"}})


def test_a_cell_that_is_run_again_in_jupyterlab_puts_its_table_in_the_place_of_the_former(project):
    page = open_page(QualitySettings())
    for n in (3, 4):
        frame = FRAME.assign(n=[n, *FRAME["n"][1:]])
        assert _published(page, frame).value("n", age="10代") == n
        assert page.recall("00_data_quality", "by_age").value("n", age="10代") == n


def test_the_same_id_twice_is_an_error(project):
    page = _internal()
    _published(page)
    with pytest.raises(PublishError, match="別の表が使っています"):
        _published(page)


def test_everything_shown_bears_the_mark_of_the_door(project):
    page = _internal()
    shown = _published(page)
    for output in (
        page.table(shown),
        page.say("20代は{n[20代]}人。", shown),
        page.answer("最も多いのは{age[max n]}。", shown),
        page.callout("note", "20代は{n[20代]}人。", shown),
        page.bars(shown, x="n", y="age", finding="30代が最も多い。"),
    ):
        assert output._repr_mimebundle_()[DOOR]["tables"] == ["by_age"]
    assert page.answer("{n[20代]}人。", shown)._repr_mimebundle_()[DOOR]["kind"] == ANSWER
    english = page.abstract([wording.Line("Known: {n[20代]}.", (shown,)), wording.Line("That is all.")])
    assert ' lang="en">All data of this report are synthetic' in english.html
    assert english.html.endswith(" That is all.</p>")
    assert english._repr_mimebundle_()[DOOR]["tables"] == ["by_age"]
    real = open_page(QualitySettings(synthetic=False)).abstract([wording.Line("That is all.")])
    assert real.html.endswith(' lang="en">That is all.</p>')


def test_the_analyst_finds_every_figure_and_its_explanation_on_the_page(project):
    page = _internal()
    for name in figures.__all__:
        if not name.startswith("Figure"):
            assert name in dir(page)
            assert getattr(page, name).__doc__ == getattr(figures, name).__doc__
            told = inspect.signature(getattr(page, name)).parameters
            assert list(told) == list(inspect.signature(getattr(figures, name)).parameters)
            assert {"published", "finding", "unless", "empty"} <= set(told)


def test_a_figure_that_was_not_estimated_or_has_no_rows_says_so_instead(project):
    page = _internal()
    shown = _published(page)
    call = {"x": "n", "y": "age", "finding": "30代が最も多い。"}
    assert "少なすぎる。" in page.bars(shown, **call, unless="少なすぎる").html
    none = shown.where(age="90代")
    assert "まだない。" in page.bars(none, **call, empty="まだない。").html
    assert page.bars(none, **call, empty="").html == ""
    assert "示せる項目はありません" in page.bars(none, **call).html
    assert "unless" not in page.bars(shown, **call, unless="").recipe.options


def test_a_table_that_was_not_estimated_or_has_no_rows_says_so_instead(project):
    page = _internal()
    shown = _published(page)
    assert "少なすぎる。" in page.table(shown, unless="少なすぎる").html
    assert "<table" not in page.table(shown, unless="少なすぎる").html
    none = shown.where(age="90代")
    assert "まだない。" in page.table(none, empty="まだない。").html
    assert page.table(none, empty="").html == ""
    assert "<table" in page.table(shown, empty="まだない。").html


def test_a_sentence_on_what_was_not_estimated_or_has_no_rows_says_so_instead(project):
    page = _internal()
    shown, none = _published(page), page.publish(Typed.of(FRAME.iloc[:0], COLUMNS), "none", "なし", ABOUT)
    assert "3人" in page.say("{n[10代]}人。", shown, empty="誰もいない。").html
    assert "少なすぎる。" in page.say("{n[10代]}人。", shown, unless="少なすぎる").html
    assert "誰もいない。" in page.say("{n[10代]}人。", none, empty="誰もいない。").html
    assert page.say("{n[10代]}人。", none, empty="").html == ""


def test_points_are_a_list_and_where_there_are_none_it_is_said(project):
    page = _internal()
    assert page.points([("要点", "理由", "対応")]).html.count("<li") == 1
    assert "<li" not in page.points([]).html
    assert "callout" in page.points([]).html


def test_answers_of_several_groups_have_a_panel_for_each_group(project, monkeypatch):
    rows = [
        (who, said, part * of // 10, of, part / 10, 0.1, 0.9)
        for who, of in (("市民", 10), ("家族", 20))
        for said, part in (("A", 4), ("B", 6))
    ]
    names = ["who", "said", "n", "base", "share", "low", "high"]
    kinds = {
        "who": Dimension(heading="立場"),
        "said": Dimension(heading="必要なもの"),
        "n": Count(unit="人"),
        "base": Base(unit="人", over=("said",)),
        "share": Share(),
        **interval("share", 0.95),
    }
    about = Subject("回答者", "合成", population="voices")
    shown = []
    monkeypatch.setattr("ujo_lib.report.page.display", shown.append)
    _internal().each([("need", "必要", Typed.of(pd.DataFrame(rows, columns=names), kinds))], about)
    (figure,) = (output.html for output in shown)
    assert "2面" in figure
    assert "立場ごとに示します。" in figure


def test_in_a_notebook_tables_and_figures_have_the_numbers_of_the_finished_page(project):
    page = _internal()
    shown = _published(page)
    first, second = page.table(shown), page.table(shown, columns=["age", "n"])
    figure = page.bars(shown, x="n", y="age", finding="30代が最も多い。")
    again = page.table(shown)
    numbers = [
        re.findall(r'data-of="\w+">([^<]+)<', output.html)[0] for output in (first, second, figure, again)
    ]
    assert numbers == ["表0-1", "表0-2", "図0-1", "表0-1"]
    assert all(output.html.startswith(LAB_STYLE) for output in (first, figure))


def test_masks_survive_writing_and_reading(project, tmp_path):
    record = TableRecord.of("00", _spec(), FRAME)
    masks = masks_of([record], Policy())
    (tmp_path / "m.json").write_text(masks.to_json(), encoding="utf-8")
    assert Masks.read(tmp_path / "m.json").to_json() == masks.to_json()


def test_a_count_that_is_missing_is_no_cell_of_the_plan():
    frame = FRAME.assign(n=pd.array([3, None, 50, 93], dtype="Int64"))
    assert [cell.labels for cell in counted([TableRecord.of("00", _spec(), frame)])[0].table.cells] == [
        ("10代",),
        ("30代",),
        ("総数",),
    ]


def test_a_base_counts_those_who_answered_so_that_tables_with_and_without_no_answer_agree():
    by_wish = pd.DataFrame({"wish": ["強く", "ない", "無回答", "総数"], "n": [40, 50, 10, 100]})
    crossed = pd.DataFrame(
        {
            "age": ["10代", "10代", "20代", "20代"],
            "wish": ["強く", "ない"] * 2,
            "n": [30, 20, 10, 30],
            "base": [50, 50, 40, 40],
        }
    )
    columns = {"age": Dimension(), "wish": Dimension(), "n": Count(unit="件"), "base": Base(over=("wish",))}
    about = replace(ABOUT, dated=False)
    records = [
        TableRecord.of("02", _spec("wish", {"wish": Dimension(), "n": Count(unit="件")}, about), by_wish),
        TableRecord.of("02", _spec("crossed", columns, about), crossed),
    ]
    tables = [one.table for one in counted(records)]
    regions = {
        dict(tables[1].region(index))["wish"]
        for index, cell in enumerate(tables[1].cells)
        if cell.column == "base"
    }
    assert regions == {frozenset({"強く", "ない"})}
    masks = masks_of(records, Policy(threshold=11))
    assert any(masks.cells_of(records[1])["n"])


@pytest.fixture
def drawn(monkeypatch):
    """How often figures were really drawn."""
    calls = []
    draw = figures.Figure.drawings
    monkeypatch.setattr(figures.Figure, "drawings", lambda self: calls.append(1) or draw(self))
    return calls


def _bars(page, frame=FRAME, x="share", **options):
    shown = page.bars(_published(page, frame), x=x, y="age", finding="図。", **options)
    return re.sub(r"(?s)<details>.*", "", shown.html)


def test_a_figure_that_hides_nothing_is_drawn_once_for_both_audiences(project, drawn):
    many = FRAME.assign(n=[30, 40, 50, 120])
    inside = _bars(_internal(), many)
    outside = _bars(_release(project, many), many)
    assert len(drawn) == 1
    assert outside == inside


def test_a_figure_with_a_hidden_cell_is_never_the_one_that_shows_it(project, drawn):
    inside = _bars(_internal(), x="n")
    outside = _bars(_release(project), x="n")
    assert len(drawn) == 2
    assert outside != inside


@pytest.mark.parametrize("options", [{"highlight": ["20代"]}, {"sort": True}, {"n": "n"}])
def test_a_figure_drawn_another_way_is_drawn_anew(project, drawn, options):
    plain = _bars(_internal())
    assert _bars(_internal(), **options) != plain
    assert len(drawn) == 2


def test_a_part_of_a_table_and_another_order_of_its_labels_are_other_figures(project, drawn):
    page = _internal()
    table = _published(page)
    for shown in (table, table.where(age=["10代", "20代"]), table.where(age=["20代", "30代"])):
        page.bars(shown, x="share", y="age", finding="図。")
    ordered = FRAME.assign(age=pd.Categorical(FRAME["age"], ["総数", "30代", "20代", "10代"], ordered=True))
    page = _internal()
    page.bars(_published(page, ordered), x="share", y="age", finding="図。")
    assert len(drawn) == 4


def test_a_figure_of_which_every_number_is_hidden_gives_way_to_its_table(project, drawn):
    table = _published(_release(project))
    page = _internal()
    hidden = [age for age in FRAME["age"] if table.is_hidden("n", age=age)]
    said = page.bars(table.where(age=hidden), x="n", y="age", finding="図。")
    assert said.html == page.table(table.where(age=hidden)).html
    assert not drawn
    assert "<svg" in page.bars(table.where(age=[*hidden, "総数"]), x="n", y="age", finding="図。").html


def test_a_figure_of_what_nobody_answered_finds_nothing_and_says_so(project, drawn):
    page = _internal()
    nobody = page.publish(
        Typed.of(FRAME.assign(n=0, share=pd.array([None] * 4, "Float64")), COLUMNS), "nobody", "年代", ABOUT
    )
    said = page.bars(nobody, x="share", y="age", finding="違いは見られません。")
    assert "推定できません" in said.html
    assert "「年代」は、もとになる記録がないため図にできません。" in said.html
    assert "見られません" not in said.html
    one = page.publish(
        Typed.of(FRAME.assign(share=pd.array([None, None, 1.0, None], "Float64")), COLUMNS),
        "one",
        "年代",
        ABOUT,
    )
    assert not drawn
    assert "違いは" in page.bars(one, x="share", y="age", finding="違いは見られません。").html


def test_a_section_or_a_page_without_its_input_says_so_and_is_recalled_with_the_reason(project):
    page, reason = _internal(), {"広告": "出していない"}
    section = page.section_not_supplied(reason, {"by_age": reason})
    assert (section.kind, "「広告」(出していない)" in section.html) == ("sentence", True)
    with pytest.raises(NotSuppliedError, match="出していない"):
        page.recall("00_data_quality", "by_age")
    assert "<strong>広告</strong>: 出していない" in page.not_supplied(reason).html


@pytest.mark.parametrize(
    ("page_wide", "tables", "told"),
    [
        ({"waves": "初めての調査"}, {}, True),
        ({}, {"by_age": {"waves": "初めての調査"}}, True),
        ({}, {"other": {"waves": "初めての調査"}}, False),
    ],
)
def test_a_table_whose_input_the_year_lacks_is_recalled_with_the_reason(project, page_wide, tables, told):
    page = _internal()
    _published(page)
    file = project / "tables" / "00_data_quality" / "not_supplied.json"
    file.write_text(json.dumps({"page": page_wide, "tables": tables}), encoding="utf-8")
    if told:
        with pytest.raises(NotSuppliedError, match="初めての調査"):
            page.recall("00_data_quality", "by_age")
    else:
        assert page.recall("00_data_quality", "by_age").value("n", age="10代") == 3


def test_whoever_opens_the_summary_first_is_told_what_to_run_without_a_traceback(project):
    with pytest.raises(
        InputError, match="表「by_age」の記録がありません。先に 00_data_quality を実行"
    ) as told:
        _internal().recall("00_data_quality", "by_age")
    assert told.value._render_traceback_() == [str(told.value)]


@pytest.mark.parametrize("asked", ["06", "06_resident_survey"])
def test_a_notebook_that_the_year_leaves_out_is_not_said_to_be_run_first(project, asked):
    with pytest.raises(NotPublishedError, match="この年度には 06_resident_survey のパラメーターがない"):
        _internal().recall(asked, "lonely")
    year = project / f"params/sample/fy{_internal().settings.fiscal_year}"
    year.mkdir(parents=True)
    (year / "06_resident_survey.yaml").touch()
    with pytest.raises(InputError, match="先に 06") as told:
        _internal().recall(asked, "lonely")
    assert not isinstance(told.value, NotPublishedError)


@pytest.mark.parametrize(
    ("asked", "nearest"), [("heard_at", ""), ("by_agee", "「by_age」ではありませんか。"), ("by_age2", "")]
)
def test_a_table_that_a_notebook_that_was_run_does_not_have_is_no_reason_to_run_it_again(
    project, asked, nearest
):
    """A question that was taken out of the questionnaire, most often, or a slip."""
    page = _internal()
    _published(page)
    told = rf"表「{asked}」を作っていません。{nearest}調査票から.*key_figures.yaml"
    with pytest.raises(NotPublishedError, match=told) as found:
        page.recall("00_data_quality", asked)
    assert "実行" not in str(found.value)


@pytest.mark.parametrize("dated", [False, True])
def test_only_what_is_counted_by_day_gets_the_days_of_the_page(project, dated):
    page = _internal()
    said = Subject(population="contacts", dated=True) if dated else Subject(population="contacts")
    subject = page._completed(said)
    period = page.settings.period
    assert subject.days == ((period.start.isoformat(), period.end.isoformat()) if dated else ())
    assert subject.period == period.label
    assert subject.area == page.settings.area_name
    other = page._completed(replace(subject, period="別の期間", area="別の町"))
    assert (other.period, other.area) == ("別の期間", "別の町")


@pytest.mark.parametrize(("answers", "kind"), [(1, "table"), (2, "figure")])
def test_a_question_of_two_answers_is_drawn_without_its_total_and_one_of_one_is_a_table(
    project, monkeypatch, answers, kind
):
    shown = []
    monkeypatch.setattr("ujo_lib.report.page.display", shown.append)
    _internal().each([("q", "問", Typed.of(FRAME.iloc[[*range(1, answers + 1), 3]], COLUMNS))], ABOUT)
    (one,) = shown
    assert one.kind == kind
    assert ("総数" in re.sub(r"(?s)<details>.*", "", one.html)) == (kind == "table")


@pytest.mark.parametrize("level", [0.90, None])
def test_a_question_whose_shares_have_an_interval_is_drawn_with_it(project, monkeypatch, level):
    shown = []
    monkeypatch.setattr("ujo_lib.report.page.display", shown.append)
    kinds = COLUMNS | (interval("share", level) if level else {})
    table = Typed.of(FRAME.iloc[1:3].assign(**({"low": 0.2, "high": 0.7} if level else {})), kinds)
    _internal().each([("q", "問", table)], ABOUT)
    page = _internal()
    ends = {"low": "low", "high": "high"} if level else {}
    drawn = page.bars(
        page.publish(table, "q", "問", ABOUT),
        x="share",
        y="age",
        n="n",
        finding="問の回答を示します。",
        **ends,
    )
    assert shown[0].html == drawn.html


def test_the_sentences_of_the_year_carry_what_they_say_and_what_they_rest_on(project):
    page = _internal()
    shown = _published(page)
    lines = [
        wording.Line("{n[age=20代]}人です。", (shown,), "相談者{n[age=総数]}人"),
        wording.Line("以上です。"),
    ]
    made = page.sentences(lines)
    assert (made.kind, made.tables) == ("sentences", ("by_age",))
    assert [wording.text_of([part]) for part in made.said if part.values] == ["40人です。", "相談者93人"]
    assert "40人です。" in made.html
    assert "以上です。" in made.html


def test_key_figures_are_tiles_of_their_table_and_where_there_are_none_it_is_said(project):
    page = _internal()
    shown = _published(page)
    made = page.tiles(shown, label="age", value="n", unit="人", empty="まだありません。")
    assert (made.kind, made.tables) == (TILES, ("by_age",))
    assert re.findall(r"<dt>(\w+)</dt>", made.html) == FRAME["age"].tolist()
    none = page.tiles(shown.where(age="90代"), label="age", value="n", empty="まだありません。")
    assert none.kind != TILES
    assert "まだありません。" in none.html


LINES = {"age": Dimension(heading="年代"), "place": Dimension(heading="窓口"), "n": Count(unit="人")}


def _lines(page, places):
    rows = [
        (age, f"窓口{place}", 10 * place + at + 5)
        for at, age in enumerate(["10代", "20代"])
        for place in range(places)
    ]
    return page.publish(Typed.of(pd.DataFrame(rows, columns=list(LINES)), LINES), "lines", "窓口", ABOUT)


@pytest.mark.parametrize(("draw", "of"), [
    ("line", {"x": "age", "y": "n", "by": "place"}), ("profile", {"x": "age", "y": "n", "by": "place"}),
    ("curve", {"x": "n", "y": "n", "by": "place"}),
    ("scatter_map", {"x": "n", "y": "n", "label": "age", "by": "place"}),
])  # fmt: skip
def test_a_seventh_place_is_shown_in_a_table_with_the_finding_where_a_figure_has_no_colour_for_it(
    project, draw, of
):
    finding = "最も多いのは{place[max n]}です。"
    page = _internal()
    drawn = getattr(page, draw)(_lines(page, 6), **of, finding=finding)
    assert drawn.kind == "figure"
    page = open_page(QualitySettings(tables_dir="tables"))
    shown = getattr(page, draw)(_lines(page, 7), **of, finding=finding)
    assert shown.kind == "table"
    assert shown.tables == ("lines",)
    assert (
        "最も多いのは窓口6です。「窓口」が7区分あり、図では見分けられないため、表で示します。" in shown.html
    )
    assert all(f"窓口{place}" in shown.html for place in range(7))
    assert [part.text for part in shown.said] == ["最も多いのは窓口6です。"]


def test_a_figure_higher_than_a_sheet_of_paper_is_a_table_with_its_finding(project):
    page = _internal()
    shown = page.panels(
        _lines(page, 40), x="n", y="place", by="age", finding="最も多いのは{place[max n]}です。"
    )
    assert shown.kind == "table"
    assert "最も多いのは窓口39です。図にすると紙1枚に収まらないため、表で示します。" in shown.html


def test_a_figure_of_seaborn_with_a_seventh_series_is_a_table_too(project):
    page = _internal()
    many = _lines(page, 7)
    shown = page.figure(many, sns.barplot, x="n", y="age", hue="place", finding="示します。")
    assert shown.kind == "table"


def test_a_misspelled_word_of_the_subject_is_told_with_those_that_there_are() -> None:
    page = open_page(QualitySettings(tables_dir="tables"))
    table = Typed.of([(3,)], {"n": Count(unit="件", members=False)})
    with pytest.raises(PublishError, match=r"popu は渡せません。使えるのは base.*population"):
        page.publish(table, "own", "件数", popu="cases")
