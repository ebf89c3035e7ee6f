"""Read CSV and tab-separated text: byte order mark, strict UTF-8, strict GB 18030, then stop.

Detectors guess wrong on short Chinese text, lenient decoding changes names; neither is used. A guess is accepted
only when the head shows known column names.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable

from popanalysis.acquire.layouts import told_as_head
from popanalysis.acquire.rows import begins_foot
from popanalysis.acquire.table import Table
from popanalysis.errors import SourceFileError

__all__ = ["decode", "read_text_table"]

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DELIMITERS = (",", "\t", ";", "，", "|")
_HEAD_LINES = 15
_MAX_COLUMNS = 16_384  # as many as a sheet has
_ENOUGH_ROWS = 4  # lines that show how many columns a list has
_HAN = re.compile("[\u4e00-\u9fff]")
_ENOUGH_HAN = 3  # two bytes of GB 18030 may look like UTF-8, a run of such characters does not

#: How many known column names a line of cells holds.
CountHeads = Callable[[list[str]], int]


def read_text_table(data: bytes, file: str, count_heads: CountHeads) -> Table:
    """Read a delimited text file as one sheet named ``""``; a row's number is the line it begins on.

    Raises
    ------
    SourceFileError : a byte fits neither encoding (its line is named), the text cannot be cut into cells, or a line has more than a sheet has columns.
    """
    text = decode(data, file, count_heads)
    delimiter = max(_DELIMITERS, key=lambda d: _best_line(text, d, count_heads))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    numbers: list[int] = []
    line = 1
    try:
        for row in reader:
            if len(row) > _MAX_COLUMNS:
                raise _too_wide(file, line, len(row))
            if any("\n" in cell or "\r" in cell for cell in row):
                _refuse_swallowed(row, rows, delimiter, file, line)
            rows.append(row)
            numbers.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceFileError(
            zh=f"文件 {file} 第 {line} 行无法分成单元格。请检查该行的引号，改正后重新保存。",
            en=f"Line {line} of {file} cannot be cut into cells ({error}). Check the quotation marks of that line and save the file again.",
            file=file, row=line) from error
    _refuse_cut_off(text, rows, file, line)
    return Table("", list(rows), numbers, merges_known=False)


def _refuse_swallowed(row: list[str], before: list[list[str]], delimiter: str, file: str, line: int) -> None:
    """A quotation mark too many makes one cell of all the lines up to the next one: some of them then look like lines of the list."""
    width = max(map(len, before[-20:]), default=0)
    if width > 1 and any(delimiter in part and 2 * (part.count(delimiter) + 1) >= width for cell in row for part in cell.splitlines()[1:]):
        raise SourceFileError(
            zh=f"文件 {file} 第 {line} 行起的引号不配对，其后几行会被并入一个单元格，未予读取。请检查该行的引号，改正后重新保存。",
            en=f"The quotation marks from line {line} of {file} on do not pair: the following lines would become one cell; it was not read. Check them and save the file again.",
            file=file, row=line)


def _refuse_cut_off(text: str, rows: list[list[str]], file: str, after: int) -> None:
    """The last line of a file that was not sent to its end: no line end, and fewer columns than the lines before it have."""
    last = rows[-1] if rows else []
    if text.endswith(("\n", "\r")) or len(rows) < _ENOUGH_ROWS:
        return
    width = min(map(len, rows[-_ENOUGH_ROWS:-1]))
    if 0 < len(last) < width and not begins_foot(next((cell for cell in last if cell.strip()), "")):
        raise SourceFileError(
            zh=f"文件 {file} 的最后一行（第 {after - 1} 行）不完整：前面各行至少有 {width} 列，该行只有 {len(last)} 列，可能未传完，未予读取。请打开核对，或请报送单位重新发送。",
            en=f"The last line ({after - 1}) of {file} is incomplete: the lines before have at least {width} columns, it has {len(last)}. The file may not have been sent to its end; it was not read. Check it, or ask the office to send it again.",
            file=file, row=after - 1)


def _too_wide(file: str, row: int, n: int) -> SourceFileError:
    return SourceFileError(
        zh=f"文件 {file} 第 {row} 行有 {n} 列，超过 {_MAX_COLUMNS} 列的上限，不是名单，未予读取。请核对该文件，或请报送单位改送 .xlsx。",
        en=f"Line {row} of {file} has {n} columns, more than the {_MAX_COLUMNS} a sheet has; it is no list and was not read. Check the file, or ask the office for an .xlsx file.",
        file=file, row=row)


def decode(data: bytes, file: str, count_heads: CountHeads) -> str:
    """Return the text of a file's bytes, never replacing or skipping any.

    Raises
    ------
    SourceFileError : no encoding fits; the line of the first broken byte is named.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark):].decode(encoding)
            except UnicodeDecodeError as error:
                raise _broken_byte(data[len(mark):], error, file) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        utf8_error = error
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as gb_error:
        in_utf8 = _shows_head(data[: utf8_error.start].decode("utf-8"), count_heads)
        raise _broken_byte(data, utf8_error if in_utf8 else gb_error, file) from gb_error
    if _shows_head(text, count_heads):
        return text
    # The whole file fits GB 18030 but shows no known head: UTF-8 with a broken byte where much of it was read as such.
    if len(_HAN.findall(data[: utf8_error.start].decode("utf-8"))) >= _ENOUGH_HAN:
        raise _broken_byte(data, utf8_error, file) from utf8_error
    raise _no_head(text, file) from utf8_error


def _shows_head(text: str, count_heads: CountHeads) -> bool:
    return any(_best_line(text, delimiter, count_heads) for delimiter in _DELIMITERS)


def _best_line(text: str, delimiter: str, count_heads: CountHeads) -> int:
    lines = text.splitlines()[:_HEAD_LINES] if len(text) < 100_000 else text[:100_000].splitlines()[:_HEAD_LINES]
    return max((count_heads([cell.strip('"') for cell in line.split(delimiter)]) for line in lines), default=0)


def _no_head(text: str, file: str) -> SourceFileError:
    line = next((line for line in text.splitlines() if line.strip()), "")
    row = text[: text.find(line)].count("\n") + 1
    told = told_as_head(line.split(max(_DELIMITERS, key=line.count)))
    return SourceFileError(
        zh=f"文件 {file} 中没有找到表头行：第 {row} 行{told.zh}。表头应有新生儿姓名、出生日期、母亲姓名等列。请补上表头后重新保存，或在 params/sources/ 的列对应文件中写明各列。",
        en=f"No head row was found in {file}: row {row} {told.en}. Expected are columns such as 新生儿姓名, 出生日期, 母亲姓名. Add a head and save the file again, or map the columns in a layout under params/sources/.",
        file=file, row=row)


def _broken_byte(data: bytes, error: UnicodeDecodeError, file: str) -> SourceFileError:
    step = 2 if error.encoding.startswith("utf-16") else 1
    row = data[: error.start].count(b"\n" if step == 1 else "\n".encode(error.encoding)) + 1
    return SourceFileError(
        zh=f"文件 {file} 第 {row} 行有无法识别的字节，既不是 UTF-8 也不是 GB 18030 编码，未予读取。请在该行核对乱码后重新保存，或请报送单位改送 .xlsx。",
        en=f"Line {row} of {file} has bytes that are neither UTF-8 nor GB 18030; the file was not read. Check that line, save it again, or ask the office for an .xlsx file.",
        file=file, row=row)
