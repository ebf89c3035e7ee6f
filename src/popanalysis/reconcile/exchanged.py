"""Lists that hold two persons of an event the other way round: the columns of mother and father, of husband and wife."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

__all__ = ["exchanged_lists", "other_side", "put_back"]

#: field -> list -> value
Given = Mapping[str, Mapping[str, str]]
Pairs = Sequence[tuple[str, str]]


def exchanged_lists(given: Given, pairs: Pairs) -> dict[str, str]:
    """Find the lists that have the two persons the other way round than the others.

    Two lists cross where at least two values of one stand in the other person's column of the other and none stands in the same column. Of two
    lists that cross the later is taken to be the exchanged one, of three the one that stands alone.

    Parameters
    ----------
    given : field -> list -> value, lists in the order of the rules, the later ones written by hand.
    pairs : (field of the first person, field of the second).

    Returns
    -------
    Exchanged list -> the list it was held against.

    Examples
    --------
    >>> pairs = [("mother_name", "father_name"), ("mother_id", "father_id")]
    >>> given = {"mother_name": {"h": "白塔娜", "t": "陶格图"}, "father_name": {"h": "陶格图", "t": "白塔娜"}, "mother_id": {}, "father_id": {}}
    >>> exchanged_lists(given, pairs)
    {'t': 'h'}
    """
    turned: dict[str, bool] = {}
    for kind in dict.fromkeys(kind for values in given.values() for kind in values):
        crosses = (placed for placed in turned if _cross(given, pairs, placed, kind))
        first = next(crosses, None)
        turned[kind] = first is not None and not turned[first]
    if 2 * sum(turned.values()) > len(turned):
        turned = {kind: not way for kind, way in turned.items()}
    upright = [kind for kind, way in turned.items() if not way]
    found = {kind: next((other for other in upright if _cross(given, pairs, other, kind)), "") for kind, way in turned.items() if way}
    return {kind: against for kind, against in found.items() if against}


def _cross(given: Given, pairs: Pairs, one: str, other: str) -> bool:
    same = {(a, b): given[a].get(one) == given[b].get(other) and one in given[a] for pair in pairs for a, b in itertools.product(pair, pair)}
    crossed = sum(same[pair] + same[pair[::-1]] for pair in pairs)
    return crossed >= 2 and not any(same[field, field] for pair in pairs for field in pair)


def other_side(field: str, pairs: Pairs) -> str:
    """Return the field of the other person; a field of neither person is itself.

    >>> other_side("mother_id", [("mother_name", "father_name"), ("mother_id", "father_id")]), other_side("birth_date", [])
    ('father_id', 'birth_date')
    """
    return next((pair[field == pair[0]] for pair in pairs if field in pair), field)


def put_back(given: Given, exchanged: Mapping[str, str], pairs: Pairs) -> dict[str, dict[str, str]]:
    """Return the values with the columns of the exchanged lists put back, so that the rest can be compared."""
    return {field: {kind: value for kind in dict.fromkeys((*given[field], *exchanged))
                    if (value := given[other_side(field, pairs) if kind in exchanged else field].get(kind)) is not None} for field in given}
