"""Values that an office changed in a list sent again, without having been asked about them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from popanalysis.columns import DEPARTMENT_OF_KIND, SEALED_KINDS
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["resent_questions"]


def resent_questions(
    edits: pd.DataFrame, records: Mapping[str, pd.DataFrame], event_of: Mapping[str, str], compared: Mapping[str, frozenset[str]], asked: frozenset[tuple[str, str]], cell_of: CellOf,
) -> list[Discrepancy]:
    """Ask an office to confirm what it changed after it had sent the list (``edited_after_submission``).

    A change that answers a question is what was asked for and is no question itself.

    Parameters
    ----------
    edits : EDITS_COLUMNS of :mod:`popanalysis.clean.edits`.
    records : kind -> typed records with file, sheet, row ; event_of : record_id -> event_id.
    compared : kind -> fields that are held against other lists ; other changes are the office's own.
    asked : (event_id, field) of the cases of the revision or record before.
    """
    found = []
    changed = edits[edits["edit"].eq("changed") & edits["field"].ne("") & ~edits["kind"].isin(SEALED_KINDS)]
    record_of = {(kind, str(file), "" if pd.isna(sheet) else str(sheet), int(row)): str(record) for kind, frame in records.items() if {"file", "sheet", "row"} <= set(frame.columns)
                 for record, file, sheet, row in frame[["file", "sheet", "row"]].itertuples(name=None)}
    for row in changed.to_dict("records"):
        kind, field = str(row["kind"]), str(row["field"])
        record = record_of.get((kind, str(row["file_to"]), str(row["sheet_to"]), int(row["row_to"])))
        event = event_of.get(record or "")
        if record is None or event is None or field not in compared.get(kind, ()) or (event, field) in asked:
            continue
        sheet = f"{row['sheet_from']}!" if row["sheet_from"] else ""
        found.append(Discrepancy(event, "", "edited_after_submission", field, kind, str(row["value_from"]), f"[{row['file_from']}]{sheet}{row['row_from']}:{row['row_from']}",
                                 kind, str(row["value_to"]), cell_of(record, field), DEPARTMENT_OF_KIND[kind]))
    return sorted(set(found))
