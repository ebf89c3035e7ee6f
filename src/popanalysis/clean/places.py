"""Addresses: county, town and village out of free text, by names in force and former ones.

An address is read from the left: province, prefecture or league, county or banner, town, village. Nothing is guessed: a name
that several counties share is settled by the prefecture named before it or by the home banner, else left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from popanalysis.clean.divisions import Divisions
from popanalysis.clean.faults import Finding
from popanalysis.clean.values import Cleaned, Distinct, fold_width, is_missing, tidy

__all__ = ["Place", "clean_addresses", "read_place", "with_county"]

_LONGEST_NAME: Final = 15  # 双江拉祜族佤族布朗族傣族自治县
_HOUSE_NUMBER = re.compile(r"\d")
_TOWN = re.compile(r"(\D{1,10}?(?:苏木|镇|乡|街道办事处|街道|农场|牧场|林场|园区|管委会))")
_VILLAGE = re.compile(r"(.{1,12}?)(?:嘎查村|嘎查|村民委员会|村委会|自然村|行政村|村|社区居民委员会|社区居委会|社区|居民委员会|居委会|分场)")


class Place(NamedTuple):
    """Where an address lies: six-digit county, nine-digit town, stem of the village; ``None`` where it cannot be told."""

    division: str | None = None
    town: str | None = None
    village: str | None = None


def read_place(text: str, divisions: Divisions) -> Place:
    """Read one address.

    Examples
    --------
    >>> divisions = Divisions.load(None, home="150524")
    >>> read_place("内蒙古通辽市库伦旗库伦镇东梁社区", divisions)
    Place(division='150524', town='150524100', village='东梁')
    >>> read_place("哲盟科左后旗甘旗卡镇", divisions), read_place("库伦镇东梁社区", divisions).division
    (Place(division='150522', town='150522100', village=None), '150524')
    """
    rest = re.sub(r"\s", "", text)
    province, rest = _province(rest, divisions)
    prefectures, rest = _prefecture(rest, province, divisions)
    county, rest = _county(rest, province, prefectures, divisions)
    town, rest = _town(rest, county or (divisions.home if not (province or prefectures) else None), divisions)
    if county is None and town is not None:
        county = town[:6]  # a town of the home banner, written without it as local lists do
    village = _VILLAGE.match(rest)
    return Place(county, town, village[1] if village else None)


def _province(text: str, divisions: Divisions) -> tuple[str | None, str]:
    for end in range(min(8, len(text)), 1, -1):
        if text[:end] in divisions.provinces:
            return divisions.provinces[text[:end]], text[end:].removeprefix("自治区")
    return None, text


def _ends(text: str, last: str) -> Iterator[int]:
    """Yield where a name may end, the longest first; ``last`` are the characters that names end in."""
    return (end for end in range(min(_LONGEST_NAME, len(text)), 1, -1) if text[end - 1] in last)


def _prefecture(text: str, province: str | None, divisions: Divisions) -> tuple[tuple[str, ...], str]:
    """A name that begins another name (通辽 in 通辽市) is no match; the longest one counts."""
    for end in _ends(text, "市盟区州"):
        codes = tuple(code for code in divisions.prefectures.get(text[:end], ()) if province is None or code.startswith(province))
        if codes:
            return codes, text[end:]
    return (), text


def _county(text: str, province: str | None, prefectures: tuple[str, ...], divisions: Divisions) -> tuple[str | None, str]:
    for end in _ends(text, "旗县区市镇域岛"):
        codes = divisions.counties.get(text[:end])
        if codes is None:
            continue
        within = _within(codes, province, prefectures, divisions)
        if len(within) == 1:
            return within.pop(), text[end:]
        if divisions.home in within:
            return divisions.home, text[end:]
    return None, text


def _within(codes: tuple[str, ...], province: str | None, prefectures: tuple[str, ...], divisions: Divisions) -> set[str]:
    """Return today's codes of the same-named counties that lie in the province and prefecture named before."""
    if len(codes) == 1 and divisions.status(codes[0]) == "active" and codes[0].startswith(province or "") and (
            not prefectures or any(codes[0].startswith(prefecture[:4]) for prefecture in prefectures)):
        return {codes[0]}
    today = {divisions.current(code) for code in codes}
    if province:
        today = {code for code in today if code.startswith(province)}
    if prefectures:
        nearer = {code for code in today if any(code.startswith(prefecture[:4]) for prefecture in prefectures)}
        # county-level cities stand under their province directly in the code; keep them where nothing nearer fits
        today = nearer or {code for code in today if any(code.startswith(prefecture[:2]) for prefecture in prefectures)}
    in_force = {code for code in today if divisions.status(code) != "abolished"}
    return in_force or today


def _town(text: str, county: str | None, divisions: Divisions) -> tuple[str | None, str]:
    names = divisions.towns.get(county, {}) if county else {}
    for end in range(min(_LONGEST_NAME, len(text)), 1, -1):
        if text[:end] in names:
            return names[text[:end]], text[end:].removeprefix("办事处")
    found = _TOWN.match(text)
    return None, text[found.end():] if found else text


def _place_of(text: str, divisions: Divisions, known: dict[str, Place]) -> Place:
    """Read an address once for all houses of a village: no name of a division holds a digit, so what follows a village does not matter."""
    start = _HOUSE_NUMBER.split(text, maxsplit=1)[0]
    if start not in known:
        known[start] = read_place(start, divisions)
    return known[start] if known[start].village or start == text else read_place(text, divisions)


# --- whole columns ------------------------------------------------------------------------------------------


def clean_addresses(column: Distinct, divisions: Divisions) -> Cleaned:
    """Read the distinct addresses of a column.

    Returns
    -------
    Cleaned with the columns ``""`` (text), ``"division"`` (six digits), ``"town"`` (nine digits) and ``"village"`` (stem).
    """
    size = len(column.values)
    columns = {name: np.empty(size, dtype=object) for name in ("", "division", "town", "village")}
    findings: list[tuple[Finding, ...]] = [()] * size
    known: dict[str, Place] = {}
    for i, value in enumerate(column.values):
        bare, found = tidy(value)
        if is_missing(bare):
            findings[i] = found if bare else ()
            continue
        text = fold_width(bare)
        place = _place_of(text, divisions, known)
        columns[""][i], columns["division"][i], columns["town"][i], columns["village"][i] = text, *place
        findings[i] = found if place.division else (*found, Finding("division_unknown", "kept", "note"))
    return Cleaned(columns, findings)


def with_county(cleaned: Cleaned, divisions: Divisions) -> Cleaned:
    """Add to cleaned words, such as the name of a hospital, the county they begin with: ``"division"``, blank where they name none.

    Parameters
    ----------
    cleaned : its column ``""`` holds the words.
    """
    words = cleaned.columns[""]
    counties = np.empty(len(words), dtype=object)
    for i, text in enumerate(words):
        if isinstance(text, str):
            counties[i] = read_place(text, divisions).division
    return Cleaned({**cleaned.columns, "division": counties}, cleaned.findings)
