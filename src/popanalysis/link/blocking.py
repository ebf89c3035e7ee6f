"""Candidate pairs: the union of blocking passes, on sorted codes.

A pass is a recordlinkage index algorithm (:class:`BlockOn`), so that it can be added to a plain ``recordlinkage.Index``;
inside the engine the same grouping works on positions. A record with a blank key part is in no block of that pass, and is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from recordlinkage.base import BaseIndexAlgorithm

from popanalysis.link.blocks import BoolArray, Pass, PassKeys, Positions, blocks_of_pass, crossed_blocks
from popanalysis.link.coding import Column, ObjectArray, Universe, code_values
from popanalysis.link.keys import KeyArray, combined, field_and_transform, part_codes
from popanalysis.link.rules import BlockingPass, KeyPart, LinkageRules
from popanalysis.link.threads import in_order

#: Entries worked on at a time.
_PART = 1 << 18
__all__ = ["BlockOn", "BlockingReport", "Candidates", "agreed_passes", "block_pairs"]


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
    and the keys of the passes, where they were to be kept."""

    left: Positions
    right: Positions
    passes: npt.NDArray[Any]
    keyless: npt.NDArray[np.bool_]
    keys: tuple[PassKeys, ...]
    report: BlockingReport

    def __len__(self) -> int:
        return len(self.left)


def block_pairs(universe: Universe, rules: LinkageRules, keep_keys: bool = False) -> Candidates:
    """Make the candidate pairs of all passes, each pair once, in the order of their records.

    Parameters
    ----------
    keep_keys : keep the keys of the passes with the result.

    Raises
    ------
    ParameterError : a key part names an unknown transform.
    """
    allowed = _allowed(universe, rules)
    comparable = _comparable_pairs(universe, allowed)
    everyone = bool(allowed[np.ix_(*[np.flatnonzero(universe.sizes())] * 2)].all())
    shift = len(rules.blocking.passes).bit_length()
    keys, keyless = list[PassKeys](), np.ones(len(universe), bool)
    packed: list[Positions] = []
    rows, largest = [], []

    def of_pass(k: int) -> tuple[BoolArray, pd.DataFrame, PassKeys | None, Positions]:
        """Put the records of a pass into blocks and make their pairs, packed with the number of the pass."""
        made = _sized(universe, rules.blocking.passes[k], rules, allowed)
        left, right = made.pairs()
        if not everyone:
            keep = allowed[universe.source[left], universe.source[right]]
            left, right = left[keep], right[keep]
        left *= len(universe)
        left += right
        left <<= shift
        left |= k
        return made.blank, made.told, made.keys() if keep_keys else None, left

    for blocking_pass, (blank, told, kept, pairs) in zip(rules.blocking.passes, in_order(of_pass, range(len(rules.blocking.passes))), strict=True):
        packed.append(pairs)
        keys += [kept] if kept is not None else []
        largest.append(told.assign(blocking_pass=blocking_pass.name))
        rows.append({
            "blocking_pass": blocking_pass.name, "n_pairs": len(pairs), "n_new_pairs": 0, "reduction_ratio": 1 - len(pairs) / comparable if comparable else 1.0,
            "n_blank_keys": int(blank.sum()), "n_refused_records": int(told.loc[told["done"] == "refused", "n_records"].sum())})
        keyless &= blank
    del pairs
    left, right, passes, n_new = _merged(packed, shift, len(universe))
    has_candidate = np.zeros(len(universe), bool)
    has_candidate[left] = has_candidate[right] = True
    rows.append({
        "blocking_pass": "union", "n_pairs": len(left), "n_new_pairs": 0, "reduction_ratio": 1 - len(left) / comparable if comparable else 1.0,
        "n_blank_keys": int(keyless.sum()), "n_refused_records": 0})
    report = BlockingReport(pd.DataFrame(rows).assign(n_new_pairs=[*n_new.tolist(), len(left)]), pd.concat(largest, ignore_index=True), int(np.sum(~has_candidate)))
    return Candidates(left, right, passes, keyless, tuple(keys), report)


def _merged(packed: list[Positions], shift: int, n: int) -> tuple[Positions, Positions, npt.NDArray[Any], Positions]:
    """Put the pairs of all passes together, each once and in the order of its records.

    Parameters
    ----------
    packed : of each pass, its pairs and its number: (left * n + right) shifted by ``shift`` bits, and the number in these.

    Returns
    -------
    left, right, the passes each pair stands in (a bit a pass), and how many pairs each pass was the first to bring.
    """
    n_passes, mask = len(packed), (1 << shift) - 1
    every = np.concatenate(packed)
    packed.clear()
    every.sort()

    def starting(begin: int) -> Positions:
        part = every[begin: begin + _PART + 1] >> shift
        return np.flatnonzero(part[1:] != part[:-1]) + begin + 1

    # in parts, for this is the largest array of a linkage
    first = np.concatenate([np.zeros(min(len(every), 1), np.int64), *in_order(starting, range(0, len(every) - 1, _PART))])  # of the entries of one pair
    kind: Any = np.int32 if n_passes < 31 else np.int64
    left, right, passes = np.empty(len(first), np.int64), np.empty(len(first), np.int64), np.empty(len(first), kind)

    def put(begin: int) -> Positions:
        here = slice(begin, begin + _PART)
        at = first[here]
        entries = every[at[0]: first[begin + _PART] if begin + _PART < len(first) else len(every)]
        passes[here] = np.bitwise_or.reduceat(kind(1) << (entries & mask).astype(kind), at - at[0])
        left[here], right[here] = np.divmod(every[at] >> shift, max(1, n))
        return np.bincount(every[at] & mask, minlength=n_passes)

    n_new = np.sum([np.zeros(n_passes, np.int64), *in_order(put, range(0, len(first), _PART))], axis=0)
    return left, right, passes, n_new


def agreed_passes(keys: Sequence[PassKeys], left: Positions, right: Positions) -> Positions:
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


def _sized(universe: Universe, blocking_pass: BlockingPass, rules: LinkageRules, allowed: npt.NDArray[np.bool_]) -> Pass:
    """Keys of a pass with its too large blocks split, or refused where they cannot be split further."""
    most = rules.blocking.max_block_pairs
    own = [_named_part(universe, part, rules) for part in blocking_pass.on]
    if blocking_pass.against is None:
        return blocks_of_pass(combined(own), [partial(_named_part, universe, part, rules) for part in blocking_pass.split_by], universe.source, allowed, most)
    other = [_named_part(universe, part, rules) for part in blocking_pass.against]
    both = combined([np.concatenate(pair) for pair in zip(own, other, strict=True)])
    return crossed_blocks(both[: len(universe)], both[len(universe):], most)


def _named_part(universe: Universe, part: KeyPart, rules: LinkageRules) -> KeyArray:
    field, transform = field_and_transform(part, rules)
    return part_codes(universe.columns[field], transform)


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
        n = sum(map(len, frames))
        return blocks_of_pass(combined(parts), [], np.zeros(n, np.int8), np.ones((1, 1), bool), n * n).pairs()

    @staticmethod
    def _labelled(left: pd.Index[Any], right: pd.Index[Any], a: Positions, b: Positions) -> pd.MultiIndex:
        return pd.MultiIndex(levels=[left, right], codes=[a, b], names=[None, None], verify_integrity=False)  # type: ignore[list-item]
