"""What a column of its own or the title of the sheet tells: which way a move went, why a certificate is void, which period totals are for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from popanalysis.clean.faults import Finding
from popanalysis.clean.values import fold_width, is_missing, tidy
from popanalysis.columns import DIRECTIONS, FIELD_TOLD_BY_TITLE, VOID_REASONS

__all__ = ["find_direction", "find_period", "find_void_reason", "read_told", "settle_told"]

Answer = tuple[str | None, tuple[Finding, ...]]
_QUARTERS: Final = {**{c: i for i, c in enumerate("一二三四", 1)}, **{str(i): i for i in range(1, 5)}}
_MONTHS: Final = {"十一": 11, "十二": 12} | {c: i for i, c in enumerate("一二三四五六七八九十", 1)}
_QUARTER = re.compile(r"(\d{4})(?:年度?|[-./])?(?:Q([1-4])|第?([一二三四1-4])季度?)", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})(?:年|[-./])?(1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])(?:月份?)?(?:$|[^\d季Q-]|-\d{2}(?!\d))")


def find_direction(text: str) -> str | None:
    """Return ``in`` or ``out`` where a text says one of them, ``None`` where it says neither or both.

    >>> [find_direction(text) for text in ("公安迁入人员信息", "迁往外省", "迁入迁出登记", "out")]
    ['in', 'out', None, 'out']
    """
    if text in DIRECTIONS:
        return text
    ways = {"in": re.search("迁入|转入|落户|^入$", text), "out": re.search("迁出|转出|迁往|^出$", text)}
    found = [way for way, hit in ways.items() if hit]
    return found[0] if len(found) == 1 else None


def find_void_reason(text: str) -> str | None:
    """Return ``reissued``, ``exchanged`` or ``void``; of a reissue the old number is void too, so the more special word counts.

    >>> [find_void_reason(text) for text in ("《出生医学证明》补发登记本", "换发", "遗失声明作废", "信息有误")]
    ['reissued', 'exchanged', 'void', None]
    """
    if text in VOID_REASONS:
        return text
    again, exchanged = re.search("补(发|办|领|证)", text), re.search("换(发|领|证)|更换", text)
    if again or exchanged:
        return None if again and exchanged else "reissued" if again else "exchanged"
    return "void" if re.search("作废|废证|注销", text) else None


def find_period(text: str) -> str | None:
    """Return a quarter or month as the parameters write it.

    >>> [find_period(text) for text in ("2025年第一季度各镇上报出生合计", "2025Q1", "2025年3月", "202503", "2025-03-01", "2025年十一月份", "第一季度")]
    ['2025Q1', '2025Q1', '2025-03', '2025-03', '2025-03', '2025-11', None]
    """
    word = re.sub(r"\s", "", text)
    if quarter := _QUARTER.search(word):
        return f"{quarter[1]}Q{_QUARTERS[quarter[2] or quarter[3]]}"
    if month := _MONTH.search(word):
        number = int(month[2]) if month[2].isdigit() else _MONTHS[month[2]]
        return f"{month[1]}-{number:02d}"
    return None


_FINDERS: Final[Mapping[str, tuple[Callable[[str], str | None], str]]] = {
    "direction": (find_direction, "direction_unknown"), "reason": (find_void_reason, "void_reason_unknown"), "period": (find_period, "period_unknown")}


def read_told(field: str) -> Callable[[str, str], Answer]:
    """Return the reader of a field of ``FIELD_TOLD_BY_TITLE``: code or, of a period, the text where no code can be told."""
    find, fault = _FINDERS[field]

    def read(text: str, cell_type: str) -> Answer:
        bare, found = tidy(text)
        if is_missing(bare):
            return None, found if bare else ()
        word = fold_width(bare)
        code = find(word)
        if code is None and field == "period":
            return word, (*found, Finding(fault, "kept", "note"))
        return code, found if code else (*found, Finding(fault, "set_missing", "note"))

    return read


def settle_told(columns: dict[str, pd.Series], kind: str, index: pd.Index) -> None:
    """Fill what the column leaves open from the title, then from what the other columns show."""
    field = FIELD_TOLD_BY_TITLE.get(kind)
    if field is None:
        return
    empty = pd.Series(pd.NA, index=index, dtype="string")
    sources = [columns.pop(f"{field}_told", empty), *_shown_otherwise(columns, kind, empty)]
    value = columns.get(field, empty)
    for source in sources:
        value = value.fillna(source)
    if field in columns or value.notna().any():
        columns[field] = value


def _shown_otherwise(columns: dict[str, pd.Series], kind: str, empty: pd.Series) -> list[pd.Series]:
    """A move is told by its class or by the one place stated; a certificate without a successor is void."""
    if kind == "migration":
        start, end = (columns.get(name, empty).notna() for name in ("from_region", "to_region"))
        said = columns.get("change_class", empty).map(find_direction, na_action="ignore").astype("string")
        return [said, empty.mask(start & ~end, "in").mask(end & ~start, "out")]
    if kind == "void_certificates":
        old, new = (columns.get(name, empty).notna() for name in ("old_birth_cert_no", "new_birth_cert_no"))
        return [empty.mask(old & ~new, "void")]
    return []
