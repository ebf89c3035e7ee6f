"""Confidence intervals of rates."""

from __future__ import annotations

__all__ = ["wilson"]


def wilson(numerator: int, denominator: int, level: float = 0.95) -> tuple[float, float] | None:
    """Return the Wilson score interval of a rate, or None where there is nothing to divide by.

    Source: Wilson 1927; Newcombe 1998, Statistics in Medicine 17:857, whose first worked example is 81 of 263.

    Examples
    --------
    >>> [round(bound, 4) for bound in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if denominator == 0:
        return None
    from scipy.stats import binomtest  # half a second to import, and not every page has a rate

    interval = binomtest(numerator, denominator).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)
