"""Read what the offices sent: files, sheets, columns, rows, each cell with its origin and nothing interpreted."""

from popanalysis.acquire.decisions import read_decisions
from popanalysis.acquire.layouts import OfficeLayout
from popanalysis.acquire.previous_record import Earlier, read_earlier, read_history
from popanalysis.acquire.reading import read_submission, read_submissions
from popanalysis.acquire.recognition import Recognition, recognise_file, recognise_folder
from popanalysis.acquire.submission import ColumnMatch, SheetReading, Submission
from popanalysis.acquire.telling import count_blank_rows, describe_inputs, tabulate_arrivals

__all__ = [
    "ColumnMatch", "Earlier", "OfficeLayout", "Recognition", "SheetReading", "Submission", "count_blank_rows", "describe_inputs",
    "read_decisions", "read_earlier", "read_history", "read_submission", "read_submissions", "recognise_file", "recognise_folder", "tabulate_arrivals",
]
