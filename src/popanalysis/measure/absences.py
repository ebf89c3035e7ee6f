"""Why a list does not hold a birth: what explains it first, then what is asked about, with the links that may have been missed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

__all__ = ["REASONS", "absences_by_reason", "expected_missed_links", "waiting_long"]

#: in the order in which they are looked for; a birth counts under the first that holds, and under the last where none does
REASONS = ("not_received", "elsewhere", "to_be_clarified", "born_outside", "pending", "explained", "not_yet_due", "asked", "settled", "other_period")


def absences_by_reason(
    births: pd.DataFrame, lists: Sequence[str], *, received: Collection[str], explained: Mapping[str, Collection[str]], early: pd.DataFrame, cases: pd.DataFrame,
    silent: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Count the births each list does not hold by the reason.

    Parameters
    ----------
    births : one row a birth at hand, a column per list, home, due_at, born_outside.
    lists : the lists that should hold a birth.
    received : kinds that arrived or were reported as none.
    explained : event_id -> lists whose silence a move or a death explains.
    early : from :func:`popanalysis.reconcile.not_yet_due`.
    cases : CASES_COLUMNS.
    silent : event_id -> lists that say nothing of it because its town sent none (:func:`popanalysis.reconcile.not_heard_of`).

    Returns
    -------
    DataFrame, index REASONS, a column per list: numbers of births. ``asked`` are those with an open question, ``settled`` those a person has
    answered; ``other_period`` those that may stand in lists nobody compared.
    """
    missing = cases[cases["code"].eq("missing_at")]
    open_for, all_for = ({str(kind): set(part["event_id"]) for kind, part in some.groupby("list_b")} for some in (missing[missing["closed_in"].eq("")], missing))
    told = {}
    for kind in lists:
        absent = births[births[kind].isna()]
        ids = absent.index.astype(str)
        due = pd.Series([kind in str(text).split() for text in absent["due_at"]], index=absent.index, dtype=bool)

        def among(events: Collection[str], ids: pd.Index = ids, absent: pd.DataFrame = absent) -> pd.Series:
            return pd.Series(ids.isin(list(events)), index=absent.index)

        holds = {
            "not_received": among([event for event in ids if kind not in received or kind in (silent or {}).get(event, ())]),
            "elsewhere": absent["home"].eq("elsewhere"), "to_be_clarified": absent["due_at"].eq(""),
            "born_outside": absent["born_outside"].astype(bool) & ~due if kind == "birth_cert" else among([]), "pending": ~due,
            "explained": among([event for event in ids if kind in explained.get(event, ())]), "not_yet_due": early[kind].reindex(absent.index).fillna(False).astype(bool),
            "asked": among(open_for.get(kind, ())), "settled": among(all_for.get(kind, ())), "other_period": among(ids)}
        left, counts = among(ids), {}
        for reason in REASONS:
            counts[reason] = int((left & holds[reason]).sum())
            left &= ~holds[reason]
        told[kind] = counts
    return pd.DataFrame(told, index=list(REASONS), dtype=int)


def expected_missed_links(births: pd.DataFrame, lists: Sequence[str], expected: Mapping[str, float | None]) -> pd.DataFrame:
    """Return how many of the births a list seems to lack are expected to stand in it unrecognised.

    Of the births a list and another one both hold a share of links was missed; each missed one shows as two births, and this list lacks the one
    that only others hold. Source: methods of linkage error, E(missed) = r / (1 - r) x links found, r the share of matches missed.

    Parameters
    ----------
    births : one row a birth at hand, a column per list.
    expected : ``missed_match_rate`` with ``_low`` and ``_high`` (:func:`popanalysis.reconcile.describe_links`).

    Returns
    -------
    DataFrame, index lists: n_missed, n_missed_low, n_missed_high (NA where nothing is expected).

    Examples
    --------
    >>> births = pd.DataFrame({"a": ["r"] * 99 + [None], "b": ["s"] * 99 + ["t"]})
    >>> expected_missed_links(births, ["a", "b"], {"missed_match_rate": 0.01})["n_missed"].tolist()
    [1.0, 1.0]
    """
    held = births[list(lists)].notna()
    rows = {}
    for kind in lists:
        both = int((held[kind] & held.drop(columns=kind).any(axis=1)).sum())
        rates = [expected.get(f"missed_match_rate{end}") for end in ("", "_low", "_high")]
        rows[kind] = [None if rate is None or rate >= 1 else rate / (1 - rate) * both for rate in rates]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["n_missed", "n_missed_low", "n_missed_high"], dtype="Float64")


def waiting_long(cases: pd.DataFrame, period: str, quarters: int = 4) -> int:
    """Count the events that have waited for a partner in so many quarters, this one included.

    Examples
    --------
    >>> cases = pd.DataFrame({"code": "missing_at", "event_id": ["B1", "B2"], "opened_in": ["2025Q1", "2025Q2"], "closed_in": ""})
    >>> waiting_long(cases, "2025Q4")
    1
    """
    waiting = cases[cases["code"].eq("missing_at") & cases["closed_in"].eq("")]
    long = [_quarter(period) - _quarter(str(first)) >= quarters - 1 for first in waiting["opened_in"]]
    return int(waiting.loc[long, "event_id"].nunique())


def _quarter(text: str) -> int:
    """Return the running number of a quarter."""
    return int(text[:4]) * 4 + int(text[5]) - 1
