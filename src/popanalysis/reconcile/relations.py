"""What ties different events, or a register row to an event: never a link, always a line of its own with its evidence.

``alias``              a registered change (from) concerns a person of the event (to)
``explains_absence``   a move or a death (from) explains why a list does not hold the event (to)
``register_entry_of``  a row of the whole-population register (from, a record_id) is a person of the event (to)
``certificate_followed``  a row of the void, exchanged and reissued numbers (from, a record_id) concerns the event (to)
``in_set``             the event belongs to a set of twins that nothing tells apart
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from popanalysis.columns import EVENT_OF_KIND, PERSONS_OF_KIND, RELATIONS_COLUMNS, SEALED_KINDS
from popanalysis.reconcile.aliases import Sighting
from popanalysis.reconcile.certificates import Successors

__all__ = ["alias_relations", "certificate_relations", "explained_lists", "moves_and_deaths", "register_relations", "relations_frame", "set_relations"]

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
    found += [("register_entry_of", row, target, evidence) for row, target, evidence in _children_by_parents(register, records, event_ids) if row not in known]
    return found


def _children_by_parents(table: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_ids: EventIds) -> list[tuple[str, str, str]]:
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


# --- moves and deaths explain absences --------------------------------------------------------------------------


def moves_and_deaths(events: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_ids: EventIds, *, event: str, date: str) -> tuple[list[Relation], dict[str, set[str]]]:
    """Find the moves and deaths that explain why a list does not hold an event.

    A child that died, a mother or child that moved out, is not waited for by the police or the town; a child born before its
    mother moved in was delivered, registered and visited where she came from. A father who moved out as well is tied beside the mother,
    his own move explains nothing. Persons are known by their number; a child also by name and birth date together
    with a parent's number.

    Parameters
    ----------
    events : one row an event: a column per list, due_at, and the date.
    event : birth or marriage.
    date : column of ``events`` with the day it happened.

    Returns
    -------
    Relations, and event_id -> lists whose silence is explained.
    """
    persons = ("child", "mother", "father") if event == "birth" else ("husband", "wife")
    numbers = _numbers(records, event_ids, event, persons)
    held = events.notna()
    lacking = {str(i): {kind for kind in str(due).split() if not held.at[i, kind]} for i, due in events["due_at"].items()}
    days = events[date].to_dict()
    relations: list[Relation] = []
    explained: dict[str, set[str]] = {}
    left: set[str] = set()

    def tell(source: str, target: str, lists: Collection[str], evidence: str) -> None:
        silent = lacking.get(target, set()) & set(lists)
        if silent:
            relations.append(("explains_absence", source, target, evidence))
            explained.setdefault(target, set()).update(silent)

    moves = _rows(records.get("migration"), event_ids, "direction", "accept_date")
    for person, number, moved in moves:
        for who, target in numbers.get(number, ()):
            if who == "father":
                continue
            happened = days.get(target, pd.NaT)
            if moved[0] == "out":
                tell(person, target, explained_lists(event, "out"), f"{who}_id")
                left |= {target} & explained.keys()
            elif moved[0] == "in" and pd.notna(moved[1]) and pd.notna(happened) and moved[1] > happened:
                tell(person, target, explained_lists(event, "in"), f"{who}_id")
    relations += [("explains_absence", person, target, "father_id") for person, number, moved in moves if moved[0] == "out"
                  for who, target in numbers.get(number, ()) if who == "father" and target in left]
    if event == "birth":
        for source, target, evidence in _children_who_died(records, event_ids, numbers):
            tell(source, target, explained_lists(event, "death"), evidence)
    return relations, explained


def explained_lists(event: str, reason: str) -> tuple[str, ...]:
    """Return the lists whose silence a move out, a move in or the child's death explains."""
    if event == "marriage":
        return ("town_marriage",)
    return {"out": ("hukou_birth", "town_birth"), "in": ("birth_cert", "hukou_birth", "town_birth"), "death": ("birth_cert", "hukou_birth", "town_birth")}[reason]


def _numbers(records: Mapping[str, pd.DataFrame], event_ids: EventIds, event: str, persons: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Number -> (person, event) of the records of an event."""
    found: dict[str, set[tuple[str, str]]] = {}
    for kind, frame in records.items():
        if EVENT_OF_KIND.get(kind) != event:
            continue
        for person in persons:
            if f"{person}_id" in frame:
                for record, number in frame[f"{person}_id"].dropna().items():
                    if str(record) in event_ids:
                        found.setdefault(str(number), set()).add((person, event_ids[str(record)]))
    return {number: sorted(held) for number, held in found.items()}


def _rows(frame: pd.DataFrame | None, event_ids: EventIds, *fields: str) -> list[tuple[str, str, list[Any]]]:
    """Return (event_id, person's number, further values) of the rows of a list of persons."""
    if frame is None or "person_id" not in frame:
        return []
    table = frame.reindex(columns=["person_id", *fields]).dropna(subset=["person_id"]).sort_index()
    return [(event_ids[str(row[0])], str(row[1]), list(row[2:])) for row in table.itertuples(name=None) if str(row[0]) in event_ids]


def _children_who_died(records: Mapping[str, pd.DataFrame], event_ids: EventIds, numbers: Mapping[str, Sequence[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    """Return (death, birth, evidence) for children of the births at hand."""
    deaths = records.get("death")
    if deaths is None:
        return []
    found = [(death, target, "child_id") for death, number, _ in _rows(deaths, event_ids) for who, target in numbers.get(number, ()) if who == "child"]
    found += [(event_ids[row], target, evidence) for row, target, evidence in _children_by_parents(deaths, records, event_ids) if row in event_ids]
    return found
