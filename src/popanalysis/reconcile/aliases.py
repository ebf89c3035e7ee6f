"""A person's former names, numbers and birth dates, so that records before and after a change meet.

The police register what a person was called and is called, and since when. For the comparison a record that shows a
former value is read as if it showed the present one; the record itself stays as it was written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import pandas as pd

from popanalysis.columns import PERSONS_OF_KIND
from popanalysis.reconcile.certificates import Successors

__all__ = ["Alias", "Sighting", "bring_to_present", "read_aliases", "registered_pairs", "sightings"]

#: item -> (field before, field after) of identity_change, and the ending of a person's field it speaks of.
_ITEMS: Final[Mapping[str, tuple[str, str, str]]] = {
    "name": ("old_name", "new_name", "name"), "id_no": ("old_id", "new_id", "id"),
    "birth_date": ("old_birth_date", "new_birth_date", "birth_date"), "ethnicity": ("old_ethnicity", "new_ethnicity", "ethnicity")}
#: where a person's birth date stands when it has another name than ``<person>_birth_date``
_BIRTH_DATE: Final = {"child": "birth_date"}


@dataclass(frozen=True)
class Alias:
    """One changed item of one person.

    Attributes
    ----------
    record_id : of the identity_change row; event_id is looked up where it is needed.
    item : name, id_no, birth_date or ethnicity.
    old, new : the values, dates as YYYY-MM-DD.
    since : the day of the change (NaT: not stated); the old value was valid until then.
    numbers : the person's numbers, present and former.
    names, born : names and birth dates (YYYY-MM-DD), present and former.
    """

    record_id: str
    item: str
    old: str
    new: str
    since: pd.Timestamp
    numbers: frozenset[str]
    names: frozenset[str]
    born: frozenset[str]


class Sighting(NamedTuple):
    """A record that shows a person whose item changed: how the person was known, and the value shown."""

    alias: Alias
    record_id: str
    kind: str
    person: str
    known_by: str
    value: str

    @property
    def field(self) -> str:
        """The field of the record under which the changed item stands."""
        ending = _ITEMS[self.alias.item][2]
        return _BIRTH_DATE.get(self.person, f"{self.person}_birth_date") if ending == "birth_date" else f"{self.person}_{ending}"


def read_aliases(changes: pd.DataFrame) -> list[Alias]:
    """Read what changed, oldest change first.

    Parameters
    ----------
    changes : typed records of ``identity_change``, index record_id.

    Examples
    --------
    >>> row = {"person_id": "159901199003050026", "old_name": "白塔娜", "new_name": "白塔那", "change_date": pd.Timestamp("2025-02-01")}
    >>> [(a.item, a.old, a.new) for a in read_aliases(pd.DataFrame([row], index=["r1"]))]
    [('name', '白塔娜', '白塔那')]
    """
    fields = ["person_id", "person_name", "person_birth_date", "change_date", *(f for before, after, _ in _ITEMS.values() for f in (before, after))]
    table = changes.reindex(columns=fields)
    found: list[Alias] = []
    for record_id, row in zip(table.index, table.to_dict("records"), strict=True):
        said = {str(name): _text(value) for name, value in row.items()}
        numbers = frozenset({said["person_id"], said["old_id"], said["new_id"]} - {""})
        names = frozenset({said["person_name"], said["old_name"], said["new_name"]} - {""})
        born = frozenset({said["person_birth_date"], said["old_birth_date"], said["new_birth_date"], *(f"{n[6:10]}-{n[10:12]}-{n[12:14]}" for n in numbers if len(n) == 18)} - {""})
        for item, (before, after, _) in _ITEMS.items():
            if said[before] and said[after] and said[before] != said[after]:
                found.append(Alias(str(record_id), item, said[before], said[after], pd.Timestamp(row["change_date"]), numbers, names, born))
    return sorted(found, key=lambda a: (a.since if pd.notna(a.since) else pd.Timestamp.min, a.record_id, a.item))


def _text(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    return value.strftime("%Y-%m-%d") if isinstance(value, pd.Timestamp) else str(value)


# --- who is it -----------------------------------------------------------------------------------------------


def sightings(records: Mapping[str, pd.DataFrame], aliases: list[Alias]) -> list[Sighting]:
    """Find the records that show a person whose item changed.

    A person is known by a number, present or former; without a number in the record, by a name and the birth date together.

    Returns
    -------
    List in the order of aliases, kinds, persons and record ids; ``known_by`` is the field, or two joined by ``+``;
    ``value`` is what the record shows under the changed item, "" where it shows nothing.
    """
    if not aliases:
        return []
    by_number: dict[str, list[Alias]] = {}
    by_name: dict[tuple[str, str], list[Alias]] = {}
    for alias in aliases:
        for number in alias.numbers:
            by_number.setdefault(number, []).append(alias)
        for pair in itertools.product(alias.names, alias.born):
            by_name.setdefault(pair, []).append(alias)
    found = [sighting for kind, frame in records.items() if kind != "identity_change" for person in PERSONS_OF_KIND.get(kind, ())
             for sighting in _of_person(frame, kind, person, by_number, by_name)]
    order = {(alias.record_id, alias.item): i for i, alias in enumerate(aliases)}
    return sorted(found, key=lambda s: (order[s.alias.record_id, s.alias.item], s.kind, s.person, s.record_id))


def _of_person(
    frame: pd.DataFrame, kind: str, person: str, by_number: Mapping[str, list[Alias]], by_name: Mapping[tuple[str, str], list[Alias]],
) -> Iterator[Sighting]:
    id_field, name_field, born_field = f"{person}_id", f"{person}_name", _BIRTH_DATE.get(person, f"{person}_birth_date")
    table = frame.reindex(columns=[id_field, name_field, born_field, f"{person}_ethnicity"])
    names = [name for name, _ in by_name]
    near = table[table[id_field].isin(list(by_number)) | (table[id_field].isna() & table[name_field].isin(names) & table[born_field].notna())]
    for record_id, number, name, born, ethnicity in near.itertuples(name=None):
        shown = {"id": _text(number), "name": _text(name), "birth_date": _text(born), "ethnicity": _text(ethnicity)}
        known_by = id_field if shown["id"] else f"{name_field}+{born_field}"
        for alias in by_number.get(shown["id"], ()) if shown["id"] else by_name.get((shown["name"], shown["birth_date"]), ()):
            yield Sighting(alias, str(record_id), kind, person, known_by, shown[_ITEMS[alias.item][2]])


def registered_pairs(seen: Iterable[Sighting], event_of: Mapping[str, str]) -> dict[tuple[str, str], set[frozenset[str]]]:
    """Return (event_id, field) -> the pairs of values before and after each change of a person seen in the event.

    One record shows who the person is; another list of the same event may show the other value without a number beside it.

    Parameters
    ----------
    event_of : record_id -> event_id.
    """
    found: dict[tuple[str, str], set[frozenset[str]]] = {}
    for s in seen:
        if s.record_id in event_of:
            found.setdefault((event_of[s.record_id], s.field), set()).add(frozenset({s.alias.old, s.alias.new}))
    return found


# --- the comparison frames ---------------------------------------------------------------------------------------


def bring_to_present(records: Mapping[str, pd.DataFrame], seen: list[Sighting], successors: Successors) -> dict[str, pd.DataFrame]:
    """Return the records as they are compared: former values of persons and certificate numbers replaced by the present ones.

    Parameters
    ----------
    records : kind -> typed records, index record_id; not changed.
    seen : from :func:`sightings`, oldest change first, so that a value changed twice goes all the way.
    successors : certificate numbers that have another one in their place.
    """
    present = dict(records)
    writes: dict[tuple[str, str], dict[str, str]] = {}
    shown: dict[tuple[str, str, str], str] = {}
    for sighting in seen:
        field = sighting.field
        key = (sighting.kind, field, sighting.record_id)
        if shown.get(key, sighting.value) == sighting.alias.old:
            shown[key] = sighting.alias.new
            writes.setdefault((sighting.kind, field), {})[sighting.record_id] = sighting.alias.new
    for (kind, field), values in writes.items():
        column = present[kind][field].copy()
        new = pd.Series(values)
        column.loc[new.index] = pd.to_datetime(new).to_numpy() if pd.api.types.is_datetime64_any_dtype(column.dtype) else new.to_numpy()
        present[kind] = present[kind].assign(**{field: column})
    for kind, frame in present.items():
        if kind != "void_certificates" and "birth_cert_no" in frame and frame["birth_cert_no"].isin(list(successors.current)).any():
            present[kind] = frame.assign(birth_cert_no=frame["birth_cert_no"].replace(dict(successors.current)))
    return present
