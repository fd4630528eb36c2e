"""A recipient with nothing but the folder must notice any change; a change must void the sign-off."""

import subprocess
from pathlib import Path

import pytest

from ujo_lib.disclosure.signature import CHECKS, SIGN_OFF, SUMS, SealError, seal, sign, verify, write_zip

PASSED = {"audit": {"ok": True}, "gate": {"ok": True, "files": 2}}


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    (folder / "tables").mkdir(parents=True)
    (folder / "report.html").write_text("<p>報告</p>", encoding="utf-8")
    (folder / "tables" / "表1.csv").write_text("区分,件数\n", encoding="utf-8")
    seal(folder, PASSED)
    sign(folder, ("山田", "佐藤"), "2024-10-31")
    return folder


def test_an_untouched_release_verifies_and_names_both_people(release: Path) -> None:
    seen = verify(release)
    assert seen.ok
    assert seen.signed_by == ("山田", "佐藤")
    assert seen.checks["gate"]["files"] == 2


def test_the_list_is_one_that_sha256sum_can_check(release: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", SUMS], cwd=release, capture_output=True, check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["report.html", "tables/表1.csv", CHECKS, SUMS])
def test_a_changed_file_voids_the_sign_off(release: Path, name: str) -> None:
    with (release / name).open("ab") as file:
        file.write(b" ")
    seen = verify(release)
    assert not seen.ok
    assert seen.signed_by == ()


def test_a_lost_an_added_and_a_linked_file_are_named(release: Path) -> None:
    (release / "report.html").unlink()
    (release / "extra.txt").write_text("x", encoding="utf-8")
    assert verify(release).problems[:2] == ("report.html がない。", "extra.txt は一覧にない。")
    (release / "link").symlink_to(release / "extra.txt")
    assert not verify(release).ok


def test_a_folder_sealed_anew_needs_a_new_sign_off(release: Path) -> None:
    (release / "report.html").write_text("<p>改訂</p>", encoding="utf-8")
    seal(release, PASSED)
    assert verify(release).problems == ("承認の記録がない。",)


def test_a_sign_off_moved_from_another_release_is_void(release: Path) -> None:
    record = (release / SIGN_OFF).read_bytes()
    (release / "report.html").write_text("<p>改訂</p>", encoding="utf-8")
    seal(release, PASSED)
    (release / SIGN_OFF).write_bytes(record)
    assert not verify(release).ok


def test_one_person_cannot_sign_twice_and_a_failed_check_cannot_be_signed(release: Path) -> None:
    with pytest.raises(SealError, match="異なる2人"):
        sign(release, ("山田", " 山田 "), "2024-10-31")
    seal(release, {"gate": {"ok": False}})
    with pytest.raises(SealError, match="gate"):
        sign(release, ("山田", "佐藤"), "2024-10-31")


def test_an_empty_release_or_a_result_without_verdict_is_not_sealed(tmp_path: Path) -> None:
    with pytest.raises(SealError):
        seal(tmp_path, PASSED)
    with pytest.raises(SealError):
        seal(tmp_path, {"audit": {"passed": True}})


def test_the_same_folder_gives_the_same_zip(release: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    write_zip(release, first)
    (release / "report.html").touch()
    write_zip(release, second)
    assert first.read_bytes() == second.read_bytes()
