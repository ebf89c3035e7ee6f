"""Scored pairs: what the steps after the model work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from popanalysis.link.coding import Universe
from popanalysis.link.decision import LINK, decide_patterns
from popanalysis.link.patterns import Patterns, Vectors
from popanalysis.link.rules import LinkageRules
from popanalysis.link.training import LinkageModel, score_pairs

__all__ = ["BoolArray", "FloatArray", "Pairs", "Positions", "score"]

Positions = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Compared pairs: positions, weight in bits, decision of the table (a place in :data:`popanalysis.link.decision.DECISIONS`), levels, and the weight of the fields
    that tell children of one delivery apart."""

    left: Positions
    right: Positions
    weight: FloatArray
    rule: npt.NDArray[np.int8]
    apart: FloatArray
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.left)

    def only(self, which: Positions) -> Pairs:
        """Return some of the pairs."""
        vectors = Vectors(self.vectors.names, self.vectors.ladders, self.vectors.levels[which], self.vectors.swapped[which])
        return Pairs(vectors=vectors, **{k: getattr(self, k)[which] for k in ("left", "right", "weight", "rule", "apart")})

    def __add__(self, more: Pairs) -> Pairs:
        vectors = Vectors(self.vectors.names, self.vectors.ladders, np.concatenate([self.vectors.levels, more.vectors.levels]),
                          np.concatenate([self.vectors.swapped, more.vectors.swapped]))
        joined = {k: np.concatenate([getattr(self, k), getattr(more, k)]) for k in ("left", "right", "weight", "rule", "apart")}
        return Pairs(vectors=vectors, **joined)


def score(universe: Universe, left: Positions, right: Positions, vectors: Vectors, patterns: Patterns, model: LinkageModel, rules: LinkageRules) -> Pairs:
    """Weigh compared pairs and look them up in the decision table."""
    weight = score_pairs(universe, left, right, vectors, patterns, model, rules)
    rule = decide_patterns(patterns.levels, vectors.names, vectors.ladders, rules)[patterns.of_pair]
    told = [vectors.names.index(name) for name in rules.telling_apart]
    by_pattern = np.sum([np.append(model.weights[k], 0.0)[patterns.levels[:, k]] for k in told], axis=0) if told else np.full(len(patterns.levels), np.inf)
    apart = np.asarray(by_pattern)[patterns.of_pair]
    apart = np.where(rule == LINK, np.maximum(apart, rules.assignment.close_call), apart)  # the decision table says: one event, in one list too
    return Pairs(left, right, weight, rule, apart, vectors)
