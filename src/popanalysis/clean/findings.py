"""Collect what cleaning finds, by row, and hand it over as one frame."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.faults import Finding
from popanalysis.clean.values import Cleaned, Distinct

__all__ = ["CLEAN_FAULTS_COLUMNS", "READ_FROM", "Findings"]

#: Columns of the faults that ``clean_records`` returns; ``record`` is the index label.
CLEAN_FAULTS_COLUMNS: Final = ("record", "field", "raw_value", "fault", "done", "severity")


#: Where a field may have been read when its list has no column for it.
READ_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "birth_date": ("birth_datetime", "child_id", "delivery_date", "person_id"), "birth_time": ("birth_datetime", "birth_date", "delivery_date"),
    "birth_order": ("child_name",), "child_sex": ("child_id",), "person_birth_date": ("person_id",), "person_sex": ("person_id",), "sex": ("person_id",),
    "old_name": ("value_before",), "new_name": ("value_after", "person_name"), "old_id": ("value_before",), "new_id": ("value_after", "person_id"),
    "old_ethnicity": ("value_before",), "new_ethnicity": ("value_after",), "old_birth_date": ("value_before",), "new_birth_date": ("value_after",)}
Texts = npt.NDArray[np.object_]
Places = npt.NDArray[np.intp]


class Findings:
    """Faults and repairs by row position."""

    def __init__(self, index: pd.Index) -> None:
        self._index = index
        self._known: dict[Finding, int] = {}  # every different finding once, by number
        self._parts: list[tuple[Places, str, Texts, Places]] = []

    def _number(self, finding: Finding) -> int:
        return self._known.setdefault(finding, len(self._known))

    def add(self, field: str, raw: Texts, column: Distinct, cleaned: Cleaned) -> None:
        """Take over what a cleaner found about the distinct values of a column."""
        n_found = np.fromiter(map(len, cleaned.findings), np.intp, len(cleaned.findings))
        if not n_found.any():
            return
        numbers = np.array([self._number(finding) for findings in cleaned.findings for finding in findings], dtype=np.intp)
        starts = np.cumsum(n_found) - n_found
        touched = np.nonzero(n_found[column.codes])[0]
        values = column.codes[touched]
        times = n_found[values]
        positions = np.repeat(touched, times)
        within = np.arange(len(positions)) - np.repeat(np.cumsum(times) - times, times)
        self._parts.append((positions, field, raw[positions], numbers[np.repeat(starts[values], times) + within]))

    def at(self, position: int, field: str, raw: Any, finding: Finding) -> None:
        """Add one finding about one row."""
        self._parts.append((np.array([position]), field, np.array([raw], dtype=object), np.array([self._number(finding)])))

    def hide(self, mask: pd.Series, fields: Collection[str]) -> None:
        """Take the values out of the findings about some fields of the rows that ``mask`` marks: what is wrong stays told."""
        hidden = mask.fillna(False).to_numpy(dtype=bool)
        self._parts = [(positions, field, np.where(hidden[positions], "", raw) if field in fields else raw, numbers) for positions, field, raw, numbers in self._parts]

    def where(self, mask: pd.Series, field: str, raw: Texts, finding: Finding) -> None:
        """Add the same finding about every row that ``mask`` marks (NA counts as unmarked)."""
        positions = np.nonzero(mask.fillna(False).to_numpy(dtype=bool))[0]
        if len(positions):
            self._parts.append((positions, field, raw[positions], np.full(len(positions), self._number(finding), dtype=np.intp)))

    def frame(self) -> pd.DataFrame:
        """Return all findings in the order of rows, fields and codes: columns ``CLEAN_FAULTS_COLUMNS``."""
        if not self._parts:
            return pd.DataFrame(columns=list(CLEAN_FAULTS_COLUMNS), dtype=object)
        positions, numbers = (np.concatenate([part[place] for part in self._parts]) for place in (0, 3))
        raw = np.concatenate([part[2] for part in self._parts])
        fields = sorted({part[1] for part in self._parts})
        field_codes = np.repeat([fields.index(part[1]) for part in self._parts], [len(part[0]) for part in self._parts])
        known = list(self._known)
        order_of_faults = np.argsort(np.argsort(np.array([finding.fault for finding in known]), kind="stable"))
        order = np.lexsort((order_of_faults[numbers], field_codes, positions))
        parts = {name: np.array([getattr(finding, name) for finding in known], dtype=object)[numbers[order]] for name in ("fault", "done", "severity")}
        return pd.DataFrame({"record": self._index[positions[order]], "field": np.array(fields, dtype=object)[field_codes[order]], "raw_value": raw[order], **parts})
