"""Registrations that wait, deliveries to be clarified, certificate numbers that changed, entries of the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from popanalysis.columns import DEFER_CLASSES, DOUBT_CLASSES, VOID_REASONS
from popanalysis.measure.persons import rows_of_period

__all__ = ["CertificateRows", "Deliveries", "Waiting", "certificate_rows", "count_deliveries", "count_waiting", "register_entries"]

#: upper bound in days -> band of waiting
_BANDS: Mapping[str, tuple[int, int]] = {"within_month": (0, 30), "within_quarter": (31, 90), "within_year": (91, 365), "longer": (366, 10**6)}


@dataclass(frozen=True)
class Waiting:
    """Pending registrations.

    Attributes
    ----------
    by_reason : index ``DEFER_CLASSES``. by_time : index the bands of waiting and unknown. median_days : None without a known start.
    """

    by_reason: pd.Series[int]
    by_time: pd.Series[int]
    median_days: float | None


def count_waiting(waiting: pd.DataFrame) -> Waiting:
    """Count pending registrations by reason and by calendar days waited.

    Parameters
    ----------
    waiting : from ``reconcile``: defer_class, days_waiting.

    Examples
    --------
    >>> told = count_waiting(pd.DataFrame({"defer_class": ["parentage", "other"], "days_waiting": [20, 400]}))
    >>> told.by_time.to_dict(), told.median_days
    ({'within_month': 1, 'within_quarter': 0, 'within_year': 0, 'longer': 1, 'unknown': 0}, 210.0)
    """
    days = waiting["days_waiting"].astype("Float64")
    known = days.dropna()
    bands = {name: int((known.clip(lower=0).between(low, high)).sum()) for name, (low, high) in _BANDS.items()}
    reasons = waiting["defer_class"].value_counts().reindex(list(DEFER_CLASSES), fill_value=0)
    return Waiting(reasons, pd.Series({**bands, "unknown": int(days.isna().sum())}), float(known.median()) if len(known) else None)


@dataclass(frozen=True)
class Deliveries:
    """Deliveries the health list names apart, of the period.

    Attributes
    ----------
    by_class : index ``DOUBT_CLASSES``.
    with_certificate, registered : group (to_clarify, non_local) -> how many have their certificate, how many are registered by now.
    n_carried : deliveries to be clarified that earlier quarters left open.
    """

    by_class: pd.Series[int]
    with_certificate: dict[str, int]
    registered: dict[str, int]
    n_carried: int

    def n(self, group: str) -> int:
        """How many there are of a group."""
        non_local = int(self.by_class["non_local"])
        return non_local if group == "non_local" else int(self.by_class.sum()) - non_local


def count_deliveries(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, period: str) -> Deliveries:
    """Count the deliveries of the list and what the other lists hold of them by now; never class by class, so that nobody is tied to a list.

    Parameters
    ----------
    births : one row a birth. records, linked : as in :func:`popanalysis.measure.persons.rows_of_period`, ``linked`` with event_id.
    """
    rows = rows_of_period(records, linked, "unverified_delivery", period).reindex(columns=["doubt_class"])
    classes = rows["doubt_class"].astype("object").where(rows["doubt_class"].isin(DOUBT_CLASSES), "doubtful")
    held = births.reindex(columns=["birth_cert", "hukou_birth"]).notna().reindex(linked["event_id"].reindex(rows.index), fill_value=False)
    group = classes.map(lambda name: "non_local" if name == "non_local" else "to_clarify").to_numpy()
    certified, registered = ({g: int(held[column].to_numpy()[group == g].sum()) for g in ("to_clarify", "non_local")} for column in ("birth_cert", "hukou_birth"))
    every = records.get("unverified_delivery", pd.DataFrame(columns=["held_in", "doubt_class"])).reindex(columns=["held_in", "doubt_class"])
    carried = every["held_in"].ne(period) & every["doubt_class"].ne("non_local").fillna(True)
    return Deliveries(classes.value_counts().reindex(list(DOUBT_CLASSES), fill_value=0), certified, registered, int(carried.sum()))


@dataclass(frozen=True)
class CertificateRows:
    """Rows about void, exchanged and reissued certificate numbers, of the period: by reason, and how many were followed to a birth."""

    by_reason: pd.Series[int]
    n_followed: int


def certificate_rows(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, relations: pd.DataFrame, period: str) -> CertificateRows:
    """Count the rows about certificate numbers."""
    rows = rows_of_period(records, linked, "void_certificates", period).reindex(columns=["reason"])
    reasons = rows["reason"].astype("object").where(rows["reason"].isin(VOID_REASONS), "unknown")
    followed = relations.loc[relations["relation"].eq("certificate_followed"), "from_id"]
    return CertificateRows(reasons.value_counts().reindex([*VOID_REASONS, "unknown"], fill_value=0), int(rows.index.isin(followed).sum()))


def register_entries(births: pd.DataFrame, marriages: pd.DataFrame, relations: pd.DataFrame) -> pd.DataFrame:
    """Count the events whose persons have an entry in the population register.

    Parameters
    ----------
    births, marriages : the events that are counted, index event_id.
    relations : RELATIONS_COLUMNS; the evidence names the number by which the person was known, or a parent's number and the birth date.

    Returns
    -------
    DataFrame, one row an event kind and person: event, person (child, parent, spouse), n_events, n_with_entry.
    """
    entries = relations[relations["relation"].eq("register_entry_of")]
    wanted = (("birth", "child", births, ("child_id", "mother_id+birth_date", "father_id+birth_date")), ("birth", "parent", births, ("mother_id", "father_id")),
              ("marriage", "spouse", marriages, ("husband_id", "wife_id")))
    rows = [(event, person, len(table), int(table.index.isin(entries.loc[entries["evidence"].isin(fields), "to_id"]).sum())) for event, person, table, fields in wanted]
    return pd.DataFrame(rows, columns=["event", "person", "n_events", "n_with_entry"])
