"""Errors of a linkage, as its own model expects them.

False links: mean of one minus the match probability over the links. Missed matches: probability left among the pairs not linked, of all
probability (Fellegi & Sunter 1969). Both hold as far as the model does; a clerical sample or known truth says more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from popanalysis.link.decision import LINK, NON_LINK
from popanalysis.link.rules import LinkageRules
from popanalysis.link.training import LinkageModel

if TYPE_CHECKING:
    from popanalysis.link.events import Grouped

__all__ = ["error_rates", "expected_errors", "missed_by_blocking"]


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


def expected_errors(grouped: Grouped, model: LinkageModel, rules: LinkageRules) -> dict[str, float]:
    """Error rates over the compared pairs; a pair that the assignment ruled out in favour of a better one is no missed match."""
    ruled_out = grouped.decision == NON_LINK
    kept = ~ruled_out
    return error_rates(model.probability(grouped.pairs.weight[kept]), grouped.decision[kept] == LINK)


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
