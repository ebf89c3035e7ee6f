"""The chapters on how sure the links are and how often two lists say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from popanalysis.params import QuarterParams
from popanalysis.report.agreement_figure import plot_agreement
from popanalysis.report.chapters.base import Chapter, few, in_language, new_chapter, scope_of, word, words_of_chart
from popanalysis.report.messages import label, labels
from popanalysis.report.page import bullets, paragraph
from popanalysis.report.privacy import shown_rate
from popanalysis.report.tables import show_table

if TYPE_CHECKING:
    from popanalysis.link import Note  # the page of a record needs no engine

__all__ = ["chapter_agreement", "chapter_linkage"]

def chapter_linkage(engine_notes: Sequence[Note], expected: Mapping[str, float | None], n_links: int, n_review: int, params: QuarterParams) -> Chapter:
    """How sure the links are.

    Parameters
    ----------
    engine_notes : what the model says of itself (not converged, a field that never agrees …).
    expected : ``false_link_rate`` and ``missed_match_rate`` (0-1) as the model expects them, None where it cannot say; and ``_low`` and ``_high`` of both,
        the ends of their 95 % intervals.
    n_links, n_review : pairs linked, pairs left to a reviewer.
    """
    language, chapter = params.language, new_chapter(params)
    for key, zh, en in (("false_link_rate", "模型估计的误连率", "share of wrong links the model expects"),
                        ("missed_match_rate", "模型估计的漏连率", "share of matches missed that the model expects")):
        chapter.results.add(f"linkage.{key}", expected.get(key), "rate", interval=_interval(expected, key), of_persons=False, definition={"zh": zh, "en": en})
    chapter.results.add("linkage.links", n_links, "count", definition={"zh": "认定为同一出生的记录对", "en": "Pairs of records linked"})
    chapter.results.add("linkage.review", n_review, "count", definition={"zh": "待人工审核的记录对", "en": "Pairs left to clerical review"})

    if not (expected or n_links or engine_notes):
        chapter.show(paragraph(in_language("没有可供比对的两份以上出生名单。", "There were no two lists of births to link.", language)))
        return chapter
    review = few(n_review, params)
    false, missed = (_expected(expected.get(key), _interval(expected, key), language) for key in ("false_link_rate", "missed_match_rate"))
    chapter.show(paragraph(in_language(
        f"程序认定 {n_links} 对记录为同一出生，另有 {review} 对把握不足，留待人工审核。误连{false}，漏连{missed}（模型估计，未经人工抽查）。未能对应不等于未登记。",
        f"{n_links} pairs of records were linked; {review} pairs are left to clerical review. Of the links, {false} may be wrong, and of the matches, {missed} may be missed "
        "(expected by the model, not audited by hand). Not linked does not mean not registered.", language)))
    if engine_notes:
        chapter.show(paragraph(in_language("比对程序的说明：", "What the comparison says of itself:", language), role="note"))
        chapter.show(bullets(dict.fromkeys(_in_words(note, language) for note in engine_notes)))
    return chapter


def _interval(expected: Mapping[str, float | None], key: str) -> tuple[float, float] | None:
    low, high = expected.get(f"{key}_low"), expected.get(f"{key}_high")
    return None if low is None or high is None else (low, high)


def _expected(rate: float | None, interval: tuple[float, float] | None, language: str) -> str:
    """Tell an expected rate; next to none is not none."""
    if rate is None:
        return in_language("未能估计", "an unknown share", language)
    between = "" if interval is None else in_language("（95% 区间 {}%至{}%）", " (95% interval {}% to {}%)", language).format(*(f"{end * 100:.2f}" for end in interval))
    if rate < 0.0001:
        return in_language("低于 0.01%", "less than 0.01%", language) + between
    return in_language(f"约占 {rate * 100:.2f}%", f"about {rate * 100:.2f}%", language) + between


def _in_words(note: Note, language: str) -> str:
    """A note with fields and levels called by their names; a level without a name is of no use to a reader."""
    named = labels("level", language)
    text = note.in_(language, lambda name: _field(name, language))
    return re.sub(r"（([a-z][a-z0-9_ ]*)）", lambda found: f"（{named[found[1]]}）" if found[1] in named else "", text)


def _field(name: str, language: str) -> str:
    """A compared field's name; one derived from another (the town of an address) is called by that."""
    known = labels("field", language)
    return next((known[part] for part in (name, name.rsplit("_", 1)[0]) if part in known), name)


def chapter_agreement(agreement: pd.DataFrame, params: QuarterParams) -> Chapter:
    """How often two lists say the same.

    Parameters
    ----------
    agreement : from :func:`popanalysis.measure.agreement_by_field`.
    """
    language, chapter = params.language, new_chapter(params)
    rows, drawn = [], []
    for row in agreement.to_dict("records"):
        names = [label("kind_short", row[k], language) for k in ("list_a", "list_b")]
        field_name = label("field", row["field"], language)
        rows.append({
            word("field", language): field_name, in_language("名单", "Lists", language): "—".join(names),
            word("agreement_rate", language): shown_rate(row["n_agree"], row["n_compared"], params.small_cells), word("compared", language): few(row["n_compared"], params),
            word("missing", language): few(row["n_missing"], params),
        })
        if row["n_compared"]:
            drawn.append((field_name, "—".join(names), row["n_agree"], row["n_compared"]))
        chapter.results.add_rate(f"agreement.{row['field']}.{row['list_a']}.{row['list_b']}", row["n_agree"], row["n_compared"], definition={
            "zh": f"{label('kind_short', row['list_a'], 'zh')}与{label('kind_short', row['list_b'], 'zh')}均有值的出生中，{label('field', row['field'], 'zh')}一致的比例",
            "en": f"Of births with a value in both {label('kind_short', row['list_a'], 'en')} and {label('kind_short', row['list_b'], 'en')}: share that agree on {label('field', row['field'], 'en')}"})
    if not rows:
        chapter.show(paragraph(in_language("没有两份名单可供比较。", "There are no two lists to compare.", language), role="note"))
        return chapter
    source = in_language("已对应的出生", "linked births", language)
    caution = in_language("比率只反映已对应的记录；参与对应的项目，其一致率偏高。", "The rates are of linked records only; a field that helped to link them agrees more often than it would otherwise.", language)
    chapter.publish("agreement", show_table(
        pd.DataFrame(rows).set_index([word("field", language), in_language("名单", "Lists", language)]), title=in_language("各项目在两份名单间的一致情况", "Agreement of each field between two lists", language), scope=scope_of(params),
        unit=in_language("例、%", "births, %", language), source=source, language=language, small_cells=params.small_cells, notes=[caution]))
    chapter.show(plot_agreement(
        pd.DataFrame(drawn, columns=["field", "lists", "agree", "compared"]).set_index(["field", "lists"]), small_cells=params.small_cells,
        words=words_of_chart(params, in_language("各项目在两份名单间的一致率及 95% 置信区间", "Agreement of each field between two lists, with 95% interval", language), "%", source)))
    return chapter
