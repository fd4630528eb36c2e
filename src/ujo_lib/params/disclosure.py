"""The site's rules for what may leave: `disclosure.yaml`, one per place and year, may be absent.

The threshold itself is an ordinary parameter (`common.yaml`), because every page states it.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from ujo_lib.params.days import Day
from ujo_lib.yamlfile import Declared, Many, TogetherError, read_yaml, written


class ExemptionRule(Declared):
    """A kind of table that is printed in full."""

    population: str = Field(description="数える対象(表の population)")
    dimensions: Many[str] = Field(description="使ってよい軸。ほかの軸や条件のある表には当てはまらない")
    min_total: int = Field(ge=1, description="表の合計がこの数以上のときに限る")
    reason: str = Field(min_length=1, description="ページに載せる理由")


class KnownFigure(Declared):
    """A figure that anybody can look up already."""

    population: str = Field(description="数える対象")
    where: dict[str, Many[str]] = Field(default_factory=dict, description="条件(変数: 区分)")
    multiple: Many[str] = Field(default=(), description="複数回答の変数")
    period: Annotated[tuple[Day, Day], Strict(False)] | None = Field(
        default=None, description="期間の初日と末日"
    )
    low: int = Field(ge=0, description="公表されている数。範囲で公表されていればその下限")
    high: int | None = Field(default=None, description="範囲で公表されていればその上限")
    source: str = Field(min_length=1, description="どこで公表されたか")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high is not None and self.high < self.low:
            raise TogetherError("high は low 以上の数", low=self.low, high=self.high)
        return self


class DisclosureRules(Declared):
    """What must stay uncertain, what may be printed in full, what is known anyway."""

    required_width: int = Field(
        3, ge=1, description="伏せた数が外部から絞り込まれてよい幅の下限(上限と下限の差)"
    )
    zero_rule: Literal["show", "hide"] = Field("show", description="0 を載せる(show)か伏せる(hide)か")
    own_case: bool = Field(False, description="数えられた本人が自分の1件を知っているとして守るか")
    licence: Annotated[str, written(r"(https://\S+)?", "https:// で始まるURLか空")] = Field(
        "", description="公表する表の利用条件のURL。空なら、どこにも書かない"
    )
    exemptions: Many[ExemptionRule] = Field((), description="全数を載せてよい表の種類")
    public_figures: Many[KnownFigure] = Field((), description="すでに公表されている数値")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the rules; the defaults hold where there is no file.

        Raises:
            ParameterError: all mistakes of the file at once, in Japanese.
        """
        return read_yaml(cls, file) if file.is_file() else cls()  # type: ignore[call-arg]  # every field has a default
