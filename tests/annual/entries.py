"""Entries of the summary's files, written shortly."""

from ujo_lib.params import annual


def Cell(notebook, table, column="n", where=None, over=""):  # noqa: N802  # stands for the model
    where = {name: labels if isinstance(labels, list) else [labels] for name, labels in (where or {}).items()}
    return annual.Cell(notebook=notebook, table=table, column=column, where=where, over=over)


def Claim(id, statement, published, unit, rule, cell, note="", margin=None):  # noqa: N802
    return annual.Claim(
        id=id,
        statement=statement,
        published=published,
        unit=unit,
        rule=rule,
        cell=cell,
        note=note,
        margin=margin,
    )


def Place(table, value, where=None):  # noqa: N802
    return annual.Place(table=table, value=value, where=where or {})


def Indicator(label, kind, unit, place, low="", high="", **more):  # noqa: N802
    return annual.Indicator(label=label, kind=kind, unit=unit, place=place, low=low, high=high, **more)
