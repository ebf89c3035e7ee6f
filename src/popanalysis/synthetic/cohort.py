"""What befell the births and marriages of one quarter, and what each office wrote about it, whenever it acted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.columns import BIRTH_KINDS, MARRIAGE_KINDS
from popanalysis.periods import Period
from popanalysis.synthetic.births import make_births
from popanalysis.synthetic.lists import write_list
from popanalysis.synthetic.marriages import make_marriages, write_marriage_list
from popanalysis.synthetic.mistakes import ERROR_COLUMNS
from popanalysis.synthetic.names import Mix

__all__ = ["ALIAS_COLUMNS", "BY_BIRTH", "MARRIAGES_PER_BIRTH", "Cohort", "as_written", "name_births", "no_errors", "number_of", "start_cohort"]

#: of the frame of shown values; ``row`` is the row's place in the list, ``change`` the truth's id of the change.
ALIAS_COLUMNS: Final = ("row", "event", "person", "field", "change", "shown")
#: lists whose rows speak of a birth by its place in ``births``
BY_BIRTH: Final = (*BIRTH_KINDS, "unverified_delivery", "deferred_hukou")
MARRIAGES_PER_BIRTH: Final = 0.6


@dataclass
class Cohort:
    """A quarter's births and marriages in the making; the stages add lists and rewrite cells.

    Attributes
    ----------
    births, marriages : the truth (:func:`make_births`, :func:`make_marriages`).
    lists, errors, aliases : kind -> rows as written, planted mistakes, values shown of people who changed one.
    changes : changes of identity, one row each (:mod:`popanalysis.synthetic.changes`).
    moved : identity numbers of those who moved out, with the day.
    taken : births that a stage has used already, so that stories do not mix.
    """

    period: Period
    seed: int
    mix: Mix
    n_births: int
    births: pd.DataFrame
    marriages: pd.DataFrame
    lists: dict[str, pd.DataFrame] = field(default_factory=dict)
    errors: dict[str, pd.DataFrame] = field(default_factory=dict)
    aliases: dict[str, pd.DataFrame] = field(default_factory=dict)
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    moved: dict[str, pd.Timestamp] = field(default_factory=dict)
    taken: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @property
    def number(self) -> int:
        """Running number of the quarter."""
        return number_of(self.period)

    def share(self, n: float) -> int:
        """Return how many of a thing that happens ``n`` times in a quarter of 450 births."""
        return round(n * self.n_births / 450)

    def last_day(self, *, of_the_next: bool = False) -> pd.Timestamp:
        """Return the last day of the quarter, or of the next."""
        return pd.Timestamp((self.period.next if of_the_next else self.period).last_day)

    def acts(self, kind: str) -> pd.Series:
        """Return when an office acted on each birth (datetime64; NaT where the list does not hold it), index: place in ``births``."""
        rows = self.lists[kind]
        rows = rows[~rows["duplicate"].astype(bool)]
        return pd.Series(pd.to_datetime(rows["act_date"]).to_numpy(), index=rows["birth"].astype(int), dtype="datetime64[ns]").reindex(self.births.index)

    def choose(self, rng: np.random.Generator, allowed: pd.Series | np.ndarray, n: int) -> np.ndarray:
        """Choose ``n`` births among those allowed that no stage has used, and keep them from the others; places in order."""
        places = np.flatnonzero(np.asarray(allowed, dtype=bool) & ~self.taken)
        chosen = np.sort(rng.permutation(places)[:n])
        self.taken[chosen] = True
        return chosen

    def rewrite(self, kind: str, row: int, column: str, value: str | None, error: str = "") -> None:
        """Write another value into a cell: a mistake noted there is gone; with ``error`` the new value is noted as one."""
        held = self.errors[kind]
        here = held["row"].eq(row) & held["field"].eq(column)
        was = held.loc[here, "true_value"].iloc[0] if here.any() else self.lists[kind].at[row, column]
        held = held[~here]
        if error:
            held = pd.concat([held, pd.DataFrame([(row, column, error, was, value)], columns=list(ERROR_COLUMNS)).astype(object)], ignore_index=True)
        self.errors[kind] = held
        self.lists[kind].at[row, column] = value


def number_of(period: Period) -> int:
    """Return the running number of a quarter."""
    return period.year * 4 + (period.quarter or 1) - 1


def as_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a list as objects, None for what is missing."""
    written: pd.DataFrame = table.astype(object).where(table.notna(), None)  # type: ignore[call-overload]  # the stubs know no None here
    return written


def no_errors() -> pd.DataFrame:
    """Return an empty frame of mistakes."""
    return pd.DataFrame(columns=list(ERROR_COLUMNS), dtype=object)


def start_cohort(period: Period, n_births: int, seed: int, mix: Mix) -> Cohort:
    """Make the births and marriages of a quarter and the five lists that hold them.

    Parameters
    ----------
    n_births : births wanted, about; marriages follow it.
    seed, mix : see :func:`make_births`.
    """
    number, first = number_of(period), np.datetime64(period.first_day)
    n_days = (period.last_day - period.first_day).days + 1
    births = make_births(seed, number, n_births, first, n_days, mix, lane=number)
    taken = frozenset(births["mother_id"]) | frozenset(births["father_id"].dropna())
    marriages = make_marriages(seed, number, max(round(MARRIAGES_PER_BIRTH * n_births), 1), first, n_days, mix, lane=number, taken=taken)
    cohort = Cohort(period, seed, mix, n_births, births, marriages, taken=np.zeros(len(births), dtype=bool))
    for kind in BIRTH_KINDS:
        cohort.lists[kind], cohort.errors[kind] = write_list(seed, number, births, kind)
        name_births(period, cohort.lists[kind])
    _leave_out_later_certificates(cohort)
    for kind in MARRIAGE_KINDS:
        cohort.lists[kind], cohort.errors[kind] = write_marriage_list(seed, number, marriages, kind)
        cohort.lists[kind]["event"] = [f"{period}-W{place:05d}" for place in cohort.lists[kind]["marriage"]]
    return cohort


def _leave_out_later_certificates(cohort: Cohort) -> None:
    """Take from a registration or a visit the number of a certificate that was not issued yet; that is no mistake."""
    issued = cohort.acts("birth_cert")
    for kind in ("hukou_birth", "town_birth"):
        rows = cohort.lists[kind]
        early = rows["birth_cert_no"].notna() & (pd.to_datetime(rows["act_date"]) < rows["birth"].astype(int).map(issued))
        cohort.lists[kind] = rows.assign(birth_cert_no=rows["birth_cert_no"].mask(early, None))


def name_births(period: Period, rows: pd.DataFrame) -> None:
    """Add the truth's ids to the rows of a list of births: event, set_id, name_form."""
    rows["event"] = [f"{period}-{birth:05d}" for birth in rows["birth"]]
    rows["set_id"] = [f"{period}-M{delivery:05d}" if plurality == 2 else "" for delivery, plurality in zip(rows["delivery"], rows["plurality"], strict=True)]
    rows["name_form"] = rows["mother_form"]
