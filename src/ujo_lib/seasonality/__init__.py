"""When people reach out: profiles, verdicts that keep their promise, a model, a forecast and staffing.

Start from `contacts`, which makes counts of records or takes those of a partner, and `open_scopes`, which turns them
into `Counts`; everything else takes those, or the records themselves where clients or answers matter.
"""

from ujo_lib.seasonality.attributes import (
    beside_nation,
    combined,
    crosstab,
    distribution,
    national_answers,
    shares_by,
    standing_out,
)
from ujo_lib.seasonality.circular import daily_peak
from ujo_lib.seasonality.clustering import clients_by_period, repeats
from ujo_lib.seasonality.comparison import judge_difference, shares_beside
from ujo_lib.seasonality.contrast import compare_hours, hours_against, hours_apart, hours_in_words
from ujo_lib.seasonality.counts import contacts, from_aggregate, select, totals
from ujo_lib.seasonality.decomposition import decompose, why_not
from ujo_lib.seasonality.demand import talks, unanswered, with_times
from ujo_lib.seasonality.forecast import backtest, forecast_months
from ujo_lib.seasonality.model import fit_calendar
from ujo_lib.seasonality.profiles import (
    by_date,
    by_hour,
    by_month,
    by_weekday,
    by_weekday_hour,
    order_in_words,
)
from ujo_lib.seasonality.scopes import (
    bases_sentence,
    both_bases,
    clock_sentence,
    counted_sentence,
    open_scopes,
    within,
)
from ujo_lib.seasonality.staffing import short_handed, slots, tried_on_last_year
from ujo_lib.seasonality.usage import bounds, by_area, residents, use_per_population
from ujo_lib.seasonality.verdicts import descriptive_tests, judge, strongest, verdict_table
from ujo_lib.variance import People

__all__ = [
    "People",
    "backtest",
    "bases_sentence",
    "beside_nation",
    "both_bases",
    "bounds",
    "by_area",
    "by_date",
    "by_hour",
    "by_month",
    "by_weekday",
    "by_weekday_hour",
    "clients_by_period",
    "clock_sentence",
    "combined",
    "compare_hours",
    "contacts",
    "counted_sentence",
    "crosstab",
    "daily_peak",
    "decompose",
    "descriptive_tests",
    "distribution",
    "fit_calendar",
    "forecast_months",
    "from_aggregate",
    "hours_against",
    "hours_apart",
    "hours_in_words",
    "judge",
    "judge_difference",
    "national_answers",
    "open_scopes",
    "order_in_words",
    "repeats",
    "residents",
    "select",
    "shares_beside",
    "shares_by",
    "short_handed",
    "slots",
    "standing_out",
    "strongest",
    "talks",
    "totals",
    "tried_on_last_year",
    "unanswered",
    "use_per_population",
    "verdict_table",
    "why_not",
    "with_times",
    "within",
]
