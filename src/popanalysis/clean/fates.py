"""Give every record its id and its fate.

The written rule for fates, tried in this order:

superseded     the file is replaced by another submission;
not_a_record   titles, heads, totals, signatures, rows of sheets that hold no list;
unusable       what a row of its kind must hold is not there (:mod:`popanalysis.clean.usable`): nobody is named, or a birth has neither
               a date nor a number;
out_of_scope   the office's act lies after the period (never in a kind without an act), or the row speaks of something else than its list;
duplicate      every cleaned value equals that of another row of the kind, and so does every text that could not be read; one row is
               kept, the first by file, sheet and row. Births that say of themselves that they belong to twins are never duplicates, and
               neither are deliveries that name nobody;
used           everything else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.clean.usable import identified, unusable_rows, wrong_matter
from popanalysis.columns import ACT_DATE_OF_KIND, EVENT_OF_KIND, FIELDS_OF_KIND, MEMORY_ONLY_FIELDS
from popanalysis.periods import Period

__all__ = ["settle_fates", "with_act_date"]

_TWIN_WORDS: Final = "双胞|双胎|多胞|多胎|三胎儿|三胞|孪生|龙凤"


def with_act_date(frame: pd.DataFrame, kind: str, span: Period) -> pd.DataFrame:
    """Add ``act_date`` and ``is_late``: the act lies before the quarter (of a month: the quarter it belongs to)."""
    first = dt.date(span.year, (span.month - 1) // 3 * 3 + 1, 1) if span.month else span.first_day
    act = frame.get(ACT_DATE_OF_KIND.get(kind, ""), pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]"))
    return frame.assign(act_date=act, is_late=(act < pd.Timestamp(first)).astype("boolean").fillna(False).astype(bool))


def settle_fates(frame: pd.DataFrame, kind: str, span: Period, replaced: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with ``record_id, fate, fate_reason``, and the equal rows that were kept apart with the ``fault`` to report."""
    public, private = _contents(frame, kind)
    # rows of a replaced file come last: their numbers must not move those of the file that replaces it, whatever either is called
    frame = frame.assign(_public=public, _private=private, _replaced=frame["file"].isin(replaced))
    frame = frame.sort_values(["_public", "_replaced", "_private", "file", "sheet", "row"], kind="stable")
    fate = pd.Series("used", index=frame.index, dtype=object)
    reason = pd.Series("", index=frame.index, dtype=object)
    for mask, name, why in (
        (frame["act_date"] > pd.Timestamp(span.last_day), "out_of_scope", "act_after_period"),
        *((rows, "out_of_scope", why) for rows, why in wrong_matter(frame, kind)),
        *((rows, "unusable", why) for rows, why in unusable_rows(frame, kind)),
        (frame["file"].isin(replaced), "superseded", "replaced_by_later_submission"),
    ):
        fate, reason = fate.mask(mask, name), reason.mask(mask, why)
    frame = frame.assign(record_id=_record_ids(frame["_public"], kind), fate=fate, fate_reason=reason)
    again = (frame["fate"] == "used") & frame[frame["fate"] == "used"].duplicated(["_public", "_private"]).reindex(frame.index, fill_value=False)
    twin = again & _says_twins(frame) if EVENT_OF_KIND.get(kind) == "birth" else again & False
    unnamed = again & ~twin & ~identified(frame, kind) if kind == "unverified_delivery" else again & False
    apart = twin | unnamed
    kept = frame[frame["fate"] == "used"].groupby(["_public", "_private"], sort=False)["record_id"].transform("first").reindex(frame.index)
    frame = frame.assign(fate=frame["fate"].mask(again & ~apart, "duplicate"), fate_reason=frame["fate_reason"].mask(again & ~apart, "same_as:" + kept.fillna("")))
    return frame.drop(columns=["_public", "_private", "_replaced", "_unread"]), frame[apart].assign(fault=twin[apart].map({True: "twin_rows_equal", False: "unnamed_rows_equal"}))


def _contents(frame: pd.DataFrame, kind: str) -> tuple[pd.Series, pd.Series]:
    """Return each row's cleaned content as text: what its id is made of, and what else tells rows apart (parity, weight, unread texts).

    Only filled fields count, by name: a column added later changes no id.
    """
    public: list[list[str]] = []
    private: list[list[str]] = []
    for field in FIELDS_OF_KIND[kind]:
        for name in (field, f"{field}_note", f"{field}_state", f"{field}_precision"):
            if name not in frame:
                continue
            (private if field in MEMORY_ONLY_FIELDS else public).append(_named_texts(name, frame[name]))
    return _joined(public, frame.index), _joined(private, frame.index) + frame["_unread"]


def _named_texts(name: str, column: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        days = np.datetime_as_string(column.to_numpy(), unit="D")
        return ["" if day == "NaT" else f"{name}={day}\x1f" for day in days.tolist()]
    codes, values = pd.factorize(column)
    texts = np.array([*(f"{name}={value}\x1f" for value in values.tolist()), ""], dtype=object)
    return list(texts[codes])  # the code of a missing value is -1: the last text


def _joined(parts: list[list[str]], index: pd.Index) -> pd.Series:
    return pd.Series(["".join(row) for row in zip(*parts, strict=True)] if parts else "", index=index, dtype=object)


def _record_ids(contents: pd.Series, kind: str) -> list[str]:
    """Hash kind, content and occurrence number; equal contents are numbered in the order given."""
    numbers = contents.groupby(contents, sort=False).cumcount()
    return ["r" + hashlib.sha256(f"{kind}\x1e{content}\x1e{number}".encode()).hexdigest()[:20] for content, number in zip(contents, numbers, strict=True)]


def _says_twins(frame: pd.DataFrame) -> pd.Series:
    says = pd.Series(False, index=frame.index)
    for name in ("remark", "child_name_note"):
        if name in frame:
            says |= frame[name].str.contains(_TWIN_WORDS, regex=True).fillna(False).astype(bool)
    if "plurality" in frame:
        says |= (frame["plurality"] > 1).fillna(False).astype(bool)
    return says
