"""The lists the offices send quarter by quarter: a row belongs to the quarter of its office's act."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from popanalysis.columns import KINDS
from popanalysis.errors import ParameterError
from popanalysis.periods import Period
from popanalysis.synthetic.adoptions import add_adoptions
from popanalysis.synthetic.certificates import add_void_certificates
from popanalysis.synthetic.changes import add_changes
from popanalysis.synthetic.cohort import ALIAS_COLUMNS, Cohort, no_errors, start_cohort
from popanalysis.synthetic.moves import add_deaths, add_moves
from popanalysis.synthetic.names import BANNER, Mix
from popanalysis.synthetic.pending import add_deferred, add_unverified
from popanalysis.synthetic.register import answers_of_towns, population, reported_totals
from popanalysis.synthetic.stages import generator

__all__ = ["MAX_QUARTERS", "SEED", "Quarter", "make_quarters"]

SEED: Final = 20250401
MAX_QUARTERS: Final = 4  # people of five quarters in a row, the one before included, share no number
MAX_BIRTHS: Final = 10_000  # beyond, one banner's prefix has too few numbers for a day's children
#: Lists of which some rows are sent a quarter late -> their share.
SENT_LATE: Final = {"marriage": 0.02, "town_marriage": 0.02, "identity_change": 0.03}
_STAGES: Final = (add_unverified, add_deferred, add_moves, add_deaths, add_adoptions, add_void_certificates, add_changes)


@dataclass(frozen=True)
class Quarter:
    """What the offices send for one quarter.

    Attributes
    ----------
    lists : kind -> DataFrame in the order of the office's book, RangeIndex; a kind without rows is absent (the office reports nil). Every list has
        event (``2025Q1-00012``: quarter and number of the birth; W marriage, C change, A adoption, V move, D death; "" where the row speaks of
        none). Birth lists: the columns of :func:`popanalysis.synthetic.lists.write_list` and set_id (of twins, else "").
    errors : kind -> planted mistakes (:data:`popanalysis.synthetic.mistakes.ERROR_COLUMNS`), ``row`` a place in the list.
    aliases : kind -> which value a row shows of a person who changed one (:data:`popanalysis.synthetic.cohort.ALIAS_COLUMNS`).
    answers : what towns would answer about each local event (:func:`popanalysis.synthetic.register.answers_of_towns`).
    """

    period: Period
    lists: dict[str, pd.DataFrame]
    errors: dict[str, pd.DataFrame]
    aliases: dict[str, pd.DataFrame] = field(default_factory=dict)
    answers: pd.DataFrame = field(default_factory=pd.DataFrame)


def make_quarters(first: str = "2025Q1", n: int = 1, n_births_per_quarter: int = 450, seed: int = SEED, mix: Mix = BANNER) -> list[Quarter]:
    """Make the lists of ``n`` quarters in a row.

    Births and marriages of the quarter before the first are made too: what the offices did about them in the first belongs to it.
    A quarter comes out the same whatever ``n`` is.

    Parameters
    ----------
    first : the first quarter.
    n : 1 to 4.
    n_births_per_quarter : births in the banner's lists' reach, about; at most 10,000. The other lists follow it.
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
    before = _make_cohort(period.previous, n_births_per_quarter, seed, mix)
    quarters = []
    for _ in range(n):
        now = _make_cohort(period, n_births_per_quarter, seed, mix)
        quarters.append(_sent_for(before, now))
        before, period = now, period.next
    return quarters


def _make_cohort(period: Period, n_births: int, seed: int, mix: Mix) -> Cohort:
    cohort = start_cohort(period, n_births, seed, mix)
    for stage in _STAGES:
        stage(cohort)
    return cohort


def _sent_for(before: Cohort, now: Cohort) -> Quarter:
    """Gather what the offices did in a quarter about its own births and those of the quarter before."""
    parts = {kind: _acted_in(now.period, kind, (before, now)) for kind in KINDS}
    lists = {kind: rows for kind, (rows, _, _) in parts.items() if len(rows)}
    errors = {kind: parts[kind][1] for kind in lists}
    lists["population"], errors["population"] = population((before, now)), no_errors()
    if {"town_birth", "town_marriage"} <= lists.keys():
        lists["reported_totals"], errors["reported_totals"] = reported_totals(now, lists)
    kinds = [kind for kind in KINDS if kind in lists]
    return Quarter(
        now.period, {kind: lists[kind] for kind in kinds}, {kind: errors[kind] for kind in kinds},
        {kind: parts[kind][2] for kind in kinds if len(parts[kind][2])}, answers_of_towns(now, lists, errors))


_Sent = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def _acted_in(period: Period, kind: str, cohorts: tuple[Cohort, ...]) -> _Sent:
    """Return rows, mistakes and shown values of what was sent for a quarter, in the order of the acts."""
    held, offset = [], 0
    told: dict[str, list[pd.DataFrame]] = {"errors": [], "aliases": []}
    for cohort in cohorts:
        if kind not in cohort.lists:
            continue
        rows = cohort.lists[kind]
        held.append(rows.assign(place=rows.index + offset, sent_for=_sent_quarter(cohort, kind)))
        for name, frames in told.items():
            frame = getattr(cohort, name).get(kind)
            if frame is not None and len(frame):
                frames.append(frame.assign(row=frame["row"].astype(int) + offset))
        offset += len(rows)
    if not held:
        return pd.DataFrame(), no_errors(), pd.DataFrame(columns=list(ALIAS_COLUMNS))
    together = pd.concat(held, ignore_index=True)
    together = together[together["sent_for"].eq(str(period))].sort_values(["act_date", "place"], kind="stable", ignore_index=True)
    new_place = pd.Series(together.index, index=together["place"])
    errors = _at_new_places(told["errors"], new_place, ["row", "field", "error"])
    aliases = _at_new_places(told["aliases"], new_place, ["row", "person", "field"])
    return together.drop(columns=["place", "sent_for"]), errors, aliases


def _at_new_places(frames: list[pd.DataFrame], new_place: pd.Series, order: list[str]) -> pd.DataFrame:
    if not frames:
        return no_errors() if "error" in order else pd.DataFrame(columns=list(ALIAS_COLUMNS))
    together = pd.concat(frames, ignore_index=True)
    together = together[together["row"].isin(new_place.index)]
    return together.assign(row=together["row"].map(new_place)).sort_values(order, kind="stable", ignore_index=True)


def _sent_quarter(cohort: Cohort, kind: str) -> list[str]:
    """Return the quarter each row is sent for: that of the act, or, for a few acts of the cohort's own quarter, the next."""
    acts = pd.to_datetime(cohort.lists[kind]["act_date"])
    late = generator(cohort.seed, "late", cohort.number, KINDS.index(kind)).random(len(acts)) < SENT_LATE.get(kind, 0.0)
    acts = acts.where(~(late & acts.le(cohort.last_day()).to_numpy()), pd.Timestamp(cohort.period.next.first_day))
    return [f"{year}Q{quarter}" for year, quarter in zip(acts.dt.year, acts.dt.quarter, strict=True)]
