"""Pruning leaves pages, current release and the memory of what left; nothing that quotes people or counts openly."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.disclosure.people_with_keys import NAMES
from ujo_lib.cli import main
from ujo_lib.disclosure.signature import SIGN_OFF, signed_pages
from ujo_lib.disclosure.signoff import Approval, verify
from ujo_lib.pipeline import pruning
from ujo_lib.pipeline.export import PrunedError, export_overview
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.signing import sign_release

pytestmark = pytest.mark.slow

PRUNE = ["prune", "sample", "2023"]


def sign(project):
    return sign_release(project.place, Approval(NAMES, datetime.now(ZoneInfo("Asia/Tokyo")).date()))


def names(project) -> set[str]:
    return {path.name for path in project.place.outputs.iterdir()}


def test_pruning_leaves_pages_memory_and_log_and_the_next_run_has_nothing_to_do(spoken, spoken_run):
    spoken.add_cell("02_consultation_seasonality", "raise ValueError")
    assert main(["run", "sample", "2023"]) == 4
    spoken.drop_last_cell("02_consultation_seasonality")
    spoken.release()
    packed = sign(spoken)
    for leftover in (spoken.place.failed, spoken.place.signing, spoken.place.staging):
        leftover.mkdir(exist_ok=True)
    old = spoken.place.internal.with_name(".internal.old")
    old.mkdir()
    assert main(PRUNE) == 0
    kept = {"internal", "release", "disclosed", "manifest.json", "run.log", ".lock", packed.name}
    assert names(spoken) == kept
    assert spoken.run().unchanged
    with pytest.raises(PrunedError, match="`ujo run sample 2023 --force`"):  # a plain run makes nothing anew
        export_overview(spoken.place)
    assert main([*PRUNE, "--signed"]) == 0
    assert names(spoken) == kept, "the current release and its ZIP stay"


@pytest.mark.full
def test_signed_releases_and_their_zips_go_only_when_told_and_unsigned_ones_always(
    spoken, spoken_release, capsys
):
    spoken.run(force=True)  # moves the sealed one to the archive; the same inputs give the same run id
    spoken.release()
    packed = sign(spoken)
    spoken.set_parameter("common", "seed", 2041)
    spoken.run()
    signed = spoken.place.archive / f"{spoken_release.run_id}-2"
    assert verify(signed).ok
    assert main(PRUNE) == 0
    assert [path.name for path in spoken.place.archive.iterdir()] == [signed.name]
    assert packed.exists()
    assert "承認済み" in capsys.readouterr().err
    assert main([*PRUNE, "--signed"]) == 0
    assert not signed.exists()
    assert not packed.exists()
    assert spoken.place.memories(), "what has left is never forgotten"


def test_what_a_waiting_release_needs_for_its_sign_off_is_kept(spoken, spoken_release, capsys):
    assert main(PRUNE) == 0
    assert "承認を待っていて" in capsys.readouterr().err
    assert sign(spoken).is_file()
    assert main(PRUNE) == 0
    assert not spoken.place.steps.exists()


def test_old_pages_are_kept_when_a_killed_run_left_nothing_else(spoken, spoken_run):
    spoken.place.release.rename(spoken.place.outputs / ".release.old")
    assert main(PRUNE) == 0
    assert (spoken.place.outputs / ".release.old" / "index.html").is_file()


def test_what_a_killed_prune_has_half_deleted_is_no_release(tmp_path, monkeypatch):
    """Half of a signed release passed for a whole one: the next year was compared with the tables that were left."""
    place = SiteYear(tmp_path, "sample", 2023)
    signed = place.archive / "0f0f"
    signed.mkdir(parents=True)
    (signed / SIGN_OFF).write_text("{}")

    def killed(folder):
        if folder.exists():
            raise KeyboardInterrupt

    monkeypatch.setattr(pruning, "clear_away", killed)
    with pytest.raises(KeyboardInterrupt):
        pruning.prune(place, signed=True)
    monkeypatch.undo()
    assert signed_pages(place.outputs) == []
    pruning.prune(place, signed=True)
    assert {path.name for path in place.outputs.iterdir()} == {".lock", "releases"}
