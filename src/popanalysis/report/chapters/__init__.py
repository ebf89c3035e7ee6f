"""The chapters of the quarterly record: what a reader sees of each stage, and the figures it publishes.

A chapter takes frames of counts and gives tables, charts and sentences; it never takes a model and never shows a row
about a person. Every count passes the limit for small cells here.
"""

from popanalysis.report.chapters.absences import chapter_absences
from popanalysis.report.chapters.base import Chapter
from popanalysis.report.chapters.births import chapter_births
from popanalysis.report.chapters.links import chapter_agreement, chapter_linkage
from popanalysis.report.chapters.marriages import chapter_marriages
from popanalysis.report.chapters.monthly import (
    chapter_home_counties,
    chapter_month,
    chapter_month_in_short,
    signature_block,
)
from popanalysis.report.chapters.persons import chapter_adoptions, chapter_changes, chapter_moves
from popanalysis.report.chapters.questions import chapter_to_do
from popanalysis.report.chapters.registration import chapter_certificates, chapter_deliveries, chapter_pending, chapter_register
from popanalysis.report.chapters.reported import chapter_reported
from popanalysis.report.chapters.sources import chapter_accounting, chapter_arrivals, chapter_faults
from popanalysis.report.chapters.summary import chapter_summary
from popanalysis.report.chapters.timeliness import chapter_timeliness
from popanalysis.report.chapters.trend import chapter_trend

__all__ = [
    "Chapter",
    "chapter_absences",
    "chapter_accounting",
    "chapter_adoptions",
    "chapter_agreement",
    "chapter_arrivals",
    "chapter_births",
    "chapter_certificates",
    "chapter_changes",
    "chapter_deliveries",
    "chapter_faults",
    "chapter_home_counties",
    "chapter_linkage",
    "chapter_marriages",
    "chapter_month",
    "chapter_month_in_short",
    "chapter_moves",
    "chapter_pending",
    "chapter_register",
    "chapter_reported",
    "chapter_summary",
    "chapter_timeliness",
    "chapter_to_do",
    "chapter_trend",
    "signature_block",
]
