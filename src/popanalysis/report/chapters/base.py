"""What a chapter is, and the words and scopes all chapters share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from popanalysis.params import QuarterParams
from popanalysis.report.drawing import Words
from popanalysis.report.messages import label
from popanalysis.report.results import Results
from popanalysis.report.tables import ShownTable

__all__ = ["Chapter", "few", "in_language", "new_chapter", "scope_of", "was_received", "word", "words_of_chart"]


@dataclass(frozen=True)
class Chapter:
    """One chapter: ``parts`` in reading order, ``tables`` to be published beside the record, ``results`` for results.json."""

    results: Results
    parts: list[Any] = field(default_factory=list)
    tables: dict[str, ShownTable] = field(default_factory=dict)

    def show(self, *parts: Any) -> None:
        """Add something to read."""
        self.parts.extend(parts)

    def publish(self, name: str, table: ShownTable) -> None:
        """Add a table to read that also becomes a CSV file of this name."""
        self.parts.append(table)
        self.tables[name] = table

    def _repr_html_(self) -> str:
        return "\n".join(part._repr_html_() for part in self.parts)

    def __repr__(self) -> str:
        return "\n\n".join(repr(part) for part in self.parts)


def new_chapter(params: QuarterParams) -> Chapter:
    """Return an empty chapter of the period."""
    return Chapter(Results(params.period, params.small_cells))


def in_language(zh: str, en: str, language: str) -> str:
    """Return one of two wordings."""
    return zh if language == "zh" else en


def word(key: str, language: str) -> str:
    """Return a word of the group ``word``."""
    return label("word", key, language)


def scope_of(params: QuarterParams) -> str:
    """Return of whom and when most tables speak."""
    return in_language(f"全旗，{params.span.in_words('zh')}", f"the banner, {params.span.in_words('en')}", params.language)


def words_of_chart(params: QuarterParams, title: str, unit: str, source: str, *, scope: str = "") -> Words:
    """Return what a chart says of itself."""
    return Words(title=title, scope=scope or scope_of(params), unit=unit, source=source, language=params.language)


def few(n: int, params: QuarterParams) -> str:
    """Return a count of persons as it may be shown where no sum gives it away."""
    return f"<{params.small_cells}" if 0 < n < params.small_cells else str(n)


def was_received(kind: str, params: QuarterParams) -> bool:
    """Whether a list arrived or was reported as none, so that something can be missing from it."""
    return bool(params.inputs.get(kind)) or kind in params.nil_reports
