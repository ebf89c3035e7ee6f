"""What ties different events, or a register row to an event: never a link, always a line of its own with its evidence.

``alias``              a registered change (from) concerns a person of the event (to)
``explains_absence``   a move or a death (from) explains why a list does not hold the event (to)
``register_entry_of``  a row of the whole-population register (from, a record_id) is a person of the event (to)
``certificate_followed``  a row of the void, exchanged and reissued numbers (from, a record_id) concerns the event (to)
``in_set``             the event belongs to a set of twins that nothing tells apart
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from popanalysis.columns import EVENT_OF_KIND, PERSONS_OF_KIND, RELATIONS_COLUMNS, SEALED_KINDS
from popanalysis.reconcile.aliases import Sighting
from popanalysis.reconcile.certificates import Successors

__all__ = ["alias_relations", "certificate_relations", "children_by_parents", "register_relations", "relations_frame", "set_relations"]

Relation = tuple[str, str, str, str]
#: record_id -> event_id of the records that have one
EventIds = Mapping[str, str]


def relations_frame(*parts: Iterable[Relation]) -> pd.DataFrame:
    """Return relations as a DataFrame, RELATIONS_COLUMNS, each once, sorted."""
    return pd.DataFrame(sorted({line for part in parts for line in part}), columns=list(RELATIONS_COLUMNS), dtype="object")


def set_relations(events: pd.DataFrame) -> list[Relation]:
    """Tie each event of a set of twins to its set."""
    return [("in_set", str(event), str(group), "indistinguishable") for event, group in events["set_id"].dropna().items()]


def alias_relations(seen: Sequence[Sighting], event_ids: EventIds) -> list[Relation]:
    """Tie each registered change to the events in whose records the person was seen."""
    return [("alias", event_ids[s.alias.record_id], event_ids[s.record_id], s.known_by) for s in seen
            if s.alias.record_id in event_ids and s.record_id in event_ids]


def certificate_relations(records: Mapping[str, pd.DataFrame], successors: Successors, event_ids: EventIds) -> list[Relation]:
    """Tie rows about void, exchanged and reissued numbers to the births whose records show one of them."""
    rows = set(records.get("void_certificates", pd.DataFrame()).index)
    told = {number: row for number, row in successors.told_by.items() if row in rows}
    found: list[Relation] = []
    for kind, frame in records.items():
        if EVENT_OF_KIND.get(kind) != "birth" or "birth_cert_no" not in frame:
            continue
        numbers = frame["birth_cert_no"][frame["birth_cert_no"].isin(list(told))]
        found += [("certificate_followed", told[str(number)], event_ids[str(record)], "birth_cert_no")
                  for record, number in numbers.items() if str(record) in event_ids]
    return found


# --- the register ------------------------------------------------------------------------------------------


def register_relations(register: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_ids: EventIds) -> list[Relation]:
    """Tie register rows to events by the person's number; a child whose number no list shows, by a parent's number and its birth date.

    Parameters
    ----------
    register : typed rows of ``population``, index record_id.
    records : kind -> typed records, without those that nothing but the certificate number may tie; sealed kinds are not looked up.
    event_ids : record_id -> event_id.
    """
    if "person_id" not in register:
        return []
    row_of = pd.Series(register.index, index=register["person_id"]).dropna()
    row_of = row_of[row_of.index.notna() & ~row_of.index.duplicated(keep=False)]  # a number that stands twice names nobody
    entry_of = {str(number): str(row) for number, row in row_of.items()}
    found: list[Relation] = []
    for kind, frame in records.items():
        if kind not in EVENT_OF_KIND or kind in SEALED_KINDS:
            continue
        for person in PERSONS_OF_KIND[kind]:
            field = f"{person}_id"
            if field in frame:
                numbers = frame[field][frame[field].isin(list(entry_of))]
                found += [("register_entry_of", entry_of[str(number)], event_ids[str(record)], field)
                          for record, number in numbers.items() if str(record) in event_ids]
    known = {line[1] for line in found if line[3] == "child_id"}
    found += [("register_entry_of", row, target, evidence) for row, target, evidence in children_by_parents(register, records, event_ids) if row not in known]
    return found


def children_by_parents(table: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_ids: EventIds) -> list[tuple[str, str, str]]:
    """Return (row, birth, evidence) for rows of persons that share a parent's number and the birth date with the records of one birth.

    Parameters
    ----------
    table : rows of a list of persons: mother_id, father_id, person_birth_date.
    """
    born: dict[tuple[str, str], set[str]] = {}
    for kind, frame in records.items():
        if EVENT_OF_KIND.get(kind) == "birth":
            for record, mother, father, date in frame.reindex(columns=["mother_id", "father_id", "birth_date"]).dropna(subset=["birth_date"]).itertuples(name=None):
                for number in (mother, father):
                    if isinstance(number, str) and str(record) in event_ids:
                        born.setdefault((number, f"{date:%Y-%m-%d}"), set()).add(event_ids[str(record)])
    found: list[tuple[str, str, str]] = []
    for record, mother, father, date in table.reindex(columns=["mother_id", "father_id", "person_birth_date"]).dropna(subset=["person_birth_date"]).sort_index().itertuples(name=None):
        for field, number in (("mother_id", mother), ("father_id", father)):
            targets = born.get((str(number), f"{date:%Y-%m-%d}"), set()) if isinstance(number, str) else set()
            if len(targets) == 1:  # of twins it is not known which
                found.append((str(record), next(iter(targets)), f"{field}+birth_date"))
    return found
