"""What the next quarter needs: the records of open events, and the ids of all that were ever held.

An event stays open until every list holds it, a person closed it, or the stated number of quarters has passed. Births
whose mother lives elsewhere are kept too: nothing is called missing of them, but some are registered here later. Of closed events only ids are carried, so that a row sent again is known; no value about a person goes with them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from popanalysis.columns import MEMORY_ONLY_FIELDS
from popanalysis.periods import Period
from popanalysis.reconcile.cells import cells_as_text
from popanalysis.reconcile.discrepancies import CellOf
from popanalysis.reconcile.taxonomy import DiscrepancyRules

__all__ = ["CARRIED_COLUMNS", "carried_records", "carry_forward", "open_events"]

#: in front of the typed fields: what a carried row is
CARRIED_COLUMNS = ("record_id", "kind", "event_id", "set_id", "state", "opened_in", "held_in")


def open_events(births: pd.DataFrame, rules: DiscrepancyRules, *, expected: Collection[str], opened_in: pd.Series, period: Period,
                closed_by_people: Collection[str] = ()) -> pd.Index:
    """Return the ids of the births that stay open.

    Parameters
    ----------
    births : one row a birth.
    expected : the lists that can hold a birth, whether or not they were received this time.
    opened_in : Series event_id -> the period it was first met.
    """
    incomplete = births[list(expected)].isna().any(axis=1)
    age = opened_in.reindex(births.index).map(lambda first: quarters_between(Period.parse(str(first)), period))
    return births.index[incomplete & (age < rules.stays_open_quarters) & ~births.index.isin(list(closed_by_people))]


def quarters_between(first: Period, last: Period) -> int:
    """Count the quarters from one to another.

    >>> quarters_between(Period.parse("2024Q4"), Period.parse("2025Q2"))
    2
    """
    return (last.year - first.year) * 4 + (last.quarter or 1) - (first.quarter or 1)


def carry_forward(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, still_open: pd.Index, opened_in: pd.Series,
                  earlier: pd.DataFrame | None, *, period: Period, rules: DiscrepancyRules, cell_of: CellOf) -> pd.DataFrame:
    """Make the table the next quarter reads.

    Parameters
    ----------
    records : kind -> typed records with file, sheet, row and ``held_in`` (the period whose list brought them).
    linked : index record_id; columns event_id, set_id.
    still_open : ids of the open events.
    opened_in : Series event_id -> period.
    earlier : the table of the previous quarter; its ids are kept while they are young enough.
    cell_of : where a value stands; the next quarter's cases point to the same cells.

    Returns
    -------
    DataFrame, one row a record, CARRIED_COLUMNS first: ``state`` open (with all typed fields) or held (ids only);
    sorted by record_id.
    """
    parts: list[pd.DataFrame] = []
    for kind, frame in records.items():
        frame = frame.assign(cells=[cells_as_text(str(r), (c.field for c in rules.fields if c.field in frame), cell_of) for r in frame.index])
        rows = frame.assign(kind=kind, event_id=linked["event_id"].reindex(frame.index), set_id=linked["set_id"].reindex(frame.index))
        parts.append(rows.rename_axis("record_id").reset_index())
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CARRIED_COLUMNS))
    table["opened_in"] = table["event_id"].map(opened_in)
    table["state"] = table["event_id"].isin(still_open).map({True: "open", False: "held"})
    fields = [column for column in table if column not in CARRIED_COLUMNS and column not in MEMORY_ONLY_FIELDS]
    table.loc[table["state"].eq("held"), fields] = pd.NA
    if earlier is not None:
        young = earlier["held_in"].map(lambda held: quarters_between(Period.parse(held), period) <= rules.stays_open_quarters)
        gone = earlier[~earlier["record_id"].isin(table["record_id"]) & young]
        table = pd.concat([table, gone[list(CARRIED_COLUMNS)].assign(state="held")], ignore_index=True)
    return table[[*CARRIED_COLUMNS, *fields]].sort_values("record_id", kind="stable", ignore_index=True)


def carried_records(table: pd.DataFrame, kinds: Collection[str]) -> dict[str, pd.DataFrame]:
    """Return the typed records of open events by kind, index record_id, columns that are all missing left out."""
    open_rows = table[table["state"].eq("open")]
    return {
        kind: open_rows[open_rows["kind"].eq(kind)].set_index("record_id").drop(columns=["kind", "event_id", "set_id", "state", "opened_in"])
        .dropna(axis="columns", how="all")
        for kind in kinds
    }
