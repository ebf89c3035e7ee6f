"""How complete, how timely and how equal the lists are: counts and rates, never a row about a person."""

from popanalysis.measure.agreement import agreement_by_field
from popanalysis.measure.completeness import (
    births_by_home,
    births_by_lists,
    births_by_place,
    births_by_standing,
    births_of_period,
)
from popanalysis.measure.monthly import (
    at_hand,
    count_by_town,
    count_home_counties,
    events_outside,
    home_county_list,
    monthly_differences,
    standing_at_lists,
    without_withheld,
)
from popanalysis.measure.rows import rows_by_fate
from popanalysis.measure.timeliness import days_to_act, delay_summary

__all__ = [
    "agreement_by_field", "at_hand", "births_by_home", "births_by_lists", "births_by_place", "births_by_standing", "births_of_period",
    "count_by_town", "count_home_counties", "days_to_act", "delay_summary", "events_outside", "home_county_list", "monthly_differences",
    "rows_by_fate", "standing_at_lists", "without_withheld",
]
