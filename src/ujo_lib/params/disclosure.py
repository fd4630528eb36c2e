"""The site's rules for what may leave: `disclosure.yaml`, one per place and year, may be absent.

The threshold itself is an ordinary parameter (`common.yaml`), because every page states it.
"""

from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ujo_lib.params.common import read_flat_yaml
from ujo_lib.params.errors import from_validation


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExemptionRule(_Strict):
    """A kind of table that is printed in full."""

    population: str = Field(description="数える対象(表の population)")
    dimensions: tuple[str, ...] = Field(description="使ってよい軸。ほかの軸や条件のある表には当てはまらない")
    min_total: int = Field(ge=1, description="表の合計がこの数以上のときに限る")
    reason: str = Field(min_length=1, description="ページに載せる理由")


class KnownFigure(_Strict):
    """A figure that anybody can look up already."""

    population: str = Field(description="数える対象")
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="条件(変数: 区分)")
    multiple: tuple[str, ...] = Field(default=(), description="複数回答の変数")
    period: tuple[date, date] | None = Field(default=None, description="期間の初日と末日")
    low: int = Field(ge=0, description="公表されている数。範囲で公表されていればその下限")
    high: int | None = Field(default=None, description="範囲で公表されていればその上限")
    source: str = Field(min_length=1, description="どこで公表されたか")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high is not None and self.high < self.low:
            raise ValueError("high は low 以上の数")
        return self


class DisclosureRules(_Strict):
    """What must stay uncertain, what may be printed in full, what is known anyway."""

    required_width: int = Field(
        3, ge=1, description="伏せた数が外部から絞り込まれてよい幅の下限(上限と下限の差)"
    )
    zero_rule: Literal["show", "hide"] = Field("show", description="0 を載せる(show)か伏せる(hide)か")
    own_case: bool = Field(False, description="数えられた本人が自分の1件を知っているとして守るか")
    dominance: float | None = Field(None, gt=0, lt=1, description="1人の報告がこの割合を超える数も伏せる")
    exemptions: tuple[ExemptionRule, ...] = Field((), description="全数を載せてよい表の種類")
    public_figures: tuple[KnownFigure, ...] = Field((), description="すでに公表されている数値")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the rules; the defaults hold where there is no file.

        Raises:
            ParameterError: all mistakes of the file at once, in Japanese.
        """
        if not file.is_file():
            return cls()  # type: ignore[call-arg]  # every field has a default
        try:
            return cls.model_validate(read_flat_yaml(file))
        except ValidationError as error:
            raise from_validation(error, valid=cls.model_fields, file_of={}, default_file=file.name) from None
