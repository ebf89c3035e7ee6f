"""Hazard 15: a workbook that a password protects is opened in memory, with a password from the environment or asked for on a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest

from popanalysis.acquire import recognise_folder
from popanalysis.acquire.passwords import ask_for_passwords, is_encrypted
from popanalysis.acquire.reading import read_submission
from popanalysis.errors import SourceFileError
from popanalysis.params import InputSource, QuarterParams

HEAD = ["新生儿姓名", "性别", "出生日期", "母亲姓名", "母亲身份证号"]
ROW = ["白小雨", "女", "2025-01-05", "白塔娜", "159901199003050026"]
PASSWORD = "呼伦-Buir#7"


@pytest.fixture
def locked(make_xlsx: Callable[..., Path], tmp_path: Path) -> Path:
    out = io.BytesIO()
    with make_xlsx("明.xlsx", {"登记": [HEAD, ROW]}).open("rb") as plain:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(PASSWORD, out)
    (tmp_path / "密.xlsx").write_bytes(out.getvalue())
    return tmp_path


def source(variable: str | None = "BIAO_MIMA") -> InputSource:
    return InputSource(path="密.xlsx", password_env=variable)


def test_hazard_15_the_password_of_the_environment_opens_the_list_and_nothing_is_written(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIAO_MIMA", PASSWORD)
    before = sorted(locked.rglob("*"))
    read = read_submission(source(), "birth_cert", locked)
    assert read.cells["mother_id"].tolist() == ["159901199003050026"] and sorted(locked.rglob("*")) == before


@pytest.mark.parametrize(("variable", "value", "word"), [(None, None, "password_env"), ("BIAO_MIMA", None, "没有密码"), ("BIAO_MIMA", "错", "打不开")])
def test_without_the_right_password_the_file_is_refused_and_no_password_is_told(locked: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None, value: str | None, word: str) -> None:
    monkeypatch.delenv("BIAO_MIMA", raising=False)
    if value:
        monkeypatch.setenv("BIAO_MIMA", value)
    with pytest.raises(SourceFileError) as caught:
        read_submission(source(variable), "birth_cert", locked)
    told = caught.value.message("zh") + caught.value.message("en")
    assert caught.value.encrypted and word in told and "密.xlsx" in told and (value or "?") not in told.replace("打不开", "")
    assert caught.value.__cause__ is None


def test_a_password_for_a_file_that_has_none_does_no_harm(locked: Path) -> None:
    assert len(read_submission(InputSource(path="明.xlsx", password_env="BIAO_MIMA"), "birth_cert", locked).cells) == 1


def test_a_locked_file_in_a_folder_is_named_and_the_others_are_recognised(locked: Path) -> None:
    found = {entry.path.name: entry for entry in recognise_folder(locked)}
    assert found["明.xlsx"].kind == "birth_cert" and "密码" in found["密.xlsx"].why.zh and found["密.xlsx"].problem is not None


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def params() -> QuarterParams:
    return QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": [{"path": "密.xlsx", "password_env": "BIAO_MIMA"}]}})


def test_on_a_terminal_the_password_is_asked_for_once(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setenv("BIAO_MIMA", "")
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or PASSWORD)
    ask_for_passwords(params())
    ask_for_passwords(params())
    assert len(asked) == 1 and "密.xlsx" in asked[0]
    assert len(read_submission(source(), "birth_cert", locked).cells) == 1


def test_nobody_is_asked_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIAO_MIMA", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr("getpass.getpass", lambda prompt: pytest.fail("asked"))
    ask_for_passwords(params())


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "姓名".encode()])
def test_what_is_no_locked_workbook_is_not_taken_for_one(data: bytes) -> None:
    assert not is_encrypted(data)
