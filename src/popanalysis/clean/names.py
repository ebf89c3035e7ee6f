"""Names: keep every character, move notes out, leave unknown characters unknown.

Order matters: dots are unified before full-width forms are folded, because folding turns ``．`` into ``.``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np

from popanalysis.clean.faults import Finding
from popanalysis.clean.values import Cleaned, Distinct, fold_width, is_missing, tidy
from popanalysis.columns import UNKNOWN_CHARACTER

__all__ = ["NameReading", "clean_names", "is_placeholder_with_mother", "read_name"]

DOT: Final = "\u00b7"

_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_USUAL = re.compile(r"[\u4e00-\u9fff]{2,8}")
_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\uff0e.\u3002\u3001\u02d9\u25cf\u0387\u16eb\u2024"
_DOT_BETWEEN = re.compile(rf"(?<=[{_HAN}{UNKNOWN_CHARACTER}])\s*[{re.escape(_DOTS)}]+\s*(?=[{_HAN}{UNKNOWN_CHARACTER}])")
_BRACKETED = re.compile(r"[(（\[【〔{]([^()（）\[\]【】〔〕{}]*)[)）\]】〕}]")
_DESCRIBED = re.compile(rf"[{_HAN}]?[{_HAN}]\s*[+＋]\s*[{_HAN}]+|上.下.|左.右.")
_MARKS = re.compile(r"[△▲☆★○●◎※#＃]+|(?<=[^*＊][^*＊])[*＊]+$")
_UNWRITTEN = re.compile(r"[?？□■*＊\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LATIN_RUN = re.compile(rf"(?<=[{_HAN}{DOT}])[A-Za-z]+|[A-Za-z]+(?=[{_HAN}{DOT}])")
_BLANK_BETWEEN = re.compile(rf"(?<=[{_HAN}{DOT}{UNKNOWN_CHARACTER}])\s+(?=[{_HAN}{DOT}{UNKNOWN_CHARACTER}])")
_EDGES = " ,，、;；:：-—_/\\.。" + DOT

#: Entries of lists for a child without a name yet.
_UNNAMED = re.compile(
    r"(暂|尚|还)?(未|没)(有)?(取|起|定|命)(姓)?名(字)?|待定|未定|待取名|待起名|待命名|无名(氏|字)?|新生儿|婴儿|男婴|女婴|小?宝宝|某某|"
    r".+(之|的)(长|次|三|大|小|双|孪)?(子|女|婴|儿|男|男婴|女婴|婴儿|孩)([大小]|[A-Da-d]|[甲乙丙]|[一二三1-3])?")
_CHILD_OF_MOTHER = re.compile(r"(之)?(子|女|男|婴|男婴|女婴|婴儿|毛毛|宝宝|B)([大小]|[A-Da-d]|[甲乙丙]|[一二三1-3])?|[大小](子|女|婴)")


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
        return NameReading(None, bare, (*found, Finding("name_placeholder", "moved", "info")))
    name, notes = _move_notes(bare, found)
    name = _unify(name, found)
    name = _mark_unwritten(name, found)
    name = name.strip(_EDGES)
    note = "；".join(notes) or None
    if not name.replace(UNKNOWN_CHARACTER, "").strip(_EDGES):
        return NameReading(None, bare, (*found, Finding("name_unreadable", "moved")))
    if of_child and _UNNAMED.fullmatch(name):
        return NameReading(None, bare, (*found, Finding("name_placeholder", "moved", "info")))
    return NameReading(name, note, tuple(found))


def _move_notes(text: str, found: list[Finding]) -> tuple[str, list[str]]:
    """Take bracketed notes out; a bracket that describes a character stands for that one unknown character."""
    notes: list[str] = []

    def moved(match: re.Match[str]) -> str:
        if _DESCRIBED.fullmatch(match[1].strip()):
            return UNKNOWN_CHARACTER
        if match[1].strip():
            notes.append(match[1].strip())
        return ""

    name = _BRACKETED.sub(moved, text)
    unclosed = re.search(r"[(（\[【]", name)  # a bracket never closed: the cell was cut off
    if unclosed and unclosed.start() > 0:
        notes.append(name[unclosed.end():].strip())
        name = name[: unclosed.start()]
    if notes:
        found.append(Finding("name_note_moved", "moved", "note"))
    if UNKNOWN_CHARACTER in name and UNKNOWN_CHARACTER not in text:
        found.append(Finding("name_unknown_character", "kept", "note"))
    return name.strip(), notes


def _unify(name: str, found: list[Finding]) -> str:
    dotted = _DOT_BETWEEN.sub(DOT, name)
    if dotted != name:
        found.append(Finding("name_dot_unified", "mended", "note"))
    folded = fold_width(dotted)
    if folded != dotted:
        found.append(Finding("width_folded", "mended", "note"))
    closed = _BLANK_BETWEEN.sub("", folded)
    if closed != folded:
        found.append(Finding("name_blanks_removed", "mended", "note"))
    return closed


def _mark_unwritten(name: str, found: list[Finding]) -> str:
    """Write one unknown character for each that could not be written, and for Latin letters inside a Han name."""
    plain = _MARKS.sub("", name)
    if plain != name:
        found.append(Finding("name_mark_removed", "mended", "note"))
    known = _UNWRITTEN.sub(UNKNOWN_CHARACTER, plain)
    if re.search(rf"[{_HAN}]", known):
        known = _LATIN_RUN.sub(UNKNOWN_CHARACTER, known)
    if known != plain and all(finding.fault != "name_unknown_character" for finding in found):
        found.append(Finding("name_unknown_character", "kept", "note"))
    return known


def is_placeholder_with_mother(child: str, mother: str) -> bool:
    """Say whether a child's entry is the mother's name with a word for child.

    >>> is_placeholder_with_mother("高娃女", "高娃"), is_placeholder_with_mother("高娃", "高娃"), is_placeholder_with_mother("王芳婴大", "王芳")
    (True, False, True)
    """
    return child.startswith(mother) and bool(_CHILD_OF_MOTHER.fullmatch(child[len(mother):]))


def clean_names(column: Distinct, of_child: bool = False) -> Cleaned:
    """Read the distinct values of a column.

    Returns
    -------
    Cleaned with the columns ``""`` (name) and ``"note"``.
    """
    names = np.empty(len(column.values), dtype=object)
    notes = np.empty(len(column.values), dtype=object)
    findings: list[tuple[Finding, ...]] = [()] * len(column.values)
    for i, value in enumerate(column.values):
        if _USUAL.fullmatch(value) and not is_missing(value) and not _UNNAMED.fullmatch(value):
            names[i] = value
        else:
            names[i], notes[i], findings[i] = read_name(value, of_child)
    return Cleaned({"": names, "note": notes}, findings)
