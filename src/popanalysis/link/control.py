"""Plain recordlinkage as a control: its index, its comparers, its ECM classifier, behind the same result.

The records meet where they agree exactly on the columns of a blocking pass. Each comparison is one of that package's own, cut to 0/1, as its
classifier takes no other columns; a missing value counts as 0 (``missing_value=0``), as that package has no third state. A classifier that
sees candidates only cannot tell what chance looks like, for nearly all of them are matches; it therefore learns from as many random pairs
besides. Weights, probabilities and links are that classifier's; the assignment to events is ours, for that package has none.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import recordlinkage
from recordlinkage.base import BaseCompareFeature
from recordlinkage.compare import Date, Exact, String
from recordlinkage.index import Block, Random

from popanalysis.link.blocking import Candidates, agreed_passes, block_pairs
from popanalysis.link.coding import ObjectArray, Universe
from popanalysis.link.comparisons import make_comparison
from popanalysis.link.decision import LINK, NON_LINK
from popanalysis.link.keys import AS_WRITTEN
from popanalysis.link.notes import Note
from popanalysis.link.pairs import Pairs, Positions
from popanalysis.link.patterns import Vectors
from popanalysis.link.rules import ComparisonRule, KeyPart, LinkageRules
from popanalysis.link.training import LinkageModel, linked_lists, n_comparable

__all__ = ["Control", "as_written", "binarised", "learn_control", "plain_candidates"]

LADDER = ("agree", "differ")
#: From which similarity on two values agree: that of names admits a slip in a long one, that of numbers two slips in eighteen.
NAMES_AGREE, NUMBERS_AGREE = 0.9, 0.88
_MAX_STEPS = 100
_FEW_PAIRS = 100


def binarised(levels: npt.NDArray[np.int8], n_levels: Sequence[int]) -> npt.NDArray[np.int8]:
    """Return 1 where a level stands in the upper half of its ladder, else 0: what recordlinkage's classifiers need of our comparisons.

    Examples
    --------
    >>> binarised(np.array([[0, 2], [-1, 1]], dtype=np.int8), [2, 4]).tolist()
    [[1, 0], [0, 1]]
    """
    half = np.array(n_levels) // 2
    return ((levels >= 0) & (levels < half[None, :])).astype(np.int8)


# --- index ------------------------------------------------------------------------------------------------


def as_written(rules: LinkageRules) -> LinkageRules:
    """Return the rule set with the exact value in place of every key that a blocking pass derives from it."""
    def plain(parts: list[KeyPart] | None) -> list[KeyPart] | None:
        return parts and [{part if isinstance(part, str) else next(iter(part)): AS_WRITTEN} for part in parts]

    passes = [p.model_copy(update={"on": plain(p.on), "against": plain(p.against)}) for p in rules.blocking.passes]
    return rules.model_copy(update={"blocking": rules.blocking.model_copy(update={"passes": passes})})


def plain_candidates(universe: Universe, candidates: Candidates, rules: LinkageRules) -> Candidates:
    """Make the candidate pairs with ``recordlinkage.Index``, a ``Block`` a pass, on the key codes of the passes."""
    frame = pd.DataFrame({f"own{k}": pd.Series(p.own).where(p.own >= 0) for k, p in enumerate(candidates.keys)})
    index = recordlinkage.Index()
    for k, p in enumerate(candidates.keys):
        if p.other is not None:
            frame[f"other{k}"] = pd.Series(p.other).where(p.other >= 0)
            index.add(Block(f"other{k}", f"own{k}"))
        index.add(Block(f"own{k}", f"other{k}" if p.other is not None else None))
    left, right = _between_lists(universe, index, frame, rules, within=[s for s, rule in rules.sources.items() if rule.duplicates == "find"])
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    return replace(candidates, left=left, right=right, passes=agreed_passes(candidates.keys, left, right))


def _between_lists(
    universe: Universe, index: recordlinkage.Index, frame: pd.DataFrame, rules: LinkageRules, within: Sequence[str],
) -> tuple[Positions, Positions]:
    """Index each two lists that are linked, and each list named by itself."""
    place = {name: k for k, name in enumerate(universe.sources)}
    lists = [frame[universe.source == k] for k in range(len(place))]
    found = [index.index(lists[place[a]], lists[place[b]]) for a, b in rules.links if len(lists[place[a]]) and len(lists[place[b]])]
    found += [index.index(lists[place[s]]) for s in within if len(lists[place[s]]) > 1]
    one, two = (np.concatenate([np.array([], np.int64), *(pairs.get_level_values(side).to_numpy(np.int64) for pairs in found)]) for side in (0, 1))
    return np.minimum(one, two), np.maximum(one, two)


# --- comparers ----------------------------------------------------------------------------------------------


def _comparer(rule: ComparisonRule) -> Any:
    """The package's own comparer that comes nearest to a comparison of ours."""
    name = rule.name
    match rule.kind:
        case "person_name":
            return String(name, name, method="jarowinkler", threshold=NAMES_AGREE, missing_value=0.0, label=name)
        case "id_number":
            return String(name, name, method="damerau_levenshtein", threshold=NUMBERS_AGREE, missing_value=0.0, label=name)
        case "date":  # no half points for exchanged days or neighbouring months
            return Date(name, name, swap_month_day=0, swap_months=[], missing_value=0.0, label=name)
        case "recordlinkage":
            return _Similar(rule)
        case _:
            return Exact(name, name, missing_value=0, label=name)


class _Similar(BaseCompareFeature):  # type: ignore[misc, unused-ignore]
    """The comparer that a rule names, cut at its best level."""

    def __init__(self, rule: ComparisonRule) -> None:
        super().__init__(rule.name, rule.name, label=rule.name)
        self.comparison = make_comparison(rule)

    def _compute_vectorized(self, left: pd.Series[Any], right: pd.Series[Any]) -> npt.NDArray[np.int8]:
        agrees: npt.NDArray[np.int8] = (self.comparison._compute_vectorized(left, right) == 0).astype(np.int8)
        return agrees


def _values(universe: Universe, rules: LinkageRules) -> pd.DataFrame:
    """The values compared, a column a comparison, by position."""
    texts: dict[str, ObjectArray] = {}
    for rule in rules.comparisons:
        column = universe.columns[rule.field]
        texts[rule.name] = np.array([*column.table.values, None], dtype=object)[column.codes]
    frame = pd.DataFrame(texts, index=pd.RangeIndex(len(universe)), dtype=object)
    days = [rule.name for rule in rules.comparisons if rule.kind == "date"]
    return frame.assign(**{name: pd.to_datetime(frame[name], format="%Y-%m-%d", errors="coerce") for name in days})


# --- classifier -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Control:
    """What plain recordlinkage made of the lists: the candidate pairs, what its classifier learned, and the means to score pairs."""

    candidates: Candidates
    model: LinkageModel
    compare: recordlinkage.Compare
    values: pd.DataFrame
    agree: pd.DataFrame
    rules: LinkageRules

    def score(self, left: Positions, right: Positions) -> Pairs:
        """Compare and classify pairs; a link of the classifier is a link, all else is not."""
        agree = (self.agree if left is self.candidates.left else _agreements(self.compare, self.values, left, right)).to_numpy()
        known = self.values.notna().to_numpy()
        levels = np.where(known[left] & known[right], 1 - agree, -1).astype(np.int8)
        each = np.stack([w[1 - agree[:, k]] for k, w in enumerate(self.model.weights)], axis=1)
        told = [self.model.names.index(name) for name in self.rules.telling_apart]
        apart = np.where(levels[:, told] >= 0, each[:, told], 0.0).sum(axis=1) if told else np.full(len(left), np.inf)
        weight: npt.NDArray[np.float64] = each.sum(axis=1)
        rule = np.where(weight + self.model.prior_weight >= 0, LINK, NON_LINK).astype(np.int8)
        vectors = Vectors(self.model.names, self.model.ladders, levels, np.zeros(len(left), bool))
        return Pairs(left, right, weight, rule, apart, vectors)


def learn_control(universe: Universe, rules: LinkageRules) -> Control:
    """Let recordlinkage make the candidate pairs, compare them and learn from them.

    The model's ``prior`` is the classifier's own share of matches among the pairs it learned from.
    """
    candidates = plain_candidates(universe, block_pairs(universe, as_written(rules), keep_keys=True), rules)
    values = _values(universe, rules)
    compare = recordlinkage.Compare([_comparer(rule) for rule in rules.comparisons])
    used = (universe.source[candidates.left] != universe.source[candidates.right]) if linked_lists(universe, rules) else np.ones(len(candidates), bool)
    agree = _agreements(compare, values, candidates.left, candidates.right)
    random = _agreements(compare, values, *_random_pairs(universe, int(used.sum()), rules))
    seen = agree[used]
    tells = seen.any() & ~(seen.all() & random.all())  # else it agrees nowhere, or everywhere
    told = [rule.name for rule in rules.comparisons if tells[rule.name]]
    model = _model(_fitted(pd.concat([seen[told], random[told]])) if told else None, agree, told, universe, rules)
    return Control(candidates, model, compare, values, agree, rules)


def _agreements(compare: recordlinkage.Compare, values: pd.DataFrame, left: Positions, right: Positions) -> pd.DataFrame:
    """0/1 a comparison and pair."""
    if not len(left):
        return pd.DataFrame(0, index=pd.RangeIndex(0), columns=list(values), dtype=np.int8)
    pairs = pd.MultiIndex.from_arrays([left, right])
    agree: pd.DataFrame = compare.compute(pairs, values).astype(np.int8).reset_index(drop=True)
    return agree


def _random_pairs(universe: Universe, n_candidates: int, rules: LinkageRules) -> tuple[Positions, Positions]:
    """As many random pairs of the lists as there are candidates, no more than the rule set draws."""
    frame = pd.DataFrame(index=pd.RangeIndex(len(universe)))
    linked = linked_lists(universe, rules)
    n = max(1, min(n_candidates, rules.model.u.pairs) // max(1, len(linked)))
    index = recordlinkage.Index([Random(n, replace=True, random_state=rules.model.u.seed)])
    return _between_lists(universe, index, frame, rules, within=[] if linked else list(universe.sources))


def _fitted(agree: pd.DataFrame) -> Any:
    """Fit the classifier; two made-up pairs a comparison keep every probability off 0 and 1, beyond which its logarithms are no numbers."""
    alone = pd.DataFrame(np.eye(agree.shape[1], dtype=np.int8), columns=agree.columns)
    classifier = recordlinkage.ECMClassifier(init="jaro", binarize=None, max_iter=_MAX_STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        classifier.fit(pd.concat([agree, alone, 1 - alone], ignore_index=True))
    return classifier


def _model(classifier: Any, agree: pd.DataFrame, told: Sequence[str], universe: Universe, rules: LinkageRules) -> LinkageModel:
    """What the classifier learned, in our terms; a comparison it could not use weighs nothing."""
    names = tuple(rule.name for rule in rules.comparisons)
    m, u = ([np.array([side[n][1], side[n][0]]) if n in told else np.array([0.5, 0.5]) for n in names]
            for side in ((classifier.m_probs, classifier.u_probs) if told else ({}, {})))
    prior = float(np.clip(classifier.p, 1e-9, 1 - 1e-9)) if told else 0.5
    steps = len(classifier.kernel._logging_class_log_prior) - 1 if told else 0
    run = {"blocking_pass": "union", "n_pairs": len(agree), "match_share": prior, "n_steps": steps, "converged": steps < _MAX_STEPS}
    return LinkageModel(
        names=names, ladders=(LADDER,) * len(names), m=tuple(m), u=tuple(u), weights=tuple(np.log2(a / b) for a, b in zip(m, u, strict=True)),
        prior=prior, n_comparable=n_comparable(universe, rules), swapped_weight=0.0, converged=steps < _MAX_STEPS, runs=pd.DataFrame([run]),
        n_pairs=tuple(np.array([agree[n].sum(), len(agree) - agree[n].sum()], dtype=np.int64) for n in names), n_candidates=len(agree),
        notes=(*universe.notes, *_notes([n for n in names if n not in told], len(agree), rules)))


def _notes(silent: Sequence[str], n_pairs: int, rules: LinkageRules) -> Iterator[Note]:
    if n_pairs < _FEW_PAIRS:
        yield Note(f"plain recordlinkage had {n_pairs} candidate pairs to learn from; its links of so few are not to be relied on",
                   f"recordlinkage 仅有 {n_pairs} 对候选记录可供估计，数量过少，其结果仅供参考")
    if silent:
        yield Note("{field}: plain recordlinkage could learn nothing from it (alike or missing in all pairs); weight 0",
                   "{field}在各记录对中均相同或缺项，recordlinkage 无从估计，不计权重", *silent)
    if rules.decision:
        yield Note(f"{len(rules.decision)} decision lines were left aside: plain recordlinkage knows no levels of agreement",
                   f"{len(rules.decision)} 条判定规则未予采用：recordlinkage 不分一致程度")
