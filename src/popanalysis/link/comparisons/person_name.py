"""Names of persons: Han, compound-surname, Mongolian, dotted and romanised ones.

Names are laid out as a matrix of character numbers, one row per distinct name, so that all grading is array work.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.process import cpdist

from popanalysis.columns import UNKNOWN_CHARACTER
from popanalysis.link.coding import IntArray, ObjectArray, ValueTable
from popanalysis.link.comparisons.base import Comparison, LevelArray
from popanalysis.link.comparisons.characters import Alphabet, key_tables, near_table, skeleton_table, syllable_number, syllables

__all__ = ["NameKeys", "PersonName", "plain_name"]

#: Names longer than this are compared as text; the longest Han and Mongolian names are shorter.
WIDTH = 12
_HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_ONLY_HAN = re.compile(f"[{_HAN}]+")
_ANY_HAN = re.compile(f"[{_HAN}]")
_NOTE = re.compile(r"[(\[【〔<《].*?[)\]】〕>》]|[(\[【〔].*$")
#: What facilities write for a child without a name: it says nothing about the child.
_UNNAMED = re.compile("(?:.*之[长次大小双]?[子女婴]+[大小甲乙AB一二]?|(?:暂)?未(?:取名|命名|起名)|待定|无名氏?)")
_NO_LETTER = re.compile(r"[\s·•‧∙⋅・･．.。、˙●ㆍ\u200b-\u200f\ufeff'’‘`,，△]+")
_UNKNOWN = re.compile(f"[?？□■*＊\ufffd\ue000-\uf8ff]|[A-Za-z]+|{UNKNOWN_CHARACTER}")


def plain_name(text: str) -> str:
    """Return a name without blanks, dots and bracket notes; what could not be written becomes the unknown character.

    The placeholder of an unnamed newborn becomes nothing.

    Examples
    --------
    >>> plain_name("阿依古丽 • 买买提"), plain_name("王 芳（离）"), plain_name("李子WEI"), plain_name("LYU XIN"), plain_name("王芳之子")
    ('阿依古丽买买提', '王芳', '李子□', 'lyuxin', '')
    """
    if _UNNAMED.fullmatch(text):
        return ""
    if _ONLY_HAN.fullmatch(text):
        return text
    text = _NO_LETTER.sub("", _NOTE.sub("", unicodedata.normalize("NFKC", text))).rstrip("*")
    if _ANY_HAN.search(text) or UNKNOWN_CHARACTER in text:
        return _UNKNOWN.sub(UNKNOWN_CHARACTER, text)
    return "".join(c for c in unicodedata.normalize("NFD", text.lower().replace("ü", "v")) if c.isalnum())


def _mixed(rows: npt.NDArray[Any], by_position: bool = True) -> npt.NDArray[np.uint64]:
    """Hash rows of numbers to 64 bits; without positions, the order in a row does not matter (0 is nothing)."""
    mixed = np.zeros(len(rows), np.uint64)
    for k in range(rows.shape[1]):  # few names are long: each further position concerns fewer rows
        at = np.flatnonzero(rows[:, k])
        value = rows[at, k].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        value *= np.uint64(2 * k * by_position + 0xBF58476D1CE4E5B9)
        value ^= value >> np.uint64(29)
        value *= np.uint64(0x94D049BB133111EB)
        value ^= value >> np.uint64(32)
        mixed[at] += value
    return mixed


def _numbered(keys: npt.NDArray[np.uint64], missing: npt.NDArray[np.bool_]) -> IntArray:
    codes = pd.factorize(keys)[0].astype(np.int32)
    codes[missing] = -1
    return codes


@cache
def _han_table() -> npt.NDArray[np.bool_]:
    """Whether a code point is a Han character (or nothing at all, beyond the end of a name)."""
    table = np.zeros(0x110000, bool)
    table[0] = True
    for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)):
        table[first: last + 1] = True
    return table


#: A name with one of these characters may be a placeholder.
_IN_PLACEHOLDERS = np.array([ord(c) for c in "之未待无"], dtype=np.uint32)


def _points(texts: ObjectArray) -> npt.NDArray[np.uint32]:
    """Code points of texts, a row a text, 0 beyond its end; longer texts are cut."""
    return np.array(texts.tolist(), dtype=f"U{WIDTH}").view(np.uint32).reshape(len(texts), WIDTH)


def _lay_out(points: npt.NDArray[np.uint32]) -> tuple[Alphabet, npt.NDArray[np.uint16]]:
    """Number the characters, script variants alike; 0 stays 0."""
    number = np.zeros(0x110000, np.uint16)
    number[points.ravel()] = 1
    distinct = [chr(p) for p in np.flatnonzero(number) if p]
    alphabet = Alphabet(distinct)
    number[0] = 0
    number[[ord(c) for c in distinct]] = [alphabet.number_of[c] for c in distinct]
    return alphabet, number[points]


class NameKeys:
    """Keys of distinct names.

    Attributes
    ----------
    text : the plain name ; row : its character numbers, 0 beyond its end ; length : number of characters
    variant : same number = same name but for script variants ; letters : the same whatever the order ; sound, near : blocking keys (-1: none)
    regular : laid out in ``row`` (neither romanised nor too long) ; silent : nothing but unknown characters ; has_unknown : one of them
    """

    def __init__(self, values: ObjectArray) -> None:
        self.text = values.copy()
        self.length = np.fromiter(map(len, values), np.int16, len(values))
        points = _points(values)
        plain = _han_table()[points].all(axis=1) & ~np.isin(points, _IN_PLACEHOLDERS).any(axis=1)
        other = np.flatnonzero((self.length > WIDTH) | ~plain)
        self.text[other] = [plain_name(v) for v in values[other]]
        self.length[other] = [len(t) for t in self.text[other]]
        self.regular = self.length <= WIDTH
        latin = np.fromiter(map(str.isascii, self.text[other]), bool, len(other))
        self.regular[other] &= ~latin
        points[other] = _points(np.where(self.regular[other], self.text[other], ""))
        self.alphabet, self.row = _lay_out(points[:, : max(1, int(self.length[self.regular].max(initial=0)))])
        n_unknown = self.alphabet.wildcard[self.row].sum(axis=1)
        self.has_unknown = n_unknown > 0
        self.silent = (self.length == 0) | (self.regular & (n_unknown == self.length))
        whole = _mixed(self.row)
        if not self.regular.all():
            whole[~self.regular] = pd.util.hash_array(self.text[~self.regular], categorize=False)
        self.variant = _numbered(whole, self.silent)
        self._sounds(other[latin & (self.length[other] > 0)])

    @cached_property
    def letters(self) -> IntArray:
        """The same number for the same characters in any order (-1: no regular name)."""
        return _numbered(_mixed(self.row, by_position=False), ~self.regular)

    def _sounds(self, latin: npt.NDArray[np.intp]) -> None:
        head, elsewhere = key_tables()
        read = {k: [syllable_number(s) for s in syllables(self.text[k])[:WIDTH]] for k in latin.tolist()}
        spoken = np.zeros((len(self.text), max([self.row.shape[1], *map(len, read.values())])), np.int16)
        spoken[:, : self.row.shape[1]] = self.alphabet.reading[:, 0][self.row]
        spoken[:, 0] = self.alphabet.surname[:, 0][self.row[:, 0]]
        is_latin = np.zeros(len(self.text), bool)
        is_latin[latin] = True
        for k, parts in read.items():
            spoken[k, : len(parts)] = parts
        self.spoken = spoken
        self.syllables = (spoken > 0).sum(axis=1)
        key = elsewhere[spoken]
        key[:, 0] = head[spoken[:, 0]]
        unheard = (self.syllables == 0) | (self.regular & (self.syllables != self.length)) | (~self.regular & ~is_latin)
        self.sound = _numbered(_mixed(key), unheard)
        self.near = _numbered(_mixed(near_table()[key]), unheard)
        self.transliterated = self.regular & (self.length >= 3) & (self.alphabet.mongolian[self.row].sum(axis=1) >= self.length - 1)

    def skeletons(self, which: npt.NDArray[np.int64]) -> list[str]:
        """Mongolian skeletons of some names, a letter per syllable."""
        letters = np.ascontiguousarray(np.where(self.row[which] > 0, skeleton_table()[self.spoken[which, : self.row.shape[1]]], 0).astype(np.uint32))
        texts: list[str] = letters.view(f"U{letters.shape[1]}").ravel().tolist()
        return texts


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
        distance = cpdist(k.text[a[open_]].tolist(), k.text[b[open_]].tolist(), scorer=OSA.distance, score_cutoff=1, dtype=np.int32, workers=1)
        long_enough = np.minimum(k.length[a[open_]], k.length[b[open_]]) >= 5
        level[open_[(distance <= 1) & long_enough]] = self.rung("near_sound")
        same = (k.sound[a[open_]] == k.sound[b[open_]]) & (k.sound[a[open_]] >= 0)
        level[open_[same]] = self.rung("same_sound")
