"""Row accounting: the fates of a list's rows add up to what was read."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from popanalysis.columns import FATES

__all__ = ["rows_by_fate"]


def rows_by_fate(accounting: pd.DataFrame, blank: Mapping[str, int]) -> pd.DataFrame:
    """Count rows per kind and fate.

    Parameters
    ----------
    accounting : one row per non-blank row read: kind, fate.
    blank : kind -> blank rows, which are counted and not listed.

    Returns
    -------
    DataFrame, index kind; a column per fate, ``blank``, ``total``. The total is counted apart from the fates.

    Examples
    --------
    >>> rows_by_fate(pd.DataFrame({"kind": ["birth_cert"] * 2, "fate": ["used", "not_a_record"]}), {"birth_cert": 1})["total"].tolist()
    [3]
    """
    counts = pd.crosstab(accounting["kind"], accounting["fate"]).reindex(columns=list(FATES), fill_value=0)
    counts["blank"] = [blank.get(str(kind), 0) for kind in counts.index]
    counts["total"] = accounting.groupby("kind").size().reindex(counts.index) + counts["blank"]
    counts.columns.name = None
    return counts
