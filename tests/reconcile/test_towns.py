"""Where towns send their lists one by one, nothing is asked of a town whose own list did not come."""

import pandas as pd
import pytest

from popanalysis.reconcile.cases import open_cases
from popanalysis.reconcile.discrepancies import Discrepancy, questions_frame
from popanalysis.reconcile.towns import not_heard_of, towns_heard, towns_not_heard

EAST, WEST, NORTH = "159901100", "159901101", "159901102"


def rows(*told: tuple[str, str | None], held_in: str = "2025Q1") -> dict[str, pd.DataFrame]:
    return {"town_birth": pd.DataFrame({"file": [file for file, _ in told], "sheet": "", "town_code": [town for _, town in told], "held_in": held_in})}


def test_a_file_a_town_says_which_towns_were_heard() -> None:
    assert towns_heard(rows(("东.xlsx", EAST), ("东.xlsx", None), ("西.xlsx", WEST)), "2025Q1") == {"town_birth": frozenset({EAST, WEST})}


@pytest.mark.parametrize("told", [(("全旗.xlsx", EAST), ("全旗.xlsx", WEST)), (("东.xlsx", EAST), ("不详.xlsx", None)), ()])
def test_a_list_put_together_for_several_towns_or_of_no_known_town_speaks_for_all(told: tuple[tuple[str, str | None], ...]) -> None:
    assert towns_heard(rows(*told), "2025Q1") == {}


def test_what_an_earlier_quarter_brought_says_nothing_of_now() -> None:
    assert towns_heard(rows(("北.xlsx", NORTH), held_in="2024Q4"), "2025Q1") == {}


def test_only_events_of_a_town_that_sent_nothing_are_left_out() -> None:
    events = pd.DataFrame({"town_birth": [None, None, "r1", None], "town": [EAST, NORTH, NORTH, None]}, index=["B1", "B2", "B3", "B4"])
    assert not_heard_of(events, {"town_birth": frozenset({EAST})}) == {"B2": {"town_birth"}}


def test_the_towns_not_heard_are_named_in_the_order_of_their_codes() -> None:
    towns = {"北镇": NORTH, "西镇": WEST, "东镇": EAST}
    assert towns_not_heard({"town_birth": frozenset({EAST}), "town_marriage": frozenset(towns.values())}, towns) == {"town_birth": ("西镇", "北镇")}


def test_a_case_at_a_town_that_sent_nothing_this_time_stays_open() -> None:
    asked = questions_frame([Discrepancy("B1", "", "missing_at", "", "birth_cert", "", "", "town_birth", "", "", "township")])
    first = open_cases(asked, period="2025Q1", at_hand=["B1"], received=["town_birth"])
    for silent, state in (({"B1": {"town_birth"}}, "open"), ({}, "closed")):
        later = open_cases(questions_frame([]), period="2025Q2", at_hand=["B1"], received=["town_birth"], carried=first, silent=silent)
        assert later["state"].tolist() == [state]
