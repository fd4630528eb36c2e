"""The project is found from wherever inside it somebody works; where there is none, the place is told."""

import pytest

from ujo_lib.params import NoProjectError, project_root


@pytest.mark.parametrize("lacking", ["", "params", "notebooks"])
def test_a_root_that_the_environment_names_has_to_be_one(lacking, tmp_path, monkeypatch):
    for marker in {"params", "notebooks"} - {lacking}:
        (tmp_path / "p" / marker).mkdir(parents=True)
    monkeypatch.setenv("UJO_ROOT", str(tmp_path / "p"))
    if not lacking:
        assert project_root() == tmp_path / "p"
        return
    with pytest.raises(NoProjectError, match=rf"環境変数 UJO_ROOT: {tmp_path}/p\)"):
        project_root()
