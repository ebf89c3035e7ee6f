"""Births of the invented banner: one row a child, as it truly was."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from popanalysis.synthetic import places
from popanalysis.synthetic.names import Mix, name_children
from popanalysis.synthetic.people import identity_numbers, make_households, unique_numbers
from popanalysis.synthetic.stages import generator, pick

__all__ = ["TWINS", "make_births"]

TWINS: Final = 0.018  # share of deliveries
BOYS: Final = 0.527  # registered newborns of 2020
ONE_EGG: Final = 1 / 3  # of twins: always of one sex

#: (where the child was born, what the certificate calls it, weight)
_PLACES: Final = (
    ("乌日塔拉旗人民医院", "医院", 46), ("乌日塔拉旗蒙医医院", "医院", 14), ("乌日塔拉旗妇幼保健院", "妇幼保健院", 22), ("巴彦浩来镇中心卫生院", "卫生院", 4),
    ("塔拉浩特市医院", "医院", 8), ("沙日塔拉旗人民医院", "医院", 4), ("家中", "家庭", 2))


def make_births(
    seed: int, key: int, n_births: int, first_day: np.datetime64, n_days: int, mix: Mix, *, home: tuple[str, ...] = (places.HOME,), lane: int | None = None,
) -> pd.DataFrame:
    """Make about ``n_births`` births in a span of time.

    Parameters
    ----------
    seed, key : the banner's seed and the number of this span; the same two give the same births.
    n_births : births wanted; deliveries are drawn, so twins move the number by a few.
    first_day, n_days : the span the births are spread over, evenly.
    mix : shares of the peoples (see :class:`popanalysis.synthetic.names.Mix`).
    home : prefixes of local people's numbers.
    lane : see :func:`popanalysis.synthetic.people.make_households`.

    Returns
    -------
    DataFrame, one row a child, ordered by delivery, RangeIndex: the household's columns (:func:`make_households`),
    delivery, set_rank (1, or 2 for a second twin), plurality, child_sex ("1"/"2"), birth_date, birth_time (HH:MM),
    child_ethnicity, child_name, child_form, child_id, birth_cert_no, parity, birth_weight (g), facility,
    birth_place_class, child_hukou (village code) and group (villagers' group) where the child will be registered.
    """
    rng, numbers = generator(seed, "births", key), generator(seed, "numbers", key)
    n = max(round(n_births / (1 + TWINS)), 1)
    households = make_households(
        generator(seed, "households", key), numbers, n, mix, first_day, lane=lane, home=np.array([int(code) for code in home]))
    births = _deliver(rng, households, first_day, n_days)
    named = name_children(rng, births)
    births["child_name"], births["child_form"] = named["name"], named["form"]
    births["child_id"] = _children_numbers(numbers, births, home)
    births["birth_cert_no"] = _certificates(numbers, births, key)
    return births


def _deliver(rng: np.random.Generator, households: pd.DataFrame, first_day: np.datetime64, n_days: int) -> pd.DataFrame:
    n = len(households)
    minutes = np.sort(rng.integers(0, n_days * 1440, n))
    twins = rng.random(n) < TWINS
    delivery = np.repeat(np.arange(n), np.where(twins, 2, 1))
    births = households.take(delivery).reset_index(drop=True)
    rank = births.groupby(delivery).cumcount().to_numpy() + 1
    births["delivery"], births["set_rank"], births["plurality"] = delivery, rank, np.where(twins, 2, 1)[delivery]
    births["child_sex"] = _sexes(rng, rank)
    # a twin follows within minutes, but not past midnight: the date is the same
    minute = minutes[delivery] + np.where(rank == 2, rng.integers(1, 16, len(births)), 0)
    minute = np.where(minute // 1440 > minutes[delivery] // 1440, minutes[delivery], minute)
    births["birth_date"] = (first_day + (minute // 1440).astype("timedelta64[D]")).astype("datetime64[ns]")
    births["birth_time"] = [f"{m // 60:02d}:{m % 60:02d}" for m in (minute % 1440).tolist()]
    fathers = births["father_ethnicity"].where(births["father_ethnicity"].notna(), births["mother_ethnicity"])
    births["child_ethnicity"] = np.where(rng.random(n)[delivery] < 0.6, fathers, births["mother_ethnicity"])
    births["parity"] = pick(rng, ("1", "2", "3", "4"), (52, 36, 10, 2), n)[delivery]
    births["birth_weight"] = np.round(rng.normal(np.where(births["plurality"] == 2, 2450, 3300), 380).clip(900, 4900), -1).astype(int)
    where = pick(rng, [str(i) for i in range(len(_PLACES))], [w for _, _, w in _PLACES], n)[delivery].astype(int)
    fathers_place = births["father_hukou"].where(births["father_hukou"].notna(), births["mother_hukou"])
    births["child_hukou"] = births["mother_hukou"].where(births["local"], fathers_place)
    births["group"] = pick(rng, ("一组", "二组", "三组", "四组"), (4, 3, 2, 1), n)[delivery]
    births["facility"] = np.array([p[0] for p in _PLACES], dtype=object)[where]
    births["birth_place_class"] = np.array([p[1] for p in _PLACES], dtype=object)[where]
    return births


def _sexes(rng: np.random.Generator, rank: np.ndarray) -> np.ndarray:
    sex = np.where(rng.random(len(rank)) < BOYS, "1", "2").astype(object)
    second = np.flatnonzero((rank == 2) & (rng.random(len(rank)) < ONE_EGG))
    sex[second] = sex[second - 1]
    return sex


def _children_numbers(rng: np.random.Generator, births: pd.DataFrame, home: tuple[str, ...]) -> np.ndarray:
    """Return the numbers the police will give; twins get neighbouring ones."""
    first = births["set_rank"].eq(1).to_numpy()
    prefix = np.array([int(code) for code in home])[rng.integers(0, len(home), int(first.sum()))]
    days = births["birth_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    drawn = unique_numbers(rng, prefix * 10**6 + days[first], 1, 250)
    place = np.cumsum(first) - 1
    sequence = (drawn[place] * 2 + births["set_rank"].to_numpy() - 1) * 2 + births["child_sex"].astype(int).to_numpy() % 2
    return identity_numbers(prefix[place], births["birth_date"], sequence)


def _certificates(rng: np.random.Generator, births: pd.DataFrame, key: int) -> np.ndarray:
    """Return certificate numbers in the order of birth: letter of the printing year, 15, serial; twins' follow each other."""
    gap = np.where(births["set_rank"] == 2, 1, 1 + (rng.random(len(births)) ** 2 / 0.12).astype(int))
    serial = key % 90 * 100_000 + 100_000 + np.cumsum(gap)
    year = int(births["birth_date"].dt.year.iloc[0])
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(year - 2000) % 26]
    return np.array([f"{letter}15{number:07d}" for number in serial.tolist()], dtype=object)
