"""Lasting ids, case numbers, and what stays open from quarter to quarter."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.columns import CASES_COLUMNS
from popanalysis.periods import Period
from popanalysis.project import shipped_folder
from popanalysis.reconcile.carry_forward import CARRIED_COLUMNS, carried_records, carry_forward, open_events
from popanalysis.reconcile.cases import case_balance, open_cases
from popanalysis.reconcile.cells import cell_finder
from popanalysis.reconcile.discrepancies import Discrepancy
from popanalysis.reconcile.events import known_event_ids, mint_event_ids, name_sets
from popanalysis.reconcile.taxonomy import DiscrepancyRules

RULES = DiscrepancyRules.read(shipped_folder("params") / "discrepancy/births.v4.yaml")


def question(event_id="B-2025Q1-00001", code="missing_at", field="", list_a="birth_cert", list_b="hukou_birth", **more) -> Discrepancy:
    values = {"set_id": "", "value_a": "", "cell_a": "", "value_b": "", "cell_b": "", "recipient": "police"} | more
    return Discrepancy(event_id=event_id, code=code, field=field, list_a=list_a, list_b=list_b, **values)


def frame(*questions: Discrepancy) -> pd.DataFrame:
    return pd.DataFrame(sorted(questions), columns=list(Discrepancy._fields), dtype="object")


def cases_of(discrepancies: pd.DataFrame, received=RULES.lists, **more) -> pd.DataFrame:
    return open_cases(discrepancies, received=received, **more)


# --- event ids


def test_new_events_are_numbered_in_the_order_of_their_labels():
    events = pd.Series({"c": "E10", "a": "E2", "b": "E2"})
    ids = mint_event_ids(events, pd.Series(dtype="object"), event="birth", period="2025Q1")
    assert ids.to_dict() == {"a": "B-2025Q1-00001", "b": "B-2025Q1-00001", "c": "B-2025Q1-00002"}


def test_an_event_met_before_keeps_its_id_and_new_numbers_go_on_from_the_highest():
    known = pd.Series({"a": "B-2024Q4-00007", "c": "B-2025Q1-00003"})
    ids = mint_event_ids(pd.Series({"a": "E1", "b": "E1", "c": "E2", "d": "E3"}), known, event="birth", period="2025Q1")
    assert ids.to_dict() == {"a": "B-2024Q4-00007", "b": "B-2024Q4-00007", "c": "B-2025Q1-00003", "d": "B-2025Q1-00004"}


def test_when_an_event_is_split_the_id_stays_with_the_larger_part():
    known = pd.Series(dict.fromkeys("abc", "B-2025Q1-00001"))
    ids = mint_event_ids(pd.Series({"a": "E1", "b": "E2", "c": "E2"}), known, event="birth", period="2025Q1")
    assert ids.to_dict() == {"a": "B-2025Q1-00002", "b": "B-2025Q1-00001", "c": "B-2025Q1-00001"}


def test_an_id_of_an_earlier_period_is_kept_before_one_of_this_period_however_few_records_had_it():
    known = pd.Series({"a": "B-2024Q4-00008", "b": "B-2025Q1-00001", "c": "B-2025Q1-00001"})
    ids = mint_event_ids(pd.Series({"a": "E1", "b": "E1", "c": "E1"}), known, event="birth", period="2025Q1")
    assert set(ids) == {"B-2024Q4-00008"}


def test_a_number_once_given_is_not_given_again():
    ids = mint_event_ids(pd.Series({"a": "E1"}), pd.Series(dtype="object"), event="birth", period="2025Q1", last=7)
    assert ids.tolist() == ["B-2025Q1-00008"]
    assert cases_of(frame(question()), period="2025Q1", at_hand=[], last=7)["case_id"].tolist() == ["2025Q1-0008"]


def test_no_two_events_share_an_id_when_known_events_are_joined():
    known = pd.Series({"a": "B-2025Q1-00001", "b": "B-2025Q1-00002"})
    ids = mint_event_ids(pd.Series({"a": "E1", "b": "E1", "c": "E2"}), known, event="birth", period="2025Q1")
    assert ids["a"] == ids["b"] == "B-2025Q1-00001" and ids["c"] == "B-2025Q1-00003"


def test_the_earlier_mapping_wins():
    assert known_event_ids(pd.Series({"a": "B-2024Q4-00001"}), pd.Series({"a": "B-2025Q1-00009", "b": "B-2025Q1-00002"})).to_dict() == {
        "a": "B-2024Q4-00001", "b": "B-2025Q1-00002"}


def test_a_set_is_named_after_its_first_event():
    names = name_sets(pd.Series({"a": "S1", "b": "S1", "c": None}), pd.Series({"a": "B-2025Q1-00004", "b": "B-2025Q1-00003", "c": "B-2025Q1-00001"}))
    assert names["a"] == names["b"] == "S-2025Q1-00003" and pd.isna(names["c"])


# --- cases


def test_cases_are_numbered_by_content_and_have_the_columns_of_the_contract():
    cases = cases_of(frame(question("B-2025Q1-00002"), question("B-2025Q1-00001")), period="2025Q1", at_hand=[])
    assert list(cases.columns) == list(CASES_COLUMNS)
    assert cases[["case_id", "event_id", "state", "opened_in", "closed_in"]].to_numpy().tolist() == [
        ["2025Q1-0001", "B-2025Q1-00001", "open", "2025Q1", ""], ["2025Q1-0002", "B-2025Q1-00002", "open", "2025Q1", ""]]


def test_a_question_that_is_still_there_keeps_its_case_and_one_that_is_gone_is_closed():
    first = cases_of(frame(question("B-2025Q1-00001"), question("B-2025Q1-00002")), period="2025Q1", at_hand=[])
    second = cases_of(frame(question("B-2025Q1-00002"), question("B-2025Q2-00001")), period="2025Q2",
                        at_hand=["B-2025Q1-00001", "B-2025Q1-00002", "B-2025Q2-00001"], carried=first)
    assert second.set_index("case_id")[["event_id", "opened_in", "state", "closed_in"]].to_dict("index") == {
        "2025Q1-0001": {"event_id": "B-2025Q1-00001", "opened_in": "2025Q1", "state": "closed", "closed_in": "2025Q2"},
        "2025Q1-0002": {"event_id": "B-2025Q1-00002", "opened_in": "2025Q1", "state": "open", "closed_in": ""},
        "2025Q2-0001": {"event_id": "B-2025Q2-00001", "opened_in": "2025Q2", "state": "open", "closed_in": ""}}
    assert case_balance(second, period="2025Q2") == {"opening": 2, "new": 1, "closed": 1, "closing": 2}


def test_a_case_whose_event_was_not_looked_at_again_stays_open():
    first = cases_of(frame(question(code="field_differs", field="child_name")), period="2025Q1", at_hand=[])
    second = cases_of(frame(), period="2025Q2", at_hand=["B-2025Q2-00001"], carried=first)
    assert second["state"].tolist() == ["open"] and second["closed_in"].tolist() == [""]


def test_a_list_that_did_not_arrive_closes_no_question_about_it():
    first = cases_of(frame(question(), question(code="field_differs", field="child_name")), period="2025Q1", at_hand=[])
    second = cases_of(frame(), period="2025Q2", at_hand=["B-2025Q1-00001"], carried=first, received=("birth_cert", "town_birth"))
    assert second.set_index("code")["state"].to_dict() == {"field_differs": "closed", "missing_at": "open"}


def test_closed_cases_are_left_behind_and_their_numbers_are_not_used_again():
    first = cases_of(frame(question("B-2025Q1-00001")), period="2025Q1", at_hand=[])
    closed = cases_of(frame(), period="2025Q2", at_hand=["B-2025Q1-00001"], carried=first)
    third = cases_of(frame(question("B-2025Q3-00001")), period="2025Q3", at_hand=[], carried=closed)
    assert third["case_id"].tolist() == ["2025Q3-0001"]


def test_a_revision_keeps_the_numbers_of_the_one_before():
    before = cases_of(frame(question("B-2025Q1-00002")), period="2025Q1", at_hand=[])
    after = cases_of(frame(question("B-2025Q1-00001"), question("B-2025Q1-00002")), period="2025Q1", at_hand=[], numbered=before)
    assert after.set_index("event_id")["case_id"].to_dict() == {"B-2025Q1-00002": "2025Q1-0001", "B-2025Q1-00001": "2025Q1-0002"}


def test_a_difference_is_the_same_question_whichever_list_is_named_first():
    first = cases_of(frame(question(code="field_differs", field="mother_name", list_a="birth_cert", list_b="hukou_birth")), period="2025Q1", at_hand=[])
    second = cases_of(frame(question(code="field_differs", field="mother_name", list_a="hukou_birth", list_b="birth_cert")), period="2025Q2",
                        at_hand=["B-2025Q1-00001"], carried=first)
    assert second["case_id"].tolist() == ["2025Q1-0001"]


def test_a_third_list_that_sides_with_one_leaves_the_question_the_same():
    first = cases_of(frame(question(code="field_differs", field="mother_name", list_a="hukou_birth", list_b="town_birth")), period="2025Q1", at_hand=[])
    second = cases_of(frame(question(code="field_differs", field="mother_name", list_a="birth_cert", list_b="town_birth")), period="2025Q2",
                        at_hand=["B-2025Q1-00001"], carried=first)
    assert second[["case_id", "list_a", "state"]].to_numpy().tolist() == [["2025Q1-0001", "birth_cert", "open"]]


def test_two_questions_of_one_field_keep_a_number_each():
    both = frame(question(code="field_differs", field="mother_name", list_a="birth_cert", list_b="hukou_birth"),
                 question(code="field_differs", field="mother_name", list_a="birth_cert", list_b="town_birth"))
    first = cases_of(both, period="2025Q1", at_hand=[])
    second = cases_of(both, period="2025Q2", at_hand=["B-2025Q1-00001"], carried=first)
    pd.testing.assert_frame_equal(first, second)


def differing(value: str) -> pd.DataFrame:
    return frame(question(code="field_differs", field="mother_name", value_a="包娜", value_b=value))


def test_a_question_a_person_settled_is_not_asked_again_while_nothing_changed():
    first = cases_of(differing("包那"), period="2025Q1", at_hand=[], decided={"2025Q1-0001": "rejected"})
    same = cases_of(differing("包那"), period="2025Q2", at_hand=["B-2025Q1-00001"], carried=first)
    assert same[["case_id", "state", "closed_in"]].to_numpy().tolist() == [["2025Q1-0001", "rejected", "2025Q1"]]
    assert case_balance(same, period="2025Q2") == {"opening": 0, "new": 0, "closed": 0, "closing": 0}
    other = cases_of(differing("包纳"), period="2025Q2", at_hand=["B-2025Q1-00001"], carried=first)
    assert other[["case_id", "state", "opened_in", "closed_in"]].to_numpy().tolist() == [["2025Q1-0001", "reopened", "2025Q2", ""]]
    assert case_balance(other, period="2025Q2") == {"opening": 0, "new": 1, "closed": 0, "closing": 1}


def test_cases_of_an_event_that_a_person_closed_are_closed_with_it():
    cases = cases_of(frame(question(), question("B-2025Q1-00002")), period="2025Q1", at_hand=[], closed_events=["B-2025Q1-00002"])
    assert cases.set_index("event_id")["state"].to_dict() == {"B-2025Q1-00001": "open", "B-2025Q1-00002": "closed"}


def test_a_list_sorted_anew_keeps_the_number_of_a_repeated_row():
    first = cases_of(frame(question(code="duplicate_in_list", list_b="birth_cert", cell_b="[a]5:5")), period="2025Q1", at_hand=[])
    again = cases_of(frame(question(code="duplicate_in_list", list_b="birth_cert", cell_b="[a]9:9")), period="2025Q1", at_hand=[], numbered=first)
    assert again["case_id"].tolist() == ["2025Q1-0001"]


def test_a_person_can_close_a_case():
    cases = cases_of(frame(question()), period="2025Q1", at_hand=[], decided={"2025Q1-0001": "closed"})
    assert cases[["state", "closed_in"]].to_numpy().tolist() == [["closed", "2025Q1"]]


# --- what goes on


def births(**held) -> pd.DataFrame:
    return pd.DataFrame(
        [{"birth_cert": c, "hukou_birth": h, "town_birth": t, "home": home} for c, h, t, home in held.values()], index=pd.Index(list(held), name="event_id"))


def still_open(table: pd.DataFrame, opened: str = "2025Q1", now: str = "2025Q1", **more) -> list[str]:
    return list(open_events(table, RULES, expected=RULES.lists, opened_in=pd.Series(opened, index=table.index), period=Period.parse(now), **more))


def test_an_event_stays_open_until_every_list_holds_it():
    assert still_open(births(a=("r", "r", "r", "home"), b=("r", None, "r", "home"), c=("r", None, None, "unknown"))) == ["b", "c"]


def test_births_of_elsewhere_stay_open_since_some_are_registered_here_later():
    assert still_open(births(a=("r", None, None, "elsewhere"))) == ["a"]


def test_a_person_closes_an_event_and_four_quarters_do():
    table = births(b=("r", None, "r", "home"))
    assert still_open(table, closed_by_people=["b"]) == []
    assert still_open(table, now="2025Q4") == ["b"]
    assert still_open(table, now="2026Q1") == []


@pytest.fixture
def forward() -> pd.DataFrame:
    records = {"birth_cert": pd.DataFrame(
        {"file": "a.xlsx", "sheet": "", "row": [3, 4], "mother_name": ["包娜", "白玉"], "parity": [1, 2], "held_in": "2025Q1"}, index=["r1", "r2"])}
    linked = pd.DataFrame({"event_id": ["B-2025Q1-00001", "B-2025Q1-00002"], "set_id": None, "kind": "birth_cert"}, index=["r1", "r2"])
    opened = pd.Series("2025Q1", index=["B-2025Q1-00001", "B-2025Q1-00002"])
    return carry_forward(records, linked, pd.Index(["B-2025Q1-00001"]), opened, None, period=Period.parse("2025Q1"), rules=[RULES], cell_of=lambda record, field: f"[a.xlsx]{record}")


def test_of_closed_events_only_ids_go_on(forward):
    assert forward.set_index("record_id")["state"].to_dict() == {"r1": "open", "r2": "held"}
    assert forward.set_index("record_id")["mother_name"].dropna().to_dict() == {"r1": "包娜"}
    assert forward.loc[forward["record_id"].eq("r2"), "event_id"].tolist() == ["B-2025Q1-00002"]


def test_what_lives_in_memory_only_does_not_go_on(forward):
    assert "parity" not in forward and list(forward.columns[: len(CARRIED_COLUMNS)]) == list(CARRIED_COLUMNS)


def test_open_records_come_back_as_they_went(forward):
    back = carried_records(forward)
    assert back["birth_cert"]["mother_name"].to_dict() == {"r1": "包娜"} and list(back) == ["birth_cert"]


def test_a_case_of_a_later_quarter_points_to_the_cell_of_the_earlier_list(forward):
    cell_of = cell_finder(carried_records(forward), {})
    assert cell_of("r1", "mother_name") == "[a.xlsx]r1" and cell_of("r1", "") == "[a.xlsx]3:3"


def test_ids_of_earlier_quarters_are_kept_while_young(forward):
    later = carry_forward({}, pd.DataFrame({"event_id": [], "set_id": [], "kind": []}), pd.Index([]), pd.Series(dtype="object"), forward, period=Period.parse("2026Q1"), rules=[RULES], cell_of=lambda *_: "")
    assert later["state"].tolist() == ["held", "held"] and "mother_name" not in later.dropna(axis="columns", how="all")
    assert carry_forward({}, pd.DataFrame({"event_id": [], "set_id": [], "kind": []}), pd.Index([]), pd.Series(dtype="object"), forward, period=Period.parse("2026Q2"), rules=[RULES], cell_of=lambda *_: "").empty
