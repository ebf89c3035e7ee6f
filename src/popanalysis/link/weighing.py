"""Weights that choose among several ways to link: where a delivery may have several children, one child is held against its siblings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from popanalysis.link.assignment import NEVER
from popanalysis.link.coding import Universe
from popanalysis.link.deliveries import Listed, Siblings
from popanalysis.link.pairs import BoolArray, FloatArray, Pairs, Positions
from popanalysis.link.rules import LinkageRules

__all__ = ["Weighed", "weigh_against_siblings"]


@dataclass(frozen=True)
class Weighed:
    """Weights that say which of several ways to link is the best.

    Attributes
    ----------
    total : bits ; shared : the part that all children of a delivery share, 0 or more (0 where nothing speaks of several children)
    one_child : per pair of two lists, how likely it is one child and not two of one delivery, of which each list holds another
    two_children : pairs that are clearly of two children of one delivery ; with_siblings : per component, whether it holds siblings, or may
    """

    total: FloatArray
    shared: FloatArray
    one_child: npt.NDArray[np.float32]
    two_children: BoolArray
    with_siblings: BoolArray


def weigh_against_siblings(
    universe: Universe, pairs: Pairs, weight: FloatArray, label: Positions, siblings: BoolArray, siblings_as: Siblings | None, listed: Listed, rules: LinkageRules,
) -> Weighed:
    """Weigh anew the pairs of components that hold siblings, or whose lists may each hold another child; a veto stays one.

    Whatever a delivery's records say of the parents, they say of each of its children. Beyond the upper threshold it does not count, or a slip in
    a parent's number would choose between twins; and where no list holds two children, it counts no more than two are unlikely.
    """
    n_components = int(label.max(initial=-1)) + 1
    weighed = Weighed(weight.copy(), np.zeros(len(weight)), np.ones(len(weight), np.float32), np.zeros(len(weight), bool), np.zeros(n_components, bool))
    if siblings_as is None:
        return weighed
    upper, close_call = rules.thresholds.upper, rules.assignment.close_call
    two_lists = np.flatnonzero((weight >= rules.thresholds.lower) & (universe.source[pairs.left] != universe.source[pairs.right]))
    sources_of = universe.source[pairs.left], universe.source[pairs.right]
    alone = siblings_as.bits(pairs.vectors.levels[two_lists]) + listed.one_child(*(side[two_lists] for side in sources_of))
    weighed.one_child[two_lists] = 1 / (1 + np.exp2(-alone))
    known, with_siblings = np.zeros(n_components, bool), weighed.with_siblings
    known[label[pairs.left[siblings]]] = True
    with_siblings[known] = True
    with_siblings[label[pairs.left[two_lists[alone < 2 * close_call]]]] = True
    at = np.flatnonzero(with_siblings[label[pairs.left]] & (weight > NEVER / 2))
    of_child, of_delivery = siblings_as.parted(universe, pairs, at)
    worth = np.where(known[label[pairs.left[at]]], upper, np.minimum(listed.one_child(*(side[at] for side in sources_of)), upper))
    weighed.shared[at] = np.minimum(of_delivery / upper, 1.0) * worth
    weighed.total[at] = of_child + weighed.shared[at]
    weighed.two_children[at] = (weighed.shared[at] > 0) & (weighed.total[at] <= -close_call)
    weighed.one_child[at] = 1.0  # the ways to put the component together tell
    return weighed
