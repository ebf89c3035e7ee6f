"""Decisions of reviewers and meetings, answers of offices and towns: the CSV files named in ``decisions:``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from popanalysis.columns import DECISIONS_COLUMNS
from popanalysis.errors import PopAnalysisError, SourceFileError, raise_together
from popanalysis.params import QuarterParams

__all__ = ["read_decisions"]


def read_decisions(params: QuarterParams, root: Path) -> pd.DataFrame:
    """Read every decision file, oldest decision first.

    Returns
    -------
    DataFrame with DECISIONS_COLUMNS as text and ``file``; of two decisions about the same target the later in the order
    of (made_on, file order, row) counts, which is for the reader of the frame to apply.

    Raises
    ------
    SourceFileError, ProblemsFoundError : a file is missing or lacks a column.
    """
    problems: list[PopAnalysisError] = []
    parts = [pd.DataFrame(columns=[*DECISIONS_COLUMNS, "file"], dtype="object")]
    for name in params.decisions:
        try:
            frame = pd.read_csv(root / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
            problems.append(SourceFileError(
                zh=f"决定文件 {name} 不存在或无法读取（须为 UTF-8 编码的 CSV）。请检查参数 decisions。",
                en=f"Decision file {name} is missing or cannot be read as UTF-8 CSV. Check the parameter 'decisions'.", file=name))
            continue
        if missing := [c for c in DECISIONS_COLUMNS if c not in frame]:
            problems.append(SourceFileError(
                zh=f"决定文件 {name} 缺少列：{'、'.join(missing)}。该文件应由 popanalysis feedback 生成。",
                en=f"Decision file {name} lacks the columns {', '.join(missing)}. Such files are written by 'popanalysis feedback'.",
                file=name, missing=tuple(missing)))
            continue
        if wrong := int((~frame["made_on"].str.fullmatch(r"\d{4}-\d{2}-\d{2}")).sum()):
            problems.append(SourceFileError(
                zh=f"决定文件 {name} 有 {wrong} 行的 made_on 不是 2025-04-09 形式的日期。请改正后重试。",
                en=f"Decision file {name}: made_on of {wrong} rows is no date like 2025-04-09. Mend it and try again.", file=name, n_rows=wrong))
            continue
        parts.append(frame[list(DECISIONS_COLUMNS)].assign(file=name))
    raise_together(problems)
    return pd.concat(parts, ignore_index=True).sort_values("made_on", kind="stable", ignore_index=True)
