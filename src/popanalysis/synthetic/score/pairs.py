"""How well a linkage found the known truth: pairs of records of different lists, and birth records lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import pandas as pd

from popanalysis.columns import BIRTH_KINDS

__all__ = ["PLACE", "Scores", "cross_pairs", "pairwise_scores", "ratios", "score_records"]

#: where a row stands
PLACE: Final = ["file", "sheet", "row"]


def pairwise_scores(events: pd.Series, truth: pd.Series, source: pd.Series) -> dict[str, float]:
    """Score a linkage by pairs of records that stand in different lists.

    Parameters
    ----------
    events : record -> event id as decided; NA or absent: the record is linked with nothing.
    truth : record -> event as it was; the records that are scored.
    source : record -> list.

    Returns
    -------
    dict: precision, recall, f1 (NaN where nothing is to be counted), n_true_pairs, n_linked_pairs, true_positive.

    Examples
    --------
    Two births, the second linked wrongly across (a and d):

    >>> truth = pd.Series({"a": 1, "b": 1, "c": 2, "d": 2})
    >>> source = pd.Series({"a": "H", "b": "P", "c": "H", "d": "P"})
    >>> found = pairwise_scores(pd.Series({"a": "E1", "b": "E1", "c": "E2", "d": "E1"}), truth, source)
    >>> found["true_positive"], found["n_linked_pairs"], found["n_true_pairs"], found["f1"]
    (1, 2, 2, 0.5)
    """
    frame = pd.DataFrame({"truth": truth, "source": source.reindex(truth.index), "event": events.reindex(truth.index)})
    n_true, n_linked, n_both = (cross_pairs(frame, keys) for keys in (["truth"], ["event"], ["event", "truth"]))
    return ratios(n_true, n_linked, n_both)


def ratios(n_true: int, n_linked: int, n_both: int) -> dict[str, float]:
    """Return precision, recall and f1 of counted pairs, with the counts: the numbers of :func:`pairwise_scores`."""
    precision = n_both / n_linked if n_linked else float("nan")
    recall = n_both / n_true if n_true else float("nan")
    f1 = 2 * n_both / (n_linked + n_true) if n_linked + n_true else float("nan")
    return {"precision": precision, "recall": recall, "f1": f1, "n_true_pairs": n_true, "n_linked_pairs": n_linked, "true_positive": n_both}


def cross_pairs(frame: pd.DataFrame, keys: list[str]) -> int:
    """Count pairs that share ``keys`` and stand in different lists: all pairs less those inside a list."""
    together = frame.groupby(keys).size()
    inside = frame.groupby([*keys, "source"]).size()
    return int(((together**2).sum() - (inside**2).sum()) // 2)


@dataclass(frozen=True)
class Scores:
    """What a comparison with the truth found.

    Attributes
    ----------
    table : one row a group of records: group (all; two lists joined by ``+``; twins, single; a form of the mother's
        name; local, elsewhere), and the numbers of :func:`pairwise_scores`. A pair counts in a group when both
        records belong to it.
    lost : birth records that no output row accounts for as used or duplicate: file, sheet, row, fate (NA: no row).
    """

    table: pd.DataFrame
    lost: pd.DataFrame


def score_records(linked: pd.DataFrame, truth: pd.DataFrame) -> Scores:
    """Compare the linked records of the three birth lists with the truth.

    Parameters
    ----------
    linked : columns of ``linked_records.csv``, as text; of one quarter or of several in a row.
    truth : columns of ``truth/records.csv``, as text; of the same quarters.

    Examples
    --------
    >>> truth = pd.DataFrame({"kind": ["birth_cert", "hukou_birth"], "file": ["a", "b"], "sheet": "", "row": "2", "event": "E",
    ...                       "set_id": "", "name_form": "han", "local": "True"})
    >>> linked = truth[["file", "sheet", "row"]].assign(event_id="B-2025Q1-00001", fate=["used", "unusable"])
    >>> scores = score_records(linked, truth)
    >>> float(scores.table.loc[0, "recall"]), scores.lost["file"].tolist()
    (1.0, ['b'])
    """
    births = truth[truth["kind"].isin(BIRTH_KINDS)]
    found = births.merge(linked[[*PLACE, "fate", "event_id"]], on=PLACE, how="left", validate="one_to_one")
    found["event_id"] = found["event_id"].where(found["event_id"].ne(""))
    lost = found.loc[~found["fate"].isin(["used", "duplicate"]), [*PLACE, "fate"]].reset_index(drop=True)
    rows = [{"group": name, **pairwise_scores(part["event_id"], part["event"], part["kind"])} for name, part in _groups(found)]
    return Scores(pd.DataFrame(rows), lost)


def _groups(found: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    yield "all", found
    for pair in combinations(BIRTH_KINDS, 2):
        yield "+".join(pair), found[found["kind"].isin(pair)]
    twins, local = found["set_id"].ne(""), found["local"].eq("True")
    yield from (("twins", found[twins]), ("single", found[~twins]), ("local", found[local]), ("elsewhere", found[~local]))
    for form in ("han", "one_part", "composed", "dotted"):
        yield form, found[found["name_form"].eq(form)]
