"""Quarters, months and years, written as the parameters write them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from popanalysis.errors import ParameterError

__all__ = ["Period"]


@dataclass(frozen=True, order=True)
class Period:
    """A quarter (``2025Q1``), a month (``2025-03``) or a year (``2025``).

    Examples
    --------
    >>> Period.parse("2025Q1").last_day.isoformat(), str(Period.parse("2025Q1").previous)
    ('2025-03-31', '2024Q4')
    """

    year: int
    quarter: int | None = None
    month: int | None = None

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2025Q1``, ``2025-03`` or ``2025``; raise :class:`ParameterError` for anything else."""
        if found := re.fullmatch(r"(\d{4})Q([1-4])", text):
            return cls(int(found[1]), quarter=int(found[2]))
        if found := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text):
            return cls(int(found[1]), month=int(found[2]))
        if re.fullmatch(r"\d{4}", text):
            return cls(int(text))
        raise ParameterError(
            zh=f"统计期“{text}”无法识别，应写作 \"2025Q1\"（季度）、\"2025-03\"（月）或 \"2025\"（年）。",
            en=f"Period '{text}' is not understood. Write \"2025Q1\" (quarter), \"2025-03\" (month) or \"2025\" (year).",
            name="period", value=text)

    @property
    def first_day(self) -> dt.date:
        """The period's first day."""
        month = self.month or (3 * self.quarter - 2 if self.quarter else 1)
        return dt.date(self.year, month, 1)

    @property
    def last_day(self) -> dt.date:
        """The period's last day."""
        n_months = 1 if self.month else 3 if self.quarter else 12
        index = self.first_day.year * 12 + self.first_day.month - 1 + n_months
        return dt.date(index // 12, index % 12 + 1, 1) - dt.timedelta(days=1)

    @property
    def previous(self) -> Period:
        """The period of the same length just before."""
        day = self.first_day - dt.timedelta(days=1)
        if self.month:
            return Period(day.year, month=day.month)
        if self.quarter:
            return Period(day.year, quarter=(day.month + 2) // 3)
        return Period(self.year - 1)

    @property
    def next(self) -> Period:
        """The period of the same length just after."""
        day = self.last_day + dt.timedelta(days=1)
        if self.month:
            return Period(day.year, month=day.month)
        if self.quarter:
            return Period(day.year, quarter=(day.month + 2) // 3)
        return Period(self.year + 1)

    @property
    def quarter_of(self) -> Period:
        """The quarter the period lies in (of a quarter: itself; of a year: its first).

        >>> str(Period.parse("2025-05").quarter_of)
        '2025Q2'
        """
        return Period(self.year, quarter=(self.first_day.month + 2) // 3)

    def __contains__(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        if self.quarter:
            return f"{self.year}Q{self.quarter}"
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)

    def in_words(self, language: str) -> str:
        """Return the period as a headline writes it.

        >>> Period.parse("2025Q1").in_words("zh")
        '2025年第一季度'
        """
        if language == "zh":
            if self.quarter:
                return f"{self.year}年第{'一二三四'[self.quarter - 1]}季度"
            return f"{self.year}年{self.month}月" if self.month else f"{self.year}年"
        return f"quarter {self.quarter} of {self.year}" if self.quarter else str(self)
