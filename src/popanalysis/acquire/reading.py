"""Read the received files of a period; collect every fault before anything is linked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from popanalysis.acquire.heads import Head
from popanalysis.acquire.kinds import KIND_NAMES, guess_kinds, lacking_fields
from popanalysis.acquire.layouts import OfficeLayout, is_known_header
from popanalysis.acquire.sheets import SheetParts, joined_types, read_sheet
from popanalysis.acquire.submission import SheetReading, Submission
from popanalysis.acquire.table import Table
from popanalysis.acquire.text import read_text_table
from popanalysis.acquire.workbook import is_workbook, read_workbook, refuse_disguised
from popanalysis.columns import DEPARTMENT_OF_KIND, FAULTS_COLUMNS, KINDS_READ
from popanalysis.errors import NotYetError, PopAnalysisError, ProblemsFoundError, SourceFileError, raise_together
from popanalysis.params import InputSource, QuarterParams

__all__ = ["read_submission", "read_submissions", "read_tables"]



# --- files ------------------------------------------------------------------------------------------------


def read_bytes(path: Path, file: str) -> bytes:
    """Return a file's bytes; ``file`` is its name in messages.

    Raises
    ------
    SourceFileError : it does not exist, is a folder, empty, or cannot be opened.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceFileError(
            zh=f"文件 {file} 不存在。请核对参数文件 inputs 中的路径；如未收到该表，请从 inputs 中删去。",
            en=f"File {file} does not exist. Check its path under 'inputs'; if the list was not received, remove it there.", file=file) from None
    except OSError as error:
        raise SourceFileError(
            zh=f"文件 {file} 无法打开（{error.strerror}）。请检查它是否为文件、是否有读取权限，并关闭正在使用它的程序。",
            en=f"File {file} cannot be opened ({error.strerror}). Check that it is a file you may read, and close the program that holds it.", file=file) from error
    if not data.strip(b"\x00 \r\n\t"):
        raise SourceFileError(
            zh=f"文件 {file} 是空文件。请报送单位重新发送；如该单位本期零报告，请将类别写入 nil_reports。",
            en=f"File {file} is empty. Ask the office to send it again; if it reported none, name the kind under nil_reports.", file=file)
    return data


def read_tables(data: bytes, file: str) -> list[Table]:
    """Return the sheets of a workbook, or a text file as one sheet named ``""``."""
    if is_workbook(data):
        return read_workbook(data, file)
    refuse_disguised(data, file)
    return [read_text_table(data, file, lambda cells: sum(map(is_known_header, cells)))]


# --- one submission -----------------------------------------------------------------------------------------


def read_submission(source: InputSource, kind: str, root: Path) -> Submission:
    """Read one received file as a list of the given kind.

    Parameters
    ----------
    source : where it lies, and the sheet or the office's layout where the parameters name one.
    kind : one of ``columns.KINDS_READ``.
    root : the project folder that relative paths count from.

    Raises
    ------
    NotYetError : the kind, a database, or an encrypted file is named, which this version does not read.
    SourceFileError : the file is missing or unreadable, no sheet fits the kind, a needed column is absent, or the list is empty.
    ParameterError : the layout is wrong.
    """
    if kind not in KINDS_READ:
        raise NotYetError(f"inputs: {kind}")
    if source.path is None:
        raise NotYetError("inputs: database")
    if source.password_env is not None:
        raise NotYetError("inputs: password_env")
    file = source.path
    layout = OfficeLayout.read(root / source.columns, source.columns) if source.columns else None
    data = read_bytes(root / file, file)
    tables = read_tables(data, file)
    wanted = [source.sheet] if source.sheet else layout.sheets if layout and layout.sheets else None
    _check_sheets_exist(wanted, tables, file)
    parts = [read_sheet(table, kind, file, layout, wanted) for table in tables]
    used = [part for part in parts if part.reading.used]
    if not used:
        raise _no_sheet_fits(tables, kind, file)
    raise_together(_lacking(part, kind, file) for part in used if _lacks(part.reading, kind))
    if not any(part.reading.n_rows for part in used):
        raise SourceFileError(
            zh=f"文件 {file} 有“{KIND_NAMES[kind].zh}”的表头，但没有一条记录。如该单位本期确无此项，请从 inputs 中删去该文件，并将 {kind} 写入 nil_reports；否则请报送单位重新发送。",
            en=f"File {file} has the head of {KIND_NAMES[kind].en} but no record. If the office reported none, remove the file from 'inputs' and name {kind} under nil_reports; otherwise ask for it again.",
            file=file, kind=kind)
    return Submission(
        kind=kind, department=DEPARTMENT_OF_KIND[kind], file=file, sha256=hashlib.sha256(data).hexdigest(),
        sheets=tuple(part.reading for part in parts),
        cells=pd.concat([part.cells for part in used], ignore_index=True),
        types=joined_types([part.types for part in used]),
        rows=pd.concat([part.rows for part in parts], ignore_index=True),
        faults=pd.DataFrame([fault for part in parts for fault in part.faults], columns=list(FAULTS_COLUMNS), dtype=object),
        replaces=source.replaces, date_order=layout.date_order if layout else None)


def _check_sheets_exist(wanted: list[str] | None, tables: Sequence[Table], file: str) -> None:
    names = [table.name for table in tables]
    for sheet in wanted or ():
        if sheet not in names:
            raise SourceFileError(
                zh=f"文件 {file} 中没有名为“{sheet}”的工作表，现有：{'、'.join(names)}。请更正参数或列对应文件中的表名。",
                en=f"File {file} has no sheet '{sheet}'; it has: {', '.join(names)}. Correct the name in the parameters or the layout.", file=file, sheet=sheet)


def _no_sheet_fits(tables: Sequence[Table], kind: str, file: str) -> SourceFileError:
    guesses = [guess for table in tables for guess in guess_kinds(table, file)[:1]]
    likely = max(guesses, key=lambda g: g.score, default=None)
    zh_hint = f"从表头看更像“{KIND_NAMES[likely.kind].zh}”（{likely.kind}）。" if likely and likely.kind != kind else ""
    en_hint = f" By its head it looks like {KIND_NAMES[likely.kind].en} ({likely.kind})." if likely and likely.kind != kind else ""
    return SourceFileError(
        zh=f"文件 {file} 中没有一张可见工作表能识别为“{KIND_NAMES[kind].zh}”（{kind}）。{zh_hint}请核对文件与类别，或在 params/sources/ 中写明列对应。",
        en=f"No visible sheet of {file} can be recognised as {KIND_NAMES[kind].en} ({kind}).{en_hint} Check file and kind, or describe the columns in params/sources/.",
        file=file, kind=kind, likely=likely.kind if likely else None)


def _lacks(reading: SheetReading, kind: str) -> list[tuple[str, ...]]:
    return lacking_fields(Head(0, 0, reading.columns, 0), kind)


def _lacking(part: SheetParts, kind: str, file: str) -> SourceFileError:
    groups = _lacks(part.reading, kind)
    unknown = [f"{c.letter} {c.header}" for c in part.reading.columns if c.decision == "unknown" and c.header]
    place = f"工作表“{part.reading.name}”" if part.reading.name else ""
    sheet = f" (sheet '{part.reading.name}')" if part.reading.name else ""
    return SourceFileError(
        zh=f"文件 {file} {place}缺少必需的列：{'；'.join('、'.join(g) + ('（任一）' if len(g) > 1 else '') for g in groups)}。"
           + (f"未能识别的列：{'、'.join(unknown)}。" if unknown else "") + "请在 params/sources/ 的列对应文件中写明，或请报送单位补上该列。",
        en=f"File {file}{sheet} lacks needed columns: {'; '.join(' or '.join(g) for g in groups)}."
           + (f" Columns not understood: {', '.join(unknown)}." if unknown else "") + " Map them in a layout under params/sources/, or ask the office for the column.",
        file=file, sheet=part.reading.name, columns=groups)


# --- all submissions of a period --------------------------------------------------------------------------------


def read_submissions(params: QuarterParams, root: Path) -> list[Submission]:
    """Read every received file of a period, in the order of kinds and sources.

    A submission that another one replaces is read too where it still lies there, so that its rows stay accounted for.

    Raises
    ------
    PopAnalysisError : the one fault found, or all of them as :class:`ProblemsFoundError`; nothing is returned then.
    """
    problems: list[PopAnalysisError] = []
    submissions: list[Submission] = []
    for kind, sources in params.inputs.items():
        for source in _with_replaced(sources, root):
            try:
                submissions.append(read_submission(source, kind, root))
            except ProblemsFoundError as several:
                problems.extend(several.problems)
            except PopAnalysisError as error:
                problems.append(error)
    raise_together(problems)
    return submissions


def _with_replaced(sources: Sequence[InputSource], root: Path) -> list[InputSource]:
    listed = {source.path for source in sources}
    extra: list[InputSource] = []
    for source in sources:
        if source.replaces and source.replaces not in listed and (root / source.replaces).is_file():
            extra.append(source.model_copy(update={"path": source.replaces, "replaces": None}))
            listed.add(source.replaces)
    return [*sources, *extra]
