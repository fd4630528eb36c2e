"""A manifest vouches for files that are what they were, and for nothing that it cannot read."""

import json

import pytest

from ujo_lib.pipeline.manifest import Manifest, StepRecord, hashes


@pytest.fixture
def made(tmp_path):
    """Two folders of a report and the manifest that speaks of them."""
    for name in ("internal/index.html", "release/index.html", "release/tables/a.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    files = hashes(tmp_path, [tmp_path / "internal", tmp_path / "release"])
    step = StepRecord("k", {"code": "c"}, 1.5, True)
    return Manifest("r", "complete", "候補", "s", "f", {"00": {"seed": 1}}, {"00": step}, {"00": step}, "p", ("併合",),
                    "e", files, {"python": "3"})  # fmt: skip


def test_a_manifest_is_read_back_as_it_was_written(made, tmp_path):
    made.write(tmp_path / "manifest.json")
    assert Manifest.read(tmp_path / "manifest.json") == made


def test_the_hash_of_a_file_is_that_of_its_bytes(made):
    """SHA-256 of the 19 bytes 「internal/index.html」, by sha256sum."""
    assert sorted(made.files) == ["internal/index.html", "release/index.html", "release/tables/a.csv"]
    assert made.files["internal/index.html"] == INDEX


INDEX = "6d12484c28e2069662cb7f407841c877083a0ff9c5b7c2cbdd11b10cb4f4b661"


def test_a_report_stands_until_one_of_its_files_is_changed_or_gone(made, tmp_path):
    assert made.stands(tmp_path)
    (tmp_path / "release/more.html").write_text("x")  # of no run
    assert made.stands(tmp_path)
    (tmp_path / "release/index.html").write_text("x")
    (tmp_path / "release/tables/a.csv").unlink()
    assert list(made.changed(tmp_path)) == ["release/index.html", "release/tables/a.csv"]
    assert not made.stands(tmp_path)


@pytest.mark.parametrize("content", [
    None, "", "{}", "[]", "null", '{"internal": {}}', '{"internal": {"00": []}, "release": {}, "advice": []}',
])  # fmt: skip
def test_what_is_no_manifest_of_this_version_is_none(content, tmp_path):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    assert Manifest.read(tmp_path / "manifest.json") is None


@pytest.mark.parametrize("change", [
    {"more": 1}, {"internal": {"00": {"key": "k", "older": 1}}}, {"release": None}, {"advice": None}, {"files": ...},
])  # fmt: skip
def test_a_manifest_with_a_field_more_or_less_is_of_another_version(made, tmp_path, change):
    file = tmp_path / "manifest.json"
    made.write(file)
    content = json.loads(file.read_text(encoding="utf-8"))
    for name, value in change.items():
        if value is ...:
            del content[name]
        else:
            content[name] = value
    file.write_text(json.dumps(content), encoding="utf-8")
    assert Manifest.read(file) is None
