"""The sheets the offices make of their lists: titles, heads, columns, footers, and where each row stands.

A column of a kind that must be dropped or kept in memory only is filled with planted values, so that a test can
look for them in everything the package writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pandas as pd

from popanalysis.periods import Period
from popanalysis.reference import reference_table
from popanalysis.synthetic import places

__all__ = ["Cell", "Sheet", "certificate_sheet", "police_sheet", "town_sheets"]

Cell = str | int | dt.datetime | None
Row = Any  # a named tuple of the list
_SEX: Final = {"1": "男", "2": "女"}
_PEOPLES: Final = {"01": "汉族", "02": "蒙古族", "03": "回族", "05": "维吾尔族", "11": "满族", "31": "达斡尔族"}


@dataclass(frozen=True)
class _Column:
    """One column: its head (upper part "" when it stands alone), what a row shows in it, and what must become of it."""

    upper: str
    head: str
    show: Callable[[Row, str], Cell]  # (row, a mark of this row) -> cell
    treatment: Literal["", "dropped", "memory_only"] = ""


@dataclass
class Sheet:
    """A sheet as rows of cells.

    Attributes
    ----------
    name : "" for a text file.
    cells : all rows, the first is row 1.
    merged : ranges as (first row, first column, last row, last column), from 1.
    row_of : place in the list -> row of the sheet.
    planted : (row, head, value, treatment) of every planted value.
    """

    name: str
    cells: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    row_of: dict[int, int] = field(default_factory=dict)
    planted: list[tuple[int, str, str, str]] = field(default_factory=list)

    def add_records(self, columns: tuple[_Column, ...], rows: Iterator[Row], mark: str) -> None:
        """Add a row per record; ``mark`` begins the planted values."""
        for row in rows:
            number = len(self.cells) + 1
            cells = [column.show(row, f"{mark}{row.Index:05d}") for column in columns]
            self.cells.append(cells)
            self.row_of[row.Index] = number
            self.planted += [(number, c.head, str(cell), c.treatment) for c, cell in zip(columns, cells, strict=True) if c.treatment and cell is not None]


# --- health: 出生医学登记, a head of two rows ------------------------------------------------------


def _shows(name: str) -> Callable[[Row, str], Cell]:
    def show(row: Row, mark: str) -> Cell:
        value: Cell = getattr(row, name)
        return value
    return show


def _codes(name: str, words: dict[str, str]) -> Callable[[Row, str], Cell]:
    return lambda row, mark: words.get(getattr(row, name) or "")


def _act_date(row: Row, mark: str) -> Cell:
    return f"{row.act_date:%Y-%m-%d}"


def _planted(words: str) -> Callable[[Row, str], Cell]:
    """A value that stands nowhere else: the word a clerk would write, and a mark."""
    return lambda row, mark: f"{words}{mark}"


_CERTIFICATE: Final = (
    _Column("", "序号", lambda row, mark: row.Index + 1),
    _Column("", "出生证编号", _shows("birth_cert_no")),
    _Column("", "签发日期", _act_date),
    _Column("", "接生机构", _shows("facility")),
    _Column("", "出生地点分类", _shows("birth_place_class")),
    _Column("新生儿", "姓名", _shows("child_name")),
    _Column("新生儿", "性别", _codes("child_sex", _SEX)),
    _Column("新生儿", "出生日期", _shows("birth_date")),
    _Column("新生儿", "出生时间", _shows("birth_time")),
    _Column("新生儿", "出生体重（克）", lambda row, mark: int(row.birth_weight), "memory_only"),
    _Column("新生儿", "健康状况", _planted("良好JK"), "dropped"),
    _Column("新生儿", "胎数", lambda row, mark: int(row.plurality)),
    _Column("母亲", "姓名", _shows("mother_name")),
    _Column("母亲", "身份证号", _shows("mother_id")),
    _Column("母亲", "民族", _codes("mother_ethnicity", _PEOPLES)),
    _Column("母亲", "户籍地址", _shows("mother_hukou_addr")),
    _Column("母亲", "现住址", _shows("mother_live_addr")),
    _Column("母亲", "孕次", _planted("2次YC"), "dropped"),
    _Column("母亲", "产次", lambda row, mark: int(row.parity), "memory_only"),
    _Column("父亲", "姓名", _shows("father_name")),
    _Column("父亲", "身份证号", _shows("father_id")),
    _Column("父亲", "民族", _codes("father_ethnicity", _PEOPLES)),
    _Column("父亲", "户籍地址", _shows("father_hukou_addr")),
    _Column("", "生育服务证号", _planted("FW"), "dropped"),
)


def certificate_sheet(period: Period, rows: pd.DataFrame, sent: dt.date) -> Sheet:
    """Make the health office's sheet: title, unit line, head of two rows with merged cells, records, total, footer."""
    sheet, width = Sheet("出生医学登记"), len(_CERTIFICATE)
    sheet.cells += [[f"乌日塔拉旗{period.in_words('zh')}出生医学登记表"], [f"填报单位：乌日塔拉旗卫生健康委员会　　填报日期：{_spoken(sent)}"]]
    uppers = [c.upper for c in _CERTIFICATE]
    sheet.cells += [[c.upper or c.head for c in _CERTIFICATE], [c.head if c.upper else None for c in _CERTIFICATE]]
    sheet.merged += [(1, 1, 1, width), (2, 1, 2, width)]
    for place, upper in enumerate(uppers, start=1):
        if not upper:
            sheet.merged.append((3, place, 4, place))
        elif uppers.index(upper) + 1 == place:
            sheet.merged.append((3, place, 3, place + uppers.count(upper) - 1))
            sheet.cells[2][place:place + uppers.count(upper) - 1] = [None] * (uppers.count(upper) - 1)
    sheet.add_records(_CERTIFICATE, rows.itertuples(), _mark(period))
    sheet.cells += [["合计", f"{len(rows)}人"], ["填表人：高海霞　　审核人：白志刚　　单位负责人：包玉兰"]]
    return sheet


# --- police: 出生申报, the attested layout, a text file --------------------------------------------


def police_sheet(rows: pd.DataFrame) -> Sheet:
    """Make the police's table: the attested columns, which hold no birth date, and the certificate number behind them."""
    village = places.villages().set_index("code")
    named = (village["town"] + village["village"]).to_dict()
    shows: dict[str, Callable[[Row, str], Cell]] = {
        "公民身份号码": _shows("child_id"), "姓名": _shows("child_name"), "性别": _codes("child_sex", _SEX),
        "受理日期": lambda row, mark: f"{row.act_date:%Y%m%d}", "居村委会": lambda row, mark: named[row.child_hukou], "居民组": _shows("group"),
        "父亲姓名": _shows("father_name"), "父亲身份号码": _shows("father_id"), "母亲姓名": _shows("mother_name"), "母亲身份号码": _shows("mother_id")}
    attested = reference_table("headers_attested").query("sheet_id == 'EditGaXses'")["header"].tolist()
    columns = (*(_Column("", head, shows[head]) for head in attested), _Column("", "出生医学证明编号", _shows("birth_cert_no")))
    sheet = Sheet("", [[c.head for c in columns]])
    sheet.add_records(columns, rows.itertuples(), "")
    return sheet


# --- towns: 出生调查, a sheet a town ---------------------------------------------------------------


def _spoken(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(row: Row) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{row.birth_date}T{row.birth_time}")


#: every town writes dates in its own way, one way through the whole sheet; not every town asks for the hour.
_MOMENTS: Final[tuple[Callable[[dt.datetime], Cell], ...]] = (
    lambda t: f"{t:%Y-%m-%d %H:%M}", _spoken, lambda t: f"{t:%Y.%m.%d}", lambda t: t, lambda t: f"{t.year}/{t.month}/{t.day}")
_DAYS: Final[tuple[Callable[[dt.datetime], Cell], ...]] = (
    lambda t: f"{t:%Y-%m-%d}", _spoken, lambda t: f"{t:%Y.%m.%d}", lambda t: t, lambda t: f"{t.year}/{t.month}/{t.day}")


def _town_columns(style: int, clerk: str) -> tuple[_Column, ...]:
    moment, day = _MOMENTS[style], _DAYS[style]
    return (
        _Column("", "产妇姓名", _shows("mother_name")),
        _Column("", "证件类型", lambda row, mark: "居民身份证" if row.mother_id else None),
        _Column("", "证件号码", _shows("mother_id")),
        _Column("", "孩次", lambda row, mark: int(row.parity), "memory_only"),
        _Column("", "分娩时间", lambda row, mark: moment(_moment(row))),
        _Column("", "分娩地点", _shows("facility")),
        _Column("", "丈夫姓名", _shows("father_name")),
        _Column("", "证件类型", lambda row, mark: "居民身份证" if row.father_id else None),
        _Column("", "证件号码", _shows("father_id")),
        _Column("", "新生儿姓名", _shows("child_name")),
        _Column("", "性别", _codes("child_sex", _SEX)),
        _Column("", "健康状况", _planted("健康JK"), "dropped"),
        _Column("", "政策内外", _planted("政策内ZC"), "dropped"),
        _Column("", "出生证编号", _shows("birth_cert_no")),
        _Column("", "产妇户籍地", _shows("mother_hukou_addr")),
        _Column("", "产妇现居住地", _shows("mother_live_addr")),
        _Column("", "登记人员", lambda row, mark: clerk),
        _Column("", "登记时间", lambda row, mark: day(dt.datetime.combine(row.act_date, dt.time()))),
    )


_CLERKS: Final = ("乌兰图雅", "李秀梅", "白海龙", "其木格", "王建军", "苏和", "包志强", "张立新", "斯琴高娃")


def town_sheets(period: Period, rows: pd.DataFrame) -> list[Sheet]:
    """Make a sheet per town, by the place where the family lives, and the empty sheet a new workbook comes with."""
    table = places.villages()
    town_of = table.set_index("code")["town"]
    home = table.loc[table["county_code"].eq(places.HOME), "town"].drop_duplicates().tolist()
    # a mother who lives elsewhere is found by the father's town
    lives = rows["mother_live"].where(rows["mother_live"].str.startswith(places.HOME), rows["child_hukou"]).map(town_of)
    lives = lives.where(lives.isin(home), home[0])
    sheets = []
    for number, town in enumerate(home):
        held = rows[lives.eq(town)]
        if held.empty:
            continue
        columns = _town_columns(number % len(_MOMENTS), _CLERKS[number])
        sheet = Sheet(town, [[f"{town}{period.in_words('zh')}出生婴儿调查登记表"], [f"填报单位：{town}人民政府"], [c.head for c in columns]])
        sheet.merged += [(1, 1, 1, len(columns)), (2, 1, 2, len(columns))]
        sheet.add_records(columns, held.itertuples(), _mark(period))
        sheet.cells += [[f"合计：{len(held)}人"], [f"填表人：{_CLERKS[number]}　　负责人：{_CLERKS[(number + 4) % 9]}"]]
        sheets.append(sheet)
    return [*sheets, Sheet("Sheet2")]


def _mark(period: Period) -> str:
    return f"{period.year % 100:02d}{period.quarter}"
