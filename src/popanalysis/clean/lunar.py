"""Lunar dates: recognised by their words, never converted silently. A solar date can be proposed, for a person to confirm."""

from __future__ import annotations

import datetime as dt
import re

__all__ = ["is_lunar", "propose_solar_date"]

_NUMERALS = "一二三四五六七八九十"
_WORDS = re.compile(r"农历|阴历|旧历|古历|老历|正月|冬月|腊月|初[一二三四五六七八九十]|廿|卅|闰")
#: 2025年二月十三: a month and a day in numerals with no 日 or 号 behind
_NUMERAL_DAY = re.compile(rf"(\d{{4}}年)?[{_NUMERALS}]{{1,2}}月[{_NUMERALS}]{{1,3}}")
_NAMED_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_LAST_DAYS = re.compile(rf"(?:(\d{{4}})年)?(闰?)([正冬腊{_NUMERALS}]{{1,2}})月(初|廿|卅)?([{_NUMERALS}]{{0,3}})[日号]?")
_SOLAR_SHAPE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")


def is_lunar(text: str) -> bool:
    """Say whether a date is marked as lunar.

    >>> [is_lunar(text) for text in ("农历二月十三", "闰六月初三", "2025年二月十三", "二〇二五年三月五日", "2025-02-13")]
    [True, True, True, False, False]
    """
    return bool(_WORDS.search(text) or _NUMERAL_DAY.fullmatch(text.strip()))


def propose_solar_date(text: str, as_of: dt.date | None = None) -> dt.date | None:
    """Return the solar date that a lunar one may mean; ``None`` where it has none or its year is unknown.

    Without a year the last such day up to ``as_of`` is proposed.

    Examples
    --------
    >>> propose_solar_date("2025年二月十三").isoformat(), propose_solar_date("农历闰六月初三", dt.date(2025, 10, 10)).isoformat()
    ('2025-03-12', '2025-07-27')
    """
    from borax.calendars.lunardate import LunarDate  # here, not above: few values need it

    parts = _parts(re.sub(r"[\s()（）]|农历|阴历|旧历|古历|老历", "", text))
    if parts is None:
        return None
    year, month, day, leap = parts
    years = [year] if year else [as_of.year, as_of.year - 1] if as_of else []
    for candidate in years:
        try:
            solar: dt.date = LunarDate(candidate, month, day, leap).to_solar_date()
        except ValueError:
            continue
        if year or as_of is None or solar <= as_of:
            return solar
    return None


def _parts(text: str) -> tuple[int | None, int, int, int] | None:
    if found := _SOLAR_SHAPE.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3]), 0
    found = _LAST_DAYS.fullmatch(text)
    if not found or not (found[4] or found[5]):
        return None
    day = {"廿": 20, "卅": 30}.get(found[4] or "", 0) + _value(found[5])
    return int(found[1]) if found[1] else None, _NAMED_MONTHS.get(found[3]) or _value(found[3]), day, int(bool(found[2]))


def _value(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    digit = {c: i for i, c in enumerate(_NUMERALS, 1)}
    return (digit.get(tens, 1) * 10 if ten else 0) + digit.get(ones, 0)
