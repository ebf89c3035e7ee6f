"""Any comparer of recordlinkage, its similarity cut into levels."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import recordlinkage.compare

from popanalysis.link.coding import ObjectArray, ValueTable
from popanalysis.link.comparisons.base import Comparison, FloatArray, LevelArray
from popanalysis.link.rules import nearest

__all__ = ["RecordlinkageComparer", "check_comparer"]

#: Comparers that grade two values of one column; others of the package need several columns, or the whole list.
METHODS: Mapping[str, tuple[str, ...]] = {
    "String": ("jaro", "jarowinkler", "jaro_winkler", "jw", "levenshtein", "damerau_levenshtein", "dameraulevenshtein", "dl", "qgram", "q_gram", "cosine",
               "smith_waterman", "smithwaterman", "sw", "longest_common_substring", "lcs"),
    "Numeric": ("step", "linear", "lin", "exp", "exponential", "gauss", "gaussian", "squared"), "Date": (), "Exact": ()}
_COLUMNS = ("self", "left_on", "right_on", "label")


def _series(values: ObjectArray, comparer: Any) -> pd.Series[Any]:
    """Values in the type that the comparer asks for."""
    if isinstance(comparer, recordlinkage.compare.Date):
        return pd.to_datetime(pd.Series(values, dtype=object), format="%Y-%m-%d", errors="coerce")
    if isinstance(comparer, recordlinkage.compare.Numeric):
        return pd.Series(pd.to_numeric(values, errors="coerce"), dtype=float)
    return pd.Series(values, dtype=object)


def check_comparer(comparer: Mapping[str, Any], cut: Sequence[float]) -> Iterator[tuple[str, str, str]]:
    """Yield key, Chinese and English sentence for each fault of a comparer and its cuts, as a rule file states them."""
    name = str(comparer.get("class", ""))
    if name not in METHODS:
        zh, en = nearest(name, list(METHODS))
        yield "comparer.class", f"比较器“{name}”不可用；{zh}", f"unknown class '{name}'; {en}"
    else:
        yield from _check_options(name, comparer)
    if not cut:
        yield "cut", "缺少 cut（相似度分界，如 [0.92, 0.8]）", "is missing; name the similarities that part the levels, such as [0.92, 0.8]"
    elif any(a <= b for a, b in pairwise(cut)) or not 0 < min(cut) <= max(cut) <= 1:
        falling = sorted({c for c in cut if 0 < c <= 1}, reverse=True)
        yield "cut", f"分界须由高到低、大于 0 且不超过 1：{falling}，实际为 {list(cut)}", f"must fall, above 0 and up to 1: {falling}, found {list(cut)}"


def _check_options(name: str, comparer: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    valid = [key for key in inspect.signature(getattr(recordlinkage.compare, name).__init__).parameters if key not in _COLUMNS]
    for key in comparer:
        if key not in ("class", *valid):
            zh, en = nearest(str(key), valid)
            yield f"comparer.{key}", f"{name} 没有此选项；{zh}", f"{name} has no such option; {en}"
    method = str(comparer.get("method", "")) if "method" in valid else ""
    if method and method not in METHODS[name]:
        zh, en = nearest(method, list(METHODS[name]))
        yield "comparer.method", f"方法“{method}”不存在；{zh}", f"unknown method '{method}'; {en}"


class RecordlinkageComparer(Comparison):
    """``comparer: {class: String, method: jarowinkler}`` with ``cut: [0.92, 0.80]`` gives ``from_0.92``, ``from_0.8`` and ``below``.

    Similarities of one are no level of their own: write 1.0 into ``cut`` for that. Values reach the comparer as text (numbers for
    ``Numeric``, dates for ``Date``; what is none scores as that package's ``missing_value`` says), distinct pairs only, and never empty.
    """

    kind: ClassVar[str] = "recordlinkage"

    def __init__(
        self, field: str, comparer: dict[str, Any], cut: Sequence[float], other: str | None = None, label: str | None = None,
    ) -> None:
        options = {k: v for k, v in comparer.items() if k != "class"}
        self.comparer = getattr(recordlinkage.compare, comparer["class"])(field, other or field, **options)
        self.cut = sorted(cut, reverse=True)
        self.ladder = self.levels_of(cut)  # type: ignore[misc]
        super().__init__(field, other=other, label=label)

    @staticmethod
    def levels_of(cut: Sequence[float]) -> tuple[str, ...]:
        """Names of the levels that the cuts make.

        Examples
        --------
        >>> RecordlinkageComparer.levels_of([0.92, 0.80])
        ('from_0.92', 'from_0.8', 'below')
        """
        return (*(f"from_{c:g}" for c in sorted(cut, reverse=True)), "below")

    def typical_shares(self, n_values: int) -> tuple[FloatArray, FloatArray]:
        """Most matches are alike, most others are not."""
        n = len(self.levels_used)
        m, u = np.full(n, 0.1 / (n - 1)), np.full(n, 0.1 / (n - 1))
        m[0], u[-1] = 0.9, 0.9
        return m, u

    def grade(self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], table: ValueTable) -> LevelArray:
        """Score with recordlinkage, then cut."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of pandas 3, which the package does not take yet
            found = self.comparer._compute_vectorized(*(_series(table.take(k), self.comparer) for k in (a, b)))
        score = np.asarray(found, dtype=float)
        level = np.sum(score[:, None] < np.array(self.cut)[None, :], axis=1)
        return np.where(np.isnan(score), -1, level).astype(np.int8)
