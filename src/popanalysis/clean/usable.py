"""What a row must hold, by kind, to be of any use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.clean.marriages import NOT_A_MARRIAGE
from popanalysis.columns import BIRTH_KINDS, CERTIFICATE_FIELDS, FIELDS_OF_KIND, ID_FIELDS, MARRIAGE_KINDS, NAME_FIELDS

__all__ = ["identified", "unusable_rows", "wrong_matter"]

#: Names that say nothing about whom a row speaks of.
_BESIDE_THE_PERSON: Final = frozenset({"registered_by"})
_CHANGED: Final = ("change_item", "value_before", "value_after", "old_name", "new_name", "old_id", "new_id",
                   "old_ethnicity", "new_ethnicity", "old_birth_date", "new_birth_date")


def _any(frame: pd.DataFrame, fields: Sequence[str]) -> pd.Series:
    found = np.zeros(len(frame), dtype=bool)
    for field in [field for field in fields if field in frame]:
        open_yet = np.nonzero(~found)[0]
        found[open_yet] = frame[field].iloc[open_yet].notna().to_numpy()
    return pd.Series(found, index=frame.index)


def _numbers(kind: str) -> list[str]:
    others = ("cert_no",) if kind in (*MARRIAGE_KINDS, "adoption") else ()
    return [field for field in FIELDS_OF_KIND[kind] if field in ID_FIELDS | CERTIFICATE_FIELDS - {"old_birth_cert_no"} or field in others]


def identified(frame: pd.DataFrame, kind: str) -> pd.Series:
    """Say of each row whether it holds a name, an identity number or the number of a certificate."""
    names = [field for field in FIELDS_OF_KIND[kind] if field in NAME_FIELDS - _BESIDE_THE_PERSON - {"former_name"}]
    return _any(frame, [*names, *_numbers(kind)])


def unusable_rows(frame: pd.DataFrame, kind: str) -> list[tuple[pd.Series, str]]:
    """Return which rows cannot be used and why; where several reasons hold, the last one is given.

    Births need a birth date or a number; marriages a date, a number or both names; a delivery to be clarified its date or any name or
    number, for that nobody is named may be just what is to be told; totals a town and a count; certificates a number; a change
    what changed. All others need somebody they speak of.
    """
    if kind == "reported_totals":
        return [(~_any(frame, ("births", "marriages")), "no_total"), (~_any(frame, ("town",)), "no_town")]
    if kind == "void_certificates":
        return [(~_any(frame, ("old_birth_cert_no", "new_birth_cert_no")), "no_certificate_number")]
    nobody = (~identified(frame, kind), "nothing_identifying")
    if kind == "unverified_delivery":
        return [(nobody[0] & ~_any(frame, ("birth_date",)), nobody[1])]
    if kind in BIRTH_KINDS:
        return [(~_any(frame, ("birth_date", *_numbers(kind))), "no_birth_date_and_no_number"), nobody]
    if kind in MARRIAGE_KINDS:
        both = frame.reindex(columns=["husband_name", "wife_name"]).notna().all(axis=1)
        return [(~both & ~_any(frame, ("reg_date", *_numbers(kind))), "no_marriage_date_and_no_number"), nobody]
    if kind == "identity_change":
        return [(~_any(frame, _CHANGED), "nothing_changed"), nobody]
    return [nobody]


def wrong_matter(frame: pd.DataFrame, kind: str) -> list[tuple[pd.Series, str]]:
    """Return rows that stand in the right list and speak of something else: divorces in the registry's list."""
    if kind in MARRIAGE_KINDS and "service_type" in frame:
        return [(frame["service_type"].isin(NOT_A_MARRIAGE).fillna(False).astype(bool), "not_a_marriage")]
    return []
