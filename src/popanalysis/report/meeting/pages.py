"""The same for reading on a screen and printing: each piece is shown by one cell of the joint-review notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from popanalysis.answers import PAIR
from popanalysis.errors import Text
from popanalysis.report.chapters.base import in_language, word
from popanalysis.report.meeting.book import field_word
from popanalysis.report.meeting.forms import AGENDA, MINUTES, SIGN_OFF, agenda_rows, minutes_rows, sign_off_rows
from popanalysis.report.meeting.review import FIELDS, JointReview, Lines
from popanalysis.report.messages import label
from popanalysis.report.page import Html, paragraph

__all__ = ["show_agenda", "show_files", "show_lines", "show_minutes", "show_pairs", "show_questions", "show_sign_off"]

_SHORT = ' class="short"'  # a number stays on one line


def show_agenda(review: JointReview) -> Html:
    """Show what the meeting is about, item by item."""
    return _form(AGENDA, agenda_rows(review), review.params.language)


def show_questions(review: JointReview) -> Html:
    """Show the open questions, the most important first."""
    language = review.params.language
    if review.questions.empty:
        return paragraph(in_language("没有待议事项。", "There is nothing to be discussed.", language))
    rows = [(str(row["case_id"]), label("severity_of_case", str(row["severity"]), language), f"{row['sentence']} {row['for_reviewer']}".strip(), label("recipient", str(row["recipient"]), language))
            for row in review.questions.to_dict("records")]
    return _table([in_language(*pair, language) for pair in (("事项编号", "Case"), ("重要程度", "Weight"), ("情况及请求", "What stands where, and what is asked"), ("拟请答复单位", "To be answered by"))], rows)


def show_lines(review: JointReview, event: str) -> Html:
    """Show the lists side by side of a ``birth``, ``marriage`` or ``change``: what is marked says otherwise than another list."""
    lines = review.lines[event]
    if lines.table.empty:
        return paragraph(in_language("没有需要对照的记录。", "There are no records to be set side by side.", review.params.language))
    return _lines(lines, in_language("事件编号", "Event", review.params.language), FIELDS[event], review.params.language)


def show_pairs(review: JointReview) -> Html:
    """Show the records of open links, two and two."""
    language = review.params.language
    if review.pairs.table.empty:
        return paragraph(in_language("没有对应关系待定的记录。", "There is no open link.", language))
    return _lines(review.pairs, PAIR.in_(language), list(review.pairs.table.columns[4:]), language)


def show_minutes(review: JointReview) -> Html:
    """Show the table of the minutes, to be filled in by hand."""
    return _form(MINUTES, minutes_rows(review), review.params.language, by_hand=True)


def show_sign_off(review: JointReview) -> Html:
    """Show the table in which the offices sign."""
    return _form(SIGN_OFF, sign_off_rows(review.params.language), review.params.language, by_hand=True)


def show_files(book: Path, lookups: Sequence[str], review: JointReview) -> Html:
    """Say which workbooks were written beside the page."""
    language = review.params.language
    names = word("comma", language).join((book.name, *lookups))
    return paragraph(in_language(f"已写出供填写的工作簿：{names}。", f"Workbooks to be filled in: {names}.", language), role="note")


def _form(heads: Sequence[Text], rows: Iterable[Sequence[str]], language: str, *, by_hand: bool = False) -> Html:
    return _table([head.in_(language) for head in heads], rows, look="by-hand" if by_hand else "")


def _lines(lines: Lines, first: str, fields: Sequence[str], language: str) -> Html:
    heads = [first, in_language("名单", "List", language), in_language("所在位置", "Where", language), *(field_word(field, language) for field in fields)]
    rows, marked, before = [], {}, ""
    for place, row in enumerate(lines.table.to_dict("records")):
        marked[place] = {heads[at + 3] for at, field in enumerate(fields) if field in lines.marked.get(place, ())}
        rows.append((row["event_id"] if row["event_id"] != before else "", row["list"], row["place"], *(row[field] for field in fields)))
        before = row["event_id"]
    return _table(heads, rows, marked, look="wide")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], marked: dict[int, set[str]] | None = None, *, look: str = "") -> Html:
    listed = [tuple(map(str, row)) for row in rows]
    body = "".join("<tr>" + "".join(f"<td><mark>{escape(cell)}</mark></td>" if head in (marked or {}).get(place, ()) and cell else f"<td{_SHORT if at == 0 else ''}>{escape(cell)}</td>"
                                    for at, (head, cell) in enumerate(zip(heads, row, strict=True))) + "</tr>" for place, row in enumerate(listed))
    frame = f"scroll {look}".strip()
    html = f'<div class="{frame}"><table><thead><tr>{"".join(f"<th scope=col>{escape(head)}</th>" for head in heads)}</tr></thead><tbody>{body}</tbody></table></div>'
    return Html(html, "\n".join(" | ".join(row) for row in (tuple(heads), *listed)))
