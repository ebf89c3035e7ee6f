"""What a certificate's remark says of the mother's identity, held against the quarterly list of deliveries to be clarified."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from popanalysis.clean.reasons import doubt_in_remark
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["remark_questions"]

#: Classes that speak of identity or address; to live elsewhere is nothing doubtful.
_TO_BE_CLARIFIED = ("doubtful", "undocumented", "withheld")


def remark_questions(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], received: Collection[str], cell_of: CellOf) -> list[Discrepancy]:
    """Ask health where remark and list do not say the same: ``remark_not_in_list``, ``listed_without_remark``.

    Nothing is asked where the quarterly list did not come, or where the certificates have no column for remarks.

    Parameters
    ----------
    births : one row a birth, a column per list with the record_id.
    records : kind -> typed records, index record_id.
    received : kinds that arrived or were reported as none.
    """
    certificates = records.get("birth_cert", pd.DataFrame())
    if "unverified_delivery" not in received or "remark" not in certificates or certificates["remark"].isna().all():
        return []
    says = certificates["remark"].dropna().map(lambda text: doubt_in_remark(str(text)) in _TO_BE_CLARIFIED)
    classes = records["unverified_delivery"].get("doubt_class", pd.Series(dtype="object")) if "unverified_delivery" in records else pd.Series(dtype="object")
    found = []
    for event_id, certificate, listed in births.reindex(columns=["birth_cert", "unverified_delivery"]).itertuples(name=None):
        if not isinstance(certificate, str):
            continue
        remarked = bool(says.get(certificate, False))
        if remarked and not isinstance(listed, str):
            found.append(Discrepancy(str(event_id), "", "remark_not_in_list", "remark", "birth_cert", "", cell_of(certificate, "remark"), "unverified_delivery", "", "", "health"))
        if isinstance(listed, str) and not remarked and classes.get(listed) in _TO_BE_CLARIFIED:
            found.append(Discrepancy(str(event_id), "", "listed_without_remark", "remark", "unverified_delivery", "", cell_of(listed, ""),
                                     "birth_cert", "", cell_of(certificate, "remark"), "health"))
    return sorted(found)
