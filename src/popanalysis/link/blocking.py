"""Candidate pairs: the union of blocking passes, on sorted codes.

A pass is a recordlinkage index algorithm (:class:`BlockOn`), so that it can be added to a plain ``recordlinkage.Index``;
inside the engine the same grouping works on positions. A record with a blank key part is in no block of that pass, and is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from recordlinkage.base import BaseIndexAlgorithm
from scipy.sparse import coo_array

from popanalysis.link.coding import Column, IntArray, ObjectArray, Universe, code_values
from popanalysis.link.keys import KeyArray, combined, field_and_transform, part_codes
from popanalysis.link.rules import BlockingPass, KeyPart, LinkageRules
from popanalysis.link.threads import in_threads

__all__ = ["BlockOn", "BlockingReport", "Candidates", "PassKeys", "agreed_passes", "block_pairs"]

Positions = npt.NDArray[np.int64]


# --- pairs of equal keys --------------------------------------------------------------------------------


def _grouped(codes: IntArray) -> tuple[Positions, npt.NDArray[np.int64]]:
    """Positions sorted by code (blank ones left out), and where each group starts (counting sort)."""
    at = np.flatnonzero(codes >= 0)
    n = int(codes.max(initial=-1)) + 1
    at = at[np.bincount(codes[at], minlength=1)[codes[at]] > 1]
    rows = coo_array((np.ones(len(at), np.int8), (codes[at], at)), shape=(max(n, 1), len(codes))).tocsr()
    return rows.indices.astype(np.int64), rows.indptr.astype(np.int64)


def _pairs_within(members: Positions, starts: npt.NDArray[np.int64]) -> tuple[Positions, Positions]:
    """All pairs inside each group; the left one stands first in the line."""
    ends = np.repeat(starts[1:], np.diff(starts))
    here = np.arange(len(members))
    n_after = ends - here - 1
    left = np.repeat(here, n_after)
    right = np.arange(len(left)) - np.repeat(np.cumsum(n_after) - n_after, n_after) + left + 1
    return members[left], members[right]


@dataclass(frozen=True)
class PassKeys:
    """Keys of one pass: of each record, and as partner where the other's key is another column (-1: no key)."""

    own: IntArray
    other: IntArray | None = None

    def agree(self, left: Positions, right: Positions) -> npt.NDArray[np.bool_]:
        """Tell which pairs the pass brings together."""
        other = self.own if self.other is None else self.other
        agree: npt.NDArray[np.bool_] = (self.own[left] == other[right]) & (self.own[left] >= 0)
        if self.other is not None:
            agree |= (self.other[left] == self.own[right]) & (self.other[left] >= 0)
        return agree

    def pairs(self) -> tuple[Positions, Positions]:
        """Make all pairs of records with one key."""
        if self.other is None:
            return _pairs_within(*_grouped(self.own))
        n = len(self.own)
        left, right = _pairs_within(*_grouped(np.concatenate([self.own, self.other])))
        cross = (left < n) & (right >= n)
        left, right = left[cross], right[cross] - n
        low, high = np.minimum(left, right), np.maximum(left, right)
        kept = pd.unique((low * n + high)[low != high])
        return kept // n, kept % n


# --- the engine's blocking ----------------------------------------------------------------------------


@dataclass(frozen=True)
class BlockingReport:
    """What each pass did.

    Attributes
    ----------
    passes : DataFrame, a row a pass and one for the union: ``blocking_pass, n_pairs, n_new_pairs, reduction_ratio, n_blank_keys, n_refused_records``
    largest_blocks : DataFrame, the largest five blocks of each pass: ``blocking_pass, n_records, n_pairs, done`` (compared, split, refused)
    n_without_candidate : records that no pass gave a partner
    """

    passes: pd.DataFrame
    largest_blocks: pd.DataFrame
    n_without_candidate: int

    @property
    def n_refused_records(self) -> int:
        """Records in blocks that were too large even when split."""
        return int(self.passes["n_refused_records"].sum())


@dataclass(frozen=True)
class Candidates:
    """Candidate pairs by position (``left`` before ``right``), which passes each pair agrees on (a bit a pass), the records without any key,
    and the keys themselves."""

    left: Positions
    right: Positions
    passes: npt.NDArray[np.int64]
    keyless: npt.NDArray[np.bool_]
    keys: tuple[PassKeys, ...]
    report: BlockingReport

    def __len__(self) -> int:
        return len(self.left)


def block_pairs(universe: Universe, rules: LinkageRules) -> Candidates:
    """Make the candidate pairs of all passes, each pair once.

    Raises
    ------
    ParameterError : a key part names an unknown transform.
    """
    allowed = _allowed(universe, rules)
    found: list[tuple[Positions, Positions]] = []
    keys: list[PassKeys] = []
    rows, largest = [], []
    comparable = _comparable_pairs(universe, allowed)

    def of_pass(blocking_pass: BlockingPass) -> tuple[PassKeys, pd.DataFrame, Positions, Positions]:
        own, blocks = _sized_keys(universe, blocking_pass, rules, allowed)
        here = own if isinstance(own, PassKeys) else PassKeys(own)
        left, right = here.pairs()
        keep = allowed[universe.source[left], universe.source[right]]
        return here, blocks, left[keep], right[keep]

    passes_made = in_threads(of_pass, rules.blocking.passes)
    for blocking_pass, (here, blocks, left, right) in zip(rules.blocking.passes, passes_made, strict=True):
        largest.append(blocks.assign(blocking_pass=blocking_pass.name))
        n_pairs = len(left)
        for earlier in keys:
            new = ~earlier.agree(left, right)
            left, right = left[new], right[new]
        keys.append(here)
        found.append((left, right))
        rows.append({
            "blocking_pass": blocking_pass.name, "n_pairs": n_pairs, "n_new_pairs": len(left),
            "reduction_ratio": 1 - n_pairs / comparable if comparable else 1.0, "n_blank_keys": int(np.sum(here.own < 0)),
            "n_refused_records": int(blocks.loc[blocks["done"] == "refused", "n_records"].sum())})
    left = np.concatenate([f[0] for f in found])
    right = np.concatenate([f[1] for f in found])
    passes = agreed_passes(keys, left, right)
    keyless = np.all([k.own < 0 if k.other is None else (k.own < 0) & (k.other < 0) for k in keys], axis=0)
    has_candidate = np.zeros(len(universe), bool)
    has_candidate[left] = has_candidate[right] = True
    rows.append({
        "blocking_pass": "union", "n_pairs": len(left), "n_new_pairs": len(left), "reduction_ratio": 1 - len(left) / comparable if comparable else 1.0,
        "n_blank_keys": int(keyless.sum()), "n_refused_records": 0})
    report = BlockingReport(pd.DataFrame(rows), pd.concat(largest, ignore_index=True), int(np.sum(~has_candidate)))
    return Candidates(left, right, passes, keyless, tuple(keys), report)


def agreed_passes(keys: Sequence[PassKeys], left: Positions, right: Positions) -> npt.NDArray[np.int64]:
    """Which passes each pair agrees on, a bit a pass."""
    passes = np.zeros(len(left), np.int64)
    for k, here in enumerate(keys):
        passes |= here.agree(left, right).astype(np.int64) << k
    return passes


def _allowed(universe: Universe, rules: LinkageRules) -> npt.NDArray[np.bool_]:
    """Which pairs of sources are compared; a source with itself where duplicates are to be found."""
    place = {name: k for k, name in enumerate(universe.sources)}
    allowed = np.zeros((len(place), len(place)), bool)
    for a, b in rules.links:
        allowed[place[a], place[b]] = allowed[place[b], place[a]] = True
    for name, source in rules.sources.items():
        allowed[place[name], place[name]] = source.duplicates == "find"
    return allowed


def _comparable_pairs(universe: Universe, allowed: npt.NDArray[np.bool_]) -> int:
    n = universe.sizes()
    cross = sum(int(n[a]) * int(n[b]) for a in range(len(n)) for b in range(a + 1, len(n)) if allowed[a, b])
    return cross + sum(int(n[a]) * (int(n[a]) - 1) // 2 for a in range(len(n)) if allowed[a, a])


def _sized_keys(
    universe: Universe, blocking_pass: BlockingPass, rules: LinkageRules, allowed: npt.NDArray[np.bool_],
) -> tuple[IntArray | PassKeys, pd.DataFrame]:
    """Keys of a pass with its too large blocks split, or refused where they cannot be split further."""
    if blocking_pass.against is not None:
        own = [_named_part(universe, part, rules) for part in blocking_pass.on]
        other = [_named_part(universe, part, rules) for part in blocking_pass.against]
        both = combined([np.concatenate(pair) for pair in zip(own, other, strict=True)])
        sizes = np.bincount(both[both >= 0], minlength=1).astype(np.int64)
        refused = sizes * sizes // 4 > rules.blocking.max_block_pairs
        both[(both >= 0) & refused[both]] = -1
        return PassKeys(both[: len(universe)], both[len(universe):]), _largest(sizes, sizes * sizes // 4, refused, np.zeros(0, bool))
    codes = combined([_named_part(universe, part, rules) for part in blocking_pass.on])
    sizes, pairs = _block_sizes(codes, universe.source, allowed)
    heavy = pairs > rules.blocking.max_block_pairs
    blocks = _largest(sizes, pairs, np.zeros(0, bool), heavy)
    for part in blocking_pass.split_by:
        if not heavy.any():
            break
        split = _named_part(universe, part, rules)
        in_heavy = (codes >= 0) & heavy[codes]
        parts = combined([codes, split])
        codes = np.where(in_heavy, np.where(parts >= 0, parts + len(heavy), -1), codes).astype(np.int32)
        codes = combined([codes])
        sizes, pairs = _block_sizes(codes, universe.source, allowed)
        heavy = pairs > rules.blocking.max_block_pairs
    if heavy.any():
        blocks = pd.concat([blocks[blocks["done"] != "split"], _largest(sizes, pairs, heavy, np.zeros(0, bool), only=heavy)], ignore_index=True)
        codes = np.where((codes >= 0) & heavy[codes], -1, codes).astype(np.int32)
    return codes, blocks


def _named_part(universe: Universe, part: KeyPart, rules: LinkageRules) -> KeyArray:
    field, transform = field_and_transform(part, rules)
    return part_codes(universe.columns[field], transform)


def _block_sizes(codes: IntArray, source: npt.NDArray[np.int8], allowed: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Records and allowed pairs of each block, counted before any pair is made."""
    n_blocks, n_sources = int(codes.max(initial=-1)) + 1, len(allowed)
    known = codes >= 0
    per = np.bincount(codes[known].astype(np.int64) * n_sources + source[known], minlength=n_blocks * n_sources).reshape(n_blocks, n_sources)
    pairs = sum((per[:, a] * per[:, b] for a in range(n_sources) for b in range(a + 1, n_sources) if allowed[a, b]), np.zeros(n_blocks, np.int64))
    pairs = pairs + sum((per[:, a] * (per[:, a] - 1) // 2 for a in range(n_sources) if allowed[a, a]), np.zeros(n_blocks, np.int64))
    return per.sum(axis=1), pairs


def _largest(sizes: Any, pairs: Any, refused: Any, split: Any, only: Any = None) -> pd.DataFrame:
    """Describe the largest five blocks (or all of ``only``) without their key, which is personal data."""
    which = np.argsort(-pairs, kind="stable")[:5] if only is None else np.flatnonzero(only)
    done = ["refused" if k < len(refused) and refused[k] else "split" if k < len(split) and split[k] else "compared" for k in which]
    return pd.DataFrame({"n_records": sizes[which], "n_pairs": pairs[which], "done": done})


# --- recordlinkage's face -------------------------------------------------------------------------------


class BlockOn(BaseIndexAlgorithm):  # type: ignore[misc, unused-ignore]
    """A blocking pass for ``recordlinkage.Index``: records that agree on every key part.

    Parameters
    ----------
    on : key parts: a column, or ``{column: transform}`` such as ``{"mother_name": "sound"}``; a blank part makes no block.

    Examples
    --------
    >>> import recordlinkage
    >>> left = pd.DataFrame({"name": ["王芳", "李娜", None]}, index=["a1", "a2", "a3"])
    >>> right = pd.DataFrame({"name": ["王方", "刘洋", None]}, index=["b1", "b2", "b3"])
    >>> recordlinkage.Index([BlockOn([{"name": "sound"}])]).index(left, right).to_list()
    [('a1', 'b1')]
    """

    def __init__(self, on: Sequence[KeyPart], **options: Any) -> None:
        super().__init__(**options)
        self.on = list(on)

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        left, right = self._pairs([df_a, df_b])
        cross = (left < len(df_a)) & (right >= len(df_a))
        return self._labelled(df_a.index, df_b.index, left[cross], right[cross] - len(df_a))

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        left, right = self._pairs([df_a])
        return self._labelled(df_a.index, df_a.index, right, left)  # recordlinkage keeps the lower triangle

    def _pairs(self, frames: list[pd.DataFrame]) -> tuple[Positions, Positions]:
        parts = []
        for part in self.on:
            field, transform = field_and_transform(part)
            values: ObjectArray = np.concatenate([f[field].to_numpy(dtype=object) for f in frames])
            parts.append(part_codes(Column(*code_values(values)), transform))
        return PassKeys(combined(parts)).pairs()

    @staticmethod
    def _labelled(left: pd.Index[Any], right: pd.Index[Any], a: Positions, b: Positions) -> pd.MultiIndex:
        return pd.MultiIndex(levels=[left, right], codes=[a, b], names=[None, None], verify_integrity=False)  # type: ignore[list-item]
