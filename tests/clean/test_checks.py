"""Checks of the rows: their outcomes, what may not be written into them, and how they are told."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from popanalysis.clean import CheckRules, clean_records, shipped_checks
from popanalysis.clean.checks import Check, examples_of
from popanalysis.clean.identity_number import check_character
from popanalysis.clean.records import clean_and_check
from popanalysis.errors import PopAnalysisError

AS_OF = dt.date(2025, 4, 10)
EXAMPLES = [(check.name, *example) for check in shipped_checks().checks for example in examples_of(check)]


def outcomes(frame: pd.DataFrame, kind: str, rules: CheckRules | None = None) -> dict[str, list[int]]:
    counted = clean_and_check(frame, kind, as_of=AS_OF, checks=rules)[2].set_index("check")
    return {str(name): [int(n) for n in row] for name, row in zip(counted.index, counted.to_numpy(), strict=True)}


def number(body: str) -> str:
    return body + check_character(body)


def rules_with(folder: Path, **check: object) -> CheckRules:
    made = {"name": "own", "severity": "note", "label": {"zh": "一", "en": "one"}, **check}
    path = folder / "trial.yaml"
    path.write_text(yaml.safe_dump({"name": "records", "version": 2, "checks": [made]}, allow_unicode=True), encoding="utf-8")
    return CheckRules.read(path)


@pytest.mark.parametrize(("name", "outcome", "kind", "row"), EXAMPLES, ids=[f"{name}-{outcome}" for name, outcome, _, _ in EXAMPLES])
def test_every_example_of_a_check_comes_out_as_it_says(name: str, outcome: str, kind: str, row: dict[str, str]) -> None:
    counts = dict(zip(("pass", "fail", "cannot_tell"), outcomes(pd.DataFrame([row]), kind)[name], strict=True))
    assert counts[outcome] >= 1
    assert {other for other, n in counts.items() if n} <= {outcome, "cannot_tell"}


def test_every_check_has_an_example_of_each_outcome_or_a_test_below() -> None:
    assert {check.name for check in shipped_checks().checks if not {"pass", "fail"} <= set(check.examples)} == {"deliveries_close_together"}


def test_two_deliveries_of_one_mother_nearer_than_150_days_are_pointed_at_in_both_rows() -> None:
    mother, other = number("15990119900305002"), number("15990119920305004")
    frame = pd.DataFrame({
        "mother_id": [mother, mother, mother, other, other, "", "15990119900305", mother],
        "birth_date": ["2025-01-05", "2025-01-06", "2025-03-05", "2024-08-07", "2025-01-04", "2025-01-04", "2025-01-04", "2025年3月"],
        "child_name": list("甲乙丙丁戊己庚辛")})  # twins around midnight, and 58 days later; 150 days apart; unknown mothers; no day
    records, faults = clean_records(frame, "town_birth", as_of=AS_OF)
    close = faults[faults["fault"] == "deliveries_close_together"]
    assert close[["record", "field", "raw_value", "severity"]].values.tolist() == [[row, "mother_id", mother, "warning"] for row in (0, 1, 2)]
    assert outcomes(frame, "town_birth")["deliveries_close_together"] == [2, 3, 3]
    assert len(records) == 8  # nothing is taken out


def test_any_two_rows_of_a_mother_count_under_her_old_number_too() -> None:
    mother = number("15990119900305002")
    frame = pd.DataFrame({"mother_id": [mother, "159901900305002", mother], "birth_date": ["2025-01-05", "2025-01-07", "2025-01-09"], "child_name": list("甲乙丙")})
    faults = clean_records(frame, "town_birth", as_of=AS_OF)[1]
    assert faults.loc[faults["fault"] == "deliveries_close_together", "record"].tolist() == [0, 2]  # two days and two are one delivery each, four are not


@pytest.mark.parametrize(("born", "delivered", "fails"), [
    ("2015-03-05", "2025-03-05", False), ("2015-03-06", "2025-03-05", True), ("2015-02-28", "2025-02-28", False), ("1964-03-06", "2025-03-05", False),
    ("1964-03-05", "2025-03-05", True)])
def test_years_are_completed_on_the_birthday(born: str, delivered: str, fails: bool) -> None:
    row = {"mother_id": number("159901" + born.replace("-", "") + "002"), "birth_date": delivered}
    assert outcomes(pd.DataFrame([row]), "birth_cert")["mother_age_impossible"] == ([0, 1, 0] if fails else [1, 0, 0])


def test_a_date_known_to_the_month_decides_only_where_every_day_of_it_does() -> None:
    rows = pd.DataFrame({"mother_id": [number("15990120150305002")] * 3, "birth_date": ["2025年2月", "2025年3月", "2025年4月"]})
    assert outcomes(rows, "birth_cert")["mother_age_impossible"] == [1, 1, 1]


@pytest.mark.parametrize("test", [
    {"not_after": ["father.birth_date", "mother.birth_date"]}, {"years_between": {"from": "mother.birth_date", "to": "father.birth_date", "at_least": 10, "at_most": 60}},
    {"days_between_rows": {"same": "mother.number", "date": "birth_date", "at_least": 150, "one_delivery": -1}},
    {"days_between_rows": {"same": "mother.number", "date": "birth_date", "at_least": -5}},
    {"not_after": ["father.birth_date", "birth_date"]}, {"years_between": {"from": "father.birth_date", "to": "birth_date", "at_least": 10, "at_most": 60}}])
def test_no_check_holds_two_persons_against_each_other_or_counts_days_backwards(test: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Check.model_validate({"name": "x", "lists": ["birth_cert"], "test": test, "severity": "note", "label": {"zh": "甲", "en": "x"}})


def test_149_days_are_too_few_and_150_are_not() -> None:
    mother = number("15990119900305002")
    for second, failures in (("2025-05-31", 2), ("2025-06-01", 0)):
        frame = pd.DataFrame({"mother_id": [mother, mother], "birth_date": ["2025-01-02", second]})
        assert clean_and_check(frame, "town_birth")[2].set_index("check").loc["deliveries_close_together", "n_fail"] == failures


def test_a_date_known_to_the_month_fails_only_where_no_day_of_it_would_pass() -> None:
    frame = pd.DataFrame({"birth_date": ["2025-03-05"] * 3, "issue_date": ["2025年2月", "2025年3月", "2025年4月"]})
    assert outcomes(frame, "birth_cert")["birth_date_after_act"] == [1, 1, 1]


def test_a_date_or_sex_read_out_of_the_number_is_no_second_witness_of_it() -> None:
    told = outcomes(pd.DataFrame({"child_id": ["159901202403050013"], "child_name": ["甲"]}), "hukou_birth")
    assert told["id_birth_date_differs"][:2] == told["id_sex_differs"][:2] == [0, 0]


def test_a_damaged_number_tells_nothing() -> None:
    told = outcomes(pd.DataFrame({"mother_id": ["1.59901E+17", "159901199003050014"], "birth_date": ["1991-03-05"] * 2}), "birth_cert")
    assert told["mother_age_impossible"] == [0, 0, 2]


def test_a_list_without_the_column_is_not_blamed_row_by_row() -> None:
    assert outcomes(pd.DataFrame({"mother_name": ["甲", "乙"], "birth_date": "2025-03-05"}), "town_birth")["village_missing"] == [0, 0, 2]


def test_an_own_check_is_made_told_and_counted(tmp_path: Path) -> None:
    rules = rules_with(tmp_path, lists=["hukou_birth"], test={"equal": ["accept_unit", "region"]}, owner="police")
    frame = pd.DataFrame({"child_name": ["甲", "乙", "丙"], "birth_date": "2025-03-05", "accept_unit": ["东沟", "东沟", ""], "region": ["东沟", "西岭", "西岭"]})
    assert outcomes(frame, "hukou_birth", rules) == {"own": [1, 1, 1]}
    _, faults = clean_records(frame, "hukou_birth", checks=rules)
    assert faults[["record", "field", "raw_value", "fault", "done", "severity"]].values.tolist() == [[1, "accept_unit", "东沟", "own", "kept", "note"]]


@pytest.mark.parametrize("check", [
    {"lists": ["birth_cert"], "test": {"filled": "father_name"}},  # the mother may declare alone
    {"lists": ["birth_cert"], "test": {"filled": "marriage_cert_no"}},
    {"lists": ["birth_cert"], "test": {"filled": "parity"}},
    {"lists": ["birth_cert"], "test": {"filled": "fertility_cert_no"}},
    {"lists": ["birth_cert"], "test": {"equal": ["mother_ethnicity", "father_ethnicity"]}},
    {"lists": ["town_birth"], "test": {"years_between": {"from": "mother.number.birth_date", "to": "birth_date", "at_least": 18, "at_most": 60}}},
    {"lists": ["town_birth"], "test": {"years_between": {"from": "mother.number.birth_date", "to": "birth_date", "at_least": 10, "at_most": 49}}},
    {"lists": ["town_birth"], "test": {"days_between_rows": {"same": "mother.number", "date": "birth_date", "at_least": 1000}}},
    {"lists": ["adoption"], "test": {"filled": "adoptee_name"}},
    {"lists": ["birth_cert"], "test": {"equal": ["mother_hukou_addr", "father_hukou_addr"]}},
    {"lists": ["birth_cert"], "test": {"equal": ["marriage_cert_no", "birth_cert_no"]}},
    {"lists": ["birth_cert"], "test": {"filled": "father.number"}},
], ids=lambda check: str(check["test"]))
def test_no_check_on_families_beyond_the_impossible_can_be_written(check: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(PopAnalysisError, match=r"trial\.yaml"):
        rules_with(tmp_path, **check)


@pytest.mark.parametrize(("check", "said"), [
    ({"test": {"filled": "village"}}, "lists"),
    ({"lists": ["town_birth"], "test": {"filled": "vilage"}}, "vilage"),
    ({"lists": ["town_births"], "test": {"filled": "village"}}, "town_births"),
    ({"lists": ["town_birth"], "test": {"not_after": ["village", "as_of"]}}, "不是日期"),
    ({"lists": ["town_birth"], "test": {}}, "一种核查方式"),
    ({"lists": ["town_birth"], "test": {"not_after": ["mother.sex", "as_of"]}}, "不是日期"),
    ({"lists": ["town_birth"], "test": {"equal": ["village", "birth_date"]}}, "不是同一类内容"),
    ({"lists": ["town_birth"], "test": {"days_between_rows": {"same": "village", "date": "birth_date", "at_least": 100}}}, "不是日期"),
    ({"lists": ["town_birth"], "test": {"filled": "village", "equal": ["village", "group"]}}, "一种核查方式"),
    ({"for": "each_person", "test": {"equal": ["number.sex", "name"]}}, "each_person"),
    ({"lists": ["marriage"], "test": {"equal": ["mother.number.sex", "mother.sex"]}}, "mother"),
    ({"lists": ["town_birth"], "test": {"filled": "village"}, "owner": "hospital"}, "owner"),
])
def test_a_check_that_cannot_be_made_is_refused_with_its_place(check: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(PopAnalysisError, match=r"trial\.yaml.*checks\.0") as caught:
        rules_with(tmp_path, **check)
    assert said in str(caught.value)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    check = {"name": "own", "lists": ["town_birth"], "test": {"filled": "village"}, "severity": "note", "label": {"zh": "一", "en": "one"}}
    path.write_text(yaml.safe_dump({"name": "records", "version": 2, "checks": [check, check]}), encoding="utf-8")
    with pytest.raises(PopAnalysisError, match="own"):
        CheckRules.read(path)
