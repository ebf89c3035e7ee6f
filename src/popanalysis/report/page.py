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

__all__ = ["Html", "State", "bullets", "definitions", "heading", "paragraph", "show_run_card", "stamp"]

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


def bullets(items: Iterable[str]) -> Html:
    """Return remarks as one small list.

    Examples
    --------
    >>> bullets(["a < b"])._repr_html_()
    '<ul class="notes"><li>a &lt; b</li></ul>'
    """
    texts = list(items)
    return Html(f'<ul class="notes">{"".join(f"<li>{escape(text)}</li>" for text in texts)}</ul>', "\n".join(f"- {text}" for text in texts))


def definitions(rows: Mapping[str, str]) -> Html:
    """Return terms with what is to be said of each, in the given order."""
    html = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in rows.items())
    return Html(f'<dl class="run-card summary">{html}</dl>', "\n".join(f"{term}: {text}" for term, text in rows.items()))


def stamp(language: str, state: State = "draft") -> Html:
    """Return the line that says whether the page is a draft or has been checked; only a sign-off makes it official.

    Examples
    --------
    >>> stamp("en")
    DRAFT – not checked; not for official use
    """
    line = label("stamp", f"{state}_line", language)
    return Html(f'<p class="stamp stamp-{state}" role="status">{escape(line)}</p>', line)


def show_run_card(run_record: Mapping[str, Any]) -> Html:
    """Return what the record is made from, as a list of definitions.

    Parameters
    ----------
    run_record : as ``run_record.json`` holds it: period, as_of, language, parameters, inputs, rule_sets, versions, previous_record.
    """
    language = run_record["language"]
    colon, gap, comma = (label("word", key, language) for key in ("colon", "semicolon", "comma"))

    def word(key: str) -> str:
        return label("word", key, language)

    def listed(entries: Iterable[list[str]]) -> str:
        items = "".join(f"<li>{gap.join(entry)}</li>" for entry in entries)
        return f"<ul>{items}</ul>" if items else word("none")

    def file(name: str, path: str) -> str:
        return f'{escape(name)}{colon}<span class="path">{escape(path)}</span>'

    inputs = [
        [file(label("kind", i["kind"], language), i["file"]), "—" if i["n_rows"] is None else f'{i["n_rows"]} {label("unit", "rows", language)}',
         *([f'{word("received")} {i["received"]}'] if i["received"] else []), _short_hash(i["sha256"])]
        for i in run_record["inputs"]]
    rule_sets = [
        [file(label("rules", r["role"], language) if "role" in r else str(r["name"]), r["file"]), _short_hash(r["sha256"])] for r in run_record["rule_sets"]]
    previous = run_record["previous_record"]
    versions = run_record["versions"]
    programs = {"popanalysis": versions["popanalysis"], "Python": versions["python"], **versions["packages"]}
    rows = {
        "period": escape(run_record["period"]), "as_of": escape(run_record["as_of"]),
        "home_division": escape(run_record["parameters"]["home_division"]), "inputs": listed(inputs), "rule_sets": listed(rule_sets),
        "previous_record": f'<span class="path">{escape(previous["folder"])}</span>{gap}{_short_hash(previous["fingerprint"])}' if previous else word("none"),
        "versions": escape(comma.join(f"{name} {version}" for name, version in programs.items())),
    }
    html = "".join(f"<div><dt>{word(key)}</dt><dd>{value}</dd></div>" for key, value in rows.items())
    return Html(f'<dl class="run-card">{html}</dl>', f"{word('period')}{colon}{run_record['period']}\n{word('as_of')}{colon}{run_record['as_of']}")


def _short_hash(digest: str) -> str:
    return f"<code>{digest[:12]}</code>"
