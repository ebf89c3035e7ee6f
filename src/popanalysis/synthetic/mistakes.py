"""Plant mistakes into a list at stated rates, and write down each one.

The rates are assumptions of the project, stated once here, by list and field; the benchmarks and the tests
measure against them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from borax.calendars.lunardate import LunarDate

from popanalysis.synthetic.name_mistakes import NAME_SHARES, wrong_names
from popanalysis.synthetic.names import MONGOL
from popanalysis.synthetic.people import identity_numbers

__all__ = ["DATE_SHARES", "ERROR_COLUMNS", "NUMBER_SHARES", "PARENTS_SWAPPED", "RATES", "SEX_WRONG", "plant", "plant_couples", "wrong_dates", "wrong_numbers"]

#: list -> field -> share of its filled values that are written wrongly; of child_name: of the named children.
RATES: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType({
    "birth_cert": {"mother_name": 0.05, "father_name": 0.05, "child_name": 0.05, "mother_id": 0.04, "father_id": 0.04, "birth_date": 0.02},
    "hukou_birth": {"mother_name": 0.03, "father_name": 0.03, "child_name": 0.03, "mother_id": 0.02, "father_id": 0.02, "birth_date": 0.02},
    "town_birth": {"mother_name": 0.10, "father_name": 0.10, "child_name": 0.10, "mother_id": 0.09, "father_id": 0.09, "birth_date": 0.07},
    "unverified_delivery": {"mother_name": 0.05, "father_name": 0.05, "child_name": 0.05, "mother_id": 0.04, "father_id": 0.04, "birth_date": 0.02},
    "deferred_hukou": {"mother_name": 0.03, "father_name": 0.03, "child_name": 0.03, "mother_id": 0.02, "father_id": 0.02, "birth_date": 0.02},
    "marriage": {"husband_name": 0.05, "wife_name": 0.05, "husband_id": 0.04, "wife_id": 0.04,
                 "reg_date": 0.02, "husband_birth_date": 0.02, "wife_birth_date": 0.02},
    "town_marriage": {"husband_name": 0.10, "wife_name": 0.10, "husband_id": 0.09, "wife_id": 0.09,
                      "reg_date": 0.07, "husband_birth_date": 0.07, "wife_birth_date": 0.07, "cert_no": 0.04},
})
#: list -> share of children without a name: (cell left empty, mother's name with 之子 and the like).
UNNAMED: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {"birth_cert": (0.175, 0.175), "hukou_birth": (0.0, 0.0), "town_birth": (0.15, 0.0), "unverified_delivery": (0.45, 0.25), "deferred_hukou": (0.0, 0.0)})
CERTIFICATE_MISSING: Final[Mapping[str, float]] = MappingProxyType(
    {"birth_cert": 0.0, "hukou_birth": 0.12, "town_birth": 0.55, "unverified_delivery": 0.15, "deferred_hukou": 0.30})
SEX_WRONG: Final = 0.006
#: what stands in a parent's columns of a sheet
_EXCHANGED: Final = ("name", "id", "ethnicity", "hukou_addr", "live_addr")
#: what stands in a spouse's columns
_OF_A_SPOUSE: Final = (*_EXCHANGED, "birth_date", "prior_status", "hukou", "live")
#: what a town leaves out of a couple's row -> share of rows
COUPLES_MISSING: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {"marriage": {}, "town_marriage": {"cert_no": 0.55, "husband_birth_date": 0.5, "wife_birth_date": 0.5}})
COUPLES_SWAPPED: Final[Mapping[str, float]] = MappingProxyType({"marriage": 0.0, "town_marriage": 0.01})
PARENTS_SWAPPED: Final[Mapping[str, float]] = MappingProxyType(
    {"birth_cert": 0.0, "hukou_birth": 0.0, "town_birth": 0.01, "unverified_delivery": 0.0, "deferred_hukou": 0.0})

NUMBER_SHARES: Final[Mapping[str, float]] = MappingProxyType({
    "missing": 0.30, "one_digit": 0.30, "transposition": 0.20, "old_15": 0.06, "check_character": 0.06, "last_lost": 0.08})
DATE_SHARES: Final[Mapping[str, float]] = MappingProxyType({
    "one_day": 0.45, "day_month_swapped": 0.15, "one_digit": 0.15, "lunar": 0.13, "year": 0.12})

#: of the frame of planted mistakes; ``row`` is the row's place in the list.
ERROR_COLUMNS: Final = ("row", "field", "error", "true_value", "written_value")


def wrong_numbers(number: str, kind: str) -> list[str | None]:
    """Return the ways in which a mistake of this kind writes an identity number (None: left out).

    >>> wrong_numbers("159901196810235121", "old_15"), wrong_numbers("159901200010235121", "old_15")
    (['159901681023512'], [])
    """
    if kind == "missing":
        return [None]
    if kind == "one_digit":
        return [number[:p] + digit + number[p + 1:] for p in range(17) for digit in "0123456789" if digit != number[p]]
    if kind == "transposition":
        return [number[:p] + number[p + 1] + number[p] + number[p + 2:] for p in range(16) if number[p] != number[p + 1]]
    if kind == "old_15":  # issued until 1999, to people born before only
        return [number[:6] + number[8:17]] if number[6:8] == "19" else []
    if kind == "check_character":
        return [number[:17] + sign for sign in "0123456789X" if sign != number[17]]
    return [number[:17]]


@cache
def wrong_dates(date: str, kind: str) -> tuple[str, ...]:
    """Return the existing dates that a mistake of this kind makes of a date (YYYY-MM-DD).

    >>> wrong_dates("2025-03-05", "lunar"), wrong_dates("2025-03-15", "day_month_swapped")
    (('2025-02-06',), ())
    """
    day = dt.date.fromisoformat(date)
    year, month, number = date.split("-")
    if kind == "one_day":
        return tuple((day + dt.timedelta(days=step)).isoformat() for step in (-1, 1))
    if kind == "day_month_swapped":
        return _existing(date, f"{year}-{number}-{month}")
    if kind == "one_digit":
        digits = [number[:p] + digit + number[p + 1:] for p in (0, 1) for digit in "0123456789" if digit != number[p]]
        return _existing(date, *(f"{year}-{month}-{other}" for other in digits))
    if kind == "lunar":  # the lunar month and day, taken for solar ones
        lunar = LunarDate.from_solar(day)
        return _existing(date, f"{lunar.year:04d}-{lunar.month:02d}-{lunar.day:02d}")
    return _existing(date, f"{int(year) - 1}-{month}-{number}")  # the year just over is still in the hand


def _existing(date: str, *others: str) -> tuple[str, ...]:
    found = []
    for other in others:
        with suppress(ValueError):
            dt.date.fromisoformat(other)
            found.append(other)
    return tuple(other for other in found if other != date)


def choose_kinds(rng: np.random.Generator, shares: np.ndarray, feasible: np.ndarray) -> np.ndarray:
    """Choose a kind of mistake for each value.

    Not every kind is possible for every value (2025-03-15 has no month 15). The chances are fitted row by row and
    kind by kind in turn, so that the kinds keep their stated shares over all values.

    Parameters
    ----------
    shares : one row a value, one column a kind: the share wanted.
    feasible : same shape; every row has a possible kind.

    Returns
    -------
    The column chosen for each row.
    """
    chance, wanted = shares * feasible, shares.sum(axis=0)
    for _ in range(60):
        chance = chance * (wanted / np.maximum(chance.sum(axis=0), 1e-12))
        chance = chance / chance.sum(axis=1, keepdims=True)
    steps = np.cumsum(chance, axis=1)
    return np.asarray((rng.random((len(chance), 1)) * steps[:, -1:] < steps).argmax(axis=1))


class _Planting:
    """One list being spoilt: the values as they will stand, and what was done to them."""

    def __init__(self, rng: np.random.Generator, rows: pd.DataFrame) -> None:
        self.rng = rng
        self.rows = rows
        self.errors: list[tuple[int, str, str, str | None, str | None]] = []

    def chosen(self, rate: float, allowed: pd.Series) -> np.ndarray:
        """Return the places where a mistake falls, among those allowed."""
        return np.flatnonzero((self.rng.random(len(self.rows)) < rate) & allowed.to_numpy())

    def write(self, field: str, places: np.ndarray, kinds: list[str], values: list[str | None]) -> None:
        """Write values into a field and note each."""
        column = self.rows[field].to_numpy(dtype=object, copy=True)
        self.errors += [(int(p), field, kind, column[p], value) for p, kind, value in zip(places, kinds, values, strict=True)]
        column[places] = np.array([*values, None], dtype=object)[:-1]
        self.rows[field] = column

    def spoil(self, field: str, rate: float, shares: Mapping[str, float], ways: Callable[[str, str], Sequence[str | None]],
              allowed: pd.Series, only: Mapping[str, np.ndarray] = MappingProxyType({})) -> None:
        """Write ``rate`` of the allowed values wrongly, the kinds in their shares; ``only`` limits a kind to some rows."""
        places = self.chosen(rate, allowed & self.rows[field].notna())
        if not len(places):
            return
        names = list(shares)
        wanted = np.tile([shares[k] for k in names], (len(places), 1))
        for kind, here in only.items():
            wanted[~here[places], names.index(kind)] = 0.0
        wanted /= wanted.sum(axis=1, keepdims=True)
        true = self.rows[field].to_numpy(dtype=object)[places]
        possible = np.array([[bool(ways(value, kind)) for kind in names] for value in true])
        kinds = [names[k] for k in choose_kinds(self.rng, wanted, possible & (wanted > 0))]
        options = (ways(value, kind) for value, kind in zip(true, kinds, strict=True))  # one value's at a time: a number has 150
        values = [option[int(draw * len(option))] for option, draw in zip(options, self.rng.random(len(places)), strict=True)]
        self.write(field, places, kinds, values)

    def blank(self, field: str, rate: float, kind: str = "missing") -> None:
        """Leave ``rate`` of a field's values out."""
        places = self.chosen(rate, self.rows[field].notna())
        self.write(field, places, [kind] * len(places), [None] * len(places))


def plant(rng: np.random.Generator, rows: pd.DataFrame, kind: str, times: float = 1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plant the mistakes of one list.

    Parameters
    ----------
    rows : the list as it should be, RangeIndex: child_name, child_sex ("1"/"2"), birth_date (YYYY-MM-DD), child_id,
        mother_ and father_ with name, id, ethnicity; birth_cert_no, plurality, set_rank. Missing is None.
    kind : the list: a key of :data:`RATES` that holds births.
    times : how many times as often values are wrong and parents exchanged; what an office leaves out stays as it is.

    Returns
    -------
    The list as it was written, and its mistakes (:data:`ERROR_COLUMNS`). ``field`` names the column in which the wrong
    value stands; a wrong birth date also stands in ``child_id`` of the same row, with a check character that fits.
    """
    work, rates = _Planting(rng, rows.copy()), {field: times * rate for field, rate in RATES[kind].items()}
    _leave_unnamed(work, kind)
    for who in ("mother", "father", "child"):
        field = f"{who}_name"
        mongol = {"transliteration": rows[f"{who}_ethnicity"].eq(MONGOL).to_numpy()}
        # a placeholder is no name to be misspelt
        work.spoil(field, rates[field], NAME_SHARES, wrong_names, work.rows[field].eq(rows[field]), mongol)
    for who in ("mother", "father"):
        work.spoil(f"{who}_id", rates[f"{who}_id"], NUMBER_SHARES, wrong_numbers, rows[f"{who}_id"].notna())
    work.spoil("birth_date", rates["birth_date"], DATE_SHARES, wrong_dates, rows["birth_date"].notna())
    _carry_date_into_number(work, rows)
    wrong_sex = work.chosen(times * SEX_WRONG, rows["child_sex"].notna())
    work.write("child_sex", wrong_sex, ["wrong"] * len(wrong_sex), [{"1": "2", "2": "1"}[v] for v in rows["child_sex"].to_numpy()[wrong_sex]])
    work.blank("birth_cert_no", CERTIFICATE_MISSING[kind])
    return _swapped_and_told(work, times * PARENTS_SWAPPED[kind], "parents", ("mother", "father"), _EXCHANGED)


def _leave_unnamed(work: _Planting, kind: str) -> None:
    empty, placeholder = UNNAMED[kind]
    chance = work.rng.random(len(work.rows))
    places = np.flatnonzero(chance < empty)
    work.write("child_name", places, ["unnamed"] * len(places), [None] * len(places))
    places = np.flatnonzero((chance >= empty) & (chance < empty + placeholder))
    work.write("child_name", places, ["placeholder"] * len(places), _placeholders(work, places))


def _placeholders(work: _Planting, places: np.ndarray) -> list[str | None]:
    found: list[str | None] = []
    style = work.rng.random(len(places))
    few = work.rows.loc[places, ["mother_name", "child_sex", "plurality", "set_rank"]]
    for (mother, sex, plurality, rank), draw in zip(few.itertuples(index=False), style, strict=True):
        word = ("之婴" if draw < 0.15 else "之子" if sex == "1" else "之女")
        mark = "" if plurality == 1 else ("AB"[rank - 1] if draw < 0.6 else "大小"[rank - 1])
        found.append(f"{mother}{word}{mark}")
    return found


def _carry_date_into_number(work: _Planting, true: pd.DataFrame) -> None:
    wrong = work.rows["birth_date"].ne(true["birth_date"]).to_numpy()
    numbers = true.loc[wrong, "child_id"]
    column = work.rows["child_id"].to_numpy(dtype=object, copy=True)
    column[wrong] = identity_numbers(
        numbers.str[:6].astype(int).to_numpy(), pd.to_datetime(work.rows.loc[wrong, "birth_date"]).to_numpy(), numbers.str[14:17].astype(int).to_numpy())
    work.rows["child_id"] = column


def _swapped_and_told(work: _Planting, rate: float, whom: str, sides: tuple[str, str], what: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Exchange the columns of two persons in some rows; return the list and its mistakes, each under the column where it now stands."""
    swapped = _swap(work, rate, whom, sides, what)
    errors = pd.DataFrame(work.errors, columns=list(ERROR_COLUMNS))
    moved = errors["row"].isin(swapped) & errors["error"].ne(f"{whom}_swapped")
    other = {f"{a}_{column}": f"{b}_{column}" for a, b in (sides, sides[::-1]) for column in what}
    errors["field"] = errors["field"].where(~moved, errors["field"].replace(other))
    return work.rows, errors.sort_values(["row", "field", "error"], kind="stable", ignore_index=True)


def _swap(work: _Planting, rate: float, whom: str, sides: tuple[str, str], what: Sequence[str]) -> np.ndarray:
    first, second = sides
    both = work.rows[f"{first}_name"].notna() & work.rows[f"{second}_name"].notna()
    # as many as the rate says of all rows, though only those with two persons can be exchanged
    places = work.chosen(rate / max(float(both.mean()), 1e-9), both)
    exchanged = [column for column in what if {f"{first}_{column}", f"{second}_{column}"} <= set(work.rows.columns)]
    one, two = ([f"{who}_{column}" for column in exchanged] for who in sides)
    before = work.rows.loc[places, [*one, *two]]
    work.rows.loc[places, one] = before[two].to_numpy()
    work.rows.loc[places, two] = before[one].to_numpy()
    work.errors += [(int(p), whom, f"{whom}_swapped", f"{first},{second}", f"{second},{first}") for p in places]
    return places


# --- couples --------------------------------------------------------------------------------------------


def plant_couples(rng: np.random.Generator, rows: pd.DataFrame, kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plant the mistakes of a list of marriages.

    Parameters
    ----------
    rows : the list as it should be, RangeIndex: husband_ and wife_ with name, id, ethnicity, birth_date; reg_date (YYYY-MM-DD),
        cert_no. Missing is None.
    kind : marriage or town_marriage.

    Returns
    -------
    The list as it was written, and its mistakes (:data:`ERROR_COLUMNS`), as :func:`plant` does.
    """
    work, rates = _Planting(rng, rows.copy()), RATES[kind]
    for who in ("husband", "wife"):
        mongol = {"transliteration": rows[f"{who}_ethnicity"].eq(MONGOL).to_numpy()}
        work.spoil(f"{who}_name", rates[f"{who}_name"], NAME_SHARES, wrong_names, rows[f"{who}_name"].notna(), mongol)
        work.spoil(f"{who}_id", rates[f"{who}_id"], NUMBER_SHARES, wrong_numbers, rows[f"{who}_id"].notna())
    for field in ("reg_date", "husband_birth_date", "wife_birth_date"):
        work.spoil(field, rates[field], DATE_SHARES, wrong_dates, rows[field].notna())
    for field, rate in COUPLES_MISSING[kind].items():
        work.blank(field, rate)
    work.spoil("cert_no", rates.get("cert_no", 0.0), {"one_digit": 0.7, "transposition": 0.3}, _wrong_serials, work.rows["cert_no"].notna())
    return _swapped_and_told(work, COUPLES_SWAPPED[kind], "spouses", ("husband", "wife"), _OF_A_SPOUSE)


def _wrong_serials(number: str, kind: str) -> list[str | None]:
    """Return the ways to write the serial of a certificate number wrongly."""
    head, _, serial = number.rpartition("-")
    if kind == "one_digit":
        return [f"{head}-{serial[:p]}{digit}{serial[p + 1:]}" for p in range(len(serial)) for digit in "0123456789" if digit != serial[p]]
    return [f"{head}-{serial[:p]}{serial[p + 1]}{serial[p]}{serial[p + 2:]}" for p in range(len(serial) - 1) if serial[p] != serial[p + 1]]
