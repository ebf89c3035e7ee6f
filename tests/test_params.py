"""Parameters are checked as a whole, before any file is opened (cases K24, K25)."""

from __future__ import annotations

import pytest

from popanalysis.errors import ParameterError, PopAnalysisError
from popanalysis.params import QuarterParams
from popanalysis.periods import Period

GOOD = {"period": "2025Q1", "home_division": "159901", "inputs": {"birth_cert": ["data/a.xlsx"]}, "as_of": "2025-04-10"}


def refused(**changes: object) -> PopAnalysisError:
    with pytest.raises(PopAnalysisError) as caught:
        QuarterParams.from_values({**GOOD, **changes})
    return caught.value


def read(tmp_path, text: str) -> QuarterParams:
    file = tmp_path / "p.yaml"
    file.write_text(text, encoding="utf-8")
    return QuarterParams.read(file)


FILE = 'period: "2025Q1"\nhome_division: "159901"\ninputs:\n  birth_cert: ["a.xlsx"]\nas_of: "2025-04-10"\n'


def test_defaults_are_those_of_the_contract():
    params = QuarterParams.from_values(GOOD)
    assert params.to_plain() == {
        **GOOD, "divisions_overlay": None, "received": {}, "nil_reports": [], "decisions": [], "previous_record": None,
        "rules": {"linkage": "params/linkage", "checks": "params/checks", "discrepancy": "params/discrepancy", "referral": "params/referral"},
        "holidays": None, "search_withheld": None, "small_cells": 5, "max_memory": None, "spark_master": None, "output_dir": None,
        "language": "zh", "engine": "local"}


def test_plain_values_come_back_as_the_same_parameters():
    params = QuarterParams.from_values({**GOOD, "inputs": {"birth_cert": ["a.xlsx", {"path": "b.xlsx", "sheet": "二月"}]}, "received": {"birth_cert": "2025-04-07"}})
    assert QuarterParams.from_values(params.to_plain()) == params


@pytest.mark.parametrize("key", ["period", "home_division", "inputs", "as_of"])
def test_each_required_key_is_asked_for_by_name(key):
    with pytest.raises(ParameterError) as caught:
        QuarterParams.from_values({k: v for k, v in GOOD.items() if k != key})
    assert caught.value.name == key and key in caught.value.message("zh")


def test_K24_an_unknown_parameter_is_refused_with_the_nearest_valid_name():
    error = refused(recieved={})
    assert error.nearest == "received" and "recieved" in error.message("zh") and "received" in error.message("en")


def test_K24_a_misspelt_parameter_injected_by_papermill_is_refused():
    injected = "# Parameters\nquater = \"2025Q2\"\nperiod = \"2025Q1\"\n"
    with pytest.raises(ParameterError, match="quater"):
        QuarterParams.from_namespace({**GOOD, "In": ["", injected], "quater": "2025Q2"})


def test_names_of_the_notebook_itself_are_not_taken_for_parameters():
    assert QuarterParams.from_namespace({**GOOD, "In": ["x = 1"], "x": 1, "rows": []}).period == "2025Q1"


def test_K25_unquoted_codes_dates_and_words_keep_the_text_that_stands_in_the_file(tmp_path):
    params = read(tmp_path, 'period: 2025Q1\nhome_division: 012345\ninputs:\n  birth_cert: [012.xlsx]\nas_of: 2025-04-10\noutput_dir: no\n')
    assert (params.home_division, params.as_of, params.output_dir, params.inputs["birth_cert"][0].path) == ("012345", "2025-04-10", "no", "012.xlsx")


@pytest.mark.parametrize(("key", "value"), [("home_division", 159901), ("home_division", "１５９９０１"), ("home_division", "15990"), ("period", 202501),
                                            ("as_of", "2025-04-31"), ("as_of", "2025/04/10"), ("small_cells", True), ("small_cells", -1), ("max_memory", "8")])
def test_K25_a_value_that_changed_its_type_is_refused_with_the_form_to_use(key, value):
    error = refused(**{key: value})
    assert error.name == key and str(value) in error.message("en")


def test_every_fault_is_told_at_once():
    error = refused(period=202501, home_division="1", as_of="x", quater=1)
    assert len(error.problems) == 4


@pytest.mark.parametrize("text", ["2025Q5", "2025-13", "25Q1", "2025q1", "20250"])
def test_a_period_in_another_form_is_refused(text):
    assert refused(period=text).name == "period"


def test_a_kind_nobody_knows_is_refused_with_the_nearest():
    assert refused(inputs={"birth_certs": ["a"]}).nearest == "birth_cert"
    assert refused(nil_reports=["adoptions"]).nearest == "adoption"


def test_a_kind_cannot_both_arrive_and_be_reported_as_none():
    assert refused(nil_reports=["birth_cert"]).value == "birth_cert"


@pytest.mark.parametrize("source", [{"database": "X"}, {"path": "a", "database": "X", "query": "q"}, {"sheet": "a"}])
def test_a_source_is_a_path_or_a_database_with_a_query(source):
    refused(inputs={"birth_cert": [source]})


def test_a_key_given_twice_is_refused(tmp_path):
    with pytest.raises(ParameterError):
        read(tmp_path, FILE + 'as_of: "2025-04-11"\n')


def test_a_key_left_empty_takes_its_default(tmp_path):
    assert read(tmp_path, FILE + "previous_record:\ndecisions: null\n").decisions == []


@pytest.mark.parametrize("content", [b"", b"- a\n", b"\xff\xfe", b"a: [\n"])
def test_a_file_that_is_no_mapping_is_refused_in_a_sentence(tmp_path, content):
    file = tmp_path / "p.yaml"
    file.write_bytes(content)
    with pytest.raises(ParameterError):
        QuarterParams.read(file)


@pytest.mark.parametrize(("broken", "line", "word"), [
    ("period: \"2025Q1\"\nhome_division： \"159901\"\nas_of: x\n", 2, "半角冒号"), ("period: \"2025Q1\"\n\tas_of: x\n", 2, "制表符"),
    ("period: \"2025Q1\nas_of: x\n", None, "引号"), ("period: x\nperiod: y\n", 2, "两次"), ("inputs: {birth_cert: [\"a\\q.xlsx\"]}\n", 1, "/"),
    ("inputs: {birth_cert: [a\nas_of: x\n", None, "括号")])
def test_a_slip_of_the_pen_is_told_in_the_clerks_words_with_its_line(tmp_path, broken, line, word):
    with pytest.raises(ParameterError) as caught:
        read(tmp_path, broken)
    assert word in caught.value.message("zh") and (line is None or f"第 {line} 行" in caught.value.message("zh"))


@pytest.mark.parametrize("content", ["期间".encode("gbk"), "period: x".encode("utf-16")])
def test_another_encoding_is_told_with_the_way_out(tmp_path, content):
    file = tmp_path / "p.yaml"
    file.write_bytes(content)
    with pytest.raises(ParameterError, match="UTF-8"):
        QuarterParams.read(file)


def test_a_folder_is_no_parameter_file(tmp_path):
    with pytest.raises(ParameterError, match="文件夹"):
        QuarterParams.read(tmp_path)


def test_what_is_wrong_with_kinds_and_values_is_told_together():
    with pytest.raises(PopAnalysisError) as caught:
        QuarterParams.from_values({"period": "2025Q5", "inputs": {"marriages": ["a"]}, "as_of": "2025-04-10"})
    told = caught.value.message("zh")
    assert len(caught.value.problems) == 3 and "2025Q5" in told and "marriage" in told and "六位行政区划代码" in told


def test_a_blank_value_is_told_as_not_filled_in():
    assert "尚未填写" in refused(home_division="").message("zh")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ParameterError, match=r"none\.yaml"):
        QuarterParams.read(tmp_path / "none.yaml")


def test_periods_know_their_days_and_neighbours():
    quarter, month, year = Period.parse("2024Q4"), Period.parse("2024-02"), Period.parse("2024")
    assert (quarter.first_day.isoformat(), quarter.last_day.isoformat()) == ("2024-10-01", "2024-12-31")
    assert (month.last_day.isoformat(), year.last_day.isoformat()) == ("2024-02-29", "2024-12-31")
    assert [str(p.next) for p in (quarter, month, year)] == ["2025Q1", "2024-03", "2025"]
    assert [str(p.previous) for p in (quarter, month, year)] == ["2024Q3", "2024-01", "2023"]
