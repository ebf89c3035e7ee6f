"""Which cleaner a field goes through, and the columns that come of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from popanalysis.clean import codes
from popanalysis.clean.changes import read_change_class, read_change_item
from popanalysis.clean.dates import clean_dates, clean_times
from popanalysis.clean.divisions import Divisions
from popanalysis.clean.identity_number import clean_identity_numbers
from popanalysis.clean.marriages import read_marriage_certificate_number, read_service_type
from popanalysis.clean.names import clean_names
from popanalysis.clean.places import clean_addresses, with_county
from popanalysis.clean.told import read_told
from popanalysis.clean.values import Cleaned, Distinct
from popanalysis.columns import (
    ADDRESS_FIELDS,
    CERTIFICATE_FIELDS,
    DATE_FIELDS,
    ETHNICITY_FIELDS,
    EVENT_OF_KIND,
    FIELD_TOLD_BY_TITLE,
    ID_FIELDS,
    INTEGER_FIELDS,
    MARRIAGE_CERTIFICATE_FIELDS,
    NAME_FIELDS,
    SEX_FIELDS,
)

__all__ = ["Circumstances", "clean_field", "typed"]


@dataclass(frozen=True)
class Circumstances:
    """What cleaning depends on besides the values."""

    divisions: Divisions
    as_of: dt.date | None = None
    date_order: str | None = None
    kind: str = ""  # adoptions have a cert_no too, of no known form


def clean_field(field: str, column: Distinct, given: Circumstances) -> Cleaned:
    """Clean the distinct values of one field.

    Returns
    -------
    Cleaned whose column ``""`` is the field itself; further columns are named by what is added to the field's name.
    """
    if field in ID_FIELDS:
        return clean_identity_numbers(column, given.divisions, given.as_of)
    if field in NAME_FIELDS:
        return clean_names(column, of_child=field == "child_name")
    if field in DATE_FIELDS or field == "birth_datetime":
        return clean_dates(column, given.date_order, given.as_of, time_is_enough=field == "birth_datetime", recent=not _of_any_age(field, given.kind))
    if field in ADDRESS_FIELDS:
        return clean_addresses(column, given.divisions)
    if field == "birth_place":
        return with_county(column.map(codes.read_plain_text), given.divisions)
    if field == "birth_time":
        return clean_times(column)
    if field == "birth_weight":
        return column.map(codes.read_weight)
    if field in INTEGER_FIELDS:
        return column.map(codes.read_whole_number)
    if field in SEX_FIELDS:
        return column.map(codes.read_sex)
    if field in ETHNICITY_FIELDS:
        return column.map(codes.read_ethnicity)
    if field in CERTIFICATE_FIELDS:
        return column.map(codes.read_certificate_number, codes.USUAL_CERTIFICATE_NUMBER)
    if field in MARRIAGE_CERTIFICATE_FIELDS and given.kind != "adoption":
        return column.map(read_marriage_certificate_number)
    if field.endswith("_phone"):
        return column.map(codes.read_telephone)
    return _clean_words(field, column, given)


def _of_any_age(field: str, kind: str) -> bool:
    """Say whether a date is the birth of somebody who may be old; the child of a list of births was born of late."""
    return field.endswith("birth_date") and not (field == "birth_date" and EVENT_OF_KIND.get(kind) == "birth")


def _clean_words(field: str, column: Distinct, given: Circumstances) -> Cleaned:
    """Clean the fields whose words stand for codes; all others are free text."""
    told = FIELD_TOLD_BY_TITLE.get(given.kind, "")
    if told and field in (told, f"{told}_told"):
        return column.map(read_told(told))
    if field == "service_type":
        return column.map(read_service_type)
    if given.kind == "identity_change" and field in ("change_item", "change_class"):
        return column.map(read_change_item if field == "change_item" else read_change_class)
    return column.map(codes.read_plain_text)


def typed(field: str, part: str, values: Any, codes: Any, index: pd.Index) -> pd.Series:
    """Return distinct values spread over the rows as a column of its type: datetime64[ns], Int64 or string."""
    if part in ("", "proposed") and (field in DATE_FIELDS or field == "birth_datetime"):
        return pd.Series(values[codes], index=index, dtype="datetime64[ns]")
    if part == "" and field in INTEGER_FIELDS:
        return pd.Series(pd.array([pd.NA if value is None else value for value in values], dtype="Int64").take(codes), index=index)
    objects = np.array(values, dtype=object)
    objects[pd.isna(objects)] = pd.NA
    return pd.Series(pd.array(objects, dtype="string").take(codes), index=index)
