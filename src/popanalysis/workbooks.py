"""Workbooks as bytes: the same cells give the same bytes, whenever and wherever they are made."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Final

from openpyxl import Workbook

__all__ = ["workbook_as_bytes"]

_MADE_ON: Final = dt.datetime(2025, 1, 1)
_ZIP_TIME: Final = (2025, 1, 1, 0, 0, 0)


def workbook_as_bytes(book: Workbook, author: str) -> bytes:
    """Return a workbook as xlsx with fixed times in place of the moment of saving; stored, not deflated, so that no zlib version shows."""
    book.properties.creator, book.properties.created = author, _MADE_ON
    made, out = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", f"{_MADE_ON:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            fixed = zipfile.ZipInfo(item.filename, date_time=_ZIP_TIME)
            fixed.create_system = 0
            new.writestr(fixed, content)
    return out.getvalue()
