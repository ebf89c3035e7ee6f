"""Which of two values is likelier right: the reasons by hand, on invented people."""

import pandas as pd
import pytest

from popanalysis.project import shipped_folder
from popanalysis.reconcile import DiscrepancyRules
from popanalysis.reconcile.verdict import facts_of, how_values_differ, weigh_values

RULES = DiscrepancyRules.read(shipped_folder("params") / "discrepancy" / "births.v4.yaml")
#: sum of weights 255 is 2 mod 11: the check character of the first is X (domain facts, section 1); the second's cannot be
RIGHT, WRONG = "15990120240301002X", "159901202403010021"


def verdict(field: str, registered: frozenset[str] = frozenset(), acts: tuple[str, str] = ("", ""), **lists: dict[str, str]):
    """Weigh the values of a field in the first two lists given."""
    kinds = list(lists)
    facts = {kind: dict(row) for kind, row in lists.items()}
    for kind, act in zip(kinds, acts, strict=False):
        facts[kind]["act_date"] = act
    case = {"event_id": "B1", "field": field, "list_a": kinds[0], "value_a": facts[kinds[0]][field], "list_b": kinds[1], "value_b": facts[kinds[1]][field]}
    return weigh_values(pd.DataFrame([case]), {"B1": {kind: kind for kind in kinds}}, facts, {("B1", field): registered} if registered else {}, RULES)[0]


def kinds_of(found) -> list[tuple[str, str]]:
    return [(piece.kind, piece.side) for piece in found.evidence]


def test_the_number_whose_check_character_holds_is_likelier() -> None:
    found = verdict("child_id", hukou_birth={"child_id": WRONG}, town_birth={"child_id": RIGHT})
    assert found.likelier == "b" and kinds_of(found) == [("check_character", "b")]


def test_the_date_inside_a_number_speaks_for_the_number_and_a_number_for_the_date() -> None:
    other_day = "159901202403050013"  # valid as well (sum 273 is 9 mod 11, which stands for 3)
    found = verdict("child_id", hukou_birth={"child_id": other_day}, town_birth={"child_id": RIGHT, "birth_date": "2024-03-01"})
    assert found.likelier == "b" and kinds_of(found) == [("date_inside_number", "b")]


def test_a_childs_own_number_repeats_what_the_police_registered_and_says_nothing_about_its_birth_date_or_sex() -> None:
    found = verdict("birth_date", birth_cert={"birth_date": "2024-03-10"}, hukou_birth={"birth_date": "2024-03-01", "child_id": RIGHT})
    assert found.likelier == "" and not found.evidence
    found = verdict("child_sex", birth_cert={"child_sex": "1"}, hukou_birth={"child_sex": "2", "child_id": RIGHT})
    assert found.likelier == "" and not found.evidence


def test_a_number_that_fails_its_check_says_nothing_about_a_date() -> None:
    found = verdict("birth_date", birth_cert={"birth_date": "2024-03-10"}, hukou_birth={"birth_date": "2024-03-01", "child_id": WRONG})
    assert found.likelier == "" and not found.evidence


def test_a_mothers_number_with_a_mans_sequence_is_less_likely() -> None:
    man, woman = "159901202403050013", RIGHT  # sequences 001 and 002: odd is male
    found = verdict("mother_id", birth_cert={"mother_id": man}, town_birth={"mother_id": woman})
    assert kinds_of(found) == [("sex_inside_number", "b")] and found.likelier == "b"


def test_two_lists_against_one() -> None:
    found = verdict("mother_name", birth_cert={"mother_name": "王方"}, hukou_birth={"mother_name": "王芳"}, town_birth={"mother_name": "王芳"})
    assert found.likelier == "b" and kinds_of(found) == [("more_lists", "b")] and found.how == "same_sound"


def test_what_the_police_registered_and_the_later_paper_speak_for_a_name() -> None:
    found = verdict("mother_name", frozenset({"白塔那"}), birth_cert={"mother_name": "白塔那"}, town_birth={"mother_name": "白塔娜"})
    assert kinds_of(found) == [("correction_on_file", "a")] and found.likelier == "a"
    found = verdict("child_name", acts=("2025-01-03", "2025-02-20"), birth_cert={"child_name": "包乐乐"}, hukou_birth={"child_name": "包苏和"})
    assert kinds_of(found) == [("later_document", "b")] and found.likelier == "b"
    assert not verdict("mother_name", acts=("2025-01-03", "2025-02-20"), birth_cert={"mother_name": "王芳"}, hukou_birth={"mother_name": "王方"}).evidence


def test_evidence_for_both_sides_is_told_and_decides_nothing() -> None:
    found = verdict("child_id", birth_cert={"child_id": RIGHT}, hukou_birth={"child_id": WRONG}, town_birth={"child_id": WRONG})
    assert found.likelier == "" and kinds_of(found) == [("check_character", "a"), ("more_lists", "b")]


@pytest.mark.parametrize(("field", "a", "b", "how"), [
    ("mother_name", "王芳", "王方", "same_sound"), ("mother_name", "王芳", "李娜", "different"), ("birth_date", "2025-03-05", "2025-03-06", "next_day"),
    ("mother_id", RIGHT, "15990120240301020X", "one_slip"), ("birth_cert_no", "X159900451", "X159900541", "one_slip"), ("child_sex", "1", "2", ""), ("mother_name", "", "王芳", "")])
def test_how_two_values_differ(field: str, a: str, b: str, how: str) -> None:
    assert how_values_differ(pd.DataFrame({"field": [field], "value_a": [a], "value_b": [b]})).tolist() == [how]


def test_a_date_given_to_the_month_is_no_fact_to_the_day() -> None:
    frame = pd.DataFrame({"birth_date": pd.to_datetime(["2025-03-01", "2025-03-05"]), "birth_date_precision": ["month", "day"], "mother_name": ["王芳", None]}, index=["r1", "r2"])
    assert facts_of({"town_birth": frame}, {"r1", "r2"}) == {"r1": {"mother_name": "王芳"}, "r2": {"birth_date": "2025-03-05"}}


def test_two_lists_of_one_office_are_one_voice() -> None:
    found = verdict("mother_name", birth_cert={"mother_name": "白塔娜"}, hukou_birth={"mother_name": "白塔那"}, unverified_delivery={"mother_name": "白塔娜"})
    assert found.evidence == ()
    found = verdict("mother_name", birth_cert={"mother_name": "白塔娜"}, hukou_birth={"mother_name": "白塔那"}, town_birth={"mother_name": "白塔娜"})
    assert kinds_of(found) == [("more_lists", "a")]


def test_the_register_of_changes_is_no_witness_for_its_own_value() -> None:
    found = verdict("father_name", frozenset({"陶格吐"}), identity_change={"father_name": "陶格吐"}, birth_cert={"father_name": "陶格特"})
    assert ("correction_on_file", "a") not in kinds_of(found)
