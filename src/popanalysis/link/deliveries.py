"""Children of one delivery: what tells them apart is weighed against a sibling, not against a stranger.

Of two children picked at random hardly any share all but one character of the name; of twins most do. Where a list holds two rows that agree
in all that a delivery shares, the evidence of the fields that tell children apart is therefore m against the share of each level *among
siblings*, learned from such rows by EM (they are siblings, or one child entered twice), leaning on typical shares where they are few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from popanalysis.link.coding import Universe
from popanalysis.link.comparisons import make_comparison
from popanalysis.link.model import FloatArray, monotone_ratios
from popanalysis.link.pairs import BoolArray, Pairs, Positions
from popanalysis.link.patterns import Vectors, count_patterns
from popanalysis.link.rules import OF_THE_CHILD_ALONE, LinkageRules
from popanalysis.link.training import LinkageModel, score_pairs

__all__ = ["Siblings", "learn_siblings"]

#: Weight of the typical shares, in pairs of siblings.
_MASS = 20.0
_MAX_STEPS = 100
#: Share of siblings that agree in a plain code: twins are of one sex in six of ten deliveries, and never of one order.
_TYPICAL_EQUAL = {"child_sex": 0.62, "birth_order": 0.03, "birth_time": 0.15}


@dataclass(frozen=True)
class Siblings:
    """Weights of the fields that tell children of one delivery apart.

    ``fields`` : places of the comparisons ; ``weights`` : bits a level, one array a field.
    """

    fields: tuple[int, ...]
    weights: tuple[FloatArray, ...]
    model: LinkageModel
    rules: LinkageRules

    def bits(self, levels: npt.NDArray[np.int8]) -> FloatArray:
        """Evidence for one child against two of one delivery, a number a row of levels."""
        return np.asarray(sum((np.append(w, 0.0)[levels[:, k]] for k, w in zip(self.fields, self.weights, strict=True)), np.zeros(len(levels))))

    def weigh(self, universe: Universe, pairs: Pairs, which: Positions) -> FloatArray:
        """Match weight of some pairs whose records have siblings in their lists.

        Whatever a delivery's records say of the parents, they say of each of its children: beyond the upper threshold it does not count, or
        a slip in a parent's number would choose between twins.
        """
        vectors = Vectors(pairs.vectors.names, pairs.vectors.ladders, pairs.vectors.levels[which], pairs.vectors.swapped[which])
        patterns = count_patterns(vectors.levels, vectors.n_levels)
        weights = list(self.model.weights)
        for k, w in zip(self.fields, self.weights, strict=True):
            weights[k] = w
        told = [c.model_copy(update={"term_frequency": None}) if k in self.fields else c for k, c in enumerate(self.rules.comparisons)]
        rules = self.rules.model_copy(update={"comparisons": told})
        rules._tables = self.rules._tables
        total = score_pairs(universe, pairs.left[which], pairs.right[which], vectors, patterns, replace(self.model, weights=tuple(weights)), rules)
        of_the_child = self.bits(vectors.levels)
        return np.minimum(total - of_the_child, self.rules.thresholds.upper) + of_the_child


def learn_siblings(pairs: Pairs, of_one_delivery: BoolArray, model: LinkageModel, rules: LinkageRules) -> Siblings | None:
    """Learn how siblings compare from pairs of one list that share all that a delivery shares; None where no field tells children apart (two
    marriages of one couple are too rare to learn from).

    Parameters
    ----------
    of_one_delivery : which pairs are such.
    """
    fields = [pairs.vectors.names.index(name) for name in rules.telling_apart]
    if rules.model.missing == "level" or not any(rules.comparisons[k].field in OF_THE_CHILD_ALONE for k in fields):
        return None
    levels = pairs.vectors.levels[of_one_delivery][:, fields]
    found = count_patterns(levels, [len(model.m[k]) for k in fields])
    typical = [_typical(rules, k, len(model.m[k])) for k in fields]
    among, share = typical, 0.5
    for _ in range(_MAX_STEPS):
        is_one = _odds(found.levels, [model.m[k] for k in fields], among, share)
        before, share = share, float((found.counts @ is_one + 1) / (found.counts.sum() + 2))
        among = [_shares(found.levels[:, f], found.counts * (1 - is_one), usual) for f, usual in enumerate(typical)]
        if abs(share - before) < 1e-9:
            break
    weights = [np.clip(np.log2(np.maximum(monotone_ratios(model.m[k], u), 1e-300)), -rules.model.weight_cap, rules.model.weight_cap)
               for k, u in zip(fields, among, strict=True)]
    return Siblings(tuple(fields), tuple(weights), model, rules)


def _odds(levels: npt.NDArray[np.int8], m: Sequence[FloatArray], u: Sequence[FloatArray], share: float) -> FloatArray:
    """Probability that two rows are one child."""
    logs = sum((np.append(np.log(a / b), 0.0)[levels[:, f]] for f, (a, b) in enumerate(zip(m, u, strict=True))), np.log(share / (1 - share)) * np.ones(len(levels)))
    return np.asarray(1 / (1 + np.exp(-np.clip(logs, -500, 500))))


def _shares(levels: npt.NDArray[np.int8], counts: FloatArray, typical: FloatArray) -> FloatArray:
    known = levels >= 0
    found = np.bincount(levels[known], counts[known], len(typical)) + _MASS * typical
    return np.asarray(found / found.sum())


def _typical(rules: LinkageRules, k: int, n: int) -> FloatArray:
    rule = rules.comparisons[k]
    shares = make_comparison(rule).among_siblings()
    if rule.field in _TYPICAL_EQUAL and n == 2:
        shares = np.array([_TYPICAL_EQUAL[rule.field], 1 - _TYPICAL_EQUAL[rule.field]])
    shares = np.maximum(np.resize(shares, n), 1e-4)
    return np.asarray(shares / shares.sum())


#: Learns from pairs, given which of them are of one list and one delivery.
Learn = Callable[[Pairs, BoolArray], Siblings | None]
