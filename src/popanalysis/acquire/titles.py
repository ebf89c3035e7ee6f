"""What the words of a title tell: which list it may be, and what holds for all rows of the sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from popanalysis.acquire.heads import Head
from popanalysis.columns import DIRECTIONS, FIELD_TOLD_BY_TITLE, VOID_REASONS

__all__ = ["TOLD_FINDERS", "find_direction", "find_period", "find_void_reason", "kinds_in_title", "settle_void_number", "told_by_title"]

#: Words of a title (or sheet or file name) that speak for a kind.
_TITLE_WORDS: Final = {
    "birth_cert": r"出生医学证明|出生证|签发|新生儿管理|孕产妇|产后|接生|birth_cert",
    "hukou_birth": r"上户|落户|入户(人员|登记|名单|情况)|出生申报|出生登记信息|户口登记|hukou_birth",
    "town_birth": r"实名登记|变动出生|随访|乡镇|苏木|嘎查|入户(?!人员|登记|名单|情况)|摸底|town_birth",
    "unverified_delivery": r"[未待]核[实查].{0,4}(分娩|产妇|住院)|身份(信息)?(不明|存疑|待核|有疑)|存疑|待核实分娩|无证分娩|旗外.{0,4}(分娩|产妇)|unverified",
    "deferred_hukou": r"暂缓|待落户|待办|未落户|deferred",
    "identity_change": r"变更|更正|identity_change",
    "migration": r"迁入|迁出|迁移|migration",
    "death": r"死亡|注销|death",
    "marriage": r"婚姻登记|结婚登记|marriage",
    "town_marriage": r"新婚|(乡镇|苏木|嘎查|村|随访|摸底|入户).*(结婚|婚姻)|town_marriage",
    "adoption": r"收养|adoption",
    "population": r"常住|常驻|全员人口(?!变动)|育龄妇女|个案|population",
    "reported_totals": r"(出生|结婚|婚姻).{0,6}(合计|汇总|上报)|上报.{0,8}(出生|结婚|合计|汇总|数)|reported_totals",
    "void_certificates": r"补发|换发|作废|废证|void_certificates",
}
#: kind -> kinds whose words its own title holds too: 出生医学证明补发登记本 is no list of births.
_OVERRULES: Final = {
    "void_certificates": ("birth_cert",), "deferred_hukou": ("hukou_birth",), "unverified_delivery": ("birth_cert",), "town_marriage": ("marriage", "town_birth"),
    "reported_totals": ("town_birth", "marriage", "town_marriage"), "identity_change": ("hukou_birth",), "death": ("hukou_birth",)}
#: A register of all certificates issued, the reissued ones among them, is a list of births.
_FIRST_ISSUE: Final = re.compile("首次|首发")

_QUARTERS: Final = {**{c: i for i, c in enumerate("一二三四", 1)}, **{str(i): i for i in range(1, 5)}}
_MONTHS: Final = {"十一": 11, "十二": 12} | {c: i for i, c in enumerate("一二三四五六七八九十", 1)}
_QUARTER = re.compile(r"(\d{4})(?:年度?|[-./])?(?:Q([1-4])|第?([一二三四1-4])季度?)", re.IGNORECASE)
_MONTH = re.compile(r"(?<!\d)(\d{4})(?:年|[-./])?(1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])(?:月份?)?(?:$|[^\d季Q-]|-\d{2}(?!\d))")
#: Headers that say which number of a certificate stands below them.
_SAYS_WHICH = re.compile("新|换|补|现")


def kinds_in_title(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return kind -> the words that speak for it, of the kinds that no more special word overrules.

    Examples
    --------
    >>> kinds_in_title(["《出生医学证明》补发登记本"]), kinds_in_title(["某某旗暂缓落户人员名单"])
    ({'void_certificates': ('补发',)}, {'deferred_hukou': ('暂缓',)})
    """
    text = re.sub(r"[\s《》]", "", " ".join(texts))
    found = {kind: tuple(dict.fromkeys(m[0] for m in re.finditer(words, text))) for kind, words in _TITLE_WORDS.items()}
    found = {kind: words for kind, words in found.items() if words}
    if _FIRST_ISSUE.search(text):
        found.pop("void_certificates", None)
    overruled = {kind for special in found for kind in _OVERRULES.get(special, ())}
    return {kind: words for kind, words in found.items() if kind not in overruled}


# --- what holds for all rows -------------------------------------------------------------------------------------------


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


#: field -> what finds its code in a text.
TOLD_FINDERS: Final[Mapping[str, Callable[[str], str | None]]] = {"direction": find_direction, "reason": find_void_reason, "period": find_period}


def told_by_title(kind: str, head: Head, texts: Iterable[str]) -> str | None:
    """Return the code that title, sheet name or file name tell for all rows, the first that tells one; else what the head itself shows."""
    field = FIELD_TOLD_BY_TITLE.get(kind)
    if field is None:
        return None
    headers = [column.header for column in head.columns if column.field == field]
    code = next((code for text in (*texts, *headers) if (code := TOLD_FINDERS[field](text))), None)
    places = {"from_region": "in", "to_region": "out"}
    shown = [way for place, way in places.items() if place in head.fields]
    return code or (shown[0] if kind == "migration" and len(shown) == 1 else None)


def settle_void_number(head: Head, kind: str, told: str | None) -> Head:
    """In a list of void certificates a number that nothing else is said of is the void one."""
    if kind != "void_certificates" or told != "void" or "old_birth_cert_no" in head.fields:
        return head
    columns = tuple(replace(c, field="old_birth_cert_no") if c.field == "new_birth_cert_no" and not _SAYS_WHICH.search(c.header) else c for c in head.columns)
    return replace(head, columns=columns)
