"""How a sheet looks that people fill in and print: widths, borders, repeated heads, drop-downs; what an office wrote stays text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

__all__ = ["FILL_IN", "MARK", "USUAL", "WIDE", "dress_table", "mark_cells", "offer_answers", "text_width", "write_lines"]

MARK: Final = PatternFill("solid", fgColor="FFF2CC")  # a cell that says otherwise
FILL_IN: Final = PatternFill("solid", fgColor="E2EFDA")  # a cell to be filled in
_HEAD: Final = PatternFill("solid", fgColor="EDEDED")
_EDGE: Final = Border(*[Side("thin", color="BFBFBF")] * 4)
WIDE: Final = 30  # half-width characters
USUAL: Final = 20  # an identity number
_TEXT_LINE: Final = 78
_MARGINS: Final = PageMargins(left=0.3, right=0.3, top=0.5, bottom=0.5, header=0.2, footer=0.2)  # inches: the sheet is wide, and read on paper


def write_lines(page: Any, lines: Iterable[str]) -> None:
    """Write a page of running text into column A, the first line as its title."""
    for number, line in enumerate(lines, start=1):
        page.row_dimensions[number].height = 18 * -(-text_width(line) // (_TEXT_LINE - 8)) + (8 if number == 1 else 2)
        cell = page.cell(number, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    page.column_dimensions["A"].width = _TEXT_LINE
    _print_on_a4(page)


def dress_table(page: Any, widest: Sequence[int], *, head: int = 1, frozen: int = 2) -> None:
    """Dress a table that stands on a page: widths by content up to a limit a column, borders, wrapped text, a head repeated on each printed sheet.

    Parameters
    ----------
    widest : a column's limit, in half-width characters. head : row of the head. frozen : columns that stay in sight.
    """
    rows = list(page.iter_rows(min_row=head, max_col=len(widest)))
    widths = []
    for place, limit in enumerate(widest):
        widths.append(min(max(text_width(str(row[place].value or "")) for row in rows) + 2, limit))
        page.column_dimensions[get_column_letter(place + 1)].width = widths[-1]
    for row in rows:
        lines = 1
        for cell, width in zip(row, widths, strict=True):
            cell.border, cell.alignment = _EDGE, _WRAPPED
            if cell.column > 1 or isinstance(cell.value, str):  # what an office wrote is text, also where it begins with = or +
                cell.data_type, cell.number_format = "s", "@"
            lines = max(lines, -(-text_width(str(cell.value or "")) // max(width - 2, 1)))
        page.row_dimensions[row[0].row].height = 15 * lines + 3
    for cell in rows[0]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    page.freeze_panes = f"{get_column_letter(frozen + 1)}{head + 1}"
    page.print_title_rows = f"{head}:{head}"
    page.page_setup.orientation = "landscape"
    page.page_margins = _MARGINS
    page.oddFooter.center.text = "&P / &N"
    _print_on_a4(page)


_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")


def offer_answers(page: Any, column: int, first: int, last: int, answers: Sequence[str]) -> None:
    """Put a drop-down list into the cells of a column; another text may be typed all the same, and is asked about when the sheet comes back."""
    if last < first:
        return
    choice = DataValidation(type="list", formula1=f'"{",".join(answers)}"', allow_blank=True, showErrorMessage=False)
    letter = get_column_letter(column)
    choice.add(f"{letter}{first}:{letter}{last}")
    page.add_data_validation(choice)
    for number in range(first, last + 1):
        page.cell(number, column).fill = FILL_IN


def mark_cells(page: Any, row: int, places: Mapping[str, int], marked: Iterable[str]) -> None:
    """Mark the cells of a row that say otherwise than another list."""
    for name in marked:
        if name in places:
            page.cell(row, places[name]).fill = MARK


def text_width(text: str) -> int:
    """Return how many half-width characters a text takes.

    >>> text_width("第 5 行")
    7
    """
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _print_on_a4(page: Any) -> None:
    page.page_setup.paperSize, page.page_setup.fitToHeight = page.PAPERSIZE_A4, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
