"""Resident identity numbers: equal, or different by a named kind of slip, never by a sliding score (K10)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from popanalysis.link.coding import IntArray, ObjectArray, ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray

__all__ = ["IdNumber", "NumberKeys", "check_character", "edit_distance", "upgraded"]

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
    """Keys of distinct numbers: the 18-digit form, and the part that tells division and birth date."""

    def __init__(self, values: ObjectArray) -> None:
        texts = [v.upper() for v in values]
        self.text = np.array([upgraded(t) if len(t) == 15 else t for t in texts], dtype=object)
        self.code: IntArray = pd.factorize(self.text)[0].astype(np.int32)
        head = np.array([t[:14] if len(t) in (17, 18) else None for t in self.text], dtype=object)
        self.head: IntArray = pd.factorize(head)[0].astype(np.int32)


def edit_distance(left: ObjectArray, right: ObjectArray, limit: int) -> npt.NDArray[np.int32]:
    """Return substitutions, insertions, deletions and exchanges of neighbours between paired texts; above ``limit``: limit + 1."""
    distance: npt.NDArray[np.int32] = cpdist(left.tolist(), right.tolist(), scorer=OSA.distance, score_cutoff=limit, dtype=np.int32, workers=1)
    return distance


class IdNumber(Comparison):
    """``one_slip``: one digit wrong, lost or added, or two neighbours exchanged; the check character then fails on one side."""

    kind: ClassVar[str] = "id_number"
    ladder: ClassVar[tuple[str, ...]] = ("equal", "upgraded_15_to_18", "one_slip", "two_slips", "same_date_and_division", "different")

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Grade by the 18-digit form, then by edit distance, then by division and birth date."""
        keys = table.keys(NumberKeys)
        level = np.full(len(a), self.rung("different"))
        level[(keys.head[a] == keys.head[b]) & (keys.head[a] >= 0)] = self.rung("same_date_and_division")
        distance = edit_distance(keys.text[a], keys.text[b], 2)
        level[distance == 2] = self.rung("two_slips")
        level[distance == 1] = self.rung("one_slip")
        level[keys.code[a] == keys.code[b]] = self.rung("upgraded_15_to_18")
        return self.used(level)
