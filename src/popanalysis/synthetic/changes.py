"""Changes of name, ethnicity, birth date and number: a list written before shows the old value, one written after the new.

Only the shown value follows the day of the change; the person stays the same, so the truth's ids do not change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np
import pandas as pd

from popanalysis.columns import MARRIAGE_KINDS
from popanalysis.synthetic import places
from popanalysis.synthetic.cohort import ALIAS_COLUMNS, BY_BIRTH, Cohort, no_errors
from popanalysis.synthetic.name_mistakes import wrong_names
from popanalysis.synthetic.names import HAN, MONGOL, draw_names
from popanalysis.synthetic.residents import free_number, make_residents
from popanalysis.synthetic.stages import generator

__all__ = ["add_changes", "values_on"]

#: (persons, what changes, codes of reference/identity_change_categories.csv, a quarter per 450 births)
_PLAN: Final = (
    (("mother", "father"), "name", ("21", "22"), 11), (("mother", "father"), "id", ("11", "12"), 4), (("mother", "father"), "birth_date", ("41",), 3),
    (("mother", "father"), "ethnicity", ("51", "52"), 3), (("child",), "name", ("21",), 4),
    (("husband", "wife"), "name", ("21", "22"), 4), (("husband", "wife"), "id", ("12",), 1), (("husband", "wife"), "birth_date", ("41",), 1),
    (("husband", "wife"), "ethnicity", ("51", "52"), 1))
_BETWEEN: Final = 0.75  # of the changes fall between the acts of two offices
#: what a list shows of a person; a change elsewhere leaves it as it is.
_SHOWN: Final = {"birth_cert": ("name", "id", "ethnicity"), "marriage": ("name", "id", "ethnicity", "birth_date"), "town_marriage": ("name", "id", "birth_date")}


def add_changes(cohort: Cohort) -> None:
    """Add the list of changes and show the new values in the rows written from the day of the change on.

    ``cohort.changes`` has a row a change: event, about, frame (births, marriages or ""), place, person, code, what, act_date, name, id, ethnicity,
    birth_date before and after (``old_``, ``new_``). ``cohort.aliases`` tells of each row of the person whether it shows the old or the new value.
    """
    rng = generator(cohort.seed, "changes", cohort.number)
    numbers = _numbers(cohort)
    found = [change for persons, what, codes, n in _PLAN for change in _planned(cohort, rng, persons, what, codes, n, numbers)]
    found += _of_residents(cohort, rng, numbers)
    table = pd.DataFrame(found).sort_values(["act_date", "old_id"], kind="stable", ignore_index=True)
    table["event"] = [f"{cohort.period}-C{place:05d}" for place in range(len(table))]
    cohort.changes = table
    cohort.lists["identity_change"], cohort.errors["identity_change"] = table.assign(detail=table["code"]).astype(object), no_errors()
    for kind in (*BY_BIRTH, *MARRIAGE_KINDS):
        if kind in cohort.lists:
            cohort.aliases[kind] = _show(cohort, kind)


def _numbers(cohort: Cohort) -> set[str]:
    columns = [cohort.births[f"{who}_id"] for who in ("mother", "father", "child")] + [cohort.marriages[f"{who}_id"] for who in ("husband", "wife")]
    return set(pd.concat(columns).dropna())


# --- who changes what, and when -----------------------------------------------------------------------


def _planned(cohort: Cohort, rng: np.random.Generator, persons: tuple[str, ...], what: str, codes: tuple[str, ...], n: int, numbers: set[str]) -> list[dict[str, object]]:
    frame = "marriages" if persons[0] == "husband" else "births"
    acts = _acts_of_marriages(cohort) if frame == "marriages" else _acts_of_births(cohort, persons)
    earliest, latest = acts.min(axis=1), acts.max(axis=1)
    straddled = rng.random(len(acts)) < _BETWEEN
    allowed = earliest.notna() & (~straddled | (latest - earliest).dt.days.ge(2))
    if frame == "births":
        both = cohort.births["plurality"].eq(1) & cohort.births["father_id"].notna()
        chosen = cohort.choose(rng, allowed & both, cohort.share(n))
    else:
        chosen = np.sort(rng.permutation(np.flatnonzero(allowed & _alone(cohort)))[: cohort.share(n)])
        cohort.marriages.loc[chosen, "story"] = "changed"
    changes = []
    for k, place in enumerate(chosen.tolist()):
        who, code = persons[int(rng.integers(len(persons)))], codes[k % len(codes)]
        day = _day(cohort, rng, earliest[place], latest[place], between=bool(straddled[place]), after=persons == ("child",))
        row = getattr(cohort, frame).loc[place]
        about = f"{cohort.period}-{'W' if frame == 'marriages' else ''}{place:05d}"
        changes.append(_change(rng, _person(row, who), what, code, day, numbers) | {
            "frame": frame, "place": place, "person": who, "about": about, "village": _village(row, who), "applicant": _applicant(row, who)})
    return changes


def _alone(cohort: Cohort) -> pd.Series:
    """Tell the marriages whose spouses marry once in the span and are like nobody."""
    people = cohort.marriages[["husband_id", "wife_id"]]
    twice = people["husband_id"].duplicated(keep=False) | people["wife_id"].duplicated(keep=False)
    return cohort.marriages["story"].eq("") & ~twice


def _acts_of_births(cohort: Cohort, persons: tuple[str, ...]) -> pd.DataFrame:
    acts = pd.DataFrame({kind: cohort.acts(kind) for kind in ("birth_cert", "hukou_birth", "town_birth")})
    if persons == ("child",):  # a child has a name to change once the police hold it
        acts = acts[["hukou_birth", "town_birth"]]
        return acts.where(acts["hukou_birth"].lt(acts["town_birth"]), np.datetime64("NaT"))
    return acts


def _acts_of_marriages(cohort: Cohort) -> pd.DataFrame:
    found = {}
    for kind in MARRIAGE_KINDS:
        rows = cohort.lists[kind]
        rows = rows[~rows["duplicate"].astype(bool) & ~rows["reissue"].astype(bool)]
        found[kind] = pd.Series(pd.to_datetime(rows["act_date"]).to_numpy(), index=rows["marriage"].astype(int), dtype="datetime64[ns]").reindex(cohort.marriages.index)
    return pd.DataFrame(found)


def _day(cohort: Cohort, rng: np.random.Generator, earliest: pd.Timestamp, latest: pd.Timestamp, *, between: bool, after: bool) -> pd.Timestamp:
    """Return the day of a change: between two offices' acts, or any day of the quarter; a child's after registration."""
    if between:
        return earliest + pd.Timedelta(days=int(rng.integers(1, (latest - earliest).days + 1)))
    first = max(earliest + pd.Timedelta(days=1), pd.Timestamp(cohort.period.first_day)) if after else pd.Timestamp(cohort.period.first_day)
    last = max(cohort.last_day(), first)
    return first + pd.Timedelta(days=int(rng.integers(0, (last - first).days + 1)))


def _person(row: pd.Series, who: str) -> dict[str, object]:
    born = row["birth_date"] if who == "child" else row[f"{who}_birth_date"]
    sex = row["child_sex"] if who == "child" else "1" if who in ("father", "husband") else "2"
    return {"name": row[f"{who}_name"], "id": row[f"{who}_id"], "ethnicity": row[f"{who}_ethnicity"], "birth_date": born, "sex": sex}


def _village(row: pd.Series, who: str) -> str:
    code = str(row["child_hukou"] if who == "child" else row[f"{who}_hukou"])
    home = str(row["child_hukou"] if "child_hukou" in row.index else row["home_village"])
    return code if code.startswith(places.HOME) else home if home.startswith(places.HOME) else f"{places.HOME}100201"


def _applicant(row: pd.Series, who: str) -> tuple[str, str, str] | None:
    return (str(row["mother_name"]), str(row["mother_id"]), "母亲") if who == "child" else None


# --- from what to what ----------------------------------------------------------------------------------


def _change(rng: np.random.Generator, person: dict[str, object], what: str, code: str, day: pd.Timestamp, numbers: set[str]) -> dict[str, object]:
    new = dict(person) | _NEW[what](rng, person, code, numbers)
    numbers.add(str(new["id"]))
    fields = ("name", "id", "ethnicity", "birth_date")
    return {"what": what, "code": code, "act_date": day, "sex": person["sex"], **{f"old_{f}": person[f] for f in fields}, **{f"new_{f}": new[f] for f in fields}}


def _new_name(rng: np.random.Generator, person: dict[str, object], code: str, numbers: set[str]) -> dict[str, object]:
    name = str(person["name"])
    alike = wrong_names(name, "sound_alike") if code == "22" else []
    if alike:
        return {"name": alike[int(rng.integers(len(alike)))]}
    people = MONGOL if person["ethnicity"] == MONGOL else HAN
    generation: Literal["parent", "newborn"] = "newborn" if pd.Timestamp(str(person["birth_date"])).year > 2015 else "parent"
    for _ in range(20):
        drawn = draw_names(rng, np.array([people], dtype=object), np.array([person["sex"]], dtype=object), generation).iloc[0]
        made = name[0] + str(drawn["given"]) if people == HAN else str(drawn["name"])
        if made != name:
            break
    return {"name": made}


def _new_number(rng: np.random.Generator, person: dict[str, object], code: str, numbers: set[str]) -> dict[str, object]:
    return {"id": free_number(str(person["id"]), pd.Timestamp(str(person["birth_date"])), numbers)}


def _new_birth_date(rng: np.random.Generator, person: dict[str, object], code: str, numbers: set[str]) -> dict[str, object]:
    day = pd.Timestamp(str(person["birth_date"]))
    moved = day + pd.Timedelta(days=int(rng.choice([-365, -31, -10, -1, 1, 10, 30, 366])))
    return {"birth_date": moved, "id": free_number(str(person["id"]), moved, numbers)}


def _new_ethnicity(rng: np.random.Generator, person: dict[str, object], code: str, numbers: set[str]) -> dict[str, object]:
    return {"ethnicity": MONGOL if person["ethnicity"] != MONGOL else HAN}


_NEW: Final[dict[str, Callable[[np.random.Generator, dict[str, object], str, set[str]], dict[str, object]]]] = {
    "name": _new_name, "id": _new_number, "birth_date": _new_birth_date, "ethnicity": _new_ethnicity}


def _of_residents(cohort: Cohort, rng: np.random.Generator, numbers: set[str]) -> list[dict[str, object]]:
    people = make_residents(cohort.seed, cohort.mix, cohort.n_births, "change", cohort.number)
    days = rng.integers(0, (cohort.period.last_day - cohort.period.first_day).days + 1, len(people))
    kinds = (("name", "21"), ("ethnicity", "51"), ("name", "22"), ("ethnicity", "52"), ("birth_date", "41"))
    found = []
    for k, (person, day) in enumerate(zip(people.to_dict("records"), days, strict=True)):
        what, code = kinds[k % len(kinds)]
        when = pd.Timestamp(cohort.period.first_day) + pd.Timedelta(days=int(day))
        found.append(_change(rng, {str(k): v for k, v in person.items()}, what, code, when, numbers) | {
            "frame": "", "place": -1, "person": "", "about": "", "village": person["hukou"], "applicant": None})
    return found


# --- what the lists show --------------------------------------------------------------------------------


def _show(cohort: Cohort, kind: str) -> pd.DataFrame:
    key = "marriage" if kind in MARRIAGE_KINDS else "birth"
    frame = f"{key}s"
    rows = cohort.lists[kind]
    changes = cohort.changes[cohort.changes["frame"].eq(frame) & cohort.changes["place"].isin(rows[key].astype(int))]
    swapped = set(cohort.errors[kind].loc[cohort.errors[kind]["error"].isin(["parents_swapped", "spouses_swapped"]), "row"])
    shown = [alias for change in changes.to_dict("records") for row in rows.index[rows[key].eq(change["place"])]
             for alias in _show_in_row(cohort, kind, int(row), change, swapped=row in swapped)]
    return pd.DataFrame(shown, columns=list(ALIAS_COLUMNS))


_OTHER: Final = {"mother": "father", "father": "mother", "husband": "wife", "wife": "husband", "child": "child"}


def _show_in_row(cohort: Cohort, kind: str, row: int, change: dict[object, object] | dict[str, object], *, swapped: bool) -> list[tuple[object, ...]]:
    """Write the new value where the row is as young as the change; tell which of the two each field shows."""
    told: dict[str, object] = {str(name): value for name, value in change.items()}
    rows = cohort.lists[kind]
    is_new = pd.Timestamp(str(rows.at[row, "act_date"])) >= pd.Timestamp(str(told["act_date"]))
    person = str(told["person"])
    column_of = _OTHER[person] if swapped else person
    found: list[tuple[object, ...]] = []
    for field in ("name", "id", "ethnicity", "birth_date"):
        column = f"{column_of}_{field}"
        if told[f"old_{field}"] == told[f"new_{field}"] or field not in _SHOWN.get(kind, ("name", "id")) or _is_empty(cohort, kind, row, column):
            continue
        if is_new:
            value = told[f"new_{field}"]
            cohort.rewrite(kind, row, column, f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value))
        found.append((row, rows.at[row, "event"], person, field, told["event"], "new" if is_new else "old"))
    return found


def _is_empty(cohort: Cohort, kind: str, row: int, column: str) -> bool:
    """Tell whether a cell shows no value of the person: blank, or a placeholder."""
    errors = cohort.errors[kind]
    placeholder = (errors["row"].eq(row) & errors["field"].eq(column) & errors["error"].isin(["placeholder", "unnamed"])).any()
    return bool(pd.isna(cohort.lists[kind].at[row, column]) or placeholder)


def values_on(cohort: Cohort, day: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return births and marriages with the values that people bear at the end of a day."""
    frames = {"births": cohort.births.copy(), "marriages": cohort.marriages.copy()}
    for change in cohort.changes.to_dict("records"):
        if change["frame"] and change["act_date"] <= day:
            for field in ("name", "id", "ethnicity", "birth_date"):
                column = "birth_date" if change["person"] == "child" and field == "birth_date" else f"{change['person']}_{field}"
                frames[str(change["frame"])].at[change["place"], column] = change[f"new_{field}"]
    return frames["births"], frames["marriages"]
