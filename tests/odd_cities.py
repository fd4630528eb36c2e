"""Cities that are not like the first one, each made of a changed city by taking away or adding.

All work on the files that `tests.perturb` writes: one CSV per kind with the headings of the data dictionary.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

NATION = ("national_daily", "national_hourly", "national_attributes")
SURVEY = ("commissioners", "cases", "waves")
RESIDENTS = ("residents", "residents_frame")
OUTREACH = ("ads", "campaigns", "media_use")


@dataclass(frozen=True)
class Site:
    """A city whose files are changed.

    Attributes:
        params: folder of its parameters for the year.
        data: folder of its data.
    """

    params: Path
    data: Path

    def lack(self, reason: str, *kinds: str) -> None:
        """Declare kinds as not supplied, and move their files away."""
        told = self.inputs()
        told.setdefault("not_supplied", {}).update(dict.fromkeys(kinds, reason))
        self._write("inputs.yaml", told)
        for kind in kinds:
            (self.data / f"{kind}.csv").unlink(missing_ok=True)

    def inputs(self) -> dict[str, Any]:
        content: dict[str, Any] = yaml.safe_load((self.params / "inputs.yaml").read_text(encoding="utf-8"))
        return content

    def declare(self, **changes: Any) -> None:
        self._write("inputs.yaml", self.inputs() | changes)

    def set(self, file: str, **values: Any) -> None:
        """Change parameters of one file."""
        content = yaml.safe_load((self.params / f"{file}.yaml").read_text(encoding="utf-8"))
        self._write(f"{file}.yaml", content | values)

    def table(self, kind: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        """Change one file."""
        file = self.data / f"{kind}.csv"
        change(pd.read_csv(file, dtype=str, keep_default_na=False)).to_csv(
            file, index=False, encoding="utf-8-sig"
        )

    def _write(self, name: str, content: Any) -> None:
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (self.params / name).write_text(text, encoding="utf-8")


def _survey_only(site: Site) -> None:
    site.lack("相談の窓口がない", "consultations", "channels", *NATION)
    site.lack("広報をしていない", "events", *OUTREACH)
    site.lack("市民には尋ねていない", *RESIDENTS)


def _aggregates_only(site: Site) -> None:
    records = pd.read_csv(site.data / "consultations.csv", dtype=str, keep_default_na=False)
    at = pd.to_datetime(records["相談受付日時"])
    counted = records.assign(日付=at.dt.strftime("%Y-%m-%d"), 時台=at.dt.hour)
    keys = ["日付", "時台", "都道府県", "窓口"]
    hourly = counted.groupby(keys).size().rename("件数").reset_index()
    hourly.to_csv(site.data / "consultations_hourly.csv", index=False, encoding="utf-8-sig")
    site.lack("団体から件数だけを受け取った", "consultations")
    site.declare(consultations_hourly={"files": ["consultations_hourly.csv"]})
    site.set("03_content_tagging", hand_codes="")


def _no_nation(site: Site) -> None:
    site.lack("全国の件数は渡されていない", *NATION)


def _no_advertising(site: Site) -> None:
    site.lack("広告を出していない", "ads", "media_use")
    site.table("campaigns", lambda rows: rows[rows["媒体"] != "SNS"])
    site.set("04_outreach_effect", planned_platforms=[], stated_impressions=0, stated_link_clicks=0)


def _first_year(site: Site) -> None:
    site.lack("初めての調査", "waves")
    start = f"{site.params.name[2:]}-04-01"
    site.table("consultations", lambda rows: rows[rows["相談受付日時"] >= start])
    for kind in ("national_daily", "national_hourly"):
        site.table(kind, lambda rows: rows[rows["日付"] >= start])
    site.table("national_attributes", lambda rows: rows[rows["期間開始"] >= start])
    site.set("common", period_basis="fiscal")
    site.set("01_survey_descriptives", earlier_wave="")
    site.set("04_outreach_effect", first_day=start)
    site.set("05_annual_summary", compared_years=[])
    site.set("03_content_tagging", hand_codes="")


def _one_leaflet(site: Site) -> None:
    _no_advertising(site)
    site.table("campaigns", lambda rows: rows[rows["媒体"] == "チラシ"])


def _a_dozen_desks(site: Site) -> None:
    labels = site.inputs()["labels"]
    more = [f"第{number}支所の窓口" for number in range(1, 11)]
    first = labels["channel"][0]
    site.declare(labels=labels | {"channel": [*labels["channel"], *more]})

    def spread(rows: pd.DataFrame) -> pd.DataFrame:
        turn = pd.Series(range(len(rows)), index=rows.index)
        moved = (rows["窓口"] == first) & (turn % 4 == 0)
        return rows.assign(窓口=rows["窓口"].mask(moved, turn.mod(10).map(dict(enumerate(more)))))

    site.table("consultations", spread)
    site.set("03_content_tagging", hand_codes="")


def _town(site: Site) -> None:
    site.table("consultations", lambda rows: rows.iloc[::20])
    site.table(
        "population", lambda rows: rows.assign(人口=_part(rows["人口"], 19), 世帯数=_part(rows["世帯数"], 19))
    )
    kept = pd.read_csv(site.data / "commissioners.csv", dtype=str, keep_default_na=False).iloc[::11]
    site.table("commissioners", lambda rows: rows.iloc[::11])
    site.table("cases", lambda rows: rows[rows["委員番号"].isin(kept["委員番号"])].assign(重複先=""))
    site.table("residents", lambda rows: rows.iloc[::15])
    site.set("03_content_tagging", hand_codes="")


def _part(values: pd.Series, of: int) -> pd.Series:
    return (values.astype(int) // of).astype(str)


def _designated(site: Site) -> None:
    def tenfold(rows: pd.DataFrame, *ids: str) -> pd.DataFrame:
        copies = (
            rows.assign(
                **{name: rows[name].where(rows[name] == "", rows[name] + f"-{number}") for name in ids}
            )
            for number in range(10)
        )
        return pd.concat(copies)

    site.table("commissioners", lambda rows: tenfold(rows, "委員番号"))
    site.table("cases", lambda rows: tenfold(rows, "委員番号", "該当者番号", "重複先"))
    site.table("consultations", lambda rows: tenfold(rows, "相談ID", "相談者ID"))
    site.table("population", lambda rows: rows.assign(人口=[str(int(n) * 12) for n in rows["人口"]]))
    site.set("03_content_tagging", hand_codes="")


def _nobody_found(site: Site) -> None:
    def found(rows: pd.DataFrame) -> pd.DataFrame:
        asked = rows["該当者の有無"] != ""
        return rows.assign(該当者の有無=rows["該当者の有無"].mask(asked, "いない"), 該当者数="")

    site.table("commissioners", found)
    site.table("cases", lambda rows: rows.iloc[:0])


def _a_dozen_of_a_dozen(site: Site) -> None:
    """Twelve commissioners, each of whom answered, none of whom knows an age."""
    site.table("commissioners", lambda rows: rows[rows["回答"] == "1"].iloc[:12])
    kept = pd.read_csv(site.data / "commissioners.csv", dtype=str)["委員番号"]
    site.table("cases", lambda rows: rows[rows["委員番号"].isin(kept)].assign(重複先="", 年代=""))


def _no_own_desk(site: Site) -> None:
    """A village whose people turn to the desks of the prefecture and the nation."""
    own = site.inputs()["labels"]["channel"][1]
    site.lack("村に専用の相談窓口はない", "channels")
    site.table("consultations", lambda rows: rows[rows["窓口"] != own])


def _half_a_year(site: Site) -> None:
    """Nothing is missing: the report is about a part of the year."""


ODD: Mapping[str, Callable[[Site], None]] = {
    "survey only": _survey_only,
    "aggregates only": _aggregates_only,
    "no national tables": _no_nation,
    "no advertising": _no_advertising,
    "first year": _first_year,
    "one leaflet": _one_leaflet,
    "a dozen desks": _a_dozen_desks,
    "a town of 3,000": _town,
    "a designated city": _designated,
    "no desk of its own": _no_own_desk,
    "half a year": _half_a_year,
    "nobody found": _nobody_found,
    "a dozen of a dozen": _a_dozen_of_a_dozen,
}
