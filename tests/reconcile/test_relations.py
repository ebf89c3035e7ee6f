"""Moves and deaths explain absences; register rows are tied by the number; pending registrations wait for documents."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.reconcile.explained import moves_and_deaths
from popanalysis.reconcile.relations import register_relations, relations_frame
from popanalysis.reconcile.waiting import waiting_questions, waiting_registrations

MOTHER, FATHER, CHILD = "159901199003050026", "159901198802020015", "159901202503050017"
IDS = {"h1": "B1", "m1": "M1", "d1": "D1", "w1": "W1"}
DUE = "birth_cert hukou_birth town_birth"


def births(**held) -> pd.DataFrame:
    row = {"birth_cert": "h1", "hukou_birth": None, "town_birth": None, "due_at": DUE, "birth_date": pd.Timestamp("2025-03-05"), **held}
    return pd.DataFrame([row], index=["B1"])


CERTIFICATE = pd.DataFrame({"mother_id": [MOTHER], "father_id": [FATHER], "birth_date": [pd.Timestamp("2025-03-05")]}, index=["h1"])


def explained(events=None, **lists):
    records = {"birth_cert": CERTIFICATE, **{kind: pd.DataFrame([said], index=[{"migration": "m1", "death": "d1"}[kind]]) for kind, said in lists.items()}}
    relations, silent = moves_and_deaths(births() if events is None else events, records, IDS, event="birth", date="birth_date")
    return relations, {event: sorted(kinds) for event, kinds in silent.items()}


def test_a_mother_who_moved_out_is_not_waited_for_by_police_and_town():
    assert explained(migration={"person_id": MOTHER, "direction": "out"}) == (
        [("explains_absence", "M1", "B1", "mother_id")], {"B1": ["hukou_birth", "town_birth"]})


def test_only_silent_lists_that_should_hold_the_birth_are_explained():
    assert explained(births(hukou_birth="p1", town_birth="t1"), migration={"person_id": MOTHER, "direction": "out"}) == ([], {})
    assert explained(births(due_at=""), migration={"person_id": MOTHER, "direction": "out"}) == ([], {})


@pytest.mark.parametrize(("day", "n"), [("2025-04-01", 1), ("2025-01-01", 0), (None, 0)])
def test_a_mother_who_moved_in_after_the_birth_explains_that_no_certificate_was_issued_here(day, n):
    relations, _ = explained(births(birth_cert=None, town_birth="t1"), migration={"person_id": MOTHER, "direction": "in", "accept_date": pd.Timestamp(day)})
    assert len(relations) == n


def test_a_child_born_before_its_mother_moved_in_was_visited_where_she_came_from():
    _, silent = explained(births(), migration={"person_id": MOTHER, "direction": "in", "accept_date": pd.Timestamp("2025-03-20")})
    assert silent == {"B1": ["hukou_birth", "town_birth"]}


def test_a_father_who_moved_explains_nothing_but_is_tied_beside_the_mother():
    assert explained(migration={"person_id": FATHER, "direction": "out"}) == ([], {})
    both = pd.DataFrame([{"person_id": MOTHER, "direction": "out"}, {"person_id": FATHER, "direction": "out"}], index=["m1", "m2"])
    relations, silent = moves_and_deaths(births(), {"birth_cert": CERTIFICATE, "migration": both}, {**IDS, "m2": "M2"}, event="birth", date="birth_date")
    assert relations == [("explains_absence", "M1", "B1", "mother_id"), ("explains_absence", "M2", "B1", "father_id")]
    assert silent == {"B1": {"hukou_birth", "town_birth"}}


@pytest.mark.parametrize("parent", ["mother_id", "father_id"])
def test_a_child_that_died_is_known_by_a_parents_number_and_the_birth_date(parent):
    said = {"person_id": None, "person_birth_date": pd.Timestamp("2025-03-05"), parent: {"mother_id": MOTHER, "father_id": FATHER}[parent]}
    assert explained(death=said)[1] == {"B1": ["hukou_birth", "town_birth"]}
    assert explained(death={**said, "person_birth_date": pd.Timestamp("2025-03-06")}) == ([], {})


def test_of_twins_nobody_knows_which_child_died():
    twins = pd.concat([births(), births().rename(index={"B1": "B2"})])
    records = {"birth_cert": pd.concat([CERTIFICATE, CERTIFICATE.rename(index={"h1": "h2"})]),
               "death": pd.DataFrame([{"person_id": None, "person_birth_date": pd.Timestamp("2025-03-05"), "mother_id": MOTHER}], index=["d1"])}
    assert moves_and_deaths(twins, records, {**IDS, "h2": "B2"}, event="birth", date="birth_date") == ([], {})


def test_a_spouse_who_moved_out_explains_the_towns_silence_about_the_marriage():
    marriages = pd.DataFrame([{"marriage": "w1", "town_marriage": None, "due_at": "marriage town_marriage", "reg_date": pd.Timestamp("2025-02-14")}], index=["W1"])
    records = {"marriage": pd.DataFrame({"husband_id": [FATHER]}, index=["w1"]), "migration": pd.DataFrame([{"person_id": FATHER, "direction": "out"}], index=["m1"])}
    assert moves_and_deaths(marriages, records, IDS, event="marriage", date="reg_date") == ([("explains_absence", "M1", "W1", "husband_id")], {"W1": {"town_marriage"}})


def test_register_rows_are_tied_by_the_number_and_a_number_that_stands_twice_names_nobody():
    register = pd.DataFrame({"person_id": [MOTHER, FATHER, FATHER, None]}, index=["r1", "r2", "r3", "r4"])
    assert register_relations(register, {"birth_cert": CERTIFICATE}, IDS) == [("register_entry_of", "r1", "B1", "mother_id")]


def test_a_child_without_number_is_known_in_the_register_by_a_parents_number_and_its_birth_date():
    register = pd.DataFrame({"person_id": [CHILD], "mother_id": [MOTHER], "person_birth_date": [pd.Timestamp("2025-03-05")]}, index=["r1"])
    assert register_relations(register, {"birth_cert": CERTIFICATE}, IDS) == [("register_entry_of", "r1", "B1", "mother_id+birth_date")]
    assert register_relations(register.assign(person_birth_date=pd.Timestamp("2025-03-06")), {"birth_cert": CERTIFICATE}, IDS) == []


def test_adoptions_are_not_looked_up_in_the_register():
    register = pd.DataFrame({"person_id": [MOTHER]}, index=["r1"])
    assert register_relations(register, {"adoption": pd.DataFrame({"adoptive_mother_id": [MOTHER]}, index=["a1"])}, {"a1": "A1"}) == []


def test_relations_stand_once_and_in_order():
    assert relations_frame([("b", "1", "2", "x"), ("a", "1", "2", "x")], [("b", "1", "2", "x")])["relation"].tolist() == ["a", "b"]


# --- pending registrations


def pending(defer_class="no_birth_certificate", hukou=None, certificate="h1"):
    table = pd.DataFrame([{"birth_cert": certificate, "hukou_birth": hukou, "deferred_hukou": "q1"}], index=["B1"])
    records = {"deferred_hukou": pd.DataFrame({"defer_class": [defer_class], "defer_date": [pd.Timestamp("2025-03-11")]}, index=["q1"])}
    waiting = waiting_registrations(table, records, pd.Timestamp("2025-04-10"))
    return waiting, [(q.code, q.list_b, q.recipient, q.value_a, q.value_b) for q in waiting_questions(table, records, waiting, lambda r, f: f"{r}.{f}")]


def test_the_days_waited_run_to_the_day_of_the_record():
    assert pending()[0]["days_waiting"].tolist() == [30]


def test_a_certificate_that_is_there_now_lets_the_registration_go_on():
    assert pending()[1] == [("documents_there_now", "deferred_hukou", "police", "", "")] and pending(certificate=None)[1] == []


def test_a_birth_policy_paper_is_no_reason_to_wait():
    assert [q[0] for q in pending("not_permitted", certificate=None)[1]] == ["reason_not_permitted"]


def test_a_child_that_was_registered_since_waits_no_longer():
    waiting, asked = pending(hukou="p1")
    assert waiting.empty and asked == []


def test_a_mother_whose_number_is_one_digit_off_is_known_by_the_same_name_beside_it():
    named = CERTIFICATE.assign(mother_name="白塔娜")
    move = pd.DataFrame([{"person_id": MOTHER[:-2] + "46", "person_name": "白塔娜", "direction": "out"}], index=["m1"])
    tied = moves_and_deaths(births(), {"birth_cert": named, "migration": move}, IDS, event="birth", date="birth_date")
    assert tied == ([("explains_absence", "M1", "B1", "mother_name+mother_id")], {"B1": {"hukou_birth", "town_birth"}})
    assert moves_and_deaths(births(), {"birth_cert": named, "migration": move.assign(person_name="白云")}, IDS, event="birth", date="birth_date") == ([], {})


def test_a_mother_without_a_number_is_known_by_her_name_where_the_childs_father_moved_the_same_day():
    named = CERTIFICATE.assign(mother_name="白塔娜", mother_id=None)
    day = {"accept_date": pd.Timestamp("2025-03-20"), "direction": "out"}
    moves = pd.DataFrame([{"person_id": MOTHER, "person_name": "白塔娜", **day}, {"person_id": FATHER, "person_name": "陶格图", **day}], index=["m1", "m2"])
    ids = {**IDS, "m2": "M2"}
    relations, silent = moves_and_deaths(births(), {"birth_cert": named, "migration": moves}, ids, event="birth", date="birth_date")
    assert relations == [("explains_absence", "M1", "B1", "mother_name+father_id"), ("explains_absence", "M2", "B1", "father_id")]
    assert silent == {"B1": {"hukou_birth", "town_birth"}}
    alone = moves_and_deaths(births(), {"birth_cert": named, "migration": moves.loc[["m1"]]}, ids, event="birth", date="birth_date")
    assert alone == ([], {})  # a name alone is nobody
