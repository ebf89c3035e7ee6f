"""People who moved in or out, and people who died: why a list may rightly not hold a birth."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from popanalysis.synthetic import places
from popanalysis.synthetic.cohort import Cohort, as_written, no_errors
from popanalysis.synthetic.residents import make_residents
from popanalysis.synthetic.stages import generator, pick

__all__ = ["add_deaths", "add_moves"]

FAMILIES_OUT: Final = 4  # a quarter per 450 births; their child is in no hukou list here
MOTHERS_IN: Final = 3  # by no town met
NEWBORNS: Final = 2  # at most; they die before registration
_WAYS: Final = {"in": ("迁入登记", "夫妻投靠迁入", "工作调动迁入"), "out": ("迁出登记", "夫妻投靠迁出", "购房迁出")}


def add_moves(cohort: Cohort) -> None:
    """Add moves in and out: families with a newborn that is not registered here, mothers new in the banner, and others.

    A row a person; ``about`` names the birth where there is one, ``region`` the county of the other end.
    """
    rng = generator(cohort.seed, "moves", cohort.number)
    births, local = cohort.births, cohort.births["local"].astype(bool)
    unregistered = cohort.acts("hukou_birth").isna() & cohort.births["plurality"].eq(1)
    out = cohort.choose(rng, local & unregistered & births["father_id"].notna(), cohort.share(FAMILIES_OUT))
    unmet = cohort.acts("town_birth").isna() & births["mother_live"].str.startswith(places.HOME) & births["plurality"].eq(1)
    into = cohort.choose(rng, local & unmet & cohort.acts("birth_cert").notna(), cohort.share(MOTHERS_IN))
    rows = [_of_birth(cohort, birth, who, "out", int(day)) for birth, day in zip(out.tolist(), rng.integers(4, 25, len(out)), strict=True) for who in ("mother", "father")]
    rows += [_of_birth(cohort, birth, "mother", "in", int(day)) for birth, day in zip(into.tolist(), rng.integers(-25, 20, len(into)), strict=True)]
    others = make_residents(cohort.seed, cohort.mix, cohort.n_births, "move", cohort.number)
    days = rng.integers(0, (cohort.period.last_day - cohort.period.first_day).days + 1, len(others))
    rows += [{"person_name": p.name, "person_id": p.id, "village": p.hukou, "direction": ("in", "out")[k % 2], "about": "",
              "act_date": pd.Timestamp(cohort.period.first_day) + pd.Timedelta(days=int(day))}
             for k, (p, day) in enumerate(zip(others.itertuples(index=False), days, strict=True))]
    cohort.moved = {str(row["person_id"]): pd.Timestamp(str(row["act_date"])) for row in rows if row["direction"] == "out"}
    _add(cohort, rng, rows, "migration", "V")


def _of_birth(cohort: Cohort, birth: int, who: str, direction: str, days: int) -> dict[str, object]:
    row = cohort.births.loc[birth]
    day = max(row["birth_date"] + pd.Timedelta(days=days), pd.Timestamp(cohort.period.first_day))
    return {"person_name": row[f"{who}_name"], "person_id": row[f"{who}_id"], "village": row["child_hukou"], "direction": direction,
            "about": f"{cohort.period}-{birth:05d}", "act_date": day}


def _add(cohort: Cohort, rng: np.random.Generator, rows: list[dict[str, object]], kind: str, letter: str) -> None:
    table = pd.DataFrame(rows).sort_values("act_date", kind="stable", ignore_index=True)
    counties = places.villages().query("county_code != @places.HOME")["county"].unique().tolist()
    table["region"] = pick(rng, counties, np.ones(len(counties)), len(table))
    table["group"] = pick(rng, ("一组", "二组", "三组", "四组"), (4, 3, 2, 1), len(table))
    table["event"] = [f"{cohort.period}-{letter}{place:05d}" for place in range(len(table))]
    if kind == "migration":
        table["detail"] = table["direction"]
        table["way"] = [_WAYS[str(direction)][int(draw * 3)] for direction, draw in zip(table["direction"], rng.random(len(table)), strict=True)]
    cohort.lists[kind] = as_written(table)
    cohort.errors[kind] = no_errors()


def add_deaths(cohort: Cohort) -> None:
    """Add deaths, most of them of elderly people, a few of children who lived too short to be registered.

    ``act_date`` is the day the person left the register.
    """
    rng = generator(cohort.seed, "deaths", cohort.number)
    unregistered = cohort.acts("hukou_birth").isna() & cohort.births["local"].astype(bool) & cohort.births["plurality"].eq(1)
    children = cohort.choose(rng, unregistered & cohort.acts("birth_cert").notna(), min(cohort.share(1 + cohort.number % NEWBORNS), NEWBORNS))
    rows = [_of_child(cohort, birth, int(day), int(later)) for birth, day, later in zip(
        children.tolist(), rng.integers(0, 6, len(children)), rng.integers(3, 20, len(children)), strict=True)]
    others = make_residents(cohort.seed, cohort.mix, cohort.n_births, "death", cohort.number)
    days = rng.integers(0, (cohort.period.last_day - cohort.period.first_day).days - 20, len(others))
    later = rng.integers(1, 20, len(others))
    first = pd.Timestamp(cohort.period.first_day)
    rows += [{"person_name": p.name, "person_id": p.id, "sex": p.sex, "birth_date": f"{p.birth_date:%Y-%m-%d}", "ethnicity": p.ethnicity, "village": p.hukou,
              "live": p.live, "about": "", "death_date": first + pd.Timedelta(days=int(day)), "act_date": first + pd.Timedelta(days=int(day + after)),
              "detail": "adult", **dict.fromkeys(("mother_name", "mother_id", "father_name", "father_id"))}
             for p, day, after in zip(others.itertuples(index=False), days, later, strict=True)]
    _add(cohort, rng, rows, "death", "D")


def _of_child(cohort: Cohort, birth: int, day: int, later: int) -> dict[str, object]:
    row = cohort.births.loc[birth]
    died = row["birth_date"] + pd.Timedelta(days=day)
    return {"person_name": row["child_name"], "person_id": None, "sex": row["child_sex"], "birth_date": f"{row['birth_date']:%Y-%m-%d}",
            "ethnicity": row["child_ethnicity"], "village": row["child_hukou"], "live": row["mother_live"], "about": f"{cohort.period}-{birth:05d}",
            "death_date": died, "act_date": died + pd.Timedelta(days=later), "detail": "newborn",
            **{column: row[column] for column in ("mother_name", "mother_id", "father_name", "father_id")}}
