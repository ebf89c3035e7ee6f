"""Certificates that were exchanged, reissued or void: one child, two numbers, each in another list."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from popanalysis.synthetic.cohort import Cohort, as_written, no_errors
from popanalysis.synthetic.stages import generator, pick

__all__ = ["add_void_certificates"]

#: (reason, why, a quarter per 450 births); an exchange register of the attested head does not show the old number.
_REASONS: Final = (("reissued", ("遗失", "损毁", "被盗"), 3), ("exchanged", ("新生儿姓名变更", "父亲信息更正"), 3), ("void", ("打印错误",), 2))
_SPOILT: Final = 5  # forms spoilt before any child got them
_FROM: Final = 90_000  # serials from here on are printed for second certificates


def add_void_certificates(cohort: Cohort) -> None:
    """Add the registers of reissued and exchanged certificates and of void numbers.

    The certificate list shows the number that holds when it is sent; what the police or a town copied before shows the old one.
    """
    rng = generator(cohort.seed, "certificates", cohort.number)
    issued, registered = cohort.acts("birth_cert"), cohort.acts("hukou_birth")
    end = cohort.last_day()
    allowed = cohort.births["plurality"].eq(1) & issued.le(end) & registered.lt(end - pd.Timedelta(days=1)) & issued.lt(registered)
    rows: list[dict[str, object]] = []
    for reason, why, n in _REASONS:
        for birth in cohort.choose(rng, allowed, cohort.share(n)).tolist():
            room = (end - registered[birth]).days
            day = registered[birth] + pd.Timedelta(days=int(rng.integers(1, room + 1)))
            rows.append(_second_certificate(cohort, birth, len(rows), day, reason, str(pick(rng, why, np.ones(len(why)), 1)[0])))
    for _ in range(cohort.share(_SPOILT)):
        day = pd.Timestamp(cohort.period.first_day) + pd.Timedelta(days=int(rng.integers(0, 88)))
        rows.append({"reason": "void", "why": "打印错误", "act_date": day, "old_no": _number(cohort, len(rows)), "new_no": None, "birth": None, "about": ""})
    if rows:
        table = pd.DataFrame(rows).sort_values("act_date", kind="stable", ignore_index=True)
        cohort.lists["void_certificates"] = as_written(table).assign(event="", detail=table["reason"])
        cohort.errors["void_certificates"] = no_errors()


def _number(cohort: Cohort, place: int) -> str:
    first = str(cohort.births["birth_cert_no"].iloc[0])
    return f"{first[:3]}{cohort.number % 90 * 100_000 + 100_000 + _FROM + place * 3:07d}"


def _second_certificate(cohort: Cohort, birth: int, place: int, day: pd.Timestamp, reason: str, why: str) -> dict[str, object]:
    child, new = cohort.births.loc[birth], _number(cohort, place)
    event = f"{cohort.period}-{birth:05d}"
    for kind in ("birth_cert", "hukou_birth", "town_birth"):
        rows = cohort.lists[kind]
        here = rows["birth"].eq(birth) & rows["birth_cert_no"].notna() & (pd.to_datetime(rows["act_date"]).ge(day) | (kind == "birth_cert"))
        for row in rows.index[here]:
            cohort.rewrite(kind, int(row), "birth_cert_no", new)
    return {"reason": reason, "why": why, "act_date": day, "old_no": child["birth_cert_no"], "new_no": new, "birth": birth, "about": event,
            "child_name": child["child_name"], "child_sex": child["child_sex"], "birth_date": f"{child['birth_date']:%Y-%m-%d}",
            "mother_name": child["mother_name"], "mother_id": child["mother_id"]}
