"""Open workbooks that a password protects, in memory only: the password comes from the environment, what it opens is never written."""

from __future__ import annotations

import getpass
import io
import os
import struct
import sys

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from popanalysis.errors import SourceFileError
from popanalysis.params import QuarterParams

__all__ = ["ask_for_passwords", "is_encrypted", "opened"]

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_OFFICE = (FileFormatError, ParseError, OSError, ValueError, LookupError, AttributeError, TypeError, ArithmeticError, NotImplementedError, EOFError, RecursionError, struct.error)


def is_encrypted(data: bytes) -> bool:
    """Say whether a password is needed to read a workbook (xlsx or xls)."""
    if not data.startswith(_OLE2):
        return False
    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted())
    except _NOT_OFFICE:  # no office file, or a damaged one: its reader says what it is
        return False


def opened(data: bytes, file: str, variable: str | None) -> bytes:
    """Return the bytes of the workbook inside; those of a file without password as they are.

    Parameters
    ----------
    data : the file's bytes.
    file : its name, for messages.
    variable : the environment variable that holds the password, as the parameters name it.

    Raises
    ------
    SourceFileError : a password is needed and not given, it does not open the file, or the way of encryption is not known.
    """
    if not is_encrypted(data):
        return data
    password = os.environ.get(variable, "") if variable else ""
    if not password:
        raise _asked_for(file, variable)
    inside = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=password)
        office.decrypt(inside)
    except (InvalidKeyError, DecryptionError, *_NOT_OFFICE) as error:
        raise SourceFileError(
            zh=f"用环境变量 {variable} 中的密码打不开文件 {file}。请核对密码；如加密方式特殊，请用 Excel 或 WPS 打开后取消密码另存。",
            en=f"The password in the environment variable {variable} does not open {file} ({type(error).__name__}). Check the password, or save the file without one in Excel or WPS.",
            file=file, encrypted=True) from None  # the chain might show what was tried
    return inside.getvalue()


def ask_for_passwords(params: QuarterParams) -> None:
    """Ask on a terminal for the passwords that the parameters name and the environment lacks; they stay in this process and its kernel."""
    if not sys.stdin.isatty():
        return
    for sources in params.inputs.values():
        for source in sources:
            if source.password_env and not os.environ.get(source.password_env):
                os.environ[source.password_env] = getpass.getpass(f"{source.path} 的打开密码 / password of {source.path}: ")


def _asked_for(file: str, variable: str | None) -> SourceFileError:
    if variable:
        return SourceFileError(
            zh=f"文件 {file} 设有打开密码，环境变量 {variable} 中没有密码。请在终端运行 popanalysis run，按提示输入密码；密码不要写入任何文件。",
            en=f"File {file} is protected by a password and the environment variable {variable} holds none. Run 'popanalysis run' on a terminal and enter it when asked; write it into no file.",
            file=file, encrypted=True)
    return SourceFileError(
        zh=f"文件 {file} 设有打开密码，无法读取。请在参数中写明存放密码的环境变量，如 {{path: \"{file}\", password_env: \"BIAO_MIMA\"}}，运行时按提示输入；或请报送单位发送未加密的文件（经规定的渠道）。",
        en=f"File {file} is protected by a password and cannot be read. Name an environment variable for it in the parameters, such as {{path: \"{file}\", password_env: \"LIST_PASSWORD\"}}, "
           "and enter the password when asked; or ask the office for an unprotected copy (over the channel laid down for it).", file=file, encrypted=True)
