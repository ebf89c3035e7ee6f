"""Invented people: numbers, names, families."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from popanalysis.reference import reference_table
from popanalysis.synthetic import lexicon, places
from popanalysis.synthetic.births import make_births
from popanalysis.synthetic.names import BANNER, REGION, Mix, draw_names, draw_peoples
from popanalysis.synthetic.people import identity_numbers, unique_numbers

NUMBERS = ["mother_id", "father_id", "child_id"]


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    home = tuple(f"1599{n:02d}" for n in range(1, 11))
    return make_births(3, 0, 20_000, np.datetime64("2025-01-01"), 90, BANNER, home=home)


def check_character_by_hand(number: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(number[:17], weights, strict=True)) % 11]


@pytest.mark.parametrize(("prefix", "day", "sequence", "expected"), [
    (159901, "2024-03-05", 1, "159901202403050013"), (159901, "2024-03-01", 2, "15990120240301002X"), (159901, "1968-10-23", 512, "159901196810235121")])
def test_published_examples_of_check_characters(prefix: int, day: str, sequence: int, expected: str) -> None:
    assert identity_numbers(np.array([prefix]), np.array([day], dtype="datetime64[D]"), np.array([sequence])).tolist() == [expected]


def test_every_number_is_valid_and_stands_on_a_prefix_never_issued(births: pd.DataFrame) -> None:
    known = set(reference_table("divisions_cn_history")["code"])
    for column in NUMBERS:
        numbers = births[column].dropna()
        assert numbers.str.startswith("1599").all()
        assert not known & set(numbers.str[:6])
        assert numbers.str.len().eq(18).all()
        assert [n[17] for n in numbers.head(500)] == [check_character_by_hand(n) for n in numbers.head(500)]
        assert not numbers.str[14:17].eq("000").any()


def test_a_number_says_its_owners_birth_date_and_sex(births: pd.DataFrame) -> None:
    for who, sex in (("mother", 0), ("father", 1)):
        there = births[births[f"{who}_id"].notna()]
        assert (there[f"{who}_id"].str[6:14] == pd.to_datetime(there[f"{who}_birth_date"]).dt.strftime("%Y%m%d")).all()
        assert (there[f"{who}_id"].str[16].astype(int) % 2 == sex).all()
    assert (births["child_id"].str[6:14] == births["birth_date"].dt.strftime("%Y%m%d")).all()
    assert (births["child_id"].str[16].astype(int) % 2 == births["child_sex"].astype(int) % 2).all()


def test_no_two_people_share_a_number_and_no_two_children_a_certificate(births: pd.DataFrame) -> None:
    deliveries = births.drop_duplicates("delivery")
    people = pd.concat([deliveries["mother_id"], deliveries["father_id"].dropna(), births["child_id"]])
    assert people.is_unique
    assert births["birth_cert_no"].is_unique
    assert births["birth_cert_no"].str.fullmatch(r"[A-Z]15\d{7}").all()


def test_quarters_in_a_row_share_no_number() -> None:
    quarters = [make_births(3, n, 450, np.datetime64("2024-10-01") + np.timedelta64(91 * (n - 8099), "D"), 90, BANNER, lane=n) for n in range(8099, 8104)]
    mothers = pd.concat([q.drop_duplicates("delivery")["mother_id"] for q in quarters])
    assert mothers.is_unique


def test_more_people_than_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 3 people"):
        unique_numbers(np.random.default_rng(1), np.zeros(4), 1, 4)


def share_is_near(count: int, n: int, share: float) -> bool:
    return abs(count - n * share) <= 4 * (n * share * (1 - share)) ** 0.5


def test_families_are_as_stated(births: pd.DataFrame) -> None:
    deliveries = births.drop_duplicates("delivery")
    n = len(deliveries)
    assert share_is_near(int(deliveries["plurality"].eq(2).sum()), n, 0.018)
    assert share_is_near(int((~deliveries["local"]).sum()), n, 0.18)
    assert share_is_near(int(deliveries["father_id"].isna().sum()), n, 0.03)
    assert share_is_near(int(births["child_sex"].eq("1").sum()), len(births), 0.527)
    assert (deliveries["mother_hukou"].str.startswith("159901") == deliveries["local"]).all()
    assert set(births["birth_place_class"]) >= {"医院", "家庭"}


def test_parents_are_of_age_and_no_birth_date_is_crowded(births: pd.DataFrame) -> None:
    deliveries = births.drop_duplicates("delivery")
    for who, low, high in (("mother", 18, 46), ("father", 20, 62)):
        born = pd.to_datetime(deliveries[f"{who}_birth_date"].dropna())
        years = (deliveries["birth_date"] - born).dt.days / 365.25
        assert years.min() > low - 0.1 and years.max() < high + 0.5
        assert born.value_counts().iloc[0] < 20  # of 20,000, spread over some 10,000 days


def test_an_absent_father_leaves_no_trace(births: pd.DataFrame) -> None:
    absent = births[births["father_id"].isna()]
    assert absent[["father_name", "father_hukou", "father_live", "father_ethnicity", "father_birth_date"]].isna().all(axis=None)


def test_twins_are_born_on_one_day_minutes_apart_under_consecutive_numbers(births: pd.DataFrame) -> None:
    pairs = births[births["plurality"].eq(2)].sort_values(["delivery", "set_rank"])
    first, second = pairs.iloc[::2].reset_index(drop=True), pairs.iloc[1::2].reset_index(drop=True)
    assert (first["delivery"] == second["delivery"]).all()
    assert (first["birth_date"] == second["birth_date"]).all()
    minutes = (pd.to_timedelta(second["birth_time"] + ":00") - pd.to_timedelta(first["birth_time"] + ":00")).dt.total_seconds() / 60
    assert minutes.between(0, 15).all()
    assert (second["birth_cert_no"].str[3:].astype(int) - first["birth_cert_no"].str[3:].astype(int) == 1).all()
    assert (first["child_name"] != second["child_name"]).all()
    same_sex = (first["child_sex"] == second["child_sex"]).mean()
    assert 0.55 < same_sex < 0.78  # one third from one egg, the rest by chance: two thirds


@pytest.mark.parametrize(("mix", "mongol", "han"), [(BANNER, 0.76, 0.22), (REGION, 0.177, 0.787)])
def test_peoples_come_in_the_stated_shares(mix: Mix, mongol: float, han: float) -> None:
    people = draw_peoples(np.random.default_rng(5), mix, 20_000)
    assert share_is_near(int((people == "02").sum()), 20_000, mongol)
    assert share_is_near(int((people == "01").sum()), 20_000, han)


def test_han_names_are_as_skewed_as_published() -> None:
    names = draw_names(np.random.default_rng(5), np.full(40_000, "01"), np.full(40_000, "2"), "parent")
    surnames = names["surname"].value_counts(normalize=True)
    assert surnames.index[:3].tolist() == ["王", "李", "张"]
    # published: 王 7.49 %, the first five 31.8 %, the first twenty 55.6 % (of all, here of those the list holds)
    assert surnames.iloc[0] == pytest.approx(0.0749, abs=0.008)
    assert surnames.iloc[:20].sum() == pytest.approx(0.556, abs=0.03)
    assert names["name"].nunique() > 10_000


def test_most_mongols_bear_one_name_and_the_rest_a_surname_of_their_own() -> None:
    names = draw_names(np.random.default_rng(5), np.full(20_000, "02"), np.full(20_000, "1"), "parent")
    forms = names["form"].value_counts(normalize=True)
    assert forms["one_part"] > 0.7
    assert names.loc[names["form"].eq("composed"), "surname"].value_counts().index[0] == "包"
    assert names.loc[names["form"].eq("one_part"), "surname"].eq("").all()
    assert names.loc[names["form"].eq("dotted"), "name"].str.contains("·").all()
    assert names["name"].nunique() > 2_000


def test_surname_list_names_each_surname_once() -> None:
    assert len(set(lexicon.SURNAMES)) == len(lexicon.SURNAMES) == len(lexicon.surname_weights())


@pytest.mark.parametrize(("rank", "published"), [(1, 7.49), (5, 31.8), (10, 43.5), (20, 55.6), (50, 72.5), (100, 86.4), (200, 95.4)])
def test_surname_weights_run_through_the_published_shares(rank: int, published: float) -> None:
    assert lexicon.surname_weights()[:rank].sum() == pytest.approx(published, abs=0.2)


def test_divisions_are_invented_and_nested() -> None:
    table = places.divisions()
    assert table.columns.tolist() == reference_table("inner_mongolia_divisions").columns.tolist()
    assert table["code"].str.startswith("1599").all() and table["code"].is_unique
    codes = set(table["code"])
    assert table.set_index("code")["level"].map({"prefecture": 6, "county": 6, "town": 9, "village": 12}).eq(table["code"].str.len().to_numpy()).all()
    assert all(code[:9] in codes and code[:6] in codes for code in codes if len(code) == 12)
    counties = table.loc[table["level"].eq("county"), "name"]
    assert not set(counties) & set(reference_table("divisions_cn_history")["name"])


def test_an_address_names_its_village_and_a_missing_one_stays_missing() -> None:
    villages = places.villages()
    written = places.write_addresses(np.random.default_rng(1), pd.Series([*villages["code"], None], dtype=object))
    assert written.iloc[-1] is None
    for text, row in zip(written.iloc[:-1], villages.itertuples(), strict=True):
        assert text.endswith(row.town + row.village)
        assert row.county_code == places.HOME or row.county in text
