"""Errors of a linkage, as its own model expects them.

False links: mean of one minus the match probability over the links. Missed matches: probability left among the pairs not linked, of all
probability (Fellegi & Sunter 1969). Both hold as far as the model does; a clerical sample or known truth says more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from popanalysis.link.coding import Universe
from popanalysis.link.decision import LINK
from popanalysis.link.lost_pairs import estimate_lost_pairs
from popanalysis.link.pairs import BoolArray, Positions
from popanalysis.link.rules import LinkageRules
from popanalysis.link.training import LinkageModel

if TYPE_CHECKING:
    from popanalysis.link.grouped import Grouped

__all__ = ["ExpectedErrors", "count_interval", "error_rates", "expected_errors", "missed_by_blocking"]


def error_rates(
    probability: npt.NDArray[np.float64], is_link: npt.NDArray[np.bool_], counts: npt.NDArray[Any] | None = None,
) -> dict[str, float]:
    """Return expected ``false_link_rate`` and ``missed_match_rate`` of a decision.

    Parameters
    ----------
    probability, is_link : match probability and decision of each pair (or pattern, with ``counts`` of pairs).

    Examples
    --------
    >>> rates = error_rates(np.array([0.99, 0.9, 0.2]), np.array([True, True, False]))
    >>> round(rates["false_link_rate"], 3), round(rates["missed_match_rate"], 3)
    (0.055, 0.096)
    """
    counts = np.ones(len(probability)) if counts is None else counts
    links, matches = float(counts[is_link].sum()), float(counts @ probability)
    missed = float(counts[~is_link] @ probability[~is_link])
    return {
        "false_link_rate": float(counts[is_link] @ (1 - probability[is_link])) / links if links else 0.0,
        "missed_match_rate": missed / matches if matches else 0.0}


@dataclass(frozen=True)
class ExpectedErrors:
    """Errors of a linkage as its model expects them, pair by pair of different lists; records in a set of twins nothing distinguishes are left out.

    Attributes
    ----------
    left : position of the one record of each pair ; is_link : whether the pair is one event
    false : chance that a link is none ; missed : chance that a pair left apart is one event ; lost : matches that no blocking pass brought,
    laid to the links that only one pass brought
    spread : how little is known of the lost ones: the standard deviation of their number, relative to it
    """

    left: Positions
    is_link: BoolArray
    false: npt.NDArray[np.floating[Any]]
    missed: npt.NDArray[np.floating[Any]]
    lost: npt.NDArray[np.floating[Any]]
    spread: float

    def rates(self, among: BoolArray | None = None) -> dict[str, float]:
        """Expected rates with intervals, over all pairs or those marked.

        Returns
        -------
        dict : ``false_link_rate``, ``missed_match_rate`` (0-1, over the links and over the matches), and ``_low`` and ``_high`` of both: in
        19 of 20 linkages the true rate lies between them, as far as the model holds.
        """
        kept = np.ones(len(self.left), bool) if among is None else among
        links, false = int(self.is_link[kept].sum()), float(self.false[kept].sum(dtype=float))
        compared, lost = float(self.missed[kept].sum(dtype=float)), float(self.lost[kept].sum(dtype=float))
        matches = max(links - false + compared + lost, 1e-9)
        told: dict[str, float] = {}
        for name, expected, spread, n in (("false_link_rate", false, _OF_TWINS * false, links), ("missed_match_rate", compared + lost, self.spread * lost, matches)):
            low, high = count_interval(expected, spread)
            told |= {name: expected / n, f"{name}_low": min(1.0, low / n), f"{name}_high": min(1.0, high / n)} if n >= 1 else {
                name: 0.0, f"{name}_low": 0.0, f"{name}_high": 1.0}
        return told


#: Wrong pairs come together: two twins exchanged in three lists make four of them.
_CLUMP = 3.0
#: What the model says of a handful of pairs may be wrong by half.
_TRUST = 0.5
#: Most false links join children of one delivery, and lists leave a sibling out for reasons of their own: the number is known to its order of size.
_OF_TWINS = 0.9


def count_interval(expected: float, spread: float = 0.0, level: float = 0.95) -> tuple[float, float]:
    """Interval for a number of wrong pairs of which a model expects ``expected``.

    The number is taken as a Poisson number of clumps whose mean is itself uncertain (a gamma-Poisson mixture; half a clump is added, as
    Jeffreys' prior does).

    Parameters
    ----------
    spread : standard deviation of the expectation, besides what the model is trusted for.

    Examples
    --------
    >>> count_interval(0.0), count_interval(40.0)
    ((0.0, 8.0), (9.0, 97.0))
    """
    mean = expected + _CLUMP / 2
    variance = _CLUMP * mean + (_TRUST * expected) ** 2 + spread**2
    shape = mean**2 / variance
    low, high = (float(gammaincinv(shape, q)) * variance / mean for q in ((1 - level) / 2, (1 + level) / 2))
    return float(np.floor(low)), float(np.ceil(high))


def expected_errors(universe: Universe, passes: npt.NDArray[Any], grouped: Grouped, model: LinkageModel, rules: LinkageRules) -> ExpectedErrors:
    """Expect errors pair by pair.

    A link is false as far as other ways to put its component together are likely (Sadinle 2017), and as far as the strongest pair that ties
    each of its records to the event may be chance. A pair left apart is missed by its own match probability, unless a better partner was found.

    Parameters
    ----------
    passes : of the first pairs, those that blocking brought: which passes, a bit a pass.
    """
    pairs = grouped.pairs
    at = np.flatnonzero((universe.source[pairs.left] != universe.source[pairs.right]) & (grouped.set_of[pairs.left] < 0) & (grouped.set_of[pairs.right] < 0))
    left, right, share = pairs.left[at], pairs.right[at], grouped.share[at].astype(np.float32)
    is_link = grouped.decision[at] == LINK
    links = np.flatnonzero(is_link)
    strongest = np.full(len(universe), -np.inf, np.float32)
    for side in (left, right):
        np.maximum.at(strongest, side[links], pairs.weight[at[links]].astype(np.float32))
    false, missed, lost = (np.zeros(len(at), np.float32) for _ in range(3))
    false[links] = 1 - share[links] * model.probability(np.minimum(strongest[left[links]], strongest[right[links]]).astype(float))
    apart = np.flatnonzero(~is_link)
    missed[apart] = np.where(grouped.free[at[apart]], model.probability(pairs.weight[at[apart]]), share[apart])
    estimate = estimate_lost_pairs(universe, left[links], right[links], rules)
    if estimate is None:
        return ExpectedErrors(left, is_link, false, missed, lost, 0.0)
    brought = np.zeros(len(at), np.int8)  # passes that brought the pair; none where a third record joined the two
    first = np.flatnonzero(at < len(passes))
    brought[first] = np.bitwise_count(passes[at[first]])
    recovered = float((brought[links] == 0).sum())
    n_lost = estimate.share / (1 - estimate.share) * len(links)
    with_third = float((np.bincount(grouped.event, minlength=1)[grouped.event[left[links]]] > 2).mean())
    still = max(n_lost - recovered, n_lost * (1 - 0.95 * with_third))
    few = links[brought[links] == 1]
    few = few if len(few) else links
    lost[few] = still / len(few)
    return ExpectedErrors(left, is_link, false, missed, lost, estimate.spread)


def missed_by_blocking(neighbours: Sequence[int], n_classes: int = 2, *, tolerance: float = 1e-7, max_steps: int = 20_000) -> dict[str, float]:
    """Estimate from neighbour counts how many matches blocking lost, without labels.

    A record has its match among its neighbours with probability p, and besides a Poisson number of false ones, whose mean differs by class.
    Source: Dasylva & Goussanou 2021; needs a register that holds every record's match, else the rate is that of coverage as well.

    Parameters
    ----------
    neighbours : number of records with 0, 1, 2 ... neighbours in the register.
    n_classes : classes of records with one mean of false neighbours each; p is common.

    Returns
    -------
    dict: ``missed_match_rate``, ``false_neighbours`` (expected, per record).

    Examples
    --------
    >>> rates = missed_by_blocking([1659, 53951, 6875, 603, 62, 5])
    >>> round(rates["missed_match_rate"], 4), round(rates["false_neighbours"], 4)
    (0.0299, 0.1349)
    """
    counts = np.asarray(neighbours, dtype=float)
    n = np.arange(len(counts))
    factorial = np.cumprod(np.maximum(n, 1), dtype=float)
    p, share = 0.9, np.full(n_classes, 1 / n_classes)
    mean = np.linspace(0.5, 1.5, n_classes) * 0.1 if n_classes > 1 else np.array([0.1])
    for _ in range(max_steps):
        chance = np.exp(-mean)[:, None] * mean[:, None] ** n[None, :] / factorial[None, :]  # of n false neighbours
        without = share[:, None] * (1 - p) * chance
        with_match = share[:, None] * p * np.column_stack([np.zeros(n_classes), chance[:, :-1]])
        weight = counts / (without + with_match).sum(axis=0)
        without, with_match = without * weight, with_match * weight
        members = (without + with_match).sum(axis=1)
        before = np.concatenate([[p], share, mean])
        p = float(with_match.sum() / counts.sum())
        share = members / counts.sum()
        mean = ((without * n).sum(axis=1) + (with_match * (n - 1)).sum(axis=1)) / members
        if np.abs(np.concatenate([[p], share, mean]) - before).max() < tolerance:
            break
    return {"missed_match_rate": 1 - p, "false_neighbours": float(share @ mean)}
