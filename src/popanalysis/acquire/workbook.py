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
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine
import xlrd

from popanalysis.acquire.opendocument import SheetMarks, sheet_marks
from popanalysis.acquire.packed import MAX_SHEETS, too_many_sheets, unpacked_parts
from popanalysis.acquire.submission import column_position
from popanalysis.acquire.table import CellError, MergedRange, Table
from popanalysis.errors import SourceFileError

__all__ = ["is_workbook", "read_workbook"]

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TRUE = (b"1", b"true")
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
        parts = unpacked_parts(data, file)
        marks = sheet_marks(parts.content) if parts.content else {}
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        if len(book.sheet_names) > MAX_SHEETS:
            raise too_many_sheets(len(book.sheet_names), file)
        return [_open_document_table(book, meta.name, marks[meta.name]) if meta.name in marks else _calamine_table(book, meta, parts.sheets.get(meta.name, b""), file)
                for meta in book.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet]
    except _DAMAGED_ZIP as error:
        raise _unreadable(file, f"{type(error).__name__}: {error}") from error


# --- zip workbooks ----------------------------------------------------------------------------------


def _unreadable(file: str, reason: str) -> SourceFileError:
    return SourceFileError(
        zh=f"文件 {file} 已损坏或不是 Excel 文件，无法读取。可能未传完：请打开核对后另存为 .xlsx，或请报送单位重新发送。",
        en=f"File {file} cannot be read as a workbook ({reason}). It may be incomplete or damaged: open it, save it as .xlsx, or ask the office to send it again.",
        file=file)


def _calamine_table(book: Any, meta: Any, xml: bytes, file: str) -> Table:
    tags = _Tags.of(xml)
    _refuse_vast(xml, tags, meta.name, file)
    with ThreadPoolExecutor(1) as beside:  # the library leaves the interpreter free while it reads a sheet
        reading = beside.submit(book.get_sheet_by_name, meta.name)
        failed, hidden = list(_failed_cells(xml, tags)), frozenset(_hidden_rows(xml, tags))
        sheet = reading.result()
    rows = sheet.to_python(skip_empty_area=False)
    _put_errors(rows, failed)
    _check_complete(xml, tags, len(rows), meta.name, file)
    merged = [MergedRange(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    return Table(meta.name, rows, range(1, len(rows) + 1), meta.visible == python_calamine.SheetVisibleEnum.Visible,
                 merged, hidden, _n_hidden_columns(xml, tags))


def _open_document_table(book: Any, name: str, marks: SheetMarks) -> Table:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    _put_errors(rows, marks.failed)
    return Table(name, rows, range(1, len(rows) + 1), marks.visible, marks.merged, frozenset(marks.hidden_rows), marks.n_hidden_columns)


def _put_errors(rows: list[list[Any]], failed: Iterable[tuple[int, int, str]]) -> None:
    """Show the errors where they stand; the reader gives such cells as blank."""
    for row, column, text in failed:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = CellError(text)


@dataclass(frozen=True)
class _Tags:
    """The tags of a sheet, with the prefix its writer gave the namespace."""

    row: bytes
    cell: bytes
    value: bytes
    formula: bytes
    text: bytes

    @classmethod
    def of(cls, xml: bytes) -> _Tags:
        found = re.search(rb"<(\w+:)?worksheet[\s>]", xml[:4_096])
        prefix = found[1] or b"" if found else b""
        return cls(*(b"<" + prefix + name for name in (b"row", b"c", b"v", b"f", b"is")))

    def close(self, tag: bytes) -> bytes:
        return b"</" + tag[1:] + b">"


def _check_complete(xml: bytes, tags: _Tags, n_rows: int, sheet: str, file: str) -> None:
    """The reader stops without a word where the XML is broken: the last row with a value must have been reached."""
    last_value = max(xml.rfind(tags.close(tags.value)), xml.rfind(tags.close(tags.text)))
    number = _attribute(_tag_at(xml, xml.rfind(tags.row + b" ", 0, last_value)), b"r") if last_value > 0 else b""
    if number.isdigit() and int(number) > n_rows:
        raise _unreadable(file, f"{sheet}: {n_rows} / {int(number)}")


def _tag_at(xml: bytes, at: int) -> bytes:
    return xml[at : xml.find(b">", at) + 1] if at >= 0 else b""


def _attribute(tag: bytes, name: bytes) -> bytes:
    found = re.search(rb"\s" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return (found[1] or found[2] or b"") if found else b""


def _failed_cells(xml: bytes, tags: _Tags) -> Iterator[tuple[int, int, str]]:
    """Yield row, column (0-based) and text of cells that show an error or hold a formula without a value; the reader gives both as blank."""
    for mark in (b't="e"', b"t='e'"):
        at = xml.find(mark)
        while at >= 0:
            start = xml.rfind(b"<", 0, at)
            tag = _tag_at(xml, start)
            cell = xml[start : xml.find(tags.close(tags.cell), start)] if tag.startswith(tags.cell + b" ") else b""
            value = re.search(re.escape(tags.value) + rb"(?:\s[^>]*)?>([^<]*)<", cell)
            if (place := _position(_attribute(tag, b"r"))) and value:
                yield *place, value[1].decode()
            at = xml.find(mark, at + 1)
    if tags.formula in xml:
        cell, formula, value_tag = (re.escape(tag) for tag in (tags.cell, tags.formula, tags.value))
        unvalued = (cell + rb"\b([^>]*)>\s*" + formula + rb"\b(?:[^>]*/>|[^>]*>[^<]*" + re.escape(tags.close(tags.formula)) + rb")\s*(?:" + value_tag + rb"\s*/>|" + value_tag + rb">"
                    + re.escape(tags.close(tags.value)) + rb")?\s*" + re.escape(tags.close(tags.cell)))
        for found in re.finditer(unvalued, xml):
            if place := _position(_attribute(b"<c" + found[1] + b">", b"r")):
                yield *place, "="


def _position(reference: bytes) -> tuple[int, int] | None:
    found = re.fullmatch(rb"([A-Z]{1,3})(\d+)", reference)
    return (int(found[2]) - 1, column_position(found[1].decode())) if found else None


def _hidden_rows(xml: bytes, tags: _Tags) -> Iterator[int]:
    for mark in (b' hidden="', b" hidden='"):
        at = xml.find(mark)
        while at >= 0:
            tag = _tag_at(xml, xml.rfind(b"<", 0, at))
            number = _attribute(tag, b"r")
            if tag.startswith(tags.row + b" ") and _attribute(tag, b"hidden") in _TRUE and number.isdigit():
                yield int(number)
            at = xml.find(mark, at + 1)


def _n_hidden_columns(xml: bytes, tags: _Tags) -> int:
    head = xml[: xml.find(b"sheetData")]
    columns = [tag[0] for tag in re.finditer(re.escape(tags.cell) + rb"ol\s[^>]*>", head) if _attribute(tag[0], b"hidden") in _TRUE]
    spans = [(_attribute(tag, b"min"), _attribute(tag, b"max")) for tag in columns]
    return sum(min(int(last), 16_384) - int(first) + 1 for first, last in spans if first.isdigit() and last.isdigit())


def _widest(xml: bytes, tags: _Tags) -> int:
    """Return the most columns a sheet may have, by the length of its column letters."""
    usual = tags.cell + b' r="'
    cell = re.escape(usual) if usual in xml[:1_048_576] else re.escape(tags.cell) + rb"""\s[^>]*\br=["']"""
    if re.search(cell + rb"[A-Z]{2,3}\d", xml) is None:
        return 26
    return 702 if re.search(cell + rb"[A-Z]{3}\d", xml) is None else 16_384


def _refuse_vast(xml: bytes, tags: _Tags, sheet: str, file: str) -> None:
    """A single cell at the far corner makes the reader fill the whole grid; find that out from the text first."""
    last = _attribute(_tag_at(xml, xml.rfind(tags.row + b" ")), b"r")
    if not last.isdigit():
        return
    grid = int(last) * _widest(xml, tags)
    if grid > _MAX_EMPTY_GRID and grid > 200 * xml.count(tags.cell + b" "):
        raise SourceFileError(
            zh=f"文件 {file} 的工作表“{sheet}”在第 {int(last)} 行附近有零散单元格，中间几乎全空，未予读取。请删去表格以外的内容后重新保存。",
            en=f"Sheet '{sheet}' of {file} has stray cells as far as row {int(last)} and almost nothing between; it was not read. Delete what lies outside the list and save it again.",
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
