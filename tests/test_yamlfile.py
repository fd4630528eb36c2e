"""Whatever stands in a YAML file: a model, or mistakes told in Japanese; never another exception."""

import re
from contextlib import suppress
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ujo_lib.params import load_settings, notebooks_of, project_root, settings_model
from ujo_lib.params.annual import Claims, Goals, Indicators, KeyFigures, Limits
from ujo_lib.params.disclosure import DisclosureRules
from ujo_lib.params.inputs import AdHeadings, Inputs
from ujo_lib.params.seasonality import SchoolBreaks
from ujo_lib.questionnaire import Questionnaire
from ujo_lib.yamlfile import Declared, Many, ParameterError, Word, nearest, read_yaml

PARAMS = project_root() / "params"
YEAR = PARAMS / "sample" / "fy2023"
FILES = {
    Claims: YEAR / "published.yaml",
    Goals: YEAR / "goals.yaml",
    Indicators: YEAR / "indicators.yaml",
    KeyFigures: YEAR / "key_figures.yaml",
    Limits: YEAR / "limits.yaml",
    DisclosureRules: YEAR / "disclosure.yaml",
    Inputs: YEAR / "inputs.yaml",
    AdHeadings: PARAMS / "ad_headings.yaml",
    SchoolBreaks: PARAMS / "school_breaks.yaml",
    Questionnaire: PARAMS / "survey_items.yaml",
}
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 3000), st.floats(), st.dates(), st.text("0a年.~R", max_size=4)
)
NAMES = sorted(
    {name for file in FILES.values() for name in re.findall(r"[a-z_]+(?=:)", file.read_text("utf-8"))}
)
KEYS = st.one_of(SCALARS, st.sampled_from(NAMES))
SHAPES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


CONTENTS = {model: yaml.safe_load(file.read_text(encoding="utf-8")) for model, file in FILES.items()}


def written(content: object, file: Path) -> Path:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the fast one where it is built
    file.write_text(yaml.dump(content, Dumper=dumper, allow_unicode=True), encoding="utf-8")
    return file


def ends_well(model, file: Path) -> None:
    try:
        read_yaml(model, file)
    except ParameterError as error:
        found = error.problems
    else:
        return
    assert {problem.file for problem in found} == {file.name}
    assert not [problem for problem in found if re.fullmatch(r"[ -~]*", problem.expected)]


@pytest.mark.parametrize("model", FILES, ids=lambda model: model.__name__)
def test_the_sample_is_valid(model):
    assert read_yaml(model, FILES[model])


@pytest.mark.parametrize("model", FILES, ids=lambda model: model.__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=SHAPES)
def test_any_shape_ends_in_a_model_or_in_japanese(tmp_path, model, shape):
    ends_well(model, written(shape, tmp_path / "any.yaml"))


def _places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _places(one, (*path, key))


@pytest.mark.parametrize("model", FILES, ids=lambda model: model.__name__)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_valid_file_with_anything_put_in_any_place_ends_in_a_model_or_in_japanese(tmp_path, model, data):
    content = deepcopy(CONTENTS[model])
    content = {name: value[:3] if isinstance(value, list) else value for name, value in content.items()}
    *way, last = data.draw(st.sampled_from([path for path in _places(content) if path]))
    inside = content
    for step in way:
        inside = inside[step]
    inside[last] = data.draw(SHAPES)
    ends_well(model, written(content, tmp_path / "any.yaml"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=SHAPES, notebook=st.sampled_from(notebooks_of(project_root(), "sample")))
def test_any_shape_of_a_parameter_file_ends_in_settings_or_in_japanese(tmp_path, shape, notebook):
    with suppress(ParameterError):
        load_settings(settings_model(notebook), written(shape, tmp_path / "common.yaml"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("ab: -[]{}&*#!|>'\"\n\t?,0<~", max_size=40))
def test_any_text_ends_in_a_model_or_in_japanese(tmp_path, text):
    file = tmp_path / "any.yaml"
    file.write_text(text, encoding="utf-8")
    ends_well(Limits, file)


class Leaf(Declared):
    name: str
    size: Word = ""


class Tree(Declared):
    leaves: Many[Leaf] = ()
    by_name: dict[str, Leaf] = {}  # noqa: RUF012  # pydantic copies it
    top: Leaf | None = None
    graft: "Tree | None" = None


def problems(tmp_path, text):
    file = tmp_path / "tree.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        read_yaml(Tree, file)
    return [(problem.line, problem.key, problem.remedy) for problem in caught.value.problems]


def test_an_unknown_name_is_told_with_the_nearest_of_its_own_place(tmp_path):
    text = "leafs: []\nleaves:\n  - {name: a, sise: b}\nby_name:\n  x: {name: a, leaves: c}\n"
    found = problems(
        tmp_path, f"{text}top: {{name: a, sise: b}}\ngraft: {{leaves: [{{name: a, sise: b}}]}}\n"
    )
    assert found == [
        (3, "leaves.1番目.sise", "「size」の書き間違いではありませんか"),
        (5, "by_name.x.leaves", "この行を消してください"),
        (6, "top.sise", "「size」の書き間違いではありませんか"),
        (7, "graft.leaves.1番目.sise", "「size」の書き間違いではありませんか"),
        (1, "leafs", "「leaves」の書き間違いではありませんか"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("leaves: []\nleaves: []\n", 2, "「leaves」は一度だけ"),
        ("? [a]\n: b\n", 1, "文字の名前"),
        ("leaves:\n\t- a\n", 2, "UTF-8 の YAML"),
        ("leaves: &a [*a]\n", 1, "項目: 値"),
        ("leaves: " + "9" * 5000, None, "ふつうの大きさ"),
        ("[" * 5000, None, "YAML"),
    ],
)
def test_what_no_model_could_say_is_told_with_its_line(tmp_path, text, line, told):
    file = tmp_path / "tree.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        read_yaml(Tree, file)
    (problem,) = caught.value.problems
    assert told in problem.expected
    assert problem.line == line or line is None


def test_keys_and_numbers_are_as_written_days_wait_for_their_model_and_nothing_is_not_said(tmp_path):
    file = tmp_path / "tree.yaml"
    file.write_text("leaves:\nby_name: {007: {name: 2024-02-29, size: 3}}\n", encoding="utf-8-sig")
    tree = read_yaml(Tree, file)
    assert tree.leaves == ()
    assert tree.by_name["007"] == Leaf(name="2024-02-29", size="3")


@pytest.mark.parametrize(
    ("written", "day"), [("2024-02-29", date(2024, 2, 29)), ("令和6年2月29日", date(2024, 2, 29))]
)
def test_a_day_is_read_as_people_write_it(tmp_path, written, day):
    file = tmp_path / "breaks.yaml"
    file.write_text(f"breaks: [{{name: 春, start: {written}, end: {written}}}]", encoding="utf-8")
    assert read_yaml(SchoolBreaks, file).breaks[0].start == day


def test_a_day_that_does_not_exist_is_told(tmp_path):
    file = tmp_path / "breaks.yaml"
    file.write_text("breaks: [{name: 春, start: 2023-02-29, end: 2023-03-01}]", encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        read_yaml(SchoolBreaks, file)
    assert [problem.key for problem in caught.value.problems] == ["breaks.1番目.start"]


@pytest.mark.parametrize("model", FILES, ids=lambda model: model.__name__)
def test_a_value_too_deep_or_too_long_to_be_written_down_is_told_of_all_the_same(tmp_path, model):
    deep, layers = (
        "[" * 5000 + "]" * 5000,
        "".join(f"v{n}: &v{n} [{f'*v{n - 1}, ' * 9}]\n" for n in range(1, 12)),
    )
    for number, text in enumerate([deep, f"version: {deep}", "v0: &v0 1\n" + layers]):
        file = tmp_path / f"{number}.yaml"
        file.write_text(text, encoding="utf-8")
        ends_well(model, file)


@pytest.mark.parametrize("size", ["true", "[1]", "{a: 1}"])
def test_what_is_no_text_is_not_made_one(tmp_path, size):
    assert problems(tmp_path, f"leaves:\n  - {{name: a, size: {size}}}\n")[0][:2] == (2, "leaves.1番目.size")
    assert problems(tmp_path, "leaves:\n  - {name: 1}\n")[0][:2] == (2, "leaves.1番目.name")


@pytest.mark.parametrize(
    ("model", "text", "told"),
    [
        (
            DisclosureRules,
            "public_figures:\n  - {population: a, high: 2, low: 3, source: b}\n",
            (2, "public_figures.1番目.low、high", "3、2"),
        ),
        (
            SchoolBreaks,
            "breaks:\n  - name: 夏\n    end: 2023-07-20\n    start: 2023-07-21\n",
            (4, "breaks.1番目.start、end", "'2023-07-21'、'2023-07-20'"),
        ),
    ],
)
def test_values_that_are_wrong_beside_each_other_are_both_named(tmp_path, model, text, told):
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        read_yaml(model, file)
    found = [(one.line, one.key, one.value) for one in caught.value.problems if "、" in one.key]
    assert found == [told]


def test_what_was_read_is_not_changed_later():
    with pytest.raises(ValidationError):
        Leaf(name="a").name = "b"


@pytest.mark.parametrize(("letters", "shown"), [(57, 59), (58, 60), (59, 60), (500, 60)])
def test_a_wrong_value_is_repeated_up_to_sixty_characters(tmp_path, letters, shown):
    file = tmp_path / "tree.yaml"
    file.write_text(f"leaves: {'あ' * letters}\n", encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        read_yaml(Tree, file)
    (problem,) = caught.value.problems
    assert len(problem.value) == shown
    assert problem.value.endswith("…") == (letters > 58)


@pytest.mark.parametrize(
    ("written", "remedy"), [("", "空です。値を書くか、この行を消してください"), ("1", "値を直してください")]
)
def test_what_is_empty_is_to_be_written_and_what_is_wrong_corrected(tmp_path, written, remedy):
    assert problems(tmp_path, f"by_name:\n  a: {written}\n") == [(2, "by_name.a", remedy)]


def test_mistakes_are_numbered_from_one(tmp_path):
    file = tmp_path / "tree.yaml"
    file.write_text("leaves:\n- {name: 1}\n- {name: 2}\n", encoding="utf-8")
    with pytest.raises(
        ParameterError, match=r"2 件の誤り.*\n  1\. tree.yaml の2行目.*\n  2\. tree.yaml の3行目"
    ):
        read_yaml(Tree, file)


@pytest.mark.parametrize(
    ("name", "near"), [("abcd", "abcdef"), ("ab", "abcdef"), ("a", None), ("xyz", None), ("sead", "seed")]
)
def test_a_name_is_guessed_where_at_least_half_of_both_fits(name, near):
    """Twice the letters in common over the letters of both: of ab and abcdef 4 of 8, of a and abcdef 2 of 7."""
    assert nearest(name, ["seed", "abcdef"]) == near


class Held(Declared):
    word: Word | None = None
    number: float | None = None


@pytest.mark.parametrize(
    ("written", "word", "number"),
    [
        ("7", "7", 7.0), ("0", "0", 0.0), ("10", "10", 10.0), ("-3", "-3", -3.0),
        ("1.5", "1.5", 1.5), (".5", "0.5", 0.5), ("1.5e+3", "1500.0", 1500.0), ("010", "010", None),
        ("01100", "01100", None), ("00", "00", None), ("20:00", "20:00", None), ("1:30.5", "1:30.5", None),
        ("0x1F", "0x1F", None), ("0b1", "0b1", None), ("1_000", "1_000", None), ("01.5", "01.5", None),
    ],
)  # fmt: skip
def test_a_number_is_decimal_and_what_else_yaml_takes_for_one_stays_as_it_is_written(
    tmp_path, written, word, number
):
    """The code 01100 of a city was 576, and the clock 20:00 was 1200."""
    file = tmp_path / "a.yaml"
    file.write_text(f"word: {written}", encoding="utf-8")
    assert read_yaml(Held, file).word == word
    file.write_text(f"number: {written}", encoding="utf-8")
    if number is not None:
        assert read_yaml(Held, file).number == number
        return
    with pytest.raises(ParameterError, match="正しい値: 数値"):
        read_yaml(Held, file)
