"""Read what the offices sent: files, sheets, columns, rows, each cell with its origin and nothing interpreted."""

from popanalysis.acquire.layouts import OfficeLayout
from popanalysis.acquire.reading import read_submission, read_submissions
from popanalysis.acquire.recognition import Recognition, recognise_file, recognise_folder
from popanalysis.acquire.submission import ColumnMatch, SheetReading, Submission

__all__ = [
    "ColumnMatch", "OfficeLayout", "Recognition", "SheetReading", "Submission",
    "read_submission", "read_submissions", "recognise_file", "recognise_folder",
]
