"""Administrative divisions: every code that is or was in force, by code and by name.

Methods: GB/T 2260 codes since 1981 with their successors, nine-digit statistical codes of towns, and an overlay that a banner adds;
codes of the overlay count as known everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from popanalysis.errors import ParameterError
from popanalysis.reference import reference_table

__all__ = ["Division", "Divisions"]

#: What people call leagues and their successors; the left name is read as the right one.
PREFECTURE_ALIASES: Final[Mapping[str, str]] = {
    "哲里木盟": "通辽市", "哲盟": "通辽市", "伊克昭盟": "鄂尔多斯市", "伊盟": "鄂尔多斯市", "昭乌达盟": "赤峰市", "昭盟": "赤峰市",
    "呼伦贝尔盟": "呼伦贝尔市", "呼盟": "呼伦贝尔市", "乌兰察布盟": "乌兰察布市", "乌盟": "乌兰察布市", "巴彦淖尔盟": "巴彦淖尔市", "巴盟": "巴彦淖尔市",
    "锡盟": "锡林郭勒盟", "阿盟": "阿拉善盟", "呼市": "呼和浩特市",
}
#: Everyday short forms of banners.
COUNTY_ALIASES: Final[Mapping[str, str]] = {
    "科左后旗": "科尔沁左翼后旗", "科左中旗": "科尔沁左翼中旗", "科右前旗": "科尔沁右翼前旗", "科右中旗": "科尔沁右翼中旗",
    "察右前旗": "察哈尔右翼前旗", "察右中旗": "察哈尔右翼中旗", "察右后旗": "察哈尔右翼后旗", "东乌旗": "东乌珠穆沁旗", "西乌旗": "西乌珠穆沁旗",
    "阿旗": "阿鲁科尔沁旗", "克旗": "克什克腾旗", "翁旗": "翁牛特旗", "喀旗": "喀喇沁旗", "莫旗": "莫力达瓦达斡尔族自治旗", "莫力达瓦旗": "莫力达瓦达斡尔族自治旗",
    "鄂伦春旗": "鄂伦春自治旗", "鄂温克旗": "鄂温克族自治旗", "达茂旗": "达尔罕茂明安联合旗", "乌前旗": "乌拉特前旗", "乌中旗": "乌拉特中旗", "乌后旗": "乌拉特后旗",
    "准旗": "准格尔旗", "达旗": "达拉特旗", "伊旗": "伊金霍洛旗", "鄂前旗": "鄂托克前旗", "土左旗": "土默特左旗", "土右旗": "土默特右旗",
    "新左旗": "新巴尔虎左旗", "新右旗": "新巴尔虎右旗", "陈旗": "陈巴尔虎旗", "苏左旗": "苏尼特左旗", "苏右旗": "苏尼特右旗",
    "阿左旗": "阿拉善左旗", "阿右旗": "阿拉善右旗", "额旗": "额济纳旗", "太旗": "太仆寺旗",
}
_OVERLAY_NEEDED: Final = ("code", "name")


@dataclass(frozen=True)
class Division:
    """One division: ``status`` is active, abolished or renamed; ``successors`` are codes."""

    code: str
    name: str
    status: str = "active"
    successors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Divisions:
    """Divisions by code and name, seen from a home banner.

    ``by_code`` has the six-digit ones, ``prefectures`` and ``counties`` map names to codes, ``towns`` maps a county code to
    its towns' names and nine-digit codes. ``home`` is the banner's code, ``""`` where there is none.

    Examples
    --------
    >>> divisions = Divisions.load(None, home="150524")
    >>> divisions.knows("152325"), divisions.name("150524"), divisions.knows("999999")
    (True, '库伦旗', False)
    """

    home: str
    by_code: Mapping[str, Division]
    provinces: Mapping[str, str]
    prefectures: Mapping[str, tuple[str, ...]]
    counties: Mapping[str, tuple[str, ...]]
    towns: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, overlay: Path | None, home: str) -> Divisions:
        """Read the package's tables and an overlay (CSV with at least ``code,name``).

        Raises
        ------
        SourceFileError, ParameterError : the overlay cannot be read or has no such columns.
        """
        from popanalysis.acquire.overlay import read_overlay  # here, not above: most users have none

        return cls.from_frames(read_overlay(overlay) if overlay else None, home)

    @classmethod
    def from_frames(cls, overlay: pd.DataFrame | None, home: str) -> Divisions:
        """Build from the package's tables and an overlay frame of text (``code``, ``name``, optionally ``status``, ``successors``).

        An overlay row of six digits is a county (or a prefecture, ending in 00), of nine digits a town, of twelve a village.
        """
        divisions = [*_rows(reference_table("divisions_cn_history")), *_rows(reference_table("inner_mongolia_divisions"))]
        towns = [(str(row.code), str(row.name)) for row in reference_table("inner_mongolia_towns").itertuples(index=False)]
        added: list[Division] = []
        if overlay is not None:
            _check_overlay(overlay)
            added = list(_rows(overlay))
            towns += [(row.code, row.name) for row in added if len(row.code) == 9]
        six = [row for row in [*divisions, *added] if len(row.code) == 6]
        return cls(
            home=home, by_code=_by_code(six),
            provinces={row.name: row.code[:2] for row in six if row.code.endswith("0000")} | {"内蒙古": "15", "内蒙": "15"},
            prefectures=_by_name((row for row in six if row.code.endswith("00") and not row.code.endswith("0000")), PREFECTURE_ALIASES),
            counties=_by_name((row for row in six if not row.code.endswith("00")), COUNTY_ALIASES),
            towns=_towns(towns))

    def knows(self, code: str) -> bool:
        """Say whether a six-digit code is or was in force; xxyy01 is the place-holder of old numbers for a city's districts."""
        return code in self.by_code or (code.endswith("01") and f"{code[:4]}00" in self.by_code)

    def name(self, code: str) -> str:
        """Return a division's name (six or nine digits), ``""`` where the code is unknown."""
        if len(code) == 9:
            return next((name for name, town in self.towns.get(code[:6], {}).items() if town == code), "")
        return self.by_code[code].name if code in self.by_code else ""

    def status(self, code: str) -> str:
        """Return active, abolished or unknown (a renamed code is active under its new name)."""
        if code not in self.by_code:
            return "unknown"
        return self.by_code[code].status

    def current(self, code: str) -> str:
        """Return the code in force today for the area of ``code``; itself where it was split or is unknown.

        >>> Divisions.load(None, "150524").current("152325")
        '150524'
        """
        seen = {code}
        while (division := self.by_code.get(code)) and division.status == "abolished" and len(division.successors) == 1:
            code = division.successors[0]
            if code in seen:
                break
            seen.add(code)
        return code


def _rows(frame: pd.DataFrame) -> Iterable[Division]:
    columns = {name: frame[name] if name in frame else pd.Series("", index=frame.index) for name in ("code", "name", "status", "successors")}
    for code, name, status, successors in zip(*columns.values(), strict=True):
        codes = tuple(part.split("[")[0] for part in str(successors).split(";") if part)
        yield Division(str(code), str(name), str(status) or "active", codes)


def _check_overlay(overlay: pd.DataFrame) -> None:
    lacking = [name for name in _OVERLAY_NEEDED if name not in overlay]
    if lacking:
        raise ParameterError(
            zh=f"行政区划补充表缺少列 {'、'.join(lacking)}。应至少有 code、name 两列，格式同 inner_mongolia_divisions.csv。",
            en=f"The divisions overlay lacks the column {', '.join(lacking)}. It needs code and name, in the form of inner_mongolia_divisions.csv.",
            columns=lacking)
    wrong = overlay.index[~overlay["code"].str.fullmatch(r"\d{6}|\d{9}|\d{12}").fillna(False)]
    if len(wrong):
        raise ParameterError(
            zh=f"行政区划补充表第 {wrong[0] + 2} 行的代码应为 6、9 或 12 位数字，实际为“{overlay['code'][wrong[0]]}”（共 {len(wrong)} 行）。",
            en=f"Line {wrong[0] + 2} of the divisions overlay has the code '{overlay['code'][wrong[0]]}'; codes have 6, 9 or 12 digits ({len(wrong)} lines).",
            rows=[int(i) + 2 for i in wrong])


def _by_code(rows: list[Division]) -> dict[str, Division]:
    """Keep one entry a code: a later one in force wins over an earlier one that was renamed or given up."""
    found: dict[str, Division] = {}
    for row in rows:
        if row.code not in found or row.status == "active":
            found[row.code] = row
    return found


def _by_name(rows: Iterable[Division], aliases: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        codes = found.setdefault(row.name, [])
        if row.code not in codes:
            codes.append(row.code)
    for short, name in aliases.items():
        if name in found:
            found[short] = found[name]
    return {name: tuple(codes) for name, codes in found.items()}


def _towns(rows: list[tuple[str, str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for code, name in rows:
        names = found.setdefault(code[:6], {})
        names.setdefault(name, code)
        if name.endswith("街道办事处"):
            names.setdefault(name.removesuffix("办事处"), code)
    return found
