"""Files made to do harm: each is refused with a sentence that says why and what to do, or read for what it is, and memory stays bounded."""

import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt

from popanalysis.acquire import recognise_folder

HEAD = ["出生证编号", "新生儿姓名", "性别", "出生日期", "签发日期", "母亲姓名", "母亲身份证号"]
ROW = ["Y159000001", "王一", "男", "2025-03-05", "2025-03-06", "李娜", "159901199001010049"]
SHEET = "xl/worksheets/sheet1.xml"
_TABLE = "<table><tr>" + "".join(f"<td>{head}</td>" for head in HEAD) + "</tr><tr>{}</tr></table>"


def workbook(row: list[str] = ROW, n_sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number in range(n_sheets):
        page = book.create_sheet(f"表{number}")
        page.append(HEAD)
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(part: str, change: Callable[[bytes], bytes]) -> bytes:
    source, out = zipfile.ZipFile(io.BytesIO(workbook())), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, change(source.read(name)) if name == part else source.read(name))
        if part not in source.namelist():
            archive.writestr(part, change(b""))
    return out.getvalue()


def with_rows(rows: bytes) -> bytes:
    return edited(SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))


def lying() -> bytes:
    """A part that says it is small, in both places where a zip says so."""
    data = bytearray(with_rows(b" " * 40_000_000))
    info = zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo(SHEET)
    directory = data.rfind(SHEET.encode()) - 46
    for place in (info.header_offset + 22, directory + 24):
        data[place:place + 4] = struct.pack("<I", 5_000)
    return bytes(data)


def many_sheets_xls() -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    for number in range(301):
        page = book.add_sheet(f"S{number}")
        for column, head in enumerate(HEAD):
            page.write(0, column, head)
    book.save(out)
    return out.getvalue()


def ods(repeated_rows: int, repeated_columns: int) -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    cells = "".join(f'<table:table-cell office:value-type="string"><text:p>{head}</text:p></table:table-cell>' for head in HEAD)
    content = (f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="a">'
               f'<table:table-row>{cells}</table:table-row><table:table-row table:number-rows-repeated="{repeated_rows}">'
               f'<table:table-cell table:number-columns-repeated="{repeated_columns}" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
               "</table:table></office:spreadsheet></office:body></office:document-content>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        archive.writestr("content.xml", content)
    return out.getvalue()


#: what it is -> bytes, a word of the reason in Chinese and in English
REFUSED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a part that unpacks a thousandfold": (lambda: with_rows(b" " * 40_000_000), "大得反常", "no list has"),
    "a part larger than it says": (lying, "与压缩包所载不符", "another size than it says"),
    "more than memory holds": (lambda: edited("xl/media/x.bin", lambda _: bytes(range(256)) * 4_000_000), "上限", "more than the limit"),
    "one cell at the far corner": (lambda: with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "零散单元格", "stray cells"),
    "a thousand sheets": (lambda: workbook(n_sheets=1_000), "1000 个工作表", "1000 sheets"),
    "300 sheets in an old workbook": (many_sheets_xls, "301 个工作表", "301 sheets"),
    "a cell of 32,767 characters": (lambda: workbook([ROW[0], "王" * 32_767, *ROW[2:]]), "单元格 B2 有 32767 个字符", "Cell B2"),
    "links to other files": (lambda: edited("xl/externalLinks/externalLink1.xml", lambda _: b"<externalLink/>"), "指向其他文件的链接", "links to other files"),
    "macros": (lambda: edited("xl/vbaProject.bin", lambda _: b"x"), "含有宏", "macros"),
    "entities in the workbook": (lambda: edited("xl/workbook.xml", lambda xml: b'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + xml.split(b"?>", 1)[-1]), "XML 实体", "XML entities"),
    "entities in a sheet": (lambda: edited(SHEET, lambda xml: b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + xml), "XML 实体", "XML entities"),
    "entities in a page": (lambda: ('<!DOCTYPE html [<!ENTITY a "x">]>' + _TABLE.format("<td>&a;</td>" * 7)).encode(), "XML 实体", "XML entities"),
    "entities in XML 2003": (lambda: b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aa">]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "XML 实体", "XML entities"),
    "a cell across the whole grid": (lambda: _TABLE.format("<td colspan=999999999 rowspan=99999>x</td>").encode(), "横跨过多行列", "span more"),
    "the whole grid in OpenDocument": (lambda: ods(1_048_576, 16_384), "已损坏", "cannot be read"),
    "twenty million columns of text": (lambda: (",".join(HEAD) + "\n" + "," * 20_000_000).encode(), "20000001 列", "20000001 columns"),
    "a quotation that never ends": (lambda: (",".join(HEAD) + '\n"' + "x," * 2_000_000).encode(), "无法分成单元格", "cannot be cut"),
}
#: odd, but a person can see the list in it
READ: dict[str, Callable[[], bytes]] = {
    "a range merged to the far corner": lambda: edited(SHEET, lambda xml: xml.replace(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="I2:XFD1048576"/></mergeCells>')),
    "columns hidden beyond any": lambda: edited(SHEET, lambda xml: xml.replace(b"<sheetData>", b"<cols>" + b'<col min="1" max="4000000000" hidden="1"/>' * 1_000 + b"</cols><sheetData>")),
    "a declared size of the whole grid": lambda: edited(SHEET, lambda xml: xml.replace(b'<dimension ref="A1:G2"', b'<dimension ref="A1:XFD1048576"')),
    "300 sheets": lambda: workbook(n_sheets=300),
}
_CHILD = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))  # what is not bounded ends here
from popanalysis.acquire import read_submission
from popanalysis.errors import SourceFileError
from popanalysis.params import InputSource
told = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        told[path.name] = ["read", len(read_submission(InputSource(path=path.name), "birth_cert", path.parent).cells)]
    except SourceFileError as error:
        told[path.name] = ["refused", error.message("zh"), error.message("en")]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What a process with two gigabytes of memory says of every file."""
    pytest.importorskip("resource", reason="memory cannot be limited here")
    folder = tmp_path_factory.mktemp("hostile")
    for name, make in [*((name, entry[0]) for name, entry in REFUSED.items()), *READ.items()]:
        (folder / name).write_bytes(make())
    done = subprocess.run([sys.executable, "-c", _CHILD, str(folder)], capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_its_reason(name: str, told: dict[str, list[str]]) -> None:
    state, *messages = told[name]
    assert state == "refused"
    for message, word in zip(messages, REFUSED[name][1:], strict=True):
        assert word in message
    assert any(advice in messages[0] for advice in ("另存为", "请核对", "请检查", "请分成", "请删去", "请将名单", "请在 Excel"))


@pytest.mark.parametrize("name", READ)
def test_an_odd_file_is_read_for_what_stands_in_it(name: str, told: dict[str, list[str]]) -> None:
    assert told[name] == ["read", 300 if name == "300 sheets" else 1]


def test_a_hostile_file_in_a_folder_hinders_nobody_elses(tmp_path: Path) -> None:
    (tmp_path / "好.xlsx").write_bytes(workbook())
    (tmp_path / "坏.xlsx").write_bytes(REFUSED["macros"][0]())
    found = {entry.path.name: entry for entry in recognise_folder(tmp_path)}
    assert found["好.xlsx"].kind == "birth_cert"
    assert found["坏.xlsx"].problem is not None
    assert "含有宏" in found["坏.xlsx"].problem.message("zh")


def test_a_file_larger_than_any_list_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from popanalysis.acquire import reading
    from popanalysis.errors import SourceFileError

    monkeypatch.setattr(reading, "_MAX_BYTES", 100)
    (tmp_path / "大.csv").write_bytes(b"x" * 101)
    with pytest.raises(SourceFileError, match="上限"):
        reading.read_bytes(tmp_path / "大.csv", "大.csv")
