"""From received files to records: fates, ids, cells, and that nothing is lost."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from popanalysis.acquire import read_submissions
from popanalysis.clean import FAULTS, CleanedLists, Divisions, clean_submissions, shipped_checks
from popanalysis.columns import FATES, FAULTS_COLUMNS
from popanalysis.errors import ProblemsFoundError, ValidationError
from popanalysis.params import QuarterParams

CERT = ["出生证编号", "新生儿姓名", "性别", "出生日期", "签发日期", "产次", "体重", "母亲姓名", "母亲身份证号", "备注"]
HUKOU = ["公民身份号码", "姓名", "性别", "受理日期", "母亲姓名", "母亲身份号码"]
TOWN = ["产妇姓名", "证件号码", "分娩时间", "丈夫姓名", "证件号码", "新生儿姓名", "性别", "登记时间"]
BANNER = pd.DataFrame({"code": ["159901"], "name": ["试验旗"]})
Rows = Sequence[Sequence[Any]]


def cert(number: str = "Y159000001", child: str = "王一", born: str = "2025-03-05", issued: str = "2025-03-06", **other: str) -> list[str]:
    given = {"sex": "男", "parity": "1", "weight": "3200", "mother": "李娜", "mother_id": "159901199001010049", "remark": ""} | other
    return [number, child, given["sex"], born, issued, given["parity"], given["weight"], given["mother"], given["mother_id"], given["remark"]]


@pytest.fixture
def clean(tmp_path: Path) -> Callable[..., CleanedLists]:
    """Write CSV files (name -> rows), name them in the parameters, read and clean."""

    def run(files: dict[str, Rows], inputs: dict[str, list[Any]], **params: Any) -> CleanedLists:
        for name, rows in files.items():
            (tmp_path / name).write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        values = {"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": inputs} | params
        checked = QuarterParams.from_values(values)
        return clean_submissions(read_submissions(checked, tmp_path), checked, Divisions.from_frames(BANNER, "159901"))

    return run


Clean = Callable[..., CleanedLists]


def fates(lists: CleanedLists) -> dict[int, tuple[str, str]]:
    return {row: (fate, reason) for row, fate, reason in lists.accounting[["row", "fate", "fate_reason"]].itertuples(index=False)}


def test_every_row_has_exactly_one_fate_and_the_totals_balance(clean: Clean) -> None:
    rows = [["出生医学证明登记"], CERT, cert(), cert("Y159000002", "王二", issued="2025-04-02"), [""], cert("", "", "", "", mother="", mother_id="", sex="男"), cert(),
            cert("", "王五", "不详", mother_id=""), ["合计", "5"], ["填表人：某某"]]
    lists = clean({"a.csv": rows}, {"birth_cert": ["a.csv"]})
    kept = lists.records["birth_cert"].index[0]
    assert fates(lists) == {
        1: ("not_a_record", "title"), 2: ("not_a_record", "header"), 3: ("used", ""), 4: ("out_of_scope", "act_after_period"),
        6: ("unusable", "nothing_identifying"), 7: ("duplicate", f"same_as:{kept}"), 8: ("unusable", "no_birth_date_and_no_number"),
        9: ("not_a_record", "total"), 10: ("not_a_record", "footer")}
    assert lists.totals["n"].sum() == len(lists.accounting) == 9
    assert set(lists.accounting["fate"]) <= set(FATES)
    assert (lists.accounting["fate"] == "used").sum() == len(lists.records["birth_cert"])


def test_record_ids_are_unique_and_depend_on_content_alone(clean: Clean) -> None:
    rows = [cert(), cert("Y159000002", "王二", "2025-02-05"), cert("Y159000003", "王三", "2025-01-05"), cert("Y159000004", "王　四")]
    forward = clean({"a.csv": [CERT, *rows]}, {"birth_cert": ["a.csv"]}).records["birth_cert"]
    parts = clean({"b.csv": [CERT, rows[3], rows[1]], "c.csv": [CERT, rows[2], rows[0]]}, {"birth_cert": ["c.csv", "b.csv"]}).records["birth_cert"]
    assert forward.index.is_unique
    assert forward.index.tolist() == parts.index.tolist()
    columns = [name for name in forward.columns if name not in ("file", "sheet", "row")]
    pd.testing.assert_frame_equal(forward[columns], parts[columns])
    spelt = clean({"d.csv": [CERT, cert("Y159000004", "王四")]}, {"birth_cert": ["d.csv"]}).records["birth_cert"]
    assert spelt.index[0] in set(forward.index)  # the same child, written without the blank


def test_column_that_is_empty_or_absent_changes_no_id(clean: Clean) -> None:
    without = clean({"a.csv": [CERT[:-1], cert()[:-1]]}, {"birth_cert": ["a.csv"]}).records["birth_cert"]
    with_remark = clean({"b.csv": [CERT, cert()]}, {"birth_cert": ["b.csv"]}).records["birth_cert"]
    assert without.index.tolist() == with_remark.index.tolist()


def test_equal_rows_keep_the_first_by_file_and_row(clean: Clean) -> None:
    lists = clean({"b.csv": [CERT, cert(), cert()], "a.csv": [CERT, cert()]}, {"birth_cert": ["b.csv", "a.csv"]})
    kept = lists.accounting[lists.accounting["fate"] == "used"]
    assert kept[["file", "row"]].values.tolist() == [["a.csv", 2]]
    assert lists.accounting["record_id"].loc[lambda ids: ids != ""].is_unique


def test_same_row_in_two_kinds_has_two_ids(clean: Clean) -> None:
    town = ["李娜", "159901199001010049", "2025-03-05", "", "", "王一", "男", ""]
    lists = clean({"a.csv": [CERT, cert("", issued="", parity="", weight="")], "t.csv": [TOWN, town]}, {"birth_cert": ["a.csv"], "town_birth": ["t.csv"]})
    assert lists.records["birth_cert"].index[0] != lists.records["town_birth"].index[0]


def test_rows_that_differ_in_parity_or_weight_alone_are_two_children_and_the_id_holds_neither(clean: Clean) -> None:
    rows = [cert("", "", weight="2400"), cert("", "", weight="2600")]
    lists = clean({"a.csv": [CERT, *rows]}, {"birth_cert": ["a.csv"]})
    assert lists.records["birth_cert"]["birth_weight"].tolist() == [2400, 2600]
    lighter = clean({"b.csv": [CERT, cert("", "", weight="2000")]}, {"birth_cert": ["b.csv"]}).records["birth_cert"]
    assert lighter.index[0] in set(lists.records["birth_cert"].index)


@pytest.mark.parametrize("remark", ["双胞胎", "龙凤胎", "孪生"])
def test_equal_rows_that_say_twins_are_two_children(clean: Clean, remark: str) -> None:
    lists = clean({"a.csv": [CERT, cert("", "", remark=remark), cert("", "", remark=remark)]}, {"birth_cert": ["a.csv"]})
    assert len(lists.records["birth_cert"]) == 2
    assert "twin_rows_equal" in set(lists.faults["fault"])


def test_police_list_without_birth_date_points_to_the_number(clean: Clean) -> None:
    lists = clean({"h.csv": [HUKOU, ["159901202403050013", "王一", "", "2025-03-20", "李娜", ""]]}, {"hukou_birth": ["h.csv"]})
    record = lists.records["hukou_birth"].iloc[0]
    assert (record["birth_date"], record["birth_date_from"]) == (pd.Timestamp(2024, 3, 5), "child_id")
    assert (lists.letters["h.csv", "", "birth_date"], lists.letters["h.csv", "", "accept_date"]) == ("A", "D")


def test_act_date_decides_lateness(clean: Clean) -> None:
    lists = clean({"a.csv": [CERT, cert(issued="2024-12-30", born="2024-12-29"), cert("Y159000002", "王二"), cert("Y159000003", "王三", issued="")]}, {"birth_cert": ["a.csv"]})
    by_name = lists.records["birth_cert"].set_index("child_name")
    assert by_name["is_late"].to_dict() == {"王一": True, "王二": False, "王三": False}
    assert by_name.loc["王一", "act_date"] == pd.Timestamp(2024, 12, 30)


def test_month_counts_earlier_months_of_its_quarter_as_its_own(clean: Clean) -> None:
    lists = clean({"a.csv": [CERT, cert(issued="2025-01-06", born="2025-01-05"), cert("Y159000002", "王二", issued="2025-02-06"), cert("Y159000003", "王三", issued="2025-03-06")]},
                  {"birth_cert": ["a.csv"]}, period="2025-02", as_of="2025-03-05")
    assert {row: fate for row, (fate, _) in fates(lists).items()} == {1: "not_a_record", 2: "used", 3: "used", 4: "out_of_scope"}
    assert not lists.records["birth_cert"]["is_late"].any()


def test_faults_point_to_their_cell(clean: Clean) -> None:
    lists = clean({"a.csv": [CERT, cert(mother_id="1.59901E+17", born="25/3/5")]}, {"birth_cert": ["a.csv"]})
    assert list(lists.faults.columns) == list(FAULTS_COLUMNS)
    assert lists.faults[["row", "column", "cell", "raw_value", "fault"]].values.tolist() == [
        [2, "出生日期", "D2", "25/3/5", "date_ambiguous"], [2, "母亲身份证号", "I2", "1.59901E+17", "id_damaged"]]


def test_a_fault_has_its_cell_on_every_sheet_though_the_sheets_tell_it_in_different_columns(tmp_path: Path) -> None:
    workbook(tmp_path / "甲.xlsx", 东=[["新生儿姓名", "出生日期", "签发日期", "母亲姓名"], ["王一", "2025-02-30", "2025-03-06", "李娜"]],
             西=[["新生儿姓名", "出生时间", "签发日期", "母亲姓名"], ["王二", "2025-02-31 10:00", "2025-03-06", "张敏"], ["王三", "2030-02-03 10:00", "2025-03-06", "何花"]])
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": ["甲.xlsx"]}})
    lists = clean_submissions(read_submissions(params, tmp_path), params, Divisions.from_frames(BANNER, "159901"))
    told = lists.faults[lists.faults["fault"].isin(["date_impossible", "date_future"])]
    assert sorted(told[["sheet", "cell", "raw_value", "fault"]].to_numpy().tolist()) == [
        ["东", "B2", "2025-02-30", "date_impossible"], ["西", "B2", "2025-02-31 10:00", "date_impossible"], ["西", "B3", "2030-02-03 10:00", "date_future"]]


@pytest.mark.parametrize("words", ["计划外", "未婚先孕", "超生", "非婚生", "离异后再婚所生"])
def test_words_on_policy_and_marriage_are_kept_nowhere_whatever_column_they_stand_in(clean: Clean, words: str) -> None:
    head = ["公民身份号码", "姓名", "性别", "出生日期", "受理日期", "出生地", "出生登记类别", "母亲姓名", "母亲身份号码", "备注"]
    rows = [head, ["159901202503050013", f"王一（{words}）", "男", "2025-03-05", "2025-03-06", f"旗医院，{words}", words, f"李娜({words})", "15990119900101004", f"{words}；早产"]]
    lists = clean({"a.csv": rows}, {"hukou_birth": ["a.csv"]})
    (record,) = lists.records["hukou_birth"].to_dict("records")
    assert (record["child_name"], record["mother_name"], record["remark"], record["birth_place"]) == ("王一", "李娜", "早产", "旗医院")
    assert words not in f"{record}{lists.faults.to_dict('records')}{lists.edits.to_dict('records')}"
    assert lists.faults["fault"].eq("policy_words_removed").sum() == 5


def test_words_on_policy_beside_a_number_or_date_are_kept_nowhere(clean: Clean) -> None:
    lists = clean({"a.csv": [CERT, cert(born="2025-03-05（计划外）", mother_id="159901199001010044(离异)")]}, {"birth_cert": ["a.csv"]})
    (record,) = lists.records["birth_cert"].to_dict("records")
    assert (str(record["birth_date"])[:10], record["mother_id"]) == ("2025-03-05", "159901199001010044")
    assert not any(word in f"{record}{lists.faults.to_dict('records')}" for word in ("计划外", "离异"))


def test_every_fault_code_is_explained_in_both_languages() -> None:
    labels = {**FAULTS, **shipped_checks().labels()}
    assert all(text.zh and text.en for text in labels.values())
    for word in ("虚假", "违法", "瞒报", "漏报"):
        assert not [code for code, text in labels.items() if word in text.zh]


# --- the period ---------------------------------------------------------------------------------------------------


def test_list_of_a_later_period_is_refused_with_a_sentence(clean: Clean) -> None:
    rows = [cert(f"Y15900000{i}", born="2025-05-05", issued="2025-05-06") for i in range(3)]
    with pytest.raises(ValidationError, match=r"a\.csv 中的办理日期为 2025-05-06 至 2025-05-06，均不在2025年第一季度，疑为其他季度的名单。请报送单位重新报送") as error:
        clean({"a.csv": [CERT, *rows]}, {"birth_cert": ["a.csv"]})
    assert (error.value.n_within, error.value.n_later) == (0, 3)


def test_list_mostly_of_a_later_period_says_how_many_lie_after_it(clean: Clean) -> None:
    rows = [cert(f"Y15900000{i}", born="2025-05-05", issued="2025-05-06") for i in range(3)]
    with pytest.raises(ValidationError) as error:
        clean({"a.csv": [CERT, *rows, cert()]}, {"birth_cert": ["a.csv"]})
    assert "4 个日期中有 3 个晚于2025年第一季度（属于本期的 1 个），疑为以后季度的名单" in error.value.message("zh")
    assert "3 of 4 lie after 2025Q1 (1 within it)" in error.value.message("en")
    without_act = [name for name in CERT if name != "签发日期"]
    births = [[value for name, value in zip(CERT, row, strict=True) if name != "签发日期"] for row in rows]
    with pytest.raises(ValidationError, match="中的出生日期为 2025-05-05"):
        clean({"b.csv": [without_act, *births]}, {"birth_cert": ["b.csv"]})


def test_list_of_an_earlier_period_is_refused_when_it_has_enough_rows(clean: Clean) -> None:
    rows = [cert(f"Y1590000{i:02d}", born="2024-11-05", issued="2024-11-06") for i in range(12)]
    with pytest.raises(ValidationError, match="2024-11-06"):
        clean({"a.csv": [CERT, *rows]}, {"birth_cert": ["a.csv"]})
    few = clean({"a.csv": [CERT, *rows[:3]]}, {"birth_cert": ["a.csv"]})  # late acts sent afterwards
    assert few.records["birth_cert"]["is_late"].all()


def test_all_lists_of_a_wrong_period_are_named_at_once(clean: Clean) -> None:
    late = cert(born="2025-05-05", issued="2025-05-06")
    with pytest.raises(ProblemsFoundError) as error:
        clean({"a.csv": [CERT, late], "b.csv": [CERT, late, late]}, {"birth_cert": ["a.csv", "b.csv"]})
    assert len(error.value.problems) == 2


def test_K13_birth_year_far_from_the_quarter_is_reported_not_dropped(clean: Clean) -> None:
    lists = clean({"a.csv": [CERT, cert(born="2021-03-11"), cert("Y159000002", "王二")]}, {"birth_cert": ["a.csv"]})
    assert lists.faults[["cell", "raw_value", "fault"]].values.tolist() == [["D2", "2021-03-11", "birth_date_outside_period"]]
    assert len(lists.records["birth_cert"]) == 2


def test_a_birth_far_from_the_quarter_weighs_more_where_it_cannot_be_right(clean: Clean) -> None:
    rows = [cert(born="2021-03-11"), cert("Y159000002", "王二", born="2025-05-01"), cert("Y159000003", "王三")]
    lists = clean({"a.csv": [CERT, *rows]}, {"birth_cert": ["a.csv"]})
    told = lists.faults[["cell", "fault", "severity"]].values.tolist()
    assert [row for row in told if row[1] == "birth_date_outside_period"] == [
        ["D2", "birth_date_outside_period", "note"], ["D3", "birth_date_outside_period", "warning"]]
    assert lists.records["birth_cert"].set_index("child_name")["birth_date_doubtful"].to_dict() == {"王一": False, "王二": True, "王三": False}


def town(child: str, born: str, registered: str) -> list[str]:
    return ["李娜", "159901199001010044", born, "王强", "159901198901010036", child, "男", registered]


def test_a_town_list_filled_in_before_the_exchange_belongs_to_the_period_it_was_sent_for(clean: Clean) -> None:
    rows = [TOWN, *[town(f"王{n}", f"2025-0{month}-1{n}", "2025-04-03") for month in (1, 2, 3) for n in range(5)]]
    lists = clean({"镇.csv": rows}, {"town_birth": ["镇.csv"]})
    assert (len(lists.records["town_birth"]), lists.records["town_birth"]["act_date"].isna().all()) == (15, True)
    assert lists.faults[lists.faults["fault"].eq("act_date_of_the_list")][["sheet", "column"]].to_numpy().tolist() == [["", "登记时间"]]


def test_a_single_act_of_a_town_after_the_period_belongs_to_the_next(clean: Clean) -> None:
    rows = [TOWN, town("王一", "2025-03-05", "2025-03-09"), town("王二", "2025-03-06", "2025-03-10"), town("王三", "2025-03-30", "2025-04-02")]
    lists = clean({"镇.csv": rows}, {"town_birth": ["镇.csv"]})
    assert fates(lists)[4] == ("out_of_scope", "act_after_period")


def test_a_town_list_of_later_births_is_still_refused(clean: Clean) -> None:
    with pytest.raises(ValidationError, match=r"疑为(以后|其他)季度的名单"):
        clean({"镇.csv": [TOWN, *[town(f"王{n}", f"2025-04-1{n}", "2025-05-03") for n in range(5)]]}, {"town_birth": ["镇.csv"]})


def test_of_a_sealed_list_of_another_period_no_date_is_told(clean: Clean) -> None:
    rows = [["被收养人姓名", "收养人姓名", "登记证字号", "登记日期"], *[[f"王{n}", "李娜", f"L{n}", f"2025-06-1{n}"] for n in range(3)]]
    with pytest.raises(ValidationError) as raised:
        clean({"收养.csv": rows}, {"adoption": ["收养.csv"]})
    assert "2025-06" not in f"{raised.value.text.zh}{raised.value.text.en}{raised.value.facts}"


# --- replaced submissions, privacy -----------------------------------------------------------------------------------


def test_replaced_submission_stays_accounted_for_and_takes_no_part(clean: Clean) -> None:
    lists = clean({"一.csv": [CERT, cert(), cert("Y159000002", "王二")], "二.csv": [CERT, cert()]}, {"birth_cert": [{"path": "二.csv", "replaces": "一.csv"}]})
    by_file = lists.accounting.groupby(["file", "fate"]).size().to_dict()
    assert by_file == {("一.csv", "superseded"): 3, ("二.csv", "not_a_record"): 1, ("二.csv", "used"): 1}
    assert lists.edits[["edit", "file_from", "row_from"]].to_numpy().tolist() == [["withdrawn", "一.csv", 3]]


def workbook(path: Path, **sheets: Rows) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)


def test_a_corrected_list_replaces_the_rows_of_its_own_kind_in_a_workbook_of_several(tmp_path: Path) -> None:
    town = ["李娜", "159901199001010049", "2025-03-05", "王强", "159901198901010036", "王一", "男", "2025-03-09"]
    workbook(tmp_path / "全部.xlsx", 出生医学证明=[CERT, cert()], 出生实名登记=[TOWN, town])
    workbook(tmp_path / "更正.xlsx", 出生医学证明=[CERT, cert(born="2025-03-04")])
    inputs = {"birth_cert": [{"path": "全部.xlsx", "sheet": "出生医学证明"}, {"path": "更正.xlsx", "replaces": "全部.xlsx"}], "town_birth": [{"path": "全部.xlsx", "sheet": "出生实名登记"}]}
    params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": inputs})
    lists = clean_submissions(read_submissions(params, tmp_path), params, Divisions.from_frames(BANNER, "159901"))
    fates = lists.accounting[lists.accounting["row"].eq(2)].set_index(["kind", "file"])["fate"].to_dict()
    assert fates == {("birth_cert", "全部.xlsx"): "superseded", ("birth_cert", "更正.xlsx"): "used", ("town_birth", "全部.xlsx"): "used"}


def test_two_parts_of_a_corrected_list_are_compared_with_it_once(clean: Clean) -> None:
    files = {"一.csv": [CERT, cert(), cert("Y159000002", "王二")], "二.csv": [CERT, cert()], "三.csv": [CERT, cert("Y159000002", "王二", born="2025-03-07")]}
    lists = clean(files, {"birth_cert": [{"path": "二.csv", "replaces": "一.csv"}, {"path": "三.csv", "replaces": "一.csv"}]})
    assert lists.edits[["edit", "field", "value_from", "value_to", "file_to"]].to_numpy().tolist() == [["changed", "birth_date", "2025-03-05", "2025-03-07", "三.csv"]]


def test_a_column_the_corrected_list_does_not_have_is_no_change_of_its_rows(clean: Clean) -> None:
    lists = clean({"一.csv": [CERT, cert(remark="早产")], "二.csv": [CERT[:-1], cert()[:-1]]}, {"birth_cert": [{"path": "二.csv", "replaces": "一.csv"}]})
    assert lists.edits.empty


def test_a_value_that_could_not_be_read_is_told_as_it_stood(clean: Clean) -> None:
    lists = clean({"一.csv": [CERT, cert(born="2025-13-05")], "二.csv": [CERT, cert()]}, {"birth_cert": [{"path": "二.csv", "replaces": "一.csv"}]})
    assert lists.edits[["field", "value_from", "value_to"]].to_numpy().tolist() == [["birth_date", "2025-13-05", "2025-03-05"]]


def test_a_date_told_to_the_day_after_it_was_told_to_the_month_is_a_change(clean: Clean) -> None:
    lists = clean({"一.csv": [CERT, cert(born="2025年3月")], "二.csv": [CERT, cert(born="2025-03-01")]}, {"birth_cert": [{"path": "二.csv", "replaces": "一.csv"}]})
    assert lists.edits[["field", "value_from", "value_to"]].to_numpy().tolist() == [["birth_date", "2025-03", "2025-03-01"]]


@pytest.mark.parametrize("corrected", ["a_更正.csv", "z_更正.csv"])
def test_a_corrected_list_keeps_the_ids_of_rows_that_stayed_whatever_it_is_called(clean: Clean, corrected: str) -> None:
    rows = [CERT, cert(), cert("Y159000002", "王二")]
    before = clean({"m.csv": rows}, {"birth_cert": ["m.csv"]})
    after = clean({"m.csv": rows, corrected: rows}, {"birth_cert": [{"path": corrected, "replaces": "m.csv"}]})
    assert set(after.records["birth_cert"].index) == set(before.records["birth_cert"].index)


def test_memory_only_values_are_in_the_records_and_in_no_fault(clean: Clean) -> None:
    lists = clean({"a.csv": [CERT, cert(weight="3.25", parity="planted")]}, {"birth_cert": ["a.csv"]})
    assert lists.records["birth_cert"]["birth_weight"].tolist() == [3250]
    assert lists.faults[["cell", "raw_value", "fault"]].values.tolist() == [["F2", "", "number_unreadable"], ["G2", "", "number_unit_converted"]]


def test_demo_quarter_balances(demo_project: Path) -> None:
    params = QuarterParams.read(demo_project / "params/2025Q1.yaml")
    submissions = read_submissions(params, demo_project)
    lists = clean_submissions(submissions, params, Divisions.load(demo_project / str(params.divisions_overlay), params.home_division))
    assert set(lists.records) == set(params.inputs)
    assert len(lists.accounting) == sum(len(s.rows) for s in submissions)
    assert lists.totals["n"].sum() == len(lists.accounting)
    totals = [(sheet.printed_total, sheet.n_rows) for s in submissions for sheet in s.sheets if sheet.printed_total is not None]
    assert len(totals) > 15 and all(printed == n for printed, n in totals)
    assert set(lists.faults["fault"]) <= {*FAULTS, *shipped_checks().labels()}


def test_rows_that_differ_in_what_could_not_be_read_are_two_rows(clean: Clean) -> None:
    rows = [cert("", mother_id="1.59901E+17"), cert("", mother_id="1.59902E+17"), cert("", mother_id="1.59902E+17")]
    lists = clean({"a.csv": [CERT, *rows]}, {"birth_cert": ["a.csv"]})
    assert [fate for fate, _ in fates(lists).values()] == ["not_a_record", "used", "used", "duplicate"]
