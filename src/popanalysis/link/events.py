"""From weighted pairs to events: duplicates inside a list first, then the exact assignment over the lists, then what stays open.

People's decisions and events carried forward bind: records that belong together are one node, pairs that must not meet weigh ``NEVER``.
Children of one delivery look like duplicates to every field they share; only the fields that tell them apart (``twins`` in the rule set)
decide whether two rows of a list are one child.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.link.assignment import CLEAR, NEVER, Assignment, assign, components
from popanalysis.link.bonds import Bonds, torn
from popanalysis.link.coding import Universe
from popanalysis.link.decision import LINK, NON_LINK, POSSIBLE_LINK
from popanalysis.link.deliveries import Learn, Siblings, learn_listed
from popanalysis.link.duplicates import leftover_duplicates, likeness_of, may_repeat
from popanalysis.link.grouped import Grouped, tell_open
from popanalysis.link.pairs import BoolArray, FloatArray, Pairs, Positions
from popanalysis.link.rules import LinkageRules
from popanalysis.link.weighing import weigh_against_siblings

__all__ = ["select_events"]


# --- the chain ------------------------------------------------------------------------------------------


def select_events(
    universe: Universe, pairs: Pairs, bonds: Bonds, rules: LinkageRules, compare: Callable[[Positions, Positions], Pairs], learn: Learn | None = None,
) -> Grouped:
    """Decide which records are one event.

    Parameters
    ----------
    universe, pairs, bonds, rules : the coded records, scored candidate pairs, binding decisions, thresholds and guards.
    compare : scores further pairs of positions; used for the pairs inside a component that blocking did not bring.
    learn : learns how children of one delivery compare (:func:`popanalysis.link.deliveries.learn_siblings`).
    """
    n = len(universe)
    unseen = bonds.decided[~np.isin(bonds.decided, pairs.left * n + pairs.right)] if len(bonds.decided) else bonds.decided
    if len(unseen):  # pairs a person decided that blocking did not bring: they bind and are told all the same
        pairs = pairs + compare(unseen // n, unseen % n)
    weight = _decided_weights(pairs, bonds, universe, rules)
    same_list = universe.source[pairs.left] == universe.source[pairs.right]
    heavy = same_list & (weight >= rules.thresholds.upper)
    siblings_as = learn(pairs, heavy) if learn is not None else None
    of_one_list = _one_child(pairs, heavy, siblings_as, rules)
    likeness = likeness_of(universe, pairs, weight, of_one_list)
    duplicate = heavy & (likeness >= rules.assignment.close_call) & may_repeat(universe, rules)[universe.source[pairs.left]]
    node = _nodes(n, pairs, bonds, duplicate)
    apart = torn(bonds, node)[node[pairs.left]]  # second entries must not bring together, by way of a third, what has to stay apart
    if (duplicate & apart).any():
        duplicate &= ~apart
        node = _nodes(n, pairs, bonds, duplicate)
    pairs, weight, label, plain = _complete(universe, pairs, weight, node, bonds, rules, compare)
    siblings = heavy & ~duplicate
    siblings, clearly = (np.append(some, np.zeros(len(pairs) - len(heavy), bool)) for some in (siblings, siblings & (of_one_list <= -rules.assignment.close_call)))
    listed = learn_listed(universe, pairs, weight, siblings, clearly, int(duplicate.sum()), rules)
    weighed = weigh_against_siblings(universe, pairs, weight, label, siblings, siblings_as, listed, rules)
    plain &= ~weighed.with_siblings
    open_ = np.flatnonzero(~plain[label[pairs.left]] & (label[pairs.left] == label[pairs.right]))
    sources, edges, edge_of_open = _node_edges(universe, pairs.left[open_], pairs.right[open_], weight[open_], weighed.total[open_], weighed.shared[open_], node)
    concerned, ends = np.unique(np.concatenate([edges.left, edges.right]), return_inverse=True)  # nodes of which any edge is left
    left, right = np.split(ends, 2)
    found = assign(sources[concerned], left, right, edges.weight, edges.best >= rules.thresholds.lower,
                   close_call=rules.assignment.close_call, largest_component=rules.assignment.largest_component, shared=edges.shared)
    edge_of_pair = np.full(len(pairs), -1, np.int32)
    edge_of_pair[open_] = edge_of_open
    event_of_node, unproved = np.arange(len(sources)), np.zeros(len(sources), bool)
    event_of_node[concerned] = concerned[_certain_events(found, left, right, edges.best, rules)]
    unproved[concerned] = found.unproved
    event = _first_record(np.where(plain[label], n + label, event_of_node[node]))
    event, joined = leftover_duplicates(universe, pairs, heavy & ~duplicate, likeness, event, bonds, listed)
    event = _first_record(event)
    two_children, one_child = weighed.two_children, weighed.one_child
    del weighed, likeness, of_one_list, label, edges, edge_of_open, open_, event_of_node, sources  # arrays of all pairs and records
    return tell_open(universe, pairs, weight, two_children, one_child, unproved[node], event, found, edge_of_pair, siblings, siblings_as, joined, rules)


def _first_record(event: Positions) -> Positions:
    """Number each event by its first record (or node)."""
    first = np.zeros(int(event.max(initial=-1)) + 1, np.int64)
    first[event[::-1]] = np.arange(len(event))[::-1]
    return first[event]


def _one_child(pairs: Pairs, heavy: BoolArray, siblings_as: Siblings | None, rules: LinkageRules) -> FloatArray:
    """Bits for one child against two of one delivery, for heavy pairs of one list; -inf elsewhere."""
    bits = np.where(heavy, pairs.apart, -np.inf)
    if siblings_as is not None:
        at = np.flatnonzero(heavy)
        told = siblings_as.bits(pairs.vectors.levels[at])
        bits[at] = np.where(pairs.rule[at] == LINK, np.maximum(told, rules.assignment.close_call), told)  # the decision table says: one child
    return bits


def _nodes(n: int, pairs: Pairs, bonds: Bonds, duplicate: BoolArray) -> Positions:
    """Number of the node of each record: what people and earlier quarters joined, and second entries."""
    left, right = bonds.together
    return components(n, np.concatenate([left, pairs.left[duplicate]]), np.concatenate([right, pairs.right[duplicate]]))


def _decided_weights(pairs: Pairs, bonds: Bonds, universe: Universe, rules: LinkageRules) -> FloatArray:
    """Weights as the decision table and people leave them."""
    upper, lower = rules.thresholds.upper, rules.thresholds.lower
    weight = pairs.weight.copy()
    if rules.decision or pairs.rule.any():
        weight[pairs.rule == LINK] = np.maximum(weight[pairs.rule == LINK], upper)
        between = pairs.rule == POSSIBLE_LINK
        weight[between] = np.clip(weight[between], lower, np.nextafter(upper, lower))
        weight[pairs.rule == NON_LINK] = NEVER
    n = len(universe)
    if len(bonds.never):
        weight[np.isin(pairs.left * n + pairs.right, bonds.never)] = NEVER
    if (bonds.event >= 0).any():
        left, right = bonds.event[pairs.left], bonds.event[pairs.right]
        weight[(left >= 0) & (right >= 0) & (left != right)] = NEVER
    return weight


# --- components -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Edges:
    left: Positions
    right: Positions
    weight: FloatArray
    shared: FloatArray
    best: FloatArray


def _complete(
    universe: Universe, pairs: Pairs, weight: FloatArray, node: Positions, bonds: Bonds, rules: LinkageRules,
    compare: Callable[[Positions, Positions], Pairs],
) -> tuple[Pairs, FloatArray, Positions, BoolArray]:
    """Compare the pairs inside components that no blocking pass brought together, so that silence is not taken for agreement.

    Returns the component of each record as well, and of each component whether it is plain: one record a list, all pairs of it certain links. The best
    way to put it together is then known, and no other comes near.
    """
    n = len(universe)
    joins = weight >= rules.thresholds.lower
    tied = _chains(node)
    label = components(n, np.concatenate([pairs.left[joins], tied[0]]), np.concatenate([pairs.right[joins], tied[1]]))
    size = np.bincount(label)
    n_given, n_certain = _n_given(universe, pairs, weight, label, rules)
    n_possible = _n_possible(universe, label)
    wanting = (size > 2) & (size <= rules.assignment.largest_component) & (n_given < n_possible)
    plain = (n_certain == size * (size - 1) // 2) & (size > 1) & (size <= rules.assignment.largest_component)
    plain[label[tied[0]]] = False
    members = np.flatnonzero(wanting[label])
    members = members[np.argsort(label[members], kind="stable")]
    ends = np.searchsorted(label[members], label[members], side="right")
    after = ends - np.arange(len(members)) - 1
    left = np.repeat(np.arange(len(members)), after)
    right = np.arange(len(left)) - np.repeat(np.cumsum(after) - after, after) + left + 1
    a, b = members[left], members[right]
    a, b = np.minimum(a, b), np.maximum(a, b)
    open_ = (universe.source[a] != universe.source[b]) & (node[a] != node[b])
    a, b = a[open_], b[open_]
    inside = wanting[label[pairs.left]] & (label[pairs.left] == label[pairs.right])
    new = ~np.isin(a * n + b, (pairs.left * n + pairs.right)[inside])
    if not new.any():
        return pairs, weight, label, plain
    more = compare(a[new], b[new])
    return pairs + more, np.concatenate([weight, _decided_weights(more, bonds, universe, rules)]), label, plain


def _n_given(universe: Universe, pairs: Pairs, weight: FloatArray, label: Positions, rules: LinkageRules) -> tuple[Positions, Positions]:
    """Compared pairs of different lists in each component, and those that are certain links."""
    n, of_left = int(label.max(initial=-1)) + 1, label[pairs.left]
    inside = (of_left == label[pairs.right]) & (universe.source[pairs.left] != universe.source[pairs.right])
    certain = inside & (weight >= max(rules.thresholds.upper, rules.assignment.close_call, CLEAR))
    return np.bincount(of_left[inside], minlength=n), np.bincount(of_left[certain], minlength=n)


def _n_possible(universe: Universe, label: Positions) -> Positions:
    """Pairs of different lists that each component could have."""
    n_sources = len(universe.sources)
    per_list = np.bincount(label * n_sources + universe.source, minlength=(int(label.max(initial=-1)) + 1) * n_sources).reshape(-1, n_sources)
    return np.asarray((per_list.sum(axis=1) ** 2 - (per_list**2).sum(axis=1)) // 2, dtype=np.int64)


def _chains(node: Positions) -> tuple[Positions, Positions]:
    """Pairs that tie the records of each node together."""
    at = np.flatnonzero(np.bincount(node, minlength=1)[node] > 1)  # few nodes are more than one record
    at = at[np.argsort(node[at], kind="stable")]
    same = node[at][1:] == node[at][:-1]
    return at[:-1][same], at[1:][same]


def _node_edges(
    universe: Universe, left: Positions, right: Positions, weight: FloatArray, to_choose: FloatArray, in_common: FloatArray, node: Positions,
) -> tuple[npt.NDArray[np.int64], _Edges, Positions]:
    """Add pairs up to edges between nodes: the best pair of each two lists counts, a veto vetoes; and the edge of each pair (-1: none).

    ``weight`` says whether a pair may be linked, ``to_choose`` which of several ways to link is the best; ``in_common`` is the part of it that all
    children of a delivery share.
    """
    n_nodes = int(node.max(initial=-1)) + 1
    sources = universe.sources_of(node).astype(np.int64)
    a, b = node[left], node[right]
    low, high = np.minimum(a, b), np.maximum(a, b)
    counts = (low != high) & ((sources[low] & sources[high] == 0) | (weight <= NEVER / 2))
    several = np.bincount(node, minlength=n_nodes) > 1  # nodes of more than one record
    to_several = several[low] | several[high]
    plain, shared = np.flatnonzero(counts & ~to_several), np.flatnonzero(counts & to_several)
    key, distinct = pd.factorize(low[shared] * n_nodes + high[shared])
    n_sources = len(universe.sources)
    lists = universe.source[left[shared]].astype(np.int64) * n_sources + universe.source[right[shared]]
    both, cells = pd.factorize(key * n_sources**2 + lists)
    best_of_lists = np.full(len(cells), -np.inf)
    np.maximum.at(best_of_lists, both, to_choose[shared])
    shared_of_lists = np.zeros(len(cells))
    np.maximum.at(shared_of_lists, both, in_common[shared])
    total = np.bincount(cells // n_sources**2, best_of_lists, len(distinct)).astype(float)
    best = np.full(len(distinct), -np.inf)
    np.maximum.at(best, key, weight[shared])
    vetoed = np.zeros(len(distinct), bool)
    vetoed[key[weight[shared] <= NEVER / 2]] = True
    total_in_common = np.bincount(cells // n_sources**2, shared_of_lists, len(distinct)).astype(float)
    total[vetoed], total_in_common[vetoed], best[vetoed] = NEVER, 0.0, NEVER
    edge_of_pair = np.full(len(left), -1, np.int64)
    edge_of_pair[plain] = np.arange(len(plain))
    edge_of_pair[shared] = len(plain) + key
    edges = _Edges(*(np.concatenate(both) for both in (
        (low[plain], distinct // n_nodes), (high[plain], distinct % n_nodes), (to_choose[plain], total), (in_common[plain], total_in_common),
        (weight[plain], best))))
    return sources, edges, edge_of_pair


def _certain_events(found: Assignment, left: Positions, right: Positions, best: FloatArray, rules: LinkageRules) -> Positions:
    """Keep of each event what hangs together by certain links; a tie puts nobody together. Returns a node of the event for each node."""
    together = (found.event[left] == found.event[right]) & (best >= rules.thresholds.upper) & ~found.cut
    if not rules.telling_apart:
        together &= ~found.tied
    return _first_record(components(len(found.event), left[together], right[together]))
