"""Many births as clean Parquet, without files of offices and without time: for benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.columns import BIRTH_KINDS
from popanalysis.synthetic.births import make_births
from popanalysis.synthetic.lists import write_list
from popanalysis.synthetic.names import REGION, Mix
from popanalysis.synthetic.stages import generator

__all__ = ["make_lists", "write_parquet"]

#: columns of a list; ``event``, ``set_id`` and ``name_form`` are the truth.
COLUMNS: Final = (
    "record_id", "child_name", "child_sex", "birth_date", "birth_time", "mother_name", "mother_id", "father_name", "father_id", "birth_cert_no",
    "mother_live_addr", "event", "set_id", "name_form", "local")
#: columns a list does not have; families seldom tell a town the minute of birth, so that nothing but the health list holds it
_WITHOUT: Final = {"hukou_birth": ("birth_time", "mother_live_addr"), "town_birth": ("birth_time",)}
#: what only the offices' files show
_NOT_LISTED: Final = ["mother_surname", "mother_form", "mother_birth_date", "father_surname", "father_form", "father_birth_date",
                      "child_form", "child_hukou", "group", "parity", "birth_weight", "facility", "mother_hukou", "father_hukou", "father_live"]
_BIRTHS_PER_COUNTY: Final = 2_000  # how many births share one prefix of numbers


def make_lists(n_births: int, seed: int, mix: Mix = REGION, times: float = 1.0) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Make three lists of about ``n_births`` births of one quarter.

    Parameters
    ----------
    n_births : up to 1,000,000.
    seed : the same seed gives the same lists.
    mix : shares of the peoples.
    times : how many times as often as usual values are wrong.

    Returns
    -------
    kind -> DataFrame, rows in random order: record_id, child_name, child_sex ("1"/"2"), birth_date (YYYY-MM-DD),
    birth_time (HH:MM; birth_cert only), mother_name, mother_id, father_name, father_id, birth_cert_no, mother_live_addr
    (not hukou_birth), event (whole number, one a child), set_id (0, or the same number for twins), name_form (of the
    mother's name), local; missing is None. And the planted mistakes: list, record_id, field, error, true_value, written_value.
    """
    home = tuple(f"1599{number:02d}" for number in range(1, min(max(n_births // _BIRTHS_PER_COUNTY, 1), 98) + 1))
    n_days = 90 if n_births <= 200_000 else 365
    births = make_births(seed, 0, n_births, np.datetime64("2025-01-01"), n_days, mix, home=home)
    births["name_form"] = births["mother_form"]
    births = births.drop(columns=_NOT_LISTED)
    lists, mistakes = {}, []
    for number, kind in enumerate(BIRTH_KINDS):
        rows, errors = write_list(seed, 0, births, kind, times)
        order = generator(seed, "order", 0, number).permutation(len(rows))
        rows["record_id"] = [f"{'HPT'[number]}{place:07d}" for place in np.argsort(order)]
        rows["event"] = rows["birth"].astype(np.int64)
        rows["set_id"] = np.where(rows["plurality"] == 2, rows["delivery"].astype(np.int64) + 1, 0)
        rows["local"] = rows["local"].astype(bool)
        keep = [column for column in COLUMNS if column not in _WITHOUT.get(kind, ())]
        lists[kind] = rows.take(order)[keep].reset_index(drop=True)
        ids = rows["record_id"].to_numpy()[errors["row"].to_numpy(dtype=int)]
        mistakes.append(errors.drop(columns="row").assign(list=kind, record_id=ids))
    return lists, pd.concat(mistakes, ignore_index=True)[["list", "record_id", "field", "error", "true_value", "written_value"]]


def write_parquet(folder: Path, n_births: int, seed: int = 20250401, mix: Mix = REGION, times: float = 1.0) -> list[Path]:
    """Write the lists of :func:`make_lists` as ``birth_cert.parquet``, ``hukou_birth.parquet``, ``town_birth.parquet``.

    ``errors.parquet`` beside them holds the planted mistakes. Returns the four paths.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lists, mistakes = make_lists(n_births, seed, mix, times)
    frames = {**lists, "errors": mistakes}
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    return [folder / f"{name}.parquet" for name in frames]
