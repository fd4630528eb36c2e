"""One registered plan put to one set of contacts: the city's and the prefecture's estimates and their
variants.

The other modules know methods; this one knows which series goes into which method, so that a notebook asks
one question a line, and a variant differs from the registered estimate in exactly what it names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import pandas as pd

from ujo_lib.errors import InputError
from ujo_lib.fiscal import Period, spoken, spoken_span
from ujo_lib.outreach import campaigns as calendar
from ujo_lib.outreach import controlled, did, exact, hygiene, pretest, series, specification, synthetic
from ujo_lib.outreach.campaigns import CarryOver
from ujo_lib.outreach.hygiene import Baseline, Comparison
from ujo_lib.outreach.specification import Plan
from ujo_lib.outreach.verdict import Effect, Refusal, refused, tells_no_count
from ujo_lib.typed import Typed

Estimator = Callable[[Comparison | Refusal, str, float], Effect]

CITY_METHODS: Mapping[str, Estimator] = {exact.METHOD: exact.conditional, exact.METHOD_MID_P: exact.mid_p}
PREFECTURE_METHODS: Mapping[str, Estimator] = {
    controlled.METHOD: controlled.block_t,
    controlled.METHOD_MODEL: controlled.model,
    did.METHOD: did.effect,
}


CITY_WORDS = (
    "市の窓口の件数は、比較地域の相談に対する割合が、施策がなければ変わらなかったとみなして判定します。比較期間の相談が"
    f"{exact.GROWTH_FROM}件以上あるときは、その間の伸びや減りが一定の率で続いたとみなす見込みも作り、両方で増減が見つかった"
    "ときだけ「検出」とし、区間は両方を合わせた幅にします。それより少ないときや、伸び方が途中で変わったときは、"
    "窓口自身の動きと施策の効果を区別できず、誤った検出が増え、区間も本当の値を外しやすくなります。"
)
"""What a reader must know of the method of the city's verdict: the control knows nothing of a desk's own growth,
and few contacts do not show it."""

PREFECTURE_WORDS: Mapping[str, str] = {
    controlled.METHOD: (
        "県全体の件数は、実施期間と同じ長さの区切りに分けて判定します。見込みの作り方は2つです。1つは記録全体から、この県自身の"
        "伸びと、前の年までの同じ時期の動きを除いたもの。もう1つは実施期間の直前の2区切りです。両方で増減が見つかったときだけ"
        "「検出」とし、区間は両方を合わせた幅にします。施策の効果と区別できるのは、毎年の同じ時期にある動き、一定の伸び、実施期間の"
        "直前の2区切りより前からの変化までです。"
    ),
    controlled.METHOD_MODEL: (
        "県全体の件数は、比較地域の件数と曜日を説明に使う回帰モデルで判定します。日どうしを独立とみなすため区間は狭めに出ることがあり、"
        "この県自身の伸びや、例年の同じ時期の動きは、施策の効果と区別できません。"
    ),
    did.METHOD: (
        "県全体の件数は、実施期間と同じ長さの区切りに分け、ほかの時期からの変化を、比較地域の変化と比べて判定します。"
        "この県自身の伸びや、例年の同じ時期の動きは、施策の効果と区別できません。"
    ),
}
"""What a reader must know of the method of the prefecture's verdict."""


@dataclass(frozen=True)
class Study:
    """A plan and the contacts it is put to; made by `open_study`, and of another plan by `dataclasses.replace`.

    Attributes:
        plan: the registered plan.
        opened: day the city's desk opened, None when it is older than the records.
        closed: last day on which it was open, None when it still is.
        recorded: days on which contacts are known.
        contacts: contacts of the city's desk: client_id, received_at.
        wide: days × prefectures.
        reached: prefectures that the campaigns could have reached, with the reason.
        others: windows of campaigns of other years.
    """

    plan: Plan
    opened: date | None
    closed: date | None
    recorded: Period
    contacts: pd.DataFrame
    wide: pd.DataFrame
    reached: Mapping[str, str]
    others: tuple[Period, ...] = ()

    @property
    def controls(self) -> tuple[str, ...] | Refusal:
        """The control prefectures, or why there are none."""
        return hygiene.clean_controls(self.plan.controls, list(self.wide.columns), dict(self.reached))

    def city(self) -> Comparison | Refusal:
        """The city's comparison."""
        rules = self.plan.baseline(self.opened, self.closed, self.others)
        return self._compare(self.plan.area, series.per_day(self._episodes(), self.recorded), rules)

    def prefecture(self) -> Comparison | Refusal:
        """The prefecture's comparison, once it has passed its tests; its desk is old, so nothing has to settle."""
        area, controls = self.plan.prefecture, self.controls
        found = self._compare(area, self.wide[area], self.plan.baseline(None, others=self.others))
        if isinstance(found, Refusal) or isinstance(controls, Refusal):
            return found
        return pretest.passed(found, self.wide[list(controls)])

    def city_effect(self) -> Effect:
        """The city's effect by the plan's estimator; why there is none tells of no day on which few contacts came."""
        plan = self.plan
        found = CITY_METHODS[plan.city_method](self.city(), plan.area, plan.level)
        if len(self._episodes()) < hygiene.SILENT_CONTACTS and not tells_no_count(found):
            why = f"窓口の相談が{hygiene.SILENT_CONTACTS}件に満たず、判定できない"
            return refused(plan.area, plan.city_method, plan.level, Refusal("few_contacts", why))
        return found

    def prefecture_effect(self) -> Effect:
        """The prefecture's effect by the plan's estimator."""
        plan = self.plan
        return PREFECTURE_METHODS[plan.prefecture_method](self.prefecture(), plan.prefecture, plan.level)

    def prefecture_effects(self) -> list[Effect]:
        """The prefecture's effect by every estimator, the registered one first, those with weighted controls last."""
        first, area, level = self.plan.prefecture_method, self.plan.prefecture, self.plan.level
        names = [first, *(name for name in PREFECTURE_METHODS if name != first)]
        comparison, controls = self.prefecture(), self.controls
        chosen = self.wide[[] if isinstance(controls, Refusal) else list(controls)]
        return [PREFECTURE_METHODS[name](comparison, area, level) for name in names] + [
            synthetic.effect(comparison, chosen, area, method, level) for method in synthetic.METHODS
        ]

    def separate_effects(
        self, campaigns: pd.DataFrame, carry_over: Mapping[str, CarryOver], min_exclusive_days: int
    ) -> list[Effect]:
        """Each campaign's own effect in the city, from the days it had to itself, or why it has none."""
        able = calendar.separability(campaigns, carry_over, self.recorded, min_exclusive_days, self.others)
        alone = calendar.exclusive_days(campaigns, carry_over, self.others)
        joint = self.city()
        found = []
        for row in able.frame.itertuples():
            name = str(row.name)
            if not row.separable:
                refusal = Refusal("not_separable", str(row.reason))
                found.append(refused(name, self.plan.city_method, self.plan.level, refusal))
                continue
            own = joint if isinstance(joint, Refusal) else hygiene.restricted(joint, alone[name])
            found.append(CITY_METHODS[self.plan.city_method](own, name, self.plan.level))
        return found

    def city_curve(self, neighbours: Sequence[str]) -> Typed:
        """The city's specification curve: what is counted, control, window, settling, estimator.

        Args:
            neighbours: prefectures that waves and feeds may have reached by spilling over.
        """
        # Of a desk older than the records nothing is left out, however many days.
        new = self.opened is not None and self.opened + timedelta(120) > self.plan.first_day
        settling = {f"{days}日": days for days in (60, 90, 120) if new or days == self.plan.settling_days}
        choices = self._shared_choices(neighbours) | {
            "数え方": _options(
                "episode_gap_days",
                self.plan.episode_gap_days,
                {"すべての相談": 0} | {f"{days}日以内は1回": days for days in (14, 30)},
            ),
            "開設後に除く日数": _options("settling_days", self.plan.settling_days, settling),
            "方法": _options("city_method", self.plan.city_method, {name: name for name in CITY_METHODS}),
        }
        # The estimators of one choice of days and contacts share its comparison.
        compared = cache(lambda days: replace(self, plan=days).city())

        def estimate(plan: Plan) -> Effect:
            days = replace(plan, city_method=self.plan.city_method)
            return CITY_METHODS[plan.city_method](compared(days), plan.area, plan.level)

        note = "「すべての相談」は同じ人の続きの相談も1件と数えるため、偶然でも検出されやすくなります。"
        return specification.curve(self.plan, choices, estimate, note)

    def prefecture_curve(self, neighbours: Sequence[str]) -> Typed:
        """The prefecture's specification curve: control, window, estimator."""
        choices = self._shared_choices(neighbours) | {
            "方法": _options(
                "prefecture_method", self.plan.prefecture_method, {name: name for name in PREFECTURE_METHODS}
            ),
        }
        compared = cache(lambda days: replace(self, plan=days).prefecture())

        def estimate(plan: Plan) -> Effect:
            days = replace(plan, prefecture_method=self.plan.prefecture_method)
            return PREFECTURE_METHODS[plan.prefecture_method](compared(days), plan.prefecture, plan.level)

        return specification.curve(self.plan, choices, estimate)

    def _shared_choices(self, neighbours: Sequence[str]) -> dict[str, dict[str, dict[str, object]]]:
        controls = () if isinstance(self.controls, Refusal) else self.controls
        far = tuple(name for name in controls if name not in neighbours)
        # Without a control left the plan would take all of them, and with all it takes what it took.
        without = {"近隣を除く": far} if 0 < len(far) < len(controls) else {}
        end = self.plan.window_end
        ends = {
            f"{spoken(day, with_year=False)}まで": day
            for day in (end, end - timedelta(7), end + timedelta(7))
            if day >= self.plan.window_start
        }
        return {
            "期間": _options("window_end", end, ends),
            "比較地域": _options(
                "controls", self.plan.controls, {"登録どおり": self.plan.controls, **without}
            ),
        }

    def _episodes(self) -> pd.DataFrame:
        """The contacts of the city's desk, as the plan counts them."""
        return series.episode_starts(self.contacts, self.plan.episode_gap_days)

    def _compare(self, area: str, local: pd.Series, rules: Baseline) -> Comparison | Refusal:
        controls = self.controls
        if isinstance(controls, Refusal):
            return controls
        control = series.total(self.wide, controls)
        found = hygiene.compare(area, local, control, self.plan.window, rules, self.recorded.end)
        return found if isinstance(found, Refusal) else hygiene.heard(found, self.wide[list(controls)])


def open_study(
    plan: Plan,
    campaigns: pd.DataFrame,
    ads: pd.DataFrame,
    channels: pd.DataFrame,
    consultations: pd.DataFrame,
    national_daily: pd.DataFrame,
    others: Sequence[Period] = (),
) -> Study:
    """Put a plan to the contacts.

    Args:
        plan: the registered plan.
        campaigns: one row a campaign, with its area.
        ads: advertising rows; the regions they name may contaminate controls.
        channels: desks with their days of opening and closing.
        consultations: contacts of every desk with channel, client_id, received_at; no row where there are none, and
            then nothing can be said of the city.
        national_daily: contacts by date and prefecture.
        others: windows of campaigns of other years.

    Raises:
        InputError: the prefecture or the desk of the plan is not in the data.
    """
    wide = series.by_prefecture(national_daily)
    if plan.prefecture not in wide:
        raise InputError(
            f"全国の日別件数に「{plan.prefecture}」がありません。"
            "prefecture の値か、national_daily のファイルを確かめてください"
        )
    opened, closed = (day_of(channels, plan.channel) for day_of in (series.opened_on, series.closed_on))
    contacts = consultations.loc[
        consultations["channel"].astype(str) == plan.channel, ["client_id", "received_at"]
    ]
    through = series.recorded_through(consultations, national_daily)
    last = max(through, plan.first_day)
    recorded = Period(plan.first_day, last, spoken_span(plan.first_day, last))
    reached = hygiene.reached_prefectures(campaigns, plan.prefecture, list(wide.columns), ads)
    return Study(plan, opened, closed, recorded, contacts, wide, reached, tuple(others))


def _options(field: str, registered: object, options: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Options of one dimension, the registered one first; it keeps its label if it is among them."""
    first = next((label for label, value in options.items() if value == registered), f"{registered}(登録)")
    others = {label: {field: value} for label, value in options.items() if label != first}
    return {first: {}, **others}
