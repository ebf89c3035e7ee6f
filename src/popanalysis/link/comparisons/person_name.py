"""Names of persons, graded by what goes wrong with them in offices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.process import cpdist

from popanalysis.link.coding import ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray
from popanalysis.link.comparisons.name_keys import NameKeys

__all__ = ["PersonName"]


class PersonName(Comparison):
    """Grades follow what goes wrong in offices: sound most often, then shape, blanks and dots, lost characters, order.

    ``wildcard``: equal but for characters that could not be written. ``transliteration``: Mongolian names of three or more
    syllables with the same beginnings of syllables, or one syllable lost or changed in four or more. ``former``: the other's former name.
    """

    kind: ClassVar[str] = "person_name"
    ladder: ClassVar[tuple[str, ...]] = (
        "equal", "same_variants", "wildcard", "former", "same_sound", "near_sound", "transliteration", "same_shape", "one_missing",
        "order_swapped", "one_different", "surname_only", "different")
    typical: ClassVar[Mapping[str, tuple[float, float]]] = {
        "equal": (0.88, 1e-3), "same_variants": (0.02, 1e-4), "wildcard": (0.008, 1e-4), "former": (0.002, 1e-4), "same_sound": (0.04, 1e-3),
        "near_sound": (0.008, 1e-3), "transliteration": (0.006, 1e-3), "same_shape": (0.01, 1e-3), "one_missing": (0.008, 2e-3),
        "order_swapped": (0.004, 5e-4), "one_different": (0.004, 5e-3), "surname_only": (0.004, 0.05), "different": (0.006, 0.9337)}

    siblings: ClassVar[Mapping[str, float]] = {
        "equal": 0.02, "same_variants": 0.002, "wildcard": 0.004, "former": 0.001, "same_sound": 0.05, "near_sound": 0.04, "transliteration": 0.03,
        "same_shape": 0.06, "one_missing": 0.03, "order_swapped": 0.013, "one_different": 0.45, "surname_only": 0.2, "different": 0.1}

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Grade by the cheapest test first; each later test sees only what is still open."""
        k = table.keys(NameKeys)
        level = np.full(len(a), self.rung("different"))
        first = k.row[a, 0]
        level[(first == k.row[b, 0]) & (first > 0)] = self.rung("surname_only")
        both = k.regular[a] & k.regular[b]
        self._by_character(level, np.flatnonzero(both & (k.length[a] == k.length[b])), a, b, k)
        level[both & (k.letters[a] == k.letters[b])] = self.rung("order_swapped")
        self._one_missing(level, np.flatnonzero(both & (np.abs(k.length[a] - k.length[b]) == 1)), a, b, k)
        self._transliterated(level, np.flatnonzero(k.transliterated[a] & k.transliterated[b] & (level > self.rung("transliteration"))), a, b, k)
        self._by_letter(level, np.flatnonzero(~both), a, b, k)
        level[(k.variant[a] == k.variant[b]) & (k.variant[a] >= 0)] = self.rung("same_variants")
        level[k.silent[a] | k.silent[b]] = -1
        return self.used(level)

    def own_level(self, table: ValueTable) -> LevelArray:
        """A name with an unknown character meets itself as ``wildcard``; one of nothing else says nothing."""
        k = table.keys(NameKeys)
        full = np.where(k.has_unknown, self.rung("wildcard"), self.rung("equal"))
        return self.used(np.where(k.silent, -1, full))

    def _by_character(self, level: npt.NDArray[Any], open_: npt.NDArray[np.intp], a: Any, b: Any, k: NameKeys) -> None:
        """Names of one length: at most one character may differ by more than its sound."""
        x, y = k.row[a[open_]], k.row[b[open_]]
        differ = x != y
        near = k.alphabet.near
        far = differ & ((near[x] != near[y]) | (near[x] == 0))
        few = np.flatnonzero(far.sum(axis=1) <= 1)
        few = few[differ[few].any(axis=1)]
        open_, x, y, differ = open_[few], x[few], y[few], differ[few]
        row, position = np.nonzero(differ)
        grades = np.zeros(differ.shape, np.int8)
        grades[row, position] = k.alphabet.grade(x[row, position], y[row, position], position == 0)
        worst = grades.max(axis=1, initial=0)
        n_worst = (grades == worst[:, None]).sum(axis=1)
        length = k.length[a[open_]]
        for grade, name in ((1, "wildcard"), (2, "same_sound"), (3, "near_sound")):
            level[open_[worst == grade]] = self.rung(name)
        level[open_[(worst == 4) & (n_worst == 1)]] = self.rung("same_shape")
        level[open_[(worst == 5) & (n_worst == 1) & (length >= 3)]] = self.rung("one_different")

    def _one_missing(self, level: npt.NDArray[Any], open_: npt.NDArray[np.intp], a: Any, b: Any, k: NameKeys) -> None:
        longer = k.length[a[open_]] > k.length[b[open_]]
        long = k.row[np.where(longer, a[open_], b[open_])]
        short = k.row[np.where(longer, b[open_], a[open_])]
        n = np.minimum(k.length[a[open_]], k.length[b[open_]])
        inside = np.arange(short.shape[1] - 1)[None, :] < n[:, None]
        head = (long[:, :-1] == short[:, :-1]) | ~inside
        tail = (long[:, 1:] == short[:, :-1]) | ~inside
        # up to position p the names run in step, from p on one character apart
        before = np.cumprod(np.column_stack([np.ones(len(open_), bool), head]), axis=1)
        after = np.cumprod(np.column_stack([np.ones(len(open_), bool), tail[:, ::-1]]), axis=1)[:, ::-1]
        found = (before & after).any(axis=1) & (n >= 2)
        level[open_[found]] = self.rung("one_missing")

    def _transliterated(self, level: npt.NDArray[Any], open_: npt.NDArray[np.intp], a: Any, b: Any, k: NameKeys) -> None:
        distance = cpdist(k.skeletons(a[open_]), k.skeletons(b[open_]), scorer=Levenshtein.distance, score_cutoff=1, dtype=np.int32, workers=1)
        longest = np.maximum(k.length[a[open_]], k.length[b[open_]])
        level[open_[(distance == 0) | ((distance == 1) & (longest >= 4))]] = self.rung("transliteration")

    def _by_letter(self, level: npt.NDArray[Any], open_: npt.NDArray[np.intp], a: Any, b: Any, k: NameKeys) -> None:
        """Romanised and very long names: a slip in the letters, or the sound of the characters."""
        distance = cpdist(k.text.take(a[open_]).tolist(), k.text.take(b[open_]).tolist(), scorer=OSA.distance, score_cutoff=1, dtype=np.int32, workers=1)
        long_enough = np.minimum(k.length[a[open_]], k.length[b[open_]]) >= 5
        level[open_[(distance <= 1) & long_enough]] = self.rung("near_sound")
        same = (k.sound[a[open_]] == k.sound[b[open_]]) & (k.sound[a[open_]] >= 0) & ~(k.cut[a[open_]] | k.cut[b[open_]])
        level[open_[same]] = self.rung("same_sound")
