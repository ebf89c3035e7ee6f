"""What one received file says, before anything is interpreted: cells as text, each with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from popanalysis.columns import FAULTS_COLUMNS
from popanalysis.errors import Text

__all__ = ["CELL_TYPES", "ROLES", "ColumnMatch", "SheetReading", "Submission", "column_letter", "column_position"]

#: What a cell was in the file; the order is that of the categories in ``Submission.types``.
CELL_TYPES: Final = ("text", "number", "date", "bool", "blank", "error")
CELL_TYPE: Final = pd.CategoricalDtype(list(CELL_TYPES))
#: What a row of a sheet is.
ROLES: Final = ("record", "title", "header", "total", "footer", "other_sheet")

Decision = Literal["used", "dropped", "ignored", "unknown"]


def column_letter(position: int) -> str:
    """Return the letter a spreadsheet program shows above a column.

    Parameters
    ----------
    position : 0 for the leftmost column.

    Examples
    --------
    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_position(letters: str) -> int:
    """Return the position of a column letter, 0 for ``A``.

    >>> column_position("A"), column_position("AA"), column_position("ZZ")
    (0, 26, 701)
    """
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


@dataclass(frozen=True)
class ColumnMatch:
    """How one column was understood.

    ``header`` is the text over the column, ``母亲_姓名`` when it stands in two rows. Only the cells of a column that
    is ``used`` are kept: ``dropped`` is dropped for privacy, ``ignored`` is known but not needed, ``unknown`` is neither.
    """

    letter: str
    header: str
    field: str | None
    decision: Decision


@dataclass(frozen=True)
class SheetReading:
    """How one sheet was understood, and the counts a person can check against the file."""

    name: str
    visible: bool
    used: bool
    why: Text
    header_rows: tuple[int, ...] = ()
    columns: tuple[ColumnMatch, ...] = ()
    n_rows: int = 0  # rows taken as records
    n_blank: int = 0  # blank rows between the first and the last row that hold something
    n_hidden_rows: int = 0  # hidden rows that hold something; they are read like the others
    printed_total: int | None = None
    n_hidden_columns: int = 0
    n_set_aside: int = 0  # rows that would be records if a sheet left out because it is hidden were used


def _no_faults() -> pd.DataFrame:
    return pd.DataFrame(columns=list(FAULTS_COLUMNS), dtype=object)


@dataclass(frozen=True)
class Submission:
    """One received file.

    ``cells`` has a row a record: the columns of ``ORIGIN_COLUMNS``, then the canonical raw fields as text, ``""`` for a blank
    cell, NA where the sheet has no such column. ``types`` has the same index and the canonical fields (categories
    ``CELL_TYPES``). ``rows`` lists every row that holds something (``sheet``, ``row``, ``role``). ``faults`` has
    ``FAULTS_COLUMNS``. ``replaces`` names the submission it corrects, ``replaces_rows`` the rows (sheet, row) of it where it is a return
    sheet and not a whole list. ``numbers`` says under which row an office knows a row of a return sheet, ``confirmed`` which of them it called right as they are.
    ``date_order`` is what the office's layout states; ``likely`` is the kind that all sheets used look like by themselves, where that is another one.
    """

    kind: str
    department: str
    file: str
    sha256: str
    sheets: tuple[SheetReading, ...]
    cells: pd.DataFrame
    types: pd.DataFrame
    rows: pd.DataFrame
    faults: pd.DataFrame = field(default_factory=_no_faults)
    replaces: str | None = None
    replaces_rows: frozenset[tuple[str, int]] | None = None
    numbers: Mapping[tuple[str, int], int] = field(default_factory=dict)
    confirmed: frozenset[tuple[str, int]] = frozenset()
    date_order: str | None = None
    likely: str | None = None

    def letter(self, sheet: str, field: str) -> str:
        """Return the letter of the column that holds ``field`` on ``sheet``, ``""`` where there is none."""
        return next((c.letter for s in self.sheets if s.name == sheet and s.used
                     for c in s.columns if c.field == field and c.decision == "used"), "")

    def header(self, sheet: str, field: str) -> str:
        """Return the header of the column that holds ``field`` on ``sheet``, ``""`` where there is none."""
        return next((c.header for s in self.sheets if s.name == sheet and s.used
                     for c in s.columns if c.field == field and c.decision == "used"), "")
