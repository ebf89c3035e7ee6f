"""The lists the offices send quarter by quarter: a row belongs to the quarter of its office's act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.columns import BIRTH_KINDS
from popanalysis.errors import ParameterError
from popanalysis.periods import Period
from popanalysis.synthetic.births import make_births
from popanalysis.synthetic.lists import write_list
from popanalysis.synthetic.names import BANNER, Mix

__all__ = ["MAX_QUARTERS", "SEED", "Quarter", "make_quarters"]

SEED: Final = 20250401
MAX_QUARTERS: Final = 4  # people of five quarters in a row, the one before included, share no number
MAX_BIRTHS: Final = 10_000  # beyond, one banner's prefix has too few numbers for a day's children


@dataclass(frozen=True)
class Quarter:
    """What the offices send for one quarter.

    Attributes
    ----------
    lists : kind -> DataFrame in the order of the office's book, RangeIndex: the columns of
        :func:`popanalysis.synthetic.lists.write_list`, plus event (``2025Q1-00012``: quarter and number of the birth)
        and set_id (of twins, else "").
    errors : kind -> planted mistakes (:data:`popanalysis.synthetic.mistakes.ERROR_COLUMNS`), ``row`` a place in the list.
    """

    period: Period
    lists: dict[str, pd.DataFrame]
    errors: dict[str, pd.DataFrame]


def make_quarters(first: str = "2025Q1", n: int = 1, n_births_per_quarter: int = 450, seed: int = SEED, mix: Mix = BANNER) -> list[Quarter]:
    """Make the lists of ``n`` quarters in a row.

    Births of the quarter before the first are made too: what the offices did about them in the first belongs to it.
    A quarter comes out the same whatever ``n`` is.

    Parameters
    ----------
    first : the first quarter.
    n : 1 to 4.
    n_births_per_quarter : births in the banner's lists' reach, about; at most 10,000.
    seed, mix : see :func:`popanalysis.synthetic.births.make_births`.

    Raises
    ------
    ParameterError : ``first`` is no quarter, or a number is out of range.
    """
    period = Period.parse(first)
    if period.quarter is None or not 1 <= n <= MAX_QUARTERS or not 1 <= n_births_per_quarter <= MAX_BIRTHS:
        raise ParameterError(
            zh=f"演示数据从一个季度开始（如 2025Q1），共 1 至 {MAX_QUARTERS} 个季度，每季度出生 1 至 {MAX_BIRTHS} 人；实际为 {first}、{n} 个季度、{n_births_per_quarter} 人。请改正后重试。",
            en=f"Demo data begin with a quarter (such as 2025Q1) and span 1 to {MAX_QUARTERS} quarters of 1 to {MAX_BIRTHS} births; "
               f"found {first}, {n} quarter(s), {n_births_per_quarter} births. Mend it and try again.",
            first=first, n=n, n_births_per_quarter=n_births_per_quarter)
    before = _births_of(period.previous, n_births_per_quarter, seed, mix)
    quarters = []
    for _ in range(n):
        now = _births_of(period, n_births_per_quarter, seed, mix)
        pairs = {kind: _acted_in(period, before[kind], now[kind]) for kind in BIRTH_KINDS}
        quarters.append(Quarter(period, {k: rows for k, (rows, _) in pairs.items()}, {k: errors for k, (_, errors) in pairs.items()}))
        before, period = now, period.next
    return quarters


_Written = tuple[pd.DataFrame, pd.DataFrame]


def _births_of(period: Period, n_births: int, seed: int, mix: Mix) -> dict[str, _Written]:
    """Return kind -> what the offices wrote, at any time, about the births of a quarter."""
    number = period.year * 4 + (period.quarter or 1) - 1
    n_days = (period.last_day - period.first_day).days + 1
    births = make_births(seed, number, n_births, np.datetime64(period.first_day), n_days, mix, lane=number)
    written = {kind: write_list(seed, number, births, kind) for kind in BIRTH_KINDS}
    for rows, _ in written.values():
        rows["event"] = [f"{period}-{birth:05d}" for birth in rows["birth"]]
        rows["set_id"] = [f"{period}-M{delivery:05d}" if plurality == 2 else "" for delivery, plurality in zip(rows["delivery"], rows["plurality"], strict=True)]
    return written


def _acted_in(period: Period, *cohorts: _Written) -> _Written:
    first, last = pd.Timestamp(period.first_day), pd.Timestamp(period.last_day)
    held, mistakes, offset = [], [], 0
    for rows, errors in cohorts:
        held.append(rows.assign(place=rows.index + offset))
        mistakes.append(errors.assign(row=errors["row"] + offset))
        offset += len(rows)
    together = pd.concat(held, ignore_index=True)
    together = together[pd.to_datetime(together["act_date"]).between(first, last)]
    together = together.sort_values(["act_date", "place"], kind="stable", ignore_index=True)
    new_place = pd.Series(together.index, index=together["place"])
    errors = pd.concat(mistakes, ignore_index=True)
    errors = errors[errors["row"].isin(new_place.index)]
    errors = errors.assign(row=errors["row"].map(new_place)).sort_values(["row", "field", "error"], kind="stable", ignore_index=True)
    return together.drop(columns="place"), errors
