"""Any comparer of recordlinkage, its similarity cut into levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import recordlinkage.compare

from popanalysis.link.coding import ObjectArray, ValueTable
from popanalysis.link.comparisons.base import Comparison, FloatArray, LevelArray

__all__ = ["RecordlinkageComparer"]


def _series(values: ObjectArray) -> pd.Series[Any]:
    return pd.Series(values, dtype=object)


class RecordlinkageComparer(Comparison):
    """``comparer: {class: String, method: jarowinkler}`` with ``cut: [0.92, 0.80]`` gives ``from_0.92``, ``from_0.8`` and ``below``.

    Similarities of one are no level of their own: write 1.0 into ``cut`` for that. Values reach the comparer as text, distinct pairs only,
    and never empty.
    """

    kind: ClassVar[str] = "recordlinkage"

    def __init__(
        self, field: str, comparer: dict[str, Any], cut: Sequence[float], other: str | None = None, label: str | None = None,
    ) -> None:
        options = {k: v for k, v in comparer.items() if k != "class"}
        self.comparer = getattr(recordlinkage.compare, comparer["class"])(field, other or field, **options)
        self.cut = sorted(cut, reverse=True)
        self.ladder = self.levels_of(cut)  # type: ignore[misc]
        super().__init__(field, other=other, label=label)

    @staticmethod
    def levels_of(cut: Sequence[float]) -> tuple[str, ...]:
        """Names of the levels that the cuts make.

        Examples
        --------
        >>> RecordlinkageComparer.levels_of([0.92, 0.80])
        ('from_0.92', 'from_0.8', 'below')
        """
        return (*(f"from_{c:g}" for c in sorted(cut, reverse=True)), "below")

    def typical_shares(self, n_values: int) -> tuple[FloatArray, FloatArray]:
        """Most matches are alike, most others are not."""
        n = len(self.levels_used)
        m, u = np.full(n, 0.1 / (n - 1)), np.full(n, 0.1 / (n - 1))
        m[0], u[-1] = 0.9, 0.9
        return m, u

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Score with recordlinkage, then cut."""
        score = np.asarray(self.comparer._compute_vectorized(_series(table.values[a]), _series(table.values[b])), dtype=float)
        level = np.sum(score[:, None] < np.array(self.cut)[None, :], axis=1)
        return np.where(np.isnan(score), -1, level).astype(np.int8)
