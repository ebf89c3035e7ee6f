"""What a header may stand for: as the synonyms list it, else as its wording is composed."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from popanalysis.acquire.layouts import Synonym, header_keys, known_fields, synonyms
from popanalysis.acquire.own_wording import before_or_after, own_field
from popanalysis.acquire.wording import CANONICAL_HEADER, family_of, person_alone, person_of, split_person, thing_of
from popanalysis.columns import DROPPED_FIELDS, PERSONS_OF_KIND

__all__ = ["ADDRESSES", "BOUND_ENDING", "bound_field", "meanings_of", "person_above"]

#: General field -> the ending of the field it becomes with the name of a person in front.
BOUND_ENDING: Final = {
    "id_no_ambiguous": "id", "name_ambiguous": "name", "sex_ambiguous": "sex", "birth_date_ambiguous": "birth_date",
    "ethnicity_ambiguous": "ethnicity", "address_ambiguous": "live_addr", "hukou_addr_ambiguous": "hukou_addr", "age_ambiguous": "age", "nationality_ambiguous": "nationality",
    "phone": "phone", "marital_status_ambiguous": "prior_status",
}
#: General fields that an address without a person stands for.
ADDRESSES: Final = frozenset({"address_ambiguous", "hukou_addr_ambiguous"})
_COMPOSED_RANK: Final = 10_000  # any listed wording is more usual
_SAID_BY: Final = re.compile("自报|自述|所报|自称")
_BRACKET: Final = re.compile(r"\(([^()]*)\)")
#: Said beside 出生日期 where a cell holds the time as well.
_WITH_TIME: Final = re.compile("时|分|hh", re.IGNORECASE)
#: What stands in cells of data, and in no header.
_OF_DATA: Final = re.compile(r"\d{4}")
_LONGEST: Final = 40
#: A second line that lists what may be written in.
_OPTIONS: Final = re.compile("[/、:：]")
#: Part of a number or of an address is not the whole.
_PART: Final = re.compile("[前后末][一二三四五六四八\\d]+位|尾号|位数")
_UNIT: Final = re.compile(r"[/(](?:克|g|kg|周|岁|周岁|cm|厘米|天)\)?$")
_QUOTES: Final = re.compile("[《》“”\"'‘’*※★#]")


@lru_cache(maxsize=20_000)
def meanings_of(header: str, kind: str) -> tuple[Synonym, ...]:
    """Return what a header (``上层_下层`` in two rows) may stand for in a kind, the likeliest first; empty where nothing is known.

    Looked for in this order: the joined header and its parts joined without the mark in the synonyms; upper and lower text read together; the lower text in the
    synonyms; the lower text read as it is composed.

    >>> [m.field for text in ("产妇姓名", "孩子妈妈身份证", "入户核实人员") for m in meanings_of(text, "town_birth")[:1]]
    ['mother_name', 'mother_id', 'registered_by']
    """
    found = _meanings(header, kind)
    if found and found[0].field == "birth_date" and any(_WITH_TIME.search(note) for note in _BRACKET.findall(header_keys(header)[0])):
        return (Synonym("birth_datetime", found[0].rank, found[0].own), *found)
    return found


def _meanings(header: str, kind: str) -> tuple[Synonym, ...]:
    upper, _, lower = header.rpartition("_")
    levels = [_without_filler(level) for level in upper.split("_")]
    nearer = ["".join(levels[at:]) + lower for at in range(len(levels) - 1, 0, -1)]  # 出生医学证明_编号 below 出生婴儿情况
    for text in dict.fromkeys((header, header.replace("_", ""), _without_filler(upper) + lower, "".join(levels) + lower, *nearer)):
        if found := _listed(text, kind):
            return found
    for above in header_keys(_without_filler(upper)) if upper and lower else ():
        if found := _composed_of_two(above, header_keys(lower)[-1], kind):
            return found
    for text in (*nearer, "".join(levels) + lower) if upper and lower else ():
        if (found := _composed(header_keys(text), kind)) and found[0].own:
            return found
    first_line, _, below = lower.partition("\n")
    return _listed(lower, kind) or _listed(_SAID_BY.sub("", lower), kind) or (_composed(header_keys(lower), kind) if lower else ()) \
        or (_meanings(first_line, kind) if _OPTIONS.search(below) else ())


def _listed(text: str, kind: str) -> tuple[Synonym, ...]:
    """Look a text up; what a kind words for itself goes before what any list may mean by it, and an address may be anybody's."""
    table = synonyms(kind)
    keys = header_keys(text) if text else ()
    if len(keys) > 1 and any(person_of(note, kind) or _PART.search(note) or before_or_after(f"{note}姓名") for note in _BRACKET.findall(keys[0])):
        keys = keys[:1]  # the bracket says whose it is, or that it is not all of it
    found = next((table[key] for key in keys if key in table), ())
    if found and not found[0].own and (field := next((field for key in keys if (field := own_field(key, kind))), None)) in _kept_or_dropped(kind):
        return (*_own(str(field)), *found)
    if found and not found[0].own and (general := thing_of(keys[-1])) in BOUND_ENDING and PERSONS_OF_KIND.get(kind, ("",))[0] == "person":
        return _of_anybody(str(general), kind)
    if found and (general := thing_of(keys[-1])) in ADDRESSES and all(entry.field not in BOUND_ENDING for entry in found):
        return (*found, Synonym(str(general), _COMPOSED_RANK, own=False))
    return found


@cache
def _kept_or_dropped(kind: str) -> frozenset[str]:
    return known_fields(kind) | DROPPED_FIELDS


def _without_filler(upper: str) -> str:
    return re.sub(r"(基本)?(信息|情况|资料)$", "", upper)


# --- composed wording -----------------------------------------------------------------------------------


def _own(field: str) -> tuple[Synonym, ...]:
    return (Synonym(field, _COMPOSED_RANK, own=True),)


def _composed_of_two(upper: str, lower: str, kind: str) -> tuple[Synonym, ...]:
    """Read a thing below the person it is told of, or below 变更前."""
    if kind == "identity_change" and (field := before_or_after(upper + lower)) and field in known_fields(kind):
        return _own(field)
    person = _nearest_person(upper, kind)
    if person is None or split_person(lower, kind)[0]:
        return ()
    return _of_person(person, lower, kind)


@lru_cache(maxsize=20_000)
def _composed(keys: tuple[str, ...], kind: str) -> tuple[Synonym, ...]:
    """Read a header as person and thing, as the kind's own matter, or as a thing under its usual name; a bracket may hold the person."""
    whole, bare = keys[0], keys[-1]
    if len(whole) > _LONGEST or _OF_DATA.search(whole) or _PART.search(whole):
        return ()
    whole, bare = (_UNIT.sub("", _QUOTES.sub("", text)) for text in (whole, bare))
    notes = _BRACKET.findall(whole)
    person = next((person for note in notes if (person := person_of(note, kind))), None)
    side = next((field for note in notes if (field := before_or_after(note + bare))), None) if kind == "identity_change" else None
    return (_read(whole, kind) or (_own(side) if side else ()) or (_of_person(person, split_person(bare, kind)[1], kind) if person else ()) or _read(bare, kind)
            or next((found for note in notes if (found := _listed(note, kind) or _read(note, kind))), ()))  # the bracket says it in other words


def _read(text: str, kind: str) -> tuple[Synonym, ...]:
    if kind == "identity_change" and (field := before_or_after(text)) and field in known_fields(kind):
        return _own(field)
    if (field := own_field(text, kind)) and field in _kept_or_dropped(kind):
        return _own(field)
    person, rest = split_person(text, kind)
    if person and rest:
        return _of_person(person, rest, kind)
    if person and person_alone(text):
        return _of_person(person, "姓名", kind)
    return _of_anybody(thing, kind) if (thing := thing_of(rest)) else ()


def _of_anybody(thing: str, kind: str) -> tuple[Synonym, ...]:
    """Take a thing for what its usual header means; in a list of single persons it is the person's."""
    general = "address_ambiguous" if thing == "home" else thing
    own = tuple(entry for entry in synonyms(kind).get(CANONICAL_HEADER[thing], ()) if entry.field != general)
    if not any(entry.own for entry in own) and general in BOUND_ENDING and PERSONS_OF_KIND.get(kind, ("",))[0] == "person" \
            and (field := bound_field(general, "person", kind)) != general:
        own = (Synonym(field, _COMPOSED_RANK, own=True),)
    return (*(Synonym(entry.field, _COMPOSED_RANK, entry.own) for entry in own), Synonym(general, _COMPOSED_RANK, own=False))


def _of_person(person: str, text: str, kind: str) -> tuple[Synonym, ...]:
    thing = thing_of(text)
    if thing is None:
        return ()
    if person in ("recipient", "applicant", "household_head", "attendant", "other"):
        return _own(_of_somebody(person, thing, kind))
    general = "address_ambiguous" if thing == "home" else thing
    if person == "both":  # an address of a couple is written down once
        person = {"births": "mother", "couples": "wife"}.get(family_of(kind), person) if general in ADDRESSES else person
    if general not in BOUND_ENDING:
        return (Synonym(general, _COMPOSED_RANK, own=False),)
    field = bound_field(general, person, kind)
    return _own(field) if field != general else ()


def _of_somebody(person: str, thing: str, kind: str) -> str:
    """Return a field of somebody who is neither child nor parent; nothing of such persons is kept."""
    ending = BOUND_ENDING.get(thing, thing)
    field = person if person in ("household_head", "attendant") and ending == "name" else f"{person}_{ending}"
    return field if field in known_fields(kind) else "other_name" if ending == "name" else "of_others"


def bound_field(general: str, person: str, kind: str) -> str:
    """Return the field of a person that a general header stands for, or the general field where the kind has none.

    >>> bound_field("id_no_ambiguous", "mother", "birth_cert"), bound_field("birth_date_ambiguous", "child", "birth_cert")
    ('mother_id', 'birth_date')
    """
    ending = BOUND_ENDING[general]
    fields = (f"{person}_{ending}", *([f"{person}_addr"] if general in ADDRESSES else ()), *([ending] if person in ("child", "person") else ()))
    return next((field for field in fields if field in known_fields(kind)), general)


def _nearest_person(upper: str, kind: str) -> str | None:
    """Return the person that the lowest level above names: below 夫妇情况 and 男方 it is he; a level may need the one above it (收养人 over 男)."""
    levels = upper.split("_")
    texts = (text for at in range(len(levels) - 1, -1, -1) for text in (levels[at], "".join(levels[at:])))
    return next((person for text in texts if (person := person_of(text, kind))), None)


def person_above(header: str, kind: str) -> str | None:
    """Return the person that the upper text of a header names."""
    upper = header.rpartition("_")[0]
    return _nearest_person(header_keys(upper)[0], kind) if upper else None


