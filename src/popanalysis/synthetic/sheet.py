"""A sheet as an office makes it: titles, heads, columns, footers, and where each row stands.

A column of a kind that must be dropped or kept in memory only is filled with planted values, so that a test can
look for them in everything the package writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from popanalysis.periods import Period
from popanalysis.reference import reference_table

__all__ = ["CLERKS", "DAYS", "MOMENTS", "PEOPLES", "SEX", "Cell", "Column", "Row", "Sheet", "act_date", "attested", "codes", "mark_of", "planted", "shows", "spoken", "titled_sheet"]

Cell = str | int | dt.datetime | None
Row = Any  # a named tuple of the list
SEX: Final = {"1": "男", "2": "女"}
PEOPLES: Final = {"01": "汉族", "02": "蒙古族", "03": "回族", "05": "维吾尔族", "11": "满族", "31": "达斡尔族"}


@dataclass(frozen=True)
class Column:
    """One column: its head (upper part "" when it stands alone), what a row shows in it, and what must become of it."""

    upper: str
    head: str
    show: Callable[[Row, str], Any]  # (row, a mark of this row) -> cell
    treatment: Literal["", "dropped", "memory_only"] = ""


@dataclass
class Sheet:
    """A sheet as rows of cells.

    Attributes
    ----------
    name : "" for a text file.
    cells : all rows, the first is row 1.
    merged : ranges as (first row, first column, last row, last column), from 1.
    row_of : place in the list -> row of the sheet.
    planted : (row, head, value, treatment) of every planted value.
    """

    name: str
    cells: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    row_of: dict[int, int] = field(default_factory=dict)
    planted: list[tuple[int, str, str, str]] = field(default_factory=list)

    def add_head(self, columns: Sequence[Column]) -> None:
        """Add a head of two rows, the upper cells merged over what they belong to; of one row where no column has an upper part."""
        uppers, top = [c.upper for c in columns], len(self.cells) + 1
        if not any(uppers):
            self.cells.append([c.head for c in columns])
            return
        self.cells += [[c.upper or c.head for c in columns], [c.head if c.upper else None for c in columns]]
        for place, upper in enumerate(uppers, start=1):
            if not upper:
                self.merged.append((top, place, top + 1, place))
            elif uppers.index(upper) + 1 == place:
                self.merged.append((top, place, top, place + uppers.count(upper) - 1))
                self.cells[top - 1][place:place + uppers.count(upper) - 1] = [None] * (uppers.count(upper) - 1)

    def add_records(self, columns: Sequence[Column], rows: Iterable[Row], mark: str) -> None:
        """Add a row per record; ``mark`` begins the planted values."""
        for row in rows:
            number = len(self.cells) + 1
            cells = [column.show(row, f"{mark}{row.Index:05d}") for column in columns]
            self.cells.append(cells)
            self.row_of[row.Index] = number
            self.planted += [(number, c.head, str(cell), c.treatment) for c, cell in zip(columns, cells, strict=True) if c.treatment and cell is not None]


def shows(name: str) -> Callable[[Row, str], Cell]:
    """A value as the list holds it."""
    def show(row: Row, mark: str) -> Cell:
        value: Cell = getattr(row, name)
        return value
    return show


def codes(name: str, words: Mapping[str, str]) -> Callable[[Row, str], Cell]:
    """The word for a code."""
    return lambda row, mark: words.get(getattr(row, name) or "")


def act_date(row: Row, mark: str) -> Cell:
    """The day of the office's act."""
    return f"{row.act_date:%Y-%m-%d}"


def planted(words: str) -> Callable[[Row, str], Cell]:
    """A value that stands nowhere else: the word a clerk would write, and a mark."""
    return lambda row, mark: f"{words}{mark}"


def spoken(day: dt.date) -> str:
    """Write a day as one says it."""
    return f"{day.year}年{day.month}月{day.day}日"


#: every town writes dates in its own way, one way through the whole sheet; not every town asks for the hour.
MOMENTS: Final[tuple[Callable[[dt.datetime], Cell], ...]] = (
    lambda t: f"{t:%Y-%m-%d %H:%M}", spoken, lambda t: f"{t:%Y.%m.%d}", lambda t: t, lambda t: f"{t.year}/{t.month}/{t.day}")
DAYS: Final[tuple[Callable[[dt.datetime], Cell], ...]] = (
    lambda t: f"{t:%Y-%m-%d}", spoken, lambda t: f"{t:%Y.%m.%d}", lambda t: t, lambda t: f"{t.year}/{t.month}/{t.day}")
CLERKS: Final = ("乌兰图雅", "李秀梅", "白海龙", "其木格", "王建军", "苏和", "包志强", "张立新", "斯琴高娃")


def mark_of(period: Period) -> str:
    """Return how the planted values of a quarter begin."""
    return f"{period.year % 100:02d}{period.quarter}"


def titled_sheet(name: str, titles: Sequence[str], columns: Sequence[Column], rows: Iterable[Row], period: Period, footer: Sequence[str] = ()) -> Sheet:
    """Make a sheet: title rows over the whole width, head, records, footer rows."""
    sheet = Sheet(name, [[title] for title in titles])
    sheet.merged += [(row, 1, row, len(columns)) for row in range(1, len(titles) + 1)]
    sheet.add_head(columns)
    sheet.add_records(columns, rows, mark_of(period))
    sheet.cells += [[line] for line in footer]
    return sheet


def attested(sheet_id: str, contents: Sequence[Any]) -> tuple[Column, ...]:
    """Return the columns of a real head, in its order; ``contents`` has an entry a column: what shows
    a cell (or that and what must become of it), None for one that the office leaves blank.
    """
    heads = reference_table("headers_attested").query("sheet_id == @sheet_id")["header"].tolist()
    filled = [(content, "") if not isinstance(content, tuple) else content for content in contents]
    return tuple(Column("", head, show or _blank, treatment) for head, (show, treatment) in zip(heads, filled, strict=True))


def _blank(row: Row, mark: str) -> Cell:
    return None
