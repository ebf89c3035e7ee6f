"""A name and a number written into one cell are read as the two columns they belong to."""

from __future__ import annotations

import re
from typing import Any, Final

import pandas as pd

from popanalysis.clean.faults import Finding
from popanalysis.clean.findings import Findings
from popanalysis.clean.values import fold_width, is_missing
from popanalysis.columns import PERSONS_OF_KIND

__all__ = ["part_names_and_numbers"]

_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx]|\d{15})(?![0-9A-Za-z])")
_NAME: Final = re.compile(r"[\u3400-\u9fff·•・.]{2,20}")
_BETWEEN: Final = re.compile(r"[\s,，;；:：、/()（）\[\]【】]+|身份证号?码?|公民身份号码|姓名")


def part_names_and_numbers(frame: pd.DataFrame, kind: str, found: Findings) -> pd.DataFrame:
    """Return the raw texts with name and number apart, where a cell holds one of each and the other column is blank or says the same.

    A cell with two numbers is left to the reader of numbers, which reports it.

    Parameters
    ----------
    frame : raw texts in canonical columns.
    found : takes a finding for every cell that was read apart.
    """
    changed: dict[str, pd.Series] = {}
    for person in PERSONS_OF_KIND.get(kind, ()):
        for told, other in ((f"{person}_name", f"{person}_id"), (f"{person}_id", f"{person}_name")):
            if told in frame:
                _part(frame, told, other, changed, found)
    return frame.assign(**changed) if changed else frame


def _part(frame: pd.DataFrame, told: str, other: str, changed: dict[str, pd.Series], found: Findings) -> None:
    column = frame[told]
    if not pd.api.types.is_object_dtype(column) and not pd.api.types.is_string_dtype(column):
        return
    of_name = told.endswith("_name")
    texts = column.tolist()
    if not set(map(type, texts)) <= {str}:
        texts = [text if isinstance(text, str) else "" for text in texts]
    shortest = 19 if "".join(texts).isascii() else 16  # without a name in it a number has no more than 18 characters
    if max(map(len, texts), default=0) < shortest:
        return
    for position in [place for place, length in enumerate(map(len, texts)) if length >= shortest]:
        parts = _parted(texts[position])
        if parts is None:
            continue
        name, number = parts
        beside = changed.get(other, frame.get(other))
        at_other = "" if beside is None or pd.isna(beside.iloc[position]) else str(beside.iloc[position])
        wanted = number if of_name else name
        blank = is_missing(at_other)
        if not of_name and not blank:
            continue  # the number is read out of the cell in any case
        label = frame.index[position]
        if blank:
            changed.setdefault(other, beside.astype(object).copy() if beside is not None else pd.Series("", index=frame.index, dtype=object)).loc[label] = wanted
        if of_name:
            changed.setdefault(told, column.astype(object).copy()).loc[label] = name
        found.at(position, told, column.iloc[position], Finding("name_beside_number", "parted", "note" if blank or _same(at_other, wanted) else "warning"))


def _parted(text: str) -> tuple[str, str] | None:
    """Return name and number of a cell that holds one of each.

    >>> _parted("白塔娜159901199003050026"), _parted("159901199003050026"), _parted("乌云·塔娜（159901900305002）")
    (('白塔娜', '159901199003050026'), None, ('乌云·塔娜', '159901900305002'))
    """
    folded = fold_width(text)
    numbers = set(_NUMBER.findall(folded))
    if len(numbers) != 1:
        return None
    name = _BETWEEN.sub("", _NUMBER.sub("", folded))
    return (name, numbers.pop()) if _NAME.fullmatch(name) else None


def _same(one: Any, other: str) -> bool:
    return re.sub(r"\s", "", fold_width(str(one))).upper() == other.upper()
