"""Which file of which office holds which list, on which sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from popanalysis.columns import DEPARTMENT_OF_KIND, KINDS
from popanalysis.periods import Period
from popanalysis.synthetic.quarters import Quarter
from popanalysis.synthetic.sheet import Sheet
from popanalysis.synthetic.sheets_births import certificate_sheet, police_sheet, town_sheets
from popanalysis.synthetic.sheets_civil import adoption_sheet, marriage_sheet, town_marriage_sheets
from popanalysis.synthetic.sheets_health import certificate_register_sheets, death_sheet, population_sheet, totals_sheet, unverified_sheet
from popanalysis.synthetic.sheets_police import change_sheet, deferred_sheet, migration_sheets
from popanalysis.synthetic.write import csv_bytes, old_workbook_bytes, workbook_bytes

__all__ = ["FILES", "bytes_of", "pages_of", "sent_on"]

#: kind -> name of the office's file in ``data/<period>/``; the registers of certificates are a file each.
FILES: Final[Mapping[str, str]] = MappingProxyType({
    "birth_cert": "卫生_出生医学登记.xlsx", "unverified_delivery": "卫生_分娩对象通报.xlsx", "hukou_birth": "公安_出生申报.csv", "deferred_hukou": "公安_暂缓落户.xlsx",
    "identity_change": "公安_变更更正.xls", "migration": "公安_迁入迁出.xlsx", "death": "公安_死亡.xlsx", "marriage": "民政_婚姻登记.xlsx", "adoption": "民政_收养登记.xlsx",
    "town_birth": "乡镇_出生调查.xlsx", "town_marriage": "乡镇_新婚调查.xlsx", "population": "全员_个案基础信息.xlsx", "reported_totals": "乡镇_上报汇总.xlsx"})
_REGISTERS: Final = {"reissued": "卫生_出生证补发登记本.xlsx", "exchanged": "卫生_出生证换发登记本.xlsx", "void": "卫生_出生证作废登记.xlsx"}
_AUTHORS: Final = {"health": "乌日塔拉旗卫生健康委员会", "police": "乌日塔拉旗公安局", "civil_affairs": "乌日塔拉旗民政局", "township": "乌日塔拉旗各苏木乡镇", "register": "乌日塔拉旗全员人口信息库"}


def pages_of(quarter: Quarter) -> dict[str, dict[str, list[Sheet]]]:
    """Return kind -> file (path below the project folder) -> its sheets, for the kinds that have rows."""
    folder = f"data/{quarter.period}"
    found: dict[str, dict[str, list[Sheet]]] = {}
    for kind in (kind for kind in KINDS if kind in quarter.lists):
        if kind == "void_certificates":
            found[kind] = {f"{folder}/{_REGISTERS[reason]}": [sheet] for reason, sheet in certificate_register_sheets(quarter.period, quarter.lists[kind])}
        else:
            found[kind] = {f"{folder}/{FILES[kind]}": _sheets(quarter, kind)}
    return found


def _sheets(quarter: Quarter, kind: str) -> list[Sheet]:
    period, rows = quarter.period, quarter.lists[kind]
    if kind == "birth_cert":
        return [certificate_sheet(period, rows, sent_on(period, kind))]
    if kind == "hukou_birth":
        return [police_sheet(rows)]
    several = {"town_birth": town_sheets, "town_marriage": town_marriage_sheets, "migration": migration_sheets}
    if kind in several:
        return several[kind](period, rows)
    single = {"unverified_delivery": unverified_sheet, "deferred_hukou": deferred_sheet, "identity_change": change_sheet, "death": death_sheet,
              "marriage": marriage_sheet, "adoption": adoption_sheet, "population": population_sheet, "reported_totals": totals_sheet}
    return [single[kind](period, rows)]


def bytes_of(file: str, kind: str, sheets: Sequence[Sheet]) -> bytes:
    """Return a file's content in the format its name tells."""
    if file.endswith(".csv"):
        return csv_bytes(sheets[0])
    return old_workbook_bytes(sheets) if file.endswith(".xls") else workbook_bytes(sheets, _AUTHORS[DEPARTMENT_OF_KIND[kind]])


def sent_on(period: Period, kind: str) -> dt.date:
    """Return when an office sent a list: by the 8th of the month after the quarter."""
    day = {"health": 7, "police": 8, "civil_affairs": 6, "township": 8, "register": 8}[DEPARTMENT_OF_KIND[kind]]
    return period.next.first_day.replace(day=day)
