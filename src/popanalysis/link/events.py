"""From weighted pairs to events: duplicates inside a list first, then the exact assignment over the lists, then what stays open.

People's decisions and events carried forward bind: records that belong together are one node, pairs that must not meet weigh ``NEVER``.
Children of one delivery look like duplicates to every field they share; only the fields that tell them apart (``twins`` in the rule set)
decide whether two rows of a list are one child.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.link.assignment import NEVER, Assignment, assign, components
from popanalysis.link.bonds import Bonds, torn
from popanalysis.link.coding import Universe
from popanalysis.link.decision import LINK, NON_LINK, OPEN, POSSIBLE_LINK
from popanalysis.link.deliveries import Learn, Siblings, unlisted_siblings
from popanalysis.link.duplicates import duplicate_of, leftover_duplicates, likeness_of, may_repeat
from popanalysis.link.notes import Note
from popanalysis.link.pairs import BoolArray, FloatArray, Pairs, Positions
from popanalysis.link.rules import LinkageRules
from popanalysis.link.sets import number_sets

__all__ = ["Grouped", "select_events"]


@dataclass
class Grouped:
    """Events of all records, and what stays open.

    Attributes
    ----------
    event : label of the event of each record ; set_of : number of the set of twins nothing distinguishes, -1: none
    duplicate_of : position of the first record of the same list in the event, -1: none
    review, reason : records with an open link, and why ; pairs : compared pairs, those completed inside components included
    share : per pair, how likely it is among all ways to put its component together ; free : per pair, the two events could be one
    decision : per pair, a place in :data:`popanalysis.link.decision.DECISIONS`; ``OPEN`` where it is not worth a line
    """

    event: Positions
    set_of: Positions
    duplicate_of: Positions
    review: BoolArray
    reason: npt.NDArray[np.object_]
    pairs: Pairs
    decision: npt.NDArray[np.int8]
    share: FloatArray
    free: BoolArray
    notes: list[Note] = field(default_factory=list)


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
    likeness = likeness_of(universe, pairs, weight, _one_child(pairs, heavy, siblings_as, rules))
    duplicate = heavy & (likeness >= rules.assignment.close_call) & may_repeat(universe, rules)[universe.source[pairs.left]]
    node = _nodes(n, pairs, bonds, duplicate)
    apart = torn(bonds, node)[node[pairs.left]]  # second entries must not bring together, by way of a third, what has to stay apart
    if (duplicate & apart).any():
        duplicate &= ~apart
        node = _nodes(n, pairs, bonds, duplicate)
    pairs, weight, label = _complete(universe, pairs, weight, node, bonds, rules, compare)
    siblings = np.append(heavy & ~duplicate, np.zeros(len(pairs) - len(heavy), bool))
    weighed = _against_siblings(universe, pairs, weight, label, siblings, siblings_as, rules)
    sources, edges, edge_of_pair = _node_edges(universe, pairs, weight, weighed, node)
    found = assign(sources, edges.left, edges.right, edges.weight, edges.best >= rules.thresholds.lower,
                   close_call=rules.assignment.close_call, largest_component=rules.assignment.largest_component, shared=edges.shared)
    event = _certain_events(found, edges, node, rules)
    event, joined = leftover_duplicates(universe, pairs, heavy & ~duplicate, likeness, event, bonds)
    return _opened(universe, pairs, weight, weighed, node, event, found, edge_of_pair, siblings, siblings_as, joined, rules)


def _one_child(pairs: Pairs, heavy: BoolArray, siblings_as: Siblings | None, rules: LinkageRules) -> FloatArray:
    """Bits for one child against two of one delivery, for heavy pairs of one list; -inf elsewhere."""
    bits = np.where(heavy, pairs.apart, -np.inf)
    if siblings_as is not None:
        at = np.flatnonzero(heavy)
        told = siblings_as.bits(pairs.vectors.levels[at])
        bits[at] = np.where(pairs.rule[at] == LINK, np.maximum(told, rules.assignment.close_call), told)  # the decision table says: one child
    return bits


@dataclass(frozen=True)
class _Weighed:
    """Weights that say which of several ways to link is the best.

    Attributes
    ----------
    total : bits ; shared : the part that all children of a delivery share, 0 or more (0 where nothing speaks of several children)
    one_child : per pair of two lists, how likely it is one child and not two of one delivery, of which each list holds another
    """

    total: FloatArray
    shared: FloatArray
    one_child: FloatArray


def _against_siblings(
    universe: Universe, pairs: Pairs, weight: FloatArray, label: Positions, siblings: BoolArray, siblings_as: Siblings | None, rules: LinkageRules,
) -> _Weighed:
    """Weigh anew the pairs of components that hold siblings, or whose lists may each hold another child; a veto stays one.

    Whatever a delivery's records say of the parents, they say of each of its children. Beyond the upper threshold it does not count, or a slip in
    a parent's number would choose between twins; and where no list holds two children, it counts no more than two are unlikely.
    """
    weighed = _Weighed(weight.copy(), np.zeros(len(weight)), np.ones(len(weight)))
    if siblings_as is None:
        return weighed
    upper, close_call = rules.thresholds.upper, rules.assignment.close_call
    prior = unlisted_siblings(universe, pairs, weight, siblings, rules)
    two_lists = np.flatnonzero((weight >= rules.thresholds.lower) & (universe.source[pairs.left] != universe.source[pairs.right]))
    alone = siblings_as.bits(pairs.vectors.levels[two_lists]) + prior[universe.source[pairs.left[two_lists]], universe.source[pairs.right[two_lists]]]
    weighed.one_child[two_lists] = 1 / (1 + np.exp2(-alone))
    n_components = int(label.max(initial=-1)) + 1
    known, suspected = np.zeros(n_components, bool), np.zeros(n_components, bool)
    known[label[pairs.left[siblings]]] = True
    suspected[label[pairs.left[two_lists[alone < 2 * close_call]]]] = True
    at = np.flatnonzero((known | suspected)[label[pairs.left]] & (weight > NEVER / 2))
    of_child, of_delivery = siblings_as.parted(universe, pairs, at)
    worth = np.where(known[label[pairs.left[at]]], upper, prior[universe.source[pairs.left[at]], universe.source[pairs.right[at]]])
    weighed.shared[at] = np.minimum(of_delivery / upper, 1.0) * worth
    weighed.total[at] = of_child + weighed.shared[at]
    weighed.one_child[at] = 1.0  # the ways to put the component together tell
    return weighed


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
) -> tuple[Pairs, FloatArray, Positions]:
    """Compare the pairs inside components that no blocking pass brought together, so that silence is not taken for agreement.

    Returns the component of each record as well.
    """
    n = len(universe)
    joins = weight >= rules.thresholds.lower
    label = components(n, np.concatenate([pairs.left[joins], *_chains(node)[:1]]), np.concatenate([pairs.right[joins], *_chains(node)[1:]]))
    size = np.bincount(label)
    wanting = (size > 2) & (size <= rules.assignment.largest_component) & (_n_given(universe, pairs, label) < _n_possible(universe, label))
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
        return pairs, weight, label
    more = compare(a[new], b[new])
    return pairs + more, np.concatenate([weight, _decided_weights(more, bonds, universe, rules)]), label


def _n_given(universe: Universe, pairs: Pairs, label: Positions) -> Positions:
    """Compared pairs of different lists in each component."""
    inside = (label[pairs.left] == label[pairs.right]) & (universe.source[pairs.left] != universe.source[pairs.right])
    return np.bincount(label[pairs.left[inside]], minlength=int(label.max(initial=-1)) + 1)


def _n_possible(universe: Universe, label: Positions) -> Positions:
    """Pairs of different lists that each component could have."""
    n_sources = len(universe.sources)
    per_list = np.bincount(label * n_sources + universe.source, minlength=(int(label.max(initial=-1)) + 1) * n_sources).reshape(-1, n_sources)
    return np.asarray((per_list.sum(axis=1) ** 2 - (per_list**2).sum(axis=1)) // 2, dtype=np.int64)


def _chains(node: Positions) -> tuple[Positions, Positions]:
    """Pairs that tie the records of each node together."""
    order = np.argsort(node, kind="stable")
    same = node[order][1:] == node[order][:-1]
    return order[:-1][same], order[1:][same]


def _node_edges(universe: Universe, pairs: Pairs, weight: FloatArray, weighed: _Weighed, node: Positions) -> tuple[npt.NDArray[np.int64], _Edges, Positions]:
    """Add pairs up to edges between nodes: the best pair of each two lists counts, a veto vetoes; and the edge of each pair (-1: none).

    ``weight`` says whether a pair may be linked, ``weighed`` which of several ways to link is the best.
    """
    n_nodes = int(node.max(initial=-1)) + 1
    sources = np.zeros(n_nodes, np.int64)
    np.bitwise_or.at(sources, node, np.int64(1) << universe.source.astype(np.int64))
    a, b = node[pairs.left], node[pairs.right]
    low, high = np.minimum(a, b), np.maximum(a, b)
    counts = (low != high) & ((sources[low] & sources[high] == 0) | (weight <= NEVER / 2))
    several = np.bincount(node, minlength=n_nodes) > 1  # nodes of more than one record
    to_several = several[low] | several[high]
    plain, shared = np.flatnonzero(counts & ~to_several), np.flatnonzero(counts & to_several)
    key, distinct = pd.factorize(low[shared] * n_nodes + high[shared])
    n_sources = len(universe.sources)
    lists = universe.source[pairs.left[shared]].astype(np.int64) * n_sources + universe.source[pairs.right[shared]]
    both, cells = pd.factorize(key * n_sources**2 + lists)
    best_of_lists = np.full(len(cells), -np.inf)
    np.maximum.at(best_of_lists, both, weighed.total[shared])
    shared_of_lists = np.zeros(len(cells))
    np.maximum.at(shared_of_lists, both, weighed.shared[shared])
    total = np.bincount(cells // n_sources**2, best_of_lists, len(distinct)).astype(float)
    best = np.full(len(distinct), -np.inf)
    np.maximum.at(best, key, weight[shared])
    vetoed = np.zeros(len(distinct), bool)
    vetoed[key[weight[shared] <= NEVER / 2]] = True
    in_common = np.bincount(cells // n_sources**2, shared_of_lists, len(distinct)).astype(float)
    total[vetoed], in_common[vetoed], best[vetoed] = NEVER, 0.0, NEVER
    edge_of_pair = np.full(len(pairs), -1, np.int64)
    edge_of_pair[plain] = np.arange(len(plain))
    edge_of_pair[shared] = len(plain) + key
    edges = _Edges(*(np.concatenate(both) for both in (
        (low[plain], distinct // n_nodes), (high[plain], distinct % n_nodes), (weighed.total[plain], total), (weighed.shared[plain], in_common),
        (weight[plain], best))))
    return sources, edges, edge_of_pair


def _certain_events(found: Assignment, edges: _Edges, node: Positions, rules: LinkageRules) -> Positions:
    """Keep of each event what hangs together by certain links; a tie puts nobody together."""
    together = (found.event[edges.left] == found.event[edges.right]) & (edges.best >= rules.thresholds.upper) & ~found.cut
    if not rules.telling_apart:
        together &= ~found.tied
    return components(len(found.event), edges.left[together], edges.right[together])[node]


# --- what stays open ------------------------------------------------------------------------------------


def _opened(
    universe: Universe, pairs: Pairs, weight: FloatArray, weighed: _Weighed, node: Positions, event: Positions, found: Assignment,
    edge_of_pair: Positions, siblings: BoolArray, siblings_as: Siblings | None, joined: BoolArray, rules: LinkageRules,
) -> Grouped:
    """Write down links, possible links and conflicts, and which records are in review or in a set."""
    upper, lower = rules.thresholds.upper, rules.thresholds.lower
    together = event[pairs.left] == event[pairs.right]
    doubtful, tied, cut = (np.append(f, False)[edge_of_pair] for f in (found.doubtful, found.tied, found.cut))  # edge -1: the appended False
    bits = np.zeros(len(event), np.int64)
    np.bitwise_or.at(bits, event, np.int64(1) << universe.source.astype(np.int64))
    free = bits[event[pairs.left]] & bits[event[pairs.right]] == 0  # the two events could be one
    free &= (weighed.shared == 0) | (weighed.total > -rules.assignment.close_call)  # and are not of two children
    open_ = ~together & (weight >= lower) & free
    decision = np.full(len(pairs), OPEN, dtype=np.int8)
    decision[(pairs.weight >= lower) & ~together] = NON_LINK
    decision[open_] = POSSIBLE_LINK
    decision[doubtful & (weight >= lower) & ~together] = POSSIBLE_LINK
    decision[together] = LINK
    reason = np.full(len(universe), "", dtype=object)
    for word, which in (("conflict", open_ & (weight >= upper)), ("between_thresholds", open_ & (weight < upper)), ("large_component", cut),
                        ("close_call", doubtful & (weight >= lower)), ("tie", tied & (weight >= lower))):
        reason[pairs.left[which]] = word
        reason[pairs.right[which]] = word
    reason[joined] = "second_entry"
    set_of = number_sets(universe, pairs, event, siblings, siblings_as, doubtful | tied, rules)
    grouped = Grouped(event, set_of, duplicate_of(universe, event), (reason != "") & (set_of < 0), reason, pairs, decision,
                      _share(pairs, found, edge_of_pair, together, joined) * weighed.one_child, free)
    if found.unproved.any():
        n = int(found.unproved.sum())
        grouped.notes.append(Note(f"{n} records hang together in components too large to prove the best assignment; they are in review",
                                  f"{n} 条记录相互牵连过多，无法证明最佳对应，已列入人工审核"))
        grouped.review |= found.unproved[node]
    return grouped


def _share(pairs: Pairs, found: Assignment, edge_of_pair: Positions, together: BoolArray, joined: BoolArray) -> FloatArray:
    """How likely each pair is among all ways to put its component together; a second entry was no part of any of them."""
    share = np.where(edge_of_pair >= 0, np.append(found.share, 0.0)[edge_of_pair], together)
    share[together & (joined[pairs.left] | joined[pairs.right])] = 1.0
    return share
