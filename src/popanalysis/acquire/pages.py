"""Read what systems send under a workbook's name: web pages with tables (HTML, MHTML) and XML Spreadsheet 2003.

A page is one sheet, laid out as a spreadsheet program lays it out: every paragraph, caption or heading outside a table is a row, every row
of every table is one. Cells are text; a number stands where the page says so. Nothing outside the file is ever fetched.
"""

from __future__ import annotations

import codecs
import datetime as dt
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree, html

from popanalysis.acquire.table import CellError, MergedRange, Table
from popanalysis.errors import SourceFileError

__all__ = ["is_page", "read_page"]

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SPREADSHEET: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_MAX_CELLS: Final = 50_000_000  # cells of the grid, spans counted
_MAX_COLUMNS: Final = 16_384
_BLOCKS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "div", "center", "li"})
_SILENT: Final = frozenset({"script", "style", "head", "title", "noscript", "template"})
_MAIL_HEADS: Final = (b"mime-version", b"content-type: multipart/related", b"from: <saved by")


def is_page(data: bytes) -> bool:
    """Say whether the bytes begin as a web page, a saved one or XML does.

    >>> is_page(b"\\xef\\xbb\\xbf <html>"), is_page(b"MIME-Version: 1.0"), is_page("姓名".encode())
    (True, True, False)
    """
    start = _start(data)
    return start.startswith(("<", *(head.decode() for head in _MAIL_HEADS)))


def read_page(data: bytes, file: str) -> list[Table]:
    """Read the tables of a page.

    Parameters
    ----------
    data : the file's bytes.
    file : its name, for messages.

    Raises
    ------
    SourceFileError : no table is in it, it is damaged, declares entities of its own, or spans more cells than a list has.
    """
    if any("<!ENTITY".encode(encoding) in data for encoding in ("ascii", "utf-16-le", "utf-16-be")):
        raise SourceFileError(
            zh=f"文件 {file} 自行定义了 XML 实体，出于安全不予读取。请用 Excel 或 WPS 打开后另存为 .xlsx。",
            en=f"File {file} declares XML entities of its own; it is not read for safety. Open it in Excel or WPS and save it as .xlsx.", file=file)
    start = _start(data)
    if start.startswith(tuple(head.decode() for head in _MAIL_HEADS)):
        return _read_saved_page(data, file)
    if _SPREADSHEET.encode() in data or _SPREADSHEET.encode("utf-16-le") in data:
        return _read_spreadsheet_2003(data, file)
    if start.startswith("<?xml") and "<html" not in start:
        raise SourceFileError(
            zh=f"文件 {file} 是 XML 文件，但不是 Excel 能打开的表格格式。请报送单位改送 .xlsx、.xls 或 .csv 格式的名单。",
            en=f"File {file} is XML, but no table that Excel opens. Ask the office for the list as .xlsx, .xls or .csv.", file=file, found="XML")
    return [_read_html(_decoded(data, file), file)]


def _start(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark):len(mark) + 4096].decode(encoding, errors="replace").lstrip().lower()
    return data[:4096].decode("latin-1").lstrip().lower()


def _decoded(data: bytes, file: str, declared: str | None = None) -> str:
    """Decode strictly: byte order mark, UTF-8, GB 18030; a page that says UTF-8 is held to it."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark):], encoding, file)
    said = declared or (found[1].decode("ascii").lower() if (found := re.search(rb"charset\s*=\s*[\"']?([\w-]+)", data[:4096], re.IGNORECASE)) else "")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(data, "utf-8" if said.replace("-", "") == "utf8" else "gb18030", file)


def _strictly(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise SourceFileError(
            zh=f"网页格式的文件 {file} 第 {row} 行有无法识别的字节，未予读取。请用 Excel 或 WPS 打开核对后另存为 .xlsx，或请报送单位重新导出。",
            en=f"Line {row} of {file}, a web page, has bytes that fit no encoding; it was not read. Open it in Excel or WPS, check it and save it as .xlsx, or ask the office to export it again.",
            file=file, row=row) from error


# --- HTML ---------------------------------------------------------------------------------------------------------


@dataclass
class _Grid:
    """Rows as they grow; what rows above span into stays free."""

    file: str
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[MergedRange] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    spanned: dict[int, set[int]] = field(default_factory=dict)  # row -> columns taken from above
    n_cells: int = 0

    def begin_row(self, *, hidden: bool = False) -> None:
        self.rows.append([])
        if hidden:
            self.hidden.add(len(self.rows))

    def put(self, value: Any, across: int = 1, down: int = 1, column: int | None = None) -> None:
        """Put a value into the current row, at the next free column or a given one, spanning further cells."""
        row, place = self.rows[-1], len(self.rows) - 1
        taken = self.spanned.get(place, set())
        at = len(row) if column is None else column
        while at in taken:
            at += 1
        self.n_cells += across * down
        if at + across > _MAX_COLUMNS or self.n_cells > _MAX_CELLS:
            raise SourceFileError(
                zh=f"文件 {self.file} 中有单元格横跨过多行列，展开后超出表格的上限，未予读取。请用 Excel 或 WPS 另存为 .xlsx 后重新放入。",
                en=f"Cells of {self.file} span more rows or columns than a sheet has; it was not read. Save it as .xlsx in Excel or WPS and put that in its place.",
                file=self.file)
        row.extend([""] * (at - len(row)))
        row[at:at + across] = [value, *[""] * (across - 1)]
        for below in range(place + 1, place + down):
            self.spanned.setdefault(below, set()).update(range(at, at + across))
        if across > 1 or down > 1:
            self.merged.append(MergedRange(place, at, place + down - 1, at + across - 1))

    def table(self, name: str, *, visible: bool = True, n_hidden_columns: int = 0) -> Table:
        last = len(self.rows) - 1
        merged = [MergedRange(area.top, area.left, min(area.bottom, last), area.right) for area in self.merged]
        return Table(name, list(self.rows), range(1, len(self.rows) + 1), visible, merged, frozenset(self.hidden), n_hidden_columns)


def _read_html(text: str, file: str, name: str = "") -> Table:
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise _damaged(file, "HTML", error) from error
    if next(tree.iter("table"), None) is None:
        raise SourceFileError(
            zh=f"文件 {file} 是网页，其中没有表格（可能是系统的登录或出错页面）。请重新从系统导出，或请报送单位重新发送。",
            en=f"File {file} is a web page without a table (perhaps a system's login or error page). Export it again, or ask the office to send it again.",
            file=file, found="HTML")
    if text.lower().rfind("<tr") > text.lower().rfind("</table"):
        raise SourceFileError(
            zh=f"文件 {file} 是网页格式，其中的表格没有结束标记，可能未传完，未予读取。请重新从系统导出，或请报送单位重新发送。",
            en=f"The table in {file}, a web page, has no end: the file may not have been sent completely; it was not read. Export it again, or ask the office to send it again.",
            file=file, found="HTML")
    named = re.search(r"<x:Name>([^<]{1,31})</x:Name>", text)
    grid = _Grid(file)
    for part in _parts(tree):
        if isinstance(part, str):
            grid.begin_row()
            grid.put(part)
        else:
            _add_table(grid, part)
    return grid.table(name or (named[1] if named else ""))


def _parts(tree: Any) -> Iterator[str | Any]:
    """Yield outermost tables that hold rows, and the texts of blocks before, between and after them."""
    body = tree.find("body") if tree.find("body") is not None else tree
    pending = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            if text := " ".join(node.split()):
                yield text
            continue
        if not isinstance(node.tag, str) or node.tag in _SILENT or _is_hidden(node):
            continue
        holds_table = node.tag != "table" and next(node.iter("table"), None) is not None
        if node.tag == "table" and next((child for child in node.iter("table") if child is not node), None) is None:
            yield node
        elif node.tag == "table" or holds_table or node is body:
            pending.extend(reversed([part for child in _children(node) for part in child]))
        elif text := " ".join(" ".join(node.itertext()).split()):
            yield text


def _children(node: Any) -> Iterator[list[Any]]:
    yield [node.text] if node.text and node.text.strip() else []
    for child in node:
        yield [child, *([child.tail] if child.tail and child.tail.strip() else [])]


def _is_hidden(node: Any) -> bool:
    return "display:none" in re.sub(r"\s", "", node.get("style", "").lower())


def _add_table(grid: _Grid, table: Any) -> None:
    for caption in table.iterchildren("caption"):
        grid.begin_row()
        grid.put(" ".join(" ".join(caption.itertext()).split()))
    for row in table.iter("tr"):
        grid.begin_row(hidden=_is_hidden(row))
        cells = [cell for cell in row.iter("td", "th") if next(cell.iterancestors("tr"), None) is row]  # also below a tag nobody knows
        for cell in cells:
            grid.put(_html_value(cell), _span(cell, "colspan"), _span(cell, "rowspan"))
        if not cells and (text := " ".join("".join(row.itertext()).split())):
            grid.put(text)


def _span(cell: Any, name: str) -> int:
    digits = re.match(r"\s*(\d{1,9})", cell.get(name, ""))
    return max(1, int(digits[1])) if digits else 1


def _html_value(cell: Any) -> Any:
    if (stored := cell.get("x:num")) is not None:
        try:
            return float(stored)
        except ValueError:
            pass  # the attribute alone says that the text is a number, which stays the text it is
    for line in cell.iter("br"):
        line.tail = "\n" + (line.tail or "")
    text = "".join(cell.itertext())
    return "\n".join(" ".join(line.split(" ")).strip(" \t\r") for line in re.sub(r"[\r\t]+", " ", text).strip().split("\n") if line.strip())


def _read_saved_page(data: bytes, file: str) -> list[Table]:
    """Read a page saved with its parts (MHTML): every part that holds a table is a sheet."""
    try:
        message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf \r\n"), policy=email.policy.compat32)
        pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
        bodies = [(part.get_payload(decode=True), part.get_content_charset()) for part in pages]
    except (LookupError, ValueError, TypeError) as error:
        raise _damaged(file, "MHTML", error) from error
    texts = [_decoded(body, file, charset) for body, charset in bodies if isinstance(body, bytes)]
    names = [name for text in texts for name in re.findall(r"<x:Name>([^<]{1,31})</x:Name>", text)]
    holding = [text for text in texts if re.search(r"<table\b", text, re.IGNORECASE)]
    if not holding:
        raise _damaged(file, "MHTML", ValueError("no table"))
    return [_read_html(text, file, names[i] if len(names) == len(holding) else "" if len(holding) == 1 else f"Sheet{i + 1}") for i, text in enumerate(holding)]


# --- XML Spreadsheet 2003 --------------------------------------------------------------------------------------------


def _read_spreadsheet_2003(data: bytes, file: str) -> list[Table]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        tree = etree.fromstring(_as_declared(data, file), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise _damaged(file, "XML", error) from error
    tables = [_sheet_2003(sheet, file) for sheet in tree.iter(f"{{{_SPREADSHEET}}}Worksheet")]
    if not tables:
        raise _damaged(file, "XML", ValueError("no worksheet"))
    return tables


def _as_declared(data: bytes, file: str) -> bytes:
    """Return the XML as UTF-8: systems write GBK and declare GB2312, which lacks many names' characters."""
    text = _decoded(data, file, found[1].decode("ascii").lower() if (found := re.search(rb"encoding\s*=\s*[\"']([\w-]+)", data[:200])) else None)
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8")


def _sheet_2003(sheet: Any, file: str) -> Table:
    def told(node: Any, name: str) -> str:
        return str(node.get(f"{{{_SPREADSHEET}}}{name}", ""))

    grid, n_hidden_columns = _Grid(file), 0
    table = sheet.find(f"{{{_SPREADSHEET}}}Table")
    for column in table.iterchildren(f"{{{_SPREADSHEET}}}Column") if table is not None else ():
        n_hidden_columns += (1 + _whole(told(column, "Span"))) if told(column, "Hidden") == "1" else 0
    for row in table.iterchildren(f"{{{_SPREADSHEET}}}Row") if table is not None else ():
        skipped = _whole(told(row, "Index")) - len(grid.rows) - 1 if told(row, "Index") else 0
        if skipped > 1_048_576:
            raise _damaged(file, "XML", ValueError("row index"))
        for _ in range(skipped):
            grid.begin_row()
        grid.begin_row(hidden=told(row, "Hidden") == "1")
        for cell in row.iterchildren(f"{{{_SPREADSHEET}}}Cell"):
            column_told = told(cell, "Index")
            value = cell.find(f"{{{_SPREADSHEET}}}Data")
            grid.put("" if value is None else _value_2003("".join(value.itertext()), told(value, "Type")), 1 + _whole(told(cell, "MergeAcross")),
                     1 + _whole(told(cell, "MergeDown")), _whole(column_told) - 1 if column_told else None)
    visible = next((node.text for node in sheet.iter("{urn:schemas-microsoft-com:office:excel}Visible")), "") not in ("SheetHidden", "SheetVeryHidden")
    return grid.table(told(sheet, "Name"), visible=visible, n_hidden_columns=n_hidden_columns)


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 0


def _value_2003(text: str, kind: str) -> Any:
    if kind == "Error":
        return CellError(text or "#ERR")
    if kind == "Boolean":
        return text.strip() in ("1", "true")
    if kind == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    if kind == "DateTime":
        try:
            moment = dt.datetime.fromisoformat(text.strip())
        except ValueError:
            return text
        if moment.date() == dt.date(1899, 12, 31):
            return moment.time()
        return moment.date() if moment.time() == dt.time() else moment
    return text


def _damaged(file: str, found: str, error: Exception) -> SourceFileError:
    return SourceFileError(
        zh=f"文件 {file} 是 {found} 格式，内容已损坏，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx，或请报送单位重新发送。",
        en=f"File {file} holds {found} that is damaged and cannot be read ({type(error).__name__}). Open it in Excel or WPS and save it as .xlsx, or ask the office to send it again.",
        file=file, found=found)
