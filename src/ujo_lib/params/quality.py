"""Parameters of notebook 00: are the files fit to be analysed?"""

from pydantic import Field

from ujo_lib.params.common import NotebookSettings


class QualitySettings(NotebookSettings):
    """Data quality."""

    max_rows_shown: int = Field(50, ge=1, le=1000, description="問題・修復の一覧に載せる行数の上限")
