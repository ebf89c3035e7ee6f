"""The chapter on the quarters before: the published figures of the chain of records, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from popanalysis.errors import Text
from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, in_language, new_chapter
from popanalysis.report.page import paragraph
from popanalysis.report.tables import show_table

__all__ = ["chapter_trend"]

#: published figure -> what it is called here, in the order of the table
_FIGURES: Final[Mapping[str, Text]] = {
    "births.held_by.total": Text("本旗出生（例）", "Births of the banner"), "births.not_yet_in.birth_cert": Text("其中出生医学证明尚未见（例）", "of these not yet in the certificates"),
    "births.not_yet_in.hukou_birth": Text("其中户口登记尚未见（例）", "of these not yet in the hukou list"), "births.not_yet_in.town_birth": Text("其中镇村登记尚未见（例）", "of these not yet in the towns' list"),
    "marriages.held_by.total": Text("结婚登记（对）", "Marriages"), "linkage.review": Text("待人工审核的出生记录对", "Pairs of births left to review"),
    "cases.opening": Text("核对事项：上期结转（件）", "Cases carried over"), "cases.new": Text("核对事项：本期新增（件）", "Cases new"),
    "cases.closed": Text("核对事项：本期办结（件）", "Cases closed"), "cases.closing": Text("核对事项：期末待办（件）", "Cases still open"),
    "absences.waiting_long": Text("多个季度未见对应的（例）", "Waiting through all quarters")}


def chapter_trend(history: Sequence[tuple[str, Mapping[str, Any]]], chapters: Iterable[Chapter], params: QuarterParams) -> Chapter:
    """What was published in the quarters before, beside this one's.

    Parameters
    ----------
    history : (period, figures of its results.json), oldest first.
    chapters : the chapters of this record.
    """
    language, chapter = params.language, new_chapter(params)
    if not history:
        chapter.show(paragraph(in_language("没有上期记录可供对照。", "There is no earlier record to set beside.", language)))
        return chapter
    own: dict[str, Any] = {key: each.results[key] for each in chapters for key in _FIGURES if key in each.results}
    quarters = [*history, (params.period, own)]
    shown = pd.DataFrame({period: [_shown(figures.get(key)) for key in _FIGURES] for period, figures in quarters}, index=[text.in_(language) for text in _FIGURES.values()])
    used = shown[(shown != "—").any(axis=1)]
    chapter.publish("trend", show_table(
        used.rename_axis(in_language("项目", "Figure", language)), title=in_language("各季度主要数字", "Main figures of the quarters", language), scope=in_language("全旗", "the banner", language),
        unit=in_language("见各行", "as stated", language), source=in_language("各季度核对记录的公布数", "figures published in the record of each quarter", language), language=language,
        small_cells=params.small_cells, notes=[in_language("各季度均为当季公布数，之后补登的不回改。", "Each quarter as it was published then; what was registered later changes nothing here.", language)]))
    return chapter


def _shown(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "—"
    if figure.get("suppressed"):
        return "×"  # small, or withheld so that a small one cannot be worked out
    value = figure.get("value")
    return "—" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)

