"""Small received files, built where a test needs them. Everybody in them is invented."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Rows = Iterable[Sequence[Any]]


@pytest.fixture
def make_xlsx(tmp_path: Path) -> Callable[..., Path]:
    """Write sheets (name -> rows) with merged ranges (sheet -> list of A1:C1) to a workbook."""

    def make(name: str, sheets: dict[str, Rows], merged: dict[str, list[str]] | None = None, change: Callable[[Any], None] | None = None) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for sheet, rows in sheets.items():
            page = book.create_sheet(sheet)
            for row in rows:
                page.append(list(row))
            for area in (merged or {}).get(sheet, []):
                page.merge_cells(area)
        if change:
            change(book)
        path = tmp_path / name
        book.save(path)
        return path

    return make
