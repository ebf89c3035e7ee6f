"""What an office changed when it sent a list again: rows added, withdrawn, changed, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd

from popanalysis.columns import (
    CERTIFICATE_FIELDS,
    FIELDS_OF_KIND,
    ID_FIELDS,
    MARRIAGE_CERTIFICATE_FIELDS,
    MEMORY_ONLY_FIELDS,
    NAME_FIELDS,
    SEALED_KINDS,
)

__all__ = ["EDITS_COLUMNS", "edits_between"]

EDITS_COLUMNS: Final = ("kind", "edit", "file_from", "sheet_from", "row_from", "file_to", "sheet_to", "row_to", "field", "value_from", "value_to")
_ORIGIN: Final = ("file", "sheet", "row")
Row = dict[str, Any]


def edits_between(before: pd.DataFrame, after: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Compare the typed rows of a submission with those of the one that replaces it.

    Equal rows are paired first, then rows that share a number, then those that share all names, then those in the same
    place that are much alike; a value pairs only where it stands once on either side. What is held in memory only is not compared, and of sealed lists no value is told.

    Parameters
    ----------
    before, after : typed records with file, sheet, row; any index.

    Returns
    -------
    DataFrame, EDITS_COLUMNS: a row for every row added or withdrawn, and for every field changed (of sealed lists: every row), in the
    order of the rows after, then of those withdrawn.
    """
    fields = [field for field in FIELDS_OF_KIND[kind] if field not in MEMORY_ONLY_FIELDS and (field in before or field in after)]
    old, new = _rows(before, fields), _rows(after, fields)
    partner = _paired(old, new, fields)
    came_from = {there: here for here, there in partner.items()}
    lines = [line for place, row in enumerate(new) for line in _of_row(old[came_from[place]] if place in came_from else None, row, fields, kind)]
    lines += [(kind, "withdrawn", *_origin(row), "", "", "", "", "", "") for place, row in enumerate(old) if place not in partner]
    return pd.DataFrame(lines, columns=list(EDITS_COLUMNS), dtype=object)


def _rows(frame: pd.DataFrame, fields: Sequence[str]) -> list[Row]:
    """Every row as texts, blank for missing, in the order of sheet and row."""
    ordered = frame.reindex(columns=[*_ORIGIN, *fields]).sort_values(["sheet", "row"], kind="stable")
    return [{str(name): value if name == "row" else _text(value) for name, value in row.items()} for row in ordered.to_dict("records")]


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _origin(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _ORIGIN)


def _of_row(old: Row | None, new: Row, fields: Sequence[str], kind: str) -> Iterator[tuple[Any, ...]]:
    if old is None:
        yield (kind, "added", "", "", "", *_origin(new), "", "", "")
        return
    changed = [field for field in fields if old[field] != new[field]]
    if kind in SEALED_KINDS:
        yield from [(kind, "changed", *_origin(old), *_origin(new), "", "", "")] if changed else []
        return
    for field in changed:
        yield (kind, "changed", *_origin(old), *_origin(new), field, old[field], new[field])


def _paired(old: Sequence[Row], new: Sequence[Row], fields: Sequence[str]) -> dict[int, int]:
    """Place of a row before -> place of its row after."""
    numbers = [field for field in fields if field in ID_FIELDS | CERTIFICATE_FIELDS | MARRIAGE_CERTIFICATE_FIELDS]
    names = [field for field in fields if field in NAME_FIELDS]
    pairs = _equal(old, new, fields)
    for keys in (*([number, *names] for number in numbers), *([number] for number in numbers), names):
        left, right = _once(old, keys, set(pairs)), _once(new, keys, set(pairs.values()))
        pairs |= {left[key]: right[key] for key in left.keys() & right.keys()}
    taken = set(pairs.values())
    there = {(row["sheet"], row["row"]): place for place, row in enumerate(new) if place not in taken}
    for here, row in enumerate(old):
        same = there.get((row["sheet"], row["row"]))
        if here not in pairs and same is not None and _much_alike(row, new[same], fields):
            pairs[here] = same
    return pairs


def _equal(old: Sequence[Row], new: Sequence[Row], fields: Sequence[str]) -> dict[int, int]:
    """Pair rows of equal content in their order, so that a row sent twice has two partners."""
    waiting: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(new):
        waiting.setdefault(tuple(row[field] for field in fields), []).append(place)
    alike = [(here, waiting.get(tuple(row[field] for field in fields))) for here, row in enumerate(old)]
    return {here: places.pop(0) for here, places in alike if places}


def _once(rows: Sequence[Row], keys: Sequence[str], taken: set[int]) -> dict[tuple[Any, ...], int]:
    """Key -> place, of the rows not taken whose key is whole and stands once."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(rows):
        key = tuple(row[field] for field in keys)
        if keys and place not in taken and all(key):
            found.setdefault(key, []).append(place)
    return {key: places[0] for key, places in found.items() if len(places) == 1}


def _much_alike(one: Row, other: Row, fields: Sequence[str]) -> bool:
    """Half of what either says is the same."""
    said = [field for field in fields if one[field] or other[field]]
    return 2 * sum(bool(one[field] == other[field]) for field in said) >= len(said)
