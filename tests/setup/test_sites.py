"""`ujo new-site`: names, codes, filters and controls follow, and nothing of the pattern's city stays behind."""

import re
from dataclasses import replace

import openpyxl
import pytest
import yaml

from tests.setup.conftest import REPOSITORY
from ujo_lib import intake
from ujo_lib.cli import main
from ujo_lib.intake.schemas import EXAMPLE_MARK, PREFECTURES
from ujo_lib.params import ParameterError, notebooks_of, read_settings, read_yaml
from ujo_lib.params.annual import Claims, Goals, Indicators, KeyFigures, Limits
from ujo_lib.params.common import FACTS
from ujo_lib.params.disclosure import DisclosureRules
from ujo_lib.params.inputs import Inputs
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.readiness import undecided
from ujo_lib.setup import NewSite, SetupError, open_points, set_up_site, set_up_year
from ujo_lib.setup.copying import QUESTIONS, RESET
from ujo_lib.setup.prefectures import CODES, neighbours
from ujo_lib.setup.sites import _remarks, _values

HOUSE = {notebook.name: notebook for notebook in notebooks_of(REPOSITORY, "sample")}
TRACES = re.compile("宇城|熊本|[Kk]umamoto|\\buki\\b|43213|43000|三角|不知火|松橋")

RESIDENTS_AGES = ["16~29歳", "30~49歳", "50~69歳", "70歳以上"]


def _settings(root, notebook):
    folder = root / "params/wakaba/fy2024"
    return read_settings(HOUSE[notebook], folder)


def test_no_terms_of_use_are_granted_in_the_name_of_a_new_place(root, wakaba):
    assert DisclosureRules.read(root / "params/sample/fy2023/disclosure.yaml").licence
    assert DisclosureRules.read(root / "params/wakaba/fy2024/disclosure.yaml").licence == ""


def test_no_parameter_form_or_contract_names_the_pattern(root, wakaba):
    files = [
        file
        for folder in ("params/wakaba", "data/wakaba")
        for file in (root / folder).rglob("*")
        if file.is_file()
    ]
    assert len(files) > 25
    for file in files:
        if file.suffix in {".yaml", ".csv", ".tsv", ".html", ".txt"}:
            text = file.read_text(encoding="utf-8-sig")
            if file.suffix == ".html":  # the answers to 都道府県 are all 47
                text = text.replace("43 熊本県", "")
            assert not TRACES.search(text), (file, TRACES.search(text))


def test_titles_denominators_filters_and_controls_follow(root, wakaba):
    for notebook in HOUSE:
        settings = _settings(root, notebook)
        assert (settings.site_name, settings.prefecture, settings.area_code) == ("若葉市", "岡山県", "33203")
        assert settings.contacts == {"若葉市こころの相談": "平日9時〜17時"}
        assert not settings.synthetic
    assert _settings(root, "02_consultation_seasonality").prefecture_code == "33000"
    assert _settings(root, "02_consultation_seasonality").city_desk == "若葉市専用"
    outreach = _settings(root, "04_outreach_effect")
    assert outreach.neighbours == ["兵庫県", "鳥取県", "広島県", "香川県"]
    assert outreach.plan_digest == ""
    inputs = yaml.safe_load((root / "params/wakaba/fy2024/inputs.yaml").read_text(encoding="utf-8"))
    assert inputs["data_dir"] == "data/wakaba"
    assert inputs["labels"] == {
        "district": ["中央", "北", "南"],
        "channel": ["全国窓口", "若葉市専用", "その他自治体"],
        **dict.fromkeys(("residents.age_band", "residents_frame.age_band"), RESIDENTS_AGES),
    }


def test_what_people_type_in_is_a_workbook_that_intake_reads_and_a_first_year_asks_for_no_earlier_one(
    root, wakaba
):
    inputs = read_yaml(Inputs, root / "params/wakaba/fy2024/inputs.yaml")
    names = [name for files in inputs.kinds.values() for name in files.files]
    assert not [name for name in names if "fy2023" in name]
    typed = [name for name in names if name.startswith("site/") or "residents" in name or "voices" in name]
    assert len(typed) == 9
    assert {name.rpartition(".")[2] for name in typed} == {"xlsx"}
    assert {name.rpartition(".")[2] for name in names if "consult" in name or "national" in name} == {"csv"}
    for name in typed:
        path = root / "data/wakaba" / name
        book = openpyxl.load_workbook(path)
        first = book["記入"]["A2"]
        first.value = first.value.replace(EXAMPLE_MARK, "")
        book.save(path)
    kinds = [kind for kind, files in inputs.kinds.items() if files.files[0] in typed]
    found = intake.check(root / "params/wakaba/fy2024/inputs.yaml", kinds, root)
    assert [str(fault) for fault in found.faults if fault.severity == "error"] == []
    assert {len(found.frames[kind]) for kind in kinds} == {1}


def test_a_place_may_border_on_the_patterns_prefecture_and_name_it(root):
    told = {"熊本県境こころの電話": "096-000-0000"}
    set_up_site(
        root,
        NewSite("wakaba", "若葉市", "福岡県", "40203", 2024, channel="宇城市・若葉市共同", contacts=told),
    )
    assert _settings(root, "04_outreach_effect").neighbours == [
        "山口県",
        "佐賀県",
        "長崎県",
        "熊本県",
        "大分県",
    ]
    assert _settings(root, "04_outreach_effect").channel == "宇城市・若葉市共同"
    assert _settings(root, "02_consultation_seasonality").contacts == told
    inputs = read_yaml(Inputs, root / "params/wakaba/fy2024/inputs.yaml")
    assert list(inputs.labels["channel"])[1] == "宇城市・若葉市共同"


def test_the_files_of_a_trial_are_those_that_the_sample_writes(root):
    set_up_site(root, NewSite("trial", "試市", "岡山県", "33203", 2023, synthetic=True))
    pattern = read_yaml(Inputs, root / "params/sample/fy2023/inputs.yaml")
    trial = read_yaml(Inputs, root / "params/trial/fy2023/inputs.yaml")
    assert {kind: one.files for kind, one in trial.kinds.items()} == {
        kind: one.files for kind, one in pattern.kinds.items()
    }


def test_what_only_a_person_can_know_is_on_the_list(root, wakaba):
    points = "\n".join(str(point) for point in open_points(root, "wakaba", 2024))
    for name in ("見込んだ、市の窓口の年間の件数", "ページに載せる作成日", "近隣県", "目標", "過去の調査回"):
        assert name in points
    marked = (root / "params/wakaba/fy2024/02_consultation_seasonality.yaml").read_text(encoding="utf-8")
    assert re.search(
        r"^school_breaks: .*# 要確認: 学校の休みはこの市町村の日程か", marked, flags=re.MULTILINE
    )


@pytest.mark.parametrize("contacts", [{}, {"若葉市こころの相談": "平日9時〜17時"}])
def test_only_who_has_named_no_window_is_asked_for_one_and_nothing_is_planned_for_anybody(contacts):
    site = NewSite("wakaba", "若葉市", "岡山県", "33203", 2024, contacts=contacts)
    assert ("contacts" in _remarks(site)) == (not contacts)
    assert _values(site)["contacts"] == contacts
    assert _values(site)["planned_city_per_year"] == _values(site)["planned_prefecture_per_year"] == 0


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_lists_in_a_places_own_words_start_empty_and_hold_no_sentence_of_the_pattern(root, wakaba, name):
    pattern = (root / "params/sample/fy2023" / name).read_text(encoding="utf-8")
    text = (root / "params/wakaba/fy2024" / name).read_text(encoding="utf-8")
    assert list(yaml.safe_load(text).values()) == [[]]
    assert text.count("#   - ") == len(QUESTIONS[name][2])
    entries = [
        line for line in pattern.splitlines() if re.search("[ぁ-ん]", line) and not line.startswith("#")
    ]
    assert len(entries) > 3
    assert not [line for line in entries if line in text]


@pytest.mark.parametrize(("name", "model"), [("limits.yaml", Limits), ("key_figures.yaml", KeyFigures),
                                             ("goals.yaml", Goals), ("indicators.yaml", Indicators),
                                             ("published.yaml", Claims)])  # fmt: skip
def test_the_example_of_a_list_can_be_read_as_it_stands_once_its_sign_is_taken_away(
    root, wakaba, name, model
):
    file = root / "params/wakaba/fy2024" / name
    text = re.sub(r"^(\w+): \[\].*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    example = re.search(r"^#(  - \{.*)$", text, flags=re.MULTILINE)[1]
    file.write_text(f"{QUESTIONS[name][0]}:\n{example}\n", encoding="utf-8")
    (entry,) = getattr(read_yaml(model, file), QUESTIONS[name][0])
    cell = getattr(entry, "cell", None) or getattr(entry, "place", None)
    assert (name == "limits.yaml") == (cell is None)


def test_a_release_is_refused_before_anything_runs_while_a_mark_or_an_unchecked_contact_is_left(
    root, wakaba, capsys
):
    folder = root / "params/wakaba/fy2024"
    assert main(["release", "wakaba", "2024"]) == 6
    said = capsys.readouterr().err
    marked = (folder / "limits.yaml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(marked, 1) if "要確認" in text)
    assert f"params/wakaba/fy2024/limits.yaml の {line} 行目: この調査と記録から言えないことを書く" in said
    assert re.search(r"common\.yaml の \d+ 行目: 相談窓口の連絡先が未確認", said)
    for file in folder.glob("*.yaml"):
        file.write_text(re.sub(r" *# 要確認.*", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    place = SiteYear(root, "wakaba", 2024)
    (contact,) = undecided(place)
    assert "連絡先が未確認" in contact
    common = folder / "common.yaml"
    text = common.read_text(encoding="utf-8").replace(
        'contacts_checked_on: ""', 'contacts_checked_on: "2025-05-01"'
    )
    common.write_text(text, encoding="utf-8")
    assert undecided(place) == []
    (root / "params/wakaba/codebook.yaml").write_text("# 要確認: 番号\n", encoding="utf-8")
    assert undecided(place) == ["params/wakaba/codebook.yaml の 1 行目: 番号(確かめたら「# 要確認」を消す)"]


def test_a_place_that_is_there_already_is_left_alone(root, wakaba):
    before = {file: file.read_bytes() for file in (root / "params/wakaba").rglob("*.yaml")}
    with pytest.raises(SetupError, match="はもうあります"):
        set_up_site(root, wakaba)
    assert {file: file.read_bytes() for file in (root / "params/wakaba").rglob("*.yaml")} == before


@pytest.mark.parametrize("written", [0, 1, 12, -1])
def test_a_place_of_which_the_making_was_interrupted_is_made_whole_by_the_same_command(root, wakaba, written):
    """`ujo new-site` named `ujo new-year`, which found no year to copy and named `ujo new-site`."""
    before = {file: file.read_bytes() for file in (root / "params/wakaba").rglob("*.yaml")}
    forms = sorted(file for file in (root / "data/wakaba").rglob("*") if file.is_file())
    for file in [*sorted(before), *forms][written:]:
        file.unlink()
    (root / "params/wakaba/fy2024" / f".inputs.yaml.{'0f' * 8}").touch()
    set_up_site(root, wakaba)
    assert {file: file.read_bytes() for file in (root / "params/wakaba").rglob("*.yaml")} == before
    assert all(file.is_file() for file in forms)


def test_a_place_that_was_begun_otherwise_is_left_alone(root, wakaba):
    (root / "params/wakaba/fy2024/inputs.yaml").unlink()
    with pytest.raises(SetupError, match="はじめと同じ書き方"):
        set_up_site(root, replace(wakaba, districts=("中央",), site_name="若葉町"))
    assert not (root / "params/wakaba/fy2024/inputs.yaml").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "若葉"}, "フォルダー名"),
        ({"name": "sample"}, "フォルダー名"),
        *(
            ({"name": name}, "フォルダー名")
            for name in ("con", "nul", "lpt1", "-kita", "Kita", "ki.ta", "kita\n")
        ),
        ({"prefecture": "岡山"}, "岡山県"),
        ({"area_code": "43203"}, "33 で始まる"),
        ({"area_code": "332038"}, "検査数字"),
        *(({"site_name": name}, "名称") for name in ("", " 若葉市", "若葉市 # 仮", "若葉市: 仮", "2024")),
        ({"districts": ("中央", "北,南")}, "「北,南」"),
        ({"channel": "[若葉]"}, "「\\[若葉\\]」"),
    ],
)
def test_a_wrong_name_or_code_is_told_before_anything_is_written(changed, message):
    right = {
        "name": "wakaba",
        "site_name": "若葉市",
        "prefecture": "岡山県",
        "area_code": "33203",
        "year": 2024,
    }
    with pytest.raises(SetupError, match=message):
        NewSite(**(right | changed))


@pytest.mark.parametrize("name", ["conan", "com", "com10", "kita-", "_kita", "2"])
def test_a_name_that_only_resembles_one_of_a_device_is_taken(name):
    assert NewSite(name, "若葉市", "岡山県", "33203", 2024).name == name


def test_neighbours_are_mutual_and_everybody_has_some():
    for prefecture in CODES:
        found = neighbours(prefecture)
        assert found, prefecture
        assert all(prefecture in neighbours(other) for other in found)
        assert all(other in CODES for other in found)


def test_the_codes_are_those_of_the_ministry():
    # JIS X 0401, prefecture codes 01 to 47
    assert len(CODES) == 47
    assert {name: CODES[name] for name in ("北海道", "東京都", "岡山県", "熊本県", "沖縄県")} == {
        "北海道": "01", "東京都": "13", "岡山県": "33", "熊本県": "43", "沖縄県": "47",
    }  # fmt: skip
    assert len(PREFECTURES) == 49


def test_the_first_year_asked_for_again_changes_nothing_and_gets_back_what_it_lacks(root, wakaba):
    """README.ja.md: a new place is set up, then the same year is asked for to see what is missing."""
    folder = root / "data/wakaba/fy2024"
    lost = min(folder.glob("*.xlsx"))
    lost.unlink()
    before = {file: file.read_bytes() for file in (root / "params/wakaba").rglob("*") if file.is_file()}
    made = set_up_year(root, "wakaba", 2024)
    assert made.new == (lost.relative_to(root).as_posix(),)
    assert {file: file.read_bytes() for file in before} == before


@pytest.mark.parametrize(
    ("notebook", "name"),
    [
        ("common", name)
        for name in ("site", "site_name", "prefecture", "synthetic", "created_on", "fiscal_year")
    ]
    + [
        ("04_outreach_effect", name)
        for name in ("plan_digest", "stated_impressions", "planned_city_per_year")
    ]
    + [("01_survey_descriptives", "wave"), ("02_consultation_seasonality", "city_desk")],
)
def test_a_fact_that_is_left_out_is_asked_for_and_never_taken_from_the_sample(root, wakaba, notebook, name):
    file = root / f"params/wakaba/fy2024/{notebook}.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(rf"^{name}:.*\n(?: .*\n)*", "", text, flags=re.MULTILINE), encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        _settings(root, "04_outreach_effect" if notebook == "common" else notebook)
    assert [(one.file, one.key) for one in refused.value.problems] == [(f"{notebook}.yaml", name)]


def test_what_is_no_fact_of_a_place_may_be_left_out_and_the_sample_keeps_its_defaults(root, wakaba):
    file = root / "params/wakaba/fy2024/common.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("seed: 2023\n", ""), encoding="utf-8")
    assert _settings(root, "04_outreach_effect").seed == 2023
    sample = root / "params/sample/fy2023"
    common = (sample / "common.yaml").read_text(encoding="utf-8")
    (sample / "common.yaml").write_text(common.replace("site_name: 宇城市\n", ""), encoding="utf-8")
    assert read_settings(HOUSE["04_outreach_effect"], sample).site_name == "宇城市"


@pytest.mark.parametrize(
    ("name", "other"), [("site", "midori"), ("fiscal_year", "'2023'"), ("fiscal_year", "'2025'")]
)
def test_parameters_copied_to_another_folder_do_not_speak_for_the_old_one(root, wakaba, name, other):
    file = root / "params/wakaba/fy2024/common.yaml"
    text = re.sub(rf"^{name}:.*$", f"{name}: {other}", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match="置いてあるフォルダー") as refused:
        _settings(root, "04_outreach_effect")
    assert [one.key for one in refused.value.problems] == [name]


def test_every_value_that_new_site_sets_is_a_fact_that_must_be_written():
    free = {"contacts", "show_extra"}  # what is left out is none
    site = NewSite("wakaba", "若葉市", "岡山県", "33203", 2024)
    assert (set(_values(site)) | {"fiscal_year", "created_on"}) - free <= set(FACTS)
    assert set(RESET) <= set(FACTS)


def test_the_files_of_a_new_place_name_its_own_command_and_are_signed_in_its_own_year(root, wakaba):
    """The pattern's date of 31 October 2024, a year on, is a Friday."""
    common = root / "params/wakaba/fy2024/common.yaml"
    assert "`ujo params wakaba 2024`" in common.read_text(encoding="utf-8")
    assert yaml.safe_load(common.read_text(encoding="utf-8"))["created_on"] == "2025-10-31"
    for file in (root / "params/wakaba").rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"ujo params (?!wakaba 2024)|params/sample/fy|fy2023", text), file.name


@pytest.mark.parametrize(
    ("name", "remarks"), [("common.yaml", False), ("02_consultation_seasonality.yaml", True)]
)
def test_remarks_on_the_patterns_own_year_go_and_the_meanings_of_parameters_stay(root, wakaba, name, remarks):
    for place, some in (("sample/fy2023", True), ("wakaba/fy2024", remarks)):
        text = (root / "params" / place / name).read_text(encoding="utf-8")
        assert bool(re.findall(r"^\w+:.* #(?! 要確認)", text, flags=re.MULTILINE)) is some, place
