"""Blocking keys: what records must share to be compared, a code per distinct value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.errors import ParameterError
from popanalysis.link.coding import Column, IntArray, ValueTable
from popanalysis.link.comparisons.certificate_number import CertificateKeys
from popanalysis.link.comparisons.date import DateKeys
from popanalysis.link.comparisons.id_number import NumberKeys
from popanalysis.link.comparisons.marriage_number import MarriageNumberKeys
from popanalysis.link.comparisons.name_keys import NameKeys
from popanalysis.link.rules import KeyPart, LinkageRules, nearest

__all__ = ["AS_WRITTEN", "KeyArray", "combined", "field_and_transform", "key_of_values", "make_keys", "part_codes"]

KeyArray = npt.NDArray[Any]  # int32 or int64
#: Codes below it can be combined two at a time without leaving int64.
_DENSE = 1 << 31
#: The transform that leaves a value as it stands.
AS_WRITTEN = "as_written"


def _text_part(table: ValueTable, end: int) -> IntArray:
    return pd.factorize(np.array([v[:end] for v in table.values], dtype=object))[0].astype(np.int32)


def _date_number(table: ValueTable, by_month: bool) -> IntArray:
    keys = table.keys(DateKeys)
    number = keys.year * 12 + keys.month if by_month else keys.year
    return np.where(keys.unreadable | (by_month & (keys.month == 0)), -1, number).astype(np.int32)


#: Key parts that are not the value itself: name -> key code per distinct value (-1: no key).
TRANSFORMS: Mapping[str, Any] = {
    AS_WRITTEN: lambda table: np.arange(len(table), dtype=np.int32),
    "sound": lambda table: table.keys(NameKeys).sound,
    "near_sound": lambda table: table.keys(NameKeys).near,
    "variants": lambda table: table.keys(NameKeys).variant,
    "letters": lambda table: table.keys(NameKeys).letters,
    "number": lambda table: table.keys(NumberKeys).code,
    "division_and_date": lambda table: table.keys(NumberKeys).head,
    "number_middle": lambda table: table.keys(NumberKeys).third(1),
    "number_end": lambda table: table.keys(NumberKeys).third(2),
    "certificate": lambda table: table.keys(CertificateKeys).code,
    "marriage_certificate": lambda table: table.keys(MarriageNumberKeys).code,
    "month": lambda table: _date_number(table, by_month=True),
    "year": lambda table: _date_number(table, by_month=False),
    "first_character": lambda table: _text_part(table, 1),
    "first_three": lambda table: _text_part(table, 3),
}
#: What a key part without a named transform means, by the kind of the field's comparison.
_PLAIN: Mapping[str, str] = {"id_number": "number", "person_name": "variants", "certificate_number": "certificate",
                              "marriage_number": "marriage_certificate"}


def key_of_values(table: ValueTable, transform: str | None) -> KeyArray:
    """Return the key code of each distinct value; the value itself where no transform is named.

    Raises
    ------
    ParameterError : there is no such transform.
    """
    if transform is None:
        return np.arange(len(table), dtype=np.int64)
    if transform not in TRANSFORMS:
        zh, en = nearest(transform, list(TRANSFORMS))
        raise ParameterError(zh=f"分块键的变换“{transform}”不存在；{zh}。", en=f"Unknown transform '{transform}' of a blocking key; {en}.", name=transform)
    keys: KeyArray = TRANSFORMS[transform](table)
    return keys


def part_codes(column: Column, transform: str | None) -> KeyArray:
    if transform is None:
        return column.codes
    keys = key_of_values(column.table, transform)
    with_missing: KeyArray = np.append(keys, keys.dtype.type(-1))[column.codes]
    return with_missing


def combined(parts: Sequence[KeyArray]) -> KeyArray:
    """One code for several key parts; -1 where any is blank."""
    key = parts[0]
    for part in parts[1:]:
        most = int(part.max(initial=0)) + 1
        if most >= _DENSE or int(key.max(initial=0)) >= _DENSE:
            blank = (key < 0) | (part < 0)
            key, part = (pd.factorize(np.where(blank, -1, side))[0] for side in (key, part))
            most = int(part.max(initial=0)) + 1
        else:
            blank = (key < 0) | (part < 0)
        key = key.astype(np.int64) * most + part
        key[blank] = -1
    return key


def make_keys(rules: LinkageRules, columns: Sequence[str], table: ValueTable) -> None:
    """Make the blocking keys of the distinct values of some columns; they are kept with the table."""
    for blocking_pass in rules.blocking.passes:
        for part in [*blocking_pass.on, *(blocking_pass.against or [])]:
            field, transform = field_and_transform(part, rules)
            if field in columns:
                key_of_values(table, transform)


def field_and_transform(part: KeyPart, rules: LinkageRules | None = None) -> tuple[str, str | None]:
    """Return the column and the transform of a key part; where none is named, the one its comparison's kind implies."""
    if isinstance(part, dict):
        return next(iter(part.items()))
    kinds = [c.kind for c in rules.comparisons if c.field == part] if rules else []
    return part, _PLAIN.get(kinds[0]) if kinds else None
