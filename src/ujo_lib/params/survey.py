"""Parameters of notebook 01: the survey of the welfare commissioners."""

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from ujo_lib.params.common import Answers, FileName, NotebookSettings, Once
from ujo_lib.questionnaire import ADDED
from ujo_lib.yamlfile import TogetherError, such

_CROSS = "×"

_Groups = Annotated[
    dict[str, str],
    such(
        lambda groups: {"", *ADDED}.isdisjoint(map(str.strip, groups.values())),
        f"まとめた区分の名前(空と、表が加える行の名前 {'・'.join(ADDED)} は使えない)",
    ),
]
"""Answer → the group in which it is counted."""


class SurveySettings(NotebookSettings):
    """Survey descriptives."""

    survey_items: FileName = Field("params/survey_items.yaml", description="調査票の定義ファイル")
    needs_codebook: FileName = Field(
        "params/needs_codebook.yaml", description="自由記述に主題を付けるコードブック"
    )
    opinion_term: str = Field(
        "s:家族", description="意見の中で前後の文脈を確かめる語(コードブックの書き方。庁内限り)"
    )
    wave: Annotated[str, Answers("waves", "wave", given=True)] = Field(
        "R5", description="今回の調査回(過去調査の表にある名前)"
    )
    earlier_wave: Annotated[str, Answers("waves", "wave", given=True)] = Field(
        "R1", description="比べる過去の調査回。初めての調査なら空"
    )
    age_groups: Annotated[_Groups, Answers("cases", "age_band")] = Field(
        {
            "10歳代(15~19)": "39歳以下",
            "20歳代": "39歳以下",
            "30歳代": "39歳以下",
            "40歳代": "40歳代",
            "50歳代": "50歳以上",
            "60~64歳": "50歳以上",
            "65歳以上": "50歳以上",
        },
        description="年代のまとめ方(選択肢: まとめた区分)",
    )
    household_groups: Annotated[_Groups, Answers("cases", "household")] = Field(
        {"一人暮らし": "家族と同居以外", "その他": "家族と同居以外", "不明": "家族と同居以外"},
        description="家族構成のまとめ方(選択肢: まとめた区分)",
    )
    support_groups: Annotated[_Groups, Answers("cases", "support_now")] = Field(
        {"受けている": "受けた・受けている", "過去に受けた": "受けた・受けている"},
        description="支援の状況のまとめ方(選択肢: まとめた区分)",
    )
    outing_groups: Annotated[_Groups, Answers("cases", "outing")] = Field(
        {
            "趣味に関する用事のときだけ外出": "家から出る",
            "近所のコンビニなどには出かける": "家から出る",
            "自室からは出るが家からは出ない": "家から出ない",
            "自室からほとんど出ない": "家から出ない",
        },
        description="外出状況のまとめ方(選択肢: まとめた区分)",
    )
    duration_groups: Annotated[_Groups, Answers("cases", "duration_band")] = Field(
        {
            "6か月~1年未満": "5年未満",
            "1~3年未満": "5年未満",
            "3~5年未満": "5年未満",
            "5~7年未満": "5年以上",
            "7~10年未満": "5年以上",
            "10年以上": "5年以上",
        },
        description="ひきこもりの期間のまとめ方(選択肢: まとめた区分)",
    )
    cross_rows: str = Field("sex", description="クロス集計の表側(単一回答の項目)")
    cross_columns: str = Field("outing", description="クロス集計の表頭(どの項目でもよい)")
    tested_pairs: list[str] = Field(
        ["sex×age_band", "sex×household", "sex×outing", "age_band×duration_band", "household×support_now"],
        description="関連を検定する項目の組。結果を見る前に決め、ここに並べた組すべてで補正する",
    )
    prevalence: Annotated[
        dict[str, float],
        such(
            lambda of: of and all(0 < share < 1 for share in of.values()),
            "0 より大きく 1 より小さい割合を一つ以上(2.05% は 0.0205)",
        ),
    ] = Field({"15~39歳": 0.0205, "40~64歳": 0.0202}, description="全国のひきこもりの割合(年齢区分: 割合)")
    prevalence_source: str = Field(
        "内閣府「こども・若者の意識と生活に関する調査」(令和4(2022)年度)", description="全国の割合の出典"
    )
    silent_multiples: Annotated[
        list[float],
        such(lambda of: all(0 <= times <= 100 for times in of), "0 以上 100 以下の倍率だけ"),
        Once,
    ] = Field(
        [0.0, 0.5, 1.0, 2.0], description="回答しなかった委員が把握する人数の仮定(回答した委員の平均の何倍か)"
    )
    show_extra: bool = Field(False, description="別の調査票による調査の集計も載せるか(庁内限り)")
    extra_items: FileName = Field(
        "params/examples/single_elderly_items.yaml", description="別の調査の調査票の定義ファイル"
    )
    extra_answers: FileName = Field(
        "params/examples/single_elderly_answers.csv", description="別の調査の回答(見出しは項目の id)"
    )

    @field_validator("tested_pairs")
    @classmethod
    def _two_items_each(cls, pairs: list[str]) -> list[str]:
        items = [frozenset(item.strip() for item in pair.split(_CROSS)) for pair in pairs]
        named = zip(pairs, items, strict=True)
        if wrong := [pair for pair, two in named if len(pair.split(_CROSS)) != 2 or len(two) != 2]:
            raise ValueError(f"違う二つの項目の「項目×項目」の形({'、'.join(wrong)} を直す)")
        if twice := [pair for at, pair in enumerate(pairs) if items[at] in items[:at]]:
            raise ValueError(f"一組を一度だけ({'、'.join(twice)} を消す)")
        return pairs

    @model_validator(mode="after")
    def _two_of_each(self) -> Self:
        for one, other in (("cross_rows", "cross_columns"), ("wave", "earlier_wave")):
            told = {name: getattr(self, name) for name in (one, other)}
            if told[one] and told[one] == told[other]:
                raise TogetherError(f"{one} と {other} は、違うもの", **told)
        return self

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The pairs of items to be tested."""
        return [
            (rows.strip(), columns.strip()) for rows, columns in (p.split(_CROSS) for p in self.tested_pairs)
        ]
