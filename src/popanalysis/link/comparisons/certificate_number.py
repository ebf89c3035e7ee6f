"""Numbers of birth certificates: a capital letter and nine digits, without a check digit."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.link.coding import IntArray, ObjectArray, ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray
from popanalysis.link.comparisons.id_number import edit_distance

__all__ = ["CertificateKeys", "CertificateNumber"]

#: Letters and digits that clerks take for one another, where a digit must stand.
_DIGIT_FOR_LETTER = str.maketrans("OISBoisb", "01580158")


class CertificateKeys:
    """Distinct certificate numbers in one spelling, and their serial part as a number (-1: none)."""

    def __init__(self, values: ObjectArray) -> None:
        texts = ["".join(v.split()).upper() for v in values]
        self.text = np.array([t[:1] + t[1:].translate(_DIGIT_FOR_LETTER) for t in texts], dtype=object)
        self.code: IntArray = pd.factorize(self.text)[0].astype(np.int32)
        self.serial = np.array([int(t[1:]) if re.fullmatch(r"[A-Z]\d{4,15}", t) else -1 for t in self.text], dtype=np.int64)


class CertificateNumber(Comparison):
    """``exchanged``: one record's former number is the other's number (a certificate exchanged or reissued).

    Numbers one or two apart are no slip: twins get neighbouring certificates.
    """

    kind: ClassVar[str] = "certificate_number"
    ladder: ClassVar[tuple[str, ...]] = ("equal", "exchanged", "one_slip", "different")

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Grade by spelling, then by edit distance."""
        keys = table.keys(CertificateKeys)
        level = np.full(len(a), self.rung("different"))
        slip = edit_distance(keys.text[a], keys.text[b], 1) == 1
        neighbours = (np.abs(keys.serial[a] - keys.serial[b]) <= 2) & (keys.serial[a] >= 0) & (keys.serial[b] >= 0)
        level[slip & ~neighbours] = self.rung("one_slip")
        level[keys.code[a] == keys.code[b]] = self.rung("equal")
        return self.used(level)
