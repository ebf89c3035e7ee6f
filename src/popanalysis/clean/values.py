"""What every value goes through: export marks and invisible characters off, the written list of missing words.

Columns are cleaned by distinct value: :class:`Distinct` holds a column's codes and its different values, a cleaner
answers once a value, and the answers are spread back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.faults import Finding

__all__ = ["DITTO_AS_WRITTEN", "DITTO_WORDS", "MISSING_WORDS", "Cleaned", "Distinct", "fold_width", "is_missing", "tidy"]

#: Words that stand for "nothing known". NA, None, null and nan are not among them: they occur as names and codes.
MISSING_WORDS: Final = frozenset({
    "无", "不详", "未知", "暂无", "待查", "空", "不明", "未填", "未填写", "不清", "不清楚", "无信息", "暂缺", "缺", "未提供", "没有", "未登记", "尚无",
    "-", "--", "---", "—", "——", "–", "/", "//", "\\", "0", ".", "..", "…", "*", "**", "***", "×", "?", "？？", "??", "???",
})
_LONGEST_WORD: Final = max(map(len, MISSING_WORDS))
_AROUND: Final = ("", " ", "  ", "\u3000", "\u3000\u3000", "\t")
#: Words that repeat the cell above.
DITTO_WORDS: Final = frozenset({"同上", "〃", "″", "\"", "”", "“", "同前", "同左上", "ditto"})
#: The same with the blanks that stand around them.
DITTO_AS_WRITTEN: Final = frozenset(f"{before}{word}{behind}" for word in DITTO_WORDS for before in _AROUND for behind in _AROUND)

_WRAPPED = re.compile(r'=\s*"(.*)"\s*', re.DOTALL)
_QUOTES = "'’‘`´"
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|_x000[DA]_", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_TIDY = re.compile(r"[0-9A-Za-z\u4e00-\u9fff\u00b7.:/()-]+")

_UNWRAPPED = Finding("wrapper_removed", "mended", "note")
_UNVEILED = Finding("invisible_removed", "mended", "note")


def tidy(text: str) -> tuple[str, tuple[Finding, ...]]:
    """Take export marks and invisible characters off; make every run of blanks one blank.

    Examples
    --------
    >>> tidy('="990102"'), tidy("'990102\\t")[0], tidy("王\\u3000伟 ")[0]
    (('990102', (Finding(fault='wrapper_removed', done='mended', severity='note'),)), '990102', '王 伟')
    """
    if _TIDY.fullmatch(text):
        return text, ()
    findings = []
    bare = _INVISIBLE.sub("", text)
    if bare != text:
        findings.append(_UNVEILED)
    bare = _BLANKS.sub(" ", bare).strip()
    inner = _WRAPPED.fullmatch(bare)
    unwrapped = (inner[1] if inner else bare).strip(_QUOTES).strip() if bare not in DITTO_WORDS else bare
    if unwrapped != bare:
        findings.append(_UNWRAPPED)
    return unwrapped, tuple(findings)


def fold_width(text: str) -> str:
    """Return the NFKC form: full-width letters and digits become plain ones; blanks that come of it are single and inside.

    >>> fold_width("２０２５　年"), fold_width("¯")
    ('2025 年', '̄')
    """
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return folded if folded == text else _BLANKS.sub(" ", folded).strip()


def is_missing(text: str) -> bool:
    """Say whether a tidied text is blank or on the written list.

    >>> [is_missing(word) for word in ("", "无", "不详", "NA", "null")]
    [True, True, True, False, False]
    """
    return not text or (len(text) <= _LONGEST_WORD and (text in MISSING_WORDS or fold_width(text).lower() in MISSING_WORDS))


@dataclass
class Cleaned:
    """A cleaner's answers, one a distinct value: columns by name, and the findings of each value."""

    columns: dict[str, npt.NDArray[Any]]
    findings: Sequence[tuple[Finding, ...]]


@dataclass
class Distinct:
    """The different values of a column: ``values[codes]`` is the column; ``types`` tells what the cells were."""

    codes: npt.NDArray[np.intp]
    values: list[str]
    types: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, texts: npt.NDArray[np.object_], types: pd.Categorical | None) -> Distinct:
        """Split a column of texts (``""`` = blank). Equal texts of different cell types are different values."""
        if types is None or not len(types):
            codes, values = pd.factorize(texts)
            return cls(codes, list(values), ["text"] * len(values))
        names = list(types.categories)
        kinds = np.where(types.codes < 0, names.index("text"), types.codes)
        present = np.unique(kinds)
        codes, values = pd.factorize(texts)
        if len(present) == 1:
            return cls(codes, list(values), [names[present[0]]] * len(values))
        if {names[kind] for kind in present} == {"text", "blank"}:  # a blank has no text of its own
            return cls(codes, list(values), ["text" if value else "blank" for value in values])
        pairs, keys = pd.factorize(codes * len(names) + kinds)
        values_list = list(values)
        return cls(pairs, [values_list[key // len(names)] for key in keys], [names[key % len(names)] for key in keys])

    def map(self, read: Callable[[str, str], tuple[Any, tuple[Finding, ...]]], usual: re.Pattern[str] | None = None) -> Cleaned:
        """Apply a function (text, cell type) -> (value, findings) to each distinct value; texts that match ``usual`` stay as they are."""
        values = np.array([*self.values, None], dtype=object)[:-1]
        findings: list[tuple[Finding, ...]] = [()] * len(values)
        for place in [i for i, match in enumerate(map(usual.fullmatch, self.values)) if match is None] if usual else range(len(values)):
            values[place], findings[place] = read(self.values[place], self.types[place])
        return Cleaned({"": values}, findings)
