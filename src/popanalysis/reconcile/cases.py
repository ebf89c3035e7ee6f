"""The open questions as cases: numbered on opening, kept under their number until they are closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from popanalysis.columns import CASES_COLUMNS

__all__ = ["case_balance", "open_cases"]

#: States in which a case is still waiting for somebody.
WAITING = ("open", "referred", "answered", "reopened")


def open_cases(
    discrepancies: pd.DataFrame, *, period: str, at_hand: Collection[str], received: Collection[str], carried: pd.DataFrame | None = None, numbered: pd.DataFrame | None = None,
    decided: Mapping[str, str] | None = None,
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
        Closed ones are left behind.
    numbered : cases of the revision before this one, whose numbers stay.
    decided : case_id -> state a person gave it.

    Returns
    -------
    DataFrame with CASES_COLUMNS, sorted by case_id; ``due_on`` is blank until deadlines are computed.
    New cases are numbered on from the highest number of the period, in the order of their content.
    """
    carried = _waiting(carried)
    known = [row for frame in (numbered, carried) if frame is not None for row in _rows(frame)]
    numbers = [int(row["case_id"].rsplit("-", 1)[1]) for row in known if row["case_id"].startswith(f"{period}-")]
    number = max(numbers, default=0)
    found = _rows(discrepancies)
    same = _match(found, known)
    cases: list[dict[str, str]] = []
    for position, row in enumerate(found):
        before = same.get(position)
        if before is None:
            number += 1
            before = {"case_id": f"{period}-{number:04d}", "opened_in": period, "state": "open"}
        state = before["state"] if before["state"] in WAITING else "open" if before["opened_in"] == period else "reopened"
        cases.append({**row, "case_id": before["case_id"], "opened_in": before["opened_in"], "state": state, "due_on": "", "closed_in": ""})
    still_there = {case["case_id"] for case in cases}
    known_events = frozenset(at_hand)
    for row in _rows(carried):
        asked_again = row["event_id"] in known_events and (row["code"] != "missing_at" or row["list_b"] in received)
        if row["case_id"] not in still_there:
            cases.append({**row, "state": "closed", "closed_in": period} if asked_again else row)
    for case in cases:
        if (state_given := (decided or {}).get(case["case_id"])) is not None:
            case["state"] = state_given
            case["closed_in"] = period if state_given not in WAITING else ""
    frame = pd.DataFrame(cases, columns=list(CASES_COLUMNS), dtype="object")
    return frame.sort_values("case_id", kind="stable", ignore_index=True)


def case_balance(cases: pd.DataFrame, *, period: str) -> dict[str, int]:
    """Count the cases so that opening + new - closed = closing.

    Examples
    --------
    >>> case_balance(pd.DataFrame({"opened_in": ["2024Q4", "2025Q1"], "closed_in": ["2025Q1", ""]}), period="2025Q1")
    {'opening': 1, 'new': 1, 'closed': 1, 'closing': 1}
    """
    new = int(cases["opened_in"].eq(period).sum())
    closed = int(cases["closed_in"].eq(period).sum())
    return {"opening": len(cases) - new, "new": new, "closed": closed, "closing": len(cases) - closed}


def _waiting(cases: pd.DataFrame | None) -> pd.DataFrame:
    if cases is None:
        return pd.DataFrame(columns=list(CASES_COLUMNS), dtype="object")
    return cases[cases["state"].isin(WAITING)]


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
    cell = row["cell_b"] if row["code"] == "duplicate_in_list" else ""
    return row["event_id"], row["code"], row["field"], cell, lists
