"""Pending registrations: is the missing document there by now, and does the reason stated permit waiting?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["waiting_questions", "waiting_registrations"]


def waiting_registrations(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], as_of: pd.Timestamp) -> pd.DataFrame:
    """Return one row a birth whose registration the police have as pending and that is not registered yet.

    Returns
    -------
    DataFrame, index event_id, longest waiting first: defer_class, since (the day it was put off, else the birth date),
    days_waiting (calendar days to ``as_of``, Int64), certificate_there (bool: a certificate of the birth is in the health list).
    """
    frame = records.get("deferred_hukou")
    if frame is None or "deferred_hukou" not in births:
        return pd.DataFrame({"defer_class": pd.Series(dtype="object"), "since": pd.Series(dtype="datetime64[ns]"),
                             "days_waiting": pd.Series(dtype="Int64"), "certificate_there": pd.Series(dtype=bool)})
    waiting = births[births["deferred_hukou"].notna() & births["hukou_birth"].isna()]
    rows = frame.reindex(columns=["defer_class", "defer_date", "birth_date"]).reindex(waiting["deferred_hukou"])
    since = pd.to_datetime(rows["defer_date"]).fillna(pd.to_datetime(rows["birth_date"])).to_numpy()
    table = pd.DataFrame({
        "defer_class": rows["defer_class"].astype("object").fillna("other").to_numpy(), "since": since,
        "certificate_there": waiting["birth_cert"].notna().to_numpy()}, index=waiting.index)
    table["days_waiting"] = (as_of - table["since"]).dt.days.astype("Int64")
    return table.rename_axis("_event").sort_values(["since", "_event"], kind="stable").rename_axis("event_id")[["defer_class", "since", "days_waiting", "certificate_there"]]


def waiting_questions(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], waiting: pd.DataFrame, cell_of: CellOf) -> list[Discrepancy]:
    """Tell the police what they may register now, and which reasons do not permit waiting.

    ``documents_there_now``: the certificate that was lacking, or differed, is in the health list. ``reason_not_permitted``: the
    reason stated is a birth-policy paper, no condition for registration since 2016. ``pending_without_reason``: no reason is stated.
    """
    found = []
    frame = records.get("deferred_hukou", pd.DataFrame())
    stated = frame.get("defer_class", pd.Series(pd.NA, index=frame.index))
    for event_id, row in waiting.iterrows():
        pending, certificate = str(births.at[event_id, "deferred_hukou"]), births.at[event_id, "birth_cert"]
        if pd.isna(stated.get(pending)):
            found.append(Discrepancy(str(event_id), "", "pending_without_reason", "defer_reason", "deferred_hukou", "", cell_of(pending, "defer_reason"),
                                     "deferred_hukou", "", cell_of(pending, "defer_reason"), "police"))
        if row["defer_class"] == "not_permitted":
            found.append(Discrepancy(str(event_id), "", "reason_not_permitted", "defer_reason", "deferred_hukou", "", cell_of(pending, "defer_reason"),
                                     "deferred_hukou", "", cell_of(pending, "defer_reason"), "police"))
        if row["defer_class"] == "no_birth_certificate" and isinstance(certificate, str):
            found.append(Discrepancy(str(event_id), "", "documents_there_now", "", "birth_cert", "", cell_of(certificate, ""),
                                     "deferred_hukou", "", cell_of(pending, ""), "police"))
    return sorted(found)
