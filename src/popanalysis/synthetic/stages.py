"""One source of chance per stage, so that a stage added later changes nothing made before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

__all__ = ["falling_weights", "generator", "pick"]

#: Stages in the order they were added; the place in the tuple is the spawn key, so new ones go to the end.
STAGES: Final[tuple[str, ...]] = (
    "households", "numbers", "births", "coverage", "acts", "duplicates", "mistakes", "order", "writing",
    "residents", "adoptions", "certificates", "unverified", "deferred", "moves", "deaths", "changes", "register", "totals", "answers", "late",
    "marriages", "marriage_numbers", "marriage_lists")


def generator(seed: int, stage: str, *keys: int) -> np.random.Generator:
    """Return the random generator of a stage.

    Parameters
    ----------
    seed : the seed of the whole banner.
    stage : one of :data:`STAGES`.
    keys : what further tells one use of the stage from another (quarter, list).

    Examples
    --------
    >>> a, b = generator(1, "births", 7), generator(1, "births", 7)
    >>> bool((a.integers(0, 9, 20) == b.integers(0, 9, 20)).all())
    True
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STAGES.index(stage), *keys)))


def pick(rng: np.random.Generator, values: Sequence[str], weights: np.ndarray | Sequence[float], n: int) -> np.ndarray:
    """Draw ``n`` of ``values`` with the given weights (any positive scale); an object array of text."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    places = np.searchsorted(cumulative, rng.random(n) * cumulative[-1], side="right")
    drawn: np.ndarray = np.asarray(values, dtype=object)[places]
    return drawn


def falling_weights(n: int, flat: float = 6.0) -> np.ndarray:
    """Return weights that fall with the rank, as the popularity of names does; the higher ``flat``, the slower."""
    return 1.0 / (np.arange(n) + flat)
