"""Outreach: what overlapping campaigns did to the number of contacts, as far as it can be known.

`campaigns` (the calendar), `funnel` (impressions to contacts), `series` and `hygiene` (what may be compared),
`exact` (city), `controlled`, `did` and `synthetic` (prefecture), `pretest` (what must have held before),
`interrupted` (one series), `placebo`, `power`, `specification`, `cost`, `evidence`, `study` (a plan put to the data),
`calibration` (how far to trust it), and `verdict`, in whose words every estimate ends.
"""

from ujo_lib.outreach import (
    calibration,
    campaigns,
    controlled,
    cost,
    did,
    evidence,
    exact,
    funnel,
    hygiene,
    interrupted,
    placebo,
    power,
    pretest,
    series,
    specification,
    study,
    synthetic,
    verdict,
)

__all__ = [
    "calibration",
    "campaigns",
    "controlled",
    "cost",
    "did",
    "evidence",
    "exact",
    "funnel",
    "hygiene",
    "interrupted",
    "placebo",
    "power",
    "pretest",
    "series",
    "specification",
    "study",
    "synthetic",
    "verdict",
]
