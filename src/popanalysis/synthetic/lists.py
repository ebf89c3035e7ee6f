"""Which list holds which birth, when its office acted, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.columns import BIRTH_KINDS
from popanalysis.synthetic.mistakes import plant
from popanalysis.synthetic.places import write_addresses
from popanalysis.synthetic.stages import generator

__all__ = ["COVERAGE", "DUPLICATES", "write_entries", "write_list"]

#: list -> share of births it holds: (mothers of the home banner, mothers from elsewhere).
COVERAGE: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {"birth_cert": (0.93, 0.95), "hukou_birth": (0.90, 0.10), "town_birth": (0.88, 0.05)})
DUPLICATES: Final = 0.01  # of a list's rows, entered a second time
#: list -> days from the birth to the office's act: (earliest, typical further days, longest).
_DELAYS: Final[Mapping[str, tuple[int, float, int]]] = MappingProxyType(
    {"birth_cert": (1, 7.0, 30), "hukou_birth": (3, 24.0, 88), "town_birth": (2, 12.0, 32)})
_HOME_BIRTH_LATER: Final = 25  # days a certificate takes longer when no hospital saw the birth


def write_list(seed: int, key: int, births: pd.DataFrame, kind: str, times: float = 1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write one list of the births of a span of time, whenever the office acted on them.

    Parameters
    ----------
    seed, key : as in :func:`popanalysis.synthetic.births.make_births`.
    births : all births of the span.
    kind : birth_cert, hukou_birth or town_birth.
    times : how many times as often as usual values are wrong.

    Returns
    -------
    DataFrame, one row a list entry, RangeIndex: the columns of ``births`` as written, birth_date as YYYY-MM-DD, plus
    birth (place in ``births``, the truth), duplicate (entered a second time), act_date, and mother_hukou_addr etc.,
    the addresses as text, for the village codes that ``births`` holds;
    and the frame of planted mistakes (:func:`popanalysis.synthetic.mistakes.plant`).
    """
    number = BIRTH_KINDS.index(kind)
    entries = _entries(seed, key, births, kind)
    return write_entries(births, entries, kind, writing=generator(seed, "writing", key, number), mistakes=generator(seed, "mistakes", key, number), times=times)


def write_entries(
    births: pd.DataFrame, entries: pd.DataFrame, kind: str, *, writing: np.random.Generator, mistakes: np.random.Generator, times: float = 1.0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write down the births that a list holds, with the mistakes of its office.

    Parameters
    ----------
    births : all births of the span.
    entries : one row a list entry, RangeIndex: birth (place in ``births``), duplicate, act_date.
    kind : a list that :func:`popanalysis.synthetic.mistakes.plant` knows.
    writing, mistakes : chance for the forms of addresses and for mistakes.
    times : how many times as often as usual values are wrong.

    Returns
    -------
    See :func:`write_list`.
    """
    rows = births.take(entries["birth"].to_numpy(dtype=int)).reset_index(drop=True)
    rows["birth_date"] = rows["birth_date"].dt.strftime("%Y-%m-%d")
    rows = pd.concat([rows, entries], axis=1)
    for column in rows.columns.intersection(["mother_hukou", "mother_live", "father_hukou", "father_live"]):
        rows[f"{column}_addr"] = write_addresses(writing, rows[column])
    rows = rows.astype(object).where(rows.notna(), None)  # type: ignore[call-overload]  # the stubs know no None here
    return plant(mistakes, rows, kind, times)


def _entries(seed: int, key: int, births: pd.DataFrame, kind: str) -> pd.DataFrame:
    number = BIRTH_KINDS.index(kind)
    rng = generator(seed, "coverage", key, number)
    local, elsewhere = COVERAGE[kind]
    chance = np.where(births["local"], local, elsewhere)
    # an office that hears of a delivery hears of both twins
    held = np.flatnonzero(rng.random(int(births["delivery"].max()) + 1)[births["delivery"]] < chance)
    acts = _act_dates(generator(seed, "acts", key, number), births, kind)
    again_rng = generator(seed, "duplicates", key, number)
    again = held[again_rng.random(len(held)) < DUPLICATES]
    later = again_rng.integers(0, 4, len(again)).astype("timedelta64[D]")
    return pd.DataFrame({
        "birth": np.concatenate([held, again]), "duplicate": np.repeat([False, True], [len(held), len(again)]),
        "act_date": np.concatenate([acts[held], acts[again] + later])})


def _act_dates(rng: np.random.Generator, births: pd.DataFrame, kind: str) -> np.ndarray:
    earliest, typical, longest = _DELAYS[kind]
    n = int(births["delivery"].max()) + 1  # parents of twins go to an office once
    days = np.minimum(earliest + np.floor(rng.exponential(typical, n)), longest)
    late = rng.integers(5, _HOME_BIRTH_LATER, n)[births["delivery"]]
    days = days[births["delivery"]] + np.where(births["birth_place_class"].eq("家庭") & (kind == "birth_cert"), late, 0)
    return np.asarray(births["birth_date"].to_numpy().astype("datetime64[D]") + days.astype("timedelta64[D]"))
