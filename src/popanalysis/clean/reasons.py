"""Reasons in an office's own words: why a delivery is to be clarified, why a registration is pending.

Birth-policy papers are no ground for anything since 2016: a reason that names one is reported, and its words are stored nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.faults import Finding
from popanalysis.clean.findings import Findings
from popanalysis.clean.values import fold_width, is_missing, tidy
from popanalysis.columns import CERTIFICATE_FIELDS, DATE_FIELDS, ID_FIELDS, INTEGER_FIELDS, NAME_FIELDS, SEX_FIELDS

__all__ = ["TEXTS_WITH_REASONS", "classify_defer_reason", "classify_doubt", "doubt_in_remark", "kept_text", "names_policy", "set_policy_words_aside", "settle_defer_class", "settle_doubt_class"]

Texts = npt.NDArray[np.object_]

#: Fields beside whose value a remark may stand.
_ANNOTATED: Final = NAME_FIELDS | ID_FIELDS | CERTIFICATE_FIELDS | DATE_FIELDS | INTEGER_FIELDS | SEX_FIELDS | {"birth_datetime", "birth_time"}
#: Texts of which the parts that name a birth-policy matter, or somebody's marital status, are not kept.
TEXTS_WITH_REASONS: Final = frozenset({"defer_reason", "doubt_reason", "remark", "change_reason", "birth_reg_class", "birth_place", "exit_reason"}) | _ANNOTATED
_POLICY = re.compile("服务证|准生|生育证|生育登记|生育服务|计划生育|计生|抚养费|政策[内外]|计划[内外]|超生|超怀|违法生育|孩政策|未婚|已婚|单身|同居|非婚|婚外|私生|离异|离婚|丧偶|再婚|二婚|初婚|复婚|单亲|避孕|结扎|上环|节育")
#: A place of birth may bear such words in its name: 妇幼保健计划生育服务中心.
_INSTITUTION = re.compile(r"(?:计划生育|计生)(?:技术)?(?:指导|服务|宣传)*(?:总站|中心|站|所|医院|局|委员会|委|办公室|协会)")
_BRACKETED = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_PARTS = re.compile(r"[，,、；;。/\n]|以及|及|和|与")

_WITHHELD = re.compile("拒|不(愿|肯|予|同意)?(提供|透露|配合|告知)|不愿|未提供(个人|本人|真实).*信息")
_UNDOCUMENTED = re.compile("(无|没有?|未(携?带|持|出示|提供)|不能(提供|出示)|缺)(有|任何|相关|有效|本人|合法|居民)*(身份)?(证件|证明|身份证)|(证件|身份证)(缺|丢|遗)失|无证(?!明)")
_DOUBTFUL = re.compile("(?<!无)(?<!没有)(疑|不符|不一致|有误|对不上|无法核实|未能核实|虚假|冒用|借用)")
_NON_LOCAL = re.compile("旗外|外旗|外地|非本(旗|县|地|辖区)|外(省|市|县|盟)|异地|外来|流动人口")

_CERTIFICATE = re.compile("出生(医学)?证|医学证明")
_DIFFERS = re.compile("不符|不一致|不相符|有误|错误|涂改|不同|填错|差错")
_LACKS = re.compile("无|未|没|缺|不能|遗失|丢失|尚|待")
_ABROAD = re.compile("国外|境外|海外|港澳|香港|澳门|台湾")
_PARENTAGE = re.compile("亲子|亲缘|血缘|DNA|生父|亲生|抚养关系|身份关系|鉴定", re.IGNORECASE)
_PAPERS = re.compile("户口(簿|本)|身份证|结婚证|护照|父母.*(证|户口)|监护人")


def set_policy_words_aside(field: str, texts: Texts, found: Findings) -> tuple[Texts, Texts]:
    """Take out of a free text what it says of birth-policy papers.

    Returns
    -------
    the texts to clean and the texts that findings may show; both are blank where a pending registration's reason names such a paper,
    and lack those parts in a remark or beside a name, number or date.
    """
    together = "\n".join(filter(None, texts.tolist()))
    if together.isascii() or not names_policy(together):
        return texts, texts
    codes, values = pd.factorize(texts)
    kept = np.array([*(kept_text(field, value) for value in values), None], dtype=object)[:-1]
    named = kept != values
    if not named.any():
        return texts, texts
    finding = Finding("defer_reason_not_permitted", "set_missing") if field == "defer_reason" else Finding("policy_words_removed", "not_stored", "note")
    found.where(pd.Series(named[codes]), field, np.full(len(texts), "", dtype=object), finding)
    return kept[codes], kept[codes]


def kept_text(field: str, text: str) -> str:
    """Return what is kept of a text: all of it, or without the parts that name a matter that is not.

    >>> kept_text("child_name", "包小宝（计划外）"), kept_text("remark", "早产，计划外"), kept_text("birth_place", "旗计划生育服务站"), kept_text("defer_reason", "无准生证")
    ('包小宝', '早产', '旗计划生育服务站', '')
    """
    if field not in TEXTS_WITH_REASONS or not names_policy(_INSTITUTION.sub("", text) if field == "birth_place" else text):
        return text
    return "" if field == "defer_reason" else _without_note(text) if field in _ANNOTATED else _without_policy(text)


def names_policy(text: str) -> bool:
    """Say whether a text names a matter that is not kept.

    >>> names_policy("包小宝（计划外）"), names_policy("早产")
    (True, False)
    """
    return _POLICY.search(text) is not None


def _without_policy(text: str) -> str:
    return "；".join(part.strip() for part in _PARTS.split(text) if part.strip() and not names_policy(part))


def _without_note(text: str) -> str:
    """Take the remark beside a name or number out, never the name."""
    return _POLICY.sub("", _BRACKETED.sub(lambda note: "" if names_policy(note[1]) else note[0], text)).strip()


# --- deliveries to be clarified ----------------------------------------------------------------------------------


def classify_doubt(text: str) -> str | None:
    """Return the class of a stated reason, ``None`` where nothing is stated.

    Examples
    --------
    >>> [classify_doubt(text) for text in ("拒不提供个人真实信息", "无相关证件", "旗外户籍", "身份证明和住址有疑问", "旗外户籍，住址有疑问", "")]
    ['withheld', 'undocumented', 'non_local', 'doubtful', 'doubtful', None]
    """
    word = re.sub(r"\s", "", fold_width(tidy(text)[0]))
    return None if is_missing(word) else _doubt_in_words(word) or "doubtful"


def doubt_in_remark(text: str) -> str | None:
    """Return the class of what a remark says about the mother's identity or address, ``None`` where it says nothing of them.

    Examples
    --------
    >>> [doubt_in_remark(text) for text in ("产妇住址有疑问", "未带身份证", "早产")]
    ['doubtful', 'undocumented', None]
    """
    return _doubt_in_words(re.sub(r"\s", "", fold_width(tidy(text)[0])))


def _doubt_in_words(word: str) -> str | None:
    for name, pattern in (("withheld", _WITHHELD), ("undocumented", _UNDOCUMENTED), ("doubtful", _DOUBTFUL), ("non_local", _NON_LOCAL)):
        if pattern.search(word):
            return name
    return None


def settle_doubt_class(columns: dict[str, pd.Series], raw: dict[str, Texts], frame: pd.DataFrame) -> None:
    """Add ``doubt_class``: by the stated reason, else by the remark; who left neither name nor number nor a reason withheld them.

    A refusal written in place of the name or the number counts like a stated reason. Where only a name or a number stands, the delivery
    is in the list for a doubt that was not put into words. A class given before stays.
    """
    index = frame.index
    blank = pd.Series(pd.NA, index=index, dtype="string")
    stated = _by_value(columns.get("doubt_reason", blank), classify_doubt).fillna(_by_value(columns.get("remark", blank), _doubt_in_words))
    refused = pd.Series(False, index=index)
    for field in ("mother_name", "mother_id"):
        if field in raw:
            refused |= pd.Series([bool(_WITHHELD.search(text)) for text in raw[field].tolist()], index=index)
    unnamed = columns.get("mother_name", blank).isna() & columns.get("mother_id", blank).isna()
    careful = blank.mask(unnamed, "withheld")
    before = frame["doubt_class"].astype("string") if "doubt_class" in frame else blank
    columns["doubt_class"] = before.fillna(stated.mask(refused, "withheld")).fillna(careful).fillna("doubtful").astype("string")


def _by_value(column: pd.Series, classify: Callable[[str], str | None]) -> pd.Series:
    return column.map({value: classify(value) for value in column.dropna().unique()}, na_action="ignore").astype("string")


# --- registrations pending ---------------------------------------------------------------------------------------


def classify_defer_reason(text: str) -> str | None:
    """Return the class of a stated reason; what remains beside a birth-policy paper decides, and nothing remaining is ``not_permitted``.

    Examples
    --------
    >>> [classify_defer_reason(text) for text in ("无出生医学证明", "无计划生育服务证", "出生证与户口簿信息不符", "父母身份证过期", "需亲子鉴定", "国外出生", "其他")]
    ['no_birth_certificate', 'not_permitted', 'certificate_differs', 'parents_papers', 'parentage', 'birth_abroad', 'other']
    >>> classify_defer_reason("未提供出生医学证明、计划生育服务证"), classify_defer_reason("")
    ('no_birth_certificate', None)
    """
    word = re.sub(r"\s", "", fold_width(tidy(text)[0]))
    if is_missing(word):
        return None
    if not _POLICY.search(word):
        return _permitted_class(word)
    rest = _permitted_class(_without_policy(word))
    return "not_permitted" if rest in (None, "other") else rest


def _permitted_class(word: str) -> str | None:
    if is_missing(word):
        return None
    if _CERTIFICATE.search(word):
        return "certificate_differs" if _DIFFERS.search(word) else "no_birth_certificate" if _LACKS.search(word) or len(word) <= 8 else "other"
    for name, pattern in (("birth_abroad", _ABROAD), ("parentage", _PARENTAGE), ("parents_papers", _PAPERS), ("certificate_differs", _DIFFERS)):
        if pattern.search(word):
            return name
    return "other"


def settle_defer_class(columns: dict[str, pd.Series], stated: dict[str, Texts], frame: pd.DataFrame, found: Findings) -> None:
    """Add ``defer_class`` from the words as they stood (``stated``), the remark's where no reason is given; a class given before stays."""
    blank = pd.Series(pd.NA, index=frame.index, dtype="string")
    reason, remark = (
        _by_value(pd.Series(stated[field], index=frame.index, dtype="string"), classify_defer_reason) if field in stated else blank
        for field in ("defer_reason", "remark"))
    by_remark = reason.isna() & remark.notna() & (remark != "other")
    if "remark" in stated:
        found.where(by_remark & (remark == "not_permitted"), "remark", np.full(len(frame), "", dtype=object), Finding("defer_reason_not_permitted", "set_missing"))
    before = frame["defer_class"].astype("string") if "defer_class" in frame else blank
    columns["defer_class"] = reason.fillna(remark.where(by_remark)).where(before.isna(), before).astype("string")
