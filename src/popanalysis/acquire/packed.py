"""Unpack a zip workbook within bounds, and refuse with a sentence what may do harm, before any reader sees it.

What a zip says of its own sizes is not believed: every part that a reader will open is unpacked here first, never further than it
declares. Macros are never run and links never followed; a workbook that holds some is refused all the same, for what its cells show may not
be what the office means to send.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from xml.etree import ElementTree
from xml.parsers import expat

from popanalysis.errors import SourceFileError, Text

__all__ = ["MAX_SHEETS", "Parts", "too_many_sheets", "unpacked_parts"]

MAX_SHEETS: Final = 300  # a sheet a village is the most an office sends
_MAX_UNPACKED: Final = 768 * 1024**2  # bytes; 400,000 rows of 20 columns
_MAX_RATIO, _OF_SOME_SIZE = 200, 32 * 1024**2  # lists unpack to ten to thirty times their packed size
_READ: Final = ("xl/workbook", "xl/_rels/", "xl/worksheets/", "xl/sharedStrings", "xl/styles", "content.xml", "styles.xml", "META-INF/")
_BY_DEFLATE: Final = 8
_HARMFUL: Final = (
    (("xl/vbaProject.bin", "Basic/", "Scripts/"), Text("含有宏", "holds macros"), Text("请用 Excel 或 WPS 打开，另存为不含宏的 .xlsx 工作簿", "Open it in Excel or WPS and save it as an .xlsx workbook without macros")),
    (("xl/externalLinks/",), Text("含有指向其他文件的链接，所显示的数值可能不是报送单位的数据", "links to other files, so that its cells may not show the office's own data"),
     Text("请在 Excel 或 WPS 中断开链接（数据→编辑链接→断开），或将内容以“数值”粘贴到新工作簿后保存", "Break the links in Excel or WPS (Data, Edit links), or paste the list as values into a new workbook")))


@dataclass(frozen=True)
class Parts:
    """The XML of each sheet of an xlsx file by sheet name, the content of an OpenDocument; nothing of other formats."""

    sheets: Mapping[str, bytes]
    content: bytes = b""


def unpacked_parts(data: bytes, file: str) -> Parts:
    """Unpack and test a workbook.

    Raises
    ------
    SourceFileError : the workbook unpacks to more than a list has, more than it says or than its packed size allows, holds macros, links to other
        files or XML entities, or has more than ``MAX_SHEETS`` sheets.
    zipfile.BadZipFile, zlib.error, expat.ExpatError, ElementTree.ParseError, NotImplementedError, EOFError : it is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if info.filename.startswith(_READ)]
        _refuse_harmful(archive.namelist(), file)
        _refuse_large(archive.infolist(), file)
        parts: dict[str, bytes] = {}
        document = b""
        for info in infos:
            content = _unpacked(data, info, archive, file)
            if b"<!DOCTYPE" in content[:65_536] or b"<!ENTITY" in content[:65_536]:
                raise _refused(file, Text("自行定义了 XML 实体", "declares XML entities of its own"), Text("请用 Excel 或 WPS 打开后另存为 .xlsx", "Open it in Excel or WPS and save it as .xlsx"))
            if info.filename == "content.xml":  # OpenDocument: the library goes round for ever in one that is cut off
                expat.ParserCreate().Parse(content, True)
                document = content
            if info.filename.startswith(("xl/workbook", "xl/_rels/", "xl/worksheets/")):
                parts[info.filename] = content
    return Parts(_by_sheet_name(parts, file) if {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts.keys() else {}, document)


def too_many_sheets(n: int, file: str) -> SourceFileError:
    """Return the refusal of a workbook with more sheets than an office sends."""
    return SourceFileError(
        zh=f"文件 {file} 有 {n} 个工作表，超过 {MAX_SHEETS} 个的上限，未予读取。请将名单放在一个工作表中，或分成几个文件报送。",
        en=f"File {file} has {n} sheets, more than the limit of {MAX_SHEETS}; it was not read. Put the list on one sheet, or split it into several files.", file=file, n_sheets=n)


def _by_sheet_name(parts: dict[str, bytes], file: str) -> dict[str, bytes]:
    targets = {rel.get("Id"): rel.get("Target", "") for rel in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])}
    sheets = [sheet for sheet in ElementTree.fromstring(parts["xl/workbook.xml"]).iter() if sheet.tag.endswith("}sheet")]
    if len(sheets) > MAX_SHEETS:
        raise too_many_sheets(len(sheets), file)
    found: dict[str, bytes] = {}
    for sheet in sheets:
        relation = next((value for key, value in sheet.items() if key.endswith("}id")), None)
        target = targets.get(relation, "")
        path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        if path in parts:
            found[sheet.get("name", "")] = parts[path]
    return found


def _refused(file: str, what: Text, to_do: Text) -> SourceFileError:
    return SourceFileError(zh=f"文件 {file} {what.zh}，出于安全不予读取。{to_do.zh}。", en=f"File {file} {what.en}; it is not read for safety. {to_do.en}.", file=file, found=what.en)


def _refuse_harmful(names: list[str], file: str) -> None:
    for beginnings, what, to_do in _HARMFUL:
        if any(name.startswith(beginnings) and not name.endswith("/") for name in names):
            raise _refused(file, what, to_do)


def _refuse_large(infos: list[zipfile.ZipInfo], file: str) -> None:
    unpacked = sum(info.file_size for info in infos)
    if unpacked > _MAX_UNPACKED:
        raise SourceFileError(
            zh=f"文件 {file} 解压后有 {unpacked // 1024**2} MB，超过 {_MAX_UNPACKED // 1024**2} MB 的上限，未予读取。请分成几个文件报送。",
            en=f"File {file} unpacks to {unpacked // 1024**2} MB, more than the limit of {_MAX_UNPACKED // 1024**2} MB; it was not read. Split it into several files.",
            file=file, unpacked=unpacked)
    for info in infos:
        if info.file_size > _OF_SOME_SIZE and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
            raise _not_honest(file)


def _not_honest(file: str) -> SourceFileError:
    return _refused(file, Text("解压后的大小与压缩包所载不符或大得反常，不是正常保存的工作簿", "unpacks to another size than it says, or to one no list has: no office program saved it so"),
                    Text("请用 Excel 或 WPS 打开核对后另存为 .xlsx，或请报送单位重新发送", "Open it in Excel or WPS, check it and save it as .xlsx, or ask the office to send it again"))


def _unpacked(data: bytes, info: zipfile.ZipInfo, archive: zipfile.ZipFile, file: str) -> bytes:
    """Unpack a part, never further than it says."""
    if info.flag_bits & 1:
        raise zipfile.BadZipFile("a part is encrypted")
    if info.compress_type != _BY_DEFLATE:
        with archive.open(info) as part:
            content = part.read(info.file_size + 1)
    else:
        n_name, n_extra = struct.unpack_from("<HH", data, info.header_offset + 26)
        start = info.header_offset + 30 + n_name + n_extra
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[start:start + info.compress_size], info.file_size + 1)
    if len(content) > info.file_size:
        raise _not_honest(file)
    if len(content) < info.file_size:
        raise EOFError("a part is cut off")
    return content
