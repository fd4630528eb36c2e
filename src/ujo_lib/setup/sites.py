"""A new place: the synthetic city's parameters with the names, codes, filters and controls of another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ujo_lib.files import is_trace
from ujo_lib.fiscal import FiscalYear
from ujo_lib.params import PATTERN_SITE, read_flat_yaml, read_yaml
from ujo_lib.params.inputs import Inputs
from ujo_lib.params.marks import TO_CHECK
from ujo_lib.setup.copying import QUESTIONS, SetupError, asked_anew, flat_file, newest_year
from ujo_lib.setup.prefectures import CODES, neighbours
from ujo_lib.setup.years import Created, copied_parameters, renamed, write_year

_NAME = re.compile(r"(?!-|(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9_-]+")
"""Windows makes no folder of the name of a device, and a command takes what begins with - for an option."""
_BY_HAND = r"(?:site/[a-z_]+|fy\d{4}/(?:residents[a-z_]*|voices))"
"""Files of the pattern that people type in; the others are written by the systems of desks and platforms."""
_SHEET = "記入"
_EARLIER = "    # 前の年度のファイルもあれば、その前に並べる"


@dataclass(frozen=True)
class NewSite:
    """A place that is to be set up.

    Attributes:
        name: folder name, of small letters, digits, - and _.
        site_name: name of the city, such as 「若葉市」.
        prefecture: its prefecture.
        area_code: five digits; the first two are the prefecture's.
        year: fiscal year to begin with.
        districts: names of its districts, as the survey has them.
        channel: name of its own consultation desk, as the records have it.
        contacts: where its people may turn: name → how; national contact points when empty.
        synthetic: it is a trial with invented data.
    """

    name: str
    site_name: str
    prefecture: str
    area_code: str
    year: int
    districts: tuple[str, ...] = ()
    channel: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    synthetic: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.name == PATTERN_SITE:
            raise SetupError(
                f"フォルダー名「{self.name}」は使えません。英小文字・数字・-・_ で付けてください"
                "(- で始まる名前と、con・aux・nul など Windows の装置の名前は使えません)。"
            )
        for called in (self.site_name, self.desk, *self.districts):
            if not _reads_as_it_is(called):
                raise SetupError(
                    f"名称「{called}」は使えません。数だけにせず、「: # , [ ] {{ }}」や引用符を入れずに書いてください。"
                )
        if self.prefecture not in CODES:
            raise SetupError(f"都道府県「{self.prefecture}」はありません。「岡山県」のように書いてください。")
        if not re.fullmatch(r"\d{5}", self.area_code) or self.area_code[:2] != CODES[self.prefecture]:
            raise SetupError(
                f"地域コード「{self.area_code}」は、{CODES[self.prefecture]} で始まる5桁({self.prefecture}の市区町村)"
                "ではありません。検査数字(6桁目)は付けません。"
            )

    @property
    def desk(self) -> str:
        """Name of its own consultation desk."""
        return self.channel or f"{self.site_name}専用"


def _reads_as_it_is(called: str) -> bool:
    """Whether a name means nothing else in a YAML file."""
    try:
        return bool(yaml.safe_load(f"[{called}]") == [called])
    except yaml.YAMLError:
        return False


def set_up_site(root: Path, site: NewSite) -> Created:
    """Write the parameters, forms and data contract of a place that has none yet.

    What was interrupted is taken up again: all that is there is then as this very call would write it.

    Raises:
        SetupError: the place is there already, or was begun otherwise.
    """
    source = root / "params" / PATTERN_SITE / f"fy{newest_year(root, PATTERN_SITE)}"
    target = root / "params" / site.name / f"fy{site.year}"
    old = read_flat_yaml(source / "common.yaml")
    names = {
        str(old["site_name"]): site.site_name,
        str(old["prefecture"]): site.prefecture,
        f"data/{PATTERN_SITE}": f"data/{site.name}",
    }
    copied = copied_parameters(source, target, _values(site), _remarks(site), names)
    parameters = {file: _made_own(file, text, site, source, names) for file, text in copied.items()}
    files = [file for file in target.parent.rglob("*") if file.is_file() and not is_trace(file)]
    taken = SetupError(
        f"params/{site.name}/ はもうあります。何も変えていません。"
        f"新しい年度は `ujo new-year {site.name} {site.year}` で作ります。途中で止まったものの続きは、"
        "はじめと同じ書き方の `ujo new-site` で作ります。"
    )
    if any(file not in parameters or file.read_bytes() != parameters[file].encode() for file in files):
        raise taken
    made = write_year(root, source, parameters, site.name, site.year)
    if not made.new:
        raise taken
    return made


def _values(site: NewSite) -> dict[str, Any]:
    """What the place decides; what moves with the year or starts anew in it, `copied_parameters` knows."""
    return {
        "site": site.name,
        "site_name": site.site_name,
        "prefecture": site.prefecture,
        "area_code": site.area_code,
        "period_basis": "fiscal",
        "synthetic": site.synthetic,
        "contacts": dict(site.contacts),
        "city_desk": site.desk,
        "channel": site.desk,
        "neighbours": neighbours(site.prefecture),
        "controls": [],
        "planned_platforms": [],
        "planned_city_per_year": 0.0,
        "planned_prefecture_per_year": 0.0,
        "show_extra": False,
        "wave": FiscalYear(site.year).wareki,
        "earlier_wave": "",
        "compared_years": [],
    }


def _remarks(site: NewSite) -> dict[str, str]:
    told = {
        "neighbours": "電波や広告の届く近隣県か",
        "earlier_wave": "比べる過去の調査回を書く。初めての調査なら空のまま",
        "planned_city_per_year": "お知らせの計画で見込んだ、市の窓口の年間の件数は。なければ 0 のまま",
        "planned_prefecture_per_year": "同じく、県の年間の件数は。なければ 0 のまま",
        "school_breaks": "学校の休みはこの市町村の日程か。違えばファイルを写し、その名前をここに書く",
        "planned_platforms": "計画書に書いた広告の媒体を並べる",
    }
    if not site.contacts:
        told["contacts"] = "市や県の相談窓口を載せるか"
    return told


def _made_own(file: Path, text: str, site: NewSite, source: Path, names: Mapping[str, str]) -> str:
    """Take out what only the pattern can say, and put in what the place has declared."""
    if file.name in QUESTIONS:
        return asked_anew(file.name, renamed((source / file.name).read_text(encoding="utf-8"), names))
    if file.name == "common.yaml":  # remarks there tell of the pattern's own year
        text = re.sub(rf" +#(?! {TO_CHECK}).*$", "", text, flags=re.MULTILINE)
    if file.name == "disclosure.yaml":  # terms of use are granted by the place itself
        text = flat_file(text, {"licence": ""}, {})
    return _inputs(text, site, source / file.name) if file.name == "inputs.yaml" else text


def _inputs(text: str, site: NewSite, pattern: Path) -> str:
    """Give inputs.yaml the answers that differ from city to city."""
    nationwide, _, *others = read_yaml(Inputs, pattern).labels["channel"]
    desks = list(dict.fromkeys([nationwide, site.desk, *others]))
    for name, values, remark in (
        ("district", list(site.districts), "" if site.districts else "地区の名前を並べる(調査票の順)"),
        ("channel", desks, "窓口の名前が相談記録と同じか"),
    ):
        mark = f"    # {TO_CHECK}: {remark}" if remark else ""
        line = f"  {name}: [{', '.join(values)}]{mark}"
        text = re.sub(rf"^  {name}: \[.*$", line, text, flags=re.MULTILINE)
    if site.synthetic:  # `ujo sample` writes the files that the pattern names
        return text
    text = re.sub(rf"fy(?!{site.year})\d{{4}}/[a-z_]+\.csv, (.*)", rf"\1{_EARLIER}", text)
    text = re.sub(
        rf"^(  files: \[{_BY_HAND})\.csv\]", rf"\1.xlsx]\n  sheet: {_SHEET}", text, flags=re.MULTILINE
    )
    return text.replace("(合成データ)", "")
