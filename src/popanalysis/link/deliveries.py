"""Children of one delivery: what tells them apart is weighed against a sibling, not against a stranger.

Of two children picked at random hardly any share all but one character of the name; of twins most do. Where a list holds two rows that agree
in all that a delivery shares, the evidence of the fields that tell children apart is therefore m against the share of each level *among
siblings*, learned from such rows by EM (they are siblings, or one child entered twice), leaning on typical shares where they are few.

Two lists may each hold the other one of two twins: then no list shows that there were two. How often that happens follows from the share of
children with a sibling and from what the lists leave out, and is held against what tells children apart.
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

__all__ = ["Listed", "Siblings", "learn_listed", "learn_siblings"]

#: Weight of the typical shares, in pairs of siblings.
_MASS = 20.0
_MAX_STEPS = 100
#: Usual share of children with a sibling of the same delivery, and its weight in records.
_USUAL, _USUAL_MASS = 0.02, 500.0
#: Usual share of rows that enter a child once more.
_REPEATED = 0.003
#: Weight, in records, of what a list leaves out at all, beside what it is seen to leave out of deliveries; and the least share of it.
_LEFT_OUT_MASS, _LEFT_OUT = 10.0, 0.002
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

    def parted(self, universe: Universe, pairs: Pairs, which: Positions) -> tuple[FloatArray, FloatArray]:
        """Match weight of some pairs of deliveries with several children, in two parts: what is said of the child, against a sibling, and what a
        delivery's records say of each of its children (0 or more; what speaks against one delivery speaks against one child)."""
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
        shared = np.maximum(total - of_the_child, 0.0)
        return total - shared, shared


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


@dataclass(frozen=True)
class Listed:
    """How completely lists show deliveries of several children.

    Attributes
    ----------
    with_sibling : share of children with a sibling of the same delivery ; left_out : per source, how often it lacks the sibling of a child it holds
    repeated : share of rows that enter a child once more
    """

    with_sibling: float
    left_out: FloatArray
    repeated: float

    def one_child(self, a: npt.NDArray[np.int8], b: npt.NDArray[np.int8]) -> FloatArray:
        """Bits for one child against two of one delivery of which each of two sources holds another, before looking at the children."""
        return np.maximum(-np.log2(self.with_sibling * self.left_out[a] * self.left_out[b]), 0.0)

    def second_entry(self, others: int) -> float:
        """Bits for a row entered twice against two children of whom other sources hold one only (``others``: a bit a source).

        Of the other sources the most complete one counts: what several lack they may lack for one reason.
        """
        lacking = min((float(share) for s, share in enumerate(self.left_out) if (others >> s) & 1), default=1.0)
        return float(np.log2(self.repeated / (self.with_sibling * lacking)))


def learn_listed(
    universe: Universe, pairs: Pairs, weight: FloatArray, siblings: BoolArray, clear: BoolArray, n_duplicates: int, rules: LinkageRules,
) -> Listed:
    """Learn how often a list leaves out the sibling of a child it holds: seen where another list clearly holds both, and leaning on how many
    records of the other lists it leaves out at all.

    Parameters
    ----------
    weight : match weights ; siblings : pairs of one list that are children of one delivery, or may be ; clear : those that certainly are
    n_duplicates : pairs that are one child entered twice.
    """
    n, n_sources = len(universe), len(universe.sources)
    source = universe.source
    heavy = np.flatnonzero((weight >= rules.thresholds.upper) & (source[pairs.left] != source[pairs.right]))
    one, other = np.concatenate([pairs.left[heavy], pairs.right[heavy]]), np.concatenate([pairs.right[heavy], pairs.left[heavy]])
    has_sibling, clearly, in_delivery = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
    has_sibling[pairs.left[siblings]] = has_sibling[pairs.right[siblings]] = True
    clearly[pairs.left[clear]] = clearly[pairs.right[clear]] = True
    in_delivery[other[clearly[one]]] = True  # of which another list holds two children
    size, known = np.bincount(source, minlength=n_sources), np.bincount(source[in_delivery], minlength=n_sources)
    partners = np.zeros((n_sources, n_sources))  # records of a list that have a partner in another
    for s in range(n_sources):
        with_partner = np.zeros(n, bool)
        with_partner[one[source[other] == s]] = True
        partners[:, s] = np.bincount(source[with_partner], minlength=n_sources)
    met = partners > 0
    covered = np.divide(partners.sum(axis=0), size @ met, out=np.full(n_sources, 0.5), where=met.any(axis=0))
    left_out = np.bincount(source[in_delivery & ~has_sibling], minlength=n_sources) + _LEFT_OUT_MASS * (1 - covered)
    left_out = np.clip(left_out / (known + _LEFT_OUT_MASS), _LEFT_OUT, 0.5)
    with_sibling = (has_sibling.sum() + _USUAL * _USUAL_MASS) / (size @ (1 - left_out) + _USUAL_MASS)
    repeated = (n_duplicates + _REPEATED * _USUAL_MASS) / (n + _USUAL_MASS)
    return Listed(float(min(with_sibling, 0.5)), left_out, float(repeated))
