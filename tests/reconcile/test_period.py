"""Fates as they end up: rows sent again, rows that are late, second entries of one list."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from popanalysis.acquire import Earlier
from popanalysis.acquire.previous_record import EarlierRecord
from popanalysis.columns import ORIGIN_COLUMNS
from popanalysis.link import current_rules
from popanalysis.params import QuarterParams
from popanalysis.project import shipped_folder
from popanalysis.reconcile import DiscrepancyRules, PeriodRules, link_period, lists_received
from popanalysis.reconcile.period import _known_since

PARAMS = QuarterParams.from_values({"period": "2025Q2", "home_division": "159901", "inputs": {"birth_cert": ["a.csv"]}, "as_of": "2025-07-10"})
BIRTH = {"child_name": "白小雨", "child_sex": "1", "birth_date": pd.Timestamp("2025-03-05"), "mother_name": "白塔娜", "mother_id": "159901199003050026", "birth_cert_no": "Z159900001"}


@pytest.fixture(scope="module")
def rules():
    folder = shipped_folder("params")
    return PeriodRules({"birth": current_rules(folder / "linkage", "births")}, {"birth": DiscrepancyRules.read(folder / "discrepancy" / "births.v4.yaml")})


def read(*rows: tuple[str, str, dict]) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Records and accounting of rows (record_id, kind, further values)."""
    records, accounts = {}, []
    for place, (record_id, kind, values) in enumerate(rows, 2):
        row = {"file": f"{kind}.csv", "sheet": "", "row": place, **BIRTH, "is_late": False, **values}
        records.setdefault(kind, {})[record_id] = row
        accounts.append((kind, "health", f"{kind}.csv", "", place, record_id, "used", ""))
    frames = {kind: pd.DataFrame.from_dict(found, orient="index") for kind, found in records.items()}
    return frames, pd.DataFrame(accounts, columns=[*ORIGIN_COLUMNS, "record_id", "fate", "fate_reason"])


def earlier(state: str) -> Earlier:
    row = {"record_id": "r1", "kind": "birth_cert", "event_id": "B-2025Q1-00007", "set_id": None, "state": state, "opened_in": "2025Q1", "held_in": "2025Q1"}
    if state == "open":
        row |= {"file": "old.csv", "sheet": "", "row": 9, **BIRTH}
    return Earlier(previous=EarlierRecord(None, "2025Q1", 1, "f", pd.DataFrame([row]), pd.DataFrame(), pd.Series(dtype="object")))


def test_a_row_whose_act_lies_before_the_period_is_used_and_marked_late(rules):
    linked = link_period(*read(("r5", "birth_cert", {"is_late": True}), ("r6", "hukou_birth", {})), rules, PARAMS, Earlier())
    assert linked.accounting.set_index("record_id")[["fate", "fate_reason"]].to_numpy().tolist() == [["used", "late"], ["used", ""]]


def test_a_new_row_joins_the_event_it_was_waited_for_by(rules):
    linked = link_period(*read(("r6", "hukou_birth", {})), rules, PARAMS, earlier("open"))
    row = linked.accounting.iloc[0]
    assert (row["event_id"], row["link_status"], len(linked.accounting)) == ("B-2025Q1-00007", "linked", 1)
    assert linked.births.loc["B-2025Q1-00007", ["birth_cert", "hukou_birth"]].tolist() == ["r1", "r6"]


@pytest.mark.parametrize("state", ["open", "held"])
def test_a_row_sent_again_is_a_duplicate_under_its_old_event(rules, state):
    linked = link_period(*read(("r1", "birth_cert", {})), rules, PARAMS, earlier(state))
    row = linked.accounting.iloc[0]
    assert (row["fate"], row["fate_reason"], row["event_id"]) == ("duplicate", "held_by_earlier_record", "B-2025Q1-00007")


def pair(first: str, second: str, is_match: bool) -> pd.DataFrame:
    return pd.DataFrame({"record_id_a": [first], "record_id_b": [second], "is_match": [is_match]})


def two_carried(first_event: str, second_event: str) -> Earlier:
    rows = [{"record_id": record, "kind": kind, "event_id": event, "set_id": None, "state": "open", "opened_in": "2025Q1", "held_in": "2025Q1",
             "file": "old.csv", "sheet": "", "row": 9, **BIRTH}
            for record, kind, event in (("r1", "birth_cert", first_event), ("r2", "hukou_birth", second_event))]
    return Earlier(previous=EarlierRecord(None, "2025Q1", 1, "f", pd.DataFrame(rows), pd.DataFrame(), pd.Series(dtype="object")))


def test_people_can_part_what_an_earlier_quarter_linked(rules):
    linked = link_period(*read(("r9", "town_birth", {"mother_id": "159901199104050021", "mother_name": "包金花"})), rules, PARAMS,
                         two_carried("B-2025Q1-00007", "B-2025Q1-00007"), pair("r1", "r2", False))
    assert linked.linked.loc["r1", "event_id"] != linked.linked.loc["r2", "event_id"]


def test_people_can_join_two_events_of_an_earlier_quarter(rules):
    linked = link_period(*read(("r9", "town_birth", {"mother_id": "159901199104050021", "mother_name": "包金花"})), rules, PARAMS,
                         two_carried("B-2025Q1-00007", "B-2025Q1-00008"), pair("r1", "r2", True))
    assert linked.linked.loc[["r1", "r2"], "event_id"].tolist() == ["B-2025Q1-00007"] * 2


@pytest.mark.parametrize(("period", "since"), [("2025Q1", "2025-01-01"), ("2024Q4", "2025-04-01")])
def test_lists_are_known_since_the_quarter_before_unless_one_was_skipped(period, since):
    before = earlier("held").previous
    assert _known_since(Earlier(previous=dataclasses.replace(before, period=period)), PARAMS.span).isoformat() == since
    assert _known_since(Earlier(), PARAMS.span).isoformat() == "2025-04-01"


def test_a_kind_with_an_empty_list_of_sources_was_not_received():
    params = PARAMS.model_copy(update={"inputs": {**PARAMS.inputs, "hukou_birth": []}, "nil_reports": ["town_birth"]})
    assert lists_received(params) == {"birth_cert", "town_birth"}


def test_a_second_entry_of_the_same_birth_is_a_duplicate_and_names_the_row_kept(rules):
    linked = link_period(*read(("r1", "birth_cert", {}), ("r2", "birth_cert", {"mother_name": "白塔那"}), ("r3", "hukou_birth", {})), rules, PARAMS, Earlier())
    frame = linked.accounting.set_index("record_id")
    assert frame["event_id"].nunique() == 1 and sorted(frame["fate"]) == ["duplicate", "used", "used"]
    again = frame[frame["fate"].eq("duplicate")].iloc[0]
    assert again["fate_reason"].startswith("same_event_as:r")
