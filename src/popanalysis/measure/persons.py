"""Lists that speak of one person a row: changes and corrections, moves, deaths; and what they explain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from popanalysis.columns import CHANGE_ITEMS, DIRECTIONS, EVENT_LETTER

__all__ = ["Changes", "absences_explained", "changes_by_item", "moves_by_direction", "rows_of_period"]

#: classes shown apart; the rest is one class
_CLASSES = ("change", "correct")


@dataclass(frozen=True)
class Changes:
    """Registered changes and corrections of the period.

    Attributes
    ----------
    by_item : index items (in the order of ``CHANGE_ITEMS``); columns change, correct, other; counts of rows.
    n_met : changes whose person stands in another list at hand.
    """

    by_item: pd.DataFrame
    n_met: int

    @property
    def n(self) -> int:
        """How many there are."""
        return int(self.by_item.to_numpy().sum())


def rows_of_period(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, kind: str, period: str) -> pd.DataFrame:
    """Return the rows of a list that the period's own list brought, repeats left out.

    Parameters
    ----------
    records : kind -> typed records with ``held_in``, index record_id.
    linked : index record_id; duplicate_of.
    """
    frame = records.get(kind)
    if frame is None:
        return pd.DataFrame(columns=["held_in"])
    repeats = linked.index[linked["duplicate_of"].notna()]
    return frame[frame["held_in"].eq(period) & ~frame.index.isin(repeats)]


def changes_by_item(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, relations: pd.DataFrame, period: str) -> Changes:
    """Count changes by item and class, and those whose person was met in another list.

    Parameters
    ----------
    records, linked : as in :func:`rows_of_period`; ``linked`` with event_id.
    relations : RELATIONS_COLUMNS.
    """
    rows = rows_of_period(records, linked, "identity_change", period).reindex(columns=["change_item", "change_class"])
    classes = rows["change_class"].astype("object").where(rows["change_class"].isin(_CLASSES), "other")
    items = rows["change_item"].astype("object").where(rows["change_item"].isin(CHANGE_ITEMS), "other")
    counts = pd.crosstab(items, classes).reindex(index=list(CHANGE_ITEMS), columns=[*_CLASSES, "other"], fill_value=0)
    met = relations.loc[relations["relation"].eq("alias"), "from_id"]
    return Changes(counts, int(linked["event_id"].reindex(rows.index).isin(met).sum()))


def moves_by_direction(records: Mapping[str, pd.DataFrame], linked: pd.DataFrame, period: str) -> pd.Series[int]:
    """Count moves of the period: in, out, unknown."""
    rows = rows_of_period(records, linked, "migration", period).reindex(columns=["direction"])
    told = rows["direction"].astype("object").where(rows["direction"].isin(DIRECTIONS), "unknown")
    return told.value_counts().reindex([*DIRECTIONS, "unknown"], fill_value=0)


def absences_explained(explained: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Count the events whose absence from a list a move or a death explains.

    Parameters
    ----------
    explained : event_id -> lists.

    Returns
    -------
    DataFrame, one row an event kind and list: event, kind, n_events.

    Examples
    --------
    >>> absences_explained({"B-2025Q1-00001": {"town_birth"}, "B-2025Q1-00002": {"town_birth"}}).values.tolist()
    [['birth', 'town_birth', 2]]
    """
    of_letter = {letter: event for event, letter in EVENT_LETTER.items()}
    pairs = pd.DataFrame([(of_letter[event[0]], kind) for event, lists in sorted(explained.items()) for kind in sorted(lists)], columns=["event", "kind"])
    return pairs.groupby(["event", "kind"]).size().rename("n_events").reset_index()
