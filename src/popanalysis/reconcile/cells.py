"""Where a value stands: every finding points to its cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from popanalysis.reconcile.discrepancies import CellOf

__all__ = ["cell_finder", "cell_name", "cells_as_text"]

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
    carried: dict[str, dict[str, str]] = {}
    for frame in records.values():
        for record_id, text in frame["cells"].dropna().items() if "cells" in frame else ():
            carried[str(record_id)] = dict(line.split("=", 1) for line in str(text).splitlines())
        for record_id, file, sheet, row in zip(frame.index, frame["file"], frame["sheet"].fillna(""), frame["row"], strict=True):
            origin[str(record_id)] = (str(file), str(sheet), int(row))

    def cell_of(record_id: str, field: str) -> str:
        if record_id not in origin:
            return ""
        if (cell := carried.get(record_id, {}).get(field)) is not None:
            return cell
        file, sheet, row = origin[record_id]
        candidates = (field, *_READ_FROM.get(field, ()))
        letter = next((letters[file, sheet, name] for name in candidates if (file, sheet, name) in letters), "")
        return cell_name(file, sheet, row, letter)

    return cell_of


def cells_as_text(record_id: str, fields: Iterable[str], cell_of: CellOf) -> str:
    """Write down where the values of a record stand, a line a field, for a quarter that no longer has the file's layout.

    Examples
    --------
    >>> cells_as_text("r1", ["mother_name"], lambda record_id, field: "[a.csv]D5")
    'mother_name=[a.csv]D5'
    """
    return "\n".join(f"{field}={cell_of(record_id, field)}" for field in fields)


def cell_name(file: str, sheet: str, row: object, letter: str = "") -> str:
    """Name a cell, or a whole row, as a spreadsheet program does.

    Examples
    --------
    >>> cell_name("data/卫生.xlsx", "出生", 17, "D"), cell_name("data/公安.csv", "", 5)
    ('[data/卫生.xlsx]出生!D17', '[data/公安.csv]5:5')
    """
    place = f"{letter}{row}" if letter else f"{row}:{row}"
    return f"[{file}]{sheet}!{place}" if sheet else f"[{file}]{place}"
