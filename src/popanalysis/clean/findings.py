"""Collect what cleaning finds, by row, and hand it over as one frame."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.faults import Finding
from popanalysis.clean.values import Cleaned, Distinct

__all__ = ["CLEAN_FAULTS_COLUMNS", "Findings"]

#: Columns of the faults that ``clean_records`` returns; ``record`` is the index label.
CLEAN_FAULTS_COLUMNS: Final = ("record", "field", "raw_value", "fault", "done", "severity")


class Findings:
    """Faults and repairs by row position."""

    def __init__(self, index: pd.Index) -> None:
        self._index = index
        self._parts: list[tuple[npt.NDArray[np.intp], str, list[Any], list[Finding]]] = []

    def add(self, field: str, raw: npt.NDArray[np.object_], column: Distinct, cleaned: Cleaned) -> None:
        """Take over what a cleaner found about the distinct values of a column."""
        has = np.fromiter((bool(f) for f in cleaned.findings), bool, len(cleaned.findings))
        if not has.any():
            return
        rows = [(position, finding) for position in np.nonzero(has[column.codes])[0] for finding in cleaned.findings[column.codes[position]]]
        positions = np.array([position for position, _ in rows], dtype=np.intp)
        self._parts.append((positions, field, list(raw[positions]), [finding for _, finding in rows]))

    def at(self, position: int, field: str, raw: Any, finding: Finding) -> None:
        """Add one finding about one row."""
        self._parts.append((np.array([position]), field, [raw], [finding]))

    def hide(self, mask: pd.Series, fields: Collection[str]) -> None:
        """Take the values out of the findings about some fields of the rows that ``mask`` marks: what is wrong stays told."""
        hidden = mask.fillna(False).to_numpy(dtype=bool)
        self._parts = [(positions, field, ["" if hidden[position] else value for position, value in zip(positions, raw, strict=True)] if field in fields else raw, findings)
                       for positions, field, raw, findings in self._parts]

    def where(self, mask: pd.Series, field: str, raw: npt.NDArray[np.object_], finding: Finding) -> None:
        """Add the same finding about every row that ``mask`` marks (NA counts as unmarked)."""
        positions = np.nonzero(mask.fillna(False).to_numpy(dtype=bool))[0]
        if len(positions):
            self._parts.append((positions, field, list(raw[positions]), [finding] * len(positions)))

    def frame(self) -> pd.DataFrame:
        """Return all findings in the order of rows, fields and codes: columns ``CLEAN_FAULTS_COLUMNS``."""
        parts = [
            pd.DataFrame({"position": positions, "record": self._index[positions], "field": field, "raw_value": raw,
                          "fault": [f.fault for f in findings], "done": [f.done for f in findings], "severity": [f.severity for f in findings]})
            for positions, field, raw, findings in self._parts]
        if not parts:
            return pd.DataFrame(columns=list(CLEAN_FAULTS_COLUMNS), dtype=object)
        stacked = pd.concat(parts, ignore_index=True).sort_values(["position", "field", "fault"], kind="stable")
        return stacked[list(CLEAN_FAULTS_COLUMNS)].reset_index(drop=True)
