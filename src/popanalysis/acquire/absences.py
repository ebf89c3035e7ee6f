"""Columns that a list can be read without, but whose absence must not go unsaid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from popanalysis.acquire.layouts import usual_header
from popanalysis.acquire.sheets import SheetParts
from popanalysis.columns import ACT_DATE_OF_KIND, BIRTH_KINDS, FIELDS_OF_KIND, MARRIAGE_KINDS

__all__ = ["absent_columns"]

#: Without these names few rows can be told apart or linked: mother and child, both spouses, the person.
_EXPECTED_NAMES = {
    **dict.fromkeys((*BIRTH_KINDS, "deferred_hukou"), ("mother_name", "child_name")), "unverified_delivery": ("mother_name",),
    **dict.fromkeys((kind for kind, fields in FIELDS_OF_KIND.items() if "person_name" in fields), ("person_name",)),
    **dict.fromkeys(MARRIAGE_KINDS, ("husband_name", "wife_name"))}


def absent_columns(used: Sequence[SheetParts], kind: str, file: str) -> Iterator[dict[str, object]]:
    """Yield a fault for each column that a list should have and has not: once a file (``sheet`` is "") where none of several sheets has it, else once a sheet.

    Such a fault stands at the head of the (first) list; ``column`` is the column's usual wording.
    """
    acts = ((ACT_DATE_OF_KIND[kind], "act_date_missing"),) if kind in ACT_DATE_OF_KIND else ()
    for field, fault in (*acts, *((name, "column_missing") for name in _EXPECTED_NAMES.get(kind, ()))):
        lacking = [part for part in used if part.reading.n_rows and not _has(part, field)]
        everywhere = len(used) > 1 and not any(_has(part, field) for part in used)
        for part in lacking[:1] if everywhere else lacking:
            yield {"file": file, "sheet": "" if everywhere else part.reading.name, "row": part.reading.header_rows[-1], "column": usual_header(field, kind),
                   "cell": "", "raw_value": "", "fault": fault, "done": "read_without", "severity": "warning"}


def _has(part: SheetParts, field: str) -> bool:
    return any(c.field == field and c.decision == "used" for c in part.reading.columns)
