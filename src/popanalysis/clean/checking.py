"""Make the checks on typed rows: pass, fail, or can't tell where something needed is missing, damaged or not exact enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.checks import Check, CheckRules, DaysBetweenRows, is_date_word
from popanalysis.clean.faults import Finding
from popanalysis.clean.findings import READ_FROM, Findings
from popanalysis.clean.persons import SEX_OF_PERSON, bearers_fields
from popanalysis.columns import ACT_DATE_OF_KIND, DATE_FIELDS, PERSONS_OF_KIND

__all__ = ["OUTCOMES_COLUMNS", "check_rows"]

#: One row a check: how many rows passed, failed, could not be told.
OUTCOMES_COLUMNS: Final = ("check", "n_pass", "n_fail", "n_cannot_tell")
PASS, FAIL, CANNOT_TELL = 1, 0, -1

Outcome = npt.NDArray[np.int8]
Days = npt.NDArray[np.datetime64]
Inside = Mapping[str, tuple[Days, npt.NDArray[np.object_]]]
_MOST_ROWS: Final = 50  # of one number within a list; more are no mother's
_TRUSTED: Final = ("valid", "old_15")


@dataclass(frozen=True)
class _Dates:
    """Dates as the first and last day they may be; both NaT where missing."""

    first: Days
    last: Days


@dataclass(frozen=True)
class _Row:
    """What a check may look at: typed columns, raw texts, what numbers tell, the kind and the day of the record."""

    columns: Mapping[str, pd.Series]
    raw: Mapping[str, npt.NDArray[np.object_]]
    kind: str
    as_of: dt.date | None
    size: int
    inside: Inside


def check_rows(
    rules: CheckRules, columns: Mapping[str, pd.Series], raw: Mapping[str, npt.NDArray[np.object_]], inside: Inside, found: Findings,
    kind: str, as_of: dt.date | None,
) -> pd.DataFrame:
    """Make the checks of a kind; every failure is added to the findings.

    Parameters
    ----------
    columns, raw : typed columns and raw texts by field.
    inside : field of an identity number -> the birth dates (datetime64[D]) and sexes that its numbers tell.
    found : takes one finding a failure, at the first field looked at.

    Returns
    -------
    DataFrame, OUTCOMES_COLUMNS: the checks made on this kind, in the order of the rules. Of several persons or dates of a row each counts.
    """
    size = len(next(iter(columns.values()))) if columns else 0
    row = _Row(columns, raw, kind, as_of, size, inside)
    told = []
    for check in rules.checks:
        if not check.is_made_on(kind):
            continue
        counts = np.zeros(3, dtype=np.int64)
        for outcome, looked_at in _outcomes(check, row):
            counts += np.bincount(outcome + 1, minlength=3)
            at = next((name for name in (looked_at, *READ_FROM.get(looked_at, ())) if name in raw), looked_at)
            done = "set_missing" if check.test.filled else "kept"
            failed = outcome == FAIL
            if failed.any():
                found.where(pd.Series(failed), at, raw[at] if at in raw else _texts(columns, at, size), Finding(check.name, done, check.severity))
        told.append((check.name, counts[2], counts[1], counts[0]))
    return pd.DataFrame(told, columns=list(OUTCOMES_COLUMNS))


def _texts(columns: Mapping[str, pd.Series], field: str, size: int) -> npt.NDArray[np.object_]:
    if field not in columns:
        return np.full(size, "", dtype=object)
    return np.asarray(columns[field].astype("string").fillna(""), dtype=object)


def _outcomes(check: Check, row: _Row) -> Iterator[tuple[Outcome, str]]:
    """Yield the outcomes of a check and the field it points at, once for every person or date it is made for."""
    if check.scope == "each_person":
        for person in PERSONS_OF_KIND.get(row.kind, ()):
            if f"{person}_id" in row.columns:
                yield _outcome(check, row, [f"{person}.{word}" for word in check.test.words]), f"{person}_id"
    elif check.scope == "each_date":
        for date in sorted(name for name in DATE_FIELDS if name in row.columns and any(told in row.raw for told in (name, *READ_FROM.get(name, ())) if not told.endswith("_id"))):
            yield _outcome(check, row, [date if word == "date" else word for word in check.test.words]), date
    else:
        words = list(check.test.words)
        person, _, rest = words[0].partition(".")
        yield _outcome(check, row, words), (words[0] if not rest else f"{person}_id" if rest.startswith("number") else bearers_fields(person, row.kind)[rest == "sex"])


def _outcome(check: Check, row: _Row, words: list[str]) -> Outcome:
    test = check.test
    if test.filled:
        return _filled(words[0], row)
    if test.days_between_rows:
        return _apart(test.days_between_rows, words, row)
    if not all(is_date_word(word) for word in words):
        return _same_texts(*(_text(word, row) for word in words))
    left, right = (_dates(word, row) for word in words)
    if test.equal:
        return _decided(fail=(left.first > right.last) | (left.last < right.first), passed=(left.first == right.last) & (left.last == right.first))
    if test.not_after:
        return _decided(fail=left.first > right.last, passed=left.last <= right.first)
    assert test.years_between
    fewest, most = _full_years(left.last, right.first), _full_years(left.first, right.last)
    with np.errstate(invalid="ignore"):
        passed = (fewest >= test.years_between.at_least) & (most <= test.years_between.at_most)
        return _decided(fail=(most < test.years_between.at_least) | (fewest > test.years_between.at_most), passed=passed)


def _full_years(start: Days, end: Days) -> npt.NDArray[np.float64]:
    """Years completed by the calendar (on the birthday), NaN where a date is missing."""
    first, last = (day.astype("datetime64[M]") for day in (start, end))
    unfinished = (end - last.astype("datetime64[D]")) < (start - first.astype("datetime64[D]"))
    months = (last - first) / np.timedelta64(1, "M") - unfinished  # NaN where one is missing
    return np.asarray(np.floor(months / 12), dtype=np.float64)


def _decided(*, fail: npt.NDArray[np.bool_], passed: npt.NDArray[np.bool_]) -> Outcome:
    return np.where(fail, FAIL, np.where(passed, PASS, CANNOT_TELL)).astype(np.int8)


# --- what a word stands for --------------------------------------------------------------------------------------------


def _filled(field: str, row: _Row) -> Outcome:
    """A list without the column cannot be told from: that the column is missing is said once for the whole list."""
    if field not in row.columns or not any(name in row.raw for name in (field, *READ_FROM.get(field, ()))):
        return np.full(row.size, CANNOT_TELL, dtype=np.int8)
    return np.where(row.columns[field].isna().to_numpy(), FAIL, PASS).astype(np.int8)


def _trusted(person: str, row: _Row) -> npt.NDArray[np.bool_] | None:
    """Whose numbers may be what was meant; ``None`` where the list has no numbers of that person."""
    state = row.columns.get(f"{person}_id_state")
    return None if state is None or f"{person}_id" not in row.inside else state.isin(_TRUSTED).to_numpy(dtype=bool)


def _objects(column: pd.Series) -> npt.NDArray[np.object_]:
    """A column as Python texts, ``None`` where missing."""
    values = np.array(column.astype(object), dtype=object)
    values[column.isna().to_numpy()] = None
    return values


def _text(word: str, row: _Row) -> npt.NDArray[np.object_]:
    person, _, rest = word.partition(".")
    nothing = np.full(row.size, None, dtype=object)
    if rest == "number.sex":
        trusted = _trusted(person, row)
        return nothing if trusted is None else np.where(trusted, row.inside[f"{person}_id"][1], nothing)
    if rest == "sex":
        if person in SEX_OF_PERSON:
            return np.full(row.size, SEX_OF_PERSON[person], dtype=object)
        stated = bearers_fields(person, row.kind)[1]
        return _objects(row.columns[stated]) if stated in row.raw else nothing
    return _objects(row.columns[word]) if word in row.columns else nothing


def _same_texts(left: npt.NDArray[np.object_], right: npt.NDArray[np.object_]) -> Outcome:
    known, same = ~(pd.isna(left) | pd.isna(right)), np.asarray(left == right, dtype=bool)
    return _decided(fail=known & ~same, passed=known & same)


def _dates(word: str, row: _Row) -> _Dates:
    nothing = np.full(row.size, np.datetime64("NaT", "D"))
    if word == "as_of":
        day = nothing if row.as_of is None else np.full(row.size, np.datetime64(row.as_of, "D"))
        return _Dates(day, day)
    person, _, rest = word.partition(".")
    if rest == "number.birth_date":
        trusted = _trusted(person, row)
        inside = nothing if trusted is None else np.where(trusted, row.inside[f"{person}_id"][0], np.datetime64("NaT", "D"))
        return _Dates(inside, inside)
    name = bearers_fields(person, row.kind)[0] if rest == "birth_date" else ACT_DATE_OF_KIND.get(row.kind, "") if word == "act_date" else word
    if name not in row.columns:
        return _Dates(nothing, nothing)
    first = row.columns[name].to_numpy(dtype="datetime64[D]")
    if rest and f"{name}_from" in row.columns:
        first = np.where(row.columns[f"{name}_from"].isna().to_numpy(), first, np.datetime64("NaT", "D"))  # read out of the number: no second witness
    return _Dates(first, _last_days(first, row.columns.get(f"{name}_precision")))


def _last_days(first: Days, precision: pd.Series | None) -> Days:
    """The last day a date known to the month or year may be."""
    last = first.copy()
    if precision is None:
        return last
    told = set(precision.tolist())
    for unit, name in (("M", "month"), ("Y", "year")):
        if name not in told:
            continue
        coarse = precision.eq(name).fillna(False).to_numpy(dtype=bool) & ~np.isnat(first)
        if coarse.any():
            last[coarse] = (first[coarse].astype(f"datetime64[{unit}]") + 1).astype("datetime64[D]") - 1
    return last


def _apart(test: DaysBetweenRows, words: list[str], row: _Row) -> Outcome:
    """Two rows of one number, further apart than one delivery lasts and nearer than two can be: both fail."""
    person = words[0].partition(".")[0]
    trusted, dates = _trusted(person, row), _dates(words[1], row)
    outcome = np.full(row.size, CANNOT_TELL, dtype=np.int8)
    if trusted is None:
        return outcome
    number, whole = row.columns[f"{person}_id"], row.columns.get(f"{person}_id_18")
    codes = np.where(trusted, pd.factorize(number if whole is None else whole.fillna(number))[0], -1)  # an old number of 15 digits is that of 18
    places = np.nonzero((codes >= 0) & ~np.isnat(dates.first) & (dates.first == dates.last))[0]
    outcome[places] = PASS
    order = places[np.lexsort((dates.first[places], codes[places]))]
    for step in range(1, min(len(order), _MOST_ROWS)):  # every two rows of one number, not neighbours only
        days = (dates.first[order[step:]] - dates.first[order[:-step]]) / np.timedelta64(1, "D")
        same = (codes[order[step:]] == codes[order[:-step]]) & (days < test.at_least)
        close = same & (days > test.one_delivery)
        outcome[order[:-step][close]] = outcome[order[step:][close]] = FAIL
        if not same.any():
            break
    return outcome
