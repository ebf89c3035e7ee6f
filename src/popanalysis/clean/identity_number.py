"""Resident identity numbers (GB 11643): read, judge, never repair.

Test order: damage, length, characters, date, check character, division. A number that passed through a floating-point cell is
damaged whatever its check character says: about one in eleven passes by chance and then belongs to somebody else.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.days import YEARS, digits_of, real_days
from popanalysis.clean.faults import Finding
from popanalysis.clean.values import Cleaned, Distinct, fold_width, is_missing, tidy

__all__ = ["STATES", "IdentityNumber", "KnowsDivisions", "birth_dates_of", "check_character", "clean_identity_numbers",
           "read_identity_number", "sexes_of", "to_18_digits"]

STATES: Final = ("valid", "check_failed", "old_15", "wrong_length", "damaged", "other_document", "unreadable")

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_X_FORMS: Final = "x×*ХхⅩⅹ✕✖"  # the last are look-alikes: Cyrillic, Roman numeral, crosses; full-width forms are folded before
_EXPONENT = re.compile(r"\d(\.\d+)?[Ee]\+?\d{1,2}")
_NUMBER_18 = re.compile(r"\d{17}[\dX]", re.ASCII)
_NUMBER_15 = re.compile(r"\d{15}", re.ASCII)
_DIGITS = re.compile(r"\d{9,24}X?", re.ASCII)
_EMBEDDED = re.compile(r"(?<![0-9A-Z])(\d{17}[\dX]|\d{15})(?![0-9A-Z])", re.ASCII)
#: passports, travel permits (H, M, C and digits), former residence cards of foreigners, officer cards (…字第…号)
_OTHER_DOCUMENT = re.compile(r"[A-Z]{1,3}\d{6,12}(\(\w\))?|\d{8}|.{1,4}字第?[\dA-Z]{4,12}号?", re.ASCII)


class KnowsDivisions(Protocol):
    """Anything that can say whether a six-digit code is or was a division."""

    def knows(self, code: str) -> bool:
        """Say whether the code is or was in force."""


@dataclass(frozen=True)
class IdentityNumber:
    """A number as read: ``text`` is what stays in the column, ``None`` where nothing usable stands there."""

    text: str | None
    state: str | None
    findings: tuple[Finding, ...] = ()

    @property
    def birth_date(self) -> dt.date | None:
        """The date inside, ``None`` where there is none or it does not exist."""
        return _date_inside(self.text) if self.text and self.state in ("valid", "check_failed", "old_15") else None

    @property
    def sex(self) -> str | None:
        """``"1"`` or ``"2"`` by the last digit of the sequence."""
        if not self.text or self.state not in ("valid", "check_failed", "old_15"):
            return None
        return "1" if int(self.text[16] if len(self.text) == 18 else self.text[14]) % 2 else "2"


def check_character(first_17: str) -> str:
    """Return the check character of seventeen digits (ISO 7064 MOD 11-2).

    Examples
    --------
    >>> check_character("15990120240305001"), check_character("15990120240301002")
    ('3', 'X')
    """
    return _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, first_17, strict=True)) % 11]


def to_18_digits(number: str) -> str | None:
    """Return the 18-character form of an old number; ``None`` for sequences 996-999, kept for people born before 1900.

    Examples
    --------
    >>> to_18_digits("159901681023512"), to_18_digits("159901681023998")
    ('159901196810235121', None)
    """
    if not _NUMBER_15.fullmatch(number) or number[12:] in ("996", "997", "998", "999"):
        return None
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def read_identity_number(text: str, cell_type: str = "text", divisions: KnowsDivisions | None = None, as_of: dt.date | None = None) -> IdentityNumber:
    """Read one cell.

    Parameters
    ----------
    text : the cell's text.
    cell_type : what the cell was; a ``number`` of 16 digits and more lost its tail.
    divisions : where prefixes are looked up; ``None`` leaves them unjudged.
    as_of : the day of the record; a birth date after it is reported.

    Examples
    --------
    >>> read_identity_number("159901202403050013").state, read_identity_number("159901202403050014").state
    ('valid', 'check_failed')
    >>> read_identity_number("9.90102E+17")
    IdentityNumber(text=None, state='damaged', findings=(Finding(fault='id_damaged', done='set_missing', severity='error'),))
    """
    bare, findings = tidy(text)
    folded = fold_width(bare)
    if is_missing(bare):
        return IdentityNumber(None, None, findings if bare else ())
    compact = folded.replace(" ", "")
    if _EXPONENT.fullmatch(compact) or (cell_type == "number" and len(re.sub(r"\D", "", compact.split(".")[0])) > 15):
        return IdentityNumber(None, "damaged", (Finding("id_damaged", "set_missing", "error"),))
    found = list(findings)
    if folded != bare and not (len(bare) == 18 and folded[:17] == bare[:17]):
        found.append(Finding("width_folded", "mended", "note"))
    if compact != folded:
        found.append(Finding("blanks_removed", "mended", "note"))
    elif not found and bare != text:
        found.append(Finding("blanks_removed", "mended", "info"))  # a tab or blank at the ends, as exporters add
    number, mended = _with_x(compact, bare)
    return _judge(number, [*found, *mended], divisions, as_of)


def _with_x(compact: str, bare: str) -> tuple[str, list[Finding]]:
    """Write the last X as a plain capital, only in place 18; a small x needs no more than a remark."""
    upper = compact.upper()
    if len(compact) == 18 and compact[:17].isdigit() and compact[17] in _X_FORMS + "X":
        if bare[-1:] == "X":
            return upper, []
        return compact[:17] + "X", [Finding("id_letter_mended", "mended", "info" if bare[-1:] in ("x", "Ｘ", "ｘ") else "note")]
    return upper, []


def _judge(number: str, found: list[Finding], divisions: KnowsDivisions | None, as_of: dt.date | None) -> IdentityNumber:
    if _NUMBER_18.fullmatch(number):
        return _judge_18(number, found, divisions, as_of)
    if _NUMBER_15.fullmatch(number):
        date = _date_inside(number)
        state = "old_15" if date else "unreadable"
        found.append(Finding("id_old_15", "kept", "note") if date else Finding("id_date_impossible"))
        return _with_division(number, state, found, divisions)
    inside = set(_EMBEDDED.findall(number))
    if len(inside) == 1 and not _DIGITS.fullmatch(number):
        return _judge(inside.pop(), [*found, Finding("id_text_beside", "mended", "note")], divisions, as_of)
    if len(inside) > 1:
        return IdentityNumber(None, "unreadable", (*found, Finding("id_two_numbers", "set_missing")))
    if _OTHER_DOCUMENT.fullmatch(number):
        return IdentityNumber(number, "other_document", tuple(found))
    if _DIGITS.fullmatch(number):
        if len(set(number)) == 1:
            return IdentityNumber(None, "unreadable", (*found, Finding("id_unreadable", "set_missing")))
        return IdentityNumber(number, "wrong_length", (*found, Finding("id_wrong_length")))
    if re.fullmatch(r"[0-9A-Z]{12,20}", number):
        return IdentityNumber(number, "unreadable", (*found, Finding("id_bad_character")))
    return IdentityNumber(None, "unreadable", (*found, Finding("id_unreadable", "set_missing")))


def _judge_18(number: str, found: list[Finding], divisions: KnowsDivisions | None, as_of: dt.date | None) -> IdentityNumber:
    if len(set(number)) == 1:
        return IdentityNumber(None, "unreadable", (*found, Finding("id_unreadable", "set_missing")))
    date = _date_inside(number)
    passes = check_character(number[:17]) == number[17]
    if date is None:
        found.append(Finding("id_date_impossible"))
    elif as_of and date > as_of:
        found.append(Finding("id_date_future"))
    if not passes:
        found.append(Finding("id_check_failed"))
    if number.endswith("000"):
        found.append(Finding("id_tail_suspicious", "kept", "note"))
    state = "check_failed" if not passes else "valid" if date else "unreadable"
    return _with_division(number, state, found, divisions)


def _with_division(number: str, state: str, found: list[Finding], divisions: KnowsDivisions | None) -> IdentityNumber:
    """A code that is not known is a side remark. Numbers beginning with 9 are foreigners': no division stands in them."""
    if divisions is not None and not number.startswith("9") and not divisions.knows(number[:6]):
        found.append(Finding("id_division_unknown", "kept", "note"))
    return IdentityNumber(number, state, tuple(found))


def _date_inside(number: str) -> dt.date | None:
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    try:
        date = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return date if date.year in YEARS else None


# --- whole columns ------------------------------------------------------------------------------------------


def clean_identity_numbers(column: Distinct, divisions: KnowsDivisions | None = None, as_of: dt.date | None = None) -> Cleaned:
    """Read the distinct values of a column; plainly written numbers are settled together, the others one by one.

    Returns
    -------
    Cleaned with the columns ``""`` (text), ``"state"``, and what the number tells: ``"born"`` (datetime64[D]), ``"sex"`` (``"1"``, ``"2"``);
    ``"18"``, where old numbers stand in the column: their 18-character form.
    """
    plain = _read_plainly(column, divisions, as_of)
    texts = np.array([*column.values, None], dtype=object)[:-1]
    states = np.where(plain.passes, "valid", "check_failed").astype(object)
    findings: list[tuple[Finding, ...]] = [()] * len(texts)
    for i in np.nonzero(plain.usual & ~(plain.passes & plain.known))[0].tolist():
        findings[i] = _OF_PLAIN[bool(plain.passes[i]), bool(plain.known[i])]
    for i in np.nonzero(~plain.usual)[0].tolist():
        read = read_identity_number(column.values[i], column.types[i], divisions, as_of)
        texts[i], states[i], findings[i] = read.text, read.state, read.findings
        plain.born[i], plain.sexes[i] = np.datetime64(read.birth_date or "NaT", "D"), read.sex
    columns = {"": texts, "state": states, "born": plain.born, "sex": plain.sexes}
    old = states == "old_15"
    if old.any():
        columns["18"] = np.array([*(to_18_digits(text) if is_old else None for text, is_old in zip(texts, old, strict=True)), None], dtype=object)[:-1]
    return Cleaned(columns, findings)


_CHECK_FAILED, _UNKNOWN_DIVISION = Finding("id_check_failed"), Finding("id_division_unknown", "kept", "note")
#: (the check character agrees, the division is known) -> what is found about a number plainly written
_OF_PLAIN: Final = {(True, False): (_UNKNOWN_DIVISION,), (False, True): (_CHECK_FAILED,), (False, False): (_CHECK_FAILED, _UNKNOWN_DIVISION)}


@dataclass(frozen=True)
class _Plain:
    """By distinct value: whether nothing but check character and division may be said of it, both of these, and what it tells."""

    usual: npt.NDArray[np.bool_]
    passes: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    born: npt.NDArray[np.datetime64]
    sexes: npt.NDArray[np.object_]


def _read_plainly(column: Distinct, divisions: KnowsDivisions | None, as_of: dt.date | None) -> _Plain:
    """Read texts of 18 digits, or 17 and an X, together; the tests are those of :func:`read_identity_number`, on arrays of digits."""
    size = len(column.values)
    usual, passes, known = (np.zeros(size, dtype=bool) for _ in range(3))
    born, sexes = np.full(size, np.datetime64("NaT", "D")), np.full(size, None, dtype=object)
    of_usual_length = np.fromiter(map(len, column.values), np.intp, size) == 18
    as_text = True if column.types.count("text") == size else np.fromiter((kind == "text" for kind in column.types), bool, size)
    places = np.nonzero(of_usual_length & as_text)[0]
    if not len(places):
        return _Plain(usual, passes, known, born, sexes)
    digits = digits_of([column.values[place] for place in places.tolist()], 18)
    last = np.where(digits[:, 17] == _X, 10, digits[:, 17])
    written = ((digits[:, :17] >= 0) & (digits[:, :17] <= 9)).all(axis=1) & (last >= 0) & (last <= 10) & ((last < 10) | (digits[:, 17] == _X))
    check = np.array([10 if c == "X" else int(c) for c in _CHECK])
    dates, real = _dates_inside(digits)
    if as_of:
        real &= dates <= np.datetime64(as_of, "D")
    tail = (digits[:, 15:] == 0).all(axis=1)
    one_digit = (digits == digits[:, :1]).all(axis=1)
    codes, prefixes = pd.factorize(digits[:, :6] @ 10 ** np.arange(5, -1, -1))
    usual[places] = written & real & ~tail & ~one_digit
    passes[places] = check[digits[:, :17] @ np.array(_WEIGHTS) % 11] == last
    known[places] = np.array([divisions is None or 900_000 <= prefix <= 999_999 or divisions.knows(f"{prefix:06d}") for prefix in prefixes.tolist()], dtype=bool)[codes]
    born[places], sexes[places] = dates, np.array(["2", "1"], dtype=object)[digits[:, 16] % 2]
    return _Plain(usual, passes, known, born, sexes)


_X: Final = ord("X") - ord("0")


def _dates_inside(digits: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.bool_]]:
    """Return the dates that rows of digits hold, and which of them exist."""
    year, month, day = (digits[:, start:end] @ 10 ** np.arange(end - start)[::-1] for start, end in ((6, 10), (10, 12), (12, 14)))
    return real_days(year, month, day)


def birth_dates_of(numbers: pd.Series, states: pd.Series) -> pd.Series:
    """Return the birth dates inside the numbers of a column (datetime64), NaT where there is none.

    Parameters
    ----------
    numbers, states : the cleaned text column and its ``_state`` column.
    """
    places, digits = _digits(numbers, states)
    found, real = _dates_inside(digits)
    days = np.full(len(numbers), np.datetime64("NaT", "D"))
    days[places[real]] = found[real]
    return pd.Series(days.astype("datetime64[ns]"), index=numbers.index)


def sexes_of(numbers: pd.Series, states: pd.Series) -> pd.Series:
    """Return the sexes inside the numbers of a column as ``"1"`` and ``"2"``, NA where there is none."""
    places, digits = _digits(numbers, states)
    sexes = np.full(len(numbers), None, dtype=object)
    sexes[places] = np.array(["2", "1"], dtype=object)[digits[:, 16] % 2]
    return pd.Series(pd.array(sexes, dtype="string"), index=numbers.index)


def _digits(numbers: pd.Series, states: pd.Series) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """Return the places of the numbers that can be read, and their digits as rows of 18; an old number gets its century."""
    places = np.nonzero(states.isin(["valid", "check_failed", "old_15"]).to_numpy(dtype=bool))[0]
    texts = np.asarray(numbers.astype(object))[places]
    return places, digits_of([text if len(text) == 18 else f"{text[:6]}19{text[6:]}0" for text in texts], 18)
