"""A finished folder takes its place, and the old one is never half gone."""

from pathlib import Path

from ujo_lib.pipeline.layout import SiteYear, replace_folder


def _folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "index.html").write_text(text, encoding="utf-8")
    return path


def test_a_new_folder_stands_where_the_old_one_stood(tmp_path):
    target = _folder(tmp_path / "release", "old")
    replace_folder(_folder(tmp_path / "new", "new"), target)
    assert (target / "index.html").read_text(encoding="utf-8") == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"]


def test_the_old_folder_can_be_kept(tmp_path):
    target = _folder(tmp_path / "release", "old")
    replace_folder(_folder(tmp_path / "new", "new"), target, keep_old_as=tmp_path / "releases" / "abc")
    assert (tmp_path / "releases" / "abc" / "index.html").read_text(encoding="utf-8") == "old"


def test_a_kept_folder_is_never_overwritten(tmp_path):
    kept = _folder(tmp_path / "releases" / "abc", "older")
    target = _folder(tmp_path / "release", "old")
    replace_folder(_folder(tmp_path / "new", "new"), target, keep_old_as=kept)
    assert (kept / "index.html").read_text(encoding="utf-8") == "older"
    assert (target / "index.html").read_text(encoding="utf-8") == "new"


def test_what_an_interrupted_replacement_left_aside_does_not_stop_the_next_one(tmp_path):
    _folder(tmp_path / ".release.old", "older")
    target = _folder(tmp_path / "release", "old")
    replace_folder(_folder(tmp_path / "new", "new"), target)
    assert (target / "index.html").read_text(encoding="utf-8") == "new"
    assert not (tmp_path / ".release.old").exists()


def test_outputs_of_two_years_do_not_mix(tmp_path):
    assert SiteYear(tmp_path, "sample", 2022).outputs != SiteYear(tmp_path, "sample", 2023).outputs
