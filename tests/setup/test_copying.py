"""A file of parameters is changed in its text, and nothing else in it is."""

import pytest
import yaml

from ujo_lib.setup.copying import (
    QUESTIONS,
    SetupError,
    asked_anew,
    flat_file,
    list_file,
    moved_values,
    moved_waves,
    newest_year,
    remarks_on,
    without_marks,
)

FLAT = """\
# 年度の設定
site: uki    # 変えない
seed: 2023
names:    # 二つ
  - a
  - b
wave: "R5"
"""


@pytest.mark.parametrize(
    ("years", "but", "newest"),
    [
        ((2021, 2023), None, 2023),
        ((2021, 2023), 2023, 2021),
        ((2023,), 2023, 2023),
        ((2021, 2023), 2022, 2021),
        ((2021, 2023), 2024, 2023),
        ((2021, 2023), 2020, 2021),
    ],
)
def test_a_year_is_set_up_from_the_newest_before_it_the_next_one_or_itself_alone(
    tmp_path, years, but, newest
):
    for year in years:
        (tmp_path / f"params/uki/fy{year}").mkdir(parents=True)
    (tmp_path / "params/uki/fy20245").mkdir()
    assert newest_year(tmp_path, "uki", but) == newest
    with pytest.raises(SetupError, match="もとにする年度がありません"):
        newest_year(tmp_path, "wakaba")


def test_only_the_values_that_change_are_rewritten_whatever_stands_around_them():
    text = flat_file(
        FLAT, {"seed": 7, "names": ["c"], "wave": "R6", "lacking": 1}, {"seed": "種か", "lacking": "?"}
    )
    assert text == (
        "# 年度の設定\nsite: uki    # 変えない\nseed: 7    # 要確認: 種か\n"
        'names:    # 二つ\n  ["c"]\nwave: "R6"\n'
    )
    assert yaml.safe_load(text) == {"site": "uki", "seed": 7, "names": ["c"], "wave": "R6"}


@pytest.mark.parametrize("text", ["", "# 何もない\n", "- a\n"])
def test_a_file_without_parameters_stays_as_it_is(text):
    assert flat_file(text, {"seed": 1}, {"seed": "?"}) == text


@pytest.mark.parametrize(
    "value", ["yes", "05", "a: b", "# c", "「」", "", [], ["no"], {"x": 1}, True, None, 0.1]
)
def test_what_yaml_might_misread_is_read_back_as_it_was_meant(value):
    assert yaml.safe_load(flat_file(FLAT, {"seed": value}, {}))["seed"] == value


def test_marks_of_the_old_year_go_and_other_remarks_stay():
    text = "# 要確認: 全体\n# ふつうの注\nseed: 1    # 要確認: 種か\nwave: R5  # 要確認\nsite: uki    # 変えない\n"
    assert without_marks(text) == "# ふつうの注\nseed: 1\nwave: R5\nsite: uki    # 変えない\n"


def test_the_wave_before_is_the_one_that_was_this_years():
    content = {
        "wave": "R5",
        "earlier_wave": "R1",
        "fiscal_year": "2023",
        "stated_impressions": 9,
        "seed": 2023,
    }
    assert moved_values(content, 1, 2023) == {
        "wave": "R6", "earlier_wave": "R5", "fiscal_year": "2024", "stated_impressions": 0,
    }  # fmt: skip
    assert "earlier_wave" not in moved_values({"earlier_wave": "R1"}, 1, 2023)
    assert moved_values({"period_start": "", "created_on": "2024-10-31"}, 1, 2023) == {
        "period_start": "",
        "created_on": "2025-10-31",  # a Friday
    }


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("2023年の資料", True),
        ("fy2023/a.csv", True),
        ("R5", True),
        ("令和の調査", True),
        ("2023", False),
        ("AR5", False),
    ],
)
def test_a_value_that_may_name_a_year_is_asked_about_where_nobody_knows_whether_it_moves(value, asked):
    assert ("survey" in remarks_on({"survey": value})) is asked
    assert "gaps" not in remarks_on({"gaps": value})  # a fact of the past


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_list_that_is_asked_anew_keeps_its_explanation_and_nobodys_entries(name):
    key = QUESTIONS[name][0]
    made = asked_anew(name, f"# 説明\n{key}:\n  - {{about: 前の市, why: 秘密}}\n")
    assert made.startswith("# 説明\n")
    assert "前の市" not in made
    assert yaml.safe_load(made) == {key: []}
    example = next(line for line in made.splitlines() if line.startswith("#  - "))
    assert yaml.safe_load(f"{key}:\n{example[1:]}\n")[key]  # as the remark says: without # and []


def test_what_was_published_starts_anew_and_other_lists_keep_their_words():
    assert yaml.safe_load(list_file("published.yaml", "claims:\n  - {id: A1, published: 5}\n", 1)) == {
        "claims": []
    }
    text = "limits:\n  - about: R5のこと\n    why: 令和5年に25人でした。\n    next: fy2023 の表\n"
    assert list_file("limits.yaml", text, 1).splitlines() == [
        "limits:",
        "  - about: R5のこと    # 要確認: この年度に合うか",
        "    why: 令和5年に25人でした。    # 要確認: この年度に合うか",
        "    next: fy2024 の表    # 要確認: この年度に合うか",
    ]


@pytest.mark.parametrize(
    ("name", "key", "prose", "asked"),
    [
        ("limits.yaml", "limits", "why: 過去の調査には、何人が答えたかの記録がありません。", True),
        ("goals.yaml", "goals", "note: 過去の調査に回答数が残っていないため、推移は計算できない。", True),
        ("limits.yaml", "limits", "about: 増えたか減ったか", False),
        ("goals.yaml", "goals", "goal: 推移を見られるようにする", False),
        ("key_figures.yaml", "key_figures", "note: 回答した委員が知っている人", False),
    ],
)
def test_why_something_could_not_be_said_is_asked_anew_in_another_year(name, key, prose, asked):
    """The second survey had its denominators, and the page still said that those of the past are lost."""
    made = list_file(name, f"{key}:\n  - {prose}\n", 1)
    assert ("要確認" in made, prose in made) == (asked, True)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("why: 2022年は、\n      いない。", 1),
        ("why: |\n      2022年は、\n      いない。", 0),
        ("why: >\n      2022年は、いない。", 0),
        ('why: "2022年は、\n      いない。"', 1),
        ("why: 2022年は、いない。", 0),
    ],
)
def test_a_mark_stands_where_yaml_takes_a_comment(written, at):
    text = f"limits:\n  - {written}\n"
    made = list_file("limits.yaml", text, 1)
    assert [number for number, line in enumerate(made.splitlines()) if "要確認" in line] == [1 + at]
    assert yaml.safe_load(made) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("name", "value", "start", "is_asked"),
    [
        ("plan_digest", "abc", "", True),
        ("stated_impressions", 9, 0, True),
        ("stated_link_clicks", 9, 0, True),
        ("hand_codes", "codes.csv", "", False),  # the page says itself that nobody has read
    ],
)
def test_what_is_known_only_in_its_year_starts_anew_and_is_asked_for(name, value, start, is_asked):
    assert moved_values({name: value}, 1, 2023) == {name: start}
    assert set(remarks_on({name: value})) == ({name} if is_asked else set())
    assert remarks_on({"site": "uki"}) == {}


def test_labels_of_cells_move_each_in_its_place_though_a_year_before_them_grows_longer():
    text = "".join(f"  - where: {{年度: 令和9年度, 回: {number}}}\n" for number in "あいう")
    made = list_file("key_figures.yaml", f"key_figures:\n{text}", 1)
    assert made == f"key_figures:\n{text.replace('令和9', '令和10')}"


@pytest.mark.parametrize(("years", "named"), [(-1, "R1"), (0, "R1"), (1, "R5"), (2, "R5")])
def test_a_cell_of_the_earlier_survey_names_the_one_that_the_new_year_compares_with(years, named):
    waves = moved_waves({"wave": "R5", "earlier_wave": "R1"}, years, 2023)
    made = list_file(
        "indicators.yaml", "indicators:\n  - dispersion: {where: {過去の回: R1}}\n", years, waves
    )
    assert yaml.safe_load(made)["indicators"][0]["dispersion"]["where"] == {"過去の回": named}


def test_a_first_survey_has_no_earlier_one_to_name():
    assert moved_waves({"wave": "R5", "earlier_wave": ""}, 1, 2023) == {}
    assert moved_waves({"wave": "R5"}, 1, 2023) == {}


def test_a_label_that_an_alias_repeats_moves_once():
    text = "claims:\n  - cell: {where: &where {年度: R5}}\n  - cell: {where: *where}\n"
    assert list_file("goals.yaml", text, 1) == text.replace("R5", "R6")


def test_a_heading_that_holds_a_figure_is_nothing_to_look_at_for_another_year():
    text = (
        "indicators:\n"
        "  - label: 相談\n"
        "    place: {table: 02_bases, value: 年度(4~3月の件数), where: {範囲: 県}}\n"
        "    low: 95%信頼区間の下限(%)\n"
        "    changed: {2022: 令和4年度から様式が変わった}\n"
    )
    made = list_file("indicators.yaml", text, 1).splitlines()
    assert [line for line in made if "要確認" in line] == [
        "    changed: {2022: 令和4年度から様式が変わった}    # 要確認: この年度に合うか"
    ]


@pytest.mark.parametrize("name", ["prevalence_source", "compared_survey", "shown_surveys"])
def test_a_survey_of_the_nation_stays_and_it_is_asked_whether_there_is_a_newer_one(name):
    """In 2030 the nation of 2022 stood beside the city without a word."""
    assert name not in moved_values({name: "令和4(2022)年"}, 8, 2022)
    assert remarks_on({name: "令和4(2022)年"}) == {name: "国のより新しい調査がないか"}
    assert remarks_on({name: []}) == {}


def test_why_an_input_was_lacking_is_asked_anew_in_another_year():
    text = "ads:\n  files: [fy2024/a.csv]\nnot_supplied:\n  waves: 初めての調査のため\n"
    assert list_file("inputs.yaml", text, 1).splitlines() == [
        "ads:",
        "  files: [fy2025/a.csv]",
        "not_supplied:",
        "  waves: 初めての調査のため    # 要確認: この年度に合うか",
    ]


@pytest.mark.parametrize(
    ("compared", "moved"), [([], ["2024"]), (["2022"], ["2023"]), (["2022", "2023"], ["2023", "2024"])]
)
def test_a_second_year_is_compared_with_the_first(compared, moved):
    assert moved_values({"compared_years": compared}, 1, 2024) == {"compared_years": moved}


@pytest.mark.parametrize(
    ("compared", "moved"),
    [([], ["2024"]), (["2023"], ["2024"]), (["2022", "2023"], ["2023", "2024"]), (["2021"], ["2023"])],
)
def test_after_a_year_left_out_nothing_is_compared_with_it(compared, moved):
    assert moved_values({"compared_years": compared}, 2, 2024) == {"compared_years": moved}


@pytest.mark.parametrize(
    ("years", "compared"), [(0, ["2021", "R4"]), (-1, ["2021", "R4"]), (-2, ["2021"]), (-3, [])]
)
def test_a_year_set_up_backwards_is_compared_with_the_known_years_before_it_and_none_that_never_was(
    years, compared
):
    """2021 and 2022 beside 2024 became 2016 and 2017 beside 2019."""
    content = {"compared_years": ["2021", "R4"]}
    assert moved_values(content, years, 2024)["compared_years"] == compared


@pytest.mark.parametrize(
    ("years", "compared", "earlier"),
    [(-6, [], ""), (-5, [], ""), (-4, [], "R1"), (-1, [], "R1"), (0, [], "R1"), (1, ["2024"], "R6")],
)
def test_a_year_before_the_first_is_compared_with_no_later_one(years, compared, earlier):
    content = {"compared_years": [], "wave": "R6", "earlier_wave": "R1"}
    moved = content | moved_values(content, years, 2024)
    assert (moved["compared_years"], moved["earlier_wave"]) == (compared, earlier)
