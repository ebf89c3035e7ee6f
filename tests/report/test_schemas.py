import copy
import json

import jsonschema
import pandas as pd
import pytest
import yaml

from popanalysis import columns
from popanalysis.errors import ProblemsFoundError, ValidationError
from popanalysis.project import shipped_folder
from popanalysis.schemas import TABLES, check_results, check_run_record, check_table, parameters_schema, read_schema

HASH = "0123456789abcdef" * 4
RECORD_ID = "r0123456789abcdef0123"


@pytest.fixture
def run_record():
    return {
        "schema": 1, "period": "2025Q1", "state": "checked", "revision": 1, "language": "zh", "as_of": "2025-04-10",
        "parameters": {"period": "2025Q1", "home_division": "159901", "inputs": {}, "as_of": "2025-04-10"},
        "inputs": [{"kind": "birth_cert", "file": "data/a.xlsx", "sha256": HASH, "n_rows": 12, "received": None}],
        "rule_sets": [{"name": "births", "version": 1, "file": "params/linkage/births.v1.yaml", "sha256": HASH, "role": "linkage"}],
        "versions": {"popanalysis": "0.1.0", "python": "3.11.7", "packages": {"pandas": "2.3.3"}},
        "notebook": {"file": "notebooks/quarterly_record.ipynb", "sha256": HASH},
        "previous_record": {"folder": "outputs/2024Q4", "revision": 1, "fingerprint": HASH}, "revision_before": None,
        "row_accounting": {"birth_cert": {**dict.fromkeys(columns.FATES, 2), "blank": 1, "total": 13}},
        "sealed": [{"path": "publish/results.json", "sha256": HASH}], "fingerprint": HASH,
    }


def test_a_complete_run_record_keeps_its_contract(run_record):
    check_run_record(run_record)


def test_a_rule_set_of_an_older_record_has_no_role(run_record):
    del run_record["rule_sets"][0]["role"]
    check_run_record(run_record)


def test_a_draft_needs_no_seal(run_record):
    check_run_record({**run_record, "state": "draft", "revision": None, "notebook": None, "sealed": [], "fingerprint": None})


def test_every_key_of_the_run_record_is_needed(run_record):
    for key in run_record:
        with pytest.raises((ValidationError, ProblemsFoundError)):
            check_run_record({k: v for k, v in run_record.items() if k != key})


@pytest.mark.parametrize(("path", "value"), [
    (("schema",), 2), (("period",), "2025Q5"), (("state",), "final"), (("revision",), 0), (("revision",), None), (("fingerprint",), None),
    (("fingerprint",), "abc"), (("sealed",), []), (("as_of",), "10.4.2025"), (("inputs", 0, "sha256"), "x"), (("inputs", 0, "n_rows"), "12"), (("rule_sets", 0, "role"), "births"),
    (("sealed", 0, "path"), "publish\\results.json"), (("row_accounting", "birth_cert", "used"), -1), (("row_accounting", "birth_cert", "total"), 14)])
def test_a_changed_run_record_is_refused_at_its_place(run_record, path, value):
    changed = copy.deepcopy(run_record)
    at = changed
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    with pytest.raises((ValidationError, ProblemsFoundError)) as caught:
        check_run_record(changed)
    assert "/".join(map(str, path[:2])) in str(caught.value)


def test_a_key_added_is_no_change_of_the_contract(run_record):
    check_run_record({**run_record, "later": True})


def figure(**changed):
    return {"schema": 1, "period": "2025Q1", "small_cells": 5, "figures": {"births.events": {
        "value": 312, "unit": "births", "numerator": None, "denominator": None, "interval": None, "bounds": None, "suppressed": False,
        "definition": {"zh": "出生", "en": "Births"}, **changed}}}


def test_results_keep_their_contract():
    check_results(figure())


@pytest.mark.parametrize("changed", [
    {"suppressed": True}, {"suppressed": True, "value": None, "numerator": 3}, {"value": True}, {"unit": ""}, {"numerator": 1.5}, {"interval": [0.1]}, {"definition": {"zh": "出生"}}])
def test_a_wrong_figure_is_refused_with_its_key(changed):
    with pytest.raises((ValidationError, ProblemsFoundError), match=r"births\.events"):
        check_results(figure(**changed))


# --- parameters ---------------------------------------------------------------------------------------


def test_the_parameter_schema_in_the_package_is_that_of_the_model():
    assert read_schema("parameters") == parameters_schema(), "a parameter changed: run python -m popanalysis.schemas and add it to the changelog"


def test_the_parameter_schema_takes_the_shipped_file_and_refuses_a_misspelt_key():
    validator = jsonschema.Draft202012Validator(read_schema("parameters"))
    values = yaml.safe_load((shipped_folder("params") / "2025Q1.yaml").read_text(encoding="utf-8"))
    validator.validate(values)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**values, "perod": "2025Q1"})


# --- tables -------------------------------------------------------------------------------------------

ROWS = {
    "linked_records": {"kind": "birth_cert", "department": "health", "file": "data/a.xlsx", "sheet": "Sheet1", "row": 3, "record_id": RECORD_ID,
                       "fate": "used", "fate_reason": "", "event_id": "B-2025Q1-00012", "set_id": None, "link_status": "linked"},
    "links": {"record_id_a": RECORD_ID, "record_id_b": RECORD_ID[:-1] + "4", "link_decision": "link", "match_weight": 21.5, "match_probability": 0.9999, "mother_id": "equal"},
    "cases": {"case_id": "2025Q1-0037", "code": "field_differs", "event_id": "B-2025Q1-00012", "set_id": "", "field": "birth_date", "list_a": "birth_cert",
              "value_a": "2025-03-05", "cell_a": "D17", "list_b": "hukou_birth", "value_b": "2025-03-06", "cell_b": "C9", "recipient": "health", "state": "open",
              "opened_in": "2025Q1", "due_on": "", "closed_in": "",
              "how": "same_sound", "likelier": "", "evidence": "check_character:birth_cert;more_lists:hukou_birth"},
    "relations": {"relation": "alias", "from_id": "B-2025Q1-00012", "to_id": "B-2024Q4-00003", "evidence": ""},
    "faults": {"file": "data/a.xlsx", "sheet": "Sheet1", "row": 3, "column": "母亲_身份证号", "cell": "D3", "raw_value": "x", "fault": "id_damaged", "done": "set_missing", "severity": "warning"},
}


@pytest.mark.parametrize("name", TABLES)
def test_a_good_table_keeps_its_contract_typed_and_as_text(name):
    frame = pd.DataFrame([ROWS[name]])
    check_table(name, frame)
    check_table(name, frame.fillna("").astype(str))
    check_table(name, frame.iloc[:0])


@pytest.mark.parametrize(("name", "named"), [
    ("linked_records", columns.LINKED_RECORDS_COLUMNS), ("links", columns.LINKS_COLUMNS), ("cases", columns.CASES_COLUMNS),
    ("relations", columns.RELATIONS_COLUMNS), ("faults", columns.FAULTS_COLUMNS)])
def test_columns_and_their_order_are_those_of_the_shared_list(name, named):
    assert tuple(field["name"] for field in read_schema(name)["fields"]) == named


@pytest.mark.parametrize(("table", "field", "codes"), [
    ("linked_records", "kind", columns.KINDS), ("linked_records", "department", columns.DEPARTMENTS), ("linked_records", "fate", columns.FATES),
    ("linked_records", "link_status", columns.LINK_STATUSES), ("links", "link_decision", columns.LINK_DECISIONS), ("cases", "state", columns.CASE_STATES),
    ("faults", "severity", columns.SEVERITIES)])
def test_codes_are_those_of_the_shared_list(table, field, codes):
    constraints = next(f for f in read_schema(table)["fields"] if f["name"] == field)["constraints"]
    assert tuple(constraints["enum"]) == codes


@pytest.mark.parametrize(("name", "column", "value"), [
    ("linked_records", "kind", "births"), ("linked_records", "row", "3a"), ("linked_records", "row", 0), ("linked_records", "record_id", "r1"),
    ("linked_records", "file", ""), ("linked_records", "event_id", "2025-12"), ("linked_records", "link_status", "maybe"),
    ("links", "match_probability", 1.2), ("links", "match_weight", "high"), ("links", "mother_id", "Equal!"), ("cases", "case_id", "37"),
    ("cases", "due_on", "10.4.2025"), ("cases", "closed_in", "now"), ("relations", "to_id", ""), ("faults", "severity", "fatal")])
def test_a_wrong_cell_is_refused_with_column_and_line_but_never_its_value(name, column, value):
    with pytest.raises(ValidationError) as caught:
        check_table(name, pd.DataFrame([{**ROWS[name], column: value}]))
    assert (caught.value.column, caught.value.lines) == (column, (2,))


def test_only_used_rows_have_an_event():
    with pytest.raises(ProblemsFoundError) as caught:
        check_table("linked_records", pd.DataFrame([{**ROWS["linked_records"], "fate": "unusable"}]))
    assert [problem.column for problem in caught.value.problems] == ["event_id", "link_status"]


def test_a_record_id_twice_is_refused():
    with pytest.raises(ValidationError) as caught:
        check_table("linked_records", pd.DataFrame([ROWS["linked_records"]] * 2))
    assert caught.value.lines == (2, 3)


def test_a_column_lost_or_moved_is_refused_and_one_added_at_the_end_is_not():
    frame = pd.DataFrame([ROWS["cases"]])
    check_table("cases", frame.assign(later="x"))
    for wrong in (frame.drop(columns="field"), frame[frame.columns[::-1]]):
        with pytest.raises(ValidationError):
            check_table("cases", wrong)


def test_schemas_are_themselves_valid():
    for name in ("results", "run_record", "parameters"):
        jsonschema.Draft202012Validator.check_schema(read_schema(name))


def test_a_message_shows_no_personal_value():
    with pytest.raises(ValidationError) as caught:
        check_table("faults", pd.DataFrame([{**ROWS["faults"], "raw_value": "王小芳", "severity": "王小芳"}]))
    assert "王小芳" not in str(caught.value) and "王小芳" not in json.dumps(caught.value.facts, ensure_ascii=False)
