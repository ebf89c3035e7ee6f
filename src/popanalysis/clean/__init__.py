"""Type values by written rules, list every fault, give every row one fate."""

from popanalysis.clean.checks import CheckRules, read_checks, shipped_checks
from popanalysis.clean.divisions import Divisions
from popanalysis.clean.faults import DONE, FAULTS, Finding
from popanalysis.clean.records import clean_records
from popanalysis.clean.submissions import CleanedLists, clean_submissions, edits_of_period

__all__ = [
    "DONE", "FAULTS", "CheckRules", "CleanedLists", "Divisions", "Finding", "clean_records", "clean_submissions", "edits_of_period", "read_checks", "shipped_checks"]
