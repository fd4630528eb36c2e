"""What is deleted on request: earlier releases, and everything that only helped to make pages.

Pages, the current release, the memory of what has left and the log stay. The rest quotes what people wrote or holds
true small counts, and nobody reads it again.
"""

from pathlib import Path

from ujo_lib.disclosure.signature import is_sealed, is_signed, release_id
from ujo_lib.files import clear_away
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.run import locked


def prune(place: SiteYear, *, signed: bool) -> tuple[list[Path], list[Path]]:
    """Delete earlier releases and working files of a place and year.

    Args:
        place: which one.
        signed: delete earlier releases that were signed, too, and their ZIPs.

    Returns:
        What was deleted; and what was kept although it was to be deleted: signed releases, and the finished steps
        as long as a sealed release waits for its sign-off, which is checked against them.

    Raises:
        LockedError: a run is under way.
    """
    with locked(place):
        waiting = is_sealed(place.release) and not is_signed(place.release)
        earlier = sorted(place.archive.glob("*"))
        kept = [folder for folder in earlier if is_signed(folder) and not signed]
        kept += [place.steps] if waiting and place.steps.is_dir() else []
        doomed = [*earlier, place.steps, place.kept, place.failed, place.review, *place.leftovers()]
        if signed:
            current = f"_{release_id(place.release)}.zip" if is_sealed(place.release) else None
            doomed += [
                file for file in place.outputs.glob("*.zip") if not (current and file.name.endswith(current))
            ]
        deleted = [path for path in doomed if path.exists() and path not in kept]
        clear_away(place.staging)
        for path in deleted:
            if path.is_dir():  # at once: half of a release would be read as a whole one
                path.rename(place.staging)
                clear_away(place.staging)
            else:
                path.unlink(missing_ok=True)
    return deleted, kept
