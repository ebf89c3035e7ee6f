"""From submissions to records: one typed frame a kind, every row one fate, every finding its cell.

The written rule for fates, tried in this order:

superseded     the file is replaced by another submission;
not_a_record   titles, heads, totals, signatures, rows of sheets that hold no list;
unusable       no name, identity or certificate number is left, or neither a birth date nor any such number;
out_of_scope   the office's act lies after the period;
duplicate      every cleaned value equals that of another row of the kind, and so does every text that could not be read; one row is
               kept, the first by file, sheet and row. Rows that say of themselves that they belong to twins are never duplicates;
used           everything else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.acquire.submission import Submission
from popanalysis.clean.divisions import Divisions
from popanalysis.clean.records import clean_records
from popanalysis.columns import ACT_DATE_OF_KIND, FATES, FAULTS_COLUMNS, FIELDS_OF_KIND, MEMORY_ONLY_FIELDS, ORIGIN_COLUMNS
from popanalysis.errors import PopAnalysisError, ValidationError, raise_together
from popanalysis.params import Period, QuarterParams

__all__ = ["ACCOUNTING_COLUMNS", "CleanedLists", "clean_submissions"]

ACCOUNTING_COLUMNS: Final = (*ORIGIN_COLUMNS, "record_id", "fate", "fate_reason")
#: One of these is needed to say whom a row speaks of.
_IDENTIFYING: Final = ("child_name", "mother_name", "father_name", "child_id", "mother_id", "father_id", "birth_cert_no")
_NUMBERS: Final = ("child_id", "mother_id", "father_id", "birth_cert_no")
_TWIN_WORDS: Final = "双胞|双胎|多胞|多胎|三胎儿|三胞|孪生|龙凤"
_FEW: Final = 10  # fewer dated rows say little about the period a list was made for


@dataclass(frozen=True)
class CleanedLists:
    """What cleaning hands to linking.

    records : kind -> DataFrame of the used rows, index ``record_id``; ``file, sheet, row``, typed fields, derived columns.
    accounting : DataFrame, one row for every row that holds something: ``ACCOUNTING_COLUMNS``; ``record_id`` is "" where the row is no record,
        ``fate_reason`` a code, for duplicates ``same_as:<record_id>``.
    faults : DataFrame with ``FAULTS_COLUMNS``.
    letters : (file, sheet, field) -> column letter; a birth date read from the child's number has that number's letter.
    totals : DataFrame kind, file, fate, n: the row accounting.
    """

    records: Mapping[str, pd.DataFrame]
    accounting: pd.DataFrame
    faults: pd.DataFrame
    letters: Mapping[tuple[str, str, str], str]
    totals: pd.DataFrame


def clean_submissions(submissions: Sequence[Submission], params: QuarterParams, divisions: Divisions) -> CleanedLists:
    """Clean every submission of a period.

    Raises
    ------
    ValidationError : a list does not belong to the period; all such lists at once.
    """
    replaced = {s.replaces for s in submissions if s.replaces}
    cleaned = [_clean_one(s, params, divisions) for s in submissions]
    raise_together(_wrong_periods(zip(submissions, (c.records for c in cleaned), strict=True), params.span, replaced))
    records: dict[str, pd.DataFrame] = {}
    accounts: list[pd.DataFrame] = []
    faults: list[pd.DataFrame] = [c.faults for c in cleaned]
    for kind in dict.fromkeys(s.kind for s in submissions):
        frame = _stack([c.records for c in cleaned if c.submission.kind == kind])
        settled, twins = _settle_fates(_with_act_date(frame, kind, params.span), kind, params.span, replaced)
        accounts.append(_accounts(settled))
        faults.append(_twin_faults(twins))
        used = settled[settled["fate"] == "used"]
        records[kind] = used.drop(columns=["kind", "department", "fate", "fate_reason"]).set_index("record_id")
    accounts += [_not_records(s, s.file in replaced) for s in submissions]
    accounting = _in_order(_stack(accounts)[list(ACCOUNTING_COLUMNS)])
    return CleanedLists(records, accounting, _in_order(_stack(faults).reindex(columns=list(FAULTS_COLUMNS))), _letters(submissions), _totals(accounting))


# --- one submission -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cleaned:
    submission: Submission
    records: pd.DataFrame
    faults: pd.DataFrame


def _clean_one(submission: Submission, params: QuarterParams, divisions: Divisions) -> _Cleaned:
    records, found = clean_records(submission.cells, submission.kind, types=submission.types, divisions=divisions,
                                   as_of=params.as_of_date, date_order=submission.date_order)
    origin = submission.cells.loc[found["record"].to_numpy(dtype=np.intp), ["file", "sheet", "row"]].reset_index(drop=True)
    places = {(sheet, field): (submission.letter(sheet, field), submission.header(sheet, field))
              for sheet, field in set(zip(origin["sheet"], found["field"], strict=True))}
    cells = [places[pair] for pair in zip(origin["sheet"], found["field"], strict=True)]
    faults = pd.DataFrame({
        "file": origin["file"], "sheet": origin["sheet"], "row": origin["row"], "column": [header for _, header in cells],
        "cell": [f"{letter}{row}" if letter else "" for (letter, _), row in zip(cells, origin["row"], strict=True)],
        "raw_value": found["raw_value"].mask(found["field"].isin(MEMORY_ONLY_FIELDS), ""),  # a fault is written, such a value never
        "fault": found["fault"], "done": found["done"], "severity": found["severity"]})
    records = records.assign(_unread=_unread_texts(found, records.index))
    return _Cleaned(submission, records, _stack([submission.faults, faults, _far_births(submission, records, params.span)]))


def _unread_texts(found: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Join the texts of each row that were set missing: rows that differ in them are not the same row twice."""
    lost = found[found["done"] == "set_missing"]
    texts = (lost["field"] + "=" + lost["raw_value"].astype(str) + "\x1f").groupby(lost["record"], sort=False).agg("".join)
    return texts.reindex(index).fillna("")


def _far_births(submission: Submission, records: pd.DataFrame, span: Period) -> pd.DataFrame:
    """Report births long before the period in lists that follow the birth closely, and births after it in any."""
    if "birth_date" not in records:
        return pd.DataFrame(columns=list(FAULTS_COLUMNS))
    far = records["birth_date"] > pd.Timestamp(span.last_day)
    if submission.kind != "hukou_birth":  # children are registered for hukou at any age
        far |= records["birth_date"] < pd.Timestamp(span.first_day) - pd.DateOffset(years=2)
    rows = []
    for label, sheet, row in zip(records.index[far], records.loc[far, "sheet"].astype(str), records.loc[far, "row"], strict=True):
        field = next((f for f in ("birth_date", "birth_datetime", "child_id") if submission.letter(sheet, f)), "")
        rows.append((submission.file, sheet, row, submission.header(sheet, field), f"{submission.letter(sheet, field)}{row}",
                     submission.cells.at[label, field] if field else "", "birth_date_outside_period", "kept", "note"))
    return pd.DataFrame(rows, columns=list(FAULTS_COLUMNS))


def _wrong_periods(lists: Iterable[tuple[Submission, pd.DataFrame]], span: Period, replaced: set[str]) -> list[PopAnalysisError]:
    """A list whose acts lie after the period, or none of whose many acts lies in it, was made for another period."""
    problems: list[PopAnalysisError] = []
    for submission, records in lists:
        act = ACT_DATE_OF_KIND[submission.kind]
        dates = next((records[f].dropna() for f in (act, "birth_date") if f in records and records[f].notna().any()), None)
        if dates is None or submission.file in replaced:
            continue
        later, within = int((dates > pd.Timestamp(span.last_day)).sum()), int(dates.between(pd.Timestamp(span.first_day), pd.Timestamp(span.last_day)).sum())
        all_earlier = within == 0 and later == 0 and len(dates) >= _FEW and dates.name == act
        if later * 2 > len(dates) or all_earlier:
            problems.append(ValidationError(
                zh=f"文件 {submission.file} 似乎不是 {span} 的表：{len(dates)} 个{'办理' if dates.name == act else '出生'}日期中，"
                   f"属于本期的 {within} 个，晚于本期的 {later} 个（{dates.min():%Y-%m-%d} 至 {dates.max():%Y-%m-%d}）。请核对文件与 period。",
                en=f"File {submission.file} does not seem to be the list of {span}: of {len(dates)} {'acts' if dates.name == act else 'births'} {within} lie in the period and {later} after it "
                   f"({dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}). Check the file and 'period'.",
                file=submission.file, n_dates=len(dates), n_within=within, n_later=later))
    return problems


# --- fates ----------------------------------------------------------------------------------------------------------


def _with_act_date(frame: pd.DataFrame, kind: str, span: Period) -> pd.DataFrame:
    """Add ``act_date`` and ``is_late``: the act lies before the quarter (of a month: the quarter it belongs to)."""
    first = dt.date(span.year, (span.month - 1) // 3 * 3 + 1, 1) if span.month else span.first_day
    act = frame.get(ACT_DATE_OF_KIND[kind], pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]"))
    return frame.assign(act_date=act, is_late=(act < pd.Timestamp(first)).astype("boolean").fillna(False).astype(bool))


def _settle_fates(frame: pd.DataFrame, kind: str, span: Period, replaced: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with ``record_id, fate, fate_reason``, and the rows of twins that equal each other."""
    public, private = _contents(frame, kind)
    frame = frame.assign(_public=public, _private=private).sort_values(["_public", "_private", "file", "sheet", "row"], kind="stable")
    named = frame.reindex(columns=list(_IDENTIFYING)).notna().any(axis=1)
    numbered = frame.reindex(columns=list(_NUMBERS)).notna().any(axis=1)
    dated = frame["birth_date"].notna() if "birth_date" in frame else pd.Series(False, index=frame.index)
    fate = pd.Series("used", index=frame.index, dtype=object)
    reason = pd.Series("", index=frame.index, dtype=object)
    for mask, name, why in (
        (frame["act_date"] > pd.Timestamp(span.last_day), "out_of_scope", "act_after_period"),
        (~dated & ~numbered, "unusable", "no_birth_date_and_no_number"),
        (~named, "unusable", "nothing_identifying"),
        (frame["file"].isin(replaced), "superseded", "replaced_by_later_submission"),
    ):
        fate, reason = fate.mask(mask, name), reason.mask(mask, why)
    frame = frame.assign(record_id=_record_ids(frame["_public"], kind), fate=fate, fate_reason=reason)
    again = (frame["fate"] == "used") & frame[frame["fate"] == "used"].duplicated(["_public", "_private"]).reindex(frame.index, fill_value=False)
    twin = again & _says_twins(frame)
    kept = frame[frame["fate"] == "used"].groupby(["_public", "_private"], sort=False)["record_id"].transform("first").reindex(frame.index)
    frame = frame.assign(fate=frame["fate"].mask(again & ~twin, "duplicate"), fate_reason=frame["fate_reason"].mask(again & ~twin, "same_as:" + kept.fillna("")))
    return frame.drop(columns=["_public", "_private", "_unread"]), frame[twin]


def _contents(frame: pd.DataFrame, kind: str) -> tuple[pd.Series, pd.Series]:
    """Return each row's cleaned content as text: what its id is made of, and what else tells rows apart (parity, weight, unread texts).

    Only filled fields count, by name: a column added later changes no id.
    """
    public: list[list[str]] = []
    private: list[list[str]] = []
    for field in FIELDS_OF_KIND[kind]:
        for name in (field, f"{field}_note", f"{field}_state", f"{field}_precision"):
            if name not in frame:
                continue
            (private if field in MEMORY_ONLY_FIELDS else public).append(_named_texts(name, frame[name]))
    return _joined(public, frame.index), _joined(private, frame.index) + frame["_unread"]


def _named_texts(name: str, column: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        days = np.datetime_as_string(column.to_numpy(), unit="D")
        return ["" if day == "NaT" else f"{name}={day}\x1f" for day in days.tolist()]
    return ["" if value is pd.NA else f"{name}={value}\x1f" for value in column.to_numpy(dtype=object).tolist()]


def _joined(parts: list[list[str]], index: pd.Index) -> pd.Series:
    return pd.Series(["".join(row) for row in zip(*parts, strict=True)] if parts else "", index=index, dtype=object)


def _record_ids(contents: pd.Series, kind: str) -> list[str]:
    """Hash kind, content and occurrence number; equal contents are numbered in the order given."""
    numbers = contents.groupby(contents, sort=False).cumcount()
    return ["r" + hashlib.sha256(f"{kind}\x1e{content}\x1e{number}".encode()).hexdigest()[:20] for content, number in zip(contents, numbers, strict=True)]


def _says_twins(frame: pd.DataFrame) -> pd.Series:
    says = pd.Series(False, index=frame.index)
    for name in ("remark", "child_name_note"):
        if name in frame:
            says |= frame[name].str.contains(_TWIN_WORDS, regex=True).fillna(False).astype(bool)
    if "plurality" in frame:
        says |= (frame["plurality"] > 1).fillna(False).astype(bool)
    return says


# --- accounting ------------------------------------------------------------------------------------------------------


def _accounts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[list(ACCOUNTING_COLUMNS)]


def _not_records(submission: Submission, superseded: bool) -> pd.DataFrame:
    other = submission.rows[submission.rows["role"] != "record"]
    return pd.DataFrame({
        "kind": submission.kind, "department": submission.department, "file": submission.file, "sheet": other["sheet"], "row": other["row"],
        "record_id": "", "fate": "superseded" if superseded else "not_a_record",
        "fate_reason": "replaced_by_later_submission" if superseded else other["role"]})


def _twin_faults(twins: pd.DataFrame) -> pd.DataFrame:
    return twins[["file", "sheet", "row"]].assign(column="", cell="", raw_value="", fault="twin_rows_equal", done="kept_apart", severity="info")


def _letters(submissions: Sequence[Submission]) -> dict[tuple[str, str, str], str]:
    stated = {(s.file, sheet.name, c.field): c.letter for s in submissions for sheet in s.sheets if sheet.used
               for c in sheet.columns if c.field and c.decision == "used"}
    letters = dict(stated)
    for file, sheet in {(file, sheet) for file, sheet, _ in stated}:
        for field, origins in (("birth_date", ("birth_datetime", "child_id")), ("birth_time", ("birth_datetime", "birth_date")), ("child_sex", ("child_id",))):
            origin = next((stated[file, sheet, f] for f in (field, *origins) if (file, sheet, f) in stated), None)
            if origin:
                letters[file, sheet, field] = origin
    return letters


def _totals(accounting: pd.DataFrame) -> pd.DataFrame:
    counts = accounting.groupby(["kind", "file", "fate"], sort=False).size().rename("n").reset_index()
    order = counts.assign(_fate=counts["fate"].map(FATES.index))
    return order.sort_values(["kind", "file", "_fate"], kind="stable").drop(columns="_fate").reset_index(drop=True)


def _stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort by origin, so that the order files were given in leaves no trace."""
    by = [name for name in ("kind", "file", "sheet", "row", "cell", "fault") if name in frame]
    return frame.sort_values(by, kind="stable").reset_index(drop=True)
