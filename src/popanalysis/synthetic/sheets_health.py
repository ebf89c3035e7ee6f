"""The health office's other sheets, the register and the towns' totals."""

from __future__ import annotations

from typing import Final

import pandas as pd

from popanalysis.periods import Period
from popanalysis.synthetic import places
from popanalysis.synthetic.sheet import CLERKS, PEOPLES, SEX, Cell, Column, Row, Sheet, act_date, attested, codes, planted, shows, titled_sheet

__all__ = ["certificate_register_sheets", "death_sheet", "population_sheet", "totals_sheet", "unverified_sheet"]


def unverified_sheet(period: Period, rows: pd.DataFrame) -> Sheet:
    """Make the sheet of deliveries whose mother's identity or address is not surely known; the remark says why."""
    columns = (
        Column("", "序号", lambda row, mark: row.Index + 1), Column("", "出生证编号", shows("birth_cert_no")), Column("", "助产机构名称", shows("facility")),
        Column("", "分娩日期", shows("birth_date")), Column("", "新生儿性别", codes("child_sex", SEX)), Column("", "新生儿姓名", shows("child_name")),
        Column("", "产妇姓名", shows("mother_name")), Column("", "产妇身份证号码", shows("mother_id")), Column("", "户籍地址", shows("mother_hukou_addr")),
        Column("", "现居住地", shows("mother_live_addr")), Column("", "丈夫姓名", shows("father_name")), Column("", "孕次", planted("3次WS"), "dropped"),
        Column("", "婚姻状况", planted("已婚WH"), "dropped"), Column("", "生育证号码", planted("SY"), "dropped"), Column("", "备注", shows("remark")))
    titles = (f"乌日塔拉旗{period.in_words('zh')}身份信息待核实分娩对象通报表", "填报单位：乌日塔拉旗卫生健康委员会")
    return titled_sheet("分娩对象通报", titles, columns, rows.itertuples(), period, (f"合计：{len(rows)}人",))


# --- certificates ---------------------------------------------------------------------------------------

_ISSUER: Final = "乌日塔拉旗妇幼保健院"


def _issuer(row: Row, mark: str) -> Cell:
    return _ISSUER


def _number(row: Row, mark: str) -> Cell:
    return int(row.Index) + 1


def _reissued() -> tuple[Column, ...]:
    return attested("certificate_ressiueDBJExcel", (
        _number, lambda row, mark: "乌日塔拉旗", act_date, shows("mother_name"), shows("child_name"), codes("child_sex", SEX), shows("birth_date"),
        shows("old_no"), shows("new_no"), shows("why"), *[None] * 4, shows("mother_id"), *[None] * 4))


def _exchanged() -> tuple[Column, ...]:
    return attested("csyxzmhfdjbExcel", (
        _number, _issuer, act_date, shows("mother_name"), shows("child_name"), codes("child_sex", SEX), shows("birth_date"), shows("new_no"), shows("mother_id"), *[None] * 3))


def _void() -> tuple[Column, ...]:
    return (Column("", "序号", _number), Column("", "作废编号", shows("old_no")), Column("", "新编号", shows("new_no")), Column("", "作废原因", shows("why")),
            Column("", "作废日期", act_date), Column("", "签发机构", _issuer))


def certificate_register_sheets(period: Period, rows: pd.DataFrame) -> list[tuple[str, Sheet]]:
    """Make the registers of reissued, exchanged and void certificates; each is a file of its own. Returns (reason, sheet)."""
    pages = (("reissued", "补发登记本", "《出生医学证明》补发登记本", _reissued()), ("exchanged", "换发登记本", "《出生医学证明》换发登记本", _exchanged()),
             ("void", "作废登记", "《出生医学证明》作废证件登记表", _void()))
    return [(reason, titled_sheet(name, (f"{title}（{period.in_words('zh')}）",), columns, rows[rows["reason"].eq(reason)].itertuples(), period))
            for reason, name, title, columns in pages if rows["reason"].eq(reason).any()]


# --- the register ---------------------------------------------------------------------------------------


def _address(code: str, other: str) -> Column:
    table = places.villages().set_index("code")
    named = (table["county"] + table["town"] + table["village"]).to_dict()
    return Column("", other, lambda row, mark: named.get(getattr(row, code)))


def _group(row: Row, mark: str) -> Cell:
    return ("一组", "二组", "三组")[row.Index % 3]


def population_sheet(period: Period, rows: pd.DataFrame) -> Sheet:
    """Make the snapshot of the register: the attested head with its title."""
    contents = (
        lambda row, mark: f"{row.household:08d}{row.Index % 10:02d}", shows("person_name"), codes("sex", SEX), shows("person_id"), _group,
        lambda row, mark: f"{row.Index % 97 + 1}号", lambda row, mark: f"{row.birth_date:%Y-%m-%d}", codes("ethnicity", PEOPLES), lambda row, mark: "初中",
        lambda row, mark: "农业家庭户", (planted("已婚HK"), "dropped"), None, shows("relation"), _address("village", "户籍所在地").show, _address("live", "现居住地").show,
        shows("spouse_name"), shows("spouse_id"), shows("father_name"), shows("father_id"), shows("mother_name"), shows("mother_id"),
        lambda row, mark: "常住" if row.village == row.live else "人户分离", lambda row, mark: "乌日塔拉旗")
    return titled_sheet("个案基础信息", ("卫计全员人口个案基础信息",), attested("EditWjRkga", contents), rows.itertuples(), period)


def death_sheet(period: Period, rows: pd.DataFrame) -> Sheet:
    """Make the sheet of deaths: the attested head with its title."""
    contents = (
        lambda row, mark: f"SW{mark}", shows("person_name"), codes("sex", SEX), shows("person_id"), shows("group"), None, shows("birth_date"), codes("ethnicity", PEOPLES),
        None, lambda row, mark: "农业家庭户", (planted("丧偶SW"), "dropped"), None, None, _address("village", "户籍所在地").show, _address("live", "现居住地").show,
        None, None, shows("father_name"), shows("father_id"), shows("mother_name"), shows("mother_id"), None, act_date, lambda row, mark: "死亡")
    title = f"卫计全员人口变动死亡信息（{period.in_words('zh')}）"
    return titled_sheet("死亡", (title,), attested("EditWjBdsw", contents), rows.itertuples(), period)


def totals_sheet(period: Period, rows: pd.DataFrame) -> Sheet:
    """Make the towns' totals, a line a town."""
    columns = (
        Column("", "苏木乡镇", shows("town")), Column("", "统计期", lambda row, mark: period.in_words("zh")), Column("", "出生人数", shows("births")),
        Column("", "政策内出生", planted("全部ZT"), "dropped"), Column("", "结婚对数", shows("marriages")),
        Column("", "登记人员", lambda row, mark: CLERKS[row.Index % len(CLERKS)]), Column("", "登记日期", lambda row, mark: f"{period.next.first_day.replace(day=5):%Y-%m-%d}"))
    return titled_sheet("上报汇总", (f"各苏木乡镇{period.in_words('zh')}出生、婚姻数上报表",), columns, rows.itertuples(), period)
