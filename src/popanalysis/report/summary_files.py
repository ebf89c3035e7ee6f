"""The files of a monthly summary: it adds nothing to the chain of records, so no event, case or link is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from popanalysis.columns import FAULTS_COLUMNS
from popanalysis.params import QuarterParams
from popanalysis.report.chapters import Chapter
from popanalysis.report.page import Html
from popanalysis.report.record_files import RESTRICTED, write_records, write_table
from popanalysis.report.writing import check_totals, write_revision
from popanalysis.workspace import Workspace

__all__ = ["write_summary"]


def write_summary(
    workspace: Workspace, params: QuarterParams, *, chapters: Iterable[Chapter], run_record: Mapping[str, Any], linked_records: pd.DataFrame,
    differences: pd.DataFrame, home_county: pd.DataFrame, faults: pd.DataFrame, records: Mapping[str, pd.DataFrame],
) -> Html:
    """Check that the totals balance, then write everything the month's notebook makes.

    Parameters
    ----------
    workspace, chapters, run_record : as in :func:`popanalysis.report.write_record`.
    linked_records : the fate of every row, for the check only.
    differences, home_county : from :func:`popanalysis.measure.monthly_differences` and :func:`popanalysis.measure.home_county_list`; keyed by
        record_id, the only key a later quarter knows.
    faults : FAULTS_COLUMNS. records : kind -> typed records that took part, index record_id.

    Returns
    -------
    The last words of the notebook: which checks passed, how many files were written.

    Raises
    ------
    RecordError : rows do not balance, or a used row has no event.
    """
    checks = check_totals(run_record, linked_records, params.language)

    def write_rest(folder: Path) -> None:
        restricted = folder / RESTRICTED
        write_table(restricted / "monthly_differences.csv", differences)
        write_table(restricted / "home_county.csv", home_county)
        columns = [*FAULTS_COLUMNS, *(c for c in faults if c not in FAULTS_COLUMNS)]
        write_table(restricted / "faults.csv", faults[columns].sort_values(["file", "sheet", "row", "column", "fault"], kind="stable"))
        write_records(restricted / "records.parquet", records)

    return write_revision(workspace, params, checks=checks, chapters=chapters, run_record=run_record, write_rest=write_rest)
