"""Work on several columns or passes at a time; results come in the order asked for, so that no result depends on the number of threads.

One pair of threads serves all: every thread that ever asked for memory keeps some of it. Work that is given out from inside such a thread is done there.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

__all__ = ["beside", "fed", "in_order", "in_threads"]

Item = TypeVar("Item")
Result = TypeVar("Result")
Other = TypeVar("Other")
#: numpy and Arrow work without holding Python's lock; what holds it leaves little for a third thread to do.
N_THREADS = 2
_NAME = "popanalysis-link"


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(N_THREADS, thread_name_prefix=_NAME)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not go along


def _given_out(work: Callable[..., Result], *arguments: Any) -> Future[Result]:
    if not threading.current_thread().name.startswith(_NAME):
        return _pool().submit(work, *arguments)
    done: Future[Result] = Future()
    try:
        done.set_result(work(*arguments))
    except Exception as error:
        done.set_exception(error)
    return done


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return ``[work(item) for item in items]``, two at a time.

    Examples
    --------
    >>> in_threads(str.upper, ["a", "b", "c"])
    ['A', 'B', 'C']
    """
    return list(in_order(work, items))


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results of the items in their order, each as soon as it is there, while further ones are worked on.

    Examples
    --------
    >>> list(in_order(str.upper, ["a", "b", "c"]))
    ['A', 'B', 'C']
    """
    waiting = deque(_given_out(work, item) for item in items)
    try:
        while waiting:
            yield waiting.popleft().result()  # nothing holds a result that was given away
    finally:
        for left in waiting:
            left.cancel()


def fed(work: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]) -> list[Result]:
    """Return ``[work(*a) for a in arguments]``; this thread makes the arguments while others work on those made before.

    Examples
    --------
    >>> fed(pow, ((2, k) for k in range(4)))
    [1, 2, 4, 8]
    """
    return [done.result() for done in [_given_out(work, *some) for some in arguments]]


def beside(own: Callable[[], Result], work: Callable[..., Other], arguments: Iterable[tuple[Any, ...]]) -> tuple[Result, list[Other]]:
    """Return ``own()``, done by this thread, and ``[work(*a) for a in arguments]``, done by others in the meantime.

    Examples
    --------
    >>> beside(lambda: "own", pow, [(2, 3), (3, 2)])
    ('own', [8, 9])
    """
    waiting = [_given_out(work, *some) for some in arguments]
    result = own()
    return result, [done.result() for done in waiting]
