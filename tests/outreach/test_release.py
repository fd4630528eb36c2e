"""What may leave the city: an estimate is a function of the window's count and is hidden with it."""

import re

import pytest

from tests.outreach.test_exact import two_days
from ujo_lib.disclosure.plan import plan
from ujo_lib.disclosure.tables import Policy
from ujo_lib.outreach import cost, exact, hygiene, verdict
from ujo_lib.report.door.masks import counted, masks_for
from ujo_lib.report.door.publish import Published, Subject, TableRecord, TableSpec, mask
from ujo_lib.report.look.wording import sentence

TITLES = {"city_counts": "市の窓口の相談", "city_effect": "市の窓口への効果", "price": "1回あたりの費用"}
OF_CITY = Subject("宇城市専用の相談", "合成", "city_episodes", "実施期間", "宇城市")


def released(k: int, threshold: int, campaigns) -> tuple[verdict.Effect, dict[str, Published]]:
    """The city's tables as notebook 04 publishes them, as a release at this threshold shows them."""
    comparison = two_days(k, 24.0, 60, 342.0)
    effect = exact.conditional(comparison, "宇城市")
    typed = {
        "city_counts": hygiene.counts(comparison),
        "city_effect": hygiene.of_window(verdict.table(effect, unit="回")),
        "price": cost.headline(effect, campaigns),
    }
    records = [
        TableRecord.of("04_outreach_effect", TableSpec(id, TITLES[id], OF_CITY, table.schema), table.frame)
        for id, table in typed.items()
    ]
    tables = counted(records)
    masks = masks_for(plan([one.table for one in tables], Policy(threshold=threshold)), tables)
    return effect, {
        record.spec.id: mask(record, typed[record.spec.id].frame, masks.cells_of(record))
        for record in records
    }


@pytest.mark.parametrize("threshold", [3, 5, 10])
def test_a_hidden_window_takes_ratio_interval_cost_and_sentence_with_it(threshold, campaigns):
    effect, shown = released(threshold - 1, threshold, campaigns)
    assert shown["city_counts"].is_hidden("n", role="実施期間")
    assert not any(shown["city_counts"].is_hidden(column, role="実施期間") for column in ("days", "control"))
    told = ("n", "expected", "estimate", "low", "high", "p_value", "extra", "code", "label", "finding")
    assert all(shown["city_effect"].is_hidden(column, role="実施期間") for column in told)
    assert all(shown["price"].is_hidden(column, role="実施期間") for column in ("estimate", "low", "high"))
    said = sentence(verdict.statement(effect, "city_effect"), shown["city_effect"])
    assert not re.search(r"\d", said)
    assert "検出" not in said
    assert TITLES["city_effect"] in said


@pytest.mark.parametrize("threshold", [3, 5, 10])
def test_a_window_at_the_threshold_is_shown_with_its_interval(threshold, campaigns):
    effect, shown = released(threshold, threshold, campaigns)
    assert shown["city_counts"].value("n", role="実施期間") == threshold
    assert shown["city_effect"].value("estimate", role="実施期間") == pytest.approx(effect.estimate)
    said = sentence(verdict.statement(effect, "city_effect"), shown["city_effect"])
    assert f"{effect.estimate:.2f}倍" in said
    assert "95%信頼区間" in said
