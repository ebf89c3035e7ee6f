"""How often two lists say the same about the same birth, field by field.

The rate is of the links as they are: a field that helped to make the links cannot be audited on them without bias
(methods of linkage error: Chambers 2009), so it is a description of this quarter's links, not of the offices.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pandas as pd

from popanalysis.intervals import wilson
from popanalysis.reconcile.taxonomy import DiscrepancyRules
from popanalysis.reconcile.values import compared_values, values_differ

__all__ = ["agreement_by_field"]


def agreement_by_field(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], rules: DiscrepancyRules) -> pd.DataFrame:
    """Count agreement per field and pair of lists.

    Parameters
    ----------
    births : one row a birth, a column per list with the record_id.
    records : kind -> typed records, index record_id.
    rules : names the fields and how they are compared.

    Returns
    -------
    DataFrame, one row a field and pair of lists that have it in common: field, list_a, list_b, n_births (both lists hold),
    n_missing (a value is missing on a side), n_compared, n_agree, agreement_rate (0-1, NA if nothing was compared),
    rate_low, rate_high (Wilson, 95 %). Births in a set are left out of the child's own fields.
    """
    values = compared_values(records, rules)
    rows: list[tuple[object, ...]] = []
    for compared in rules.fields:
        usable = births[births["set_id"].isna()] if compared.field in rules.of_the_child else births
        for list_a, list_b in itertools.combinations(rules.lists, 2):
            if compared.field not in values[list_a] or compared.field not in values[list_b]:
                continue
            both = usable[[list_a, list_b]].dropna()
            pairs = [(values[list_a][compared.field].get(a), values[list_b][compared.field].get(b)) for a, b in both.itertuples(index=False)]
            there = [(a, b) for a, b in pairs if a is not None and b is not None]
            n_agree = sum(not values_differ(a, b, compared.kind) for a, b in there)
            low, high = wilson(n_agree, len(there)) or (None, None)
            rows.append((compared.field, list_a, list_b, len(pairs), len(pairs) - len(there), len(there), n_agree,
                         n_agree / len(there) if there else None, low, high))
    return pd.DataFrame(rows, columns=["field", "list_a", "list_b", "n_births", "n_missing", "n_compared", "n_agree", "agreement_rate", "rate_low", "rate_high"])
