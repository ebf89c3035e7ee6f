"""Tell the records of a sheet from its titles, repeated heads, totals and signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from popanalysis.acquire.heads import Head
from popanalysis.acquire.table import Table, shown

__all__ = ["RowRoles", "begins_foot", "classify_rows"]

_TOTAL_WORDS: Final = re.compile(r"(合计|小计|总计|共计|累计|本页合计|本页小计|本表合计)(人|数|[:：]|$|\(|（|[\d一二三四五六七八九十百]|共)")
_FOOTER_WORDS: Final = re.compile(
    r"(填表|制表|填报|审核|复核|负责|经办|报送|上报|统计|联系|单位|盖章|报出|打印|录入|核对|日期|时间|电话|注|说明|备注)[^:：]{0,12}[:：]|(填表人|制表人|填报人|审核人|复核人|负责人|单位负责人|经办人|联系人|联系电话|填报日期|填报单位)$|填表说明|.{0,8}[（(]盖章[)）]|.{0,8}[（(]公章[)）]")
_TITLE_WORDS: Final = re.compile(r"(表|册|名单|台账|登记|统计|清单|信息)([（(].*[)）])?$")


@dataclass(frozen=True)
class RowRoles:
    """Role of every row that holds something, by position in ``Table.rows``; blank rows below the head; the printed total."""

    roles: dict[int, str]
    n_blank: int
    printed_total: int | None


def classify_rows(table: Table, head: Head) -> RowRoles:
    """Tell records from titles, heads, totals and signatures.

    A total begins with a word such as 合计; a footer with 填表人： and the like; a repeated head shows the head's words; a
    single text merged over three columns or more is a title. Every other row that holds something is a record.
    """
    roles: dict[int, str] = {}
    head_texts = [set(column.header.split("_")) for column in head.columns]
    words = frozenset().union(*head_texts)
    wide = {area.top for area in table.merged if area.right - area.left >= 2 and area.top == area.bottom}
    blank: list[int] = []
    total: int | None = None
    for place, row in enumerate(table.rows):
        first = _first_shown(row)
        if first is None:
            blank.append(place)
        elif place < head.first:
            roles[place] = "title"
        elif place <= head.last:
            roles[place] = "header"
        elif not isinstance(first, str) or first.isascii():
            roles[place] = "record"  # a number or code in front: the usual row, told apart without a further look
        else:
            roles[place] = _role(row, first, head_texts, words, place in wide)
            if roles[place] == "total" and "小计" not in _bare(first):
                total = _printed_total(row)
    last = max(roles, default=0)
    return RowRoles(roles, sum(head.last < place < last for place in blank), total)


def begins_foot(text: str) -> bool:
    """Say whether a text begins a total or a signature.

    >>> begins_foot("合计：12"), begins_foot("填表人：某某"), begins_foot("Y159000001")
    (True, True, False)
    """
    bare = _bare(text)
    return bool(_TOTAL_WORDS.match(bare) or _FOOTER_WORDS.match(bare))


def _first_shown(row: Sequence[Any]) -> Any:
    """Return the first value of a row that shows something, ``None`` where none does; most rows begin with a number."""
    if row and row[0] and not isinstance(row[0], str):
        return row[0]
    return next((value for value in row if value not in ("", None) and (not isinstance(value, str) or value.strip())), None)


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _role(row: Sequence[Any], first: str, head_texts: list[set[str]], words: frozenset[str], wide: bool) -> str:
    text = _bare(first)
    if _TOTAL_WORDS.match(text):
        return "total"
    if _FOOTER_WORDS.match(text):
        return "footer"
    filled = [(i, text_shown) for i, value in enumerate(row) if (text_shown := shown(value))] if first.strip() in words or row.count("") >= len(row) - 1 else []
    repeated = sum(i < len(head_texts) and value in head_texts[i] for i, value in filled)
    if repeated >= 2 and repeated * 2 > len(filled):
        return "header"
    if len(filled) == 1 and (wide or _TITLE_WORDS.search(text)):
        return "title" if _TITLE_WORDS.search(text) else "footer"
    return "record"


def _printed_total(row: Sequence[Any]) -> int | None:
    for value in row:
        if found := re.search(r"\d+", shown(value)):
            return int(found[0])
    return None
