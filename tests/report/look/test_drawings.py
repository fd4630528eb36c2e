"""A figure in Word is the figure of the page: drawn again from the recorded tables, it gives the same drawing."""

import json
from dataclasses import replace

import pandas as pd
import pytest
import seaborn as sns
from PIL import Image

from tests.report.tables_of import by_occupation, by_sex, published
from ujo_lib.report.door.publish import Published
from ujo_lib.report.look import figures
from ujo_lib.report.look.drawings import Recipe, _filled, draw_files, file_stems

NOTEBOOK = "01_survey_descriptives"
FINDING = "最も多いのは{sex[max n]}です。"


def _of_page(table: Published) -> Published:
    return table.record(NOTEBOOK).published()


def _kept(draw: str, *tables: Published, **options: object) -> Recipe:
    """A recipe as it comes back from a notebook's output."""
    return Recipe(**json.loads(json.dumps(Recipe.of(draw, tables, options).to_plain())))


def test_a_figure_drawn_again_is_the_figure_of_the_page():
    table = _of_page(by_sex())
    call = {"x": "share", "y": "sex", "n": "n", "finding": FINDING, "highlight": ("男性",)}
    again = _kept("bars", table, **call).figure({table.key: table.record(NOTEBOOK)})
    assert again.svg() == figures.bars(table, **call).svg()
    assert again.finding == "最も多いのは男性です。"


def test_a_figure_of_some_rows_shows_the_same_rows_again():
    table = _of_page(by_occupation())
    part = table.where(occupation=["全体", "学生"])
    call = {"x": "share", "y": "occupation", "by": "answer", "finding": "学生で多い。"}
    again = _kept("band", part, **call).figure({table.key: table.record(NOTEBOOK)})
    assert again.svg() == figures.band(part, **call).svg()


def test_labels_keep_the_order_of_the_page_where_the_rows_stand_in_another():
    answers = pd.Categorical(["高い", "低い", "中ほど"], ["低い", "中ほど", "高い"], ordered=True)
    columns = {"answer": answers, "sex": ["男性", "女性", "男性"], "n": [3, 2, 1]}
    given = published(columns, id="answers", dimensions={"answer": "a", "sex": "s"})
    table = replace(given, notebook=NOTEBOOK)
    call = {"x": "sex", "y": "answer", "value": "n", "finding": "回答。"}
    again = _kept("heat_map", table, **call).figure({table.key: table.record(NOTEBOOK)})
    assert again.svg() == figures.heat_map(table, **call).svg()
    assert again.svg() != figures.heat_map(table.record(NOTEBOOK).published(), **call).svg()


def test_a_hidden_cell_is_hidden_in_the_file_too():
    shown, hidden = _of_page(by_sex()), _of_page(by_sex(hide=[(1, "n"), (1, "share")]))
    recipe = _kept("bars", hidden, x="share", y="sex", n="n", finding="性別。")
    again = recipe.figure({hidden.key: hidden.record(NOTEBOOK)})
    assert "秘匿" in again.description
    assert again.svg() != recipe.figure({shown.key: shown.record(NOTEBOOK)}).svg()


def test_a_figure_of_seaborn_is_drawn_again_by_its_name():
    table = _of_page(by_sex())
    call = {"x": "share", "y": "sex", "finding": FINDING, "palette": ["#0072B2"] * 3, "hue": "sex"}
    recipe = Recipe.of("figure", (table, sns.barplot), call)
    again = Recipe(**json.loads(json.dumps(recipe.to_plain()))).figure({table.key: table.record(NOTEBOOK)})
    assert again.svg() == figures.figure(table, sns.barplot, **call).svg()
    assert recipe.table_keys == [table.key]


def test_a_table_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="cases_by_sex"):
        _kept("bars", _of_page(by_sex()), x="share", y="sex", finding=FINDING).figure({})


def test_files_are_named_after_their_table_and_counted_where_it_has_several():
    sex = _kept("bars", _of_page(by_sex()), x="n", y="sex", finding=FINDING)
    other = _kept("bars", _of_page(published({"a": ["甲"], "n": [1]}, id="b")), x="n", y="a", finding=FINDING)
    assert file_stems([sex, other, sex]) == ["01_cases_by_sex_1", "01_b", "01_cases_by_sex_2"]


def test_the_png_has_300_dots_per_inch_of_the_page(tmp_path):
    table = _of_page(by_sex())
    recipe = _kept("bars", table, x="share", y="sex", n="n", finding=FINDING)
    draw_files(recipe, {table.key: table.record(NOTEBOOK)}, tmp_path / "01_cases_by_sex")
    with Image.open(tmp_path / "01_cases_by_sex.png") as picture:
        assert round(picture.info["dpi"][0]) == 300
        assert picture.width > 2500
        assert set(picture.info) == {"dpi"}
    assert (tmp_path / "01_cases_by_sex.svg").read_bytes() == recipe.figure(
        {table.key: table.record(NOTEBOOK)}
    ).svg()


def test_a_part_of_a_table_is_kept_as_its_rows_with_their_mask_and_comes_back_as_nothing_else():
    table = _of_page(by_sex(hide=[(1, "n")]))
    part = table.where(sex=[table.frame["sex"].iloc[1], table.frame["sex"].iloc[0]])
    (again,) = (_filled(value, {table.key: table.record(NOTEBOOK)}) for value in _kept("bars", part).tables)
    pd.testing.assert_frame_equal(again.frame, part.frame, check_dtype=False)
    pd.testing.assert_frame_equal(again.hidden, part.hidden)
    assert (again.rows, again.key) == ((0, 1), table.key)
