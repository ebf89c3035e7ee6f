"""What the lists say differently about the same event, with the cells it comes from.

``missing_at``: a list that should hold the event does not. ``field_differs``: two lists, or two rows of one, give different values. ``character_missing``: a character
of a name could not be written in one list and stands in another. ``parents_exchanged``, ``spouses_exchanged``: one list has them the other way
round. ``duplicate_in_list``: two rows of one list speak of the same event. A value that is missing or damaged says nothing and makes no discrepancy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from popanalysis.columns import DEPARTMENT_OF_KIND, UNKNOWN_CHARACTER
from popanalysis.reconcile.exchanged import exchanged_lists, other_side, put_back
from popanalysis.reconcile.taxonomy import ComparedField, DiscrepancyRules
from popanalysis.reconcile.values import Values, compared_values, values_differ

__all__ = ["CellOf", "Discrepancy", "find_discrepancies", "questions_frame"]

#: (record_id, field or "" for the whole row) -> the cell, as a spreadsheet program writes it
CellOf = Callable[[str, str], str]


class Discrepancy(NamedTuple):
    """One open question about one event; ``list_b`` is the list it is asked about."""

    event_id: str
    set_id: str
    code: str
    field: str
    list_a: str
    value_a: str
    cell_a: str
    list_b: str
    value_b: str
    cell_b: str
    recipient: str


def find_discrepancies(
    events: pd.DataFrame, records: Mapping[str, pd.DataFrame], duplicates: pd.DataFrame, rules: DiscrepancyRules, *,
    received: Collection[str], in_question: Collection[str], cell_of: CellOf, known_since: dt.date | None = None, date: str = "birth_date",
    present: Mapping[str, pd.DataFrame] | None = None, explained: Mapping[str, Collection[str]] | None = None,
    registered: Mapping[tuple[str, str], Collection[frozenset[str]]] | None = None, entered_again: pd.DataFrame | None = None,
) -> list[Discrepancy]:
    """List every discrepancy of the events at hand.

    Parameters
    ----------
    events : one row an event: a column per list, set_id, due_at (:func:`popanalysis.reconcile.births.births_from_records`,
        :func:`popanalysis.reconcile.marriages.marriages_from_records`).
    records : kind -> typed records, index record_id.
    duplicates : index record_id; columns duplicate_of, kind, event_id, set_id: rows of one list that repeat another.
    rules : what is compared and who is asked.
    received : kinds that arrived or were reported as none; nothing is missing at the others.
    in_question : record ids with an open link; what their event seems to lack is first for the reviewer.
    cell_of : where a value stands.
    known_since : first day of the earliest quarter whose lists are known; what happened before it may stand in lists
        that nobody compared, so nothing is called missing of it.
    date : column of ``events`` with the day it happened.
    present : the records with former names, numbers and certificate numbers brought to the present: what a registered change
        explains is no difference. Default: the records.
    explained : event_id -> lists whose silence a move or a death explains.
    entered_again : as ``duplicates``, with the rows that rightly stand beside another (a certificate issued again): what they say otherwise is asked
        about as well. Default: ``duplicates``.
    registered : (event_id, field) -> pairs of values, before and after a change the police registered for a person of the event.

    Returns
    -------
    List of questions, sorted; values as text, blank where the whole row is meant.
    """
    compared = [kind for kind in rules.compared_lists if kind in events]
    held = events[[*compared, "set_id", "due_at"]].fillna("").to_dict("index")
    before = frozenset(events.index[events[date] < pd.Timestamp(known_since)]) if known_since is not None else frozenset()
    shown = compared_values(records, rules)
    values = shown if present is None else compared_values(present, rules)
    found: list[Discrepancy] = []
    for event_id, event in ((str(key), row) for key, row in held.items()):
        lists = {kind: str(event[kind]) for kind in rules.lists if event[kind]}
        if event_id not in before:
            found += _missing(event_id, event, lists, rules, received, in_question, cell_of, (explained or {}).get(event_id, ()))
        compared_here = {kind: str(event[kind]) for kind in compared if event[kind]}
        found += _differing(event_id, event, compared_here, values, shown, rules, cell_of, registered or {})
    found += _repeated(duplicates, cell_of)
    found += _within_a_list(duplicates if entered_again is None else entered_again, values, shown, rules, cell_of)
    return sorted(found)


def questions_frame(found: Iterable[Discrepancy]) -> pd.DataFrame:
    """Return questions as a DataFrame with the columns of :class:`Discrepancy`, sorted by them."""
    return pd.DataFrame(sorted(found), columns=list(Discrepancy._fields), dtype="object")


def _missing(event_id: str, birth: Mapping[Any, Any], lists: Mapping[str, str], rules: DiscrepancyRules, received: Collection[str],
             in_question: Collection[str], cell_of: CellOf, explained: Collection[str]) -> Iterator[Discrepancy]:
    due = str(birth["due_at"]).split()
    if not lists or not due:
        return
    holding, record_id = next(iter(lists.items()))
    doubtful = any(record in in_question for record in lists.values())
    for lacking in rules.lists:
        if lacking in due and lacking not in lists and lacking in received and lacking not in explained:
            yield Discrepancy(event_id, birth["set_id"] or "", "missing_at", "", holding, "", cell_of(record_id, ""), lacking, "", "",
                              "reviewer" if doubtful else DEPARTMENT_OF_KIND[lacking])


def _differing(event_id: str, event: Mapping[Any, Any], lists: Mapping[str, str], values: Values, shown: Values, rules: DiscrepancyRules,
               cell_of: CellOf, registered: Mapping[tuple[str, str], Collection[frozenset[str]]]) -> Iterator[Discrepancy]:
    set_id = event["set_id"] or ""
    given = {
        compared.field: {kind: values[kind][compared.field][record] for kind, record in lists.items() if record in values[kind].get(compared.field, {})}
        for compared in rules.fields
    }
    exchanged = exchanged_lists(given, rules.exchangeable)
    given = put_back(given, exchanged, rules.exchangeable)

    def stands(kind: str, field: str) -> tuple[str, str]:
        """The value as the list shows it, and its cell."""
        column = other_side(field, rules.exchangeable) if kind in exchanged else field
        return shown[kind][column][lists[kind]], cell_of(lists[kind], column)

    def question(code: str, field: str, kind_a: str, kind_b: str, recipient: str) -> Discrepancy:
        return Discrepancy(event_id, set_id, code, field, kind_a, *stands(kind_a, field), kind_b, *stands(kind_b, field), recipient)

    for kind, against in exchanged.items():
        both = [field for pair in rules.exchangeable for field in pair if kind in given[field] and against in given[field]]
        first, record = both[0], lists[kind]  # where the list has nothing in the person's own column, the other one is shown
        there = (shown[kind][first][record], cell_of(record, first)) if record in shown[kind].get(first, {}) else stands(kind, first)
        yield Discrepancy(event_id, set_id, rules.exchanged_code, ";".join(both), against, *stands(against, first), kind, *there, DEPARTMENT_OF_KIND[kind])
    for compared in rules.fields:
        field = compared.field
        if set_id and field in rules.of_the_child:
            continue  # which twin is which is not known, so their own values cannot be held against each other
        for kind_a, kind_b, recipient in _odd_ones(given[field], compared):
            pair = (stands(kind_a, field)[0], stands(kind_b, field)[0])
            if values_differ(*pair, compared.kind) and frozenset(pair) not in registered.get((event_id, field), ()):
                yield question("field_differs", field, kind_a, kind_b, recipient)
        for kind_a, kind_b in _incomplete(given[field]) if compared.kind == "name" else ():
            yield question("character_missing", field, kind_a, kind_b, DEPARTMENT_OF_KIND[kind_b])


def _odd_ones(given: Mapping[str, str], compared: ComparedField) -> list[tuple[str, str, str]]:
    """Pair each list that stands alone with a list of the larger group, and say who is asked.

    Two offices against one: the office of the one is asked. No majority: the office that settles the field is asked. Two lists of one office are
    one voice.
    """
    groups: list[list[str]] = []
    for kind, value in given.items():
        for group in groups:
            if not values_differ(given[group[0]], value, compared.kind):
                group.append(kind)
                break
        else:
            groups.append([kind])
    voices = {id(group): len({DEPARTMENT_OF_KIND[kind] for kind in group}) for group in groups}
    groups.sort(key=lambda group: -voices[id(group)])  # stable: the order of the lists decides between equals
    return [
        (groups[0][0], kind, DEPARTMENT_OF_KIND[kind] if voices[id(groups[0])] > 1 else compared.settled_by)
        for group in groups[1:] for kind in group
    ]


def _incomplete(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pair each list in which a character of a name could not be written with one that shows it."""
    for kind, name in given.items():
        if UNKNOWN_CHARACTER in name:
            whole = next((other for other, value in given.items() if UNKNOWN_CHARACTER not in value and not values_differ(value, name, "name")), None)
            if whole is not None:
                yield whole, kind


def _repeated(duplicates: pd.DataFrame, cell_of: CellOf) -> Iterator[Discrepancy]:
    for record_id, row in duplicates.fillna("").to_dict("index").items():
        yield Discrepancy(row["event_id"], row["set_id"], "duplicate_in_list", "", row["kind"], "", cell_of(row["duplicate_of"], ""),
                          row["kind"], "", cell_of(str(record_id), ""), DEPARTMENT_OF_KIND[row["kind"]])


def _within_a_list(rows: pd.DataFrame, values: Values, shown: Values, rules: DiscrepancyRules, cell_of: CellOf) -> Iterator[Discrepancy]:
    """Ask an office about two rows of its list that speak of one event and do not say the same."""
    for record_id, row in rows.fillna("").to_dict("index").items():
        kind, first, again = row["kind"], row["duplicate_of"], str(record_id)
        for compared in rules.fields:
            field = compared.field
            if row["set_id"] and field in rules.of_the_child:
                continue
            given = values.get(kind, {}).get(field, {})
            if first in given and again in given and values_differ(given[first], given[again], compared.kind):
                yield Discrepancy(row["event_id"], row["set_id"], "field_differs", field, kind, shown[kind][field][first], cell_of(first, field),
                                  kind, shown[kind][field][again], cell_of(again, field), DEPARTMENT_OF_KIND[kind])
