"""Proof that what is to be published says nothing about a person.

Two searches over every file: for what looks like a number of a person (identity, certificate, telephone; also
masked), and for the personal values of the run itself. Texts are first brought into the form they would be read in:
entities and escapes resolved, full-width digits made plain, blanks inside a name or number closed, pictures left out.
"""

from __future__ import annotations

import csv
import datetime as dt
import html as html_entities
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from popanalysis.report.messages import words

__all__ = ["Finding", "scan_publish", "scan_text"]

_TEXT_FILES = frozenset({".html", ".ipynb", ".json", ".csv", ".txt", ".md"})
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,[A-Za-z0-9+/=\s]+")
_TAG = re.compile(r"<[^>]*>")
_INLINE_TAG = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|small|span|strong|sub|sup|u|wbr)\b[^>]*>", re.IGNORECASE)
_STYLE = re.compile(r"<style\b.*?</style>", re.IGNORECASE | re.DOTALL)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_GAP = re.compile(rf"(?<=[{_HAN}])[ \t\u3000]+(?=[{_HAN}])|(?<=\d)[ \t](?=\d{{3,}})|(?<=\d{{6}})-(?=\d{{8}}-\d{{3}}[\dXx])|(?<=\d{{8}})-(?=\d{{3}}[\dXx]\b)")

_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_START, _END = r"(?<![0-9A-Za-z])(?<!\d\.)", r"(?![0-9A-Za-z])"
_PATTERNS = {
    "identity_number": re.compile(rf"{_START}\d{{6}}(\d{{8}})\d{{3}}[\dXx]{_END}|{_START}{_PROVINCE}\d{{4}}(\d{{6}})\d{{3}}{_END}"),
    "masked_number": re.compile(rf"(?<!\d){_PROVINCE}\d{{0,12}}(?:\*{{3,}}|[xX]{{4,}}|[●•]{{3,}})\d{{0,4}}[\dXx]?"),
    "certificate_number": re.compile(rf"{_START}[A-Z]\d{{9}}{_END}"),
    "telephone": re.compile(rf"{_START}(?:\+?86-?)?1[3-9]\d{{9}}{_END}|{_START}0\d{{2,3}}-\d{{7,8}}{_END}"),
}


@dataclass(frozen=True, order=True)
class Finding:
    """Something personal in a file to be published. The value itself is not repeated.

    Attributes
    ----------
    file : path inside the folder, "/" between folders.
    place : where: ``line 12``, ``row 3``, or the path inside JSON such as ``cells/4/outputs/0/text``.
    what : identity_number, masked_number, certificate_number, telephone, personal_value, masked_name, unreadable_file.
    length : characters of what was found; 0 for a file that could not be searched.
    """

    file: str
    place: str
    what: str
    length: int


def scan_publish(folder: Path, forbidden: Iterable[str], *, allowed: Iterable[str] = ()) -> list[Finding]:
    """Search every file of a folder for personal numbers and for the given values.

    Parameters
    ----------
    folder : the folder to be published.
    forbidden : personal values of the run (names, numbers, addresses, telephones); shorter than two characters are ignored.
    allowed : words that may be published although a person may be called so (names of towns, say): a value that stands
        inside one of them is no finding. The words of :mod:`popanalysis.report.messages` always are.

    Returns
    -------
    Findings sorted by file and place; empty means the folder holds no row about a person. A file of another kind than
    HTML, notebook, JSON, CSV and text is itself a finding, as nobody can vouch for it.
    """
    known = _Values(forbidden, allowed)
    findings: set[Finding] = set()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        try:
            pieces = list(_pieces(path))
        except (UnicodeDecodeError, ValueError):
            findings.add(Finding(name, "", "unreadable_file", 0))
            continue
        for place, text in pieces:
            findings.update(Finding(name, place, what, length) for what, length in known.find(text))
    return sorted(findings)


def scan_text(text: str, forbidden: Iterable[str] = (), *, allowed: Iterable[str] = ()) -> list[str]:
    """Return what :func:`scan_publish` would find in a text: the kinds of findings, sorted.

    Examples
    --------
    >>> scan_text("出生 312 例，公民身份号码159901202403050013"), scan_text("1599**********0013"), scan_text("一致率 0.159901202403050013")
    (['identity_number'], ['masked_number'], [])
    """
    return sorted({what for what, _ in _Values(forbidden, allowed).find(text)})


# --- from files to texts ------------------------------------------------------------------------------


def _pieces(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of a file; a suffix nobody knows how to search is a ValueError."""
    suffix = path.suffix.lower()
    if suffix not in _TEXT_FILES:
        raise ValueError(suffix)
    text = path.read_text(encoding="utf-8-sig")
    if suffix in (".ipynb", ".json"):
        yield from _strings(json.loads(text), "")
    elif suffix == ".csv":
        for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
            yield from ((f"row {number}", cell) for cell in row)
    else:
        yield from ((f"line {number}", line) for number, line in enumerate(_DATA_URI.sub(_same_lines, text).splitlines(), 1))
        if suffix == ".html":  # once more as it is read, so that markup inside a name hides nothing
            yield "page", _read_aloud(text)


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text and whole number inside a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield place, str(key)
            yield from _strings(inner, f"{place}/{key}" if place else str(key))
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):  # a notebook stores a text line by line
            yield place, _plain_and_html("".join(value))
        else:
            for number, inner in enumerate(value):
                yield from _strings(inner, f"{place}/{number}")
    elif isinstance(value, str) and not place.endswith("image/png"):
        yield place, _plain_and_html(value)
    elif isinstance(value, float) and value.is_integer():
        yield place, f"{value:.0f}"
    elif isinstance(value, int):
        yield place, str(value)


def _plain_and_html(text: str) -> str:
    """Return a text, and the same as a page would show it if it is HTML."""
    text = _DATA_URI.sub("", text)
    return f"{text}\n{_read_aloud(text)}" if "<" in text else text


def _read_aloud(page: str) -> str:
    return html_entities.unescape(_TAG.sub("\n", _INLINE_TAG.sub("", _STYLE.sub("", _DATA_URI.sub("", page)))))


def _same_lines(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _normal(text: str) -> str:
    """Bring a text into the form in which values are compared."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", html_entities.unescape(text)))
    return _GAP.sub("", text)


# --- what must not be there ---------------------------------------------------------------------------


class _Values:
    """The forbidden values, found by their first two characters: one look-up a position, however many there are."""

    def __init__(self, forbidden: Iterable[str], allowed: Iterable[str]) -> None:
        values = {_normal(str(value)).strip() for value in forbidden}
        self._forbidden = _by_start(dict.fromkeys(values, "personal_value") | {m: "masked_name" for v in values for m in _masked_forms(v)})
        own_words = (text for group in words().values() for entry in group.values() for text in (entry.zh, entry.en))
        self._allowed = _by_start({_normal(word): "" for word in (*allowed, *own_words)})

    def find(self, text: str) -> Iterator[tuple[str, int]]:
        """Yield (what, length) of everything personal in a text."""
        text = _normal(text)
        for what, pattern in _PATTERNS.items():
            for hit in pattern.finditer(text):
                if what != "identity_number" or _holds_date(hit):
                    yield what, len(hit[0])
        hits = list(_occurrences(text, self._forbidden))
        covers = list(_occurrences(text, self._allowed)) if hits else []
        for start, value, what in hits:
            end = start + len(value)
            if not any(s <= start and end <= s + len(word) for s, word, _ in covers) and _stands_alone(text, start, end):
                yield what, len(value)


def _by_start(values: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    index: dict[str, list[tuple[str, str]]] = {}
    for value, what in sorted(values.items()):
        if len(value) >= 2:
            index.setdefault(value[:2], []).append((value, what))
    return index


def _occurrences(text: str, index: dict[str, list[tuple[str, str]]]) -> Iterator[tuple[int, str, str]]:
    for start in range(len(text) - 1):
        for value, what in index.get(text[start:start + 2], ()):
            if text.startswith(value, start):
                yield start, value, what


def _masked_forms(name: str) -> set[str]:
    """Return how a Chinese name of two to four characters is usually masked: 王*, 王**, 王*芳, 王某某."""
    if not re.fullmatch(rf"[{_HAN}]{{2,4}}", name):
        return set()
    masked = {name[0] + sign * (len(name) - 1) for sign in "*某×"} if len(name) > 2 else {f"{name[0]}某", f"{name[0]}×"}
    return masked | {f"{name[0]}{sign * (len(name) - 2)}{name[-1]}" for sign in "*某×" if len(name) > 2}


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a value of Latin letters or digits is not merely part of a longer word or number; Han text has no such edges."""
    before, after = text[start - 1:start], text[end:end + 1]
    return not (_is_latin(text[start]) and _is_latin(before)) and not (_is_latin(text[end - 1]) and _is_latin(after))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _holds_date(hit: re.Match[str]) -> bool:
    """Whether the middle of an identity number is a date; other long numbers are not about persons."""
    digits = hit[1] or f"19{hit[2]}"
    try:
        return 1880 <= dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= 2100
    except ValueError:
        return False
