"""Which lists hold the births, in all and by place and month."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from popanalysis.columns import BIRTH_KINDS
from popanalysis.periods import Period

__all__ = ["births_by_facility", "births_by_home", "births_by_lists", "births_by_place", "births_by_standing", "births_listed", "births_of_period"]


def births_listed(births: pd.DataFrame, lists: Sequence[str] = BIRTH_KINDS) -> pd.DataFrame:
    """Return the births that at least one of the lists holds; one that is only pending, or only to be clarified, stands in none of them.

    Examples
    --------
    >>> births_listed(pd.DataFrame({"birth_cert": ["r1", None], "deferred_hukou": [None, "r2"]}, index=["B1", "B2"]), ["birth_cert"]).index.tolist()
    ['B1']
    """
    return births[births[list(lists)].notna().any(axis=1)]


def births_of_period(births: pd.DataFrame, span: Period) -> pd.DataFrame:
    """Return the births whose date lies in the period."""
    return births[births["birth_date"].between(pd.Timestamp(span.first_day), pd.Timestamp(span.last_day))]


def births_by_standing(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], span: Period) -> dict[str, int]:
    """Count all births at hand by what they have to do with the period.

    Parameters
    ----------
    births : one row a birth, a column per list with the record_id.
    records : kind -> typed records with ``held_in``, the period whose list brought them.

    Returns
    -------
    of_period : born in the period. earlier : born at another time, newly listed in the period (late registrations,
    and dates that may be wrong). undated : newly listed, no date known. waiting : carried over, nothing new this period.
    Together they are all births.
    """
    new = {record for frame in records.values() for record in frame.index[frame["held_in"].eq(str(span))]}
    newly = pd.DataFrame({kind: births[kind].isin(new) for kind in records if kind in births and kind in BIRTH_KINDS}).any(axis=1).reindex(births.index, fill_value=False)
    of_period = pd.Series(births.index.isin(births_of_period(births, span).index), index=births.index)
    undated = births["birth_date"].isna()
    return {
        "of_period": int(of_period.sum()), "earlier": int((newly & ~of_period & ~undated).sum()),
        "undated": int((newly & undated).sum()), "waiting": int((~newly & ~of_period).sum())}


def births_by_lists(births: pd.DataFrame, lists: Sequence[str]) -> pd.DataFrame:
    """Count births by the combination of lists that hold them.

    Returns
    -------
    DataFrame, one row a combination, fullest first: a bool column per list, n_births. Combinations nobody has stand
    with 0, so that the table has the same rows every quarter.

    Examples
    --------
    >>> births_by_lists(pd.DataFrame({"a": ["r1", None], "b": ["r2", "r3"]}), ["a", "b"]).values.tolist()
    [[True, True, 1], [True, False, 0], [False, True, 1]]
    """
    held = births[list(lists)].notna()
    rows = [
        (*combination, int((held == list(combination)).all(axis=1).sum()))
        for combination in sorted(itertools.product([True, False], repeat=len(lists)), key=lambda c: (-sum(c), [not x for x in c])) if any(combination)
    ]
    return pd.DataFrame(rows, columns=[*lists, "n_births"])


def births_by_home(births: pd.DataFrame) -> dict[str, int]:
    """Count births by where they belong: home, elsewhere, unknown."""
    counts = births["home"].value_counts()
    return {place: int(counts.get(place, 0)) for place in ("home", "elsewhere", "unknown")}


def births_by_facility(births: pd.DataFrame, records: Mapping[str, pd.DataFrame], lists: Sequence[str]) -> pd.DataFrame:
    """Count births by the facility that issued the certificate, and how many each other list holds.

    Parameters
    ----------
    births : one row a birth, a column per list ; records : kind -> typed records, index record_id.

    Returns
    -------
    DataFrame, one row a facility (NA: not stated), sorted: facility, n_births, n_<list>. Of births with a certificate only.
    """
    certified = births[births["birth_cert"].notna()] if "birth_cert" in births else births[:0]
    certificates = records.get("birth_cert", pd.DataFrame())
    stated = certificates["facility"] if "facility" in certificates else pd.Series(dtype="object")
    frame = pd.DataFrame({
        "facility": stated.reindex(certified.get("birth_cert", pd.Series(dtype="object")).to_numpy()).to_numpy(dtype=object), "n_births": 1,
        **{f"n_{kind}": certified[kind].notna().to_numpy(dtype=int) for kind in lists if kind != "birth_cert"}}, index=certified.index)
    return frame.groupby("facility", dropna=False).sum().sort_index().reset_index()


def births_by_place(births: pd.DataFrame, lists: Sequence[str], name_of: Callable[[str], str]) -> pd.DataFrame:
    """Count the banner's own births by town, month of birth, sex and place of birth, and how many each list holds.

    Parameters
    ----------
    births : one row a birth.
    name_of : town code -> name.

    Returns
    -------
    DataFrame, one row a town (NA: not known) × month × sex × place: town, month (YYYY-MM, NA), child_sex (1, 2, NA), place (facility, home,
    outside, NA), n_births, n_<list>.
    Never by parity or the parents' marital state.
    """
    local = births[births["home"].ne("elsewhere")]
    frame = pd.DataFrame({
        "town": local["town"].map(name_of, na_action="ignore"),
        "month": local["birth_date"].dt.strftime("%Y-%m"),
        "child_sex": local["child_sex"],
        "place": local["place"] if "place" in local else pd.Series(pd.NA, index=local.index, dtype="object"),
        "n_births": 1,
        **{f"n_{kind}": local[kind].notna().astype(int) for kind in lists},
    })
    return frame.groupby(["town", "month", "child_sex", "place"], dropna=False).sum().sort_index().reset_index()
