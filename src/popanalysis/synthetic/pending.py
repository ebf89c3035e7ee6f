"""Births that two offices tell of apart: deliveries whose mother is not surely known, and registrations that wait for papers."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from popanalysis.synthetic import places
from popanalysis.synthetic.cohort import Cohort, name_births
from popanalysis.synthetic.lists import write_entries
from popanalysis.synthetic.stages import generator

__all__ = ["add_deferred", "add_unverified"]

#: class -> (what stands in the remark, deliveries a quarter per 450 births).
_DOUBTS: Final[dict[str, tuple[tuple[str, ...], int]]] = {
    "non_local": (("旗外户籍",), 5), "doubtful": (("身份证明有疑问", "身份证明和住址有疑问，待核实"), 3),
    "undocumented": (("无相关证件", "未携带有效证件"), 2), "withheld": (("拒不提供个人真实信息",), 2)}
_MADE_UP: Final = ("李某某", "张小花")
#: what a list shows of a mother, her husband and their child, and does not where she withheld who she is.
_WITHHELD: Final = {
    "birth_cert": ("mother_name", "mother_id", "mother_ethnicity", "mother_hukou_addr", "mother_live_addr", "father_name", "father_id",
                   "father_ethnicity", "father_hukou_addr", "child_name"),
    "unverified_delivery": ("mother_name", "mother_id", "mother_hukou_addr", "mother_live_addr", "father_name", "child_name")}
#: class -> reasons as a clerk words them; ``{}`` takes a mark that stands nowhere else.
_REASONS: Final[dict[str, tuple[str, ...]]] = {
    "no_birth_certificate": ("未提供《出生医学证明》", "出生医学证明尚未签发"), "certificate_differs": ("出生医学证明与父母身份证信息不符",),
    "parents_papers": ("父亲身份证过期", "未提供父母双方居民户口簿"), "parentage": ("非院内出生，亲子关系待确认",),
    "not_permitted": ("未提供计划生育服务证FW{}", "未办理生育登记，无生育服务证FW{}"), "other": ("户主未到场，待补充材料",)}
_ASKED_FOR: Final = ("not_permitted", "certificate_differs", "parents_papers", "not_permitted", "other", "parentage")


def add_unverified(cohort: Cohort) -> None:
    """Add the list of deliveries whose mother's identity or address is not surely known, and take from the certificates what she withheld.

    Most have a row in birth_cert too. Of a mother who withheld her identity no list holds anything true, and neither the police nor a town
    knows the birth. ``detail`` tells the class.
    """
    rng = generator(cohort.seed, "unverified", cohort.number, 0)
    certified, known = cohort.acts("birth_cert").notna(), cohort.acts("hukou_birth").notna() | cohort.acts("town_birth").notna()
    alone, local = cohort.births["plurality"].eq(1), cohort.births["local"].astype(bool)
    allowed = {"withheld": alone & certified & ~known, "undocumented": alone & certified, "doubtful": alone, "non_local": alone & ~local & certified}
    classes = {name: cohort.choose(rng, allowed[name], cohort.share(_DOUBTS[name][1])) for name in allowed}
    births = np.concatenate(list(classes.values())).astype(int)
    days = cohort.births["birth_date"].to_numpy().astype("datetime64[D]")[births]
    entries = pd.DataFrame({"birth": births, "duplicate": False, "act_date": days + rng.integers(0, 4, len(births)).astype("timedelta64[D]")})
    entries["detail"] = np.repeat(np.array(list(classes), dtype=object), [len(found) for found in classes.values()])
    entries["remark"] = [_DOUBTS[name][0][k % len(_DOUBTS[name][0])] for k, name in enumerate(entries["detail"])]
    _write(cohort, entries, "unverified_delivery")
    for kind in ("unverified_delivery", "birth_cert"):
        _hide(cohort, kind, {int(birth): k for k, birth in enumerate(classes["withheld"])}, set(classes["undocumented"].tolist()))


def _write(cohort: Cohort, entries: pd.DataFrame, kind: str) -> None:
    stage = {"unverified_delivery": "unverified", "deferred_hukou": "deferred"}[kind]
    if entries.empty:
        return
    writing, mistakes = (generator(cohort.seed, stage, cohort.number, use) for use in (1, 2))
    rows, cohort.errors[kind] = write_entries(cohort.births, entries, kind, writing=writing, mistakes=mistakes)
    name_births(cohort.period, rows)
    cohort.lists[kind] = rows


def _hide(cohort: Cohort, kind: str, withheld: dict[int, int], undocumented: set[int]) -> None:
    """Take out what the mother did not show; of those who withheld, every other gives a made-up name."""
    rows = cohort.lists.get(kind, pd.DataFrame(columns=["birth"]))
    for row, birth in rows["birth"].items():
        if birth in undocumented:
            cohort.rewrite(kind, int(str(row)), "mother_id", None, "undocumented")
        elif birth in withheld:
            made_up = _MADE_UP[withheld[birth] % 2] if withheld[birth] % 2 else None
            for column in _WITHHELD[kind]:
                cohort.rewrite(kind, int(str(row)), column, made_up if column == "mother_name" else None, "withheld")


def add_deferred(cohort: Cohort) -> None:
    """Add the list of registrations that wait for papers.

    Most of the children are registered later, some in a later quarter, a few not at all. Where the certificate is what is missing, it was issued
    after the deferral or never. ``detail`` tells the class of the reason; reasons that are birth-policy papers carry a mark (``planted``).
    """
    rng = generator(cohort.seed, "deferred", cohort.number, 0)
    born, issued, registered = cohort.births["birth_date"], cohort.acts("birth_cert"), cohort.acts("hukou_birth")
    local, alone = cohort.births["local"].astype(bool), cohort.births["plurality"].eq(1)
    end = cohort.last_day(of_the_next=True)
    until = registered.where(registered.notna(), born + pd.Timedelta(days=60))
    slow = alone & local & ((registered - born).dt.days.ge(25) | registered.isna())
    uncertified = cohort.choose(rng, slow & (issued.isna() | (issued - born).dt.days.ge(20)), cohort.share(3))
    others = cohort.choose(rng, slow & issued.notna(), cohort.share(5))
    births = np.concatenate([uncertified, others]).astype(int)
    until = until.where(until.le(end), end)
    limit = until.copy()
    limit[uncertified] = pd.concat([until[uncertified], issued[uncertified]], axis=1).min(axis=1)
    span = ((limit - born).dt.days.to_numpy()[births] - 7).clip(1)
    acts = born.to_numpy().astype("datetime64[D]")[births] + (5 + np.floor(rng.random(len(births)) * span)).astype("timedelta64[D]")
    classes = ["no_birth_certificate"] * len(uncertified) + [_ASKED_FOR[k % len(_ASKED_FOR)] for k in range(len(others))]
    entries = pd.DataFrame({"birth": births, "duplicate": False, "act_date": acts, "detail": classes})
    marks = [f"{cohort.period.year % 100:02d}{cohort.period.quarter}{k:04d}" for k in range(len(entries))]
    entries["reason"] = [_REASONS[name][k % len(_REASONS[name])].format(mark) for k, (name, mark) in enumerate(zip(classes, marks, strict=True))]
    town = places.villages().set_index("code")["town"].to_dict()
    entries["accept_unit"] = [f"{town[code]}派出所" for code in cohort.births["child_hukou"].to_numpy()[births]]
    _write(cohort, entries, "deferred_hukou")
    _without_certificate(cohort)


def _without_certificate(cohort: Cohort) -> None:
    """Leave the certificate number out where the certificate is what is missing; that is no mistake."""
    rows = cohort.lists.get("deferred_hukou", pd.DataFrame(columns=["detail"]))
    for row in rows.index[rows["detail"].eq("no_birth_certificate")]:
        cohort.rewrite("deferred_hukou", int(row), "birth_cert_no", None)
