"""One person with two identity numbers: the same name beside the same partner's number, and two numbers that both hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import pandas as pd

from popanalysis.clean.identity_number import read_identity_number
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["two_number_questions"]

#: person -> the other one whose number stands beside; births and marriages are each looked at alone
_PARTNERS: Final[Mapping[str, str]] = {"mother": "father", "father": "mother", "husband": "wife", "wife": "husband"}


def two_number_questions(
    present: Mapping[str, pd.DataFrame], records: Mapping[str, pd.DataFrame], event_of: Mapping[str, str], kinds_of_event: Mapping[str, Collection[str]], cell_of: CellOf,
) -> list[Discrepancy]:
    """Ask the police about a person who stands with two valid numbers in two events (``two_numbers``).

    Inside one event the numbers differ as a field of that event. Two people may share a name; that the same partner stands beside both makes it one
    person. What a registered change explains is no question.

    Parameters
    ----------
    present, records : kind -> typed records with former numbers brought to the present, and as they stand.
    event_of : record_id -> event_id ; kinds_of_event : ``birth`` and ``marriage`` -> the lists to look into.
    """
    found: set[Discrepancy] = set()
    for kinds in kinds_of_event.values():
        for person, partner in _PARTNERS.items():
            fields = [f"{person}_name", f"{person}_id", f"{partner}_id"]
            frames = [present[kind][fields].dropna().assign(kind=kind) for kind in kinds if kind in present and set(fields) <= set(present[kind].columns)]
            rows = pd.concat(frames) if frames else pd.DataFrame(columns=[*fields, "kind"])
            rows = rows.assign(event=[event_of.get(str(record), "") for record in rows.index]).sort_index()
            shared = rows[rows.groupby([fields[0], fields[2]])[fields[1]].transform("nunique").gt(1) & rows["event"].ne("")] if len(rows) else rows
            for _, group in shared.groupby([fields[0], fields[2]], sort=True):
                valid = group[[read_identity_number(str(number)).state == "valid" for number in group[fields[1]]]].sort_values(["event", "kind"], kind="stable")
                settled = valid.groupby("event")[fields[1]].agg(lambda numbers: numbers.mode().iloc[0])  # what most lists of an event say
                if settled.nunique() < 2:
                    continue
                first, other = settled.index[0], settled.index[settled.ne(settled.iloc[0])][0]
                a, b = (valid[valid["event"].eq(event) & valid[fields[1]].eq(settled[event])].iloc[0] for event in (first, other))
                shown = [str(records[str(row["kind"])].at[row.name, fields[1]]) for row in (a, b)]
                found.add(Discrepancy(str(other), "", "two_numbers", fields[1], str(a["kind"]), shown[0], cell_of(str(a.name), fields[1]),
                                      str(b["kind"]), shown[1], cell_of(str(b.name), fields[1]), "police"))
    return sorted(found)
