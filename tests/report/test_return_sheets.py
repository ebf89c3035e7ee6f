"""Sheets that go back to an office: its faulty rows in its own layout, nothing that is not kept, the same bytes every time."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from popanalysis.acquire import read_submission
from popanalysis.clean import Divisions, clean_submissions
from popanalysis.clean.submissions import CHECKED_COLUMNS
from popanalysis.columns import FAULTS_COLUMNS
from popanalysis.params import QuarterParams
from popanalysis.report import compose_return_sheets

HEAD = ["序号", "新生儿姓名", "性别", "出生日期", "健康状况", "产次", "母亲姓名", "母亲身份证号", "备注"]
RIGHT = [1, "白小雨", "女", "2025-01-05", "良好", 2, "白塔娜", "159901199003050028", None]
WRONG = [2, "包铁柱", "男", "2025-13-40", "良好", 1, "包金花", "159901199104050022", "计划外"]


def sent(tmp_path: Path, *sheets: tuple[str, list[list[object]]], kind: str = "birth_cert", language: str = "zh") -> dict[str, openpyxl.Workbook]:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(tmp_path / "登记.xlsx")
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {kind: ["登记.xlsx"]}, "language": language})
    submission = read_submission(params.inputs[kind][0], kind, tmp_path)
    cleaned = clean_submissions([submission], params, Divisions.load(None, "159901"))
    made, again = (compose_return_sheets([submission], cleaned.faults, params, cleaned.checked) for _ in range(2))
    assert made == again
    return {name: openpyxl.load_workbook(io.BytesIO(content)) for name, content in made.items()}


@pytest.fixture
def returned(tmp_path: Path) -> openpyxl.Workbook:
    (name, book), = sent(tmp_path, ("东升镇", [["出生登记"], HEAD, RIGHT, WRONG])).items()
    assert name == "health_登记.xlsx"
    return book


def test_only_rows_with_something_to_check_go_back_under_the_number_they_had(returned: openpyxl.Workbook) -> None:
    rows = list(returned["东升镇"].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["原行号", 4] and rows[1][3:6] == ("包铁柱", "男", "2025-13-40")
    assert rows[0][1:4] == ("需核对内容", "核对结果", "新生儿姓名") and rows[1][2] is None


def test_faulty_cells_are_marked_and_the_remark_names_them(returned: openpyxl.Workbook) -> None:
    page = returned["东升镇"]
    heads = [cell.value for cell in page[1]]
    marked = {heads[cell.column - 1] for cell in page[2] if cell.fill.fgColor.rgb == "00FFF2CC"}
    remark = page.cell(2, heads.index("需核对内容") + 1).value
    assert marked == {"出生日期", "母亲身份证号"} and "出生日期（D4）：日期不存在" in remark and "母亲身份证号（H4）：身份证号校验码不符" in remark


def test_what_is_dropped_or_only_kept_in_memory_does_not_go_back(returned: openpyxl.Workbook) -> None:
    text = str([row for page in returned for row in page.iter_rows(values_only=True)])
    heads = [cell.value for cell in returned["东升镇"][1]]
    assert not {"健康状况", "产次"} & set(heads) and "良好" not in text and "计划外" not in text


def test_numbers_stay_text_and_the_cover_says_what_to_do(returned: openpyxl.Workbook) -> None:
    page = returned["东升镇"]
    assert page.cell(2, [c.value for c in page[1]].index("母亲身份证号") + 1).data_type in ("s", "inlineStr")
    cover = "".join(str(row[0]) for row in returned["说明"].iter_rows(values_only=True))
    assert "卫生健康" in cover and "需核对 1 行" in cover and "重新报送整份名单" in cover and "不影响当事人办理登记" in cover


def test_repairs_and_remarks_are_nobodys_business_but_ours(tmp_path: Path) -> None:
    head = ["签发日期", "出生证编号", *[h for h in HEAD if h not in ("健康状况", "备注")]]
    row = ["2025-01-08", "Z159900001", 1, "白小雨", "女", "2025-01-05", 2, " 白塔娜 ", "15990119900305002\u200b8"]
    assert sent(tmp_path, ("登记", [head, row])) == {}


def test_what_a_whole_sheet_lacks_stands_on_the_cover(returned: openpyxl.Workbook) -> None:
    cover = [str(row[0]) for row in returned["说明"].iter_rows(values_only=True)]
    assert any(line.startswith("整份名单：") and "签发" in line for line in cover)


def test_every_sheet_of_a_file_has_its_own(tmp_path: Path) -> None:
    (book,) = sent(tmp_path, ("东升镇", [HEAD, WRONG]), ("新民乡", [HEAD, RIGHT]), ("胡吉尔农场", [HEAD, RIGHT, WRONG])).values()
    assert book.sheetnames == ["说明", "东升镇", "胡吉尔农场"]


def test_each_office_gets_its_own_sheets_of_a_workbook_of_several(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "出生医学证明"
    for row in [HEAD, RIGHT, WRONG]:
        book.active.append(row)
    page = book.create_sheet("落户名单")
    for row in [["姓名", "公民身份号码", "出生日期", "受理日期", "母亲姓名"], ["包二丫", "159901202502300012", "2025-02-30", "2025-03-01", "包金花"]]:
        page.append(row)
    book.save(tmp_path / "合.xlsx")
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {
        "birth_cert": [{"path": "合.xlsx", "sheet": "出生医学证明"}], "hukou_birth": [{"path": "合.xlsx", "sheet": "落户名单"}]}})
    submissions = [read_submission(sources[0], kind, tmp_path) for kind, sources in params.inputs.items()]
    made = compose_return_sheets(submissions, clean_submissions(submissions, params, Divisions.load(None, "159901")).faults, params)
    texts = {name: str([[cell.value for row in page.iter_rows() for cell in row] for page in openpyxl.load_workbook(io.BytesIO(content)).worksheets]) for name, content in made.items()}
    assert set(texts) == {"health_合.xlsx", "police_合.xlsx"}
    assert ("包铁柱" in texts["health_合.xlsx"], "包二丫" in texts["health_合.xlsx"]) == (True, False)
    assert ("包铁柱" in texts["police_合.xlsx"], "包二丫" in texts["police_合.xlsx"]) == (False, True)


def test_of_adoptions_only_places_go_back(tmp_path: Path) -> None:
    head = ["收养人姓名", "收养人身份证号", "被收养人姓名", "性别", "出生日期", "收养登记日期", "收养登记证字号"]
    books = sent(tmp_path, ("收养登记", [["收养登记"], head, ["某甲乙", "159901198001010012", "某丙丁", "男", "2025-13-01", "2025-03-02", "收字第1号"]]), kind="adoption")
    text = str([row for book in books.values() for page in book for row in page.iter_rows(values_only=True)])
    assert books and "某甲乙" not in text and "某丙丁" not in text and "159901198001010012" not in text and "E3" in text


def test_in_english_where_the_record_is(tmp_path: Path) -> None:
    (book,) = sent(tmp_path, ("a", [HEAD, WRONG]), language="en").values()
    assert book.sheetnames[0] == "Read me" and [cell.value for cell in book["a"][1]][:3] == ["Row", "What to check", "Result"]


def test_a_name_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    row = [2, "=1+1", "男", "2025-13-40", "", "", "包金花", "159901199104050022", None]
    (book,) = sent(tmp_path, ("a", [HEAD, row])).values()
    assert all(cell.data_type != "f" for page in book for line in page.iter_rows() for cell in line)


def test_a_check_is_named_by_its_own_label_and_one_of_another_office_stays_out(tmp_path: Path) -> None:
    page = [["出生登记"], [*HEAD[:-1], "签发日期"], [*RIGHT[:3], "2025-01-05", *RIGHT[4:-1], "2025-01-04"]]
    (book,) = sent(tmp_path, ("东升镇", page)).values()
    assert "出生日期（D3）：出生日期晚于本行的签发、受理或登记日期" in book["东升镇"].cell(2, 2).value
    faults = pd.DataFrame([("登记.xlsx", "东升镇", 3, "出生日期", "D3", "", "own", "kept", "warning")], columns=list(FAULTS_COLUMNS))
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": ["登记.xlsx"]}})
    submission = read_submission(params.inputs["birth_cert"][0], "birth_cert", tmp_path)
    for owner, n_sheets in (("sender", 1), ("health", 1), ("police", 0)):
        checked = pd.DataFrame([("birth_cert", "own", "一", "one", "warning", owner, 0, 1, 0)], columns=list(CHECKED_COLUMNS))
        assert len(compose_return_sheets([submission], faults, params, checked)) == n_sheets


#: What offices write into cells; a program that takes it for a formula runs it.
LIKE_FORMULAS = ["=1+1", "+86 10000000000", "-", "@王芳", "\t=1+1", '=HYPERLINK("http://x","李四")', "-3"]


def with_text_cells(path: Path, rows: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            cell = book.active.cell(number, column)
            cell.value, cell.data_type = text, "s"
    book.save(path)
    return path


def returned_from(path: Path) -> bytes:
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": [path.name]}})
    submission = read_submission(params.inputs["birth_cert"][0], "birth_cert", path.parent)
    cleaned = clean_submissions([submission], params, Divisions.load(None, "159901"))
    (made,) = compose_return_sheets([submission], cleaned.faults, params, cleaned.checked).values()
    return made


def test_K33_text_that_looks_like_a_formula_comes_back_as_the_text_it_is_also_in_heads(tmp_path: Path) -> None:
    head = ["新生儿姓名", "=出生日期", "母亲姓名", "母亲现住址", "签发日期"]
    path = with_text_cells(tmp_path / "登记.xlsx", [head, *([f"白{n}", "2025-13-40", "白塔娜", text, "2025-01-08"] for n, text in enumerate(LIKE_FORMULAS, start=1))])
    (tmp_path / "列.yaml").write_text('kind: birth_cert\ncolumns: {"=出生日期": birth_date}\n', encoding="utf-8")
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": [{"path": path.name, "columns": "列.yaml"}]}})
    submission = read_submission(params.inputs["birth_cert"][0], "birth_cert", tmp_path)
    cleaned = clean_submissions([submission], params, Divisions.load(None, "159901"))
    (made,) = compose_return_sheets([submission], cleaned.faults, params, cleaned.checked).values()
    page = openpyxl.load_workbook(io.BytesIO(made)).worksheets[1]
    heads = [cell.value for cell in page[1]]
    assert "=出生日期" in heads
    assert [row[heads.index("母亲现住址")].value for row in page.iter_rows(min_row=2)] == LIKE_FORMULAS
    assert {cell.data_type for row in page.iter_rows() for cell in row[1:] if cell.value} == {"s"} and not any(cell.hyperlink for row in page.iter_rows() for cell in row)
    assert b"<f>" not in b"".join(zipfile.ZipFile(io.BytesIO(made)).read(name) for name in zipfile.ZipFile(io.BytesIO(made)).namelist())


def test_K34_what_a_person_opens_and_saves_keeps_every_value(tmp_path: Path, need: Callable[..., None]) -> None:
    need("soffice")
    head = ["出生证编号", "新生儿姓名", "出生日期", "母亲姓名", "母亲身份证号", "母亲现住址", "签发日期"]
    row = ["F990000101", "葛小䮌", "2025-13-40", "白塔娜", "159901199003050028", "000123 3-1", "2025-01-08"]
    (tmp_path / "退回.xlsx").write_bytes(returned_from(with_text_cells(tmp_path / "登记.xlsx", [head, row])))
    (tmp_path / "out").mkdir()
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "out", "退回.xlsx"],
                   cwd=tmp_path, check=True, capture_output=True, timeout=180)
    before, after = (openpyxl.load_workbook(path).worksheets[1] for path in (tmp_path / "退回.xlsx", tmp_path / "out/退回.xlsx"))
    assert [[cell.value for cell in line] for line in after.iter_rows()] == [[cell.value for cell in line] for line in before.iter_rows()]
    assert row == [cell.value for cell in after[2]][3:]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_K34_a_csv_is_read_with_and_without_a_mark_and_nothing_is_added_to_its_values(tmp_path: Path, mark: bytes) -> None:
    row = ["F990000101", "葛小䮌", "2025-01-05", "白塔娜", "159901199003050028", "000123", "3-1", "2025-01-08"]
    text = "出生证编号,新生儿姓名,出生日期,母亲姓名,母亲身份证号,母亲户籍地址,母亲现住址,签发日期\r\n" + ",".join(row) + "\r\n"
    (tmp_path / "登记.csv").write_bytes(mark + text.encode())
    cells = read_submission(QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": ["登记.csv"]}}).inputs["birth_cert"][0], "birth_cert", tmp_path).cells
    assert cells[["birth_cert_no", "child_name", "birth_date", "mother_name", "mother_id", "mother_hukou_addr", "mother_live_addr", "issue_date"]].to_numpy().tolist() == [row]
