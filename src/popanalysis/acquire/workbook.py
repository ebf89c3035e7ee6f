"""Read workbooks: every cell with its stored value, merged ranges, hidden rows, columns and sheets.

What a file is, its first bytes say, not its name: maternal-child systems send HTML tables called ``.xls``
(:mod:`popanalysis.acquire.pages` reads those).
The declared size of a sheet is never trusted (programs write ``A1`` or the whole grid): cells are read as they come.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine
import xlrd

from popanalysis.acquire.packed import MAX_SHEETS, sheet_parts, too_many_sheets
from popanalysis.acquire.submission import column_position
from popanalysis.acquire.table import CellError, MergedRange, Table
from popanalysis.errors import SourceFileError

__all__ = ["is_workbook", "read_workbook"]

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_EMPTY_GRID = 50_000_000  # cells; a sheet whose grid is larger and nearly empty would only fill the memory
#: How the libraries complain about a file that is cut off or damaged inside.
_DAMAGED_ZIP = (python_calamine.CalamineError, python_calamine.ZipError, python_calamine.XmlError, zipfile.BadZipFile, zlib.error,
                NotImplementedError, EOFError, ElementTree.ParseError, expat.ExpatError, struct.error)
_DAMAGED_XLS = (xlrd.XLRDError, xlrd.compdoc.CompDocError, struct.error, LookupError, ArithmeticError, AssertionError, TypeError, AttributeError, ValueError, RecursionError)


def is_workbook(data: bytes) -> bool:
    """Say whether the bytes are a zip or OLE2 container, as workbooks are."""
    return data.startswith((b"PK\x03\x04", _OLE2))


def read_workbook(data: bytes, file: str) -> list[Table]:
    """Read all sheets of a workbook.

    Parameters
    ----------
    data : the file's bytes (xlsx, xlsm, xlsb, ods or xls).
    file : its name, for messages.

    Raises
    ------
    SourceFileError : the file is damaged, or not a workbook that can be read.
    """
    if data.startswith(_OLE2):
        return _read_xls(data, file)
    try:
        parts = sheet_parts(data, file)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        if len(book.sheet_names) > MAX_SHEETS:
            raise too_many_sheets(len(book.sheet_names), file)
        return [_calamine_table(book, meta, parts.get(meta.name, b""), file) for meta in book.sheets_metadata
                if meta.typ == python_calamine.SheetTypeEnum.WorkSheet]
    except _DAMAGED_ZIP as error:
        raise _unreadable(file, f"{type(error).__name__}: {error}") from error


# --- zip workbooks ----------------------------------------------------------------------------------


def _unreadable(file: str, reason: str) -> SourceFileError:
    return SourceFileError(
        zh=f"文件 {file} 已损坏或不是 Excel 文件，无法读取。可能未传完：请打开核对后另存为 .xlsx，或请报送单位重新发送。",
        en=f"File {file} cannot be read as a workbook ({reason}). It may be incomplete or damaged: open it, save it as .xlsx, or ask the office to send it again.",
        file=file)


def _calamine_table(book: Any, meta: Any, xml: bytes, file: str) -> Table:
    _refuse_vast(xml, meta.name, file)
    with ThreadPoolExecutor(1) as beside:  # the library leaves the interpreter free while it reads a sheet
        reading = beside.submit(book.get_sheet_by_name, meta.name)
        failed, hidden = list(_failed_cells(xml)), frozenset(_hidden_rows(xml))
        sheet = reading.result()
    rows = sheet.to_python(skip_empty_area=False)
    for row, column, text in failed:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = CellError(text)
    _check_complete(xml, len(rows), meta.name, file)
    merged = [MergedRange(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    return Table(meta.name, rows, range(1, len(rows) + 1), meta.visible == python_calamine.SheetVisibleEnum.Visible,
                 merged, hidden, _n_hidden_columns(xml))


def _check_complete(xml: bytes, n_rows: int, sheet: str, file: str) -> None:
    """The reader stops without a word where the XML is broken: the last row with a value must have been reached."""
    last_value = max(xml.rfind(b"</v>"), xml.rfind(b"</is>"))
    number = re.match(rb'<row\b[^>]*\br="(\d+)"', xml[xml.rfind(b"<row ", 0, last_value):]) if last_value > 0 else None
    if number and int(number[1]) > n_rows:
        raise _unreadable(file, f"{sheet}: {n_rows} / {int(number[1])}")


def _failed_cells(xml: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield row, column (0-based) and text of cells that show an error or hold a formula without a value; the reader gives both as blank."""
    if b't="e"' in xml:
        for found in re.finditer(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', xml, re.DOTALL):
            yield int(found[2]) - 1, column_position(found[1].decode()), found[3].decode()
    if b"<f" in xml:
        for found in re.finditer(rb'<c r="([A-Z]+)(\d+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>', xml):
            yield int(found[2]) - 1, column_position(found[1].decode()), "="


def _hidden_rows(xml: bytes) -> Iterator[int]:
    if b"hidden=" not in xml:
        return
    for tag in re.finditer(rb'<row\b[^>]*\bhidden="(?:1|true)"[^>]*>', xml):
        if number := re.search(rb'\br="(\d+)"', tag[0]):
            yield int(number[1])


def _n_hidden_columns(xml: bytes) -> int:
    head = xml[: xml.find(b"<sheetData")]
    spans = [re.search(rb'\bmin="(\d+)"[^>]*\bmax="(\d+)"', tag[0]) for tag in re.finditer(rb'<col\b[^>]*\bhidden="(?:1|true)"[^>]*>', head)]
    return sum(min(int(span[2]), 16_384) - int(span[1]) + 1 for span in spans if span)


def _refuse_vast(xml: bytes, sheet: str, file: str) -> None:
    """A single cell at the far corner makes the reader fill the whole grid; find that out from the text first."""
    last = re.search(rb'<row\b[^>]*\br="(\d+)"', xml[xml.rfind(b"<row "):])
    if last is None:
        return
    width = 26 if re.search(rb'<c r="[A-Z]{2,3}\d', xml) is None else 702 if re.search(rb'<c r="[A-Z]{3}\d', xml) is None else 16_384
    grid = int(last[1]) * width
    if grid > _MAX_EMPTY_GRID and grid > 200 * xml.count(b"<c "):
        raise SourceFileError(
            zh=f"文件 {file} 的工作表“{sheet}”在第 {int(last[1])} 行附近有零散单元格，中间几乎全空，未予读取。请删去表格以外的内容后重新保存。",
            en=f"Sheet '{sheet}' of {file} has stray cells as far as row {int(last[1])} and almost nothing between; it was not read. Delete what lies outside the list and save it again.",
            file=file, sheet=sheet)


# --- xls ----------------------------------------------------------------------------------------------


def _read_xls(data: bytes, file: str) -> list[Table]:
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise SourceFileError(
            zh=f"文件 {file} 含有宏，出于安全不予读取。请用 Excel 或 WPS 打开，另存为不含宏的 .xlsx 工作簿。",
            en=f"File {file} holds macros; it is not read for safety. Open it in Excel or WPS and save it as an .xlsx workbook without macros.", file=file, found="holds macros")
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except _DAMAGED_XLS as error:
        raise _unreadable(file, f"{type(error).__name__}: {error}") from error
    if book.nsheets > MAX_SHEETS:
        raise too_many_sheets(book.nsheets, file)
    return [_xlrd_table(sheet, book.datemode) for sheet in book.sheets()]


def _xlrd_table(sheet: xlrd.sheet.Sheet, datemode: int) -> Table:
    rows: list[Sequence[Any]] = [[_xlrd_value(cell, datemode) for cell in sheet.row(i)] for i in range(sheet.nrows)]
    merged = [MergedRange(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    hidden = frozenset(i + 1 for i, info in sheet.rowinfo_map.items() if info.hidden)
    n_hidden_columns = sum(bool(info.hidden) for position, info in sheet.colinfo_map.items() if position < sheet.ncols)
    return Table(sheet.name, rows, range(1, len(rows) + 1), sheet.visibility == 0, merged, hidden, n_hidden_columns)


def _xlrd_value(cell: xlrd.sheet.Cell, datemode: int) -> Any:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, datemode)
        except (xlrd.xldate.XLDateError, OverflowError, ValueError):
            return cell.value
        if cell.value < 1:
            return moment.time()
        return moment.date() if float(cell.value).is_integer() else moment
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return CellError(xlrd.error_text_from_code.get(cell.value, "#ERR"))
    return "" if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) else cell.value
