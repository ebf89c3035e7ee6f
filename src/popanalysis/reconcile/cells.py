"""Where a value stands: every finding points to its cell."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from popanalysis.reconcile.discrepancies import CellOf

__all__ = ["cell_finder", "cell_name"]

#: a typed field that may have been read from another column of the sheet
_READ_FROM = {"birth_date": ("birth_datetime", "child_id"), "birth_time": ("birth_datetime",), "child_sex": ("child_id",)}


def cell_finder(records: Mapping[str, pd.DataFrame], letters: Mapping[tuple[str, str, str], str]) -> CellOf:
    """Return the function that names a record's cell.

    Parameters
    ----------
    records : kind -> typed records with file, sheet, row, index record_id.
    letters : (file, sheet, field) -> column letter; a field without one is named by its whole row.
    """
    origin: dict[str, tuple[str, str, int]] = {}
    for frame in records.values():
        for record_id, file, sheet, row in zip(frame.index, frame["file"], frame["sheet"].fillna(""), frame["row"], strict=True):
            origin[str(record_id)] = (str(file), str(sheet), int(row))

    def cell_of(record_id: str, field: str) -> str:
        if record_id not in origin:
            return ""
        file, sheet, row = origin[record_id]
        candidates = (field, *_READ_FROM.get(field, ()))
        letter = next((letters[file, sheet, name] for name in candidates if (file, sheet, name) in letters), "")
        return cell_name(file, sheet, row, letter)

    return cell_of


def cell_name(file: str, sheet: str, row: object, letter: str = "") -> str:
    """Name a cell, or a whole row, as a spreadsheet program does.

    Examples
    --------
    >>> cell_name("data/卫生.xlsx", "出生", 17, "D"), cell_name("data/公安.csv", "", 5)
    ('[data/卫生.xlsx]出生!D17', '[data/公安.csv]5:5')
    """
    place = f"{letter}{row}" if letter else f"{row}:{row}"
    return f"[{file}]{sheet}!{place}" if sheet else f"[{file}]{place}"
