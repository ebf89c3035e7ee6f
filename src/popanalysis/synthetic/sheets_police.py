"""The police's other sheets: changes and corrections, moves, registrations that wait."""

from __future__ import annotations

from typing import Final

import pandas as pd

from popanalysis.periods import Period
from popanalysis.reference import reference_table
from popanalysis.synthetic import places
from popanalysis.synthetic.sheet import PEOPLES, SEX, Cell, Column, Row, Sheet, act_date, attested, codes, planted, shows, titled_sheet

__all__ = ["change_sheet", "deferred_sheet", "migration_sheets"]

_FIELD: Final = {"name": "name", "id": "id", "birth_date": "birth_date", "ethnicity": "ethnicity"}


def _content(when: str) -> Column:
    """The value before or after, as text: a people by its name, a date in eight digits."""
    def show(row: Row, mark: str) -> Cell:
        value = getattr(row, f"{when}_{row.what}")
        return PEOPLES[value] if row.what == "ethnicity" else f"{value:%Y%m%d}" if row.what == "birth_date" else str(value)
    return Column("", {"old": "变更更正前内容", "new": "变更更正后内容"}[when], show)


def _applicant(part: int) -> Column:
    """Who applied: the person, or the mother for a child; 0 name, 1 number, 2 relation."""
    def show(row: Row, mark: str) -> Cell:
        return str(row.applicant[part]) if row.applicant else (row.old_name, row.old_id, "本人")[part]
    return Column("", ("申报人员姓名", "申报人公民身份号码", "申报人与变动人家庭关系")[part], show)


def _change_columns(period: Period) -> tuple[Column, ...]:
    names = reference_table("identity_change_categories").set_index("code")["name"].to_dict()
    village = places.villages().set_index("code")
    station = {code: f"{town}派出所" for code, town in village["town"].items()}

    def coded(when: str) -> Column:
        return Column("", {"old": "变更更正前代码", "new": "变更更正后代码"}[when],
                      lambda row, mark: getattr(row, f"{when}_ethnicity") if row.what == "ethnicity" else None)
    return (
        Column("", "变更更正ID", lambda row, mark: f"BG{mark}"),
        Column("", "变更更正项目", lambda row, mark: names[f"{row.code[0]}0"]),
        Column("", "变更更正类别", lambda row, mark: names[row.code]),
        Column("", "变更更正日期", lambda row, mark: f"{row.act_date:%Y%m%d}"),
        _content("old"), _content("new"),
        _applicant(0), _applicant(1),
        Column("", "受理时间", lambda row, mark: f"{row.act_date:%Y%m%d}"),
        Column("", "受理单位", lambda row, mark: station[row.village]),
        Column("", "变更前姓名", shows("old_name")), Column("", "变更前公民身份号码", shows("old_id")),
        Column("", "姓名", shows("new_name")), Column("", "公民身份号码", shows("new_id")),
        Column("", "民族", codes("new_ethnicity", PEOPLES)), Column("", "性别", codes("sex", SEX)),
        Column("", "出生日期", lambda row, mark: f"{row.new_birth_date:%Y%m%d}"),
        Column("", "派出所", lambda row, mark: station[row.village]),
        Column("", "乡镇（街道）", lambda row, mark: village.at[row.village, "town"]), Column("", "居（村）委会", lambda row, mark: village.at[row.village, "village"]),
        coded("old"), coded("new"), _applicant(2), Column("", "备注", lambda row, mark: None))


def change_sheet(period: Period, rows: pd.DataFrame) -> Sheet:
    """Make the sheet of changes and corrections: some twenty columns of the system's table, each row one change with the values before and after."""
    return titled_sheet("变更更正", (f"变更更正信息（{period.in_words('zh')}）",), _change_columns(period), rows.itertuples(), period)


def _move_columns(sheet_id: str) -> tuple[Column, ...]:
    village = places.villages().set_index("code")
    named = (village["town"] + village["village"]).to_dict()
    contents = (
        shows("person_id"), shows("person_name"), lambda row, mark: f"{row.act_date:%Y%m%d}", lambda row, mark: named[row.village], shows("group"), shows("way"),
        (planted("ZQ"), "dropped"), lambda row, mark: f"内蒙古自治区呼和塔拉盟{row.region}", (planted("QY"), "dropped"))
    return attested(sheet_id, contents)


def migration_sheets(period: Period, rows: pd.DataFrame) -> list[Sheet]:
    """Make a sheet of those who moved in and one of those who moved out."""
    pages = (("in", "EditGaQrry", "迁入", "公安迁入人员信息"), ("out", "EditGaQcry", "迁出", "公安迁出人员信息"))
    return [titled_sheet(name, (f"{title}（{period.in_words('zh')}）",), _move_columns(sheet_id), rows[rows["direction"].eq(way)].itertuples(), period)
            for way, sheet_id, name, title in pages if rows["direction"].eq(way).any()]


def _marked_reason(row: Row, mark: str) -> Cell:
    return str(row.reason)


def deferred_sheet(period: Period, rows: pd.DataFrame) -> Sheet:
    """Make the sheet of registrations that wait for papers; a reason that names a birth-policy paper counts as planted."""
    columns = (
        Column("", "序号", lambda row, mark: row.Index + 1), Column("", "姓名", shows("child_name")), Column("", "性别", codes("child_sex", SEX)),
        Column("", "出生日期", shows("birth_date")), Column("", "母亲姓名", shows("mother_name")), Column("", "母亲身份证号码", shows("mother_id")),
        Column("", "父亲姓名", shows("father_name")), Column("", "父亲身份证号码", shows("father_id")), Column("", "母亲户籍地址", shows("mother_hukou_addr")),
        Column("", "出生医学证明编号", shows("birth_cert_no")), Column("", "计划生育服务证号", planted("JS"), "dropped"),
        Column("", "暂缓日期", act_date), Column("", "暂缓原因", _marked_reason), Column("", "派出所", shows("accept_unit")))
    sheet = titled_sheet("暂缓落户", (f"乌日塔拉旗公安局{period.in_words('zh')}暂缓落户人员登记表",), columns, rows.itertuples(), period, (f"合计：{len(rows)}人",))
    sheet.planted += [(sheet.row_of[int(str(place))], "暂缓原因", str(reason), "dropped") for place, reason in rows.loc[rows["detail"].eq("not_permitted"), "reason"].items()]
    return sheet
