from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ujo_lib.residents.linearised import Design, kish_effect, rake, ratio, total

REFERENCE = Path(__file__).parents[1] / "reference"
API = pd.read_csv(REFERENCE / "survey_apistrat.csv")
R = pd.read_csv(REFERENCE / "survey_r.csv").set_index(["id", "what"])["value"]


def design(margins: np.ndarray | None = None, weights: np.ndarray | None = None) -> Design:
    strata, n = pd.factorize(API["stype"])[0], API.groupby("stype")["stype"].transform("size").to_numpy(float)
    base = API["fpc"].to_numpy(float) / n
    return Design(
        base if weights is None else weights,
        strata,
        np.arange(len(API)),
        n / API["fpc"].to_numpy(float),
        np.empty((len(API), 0)) if margins is None else margins,
        base,
    )


def test_a_stratified_mean_and_its_error_are_those_of_r() -> None:
    mean = ratio(design(), API["api00"], np.ones(len(API)))
    assert mean.value == pytest.approx(R["apistrat", "estimate"], rel=1e-8)
    assert mean.se == pytest.approx(R["apistrat", "se"], rel=1e-6)


def test_what_the_margins_know_has_no_error_left() -> None:
    high = np.where(API["api00"] > 650, "high", "low")
    persons = pd.Series({"high": 3300.0, "low": 2894.0})
    weights = rake(design().weights, [(high, persons)])
    raked = design(np.column_stack([high == "high", high == "low"]).astype(float), weights)
    known = total(raked, high == "high")
    assert known.value == pytest.approx(3300, rel=1e-10)
    assert known.se == pytest.approx(0, abs=1e-8)
    assert total(design(), high == "high").se > 1


def test_raking_meets_two_margins_at_once_and_refuses_a_group_without_answers() -> None:
    a, b = np.array(list("xxyyxy")), np.array(list("pqpqqq"))
    first, second = pd.Series({"x": 60.0, "y": 40.0}), pd.Series({"p": 30.0, "q": 70.0})
    weights = pd.Series(rake(np.ones(6), [(a, first), (b, second)]))
    assert weights.groupby(a).sum().tolist() == pytest.approx([60, 40])
    assert weights.groupby(b).sum().tolist() == pytest.approx([30, 70])
    with pytest.raises(ValueError, match="same groups"):
        rake(np.ones(6), [(a, pd.Series({"x": 60.0, "y": 30.0, "z": 10.0}))])


def test_equal_weights_cost_nothing_and_unequal_ones_what_kish_says() -> None:
    assert kish_effect([2, 2, 2]) == 1
    assert kish_effect([1, 3]) == 1.25


def test_a_ratio_that_never_varies_has_no_error() -> None:
    assert ratio(design(), 3 * API["api00"], API["api00"]).se == pytest.approx(0, abs=1e-10)
