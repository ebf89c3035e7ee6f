import json

import numpy as np
import pandas as pd
import pytest

from popanalysis.errors import ValidationError
from popanalysis.report import Results
from popanalysis.schemas import check_results

WORDS = {"zh": "本期出生事件数", "en": "Births of the period"}


@pytest.fixture
def results():
    return Results("2025Q1", small_cells=5)


def test_without_a_denominator_there_is_no_rate(results):
    results.add_rate("agreement.birth_date.birth_cert.hukou_birth", 0, 0, definition=WORDS)
    figure = results["agreement.birth_date.birth_cert.hukou_birth"]
    assert (figure["value"], figure["interval"], figure["suppressed"]) == (None, None, False)


@pytest.mark.parametrize("n", [1, 4, np.int64(3)])
def test_a_small_count_is_suppressed(results, n):
    results.add("births.review", n, "births", definition=WORDS)
    assert (results["births.review"]["value"], results["births.review"]["suppressed"]) == (None, True)


@pytest.mark.parametrize("n", [0, 5, 312])
def test_zero_and_the_limit_itself_are_shown(results, n):
    results.add("births.review", n, "births", definition=WORDS)
    assert (results["births.review"]["value"], results["births.review"]["suppressed"]) == (n, False)


def test_a_rate_with_a_small_rest_gives_its_bounds_only(results):
    results.add_rate("agreement.child_sex", 198, 200, definition=WORDS)
    figure = results["agreement.child_sex"]
    assert figure["bounds"] == pytest.approx([0.98, 1.0])
    assert (figure["value"], figure["numerator"], figure["interval"], figure["denominator"]) == (None, None, None, 200)


def test_a_rate_of_a_small_denominator_gives_nothing(results):
    results.add_rate("agreement.child_sex", 3, 3, definition=WORDS)
    assert [results["agreement.child_sex"][k] for k in ("value", "numerator", "denominator", "bounds", "suppressed")] == [None, None, None, None, True]


def test_figures_that_speak_of_no_person_are_never_suppressed(results):
    results.add("rows.birth_cert.blank", 2, "rows", definition=WORDS, of_persons=False)
    assert results["rows.birth_cert.blank"]["value"] == 2


def test_parts_of_a_whole_cannot_be_worked_out(results):
    results.add_counts("births.status", pd.Series({"linked": 90, "review": 2, "unlinked": 8}), "births",
                       definitions=dict.fromkeys(["linked", "review", "unlinked", "total"], WORDS))
    values = {key: results[f"births.status.{key}"]["value"] for key in ("linked", "review", "unlinked", "total")}
    assert values == {"linked": 90, "review": None, "unlinked": None, "total": 100}
    assert results["births.status.unlinked"]["suppressed"] is True


@pytest.mark.parametrize("key", ["Births.events", "births", "births events.x", "births..x", ""])
def test_an_ill_formed_key_is_refused(results, key):
    with pytest.raises(ValidationError):
        results.add(key, 9, "births", definition=WORDS)


def test_a_key_used_twice_is_refused(results):
    results.add("births.events", 9, "births", definition=WORDS)
    with pytest.raises(ValidationError):
        results.add("births.events", 9, "births", definition=WORDS)
    other = Results("2025Q1")
    other.add("births.events", 9, "births", definition=WORDS)
    with pytest.raises(ValidationError):
        results.extend(other)


def test_a_value_that_is_not_its_numerator_over_its_denominator_is_refused(results):
    with pytest.raises(ValidationError):
        results.add("agreement.x", 0.5, "rate", numerator=30, denominator=50, definition=WORDS)


def test_a_definition_in_one_language_is_refused(results):
    with pytest.raises(ValidationError):
        results.add("births.events", 9, "births", definition={"zh": "出生", "en": ""})


def test_the_file_is_the_same_whatever_the_order_of_adding(tmp_path):
    for name, keys in (("a", ["births.a", "births.b"]), ("b", ["births.b", "births.a"])):
        collected = Results("2025Q1")
        for key in keys:
            collected.add(key, np.int64(len(key)) + 9, "births", definition=WORDS)
        collected.write(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    text = (tmp_path / "a").read_bytes()
    assert text.endswith(b"}\n") and b"\r" not in text and "本期出生事件数".encode() in text


def test_what_is_written_keeps_its_contract(results, tmp_path):
    results.add("births.events", 312, "births", definition=WORDS)
    results.add("arrivals.adoption", "nil", "state", definition=WORDS, of_persons=False)
    results.add_rate("agreement.child_sex", 198, 200, definition=WORDS)
    results.add_rate("agreement.birth_date", 190, 200, definition=WORDS)
    results.write(tmp_path / "results.json")
    check_results(json.loads((tmp_path / "results.json").read_text(encoding="utf-8")))


def test_whatever_numpy_makes_of_a_figure_can_be_written(tmp_path):
    results = Results("2025Q1")
    results.add("births.count", np.int64(7), "births", definition={"zh": "出生", "en": "Births"})
    results.add("births.hidden", None, "births", suppressed=np.bool_(True), definition={"zh": "出生", "en": "Births"})
    results.add("births.share", np.float64(0.5), "rate", numerator=np.int64(20), denominator=np.int64(40), definition={"zh": "占比", "en": "Share"})
    results.write(tmp_path / "results.json")
    assert '"suppressed": true' in (tmp_path / "results.json").read_text(encoding="utf-8")
