"""What every comparison has in common: a kernel on codes, and a face that plain recordlinkage code can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from recordlinkage.base import BaseCompareFeature

from popanalysis.columns import MISSING_BOTH, MISSING_LEFT, MISSING_RIGHT
from popanalysis.link.coding import IntArray, ValueTable, code_values

__all__ = ["CHUNK", "UNKNOWN", "Comparison", "FloatArray", "LevelArray"]

LevelArray = npt.NDArray[np.int8]
FloatArray = npt.NDArray[np.float64]
#: Level of a pair about which the field says nothing, because a value is missing.
UNKNOWN = -1
#: Distinct pairs a kernel takes at once: large enough for numpy, small enough for the cache.
CHUNK = 1 << 17


class Comparison(BaseCompareFeature):  # type: ignore[misc, unused-ignore]
    """A ladder of agreement on one field.

    A subclass states its full ``ladder``, best level first, and grades distinct unequal values in :meth:`grade`. A rule set
    may list fewer levels: a pair then takes the next listed level below.

    Parameters
    ----------
    field : column compared; ``other``: column of the right frame, where it has another name.
    levels : the levels in use, best first (default: the whole ladder).
    label : name of the result column.

    Examples
    --------
    >>> import recordlinkage
    >>> from popanalysis.link.comparisons import PersonName
    >>> left = pd.DataFrame({"name": ["王芳", "李娜", None]}, index=["a1", "a2", "a3"])
    >>> right = pd.DataFrame({"name": ["王方", "李娜"]}, index=["b1", "b2"])
    >>> pairs = pd.MultiIndex.from_tuples([("a1", "b1"), ("a2", "b2"), ("a3", "b2")])
    >>> compare = recordlinkage.Compare([PersonName("name", levels=["equal", "same_sound", "different"], label="name")])
    >>> compare.compute(pairs, left, right)["name"].tolist()
    [1, 0, -1]
    """

    kind: ClassVar[str]
    ladder: ClassVar[tuple[str, ...]]
    #: m and u probability per level where a list is too small to show its own; of the weight of a handful of pairs.
    typical: ClassVar[Mapping[str, tuple[float, float]]] = {}

    #: Share of each level among children of one delivery, where the field tells such apart.
    siblings: ClassVar[Mapping[str, float]] = {}

    def __init__(self, field: str, levels: Sequence[str] | None = None, other: str | None = None, label: str | None = None) -> None:
        super().__init__(field, other or field, label=label or field)
        self.field = field
        self.levels_used = tuple(levels or self.ladder)
        self._place = self._places()

    def _places(self) -> LevelArray:
        """Place on the used ladder of each level of the full one: its own, or that of the next used level below."""
        place, below = np.zeros(len(self.ladder), np.int8), len(self.levels_used) - 1
        for k in range(len(self.ladder) - 1, -1, -1):
            if self.ladder[k] in self.levels_used:
                below = self.levels_used.index(self.ladder[k])
            place[k] = below
        return place

    def typical_shares(self, n_values: int) -> tuple[FloatArray, FloatArray]:
        """m and u of the used levels to lean on in small lists; ``n_values`` distinct values are in the data."""
        shares = np.zeros((2, len(self.levels_used)))
        for level, place in zip(self.ladder, self._place, strict=True):
            shares[:, place] += self.typical.get(level, (0.0, 0.0))
        return shares[0], shares[1]

    def among_siblings(self) -> FloatArray:
        """Shares of the used levels among children of one delivery (marriages of one couple ...); where nothing is known of them, those among strangers."""
        if not self.siblings:
            return self.typical_shares(2)[1]
        shares = np.zeros(len(self.levels_used))
        for level, place in zip(self.ladder, self._place, strict=True):
            shares[place] += self.siblings.get(level, 0.0)
        return shares

    # --- the kernel ---

    def levels(self, codes_a: IntArray, codes_b: IntArray, table: ValueTable) -> LevelArray:
        """Grade pairs of codes.

        Parameters
        ----------
        codes_a, codes_b : codes of the left and right values, -1 where missing.
        table : the distinct values the codes point into.

        Returns
        -------
        int8 array, one level a pair: place on the used ladder, 0 the best; -1 where a value is missing.
        """
        out = np.full(len(codes_a), UNKNOWN, np.int8)
        known = (codes_a >= 0) & (codes_b >= 0)
        same = known & (codes_a == codes_b)
        own = self.own_level(table)
        out[same] = 0 if own is None else own[codes_a[same]]
        rest = np.flatnonzero(known & ~same)
        if len(rest):
            a, b = codes_a[rest].astype(np.int64), codes_b[rest].astype(np.int64)
            which, distinct = pd.factorize(np.minimum(a, b) * len(table) + np.maximum(a, b))
            graded = [
                self.grade(part // len(table), part % len(table), table)
                for part in np.split(distinct, range(CHUNK, len(distinct), CHUNK))
            ]
            out[rest] = np.concatenate(graded)[which]
        return out

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Grade distinct pairs of unequal known values (``a < b``); the used level, or -1 where the values say nothing."""
        raise NotImplementedError

    def own_level(self, table: ValueTable) -> LevelArray | None:
        """Level at which each value meets itself, where that is not always the best (a date known to the month only)."""
        return None

    def used(self, full: npt.NDArray[Any]) -> LevelArray:
        """Turn places on the full ladder into places on the used one; -1 stays."""
        return np.where(full < 0, UNKNOWN, self._place[full]).astype(np.int8)

    def rung(self, name: str) -> int:
        """Place of a level on the full ladder."""
        return self.ladder.index(name)

    # --- recordlinkage's face ---

    def _compute_vectorized(self, left: pd.Series[Any], right: pd.Series[Any]) -> npt.NDArray[np.int8]:
        both = np.concatenate([self._as_text(left), self._as_text(right)])
        codes, table = code_values(both)
        a, b = codes[: len(left)], codes[len(left):]
        level = self.levels(a, b, table)
        level[(a < 0) & (b >= 0)] = MISSING_LEFT
        level[(a >= 0) & (b < 0)] = MISSING_RIGHT
        level[(a < 0) & (b < 0)] = MISSING_BOTH
        return level

    @staticmethod
    def _as_text(column: pd.Series[Any]) -> npt.NDArray[np.object_]:
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            column = column.dt.strftime("%Y-%m-%d")
        return column.to_numpy(dtype=object)
