"""Published figures of the nation's surveys, each with the page that it was read from."""

from pathlib import Path
from typing import Annotated, Self

import pandas as pd
from pydantic import Field, model_validator

from ujo_lib.params.days import IsoDay
from ujo_lib.yamlfile import Declared, Many, TogetherError, Word, nearest, read_yaml

_LEAST, _MOST = 99.0, 101.0


class Survey(Declared):
    """Who asked whom, when and how."""

    title: Word
    publisher: Word
    asked: Word
    population: Word
    mode: Word


class Figure(Declared):
    """The answers of one group to one item of one survey.

    Attributes:
        survey: name of the survey in `surveys`.
        item: id of the city's question with the same wording.
        group: whose answers; 全国 for everybody.
        n: valid answers.
        percent: answer → share in percent as printed, 無回答 among them where it was printed.
        source, page, read_on: where it stands, and the day on which it was copied.
    """

    survey: Word
    item: str
    group: Word = "全国"
    n: int = Field(gt=0)
    percent: Annotated[dict[str, float], Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    page: Annotated[str, Field(min_length=1)]
    read_on: IsoDay

    @model_validator(mode="after")
    def _of_a_hundred(self) -> Self:
        if not _LEAST <= (added := sum(self.percent.values())) <= _MOST:
            raise ValueError(
                f"percent の合計が100前後({added:g} になっている。写し間違いか、抜けた回答がある)"
            )
        return self


class National(Declared):
    """The whole file."""

    surveys: dict[str, Survey]
    figures: Many[Figure]

    @model_validator(mode="after")
    def _known(self) -> Self:
        for figure in self.figures:
            if figure.survey not in self.surveys:
                guess = nearest(figure.survey, self.surveys)
                told = f"figures の survey は surveys にある名前(「{figure.survey}」は {guess or 'ない'})"
                raise TogetherError(told, figures=figure.survey)
        return self

    @property
    def frame(self) -> pd.DataFrame:
        """One row per answer: survey, item, group, answer, percent, n, source."""
        rows = [
            (one.survey, one.item, one.group, answer, percent, one.n, f"{one.source} {one.page}")
            for one in self.figures
            for answer, percent in one.percent.items()
        ]
        return pd.DataFrame(rows, columns=["survey", "item", "group", "answer", "percent", "n", "source"])

    @property
    def definitions(self) -> pd.DataFrame:
        """One row per survey: survey, title, asked, population, mode."""
        rows = [(name, one.title, one.asked, one.population, one.mode) for name, one in self.surveys.items()]
        return pd.DataFrame(rows, columns=["survey", "title", "asked", "population", "mode"])


def read_national(file: Path) -> National:
    """Read the published figures.

    Raises:
        ParameterError: whatever is wrong with the file.
    """
    return read_yaml(National, file)
