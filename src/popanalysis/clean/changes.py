"""Changes of identity (变更 and 更正): which item was changed, and whether it really changed or had been recorded wrongly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from popanalysis.clean.faults import Finding
from popanalysis.clean.values import fold_width, is_missing, tidy
from popanalysis.columns import CHANGE_CLASSES, CHANGE_ITEMS
from popanalysis.reference import reference_table

__all__ = ["PAIRS", "PERSONS_OWN", "parse_change", "read_change_class", "read_change_item", "settle_item_and_class"]

Answer = tuple[str | None, tuple[Finding, ...]]
Columns = dict[str, pd.Series]
Raw = Mapping[str, npt.NDArray[np.object_]]

#: item -> the columns that hold it before and after; a birth date or a sex that changes brings a new number.
PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "birth_date": ("old_birth_date", "new_birth_date"), "ethnicity": ("old_ethnicity", "new_ethnicity"),
    "name": ("old_name", "new_name"), "id_no": ("old_id", "new_id")}
#: item -> the column of the person's own row that holds the value now in force
PERSONS_OWN: Final[Mapping[str, str]] = {"birth_date": "person_birth_date", "name": "person_name", "id_no": "person_id"}
_ITEM_WORDS: Final = (
    ("former_name", "曾用名"), ("name", "姓名|更名|改名|^名$"), ("ethnicity", "民族|族别"), ("birth_date", "出生日期|出生年月|出生时间|生日|年龄"),
    ("id_no", "身份号码|身份证|证件号|重号|错号|公民身份"), ("sex", "性别"), ("birth_place", "出生地"), ("native_place", "籍贯"), ("info_level", "信息级别"))


# --- what was changed ---------------------------------------------------------------------------------------------


@cache
def _categories() -> Mapping[str, tuple[str, str | None]]:
    """Code and name of a police category -> item and class; the names 其他 of several items stay out."""
    found: dict[str, tuple[str, str | None]] = {}
    table = reference_table("identity_change_categories")
    for code, name, item, action in table[["code", "name", "item", "action"]].itertuples(index=False):
        meaning = (str(item), None if action == "group" else str(action))
        found[str(code)] = meaning
        if name != "其他":
            found[str(name)] = meaning
    return found


@cache
def parse_change(text: str) -> tuple[str | None, str | None]:
    """Return item and class that a text names, ``None`` for what it does not say.

    Examples
    --------
    >>> [parse_change(text) for text in ("变更姓名", "41", "更正", "民族", "纠正重号", "name")]
    [('name', 'change'), ('birth_date', 'correct'), (None, 'correct'), ('ethnicity', None), ('id_no', 'fix_duplicate'), ('name', None)]
    """
    word = re.sub(r"\s", "", fold_width(tidy(text)[0]))
    if word in _categories():
        return _categories()[word]
    if word != "other" and word in (*CHANGE_ITEMS, *CHANGE_CLASSES):
        return (word, None) if word in CHANGE_ITEMS else (None, word)
    item = next((item for item, words in _ITEM_WORDS if re.search(words, word)), None)
    if re.search("重号|重户|重复", word):
        return item, "fix_duplicate"
    if "错号" in word:
        return item, "fix_wrong"
    changed, corrected = re.search("变更|更改|改为", word), re.search("更正|订正|改正", word)
    return item, None if bool(changed) == bool(corrected) else "change" if changed else "correct"


def read_change_item(text: str, cell_type: str = "text") -> Answer:
    """Return one of ``CHANGE_ITEMS``; a text that names none is ``other``."""
    return _read(text, 0)


def read_change_class(text: str, cell_type: str = "text") -> Answer:
    """Return one of ``CHANGE_CLASSES``; a text that names none is ``other``."""
    return _read(text, 1)


def _read(text: str, part: int) -> Answer:
    bare, found = tidy(text)
    if is_missing(bare):
        return None, found if bare else ()
    item_and_class = parse_change(bare)
    unnamed = item_and_class == (None, None) and bare != "other"
    return item_and_class[part] or "other", (*found, Finding("change_unclear", "kept", "note")) if unnamed else found


def settle_item_and_class(columns: Columns, raw: Raw, index: pd.Index) -> None:
    """Bring together what the columns of item and class say (变更姓名 in either says both), then what was filled in."""
    said = {field: pd.Series(raw[field], index=index).map({text: parse_change(text) for text in set(raw[field].tolist())})
            for field in ("change_item", "change_class") if field in raw}
    empty = pd.Series(pd.NA, index=index, dtype="string")
    item = _first_said(said, ("change_item", "change_class"), 0, empty).fillna(_item_by_values(columns, empty))
    columns["change_item"] = item.fillna(columns.get("change_item", empty))
    columns["change_class"] = _first_said(said, ("change_class", "change_item"), 1, empty).fillna(columns.get("change_class", empty))


def _first_said(said: Mapping[str, pd.Series], fields: tuple[str, str], part: int, empty: pd.Series) -> pd.Series:
    result = empty
    for field in fields:
        if field in said:
            result = result.fillna(said[field].str[part].astype("string"))
    return result


def _item_by_values(columns: Columns, empty: pd.Series) -> pd.Series:
    """The item whose value before is not its value after; the birth date first, for the number follows it."""
    result = empty
    for item, (old, new) in PAIRS.items():
        before, after = columns.get(old), columns.get(new)
        own = columns.get(PERSONS_OWN.get(item, ""))
        if before is None and after is None:
            continue
        after = own if after is None else after if own is None else after.fillna(own)
        changed = (before.notna() if before is not None else False) | (columns[new].notna() if new in columns else False)
        if before is not None and after is not None:
            changed &= ~(before == after).fillna(False)
        result = result.mask(result.isna() & changed, item)
    return result
