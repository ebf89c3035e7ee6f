"""One sentence a case: an officer can act on it without asking back, and no word accuses anyone."""

import re

import pandas as pd
import pytest

from popanalysis.columns import CASES_COLUMNS
from popanalysis.errors import Text
from popanalysis.reconcile.verdict import EVIDENCE
from popanalysis.report.case_sentences import case_sentence, place_in_words, reviewer_sentence, sentences_of_cases, whom_events_are_about
from popanalysis.report.messages import labels, words

ASKS = {("missing_at", "hukou_birth"): Text("尚未见户口登记，请协助办理", "no household registration seen yet; please help the family to register"),
        ("field_differs", "hukou_birth"): Text("建议核对原始材料后答复", "please check against the original papers and answer")}
CERTIFICATE = {"list_a": "birth_cert", "cell_a": "[data/卫生.xlsx]出生!D17", "value_a": ""}
HUKOU = {"list_b": "hukou_birth", "cell_b": "[data/公安.csv]C5", "value_b": ""}


@pytest.mark.parametrize(("row", "zh", "en"), [
    ({"code": "missing_at", "cell_a": "[data/卫生.xlsx]出生!17:17", "cell_b": ""},
     "出生医学证明名单（卫生.xlsx“出生”表 第 17 行）所载事项，出生申报户口名单中尚未见到对应记录。尚未见户口登记，请协助办理。",
     "What the list 'Certificates' (卫生.xlsx, sheet 出生, row 17) holds is not yet seen in the list 'Hukou'. No household registration seen yet; please help the family to register."),
    ({"code": "field_differs", "field": "child_sex", "value_a": "1", "value_b": "2"},
     "性别：出生医学证明名单（卫生.xlsx“出生”表 D17）为“男”，出生申报户口名单（公安.csv C5）为“女”。建议核对原始材料后答复。",
     "Sex: the list 'Certificates' (卫生.xlsx, sheet 出生, cell D17) has 'Male', the list 'Hukou' (公安.csv, cell C5) has 'Female'. Please check against the original papers and answer."),
    ({"code": "field_differs", "field": "birth_date", "value_a": "2025-03-05", "value_b": "2025-05-03", "how": "day_month_swapped"},
     "出生日期：出生医学证明名单（卫生.xlsx“出生”表 D17）为“2025-03-05”，出生申报户口名单（公安.csv C5）为“2025-05-03”；差异情况：日与月颠倒。建议核对原始材料后答复。", None),
    ({"code": "duplicate_in_list", "list_b": "birth_cert", "cell_a": "[data/卫生.xlsx]出生!17:17", "cell_b": "[data/卫生.xlsx]出生!20:20"},
     "出生医学证明名单（卫生.xlsx“出生”表 第 17 行）与第 20 行疑似为同一事项。", None),
    ({"code": "parents_exchanged", "field": "mother_name;father_name", "value_a": "王芳", "value_b": "李强"},
     "出生医学证明名单（卫生.xlsx“出生”表 D17）与出生申报户口名单（公安.csv C5）所填的母亲姓名、父亲姓名位置疑似互换。", None),
])
def test_what_stands_where_how_it_differs_and_what_is_asked(row: dict[str, str], zh: str, en: str | None) -> None:
    whole = {**CERTIFICATE, **HUKOU, "field": "", **row}
    assert case_sentence(whole, ASKS, "zh") == zh
    if en is not None:
        assert case_sentence(whole, ASKS, "en") == en


@pytest.mark.parametrize(("row", "zh"), [
    ({"likelier": "birth_cert", "evidence": "check_character:birth_cert;more_lists:birth_cert"}, "供审核参考：出生医学证明名单较可能准确（校验码相符；与其一致的部门更多）。"),
    ({"likelier": "", "evidence": "check_character:birth_cert;more_lists:hukou_birth"},
     "供审核参考：两份名单各有依据（出生医学证明名单：校验码相符；出生申报户口名单：与其一致的部门更多），请人工判断。"),
    ({"likelier": "", "evidence": "", "code": "field_differs"}, "供审核参考：现有名单不足以判断以何者为准。"),
    ({"likelier": "", "evidence": "", "code": "missing_at"}, ""),
])
def test_a_reviewer_reads_which_side_is_likelier_and_why_and_nothing_where_nothing_was_weighed(row: dict[str, str], zh: str) -> None:
    assert reviewer_sentence(row, "zh") == zh
    assert bool(reviewer_sentence(row, "en")) == bool(zh)


def test_every_code_makes_a_sentence_in_both_languages_that_accuses_nobody() -> None:
    accusing = re.compile("虚假|违法|瞒报|漏报|拒报|伪造|篡改|责任|处罚|超生")
    for code in labels("case", "zh"):
        for field in ("", "mother_name", "mother_name;father_name"):
            for values in (("", ""), ("甲", "乙")):
                row = {**CERTIFICATE, **HUKOU, "code": code, "field": field, "value_a": values[0], "value_b": values[1]}
                if field == "" and values[0] and code not in ("missing_at", "duplicate_in_list", "certificate_gap"):
                    continue  # two values are values of a field
                for language in ("zh", "en"):
                    said = case_sentence(row, ASKS, language)
                    assert said.endswith("。" if language == "zh" else ".") and not accusing.search(said) and code not in said


def test_every_kind_of_evidence_has_its_words() -> None:
    assert set(words()["evidence"]) == set(EVIDENCE)


def test_every_case_still_waiting_has_its_sentence() -> None:
    row = dict.fromkeys(CASES_COLUMNS, "") | {**CERTIFICATE, **HUKOU, "case_id": "2025Q1-0001", "code": "field_differs", "field": "mother_name", "value_a": "王芳", "value_b": "王方"}
    told = sentences_of_cases(pd.DataFrame([row, row | {"case_id": "2025Q1-0002", "closed_in": "2025Q1"}]), ASKS, "zh")
    assert told["case_id"].tolist() == ["2025Q1-0001"] and "王芳" in told.at[0, "sentence"] and told.at[0, "for_reviewer"]


@pytest.mark.parametrize("cell", ["", "somewhere", "[a.csv]"])
def test_a_place_that_is_no_cell_is_told_as_it_stands(cell: str) -> None:
    assert place_in_words(cell, "zh") == cell


def test_a_cell_of_an_earlier_quarters_list_is_said_to_be_one_for_two_quarters_files_often_have_one_name() -> None:
    row = {**CERTIFICATE, **HUKOU, "cell_a": "[data/2025Q1/卫生.xlsx]出生!D17", "cell_b": "[data/2025Q2/公安.csv]C5", "code": "field_differs", "field": "mother_name", "value_a": "王芳", "value_b": "王方"}
    told = case_sentence(row, ASKS, "zh", files={"data/2025Q2/公安.csv"})
    assert "（以前报送的名单，2025Q1/卫生.xlsx“出生”表 D17）" in told and "（公安.csv C5）" in told


def test_an_office_that_lacks_an_event_is_told_whom_to_look_for() -> None:
    records = {"birth_cert": pd.DataFrame({"mother_name": ["白塔娜"], "birth_date": [pd.Timestamp("2025-03-05")], "birth_cert_no": ["Z159900001"]}, index=["h1"])}
    tables = {"birth": pd.DataFrame({"birth_cert": ["h1"], "hukou_birth": [None]}, index=["B1"]), "marriage": pd.DataFrame(index=[])}
    about = whom_events_are_about(tables, records, "zh")
    assert about == {"B1": "母亲姓名白塔娜，出生日期2025-03-05，出生医学证明编号Z159900001"}
    row = {**CERTIFICATE, **HUKOU, "code": "missing_at", "field": ""}
    assert "所载事项（母亲姓名白塔娜，" in case_sentence(row, ASKS, "zh", about=about["B1"])


def test_of_two_rows_of_one_list_nothing_is_said_of_which_list_is_likelier() -> None:
    row = {**CERTIFICATE, "list_b": "birth_cert", "cell_b": "[data/卫生.xlsx]出生!D18", "code": "field_differs", "field": "mother_name", "likelier": "", "evidence": ""}
    assert reviewer_sentence(row, "zh") == ""
