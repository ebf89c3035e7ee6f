"""What towns reported beside what the lists count, for one and the same period."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from popanalysis.errors import ParameterError
from popanalysis.measure.persons import rows_of_period
from popanalysis.periods import Period

__all__ = ["counted_by_town", "reported_totals"]


def reported_totals(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, span: Period, name_of: Callable[[str], str]) -> pd.DataFrame:
    """Return what each town reported for the quarter, as a quarter or as its three months.

    Parameters
    ----------
    records, linked : as in :func:`popanalysis.measure.persons.rows_of_period`.
    span : the quarter.
    name_of : town code -> name; a town without a code keeps the name it gave.

    Returns
    -------
    DataFrame, one row a town, sorted: town, births, marriages (Int64; NA: not reported, or not for the whole quarter). A total sent
    twice counts as last registered.
    """
    rows = rows_of_period(records, linked, "reported_totals", str(span)).reindex(columns=["town", "town_code", "period", "births", "marriages", "registered_at"])
    empty = pd.DataFrame({"town": pd.Series(dtype="object"), "births": pd.Series(dtype="Int64"), "marriages": pd.Series(dtype="Int64")})
    if rows.empty:
        return empty
    rows["town"] = rows["town_code"].map(name_of, na_action="ignore").astype("object").fillna(rows["town"].astype("object"))
    rows["period"] = rows["period"].astype("object").fillna(str(span))
    last = rows.dropna(subset=["town"]).rename_axis("_record").sort_values(["town", "period", "registered_at", "_record"], na_position="first").groupby(["town", "period"]).tail(1)
    parts = [(town, *(_of_quarter(group.set_index("period")[field], span) for field in ("births", "marriages"))) for town, group in last.groupby("town", sort=True)]
    return pd.DataFrame(parts, columns=["town", "births", "marriages"]).astype({"births": "Int64", "marriages": "Int64"}) if parts else empty


def counted_by_town(births: pd.DataFrame, marriages: pd.DataFrame) -> pd.DataFrame:
    """Count what the lists hold of each town, to stand beside what it reported.

    Parameters
    ----------
    births, marriages : from ``births_by_place`` and ``marriages_by_town``: town, n_births; town, n_marriages.

    Returns
    -------
    DataFrame, index town (events without one left out): births, marriages.
    """
    parts = {"births": births.groupby("town")["n_births"].sum(), "marriages": marriages.groupby("town")["n_marriages"].sum()}
    return pd.DataFrame(parts).fillna(0).astype(int)


def _of_quarter(counts: pd.Series[int], span: Period) -> int | None:
    """The total of the quarter if it was reported, else the sum of its months if all were."""
    given = {text: int(n) for text, n in counts.dropna().items()}
    if str(span) in given:
        return given[str(span)]
    months = [n for text, n in given.items() if _is_month_of(str(text), span)]
    return sum(months) if len(months) == 3 else None


def _is_month_of(text: str, span: Period) -> bool:
    try:
        period = Period.parse(text)
    except ParameterError:
        return False
    return period.month is not None and period.quarter_of == span
