"""Put records together into events: the exact best assignment, component by component.

Nodes are records (or records that belong together already). An event holds at most one node of each source. Of all ways to cut a component
into events the one with the largest sum of weights of all pairs inside events wins; weights decide, never probabilities (K09).
What children of one delivery share says of three records no more than twice what it says of two: of the shared part of its pairs' weights an
event of n records counts n - 1 times the mean.
Components of one shape are solved together: every way is a column of a matrix, and one product scores all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from popanalysis.link.threads import fed

__all__ = ["Assignment", "assign", "assign_edges", "components"]

Positions = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
#: Weight of a pair that must not be in one event.
NEVER = -1e6
#: Weight of a pair that was not compared: nothing, but that nodes stay apart unless something speaks for joining them.
NOT_COMPARED = -1e-6
#: Ways to cut a component that are listed one by one; beyond, branch and bound.
MOST_WAYS = 6000
#: Bits between the best way and the next from which no other way is worth a thought.
CLEAR = 20.0
#: Sums of ways worked on at a time.
_SCORES_AT_ONCE = 250_000
#: Steps of branch and bound before the best way found so far is taken and the component goes to review.
MOST_STEPS = 200_000


@dataclass(frozen=True)
class Assignment:
    """Result on nodes.

    Attributes
    ----------
    event : number of the event of each node (the least node in it)
    doubtful : for each edge given: it belongs to one of several ways whose sums lie within ``close_call``
    cut : for each edge: taken out beforehand, because its component was too large
    tied : for each edge: in doubt, and nothing at all speaks for one of the ways
    unproved : nodes whose component was too large to prove the way found to be the best
    share : for each edge: of all ways to cut its component, weighed by 2 to the power of their sums, those that join it (0-1)
    """

    event: Positions
    doubtful: npt.NDArray[np.bool_]
    cut: npt.NDArray[np.bool_]
    tied: npt.NDArray[np.bool_]
    unproved: npt.NDArray[np.bool_]
    share: FloatArray


def components(n: int, left: Positions, right: Positions) -> Positions:
    """Label of the connected component of each of ``n`` nodes."""
    if len(left) < n // 8:  # few pairs: all other nodes stay alone
        concerned, at = np.unique(np.concatenate([left, right]), return_inverse=True)
        label = _components(len(concerned), *np.split(at, 2))
        first = np.arange(n)
        first[concerned] = concerned[np.unique(label, return_index=True)[1][label]]
        return (np.cumsum(first == np.arange(n)) - 1)[first]
    return _components(n, left, right)


def _components(n: int, left: Positions, right: Positions) -> Positions:
    kind = np.int32 if n < 1 << 31 else np.int64  # scipy would look for itself
    graph = coo_array((np.ones(len(left), np.int8), (left.astype(kind), right.astype(kind))), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def assign(
    sources: npt.NDArray[np.int64], left: Positions, right: Positions, weights: FloatArray, joins: npt.NDArray[np.bool_], *,
    close_call: float, largest_component: int, shared: FloatArray | None = None,
) -> Assignment:
    """Find the best events.

    Parameters
    ----------
    sources : for each node a bit per source it holds records of.
    left, right, weights : pairs of nodes and their weight in bits, ``NEVER`` for a veto; pairs not given weigh nothing.
    joins : pairs that hold a component together (heavy enough to be linked at all); the others only count inside events.
    close_call, largest_component : bits; nodes.
    shared : the part of each weight that all children of a delivery share (default: nothing), 0 or more.
    """
    n = len(sources)
    shared = np.zeros(len(left)) if shared is None else shared
    cut, label = _cut_large(n, left, right, weights, joins, largest_component)
    event = np.arange(n, dtype=np.int64)
    doubtful, tied = np.zeros(len(left), bool), np.zeros(len(left), bool)
    unproved, share = np.zeros(n, bool), np.full(len(left), np.nan)

    def solve(members: npt.NDArray[np.int64], table: FloatArray, edge: Positions) -> None:
        for shape, rows in _by_shape(sources[members]):
            ways = _ways(shape)
            if ways is None:
                for row in rows:
                    _solve_one(shape, members[row], table[row], edge[row], shared, close_call, event, doubtful, unproved)
            else:
                _solve_shape(ways, members[rows], table[rows], edge[rows], shared, close_call, event, doubtful, tied, share)

    fed(solve, _by_size(label, sources, left, right, weights))
    clear = np.isnan(share)
    share[clear] = event[left[clear]] == event[right[clear]]
    return Assignment(event, doubtful, cut, tied, unproved, share)


def assign_edges(
    edges: pd.DataFrame, source: pd.Series[Any], *, lower: float, close_call: float = 3.0, largest_component: int = 60,
) -> tuple[pd.Series[Any], pd.DataFrame]:
    """Put records together from weighted edges given as a table.

    Parameters
    ----------
    edges : DataFrame with ``record_id_a, record_id_b, match_weight`` (any unit, larger is better).
    source : Series record_id -> list; a list holds an event once at most.
    lower : edges below it never link.

    Returns
    -------
    event : Series record_id -> number of the event
    edges : the edges in order, with ``link_decision`` (link, non_link) and ``remark`` (close call, tie, conflict, or "").

    Examples
    --------
    >>> edges = pd.DataFrame({"record_id_a": ["a1", "a1", "a2", "a2"], "record_id_b": ["b1", "b2", "b1", "b2"], "match_weight": [10.0, 9.0, 9.0, 1.0]})
    >>> event, told = assign_edges(edges, pd.Series({"a1": "A", "a2": "A", "b1": "B", "b2": "B"}), lower=0.5, close_call=1.0)
    >>> told.loc[told["link_decision"] == "link", ["record_id_a", "record_id_b"]].values.tolist()
    [['a1', 'b2'], ['a2', 'b1']]
    """
    source = source.sort_index()
    ids = source.index
    codes = pd.factorize(source, sort=True)[0].astype(np.int64)
    told = edges.sort_values(["record_id_a", "record_id_b"], ignore_index=True)
    a, b = (ids.get_indexer(pd.Index(told[name])).astype(np.int64) for name in ("record_id_a", "record_id_b"))
    weight = told["match_weight"].to_numpy(dtype=float)
    found = assign(np.int64(1) << codes, a, b, weight, weight >= lower, close_call=close_call, largest_component=largest_component)
    together = found.event[a] == found.event[b]
    told["link_decision"] = np.where(together & ~found.tied, "link", "non_link")
    told["remark"] = np.select(
        [found.tied, found.doubtful, (weight >= lower) & ~together], ["tie", "close call", "conflict"], "")
    event = found.event.copy()
    for k in np.flatnonzero(found.tied):  # nothing speaks for one of the ways: nobody is put together
        event[[a[k], b[k]]] = [a[k], b[k]]
    return pd.Series(event, index=ids, name="event"), told


# --- components of one shape ----------------------------------------------------------------------------


def _by_size(
    label: Positions, sources: npt.NDArray[np.int64], left: Positions, right: Positions, weights: FloatArray,
) -> Iterable[tuple[npt.NDArray[np.int64], FloatArray, Positions]]:
    """Yield components of two or more nodes, those of one size together.

    A row a component: its nodes in the order of their sources; the weight of every pair of them; and the edge that gives it (-1: none; such
    a pair weighs next to nothing).
    """
    size = np.bincount(label)
    at = np.flatnonzero(size[label] > 1)
    at = at[np.argsort((label[at] * (int(sources.max(initial=0)) + 1) + sources[at]) * len(label) + at)]  # by component, then by lists
    inside = np.flatnonzero(label[left] == label[right])
    row_of, place = np.empty(len(label), np.int32), np.empty(len(label), np.int8 if int(size.max(initial=0)) < 128 else np.int32)
    size_of_member, size_of_pair = size[label[at]], size[label[left[inside]]]
    for k in np.unique(size[size > 1]).tolist():
        members = at[size_of_member == k].reshape(-1, k)
        row_of[members] = np.arange(len(members), dtype=np.int32)[:, None]
        place[members] = np.arange(k, dtype=place.dtype)[None, :]
        here = inside[size_of_pair == k]
        one, two = place[left[here]].astype(np.int32), place[right[here]].astype(np.int32)
        low, high = np.minimum(one, two), np.maximum(one, two)
        column = low * k - low * (low + 1) // 2 + high - low - 1
        table = np.full((len(members), k * (k - 1) // 2), NOT_COMPARED)
        edge = np.full(table.shape, -1, np.int64)
        table[row_of[left[here]], column] = weights[here]
        edge[row_of[left[here]], column] = here
        yield members, table, edge


def _by_shape(sources: npt.NDArray[np.int64]) -> Iterable[tuple[tuple[int, ...], Positions]]:
    """Yield the rows that have the same sources in the same order."""
    which = np.zeros(len(sources), np.int64)
    for column in sources.T:
        which = pd.factorize(which * (int(sources.max()) + 1) + column)[0]
    for k in range(int(which.max()) + 1):
        rows = np.flatnonzero(which == k)
        yield tuple(int(s) for s in sources[rows[0]]), rows


@lru_cache(maxsize=4096)
def _ways(shape: tuple[int, ...]) -> npt.NDArray[np.int8] | None:
    """All ways to cut nodes of these sources into events: a row a way, the number of the event of each node; None if too many."""
    ways: list[list[int]] = [[]]
    for node, mask in enumerate(shape):
        longer = []
        for way in ways:
            held: dict[int, int] = {}
            for other, event in enumerate(way):
                held[event] = held.get(event, 0) | shape[other]
            longer += [[*way, event] for event, masks in held.items() if not masks & mask]
            longer.append([*way, node])
        ways = longer
        if len(ways) > MOST_WAYS:
            return None
    return np.array(ways, dtype=np.int8)


def _solve_shape(
    ways: npt.NDArray[np.int8], members: npt.NDArray[np.int64], table: FloatArray, edge: Positions, shared: FloatArray, close_call: float,
    event: Positions, doubtful: npt.NDArray[np.bool_], tied: npt.NDArray[np.bool_], share: FloatArray,
) -> None:
    """Score every way of every component of one shape; write the best one, what other ways come close, and how likely each edge is among all."""
    pairs = list(combinations(range(members.shape[1]), 2))
    together = np.array([ways[:, i] == ways[:, j] for i, j in pairs])
    repeated = together * np.array([1 - 2 / (ways == ways[:, [i]]).sum(axis=1) for i, _ in pairs])
    for part in np.array_split(np.arange(len(members)), max(1, table.shape[0] * len(ways) // _SCORES_AT_ONCE)):
        scores = table[part] @ together
        of_all = np.where(edge[part] >= 0, shared[edge[part]], 0.0) if len(shared) else np.zeros(edge[part].shape)
        in_common = np.flatnonzero(of_all.any(axis=1))
        scores[in_common] -= of_all[in_common] @ repeated
        best = scores.argmax(axis=1)
        top = scores[np.arange(len(part)), best]
        event[members[part]] = np.take_along_axis(members[part], ways[best].astype(np.int64), axis=1)
        scores[np.arange(len(part)), best] = -np.inf
        gap = top - scores.max(axis=1)
        given = edge[part] >= 0
        open_ = np.flatnonzero(gap < CLEAR)
        scores[open_, best[open_]] = top[open_]
        chance = np.exp2(scores[open_] - top[open_, None])
        likely = (chance / chance.sum(axis=1, keepdims=True)) @ together.T
        share[edge[part[open_]][given[open_]]] = likely[given[open_]]
        scores[open_, best[open_]] = -np.inf
        for k in np.flatnonzero(gap < close_call):
            near = np.flatnonzero(scores[k] > top[k] - close_call)
            differ = (together[:, near] != together[:, [best[k]]]).any(axis=1) & given[k]
            doubtful[edge[part[k]][differ]] = True
            if gap[k] < 1e-9:
                same = np.flatnonzero(scores[k] > top[k] - 1e-9)
                tied[edge[part[k]][(together[:, same] != together[:, [best[k]]]).any(axis=1) & given[k]]] = True


# --- components too large to list every way -----------------------------------------------------------


def _solve_one(
    shape: tuple[int, ...], members: npt.NDArray[np.int64], table: FloatArray, edge: Positions, shared: FloatArray, close_call: float,
    event: Positions, doubtful: npt.NDArray[np.bool_], unproved: npt.NDArray[np.bool_],
) -> None:
    k = len(shape)
    weight, in_common = np.zeros((k, k)), np.zeros((k, k))
    weight[np.triu_indices(k, 1)] = table
    in_common[np.triu_indices(k, 1)] = np.where(edge >= 0, shared[edge], 0.0)
    weight, in_common = weight + weight.T, in_common + in_common.T
    proved = True
    if len(set(shape)) == 2 and not shape[0] & shape[-1]:
        way = _best_pairs(shape, weight)
    else:
        way, proved = _branch_and_bound(shape, weight, in_common)
    event[members] = members[way]
    if not proved:
        unproved[members] = True
        doubtful[edge[edge >= 0]] = True
        return
    # the second best way was not looked for; moving one node, or exchanging two of one list, shows what is close
    best, pairs = _total(weight, in_common, way), list(combinations(range(k), 2))
    for other in _neighbours(shape, way):
        if best - _total(weight, in_common, other) < close_call:
            differ = [(way[x] == way[y]) != (other[x] == other[y]) for x, y in pairs]
            doubtful[edge[np.array(differ) & (edge >= 0)]] = True


def _neighbours(shape: tuple[int, ...], way: Sequence[int]) -> Iterable[list[int]]:
    """Ways that differ by one node moved, or by two nodes of one list exchanged."""
    k = len(shape)
    for node in range(k):
        for event in sorted({*way, node} - {way[node]}):
            moved = [event if x == node else e for x, e in enumerate(way)]
            if _allowed(shape, moved):
                yield moved
    for x, y in combinations(range(k), 2):
        if shape[x] == shape[y] and way[x] != way[y]:
            yield [way[y] if n == x else way[x] if n == y else e for n, e in enumerate(way)]


def _best_pairs(shape: tuple[int, ...], weight: FloatArray) -> list[int]:
    """Two lists: linear assignment."""
    first = [k for k, mask in enumerate(shape) if mask == shape[0]]
    second = [k for k, mask in enumerate(shape) if mask != shape[0]]
    gain = np.maximum(weight[np.ix_(first, second)], 0)
    way = list(range(len(shape)))
    for i, j in zip(*linear_sum_assignment(gain, maximize=True), strict=True):
        if gain[i, j] > 0:
            way[second[j]] = first[i]
    return way


def _allowed(shape: tuple[int, ...], way: Sequence[int]) -> bool:
    held: dict[int, int] = {}
    for mask, event in zip(shape, way, strict=True):
        if held.get(event, 0) & mask:
            return False
        held[event] = held.get(event, 0) | mask
    return True


def _total(weight: FloatArray, in_common: FloatArray, way: Sequence[int]) -> float:
    at = np.asarray(way)
    together = at[:, None] == at[None, :]
    return float(np.triu(together * (weight - in_common * (1 - 2 / together.sum(axis=1))[:, None]), 1).sum())


def _repeated(in_common: FloatArray, members: Sequence[int]) -> float:
    """What an event counts too much where the shared part of all its pairs is added up."""
    return (1 - 2 / len(members)) * sum(in_common[a, b] for a, b in combinations(members, 2)) if len(members) > 2 else 0.0


def _branch_and_bound(shape: tuple[int, ...], weight: FloatArray, in_common: FloatArray) -> tuple[list[int], bool]:
    """Three lists and more: try each node in each event it fits, best first, dropping what cannot beat the best way so far."""
    k = len(shape)
    gain = np.array([sum(max(0.0, max((weight[i, j] for j in range(i) if shape[j] == mask and not mask & shape[i]), default=0.0))
                         for mask in set(shape)) for i in range(k)])
    hope = np.append(np.cumsum(gain[::-1])[::-1], 0.0)
    best: tuple[float, list[int]] = (-1.0, list(range(k)))
    steps = 0

    def place(node: int, way: list[int], held: dict[int, int], score: float) -> None:
        nonlocal best, steps
        steps += 1
        if steps > MOST_STEPS or score + hope[node] <= best[0]:
            return
        if node == k:
            best = (score, list(way))
            return
        inside = {e: [o for o in range(node) if way[o] == e] for e, mask in held.items() if not mask & shape[node]}
        adds = {e: sum(weight[node, o] for o in others) - _repeated(in_common, [*others, node]) + _repeated(in_common, others) for e, others in inside.items()}
        for event in [*sorted((e for e, a in adds.items() if a > NEVER / 2), key=lambda e: -adds[e]), node]:
            place(node + 1, [*way, event], {**held, event: held.get(event, 0) | shape[node]}, score + adds.get(event, 0.0))

    place(0, [], {}, 0.0)
    return best[1], steps <= MOST_STEPS


def _cut_large(n: int, left: Positions, right: Positions, weights: FloatArray, joins: npt.NDArray[np.bool_], largest: int) -> tuple[npt.NDArray[np.bool_], Positions]:
    """Take the weakest edges out of components beyond the guard until every one is small enough; the same edges whatever their order.

    Returns
    -------
    Which edges were cut, and the component of each node.
    """
    cut = np.zeros(len(left), bool)
    while True:
        kept = joins & ~cut
        label = components(n, left[kept], right[kept])
        size = np.bincount(label, minlength=1)
        heavy = kept & (size[label[left]] > largest)
        if not heavy.any():
            return cut, label
        for component in np.unique(label[left[heavy]]):
            inside = heavy & (label[left] == component)
            cut |= inside & (weights <= np.quantile(weights[inside], 0.25))
