"""Towns whose own list did not come: where towns send one by one, silence of a town that sent nothing says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

__all__ = ["TOWN_KINDS", "not_heard_of", "towns_heard", "towns_not_heard"]

TOWN_KINDS: Final = ("town_birth", "town_marriage")
_OF_ONE_TOWN: Final = 0.9  # share of the rows of a file that name its town; a few may name a neighbour


def towns_heard(records: Mapping[str, pd.DataFrame], period: str) -> dict[str, frozenset[str]]:
    """Return kind -> codes of the towns whose list came, for kinds that towns send one by one.

    A file (or a sheet of it) that holds rows of several towns was put together for all of them, and so is a kind of which a file does not tell its town:
    such kinds are not in the answer, their silence counts for every town.

    Parameters
    ----------
    records : kind -> typed records with ``file, sheet, town_code, held_in``.
    period : rows that earlier periods brought say nothing of what was sent now.

    Examples
    --------
    >>> rows = pd.DataFrame({"file": ["a", "a", "b"], "sheet": "", "town_code": ["159901100", None, "159901102"], "held_in": "2025Q1"})
    >>> sorted(towns_heard({"town_birth": rows}, "2025Q1")["town_birth"])
    ['159901100', '159901102']
    """
    found: dict[str, frozenset[str]] = {}
    for kind in TOWN_KINDS:
        frame = records.get(kind)
        if frame is None or not {"town_code", "held_in"} <= set(frame.columns):
            continue
        towns = [_only_town(own["town_code"].dropna()) for _, own in frame[frame["held_in"].eq(period)].groupby(["file", "sheet"], sort=True)]
        if towns and None not in towns:
            found[kind] = frozenset(town for town in towns if town)
    return found


def _only_town(codes: pd.Series) -> str | None:
    if not len(codes):
        return None
    counts = codes.value_counts()
    return str(counts.index[0]) if counts.iloc[0] >= _OF_ONE_TOWN * len(codes) else None


def not_heard_of(events: pd.DataFrame, heard: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    """Return event_id -> lists that say nothing of it because its town sent none.

    Parameters
    ----------
    events : one row an event: a column per list, ``town`` (9-digit code or NA).
    """
    found: dict[str, set[str]] = {}
    for kind, towns in heard.items():
        if kind in events:
            silent = events[kind].isna() & events["town"].notna() & ~events["town"].isin(towns)
            for event in events.index[silent]:
                found.setdefault(str(event), set()).add(kind)
    return found


def towns_not_heard(heard: Mapping[str, frozenset[str]], towns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return kind -> names of the banner's towns whose list did not come, in the order of their codes.

    Parameters
    ----------
    towns : name -> code of the towns of the banner (``Divisions.towns[home]``).

    Examples
    --------
    >>> towns_not_heard({"town_birth": frozenset({"159901100"})}, {"巴彦浩来镇": "159901100", "东升镇": "159901102"})
    {'town_birth': ('东升镇',)}
    """
    names = {code: name for name, code in sorted(towns.items(), reverse=True)}
    missing = {kind: tuple(names[code] for code in sorted(names) if code not in came) for kind, came in heard.items()}
    return {kind: towns for kind, towns in missing.items() if towns}
