"""Times of day."""

from __future__ import annotations

import re

from popanalysis.clean.values import fold_width

__all__ = ["TIME_OF_DAY", "read_time"]

TIME_OF_DAY = re.compile(
    r"(上午|下午|凌晨|早上|早晨|清晨|中午|傍晚|晚上|晚|夜间|夜里|AM|PM)?\s*(\d{1,2})[:时點点](?:(\d{1,2})(?:[:分](?:(\d{1,2})秒?)?)?|(半)|整)?(?:\.\d+)?\s*(AM|PM)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE)
_COMPACT_TIME = re.compile(r"(\d{2})(\d{2})(?:(\d{2}))?", re.ASCII)
_AFTERNOON = ("下午", "傍晚", "晚上", "晚", "夜间", "夜里", "PM")
_NIGHT = ("晚上", "晚", "夜间", "夜里")


def read_time(text: str) -> str | None:
    """Return a time of day as HH:MM:SS, ``None`` where there is none or it has two readings; 24:00 stays 24:00:00.

    Examples
    --------
    >>> [read_time(text) for text in ("14:23", "下午2:23", "14时23分", "1423", "24:00", "25:10", "夜里12点")]
    ['14:23:00', '14:23:00', '14:23:00', '14:23:00', '24:00:00', None, None]
    """
    text = fold_width(text).strip()
    if found := TIME_OF_DAY.fullmatch(text):
        word = (found[1] or found[6] or "").upper()
        hour, minute, second = int(found[2]), 30 if found[5] else int(found[3] or 0), int(found[4] or 0)
        if word in _NIGHT and (hour == 12 or hour < 5):
            return None  # the night before or after?
        if word in _AFTERNOON and hour < 12:
            hour += 12
        elif word in ("凌晨", "AM") and hour == 12:
            hour = 0
        elif word == "中午" and hour < 3:
            hour += 12
    elif found := _COMPACT_TIME.fullmatch(text):
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    else:
        return None
    valid = (hour < 24 and minute < 60 and second < 60) or (hour, minute, second) == (24, 0, 0)
    return f"{hour:02d}:{minute:02d}:{second:02d}" if valid else None
