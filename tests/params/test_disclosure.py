"""The rules for what may leave: their edges, and the defaults that hold where a place has written none."""

from pathlib import Path

import pytest

from ujo_lib.params import ParameterError
from ujo_lib.params.disclosure import DisclosureRules

EXEMPTION = "{population: consultations, dimensions: [month], min_total: 1000, reason: 県全体}"
FIGURE = "{population: cases, low: 20, source: 広報}"


def read(folder: Path, text: str) -> DisclosureRules:
    file = folder / "disclosure.yaml"
    file.write_text(text, encoding="utf-8")
    return DisclosureRules.read(file)


def test_without_a_file_the_strictest_usual_rules_hold(tmp_path):
    """Of a hidden count four values stay possible, zeros are printed, nothing is exempt and nothing known."""
    rules = DisclosureRules.read(tmp_path / "disclosure.yaml")
    assert (rules.required_width, rules.zero_rule, rules.own_case) == (3, "show", False)
    assert (rules.licence, rules.exemptions, rules.public_figures) == ("", (), ())


@pytest.mark.parametrize(
    ("key", "taken", "refused"),
    [
        ("required_width", ["1", "2"], ["0", "-1", "1.5", '"3"']),
        ("zero_rule", ["show", "hide"], ["blur"]),
        ("own_case", ["true", "false"], ["1", "はい"]),
        (
            "dominance",
            [],
            ["0.01", "0.99"],
        ),  # no table knows what one reporter contributed: nothing would be hidden
        ("licence", ['""', "https://x"], ["http://x", "https://", "https://x y", "CC BY"]),
    ],
)
def test_a_rule_is_taken_up_to_its_edges_and_refused_beyond(tmp_path, key, taken, refused):
    for value in taken:
        read(tmp_path, f"{key}: {value}\n")
    for value in refused:
        with pytest.raises(ParameterError) as told:
            read(tmp_path, f"{key}: {value}\n")
        assert [problem.key for problem in told.value.problems] == [key], value


@pytest.mark.parametrize(("old", "new"), [
    ("1000", "0"), ("県全体", '""'), ("[month]", "month"), (", reason: 県全体", ""), ("population", "people"),
])  # fmt: skip
def test_an_exemption_without_its_total_its_axes_or_its_reason_is_refused(tmp_path, old, new):
    assert read(tmp_path, f"exemptions: [{EXEMPTION.replace('1000', '1')}]\n").exemptions[0].min_total == 1
    with pytest.raises(ParameterError):
        read(tmp_path, f"exemptions: [{EXEMPTION.replace(old, new)}]\n")


@pytest.mark.parametrize(
    ("high", "good"), [("", True), (", high: 21", True), (", high: 20", True), (", high: 19", False)]
)
def test_a_known_figure_lies_between_its_ends(tmp_path, high, good):
    text = f"public_figures: [{FIGURE[:-1]}{high}}}]\n"
    if good:
        assert read(tmp_path, text).public_figures[0].low == 20
    else:
        with pytest.raises(ParameterError, match="high は low 以上の数"):
            read(tmp_path, text)


@pytest.mark.parametrize(("low", "good"), [("-1", False), ("0", True), ("1", True)])
def test_nobody_may_be_known_to_be_there_and_no_fewer(tmp_path, low, good):
    text = f"public_figures: [{FIGURE.replace('20', low)}]\n"
    if good:
        assert read(tmp_path, text).public_figures[0].low == int(low)
    else:
        with pytest.raises(ParameterError, match="low"):
            read(tmp_path, text)


def test_the_days_of_a_known_figure_are_two(tmp_path):
    text = f"public_figures: [{FIGURE[:-1]}, period: [2023-04-01, 令和6年3月31日]}}]\n"
    period = read(tmp_path, text).public_figures[0].period
    assert period is not None
    assert [day.isoformat() for day in period] == ["2023-04-01", "2024-03-31"]
    with pytest.raises(ParameterError, match="period"):
        read(tmp_path, text.replace(", 令和6年3月31日", ""))
