"""Links made without a field, to audit that field: pairs that disagree on a field used as a key are linked less often, so that its own links flatter it.

Source: methods of record linkage for comparing registers; both rates belong side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from popanalysis.errors import ParameterError
from popanalysis.link.coding import code_records
from popanalysis.link.comparisons.base import UNKNOWN
from popanalysis.link.engine import Linked, link_records
from popanalysis.link.keys import field_and_transform, make_keys
from popanalysis.link.patterns import compare_pairs
from popanalysis.link.rules import LinkageRules, nearest

__all__ = ["FieldAudit", "audit_field", "rules_without"]


@dataclass(frozen=True)
class FieldAudit:
    """How the lists agree on a field.

    Attributes
    ----------
    table : DataFrame ``links`` (all, without_field), ``lists``, ``level`` (a rung of the field's ladder, or ``missing``), ``n_pairs``, ``share`` of the pairs of the two
        lists in which both hold a value (NA for ``missing``)
    linked : the linkage made without the field
    """

    table: pd.DataFrame
    linked: Linked


def rules_without(rules: LinkageRules, *fields: str) -> LinkageRules:
    """Return the rule set without some fields: their comparisons, the blocking passes and decision lines that use them, and what else names them.

    Raises
    ------
    ParameterError : there is no such field, or no comparison or no blocking pass would be left.
    """
    known = [c.field for c in rules.comparisons]
    for field in fields:
        if field not in known:
            zh, en = nearest(field, known)
            raise ParameterError(zh=f"规则集 {rules.name} 没有比较项“{field}”；{zh}。", en=f"Rule set {rules.name} compares no field '{field}'; {en}.", field=field)
    gone = {c.name for c in rules.comparisons if c.field in fields}
    values = rules.model_dump(by_alias=True)
    values["comparisons"] = [c for c in values["comparisons"] if c["field"] not in fields]
    values["blocking"]["passes"] = [
        kept | {"split_by": [part for part in p.split_by if field_and_transform(part)[0] not in fields]}
        for kept, p in zip(values["blocking"]["passes"], rules.blocking.passes, strict=True)
        if not {field_and_transform(part)[0] for part in [*p.on, *(p.against or [])]} & set(fields)]
    if not values["comparisons"] or not values["blocking"]["passes"]:
        raise ParameterError(
            zh=f"去掉 {'、'.join(fields)} 后，规则集 {rules.name} 没有剩下比较项或分组方式。请先为该规则集增加不用这些项目的分组方式。",
            en=f"Without {', '.join(fields)} rule set {rules.name} has no comparison or no blocking pass left. Add a pass that does not use them.", field=fields[0])
    passes = [p["name"] for p in values["blocking"]["passes"]]
    values["dependent"] = [group for group in ([n for n in group if n not in gone] for group in rules.dependent) if len(group) > 1]
    values["swapped"] = [pair for pair in rules.swapped if not set(pair) & set(fields)]
    if rules.twins:
        values["twins"] = {"told_apart_by": [n for n in rules.twins.told_apart_by if n not in gone]}
    values["decision"] = [line for line in values["decision"] if not any(name in line["when"].replace("(", " ").split() for name in gone)]
    values["model"]["prior"]["rules"] = [name for name in rules.model.prior.rules if name in passes]
    changed = rules.from_values(values, rules.file)
    changed._file, changed._tables = rules.file, rules._tables
    return changed


def audit_field(frames: Mapping[str, pd.DataFrame], rules: LinkageRules, field: str, linked: Linked | None = None) -> FieldAudit:
    """Compare the lists on a field, on links made with it and on links made without it.

    Parameters
    ----------
    frames, rules : as for :func:`popanalysis.link.link_records` ; field : a compared column ; linked : the linkage with all fields, where it is there already.

    Returns
    -------
    FieldAudit : links are pairs of records of different lists with one event, both ``linked``.
    """
    without = link_records(frames, rules_without(rules, field))
    whole = link_records(frames, rules) if linked is None else linked
    tables = [_levels(frames, rules, field, found).assign(links=name) for name, found in (("all", whole), ("without_field", without))]
    return FieldAudit(pd.concat(tables, ignore_index=True)[["links", "lists", "level", "n_pairs", "share"]], without)


def _levels(frames: Mapping[str, pd.DataFrame], rules: LinkageRules, field: str, linked: Linked) -> pd.DataFrame:
    universe = code_records(frames, rules, partial(make_keys, rules))
    place = pd.Index(universe.record_ids)
    certain = set(linked.records.loc[linked.records["link_status"].eq("linked"), "record_id"])
    pairs = linked.links[linked.links["link_decision"].eq("link") & linked.links["record_id_a"].isin(certain) & linked.links["record_id_b"].isin(certain)]
    a, b = (place.get_indexer(pd.Index(pairs[side])).astype(np.int64) for side in ("record_id_a", "record_id_b"))
    left, right = np.minimum(a, b), np.maximum(a, b)
    between = universe.source[left] != universe.source[right]
    left, right = left[between], right[between]
    only = rules.model_copy(update={"comparisons": [c for c in rules.comparisons if c.field == field][:1], "swapped": []})
    vectors = compare_pairs(universe, left, right, only)
    lists = [f"{universe.sources[x]}+{universe.sources[y]}" for x, y in zip(universe.source[left].tolist(), universe.source[right].tolist(), strict=True)]
    rows: list[dict[str, Any]] = []
    level, names = vectors.levels[:, 0], np.array(lists, dtype=object)
    for two in sorted(set(lists)):
        here = level[names == two]
        known = int((here != UNKNOWN).sum())
        rows += [{"lists": two, "level": name, "n_pairs": int((here == k).sum()), "share": float((here == k).sum() / known) if known else None} for k, name in enumerate(vectors.ladders[0])]
        rows.append({"lists": two, "level": "missing", "n_pairs": int((here == UNKNOWN).sum()), "share": None})
    return pd.DataFrame(rows, columns=["lists", "level", "n_pairs", "share"]).astype({"share": "Float64"})
