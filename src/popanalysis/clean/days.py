"""Many texts of digits at once: their digits, and the days that years, months and days make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["YEARS", "digits_of", "real_days"]

YEARS: Final = range(1850, 2200)  # of dates that may stand in a list

Numbers = npt.NDArray[np.int64]


def digits_of(texts: Sequence[str], width: int) -> Numbers:
    """Return texts of up to ``width`` characters as rows of digits; any other character shows as a number outside 0 to 9.

    >>> digits_of(["15X"], 4)[0].tolist() == [1, 5, ord("X") - 48, -48]
    True
    """
    return np.array(texts, dtype=f"U{width}").view(np.uint32).reshape(-1, width).astype(np.int64) - ord("0")


def real_days(year: Numbers, month: Numbers, day: Numbers) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.bool_]]:
    """Return the days, and which of them exist in a year of ``YEARS``.

    >>> days, real = real_days(*(np.array(part) for part in ([2025, 2025], [2, 2], [28, 29])))
    >>> str(days[0]), real.tolist()
    ('2025-02-28', [True, False])
    """
    may_be = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= YEARS[0]) & (year <= YEARS[-1])
    months = np.where(may_be, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(may_be, day - 1, 0)
    return days, may_be & (days.astype("datetime64[M]") == months)
