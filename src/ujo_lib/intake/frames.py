"""The frame of one file: each column parsed or declared, those nobody has blank, those that follow worked out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ujo_lib.intake.body import Body
from ujo_lib.intake.cells import tidy
from ujo_lib.intake.declaration import FileSpec
from ujo_lib.intake.headers import Header
from ujo_lib.intake.multiple import parse_columns, parse_listed
from ujo_lib.intake.problems import Notes
from ujo_lib.intake.schemas import DTYPES, Column, Schema
from ujo_lib.intake.values import Raw, Site, parse_column
from ujo_lib.text import age_range

_LABELS_SHOWN = 10


def typed_frame(
    spec: FileSpec, schema: Schema, header: Header, body: Body, site: Site, notes: Notes
) -> pd.DataFrame:
    """The columns that the file has or inputs.yaml declares, the required ones that neither knows as blank.

    What cannot be read, and a column whose options this site has not declared, is told and left blank.
    """
    columns: dict[str, pd.Series] = {}
    constants = spec.constants
    for column in schema.columns:
        if column.name in header.columns and column.from_labels and not column.options:
            _ask_for_labels(column, body.raw(header, header.columns[column.name]), notes)
            columns[column.name] = _blank(column, len(body.rows))
        elif column.name in header.columns:
            columns |= parse_column(column, body.raw(header, header.columns[column.name]), site, notes)
        elif column.name in constants:
            text = constants[column.name]
            raw = Raw(column.name, _constant(text, spec, notes.sheet, body.rows), body.rows)
            columns |= parse_column(column, raw, site, notes)
    encodings = spec.multiple_answers
    for item in schema.multiples:
        if item.name in header.lists and encodings.get(item.name, "listed") == "listed":
            columns |= parse_listed(item, body.raw(header, header.lists[item.name]), notes)
        elif item.name in header.options and encodings.get(item.name) in ("dummies", "marks"):
            raws = {label: body.raw(header, place) for label, place in header.options[item.name].items()}
            columns |= parse_columns(item, raws, encodings[item.name], notes)
    frame = pd.DataFrame(columns)
    for column in schema.columns:
        if (column.required or column.asked) and column.name not in frame:
            frame[column.name] = _blank(column, len(body.rows))
    for item in schema.multiples:
        for option in item.options if item.name not in header.lists else ():
            if item.column(option) not in frame:
                frame[item.column(option)] = pd.array([pd.NA] * len(body.rows), dtype="boolean")
    return derived(frame, schema)


def _constant(text: str, spec: FileSpec, sheet: str, rows: np.ndarray) -> pa.ChunkedArray:
    """What is declared for every row; of a number that is made up, each row's own."""
    text = text.replace("{file}", Path(spec.name).stem).replace("{sheet}", sheet)
    if "{row}" not in text:
        return pa.chunked_array([pa.repeat(text, len(rows))])
    return pa.chunked_array([pa.array([text.replace("{row}", str(row)) for row in rows], pa.string())])


def _ask_for_labels(column: Column, raw: Raw, notes: Notes) -> None:
    found = "、".join(sorted({tidy(text) for text in raw.texts if text.strip()})[:_LABELS_SHOWN])
    notes.problem(
        "選択肢の宣言",
        f"自治体ごとに違う列です。inputs.yaml の labels に {column.name}: [{found}] のように書いてください。",
        "定義",
        column=raw.heading,
    )


def _blank(column: Column, height: int) -> pd.Series:
    if column.type in ("cat", "age"):
        labels = [option.label for option in column.options]
        return pd.Series(pd.Categorical.from_codes([-1] * height, labels, ordered=True))
    return pd.Series([None] * height).astype(DTYPES[column.type])


def whole(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """The frame with every column of its kind: one that no file has is blank, as if nobody had filled it in."""
    lacking = {
        column.name: _blank(column, len(frame)) for column in schema.columns if column.name not in frame
    }
    return derived(frame.assign(**lacking), schema)


def settle_flags(frame: pd.DataFrame) -> None:
    """Where no file says that a number is hidden or unknown, it is neither."""
    for name in frame.columns:
        number, _, sign = name.rpartition("_")
        if number in frame and sign in ("suppressed", "unknown"):
            frame[name] = frame[name].astype("boolean").fillna(False)


def derived(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """The frame with the columns that follow from others."""
    derive = {"cases": _derive_8050, "ads": _derive_ad_day}.get(schema.kind)
    return derive(frame) if derive else frame


def _derive_8050(frame: pd.DataFrame) -> pd.DataFrame:
    """``economic_8050``: aged 40 or over and living with father or mother; NA when either is unknown.

    No column of a questionnaire that does not ask for both.
    """
    needed = {"age_band", "household_members_父", "household_members_母"}
    if "economic_8050" in frame or not needed <= set(frame):
        return frame
    ages = frame["age_band"].astype(object).map(lambda label: age_range(str(label)))
    forty = pd.Series([pd.NA if ages_of is None else ages_of[0] >= 40 for ages_of in ages], dtype="boolean")
    parent = frame["household_members_父"] | frame["household_members_母"]
    if "household" in frame:  # who lives alone was not asked with whom
        alone = (frame["household"] == "一人暮らし").to_numpy()
        parent = parent.mask(alone & parent.isna().to_numpy(), False)
    frame["economic_8050"] = forty & parent
    return frame


def _derive_ad_day(frame: pd.DataFrame) -> pd.DataFrame:
    """The day of an advertising row whose export only says from when to when, if both are one day."""
    if "date" not in frame:
        frame["date"] = pd.Series([None] * len(frame)).astype(DTYPES["date"])
        if {"period_start", "period_end"} <= set(frame):
            frame["date"] = frame["period_start"].where(frame["period_start"] == frame["period_end"])
    return frame.drop(columns=["period_start", "period_end", "currency"], errors="ignore")
