"""What goes back to an office: the rows of its own list that need a look, the cells marked, what is wrong in plain words.

Columns that the comparison does not need are not in them, nor what may be used but not written; of sealed lists only the places are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np
import pandas as pd
from openpyxl import Workbook

from popanalysis.acquire.returned import OWN_HEADERS, return_page_name
from popanalysis.acquire.submission import ColumnMatch, Submission
from popanalysis.clean.faults import fault_labels
from popanalysis.clean.reasons import kept_text
from popanalysis.clean.submissions import replaced_lists
from popanalysis.columns import MEMORY_ONLY_FIELDS, NOT_RETURNED_FIELDS, SEALED_KINDS
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import in_language
from popanalysis.report.messages import label
from popanalysis.report.sheet_style import MARK, USUAL, WIDE, dress_table, write_lines
from popanalysis.workbooks import workbook_as_bytes

__all__ = ["compose_return_sheets"]

#: what an office is asked about; repairs and remarks stay here
_ASKED: Final = ("error", "warning")


def compose_return_sheets(submissions: Iterable[Submission], faults: pd.DataFrame, params: QuarterParams, checked: pd.DataFrame | None = None) -> dict[str, bytes]:
    """Return a workbook for every file in which something must be asked about: name -> bytes.

    Parameters
    ----------
    submissions : what was read. faults : FAULTS_COLUMNS, of all files.
    checked : CHECKED_COLUMNS, what the checks are called and who is asked; what another office is asked about stays out.
    """
    asked = faults[faults["severity"].isin(_ASKED)]
    labels, owners = fault_labels(checked), {} if checked is None else dict(zip(checked["check"], checked["owner"], strict=True))
    submissions = list(submissions)
    replaced = replaced_lists(submissions)
    replaced_rows = {(s.kind, str(s.replaces), *place) for s in submissions if s.replaces_rows for place in s.replaces_rows}
    found: dict[str, bytes] = {}
    for submission in submissions:
        own = asked[asked["file"].eq(submission.file) & asked["sheet"].isin(_sheets_of(submission)) & asked["fault"].map(owners).fillna("sender").isin(["sender", submission.department])]
        settled = [(sheet, row) in submission.confirmed or (submission.kind, submission.file, sheet, row) in replaced_rows for sheet, row in zip(own["sheet"], own["row"], strict=True)]
        own = own[~np.array(settled, dtype=bool)]
        if len(own) and (submission.kind, submission.file) not in replaced:
            name = PurePosixPath(submission.file).stem or submission.kind
            name = name if name.startswith(f"{submission.department}_") else f"{submission.department}_{name}"
            name = next(n for n in (name, *(f"{name}_{i}" for i in range(2, 1000))) if f"{n}.xlsx" not in found)
            found[f"{name}.xlsx"] = workbook_as_bytes(_workbook(submission, own.assign(said=own["fault"].map(labels)), params), "popanalysis")
    return found


def _sheets_of(submission: Submission) -> set[str]:
    """The sheets of a workbook that are this list; others may be lists of another office."""
    return {"", *(reading.name for reading in submission.sheets if reading.used)}


def _workbook(submission: Submission, faults: pd.DataFrame, params: QuarterParams) -> Workbook:
    language = params.language
    book = Workbook()
    _add_cover(book, submission, faults, params)
    of_rows = faults[_about_records(submission, faults)]
    for reading in submission.sheets:
        own = of_rows[of_rows["sheet"].eq(reading.name)]
        if len(own):
            columns = [] if submission.kind in SEALED_KINDS else [c for c in reading.columns if c.decision == "used" and c.field not in MEMORY_ONLY_FIELDS]
            name = return_page_name(reading.name) or in_language("名单", "list", language)
            page = book.create_sheet(name if name not in book.sheetnames else f"{name[:28]}_2")
            _add_rows(page, submission, reading.name, columns, own, language)
    return book


def _add_cover(book: Workbook, submission: Submission, faults: pd.DataFrame, params: QuarterParams) -> None:
    language, page = params.language, book.active
    page.title = in_language("说明", "Read me", language)
    of_rows = _about_records(submission, faults)
    whole, rows_asked = faults[~of_rows], faults.loc[of_rows, ["sheet", "row"]].drop_duplicates()
    office, period = label("department", submission.department, language), params.span.in_words(language)
    lines = [
        in_language(f"{period}名单需核对内容", f"What needs a look in the list of {period}", language),
        in_language(f"报送单位：{office}", f"Office: {office}", language), in_language(f"原文件：{PurePosixPath(submission.file).name}", f"File: {PurePosixPath(submission.file).name}", language),
        in_language(f"需核对 {len(rows_asked)} 行、{len(faults)} 处。各行按原文件的行号列出，需核对的单元格以浅黄色标出，说明见第二列。",
                    f"{len(rows_asked)} rows, {len(faults)} places. Rows are named by their number in the file, cells marked in yellow; the second column says what is wrong.", language),
        in_language("请对照原始材料核对。确需更正的，请直接在本表中改正后发回，或在原文件中改正后重新报送整份名单；原值无误的，请在“核对结果”列注明“无误”。请勿改动“原行号”。",
                    "Please check against your papers. What is wrong: correct it here and send this file back, or correct your file and send the whole list again. "
                    "What is right: write 'right' under 'Result'. Leave the row numbers as they are.", language),
        *_written_right(faults, language),
        in_language("核对期间不影响当事人办理登记。", "Nobody's registration waits for this.", language)]
    lines += [in_language("整份名单：", "The whole list: ", language) + _told(row, language) for row in whole.to_dict("records")]
    write_lines(page, lines)


def _written_right(faults: pd.DataFrame, language: str) -> list[str]:
    """Say how a value is to be written, of the sorts that are asked about."""
    told = (("date_", "日期请写成 2025-03-05 的形式，年、月、日写全。", "Write dates as 2025-03-05, with year, month and day."),
            ("id_", "身份证号请写全 18 位，并将单元格设为文本格式。", "Write identity numbers with all 18 characters, in cells of text."),
            ("name_", "姓名请按证件书写，不加空格和说明。", "Write names as in the papers, without blanks or remarks."))
    return [in_language(zh, en, language) for beginning, zh, en in told if faults["fault"].str.startswith(beginning).any()]


def _about_records(submission: Submission, faults: pd.DataFrame) -> pd.Series:
    """Mark the faults of records; the others (a missing column, a total that differs) are of a whole sheet."""
    records = set(zip(submission.cells["sheet"], submission.cells["row"].astype(str), strict=True))
    return pd.Series([place in records for place in zip(faults["sheet"].fillna(""), faults["row"].astype(str), strict=True)], index=faults.index, dtype=bool)


def _add_rows(page: Any, submission: Submission, sheet: str, columns: Sequence[ColumnMatch], faults: pd.DataFrame, language: str) -> None:
    heads = [*(text.in_(language) for text in OWN_HEADERS), *(column.header.replace("_", "—") for column in columns)]
    page.append(heads)
    cells = submission.cells[submission.cells["sheet"].eq(sheet)].set_index("row")
    for number, own in faults.assign(row=faults["row"].astype(int)).sort_values(["row", "cell", "fault"], kind="stable").groupby("row"):
        row = int(str(number))
        values = ["" if row not in cells.index or column.field in NOT_RETURNED_FIELDS else _cell(str(column.field), cells.at[row, column.field]) for column in columns]
        page.append([submission.numbers.get((sheet, row), row), "；".join(dict.fromkeys(_told(fault, language) for fault in own.to_dict("records"))), "", *values])
        marked = {str(cell).rstrip("0123456789") for cell in own["cell"]}
        for place, column in enumerate(columns, start=4):
            if column.letter in marked:
                page.cell(page.max_row, place).fill = MARK
    dress_table(page, [WIDE if place == 1 else USUAL for place in range(len(heads))])


def _cell(field: str, value: Any) -> str:
    """Return an office's own text, but nothing of what is not kept: the rest must stand there, for it comes back as the cell's value."""
    return "" if pd.isna(value) else kept_text(field, str(value))


def _told(fault: dict[Any, Any], language: str) -> str:
    where = str(fault["column"]).replace("_", "—") + (f"（{fault['cell']}）" if fault["cell"] else "")
    what = fault["said"].in_(language)
    return f"{where}：{what}" if where else what
