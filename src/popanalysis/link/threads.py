"""Work on several columns or passes at a time; results come in the order asked for, so that no result depends on the number of threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

__all__ = ["beside", "fed", "in_order", "in_threads"]

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


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results of the items in their order, each as soon as it is there, while further ones are worked on.

    Examples
    --------
    >>> list(in_order(str.upper, ["a", "b", "c"]))
    ['A', 'B', 'C']
    """
    with ThreadPoolExecutor(N_THREADS) as threads:
        waiting = deque(threads.submit(work, item) for item in items)
        while waiting:
            yield waiting.popleft().result()  # nothing holds a result that was given away


def fed(work: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]) -> list[Result]:
    """Return ``[work(*a) for a in arguments]``; this thread makes the arguments while others work on those made before.

    Examples
    --------
    >>> fed(pow, ((2, k) for k in range(4)))
    [1, 2, 4, 8]
    """
    with ThreadPoolExecutor(N_THREADS) as threads:
        return [done.result() for done in [threads.submit(work, *some) for some in arguments]]


def beside(own: Callable[[], Result], work: Callable[..., Any], arguments: Iterable[tuple[Any, ...]]) -> Result:
    """Return ``own()``, done by this thread while others do ``work(*a)`` for every ``a``; all is done on return.

    Examples
    --------
    >>> done = []
    >>> beside(lambda: "own", lambda k: done.append(k), [(1,), (2,)]), sorted(done)
    ('own', [1, 2])
    """
    with ThreadPoolExecutor(N_THREADS) as threads:
        waiting = [threads.submit(work, *some) for some in arguments]
        result = own()
        for done in waiting:
            done.result()
    return result
