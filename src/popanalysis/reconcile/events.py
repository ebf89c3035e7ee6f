"""Lasting event ids: what the engine calls E1, E2 … in one run keeps one name through quarters and revisions."""

from __future__ import annotations

import pandas as pd

from popanalysis.columns import EVENT_LETTER

__all__ = ["known_event_ids", "mint_event_ids", "name_sets"]


def known_event_ids(*mappings: pd.Series | None) -> pd.Series:
    """Join mappings record_id -> event_id; an earlier mapping wins over a later one.

    Examples
    --------
    >>> known_event_ids(pd.Series({"r1": "B-2024Q4-00001"}), None).to_dict()
    {'r1': 'B-2024Q4-00001'}
    """
    given = [m for m in mappings if m is not None and len(m)]
    if not given:
        return pd.Series(dtype="object")
    joined: pd.Series = pd.concat(given)
    return joined.loc[~joined.index.duplicated()]


def mint_event_ids(events: pd.Series, known: pd.Series, *, event: str, period: str, last: int = 0) -> pd.Series:
    """Give every event of a run its lasting id.

    Parameters
    ----------
    events : Series record_id -> run label (E1, E2 … numbered by content).
    known : Series record_id -> lasting id, of records met before (an earlier quarter, the revision before).
    event : birth, marriage, …; decides the letter.
    period : the period new ids carry.
    last : the highest number of the period that was ever given, also to an event that is no more.

    Returns
    -------
    Series record_id -> lasting id, same index. Of the ids its records had, an event keeps one of an earlier period before
    one of this period, then the one most of its records had, then the smallest; of two events that hold records of one
    id, the one holding more keeps it. New events are numbered on from the highest number, in the order of their labels.

    Examples
    --------
    >>> mint_event_ids(pd.Series({"a": "E1", "b": "E1", "c": "E2"}), pd.Series({"c": "B-2025Q1-00001"}),
    ...                event="birth", period="2025Q1").tolist()
    ['B-2025Q1-00002', 'B-2025Q1-00002', 'B-2025Q1-00001']
    """
    prefix = f"{EVENT_LETTER[event]}-{period}-"
    labels = sorted(events.unique(), key=lambda label: int(str(label)[1:]))
    old = known.reindex(events.index).dropna()
    claims = (pd.DataFrame({"label": events.reindex(old.index), "id": old}).value_counts().rename("n").reset_index()
              if len(old) else pd.DataFrame(columns=["label", "id", "n"]))
    claims["number"] = [int(str(label)[1:]) for label in claims["label"]]
    lasting: dict[str, str] = {}
    taken: set[str] = set()
    claims["of_period"] = claims["id"].astype(str).str.startswith(prefix)
    for claim in claims.sort_values(["of_period", "n", "id", "number"], ascending=[True, False, True, True]).itertuples():
        if claim.label not in lasting and claim.id not in taken:
            lasting[str(claim.label)] = str(claim.id)
            taken.add(str(claim.id))
    used = [int(str(i).rsplit("-", 1)[1]) for i in known.unique() if str(i).startswith(prefix)]
    number = max([last, *used])
    for label in labels:
        if label not in lasting:
            number += 1
            lasting[label] = f"{prefix}{number:05d}"
    return events.map(lasting)


def name_sets(sets: pd.Series, event_ids: pd.Series) -> pd.Series:
    """Name each set of events that nothing tells apart after its first event (``S-2025Q1-00012``).

    Parameters
    ----------
    sets : Series record_id -> run label of the set, NA where there is none.
    event_ids : Series record_id -> lasting event id.
    """
    first = event_ids.groupby(sets).min()
    names = first.map(lambda event_id: "S" + str(event_id)[1:])
    return sets.map(names)
