"""A parameters cell is written from its model, and is the model of a notebook that has no other."""

import sys
from pathlib import Path

import pytest
from papermill.inspection import _infer_parameters
from papermill.iorw import load_notebook_node
from pydantic.fields import FieldInfo

from tests.pipeline.conftest import write_notebook
from ujo_lib.params import (
    NotebookSettings,
    ParameterError,
    QualitySettings,
    SeasonalitySettings,
    load_settings,
    notebooks_of,
    project_root,
    settings_model,
    settings_of,
)
from ujo_lib.params.cell import _WIDTH, COMMON, _line, written_cell, yaml_line

OWN = """\
rooms: int = 3  # 部屋の数
rent: float = 5.5
names: list[str] = ["#1"]  # 呼び方
groups: dict[str, str] = {
    "a": "b",
}  # まとめ方
open_now = True  # いま開いているか
notes_file: str = "data/notes.yaml"  # 覚え書き"""
COMMON_YAML = Path("params/sample/fy2023/common.yaml")


@pytest.fixture
def housing(tmp_path, monkeypatch):
    """A project whose only notebook declares its parameters in its cell."""
    (tmp_path / "params").mkdir()
    monkeypatch.chdir(tmp_path)

    def write(own=OWN):
        cell = f"{own}\n{written_cell(NotebookSettings)}"
        write_notebook(tmp_path / "notebooks/07_housing.ipynb", {"role": "analysis"}, cell)
        (notebook,) = notebooks_of(tmp_path, "sample")
        return notebook

    return write


def test_its_own_parameters_stand_first_and_each_has_its_meaning():
    lines = written_cell(QualitySettings).splitlines()
    assert lines[0] == "max_rows_shown: int = 50  # 問題・修復の一覧に載せる行数の上限"
    assert lines[1] == COMMON
    assert lines[2].startswith('site: str = "sample"  # ')


def test_the_types_name_what_papermill_can_show():
    text = written_cell(SeasonalitySettings)
    assert 'staffing_scope: str = "prefecture"' in text
    assert "night_hours: list[int] = [22, 23]" in text
    assert "contacts: dict[str, str] = {}" in text


def test_words_of_a_default_are_written_as_people_write_them():
    assert 'site_name: str = "宇城市"  # 自治体の名称' in written_cell(NotebookSettings).splitlines()
    line = yaml_line("site_name", NotebookSettings.model_fields["site_name"])
    assert line == 'site_name: "宇城市"  # 自治体の名称'


@pytest.mark.parametrize(
    ("kind", "more", "lines"),
    [(list, -1, 1), (list, 0, 1), (list, 1, 4), (dict, 0, 1), (dict, 1, 4), (str, 1, 1)],
)
def test_a_list_or_mapping_too_long_for_a_line_has_one_entry_a_line(kind, more, lines):
    def of(letters):
        word = "x" * letters
        default = {list: [word, "y"], dict: {word: "z", "y": "z"}, str: word}[kind]
        return _line("names", FieldInfo(annotation=kind, default=default, description="m"))

    written = of(_WIDTH - len(of(0)) + more)
    assert written.count("\n") + 1 == lines
    assert written.startswith(f"names: {kind.__name__} = ")
    assert written.endswith({1: written, 4: '",\n' + {list: "]", dict: "}", str: ""}[kind] + "  # m"}[lines])
    if kind is list and lines == 4:
        assert written.splitlines()[2] == '    "y",'


def test_a_cell_without_a_model_gives_types_defaults_meanings_and_files(housing):
    model = settings_model(housing())
    assert {name: field.description for name, field in model.model_fields.items()}["rooms"] == "部屋の数"
    settings = model()
    assert (settings.rooms, settings.rent, settings.names, settings.open_now) == (3, 5.5, ["#1"], True)
    assert settings.groups == {"a": "b"}
    assert model.file_names() == ["notes_file"]
    assert settings.notebook == "07_housing"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("roms: 4", "「rooms」の書き間違い"),
        ("rooms: four", "整数"),
        ("names: [1]", "文字列"),
        ("treshold: 3", "「threshold」の書き間違い"),
    ],
)
def test_a_wrong_key_or_value_of_such_a_notebook_is_told_like_any_other(housing, tmp_path, line, told):
    file = tmp_path / "07_housing.yaml"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(ParameterError, match=told):
        load_settings(settings_model(housing()), file)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("rooms: int = len('abc')", "rooms.*書き下した値"),
        ("rooms: Number = 3", r"\(型\).*Number"),
        ("import os", "「1行目」.*名前: 型 = 値"),
        ("rooms: int = ", "「1行目」.*代入文"),
        ("path: str = ''", "「path」.*ほかの名前"),
    ],
)
def test_a_cell_that_cannot_be_read_says_where_and_what_it_should_hold(housing, own, told):
    with pytest.raises(ParameterError, match=rf"07_housing\.ipynb の{told}|07_housing\.ipynb の「?{told}"):
        settings_model(housing(own))


def test_a_running_notebook_gets_its_settings_by_name(housing):
    housing()
    told = settings_of("07_housing", {"rooms": 4, "In": ["# Parameters\nrooms = 4\n"]})
    assert (told.rooms, told.notebook) == (4, "07_housing")
    with pytest.raises(ParameterError, match="roms"):
        settings_of("07_housing", {"roms": 4, "In": ["# Parameters\nroms = 4\n"]})


def test_a_misspelt_parameter_in_the_cell_itself_is_no_silent_default(housing):
    """`treshold: int = 3` ran with a threshold of 5, and nobody was told."""
    housing()
    cell = "rooms: int = 4\nsite: str = 'sample'\ntreshold: int = 3  # 伏せる数"
    told = {"rooms": 4, "site": "sample", "treshold": 3}
    with pytest.raises(ParameterError, match=r"treshold.*「threshold」の書き間違い"):
        settings_of("07_housing", {**told, "In": ["", cell, "x = 1"]})
    mended = cell.replace("tresh", "thresh")  # run again; the former cell stays in the history
    told = {"rooms": 4, "site": "sample", "threshold": 3, "treshold": 3}
    assert settings_of("07_housing", {**told, "In": ["", cell, mended]}).threshold == 3


def test_papermill_explains_the_parameters_of_a_generated_cell(tmp_path):
    file = write_notebook(tmp_path / "02_x.ipynb", {}, written_cell(SeasonalitySettings))
    told = {one.name: one.help for one in _infer_parameters(load_notebook_node(str(file)))}
    assert told == {name: field.description for name, field in SeasonalitySettings.model_fields.items()}


# --- another place in JupyterLab ---


def _cell(model, **changed):
    return {name: field.default for name, field in model.model_fields.items()} | changed


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A copy of the sample's parameters and notebooks with a second place, whose threshold is 10."""
    import shutil

    root = project_root(Path(__file__).parent)
    shutil.copytree(root / "params/sample/fy2023", tmp_path / "params/wakaba/fy2024")
    shutil.copytree(root / "notebooks", tmp_path / "notebooks")
    common = tmp_path / "params/wakaba/fy2024/common.yaml"
    text = common.read_text(encoding="utf-8")
    for old, new in (("threshold: 5", "threshold: 10"), ("宇城市", "若葉市"), ("seed: 2023", "seed: 77")):
        assert old in text
        text = text.replace(old, new)
    common.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_another_place_needs_its_name_and_year_only_and_the_notebook_says_what_it_took(elsewhere, capsys):
    settings = QualitySettings.from_cell(_cell(QualitySettings, site="wakaba", fiscal_year="R6"))
    assert (settings.site_name, settings.threshold, settings.seed) == ("若葉市", 10, 77)
    assert settings.year.year == 2024
    said = capsys.readouterr().out
    assert "params/wakaba/fy2024 のパラメーターを使います" in said
    assert "threshold" in said


def test_a_value_changed_in_the_cell_wins_over_the_file_of_the_place(elsewhere):
    cell = _cell(QualitySettings, site="wakaba", fiscal_year="2024", threshold=3)
    assert QualitySettings.from_cell(cell).threshold == 3


def test_a_value_given_to_papermill_wins_even_where_it_is_the_default(elsewhere):
    cell = _cell(QualitySettings, site="wakaba", fiscal_year="2024")
    cell["In"] = ['# Parameters\nsite = "wakaba"\nfiscal_year = "2024"\nthreshold = 5\n']
    settings = QualitySettings.from_cell(cell)
    assert (settings.threshold, settings.seed) == (5, 77)


def test_for_the_place_of_the_defaults_the_cell_alone_counts(elsewhere, capsys):
    assert QualitySettings.from_cell(_cell(QualitySettings)).threshold == 5
    assert capsys.readouterr().out == ""


def test_a_place_without_files_is_told_and_nothing_is_taken_from_the_sample(elsewhere):
    for place in ({"site": "nowhere"}, {"fiscal_year": 1999}, {"site": ["nowhere"]}, {"site": ""}):
        with pytest.raises(ParameterError, match=r"site、fiscal_year.*params にあるもの\(.*ujo new-year"):
            QualitySettings.from_cell(_cell(QualitySettings, **place))


def test_jupyter_shows_the_sentence_and_not_the_way_through_the_program(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # a shell puts its own there
    with pytest.raises(ParameterError) as refused:
        QualitySettings.from_cell({"max_rows_shown": 0})
    assert refused.value._render_traceback_() == [str(refused.value)]
    shell = InteractiveShell()
    shown = []
    shell._showtraceback = lambda kind, value, lines: shown.extend([kind, *lines])
    shell.run_cell(
        "from ujo_lib.params import QualitySettings\nQualitySettings.from_cell({'max_rows_shown': 0})"
    )
    assert shown == [ParameterError, str(refused.value)]
