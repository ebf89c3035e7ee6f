"""Second entries of one birth in one list, against children of one delivery, who share every field but a few."""

from __future__ import annotations

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
) -> tuple[Positions, FloatArray]:
    """A row without a partner beside a row of its list that has one, with nothing to tell them apart, is a second entry of the same birth.

    Had there been two children, one of the other lists would hold the second. Returns the events, and for the records of a row that joined one so
    how sure that is, in bits (NaN elsewhere).
    """
    maybe = np.flatnonzero(siblings & (likeness > -1.0))
    other_lists = universe.sources_of(event)
    lists = np.bitwise_count(other_lists).astype(np.int64)
    sure = np.full(len(lists), np.nan)
    into = np.arange(len(lists))  # the event each event has become part of
    label = np.full(len(lists), -1, np.int64)
    np.maximum.at(label, event, bonds.event)
    n = max(len(universe), 1)
    kept_apart = np.column_stack([event[bonds.never // n], event[bonds.never % n]])
    for k in maybe[np.lexsort((pairs.right[maybe], pairs.left[maybe], -likeness[maybe]))]:
        first, second = into[event[pairs.left[k]]], into[event[pairs.right[k]]]
        if lists[first] < lists[second]:
            first, second = second, first
        settled = label[first] >= 0 and label[second] >= 0  # two events of earlier quarters
        if lists[second] == 1 and lists[first] > 1 and not settled and not _meets(into[kept_apart], first, second):
            into[second] = first
            sure[second] = likeness[k] + listed.second_entry(int(other_lists[first]) & ~(1 << int(universe.source[pairs.left[k]])))
            label[first] = max(label[first], label[second])
    return into[event], np.where(into[event] != event, sure[event], np.nan)


def _meets(kept_apart: npt.NDArray[np.int64], first: int, second: int) -> bool:
    """Tell whether a pair of events that a person kept apart would become one."""
    return bool(((kept_apart == first).any(axis=1) & (kept_apart == second).any(axis=1)).any())


def duplicate_of(universe: Universe, event: Positions) -> Positions:
    """First record of the same list and event, for the later ones."""
    key = event * len(universe.sources) + universe.source
    first = np.full(int(key.max(initial=-1)) + 1, len(universe), np.int64)
    np.minimum.at(first, key, np.arange(len(universe)))
    return np.where(first[key] < np.arange(len(universe)), first[key], -1)
