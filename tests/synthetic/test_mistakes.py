"""Planted mistakes: kinds, rates, and that each is written down."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from popanalysis.synthetic import make_lists
from popanalysis.synthetic.mistakes import choose_kinds, wrong_dates, wrong_numbers
from popanalysis.synthetic.name_mistakes import wrong_names

# list, field: rate of mistakes among filled values (assumptions of the project, restated here)
RATES = {
    ("birth_cert", "mother_name"): 0.05, ("hukou_birth", "mother_name"): 0.03, ("town_birth", "mother_name"): 0.10,
    ("birth_cert", "father_name"): 0.05, ("hukou_birth", "father_name"): 0.03, ("town_birth", "father_name"): 0.10,
    ("birth_cert", "mother_id"): 0.04, ("hukou_birth", "mother_id"): 0.02, ("town_birth", "mother_id"): 0.09,
    ("birth_cert", "father_id"): 0.04, ("hukou_birth", "father_id"): 0.02, ("town_birth", "father_id"): 0.09,
    ("birth_cert", "birth_date"): 0.02, ("hukou_birth", "birth_date"): 0.02, ("town_birth", "birth_date"): 0.07,
    ("birth_cert", "child_sex"): 0.006, ("hukou_birth", "child_sex"): 0.006, ("town_birth", "child_sex"): 0.006,
    ("hukou_birth", "birth_cert_no"): 0.12, ("town_birth", "birth_cert_no"): 0.55, ("town_birth", "parents"): 0.01}
COVERAGE = {"birth_cert": (0.93, 0.95), "hukou_birth": (0.90, 0.10), "town_birth": (0.88, 0.05)}


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    return make_lists(20_000, seed=11)


def near(count: int, n: float, share: float) -> bool:
    """Within four standard deviations of a binomial: a chance of one in 16,000 to fail without cause."""
    return abs(count - n * share) <= 4 * (n * share * (1 - share)) ** 0.5


@pytest.mark.parametrize(("kind", "field"), RATES)
def test_mistakes_come_at_the_stated_rate(made: tuple[dict[str, pd.DataFrame], pd.DataFrame], kind: str, field: str) -> None:
    lists, errors = made
    of_field = errors[errors["list"].eq(kind) & errors["field"].eq(field)]
    n = len(lists[kind])
    if field.startswith("father"):
        n = int(n * 0.97)
    assert near(len(of_field), n, RATES[kind, field])


@pytest.mark.parametrize(("kind", "missing", "wrong"), [("birth_cert", 0.35, 0.05), ("hukou_birth", 0.0, 0.03), ("town_birth", 0.15, 0.10)])
def test_unnamed_children_and_misspelt_ones(made: tuple[dict[str, pd.DataFrame], pd.DataFrame], kind: str, missing: float, wrong: float) -> None:
    lists, errors = made
    of_field = errors[errors["list"].eq(kind) & errors["field"].eq("child_name")]["error"].value_counts()
    n = len(lists[kind])
    unnamed = int(of_field.get("unnamed", 0) + of_field.get("placeholder", 0))
    assert near(unnamed, n, missing)
    assert near(int(of_field.sum()) - unnamed, n * (1 - missing), wrong)
    if kind == "birth_cert":
        assert near(int(of_field["placeholder"]), unnamed, 0.5)
        assert lists[kind]["child_name"].str.contains("之[子女婴]", na=False).sum() >= of_field["placeholder"]


def test_kinds_of_mistakes_keep_their_shares(made: tuple[dict[str, pd.DataFrame], pd.DataFrame]) -> None:
    _, errors = made
    numbers = errors.loc[errors["field"].isin(["mother_id", "father_id"]), "error"].value_counts()
    for kind, share in {"missing": 0.30, "one_digit": 0.30, "transposition": 0.20, "old_15": 0.06, "check_character": 0.06, "last_lost": 0.08}.items():
        assert near(int(numbers[kind]), int(numbers.sum()), share)
    dates = errors.loc[errors["field"].eq("birth_date"), "error"].value_counts()
    for kind, share in {"one_day": 0.45, "day_month_swapped": 0.15, "one_digit": 0.15, "lunar": 0.13, "year": 0.12}.items():
        assert near(int(dates[kind]), int(dates.sum()), share)


def test_name_mistakes_of_han_keep_their_shares_without_transliteration(made: tuple[dict[str, pd.DataFrame], pd.DataFrame]) -> None:
    lists, errors = made
    forms = pd.concat([frame.set_index("record_id")["name_form"] for frame in lists.values()])
    mothers = errors[errors["field"].eq("mother_name")]
    han = mothers.loc[mothers["record_id"].map(forms).eq("han"), "error"].value_counts()
    one_part = mothers.loc[mothers["record_id"].map(forms).eq("one_part"), "error"].value_counts(normalize=True)
    assert han.get("transliteration", 0) <= 0.01 * han.sum()  # a mother who stands in the father's column may be a Mongol's
    assert one_part["transliteration"] > 0.10
    for kind, share in {"sound_alike": 0.40, "shape_alike": 0.12, "blanks_or_dots": 0.10}.items():
        assert near(int(han[kind]), int(han.sum()), share / 0.88)


def test_no_mistake_leaves_the_value_as_it_was(made: tuple[dict[str, pd.DataFrame], pd.DataFrame]) -> None:
    _, errors = made
    assert (errors["true_value"].fillna("") != errors["written_value"].fillna("")).all()


def test_every_written_value_stands_in_its_list(made: tuple[dict[str, pd.DataFrame], pd.DataFrame]) -> None:
    lists, errors = made
    for kind, frame in lists.items():
        of_list = errors[errors["list"].eq(kind) & errors["field"].ne("parents")]
        cells = frame.set_index("record_id").stack(future_stack=True)
        found = cells.reindex(pd.MultiIndex.from_frame(of_list[["record_id", "field"]]))
        assert (found.fillna("").to_numpy() == of_list["written_value"].fillna("").to_numpy()).all()


def test_values_without_a_noted_mistake_agree_across_lists(made: tuple[dict[str, pd.DataFrame], pd.DataFrame]) -> None:
    lists, errors = made
    for field in ("mother_name", "mother_id", "father_id", "birth_date", "birth_cert_no", "child_name", "child_sex"):
        spoilt = set(errors.loc[errors["field"].isin([field, "parents"]), "record_id"])
        clean = pd.concat([frame.loc[~frame["record_id"].isin(spoilt), ["event", field]] for frame in lists.values()])
        assert clean.groupby("event")[field].nunique(dropna=False).max() == 1, field


@pytest.mark.parametrize("kind", COVERAGE)
def test_lists_cover_the_stated_shares_independently(made: tuple[dict[str, pd.DataFrame], pd.DataFrame], kind: str) -> None:
    lists, _ = made
    others = pd.concat([frame for other, frame in lists.items() if other != kind]).drop_duplicates("event")
    for local, share in zip((True, False), COVERAGE[kind], strict=True):
        known = others[others["local"].eq(local)]  # births another list knows of: how many does this one hold?
        assert near(int(known["event"].isin(lists[kind]["event"]).sum()), len(known), share)


def test_one_row_in_a_hundred_is_entered_twice(made: tuple[dict[str, pd.DataFrame], pd.DataFrame]) -> None:
    lists, _ = made
    for frame in lists.values():
        n_events = frame["event"].nunique()
        assert near(len(frame) - n_events, n_events, 0.01)


def test_the_same_seed_gives_the_same_lists_and_another_seed_others() -> None:
    first, second, other = make_lists(300, seed=1), make_lists(300, seed=1), make_lists(300, seed=2)
    for kind in first[0]:
        pd.testing.assert_frame_equal(first[0][kind], second[0][kind])
        assert first[0][kind]["mother_id"].tolist() != other[0][kind]["mother_id"].tolist()
    pd.testing.assert_frame_equal(first[1], second[1])


@pytest.mark.parametrize(("date", "kind", "expected"), [
    ("2024-03-05", "lunar", ("2024-01-25",)),  # 甲辰年正月廿五
    ("2025-03-05", "day_month_swapped", ("2025-05-03",)), ("2025-03-13", "day_month_swapped", ()), ("2025-05-05", "day_month_swapped", ()),
    ("2025-01-01", "one_day", ("2024-12-31", "2025-01-02")), ("2024-02-29", "year", ()), ("2025-02-21", "year", ("2024-02-21",))])
def test_wrong_dates_by_hand(date: str, kind: str, expected: tuple[str, ...]) -> None:
    assert wrong_dates(date, kind) == expected


def test_a_wrong_digit_of_the_day_still_makes_a_date() -> None:
    assert set(wrong_dates("2025-02-08", "one_digit")) == {
        "2025-02-18", "2025-02-28", *(f"2025-02-0{d}" for d in "12345679")}


@pytest.mark.parametrize(("kind", "length"), [("one_digit", 18), ("transposition", 18), ("check_character", 18), ("last_lost", 17), ("old_15", 15)])
def test_wrong_numbers_have_the_length_their_kind_says(kind: str, length: int) -> None:
    number = "159901196810235121"
    found = wrong_numbers(number, kind)
    assert found and {len(str(wrong)) for wrong in found} == {length}
    assert number not in found


@pytest.mark.parametrize(("name", "kind", "one_of_them"), [
    ("王晓燕", "sound_alike", "汪晓燕"), ("娜仁花", "shape_alike", "那仁花"), ("其其格", "transliteration", "琪琪格"), ("刘静", "script_variant", "劉静"),
    ("格日勒", "character_lost", "格日"), ("王芳", "blanks_or_dots", "王\u3000芳"), ("其木格·图雅", "order", "图雅·其木格"), ("李娜", "other", "李?")])
def test_name_mistakes_by_example(name: str, kind: str, one_of_them: str) -> None:
    assert one_of_them in wrong_names(name, kind)


def test_shares_hold_though_a_kind_is_impossible_for_most_values() -> None:
    n = 20_000
    rng = np.random.default_rng(4)
    feasible = np.ones((n, 3), dtype=bool)
    feasible[:, 1] = rng.random(n) < 0.3
    kinds = choose_kinds(rng, np.tile([0.6, 0.2, 0.2], (n, 1)), feasible)
    assert feasible[np.arange(n), kinds].all()
    for kind, share in enumerate((0.6, 0.2, 0.2)):
        assert near(int((kinds == kind).sum()), n, share)
