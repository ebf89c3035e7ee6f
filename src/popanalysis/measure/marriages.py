"""Marriages of a quarter: which list holds them, who registered them, in which towns they were found."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from popanalysis.columns import MARRIAGE_KINDS
from popanalysis.periods import Period

__all__ = ["MARRIAGES_HELD", "marriages_by_standing", "marriages_by_town", "marriages_held", "marriages_of_period"]

#: How a marriage can be held: by both lists, by the registry's alone, by the towns' alone – the latter by who registered it.
MARRIAGES_HELD = ("marriage_and_town_marriage", "marriage", "town_marriage_registered_here", "town_marriage_registered_elsewhere", "town_marriage_registry_not_told")


def marriages_of_period(marriages: pd.DataFrame, span: Period) -> pd.DataFrame:
    """Return the marriages registered in the period, those of couples who both live elsewhere left out."""
    own = marriages[marriages["home"].ne("elsewhere")]
    return own[own["reg_date"].between(pd.Timestamp(span.first_day), pd.Timestamp(span.last_day))]


def marriages_by_standing(marriages: pd.DataFrame, span: Period) -> dict[str, int]:
    """Count the marriages at hand that :func:`marriages_of_period` leaves out.

    Returns
    -------
    elsewhere : registered in the period, both spouses' hukou outside the banner. other : the banner's own, registered at another
    time. undated : the banner's own, date of registration not known. reissued : the banner's own, of which only a certificate
    issued again is known.
    """
    within = marriages["reg_date"].between(pd.Timestamp(span.first_day), pd.Timestamp(span.last_day))
    outside, undated = marriages["home"].eq("elsewhere"), marriages["reg_date"].isna()
    again = marriages["reissued_only"].astype(bool) & ~outside
    return {"elsewhere": int((within & outside).sum()), "other": int((~within & ~outside & ~undated).sum()), "undated": int((undated & ~outside & ~again).sum()),
            "reissued": int(again.sum())}


def marriages_held(marriages: pd.DataFrame) -> pd.Series[int]:
    """Count marriages by how they are held: each in one class of :data:`MARRIAGES_HELD`.

    Examples
    --------
    >>> table = pd.DataFrame({"marriage": ["r1", None], "town_marriage": ["r2", "r3"], "registered_here": [True, False]})
    >>> marriages_held(table).tolist()
    [1, 0, 0, 1, 0]
    """
    registry, towns = (marriages[kind].notna() for kind in MARRIAGE_KINDS)
    told = marriages["registered_here"].astype("boolean")
    classes = pd.Series("town_marriage_registry_not_told", index=marriages.index).mask(told.eq(True).fillna(False), "town_marriage_registered_here")
    classes = classes.mask(told.eq(False).fillna(False), "town_marriage_registered_elsewhere").mask(registry, "marriage").mask(registry & towns, "marriage_and_town_marriage")
    return classes.value_counts().reindex(list(MARRIAGES_HELD), fill_value=0)


def marriages_by_town(marriages: pd.DataFrame, name_of: Callable[[str], str]) -> pd.DataFrame:
    """Count marriages by town.

    Parameters
    ----------
    marriages : one row a marriage.
    name_of : town code -> name.

    Returns
    -------
    DataFrame, one row a town (NA: not known): town, n_marriages, n_<list>.
    """
    frame = pd.DataFrame({"town": marriages["town"].map(name_of, na_action="ignore"), "n_marriages": 1,
                          **{f"n_{kind}": marriages[kind].notna().astype(int) for kind in MARRIAGE_KINDS}})
    return frame.groupby("town", dropna=False).sum().sort_index().reset_index()
