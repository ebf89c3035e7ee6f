"""What the chapters say, and what they keep to themselves."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.clean.submissions import CHECKED_COLUMNS
from popanalysis.columns import BIRTH_KINDS, EVENT_OF_KIND, FATES, FAULTS_COLUMNS
from popanalysis.errors import Text
from popanalysis.link import Note
from popanalysis.params import QuarterParams
from popanalysis.report import (
    chapter_accounting,
    chapter_agreement,
    chapter_arrivals,
    chapter_births,
    chapter_faults,
    chapter_linkage,
    chapter_summary,
    chapter_timeliness,
    chapter_to_do,
)

#: lists beside those of births, in which nothing is missing when they are reported as none
OTHERS = [kind for kind in EVENT_OF_KIND if kind not in BIRTH_KINDS]

def params(**more: object) -> QuarterParams:
    return QuarterParams.from_values({
        "period": "2025Q1", "home_division": "159901", "as_of": "2025-04-10", "inputs": {"birth_cert": ["a.xlsx"], "town_birth": ["c.xlsx"]}, **more})


def arrivals(*kinds: str) -> pd.DataFrame:
    rows = [(kind, f"{kind}.xlsx", 7, 1, 0, (), 0, ()) for kind in kinds]
    return pd.DataFrame(rows, columns=["kind", "file", "n_rows", "n_dropped", "n_unknown", "hidden_sheets", "n_hidden_rows", "unplaced"])


def test_a_list_not_received_is_said_so_before_any_figure():
    chapter = chapter_arrivals(arrivals("birth_cert", "town_birth"), params())
    assert "未收到" in repr(chapter) and "公安" in repr(chapter.parts[0])
    assert chapter.results["arrivals.hukou_birth.state"]["value"] == "not_received"


def test_a_nil_report_is_not_a_list_that_is_missing():
    chapter = chapter_arrivals(arrivals("birth_cert", "town_birth"), params(nil_reports=["hukou_birth", *OTHERS]))
    assert chapter.results["arrivals.hukou_birth.state"]["value"] == "nil" and len(chapter.parts) == 1


def test_what_was_left_unread_is_said_before_any_figure():
    table = arrivals("birth_cert", "hukou_birth", "town_birth")
    table["hidden_sheets"] = [(), (), (("东升镇", 33),)]
    table["n_hidden_rows"] = [0, 4, 0]
    table["unplaced"] = [("落户意向",), (), ()]
    warnings = [repr(part) for part in chapter_arrivals(table, params(nil_reports=OTHERS)).parts[:-1]]
    assert len(warnings) == 3
    assert "“落户意向” 列未能识别" in warnings[0] and "4 行处于隐藏" in warnings[1]
    assert "工作表“东升镇”为隐藏工作表，未采用（33 行）" in warnings[2]


# --- faults


def faults(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    """(file, fault, severity, how many)"""
    found = [(file, "", i, "列", "A1", "x", fault, "kept", severity) for file, fault, severity, n in rows for i in range(n)]
    return pd.DataFrame(found, columns=list(FAULTS_COLUMNS))


def test_faults_stand_by_file_the_grave_ones_first_and_repairs_in_one_line():
    table = faults(("a.xlsx", "id_check_failed", "warning", 9), ("a.xlsx", "value_error", "error", 6), ("c.xlsx", "id_old_15", "warning", 3),
                   ("c.xlsx", "name_placeholder", "info", 70), ("a.xlsx", "date_serial", "note", 8))
    chapter = chapter_faults(table, params())
    assert [row[:3] for row in chapter.tables["faults"].rows] == [
        ("a.xlsx", "单元格显示公式错误，或公式尚未计算", "6"), ("a.xlsx", "身份证号校验码不符，建议核对", "9"), ("c.xlsx", "为 15 位旧号", "<5")]
    assert "共 78 处" in repr(chapter.parts[-1])
    assert chapter.results["faults.birth_cert.id_check_failed"]["value"] == 9 and chapter.results["faults.town_birth.id_old_15"]["suppressed"]
    assert "faults.town_birth.name_placeholder" not in chapter.results


def test_a_small_count_of_one_file_is_not_told_by_the_sum_of_a_list():
    both = params(inputs={"birth_cert": ["a.xlsx", "b.xlsx"]})
    chapter = chapter_faults(faults(("a.xlsx", "id_check_failed", "warning", 9), ("b.xlsx", "id_check_failed", "warning", 2)), both)
    assert chapter.results["faults.birth_cert.id_check_failed"]["value"] is None


def test_damaged_numbers_are_told_with_what_to_do():
    told = repr(chapter_faults(faults(("a.xlsx", "id_damaged", "warning", 12), ("c.xlsx", "id_damaged", "warning", 2)), params()))
    assert "a.xlsx：12 个证件号码被存为数值，部分数字已丢失，未用于比对，请报送单位将该列设为“文本”格式后重新报送。" in told
    assert "c.xlsx：少于 5 个证件号码" in told


def test_a_column_that_is_missing_speaks_of_no_person_and_is_named():
    chapter = chapter_faults(faults(("a.xlsx", "column_missing", "warning", 1)), params())
    assert "a.xlsx、列：名单中没有该列" in repr(chapter.parts[0]) and "faults" not in chapter.tables
    assert chapter.results["faults.birth_cert.column_missing"]["value"] == 1


def test_what_changed_in_a_list_sent_again_is_counted_by_rows():
    faults = pd.DataFrame(columns=list(FAULTS_COLUMNS))
    places = {"file_from": "a.xlsx", "sheet_from": "", "file_to": "b.xlsx", "sheet_to": ""}
    rows = [{"edit": "added", "row_from": "", "row_to": n, "field": ""} for n in range(2, 9)] + [
        {"edit": "changed", "row_from": n, "row_to": n, "field": field} for n in range(20, 26) for field in ("mother_name", "birth_date")] + [{"edit": "withdrawn", "row_from": 9, "row_to": "", "field": ""}]
    edits = pd.DataFrame([{**places, "kind": "birth_cert", "compared_with": "submission", **row} for row in rows])
    chapter = chapter_faults(faults, params(), edits)
    assert "新增 7 行，撤回 <5 行，更正 6 行" in repr(chapter) and chapter.results["edits.birth_cert.changed"]["value"] == 6
    assert chapter.results["edits.birth_cert.withdrawn"]["value"] is None
    assert "edits.csv" not in repr(chapter_faults(faults, params(), edits.assign(kind="adoption")))
    since = chapter_faults(faults, params(), pd.concat([edits, edits.assign(compared_with="previous_record")]))
    assert "含有办理日期早于本期的行，与上期记录逐行比较：新增 7 行" in repr(since)
    assert since.results["edits.birth_cert.changed"]["value"] == since.results["edits.birth_cert.since_previous.changed"]["value"] == 6


def test_no_faults_are_said_in_words():
    assert "没有需要核对的内容" in repr(chapter_faults(faults(), params()))


def checked(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["kind", "check", "n_pass", "n_fail", "n_cannot_tell"]).assign(zh="按某项核查", en="checked", severity="warning", owner="sender")[list(CHECKED_COLUMNS)]


def test_checks_are_told_with_their_own_words_and_small_outcomes_cannot_be_worked_out():
    made = checked(("birth_cert", "a", 90, 6, 4), ("birth_cert", "b", 98, 2, 0), ("birth_cert", "c", 80, 0, 20), ("birth_cert", "d", 70, 20, 10))
    chapter = chapter_faults(faults(("a.xlsx", "d", "warning", 20)), params(), None, made)
    assert [row[1:] for row in chapter.tables["row_checks"].rows] == [
        ("按某项核查", "×", "6", "<5"), ("按某项核查", "×", "<5", "0"), ("按某项核查", "70", "20", "10")]
    assert chapter.tables["faults"].rows[0][1] == "按某项核查"
    told = {name: [chapter.results[f"checks.birth_cert.{name}.{outcome}"]["value"] for outcome in ("pass", "fail", "cannot_tell")] for name in "abcd"}
    assert told == {"a": [None, 6, None], "b": [None, None, 0], "c": [80, 0, 20], "d": [70, 20, 10]}
    assert "逐行核查 4 种情形，其中 3 项发现不符" in repr(chapter)


def test_row_accounting_is_told_exactly():
    counts = pd.DataFrame({fate: [1] for fate in FATES} | {"blank": [2], "total": [8]}, index=pd.Index(["birth_cert"], name="kind"))
    chapter = chapter_accounting(counts, params())
    assert chapter.results["rows.birth_cert.used"]["value"] == 1 and chapter.tables["row_accounting"].rows[0][-1] == "8"


# --- births


def births(n_all: int, n_no_hukou: int, **standing: int):
    by_lists = pd.DataFrame([(True, True, True, n_all), (True, False, True, n_no_hukou)], columns=[*BIRTH_KINDS, "n_births"])
    place = pd.DataFrame([("甲镇", "2025-01", "1", n_all + n_no_hukou, n_all + n_no_hukou, n_all, n_all + n_no_hukou)],
                         columns=["town", "month", "child_sex", "n_births", *(f"n_{kind}" for kind in BIRTH_KINDS)])
    home = {"home": n_all + n_no_hukou, "elsewhere": 11, "unknown": 0}
    inputs = {"birth_cert": ["a.xlsx"], "hukou_birth": ["b.csv"], "town_birth": ["c.xlsx"]}
    return chapter_births(by_lists, place, home, {"of_period": n_all + n_no_hukou, "earlier": 0, "undated": 0, "waiting": 0, **standing},
                          BIRTH_KINDS, params(inputs=inputs))


def test_births_of_the_quarter_are_told_apart_from_the_others_at_hand():
    chapter = births(40, 10, earlier=12, waiting=3)
    assert "50 例" in repr(chapter.parts[0]) and "本期新报的 12 例" in repr(chapter.parts[0]) and "未见新登记的 <5 例" in repr(chapter.parts[0])
    assert chapter.results["births.held_by.total"]["value"] == chapter.results["births.standing.of_period"]["value"] == 50
    assert chapter.results["births.standing.earlier"]["value"] == 12 and chapter.results["births.standing.waiting"]["suppressed"]
    assert chapter.results["births.not_yet_in.hukou_birth"]["value"] == 10


def test_every_table_and_chart_of_births_speaks_of_the_same_births():
    chapter = births(40, 10)
    scopes = {part.scope for part in chapter.tables.values()} | {part.words.scope for part in chapter.parts if hasattr(part, "words")}
    assert scopes == {"本旗出生，2025年第一季度内出生"}
    assert [chapter.tables[name].rows[-1][1] for name in ("births_by_town", "births_by_month")] == ["50", "50"]


def test_what_a_list_lacks_is_not_told_by_the_births_and_what_it_holds():
    chapter = births(40, 3)
    assert chapter.tables["births_by_town"].rows[-1] == ("合计", "43", "43", "≥39", "43") and "以免由出生数推算" in chapter.tables["births_by_town"].notes[1]
    assert chapter.results["births.not_yet_in.hukou_birth"]["value"] is None and chapter.results["births.held_by.total"]["value"] == 43


def test_a_list_that_is_not_there_has_no_column_of_noughts():
    by_lists = pd.DataFrame([(True, True, True, 0), (True, False, True, 30), (True, False, False, 9)], columns=[*BIRTH_KINDS, "n_births"])
    place = pd.DataFrame([("甲镇", "2025-01", "1", 39, 39, 0, 30)], columns=["town", "month", "child_sex", "n_births", *(f"n_{kind}" for kind in BIRTH_KINDS)])
    chapter = chapter_births(by_lists, place, {"home": 39, "elsewhere": 0, "unknown": 0}, {"of_period": 39, "earlier": 0, "undated": 0, "waiting": 0}, BIRTH_KINDS, params())
    assert [head for head, in chapter.tables["births_by_town"].heads] == ["出生", "出生医学证明", "镇村实名登记"]
    assert chapter.parts[1].data["lists"].tolist() == ["出生医学证明、镇村实名登记", "出生医学证明"]
    assert "births.not_yet_in.hukou_birth" not in chapter.results


# --- open questions


def cases(n_open: int, n_closed: int) -> pd.DataFrame:
    rows = [("police", "missing_at", "", "hukou_birth", "2025Q1", "")] * n_open + [("health", "field_differs", "birth_date", "birth_cert", "2024Q4", "2025Q1")] * n_closed
    return pd.DataFrame(rows, columns=["recipient", "code", "field", "list_b", "opened_in", "closed_in"])


ASKS = {("missing_at", "hukou_birth"): Text("尚未见户口登记，请协助办理", "please help"), ("field_differs", "birth_cert"): Text("建议核对", "please check")}


def to_do(table: pd.DataFrame, **balance: int):
    return chapter_to_do(table, balance, ASKS, params())


def test_open_questions_name_the_office_and_what_is_asked():
    chapter = to_do(cases(9, 0), opening=0, new=9, closed=0, closing=9)
    row = chapter.tables["cases_by_recipient"].rows[0]
    assert row[0] == "公安部门" and row[-1] == "尚未见户口登记，请协助办理" and "9" in row
    assert chapter.tables["cases_by_recipient"].rows[1][:3] == ("公安部门", "小计", "9") and chapter.tables["cases_by_recipient"].rows[2][0] == "合计"
    assert "不作为收费、处罚或延缓办理的依据" in chapter.tables["cases_by_recipient"].notes[-2]
    assert chapter.results["cases.open.total"]["value"] == 9


def test_why_an_office_is_asked_about_the_list_of_another_is_said():
    table = cases(9, 0).assign(recipient="health", code="field_differs", field="birth_date")
    shown = chapter_to_do(table, {"opening": 0, "new": 9, "closed": 0, "closing": 9}, {("field_differs", "hukou_birth"): Text("建议核对", "check")}, params())
    assert "出生申报户口※" in shown.tables["cases_by_recipient"].rows[0] and "主管该项目的部门核对" in shown.tables["cases_by_recipient"].notes[0]
    assert "※" not in repr(to_do(cases(9, 0), opening=0, new=9, closed=0, closing=9))


def test_a_question_left_to_the_reviewer_does_not_stop_the_record():
    shown = to_do(cases(9, 0).assign(recipient="reviewer"), opening=0, new=9, closed=0, closing=9).tables["cases_by_recipient"]
    assert shown.rows[0][0] == "人工审核" and "先由核对人员审核" in shown.notes[0]


@pytest.mark.parametrize(("balance", "shown"), [
    ({"opening": 20, "new": 30, "closed": 10, "closing": 40}, ("20", "30", "10", "40")),
    ({"opening": 20, "new": 30, "closed": 3, "closing": 47}, ("20", "×", "<5", "47")),  # 20 + 30 - 47 would give the three away; 47 is the sum of the open questions
    ({"opening": 0, "new": 4, "closed": 0, "closing": 4}, ("0", "<5", "0", "<5")),
])
def test_a_small_count_cannot_be_worked_out_from_the_balance(balance, shown):
    assert to_do(cases(9, 0), **balance).tables["case_balance"].rows[0][1:] == shown


def test_nothing_open_is_said_in_words():
    assert "没有待核实的事项" in repr(to_do(cases(0, 6), opening=6, new=0, closed=6, closing=0))


def test_the_summary_repeats_what_is_published_and_hides_what_is_hidden():
    counts = pd.DataFrame([[7, 0, 0, 0, 2, 0, 0, 9]] * 3, index=list(BIRTH_KINDS), columns=[*FATES, "blank", "total"])
    given = params(inputs={"birth_cert": ["a.xlsx"], "hukou_birth": ["b.csv"], "town_birth": ["c.xlsx"]})
    chapters = [
        chapter_arrivals(arrivals(*BIRTH_KINDS), given), chapter_accounting(counts, given), births(40, 3),
        chapter_faults(faults(("a.xlsx", "id_damaged", "warning", 12)), given), to_do(cases(9, 0), opening=0, new=9, closed=0, closing=9)]
    told = repr(chapter_summary(chapters, BIRTH_KINDS, given))
    assert "本旗出生 43 例" in told and "期末待办 9 件：公安部门 9 件" in told and "6 行（" in told and "出生医学证明 12 个" in told
    assert "尚未见户口登记的 不列出" in told and "3 例" not in told.replace("43 例", "")


def test_the_summary_says_that_a_list_was_not_received():
    told = repr(chapter_summary([
        chapter_arrivals(arrivals("birth_cert", "town_birth"), params()), births(40, 10), to_do(cases(0, 6), opening=6, new=0, closed=6, closing=0)], BIRTH_KINDS, params()))
    assert "未收到出生申报户口名单，无从比对" in told and "、出生申报户口（公安）、" in told and "没有待核实的事项" in told


def test_no_two_lists_no_rates():
    chapter = chapter_agreement(pd.DataFrame(columns=["field", "list_a", "list_b", "n_births", "n_missing", "n_compared", "n_agree"]), params())
    assert "没有两份名单" in repr(chapter) and not chapter.tables


def test_a_rate_that_would_give_a_small_count_away_is_told_as_a_bound():
    table = pd.DataFrame([("birth_date", "birth_cert", "town_birth", 100, 0, 100, 98, 0.98, 0.9, 1.0)],
                         columns=["field", "list_a", "list_b", "n_births", "n_missing", "n_compared", "n_agree", "agreement_rate", "rate_low", "rate_high"])
    chapter = chapter_agreement(table, params())
    assert chapter.results["agreement.birth_date.birth_cert.town_birth"]["value"] is None
    assert "≥96.0%" in chapter.tables["agreement"].rows[0]


def test_the_linkage_says_that_not_linked_is_not_unregistered():
    chapter = chapter_linkage([], {"false_link_rate": 0.0012, "missed_match_rate": None}, 300, 2, params())
    assert "未能对应不等于未登记" in repr(chapter) and "0.12%" in repr(chapter) and "<5 对" in repr(chapter)
    assert chapter.results["linkage.review"]["suppressed"]


def test_the_interval_of_an_expected_rate_is_told_and_published():
    expected = {"false_link_rate": 0.0003, "false_link_rate_low": 0.0, "false_link_rate_high": 0.0019, "missed_match_rate": 0.01, "missed_match_rate_low": 0.004, "missed_match_rate_high": 0.0213}
    chapter = chapter_linkage([], expected, 300, 20, params())
    assert "误连约占 0.03%（95% 区间 0.00%至0.19%），漏连约占 1.00%（95% 区间 0.40%至2.13%）" in repr(chapter)
    assert chapter.results["linkage.missed_match_rate"]["interval"] == [0.004, 0.0213]


@pytest.mark.parametrize(("rate", "told"), [(0.0, "误连低于 0.01%"), (0.00004, "误连低于 0.01%"), (0.0001, "误连约占 0.01%"), (None, "误连未能估计")])
def test_next_to_no_error_is_not_told_as_none(rate, told):
    assert told in repr(chapter_linkage([], {"false_link_rate": rate, "missed_match_rate": 0.01}, 300, 20, params()))


def test_notes_of_the_engine_are_one_list_in_the_readers_words():
    notes = [Note("x", "{field}均为同一等级（equal）", "mother_live_addr_town"), Note("y", "{field}均为同一等级（near_3）", "birth_date")]
    shown = chapter_linkage(notes, {}, 300, 20, params()).parts[-1]
    assert repr(shown) == "- 母亲现居住地址均为同一等级（一致）\n- 出生日期均为同一等级"


def test_days_are_whole_where_they_are():
    summary = pd.DataFrame([("hukou_birth", 10, 18.0, 9.0, 36.5, 59.0, 0.5)],
                           columns=["kind", "n_records", "median", "quartile_low", "quartile_high", "percentile_90", "share_within_30"])
    chapter = chapter_timeliness(pd.DataFrame({"kind": [], "days": []}), summary, params())
    assert chapter.tables["days_to_act"].rows[0][1:] == ("10", "18", "9", "36.5", "59")


def test_no_dates_no_days():
    assert chapter_timeliness(pd.DataFrame({"kind": [], "days": []}), pd.DataFrame(
        columns=["kind", "n_records", "median", "quartile_low", "quartile_high", "percentile_90", "share_within_30"]), params()).parts == []
