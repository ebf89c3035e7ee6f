"""What a list need not hold yet: its office still has time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from popanalysis.reconcile.taxonomy import DiscrepancyRules

__all__ = ["not_yet_due"]


def not_yet_due(events: pd.DataFrame, rules: DiscrepancyRules, *, date: str, as_of: dt.date) -> pd.DataFrame:
    """Tell where a list lacks an event whose time has not run out.

    Parameters
    ----------
    events : one row an event: a column per list, due_at, and the date it happened.
    rules : ``grace_days`` per list, calendar days after the event; a list without an entry is due at once.
    date : column of ``events`` with the day it happened; an event without a date is due.
    as_of : the last day the lists at hand speak of.

    Returns
    -------
    DataFrame of bool, index of ``events``, a column per list of the rules.

    Examples
    --------
    >>> rules = DiscrepancyRules(name="births", version=1, event="birth", lists=("birth_cert", "hukou_birth"), grace_days={"hukou_birth": 30}, codes={})
    >>> births = pd.DataFrame({"birth_cert": ["r1", "r2"], "hukou_birth": [None, None], "due_at": "birth_cert hukou_birth",
    ...                        "birth_date": pd.to_datetime(["2025-03-20", "2025-02-01"])}, index=["B1", "B2"])
    >>> not_yet_due(births, rules, date="birth_date", as_of=dt.date(2025, 3, 31))["hukou_birth"].tolist()
    [True, False]
    """
    passed = (pd.Timestamp(as_of) - events[date]).dt.days
    due = [frozenset(str(lists).split()) for lists in events["due_at"]]
    return pd.DataFrame({
        kind: events[kind].isna() & np.array([kind in lists for lists in due], dtype=bool) & (passed <= rules.grace_days.get(kind, -1))
        for kind in rules.lists}, index=events.index)
