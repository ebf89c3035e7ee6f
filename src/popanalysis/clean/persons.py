"""What a number says of its bearer, read where nothing else in the row says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from popanalysis.clean.identity_number import birth_dates_of, sexes_of

__all__ = ["SEX_OF_PERSON", "bearers_fields", "read_own_number"]

Columns = dict[str, pd.Series]

#: Persons whose sex goes without saying.
SEX_OF_PERSON: Final[Mapping[str, str]] = {"mother": "2", "father": "1", "wife": "2", "husband": "1", "adoptive_mother": "2", "adoptive_father": "1"}
#: Persons that a kind names without a word in front.
_BARE: Final[Mapping[tuple[str, str], tuple[str, str]]] = {("population", "person"): ("birth_date", "sex")}
#: Kinds whose number tells birth date and sex where the list has no such columns: the person it tells them of.
_TOLD_BY_NUMBER: Final[Mapping[str, str]] = {
    **dict.fromkeys(("birth_cert", "hukou_birth", "town_birth", "deferred_hukou"), "child"), "population": "person", "death": "person"}


def bearers_fields(person: str, kind: str) -> tuple[str, str]:
    """Return the names of a person's birth date and sex in a kind.

    >>> bearers_fields("child", "birth_cert"), bearers_fields("person", "population"), bearers_fields("wife", "marriage")
    (('birth_date', 'child_sex'), ('birth_date', 'sex'), ('wife_birth_date', 'wife_sex'))
    """
    if person == "child":
        return "birth_date", "child_sex"
    return _BARE.get((kind, person), (f"{person}_birth_date", f"{person}_sex"))


def read_own_number(columns: Columns, frame: pd.DataFrame, kind: str) -> None:
    """Where a list has no birth date or sex of its own, the person's number tells them; a blank cell of such a column stays blank."""
    person = _TOLD_BY_NUMBER.get(kind)
    if person is None or f"{person}_id" not in columns:
        return
    number, state = columns[f"{person}_id"], columns[f"{person}_id_state"]
    date_field, sex_field = bearers_fields(person, kind)
    no_date = _absent(frame, date_field) & (_absent(frame, "birth_datetime") if date_field == "birth_date" else True)
    if no_date.any():
        _read_date(columns, frame, date_field, f"{person}_id", birth_dates_of(number, state).where(no_date))
    no_sex = _absent(frame, sex_field)
    if no_sex.any():
        sex = columns.get(sex_field, pd.Series(pd.NA, index=frame.index, dtype="string"))
        columns[sex_field] = sex.fillna(sexes_of(number, state).where(no_sex))


def _read_date(columns: Columns, frame: pd.DataFrame, field: str, source: str, inside: pd.Series) -> None:
    """Fill a date from a number, with its precision and ``<field>_from``."""
    date = columns.get(field, pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]"))
    precision = columns.get(f"{field}_precision", pd.Series(pd.NA, index=frame.index, dtype="string"))
    told = pd.Series(pd.NA, index=frame.index, dtype="string").mask(inside.notna(), source)
    columns[field] = date.fillna(inside)
    if field == "birth_date" or f"{field}_precision" in columns:
        columns[f"{field}_precision"] = precision.mask(inside.notna(), "day")
    columns[f"{field}_from"] = frame[f"{field}_from"].astype("string").fillna(told) if f"{field}_from" in frame else told


def _absent(frame: pd.DataFrame, field: str) -> pd.Series:
    """Rows whose list has no such column (NA), as against a blank cell (``""``)."""
    return frame[field].isna() if field in frame.columns else pd.Series(True, index=frame.index)
