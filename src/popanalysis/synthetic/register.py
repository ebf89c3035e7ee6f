"""The whole-population register as a snapshot of part of the banner, what towns reported as totals, and what they answer when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from popanalysis.synthetic import places
from popanalysis.synthetic.changes import values_on
from popanalysis.synthetic.cohort import Cohort, as_written
from popanalysis.synthetic.residents import make_residents
from popanalysis.synthetic.stages import generator

__all__ = ["answers_of_towns", "population", "reported_totals", "town_of"]

_PARENTS: Final = 0.62  # of local families with a birth stand in this part of the register
_COUPLES: Final = 0.45
_WRONG_TOWNS: Final = 3  # towns whose total is off by a few
_COLUMNS: Final = ("person_name", "person_id", "sex", "birth_date", "ethnicity", "relation", "village", "live", "spouse_name", "spouse_id",
                   "father_name", "father_id", "mother_name", "mother_id", "household", "about")


def population(cohorts: Sequence[Cohort]) -> pd.DataFrame:
    """Return the register at the end of the last cohort's quarter, one row a person, by household.

    Parameters
    ----------
    cohorts : the quarter before and the quarter itself.

    Returns
    -------
    DataFrame, RangeIndex: name, number, sex, birth date, ethnicity and village of the person, relation to the head, spouse and parents, household
    (running number), about (birth or marriage in question, else ""), event "". People bear the names and numbers of that day; those who moved out are gone.
    """
    now = cohorts[-1]
    day, rng = now.last_day(), generator(now.seed, "register", now.number)
    gone = {number for cohort in cohorts for number, left in cohort.moved.items() if left <= day}
    parts = []
    for cohort in cohorts:
        births, marriages = values_on(cohort, day)
        parts += [_families(rng, cohort, births, gone, day), _couples(rng, cohort, marriages, gone, day)]
    parts.append(_residents(now))
    table = pd.concat([_numbered(part, place) for place, part in enumerate(parts) if len(part)], ignore_index=True)
    table["household"] = pd.factorize(table["household"])[0] + 1
    return as_written(table).assign(event="")


def _numbered(part: pd.DataFrame, place: int) -> pd.DataFrame:
    return part.assign(household=[f"{place}-{number}" for number in part["household"]])


def _families(rng: np.random.Generator, cohort: Cohort, births: pd.DataFrame, gone: set[str], day: pd.Timestamp) -> pd.DataFrame:
    """Both parents and, once registered, the children."""
    inside = births["local"].astype(bool) & births["birth_date"].le(day) & ~births["mother_id"].isin(gone)
    families = births[inside & pd.Series(rng.random(len(births)) < _PARENTS, index=births.index)[births["delivery"]].to_numpy()]
    first = families[families["set_rank"].eq(1)]
    mothers = _pair(first, "mother", "father", "2", "配偶")
    fathers = _pair(first[first["father_id"].notna()], "father", "mother", "1", "户主")
    mothers["relation"] = mothers["relation"].where(mothers["spouse_id"].notna(), "户主")
    registered = cohort.acts("hukou_birth").le(day)
    children = families[registered[families.index]]
    child = pd.DataFrame({
        "person_name": children["child_name"], "person_id": children["child_id"], "sex": children["child_sex"], "birth_date": children["birth_date"],
        "ethnicity": children["child_ethnicity"], "relation": children["child_sex"].map({"1": "子", "2": "女"}), "village": children["child_hukou"],
        "live": children["mother_live"], "spouse_name": None, "spouse_id": None, **{c: children[c] for c in ("father_name", "father_id", "mother_name", "mother_id")},
        "household": children["delivery"], "about": [f"{cohort.period}-{place:05d}" for place in children.index]}, dtype=object)
    for part in (mothers, fathers):
        part["about"] = [f"{cohort.period}-{place:05d}" for place in part.index]
    return _in_households([fathers, mothers, child])


def _pair(rows: pd.DataFrame, who: str, other: str, sex: str, relation: str) -> pd.DataFrame:
    household = rows["delivery"] if "delivery" in rows else rows.index.to_series()
    return pd.DataFrame({
        "person_name": rows[f"{who}_name"], "person_id": rows[f"{who}_id"], "sex": sex, "birth_date": rows[f"{who}_birth_date"], "ethnicity": rows[f"{who}_ethnicity"],
        "relation": relation, "village": rows[f"{who}_hukou"], "live": rows[f"{who}_live"], "spouse_name": rows[f"{other}_name"], "spouse_id": rows[f"{other}_id"],
        "father_name": None, "father_id": None, "mother_name": None, "mother_id": None, "household": household, "about": ""}, dtype=object)


def _in_households(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [part[list(_COLUMNS)] for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(_COLUMNS), dtype=object)
    return pd.concat(filled).sort_values("household", kind="stable", ignore_index=True)


def _couples(rng: np.random.Generator, cohort: Cohort, marriages: pd.DataFrame, gone: set[str], day: pd.Timestamp) -> pd.DataFrame:
    """Couples of local people, once married; of those who married twice only the first wedding."""
    inside = marriages["local"].astype(bool) & marriages["reg_date"].le(day) & pd.Series(rng.random(len(marriages)) < _COUPLES, index=marriages.index)
    once = ~marriages["husband_id"].duplicated() & ~marriages["wife_id"].duplicated() & ~marriages["husband_id"].isin(gone)
    held = marriages[inside & once]
    pairs = [_pair(held, "husband", "wife", "1", "户主"), _pair(held, "wife", "husband", "2", "配偶")]
    for part in pairs:
        part["about"] = [f"{cohort.period}-W{place:05d}" for place in part.index]
        part["household"] = part.index
    return _in_households(pairs)


def _residents(cohort: Cohort) -> pd.DataFrame:
    people = make_residents(cohort.seed, cohort.mix, cohort.n_births, "register", 0)
    men, women = people.iloc[::2].reset_index(drop=True), people.iloc[1::2].reset_index(drop=True)
    both = pd.concat([men.add_prefix("husband_"), women.add_prefix("wife_")], axis=1)
    pairs = [_pair(both, "husband", "wife", "1", "户主"), _pair(both, "wife", "husband", "2", "配偶")]
    return _in_households([part.assign(household=part.index) for part in pairs])


# --- towns ----------------------------------------------------------------------------------------------


def town_of(village: pd.Series, otherwise: pd.Series | None = None) -> pd.Series:
    """Return the home banner's town of each village code; NA where neither code lies in it."""
    table = places.villages().query("county_code == @places.HOME").set_index("code")["town"]
    found = village.map(table)
    return found if otherwise is None else found.where(found.notna(), otherwise.map(table))


def reported_totals(cohort: Cohort, lists: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each town reported as its births and marriages of the quarter, and the errors.

    Parameters
    ----------
    lists : the town lists sent for the quarter; the totals count their entries once each.
    """
    rng = generator(cohort.seed, "totals", cohort.number)
    births, marriages = (lists[kind][~lists[kind]["duplicate"].astype(bool)] for kind in ("town_birth", "town_marriage"))
    towns = places.villages().query("county_code == @places.HOME")["town"].drop_duplicates().tolist()
    counts = {"births": town_of(births["mother_live"], births["child_hukou"]).fillna(towns[0]).value_counts(),
              "marriages": town_of(marriages["home_village"], marriages["wife_live"]).fillna(towns[0]).value_counts()}
    table = pd.DataFrame({"town": towns, **{name: [int(count.get(town, 0)) for town in towns] for name, count in counts.items()}}).astype(object)
    table = table.assign(period=str(cohort.period), event="", act_date=cohort.last_day())
    errors = []
    for place in np.sort(rng.permutation(len(towns))[:_WRONG_TOWNS]).tolist():
        field = str(rng.choice(["births", "marriages"]))
        true = int(str(table.at[place, field]))
        wrong = max(true + int(rng.choice([-2, -1, 1, 2, 3])), 0)
        table.at[place, field] = wrong
        errors.append((place, field, "miscounted", str(true), str(wrong)))
    return table, pd.DataFrame(errors, columns=["row", "field", "error", "true_value", "written_value"])


def answers_of_towns(cohort: Cohort, lists: Mapping[str, pd.DataFrame], errors: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what each town would answer about every local birth and marriage of the quarter's lists.

    Returns
    -------
    DataFrame: event, town, answer (confirmed, not_known, corrected), field and value (of a correction, else "").
    """
    rng = generator(cohort.seed, "answers", cohort.number)
    kinds = {"birth_cert": ("mother_live", "child_hukou"), "hukou_birth": ("mother_live", "child_hukou"), "town_birth": ("mother_live", "child_hukou"),
             "marriage": ("home_village", "wife_live"), "town_marriage": ("home_village", "wife_live")}
    kinds = {kind: columns for kind, columns in kinds.items() if kind in lists}
    local = pd.concat([pd.DataFrame({"event": lists[kind]["event"], "town": town_of(lists[kind][first], lists[kind][second])}) for kind, (first, second) in kinds.items()])
    local = local.dropna().drop_duplicates("event").sort_values("event", kind="stable", ignore_index=True)
    wrong = pd.concat([errors[kind].assign(event=lists[kind]["event"].reindex(errors[kind]["row"]).to_numpy()) for kind in kinds if len(errors[kind])])
    wrong = wrong[wrong["true_value"].notna() & wrong["written_value"].notna() & ~wrong["error"].isin(["placeholder", "withheld", "parents_swapped", "spouses_swapped"])]
    first = wrong.drop_duplicates("event").set_index("event")
    corrected = local["event"].isin(first.index).to_numpy()
    known = rng.random(len(local)) >= 0.04
    answer = np.where(corrected, "corrected", np.where(known, "confirmed", "not_known"))
    about = first.reindex(local["event"])
    return local.assign(answer=answer, field=about["field"].fillna("").to_numpy(), value=about["true_value"].fillna("").to_numpy())
