"""Identity numbers. Numbers beginning with 99 are those printed in the public cases; the others stand on prefixes never issued."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popanalysis.clean import Divisions, clean_records
from popanalysis.clean.identity_number import birth_dates_of, check_character, clean_identity_numbers, read_identity_number, sexes_of, to_18_digits
from popanalysis.clean.values import Distinct


def codes(text: str, cell_type: str = "text") -> list[str]:
    return [finding.fault for finding in read_identity_number(text, cell_type).findings]


@pytest.mark.parametrize(("number", "state"), [
    ("11010519491231002X", "valid"), ("440524188001010014", "valid"), ("360426199101010071", "valid"), ("44011320141005001X", "valid"),
    ("53010219200508011X", "valid"), ("110105194912310021", "check_failed"),
])
def test_W3_published_numbers(number: str, state: str) -> None:
    assert read_identity_number(number).state == state


def test_W3_check_characters_of_the_worked_sums() -> None:
    # 167 mod 11 = 2 -> X; 195 mod 11 = 8 -> 4; 273 mod 11 = 9 -> 3; 255 mod 11 = 2 -> X; 352 mod 11 = 0 -> 1
    bodies = {"11010519491231002": "X", "44052418800101001": "4", "15990120240305001": "3", "15990120240301002": "X", "15990119681023512": "1"}
    assert {body: check_character(body) for body in bodies} == bodies


@pytest.mark.parametrize("text", ["990102202503120000", "990102199304150272", "990102199304150000", "990102199102200192", "990102202503180000", "990102202503260000"])
def test_K11_every_number_from_a_numeric_cell_is_damaged_whatever_its_check_digit_says(text: str) -> None:
    read = read_identity_number(text, "number")
    assert (read.text, read.state) == (None, "damaged")
    assert [f.fault for f in read.findings] == ["id_damaged"]


@pytest.mark.parametrize("text", ["9.90102E+17", "9.90102e+17", "1.50524E17", "9E+17"])
def test_K11_text_with_an_exponent_is_damaged(text: str) -> None:
    assert read_identity_number(text).state == "damaged"


def test_K11_text_cells_keep_all_characters_and_a_zeroed_tail_is_pointed_at() -> None:
    read = read_identity_number("990102202503180000")  # a birth on 18 March, zeroed by a spreadsheet; passes the check
    assert (read.text, read.state) == ("990102202503180000", "valid")
    assert [f.fault for f in read.findings] == ["id_tail_suspicious"]


def test_K11_fifteen_digits_in_a_numeric_cell_are_exact() -> None:
    assert read_identity_number("159901681023512", "number").state == "old_15"


@pytest.mark.parametrize(("text", "number", "fault"), [
    ("990102202503120016\t", "990102202503120016", "blanks_removed"),
    ("'990102202503120016", "990102202503120016", "wrapper_removed"),
    ('="990102202503120016"', "990102202503120016", "wrapper_removed"),
    ("９９０１０２２０２５０３１２００１６", "990102202503120016", "width_folded"),
    ("990102 20250312 0016", "990102202503120016", "blanks_removed"),
    ("99010219950607003x", "99010219950607003X", "id_letter_mended"),
    ("99010219950607003Ｘ", "99010219950607003X", "id_letter_mended"),
    ("9901022025\u200b03120016", "990102202503120016", "invisible_removed"),
    ("\u00a0990102202503120016", "990102202503120016", "blanks_removed"),
])
def test_K12_wrappers_and_invisible_characters(text: str, number: str, fault: str) -> None:
    read = read_identity_number(text)
    assert (read.text, read.state) == (number, "valid")
    assert [f.fault for f in read.findings] == [fault]


@pytest.mark.parametrize("letter", ["Ⅹ", "×", "*", "Х"])
def test_K12_look_alikes_of_x_are_mended_with_a_note(letter: str) -> None:
    read = read_identity_number(f"99010219950607003{letter}")
    assert (read.text, read.state) == ("99010219950607003X", "valid")
    assert [(f.fault, f.severity) for f in read.findings] == [("id_letter_mended", "note")]


def test_K12_letter_is_mended_in_the_last_place_only() -> None:
    assert read_identity_number("9901021995060×0038").state == "unreadable"


def test_K18_old_numbers_are_of_the_last_century() -> None:
    first, second = read_identity_number("990102550101001"), read_identity_number("990102100305002")
    assert (first.state, first.birth_date) == ("old_15", dt.date(1955, 1, 1))
    assert (second.state, second.birth_date) == ("old_15", dt.date(1910, 3, 5))
    assert to_18_digits("990102550101001") == "990102195501010013"
    assert to_18_digits("990102100305002") == "990102191003050022"
    assert first.text == "990102550101001"  # the original form stays


def test_K18_the_long_form_stands_beside_the_number_as_it_was_written() -> None:
    records, _ = clean_records(pd.DataFrame({"mother_id": ["990102550101001", "990102195501010013", "159901681023996", ""]}), "birth_cert")
    assert records["mother_id"].fillna("").tolist() == ["990102550101001", "990102195501010013", "159901681023996", ""]
    assert records["mother_id_18"].fillna("").tolist() == ["990102195501010013", "", "", ""]
    assert "mother_id_18" not in clean_records(pd.DataFrame({"mother_id": ["990102195501010013"]}), "birth_cert")[0]


@pytest.mark.parametrize(("text", "fault"), [("123456789012345", "id_date_impossible"), ("99010210030500A", "id_bad_character")])
def test_K18_wrong_old_numbers_are_told_why(text: str, fault: str) -> None:
    read = read_identity_number(text)
    assert (read.state, [f.fault for f in read.findings]) == ("unreadable", [fault])


def test_K18_sequences_kept_for_people_born_before_1900_are_not_upgraded() -> None:
    assert to_18_digits("159901681023996") is None


@pytest.mark.parametrize(("number", "codes_known"), [("342401200103170008", True), ("41272319860312000X", True), ("990102202503120016", None)])
def test_K19_a_number_of_a_former_district_is_valid(number: str, codes_known: bool | None) -> None:
    divisions = Divisions.load(None, "150524")
    read = read_identity_number(number, divisions=divisions)
    assert (read.state, read.findings) == ("valid", ())
    if codes_known:
        assert divisions.knows(number[:6])
        assert divisions.status(number[:6]) == "abolished"


def test_K19_an_unknown_district_is_a_side_note_and_a_wrong_part_is_named() -> None:
    divisions = Divisions.load(None, "150524")
    unknown = read_identity_number("159901202403050013", divisions=divisions)
    assert (unknown.state, [(f.fault, f.severity) for f in unknown.findings]) == ("valid", [("id_division_unknown", "note")])
    assert codes("159901202413050016") == ["id_date_impossible", "id_check_failed"]
    assert codes("159901202403050014") == ["id_check_failed"]


def test_place_holder_code_of_city_districts_is_known() -> None:
    assert Divisions.load(None, "").knows("150101")


@pytest.mark.parametrize(("text", "state", "kept"), [
    ("15990120240305001", "wrong_length", True), ("1599012024030500131", "wrong_length", True), ("E12345678", "other_document", True),
    ("H1234567890", "other_document", True), ("北字第1234567号", "other_document", True), ("看不清", "unreadable", False), ("111111111111111111", "unreadable", False),
    ("无", None, False), ("不详", None, False), ("", None, False),
])
def test_other_contents(text: str, state: str | None, kept: bool) -> None:
    read = read_identity_number(text)
    assert (read.state, read.text is not None) == (state, kept)


def test_name_and_number_in_one_cell() -> None:
    read = read_identity_number("王芳159901202403050013")
    assert (read.text, read.state, [f.fault for f in read.findings]) == ("159901202403050013", "valid", ["id_text_beside"])
    two = read_identity_number("159901202403050013/15990120240301002X")
    assert (two.text, [f.fault for f in two.findings]) == (None, ["id_two_numbers"])


def test_birth_date_after_the_day_of_the_record_is_reported() -> None:
    read = read_identity_number("159901202403050013", as_of=dt.date(2024, 3, 4))
    assert (read.state, [f.fault for f in read.findings]) == ("valid", ["id_date_future"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(
    st.builds(lambda body: body + check_character(body), st.from_regex(r"1599(0|1)\d(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d\d{3}", fullmatch=True)),
    st.from_regex(r"\d{15}|\d{17}[0-9X]|\d{14,19}", fullmatch=True), st.text(max_size=20)), min_size=1, max_size=20, unique=True),
    st.sampled_from(["text", "number"]))
def test_the_quick_way_says_what_the_slow_way_says(texts: list[str], cell_type: str) -> None:
    divisions, as_of = Divisions.load(None, "150524"), dt.date(2025, 4, 10)
    column = Distinct(np.arange(len(texts)), texts, [cell_type] * len(texts))
    quick = clean_identity_numbers(column, divisions, as_of)
    slow = [read_identity_number(text, cell_type, divisions, as_of) for text in texts]
    assert quick.columns[""].tolist() == [read.text for read in slow]
    assert quick.columns["state"].tolist() == [read.state for read in slow]
    assert list(quick.findings) == [read.findings for read in slow]


def test_dates_and_sexes_of_a_column() -> None:
    numbers = pd.Series(["159901202403050013", "159901681023512", "15990120240301002X", None], dtype="string")
    states = pd.Series(["valid", "old_15", "damaged", None], dtype="string")
    assert birth_dates_of(numbers, states).dt.strftime("%F").fillna("").tolist() == ["2024-03-05", "1968-10-23", "", ""]
    assert sexes_of(numbers, states).fillna("").tolist() == ["1", "2", "", ""]
