"""Why a record stands alone: its best candidates in the other lists, and what kept each from being its partner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.errors import LinkageError, Text
from popanalysis.link.blocking import block_pairs
from popanalysis.link.coding import code_records
from popanalysis.link.decision import DECISIONS, NON_LINK
from popanalysis.link.engine import Linked, missing_side
from popanalysis.link.explain import PairExplanation, explanation_of
from popanalysis.link.keys import make_keys
from popanalysis.link.pairs import score
from popanalysis.link.patterns import compare_pairs, count_patterns, level_names
from popanalysis.link.rules import LinkageRules

__all__ = ["WHY_NOT", "RecordExplanation", "explain_record"]

#: Why a candidate is not the partner.
WHY_NOT: Final[Mapping[str, Text]] = MappingProxyType({
    "one_event": Text("已是同一事项", "is one event with it"), "left_to_review": Text("留待人工审核", "is left to a reviewer"),
    "ruled_out": Text("按判定规则不得对应", "is ruled out by the decision table"), "too_little_agrees": Text("一致之处不足，低于下限", "agrees too little, below the lower threshold"),
    "has_a_better_partner": Text("已与更合适的记录对应", "has a better partner")})
_N_BEST = 3


@dataclass(frozen=True)
class RecordExplanation:
    """The best candidates of a record.

    Attributes
    ----------
    record_id, source, link_status : of the record
    candidates : DataFrame ``record_id, source, event_id, match_weight, why_not`` (a key of :data:`WHY_NOT`), the heaviest first
    pairs : the explanation of each candidate, in the same order
    n_candidates : records that some blocking pass brought, in other lists
    """

    record_id: str
    source: str
    link_status: str
    candidates: pd.DataFrame
    pairs: tuple[PairExplanation, ...]
    n_candidates: int

    def sentence(self, language: str, name_of: Callable[[str], str] = str) -> str:
        """Say why the record has no partner, candidate by candidate; no value of a person stands in it.

        Parameters
        ----------
        language : ``zh`` or ``en`` ; name_of : what a comparison is called.
        """
        if not self.n_candidates:
            return Text(f"记录 {self.record_id}：其他名单中没有任何记录在分组条件上与其相同，因而没有候选。",
                        f"Record {self.record_id}: no record of another list shares a blocking key with it, so that it has no candidate.").in_(language)
        n = len(self.candidates)
        head = Text(f"记录 {self.record_id} 共有 {self.n_candidates} 条候选，最接近的 {n} 条：", f"Candidates of record {self.record_id}: {self.n_candidates}; the best {n}:").in_(language)
        said = []
        for row, pair in zip(self.candidates.to_dict("records"), self.pairs, strict=True):
            why, words = WHY_NOT[row["why_not"]].in_(language), pair.sentence(language, name_of)
            said.append(f"{row['record_id']} {why}。{words}" if language == "zh" else f"{row['record_id']} {why}. {words}")
        return head + "".join(said) if language == "zh" else " ".join([head, *said])


def explain_record(linked: Linked, frames: Mapping[str, pd.DataFrame], rules: LinkageRules, record_id: str, n_best: int = _N_BEST) -> RecordExplanation:
    """Explain why a record has no partner, or which other candidates it had. Costs about as much as blocking the lists once more.

    Parameters
    ----------
    linked : what :func:`popanalysis.link.link_records` returned for ``frames`` and ``rules``.
    record_id : an index value of one of the frames ; n_best : candidates to explain.

    Raises
    ------
    LinkageError : no frame holds the record.
    """
    universe = code_records(frames, rules, partial(make_keys, rules))
    place = np.flatnonzero(universe.record_ids == record_id)
    if not len(place):
        raise LinkageError(
            zh=f"名单中没有记录 {record_id}。请核对编号（各表的索引）。", en=f"No list holds a record {record_id}. Its id must stand in the index of a frame.", record_ids=[str(record_id)])
    blocked = block_pairs(universe, rules)
    here = ((blocked.left == place[0]) | (blocked.right == place[0])) & (universe.source[blocked.left] != universe.source[blocked.right])
    left, right = blocked.left[here], blocked.right[here]
    vectors = compare_pairs(universe, left, right, rules)
    pairs = score(universe, left, right, vectors, count_patterns(vectors.levels, vectors.n_levels), linked.model, rules)
    best = np.lexsort((right, left, -pairs.weight))[:n_best]
    other = np.where(left == place[0], right, left)[best]
    records = linked.records.set_index("record_id")
    links = linked.links
    known = {frozenset(ids): decision for *ids, decision in links.loc[
        links["record_id_a"].eq(record_id) | links["record_id_b"].eq(record_id), ["record_id_a", "record_id_b", "link_decision"]].itertuples(index=False)}
    missing = {c.name: partial(missing_side, universe.columns[c.field].codes, left[best], right[best]) for c in rules.comparisons}
    levels = pd.DataFrame(level_names(vectors, best, missing)).astype(str)
    candidates, explained = [], []
    for k, (at, where) in enumerate(zip(best.tolist(), other.tolist(), strict=True)):
        other_id = str(universe.record_ids[where])
        decision = known.get(frozenset({record_id, other_id}), "non_link")
        why = _why_not(decision, pairs.weight[at], DECISIONS[pairs.rule[at]], rules)
        candidates.append({"record_id": other_id, "source": universe.sources[universe.source[where]], "event_id": records.at[other_id, "event_id"],
                           "match_weight": float(pairs.weight[at]), "why_not": why})
        explained.append(explanation_of(levels.iloc[k].tolist(), float(pairs.weight[at]), decision, bool(vectors.swapped[at]), linked.model, rules))
    frame = pd.DataFrame(candidates, columns=["record_id", "source", "event_id", "match_weight", "why_not"])
    return RecordExplanation(str(record_id), universe.sources[universe.source[place[0]]], str(records.at[record_id, "link_status"]), frame, tuple(explained), len(left))


def _why_not(decision: str, weight: float, rule: str, rules: LinkageRules) -> str:
    if decision in ("link", "possible_link"):
        return "one_event" if decision == "link" else "left_to_review"
    if rule == DECISIONS[NON_LINK]:
        return "ruled_out"
    return "too_little_agrees" if weight < rules.thresholds.lower else "has_a_better_partner"
