"""Marriage certificates: the forms of their numbers, and what a row of the registry's list is about."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from popanalysis.clean.faults import Finding
from popanalysis.clean.values import fold_width, is_missing, tidy

__all__ = ["NOT_A_MARRIAGE", "read_marriage_certificate_number", "read_service_type", "settle_service_type", "without_reissue_dates"]

Answer = tuple[str | None, tuple[Finding, ...]]

#: What a row of a marriage list may be about besides a marriage.
NOT_A_MARRIAGE: Final = ("divorce", "reissue_divorce", "annulment")

_DASHES = re.compile(r"[-‐‑‒–—―－﹣−]+")
_TODAY = re.compile(r"(BJ|BL|J|L)\d{6}-\d{4}-\d{6}", re.ASCII)
_TODAY_BARE = re.compile(r"(BJ|BL|J|L)-?(\d{6})-?(\d{4})-?(\d{6})", re.ASCII)
#: until about 2010: place, 结字, office, year, serial; before 2003 free forms such as 政字第2002208号
_FORMERLY = re.compile(r"[\u4e00-\u9fff()\[\]〔〕0-9]{0,16}[字第][第\u4e00-\u9fff()\[\]〔〕0-9-]{0,8}\d{2,12}号?")
_EXPONENT = re.compile(r"\d(\.\d+)?E\+?\d{1,2}")


def read_marriage_certificate_number(text: str, cell_type: str = "text") -> Answer:
    """Return the number of a marriage certificate in capitals, without blanks, with plain dashes; an unknown form is kept and noted.

    Examples
    --------
    >>> [read_marriage_certificate_number(text)[0] for text in (" j159901－2024—000012", "J1599012024000012", "某结字010512345", "（2002）政字第208号")]
    ['J159901-2024-000012', 'J159901-2024-000012', '某结字010512345', '(2002)政字第208号']
    >>> read_marriage_certificate_number("12345")[1][0].fault
    'marriage_cert_form_unusual'
    """
    if _TODAY.fullmatch(text):
        return text, ()
    bare, found = tidy(text)
    if is_missing(bare):
        return None, found if bare else ()
    compact = re.sub(r"\s", "", bare)
    number = _DASHES.sub("-", fold_width(_DASHES.sub("-", compact))).upper()
    if _EXPONENT.fullmatch(number) or (cell_type == "number" and len(number) > 15):
        return None, (*found, Finding("number_damaged", "set_missing", "error"))
    if parts := _TODAY_BARE.fullmatch(number):
        number = f"{parts[1]}{parts[2]}-{parts[3]}-{parts[4]}"
    mended = (Finding("marriage_cert_form_mended", "mended", "info"),) if number != bare else ()
    usual = _TODAY.fullmatch(number) or _FORMERLY.fullmatch(number)
    return number, (*found, *mended, *(() if usual else (Finding("marriage_cert_form_unusual", "kept", "note"),)))


def read_service_type(text: str, cell_type: str = "text") -> Answer:
    """Return ``marriage``, ``divorce``, ``reissue``, ``reissue_divorce`` or ``annulment``; other words stay, with a note.

    >>> [read_service_type(word)[0] for word in ("结婚登记", "离婚", "补领结婚登记证", "补发离婚证", "撤销婚姻登记", "复婚", "IA")]
    ['marriage', 'divorce', 'reissue', 'reissue_divorce', 'annulment', 'marriage', 'IA']
    """
    bare, found = tidy(text)
    if is_missing(bare):
        return None, found if bare else ()
    word = fold_width(bare)
    if word in (*NOT_A_MARRIAGE, "marriage", "reissue"):
        return word, found
    again, divorce = re.search("补(领|发|办|证)|换(领|发)", word), re.search("离(婚|异)", word)
    if re.search("撤销|无效", word):
        return "annulment", found
    if divorce or again:
        return ("reissue_divorce" if again else "divorce") if divorce else "reissue", found
    if re.search("[结复再初]婚|婚姻登记|新婚", word):
        return "marriage", found
    return word, (*found, Finding("service_type_unknown", "kept", "note"))


#: How a remark says that the certificate, not the marriage, is new; a remark that only tells of papers handed in later says no such thing.
_ISSUED_AGAIN = re.compile("(?:补|换)(?:领|发|办)(?:了|的)?(?:婚姻登记证|结婚证书?|结婚登记证|证)?|(?:补|换)(?:结婚)?证|遗失补[领发办].{0,6}")
#: The same beside other words (原证遗失，补领结婚证): there the certificate is named, for a household's book is issued again too.
_CERTIFICATE_AGAIN = re.compile("(?:已|因|于|系|[遗丢]失|损毁|损坏|原证|后|[0-9年月日])*(?:申请)?(?:补|换)(?:领|发|办)?(?:了|的)?(?:婚姻登记|结婚登记|结婚|离婚登记|离婚)证书?")
_WITHIN_REMARK = re.compile(r"[，,、；;。()（）\s]+")


def _told_by_remark(text: str) -> str | None:
    if _ISSUED_AGAIN.fullmatch(text.strip("。；; ")):
        return "reissue"
    again = next((part for part in _WITHIN_REMARK.split(text) if _CERTIFICATE_AGAIN.fullmatch(part)), None)
    return again and ("reissue_divorce" if "离婚" in again else "reissue")


def settle_service_type(columns: dict[str, pd.Series]) -> None:
    """Where no type is stated, a remark that says plainly 补领 tells it, then the letters of the certificate's number."""
    told = pd.Series(pd.NA, index=next(iter(columns.values())).index, dtype="string") if columns else pd.Series(dtype="string")
    if "remark" in columns:
        told = columns["remark"].map(_told_by_remark, na_action="ignore").astype("string")
    if "cert_no" in columns:
        letters = columns["cert_no"].str.extract(r"^(BJ|BL|J|L)\d{6}-", expand=False)
        told = told.fillna(letters.map({"J": "marriage", "L": "divorce", "BJ": "reissue", "BL": "reissue_divorce"}).astype("string"))
    if "service_type" in columns:
        columns["service_type"] = columns["service_type"].fillna(told)
    elif told.notna().any():
        columns["service_type"] = told


def without_reissue_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the date out of rows about a certificate issued again: it is that of the reissue, and stays as the day of the act.

    Parameters
    ----------
    frame : typed rows of a marriage list with ``act_date``.
    """
    if not {"service_type", "reg_date"} <= set(frame.columns):
        return frame
    again = frame["service_type"].eq("reissue").fillna(False).astype(bool)
    told = [str(column) for column in frame if column == "reg_date" or str(column).startswith("reg_date_")]
    return frame.assign(**{column: frame[column].mask(again) for column in told}) if again.any() else frame
