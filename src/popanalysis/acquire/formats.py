"""Name what a file is when it is no list: a scan, a letter, an archive."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from popanalysis.errors import SourceFileError, Text

__all__ = ["is_of_the_system", "refuse_other_formats"]

_OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURE: Final = Text("图片", "a picture")
#: First bytes -> what the file is.
_FIRST_BYTES: Final = (
    (b"%PDF", Text(" PDF 文件", "a PDF document")),
    (b"\xff\xd8\xff", _PICTURE), (b"\x89PNG", _PICTURE), (b"GIF8", _PICTURE), (b"II*\x00", _PICTURE), (b"MM\x00*", _PICTURE),
    (b"{\\rtf", Text("文字文档（RTF）", "a text document (RTF)")),
    (b"Rar!", Text("压缩包", "an archive")), (b"7z\xbc\xaf", Text("压缩包", "an archive")), (b"\x1f\x8b", Text("压缩包", "an archive")),
)
#: The folder inside a zip, or the stream inside an OLE2 container, that tells what wrote it.
_INSIDE_ZIP: Final = (("word/", Text(" Word 文档", "a Word document")), ("ppt/", Text("演示文稿", "a presentation")), ("xl/", None), ("content.xml", None))
_INSIDE_OLE2: Final = (("WordDocument", Text(" Word 文档", "a Word document")), ("PowerPoint Document", Text("演示文稿", "a presentation")))
_OF_THE_SYSTEM: Final = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini"})


def is_of_the_system(name: str) -> bool:
    """Say whether a file is one that systems and office programs leave in every folder.

    >>> [is_of_the_system(name) for name in (".DS_Store", "Thumbs.db", "~$登记.xlsx", "登记.xlsx")]
    [True, True, True, False]
    """
    return name.startswith((".", "~$")) or name.lower() in _OF_THE_SYSTEM


def refuse_other_formats(data: bytes, file: str) -> None:
    """Raise :class:`SourceFileError` for a file that is no workbook, no page and no delimited text, naming what it is.

    >>> refuse_other_formats("姓名,性别".encode(), "a.csv")
    """
    if (what := _other_format(data)) is not None:
        raise SourceFileError(
            zh=f"文件 {file} 是{what.zh}，本程序不读取该格式。请报送单位改送 .xlsx、.xls 或 .csv 格式的名单。",
            en=f"File {file} is {what.en}; this format is not read. Ask the office for the list as .xlsx, .xls or .csv.", file=file, found=what.en)


def _other_format(data: bytes) -> Text | None:
    if data.startswith(b"BM") and data[6:10] == bytes(4):
        return _PICTURE
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _PICTURE
    if data.startswith(b"PK\x03\x04"):
        return _inside_zip(data)
    if data.startswith(_OLE2):
        if any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book\0")):
            return None  # a workbook, perhaps with a letter embedded in it
        return next((what for stream, what in _INSIDE_OLE2 if stream.encode("utf-16-le") in data), None)
    return next((what for mark, what in _FIRST_BYTES if data.startswith(mark)), None)


def _inside_zip(data: bytes) -> Text | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError):
        return None  # damaged: the reader of workbooks says so
    for folder, what in _INSIDE_ZIP:
        if any(name.startswith(folder) for name in names):
            return what
    return Text("压缩包", "an archive") if names else None
