"""Survey room: what the answers of the commissioners can and cannot say.

Frames in, tidy tables out. `questionnaire` and `keyin` know what was asked and hold the answers against it;
`tables` and `association` count and test; `response`, `city_total`, `waves` and `coverage` say how far the
counts reach; `wording` turns verdicts into phrases. Only `files` opens a file.
"""

from ujo_lib.survey.association import association_family, family_sentence, family_verdict
from ujo_lib.survey.city_total import (
    EXPANDED,
    Total,
    city_total,
    commissioners_with_cases,
    counts_per_commissioner,
    distinct,
    duplicates_bound,
    overdispersion,
    srs_total,
    stratified_mean,
)
from ujo_lib.survey.coverage import city_population, coverage
from ujo_lib.survey.files import read_answers, read_questionnaire
from ujo_lib.survey.keyin import check_skips, checked, compare_entries
from ujo_lib.survey.others import Asked, other_items
from ujo_lib.survey.questionnaire import Condition, Item, Questionnaire, QuestionnaireError
from ujo_lib.survey.response import (
    asked_commissioners,
    overview,
    response_rate,
    scenarios,
    weights,
)
from ujo_lib.survey.tables import (
    all_items,
    among_answered,
    answer_labels,
    blanks,
    crosstab,
    modal_labels,
    pyramid,
    tally,
    themes,
)
from ujo_lib.survey.waves import Change, compare_waves, own_counts, wave_changes, wave_table, with_own_counts
from ujo_lib.survey.wording import (
    change_finding,
    change_sentence,
    change_verdict,
    mode_sentence,
    total_sentence,
)

__all__ = [
    "EXPANDED",
    "Asked",
    "Change",
    "Condition",
    "Item",
    "Questionnaire",
    "QuestionnaireError",
    "Total",
    "all_items",
    "among_answered",
    "answer_labels",
    "asked_commissioners",
    "association_family",
    "blanks",
    "change_finding",
    "change_sentence",
    "change_verdict",
    "check_skips",
    "checked",
    "city_population",
    "city_total",
    "commissioners_with_cases",
    "compare_entries",
    "compare_waves",
    "counts_per_commissioner",
    "coverage",
    "crosstab",
    "distinct",
    "duplicates_bound",
    "family_sentence",
    "family_verdict",
    "modal_labels",
    "mode_sentence",
    "other_items",
    "overdispersion",
    "overview",
    "own_counts",
    "pyramid",
    "read_answers",
    "read_questionnaire",
    "response_rate",
    "scenarios",
    "srs_total",
    "stratified_mean",
    "tally",
    "themes",
    "total_sentence",
    "wave_changes",
    "wave_table",
    "weights",
    "with_own_counts",
]
