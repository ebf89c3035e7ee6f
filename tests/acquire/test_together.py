"""Files held against each other: the same list twice, two lists in each other's place."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from popanalysis.acquire import read_submissions
from popanalysis.errors import ParameterError, PopAnalysisError, ProblemsFoundError
from popanalysis.params import QuarterParams

MakeXlsx = Callable[..., Path]
CERT = [["出生证编号", "新生儿姓名", "性别", "出生日期", "签发日期", "签发机构", "接生机构", "母亲姓名", "母亲身份证号"],
        ["Y159000001", "王一", "男", "2025-03-05", "2025-03-06", "某院", "某院", "李娜", "159901199001010049"]]
TOWN = [["镇", "嘎查村", "产妇姓名", "证件号码", "分娩时间", "丈夫姓名", "证件号码", "新生儿姓名", "性别", "登记时间"],
        ["甲镇", "东沟村", "李娜", "159901199001010049", "2025-03-05", "", "", "王一", "男", "2025-03-08"]]
HUKOU = [["公民身份号码", "姓名", "性别", "出生日期", "受理日期", "受理单位", "户号", "母亲姓名", "母亲身份号码"],
         ["159901202503050013", "王一", "男", "2025-03-05", "2025-03-09", "某所", "1", "李娜", ""]]


def problems_of(root: Path, **inputs: list[Any]) -> list[PopAnalysisError]:
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": inputs})
    try:
        read_submissions(params, root)
    except ProblemsFoundError as several:
        return list(several.problems)
    except PopAnalysisError as one:
        return [one]
    return []


def test_the_same_content_twice_is_a_problem_that_names_both(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    make_xlsx("a.xlsx", {"登记": CERT})
    shutil.copy(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    twice, = problems_of(tmp_path, birth_cert=["a.xlsx", "a.xlsx"])
    assert isinstance(twice, ParameterError)
    assert "文件 a.xlsx 在“出生医学证明" in twice.message("zh")
    assert "下列了两次" in twice.message("zh")
    copied, = problems_of(tmp_path, birth_cert=["a.xlsx", "b.xlsx"])
    assert "文件 a.xlsx（birth_cert）与文件 b.xlsx（birth_cert）内容完全相同" in copied.message("zh")
    assert "a.xlsx (birth_cert) and file b.xlsx (birth_cert) have the same content" in copied.message("en")


@pytest.mark.parametrize("rows", [CERT, TOWN, HUKOU, [["甲", "乙"], ["丙", "丁"]]])
def test_one_file_under_two_kinds_is_a_problem_whether_or_not_it_can_be_read_as_both(rows: list[list[str]], make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    make_xlsx("a.xlsx", {"登记": rows})
    found = problems_of(tmp_path, birth_cert=["a.xlsx"], town_birth=["a.xlsx"])
    about = [p for p in found if p.facts.get("kinds") == ("birth_cert", "town_birth")]
    assert len(about) == 1
    assert "同时列为" in about[0].message("zh")
    assert "birth_cert、town_birth" in about[0].message("zh")


def test_different_sheets_of_a_workbook_and_a_replaced_file_may_be_listed_beside_each_other(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    make_xlsx("a.xlsx", {"证": CERT, "镇": TOWN})
    assert not problems_of(tmp_path, birth_cert=[{"path": "a.xlsx", "sheet": "证"}], town_birth=[{"path": "a.xlsx", "sheet": "镇"}])
    make_xlsx("b.xlsx", {"证": CERT})
    shutil.copy(tmp_path / "b.xlsx", tmp_path / "c.xlsx")
    assert not problems_of(tmp_path, birth_cert=[{"path": "c.xlsx", "replaces": "b.xlsx"}])
    assert len(problems_of(tmp_path, birth_cert=[{"path": "a.xlsx", "sheet": "证"}, {"path": "a.xlsx", "sheet": "证"}])) == 1


def test_two_empty_files_are_told_as_empty_only(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"")
    assert ["空文件" in p.message("zh") for p in problems_of(tmp_path, birth_cert=["a.csv"], town_birth=["b.csv"])] == [True, True]


LISTS = {"birth_cert": CERT, "hukou_birth": HUKOU, "town_birth": TOWN}


@pytest.mark.parametrize(("one", "other"), [("birth_cert", "town_birth"), ("birth_cert", "hukou_birth"), ("hukou_birth", "town_birth")])
def test_two_lists_in_each_others_place_are_told_and_in_their_own_place_are_not(one: str, other: str, make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    make_xlsx("a.xlsx", {"Sheet1": LISTS[one]})
    make_xlsx("b.xlsx", {"Sheet1": LISTS[other]})
    assert not problems_of(tmp_path, **{one: ["a.xlsx"], other: ["b.xlsx"]})
    first = problems_of(tmp_path, **{one: ["b.xlsx"], other: ["a.xlsx"]})[0]
    assert "两份文件的类别可能写反" in first.message("zh")
    assert {"a.xlsx", "b.xlsx"} == set(first.facts["files"])
    assert not [p for p in problems_of(tmp_path, **{one: ["a.xlsx"]}) if "写反" in p.message("zh")]


def test_a_layout_vouches_for_the_kind_of_its_file(make_xlsx: MakeXlsx, tmp_path: Path) -> None:
    make_xlsx("a.xlsx", {"Sheet1": CERT})
    make_xlsx("b.xlsx", {"Sheet1": TOWN})
    for kind in ("birth_cert", "town_birth"):
        (tmp_path / f"{kind}.yaml").write_text(f"kind: {kind}\n", encoding="utf-8")
    swapped = {"birth_cert": [{"path": "b.xlsx", "columns": "birth_cert.yaml"}], "town_birth": [{"path": "a.xlsx", "columns": "town_birth.yaml"}]}
    assert not [p for p in problems_of(tmp_path, **swapped) if "写反" in p.message("zh")]
