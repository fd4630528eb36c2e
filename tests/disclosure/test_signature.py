"""A recipient with nothing but the folder must notice any slip, and must be told what a seal does not prove."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from ujo_lib.disclosure.signature import (
    CHECKS,
    SIGN_OFF,
    SIGNATURES,
    SUMS,
    SealError,
    changes,
    is_sealed,
    is_signed,
    public_pages,
    release_id,
    seal,
)

PASSED = {"audit": {"ok": True}, "gate": {"ok": True, "files": 2}}


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    (folder / "tables").mkdir(parents=True)
    (folder / "report.html").write_text("<p>報告</p>", encoding="utf-8")
    (folder / "tables" / "表1.csv").write_text("区分,件数\n", encoding="utf-8")
    seal(folder, PASSED)
    return folder


def test_the_list_is_one_that_sha256sum_can_check(release: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", SUMS], cwd=release, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert changes(release) == ()


@pytest.mark.parametrize("name", ["report.html", "tables/表1.csv", CHECKS])
def test_a_changed_file_is_named(release: Path, name: str) -> None:
    with (release / name).open("ab") as file:
        file.write(b" ")
    assert changes(release) == (f"{name} が変わっている。",)


def test_a_lost_an_added_and_a_linked_file_are_named(release: Path) -> None:
    (release / "report.html").unlink()
    (release / "extra.txt").write_text("x", encoding="utf-8")
    assert changes(release) == ("report.html がない。", "extra.txt は一覧にない。")
    (release / "link").symlink_to(release / "extra.txt")
    assert changes(release) == ("link は普通のファイルではない。",)


def test_a_list_that_is_no_text_is_a_finding_and_no_traceback(release: Path) -> None:
    (release / SUMS).write_bytes(b"\xff\xfe\x80")
    assert "report.html は一覧にない。" in changes(release)


def test_a_failed_check_is_named(release: Path) -> None:
    seal(release, {"gate": {"ok": False}})
    assert changes(release) == ("検査「gate」に合格していない。",)


def test_a_new_seal_voids_an_earlier_sign_off_with_its_signatures(release: Path) -> None:
    for name in (SIGN_OFF, *SIGNATURES):
        (release / name).write_text("{}", encoding="utf-8")
    seal(release, PASSED)
    assert not [name for name in (SIGN_OFF, *SIGNATURES) if (release / name).exists()]


def test_the_seal_says_in_plain_words_what_it_does_not_prove(release: Path) -> None:
    written = (release / CHECKS).read_text(encoding="utf-8")
    note = json.loads(written)["seal"]["note"]
    assert note in written  # to be read by people, too
    assert "誰が承認したかは、この一覧だけでは証明されません" in note
    assert "--key" in note


def test_an_empty_release_or_a_result_without_verdict_is_not_sealed(tmp_path: Path) -> None:
    with pytest.raises(SealError):
        seal(tmp_path, PASSED)
    with pytest.raises(SealError):
        seal(tmp_path, {"audit": {"passed": True}})


def test_a_folder_without_a_list_says_that_alone(tmp_path: Path) -> None:
    assert changes(tmp_path) == ("ハッシュの一覧(SHA256SUMS)がない。",)


@pytest.mark.parametrize("record", [None, "[]", "{"])
def test_a_record_of_the_checks_that_is_lost_or_no_record_is_told_beside_the_changed_file(
    release: Path, record: str | None
) -> None:
    (release / CHECKS).unlink()
    if record is not None:
        (release / CHECKS).write_text(record, encoding="utf-8")
    changed = f"{CHECKS} が変わっている。" if record else f"{CHECKS} がない。"
    assert changes(release) == (changed, "検査の記録(checks.json)がない。")


@pytest.mark.parametrize("result", [True, {"ok": 1}, {}])
def test_only_a_check_that_says_true_has_been_passed(release: Path, result: object) -> None:
    (release / CHECKS).write_text(json.dumps({"gate": result}), encoding="utf-8")
    assert changes(release)[-1] == "検査「gate」に合格していない。"


def test_a_release_is_named_by_the_first_eight_signs_of_the_hash_of_its_list(release: Path) -> None:
    digest = subprocess.run(["sha256sum", SUMS], cwd=release, capture_output=True, check=True).stdout.decode()
    assert release_id(release) == digest[:8]
    assert seal(release, PASSED) == digest[:64]


def test_a_folder_is_sealed_by_its_list_and_signed_by_its_sign_off(release: Path, tmp_path: Path) -> None:
    assert (is_sealed(tmp_path), is_sealed(release), is_signed(release)) == (False, True, False)
    (release / SIGN_OFF).write_text("{}", encoding="utf-8")
    assert is_signed(release)


def signed(folder: Path, on: str) -> Path:
    folder.mkdir(parents=True)
    (folder / SIGN_OFF).write_text(json.dumps({"on": on}), encoding="utf-8")
    return folder


def test_pages_in_the_making_are_not_what_readers_have_once_a_release_has_left(tmp_path: Path) -> None:
    current = tmp_path / "release"
    assert public_pages(tmp_path) == current  # nothing was made
    current.mkdir()
    assert public_pages(tmp_path) == current  # nothing has left
    (tmp_path / "releases" / "unsigned").mkdir(parents=True)
    assert public_pages(tmp_path) == current
    (tmp_path / "disclosed").mkdir()
    (tmp_path / "disclosed" / "a.json").write_text("[]", encoding="utf-8")
    assert not public_pages(tmp_path).exists()  # one has left, and was deleted since
    first = signed(tmp_path / "releases" / "b", "2024-10-31")
    assert public_pages(tmp_path) == first
    last = signed(tmp_path / "releases" / "a", "2024-11-01")
    assert public_pages(tmp_path) == last
    (current / SIGN_OFF).write_text("{}", encoding="utf-8")
    assert public_pages(tmp_path) == current


def test_of_two_releases_signed_on_one_day_readers_have_the_later_one(tmp_path: Path) -> None:
    folders = [signed(tmp_path / "releases" / name, "2024-10-31") for name in "ab"]
    for late, other in (folders, folders[::-1]):
        os.utime(late / SIGN_OFF, (200, 200))
        os.utime(other / SIGN_OFF, (199, 199))
        assert public_pages(tmp_path) == late
