"""Workbooks: the stored value of every cell, whatever the program that wrote them."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from popanalysis.acquire.table import CellError, as_text, column_texts
from popanalysis.acquire.workbook import read_workbook
from popanalysis.errors import SourceFileError

HEAD = ["姓名", "性别", "出生日期"]
ROWS = [["王一", "男", "2025-03-05"], ["王二", "女", "2025-03-06"], ["王三", "男", "2025-03-07"]]


def with_dimension(path: Path, dimension: bytes) -> bytes:
    """Return the workbook's bytes with another declared size of its first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data, n = re.subn(rb"<dimension[^>]*/>", dimension, data)
                assert n == 1
            target.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("dimension", [b'<dimension ref="A1"/>', b"", b'<dimension ref="A1:XFD1048576"/>'])
def test_K14_declared_size_of_a_sheet_is_not_trusted(make_xlsx: Callable[..., Path], dimension: bytes) -> None:
    data = with_dimension(make_xlsx("wps.xlsx", {"表": [HEAD, *ROWS]}), dimension)
    table = read_workbook(data, "wps.xlsx")[0]
    assert [list(row) for row in table.rows] == [HEAD, *ROWS]


def test_K13_dates_of_a_1904_workbook_are_read_in_its_own_system() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active["A1"] = 44266
    book.active["A1"].number_format = "yyyy-mm-dd"
    out = io.BytesIO()
    book.save(out)
    assert as_text(read_workbook(out.getvalue(), "a.xlsx")[0].rows[0][0]) == ("2025-03-12", 2)


@pytest.mark.parametrize(("is_1904", "shown"), [(True, "2025-03-12"), (False, "2021-03-11")])
def test_K13_the_flag_counts_in_xls_and_a_sheet_copied_out_of_it_shows_its_own_date(is_1904: bool, shown: str) -> None:
    book = xlwt.Workbook()
    book.dates_1904 = is_1904
    book.add_sheet("表").write(0, 0, 44266, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    out = io.BytesIO()
    book.save(out)
    assert as_text(read_workbook(out.getvalue(), "a.xls")[0].rows[0][0]) == (shown, 2)


def test_xls_gives_merged_ranges_hidden_rows_booleans_errors_and_times() -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("表")
    page.write_merge(1, 2, 0, 0, "东沟村")
    page.write(3, 1, True)
    page.write(4, 1, dt.datetime(2025, 3, 5, 14, 23), xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm"))
    page.row(2).hidden = True
    hidden = book.add_sheet("暂存")
    hidden.write(0, 0, "x")
    hidden.visibility = 1
    out = io.BytesIO()
    book.save(out)
    table, second = read_workbook(out.getvalue(), "a.xls")
    assert (table.merged[0].top, table.merged[0].bottom, table.hidden_rows) == (1, 2, frozenset({3}))
    assert table.rows[3][1] is True
    assert as_text(table.rows[4][1]) == ("2025-03-05T14:23:00", 2)
    assert (table.visible, second.visible) == (True, False)
    assert as_text(CellError("#N/A")) == ("#N/A", 5)


def test_hidden_rows_columns_and_sheets_are_counted(make_xlsx: Callable[..., Path]) -> None:
    def hide(book: Any) -> None:
        book["表"].row_dimensions[3].hidden = True
        book["表"].column_dimensions["B"].hidden = True
        book["暂存"].sheet_state = "hidden"

    path = make_xlsx("a.xlsx", {"表": [HEAD, *ROWS], "暂存": [HEAD]}, change=hide)
    table, second = read_workbook(path.read_bytes(), "a.xlsx")
    assert (table.hidden_rows, table.n_hidden_columns, table.visible, second.visible) == (frozenset({3}), 1, True, False)
    assert len(table.rows) == 4


def test_K11_a_number_of_eighteen_digits_is_written_from_its_shortest_decimal_form() -> None:
    # int(9.9010220250312e+17) would print ...119936 or the like: digits nobody typed
    assert as_text(990102202503120016.0) == ("990102202503120000", 1)
    assert as_text(159901681023512.0) == ("159901681023512", 1)


def test_column_of_text_and_mixed_column_agree_on_blanks() -> None:
    plain, plain_kinds = column_texts(["a", "", "  "])
    mixed, mixed_kinds = column_texts(["a", "", "  ", 1.0])
    assert plain.tolist() == ["a", "", ""] == mixed.tolist()[:3]
    assert plain_kinds.tolist() == [0, 4, 4] == mixed_kinds.tolist()[:3]


def test_truncated_workbook_is_refused(make_xlsx: Callable[..., Path]) -> None:
    data = make_xlsx("a.xlsx", {"表": [HEAD, *ROWS]}).read_bytes()
    with pytest.raises(SourceFileError, match=r"a\.xlsx"):
        read_workbook(data[: len(data) // 2], "a.xlsx")


def test_stray_cell_at_the_far_corner_is_refused_before_memory_fills(make_xlsx: Callable[..., Path]) -> None:
    def stray(book: Any) -> None:
        book["表"]["XFD1048576"] = "x"

    path = make_xlsx("a.xlsx", {"表": [HEAD, *ROWS]}, change=stray)
    with pytest.raises(SourceFileError, match="零散"):
        read_workbook(path.read_bytes(), "a.xlsx")


def test_error_cells_and_formulas_without_a_value_are_told_from_blanks(make_xlsx: Callable[..., Path]) -> None:
    def spoil(book: Any) -> None:
        book["表"]["A2"] = "#N/A"
        book["表"]["A2"].data_type = "e"
        book["表"]["C3"] = "=MID(A3,7,8)"
        book["表"]["C4"] = None

    table = read_workbook(make_xlsx("a.xlsx", {"表": [HEAD, *ROWS]}, change=spoil).read_bytes(), "a.xlsx")[0]
    assert (table.rows[1][0], table.rows[2][2], table.rows[3][2]) == (CellError("#N/A"), CellError("="), "")


# --- however the writer spells the XML ------------------------------------------------------------------------------


def rewritten(path: Path, rewrite: Callable[[bytes], bytes]) -> bytes:
    """Return the workbook's bytes with another spelling of its first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, rewrite(data) if name.endswith("sheet1.xml") else data)
    return out.getvalue()


def with_prefix(xml: bytes) -> bytes:
    return re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", xml).replace(b'xmlns="', b'xmlns:x="')


def with_types_first(xml: bytes) -> bytes:
    return re.sub(rb'<c r="([A-Z]+\d+)"([^>]*) t="(\w+)"', rb'<c t="\3"\2 r="\1"', xml)


def with_hidden_first(xml: bytes) -> bytes:
    return re.sub(rb'<row r="(\d+)"([^>]*) hidden="1"', rb'<row hidden="1"\2 r="\1"', xml)


def as_it_is(xml: bytes) -> bytes:
    return xml


@pytest.mark.parametrize("rewrite", [as_it_is, with_prefix, with_types_first, with_hidden_first, lambda xml: with_prefix(with_types_first(with_hidden_first(xml)))])
def test_errors_formulas_and_hidden_rows_are_seen_however_the_xml_is_spelled(tmp_path: Path, rewrite: Callable[[bytes], bytes]) -> None:
    book = openpyxl.Workbook()
    for row in [HEAD, *ROWS]:
        book.active.append(row)
    book.active["B2"], book.active["C3"] = "#N/A", "=A1"
    book.active.row_dimensions[4].hidden = True
    book.active.column_dimensions["E"].hidden = True
    book.active.merge_cells("A3:A4")
    book.save(tmp_path / "a.xlsx")
    table = read_workbook(rewritten(tmp_path / "a.xlsx", rewrite), "a.xlsx")[0]
    assert (table.rows[1][1], table.rows[2][2], table.rows[1][0]) == (CellError("#N/A"), CellError("="), "王一")
    assert (table.hidden_rows, table.n_hidden_columns, [(m.top, m.left, m.bottom, m.right) for m in table.merged]) == ({4}, 1, [(2, 0, 3, 0)])


def open_document(sheets: str, styles: str = "") -> bytes:
    names = ' '.join(f'xmlns:{short}="{uri}"' for short, uri in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0", "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"}.items())
    content = (f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:automatic-styles>{styles}</office:automatic-styles>'
               f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        book.writestr("content.xml", content)
    return out.getvalue()


def of_text(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def test_of_an_open_document_merges_errors_and_what_is_hidden_are_read_like_those_of_other_workbooks() -> None:
    spanned, failed = 'table:number-rows-spanned="2" table:number-columns-spanned="1"', 'calcext:value-type="error"'
    rows = (
        f"<table:table-row>{''.join(map(of_text, HEAD))}</table:table-row>"
        f"<table:table-row>{of_text('东沟村', spanned)}{of_text('男')}{of_text('2025-03-05')}</table:table-row>"
        f'<table:table-row table:visibility="filter"><table:covered-table-cell/>{of_text("女")}{of_text("#N/A", failed)}</table:table-row>'
        f'<table:table-row table:visibility="collapse" table:number-rows-repeated="2">{of_text("王一")}{of_text("男")}{of_text("2025-03-07")}</table:table-row>')
    sheet = f'<table:table table:name="表"><table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>{rows}</table:table>'
    hidden = f'<table:table table:name="旧" table:style-name="ta9"><table:table-row>{of_text("x")}</table:table-row></table:table>'
    style = '<style:style style:name="ta9" style:family="table"><style:table-properties table:display="false"/></style:style>'
    shown, unseen = read_workbook(open_document(sheet + hidden, style), "a.ods")
    assert [(m.top, m.left, m.bottom, m.right) for m in shown.merged] == [(1, 0, 2, 0)]
    assert (shown.rows[2][2], shown.hidden_rows, shown.n_hidden_columns, shown.visible) == (CellError("#N/A"), {3, 4, 5}, 1, True)
    assert [list(row) for row in shown.rows[3:]] == [["王一", "男", "2025-03-07"]] * 2
    assert (unseen.name, unseen.visible) == ("旧", False)
