"""Does a list belong to the period it was sent for?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from popanalysis.acquire.submission import Submission
from popanalysis.columns import ACT_DATE_OF_KIND, EVENT_OF_KIND, FAULTS_COLUMNS, SEALED_KINDS
from popanalysis.errors import PopAnalysisError, ValidationError
from popanalysis.periods import Period

__all__ = ["far_births", "filled_in_afterwards", "wrong_periods"]

#: Lists in which children of any age stand.
_ANY_AGE: Final = ("hukou_birth", "deferred_hukou")
#: Lists that may repeat what is still open from earlier periods.
_REPEATS_OPEN: Final = ("deferred_hukou",)
#: Lists that enumerators fill in, and the date of the event they speak of.
_EVENT_OF_FOLLOW_UP: Final = {"town_birth": "birth_date", "town_marriage": "reg_date"}
_FEW: Final = 10  # fewer dated rows say little about the period a list was made for


def far_births(submission: Submission, records: pd.DataFrame, span: Period) -> pd.DataFrame:
    """Report births long before the period in lists that follow the birth closely, and births after it in any."""
    if "birth_date" not in records or EVENT_OF_KIND.get(submission.kind) != "birth":
        return pd.DataFrame(columns=list(FAULTS_COLUMNS))
    far = records["birth_date"] > pd.Timestamp(span.last_day)
    if submission.kind not in _ANY_AGE:
        far |= records["birth_date"] < pd.Timestamp(span.first_day) - pd.DateOffset(years=2)
    rows = []
    for label, sheet, row in zip(records.index[far], records.loc[far, "sheet"].astype(str), records.loc[far, "row"], strict=True):
        field = next((f for f in ("birth_date", "birth_datetime", "child_id", "delivery_date") if submission.letter(sheet, f)), "")
        rows.append((submission.file, sheet, row, submission.header(sheet, field), f"{submission.letter(sheet, field)}{row}",
                     submission.cells.at[label, field] if field else "", "birth_date_outside_period", "kept", "warning" if records.at[label, "birth_date_doubtful"] else "note"))
    return pd.DataFrame(rows, columns=list(FAULTS_COLUMNS))


def filled_in_afterwards(submission: Submission, records: pd.DataFrame, span: Period) -> bool:
    """Say whether a town wrote a list down after the period, on the days until the exchange: most rows are dated then, most events lie before.

    Such a date is that of the list, not of an act of a later period; the rows belong to the period the list was sent for.
    """
    event = _EVENT_OF_FOLLOW_UP.get(submission.kind)
    if event is None or event not in records or "registered_at" not in records:
        return False
    both = records[[event, "registered_at"]].dropna()
    last = pd.Timestamp(span.last_day)
    return len(both) > 0 and 2 * int((both["registered_at"] > last).sum()) > len(both) and 2 * int((both[event] <= last).sum()) > len(both)


def wrong_periods(lists: Iterable[tuple[Submission, pd.DataFrame]], span: Period, replaced: set[tuple[str, str]]) -> list[PopAnalysisError]:
    """A list whose acts lie after the period, or none of whose many acts lies in it, was made for another period."""
    problems: list[PopAnalysisError] = []
    span = span.quarter_of if span.month else span  # of a month the rows of its quarter are read
    for submission, records in lists:
        act = ACT_DATE_OF_KIND.get(submission.kind, "")
        fields = (act, "birth_date") if EVENT_OF_KIND.get(submission.kind) == "birth" else (act,)
        if filled_in_afterwards(submission, records, span):
            fields = (_EVENT_OF_FOLLOW_UP[submission.kind],)
        dates = next((records[f].dropna() for f in fields if f in records and records[f].notna().any()), None)
        if dates is None or (submission.kind, submission.file) in replaced:
            continue
        later, within = int((dates > pd.Timestamp(span.last_day)).sum()), int(dates.between(pd.Timestamp(span.first_day), pd.Timestamp(span.last_day)).sum())
        all_earlier = submission.kind not in _REPEATS_OPEN and within == 0 and later == 0 and len(dates) >= _FEW and dates.name == act
        if later * 2 > len(dates) or all_earlier:
            zh, en = _SEALED if submission.kind in SEALED_KINDS else _where_dates_lie(dates, within, later, of_acts=dates.name == act, span=span)
            problems.append(ValidationError(
                zh=f"文件 {submission.file} 中的{zh}。请报送单位重新报送本期名单；如尚未收到，请从 inputs 中删去该文件。",
                en=f"In file {submission.file} the dates of {en}. Ask the office for the list of this period; if it has not come yet, remove the file from 'inputs'.",
                file=submission.file, **({} if submission.kind in SEALED_KINDS else {"n_dates": len(dates), "n_within": within, "n_later": later})))
    return problems


#: Of a sealed list not even a date is told.
_SEALED: Final = ("办理日期大多不在本期，疑为其他时期的名单", "acts lie mostly outside the period; it may be the list of another one")


def _where_dates_lie(dates: pd.Series, within: int, later: int, *, of_acts: bool, span: Period) -> tuple[str, str]:
    """Say in both languages where the dates of a list lie and what list it may be."""
    zh_unit, en_unit = ("季度", "quarter") if span.quarter else ("月份", "month") if span.month else ("年度", "year")
    zh = f"{'办理' if of_acts else '出生'}日期为 {dates.min():%Y-%m-%d} 至 {dates.max():%Y-%m-%d}，"
    en = f"{'acts' if of_acts else 'birth'} run from {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}"
    if within:
        return (f"{zh}{len(dates)} 个日期中有 {later} 个晚于{span.in_words('zh')}（属于本期的 {within} 个），疑为以后{zh_unit}的名单",
                f"{en}; {later} of {len(dates)} lie after {span} ({within} within it); it may be the list of a later {en_unit}")
    return (f"{zh}均不在{span.in_words('zh')}，疑为其他{zh_unit}的名单", f"{en}, none of them in {span}; it may be the list of another {en_unit}")
