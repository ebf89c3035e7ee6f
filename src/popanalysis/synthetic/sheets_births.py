"""The sheets of births: the health office's register, the police's text file, the towns' workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

import pandas as pd

from popanalysis.periods import Period
from popanalysis.reference import reference_table
from popanalysis.synthetic import places
from popanalysis.synthetic.sheet import (
    CLERKS,
    DAYS,
    MOMENTS,
    PEOPLES,
    SEX,
    Cell,
    Column,
    Row,
    Sheet,
    act_date,
    codes,
    mark_of,
    planted,
    shows,
    spoken,
)

__all__ = ["certificate_sheet", "police_sheet", "town_sheets"]

# --- health: 出生医学登记, a head of two rows ------------------------------------------------------

_CERTIFICATE: Final = (
    Column("", "序号", lambda row, mark: row.Index + 1),
    Column("", "出生证编号", shows("birth_cert_no")),
    Column("", "签发日期", act_date),
    Column("", "接生机构", shows("facility")),
    Column("", "出生地点分类", shows("birth_place_class")),
    Column("新生儿", "姓名", shows("child_name")),
    Column("新生儿", "性别", codes("child_sex", SEX)),
    Column("新生儿", "出生日期", shows("birth_date")),
    Column("新生儿", "出生时间", shows("birth_time")),
    Column("新生儿", "出生体重（克）", lambda row, mark: int(row.birth_weight), "memory_only"),
    Column("新生儿", "健康状况", planted("良好JK"), "dropped"),
    Column("新生儿", "胎数", lambda row, mark: int(row.plurality)),
    Column("母亲", "姓名", shows("mother_name")),
    Column("母亲", "身份证号", shows("mother_id")),
    Column("母亲", "民族", codes("mother_ethnicity", PEOPLES)),
    Column("母亲", "户籍地址", shows("mother_hukou_addr")),
    Column("母亲", "现住址", shows("mother_live_addr")),
    Column("母亲", "孕次", planted("2次YC"), "dropped"),
    Column("母亲", "产次", lambda row, mark: int(row.parity), "memory_only"),
    Column("父亲", "姓名", shows("father_name")),
    Column("父亲", "身份证号", shows("father_id")),
    Column("父亲", "民族", codes("father_ethnicity", PEOPLES)),
    Column("父亲", "户籍地址", shows("father_hukou_addr")),
    Column("", "生育服务证号", planted("FW"), "dropped"),
)


def certificate_sheet(period: Period, rows: pd.DataFrame, sent: dt.date) -> Sheet:
    """Make the health office's sheet: title, unit line, head of two rows with merged cells, records, total, footer."""
    sheet, width = Sheet("出生医学登记"), len(_CERTIFICATE)
    sheet.cells += [[f"乌日塔拉旗{period.in_words('zh')}出生医学登记表"], [f"填报单位：乌日塔拉旗卫生健康委员会　　填报日期：{spoken(sent)}"]]
    sheet.merged += [(1, 1, 1, width), (2, 1, 2, width)]
    sheet.add_head(_CERTIFICATE)
    sheet.add_records(_CERTIFICATE, rows.itertuples(), mark_of(period))
    sheet.cells += [["合计", f"{len(rows)}人"], ["填表人：高海霞　　审核人：白志刚　　单位负责人：包玉兰"]]
    return sheet


# --- police: 出生申报, the attested layout, a text file --------------------------------------------


def police_sheet(rows: pd.DataFrame) -> Sheet:
    """Make the police's table: the attested columns, which hold no birth date, and the certificate number behind them."""
    village = places.villages().set_index("code")
    named = (village["town"] + village["village"]).to_dict()
    show_of: dict[str, Callable[[Row, str], Cell]] = {
        "公民身份号码": shows("child_id"), "姓名": shows("child_name"), "性别": codes("child_sex", SEX),
        "受理日期": lambda row, mark: f"{row.act_date:%Y%m%d}", "居村委会": lambda row, mark: named[row.child_hukou], "居民组": shows("group"),
        "父亲姓名": shows("father_name"), "父亲身份号码": shows("father_id"), "母亲姓名": shows("mother_name"), "母亲身份号码": shows("mother_id")}
    attested = reference_table("headers_attested").query("sheet_id == 'EditGaXses'")["header"].tolist()
    columns = (*(Column("", head, show_of[head]) for head in attested), Column("", "出生医学证明编号", shows("birth_cert_no")))
    sheet = Sheet("", [[c.head for c in columns]])
    sheet.add_records(columns, rows.itertuples(), "")
    return sheet


# --- towns: 出生调查, a sheet a town ---------------------------------------------------------------


def _moment(row: Row) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{row.birth_date}T{row.birth_time}")


def _town_columns(style: int, clerk: str) -> tuple[Column, ...]:
    moment, day = MOMENTS[style], DAYS[style]
    return (
        Column("", "产妇姓名", shows("mother_name")),
        Column("", "证件类型", lambda row, mark: "居民身份证" if row.mother_id else None),
        Column("", "证件号码", shows("mother_id")),
        Column("", "孩次", lambda row, mark: int(row.parity), "memory_only"),
        Column("", "分娩时间", lambda row, mark: moment(_moment(row))),
        Column("", "分娩地点", shows("facility")),
        Column("", "丈夫姓名", shows("father_name")),
        Column("", "证件类型", lambda row, mark: "居民身份证" if row.father_id else None),
        Column("", "证件号码", shows("father_id")),
        Column("", "新生儿姓名", shows("child_name")),
        Column("", "性别", codes("child_sex", SEX)),
        Column("", "健康状况", planted("健康JK"), "dropped"),
        Column("", "政策内外", planted("政策内ZC"), "dropped"),
        Column("", "出生证编号", shows("birth_cert_no")),
        Column("", "产妇户籍地", shows("mother_hukou_addr")),
        Column("", "产妇现居住地", shows("mother_live_addr")),
        Column("", "登记人员", lambda row, mark: clerk),
        Column("", "登记时间", lambda row, mark: day(dt.datetime.combine(row.act_date, dt.time()))),
    )


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
        columns = _town_columns(number % len(MOMENTS), CLERKS[number])
        sheet = Sheet(town, [[f"{town}{period.in_words('zh')}出生婴儿调查登记表"], [f"填报单位：{town}人民政府"], [c.head for c in columns]])
        sheet.merged += [(1, 1, 1, len(columns)), (2, 1, 2, len(columns))]
        sheet.add_records(columns, held.itertuples(), mark_of(period))
        sheet.cells += [[f"合计：{len(held)}人"], [f"填表人：{CLERKS[number]}　　负责人：{CLERKS[(number + 4) % 9]}"]]
        sheets.append(sheet)
    return [*sheets, Sheet("Sheet2")]
