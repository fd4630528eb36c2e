"""A year's parameter files copied to another year or place, with comments and layout kept.

Only the values that must change are rewritten, in the text itself; a YAML writer would lose every remark that the
analyst has left there. What a person has to decide is marked 「要確認」 in the file.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from ujo_lib.errors import InputError
from ujo_lib.fiscal import DateError, FiscalYear
from ujo_lib.params.marks import TO_CHECK
from ujo_lib.setup.moving import move_day, move_text, move_working_day


class SetupError(InputError):
    """A year or a place cannot be set up."""


def newest_year(root: Path, site: str, other_than: int | None = None) -> int:
    """The newest fiscal year for which a site has parameters; for another year the newest before it, else the next.

    A year that was left out has its comparisons before it; itself it is only where there is no other.

    Raises:
        SetupError: it has none.
    """
    years = [int(folder.name[2:]) for folder in (root / "params" / site).glob("fy[0-9][0-9][0-9][0-9]")]
    if not years:
        raise SetupError(
            f"params/{site}/ に、もとにする年度がありません。新しい自治体は `ujo new-site` で作ります。"
        )
    others = [year for year in years if year != other_than] or years
    before = [year for year in others if other_than is None or year < other_than]
    return max(before) if before else min(others)


# --- what moves with the year: a test holds every parameter that names a year against these tables ---


def _day(value: str, years: int) -> str:
    return move_day(date.fromisoformat(value), years).isoformat() if value else value


def _working_day(value: str, years: int) -> str:
    return move_working_day(date.fromisoformat(value), years).isoformat()


def _fiscal_year(value: str, years: int) -> str:
    return str(FiscalYear.parse(value).year + years)


def _fiscal_years(values: list[str], years: int) -> list[str]:
    return [_fiscal_year(value, years) for value in values]


MOVED: Mapping[str, Callable[[Any, int], Any]] = {
    "fiscal_year": _fiscal_year,
    "period_start": _day,
    "period_end": _day,
    "created_on": _working_day,
    "first_day": _day,
    "wave": move_text,
    "inputs": move_text,
    "published_file": move_text,
    "key_figures_file": move_text,
    "goals_file": move_text,
    "indicators_file": move_text,
    "limits_file": move_text,
    "compared_years": _fiscal_years,
}
"""Parameters that move with the year, and how."""

RESET: Mapping[str, tuple[Any, str]] = {
    "plan_digest": ("", "分析計画を登録していれば、照合値を書く"),
    "stated_impressions": (0, "公表済みの表示回数があれば書く"),
    "stated_link_clicks": (0, "公表済みの流入数があれば書く"),
    "hand_codes": ("", ""),
}
"""Parameters that are known only once the year's own plan or figures are: what they start from, what a person has to
decide (nothing where the page says itself what it lacks)."""

NATIONAL = ("prevalence_source", "compared_survey", "shown_surveys")
"""Parameters that name a survey of the nation, which stay as long as there is no newer one: a person is asked."""

KEPT = (
    "gaps",
    "calibration",
    "seed",
    *NATIONAL,
    "planned_city_per_year",
    "planned_prefecture_per_year",
    "episode_gap_days",
)
"""Parameters that may look as if they named a year and stay: facts about the past, settings of the method."""


NAMES_A_YEAR = re.compile(r"(?:19|20)\d\d[-年/']|fy\d{4}|\b[RH]\d{1,2}\b|令和|平成")
"""What a value looks like that may have to move: one of a parameter that only some notebook knows is asked about."""


def without_marks(text: str) -> str:
    """A file without the 要確認 of its own year: the new year brings its own."""
    text = re.sub(rf"^# {TO_CHECK}.*\n", "", text, flags=re.MULTILINE)
    return re.sub(rf" +# {TO_CHECK}.*$", "", text, flags=re.MULTILINE)


def flat_file(text: str, changes: Mapping[str, Any], remarks: Mapping[str, str]) -> str:
    """Replace values of a flat YAML file in its text.

    Args:
        text: the file.
        changes: parameter → new value; those that the file lacks are left out.
        remarks: parameter → what has to be checked about it, put behind its line.
    """
    mapping = yaml.compose(text)
    pairs = mapping.value if isinstance(mapping, yaml.MappingNode) else []
    spans = {key.value: (value.start_mark.index, value.end_mark.index) for key, value in pairs}
    for name in sorted(set(changes) & set(spans), key=lambda name: spans[name], reverse=True):
        start, end = spans[name]
        # JSON is YAML on one line, and quotes what could be misread; a block value ends where the next key begins.
        end = start + len(text[start:end].rstrip())
        text = text[:start] + json.dumps(changes[name], ensure_ascii=False) + text[end:]
    for name in sorted(set(remarks) & set(spans)):
        text = re.sub(
            rf"^({re.escape(name)}:.*)$", rf"\1    # {TO_CHECK}: {remarks[name]}", text, flags=re.MULTILINE
        )
    return text


def moved_values(content: Mapping[str, Any], years: int, copied: int) -> dict[str, Any]:
    """New values of the parameters of one flat file that move with the year or start anew.

    Args:
        content: the file.
        years: how far the year is moved.
        copied: fiscal year of the file, which is what the next year is compared with where nothing was before.
    """
    moved: dict[str, Any] = {
        name: MOVED[name](value, years) for name, value in content.items() if name in MOVED
    }
    moved |= {name: RESET[name][0] for name in content if name in RESET}
    # Of the same year or one before the first, the year copied is no earlier one to compare with.
    if years <= 0:
        if "compared_years" in moved:
            known = content["compared_years"]
            moved["compared_years"] = [one for one in known if FiscalYear.parse(one).year < copied + years]
        with suppress(DateError):  # a name that is no year is asked about, as all are
            if FiscalYear.parse(content.get("earlier_wave", "")).year >= copied + years:
                moved["earlier_wave"] = ""
        return moved
    if "wave" in content and "earlier_wave" in content:
        moved["earlier_wave"] = content["wave"]
    compared = moved.get("compared_years")
    if compared is not None and (
        not compared or compared[-1] > str(copied)
    ):  # after a year left out, none that has not been
        kept = [*content["compared_years"], str(copied)]
        moved["compared_years"] = kept[-max(1, len(compared)) :]
    return moved


def moved_waves(survey: Mapping[str, Any], years: int, copied: int) -> dict[str, str]:
    """The earlier survey that the copied year compares with, and the one that its labels name instead."""
    earlier = survey.get("earlier_wave")
    return {earlier: {**survey, **moved_values(survey, years, copied)}["earlier_wave"]} if earlier else {}


def remarks_on(content: Mapping[str, Any]) -> dict[str, str]:
    """What a person has to check in one flat file of a new year."""
    told = {name: remark for name, (_, remark) in RESET.items() if name in content and remark}
    if "created_on" in content:
        told["created_on"] = "ページに載せる作成日か"
    told |= {name: "国のより新しい調査がないか" for name in NATIONAL if content.get(name)}
    known = {*MOVED, *RESET, *KEPT, "earlier_wave"}
    others = (
        name for name, value in content.items() if name not in known and NAMES_A_YEAR.search(str(value))
    )
    told |= dict.fromkeys(others, "この年度の値か")
    if "earlier_wave" in content:
        told["earlier_wave"] = "比べる過去の調査回か"
    return told


def remarks_on_comments(text: str) -> dict[str, str]:
    """What a person has to check in the comments of one flat file of a new year: those that name a year do not move."""
    dated = re.findall(r"^(\w+):.*[ \t]#.*(?:\d{4}年|令和|平成)", text, flags=re.MULTILINE)
    return dict.fromkeys(dated, "注記がこの年度に合うか")


_ANSWERED = (
    "cell: {notebook: 01_survey_descriptives, table: response, column: 回答した委員(人), where: {地区: 全体}}"
)
QUESTIONS: Mapping[str, tuple[str, str, tuple[str, ...], str]] = {
    "limits.yaml": (
        "limits",
        "この調査と記録から言えないことを書く",
        (
            "調査に答えなかった人、調査では見えない人は誰か",
            "過去の調査と、数え方や対象は同じか",
            "一年だけの記録か。その年だけの出来事はなかったか",
            "お知らせの期間は重ならなかったか。分けて評価できるか",
            "相談のあとに何が起きたかは分かるか",
        ),
        "{about: 答えなかった地区のこと, why: 調査票を返さなかった委員の受け持ちの様子は、この調査では分かりません。}",
    ),
    "key_figures.yaml": (
        "key_figures",
        "まとめの最初に載せる数値を選ぶ",
        (
            "読む人が最初に知りたい数は何か(6つまで)",
            "その数は、どのページのどの表にあるか(表の名前は outputs/…/internal/tables のファイル名)",
            "注(note)に数を書いていないか。分母は表のセルから示す",
        ),
        f'{{label: 答えた委員, unit: 人, note: "尋ねた{{base}}人のうち", {_ANSWERED}}}',
    ),
    "goals.yaml": (
        "goals",
        "市の計画にある目標を書く",
        ("計画に書かれた目標は何か", "それを測る数は、どの表にあるか。なければ cell を書かない"),
        f"{{goal: 委員に毎年尋ねる, indicator: 答えた委員の人数, {_ANSWERED}}}",
    ),
    "indicators.yaml": (
        "indicators",
        "年度をまたいで見る指標を選ぶ",
        (
            "毎年くらべる数は何か。公表する表のどこにあるか",
            "数え方や様式が変わった年度はないか(あれば changed に、変わった年度と変わったこと)",
        ),
        '{label: 答えた委員の割合, kind: share, unit: "%", low: 95%信頼区間の下限(%), high: 95%信頼区間の上限(%), '
        "place: {table: 01_response, value: 回答率(%), where: {地区: 全体}}}",
    ),
    "published.yaml": (
        "claims",
        "",
        (
            "この年度について、すでに公表した数値や記述はあるか",
            "それを確かめる数は、どの表のどのセルにあるか",
        ),
        f"{{id: A01, statement: 広報紙の、答えた委員の人数, published: 80, unit: 人, rule: equal, {_ANSWERED}}}",
    ),
}
"""Lists whose words are a place's own: key, what a person has to decide, what to ask oneself, an example."""


def asked_anew(name: str, text: str) -> str:
    """One of the lists in `QUESTIONS` without its entries: how to write it, and nothing of anybody else."""
    key, decide, questions, example = QUESTIONS[name]
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    asked = "".join(f"#   - {question}\n" for question in questions)
    mark = f"    # {TO_CHECK}: {decide}。書くことがなければ [] のまま" if decide else ""
    return f"{head}# 次の問いに答えて書く。\n{asked}# 例(# を外し、[] を消して書く):\n#  - {example}\n{key}: []{mark}\n"


_KEYS_OF_CELLS = frozenset({"where", "constants"})
"""Mappings of the lists that name cells and values, which move."""
_HEADINGS = frozenset(
    {"place", "dispersion", "low", "high", "gaps", "history", "base", "comparable", "caution", "cell"}
)
"""Values that repeat a heading, which says the same in every year; everything else is prose."""


def list_file(name: str, text: str, years: int, instead: Mapping[str, str] = MappingProxyType({})) -> str:
    """One of the year's lists for another year: what was published starts anew, the rest keeps its words.

    Folders of a year and labels that name a cell move, those of `instead` to what it says: surveys are not held every
    year, so the one before R5 may be R1, and the one before R6 is R5. Prose may tell of the past, which does not move:
    a line of it that holds a figure is marked to be looked at, and so is every reason why an input is lacking or
    something cannot be said.
    """
    if name == "published.yaml":
        return asked_anew(name, text)
    found = list(_scalars(yaml.compose(text)))
    marked = {
        _last_line(node)
        for node, keys in found
        if _is_dated_prose(node, keys) or keys[:2] in _OF_ITS_YEAR or keys[:1] == ("not_supplied",)
    }
    for node, keys in sorted(found, key=lambda one: one[0].start_mark.index, reverse=True):
        if _KEYS_OF_CELLS & set(keys):
            start, end = node.start_mark.index, node.end_mark.index
            text = text[:start] + (instead.get(node.value) or move_text(text[start:end], years)) + text[end:]
    lines = text.splitlines()
    for number in marked:
        if TO_CHECK not in lines[number]:
            lines[number] += f"    # {TO_CHECK}: この年度に合うか"
    return _FOLDER.sub(lambda folder: move_text(folder[0], years), "\n".join(lines) + "\n")


_FOLDER = re.compile(r"\bfy\d{4}\b")


_OF_ITS_YEAR = {("limits", "why"), ("goals", "note")}
"""What tells why the year's data do not say something: seldom so a year later, like why it lacks an input."""


def _scalars(root: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, tuple[str, ...]]]:
    """Every value of a YAML file, with the keys that lead to it; one that an alias repeats comes once."""
    seen: set[int] = set()
    todo: list[tuple[yaml.Node, tuple[str, ...]]] = [(root, ())] if root else []
    while todo:
        one, path = todo.pop()
        if isinstance(one, yaml.MappingNode):
            todo += [(value, (*path, key.value)) for key, value in one.value]
        elif isinstance(one, yaml.SequenceNode):
            todo += [(value, path) for value in one.value]
        elif isinstance(one, yaml.ScalarNode) and one.start_mark.index not in seen:
            seen.add(one.start_mark.index)
            yield one, path


def _is_dated_prose(node: yaml.ScalarNode, keys: tuple[str, ...]) -> bool:
    """Whether a value is a sentence that holds a figure, and names no cell or file."""
    told = bool(re.search(r"\d", node.value) and re.search(r"[ぁ-ん]", node.value))
    return told and not (_KEYS_OF_CELLS | _HEADINGS) & set(keys)


def _last_line(node: yaml.ScalarNode) -> int:
    """Line, from 0, that may take a comment: the last one; of a block its first."""
    return node.start_mark.line if node.style in {"|", ">"} else node.end_mark.line
