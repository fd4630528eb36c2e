"""A release is planned from what outsiders know: rules, figures already public, and every release that left before."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.optimize import LinearConstraint, milp

from ujo_lib.columns import Count, Dimension
from ujo_lib.disclosure.signature import SIGN_OFF
from ujo_lib.disclosure.tables import PERIOD, PastRelease, Policy, PublicFigure
from ujo_lib.errors import InputError
from ujo_lib.params import ParameterError
from ujo_lib.params.disclosure import DisclosureRules
from ujo_lib.pipeline import knowledge, release
from ujo_lib.pipeline.keys import known_digest
from ujo_lib.pipeline.knowledge import Knowledge, remember
from ujo_lib.pipeline.layout import SiteYear
from ujo_lib.pipeline.release import Masked, NoPlanError, counted_tables, plan_masks
from ujo_lib.report.door.publish import Subject, TableRecord, TableSpec
from ujo_lib.store import Store
from ujo_lib.typed import Schema

FIVE = Policy(threshold=5, required_width=3)
FISCAL_2022, CALENDAR_2023 = ("2022-04-01", "2023-03-31"), ("2023-01-01", "2023-12-31")


class Step:
    """A finished step as far as the plan looks at it."""

    def __init__(self, *records):
        self._records = list(records)

    def records(self):
        return self._records


def topics(table_id, counts, days=(), total=True, groups=None):
    """Counts by topic, with their total unless told otherwise."""
    schema = Schema({"topic": Dimension(variable="topic", groups=groups or {}), "n": Count(unit="件")})
    spec = TableSpec(table_id, "相談の内容", Subject("相談", "合成", "contacts", days=days), schema)
    rows = {**counts, "総数": sum(counts.values())} if total else counts
    return TableRecord.of("02", spec, pd.DataFrame({"topic": list(rows), "n": list(rows.values())}))


def planned(finished, policy=FIVE, public=(), previous=(), keep=None):
    return plan_masks(counted_tables(finished), policy, public, previous, keep)


def audited(finished, masks, policy, public=(), previous=()):
    return Masked(counted_tables(finished), masks, policy, public, previous).audit()


def hidden_topics(masks, record):
    return [row[0] for row, gone in zip(record.rows, masks.flags[record.key]["n"], strict=True) if gone]


@pytest.fixture
def place(tmp_path):
    return SiteYear(tmp_path, "sample", 2023)


def known_by(place):
    return Knowledge.read(place, [SimpleNamespace(settings=SimpleNamespace(threshold=5, files={}))]).previous


@pytest.mark.parametrize("folder", ["release", "releases/{run}", "releases/{run}-2"])
@pytest.mark.parametrize(
    ("remembered", "current", "refused"),
    [
        ((), "now", True),
        (("b" * 12,), "now", True),  # another release of the year is remembered
        (("a" * 12,), "now", False),
        (("a" * 12, "b" * 12), "now", False),
        ((), "again", False),  # the run that makes anew what was lost
    ],
)
def test_a_signed_release_that_nobody_remembers_refuses_every_plan_of_its_site(
    place, monkeypatch, folder, remembered, current, refused
):
    """Folders restored from a copy without `disclosed`: a late case would not be subtracted from what was signed."""
    run = "a" * 12
    last = SiteYear(place.root, "sample", 2022)
    pages = last.outputs / folder.format(run=run)
    pages.mkdir(parents=True)
    (pages / SIGN_OFF).write_text("{}", encoding="utf-8")
    monkeypatch.setattr(knowledge.Manifest, "read", lambda _: SimpleNamespace(run_id=run))
    monkeypatch.setattr(knowledge, "run_id", lambda _: {"now": "c" * 12, "again": run}[current])
    old = {"02": Step(topics("topic", {"学校": 80, "家族": 90}, FISCAL_2022))}
    for one in remembered:
        remember(last.disclosed, one, counted_tables(old), planned(old, FIVE), FIVE)
    if not refused:
        assert len(known_by(place)) == len(remembered)
        return
    with pytest.raises(InputError, match=f"署名した公表 {pages.relative_to(place.root)} の記録がありません"):
        known_by(place)


def test_tables_of_two_notebooks_are_planned_together():
    """Two topics are hidden in one notebook; the other notebook's merged table must not give them back."""
    fine = topics("fine", {"学校": 4, "家族": 14, "勤務": 28})
    merged = topics("merged", {"学校・家族": 18, "勤務": 28}, groups={"学校・家族": ("学校", "家族")})
    alone = planned({"02": Step(fine)}, FIVE)
    assert hidden_topics(alone, fine) == ["学校", "家族"]
    both = {"02": Step(fine), "03": Step(merged)}
    made = planned(both, FIVE)
    assert audited(both, made, FIVE).ok
    assert len(hidden_topics(made, fine)) + len(hidden_topics(made, merged)) >= 2


def test_calendar_2023_and_fiscal_2022_cannot_be_subtracted(place):
    """January–March 2023 stand in both years; what is left of either year must not be a small count."""
    last_year = SiteYear(place.root, "sample", 2022)
    quarter = {"学校": 20, "家族": 31}
    old = {"02": Step(topics("topic", {"学校": 80, "家族": 90}, FISCAL_2022))}
    remember(last_year.disclosed, "a" * 12, counted_tables(old), planned(old, FIVE), FIVE)
    past = known_by(place)
    assert {atoms for one in past for v, atoms in one.table.region(0) if v == PERIOD}
    start = topics("start", quarter, ("2023-01-01", "2023-03-31"))
    year = topics("topic", {"学校": 23, "家族": 77}, CALENDAR_2023)
    new = {"02": Step(start, year)}
    naive = planned({"02": Step(year)}, FIVE)
    assert not any(naive.flags[year.key]["n"])  # nothing is small in the table itself
    careful = planned(new, FIVE, previous=past)
    assert audited(new, careful, FIVE, previous=past).ok
    assert any(careful.flags[year.key]["n"]) or any(careful.flags[start.key]["n"])


def bounds_of_the_rest(printed, totals):
    """Between which counts anybody who subtracts places each topic of the other half, without our library.

    Args:
        printed: topic → count of the year, count of the half; None where it is hidden.
        totals: of the year and of the half.
    """
    size = len(printed)
    equations, values = (
        [np.repeat([[1, 0]], size, axis=0).ravel(), np.repeat([[0, 1]], size, axis=0).ravel()],
        [*totals],
    )
    for place, pair in enumerate(printed.values()):
        for which, told in enumerate(pair):
            if told is not None:
                equations.append(np.eye(2 * size)[2 * place + which])
                values.append(told)
    rest = [np.eye(2 * size)[2 * place] - np.eye(2 * size)[2 * place + 1] for place in range(size)]
    rules = [
        LinearConstraint(np.array(equations), values, values),
        LinearConstraint(np.array(rest), 0, np.inf),
    ]
    found = {}
    for topic, one in zip(printed, rest, strict=True):
        ends = [milp(sign * one, constraints=rules, integrality=np.ones(2 * size)) for sign in (1, -1)]
        found[topic] = round(ends[0].fun), round(-ends[1].fun)
    return found


def months(counts, first="2023-04-01", last="2024-03-31"):
    """Contacts by month, without a total."""
    schema = Schema({"month": Dimension(variable="month"), "n": Count(unit="件")})
    spec = TableSpec("months", "月別", Subject("相談", "合成", "contacts", days=(first, last)), schema)
    frame = pd.DataFrame({"month": list(counts), "n": list(counts.values())})
    return TableRecord.of("02", spec, frame)


def places_left(record, masks, sums):
    """Least and greatest value of each hidden row, given sums over rows, by a programme without our library."""
    true = np.array([row[1] for row in record.rows])
    gone = np.array(masks.flags[record.key]["n"])
    names = [row[0] for row in record.rows]
    low, high = np.where(gone, 1, true), np.where(gone, np.inf, true)
    rows = np.array([[float(name in group) for name in names] for group in sums])
    rules = [LinearConstraint(rows, rows @ true, rows @ true), LinearConstraint(np.eye(len(true)), low, high)]
    ends = {}
    for one, name in zip(np.eye(len(true))[gone], np.array(names)[gone], strict=True):
        both = [milp(sign * one, constraints=rules, integrality=np.ones(len(true))) for sign in (1, -1)]
        ends[name] = round(both[0].fun), round(-both[1].fun)
    return ends


def knowing(record):
    return Knowledge(FIVE).figures(counted_tables({"02": Step(record)}))


def test_a_sum_that_only_an_overview_prints_gives_no_hidden_row_back():
    record = topics("topic", {"学校": 4, "家族": 14, "勤務": 28}, total=False)
    everything = [["学校", "家族", "勤務"]]
    assert places_left(record, planned({"02": Step(record)}, FIVE), everything) == {"学校": (4, 4)}
    careful = planned({"02": Step(record)}, FIVE, public=knowing(record))
    assert places_left(record, careful, everything) == {"学校": (1, 17), "家族": (1, 17)}
    alone = planned({"02": Step(record)}, FIVE)
    assert not audited({"02": Step(record)}, alone, FIVE, public=knowing(record)).ok


@pytest.mark.parametrize(("of_family", "told"), [(41, True), (39, True), (38, False), (36, False)])
def test_those_who_gave_none_of_several_answers_are_at_most_all_who_did_not_give_the_most_frequent(
    of_family, told
):
    """Of 42 who wrote 41 spoke of the family: in no theme is the 42nd alone, and 39 leave three values, not four."""
    theme = Dimension(variable="opinion_theme", multiple=True, alone="なし")
    spec = TableSpec(
        "themes", "意見", Subject(population="commissioners"), Schema({"theme": theme, "n": Count()})
    )
    counts = {"総数": 42, "家族": of_family, "居場所": 3, "なし": 42 - of_family}
    record = TableRecord.of("01", spec, pd.DataFrame({"theme": list(counts), "n": list(counts.values())}))
    step = {"01": Step(record)}
    naive, careful = planned(step, FIVE), planned(step, FIVE, public=knowing(record))
    assert audited(step, naive, FIVE, public=knowing(record)).ok != told
    assert audited(step, careful, FIVE, public=knowing(record)).ok
    assert not told or "家族" in hidden_topics(careful, record)


def test_no_hidden_pair_of_a_cross_is_opened_by_a_total_without_population():
    """Margins of one way are printed, the cross has none: two small cells in one column, one of them in each row."""
    schema = Schema({
        "sex": Dimension(variable="sex"), "topic": Dimension(variable="topic"), "n": Count(unit="件")
    })  # fmt: skip
    counts = {("女", "学校"): 2, ("男", "学校"): 9, ("女", "家族"): 9, ("男", "家族"): 3}
    spec = TableSpec("cross", "性別と内容", Subject("相談", "合成", "contacts"), schema)
    record = TableRecord.of("02", spec, pd.DataFrame([(*pair, n) for pair, n in counts.items()],
                                                     columns=["sex", "topic", "n"]))  # fmt: skip
    sums = knowing(record)
    assert [figure.low for figure in sums] == [23]
    careful = planned({"02": Step(record)}, FIVE, public=sums)
    hidden = [n for n, gone in zip(counts.values(), careful.flags[record.key]["n"], strict=True) if gone]
    assert len(hidden) >= 2
    assert sum(hidden) - (len(hidden) - 1) - 1 >= FIVE.required_width
    assert audited({"02": Step(record)}, careful, FIVE, public=sums).ok


def test_an_overview_of_two_kinds_of_years_gives_no_hidden_month_back():
    """The fiscal and the calendar year are printed: one hidden month on either side of New Year would be exact."""
    counts = dict.fromkeys([f"{month}月" for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)], 20)
    record = months({**counts, "5月": 3, "2月": 4})
    halves = [list(counts)[:9], list(counts)[9:]]
    exact = places_left(record, planned({"02": Step(record)}, FIVE), halves)
    assert exact == {"5月": (3, 3), "2月": (4, 4)}
    careful = planned({"02": Step(record)}, FIVE, public=knowing(record))
    for month, (low, high) in places_left(record, careful, halves).items():
        assert high - low >= FIVE.required_width, month


def left(record):
    """The table of a release that was planned by itself, as the next one knows it."""
    masks = planned({"02": Step(record)}, FIVE, public=knowing(record))
    (one,) = counted_tables({"02": Step(record)})
    return [PastRelease(one.table, masks.plan.mask(one.table.id), "fy2022/a")]


@pytest.mark.parametrize("march", [4, 5])
def test_the_fiscal_year_is_refused_that_leaves_a_month_of_the_calendar_year_to_subtraction(march):
    """184 in the calendar year, of them 180 in months that the fiscal year prints, too, and none before March."""
    late = [f"{month}月" for month in range(4, 13)]
    past = left(
        months({"1月": 0, "2月": 0, "3月": march, **dict.fromkeys(late, 20)}, "2022-01-01", "2022-12-31")
    )
    step = {"02": Step(months(dict.fromkeys([*late, "1月", "2月", "3月"], 20), *FISCAL_2022))}
    public = Knowledge(FIVE, previous=tuple(past)).figures(counted_tables(step), past)
    masks = planned(step, FIVE, public=public, previous=past)
    assert audited(step, masks, FIVE, public=public, previous=past).ok == (march >= FIVE.threshold)


@pytest.mark.parametrize("school", [4, 5])
def test_a_sum_that_the_overview_of_an_earlier_release_printed_opens_none_of_its_rows(school):
    """46 wrote, 28 about work, so the report on the family alone (14) tells the schools of the year before it."""
    past = left(topics("topic", {"学校": school, "家族": 14, "勤務": 28}, total=False))
    schema = Schema({"sex": Dimension(variable="sex"), "n": Count()}, where={"topic": ("家族",)})
    spec = TableSpec("family", "家族", Subject("相談", "合成", "contacts"), schema)
    step = {"02": Step(TableRecord.of("02", spec, pd.DataFrame({"sex": ["女", "男"], "n": [7, 7]})))}
    public = Knowledge(FIVE).figures(counted_tables(step), past)
    masks = planned(step, FIVE, public=public, previous=past)
    assert audited(step, masks, FIVE, public=public, previous=past).ok == (school >= FIVE.threshold)


@pytest.mark.parametrize("rest", [4, 5, 6])
@pytest.mark.parametrize("half_first", [False, True], ids=["the year left first", "the half left first"])
def test_nobody_gets_a_small_count_of_the_other_half_by_subtracting(place, rest, half_first):
    """The year has 20 + rest, the first half 20: only with 4 is the difference a small count."""
    counts = {"学校": 20, "家族": 31, "勤務": 44}
    whole = topics("topic", {"学校": 20 + rest, "家族": 62, "勤務": 90}, ("2023-04-01", "2024-03-31"))
    part = topics("topic", counts, ("2023-04-01", "2023-09-30"))
    half = SiteYear.named(place.root, "sample", "2023-h1")
    (one, first), (other, second) = [(place, whole), (half, part)][:: -1 if half_first else 1]
    masks = planned({"02": Step(first)}, FIVE)
    remember(one.disclosed, "a" * 12, counted_tables({"02": Step(first)}), masks, FIVE)
    past = Knowledge.read(other, [SimpleNamespace(settings=SimpleNamespace(threshold=5, files={}))]).earlier(
        counted_tables({"02": Step(second)})
    )[0]
    careful = planned({"02": Step(second)}, FIVE, previous=past)
    shown = {id(first): hidden_topics(masks, first), id(second): hidden_topics(careful, second)}
    printed = {
        topic: tuple(
            None if topic in shown[id(record)] else next(row[1] for row in record.rows if row[0] == topic)
            for record in (whole, part)
        )
        for topic in counts
    }
    low, high = bounds_of_the_rest(printed, (20 + rest + 152, 95))["学校"]
    if rest < FIVE.threshold:
        assert high - low >= FIVE.required_width
    else:
        assert not any(shown.values())
        assert (low, high) == (rest, rest)


def test_a_second_release_of_the_year_prints_nothing_that_opens_the_first(place):
    fine = topics("fine", {"学校": 4, "家族": 14, "勤務": 28})
    first = {"02": Step(fine)}
    remember(place.disclosed, "b" * 12, counted_tables(first), planned(first, FIVE), FIVE)
    past = known_by(place)
    added = topics("pairs", {"家族・勤務": 42}, total=False, groups={"家族・勤務": ("家族", "勤務")})
    second = {"02": Step(added)}
    assert not audited(second, planned(second, FIVE), FIVE, previous=past).ok
    careful = planned(second, FIVE, previous=past)
    assert audited(second, careful, FIVE, previous=past).ok
    assert "家族・勤務" in hidden_topics(careful, added)


def test_what_has_left_under_a_looser_threshold_is_printed_again_and_called_public(place):
    fine = topics("fine", {"学校": 4, "家族": 14, "勤務": 28})
    three = Policy(threshold=3)
    first = {"02": Step(fine)}
    remember(place.disclosed, "c" * 12, counted_tables(first), planned(first, three), three)
    past = known_by(place)
    made = planned(first, FIVE, previous=past)
    assert hidden_topics(made, fine) == []
    assert set(audited(first, made, FIVE, previous=past).frame["verdict"]) == {"既公表"}


def test_the_memory_of_a_release_outlives_its_pages_and_does_not_unsettle_its_own_run(place):
    first = {"02": Step(topics("fine", {"学校": 4, "家族": 14}))}
    before = known_digest(place, "d" * 12)
    remember(place.disclosed, "d" * 12, counted_tables(first), planned(first, FIVE), FIVE)
    assert known_digest(place, "d" * 12) == before
    assert known_digest(place, "e" * 12) != before
    assert known_digest(SiteYear(place.root, "sample", 2024), "f" * 12) != before


@pytest.mark.parametrize(
    ("ours", "theirs"), [("[", ""), ('"value": 4', '"value": "4"'), ('"recode"', '"recoded"')]
)
def test_the_memory_of_a_release_that_cannot_be_read_is_named_and_never_passed_over(place, ours, theirs):
    """It ended in a KeyError. Whoever deletes such a file lets the next release print what it had kept back."""
    first = {"02": Step(topics("fine", {"学校": 4, "家族": 14}))}
    file = remember(place.disclosed, "d" * 12, counted_tables(first), planned(first, FIVE), FIVE)
    content = file.read_text(encoding="utf-8")
    assert ours in content
    file.write_text(content.replace(ours, theirs), encoding="utf-8")
    with pytest.raises(InputError, match=rf"{file.name} を読めません.*消さずに、控えから戻す"):
        known_by(place)


@pytest.mark.parametrize("now", ["show", "hide"])
@pytest.mark.parametrize("then", ["show", "hide"])
def test_whether_an_x_may_be_a_zero_is_remembered_whatever_the_rule_becomes(place, then, now):
    first = {"02": Step(topics("fine", {"学校": 4, "家族": 14, "勤務": 0}))}
    rule = replace(FIVE, zero_rule=then)
    file = remember(place.disclosed, "d" * 12, counted_tables(first), planned(first, rule), rule)
    place.rules.parent.mkdir(parents=True)
    place.rules.write_text(f"zero_rule: {now}\n", encoding="utf-8")
    assert [past.zeros for past in known_by(place)] == [then == "hide"]
    # Earlier versions did not write it: then the rule in force is all that is known.
    told = [{name: one[name] for name in {*one} - {"zeros"}} for one in json.loads(file.read_text("utf-8"))]
    file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    assert [past.zeros for past in known_by(place)] == [now == "hide"]


QUESTION = {"02": Step(topics("fine", {"学校": 4, "家族": 14, "勤務": 28}))}
ANSWER = [one.table for one in counted_tables(QUESTION)]
OTHERWISE = {
    "nothing": {},
    "another threshold": {"policy": Policy(threshold=6)},
    "another count": {"finished": {"02": Step(topics("fine", {"学校": 4, "家族": 15, "勤務": 28}))}},
    "a figure that anybody can look up": {"public": [PublicFigure("contacts", {}, 40, 50, "公表済み")]},
    "an earlier release": {"previous": [PastRelease(ANSWER[0], (True, True, False, False), "fy2022/a")]},
    "one that hid others": {"previous": [PastRelease(ANSWER[0], (True, False, True, False), "fy2022/a")]},
}


@pytest.mark.parametrize("asked", OTHERWISE)
def test_the_same_question_and_no_other_is_answered_from_the_kept_plan(asked, tmp_path, monkeypatch):
    """What went out in another release, or is public, was not reckoned with by a plan that was made before."""
    first = {"finished": QUESTION, "policy": FIVE, "keep": Store(tmp_path)}
    told = OTHERWISE["an earlier release"] if asked == "one that hid others" else {}
    made, plan = planned(**first | told), release.plan_disclosure
    calls = []
    monkeypatch.setattr(release, "plan_disclosure", lambda *given: calls.append(given) or plan(*given))
    again = planned(**first | OTHERWISE[asked])
    assert again == made if asked == "nothing" else calls
    assert bool(calls) == (asked != "nothing")


def test_tables_that_contradict_each_other_are_a_refusal_that_names_the_count():
    finished = {
        "02": Step(topics("one", {"学校": 9, "家族": 9})),
        "03": Step(topics("two", {"学校": 8, "家族": 9})),
    }
    with pytest.raises(NoPlanError, match=r"topic=学校.*9 と 8"):
        planned(finished, FIVE)


def test_rules_are_read_and_mistakes_in_them_named(tmp_path):
    file = tmp_path / "disclosure.yaml"
    assert DisclosureRules.read(file).required_width == 3
    file.write_text(yaml.safe_dump({"required_width": 0, "zero": "hide"}), encoding="utf-8")
    with pytest.raises(ParameterError) as error:
        DisclosureRules.read(file)
    assert {problem.key for problem in error.value.problems} == {"required_width", "zero"}


def test_the_sample_prints_contacts_over_time_in_full_and_says_why(project):
    rules = DisclosureRules.read(project.place.rules)
    assert [rule.population for rule in rules.exemptions] == ["consultations"]
    assert "属性を含まない" in rules.exemptions[0].reason


@pytest.mark.slow
def test_other_rules_are_another_release(project, first_run):
    rules = yaml.safe_load(project.place.rules.read_text(encoding="utf-8"))
    project.place.rules.write_text(
        yaml.safe_dump({**rules, "required_width": 4}, allow_unicode=True), encoding="utf-8"
    )
    second = project.run()
    assert not second.unchanged
    assert second.run_id != first_run.run_id


def desk(window: int, days: tuple[str, str]) -> list[TableRecord]:
    """33 contacts of a desk by month, and the episodes of a campaign's window, which notebook 04 prints."""
    counts = {"11月": 8, "12月": 9, "1月": 8, "2月": 2, "3月": 6}
    by_month = Schema({"month": Dimension(), "n": Count(unit="件")})
    months = pd.DataFrame({"month": list(counts), "n": list(counts.values())})
    of_desk = Subject("相談", "合成", "city_contacts", days=("2023-11-01", "2024-03-31"))
    of_window = Subject("相談", "合成", "city_episodes", days=days, among="city_contacts")
    role = Schema({"role": Dimension(variable="outreach_role"), "n": Count(unit="回")})
    effect = pd.DataFrame({"role": ["実施期間"], "n": [window]})
    return [
        TableRecord.of("02", TableSpec("city_months", "月別", of_desk, by_month), months),
        TableRecord.of("04", TableSpec("city_effect", "効果", of_window, role), effect),
    ]


@pytest.mark.parametrize(
    ("window", "days", "hidden"),
    [
        (5, ("2024-03-01", "2024-03-14"), ["1月", "2月"]),  # March has 5 at least, so February 3 at most
        (4, ("2024-03-01", "2024-03-14"), ["2月", "3月"]),  # not printed
        (5, ("2024-02-20", "2024-03-14"), ["2月", "3月"]),  # both months have 8, whatever the window has
        (5, ("2024-03-20", "2024-04-02"), ["2月", "3月"]),  # days that the months do not count
        (7, ("2024-03-01", "2024-03-14"), ["2月", "3月"]),  # people whom the months do not count: 6 in March
    ],
)
def test_what_a_campaign_s_window_counts_does_not_narrow_the_months_of_its_desk(window, days, hidden):
    months, effect = desk(window, days)
    steps = {"02": Step(months), "04": Step(effect)}
    public = Knowledge(FIVE).figures(counted_tables(steps))
    masks = planned(steps, FIVE, public)
    assert hidden_topics(masks, months) == hidden


@pytest.mark.parametrize(("compared", "high", "safe"), [(26, 2, False), (25, 3, False), (24, 4, True)])
def test_days_compared_and_window_together_leave_the_month_before_them_its_values_or_no_release(
    compared, high, safe
):
    counts = {"11月": 2, "12月": 8, "1月": 9, "2月": 9, "3月": 9}
    by_month = Schema({"month": Dimension(), "n": Count(unit="件")})
    months = pd.DataFrame({"month": list(counts), "n": list(counts.values())})
    of_desk = Subject("相談", "合成", "city_contacts", days=("2023-11-01", "2024-03-31"))
    window, days = ("2024-03-01", "2024-03-31"), ("2023-12-01", "2024-03-31")
    of_days = Subject("相談", "合成", "city_episodes", days=window, among="city_contacts", among_days=days)
    role = Schema({"role": Dimension(variable="outreach_role"), "n": Count(unit="回")})
    both = pd.DataFrame({"role": ["実施期間", "比較期間"], "n": [9, compared]})
    records = (
        TableRecord.of("02", TableSpec("city_months", "月別", of_desk, by_month), months),
        TableRecord.of("04", TableSpec("city_counts", "数", of_days, role), both),
    )
    steps = {"02": Step(records[0]), "04": Step(records[1])}
    public = Knowledge(FIVE).figures(counted_tables(steps))
    report = audited(steps, planned(steps, FIVE, public), FIVE, public, [])
    of_november = report.frame[report.frame["cell"] == "month=11月 (n)"].iloc[0]
    assert (of_november["high"], report.ok) == (high, safe)
