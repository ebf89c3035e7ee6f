"""Moves and deaths that explain why a list does not hold an event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from popanalysis.columns import EVENT_OF_KIND
from popanalysis.reconcile.relations import EventIds, Relation, children_by_parents
from popanalysis.reconcile.verdict import how_values_differ

__all__ = ["explained_lists", "moves_and_deaths"]

#: how far a number may be off where the name is the same
_NEAR: Final = ("one_slip",)


def moves_and_deaths(events: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_ids: EventIds, *, event: str, date: str) -> tuple[list[Relation], dict[str, set[str]]]:
    """Find the moves and deaths that explain why a list does not hold an event.

    A child that died, a mother or child that moved out, is not waited for by the police or the town; a child born before its
    mother moved in was delivered, registered and visited where she came from. A father who moved out as well is tied beside the mother,
    his own move explains nothing. Persons are known by their number; by the same name where the numbers differ by one slip of the pen; a mother
    also by her name where the child's father moved the same way on the same day; a child that died by name and birth date together with a
    parent's number.

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

    def tell(source: str, target: str, lists: Collection[str], evidence: str) -> bool:
        silent = lacking.get(target, set()) & set(lists)
        if silent:
            relations.append(("explains_absence", source, target, evidence))
            explained.setdefault(target, set()).update(silent)
        return bool(silent)

    moves = _moves(records.get("migration"), event_ids)
    told = _told_of(moves, numbers, _people(records, event_ids, event, [person for person in persons if person != "father"]))
    left: set[str] = set()
    for move, who, target, evidence in told:
        happened = days.get(target, pd.NaT)
        if who != "father" and move.direction == "out" and tell(move.event, target, explained_lists(event, "out"), evidence):
            left.add(target)
        if who != "father" and move.direction == "in" and pd.notna(move.day) and pd.notna(happened) and move.day > happened:
            tell(move.event, target, explained_lists(event, "in"), evidence)
    relations += [("explains_absence", move.event, target, evidence) for move, who, target, evidence in told if who == "father" and move.direction == "out" and target in left]
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


class _Move(NamedTuple):
    """A row of the list of moves."""

    event: str
    number: str
    name: str
    direction: str
    day: Any


def _moves(frame: pd.DataFrame | None, event_ids: EventIds) -> list[_Move]:
    if frame is None:
        return []
    table = frame.reindex(columns=["person_id", "person_name", "direction", "accept_date"]).sort_index()
    told = table[["person_id", "person_name", "direction"]].astype("object").fillna("").astype(str).join(table["accept_date"])
    return [_Move(event_ids[str(record)], number, name, direction, day)
            for record, number, name, direction, day in told.itertuples(name=None) if str(record) in event_ids]


def _people(records: Mapping[str, pd.DataFrame], event_ids: EventIds, event: str, persons: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
    """Name -> (person, event, number or blank) of the records of an event."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    for kind, frame in records.items():
        if EVENT_OF_KIND.get(kind) != event:
            continue
        for person in persons:
            for record, name, number in frame.reindex(columns=[f"{person}_name", f"{person}_id"]).dropna(subset=[f"{person}_name"]).itertuples(name=None):
                if str(record) in event_ids:
                    found.setdefault(str(name), set()).add((person, event_ids[str(record)], "" if pd.isna(number) else str(number)))
    return {name: sorted(people) for name, people in found.items()}


def _told_of(moves: Sequence[_Move], numbers: Mapping[str, Sequence[tuple[str, str]]], people: Mapping[str, Sequence[tuple[str, str, str]]]) -> list[tuple[_Move, str, str, str]]:
    """Return (move, person, event, how the person was known): by the number, by name and a number that is nearly the same, by name and the father's move."""
    found = [(move, who, target, f"{who}_id") for move in moves for who, target in numbers.get(move.number, ())]
    known = {(move.event, target) for move, _, target, _ in found}
    fathers = {(target, move.direction, move.day) for move, who, target, _ in found if who == "father"}
    left = [(move, who, target, number) for move in moves for who, target, number in people.get(move.name, ()) if (move.event, target) not in known]
    how = how_values_differ(pd.DataFrame({"field": [f"{who}_id" for _, who, _, _ in left], "value_a": [move.number for move, *_ in left], "value_b": [number for *_, number in left]}))
    for (move, who, target, _), level in zip(left, how, strict=True):
        if level in _NEAR:
            found.append((move, who, target, f"{who}_name+{who}_id"))
        elif who == "mother" and (target, move.direction, move.day) in fathers:
            found.append((move, who, target, "mother_name+father_id"))
    return list(dict.fromkeys(found))


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
    found += [(event_ids[row], target, evidence) for row, target, evidence in children_by_parents(deaths, records, event_ids) if row in event_ids]
    return found
