"""What a chapter is, and the words and scopes all chapters share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.drawing import Words
from popanalysis.report.messages import label
from popanalysis.report.page import paragraph
from popanalysis.report.privacy import suppress_counts
from popanalysis.report.results import Results
from popanalysis.report.tables import ShownTable, show_table

__all__ = ["Chapter", "few", "in_language", "new_chapter", "publish_counts", "say_absent", "scope_of", "was_received", "word", "words_of_chart"]


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


def add_part(chapter: Chapter, key: str, n: int, whole: int, unit: str, definition: Mapping[str, str], params: QuarterParams) -> str:
    """Add how many of a whole there are, and return how it is said: where the rest is small, only a lower bound, as with a rate.

    Examples
    --------
    >>> params = QuarterParams.from_values({"period": "2025Q1", "home_division": "159901", "inputs": {}, "as_of": "2025-04-10"})
    >>> [add_part(new_chapter(params), "births.known", n, 12, "births", {"zh": "例", "en": "n"}, params) for n in (0, 3, 6, 9, 12)]
    ['0', '<5', '6', '≥8', '12']
    """
    hidden = 0 < whole - n < params.small_cells
    chapter.results.add(key, None if hidden else n, unit, suppressed=hidden, definition=definition)
    return f"≥{whole - params.small_cells + 1}" if hidden and n >= params.small_cells else few(n, params)


def was_received(kind: str, params: QuarterParams) -> bool:
    """Whether a list arrived or was reported as none, so that something can be missing from it."""
    return bool(params.inputs.get(kind)) or kind in params.nil_reports


def say_absent(chapter: Chapter, kind: str, params: QuarterParams) -> bool:
    """Say in a sentence that a list was not received, or was reported as none, and whether that was so."""
    language, name = params.language, label("kind", kind, params.language)
    if kind in params.nil_reports:
        chapter.show(paragraph(in_language(f"{name}：零报告。", f"{name}: reported as none.", language)))
    elif not params.inputs.get(kind):
        chapter.show(paragraph(in_language(f"{name}：未收到。", f"{name}: not received.", language)))
    return not params.inputs.get(kind)


def publish_counts(
    chapter: Chapter, key: str, counts: pd.Series[Any], names: Mapping[str, Text], *, table: str, title: Text, of: Text, head: Text, unit: str, source: str,
    params: QuarterParams, notes: Iterable[str] = (), sums: Iterable[Iterable[str]] = (),
) -> None:
    """Publish counts that make up a whole: a table with its total, and a figure for each.

    Parameters
    ----------
    key : the figures are called ``key.<label>`` and ``key.total``.
    counts : index = labels. names : label -> what it is called.
    table : name of the published table. title, head : of the table and of its first column.
    of : what is counted, for the definitions.
    sums : groups of labels whose sum is published elsewhere.
    """
    language = params.language
    groups = [list(group) for group in sums]
    chapter.results.add_counts(key, counts, unit, sums=groups, definitions={
        **{str(k): {"zh": f"{of.zh}：{names[str(k)].zh}", "en": f"{of.en}: {names[str(k)].en}"} for k in counts.index}, "total": {"zh": of.zh, "en": of.en}})
    published = suppress_counts(counts, params.small_cells, sums=groups)
    shown = published.shown[(published.shown["n"] != "0") | (published.shown.index == "total")]
    called = {str(k): names[str(k)].in_(language) for k in counts.index} | {"total": word("total", language)}
    chapter.publish(table, show_table(
        shown.rename(columns={"n": word("number", language)}).rename(index=called).rename_axis(head.in_(language)), title=title.in_(language), scope=scope_of(params),
        unit=label("unit", unit, language), source=source, language=language, small_cells=params.small_cells, notes=notes))
