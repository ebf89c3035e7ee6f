"""A sheet as it stands: cells, merged ranges, what is hidden. The common ground of workbooks and text files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from popanalysis.acquire.submission import CELL_TYPES

__all__ = ["CellError", "MergedRange", "Table", "as_text", "column_texts", "holds_long_number", "shown"]

_TEXT, _NUMBER, _DATE, _BOOL, _BLANK, _ERROR = range(len(CELL_TYPES))


@dataclass(frozen=True)
class CellError:
    """A cell that shows an error value such as ``#N/A``."""

    shown: str


@dataclass(frozen=True)
class MergedRange:
    """Cells that share one value, 0-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Table:
    """One sheet. ``numbers[i]`` is the row number a person sees for ``rows[i]``.

    ``merges_known`` is false for text files: where nothing can be merged, a gap in the upper row of a head continues its left neighbour.
    """

    name: str
    rows: list[Sequence[Any]]
    numbers: Sequence[int]
    visible: bool = True
    merged: list[MergedRange] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()  # as numbers a person sees
    n_hidden_columns: int = 0
    merges_known: bool = True

    @cached_property
    def width(self) -> int:
        """The number of columns of the widest row."""
        return max(map(len, self.rows), default=0)


def as_text(value: Any) -> tuple[str, int]:
    """Return a cell's text and the position of its type in ``CELL_TYPES``.

    A whole number is written with all its digits, taken from the shortest decimal form of the stored float: ``int()``
    would invent the digits beyond the sixteenth. A date is written in ISO form.

    Examples
    --------
    >>> as_text(9.9010220250312e17), as_text(45356.599), as_text(""), as_text(3.0)
    (('990102202503120000', 1), ('45356.599', 1), ('', 4), ('3', 1))
    """
    if isinstance(value, str):
        return value, _TEXT if value.strip() else _BLANK
    if value is None:
        return "", _BLANK
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), _BOOL
    if isinstance(value, int | float):
        text = format(Decimal(repr(value)), "f")
        return text.removesuffix(".0"), _NUMBER
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat(), _DATE
    if isinstance(value, dt.timedelta):
        return (dt.datetime.min + value).time().isoformat(), _DATE
    if isinstance(value, CellError):
        return value.shown, _ERROR
    return str(value), _TEXT


def shown(value: Any) -> str:
    """Return a cell's text without the blanks around it."""
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def holds_long_number(text: str) -> bool:
    """Say whether a text holds six digits in a row: it may be a person's number and stands in no message.

    >>> holds_long_number("990102202503120016"), holds_long_number("2025年")
    (True, False)
    """
    return re.search(r"\d{6}", text) is not None


def column_texts(values: Iterable[Any]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int8]]:
    """Return a column's texts and type positions; columns of plain text, the usual case, take no loop of their own."""
    cells = list(values)
    texts = np.empty(len(cells), dtype=object)
    if set(map(type, cells)) <= {str}:
        texts[:] = cells
        filled = np.fromiter(map(bool, map(str.strip, cells)), bool, len(cells))
        texts[~filled] = ""
        return texts, np.where(filled, _TEXT, _BLANK).astype(np.int8)
    pairs = [as_text(cell) for cell in cells]
    texts[:] = [text if kind != _BLANK else "" for text, kind in pairs]
    return texts, np.fromiter((kind for _, kind in pairs), np.int8, len(pairs))
