"""`ujo notebook new` and `sync`: a notebook that works at once, and cells that say what their models say."""

import json

import pytest
import yaml

from ujo_lib.cli import main
from ujo_lib.cli.common import DONE, WRONG_PARAMETERS
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.params import notebooks_of, notebooks_of_year, read_settings
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.readiness import undecided
from ujo_lib.setup import SetupError, new_notebook_for, notebooks, set_up_year, synchronise


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_new_notebook_belongs_to_its_year_and_its_parameters_are_valid(root, kind):
    made = new_notebook_for(root, "07_housing", "sample", 2023, kind)
    assert made == [root / "notebooks/07_housing.ipynb", root / "params/sample/fy2023/07_housing.yaml"]
    notebook = notebooks_of_year(root, "sample", 2023)[-1]
    assert (notebook.name, notebook.says.role, notebook.kinds) == ("07_housing", "analysis", (kind,))
    settings = read_settings(notebook, root / "params/sample/fy2023")
    assert settings.split_by in [column.name for column in SCHEMAS[kind].columns]
    assert synchronise(root) == []
    cells = json.loads(made[0].read_text(encoding="utf-8"))["cells"]
    assert [cell["cell_type"][0] for cell in cells] == list("mcccmcm")
    assert [cell["id"] for cell in cells] == [f"cell-{number:02d}" for number in range(1, 8)]
    assert len({"".join(cell["source"]) for cell in cells}) == 7  # none twice
    assert "".join(cells[0]["source"]).startswith("# housing\n")
    # The days of the contacts are those of no other kind.
    loaded = "".join(cells[3]["source"])
    of_year = kind in ("cases", "commissioners", "residents")
    assert ("dated=True" in loaded) == (kind == "consultations")
    assert ("period=settings.year.label" in loaded, 'period="資料の全期間"' in loaded) == (
        of_year, not of_year and kind != "consultations"
    )  # fmt: skip


def test_what_a_new_notebook_leaves_to_be_written_keeps_a_release_back_until_it_is(root):
    file, _ = new_notebook_for(root, "07_housing", "sample", 2023, "consultations", own=True)
    year = SiteYear(root, "sample", 2023)
    told = [line for line in undecided(year) if "07_housing" in line]
    assert [line.split(":")[0] for line in told] == [
        f"params/sample/notebooks/07_housing.ipynb の {number} 番目のセル" for number in (1, 5)
    ]
    file.write_text(file.read_text(encoding="utf-8").replace("要確認: ", ""), encoding="utf-8")
    assert not [line for line in undecided(year) if "07_housing" in line]


def test_one_whose_making_was_interrupted_is_made_by_the_same_command(root, monkeypatch):
    """The notebook stood without parameters, took part in no run, and its number was taken."""

    def killed(file, text):
        file.write_text(text, encoding="utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(notebooks, "write_atomically", killed)
        with pytest.raises(KeyboardInterrupt):
            new_notebook_for(root, "07_housing", "sample", 2023, "cases")
    assert all(file.is_file() for file in new_notebook_for(root, "07_housing", "sample", 2023, "cases"))


def test_without_place_and_year_it_is_for_the_newest_year_of_the_sample(root, capsys):
    assert main(["notebook", "new", "07_housing"]) == DONE
    printed = capsys.readouterr()
    assert printed.out.split() == ["notebooks/07_housing.ipynb", "params/sample/fy2023/07_housing.yaml"]
    assert "ujo run sample 2023 --only 07" in printed.err


def test_a_place_can_keep_it_to_itself_and_takes_it_along_into_the_next_year(root, wakaba):
    assert main(["notebook", "new", "07_harbour", "wakaba", "2024", "--own"]) == DONE
    assert (root / "params/wakaba/notebooks/07_harbour.ipynb").is_file()
    assert "07_harbour" not in [notebook.name for notebook in notebooks_of(root, "sample")]
    set_up_year(root, "wakaba", 2025)
    assert notebooks_of_year(root, "wakaba", 2025)[-1].name == "07_harbour"


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("05_again", "cases", "番号 05 は 05_annual_summary が使っています"),
        ("housing", "cases", "07_housing のように"),
        ("07-housing", "cases", "07_housing のように"),
        ("07_housing", "caes", "あるのは commissioners、cases"),
    ],
)
def test_a_name_or_input_that_cannot_be_is_told_before_anything_is_written(root, name, kind, told):
    before = sorted(root.rglob("*"))
    with pytest.raises(SetupError, match=told):
        new_notebook_for(root, name, "sample", 2023, kind)
    assert sorted(root.rglob("*")) == before


def test_a_year_that_is_not_prepared_is_told(root, capsys):
    assert main(["notebook", "new", "07_housing", "sample", "2030"]) == WRONG_PARAMETERS
    assert "ujo new-year sample 2030" in capsys.readouterr().err


def test_sync_brings_cell_and_yaml_back_to_the_model_and_leaves_the_rest(root):
    file = root / "notebooks/00_data_quality.ipynb"
    common = root / "params/sample/fy2023/common.yaml"
    right, written = file.read_text(encoding="utf-8"), common.read_text(encoding="utf-8")
    file.write_text(right.replace("max_rows_shown: int = 50", "rows: int = 40"), encoding="utf-8")
    kept = "".join(line for line in written.splitlines(keepends=True) if not line.startswith("seed:"))
    common.write_text(kept, encoding="utf-8")
    assert sorted(synchronise(root)) == sorted([file, common])
    assert file.read_text(encoding="utf-8") == right
    text = common.read_text(encoding="utf-8")
    assert text.startswith(kept)
    assert yaml.safe_load(text)["seed"] == 2023
    assert synchronise(root) == []


def test_sync_leaves_alone_what_a_notebook_without_a_model_says_of_its_own_parameters(root):
    file, parameters = new_notebook_for(root, "07_housing", "sample", 2023, "cases")
    content = json.loads(file.read_text(encoding="utf-8"))
    source = content["cells"][1]["source"]
    content["cells"][1]["source"] = ["rooms: int = 3    # 部屋\n", *source[:-1]]
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    assert synchronise(root) == [file, parameters]
    assert yaml.safe_load(parameters.read_text(encoding="utf-8"))["rooms"] == 3
    assert json.loads(file.read_text(encoding="utf-8"))["cells"][1]["source"] == [
        "rooms: int = 3    # 部屋\n",
        *source,
    ]


def test_a_day_in_the_parameters_of_a_dropped_in_notebook_is_asked_about_in_the_next_year(root):
    _, parameters = new_notebook_for(root, "07_housing", "sample", 2023, "cases")
    parameters.write_text('opened: "2023-04-01"\nrooms: 3\n', encoding="utf-8")
    set_up_year(root, "sample", 2024)
    lines = (root / "params/sample/fy2024/07_housing.yaml").read_text(encoding="utf-8").splitlines()
    assert ["要確認: この年度の値か" in line for line in lines] == [True, False]


@pytest.mark.parametrize(
    ("kind", "column"),
    [("commissioners", "target_group"), ("voices", "voice"), ("residents", "sex"), ("waves", "comparable"),
     ("national_hourly", "date")],
)  # fmt: skip
def test_a_new_notebook_splits_its_table_by_the_first_column_of_answers_or_where_there_is_none_by_the_first(
    root, kind, column
):
    _, parameters = new_notebook_for(root, "07_housing", "sample", 2023, kind)
    assert yaml.safe_load(parameters.read_text(encoding="utf-8")) == {"split_by": column}


@pytest.mark.parametrize(
    ("kind", "chooses"),
    [("cases", "survey.distinct"), ("commissioners", 'asked["responded"]'), ("consultations", "[settings.desk]"),
     ("residents", "answered_among")],
)  # fmt: skip
def test_a_new_notebook_counts_the_same_people_under_the_same_name_as_the_pages_that_count_them(
    root, kind, chooses
):
    file, _ = new_notebook_for(root, "07_housing", "sample", 2023, kind)
    code = "".join("".join(cell["source"]) for cell in json.loads(file.read_text(encoding="utf-8"))["cells"])
    assert f'population="{kind}"' in code
    assert chooses in code


def test_a_new_notebook_counts_people_that_no_other_page_counts_under_its_own_name(root):
    file, _ = new_notebook_for(root, "07_housing", "sample", 2023, "ads")
    assert 'population=\\"07_housing\\"' in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("said", "desk"), [("県の窓口", "県の窓口"), ("", "全国窓口")])
def test_a_new_notebook_of_consultations_counts_the_desk_of_its_year(root, said, desk):
    written = root / "params/sample/fy2023/02_consultation_seasonality.yaml"
    kept = [line for line in written.read_text(encoding="utf-8").splitlines() if not line.startswith("desk:")]
    written.write_text("\n".join([*kept, f"desk: {said}"] if said else kept), encoding="utf-8")
    _, parameters = new_notebook_for(root, "07_housing", "sample", 2023, "consultations")
    assert yaml.safe_load(parameters.read_text(encoding="utf-8")) == {"split_by": "age_band", "desk": desk}
