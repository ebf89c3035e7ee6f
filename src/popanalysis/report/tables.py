"""Published tables: none without title, scope, unit and source.

A table is shown as semantic HTML that reads well on a phone, on paper and to a screen reader, and is written
beside the record as CSV with exactly the cells that were shown.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from numbers import Integral, Real
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pandas as pd

from popanalysis.errors import ParameterError
from popanalysis.report.marks import MISSING_MARK, explain_marks
from popanalysis.report.messages import label

__all__ = ["MISSING_MARK", "ShownTable", "show_table", "unbroken", "write_tables"]

_NUMBER = re.compile(r"[<≥≤]?[+-]?\d[\d,]*(\.\d+)?%?")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_MARKS = (MISSING_MARK, "×")
_SHORT = 22  # half-width characters
_ROWS_KEPT_WHOLE = 14  # a table of no more rows is not torn apart in print; a longer one would leave half a sheet empty


@dataclass(frozen=True)
class ShownTable:
    """A published table, every cell as the text a reader sees.

    Attributes
    ----------
    stub : names of the leading columns that head the rows.
    heads : names of the other columns; each a tuple, one part a level of the head.
    rows : one tuple a row: the stub's texts, then the cells' texts.
    kinds : per column, stub included, what it holds: ``num`` numbers, ``date`` dates, ``short`` words that stay on one line where there is room,
        ``long`` text that wraps.
    """

    title: str
    scope: str
    unit: str
    source: str
    notes: tuple[str, ...]
    language: str
    stub: tuple[str, ...]
    heads: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]

    def __repr__(self) -> str:
        frame = pd.DataFrame(self.rows, columns=[*self.stub, *(" ".join(h) for h in self.heads)])
        with pd.option_context("display.unicode.east_asian_width", True):
            body = frame.to_string(index=False)
        return "\n".join([self.title, "　".join(self._meta), body, *self._footer])

    @property
    def _meta(self) -> list[str]:
        colon = label("word", "colon", self.language)
        return [f"{label('word', key, self.language)}{colon}{value}" for key, value in (("scope", self.scope), ("unit", self.unit))]

    @property
    def _footer(self) -> list[str]:
        colon = label("word", "colon", self.language)
        return [*(f"{label('word', 'note', self.language)}{colon}{note}" for note in self.notes), f"{label('word', 'source', self.language)}{colon}{self.source}"]

    def _repr_html_(self) -> str:
        return "\n".join([
            f'<div class="table-block{" whole" if len(self.rows) <= _ROWS_KEPT_WHOLE else ""}">',
            f'<div class="scroll" role="region" aria-label="{escape(self.title)}" tabindex="0">',
            "<table>",
            f'<caption><span class="title">{escape(self.title)}</span><span class="meta">{unbroken(self._meta)}</span></caption>',
            *self._head(), *self._body(), "</table>", "</div>",
            *(f'<p class="table-note">{escape(line)}</p>' for line in self._footer), "</div>"])

    @property
    def _grouped(self) -> bool:
        """Two stub columns: the first heads groups of rows and stands in a row of its own, so that the counts keep their room."""
        return len(self.stub) > 1

    def _head(self) -> list[str]:
        levels, n = len(self.heads[0]) if self.heads else 1, len(self.stub)
        lines = ["<thead>"]
        for level in range(levels):
            last = level == levels - 1
            cells = [f'<th scope="col" rowspan="{levels}">{escape(name)}</th>' for name in self.stub[self._grouped:]] if level == 0 else []
            for start, width, name in _runs([h[: level + 1] for h in self.heads]):
                scope = f'scope="col" class="{self.kinds[n + start]}"' if last else f'scope="colgroup" colspan="{width}"'
                cells.append(f"<th {scope}>{escape(name)}</th>")
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return [*lines, "</thead>"]

    def _body(self) -> list[str]:
        n, sums = len(self.stub), {label("word", key, self.language): key for key in ("total", "subtotal")}
        lines, group = ["<tbody>"], None
        for row in self.rows:
            of_sum = next((sums[text] for text in row[:n] if text in sums), None)
            stub = list(zip(row[:n], self.kinds[:n], strict=True))
            if self._grouped:
                stub = stub[:1] if of_sum == "total" else stub[1:]
                if of_sum != "total" and row[0] != group:
                    group = row[0]
                    lines.append(f'<tr class="group"><th scope="rowgroup" colspan="{len(self.kinds) - 1}">{escape(group)}</th></tr>')
            heads = "".join(f'<th scope="row" class="{kind}">{escape(text)}</th>' for text, kind in stub)
            cells = "".join(f'<td class="{kind}">{escape(text)}</td>' for text, kind in zip(row[n:], self.kinds[n:], strict=True))
            lines.append(f'<tr{" class=" + chr(34) + of_sum + chr(34) if of_sum else ""}>{heads}{cells}</tr>')
        return [*lines, "</tbody>"]

    def write(self, path: Path) -> None:
        """Write the cells as shown: CSV, UTF-8 with BOM (office programs need it for Chinese), heads of several levels joined by a blank."""
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow([*self.stub, *(" ".join(h) for h in self.heads)])
            writer.writerows(self.rows)


def show_table(
    frame: pd.DataFrame, *, title: str, scope: str, unit: str, source: str, notes: Iterable[str] = (), language: str = "zh",
    decimals: int = 1, percent: Iterable[Any] = (), small_cells: int | None = None,
) -> ShownTable:
    """Make a published table from a frame.

    Parameters
    ----------
    frame : one row a row of the table; columns named as the reader should see them (a MultiIndex makes a head of several levels).
        A named index heads the rows, of two levels the first one groups of rows; without one the first column does. Counts are whole numbers; a missing value shows as "—".
    title, scope, unit, source : what it shows, of whom and when, in what unit, from which lists; none may be blank.
    notes : further remarks under the table; the marks "—", "<5", "×" and "≥" explain themselves.
    decimals : digits after the point of other numbers.
    percent : columns that hold rates (0 to 1) and are shown in percent.
    small_cells : the limit behind a "<5" (see :func:`popanalysis.report.privacy.suppress_small`); by default read from the cells.

    Raises
    ------
    ParameterError : title, scope, unit or source is blank, or ``percent`` names no column.

    Examples
    --------
    >>> counts = pd.DataFrame({"镇": ["甲镇", "乙镇"], "出生": [12, 7], "一致率": [0.9167, None]})
    >>> show_table(counts, title="出生", scope="全旗，2025年第一季度", unit="例", source="三部门名单", percent=["一致率"]).rows
    (('甲镇', '12', '91.7%'), ('乙镇', '7', '—'))
    """
    for name, value in (("title", title), ("scope", scope), ("unit", unit), ("source", source)):
        if not str(value).strip():
            raise ParameterError(
                zh=f"公布的表格必须写明标题、统计范围、单位和资料来源；本表缺 {name}。请补上。",
                en=f"A published table needs title, scope, unit and source; '{name}' is blank. State it.", name=name, title=title)
    rates = set(percent)
    if unknown := sorted(str(column) for column in rates - set(frame.columns)):
        raise ParameterError(zh=f"percent 中的列 {'、'.join(unknown)} 不在表中。", en=f"percent names no column of the table: {', '.join(unknown)}.", columns=unknown)
    has_stub = any(name is not None for name in frame.index.names)
    table = frame if has_stub else frame.set_index(frame.columns[0])
    stub = tuple(" ".join(filter(None, name)) if isinstance(name, tuple) else str(name) for name in table.index.names)
    body = [[_shown(value, decimals, column in rates) for value in table[column]] for column in table.columns]
    labels = [tuple(_shown(part, decimals, False) for part in (key if isinstance(key, tuple) else (key,))) for key in table.index]
    rows = tuple((*head, *cells) for head, cells in zip(labels, zip(*body, strict=True) if body else [()] * len(labels), strict=True))
    heads = tuple(tuple(str(part) for part in (column if isinstance(column, tuple) else (column,))) for column in table.columns)
    columns = [[head[i] for head in labels] for i in range(len(stub))] + body
    kinds = tuple(_kind(column, may_be_numbers=i >= len(stub)) for i, column in enumerate(columns))
    return ShownTable(title, scope, unit, source, (*notes, *explain_marks((cell for column in body for cell in column), language, small_cells)), language, stub, heads, rows, kinds)


def write_tables(tables: Mapping[str, ShownTable], folder: Path) -> list[Path]:
    """Write ``<key>.csv`` for every table, and ``index.csv`` with their titles, scopes, units, sources and notes.

    Returns
    -------
    The files written, sorted by name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "index.csv"]
    with paths[0].open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["file", "title", "scope", "unit", "source", "notes"])
        writer.writerows([f"{key}.csv", t.title, t.scope, t.unit, t.source, " ".join(t.notes)] for key, t in sorted(tables.items()))
    for key, table in sorted(tables.items()):
        paths.append(folder / f"{key}.csv")
        table.write(paths[-1])
    return sorted(paths)


def _shown(value: Any, decimals: int, is_rate: bool) -> str:
    """Write one cell. Rounding happens here and nowhere before, so that no figure is rounded twice."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return MISSING_MARK
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if is_rate and isinstance(value, Real):
        return f"{float(value) * 100:.{decimals}f}%"
    if isinstance(value, Real) and not isinstance(value, Integral):
        return f"{float(value):.{decimals}f}"
    return str(value)


def _kind(column: list[str], *, may_be_numbers: bool) -> str:
    """Say how a column is set: numbers to the right, short words on one line, longer text in a column wide enough to read."""
    if may_be_numbers and all(cell in _MARKS or _NUMBER.fullmatch(cell) for cell in column):
        return "num"
    if all(cell in _MARKS or _DATE.fullmatch(cell) for cell in column):
        return "date"
    widest = max((sum(2 if east_asian_width(c) in "WF" else 1 for c in cell) for cell in column), default=0)
    return "short" if widest <= _SHORT else "long"


def unbroken(parts: Iterable[str]) -> str:
    """Return the parts of a caption as HTML in which a line breaks between them rather than inside."""
    return " ".join(f"<span>{escape(part)}</span>" for part in parts)


def _runs(keys: list[tuple[str, ...]]) -> list[tuple[int, int, str]]:
    """Return (start, width, name) of neighbouring columns that share a head."""
    runs: list[tuple[int, int, str]] = []
    for position, key in enumerate(keys):
        if runs and keys[runs[-1][0]] == key:
            start, width, name = runs[-1]
            runs[-1] = (start, width + 1, name)
        else:
            runs.append((position, 1, key[-1]))
    return runs
