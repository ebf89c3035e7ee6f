"""How well each list was read, tied to what it concerns and closed: one row a kind, and persons whose values changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import pandas as pd

from popanalysis.columns import EVENT_OF_KIND, FATES, KINDS, REGISTER_KINDS, SEALED_KINDS
from popanalysis.synthetic.score.pairs import PLACE, cross_pairs, ratios

__all__ = ["ALIAS_COLUMNS", "KIND_COLUMNS", "LISTED_FATES", "score_aliases", "score_kinds"]

_JOINED: Final = ("birth", "marriage")  # events of which several lists hold a record
LISTED_FATES: Final = tuple(fate for fate in FATES if fate != "not_a_record")
KIND_COLUMNS: Final = ("kind", "rows", *LISTED_FATES, "not_listed", "linked", "n_true_pairs", "n_linked_pairs", "true_positive",
                       "precision", "recall", "f1", "carried_over", "closed_later")
ALIAS_COLUMNS: Final = ("kind", "rows", "linked", "share")


def score_kinds(found: pd.DataFrame, relations: pd.DataFrame, carried: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return one row a kind.

    A pair of a kind in which several lists speak of one event (births, certificates, deliveries, pending registrations; marriages)
    is two records of different lists, one of them of the kind. For the other kinds it is a row that concerns such an event, where some
    list holds that event; what is sealed is tied to nothing and has none.

    Parameters
    ----------
    found : columns of ``truth/records.csv`` and fate, event_id, record_id of the same row in ``linked_records.csv`` (NA: no such row).
    relations : columns of ``relations.csv``, of all quarters.
    carried : for each quarter, what was carried out of it: kind, event_id, state.

    Returns
    -------
    DataFrame, KIND_COLUMNS: rows; the number with each fate; not_listed (no row in the output); linked (rows tied to a record of
    another list); the numbers of pairs; carried_over (events with a record of the kind, open at the end of a quarter that is not the
    last) and closed_later (those no longer open at the end of the last).
    """
    events = _truth_of_events(found)
    open_then, open_last = _open_events(carried[:-1]), _open_events(carried[-1:])
    rows = []
    for kind in [kind for kind in KINDS if found["kind"].eq(kind).any()]:
        part = found[found["kind"].eq(kind)]
        fates = part["fate"].value_counts()
        counts = _joined_pairs(found, kind) if EVENT_OF_KIND.get(kind) in _JOINED else _tied_pairs(part, relations, events)
        if kind in SEALED_KINDS:
            counts = {"linked": 0, **ratios(0, 0, 0)}
        before = open_then.get(kind, set())
        rows.append({"kind": kind, "rows": len(part), **{fate: int(fates.get(fate, 0)) for fate in LISTED_FATES}, "not_listed": int(part["fate"].isna().sum()),
                     **counts, "carried_over": len(before), "closed_later": len(before - open_last.get(kind, set()))})
    return pd.DataFrame(rows, columns=list(KIND_COLUMNS))


def _open_events(carried: Sequence[pd.DataFrame]) -> dict[str, set[str]]:
    frame = pd.concat([part.loc[part["state"].eq("open"), ["kind", "event_id"]] for part in carried]) if carried else pd.DataFrame(columns=["kind", "event_id"])
    return {str(kind): set(part.dropna().astype(str)) for kind, part in frame.groupby("kind")["event_id"]}


def _joined_pairs(found: pd.DataFrame, kind: str) -> dict[str, float]:
    """Count the pairs in which one record is of ``kind``: all of the event's lists less those among the other lists."""
    family = found[found["kind"].map(EVENT_OF_KIND).eq(EVENT_OF_KIND[kind])]
    frame = pd.DataFrame({"truth": family["event"].where(family["event"].ne("")), "event": family["event_id"], "source": family["kind"]})
    others = frame[frame["source"].ne(kind)]
    n_true, n_linked, n_both = (cross_pairs(frame, keys) - cross_pairs(others, keys) for keys in (["truth"], ["event"], ["event", "truth"]))
    mine = frame["source"].eq(kind)
    linked = frame.loc[mine, "event"].isin(set(others["event"].dropna()))
    return {"linked": int(linked.sum()), **ratios(n_true, n_linked, n_both)}


def _truth_of_events(found: pd.DataFrame) -> dict[str, set[str]]:
    """Return event_id -> the true events whose records it holds, of births and marriages."""
    held = found[found["kind"].map(EVENT_OF_KIND).isin(_JOINED) & found["event_id"].notna() & found["event"].ne("")]
    return {str(event): set(part) for event, part in held.groupby("event_id")["event"]}


def _tied_pairs(part: pd.DataFrame, relations: pd.DataFrame, events: dict[str, set[str]]) -> dict[str, float]:
    """Count the rows of one kind that were tied to an event, and those that truly concern one; a row counts once.

    A register arrives anew each quarter with everybody in it, so of its rows those count that concern an event of their own quarter.
    """
    anew = part["kind"].isin(REGISTER_KINDS).any()
    known = {quarter: {event for event_id, held in events.items() if not anew or _minted_in(event_id) == quarter for event in held} for quarter in part["quarter"].unique()}
    concerns = [about in known[quarter] for about, quarter in part[["about", "quarter"]].itertuples(index=False)]
    ties = {str(source): set(part) for source, part in relations[relations["to_id"].isin(list(events))].groupby("from_id")["to_id"]}
    to = [{event for key in (event_id, record) for event in ties.get(str(key), ()) if not anew or _minted_in(event) == quarter}
          for event_id, record, quarter in part[["event_id", "record_id", "quarter"]].itertuples(index=False)]
    n_linked = sum(map(bool, to))
    n_both = sum(any(about in events[event] for event in ids) for about, ids in zip(part["about"], to, strict=True))
    return {"linked": n_linked, **ratios(sum(concerns), n_linked, n_both)}


def _minted_in(event_id: str) -> str:
    return event_id.split("-")[1]


def score_aliases(found: pd.DataFrame, aliases: pd.DataFrame) -> pd.DataFrame:
    """Return how many records of a person whose value changed between the lists stand with the event's other records.

    Counted is a record that shows a person's value from before a change (or after it) while another list's record of the same event shows
    the value from after it (or before it). It is linked when it stands in one event with every such record.

    Parameters
    ----------
    found : as in :func:`score_kinds`.
    aliases : columns of ``truth/aliases.csv``.

    Returns
    -------
    DataFrame, ALIAS_COLUMNS: one row a kind, and last one with kind ``all``.
    """
    shown = aliases.merge(found[[*PLACE, "event_id"]], on=PLACE, how="left")
    met: dict[tuple[str, ...], bool] = {}
    for place, apart in _shown_otherwise(shown):
        met[place] = met.get(place, True) and apart
    counted = pd.DataFrame([(place[0], linked) for place, linked in met.items()], columns=["kind", "linked"])
    rows = [(kind, len(part), int(part["linked"].sum())) for kind, part in counted.groupby("kind")]
    rows.append(("all", len(counted), int(counted["linked"].sum())))
    return pd.DataFrame([(*row, row[2] / row[1] if row[1] else float("nan")) for row in rows], columns=list(ALIAS_COLUMNS))


def _shown_otherwise(shown: pd.DataFrame) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield each record that shows a value otherwise than another list does: kind, file, sheet, row; do the two stand in one event?"""
    for _, part in shown.groupby(["event", "person", "field", "change"]):
        records = [(str(r["kind"]), tuple(str(r[name]) for name in ("kind", *PLACE)), r["shown"], r["event_id"]) for r in part.to_dict("records")]
        for kind, place, value, event in records:
            others = [other for other_kind, _, other_value, other in records if other_kind != kind and other_value != value]
            if others:
                yield place, bool(pd.notna(event)) and all(event == other for other in others)
