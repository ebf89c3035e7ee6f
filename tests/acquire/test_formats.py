"""Files that are no lists, cannot be opened, or are not there: each is told in words an officer can act on."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from popanalysis.acquire import read_submission, recognise_folder
from popanalysis.acquire.formats import refuse_other_formats
from popanalysis.errors import SourceFileError
from popanalysis.params import InputSource

HEAD = ["出生证编号", "新生儿姓名", "性别", "出生日期", "签发日期", "母亲姓名", "母亲身份证号"]
ROW = ["Y159000001", "王一", "男", "2025-03-05", "2025-03-06", "李娜", "159901199001010049"]


def refusal(root: Path, file: str) -> SourceFileError:
    with pytest.raises(SourceFileError) as error:
        read_submission(InputSource(path=file), "birth_cert", root)
    return error.value


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def png() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


OTHER_FORMATS = {
    "名单.pdf": (b"%PDF-1.7\n1 0 obj", "PDF"), "名单.docx": (zipped("[Content_Types].xml", "word/document.xml"), "Word"),
    "名单.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "WordDocument".encode("utf-16-le"), "Word"), "名单.pptx": (zipped("ppt/presentation.xml"), "演示文稿"),
    "扫描.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "图片"), "扫描.png": (png(), "图片"), "扫描.bmp": (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "图片"),
    "名单.zip": (zipped("名单.xlsx"), "压缩包"), "名单.rar": (b"Rar!\x1a\x07\x00", "压缩包"),
}


@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_a_file_of_another_format_is_named_as_what_it_is_whatever_its_extension(tmp_path: Path, name: str) -> None:
    data, word = OTHER_FORMATS[name]
    for file in (name, "登记.xlsx"):
        (tmp_path / file).write_bytes(data)
        told = refusal(tmp_path, file).message("zh")
        assert word in told
        assert "不读取该格式" in told
        assert ".xlsx、.xls 或 .csv" in told


def test_a_workbook_with_a_letter_embedded_in_it_is_a_workbook() -> None:
    streams = "".join(f"{name}\0" for name in ("Root Entry", "Workbook", "MBD0001", "WordDocument")).encode("utf-16-le")
    refuse_other_formats(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + streams, "a.xls")


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"x" * 200, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600])
def test_a_damaged_workbook_is_told_in_chinese_words_and_the_reason_in_english(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "坏.bin").write_bytes(data)
    error = refusal(tmp_path, "坏.bin")
    assert "已损坏或不是 Excel 文件" in error.message("zh")
    assert set(re.findall("[A-Za-z]{4,}", error.message("zh"))) <= {"Excel", "xlsx"}
    assert re.search(r"cannot be read as a workbook \(.+\)", error.message("en"))


def test_a_file_that_may_not_be_read_is_told_in_chinese_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", deny)
    (tmp_path / "a.xlsx").touch()
    error = refusal(tmp_path, "a.xlsx")
    assert "没有读取权限" in error.message("zh")
    assert "Permission" not in error.message("zh")
    assert "Permission denied" in error.message("en")


def test_a_missing_file_names_the_file_of_a_similar_name_beside_it(tmp_path: Path) -> None:
    (tmp_path / "收件").mkdir()
    for name in ("卫健委_出生医学证明_二季度.xlsx", "会议通知.docx", "~$卫健委_出生医学证明.xlsx"):
        (tmp_path / "收件" / name).touch()
    assert "同一文件夹中有“卫健委_出生医学证明_二季度.xlsx”，是否为该文件？" in refusal(tmp_path, "收件/卫健委_出生医学证明.xlsx").message("zh")
    assert "“卫健委_出生医学证明_二季度.xlsx”" in refusal(tmp_path, "收件/卫健委_出生医学证明_二季度.xls").message("zh")
    for name in ("zz.csv", "公安.xlsx"):  # an equal extension alone makes no likeness
        assert "同一文件夹中" not in refusal(tmp_path, f"收件/{name}").message("zh")
    assert "'卫健委_出生医学证明_二季度.xlsx'" in refusal(tmp_path, "收件/卫健委_出生医学证明.xlsx").message("en")


def test_a_missing_folder_is_told_and_so_is_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    assert "文件夹“收件”也不存在" in refusal(tmp_path, "收件/a.xlsx").message("zh")
    (tmp_path / "a.xlsx").mkdir()
    assert "是文件夹，不是文件" in refusal(tmp_path, "a.xlsx").message("zh")


def test_what_systems_leave_in_a_folder_is_passed_over(make_xlsx: Callable[..., Path], tmp_path: Path) -> None:
    make_xlsx("登记.xlsx", {"登记": [HEAD, ROW]})
    for name in ("Thumbs.db", "thumbs.db", ".DS_Store", "desktop.ini", "Desktop.ini", "~$登记.xlsx"):
        (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0")
    assert [found.path.name for found in recognise_folder(tmp_path)] == ["登记.xlsx"]
