"""Days from birth to an office's act."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from popanalysis.columns import BIRTH_KINDS

__all__ = ["days_to_act", "delay_summary"]


def days_to_act(records: Mapping[str, pd.DataFrame], period: str) -> pd.DataFrame:
    """Return the calendar days from birth to the office's act, per record that gives both dates to the day.

    Only records that the period's own lists brought are counted, so late births of other quarters show and future acts
    do not: the figures describe the work of the quarter, not the final delay of a birth cohort.

    Parameters
    ----------
    records : kind -> typed records with ``held_in``, the period whose list brought them; the three lists of births are looked at.
    period : the period.

    Returns
    -------
    DataFrame, one row a record: kind, days (int; a negative number is an impossible sequence and left out).
    """
    parts = []
    for kind, frame in records.items():
        if kind not in BIRTH_KINDS or "birth_date" not in frame or "act_date" not in frame:
            continue
        frame = frame[frame["held_in"].eq(period)]
        days = (frame["act_date"] - frame["birth_date"]).dt.days
        exact = frame.get("birth_date_precision", pd.Series("day", index=frame.index)).fillna("day").eq("day")
        parts.append(pd.DataFrame({"kind": kind, "days": days[exact & days.ge(0)].astype(int)}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"kind": pd.Series(dtype=str), "days": pd.Series(dtype=int)})


def delay_summary(days: pd.DataFrame) -> pd.DataFrame:
    """Summarise the days per kind: n_records, median, quartile_low, quartile_high, percentile_90, share_within_30 (0-1).

    Examples
    --------
    >>> delay_summary(pd.DataFrame({"kind": ["hukou_birth"] * 3, "days": [10, 20, 60]}))[["n_records", "median", "share_within_30"]].values.tolist()
    [[3.0, 20.0, 0.6666666666666666]]
    """
    grouped = days.groupby("kind", sort=False)["days"]
    return pd.DataFrame({
        "n_records": grouped.size(), "median": grouped.median(), "quartile_low": grouped.quantile(0.25), "quartile_high": grouped.quantile(0.75),
        "percentile_90": grouped.quantile(0.9), "share_within_30": grouped.agg(lambda d: float((d <= 30).mean())),
    }).reset_index()
