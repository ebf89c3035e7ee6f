"""What the next quarter needs: the records of open events, the evidence that is held against later lists, and the ids of all that were ever held.

An event stays open until every list that should hold it does, a person closed it, or the stated number of quarters has passed. Births
whose mother lives elsewhere are kept too: nothing is called missing of them, but some are registered here later. Changes, moves, deaths and
certificate numbers are kept as evidence for as many quarters. Of closed events only ids are carried, so that a row sent again is known; no
value about a person goes with them. Sealed lists (adoption) leave ids only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from popanalysis.columns import MEMORY_ONLY_FIELDS, REGISTER_KINDS, SEALED_KINDS
from popanalysis.periods import Period
from popanalysis.reconcile.cells import cells_as_text
from popanalysis.reconcile.discrepancies import CellOf
from popanalysis.reconcile.taxonomy import DiscrepancyRules

__all__ = ["CARRIED_COLUMNS", "EVIDENCE_KINDS", "carried_records", "carry_forward", "open_events", "quarters_between"]

#: Lists whose rows are held against the lists of later quarters.
EVIDENCE_KINDS = ("identity_change", "migration", "death", "void_certificates")

#: Fields of evidence that later questions point to.
_EVIDENCE_FIELDS = ("new_name", "new_id", "new_birth_date", "new_ethnicity", "old_birth_cert_no", "defer_reason", "mother_ethnicity", "father_ethnicity", "husband_ethnicity", "wife_ethnicity", "child_ethnicity")
#: in front of the typed fields: what a carried row is
CARRIED_COLUMNS = ("record_id", "kind", "event_id", "set_id", "state", "opened_in", "held_in")


def open_events(events: pd.DataFrame, rules: DiscrepancyRules, *, expected: Collection[str], opened_in: pd.Series, period: Period,
                closed_by_people: Collection[str] = ()) -> pd.Index:
    """Return the ids of the events that stay open.

    Parameters
    ----------
    events : one row an event, a column per list.
    expected : the lists that can hold it, whether or not they were received this time.
    opened_in : Series event_id -> the period it was first met.
    """
    incomplete = events[list(expected)].isna().any(axis=1)
    age = opened_in.reindex(events.index).map(lambda first: quarters_between(Period.parse(str(first)), period))
    return events.index[incomplete & (age < rules.stays_open_quarters) & ~events.index.isin(list(closed_by_people))]


def quarters_between(first: Period, last: Period) -> int:
    """Count the quarters from one to another.

    >>> quarters_between(Period.parse("2024Q4"), Period.parse("2025Q2"))
    2
    """
    return (last.year - first.year) * 4 + (last.quarter_of.quarter or 1) - (first.quarter_of.quarter or 1)


def carry_forward(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, still_open: pd.Index, opened_in: pd.Series,
                  earlier: pd.DataFrame | None, *, period: Period, rules: Sequence[DiscrepancyRules], cell_of: CellOf) -> pd.DataFrame:
    """Make the table the next quarter reads.

    Parameters
    ----------
    records : kind -> typed records with file, sheet, row and ``held_in`` (the period whose list brought them); the register is left behind.
    linked : index record_id; columns event_id, set_id, kind. Records of sealed kinds stand here only.
    still_open : ids of the open events.
    opened_in : Series event_id -> period.
    earlier : the table of the previous quarter; its ids are kept while they are young enough.
    rules : their fields are pointed to, the longest ``stays_open_quarters`` is how long evidence and ids are kept.
    cell_of : where a value stands; the next quarter's cases point to the same cells.

    Returns
    -------
    DataFrame, one row a record, CARRIED_COLUMNS first: ``state`` open (with all typed fields), kept (evidence, with all typed
    fields) or held (ids only); sorted by record_id.
    """
    quarters = max(r.stays_open_quarters for r in rules)
    pointed = [c.field for r in rules for c in r.fields] + list(_EVIDENCE_FIELDS)
    parts: list[pd.DataFrame] = []
    for kind, frame in records.items():
        if kind in REGISTER_KINDS or frame.empty:
            continue
        named = [field for field in dict.fromkeys(pointed) if field in frame]
        frame = frame.assign(cells=[cells_as_text(str(r), named, cell_of) for r in frame.index])
        rows = frame.assign(kind=kind, event_id=linked["event_id"].reindex(frame.index), set_id=linked["set_id"].reindex(frame.index))
        young = frame["held_in"].map(lambda held: quarters_between(Period.parse(str(held)), period) < quarters)
        rows["state"] = (young & (kind in EVIDENCE_KINDS)).map({True: "kept", False: "held"})
        parts.append(rows.rename_axis("record_id").reset_index())
    sealed = linked[linked["kind"].isin(SEALED_KINDS)]
    if len(sealed):
        parts.append(sealed[["kind", "event_id", "set_id"]].assign(held_in=str(period), state="held").rename_axis("record_id").reset_index())
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CARRIED_COLUMNS))
    table["opened_in"] = table["event_id"].map(opened_in)
    table["state"] = table["state"].mask(table["event_id"].isin(still_open), "open")
    fields = [column for column in table if column not in CARRIED_COLUMNS and column not in MEMORY_ONLY_FIELDS]
    can_lack = {"b": "boolean", "i": "Int64"}  # types of numpy that hold no gap
    table = table.astype({field: can_lack[table[field].dtype.kind] for field in fields if table[field].dtype.kind in can_lack})
    table.loc[table["state"].eq("held"), fields] = pd.NA
    if earlier is not None:
        young = earlier["held_in"].map(lambda held: quarters_between(Period.parse(str(held)), period) <= quarters)
        gone = earlier[~earlier["record_id"].isin(table["record_id"]) & young]
        table = pd.concat([table, gone[list(CARRIED_COLUMNS)].assign(state="held")], ignore_index=True)
    return table[[*CARRIED_COLUMNS, *fields]].sort_values("record_id", kind="stable", ignore_index=True)


def carried_records(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the typed records of open events and of evidence by kind, index record_id, columns that are all missing left out."""
    rows = table[table["state"].isin(["open", "kept"])]
    return {
        str(kind): of_kind.set_index("record_id").drop(columns=["kind", "event_id", "set_id", "state", "opened_in"]).dropna(axis="columns", how="all")
        for kind, of_kind in rows.groupby("kind", sort=True)
    }
