"""Equal or different: sex, birth order, time of birth and other plain codes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from popanalysis.link.coding import ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray

__all__ = ["Exact"]


class Exact(Comparison):
    """``equal`` or ``different``."""

    kind: ClassVar[str] = "exact"
    ladder: ClassVar[tuple[str, ...]] = ("equal", "different")

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Unequal values are different."""
        return self.used(np.full(len(a), 1))
