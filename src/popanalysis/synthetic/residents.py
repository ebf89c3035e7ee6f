"""People of the invented banner who stand in no birth: those who move, die, change a name, adopt, or only live there."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.synthetic import places
from popanalysis.synthetic.names import Mix, draw_names, draw_peoples
from popanalysis.synthetic.people import LANES, identity_numbers, unique_numbers
from popanalysis.synthetic.stages import generator, pick

__all__ = ["PURPOSES", "free_number", "make_residents"]

#: Quarters that share the people out among themselves; more than a demo spans, so that nobody dies twice.
SLOTS: Final = 8
#: purpose -> (youngest, oldest, persons a quarter per 450 births); ``register`` is one set for all quarters, in couples.
PURPOSES: Final[dict[str, tuple[int, int, int]]] = {
    "change": (17, 60, 16), "move": (18, 55, 16), "death": (46, 95, 30), "adopter": (31, 52, 6), "register": (25, 88, 900)}
_DAY: Final = np.datetime64("2025-01-01")


def make_residents(seed: int, mix: Mix, n_births: int, purpose: str, quarter: int) -> pd.DataFrame:
    """Return the people set aside for a purpose in a quarter.

    Parameters
    ----------
    n_births : births a quarter; the numbers of people follow it.
    purpose : a key of :data:`PURPOSES`.
    quarter : running number of the quarter; of ``register`` it does not matter.

    Returns
    -------
    DataFrame, RangeIndex: name, sex, ethnicity, birth_date, id, hukou and live (village codes); couples of
    ``adopter`` and ``register`` stand on neighbouring rows, the man first.

    Examples
    --------
    >>> from popanalysis.synthetic.names import BANNER
    >>> make_residents(1, BANNER, 450, "adopter", 3)["sex"].tolist()
    ['1', '2', '1', '2', '1', '2']
    """
    pool = _pool(seed, mix, n_births)
    slot = 0 if purpose == "register" else quarter % SLOTS
    held = pool["purpose"].eq(purpose) & pool["slot"].eq(slot)
    return pool[held].drop(columns=["purpose", "slot"]).reset_index(drop=True)


@lru_cache(maxsize=4)
def _pool(seed: int, mix: Mix, n_births: int) -> pd.DataFrame:
    rng = generator(seed, "residents")
    blocks = [(purpose, slot, low, high, _size(n, n_births)) for purpose, (low, high, n) in PURPOSES.items() for slot in range(1 if purpose == "register" else SLOTS)]
    purpose, slot, low, high = (np.concatenate([np.full(block[4], block[k], dtype=object) for block in blocks]) for k in range(4))
    n = len(purpose)
    couples = np.isin(purpose.astype(str), ["adopter", "register"])
    in_turn = np.arange(n) % 2  # every block has an even size
    sex = np.where(np.where(couples, in_turn == 0, rng.random(n) < 0.5), "1", "2").astype(object)
    age = low.astype(float) + rng.random(n) * (high - low).astype(float)
    age = np.where(couples & (in_turn == 1), np.roll(age, 1) - rng.normal(1.5, 2.0, n), age)
    people = draw_peoples(rng, mix, n)
    born = _DAY - np.round(age * 365.25).astype("timedelta64[D]")
    village = _villages(rng, n)
    village = np.where(couples & (in_turn == 1), np.roll(village, 1), village)
    prefix = np.full(n, int(places.HOME))
    keys = (prefix * 10**6 + born.astype(np.int64)) * 2 + (sex == "1")
    # births and marriages take sequences from 10 upwards (see people._sequences)
    sequence = unique_numbers(rng, keys, 1, LANES) * 2 + (sex == "1")
    return pd.DataFrame({
        "purpose": purpose, "slot": slot, "name": draw_names(rng, people, sex, "parent")["name"], "sex": sex, "ethnicity": people,
        "birth_date": born.astype("datetime64[ns]"), "id": identity_numbers(prefix, born, sequence), "hukou": village, "live": village})


def _size(wanted: int, n_births: int) -> int:
    return max(round(wanted * n_births / 450 / 2), 1) * 2


def _villages(rng: np.random.Generator, n: int) -> np.ndarray:
    table = places.villages()
    home = table.loc[table["county_code"].eq(places.HOME), "code"].tolist()
    return pick(rng, home, np.ones(len(home)), n)


def free_number(number: str, day: pd.Timestamp, taken: Collection[str]) -> str:
    """Return a number of the same county, sex and lane for another day, that nobody in ``taken`` holds.

    >>> free_number("159901196810235121", pd.Timestamp("1968-10-23"), {"159901196810235121"})
    '159901196810235228'
    """
    county, sequence = np.array([int(number[:6])]), int(number[14:17])
    for step in range(500 // LANES):
        other = (sequence + 2 * LANES * step) % 1000
        found = str(identity_numbers(county, np.array([day.to_datetime64()]), np.array([other]))[0])
        if found not in taken and (other >= 2 * LANES or step == 0):
            return found
    raise ValueError("no number of this day is free")
