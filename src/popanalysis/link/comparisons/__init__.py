"""Comparisons: one file a kind, each a kernel on codes with a recordlinkage face."""

from __future__ import annotations

from collections.abc import Iterable

from popanalysis.link.comparisons.base import Comparison
from popanalysis.link.comparisons.certificate_number import CertificateNumber
from popanalysis.link.comparisons.date import DateOf
from popanalysis.link.comparisons.exact import Exact
from popanalysis.link.comparisons.id_number import IdNumber
from popanalysis.link.comparisons.marriage_number import MarriageNumber
from popanalysis.link.comparisons.person_name import PersonName
from popanalysis.link.comparisons.recordlinkage_comparer import RecordlinkageComparer, check_comparer
from popanalysis.link.rules import ComparisonRule, nearest

__all__ = [
    "CertificateNumber", "Comparison", "DateOf", "Exact", "IdNumber", "MarriageNumber", "PersonName", "RecordlinkageComparer",
    "check_comparison", "ladder_of", "make_comparison"]

KINDS: dict[str, type[Comparison]] = {c.kind: c for c in (IdNumber, PersonName, DateOf, CertificateNumber, MarriageNumber, Exact)}


def make_comparison(rule: ComparisonRule) -> Comparison:
    """Make the comparison that a rule names."""
    if rule.kind == RecordlinkageComparer.kind:
        return RecordlinkageComparer(rule.field, rule.comparer, rule.cut, label=rule.name)
    return KINDS[rule.kind](rule.field, levels=rule.levels or None, label=rule.name)


def ladder_of(rule: ComparisonRule) -> list[str]:
    """Return the levels a rule uses, best first."""
    if rule.kind == RecordlinkageComparer.kind:
        return list(RecordlinkageComparer.levels_of(rule.cut))
    return list(rule.levels or KINDS[rule.kind].ladder)


def check_comparison(rule: ComparisonRule) -> Iterable[tuple[str, str, str]]:
    """Yield key, Chinese and English sentence for each fault of a comparison rule."""
    if rule.kind == RecordlinkageComparer.kind:
        yield from check_comparer(rule.comparer, rule.cut)
        return
    if rule.kind not in KINDS:
        zh, en = nearest(rule.kind, [*KINDS, RecordlinkageComparer.kind])
        yield "kind", f"“{rule.kind}”不存在；{zh}", f"unknown kind '{rule.kind}'; {en}"
        return
    ladder = KINDS[rule.kind].ladder
    for level in rule.levels:
        if level not in ladder:
            zh, en = nearest(level, list(ladder))
            yield "levels", f"等级“{level}”不存在；{zh}", f"unknown level '{level}'; {en}"
            return
    if rule.levels and (list(rule.levels) != [x for x in ladder if x in rule.levels] or rule.levels[-1] != ladder[-1]):
        yield ("levels", f"等级须由好到差排列并以 {ladder[-1]} 结尾：{'、'.join(ladder)}",
               f"levels must stand best first and end with {ladder[-1]}: {', '.join(ladder)}")
