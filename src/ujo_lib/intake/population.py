"""People of one source and date, out of a population file that may hold several."""

import pandas as pd

from ujo_lib.errors import InputError
from ujo_lib.fiscal import spoken
from ujo_lib.intake.schemas import SCHEMAS
from ujo_lib.text import age_range


def of_source(population: pd.DataFrame, source: str) -> pd.DataFrame:
    """Rows of one source, of each area at its latest date: several sources or dates must never be added up.

    Args:
        population: frame with area_code, as_of and source.
        source: how the name of the source begins, 「国勢調査」 say.

    Raises:
        InputError: no row has that source, or an area has several that begin so at its latest date, or only one sex or
            one age, or no children.
    """
    chosen = population[population["source"].str.startswith(source)]
    if chosen.empty:
        known = "、".join(population["source"].dropna().unique())
        raise InputError(
            f"人口の表に、資料が「{source}」で始まる行がありません(あるのは: {known})。"
            "common.yaml の population_source に、使う資料の書き出しを書いてください"
        )
    latest = chosen[chosen["as_of"] == chosen.groupby("area_code")["as_of"].transform("max")]
    for area, sources in latest.groupby("area_code")["source"]:
        if sources.nunique() > 1:
            raise InputError(
                f"地域コード {area} の最新の人口に、資料が「{source}」で始まるものが二つ以上あります"
                f"({'、'.join(sources.unique())})。"
                "common.yaml の population_source に、一つに決まるまで長く書いてください"
            )
    for area, rows in latest.groupby("area_code"):
        _refuse_part(str(area), rows)
    return latest


def dated(people: pd.DataFrame, source: str) -> str:
    """A source with the days on which its people were counted: a rate of 2030 may rest on the census of 2020.

    Args:
        people: what `of_source` gave back; areas that a table does not speak of left out.
        source: how the name of the source begins.

    Returns:
        「国勢調査(2020年10月1日)」; where the days differ, each with its areas.
    """
    areas = people.groupby("as_of")["area_name"].unique()
    days = [spoken(day.date()) for day in areas.index]
    told = days if len(days) == 1 else [f"{'・'.join(n)} {day}" for n, day in zip(areas, days, strict=True)]
    return f"{source}({'、'.join(told)})"


def _refuse_part(area: str, rows: pd.DataFrame) -> None:
    """Parts are added up where no row counts everybody; men alone, or those over 15 alone, are not everybody."""
    for name in ("sex", "age_band"):
        if name in rows:
            said = rows[name].astype(object)
            whole = said.isna() | said.eq("総数")
            if not whole.any() and said.nunique() == 1:
                heading = SCHEMAS["population"].column(name).heading
                raise InputError(
                    f"地域コード {area} の人口の表に、{heading}が「{said.iloc[0]}」の人しかいません。"
                    f"全員の数として使うので、総数の行か、ほかの{heading}の行を加えてください"
                )
            rows = rows[whole] if whole.any() else rows
    ages = [ages[0] for label in rows.get("age_band", ()) if (ages := age_range(str(label)))]
    if youngest := min(ages, default=0):
        raise InputError(
            f"地域コード {area} の人口の表に、{youngest}歳より若い人の行がありません。"
            "全員の数として使うので、総数の行か、0歳からの年齢の行を加えてください"
        )
