"""A list out of a department's database: SQLite, and a real PostgreSQL server that the test starts."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from popanalysis.acquire.database import read_query
from popanalysis.acquire.reading import read_submission
from popanalysis.errors import PopAnalysisError, SourceFileError
from popanalysis.params import InputSource

TABLE = """create table csyx (xh bigint, xsrxm varchar(40), xb char(1), csrq date, mqxm varchar(40), mqsfzh varchar(18), csyxzmbh char(10), jiankang varchar(20))"""
ROWS = [(1, "白小雨", "2", "2025-01-05", "白塔娜", "159901199003050026", "Z159900001", "良好JK1"), (2, "包铁柱", "1", "2025-02-11", "包金花", "159901199104050021", "Z159900002", "良好JK2")]
QUERY = 'select xsrxm as "新生儿姓名", xb as "性别", csrq as "出生日期", mqxm as "母亲姓名", mqsfzh as "母亲身份证号", csyxzmbh as "出生证编号" from csyx order by xh'


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a server of its own for the tests; skipped where PostgreSQL is not installed, never in CI."""
    programs = [path for path in sorted(Path("/usr/lib/postgresql").glob("*/bin")) if (path / "initdb").exists()]
    found = shutil.which("initdb")
    if not programs and not found:
        if os.environ.get("CI"):
            pytest.fail("CI must install PostgreSQL")
        pytest.skip("PostgreSQL is not installed")
    programs_in = programs[-1] if programs else Path(str(found)).parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(tempfile.mkdtemp(prefix="pg-"))  # not among pytest's folders, which only their owner may enter
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # it refuses the superuser
    if as_user:
        shutil.chown(home, "postgres", "postgres")
    subprocess.run([*as_user, programs_in / "initdb", "-D", home / "data", "-U", "clerk", "--auth=trust", "-E", "UTF8", "--no-sync"], check=True, capture_output=True, cwd=home)
    server = subprocess.Popen([*as_user, programs_in / "postgres", "-D", home / "data", "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}"],
                              cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"postgresql+pg8000://clerk@127.0.0.1:{port}/postgres"
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Try until the server answers; it needs a second."""
    engine = create_engine(address)
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            engine.connect().close()
            break
        except SQLAlchemyError:
            time.sleep(0.1)
    else:
        pytest.fail("the server does not answer")
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of a database that holds the list, in the environment."""
    address = f"sqlite:///{tmp_path / 'yun.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("drop table if exists csyx"))
        connection.execute(text(TABLE))
        for row in ROWS:
            connection.execute(text("insert into csyx values (:a, :b, :c, :d, :e, :f, :g, :h)"), dict(zip("abcdefgh", row, strict=True)))
    engine.dispose()
    monkeypatch.setenv("YUN_DB", address)
    return address


def test_a_list_is_read_from_a_query_with_its_rows_in_place(database: str, tmp_path: Path) -> None:
    source = InputSource(database="env:YUN_DB", query=QUERY)
    read = read_submission(source, "birth_cert", tmp_path)
    assert read.cells[["child_name", "mother_name", "mother_id", "birth_cert_no"]].to_numpy().tolist() == [[r[1], r[4], r[5], r[6]] for r in ROWS]
    assert read.cells["birth_date"].astype(str).tolist() == ["2025-01-05", "2025-02-11"] and read.cells["row"].tolist() == [2, 3]
    assert (read.file, set(read.cells["sheet"])) == (source.name, {""}) and "env:YUN_DB" in read.file


def test_columns_the_comparison_does_not_need_are_dropped_as_from_a_sheet(database: str, tmp_path: Path) -> None:
    query = QUERY.replace(' from csyx', ', jiankang as "健康状况" from csyx')
    read = read_submission(InputSource(database="env:YUN_DB", query=query), "birth_cert", tmp_path)
    assert "JK1" not in str(read.cells.to_numpy().tolist())


def test_a_whole_number_of_a_database_is_exact_and_a_blank_is_blank(database: str) -> None:
    table, _ = read_query("env:YUN_DB", "select 159901199003050026 as a, null as b, 1.50 as c, 'a:b' as d", "x")
    assert table.rows[0] == ["a", "b", "c", "d"] and table.rows[1][0] == "159901199003050026" and table.rows[1][1] is None and table.rows[1][3] == "a:b"


def test_the_fingerprint_is_of_what_the_query_says(database: str) -> None:
    assert read_query("env:YUN_DB", QUERY, "x")[1] == read_query("env:YUN_DB", QUERY + ";", "y")[1] != read_query("env:YUN_DB", QUERY + " desc", "x")[1]


@pytest.mark.parametrize("query", ["delete from csyx", "update csyx set xb = '1'", "select 1; drop table csyx", "drop table csyx", "/* select */ drop table csyx", ""])
def test_what_is_no_select_is_refused_before_the_database_is_asked(database: str, query: str) -> None:
    with pytest.raises(SourceFileError, match="SELECT"):
        read_query("env:YUN_DB", query, "x")
    assert len(read_query("env:YUN_DB", QUERY, "x")[0].rows) == 3


def test_a_query_that_writes_behind_a_select_is_refused_by_the_transaction(database: str) -> None:
    writing = ("with gone as (delete from csyx returning *) select * from gone" if database.startswith("postgresql")
               else "with a as (select 1) delete from csyx where xh in (select * from a)")
    with pytest.raises(SourceFileError):
        read_query("env:YUN_DB", writing, "x")
    assert len(read_query("env:YUN_DB", QUERY, "x")[0].rows) == 3


def test_names_the_database_does_not_know_are_told_without_its_address(database: str) -> None:
    with pytest.raises(SourceFileError) as caught:
        read_query("env:YUN_DB", "select * from nowhere", "x")
    assert "未能完成查询" in caught.value.message("zh") and "yun.db" not in str(caught.value) and "clerk" not in str(caught.value) and caught.value.__cause__ is None


@pytest.mark.parametrize(("database", "value", "word"), [
    ("env:NO_SUCH", None, "没有数据库地址"), ("env:DB_X", "no address", "写法不对"), ("env:DB_X", "nosuch://u:geheim@h/d", "写法不对"), ("postgresql://u:geheim@h/d", None, "不得直接写"),
    ("env:DB_X", "sqlite:////nowhere/at/all.db", "未能完成"), ("env:DB_X", "postgresql+pg8000://u:geheim@127.0.0.1:1/d", "未能完成"), ("keyring:x", None, "不得直接写")])
def test_a_database_that_cannot_be_reached_is_told_with_what_to_do_and_no_password(monkeypatch: pytest.MonkeyPatch, database: str, value: str | None, word: str) -> None:
    if value:
        monkeypatch.setenv("DB_X", value)
    with pytest.raises(SourceFileError) as caught:
        read_query(database, "select 1", "卫生名单")
    told = caught.value.message("zh") + caught.value.message("en")
    assert word in told and "geheim" not in told and ("请" in told or "应写作" in told)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_X", f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(SourceFileError):
        read_query("env:DB_X", "select 1", "x")
    assert not (tmp_path / "none.db").exists()


def test_the_keyring_holds_an_address_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite3.connect(tmp_path / "a.db").close()
    kept = {("popanalysis", "health"): f"sqlite:///{tmp_path / 'a.db'}"}
    ring = type(sys)("keyring")
    ring.get_password = lambda service, user: kept.get((service, user))
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert read_query("keyring:popanalysis:health", "select 1 as a", "x")[0].rows == [["a"], ["1"]]
    with pytest.raises(SourceFileError, match="密钥环中没有"):
        read_query("keyring:popanalysis:police", "select 1", "x")
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(PopAnalysisError, match="尚未安装"):
        read_query("keyring:popanalysis:health", "select 1", "x")


