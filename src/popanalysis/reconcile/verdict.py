"""Which of two values is likelier right, and why: for reviewers only; an office is told the facts, never a guess.

Evidence is looked for in a fixed order. What a value says about itself (a check character, a date or a sex inside a number) comes first, then
what the police registered, then how many lists agree, then which paper is the later one. Evidence for both sides is told, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
import pandas as pd

from popanalysis.clean.identity_number import read_identity_number
from popanalysis.columns import CERTIFICATE_FIELDS, DATE_FIELDS, DEPARTMENT_OF_KIND, ID_FIELDS, KINDS_OF_EVENT, NAME_FIELDS, SEX_FIELDS
from popanalysis.link.coding import code_values
from popanalysis.link.comparisons import CertificateNumber, Comparison, DateOf, IdNumber, PersonName
from popanalysis.reconcile.aliases import Sighting
from popanalysis.reconcile.taxonomy import DiscrepancyRules
from popanalysis.reconcile.values import values_differ

__all__ = ["EVIDENCE", "WEIGHED_CODES", "Evidence", "Verdict", "facts_of", "how_values_differ", "weigh_values", "with_verdicts"]

Side = Literal["a", "b"]
_SIDES: Final[tuple[Side, Side]] = ("a", "b")
#: Codes of questions in which two lists give different values.
WEIGHED_CODES: Final = frozenset({"field_differs", "change_differs"})
#: Kinds of evidence, the strongest first.
EVIDENCE: Final = ("check_character", "date_inside_number", "sex_inside_number", "correction_on_file", "more_lists", "later_document")
_COMPARISONS: Final[Mapping[str, type[Comparison]]] = MappingProxyType({"date": DateOf, "name": PersonName, "id": IdNumber, "certificate": CertificateNumber})
#: Fields held against each other, besides dates.
_FACTS: Final = ID_FIELDS | NAME_FIELDS | SEX_FIELDS | CERTIFICATE_FIELDS | {"cert_no"}
_PERSONS: Final = ("mother", "father", "husband", "wife")
_SEX_OF: Final[Mapping[str, list[str]]] = MappingProxyType({"mother": ["2"], "wife": ["2"], "father": ["1"], "husband": ["1"]})
#: Fields whose value is settled by the later paper: a child is often named after the certificate was printed.
_LATER_COUNTS: Final = frozenset({"child_name"})


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence and the side it speaks for."""

    kind: str
    side: Side


@dataclass(frozen=True)
class Verdict:
    """What can be said about two values.

    Attributes
    ----------
    how : how they differ, a level of the field's comparison ("" for codes and free text).
    likelier : ``a``, ``b``, or "" where nothing speaks for either, or something for both.
    evidence : in the order of :data:`EVIDENCE`.
    """

    how: str
    likelier: Literal["a", "b", ""]
    evidence: tuple[Evidence, ...]


def how_values_differ(values: pd.DataFrame) -> pd.Series[str]:
    """Say how pairs of values differ.

    Parameters
    ----------
    values : columns field, value_a, value_b (texts).

    Returns
    -------
    Series, same index: level of the comparison that fits the field; blank for codes, free text and where a value is not there.

    Examples
    --------
    >>> how_values_differ(pd.DataFrame({"field": ["mother_name", "birth_date", "mother_id"], "value_a": ["王芳", "2025-03-05", "159901199003050028"],
    ...                                 "value_b": ["王方", "2025-05-03", "159901199003050082"]})).tolist()
    ['same_sound', 'day_month_swapped', 'one_slip']
    """
    told = np.full(len(values), "", dtype=object)
    kinds = values["field"].map(_kind_of)
    there = values["value_a"].ne("") & values["value_b"].ne("")
    for kind, make in _COMPARISONS.items():
        at = np.flatnonzero(there & kinds.eq(kind))
        if len(at):
            comparison = make(kind)
            codes, table = code_values(np.concatenate([values[side].to_numpy(dtype=object)[at] for side in ("value_a", "value_b")]))
            levels = comparison.levels(codes[: len(at)], codes[len(at):], table)
            told[at] = ["" if level < 0 else comparison.levels_used[level] for level in levels]
    return pd.Series(told, index=values.index, dtype="object")


def _kind_of(field: str) -> str:
    kinds = {"id": ID_FIELDS, "name": NAME_FIELDS, "date": DATE_FIELDS, "certificate": CERTIFICATE_FIELDS}
    return next((kind for kind, fields in kinds.items() if field in fields), "")


def weigh_values(
    cases: pd.DataFrame, held: Mapping[str, Mapping[str, str]], facts: Mapping[str, Mapping[str, str]], registered: Mapping[tuple[str, str], frozenset[str]],
    rules: DiscrepancyRules,
) -> list[Verdict]:
    """Weigh the two values of each question.

    Parameters
    ----------
    cases : questions in which two lists give different values: event_id, field, list_a, value_a, list_b, value_b.
    held : event_id -> list -> record_id of that list's record.
    facts : record_id -> field -> value as text, of the records held (:func:`facts_of`); ``act_date`` is the day of the office's own act.
    registered : (event_id, field) -> what the police registered the value to be now.
    rules : how each field is compared.

    Returns
    -------
    One verdict a row, in order.
    """
    kinds = {field.field: field.kind for field in rules.fields}
    how = how_values_differ(cases[["field", "value_a", "value_b"]]).tolist()
    told = []
    for row, level in zip(cases.to_dict("records"), how, strict=True):
        event, field = str(row["event_id"]), str(row["field"])
        given = {kind: facts.get(record, {}) for kind, record in held.get(event, {}).items()}
        own = "identity_change" in (row["list_a"], row["list_b"])  # what the police registered is then one of the two values, no witness for it
        sides = {side: str(row[f"value_{side}"]) for side in _SIDES}
        acts = {side: given.get(str(row[f"list_{side}"]), {}).get("act_date", "") for side in _SIDES}
        within = row["list_a"] == row["list_b"]  # "the list" would name neither of its two rows
        evidence = () if within else tuple(_evidence(field, kinds.get(field, "text"), sides, given, acts, frozenset() if own else registered.get((event, field), frozenset())))
        favoured = {piece.side for piece in evidence}
        told.append(Verdict(level, next(iter(favoured)) if len(favoured) == 1 else "", evidence))
    return told


def with_verdicts(
    cases: pd.DataFrame, tables: Mapping[str, pd.DataFrame], records: Mapping[str, pd.DataFrame], seen: Iterable[Sighting], rules: Mapping[str, DiscrepancyRules],
) -> pd.DataFrame:
    """Add to the questions of the events at hand how their values differ, which list is likelier right, and why.

    Parameters
    ----------
    cases : CASES_COLUMNS ; of events that are not at hand the columns ``how, likelier, evidence`` stay as they are.
    tables : event -> one row an event, a column per list with the record_id.
    records : kind -> typed records, former values brought to the present ; seen : who changed what.
    rules : event -> its discrepancy rules.
    """
    cases = cases.copy()
    for event, table in tables.items():
        rows = np.flatnonzero(cases["code"].isin(WEIGHED_CODES) & cases["event_id"].isin(table.index))
        lists = [kind for kind in KINDS_OF_EVENT[event] if kind in table]
        some = table.loc[table.index.isin(cases["event_id"].iloc[rows]), lists]
        held = {str(key): {str(kind): str(record) for kind, record in row.items() if isinstance(record, str)} for key, row in some.to_dict("index").items()}
        event_of = {record: key for key, row in held.items() for record in row.values()}
        registered: dict[tuple[str, str], set[str]] = {}
        for s in seen:
            if s.record_id in event_of:
                registered.setdefault((event_of[s.record_id], s.field), set()).add(s.alias.new)
        told = weigh_values(cases.iloc[rows], held, facts_of(records, event_of), {key: frozenset(new) for key, new in registered.items()}, rules[event])
        lists_of = cases[["list_a", "list_b"]].rename(columns={"list_a": "a", "list_b": "b"}).iloc[rows].to_dict("records")
        for column, values in (
            ("how", [v.how for v in told]), ("likelier", [of[v.likelier] if v.likelier else "" for v, of in zip(told, lists_of, strict=True)]),
            ("evidence", [";".join(f"{piece.kind}:{of[piece.side]}" for piece in v.evidence) for v, of in zip(told, lists_of, strict=True)]),
        ):
            column_values = cases[column].to_numpy(dtype=object, copy=True)
            column_values[rows] = values
            cases[column] = column_values
    return cases


def facts_of(records: Mapping[str, pd.DataFrame], of: Collection[str]) -> dict[str, dict[str, str]]:
    """Return record_id -> field -> value as text of some records: names, numbers, dates given to the day, sexes.

    Parameters
    ----------
    records : kind -> typed records, index record_id ; of : the records asked for.
    """
    facts: dict[str, dict[str, str]] = {}
    for frame in records.values():
        some = frame.loc[frame.index.isin(of)]
        told = {}
        for name in some.columns:
            is_date = name in DATE_FIELDS or name == "act_date"
            if is_date or name in _FACTS:
                told[name] = pd.to_datetime(some[name]).dt.strftime("%Y-%m-%d") if is_date else some[name]
                if (precision := some.get(f"{name}_precision")) is not None:
                    told[name] = told[name].mask(precision.isin(["month", "year"]))
        for record_id, row in pd.DataFrame(told, index=some.index).astype("object").to_dict("index").items():
            facts[str(record_id)] = {str(field): str(value) for field, value in row.items() if not pd.isna(value)}
    return facts


def _evidence(
    field: str, kind: str, sides: Mapping[Side, str], given: Mapping[str, Mapping[str, str]], acts: Mapping[Side, str], registered: frozenset[str],
) -> Iterator[Evidence]:
    person = next((p for p in _PERSONS if field.startswith(f"{p}_")), "child")

    def told(name: str) -> list[str]:
        return [record[name] for record in given.values() if name in record]

    if field.endswith("_id"):
        yield from _for_one("check_character", {side: read_identity_number(value).state == "valid" for side, value in sides.items()})
    born = told("birth_date" if person == "child" else f"{person}_birth_date")
    sexes = told(f"{person}_sex") or _SEX_OF.get(person, [])
    if field.endswith("_id"):
        yield from _for_one("date_inside_number", {side: _date_inside(value) in born for side, value in sides.items() if born})
        yield from _for_one("sex_inside_number", {side: _sex_inside(value) in sexes for side, value in sides.items() if sexes})
    numbers = [number for number in told(f"{person}_id") if read_identity_number(number).state == "valid"]
    numbers = numbers if person != "child" else []  # a child's number was made from what the police registered: it says nothing further
    if field.endswith("birth_date"):
        yield from _for_one("date_inside_number", {side: value in map(_date_inside, numbers) for side, value in sides.items() if numbers})
    if field.endswith("_sex"):
        yield from _for_one("sex_inside_number", {side: value in map(_sex_inside, numbers) for side, value in sides.items() if numbers})
    yield from _for_one("correction_on_file", {side: value in registered for side, value in sides.items() if registered})
    agree = {side: len({DEPARTMENT_OF_KIND[name] for name, record in given.items() if field in record and not values_differ(value, record[field], kind)})
             for side, value in sides.items()}  # two lists of one office are one voice
    if agree["a"] != agree["b"]:
        yield Evidence("more_lists", "a" if agree["a"] > agree["b"] else "b")
    if field in _LATER_COUNTS and acts["a"] and acts["b"] and acts["a"] != acts["b"]:
        yield Evidence("later_document", "a" if acts["a"] > acts["b"] else "b")


def _for_one(kind: str, holds: Mapping[Side, bool]) -> Iterable[Evidence]:
    """Evidence only where it holds for one side and not for the other."""
    if len(holds) == 2 and holds["a"] != holds["b"]:
        yield Evidence(kind, "a" if holds["a"] else "b")


def _date_inside(number: str) -> str:
    found = read_identity_number(number).birth_date
    return found.isoformat() if found else ""


def _sex_inside(number: str) -> str:
    return read_identity_number(number).sex or ""
