"""Read one sheet as a list of a given kind: its records' cells, the role of every row, what was counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from popanalysis.acquire.heads import Head, find_head, merged_below, title_of
from popanalysis.acquire.kinds import KIND_NAMES, KindGuess, guess_kinds, lacking_fields
from popanalysis.acquire.layouts import OfficeLayout, header_keys
from popanalysis.acquire.rows import RowRoles, classify_rows
from popanalysis.acquire.submission import CELL_TYPE, ColumnMatch, SheetReading, column_letter
from popanalysis.acquire.table import Table, column_texts, shown
from popanalysis.acquire.titles import settle_void_number, told_by_title
from popanalysis.columns import DEPARTMENT_OF_KIND, FIELD_TOLD_BY_TITLE, FIELDS_OF_KIND, ORIGIN_COLUMNS
from popanalysis.errors import SourceFileError, Text

__all__ = ["SheetParts", "joined_types", "read_sheet"]

_LONGEST_TEXT: Final = 2_000  # characters; remarks and addresses have a tenth of it
_TOWN_ENDINGS: Final = ("镇", "乡", "苏木", "街道", "办事处", "农场", "牧场", "林场", "园区", "社区")


@dataclass(frozen=True)
class SheetParts:
    """What one sheet adds to a submission."""

    reading: SheetReading
    cells: pd.DataFrame
    types: pd.DataFrame
    rows: pd.DataFrame
    faults: list[dict[str, object]]
    likely: KindGuess | None = None  # what the head looks like by itself
    fit: KindGuess | None = None  # how well it fits the kind it was read as

    @property
    def better(self) -> KindGuess | None:
        """What the sheet looks like by itself, where that fits it better than the kind it was read as."""
        return self.likely if self.likely and (self.fit is None or self.likely.score > self.fit.score) else None


def read_sheet(table: Table, kind: str, file: str, layout: OfficeLayout | None, wanted: list[str] | None) -> SheetParts:
    """Read a sheet; ``wanted`` names the sheets to use where the parameters or the layout do, hidden ones included."""
    filled = [number for number, row in zip(table.numbers, table.rows, strict=True) if any(row) or any(v not in ("", None) for v in row)]
    named = wanted is not None and table.name in wanted
    unused = _reason_not_used(table, filled, named, wanted)
    head = None if unused else find_head(table, kind, layout)
    if head is None or not (named or _holds_list(head, table, kind)):
        why = unused or Text("未找到该类表的表头", "no head of this kind found")
        return _unused_sheet(table, filled, why, _n_set_aside(table, kind, layout) if filled and wanted is None and not table.visible else 0)
    told = told_by_title(kind, head, (title_of(table, head), table.name, PurePosixPath(file).stem))
    head = settle_void_number(head, kind, told)
    roles = classify_rows(table, head)
    places = [place for place, role in roles.roles.items() if role == "record"]
    cells, types = _record_cells(table, head, places, kind, file)
    if told:
        cells[f"{FIELD_TOLD_BY_TITLE[kind]}_told"] = told
    rows = pd.DataFrame({"sheet": table.name, "row": np.asarray(table.numbers)[list(roles.roles)], "role": np.array(list(roles.roles.values()), dtype=object)})
    reading = SheetReading(
        name=table.name, visible=table.visible, used=True, why=_why_used(head, kind, named),
        header_rows=tuple(table.numbers[head.first : head.last + 1]), columns=_told_columns(table, head, places), n_rows=len(places), n_blank=roles.n_blank,
        n_hidden_rows=len(table.hidden_rows.intersection(filled)), printed_total=roles.printed_total, n_hidden_columns=table.n_hidden_columns)
    guesses = guess_kinds(_head_alone(table, head), PurePosixPath(file).name)
    return SheetParts(reading, cells, types, rows, [*_repeated_columns(table, head, places, file), *([] if kind == "reported_totals" else _total_faults(table, roles, len(places), file))], next(iter(guesses), None),
                      next((guess for guess in guesses if guess.kind == kind), None))


def _head_alone(table: Table, head: Head) -> Table:
    """Return the title and the joined head as a table of two rows, quick to try every kind on."""
    return Table(table.name, [[title_of(table, head)], [column.header for column in head.columns]], (1, 2))


def _reason_not_used(table: Table, filled: list[int], named: bool, wanted: list[str] | None) -> Text | None:
    if not filled:
        return Text("空表", "empty")
    if wanted is not None and not named:
        return Text("参数或列对应文件指定了其他工作表", "the parameters or the layout name other sheets")
    if not table.visible and not named:
        return Text("工作表已隐藏，未采用。如需采用，请取消隐藏，或在参数中用 sheet 写明", "hidden and not used: unhide it, or name it with 'sheet' in the parameters")
    return None


def _holds_list(head: Head, table: Table, kind: str) -> bool:
    """A head of two known words may stand in a note or a summary; most of a list's columns are known, or its title says so."""
    texts = [c for c in head.columns if c.header]
    return not lacking_fields(head, kind) or (len(head.fields) >= 4 and head.n_known * 2 >= len(texts))


def _told_columns(table: Table, head: Head, places: list[int]) -> tuple[ColumnMatch, ...]:
    """Leave out columns without a header in which nothing stands; one that holds something is listed as unknown."""
    return tuple(c for i, c in enumerate(head.columns)
                 if c.header or any(i < len(table.rows[place]) and shown(table.rows[place][i]) for place in places))


def _why_used(head: Head, kind: str, named: bool) -> Text:
    n = len(head.fields)
    return Text(f"{'已指定；' if named else ''}表头中有 {n} 列属于“{KIND_NAMES[kind].zh}”", f"{'named; ' if named else ''}{n} columns of the head belong to {KIND_NAMES[kind].en}")


def _n_set_aside(table: Table, kind: str, layout: OfficeLayout | None) -> int:
    """Count the records a hidden sheet would bring: that it is left out must not go unsaid."""
    head = find_head(table, kind, layout)
    if head is None or not _holds_list(head, table, kind):
        return 0
    return sum(role == "record" for role in classify_rows(table, head).roles.values())


def _unused_sheet(table: Table, filled: list[int], why: Text, n_set_aside: int) -> SheetParts:
    reading = SheetReading(table.name, table.visible, False, why, n_hidden_rows=len(table.hidden_rows.intersection(filled)),
                           n_hidden_columns=table.n_hidden_columns, n_set_aside=n_set_aside)
    rows = pd.DataFrame({"sheet": table.name, "row": filled, "role": "other_sheet"}) if filled else pd.DataFrame(columns=["sheet", "row", "role"])
    return SheetParts(reading, pd.DataFrame(), pd.DataFrame(), rows, [])


def _record_cells(table: Table, head: Head, places: list[int], kind: str, file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return texts and types of the used columns; the cells of all other columns are never looked at."""
    fields = head.fields
    fill = _vertical_fills(table, head)
    origin = (kind, DEPARTMENT_OF_KIND[kind], file, table.name, np.asarray(table.numbers)[places])
    cells: dict[str, Any] = dict(zip(ORIGIN_COLUMNS, origin, strict=True))
    types: dict[str, pd.Categorical] = {}
    records = [table.rows[place] for place in places]
    if set(map(len, records)) != {table.width}:  # rows of a text file may end early
        records = [[*row, *[""] * (table.width - len(row))] for row in records]
    by_column = list(zip(*records, strict=True)) if records else [()] * table.width
    for field, column in sorted(fields.items(), key=lambda item: item[1]):
        values = list(by_column[column])
        for i, place in enumerate(places) if column in fill else ():
            values[i] = fill[column].get(place, values[i])
        cells[field], codes = column_texts(values)
        _refuse_long(cells[field], table, file, (column, places))
        types[field] = pd.Categorical.from_codes(cast(Any, codes), dtype=CELL_TYPE)
    if "town" in FIELDS_OF_KIND[kind] and "town" not in fields and table.name.strip().endswith(_TOWN_ENDINGS):
        cells["town"] = table.name.strip()
        types["town"] = pd.Categorical(["text"] * len(places), dtype=CELL_TYPE)
    index = pd.RangeIndex(len(places))
    return pd.DataFrame(cells, index=index, copy=False), pd.DataFrame(types, index=index, copy=False)


def _refuse_long(texts: Sequence[str], table: Table, file: str, origin: tuple[int, list[int]]) -> None:
    """A cell of many pages is no value of a list: something else was pasted into it, or somebody tries what it does."""
    if max(map(len, texts), default=0) <= _LONGEST_TEXT:
        return
    place = next(i for i, text in enumerate(texts) if len(text) > _LONGEST_TEXT)
    cell = f"{column_letter(origin[0])}{table.numbers[origin[1][place]]}"
    raise SourceFileError(
        zh=f"文件 {file} 工作表“{table.name}”的单元格 {cell} 有 {len(texts[place])} 个字符，超过 {_LONGEST_TEXT} 个的上限，不是名单应有的内容，未予读取。请核对该单元格后重新保存。",
        en=f"Cell {cell} on sheet '{table.name}' of {file} holds {len(texts[place])} characters, more than the limit of {_LONGEST_TEXT}; a list has no such value, and it was not read. Check the cell and save the file again.",
        file=file, sheet=table.name, cell=cell)


def _vertical_fills(table: Table, head: Head) -> dict[int, dict[int, Any]]:
    """Column -> row -> value for the lower cells of vertical merged ranges; nothing is filled outside a real range."""
    fills: dict[int, dict[int, Any]] = {}
    for area in merged_below(table, head):
        row = table.rows[area.top] if area.top < len(table.rows) else []
        if area.left < len(row):
            for place in range(area.top + 1, area.bottom + 1):
                fills.setdefault(area.left, {})[place] = row[area.left]
    return fills


def _repeated_columns(table: Table, head: Head, places: list[int], file: str) -> list[dict[str, object]]:
    """Report columns that hold something and were left out because one of the same header to their left was taken."""
    taken: set[str] = set()
    faults: list[dict[str, object]] = []
    for place, column in enumerate(head.columns):
        key = header_keys(column.header)[0]
        if column.decision == "used":
            taken.add(key)
        elif column.decision == "ignored" and column.field is None and key in taken and any(place < len(table.rows[at]) and shown(table.rows[at][place]) for at in places):
            faults.append({"file": file, "sheet": table.name, "row": table.numbers[head.last], "column": column.header, "cell": f"{column.letter}{table.numbers[head.last]}", "raw_value": "",
                           "fault": "column_repeated", "done": "read_without", "severity": "warning"})
    return faults


def _total_faults(table: Table, roles: RowRoles, n_rows: int, file: str) -> list[dict[str, object]]:
    if roles.printed_total is None or roles.printed_total == n_rows:
        return []
    place, column = roles.totals[roles.printed_total]
    row = table.numbers[place]
    return [{"file": file, "sheet": table.name, "row": row, "column": "", "cell": f"{column_letter(column)}{row}", "raw_value": str(roles.printed_total),
             "fault": "total_differs", "done": "kept", "severity": "warning"}]


def joined_types(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Stack the types of all sheets; a field that a sheet lacks is blank there."""
    filled = list(frames)
    fields = dict.fromkeys(field for frame in filled for field in frame.columns)
    whole = [frame.assign(**{field: pd.Categorical(["blank"] * len(frame), dtype=CELL_TYPE) for field in fields if field not in frame.columns}) for frame in filled]
    return pd.concat([frame[list(fields)] for frame in whole], ignore_index=True)
