"""What a change of identity says of before and after, each value in a column of its type.

Police tables write every item into the same two columns of text and repeat name and number as they were before, whether these
changed or not. Here ``old_name``, ``new_name``, ``old_id`` … are filled only where that item changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.changes import PAIRS, PERSONS_OWN
from popanalysis.clean.faults import Finding
from popanalysis.clean.fields import Circumstances, clean_field, typed
from popanalysis.clean.findings import Findings
from popanalysis.clean.values import Distinct

__all__ = ["VALUES_OF_ANY_ITEM", "drop_other_values", "read_values", "settle_typed_pairs"]

Columns = dict[str, pd.Series]
Cells = Mapping[str, tuple[npt.NDArray[np.object_], pd.Categorical | None]]
#: columns that hold whatever was changed, marital status and religion like names
VALUES_OF_ANY_ITEM: Final = ("value_before", "value_after")
_PARTS: Final = ("", "_state", "_note", "_precision")
_PART_OF_ANSWER: Final = {"": "", "state": "_state", "note": "_note", "precision": "_precision", "proposed": "_proposed"}


def read_values(columns: Columns, cells: Cells, found: Findings, given: Circumstances, index: pd.Index) -> None:
    """Read the texts before and after by the rules of the item they speak of, into the columns of that item that are still blank."""
    for item, fields in PAIRS.items():
        of_item = columns["change_item"].eq(item).fillna(False).to_numpy(dtype=bool)
        for value, target in zip(VALUES_OF_ANY_ITEM, fields, strict=True):
            if value not in cells or not of_item.any():
                continue
            texts, kinds = cells[value]
            wanted = of_item & (columns[target].isna().to_numpy() if target in columns else True)
            column = Distinct.of(np.where(wanted, texts, ""), kinds)
            cleaned = clean_field(target, column, given)
            found.add(value, texts, column, cleaned)
            for part, values in cleaned.columns.items():
                if part in _PART_OF_ANSWER:
                    name = f"{target}{_PART_OF_ANSWER[part]}"
                    series = typed(target, part, values, column.codes, index)
                    columns[name] = columns[name].where(~wanted, series) if name in columns else series


def drop_other_values(columns: Columns, found: Findings) -> None:
    """Keep no value of an item that the comparison does not need, or that is not told: it may be anything a register holds of a person."""
    item = columns["change_item"]
    for field in [field for field in VALUES_OF_ANY_ITEM if field in columns]:
        others = (item.isna() | item.eq("other").fillna(False)) & columns[field].notna()
        columns[field] = columns[field].mask(others)
        found.where(others, field, np.full(len(others), "", dtype=object), Finding("policy_words_removed", "not_stored", "info"))
    found.hide(item.isna() | item.eq("other").fillna(False), VALUES_OF_ANY_ITEM)


def settle_typed_pairs(columns: Columns) -> None:
    """Settle name, number and birth date: the person's own columns hold what is valid now, a pair is filled where its item changed."""
    item = columns["change_item"]
    for name, number_follows in (("name", ()), ("id_no", ("birth_date", "sex"))):
        _settle_pair(columns, name, PERSONS_OWN[name], item.eq(name).fillna(False), item.isin([name, *number_follows]))
    if "person_birth_date" in columns and "new_birth_date" in columns:
        _take(columns, "new_birth_date", "person_birth_date", item.eq("birth_date").fillna(False))


def _settle_pair(columns: Columns, item: str, own: str, is_item: pd.Series, may_change: pd.Series) -> None:
    old, new = PAIRS[item]
    if old not in columns and new not in columns and own not in columns:
        return
    for field in (old, new, own):
        _ensure(columns, field, like=next(name for name in (own, new, old) if name in columns))
    unchanged = ~may_change & columns[old].notna() & columns[own].isna() & columns[new].isna()
    _take(columns, own, old, unchanged)
    as_before = is_item & (columns[old] == columns[own]).fillna(False) & (columns[new] != columns[own]).fillna(False)
    _empty(columns, own, as_before)  # the list repeats the former value beside the change; the new one is valid now
    _take(columns, own, new, columns[new].notna())
    differs = columns[old].notna() & columns[own].notna() & (columns[old] != columns[own]).fillna(False)
    _take(columns, new, own, is_item | differs)
    _empty(columns, old, columns[old].notna() & ~differs & columns[own].notna())
    _empty(columns, new, ~is_item & columns[old].isna() & (columns[new] == columns[own]).fillna(False) & ~may_change)


def _ensure(columns: Columns, field: str, like: str) -> None:
    for part in _PARTS:
        model = columns.get(f"{like}{part}")
        if model is not None and f"{field}{part}" not in columns and part != "_note":
            columns[f"{field}{part}"] = pd.Series(pd.NaT if model.dtype.kind == "M" else pd.NA, index=model.index, dtype=model.dtype)


def _take(columns: Columns, target: str, source: str, rows: pd.Series) -> None:
    """Fill the blanks of one field from another in some rows, with everything noted about the value."""
    rows = rows & columns[target].isna() & columns[source].notna()
    for part in _PARTS:
        if f"{target}{part}" in columns and f"{source}{part}" in columns:
            columns[f"{target}{part}"] = columns[f"{target}{part}"].where(~rows, columns[f"{source}{part}"])


def _empty(columns: Columns, field: str, rows: pd.Series) -> None:
    for part in _PARTS:
        if f"{field}{part}" in columns:
            columns[f"{field}{part}"] = columns[f"{field}{part}"].mask(rows)
