"""Running a notebook: papermill with the package's own habits, and what its failures are called."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import nbformat

from popanalysis import errors
from popanalysis.errors import RecordError
from popanalysis.params import QuarterParams
from popanalysis.workspace import WORK_ENV

__all__ = ["execute_notebook", "one_kernel", "read_notebook", "refuse_unfinished", "write_notebook"]

_ENGINE: Final = "popanalysis"
_KERNEL: Final = "python3"
_SECONDS_BETWEEN_SAVES: Final = 5.0


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook in the current format; raise :class:`RecordError` for a damaged one."""
    try:
        notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        raise RecordError(
            zh=f"记录本 {path.name} 无法读取或已损坏。请恢复程序自带的记录本。",
            en=f"Notebook {path.name} cannot be read or is damaged. Restore the notebook that comes with the program.", file=path.name) from error
    return notebook


def write_notebook(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook."""
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


@contextmanager
def one_kernel() -> Iterator[Any]:
    """A kernel for several notebooks one after the other: it starts with the first, and what that imported need not be imported again.

    Each notebook still sets every name it uses, so that it runs alone as well.
    """
    from jupyter_client.manager import AsyncKernelManager
    from nbclient.util import run_sync

    kernel = AsyncKernelManager(kernel_name=_KERNEL)
    try:
        yield kernel
    finally:
        if kernel.has_kernel:
            run_sync(kernel.shutdown_kernel)(now=True)


def execute_notebook(template: Path, output: Path, params: QuarterParams, root: Path, work: Path, *, kernel: Any = None, progress: bool) -> None:
    """Run a notebook with the parameters of a period, writing into a working folder; by default in a kernel of its own.

    Raises
    ------
    RecordError : a cell failed, or the kernel ended half-way.
    """
    import papermill  # a second to import; nothing else needs it
    from nbclient.exceptions import DeadKernelError

    _register_engine()
    before = os.environ.get(WORK_ENV)
    os.environ[WORK_ENV] = str(work)
    try:
        papermill.execute_notebook(
            str(template), str(output), parameters=params.to_plain(), cwd=str(root), kernel_name=_KERNEL, engine_name=_ENGINE, km=kernel,
            progress_bar=_progress_bar(params.language) if progress else False, log_output=False,
            extra_arguments=["--IPKernelApp.log_level=50"])  # its notes on transport are none of the user's business
    except papermill.PapermillExecutionError as error:
        zh, en = _both_languages(error.ename, error.evalue)
        raise RecordError(
            zh=f"记录本 {template.name} 第 {error.cell_index + 1} 个单元格运行失败（{error.ename}）：{zh}",
            en=f"Cell {error.cell_index + 1} of {template.name} failed ({error.ename}): {en}",
            cell=error.cell_index + 1, ename=error.ename) from None
    except DeadKernelError:
        raise RecordError(
            zh="运行记录本的内核中途退出：可能内存不足，或单元格中调用了 exit。请关闭其他程序后重新运行。",
            en="The notebook's kernel ended half-way: memory may be short, or a cell calls exit(). Close other programs and run again.") from None
    finally:
        if before is None:
            del os.environ[WORK_ENV]
        else:
            os.environ[WORK_ENV] = before


def _register_engine() -> None:
    """Make known an engine that saves the notebook every few seconds, not before and after every cell: that took an eighth of a run."""
    from papermill.engines import NBClientEngine, papermill_engines

    class SparingEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
            save, saved = nb_man.save, time.monotonic()

            def save_now_and_then(nb: Any = None, **more: Any) -> None:
                nonlocal saved
                if nb is not None:
                    nb_man.nb = nb
                if time.monotonic() - saved >= _SECONDS_BETWEEN_SAVES:
                    save(**more)
                    saved = time.monotonic()

            nb_man.save = save_now_and_then
            try:
                return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
            finally:
                nb_man.save = save  # after a failure and at the end it is saved as ever

    papermill_engines.register(_ENGINE, SparingEngine)


def _progress_bar(language: str) -> dict[str, Any]:
    zh = language == "zh"
    return {"file": sys.stderr, "desc": "生成记录" if zh else "Making the record", "unit": "步" if zh else "cell", "leave": False}


def _both_languages(ename: str, said: str) -> tuple[str, str]:
    """Part what an error of this package said in the kernel: the lines in Chinese come first, as many in English follow."""
    lines = said.splitlines()
    half, odd = divmod(len(lines), 2)
    if odd or not hasattr(errors, ename):
        return said, said
    return "\n".join(lines[:half]), "\n".join(lines[half:])


def refuse_unfinished(notebook: nbformat.NotebookNode) -> None:
    """Refuse a notebook that stopped early (``sys.exit()`` counts as success for papermill)."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        stopped = any(output.output_type == "error" for output in cell.outputs)
        if stopped or cell.execution_count is None or cell.metadata.get("papermill", {}).get("status") != "completed":
            raise RecordError(
                zh=f"记录本在第 {number} 个单元格中止，其后的单元格没有运行。请不要在单元格中调用 exit。",
                en=f"The notebook stopped at cell {number}; the cells after it did not run. Do not call exit() in a cell.", cell=number)
