"""Values of short lists: sex, ethnic group, counts, certificate numbers, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from popanalysis.clean.faults import Finding
from popanalysis.clean.values import DITTO_WORDS, fold_width, is_missing, tidy
from popanalysis.reference import reference_table

__all__ = ["USUAL_CERTIFICATE_NUMBER", "read_certificate_number", "read_ethnicity", "read_plain_text", "read_sex", "read_telephone", "read_whole_number"]

Answer = tuple[str | None, tuple[Finding, ...]]

_EXPONENT = re.compile(r"\d(\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
USUAL_CERTIFICATE_NUMBER = re.compile(r"[A-Z]\d{9}", re.ASCII)
_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "单": 1, "双": 2, "首": 1, "〇": 0}
_COUNT = re.compile(r"第?(\d{1,3}(?:[, ]\d{3})+|\d{1,6})(?:\.0+)?(?![\d.,])(.*)", re.ASCII | re.DOTALL)
_WEEKS_AND_DAYS = re.compile(r"(?:(?:周|W)[+零又]?|\+)\d天?D?周?", re.IGNORECASE)
#: What leaves open which number is meant: another one, a choice, a mark that leads to something. A unit may be explained in brackets.
_SECOND = re.compile(r"\d|[或至到]|^[^\w(+].", re.DOTALL)
_EXPLAINED = re.compile(r"([^\W\d_]+)\([^()]*\)")
_HAN_COUNT = re.compile(r"第?([单双首两]|[零〇一二三四五六七八九]?十?[零〇一二三四五六七八九]?)(?:个|孩|胎|次|产|周|岁|名|婴)*")
_KILOGRAMS = re.compile(r"([1-9]|1[0-5])(?:\.(\d{1,3})(?:千克|公斤|KG)?|千克|公斤|KG)", re.ASCII)
_JIN = re.compile(r"\d[斤两]")


# --- sex -----------------------------------------------------------------------------------------------------


@cache
def _sexes() -> Mapping[str, str]:
    """Word or code -> 1, 2, or "" for a stated unknown."""
    code_of = {"male": "1", "female": "2"}
    found: dict[str, str] = {}
    for row in reference_table("sex").itertuples(index=False):
        for word in (row.code, row.name, *str(row.aliases).split(";")):
            if word:
                found[str(word).upper()] = code_of.get(str(row.value), "")
    return found


def read_sex(text: str, cell_type: str = "text") -> Answer:
    """Return ``"1"`` (male) or ``"2"`` (female), ``None`` where it is unknown or cannot be read.

    >>> [read_sex(word)[0] for word in ("男", "女婴", "1", "２", "未知")]
    ['1', '2', '1', '2', None]
    """
    bare, found = tidy(text)
    code = _sexes().get(re.sub(r"\W", "", fold_width(bare)).upper() or fold_width(bare))
    if code:
        return code, found
    if code is None and is_missing(bare):
        return None, found if bare else ()
    return None, (*found, Finding("sex_unknown", "set_missing", "note" if code == "" else "warning"))


# --- ethnic group --------------------------------------------------------------------------------------------


@cache
def _ethnic_groups() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for row in reference_table("ethnicity").itertuples(index=False):
        for word in (row.code, str(row.code).lstrip("0"), row.name, row.short_name, row.alpha, row.roman, *str(row.aliases).split(";")):
            if word:
                found[str(word).upper()] = str(row.name)
    return found


def read_ethnicity(text: str, cell_type: str = "text") -> Answer:
    """Return the name in the standard's table; a text the table does not know stays as written, with a note.

    >>> [read_ethnicity(word)[0] for word in ("蒙", "蒙族", "02", "2", "蒙古族", "毛难族", "乌克兰(入籍)")]
    ['蒙古族', '蒙古族', '蒙古族', '蒙古族', '蒙古族', '毛南族', '乌克兰(入籍)']
    """
    bare, found = tidy(text)
    if is_missing(bare):
        return None, found if bare else ()
    word = fold_width(bare).replace(" ", "")
    name = _ethnic_groups().get(word.upper())
    return (name, found) if name else (word, (*found, Finding("ethnicity_unknown", "kept", "note")))


# --- numbers ---------------------------------------------------------------------------------------------------


def read_whole_number(text: str, cell_type: str = "text") -> tuple[int | None, tuple[Finding, ...]]:
    """Return the count at the beginning of a text (39周+2天 is 39), ``None`` where there is none, or two.

    >>> [read_whole_number(text)[0] for text in ("2", "第二孩", "双胎", "39周+2天", "39+2", "3250g", "0", "十二", "1,234", "3/4", "3、4")]
    [2, 2, 2, 39, 39, 3250, 0, 12, 1234, None, None]
    """
    bare, found = tidy(text)
    word = fold_width(bare)
    if (digits := _COUNT.fullmatch(word)) and _leaves_no_doubt(digits[2]):
        return int(re.sub("[, ]", "", digits[1])), found
    if is_missing(bare):
        return None, found if bare else ()
    word = word.replace(" ", "")
    if (han := _HAN_COUNT.fullmatch(word)) and han[1]:
        tens, ten, ones = han[1].rpartition("十")
        return (_NUMERALS.get(tens, 1) * 10 if ten else 0) + (_NUMERALS[ones] if ones else 0), found
    return None, (*found, Finding("number_unreadable", "set_missing"))


def _leaves_no_doubt(rest: str) -> bool:
    """Say whether what stands behind a number is its unit, a remark or the days of weeks, and no other number."""
    bare = _EXPLAINED.sub(r"\1", rest.replace(" ", ""))
    return _SECOND.search(bare) is None or _WEEKS_AND_DAYS.fullmatch(bare) is not None


def read_weight(text: str, cell_type: str = "text") -> tuple[int | None, tuple[Finding, ...]]:
    """Return a birth weight in grams; 3.25 can only be kilograms, and what is given in 斤 is not converted.

    >>> [read_weight(text)[0] for text in ("3.25", "3250", "3千克", "6斤")]
    [3250, 3250, 3000, None]
    """
    word = fold_width(tidy(text)[0]).replace(" ", "").upper()
    if kilograms := _KILOGRAMS.fullmatch(word):
        return int(kilograms[1]) * 1000 + int((kilograms[2] or "").ljust(3, "0")), (Finding("number_unit_converted", "mended", "note"),)
    return (None, (Finding("number_unreadable", "set_missing"),)) if _JIN.search(word) else read_whole_number(text, cell_type)


def read_certificate_number(text: str, cell_type: str = "text") -> Answer:
    """Return a birth certificate number in capitals without blanks; an unusual form is kept and noted.

    >>> read_certificate_number(" x 320101001"), read_certificate_number("３20101001")[0]
    (('X320101001', (Finding(fault='blanks_removed', done='mended', severity='note'),)), '320101001')
    """
    if USUAL_CERTIFICATE_NUMBER.fullmatch(text):
        return text, ()
    bare, found = tidy(text)
    if is_missing(bare):
        return None, found if bare else ()
    folded = fold_width(bare)
    number = tidy(re.sub(r"[\s-]", "", folded))[0].upper()
    if _EXPONENT.fullmatch(number) or (cell_type == "number" and len(number) > 15):
        return None, (*found, Finding("number_damaged", "set_missing", "error"))
    if is_missing(number) or number in DITTO_WORDS or not any(character.isalnum() for character in number):
        return None, (*found, Finding("number_unreadable", "set_missing"))
    notes = [Finding("width_folded", "mended", "note")] if folded != bare else []
    notes += [Finding("blanks_removed", "mended", "note")] if len(number) != len(folded) else []
    notes += [] if USUAL_CERTIFICATE_NUMBER.fullmatch(number) else [Finding("cert_form_unusual", "kept", "note")]
    return number, (*found, *notes)


def read_telephone(text: str, cell_type: str = "text") -> Answer:
    """Return a telephone number without blanks; one shown as 1.39E+10 is damaged."""
    bare, found = tidy(text)
    if is_missing(bare):
        return None, found if bare else ()
    number = re.sub(r"\s", "", fold_width(bare))
    if _EXPONENT.fullmatch(number):
        return None, (*found, Finding("number_damaged", "set_missing", "note"))
    return number, found


def read_plain_text(text: str, cell_type: str = "text") -> Answer:
    """Return free text with full-width forms folded and single blanks."""
    bare, found = tidy(text)
    if is_missing(bare):
        return None, found if bare else ()
    return fold_width(bare), found
