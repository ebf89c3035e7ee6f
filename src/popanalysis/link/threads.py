"""Work on several columns or passes at a time; results come in the order asked for, so that no result depends on the number of threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_threads"]

Item = TypeVar("Item")
Result = TypeVar("Result")
#: numpy and Arrow work without holding Python's lock; what holds it leaves little for a third thread to do.
N_THREADS = 2


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return ``[work(item) for item in items]``, two at a time.

    Examples
    --------
    >>> in_threads(str.upper, ["a", "b", "c"])
    ['A', 'B', 'C']
    """
    with ThreadPoolExecutor(N_THREADS) as threads:
        return list(threads.map(work, items))
