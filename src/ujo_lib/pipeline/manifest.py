"""The manifest: the only witness of what a run did.

It is written last, in one piece, after the files it speaks of stand in their places. Clock times and durations live
here and nowhere else, so that everything beside it can be compared byte by byte.
"""

import importlib.metadata
import json
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from ujo_lib.files import digest_file, write_atomically


@dataclass(frozen=True)
class StepRecord:
    """How one notebook was run for one audience.

    Attributes:
        key: what it depended on, as one hash.
        parts: the same by name, so that one can say what changed.
        seconds: how long it took when it was run.
        reused: whether this run found it finished.
    """

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    reused: bool = False


@dataclass(frozen=True)
class Manifest:
    """What the last successful run made, from what, with what.

    Attributes:
        run_id: hash of everything that went in.
        verdict: "complete" when both audiences were made, "internal" when only pages for the city were.
        release_status: what may be done with the release pages.
        started, finished: clock times, ISO with offset.
        settings: parameters by notebook.
        internal, release: step records by notebook.
        plan: digest of the disclosure plan.
        advice: what to merge or drop so that fewer cells vanish from the release.
        known: digest of the earlier releases that the plan took into account.
        files: SHA-256 of every file made, by path below the outputs folder.
        versions: versions of Python and of the packages that the library needs.
    """

    run_id: str
    verdict: str
    release_status: str
    started: str
    finished: str
    settings: Mapping[str, Mapping[str, Any]]
    internal: Mapping[str, StepRecord]
    release: Mapping[str, StepRecord]
    plan: str
    advice: tuple[str, ...]
    known: str
    files: Mapping[str, str]
    versions: Mapping[str, str]

    @classmethod
    def of_nothing(cls, status: str) -> Self:
        """What there is before the first run: no page; `status` is that of a release that would be made."""
        return cls("", "internal", status, "", "", {}, {}, {}, "", (), "", {}, {})

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a manifest; None when there is none, or none that this version wrote."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            for name in ("internal", "release"):
                content[name] = {step: StepRecord(**record) for step, record in content[name].items()}
            return cls(**content | {"advice": tuple(content["advice"])})
        except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self, path: Path) -> None:
        """Write it in one piece."""
        write_atomically(path, json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n")

    def changed(self, outputs: Path) -> Iterator[str]:
        """Files that are no longer what they were when the run ended, by path below `outputs`."""
        for name, expected in self.files.items():
            if not (outputs / name).is_file() or digest_file(outputs / name) != expected:
                yield name

    def stands(self, outputs: Path) -> bool:
        """Whether every file is still what it was when the run ended."""
        return next(self.changed(outputs), None) is None


def hashes(outputs: Path, folders: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of every file in the folders, by path below `outputs`."""
    return {
        file.relative_to(outputs).as_posix(): digest_file(file)
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@cache
def versions() -> Mapping[str, str]:
    """Versions of Python, this library and all that it needs, which stay as they are while a process lives."""
    needed = (one for one in importlib.metadata.requires("ujo-lib") or () if "extra ==" not in one)
    packages = ["ujo-lib", *(re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in needed)]
    found = {"python": platform.python_version(), "platform": platform.system()}
    return found | {package: importlib.metadata.version(package) for package in packages}
