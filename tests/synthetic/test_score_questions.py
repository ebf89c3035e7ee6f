"""Questions held against planted mistakes, counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.synthetic.score.questions import Known, score_questions

FILE = {"birth_cert": "h.xlsx", "hukou_birth": "p.csv", "town_birth": "t.xlsx", "migration": "m.xlsx", "identity_change": "c.xls"}
PERSON = {"mother_name": "白塔娜", "father_name": "陶格图", "mother_id": "159901199003050026", "birth_date": "2025-01-05"}


def score(records: list[tuple], cases: list[dict], errors: list[tuple] = (), values: dict | None = None, aliases: list[tuple] = ()) -> dict[str, dict]:
    """Score by code. A record is (kind, row, event, further columns); an error (kind, row, field, error, true, written); values by (kind, row)."""
    truth = pd.DataFrame([{"kind": kind, "quarter": "2025Q1", "file": FILE[kind], "sheet": "", "row": row, "event": event, "set_id": "", "local": "True",
                           "duplicate": "False", "about": "", "detail": "", **more} for kind, row, event, more in records])
    wrong = pd.DataFrame([(FILE[kind], "", row, *rest) for kind, row, *rest in errors], columns=["file", "sheet", "row", "field", "error", "true_value", "written_value"])
    shown = {(kind, row): PERSON for kind, row, _, _ in records if kind.endswith(("birth", "cert"))}
    for key, changed in (values or {}).items():
        shown[key] = {**shown.get(key, {}), **changed}
    told = pd.DataFrame([(FILE[kind], "", row, field, value) for (kind, row), said in shown.items() for field, value in said.items() if value], columns=["file", "sheet", "row", "field", "value"])
    seen = pd.DataFrame([(FILE[kind], "", row, *rest) for kind, row, *rest in aliases], columns=["file", "sheet", "row", "person", "field", "change", "shown"])
    asked = pd.DataFrame([{"case_id": f"2025Q1-{n:04d}", "field": "", "opened_in": "2025Q1", "list_b": "", "cell_a": "", "cell_b": "", **case} for n, case in enumerate(cases, 1)],
                         columns=["case_id", "code", "field", "opened_in", "list_b", "cell_a", "cell_b"])
    found = score_questions(asked, Known(truth, wrong, told, seen))
    return {row["code"]: row for row in found[found["field"].eq("")].to_dict("records")}


BIRTH = [("birth_cert", "2", "E1", {}), ("hukou_birth", "2", "E1", {})]
MISSPELT = [("hukou_birth", "2", "mother_name", "sound_alike", "白塔娜", "白塔那")]
WRITTEN = {("hukou_birth", "2"): {"mother_name": "白塔那"}}
ASKED = {"code": "field_differs", "field": "mother_name", "cell_a": "[h.xlsx]D2", "cell_b": "[p.csv]E2"}


def test_a_mistake_asked_about_at_its_row_and_field_is_reported_and_the_question_is_true():
    found = score(BIRTH, [ASKED], MISSPELT, WRITTEN)["field_differs"]
    assert (found["planted"], found["reported"], found["asked"], found["untrue"]) == (1, 1, 1, 0)


@pytest.mark.parametrize("case", [{**ASKED, "field": "father_name"}, {**ASKED, "code": "duplicate_in_list"}, {**ASKED, "cell_b": "[p.csv]E3", "cell_a": "[h.xlsx]D3"}])
def test_another_field_code_or_row_does_not_report_it(case):
    assert score(BIRTH, [case], MISSPELT, WRITTEN)["field_differs"]["reported"] == 0


@pytest.mark.parametrize(("error", "true", "written", "n"), [
    ("blanks_or_dots", "白塔娜", " 白·塔娜", 0), ("missing", "白塔娜", None, 0), ("sound_alike", "白塔娜", "白塔那", 1)])
def test_only_mistakes_that_leave_another_text_count(error, true, written, n):
    found = score(BIRTH, [], [("hukou_birth", "2", "mother_name", error, true, written)], {("hukou_birth", "2"): {"mother_name": written}})
    assert (found.get("field_differs", {}).get("planted") or 0) == n


def test_a_mistake_no_other_list_can_show_does_not_count():
    found = score(BIRTH, [], MISSPELT, {**WRITTEN, ("birth_cert", "2"): {"mother_name": None}})
    assert "field_differs" not in found


def test_a_row_that_says_the_same_as_the_one_pointed_to_is_told_by_the_same_question():
    three = [*BIRTH, ("town_birth", "2", "E1", {})]
    errors = [*MISSPELT, ("town_birth", "2", "mother_name", "sound_alike", "白塔娜", "白塔那")]
    found = score(three, [ASKED], errors, {**WRITTEN, ("town_birth", "2"): {"mother_name": "白塔那"}})["field_differs"]
    assert (found["planted"], found["reported"]) == (2, 2)


def test_a_question_about_two_different_births_or_without_a_mistake_is_untrue():
    two = [BIRTH[0], ("hukou_birth", "2", "E2", {})]
    assert score(two, [ASKED], MISSPELT, WRITTEN)["field_differs"]["untrue"] == 1
    assert score(BIRTH, [ASKED])["field_differs"]["untrue"] == 1


def test_values_before_and_after_a_change_are_no_true_difference_once_the_change_is_told():
    seen = [("birth_cert", "2", "mother", "name", "C1", "old"), ("hukou_birth", "2", "mother", "name", "C1", "new")]
    change = ("identity_change", "2", "C1", {})
    assert score([*BIRTH, change], [ASKED], [], WRITTEN, seen)["field_differs"]["untrue"] == 1
    assert score([*BIRTH, (*change[:3], {"quarter": "2025Q2"})], [ASKED], [], WRITTEN, seen)["field_differs"]["untrue"] == 0


MISSING = {"code": "missing_at", "cell_a": "[h.xlsx]2:2", "list_b": "hukou_birth"}


@pytest.mark.parametrize(("records", "values", "untrue"), [
    (BIRTH[:1], {}, 0),
    (BIRTH, {}, 1),  # the list holds it
    ([BIRTH[0], ("hukou_birth", "2", "E1", {"quarter": "2025Q2"})], {}, 0),  # it came later, after its time
    (BIRTH[:1], {("birth_cert", "2"): {"birth_date": "2025-03-15"}}, 1),  # not due by the end of March
    ([("birth_cert", "2", "E1", {"local": "False"})], {}, 1),
    ([BIRTH[0], ("migration", "2", "M1", {"about": "E1", "detail": "out"})], {}, 1),
    ([BIRTH[0], ("migration", "2", "M1", {"about": "E1", "detail": "in"})], {("migration", "2"): {"accept_date": "2025-01-20"}}, 1),
    ([BIRTH[0], ("migration", "2", "M1", {"about": "E1", "detail": "in"})], {("migration", "2"): {"accept_date": "2025-01-02"}}, 0)])
def test_what_is_said_to_be_missing_is_untrue_where_it_is_held_early_elsewhere_or_explained(records, values, untrue):
    assert score(records, [MISSING], values=values)["missing_at"]["untrue"] == untrue


def test_exchanged_parents_count_under_their_code_and_other_mistakes_of_the_row_under_the_field_they_belong_to():
    turned = {("hukou_birth", "2"): {"mother_name": "陶格图", "father_name": "白塔那"}}
    errors = [("hukou_birth", "2", "parents", "parents_swapped", "mother,father", "father,mother"), ("hukou_birth", "2", "father_name", "sound_alike", "白塔娜", "白塔那")]
    exchanged = {**ASKED, "code": "parents_exchanged", "field": "mother_name;father_name"}
    found = score(BIRTH, [exchanged, ASKED], errors, turned)
    assert [(found[code]["planted"], found[code]["reported"], found[code]["untrue"]) for code in ("parents_exchanged", "field_differs")] == [(1, 1, 0), (1, 1, 0)]
