"""What each short utterance should and should not be taken for: negation, idioms, spelling. Written for this table."""

from pathlib import Path

import pytest
import yaml

from ujo_lib.tagging import Codebook, tag

ROWS = yaml.safe_load(Path(__file__).with_name("utterances.yaml").read_text(encoding="utf-8"))


def test_the_table_is_large() -> None:
    assert len(ROWS) >= 150


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_utterance(row: dict[str, list[str] | str], book: Codebook) -> None:
    found = tag([row["text"]], book).frame().iloc[0]
    themes = set(found.index[found])
    assert set(row.get("has", [])) <= themes
    assert not set(row.get("not", [])) & themes
