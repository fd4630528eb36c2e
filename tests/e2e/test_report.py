"""What leaves the house: every page whole, offline, accessible, marked, and free of anybody's words."""

import csv
import io
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
import yaml
from lxml import html
from openpyxl import load_workbook

from tests.conftest import REPOSITORY
from tests.e2e.conftest import HOUSE, Report, ujo
from tests.pipeline.letters import LEAST, smallest
from tests.report.look.browser import looks, needs_browser
from tests.report.sheets.machine_readable import check
from tests.report.sheets.test_metadata import faults
from tests.test_docs import COMMANDS, words
from ujo_lib.annual.compare import read_indicators
from ujo_lib.annual.released import read_released
from ujo_lib.fiscal import FiscalYear
from ujo_lib.pipeline.extracts import OVERVIEW
from ujo_lib.report.door.publish import NOT_SUPPLIED, TableRecord
from ujo_lib.text import strip_for_match

pytestmark = pytest.mark.slow

FILLER = re.compile(r"^(image|figure|plot|png|no description|図|グラフ)?\W*\d*$", re.IGNORECASE)


class Page(HTMLParser):
    """Collects what the tests ask about a page."""

    def __init__(self, file: Path):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_command_ends_with_the_path_of_the_cover(report: Report):
    assert Path(report.printed.splitlines()[-1]) == report.release / "index.html"
    assert [page.stem for page in report.pages] == sorted([*HOUSE, "appendix", "index", "overview"])


def test_every_table_is_valid_where_others_take_it_up(report: Report):
    assert faults(report.release / "tables") == []


def test_every_table_of_contacts_that_years_are_compared_by_says_whose_desk_it_counts(report: Report):
    """Else a year of another desk is no 比較不可, and its contacts are told as more or fewer of the same."""
    released = read_released(report.release / "tables", FiscalYear(2023))
    indicators = read_indicators(REPOSITORY / "params/sample/fy2023/indicators.yaml")
    tables = {one.place.table for one in indicators if one.place.table.startswith(("02", "03"))}
    assert len(tables) >= 6
    assert [name for name in sorted(tables) if "全国窓口" not in released.about[name]["集計対象"]] == []


def test_no_page_refers_to_anything_outside_itself_and_its_neighbours(report: Report):
    places = {page.name: {attributes.get("id") for _, attributes in Page(page).tags} for page in report.pages}
    book = load_workbook(report.release / "統計表.xlsx", read_only=True)
    places["統計表.xlsx"] = {f"'{name}'!A1" for name in book.sheetnames}
    neighbours = {file.relative_to(report.release).as_posix() for file in report.release.rglob("*.*")}
    for file in report.pages:
        page = Page(file)
        assert not [tag for tag, _ in page.tags if tag in {"script", "link", "iframe", "object", "embed"}], (
            file.name
        )
        for _, attributes in page.tags:
            for name in ("src", "href", "data", "action", "poster", "srcset"):
                value = attributes.get(name) or "#"
                if value == "#" or value.startswith("data:image/"):
                    continue
                target, _, place = value.partition("#")
                assert not target or target in neighbours, (file.name, value[:80])
                assert not place or place in places[target or file.name], (file.name, value[:80])
        text = re.sub(r"data:[^\"')]+", "", file.read_text(encoding="utf-8"))
        assert not re.search(r"url\((?!#)|@import|https?:", text), file.name


def test_what_is_computed_from_every_cell_of_a_masked_table_stays_inside(report: Report):
    """The map's points are functions of the hidden counts."""
    tables = {audience: report.outputs / audience / "tables" for audience in ("internal", "release")}
    for name in ("03_map.csv", "03_map_axes.csv", "03_focus_sets.csv"):
        assert (tables["internal"] / name).is_file(), name
        assert not (tables["release"] / name).exists(), name


def test_every_table_of_contacts_says_their_days_so_that_few_of_them_stop_no_release(report: Report):
    """Whom no table dates are people asked once: fewer in all than the threshold refuse the whole release."""
    files = report.outputs.glob(".steps/internal-*/tables/*/*.json")
    records = [
        TableRecord.from_json(file.read_text(encoding="utf-8")) for file in files if file.name != NOT_SUPPLIED
    ]
    asked_once = {record.spec.subject.population for record in records if not record.spec.subject.days} - {
        None
    }
    assert asked_once == {"cases", "commissioners", "residents", "known_persons", "voices"}


def test_every_table_of_a_release_says_what_its_numbers_were_computed_from(report: Report):
    """Where a notebook forgets it, the table loses its numbers and this sentence stands below it."""
    for file in report.pages:
        assert "何から計算した数かの記載がないため" not in file.read_text(encoding="utf-8"), file.name


def test_a_release_page_holds_no_code_no_prompt_and_no_path(report: Report):
    for file in report.pages:
        text = file.read_text(encoding="utf-8")
        for trace in (
            'class="code"',
            "In [",
            "Out[",
            "import ",
            "Traceback",
            str(report.root),
            "/tmp/",
            "site-packages",
        ):
            assert trace not in text, (file.name, trace)


def test_every_page_says_that_the_data_are_synthetic_and_that_it_may_not_leave_yet(report: Report):
    for file in report.pages:
        text = file.read_text(encoding="utf-8")
        assert "合成データ" in text, file.name
        assert "秘匿審査前・配布不可" in text, file.name


def test_internal_pages_are_marked_for_the_city_only(report: Report):
    for file in sorted((report.outputs / "internal").glob("*.html")):
        assert "庁内限り" in file.read_text(encoding="utf-8"), file.name


def test_every_figure_says_in_words_what_it_shows_and_has_its_numbers_below(report: Report):
    figures = 0
    for file in report.pages:
        page = Page(file)
        images = [element for element in page.all("div") if element.get("role") == "img"]
        for image in images:
            figures += 1
            alt = image.get("aria-label") or ""
            assert len(alt) >= 20, (file.name, alt)
            assert not FILLER.match(alt), (file.name, alt)
        if file.name != OVERVIEW.file:  # its figures stand on other pages, with their numbers
            assert len(page.all("details")) >= len({image["aria-label"] for image in images}), file.name
    assert figures >= 10


def test_no_sentence_of_a_consultation_is_on_a_page_or_in_a_table(report: Report):
    said = "".join(
        strip_for_match(file.read_text(encoding="utf-8-sig"))
        for file in sorted(report.release.rglob("*"))
        if file.suffix in {".html", ".csv"}
    )
    with (report.root / "data/sample/fy2023/consultations.csv").open(encoding="cp932", newline="") as file:
        rows = list(csv.DictReader(file))
    (column,) = [name for name in rows[0] if name.startswith("相談本文")]
    for row in rows[::5]:
        text = strip_for_match(row[column])
        assert not any(text[at : at + 20] in said for at in range(0, max(1, len(text) - 20), 20)), row[
            "相談ID"
        ]


def test_the_workbooks_pass_the_fifteen_items_and_trace_every_page_that_says_a_number(report: Report):
    for folder in (report.outputs / "internal", report.release):
        content = (folder / "統計表.xlsx").read_bytes()
        assert check(content) == []
        book = load_workbook(io.BytesIO(content))
        tables = [
            file.stem for file in (folder / "tables").glob("0[0-6]_*.csv") if file.stem != "00_表の一覧"
        ]
        assert sorted(book.sheetnames[2:]) == sorted(tables)
        traced = [[cell.value for cell in row] for row in book["本文の数値"].iter_rows(min_row=7)]
        assert len({row[0] for row in traced}) == 7
        assert all(book[row[3]][row[4]].value is not None for row in traced)
        headings = [cell.value for name in tables for cell in book[name][11] if cell.value is not None]
        assert not [heading for heading in headings if re.fullmatch("[a-z_]+", heading)]


def _csv(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


def test_the_summary_checks_every_published_statement(report: Report):
    rows = _csv(report.outputs / "internal" / "tables" / "05_claims.csv")
    verdicts = {row["番号"]: row["判定"] for row in rows}
    assert len(verdicts) > 60
    assert {name for name, verdict in verdicts.items() if verdict == "不一致"} == KNOWN_TO_DIFFER


KNOWN_TO_DIFFER = {"S18", "L02"}
"""Statements that contradict the city's own other statements."""


def test_the_manifest_vouches_for_every_file_and_names_what_went_in(report: Report):
    manifest = json.loads((report.outputs / "manifest.json").read_text(encoding="utf-8"))
    made = {
        file.relative_to(report.outputs).as_posix()
        for folder in ("internal", "release")
        for file in (report.outputs / folder).rglob("*")
        if file.is_file()
    }
    assert set(manifest["files"]) == made
    assert manifest["verdict"] == "complete"
    assert any(
        name.startswith("input:data/sample/")
        for name in manifest["internal"]["01_survey_descriptives"]["parts"]
    )


def test_a_rerun_without_a_change_says_so_and_touches_nothing(copied: Report):
    before = {file: file.stat().st_mtime_ns for file in copied.release.rglob("*")}
    again = ujo("run", "sample", "2023", cwd=copied.root)
    assert "変更なし" in again.stderr
    assert {file: file.stat().st_mtime_ns for file in copied.release.rglob("*")} == before


def test_broken_input_ends_with_all_problems_in_japanese_and_the_old_report_in_place(copied: Report):
    root = copied.root
    file = root / "data/sample/site/survey_waves.csv"  # read by two notebooks: the others stay as they are
    text = file.read_text(encoding="utf-8-sig").replace("…,32,", "…,三十二,", 1)
    file.write_text(text.rstrip("\n") + "\n=x,,,,\n", encoding="utf-8-sig")
    old = (root / "outputs/sample/fy2023/release/index.html").read_bytes()
    checked = ujo("check", "sample", "2023", cwd=root)
    assert checked.returncode == 3
    assert "site/survey_waves.csv" in checked.stdout
    assert "三十二" in checked.stdout
    assert "直し方" in checked.stdout
    ran = ujo("run", "sample", "2023", cwd=root)
    assert ran.returncode == 3
    assert "Traceback" not in ran.stderr
    assert (root / "outputs/sample/fy2023/release/index.html").read_bytes() == old


NOT_ON_THE_COVER = (
    "ポアソン", "負の二項", "ホルム", "レイリー", "標準化残差", "VIF", "p値", "ブロックt", "庁内用", "パラメーター",
    "cp932", ".yaml", ".csv", "docs/",
)  # fmt: skip
"""Words of the analyst that nobody needs who reads the first page alone."""


def test_the_cover_speaks_without_the_words_of_the_analyst(report: Report):
    cover = (report.release / "index.html").read_text(encoding="utf-8")
    text = re.sub(r"<(style|script)[^>]*>.*?</\1>|<[^>]+>|data:[^\"')]+", " ", cover, flags=re.DOTALL)
    assert "県内からの相談は" in text
    assert not [word for word in NOT_ON_THE_COVER if word in text]


TECHNICAL = (
    "超幾何", "ホルム", "フィッシャー", "t分布", "有限母集団", "二項", "相関", "分散", "自由度", "F値",
    "残差", "有意", "最尤", "係数", "オッズ", "標準偏差", "四分位", "ベイズ", "尤度", "検定", "多重共線",
    "カイ二乗", "標準誤差", "検出力", "層別", "回帰", "率比", "p値", "MASE", "予測区間", "信頼区間",
    "信頼水準", "中央値", "クラスター", "ブートストラップ", "再標本化",
)  # fmt: skip
"""Words of the statistician; a page that uses one explains it, as itself or as a part of the term it belongs to."""
NAMES = {"フィッシャー"}
"""Those that name a method by its author, after words that explain it."""


def test_every_table_and_figure_that_the_cover_lists_leads_to_its_own_numbers(report: Report):
    cover = (report.outputs / "release/index.html").read_text(encoding="utf-8")
    listed = re.findall(r'<li><a href="[^"]+">([図表]\S+) ([^<]+)</a>(?: <a href="(tables/[^"]+)")?', cover)
    assert len(listed) > 100
    files = {number: file for number, _, file in listed}
    assert [number for number, file in files.items() if not file] == []
    # Age is asked of the cases of the survey and of those who write to the helpline.
    assert {files[number] for number, title, _ in listed if title == "年代"} == {
        "tables/01_cases_by_age.csv",
        "tables/02_age.csv",
    }


def test_every_technical_term_that_a_page_uses_is_explained_there(report: Report):
    for file in (page for page in report.pages if page.stem not in {"index", "overview"}):
        page = re.sub(
            r"<(style|script)[^>]*>.*?</\1>", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        explained = re.findall(r'<dt id="term-[^"]*">([^<]+)', page)
        text = re.sub(r'<dl class="glossary">.*?</dl>|<[^>]+>', " ", page, flags=re.DOTALL)
        used = {word for word in TECHNICAL if word in text} - NAMES
        assert {word for word in used if not any(word in term for term in explained)} == set(), file.name


NOT_IN_BRIEF = (
    *NOT_ON_THE_COVER,
    "残差",
    "検定",
    "モデル",
    "率比",
    "分散",
    "回帰",
    "自由度",
    "F値",
    "記号:",
    "コード",
)
"""Words that those who read nothing else do without: tests, models, files."""


def _overview(report: Report) -> Any:
    return html.fromstring((report.release / "overview.html").read_text(encoding="utf-8")).find(".//main")


def test_every_number_of_the_brief_is_that_of_a_cell(report: Report):
    main, book = _overview(report), load_workbook(report.release / "統計表.xlsx")
    rows = [[cell.value for cell in row] for row in book["本文の数値"].iter_rows(min_row=7)]
    shown = [
        one.text_content().strip() for one in main.xpath("//ol//p | //p[@lang='en'] | //*[@class='finding']")
    ]
    assert len(shown) == 13  # five sentences with their bases, two findings, the abstract
    tables = report.release / "tables"
    waves = {FiscalYear(int(row["年度"])).label for row in _csv(tables / "01_waves.csv")}
    periods = {row["対象期間"] for row in _csv(tables / "00_表の一覧.csv")} | waves
    english = {"fiscal year 2023", "2023-01-01 to 2023-12-31", "2024-02-20 to 2024-03-14"}
    for text in shown:
        left = text.replace("100%", "").replace("95% confidence interval", "")
        for _, said, value, sheet, cell, *_ in (row for row in rows if row[1] in text):
            figure = value.strip("「」")
            left = left.replace(figure, "", 1)
            known = book[sheet][cell].value
            ends = re.findall(r"\d[\d,]*(?:\.\d+)?", figure.replace("95%信頼区間", ""))
            assert known == figure or float(known) in [
                pytest.approx(float(end.replace(",", ""))) for end in ends
            ], said
        for period in sorted(periods | english, key=len, reverse=True):
            left = left.replace(period, "")
        assert not re.search(r"\d", left), left
    cells = [cell.value for name in ("02_months", "02_age_ideation") for row in book[name] for cell in row]
    drawn = {f"{cell:.{places}f}" for cell in cells if isinstance(cell, float | int) for places in (1, 2)}
    assert set(re.findall(r"\d+\.\d+", "".join(main.xpath("//div[@role='img']/@aria-label")))) <= drawn
    goals = {cell.value for row in book["05_goals"] for cell in row}
    for cell in main.xpath("//table//td"):
        assert cell.text_content() in goals


def test_the_brief_is_read_first_and_says_nothing_in_the_words_of_the_analyst(report: Report):
    cover = (report.release / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<ol class="pages">\s*<li><a href="([^"]+)"', cover) == ["overview.html"]
    main = _overview(report)
    text = " ".join([main.text_content(), *main.xpath("//@aria-label")])
    assert not [word for word in NOT_IN_BRIEF if word in text]
    headings = [one.text_content() for one in main.findall(".//h2")]
    assert headings == [
        "結果の要点",
        "この報告書から言えないことと、次にすること",
        "目標は測れたか",
        "English abstract",
    ]
    assert {"測定済", "未測定"} <= {cell.text_content() for cell in main.xpath("//td")}
    assert len(main.xpath("//div[@role='img']")) == 2


@pytest.mark.full
def test_the_brief_is_a_word_document_of_the_same_words(report: Report):
    for _ in range(2):
        made = ujo("word", "sample", "2023", cwd=report.root)
        assert made.returncode == 0, made.stderr
    file = report.outputs / "word" / "概要版.docx"
    assert made.stdout.strip() == str(file)
    word = docx.Document(str(file))
    headings = [one.text.strip() for one in word.paragraphs if one.style.name == "Heading 1"]
    assert headings[:4] == [one.text_content() for one in _overview(report).findall(".//h2")]
    assert "相談窓口" in headings
    assert len(word.inline_shapes) == 2
    assert len(word.tables) == 1


@needs_browser
@pytest.mark.full
def test_the_report_on_paper_is_tagged_has_an_outline_and_keeps_to_its_sheets(report: Report):
    made = ujo("pdf", "sample", "2023", cwd=report.root)
    assert made.returncode == 0, made.stderr
    first: dict[str, int] = {}
    for name, most in (("overview", 4), ("report", 45), ("appendix", 40)):
        with (
            pikepdf.open(report.outputs / "pdf" / "release" / f"{name}.pdf") as pdf,
            pdf.open_outline() as outline,
        ):
            assert len(pdf.pages) <= most, name
            assert pdf.Root.MarkInfo.Marked
            assert pdf.Root.StructTreeRoot.K
            assert min(smallest(Path(pdf.filename)).values()) >= (LEAST, 1), name
            sheets = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
            first |= {entry.title: sheets[entry.destination[0].objgen] for entry in outline.root}
    assert first["相談の内容: 何に悩んでいるか"] - first["相談の時期・時間帯と、必要な体制"] <= 10
    assert {"まとめ", "ひきこもり実態調査の集計", "市民調査", "データの状態", "技術付録"} <= first.keys()


GONE = {"00": 0, "01": 1, "02": 0, "03": 0, "04": 3, "05": 0, "06": 0}
"""How many headings of each page say what is missing in a first survey and a year without advertising; in a release
those of the appendix stand there."""


@pytest.mark.full
@pytest.mark.parametrize(("audience", "made"), [("internal", ["01", "04"]), ("release", list(GONE))])
def test_a_first_survey_and_a_year_without_advertising_lose_sections_and_no_page(
    copied: Report, audience: str, made: list[str]
):
    inputs = copied.root / "params/sample/fy2023/inputs.yaml"
    declared = yaml.safe_load(inputs.read_text(encoding="utf-8"))
    lacking = dict.fromkeys(("ads", "waves", "events", "media_use"), "この年度にはない")
    declared = {name: said for name, said in declared.items() if name not in lacking}
    inputs.write_text(
        yaml.safe_dump(declared | {"not_supplied": lacking}, allow_unicode=True), encoding="utf-8"
    )
    only: list[str] = []
    if audience == "internal":
        shutil.rmtree(copied.outputs)
        only = ["--only", *made]
    done = ujo("run", "sample", "2023", *only, cwd=copied.root)
    assert done.returncode == 0, done.stderr
    folder = copied.outputs / audience
    pages = {page.name[:2]: page.read_text(encoding="utf-8") for page in folder.glob("0*.html")}
    lost = {name: text.count("これを使う集計はありません") for name, text in pages.items()}
    gone = GONE | ({"01": 2} if audience == "internal" else {})
    assert lost == {name: gone[name] for name in made}
    assert "比べる過去の調査はありません。" in pages["01"]
    assert (
        "05" not in made
        or "以前の調査からの増減は、この報告書では分かりません。理由: この年度にはない。" in pages["05"]
    )
    tables = {file.stem for file in (folder / "tables").glob("*.csv")}
    assert {"04_city_effect", "04_prefecture_effect", "04_overlaps", "01_cases_by_sex"} <= tables
    assert not {"04_steps", "04_by_platform", "01_waves", "01_wave_changes", "04_evidence"} & tables


@pytest.mark.full
def test_without_national_tables_every_section_that_can_exist_exists_and_the_cover_denies_no_record(
    copied: Report,
):
    reason = "国の集計は届いていない"
    inputs = copied.root / "params/sample/fy2023/inputs.yaml"
    declared = yaml.safe_load(inputs.read_text(encoding="utf-8"))
    lacking = ("national_daily", "national_hourly", "national_attributes")
    for name in lacking:
        for file in declared.pop(name)["files"]:
            (copied.root / declared["data_dir"] / file).unlink()
    declared["not_supplied"] = dict.fromkeys(lacking, reason)
    inputs.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    done = ujo("run", "sample", "2023", cwd=copied.root)
    assert done.returncode == 0, done.stderr
    tables = {file.stem for file in (copied.release / "tables").glob("*.csv")}
    whole = {"totals", "bases", "usage", "months", "weekdays", "hours", "weekday_hours", "ratios", "forecast"}
    whole |= {"staffing_all", "sex", "age", "occupation", "topic", "lonely", "referred", "city_months"}
    assert {f"02_{name}" for name in whole} <= tables
    assert {"04_campaigns", "04_steps", "04_overlaps"} <= tables
    of_contacts = [name for name in tables if not name.startswith("06")]  # page 06 has the nation's survey
    gone = {"02_differences", "04_city_effect"}
    assert not [name for name in of_contacts if "nation" in name or name in gone]
    for page in copied.pages:
        if page.name[:2] in {"02", "04"}:
            assert f"({reason})" in page.read_text(encoding="utf-8")
    cover = (copied.release / "index.html").read_text(encoding="utf-8")
    assert "県内からの相談" in cover
    assert "相談の記録は、この年度にはありません" not in cover
    assert f"お知らせで相談が増えたかは、この報告書では分かりません。理由: {reason}。" in cover
    attributes = (copied.release / "tables" / "02_topic.csv").read_text(encoding="utf-8-sig")
    assert "全国" not in attributes.splitlines()[0]


def test_an_unknown_year_is_told_with_those_there_are(copied: Report):
    answer = ujo("run", "sample", "R9", cwd=copied.root)
    assert answer.returncode == 2
    assert "fy2023" in answer.stderr or "2023" in answer.stderr
    assert "Traceback" not in answer.stderr


SHOWS = {
    "sample": "合成データを作りました",
    "params sample 2023 --notebook 02": "night_hours: [22, 23]",
    "check sample 2023": "入力データの問題: 注意1件(2か所)",
    "run sample 2023 --only 02": "変更なし",
    "diff sample R1 R5": "比較不可",
    "word sample 2023": "outputs/sample/fy2023/word/概要版.docx",
    "pdf sample 2023": "outputs/sample/fy2023/pdf/release/report.pdf",
    "run sample 2023": "変更なし",
    "run sample 2023-h1": "outputs/sample/fy2023-h1/release/index.html",
    "check sample 2023 --json": '"severity"',
    "doctor sample 2023": "公表までに残っていること: 1 件",
    "run sample 2023 --only 02 --force --jobs 2": "完了",
    "release sample 2023": "outputs/sample/fy2023/release/checks.json",
    "sign sample 2023 若葉花子 緑太郎": "outputs/sample/fy2023/sample_fy2023_*.zip",
    "verify outputs/sample/fy2023/release": "若葉花子、緑太郎",
    "gate outputs/sample/fy2023/release --confidential data/sample/fy2023/consultations.csv": "",
    "export sample 2023": "outputs/sample/fy2023/figures/release/*.svg",
    "diff sample R1 2023 --csv": ",比較不可",
    "pdf sample 2023 --internal": "outputs/sample/fy2023/pdf/internal/report.pdf",
    "new-year sample 2023": "そろいました",
    "tag 相談.csv 主題.parquet --codebook params/codebook.yaml --depth --jobs 2 --encoding cp932": "主題.parquet",
    "prune sample 2023": "",
    "prune sample 2023 --signed": "",
    "notebook new 07_housing sample 2023": "notebooks/07_housing.ipynb",
    "params sample 2023": "# 05_annual_summary",
    "new-year sample 2024": "params/sample/fy2024/common.yaml",
    "tag 相談.csv 主題.csv": "主題.csv",
}
"""What each command must say, or the file it must leave behind."""


ON_THE_SAMPLE = dict.fromkeys(
    " ".join(words(line)[1:])
    for _, line in COMMANDS
    if re.search(r"ujo .*(sample|相談)", line) and "--all" not in line
)


@pytest.fixture(scope="module")
def desk(report: Report, tmp_path_factory) -> Path:
    """The project as it is after the report, where commands may change things, with one export of a chat desk."""
    root = tmp_path_factory.mktemp("desk") / "机の上"
    shutil.copytree(report.root, root)
    shutil.copy(root / "data/sample/fy2023/consultations.csv", root / "相談.csv")
    return root


@pytest.mark.full
@pytest.mark.parametrize(
    "line",
    [
        pytest.param(line, marks=[needs_browser] * line.startswith("pdf"))
        for line in sorted(ON_THE_SAMPLE, key="sample".__ne__)
    ],
)
def test_every_command_on_the_sample_that_the_documents_name_does_its_work(line: str, desk: Path):
    """Word for word, in the order of the documents; `SHOWS` has what each must leave behind or say."""
    if line.startswith("sample"):
        shutil.rmtree(desk / "data/sample")  # it makes the same files again, and the report is none the wiser
    done = ujo(*line.split(), cwd=desk)
    # Before the release, which the documents name later, the doctor has something left to say.
    assert done.returncode == (6 if line.startswith("doctor") else 0), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    shown = SHOWS[line]
    assert shown in done.stdout + done.stderr or list(desk.glob(shown)), (line, done.stdout, done.stderr)


@pytest.mark.skipif(
    shutil.which("make") is None, reason="no make: the documents name the commands to use instead"
)
def test_make_report_is_the_two_commands_this_report_was_made_with(report: Report):
    """The target itself also makes the environment, which `make test` has just done in the same way."""
    command = ["make", "--dry-run", "--old-file=.venv/.runtime", "report"]
    dry = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    # When make itself runs the tests, this make tells of the folders it enters and leaves, too.
    lines = [line for line in dry.stdout.splitlines() if not line.startswith("make")]
    assert lines[-2:] == [".venv/bin/ujo sample --quiet", ".venv/bin/ujo run sample 2023"]
    assert report.printed.strip().endswith("index.html")


@pytest.mark.full
@needs_browser
def test_axe_finds_no_violation_and_nothing_foreign_on_any_page(report: Report):
    """Every kind of figure and table is looked at in tests/report/look/test_pages_browser.py, which is no long one."""
    for page, look in looks(report.pages):
        assert not look.violations, (page.name, look.width)
        assert not look.requests, (page.name, look.width)
        assert look.overflow <= 1, f"{page.name} scrolls sideways at {look.width} px"
        assert look.width < 1280 or not look.cut, f"{page.name} cuts off {look.cut}"
