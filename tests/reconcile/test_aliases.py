"""Records before and after a change of name, number or birth date meet; what lists show after the change is held against it."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.reconcile.aliases import bring_to_present, read_aliases, sightings
from popanalysis.reconcile.certificates import Successors
from popanalysis.reconcile.changes import change_questions
from popanalysis.reconcile.relations import alias_relations

NONE = Successors({}, frozenset(), {})
OLD_ID, NEW_ID = "159901199003050026", "159901199003060021"
EVENTS = {"c1": "C-2025Q1-00001", "h1": "B-2025Q1-00001", "p1": "B-2025Q1-00001", "w1": "W-2025Q1-00001"}


def change(**said) -> pd.DataFrame:
    row = {"person_id": OLD_ID, "change_date": pd.Timestamp("2025-02-10"), **said}
    return pd.DataFrame([row], index=["c1"])


def births(mother_id=OLD_ID, mother_name="白塔娜", acted="2025-03-01", **more) -> pd.DataFrame:
    return pd.DataFrame([{"mother_id": mother_id, "mother_name": mother_name, "act_date": pd.Timestamp(acted), **more}], index=["h1"])


def compared(records, changes):
    return bring_to_present(records, sightings(records, read_aliases(changes)), NONE)


def test_a_former_name_is_read_as_the_present_one_where_the_number_says_who_it_is():
    records = {"birth_cert": births()}
    present = compared(records, change(old_name="白塔娜", new_name="白塔那"))
    assert present["birth_cert"]["mother_name"].tolist() == ["白塔那"] and records["birth_cert"]["mother_name"].tolist() == ["白塔娜"]


def test_the_same_name_of_somebody_else_stays():
    present = compared({"birth_cert": births(mother_id="159901199104050021")}, change(old_name="白塔娜", new_name="白塔那"))
    assert present["birth_cert"]["mother_name"].tolist() == ["白塔娜"]


def test_a_former_number_is_read_as_the_present_one():
    present = compared({"town_birth": births()}, change(person_id=NEW_ID, old_id=OLD_ID, new_id=NEW_ID))
    assert present["town_birth"]["mother_id"].tolist() == [NEW_ID]


def test_a_value_changed_twice_goes_all_the_way_whatever_the_order_of_the_rows():
    changes = pd.DataFrame([
        {"person_id": OLD_ID, "change_date": pd.Timestamp("2025-03-20"), "old_name": "白塔那", "new_name": "包塔那"},
        {"person_id": OLD_ID, "change_date": pd.Timestamp("2025-02-10"), "old_name": "白塔娜", "new_name": "白塔那"}], index=["c2", "c1"])
    for order in (changes, changes.iloc[::-1]):
        assert compared({"birth_cert": births()}, order)["birth_cert"]["mother_name"].tolist() == ["包塔那"]


def test_a_child_without_a_number_is_known_by_former_name_and_birth_date():
    records = {"birth_cert": pd.DataFrame([{"child_name": "白雪", "birth_date": pd.Timestamp("2025-01-03"), "mother_id": OLD_ID}], index=["h1"])}
    said = {"person_id": "159901202501030022", "old_name": "白雪", "new_name": "包雪"}
    assert compared(records, change(**said))["birth_cert"]["child_name"].tolist() == ["包雪"]
    records["birth_cert"]["birth_date"] = pd.Timestamp("2025-01-04")
    assert compared(records, change(**said))["birth_cert"]["child_name"].tolist() == ["白雪"]


def test_a_corrected_birth_date_is_compared_as_corrected():
    records = {"hukou_birth": pd.DataFrame([{"child_id": "159901202501030022", "child_name": "白雪", "birth_date": pd.Timestamp("2025-01-03")}], index=["p1"])}
    changes = change(person_id="159901202501130023", old_id="159901202501030022", new_id="159901202501130023",
                     old_birth_date=pd.Timestamp("2025-01-03"), new_birth_date=pd.Timestamp("2025-01-13"))
    present = compared(records, changes)["hukou_birth"]
    assert present["birth_date"].tolist() == [pd.Timestamp("2025-01-13")] and present["child_id"].tolist() == ["159901202501130023"]


def test_a_certificate_number_that_was_exchanged_is_compared_by_the_one_in_force():
    records = {"hukou_birth": pd.DataFrame({"birth_cert_no": ["Z159900001", "Z159900009"]}, index=["p1", "p2"])}
    present = bring_to_present(records, [], Successors({"Z159900001": "Z159900002"}, frozenset(), {}))
    assert present["hukou_birth"]["birth_cert_no"].tolist() == ["Z159900002", "Z159900009"]


def asked(records, changes):
    found = change_questions(sightings(records, read_aliases(changes)), records, EVENTS, lambda record, field: f"{record}.{field}", ["birth_cert", "hukou_birth", "marriage"])
    return [(q.code, q.event_id, q.field, q.value_a, q.list_b, q.value_b, q.cell_b, q.recipient) for q in found]


@pytest.mark.parametrize(("acted", "code"), [("2025-02-09", None), ("2025-02-10", None), ("2025-02-11", "old_value_used")])
def test_the_old_value_is_right_until_the_change_and_asked_about_after_it(acted, code):
    found = asked({"birth_cert": births(acted=acted)}, change(old_name="白塔娜", new_name="白塔那"))
    assert found == ([] if code is None else [(code, "B-2025Q1-00001", "mother_name", "白塔那", "birth_cert", "白塔娜", "h1.mother_name", "health")])


def test_a_value_that_is_neither_old_nor_new_differs_from_the_change():
    found = asked({"birth_cert": births(mother_name="白托娜")}, change(old_name="白塔娜", new_name="白塔那"))
    assert [f[0] for f in found] == ["change_differs"]


def test_the_new_value_and_a_missing_one_are_not_asked_about():
    changes = change(old_name="白塔娜", new_name="白塔那")
    assert asked({"birth_cert": births(mother_name="白塔那")}, changes) == [] and asked({"birth_cert": births(mother_name=None)}, changes) == []


def test_an_act_without_a_date_is_not_asked_about():
    assert asked({"birth_cert": births(acted=None)}, change(old_name="白塔娜", new_name="白塔那")) == []


def test_a_change_of_ethnicity_is_held_against_the_lists_that_state_it():
    records = {"marriage": pd.DataFrame([{"wife_id": OLD_ID, "wife_name": "白塔娜", "wife_ethnicity": "01", "act_date": pd.Timestamp("2025-03-01")}], index=["w1"])}
    assert [f[:3] for f in asked(records, change(old_ethnicity="01", new_ethnicity="05"))] == [("old_value_used", "W-2025Q1-00001", "wife_ethnicity")]


def test_the_relation_names_change_event_and_how_the_person_was_known():
    records = {"birth_cert": births(), "marriage": pd.DataFrame([{"wife_id": OLD_ID, "wife_name": "白塔那"}], index=["w1"])}
    seen = sightings(records, read_aliases(change(old_name="白塔娜", new_name="白塔那")))
    assert sorted(alias_relations(seen, EVENTS)) == [
        ("alias", "C-2025Q1-00001", "B-2025Q1-00001", "mother_id"), ("alias", "C-2025Q1-00001", "W-2025Q1-00001", "wife_id")]
