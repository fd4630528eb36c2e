"""A year's parameter files copied to another year or place, with comments and layout kept.

Only the values that must change are rewritten, in the text itself; a YAML writer would lose every remark that the
analyst has left there. What a person has to decide is marked 「要確認」 in the file.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ujo_lib.fiscal import FiscalYear
from ujo_lib.setup.moving import move_day, move_text, move_working_day

TO_CHECK = "要確認"
"""Marks a line of a parameter file that a person has to look at."""


class SetupError(ValueError):
    """A year or a place cannot be set up."""


def newest_year(root: Path, site: str, other_than: int | None = None) -> int:
    """The newest fiscal year for which a site has parameters, one year left out unless it is the only one.

    Raises:
        SetupError: it has none.
    """
    years = [int(folder.name[2:]) for folder in (root / "params" / site).glob("fy[0-9][0-9][0-9][0-9]")]
    if not years:
        raise SetupError(
            f"params/{site}/ に、もとにする年度がありません。新しい自治体は `ujo new-site` で作ります。"
        )
    return max([year for year in years if year != other_than] or years)


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
    "plan_digest": ("", "分析計画を登録したら、照合値を書く"),
    "stated_impressions": (0, "公表したら、その表示回数を書く"),
    "stated_link_clicks": (0, "公表したら、その流入数を書く"),
}
"""Parameters that are known only once the year's own plan or figures are: what they start from, what to do."""

KEPT = (
    "gaps",
    "calibration",
    "seed",
    "prevalence_source",
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
        text = text[:start] + _spelt(changes[name]) + _rest(text[start:end]) + text[end:]
    for name in sorted(set(remarks) & set(spans)):
        text = re.sub(
            rf"^({re.escape(name)}:.*)$", rf"\1    # {TO_CHECK}: {remarks[name]}", text, flags=re.MULTILINE
        )
    return text


def _rest(old: str) -> str:
    """A block value ends where the next key begins: keep its line end."""
    return old[len(old.rstrip()) :]


def _spelt(value: Any) -> str:
    """A value in YAML on one line; JSON is YAML, and quotes what could be misread."""
    return json.dumps(value, ensure_ascii=False)


def moved_values(content: Mapping[str, Any], years: int) -> dict[str, Any]:
    """New values of the parameters of one flat file that move with the year or start anew."""
    moved: dict[str, Any] = {
        name: MOVED[name](value, years) for name, value in content.items() if name in MOVED
    }
    moved |= {name: RESET[name][0] for name in content if name in RESET}
    if "wave" in content and "earlier_wave" in content:
        moved["earlier_wave"] = content["wave"]
    return moved


def remarks_on(content: Mapping[str, Any]) -> dict[str, str]:
    """What a person has to check in one flat file of a new year."""
    told = {name: remark for name, (_, remark) in RESET.items() if name in content}
    known = {*MOVED, *RESET, *KEPT, "earlier_wave"}
    others = (
        name for name, value in content.items() if name not in known and NAMES_A_YEAR.search(str(value))
    )
    told |= dict.fromkeys(others, "この年度の値か")
    if "earlier_wave" in content:
        told["earlier_wave"] = "比べる過去の調査回か"
    return told


def list_file(name: str, text: str, years: int) -> str:
    """One of the year's lists for another year: what was published starts empty, the rest moves.

    Comments move only in inputs.yaml, where they name files.
    """
    if name == "published.yaml":
        head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
        return f"{head}# {TO_CHECK}: この年度の報告書を公表したら、その数値を書く\nclaims: []\n"
    moved = move_text(text, years)
    if name == "inputs.yaml":
        return moved
    return "".join(_flagged(line) for line in moved.splitlines(keepends=True))


def _flagged(line: str) -> str:
    """Ask for a look at a remark that holds a figure of the old year."""
    note = re.search(r"\bnote: ([^,}#]*)", line)
    if note and re.search(r"\d", note[1]) and TO_CHECK not in line:
        return line.rstrip("\n") + f"    # {TO_CHECK}: 注の数値\n"
    return line
