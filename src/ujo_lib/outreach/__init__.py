"""Outreach: what overlapping campaigns did to the number of contacts, as far as it can be known.

`campaigns` (the calendar), `funnel` (impressions to contacts), `series` and `hygiene` (what may be compared),
`exact` (city), `controlled` and `did` (prefecture), `placebo`, `power`, `specification`, `cost`, `evidence`,
`study` (a plan put to the data), and `verdict`, in whose words every estimate ends.
"""

from ujo_lib.outreach import (
    campaigns,
    controlled,
    cost,
    did,
    evidence,
    exact,
    funnel,
    hygiene,
    placebo,
    power,
    series,
    specification,
    study,
    verdict,
)

__all__ = [
    "campaigns",
    "controlled",
    "cost",
    "did",
    "evidence",
    "exact",
    "funnel",
    "hygiene",
    "placebo",
    "power",
    "series",
    "specification",
    "study",
    "verdict",
]
