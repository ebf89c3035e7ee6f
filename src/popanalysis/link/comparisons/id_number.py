"""Resident identity numbers: equal, or different by a named kind of slip, never by a sliding score (K10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from popanalysis.link.coding import ObjectArray, ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray
from popanalysis.link.values import Rewritten

__all__ = ["IdNumber", "NumberKeys", "check_character", "edit_distance", "upgraded"]

#: Codes of texts that are no 18-digit number begin here.
_BEYOND = 2 * 10**18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_character(first_17: str) -> str:
    """Return the check character of ISO 7064 MOD 11-2.

    Examples
    --------
    >>> check_character("15990120240305001")
    '3'
    """
    return "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, first_17, strict=True)) % 11]


def upgraded(number: str) -> str:
    """Return the 18-digit form of an old 15-digit number; other texts come back as they are.

    Sequences 996-999 were kept for people born before 1900, whose century is not 19: they stay.

    Examples
    --------
    >>> upgraded("159901681023512"), upgraded("15990119681023")
    ('159901196810235121', '15990119681023')
    """
    if len(number) != 15 or not number.isascii() or not number.isdigit() or number[12:] >= "996":
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


class NumberKeys:
    """Keys of distinct numbers.

    Attributes
    ----------
    text : the numbers, old ones in their 18-digit form ; code : a whole number, the same for the same number
    head : the part that tells division and birth date, -1 where the text is no such number ; thirds : six digits each, the last from the end
    """

    def __init__(self, table: ValueTable) -> None:
        self.code, self.head, self.thirds, plain = _packed(table)
        other = np.flatnonzero(~plain)
        texts = np.array([upgraded(v.upper()) for v in table.take(other)], dtype=object)
        self.text = Rewritten(table, other, texts)
        self.code[other], self.head[other], self.thirds[other], plain = _packed(ValueTable(texts))
        self.code[other[~plain]] = _BEYOND + pd.factorize(texts[~plain])[0]

    def third(self, place: int) -> npt.NDArray[np.int32]:
        """The middle (1) or last (2) third of each number as a key: a slip of one digit or two neighbours leaves one of the two as it was; -1: none."""
        return np.where(self.head >= 0, self.thirds[:, place], np.int32(-1))

    def may_be_slips(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
        """Pairs that share a third of their digits in place (the last third counted from the end): the others differ in more than two."""
        return np.flatnonzero((self.thirds[a] == self.thirds[b]).any(axis=1))


def _packed(table: ValueTable) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Write 18-digit numbers as whole numbers: all of it, the first 14 digits (-1: none), its thirds, and which texts are such numbers."""
    n = len(table)
    code, head, thirds, plain = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros((n, 3), np.int32), np.zeros(n, bool)
    for part in table.parts():
        length = table.n_bytes[part]
        digits = table.bytes_at(range(18), part) - np.uint8(ord("0"))
        last = np.where(digits[17] == ord("X") - ord("0"), 10, digits[17])
        n_digits = np.zeros(len(length), np.int8)  # digits without a gap from the front, up to the 17th
        for k in range(17):
            n_digits += (digits[k] <= 9) & (n_digits == k)
        plain[part] = (length == 18) & (n_digits == 17) & (last <= 10)
        front = _read_off(digits[:14], 10)
        code[part] = (((front * 10 + digits[14]) * 10 + digits[15]) * 10 + digits[16]) * 11 + last
        head[part] = np.where((n_digits >= 14) & (length >= 17) & (length <= 18), front, -1)
        digits[17] = np.where(last > 10, 11, last)
        np.minimum(digits[:17], 11, out=digits[:17])  # what is no digit is all one here
        thirds[part, 0], thirds[part, 1] = _read_off(digits[:6], 12), _read_off(digits[6:12], 12)
        thirds[part, 2] = np.where(length >= 18, _read_off(digits[12:], 12), _read_off(digits[11:17], 12))
    return code, head, thirds, plain


def _read_off(digits: npt.NDArray[np.uint8], base: int) -> npt.NDArray[np.int64]:
    """Read rows of digits as one number each column."""
    number = np.zeros(digits.shape[1], np.int64)
    for row in digits:
        number *= base
        number += row
    return number


def edit_distance(left: ObjectArray, right: ObjectArray, limit: int) -> npt.NDArray[np.int32]:
    """Return substitutions, insertions, deletions and exchanges of neighbours between paired texts; above ``limit``: limit + 1."""
    distance: npt.NDArray[np.int32] = cpdist(left.tolist(), right.tolist(), scorer=OSA.distance, score_cutoff=limit, dtype=np.int32, workers=1)
    return distance


class IdNumber(Comparison):
    """``one_slip``: one digit wrong, lost or added, or two neighbours exchanged; the check character then fails on one side."""

    kind: ClassVar[str] = "id_number"
    ladder: ClassVar[tuple[str, ...]] = ("equal", "upgraded_15_to_18", "one_slip", "two_slips", "same_date_and_division", "different")
    typical: ClassVar[Mapping[str, tuple[float, float]]] = {
        "equal": (0.94, 1e-5), "upgraded_15_to_18": (0.005, 1e-6), "one_slip": (0.045, 1e-5), "two_slips": (0.002, 1e-5),
        "same_date_and_division": (0.002, 1e-4), "different": (0.006, 0.99987)}

    siblings: ClassVar[Mapping[str, float]] = {
        "equal": 0.005, "upgraded_15_to_18": 0.001, "one_slip": 0.15, "two_slips": 0.5, "same_date_and_division": 0.3, "different": 0.044}

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Grade by the 18-digit form, then by edit distance, then by division and birth date."""
        keys = table.keys(NumberKeys)
        level = np.full(len(a), self.rung("different"))
        level[(keys.head[a] == keys.head[b]) & (keys.head[a] >= 0)] = self.rung("same_date_and_division")
        near = keys.may_be_slips(a, b)
        distance = edit_distance(keys.text.take(a[near]), keys.text.take(b[near]), 2)
        level[near[distance == 2]] = self.rung("two_slips")
        level[near[distance == 1]] = self.rung("one_slip")
        level[keys.code[a] == keys.code[b]] = self.rung("upgraded_15_to_18")
        return self.used(level)
