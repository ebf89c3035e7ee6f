"""Keys of names of persons: Han, compound-surname, Mongolian, dotted and romanised ones.

Names are laid out as a matrix of character numbers, one row per distinct name, so that all grading is array work.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.columns import UNKNOWN_CHARACTER
from popanalysis.link.coding import IntArray, ValueTable
from popanalysis.link.comparisons.characters import Alphabet, key_tables, near_table, skeleton_table, syllable_number, syllables
from popanalysis.link.values import Rewritten

__all__ = ["NameKeys", "plain_name"]

#: Names longer than this are compared as text, and blocked by so many characters; the longest Han and Mongolian names are shorter.
WIDTH = 12
#: Beyond all numbers of sounds.
_NO_SOUND = 1 << 20
_HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_ONLY_HAN = re.compile(f"[{_HAN}]+")
_ANY_HAN = re.compile(f"[{_HAN}]")
_NOTE = re.compile(r"[(\[【〔<《].*?[)\]】〕>》]|[(\[【〔].*$")
#: What facilities write for a child without a name: it says nothing about the child.
_UNNAMED = re.compile("(?:.*之[长次大小双]?[子女婴]+[大小甲乙AB一二]?|(?:暂)?未(?:取名|命名|起名)|待定|无名氏?|双[大小甲乙]|[大小]双)")
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


def _mixed(rows: npt.NDArray[Any], length: npt.NDArray[np.int32], key_of: Sequence[npt.NDArray[Any]], by_position: bool = True) -> npt.NDArray[np.uint64]:
    """Hash rows of numbers to 64 bits, as far as each is long.

    Parameters
    ----------
    key_of : what a number stands for: at the first place, and elsewhere; 0 counts for nothing.
    by_position : else the order in a row does not matter.
    """
    mixed = np.zeros(len(rows), np.uint64)
    at = np.arange(len(rows), dtype=np.int32)
    for k in range(rows.shape[1]):  # few names are long: each further position concerns fewer rows
        at = at[length[at] > k]
        value = key_of[min(k, 1)][rows[at, k]].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
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
def _as_written() -> npt.NDArray[np.bool_]:
    """Code points that a name keeps as they stand: Han characters, but those of placeholders, and nothing at all (beyond its end)."""
    table = np.zeros(0x110000, bool)
    table[0] = True
    for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)):
        table[first: last + 1] = True
    table[[ord(c) for c in "之未待无双"]] = False
    return table


def _numbers(characters: list[npt.NDArray[np.uint32]]) -> tuple[Alphabet, list[npt.NDArray[np.uint16]]]:
    """Number the characters, script variants alike."""
    number = np.zeros(0x110000, np.uint16)
    for some in characters:
        number[some] = 1
    distinct = [chr(point) for point in np.flatnonzero(number)]
    alphabet = Alphabet(distinct)
    number[[ord(c) for c in distinct]] = [alphabet.number_of[c] for c in distinct]
    return alphabet, [number[some] for some in characters]


class NameKeys:
    """Keys of distinct names.

    Attributes
    ----------
    text : the plain names ; row : the character numbers of each (of a long one the first), 0 beyond its end ; length : number of characters
    variant : same number = same name but for script variants ; letters : the same whatever the order ; sound, near : blocking keys (-1: none)
    regular : laid out in ``row`` as a whole (neither romanised nor too long) ; cut : too long ; silent : nothing but unknown characters ; has_unknown : one of them
    """

    def __init__(self, table: ValueTable) -> None:
        self.length = table.lengths()
        characters, begins = table.characters(), table.begins()
        odd = np.searchsorted(begins, np.flatnonzero(~_as_written()[characters]), side="right") - 1  # values with such a character
        other = np.unique(np.concatenate([odd, np.flatnonzero((self.length > WIDTH) | (self.length == 0))]))
        texts = np.array([plain_name(v) for v in table.take(other)], dtype=object)
        self.text = Rewritten(table, other, texts)
        self.length[other] = [len(t) for t in texts]
        self.regular = self.length <= WIDTH
        latin = np.fromiter(map(str.isascii, texts), bool, len(other))
        self.cut = ~self.regular
        self.cut[other] &= ~latin
        self.regular[other] &= ~latin
        rewritten = ValueTable(np.where(latin, "", texts))
        self.alphabet, (number, number_rewritten) = _numbers([characters, rewritten.characters()])
        width = min(WIDTH, max(1, int(self.length.max(initial=0))))
        self.row = table.laid_out(number, width)
        self.row[other] = rewritten.laid_out(number_rewritten, width)
        self.length_of_row = np.where(self.regular, self.length, 0)
        n_unknown = np.zeros(len(table), np.int8)  # the unknown character is none of Han
        n_unknown[other] = self.alphabet.wildcard[self.row[other]].sum(axis=1, dtype=np.int8)
        self.has_unknown = n_unknown > 0
        self.silent = (self.length == 0) | (self.regular & (n_unknown == self.length))
        self._latin = other[latin & (self.length[other] > 0)]

    @cached_property
    def variant(self) -> IntArray:
        """The same number for the same name but for script variants, dots, blanks and brackets (-1: nothing but unknown characters)."""
        whole = self._hashed(by_position=True)
        irregular = np.flatnonzero(~self.regular)
        if len(irregular):
            whole[irregular] = ValueTable(self.text.take(irregular)).hashes[:-1]
        return _numbered(whole, self.silent)

    @cached_property
    def letters(self) -> IntArray:
        """The same number for the same characters in any order (-1: no regular name)."""
        return _numbered(self._hashed(by_position=False), ~self.regular)

    def _hashed(self, by_position: bool) -> npt.NDArray[np.uint64]:
        itself = np.arange(len(self.alphabet.wildcard), dtype=np.uint16)
        return _mixed(self.row, self.length_of_row, (itself, itself), by_position)

    @cached_property
    def sound(self) -> IntArray:
        """The same number for the same sound (-1: none)."""
        return self._spoken_key(np.arange(len(near_table()), dtype=np.int16))

    @cached_property
    def near(self) -> IntArray:
        """The same number for near sounds (-1: none)."""
        return self._spoken_key(near_table())

    def _spoken_key(self, sound_of: npt.NDArray[np.int16]) -> IntArray:
        """Number names by what their syllables sound like; a character without a reading stands for itself, an unknown one for nothing.

        A name of which a single character is known has no key.
        """
        head, elsewhere = key_tables()
        first, further = self.alphabet.surname[:, 0], self.alphabet.reading[:, 0]
        itself = np.where(self.alphabet.wildcard, 0, _NO_SOUND + np.arange(len(first)))
        itself[0] = 0  # beyond the end
        heard = tuple(np.where(spoken > 0, sound_of[table[spoken]], itself) for spoken, table in ((first, head), (further, elsewhere)))
        mixed = _mixed(self.row, np.minimum(self.length, self.row.shape[1]), heard)
        unheard = self.silent.copy()
        unknown = np.flatnonzero(self.has_unknown)
        unheard[unknown[(self.row[unknown] > 0).sum(axis=1) - self.alphabet.wildcard[self.row[unknown]].sum(axis=1) < 2]] = True
        latin = [[syllable_number(s) for s in syllables(t)[:WIDTH]] for t in self.text.take(self._latin)]
        if latin:
            length = np.array([len(parts) for parts in latin], dtype=np.int32)
            rows = np.zeros((len(latin), max(1, int(length.max()))), np.int16)
            for k, parts in enumerate(latin):
                rows[k, : len(parts)] = parts
            mixed[self._latin] = _mixed(rows, length, (sound_of[head], sound_of[elsewhere]))
            unheard[self._latin] = length == 0
        return _numbered(mixed, unheard)

    @cached_property
    def transliterated(self) -> npt.NDArray[np.bool_]:
        """Names of three or more characters that may be Mongolian: all but one of them write Mongolian syllables."""
        n_mongolian = self.alphabet.mongolian[self.row].sum(axis=1, dtype=np.int8)
        return np.asarray(self.regular & (self.length >= 3) & (n_mongolian >= self.length - 1))

    def skeletons(self, which: npt.NDArray[np.int64]) -> list[str]:
        """Mongolian skeletons of some names, a letter per syllable."""
        rows = self.row[which]
        spoken = self.alphabet.reading[:, 0][rows]
        spoken[:, 0] = self.alphabet.surname[:, 0][rows[:, 0]]
        letters = np.ascontiguousarray(np.where(rows > 0, skeleton_table()[spoken], 0).astype(np.uint32))
        texts: list[str] = letters.view(f"U{letters.shape[1]}").ravel().tolist()
        return texts
