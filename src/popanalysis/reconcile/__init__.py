"""From linked records to open questions: events with lasting ids, what they lack, where the lists differ."""

from popanalysis.reconcile.cases import case_balance, count_open
from popanalysis.reconcile.cells import cell_finder
from popanalysis.reconcile.decided import Decided, apply_decisions
from popanalysis.reconcile.due import not_yet_due
from popanalysis.reconcile.linking import LinkedPeriod, link_period, lists_received
from popanalysis.reconcile.period import ReconciledPeriod, count_links, describe_links, reconcile_period
from popanalysis.reconcile.rules import PeriodRules, read_rules
from popanalysis.reconcile.taxonomy import DiscrepancyRules
from popanalysis.reconcile.towns import not_heard_of, towns_not_heard

__all__ = [
    "Decided", "DiscrepancyRules", "LinkedPeriod", "PeriodRules", "ReconciledPeriod", "apply_decisions", "case_balance", "cell_finder",
    "count_links", "count_open", "describe_links", "link_period", "lists_received", "not_heard_of", "not_yet_due", "read_rules", "reconcile_period", "towns_not_heard",
]
