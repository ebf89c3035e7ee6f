"""Adoptions: none to three a quarter; the child bears a new name afterwards."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from popanalysis.synthetic.cohort import Cohort, no_errors
from popanalysis.synthetic.names import draw_names
from popanalysis.synthetic.residents import make_residents
from popanalysis.synthetic.stages import generator

__all__ = ["ADOPTIONS", "add_adoptions"]

#: registered in the first to fourth quarter of a year; a quarter without any is the normal one.
ADOPTIONS: Final = (2, 0, 1, 3)


def add_adoptions(cohort: Cohort) -> None:
    """Add the adoptions registered in the quarter: couples, children of up to eight years, and one child born in the quarter itself.

    ``about`` names the birth of such a child; the birth lists show the name it had before.
    """
    rng = generator(cohort.seed, "adoptions", cohort.number)
    n = ADOPTIONS[cohort.number % 4]
    couples = make_residents(cohort.seed, cohort.mix, cohort.n_births, "adopter", cohort.number)
    n = min(n, len(couples) // 2)
    if n == 0:
        return
    first, length = pd.Timestamp(cohort.period.first_day), (cohort.period.last_day - cohort.period.first_day).days
    early = cohort.births["plurality"].eq(1) & cohort.births["birth_date"].lt(first + pd.Timedelta(days=25)) & cohort.acts("birth_cert").notna()
    newborn = cohort.choose(rng, early, 1 if n > 1 else 0).tolist()
    sexes = np.where(rng.random(n) < 0.5, "1", "2").astype(object)
    ages = rng.integers(60, 8 * 365, n)
    days = np.sort(rng.integers(45, length, n))
    rows = []
    for k in range(n):
        husband, wife = couples.loc[2 * k], couples.loc[2 * k + 1]
        birth = newborn[k] if k < len(newborn) else None
        child = _newborn(cohort, birth) if birth is not None else _older(rng, str(sexes[k]), str(wife["ethnicity"]), first - pd.Timedelta(days=int(ages[k])))
        given = draw_names(rng, np.array([wife["ethnicity"]], dtype=object), np.array([child["sex"]], dtype=object), "newborn").iloc[0]
        rows.append({**child, "new_name": given["name"] if not given["surname"] else husband["name"][0] + given["given"], "act_date": first + pd.Timedelta(days=int(days[k])),
                     "husband_name": husband["name"], "husband_id": husband["id"], "wife_name": wife["name"], "wife_id": wife["id"], "village": husband["hukou"],
                     "married": pd.Timestamp(str(wife["birth_date"])) + pd.Timedelta(days=23 * 365 + int(ages[k]) // 2),
                     "cert_no": f"收字第{cohort.period.year}{cohort.number % 4 * 10 + k + 1:03d}号", "event": f"{cohort.period}-A{k:05d}"})
    cohort.lists["adoption"], cohort.errors["adoption"] = pd.DataFrame(rows).astype(object), no_errors()


def _newborn(cohort: Cohort, birth: int) -> dict[str, object]:
    row = cohort.births.loc[birth]
    return {"name": row["child_name"], "sex": row["child_sex"], "birth_date": row["birth_date"], "about": f"{cohort.period}-{birth:05d}"}


def _older(rng: np.random.Generator, sex: str, people: str, born: pd.Timestamp) -> dict[str, object]:
    named = draw_names(rng, np.array([people], dtype=object), np.array([sex], dtype=object), "newborn")
    return {"name": named["name"].iloc[0], "sex": sex, "birth_date": born, "about": ""}
