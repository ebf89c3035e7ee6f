"""Why lists do not hold births, counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.measure import absences_by_reason, births_by_facility, expected_missed_links, waiting_long

LISTS = ("birth_cert", "hukou_birth", "town_birth")
ALL = "birth_cert hukou_birth town_birth"


def births(**rows: dict) -> pd.DataFrame:
    usual = {"birth_cert": "h", "hukou_birth": "p", "town_birth": "t", "home": "home", "due_at": ALL, "born_outside": False}
    return pd.DataFrame.from_dict({name: {**usual, **row} for name, row in rows.items()}, orient="index")


def cases(*events: str, closed: str = "") -> pd.DataFrame:
    return pd.DataFrame({"code": "missing_at", "event_id": list(events), "list_b": "hukou_birth", "closed_in": closed, "opened_in": "2025Q1"})


def reasons(row: dict, *, received=LISTS, explained=None, early=False, asked=None, kind="hukou_birth", silent=None) -> list[str]:
    table = births(B1={"hukou_birth": None, **row})
    soon = pd.DataFrame(early, index=table.index, columns=list(LISTS))
    found = absences_by_reason(table, LISTS, received=received, explained=explained or {}, early=soon, cases=cases() if asked is None else asked, silent=silent)
    return found.index[found[kind].gt(0)].tolist()


@pytest.mark.parametrize(("given", "reason"), [
    ({"row": {}, "received": ("birth_cert", "town_birth")}, "not_received"), ({"row": {}, "silent": {"B1": {"hukou_birth"}}}, "not_received"), ({"row": {"home": "elsewhere", "due_at": ""}}, "elsewhere"),
    ({"row": {"due_at": ""}}, "to_be_clarified"), ({"row": {"due_at": "birth_cert town_birth"}}, "pending"),
    ({"row": {}, "explained": {"B1": {"hukou_birth"}}}, "explained"), ({"row": {}, "early": True}, "not_yet_due"), ({"row": {}}, "other_period"),
    ({"row": {}, "asked": cases("B1")}, "asked"), ({"row": {}, "asked": cases("B1", closed="2025Q1")}, "settled"),
    ({"row": {"hukou_birth": "p", "birth_cert": None, "born_outside": True, "due_at": "hukou_birth town_birth"}, "kind": "birth_cert"}, "born_outside")])
def test_a_birth_counts_once_under_the_first_reason_that_holds(given, reason):
    assert reasons(**given) == [reason]


def test_a_birth_that_every_list_holds_is_absent_nowhere():
    table = births(B1={})
    found = absences_by_reason(table, LISTS, received=LISTS, explained={}, early=pd.DataFrame(False, index=table.index, columns=list(LISTS)), cases=cases())
    assert found.to_numpy().sum() == 0


def test_of_100_births_two_lists_both_hold_a_hundredth_missed_is_one_beside_the_99_found():
    table = pd.DataFrame({"birth_cert": ["r"] * 99, "hukou_birth": ["s"] * 99})
    found = expected_missed_links(table, ["birth_cert", "hukou_birth"], {"missed_match_rate": 0.01, "missed_match_rate_low": 0.0, "missed_match_rate_high": 0.1})
    assert found.loc["birth_cert"].tolist() == pytest.approx([1.0, 0.0, 11.0])  # .01/.99 x 99; .1/.9 x 99
    assert expected_missed_links(table, ["birth_cert", "hukou_birth"], {})["n_missed"].isna().all()


@pytest.mark.parametrize(("period", "n"), [("2025Q3", 0), ("2025Q4", 1), ("2026Q1", 1)])
def test_the_fourth_quarter_without_a_partner_is_told(period, n):
    assert waiting_long(cases("B1"), period) == n
    assert waiting_long(cases("B1", closed="2025Q2"), period) == 0


def test_how_long_is_long_is_for_the_rules_to_say():
    assert waiting_long(cases("B1"), "2025Q2", quarters=2) == 1


def test_a_facility_has_the_births_it_certified_and_how_many_the_others_hold():
    records = {"birth_cert": pd.DataFrame({"facility": ["旗医院", "旗医院", None]}, index=["h1", "h2", "h3"])}
    table = births(B1={"birth_cert": "h1"}, B2={"birth_cert": "h2", "hukou_birth": None}, B3={"birth_cert": "h3"}, B4={"birth_cert": None})
    found = births_by_facility(table, records, LISTS)
    assert found.fillna("—").to_numpy().tolist() == [["旗医院", 2, 1, 2], ["—", 1, 1, 1]]
