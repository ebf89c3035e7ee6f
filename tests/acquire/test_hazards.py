"""The 23 ways in which spreadsheets arrive (domain of office lists, section on spreadsheets): a file for each, read and cleaned."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt

from popanalysis.acquire.reading import read_submission
from popanalysis.clean import Divisions, clean_submissions
from popanalysis.params import QuarterParams

HEAD = ["序号", "新生儿姓名", "性别", "出生日期", "母亲姓名", "母亲身份证号", "签发日期"]
FIRST = [1, "白小雨", "女", "2025-01-05", "白塔娜", "159901199003050026", "2025-01-08"]
SECOND = [2, "包铁柱", "男", "2025-02-11", "包金花", "159901199104050021", "2025-02-14"]
THIRD = [3, "乌日娜", "女", "2025-03-02", "其木格", "159901199205060043", "2025-03-09"]
LIST = [HEAD, FIRST, SECOND, THIRD]
NUMBERS = [row[5] for row in LIST[1:]]


@dataclass
class Read:
    """What came of a file: typed records in the order of the sheet, faults, every row's fate."""

    records: pd.DataFrame
    faults: pd.DataFrame
    fates: pd.DataFrame
    hidden: dict[str, Any]

    def told(self, fault: str) -> list[str]:
        """Cells in which a fault was found."""
        return self.faults.loc[self.faults["fault"].eq(fault), "cell"].tolist()


def read(path: Path, kind: str = "birth_cert", **source: Any) -> Read:
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {kind: [{"path": path.name, **source}]}})
    submission = read_submission(params.inputs[kind][0], kind, path.parent)
    cleaned = clean_submissions([submission], params, Divisions.load(None, "159901"))
    records = cleaned.records[kind].sort_values(["sheet", "row"])
    hidden = {"rows": sum(s.n_hidden_rows for s in submission.sheets), "columns": sum(s.n_hidden_columns for s in submission.sheets),
              "sheets": [s.name for s in submission.sheets if not s.visible]}
    return Read(records, cleaned.faults, cleaned.accounting, hidden)


def balanced(found: Read, n_rows: int) -> None:
    """Every row that holds something has one fate."""
    assert len(found.fates) == n_rows and not found.fates.duplicated(["sheet", "row"]).any() and found.fates["fate"].notna().all()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write rows to the first sheet of a workbook; ``change`` gets book and sheet."""
    def make(rows: Sequence[Sequence[Any]], change: Callable[[Any, Any], None] | None = None, name: str = "登记.xlsx") -> Path:
        book = openpyxl.Workbook()
        page = book.active
        page.title = "登记"
        for row in rows:
            page.append(list(row))
        if change:
            change(book, page)
        book.save(tmp_path / name)
        return tmp_path / name
    return make


def put(row: Sequence[Any], **values: Any) -> list[Any]:
    """A row with other values under some heads."""
    return [values.get(head, value) for head, value in zip(HEAD, row, strict=True)]


def edited(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """Change the XML of one part of a workbook."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def test_hazard_01_an_identity_number_in_a_general_cell_is_damaged_and_never_repaired(write):
    found = read(write([HEAD, put(FIRST, 母亲身份证号=159901199003050026), put(SECOND, 母亲身份证号="159901199104050000"), THIRD]))
    assert found.records["mother_id"].isna().tolist() == [True, True, False] or found.records["mother_id"].isna().tolist() == [True, False, False]
    assert found.records["mother_id_state"].iloc[0] == "damaged" and found.told("id_damaged") == ["F2"]
    assert found.faults.loc[found.faults["cell"].eq("F2"), "raw_value"].str.startswith("159901199003050").all()


def test_hazard_02_a_number_with_an_exponent_in_text_is_damaged(tmp_path):
    (tmp_path / "a.csv").write_text(",".join(HEAD) + "\n" + ",".join(map(str, put(FIRST, 母亲身份证号="1.59901E+17"))) + "\n", encoding="utf-8")
    found = read(tmp_path / "a.csv")
    assert found.records["mother_id"].isna().all() and found.told("id_damaged") == ["F2"]


def test_hazard_03_a_number_of_fifteen_digits_in_a_numeric_cell_is_exact(write):
    found = read(write([HEAD, put(FIRST, 母亲身份证号=159901900305002)]))
    assert found.records["mother_id"].tolist() == ["159901900305002"]


@pytest.mark.parametrize("mark", ["'", "’", "`", "＇"])
def test_hazard_04_an_apostrophe_in_front_goes(write, mark):
    found = read(write([HEAD, put(FIRST, 母亲身份证号=f"{mark}159901199003050026")]))
    assert found.records["mother_id"].tolist() == ["159901199003050026"]


@pytest.mark.parametrize("filth", ["\u00a0", "\u3000", "\u200b", "\u202d", "\ufeff", "\t", "\n", " "])
def test_hazard_05_invisible_characters_leave_numbers_and_names(write, filth):
    found = read(write([HEAD, put(FIRST, 母亲身份证号=f"{filth}159901{filth}199003050026{filth}", 母亲姓名=f"{filth}白塔娜{filth}")]))
    assert found.records[["mother_id", "mother_name"]].to_numpy().tolist() == [["159901199003050026", "白塔娜"]]


def test_hazard_06_titles_notes_and_a_head_of_three_rows(write):
    rows = [["某旗医院出生登记表"], ["填报单位：某院  2025年第一季度"], ["序号", "新生儿", None, None, "父母信息", None, "签发日期"], [None, "姓名", "性别", "出生日期", "母亲", None, None],
            [None, None, None, None, "姓名", "身份证号", None], FIRST, SECOND]

    def merge(_: Any, page: Any) -> None:
        for area in ("A1:G1", "A2:G2", "A3:A5", "B3:D3", "E3:F3", "E4:F4", "B4:B5", "C4:C5", "D4:D5", "G3:G5"):
            page.merge_cells(area)

    found = read(write(rows, merge))
    assert found.records["mother_id"].tolist() == NUMBERS[:2] and found.records["child_name"].tolist() == ["白小雨", "包铁柱"]
    assert found.records["row"].tolist() == [6, 7]
    balanced(found, 7)


def test_hazard_07_totals_and_signatures_at_the_foot_are_no_records(write):
    foot = [["合计", "3人"], ["填表人：某某", None, "审核人：某某"], ["联系电话：", None], ["单位（盖章）"], ["填报日期：2025年4月3日"]]
    found = read(write([*LIST, *foot]))
    assert found.records["mother_id"].tolist() == NUMBERS
    balanced(found, 9)
    assert found.fates["fate"].tolist().count("not_a_record") == 6


def test_hazard_08_a_vertical_merge_holds_for_its_rows_and_nothing_is_filled_outside_one(write):
    head = [*HEAD, "乡镇"]
    rows = [head, [*FIRST, "东升镇"], [*SECOND, None], [*THIRD, None]]
    found = read(write(rows, lambda _, page: page.merge_cells("H2:H3")))
    assert found.records["town"].fillna("").tolist() == ["东升镇", "东升镇", ""] if "town" in found.records else True
    couple = [HEAD, FIRST, put(SECOND, 母亲姓名=None, 母亲身份证号=None), put(THIRD, 母亲姓名=None, 母亲身份证号=None)]

    def merge(_: Any, page: Any) -> None:
        page.merge_cells("E2:E3")
        page.merge_cells("F2:F3")

    found = read(write(couple, merge))
    assert found.records["mother_name"].fillna("").tolist() == ["白塔娜", "白塔娜", ""]


def test_hazard_09_a_sheet_per_town_an_empty_one_and_a_hidden_one(write):
    def sheets(book: Any, _: Any) -> None:
        for name, row in (("东升镇", SECOND), ("新民乡", THIRD), ("Sheet3", None)):
            page = book.create_sheet(name)
            for line in ([HEAD, row] if row else []):
                page.append(line)
        book["新民乡"].sheet_state = "hidden"

    found = read(write([HEAD, FIRST], sheets))
    assert found.records["mother_id"].tolist() == [NUMBERS[1], NUMBERS[0]] and found.hidden["sheets"] == ["新民乡"]
    balanced(found, 6)


def test_hazard_10_hidden_rows_and_columns_are_data_and_told(write):
    def hide(_: Any, page: Any) -> None:
        page.row_dimensions[3].hidden = True
        page.column_dimensions["F"].hidden = True

    found = read(write(LIST, hide))
    assert found.records["mother_id"].tolist() == NUMBERS and (found.hidden["rows"], found.hidden["columns"]) == (1, 1)


def test_hazard_11_an_xls_of_an_old_system(tmp_path):
    book = xlwt.Workbook()
    page = book.add_sheet("登记")
    for i, row in enumerate(LIST):
        for j, value in enumerate(row):
            page.write(i, j, value)
    book.save(str(tmp_path / "登记.xls"))
    assert read(tmp_path / "登记.xls").records["mother_id"].tolist() == NUMBERS


# hazard 12, pages and XML called .xls: test_pages.py; hazard 15, passwords: test_passwords.py


def test_hazard_13_a_wrong_declared_size_is_not_trusted(write):
    path = edited(write(LIST), "xl/worksheets/sheet1.xml", lambda xml: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:A1"', xml))
    assert read(path).records["mother_id"].tolist() == NUMBERS


def test_hazard_14_broken_styles_do_not_hinder_reading(write):
    path = edited(write(LIST), "xl/styles.xml", lambda xml: xml.replace("<fonts", "<fnts", 1))
    assert read(path).records["mother_id"].tolist() == NUMBERS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_hazard_16_text_in_every_encoding_an_office_program_writes(tmp_path, encoding):
    delimiter = "\t" if encoding == "utf-16" else ","
    (tmp_path / "a.csv").write_bytes("\r\n".join(delimiter.join(map(str, row)) for row in LIST).encode(encoding))
    found = read(tmp_path / "a.csv")
    assert found.records["mother_id"].tolist() == NUMBERS and found.records["mother_name"].tolist() == ["白塔娜", "包金花", "其木格"]


def test_hazard_17_a_formula_counts_by_its_stored_value_and_without_one_is_reported(write):
    path = write([HEAD, put(FIRST, 出生日期='=MID(F2,7,8)'), SECOND])
    found = read(path)
    assert found.records["birth_date"].isna().tolist() == [True, False] and "D2" in found.faults["cell"].tolist()
    path = edited(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(r'(<c r="D2"[^>]*)>(<f>[^<]*</f>)<v ?/?>(</v>)?', r'\1 t="str">\2<v>20250105</v>', xml))
    assert read(path).records["birth_date"].iloc[0] == pd.Timestamp("2025-01-05")


@pytest.mark.parametrize("word", ["—", "/", "无", "不详", "未知", "暂无", "待查", "空", "-", "0"])
def test_hazard_18_words_for_nothing_are_missing(write, word):
    found = read(write([HEAD, put(FIRST, 母亲身份证号=word)]))
    assert found.records["mother_id"].isna().all() and found.records["mother_name"].tolist() == ["白塔娜"]


@pytest.mark.parametrize("word", ["同上", "〃", "″"])
def test_hazard_18_ditto_is_copied_from_above_and_flagged(write, word):
    found = read(write([HEAD, FIRST, put(SECOND, 母亲姓名=word, 母亲身份证号=word)]))
    assert found.records["mother_id"].tolist() == [NUMBERS[0]] * 2 and found.told("value_ditto") == ["E3", "F3"]


def test_hazard_19_a_head_repeated_in_one_row_is_bound_to_the_right_person(write):
    head = ["业务类型", "证件号码", "登记时间", "男方姓名", "身份证号", "女方姓名", "身份证号"]
    row = ["结婚登记", "J159901-2025-000012", "2025-02-10", "陶格图", "159901198901010013", "白塔娜", "159901199102020028"]
    found = read(write([["民政婚姻登记信息"], head, row]), "marriage")
    assert found.records[["husband_id", "wife_id", "cert_no"]].to_numpy().tolist() == [[row[4], row[6], row[1]]]


@pytest.mark.parametrize(("shown", "name", "number"), [
    ("白塔娜159901199003050026", "白塔娜", "159901199003050026"), ("白塔娜 159901199003050026", "白塔娜", "159901199003050026"),
    ("159901199003050026（白塔娜）", "白塔娜", "159901199003050026")])
@pytest.mark.parametrize("column", ["母亲身份证号", "母亲姓名"])
def test_hazard_20_name_and_number_in_one_cell_are_told_apart(write, shown, name, number, column):
    found = read(write([HEAD, put(FIRST, **{"母亲姓名": None, "母亲身份证号": None, column: shown})]))
    assert found.records[["mother_name", "mother_id"]].to_numpy().tolist() == [[name, number]]
    assert found.told("name_beside_number") == ["F2" if column == "母亲身份证号" else "E2"]


def test_hazard_20_two_persons_in_one_cell_are_neither_of_them_and_reported(write):
    found = read(write([HEAD, put(FIRST, 母亲姓名=None, 母亲身份证号="白塔娜159901199003050026、陶格图159901198901010013"), put(SECOND, 母亲姓名="包金花159901199104050021")]))
    assert found.records["mother_id"].isna().tolist() == [True, False] and found.told("id_two_numbers") == ["F2"]
    assert found.records["mother_name"].iloc[1] == "包金花"


def test_hazard_21_a_mixed_column_a_phone_with_an_exponent_and_lost_zeros(write):
    head = [*HEAD, "出生证编号"]
    found = read(write([head, [*FIRST, "Z159900001"], [*put(SECOND, 序号="二"), 159900002], [*THIRD, "Z159900003"]]))
    assert found.records["mother_id"].tolist() == NUMBERS and found.records["birth_cert_no"].iloc[[0, 2]].tolist() == ["Z159900001", "Z159900003"]
    assert "H3" in found.faults["cell"].tolist()


def test_hazard_22_repeated_rows_and_blank_ones_between(write):
    found = read(write([HEAD, FIRST, [None] * 7, SECOND, put(FIRST, 序号=3)]))
    assert found.records["mother_id"].tolist() == NUMBERS[:2] and found.fates["fate"].tolist().count("duplicate") == 1
    balanced(found, 4)


def test_hazard_23_full_width_digits_and_letters(write):
    found = read(write([HEAD, put(FIRST, 母亲身份证号="１５９９０１１９９００３０５００２６"), put(SECOND, 母亲身份证号="15990119930708007Ｘ")]))
    assert found.records["mother_id"].iloc[0] == "159901199003050026" and found.records["mother_id"].iloc[1].endswith("X")


def test_a_workbook_of_libreoffice_is_read(tmp_path):
    def cell(value: Any) -> str:
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in LIST)
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = (f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
               f'<table:table table:name="登记">{rows}</table:table></office:spreadsheet></office:body></office:document-content>')
    with zipfile.ZipFile(tmp_path / "登记.ods", "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                      '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>')
    assert read(tmp_path / "登记.ods").records["mother_id"].tolist() == NUMBERS


def test_lost_leading_zeros_are_not_invented(write):
    found = read(write([[*HEAD, "出生时间"], [*FIRST, "08:05"], [*SECOND, 805]]))
    assert found.records["birth_time"].fillna("").tolist() == ["08:05", ""] and "H3" in found.faults["cell"].tolist()
