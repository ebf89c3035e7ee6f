"""Pieces of the page that a notebook cell shows: headings, paragraphs, the draft stamp, the run card.

Each is an :class:`Html`, so that the cell's output carries the words in the record's language and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from popanalysis.errors import ParameterError
from popanalysis.report.messages import label

__all__ = ["Html", "State", "heading", "paragraph", "run_card", "stamp"]

State = Literal["draft", "checked"]


@dataclass(frozen=True)
class Html:
    """What a cell shows: ``html`` on the page, ``text`` on a terminal."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def heading(text: str, *, level: int = 2, question: str = "") -> Html:
    """Return a heading, with the question that the stage answers below it.

    Parameters
    ----------
    text : the heading.
    level : 2 for a chapter, 3 for a part of one; level 1 is the title of the record.
    question : one sentence, shown small under the heading; empty for none.

    Examples
    --------
    >>> heading("出生事件")._repr_html_()
    '<h2>出生事件</h2>'
    """
    if level not in (2, 3, 4):
        raise ParameterError(zh=f"标题级别应为 2、3 或 4，实际为 {level}。", en=f"A heading's level must be 2, 3 or 4, found {level}.", level=level)
    html = f"<h{level}>{escape(text)}</h{level}>"
    return Html(html + (f'\n<p class="question">{escape(question)}</p>' if question else ""), "\n".join(filter(None, [text, question])))


def paragraph(text: str, *, role: Literal["text", "note", "warning"] = "text") -> Html:
    """Return a paragraph; a ``warning`` says what the reader must know before the figures, such as a list not received."""
    css = {"text": "", "note": ' class="note"', "warning": ' class="warning" role="note"'}[role]
    return Html(f"<p{css}>{escape(text)}</p>", text)


def stamp(language: str, state: State = "draft") -> Html:
    """Return the line that says whether the page is a draft or has been checked; only a sign-off makes it official.

    Examples
    --------
    >>> stamp("en")
    DRAFT – not checked; not for official use
    """
    line = label("stamp", f"{state}_line", language)
    return Html(f'<p class="stamp stamp-{state}" role="status">{escape(line)}</p>', line)


def run_card(
    *, period: str, as_of: str, home_division: str, inputs: Iterable[Mapping[str, Any]], rule_sets: Iterable[Mapping[str, Any]],
    versions: Mapping[str, str], language: str, previous_record: str | None = None,
) -> Html:
    """Return what the record is made from, as a list of definitions.

    Parameters
    ----------
    period, as_of, home_division : as in the parameters.
    inputs : one mapping a file: ``kind``, ``file``, ``n_rows``, ``sha256``, and ``received`` (date, may be None), the entries of ``run_record.json``.
    rule_sets : one mapping a rule file: ``name``, ``file``, ``sha256``.
    versions : name of program or package -> version.
    language : ``"zh"`` or ``"en"``.
    previous_record : the record of the period before, as a reader knows it; None for none.
    """
    def word(key: str) -> str:
        return label("word", key, language)

    def lines(items: Iterable[str]) -> str:
        return "".join(f"<li>{item}</li>" for item in items)

    files = [
        f'{escape(label("kind", i["kind"], language))}{word("colon")}<span class="path">{escape(i["file"])}</span>'
        f'{word("semicolon")}{i["n_rows"]} {label("unit", "rows", language)}'
        + (f'{word("semicolon")}{word("received")} {i["received"]}' if i.get("received") else "")
        + f'{word("semicolon")}<code>{i["sha256"][:12]}</code>'
        for i in inputs]
    rules = [f'{escape(r["name"])}{word("colon")}<span class="path">{escape(r["file"])}</span>{word("semicolon")}<code>{r["sha256"][:12]}</code>'
             for r in rule_sets]
    rows = [
        ("period", escape(period)), ("as_of", escape(as_of)), ("home_division", escape(home_division)),
        ("inputs", f"<ul>{lines(files)}</ul>" if files else word("none")),
        ("rule_sets", f"<ul>{lines(rules)}</ul>" if rules else word("none")),
        ("previous_record", escape(previous_record) if previous_record else word("none")),
        ("versions", escape(word("comma").join(f"{name} {version}" for name, version in versions.items()))),
    ]
    html = "".join(f"<div><dt>{word(key)}</dt><dd>{value}</dd></div>" for key, value in rows)
    text = "\n".join([f"{word('period')}{word('colon')}{period}", f"{word('as_of')}{word('colon')}{as_of}"])
    return Html(f'<dl class="run-card">{html}</dl>', text)
