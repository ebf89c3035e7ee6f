"""Distinct values of a column, held by Arrow: lengths, characters and hashes of all of them at once, Python texts only of those asked for.

A region's lists hold millions of distinct names and numbers. As Python objects they would cost more memory than all else together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["ObjectArray", "Rewritten", "ValueTable", "as_arrow"]

ObjectArray = npt.NDArray[np.object_]
Keys = TypeVar("Keys")
#: The low 0 to 8 bytes of a word.
_LOW_BYTES = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)
_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
#: Values worked on at a time.
PART = 1 << 16
_ONE_BYTE = 0x80  # UTF-8: below it a character is one byte; 10xxxxxx continues one


def as_arrow(texts: Any) -> pa.StringArray:
    """Hold texts in Arrow; gaps are null, and what is no character (a lone surrogate) becomes the replacement character.

    Raises
    ------
    TypeError : not all values are texts or gaps.
    """
    if isinstance(texts, pa.StringArray):
        return texts
    try:
        return pa.array(texts, pa.string(), from_pandas=True)
    except UnicodeEncodeError:
        return pa.array([t.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if isinstance(t, str) else t for t in texts], pa.string(), from_pandas=True)
    except (pa.ArrowTypeError, pa.ArrowInvalid) as error:
        raise TypeError("not all values are texts") from error


class ValueTable:
    """Distinct values of one or more columns; keys derived from them are made once, on demand.

    Parameters
    ----------
    values : distinct texts, as an array of objects or Arrow strings.

    Examples
    --------
    >>> table = ValueTable(np.array(["王芳", "李 娜", "x"], dtype=object))
    >>> len(table), table.lengths().tolist(), table.take(np.array([2, 0])).tolist()
    (3, [2, 3, 1], ['x', '王芳'])
    >>> table.laid_out(table.characters(), 2)[2].tolist()
    [120, 0]
    """

    def __init__(self, values: pa.StringArray | ObjectArray) -> None:
        self.arrow = as_arrow(values)
        self._keys: dict[Any, Any] = {}
        self._lock = RLock()  # columns that share a table are worked on by two threads

    def __len__(self) -> int:
        return len(self.arrow)

    def keys(self, make: Callable[[ValueTable], Keys]) -> Keys:
        """Return ``make(table)``, computed at the first call only."""
        with self._lock:
            if make not in self._keys:
                self._keys[make] = make(self)
            result: Keys = self._keys[make]
            return result

    @cached_property
    def values(self) -> ObjectArray:
        """All values as Python texts. Costs memory: for short tables, and for what has no other way."""
        return np.asarray(self.arrow.to_numpy(zero_copy_only=False), dtype=object)

    def take(self, which: npt.NDArray[Any]) -> ObjectArray:
        """Some values as Python texts, in the order asked for."""
        return np.asarray(self.arrow.take(pa.array(which)).to_numpy(zero_copy_only=False), dtype=object)

    # --- bytes and characters ---

    @cached_property
    def _offsets(self) -> npt.NDArray[np.int32]:
        offsets = np.frombuffer(self.arrow.buffers()[1], np.int32)
        return offsets[self.arrow.offset: self.arrow.offset + len(self) + 1]

    @cached_property
    def _bytes(self) -> npt.NDArray[np.uint8]:
        """Bytes of all values one after the other, and eight more, so that a word can be read at every place."""
        held, end = self.arrow.buffers()[2], int(self._offsets[-1])
        found = np.zeros(end + 8, np.uint8)
        if held is not None:
            found[:end] = np.frombuffer(held, np.uint8, end)
        return found

    @property
    def n_bytes(self) -> npt.NDArray[np.int32]:
        """Length of each value in bytes of UTF-8."""
        return np.diff(self._offsets)

    def bytes_at(self, places: range, which: slice = slice(None)) -> npt.NDArray[np.uint8]:
        """Bytes of each value, or of some: a row a place, a column a value; 0 beyond its end."""
        start, end = self._offsets[:-1][which], self._offsets[1:][which]
        found = np.zeros((len(places), len(start)), np.uint8)
        last = np.int32(len(self._bytes) - 1)
        for row, place in enumerate(places):
            at = start + np.int32(place)
            found[row] = self._bytes[np.minimum(at, last)]
            found[row, at >= end] = 0
        return found

    def parts(self) -> Iterator[slice]:
        """Yield the values in parts that stay in the cache."""
        for begin in range(0, len(self), PART):
            yield slice(begin, begin + PART)

    def characters(self) -> npt.NDArray[np.uint32]:
        """Code points of all values one after the other."""
        return np.frombuffer(self._bytes[:-8].tobytes().decode("utf-8", "replace").encode("utf-32-le"), "<u4")

    def begins(self) -> npt.NDArray[np.int32]:
        """Place of each value's first character among all of them, and at the end their number."""
        before = np.zeros(len(self._bytes) - 7, np.int32)
        np.cumsum((self._bytes[:-8] & 0xC0) != _ONE_BYTE, out=before[1:])  # 10xxxxxx goes on with a character, all else begins one
        return before[self._offsets]

    def lengths(self) -> npt.NDArray[np.int32]:
        """Length of each value in characters."""
        return np.diff(self.begins())

    def laid_out(self, characters: npt.NDArray[Any], width: int) -> npt.NDArray[Any]:
        """Lay out a number for each character: a row a value, ``width`` columns; 0 beyond its end, longer ones cut."""
        rows = np.zeros((len(self), width), characters.dtype)
        begins = self.begins()
        start, length = begins[:-1], np.diff(begins)
        at = np.arange(len(self), dtype=np.int32)
        for k in range(width):
            at = at[length[at] > k]
            rows[at, k] = characters[start[at] + k]
        return rows

    def let_go(self, keys: bool = False) -> None:
        """Forget what can be made again from the values: hashes and bytes, and the keys as well if asked to."""
        for name in ("hashes", "_bytes"):
            self.__dict__.pop(name, None)
        if keys:
            self._keys.clear()

    def make_hashes(self) -> None:
        """Make the hashes now, in this thread, rather than when they are asked for."""
        self.hashes  # noqa: B018

    @cached_property
    def hashes(self) -> npt.NDArray[np.uint64]:
        """Hash of each value, the same on every machine, and at the end one that stands for a gap (code -1)."""
        words = np.ndarray((len(self._bytes) - 7,), "<u8", self._bytes, strides=(1,))
        mixed = np.full(len(self) + 1, _ODD[0])
        for part in self.parts():
            start, length = self._offsets[:-1][part], self._offsets[1:][part] - self._offsets[:-1][part]
            here = length.astype(np.uint64) * _ODD[0]
            at, place = np.arange(len(start)), 0
            while len(at):
                left = length[at] - place
                word = words[start[at] + place] & _LOW_BYTES[np.clip(left, 0, 8)]
                word = (here[at] ^ word) * _ODD[1]
                word ^= word >> np.uint64(29)
                word *= _ODD[2]
                here[at] = word ^ (word >> np.uint64(32))
                place += 8
                at = at[left > 8]
            mixed[:-1][part] = here
        return mixed


class Rewritten:
    """Texts of a table of which some are written another way.

    Parameters
    ----------
    which : places of the rewritten ones, ascending ; texts : how they are written.

    Examples
    --------
    >>> names = Rewritten(ValueTable(np.array(["王芳", "李 娜"], dtype=object)), np.array([1]), np.array(["李娜"], dtype=object))
    >>> names.take(np.array([1, 0, 1])).tolist()
    ['李娜', '王芳', '李娜']
    """

    def __init__(self, table: ValueTable, which: npt.NDArray[np.intp], texts: ObjectArray) -> None:
        self.table, self.which, self.texts = table, which, texts

    def take(self, which: npt.NDArray[Any]) -> ObjectArray:
        """Some texts, in the order asked for."""
        found = self.table.take(which)
        if len(self.which):
            at = np.minimum(np.searchsorted(self.which, which), len(self.which) - 1)
            other = np.flatnonzero(self.which[at] == which)
            found = found.copy()
            found[other] = self.texts[at[other]]
        return found
