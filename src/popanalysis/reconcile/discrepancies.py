"""What the lists say differently about the same event, with the cells it comes from.

``missing_at``: a list that should hold the event does not. ``field_differs``: two lists give different values.
``parents_exchanged``, ``spouses_exchanged``: one list has them the other way round. ``duplicate_in_list``: two rows of one list speak
of the same event. A value that is missing or damaged says nothing and makes no discrepancy.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from popanalysis.columns import DEPARTMENT_OF_KIND
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

    Returns
    -------
    List of questions, sorted; values as text, blank where the whole row is meant.
    """
    held = events[[*rules.lists, "set_id", "due_at"]].fillna("").to_dict("index")
    before = frozenset(events.index[events[date] < pd.Timestamp(known_since)]) if known_since is not None else frozenset()
    shown = compared_values(records, rules)
    values = shown if present is None else compared_values(present, rules)
    found: list[Discrepancy] = []
    for event_id, event in ((str(key), row) for key, row in held.items()):
        lists = {kind: str(event[kind]) for kind in rules.lists if event[kind]}
        if event_id not in before:
            found += _missing(event_id, event, lists, rules, received, in_question, cell_of, (explained or {}).get(event_id, ()))
        found += _differing(event_id, event, lists, values, shown, rules, cell_of)
    found += _repeated(duplicates, cell_of)
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


def _differing(event_id: str, birth: Mapping[Any, Any], lists: Mapping[str, str], values: Values, shown: Values, rules: DiscrepancyRules,
               cell_of: CellOf) -> Iterator[Discrepancy]:
    set_id = birth["set_id"] or ""
    given = {
        compared.field: {kind: values[kind][compared.field][record] for kind, record in lists.items() if record in values[kind].get(compared.field, {})}
        for compared in rules.fields
    }

    def question(code: str, name: str, field: str, kind_a: str, kind_b: str, recipient: str) -> Discrepancy:
        return Discrepancy(event_id, set_id, code, name, kind_a, shown[kind_a][field][lists[kind_a]], cell_of(lists[kind_a], field),
                           kind_b, shown[kind_b][field][lists[kind_b]], cell_of(lists[kind_b], field), recipient)

    exchanged = _exchanged(given, rules)
    for kind, (reference, fields) in exchanged.items():
        yield question(rules.exchanged_code, ";".join(fields), fields[0], reference, kind, DEPARTMENT_OF_KIND[kind])
        for field in fields:
            del given[field][kind]
    for compared in rules.fields:
        if set_id and compared.field in rules.of_the_child:
            continue  # which twin is which is not known, so their own values cannot be held against each other
        for kind_a, kind_b, recipient in _odd_ones(given[compared.field], compared):
            yield question("field_differs", compared.field, compared.field, kind_a, kind_b, recipient)


def _exchanged(given: Mapping[str, Mapping[str, str]], rules: DiscrepancyRules) -> dict[str, tuple[str, list[str]]]:
    """List with the parents the other way round -> (list it was held against, the fields that cross).

    Of two lists the later in the rules' order is taken to be the exchanged one: it is the one written by hand.
    """
    found: dict[str, tuple[str, list[str]]] = {}
    for reference, kind in itertools.combinations(rules.lists, 2):
        for mother, father in rules.exchangeable:
            here = (given[mother].get(reference), given[father].get(reference))
            there = (given[father].get(kind), given[mother].get(kind))
            if here == there and None not in here and here[0] != here[1] and reference not in found:
                found.setdefault(kind, (reference, []))[1].extend(f for f in (mother, father) if f not in found[kind][1])
    return found


def _odd_ones(given: Mapping[str, str], compared: ComparedField) -> list[tuple[str, str, str]]:
    """Pair each list that stands alone with a list of the larger group, and say who is asked.

    Two lists against one: the office of the one is asked. No majority: the office that settles the field is asked.
    """
    groups: list[list[str]] = []
    for kind, value in given.items():
        for group in groups:
            if not values_differ(given[group[0]], value, compared.kind):
                group.append(kind)
                break
        else:
            groups.append([kind])
    groups.sort(key=lambda group: -len(group))  # stable: the order of the lists decides between equals
    return [
        (groups[0][0], kind, DEPARTMENT_OF_KIND[kind] if len(groups[0]) > 1 else compared.settled_by)
        for group in groups[1:] for kind in group
    ]


def _repeated(duplicates: pd.DataFrame, cell_of: CellOf) -> Iterator[Discrepancy]:
    for record_id, row in duplicates.fillna("").to_dict("index").items():
        yield Discrepancy(row["event_id"], row["set_id"], "duplicate_in_list", "", row["kind"], "", cell_of(row["duplicate_of"], ""),
                          row["kind"], "", cell_of(str(record_id), ""), DEPARTMENT_OF_KIND[row["kind"]])
