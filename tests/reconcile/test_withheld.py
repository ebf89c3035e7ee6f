"""A mother who withheld her identity is tied to other lists by the certificate number, and by nothing else."""

from __future__ import annotations

import pandas as pd

from popanalysis.acquire import Earlier
from popanalysis.columns import ORIGIN_COLUMNS
from popanalysis.link import current_rules
from popanalysis.params import QuarterParams
from popanalysis.project import shipped_folder
from popanalysis.reconcile import DiscrepancyRules, PeriodRules, link_period
from popanalysis.reconcile.withheld import search_candidates

PARAMS = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "inputs": {"birth_cert": ["a.csv"]}, "as_of": "2025-04-10"})
BIRTH = {"child_sex": "1", "birth_date": pd.Timestamp("2025-03-05"), "mother_name": "白塔娜", "mother_id": "159901199003050026"}
WITHHELD = {**BIRTH, "doubt_class": "withheld"}


def rules() -> PeriodRules:
    folder = shipped_folder("params")
    return PeriodRules({"birth": current_rules(folder / "linkage", "births")}, {"birth": DiscrepancyRules.read(folder / "discrepancy" / "births.v4.yaml")})


def linked(**rows: dict) -> pd.Series:
    """Events of rows called <kind>_<n>."""
    records: dict[str, dict] = {}
    accounts = []
    for place, (name, values) in enumerate(rows.items(), 2):
        kind = name.rsplit("_", 1)[0]
        records.setdefault(kind, {})[name] = {"file": "a", "sheet": "", "row": place, "is_late": False, **values}
        accounts.append((kind, "health", "a", "", place, name, "used", ""))
    frames = {kind: pd.DataFrame.from_dict(found, orient="index") for kind, found in records.items()}
    accounting = pd.DataFrame(accounts, columns=[*ORIGIN_COLUMNS, "record_id", "fate", "fate_reason"])
    return link_period(frames, accounting, rules(), PARAMS, Earlier()).accounting.set_index("record_id")["event_id"]


def test_the_same_name_number_and_date_tie_nothing_to_her_delivery():
    events = linked(unverified_delivery_1=WITHHELD, birth_cert_1={**BIRTH, "birth_cert_no": "Z159900001"}, hukou_birth_1=BIRTH)
    assert events["birth_cert_1"] == events["hukou_birth_1"] != events["unverified_delivery_1"]


def test_the_certificate_number_ties_and_her_certificate_finds_nobody_further():
    number = {"birth_cert_no": "Z159900001"}
    events = linked(unverified_delivery_1={**WITHHELD, **number}, birth_cert_1={**BIRTH, **number}, hukou_birth_1=BIRTH, town_birth_1=BIRTH)
    assert events["unverified_delivery_1"] == events["birth_cert_1"]
    assert events["hukou_birth_1"] == events["town_birth_1"] != events["birth_cert_1"]


def test_a_registration_that_states_the_number_is_tied_by_it():
    number = {"birth_cert_no": "Z159900001"}
    events = linked(unverified_delivery_1={**WITHHELD, **number}, birth_cert_1={**BIRTH, **number}, hukou_birth_1={**BIRTH, **number})
    assert events.nunique() == 1


def test_a_mother_whose_papers_are_merely_doubtful_is_compared_as_others_are():
    events = linked(unverified_delivery_1={**WITHHELD, "doubt_class": "doubtful"}, birth_cert_1={**BIRTH, "birth_cert_no": "Z159900001"})
    assert events.nunique() == 1


def test_the_search_finds_exact_values_only_and_tells_the_health_office_alone():
    frames = {"unverified_delivery": pd.DataFrame([WITHHELD], index=["u1"]),
              "birth_cert": pd.DataFrame([BIRTH, {**BIRTH, "mother_id": "159901199003050027", "mother_name": "白塔那"}], index=["h1", "h2"])}
    table = pd.DataFrame({"event_id": {"u1": "B1", "h1": "B2", "h2": "B3"}})
    found = list(search_candidates(frames, table, lambda record, field: record))
    assert [(q.code, q.event_id, q.list_b, q.cell_b, q.recipient, q.value_a, q.value_b) for q in found] == [("withheld_candidate", "B1", "birth_cert", "h1", "health", "", "")]
