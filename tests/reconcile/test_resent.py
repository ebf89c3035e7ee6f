"""Changes after a list was sent: confirmed by its office, unless they answer a question."""

from __future__ import annotations

import pandas as pd
import pytest

from popanalysis.clean.edits import EDITS_COLUMNS
from popanalysis.reconcile.resent import resent_questions

RECORDS = {"birth_cert": pd.DataFrame([{"file": "new.xlsx", "sheet": "表", "row": 5}], index=["h1"])}
EDIT = {"kind": "birth_cert", "edit": "changed", "file_from": "old.xlsx", "sheet_from": "表", "row_from": 6, "file_to": "new.xlsx", "sheet_to": "表", "row_to": 5,
        "field": "mother_name", "value_from": "白塔那", "value_to": "白塔娜", "compared_with": "submission"}


def asked(known: frozenset[tuple[str, str]] = frozenset(), **other: object) -> list:
    edits = pd.DataFrame([{**EDIT, **other}], columns=list(EDITS_COLUMNS))
    return resent_questions(edits, RECORDS, {"h1": "B1"}, {"birth_cert": frozenset({"mother_name"})}, known, lambda record, field: f"{record}.{field}")


def test_a_changed_value_is_confirmed_by_its_office_with_both_places():
    [question] = asked()
    assert (question.code, question.field, question.value_a, question.cell_a, question.value_b, question.cell_b, question.recipient) == (
        "edited_after_submission", "mother_name", "白塔那", "[old.xlsx]表!6:6", "白塔娜", "h1.mother_name", "health")


def test_a_change_that_answers_a_question_is_what_was_asked_for():
    assert asked(frozenset({("B1", "mother_name")})) == []
    assert len(asked(frozenset({("B1", "father_name")}))) == 1


@pytest.mark.parametrize("other", [{"edit": "added", "field": ""}, {"field": "remark"}, {"row_to": 9}])
def test_rows_added_fields_nobody_compares_and_rows_not_used_are_no_question(other):
    assert asked(**other) == []
