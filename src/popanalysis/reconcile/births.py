"""One row a birth: which lists hold it, where it belongs, where it should stand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pandas as pd

from popanalysis.columns import BIRTH_KINDS

__all__ = ["births_from_records", "first_value", "held_by", "likeliest_date", "value_of"]

#: Where a birth's home is read from, strongest first: the town knows its households, the police its registrations.
_HOME_EVIDENCE = (
    ("town_birth", "mother_hukou_addr"), ("birth_cert", "mother_hukou_addr"), ("hukou_birth", "hukou_addr"), ("town_birth", "hukou_addr"),
    ("deferred_hukou", "hukou_addr"), ("deferred_hukou", "mother_hukou_addr"), ("unverified_delivery", "mother_hukou_addr"))
_TOWN_EVIDENCE = (
    ("town_birth", "town_code"), *((kind, f"{address}_town") for kind, address in _HOME_EVIDENCE), ("hukou_birth", "town_code"),
    ("town_birth", "mother_live_addr_town"), ("birth_cert", "mother_live_addr_town"))


def births_from_records(
    records: Mapping[str, pd.DataFrame], event_ids: pd.Series, set_ids: pd.Series, duplicates: pd.Index, *,
    lists: Sequence[str], home_division: str, due: Sequence[str] = BIRTH_KINDS,
) -> pd.DataFrame:
    """Gather the records of each birth.

    Parameters
    ----------
    records : kind -> typed records, index record_id (new ones and those carried forward).
    event_ids, set_ids : Series record_id -> id.
    duplicates : record ids that repeat another record of their own list; they add no evidence.
    lists : the lists to show, in this order.
    home_division : code of the banner.
    due : the lists that should hold a birth of the banner.

    Returns
    -------
    DataFrame, index event_id (sorted), one row a birth: a column per list with the record_id or NA; ``set_id``;
    ``birth_date`` (the one two lists agree on, else of the first list whose date can be); ``child_sex``; ``home`` (home, elsewhere, unknown) – decided by a
    registration in the banner, else by the hukou address, never by the prefix of a number; ``town`` (9-digit code or NA);
    ``home_county`` (6-digit code of the mother's hukou address or NA); ``place`` (facility, home, outside or NA); ``due_at``: the lists that should hold it, joined by
    blanks: none for a birth of elsewhere or one whose mother's identity is not clear; not the hukou list while the police
    have it as pending; not the certificates of a birth in another county (``born_outside``) that they do not hold.
    """
    births = held_by(records, event_ids, set_ids, duplicates, lists)

    def value(kind: str, column: str) -> pd.Series:
        return value_of(births, records, kind, column)

    births["birth_date"] = likeliest_date([pd.to_datetime(value(kind, "birth_date")) for kind in lists], [value(kind, "birth_date_doubtful") for kind in lists])
    births["child_sex"] = first_value([value(kind, "child_sex") for kind in lists])
    division = first_value([value(kind, f"{address}_division") for kind, address in _HOME_EVIDENCE])
    births["home_county"] = division.map(lambda code: code[:6] if isinstance(code, str) else None)
    births["home"] = division.map(lambda code: "unknown" if not isinstance(code, str) else "home" if code == home_division else "elsewhere")
    non_local = births["home"].eq("unknown") & value("unverified_delivery", "doubt_class").eq("non_local")
    births.loc[non_local, "home"] = "elsewhere"
    for kind in [kind for kind in ("hukou_birth", "deferred_hukou") if kind in births]:
        births.loc[births[kind].notna(), "home"] = "home"  # registered, or to be registered, with the banner's own police
    town = first_value([value(kind, column) for kind, column in _TOWN_EVIDENCE])
    births["town"] = town.map(lambda code: code if str(code).startswith(home_division) else None)
    place = first_value([value(kind, "birth_place_division") for kind in ("town_birth", "hukou_birth", "deferred_hukou", "birth_cert")])
    births["born_outside"] = place.map(lambda code: isinstance(code, str) and code[:6] != home_division)
    births["place"] = _place_of_birth(births, [value(kind, "birth_place_class") for kind in ("birth_cert", "town_birth")], [value(kind, "birth_place") for kind in ("town_birth", "hukou_birth")])
    births["due_at"] = _due_at(births, value("unverified_delivery", "doubt_class"), due)
    return births


def _place_of_birth(births: pd.DataFrame, classes: Sequence[pd.Series], places: Sequence[pd.Series]) -> pd.Series:
    """Say where a child was born: facility, home, outside (another county), or NA."""
    told = first_value([*classes, *places])
    home = told.map(lambda text: isinstance(text, str) and ("家" in text or "途中" in text) and "医院" not in text)
    found = pd.Series("facility", index=births.index, dtype="object").mask(home, "home").where(told.notna())
    return found.mask(births["born_outside"].astype(bool), "outside")


def _due_at(births: pd.DataFrame, doubt: pd.Series, due: Sequence[str]) -> pd.Series:
    nowhere = births["home"].eq("elsewhere") | ~births[[kind for kind in (*due, "deferred_hukou") if kind in births]].notna().any(axis=1)
    nowhere |= doubt.notna() & doubt.ne("non_local")
    pending = births["deferred_hukou"].notna() if "deferred_hukou" in births else pd.Series(False, index=births.index)
    without_hukou = " ".join(kind for kind in due if kind != "hukou_birth")
    found = pd.Series(" ".join(due), index=births.index, dtype="object").mask(pending, without_hukou)
    outside = births["born_outside"].astype(bool) & births.get("birth_cert", pd.Series(pd.NA, index=births.index)).isna()  # certified where it was born
    return found.mask(outside, found.str.replace(r"\bbirth_cert\b ?", "", regex=True)).mask(nowhere, "")


def held_by(records: Mapping[str, pd.DataFrame], event_ids: pd.Series, set_ids: pd.Series, duplicates: pd.Index, lists: Sequence[str]) -> pd.DataFrame:
    """Return one row an event, sorted by id: a column per list with the record_id or NA, and ``set_id``."""
    held: dict[str, pd.Series] = {}
    for kind in lists:
        ids = records[kind].index.difference(duplicates) if kind in records else pd.Index([])
        held[kind] = pd.Series(ids.to_numpy(), index=event_ids.reindex(ids).to_numpy(), dtype="object").groupby(level=0).min()
    events = pd.DataFrame(held, index=pd.Index(sorted(event_ids.unique()), name="event_id", dtype="object"), columns=list(lists))
    events["set_id"] = set_ids.groupby(event_ids).min().reindex(events.index)
    return events


def value_of(events: pd.DataFrame, records: Mapping[str, pd.DataFrame], kind: str, column: str) -> pd.Series:
    """Return, event by event, what the record of one list says in a column; missing where there is none."""
    frame = records.get(kind)
    if frame is None or column not in frame or kind not in events:
        return pd.Series([None] * len(events), index=events.index, dtype="object")
    found = frame[column].astype("object").reindex(events[kind].to_numpy())
    return pd.Series(found.to_numpy(), index=events.index, dtype="object")


def likeliest_date(dates: Sequence[pd.Series], doubtful: Sequence[pd.Series]) -> pd.Series:
    """The date that two lists agree on; else the first one that does not lie after the office's own act; else any."""
    agreed = [a.where(a.eq(b)) for a, b in itertools.combinations(dates, 2)]
    possible = [date.where(~doubt.eq(True)) for date, doubt in zip(dates, doubtful, strict=True)]
    return first_value([*agreed, *possible, *dates])


def first_value(candidates: Sequence[pd.Series]) -> pd.Series:
    """Return, row by row, the first value that is there."""
    found = candidates[0]
    for candidate in candidates[1:]:
        found = found.where(found.notna(), candidate)
    return found
