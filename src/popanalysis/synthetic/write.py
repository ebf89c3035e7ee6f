"""Files of the offices as bytes: the same cells give the same bytes, whenever and wherever they are made."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence

import pandas as pd
import xlwt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from popanalysis.synthetic.sheet import Sheet
from popanalysis.workbooks import workbook_as_bytes

__all__ = ["csv_bytes", "old_workbook_bytes", "table_bytes", "workbook_bytes"]


def csv_bytes(sheet: Sheet) -> bytes:
    """Return a sheet as GB 18030 text with Windows line ends, as police systems export it."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([["" if cell is None else cell for cell in row] for row in sheet.cells])
    return text.getvalue().encode("gb18030")


def table_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as UTF-8 CSV without index."""
    return frame.to_csv(index=False, lineterminator="\n").encode("utf-8")


def workbook_bytes(sheets: Sequence[Sheet], author: str) -> bytes:
    """Return the sheets as an xlsx workbook; text stays text, identity numbers included."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _add_sheet(book, sheet)
    return workbook_as_bytes(book, author)


def old_workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets as an old .xls workbook, as the police's system exports it; text stays text."""
    book = xlwt.Workbook(encoding="utf-8")
    text = xlwt.easyxf(num_format_str="@")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for number, cells in enumerate(sheet.cells):
            for place, value in enumerate(cells):
                if value is not None:
                    page.write(number, place, value, text)
        for top, left, bottom, right in sheet.merged:
            page.merge(top - 1, bottom - 1, left - 1, right - 1)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _add_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.name)
    for number, cells in enumerate(sheet.cells, start=1):
        for place, value in enumerate(cells, start=1):
            if value is None:
                continue
            cell = page.cell(number, place, value)
            if isinstance(value, str):
                cell.number_format = "@"
                cell.data_type = "s"  # a name that begins with = is no formula
            elif isinstance(value, dt.datetime):
                cell.number_format = "yyyy-mm-dd hh:mm" if value.time() != dt.time() else "yyyy-mm-dd"
    for top, left, bottom, right in sheet.merged:
        page.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        page.cell(top, left).alignment = Alignment(horizontal="center", vertical="center")
    if sheet.cells:
        page.cell(1, 1).font = Font(bold=True, size=14)
        _set_widths(page, sheet.cells)


def _set_widths(page: object, cells: Iterable[Sequence[object]]) -> None:
    rows = [row for row in cells if len(row) > 2]  # titles and footers run over the whole width
    for place in range(max(len(row) for row in rows) if rows else 0):
        longest = max(len(str(row[place])) for row in rows if place < len(row) and row[place] is not None)
        page.column_dimensions[get_column_letter(place + 1)].width = min(2 + 1.6 * longest, 46)  # type: ignore[attr-defined]
