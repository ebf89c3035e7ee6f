"""The forms of the meeting, once for the workbook and the page: agenda, minutes, sign-off sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from popanalysis.answers import CHAIR, SHEETS
from popanalysis.errors import Text
from popanalysis.report.meeting.review import JointReview
from popanalysis.report.messages import label

__all__ = ["AGENDA", "MINUTES", "PRESENT", "RECORDER", "SIGN_OFF", "agenda_rows", "minutes_rows", "sign_off_rows"]

_NUMBER: Final = Text("序号", "No.")
_ITEM: Final = Text("议题", "Item")
PRESENT: Final = Text("参会人员", "Present")
RECORDER: Final = Text("记录人", "Minutes by")
#: heads of each form
AGENDA: Final = (_NUMBER, _ITEM, Text("情况", "Facts"), Text("明细表", "Sheet"))
MINUTES: Final = (_NUMBER, _ITEM, Text("讨论情况", "Discussion"), Text("议定事项", "Agreed"), Text("承办单位", "Office in charge"), Text("完成时限", "Until"))
SIGN_OFF: Final = (Text("部门", "Office"), PRESENT, Text("职务", "Position"), Text("意见", "Opinion"), Text("签字", "Signature"), Text("日期", "Date"))
_OFFICES: Final = ("health", "police", "civil_affairs", "township")
_BLANK_MINUTES: Final = 3  # lines for what comes up at the meeting


def agenda_rows(review: JointReview) -> list[tuple[str, ...]]:
    """Return the items of the agenda: number, title, facts, and the sheet that holds their rows."""
    language = review.params.language
    return [(f"{number}", item.title.in_(language), item.facts.in_(language), SHEETS[item.sheet].in_(language) if item.sheet else "") for number, item in enumerate(review.agenda, 1)]


def minutes_rows(review: JointReview) -> list[tuple[str, ...]]:
    """Return a line an item of the agenda and some for what comes up, all but number and title to be filled in."""
    titles = [*(item.title.in_(review.params.language) for item in review.agenda), *[""] * _BLANK_MINUTES]
    return [_blank((f"{number}", title), MINUTES) for number, title in enumerate(titles, 1)]


def sign_off_rows(language: str) -> list[tuple[str, ...]]:
    """Return a line for each who signs."""
    return [_blank((name,), SIGN_OFF) for name in (*(label("department", office, language) for office in _OFFICES), CHAIR.in_(language), RECORDER.in_(language))]


def _blank(filled: Sequence[str], heads: Sequence[Text]) -> tuple[str, ...]:
    return (*filled, *[""] * (len(heads) - len(filled)))
