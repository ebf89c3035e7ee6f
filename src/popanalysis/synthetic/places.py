"""The invented banner 159901, its neighbours, towns and villages, and how clerks write an address."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import pandas as pd

__all__ = ["HOME", "NEIGHBOURS", "divisions", "villages", "write_addresses"]

HOME: Final = "159901"
_PROVINCE = "内蒙古自治区"
_LEAGUE = ("159900", "呼和塔拉盟")
_COUNTIES: Final = (
    ("159901", "乌日塔拉旗", "旗"), ("159902", "沙日塔拉旗", "旗"), ("159903", "查干浩特旗", "旗"), ("159904", "霍日格旗", "旗"),
    ("159905", "青山河县", "县"), ("159906", "塔拉浩特市", "县级市"))
NEIGHBOURS: Final[tuple[str, ...]] = tuple(code for code, _, _ in _COUNTIES[1:])
#: towns of a county: part of the code behind the county's, name; the home banner has all, a neighbour the first four.
_TOWNS: Final = (("100", "巴彦浩来镇"), ("101", "敖伦花镇"), ("102", "东升镇"), ("200", "努古斯台苏木"), ("103", "查日苏台镇"),
                 ("201", "哈日干图苏木"), ("202", "新民乡"), ("001", "团结街道"), ("400", "胡吉尔农场"))
_STEMS: Final = ("东风", "巴彦塔拉", "红星", "哈日朝鲁", "宝力根", "前进", "敖包", "呼和格日", "胜利", "毛都", "永丰", "乌兰花", "新立", "查干达巴", "兴隆", "扎拉嘎", "和平", "阿古拉", "向阳", "道兰")
_WORD_OF_TOWN: Final = {"镇": "嘎查", "木": "嘎查", "乡": "村", "道": "社区", "场": "分场"}
_COLUMNS: Final = ("code", "name", "level", "kind", "prefecture_code", "prefecture", "status", "valid_from", "valid_to", "successors")


@cache
def _places() -> tuple[tuple[str, str, str, str], ...]:
    """Return (code, name, level, kind) of every division, from the league down to the village."""
    rows = [(*_LEAGUE, "prefecture", "盟")]
    for place, (county, name, kind) in enumerate(_COUNTIES):
        rows.append((county, name, "county", kind))
        for number, (part, town) in enumerate(_TOWNS if county == HOME else _TOWNS[:4]):
            # neighbours must not share town names with the home banner: an address without banner would fit both
            town = town if county == HOME else "西南北上下"[place - 1] + town
            rows.append((county + part, town, "town", town[-1:] if town[-1] in "镇乡" else town[-2:]))
            for village in range(1, 7):
                stem = _STEMS[(number * 7 + village * 3 + place) % len(_STEMS)]
                word = _WORD_OF_TOWN[town[-1]]
                rows.append((f"{county}{part}{village + 199:03d}", stem + word, "village", word))
    return tuple(rows)


def divisions() -> pd.DataFrame:
    """Return the divisions overlay, columns as in ``reference/inner_mongolia_divisions.csv``.

    Codes have 6 digits (league, county), 9 (town) or 12 (village).

    >>> divisions().query("level == 'county'")["code"].tolist()[:2]
    ['159901', '159902']
    """
    table = pd.DataFrame(_places(), columns=["code", "name", "level", "kind"])
    table = table.assign(prefecture_code=_LEAGUE[0], prefecture=_LEAGUE[1], status="active", valid_from="2000", valid_to="", successors="")
    return table.loc[:, list(_COLUMNS)]


def villages() -> pd.DataFrame:
    """Return one row a village: code, village, town, town_code, county, county_code."""
    names = {code: name for code, name, _, _ in _places()}
    codes = [code for code, _, level, _ in _places() if level == "village"]
    return pd.DataFrame({
        "code": codes, "village": [names[c] for c in codes], "town": [names[c[:9]] for c in codes], "town_code": [c[:9] for c in codes],
        "county": [names[c[:6]] for c in codes], "county_code": [c[:6] for c in codes]})


def write_addresses(rng: np.random.Generator, code: pd.Series) -> pd.Series:
    """Write the village codes as addresses, in the forms that stand in real sheets.

    Parameters
    ----------
    code : 12-digit village codes; NA gives NA.

    Returns
    -------
    Series of text, same index: from province down, from the league, from the banner, or (home banner only) from the town.
    """
    table = villages()
    banner, town = table["county"] + table["town"] + table["village"], table["town"] + table["village"]
    short = banner.where(table["county_code"].ne(HOME), town)
    forms = (_PROVINCE + _LEAGUE[1] + banner, "内蒙古" + _LEAGUE[1] + banner, _LEAGUE[1] + banner, banner, short)
    written = np.array([*forms, [None] * len(table)], dtype=object)  # the last row answers for a missing code
    form = np.searchsorted([0.30, 0.40, 0.45, 0.80], rng.random(len(code)), side="right")
    place = pd.Index(table["code"]).get_indexer(pd.Index(code))
    return pd.Series(written[np.where(place < 0, len(forms), form), place], index=code.index, dtype=object)
