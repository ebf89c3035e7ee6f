"""Read a list from a department's database: one SELECT, in a transaction that can write nothing.

The address of the database, which holds a password, comes from the environment or the keyring and stands in no message and no record.
"""

from __future__ import annotations

import hashlib
import os
import re
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from popanalysis.acquire.table import Table, as_text
from popanalysis.errors import SourceFileError

__all__ = ["read_query"]

#: What makes a transaction read only, by dialect; where there is no such word it is rolled back, as all are.
_READ_ONLY: Final = {"postgresql": "SET TRANSACTION READ ONLY", "kingbase": "SET TRANSACTION READ ONLY", "mysql": "SET TRANSACTION READ ONLY",
                     "mariadb": "SET TRANSACTION READ ONLY", "oracle": "SET TRANSACTION READ ONLY", "sqlite": "PRAGMA query_only = ON"}
_COMMENTS: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def read_query(database: str, query: str, name: str) -> tuple[Table, str]:
    """Return the rows of a query as one sheet named ``""`` (row 1: the column names), and the SHA-256 of what they say.

    Parameters
    ----------
    database : ``env:NAME`` for an address (SQLAlchemy URL) in the environment, ``keyring:SERVICE:USER`` for one in the keyring.
    query : a single SELECT.
    name : the source as the parameters write it, for messages.

    Raises
    ------
    SourceFileError : no address, no such driver, no connection, no SELECT, or the database refuses; no message shows the address.
    """
    _refuse_writing(query, name)
    engine = _engine(_address(database, name), name)
    try:
        with engine.connect() as connection:
            if (words := _READ_ONLY.get(engine.dialect.name)) is not None:
                connection.execute(text(words))
            result = connection.execute(text(query.rstrip().rstrip(";").replace(":", r"\:")))
            heads = list(result.keys())
            rows = [[_cell(value) for value in row] for row in result]
            connection.rollback()
    except SQLAlchemyError as error:
        raise _refused(name, error) from None  # the chain would show the address
    finally:
        engine.dispose()
    table = Table("", [heads, *rows], range(1, len(rows) + 2), merges_known=False)
    lines = ("\t".join("\\".join(map(str, as_text(value))) for value in row) for row in table.rows)
    return table, hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def _refuse_writing(query: str, name: str) -> None:
    bare = _COMMENTS.sub(" ", query).strip().rstrip(";").strip()
    if not re.match(r"(select|with)\b", bare, re.IGNORECASE) or ";" in re.sub(r"'[^']*'", "", bare):
        raise SourceFileError(
            zh=f"{name}：query 应为一条 SELECT 查询语句，程序只读取、不修改数据库。请改正后重新运行。",
            en=f"{name}: 'query' must be a single SELECT; databases are read and never changed. Correct it and run again.", file=name)


def _address(database: str, name: str) -> str:
    origin, _, rest = database.partition(":")
    if origin == "env" and rest:
        if found := os.environ.get(rest):
            return found
        raise SourceFileError(
            zh=f"{name}：环境变量 {rest} 中没有数据库地址。请设置后重新运行，如 postgresql+pg8000://用户:口令@主机/库名；地址不要写入任何文件。",
            en=f"{name}: the environment variable {rest} holds no address of a database. Set it, such as postgresql+pg8000://user:password@host/name; write it into no file.", file=name)
    if origin == "keyring" and ":" in rest:
        service, _, user = rest.partition(":")
        try:
            import keyring
        except ImportError:
            raise SourceFileError(
                zh=f"{name}：尚未安装 keyring。请安装（pip install keyring），或改用 database: \"env:变量名\"。",
                en=f"{name}: keyring is not installed. Install it (pip install keyring), or write database: \"env:NAME\".", file=name) from None
        if found := keyring.get_password(service, user):
            return str(found)
        raise SourceFileError(
            zh=f"{name}：密钥环中没有服务“{service}”、用户“{user}”的数据库地址。请先存入。", en=f"{name}: the keyring has no address for service '{service}', user '{user}'. Store it first.", file=name)
    raise SourceFileError(
        zh=f"{name}：database 应写作 \"env:变量名\" 或 \"keyring:服务:用户\"，不得直接写数据库地址（其中有口令）。",
        en=f"{name}: write database: \"env:NAME\" or \"keyring:SERVICE:USER\"; the address itself, which holds a password, must stand in no file.", file=name)


def _engine(address: str, name: str) -> Engine:
    try:
        url = make_url(address)
        if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
            url = url.set(database=f"file:{url.database}", query={**url.query, "mode": "ro", "uri": "true"})  # a file that is not there is not made
        return create_engine(url, poolclass=NullPool)
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise SourceFileError(
            zh=f"{name}：数据库地址的写法不对，或缺少该数据库的驱动程序。请核对地址，并安装所需驱动（如 pg8000、pymysql、oracledb）。",
            en=f"{name}: the database address cannot be read, or its driver is not installed. Check the address and install the driver (such as pg8000, pymysql, oracledb).", file=name) from None


def _cell(value: Any) -> Any:
    """A database keeps whole numbers exactly, so they are text; a spreadsheet's numbers are another matter."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value.is_finite() else ""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", errors="replace")
    return value


def _refused(name: str, error: SQLAlchemyError) -> SourceFileError:
    kind = type(getattr(error, "orig", None) or error).__name__
    return SourceFileError(
        zh=f"{name}：数据库未能完成查询（{kind}）。请核对网络、账号权限和查询语句中的表名、列名，或请数据库管理员协助。",
        en=f"{name}: the database did not answer the query ({kind}). Check the network, the account's rights and the names in the query, or ask the administrator.", file=name)
