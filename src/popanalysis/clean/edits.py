"""What an office changed when it sent a list, or rows of an earlier period, again: rows added, withdrawn, changed, field by field."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from popanalysis.columns import (
    ACT_DATE_OF_KIND,
    CERTIFICATE_FIELDS,
    FIELDS_OF_KIND,
    ID_FIELDS,
    MARRIAGE_CERTIFICATE_FIELDS,
    MEMORY_ONLY_FIELDS,
    NAME_FIELDS,
    SEALED_KINDS,
)

__all__ = ["COMPARED_WITH", "EDITS_COLUMNS", "edits_between", "edits_since"]

EDITS_COLUMNS: Final = ("kind", "edit", "file_from", "sheet_from", "row_from", "file_to", "sheet_to", "row_to", "field", "value_from", "value_to", "compared_with")
#: What a list is compared with: the submission it replaces, or the rows of earlier acts that the last record holds.
COMPARED_WITH: Final = ("submission", "previous_record")
_OF_THE_ROW_ITSELF: Final = ("birth_cert_no", "child_id", "child_name", "cert_no")  # what tells two children, or two marriages, of the same people apart
_ORIGIN: Final = ("file", "sheet", "row")
Row = dict[str, Any]
_LENGTH_TOLD: Final = {"year": 4, "month": 7}  # of the ISO form


def edits_between(before: pd.DataFrame, after: pd.DataFrame, kind: str, absent: Container[str] = ()) -> pd.DataFrame:
    """Compare the typed rows of a submission with those of the one that replaces it.

    Equal rows are paired first, then rows that share a number, then those that share all names, then those in the same
    place that are much alike; a value pairs only where it stands once on either side. What is held in memory only is not compared, and of sealed lists no value is told.

    Parameters
    ----------
    before, after : typed records with file, sheet, row; any index.
    absent : fields for which one of the lists has no column; that is no change of any row.

    Returns
    -------
    DataFrame, EDITS_COLUMNS: a row for every row added or withdrawn, and for every field changed (of sealed lists: every row), in the
    order of the rows after, then of those withdrawn.
    """
    fields = [field for field in FIELDS_OF_KIND[kind] if field not in MEMORY_ONLY_FIELDS and field not in absent and (field in before or field in after)]
    old, new = _rows(before, fields), _rows(after, fields)
    partner = _paired(old, new, fields)
    came_from = {there: here for here, there in partner.items()}
    lines = [line for place, row in enumerate(new) for line in _of_row(old[came_from[place]] if place in came_from else None, row, fields, kind)]
    lines += [(kind, "withdrawn", *_origin(row), "", "", "", "", "", "") for place, row in enumerate(old) if place not in partner]
    return pd.DataFrame([(*line, COMPARED_WITH[0]) for line in lines], columns=list(EDITS_COLUMNS), dtype=object)


def edits_since(records: Mapping[str, pd.DataFrame], earlier: pd.DataFrame | None) -> pd.DataFrame:
    """Compare the rows of earlier acts in this period's lists with what the last record holds of the same lists.

    A row that was not there is added: an act told late. That a row is no longer there says something only where the list repeats the
    earlier one, that is, at least half of it; else nothing is called withdrawn.

    Parameters
    ----------
    records : kind -> typed records with ``is_late``, index record_id.
    earlier : typed records of the last record with their ``kind``, ``None`` where there is none.

    Returns
    -------
    DataFrame, EDITS_COLUMNS, ``compared_with`` = ``previous_record``.
    """
    found = [pd.DataFrame(columns=list(EDITS_COLUMNS), dtype=object)]
    for kind, frame in records.items():
        again = frame[frame["is_late"]] if kind in ACT_DATE_OF_KIND else frame[:0]
        before = earlier[earlier["kind"].eq(kind)] if earlier is not None and "kind" in earlier else frame[:0]
        if len(again) and len(before):
            edits = edits_between(before, again, kind)
            gone = edits["edit"].eq("withdrawn")
            found.append(edits[~gone] if 2 * gone.sum() > len(before) else edits)
    return pd.concat(found, ignore_index=True).assign(compared_with=COMPARED_WITH[1])


def _rows(frame: pd.DataFrame, fields: Sequence[str]) -> list[Row]:
    """Every row as texts, blank for missing, in the order of sheet and row."""
    ordered = frame.sort_values(["sheet", "row"], kind="stable")
    precisions = {field: f"{field}_precision" for field in fields if f"{field}_precision" in ordered}
    rows = ordered.reindex(columns=[*_ORIGIN, *fields, *precisions.values()]).to_dict("records")
    return [{name: row[name] if name == "row" else _text(row[name], row.get(precisions.get(name, ""))) for name in (*_ORIGIN, *fields)} for row in rows]


def _text(value: Any, precision: Any = None) -> str:
    """Return a value as text; a date with as many parts as were told, so that 2025-04 and 2025-04-01 differ."""
    if pd.isna(value):
        return ""
    return str(value)[: _LENGTH_TOLD.get(precision, 10)] if isinstance(value, pd.Timestamp) else str(value)


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
        pairs |= {left[key]: right[key] for key in left.keys() & right.keys() if len(keys) > 1 or not _told_apart(old[left[key]], new[right[key]])}
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


def _told_apart(one: Row, other: Row) -> bool:
    """Two children of one mother: what is filled of the children themselves on both sides differs throughout."""
    both = [field for field in _OF_THE_ROW_ITSELF if one.get(field) and other.get(field)]
    return bool(both) and all(one[field] != other[field] for field in both)


def _much_alike(one: Row, other: Row, fields: Sequence[str]) -> bool:
    """Half of what either says is the same."""
    said = [field for field in fields if one[field] or other[field]]
    return not _told_apart(one, other) and 2 * sum(bool(one[field] == other[field]) for field in said) >= len(said)
