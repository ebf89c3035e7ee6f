"""A list sent again: what was added, withdrawn and changed, by hand."""

from __future__ import annotations

import pandas as pd

from popanalysis.clean.edits import edits_between, edits_since

FIRST = {"child_name": "白小雨", "mother_name": "白塔娜", "mother_id": "159901199003050028", "birth_date": pd.Timestamp("2025-01-05"), "birth_cert_no": "Z159900001", "parity": 1}
SECOND = {"child_name": "包铁柱", "mother_name": "包金花", "mother_id": "159901199104050027", "birth_date": pd.Timestamp("2025-02-11"), "birth_cert_no": "Z159900002", "parity": 2}
THIRD = {"child_name": None, "mother_name": "其木格", "mother_id": None, "birth_date": pd.Timestamp("2025-03-02"), "birth_cert_no": None, "parity": None}


def rows(file: str, *values: dict) -> pd.DataFrame:
    return pd.DataFrame([{"file": file, "sheet": "", "row": place, **row} for place, row in enumerate(values, start=2)])


def edits(before: list[dict], after: list[dict], kind: str = "birth_cert") -> list[tuple]:
    found = edits_between(rows("一.csv", *before), rows("二.csv", *after), kind)
    return [(e["edit"], e["row_from"], e["row_to"], e["field"], e["value_from"], e["value_to"]) for e in found.to_dict("records")]


def test_the_same_list_in_another_order_is_no_edit() -> None:
    assert edits([FIRST, SECOND, THIRD], [THIRD, FIRST, SECOND]) == []


def test_rows_added_and_withdrawn_are_named_by_their_place() -> None:
    gone_and_new = [("added", "", 3, "", "", ""), ("withdrawn", 3, "", "", "", "")]
    assert edits([FIRST, SECOND], [FIRST, THIRD]) == gone_and_new  # in the same place, but another birth
    assert edits([FIRST, SECOND], [THIRD, FIRST]) == [("added", "", 2, "", "", ""), ("withdrawn", 3, "", "", "", "")]


def test_a_row_without_number_or_name_is_known_by_its_place_where_most_is_the_same() -> None:
    unnamed = {"birth_date": pd.Timestamp("2025-03-02"), "child_sex": "1", "facility": "某院", "child_name": None}
    assert edits([unnamed], [{**unnamed, "birth_date": pd.Timestamp("2025-03-03")}]) == [("changed", 2, 2, "birth_date", "2025-03-02", "2025-03-03")]


def test_a_changed_value_is_told_from_and_to_wherever_the_row_stands_now() -> None:
    mended = {**SECOND, "mother_name": "包金华", "birth_date": pd.Timestamp("2025-02-12")}
    assert set(edits([FIRST, SECOND], [mended, FIRST])) == {
        ("changed", 3, 2, "mother_name", "包金花", "包金华"), ("changed", 3, 2, "birth_date", "2025-02-11", "2025-02-12")}


def test_a_corrected_number_is_recognised_by_the_names_or_another_number() -> None:
    assert edits([SECOND], [{**SECOND, "mother_id": "159901199104050019"}]) == [("changed", 2, 2, "mother_id", "159901199104050027", "159901199104050019")]
    alone = {"child_name": "包铁柱", "mother_name": "包金花", "mother_id": "159901199104050027"}
    assert edits([FIRST, alone], [{**alone, "mother_id": None}, FIRST]) == [("changed", 3, 2, "mother_id", "159901199104050027", "")]


def test_twins_are_not_taken_for_one_another() -> None:
    twins = [{**FIRST, "child_name": f"白{order}", "birth_cert_no": f"Z15990001{n}"} for n, order in enumerate("大小")]
    mended = [{**twin, "birth_date": pd.Timestamp("2025-01-06")} for twin in reversed(twins)]
    assert {(e[1], e[2]) for e in edits(twins, mended)} == {(2, 3), (3, 2)}


def test_a_row_sent_twice_and_now_once_is_withdrawn_once() -> None:
    assert edits([FIRST, FIRST], [FIRST]) == [("withdrawn", 3, "", "", "", "")]


def test_what_lives_in_memory_only_is_not_told() -> None:
    assert edits([FIRST], [{**FIRST, "parity": 3}]) == []


def test_of_sealed_lists_no_value_is_told() -> None:
    before = {"adoptee_name": "甲乙", "adoptee_id": "159901202001010012", "reg_date": pd.Timestamp("2025-02-01")}
    assert edits([before], [{**before, "adoptee_name": "丙丁"}], "adoption") == [("changed", 2, 2, "", "", "")]


def test_empty_lists_are_compared_too() -> None:
    empty = rows("一.csv", FIRST).iloc[:0]
    assert edits_between(empty, rows("二.csv", FIRST), "birth_cert")["edit"].tolist() == ["added"]
    assert edits_between(rows("一.csv", FIRST), empty, "birth_cert")["edit"].tolist() == ["withdrawn"]


# --- rows of earlier acts, against the last record


def since(before: list[dict], after: list[dict], *, late: bool = True, kind: str = "birth_cert") -> list[tuple]:
    told = rows("二.csv", *after).assign(is_late=late)
    found = edits_since({kind: told}, rows("一.csv", *before).assign(kind=kind))
    assert set(found["compared_with"]) <= {"previous_record"}
    return [(e["edit"], e["row_from"], e["row_to"], e["field"], e["value_from"], e["value_to"]) for e in found.to_dict("records")]


def test_a_row_told_again_with_another_value_is_changed_and_an_equal_one_is_no_edit() -> None:
    assert since([FIRST, SECOND], [{**SECOND, "birth_date": pd.Timestamp("2025-02-12")}, FIRST]) == [("changed", 3, 2, "birth_date", "2025-02-11", "2025-02-12")]


def test_an_earlier_act_told_for_the_first_time_is_added_and_rows_not_repeated_are_not_withdrawn() -> None:
    assert since([FIRST, SECOND], [THIRD]) == [("added", "", 2, "", "", "")]


def test_a_row_left_out_of_a_list_that_repeats_the_earlier_one_is_withdrawn() -> None:
    assert since([FIRST, SECOND, THIRD], [FIRST, THIRD]) == [("withdrawn", 3, "", "", "", "")]


def test_acts_of_the_period_itself_are_not_held_against_the_last_record() -> None:
    assert since([FIRST, SECOND], [{**FIRST, "mother_name": "白娜"}], late=False) == []


def test_the_second_twin_told_late_is_added_and_not_taken_for_a_change_of_the_first() -> None:
    second = {**FIRST, "child_name": "白小雪", "birth_cert_no": "Z159900077"}
    assert since([FIRST], [second]) == [("added", "", 2, "", "", "")]


def test_without_a_last_record_nothing_is_compared() -> None:
    assert len(edits_since({"birth_cert": rows("二.csv", FIRST).assign(is_late=True)}, None)) == 0


def test_of_adoptions_it_is_told_that_a_row_changed_and_no_value() -> None:
    before = {"cert_no": "A1", "adoptee_name": "甲", "adopter_name": "乙"}
    assert since([before], [{**before, "adoptee_name": "丙"}], kind="adoption") == [("changed", 2, 2, "", "", "")]
