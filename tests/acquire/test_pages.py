"""Hazard 12: what is called .xls and is a web page, a saved page or XML Spreadsheet 2003 reads as the workbook it stands for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popanalysis.acquire.pages import is_page, read_page
from popanalysis.acquire.reading import read_submission, read_tables
from popanalysis.acquire.table import CellError, MergedRange
from popanalysis.errors import SourceFileError
from popanalysis.params import InputSource

HEAD = ["新生儿姓名", "性别", "出生日期", "母亲姓名", "母亲身份证号"]
ROWS = [["白小雨", "女", "2025-01-05", "白塔娜", "159901199003050026"], ["包铁柱", "男", "2025-02-11", "包金花", "159901199104050021"]]


def cell(text: str, attributes: str = "", tag: str = "td") -> str:
    return f"<{tag}{attributes}>{text}</{tag}>"


def page(rows: list[list[str]], *, before: str = "", charset: str = "utf-8") -> str:
    lines = "".join(f"<tr>{''.join(cell(text) for text in row)}</tr>" for row in rows)
    return f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body>{before}<table border=1>{lines}</table></body></html>'


def spreadsheet(rows: str, *, options: str = "", more: str = "") -> str:
    return ('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
            'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel">'
            f'<Worksheet ss:Name="出生登记"><Table>{rows}</Table>{options}</Worksheet>{more}</Workbook>')


def ss(value: str, kind: str = "String", **attributes: int) -> str:
    told = "".join(f' ss:{name}="{n}"' for name, n in attributes.items())
    return f'<Cell{told}><Data ss:Type="{kind}">{value}</Data></Cell>'


def saved_page(body: str) -> bytes:
    return ("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            f"{body}\r\n--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--x--\r\n").encode()


LINES = [HEAD, *ROWS]
AS_2003 = spreadsheet("".join(f"<Row>{''.join(ss(text) for text in row)}</Row>" for row in LINES))
SENT = {
    "html": page(LINES).encode(), "html_gbk": page(LINES, charset="gb2312").encode("gb18030"), "html_bom": b"\xef\xbb\xbf" + page(LINES).encode(),
    "html_utf16": b"\xff\xfe" + page(LINES, charset="unicode").encode("utf-16-le"), "html_no_charset": page(LINES).replace("charset=utf-8", "").encode("gb18030"),
    "bare_table": page(LINES)[page(LINES).index("<table"):page(LINES).index("</body>")].encode(), "saved_page": saved_page(page(LINES)), "xml_2003": AS_2003.encode(),
    "xml_2003_gbk": AS_2003.replace('version="1.0"', 'version="1.0" encoding="gb2312"').encode("gb18030"),
    "xml_2003_utf16": b"\xff\xfe" + AS_2003.replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16-le"), "tsv": "\n".join("\t".join(row) for row in LINES).encode("gb18030")}


@pytest.mark.parametrize("form", SENT)
def test_hazard_12_every_form_called_xls_reads_as_the_same_list(tmp_path: Path, form: str) -> None:
    (tmp_path / "登记.xls").write_bytes(SENT[form])
    read = read_submission(InputSource(path="登记.xls"), "birth_cert", tmp_path)
    assert read.cells[["child_name", "child_sex", "birth_date", "mother_name", "mother_id"]].to_numpy().tolist() == ROWS
    assert read.cells["row"].tolist() == [2, 3]


def test_a_title_outside_the_table_takes_the_row_a_spreadsheet_program_gives_it(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(page(LINES, before="<p>出生医学证明登记信息</p><div>填报单位：某院</div>").encode())
    read = read_submission(InputSource(path="a.xls"), "birth_cert", tmp_path)
    assert read.cells["row"].tolist() == [4, 5] and read.rows["role"].tolist()[:3] == ["title", "title", "header"]


def test_spans_are_merged_ranges_and_push_what_stands_beside_them() -> None:
    text = ("<table><tr><th rowspan=2>序号</th><th colspan='2'>母亲</th></tr><tr><th>姓名</th><th>身份证号</th></tr>"
            "<tr><td>1</td><td>白塔娜</td><td>159901199003050026</td></tr></table>")
    table = read_page(text.encode(), "a.xls")[0]
    assert table.rows == [["序号", "母亲", ""], ["", "姓名", "身份证号"], ["1", "白塔娜", "159901199003050026"]]
    assert set(map(tuple, ((m.top, m.left, m.bottom, m.right) for m in table.merged))) == {(0, 0, 1, 0), (0, 1, 0, 2)}


def test_a_number_stands_where_the_page_says_so_and_else_text_stays_as_written() -> None:
    text = "<table><tr><td x:num='159901199003050000'>1.59901E+17</td><td x:num>007</td><td>007</td><td>一行<br>两行</td><td>&nbsp;</td></tr></table>"
    row = read_page(text.encode(), "a.xls")[0].rows[0]
    assert row[0] == 159901199003050000.0 and row[1:4] == ["007", "007", "一行\n两行"] and row[4].strip() == ""


def test_hidden_rows_of_a_page_are_data_and_told() -> None:
    table = read_page(b"<table><tr><td>a</td></tr><tr style='display: none'><td>b</td></tr></table>", "a.xls")[0]
    assert [row[0] for row in table.rows] == ["a", "b"] and table.hidden_rows == {2}


def test_tables_that_only_lay_a_page_out_are_passed_over() -> None:
    inner = "<table><tr><td>姓名</td></tr><tr><td>白小雨</td></tr></table>"
    table = read_page(f"<body><table><tr><td>台账</td><td>{inner}</td></tr></table><p>合计：1人</p><script>var a = '<table>';</script></body>".encode(), "a.xls")[0]
    assert table.rows == [["台账"], ["姓名"], ["白小雨"], ["合计：1人"]]


def test_scripts_styles_and_what_is_not_shown_are_no_rows() -> None:
    table = read_page("<style>p {}</style><p>题</p><p style='display:none'>藏</p><table><tr><td>1</td></tr></table>".encode(), "a.xls")[0]
    assert table.rows == [["题"], ["1"]]


def test_xml_2003_tells_types_gaps_merged_and_hidden_cells() -> None:
    rows = (f'<Row>{ss("题", MergeAcross=2)}</Row><Row ss:Index="4">{ss("7", "Number")}{ss("2025-01-05T00:00:00.000", "DateTime", Index=3)}</Row>'
            f'<Row ss:Hidden="1">{ss("#N/A", "Error")}{ss("1", "Boolean")}{ss("1899-12-31T08:30:00", "DateTime")}</Row>'
            f'<Row>{ss("甲镇", MergeDown=1)}{ss("1")}</Row><Row>{ss("2", Index=2)}</Row>')
    table = read_page(spreadsheet(rows).encode(), "a.xls")[0]
    assert table.rows[3] == [7.0, "", dt.date(2025, 1, 5)] and table.rows[1] == table.rows[2] == []
    assert table.rows[4] == [CellError("#N/A"), True, dt.time(8, 30)] and table.hidden_rows == {5}
    assert table.rows[5:] == [["甲镇", "1"], ["", "2"]]
    assert table.merged == [MergedRange(0, 0, 0, 2), MergedRange(5, 0, 6, 0)] and table.name == "出生登记"


def test_a_hidden_sheet_of_xml_2003_is_hidden() -> None:
    options = '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>'
    assert not read_page(spreadsheet(f"<Row>{ss('1')}</Row>", options=options).encode(), "a.xls")[0].visible


@pytest.mark.parametrize(("data", "word"), [
    ("<html><body>登录超时，请重新登录</body></html>".encode(), "没有表格"),
    (b"<?xml version='1.0'?><root><a/></root>", "不是 Excel 能打开的"),
    (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "实体"),
    (AS_2003.encode()[:-60], "已损坏"), (b"MIME-Version: 1.0\n\nnothing", "已损坏"),
    (b"<table><tr><td colspan=99999>1</td></tr></table>", "上限"), (b"<table><tr>" + b"<td rowspan=999999999 colspan=100>1</td>" * 9 + b"</tr></table>", "上限"),
    (b"<html><meta charset=utf-8><table><tr><td>" + b"\xb0\xd7</td></tr></table>", "无法识别的字节")])
def test_a_page_that_holds_no_list_is_refused_with_what_to_do(data: bytes, word: str) -> None:
    with pytest.raises(SourceFileError) as caught:
        read_tables(data, "登记.xls")
    assert word in caught.value.message("zh") and "登记.xls" in caught.value.message("en") and "请" in caught.value.message("zh")


def test_nothing_outside_the_page_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("秘密", encoding="utf-8")
    text = f"<?xml version='1.0'?><!DOCTYPE w SYSTEM '{(tmp_path / 'secret.txt').as_uri()}'>" + AS_2003.split("?>", 1)[1]
    assert "秘密" not in str(read_page(text.encode(), "a.xls")[0].rows)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.text("姓名白塔娜0123456789 -/.·", max_size=12), min_size=2, max_size=4), min_size=1, max_size=6))
def test_every_text_of_every_row_comes_back(rows: list[list[str]]) -> None:
    table = read_page(page(rows).encode(), "a.xls")[0]
    assert [[str(v) for v in row] for row in table.rows] == [[" ".join(text.split(" ")).strip() for text in row] for row in rows]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SENT)), st.integers(0, 5000), st.binary(min_size=1, max_size=3))
def test_damaged_pages_are_read_or_refused_by_a_named_reason(form: str, place: int, put: bytes) -> None:
    data = SENT[form]
    place %= len(data)
    mutated = data[:place] + put + data[place + len(put):]
    try:
        read_tables(mutated, "a.xls")
    except SourceFileError as refused:
        assert refused.file == "a.xls"


def test_what_begins_as_a_page_is_one() -> None:
    assert all(is_page(data) for name, data in SENT.items() if name != "tsv") and not is_page(SENT["tsv"])
