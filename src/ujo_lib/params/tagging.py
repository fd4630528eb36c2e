"""Parameters of notebook 03: what the texts speak of."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from ujo_lib.columns import Dimension
from ujo_lib.params.common import Answers, FileName, NotebookSettings, Once


class TaggingSettings(NotebookSettings):
    """Content tagging."""

    codebook: FileName = Field("params/codebook.yaml", description="主題を付けるコードブック")
    earlier_codebook: FileName = Field(
        "", description="前の版のコードブック。書くと、主題の付き方の変化を庁内用に示す"
    )
    hand_codes: FileName = Field(
        "", description="人が読んで付けた結果(`ujo code read` が作る)。空なら、機械の語の一覧だけで順序を見る"
    )
    desk: Annotated[str, Answers("consultations", "channel", given=True)] = Field(
        "全国窓口", description="県の件数に数える窓口(相談記録の「窓口」の値)"
    )
    focus: dict[str, str] = Field(
        {"age_band": "10代", "suicidal_ideation": "強く"},
        description="くわしく見る相談の条件(順に絞り込む。値は | で並べる)",
    )
    pair_themes: int = Field(8, ge=3, le=12, description="重なりを見る主題の数(多い順)")
    trend_themes: int = Field(6, ge=1, le=6, description="月ごとの変化を図にする主題の数(多い順)")
    least_texts: int = Field(10, ge=5, description="特徴語は、この件数以上の相談に現れた語に限る(庁内用)")
    top_words: int = Field(20, ge=5, le=100, description="特徴語や主題のない相談の語を並べる数(庁内用)")
    kwic_terms: Annotated[list[str], Once] = Field(
        ["居場所", "s:眠れな"], description="前後の文脈を見る語(庁内用)"
    )
    kwic_lines: int = Field(10, ge=1, le=200, description="前後の文脈を見る行数(庁内用)")

    @property
    def focus_values(self) -> dict[str, list[str]]:
        """Column → accepted values of the consultations looked at closely, in the order of the steps."""
        return {column: values.split("|") for column, values in self.focus.items()}

    @property
    def focus_name(self) -> str:
        """What these are called: by their conditions, so that no name speaks of others."""
        told = [
            f"{Dimension(variable=column).name}が{'か'.join(f'「{value}」' for value in values)}"
            for column, values in self.focus_values.items()
        ]
        return f"{'、'.join(told)}の相談" if told else "すべての相談"

    @property
    def codebook_before(self) -> Path:
        """The earlier codebook; the present one where none is named."""
        return self.path("earlier_codebook" if self.earlier_codebook else "codebook")
