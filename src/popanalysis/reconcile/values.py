"""How two values of one field are held against each other, for the cases and for the rates alike."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from popanalysis.columns import UNKNOWN_CHARACTER
from popanalysis.reconcile.taxonomy import DiscrepancyRules

__all__ = ["Values", "compared_values", "values_differ"]

#: kind -> field -> record_id -> value as text; a value that is missing has no entry
Values = Mapping[str, Mapping[str, Mapping[str, str]]]


def compared_values(records: Mapping[str, pd.DataFrame], rules: DiscrepancyRules) -> Values:
    """Return every compared value as text, a date cut to the precision it was given with.

    Parameters
    ----------
    records : kind -> typed records, index record_id.
    rules : names the lists and fields.
    """
    values: dict[str, dict[str, dict[str, str]]] = {}
    for kind in rules.compared_lists:
        frame = records.get(kind, pd.DataFrame())
        values[kind] = {}
        for compared in rules.fields:
            if compared.field not in frame:
                continue
            column = frame[compared.field].dropna()
            if compared.kind == "date":
                column = pd.to_datetime(column).dt.strftime("%Y-%m-%d")
            texts = {str(record): str(value) for record, value in column.items()}
            for precision, length in (("month", 7), ("year", 4)):
                given = frame.get(f"{compared.field}_precision")
                for record_id in frame.index[given.eq(precision).fillna(False)] if given is not None else ():
                    if record_id in texts:
                        texts[record_id] = texts[record_id][:length]
            values[kind][compared.field] = texts
    return values


def values_differ(a: str, b: str, kind: str) -> bool:
    """Whether two values that are both there say different things.

    Examples
    --------
    >>> values_differ("2025-03", "2025-03-12", "date"), values_differ("葛小䮌", "葛小□", "name"), values_differ("王芳", "王方", "name")
    (False, False, True)
    """
    if kind == "date":
        length = min(len(a), len(b))
        return a[:length] != b[:length]
    if kind == "name" and UNKNOWN_CHARACTER in a + b:
        return len(a) != len(b) or any(x != y and UNKNOWN_CHARACTER not in (x, y) for x, y in zip(a, b, strict=True))
    return a != b
