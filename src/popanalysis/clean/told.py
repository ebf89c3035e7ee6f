"""What a column of its own or the title of the sheet tells: which way a move went, why a certificate is void, which period totals are for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.acquire.titles import TOLD_FINDERS, find_direction
from popanalysis.clean.faults import Finding
from popanalysis.clean.findings import Findings
from popanalysis.clean.values import fold_width, is_missing, tidy
from popanalysis.columns import FIELD_TOLD_BY_TITLE

__all__ = ["read_told", "settle_told"]

_FAULTS: Final = {"direction": "direction_unknown", "reason": "void_reason_unknown", "period": "period_unknown"}
Answer = tuple[str | None, tuple[Finding, ...]]
def read_told(field: str) -> Callable[[str, str], Answer]:
    """Return the reader of a field of ``FIELD_TOLD_BY_TITLE``: its code, ``None`` where the text tells none."""
    find = TOLD_FINDERS[field]

    def read(text: str, cell_type: str) -> Answer:
        bare, found = tidy(text)
        return (None, found if bare else ()) if is_missing(bare) else (find(fold_width(bare)), found)

    return read


def settle_told(columns: dict[str, pd.Series], raw: dict[str, npt.NDArray[np.object_]], found: Findings, kind: str, index: pd.Index) -> None:
    """Fill what the column leaves open from the title, then from what the other columns show; a text that still tells nothing is reported."""
    field = FIELD_TOLD_BY_TITLE.get(kind)
    if field is None:
        return
    empty = pd.Series(pd.NA, index=index, dtype="string")
    sources = [columns.pop(f"{field}_told", empty), *_shown_otherwise(columns, kind, empty)]
    value = columns.get(field, empty)
    for source in sources:
        value = value.fillna(source)
    if field in raw:
        texts = pd.Series([fold_width(tidy(text)[0]) for text in raw[field].tolist()], index=index, dtype="string")
        unclear = value.isna() & ~texts.map(is_missing)
        found.where(unclear, field, raw[field], Finding(_FAULTS[field], "kept" if field == "period" else "set_missing", "note"))
        value = value.mask(unclear, texts) if field == "period" else value
    if field in columns or value.notna().any():
        columns[field] = value


def _shown_otherwise(columns: dict[str, pd.Series], kind: str, empty: pd.Series) -> list[pd.Series]:
    """A move is told by its class or by the one place stated; a certificate without a successor is void."""
    if kind == "migration":
        start, end = (columns.get(name, empty).notna() for name in ("from_region", "to_region"))
        said = columns.get("change_class", empty).map(find_direction, na_action="ignore").astype("string")
        return [said, empty.mask(start & ~end, "in").mask(end & ~start, "out")]
    if kind == "void_certificates":
        old, new = (columns.get(name, empty).notna() for name in ("old_birth_cert_no", "new_birth_cert_no"))
        return [empty.mask(old & ~new, "void")]
    return []
