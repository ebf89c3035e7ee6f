"""From weighted pairs to events: duplicates inside a list first, then the exact assignment over the lists, then what stays open.

People's decisions and events carried forward bind: records that belong together are one node, pairs that must not meet weigh ``NEVER``.
Children of one delivery look like duplicates to every field they share; only the fields that tell them apart (``twins`` in the rule set)
decide whether two rows of a list are one child.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.errors import LinkageError
from popanalysis.link.assignment import NEVER, Assignment, assign, components
from popanalysis.link.coding import Universe
from popanalysis.link.patterns import Vectors
from popanalysis.link.rules import LinkageRules

__all__ = ["Bonds", "Grouped", "Pairs", "read_bonds", "select_events"]

Positions = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Compared pairs: positions, weight in bits, decision of the table ("" where no line applies), levels, and the weight of the fields
    that tell children of one delivery apart."""

    left: Positions
    right: Positions
    weight: FloatArray
    rule: npt.NDArray[np.object_]
    apart: FloatArray
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.left)

    def __add__(self, more: Pairs) -> Pairs:
        vectors = Vectors(self.vectors.names, self.vectors.ladders, np.concatenate([self.vectors.levels, more.vectors.levels]),
                          np.concatenate([self.vectors.swapped, more.vectors.swapped]))
        joined = {k: np.concatenate([getattr(self, k), getattr(more, k)]) for k in ("left", "right", "weight", "rule", "apart")}
        return Pairs(vectors=vectors, **joined)


@dataclass(frozen=True)
class Bonds:
    """What people decided and earlier quarters settled.

    ``together``: pairs of positions that are one event; ``never``: packed pairs (low * n + high) that are not; ``event``: number of the
    carried-forward event of each record, -1 where new.
    """

    together: tuple[Positions, Positions]
    never: Positions
    event: Positions
    notes: tuple[str, ...] = ()


@dataclass
class Grouped:
    """Events of all records, and what stays open.

    Attributes
    ----------
    event : label of the event of each record ; set_of : number of the set of twins nothing distinguishes, -1: none
    duplicate_of : position of the first record of the same list in the event, -1: none
    review, reason : records with an open link, and why ; pairs : compared pairs, those completed inside components included
    decision : per pair: link, possible_link, non_link, or "" where it is not worth a line
    """

    event: Positions
    set_of: Positions
    duplicate_of: Positions
    review: BoolArray
    reason: npt.NDArray[np.object_]
    pairs: Pairs
    decision: npt.NDArray[np.object_]
    notes: list[str] = field(default_factory=list)


# --- decisions of people, events carried forward --------------------------------------------------------


def read_bonds(universe: Universe, decisions: pd.DataFrame | None, known_events: pd.Series[str] | None) -> Bonds:
    """Translate decisions and carried-forward events into positions.

    Raises
    ------
    LinkageError : a decision contradicts another one or a carried-forward event.
    """
    n = len(universe)
    place = pd.Index(universe.record_ids)
    event = np.full(n, -1, np.int64)
    together: list[tuple[Positions, Positions]] = [(np.array([], np.int64), np.array([], np.int64))]
    notes: list[str] = []
    if known_events is not None and len(known_events):
        at = place.get_indexer(known_events.index)
        labels = pd.factorize(known_events.to_numpy(dtype=object), sort=True)[0]
        event[at[at >= 0]] = labels[at >= 0]
        order = np.lexsort((np.arange(n), event))
        order = order[event[order] >= 0]
        same = event[order][1:] == event[order][:-1]
        together.append((order[:-1][same], order[1:][same]))
    never = np.array([], np.int64)
    if decisions is not None and len(decisions):
        a, b = (place.get_indexer(pd.Index(decisions[name])) for name in ("record_id_a", "record_id_b"))
        known = (a >= 0) & (b >= 0)
        if not known.all():
            notes.append(f"{int((~known).sum())} decisions speak of records that are not in the lists; they were left aside")
        is_match = decisions["is_match"].to_numpy(dtype=bool)
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
        together.append((low[known & is_match], high[known & is_match]))
        never = (low * n + high)[known & ~is_match]
    joined = (np.concatenate([t[0] for t in together]), np.concatenate([t[1] for t in together]))
    _check_bonds(universe, joined, never, event)
    return Bonds(joined, never, event, tuple(notes))


def _check_bonds(universe: Universe, together: tuple[Positions, Positions], never: Positions, event: Positions) -> None:
    n = len(universe)
    label = components(n, *together)
    split = never[label[never // max(n, 1)] == label[never % max(n, 1)]] if len(never) else never
    known = np.flatnonzero(event >= 0)
    frame = pd.DataFrame({"node": label[known], "event": event[known]}).drop_duplicates()
    merged = known[np.isin(label[known], frame.loc[frame["node"].duplicated(keep=False), "node"])]
    found = [*(int(p // n) for p in split), *(int(p % n) for p in split), *merged.tolist()]
    if found:
        ids = [str(universe.record_ids[k]) for k in found[:5]]
        raise LinkageError(
            zh=f"比对决定相互矛盾：同一组记录既被确认为同一事件、又被确认为不同事件，涉及记录 {'、'.join(ids)}。请更正其中一条决定后重新运行。",
            en=f"Decisions contradict: the same records are said to be one event and different events; records {', '.join(ids)}. Mend one of the decisions.",
            record_ids=ids)


# --- the chain ------------------------------------------------------------------------------------------


def select_events(universe: Universe, pairs: Pairs, bonds: Bonds, rules: LinkageRules, compare: Callable[[Positions, Positions], Pairs]) -> Grouped:
    """Decide which records are one event.

    Parameters
    ----------
    universe, pairs, bonds, rules : the coded records, scored candidate pairs, binding decisions, thresholds and guards.
    compare : scores further pairs of positions; used for the pairs inside a component that blocking did not bring.
    """
    weight = _decided_weights(pairs, bonds, universe, rules)
    same_list = universe.source[pairs.left] == universe.source[pairs.right]
    heavy = same_list & (weight >= rules.thresholds.upper)
    likeness = _likeness(universe, pairs, weight, heavy)
    duplicate = heavy & (likeness >= rules.assignment.close_call) & _may_repeat(universe, rules)[universe.source[pairs.left]]
    node = components(len(universe), np.concatenate([bonds.together[0], pairs.left[duplicate]]), np.concatenate([bonds.together[1], pairs.right[duplicate]]))
    pairs, weight = _complete(universe, pairs, weight, node, bonds, rules, compare)
    sources, edges, edge_of_pair = _node_edges(universe, pairs, weight, node)
    found = assign(sources, edges.left, edges.right, edges.weight, edges.best >= rules.thresholds.lower,
                   close_call=rules.assignment.close_call, largest_component=rules.assignment.largest_component)
    event = _certain_events(found, edges, node, rules)
    siblings = heavy & ~duplicate
    event, joined = _leftover_duplicates(universe, pairs, siblings, likeness, event, rules)
    return _opened(universe, pairs, weight, node, event, found, edges, edge_of_pair, siblings, likeness, joined, rules)


def _decided_weights(pairs: Pairs, bonds: Bonds, universe: Universe, rules: LinkageRules) -> FloatArray:
    """Weights as the decision table and people leave them."""
    upper, lower = rules.thresholds.upper, rules.thresholds.lower
    weight = pairs.weight.copy()
    weight[pairs.rule == "link"] = np.maximum(weight[pairs.rule == "link"], upper)
    between = pairs.rule == "possible_link"
    weight[between] = np.clip(weight[between], lower, np.nextafter(upper, lower))
    weight[pairs.rule == "non_link"] = NEVER
    n = len(universe)
    if len(bonds.never):
        weight[np.isin(pairs.left * n + pairs.right, bonds.never)] = NEVER
    left, right = bonds.event[pairs.left], bonds.event[pairs.right]
    weight[(left >= 0) & (right >= 0) & (left != right)] = NEVER
    return weight


def _may_repeat(universe: Universe, rules: LinkageRules) -> BoolArray:
    return np.array([rules.sources[s].duplicates == "find" for s in universe.sources])


def _likeness(universe: Universe, pairs: Pairs, weight: FloatArray, heavy: BoolArray) -> FloatArray:
    """Bits for "one child" against "two children of one delivery", for heavy pairs of one list.

    The list's own evidence is that of the fields that tell children apart; if another list holds a better partner for each of the two,
    what they would lose by sharing one speaks against it.
    """
    likeness = np.where(heavy, pairs.apart, -np.inf)
    at = np.flatnonzero(heavy)
    if not len(at) or not np.isfinite(pairs.apart[at]).all():
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


# --- components -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Edges:
    left: Positions
    right: Positions
    weight: FloatArray
    best: FloatArray


def _complete(
    universe: Universe, pairs: Pairs, weight: FloatArray, node: Positions, bonds: Bonds, rules: LinkageRules,
    compare: Callable[[Positions, Positions], Pairs],
) -> tuple[Pairs, FloatArray]:
    """Compare the pairs inside components that no blocking pass brought together, so that silence is not taken for agreement."""
    n = len(universe)
    joins = weight >= rules.thresholds.lower
    label = components(n, np.concatenate([pairs.left[joins], *_chains(node)[:1]]), np.concatenate([pairs.right[joins], *_chains(node)[1:]]))
    size = np.bincount(label)
    members = np.flatnonzero((size[label] > 2) & (size[label] <= rules.assignment.largest_component))
    members = members[np.argsort(label[members], kind="stable")]
    ends = np.searchsorted(label[members], label[members], side="right")
    after = ends - np.arange(len(members)) - 1
    left = np.repeat(np.arange(len(members)), after)
    right = np.arange(len(left)) - np.repeat(np.cumsum(after) - after, after) + left + 1
    a, b = members[left], members[right]
    a, b = np.minimum(a, b), np.maximum(a, b)
    open_ = (universe.source[a] != universe.source[b]) & (node[a] != node[b])
    a, b = a[open_], b[open_]
    new = ~np.isin(a * n + b, (pairs.left * n + pairs.right)[label[pairs.left] == label[pairs.right]])
    if not new.any():
        return pairs, weight
    more = compare(a[new], b[new])
    return pairs + more, np.concatenate([weight, _decided_weights(more, bonds, universe, rules)])


def _chains(node: Positions) -> tuple[Positions, Positions]:
    """Pairs that tie the records of each node together."""
    order = np.argsort(node, kind="stable")
    same = node[order][1:] == node[order][:-1]
    return order[:-1][same], order[1:][same]


def _node_edges(universe: Universe, pairs: Pairs, weight: FloatArray, node: Positions) -> tuple[npt.NDArray[np.int64], _Edges, Positions]:
    """Add pairs up to edges between nodes: the best pair of each two lists counts, a veto vetoes; and the edge of each pair (-1: none)."""
    n_nodes = int(node.max(initial=-1)) + 1
    sources = np.zeros(n_nodes, np.int64)
    np.bitwise_or.at(sources, node, np.int64(1) << universe.source.astype(np.int64))
    a, b = node[pairs.left], node[pairs.right]
    low, high = np.minimum(a, b), np.maximum(a, b)
    between = np.flatnonzero((low != high) & ((sources[low] & sources[high] == 0) | (weight <= NEVER / 2)))
    key, distinct = pd.factorize(low[between] * n_nodes + high[between])
    n_sources = len(universe.sources)
    lists = universe.source[pairs.left[between]].astype(np.int64) * n_sources + universe.source[pairs.right[between]]
    both, cells = pd.factorize(key * n_sources**2 + lists)
    best_of_lists = np.full(len(cells), -np.inf)
    np.maximum.at(best_of_lists, both, weight[between])
    total = np.bincount(cells // n_sources**2, best_of_lists, len(distinct)).astype(float)
    best = np.full(len(distinct), -np.inf)
    np.maximum.at(best, key, weight[between])
    vetoed = np.zeros(len(distinct), bool)
    vetoed[key[weight[between] <= NEVER / 2]] = True
    total[vetoed], best[vetoed] = NEVER, NEVER
    edge_of_pair = np.full(len(pairs), -1, np.int64)
    edge_of_pair[between] = key
    return sources, _Edges(distinct // n_nodes, distinct % n_nodes, total, best), edge_of_pair


def _certain_events(found: Assignment, edges: _Edges, node: Positions, rules: LinkageRules) -> Positions:
    """Keep of each event what hangs together by certain links; a tie puts nobody together."""
    together = (found.event[edges.left] == found.event[edges.right]) & (edges.best >= rules.thresholds.upper) & ~found.cut
    if rules.twins is None:
        together &= ~found.tied
    return components(len(found.event), edges.left[together], edges.right[together])[node]


def _leftover_duplicates(
    universe: Universe, pairs: Pairs, siblings: BoolArray, likeness: FloatArray, event: Positions, rules: LinkageRules,
) -> tuple[Positions, BoolArray]:
    """A row without a partner beside a row of its list that has one, with nothing to tell them apart, is a second entry of the same birth.

    Had there been two children, one of the other lists would hold the second.
    """
    joined = np.zeros(len(universe), bool)
    maybe = np.flatnonzero(siblings[: len(likeness)] & (likeness > -1.0))
    if not len(maybe):
        return event, joined
    lists = _lists_per_event(universe, event)
    event = event.copy()
    for k in maybe[np.lexsort((pairs.right[maybe], pairs.left[maybe], -likeness[maybe]))]:
        i, j = int(pairs.left[k]), int(pairs.right[k])
        if lists[event[i]] < lists[event[j]]:
            i, j = j, i
        if lists[event[j]] == 1 and lists[event[i]] > 1 and event[i] != event[j]:
            joined[j] = True
            event[event == event[j]] = event[i]
    return event, joined


def _lists_per_event(universe: Universe, event: Positions) -> npt.NDArray[np.int64]:
    bits = np.zeros(int(event.max(initial=-1)) + 1, np.int64)
    np.bitwise_or.at(bits, event, np.int64(1) << universe.source.astype(np.int64))
    return np.bitwise_count(bits).astype(np.int64)


# --- what stays open ------------------------------------------------------------------------------------


def _opened(
    universe: Universe, pairs: Pairs, weight: FloatArray, node: Positions, event: Positions, found: Assignment, edges: _Edges,
    edge_of_pair: Positions, siblings: BoolArray, likeness: FloatArray, joined: BoolArray, rules: LinkageRules,
) -> Grouped:
    """Write down links, possible links and conflicts, and which records are in review or in a set."""
    upper, lower = rules.thresholds.upper, rules.thresholds.lower
    n_given = len(likeness)
    siblings = np.append(siblings, np.zeros(len(pairs) - n_given, bool))
    likeness = np.append(likeness, np.full(len(pairs) - n_given, -np.inf))
    together = event[pairs.left] == event[pairs.right]
    doubtful, tied, cut = (np.append(f, False)[edge_of_pair] for f in (found.doubtful, found.tied, found.cut))  # edge -1: the appended False
    bits = np.zeros(len(event), np.int64)
    np.bitwise_or.at(bits, event, np.int64(1) << universe.source.astype(np.int64))
    free = bits[event[pairs.left]] & bits[event[pairs.right]] == 0  # the two events could be one
    open_ = ~together & (weight >= lower) & free
    decision = np.full(len(pairs), "", dtype=object)
    decision[(pairs.weight >= lower) & ~together] = "non_link"
    decision[open_] = "possible_link"
    decision[doubtful & (weight >= lower) & ~together] = "possible_link"
    decision[together] = "link"
    reason = np.full(len(universe), "", dtype=object)
    for word, which in (("conflict", open_ & (weight >= upper)), ("between_thresholds", open_ & (weight < upper)), ("large_component", cut),
                        ("close_call", doubtful & (weight >= lower)), ("tie", tied & (weight >= lower))):
        reason[pairs.left[which]] = word
        reason[pairs.right[which]] = word
    reason[joined] = "second_entry"
    set_of = _sets(universe, pairs, event, siblings, likeness, doubtful | tied, rules)
    grouped = Grouped(event, set_of, _duplicate_of(universe, event), (reason != "") & (set_of < 0), reason, pairs, decision)
    if found.unproved.any():
        grouped.notes.append(f"{int(found.unproved.sum())} records hang together in components too large to prove the best assignment; they are in review")
        grouped.review |= found.unproved[node]
    return grouped


def _sets(
    universe: Universe, pairs: Pairs, event: Positions, siblings: BoolArray, likeness: FloatArray, doubtful: BoolArray, rules: LinkageRules,
) -> Positions:
    """Number the sets of children of one delivery that the records cannot tell apart.

    Two rows of a list make their events a set when their links are in doubt, or when the list by itself would take them for one child.
    """
    set_of = np.full(len(universe), -1, np.int64)
    if rules.twins is None:
        return set_of
    in_doubt = np.zeros(len(universe), bool)
    in_doubt[pairs.left[doubtful]] = in_doubt[pairs.right[doubtful]] = True
    alike = pairs.apart >= rules.assignment.close_call
    apart = event[pairs.left] != event[pairs.right]
    unclear = siblings & apart & (alike | (in_doubt[pairs.left] & in_doubt[pairs.right]))
    if not unclear.any():
        return set_of
    label = components(len(universe), event[pairs.left[unclear]], event[pairs.right[unclear]])
    concerned = np.unique(np.concatenate([event[pairs.left[unclear]], event[pairs.right[unclear]]]))
    at = np.flatnonzero(np.isin(event, concerned))
    set_of[at] = pd.factorize(label[event[at]])[0]
    return set_of


def _duplicate_of(universe: Universe, event: Positions) -> Positions:
    """First record of the same list and event, for the later ones."""
    key = event * len(universe.sources) + universe.source
    first = np.full(int(key.max(initial=-1)) + 1, len(universe), np.int64)
    np.minimum.at(first, key, np.arange(len(universe)))
    return np.where(first[key] < np.arange(len(universe)), first[key], -1)


def names_apart(rules: LinkageRules, names: Sequence[str]) -> list[int]:
    """Places of the comparisons that tell children of one delivery apart; none where the rule set has no twins."""
    return [names.index(name) for name in rules.twins.told_apart_by] if rules.twins else []
