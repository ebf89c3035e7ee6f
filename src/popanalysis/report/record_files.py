"""The files of a revision, written as :mod:`popanalysis.schemas` lays them down.

Everything is written in a fixed order of rows and columns, UTF-8 (CSV with BOM, for spreadsheet programs), so that the
same frames give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from popanalysis.columns import (
    CASES_COLUMNS,
    FAULTS_COLUMNS,
    LINKED_RECORDS_COLUMNS,
    LINKS_COLUMNS,
    MEMORY_ONLY_FIELDS,
    RELATIONS_COLUMNS,
)

__all__ = ["PUBLISH", "RESTRICTED", "RETURNS", "make_folders", "personal_values", "write_json", "write_records", "write_restricted", "write_table"]

PUBLISH = "publish"
RESTRICTED = "restricted"
RETURNS = "returns"  # inside RESTRICTED

#: restricted table -> the columns it begins with
_TABLES: Mapping[str, tuple[str, ...]] = {
    "linked_records": LINKED_RECORDS_COLUMNS, "links": LINKS_COLUMNS, "cases": CASES_COLUMNS, "relations": RELATIONS_COLUMNS, "faults": FAULTS_COLUMNS}
_SORTED_BY: Mapping[str, list[str]] = {
    "linked_records": ["kind", "file", "sheet", "row"], "links": ["record_id_a", "record_id_b"], "cases": ["case_id"],
    "relations": ["relation", "from_id", "to_id"], "faults": ["file", "sheet", "row", "column", "fault"]}


def make_folders(folder: Path) -> None:
    """Make ``publish/tables`` and ``restricted``; only the owner may enter ``restricted`` (where the system knows modes)."""
    (folder / PUBLISH / "tables").mkdir(parents=True, exist_ok=True)
    restricted = folder / RESTRICTED
    restricted.mkdir(exist_ok=True)
    restricted.chmod(0o700)


def write_restricted(
    folder: Path, *, linked_records: pd.DataFrame, links: pd.DataFrame, cases: pd.DataFrame, relations: pd.DataFrame, faults: pd.DataFrame,
    records: Mapping[str, pd.DataFrame], carried_forward: pd.DataFrame, edits: pd.DataFrame, return_sheets: Mapping[str, bytes],
    sentences: pd.DataFrame | None = None, births_table: pd.DataFrame | None = None,
) -> None:
    """Write the tables that hold rows about persons.

    Parameters
    ----------
    folder : the revision being made.
    linked_records, links, cases, relations, faults : the tables of :mod:`popanalysis.schemas`; further columns follow the named ones.
    records : kind -> typed records, index record_id.
    carried_forward : what the next quarter reads.
    edits : what offices changed in lists sent again; written where there is any.
    sentences : a sentence a case (:func:`popanalysis.report.sentences_of_cases`); they name rows, so that they are no part of what is sealed.
    births_table : births by town, month, sex, place and lists; its small counts are for the offices alone.
    return_sheets : name -> workbook, from :func:`popanalysis.report.compose_return_sheets`.
    """
    restricted = folder / RESTRICTED
    frames = {"linked_records": linked_records, "links": links, "cases": cases, "relations": relations, "faults": faults}
    for name, frame in frames.items():
        columns = [*_TABLES[name], *(c for c in frame if c not in _TABLES[name])]
        write_table(restricted / f"{name}.csv", frame.reindex(columns=columns).sort_values(_SORTED_BY[name], kind="stable"))
    write_records(restricted / "records.parquet", records)
    _write_parquet(restricted / "carried_forward.parquet", carried_forward)
    if len(edits):
        write_table(restricted / "edits.csv", edits)
    if sentences is not None:
        write_table(restricted / "case_sentences.csv", sentences)
    if births_table is not None:
        write_table(restricted / "births_by_town_month_sex_place.csv", births_table)
    (restricted / RETURNS).mkdir(exist_ok=True)
    for name, content in return_sheets.items():
        (restricted / RETURNS / name).write_bytes(content)


def write_records(path: Path, records: Mapping[str, pd.DataFrame]) -> None:
    """Write typed records of all kinds (kind -> frame, index record_id) into one file."""
    parts = [frame.rename_axis("record_id").reset_index().assign(kind=kind) for kind, frame in sorted(records.items())]
    _write_parquet(path, pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"record_id": [], "kind": []}))


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write one CSV: UTF-8 with BOM, LF, blanks for missing values, numbers with at most six decimals."""
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n", float_format="%.6g", date_format="%Y-%m-%d")


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON with sorted keys, so that equal values give equal bytes; the file appears whole or not at all."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
    beside.replace(path)


def _write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write typed records: text, dates and whole numbers; columns held in memory only stay out."""
    columns = [c for c in frame if c not in MEMORY_ONLY_FIELDS]
    typed = {}
    for column in columns:
        values = frame[column]
        if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
            values = values.astype("string")
        typed[column] = values
    table = pa.Table.from_pandas(pd.DataFrame(typed), preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd")


def personal_values(records: Iterable[pd.DataFrame], fields: Iterable[str]) -> set[str]:
    """Collect the values that may not stand in anything published."""
    wanted = list(fields)
    return {
        str(value) for frame in records for field in wanted if field in frame
        for value in frame[field].dropna().unique() if len(str(value)) > 1
    }
