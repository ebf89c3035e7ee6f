"""Certificate numbers through exchange, reissue and void; numbers that do not fit; gaps between those issued."""

from __future__ import annotations

import pandas as pd

from popanalysis.reconcile.certificates import as_in_force, certificate_questions, read_successors
from popanalysis.reconcile.relations import certificate_relations


def certificates(*numbers: str, facility="旗医院", held_in="2025Q1") -> pd.DataFrame:
    return pd.DataFrame({"birth_cert_no": list(numbers), "facility": facility, "held_in": held_in}, index=[f"h{i}" for i, _ in enumerate(numbers, 1)])


def void(*pairs: tuple[str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(pairs), columns=["old_birth_cert_no", "new_birth_cert_no"], index=[f"v{i}" for i, _ in enumerate(pairs, 1)])


def table(records, events: dict[str, str]) -> pd.DataFrame:
    kinds = {record: kind for kind, frame in records.items() for record in frame.index}
    return pd.DataFrame({"event_id": events, "set_id": None, "kind": kinds, "duplicate_of": None}).reindex(list(kinds))


def asked(records, events):
    found = certificate_questions(pd.DataFrame(), records, table(records, events), read_successors(records), lambda record, field: f"{record}.{field}", period="2025Q1")
    return [(q.code, q.event_id, q.value_a, q.list_b, q.value_b, q.recipient) for q in found]


def test_numbers_are_followed_through_a_chain_and_a_ring_ends():
    found = read_successors({"void_certificates": void(("Z159900001", "Z159900002"), ("Z159900002", "Z159900003"), ("Z159900008", "Z159900009"), ("Z159900009", "Z159900008"))})
    assert found.current["Z159900001"] == found.current["Z159900002"] == "Z159900003"
    assert set(found.current) - {"Z159900001", "Z159900002"} <= {"Z159900008", "Z159900009"}


def test_a_number_without_a_successor_is_void_unless_another_row_gives_one():
    found = read_successors({"void_certificates": void(("Z159900001", None), ("Z159900002", None), ("Z159900002", "Z159900003"))})
    assert found.void == {"Z159900001"} and found.current == {"Z159900002": "Z159900003"}


def test_the_former_number_on_a_certificate_is_followed_too():
    frame = certificates("Z159900002").assign(old_birth_cert_no="Z159900001")
    assert read_successors({"birth_cert": frame}).current == {"Z159900001": "Z159900002"}


def test_one_number_for_two_children_is_asked_about_and_two_numbers_of_one_child_that_a_register_explains_are_not():
    shared = {"birth_cert": certificates("Z159900001", "Z159900001")}
    assert asked(shared, {"h1": "B1", "h2": "B2"}) == [("certificate_shared", "B1", "Z159900001", "birth_cert", "Z159900001", "health")]
    twice = {"birth_cert": certificates("Z159900001", "Z159907777")}
    assert [q[0] for q in asked(twice, {"h1": "B1", "h2": "B1"})] == ["certificate_twice"]
    assert asked(twice | {"void_certificates": void(("Z159900001", "Z159907777"))}, {"h1": "B1", "h2": "B1"}) == []


def test_the_number_in_force_given_to_a_second_child_is_found_through_the_exchange():
    records = {"birth_cert": certificates("Z159900001", "Z159907777"), "void_certificates": void(("Z159900001", "Z159907777"))}
    assert [q[0] for q in asked(records, {"h1": "B1", "h2": "B2"})] == ["certificate_shared"]


def test_a_list_that_states_a_void_number_is_asked():
    records = {"hukou_birth": pd.DataFrame({"birth_cert_no": ["Z159900001"]}, index=["p1"]), "void_certificates": void(("Z159900001", None))}
    assert asked(records, {"p1": "B1"}) == [("void_certificate_used", "B1", "Z159900001", "hukou_birth", "Z159900001", "police")]


def test_gaps_between_the_numbers_a_facility_issued_are_one_question_and_other_boxes_are_none():
    records = {"birth_cert": certificates("Z159900001", "Z159900003", "Z159900006", "Z159900500")}
    found = [q for q in asked(records, {f"h{i}": f"B{i}" for i in range(1, 5)}) if q[0] == "certificate_gap"]
    assert found == [("certificate_gap", "B1", "Z159900001", "birth_cert", "Z159900002、Z159900004–Z159900005", "health")]


def test_a_gap_of_numbers_known_as_void_or_issued_elsewhere_or_of_another_quarter_is_none():
    known = {"birth_cert": certificates("Z159900001", "Z159900003"), "void_certificates": void(("Z159900002", None))}
    assert asked(known, {"h1": "B1", "h2": "B2"}) == []
    elsewhere = certificates("Z159900001", "Z159900003", "Z159900002").assign(facility=["甲", "甲", "乙"])
    assert asked({"birth_cert": elsewhere}, {"h1": "B1", "h2": "B2", "h3": "B3"}) == []
    assert asked({"birth_cert": certificates("Z159900001", "Z159900003", held_in="2024Q4")}, {"h1": "B1", "h2": "B2"}) == []


def test_the_relation_ties_the_row_of_the_register_to_the_birth_that_shows_the_number():
    records = {"birth_cert": certificates("Z159900002"), "void_certificates": void(("Z159900001", "Z159900002"))}
    assert certificate_relations(records, read_successors(records), {"h1": "B1"}) == [("certificate_followed", "v1", "B1", "birth_cert_no")]


def test_a_register_that_shows_the_new_number_only_explains_an_earlier_number_of_the_same_child_and_no_later_one():
    records = {
        "birth_cert": pd.DataFrame({"birth_cert_no": ["Z159907777"]}, index=["h1"]),
        "hukou_birth": pd.DataFrame({"birth_cert_no": ["Z159900001"], "act_date": [pd.Timestamp("2025-03-10")]}, index=["p1"]),
        "town_birth": pd.DataFrame({"birth_cert_no": ["Z159900002"], "act_date": [pd.Timestamp("2025-03-30")]}, index=["t1"]),
        "void_certificates": pd.DataFrame({"old_birth_cert_no": [None], "new_birth_cert_no": ["Z159907777"], "date": [pd.Timestamp("2025-03-19")]}, index=["v1"])}
    compared = as_in_force(records, records, {"h1": "B1", "p1": "B1", "t1": "B1"})
    assert compared["hukou_birth"].at["p1", "birth_cert_no"] == "Z159907777"
    assert compared["town_birth"].at["t1", "birth_cert_no"] == "Z159900002"
    assert records["hukou_birth"].at["p1", "birth_cert_no"] == "Z159900001"  # the record itself stays as it was written
