"""A file in the right place is a notebook of the suite; what it says of itself decides what becomes of it."""

import json
import re

import pytest

from ujo_lib.params import ParameterError, notebooks_of, notebooks_of_year, project_root
from ujo_lib.params.inputs import KINDS
from ujo_lib.params.notebooks import UnknownNotebookError, chosen, in_reading_order, sources_of, with_role


class Desk:
    """A project with nothing but notebooks and empty parameter files."""

    def __init__(self, root):
        self.root = root
        (root / "params/uki/fy2023").mkdir(parents=True)
        self.put("00_data", role="quality", required=True)
        self.put("05_summary", role="summary", reads=["*"], required=True)

    def put(self, name, folder="notebooks", tags=(), **says):
        file = self.root / folder / f"{name}.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        cell = {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": [f"# {name}\n", "問い"]}
        file.write_text(json.dumps({"cells": [cell], "metadata": {"ujo": says} if says else {}}))

    def ask_for(self, *names):
        for name in names:
            (self.root / f"params/uki/fy2023/{name}.yaml").write_text("", encoding="utf-8")

    def year(self):
        return notebooks_of_year(self.root, "uki", 2023)

    def names(self):
        return [notebook.name for notebook in self.year()]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def _refused(desk, *patterns):
    with pytest.raises(ParameterError) as refused:
        desk.year()
    for pattern in patterns:
        assert re.search(pattern, str(refused.value)), str(refused.value)


def test_a_notebook_belongs_to_the_years_that_have_parameters_for_it(desk):
    desk.put("07_housing", role="analysis")
    assert desk.names() == ["00_data", "05_summary"]
    desk.ask_for("07_housing")
    assert desk.names() == ["00_data", "05_summary", "07_housing"]


def test_a_notebook_that_is_required_belongs_to_every_year(desk):
    desk.put("01_survey", role="analysis", required=True)
    assert "01_survey" in desk.names()


def test_a_site_has_its_own_notebooks_and_no_other_site_has_them(desk):
    desk.put("07_harbour", folder="params/uki/notebooks", role="analysis")
    desk.ask_for("07_harbour")
    assert desk.year()[-1].file == desk.root / "params/uki/notebooks/07_harbour.ipynb"
    assert "07_harbour" not in [notebook.name for notebook in notebooks_of(desk.root, "wakaba")]


def test_a_scratch_notebook_is_nobodys_business_until_a_year_has_parameters_for_it(desk):
    desk.put("scratch")
    desk.put("07_trial")
    assert desk.names() == ["00_data", "05_summary"]
    desk.ask_for("07_trial")
    _refused(desk, r"07_trial\.ipynb の metadata の ujo の「role」.*必須")


def test_two_notebooks_with_one_number_are_both_named(desk):
    desk.put("07_housing", role="analysis")
    desk.put("07_harbour", folder="params/uki/notebooks", role="analysis")
    _refused(desk, "07_harbour、07_housing")


@pytest.mark.parametrize("role", ["summary", "quality"])
@pytest.mark.parametrize("times", [0, 1, 2])
def test_exactly_one_notebook_is_the_summary_and_one_tells_of_the_data(desk, role, times):
    (desk.root / "notebooks" / ("05_summary.ipynb" if role == "summary" else "00_data.ipynb")).unlink()
    for number in range(times):
        desk.put(f"1{number}_more", role=role, required=True)
    if times == 1:
        assert len(desk.year()) == 2
    else:
        _refused(desk, f"{role} のノートブックが1冊", r"\(なし\)" if times == 0 else "10_more、11_more")


@pytest.mark.parametrize(
    ("says", "patterns"),
    [
        ({"role": "chapter"}, ["role", "summary.*のいずれか"]),
        ({"role": "analysis", "dispensible": ["waves"]}, ["「dispensable」の書き間違い"]),
        ({"role": "analysis", "tags": ["needs-wave"], "dispensable": ["waves"]}, ["needs-wave "]),
    ],
)
def test_a_mistake_in_what_a_notebook_says_is_told_with_file_and_remedy(desk, says, patterns):
    desk.put("07_housing", **says)
    _refused(desk, r"07_housing\.ipynb", *patterns)


def test_readers_find_the_summary_first_and_the_state_of_the_data_last_whatever_the_numbers(desk):
    desk.put("08_annex", role="appendix", required=True)
    desk.put("09_more", role="analysis", required=True)
    desk.put("07_first", role="analysis", order="95", required=True)
    order = [notebook.name for notebook in in_reading_order(desk.year())]
    assert order == ["05_summary", "09_more", "07_first", "08_annex", "00_data"]


def test_the_one_notebook_of_a_role_is_found_wherever_it_stands(desk):
    both = [with_role(desk.year(), role).name for role in ("quality", "summary")]
    assert both == ["00_data", "05_summary"]


def test_a_cell_gives_way_to_the_absence_of_the_kind_that_it_needs_and_of_no_other(desk):
    desk.put("07_housing", role="analysis", dispensable=["ads", "cases"], required=True)
    file = desk.root / "notebooks/07_housing.ipynb"
    content = json.loads(file.read_text())
    content["cells"] += [
        {
            "cell_type": "code",
            "metadata": {"tags": tags},
            "source": [f'tally(asked, "{item}", form)\nplot(asked, "n")'],
        }
        for item, tags in (("sex", ["needs-ads"]), ("age", ["needs-cases"]), ("job", ["internal"]))
    ]
    file.write_text(json.dumps(content))
    housing = desk.year()[-1]
    assert [housing.questions(absent) for absent in ((), ("ads",), ("ads", "cases"))] == [
        ["sex", "age", "job"],
        ["age", "job"],
        ["job"],
    ]


@pytest.mark.parametrize("asked", ["2", "02", "\uff12", "02_when", "02_"])
def test_a_notebook_is_asked_for_by_number_or_by_the_beginning_of_its_name(desk, asked):
    desk.put("02_when", role="analysis", required=True)
    desk.put("20_other", role="analysis", required=True)
    assert [notebook.name for notebook in chosen(desk.year(), [asked])] == ["02_when"]


def test_an_unknown_notebook_is_named_with_those_there_are(desk):
    with pytest.raises(
        UnknownNotebookError, match="「99」というノートブックはありません。あるのは 00_data、05_summary"
    ):
        chosen(desk.year(), ["0", "99"])
    assert len(chosen(desk.year(), [])) == 2


def test_the_star_reads_all_that_read_nothing_and_a_name_that_is_not_there_has_a_nearest(desk):
    desk.put("07_housing", role="analysis", required=True)
    desk.put("08_again", role="analysis", reads=["07_housing"], required=True)
    data, summary, housing, again = desk.year()
    assert sources_of(summary, desk.year()) == [data, housing]
    assert sources_of(again, desk.year()) == [housing]
    desk.put("08_again", role="analysis", reads=["06_hosing"], required=True)
    with pytest.raises(ParameterError, match="「07_housing」の書き間違い"):
        sources_of(desk.year()[-1], desk.year())


def test_what_a_notebook_imports_is_read_from_its_cells_and_a_magic_line_hides_only_its_own_cell(desk):
    file = desk.root / "notebooks/05_summary.ipynb"
    sources = ["%matplotlib inline", "import pandas as pd\nfrom ujo_lib import report", "from math import pi"]
    content = json.loads(file.read_text())
    content["cells"] += [{"cell_type": "code", "metadata": {}, "source": [one]} for one in sources]
    file.write_text(json.dumps(content))
    assert desk.year()[-1].imports == ["pandas", "ujo_lib", "ujo_lib.report", "math", "math.pi"]


def test_the_page_on_the_data_and_so_the_check_reads_every_kind_that_a_year_can_have():
    (quality,) = (one for one in notebooks_of(project_root(), "sample") if one.says.role == "quality")
    assert set(quality.kinds) == set(KINDS)


@pytest.mark.parametrize(("inputs", "kinds"), [(["*"], KINDS), (["ads"], ("ads",)), ([], ())])
def test_a_star_among_inputs_is_every_kind(desk, inputs, kinds):
    desk.put("07_all", role="analysis", inputs=inputs, required=True)
    assert desk.year()[-1].kinds == kinds


def test_a_notebook_is_called_by_the_first_line_of_its_first_cell(desk):
    desk.put("07_homes", role="analysis")
    desk.ask_for("00_data", "05_summary", "07_homes")
    assert [notebook.title for notebook in desk.year()] == ["00_data", "05_summary", "07_homes"]


@pytest.mark.parametrize(("tag", "meant"), [
    ("intenal", "internal"), ("Internal", "internal"), ("internal ", "internal"), ("overviews", "overview"),
    ("internal", ""), ("injected-parameters", ""), ("raises-exception", ""), ("hide-input", ""),
])  # fmt: skip
def test_a_slip_in_a_tag_does_not_put_a_cell_for_the_city_on_the_released_page(desk, tag, meant):
    desk.put("07_housing", role="analysis", tags=[tag])
    desk.ask_for("07_housing")
    if meant:
        _refused(desk, f"値 {tag} .*「{meant}」の書き間違い")
    else:
        assert "07_housing" in desk.names()


@pytest.mark.parametrize(("kind", "source", "refused"), [
    ("markdown", "# 住まい", ""), ("markdown", "#住まい\n問い", ""), ("markdown", "", "題がない"),
    ("markdown", "# ", "題がない"), ("markdown", "問い", "題がない"), ("code", "# 住まい", "題がない"),
    ("raw", "# 住まい", "題がない"),
    ("markdown", "# 住まい\n![図](attachment:a.png)", "画像のない"),
    ("markdown", "# 住まい\n![](https://x.jp/a.png)", "画像のない"),
    ("markdown", "# 住まい\n本当![1](a.png)", "画像のない"), ("markdown", "# 住まい\n[表](#a)!", ""),
])  # fmt: skip
def test_a_notebook_has_a_title_and_no_pasted_picture(desk, kind, source, refused):
    """An empty first cell and an attachment ended in a traceback, a line of code stood on the cover."""
    desk.put("07_housing", role="analysis")
    desk.ask_for("07_housing")
    file = desk.root / "notebooks/07_housing.ipynb"
    content = json.loads(file.read_text())
    content["cells"][0] |= {"cell_type": kind, "source": [source]}
    file.write_text(json.dumps(content))
    if refused:
        _refused(desk, refused)
    else:
        assert desk.year()[-1].title == "住まい"
