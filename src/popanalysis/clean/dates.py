"""Dates and times: one written list of forms, never a guess.

What cannot be told apart (25/3/5, 03/04/2025) is reported and missing, unless the office's layout states the order. A date
without a day keeps its precision. A time never moves a date, except 24:00, a stated UTC offset, and the two clock times
that export programs are known to put into date-only columns.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from popanalysis.clean.days import YEARS, digits_of, real_days
from popanalysis.clean.faults import Finding
from popanalysis.clean.lunar import is_lunar, propose_solar_date
from popanalysis.clean.times import TIME_OF_DAY, read_time
from popanalysis.clean.values import Cleaned, Distinct, fold_width, is_missing, tidy

__all__ = ["Century", "DateReading", "clean_dates", "clean_times", "read_date"]

LOCAL_ZONE: Final = ZoneInfo("Asia/Shanghai")
_SERIALS: Final = (10_000, 80_000)  # 1927 to 2119; smaller serials are more likely counts than dates
_SERIAL_ZERO: Final = dt.datetime(1899, 12, 30)
#: Browser tools writing Shanghai time miss midnight by the 43 seconds of the zone's old local mean time.
_ARTEFACTS: Final = {"23:59:17": 1, "00:00:43": 0}

_DIGIT = {**{c: i for i, c in enumerate("〇一二三四五六七八九")}, "零": 0, "○": 0, "Ｏ": 0, "O": 0, "o": 0, "两": 2}
_HAN_YEAR = re.compile(r"[〇零○ＯOo一二三四五六七八九]{4}(?=年)|[〇零○ＯOo一二三四五六七八九]{2}(?=年)")
_HAN_NUMBER = re.compile(r"[二三四五六七八九]?十[一二三四五六七八九]?|[〇零一二三四五六七八九两]")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?)?", re.ASCII)
_SEPARATOR = re.compile(r"\s*([-/.年月:])\s*")
_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?:T|[\s,]*)(.*)", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?", re.ASCII)
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})", re.ASCII)
_YEAR = re.compile(r"(\d{4})年?", re.ASCII)
_SHORT = re.compile(r"(\d{1,4})[-/.年](\d{1,2})[-/.月](\d{1,4})[日号]?(.*)", re.ASCII)
_NO_YEAR = re.compile(r"\d{1,2}[-/.月]\d{1,2}[日号]?|\d{3,4}", re.ASCII)
_STAMP = re.compile(r"\d{12,13}", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class DateReading:
    """A date as read. ``precision`` is day, month or year; a month is kept as its first day. ``clock`` is HH:MM:SS."""

    date: dt.date | None = None
    precision: str | None = None
    clock: str | None = None
    findings: tuple[Finding, ...] = ()


def _fault(name: str) -> DateReading:
    return DateReading(findings=(Finding(name, "set_missing"),))


@dataclass(frozen=True)
class Century:
    """What decides the century of a two-digit year: the day of the record, and whether the date is of an act or event near it or of somebody's birth."""

    as_of: dt.date
    recent: bool = True

    def year(self, short: int) -> int | None:
        """Return the only year it can be, ``None`` where there are two or none: nothing told lies in a year to come."""
        this = self.as_of.year % 100
        if self.recent:
            return 2000 + short if short <= this else None
        return 1900 + short if short > this else None


def read_date(text: str, cell_type: str = "text", order: str | None = None, century: Century | None = None) -> DateReading:
    """Read one date, with its time where one stands there.

    Parameters
    ----------
    text : the cell's text; a date cell comes as ISO text.
    cell_type : what the cell was.
    order : ``ymd``, ``dmy`` or ``mdy`` where the office's layout states it.
    century : what tells the century of a two-digit year where only one order is possible (25年4月9日, 6/17/25); without it such a date is ambiguous.

    Examples
    --------
    >>> read_date("二〇二五年三月五日").date.isoformat(), read_date("2025年3月").precision
    ('2025-03-05', 'month')
    >>> [read_date(text).findings[0].fault for text in ("25/3/5", "2025-02-30", "2025年二月十三")]
    ['date_ambiguous', 'date_impossible', 'date_lunar']
    """
    if usual := _ISO.fullmatch(text):
        return _from_iso(usual)
    bare, found = tidy(text)
    if is_missing(bare):
        return DateReading(findings=found if bare else ())
    if is_lunar(bare):
        return DateReading(findings=(*found, Finding("date_lunar", "set_missing", "note")))
    read = _read_plain(_plain_digits(bare), cell_type, order, century)
    return replace(read, findings=(*found, *read.findings))


def _from_iso(found: re.Match[str]) -> DateReading:
    read = _dated(int(found[1]), int(found[2]), int(found[3]), "")
    return DateReading(read.date, read.precision, f"{found[4]}:{found[5]}:{found[6] or '00'}") if read.date and found[4] else read


def _plain_digits(text: str) -> str:
    """Fold full-width forms, turn Chinese numerals into digits, close the blanks around separators."""
    text = _HAN_YEAR.sub(lambda m: "".join(str(_DIGIT[c]) for c in m[0]), text)
    text = fold_width(text)
    text = _HAN_NUMBER.sub(lambda m: str(_value(m[0])), text)
    text = re.sub(r"[\u2010-\u2015\u2212~]", "-", text)
    return re.sub(r"(出生|生)$", "", _SEPARATOR.sub(r"\1", text)).strip()


def _value(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    return (_DIGIT.get(tens, 1) * 10 if ten else 0) + _DIGIT.get(ones, 0)


def _read_plain(text: str, cell_type: str, order: str | None, century: Century | None) -> DateReading:
    if found := _FULL.fullmatch(text):
        return _dated(int(found[1]), int(found[2]), int(found[3]), found[4])
    text = re.sub(r"\.0+$", "", text)
    if _STAMP.fullmatch(text) and not (len(text) == 12 and _is_compact(text)):
        return _from_stamp(int(text))
    if (found := _COMPACT.fullmatch(text)) and int(found[1]) in YEARS:
        clock = f"{found[4]}:{found[5]}:{found[6] or '00'}" if found[4] else ""
        return _dated(int(found[1]), int(found[2]), int(found[3]), clock)
    if found := _MONTH.fullmatch(text):
        if cell_type == "number" and len(found[2]) == 1:
            return _fault("date_ambiguous")  # 2024.1 in a number cell may have been 2024.10
        return _monthly(int(found[1]), int(found[2]))
    if _SERIAL.fullmatch(text) and _SERIALS[0] <= float(text) <= _SERIALS[1]:
        return _from_serial(float(text))
    if (found := _COMPACT_MONTH.fullmatch(text)) and int(found[1]) in YEARS:
        return _monthly(int(found[1]), int(found[2]))
    if (found := _YEAR.fullmatch(text)) and 1900 <= int(found[1]) <= 2099:
        return DateReading(dt.date(int(found[1]), 1, 1), "year", None, (Finding("date_year_only", "kept", "note"),))
    if found := _SHORT.fullmatch(text):
        return _in_order(found, order) if order else _in_the_only_order(found, century)
    if TIME_OF_DAY.fullmatch(text) and (time := read_time(text)):
        return DateReading(clock=time)
    return _fault("date_no_year" if _NO_YEAR.fullmatch(text) else "date_unreadable")


def _is_compact(text: str) -> bool:
    return _dated(int(text[:4]), int(text[4:6]), int(text[6:8]), "").date is not None and int(text[8:10]) < 25 and int(text[10:12]) < 60


def _dated(year: int, month: int, day: int, rest: str) -> DateReading:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return _fault("date_impossible")
    if year not in YEARS:
        return _fault("date_impossible")
    if not rest.strip():
        return DateReading(date, "day")
    return _timed(date, rest)


def _timed(date: dt.date, rest: str) -> DateReading:
    match = TIME_OF_DAY.fullmatch(rest.strip())
    clock = read_time(rest)
    if clock is None:
        return DateReading(date, "day", None, (Finding("time_unreadable", "set_missing", "note"),))
    if match and match[7] and match[7] not in ("+08:00", "+0800"):
        return _from_zone(date, clock, match[7])
    if clock.startswith("24:"):
        return DateReading(date + dt.timedelta(days=1), "day", "00:00:00", (Finding("date_24h", "mended", "note"),))
    return DateReading(date, "day", clock)


def _from_zone(date: dt.date, clock: str, offset: str) -> DateReading:
    moment = dt.datetime.fromisoformat(f"{date.isoformat()}T{clock}{'+00:00' if offset.upper() == 'Z' else offset}").astimezone(LOCAL_ZONE)
    return DateReading(moment.date(), "day", moment.strftime("%H:%M:%S"), (Finding("date_zone_converted", "mended", "note"),))


def _from_stamp(milliseconds: int) -> DateReading:
    moment = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)).astimezone(LOCAL_ZONE)
    if not 1900 <= moment.year <= 2100:
        return _fault("date_unreadable")
    clock = moment.strftime("%H:%M:%S")
    return DateReading(moment.date(), "day", None if clock == "00:00:00" else clock, (Finding("date_zone_converted", "mended", "note"),))


def _from_serial(serial: float) -> DateReading:
    moment = _SERIAL_ZERO + dt.timedelta(seconds=round(serial * 86_400))
    clock = moment.strftime("%H:%M:%S") if serial % 1 else None
    return DateReading(moment.date(), "day", clock, (Finding("date_serial", "mended", "note"),))


def _monthly(year: int, month: int) -> DateReading:
    if year not in YEARS or not 1 <= month <= 12:
        return _fault("date_impossible")
    return DateReading(dt.date(year, month, 1), "month", None, (Finding("date_month_only", "kept", "note"),))


def _in_order(found: re.Match[str], order: str) -> DateReading:
    """Read 25/3/5 or 03/04/2025 in the stated order; a two-digit year is taken as 20xx up to 49, as 19xx from 50."""
    parts = [int(found[1]), int(found[2]), int(found[3])]
    year, month, day = (parts[order.index(letter)] for letter in "ymd")
    year += 0 if year > 99 else 2000 if year < 50 else 1900
    return _dated(year, month, day, found[4])


def _in_the_only_order(found: re.Match[str], century: Century | None) -> DateReading:
    """Read a date of which the calendar allows one order only, and the day of the record one century; 25/3/5 and 03/04/2025 stay ambiguous."""
    parts = [int(found[1]), int(found[2]), int(found[3])]
    if not any(parts):
        return _fault("date_impossible")
    orders = ("ymd",) if "年" in found[0] else ("ymd", "dmy", "mdy")
    possible: dict[tuple[int, int, int], str] = {}
    for order in orders:
        written = found[order.index("y") + 1]
        year, month, day = (parts[order.index(letter)] for letter in "ymd")
        if len(written) != 3 and _is_day(2000 + year if len(written) < 4 else year, month, day):
            possible.setdefault((year, month, day), written)
    if not possible:
        return _fault("date_impossible")
    (year, month, day), written = next(iter(possible.items()))
    whole = year if len(written) == 4 else century.year(year) if century and len(written) == 2 else None
    if len(possible) > 1 or whole is None:
        return _fault("date_ambiguous")
    read = _dated(whole, month, day, found[4])
    return replace(read, findings=(*read.findings, Finding("date_short_year", "mended", "note"))) if read.date and len(written) == 2 else read


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


# --- whole columns --------------------------------------------------------------------------------------------


def clean_dates(column: Distinct, order: str | None = None, as_of: dt.date | None = None, *, time_is_enough: bool = False, recent: bool = True) -> Cleaned:
    """Read the distinct values of a column; ``time_is_enough`` where a time may stand alone, the date being in another column; not ``recent``: births of grown-ups.

    Returns
    -------
    Cleaned with the columns ``""`` (datetime64[ns], NaT where missing), ``"precision"``, ``"clock"`` (HH:MM) and, where lunar dates stand in
    the column, ``"proposed"``: the solar dates they may mean, for a person to confirm.
    """
    plain, days, clocks = _read_plainly(column.values)
    century = Century(as_of, recent) if as_of else None
    readings = {i: read_date(column.values[i], column.types[i], order, century) for i in np.nonzero(~plain)[0].tolist()}
    told = {clock for clock in (*clocks[plain].tolist(), *(r.clock for r in readings.values() if r.date)) if clock} - {"00:00:00"}
    if told and told <= _ARTEFACTS.keys():  # a rare column, read value by value
        plain[:] = False
        readings = {i: _restored(read_date(value, kind, order, century)) for i, (value, kind) in enumerate(zip(column.values, column.types, strict=True))}
    elif not told:  # midnight alone is no time of birth
        clocks[:] = None
        readings = {i: r if not r.date or any(f.fault == "date_24h" for f in r.findings) else replace(r, clock=None) for i, r in readings.items()}
    precision = np.full(len(plain), None, dtype=object)
    precision[plain] = "day"
    findings: list[tuple[Finding, ...]] = [()] * len(plain)
    proposed = np.full(len(plain), np.datetime64("NaT"), dtype="datetime64[ns]")
    for i, r in readings.items():
        days[i], precision[i], clocks[i], findings[i] = np.datetime64(r.date or "NaT", "D"), r.precision, r.clock, r.findings
        if r.clock and not r.date and not time_is_enough:
            findings[i] = (*r.findings, Finding("date_unreadable", "set_missing"))
        if any(f.fault == "date_lunar" for f in r.findings) and (solar := propose_solar_date(tidy(column.values[i])[0], as_of)):
            proposed[i] = np.datetime64(solar, "ns")
    columns = {"": days.astype("datetime64[ns]"), "precision": precision, "clock": np.array([*(clock[:5] if clock else None for clock in clocks.tolist()), None], dtype=object)[:-1]}
    if any(f.fault == "date_lunar" for r in readings.values() for f in r.findings):
        columns["proposed"] = proposed
    return Cleaned(columns, findings)


def _read_plainly(values: Sequence[str]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.datetime64], npt.NDArray[np.object_]]:
    """Read 2025-03-05 and 2025-03-05 14:23 together, by the tests of :func:`read_date`: which they are, the days, the clocks (HH:MM:SS)."""
    plain, days, clocks = np.zeros(len(values), dtype=bool), np.full(len(values), np.datetime64("NaT", "D")), np.full(len(values), None, dtype=object)
    lengths = np.fromiter(map(len, values), np.intp, len(values))
    for length in (10, 16, 19):
        places = np.nonzero(lengths == length)[0]
        if not len(places):
            continue
        digits = digits_of([values[place] for place in places.tolist()], length)
        marks = {4: "-", 7: "-", 10: " T", 13: ":", 16: ":"}
        written = np.ones(len(places), dtype=bool)
        for at in range(length):
            written &= np.isin(digits[:, at], [ord(mark) - ord("0") for mark in marks[at]]) if at in marks else (digits[:, at] >= 0) & (digits[:, at] <= 9)
        found, real = real_days(*(digits[:, start:end] @ 10 ** np.arange(end - start)[::-1] for start, end in ((0, 4), (5, 7), (8, 10))))
        real &= written
        for start, most in ((11, 23), (14, 59), (17, 59)):
            real &= digits[:, start] * 10 + digits[:, start + 1] <= most if start < length else True
        plain[places[real]], days[places[real]] = True, found[real]
        if length > 10:
            clocks[places[real]] = [(values[place][11:] + ":00")[:8] for place in places[real].tolist()]
    return plain, days, clocks


def _restored(reading: DateReading) -> DateReading:
    """Undo 23:59:17 and 00:00:43, in a column that shows no other clock times."""
    if not reading.date or reading.clock not in _ARTEFACTS:
        return replace(reading, clock=None)
    date = reading.date + dt.timedelta(days=_ARTEFACTS[reading.clock])
    return replace(reading, date=date, clock=None, findings=(*reading.findings, Finding("date_clock_artefact", "mended", "note")))


def clean_times(column: Distinct) -> Cleaned:
    """Read a column that holds times alone; ``""`` is HH:MM, 24:00 as it stands: what day it belongs to the date column tells."""

    def read(text: str, kind: str) -> tuple[str | None, tuple[Finding, ...]]:
        bare, found = tidy(text)
        if is_missing(bare):
            return None, found if bare else ()
        whole = read_date(bare, kind)
        time = read_time(_plain_digits(bare)) or ("24:00:00" if any(f.fault == "date_24h" for f in whole.findings) else whole.clock)
        if time is None:
            return None, (*found, Finding("time_unreadable", "set_missing", "note"))
        return time[:5], found

    return column.map(read)
