"""What stands where no number does, and what a reader is told about it: the same under tables and charts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from popanalysis.report.messages import label

__all__ = ["MISSING_MARK", "explain_marks"]

MISSING_MARK = "—"


def explain_marks(texts: Iterable[str], language: str, small_cells: int | None = None) -> list[str]:
    """Say what the marks mean that the texts of a table or chart use.

    Parameters
    ----------
    texts : every cell or label.
    small_cells : the limit behind a "<5"; by default read from the texts.

    Examples
    --------
    >>> explain_marks(["12", "<3"], "en")
    ['<3 stands for a count below 3, not shown to protect persons; × is withheld so that it cannot be worked out.']
    """
    cells = set(texts)
    limits = {found[1] for cell in cells if (found := re.fullmatch(r"(?:n)?<(\d+)", cell))}
    limit = str(small_cells) if small_cells is not None else min(limits, default="5")
    marks = {"missing": MISSING_MARK in cells, "suppressed": bool(limits) or "×" in cells, "bounded": any(c[:1] in "≥≤" for c in cells if c)}
    return [label("mark", key, language).format(n=limit) for key, used in marks.items() if used]
