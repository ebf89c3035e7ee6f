"""How many matches no blocking pass brought together: estimated from how the linked pairs agree on the parts of the keys.

A pair is lost where its mistakes hit every pass. If mistakes in different fields were independent, few would be (the low estimate); if all rows
were either careful or careless, many (the high one: the shares of both kinds and their mistakes are learned by EM from the pairs that were
found, with the cells of the table that no pass brings as missing data, as in Biemer 2011, chapter 6). The truth lies between; their geometric
mean is told, and how far they lie apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from popanalysis.link.coding import Universe
from popanalysis.link.keys import field_and_transform, key_of_values
from popanalysis.link.pairs import Positions
from popanalysis.link.patterns import count_patterns
from popanalysis.link.rules import LinkageRules

__all__ = ["LostPairs", "estimate_lost_pairs"]

FloatArray = npt.NDArray[np.float64]
StateArray = npt.NDArray[np.int8]
#: Linked pairs that are looked at; an even choice of them where there are more.
_MOST_PAIRS = 10_000
#: Cells of the table that are listed; a rule set with more fields in its passes gets no estimate.
_MOST_CELLS = 200_000
_STEPS = 40
_CARELESS = 4.0  # how much more often careless rows are wrong, to begin with


@dataclass(frozen=True)
class LostPairs:
    """Estimate of what blocking lost.

    ``share`` : of all matches, those that no pass brings (0-1) ; ``low, high`` : the same if mistakes were independent, and if rows were
    careful or careless ; ``n_by_one_pass`` : linked pairs that only one pass brought: the fewer, the less is known.
    """

    share: float
    low: float
    high: float
    n_by_one_pass: float

    @property
    def spread(self) -> float:
        """Standard deviation of the lost pairs' number, relative to it: the two estimates are taken for the ends of a 90 % interval on the log scale."""
        apart = (np.log(self.high) - np.log(self.low)) / 3.29 if self.low > 0 else 1.0
        return float(np.sqrt(np.expm1(apart**2) + 1 / max(self.n_by_one_pass, 1.0)))


def estimate_lost_pairs(universe: Universe, left: Positions, right: Positions, rules: LinkageRules) -> LostPairs | None:
    """Estimate the share of matches that no pass of the rule set brings together.

    Parameters
    ----------
    left, right : positions of linked records of different lists.

    Returns
    -------
    LostPairs, or None where there are no links, or too many fields in the passes to list the cells.
    """
    n_all = len(left)
    if not n_all:
        return None
    at = np.unique(np.linspace(0, n_all - 1, min(n_all, _MOST_PAIRS)).astype(np.int64))
    passes = [[field_and_transform(part, rules) for part in p.on] for p in rules.blocking.passes if p.against is None]
    parts: dict[str, list[str | None]] = {}
    for field, transform in (part for p in passes for part in p):
        parts.setdefault(field, [])
        parts[field] += [transform] if transform not in parts[field] else []
    fields = list(parts)
    states = np.column_stack([_states(universe, field, parts[field], left[at], right[at]) for field in fields])
    wanted = [[(fields.index(field), 1 << parts[field].index(transform)) for field, transform in p] for p in passes]
    n_passes = _n_passes(states, wanted)
    found = count_patterns(states[n_passes > 0], [1 << len(parts[field]) for field in fields])
    if not len(found.counts):
        return None
    cells = _lost_cells(found.levels, wanted)
    if cells is None:
        return None
    low, high = (_fit(found.levels, found.counts.astype(float), *cells, n_classes=n) for n in (1, 2))
    low, high = min(low, high), max(low, high)
    return LostPairs(float(np.sqrt(low * high)), low, high, float((n_passes == 1).sum()) * n_all / len(at))


def _states(universe: Universe, field: str, transforms: Sequence[str | None], left: Positions, right: Positions) -> StateArray:
    """Which parts of a field agree, a bit a part; -1 where the field is missing on a side."""
    column = universe.columns[field]
    a, b = column.codes[left], column.codes[right]
    state = np.zeros(len(left), np.int8)
    for k, transform in enumerate(transforms):
        keys = np.append(key_of_values(column.table, transform), -1)
        state |= ((keys[a] == keys[b]) & (keys[a] >= 0)).astype(np.int8) << k
    state[(a < 0) | (b < 0)] = -1
    return state


def _n_passes(states: StateArray, wanted: Sequence[Sequence[tuple[int, int]]]) -> npt.NDArray[np.int64]:
    """Number of passes that bring each row of states."""
    found = np.zeros(len(states), np.int64)
    for parts in wanted:
        found += np.all([(states[:, field] >= 0) & (states[:, field] & bit > 0) for field, bit in parts], axis=0)
    return found


def _lost_cells(levels: StateArray, wanted: Sequence[Sequence[tuple[int, int]]]) -> tuple[StateArray, npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
    """Rows of states that no pass brings, for each set of fields that are there; the number of that set, and of that of each observed row."""
    there, group = np.unique(levels >= 0, axis=0, return_inverse=True)
    seen = [sorted({0, *levels[levels[:, f] >= 0, f].tolist()}) for f in range(levels.shape[1])]
    sizes = [int(np.prod([len(seen[f]) if known else 1 for f, known in enumerate(row)])) for row in there]
    if sum(sizes) > _MOST_CELLS:
        return None
    tables = [np.array(list(product(*(seen[f] if known else [-1] for f, known in enumerate(row)))), dtype=np.int8) for row in there]
    lost = [table[_n_passes(table, wanted) == 0] for table in tables]
    return np.concatenate(lost), np.repeat(np.arange(len(lost)), [len(t) for t in lost]), np.asarray(group).reshape(-1)


def _fit(levels: StateArray, counts: FloatArray, cells: StateArray, of_cell: npt.NDArray[np.int64], of_row: npt.NDArray[np.int64], n_classes: int) -> float:
    """EM for one or two classes of rows; returns the share of lost matches."""
    n_states = [int(max(levels[:, f].max(initial=0), cells[:, f].max(initial=0))) + 1 for f in range(levels.shape[1])]
    start = [_shares(levels[:, f], counts, n) for f, n in enumerate(n_states)]
    share, theta = np.array([0.9, 0.1][:n_classes]), [[s, _careless(s)][:n_classes] for s in start]
    n_groups, total = int(of_row.max()) + 1, counts.sum()
    lost = np.zeros(n_groups)
    for _ in range(_STEPS):
        seen = np.exp(_log_chance(levels, theta, share))
        unseen = np.exp(_log_chance(cells, theta, share))
        p_lost = np.minimum(np.bincount(of_cell, unseen.sum(axis=1), n_groups), 0.5)
        lost = np.bincount(of_row, counts, n_groups) * p_lost / (1 - p_lost)
        weights = counts[:, None] * seen / seen.sum(axis=1, keepdims=True)
        added = (lost / np.maximum(np.bincount(of_cell, unseen.sum(axis=1), n_groups), 1e-300))[of_cell][:, None] * unseen
        share = (weights.sum(axis=0) + added.sum(axis=0) + 1) / (total + lost.sum() + 2)
        both, all_weights = np.concatenate([levels, cells]), np.concatenate([weights, added])
        theta = [[_shares(both[:, f], all_weights[:, c], n) for c in range(n_classes)] for f, n in enumerate(n_states)]
    return float(lost.sum() / (total + lost.sum()))


def _log_chance(rows: StateArray, theta: Sequence[Sequence[FloatArray]], share: FloatArray) -> FloatArray:
    """Log chance of each row in each class; a missing field says nothing."""
    chance = np.tile(np.log(share), (len(rows), 1))
    for f, classes in enumerate(theta):
        chance += np.column_stack([np.append(np.log(s), 0.0)[rows[:, f]] for s in classes])
    return chance


def _shares(states: StateArray, weights: FloatArray, n: int) -> FloatArray:
    known = states >= 0
    found = np.bincount(states[known], weights[known], n) + 0.5 / n
    return np.asarray(found / found.sum())


def _careless(shares: FloatArray) -> FloatArray:
    """The same mistakes, more of them; the last state is that in which all parts agree."""
    wrong = np.minimum(_CARELESS * shares, 0.9)
    wrong[-1] = max(0.2, 1 - _CARELESS * (1 - shares[-1]))
    return np.asarray(wrong / wrong.sum())
