"""Reissued marriage certificates: the same marriage under a later number, no second registration and no difference."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["as_first_issued", "original_kept", "reissue_rows"]


def reissue_rows(records: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Return the record_ids of the registry's rows that are about a certificate issued again."""
    frame = records.get("marriage", pd.DataFrame())
    return frozenset(frame.index[frame["service_type"].eq("reissue").fillna(False)]) if "service_type" in frame else frozenset()


def original_kept(table: pd.DataFrame, reissues: frozenset[str]) -> pd.DataFrame:
    """Let the registration stand for its event and the reissue be the row beside it, whichever the engine kept.

    Parameters
    ----------
    table : index record_id; columns label (of the event), kind, duplicate_of.
    reissues : from :func:`reissue_rows`.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["E1", "E1"], "kind": "marriage", "duplicate_of": [None, "again"]}, index=["again", "first"])
    >>> original_kept(table, frozenset({"again"}))["duplicate_of"].tolist()
    ['first', None]
    """
    table = table.copy()
    kept = table.index[table.index.isin(reissues) & table["duplicate_of"].isna()]
    for again in kept:
        beside = table.index[table["duplicate_of"].eq(again) & ~table.index.isin(reissues)]
        if len(beside):
            first = beside.sort_values()[0]
            table.loc[table["duplicate_of"].eq(again), "duplicate_of"] = first
            table.loc[[first, again], "duplicate_of"] = pd.Series([None, first], index=[first, again], dtype="object")
    return table


def as_first_issued(present: Mapping[str, pd.DataFrame], linked: pd.DataFrame, reissues: frozenset[str]) -> dict[str, pd.DataFrame]:
    """Return the records as they are compared: of a marriage whose certificate was issued again every number of the registry counts as its first.

    Where the registry's list holds the reissue only, the first number is not known, and what the towns' list states is held against nothing.

    Parameters
    ----------
    present : kind -> records as compared.
    linked : index record_id; column event_id.
    """
    frames = dict(present)
    registry = frames.get("marriage", pd.DataFrame())
    if not reissues or "cert_no" not in registry:
        return frames
    events = linked["event_id"].reindex(registry.index)
    numbers = registry["cert_no"].dropna().sort_index()
    first_of: dict[str, str] = {}
    for event in sorted(set(events[events.index.isin(reissues)].dropna())):
        own = numbers[numbers.index.isin(events.index[events.eq(event)])]
        originals = own[~own.index.isin(reissues)]
        if len(originals):
            first_of |= dict.fromkeys(own.astype(str), str(originals.iloc[0]))
    only = set(events[events.index.isin(reissues)].dropna()) - set(events[~events.index.isin(reissues)].dropna())
    for kind in ("marriage", "town_marriage"):
        if kind in frames and "cert_no" in frames[kind]:
            unknown = linked["event_id"].reindex(frames[kind].index).isin(only)
            frames[kind] = frames[kind].assign(cert_no=frames[kind]["cert_no"].replace(first_of).mask(unknown))
    return frames
