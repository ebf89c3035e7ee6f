"""Link the records of several lists to events.

The rule set is data (:class:`LinkageRules`); :func:`link_records` reads like the method: code, block, compare, train, score, decide,
select. Only this room knows recordlinkage; its parts can be used from plain recordlinkage code (``popanalysis.link.comparisons``,
``popanalysis.link.blocking.BlockOn``, ``popanalysis.link.model.FellegiSunter``).
"""

from popanalysis.link.engine import Linked, link_records
from popanalysis.link.explain import LEVEL_WORDS, PairExplanation, explain_pair
from popanalysis.link.explain_event import EventExplanation, explain_event
from popanalysis.link.explain_record import RecordExplanation, explain_record
from popanalysis.link.notes import Note
from popanalysis.link.rules import LinkageRules, current_rules

__all__ = [
    "LEVEL_WORDS", "EventExplanation", "LinkageRules", "Linked", "Note", "PairExplanation", "RecordExplanation", "current_rules", "explain_event", "explain_pair",
    "explain_record", "link_records"]
