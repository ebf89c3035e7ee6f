"""How complete, how timely and how equal the lists are: counts and rates, never a row about a person."""

from popanalysis.measure.absences import absences_by_reason, expected_missed_links, waiting_long
from popanalysis.measure.agreement import agreement_by_field
from popanalysis.measure.completeness import (
    births_by_facility,
    births_by_home,
    births_by_lists,
    births_by_place,
    births_by_standing,
    births_listed,
    births_of_period,
)
from popanalysis.measure.marriages import marriages_by_standing, marriages_by_town, marriages_held, marriages_of_period
from popanalysis.measure.persons import absences_explained, changes_by_item, moves_by_direction, rows_of_period
from popanalysis.measure.registration import certificate_rows, count_deliveries, count_waiting, register_entries
from popanalysis.measure.reported import counted_by_town, reported_totals
from popanalysis.measure.rows import rows_by_fate
from popanalysis.measure.timeliness import days_to_act, delay_summary

__all__ = [
    "absences_by_reason",
    "absences_explained",
    "agreement_by_field",
    "births_by_facility",
    "births_by_home",
    "births_by_lists",
    "births_by_place",
    "births_by_standing",
    "births_listed",
    "births_of_period",
    "certificate_rows",
    "changes_by_item",
    "count_deliveries",
    "count_waiting",
    "counted_by_town",
    "days_to_act",
    "delay_summary",
    "expected_missed_links",
    "marriages_by_standing",
    "marriages_by_town",
    "marriages_held",
    "marriages_of_period",
    "moves_by_direction",
    "register_entries",
    "reported_totals",
    "rows_by_fate",
    "rows_of_period",
    "waiting_long",
]
