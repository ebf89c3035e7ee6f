"""The same for reading on a screen and printing: each piece is shown by one cell of the joint-review notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from popanalysis.answers import PAIR, SHEETS
from popanalysis.report.chapters.base import in_language
from popanalysis.report.meeting.book import field_word
from popanalysis.report.meeting.review import FIELDS, JointReview, Lines
from popanalysis.report.messages import label
from popanalysis.report.page import Html, paragraph

__all__ = ["show_agenda", "show_lines", "show_minutes", "show_pairs", "show_questions"]


_SHORT = ' class="short"'  # a number stays on one line


def show_agenda(review: JointReview) -> Html:
    """Show what the meeting is about, item by item."""
    language = review.params.language
    rows = [(str(number), item.title.in_(language), item.facts.in_(language), SHEETS[item.sheet].in_(language) if item.sheet else "—") for number, item in enumerate(review.agenda, 1)]
    return _table([in_language(*pair, language) for pair in (("序号", "No."), ("议题", "Item"), ("情况", "Facts"), ("明细表", "Sheet"))], rows)


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
    language = review.params.language
    rows = [(str(number), item.title.in_(language), "", "", "", "") for number, item in enumerate(review.agenda, 1)]
    return _table([in_language(*pair, language) for pair in (("序号", "No."), ("议题", "Item"), ("讨论情况", "Discussion"), ("议定事项", "Agreed"), ("承办单位", "Office in charge"), ("完成时限", "Until"))], rows)


def _lines(lines: Lines, first: str, fields: Sequence[str], language: str) -> Html:
    heads = [first, in_language("名单", "List", language), in_language("所在位置", "Where", language), *(field_word(field, language) for field in fields)]
    rows, marked, before = [], {}, ""
    for place, row in enumerate(lines.table.to_dict("records")):
        marked[place] = {heads[at + 3] for at, field in enumerate(fields) if field in lines.marked.get(place, ())}
        rows.append((row["event_id"] if row["event_id"] != before else "", row["list"], row["place"], *(row[field] for field in fields)))
        before = row["event_id"]
    return _table(heads, rows, marked)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], marked: dict[int, set[str]] | None = None) -> Html:
    listed = [tuple(map(str, row)) for row in rows]
    body = "".join("<tr>" + "".join(f"<td><mark>{escape(cell)}</mark></td>" if head in (marked or {}).get(place, ()) and cell else f"<td{_SHORT if at == 0 else ''}>{escape(cell)}</td>"
                                    for at, (head, cell) in enumerate(zip(heads, row, strict=True))) + "</tr>" for place, row in enumerate(listed))
    html = f'<div class="scroll"><table><thead><tr>{"".join(f"<th scope=col>{escape(head)}</th>" for head in heads)}</tr></thead><tbody>{body}</tbody></table></div>'
    return Html(html, "\n".join(" | ".join(row) for row in (tuple(heads), *listed)))
