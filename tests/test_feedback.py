"""Answers come back: from the joint-review book and from look-up worksheets, saved anew, sorted, partly filled."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from popanalysis.answers import check_value, pair_check
from popanalysis.cli import main
from popanalysis.columns import CASES_COLUMNS, DECISIONS_COLUMNS
from popanalysis.errors import PopAnalysisError
from popanalysis.feedback import take_feedback
from popanalysis.params import QuarterParams
from popanalysis.run import run_period

CASE = {
    "case_id": "2025Q1-0007", "code": "field_differs", "event_id": "B-2025Q1-00001", "field": "mother_name", "list_a": "birth_cert", "value_a": "白塔娜",
    "list_b": "hukou_birth", "value_b": "白塔那", "recipient": "police", "state": "open", "opened_in": "2025Q1"}
PAIR = ("r1", "r2")
HEADS = ["事项编号", "处理意见", "正确内容", "说明", "校验码"]


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project whose record holds two cases and one open link."""
    (tmp_path / "params").mkdir()
    restricted = tmp_path / "outputs/2025Q1/r1/restricted"
    restricted.mkdir(parents=True)
    (tmp_path / "outputs/2025Q1/current").write_text("r1\n", encoding="utf-8")
    (tmp_path / "params/2025Q1.yaml").write_text(
        'period: "2025Q1"  # the quarter\nhome_division: "159901"\ninputs: {birth_cert: ["a.csv"]}\nas_of: "2025-04-10"\ndecisions: []  # 决定文件\n', encoding="utf-8")
    pd.DataFrame([CASE, {**CASE, "case_id": "2025Q1-0008", "field": "father_name"}]).reindex(columns=list(CASES_COLUMNS)).to_csv(restricted / "cases.csv", index=False, encoding="utf-8-sig")
    pd.DataFrame({"record_id_a": PAIR[:1], "record_id_b": PAIR[1:], "link_decision": "possible_link"}).to_csv(restricted / "links.csv", index=False, encoding="utf-8-sig")
    return tmp_path


def sheet(folder: Path, rows: list[list[str]], heads: list[str] = HEADS, *, met: str = "2025-04-12", chair: str = "乌兰", name: str = "会商.xlsx") -> Path:
    """A book as it may come back: an agenda with the day and the chair, and a sheet of answers."""
    book = openpyxl.Workbook()
    book.active.title = "会商议程"
    book.active.append(["会商日期", met])
    book.active.append(["主持人", "", chair])
    page = book.create_sheet("待议事项")
    page.append(["（本页为待议事项）"])
    for row in (heads, *rows):
        page.append(row)
    book.save(folder / name)
    return folder / name


def answer(said: str = "已更正", value: str = "", note: str = "", *, case: str = "2025Q1-0007", check: str | None = None) -> list[str]:
    known = {"2025Q1-0007": CASE, "2025Q1-0008": {**CASE, "case_id": "2025Q1-0008", "field": "father_name"}}
    return [case, said, value, note, check if check is not None else check_value(known[case])]


def told(problem: PopAnalysisError) -> str:
    return problem.message("zh")


def test_an_answer_becomes_a_decision_of_the_meeting_and_the_parameters_name_it(small):
    [taken] = take_feedback([sheet(small, [answer(value="白塔娜", note="见出生证存根")])], small)
    assert (taken.n_taken, taken.n_open, taken.problems) == (1, 0, ())
    assert read(taken.decisions).to_dict("records") == [{
        "made_on": "2025-04-12", "by": "乌兰", "role": "chair", "origin": "meeting", "about": "case", "target": "2025Q1-0007", "answer": "corrected",
        "field": "mother_name", "value": "白塔娜", "reason": "见出生证存根"}]
    assert list(read(taken.decisions).columns) == list(DECISIONS_COLUMNS)
    text = (small / "params/2025Q1.yaml").read_text(encoding="utf-8")
    assert QuarterParams.read(small / "params/2025Q1.yaml").decisions == [taken.decisions.relative_to(small).as_posix()]
    assert "# the quarter" in text and "# 决定文件" in text  # nothing else was touched
    assert taken.decisions.parent.stat().st_mode & 0o077 == 0 or taken.decisions.drive


def test_columns_in_another_order_rows_sorted_and_rows_left_blank_are_read_all_the_same(small):
    rows = [[*reversed(answer(case="2025Q1-0008", said=""))], [], [*reversed(answer())]]
    [taken] = take_feedback([sheet(small, rows, HEADS[::-1])], small)
    assert (taken.n_taken, taken.n_open) == (1, 1)


def test_a_file_read_twice_is_one_decision_file(small):
    book = sheet(small, [answer()])
    first, again = take_feedback([book], small)[0], take_feedback([book], small)[0]
    assert first.decisions == again.decisions and len(list(first.decisions.parent.iterdir())) == 1
    assert len(QuarterParams.read(small / "params/2025Q1.yaml").decisions) == 1


@pytest.mark.parametrize(("row", "words"), [
    (answer(check=""), ("2025Q1-0007", "校验码")),
    (["2025Q1-0099", "已更正", "", "", "abcdef"], ("2025Q1-0099", "没有")),
    (["", "已更正", "", "", "abcdef"], ("没有",)),
    (answer(said="差不多"), ("差不多", "已核实、已更正、经核查无需更正、已办结、已转交")),
    (answer(check="000000"), ("校验码", "变化"))])
def test_what_cannot_be_taken_is_told_with_its_sheet_and_row_and_the_rest_is_taken(small, row, words):
    [taken] = take_feedback([sheet(small, [answer(case="2025Q1-0008"), row])], small)
    assert taken.n_taken == 1 and len(taken.problems) == 1
    assert all(word in told(taken.problems[0]) for word in ("会商.xlsx“待议事项”表第 4 行", *words))


def test_two_different_answers_to_one_case_are_both_told_and_neither_is_taken_also_across_files(small):
    one, other = sheet(small, [answer("已更正")], name="甲.xlsx"), sheet(small, [answer("已办结")], name="乙.xlsx")
    taken = take_feedback([one, other], small)
    assert [t.n_taken for t in taken] == [0, 0] and all("两个不同的处理意见" in told(t.problems[0]) for t in taken)
    assert not (small / "outputs/2025Q1/desk").exists()


@pytest.mark.parametrize(("met", "chair"), [("", "乌兰"), ("2025-04", "乌兰"), ("四月中旬", "乌兰"), ("2025-04-12", "")])
def test_without_a_day_or_a_chair_nothing_is_taken_unless_the_command_says_it(small, met, chair):
    book = sheet(small, [answer()], met=met, chair=chair)
    [taken] = take_feedback([book], small)
    assert taken.n_taken == 0 and "主持人" in told(taken.problems[0]) and "--by" in told(taken.problems[0])
    if met in ("", "2025-04-12"):
        [taken] = take_feedback([book], small, by="乌兰", date="2025-04-12")
        assert taken.n_taken == 1


@pytest.mark.parametrize("written", ["2025年4月12日", "2025/4/12", "20250412", pd.Timestamp("2025-04-12").to_pydatetime()])
def test_the_day_is_read_however_it_is_written(small, written):
    [taken] = take_feedback([sheet(small, [answer()], met=written)], small)
    assert read(taken.decisions)["made_on"].tolist() == ["2025-04-12"]


def test_two_records_are_said_to_be_one_event_or_two(small):
    heads = ["对应编号", "名单", "处理意见", "说明", "校验码"]
    [taken] = take_feedback([sheet(small, [["P001", "医学证明", "不是同一事件", "", pair_check(*PAIR)], ["P001", "户口", "", "", pair_check(*PAIR)]], heads)], small)
    assert read(taken.decisions)[["about", "target", "answer"]].to_numpy().tolist() == [["pair", "r1+r2", "non_link"]]


@pytest.mark.parametrize(("found", "value", "answered"), [("与名单一致", "", True), ("与名单不同", "白塔娜", True), ("与名单不同", "", False), ("未查到", "", True), ("查了", "", False)])
def test_a_look_up_answers_a_case_and_says_who_looked_and_when(small, found, value, answered):
    heads = ["事项编号", "查询结果", "正确内容", "查询人", "查询日期", "说明", "校验码"]
    [taken] = take_feedback([sheet(small, [["2025Q1-0007", found, value, "其木格", "2025-04-11", "", check_value(CASE)]], heads, met="", chair="")], small)
    assert bool(taken.n_taken) == answered == (not taken.problems)
    if answered:
        assert read(taken.decisions)[["made_on", "by", "role", "origin", "answer", "value"]].to_numpy().tolist() == [["2025-04-11", "其木格", "login_holder", "office", "answered", value]]


def test_another_workbook_and_an_unfilled_one_are_refused_with_what_to_do(small):
    with pytest.raises(PopAnalysisError, match="不存在"):
        take_feedback([small / "none.xlsx"], small)
    openpyxl.Workbook().save(small / "other.xlsx")
    with pytest.raises(PopAnalysisError, match="事项编号"):
        take_feedback([small / "other.xlsx"], small)
    with pytest.raises(PopAnalysisError, match="没有填写"):
        take_feedback([sheet(small, [answer(said="")])], small)
    with pytest.raises(PopAnalysisError, match="没有找到"):
        take_feedback([sheet(small, [["2031Q1-0001", "已更正", "", "", "abcdef"]])], small)


def test_a_list_of_decisions_written_over_several_lines_is_left_to_the_analyst(small):
    file = small / "params/2025Q1.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("decisions: []", 'decisions:\n  - "old.csv"'), encoding="utf-8")
    before = file.read_bytes()
    [taken] = take_feedback([sheet(small, [answer()])], small)
    assert taken.params is None and taken.decisions.is_file() and file.read_bytes() == before


# --- with a whole record ---------------------------------------------------------------------------------------------


def fill_in(book: Path, answers: dict[str, str]) -> None:
    """Fill in the book as a person would, and save it with another program."""
    filled = openpyxl.load_workbook(book)
    for row in filled["会商议程"].iter_rows(max_row=6):
        if row[0].value in ("会商日期", "主持人"):
            row[1].value = {"会商日期": "2025-04-14", "主持人": "乌兰"}[row[0].value]
    page = filled["待议事项"]
    heads = {cell.value: cell.column for cell in page[1]}
    for number in range(2, page.max_row + 1):
        case = page.cell(number, heads["事项编号"]).value
        if case in answers:
            page.cell(number, heads["处理意见"]).value = answers[case]
    filled.save(book)


def test_decisions_of_the_meeting_make_a_new_revision_that_keeps_every_number(recorded, capsys):
    restricted = recorded / "outputs/2025Q1/r1/restricted"
    before = read(restricted / "cases.csv")
    asked = before.loc[before["code"].eq("field_differs"), "case_id"].tolist()[:3]
    fill_in(restricted / "joint_review.xlsx", dict(zip(asked, ["已更正", "经核查无需更正", "已转交"], strict=True)))
    with pytest.raises(SystemExit) as left:
        main(["--lang", "zh", "feedback", str(restricted / "joint_review.xlsx")])
    said = capsys.readouterr().out
    assert left.value.code == 0 and "采用 3 条" in said and "popanalysis run params/2025Q1.yaml" in said
    revision = run_period(recorded / "params/2025Q1.yaml")
    after = read(revision / "restricted/cases.csv").set_index("case_id")
    assert revision.name == "r2" and list(after.index) == before["case_id"].tolist()
    assert after.loc[asked, ["state", "closed_in"]].to_numpy().tolist() == [["corrected", "2025Q1"], ["rejected", "2025Q1"], ["referred", ""]]
    assert after.drop(asked)["state"].tolist() == before[~before["case_id"].isin(asked)]["state"].tolist()
    again = openpyxl.load_workbook(revision / "restricted/joint_review.xlsx")["待议事项"]
    listed = [row[1] for row in again.iter_rows(min_row=2, values_only=True)]
    assert asked[2] in listed and not set(asked[:2]) & set(listed)
