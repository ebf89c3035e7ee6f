"""How common values are: the versioned table that gives agreement on a rare value more weight than on a common one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from popanalysis.errors import LinkageError
from popanalysis.link.coding import code_records
from popanalysis.link.rules import LinkageRules

__all__ = ["frequency_table"]

#: A value rarer than this is not named: with its field it might tell who is meant.
LEAST = 5


def frequency_table(frames: Mapping[str, pd.DataFrame], rules: LinkageRules, least: int = LEAST) -> pd.DataFrame:
    """Count the values of the compared fields that weigh by frequency.

    Pool the quarters of some years, write the table beside the rule file as UTF-8 CSV without index, name it there (``term_frequency: {table: names.v1.csv}``)
    and give the rule set a new version: the same pair then weighs the same in every quarter.

    Parameters
    ----------
    frames : lists as for :func:`popanalysis.link.link_records` ; rules : says which fields weigh by frequency.
    least : values that stand there less often are counted together under a blank value, because rare names are personal data.

    Returns
    -------
    DataFrame ``field, value, count``, by field, the commonest values first, equal counts in the order of the text.

    Raises
    ------
    LinkageError : no comparison of the rule set weighs by frequency.

    Examples
    --------
    >>> rules = LinkageRules.from_values({
    ...     "name": "few", "version": 1, "sources": {"a": {}}, "blocking": {"passes": [{"name": "name", "on": ["name"]}]}, "thresholds": {"upper": 5, "lower": 1},
    ...     "comparisons": [{"field": "name", "kind": "person_name", "term_frequency": {}}]})
    >>> frequency_table({"a": pd.DataFrame({"name": ["王芳"] * 6 + ["白塔娜", None]})}, rules).values.tolist()
    [['name', '王芳', 6], ['name', '', 1]]
    """
    fields = sorted({c.field for c in rules.comparisons if c.term_frequency is not None})
    if not fields:
        raise LinkageError(
            zh=f"规则集 {rules.name} 中没有按取值频率加权的比较项（term_frequency），无从统计。",
            en=f"No comparison of rule set {rules.name} weighs by frequency (term_frequency); there is nothing to count.")
    universe, tables = code_records(frames, rules), []
    for field in fields:
        column = universe.columns[field]
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.table))
        named = np.flatnonzero(counts >= max(least, 1))
        told = pd.DataFrame({"field": field, "value": column.table.take(named), "count": counts[named]}).sort_values(["count", "value"], ascending=[False, True])
        rest = int(counts.sum() - counts[named].sum())
        tables.append(pd.concat([told, pd.DataFrame([{"field": field, "value": "", "count": rest}])]) if rest else told)
    return pd.concat(tables, ignore_index=True)
