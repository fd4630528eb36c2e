"""Intake: a messy municipal file becomes a validated frame, or a list of problems a clerk can act on.

>>> data = intake.load("params/sample/fy2023/inputs.yaml", ["commissioners", "cases"])  # doctest: +SKIP
>>> data["cases"], data.sources, data.repairs  # doctest: +SKIP
"""

from ujo_lib.intake import overview
from ujo_lib.intake.loading import answers, check, load, not_supplied
from ujo_lib.intake.population import dated, of_source
from ujo_lib.intake.problems import DataProblems, Problem, Repair
from ujo_lib.intake.result import Intake
from ujo_lib.intake.schemas import SCHEMAS

__all__ = [
    "SCHEMAS",
    "DataProblems",
    "Intake",
    "Problem",
    "Repair",
    "answers",
    "check",
    "dated",
    "load",
    "not_supplied",
    "of_source",
    "overview",
]
