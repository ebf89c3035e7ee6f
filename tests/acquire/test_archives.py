"""Zip archives of offices: names as they were meant, nothing outside the folder, nothing overwritten, all or nothing."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from popanalysis.acquire.archives import is_archive, unpack_archives
from popanalysis.errors import PopAnalysisError, Text


def packed(folder: Path, *entries: tuple[str, bytes], name: str = "来件.zip") -> Path:
    """An archive whose names are bytes of GB 18030 without a flag, as old programs write them."""
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, (_, content) in enumerate(entries):
            archive.writestr(chr(ord("q") + place) * len(entries[place][0].encode("gb18030")), content)
    data = (folder / name).read_bytes()
    for place, (title, _) in enumerate(entries):
        raw = title.encode("gb18030")
        data = data.replace(bytes([ord("q") + place]) * len(raw), raw)
    (folder / name).write_bytes(data)
    return folder / name


def unpack(folder: Path) -> list[Text | PopAnalysisError]:
    return [told for _, told in unpack_archives(folder)]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".zip"}


def test_K32_names_of_old_programs_are_read_as_gb18030_and_5c_inside_a_character_makes_no_folder(tmp_path: Path) -> None:
    packed(tmp_path, ("出生证明_2025Q1.xlsx", b"one"), ("葛小璡.xlsx", b"two"))
    assert "璡".encode("gb18030")[1] == 0x5C
    (told,) = unpack(tmp_path)
    assert isinstance(told, Text) and "共 2 个文件：出生证明_2025Q1.xlsx、葛小璡.xlsx" in told.zh
    assert files(tmp_path) == {"来件/出生证明_2025Q1.xlsx": b"one", "来件/葛小璡.xlsx": b"two"}


def test_K32_the_name_as_other_programs_show_it_is_the_same_entry(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("XXXXXXXX_2025Q1.xlsx", b"x")
    data = (tmp_path / "a.zip").read_bytes().replace(b"XXXXXXXX", "│÷╔·╓ñ├≈".encode("cp437"))
    (tmp_path / "a.zip").write_bytes(data)
    unpack(tmp_path)
    assert files(tmp_path) == {"a/出生证明_2025Q1.xlsx": b"x"}


def test_names_in_utf8_are_read_with_and_without_the_flag_and_folders_are_kept(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("东升镇/名单.csv", b"1")  # the flag is set by the library
        archive.writestr(".DS_Store", b"junk")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("XXXXXX.csv", b"2")
    (tmp_path / "c.zip").write_bytes((tmp_path / "c.zip").read_bytes().replace(b"XXXXXX", "名单".encode()))
    unpack(tmp_path)
    assert files(tmp_path) == {"b/东升镇/名单.csv": b"1", "c/名单.csv": b"2"}


@pytest.mark.parametrize("name", ["../名单.csv", "/etc/名单.csv", "甲\\..\\..\\名单.csv", "C:名单.csv", "名单\x01.csv"])
def test_nothing_is_written_outside_the_folder(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    packed(inside, ("好.csv", b"1"), (name, b"x"))
    (told,) = unpack(inside)
    assert isinstance(told, PopAnalysisError) and "不能使用的文件名" in told.text.zh
    assert files(tmp_path) == {}


def test_two_files_of_one_name_are_refused_together(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("名单.csv", b"1")
        with pytest.warns(UserWarning):
            archive.writestr("名单.csv", b"2")
    assert isinstance(unpack(tmp_path)[0], PopAnalysisError)
    assert files(tmp_path) == {}


def test_what_lies_there_with_other_content_is_never_overwritten(tmp_path: Path) -> None:
    packed(tmp_path, ("一.csv", b"new"), ("二.csv", b"new"))
    (tmp_path / "来件").mkdir()
    (tmp_path / "来件/二.csv").write_bytes(b"mine")
    (told,) = unpack(tmp_path)
    assert isinstance(told, PopAnalysisError) and "二.csv 与文件夹“来件”中的同名文件内容不同" in told.text.zh
    assert files(tmp_path) == {"来件/二.csv": b"mine"}


def test_an_archive_with_a_password_or_damaged_is_told_and_hinders_no_other(tmp_path: Path) -> None:
    locked = packed(tmp_path, ("甲.csv", b"1"), name="a.zip")
    data = bytearray(locked.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark) + at
        data[place:place + 2] = struct.pack("<H", 1)
    locked.write_bytes(bytes(data))
    whole = packed(tmp_path, ("乙.csv", b"123456789" * 50), name="b.zip").read_bytes()
    (tmp_path / "b.zip").write_bytes(whole[:40] + bytes([whole[40] ^ 255]) + whole[41:])
    packed(tmp_path, ("丙.csv", b"3"), name="c.zip")
    told = [item.text.zh if isinstance(item, PopAnalysisError) else item.zh for item in unpack(tmp_path)]
    assert ["设有密码" in told[0], "已损坏" in told[1], "已解压" in told[2]] == [True, True, True]
    assert files(tmp_path) == {"c/丙.csv": b"3"}


def test_an_archive_larger_than_any_list_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("popanalysis.acquire.archives._MAX_UNPACKED", 1_000)
    packed(tmp_path, ("甲.csv", bytes(1_001)))
    assert "超过上限" in unpack(tmp_path)[0].text.zh  # type: ignore[union-attr]
    assert files(tmp_path) == {}


def test_a_workbook_is_no_archive_whatever_it_is_called() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", b"x")
    assert not is_archive(out.getvalue()) and not is_archive(b"PK\x03\x04broken") and not is_archive(b"")
