"""One identity number under two names: a wrong number, or two registrations; never a reason to merge anybody."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from popanalysis.clean.identity_number import read_identity_number
from popanalysis.columns import PERSONS_OF_KIND
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy
from popanalysis.reconcile.verdict import how_values_differ

__all__ = ["shared_number_questions"]

#: Differences of names that no slip of the pen explains.
_OTHER_NAME = ("surname_only", "different")


def shared_number_questions(
    records: Mapping[str, pd.DataFrame], present: Mapping[str, pd.DataFrame], event_of: Mapping[str, str], kinds: tuple[str, ...], cell_of: CellOf,
) -> list[Discrepancy]:
    """Ask the police about a valid number that stands beside different names in different events (``number_shared``).

    Inside one event the names differ for other reasons (exchanged columns, a wrong name), which are asked about there.

    Parameters
    ----------
    records, present : kind -> typed records as they stand, and with former names and numbers brought to the present; index record_id.
    event_of : record_id -> event_id ; kinds : the lists to look into.
    """
    rows = [row for kind in kinds for row in _persons(kind, present.get(kind, pd.DataFrame()), event_of)]
    table = pd.DataFrame(rows, columns=list(_Shown._fields))
    shared = table[table.groupby("number")["name"].transform("nunique") > 1].sort_values(["number", "event", "kind", "record", "person"])
    pairs = [(_Shown(*one), _Shown(*other)) for _, group in shared.groupby("number", sort=True)
             for one, other in itertools.combinations(group.drop_duplicates(["name", "event"]).itertuples(index=False, name=None), 2) if one[2] != other[2]]
    names = pd.DataFrame({"field": "person_name", "value_a": [one.name for one, _ in pairs], "value_b": [other.name for _, other in pairs]})
    found, asked = [], set[str]()
    for (one, other), how in zip(pairs, how_values_differ(names), strict=True):
        if how in _OTHER_NAME and one.number not in asked:  # one question a number
            asked.add(one.number)
            fields = f"{one.person}_id", f"{other.person}_id"
            shown = [str(records[row.kind].at[row.record, field]) for row, field in zip((one, other), fields, strict=True)]
            found.append(Discrepancy(one.event, "", "number_shared", fields[1], one.kind, shown[0], cell_of(one.record, fields[0]),
                                     other.kind, shown[1], cell_of(other.record, fields[1]), "police"))
    return sorted(found)


class _Shown(NamedTuple):
    """A number and a name that a record shows of a person."""

    number: str
    name: str
    event: str
    kind: str
    record: str
    person: str


def _persons(kind: str, frame: pd.DataFrame, event_of: Mapping[str, str]) -> list[_Shown]:
    found = []
    for person in PERSONS_OF_KIND.get(kind, ()):
        number, name = f"{person}_id", f"{person}_name"
        if number in frame and name in frame:
            for record, text, called in frame[[number, name]].dropna().itertuples(name=None):
                if str(record) in event_of and read_identity_number(str(text)).state == "valid":
                    found.append(_Shown(str(text), str(called), event_of[str(record)], kind, str(record), person))
    return found
