"""Numbers of marriage certificates: J, the registry's division, the year and a serial; BJ where the certificate was reissued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.link.coding import ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray
from popanalysis.link.comparisons.id_number import edit_distance

__all__ = ["MarriageNumber", "MarriageNumberKeys"]

#: Signs that stand for the dash, or for nothing, in numbers written by hand.
_UNIFIED = str.maketrans({**dict.fromkeys("－—–‐―−", "-"), " ": None, "\u3000": None})


class MarriageNumberKeys:
    """Keys of distinct certificate numbers.

    Attributes
    ----------
    text : the number in one spelling ; code : a whole number, the same for the same number ; reissue : it is that of a reissued certificate
    """

    def __init__(self, table: ValueTable) -> None:
        self.text = np.array([v.translate(_UNIFIED).upper() for v in table.values], dtype=object)
        self.code = pd.factorize(self.text)[0].astype(np.int64)
        self.reissue = np.array([t.startswith("BJ") for t in self.text], dtype=bool)


class MarriageNumber(Comparison):
    """``reissued``: the numbers differ because at least one is that of a reissued certificate, which says little either way.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.Series(["J159901-2025-000012", "J159901-2025-000012", "J159901-2025-000012"])
    >>> two = pd.Series(["J159901—2025—000012", "BJ159901-2025-000003", "J159901-2025-000481"])
    >>> compare = MarriageNumber("cert_no")
    >>> [compare.levels_used[level] for level in compare._compute_vectorized(one, two)]
    ['equal', 'reissued', 'different']
    """

    kind: ClassVar[str] = "marriage_number"
    ladder: ClassVar[tuple[str, ...]] = ("equal", "one_slip", "reissued", "different")
    typical: ClassVar[Mapping[str, tuple[float, float]]] = {
        "equal": (0.955, 1e-5), "one_slip": (0.03, 0.02), "reissued": (0.01, 0.03), "different": (0.005, 0.94999)}

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Grade by spelling, then by what kind of certificate it is, then by edit distance."""
        keys = table.keys(MarriageNumberKeys)
        level = np.full(len(a), self.rung("different"))
        level[keys.reissue[a] | keys.reissue[b]] = self.rung("reissued")
        slip = edit_distance(keys.text[a], keys.text[b], 1) == 1
        level[slip & (keys.reissue[a] == keys.reissue[b])] = self.rung("one_slip")
        level[keys.code[a] == keys.code[b]] = self.rung("equal")
        return self.used(level)
