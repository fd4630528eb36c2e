"""What is typed for a new place is told apart from what was meant to be."""

import argparse

import pytest

from ujo_lib.cli import main
from ujo_lib.cli.common import WRONG_PARAMETERS
from ujo_lib.cli.sites import _contact


@pytest.mark.parametrize(
    ("typed", "contact"),
    [
        ("市の窓口=0570-000-000", ("市の窓口", "0570-000-000")),
        ("市の窓口=https://example.jp/?a=b", ("市の窓口", "https://example.jp/?a=b")),
        ("窓=1", ("窓", "1")),
    ],
)
def test_a_contact_is_a_name_and_whatever_stands_behind_the_first_sign(
    typed: str, contact: tuple[str, str]
) -> None:
    assert _contact(typed) == contact


@pytest.mark.parametrize("typed", ["", "=", "市の窓口", "市の窓口=", "=0570-000-000"])
def test_a_contact_without_its_name_or_number_is_refused_before_anything_is_made(capsys, typed: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="「名称=連絡先」の形ではありません"):
        _contact(typed)
    place = ["--area-code", "33100", "--site-name", "若葉市", "--prefecture", "岡山県"]
    with pytest.raises(SystemExit) as ended:
        main(["new-site", "wakaba", "2024", *place, f"--contact={typed}"])
    assert ended.value.code == WRONG_PARAMETERS
    assert "「名称=連絡先」の形ではありません" in capsys.readouterr().err
