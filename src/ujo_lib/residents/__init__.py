"""Residents room: what a probability sample of the people says about all of them, and what it cannot say.

Frames in, tidy tables out. `linearised` knows weights and errors; `weighting` gets from those drawn to the population;
`tables` counts and compares, and says what silence could hide; `nation` puts the country beside the city,
`voices` families, commissioners and agencies; `panel` tells two years apart.
"""

from ujo_lib.residents.nation import (
    barriers,
    compare,
    compare_groups,
    definitions,
    published,
    said_beside,
    side_by_side,
)
from ujo_lib.residents.panel import by_year, change
from ujo_lib.residents.tables import (
    BAND,
    SCORES,
    UCLA,
    across,
    differences,
    known_cases,
    means,
    other_items,
    persons,
    require_options,
    said_apart,
    sensitivity,
    shares,
    with_score,
)
from ujo_lib.residents.voices import per_population, told_by_voice, voices, voices_heard
from ujo_lib.residents.weighting import (
    Sample,
    SampleError,
    answered_among,
    diagnostics,
    open_sample,
    response,
    response_by,
    said_how,
)

__all__ = [
    "BAND",
    "SCORES",
    "UCLA",
    "Sample",
    "SampleError",
    "across",
    "answered_among",
    "barriers",
    "by_year",
    "change",
    "compare",
    "compare_groups",
    "definitions",
    "diagnostics",
    "differences",
    "known_cases",
    "means",
    "open_sample",
    "other_items",
    "per_population",
    "persons",
    "published",
    "require_options",
    "response",
    "response_by",
    "said_apart",
    "said_beside",
    "said_how",
    "sensitivity",
    "shares",
    "side_by_side",
    "told_by_voice",
    "voices",
    "voices_heard",
    "with_score",
]
