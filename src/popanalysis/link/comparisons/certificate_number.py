"""Numbers of birth certificates: a capital letter and nine digits, without a check digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.link.coding import ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray
from popanalysis.link.comparisons.id_number import edit_distance
from popanalysis.link.values import Rewritten

__all__ = ["CertificateKeys", "CertificateNumber"]

#: Letters that clerks write for digits; the letter in front stays.
_DIGIT_FOR_LETTER = str.maketrans("OISB", "0158")
#: Codes of texts of another form begin here.
_BEYOND = 10**15


class CertificateKeys:
    """Keys of distinct certificate numbers.

    Attributes
    ----------
    text : the numbers in one spelling ; code : a whole number, the same for the same number ; serial : its digits, -1 where it has another form
    """

    def __init__(self, table: ValueTable) -> None:
        self.code, self.serial = _packed(table)
        other = np.flatnonzero(self.serial < 0)
        plain = ["".join(v.split()).upper() for v in table.take(other)]
        texts = np.array([t[:1] + t[1:].translate(_DIGIT_FOR_LETTER) for t in plain], dtype=object)
        self.text = Rewritten(table, other, texts)
        self.code[other], self.serial[other] = _packed(ValueTable(texts))
        unusual = self.serial[other] < 0
        self.code[other[unusual]] = _BEYOND + pd.factorize(texts[unusual])[0]


def _packed(table: ValueTable) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Write numbers of a capital letter and nine digits as whole numbers: all of it, and the digits (-1 where the form is another)."""
    letter, *digits = table.bytes_at(range(10)).astype(np.int64)
    usual = (letter >= ord("A")) & (letter <= ord("Z")) & (table.n_bytes == 10)
    serial = np.zeros(len(table), np.int64)
    for digit in digits:
        usual &= (digit >= ord("0")) & (digit <= ord("9"))
        serial = serial * 10 + digit - ord("0")
    return letter * 10**9 + serial, np.where(usual, serial, -1)


class CertificateNumber(Comparison):
    """``exchanged``: one record's former number is the other's number (a certificate exchanged or reissued).

    Numbers one or two apart are no slip: twins get neighbouring certificates.
    """

    kind: ClassVar[str] = "certificate_number"
    ladder: ClassVar[tuple[str, ...]] = ("equal", "exchanged", "one_slip", "different")
    typical: ClassVar[Mapping[str, tuple[float, float]]] = {
        "equal": (0.985, 1e-5), "exchanged": (0.004, 1e-6), "one_slip": (0.005, 1e-4), "different": (0.006, 0.99989)}

    siblings: ClassVar[Mapping[str, float]] = {"equal": 0.005, "exchanged": 0.001, "one_slip": 0.01, "different": 0.984}

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Grade by spelling, then by edit distance."""
        keys = table.keys(CertificateKeys)
        level = np.full(len(a), self.rung("different"))
        slip = edit_distance(keys.text.take(a), keys.text.take(b), 1) == 1
        neighbours = (np.abs(keys.serial[a] - keys.serial[b]) <= 2) & (keys.serial[a] >= 0) & (keys.serial[b] >= 0)
        level[slip & ~neighbours] = self.rung("one_slip")
        level[keys.code[a] == keys.code[b]] = self.rung("equal")
        return self.used(level)
