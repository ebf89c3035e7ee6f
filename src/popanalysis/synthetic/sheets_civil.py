"""The sheets of marriages and adoptions: the civil-affairs workbooks of the attested heads, and the towns' workbook."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from popanalysis.periods import Period
from popanalysis.synthetic import places
from popanalysis.synthetic.register import town_of
from popanalysis.synthetic.sheet import (
    CLERKS,
    DAYS,
    PEOPLES,
    SEX,
    Cell,
    Column,
    Row,
    Sheet,
    act_date,
    attested,
    codes,
    planted,
    shows,
    spoken,
    titled_sheet,
)

__all__ = ["adoption_sheet", "marriage_sheet", "town_marriage_sheets"]

_TRADES: Final = ("农民", "牧民", "职员", "教师", "个体经营", "工人", "护士")
_SCHOOLS: Final = ("初中", "高中", "大专", "本科", "中专")


def _trade(step: int) -> Column:
    return Column("", "职业", lambda row, mark: _TRADES[(row.Index * step + step) % len(_TRADES)])


def _school(step: int) -> Column:
    return Column("", "文化程度", lambda row, mark: _SCHOOLS[(row.Index * step + step) % len(_SCHOOLS)])


def _person(who: str, step: int) -> tuple[object, ...]:
    """Number, trade, address, people, school, status before the marriage."""
    return (shows(f"{who}_id"), _trade(step).show, shows(f"{who}_live_addr"), codes(f"{who}_ethnicity", PEOPLES), _school(step).show,
            (shows(f"{who}_prior_status"), "memory_only"))


def marriage_sheet(period: Period, rows: pd.DataFrame) -> Sheet:
    """Make the registry's sheet: 证件号码 is the certificate's number, and the persons' heads stand twice; of the wife no birth date."""
    contents = (
        shows("service_type"), shows("cert_no"), shows("reg_date"), shows("husband_name"), *_person("husband", 2), shows("husband_birth_date"),
        shows("wife_name"), *_person("wife", 3), None)
    titles = (f"民政婚姻登记信息（{period.in_words('zh')}）",)
    return titled_sheet("婚姻登记", titles, attested("EditMzHydj", contents), rows.itertuples(), period, (f"合计：{len(rows)}对", "填表人：陈玉梅　　审核人：吴双喜"))


def _day_column(head: str, name: str, style: int) -> Column:
    def show(row: Row, mark: str) -> Cell:
        value = getattr(row, name)
        return None if value is None else DAYS[style](dt.datetime.fromisoformat(str(value)))
    return Column("", head, show)


def _spouse(side: str, who: str) -> tuple[Column, ...]:
    return (Column(side, "姓名", shows(f"{who}_name")), Column(side, "身份证号", shows(f"{who}_id")), Column(side, "出生日期", shows(f"{who}_birth_date")),
            Column(side, "户籍地", shows(f"{who}_hukou_addr")), Column(side, "现居住地", shows(f"{who}_live_addr")))


def _town_columns(town: str, style: int, clerk: str) -> tuple[Column, ...]:
    village = places.villages().set_index("code")["village"].to_dict()
    return (
        Column("", "苏木乡镇", lambda row, mark: town),
        Column("", "嘎查村", lambda row, mark: village.get(row.home_village)),
        _day_column("登记时间", "reg_date", style),
        Column("", "结婚证字号", shows("cert_no")),
        *_spouse("男方", "husband"), *_spouse("女方", "wife"),
        Column("", "生育服务证号", planted("XH"), "dropped"),
        Column("", "登记人员", lambda row, mark: clerk),
        Column("", "登记日期", lambda row, mark: DAYS[style](dt.datetime.combine(row.act_date, dt.time()))),
    )


def town_marriage_sheets(period: Period, rows: pd.DataFrame) -> list[Sheet]:
    """Make a sheet per town, each with a head of two rows and its own way of writing dates."""
    towns = places.villages().query("county_code == @places.HOME")["town"].drop_duplicates().tolist()
    lives = town_of(rows["home_village"], rows["wife_live"]).fillna(towns[0])
    sheets = []
    for number, town in enumerate(towns):
        held = rows[lives.eq(town)]
        if held.empty:
            continue
        titles = (f"{town}{period.in_words('zh')}新婚登记调查表", f"填报单位：{town}人民政府")
        columns = _town_columns(town, (number + 1) % len(DAYS), CLERKS[number])
        sheets.append(titled_sheet(town, titles, columns, held.itertuples(), period, (f"合计：{len(held)}对", f"填表人：{CLERKS[number]}")))
    return sheets


def adoption_sheet(period: Period, rows: pd.DataFrame) -> Sheet:
    """Make the registry's sheet of adoptions: the attested head, and behind it when and under which number, and the child's new name."""
    named = places.villages().set_index("code").apply(lambda place: f"乌日塔拉旗{place['town']}{place['village']}", axis=1).to_dict()
    home = Column("", "家庭住址", lambda row, mark: named[row.village]).show
    contents = (
        shows("husband_name"), shows("husband_id"), shows("wife_name"), shows("wife_id"), home, lambda row, mark: f"{row.married:%Y-%m-%d}",
        (planted("1人ZN"), "dropped"), lambda row, mark: f"138{row.Index:08d}", shows("name"), codes("sex", SEX), lambda row, mark: f"{row.birth_date:%Y-%m-%d}", None, None)
    added = (Column("", "收养登记日期", act_date), Column("", "收养登记证字号", shows("cert_no")), Column("", "收养后姓名", shows("new_name")))
    titles = (f"民政收养子女信息（{period.in_words('zh')}）", f"填报日期：{spoken(period.next.first_day.replace(day=6))}")
    return titled_sheet("收养登记", titles, (*attested("EditMzSyzn", contents), *added), rows.itertuples(), period)
