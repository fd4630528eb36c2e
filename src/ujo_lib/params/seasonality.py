"""Parameters of notebook 02: when people reach out, and what staffing follows."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from ujo_lib.fiscal import DateError, FiscalYear, Period, parse_date, period_for, unlisted_breaks
from ujo_lib.params.common import AREA_CODE, Answers, FileName, NotebookSettings, Once
from ujo_lib.params.days import Day
from ujo_lib.yamlfile import Declared, Many, TogetherError, Word, read_yaml, such

Hours = Annotated[
    list[int],
    such(
        lambda hours: hours and set(hours) <= set(range(24)) and len(set(hours)) == len(hours),
        "0 から 23 までの、重ならない時台を一つ以上",
    ),
]
"""Hours of a clock."""

_Some = such(bool, "一つ以上の回答")


class SeasonalitySettings(NotebookSettings):
    """Consultations over months, weekdays and hours."""

    desk: Annotated[str, Answers("consultations", "channel", given=True)] = Field(
        "全国窓口", description="県の件数に数える窓口(相談記録の「窓口」の値)"
    )
    city_desk: Annotated[str, Answers("channels", "channel", given=True)] = Field(
        "宇城市専用", description="市の件数に数える窓口(相談記録の「窓口」の値)"
    )
    nation_code: Annotated[str, AREA_CODE] = Field("00000", description="人口の表で全国を表す地域コード")
    unknown_residence: Annotated[list[str], Answers("national_daily", "pref"), Once] = Field(
        ["不明・無回答"], description="居住地が分からないことを表す、都道府県の値"
    )
    gaps: list[str] = Field([], description="記録のない期間(例 2023-05-01~2023-05-31)。0件でなく欠測とする")
    night_hours: Hours = Field([22, 23], description="夜のピークとみなす時間帯(時台)")
    late_hours: Hours = Field([0, 1, 2], description="午前中と一つずつ比べる夜中の時間帯(時台)")
    morning_hours: Hours = Field([6, 7, 8, 9, 10, 11], description="午前中とみなす時間帯(時台)")
    lonely_answers: Annotated[list[str], Answers("consultations", "loneliness"), Once, _Some] = Field(
        ["常に", "時々"], description="孤独を感じているとみなす回答"
    )
    death_wish_answers: Annotated[list[str], Answers("consultations", "death_wish"), Once, _Some] = Field(
        ["強く", "少し"], description="希死念慮があるとみなす回答"
    )
    ideation_answers: Annotated[list[str], Answers("consultations", "suicidal_ideation"), Once, _Some] = (
        Field(["強く", "少し"], description="自殺念慮があるとみなす回答")
    )
    referral_places: Annotated[list[str], Answers("consultations", "referral"), Once] = Field(
        ["行政", "医療", "学校", "児相", "警察", "社協"],
        description="機関につないだとみなす「つなぎ先」",
    )
    interrupted_status: Annotated[list[str], Answers("consultations", "status"), Once] = Field(
        ["中断"], description="途中で終わったとみなす「対応」"
    )
    unanswered_status: Annotated[list[str], Answers("consultations", "status"), Once] = Field(
        ["応答なし"], description="応答できなかったとみなす「対応」"
    )
    school_breaks: FileName = Field("params/school_breaks.yaml", description="学校の長期休みの日付のファイル")
    harmonics: int = Field(2, ge=0, le=4, description="回帰モデルに入れる、1年周期の波の数")
    yearly_change: float = Field(
        0.1, ge=0, le=1, description="件数の水準が年ごとに変わる大きさの見込み(0.1 で約1割)"
    )
    staffing_scope: Literal["prefecture", "nation"] = Field(
        "prefecture", description="体制の表の対象: prefecture(県) か nation(全国)"
    )
    staffing_capacity: int = Field(1, ge=0, description="1時間に対応できる件数")
    staffing_quantile: float = Field(0.9, gt=0.5, lt=1, description="体制の表で備える水準(0.9 で10回に9回)")

    @field_validator("gaps")
    @classmethod
    def _readable_gaps(cls, gaps: list[str]) -> list[str]:
        for gap in gaps:
            try:
                start, end = (parse_date(part) for part in gap.split("~"))
            except (DateError, ValueError):
                raise ValueError(f"「{gap}」を 2023-05-01~2023-05-31 の形に直す") from None
            if end < start:
                raise ValueError(f"「{gap}」の終わりを始まりより後にする")
        return gaps

    @model_validator(mode="after")
    def _separate_hours(self) -> "SeasonalitySettings":
        if set(self.morning_hours) & {*self.night_hours, *self.late_hours}:
            hours = {name: getattr(self, name) for name in ("morning_hours", "night_hours", "late_hours")}
            raise TogetherError("午前中の時間帯が、夜の時間帯と重なっている", **hours)
        return self

    @model_validator(mode="after")
    def _two_desks(self) -> "SeasonalitySettings":
        # One desk under both names would count each contact twice.
        if self.desk == self.city_desk:
            raise TogetherError(
                f"desk と city_desk が同じ「{self.desk}」になっている。"
                "desk に全国の窓口、city_desk に市専用の窓口を書く"
                "(全国の窓口の記録がない年は consultations を、市専用の窓口がない年は channels を、"
                "inputs.yaml の not_supplied にその理由とともに書き、ここには違う名前を残す)",
                desk=self.desk,
                city_desk=self.city_desk,
            )
        return self

    @model_validator(mode="after")
    def _apart_from_the_whole(self) -> "SeasonalitySettings":
        # Of nobody it would be said that they use the service more or less than themselves.
        if self.nation_code[:2] == self.area_code[:2]:
            told = {"nation_code": self.nation_code, "area_code": self.area_code}
            raise TogetherError("nation_code は全国のコード(市や県のコードになっている)", **told)
        if self.prefecture in self.unknown_residence:
            named = {"unknown_residence": self.unknown_residence, "prefecture": self.prefecture}
            raise TogetherError(
                "unknown_residence は、居住地が分からないことを表す値だけ(県が入っている)", **named
            )
        return self

    @property
    def prefecture_code(self) -> str:
        """Code of the prefecture in the population table."""
        return f"{self.area_code[:2]}000"

    @property
    def coming(self) -> Period:
        """The fiscal year after that of the report, which is forecast."""
        return period_for(FiscalYear(self.year.year + 1), "fiscal")

    @property
    def missing_days(self) -> list[tuple[date, date]]:
        """The declared gaps as first and last day."""
        pairs = [tuple(parse_date(part) for part in gap.split("~")) for gap in self.gaps]
        return [(start, end) for start, end in pairs]

    def breaks_of(self, period: Period) -> tuple[tuple[Period, ...], str]:
        """The school breaks whose days are listed throughout a period, and what is said of the others, in Japanese.

        Taken for days of school where its list has ended, a break would be estimated too small and forecast as none.

        Raises:
            ParameterError: the file is absent, or an entry lacks name, start or end.
        """
        breaks = read_breaks(self.path("school_breaks"))
        lacking: dict[str, list[str]] = {}
        for each in unlisted_breaks(breaks, period):
            lacking.setdefault(each.label, []).append(str(each.start.year))
        told = "、".join(f"{'・'.join(years)}年の{name}" for name, years in lacking.items())
        kept = tuple(each for each in breaks if each.label not in lacking)
        unknown = f"日程の分からない年がある学校の休みの影響は、計算に入れていません(一覧にないのは{told})。"
        return kept, unknown if lacking else ""


class _Break(Declared):
    name: Word
    start: Day
    end: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            told = "end は start より後の日付(終わりが始まりより前)"
            raise TogetherError(told, start=str(self.start), end=str(self.end))
        return self


class SchoolBreaks(Declared):
    """The file of school breaks."""

    breaks: Many[_Break]


def read_breaks(file: Path) -> tuple[Period, ...]:
    """Read the dates of school breaks: a list `breaks` of entries with name, start and end.

    Raises:
        ParameterError: all wrong entries at once, in Japanese.
    """
    return tuple(Period(one.start, one.end, one.name) for one in read_yaml(SchoolBreaks, file).breaks)
