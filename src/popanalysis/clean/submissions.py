"""From submissions to records: one typed frame a kind, every row one fate, every finding its cell."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.acquire.previous_record import EarlierRecord
from popanalysis.acquire.submission import Submission
from popanalysis.clean.checking import OUTCOMES_COLUMNS
from popanalysis.clean.checks import CheckRules, shipped_checks
from popanalysis.clean.divisions import Divisions
from popanalysis.clean.edits import EDITS_COLUMNS, edits_between, edits_since
from popanalysis.clean.fates import settle_fates, with_act_date
from popanalysis.clean.findings import READ_FROM
from popanalysis.clean.marriages import without_reissue_dates
from popanalysis.clean.periods import far_births, filled_in_afterwards, wrong_periods
from popanalysis.clean.records import clean_and_check
from popanalysis.columns import ACT_DATE_OF_KIND, FATES, FAULTS_COLUMNS, KINDS, MEMORY_ONLY_FIELDS, NOT_RETURNED_FIELDS, ORIGIN_COLUMNS, SEALED_KINDS
from popanalysis.errors import raise_together
from popanalysis.params import QuarterParams

__all__ = ["ACCOUNTING_COLUMNS", "CHECKED_COLUMNS", "CleanedLists", "clean_submissions", "edits_of_period", "replaced_lists"]

CHECKED_COLUMNS: Final = ("kind", "check", "zh", "en", "severity", "owner", "n_pass", "n_fail", "n_cannot_tell")
ACCOUNTING_COLUMNS: Final = (*ORIGIN_COLUMNS, "record_id", "fate", "fate_reason")


@dataclass(frozen=True)
class CleanedLists:
    """What cleaning hands to linking.

    records : kind -> DataFrame of the used rows, index ``record_id``; ``file, sheet, row``, typed fields, derived columns.
    accounting : DataFrame, one row for every row that holds something: ``ACCOUNTING_COLUMNS``; ``record_id`` is "" where the row is no record,
        ``fate_reason`` a code, for duplicates ``same_as:<record_id>``.
    faults : DataFrame with ``FAULTS_COLUMNS``.
    edits : what changed in submissions that were sent again (:func:`popanalysis.clean.edits.edits_between`).
    letters : (file, sheet, field) -> column letter; a birth date read from the child's number has that number's letter.
    totals : DataFrame kind, file, fate, n: the row accounting.
    checked : DataFrame, CHECKED_COLUMNS: how often each check passed, failed, could not be told, a row a list and check.
    """

    records: Mapping[str, pd.DataFrame]
    accounting: pd.DataFrame
    faults: pd.DataFrame
    edits: pd.DataFrame
    letters: Mapping[tuple[str, str, str], str]
    totals: pd.DataFrame
    checked: pd.DataFrame


def clean_submissions(submissions: Sequence[Submission], params: QuarterParams, divisions: Divisions, checks: CheckRules | None = None) -> CleanedLists:
    """Clean and check every submission of a period; ``checks`` default to the package's.

    Raises
    ------
    ValidationError : a list does not belong to the period; all such lists at once.
    """
    replaced = replaced_lists(submissions)
    checks = checks or shipped_checks()
    cleaned = [_clean_one(s, params, divisions, checks) for s in submissions]
    raise_together(wrong_periods(zip(submissions, (c.records for c in cleaned), strict=True), params.span, replaced))
    records: dict[str, pd.DataFrame] = {}
    accounts: list[pd.DataFrame] = []
    faults: list[pd.DataFrame] = [c.faults for c in cleaned]
    edits: list[pd.DataFrame] = [pd.DataFrame(columns=list(EDITS_COLUMNS), dtype=object)]
    for kind in dict.fromkeys(s.kind for s in submissions):
        frame = _stack([c.records for c in cleaned if c.submission.kind == kind])
        frame = with_act_date(frame, kind, params.span)
        settled, twins, used = settle_fates(without_reissue_dates(frame) if kind == "marriage" else frame, kind, params.span, _superseded(frame, kind, submissions))
        accounts.append(_accounts(settled))
        edits += [_edits(settled, new, kind, submissions) for new in _replacing(submissions, kind)]
        faults.append(_twin_faults(twins))
        kept = [name for name in settled.columns if name not in ("kind", "department", "fate", "fate_reason", "record_id")]
        records[kind] = settled[kept].take(used).set_axis(pd.Index(settled["record_id"].to_numpy()[used], name="record_id"))
    accounts += [_not_records(s, (s.kind, s.file) in replaced) for s in submissions]
    accounting = _in_order(_stack(accounts)[list(ACCOUNTING_COLUMNS)])
    told = _in_order(_stack(faults).reindex(columns=list(FAULTS_COLUMNS)))
    return CleanedLists(records, accounting, told, _stack(edits), _letters(submissions), _totals(accounting), _checked(cleaned, checks, replaced))


def edits_of_period(cleaned: CleanedLists, previous: EarlierRecord | None) -> pd.DataFrame:
    """Return what offices changed (EDITS_COLUMNS): in submissions sent again, then in rows of earlier acts against the last record."""
    return _stack([cleaned.edits, edits_since(cleaned.records, previous.read_records() if previous else None)])


# --- one submission -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cleaned:
    submission: Submission
    records: pd.DataFrame
    faults: pd.DataFrame
    outcomes: pd.DataFrame


def _clean_one(submission: Submission, params: QuarterParams, divisions: Divisions, checks: CheckRules) -> _Cleaned:
    records, found, outcomes = clean_and_check(submission.cells, submission.kind, types=submission.types, divisions=divisions,
                                               as_of=params.as_of_date, date_order=submission.date_order, checks=checks)
    origin = submission.cells.loc[found["record"].to_numpy(dtype=np.intp), ["file", "sheet", "row"]].reset_index(drop=True)
    places = {(sheet, field): _place(submission, sheet, field) for sheet, field in set(zip(origin["sheet"], found["field"], strict=True))}
    cells = [places[pair][:2] for pair in zip(origin["sheet"], found["field"], strict=True)]
    elsewhere = [at for at, pair in enumerate(zip(origin["sheet"], found["field"], strict=True)) if places[pair][2] != pair[1]]  # the sheet tells it in another column than the others
    if elsewhere:
        texts = [submission.cells.at[found["record"].iat[at], places[origin["sheet"].iat[at], found["field"].iat[at]][2]] for at in elsewhere]
        found = found.assign(raw_value=found["raw_value"].mask(np.isin(np.arange(len(found)), elsewhere) & found["raw_value"].eq("").to_numpy(), pd.Series(texts, index=found.index[elsewhere])))
    faults = pd.DataFrame({
        "file": origin["file"], "sheet": origin["sheet"], "row": origin["row"], "column": [header for _, header in cells],
        "cell": [f"{letter}{row}" if letter else "" for (letter, _), row in zip(cells, origin["row"], strict=True)],
        "raw_value": found["raw_value"].mask(found["field"].isin(MEMORY_ONLY_FIELDS) | (submission.kind in SEALED_KINDS), ""),  # a fault is written, such a value never
        "fault": found["fault"], "done": found["done"], "severity": found["severity"]})
    records["_unread"] = _unread_texts(found, records.index)
    told = [submission.faults, faults, far_births(submission, records, params.span)]
    if filled_in_afterwards(submission, records, params.span):
        records["_dated_afterwards"] = True
        told.append(_whole_list(submission, ACT_DATE_OF_KIND[submission.kind], "act_date_of_the_list"))
    return _Cleaned(submission, records, _stack(told), outcomes)


def _place(submission: Submission, sheet: str, field: str) -> tuple[str, str, str]:
    """Return letter, header and field of the column of a sheet in which a field is told."""
    name = next((name for name in (field, *READ_FROM.get(field, ())) if submission.letter(sheet, name)), field)
    return submission.letter(sheet, name), submission.header(sheet, name), name


def _whole_list(submission: Submission, field: str, fault: str) -> pd.DataFrame:
    sheet = next(reading for reading in submission.sheets if reading.used)
    return pd.DataFrame([{"file": submission.file, "sheet": sheet.name, "row": sheet.header_rows[-1] if sheet.header_rows else 0, "column": submission.header(sheet.name, field), "cell": "",
                          "raw_value": "", "fault": fault, "done": "kept", "severity": "note"}], columns=list(FAULTS_COLUMNS))


def _unread_texts(found: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Join the texts of each row that were set missing: rows that differ in them are not the same row twice."""
    lost = found[found["done"] == "set_missing"]
    texts = (lost["field"] + "=" + lost["raw_value"].astype(str) + "\x1f").groupby(lost["record"], sort=False).agg("".join)
    return texts.reindex(index).fillna("")


# --- accounting ------------------------------------------------------------------------------------------------------


def _accounts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[list(ACCOUNTING_COLUMNS)]


def _replacing(submissions: Sequence[Submission], kind: str) -> list[tuple[str, list[Submission]]]:
    """Return each replaced file of a kind with the submissions that replace it, in the order they are listed; parts of one list are one."""
    found: dict[str, list[Submission]] = {}
    for submission in submissions:
        if submission.kind == kind and submission.replaces:
            found.setdefault(submission.replaces, []).append(submission)
    return list(found.items())


def replaced_lists(submissions: Iterable[Submission]) -> set[tuple[str, str]]:
    """Return kind and file of the lists that another submission of the same kind replaces as a whole."""
    return {(s.kind, s.replaces) for s in submissions if s.replaces and s.replaces_rows is None}


def _superseded(frame: pd.DataFrame, kind: str, submissions: Sequence[Submission]) -> npt.NDArray[np.bool_]:
    whole = {file for of_kind, file in replaced_lists(submissions) if of_kind == kind}
    result = frame["file"].isin(whole).to_numpy(dtype=bool)
    for submission in submissions:
        if submission.kind == kind and submission.replaces_rows is not None:
            result |= _are_rows(frame, str(submission.replaces), submission.replaces_rows)
    return result


def _are_rows(frame: pd.DataFrame, file: str, rows: Container[tuple[str, int]]) -> npt.NDArray[np.bool_]:
    here = frame["file"].eq(file).to_numpy(dtype=bool)
    result = np.zeros(len(frame), dtype=bool)
    result[here] = [place in rows for place in zip(frame.loc[here, "sheet"], frame.loc[here, "row"], strict=True)]
    return result


def _edits(settled: pd.DataFrame, replacing: tuple[str, list[Submission]], kind: str, submissions: Sequence[Submission]) -> pd.DataFrame:
    """Compare what was replaced with what replaces it: a whole list with all parts of the new one, or the rows a return sheet names.

    A value that could not be read is told as it stands in the file.
    """
    file, new = replacing
    old = [s for s in submissions if s.kind == kind and s.file == file]
    held = [{field for _, _, field in _letters(side)} for side in (old, new)] if old else [set(), set()]
    rows = [s.replaces_rows for s in new]
    before = settled["file"].eq(file).to_numpy(dtype=bool) if None in rows else _are_rows(settled, file, frozenset().union(*[r for r in rows if r is not None]))
    edits = edits_between(settled[before], settled[settled["file"].isin([s.file for s in new])], kind, held[0] ^ held[1])
    unread = edits["edit"].eq("changed") & ~edits["field"].isin(["", *NOT_RETURNED_FIELDS])
    for end, side in (("from", old), ("to", new)):
        raw = {(s.file, sheet, row, field): text for s in side for field in set(edits.loc[unread, "field"]) if field in s.cells
               for sheet, row, text in zip(s.cells["sheet"], s.cells["row"], s.cells[field], strict=True) if isinstance(text, str)}
        blank = unread & edits[f"value_{end}"].eq("")
        edits.loc[blank, f"value_{end}"] = [raw.get(place, "") for place in edits.loc[blank, [f"file_{end}", f"sheet_{end}", f"row_{end}", "field"]].itertuples(index=False, name=None)]
    return edits


def _not_records(submission: Submission, superseded: bool) -> pd.DataFrame:
    other = submission.rows[submission.rows["role"] != "record"]
    return pd.DataFrame({
        "kind": submission.kind, "department": submission.department, "file": submission.file, "sheet": other["sheet"], "row": other["row"],
        "record_id": "", "fate": "superseded" if superseded else "not_a_record",
        "fate_reason": "replaced_by_later_submission" if superseded else other["role"]})


def _checked(cleaned: Sequence[_Cleaned], rules: CheckRules, replaced: set[tuple[str, str]]) -> pd.DataFrame:
    """Add the outcomes of a kind's files up, in the order of lists and rules; what was sent again counts once."""
    counted = _stack([pd.DataFrame(columns=["kind", *OUTCOMES_COLUMNS]), *(c.outcomes.assign(kind=c.submission.kind) for c in cleaned if (c.submission.kind, c.submission.file) not in replaced)])
    sums = counted.groupby(["kind", "check"], sort=False)[list(OUTCOMES_COLUMNS[1:])].sum().to_dict("index")
    rows = [(kind, check.name, check.label.zh, check.label.en, check.severity, check.owner, *sums[kind, check.name].values())
            for kind in KINDS for check in rules.checks if (kind, check.name) in sums]
    return pd.DataFrame(rows, columns=list(CHECKED_COLUMNS))


def _twin_faults(twins: pd.DataFrame) -> pd.DataFrame:
    return twins[["file", "sheet", "row", "fault"]].assign(column="", cell="", raw_value="", done="kept_apart", severity="info")


def _letters(submissions: Sequence[Submission]) -> dict[tuple[str, str, str], str]:
    stated = {(s.file, sheet.name, c.field): c.letter for s in submissions for sheet in s.sheets if sheet.used
               for c in sheet.columns if c.field and c.decision == "used"}
    letters = dict(stated)
    for file, sheet in dict.fromkeys((file, sheet) for file, sheet, _ in stated):
        for field, origins in READ_FROM.items():
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
    if len(filled) == 1:
        return filled[0].reset_index(drop=True) if not isinstance(filled[0].index, pd.RangeIndex) else filled[0]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort by origin, so that the order files were given in leaves no trace."""
    by = [name for name in ("kind", "file", "sheet", "row", "cell", "fault") if name in frame]
    return frame.sort_values(by, kind="stable", ignore_index=True)
