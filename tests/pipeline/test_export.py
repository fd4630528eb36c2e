"""What is written beside the pages for other programs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.report.tables_of import by_sex
from ujo_lib.pipeline import export
from ujo_lib.pipeline.export import dated
from ujo_lib.report.look.drawings import Recipe


def test_a_document_of_pages_without_a_date_has_that_of_the_run_and_is_written():
    """`ujo word` ended in a traceback where `created_on` was left empty."""
    finished = "2024-11-02T03:04:05+09:00"
    assert dated("2024-10-31", finished) == datetime(2024, 10, 31)
    assert dated("", finished) == datetime(2024, 11, 2)


@pytest.fixture
def pages(monkeypatch) -> list[SimpleNamespace]:
    """Two finished pages: one with a figure and a table, one that shows the other's table in two figures."""
    first, second = (by_sex().record(notebook) for notebook in ("01_survey", "02_consultations"))
    table = first.published()
    call = {"x": "share", "y": "sex", "finding": "男性が{share[男性]}。"}
    bars = {"recipe": Recipe.of("bars", [table], call).to_plain()}
    marks = {"first": [{"table": table.key}, bars], "second": [bars, bars]}
    monkeypatch.setattr(export, "marks_on", marks.__getitem__)
    return [
        SimpleNamespace(notebook=name, records=lambda record=record: [record])
        for name, record in (("first", first), ("second", second))
    ]


def exported(pages: list[SimpleNamespace], folder: Path) -> export.Exported:
    with ThreadPoolExecutor(1) as pool:
        return export._export(pages, folder, pool)


def test_every_figure_of_an_audience_is_written_twice_from_the_tables_of_all_its_pages(pages, tmp_path):
    made = exported(pages, tmp_path / "release")
    assert made == export.Exported(tmp_path / "release", 3)
    names = sorted(file.name for file in made.folder.iterdir())
    assert names == sorted(f"01_cases_by_sex_{more}.{kind}" for more in (1, 2, 3) for kind in ("png", "svg"))
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_pictures_are_replaced_when_all_are_drawn_and_not_before(pages, tmp_path, monkeypatch):
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "old.svg").write_text("前の図", encoding="utf-8")
    left_over = tmp_path / ".release"
    left_over.mkdir()
    (left_over / "half.svg").write_text("中断した図", encoding="utf-8")
    drawn = []

    def stops(recipe: Recipe, records: object, stem: Path) -> None:
        drawn.append(stem)
        if len(drawn) == 3:
            raise OSError("disk full")
        stem.with_suffix(".svg").touch()

    with monkeypatch.context() as broken:
        broken.setattr(export, "draw_files", stops)
        with pytest.raises(OSError, match="disk full"):
            exported(pages, folder)
    assert [file.name for file in folder.iterdir()] == ["old.svg"]
    exported(pages, folder)
    assert not {"old.svg", "half.svg"} & {file.name for file in folder.iterdir()}


def test_a_figure_of_a_table_that_this_audience_has_not_is_not_drawn(pages, tmp_path):
    """A picture for outsiders is never drawn from the city's own tables."""
    with pytest.raises(KeyError):
        exported(pages[1:], tmp_path / "release")
    assert not (tmp_path / "release").exists()
