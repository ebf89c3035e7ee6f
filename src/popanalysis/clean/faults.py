"""Every fault and repair that cleaning can report: its code, its severity, and how it is put to the office."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import pandas as pd

from popanalysis.errors import Text

__all__ = ["DONE", "FAULTS", "Finding", "fault_labels"]


class Finding(NamedTuple):
    """One fault or repair of one value; ``done`` is a key of ``DONE``, ``severity`` one of ``columns.SEVERITIES``."""

    fault: str
    done: str = "kept"
    severity: str = "warning"


#: What was done about a fault.
DONE: Final[Mapping[str, Text]] = MappingProxyType({
    "kept": Text("原值保留", "the value stays as written"),
    "set_missing": Text("按空值处理", "counts as missing"),
    "mended": Text("已按书写规则整理", "written in the standard form"),
    "moved": Text("移入附注列", "moved to the note column"),
    "copied": Text("按上一行填入", "taken from the row above"),
    "read_without": Text("其余各列照常读取", "the other columns were read as usual"),
    "not_stored": Text("不予保存", "not stored"),
    "parted": Text("已分开读取", "read as two values"),
    "kept_apart": Text("按两条记录保留", "kept as two records"),
})

#: code -> what is wrong, as an office would read it. Codes are stable; programs may rely on them. What checks find is named in
#: ``params/checks``.
FAULTS: Final[Mapping[str, Text]] = MappingProxyType({
    # any value
    "wrapper_removed": Text("数值外有导出符号（引号、=\"\"等）", "export marks around the value (apostrophe, =\"\")"),
    "invisible_removed": Text("含不可见字符", "invisible characters"),
    "width_folded": Text("含全角字符", "full-width characters"),
    "blanks_removed": Text("中间有空格", "blanks inside the value"),
    "value_ditto": Text("写作“同上”", "written as 'ditto'"),
    "value_error": Text("单元格显示公式错误，或公式尚未计算", "the cell shows a formula error, or its formula was never calculated"),
    "number_unreadable": Text("应为数字，无法识别", "should be a number and cannot be read"),
    "number_unit_converted": Text("按千克填写，已换算为克", "given in kilograms, converted to grams"),
    "number_damaged": Text("号码以数值格式存储，位数已丢失，请重新提供", "stored as a number, digits were lost; ask for it again"),
    "total_differs": Text("表内合计数与实际行数不一致", "the printed total differs from the rows read"),
    # columns a list can be read without
    "act_date_missing": Text("缺少签发、受理或登记日期列，无法核对该名单是否属于本期", "no date of the office's own act: whether the list belongs to the period cannot be checked"),
    "act_date_of_the_list": Text("登记日期多在统计期之后，视为填表日期，各行按本期采用", "most rows are dated after the period: taken for the day the list was filled in, the rows for this period"),
    "column_repeated": Text("同名列出现两次，只采用左起第一列，另一列未读取", "a column stands twice: only the left one was used"),
    "column_missing": Text("名单中没有该列，建议补充", "the list has no such column; ask for it"),
    # identity numbers
    "id_damaged": Text("身份证号以数值格式存储，部分数字已丢失，请重新提供", "stored as a number, digits were lost; ask for it again"),
    "id_wrong_length": Text("身份证号位数不对", "not 18 (or formerly 15) characters"),
    "id_bad_character": Text("身份证号含不应有的字符", "holds characters that do not belong there"),
    "id_date_impossible": Text("身份证号中的出生日期不存在", "the birth date inside does not exist"),
    "id_date_future": Text("身份证号中的出生日期晚于统计日期", "the birth date inside lies after the day of the record"),
    "id_check_failed": Text("身份证号校验码不符，建议核对", "the check character does not agree"),
    "id_letter_mended": Text("末位 X 的写法已统一", "the last X was written differently"),
    "id_tail_suspicious": Text("身份证号以 000 结尾，可能曾以数值格式存储，建议核对", "ends in 000: perhaps once stored as a number"),
    "id_old_15": Text("为 15 位旧号", "an old number of 15 digits"),
    "id_division_unknown": Text("身份证号前六位不是已知的行政区划代码", "begins with no known division code"),
    "id_two_numbers": Text("一个单元格内有两个号码", "two numbers in one cell"),
    "id_text_beside": Text("号码旁有其他文字", "other text beside the number"),
    "id_unreadable": Text("无法识别为证件号码", "cannot be read as a document number"),
    "cert_form_unusual": Text("证件编号不是一个字母加九位数字", "not a letter and nine digits"),
    "marriage_cert_form_mended": Text("婚姻登记证字号的写法已统一", "the number of the marriage certificate was written differently"),
    "marriage_cert_form_unusual": Text("婚姻登记证字号不是已知的编号形式，建议核对", "no known form of a marriage certificate's number"),
    # names
    "name_withheld": Text("姓名栏注明未提供", "the name was not given"),
    "name_blanks_removed": Text("姓名中间有空格", "blanks inside the name"),
    "name_dot_unified": Text("姓名间隔点写法已统一", "the dot between the parts of the name was written differently"),
    "name_note_moved": Text("姓名后有括注", "a note in brackets after the name"),
    "name_mark_removed": Text("姓名后有标记符号", "a mark after the name"),
    "name_placeholder": Text("尚未取名", "not named yet"),
    "name_unknown_character": Text("姓名中有未能写出的字", "a character of the name could not be written"),
    "name_beside_number": Text("姓名和号码写在同一单元格", "name and number in one cell"),
    "name_unreadable": Text("姓名无法识别", "cannot be read as a name"),
    # dates
    "date_ambiguous": Text("日期写法有多种理解，请写成 2025-03-05 的形式", "the date can be read in several ways; write it like 2025-03-05"),
    "date_impossible": Text("日期不存在，请核对后写成 2025-03-05 的形式", "there is no such date; check it and write it like 2025-03-05"),
    "date_unreadable": Text("日期无法识别，请写成 2025-03-05 的形式", "cannot be read as a date; write it like 2025-03-05"),
    "date_no_year": Text("日期缺少年份，请写成 2025-03-05 的形式", "the date has no year; write it like 2025-03-05"),
    "date_short_year": Text("年份只写了两位，已补全", "a year of two digits, completed"),
    "date_month_only": Text("只有年月，没有日，请补全，写成 2025-03-05 的形式", "only year and month; add the day, like 2025-03-05"),
    "date_year_only": Text("只有年份，请补全月、日，写成 2025-03-05 的形式", "only a year; add month and day, like 2025-03-05"),
    "date_serial": Text("日期以序号形式存储，已换算", "stored as a serial number, converted"),
    "date_lunar": Text("为农历日期，请核对公历日期，写成 2025-03-05 的形式", "a lunar date; confirm the solar one and write it like 2025-03-05"),
    "date_24h": Text("时间为 24:00，按次日 0 时处理", "the time is 24:00, taken as 0:00 of the next day"),
    "date_clock_artefact": Text("日期带有导出程序产生的时间（23:59:17 或 00:00:43），已还原", "carries a clock time an export program made (23:59:17 or 00:00:43)"),
    "date_zone_converted": Text("为世界时或时间戳，已换算为北京时间", "a UTC time or time stamp, converted to local time"),
    "date_differs_from_time_column": Text("出生日期列与出生时间列的日期不一致", "the date column and the date-and-time column differ"),
    "birth_date_outside_period": Text("出生日期远离本统计期，建议核对年份", "the birth lies far from the period; check the year"),
    "time_unreadable": Text("时间无法识别，请写成 14:23 的形式", "the time cannot be read; write it like 14:23"),
    # codes and places
    "sex_unknown": Text("性别未知或无法识别", "sex unknown or not readable"),
    "ethnicity_unknown": Text("民族名称不在代码表中", "not in the table of ethnic groups"),
    "division_unknown": Text("地址中未能识别旗县", "no county could be recognised in the address"),
    "town_unknown": Text("乡镇不在本旗县的乡镇表中", "not among the towns of the home county"),
    "service_type_unknown": Text("业务类型无法识别", "the type of service is not known"),
    "change_unclear": Text("未写明变更更正的项目或类别", "does not say what was changed, or how"),
    "direction_unknown": Text("未写明迁入或迁出", "does not say whether a move in or out"),
    "void_reason_unknown": Text("未写明作废、换发或补发", "does not say whether void, exchanged or reissued"),
    "period_unknown": Text("统计期无法识别，请写成 2025Q1 或 2025-03 的形式", "the period cannot be read; write 2025Q1 or 2025-03"),
    # what is never kept
    "defer_reason_not_permitted": Text("该原因自2016年起不得作为暂缓登记的理由，建议依规办理登记", "since 2016 no ground for deferring a registration; proceed with it"),
    "policy_words_removed": Text("含不予采集的内容，该部分未保存", "speaks of matters that are not collected; that part was not stored"),
    # rows
    "unnamed_rows_equal": Text("两行内容完全相同且均无姓名和号码，建议核对是否为同一次分娩", "two equal rows without name or number: one delivery or two?"),
    "twin_rows_equal": Text("多胞胎的两行内容完全相同，建议核对", "two rows of a multiple birth are equal"),
})


def fault_labels(checked: pd.DataFrame | None) -> dict[str, Text]:
    """Return code -> what is wrong, of the package's own findings and of the checks made (``check, zh, en``)."""
    made = {} if checked is None else {str(row["check"]): Text(str(row["zh"]), str(row["en"])) for row in checked.to_dict("records")}
    return {**FAULTS, **made}
