"""Another city made of one: every name, date, denominator, count and label of a site's inputs is changed.

What stands on the pages of the changed city and belonged to the first one did not come from the inputs: it was copied.
The files are read by intake and written as its data dictionary has them, so the helper works for every site.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import yaml

import ujo_lib
from ujo_lib.intake import check
from ujo_lib.intake.result import Intake
from ujo_lib.intake.schemas import Column, Schema
from ujo_lib.params import read_flat_yaml, read_yaml
from ujo_lib.params.common import NotebookSettings
from ujo_lib.params.inputs import Inputs
from ujo_lib.params.notebooks import notebooks_of
from ujo_lib.setup.copying import MOVED
from ujo_lib.setup.moving import move_text
from ujo_lib.setup.prefectures import CODES, neighbours

PREFECTURES = frozenset(CODES)

YEARS = -4
"""How far all days move: by a leap year's distance, so that every day has one that it moves to."""
CITY, CODE = "八重垣市", "999"
"""The name of the other city, and the end of its code."""

VOCABULARY = {"age_band", "value", "scope", "medium", "platform", "device", "utm_source", "result_indicator"}
"""Columns of words that mean the same in every city."""
SCALED = {
    "n", "households", "households_charge", "impressions", "reach", "clicks_all", "link_clicks", "landing_views",
    "video_views", "results", "spend_yen", "reach_n", "cost_yen", "cost_cap_yen", "n_messages", "duration_min",
}  # fmt: skip
"""Columns of amounts: an eighth less."""
WAVES = ("n_in_scope", "n_responded", "n_cases", "male", "female")
LISTS = ("limits", "key_figures", "indicators", "goals", "published")
CLOSED = {
    "rule",
    "unit",
    "id",
    "notebook",
    "table",
    "column",
    "over",
    "kind",
    "value",
    "low",
    "high",
    "gaps",
    "history",
    "comparable",
    "caution",
}
"""Keys of the lists whose values are names of the suite, not a place's words."""


@dataclass
class Names:
    """A new word for every old one, always the same.

    Attributes:
        given: old → new, with the names of the place from the start.
        prefecture: the old prefecture.
        phrases: those among them that are general language.
    """

    given: dict[str, str]
    prefecture: str
    phrases: set[str] = field(default_factory=set)
    _letters: str = "あかさたなはまやらわいきしちにひみりうくすつぬふむゆる"
    _made: Iterator[int] = field(default_factory=lambda: iter(range(100, 10_000)))

    def __call__(self, old: str) -> str:
        if old not in self.given:
            number = next(self._made)
            letters = "".join(self._letters[number // 26**n % 26] for n in range(3))
            self.given[old] = f"語{letters}" + "".join(re.findall(r"\{[^}]*\}", old))
        return self.given[old]

    def phrase(self, old: str) -> str:
        """A new sentence, or name of a group, for an old one."""
        self.phrases.add(old)
        return self(old)


@dataclass(frozen=True)
class Changed:
    """Another city.

    Attributes:
        year: its fiscal year.
        words: old word or sentence → the one in its place.
        phrases: those of the words that are general language, so that the suite may use them, too.
    """

    year: int
    words: dict[str, str]
    phrases: frozenset[str]


def perturb(root: Path, site: str, year: int, other: str) -> Changed:
    """Write another city beside a site: `params/<other>/` and `data/<other>/`.

    Args:
        root: a project with the site's parameters and data.
        site, year: which one is changed.
        other: folder name of the new city.
    """
    source = root / "params" / site / f"fy{year}"
    common = read_flat_yaml(source / "common.yaml")
    old_prefecture = common["prefecture"]
    prefecture = "島根県" if old_prefecture != "島根県" else "福井県"
    place = {old_prefecture: prefecture, prefecture: old_prefecture, common["site_name"]: CITY}
    code = f"{CODES[prefecture]}{CODE}"
    nation = f"{common['area_code'][:2]}000"
    names = Names(
        {**place, common["area_code"]: code, nation: f"{CODES[prefecture]}000", "全国": "全国"},
        old_prefecture,
    )
    target = root / "params" / other / f"fy{year + YEARS}"
    target.mkdir(parents=True)
    inputs = read_yaml(Inputs, source / "inputs.yaml")
    _write_data(root, source / "inputs.yaml", inputs, root / "data" / other, target, names)
    own = {one.name for one in notebooks_of(root, site)}
    for file in sorted(source.glob("*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if file.stem in {"common", *own}:
            changed = {key: _setting(key, value, names) for key, value in content.items()}
            if file.stem == "common":
                changed |= {"site": other, "synthetic": False, "contacts": {"八重垣の窓口": "0852-00-0000"}}
            if hand_codes := content.get("hand_codes"):
                changed["hand_codes"] = _hand_codes(root, hand_codes, other)
        elif file.stem in LISTS:
            changed = _entry(content, names)
        elif file.stem == "disclosure":
            changed = content
        else:
            continue
        text = yaml.safe_dump(changed, allow_unicode=True, sort_keys=False)
        (target / file.name).write_text(text.replace(f"params/{site}/", f"params/{other}/"), encoding="utf-8")
    return Changed(year + YEARS, names.given, frozenset(names.phrases))


# --- what is left ---


def survivors(root: Path, folder: Path, changed: Changed) -> list[str]:
    """Old words and years in the files of a folder: pages with their alt texts, workbooks, tables, metadata.

    What the suite itself says everywhere is no survivor: national sources, and phrases that notebooks use.
    """
    suite, told = _suite(root)
    new = "\n".join(changed.words.values())
    old = {
        part
        for word in changed.words
        for part in re.split(r"\{[^}]*\}", word)
        if len(part) > 1 and part not in new and not (word in changed.phrases and part in suite)
    }
    years = re.compile(_years(changed.year))
    return [
        f"{file.relative_to(folder)}: {found} … {text[max(0, text.find(found) - 60) : text.find(found) + 90]}"
        for file in sorted(folder.rglob("*"))
        if file.suffix in {".html", ".csv", ".json", ".xlsx", ".docx", ".ipynb"}
        for text in (told.sub("", one) for one in _texts(file))
        for found in sorted({*(word for word in old if word in text), *years.findall(text)})
        if not found.isdecimal() or re.search(rf"(?<![\d.]){found}(?!\d)", text)
        if not _among_prefectures(text, found)
    ]


def strange_numbers(folder: Path, old: Path) -> list[str]:
    """Numbers in the sentences of pages that stand in the old city's tables, and in no table of the new one.

    Args:
        folder: pages of the new city, with its tables.
        old: tables of the old city.
    """
    new, there = (_numbers(tables) for tables in (folder / "tables", old))
    new |= {f"{float(number):.0f}" for number in new}  # a sentence rounds what its table has
    return [
        f"{file.name}: {number} … {text[max(0, found.start() - 60) : found.end() + 30]}"
        for file in sorted(folder.glob("*.html"))
        for text in [_sentences(file.read_text(encoding="utf-8"))]
        for found in _NUMBER.finditer(text)
        if (number := found[0].replace(",", "")) in there - new and float(number) >= 10
        if number.strip("0") != "1"  # 「1,000回あたり」 is a unit
    ]


_NUMBER = re.compile(r"(?<![\da-z.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\da-z])")
"""A number, not the digits of a digest."""


def _numbers(tables: Path) -> set[str]:
    texts = [file.read_text(encoding="utf-8-sig") for file in tables.glob("*.csv")]
    exact = {found for text in texts for found in re.findall(r"\d+(?:\.\d+)?", text)}
    return exact | {number.partition(".")[0] for number in exact}


def _sentences(page: str) -> str:
    """What is said on a page outside its tables, and by its pictures to those who do not see them.

    How many cells a picture has, or figures the cover lists, is counted on the page: no table has that.
    """
    alts = " ".join(re.findall(r'(?:alt|aria-label|content|title)="([^"]*)"', page))
    bare = re.sub(r"<(style|script|table|svg|pre)\b.*?</\1>", " ", page, flags=re.DOTALL)
    told = html.unescape(alts + re.sub(r"<[^>]+>", " ", bare))
    return re.sub(r"参考値\d+欄|図と表の一覧\(\d+件\)", " ", told)


@lru_cache(maxsize=1)
def _suite(root: Path) -> tuple[str, re.Pattern[str]]:
    """All that the suite itself says, and those of its texts that name a year: sources of national figures, say."""
    source = Path(ujo_lib.__file__).parent
    files = [
        *(root / "notebooks").glob("*.ipynb"),
        *(root / "params").glob("*.yaml"),
        *(root / "params/national").glob("*.yaml"),
        *(file for file in source.rglob("*.py") if "sample" not in file.parts),
    ]
    suite = "\n".join(file.read_text(encoding="utf-8") for file in files)
    settings = {str(field.description) for field in NotebookSettings.model_fields.values()}
    told = sorted(_dated(suite) | settings, key=len, reverse=True)
    return suite, re.compile("|".join(map(re.escape, told)))


def _dated(suite: str) -> set[str]:
    quoted = re.findall(r"[「\"']?([^\"'\n「]*(?:20\d\d|令和\d|[RH]\d)[^\"'\n」]*)", suite)
    return {text.strip() for text in quoted if len(text.strip()) > 8} | {"令和4(2022)年", "令和5(2023)年"}


def _among_prefectures(text: str, found: str) -> bool:
    """Whether a page or table lists the prefectures, this one among its neighbours on the list."""
    return found in PREFECTURES and all(name in text for name in ("長崎県", "大分県"))


def _years(year: int) -> str:
    """The years of the old city, in both calendars."""
    old = range(year - YEARS - 1, year - YEARS + 2)
    eras = "|".join(f"令和{one - 2018}(?![0-9])|(?<![A-Za-z0-9])R{one - 2018}(?![0-9])" for one in old)
    years = "|".join(map(str, old))
    return rf"(?<![\d.,])(?:{years})(?=[年/)-])|fy(?:{years})|{eras}"


def _texts(file: Path) -> Iterator[str]:
    if file.suffix in {".xlsx", ".docx"}:
        with ZipFile(file) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    yield archive.read(name).decode("utf-8")
        return
    text = file.read_text(encoding="utf-8-sig")
    text = re.sub(r"\\{1,2}u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)
    yield html.unescape(re.sub(r"data:[^\"')]+|\"image/[a-z+]+\": \"[^\"]*\"| d=\"[^\"]*\"", "", text))


# --- parameters ---


def _setting(key: str, value: Any, names: Names) -> Any:
    if key in MOVED:
        return MOVED[key](value, YEARS)
    if key == "earlier_wave":
        return move_text(value, YEARS)
    if key == "neighbours":
        return neighbours(names.given[names.prefecture])
    if key in {
        "stated_impressions",
        "stated_link_clicks",
        "planned_city_per_year",
        "planned_prefecture_per_year",
    }:
        return type(value)(value * 7 // 8)
    if key in {"site_name", "prefecture", "area_code", "desk", "city_desk", "channel"}:
        return names(value)
    if key == "plan_digest":
        return ""
    if key.endswith("_groups"):
        return {old: names.phrase(new) if new not in value else new for old, new in value.items()}
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _entry(value: Any, names: Names, key: str = "") -> Any:
    """A list of the summary with other words, figures and days; the cells that it names stay the same cells."""
    if isinstance(value, dict):
        return {_moved_key(k): _entry(v, names, "where" if key == "where" else k) for k, v in value.items()}
    if isinstance(value, list):
        return [_entry(one, names, key) for one in value]
    if key in CLOSED or value is None or isinstance(value, bool):
        return value
    if key == "where":
        return names.given.get(value, move_text(value, YEARS)) if isinstance(value, str) else value
    if _is_number(value):
        return value * 7 / 8 if isinstance(value, float) else value * 7 // 8 + 1
    if key == "published":
        return _published(value, names)
    return names.phrase(value)


def _moved_key(key: Any) -> Any:
    return key + YEARS if isinstance(key, int) and 1990 < key < 2100 else key


def _published(value: str, names: Names) -> str:
    moved = move_text(value, YEARS)
    if moved != value:
        return moved
    other = re.sub(r"\d", lambda digit: str((int(digit[0]) + 2) % 9 + 1), value)
    return other if other != value else names.given.get(value, value)


def _hand_codes(root: Path, file: str, other: str) -> str:
    """Codes of the texts that are still there, each standing for as many as before of those that are."""
    codes = pd.read_csv(root / file, dtype={"相談ID": str}, encoding="utf-8-sig")
    kept = pd.read_csv(root / "data" / other / "consultations.csv", usecols=["相談ID"], dtype=str)["相談ID"]
    fewer = codes[codes["相談ID"].isin(kept)].copy()
    before, after = (
        one.drop_duplicates("相談ID").groupby(["層", "部分"])["重み"].transform("sum")
        for one in (codes, fewer)
    )
    fewer["重み"] *= before.reindex(fewer.index).ffill() * 6 / 7 / after.reindex(fewer.index).ffill()
    path = f"data/{other}/codes.csv"
    fewer.to_csv(root / path, index=False, encoding="utf-8-sig")
    return path


# --- data ---


def _write_data(
    root: Path, inputs_file: Path, inputs: Inputs, folder: Path, target: Path, names: Names
) -> None:
    folder.mkdir(parents=True)
    taken = check(inputs_file, list(inputs.kinds), root)
    assert taken.ok
    frames = _fewer(taken)
    declared: dict[str, Any] = {
        "data_dir": folder.relative_to(root).as_posix(),
        "survey_items": inputs.survey_items,
        "resident_items": inputs.resident_items,
        "labels": {
            key: [one if key.endswith("age_band") else names(one) for one in of]
            for key, of in inputs.labels.items()
        },
    }
    for kind, frame in frames.items():
        written = _written(frame, taken.schemas[kind], names)
        written.to_csv(folder / f"{kind}.csv", index=False, encoding="utf-8-sig")
        declared[kind] = {
            "files": [f"{kind}.csv"],
            "timezone": "Asia/Tokyo",
            "missing": {"…": "unknown", "x": "suppressed"},
        }
    text = yaml.safe_dump(declared, allow_unicode=True, sort_keys=False)
    (target / "inputs.yaml").write_text(text, encoding="utf-8")


def _fewer(taken: Intake) -> dict[str, pd.DataFrame]:
    """Every frame with fewer rows or lesser amounts, still in keeping with each other."""
    frames = {kind: frame.copy() for kind, frame in taken.frames.items()}
    for kind, nth in (("consultations", 7), ("residents", 9), ("commissioners", 11), ("cases", 5)):
        if kind in frames:
            frames[kind] = frames[kind][[row % nth != nth - 2 for row in range(len(frames[kind]))]]
    for kind, frame in frames.items():
        for name in SCALED & set(frame):
            # Sums over the nation must stay sums: what is doubled keeps them, a part rounded off does not.
            changed = frame[name] * 2 if kind.startswith("national") else frame[name] * 7 // 8
            frame[name] = changed.astype(frame[name].dtype)
    if {"commissioners", "cases"} <= set(frames):
        asked, cases = frames["commissioners"], frames["cases"]
        cases = cases[cases["commissioner_id"].isin(asked["commissioner_id"])]
        lost = ~cases["duplicate_of"].isin([*cases["case_id"]])
        cases.loc[lost, "duplicate_of"] = None
        counted = (
            asked["commissioner_id"].map(cases.groupby("commissioner_id").size()).fillna(0).astype("Int64")
        )
        said = asked["n_cases_reported"].notna()
        asked.loc[said, "n_cases_reported"] = counted[said]
        asked.loc[said & (counted == 0), "knows_case"] = "いない"
        frames["cases"] = cases
        if "waves" in frames:
            frames["waves"] = _waves(frames["waves"], len(cases))
    return frames


def _waves(waves: pd.DataFrame, cases: int) -> pd.DataFrame:
    """Other counts of the earlier surveys, and of the last one what is left of its cases."""
    known = waves["n_cases"].notna()
    waves.loc[known, "n_cases"] = waves.loc[known, "n_cases"] + 2
    last = waves.index[-1]
    waves.loc[last, "n_cases"] = cases
    for name in [one for one in waves if f"{one}_unknown" in waves and one != "n_cases"]:
        waves.loc[last, name], waves.loc[last, f"{name}_unknown"] = pd.NA, True
    return waves


def _written(frame: pd.DataFrame, schema: Schema, names: Names) -> pd.DataFrame:
    """A frame as a file with the headings of the data dictionary."""
    made: dict[str, Any] = {}
    for column in schema.columns:
        if column.name not in frame:
            continue
        text = frame[column.name].astype(object).map(_reword(schema.kind, column, names), na_action="ignore")
        for sign, mark in (("unknown", "…"), ("suppressed", "x")):
            if f"{column.name}_{sign}" in frame:
                text = text.mask(frame[f"{column.name}_{sign}"].fillna(False).astype(bool), mark)
        made[column.heading] = text
    for item in schema.multiples:
        ticked = frame[[item.column(option) for option in item.options]].fillna(False).astype(bool)
        codes = [option.code or option.label for option in item.options]
        made[item.heading] = ["、".join(compress(codes, row)) for row in ticked.to_numpy()]
    return pd.DataFrame(made)


def _reword(kind: str, column: Column, names: Names) -> Callable[[Any], Any]:
    """How the values of one column are changed."""
    if column.type in ("date", "datetime"):
        return lambda at: at.replace(year=at.year + YEARS).strftime(
            "%Y-%m-%d %H:%M"[: 14 if column.type == "datetime" else 8]
        )
    if column.type == "year":
        return lambda year: year + YEARS
    if column.type == "flag":
        return int
    if (kind, column.name) == ("waves", "wave"):
        return lambda wave: move_text(wave, YEARS)
    if (kind, column.name) == ("population", "source"):  # how it begins is a parameter
        return lambda said: re.sub(r"\(.*", "(語りなおした数)", said)
    if (kind, column.name) == ("consultations", "text") or column.name in VOCABULARY:
        return lambda word: word
    if column.type in ("str", "text"):
        return names
    return lambda word: names.given.get(word, word) if isinstance(word, str) else word
