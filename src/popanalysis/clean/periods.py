"""Does a list belong to the period it was sent for?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from popanalysis.acquire.submission import Submission
from popanalysis.columns import ACT_DATE_OF_KIND, FAULTS_COLUMNS
from popanalysis.errors import PopAnalysisError, ValidationError
from popanalysis.periods import Period

__all__ = ["far_births", "wrong_periods"]

_FEW: Final = 10  # fewer dated rows say little about the period a list was made for


def far_births(submission: Submission, records: pd.DataFrame, span: Period) -> pd.DataFrame:
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
                     submission.cells.at[label, field] if field else "", "birth_date_outside_period", "kept", "warning" if records.at[label, "birth_date_doubtful"] else "note"))
    return pd.DataFrame(rows, columns=list(FAULTS_COLUMNS))


def wrong_periods(lists: Iterable[tuple[Submission, pd.DataFrame]], span: Period, replaced: set[str]) -> list[PopAnalysisError]:
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
