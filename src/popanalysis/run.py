"""One period: check, run the notebook, render, check again, promote.

A record is made in ``outputs/<period>/.unfinished`` and becomes ``r1``, ``r2`` … by one rename, after everything was
checked. Whatever happens before that rename leaves no revision: a failure is kept as ``FAILED`` with its reason, a
killed run is found and set aside by the next one. Only one run works on a period at a time.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import nbformat

from popanalysis.errors import PopAnalysisError, RecordError
from popanalysis.executing import read_notebook, write_notebook
from popanalysis.making import make_record, notebook_name, preflight, project_root
from popanalysis.params import QuarterParams
from popanalysis.report import fingerprint, seal
from popanalysis.report.record_files import PUBLISH, write_json
from popanalysis.report.sealed_record import beside_the_seal, read_run_record
from popanalysis.workspace import CURRENT, current_revision, revision_number, revisions

__all__ = ["only_run", "run_period"]

UNFINISHED = ".unfinished"
VERIFYING = ".verifying"
FAILED = "FAILED"
LOCK = ".lock"


def run_period(params_file: Path, *, progress: bool = False) -> Path:
    """Make the record of a period and promote it.

    Parameters
    ----------
    params_file : the parameter file.
    progress : show papermill's progress bar (on a terminal).

    Returns
    -------
    The new revision folder, for example ``outputs/2025Q1/r1``.

    Raises
    ------
    PopAnalysisError : parameters, files or a check refused; nothing was promoted.
    """
    params = QuarterParams.read(params_file)
    root = project_root(params_file)
    persons = preflight(params, root)
    home = params.output_folder(root)
    with only_run(home, params.period):
        _set_aside_leftovers(home, params)
        _finish_promotion(home)
        before = current_revision(home)
        work = home / UNFINISHED
        try:
            make_record(params, root, work, before, persons, progress=progress)
        except KeyboardInterrupt:
            error = RecordError(zh="已按要求中断，没有生成记录，原有修订未受影响。可重新运行。", en="Interrupted as asked; no record was made and earlier revisions are untouched. Run again when ready.")
            _keep_failure(home, work, params, error)
            raise error from None
        except BaseException as error:
            _keep_failure(home, work, params, error)
            raise
        number = max((revision_number(r) for r in revisions(home)), default=0) + 1
        revision = home / f"r{number}"
        _seal(work, number, before)
        work.rename(revision)
        _point_to(home, revision)
        shutil.rmtree(home / FAILED, ignore_errors=True)  # what failed before has been made good
    return revision


# --- sealing and promoting --------------------------------------------------------------------------


def _seal(work: Path, number: int, before: Path | None) -> None:
    told = read_run_record(work)
    told.update(
        revision=number,
        revision_before={"revision": before.name, "fingerprint": read_run_record(before)["fingerprint"]} if before else None,
        sealed=seal(work),
        fingerprint=fingerprint(work), beside_the_seal=beside_the_seal(work))
    write_json(work / PUBLISH / "run_record.json", told)


def _point_to(home: Path, revision: Path) -> None:
    beside = home / f"{CURRENT}.part"
    beside.write_text(revision.name + "\n", encoding="utf-8", newline="\n")
    beside.replace(home / CURRENT)


def _finish_promotion(home: Path) -> None:
    """A revision that was renamed into place is promoted, even if the machine stopped before ``current`` was written."""
    existing = revisions(home)
    if existing and current_revision(home) != existing[-1]:
        _point_to(home, existing[-1])


@contextmanager
def only_run(home: Path, period: str) -> Iterator[None]:
    lock = filelock.FileLock(home / LOCK, timeout=0)
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        if isinstance(error, filelock.Timeout):
            raise RecordError(
                zh=f"{period} 正在由另一个程序运行。请等它结束后再试。",
                en=f"Another run is working on {period}. Wait until it has ended and try again.", period=period) from None
        raise RecordError(
            zh=f"文件夹 {home.parent.name}/{home.name} 无法写入。请检查写入权限，或关闭正在使用其中文件的程序。",
            en=f"Folder {home.parent.name}/{home.name} cannot be written to. Check its permissions, or close programs that use files in it.", folder=str(home)) from error
    try:
        yield
    finally:
        lock.release()


# --- failures ---------------------------------------------------------------------------------------


def _set_aside_leftovers(home: Path, params: QuarterParams) -> None:
    """A working folder found here belongs to a run that was killed: no other run can hold the lock."""
    work = home / UNFINISHED
    if work.is_dir():
        _keep_failure(home, work, params, RecordError(zh="上一次运行被中断（断电或被强行结束）。", en="The run before was interrupted (power cut or killed)."))
    shutil.rmtree(home / VERIFYING, ignore_errors=True)


def _keep_failure(home: Path, work: Path, params: QuarterParams, error: BaseException) -> None:
    """Keep what explains a failure, marked so that nobody takes it for a record: the reason, and the notebook as far as it came."""
    reason = error if isinstance(error, PopAnalysisError) else RecordError(zh=f"运行中断：{type(error).__name__}", en=f"Run stopped: {type(error).__name__}")
    failed = home / FAILED
    shutil.rmtree(failed, ignore_errors=True)
    failed.mkdir()
    failed.chmod(0o700)
    name = next((path.name for path in sorted(work.glob("*.ipynb"))), notebook_name(params))  # the one that was under way
    head = f"FAILED 运行失败 {params.period}（{name}）"
    (failed / "FAILED.txt").write_text(f"{head}\n{reason.text.zh}\n{reason.text.en}\n", encoding="utf-8", newline="\n")
    partial = work / name
    try:
        notebook = read_notebook(partial)
    except RecordError:
        pass  # there is none, or the machine stopped while it was being written
    else:
        said = f"# {head}\n\n{reason.text.zh}\n\n{reason.text.en}"
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(said, id="failed"))  # type: ignore[no-untyped-call]
        write_notebook(notebook, failed / f"FAILED_{name}")
    shutil.rmtree(work, ignore_errors=True)
