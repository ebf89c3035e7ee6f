"""Blocks of one pass: records with one key stand side by side; too large blocks are split or refused before any pair is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.link.coding import IntArray
from popanalysis.link.keys import KeyArray, combined

__all__ = ["BoolArray", "Pass", "PassKeys", "Positions", "blocks_of_pass", "crossed_blocks"]

Positions = npt.NDArray[np.int64]
_ODD = np.uint64(0x9E3779B97F4A7C15)
_N_TOLD = 5
_BITS = 62
#: Codes below it are marked one by one (a power of two).
_MARKED = 1 << 22
#: Most blocks hold one event, three records and their second entries.
_SMALL = 6
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Blocks:
    """Members of all blocks of two records or more, block by block, and where each block starts (and the last one ends)."""

    members: IntArray
    starts: Positions

    @classmethod
    def of(cls, keys: KeyArray) -> _Blocks:
        at = np.flatnonzero(keys >= 0)
        if not len(at):
            return cls(np.zeros(0, np.int32), np.zeros(1, np.int64))
        bits = len(keys).bit_length()
        if int(keys.max()).bit_length() + bits <= _BITS:  # the position beside the code: sorting numbers is faster than ordering them
            packed = (keys[at].astype(np.int64) << bits) | at
            packed.sort()
            members, ordered = (packed & ((1 << bits) - 1)).astype(np.int32), packed >> bits
        else:
            members = at[np.argsort(keys[at])].astype(np.int32)  # the order inside a block means nothing
            ordered = keys[members]
        same = ordered[1:] == ordered[:-1]
        several = np.zeros(len(ordered), bool)  # records that do not stand alone
        several[1:] = same
        several[:-1] |= same
        members, first = members[several], ~np.insert(same, 0, False)[several]
        return cls(members, np.append(np.flatnonzero(first), len(members)))

    def only(self, which: BoolArray) -> _Blocks:
        if which.all():
            return self
        at = np.flatnonzero(which)
        sizes = self.sizes[at]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return _Blocks(self.members[np.repeat(self.starts[at] - starts[:-1], sizes) + np.arange(starts[-1])], starts)

    @property
    def sizes(self) -> Positions:
        return np.diff(self.starts)

    def codes(self, n: int) -> IntArray:
        """Number of the block of each of ``n`` records; -1 where it has none, or stands alone."""
        codes = np.full(n, -1, np.int32)
        codes[self.members] = np.repeat(np.arange(len(self.sizes), dtype=np.int32), self.sizes)
        return codes

    def pairs(self) -> tuple[Positions, Positions]:
        """All pairs inside each block, the earlier record first."""
        sizes, small = self.sizes, []
        for size in range(2, _SMALL + 1):
            first = self.starts[:-1][sizes == size]
            small += [(self.members[first + i], self.members[first + j]) for i, j in combinations(range(size), 2)] if len(first) else []
        small.append(self.only(sizes > _SMALL)._pairs_of_any_size())
        a, b = (np.concatenate([some[side] for some in small]) for side in (0, 1))
        return np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)

    def _pairs_of_any_size(self) -> tuple[IntArray, IntArray]:
        n_after = np.repeat(self.starts[1:], self.sizes) - np.arange(len(self.members)) - 1
        left = np.repeat(np.arange(len(self.members)), n_after)
        first = np.cumsum(n_after) - n_after
        right = np.arange(len(left)) - first[left] + left + 1
        return self.members[left], self.members[right]

    def n_pairs(self, source: npt.NDArray[np.int8], allowed: BoolArray) -> Positions:
        """Allowed pairs of each block."""
        n_blocks, n_sources = len(self.sizes), len(allowed)
        block = np.repeat(np.arange(n_blocks), self.sizes)
        per = np.bincount(block * n_sources + source[self.members], minlength=n_blocks * n_sources).reshape(n_blocks, n_sources)
        found = np.zeros(n_blocks, np.int64)
        for a in range(n_sources):
            found += allowed[a, a] * (per[:, a] * (per[:, a] - 1) // 2)
            for b in range(a + 1, n_sources):
                found += allowed[a, b] * per[:, a] * per[:, b]
        return found


@dataclass(frozen=True)
class PassKeys:
    """Block of each record in one pass, and as partner where the other's key is another column (-1: none, or alone there); which records have no key."""

    own: IntArray
    other: IntArray | None
    blank: BoolArray

    def agree(self, left: Positions, right: Positions) -> BoolArray:
        """Tell which pairs the pass brings together."""
        other = self.own if self.other is None else self.other
        agree: BoolArray = (self.own[left] == other[right]) & (self.own[left] >= 0)
        if self.other is not None:
            agree |= (self.other[left] == self.own[right]) & (self.other[left] >= 0)
        return agree


@dataclass(frozen=True)
class Pass:
    """One pass: which records have no key in it, what is told of its largest blocks, and the blocks; ``crossed``: partners stand behind all
    records."""

    blank: BoolArray
    told: pd.DataFrame
    _made: _Blocks
    crossed: bool = False

    def keys(self) -> PassKeys:
        """Number the block of each record."""
        n = len(self.blank)
        codes = self._made.codes(2 * n if self.crossed else n)
        return PassKeys(codes[:n], codes[n:] if self.crossed else None, self.blank)

    def pairs(self) -> tuple[Positions, Positions]:
        """Make all pairs of records with one key, each once; the earlier record first."""
        left, right = self._made.pairs()
        if not self.crossed:
            return left, right
        n = len(self.blank)
        cross = (left < n) & (right >= n)
        left, right = left[cross], right[cross] - n
        low, high = np.minimum(left, right), np.maximum(left, right)
        kept = np.unique((low * n + high)[low != high])
        return kept // n, kept % n


def blocks_of_pass(
    keys: KeyArray, split_by: Iterable[Callable[[], KeyArray]], source: npt.NDArray[np.int8], allowed: BoolArray, limit: int,
) -> Pass:
    """Put records of one key into a block; split blocks of more than ``limit`` pairs by further key parts, and refuse what stays too large."""
    blank, blocks = keys < 0, _Blocks.of(keys)
    heavy = _heavy(blocks, source, allowed, limit)
    told = _described(blocks, source, allowed, np.where(heavy, "split", "compared"))
    for part in split_by:
        if not heavy.any():
            break
        large = blocks.only(heavy)
        finer = combined([large.codes(len(keys)), part()])
        keys = np.where(large.codes(len(keys)) < 0, keys, np.where(finer < 0, -1, finer.astype(np.int64) + int(keys.max()) + 1))
        blocks = _Blocks.of(keys)
        heavy = _heavy(blocks, source, allowed, limit)
    if heavy.any():
        refused = _described(blocks.only(heavy), source, allowed, np.full(int(heavy.sum()), "refused"), most=None)
        told = pd.concat([told[told["done"] != "split"], refused], ignore_index=True)
        blocks = blocks.only(~heavy)
    return Pass(blank, told, blocks)


def crossed_blocks(own: KeyArray, other: KeyArray, limit: int) -> Pass:
    """Blocks of records one of which has as its key what the other has in another column; too large ones are refused."""
    n, blank = len(own), (own < 0) & (other < 0)
    blocks = _Blocks.of(np.concatenate(_perhaps_in_both(own, other)))
    side = np.add.reduceat((blocks.members < n).astype(np.int64), blocks.starts[:-1]) if len(blocks.members) else np.zeros(0, np.int64)
    n_pairs = side * (blocks.sizes - side)
    refused = n_pairs > limit
    done = np.where(refused, "refused", "compared")
    top = np.argsort(-n_pairs, kind="stable")[:_N_TOLD]
    top = np.unique(np.concatenate([top, np.flatnonzero(refused)]))
    told = pd.DataFrame({"n_records": blocks.sizes[top], "n_pairs": n_pairs[top], "done": done[top]})
    blocks = blocks.only((n_pairs > 0) & ~refused)
    return Pass(blank, told, blocks, crossed=True)


def _perhaps_in_both(own: KeyArray, other: KeyArray) -> list[KeyArray]:
    """Blank out the keys that stand in one of two columns only: all of them, or where codes are large nearly all (some stay by chance)."""
    n_places = max(int(keys.max(initial=0)) for keys in (own, other)) + 1
    places: list[KeyArray] = [own, other]
    if n_places > _MARKED:
        n_places, places = _MARKED, [((keys.astype(np.uint64) * _ODD) >> np.uint64(64 - _MARKED.bit_length() + 1)).astype(np.intp) for keys in (own, other)]
    seen = [np.zeros(n_places, bool) for _ in range(2)]
    for mark, place, keys in zip(seen, places, (own, other), strict=True):
        mark[place[keys >= 0]] = True
    both = seen[0] & seen[1]
    return [np.where((keys >= 0) & both[place], keys, -1) for place, keys in zip(places, (own, other), strict=True)]


# --- sizes --------------------------------------------------------------------------------------------


def _heavy(blocks: _Blocks, source: npt.NDArray[np.int8], allowed: BoolArray, limit: int) -> BoolArray:
    """Blocks of more than ``limit`` allowed pairs; counted exactly only where it matters."""
    heavy = blocks.sizes * (blocks.sizes - 1) // 2 > limit
    if heavy.any():
        heavy[heavy] = blocks.only(heavy).n_pairs(source, allowed) > limit
    return heavy


def _described(blocks: _Blocks, source: npt.NDArray[np.int8], allowed: BoolArray, done: npt.NDArray[Any], most: int | None = _N_TOLD) -> pd.DataFrame:
    """Describe the largest blocks (or all) without their key, which is personal data."""
    sizes = blocks.sizes
    told = np.zeros(len(sizes), bool)
    told[np.argpartition(-sizes, most)[:most] if most is not None and len(sizes) > most else slice(None)] = True
    some = blocks.only(told)
    frame = pd.DataFrame({"n_records": some.sizes, "n_pairs": some.n_pairs(source, allowed), "done": done[told]})
    return frame.sort_values(["n_pairs", "n_records"], ascending=False, ignore_index=True, kind="stable")
