"""Comparison vectors of candidate pairs, and their patterns: a few thousand, however many pairs there are.

All estimation works on pattern counts; a pair only knows the number of its pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.columns import MISSING_BOTH, MISSING_LEFT, MISSING_LEVEL_NAME, MISSING_RIGHT
from popanalysis.link.coding import Column, IntArray, Universe
from popanalysis.link.comparisons import Comparison, ladder_of, make_comparison
from popanalysis.link.comparisons.base import UNKNOWN, LevelArray
from popanalysis.link.comparisons.id_number import NumberKeys
from popanalysis.link.comparisons.name_keys import NameKeys
from popanalysis.link.rules import ComparisonRule, LinkageRules
from popanalysis.link.threads import in_threads

__all__ = ["Patterns", "Vectors", "compare_pairs", "count_patterns", "level_names"]

Positions = npt.NDArray[np.int64]
#: Name of the level that missing values get in a sensitivity run (``model: {missing: level}``).
OWN_LEVEL = "missing"
#: What stands in place of a level where a field says nothing.
MISSING_WORDS = tuple(MISSING_LEVEL_NAME[side] for side in (MISSING_LEFT, MISSING_RIGHT, MISSING_BOTH))


@dataclass(frozen=True)
class Vectors:
    """Levels of pairs: a column a comparison, in the order of the rule set; -1 where the field says nothing.

    ``swapped`` marks pairs compared with the right record's columns exchanged (the parents' columns, for example).
    """

    names: tuple[str, ...]
    ladders: tuple[tuple[str, ...], ...]
    levels: npt.NDArray[np.int8]
    swapped: npt.NDArray[np.bool_]

    @property
    def n_levels(self) -> list[int]:
        """Number of levels of each comparison."""
        return [len(ladder) for ladder in self.ladders]


@dataclass(frozen=True)
class Patterns:
    """Distinct rows of a comparison vector: their levels, how many pairs show each, and which one each pair shows."""

    levels: npt.NDArray[np.int8]
    counts: npt.NDArray[np.int64]
    of_pair: npt.NDArray[np.int64]


def compare_pairs(universe: Universe, left: Positions, right: Positions, rules: LinkageRules) -> Vectors:
    """Grade pairs of positions on every comparison of the rule set."""
    swapped = _swapped(universe, left, right, rules)
    exchange = {a: b for pair in rules.swapped for a, b in (pair, pair[::-1])}
    levels = np.empty((len(left), len(rules.comparisons)), np.int8, order="F")
    exchanged = np.flatnonzero(swapped)

    def of_column(k: int) -> None:
        rule = rules.comparisons[k]
        column = universe.columns[rule.field]
        if not len(column.table) and rule.field not in exchange:  # absent or empty
            levels[:, k] = UNKNOWN
            return
        a, b = column.codes[left], column.codes[right]
        if rule.field in exchange:
            b[exchanged] = universe.columns[exchange[rule.field]].codes[right[exchanged]]
        levels[:, k] = _graded(make_comparison(rule), rule, universe, a, b, left, right)

    in_threads(of_column, range(len(rules.comparisons)))
    names = tuple(rule.name for rule in rules.comparisons)
    ladders = [tuple(ladder_of(rule)) for rule in rules.comparisons]
    if rules.model.missing == "level":
        for k, ladder in enumerate(ladders):
            levels[levels[:, k] == UNKNOWN, k] = len(ladder)
        ladders = [(*ladder, OWN_LEVEL) for ladder in ladders]
    return Vectors(names, tuple(ladders), levels, swapped)


def _graded(
    comparison: Comparison, rule: ComparisonRule, universe: Universe, a: IntArray, b: IntArray, left: Positions, right: Positions,
) -> LevelArray:
    level = comparison.levels(a, b, universe.columns[rule.field].table)
    word = "exchanged" if "exchanged" in comparison.levels_used else "former"
    if rule.former and word in comparison.levels_used:
        former = universe.columns[rule.former].codes
        met = ((former[left] == b) & (b >= 0)) | ((former[right] == a) & (a >= 0))
        place = comparison.levels_used.index(word)
        level[met & (level != UNKNOWN) & (level > place)] = place
    return level


def _swapped(universe: Universe, left: Positions, right: Positions, rules: LinkageRules) -> npt.NDArray[np.bool_]:
    """Pairs in which no exchangeable column agrees as it stands, but one agrees with the other's partner column."""
    exchangeable = []
    for first, second in rules.swapped:
        kind = next(c.kind for c in rules.comparisons if c.field == first)
        exchangeable.append(tuple(_plain_codes(universe.columns[name], kind) for name in (first, second)))
    at = np.arange(len(left))  # pairs in which nothing agrees as it stands
    for column in (column for both in exchangeable for column in both):
        at = at[~_equal(column[left[at]], column[right[at]])]
    crossed = np.zeros(len(left), bool)
    for one, two in exchangeable:
        crossed[at] |= _equal(one[left[at]], two[right[at]]) | _equal(two[left[at]], one[right[at]])
    return crossed


def _plain_codes(column: Column, kind: str) -> npt.NDArray[Any]:
    """Codes in which a value and its other spellings are one."""
    if kind == "id_number":
        return np.append(column.table.keys(NumberKeys).code, -1)[column.codes]
    if kind == "person_name":
        return np.append(column.table.keys(NameKeys).variant, np.int32(-1))[column.codes]
    return column.codes


def _equal(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    same: npt.NDArray[np.bool_] = (a == b) & (a >= 0)
    return same


def count_patterns(levels: npt.NDArray[np.int8], n_levels: Sequence[int]) -> Patterns:
    """Pack the levels of each pair into one integer and count.

    Examples
    --------
    >>> found = count_patterns(np.array([[0, 1], [0, 1], [-1, 0]], dtype=np.int8), [2, 2])
    >>> found.levels.tolist(), found.counts.tolist(), found.of_pair.tolist()
    ([[-1, 0], [0, 1]], [1, 2], [1, 1, 0])
    """
    packed, size = np.zeros(len(levels), np.int64), 1
    for k, n in enumerate(n_levels):
        if size > np.iinfo(np.int64).max // (n + 1):
            packed, distinct = pd.factorize(packed, sort=True)
            size = len(distinct)
        packed = packed * (n + 1) + (levels[:, k] + 1)
        size *= n + 1
    of_pair, distinct = pd.factorize(packed, sort=True)
    first = np.zeros(len(distinct), np.int64)
    first[of_pair[::-1]] = np.arange(len(of_pair))[::-1]
    return Patterns(levels[first], np.bincount(of_pair, minlength=len(distinct)), of_pair)


def level_names(
    vectors: Vectors, pairs: Positions, missing: Mapping[str, Callable[[Positions], npt.NDArray[np.int8]]],
) -> dict[str, pd.Categorical]:
    """Write levels of some pairs as words, a column a comparison; ``missing`` tells, for each comparison and some of these pairs, which of
    :data:`MISSING_WORDS` to write."""
    words = {}
    for k, (name, ladder) in enumerate(zip(vectors.names, vectors.ladders, strict=True)):
        level = vectors.levels[pairs, k]
        if ladder[-1] == OWN_LEVEL:
            ladder = ladder[:-1]
            level[level == len(ladder)] = UNKNOWN
        unknown = np.flatnonzero(level < 0)
        level[unknown] = len(ladder) + missing[name](unknown)
        words[name] = pd.Categorical.from_codes(level, categories=pd.Index([*ladder, *MISSING_WORDS]))
    return words
