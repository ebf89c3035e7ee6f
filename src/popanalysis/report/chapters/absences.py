"""The chapter on what lists do not hold: the explained absences first, then what is asked, and how many links may have been missed."""

from __future__ import annotations

import pandas as pd

from popanalysis.params import QuarterParams
from popanalysis.report.chapters.base import Chapter, few, in_language, new_chapter
from popanalysis.report.messages import label
from popanalysis.report.page import paragraph
from popanalysis.report.tables import show_table

__all__ = ["chapter_absences"]


def chapter_absences(absences: pd.DataFrame, missed: pd.DataFrame, n_long: int, quarters: int, params: QuarterParams) -> Chapter:
    """Why lists do not hold births.

    Parameters
    ----------
    absences : from :func:`popanalysis.measure.absences_by_reason`.
    missed : from :func:`popanalysis.measure.expected_missed_links`.
    n_long : events that have waited in so many ``quarters``, after which they are carried no further.
    """
    language, chapter = params.language, new_chapter(params)
    for kind in absences.columns:
        for reason, n in absences[kind].items():
            chapter.results.add(f"absences.{kind}.{reason}", int(n), "births", definition={
                "zh": f"{label('kind_short', kind, 'zh')}名单中未见的出生：{label('absence', str(reason), 'zh')}", "en": f"Births not in {label('kind_short', kind, 'en')}: {label('absence', str(reason), 'en')}"})
        expected = _missed(missed, kind)
        chapter.results.add(f"absences.{kind}.expected_missed", round(expected[0], 2) if expected else None, "births", of_persons=False, definition={
            "zh": f"{label('kind_short', kind, 'zh')}名单中已有而未能对应的出生数（模型估计）", "en": f"Births that stand in {label('kind_short', kind, 'en')} unrecognised, as the model expects"})
    shown = pd.DataFrame({label("kind_short", kind, language): [few(int(n), params) for n in absences[kind]] for kind in absences.columns},
                         index=[label("absence", str(reason), language) for reason in absences.index])
    used = shown[(shown != "0").any(axis=1)]
    chapter.publish("absences_by_reason", show_table(
        used.rename_axis(in_language("原因", "Reason", language)), title=in_language("名单中未见的出生：按原因", "Births that lists do not hold, by reason", language),
        scope=in_language("全部在册出生（含上期结转）", "all births at hand, those carried over included", language), unit=label("unit", "births", language),
        source=in_language("各名单及迁移、死亡名单", "the lists, moves and deaths", language), language=language, small_cells=params.small_cells,
        notes=[in_language("一例只计入自上而下第一个成立的原因；只有“待核实”的才请有关单位核对。", "A birth counts under the first reason that holds; only those asked about go to an office.", language)]))
    told = []
    for kind in absences.columns:
        asked, expected = int(absences[kind]["asked"]), _missed(missed, kind)
        if asked and expected:
            told.append(in_language(f"{label('kind_short', kind, 'zh')} {few(asked, params)} 例中约 {_about(expected, 'zh')} 例",
                                    f"of {few(asked, params)} not seen in {label('kind_short', kind, 'en')} about {_about(expected, 'en')}", language))
    if told:
        chapter.show(paragraph(in_language(f"待核实的出生中，可能已在名单内而未能对应的（模型估计）：{'；'.join(told)}。",
                                           f"Of those asked about, some may stand in the list unrecognised (as the model expects): {'; '.join(told)}.", language)))
    chapter.results.add("absences.waiting_long", n_long, "events", definition={"zh": f"连续 {quarters} 个季度未见对应记录的事件", "en": f"Events that have waited for a partner in {quarters} quarters"})
    if n_long:
        chapter.show(paragraph(in_language(
            f"有 {few(n_long, params)} 例已连续 {quarters} 个季度未见对应记录，下一季度仍未见的不再结转，请逐件核实后由人工办结。",
            f"{few(n_long, params)} events have waited for a partner in {quarters} quarters; after the next one they are carried no further. Please look into each and close it by hand.", language), role="warning"))
    return chapter


def _missed(missed: pd.DataFrame, kind: str) -> list[float]:
    """The expected number with the ends of its interval; nothing where the model says nothing."""
    return [float(n) for n in missed.loc[[kind]].to_numpy(dtype=float, na_value=float("nan"))[0] if n == n]


def _about(expected: list[float], language: str) -> str:
    """An expected number with its interval, to one decimal."""
    texts = [f"{n:.1f}" for n in expected]
    if len(texts) < 3:
        return texts[0]
    return texts[0] + (f"（95% 区间 {texts[1]}–{texts[2]}）" if language == "zh" else f" (95% interval {texts[1]} to {texts[2]})")
