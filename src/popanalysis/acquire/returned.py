"""A return sheet that an office filled in and sent back: its rows replace those of the list it was made from, all other rows of that list stand.

A return sheet holds only the rows that needed a look, each under its row number in the office's own list; it is known by its own three columns, which outlast
being saved by another program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from popanalysis.acquire.layouts import header_keys
from popanalysis.acquire.submission import CELL_TYPE, ColumnMatch, SheetReading, Submission, column_letter
from popanalysis.acquire.table import Table, column_texts, shown
from popanalysis.columns import NOT_RETURNED_FIELDS, ORIGIN_COLUMNS
from popanalysis.errors import PopAnalysisError, SourceFileError, Text, raise_together

__all__ = ["OWN_HEADERS", "ReturnPage", "merged_return", "not_alone", "return_page_name", "return_pages"]

#: The columns that a return sheet has in front of the office's own: row, what to check, result.
OWN_HEADERS: Final = (Text("原行号", "Row"), Text("需核对内容", "What to check"), Text("核对结果", "Result"))
_RIGHT_AS_IT_IS: Final = re.compile("无误|正确|属实|没有?错|一致|right|correct|confirmed", re.IGNORECASE)
_NOT_RIGHT: Final = re.compile("[不未非]|有误|wrong|incorrect", re.IGNORECASE)
_SEARCHED_ROWS: Final = 5


@dataclass(frozen=True)
class ReturnPage:
    """A sheet of a return workbook: where its head stands, and the position of its own three columns."""

    table: Table
    head: int
    own: tuple[int, int, int]

    @property
    def headers(self) -> dict[int, str]:
        """Position -> header of the office's own columns, as its list has them."""
        row = self.table.rows[self.head]
        return {place: shown(value).replace("—", "_") for place, value in enumerate(row) if place not in self.own and shown(value)}


def return_pages(tables: Iterable[Table]) -> list[ReturnPage]:
    """Return the sheets of a file that are return sheets of this program."""
    found: list[ReturnPage] = []
    for table in tables:
        for place, row in enumerate(table.rows[:_SEARCHED_ROWS]):
            texts = [shown(value) for value in row]
            names = next((names for names in zip(*((text.zh, text.en) for text in OWN_HEADERS), strict=True) if set(names) <= set(texts)), None)
            if names:
                at = [texts.index(name) for name in names]
                found.append(ReturnPage(table, place, (at[0], at[1], at[2])))
                break
    return found


def not_alone(file: str, replaces: str | None) -> SourceFileError:
    """Return the refusal of a return sheet whose list is not named or could not be read: it holds a few rows of one and is none itself."""
    if replaces:
        return SourceFileError(
            zh=f"文件 {file} 是退回核对的表，须与原文件 {replaces} 合并，但原文件未能读取。请先处理原文件的问题。",
            en=f"File {file} is a return sheet to be merged with {replaces}, which could not be read. Settle what is wrong with that file first.", file=file, replaces=replaces)
    return SourceFileError(
        zh=f"文件 {file} 是退回核对的表，只有需核对的行，不是整份名单。请在参数中写明它更正的原文件：{{path: \"{file}\", replaces: \"原文件\"}}；其余各行仍以原文件为准。",
        en=f"File {file} is a return sheet: it holds only the rows that needed a look, not the whole list. Name the list it corrects: {{path: \"{file}\", replaces: \"the list\"}}; all other rows of that list stand.",
        file=file)


def merged_return(pages: Sequence[ReturnPage], original: Submission, file: str, sha256: str) -> Submission:
    """Return the rows of a return sheet as a submission: cells as it has them, and those it leaves out as the original has them.

    Raises
    ------
    SourceFileError : a row has no number, one the original does not have, or the same as another; all such rows at once.
    """
    base = original.cells.assign(**{ORIGIN_COLUMNS[4]: [original.numbers.get((sheet, row), row) for sheet, row in zip(original.cells["sheet"], original.cells["row"], strict=True)]})
    places = {(str(sheet), int(row)): place for place, (sheet, row) in enumerate(zip(base["sheet"], base["row"], strict=True))}
    records: list[dict[str, Any]] = []
    types: list[dict[str, Any]] = []
    rows: list[tuple[str, int, str]] = []
    replaced: dict[tuple[str, int], tuple[str, int]] = {}
    confirmed: set[tuple[str, int]] = set()
    readings: list[SheetReading] = []
    problems: list[PopAnalysisError] = []
    for page in pages:
        sheet = _sheet_of(page.table.name, original)
        fields = _fields_of(page, next((reading for reading in original.sheets if reading.name == sheet), None))
        n_before = len(records)
        for at, row in enumerate(page.table.rows):
            number = page.table.numbers[at]
            if not any(map(shown, row)):
                continue
            if at <= page.head:
                rows.append((page.table.name, number, "header" if at == page.head else "title"))
                continue
            told = shown(row[page.own[0]]) if page.own[0] < len(row) else ""
            wanted = (sheet, int(float(told))) if re.fullmatch(r"\d+(?:\.0+)?", told) else None
            if wanted is None or wanted not in places or wanted in replaced:
                problems.append(_wrong_row(file, page.table.name, number, told, original.file, again=wanted in replaced))
                continue
            place = places[wanted]
            replaced[wanted] = (page.table.name, number)
            rows.append((page.table.name, number, "record"))
            values, kinds = column_texts([row[column] if column < len(row) else "" for column in fields.values()])
            records.append({**_of(original.cells, place), "file": file, "sheet": page.table.name, "row": number, **dict(zip(fields, values.tolist(), strict=True))})
            types.append({**_of(original.types, place), **{field: CELL_TYPE.categories[kind] for field, kind in zip(fields, kinds.tolist(), strict=True)}})
            result = shown(row[page.own[2]]) if page.own[2] < len(row) else ""
            if _RIGHT_AS_IT_IS.search(result) and not _NOT_RIGHT.search(_RIGHT_AS_IT_IS.sub("", result)):
                confirmed.add((page.table.name, number))
        readings.append(_reading(page, fields, len(records) - n_before))
    raise_together(problems)
    if not records:
        raise SourceFileError(zh=f"退回核对的表 {file} 中没有一行。请报送单位重新发送，或从 inputs 中删去该文件。", en=f"Return sheet {file} holds no row. Ask for it again, or remove it from 'inputs'.", file=file)
    as_read = {(str(sheet), int(number)): (str(sheet), int(row)) for sheet, number, row in zip(base["sheet"], base["row"], original.cells["row"], strict=True)}
    return Submission(
        kind=original.kind, department=original.department, file=file, sha256=sha256, sheets=tuple(readings),
        cells=pd.DataFrame(records, columns=list(original.cells.columns)).astype({"row": original.cells["row"].dtype}),
        types=pd.DataFrame({field: pd.Categorical([kinds[field] for kinds in types], dtype=CELL_TYPE) for field in original.types.columns}),
        rows=pd.DataFrame(rows, columns=["sheet", "row", "role"]), replaces=original.file, replaces_rows=frozenset(as_read[key] for key in replaced),
        numbers={place: number for (_, number), place in replaced.items()}, confirmed=frozenset(confirmed), date_order=original.date_order)


def _of(frame: pd.DataFrame, place: int) -> dict[str, Any]:
    return {str(name): value for name, value in frame.iloc[place].items()}


def _sheet_of(name: str, original: Submission) -> str:
    """Return the sheet of the list that a return page was made from; its name may have been shortened or cleaned of characters."""
    names = [reading.name for reading in original.sheets if reading.used]
    if name in names or len(names) == 1:
        return name if name in names else names[0]
    return next((known for known in names if return_page_name(known) == name), name)


def return_page_name(sheet: str) -> str:
    """Return what a sheet of a list is called in its return workbook.

    >>> return_page_name("东沟/西岭")
    '东沟_西岭'
    """
    return "".join("_" if character in r"[]:*?/\'" else character for character in sheet)[:31]


def _fields_of(page: ReturnPage, reading: SheetReading | None) -> dict[str, int]:
    """Field -> position on the page, of the columns the list has too; what is never returned keeps the list's own cell."""
    columns: dict[str, list[ColumnMatch]] = {}
    for column in reading.columns if reading else ():
        if column.decision == "used" and column.field and column.field not in NOT_RETURNED_FIELDS:
            columns.setdefault(header_keys(column.header)[0], []).append(column)
    found: dict[str, int] = {}
    for place, header in page.headers.items():
        left = columns.get(header_keys(header)[0], [])
        if left and (field := left.pop(0).field):
            found[field] = place
    return found


def _reading(page: ReturnPage, fields: Mapping[str, int], n_rows: int) -> SheetReading:
    of_place = {place: field for field, place in fields.items()}
    columns = tuple(ColumnMatch(column_letter(place), header, of_place.get(place), "used" if place in of_place else "ignored") for place, header in page.headers.items())
    return SheetReading(page.table.name, page.table.visible, True, Text("退回核对的表：所列各行取代原名单中的同一行", "a return sheet: its rows replace the same rows of the list"),
                        header_rows=(page.table.numbers[page.head],), columns=columns, n_rows=n_rows)


def _wrong_row(file: str, sheet: str, number: int, told: str, original: str, *, again: bool) -> SourceFileError:
    what = Text("与上面一行的原行号相同", "repeats a row number above") if again else \
        Text(f"原行号“{told[:12]}”在原文件 {original} 中没有对应的记录", f"names row '{told[:12]}', which is no record of {original}") if told else Text("没有原行号", "has no row number")
    return SourceFileError(
        zh=f"退回核对的表 {file} 工作表“{sheet}”第 {number} 行{what.zh}，无法知道它更正哪一行。请报送单位恢复“{OWN_HEADERS[0].zh}”列的数字；新增的记录请放在整份名单中报送。",
        en=f"Row {number} on sheet '{sheet}' of return sheet {file} {what.en}, so that it is not known what it corrects. Restore the numbers under '{OWN_HEADERS[0].en}'; new records belong into the whole list.",
        file=file, sheet=sheet, row=number)
