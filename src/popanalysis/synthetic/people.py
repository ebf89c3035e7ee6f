"""Households of the invented banner: parents with names, numbers and addresses.

Every identity number stands on a prefix 1599xx, which no county ever had: no real person can own one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from popanalysis.synthetic import places
from popanalysis.synthetic.names import Mix, draw_names, draw_peoples
from popanalysis.synthetic.stages import pick

__all__ = ["identity_numbers", "make_households", "unique_numbers"]

_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])  # ISO 7064 MOD 11-2
_CHECK: Final = np.array(list("10X98765432"), dtype=object)
#: Sequence numbers are shared out among this many quarters, so that people made quarter by quarter never share a number.
LANES: Final = 5

ELSEWHERE: Final = 0.18  # mothers whose hukou is in another county
FATHER_ABSENT: Final = 0.03


def identity_numbers(prefix: np.ndarray, day: pd.Series | np.ndarray, sequence: np.ndarray) -> np.ndarray:
    """Compose 18-character identity numbers with their check character.

    Parameters
    ----------
    prefix : 6-digit codes as whole numbers.
    day : birth dates (datetime64).
    sequence : 0 to 999, odd for men.

    Examples
    --------
    >>> identity_numbers(np.array([159901]), np.array(["2024-03-05"], dtype="datetime64[D]"), np.array([1])).tolist()
    ['159901202403050013']
    """
    days = pd.DatetimeIndex(day)
    dates = (days.year * 10000 + days.month * 100 + days.day).to_numpy(dtype=np.int64)
    body = (np.asarray(prefix, dtype=np.int64) * 10**8 + dates) * 1000 + np.asarray(sequence, dtype=np.int64)
    digits = body[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64) % 10
    return np.asarray(body.astype(str).astype(object) + _CHECK[(digits * _WEIGHTS).sum(axis=1) % 11])


def unique_numbers(rng: np.random.Generator, keys: np.ndarray, low: int, high: int) -> np.ndarray:
    """Draw a number in ``low`` to ``high`` (excluded) for each key, so that no key holds a number twice."""
    drawn = rng.integers(low, high, len(keys))
    for _ in range(200):
        again = pd.MultiIndex.from_arrays([keys, drawn]).duplicated()
        if not again.any():
            return drawn
        drawn[again] = rng.integers(low, high, int(again.sum()))
    raise ValueError(f"more than {high - low} people share a prefix, a birth date and a sex")


def make_households(
    rng: np.random.Generator, number_rng: np.random.Generator, n: int, mix: Mix, born_about: np.datetime64, *, lane: int | None, home: np.ndarray,
) -> pd.DataFrame:
    """Make the parents of ``n`` deliveries.

    Parameters
    ----------
    rng, number_rng : chance for people and for their numbers.
    mix : shares of the peoples among local people.
    born_about : first day of the time in which the children are born; it sets the parents' ages.
    lane : which fifth of the sequence numbers to use (a quarter's own), or None for all of them.
    home : prefixes that count as home, most people carrying the first.

    Returns
    -------
    DataFrame, one row a delivery: local (mother's hukou is in the home banner), mother_ and father_ with surname,
    name, form, ethnicity, birth_date, id, hukou (village code), live (village code). The father's columns are NA
    (surname "") where he is lawfully not entered.
    """
    local = rng.random(n) >= ELSEWHERE
    household = pd.DataFrame({"local": local})
    mother_people = draw_peoples(rng, mix, n)
    father_people = np.where(rng.random(n) < 0.7, mother_people, draw_peoples(rng, mix, n))
    ages = _folded(rng.normal(29.3, 5.0, n), 18, 46)
    father_ages = _folded(ages + rng.normal(2.2, 3.0, n), 20, 62)
    hukou, live = _mothers_places(rng, local)
    father_hukou = np.where(rng.random(n) < 0.6, live, _some_village(rng, home_banner=True, n=n))
    for who, sex, people, age, village in (("mother", "2", mother_people, ages, hukou), ("father", "1", father_people, father_ages, father_hukou)):
        named = draw_names(rng, people, np.full(n, sex, dtype=object), "parent")
        born = born_about - np.round(age * 365.25).astype("timedelta64[D]")
        household[f"{who}_surname"], household[f"{who}_name"], household[f"{who}_form"] = named["surname"], named["name"], named["form"]
        household[f"{who}_ethnicity"], household[f"{who}_birth_date"] = people, born.astype("datetime64[ns]")
        prefix = _prefixes(number_rng, village, home)
        household[f"{who}_id"] = identity_numbers(prefix, born, _sequences(number_rng, prefix, born, int(sex) % 2, lane))
        household[f"{who}_hukou"], household[f"{who}_live"] = village, live
    return _without_some_fathers(rng, household)


def _folded(ages: np.ndarray, low: float, high: float) -> np.ndarray:
    """Mirror what lies outside at the limits; cut off, it would pile up on one birth date."""
    return np.clip(np.where(ages < low, 2 * low - ages, np.where(ages > high, 2 * high - ages, ages)), low, high)


def _some_village(rng: np.random.Generator, *, home_banner: bool, n: int) -> np.ndarray:
    table = places.villages()
    codes = table.loc[table["county_code"].eq(places.HOME) == home_banner, "code"].tolist()
    return pick(rng, codes, np.ones(len(codes)), n)


def _mothers_places(rng: np.random.Generator, local: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = len(local)
    at_home, away = _some_village(rng, home_banner=True, n=n), _some_village(rng, home_banner=False, n=n)
    hukou = np.where(local, at_home, away)
    moved_in = np.where(rng.random(n) < 0.4, at_home, away)
    moved_about = np.where(rng.random(n) < 0.12, _some_village(rng, home_banner=True, n=n), at_home)
    return hukou, np.where(local, moved_about, moved_in)


def _prefixes(rng: np.random.Generator, village: np.ndarray, home: np.ndarray) -> np.ndarray:
    """Return where a number was issued: the hukou county, but one in eight got it before moving there."""
    county = np.array([int(code[:6]) for code in village])
    county = np.where(county == int(places.HOME), home[rng.integers(0, len(home), len(county))], county)
    elsewhere = rng.choice([int(code) for code in places.NEIGHBOURS], len(county))
    return np.where(rng.random(len(county)) < 0.125, elsewhere, county)


def _sequences(rng: np.random.Generator, prefix: np.ndarray, born: np.ndarray, odd: int, lane: int | None) -> np.ndarray:
    keys = prefix.astype(np.int64) * 10**6 + born.astype("datetime64[D]").astype(np.int64)
    if lane is None:
        return unique_numbers(rng, keys, 1, 500) * 2 + odd
    return (unique_numbers(rng, keys, 1, 500 // LANES) * LANES + lane % LANES) * 2 + odd


def _without_some_fathers(rng: np.random.Generator, household: pd.DataFrame) -> pd.DataFrame:
    absent = rng.random(len(household)) < FATHER_ABSENT
    fathers = [column for column in household.columns if column.startswith("father_")]
    household.loc[absent, fathers] = None
    household.loc[absent, "father_surname"] = ""
    return household
