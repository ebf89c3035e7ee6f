"""Blocks of one pass: records with one key stand side by side; too large blocks are split or refused before any pair is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.link.coding import IntArray
from popanalysis.link.keys import KeyArray, combined

__all__ = ["Pass", "PassKeys", "Positions", "blocks_of_pass", "crossed_blocks"]

Positions = npt.NDArray[np.int64]
_ODD = np.uint64(0x9E3779B97F4A7C15)
_N_TOLD = 5
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
        members = at[np.argsort(keys[at])].astype(np.int32)  # the order inside a block means nothing
        ordered = keys[members]
        starts = np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(ordered)]]).astype(np.int64)
        return cls(members, starts).only(np.diff(starts) > 1)

    def only(self, which: BoolArray) -> _Blocks:
        if which.all():
            return self
        sizes = self.sizes
        return _Blocks(self.members[np.repeat(which, sizes)], np.concatenate([[0], np.cumsum(sizes[which])]).astype(np.int64))

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
    """One pass: its keys, what is told of its largest blocks, and the blocks themselves, which only live until the pairs are made."""

    keys: PassKeys
    told: pd.DataFrame
    _made: _Blocks

    def without_blocks(self) -> Pass:
        """Let the blocks go."""
        return replace(self, _made=_Blocks(np.zeros(0, np.int32), np.zeros(1, np.int64)))

    def pairs(self) -> tuple[Positions, Positions]:
        """Make all pairs of records with one key, each once; the earlier record first."""
        left, right = self._made.pairs()
        if self.keys.other is None:
            return left, right
        n = len(self.keys.own)
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
    return Pass(PassKeys(blocks.codes(len(keys)), None, blank), told, blocks)


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
    codes = blocks.codes(2 * n)
    return Pass(PassKeys(codes[:n], codes[n:], blank), told, blocks)


def _perhaps_in_both(own: KeyArray, other: KeyArray) -> list[KeyArray]:
    """Blank out the keys that stand in one of two columns only: nearly all (some stay by chance)."""
    places = [((keys.astype(np.uint64) * _ODD) >> np.uint64(42)).astype(np.intp) for keys in (own, other)]
    seen = [np.zeros(1 << 22, bool), np.zeros(1 << 22, bool)]
    for mark, place, keys in zip(seen, places, (own, other), strict=True):
        mark[place[keys >= 0]] = True
    both = seen[0] & seen[1]
    return [np.where(both[place], keys, -1) for place, keys in zip(places, (own, other), strict=True)]


# --- sizes --------------------------------------------------------------------------------------------


def _heavy(blocks: _Blocks, source: npt.NDArray[np.int8], allowed: BoolArray, limit: int) -> BoolArray:
    """Blocks of more than ``limit`` allowed pairs; counted exactly only where it matters."""
    heavy = blocks.sizes * (blocks.sizes - 1) // 2 > limit
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
