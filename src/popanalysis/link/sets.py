"""Sets of children of one delivery that the records cannot tell apart: linked as a set, not one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from popanalysis.link.assignment import components
from popanalysis.link.coding import Universe
from popanalysis.link.deliveries import Siblings
from popanalysis.link.pairs import BoolArray, Pairs, Positions
from popanalysis.link.rules import LinkageRules

__all__ = ["number_sets"]


def number_sets(
    universe: Universe, pairs: Pairs, event: Positions, siblings: BoolArray, siblings_as: Siblings | None, doubtful: BoolArray, rules: LinkageRules,
) -> Positions:
    """Number the sets of children of one delivery that the records cannot tell apart.

    Two rows of a list make their events a set when their links are in doubt, or when the list by itself would take them for one child.
    """
    set_of = np.full(len(universe), -1, np.int64)
    if not rules.telling_apart:
        return set_of
    in_doubt = np.zeros(len(universe), bool)
    in_doubt[pairs.left[doubtful]] = in_doubt[pairs.right[doubtful]] = True
    alike = _alike(pairs, siblings_as, rules)
    apart = event[pairs.left] != event[pairs.right]
    unclear = siblings & apart & (alike | (in_doubt[pairs.left] & in_doubt[pairs.right]))
    if not unclear.any():
        return set_of
    label = components(len(universe), event[pairs.left[unclear]], event[pairs.right[unclear]])
    concerned = np.unique(np.concatenate([event[pairs.left[unclear]], event[pairs.right[unclear]]]))
    at = np.flatnonzero(np.isin(event, concerned))
    set_of[at] = pd.factorize(label[event[at]])[0]
    return set_of


def _alike(pairs: Pairs, siblings_as: Siblings | None, rules: LinkageRules) -> BoolArray:
    """Tell which pairs nothing tells apart: they look like one child even beside a sibling, or differ in how a name is written that sounds the same (K07)."""
    alike: BoolArray = pairs.apart >= rules.assignment.close_call
    if siblings_as is None:
        return alike
    at = np.flatnonzero(alike)
    levels = pairs.vectors.levels[at]
    told: BoolArray = siblings_as.bits(levels) >= rules.assignment.close_call
    heard = np.ones(len(at), bool)
    for k in siblings_as.fields:
        ladder = pairs.vectors.ladders[k]
        heard &= levels[:, k] <= (ladder.index("same_sound") if "same_sound" in ladder else 0)
    alike[at] = told | heard
    return alike
