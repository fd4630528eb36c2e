"""The review between a candidate and a release: can the masks be undone, and does any file say what somebody wrote?

Both answers go into the release as `checks.json`, in numbers; what the city needs to look closer (intervals, findings)
stays inside it, under `review/`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import takewhile
from pathlib import Path
from typing import Any

import pandas as pd

from ujo_lib.annual.released import Released, number, read_released
from ujo_lib.columns import Estimate, Share
from ujo_lib.disclosure.audit import PUBLIC, AuditReport, Promise
from ujo_lib.disclosure.gate import Finding, Gate, to_json
from ujo_lib.disclosure.programme import LimitError
from ujo_lib.disclosure.revision import SmallChange
from ujo_lib.disclosure.signature import signed_pages
from ujo_lib.disclosure.tables import PERIOD, Policy, sums_of
from ujo_lib.files import write_atomically
from ujo_lib.fiscal import FiscalYear
from ujo_lib.pipeline.confidential import secrets_of, vocabulary
from ujo_lib.pipeline.keys import Step
from ujo_lib.pipeline.layout import YEARS, SiteYear
from ujo_lib.pipeline.printed import allowed, beyond_in_csv, beyond_in_pages, beyond_in_workbook
from ujo_lib.pipeline.refusal import ReleaseRefusedError
from ujo_lib.pipeline.release import Masked
from ujo_lib.pipeline.steps import Finished
from ujo_lib.report.door.masks import Counted, Masks
from ujo_lib.report.sheets.exports import Table

_REMEDY = (
    "できること: (1) 前の公表をそのまま残し、訂正があったことを数字を入れずに知らせる。"
    "(2) 遅れて届いた記録は、届いた日の年度に入れて、次の年度の報告で公表する(前の年度の表は公表したままにする)。"
    "(3) 動いた記録が、動いたどの区分でも {threshold} 件以上になるまで待つ(区分の違う記録は、合わせても足りない)。"
    "(4) 記録を直したのでなければ、入力とパラメーターを前の公表のときに戻す。セルの一覧: {file}"
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LEVEL = re.compile(r"[\d.]+%(?=信頼区間)")

_HEADINGS = {
    "table": "表",
    "cell": "欄",
    "low": "計算できる下限",
    "high": "計算できる上限",
    "width": "幅",
    "public_low": "この公表がないときの下限",
    "public_high": "この公表がないときの上限",
    "required": "必要な幅",
    "verdict": "判定",
    "release": "前の公表",
    "of_change": "動いた数か",
}
_TOLD = 20
"""Findings told at once; all of them stand in the folder `review`."""


def review_masks(place: SiteYear, masked: Masked) -> tuple[dict[str, Mapping[str, Any]], Promise]:
    """Try to undo the masks.

    Returns:
        Results of the checks `plan` and `audit`, fit to leave the house: sums, no cell and no interval; and what the
        pages may say of it.

    Raises:
        ReleaseRefusedError: a hidden count can be narrowed too far, or the difference to an earlier release tells of
            few people; it names table and cell. So few people answered that their number alone tells of them.
    """
    masks, policy, tables = masked.masks, masked.policy, masked.tables
    _require_enough_people(tables, policy)
    report = masked.audit()
    _list_cells(place.review / "audit.csv", report.frame, tables)
    if not report.ok:
        raise ReleaseRefusedError(
            "公表を取りやめました。伏せた数が計算で分かってしまうセルがあります。",
            _told([f"{row.table}: {row.cell}" for row in _in_words(report.leaks, tables).itertuples()]),
            f"区分をまとめるか表を外してください。推定できる範囲の一覧: {place.review / 'audit.csv'}",
        )
    _require_silent_corrections(place, masked)
    promise = report.promise(policy)
    return {"plan": _plan_result(masks, policy), "audit": _audit_result(report, promise)}, promise


def review_printed(
    folder: Path, internal: Mapping[str, Finished], masks: Masks
) -> dict[str, Mapping[str, Any]]:
    """Hold the tables in the finished pages, CSV files and workbook against the masks.

    Returns:
        Result of the check `printed`.

    Raises:
        ReleaseRefusedError: a file prints something that the masks do not allow; it names file, table and row.
    """
    tables = allowed(folder, internal, masks)
    findings = [
        *beyond_in_csv(folder, tables),
        *beyond_in_pages(folder, tables),
        *beyond_in_workbook(folder, tables),
    ]
    if findings:
        raise ReleaseRefusedError(
            "公表を取りやめました。秘匿計画が認めていない数が、公表用ファイルの表にあります。",
            _told(findings),
            "`ujo run` と `ujo release` をやり直してください。手で直したファイルは使えません。",
        )
    return {"printed": {"ok": True, "tables": len(tables)}}


def review_reprints(place: SiteYear, folder: Path, internal: Mapping[str, Finished], threshold: int) -> None:
    """Hold what no audit of masks subtracts against what has been signed before, in any year, pruned since or not.

    That is what is told again of earlier surveys and of days before the year, whose people and contacts are counted in
    no table of this year; and weighted shares and means of the same people: another register, another rule of weights
    or a corrected score is a second equation for their answers.

    Raises:
        ReleaseRefusedError: a number of people differs by few, or a weighted number of as many people differs at all;
            it names table, row and earlier release.
    """
    now = read_released(folder / "tables", FiscalYear(place.year))
    records = [record for step in internal.values() for record in step.records()]
    again = [
        Table.of(record)
        for record in records
        if record.spec.subject.population is None and record.spec.schema.counts
    ]
    weighted = [Table.of(record) for record in records if record.spec.weighted]
    few: list[str] = []
    other: list[str] = []
    for outputs in sorted(place.outputs.parent.glob(YEARS)):
        for pages in [*outputs.glob(f"{place.disclosed.name}/*/"), *signed_pages(outputs)]:
            then = read_released(pages / "tables", FiscalYear(int(outputs.name[2:])))
            few += [told for table in again for told in _moved_by_few(table, then, now, threshold)]
            other += [told for table in weighted for told in _weighted_anew(table, then, now)]
    if few:
        raise ReleaseRefusedError(
            "公表を取りやめました。署名した前の公表の表に載せた数と、わずかに違う人数か件数が載っています。",
            _told(few),
            "前に公表した数に戻し、訂正があったことは、数字を入れずに知らせてください。",
        )
    if other:
        raise ReleaseRefusedError(
            "公表を取りやめました。署名した前の公表と同じ人数の回答に、違う重みを付けた数か、答えを直した平均が載っています。"
            "二つを合わせると、一人ひとりの答えを計算できることがあります。",
            _told(other),
            "名簿・回答とパラメーター(trim・level など)を、前の公表のときに戻してください。重みの付け方が変わった版や、"
            "名簿を直したときは、前の公表をそのまま残し、次の調査から変えます。",
        )


def _counts_of_people(table: Table) -> list[str]:
    schema = table.record.spec.schema
    return [c.heading for c in table.columns if c.name in schema.counts and schema[c.name].unit == "人"]


def _counts_told_again(table: Table) -> list[str]:
    """Those of people, and of contacts that others count: before the year no table masks or subtracts them."""
    schema, rests = table.record.spec.schema, table.record.spec.subject.computed_from
    units = ("人", "件") if rests else ("人",)
    return [c.heading for c in table.columns if c.name in schema.counts and schema[c.name].unit in units]


def _labels(table: Table) -> list[str]:
    """Headings of the columns of words before the first number: they say of whom a row is."""
    return [c.heading for c in takewhile(lambda column: not column.is_numeric, table.columns)]


def _of_other_days(table: Table, *years: Released) -> bool:
    return len({year.about.get(table.name, {}).get("対象期間") for year in years}) > 1


def _moved_by_few(table: Table, then: Released, now: Released, threshold: int) -> Iterator[str]:
    """Cells of a table that an earlier release has printed, too, of the same period, and that differ by few.

    A row that begins with days is of these, whatever the period of its table and the part that they play in it.
    """
    labels, other_days = _labels(table), _of_other_days(table, then, now)
    for row in now.tables.get(table.name, []):
        told = {label: row[label] for label in labels}
        days = dict(takewhile(lambda cell: _DAY.fullmatch(cell[1]), told.items()))
        if other_days and not days:
            continue
        # What stands behind the first label may be a remark, which is worded anew.
        keys = [days] if days else [told, dict([*told.items()][:1])]
        before = next(filter(None, (then.find(table.name, key) for key in keys)), {})
        for heading in _counts_told_again(table):
            old, new = (number(one.get(heading)) for one in (before, row))
            if old is not None and new is not None and 0 < abs(new - old) < threshold:
                yield f"{table.name}: {'・'.join(told.values())} の「{heading}」({then.year.label}の公表と違う)"


def _weighted_anew(table: Table, then: Released, now: Released) -> Iterator[str]:
    """Shares and means, and their limits, that an earlier release has printed of as many people with another value.

    Limits of another level are other values, too: their heading alone tells them apart.
    """
    if _of_other_days(table, then, now):
        return
    labels = _labels(table)
    same = [*labels, *_counts_of_people(table)]
    schema = table.record.spec.schema
    others = [
        c.heading
        for c in table.columns
        if isinstance(schema.measured_as(c.name), Share | Estimate) and not c.kind.free
    ]
    for row in now.tables.get(table.name, []):
        before = then.find(table.name, {heading: row[heading] for heading in same if heading in row}) or {}
        told_then = {_LEVEL.sub("", heading): cell for heading, cell in before.items()}
        for heading in others:
            old, new = number(told_then.get(_LEVEL.sub("", heading))), number(row.get(heading))
            if old is not None and new is not None and old != new:
                told = "・".join(row[label] for label in labels)
                yield f"{table.name}: {told} の「{heading}」({then.year.label}の公表と違う)"


def review_files(
    place: SiteYear, steps: Sequence[Step], folder: Path, policy: Policy
) -> dict[str, Mapping[str, Any]]:
    """Hold every finished file against everything people wrote in this year's input.

    Returns:
        Result of the check `gate`.

    Raises:
        ReleaseRefusedError: a file leaks, or cannot be read; it names the file and the record, never the words.
    """
    secret = secrets_of(steps)
    gate = Gate(secret.texts, vocabulary(place, steps), policy.threshold, secret.ids, secret.names)
    findings = gate.scan([folder])
    write_atomically(place.review / "gate.json", to_json(findings))
    leaks = [finding for finding in findings if finding.severity == "error"]
    if leaks:
        raise ReleaseRefusedError(
            "公表を取りやめました。公表用ファイルに、外に出してはいけないものがあります。",
            _told([str(leak) for leak in leaks]),
            f"すべての指摘: {place.review / 'gate.json'}",
        )
    return {"gate": _gate_result(findings, folder, policy)}


def _require_enough_people(tables: Sequence[Counted], policy: Policy) -> None:
    """Refuse a survey of fewer people in all than the threshold: sentences and overviews print how many they are."""
    titles: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for one in tables:
        table = one.table
        if any(PERIOD in dict(table.region(i)) for i in range(len(table.cells))):
            continue  # contacts of days: no page tells how few they were in all
        told = [cell.value or 0 for cell in table.cells] + [figure.low for figure in sums_of(table, 1)]
        counts = [(table.population, f"「{one.record.spec.title}」の表で数えた人", max(told, default=0))]
        if table.told:  # whoever knows how many those are knows how many the others are
            groups = [c for i, c in enumerate(table.cells) if table.totals_in(i)]
            rest = sum(cell.value or 0 for cell in groups if not set(cell.labels) & set(table.told))
            counts.append(
                (f"{table.id} {table.told}", f"{counts[0][1]}({'、'.join(table.told)}を除く)", rest)
            )
        for name, title, size in counts:
            titles.setdefault(name, title)
            sizes[name] = max(sizes.get(name, 0), size)
    few = [titles[name] for name, size in sizes.items() if 0 < size < policy.threshold]
    if few:
        raise ReleaseRefusedError(
            f"公表を取りやめました。全部で {policy.threshold} 人に満たない人を数えた表があります。",
            few,
            "全体の人数がすでに小さな数なので、伏せても守れません。その人たちの資料を inputs.yaml の not_supplied: に"
            "移し、理由(例: 人数が少ないため公表しない)を書いて、`ujo release` をやり直してください。",
        )


def _require_silent_corrections(place: SiteYear, masked: Masked) -> None:
    file = place.review / "corrections.csv"
    try:
        found = masked.small_changes()
    except LimitError:
        file.unlink(missing_ok=True)
        raise ReleaseRefusedError(
            "公表を取りやめました。署名した前の公表との差から人の動きが分かるかどうかを、決めた計算の量では確かめきれませんでした。",
            (),
            "できること: (1) 前の公表をそのまま残し、訂正があったことを数字を入れずに知らせる。"
            "(2) 遅れて届いた記録は、届いた日の年度に入れる。(3) 区分の多い表を外してから、やり直す。"
            "同じ入力のままでは、何度やり直しても同じです。",
        ) from None
    columns = [field.name for field in fields(SmallChange)]
    listed = pd.DataFrame([asdict(one) for one in found], columns=columns)
    _list_cells(file, listed, masked.tables)
    if found:
        raise ReleaseRefusedError(
            "公表を取りやめました。署名した前の公表との差から、わずかな人の動きが分かってしまうセルがあります。",
            _told(
                [
                    f"{one.table}: {one.cell}(前の公表 {one.release})"
                    for one in _in_words(listed, masked.tables).itertuples()
                ]
            ),
            _REMEDY.format(threshold=masked.policy.threshold, file=file),
        )


def _list_cells(file: Path, cells: pd.DataFrame, tables: Sequence[Counted]) -> None:
    named = _in_words(cells, tables)
    if "of_change" in named:
        named["of_change"] = named["of_change"].map({True: "はい", False: "いいえ"})
    named = named.rename(columns=_HEADINGS)
    write_atomically(file, named.to_csv(index=False).encode("utf-8-sig"))


def _in_words(cells: pd.DataFrame, tables: Sequence[Counted]) -> pd.DataFrame:
    """Cells by the title of their table and the headings of its page, for those who have to merge them or explain why.

    A table that only an earlier release had keeps its own names.
    """
    records = {one.record.key: one.record for one in tables}
    named = []
    for key, cell in zip(cells["table"], cells["cell"], strict=True):
        title, told = key, cell
        if key in records:
            title = f"「{records[key].spec.title}」({key})"
            for name, column in records[key].spec.schema.columns.items():
                told = re.sub(rf"\b{name}(?==)|(?<=\(){name}(?=\))", column.name, told)
        named.append((title, told))
    return cells.assign(table=[title for title, _ in named], cell=[told for _, told in named])


def _told(findings: Sequence[str]) -> list[str]:
    findings = list(dict.fromkeys(findings))  # a release is remembered, and may still be there
    rest = len(findings) - _TOLD
    return [*findings[:_TOLD], *([f"ほか {rest} 件"] if rest > 0 else [])]


def _plan_result(masks: Masks, policy: Policy) -> dict[str, Any]:
    flags = masks.plan.hidden.values()
    return {
        "ok": True,
        "threshold": policy.threshold,
        "zero_rule": policy.zero_rule,
        "required_width": policy.required_width,
        "tables": len(flags),
        "counts": sum(len(of_table) for of_table in flags),
        "hidden": sum(sum(of_table) for of_table in flags),
        "exemptions": [{"table": table, "reason": reason} for table, reason in masks.plan.exemptions],
    }


def _audit_result(report: AuditReport, promise: Promise) -> dict[str, Any]:
    verdicts = report.frame["verdict"]
    return {
        "ok": report.ok,
        "already_public": int((verdicts == PUBLIC).sum()),
        "values": promise.values,
        "approximate": list(promise.approximate),
    }


def _gate_result(findings: Sequence[Finding], folder: Path, policy: Policy) -> dict[str, Any]:
    """How many texts there were is not told: less those that pages count, they are the contacts of the city's desk."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {
        "ok": True,
        "files": len(files),
        "bytes": sum(file.stat().st_size for file in files),
        "clients_that_make_a_phrase_common": policy.threshold,
        "warnings": len(findings),
    }
