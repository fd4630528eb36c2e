"""Where the project is, and the rule that a parameter cannot point outside it."""

import os
from pathlib import Path

_MARKERS = ("params", "notebooks")


class NoProjectError(FileNotFoundError):
    """A command or notebook was started where there is no project."""


class PathOutsideProjectError(ValueError):
    """A path in the parameters leads out of the project folder."""


def project_root(start: Path | None = None) -> Path:
    """Return the folder that holds `params/` and `notebooks/`, looking upwards from `start`.

    JupyterLab starts a kernel in `notebooks/`, papermill in the folder of the shell: both find the same root.
    The environment variable `UJO_ROOT` overrides the search.

    Raises:
        NoProjectError: no such folder above `start`, or `UJO_ROOT` names none.
    """
    override = os.environ.get("UJO_ROOT")
    here = Path(override or start or Path.cwd()).resolve()
    for folder in (here,) if override else (here, *here.parents):
        if all((folder / marker).is_dir() for marker in _MARKERS):
            return folder
    where = "環境変数 UJO_ROOT" if override else "いまの場所"
    raise NoProjectError(
        "プロジェクトのフォルダーが見つかりません。"
        f"params/ と notebooks/ のある場所で実行してください({where}: {here})"
    )


def inside(root: Path, path: str | Path, *, allow_outside: bool = False) -> Path:
    """Resolve `path` against `root`, refusing `../`, absolute paths and links that leave the project.

    Raises:
        PathOutsideProjectError: the resolved path is not below `root` and `allow_outside` is false.
    """
    target = (root / path).resolve()
    if not allow_outside and not target.is_relative_to(root.resolve()):
        raise PathOutsideProjectError(
            f"「{path}」はプロジェクトのフォルダーの外を指しています。プロジェクト内の相対パスで書いてください。"
        )
    return target
