"""What a release promises about hidden counts is what its rules made the audit check."""

import pytest

from ujo_lib.disclosure.tables import Policy
from ujo_lib.pipeline.pages import Rules
from ujo_lib.report.look.html import PageContext


@pytest.mark.parametrize(("width", "values"), [(2, 3), (3, 4), (4, 5)])
def test_the_promise_names_the_values_that_the_audit_counts(width: int, values: int) -> None:
    printed = Rules(Policy(required_width=width), reviewed=True).on(PageContext()).notices
    assert f"1以上で少なくとも{values}通りの値があり得ます" in printed[-1]
    assert "人数・件数・割合・しるし(＋・－)と公表済みの数を合わせても" in printed[-1]  # what the audit reads
    hidden = Rules(Policy(required_width=width, zero_rule="hide"), reviewed=True).on(PageContext()).notices
    assert f"、少なくとも{values}通りの値があり得ます" in hidden[-1]
    assert "0も伏せます" in hidden[0]


def test_pages_that_nobody_audited_promise_nothing() -> None:
    notices = Rules(Policy(threshold=4), reviewed=False).on(PageContext()).notices
    assert notices[0].startswith(
        "1以上4未満の人数・件数は伏せ、「x」と表します(0は、ほかの数を守るときのほかは示します"
    )
    assert not [notice for notice in notices if "あり得ます" in notice]
