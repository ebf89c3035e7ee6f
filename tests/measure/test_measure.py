"""Counts and rates of known small tables."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.intervals import wilson
from popanalysis.measure import (
    agreement_by_field,
    births_by_home,
    births_by_place,
    births_by_standing,
    births_of_period,
    days_to_act,
    delay_summary,
    rows_by_fate,
)
from popanalysis.periods import Period
from popanalysis.project import shipped_folder
from popanalysis.reconcile.taxonomy import DiscrepancyRules

RULES = DiscrepancyRules.read(shipped_folder("params") / "discrepancy/births.v1.yaml")


@pytest.mark.parametrize(("x", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)])
def test_wilson_interval_gives_the_published_values(x, n, low, high):
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(x, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_rate_without_anything_compared_has_no_interval():
    assert wilson(0, 0) is None


def births(rows: list[tuple[str | None, str | None, str | None]], **more) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["birth_cert", "hukou_birth", "town_birth"], index=[f"B{i}" for i in range(len(rows))], dtype="object")
    return frame.assign(set_id=None, **more)


def test_agreement_counts_compared_agreeing_and_missing_apart():
    records = {
        "birth_cert": pd.DataFrame({"mother_name": ["包娜", "白玉", None]}, index=["h1", "h2", "h3"]),
        "hukou_birth": pd.DataFrame({"mother_name": ["包娜", "白王", "金花"]}, index=["p1", "p2", "p3"]),
    }
    table = agreement_by_field(births([("h1", "p1", None), ("h2", "p2", None), ("h3", "p3", None), ("h4", None, None)]), records, RULES)
    row = table.set_index(["field", "list_a", "list_b"]).loc[("mother_name", "birth_cert", "hukou_birth")]
    assert row[["n_births", "n_missing", "n_compared", "n_agree", "agreement_rate"]].tolist() == [3, 1, 2, 1, 0.5]


def test_births_by_place_leaves_births_of_elsewhere_out():
    frame = births([("h1", None, "t1"), ("h2", None, None)], town=["159901101", None], home=["home", "elsewhere"], child_sex="1", birth_date=pd.Timestamp("2025-02-01"))
    table = births_by_place(frame, ["birth_cert", "hukou_birth", "town_birth"], {"159901101": "甲镇"}.__getitem__)
    assert table.drop(columns="place").to_dict("records") == [{"town": "甲镇", "month": "2025-02", "child_sex": "1", "n_births": 1, "n_birth_cert": 1, "n_hukou_birth": 0, "n_town_birth": 1}]
    assert births_by_home(frame) == {"home": 1, "elsewhere": 1, "unknown": 0}


def test_days_leave_vague_dates_and_impossible_sequences_out():
    frame = pd.DataFrame({
        "birth_date": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-01-10"]), "act_date": pd.to_datetime(["2025-01-31", "2025-02-20", "2025-01-01"]),
        "birth_date_precision": ["day", "month", "day"], "held_in": "2025Q1"}, index=["a", "b", "c"])
    assert days_to_act({"hukou_birth": frame}, "2025Q1").to_dict("records") == [{"kind": "hukou_birth", "days": 30}]


def test_days_of_records_carried_over_are_not_counted_again():
    frame = pd.DataFrame({"birth_date": pd.to_datetime(["2025-01-01"] * 2), "act_date": pd.to_datetime(["2025-01-31"] * 2), "held_in": ["2024Q4", "2025Q1"]})
    assert len(days_to_act({"hukou_birth": frame}, "2025Q1")) == 1


def test_births_stand_in_one_relation_to_the_period_each():
    frame = births([("h1", None, None), ("h2", None, None), ("h3", None, None), ("h4", None, None), ("h5", "p5", None)],
                   birth_date=pd.to_datetime(["2025-02-01", "2024-11-30", None, "2024-12-01", "2024-12-31"]))
    records = {"birth_cert": pd.DataFrame({"held_in": ["2025Q1", "2025Q1", "2025Q1", "2024Q4", "2024Q4"]}, index=["h1", "h2", "h3", "h4", "h5"]),
               "hukou_birth": pd.DataFrame({"held_in": ["2025Q1"]}, index=["p5"])}
    span = Period.parse("2025Q1")
    assert births_by_standing(frame, records, span) == {"of_period": 1, "earlier": 2, "undated": 1, "waiting": 1}
    assert births_of_period(frame, span).index.tolist() == ["B0"]


def test_delay_summary_of_nothing_is_empty():
    assert delay_summary(days_to_act({}, "2025Q1")).empty


def test_rows_add_up():
    table = rows_by_fate(pd.DataFrame({"kind": ["a", "a", "b"], "fate": ["used", "not_a_record", "duplicate"]}), {"a": 2})
    assert table.loc["a", ["used", "not_a_record", "blank", "total"]].tolist() == [1, 1, 2, 4] and table.loc["b", "total"] == 1
