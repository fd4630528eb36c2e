"""The document that the cabinet office goes on writing in: structure that Word knows, and alt texts."""

import io
import zipfile
from datetime import datetime

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.report.tables_of import by_sex
from ujo_lib.report.look import figures
from ujo_lib.report.look.tables import table_html
from ujo_lib.report.sheets.word import document

DAY = datetime(2024, 10, 31)
SHOWN = by_sex(hide=[(1, "n"), (1, "share")])
FIGURE = figures.bars(SHOWN, x="share", y="sex", finding="男性が多い。")
PAGE = f"""<!DOCTYPE html><html lang="ja"><head><title>概要版 | 報告書</title><style>p{{}}</style></head><body>
<a class="skip">本文へ移動</a><header><p class="report">報告書</p>
<h1>概要版</h1><dl class="facts"><div><dt>年度</dt><dd>令和5年度</dd></div></dl>
<ul class="banners"><li><strong>合成データ</strong><span>実在しない</span></li></ul>
<nav><a>表紙</a></nav></header><main><section><h2>文</h2><p>前書き</p></section>
<ol><li><div><p>男性は17人。</p><p class="circumstances">25人のうち</p></div></li></ol>
{FIGURE.to_html()}{table_html(SHOWN)}
<ul><li><strong>何人か</strong><span>分からない</span>
<span><b>次にすること</b> 尋ねる</span></li></ul><!-- note --></main>
<footer><section><h2>相談窓口</h2></section></footer></body></html>"""


def _made() -> bytes:
    return document(PAGE, [FIGURE.png(100)], DAY)


@pytest.fixture(scope="module")
def word():
    return Document(io.BytesIO(_made()))


def test_headings_and_lists_are_those_of_word(word):
    said = [
        (one.style.name, one.text.strip())
        for one in word.paragraphs
        if one.style.name != "Caption" and one.text
    ]
    assert said[:5] == [
        ("Normal", "報告書"),
        ("Title", "概要版"),
        ("List Bullet", "年度: 令和5年度"),
        ("List Bullet", "合成データ 実在しない"),
        ("Heading 1", "文"),
    ]
    assert ("List Number", "男性は17人。 \n25人のうち") in said
    assert ("List Bullet", "何人か 分からない \n次にすること 尋ねる") in said
    assert said[-1] == ("Heading 1", "相談窓口")


def test_what_a_point_is_about_stands_out_and_a_caption_stays_with_its_table(word):
    (point,) = [one for one in word.paragraphs if one.text.startswith("何人か")]
    assert [run.text for run in point.runs if run.bold] == ["何人か ", "次にすること "]
    captions = [one for one in word.paragraphs if one.style.name == "Caption"]
    assert captions[0].text.rstrip().endswith("\n男性が多い。")
    assert [one.paragraph_format.keep_with_next for one in captions] == [True, True]
    assert not point.paragraph_format.keep_with_next


def test_a_table_is_a_table_with_a_repeated_heading_and_the_x_of_the_page(word):
    (table,) = word.tables
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert [row[:2] for row in cells] == [
        ["性別", "人数(人)"],
        ["男性", "17"],
        ["女性", "x"],
        ["無回答", "-"],
    ]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert "w:tblHeader" not in table.rows[1]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)


@pytest.mark.parametrize(("length", "share"), [(11, 12), (12, 12), (13, 13), (39, 39), (40, 40), (41, 40)])
def test_a_column_of_sentences_is_wider_than_one_of_numbers_and_the_table_as_wide_as_the_sheet(length, share):
    page = PAGE.replace(table_html(SHOWN), f"<table><tr><th>値</th><td>{'あ' * length}</td></tr></table>")
    (table,) = Document(io.BytesIO(document(page, [FIGURE.png(100)], DAY))).tables
    narrow, wide = (cell.width.mm for cell in table.rows[0].cells)
    assert wide / narrow == pytest.approx(share / 12, rel=0.01)
    assert narrow + wide == pytest.approx(170, abs=0.1)


def test_a_figure_is_a_picture_across_the_sheet_that_says_what_it_shows(word):
    (picture,) = word.inline_shapes
    assert picture._inline.docPr.get("descr") == FIGURE.alt
    assert picture.width.mm == pytest.approx(170, abs=0.1)


def test_links_styles_and_numbers_that_unfold_stay_on_the_page(word):
    text = "".join(one.text for one in word.paragraphs)
    assert not [word for word in ("表紙", "本文へ", "p{}", "数値を表で見る", "note") if word in text]


def test_the_same_page_gives_the_same_bytes_and_names_nobody(word):
    assert _made() == _made()
    about = word.core_properties
    assert (about.title, about.author, about.comments, about.created.date()) == (
        "概要版 | 報告書",
        "",
        "",
        DAY.date(),
    )
    with zipfile.ZipFile(io.BytesIO(_made())) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_figure_without_its_picture_is_no_document():
    with pytest.raises(ValueError, match="argument"):
        document(PAGE, [], DAY)


def test_each_sheet_says_what_it_is_of_and_how_it_may_be_handled_and_its_language_is_japanese(word):
    assert word.sections[0].header.paragraphs[0].text == "概要版 | 報告書 | 合成データ"
    fields = [part.get(qn("w:instr")) for part in word.sections[0].footer._element.iter(qn("w:fldSimple"))]
    assert (fields, word.sections[0].footer.paragraphs[0].text) == (["PAGE", "NUMPAGES"], " / ")
    assert word.core_properties.title == "概要版 | 報告書"
    (language,) = word.styles.element.iter(qn("w:lang"))
    assert language.get(qn("w:eastAsia")) == "ja-JP"


def test_the_sheet_is_a4_with_two_centimetres_around(word):
    """A printer of an office asks for another tray where a document is a millimetre off."""
    section = word.sections[0]
    assert [round(side.mm, 1) for side in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    assert [round(side.mm, 1) for side in margins] == [20] * 4


def test_letters_are_of_one_font_for_japanese_too_and_larger_for_what_stands_above(word):
    sizes = {
        "Title": 20,
        "Heading 1": 14,
        "Heading 2": 12,
        "Caption": 10,
        "Normal": 10.5,
        "List Bullet": 10.5,
    }
    styles = {name: word.styles[name] for name in sizes}
    assert {name: style.font.size.pt for name, style in styles.items()} == sizes
    assert {str(style.font.color.rgb) for style in styles.values()} == {"1A1A1A"}
    for style in styles.values():
        fonts = style.element.rPr.rFonts
        assert (style.font.name, fonts.get(qn("w:eastAsia"))) == ("游ゴシック", "游ゴシック")
        assert not [name for name in fonts.attrib if name.endswith("Theme")]


def test_a_row_that_lacks_a_cell_is_refused_instead_of_being_written_short():
    page = PAGE.replace(
        table_html(SHOWN), "<table><tr><th>値</th><td>1</td></tr><tr><th>値</th></tr></table>"
    )
    with pytest.raises(ValueError, match="argument"):
        document(page, [FIGURE.png(100)], DAY)
