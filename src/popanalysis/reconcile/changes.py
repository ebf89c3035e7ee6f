"""What other lists show of a person after a registered change: the new value, the old one still, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from popanalysis.columns import DEPARTMENT_OF_KIND
from popanalysis.reconcile.aliases import Alias, Sighting
from popanalysis.reconcile.discrepancies import CellOf, Discrepancy

__all__ = ["change_questions"]

#: item -> field of the list of changes with its present value
_FIELDS: Mapping[str, str] = {"name": "new_name", "id_no": "new_id", "birth_date": "new_birth_date", "ethnicity": "new_ethnicity"}


def change_questions(seen: Sequence[Sighting], records: Mapping[str, pd.DataFrame], event_ids: Mapping[str, str], cell_of: CellOf, asked: Sequence[str]) -> list[Discrepancy]:
    """Hold registered changes against what other lists say.

    Before the change the old value is right and after it the new one; nothing is asked about either. ``old_value_used``: the
    office acted after the change and still shows the old value. ``change_differs``: it shows neither.

    Parameters
    ----------
    seen : records that show a person whose item changed (:func:`popanalysis.reconcile.aliases.sightings`).
    records : kind -> typed records with ``act_date``.
    event_ids : record_id -> event_id.
    asked : the lists that are asked.
    """
    found: list[Discrepancy] = []
    last = {(s.alias.record_id, s.alias.item): s.alias for s in seen}
    values = _values_of_person([s.alias for s in seen])
    for s in seen:
        if s.kind not in asked or not s.value or s.value == s.alias.new or last[s.alias.record_id, s.alias.item] is not s.alias:
            continue
        event = event_ids.get(s.record_id)
        if event is None:
            continue
        if s.value == s.alias.old:
            acted = records[s.kind]["act_date"].get(s.record_id) if "act_date" in records[s.kind] else pd.NaT
            if pd.isna(acted) or pd.isna(s.alias.since) or acted <= s.alias.since:
                continue
            code = "old_value_used"
        elif s.value in values[s.alias.numbers, s.alias.item] or (s.alias.item == "id_no" and s.value in s.alias.numbers):
            continue  # another change of the same person explains it
        else:
            code = "change_differs"
        field, own = _FIELDS[s.alias.item], s.field
        found.append(Discrepancy(event, "", code, own, "identity_change", s.alias.new, cell_of(s.alias.record_id, field), s.kind, s.value,
                                 cell_of(s.record_id, own), DEPARTMENT_OF_KIND[s.kind]))
    return sorted(set(found))


def _values_of_person(aliases: Sequence[Alias]) -> dict[tuple[frozenset[str], str], set[str]]:
    found: dict[tuple[frozenset[str], str], set[str]] = {}
    for alias in aliases:
        for other in aliases:
            if alias.numbers & other.numbers and alias.item == other.item:
                found.setdefault((alias.numbers, alias.item), set()).update({other.old, other.new})
    return found
