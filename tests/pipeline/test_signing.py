"""A signed release is one that was checked at the moment of signing, and that every later plan knows of."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.disclosure.people_with_keys import NAMES, publics, secrets
from tests.disclosure.test_keys import needs_minisign
from tests.pipeline.conftest import HOUSE
from ujo_lib.cli import main
from ujo_lib.disclosure.gate import Gate
from ujo_lib.disclosure.programme import LimitError
from ujo_lib.disclosure.signature import SIGN_OFF, SIGNATURES, SUMS, SealError, seal
from ujo_lib.disclosure.signoff import Approval, verify
from ujo_lib.errors import InputError
from ujo_lib.pipeline import release, review, signing
from ujo_lib.pipeline.layout import LockedError
from ujo_lib.pipeline.refusal import ReleaseRefusedError
from ujo_lib.pipeline.run import locked
from ujo_lib.pipeline.signing import sign_release, unreleased, waiting_beside

pytestmark = pytest.mark.slow

PASSED = {"gate": {"ok": True}}


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Tokyo")).date()


def approval() -> Approval:
    return Approval(NAMES, today(), secrets())


@pytest.fixture
def released(spoken, spoken_release):
    """The miniature project with a sealed release."""
    return spoken


def memories(project) -> list[str]:
    return [file.name for file in project.place.memories()]


def unsigned(project) -> bool:
    """Nothing tells of a sign-off: no record, no signature, no memory, no ZIP."""
    traces = [name for name in (SIGN_OFF, *SIGNATURES) if (project.place.release / name).exists()]
    return not traces and not memories(project) and not list(project.place.outputs.glob("*.zip"))


def test_a_signed_release_is_proven_remembered_packed_and_left_alone_by_the_next_run(released):
    packed = sign_release(released.place, approval())
    assert verify(released.place.release, publics()).proven
    (memory,) = memories(released)
    (printed,) = released.place.disclosed.glob("*/tables")
    assert f"{printed.parent.name}.json" == memory
    kept, left = (
        {file.name: file.read_bytes() for file in folder.iterdir()}
        for folder in (printed, released.place.release / "tables")
    )
    assert kept == left
    first = packed.read_bytes()
    assert sign_release(released.place, approval()) == packed
    assert packed.read_bytes() == first
    assert len(memories(released)) == 1
    assert released.run().unchanged
    made = {SUMS, SIGN_OFF, *SIGNATURES}
    assert [leak for leak in Gate((), (), 5).scan([released.place.release]) if leak.file in made] == []


def test_after_a_release_only_the_signatures_are_left_then_nothing_then_whatever_was_changed(released):
    (told,) = unreleased(released.place)
    assert "ujo sign sample 2023" in told
    sign_release(released.place, approval())
    assert unreleased(released.place) == []
    page = next(released.place.release.glob("*.html"))
    page.write_text(page.read_text(encoding="utf-8") + " ", encoding="utf-8")
    (told,) = unreleased(released.place)
    assert "ujo release sample 2023" in told


def test_a_run_a_release_a_prune_and_a_second_sign_off_wait_while_one_is_signed(released):
    with locked(released.place):
        with pytest.raises(LockedError):
            sign_release(released.place, approval())
        for command in (
            ["sign", "sample", "2023", *NAMES],
            ["prune", "sample", "2023"],
            ["run", "sample", "2023"],
        ):
            assert main(command) == 5
    assert unsigned(released)


def test_the_lock_is_held_while_the_folder_is_checked_and_signed(released, monkeypatch):
    seen = []
    for name in ("review_files", "sign_off", "remember", "pack"):
        original = getattr(signing, name)

        def watched(*arguments, _original=original, _name=name):
            with pytest.raises(LockedError), locked(released.place):
                pass
            seen.append(_name)
            return _original(*arguments)

        monkeypatch.setattr(signing, name, watched)
    sign_release(released.place, approval())
    assert seen == ["review_files", "sign_off", "remember", "pack"]


def test_a_text_appended_to_a_sealed_page_is_not_signed_even_when_the_list_was_written_anew(released):
    page = released.place.release / "index.html"
    with page.open("a", encoding="utf-8") as file:
        file.write("<p>追記</p>")
    with pytest.raises(ReleaseRefusedError, match=r"index\.html が変わっている"):
        sign_release(released.place, approval())
    seal(released.place.release, PASSED)
    with pytest.raises(ReleaseRefusedError, match=r"release/index\.html が変わっている"):
        sign_release(released.place, approval())
    assert unsigned(released)


@pytest.mark.parametrize("name", ["notes.txt", ".DS_Store"])
def test_a_file_added_to_a_sealed_release_is_not_signed_and_the_remedy_that_is_told_is_one(released, name):
    (released.place.release / name).write_text("x", encoding="utf-8")
    with pytest.raises(ReleaseRefusedError, match=f"{re.escape(name)} は一覧にない.*\n.*`ujo release`"):
        sign_release(released.place, approval())
    assert unsigned(released)
    released.release()
    assert sign_release(released.place, approval()).is_file()
    (released.place.release / name).write_text("x", encoding="utf-8")
    assert released.run().unchanged  # what was signed stays where it is


def test_the_gate_reads_the_folder_again_at_the_moment_of_signing(released, monkeypatch):
    """What it would have passed once it may refuse today: words that have come in since, a gate that has learnt."""
    scan = Gate.scan

    def stricter(gate, paths):
        found = scan(gate, paths)
        return found or [review.Finding("index.html", "html", "text", "error", "K2023-00017", 8)]

    monkeypatch.setattr(Gate, "scan", stricter)
    with pytest.raises(ReleaseRefusedError, match="K2023-00017"):
        sign_release(released.place, approval())
    assert unsigned(released)


def test_the_audit_is_made_again_at_the_moment_of_signing(released, monkeypatch):
    made = []
    original = signing.review_masks
    monkeypatch.setattr(signing, "review_masks", lambda *told: made.append(told) or original(*told))
    sign_release(released.place, approval())
    [(_, masked)] = made
    assert {one.record.notebook for one in masked.tables} == {one.name for one in HOUSE}
    assert any(any(flags) for flags in masked.masks.plan.hidden.values())


@pytest.mark.parametrize("change", ["parameter", "memory", "half"])
def test_a_release_whose_inputs_or_neighbours_changed_since_is_not_signed(released, change):
    """Year and half may both be sealed and wait: whichever is signed first is what the other one is held against."""
    if change == "parameter":
        released.set_parameter("common", "seed", 2041)
    else:
        left = replace(released.place, half="h1") if change == "half" else released.place
        left.disclosed.mkdir(parents=True)
        (left.disclosed / "another-run.json").write_text("[]", encoding="utf-8")
    reason = "どれかが変わった" if change == "parameter" else "ほかの年度か半年の公表に署名された"
    with pytest.raises(SealError, match=reason):
        sign_release(released.place, approval())
    assert not (released.place.release / SIGN_OFF).exists()


@pytest.mark.full
def test_a_release_that_was_planned_while_another_was_signed_is_planned_anew(released, monkeypatch):
    half = replace(released.place, half="h1")
    plan = release.plan_masks

    def while_another_is_signed(*told):
        half.disclosed.mkdir(parents=True, exist_ok=True)
        (half.disclosed / "another-run.json").write_text("[]", encoding="utf-8")
        return plan(*told)

    released.set_parameter("common", "seed", 2041)
    monkeypatch.setattr(release, "plan_masks", while_another_is_signed)
    assert not released.release().unchanged
    with pytest.raises(SealError, match="ほかの年度か半年の公表に署名された"):
        sign_release(released.place, approval())
    assert not released.release().unchanged
    assert released.release().unchanged
    sign_release(released.place, approval())


def test_a_report_that_quotes_tables_which_nobody_has_signed_is_not_signed(released):
    """A case that arrives before they are would be told by the difference to this report."""
    released.set_parameter("05_annual_summary", "compared_years", ["2022"])
    before = replace(released.place, year=2022)
    (before.release / "tables").mkdir(parents=True)
    before.manifest.write_text("{}", encoding="utf-8")
    released.release()
    assert "まだ承認されていない令和4(2022)年度の表" in unreleased(released.place)[0]
    with pytest.raises(SealError, match="まだ承認されていない令和4"):
        sign_release(released.place, approval())
    before.manifest.unlink()  # written by hand after a report on paper: long published
    assert "署名がない" in unreleased(released.place)[0]
    before.manifest.write_text("{}", encoding="utf-8")
    (before.release / SIGN_OFF).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="fy2022/release の記録がありません"):
        sign_release(released.place, approval())
    before.disclosed.mkdir()
    (before.disclosed / "run.json").write_text("[]", encoding="utf-8")
    released.release()
    sign_release(released.place, approval())


def test_who_releases_or_signs_hears_of_the_half_year_that_waits_for_its_signatures(released, capsys):
    half = replace(released.place, half="h1")
    assert waiting_beside(half) == [released.place]
    half.release.mkdir(parents=True)
    shutil.copytree(released.place.release, half.outputs.with_name("fy2023 - コピー") / "release")
    assert waiting_beside(released.place) == []  # somebody's copy, and a candidate that nobody has sealed
    (half.release / "index.html").write_text("", encoding="utf-8")
    seal(half.release, PASSED)
    assert main(["release", "sample", "2023"]) == 0
    said = capsys.readouterr().err
    assert "上半期" in said
    assert "互いを知らずに審査されました" in said
    assert main(["sign", "sample", "2023", *NAMES]) == 0
    assert "`ujo release sample 2023-h1` をやり直してから" in capsys.readouterr().err
    assert waiting_beside(half) == []
    (half.release / SIGN_OFF).write_text("{}", encoding="utf-8")
    assert main(["release", "sample", "2023"]) == 0
    assert "上半期" not in capsys.readouterr().err


def test_a_release_that_is_not_sealed_or_whose_steps_are_gone_is_not_signed(released):
    shutil.rmtree(released.place.steps)
    with pytest.raises(SealError, match="ujo run --force"):
        sign_release(released.place, approval())
    (released.place.release / SUMS).unlink()
    with pytest.raises(SealError, match="先に `ujo release`"):
        sign_release(released.place, approval())


@pytest.mark.parametrize("change", ["unknown field", "no plan", "no JSON"])
def test_the_plan_of_an_earlier_version_of_the_program_hinders_nobody(released, change):
    kept = json.loads(released.place.plans()[0].read_text(encoding="utf-8"))
    old = {"unknown field": kept | {"hiding": []}, "no plan": {"flags": {}}, "no JSON": "plan"}[change]
    (released.place.steps / "plan-0000000000000000.json").write_text(
        old if isinstance(old, str) else json.dumps(old), encoding="utf-8"
    )
    sign_release(released.place, approval())
    assert not unsigned(released)


@pytest.mark.parametrize("days", [-1, 1])
def test_yesterday_is_before_the_release_and_tomorrow_has_not_come(released, days):
    with pytest.raises(SealError, match="承認日"):
        sign_release(released.place, Approval(NAMES, today() + timedelta(days), secrets()))
    assert unsigned(released)


@pytest.mark.parametrize(
    ("days", "reason"), [(None, "どれかが変わった"), (0, "どれかが変わった"), (1, "created_on を直し")]
)
def test_nobody_signs_before_the_day_that_the_pages_print(released, days, reason):
    """A day that has come passes this check, and then the changed parameter refuses the signature."""
    printed = "" if days is None else (today() + timedelta(days)).isoformat()
    released.set_parameter("common", "created_on", printed)
    with pytest.raises(SealError, match=reason):
        sign_release(released.place, approval())


@pytest.mark.parametrize("day", ["1999-13-77", "20241031", "2024-W44-4", "2024-2-1"])
def test_a_day_that_is_no_day_is_a_wrong_argument(project, day):
    with pytest.raises(SystemExit) as ended:
        main(["sign", "sample", "2023", *NAMES, "--on", day])
    assert ended.value.code == 2


def test_real_data_are_signed_with_keys_and_checked_numbers_only(spoken):
    spoken.set_parameter("common", "synthetic", False)
    spoken.set_parameter("common", "contacts_checked_on", "2024-10-01")
    spoken.release()
    with pytest.raises(SealError, match="2人の鍵"):
        sign_release(spoken.place, Approval(NAMES, today()))
    spoken.set_parameter("common", "contacts_checked_on", "")
    with pytest.raises(ReleaseRefusedError, match="連絡先が未確認"):
        sign_release(spoken.place, approval())
    spoken.set_parameter("common", "contacts_checked_on", "2024-10-01")
    sign_release(spoken.place, approval())
    assert verify(spoken.place.release, publics()).proven


@pytest.mark.parametrize(
    ("more", "code"),
    [pytest.param(1, 6, marks=pytest.mark.full), (4, 6), pytest.param(5, 0, marks=pytest.mark.full)],
)
def test_a_year_that_was_signed_is_not_released_again_with_a_few_late_cases(released, capsys, more, code):
    """`seed` is the number of men in the tables of the miniature project."""
    sign_release(released.place, approval())
    sealed = released.bytes_of(released.place.release)
    common = yaml.safe_load((released.place.params / "common.yaml").read_text(encoding="utf-8"))
    released.set_parameter("common", "seed", common["seed"] + more)
    capsys.readouterr()
    assert main(["release", "sample", "2023"]) == code
    said = capsys.readouterr().err
    listed = (released.place.review / "corrections.csv").read_text(encoding="utf-8-sig")
    assert (released.bytes_of(released.place.release) == sealed) is (code == 6)
    assert ("(01_survey_descriptives/by_sex): 性別=" in said) is (code == 6)
    assert ("届いた日の年度" in said) is (code == 6)
    assert len(listed.splitlines()) > 1 if code else len(listed.splitlines()) == 1
    if code == 0:
        sign_release(released.place, approval())
        assert len(memories(released)) == 2


def test_a_corrected_year_that_cannot_be_worked_out_is_refused_and_leaves_no_list_of_another_try(
    released, capsys
):
    sign_release(released.place, approval())
    sealed = released.bytes_of(released.place.release)
    listed = released.place.review / "corrections.csv"
    assert listed.exists()
    released.set_parameter("common", "seed", 7)
    with mock.patch("ujo_lib.pipeline.release.small_changes", side_effect=LimitError()):
        assert main(["release", "sample", "2023"]) == 6
    assert "確かめきれませんでした" in capsys.readouterr().err
    assert not listed.exists()
    assert released.bytes_of(released.place.release) == sealed


def test_a_synthetic_release_may_be_signed_by_name_and_everybody_is_told_what_that_is_worth(released, capsys):
    assert main(["sign", "sample", "2023", "山田", "山 田"]) == 6
    assert main(["sign", "sample", "2023", *NAMES]) == 0
    said = capsys.readouterr()
    assert "証明されません" in said.err
    assert main(["verify", str(released.place.release)]) == 0
    assert "署名はありません" in capsys.readouterr().out


KILLS = 6
"""Renames of a sign-off: the memory, two signatures, the record, the ZIP; one more than there are ends untouched."""


@pytest.mark.skipif(
    not hasattr(os, "fork"), reason="needs a process that can be killed in the middle of a rename"
)
def test_killed_before_or_after_any_step_a_sign_off_leaves_no_signed_release_that_later_plans_do_not_know(
    released, monkeypatch
):
    for check in ("review_masks", "review_files"):  # they write nothing that a signature depends on
        monkeypatch.setattr(signing, check, lambda *_: {})
    sealed = released.bytes_of(released.place.outputs)
    packed = sign_release(released.place, approval())
    whole, archive = released.bytes_of(released.place.release), packed.read_bytes()
    ended_well = []
    for step in range(2 * KILLS):
        restore(released.place.outputs, sealed)
        ended_well.append(killed_at(step, released.place))
        seen = verify(released.place.release, publics())
        assert seen.ok or seen.problems[0] == "承認の記録がない。", step
        assert not seen.ok or memories(released), step
        for file in released.place.outputs.glob("*.zip"):
            assert (seen.ok, file.read_bytes()) == (True, archive), step
        sign_release(released.place, approval())
        assert released.bytes_of(released.place.release) == whole, step
        assert packed.read_bytes() == archive, step
        assert not released.place.signing.exists()
    assert ended_well == [False] * 10 + [True] * 2, "every rename was tried, before and after"


def restore(outputs: Path, files: dict[str, bytes]) -> None:
    for path in sorted(outputs.rglob("*"), reverse=True):
        if path.is_dir():
            shutil.rmtree(path) if not any(path.iterdir()) else None
        elif path.relative_to(outputs).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        if (outputs / name).read_bytes() != content:
            (outputs / name).write_bytes(content)


def killed_at(step: int, place) -> bool:
    """Sign in a process that dies before (even) or after (odd) a rename into place; whether it ended well."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    renames, rename = iter(range(KILLS * 2)), Path.replace

    def dying(source, target):
        if place.review in Path(target).parents or place.signing in Path(target).parents:
            return rename(source, target)
        number = next(renames)
        if 2 * number == step:
            os.kill(os.getpid(), signal.SIGKILL)
        renamed = rename(source, target)
        if 2 * number + 1 == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return renamed

    Path.replace = dying
    try:
        sign_release(place, approval())
        os._exit(0)
    finally:
        os._exit(1)


def ujo(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The installed command, as a person runs it."""
    command = Path(sys.executable).with_name("ujo")
    return subprocess.run(
        [str(command), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


@pytest.mark.full
@needs_minisign
def test_released_signed_sent_and_verified_with_the_real_command_and_with_minisign(
    spoken, spoken_run, tmp_path
):
    (passphrases := tmp_path / "passphrases").write_text(
        "屋根の上の猫が鳴く\n犬は庭の下にいる\n", encoding="utf-8"
    )
    (second := tmp_path / "second").write_text("犬は庭の下にいる\n", encoding="utf-8")
    keys = tmp_path / "keys"
    for name, file in zip(NAMES, (passphrases, second), strict=True):
        made = ujo("key", "new", name, "--folder", keys, "--passphrase-file", file, cwd=tmp_path)
        assert made.returncode == 0, made.stderr
    secret = [part for name in NAMES for part in ("--key", keys / f"{name}.key")]
    public = [part for name in NAMES for part in ("--key", keys / f"{name}.pub")]
    sign = ["sign", "sample", "2023", *NAMES, *secret, "--passphrase-file", passphrases]
    assert ujo(*sign, cwd=spoken.root).returncode == 6
    released = ujo("release", "sample", "2023", cwd=spoken.root)
    assert released.returncode == 0, released.stderr
    assert released.stdout.strip() == str(spoken.place.release / "index.html")
    waiting = ujo("verify", spoken.place.release, cwd=tmp_path)
    assert (waiting.returncode, waiting.stdout) == (6, "承認の記録がない。\n")
    assert ujo(*sign[:-1], second, cwd=spoken.root).returncode == 2  # one passphrase for two keys
    signed = ujo(*sign, cwd=spoken.root)
    assert signed.returncode == 0, signed.stderr
    away = tmp_path / "受け取り"
    shutil.unpack_archive(signed.stdout.strip(), away)
    for received in (away / "release", signed.stdout.strip()):
        proven = ujo("verify", received, *public, cwd=away)
        assert proven.returncode == 0, proven.stdout
        assert "若葉花子、緑太郎" in proven.stdout
        assert "公開鍵で確かめました" in proven.stdout
    unproven = ujo("verify", "release", cwd=away).stdout
    assert "誰が承認したかは確かめていません" in unproven
    assert "承認のときのままです" not in unproven
    assert ujo("verify", "release", *public[:2], cwd=away).returncode == 2
    for number, name in enumerate(NAMES):
        told = ["-V", "-m", SUMS, "-x", SIGNATURES[number], "-p", keys / f"{name}.pub"]
        checked = subprocess.run(
            ["minisign", *map(str, told)], cwd=away / "release", capture_output=True, text=True
        )
        assert checked.returncode == 0, checked.stderr
    (away / "release" / "tables" / "01_by_sex.csv").write_text("x", encoding="utf-8")
    changed = ujo("verify", "release", *public, cwd=away)
    assert changed.returncode == 6
    assert "tables/01_by_sex.csv が変わっている。" in changed.stdout


@pytest.mark.parametrize("content", [None, b"", b"one\n", b"\xff\n\xff\n"])
def test_a_file_with_too_few_passphrases_never_turns_a_signature_into_a_record_of_names(
    project, tmp_path, capsys, content
):
    file = tmp_path / "passphrases"
    if content is not None:
        file.write_bytes(content)
    keys = ["--key", "a.key", "--key", "b.key", "--passphrase-file", str(file)]
    assert main(["sign", "sample", "2023", *NAMES, *keys]) == 2
    assert "パスフレーズのファイル" in capsys.readouterr().err


def test_the_record_of_the_checks_tells_counts_of_cells_and_no_plan(released):
    checks = json.loads((released.place.release / "checks.json").read_text(encoding="utf-8"))
    assert "digest" not in checks["plan"]
    assert checks["plan"]["hidden"] > 0
