"""Give every record its id and its fate.

The written rule for fates, tried in this order:

superseded     the file, or this row of it, is replaced by another submission of the same kind;
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
from collections.abc import Iterable, Sequence
from itertools import groupby, repeat
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.usable import identified, unusable_rows, wrong_matter
from popanalysis.columns import ACT_DATE_OF_KIND, EVENT_OF_KIND, FIELDS_OF_KIND, MEMORY_ONLY_FIELDS
from popanalysis.periods import Period

__all__ = ["settle_fates", "with_act_date"]

Texts = npt.NDArray[np.object_]
_TWIN_WORDS: Final = "双胞|双胎|多胞|多胎|三胎儿|三胞|孪生|龙凤"


def with_act_date(frame: pd.DataFrame, kind: str, span: Period) -> pd.DataFrame:
    """Add ``act_date`` and ``is_late``: the act lies before the quarter (of a month: the quarter it belongs to).

    Rows of a list that was dated as a whole after the period have no act date of their own.
    """
    first = dt.date(span.year, (span.month - 1) // 3 * 3 + 1, 1) if span.month else span.first_day
    act = frame.get(ACT_DATE_OF_KIND.get(kind, ""), pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]"))
    if "_dated_afterwards" in frame:
        act = act.mask(frame.pop("_dated_afterwards").eq(True).fillna(False).astype(bool))
    return frame.assign(act_date=act, is_late=(act < pd.Timestamp(first)).astype("boolean").fillna(False).astype(bool))


def settle_fates(frame: pd.DataFrame, kind: str, span: Period, superseded: npt.NDArray[np.bool_]) -> tuple[pd.DataFrame, pd.DataFrame, npt.NDArray[np.intp]]:
    """Return the rows with ``record_id, fate, fate_reason``, the equal rows that were kept apart with the ``fault`` to report, and the places of the used rows by content.

    ``superseded`` marks the rows of the frame that another submission replaces. Equal contents are numbered, and the first of them is kept, in the order of content.
    """
    public, private = _contents(frame, kind)
    order = _in_order_of_content(frame, public, private, superseded)
    fate, reason = np.full(len(frame), "used", dtype=object), np.full(len(frame), "", dtype=object)
    for mask, name, why in (
        (frame["act_date"] > pd.Timestamp(span.last_day), "out_of_scope", "act_after_period"),
        *((rows, "out_of_scope", why) for rows, why in wrong_matter(frame, kind)),
        *((rows, "unusable", why) for rows, why in unusable_rows(frame, kind)),
        (superseded, "superseded", "replaced_by_later_submission"),
    ):
        fate[np.asarray(mask, dtype=bool)], reason[np.asarray(mask, dtype=bool)] = name, why
    ids = np.empty(len(frame), dtype=object)
    ids[order] = _record_ids(public[order], kind)
    first = np.empty(len(frame), dtype=np.intp)  # place of the first row of the same content
    first[order] = order[_first_of_equals(public[order], private[order], fate[order] == "used")]
    again = first != np.arange(len(frame))
    twin = again & _says_twins(frame).to_numpy() if EVENT_OF_KIND.get(kind) == "birth" else np.zeros(len(frame), dtype=bool)
    unnamed = again & ~twin & ~identified(frame, kind).to_numpy() if kind == "unverified_delivery" else np.zeros(len(frame), dtype=bool)
    repeated = again & ~twin & ~unnamed
    fate[repeated], reason[repeated] = "duplicate", "same_as:" + ids[first[repeated]]
    del frame["_unread"]
    frame["record_id"], frame["fate"], frame["fate_reason"] = ids, fate, reason
    apart = twin | unnamed
    return frame, frame[apart].assign(fault=np.where(twin[apart], "twin_rows_equal", "unnamed_rows_equal")), order[fate[order] == "used"]


def _in_order_of_content(frame: pd.DataFrame, public: Texts, private: Texts, superseded: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return the order by content, then by origin.

    Rows of a replaced file come after equal ones: their numbers must not move those of the file that replaces it, whatever either is called.
    """
    origin = [pd.factorize(frame[name], sort=True)[0] for name in ("row", "sheet", "file")]
    order = np.lexsort(origin).tolist()
    if superseded.any() or (private != private[:1]).any():
        keys = list(zip(public, superseded, private, strict=True))
        return np.array(sorted(order, key=keys.__getitem__), dtype=np.intp)
    return np.array(sorted(order, key=public.tolist().__getitem__), dtype=np.intp)


def _first_of_equals(public: Texts, private: Texts, used: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return for every row the place of the first used row of the same content, for one not used its own; equal rows stand together."""
    first = np.arange(len(public))
    places = np.nonzero(used)[0]
    same = np.zeros(len(places), dtype=bool)
    same[1:] = (public[places[1:]] == public[places[:-1]]) & (private[places[1:]] == private[places[:-1]])
    first[places] = places[np.maximum.accumulate(np.where(same, 0, np.arange(len(places))))] if len(places) else places
    return first


def _contents(frame: pd.DataFrame, kind: str) -> tuple[Texts, Texts]:
    """Return each row's cleaned content as text: what its id is made of, and what else tells rows apart (parity, weight, unread texts).

    Only filled fields count, by name: a column added later changes no id.
    """
    public: list[str | Texts] = []
    private: list[str | Texts] = []
    for field in FIELDS_OF_KIND[kind]:
        for name in (field, f"{field}_note", f"{field}_state", f"{field}_precision"):
            if name in frame and (there := frame[name].notna().to_numpy()).any():
                (private if field in MEMORY_ONLY_FIELDS else public).extend(_named_texts(name, frame[name], there))
    private.append(np.asarray(frame["_unread"], dtype=object))
    return _joined(public, len(frame)), _joined(private, len(frame))


def _named_texts(name: str, column: pd.Series, there: npt.NDArray[np.bool_]) -> Sequence[str | Texts]:
    """Return ``name=value`` and a mark for the whole column, nothing where the value is missing: texts that are the same in all rows stand alone."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        codes, days = pd.factorize(column.to_numpy())
        values = np.array([*np.datetime_as_string(days, unit="D"), ""], dtype=object)[codes]
    else:
        values = np.asarray(column.astype(object) if pd.api.types.is_string_dtype(column.dtype) else column.astype("string").astype(object))
    if there.all():
        return f"{name}=", values, "\x1f"
    texts = np.full(len(values), "", dtype=object)
    texts[there] = [f"{name}={value}\x1f" for value in values[there].tolist()]
    return (texts,)


def _joined(parts: Sequence[str | Texts], size: int) -> Texts:
    """Join the parts of every row; neighbours that are the same in all rows are joined once."""
    merged: list[Iterable[str]] = []
    for constant, group in groupby(parts, key=lambda part: isinstance(part, str)):
        neighbours = list(group)
        merged += [repeat("".join(map(str, neighbours)), size)] if constant else neighbours
    if len(merged) == 1 and isinstance(merged[0], np.ndarray):
        return merged[0]
    joined = np.empty(size, dtype=object)
    joined[:] = list(map("".join, zip(*merged, strict=True))) if merged else ""
    return joined


def _record_ids(contents: Texts, kind: str) -> Texts:
    """Hash kind, content and occurrence number; equal contents stand together and are numbered in the order given."""
    ids, before, number = [], None, 0
    for content in contents.tolist():
        number = number + 1 if content == before else 0
        before = content
        ids.append("r" + hashlib.sha256(f"{kind}\x1e{content}\x1e{number}".encode()).hexdigest()[:20])
    return np.array([*ids, None], dtype=object)[:-1]


def _says_twins(frame: pd.DataFrame) -> pd.Series:
    says = pd.Series(False, index=frame.index)
    for name in ("remark", "child_name_note"):
        if name in frame:
            says |= frame[name].str.contains(_TWIN_WORDS, regex=True).fillna(False).astype(bool)
    if "plurality" in frame:
        says |= (frame["plurality"] > 1).fillna(False).astype(bool)
    return says
