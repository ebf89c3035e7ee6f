"""From linked records to open questions: events with lasting ids, what they lack, where the lists differ."""

from popanalysis.reconcile.births import births_from_records
from popanalysis.reconcile.carry_forward import carried_records, carry_forward, open_events
from popanalysis.reconcile.cases import case_balance, open_cases
from popanalysis.reconcile.discrepancies import find_discrepancies
from popanalysis.reconcile.events import known_event_ids, mint_event_ids, name_sets
from popanalysis.reconcile.taxonomy import DiscrepancyRules

__all__ = [
    "DiscrepancyRules", "births_from_records", "carried_records", "carry_forward", "case_balance", "find_discrepancies",
    "known_event_ids", "mint_event_ids", "name_sets", "open_cases", "open_events",
]
