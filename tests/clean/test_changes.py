"""What a list of changes says of before and after, in every way lists write it."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.clean import clean_records

PERSON = {"person_id": "159901199003050028", "change_date": "2025-03-02"}


def read(**values: str) -> dict[str, object]:
    records, _ = clean_records(pd.DataFrame([{**PERSON, **values}]), "identity_change")
    return {key: (None if pd.isna(value) else value) for key, value in records.iloc[0].items()}


@pytest.mark.parametrize("own", ["白塔娜", "诺敏", ""])
def test_the_name_beside_a_change_of_name_may_be_the_former_or_the_present_one(own):
    row = read(person_name=own, change_item="姓名", change_class="变更", value_before="白塔娜", value_after="诺敏")
    assert (row["old_name"], row["new_name"], row["person_name"]) == ("白塔娜", "诺敏", "诺敏")


def test_columns_of_their_own_say_the_same_as_columns_for_every_item():
    typed = read(person_name="诺敏", old_name="白塔娜", new_name="诺敏", change_item="姓名")
    common = read(person_name="诺敏", change_item="姓名", value_before="白塔娜", value_after="诺敏")
    assert {typed[field] for field in ("old_name",)} == {common[field] for field in ("old_name",)} == {"白塔娜"}
    assert typed["new_name"] == common["new_name"] == "诺敏"


def test_a_name_repeated_beside_another_item_is_no_change_of_name():
    row = read(person_name="白塔娜", old_name="白塔娜", new_name="白塔娜", change_item="民族", value_before="汉族", value_after="蒙古族")
    assert row.get("old_name") is None and row["person_name"] == "白塔娜"
    assert (row["old_ethnicity"], row["new_ethnicity"]) == ("汉族", "蒙古族") or (row["old_ethnicity"], row["new_ethnicity"]) == ("01", "02")


def test_a_corrected_birth_date_and_number_are_read_by_their_own_rules():
    row = read(person_name="白塔娜", change_item="出生日期", change_class="更正", value_before="19900305", value_after="1990年3月6日")
    assert (row["old_birth_date"], row["new_birth_date"]) == (pd.Timestamp("1990-03-05"), pd.Timestamp("1990-03-06"))
    number = read(person_name="白塔娜", person_id="159901199003060026", change_item="公民身份号码", value_before="１５９９０１１９９００３０５００２８", value_after="159901199003060026")
    assert (number["old_id"], number["new_id"], number["person_id"]) == ("159901199003050028", "159901199003060026", "159901199003060026")


def test_an_item_the_comparison_does_not_need_changes_nothing():
    row = read(person_name="白塔娜", change_item="文化程度", value_before="高中", value_after="大专")
    assert row["change_item"] == "other" and row["person_name"] == "白塔娜" and row.get("new_name") is None


@pytest.mark.parametrize(("item", "before", "after"), [
    ("婚姻状况", "未婚WH1", "已婚WH2"), ("宗教信仰", "无ZJ1", "佛教ZJ2"), ("生育服务证号", "FW１", "FW2"), ("", "未婚WH3", "已婚WH4"), ("其他", "计划外JH1", "计划内\u200bJH2")])
def test_values_of_what_is_not_compared_are_kept_nowhere(item, before, after):
    frame = pd.DataFrame([{**PERSON, "person_name": "白塔娜", "change_item": item, "value_before": before, "value_after": after}])
    records, faults = clean_records(frame, "identity_change")
    kept = str(records.to_dict("records")) + str(faults.to_dict("records"))
    assert not [text for text in (before, after, before[:2], after[:2]) if text in kept]
    assert set(faults.loc[faults["fault"].eq("policy_words_removed"), "done"]) == {"not_stored"}


def test_a_change_without_values_is_read_without_values():
    row = read(person_name="白塔娜", change_item="姓名", value_before="", value_after="")
    assert row.get("old_name") is None and row["person_name"] == "白塔娜"
