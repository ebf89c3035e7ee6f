"""What several columns of one row say of the same thing: brought together, or reported where they disagree.

Every function takes the typed columns by name and the raw texts, and changes the columns it is named for.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.divisions import Divisions
from popanalysis.clean.faults import Finding
from popanalysis.clean.findings import Findings
from popanalysis.clean.names import is_placeholder_with_mother, order_in_delivery
from popanalysis.clean.places import read_place
from popanalysis.clean.values import fold_width
from popanalysis.columns import ACT_DATE_OF_KIND, DATE_FIELDS

__all__ = ["mark_doubtful_births", "place_town", "read_birth_order", "settle_birth_date", "settle_child_name", "settle_delivery"]

Columns = dict[str, pd.Series]
Raw = dict[str, npt.NDArray[np.object_]]
_AT_24: Final = re.compile(r"\d[日号]?[T\s]*24[:时点點]")


def settle_child_name(columns: Columns, raw: Raw, found: Findings) -> None:
    """The mother's name with a word for child behind it is no name."""
    if not {"child_name", "mother_name"} <= columns.keys():
        return
    child, mother = columns["child_name"], columns["mother_name"]
    there = (child.notna() & mother.notna()).to_numpy()
    found_there = [c.startswith(m) and is_placeholder_with_mother(c, m) for c, m in zip(child[there].tolist(), mother[there].tolist(), strict=True)]
    placeholder = pd.Series(found_there, index=child.index[there], dtype=bool).reindex(child.index, fill_value=False)
    if placeholder.any():
        note = columns.get("child_name_note", pd.Series(pd.NA, index=child.index, dtype="string"))
        columns["child_name_note"] = note.mask(placeholder, child)
        columns["child_name"] = child.mask(placeholder, pd.NA)
        found.where(placeholder, "child_name", raw["child_name"], Finding("name_placeholder", "moved", "info"))


def read_birth_order(columns: Columns) -> None:
    """Take the order of twins from the note beside the name where the list has no such column or left it blank."""
    note = columns.get("child_name_note")
    if note is None:
        return
    order = note.map(order_in_delivery, na_action="ignore").astype("Int64")
    if order.notna().any():
        columns["birth_order"] = columns["birth_order"].fillna(order) if "birth_order" in columns else order


def settle_delivery(columns: Columns) -> None:
    """Give a delivery the columns by which births are compared: its date is the child's birth date."""
    for part in ("", "_precision", "_clock", "_proposed"):
        if f"delivery_date{part}" in columns and f"birth_date{part}" not in columns:
            columns[f"birth_date{part}"] = columns[f"delivery_date{part}"]


def settle_birth_date(columns: Columns, raw: Raw, found: Findings, frame: pd.DataFrame) -> None:
    """Bring a date column, a date-and-time column and a time column together; the date column wins over the other's date."""
    clock = columns.pop("birth_date_clock", None)
    if "birth_datetime" in columns:
        moment, precision = columns.pop("birth_datetime"), columns.pop("birth_datetime_precision")
        if (proposed := columns.pop("birth_datetime_proposed", None)) is not None:
            columns["birth_date_proposed"] = columns["birth_date_proposed"].fillna(proposed) if "birth_date_proposed" in columns else proposed
        clock = columns.pop("birth_datetime_clock") if clock is None else clock.fillna(columns.pop("birth_datetime_clock"))
        if "birth_date" in columns:
            written = moment.mask(_says_24(raw["birth_datetime"], moment.index), moment - pd.Timedelta(days=1))  # the day the cell names
            columns["birth_date"] = columns["birth_date"].mask(written.ne(moment) & columns["birth_date"].eq(written) & precision.eq("day").fillna(False).astype(bool), moment)
            differs = columns["birth_date"].notna() & moment.notna() & (columns["birth_date"] != moment)
            found.where(differs, "birth_datetime", raw["birth_datetime"], Finding("date_differs_from_time_column"))
            columns["birth_date_precision"] = columns["birth_date_precision"].fillna(precision)
            columns["birth_date"] = columns["birth_date"].fillna(moment)
        else:
            columns["birth_date"], columns["birth_date_precision"] = moment, precision
    if clock is not None and (clock.notna().any() or "birth_datetime" in raw):
        columns["birth_time"] = columns["birth_time"].fillna(clock) if "birth_time" in columns else clock
    _end_days_at_midnight(columns, raw, found)
    for field in DATE_FIELDS & columns.keys():
        columns.pop(f"{field}_clock", None)
        coarse = columns.get(f"{field}_precision")
        if coarse is None:
            continue
        before = frame.get(f"{field}_precision")
        if before is not None:  # a date cleaned before shows a day that may stand for a month
            columns[f"{field}_precision"] = before.astype("string").where(columns[field].notna())
        elif field != "birth_date" and not coarse.isin(["month", "year"]).any():
            del columns[f"{field}_precision"]


def _says_24(texts: npt.NDArray[np.object_], index: pd.Index) -> pd.Series:
    """Say which texts give a day and 24:00 of it."""
    return pd.Series([_AT_24.search(fold_width(text)) is not None for text in texts.tolist()], index=index, dtype=bool)


def _end_days_at_midnight(columns: Columns, raw: Raw, found: Findings) -> None:
    """A time of 24:00 in a column of its own is 0:00 of the next day, as it is beside its date."""
    if "birth_time" not in columns or not (late := columns["birth_time"].eq("24:00").fillna(False)).any():
        return
    columns["birth_time"] = columns["birth_time"].mask(late, "00:00")
    if "birth_date" in columns:
        moved = late & (columns["birth_date_precision"].eq("day").fillna(False) if "birth_date_precision" in columns else columns["birth_date"].notna())
        columns["birth_date"] = columns["birth_date"].mask(moved, columns["birth_date"] + pd.Timedelta(days=1))
    at = next((name for name in ("birth_time", "birth_datetime") if name in raw), "birth_time")
    found.where(late, at, raw.get(at, np.full(len(late), "24:00", dtype=object)), Finding("date_24h", "mended", "note"))


def mark_doubtful_births(columns: Columns, frame: pd.DataFrame, kind: str, as_of: dt.date | None) -> None:
    """Mark births later than the office's own act or the day of the record: nobody is registered before being born.

    The date stays as written; ``birth_date_doubtful`` lets others prefer what another list says.
    """
    if "birth_date" not in columns:
        return
    act_field, born = ACT_DATE_OF_KIND.get(kind, ""), columns["birth_date"]
    doubtful = pd.Series(False, index=frame.index)
    if act_field in columns:
        to_the_day = columns[f"{act_field}_precision"].eq("day").fillna(False) if f"{act_field}_precision" in columns else True
        doubtful = (born > columns[act_field]) & to_the_day
    if as_of is not None:
        doubtful |= born > pd.Timestamp(as_of)
    if "birth_date_doubtful" in frame:  # cleaned before, perhaps with another day of the record
        doubtful |= frame["birth_date_doubtful"].astype(bool)
    columns["birth_date_doubtful"] = doubtful.astype(bool)


def place_town(columns: Columns, raw: Raw, found: Findings, divisions: Divisions) -> None:
    """Look the stated town up among the home banner's; without such a column the village's name may begin with its town."""
    towns = divisions.towns.get(divisions.home, {})
    if not towns:
        return
    if "town" not in columns:
        if "village" in columns:
            places = {name: read_place(name, divisions).town for name in columns["village"].dropna().unique()}
            columns["town_code"] = columns["village"].map(places).astype("string")
        return
    short = {name.removesuffix("镇").removesuffix("苏木").removesuffix("乡"): code for name, code in towns.items()}
    columns["town_code"] = columns["town"].map(lambda name: towns.get(name) or short.get(name), na_action="ignore").astype("string")
    found.where(columns["town"].notna() & columns["town_code"].isna(), "town", raw.get("town", np.asarray(columns["town"], dtype=object)), Finding("town_unknown", "kept", "note"))
