"""Errors of a linkage, as its own model expects them.

False links: mean of one minus the match probability over the links. Missed matches: probability left among the pairs not linked, of all
probability (methods note 1.6). Both hold as far as the model does; a clerical sample or known truth says more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from popanalysis.link.rules import LinkageRules
from popanalysis.link.training import LinkageModel

if TYPE_CHECKING:
    from popanalysis.link.events import Grouped

__all__ = ["error_rates", "expected_errors"]


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
    ruled_out = grouped.decision == "non_link"
    kept = ~ruled_out
    return error_rates(model.probability(grouped.pairs.weight[kept]), grouped.decision[kept] == "link")
