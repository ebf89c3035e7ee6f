"""Report: words, tables, charts, the page, what may be published, and the seal.

The room receives frames and plain numbers, never models, and shows no row about a person. Rendering the page needs nbconvert, which a notebook need
not wait for: :mod:`popanalysis.report.html` is imported where it is used.
"""

from popanalysis.report.agreement_figure import plot_agreement
from popanalysis.report.case_sentences import sentences_of_cases, whom_events_are_about
from popanalysis.report.chapters import (
    Chapter,
    chapter_absences,
    chapter_accounting,
    chapter_adoptions,
    chapter_agreement,
    chapter_arrivals,
    chapter_births,
    chapter_certificates,
    chapter_changes,
    chapter_deliveries,
    chapter_faults,
    chapter_home_counties,
    chapter_linkage,
    chapter_marriages,
    chapter_month,
    chapter_month_in_short,
    chapter_moves,
    chapter_pending,
    chapter_register,
    chapter_reported,
    chapter_summary,
    chapter_timeliness,
    chapter_to_do,
    chapter_trend,
    signature_block,
)
from popanalysis.report.drawing import Chart, Words
from popanalysis.report.figures import plot_bars, plot_days, plot_grouped_bars, plot_overlap
from popanalysis.report.messages import label, labels
from popanalysis.report.page import Html, bullets, definitions, heading, paragraph, show_run_card, stamp
from popanalysis.report.privacy import (
    Suppressed,
    bounded_rate,
    shown_rate,
    suppress_counts,
    suppress_grouped,
    suppress_held,
    suppress_parted,
    suppress_small,
)
from popanalysis.report.results import Results
from popanalysis.report.return_sheets import compose_return_sheets
from popanalysis.report.scan import Finding, scan_publish
from popanalysis.report.seal import file_hash, fingerprint, notebook_outputs, seal, sealed_files
from popanalysis.report.summary_files import write_summary
from popanalysis.report.tables import ShownTable, show_table, write_tables
from popanalysis.report.writing import compose_run_record, write_record

__all__ = [
    "Chapter",
    "Chart",
    "Finding",
    "Html",
    "Results",
    "ShownTable",
    "Suppressed",
    "Words",
    "bounded_rate",
    "bullets",
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
    "compose_return_sheets",
    "compose_run_record",
    "definitions",
    "file_hash",
    "fingerprint",
    "heading",
    "label",
    "labels",
    "notebook_outputs",
    "paragraph",
    "plot_agreement",
    "plot_bars",
    "plot_days",
    "plot_grouped_bars",
    "plot_overlap",
    "scan_publish",
    "seal",
    "sealed_files",
    "sentences_of_cases",
    "show_run_card",
    "show_table",
    "shown_rate",
    "signature_block",
    "stamp",
    "suppress_counts",
    "suppress_grouped",
    "suppress_held",
    "suppress_parted",
    "suppress_small",
    "whom_events_are_about",
    "write_record",
    "write_summary",
    "write_tables",
]
