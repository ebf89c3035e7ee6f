"""A return sheet that comes back: what the office corrected in it replaces those rows of its list, and nothing else of it."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from popanalysis.acquire import read_submissions
from popanalysis.clean import CleanedLists, Divisions, clean_submissions
from popanalysis.errors import PopAnalysisError
from popanalysis.params import QuarterParams
from popanalysis.report import compose_return_sheets

HEAD = ["序号", "新生儿姓名", "性别", "出生日期", "签发日期", "产次", "母亲姓名", "母亲身份证号", "备注"]
ROWS = [[1, "白小雨", "女", "2025-01-05", "2025-01-08", 2, "白塔娜", "159901199003050028", None], [2, "包铁柱", "男", "2025-13-40", "2025-02-08", 1, "包金花", "159901199104050027", "双胎之一"],
        [3, "何小草", "女", "2025-02-11", "2025-02-13", 1, "何乌云", "15990119900102004", None]]
Answer = Callable[[openpyxl.worksheet.worksheet.Worksheet], None]


def read(tmp_path: Path, *sources: object) -> tuple[CleanedLists, dict[str, bytes]]:
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": list(sources)}})
    submissions = read_submissions(params, tmp_path)
    cleaned = clean_submissions(submissions, params, Divisions.load(None, "159901"))
    return cleaned, compose_return_sheets(submissions, cleaned.faults, params, cleaned.checked)


def send(tmp_path: Path, *sheets: str) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets or ("东升镇",):
        page = book.create_sheet(name)
        for row in [["出生登记"], HEAD, *ROWS]:
            page.append(row)
    book.save(tmp_path / "登记.xlsx")


def answered(tmp_path: Path, content: bytes, answer: Answer, name: str = "health_登记.xlsx") -> dict[str, str]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for page in book.worksheets[1:]:
        answer(page)
    book.save(tmp_path / name)
    return {"path": name, "replaces": "登记.xlsx"}


def put(page: openpyxl.worksheet.worksheet.Worksheet, row: int, header: str, value: object) -> None:
    """Write into the line that the return sheet calls ``row`` of the list."""
    column = [cell.value for cell in page[1]].index(header) + 1
    line = next(cells[0].row for cells in page.iter_rows(min_row=2) if int(cells[0].value) == row)
    page.cell(line, column, value)


def test_a_corrected_cell_replaces_its_row_and_all_other_rows_stand(tmp_path: Path) -> None:
    send(tmp_path)
    _, asked = read(tmp_path, "登记.xlsx")
    back = answered(tmp_path, asked["health_登记.xlsx"], lambda page: put(page, 4, "出生日期", "2025-02-04"))
    cleaned, again = read(tmp_path, "登记.xlsx", back)
    assert cleaned.accounting.groupby(["file", "fate"]).size().to_dict() == {
        ("health_登记.xlsx", "not_a_record"): 1, ("health_登记.xlsx", "used"): 2, ("登记.xlsx", "not_a_record"): 2, ("登记.xlsx", "superseded"): 2, ("登记.xlsx", "used"): 1}
    records = cleaned.records["birth_cert"].set_index("child_name")
    assert records["birth_date"].dt.strftime("%Y-%m-%d").to_dict() == {"白小雨": "2025-01-05", "包铁柱": "2025-02-04", "何小草": "2025-02-11"}
    assert (records.loc["包铁柱", "remark"], records.loc["包铁柱", "parity"]) == ("双胎之一", 1)  # not in the sheet, taken from the list
    assert cleaned.edits[["edit", "row_from", "field", "value_from", "value_to"]].values.tolist() == [["changed", 4, "birth_date", "2025-13-40", "2025-02-04"]]
    assert list(again) == ["health_登记.xlsx"]
    page = openpyxl.load_workbook(io.BytesIO(again["health_登记.xlsx"])).worksheets[1]
    assert [row[0].value for row in page.iter_rows(min_row=2)] == [5]  # the number the office knows


@pytest.mark.parametrize(("result", "asked_again"), [("无误", False), ("经核对，正确", False), ("不正确", True), ("有误", True), ("", True), (None, True)])
def test_what_the_office_calls_right_is_kept_and_not_asked_again(tmp_path: Path, result: str | None, asked_again: bool) -> None:
    send(tmp_path)
    _, asked = read(tmp_path, "登记.xlsx")

    def answer(page: openpyxl.worksheet.worksheet.Worksheet) -> None:
        put(page, 4, "出生日期", "2025-02-04")
        put(page, 5, "核对结果", result)

    cleaned, again = read(tmp_path, "登记.xlsx", answered(tmp_path, asked["health_登记.xlsx"], answer))
    assert bool(again) == asked_again
    assert cleaned.faults["fault"].eq("id_wrong_length").any()


def test_an_answer_to_the_second_sheet_is_merged_too(tmp_path: Path) -> None:
    send(tmp_path)
    _, asked = read(tmp_path, "登记.xlsx")
    first = answered(tmp_path, asked["health_登记.xlsx"], lambda page: put(page, 4, "出生日期", "2025-02-04"), "回一.xlsx")
    _, asked = read(tmp_path, "登记.xlsx", first)
    (content,) = asked.values()
    second = answered(tmp_path, content, lambda page: put(page, 5, "母亲身份证号", "159901199001020044"), "回二.xlsx") | {"replaces": "回一.xlsx"}
    cleaned, asked = read(tmp_path, second, first, "登记.xlsx")  # whatever order they are listed in
    assert asked == {}
    assert sorted(cleaned.records["birth_cert"]["file"]) == ["回一.xlsx", "回二.xlsx", "登记.xlsx"]
    assert len(cleaned.accounting) == sum([3 + 2, 2 + 1, 1 + 1])


def test_each_sheet_of_a_list_takes_its_own_rows(tmp_path: Path) -> None:
    send(tmp_path, "东升镇", "西岭镇")
    _, asked = read(tmp_path, "登记.xlsx")
    back = answered(tmp_path, asked["health_登记.xlsx"], lambda page: put(page, 4, "出生日期", "2025-02-04" if page.title == "东升镇" else "2025-02-05"))
    cleaned, _ = read(tmp_path, "登记.xlsx", back)
    records = cleaned.records["birth_cert"]
    dates = records[records["child_name"].eq("包铁柱")].set_index("sheet")["birth_date"].dt.strftime("%d").to_dict()
    assert dates == {"东升镇": "04", "西岭镇": "05"}


def test_a_return_sheet_alone_is_no_list(tmp_path: Path) -> None:
    send(tmp_path)
    _, asked = read(tmp_path, "登记.xlsx")
    answered(tmp_path, asked["health_登记.xlsx"], lambda page: None)
    with pytest.raises(PopAnalysisError, match="退回核对的表，只有需核对的行"):
        read(tmp_path, "health_登记.xlsx")


@pytest.mark.parametrize(("number", "said"), [("99", "没有对应的记录"), (None, "没有原行号"), ("5", "与上面一行的原行号相同"), ("四", "没有对应的记录")])
def test_a_row_number_that_leads_nowhere_is_told_and_nothing_is_guessed(tmp_path: Path, number: str | None, said: str) -> None:
    send(tmp_path)
    _, asked = read(tmp_path, "登记.xlsx")

    def answer(page: openpyxl.worksheet.worksheet.Worksheet) -> None:
        page.cell(2, 1, 5)
        page.cell(3, 1, number).value = number

    with pytest.raises(PopAnalysisError, match=said):
        read(tmp_path, "登记.xlsx", answered(tmp_path, asked["health_登记.xlsx"], answer))


def test_a_list_that_is_said_to_replace_what_is_not_there_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    send(tmp_path)
    (tmp_path / "更正.xlsx").write_bytes((tmp_path / "登记.xlsx").read_bytes())
    with pytest.raises(PopAnalysisError, match=r"注明更正 登记x\.xlsx，但该文件不存在。同一文件夹中有“登记\.xlsx”"):
        read(tmp_path, {"path": "更正.xlsx", "replaces": "登记x.xlsx"})


def test_what_is_not_kept_is_left_out_of_a_cell_and_the_rest_comes_back(tmp_path: Path) -> None:
    send(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "登记.xlsx")
    book.active["G4"] = "包金花（离异）"
    book.save(tmp_path / "登记.xlsx")
    _, asked = read(tmp_path, "登记.xlsx")
    texts = str([[cell.value for row in page.iter_rows() for cell in row] for page in openpyxl.load_workbook(io.BytesIO(asked["health_登记.xlsx"])).worksheets])
    assert "包金花" in texts and "离异" not in texts
    cleaned, _ = read(tmp_path, "登记.xlsx", answered(tmp_path, asked["health_登记.xlsx"], lambda page: put(page, 4, "出生日期", "2025-02-04")))
    assert cleaned.records["birth_cert"].set_index("child_name").at["包铁柱", "mother_name"] == "包金花"


def test_a_row_corrected_in_two_return_sheets_is_told_and_counted_in_neither(tmp_path: Path) -> None:
    send(tmp_path)
    _, asked = read(tmp_path, "登记.xlsx")
    both = [answered(tmp_path, asked["health_登记.xlsx"], lambda page, day=day: put(page, 4, "出生日期", day), name) for name, day in (("回一.xlsx", "2025-02-04"), ("回二.xlsx", "2025-02-05"))]
    with pytest.raises(PopAnalysisError, match=r"回一\.xlsx 和 回二\.xlsx 都更正 登记\.xlsx 中的同一行"):
        read(tmp_path, "登记.xlsx", *both)


def test_a_whole_list_and_a_return_sheet_do_not_correct_the_same_list(tmp_path: Path) -> None:
    send(tmp_path)
    _, asked = read(tmp_path, "登记.xlsx")
    back = answered(tmp_path, asked["health_登记.xlsx"], lambda page: put(page, 4, "出生日期", "2025-02-04"))
    book = openpyxl.load_workbook(tmp_path / "登记.xlsx")
    book.active["D4"] = "2025-02-04"
    book.save(tmp_path / "更正.xlsx")
    with pytest.raises(PopAnalysisError, match="都更正 登记"):
        read(tmp_path, "登记.xlsx", back, {"path": "更正.xlsx", "replaces": "登记.xlsx"})


@pytest.mark.parametrize("spelled", ["登记.xlsx", "./登记.xlsx"])
def test_a_list_that_replaces_itself_is_told_and_not_lost(tmp_path: Path, spelled: str) -> None:
    send(tmp_path)
    with pytest.raises(PopAnalysisError, match=r"登记\.xlsx 的 replaces 指向它自己"):
        read(tmp_path, {"path": "登记.xlsx", "replaces": spelled})


def test_lists_that_replace_each_other_are_told(tmp_path: Path) -> None:
    send(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "登记.xlsx")
    book.active["D3"] = "2025-01-06"
    book.save(tmp_path / "更正.xlsx")
    with pytest.raises(PopAnalysisError, match="指向它自己"):
        read(tmp_path, {"path": "登记.xlsx", "replaces": "更正.xlsx"}, {"path": "更正.xlsx", "replaces": "登记.xlsx"})


def test_a_list_is_known_by_its_file_however_its_path_is_spelled(tmp_path: Path) -> None:
    send(tmp_path)
    _, asked = read(tmp_path, "登记.xlsx")
    back = answered(tmp_path, asked["health_登记.xlsx"], lambda page: put(page, 4, "出生日期", "2025-02-04")) | {"replaces": "./登记.xlsx"}
    cleaned, _ = read(tmp_path, "登记.xlsx", back)
    assert cleaned.accounting["fate"].eq("superseded").sum() == 2 and len(cleaned.records["birth_cert"]) == 3
