"""Rows that a list of this banner need not hold: what they tell belongs to another county or another registry."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from popanalysis.columns import DEPARTMENT_OF_KIND
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["extra_questions"]


def extra_questions(tables: Mapping[str, pd.DataFrame], records: Mapping[str, pd.DataFrame], cell_of: CellOf) -> list[Discrepancy]:
    """Tell an office of rows that seem to belong elsewhere (``extra_at``); that is information, and no error of anybody.

    A birth in a town's list whose mother has hukou and home in another county and whose child is not registered here; a registration in the
    registry's own list under the number of another registry.

    Parameters
    ----------
    tables : ``birth`` and ``marriage`` -> one row an event.
    records : kind -> typed records, index record_id.
    """
    found = []
    births, towns = tables["birth"], records.get("town_birth", pd.DataFrame())
    if {"town_birth", "home", "home_county"} <= set(births.columns) and "mother_live_addr_division" in towns:
        home = births["home"].eq("elsewhere") & births["town_birth"].notna()
        for event_id, record in births.loc[home, "town_birth"].items():
            lives = towns["mother_live_addr_division"].get(record)
            if isinstance(lives, str) and lives[:6] == births.at[event_id, "home_county"]:
                found.append(_extra(str(event_id), "mother_hukou_addr", "town_birth", str(record), cell_of))
    marriages, registry = tables["marriage"], records.get("marriage", pd.DataFrame())
    if "cert_no" in registry and "marriage" in marriages:
        office = registry["cert_no"].str.extract(r"^B?J(\d{6})-", expand=False)
        most = office.mode()
        for event_id, record in marriages["marriage"].dropna().items():
            if len(most) and isinstance(office.get(record), str) and office[record] != most.iloc[0]:
                found.append(_extra(str(event_id), "cert_no", "marriage", str(record), cell_of))
    return sorted(found)


def _extra(event_id: str, field: str, kind: str, record: str, cell_of: CellOf) -> Discrepancy:
    return Discrepancy(event_id, "", "extra_at", field, kind, "", cell_of(record, field), kind, "", cell_of(record, field), DEPARTMENT_OF_KIND[kind])
