"""Parameters of notebook 05: the annual summary."""

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from ujo_lib.fiscal import FiscalYear
from ujo_lib.params.common import FileName, NotebookSettings
from ujo_lib.yamlfile import TogetherError


class SummarySettings(NotebookSettings):
    """Annual summary."""

    published_file: FileName = Field(
        "params/sample/fy2023/published.yaml", description="公表済みの数値と、再計算との照合のしかた"
    )
    key_figures_file: FileName = Field(
        "params/sample/fy2023/key_figures.yaml", description="主な数値として載せるセル"
    )
    goals_file: FileName = Field(
        "params/sample/fy2023/goals.yaml", description="事業の目標と、それを測る指標"
    )
    indicators_file: FileName = Field(
        "params/sample/fy2023/indicators.yaml", description="年度をまたいで見る指標と、定義の変わった年度"
    )
    limits_file: FileName = Field(
        "params/sample/fy2023/limits.yaml", description="この報告書から言えないことの一覧"
    )
    compared_years: list[str] = Field(
        ["2021", "2022"], description="並べる過去の年度(古い順)。公表用の表だけを読む"
    )

    @field_validator("compared_years")
    @classmethod
    def _earlier_years(cls, value: list[str]) -> list[str]:
        return [str(FiscalYear.parse(year).year) for year in value]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        years = [int(year) for year in self.compared_years]
        if years != sorted(set(years)) or any(year >= self.year.year for year in years):
            told = "compared_years は、この年度より前の年度を古い順に、一度ずつ書く"
            raise TogetherError(told, compared_years=self.compared_years)
        return self

    @property
    def earlier_outputs(self) -> dict[FiscalYear, Path]:
        """Folders of all that was made of the earlier years."""
        folder = self.root / "outputs" / self.site
        return {FiscalYear.parse(year): folder / f"fy{year}" for year in self.compared_years}
