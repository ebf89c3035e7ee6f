"""Acts that cannot have happened in the order in which the lists tell them.

Only what is impossible whoever the people are: a registration that shows a certificate not yet issued, a birth after the mother's death or a child's death
before its birth, a marriage after a spouse's death, a registration put off after it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import pandas as pd

from popanalysis.columns import DEPARTMENT_OF_KIND
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["sequence_questions"]

CODE: Final = "sequence_impossible"
#: event -> the persons who lived that day, and the column of the events with the day
_ALIVE: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {"birth": (("mother",), "birth_date"), "marriage": (("husband", "wife"), "reg_date")}


def sequence_questions(
    tables: Mapping[str, pd.DataFrame], records: Mapping[str, pd.DataFrame], event_of: Mapping[str, str], reissued: Collection[str], cell_of: CellOf,
) -> list[Discrepancy]:
    """Ask the office of the later act about two dates that cannot both be right.

    Parameters
    ----------
    tables : ``birth`` and ``marriage`` -> one row an event, a column per list with the record_id.
    records : kind -> typed records, index record_id, without those that nothing may be tied to.
    event_of : record_id -> event_id.
    reissued : certificate numbers that took the place of an earlier one; their day of issue says nothing about the first.
    """
    return sorted([*_before_issue(tables["birth"], records, reissued, cell_of), *_put_off_afterwards(tables["birth"], records, cell_of),
                   *(found for event in _ALIVE for found in _after_death(event, tables[event], records, event_of, cell_of))])


def _before_issue(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], reissued: Collection[str], cell_of: CellOf) -> Iterator[Discrepancy]:
    """The police registered with a certificate number that health issued later."""
    both = _both(births, records, "birth_cert", ["birth_cert_no", "issue_date"], "hukou_birth", ["birth_cert_no", "accept_date"])
    for event_id, certificate, registered, number, issued, stated, accepted in both:
        if number == stated and number not in reissued and accepted < issued:
            yield _question(event_id, "accept_date", "birth_cert", issued, cell_of(certificate, "issue_date"), "hukou_birth", accepted, cell_of(registered, "accept_date"))


def _put_off_afterwards(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], cell_of: CellOf) -> Iterator[Discrepancy]:
    """A registration is listed as pending on a day after it was made."""
    for event_id, registered, pending, accepted, put_off in _both(births, records, "hukou_birth", ["accept_date"], "deferred_hukou", ["defer_date"]):
        if accepted < put_off:
            yield _question(event_id, "defer_date", "hukou_birth", accepted, cell_of(registered, "accept_date"), "deferred_hukou", put_off, cell_of(pending, "defer_date"))


def _after_death(event: str, table: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_of: Mapping[str, str], cell_of: CellOf) -> Iterator[Discrepancy]:
    """A person took part in an event after the day of death; a person is known by the number."""
    deaths = records.get("death", pd.DataFrame()).reindex(columns=["person_id", "death_date"]).dropna()
    died = {str(number): (str(record), day) for record, number, day in deaths.sort_index(ascending=False).itertuples(name=None)}
    persons, field = _ALIVE[event]
    for kind in [kind for kind in table if kind in records]:
        frame = records[str(kind)]
        for person in persons:
            number = f"{person}_id"
            if not {number, field} <= set(frame.columns):
                continue
            held = frame.loc[[record for record in table[kind].dropna() if record in frame.index], [number, field]]
            for record, value, day in held[held[number].isin(list(died))].itertuples(name=None):
                death, last = died[str(value)]
                if pd.notna(day) and last < day and str(record) in event_of:
                    yield _question(event_of[str(record)], field, "death", last, cell_of(death, "death_date"), str(kind), day, cell_of(str(record), field))


def _both(table: pd.DataFrame, records: Mapping[str, pd.DataFrame], one: str, one_fields: list[str], other: str, other_fields: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield event, the two records, and fields of both, for events that both lists hold with all of these filled."""
    if not {one, other} <= set(table.columns) or not {one, other} <= records.keys():
        return
    held = table[[one, other]].dropna()
    left = records[one].reindex(columns=one_fields).reindex(held[one]).to_numpy(dtype=object)
    right = records[other].reindex(columns=other_fields).reindex(held[other]).to_numpy(dtype=object)
    for event_id, a, b, here, there in zip(held.index, held[one], held[other], left, right, strict=True):
        if not pd.isna([*here, *there]).any():
            yield (str(event_id), str(a), str(b), *here, *there)


def _question(event_id: str, field: str, list_a: str, day_a: object, cell_a: str, list_b: str, day_b: object, cell_b: str) -> Discrepancy:
    return Discrepancy(event_id, "", CODE, field, list_a, f"{day_a:%Y-%m-%d}", cell_a, list_b, f"{day_b:%Y-%m-%d}", cell_b, DEPARTMENT_OF_KIND[list_b])
