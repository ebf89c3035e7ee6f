"""What an OpenDocument sheet says beside its values: merged cells, cells that show an error, hidden rows, columns and sheets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from popanalysis.acquire.table import MergedRange

__all__ = ["SheetMarks", "sheet_marks"]

_TABLE: Final = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_STYLE: Final = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CALC: Final = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_CELLS: Final = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_HIDDEN: Final = ("collapse", "filter")
_MOST: Final = 1_048_576  # rows of a sheet; what is repeated beyond is no list


@dataclass
class SheetMarks:
    """Marks of one sheet; rows as numbers a person sees, cells 0-based."""

    merged: list[MergedRange] = field(default_factory=list)
    failed: list[tuple[int, int, str]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    n_hidden_columns: int = 0
    visible: bool = True


def sheet_marks(content: bytes) -> dict[str, SheetMarks]:
    """Return the marks of each sheet by its name, read in one pass and without building a tree.

    Parameters
    ----------
    content : ``content.xml`` of the document; entities were refused before.

    Raises
    ------
    expat.ExpatError : the text is cut off or no XML.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.text
    parser.Parse(content, True)
    return reader.sheets


class _Reader:
    def __init__(self) -> None:
        self.sheets: dict[str, SheetMarks] = {}
        self._styles_hidden: set[str] = set()
        self._style = ""
        self._sheet = SheetMarks()
        self._depth = 0  # tables may stand inside cells
        self._row = self._next_row = self._column = 0
        self._repeated = 1
        self._failed: list[str] | None = None
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            f"{_STYLE}style": self._begin_style, f"{_STYLE}table-properties": self._style_properties, f"{_TABLE}table": self._begin_table,
            f"{_TABLE}table-column": self._begin_column, f"{_TABLE}table-row": self._begin_row, f"{_TABLE}table-cell": self._begin_cell,
            f"{_TABLE}covered-table-cell": self._begin_cell}

    def start(self, name: str, given: dict[str, str]) -> None:
        if (self._depth <= 1 and name in self._starts) or name == f"{_TABLE}table":
            self._starts[name](given)

    def end(self, name: str) -> None:
        if name == f"{_TABLE}table":
            self._depth -= 1
        elif name in _CELLS and self._depth == 1:
            if self._failed is not None:
                self._sheet.failed.append((self._row, self._column, "".join(self._failed).strip() or "="))
                self._failed = None
            self._column += self._repeated

    def text(self, data: str) -> None:
        if self._failed is not None:
            self._failed.append(data)

    def _begin_style(self, given: dict[str, str]) -> None:
        self._style = given.get(f"{_STYLE}name", "")

    def _style_properties(self, given: dict[str, str]) -> None:
        if given.get(f"{_TABLE}display") == "false":
            self._styles_hidden.add(self._style)

    def _begin_table(self, given: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._sheet = self.sheets.setdefault(given.get(f"{_TABLE}name", ""), SheetMarks())
            self._sheet.visible = given.get(f"{_TABLE}style-name", "") not in self._styles_hidden
            self._next_row = 0

    def _begin_column(self, given: dict[str, str]) -> None:
        if given.get(f"{_TABLE}visibility") in _HIDDEN:
            self._sheet.n_hidden_columns += min(_number(given, "number-columns-repeated"), 16_384)

    def _begin_row(self, given: dict[str, str]) -> None:
        self._row, self._column = self._next_row, 0
        self._next_row += _number(given, "number-rows-repeated")
        if given.get(f"{_TABLE}visibility") in _HIDDEN:
            self._sheet.hidden_rows.update(range(self._row + 1, min(self._next_row, _MOST) + 1))

    def _begin_cell(self, given: dict[str, str]) -> None:
        self._repeated = _number(given, "number-columns-repeated")
        wide, high = _number(given, "number-columns-spanned"), _number(given, "number-rows-spanned")
        if wide > 1 or high > 1:
            self._sheet.merged.append(MergedRange(self._row, self._column, self._row + high - 1, self._column + wide - 1))
        formula, told = given.get(f"{_TABLE}formula"), given.get(f"{_OFFICE}value-type")
        if given.get(f"{_CALC}value-type") == "error" or (formula and told is None):
            self._failed = []


def _number(given: dict[str, str], name: str) -> int:
    told = given.get(f"{_TABLE}{name}", "1")
    return int(told) if told.isdigit() else 1
