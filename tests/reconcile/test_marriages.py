"""Where a marriage belongs and where it should stand: couples may register anywhere in the country."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.project import shipped_folder
from popanalysis.reconcile import DiscrepancyRules
from popanalysis.reconcile.discrepancies import find_discrepancies
from popanalysis.reconcile.marriages import marriages_from_records

RULES = DiscrepancyRules.read(shipped_folder("params") / "discrepancy/marriages.v3.yaml")
SAME = {"reg_date": pd.Timestamp("2025-02-14"), "husband_name": "白山", "husband_id": "159901198802020015", "wife_name": "包娜", "wife_id": "159901199001010026"}


def table(**lists) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    records = {kind: pd.DataFrame([{"file": f"{kind}.xlsx", "sheet": "", "row": 3, **SAME, **said}], index=[kind]) for kind, said in lists.items()}
    ids = pd.Series(dict.fromkeys(records, "W-2025Q1-00001"))
    return marriages_from_records(records, ids, pd.Series(None, index=ids.index, dtype="object"), pd.Index([]), home_division="159901"), records


def row(**lists) -> pd.Series:
    return table(**lists)[0].iloc[0]


@pytest.mark.parametrize(("husband", "wife", "home"), [
    ("159901", "159902", "home"), ("159902", "159901", "home"), ("159902", "159903", "elsewhere"), ("159902", None, "unknown"), (None, None, "unknown")])
def test_a_couple_belongs_here_where_one_of_them_does(husband, wife, home):
    assert row(marriage={"husband_hukou_addr_division": husband, "wife_hukou_addr_division": wife})["home"] == home


def test_the_familys_address_counts_where_no_list_states_the_hukou():
    assert row(marriage={"husband_live_addr_division": "159901"})["due_at"] == "marriage town_marriage"
    assert row(marriage={"husband_hukou_addr_division": "159902", "husband_live_addr_division": "159901", "wife_hukou_addr_division": "159902"})["home"] == "elsewhere"


def test_what_the_towns_found_is_of_the_banner_unless_both_addresses_say_otherwise():
    assert row(town_marriage={})["home"] == "home"
    assert row(town_marriage={"husband_hukou_addr_division": "159902", "wife_hukou_addr_division": "159902"})["home"] == "elsewhere"


@pytest.mark.parametrize(("number", "due"), [
    ("J159901-2025-000012", "marriage town_marriage"), ("BJ159901-2025-000012", "marriage town_marriage"), ("J159902-2025-000012", "town_marriage"), (None, "town_marriage")])
def test_the_registry_is_asked_about_its_own_numbers_only(number, due):
    assert row(town_marriage={"cert_no": number})["due_at"] == due


def test_a_couple_of_elsewhere_is_not_looked_for_in_the_towns():
    assert row(marriage={"husband_hukou_addr_division": "159902", "wife_hukou_addr_division": "159902"})["due_at"] == "marriage"


def questions(**lists):
    marriages, records = table(**lists)
    none = pd.DataFrame(columns=["duplicate_of", "kind", "event_id", "set_id"])
    found = find_discrepancies(marriages, records, none, RULES, received=("marriage", "town_marriage"), in_question=(), cell_of=lambda r, f: f"{r}.{f}", date="reg_date")
    return [(q.code, q.field, q.list_b, q.recipient) for q in found]


def test_a_marriage_registered_elsewhere_is_no_question():
    assert questions(town_marriage={"cert_no": "J110101-2025-000012"}) == []


def test_a_marriage_of_this_registry_that_the_list_lacks_is_asked_about():
    assert questions(town_marriage={"cert_no": "J159901-2025-000012"}) == [("missing_at", "", "marriage", "civil_affairs")]


def test_spouses_the_other_way_round_are_one_question_to_the_township():
    other = {"husband_name": SAME["wife_name"], "wife_name": SAME["husband_name"], "husband_id": SAME["wife_id"], "wife_id": SAME["husband_id"]}
    assert questions(marriage={}, town_marriage=other) == [("spouses_exchanged", "husband_name;wife_name;husband_id;wife_id", "town_marriage", "township")]


def test_the_registry_settles_what_the_two_lists_say_differently():
    assert questions(marriage={}, town_marriage={"reg_date": pd.Timestamp("2025-02-15")}) == [("field_differs", "reg_date", "town_marriage", "civil_affairs")]
