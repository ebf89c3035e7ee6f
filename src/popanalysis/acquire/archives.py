"""Unpack the zip archives that offices send: names as they were meant, nothing outside the folder, nothing overwritten.

Old programs write the names of files in the code page of the system and don't say so: they are read as UTF-8 where the archive says so or they can be
nothing else, else as GB 18030. A byte 5C inside a character is no folder sign.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from popanalysis.acquire.formats import is_of_the_system
from popanalysis.errors import PopAnalysisError, SourceFileError, Text

__all__ = ["entry_name", "is_archive", "unpack_archives"]

_UTF8_FLAG: Final = 0x800
_MAX_UNPACKED: Final = 1024**3  # bytes; the workbooks in it are packed already
_MAX_FILES: Final = 1_000
_NOT_A_NAME: Final = re.compile(r'[<>:"|?*\x00-\x1f]')
_WORKBOOKS: Final = ("xl/", "content.xml", "word/", "ppt/")
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError)


def is_archive(data: bytes) -> bool:
    """Say whether the bytes are a zip of files, and no workbook or document (which are zips as well)."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except _DAMAGED:
        return False
    return bool(names) and not any(name.startswith(_WORKBOOKS) for name in names)


def entry_name(info: zipfile.ZipInfo) -> str:
    """Return the name an entry was given, folders divided by ``/``.

    >>> entry = zipfile.ZipInfo("出生".encode("gb18030").decode("cp437") + ".xlsx")
    >>> entry_name(entry)
    '出生.xlsx'
    """
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename.replace("\\", "/")
    raw = info.orig_filename.encode("cp437")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("gb18030")
    return name.replace("\\", "/")


def unpack_archives(folder: Path) -> Iterator[tuple[Path, Text | PopAnalysisError]]:
    """Unpack every archive below a folder into a folder of its name beside it; yield each with what was done, or why not.

    What only calls itself .zip is not spoken of. A file that lies there already with the same content is left as it is; with other content the archive is not unpacked.
    """
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() == ".zip" and not is_of_the_system(p.name)):
        try:
            data = path.read_bytes()
            if is_archive(data):
                names = _unpack(data, path)
                yield path, Text(f"压缩包 {path.name} 已解压到文件夹“{path.stem}”，共 {len(names)} 个文件：{'、'.join(names)}。",
                           f"Archive {path.name} was unpacked into the folder '{path.stem}', {len(names)} files: {', '.join(names)}.")
        except SourceFileError as error:
            yield path, error
        except OSError as error:
            yield path, SourceFileError(zh=f"压缩包 {path.name} 无法解压。请检查文件夹是否只读、磁盘是否已满。",
                                  en=f"Archive {path.name} cannot be unpacked ({error.strerror}). See whether the folder is read-only or the disk full.", file=path.name)


def _unpack(data: bytes, path: Path) -> list[str]:
    """Test everything first, then write: an archive is unpacked as a whole or not at all."""
    target = path.with_suffix("")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            contents = _contents(archive, path.name)
    except _DAMAGED as error:
        raise SourceFileError(
            zh=f"压缩包 {path.name} 已损坏，无法解压。请报送单位重新发送。", en=f"Archive {path.name} is damaged and cannot be unpacked ({type(error).__name__}). Ask the office to send it again.",
            file=path.name) from error
    for name, content in contents.items():
        file = target / name
        if file.exists() and (not file.is_file() or file.read_bytes() != content):
            raise SourceFileError(
                zh=f"压缩包 {path.name} 中的 {name} 与文件夹“{target.name}”中的同名文件内容不同，未解压。请先将该文件夹改名，核对两者后再运行。",
                en=f"'{name}' in {path.name} differs from the file of that name in the folder '{target.name}'; nothing was unpacked. Rename the folder, compare the two and run again.",
                file=path.name)
    for name, content in contents.items():
        file = target / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    return list(contents)


def _contents(archive: zipfile.ZipFile, file: str) -> dict[str, bytes]:
    infos = [info for info in archive.infolist() if not info.is_dir() and not is_of_the_system(PurePosixPath(entry_name(info)).name) and "__MACOSX/" not in info.filename]
    if len(infos) > _MAX_FILES or sum(info.file_size for info in infos) > _MAX_UNPACKED:
        raise SourceFileError(
            zh=f"压缩包 {file} 有 {len(infos)} 个文件，解压后共 {sum(info.file_size for info in infos) // 1024**2} MB，超过上限（{_MAX_FILES} 个、{_MAX_UNPACKED // 1024**2} MB），未解压。请自行核对后解压。",
            en=f"Archive {file} holds {len(infos)} files of {sum(info.file_size for info in infos) // 1024**2} MB together, more than the limit ({_MAX_FILES}, {_MAX_UNPACKED // 1024**2} MB); it was not unpacked. Look into it and unpack it yourself.",
            file=file)
    contents: dict[str, bytes] = {}
    for info in infos:
        if info.flag_bits & 1:
            raise SourceFileError(
                zh=f"压缩包 {file} 设有密码，未解压。请用解压软件输入密码解压到本文件夹后再运行。",
                en=f"Archive {file} is protected by a password and was not unpacked. Unpack it into this folder with your own program and run again.", file=file, encrypted=True)
        name = entry_name(info)
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or any(_NOT_A_NAME.search(part) for part in parts) or name in contents:
            raise SourceFileError(
                zh=f"压缩包 {file} 中有不能使用的文件名（指向文件夹之外、含非法字符或重复），出于安全未解压。请报送单位重新打包发送。",
                en=f"Archive {file} holds a name that cannot be used (outside the folder, with characters no system allows, or twice); it was not unpacked for safety. Ask the office to pack it again.",
                file=file)
        with archive.open(info) as entry:
            contents[name] = entry.read(info.file_size + 1)
        if len(contents[name]) > info.file_size:
            raise zipfile.BadZipFile("a file is larger than it says")
    return contents
