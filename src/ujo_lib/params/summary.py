"""Parameters of notebook 05: the annual summary."""

from typing import ClassVar

from pydantic import Field

from ujo_lib.params.common import NotebookSettings


class SummarySettings(NotebookSettings):
    """Annual summary."""

    notebook: ClassVar[str] = "05_annual_summary"
    files: ClassVar[tuple[str, ...]] = ("published_file", "key_figures_file", "goals_file")

    published_file: str = Field(
        "params/sample/fy2023/published.yaml", description="公表済みの数値と、再計算との照合のしかた"
    )
    key_figures_file: str = Field(
        "params/sample/fy2023/key_figures.yaml", description="主な数値として載せるセル"
    )
    goals_file: str = Field("params/sample/fy2023/goals.yaml", description="事業の目標と、それを測る指標")
