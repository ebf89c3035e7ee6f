"""What arrived, told in counts and hashes: for the first chapter of a record and for its run card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from popanalysis.acquire.submission import Submission
from popanalysis.acquire.table import holds_long_number

__all__ = ["count_blank_rows", "describe_inputs", "tabulate_arrivals"]


def tabulate_arrivals(submissions: Sequence[Submission]) -> pd.DataFrame:
    """Count what each file brought.

    Returns
    -------
    DataFrame, one row a file: kind, file, n_rows (records), n_dropped (columns dropped for privacy), n_unknown (columns
    that could not be placed), each column of several sheets counted once; hidden_sheets, tuple of (sheet, number of records it
    seems to hold) of the sheets left out because they are hidden; n_hidden_rows (hidden rows of the sheets used; they were read);
    unplaced, tuple of the headers that could not be placed, ``[C]`` for column C where it has none that can be shown.
    """
    replaced = {(s.kind, s.replaces) for s in submissions if s.replaces and s.replaces_rows is None}
    rows = [
        (s.kind, s.file, len(s.cells), len(_headers(s, "dropped")), len(_headers(s, "unknown")),
         *((tuple((sheet.name, sheet.n_set_aside) for sheet in s.sheets if sheet.n_set_aside), sum(sheet.n_hidden_rows for sheet in s.sheets if sheet.used), _unplaced(s))
           if (s.kind, s.file) not in replaced else ((), 0, ())))  # of a list sent again only the last is spoken of
        for s in submissions
    ]
    return pd.DataFrame(rows, columns=["kind", "file", "n_rows", "n_dropped", "n_unknown", "hidden_sheets", "n_hidden_rows", "unplaced"])


def _unplaced(submission: Submission) -> tuple[str, ...]:
    """A head read wrongly could hold a person's data: what carries a long number is named by its column alone."""
    columns = [c for sheet in submission.sheets if sheet.used for c in sheet.columns if c.decision == "unknown"]
    return tuple(dict.fromkeys(c.header if c.header and not holds_long_number(c.header) else f"[{c.letter}]" for c in columns))


def count_blank_rows(submissions: Sequence[Submission]) -> dict[str, int]:
    """Count the blank rows of every kind; they are counted and not listed."""
    blank: dict[str, int] = {}
    for submission in submissions:
        blank[submission.kind] = blank.get(submission.kind, 0) + sum(sheet.n_blank for sheet in submission.sheets)
    return blank


def describe_inputs(submissions: Sequence[Submission]) -> list[dict[str, Any]]:
    """Name every file with its hash and number of records, in the order of kind and name."""
    told = [{"kind": s.kind, "file": s.file, "sha256": s.sha256, "n_rows": len(s.cells)} for s in submissions]
    return sorted(told, key=lambda entry: (entry["kind"], entry["file"]))


def _headers(submission: Submission, decision: str) -> set[str]:
    return {column.header for sheet in submission.sheets if sheet.used for column in sheet.columns if column.decision == decision}
