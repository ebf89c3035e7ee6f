"""Plain recordlinkage as a control: its index, its comparer, its EM classifier, behind the same result.

recordlinkage's classifier takes 0/1 columns only. The written binarisation: a comparison agrees (1) when its level stands in the upper half
of its ladder; a missing value counts as 0, as that package has no third state. Weights are that classifier's own, in bits.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import recordlinkage
from recordlinkage.base import BaseCompareFeature
from recordlinkage.index import Block

from popanalysis.errors import LinkageError
from popanalysis.link.blocking import Candidates, PassKeys, agreed_passes
from popanalysis.link.coding import Universe
from popanalysis.link.pairs import Pairs
from popanalysis.link.rules import LinkageRules

__all__ = ["binarised", "plain_candidates", "plain_recordlinkage"]


def binarised(levels: npt.NDArray[np.int8], n_levels: Sequence[int]) -> npt.NDArray[np.int8]:
    """Return 1 where a level stands in the upper half of its ladder, else 0.

    Examples
    --------
    >>> binarised(np.array([[0, 2], [-1, 1]], dtype=np.int8), [2, 4]).tolist()
    [[1, 0], [0, 1]]
    """
    half = np.array(n_levels) // 2
    return ((levels >= 0) & (levels < half[None, :])).astype(np.int8)


def plain_candidates(universe: Universe, candidates: Candidates, keys: Sequence[PassKeys], rules: LinkageRules) -> Candidates:
    """Make the candidate pairs with ``recordlinkage.Index``, a ``Block`` a pass, on the key codes of the passes."""
    frame = pd.DataFrame({f"own{k}": pd.Series(p.own).where(p.own >= 0) for k, p in enumerate(keys)})
    index = recordlinkage.Index()
    for k, p in enumerate(keys):
        if p.other is not None:
            frame[f"other{k}"] = pd.Series(p.other).where(p.other >= 0)
            index.add(Block(f"other{k}", f"own{k}"))
        index.add(Block(f"own{k}", f"other{k}" if p.other is not None else None))
    place = {name: k for k, name in enumerate(universe.sources)}
    lists = [frame[universe.source == k] for k in range(len(place))]
    within = [k for name, k in place.items() if rules.sources[name].duplicates == "find"]
    found = [index.index(lists[place[a]], lists[place[b]]) for a, b in rules.links if len(lists[place[a]]) and len(lists[place[b]])]
    found += [index.index(lists[k]) for k in within if len(lists[k]) > 1]
    pairs = np.array([[*pair] for made in found for pair in made], dtype=np.int64).reshape(-1, 2)
    left, right = pairs.min(axis=1, initial=len(frame)), pairs.max(axis=1, initial=-1)
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    return replace(candidates, left=left, right=right, passes=agreed_passes(keys, left, right))


class _Agrees(BaseCompareFeature):  # type: ignore[misc, unused-ignore]
    """Looks up the binarised level of pairs that were graded already."""

    def __init__(self, column: npt.NDArray[np.int8], label: str) -> None:
        super().__init__([], [], label=label)
        self.column = column

    def _compute_vectorized(self, *_: object) -> npt.NDArray[np.int8]:
        return self.column


def plain_recordlinkage(universe: Universe, pairs: Pairs, rules: LinkageRules) -> Pairs:
    """Classify the candidate pairs with ``recordlinkage.ECMClassifier``; its links are links, all else is not.

    Raises
    ------
    LinkageError : the classifier found no solution.
    """
    if not len(pairs):
        return pairs
    index = pd.MultiIndex.from_arrays([pairs.left, pairs.right])
    frame = pd.DataFrame(index=pd.RangeIndex(len(universe)))
    agrees = binarised(pairs.vectors.levels, pairs.vectors.n_levels)
    told = [k for k in range(agrees.shape[1]) if agrees[:, k].min() != agrees[:, k].max()]  # a constant column breaks its EM
    if not told:
        raise _no_solution("all candidate pairs look alike")
    compare = recordlinkage.Compare([_Agrees(agrees[:, k], pairs.vectors.names[k]) for k in told])
    features = compare.compute(index, frame)
    classifier = recordlinkage.ECMClassifier(init="jaro", binarize=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own logarithms of zero
        try:
            links = classifier.fit_predict(features)
        except (ValueError, KeyError, IndexError) as error:
            raise _no_solution(str(error)) from error
    weight = _weights(classifier, features)
    is_link = index.isin(links)
    return replace(pairs, weight=weight, rule=np.where(is_link, "link", "non_link").astype(object))


def _no_solution(why: str) -> LinkageError:
    return LinkageError(
        zh="recordlinkage 的 ECM 分类器未能求解（候选记录对过少，或比较结果完全相同）。请改用 engine: local，或增加比较字段。",
        en=f"recordlinkage's ECM classifier found no solution ({why}). Use engine: local, or compare more fields.")


def _weights(classifier: recordlinkage.ECMClassifier, features: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Sum of log2(m/u) by the classifier's own parameters."""
    total = np.zeros(len(features))
    for name, levels in classifier.log_weights.items():
        total += features[name].map({k: v / np.log(2) for k, v in levels.items()}).to_numpy(dtype=float)
    return np.clip(np.nan_to_num(total, posinf=1e3, neginf=-1e3), -1e3, 1e3)
