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
from popanalysis.errors import Text

__all__ = ["CellError", "MergedRange", "Table", "as_text", "column_texts", "holds_long_number", "shown", "told_as_head"]

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
        texts[np.fromiter(map(str.isspace, cells), bool, len(cells))] = ""
        return texts, np.where(texts == "", _BLANK, _TEXT).astype(np.int8)
    pairs = [as_text(cell) for cell in cells]
    texts[:] = [text if kind != _BLANK else "" for text, kind in pairs]
    return texts, np.fromiter((kind for _, kind in pairs), np.int8, len(pairs))


#: What stands in a row of data and in no head: a number of six digits, a date, a sex.
_OF_DATA = re.compile(r"\d{6}|\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]|^[男女]$")
_SURNAMES = frozenset("王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范石姚谭廖邹熊陆郝孔白崔康毛邱秦江史顾侯邵孟万段雷钱汤尹黎易常武乔贺赖龚文包")


def told_as_head(cells: Iterable[Any]) -> Text:
    """Say what a row holds that should be a head: its first six texts, but nothing of a row that holds a person's data.

    Examples
    --------
    >>> told_as_head(["娃娃名字", "生辰", ""]).zh, told_as_head(["王一", "159901202503120016"]).zh
    ('内容为：娃娃名字、生辰', '像是数据而不是表头')
    """
    texts = [text for cell in cells if (text := shown(cell))]
    if any(_OF_DATA.search(text) for text in texts):
        return Text("像是数据而不是表头", "looks like data, not like a head")
    told = ["…" if 2 <= len(text) <= 3 and text[0] in _SURNAMES else text[:12] for text in texts[:6]]  # perhaps somebody's name
    more = len(texts) > len(told)
    return Text(f"内容为：{'、'.join(told)}{'等' if more else ''}", f"holds: {', '.join(told)}{' ...' if more else ''}")
