"""Whole files: which sheets are used, what is refused, and that all faults come at once."""

import contextlib
import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import xlwt

from popanalysis.acquire import read_submission, read_submissions, recognise_file, recognise_folder, tabulate_arrivals
from popanalysis.acquire.kinds import KIND_NAMES
from popanalysis.clean import DONE, FAULTS, shipped_checks
from popanalysis.columns import KINDS
from popanalysis.errors import ParameterError, ProblemsFoundError, SourceFileError
from popanalysis.params import InputSource, QuarterParams
from popanalysis.reference import reference_table
from popanalysis.report import label

MakeXlsx = Callable[..., Path]
CERT_HEAD = ["出生证编号", "新生儿姓名", "性别", "出生日期", "签发日期", "母亲姓名", "母亲身份证号"]
CERT_ROW = ["Y159000001", "王一", "男", "2025-03-05", "2025-03-06", "李娜", "159901199001010049"]
TOWN_HEAD = ["新生儿姓名", "性别", "出生日期", "母亲姓名", "母亲身份证号"]
TOWN_ROW = ["王一", "男", "2025-03-05", "李娜", "159901199001010049"]


def params(**inputs: list[Any]) -> QuarterParams:
    return QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": inputs})


def test_a_sheet_per_town_gives_the_town_and_empty_sheets_are_passed_over(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("乡镇.xlsx", {"甲乙镇": [TOWN_HEAD, TOWN_ROW], "丙丁苏木": [["登记表"], TOWN_HEAD, TOWN_ROW, TOWN_ROW], "Sheet3": []})
    submission = read_submission(InputSource(path=path.name), "town_birth", tmp_path)
    assert submission.cells[["sheet", "row", "town"]].values.tolist() == [["甲乙镇", 2, "甲乙镇"], ["丙丁苏木", 3, "丙丁苏木"], ["丙丁苏木", 4, "丙丁苏木"]]
    assert [(s.name, s.used) for s in submission.sheets] == [("甲乙镇", True), ("丙丁苏木", True), ("Sheet3", False)]


def test_sheets_with_different_columns_tell_blank_from_absent(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("乡镇.xlsx", {"甲镇": [TOWN_HEAD, [*TOWN_ROW[:4], ""]], "乙镇": [TOWN_HEAD[:4], TOWN_ROW[:4]]})
    submission = read_submission(InputSource(path=path.name), "town_birth", tmp_path)
    assert submission.cells["mother_id"].iloc[0] == ""
    assert submission.cells["mother_id"].isna().tolist() == [False, True]
    assert submission.types["mother_id"].tolist() == ["blank", "blank"]


def test_summary_sheet_is_other_and_its_rows_are_accounted_for(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("乡镇.xlsx", {"甲镇": [TOWN_HEAD, TOWN_ROW], "汇总": [["乡镇", "人数"], ["甲镇", 1]]})
    submission = read_submission(InputSource(path=path.name), "town_birth", tmp_path)
    assert submission.rows[submission.rows["sheet"] == "汇总"][["row", "role"]].values.tolist() == [[1, "other_sheet"], [2, "other_sheet"]]


def test_hidden_sheet_is_a_question_and_used_only_when_named(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        book["旧表"].sheet_state = "hidden"

    path = make_xlsx("证.xlsx", {"登记": [CERT_HEAD, CERT_ROW], "旧表": [CERT_HEAD, CERT_ROW, CERT_ROW]}, change=hide)
    plain = read_submission(InputSource(path=path.name), "birth_cert", tmp_path)
    assert [(s.name, s.used) for s in plain.sheets] == [("登记", True), ("旧表", False)]
    assert "隐藏" in plain.sheets[1].why.zh
    named = read_submission(InputSource(path=path.name, sheet="旧表"), "birth_cert", tmp_path)
    assert named.cells["sheet"].unique().tolist() == ["旧表"]
    assert [s.used for s in named.sheets] == [False, True]


def test_hidden_rows_are_data(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        book["登记"].row_dimensions[2].hidden = True

    path = make_xlsx("证.xlsx", {"登记": [CERT_HEAD, CERT_ROW, CERT_ROW]}, change=hide)
    submission = read_submission(InputSource(path=path.name), "birth_cert", tmp_path)
    assert (len(submission.cells), submission.sheets[0].n_hidden_rows) == (2, 1)


PRIVATE = {"健康状况": "planted-1", "生育服务证号": "planted-2", "孕次": "planted-3", "婚姻状况": "planted-4", "宗教信仰": "planted-5", "血型": "planted-6",
           "是否政策内": "planted-7", "HIV检测": "planted-8", "现有子女数": "planted-9", "亲子鉴定证明编号": "planted-10", "住院号": "planted-11",
           "某某系统内部标记": "planted-12"}


def test_private_and_unknown_columns_never_enter_the_cells(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [[*CERT_HEAD, *PRIVATE], [*CERT_ROW, *PRIVATE.values()]]})
    submission = read_submission(InputSource(path=path.name), "birth_cert", tmp_path)
    everything = submission.cells.to_csv() + submission.types.to_csv() + submission.rows.to_csv() + submission.faults.to_csv() + repr(submission.sheets)
    assert "planted" not in everything
    decisions = {c.header: c.decision for c in submission.sheets[0].columns}
    assert [decisions[header] for header in PRIVATE] == ["dropped"] * 11 + ["unknown"]


def test_cells_keep_their_types_and_origin(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    row = ["Y159000001", "王一", True, dt.date(2025, 3, 5), 45722, "李娜", 159901199001010049]
    path = make_xlsx("证.xlsx", {"登记": [CERT_HEAD, row]})
    submission = read_submission(InputSource(path=path.name), "birth_cert", tmp_path)
    assert submission.types.iloc[0].tolist() == ["text", "text", "bool", "date", "number", "text", "number"]
    assert submission.cells.loc[0, ["kind", "department", "file", "sheet", "row"]].tolist() == ["birth_cert", "health", "证.xlsx", "登记", 2]
    assert submission.cells.loc[0, "birth_date"] == "2025-03-05"
    assert len(submission.sha256) == 64


# --- what is refused ----------------------------------------------------------------------------------------------


def test_all_faults_of_a_period_come_at_once_before_anything_is_returned(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    make_xlsx("好.xlsx", {"登记": [CERT_HEAD, CERT_ROW]})
    make_xlsx("空.xlsx", {"登记": [CERT_HEAD]})
    make_xlsx("缺列.xlsx", {"登记": [["新生儿姓名", "性别", "母亲姓名", "父亲姓名", "院内号码"], ["王一", "男", "李娜", "", ""]]})
    make_xlsx("别表.xlsx", {"Sheet1": [["甲", "乙"], ["丙", "丁"]]})
    make_xlsx("婚.xlsx", {"登记": [CERT_HEAD, [*CERT_ROW[:-1], "x"]]})
    (tmp_path / "零.csv").write_bytes(b"")
    (tmp_path / "坏.csv").write_bytes("姓名\n".encode() + b"\xff\xff")
    with pytest.raises(ProblemsFoundError) as error:
        read_submissions(params(birth_cert=["好.xlsx", "空.xlsx", "没有.xlsx", "缺列.xlsx", "别表.xlsx"], hukou_birth=["零.csv", "坏.csv"], marriage=["婚.xlsx"]), tmp_path)
    problems = error.value.problems
    assert [type(p) for p in problems] == [SourceFileError] * 7
    for problem, words in zip(problems, ["nil_reports", "不存在", "出生日期／分娩日期", "识别", "空文件", "第 2 行", "marriage"], strict=True):
        assert words in problem.message("zh")
        assert problem.message("en")


def test_needed_column_absent_names_sheet_columns_and_remedy(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [["新生儿姓名", "性别", "母亲姓名", "父亲姓名", "院内号码"], ["王一", "男", "李娜", "", "x"]]})
    with pytest.raises(SourceFileError, match=r"登记.*birth_date.*E 院内号码.*params/sources") as error:
        read_submission(InputSource(path=path.name), "birth_cert", tmp_path)
    assert "李娜" not in str(error.value)


def test_file_of_another_kind_is_told_apart(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    head = ["业务类型", "证件号码", "登记时间", "男方姓名", "身份证号", "女方姓名", "身份证号", "工作单位"]
    path = make_xlsx("婚姻.xlsx", {"Sheet1": [["民政婚姻登记信息"], head, ["结婚", "J1", "2025-03-05", "甲", "", "乙", "", ""]]})
    with pytest.raises(SourceFileError, match="marriage"):
        read_submission(InputSource(path=path.name), "birth_cert", tmp_path)


def test_marriage_list_with_a_birth_date_is_not_read_as_births(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    head = ["业务类型", "证件号码", "登记时间", "男方姓名", "身份证号", "出生日期", "女方姓名", "身份证号", "工作单位"]
    path = make_xlsx("表.xlsx", {"Sheet1": [head, ["结婚", "J1", "2025-03-05", "甲", "", "1990-01-01", "乙", "", ""]]})
    for kind in ("birth_cert", "town_birth", "hukou_birth"):
        with pytest.raises(SourceFileError) as error:
            read_submission(InputSource(path=path.name), kind, tmp_path)
        assert error.value.likely == "marriage"


def test_list_of_deaths_with_the_columns_of_births_is_told_by_its_title(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    rows = reference_table("headers_attested").query("sheet_id == 'EditWjBdsw'")
    path = make_xlsx("表.xlsx", {"Sheet1": [[rows["sheet_title"].iloc[0]], list(rows["header"]), ["x"] * len(rows)]})
    with pytest.raises(SourceFileError) as error:
        read_submission(InputSource(path=path.name), "town_birth", tmp_path)
    assert error.value.likely == "death"


def test_layout_of_another_kind_is_refused(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [CERT_HEAD, CERT_ROW]})
    layout = write_layout(tmp_path, "kind: town_birth\n")
    with pytest.raises(ParameterError, match=r"town_birth.*birth_cert"):
        read_submission(InputSource(path=path.name, columns=layout), "birth_cert", tmp_path)


def test_sheet_that_the_file_does_not_have(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [CERT_HEAD, CERT_ROW]})
    with pytest.raises(SourceFileError, match=r"登记表.*登记"):
        read_submission(InputSource(path=path.name, sheet="登记表"), "birth_cert", tmp_path)


# --- an office's own layout -------------------------------------------------------------------------------------------


def write_layout(tmp_path: Path, text: str) -> str:
    (tmp_path / "layout.yaml").write_text(text, encoding="utf-8")
    return "layout.yaml"


def test_layout_maps_what_the_synonyms_do_not_know(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [["孩名", "生辰", "娘", "性别", "编号二"], ["王一", "05/03/2025", "李娜", "男", "x"]]})
    layout = write_layout(tmp_path, 'kind: birth_cert\nheader_rows: [1]\ncolumns: {"孩名": child_name, "生辰": birth_date, C: mother_name, "编号二": ignore}\ndate_order: dmy\n')
    submission = read_submission(InputSource(path=path.name, columns=layout), "birth_cert", tmp_path)
    assert submission.cells[["child_name", "birth_date", "mother_name", "child_sex"]].values.tolist() == [["王一", "05/03/2025", "李娜", "男"]]
    assert submission.date_order == "dmy"
    assert submission.sheets[0].columns[4].decision == "ignored"


def test_layout_wins_over_the_synonyms(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [[*CERT_HEAD, "领证日期"], [*CERT_ROW, "2025-03-09"]]})
    layout = write_layout(tmp_path, 'kind: birth_cert\ncolumns: {"领证日期": issue_date}\n')
    submission = read_submission(InputSource(path=path.name, columns=layout), "birth_cert", tmp_path)
    assert submission.cells["issue_date"].tolist() == ["2025-03-09"]


def test_faults_of_a_layout_come_with_their_place(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [CERT_HEAD, CERT_ROW]})
    source = InputSource(path=path.name, columns=write_layout(tmp_path, 'kind: birth_cert\ncolumns: {"娘": mother_nam, "孕次": gravidity}\n'))
    with pytest.raises(ProblemsFoundError, match=r"mother_name.*\n.*gravidity"):
        read_submission(source, "birth_cert", tmp_path)
    source = InputSource(path=path.name, columns=write_layout(tmp_path, "kind: marriages\ncolums: {}\n"))
    with pytest.raises(ProblemsFoundError) as error:
        read_submission(source, "birth_cert", tmp_path)
    assert [type(p) for p in error.value.problems] == [ParameterError, ParameterError]


def test_layout_cannot_bring_a_private_column_back(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [[*CERT_HEAD, "健康状况"], [*CERT_ROW, "planted"]]})
    layout = write_layout(tmp_path, 'kind: birth_cert\ncolumns: {"健康状况": remark}\n')
    submission = read_submission(InputSource(path=path.name, columns=layout), "birth_cert", tmp_path)
    assert "planted" not in submission.cells.to_csv()


# --- a submission that replaces another ---------------------------------------------------------------------------------


def test_replaced_submission_is_read_too_and_must_lie_there(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    make_xlsx("一.xlsx", {"登记": [CERT_HEAD, CERT_ROW]})
    make_xlsx("二.xlsx", {"登记": [CERT_HEAD, CERT_ROW]})
    sources = [{"path": "二.xlsx", "replaces": "一.xlsx"}]
    found = read_submissions(params(birth_cert=sources), tmp_path)
    assert [(s.file, s.replaces) for s in found] == [("二.xlsx", "一.xlsx"), ("一.xlsx", None)]
    (tmp_path / "一.xlsx").unlink()
    with pytest.raises(SourceFileError, match=r"注明更正 一\.xlsx，但该文件不存在"):
        read_submissions(params(birth_cert=sources), tmp_path)


# --- recognition ------------------------------------------------------------------------------------------------------


def test_recognition_says_kind_reason_and_columns(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [["出生医学证明登记"], [*CERT_HEAD, "健康状况"], [*CERT_ROW, "x"]], "Sheet2": []})
    first, second = recognise_file(path)
    assert (first.kind, second.kind) == ("birth_cert", None)
    assert "出生医学证明" in first.why.zh
    assert first.reading is not None
    assert [c.decision for c in first.reading.columns] == ["used"] * 7 + ["dropped"]
    assert first.reading.n_rows == 1


def test_folder_is_gone_through_in_order_and_unreadable_files_are_named(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    make_xlsx("b.xlsx", {"登记": [CERT_HEAD, CERT_ROW]})
    make_xlsx("c.xlsx", {"甲镇": [["乡镇随访出生"], TOWN_HEAD, TOWN_ROW]})
    (tmp_path / "a.csv").write_bytes(b"\xff\xff")
    (tmp_path / "~$b.xlsx").write_bytes(b"lock")
    found = recognise_folder(tmp_path)
    assert [(r.path.name, r.kind) for r in found] == [("a.csv", None), ("b.xlsx", "birth_cert"), ("c.xlsx", "town_birth")]
    assert isinstance(found[0].problem, SourceFileError)


def test_column_without_a_header_is_listed_when_it_holds_something(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [[*CERT_HEAD, None, None, "备注"], [*CERT_ROW, None, "x", ""]]})
    columns = read_submission(InputSource(path=path.name), "birth_cert", tmp_path).sheets[0].columns
    assert [(c.letter, c.header, c.decision) for c in columns[7:]] == [("I", "", "unknown"), ("J", "备注", "used")]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv"])
def test_damaged_bytes_are_read_or_refused_by_a_named_reason(name: str, make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    rows = [CERT_HEAD, *([CERT_ROW] * 20)]
    make_xlsx("a.xlsx", {"登记": rows})
    book = xlwt.Workbook()
    page = book.add_sheet("登记")
    for (i, row), (j, _) in itertools.product(enumerate(rows), enumerate(CERT_HEAD)):
        page.write(i, j, row[j])
    book.save(str(tmp_path / "a.xls"))
    (tmp_path / "a.csv").write_text("\n".join(map(",".join, rows)), encoding="gb18030")
    data, random = (tmp_path / name).read_bytes(), Random(7)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(random.choice([1, 3, 20])):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        (tmp_path / "damaged").write_bytes(damaged)
        with contextlib.suppress(SourceFileError):
            submission = read_submission(InputSource(path="damaged"), "birth_cert", tmp_path)
            assert (submission.rows["role"] == "record").sum() == len(submission.cells) > 0


def test_sheet_that_lacks_a_needed_column_is_recognised_and_not_usable(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    path = make_xlsx("证.xlsx", {"登记": [["新生儿姓名", "性别", "母亲姓名", "父亲姓名", "签发机构"], ["王一", "男", "李娜", "", ""]]})
    found = recognise_file(path)[0]
    assert (found.kind, found.usable, found.lacking) == ("birth_cert", False, (("birth_date", "birth_datetime"),))
    assert "出生医学证明" in found.why.zh
    assert "缺少必需的列：出生日期" in found.why.zh


# --- what must not go unsaid ------------------------------------------------------------------------------------------


def hiding(*names: str) -> Callable[[Any], None]:
    def hide(book: Any) -> None:
        for name in names:
            book[name].sheet_state = "hidden"

    return hide


def test_arrivals_tell_hidden_sheets_hidden_rows_and_headers_not_placed(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        hiding("乙镇", "说明", "空")(book)
        book["甲镇"].row_dimensions[3].hidden = True

    head = [*TOWN_HEAD, "某某标记", None, "159901199001010049"]
    path = make_xlsx("乡镇.xlsx", {
        "甲镇": [head, [*TOWN_ROW, "x", "y", "z"], TOWN_ROW], "乙镇": [["登记表"], TOWN_HEAD, *([TOWN_ROW] * 3), ["合计", "3"]], "说明": [["填表说明", "略"]], "空": []}, change=hide)
    told = tabulate_arrivals([read_submission(InputSource(path=path.name), "town_birth", tmp_path)]).iloc[0]
    assert told[["n_rows", "hidden_sheets", "n_hidden_rows", "unplaced"]].tolist() == [2, (("乙镇", 3),), 1, ("某某标记", "[G]", "[H]")]
    named = read_submission(InputSource(path=path.name, sheet="甲镇"), "town_birth", tmp_path)
    assert tabulate_arrivals([named])["hidden_sheets"].tolist() == [()]  # a person chose the sheet


ACT_HEADER = {"birth_cert": "签发日期", "hukou_birth": "受理日期", "town_birth": "登记时间"}
WHOLE_HEAD = {"birth_cert": CERT_HEAD, "hukou_birth": ["公民身份号码", "姓名", "性别", "出生日期", "受理日期", "母亲姓名"],
              "town_birth": ["产妇姓名", "母亲身份证号", "出生日期", "新生儿姓名", "性别", "登记时间"]}


@pytest.mark.parametrize("kind", WHOLE_HEAD)
def test_a_list_without_a_column_it_should_have_is_read_and_the_column_told(kind: str, make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    mother, child = {"birth_cert": ("母亲姓名", "新生儿姓名"), "hukou_birth": ("母亲姓名", "姓名"), "town_birth": ("产妇姓名", "新生儿姓名")}[kind]
    for absent, told in ((None, None), (ACT_HEADER[kind], "act_date_missing"), (mother, "column_missing"), (child, "column_missing")):
        head = [header for header in WHOLE_HEAD[kind] if header != absent]
        path = make_xlsx("表.xlsx", {"Sheet1": [["登记表"], head, ["x"] * len(head)]})
        faults = read_submission(InputSource(path=path.name), kind, tmp_path).faults
        expected = [["Sheet1", 2, absent, "", told, "read_without", "warning"]] if absent else []
        assert faults[["sheet", "row", "column", "cell", "fault", "done", "severity"]].values.tolist() == expected
        assert set(faults["fault"]) <= {*FAULTS, *shipped_checks().labels()}
        assert set(faults["done"]) <= set(DONE)


def test_a_column_absent_from_every_sheet_is_told_once_and_else_by_sheet(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    with_act = [*TOWN_HEAD, "登记时间"]
    path = make_xlsx("乡镇.xlsx", {name: [TOWN_HEAD, TOWN_ROW] for name in ("甲镇", "乙镇", "丙镇")})
    faults = read_submission(InputSource(path=path.name), "town_birth", tmp_path).faults
    assert faults[["sheet", "fault"]].values.tolist() == [["", "act_date_missing"]]
    path = make_xlsx("乡镇.xlsx", {"甲镇": [with_act, [*TOWN_ROW, "2025-03-06"]], "乙镇": [TOWN_HEAD, TOWN_ROW], "丙镇": [TOWN_HEAD, TOWN_ROW]})
    faults = read_submission(InputSource(path=path.name), "town_birth", tmp_path).faults
    assert faults[["sheet", "fault"]].values.tolist() == [["乙镇", "act_date_missing"], ["丙镇", "act_date_missing"]]


# --- what is refused says what to look for ------------------------------------------------------------------------------


def refusal(root: Path, file: str, kind: str) -> SourceFileError:
    with pytest.raises(SourceFileError) as error:
        read_submission(InputSource(path=file), kind, root)
    return error.value


def test_when_the_only_fitting_sheet_is_hidden_the_refusal_names_it(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    marriages = [["男方姓名", "女方姓名", "登记时间", "出生日期", "业务类型"], ["甲", "乙", "2025-01-05", "1990-01-01", "结婚"]]
    lacking = [[header for header in CERT_HEAD if header != "出生日期"], CERT_ROW[:6]]
    for visible in ([["填表说明", "略"]], marriages, lacking, [CERT_HEAD], []):
        path = make_xlsx("证.xlsx", {"Sheet1": visible, "登记": [CERT_HEAD, CERT_ROW]}, change=hiding("登记"))
        error = refusal(tmp_path, path.name, "birth_cert")
        assert "工作表“登记”已隐藏。如需采用，请取消隐藏，或在参数中用 sheet 写明。" in error.message("zh")
        assert "更像" not in error.message("zh")
        assert "Sheet '登记' is hidden" in error.message("en")


def test_where_no_head_is_found_the_refusal_says_what_stands_in_its_place(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    rows = [["某某旗名单"], ["小家伙", "生辰", "娘", "住处", "甲", "序号", "丙"], ["王一", "x", "李娜", "", "", "", ""]]
    (tmp_path / "a.csv").write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    (tmp_path / "b.csv").write_text("\n".join(map(",".join, rows[1:])), encoding="gb18030")
    make_xlsx("a.xlsx", {"Sheet1": rows})
    for file, row in (("a.csv", 2), ("b.csv", 1), ("a.xlsx", 2)):
        error = refusal(tmp_path, file, "birth_cert")
        assert f"第 {row} 行有 7 个单元格，其中只有“序号”是已知的列名。表头应有新生儿姓名、出生日期、母亲姓名等列" in error.message("zh")
        assert "王一" not in str(error) and "小家伙" not in str(error)
        assert "无法识别的字节" not in error.message("zh")


@pytest.mark.parametrize("row", [CERT_ROW, ["王芳", "女", "东沟村"], ["2025-03-05", "甲"], ["乌兰", "15990119900101004X"], ["乌兰其其格", "2025年3月", "x"],
                                 ["张三", "李四", "王五", "赵六"], ["斯琴高娃", "其木格", "东沟嘎查"], ["欧阳小明", "司马光", "待业"]])
@pytest.mark.parametrize("name", ["a.csv", "b.csv", "a.xlsx"])
def test_a_row_of_data_in_place_of_a_head_is_never_shown(name: str, row: list[str], make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",".join(row), encoding="utf-8")
    (tmp_path / "b.csv").write_text(",".join(row), encoding="gb18030")
    make_xlsx("a.xlsx", {"Sheet1": [row]})
    error = refusal(tmp_path, name, "birth_cert")
    assert "没有一个是已知的列名" in error.message("zh")
    for text in row:
        assert text not in str(error) or text in ("女", "甲", "x")


def test_a_text_file_whose_headers_only_the_layout_knows_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("孩名,生辰,娘\n王一,2025-03-05,李娜\n", encoding="gb18030")
    layout = write_layout(tmp_path, 'kind: birth_cert\nheader_rows: [1]\ncolumns: {"孩名": child_name, "生辰": birth_date, "娘": mother_name}\n')
    submission = read_submission(InputSource(path="a.csv", columns=layout), "birth_cert", tmp_path)
    assert submission.cells[["child_name", "birth_date", "mother_name"]].values.tolist() == [["王一", "2025-03-05", "李娜"]]


def test_a_column_that_every_town_sheet_lacks_is_told_in_one_sentence(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    towns = [f"{letter}镇" for letter in "甲乙丙丁戊己庚辛壬"]
    lacking = [header for header in TOWN_HEAD if header != "出生日期"] + ["登记时间"]
    path = make_xlsx("乡镇.xlsx", {town: [lacking, ["王一", "男", "李娜", "", "2025-03-06"]] for town in towns})
    error = refusal(tmp_path, path.name, "town_birth")
    assert error.message("zh").count("出生日期／子女出生日期") == 1
    assert f"9 张工作表均缺少必需的列：出生日期／子女出生日期 或 分娩时间／出生时间（{'、'.join(towns)}）" in error.message("zh")
    assert "(birth_date)" in error.message("en")


@pytest.mark.parametrize("kind", ["birth_cert", "hukou_birth", "town_birth"])
def test_needed_columns_are_named_by_their_headers_and_by_field_in_english_only(kind: str, make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    headers = ["性别", "父亲姓名", "出生地点", "接生机构", "户籍地址", "备注", "民族"]
    path = make_xlsx("表.xlsx", {"登记": [headers, ["x"] * 7]})
    layout = write_layout(tmp_path, f"kind: {kind}\nheader_rows: [1]\n")
    with pytest.raises(SourceFileError) as error:
        read_submission(InputSource(path=path.name, columns=layout), kind, tmp_path)
    assert not [word for word in ("birth_date", "mother_name", "mother_id", "child_id") if word in error.value.message("zh")]
    assert "母亲姓名" in error.value.message("zh")
    assert "(birth_date)" in error.value.message("en")
    assert "(mother_name)" in error.value.message("en")


def test_lists_are_called_here_as_the_record_calls_them() -> None:
    assert {kind: (name.zh, name.en) for kind, name in KIND_NAMES.items()} == {kind: (label("kind", kind, "zh"), label("kind", kind, "en")) for kind in KINDS}
