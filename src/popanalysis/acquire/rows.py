"""Tell the records of a sheet from its titles, repeated heads, totals and signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from popanalysis.acquire.heads import Head
from popanalysis.acquire.table import Table, shown

__all__ = ["RowRoles", "begins_foot", "classify_rows"]

_TOTAL_WORDS: Final = re.compile(
    r"(合计|小计|总计|共计|累计|本页合计|本页小计|本表合计)(人|数|[:：]|$|\(|（|[\d一二三四五六七八九十百]|共)|(?:总|合)?共计?[\d一二三四五六七八九十百]+(?:人|条|户|名|例|对|份|个|件|笔|张|行)")
#: Sums of a page or of a year so far are held against nothing.
_PART_TOTAL: Final = re.compile("小计|本页|累计")
_FOOTER_WORDS: Final = re.compile(
    r"(填表|制表|填报|审核|复核|负责|经办|报送|上报|统计|联系|单位|盖章|报出|打印|录入|核对|日期|时间|电话|注|说明|备注)[^:：]{0,12}[:：]|(填表人|制表人|填报人|审核人|复核人|负责人|单位负责人|经办人|联系人|联系电话|填报日期|填报单位)$|填表说明|.{0,8}[（(]盖章[)）]|.{0,8}[（(]公章[)）]")
#: What stands below a head to number its columns: 甲, 乙, 1, (2), 3栏.
_COLUMN_NUMBER: Final = re.compile(r"[(（]?(?:([甲乙丙丁戊己庚辛])|(\d{1,2})(?:\.0)?)[)）]?[栏列]?")
_SPAN: Final = re.compile(r"[(（][^()（）]*[)）]|\d{4}年(?:度)?|第?[一二三四1-4]季度|\d{1,2}月份?|\d{4}-\d{1,2}(?:-\d{1,2})?")
_TITLE_WORDS: Final = re.compile(r"(表|册|名单|台账|登记|统计|清单|信息)([（(].*[)）])?$")


@dataclass(frozen=True)
class RowRoles:
    """Role of every row that holds something, by position in ``Table.rows``; blank rows below the head; the totals printed at the foot.

    ``totals``: number -> position in ``Table.rows`` and column of the cell that shows it, in the order they stand.
    """

    roles: dict[int, str]
    n_blank: int
    totals: dict[int, tuple[int, int]]

    @property
    def printed_total(self) -> int | None:
        """The number of rows the foot claims: of several numbers the one that is right, else the first."""
        n_records = sum(role == "record" for role in self.roles.values())
        return n_records if n_records in self.totals else next(iter(self.totals), None)


def classify_rows(table: Table, head: Head) -> RowRoles:
    """Tell records from titles, heads, totals and signatures.

    A total begins with a word such as 合计; a footer with 填表人： and the like, and holds little else; a repeated head shows the head's words, and
    the row right below a head may number its columns; a single text merged over three columns or more is a title. Every other row that holds something is a record.
    """
    roles: dict[int, str] = {}
    head_texts = [set(column.header.split("_")) for column in head.columns]
    words = frozenset().union(*head_texts)
    wide = {area.top for area in table.merged if area.right - area.left >= 2 and area.top == area.bottom}
    blank: list[int] = []
    totals: dict[int, tuple[int, int]] = {}
    above = ""
    for place, row in enumerate(table.rows):
        first = _first_shown(row)
        if first is None:
            blank.append(place)
            continue
        if place < head.first:
            role = "title"
        elif place <= head.last or (above == "header" and _numbers_columns(row)):
            role = "header"
        elif not isinstance(first, str) or (first.isascii() and first.strip() not in words):
            role = "record"  # a number or code in front: the usual row, told apart without a further look
        else:
            role = _role(row, first, head_texts, words, place in wide)
            if role == "total" and not _PART_TOTAL.search(_bare(first)):
                totals = {number: (place, column) for number, column in _printed_totals(row).items()} | totals
        roles[place] = above = role
    last = max(roles, default=0)
    return RowRoles(roles, sum(head.last < place < last for place in blank), totals)


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
    if _FOOTER_WORDS.match(text) and _holds_little_else(row):
        return "footer"
    filled = [(i, text_shown) for i, value in enumerate(row) if (text_shown := shown(value))] if first.strip() in words or row.count("") >= len(row) - 1 else []
    repeated = sum(i < len(head_texts) and value in head_texts[i] for i, value in filled)
    if repeated >= 2 and repeated * 2 > len(filled):
        return "header"
    if len(filled) == 1 and (wide or _TITLE_WORDS.search(text)):
        return "title" if _TITLE_WORDS.search(text) else "footer"
    return "record"


def _holds_little_else(row: Sequence[Any]) -> bool:
    """A signature stands alone, or among others; a record whose first cell begins with 备注： goes on."""
    texts = [_bare(text) for value in row if (text := shown(value))]
    return len(texts) <= 2 or 2 * sum(_FOOTER_WORDS.match(text) is not None for text in texts) >= len(texts)


def _numbers_columns(row: Sequence[Any]) -> bool:
    """Say whether a row does nothing but number the columns."""
    found = [_COLUMN_NUMBER.fullmatch(_bare(text)) for value in row if (text := shown(value))]
    if len(found) < 3 or any(hit is None for hit in found):
        return False
    numbers = [int(hit[2]) for hit in found if hit and hit[2]]
    return numbers == list(range(1, len(numbers) + 1))


def _printed_totals(row: Sequence[Any]) -> dict[int, int]:
    """Return number -> column of the numbers a total shows; years, quarters and what stands in brackets are none."""
    found: dict[int, int] = {}
    for column, value in enumerate(row):
        for number in re.findall(r"\d+", _SPAN.sub("", _bare(shown(value)).removesuffix(".0"))):
            found.setdefault(int(number), column)
    return found
