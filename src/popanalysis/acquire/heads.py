"""Find the head of a list: where it stands, and the joined text over each column.

Method: every row among the first fifteen that hold something is tried as the last row of a head of one, two or three rows;
the head that tells most fields apart wins, one that cuts through no merged cell before others, the shorter one on a tie. Codes of
the columns below it belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from popanalysis.acquire.layouts import OfficeLayout
from popanalysis.acquire.matching import match_columns
from popanalysis.acquire.submission import ColumnMatch
from popanalysis.acquire.table import MergedRange, Table, shown

__all__ = ["Head", "find_head", "merged_below", "title_of"]

_SEARCHED_ROWS: Final = 15
_MIN_HITS: Final = 2
_COLUMN_CODE: Final = re.compile("[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*", re.ASCII)
_LONG_NUMBER: Final = re.compile(r"[A-Z]?\d{9,17}[\dX]?", re.ASCII)


@dataclass(frozen=True)
class Head:
    """A head found: positions of its rows in ``Table.rows``, the columns, and the number of known columns."""

    first: int
    last: int
    columns: tuple[ColumnMatch, ...]
    n_known: int

    @property
    def fields(self) -> dict[str, int]:
        """Field -> position of the column used for it."""
        return {c.field: i for i, c in enumerate(self.columns) if c.decision == "used" and c.field}

    @property
    def merit(self) -> tuple[int, int]:
        """What makes one reading of the head better than another: fields told apart, then columns known."""
        return len({c.field for c in self.columns if c.field and c.decision != "unknown"}), self.n_known


# --- finding the head -----------------------------------------------------------------------------------


def find_head(table: Table, kind: str, layout: OfficeLayout | None = None) -> Head | None:
    """Return the head that knows most columns of a kind, ``None`` where fewer than two are known."""
    filled = [i for i, row in enumerate(table.rows[: _SEARCHED_ROWS * 4]) if any(map(shown, row))][:_SEARCHED_ROWS]
    if layout and layout.header_rows:
        wanted = set(layout.header_rows)
        places = [i for i, number in enumerate(table.numbers) if number in wanted]
        return _head_at(table, places, kind, layout) if places else None
    best: Head | None = None
    lowest = [at for at in range(len(filled)) if not _holds_numbers(table.rows[filled[at]])]
    for depth in (1, 2, 3):
        for at in [at for at in lowest if at >= depth - 1]:
            head = _head_at(table, filled[at - depth + 1 : at + 1], kind, layout)
            if depth == 1 and not head.n_known:
                lowest = [other for other in lowest if other != at]  # nothing known alone: a row of data, whatever stands above it
            if head.n_known >= _MIN_HITS and (best is None or _weight(table, head) > _weight(table, best)):
                best = head
    return _with_codes_below(best, table, filled) if best else None


def _weight(table: Table, head: Head) -> tuple[bool, int, int, bool]:
    """What makes one reading better than another: that no merged cell of the head ends below it, its merit, that neither such a cell nor a row of groups stands above it."""
    ends_below = any(head.first <= area.top <= head.last < area.bottom for area in table.merged)
    groups = sum(area.top == area.bottom == head.first - 1 and 0 < area.right - area.left < table.width - 1 for area in table.merged)
    return not ends_below, *head.merit, groups < 2 and not any(area.top < head.first <= area.bottom for area in table.merged)


def _with_codes_below(head: Head, table: Table, filled: Sequence[int]) -> Head:
    """Take a row of column codes (XM, CSRQ) right below the head into it."""
    below = next((at for at in filled if at > head.last), None)
    codes = [text for value in table.rows[below] if (text := shown(value))] if below is not None else []
    if below is not None and 2 * len(codes) > table.width and len(set(codes)) == len(codes) > 3 and all(map(_COLUMN_CODE.fullmatch, codes)):
        return replace(head, last=below)
    return head


def _holds_numbers(row: Sequence[Any]) -> bool:
    """Two long numbers stand in a row of data, never in the last row of a head."""
    return sum(_LONG_NUMBER.fullmatch(value) is not None for value in row if isinstance(value, str)) >= 2


def _head_at(table: Table, places: Sequence[int], kind: str, layout: OfficeLayout | None) -> Head:
    columns = match_columns(_joined_headers(table, places), kind, layout)
    n_known = sum(c.decision != "unknown" for c in columns)
    return Head(places[0], places[-1], columns, n_known)


def _joined_headers(table: Table, places: Sequence[int]) -> list[str]:
    """Join the rows of a head to one text a column: ``上层_下层``; a merged text stands over all its columns."""
    lines = [_spread(table, place) for place in places]
    joined = []
    for column in range(table.width):
        parts: list[str] = []
        for line in lines:
            if line[column] and line[column] not in parts:
                parts.append(line[column])
        joined.append("_".join(parts))
    below = lines[-1]
    if len(lines) > 1 and not table.merges_known:
        joined = _carry_right(lines[:-1], below, joined)
    return joined


def _spread(table: Table, place: int) -> list[str]:
    row = table.rows[place]
    line = [shown(value) for value in row] + [""] * (table.width - len(row))
    for area in table.merged:
        if area.top <= place <= area.bottom and area.left < table.width:
            value = shown(_cell(table, area.top, area.left))
            if area.left == 0 and area.right >= table.width - 1:
                value = ""  # a title over the whole sheet is no part of any header
            line[area.left : area.right + 1] = [value] * (min(area.right, table.width - 1) - area.left + 1)
    return line


def _carry_right(uppers: list[list[str]], below: list[str], joined: list[str]) -> list[str]:
    """In text files nothing is merged: an empty upper cell over a filled lower one continues its left neighbour."""
    upper = uppers[-1]
    carried = ""
    result = list(joined)
    for column, text in enumerate(upper):
        carried = text or (carried if below[column] else "")
        if not text and carried:
            result[column] = f"{carried}_{below[column]}"
    return result


def _cell(table: Table, row: int, column: int) -> Any:
    cells = table.rows[row]
    return cells[column] if column < len(cells) else ""


def title_of(table: Table, head: Head) -> str:
    """Return the texts above the head, joined."""
    return " ".join(text for row in table.rows[: head.first] for value in row if (text := shown(value)))


def merged_below(table: Table, head: Head) -> list[MergedRange]:
    """Return the vertical merged ranges among the rows below the head (a village over its households)."""
    return [area for area in table.merged if area.top > head.last and area.bottom > area.top]
