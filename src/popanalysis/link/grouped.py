"""Events of all records, and what stays open: which links are possible ones, which records people have to look at, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from popanalysis.link.assignment import Assignment
from popanalysis.link.coding import IntArray, Universe
from popanalysis.link.decision import LINK, NON_LINK, OPEN, POSSIBLE_LINK
from popanalysis.link.deliveries import Siblings
from popanalysis.link.duplicates import duplicate_of
from popanalysis.link.notes import Note
from popanalysis.link.pairs import BoolArray, FloatArray, Pairs, Positions
from popanalysis.link.rules import LinkageRules
from popanalysis.link.sets import number_sets

__all__ = ["Grouped", "tell_open"]

#: From so small a doubt on no third record need be asked.
_SURE = 1e-6


@dataclass
class Grouped:
    """Events of all records, and what stays open.

    Attributes
    ----------
    event : first record of the event of each record ; set_of : number of the set of twins nothing distinguishes, -1: none
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
    share: npt.NDArray[np.float32]
    free: BoolArray
    notes: list[Note] = field(default_factory=list)


def tell_open(
    universe: Universe, pairs: Pairs, weight: FloatArray, two_children: BoolArray, one_child: npt.NDArray[np.float32], unproved: BoolArray, event: Positions, found: Assignment,
    edge_of_pair: IntArray, siblings: BoolArray, siblings_as: Siblings | None, joined: npt.NDArray[np.float32], rules: LinkageRules,
) -> Grouped:
    """Write down links, possible links and conflicts, and which records are in review or in a set."""
    upper, lower = rules.thresholds.upper, rules.thresholds.lower
    together = event[pairs.left] == event[pairs.right]
    doubtful, tied, cut = (np.append(f, False)[edge_of_pair] for f in (found.doubtful, found.tied, found.cut))  # edge -1: the appended False
    sure = np.zeros(len(event), bool)  # events with a second entry that is no question: which of the two rows to link with is none either
    sure[event[joined >= rules.assignment.close_call]] = True
    no_question = together & sure[event[pairs.left]]
    doubtful, tied = doubtful & ~no_question, tied & ~no_question
    bits = universe.sources_of(event)
    free = bits[event[pairs.left]] & bits[event[pairs.right]] == 0  # the two events could be one
    free &= ~two_children
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
    reason[joined < rules.assignment.close_call] = "second_entry"
    set_of = number_sets(universe, pairs, event, siblings, siblings_as, doubtful | tied, rules)
    grouped = Grouped(event, set_of, duplicate_of(universe, event), (reason != "") & (set_of < 0), reason, pairs, decision,
                      _share(pairs, found, edge_of_pair, together, joined) * _one_child_by_others(pairs, event, together, one_child), free)
    if unproved.any():
        n = int(unproved.sum())
        grouped.notes.append(Note(f"{n} records hang together in components too large to prove the best assignment; they are in review",
                                  f"{n} 条记录相互牵连过多，无法证明最佳对应，已列入人工审核"))
        grouped.review |= unproved
    return grouped


def _share(pairs: Pairs, found: Assignment, edge_of_pair: IntArray, together: BoolArray, joined: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How likely each pair is among all ways to put its component together; a second entry was no part of any of them, and is as likely as it is sure."""
    share = together.astype(np.float32)
    at = np.flatnonzero(edge_of_pair >= 0)
    share[at] = found.share[edge_of_pair[at]]
    with_second = np.flatnonzero(together & ~(np.isnan(joined)[pairs.left] & np.isnan(joined)[pairs.right]))
    share[with_second] = 1 / (1 + np.exp2(-np.fmin(joined[pairs.left[with_second]], joined[pairs.right[with_second]])))
    return share


def _one_child_by_others(pairs: Pairs, event: Positions, together: BoolArray, one_child: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How likely two records of an event are one child, where a third record of it may say so as well: both would have to be another child than it is."""
    at = np.flatnonzero(together & (one_child < 1 - _SURE))
    of, alone = event[pairs.left[at]], one_child[at].astype(float)
    all_three = np.exp(np.bincount(of, np.log(alone), len(event)))[of]
    by_third = np.where(np.bincount(event, minlength=len(event))[of] == 3, all_three / alone, 0.0)
    told = one_child.copy()
    told[at] = 1 - (1 - alone) * (1 - by_third)
    return told
