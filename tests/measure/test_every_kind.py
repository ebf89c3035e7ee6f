"""Counts of the lists beside those of births, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.measure import changes_by_item, marriages_by_standing, marriages_held, marriages_of_period, moves_by_direction
from popanalysis.measure.registration import certificate_rows, count_deliveries, count_waiting, register_entries
from popanalysis.measure.reported import counted_by_town, reported_totals
from popanalysis.periods import Period

SPAN = Period.parse("2025Q1")


def listed(kind: str, rows: dict[str, dict], repeats: tuple[str, ...] = ()) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Records of one kind, of this period unless the row says otherwise, and the links of them."""
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame["held_in"] = frame["held_in"].fillna("2025Q1") if "held_in" in frame else "2025Q1"
    linked = pd.DataFrame({"event_id": [f"E{i}" for i in range(len(frame))], "duplicate_of": [next(iter(rows)) if r in repeats else None for r in frame.index]}, index=frame.index)
    return {kind: frame}, linked


def relations(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["relation", "from_id", "to_id", "evidence"])


def test_changes_count_by_item_and_class_once_and_in_their_own_period():
    records, linked = listed("identity_change", {
        "c1": {"change_item": "name", "change_class": "change"}, "c2": {"change_item": "name", "change_class": "correct"},
        "c3": {"change_item": "ethnicity", "change_class": None}, "c4": {"change_item": "name", "change_class": "change"},
        "c5": {"change_item": "name", "change_class": "change", "held_in": "2024Q4"}}, repeats=("c4",))
    told = changes_by_item(records, linked, relations(("alias", "E1", "B1", "mother_id"), ("alias", "E4", "B2", "mother_id")), "2025Q1")
    assert told.by_item.loc["name"].tolist() == [1, 1, 0] and told.by_item.loc["ethnicity"].tolist() == [0, 0, 1]
    assert (told.n, told.n_met) == (3, 1)


def test_moves_without_a_direction_are_counted_as_such():
    records, linked = listed("migration", {"m1": {"direction": "out"}, "m2": {"direction": None}, "m3": {"direction": "out"}})
    assert moves_by_direction(records, linked, "2025Q1").to_dict() == {"in": 0, "out": 2, "unknown": 1}


@pytest.mark.parametrize(("days", "band"), [(0, "within_month"), (30, "within_month"), (31, "within_quarter"), (90, "within_quarter"), (365, "within_year"), (366, "longer"), (None, "unknown"), (-3, "within_month")])
def test_waiting_is_told_in_bands_of_calendar_days(days, band):
    told = count_waiting(pd.DataFrame({"defer_class": ["other"], "days_waiting": pd.Series([days], dtype="Int64")}))
    assert told.by_time[band] == 1 and told.by_time.sum() == 1


def test_deliveries_to_be_clarified_and_those_of_elsewhere_are_two_groups():
    records, linked = listed("unverified_delivery", {
        "u1": {"doubt_class": "doubtful"}, "u2": {"doubt_class": "non_local"}, "u3": {"doubt_class": "withheld"}, "u4": {"doubt_class": "doubtful", "held_in": "2024Q4"}})
    births = pd.DataFrame({"birth_cert": ["h1", None, "h3", None], "hukou_birth": [None, None, "p3", None]}, index=["E0", "E1", "E2", "E3"])
    told = count_deliveries(births, records, linked, "2025Q1")
    assert (told.n("to_clarify"), told.n("non_local"), told.n_carried) == (2, 1, 1)
    assert told.with_certificate == {"to_clarify": 2, "non_local": 0} and told.registered == {"to_clarify": 1, "non_local": 0}


def test_rows_about_certificate_numbers_and_those_followed_to_a_birth():
    records, linked = listed("void_certificates", {"v1": {"reason": "void"}, "v2": {"reason": "exchanged"}, "v3": {"reason": None}})
    told = certificate_rows(records, linked, relations(("certificate_followed", "v2", "B1", "birth_cert_no")), "2025Q1")
    assert told.by_reason.to_dict() == {"void": 1, "exchanged": 1, "reissued": 0, "unknown": 1} and told.n_followed == 1


def test_entries_of_the_register_are_counted_by_event_and_person():
    births, marriages = pd.DataFrame(index=["B1", "B2"]), pd.DataFrame(index=["W1"])
    told = register_entries(births, marriages, relations(
        ("register_entry_of", "r1", "B1", "mother_id"), ("register_entry_of", "r2", "B1", "father_id"), ("register_entry_of", "r3", "B2", "mother_id+birth_date"),
        ("register_entry_of", "r4", "W9", "wife_id"), ("alias", "C1", "W1", "wife_id")))
    assert told.set_index("person")[["n_events", "n_with_entry"]].to_dict("index") == {
        "child": {"n_events": 2, "n_with_entry": 1}, "parent": {"n_events": 2, "n_with_entry": 1}, "spouse": {"n_events": 1, "n_with_entry": 0}}


def totals(*rows: dict) -> pd.DataFrame:
    records, linked = listed("reported_totals", {f"t{i}": {"town": "东升镇", "town_code": None, "marriages": None, "registered_at": None, **row} for i, row in enumerate(rows)})
    return reported_totals(records, linked, SPAN, {"159901001": "团结街道"}.get)


def test_a_quarter_is_what_the_town_reported_for_it_else_the_sum_of_its_three_months():
    months = [{"period": f"2025-0{m}", "births": m} for m in (1, 2, 3)]
    assert totals(*months)["births"].tolist() == [6]
    assert totals(*months[:2])["births"].isna().all()
    assert totals(*months, {"period": "2025Q1", "births": 7})["births"].tolist() == [7]
    assert totals({"period": None, "births": 9}, {"period": "2024Q4", "births": 4})["births"].tolist() == [9]


def test_a_total_sent_twice_counts_as_last_registered_and_a_code_gives_the_town_its_name():
    rows = [{"town_code": "159901001", "period": "2025Q1", "births": n, "registered_at": pd.Timestamp(f"2025-04-0{d}")} for n, d in ((5, 7), (6, 3))]
    assert totals(*rows).to_numpy()[:, :2].tolist() == [["团结街道", 5]]


def test_what_the_lists_hold_of_a_town_leaves_out_what_has_no_town():
    told = counted_by_town(pd.DataFrame({"town": ["东升镇", "东升镇", None], "n_births": [2, 1, 9]}), pd.DataFrame({"town": ["新民乡"], "n_marriages": [4]}))
    assert told.to_dict("index") == {"东升镇": {"births": 3, "marriages": 0}, "新民乡": {"births": 0, "marriages": 4}}


def couples(**columns: list) -> pd.DataFrame:
    n = len(columns["reg_date"])
    base = {"marriage": [None] * n, "town_marriage": [None] * n, "home": ["home"] * n, "registered_here": [None] * n, "reissued_only": [False] * n}
    return pd.DataFrame({**base, **columns, "reg_date": pd.to_datetime(columns["reg_date"])}, index=[f"W{i}" for i in range(n)])


def test_marriages_at_hand_are_of_the_quarter_or_told_apart():
    table = couples(reg_date=["2025-01-01", "2025-03-31", "2024-12-31", None, None, "2025-02-02"], home=["home", "unknown", "home", "home", "home", "elsewhere"],
                    reissued_only=[False, False, False, False, True, False])
    assert list(marriages_of_period(table, SPAN).index) == ["W0", "W1"]
    assert marriages_by_standing(table, SPAN) == {"elsewhere": 1, "other": 1, "undated": 1, "reissued": 1}


def test_a_marriage_the_registry_lacks_is_told_by_who_registered_it():
    table = couples(reg_date=[None] * 5, marriage=["r", "r", None, None, None], town_marriage=["t", None, "t", "t", "t"], registered_here=[True, True, True, False, None])
    assert marriages_held(table).to_dict() == {
        "marriage_and_town_marriage": 1, "marriage": 1, "town_marriage_registered_here": 1, "town_marriage_registered_elsewhere": 1, "town_marriage_registry_not_told": 1}
