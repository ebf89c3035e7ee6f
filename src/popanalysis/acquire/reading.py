"""Read the received files of a period; collect every fault before anything is linked."""

from __future__ import annotations

import difflib
import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from popanalysis.acquire.absences import absent_columns
from popanalysis.acquire.formats import is_of_the_system, refuse_other_formats
from popanalysis.acquire.layouts import OfficeLayout, is_known_header
from popanalysis.acquire.packed import MAX_SHEETS, too_many_sheets
from popanalysis.acquire.pages import is_page, read_page
from popanalysis.acquire.passwords import opened
from popanalysis.acquire.refusals import absent_sheets, refusals
from popanalysis.acquire.returned import merged_return, not_alone, return_pages
from popanalysis.acquire.sheets import SheetParts, joined_types, read_sheet
from popanalysis.acquire.submission import Submission
from popanalysis.acquire.table import Table
from popanalysis.acquire.text import read_text_table
from popanalysis.acquire.together import Attempt, corrected_twice, listed_twice, replaces_itself, swapped_kinds
from popanalysis.acquire.workbook import is_workbook, read_workbook
from popanalysis.columns import DEPARTMENT_OF_KIND, FAULTS_COLUMNS
from popanalysis.errors import ParameterError, PopAnalysisError, SourceFileError, Text, raise_together
from popanalysis.params import InputSource, QuarterParams

__all__ = ["read_bytes", "read_submission", "read_submissions", "read_tables"]

_MAX_BYTES = 512 * 1024**2  # the largest lists of a banner have a tenth of it

# --- files ------------------------------------------------------------------------------------------------


def read_bytes(path: Path, file: str) -> bytes:
    """Return a file's bytes; ``file`` is its name in messages.

    Raises
    ------
    SourceFileError : it does not exist, is a folder, empty, larger than any list, or cannot be opened.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _MAX_BYTES else b""
    except OSError as error:
        raise _unopened(path, file, error) from error
    if size > _MAX_BYTES:
        raise SourceFileError(
            zh=f"文件 {file} 有 {size // 1024**2} MB，超过 {_MAX_BYTES // 1024**2} MB 的上限，未予读取。请核对是否为名单；如确为名单，请分成几个文件。",
            en=f"File {file} has {size // 1024**2} MB, more than the limit of {_MAX_BYTES // 1024**2} MB; it was not read. Check that it is a list; if so, split it into several files.",
            file=file, size=size)
    if not data.strip(b"\x00 \r\n\t"):
        raise SourceFileError(
            zh=f"文件 {file} 是空文件。请报送单位重新发送；如该单位本期零报告，请将类别写入 nil_reports。",
            en=f"File {file} is empty. Ask the office to send it again; if it reported none, name the kind under nil_reports.", file=file)
    return data


def _unopened(path: Path, file: str, error: OSError) -> SourceFileError:
    if path.is_dir():
        return SourceFileError(
            zh=f"{file} 是文件夹，不是文件。请在 inputs 中写明其中的文件。", en=f"{file} is a folder, not a file. Name the file in it under 'inputs'.", file=file)
    if isinstance(error, PermissionError):
        return SourceFileError(
            zh=f"文件 {file} 没有读取权限，或正被其他程序占用。请关闭正在使用它的程序，或请管理员开放读取权限。",
            en=f"File {file} may not be read ({error.strerror}). Close the program that holds it, or ask for the right to read it.", file=file)
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        return SourceFileError(
            zh=f"文件 {file} 无法打开。请检查它所在的磁盘或网络位置后重试。",
            en=f"File {file} cannot be opened ({error.strerror}). Check the disk or network place it lies on and try again.", file=file)
    hint = _whereabouts(path)
    return SourceFileError(
        zh=f"文件 {file} 不存在。{hint.zh}请核对参数文件 inputs 中的路径；如未收到该表，请从 inputs 中删去。",
        en=f"File {file} does not exist.{hint.en} Check its path under 'inputs'; if the list was not received, remove it there.", file=file)


def _whereabouts(path: Path) -> Text:
    """Say what stands where a missing file was looked for: no folder at all, or a file of a similar name."""
    if not path.parent.is_dir():
        return Text(f"文件夹“{path.parent.name}”也不存在。", f" Its folder '{path.parent.name}' does not exist either.")
    try:
        beside = {p.stem: p.name for p in sorted(path.parent.iterdir()) if p.is_file() and not is_of_the_system(p.name)}
    except OSError:
        return Text("", "")
    near = [beside[stem] for stem in difflib.get_close_matches(path.stem, list(beside), n=1)]
    return Text(f"同一文件夹中有“{near[0]}”，是否为该文件？", f" The same folder holds '{near[0]}': is that the file?") if near else Text("", "")


def read_tables(data: bytes, file: str, layout: OfficeLayout | None = None, password_env: str | None = None) -> list[Table]:
    """Return the sheets of a workbook or page, or a text file as one sheet named ``""``; a layout's headers are known like the listed ones."""
    data = opened(data, file, password_env)
    refuse_other_formats(data, file)
    if is_workbook(data):
        return read_workbook(data, file)
    if is_page(data):
        tables = read_page(data, file)
        if len(tables) > MAX_SHEETS:  # workbooks are counted before they are read
            raise too_many_sheets(len(tables), file)
        return tables
    return [read_text_table(data, file, lambda cells: sum(is_known_header(cell) or (layout is not None and layout.field_of("", cell) is not None) for cell in cells))]


# --- one submission -----------------------------------------------------------------------------------------


def read_submission(source: InputSource, kind: str, root: Path, original: Submission | None = None) -> Submission:
    """Read one received file as a list of the given kind.

    Parameters
    ----------
    source : where it lies, and the sheet or the office's layout where the parameters name one.
    kind : one of ``columns.KINDS``.
    root : the project folder that relative paths count from.
    original : the list that the source replaces; a return sheet takes from it what it does not hold itself.

    Raises
    ------
    SourceFileError : the file is missing or unreadable, no sheet fits the kind, a needed column is absent, or the list is empty.
    ParameterError : the layout is wrong.
    """
    file = source.name
    layout = _layout_for(source, kind, root)
    tables, sha256 = _tables_of(source, layout, root)
    if pages := return_pages(tables):
        if original is None:
            raise not_alone(file, source.replaces)
        return merged_return(pages, original, file, sha256)
    wanted = [source.sheet] if source.sheet else layout.sheets if layout and layout.sheets else None
    raise_together(absent_sheets(wanted, tables, file))
    parts = [read_sheet(table, kind, file, layout, wanted) for table in tables]
    used = [part for part in parts if part.reading.used]
    raise_together(refusals(parts, tables, kind, file, settled=layout is not None))
    return Submission(
        kind=kind, department=DEPARTMENT_OF_KIND[kind], file=file, sha256=sha256,
        sheets=tuple(part.reading for part in parts),
        cells=pd.concat([part.cells for part in used], ignore_index=True),
        types=joined_types([part.types for part in used]),
        rows=pd.concat([part.rows for part in parts], ignore_index=True),
        faults=pd.DataFrame([*(fault for part in parts for fault in part.faults), *absent_columns(used, kind, file)], columns=list(FAULTS_COLUMNS), dtype=object),
        replaces=source.replaces, date_order=layout.date_order if layout else None, likely=_likely(used))


def _tables_of(source: InputSource, layout: OfficeLayout | None, root: Path) -> tuple[list[Table], str]:
    """Return the sheets of a source and the SHA-256 of the file, or of what the database answered."""
    if source.path is None:
        from popanalysis.acquire.database import read_query  # SQLAlchemy is for those who name a database

        table, sha256 = read_query(str(source.database), str(source.query), source.name)
        return [table], sha256
    data = read_bytes(root / source.path, source.path)
    return read_tables(data, source.path, layout, source.password_env), hashlib.sha256(data).hexdigest()


def _likely(used: Sequence[SheetParts]) -> str | None:
    found = {part.better.kind if part.better else None for part in used}
    return found.pop() if len(found) == 1 else None


def _layout_for(source: InputSource, kind: str, root: Path) -> OfficeLayout | None:
    if source.columns is None:
        return None
    layout = OfficeLayout.read(root / source.columns, source.columns)
    if layout.kind != kind:
        raise ParameterError(
            zh=f"列对应文件 {source.columns} 写的类别是 {layout.kind}，但参数中将它用于 {kind}（{source.name}）。请改正其中之一。",
            en=f"Layout {source.columns} describes {layout.kind}, but the parameters use it for {kind} ({source.name}). Correct one of them.",
            file=source.columns, kind=kind)
    return layout


# --- all submissions of a period --------------------------------------------------------------------------------


def read_submissions(params: QuarterParams, root: Path) -> list[Submission]:
    """Read every received file of a period, in the order of kinds and sources.

    A submission that another one replaces is read too where it still lies there, so that its rows stay accounted for.

    Raises
    ------
    PopAnalysisError : the one fault found, or all of them as :class:`ProblemsFoundError`; nothing is returned then.
    """
    attempts = [attempt for kind, sources in params.inputs.items() for attempt in _attempts(sources, kind, root)]
    raise_together([*swapped_kinds(attempts), *listed_twice(attempts, root), *corrected_twice(attempts), *(problem for attempt in attempts for problem in attempt.problems)])
    return [attempt.submission for attempt in attempts if attempt.submission]


def _attempts(sources: Sequence[InputSource], kind: str, root: Path) -> list[Attempt]:
    """Read the sources of a kind, what is replaced before what replaces it; in the order given."""
    by_name: dict[str, Submission] = {}
    attempts: dict[int, Attempt] = {}
    waiting = dict(enumerate(_with_replaced(sources, root)))
    while waiting:
        names = {source.name for source in waiting.values()}
        ready = [at for at, source in waiting.items() if source.replaces not in names]
        for at in ready or list(waiting):
            source = waiting.pop(at)
            attempts[at] = _attempt(source, kind, root, by_name.get(source.replaces or "")) if ready else Attempt(source, kind, problems=[replaces_itself(source)])
            if (submission := attempts[at].submission) is not None:
                by_name.setdefault(source.name, submission)
    return [attempts[at] for at in sorted(attempts)]


def _attempt(source: InputSource, kind: str, root: Path, original: Submission | None) -> Attempt:
    attempt = Attempt(source, kind)
    try:
        with _uncollected():
            attempt.submission = read_submission(source, kind, root, original)
        if source.replaces and not (root / source.replaces).is_file() and original is None:
            raise _replaces_nothing(source, root)
    except PopAnalysisError as error:
        attempt.problems.extend(getattr(error, "problems", (error,)))
    return attempt


def _replaces_nothing(source: InputSource, root: Path) -> SourceFileError:
    hint = _whereabouts(root / str(source.replaces))
    return SourceFileError(
        zh=f"文件 {source.name} 注明更正 {source.replaces}，但该文件不存在。{hint.zh}请核对 replaces 中的路径；原文件确已不在的，请删去 replaces。",
        en=f"File {source.name} is said to replace {source.replaces}, which does not exist.{hint.en} Check the path under 'replaces'; if that file is gone for good, remove 'replaces'.",
        file=source.name, replaces=source.replaces)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python's search for cycles off: every row of a sheet is a list, none is part of a cycle, and looking through all of them costs a tenth of the reading."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _with_replaced(sources: Sequence[InputSource], root: Path) -> list[InputSource]:
    """Name what is replaced as it is listed, however ``replaces`` spells its path, and add it where it is not listed and still lies there."""
    listed = {(root / source.path).resolve(): source.path for source in reversed(sources) if source.path}
    wanted = [source.model_copy(update={"replaces": listed.get((root / source.replaces).resolve(), source.replaces)}) if source.replaces else source for source in sources]
    for source in tuple(wanted):
        if source.replaces and source.replaces not in {other.path for other in wanted} and (root / source.replaces).is_file():
            wanted.append(source.model_copy(update={"path": source.replaces, "replaces": None}))
    return wanted
