"""Understand what each column of a list means.

A column's meaning is looked for in this order: the office's layout; the privacy list; the joined header; its lower text with
the person named by its upper text; the kind's own synonyms; the general synonyms, bound to the nearest person to the left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from popanalysis.acquire.layouts import IGNORE, OfficeLayout, Synonym, header_keys, names_private_matter, stored_fields
from popanalysis.acquire.meanings import ADDRESSES, BOUND_ENDING, bound_field, meanings_of, person_above
from popanalysis.acquire.submission import ColumnMatch, Decision, column_letter
from popanalysis.acquire.wording import person_of, split_person
from popanalysis.columns import BIRTH_KINDS, DROPPED_FIELDS, EVENT_OF_KIND, ID_FIELDS, MEMORY_ONLY_FIELDS, PERSONS_OF_KIND

__all__ = ["match_columns"]

#: Fields that name somebody who is neither child nor parent; a bare 身份证号 to the right is that person's.
_OTHER_PERSONS: Final = frozenset({"attendant", "recipient_name", "applicant_name", "household_head", "registered_by", "signer", "other_name"})
_BIRTHS: Final = frozenset(kind for kind, event in EVENT_OF_KIND.items() if event == "birth")
_OWN_ADDRESSES: Final = frozenset({"hukou_addr", "live_addr"})
_FATHERS_ADDRESSES: Final = frozenset({"father_hukou_addr", "father_live_addr"})
_OF_POLICE: Final = ("hukou_birth", "deferred_hukou")  # there an address is where the child is, or is to be, registered
_OF_FATHER: Final = frozenset({"father_name", "father_id", *_FATHERS_ADDRESSES})
_COUNTRY: Final = re.compile("国家")
_REGIONS: Final = frozenset({"region", "from_region", "to_region"})
_UPPER_LEVELS: Final = re.compile("省.?市.?县")


def match_columns(headers: Sequence[str], kind: str, layout: OfficeLayout | None = None) -> tuple[ColumnMatch, ...]:
    """Return how each header of a list of this kind is understood.

    Examples
    --------
    >>> found = match_columns(["产妇姓名", "证件号码", "丈夫姓名", "证件号码", "生育证号"], "town_birth")
    >>> [(c.field, c.decision) for c in found]
    [('mother_name', 'used'), ('mother_id', 'used'), ('father_name', 'used'), ('father_id', 'used'), ('fertility_cert_no', 'dropped')]
    """
    meanings = [meanings_of(header, kind) for header in headers]
    fixed = [_fixed_field(column_letter(i), header, layout) for i, header in enumerate(headers)]
    fields: list[str | None] = []
    for i, header in enumerate(headers):
        fields.append(fixed[i] or _field_by_words(header, meanings[i], kind))
    _bind_by_position(fields, fixed, headers, meanings, kind)
    _give_child_its_own(fields, fixed, headers, kind)
    _yield_to_rivals(fields, fixed, meanings, kind)
    _settle_rivals(fields, fixed, meanings, headers)
    if kind in BIRTH_KINDS and "birth_cert_no" not in fields and "new_birth_cert_no" in fields:
        fields[fields.index("new_birth_cert_no")] = "birth_cert_no"  # a reissue register: the number in force
    return tuple(
        ColumnMatch(column_letter(i), header, None if field == IGNORE else field, _decide(header, field, bool(meanings[i]) or fixed[i] == IGNORE, kind))
        for i, (header, field) in enumerate(zip(headers, fields, strict=True)))


def _fixed_field(letter: str, header: str, layout: OfficeLayout | None) -> str | None:
    return layout.field_of(letter, header) if layout else None


def _field_by_words(header: str, meanings: tuple[Synonym, ...], kind: str) -> str | None:
    """Take the kind's own meaning; a person named in the upper text decides whose it is."""
    if not meanings:
        return None
    person = person_above(header, kind)
    if person and split_person(header_keys(header.rpartition("_")[2])[-1], kind)[0] is None:
        general = next((m.field for m in meanings if m.field in BOUND_ENDING), None)
        if general:
            return bound_field(general, person, kind)
        swapped = re.sub("^(mother|father)_", f"{person}_", meanings[0].field)
        return swapped if swapped in stored_fields(kind) else meanings[0].field
    return meanings[0].field


def _bind_by_position(fields: list[str | None], fixed: list[str | None], headers: Sequence[str], meanings: list[tuple[Synonym, ...]], kind: str) -> None:
    """Bind general headers to the nearest person to the left, in place.

    A number belongs to the person it stands behind, unless that person's number has a column of its own. Any other header that also
    has a meaning of its own in this kind keeps it (出生日期 is the child's), unless another column claims the same field and the
    neighbour to the left is somebody else. In lists of single persons (changes, moves, deaths, the register) a lone number is the person's.
    """
    bound: dict[int, str] = {}
    bound_general: dict[int, str] = {}
    alike = Counter(header_keys(header)[0] for header in headers)
    numbers: set[int] = set()
    for i, header in enumerate(headers):
        general = next((m.field for m in meanings[i] if m.field in BOUND_ENDING), None)
        if general is None or fixed[i] or person_above(header, kind):
            continue
        if general in ADDRESSES and PERSONS_OF_KIND.get(kind, ("",))[0] == "person":
            continue  # a list of single persons tells where these live
        person = _person_to_the_left(fields, i)
        if general == "phone" and person in (None, "child") and kind in _BIRTHS:
            person = "mother"  # a newborn has none
        if person or not meanings[i][0].own:
            bound[i] = bound_field(general, person or "child", kind)
            bound_general[i] = general
            numbers |= {i} if general == "id_no_ambiguous" else set()
    stated = {field for i, field in enumerate(fields) if i not in bound}
    claims = Counter(fields)
    for i, field in bound.items():
        own = fields[i] if meanings[i][0].own else None
        rivals = [j for j, other in enumerate(fields) if j != i and other == own and bound.get(j, own) == own]
        movable = i in numbers and field not in stated and (claims[own] > 1 or (own in ID_FIELDS and PERSONS_OF_KIND.get(kind, ("",))[0] != "person"))
        movable |= field in _FATHERS_ADDRESSES and kind not in _OF_POLICE and field not in stated and fields[i - 1] in _OF_FATHER  # right behind him it is his
        movable |= bound_general[i] in ADDRESSES and field != bound_general[i] and alike[header_keys(headers[i])[0]] > 1 and field not in stated  # one address a person
        if own is None or (field != own and (rivals or movable)):
            fields[i] = field


def _person_to_the_left(fields: list[str | None], at: int) -> str | None:
    for field in reversed(fields[:at]):
        if field in _OTHER_PERSONS:
            return "other"
        if field and field.endswith("_name") and field != "former_name":
            return field.removesuffix("_name")
    return None


def _give_child_its_own(fields: list[str | None], fixed: list[str | None], headers: Sequence[str], kind: str) -> None:
    """Addresses that stand behind the child, before its parents are named, are the child's, in place, where the kind has such fields."""
    for i, field in enumerate(fields):
        own = (field or "").removeprefix("mother_")
        if field != own and own in _OWN_ADDRESSES & stored_fields(kind) and not fixed[i] and own not in fields and person_of(header_keys(headers[i])[-1], kind) is None \
                and _person_to_the_left(fields, i) == "child" and "mother_name" in fields[i:]:
            fields[i] = own


def _yield_to_rivals(fields: list[str | None], fixed: list[str | None], meanings: list[tuple[Synonym, ...]], kind: str) -> None:
    """Where columns claim one field, one with a second meaning nobody claims takes that, in place; of several the leftmost keeps the first.

    In a town's list of marriages 登记日期 is the date of the marriage, but beside 结婚日期 it is when the town wrote it down.
    """
    for i, field in reversed(list(enumerate(fields))):
        if field is None or field == IGNORE or fixed[i] or fields.count(field) < 2:
            continue
        other = next((m.field for m in meanings[i] if m.field != field and m.field in stored_fields(kind) and m.field not in fields), None)
        if other:
            fields[i] = other


def _settle_rivals(fields: list[str | None], fixed: list[str | None], meanings: list[tuple[Synonym, ...]], headers: Sequence[str]) -> None:
    """Leave each field one column, in place: the layout's, else a whole address before its upper levels (of a region these) and those before the country, else the most usual wording, else the leftmost."""
    claims: dict[str, list[int]] = {}
    for i, field in enumerate(fields):
        if field and field != IGNORE:
            claims.setdefault(field, []).append(i)
    for rivals in claims.values():
        rank = {i: (fixed[i] is None, _COUNTRY.search(headers[i]) is not None and _UPPER_LEVELS.search(headers[i]) is None, (_UPPER_LEVELS.search(headers[i]) is not None) != (fields[i] in _REGIONS), *_usual(meanings[i]), i) for i in rivals}
        for i in sorted(rivals, key=rank.__getitem__)[1:]:
            fields[i] = IGNORE


def _usual(meanings: tuple[Synonym, ...]) -> tuple[bool, int]:
    return (not meanings[0].own, meanings[0].rank) if meanings else (True, 0)


def _decide(header: str, field: str | None, known: bool, kind: str) -> Decision:
    upper, _, lower = header.rpartition("_")
    if field in MEMORY_ONLY_FIELDS & stored_fields(kind):
        return "used"
    if field in DROPPED_FIELDS or names_private_matter(lower) or (field is None and names_private_matter(upper)):
        return "dropped"
    if field in stored_fields(kind):
        return "used"
    return "ignored" if known else "unknown"
