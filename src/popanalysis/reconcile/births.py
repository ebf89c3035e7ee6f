"""One row a birth: which lists hold it, where it belongs, what kind of birth it is."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pandas as pd

__all__ = ["births_from_records"]

#: Where a birth's home is read from, strongest first: the town knows its households, the police its registrations.
_HOME_EVIDENCE = (("town_birth", "mother_hukou_addr"), ("birth_cert", "mother_hukou_addr"), ("hukou_birth", "hukou_addr"))
_TOWN_EVIDENCE = (
    ("town_birth", "town_code"), *((kind, f"{address}_town") for kind, address in _HOME_EVIDENCE), ("hukou_birth", "town_code"),
    ("town_birth", "mother_live_addr_town"), ("birth_cert", "mother_live_addr_town"))


def births_from_records(
    records: Mapping[str, pd.DataFrame], event_ids: pd.Series, set_ids: pd.Series, duplicates: pd.Index, *,
    lists: Sequence[str], home_division: str,
) -> pd.DataFrame:
    """Gather the records of each birth.

    Parameters
    ----------
    records : kind -> typed records, index record_id (new ones and those carried forward).
    event_ids, set_ids : Series record_id -> id.
    duplicates : record ids that repeat another record of their own list; they add no evidence.
    lists : the lists to show, in this order.
    home_division : code of the banner.

    Returns
    -------
    DataFrame, index event_id (sorted), one row a birth: a column per list with the record_id or NA; ``set_id``;
    ``birth_date`` (the one two lists agree on, else of the first list whose date can be); ``child_sex``; ``home`` (home, elsewhere, unknown) – decided by a
    registration in the banner, else by the hukou address, never by the prefix of a number; ``town`` (9-digit code or NA).
    """
    held: dict[str, pd.Series] = {}
    for kind in lists:
        ids = records[kind].index.difference(duplicates) if kind in records else pd.Index([])
        held[kind] = pd.Series(ids.to_numpy(), index=event_ids.reindex(ids).to_numpy(), dtype="object").groupby(level=0).min()
    births = pd.DataFrame(held, index=pd.Index(sorted(event_ids.unique()), name="event_id", dtype="object"), columns=list(lists))
    births["set_id"] = set_ids.groupby(event_ids).min().reindex(births.index)

    def value(kind: str, column: str) -> pd.Series:
        frame = records.get(kind)
        if frame is None or column not in frame:
            return pd.Series([None] * len(births), index=births.index, dtype="object")
        found = frame[column].astype("object").reindex(births[kind].to_numpy())
        return pd.Series(found.to_numpy(), index=births.index, dtype="object")

    births["birth_date"] = _likeliest_date([pd.to_datetime(value(kind, "birth_date")) for kind in lists], [value(kind, "birth_date_doubtful") for kind in lists])
    births["child_sex"] = _first([value(kind, "child_sex") for kind in lists])
    division = _first([value(kind, f"{address}_division") for kind, address in _HOME_EVIDENCE])
    births["home"] = division.map(lambda code: "unknown" if not isinstance(code, str) else "home" if code == home_division else "elsewhere")
    if "hukou_birth" in births:
        births.loc[births["hukou_birth"].notna(), "home"] = "home"  # registered with the banner's own police
    town = _first([value(kind, column) for kind, column in _TOWN_EVIDENCE])
    births["town"] = town.map(lambda code: code if str(code).startswith(home_division) else None)
    return births


def _likeliest_date(dates: Sequence[pd.Series], doubtful: Sequence[pd.Series]) -> pd.Series:
    """The date that two lists agree on; else the first one that does not lie after the office's own act; else any."""
    agreed = [a.where(a.eq(b)) for a, b in itertools.combinations(dates, 2)]
    possible = [date.where(~doubt.eq(True)) for date, doubt in zip(dates, doubtful, strict=True)]
    return _first([*agreed, *possible, *dates])


def _first(candidates: Sequence[pd.Series]) -> pd.Series:
    """Return, row by row, the first value that is there."""
    found = candidates[0]
    for candidate in candidates[1:]:
        found = found.where(found.notna(), candidate)
    return found
