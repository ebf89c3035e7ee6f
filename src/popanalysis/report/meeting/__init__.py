"""The joint review (会商): what the departments' meeting sees of a record, as a workbook to be filled in and as a page.

Restricted: rows about persons stand in it. Not in it are the rows of sealed lists, what a mother withheld, and what concerns a child not yet registered,
which goes to health and police alone.
"""

from popanalysis.report.meeting.book import write_book
from popanalysis.report.meeting.lookups import write_lookups
from popanalysis.report.meeting.pages import show_agenda, show_files, show_lines, show_minutes, show_pairs, show_questions, show_sign_off
from popanalysis.report.meeting.review import JointReview, read_review

__all__ = ["JointReview", "read_review", "show_agenda", "show_files", "show_lines", "show_minutes", "show_pairs", "show_questions", "show_sign_off", "write_book", "write_lookups"]
