"""Which differences become questions, which do not, and who is asked."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from popanalysis.columns import KINDS_OF_EVENT
from popanalysis.project import shipped_folder
from popanalysis.reconcile.births import births_from_records
from popanalysis.reconcile.cells import cell_finder
from popanalysis.reconcile.discrepancies import find_discrepancies, questions_frame
from popanalysis.reconcile.taxonomy import DiscrepancyRules

RULES = DiscrepancyRules.read(shipped_folder("params") / "discrepancy/births.v4.yaml")
SAME = {
    "child_name": "白雪", "child_sex": "2", "birth_date": pd.Timestamp("2025-02-03"), "birth_cert_no": "Z159900001",
    "mother_name": "包娜", "mother_id": "159901199001010026", "father_name": "白山", "father_id": "159901198802020015"}
PREFIX = {"birth_cert": "h", "hukou_birth": "p", "town_birth": "t", "unverified_delivery": "u", "deferred_hukou": "d"}


def questions(*, received=("birth_cert", "hukou_birth", "town_birth"), set_id=None, in_question=(), duplicates=None, known_since=None, present=None, registered=None, **lists) -> pd.DataFrame:
    """One birth; each keyword a list with what it says differently (None: the list lacks it; several: its rows)."""
    rows = {kind: said if isinstance(said, list) else [said] for kind, said in lists.items() if said is not None}
    records = {
        kind: pd.DataFrame([{"file": f"{kind}.xlsx", "sheet": "表", "row": 5 + n, **SAME, **row} for n, row in enumerate(said)], index=[f"{PREFIX[kind]}{n}" for n in range(1, len(said) + 1)])
        for kind, said in rows.items()}
    ids = pd.Series({record: "B-2025Q1-00001" for frame in records.values() for record in frame.index})
    sets = pd.Series(dict.fromkeys(ids.index, set_id), dtype="object")
    births = births_from_records(records, ids, sets, pd.Index([] if duplicates is None else duplicates.index), lists=KINDS_OF_EVENT["birth"], home_division="159901")
    brought = {kind: frame.assign(**(present or {}).get(kind, {})) for kind, frame in records.items()}
    letters = {(f"{kind}.xlsx", "表", field): letter for kind in records for field, letter in (("mother_name", "D"), ("child_id", "A"), ("birth_date", "C"))}
    none = pd.DataFrame(columns=["duplicate_of", "kind", "event_id", "set_id"]) if duplicates is None else duplicates
    return questions_frame(find_discrepancies(births, records, none, RULES, received=received, in_question=in_question, cell_of=cell_finder(records, letters), known_since=known_since,
                                              present=brought, registered=registered))


REPEAT = pd.DataFrame({"duplicate_of": ["h1"], "kind": ["birth_cert"], "event_id": ["B-2025Q1-00001"], "set_id": [None]}, index=["h2"])


def told(frame: pd.DataFrame, *columns: str) -> list[list[str]]:
    return frame[list(columns)].to_numpy().tolist()


def test_three_lists_that_agree_give_no_question():
    assert questions(birth_cert={}, hukou_birth={}, town_birth={}).empty


def test_a_list_that_lacks_the_birth_is_asked_and_the_row_that_holds_it_is_named():
    assert told(questions(birth_cert={}, town_birth={}), "code", "list_a", "cell_a", "list_b", "value_b", "recipient") == [
        ["missing_at", "birth_cert", "[birth_cert.xlsx]表!5:5", "hukou_birth", "", "police"]]


def test_nothing_is_missing_at_an_office_whose_list_was_not_received():
    assert questions(birth_cert={}, town_birth={}, received=("birth_cert", "town_birth")).empty


def test_a_birth_before_the_first_lists_known_may_stand_in_lists_nobody_compared():
    assert told(questions(birth_cert={}, town_birth={}, known_since=dt.date(2025, 2, 3)), "code") == [["missing_at"]]
    assert questions(birth_cert={}, town_birth={}, known_since=dt.date(2025, 2, 4)).empty
    assert told(questions(birth_cert={}, town_birth={"mother_name": "包那"}, known_since=dt.date(2025, 4, 1)), "code") == [["field_differs"]]


def test_a_birth_whose_mother_lives_elsewhere_is_not_missing_here():
    assert questions(birth_cert={"mother_hukou_addr_division": "159902"}).empty


def test_a_birth_in_another_county_is_certified_there():
    found = questions(hukou_birth={}, town_birth={"birth_place": "沙日塔拉旗人民医院", "birth_place_division": "159902"})
    assert found.empty
    assert told(questions(hukou_birth={}, town_birth={"birth_place_division": "159901"}), "code", "list_b") == [["missing_at", "birth_cert"]]


def test_a_registration_in_the_banner_makes_it_a_birth_of_the_banner():
    found = questions(hukou_birth={}, birth_cert={"mother_hukou_addr_division": "159902"})
    assert told(found, "code", "list_b") == [["missing_at", "town_birth"]]


def test_what_may_be_a_missed_link_goes_to_the_reviewer_first():
    found = questions(birth_cert={}, hukou_birth={}, in_question={"h1"})
    assert told(found, "code", "recipient") == [["missing_at", "reviewer"]]


def test_two_against_one_asks_the_one():
    found = questions(birth_cert={}, hukou_birth={"mother_name": "包那"}, town_birth={})
    assert told(found, "code", "field", "list_a", "value_a", "list_b", "value_b", "cell_b", "recipient") == [
        ["field_differs", "mother_name", "birth_cert", "包娜", "hukou_birth", "包那", "[hukou_birth.xlsx]表!D5", "police"]]


def test_one_against_one_asks_the_office_that_settles_the_field():
    found = questions(birth_cert={"birth_date": pd.Timestamp("2025-02-04"), "father_name": "白三"}, hukou_birth={}, received=("birth_cert", "hukou_birth"))
    assert told(found, "field", "recipient") == [["birth_date", "health"], ["father_name", "police"]]


def test_three_different_values_give_two_questions():
    found = questions(birth_cert={"child_name": "白雪甲"}, hukou_birth={"child_name": "白雪乙"}, town_birth={})
    assert told(found, "list_a", "list_b") == [["birth_cert", "hukou_birth"], ["birth_cert", "town_birth"]]


@pytest.mark.parametrize("nothing", [None, pd.NA, float("nan")])
def test_K01_a_missing_value_is_neither_agreement_nor_difference(nothing):
    assert questions(birth_cert={"child_name": nothing}, hukou_birth={}, town_birth={"child_name": nothing}).empty


def test_a_date_known_to_the_month_is_compared_by_the_month():
    vague = {"birth_date": pd.Timestamp("2025-02-01"), "birth_date_precision": "month"}
    assert questions(birth_cert={}, hukou_birth={}, town_birth=vague).empty
    other = {"birth_date": pd.Timestamp("2025-03-01"), "birth_date_precision": "month"}
    assert told(questions(birth_cert={}, hukou_birth={}, town_birth=other), "field", "value_b") == [["birth_date", "2025-03"]]


def test_a_character_that_could_not_be_written_is_no_difference_and_its_office_is_told_where_it_stands():
    found = questions(birth_cert={"mother_name": "包□"}, hukou_birth={}, town_birth={})
    assert told(found, "code", "field", "list_a", "value_a", "list_b", "value_b", "recipient") == [
        ["character_missing", "mother_name", "hukou_birth", "包娜", "birth_cert", "包□", "health"]]


def test_a_character_that_no_list_shows_is_asked_of_nobody():
    assert questions(birth_cert={"mother_name": "包□"}, hukou_birth={"mother_name": "包□"}, town_birth={"mother_name": None}).empty


def test_parents_the_other_way_round_are_one_question():
    exchanged = {"mother_name": SAME["father_name"], "father_name": SAME["mother_name"], "mother_id": SAME["father_id"], "father_id": SAME["mother_id"]}
    found = questions(birth_cert={}, hukou_birth={}, town_birth=exchanged)
    assert told(found, "code", "field", "list_b", "recipient") == [["parents_exchanged", "mother_name;father_name;mother_id;father_id", "town_birth", "township"]]


def test_a_third_list_with_another_value_is_still_asked_beside_exchanged_parents():
    exchanged = {"mother_name": SAME["father_name"], "father_name": SAME["mother_name"], "mother_id": SAME["father_id"], "father_id": SAME["mother_id"]}
    found = questions(birth_cert={}, hukou_birth={"mother_name": "包那"}, town_birth=exchanged)
    assert ["field_differs", "mother_name"] in told(found, "code", "field")


EXCHANGED = {"mother_name": SAME["father_name"], "father_name": SAME["mother_name"], "mother_id": SAME["father_id"], "father_id": SAME["mother_id"]}


def test_exchanged_parents_of_whom_one_is_misspelt_are_one_exchange_and_one_difference_at_the_cell_where_it_stands():
    found = questions(birth_cert={}, hukou_birth={}, town_birth={**EXCHANGED, "father_name": "包那"})
    assert told(found, "code", "field", "list_b", "value_b") == [
        ["field_differs", "mother_name", "town_birth", "包那"], ["parents_exchanged", "mother_name;father_name;mother_id;father_id", "town_birth", "白山"]]


def test_a_mother_in_the_fathers_column_beside_a_certificate_without_a_father_is_an_exchange_of_what_both_lists_hold():
    """A certificate may rightly name no father (the mother declared that she raises the child alone)."""
    alone = {"father_name": None, "father_id": None}
    found = questions(birth_cert=alone, hukou_birth=alone, town_birth=EXCHANGED)
    assert told(found, "code", "field", "list_b", "cell_b") == [["parents_exchanged", "mother_name;mother_id", "town_birth", "[town_birth.xlsx]表!D5"]]
    found = questions(birth_cert=alone, hukou_birth=alone, town_birth={**EXCHANGED, "mother_name": None, "mother_id": None})
    assert told(found, "code", "field", "list_b", "value_b") == [["parents_exchanged", "mother_name;mother_id", "town_birth", "包娜"]]


def test_of_three_lists_the_one_that_stands_alone_is_the_exchanged_one():
    found = questions(birth_cert=EXCHANGED, hukou_birth={}, town_birth={})
    assert told(found, "code", "list_a", "list_b", "recipient") == [["parents_exchanged", "hukou_birth", "birth_cert", "health"]]


def test_one_value_in_the_other_column_is_no_exchange():
    found = questions(birth_cert={}, hukou_birth={}, town_birth={"mother_name": SAME["father_name"]})
    assert told(found, "code", "field") == [["field_differs", "mother_name"]]


def test_deliveries_to_be_clarified_and_pending_registrations_are_compared_too():
    found = questions(birth_cert={}, hukou_birth={}, town_birth={}, unverified_delivery={"mother_name": "包那"}, deferred_hukou={"father_name": "白三"})
    assert told(found, "field", "list_b", "recipient") == [["father_name", "deferred_hukou", "police"], ["mother_name", "unverified_delivery", "health"]]


def test_two_lists_of_one_office_are_one_voice():
    found = questions(birth_cert={"child_name": "白云"}, unverified_delivery={"child_name": "白云"}, hukou_birth={}, town_birth=None, received=("birth_cert", "hukou_birth"))
    assert told(found, "field", "list_b", "recipient") == [["child_name", "hukou_birth", "police"]]  # the office that settles it, not the one of the odd list
    found = questions(birth_cert={"birth_date": pd.Timestamp("2025-02-04")}, unverified_delivery={"birth_date": pd.Timestamp("2025-02-04")}, hukou_birth={},
                      received=("birth_cert", "hukou_birth"))
    assert told(found, "field", "recipient") == [["birth_date", "health"]]


def test_what_both_lists_show_alike_is_no_difference_whatever_one_of_them_was_brought_to():
    assert questions(birth_cert={}, hukou_birth={}, town_birth={}, present={"birth_cert": {"mother_name": "包那"}}).empty


def test_a_registered_change_explains_the_two_values_also_where_a_list_states_no_number():
    change = {("B-2025Q1-00001", "mother_name"): [frozenset({"包娜", "包那"})]}
    assert questions(birth_cert={}, hukou_birth={}, town_birth={"mother_name": "包那", "mother_id": None}, registered=change).empty
    assert told(questions(birth_cert={}, hukou_birth={}, town_birth={"mother_name": "包纳"}, registered=change), "value_b") == [["包纳"]]


def test_in_a_set_of_twins_the_childs_own_fields_are_not_held_against_each_other():
    found = questions(birth_cert={"child_name": "白甲", "mother_name": "包那"}, hukou_birth={}, town_birth={}, set_id="S-2025Q1-00001")
    assert told(found, "field") == [["mother_name"]]


def test_a_value_read_from_the_childs_number_points_to_that_cell():
    found = questions(birth_cert={}, hukou_birth={"child_sex": "1"}, town_birth={})
    assert told(found, "field", "cell_b") == [["child_sex", "[hukou_birth.xlsx]表!A5"]]


def test_two_rows_of_one_list_are_asked_about_with_both_rows():
    found = questions(birth_cert=[{}, {}], hukou_birth={}, town_birth={}, duplicates=REPEAT)
    assert told(found, "code", "list_a", "cell_a", "list_b", "recipient") == [["duplicate_in_list", "birth_cert", "[birth_cert.xlsx]表!5:5", "birth_cert", "health"]]


def test_two_rows_of_one_list_that_do_not_say_the_same_are_asked_of_its_office_field_by_field():
    found = questions(birth_cert=[{}, {"mother_name": "包那"}], hukou_birth={}, town_birth={}, duplicates=REPEAT)
    assert told(found, "code", "field", "list_a", "value_a", "list_b", "value_b", "recipient") == [
        ["duplicate_in_list", "", "birth_cert", "", "birth_cert", "", "health"], ["field_differs", "mother_name", "birth_cert", "包娜", "birth_cert", "包那", "health"]]


@pytest.mark.parametrize(("dates", "doubtful", "expected"), [
    (("2025-11-02", "2025-02-11", "2025-02-11"), (False, False, False), "2025-02-11"),  # two agree
    (("2025-11-02", None, "2025-02-11"), (True, False, False), "2025-02-11"),  # the first lies after its own act
    (("2025-11-02", None, None), (True, False, False), "2025-11-02"),  # there is no other
    (("2025-02-12", "2025-02-11", None), (False, False, False), "2025-02-12")])
def test_a_birth_has_the_date_that_two_lists_agree_on_else_one_that_can_be(dates, doubtful, expected):
    records = {kind: pd.DataFrame({"birth_date": [pd.Timestamp(date)], "birth_date_doubtful": [doubt]}, index=[kind])
               for kind, date, doubt in zip(RULES.lists, dates, doubtful, strict=True)}
    ids = pd.Series("B-2025Q1-00001", index=list(RULES.lists))
    births = births_from_records(records, ids, pd.Series(None, index=ids.index, dtype="object"), pd.Index([]), lists=RULES.lists, home_division="159901")
    assert births["birth_date"].tolist() == [pd.Timestamp(expected)]


def test_inputs_stay_as_they_were():
    frame = pd.DataFrame([{"file": "a", "sheet": "", "row": 2, **SAME}], index=["h1"])
    before = frame.copy(deep=True)
    births_from_records({"birth_cert": frame}, pd.Series({"h1": "B-2025Q1-00001"}), pd.Series({"h1": None}, dtype="object"), pd.Index([]), lists=RULES.lists, home_division="159901")
    pd.testing.assert_frame_equal(frame, before)
