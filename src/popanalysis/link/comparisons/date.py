"""Dates compared by part: day, month, year, their exchange, the lunar reading; never by a sliding score (K06, K10)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from popanalysis.link.coding import ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray

__all__ = ["DateKeys", "DateOf", "lunar_reading"]

_ISO = re.compile(r"(\d{4})(?:[-/.]?(\d{1,2})(?:[-/.]?(\d{1,2}))?)?(?:[T ].*)?")
_NONE = np.iinfo(np.int64).min
_LUNAR_FROM, _LUNAR_TO = dt.date(1900, 1, 31), dt.date(2101, 1, 28)  # what the calendar package covers


class DateKeys:
    """Distinct dates by part; a part that is not known is 0, an unreadable text has year 0."""

    def __init__(self, table: ValueTable) -> None:
        parts = np.array([_parts(v) for v in table.values], dtype=np.int64).reshape(len(table), 3)
        self.year, self.month, self.day = parts.T
        self.unreadable = self.year == 0
        self.by_day = self.day > 0
        self.number = np.array([dt.date(*p).toordinal() if p[2] else _NONE for p in parts.tolist()], dtype=np.int64)
        self._lunar: npt.NDArray[np.int64] | None = None

    @property
    def lunar(self) -> npt.NDArray[np.int64]:
        """Day number that a reader gets who takes the lunar year, month and day of each date for solar ones."""
        if self._lunar is None:
            self._lunar = np.array([
                lunar_reading(dt.date.fromordinal(n)) if known else _NONE for n, known in zip(self.number.tolist(), self.by_day, strict=True)
            ], dtype=np.int64)
        return self._lunar


def _parts(text: str) -> tuple[int, int, int]:
    found = _ISO.fullmatch(text)
    if not found:
        return 0, 0, 0
    year, month, day = (int(p) if p else 0 for p in found.groups())
    if not day:
        return (year, month, 0) if month <= 12 else (0, 0, 0)
    try:
        dt.date(year, month, day)
    except ValueError:
        return 0, 0, 0
    return year, month, day


def lunar_reading(day: dt.date) -> int:
    """Return the ordinal of the solar date that has the lunar year, month and day of ``day``.

    Examples
    --------
    >>> dt.date.fromordinal(lunar_reading(dt.date(2024, 3, 5))).isoformat()  # 甲辰年正月廿五
    '2024-01-25'
    """
    from borax.calendars.lunardate import LunarDate  # costs 50 ms: only where dates disagree

    if not _LUNAR_FROM <= day <= _LUNAR_TO:
        return int(_NONE)
    lunar = LunarDate.from_solar(day)
    try:
        return dt.date(lunar.year, lunar.month, lunar.day).toordinal()
    except ValueError:  # a 30th of the second lunar month has no solar twin
        return int(_NONE)


class DateOf(Comparison):
    """Where one of the dates is known to the month (year) only, months (years) are compared and ``equal_month`` is the best level.

    ``one_digit`` is one digit of the day. A slip in the month alone is ``month_digit``: it stands at the lower end, because
    a month lies between real births too.
    """

    kind: ClassVar[str] = "date"
    ladder: ClassVar[tuple[str, ...]] = (
        "equal", "next_day", "one_digit", "day_month_swapped", "lunar", "equal_month", "same_month", "year_off", "month_digit", "different")
    typical: ClassVar[Mapping[str, tuple[float, float]]] = {
        "equal": (0.94, 0.011), "next_day": (0.02, 0.022), "one_digit": (0.008, 0.09), "day_month_swapped": (0.006, 0.002),
        "lunar": (0.004, 0.004), "equal_month": (0.008, 0.3), "same_month": (0.002, 0.2), "year_off": (0.006, 0.002),
        "month_digit": (0.003, 0.02), "different": (0.003, 0.349)}

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Grade by part; the best level that fits."""
        k = table.keys(DateKeys)
        year, month, day = k.year[a] == k.year[b], k.month[a] == k.month[b], k.day[a] == k.day[b]
        by_day = k.by_day[a] & k.by_day[b]
        level = np.full(len(a), self.rung("different"))
        level[by_day & year & day] = self.rung("month_digit")
        level[by_day & month & day & (np.abs(k.year[a] - k.year[b]) == 1)] = self.rung("year_off")
        level[by_day & year & month] = self.rung("same_month")
        swapped = year & (k.month[a] == k.day[b]) & (k.day[a] == k.month[b])
        open_ = np.flatnonzero(by_day & (level > self.rung("same_month")) & ~swapped & (np.abs(k.number[a] - k.number[b]) < 62))
        if len(open_):
            lunar = (k.lunar[a[open_]] == k.number[b[open_]]) | (k.lunar[b[open_]] == k.number[a[open_]])
            level[open_[lunar]] = self.rung("lunar")
        level[by_day & swapped] = self.rung("day_month_swapped")
        digit = (k.day[a] // 10 == k.day[b] // 10) | (k.day[a] % 10 == k.day[b] % 10)
        level[by_day & year & month & digit] = self.rung("one_digit")
        level[by_day & (np.abs(k.number[a] - k.number[b]) == 1)] = self.rung("next_day")
        coarse = ~by_day & year & ((k.month[a] == 0) | (k.month[b] == 0) | month)
        level[coarse] = self.rung("equal_month")
        level[k.unreadable[a] | k.unreadable[b]] = -1
        return self.used(level)

    def own_level(self, table: ValueTable) -> LevelArray:
        """A date known to the month meets itself at ``equal_month``; an unreadable one says nothing."""
        keys = table.keys(DateKeys)
        full = np.where(keys.by_day, self.rung("equal"), self.rung("equal_month"))
        return self.used(np.where(keys.unreadable, -1, full))
