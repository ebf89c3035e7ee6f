"""The open questions as cases: numbered on opening, kept under their number until they are closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from popanalysis.columns import CASES_COLUMNS

__all__ = ["case_balance", "count_open", "open_cases"]

#: Codes that chapters of their own tell.
_COUNTED_CODES = (
    "certificate_gap", "certificate_shared", "certificate_twice", "void_certificate_used", "change_differs", "old_value_used", "documents_there_now", "reason_not_permitted")
#: States in which a case is still waiting for somebody.
WAITING = ("open", "referred", "answered", "reopened")
#: States that only a person gives: the question was answered and is not asked again while nothing changed.
SETTLED = ("confirmed", "corrected", "rejected")


def open_cases(
    discrepancies: pd.DataFrame, *, period: str, at_hand: Collection[str], received: Collection[str], carried: pd.DataFrame | None = None, numbered: pd.DataFrame | None = None,
    decided: Mapping[str, str] | None = None, closed_events: Collection[str] = (), last: int = 0,
    silent: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Turn the discrepancies of a run into cases.

    Parameters
    ----------
    discrepancies : from :func:`popanalysis.reconcile.discrepancies.find_discrepancies`.
    period : the period of the run.
    at_hand : ids of the events whose records took part in this run.
    received : kinds that arrived or were reported as none.
    carried : cases of the previous record. One still waiting keeps its number; if its question could be asked again (its
        event is at hand, the list it is about was received) and the discrepancy is gone, it is closed in this period.
        One that a person settled stays settled as long as the values are the same. One whose question is back is
        reopened under its number. Other closed ones are left behind.
    numbered : cases of the revision before this one, whose numbers stay.
    decided : case_id -> state a person gave it.
    silent : event_id -> lists that were received and say nothing of it, for its town sent none.
    closed_events : events a person closed; their cases are closed with them.
    last : the highest number of the period that was ever given.

    Returns
    -------
    DataFrame with CASES_COLUMNS, sorted by case_id; ``due_on`` is blank until deadlines are computed.
    New cases are numbered on from the highest number of the period, in the order of their content.
    """
    before_this = _rows(carried) if carried is not None else []
    known = [*(_rows(numbered) if numbered is not None else []), *before_this]
    number = max([last, *(int(row["case_id"].rsplit("-", 1)[1]) for row in known if row["case_id"].startswith(f"{period}-"))])
    found = _rows(discrepancies)
    same = _match(found, known)
    cases: list[dict[str, str]] = []
    for position, row in enumerate(found):
        before = same.get(position)
        if before is None:
            number += 1
            before = {"case_id": f"{period}-{number:04d}", "opened_in": period, "state": "open"}
        cases.append({**row, "case_id": before["case_id"], "due_on": "", **_standing(row, before, period)})
    still_there = {case["case_id"] for case in cases}
    known_events = frozenset(at_hand)
    for row in before_this:
        if row["state"] not in WAITING:
            continue
        heard = row["list_b"] in received and row["list_b"] not in (silent or {}).get(row["event_id"], ())
        asked_again = row["event_id"] in known_events and (row["code"] != "missing_at" or heard)
        if row["case_id"] not in still_there:
            cases.append({**row, "state": "closed", "closed_in": period} if asked_again else row)
    for case in cases:
        given = (decided or {}).get(case["case_id"], "closed" if case["event_id"] in closed_events and case["closed_in"] == "" else None)
        if given is not None:
            case["state"] = given
            case["closed_in"] = period if given not in WAITING else ""
    frame = pd.DataFrame(cases, columns=list(CASES_COLUMNS), dtype="object").fillna("")  # an earlier record may not have all columns
    return frame.sort_values("case_id", kind="stable", ignore_index=True)


def case_balance(cases: pd.DataFrame, *, period: str) -> dict[str, int]:
    """Count the cases so that opening + new - closed = closing.

    Examples
    --------
    >>> case_balance(pd.DataFrame({"opened_in": ["2024Q4", "2025Q1"], "closed_in": ["2025Q1", ""]}), period="2025Q1")
    {'opening': 1, 'new': 1, 'closed': 1, 'closing': 1}
    """
    current = cases[cases["closed_in"].isin(["", period])]  # what was settled in an earlier period is history
    new = int(current["opened_in"].eq(period).sum())
    closed = int(current["closed_in"].eq(period).sum())
    return {"opening": len(current) - new, "new": new, "closed": closed, "closing": len(current) - closed}


def count_open(cases: pd.DataFrame) -> pd.Series[int]:
    """Count the cases still waiting by code; every code that can be asked about persons' papers stands there, with 0 where nothing waits."""
    counts = cases.loc[cases["closed_in"].eq(""), "code"].value_counts()
    return counts.reindex(sorted({*counts.index, *_COUNTED_CODES}), fill_value=0)


def _standing(row: Mapping[str, str], before: Mapping[str, str], period: str) -> dict[str, str]:
    """State and periods of a question that is there, given the case it was before."""
    if before["state"] in WAITING:
        return {"state": before["state"], "opened_in": before["opened_in"], "closed_in": ""}
    if before["state"] in SETTLED and (row["value_a"], row["value_b"]) == (before["value_a"], before["value_b"]):
        return {"state": before["state"], "opened_in": before["opened_in"], "closed_in": before["closed_in"]}
    return {"state": "open" if before["case_id"].startswith(f"{period}-") else "reopened", "opened_in": period, "closed_in": ""}


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(name): "" if value is None else str(value) for name, value in row.items()} for row in frame.fillna("").to_dict("records")]


def _match(found: list[dict[str, str]], known: list[dict[str, str]]) -> dict[int, dict[str, str]]:
    """Say which question found is which known case: the same lists first, then the same list held against another one.

    When a third list arrives, "the town's list differs from the police's" may become "... from the certificates'": it is
    still the question about the town's list.
    """
    same: dict[int, dict[str, str]] = {}
    left = {row["case_id"]: row for row in reversed(known)}  # of a case in both, the revision before this one counts
    for exact in (True, False):
        by_key: dict[tuple[str, ...], list[dict[str, str]]] = {}
        for row in sorted(left.values(), key=lambda row: row["case_id"]):
            by_key.setdefault(_key(row, exact=exact), []).append(row)
        for position, row in enumerate(found):
            candidates = by_key.get(_key(row, exact=exact), [])
            if position not in same and candidates:
                same[position] = candidates.pop(0)
                del left[same[position]["case_id"]]
    return same


def _key(row: Mapping[str, str], *, exact: bool) -> tuple[str, ...]:
    """What makes a question the same one: its event, code, field and the lists it is between, whichever is named first."""
    lists = row["list_b"] if row["code"] == "missing_at" or not exact else "|".join(sorted((row["list_a"], row["list_b"])))
    cell = row["cell_b"] if row["code"] == "duplicate_in_list" and exact else ""  # rows move when a list is sorted anew
    return row["event_id"], row["code"], row["field"], cell, lists
