"""From linked records to open questions: events with lasting ids, what they lack, where the lists differ."""

from popanalysis.reconcile.cases import case_balance
from popanalysis.reconcile.cells import cell_finder
from popanalysis.reconcile.decided import Decided, apply_decisions
from popanalysis.reconcile.period import (
    LinkedBirths,
    ReconciledBirths,
    describe_links,
    link_births,
    lists_received,
    read_birth_rules,
    reconcile_births,
)
from popanalysis.reconcile.taxonomy import DiscrepancyRules

__all__ = [
    "Decided", "DiscrepancyRules", "LinkedBirths", "ReconciledBirths", "apply_decisions", "case_balance", "cell_finder",
    "describe_links", "link_births", "lists_received", "read_birth_rules", "reconcile_births",
]
