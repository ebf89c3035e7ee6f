"""The truth beside the offices' files: every row, mistake, planted value and shown value, by file, sheet and row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from popanalysis.synthetic.quarters import Quarter
from popanalysis.synthetic.sheet import Sheet

__all__ = ["TRUTH", "truth_tables"]

#: file -> sheets in it, of one kind
Pages = Mapping[str, Sequence[Sheet]]
#: table -> its columns; see :func:`popanalysis.synthetic.demo.write_demo`.
TRUTH: Final[dict[str, tuple[str, ...]]] = {
    "records": ("kind", "quarter", "file", "sheet", "row", "event", "set_id", "name_form", "local", "duplicate", "about", "detail"),
    "errors": ("kind", "quarter", "file", "sheet", "row", "field", "error", "true_value", "written_value"),
    "values": ("kind", "quarter", "file", "sheet", "row", "field", "value"),
    "planted": ("kind", "file", "sheet", "row", "header", "value", "treatment"),
    "aliases": ("kind", "quarter", "file", "sheet", "row", "event", "person", "field", "change", "shown"),
    "answers": ("event", "town", "answer", "field", "value")}

_PARENTS: Final = ("mother_name", "mother_id", "father_name", "father_id")
_OF_BIRTH: Final = ("birth_date", "child_sex", "child_name", "birth_cert_no", *_PARENTS)
#: list -> what its sheets show of that which other lists may show as well.
_SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "birth_cert": _OF_BIRTH, "hukou_birth": (*_OF_BIRTH, "child_id"), "town_birth": _OF_BIRTH, "deferred_hukou": _OF_BIRTH,
    "unverified_delivery": tuple(field for field in _OF_BIRTH if field != "father_id"),
    "migration": ("accept_date",), "marriage": ("reg_date", "cert_no", "husband_name", "husband_id", "husband_birth_date", "wife_name", "wife_id"),
    "town_marriage": ("reg_date", "cert_no", "husband_name", "husband_id", "husband_birth_date", "wife_name", "wife_id", "wife_birth_date")}


def truth_tables(quarter: Quarter, pages: Mapping[str, Pages]) -> dict[str, pd.DataFrame]:
    """Return the tables of :data:`TRUTH` for a quarter.

    Parameters
    ----------
    pages : kind -> file -> the sheets it holds.
    """
    makers = {"records": _records, "errors": _errors, "values": _values, "planted": _planted, "aliases": _aliases}
    found = {name: _joined([make(quarter, kind, files) for kind, files in pages.items()], TRUTH[name]) for name, make in makers.items()}
    return {**found, "answers": quarter.answers[list(TRUTH["answers"])]}


def _joined(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    filled = [part.astype(object) for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True)[list(columns)] if filled else pd.DataFrame(columns=list(columns))


def _places_of(files: Pages) -> pd.DataFrame:
    """Return one row a list entry, by its place in the list: file, sheet, row."""
    found = {place: (file, page.name, row) for file, sheets in files.items() for page in sheets for place, row in page.row_of.items()}
    return pd.DataFrame.from_dict(found, orient="index", columns=["file", "sheet", "row"]).sort_index()


def _records(quarter: Quarter, kind: str, files: Pages) -> pd.DataFrame:
    rows, where = quarter.lists[kind], _places_of(files)
    told = {column: rows[column].fillna("") if column in rows else "" for column in ("event", "set_id", "name_form", "about", "detail")}
    flags = {"local": rows.get("local", ""), "duplicate": rows.get("duplicate", False)}
    return pd.DataFrame({"kind": kind, "quarter": str(quarter.period), **where, **told, **flags}, index=where.index)


def _at_places(files: Pages, told: pd.DataFrame) -> pd.DataFrame:
    where = _places_of(files).loc[told["row"].tolist()].reset_index(drop=True)
    return pd.concat([told.drop(columns="row").reset_index(drop=True), where], axis=1)


def _errors(quarter: Quarter, kind: str, files: Pages) -> pd.DataFrame:
    return _at_places(files, quarter.errors[kind]).assign(kind=kind, quarter=str(quarter.period))


def _values(quarter: Quarter, kind: str, files: Pages) -> pd.DataFrame:
    """One row a value that several lists may hold of one event, as it was written."""
    if kind not in _SHOWN:
        return pd.DataFrame()
    where = _places_of(files)
    rows = quarter.lists[kind].loc[where.index]
    wide = rows.reindex(columns=list(_SHOWN[kind]))
    if "accept_date" in wide:
        wide["accept_date"] = pd.to_datetime(rows["act_date"]).dt.strftime("%Y-%m-%d")
    long = wide.rename_axis("place").reset_index().melt("place", var_name="field").dropna(subset=["value"]).sort_values(["place", "field"], kind="stable")
    return pd.concat([where.loc[long["place"]].reset_index(drop=True), long[["field", "value"]].reset_index(drop=True)], axis=1).assign(kind=kind, quarter=str(quarter.period))


def _aliases(quarter: Quarter, kind: str, files: Pages) -> pd.DataFrame:
    if kind not in quarter.aliases:
        return pd.DataFrame()
    return _at_places(files, quarter.aliases[kind]).assign(kind=kind, quarter=str(quarter.period))


def _planted(quarter: Quarter, kind: str, files: Pages) -> pd.DataFrame:
    planted = [(kind, file, page.name, *found) for file, sheets in files.items() for page in sheets for found in page.planted]
    return pd.DataFrame(planted, columns=list(TRUTH["planted"]))
