"""Second entries of one birth in one list, against children of one delivery, who share every field but a few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from popanalysis.link.bonds import Bonds
from popanalysis.link.coding import Universe
from popanalysis.link.deliveries import Listed
from popanalysis.link.pairs import BoolArray, FloatArray, Pairs, Positions
from popanalysis.link.rules import LinkageRules

__all__ = ["duplicate_of", "leftover_duplicates", "likeness_of", "may_repeat"]


def may_repeat(universe: Universe, rules: LinkageRules) -> BoolArray:
    """Tell for each source whether it may hold an event twice."""
    return np.array([rules.sources[s].duplicates == "find" for s in universe.sources])


def likeness_of(universe: Universe, pairs: Pairs, weight: FloatArray, one_child: FloatArray) -> FloatArray:
    """Bits for "one child" against "two children of one delivery", for heavy pairs of one list.

    The list's own evidence, ``one_child`` (-inf for all other pairs), is that of the fields that tell children apart; if another list holds a
    better partner for each of the two, what they would lose by sharing one speaks against it.
    """
    likeness = one_child.copy()
    at = np.flatnonzero(one_child > -np.inf)
    if not len(at) or not np.isfinite(one_child[at]).all():
        return likeness
    n, n_sources = len(universe), len(universe.sources)
    i, j = pairs.left[at], pairs.right[at]
    concerned = np.zeros(n, bool)
    concerned[i] = concerned[j] = True
    around = np.flatnonzero(concerned[pairs.left] | concerned[pairs.right])
    best_weight, best_partner = _best_by_source(universe, pairs.left[around], pairs.right[around], weight[around])
    packed = pairs.left[around] * n + pairs.right[around]
    order = np.argsort(packed)
    packed, known = packed[order], weight[around][order]
    for s in range(n_sources):
        x, y = best_partner[i * n_sources + s], best_partner[j * n_sources + s]
        apart = (x >= 0) & (y >= 0) & (x != y) & (universe.source[i] != s)
        if apart.any():
            k = np.flatnonzero(apart)
            loss = best_weight[i[k] * n_sources + s] + best_weight[j[k] * n_sources + s]
            loss -= _looked_up(i[k], y[k], n, packed, known) + _looked_up(j[k], x[k], n, packed, known)
            likeness[at[k]] -= np.clip(loss, 0, 1e3)
    return likeness


def _best_by_source(universe: Universe, left: Positions, right: Positions, weight: FloatArray) -> tuple[FloatArray, Positions]:
    """Best weight and best partner of each record in each source (record * sources + source); the first in the line where several tie."""
    n_sources = len(universe.sources)
    key = np.concatenate([left * n_sources + universe.source[right], right * n_sources + universe.source[left]])
    partner = np.concatenate([right, left])
    both = np.concatenate([weight, weight])
    best = np.full(len(universe) * n_sources, -np.inf)
    np.maximum.at(best, key, both)
    chosen = np.full(len(best), len(universe), np.int64)
    top = both == best[key]
    np.minimum.at(chosen, key[top], partner[top])
    chosen[chosen == len(universe)] = -1
    return best, chosen


def _looked_up(a: Positions, b: Positions, n: int, packed: Positions, weight: FloatArray) -> FloatArray:
    key = np.minimum(a, b) * n + np.maximum(a, b)
    at = np.minimum(np.searchsorted(packed, key), len(packed) - 1)
    return np.where(packed[at] == key, weight[at], 0.0)


def leftover_duplicates(
    universe: Universe, pairs: Pairs, siblings: BoolArray, likeness: FloatArray, event: Positions, bonds: Bonds, listed: Listed,
) -> tuple[Positions, npt.NDArray[np.float32]]:
    """A row without a partner beside a row of its list that has one, with nothing to tell them apart, is a second entry of the same birth.

    Had there been two children, one of the other lists would hold the second. Returns the events, and for the records of a row that joined one so
    how sure that is, in bits (NaN elsewhere).
    """
    maybe = np.flatnonzero(siblings & (likeness > -1.0))
    lists_of, n = universe.sources_of(event), max(len(universe), 1)
    into: dict[int, int] = {}  # the event that an event has become part of
    sure: dict[int, float] = {}
    label = np.full(len(lists_of), -1, np.int64) if (bonds.event >= 0).any() else None
    if label is not None:
        np.maximum.at(label, event, bonds.event)
    kept_apart = [(int(a), int(b)) for a, b in zip(event[bonds.never // n], event[bonds.never % n], strict=True)]
    for k in maybe[np.lexsort((pairs.right[maybe], pairs.left[maybe], -likeness[maybe]))]:
        first, second = (_followed(into, int(event[side[k]])) for side in (pairs.left, pairs.right))
        if _n_lists(lists_of, first) < _n_lists(lists_of, second):
            first, second = second, first
        settled = label is not None and label[first] >= 0 and label[second] >= 0  # two events of earlier quarters
        apart = any({_followed(into, a), _followed(into, b)} == {first, second} for a, b in kept_apart)
        if _n_lists(lists_of, second) == 1 and _n_lists(lists_of, first) > 1 and not settled and not apart:
            into[second] = first
            sure[second] = likeness[k] + listed.second_entry(int(lists_of[first]) & ~(1 << int(universe.source[pairs.left[k]])))
            if label is not None:
                label[first] = max(label[first], label[second])
    how_sure = np.full(len(event), np.nan, np.float32)
    at = np.flatnonzero(np.isin(event, list(into))) if into else np.array([], np.int64)
    how_sure[at] = [sure[int(e)] for e in event[at]]
    event = event.copy()
    event[at] = [_followed(into, int(e)) for e in event[at]]
    return event, how_sure


def _followed(into: Mapping[int, int], event: int) -> int:
    while event in into:
        event = into[event]
    return event


def _n_lists(lists_of: npt.NDArray[Any], event: int) -> int:
    return int(lists_of[event]).bit_count()


def duplicate_of(universe: Universe, event: Positions) -> Positions:
    """First record of the same list and event, for the later ones."""
    first, found = np.empty(len(universe), np.int32), np.full(len(universe), -1, np.int64)
    for source in range(len(universe.sources)):
        at = np.flatnonzero(universe.source == source)
        own = event[at]
        first[own[::-1]] = at[::-1]  # of several the first is written last
        again = first[own] < at
        found[at[again]] = first[own[again]]
    return found
