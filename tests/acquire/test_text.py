"""Text files: strict encodings in a written order, every cell as it stands."""

import pytest

from popanalysis.acquire.layouts import is_known_header
from popanalysis.acquire.table import Table
from popanalysis.acquire.text import read_text_table
from popanalysis.errors import SourceFileError


def read(data: bytes) -> Table:
    return read_text_table(data, "a.csv", lambda cells: sum(map(is_known_header, cells)))


LINE = "姓名,性别\n葛小䮌,女\n"


def test_K15_rare_character_of_gb18030_is_read_right() -> None:
    head = "姓名,性别\n".encode("gb18030")
    table = read(head + bytes.fromhex("b8f0d0a18234cf39") + b"," + bytes.fromhex("c5ae"))
    assert table.rows[1] == ["葛小䮌", "女"]


@pytest.mark.parametrize("data", [
    LINE.encode(), LINE.encode("utf-8-sig"), LINE.encode("utf-16"), b"\xff\xfe" + LINE.encode("utf-16-le"), b"\xfe\xff" + LINE.encode("utf-16-be"), LINE.encode("gb18030"),
])
def test_K15_same_line_in_every_encoding(data: bytes) -> None:
    assert read(data).rows == [["姓名", "性别"], ["葛小䮌", "女"]]


def test_K15_two_short_rows_of_gbk_are_not_taken_for_big5() -> None:
    assert read("姓名\n王芳\n李娜\n".encode("gbk")).rows[1:] == [["王芳"], ["李娜"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_K15_one_broken_byte_stops_and_names_the_row(encoding: str) -> None:
    lines = [b"" for _ in range(1200)]
    lines[0] = "姓名,性别".encode(encoding)
    lines[1:] = ["王芳,女".encode(encoding.removesuffix("-sig"))] * 1199
    lines[899] = lines[899][:1] + b"\xff" + lines[899][2:]
    with pytest.raises(SourceFileError, match="第 900 行") as error:
        read(b"\n".join(lines))
    assert error.value.row == 900


def test_K15_guess_without_a_known_head_is_rejected() -> None:
    with pytest.raises(SourceFileError, match="第 1 行"):
        read("甲乙,丙丁\n王芳,女\n".encode("gb18030"))


def test_K17_words_other_readers_take_for_missing_stay_text() -> None:
    words = ["娜", "Na", "NA", "Null", "None", "nan", "N/A", ""]
    assert read(("姓名,备注\n" + "".join(f"{word},x\n" for word in words)).encode()).rows[1:] == [[word, "x"] for word in words]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_delimiter_is_the_one_that_shows_known_heads(mark: str) -> None:
    assert read(f"姓名{mark}性别\n王,一{mark}女\n".encode()).rows[0] == ["姓名", "性别"]


def test_row_is_the_line_a_record_begins_on() -> None:
    table = read('姓名,备注\n王一,"上行\n下行"\n王二,x\n'.encode())
    assert list(table.numbers) == [1, 2, 4]


def test_export_wrapper_stays_for_cleaning() -> None:
    assert read('姓名,身份证号\n王一,="990102202503120016"\n'.encode()).rows[1][1] == '="990102202503120016"'


def test_a_last_line_that_was_cut_off_is_refused_and_a_signature_without_line_end_is_not() -> None:
    lines = "姓名,身份证号,出生日期\n" + "".join(f"王{n},15990119900305002{n},2025-01-05\n" for n in range(1, 5))
    with pytest.raises(SourceFileError, match="可能未传完"):
        read((lines + "王五,1599").encode())
    assert len(read((lines + "填表人：某某").encode()).rows) == 6
    assert len(read((lines + "合计,4").encode()).rows) == 6
