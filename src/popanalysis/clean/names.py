"""Names: keep every character, move notes out, leave unknown characters unknown.

Folding full-width forms turns ``．`` into ``.`` and ``･`` into ``・``; all of them are on the list of dots, so nothing is lost by it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np

from popanalysis.clean.faults import Finding
from popanalysis.clean.values import DITTO_WORDS, MISSING_WORDS, Cleaned, Distinct, fold_width, is_missing, tidy
from popanalysis.columns import UNKNOWN_CHARACTER

__all__ = ["NameReading", "clean_names", "is_placeholder_with_mother", "order_in_delivery", "read_name"]

DOT: Final = "\u00b7"

_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\uff0e.\u3002\u3001\u02d9\u25cf\u0387\u16eb\u2024"
_DOT_BETWEEN = re.compile(rf"(?<=[{_HAN}{UNKNOWN_CHARACTER}])[\s{re.escape(_DOTS)}]*[{re.escape(_DOTS)}][\s{re.escape(_DOTS)}]*(?=[{_HAN}{UNKNOWN_CHARACTER}])")
_BRACKETED = re.compile(r"[(（\[【〔{]([^()（）\[\]【】〔〕{}]*)[)）\]】〕}]")
_STRAY = re.compile(r"[()（）\[\]【】〔〕{}]")
_DESCRIBED = re.compile(rf"[{_HAN}]?[{_HAN}]\s*[+＋]\s*[{_HAN}]+|上.下.|左.右.")
_MARKS = re.compile(rf"[△▲☆★○◎※#＃]+|●+$|(?<=[{_HAN}][{_HAN}])[*＊]+$")
_UNWRITTEN = re.compile(r"[?？□■*＊\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_BESIDE = rf"[{_HAN}{UNKNOWN_CHARACTER}{re.escape(_DOTS)}]"
_LATIN_RUN = re.compile(rf"(?<={_BESIDE})[A-Za-z]+|[A-Za-z]+(?={_BESIDE})")
_BLANK_BETWEEN = re.compile(rf"(?<=[{_HAN}{DOT}{UNKNOWN_CHARACTER}])\s+(?=[{_HAN}{DOT}{UNKNOWN_CHARACTER}])")
_EDGES = " ,，、;；:：-—_/\\.。'’‘`´" + DOT

_UNKNOWN = Finding("name_unknown_character", "kept", "note")

#: Entries of lists for a child without a name yet.
_UNNAMED = re.compile(
    r"(暂|尚|还)?(未|没)(有)?(取|起|定|命)(姓)?名(字)?|待定|未定|待取名|待起名|待命名|无名(氏|字)?|新生儿|婴儿|男婴|女婴|小?宝宝|某某|"
    r".+(之|的)(长|次|三|大|小|双|孪)?(子|女|婴|儿|男|男婴|女婴|婴儿|孩)([大小]|[A-Da-d]|[甲乙丙]|[一二三1-3])?|"
    r"(.+(之|的))?([双孪][大小甲乙]|[大小][双孪])")
#: Entries instead of a name that somebody did not give.
_WITHHELD_NAME = re.compile(r"(拒绝|拒不|不愿|不肯|未|不)(提供|透露|登记|告知|配合)(本人|个人|真实)*(姓名|信息|身份信息|身份)?|拒绝|拒答|匿名|保密")
_PLAINLY_NAMED = re.compile(r"(?![暂尚还未没待拒不匿婴]|无名|新生|[男女]婴|小?宝宝|某某|保密|.?[双孪].?$)(?:(?![之的])[\u4e00-\u9fff]){2,8}")
_CHILD_OF_SOMEBODY = re.compile(r"[\u4e00-\u9fff]{2,8}之[子女婴][A-D]?")
_NOT_NAMED: Final = (Finding("name_placeholder", "moved", "info"),)
_TWIN_MARK = re.compile(r"(?:(?:之|的)(?:子|女|婴|男|女婴|男婴|婴儿)|双胞胎?之?|双胎之?|孪生之?|[双孪])([A-Ca-c大小甲乙丙一二三1-3])$|([大小])[双孪]$")
_TWIN_ORDER: Final = {mark: order for order, marks in enumerate(("A大甲一1", "B小乙二2", "C丙三3"), 1) for mark in marks}
_CHILD_OF_MOTHER = re.compile(r"(之)?(子|女|男|婴|男婴|女婴|婴儿|毛毛|宝宝|B)([大小]|[A-Da-d]|[甲乙丙]|[一二三1-3])?|[大小](子|女|婴)|[双孪][大小甲乙]|[大小][双孪]")


class NameReading(NamedTuple):
    """A name as kept, the text moved out of it, and what was found; ``None`` where there is none."""

    name: str | None
    note: str | None
    findings: tuple[Finding, ...]


def read_name(text: str, of_child: bool = False) -> NameReading:
    """Read one name.

    Parameters
    ----------
    text : the cell's text.
    of_child : whether entries such as 未取名 or 某某之女 may stand for a newborn without a name.

    Examples
    --------
    >>> read_name("王　伟").name, read_name("阿依古丽 • 买买提").name, read_name("李子WEI").name
    ('王伟', '阿依古丽·买买提', '李子□')
    >>> read_name("王芳（曾用名王方）")[:2], read_name("王芳之女", of_child=True)[:2]
    (('王芳', '曾用名王方'), (None, '王芳之女'))
    """
    bare, tidied = tidy(text)
    if is_missing(bare):
        return NameReading(None, None, tidied if bare else ())
    found = list(tidied)
    if _UNNAMED.fullmatch(fold_width(bare)) and (of_child or bare.startswith(("无名", "某某"))):
        return NameReading(None, bare, (*found, *_NOT_NAMED))
    if _WITHHELD_NAME.fullmatch(fold_width(bare)):
        return NameReading(None, bare, (*found, Finding("name_withheld", "moved", "info")))
    name, notes = _move_notes(bare, found)
    name = _unify(_mark_unwritten(name, found), found)
    if is_missing(name) or name in DITTO_WORDS or not any(character.isalnum() for character in name):
        return NameReading(None, bare, (*found, Finding("name_unreadable", "moved")))
    if of_child and _UNNAMED.fullmatch(name):
        return NameReading(None, bare, (*found, *_NOT_NAMED))
    return NameReading(name, "；".join(notes) or None, tuple(found))


def _move_notes(text: str, found: list[Finding]) -> tuple[str, list[str]]:
    """Take bracketed notes out; a bracket that describes a character stands for that one unknown character."""
    notes: list[str] = []

    def moved(match: re.Match[str]) -> str:
        if _DESCRIBED.fullmatch(match[1].strip()):
            return UNKNOWN_CHARACTER
        if match[1].strip():
            notes.append(match[1].strip())
        return ""

    name, n = _BRACKETED.subn(moved, text)
    while n:  # brackets inside brackets
        name, n = _BRACKETED.subn(moved, name)
    before, bracket, after = _split_unclosed(name)
    if bracket and before.strip():  # a bracket never closed: the cell was cut off
        notes += [after.strip()] if after.strip() else []
        name = before
    name = " ".join(_STRAY.sub("", name).split())
    if notes:
        found.append(Finding("name_note_moved", "moved", "note"))
    if UNKNOWN_CHARACTER in name and UNKNOWN_CHARACTER not in text:
        found.append(_UNKNOWN)
    return name.strip(), notes


def _mark_unwritten(name: str, found: list[Finding]) -> str:
    """Take marks off the end; write one unknown character for each that could not be written."""
    plain = _MARKS.sub("", name.strip(_EDGES))
    if plain != name.strip(_EDGES):
        found.append(Finding("name_mark_removed", "mended", "note"))
    return _noted(plain, _UNWRITTEN.sub(UNKNOWN_CHARACTER, plain), found, _UNKNOWN)


def _split_unclosed(name: str) -> tuple[str, str, str]:
    found = re.search(r"[(（\[【〔{]", name)
    return (name[: found.start()], found[0], name[found.end():]) if found else (name, "", "")


def _unify(name: str, found: list[Finding]) -> str:
    """Fold widths, write Latin letters inside a Han name as one unknown character (李子WEI), then unify dots and close blanks."""
    name = _noted(name, fold_width(name), found, Finding("width_folded", "mended", "note"))
    if re.search(rf"[{_HAN}]", name):
        name = _noted(name, _LATIN_RUN.sub(UNKNOWN_CHARACTER, name), found, _UNKNOWN)
    name = _noted(name, _DOT_BETWEEN.sub(DOT, name), found, Finding("name_dot_unified", "mended", "note"))
    return _noted(name, _BLANK_BETWEEN.sub("", name), found, Finding("name_blanks_removed", "mended", "note")).strip(_EDGES)


def _noted(before: str, after: str, found: list[Finding], finding: Finding) -> str:
    if after != before and finding not in found:
        found.append(finding)
    return after


def is_placeholder_with_mother(child: str, mother: str) -> bool:
    """Say whether a child's entry is the mother's name with a word for child.

    >>> is_placeholder_with_mother("高娃女", "高娃"), is_placeholder_with_mother("高娃", "高娃"), is_placeholder_with_mother("王芳婴大", "王芳")
    (True, False, True)
    """
    return child.startswith(mother) and bool(_CHILD_OF_MOTHER.fullmatch(child[len(mother):]))


def order_in_delivery(note: str) -> int | None:
    """Return which twin a note speaks of: the mark at the end of 王芳之女A, 双胞胎大, 孪生之二.

    >>> [order_in_delivery(note) for note in ("王芳之女A", "双胞胎小", "孪生之二", "小双", "曾用名王大", "王芳之女")]
    [1, 2, 2, 2, None, None]
    """
    found = _TWIN_MARK.search(note)
    return _TWIN_ORDER[(found[1] or found[2]).upper()] if found else None


def clean_names(column: Distinct, of_child: bool = False) -> Cleaned:
    """Read the distinct values of a column.

    Returns
    -------
    Cleaned with the columns ``""`` (name) and ``"note"``.
    """
    names = np.array([*column.values, None], dtype=object)[:-1]
    notes = np.empty(len(names), dtype=object)
    findings: list[tuple[Finding, ...]] = [()] * len(names)
    for i in [i for i, usual in enumerate(map(_PLAINLY_NAMED.fullmatch, column.values)) if usual is None or column.values[i] in MISSING_WORDS]:
        if of_child and _CHILD_OF_SOMEBODY.fullmatch(column.values[i]):  # a quarter of a hospital's list
            names[i], notes[i], findings[i] = None, column.values[i], _NOT_NAMED
        else:
            names[i], notes[i], findings[i] = read_name(column.values[i], of_child)
    return Cleaned({"": names, "note": notes}, findings)
