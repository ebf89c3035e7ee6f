"""The rule sets of a period: how births and marriages are linked, what is compared, who is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from popanalysis.clean.checks import CheckRules, read_checks, shipped_checks
from popanalysis.columns import SEVERITIES
from popanalysis.errors import PopAnalysisError, Text, raise_together
from popanalysis.link import LinkageRules
from popanalysis.params import QuarterParams
from popanalysis.reconcile.taxonomy import DiscrepancyRules
from popanalysis.rulefile import RuleSet, current_file, rule_folder

__all__ = ["PeriodRules", "read_rules"]

#: event -> name of its linkage rule set
LINKED_EVENTS: Mapping[str, str] = {"birth": "births", "marriage": "marriages"}
#: event -> name of its discrepancy rule set
ASKED_EVENTS: Mapping[str, str] = {"birth": "births", "marriage": "marriages", "change": "changes"}


@dataclass(frozen=True)
class PeriodRules:
    """The rule sets in use.

    Attributes
    ----------
    linkage : event (birth, marriage) -> linkage rules.
    discrepancy : event (birth, marriage, change) -> what is compared and asked.
    checks : what every row is checked for.
    """

    linkage: Mapping[str, LinkageRules]
    discrepancy: Mapping[str, DiscrepancyRules]
    checks: CheckRules = field(default_factory=shipped_checks)

    @property
    def rule_sets(self) -> list[tuple[str, RuleSet]]:
        """Every rule set with its role (linkage, discrepancy, checks), in a fixed order."""
        return [*(("linkage", rules) for rules in self.linkage.values()), *(("discrepancy", rules) for rules in self.discrepancy.values()), ("checks", self.checks)]

    def asks(self) -> dict[tuple[str, str], Text]:
        """Return (code, list) -> what is asked under the code of the office that owns the list."""
        return {key: text for rules in self.discrepancy.values() for key, text in rules.asks().items()}

    def severities(self) -> dict[str, str]:
        """Return code -> how grave it is; of a code that several events have, the graver."""
        found: dict[str, str] = {}
        for rules in self.discrepancy.values():
            for code, entry in rules.codes.items():
                found[code] = max(found.get(code, entry.severity), entry.severity, key=SEVERITIES.index)
        return found


def read_rules(params: QuarterParams, root: Path) -> PeriodRules:
    """Read the rule sets that ``current.yaml`` names in the folders the parameters name.

    A folder left at its default that the project does not have is taken from the package.

    Raises
    ------
    ParameterError, ProblemsFoundError : a rule set is missing or wrong; all faults at once.
    """
    problems: list[PopAnalysisError] = []
    linkage: dict[str, LinkageRules] = {}
    discrepancy: dict[str, DiscrepancyRules] = {}
    for event, name in LINKED_EVENTS.items():
        try:
            linkage[event] = LinkageRules.read(current_file(rule_folder(root, params.rules.linkage), name))
        except PopAnalysisError as error:
            problems.extend(getattr(error, "problems", (error,)))
    for event, name in ASKED_EVENTS.items():
        try:
            discrepancy[event] = DiscrepancyRules.read(current_file(rule_folder(root, params.rules.discrepancy), name))
        except PopAnalysisError as error:
            problems.extend(getattr(error, "problems", (error,)))
    checks = shipped_checks()
    try:
        checks = read_checks(params, root)
    except PopAnalysisError as error:
        problems.extend(getattr(error, "problems", (error,)))
    raise_together(problems)
    return PeriodRules(linkage, discrepancy, checks)
