"""Turn raw text in canonical columns into typed records; the step between a user's own data and the engine.

The order within a row: cells that say "as above" are filled; each field is cleaned by itself; what two columns say of
one thing is brought together (date and time of birth, number and birth date); what contradicts itself is reported,
by checks that are data (:mod:`popanalysis.clean.checks`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.before_after import drop_other_values, read_values, settle_typed_pairs
from popanalysis.clean.changes import settle_item_and_class
from popanalysis.clean.checking import check_rows
from popanalysis.clean.checks import CheckRules, shipped_checks
from popanalysis.clean.divisions import Divisions
from popanalysis.clean.faults import Finding
from popanalysis.clean.fields import Circumstances, clean_field, typed
from popanalysis.clean.findings import CLEAN_FAULTS_COLUMNS, Findings
from popanalysis.clean.marriages import settle_service_type
from popanalysis.clean.one_cell import part_names_and_numbers
from popanalysis.clean.persons import read_own_number
from popanalysis.clean.reasons import TEXTS_WITH_REASONS, set_policy_words_aside, settle_defer_class, settle_doubt_class
from popanalysis.clean.told import settle_told
from popanalysis.clean.values import DITTO_AS_WRITTEN, Cleaned, Distinct, is_missing, tidy
from popanalysis.clean.within_rows import (
    mark_doubtful_births,
    place_town,
    read_birth_order,
    settle_birth_date,
    settle_child_name,
    settle_delivery,
)
from popanalysis.columns import DROPPED_FIELDS, FIELD_TOLD_BY_TITLE, FIELDS_OF_KIND, ID_FIELDS, MARRIAGE_KINDS
from popanalysis.errors import ParameterError, ValidationError

__all__ = ["CLEAN_FAULTS_COLUMNS", "clean_and_check", "clean_records"]

_TYPES: Final = pd.CategoricalDtype(["text", "number", "date", "bool", "blank", "error"])
_PARTS_KEPT: Final = {"": "", "state": "_state", "18": "_18", "note": "_note", "division": "_division", "town": "_town", "village": "_village", "proposed": "_proposed"}


def clean_records(
    frame: pd.DataFrame, kind: str, *, types: pd.DataFrame | None = None, divisions: Divisions | None = None,
    as_of: dt.date | None = None, date_order: str | None = None, checks: CheckRules | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clean a frame of raw text in canonical columns.

    Parameters
    ----------
    frame : DataFrame, one row a record, unique index
        Any subset of the kind's fields, and ``birth_datetime`` for date and time in one column. Blank cells are ``""`` or NA.
        Other columns stay as they are, except those never stored for privacy, which are dropped.
    kind : one of ``columns.KINDS``.
    types : DataFrame with the same index, what each cell was in the file ("text", "number", "date" ...)
        Default: taken from the columns' types; a floating-point number of 16 digits and more has lost its tail.
    divisions : default the package's tables without a home banner.
    as_of : the day of the record; later dates are reported. Default: not checked.
    date_order : ``ymd``, ``dmy`` or ``mdy`` where the office states how it writes 25/3/5.
    checks : what every row is checked for. Default: the package's.

    Returns
    -------
    records : DataFrame, same index
        Text as ``string``, dates as datetime64[ns], whole numbers as Int64, ``child_sex`` as "1" or "2", missing as NA. Added:
        ``<number>_state``, ``<number>_18`` (the 18-character form of old numbers, where there are any), ``<name>_note``, ``birth_date_precision``, ``birth_date_proposed`` (solar reading of lunar dates), ``birth_date_doubtful`` (bool: later
        than the office's act or ``as_of``), ``birth_time``, ``birth_date_from`` and
        ``<address>_division``, ``_town``, ``_village``; ``town_code`` of ``town``, or of ``village`` where that begins with its town.
        By kind: ``doubt_class`` and ``birth_date`` (of the delivery), ``defer_class``, the typed pairs ``old_name``, ``new_name`` … of a change;
        codes as ``columns`` lists them in ``change_item``, ``change_class``, ``direction`` and ``reason``; ``service_type`` as
        :func:`popanalysis.clean.marriages.read_service_type` tells; ``period`` as the parameters write it.
    faults : DataFrame, one row a fault or repair
        Columns ``record, field, raw_value, fault, done, severity``; codes as in :data:`popanalysis.clean.FAULTS`,
        and the names of the checks that failed.

    Raises
    ------
    ParameterError : the kind is unknown or the index not unique.
    ValidationError : a text was lost without a fault being reported (a fault of this program).

    Examples
    --------
    >>> raw = pd.DataFrame({"mother_name": ["王　伟"], "birth_datetime": ["2025年3月5日14时23分"]}, index=["a"])
    >>> records, faults = clean_records(raw, "birth_cert")
    >>> records.loc["a", ["birth_time", "mother_name"]].tolist(), faults["fault"].tolist()
    (['14:23', '王伟'], ['name_blanks_removed'])
    """
    records, faults, _ = clean_and_check(frame, kind, types=types, divisions=divisions, as_of=as_of, date_order=date_order, checks=checks)
    return records, faults


def clean_and_check(
    frame: pd.DataFrame, kind: str, *, types: pd.DataFrame | None = None, divisions: Divisions | None = None,
    as_of: dt.date | None = None, date_order: str | None = None, checks: CheckRules | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Do what :func:`clean_records` does; the third frame counts the outcomes of the checks (``checking.OUTCOMES_COLUMNS``)."""
    fields = _fields_of(kind)
    if not frame.index.is_unique:
        raise ParameterError(zh="数据表的行标签有重复，无法逐行说明问题。请先重设索引。", en="The frame's index is not unique, so faults could not name their row. Reset the index first.")
    given = Circumstances(divisions if divisions is not None else Divisions.load(None, ""), as_of, date_order, kind)
    found = Findings(frame.index)
    frame = part_names_and_numbers(frame, kind, found)
    columns: dict[str, pd.Series] = {}
    raw: dict[str, npt.NDArray[np.object_]] = {}
    cells: dict[str, tuple[npt.NDArray[np.object_], pd.Categorical | None]] = {}
    inside: dict[str, tuple[npt.NDArray[np.datetime64], npt.NDArray[np.object_]]] = {}  # what identity numbers tell
    for field in [name for name in (*fields, "birth_datetime", f"{FIELD_TOLD_BY_TITLE.get(kind)}_told") if name in frame.columns]:
        texts, kinds = _as_texts(frame[field], types[field] if types is not None and field in types.columns else None)
        raw[field] = texts
        texts = _fill_ditto(_without_errors(texts, kinds, field, found), frame, field, found)
        cells[field] = texts, kinds
        if field in TEXTS_WITH_REASONS:
            texts, raw[field] = set_policy_words_aside(field, texts, found)
        column = Distinct.of(texts, kinds)
        cleaned = clean_field(field, column, given)
        if field.removesuffix("_told") != FIELD_TOLD_BY_TITLE.get(kind):  # whether its words are lost shows once the title was asked
            _guard(field, column, cleaned)
        found.add(field, raw[field], column, cleaned)
        columns |= _spread(field, column, cleaned, frame)
        if field in ID_FIELDS:
            inside[field] = cleaned.columns["born"][column.codes], cleaned.columns["sex"][column.codes]
    settle_child_name(columns, raw, found)
    read_birth_order(columns)
    if kind == "unverified_delivery":
        settle_delivery(columns)
    if kind == "identity_change":
        settle_item_and_class(columns, raw, frame.index)
        read_values(columns, cells, found, given, frame.index)
        settle_typed_pairs(columns)
        drop_other_values(columns, found)
    settle_birth_date(columns, raw, found, frame)
    read_own_number(columns, frame, kind)
    mark_doubtful_births(columns, frame, kind, as_of)
    place_town(columns, raw, found, given.divisions)
    outcomes = check_rows(checks or shipped_checks(), columns, raw, inside, found, kind, as_of)
    _settle_words(columns, raw, {field: texts for field, (texts, _) in cells.items()}, found, frame, kind)
    return _assemble(frame, columns, fields), found.frame(), outcomes


def _settle_words(columns: dict[str, pd.Series], raw: dict[str, npt.NDArray[np.object_]], stated: dict[str, npt.NDArray[np.object_]],
                  found: Findings, frame: pd.DataFrame, kind: str) -> None:
    """Settle what a kind's own words stand for."""
    settle_told(columns, raw, found, kind, frame.index)
    if kind in MARRIAGE_KINDS:
        settle_service_type(columns)
    elif kind == "unverified_delivery":
        settle_doubt_class(columns, stated, frame)
    elif kind == "deferred_hukou":
        settle_defer_class(columns, stated, frame, found)


def _fields_of(kind: str) -> tuple[str, ...]:
    if kind in FIELDS_OF_KIND:
        return FIELDS_OF_KIND[kind]
    raise ParameterError(zh=f"类别“{kind}”不存在。可用的有：{'、'.join(FIELDS_OF_KIND)}。", en=f"Unknown kind '{kind}'. Valid: {', '.join(FIELDS_OF_KIND)}.", name=kind)


# --- raw texts ------------------------------------------------------------------------------------------------


def _as_texts(column: pd.Series, types: pd.Series | None) -> tuple[npt.NDArray[np.object_], pd.Categorical | None]:
    """Return a column as texts (``""`` = missing) and what its cells were."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return np.asarray(column.dt.strftime("%Y-%m-%dT%H:%M:%S").str.removesuffix("T00:00:00").fillna("").astype(object)), None
    values = np.asarray(column) if column.dtype == object else np.asarray(column.astype(object))
    kinds: pd.Categorical | None
    if set(map(type, values)) <= {str}:  # as files are read: no gaps
        return values, pd.Categorical(types, dtype=_TYPES) if types is not None else None
    missing = np.asarray(column.isna())
    if pd.api.types.is_float_dtype(column.dtype):
        texts = [format(value, ".17g") if abs(value) >= 1e15 else format(value, ".10g") for value in np.where(missing, 0.0, values)]
        texts_array = np.array(texts, dtype=object)
        kinds = pd.Categorical.from_codes([1] * len(texts), dtype=_TYPES)
    else:
        texts_array = np.array([value if type(value) is str else str(value) for value in values], dtype=object)
        kinds = pd.Categorical(types, dtype=_TYPES) if types is not None else None
    texts_array[missing] = ""
    return texts_array, kinds


def _without_errors(texts: npt.NDArray[np.object_], kinds: pd.Categorical | None, field: str, found: Findings) -> npt.NDArray[np.object_]:
    """A cell that shows #N/A holds nothing."""
    failed = np.asarray(kinds == "error") if kinds is not None else np.zeros(len(texts), dtype=bool)
    if not failed.any():
        return texts
    for position in np.nonzero(failed)[0].tolist():
        found.at(position, field, texts[position], Finding("value_error", "set_missing", "error"))
    return np.where(failed, "", texts)


def _fill_ditto(texts: npt.NDArray[np.object_], frame: pd.DataFrame, field: str, found: Findings) -> npt.NDArray[np.object_]:
    """Fill 同上 from the row above on the same sheet; above the first row there is nothing to take."""
    if DITTO_AS_WRITTEN.isdisjoint(texts):
        return texts
    ditto = np.isin(texts, list(DITTO_AS_WRITTEN))
    above = pd.Series(texts, index=frame.index, dtype="string").mask(ditto)
    sheets = [frame[name].fillna("") for name in ("file", "sheet") if name in frame.columns]
    filled = (above.groupby(sheets, sort=False).ffill() if sheets else above.ffill()).fillna("").to_numpy(dtype=object)
    for position in np.nonzero(ditto)[0].tolist():
        found.at(position, field, texts[position], Finding("value_ditto", "copied" if filled[position] else "set_missing", "note"))
    return np.asarray(filled, dtype=object)


def _guard(field: str, column: Distinct, cleaned: Cleaned) -> None:
    """Fail where a text vanished without a word (principle: nothing is lost)."""
    kept = cleaned.columns.get("clock", np.empty(0))
    for i in np.nonzero(pd.isna(cleaned.columns[""]))[0].tolist():
        if not cleaned.findings[i] and not (len(kept) and kept[i]) and not is_missing(tidy(column.values[i])[0]):
            raise ValidationError(
                zh=f"程序错误：{field} 列中有文字在整理时丢失而未作说明。请报告此问题。",
                en=f"Fault of this program: cleaning emptied a text of {field} without saying so. Please report it.", column=field)


def _spread(field: str, column: Distinct, cleaned: Cleaned, frame: pd.DataFrame) -> dict[str, pd.Series]:
    parts = {f"{field}{_PARTS_KEPT[name]}": typed(field, name, values, column.codes, frame.index) for name, values in cleaned.columns.items() if name in _PARTS_KEPT}
    for name in ("precision", "clock"):
        if name in cleaned.columns:
            parts[f"{field}_{name}"] = typed(field, name, cleaned.columns[name], column.codes, frame.index)
    note = parts.get(f"{field}_note")
    if note is not None and not note.notna().any() and f"{field}_note" not in frame.columns:
        del parts[f"{field}_note"]
    for name in [n for n in parts if n != field and n in frame.columns]:  # cleaned before: what was moved or noted then stays
        parts[name] = parts[name].fillna(frame[name].astype(parts[name].dtype))
    return parts


def _assemble(frame: pd.DataFrame, columns: dict[str, pd.Series], fields: tuple[str, ...]) -> pd.DataFrame:
    """Put the user's own columns first, then the fields in their written order, each followed by what was derived from it."""
    own = [name for name in frame.columns if name not in DROPPED_FIELDS and name not in columns and name not in (*fields, "birth_datetime")]
    order: list[str] = []
    for field in fields:
        if field in columns:
            order.append(field)
        order += [name for name in columns if name not in fields and name.startswith(f"{field}_") and name not in order]
    order += [name for name in columns if name not in order]
    return pd.concat([frame[own], pd.DataFrame({name: columns[name] for name in order}, index=frame.index, copy=False)], axis=1, copy=False)


