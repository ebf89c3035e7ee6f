"""Read the CSV by which a banner adds divisions."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from popanalysis.errors import SourceFileError

__all__ = ["read_overlay"]


def read_overlay(path: Path) -> pd.DataFrame:
    """Return the overlay as text, blanks as ``""``.

    Raises
    ------
    SourceFileError : it is missing or no CSV in UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise SourceFileError(
            zh=f"行政区划补充表 {path.name} 不存在。请检查参数 divisions_overlay。",
            en=f"Divisions overlay {path.name} does not exist. Check the parameter divisions_overlay.", file=path.name) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceFileError(
            zh=f"行政区划补充表 {path.name} 无法读取，应为 UTF-8 编码的 CSV 文件，首行含 code、name。",
            en=f"Divisions overlay {path.name} cannot be read; it must be a CSV file in UTF-8 whose head holds code and name.", file=path.name) from error
