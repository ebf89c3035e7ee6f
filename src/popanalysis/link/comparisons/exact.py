"""Equal or different: sex, birth order, time of birth and other plain codes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from popanalysis.link.coding import ValueTable
from popanalysis.link.comparisons.base import Comparison, FloatArray, LevelArray

__all__ = ["Exact"]


class Exact(Comparison):
    """``equal`` or ``different``."""

    kind: ClassVar[str] = "exact"
    ladder: ClassVar[tuple[str, ...]] = ("equal", "different")

    def typical_shares(self, n_values: int) -> tuple[FloatArray, FloatArray]:
        """Values of a plain code are taken to be equally common."""
        return np.array([0.98, 0.02]), np.array([1.0, max(n_values, 2) - 1.0]) / max(n_values, 2)

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Unequal values are different."""
        return self.used(np.full(len(a), 1))
