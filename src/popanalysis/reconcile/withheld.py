"""Deliveries whose mother withheld her identity: tied to other lists by the certificate number, by nothing else.

Her certificate is kept out of the comparison as well: what it may say of her would find her through a second list. Only
when an officer turned the search on for a recorded purpose are exact values looked up, for the health office alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from popanalysis.columns import BIRTH_KINDS
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["by_number_only", "search_candidates", "withheld_deliveries"]

_KINDS = (*BIRTH_KINDS, "deferred_hukou", "unverified_delivery")


def withheld_deliveries(records: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of ``unverified_delivery`` whose mother withheld her identity."""
    frame = records.get("unverified_delivery", pd.DataFrame())
    return frame[frame["doubt_class"].eq("withheld")] if "doubt_class" in frame else frame.iloc[:0]


def by_number_only(compared: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], pd.Series]:
    """Take the withheld deliveries, and every record of the same certificate number, out of what is compared.

    Parameters
    ----------
    compared : kind -> comparison frames (certificate numbers brought to those in force).

    Returns
    -------
    The frames without them; Series record_id -> label: equal labels are one birth. A delivery without a number stays alone.

    Examples
    --------
    >>> frames = {"unverified_delivery": pd.DataFrame({"birth_cert_no": ["Z159900001"], "doubt_class": ["withheld"]}, index=["u1"]),
    ...           "birth_cert": pd.DataFrame({"birth_cert_no": ["Z159900001", "Z159900002"]}, index=["h1", "h2"])}
    >>> rest, alone = by_number_only(frames)
    >>> rest["birth_cert"].index.tolist(), alone.to_dict()
    (['h2'], {'u1': 'Z159900001', 'h1': 'Z159900001'})
    """
    withheld = withheld_deliveries(compared)
    numbers = frozenset(withheld["birth_cert_no"].dropna()) if "birth_cert_no" in withheld else frozenset()
    rest = dict(compared)
    labels: dict[str, str] = {}
    for kind in _KINDS:
        frame = compared.get(kind)
        if frame is None or withheld.empty:
            continue
        numbered = frame["birth_cert_no"].isin(list(numbers)) if "birth_cert_no" in frame else pd.Series(False, index=frame.index)
        taken = numbered | frame.index.isin(withheld.index)
        for record_id, number in frame["birth_cert_no"][taken].items() if "birth_cert_no" in frame else ((r, None) for r in frame.index[taken]):
            labels[str(record_id)] = str(number) if isinstance(number, str) else str(record_id)
        rest[kind] = frame[~taken]
    order = {record_id: (0 if record_id in withheld.index else 1, label, record_id) for record_id, label in labels.items()}
    return rest, pd.Series({r: labels[r] for r in sorted(labels, key=order.__getitem__)}, dtype="object")


def search_candidates(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, cell_of: CellOf) -> Iterator[Discrepancy]:
    """Look exact values of a withheld delivery up in the birth lists; for use with a recorded purpose only.

    A candidate has the mother's number, or the mother's name and the child's birth date and sex. No event is changed.
    """
    for record_id, row in withheld_deliveries(records).sort_index().iterrows():
        for kind in BIRTH_KINDS:
            frame = records.get(kind, pd.DataFrame()).reindex(columns=["mother_id", "mother_name", "birth_date", "child_sex"])
            same = _equal(frame, row, ["mother_id"]) | _equal(frame, row, ["mother_name", "birth_date", "child_sex"])
            for other in frame.index[same & (linked["event_id"].reindex(frame.index) != linked["event_id"].get(record_id))].sort_values():
                yield Discrepancy(str(linked["event_id"].get(record_id)), "", "withheld_candidate", "", "unverified_delivery", "", cell_of(str(record_id), ""),
                                  kind, "", cell_of(str(other), ""), "health")


def _equal(frame: pd.DataFrame, row: pd.Series, fields: list[str]) -> pd.Series:
    """Rows that give every one of the fields, with equal values."""
    if any(pd.isna(row.get(field)) for field in fields):
        return pd.Series(False, index=frame.index)
    equal = pd.Series(True, index=frame.index)
    for field in fields:
        equal &= frame[field].eq(row[field]).fillna(False).astype(bool)
    return equal
