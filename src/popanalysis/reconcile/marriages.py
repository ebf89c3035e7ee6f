"""One row a marriage: which lists hold it, where the couple belongs, where it should stand.

A couple may register anywhere in the country: that the banner's own registry does not have a marriage is information
unless the certificate number is the registry's own. Who married whom is compared between these two lists and with nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from popanalysis.columns import MARRIAGE_KINDS
from popanalysis.reconcile.births import first_value, held_by, likeliest_date, value_of

__all__ = ["marriages_from_records"]

_SPOUSES = ("husband", "wife")


def marriages_from_records(
    records: Mapping[str, pd.DataFrame], event_ids: pd.Series, set_ids: pd.Series, duplicates: pd.Index, *,
    home_division: str, lists: Sequence[str] = MARRIAGE_KINDS,
) -> pd.DataFrame:
    """Gather the records of each marriage.

    Parameters
    ----------
    records, event_ids, set_ids, duplicates, lists : as in :func:`popanalysis.reconcile.births.births_from_records`.
    home_division : code of the banner.

    Returns
    -------
    DataFrame, index event_id (sorted), one row a marriage: a column per list with the record_id or NA; ``set_id``;
    ``reg_date``; ``reissued_only`` (True where all that is known is that the certificate was issued again); ``home`` (home: a spouse's hukou, or where no list states it the family's address, is in the banner; elsewhere: both are outside; unknown); ``town`` (9-digit
    code or NA); ``registered_here`` (True, False, NA: what the certificate number says); ``due_at``: the lists that should
    hold it, joined by blanks.
    """
    marriages = held_by(records, event_ids, set_ids, duplicates, lists)

    def value(kind: str, column: str) -> pd.Series:
        return value_of(marriages, records, kind, column)

    late = [value(kind, "reg_date_doubtful") for kind in lists]
    marriages["reg_date"] = likeliest_date([pd.to_datetime(value(kind, "reg_date")) for kind in lists], late)
    divisions = [first_value([value(kind, f"{spouse}_{addr}_addr_division") for addr in ("hukou", "live") for kind in reversed(lists)]) for spouse in _SPOUSES]
    marriages["home"] = _home(divisions, home_division)
    town_list = marriages["town_marriage"].notna() if "town_marriage" in marriages else pd.Series(False, index=marriages.index)
    marriages.loc[town_list & marriages["home"].eq("unknown"), "home"] = "home"  # found by the banner's own towns
    town = first_value([value("town_marriage", "town_code"), *(value(kind, f"{spouse}_{addr}_addr_town") for addr in ("hukou", "live") for kind in reversed(lists) for spouse in _SPOUSES)])
    marriages["town"] = town.map(lambda code: code if str(code).startswith(home_division) else None)
    number = first_value([value(kind, "cert_no") for kind in lists])
    here = number.str.extract(r"^B?J(\d{6})-", expand=False)
    marriages["registered_here"] = here.eq(home_division).astype("boolean").where(here.notna()).mask(value("marriage", "file").notna(), True)
    marriages["reissued_only"] = value("marriage", "service_type").eq("reissue").fillna(False).astype(bool) & ~town_list
    due = pd.DataFrame({
        "marriage": marriages["registered_here"].fillna(False).astype(bool),
        "town_marriage": marriages["home"].eq("home") & ~marriages["reissued_only"]})  # of a marriage of long ago no town speaks now
    marriages["due_at"] = [" ".join(kind for kind in lists if flags[kind]) for flags in due.to_dict("records")]
    return marriages


def _home(divisions: Sequence[pd.Series], home_division: str) -> pd.Series:
    known = pd.concat(divisions, axis=1)
    at_home = known.isin([home_division]).any(axis=1)
    outside = known.notna().all(axis=1) & ~at_home
    return pd.Series("unknown", index=known.index, dtype="object").mask(outside, "elsewhere").mask(at_home, "home")
